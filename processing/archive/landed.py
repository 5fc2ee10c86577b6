"""Finds the runs in landing that are ready to be published, and checks them.

A run is ready when its report is there, when it was named in the command, or when its newest
segment is older than the grace: then its process is dead, and it is published as `interrupted` from
its seals. Only segments that no manifest has taken in yet count.

`faults` hold an outlet's runs back. They are structural: publishing would put something wrong into
the archive (counts that do not add up, ids that do not fit, fields that were not read, far more
articles than a day can bring). `alarms`, such as too few articles, do not hold anything back. A
fault of one outlet never holds another one back.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from processing.archive.catalogue import lazy
from processing.archive.memory import Memory
from processing.dates import SEOUL
from processing.errors import MissingError
from processing.landing import keys, segments
from processing.landing.segments import LandingRow, Rows
from processing.records import (
    Alarm,
    Article,
    End,
    Fetch,
    OutletFacts,
    Rejection,
    RunReport,
    Seal,
    SourceReport,
    Why,
    article_id,
    version_id,
)
from processing.store.interface import ListedObject, Store

logger = logging.getLogger(__name__)

_ASKED = {Why.FETCHED, Why.UNCHANGED, Why.GONE, Why.FAILED, Why.GIVEN_UP}
"""Log rows that cost a request."""
_ENOUGH = 20
"""Pages or articles below which a share says nothing."""
_MOST_REJECTED = 0.9
"""Share of the pages of a batch; above it the outlet's rules no longer fit its layout."""
_MOST_UNDATED = 0.95
"""Share of the articles of a batch without a publication time."""
_TIMES_DAILY = 3
"""How many times the articles of a normal busy day one day may bring."""
_CLOCKS = timedelta(minutes=15)
"""How far the clocks of a crawl and an archiver may differ."""


@dataclass(frozen=True, slots=True)
class Landed:
    """The objects of one run in landing, by name without the folder."""

    outlet: str
    run: str
    entries: Mapping[str, ListedObject]

    @property
    def folder(self) -> str:
        return keys.folder(self.outlet, self.run)

    @property
    def has_report(self) -> bool:
        return keys.REPORT in self.entries

    @property
    def segments(self) -> list[int]:
        """Numbers of the sealed segments."""
        own_keys = (keys.LandingKey(self.outlet, self.run, name) for name in self.entries)
        return sorted(key.segment for key in own_keys if key.is_seal and key.segment is not None)


@dataclass(frozen=True)
class LandedRun:
    """One run as far as it is taken in: its seals in order, and its own report if it wrote one."""

    outlet: str
    run: str
    seals: Sequence[Seal]
    own_report: RunReport | None
    store: Store = field(repr=False)

    @lazy
    def articles(self) -> list[Article]:
        return [row for row in self._rows("articles") if isinstance(row, Article)]

    @lazy
    def rejections(self) -> list[Rejection]:
        return [row for row in self._rows("rejections") if isinstance(row, Rejection)]

    @lazy
    def log(self) -> list[Fetch]:
        return [row for row in self._rows("log") if isinstance(row, Fetch)]

    def read(self) -> None:
        """Read all rows now. Raises CorruptRecordError where a file is not what its seal says."""
        _ = self.articles, self.rejections, self.log

    def _rows(self, kind: Rows) -> list[LandingRow]:
        return [row for seal in self.seals for row in segments.read_rows(self.store, seal, kind)]

    @property
    def pages(self) -> int:
        return sum(seal.pages for seal in self.seals)

    @property
    def bytes(self) -> int:
        """Bytes of the raw pages."""
        return sum(
            file.bytes
            for seal in self.seals
            for file in seal.files
            if file.key.endswith(".warc.gz")
        )

    @property
    def digest(self) -> str:
        """One line that identifies what is taken in: equal segments give equal lines."""
        sums = sorted(file.sha256 for seal in self.seals for file in seal.files)
        own = (
            hashlib.sha256(self.own_report.model_dump_json().encode()).hexdigest()
            if self.own_report
            else "-"
        )
        return f"{self.outlet} {self.run} {own} {' '.join(sums)}"

    def report(self, code_version: str) -> RunReport:
        """Return the run's report with the counts of the segments taken in here.

        A run without a report was interrupted; its report is made from its log.
        """
        report = self.own_report or self._interrupted(code_version)
        # a run may be taken in by several publications; each reports only its own segments
        return report.evolve(
            pages=self.pages,
            articles=len(self.articles),
            rejections=_tally(row.reason for row in self.rejections),
            segments=len(self.seals),
            bytes=self.bytes,
        )

    def _interrupted(self, code_version: str) -> RunReport:
        # the counts that are zero here are set by `report`, from the seals
        moments = [row.at for row in self.log] + [seal.sealed_at for seal in self.seals]
        return RunReport(
            outlet=self.outlet,
            run=self.run,
            day=min(moments).astimezone(SEOUL).date().isoformat(),
            started_at=min(moments),
            ended_at=max(moments),
            end=End.INTERRUPTED,
            why="the run ended without a report; this is what its sealed segments hold",
            pages=0,
            articles=0,
            rejections={},
            whys=_tally(row.why for row in self.log),
            sources=tuple(_source_report(row) for row in self.log if row.role == "source"),
            announced=sum(row.role == "article" for row in self.log),
            segments=0,
            bytes=0,
            requests=sum(row.why in _ASKED for row in self.log),
            agent="",
            code_version=code_version,
        )


def _tally(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, values)).items()))


def _source_report(row: Fetch) -> SourceReport:
    return SourceReport(
        url=row.url,
        status=row.status,
        links=row.links or 0,
        new=row.new_links or 0,
        overlap=0,
        listed=row.listed or 0,
    )


def landed(store: Store, outlet: str | None = None, run: str | None = None) -> list[Landed]:
    """Return the objects in landing by outlet and run.

    Objects that no crawl wrote are left alone, with a warning.
    """
    objects: dict[tuple[str, str], dict[str, ListedObject]] = {}
    for key, entry in keys.objects(store, outlet, run):
        objects.setdefault((key.outlet, key.run), {})[key.name] = entry
    return [Landed(*run, entries) for run, entries in sorted(objects.items())]


def ready(
    store: Store, landing: Landed, memory: Memory, *, now: datetime, grace: timedelta, named: bool
) -> LandedRun | None:
    """Return the part of a run that is to be published now, or None.

    None means that nothing of it is new, or that the run still goes on. Raises MissingError where
    another archiver has published and removed it since it was listed.
    """
    numbers = [number for number in landing.segments if not memory.has(landing.run, number)]
    unread = landing.has_report and not memory.has_report(landing.run)
    if not numbers and not unread:
        return None
    seals = [
        seal
        for seal in segments.sealed(store, landing.outlet, landing.run)
        if seal.segment in numbers
    ]
    report = segments.report(store, landing.outlet, landing.run) if unread else None
    if len(seals) < len(numbers) or (unread and report is None):
        raise MissingError(
            f"{landing.folder} in {store.url} was published and removed meanwhile: "
            "run the same again"
        )
    # without a report, a run whose newest segment is older than the grace has lost its process
    newest = max((seal.sealed_at for seal in seals), default=now)
    ended = landing.has_report or memory.has_report(landing.run) or named or now - newest >= grace
    return LandedRun(landing.outlet, landing.run, seals, report, store) if ended else None


def identity(runs: Iterable[LandedRun]) -> str:
    """Return the batch's id, 16 hex digits: the same segments taken in make the same batch."""
    return hashlib.sha256("\n".join(sorted(run.digest for run in runs)).encode()).hexdigest()[:16]


def faults(runs: Sequence[LandedRun], facts: OutletFacts, now: datetime) -> list[str]:
    """Return what is structurally wrong with the runs of one outlet; empty if nothing is."""
    return [*_counts(runs), *_identities(runs, now), *_coverage(runs), *_volume(runs, facts)]


def alarms(
    outlet: str, runs: Sequence[LandedRun], memory: Memory, facts: OutletFacts, now: datetime
) -> list[Alarm]:
    """Return what a person should look at. `memory` has taken in the runs."""
    texts = []
    for run in runs:
        own = run.own_report
        if own and own.segments > len(run.seals):
            missing = own.segments - len(run.seals)
            texts.append(
                f"run {run.run}: {missing} of {own.segments} segments not here yet; "
                "its next crawl sends them"
            )
    # in the first day of an outlet there is no past to compare with
    count = memory.fetched_since(now - timedelta(days=1))
    if facts.daily and memory.older_than(now - timedelta(days=1)) and count < facts.daily[0]:
        texts.append(
            f"{count} new articles in 24 hours, a normal day has at least {facts.daily[0]}"
        )
    return [Alarm(outlet=outlet, text=text) for text in texts]


def _counts(runs: Sequence[LandedRun]) -> Iterator[str]:
    for run in runs:
        stated = (
            sum(seal.articles for seal in run.seals),
            sum(seal.rejections for seal in run.seals),
        )
        counted = (len(run.articles), len(run.rejections))
        if stated != counted:
            yield (
                f"run {run.run}: seals say {stated} articles and rejections, "
                f"their files hold {counted}"
            )
        if run.pages != sum(counted):
            articles, rejections = counted
            yield (
                f"run {run.run}: {run.pages} pages, but {articles} articles "
                f"and {rejections} rejections"
            )
        for seal in run.seals:
            rows = sum(file.rows or 0 for file in seal.files if file.key.endswith("log.jsonl.gz"))
            logged = sum(file.key.endswith("log.jsonl.gz") for file in seal.files)
            if logged and not rows:
                yield f"run {run.run}: segment {seal.segment} has a log without rows"


def _identities(runs: Sequence[LandedRun], now: datetime) -> Iterator[str]:
    # one row is named and no more: a wrong outlet or clock is wrong in all of them
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
        moment = article.fetched_at.isoformat()
        return f"it was fetched at {moment}, which is still to come: set the clocks"
    return None


def _coverage(runs: Sequence[LandedRun]) -> Iterator[str]:
    articles = [article for run in runs for article in run.articles]
    pages = sum(run.pages for run in runs)
    if pages >= _ENOUGH and 1 - len(articles) / pages > _MOST_REJECTED:
        yield (
            f"{pages - len(articles)} of {pages} pages were rejected: "
            "look at one, its layout may be new"
        )
    if len(articles) >= _ENOUGH:
        undated = sum(article.published is None for article in articles)
        if undated / len(articles) > _MOST_UNDATED:
            yield (
                f"{undated} of {len(articles)} articles have no publication time: "
                "the page's layout may be new"
            )


def _volume(runs: Sequence[LandedRun], facts: OutletFacts) -> Iterator[str]:
    # an outlet that is no longer declared has no normal day
    if facts.daily is None:
        return
    days = Counter(_day(article) for run in runs for article in run.articles)
    for day, count in sorted(days.items()):
        if count > _TIMES_DAILY * facts.daily[1]:
            yield (
                f"{count} articles on {day}, a normal day has at most {facts.daily[1]}: "
                "is everything an article?"
            )


def _day(article: Article) -> str:
    moment = article.published.at if article.published else article.fetched_at
    return moment.astimezone(SEOUL).date().isoformat()
