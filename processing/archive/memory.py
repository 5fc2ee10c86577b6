"""The memory of an outlet's crawls: seen articles, answers of sources, and what is due again.

The fetch log is the state. Each publication merges its rows into one snapshot per outlet, which the
manifest names; a crawl reads that snapshot and the log rows of the landing segments sealed since.
So a crawl starts as fast after a year as after a day: rows of the last `HOT_DAYS` are kept whole,
of everything older only the ids.

Nothing here imports pyarrow: a poll that finds nothing new must start fast.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from pydantic import ValidationError

from processing.archive import manifests, snapshot
from processing.archive.snapshot import Snapshot, as_json, decode, encode, turned_id
from processing.errors import CorruptRecordError, MissingError
from processing.landing.keys import is_backfill, objects
from processing.landing.segments import read_rows
from processing.records import Article, Fetch, RunReport, Seal, Sum, Why, fault
from processing.store.interface import Store

_TRIES = 3
"""How often a memory is read when publications overtake it."""
_THREADS = 8


@dataclass(frozen=True, slots=True)
class Newest:
    """A version of an article and its stated modified time (whole seconds)."""

    version: str
    modified: datetime | None


class Memory:
    """What is known of one outlet: a snapshot and the rows taken in since."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self._snapshot = snapshot or Snapshot()

    def has(self, run: str, segment: int) -> bool:
        """Tell whether a segment was taken in; known of those of the last `HOT_DAYS`."""
        taken = self._snapshot.runs.get(run)
        return taken is not None and segment in taken.segments

    def has_run(self, run: str) -> bool:
        """Tell whether anything of a run was taken in; known of those of the last `HOT_DAYS`."""
        return run in self._snapshot.runs

    def has_report(self, run: str) -> bool:
        """Tell whether the report of a run was taken in; known of those of the last `HOT_DAYS`."""
        taken = self._snapshot.runs.get(run)
        return taken is not None and taken.report

    def seen(self, article_id: str) -> bool:
        """Tell whether the page of this article was ever fetched, whatever was read from it."""
        return self._snapshot.seen(article_id)

    def versions(self, article_id: str) -> frozenset[str]:
        """Return the ids of every version of this article that was ever read."""
        return frozenset(
            f"{article_id}-{version}" for version in self._snapshot.versions(article_id)
        )

    def last(self, article_id: str) -> Fetch | None:
        """Return the newest log row of an article, or None if none is younger than `HOT_DAYS`."""
        state = self._snapshot.hot.get(article_id)
        return state.fetch() if state else None

    def newest(self, article_id: str) -> Newest | None:
        """Return the version that was archived last, if that was in the last `HOT_DAYS`."""
        state = self._snapshot.hot.get(article_id)
        before = (state.version, state.modified) if state else ("", None)
        version, modified = self._snapshot.newest.get(article_id, before)
        if not version:
            return None
        return Newest(
            f"{article_id}-{version}", None if modified is None else snapshot.moment(modified)
        )

    def source(self, url: str) -> Fetch | None:
        """Return the newest log row of a source or of robots.txt.

        ETag and digest are carried over from the last response that had them.
        """
        polled = self._snapshot.sources.get(url)
        return polled.fetch if polled else None

    def asked_at(self) -> datetime | None:
        """Return when a source or a robots.txt was last asked, or None before the first crawl."""
        return max((polled.fetch.at for polled in self._snapshot.sources.values()), default=None)

    def announced(self, url: str) -> frozenset[str]:
        """Return the ids of the articles in the last answer of a source that had a body."""
        polled = self._snapshot.sources.get(url)
        return polled.announced if polled else frozenset()

    def shares(self, url: str) -> Mapping[str, tuple[int, int]]:
        """Return how many links of a source were articles and how many it listed, by KST day."""
        polled = self._snapshot.sources.get(url)
        return polled.shares if polled else {}

    def arrivals(self, url: str) -> Mapping[str, Mapping[int, int]]:
        """Return the new articles of a source by KST day and half hour of the day."""
        polled = self._snapshot.sources.get(url)
        return polled.arrivals if polled else {}

    def due(self, now: datetime, schedule: Sequence[timedelta]) -> list[Fetch]:
        """Return the articles to ask again, the longest overdue first.

        `schedule` is counted from the first fetch. An article is due when a moment of it has passed
        since the article was last asked for; several missed moments are one visit.
        """
        # whole seconds, because a snapshot stores whole seconds
        steps = [int(step.total_seconds()) for step in schedule]
        waiting = []
        for state in self._snapshot.hot.values():
            passed = (
                state.first + step
                for step in steps
                if state.asked < state.first + step <= now.timestamp()
            )
            point = min(passed, default=None)
            if state.kind == "article" and point is not None:
                waiting.append((point, state.row, state))
        return [state.fetch() for _, _, state in sorted(waiting, key=lambda item: item[:2])]

    def spent(self, day: date) -> int:
        """Return the number of requests made on a KST day; known for the last days only."""
        return self._snapshot.spent.get(day.isoformat(), 0)

    def gaps(self) -> list[Fetch]:
        """Return the gaps of the last `HOT_DAYS`: failed or over the budget, and not archived.

        Given-up links are included; links that we may not fetch (robots.txt, a redirect off the
        outlet) are not.
        """
        pending = (
            state.fetch() for state in self._snapshot.hot.values() if state.kind == "pending"
        )
        return sorted(
            (row for row in pending if row.why in snapshot.GAPS), key=lambda row: (row.at, row.url)
        )

    def turned_down(self, why: Why, url: str) -> bool:
        """Tell whether a link was logged as no article, for this reason, in the last `HOT_DAYS`."""
        return turned_id(why, url) in self._snapshot.turned

    def fetched_since(self, moment: datetime) -> int:
        """Return how many articles were first fetched after `moment`."""
        start = int(moment.timestamp())
        return sum(
            state.first > start for state in self._snapshot.hot.values() if state.kind == "article"
        )

    def older_than(self, moment: datetime) -> bool:
        """Tell whether an article was fetched before `moment`."""
        start = int(moment.timestamp())
        return any(state.first < start for state in self._snapshot.hot.values())

    def take(
        self, rows: Iterable[Fetch], seals: Iterable[Seal] = (), reports: Iterable[RunReport] = ()
    ) -> None:
        """Take in the log rows of these segments, in any order.

        Segments that `has` knows must not be given again.
        """
        snapshot.take(self._snapshot, rows, seals, reports)

    def archived(self, version: Article) -> None:
        """Add a version that is in the archive, with its stated modified time."""
        snapshot.archived(self._snapshot, version)

    def forgive(self, covers: Callable[[datetime], bool]) -> None:
        """Undo failures without any packet from the host, if `covers` says we were offline then.

        Links that were left alone because of them may be requested again at once. Only this memory
        changes, not the log.
        """
        for polled in self._snapshot.sources.values():
            if polled.fetch.unreached and covers(polled.fetch.at):
                polled.fetch = _forgiven(polled.fetch)
        for state in self._snapshot.hot.values():
            # a search in the bytes first: parsing every pending row would slow each crawl's start
            if state.kind == "pending" and b'"unreached"' in state.row:
                row = state.fetch()
                if row.unreached and covers(row.at):
                    state.row = as_json(_forgiven(row))

    def encode(self) -> bytes:
        """Return the snapshot as bytes: what is older than `HOT_DAYS` shrinks to its identity."""
        return encode(snapshot.trimmed(self._snapshot))


def _forgiven(row: Fetch) -> Fetch:
    fields = row.model_dump() | {
        "failures": max(row.failures - row.unreached, 0),
        "unreached": 0,
        "next_at": None if row.next_at is None else row.at,
    }
    return Fetch.model_validate(fields)


def load(store: Store, outlet: str) -> Memory:
    """Return the memory of `outlet`: its newest snapshot, and what landing holds since."""
    # a publication may move rows from landing into a snapshot meanwhile: then both are read again
    for _ in range(_TRIES):
        link = manifests.head(store)
        memory = published(store, manifests.remembered(store, link, outlet))
        _take_landing(store, outlet, memory)
        if not store.exists(manifests.key(link.manifest.seq + 1 if link else 1)):
            break
    # still overtaken after all tries: some pages may be requested twice, none is lost
    return memory


def _take_landing(store: Store, outlet: str, memory: Memory) -> None:
    """Take in the sealed segments that `memory` does not have."""
    seals = [
        entry.key
        for key, entry in objects(store, outlet)
        if key.is_seal
        and key.segment is not None
        and not is_backfill(key.run)
        and not memory.has(key.run, key.segment)
    ]
    with ThreadPoolExecutor(_THREADS) as pool:
        segments = [segment for segment in pool.map(partial(read_segment, store), seals) if segment]
    for run in sorted({seal.run for seal, _ in segments}):
        own = [(seal, rows) for seal, rows in segments if seal.run == run]
        memory.take((row for _, rows in own for row in rows), [seal for seal, _ in own])


def read_segment(store: Store, key: str) -> tuple[Seal, list[Fetch]] | None:
    """Return a seal and its log rows; None where a publication has taken them away."""
    # between the listing and now, a publication may have removed it
    try:
        seal = Seal.model_validate_json(store.get(key))
        return seal, [row for row in read_rows(store, seal, "log") if isinstance(row, Fetch)]
    except MissingError:
        return None
    except ValidationError as error:
        raise CorruptRecordError(
            f"{key} in {store.url} is no seal ({fault(error)}): restore it from a copy"
        ) from error


def published(store: Store, named: Sum | None) -> Memory:
    """Return the memory of the snapshot that a manifest names; an empty one where it names none.

    Raises CorruptRecordError where the snapshot does not match its sum.
    """
    if named is None:
        return Memory()
    return Memory(decode(named_bytes(store, named)))


def named_bytes(store: Store, named: Sum) -> bytes:
    """Return the bytes of an object that a manifest names.

    Raises CorruptRecordError where they do not match its sum.
    """
    # a damaged snapshot would make the crawl forget what it has seen
    data = store.get(named.key)
    if hashlib.sha256(data).hexdigest() != named.sha256:
        raise CorruptRecordError(
            f"{named.key} in {store.url} is not what its manifest says: restore it from a copy"
        )
    return data


def compact(
    previous: bytes | None,
    rows: Iterable[Fetch],
    seals: Iterable[Seal] = (),
    reports: Iterable[RunReport] = (),
) -> bytes:
    """Return the snapshot that follows `previous` by these log rows.

    The same rows in any order give the same bytes.
    """
    memory = Memory(decode(previous) if previous is not None else None)
    memory.take(rows, seals, reports)
    return memory.encode()
