"""The state of an outlet's backfills: which lists answered for which days, and what still waits.

It is derived from the rows of the fetch log that name a `backfill`, and from nothing else. Each
publication writes it as an object of its own, which the manifest names beside the outlet's
snapshot: an ordinary crawl reads neither that object nor the segments that a backfill has landed.
So a backlog of a year costs the crawls of today nothing.

A source is known by its address as it is declared, which its rows carry as `announced_by`; an
answered list by its own address. Where rows of one list or article meet, the newest counts.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from processing.archive import manifests
from processing.archive.memory import named_bytes, published, read_segment
from processing.archive.snapshot import as_json, day, decoded, is_settled
from processing.landing.keys import is_backfill, objects
from processing.limits import parse_json
from processing.records import Fetch, SourceFault, Sum, Why
from processing.store.interface import Store

FORMAT = 1
_LARGEST = 1 << 30
"""Bytes, unpacked; the lists of a year take some megabytes."""
_TRIES = 3
_SPENT_DAYS = 3
_WAITS = {Why.WAITING, Why.FAILED, Why.OVER_BUDGET}
"""Last words on an article that a later run asks for."""
_COST = {Why.FETCHED, Why.UNCHANGED, Why.GONE, Why.FAILED, Why.GIVEN_UP}
"""Rows that cost a request."""
Days = tuple[date, date]
"""A stretch of KST days, both ends included."""


def label(first: date, last: date) -> str:
    """Return the `backfill` of a row that completes the days from `first` to `last`."""
    return f"{first}/{last}"


def days_of(label: str) -> Days:
    """Return the first and last day of a row's `backfill`; the same day twice for a single day."""
    first, _, last = label.partition("/")
    return date.fromisoformat(first), date.fromisoformat(last or first)


@dataclass(slots=True)
class BackfillState:
    """What the backfills of one outlet have reached.

    `lists` maps a source to its lists by their own address, each the newest row. `waiting` are the
    announced articles that were not asked for yet, or failed, by id. `complete` are the stretches
    of days that a paged list has shown whole, by source. `spent` counts requests a KST day.
    `settled` holds the ids of articles that were asked for and lie in landing still; those that are
    published are in the outlet's memory. `version` grows with each change.
    """

    lists: dict[str, dict[str, Fetch]] = field(default_factory=dict)
    complete: dict[str, list[Days]] = field(default_factory=dict)
    waiting: dict[str, Fetch] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    settled: set[bytes] = field(default_factory=set)
    version: int = 0
    _marked: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def marked(self, source: str, mark: str) -> list[Fetch]:
        """Return the lists of a source whose rows have this `backfill`."""
        known = self.lists.get(source, {})
        rows = (known[url] for url in self._marked.get((source, mark), ()))
        return [row for row in rows if row.backfill == mark]

    def has_settled(self, article: str) -> bool:
        """Tell whether an article was fetched, or need not be, by a run that lies in landing."""
        return bytes.fromhex(article) in self.settled

    def is_complete(self, source: str, on: date) -> bool:
        """Tell whether the pages of a list that were read hold all of one day."""
        return any(first <= on <= last for first, last in self.complete.get(source, ()))

    def take(self, rows: Iterable[Fetch]) -> None:
        """Take in rows of the fetch log; those without `backfill` are left out."""
        self.version += 1
        ours = (row for row in rows if row.backfill)
        for row in sorted(ours, key=lambda row: (row.at, row.run, row.url, row.why)):
            if row.why in _COST:
                when = day(row.at.timestamp())
                self.spent[when] = self.spent.get(when, 0) + 1
            if row.role == "source":
                self._list(row)
            elif row.role == "article" and row.article_id:
                self._article(row.article_id, row)

    def _list(self, row: Fetch) -> None:
        source = row.announced_by or row.url
        self._marked.setdefault((source, row.backfill or ""), set()).add(row.url)
        known = self.lists.setdefault(source, {})
        before = known.get(row.url)
        if before is None or before.at <= row.at:
            known[row.url] = row
        answered = row.why is Why.FETCHED or SourceFault.LIST_END in row.faults
        if answered and "/" in (row.backfill or "") and row.url != row.announced_by:
            self._add(source, days_of(row.backfill or ""))

    def _add(self, source: str, days: Days) -> None:
        """Add a stretch of days; stretches that meet become one."""
        if days[0] > days[1]:
            return
        merged: list[Days] = []
        for first, last in sorted([*self.complete.get(source, ()), days]):
            if merged and first <= merged[-1][1] + timedelta(days=1):
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self.complete[source] = merged

    def _article(self, article: str, row: Fetch) -> None:
        if row.why in _WAITS:
            before = self.waiting.get(article)
            if not self.has_settled(article) and (before is None or before.at <= row.at):
                self.waiting[article] = row
        elif is_settled(row) or row.why in {Why.SEEN, Why.ROBOTS, Why.OFF_SITE}:
            self.waiting.pop(article, None)
            self.settled.add(bytes.fromhex(article))

    def encode(self) -> bytes:
        """Return the state as bytes; equal states give equal bytes."""
        newest = max(self.spent, default="")
        oldest = f"{date.fromisoformat(newest) - timedelta(days=_SPENT_DAYS)}" if newest else ""
        header = {
            "format": FORMAT,
            "complete": {
                source: [label(*days) for days in stretches]
                for source, stretches in sorted(self.complete.items())
            },
            "spent": {when: count for when, count in sorted(self.spent.items()) if when >= oldest},
        }
        rows = [row for known in self.lists.values() for row in known.values()]
        rows += self.waiting.values()
        lines = [json.dumps(header).encode(), *sorted(map(as_json, rows))]
        return gzip.compress(b"\n".join(lines), 6, mtime=0)


def decode(data: bytes) -> BackfillState:
    """Return the state of these bytes. Raises CorruptRecordError where they are none."""
    return decoded(data, "backfills", _LARGEST, _decode)


def _decode(data: bytes) -> BackfillState:
    first, *rest = data.split(b"\n")
    header = parse_json(first)
    # a newer Sillok may have written it; read as this format it would lose what was reached
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']}, this Sillok knows {FORMAT}")
    state = BackfillState()
    state.take(Fetch.model_validate_json(line) for line in rest)
    # the requests of these rows are counted in the header
    state.spent = {
        f"{date.fromisoformat(when)}": int(count) for when, count in header["spent"].items()
    }
    state.complete = {
        source: [days_of(stretch) for stretch in stretches]
        for source, stretches in header["complete"].items()
    }
    return state


def load(store: Store, outlet: str) -> BackfillState:
    """Return the state of an outlet's backfills: its newest snapshot, and what landing holds since.

    Segments are read one after the other, so that memory does not grow with their number.
    """
    # a publication may move rows from landing into a snapshot meanwhile: then both are read again
    for _ in range(_TRIES):
        link = manifests.head(store)
        named = manifests.snapshots(store, link)
        known = published(store, named.memory.get(outlet))
        state = saved(store, named.backfills.get(outlet))
        for rows in _landed(store, outlet, known.has):
            state.take(rows)
        if not store.exists(manifests.key(link.manifest.seq + 1 if link else 1)):
            break
    return state


def saved(store: Store, named: Sum | None) -> BackfillState:
    """Return the state of the snapshot that a manifest names; an empty one where it names none.

    Raises CorruptRecordError where the snapshot does not match its sum.
    """
    if named is None:
        return BackfillState()
    return decode(named_bytes(store, named))


def _landed(store: Store, outlet: str, has: Callable[[str, int], bool]) -> Iterator[list[Fetch]]:
    """Yield the log rows of each segment that backfills of `outlet` have landed, oldest first."""
    for key, entry in objects(store, outlet):
        if key.is_seal and key.segment is not None and is_backfill(key.run):
            if has(key.run, key.segment):
                continue
            if segment := read_segment(store, entry.key):
                yield segment[1]
