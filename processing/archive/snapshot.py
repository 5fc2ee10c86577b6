"""The snapshot of one outlet's fetch log: its format, and how log rows change it.

Two gzip members. The first is lines: a JSON header, one JSON line per source, one tab-separated line
an article of the hot part (id, kind, first, asked, version, modified, row as JSON; times are
seconds since 1970). The second, stored without compression, is `known`: records of 14 bytes in
order, 8 of the article's id and 6 of a version's hash (zeros where a page gave no version). It is
searched where it lies, without being parsed.

`take` and `archived` change the snapshot that they are given. Rows may come in any order.
"""

import gzip
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, TypeVar

from pydantic import ValidationError

from processing.dates import SEOUL
from processing.errors import CorruptRecordError
from processing.limits import parse_json, unpack
from processing.records import (
    Article,
    Fetch,
    RunReport,
    Seal,
    SourceFault,
    Why,
    article_id,
    fault,
)

FORMAT = 1
T = TypeVar("T")

_LARGEST = 4 << 30
"""Bytes, unpacked; ten million articles take 140 MB."""
ID, RECORD = 8, 14
NO_VERSION = bytes(RECORD - ID)
"""Stands for the hash of a version where a page gave none."""
HOT_DAYS = 30
"""Days for which an article's newest log row is kept whole, longer than any revisit schedule."""
SPENT_DAYS = 3
DAY = 86400
_KST = timezone(timedelta(hours=9))
_ASKED = {Why.FETCHED, Why.UNCHANGED, Why.GONE, Why.FAILED, Why.GIVEN_UP}
"""Rows that cost a request."""
_ANSWERED = {Why.FETCHED, Why.UNCHANGED, Why.GONE}
GAPS = {Why.FAILED, Why.OVER_BUDGET, Why.GIVEN_UP}
SLOT = 30
"""Minutes of a slot."""
SLOTS = 24 * 60 // SLOT
_LONGEST_GAP = timedelta(hours=3)
"""Time between two answers beyond which nothing is known of when the articles came."""

Arrivals = dict[str, dict[int, int]]
"""New articles by KST day and slot."""
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
"""Fields of a log row that an answer without a body does not repeat."""

Kind = Literal["article", "rejected", "gone", "pending"]
KINDS: Mapping[bytes, Kind] = {
    b"article": "article",
    b"rejected": "rejected",
    b"gone": "gone",
    b"pending": "pending",
}


@dataclass(slots=True)
class ArticleState:
    """The state of one article; `row` is the newest log row about it, as JSON.

    `first` is when it was first fetched, `asked` when it was last asked for. `version` is the hash
    of the newest version in the archive ("" before there is one), `modified` its modified time.
    Times are seconds since 1970.
    """

    kind: Kind
    first: int
    asked: int
    row: bytes
    version: str = ""
    modified: int | None = None

    def fetch(self) -> Fetch:
        """Return the log row. Raises CorruptRecordError where it is none."""
        try:
            return Fetch.model_validate_json(self.row)
        except ValidationError as error:
            raise CorruptRecordError(
                f"a snapshot of the fetch log has a damaged row ({fault(error)}): "
                "restore it from a copy"
            ) from error

    def line(self, article: str) -> bytes:
        """Return the line of this article in a snapshot."""
        modified = "" if self.modified is None else self.modified
        fields = (article, self.kind, self.first, self.asked, self.version, modified, "")
        return "\t".join(map(str, fields)).encode() + self.row


@dataclass(slots=True)
class Polled:
    """The last answer of a source (or robots.txt), and the ids of the articles announced in it.

    `shares` maps a KST day to how many of its links were articles and how many links it listed,
    over all polls. `arrivals` are its new articles by KST day and half hour.
    """

    fetch: Fetch
    announced: frozenset[str] = frozenset()
    shares: dict[str, tuple[int, int]] = field(default_factory=dict)
    arrivals: Arrivals = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """What was taken in of a run: segments, report, and the KST day of the newest of them."""

    day: str
    segments: set[int] = field(default_factory=set)
    report: bool = False


@dataclass(slots=True)
class Snapshot:
    """Everything that a crawl of one outlet remembers. `spent` is requests a KST day.

    `turned` has the links that are no articles, as `turned_id`, and the KST day when each was last
    logged. `fresh` has records of articles that are not in `known` yet, `newest` the versions that
    were archived last; both are merged into the rest when the snapshot is written.
    """

    until: int = 0
    runs: dict[str, Taken] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    sources: dict[str, Polled] = field(default_factory=dict)
    hot: dict[str, ArticleState] = field(default_factory=dict)
    known: bytes = b""
    turned: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, set[bytes]] = field(default_factory=dict)
    newest: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def seen(self, article: str) -> bool:
        """Tell whether a page of this article was ever fetched."""
        return article in self.fresh or next(self._records(article), None) is not None

    def versions(self, article: str) -> set[str]:
        """Return the hashes of every version of this article that was ever read."""
        records = {*self._records(article), *self.fresh.get(article, ())}
        return {record[ID:].hex() for record in records if record[ID:] != NO_VERSION}

    def remember(self, article: str, version: str | None) -> None:
        """Add one version of an article, or that it was fetched and gave none."""
        if version is not None or not self.seen(article):
            end = bytes.fromhex(version) if version is not None else NO_VERSION
            self.fresh.setdefault(article, set()).add(bytes.fromhex(article) + end)

    def merged(self) -> bytes:
        """Return `known` with `fresh` in it."""
        records = {self.known[at : at + RECORD] for at in range(0, len(self.known), RECORD)}
        records.update(*self.fresh.values())
        for article, new in self.fresh.items():
            nothing = bytes.fromhex(article) + NO_VERSION
            # a page that gave no version at first may have given one since
            if new != {nothing}:
                records.discard(nothing)
        return b"".join(sorted(records))

    def _records(self, article: str) -> Iterator[bytes]:
        wanted, known = bytes.fromhex(article), self.known
        count = len(known) // RECORD
        at = (
            bisect_left(range(count), wanted, key=lambda i: known[i * RECORD : i * RECORD + ID])
            * RECORD
        )
        while known[at : at + ID] == wanted:
            yield known[at : at + RECORD]
            at += RECORD


def encode(snapshot: Snapshot) -> bytes:
    """Return the bytes of `snapshot`; equal snapshots give equal bytes."""
    for article, (version, modified) in snapshot.newest.items():
        if state := snapshot.hot.get(article):
            state.version, state.modified = version, modified
    header = {
        "format": FORMAT,
        "until": snapshot.until,
        "runs": {
            run: [taken.day, sorted(taken.segments), taken.report]
            for run, taken in sorted(snapshot.runs.items())
        },
        "spent": dict(sorted(snapshot.spent.items())),
        "turned": dict(sorted(snapshot.turned.items())),
        "sources": len(snapshot.sources),
        "hot": len(snapshot.hot),
    }
    lines = [json.dumps(header).encode()]
    lines += [_source_line(polled) for _, polled in sorted(snapshot.sources.items())]
    lines += [state.line(article) for article, state in sorted(snapshot.hot.items())]
    # no time of writing in the gzip header: equal snapshots must have equal names
    first = gzip.compress(b"\n".join(lines), 6, mtime=0)
    return first + gzip.compress(b"\n" + snapshot.merged(), 0, mtime=0)


def _source_line(polled: Polled) -> bytes:
    fields: dict[str, object] = {
        "fetch": as_json(polled.fetch).decode(),
        "announced": sorted(polled.announced),
        "shares": dict(sorted(polled.shares.items())),
    }
    if polled.arrivals:
        fields["arrivals"] = {
            on: dict(sorted(slots.items())) for on, slots in sorted(polled.arrivals.items())
        }
    return json.dumps(fields).encode()


def decode(data: bytes) -> Snapshot:
    """Return the snapshot of these bytes. Raises CorruptRecordError where they are none."""
    return decoded(data, "the fetch log", _LARGEST, _decode)


def decoded(data: bytes, what: str, most: int, decode: Callable[[bytes], T]) -> T:
    """Unpack a snapshot of `what` to at most `most` bytes and return what `decode` makes of it.

    Raises CorruptRecordError where it is none: it may be somebody else's.
    """
    try:
        return decode(unpack(data, most=most))
    except ValidationError as error:
        raise CorruptRecordError(
            f"a snapshot of {what} is damaged ({fault(error)}): restore it from a copy"
        ) from error
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise CorruptRecordError(
            f"a snapshot of {what} is damaged ({error}): restore it from a copy"
        ) from error


def turned_id(why: str, url: str) -> str:
    """Return the id under which a link that is no article is remembered, for one reason."""
    # the reason is part of it: under another one the link has to be logged again
    return article_id(f"{why} {url}")


def as_json(row: Fetch) -> bytes:
    """Return a log row as JSON without null and default values."""
    return row.model_dump_json(exclude_none=True, exclude_defaults=True).encode()


def _decode(data: bytes) -> Snapshot:
    first, _, rest = data.partition(b"\n")
    header = parse_json(first)
    # a newer Sillok may have written it; read as this format it would lose what was seen
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']}, this Sillok knows {FORMAT}")
    sources, hot = header["sources"], header["hot"]
    lines = rest.split(b"\n", sources + hot)
    if len(lines) != sources + hot + 1 or len(lines[-1]) % RECORD:
        raise ValueError("cut short")
    polled = [_polled(line) for line in lines[:sources]]
    return Snapshot(
        until=header["until"],
        runs={
            run: Taken(day, set(segments), report)
            for run, (day, segments, report) in header["runs"].items()
        },
        spent=header["spent"],
        turned=header.get("turned", {}),
        sources={source.fetch.url: source for source in polled},
        hot=dict(_state(line) for line in lines[sources:-1]),
        known=lines[-1],
    )


def _polled(line: bytes) -> Polled:
    fields = parse_json(line)
    shares = {
        day: (articles, listed) for day, (articles, listed) in fields.get("shares", {}).items()
    }
    arrivals = {
        on: {int(slot): count for slot, count in slots.items()}
        for on, slots in fields.get("arrivals", {}).items()
    }
    return Polled(
        Fetch.model_validate_json(fields["fetch"]),
        frozenset(fields["announced"]),
        shares,
        arrivals,
    )


def _state(line: bytes) -> tuple[str, ArticleState]:
    article, kind, first, asked, version, modified, row = line.split(b"\t", 6)
    stated = int(modified) if modified else None
    return article.decode(), ArticleState(
        KINDS[kind], int(first), int(asked), row, version.decode(), stated
    )


def take(
    snapshot: Snapshot, rows: Iterable[Fetch], seals: Iterable[Seal], reports: Iterable[RunReport]
) -> None:
    """Add the log rows of segments that were not taken in before to `snapshot`."""
    # a total order, so that the same rows in any order give the same snapshot
    ordered = sorted(rows, key=lambda row: (row.at, row.run, row.url, row.why))
    announced = _announcements(ordered)
    for row in ordered:
        if row.backfill:
            _remember_backfilled(snapshot, row)
            continue
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


def _remember_backfilled(snapshot: Snapshot, row: Fetch) -> None:
    """Add the identity of an article that a backfill fetched: a crawl has to know no more of it."""
    # its lists, gaps and revisits would make each crawl's memory as large as the backlog
    if row.role != "article" or row.article_id is None or not is_settled(row):
        return
    if row.article_id in snapshot.hot:
        _visit(snapshot, row.article_id, row)
    else:
        version = row.version_id.rpartition("-")[2] if row.version_id else None
        snapshot.remember(row.article_id, version)


def is_settled(row: Fetch) -> bool:
    """Tell whether an article need not be asked for again: it answered, or is given up."""
    return row.why in _ANSWERED or _leads_elsewhere(row) or row.why is Why.GIVEN_UP


def archived(snapshot: Snapshot, article: Article) -> None:
    """Add a version that is in the archive to `snapshot`."""
    version = article.version_id.rpartition("-")[2]
    snapshot.remember(article.article_id, version)
    modified = int(article.modified.at.timestamp()) if article.modified else None
    snapshot.newest[article.article_id] = (version, modified)


def trimmed(old: Snapshot) -> Snapshot:
    """Return the snapshot without the rows older than `HOT_DAYS`; their ids stay in `known`."""
    start = old.until - HOT_DAYS * DAY
    runs, spent = day(start), day(old.until - SPENT_DAYS * DAY)
    return Snapshot(
        until=old.until,
        runs={run: taken for run, taken in old.runs.items() if taken.day >= runs},
        spent={when: count for when, count in old.spent.items() if when >= spent},
        turned={link: when for link, when in old.turned.items() if when >= runs},
        sources={
            url: _recent(polled, runs)
            for url, polled in old.sources.items()
            if polled.fetch.at.timestamp() >= start
        },
        hot={article: state for article, state in old.hot.items() if state.asked >= start},
        known=old.known,
        fresh=old.fresh,
        newest=old.newest,
    )


def _recent(source: Polled, first: str) -> Polled:
    """Return a source without the shares and arrivals of days before `first` (a KST day)."""
    return Polled(
        source.fetch,
        source.announced,
        {day: share for day, share in source.shares.items() if day >= first},
        {day: slots for day, slots in source.arrivals.items() if day >= first},
    )


def day(moment: float) -> str:
    """Return the KST day of a moment in seconds since 1970."""
    return datetime.fromtimestamp(moment, _KST).date().isoformat()


def moment(seconds: int) -> datetime:
    """Return seconds since 1970 as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def _announcements(rows: Iterable[Fetch]) -> dict[tuple[str, str], frozenset[str]]:
    """Return for each run and source the articles that it announced."""
    announced: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.role == "article" and row.announced_by and row.article_id:
            announced.setdefault((row.run, row.announced_by), set()).add(row.article_id)
    return {source: frozenset(articles) for source, articles in announced.items()}


def _count(snapshot: Snapshot, row: Fetch) -> None:
    at = int(row.at.timestamp())
    snapshot.until = max(snapshot.until, at)
    if row.why in _ASKED or (row.why in {Why.SEEN, Why.OFF_SITE, Why.SPELLING} and row.status):
        snapshot.spent[day(at)] = snapshot.spent.get(day(at), 0) + 1


def _taken(snapshot: Snapshot, run: str, at: datetime) -> Taken:
    seconds = int(at.timestamp())
    snapshot.until = max(snapshot.until, seconds)
    taken = snapshot.runs.setdefault(run, Taken(day(seconds)))
    taken.day = max(taken.day, day(seconds))
    return taken


def _poll(snapshot: Snapshot, row: Fetch, announced: frozenset[str]) -> None:
    old = snapshot.sources.get(row.url)
    arrivals = added(old.arrivals if old else {}, arrivals_of(row))
    new = Polled(
        row, announced if row.why is Why.FETCHED else frozenset(), _shares(row, old), arrivals
    )
    if old is None:
        snapshot.sources[row.url] = new
        return
    # rows come in any order: the newer one counts, whichever came first
    before, after = (new, old) if old.fetch.at > row.at else (old, new)
    body = next((poll for poll in (after, before) if poll.fetch.why is Why.FETCHED), old)
    snapshot.sources[row.url] = Polled(
        _carried(after.fetch, before.fetch), body.announced, new.shares, arrivals
    )


def _shares(row: Fetch, old: Polled | None) -> dict[str, tuple[int, int]]:
    """Return the shares of a source including this poll."""
    # a poll with far fewer articles than the others is a fault and must not lower the measure
    shares = dict(old.shares) if old else {}
    if row.why is Why.FETCHED and row.listed and SourceFault.FEW_ARTICLES not in row.faults:
        on = day(row.at.timestamp())
        articles, listed = shares.get(on, (0, 0))
        shares[on] = (articles + (row.links or 0), listed + row.listed)
    return shares


def _visit(snapshot: Snapshot, article: str, row: Fetch) -> None:
    if row.why in _ANSWERED or _leads_elsewhere(row):
        snapshot.remember(article, row.version_id.rpartition("-")[2] if row.version_id else None)
        _answered(snapshot, article, row)
    elif (
        row.why in GAPS
        or (row.why is Why.OFF_SITE and row.status)
        or _is_closed(snapshot, article, row)
    ):
        _pending(snapshot, article, row)
    if row.why is Why.GIVEN_UP:
        snapshot.remember(article, None)


def _is_closed(snapshot: Snapshot, article: str, row: Fetch) -> bool:
    """Tell whether a gap is no longer ours to fetch."""
    return row.why is Why.ROBOTS and article in snapshot.hot


def _leads_elsewhere(row: Fetch) -> bool:
    """Tell whether a page redirects to a known article, or permanently off the outlet."""
    # a row without a status was never requested: the link was skipped
    return (row.why is Why.SEEN and row.status is not None) or (
        row.why is Why.OFF_SITE and row.status in _FOR_GOOD
    )


def _answered(snapshot: Snapshot, article: str, row: Fetch) -> None:
    at = int(row.at.timestamp())
    old = snapshot.hot.get(article)
    if old is None or old.kind == "pending":
        snapshot.hot[article] = ArticleState(
            _kind(row), at, max(at, old.asked if old else 0), as_json(row)
        )
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
        snapshot.hot[article] = ArticleState("pending", at, at, as_json(row))
    # an article that was seen before and is not hot any more is no gap
    elif old is not None:
        old.asked = max(old.asked, at)
        old.first = min(old.first, at) if old.kind == "pending" else old.first
        if old.kind == "pending" and row.at >= old.fetch().at:
            old.row = as_json(_carried(row, old.fetch()))


def _carried(row: Fetch, old: Fetch) -> Fetch:
    """Return `row` with the fields that only an earlier answer had."""
    if row.why is Why.FETCHED:
        return row
    return row.evolve(
        **{name: getattr(old, name) for name in _CARRIED if getattr(row, name) is None}
    )


def _kind(row: Fetch) -> Kind:
    if row.why is Why.GONE:
        return "gone"
    return "article" if row.outcome == "article" else "rejected"


def slot_of(moment: datetime) -> int:
    """Return the slot of its KST day in which a moment lies."""
    local = moment.astimezone(SEOUL)
    return (local.hour * 60 + local.minute) // SLOT


def arrivals_of(row: Fetch) -> Arrivals:
    """Return the new articles of one answer by the slots in which they may have come."""
    if row.why is not Why.FETCHED or not row.new_links or not row.answered_at:
        return {}
    took = row.at - row.answered_at
    if not timedelta() < took <= _LONGEST_GAP:
        return {}
    arrivals: Arrivals = {}
    for index in range(row.new_links):
        at = row.answered_at + took * (2 * index + 1) / (2 * row.new_links)
        slots = arrivals.setdefault(at.astimezone(SEOUL).date().isoformat(), {})
        slots[slot_of(at)] = slots.get(slot_of(at), 0) + 1
    return arrivals


def added(first: Mapping[str, Mapping[int, int]], second: Arrivals) -> Arrivals:
    """Return the sum of two counts."""
    total: Arrivals = {day: dict(slots) for day, slots in first.items()}
    for day, slots in second.items():
        known = total.setdefault(day, {})
        for slot, count in slots.items():
            known[slot] = known.get(slot, 0) + count
    return total
