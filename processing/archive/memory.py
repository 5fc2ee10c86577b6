"""What an outlet's crawl remembers: which articles were seen, how sources answered, what is due again.

The fetch log is the state. Each publication folds its rows into one snapshot an outlet, which the manifest names; a
crawl reads that snapshot and the log rows of the landing segments sealed since. So its start costs the same after a
day and after a year: rows of the last `HOT_DAYS` are kept whole, of everything older only the identity.

Nothing here imports pyarrow: a poll that finds nothing new must start fast.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone

from processing.archive import manifests
from processing.archive.segments import read_rows, sealed
from processing.archive.snapshot import ID, NO_VERSION, RECORD, Kind, Polled, Snapshot, State, as_json, decode, encode
from processing.archive.store import Store
from processing.errors import CorruptRecordError
from processing.records import Fetch, Sum, Why

HOT_DAYS = 30
"""Days for which the newest log row of an article is kept whole: longer than any revisit schedule looks back."""
SPENT_DAYS = 3

_KST = timezone(timedelta(hours=9))
_ASKED = {Why.FETCHED, Why.UNCHANGED, Why.GONE, Why.FAILED}
"""Rows that cost a request."""
_ANSWERED = {Why.FETCHED, Why.UNCHANGED, Why.GONE}
_PENDING = {Why.FAILED, Why.OVER_BUDGET}
_CARRIED = ("etag", "last_modified", "digest", "version_id", "outcome", "announced_by", "announced_at")


class Memory:
    """What is known of one outlet: a snapshot and the rows taken in since."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self._snapshot = snapshot or Snapshot()
        self._new: dict[str, set[bytes]] = {}

    @property
    def runs(self) -> Mapping[str, str]:
        """Runs taken in, with the KST day of their newest row; those of the last `HOT_DAYS`."""
        return self._snapshot.runs

    def seen(self, article_id: str) -> bool:
        """Tell whether the page of this article was ever fetched, whatever was read from it."""
        return article_id in self._new or bool(self._snapshot.versions(article_id))

    def versions(self, article_id: str) -> frozenset[str]:
        """Return the ids of every version of this article that was ever logged."""
        records = {*self._snapshot.versions(article_id), *self._new.get(article_id, ())}
        return frozenset(f"{article_id}-{record[ID:].hex()}" for record in records if record[ID:] != NO_VERSION)

    def last(self, article_id: str) -> Fetch | None:
        """Return the newest log row of an article, or None where there is none younger than `HOT_DAYS`."""
        state = self._snapshot.hot.get(article_id)
        return state.fetch() if state else None

    def modified(self, article_id: str) -> datetime | None:
        """Return the modified time that the newest version states, as far as it is remembered."""
        state = self._snapshot.hot.get(article_id)
        return datetime.fromtimestamp(state.modified, UTC) if state and state.modified is not None else None

    def source(self, url: str) -> Fetch | None:
        """Return the newest answer of a source or of robots.txt: status, ETag, Last-Modified, digest."""
        polled = self._snapshot.sources.get(url)
        return polled.fetch if polled else None

    def announced(self, url: str) -> frozenset[str]:
        """Return the ids of the articles that a source announced when it last answered with a body."""
        polled = self._snapshot.sources.get(url)
        return polled.announced if polled else frozenset()

    def due(self, now: datetime, schedule: Sequence[timedelta]) -> list[Fetch]:
        """Return the articles to ask again, the longest overdue first.

        `schedule` is counted from the first fetch. An article is due when a moment of it has passed since the article
        was last asked for; several missed moments are one visit.
        """
        moment = int(now.timestamp())
        steps = [int(step.total_seconds()) for step in schedule]
        waiting = [
            (min(point for point in points if state.asked < point), state)
            for state in self._snapshot.hot.values()
            if state.kind == "article"
            and (points := [state.first + step for step in steps if state.first + step <= moment])
            and state.asked < points[-1]
        ]
        return [state.fetch() for _, state in sorted(waiting, key=lambda item: (item[0], item[1].row))]

    def spent(self, day: date) -> int:
        """Return the number of requests made on a KST day; known for the last days only."""
        return self._snapshot.spent.get(day.isoformat(), 0)

    def gaps(self) -> list[Fetch]:
        """Return what was announced in the last `HOT_DAYS`, failed or was over the budget, and is not here yet."""
        pending = [state.fetch() for state in self._snapshot.hot.values() if state.kind == "pending"]
        return sorted(pending, key=lambda row: (row.at, row.url))

    def fetched_since(self, moment: datetime) -> int:
        """Return how many articles were first fetched after `moment`."""
        start = int(moment.timestamp())
        return sum(state.first > start for state in self._snapshot.hot.values() if state.kind == "article")

    def take(self, rows: Iterable[Fetch], runs: Iterable[str] = ()) -> None:
        """Take in log rows in any order; rows of a run that was taken in before must not be given again."""
        ordered = sorted(rows, key=lambda row: (row.at, row.run, row.url, row.why))
        announced = _announcements(ordered)
        for row in ordered:
            self._count(row)
            if row.role != "article":
                self._poll(row, announced.get((row.run, row.url), frozenset()))
            elif row.article_id is not None:
                self._visit(row.article_id, row)
        for run in runs:
            self._snapshot.runs.setdefault(run, _day(self._snapshot.until))

    def state(self, article_id: str, modified: datetime | None) -> None:
        """Remember the modified time that the newest version of an article states."""
        state = self._snapshot.hot.get(article_id)
        if state:
            state.modified = int(modified.timestamp()) if modified else None

    def encode(self) -> bytes:
        """Return the snapshot as bytes: what is older than `HOT_DAYS` shrinks to its identity."""
        old = self._snapshot
        start = old.until - HOT_DAYS * 86400
        days = {"runs": _day(start), "spent": _day(old.until - SPENT_DAYS * 86400)}
        return encode(
            Snapshot(
                until=old.until,
                runs={run: day for run, day in old.runs.items() if day >= days["runs"]},
                spent={day: count for day, count in old.spent.items() if day >= days["spent"]},
                sources={url: one for url, one in old.sources.items() if one.fetch.at.timestamp() >= start},
                hot={article: state for article, state in old.hot.items() if state.asked >= start},
                known=self._merged(),
            )
        )

    def _merged(self) -> bytes:
        old = self._snapshot.known
        records = {old[at : at + RECORD] for at in range(0, len(old), RECORD)}
        records.update(*self._new.values())
        return b"".join(sorted(records))

    def _count(self, row: Fetch) -> None:
        moment = int(row.at.timestamp())
        self._snapshot.until = max(self._snapshot.until, moment)
        self._snapshot.runs[row.run] = max(_day(moment), self._snapshot.runs.get(row.run, ""))
        if row.why in _ASKED:
            self._snapshot.spent[_day(moment)] = self._snapshot.spent.get(_day(moment), 0) + 1

    def _poll(self, row: Fetch, announced: frozenset[str]) -> None:
        old = self._snapshot.sources.get(row.url)
        if row.why not in _ANSWERED or (old and old.fetch.at > row.at):
            return
        if old and row.why is Why.UNCHANGED:
            self._snapshot.sources[row.url] = Polled(_carried(row, old.fetch), old.announced)
        else:
            self._snapshot.sources[row.url] = Polled(row, announced)

    def _visit(self, article: str, row: Fetch) -> None:
        if row.why in _ANSWERED:
            self._remember(article, row.version_id)
            self._answered(article, row)
        elif row.why in _PENDING:
            self._pending(article, row)

    def _remember(self, article: str, version: str | None) -> None:
        if version is not None:
            record = bytes.fromhex(article) + bytes.fromhex(version.rpartition("-")[2])
        elif self.seen(article):
            return
        else:
            record = bytes.fromhex(article) + NO_VERSION
        self._new.setdefault(article, set()).add(record)

    def _answered(self, article: str, row: Fetch) -> None:
        moment = int(row.at.timestamp())
        old = self._snapshot.hot.get(article)
        if old is None or old.kind == "pending":
            full = _carried(row, old.fetch()) if old else row
            self._snapshot.hot[article] = State(_kind(full), moment, moment, None, as_json(full))
            return
        old.first = min(old.first, moment)
        newest = moment >= int(old.fetch().at.timestamp())
        old.asked = max(old.asked, moment)
        if newest:
            full = _carried(row, old.fetch())
            old.kind, old.row = _kind(full), as_json(full)

    def _pending(self, article: str, row: Fetch) -> None:
        moment = int(row.at.timestamp())
        old = self._snapshot.hot.get(article)
        if old is None and not self.seen(article):
            self._snapshot.hot[article] = State("pending", moment, moment, None, as_json(row))
        elif old is not None:
            old.asked = max(old.asked, moment)
            if old.kind == "pending" and moment >= int(old.fetch().at.timestamp()):
                old.row = as_json(_carried(row, old.fetch()))


def load(store: Store, outlet: str) -> Memory:
    """Return the memory of `outlet`: its snapshot in the newest manifest, and what landing holds since."""
    link = manifests.head(store)
    memory = Memory(snapshot(store, link.manifest.memory.get(outlet)) if link else None)
    runs: dict[str, list[Fetch]] = {}
    for seal in sealed(store, outlet):
        if seal.run not in memory.runs:
            rows = runs.setdefault(seal.run, [])
            rows += (row for row in read_rows(store, seal, "log") if isinstance(row, Fetch))
    for run, rows in sorted(runs.items()):
        memory.take(rows, [run])
    return memory


def snapshot(store: Store, where: Sum | None) -> Snapshot | None:
    """Return the snapshot that a manifest names; None where it names none."""
    if where is None:
        return None
    data = store.get(where.key)
    if hashlib.sha256(data).hexdigest() != where.sha256:
        raise CorruptRecordError(f"{where.key} in {store.url} is not what its manifest says: restore it from a copy")
    return decode(data)


def compact(previous: bytes | None, rows: Iterable[Fetch], runs: Iterable[str] = ()) -> bytes:
    """Return the snapshot that follows `previous` by these log rows; the same rows in any order give the same bytes."""
    memory = Memory(decode(previous) if previous is not None else None)
    memory.take(rows, runs)
    return memory.encode()


def _announcements(rows: Iterable[Fetch]) -> dict[tuple[str, str], frozenset[str]]:
    """Return for each run and source the articles that it announced."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.role == "article" and row.announced_by and row.article_id:
            found.setdefault((row.run, row.announced_by), set()).add(row.article_id)
    return {polled: frozenset(articles) for polled, articles in found.items()}


def _carried(row: Fetch, old: Fetch) -> Fetch:
    """Return `row` with what only an earlier answer said."""
    if row.why is Why.FETCHED:
        return row
    missing = {name: getattr(old, name) for name in _CARRIED if getattr(row, name) is None}
    return row.model_copy(update=missing)


def _kind(row: Fetch) -> Kind:
    if row.why is Why.GONE:
        return "gone"
    return "article" if row.outcome == "article" else "rejected"


def _day(moment: int) -> str:
    """Return the KST day of a moment in seconds since 1970."""
    return datetime.fromtimestamp(moment, _KST).date().isoformat()
