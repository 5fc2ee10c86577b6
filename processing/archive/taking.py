"""How log rows become memory: pure functions on a snapshot. Rows may come in any order."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from processing.archive.snapshot import Kind, Polled, Snapshot, State, Taken, as_json, turned_id
from processing.records import Article, Fetch, RunReport, Seal, Why

HOT_DAYS = 30
"""Days for which the newest log row of an article is kept whole: longer than any revisit schedule looks back."""
SPENT_DAYS = 3
DAY = 86400

_KST = timezone(timedelta(hours=9))
_ASKED = {Why.FETCHED, Why.UNCHANGED, Why.GONE, Why.FAILED, Why.GIVEN_UP}
"""Rows that cost a request."""
_ANSWERED = {Why.FETCHED, Why.UNCHANGED, Why.GONE}
GAPS = {Why.FAILED, Why.OVER_BUDGET, Why.GIVEN_UP}
_FOR_GOOD = {301, 308}
"""Statuses of a permanent redirect (RFC 9110 §15.4)."""
_CARRIED = (
    "etag",
    "last_modified",
    "digest",
    "version_id",
    "outcome",
    "announced_by",
    "announced_at",
    "payload",
    "stored_url",
    "stored_at",
)
"""What an answer without a body does not say again."""


def take(snapshot: Snapshot, rows: Iterable[Fetch], seals: Iterable[Seal], reports: Iterable[RunReport]) -> None:
    """Take in the log rows of segments that were not taken in before."""
    ordered = sorted(rows, key=lambda row: (row.at, row.run, row.url, row.why))
    announced = _announcements(ordered)
    for row in ordered:
        _count(snapshot, row)
        if row.role == "part":
            continue
        if row.role != "article":
            _poll(snapshot, row, announced.get((row.run, row.url), frozenset()))
        elif row.article_id is not None:
            _visit(snapshot, row.article_id, row)
        else:
            link, on = turned_id(row.why, row.url), day(row.at.timestamp())
            snapshot.turned[link] = max(on, snapshot.turned.get(link, on))
    for seal in seals:
        _taken(snapshot, seal.run, seal.sealed_at).segments.add(seal.segment)
    for report in reports:
        _taken(snapshot, report.run, report.ended_at).report = True


def archived(snapshot: Snapshot, article: Article) -> None:
    """Take in that this version stands in the archive."""
    version = article.version_id.rpartition("-")[2]
    snapshot.remember(article.article_id, version)
    modified = int(article.modified.at.timestamp()) if article.modified else None
    snapshot.newest[article.article_id] = (version, modified)


def trimmed(old: Snapshot) -> Snapshot:
    """Return the snapshot without the rows that are older than `HOT_DAYS`; of these the identities stay."""
    start = old.until - HOT_DAYS * DAY
    runs, spent = day(start), day(old.until - SPENT_DAYS * DAY)
    return Snapshot(
        until=old.until,
        runs={run: one for run, one in old.runs.items() if one.day >= runs},
        spent={when: count for when, count in old.spent.items() if when >= spent},
        turned={link: when for link, when in old.turned.items() if when >= runs},
        sources={url: one for url, one in old.sources.items() if one.fetch.at.timestamp() >= start},
        hot={article: state for article, state in old.hot.items() if state.asked >= start},
        known=old.known,
        fresh=old.fresh,
        newest=old.newest,
    )


def day(moment: float) -> str:
    """Return the KST day of a moment in seconds since 1970."""
    return datetime.fromtimestamp(moment, _KST).date().isoformat()


def moment(seconds: int) -> datetime:
    """Return seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def _announcements(rows: Iterable[Fetch]) -> dict[tuple[str, str], frozenset[str]]:
    """Return for each run and source the articles that it announced."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.role == "article" and row.announced_by and row.article_id:
            found.setdefault((row.run, row.announced_by), set()).add(row.article_id)
    return {polled: frozenset(articles) for polled, articles in found.items()}


def _count(snapshot: Snapshot, row: Fetch) -> None:
    at = int(row.at.timestamp())
    snapshot.until = max(snapshot.until, at)
    if row.why in _ASKED or (row.why in {Why.SEEN, Why.OFF_SITE} and row.status):
        snapshot.spent[day(at)] = snapshot.spent.get(day(at), 0) + 1


def _taken(snapshot: Snapshot, run: str, at: datetime) -> Taken:
    seconds = int(at.timestamp())
    snapshot.until = max(snapshot.until, seconds)
    taken = snapshot.runs.setdefault(run, Taken(day(seconds)))
    taken.day = max(taken.day, day(seconds))
    return taken


def _poll(snapshot: Snapshot, row: Fetch, announced: frozenset[str]) -> None:
    old = snapshot.sources.get(row.url)
    new = Polled(row, announced if row.why is Why.FETCHED else frozenset())
    if old is None:
        snapshot.sources[row.url] = new
        return
    before, after = (new, old) if old.fetch.at > row.at else (old, new)
    body = next((one for one in (after, before) if one.fetch.why is Why.FETCHED), old)
    snapshot.sources[row.url] = Polled(_carried(after.fetch, before.fetch), body.announced)


def _visit(snapshot: Snapshot, article: str, row: Fetch) -> None:
    if row.why in _ANSWERED or _leads_elsewhere(row):
        snapshot.remember(article, row.version_id.rpartition("-")[2] if row.version_id else None)
        _answered(snapshot, article, row)
    elif row.why in GAPS or (row.why is Why.OFF_SITE and row.status) or _is_closed(snapshot, article, row):
        _pending(snapshot, article, row)
    if row.why is Why.GIVEN_UP:
        snapshot.remember(article, None)


def _is_closed(snapshot: Snapshot, article: str, row: Fetch) -> bool:
    """Tell whether a gap is no longer ours to fetch."""
    return row.why is Why.ROBOTS and article in snapshot.hot


def _leads_elsewhere(row: Fetch) -> bool:
    """Tell whether a page was asked and redirects to an article that is known, or for good off the outlet."""
    return (row.why is Why.SEEN and row.status is not None) or (row.why is Why.OFF_SITE and row.status in _FOR_GOOD)


def _answered(snapshot: Snapshot, article: str, row: Fetch) -> None:
    at = int(row.at.timestamp())
    old = snapshot.hot.get(article)
    if old is None or old.kind == "pending":
        snapshot.hot[article] = State(_kind(row), at, max(at, old.asked if old else 0), as_json(row))
        return
    known = old.fetch()
    before, after = (known, row) if row.at >= known.at else (row, known)
    full = _carried(after, before)
    old.kind, old.row = _kind(full), as_json(full)
    old.first, old.asked = min(old.first, at), max(old.asked, at)


def _pending(snapshot: Snapshot, article: str, row: Fetch) -> None:
    at = int(row.at.timestamp())
    old = snapshot.hot.get(article)
    if old is None and not snapshot.seen(article):
        snapshot.hot[article] = State("pending", at, at, as_json(row))
    elif old is not None:
        old.asked = max(old.asked, at)
        old.first = min(old.first, at) if old.kind == "pending" else old.first
        if old.kind == "pending" and row.at >= old.fetch().at:
            old.row = as_json(_carried(row, old.fetch()))


def _carried(row: Fetch, old: Fetch) -> Fetch:
    """Return `row` with what only an earlier answer said."""
    if row.why is Why.FETCHED:
        return row
    return row.model_copy(update={name: getattr(old, name) for name in _CARRIED if getattr(row, name) is None})


def _kind(row: Fetch) -> Kind:
    if row.why is Why.GONE:
        return "gone"
    return "article" if row.outcome == "article" else "rejected"
