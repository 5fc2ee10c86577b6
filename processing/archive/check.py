"""What holds an outlet's batch back, and what only calls for a look.

Held back are structural faults alone, where publishing would put something wrong into the archive: counts that do not
add up, identities that do not fit, a reading that lost its fields, far more than a day can bring. Too few articles
alarm and are published. One outlet's fault never holds another.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from processing.archive.batch import Run
from processing.archive.memory import Memory
from processing.archive.publication import Alarm, OutletFacts
from processing.reading.rules import SEOUL
from processing.records import Article, Fetch, Rejection, article_id, version_id

_ENOUGH = 20
"""Pages or articles below which a share says nothing."""
_MOST_REJECTED = 0.9
_MOST_UNDATED = 0.95
_TIMES_DAILY = 3
_CLOCKS = timedelta(minutes=15)
"""How far the clocks of a crawl and an archiver may differ."""


def faults(runs: Sequence[Run], facts: OutletFacts, now: datetime) -> list[str]:
    """Return what is structurally wrong with the runs of one outlet; nothing if they may be published."""
    return [*_counts(runs), *_identities(runs, now), *_coverage(runs), *_volume(runs, facts)]


def alarms(outlet: str, runs: Sequence[Run], memory: Memory, facts: OutletFacts, now: datetime) -> list[Alarm]:
    """Return what a person should look at. `memory` has taken in the runs."""
    found = []
    for run in runs:
        own = run.own_report
        if own and own.segments > len(run.seals):
            missing = own.segments - len(run.seals)
            found.append(f"run {run.run}: {missing} of {own.segments} segments not here yet; its next crawl sends them")
    count = memory.fetched_since(now - timedelta(days=1))
    if facts.daily and memory.older_than(now - timedelta(days=1)) and count < facts.daily[0]:
        found.append(f"{count} new articles in 24 hours, a normal day has at least {facts.daily[0]}")
    return [Alarm(outlet=outlet, text=text) for text in found]


def _counts(runs: Sequence[Run]) -> Iterator[str]:
    for run in runs:
        said = (sum(seal.articles for seal in run.seals), sum(seal.rejections for seal in run.seals))
        held = (len(run.articles), len(run.rejections))
        if said != held:
            yield f"run {run.run}: seals say {said} articles and rejections, their files hold {held}"
        if run.pages != sum(held):
            yield f"run {run.run}: {run.pages} pages, but {held[0]} articles and {held[1]} rejections"
        for seal in run.seals:
            rows = sum(file.rows or 0 for file in seal.files if file.key.endswith("log.jsonl.gz"))
            logged = sum(file.key.endswith("log.jsonl.gz") for file in seal.files)
            if logged and not rows:
                yield f"run {run.run}: segment {seal.segment} has a log without rows"


def _identities(runs: Sequence[Run], now: datetime) -> Iterator[str]:
    for run in runs:
        rows: list[Article | Rejection | Fetch] = [*run.articles, *run.rejections, *run.log]
        for row in rows:
            if row.outlet != run.outlet:
                yield f"run {run.run}: {row.url} says that it is of outlet {row.outlet!r}"
                return
        for article in run.articles:
            wrong = _wrong(article, now)
            if wrong:
                yield f"run {run.run}: article {article.article_id} ({article.url}): {wrong}"
                return


def _wrong(article: Article, now: datetime) -> str | None:
    if article.article_id != article_id(article.url):
        return "its id is not the digest of its URL"
    if article.version_id != version_id(article.article_id, article.title, article.text):
        return "its version is not the digest of its title and text"
    if not article.text.strip() and not article.title.strip():
        return "it has neither title nor text"
    if article.fetched_at > now + _CLOCKS:
        return f"it was fetched at {article.fetched_at.isoformat()}, which is still to come: set the clocks"
    return None


def _coverage(runs: Sequence[Run]) -> Iterator[str]:
    articles = [article for run in runs for article in run.articles]
    pages = sum(run.pages for run in runs)
    if pages >= _ENOUGH and 1 - len(articles) / pages > _MOST_REJECTED:
        yield f"{pages - len(articles)} of {pages} pages were rejected: look at one, its layout may be new"
    if len(articles) >= _ENOUGH:
        undated = sum(article.published is None for article in articles)
        if undated / len(articles) > _MOST_UNDATED:
            yield f"{undated} of {len(articles)} articles have no publication time: the page's layout may be new"


def _volume(runs: Sequence[Run], facts: OutletFacts) -> Iterator[str]:
    if facts.daily is None:
        return
    days = Counter(_day(article) for run in runs for article in run.articles)
    for day, count in sorted(days.items()):
        if count > _TIMES_DAILY * facts.daily[1]:
            yield f"{count} articles on {day}, a normal day has at most {facts.daily[1]}: is everything an article?"


def _day(article: Article) -> str:
    moment = article.published.at if article.published else article.fetched_at
    return moment.astimezone(SEOUL).date().isoformat()
