"""The snapshot of one outlet's fetch log: how it is written and read.

Two gzip members. The first is lines: a JSON header, one JSON line a source, one tab-separated line an article of the
hot part (id, kind, first, asked, version, modified, row as JSON; times are seconds since 1970). The second, stored
without compression, is `known`: records of 14 bytes in order, 8 of the article's id and 6 of a version's hash (zeros
where a page gave no version). It is searched where it lies, without being parsed.
"""

import gzip
import json
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from processing.errors import CorruptRecordError
from processing.records import Fetch, article_id

FORMAT = 1
ID, RECORD = 8, 14
NO_VERSION = bytes(RECORD - ID)

Kind = Literal["article", "rejected", "gone", "pending"]
KINDS: Mapping[bytes, Kind] = {
    b"article": "article",
    b"rejected": "rejected",
    b"gone": "gone",
    b"pending": "pending",
}


@dataclass(slots=True)
class State:
    """What is remembered of one article: `row` is JSON of the newest log row that says something about it.

    `first` is when it was first fetched, `asked` when it was last asked for. `version` is the hash of the newest
    version in the archive ("" before there is one), `modified` its modified time. Times are seconds since 1970.
    """

    kind: Kind
    first: int
    asked: int
    row: bytes
    version: str = ""
    modified: int | None = None

    def fetch(self) -> Fetch:
        """Return the log row."""
        return Fetch.model_validate_json(self.row)

    def line(self, article: str) -> bytes:
        modified = "" if self.modified is None else self.modified
        return f"{article}\t{self.kind}\t{self.first}\t{self.asked}\t{self.version}\t{modified}\t".encode() + self.row


@dataclass(slots=True)
class Polled:
    """How a source (or robots.txt) answered last, and the ids of the articles that it then announced."""

    fetch: Fetch
    announced: frozenset[str] = frozenset()


@dataclass(slots=True)
class Taken:
    """Which segments of a run were taken in, whether its report was, and the KST day of the newest of them."""

    day: str
    segments: set[int] = field(default_factory=set)
    report: bool = False


@dataclass(slots=True)
class Snapshot:
    """Everything that a crawl of one outlet remembers. `spent` is requests a KST day.

    `turned` has the links that are no articles, as `turned_id`, and the KST day when each was last logged.
    `fresh` has records of articles that are not in `known` yet, `newest` the versions that were archived last; both
    are merged into the rest when the snapshot is written.
    """

    until: int = 0
    runs: dict[str, Taken] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    sources: dict[str, Polled] = field(default_factory=dict)
    hot: dict[str, State] = field(default_factory=dict)
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
            if new != {nothing}:  # it gave a version by now
                records.discard(nothing)
        return b"".join(sorted(records))

    def _records(self, article: str) -> Iterator[bytes]:
        wanted, known = bytes.fromhex(article), self.known
        count = len(known) // RECORD
        at = bisect_left(range(count), wanted, key=lambda i: known[i * RECORD : i * RECORD + ID]) * RECORD
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
        "runs": {run: [one.day, sorted(one.segments), one.report] for run, one in sorted(snapshot.runs.items())},
        "spent": dict(sorted(snapshot.spent.items())),
        "turned": dict(sorted(snapshot.turned.items())),
        "sources": len(snapshot.sources),
        "hot": len(snapshot.hot),
    }
    lines = [json.dumps(header).encode()]
    for _, polled in sorted(snapshot.sources.items()):
        fields = {"fetch": as_json(polled.fetch).decode(), "announced": sorted(polled.announced)}
        lines.append(json.dumps(fields).encode())
    lines += [state.line(article) for article, state in sorted(snapshot.hot.items())]
    first = gzip.compress(b"\n".join(lines), 6, mtime=0)
    return first + gzip.compress(b"\n" + snapshot.merged(), 0, mtime=0)


def decode(data: bytes) -> Snapshot:
    """Return the snapshot of these bytes. Raises CorruptRecordError where they are none."""
    try:
        return _decode(gzip.decompress(data))
    except (OSError, EOFError, zlib.error, ValueError, KeyError) as error:
        raise CorruptRecordError(f"a snapshot of the fetch log is damaged ({error}): restore it from a copy") from error


def turned_id(why: str, url: str) -> str:
    """Return what is remembered of a link that is no article: of its URL, and of the reason too, which may change."""
    return article_id(f"{why} {url}")


def as_json(row: Fetch) -> bytes:
    """Return a log row without the fields that say nothing."""
    return row.model_dump_json(exclude_none=True, exclude_defaults=True).encode()


def _decode(data: bytes) -> Snapshot:
    first, _, rest = data.partition(b"\n")
    header = json.loads(first)
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']}, this Sillok knows {FORMAT}")
    sources, hot = header["sources"], header["hot"]
    lines = rest.split(b"\n", sources + hot)
    if len(lines) != sources + hot + 1 or len(lines[-1]) % RECORD:
        raise ValueError("cut short")
    polled = [_polled(line) for line in lines[:sources]]
    return Snapshot(
        until=header["until"],
        runs={run: Taken(day, set(segments), report) for run, (day, segments, report) in header["runs"].items()},
        spent=header["spent"],
        turned=header.get("turned", {}),
        sources={one.fetch.url: one for one in polled},
        hot=dict(_state(line) for line in lines[sources:-1]),
        known=lines[-1],
    )


def _polled(line: bytes) -> Polled:
    fields = json.loads(line)
    return Polled(Fetch.model_validate_json(fields["fetch"]), frozenset(fields["announced"]))


def _state(line: bytes) -> tuple[str, State]:
    article, kind, first, asked, version, modified, row = line.split(b"\t", 6)
    stated = int(modified) if modified else None
    return article.decode(), State(KINDS[kind], int(first), int(asked), row, version.decode(), stated)
