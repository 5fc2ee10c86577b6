"""Takes a publication's runs out of landing: sorts them, and moves the raw pages of those it takes.

A run is to publish, held back, still going on, or quiet. Runs that are held back wait for a person,
who has them published all the same or thrown away: nothing else leaves landing without having been
published.

A segment's own index of raw pages has few lines, and an object costs its manifest, its checkpoint
and the manifest of the compaction that merges it some 300 bytes. So the indexes of a publication
become one a day of collection. Segments of version 1 keep theirs, whose lines do not name their file.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.landed import Landed, LandedRun, faults, landed, ready
from processing.archive.layout import NewObject
from processing.archive.manifests import ManifestLink, Snapshots
from processing.archive.memory import Memory, published
from processing.dates import SEOUL
from processing.errors import AlreadyExistsError, CorruptRecordError, MissingError, UsageError
from processing.landing.keys import objects
from processing.records import End, Held, OutletFacts, Record, Seal, Sum, Why
from processing.settings import Settings
from processing.store.interface import Store

logger = logging.getLogger(__name__)

_THREADS = 8
_QUIET_RUNS = 24
_QUIET_TIME = timedelta(hours=6)
"""How many runs of an outlet that brought nothing may wait in landing, and for how long.

A crawl reads them there.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be published (all of landing, one outlet or one run) and what that needs.

    Runs in `released` are not checked again; a person looked at them. `damaged` maps outlets whose
    raw pages are damaged to the damage.
    """

    store: Store
    options: Settings
    now: datetime
    code_version: str
    lock_sha256: str
    outlets: Mapping[str, OutletFacts]
    outlet: str | None = None
    run: str | None = None
    dry_run: bool = False
    released: frozenset[str] = frozenset()
    damaged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sorted:
    """The landing of one outlet: runs to take in, their faults, and runs that still go on."""

    outlet: str
    memory: Memory
    runs: Sequence[LandedRun]
    damaged: Sequence[str]
    faults: Sequence[str]
    waiting: Sequence[str]

    @property
    def held(self) -> Held:
        """The record of an outlet that has faults."""
        names = sorted({*(run.run for run in self.runs), *self.damaged})
        return Held(outlet=self.outlet, runs=tuple(names), faults=tuple(self.faults))


@dataclass(frozen=True, slots=True)
class Intake:
    """All of landing, sorted: runs to publish by outlet, the others, memories by outlet.

    `named` are the snapshots that the head names.
    """

    named: Snapshots
    landing: list[Landed]
    memories: dict[str, Memory]
    runs: dict[str, Sequence[LandedRun]]
    held: list[Held]
    waiting: list[str]
    quiet: list[str]

    @property
    def all_runs(self) -> list[LandedRun]:
        return [run for _, runs in sorted(self.runs.items()) for run in runs]


def gather(job: Job, head: ManifestLink | None) -> Intake:
    """Sort what is in landing on top of `head`.

    Raises MissingError where the run that was named is neither there nor published.
    """
    landing = landed(job.store, job.outlet, job.run)
    named = manifests.snapshots(job.store, head)
    known = named.memory
    if job.run and not landing:
        _require_published(job, known)
    names = sorted({run.outlet for run in landing})
    # a bucket answers in milliseconds, but it is asked hundreds of times
    with ThreadPoolExecutor(_THREADS) as pool:
        outlets = list(pool.map(lambda name: _sorted(job, name, landing, known.get(name)), names))
    sound = {outlet.outlet: outlet.runs for outlet in outlets if outlet.runs and not outlet.faults}
    quiet = [name for name, runs in sound.items() if job.run is None and _may_stay(runs, job.now)]
    return Intake(
        named,
        landing,
        memories={outlet.outlet: outlet.memory for outlet in outlets},
        runs={name: runs for name, runs in sound.items() if name not in quiet},
        held=[outlet.held for outlet in outlets if outlet.faults],
        waiting=[run for outlet in outlets for run in outlet.waiting],
        quiet=[f"{name}/{run.run}" for name in quiet for run in sound[name]],
    )


def _sorted(job: Job, outlet: str, landing: Sequence[Landed], snapshot: Sum | None) -> Sorted:
    """Sort one outlet's runs; damage there holds this outlet back and no other."""
    try:
        memory = published(job.store, snapshot)
    except (CorruptRecordError, MissingError) as error:
        # without it, what is known of the outlet would be published once more
        runs_there = [entry.run for entry in landing if entry.outlet == outlet]
        return Sorted(outlet, Memory(), [], runs_there, [f"{error}: `sillok repair`"], [])
    grace = timedelta(minutes=job.options.run_grace_minutes)
    runs: list[LandedRun] = []
    waiting, damaged = [], []
    wrong = [job.damaged[outlet]] if outlet in job.damaged else []
    named = job.run is not None
    for entry in (entry for entry in landing if entry.outlet == outlet):
        try:
            run = ready(job.store, entry, memory, now=job.now, grace=grace, named=named)
            if run:
                # now, because a damaged file has to hold the outlet back before anything is put
                run.read()
                runs.append(run)
            elif any(not memory.has(entry.run, number) for number in entry.segments):
                waiting.append(f"{outlet}/{entry.run}")
        except CorruptRecordError as error:
            wrong.append(str(error))
            damaged.append(entry.run)
    judged = [run for run in runs if run.run not in job.released]
    wrong += faults(judged, job.outlets.get(outlet, OutletFacts()), job.now)
    return Sorted(outlet, memory, runs, damaged, wrong, waiting)


def _may_stay(runs: Sequence[LandedRun], now: datetime) -> bool:
    """Tell whether an outlet's runs brought nothing, and are few and young enough to wait."""
    # a crawl reads from landing what they saw; publishing each would only make small parts
    oldest = min((seal.sealed_at for run in runs for seal in run.seals), default=now)
    return (
        len(runs) <= _QUIET_RUNS
        and now - oldest < _QUIET_TIME
        and all(_is_quiet(run) for run in runs)
    )


def _is_quiet(run: LandedRun) -> bool:
    ended = run.own_report is not None and run.own_report.end is End.UNCHANGED
    return ended and run.pages == 0 and not any(row.why is Why.GONE for row in run.log)


def _require_published(job: Job, known: Mapping[str, Sum]) -> None:
    names = [job.outlet] if job.outlet else sorted(known)
    run = job.run or ""
    if not any(published(job.store, known.get(name)).has_run(run) for name in names):
        where = f"outlet {job.outlet}" if job.outlet else "any outlet"
        raise MissingError(
            f"landing holds no run {run} of {where}, and none was published; look under landing/"
        )


class Discarded(Record):
    """A run that was thrown away: how many objects, and why it was held back."""

    outlet: str
    run: str
    objects: int
    bytes: int
    faults: tuple[str, ...]


def discard(job: Job, runs: Collection[str]) -> list[Discarded]:
    """Delete runs from landing that are held back; with `job.dry_run` only say which.

    Raises MissingError where nothing of a run waits in landing, and UsageError where one is not
    held back: it is published by itself, or still going on.
    """
    held = {
        run: fault for fault in gather(job, manifests.head(job.store)).held for run in fault.runs
    }
    _require_held(job, runs, held)
    done = []
    for run in sorted({*runs}):
        outlet = held[run].outlet
        entries = [entry for _, entry in objects(job.store, outlet, run)]
        if not job.dry_run:
            # seals first: if this is interrupted, no seal names a file that is gone
            keys = sorted((entry.key for entry in entries), key=_seals_first)
            job.store.delete(keys)
            _require_unpublished(job, outlet, run)
        done.append(
            Discarded(
                outlet=outlet,
                run=run,
                objects=len(entries),
                bytes=sum(entry.size for entry in entries),
                faults=held[run].faults,
            )
        )
    return done


def _seals_first(key: str) -> tuple[bool, str]:
    return not key.endswith(".seal.json"), key


def _require_held(job: Job, runs: Collection[str], held: Collection[str]) -> None:
    landing = {key.run for key, _ in objects(job.store)}
    if absent := sorted({*runs} - landing):
        raise MissingError(
            f"nothing of {', '.join(absent)} waits in landing; `sillok archive --dry-run` names "
            "what it holds back"
        )
    if sound := sorted({*runs}.difference(held)):
        raise UsageError(
            f"{', '.join(sound)} is not held back: `sillok archive` publishes it, or its crawl "
            "still goes on"
        )


def _require_unpublished(job: Job, outlet: str, run: str) -> None:
    """Raise UsageError where an archiver published the run meanwhile."""
    head = manifests.head(job.store)
    try:
        memory = published(job.store, manifests.snapshots(job.store, head).memory.get(outlet))
    except (CorruptRecordError, MissingError):
        return  # it holds its outlet back: nothing of it was published
    if memory.has_run(run):
        raise UsageError(f"{run} was published meanwhile: it is in the archive, and not discarded")


class DamagedPagesError(CorruptRecordError):
    """The raw pages of a segment do not match its seal; the outlet is to be held back."""

    def __init__(self, outlet: str, key: str, wrong: str = "is not what its seal says") -> None:
        super().__init__(f"{key} {wrong}: restore it from a copy")
        self.outlet = outlet


class RawPages:
    """Puts the raw pages of sealed segments where the archive keeps them."""

    def __init__(self, store: Store, cache: Path) -> None:
        self._store = store
        self._cache = cache

    def put(self, seals: Iterable[Seal]) -> list[Sum]:
        """Copy raw pages, write their indexes, and return the sums of both.

        Raises DamagedPagesError where a file is not what its seal says, or its key is another's.
        """
        copied: list[tuple[Seal, Sum]] = []
        indexes: dict[str, list[tuple[Seal, Sum]]] = defaultdict(list)
        for seal in seals:
            for file in seal.files:
                if file.key.endswith(".cdxj") and file.rows and seal.schema_version > 1:
                    indexes[_folder(seal)].append((seal, file))
                elif file.key.endswith((".warc.gz", ".cdxj")) and file.rows:
                    copied.append((seal, file))
        with ThreadPoolExecutor(_THREADS) as pool:
            sums = list(pool.map(self._copy, copied))
            for where, sealed in sorted(indexes.items()):
                made = merged_index(where, pool.map(self._read, sealed))
                self._store.put(made.key, made.data)
                sums.append(made.sum)
        return sums

    def _read(self, sealed: tuple[Seal, Sum]) -> bytes:
        seal, file = sealed
        data = self._store.get(file.key)
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise DamagedPagesError(seal.outlet, file.key)
        return data

    def _copy(self, sealed: tuple[Seal, Sum]) -> Sum:
        """Copy one file out of landing; its checksum is verified on the way."""
        seal, file = sealed
        key = _page_key(seal, file)
        try:
            try:
                self._store.copy(file.key, key, sha256=file.sha256)
            except AlreadyExistsError:
                self._replace(key, seal, file)
        except CorruptRecordError as error:
            if isinstance(error, DamagedPagesError):
                raise
            raise DamagedPagesError(seal.outlet, file.key) from error
        return Sum(key=key, sha256=file.sha256, bytes=file.bytes, rows=file.rows)

    def _replace(self, key: str, seal: Seal, file: Sum) -> None:
        """Replace the object under `key`, which has other bytes than `file`.

        Raises DamagedPagesError where a manifest names those other bytes.
        """
        # bytes that no manifest names do not count and may be overwritten
        named = Catalogue(self._store, self._cache).parts.get(key)
        if named and named.sum.sha256 != file.sha256:
            wrong = f"has other bytes than {key}, which manifest {named.seq} names"
            raise DamagedPagesError(seal.outlet, file.key, wrong)
        logger.warning("%s in %s was damaged, and is replaced", key, self._store.url)
        self._store.delete([key])
        self._store.copy(file.key, key, sha256=file.sha256)


def merged_index(folder: str, indexes: Iterable[bytes]) -> NewObject:
    """Return indexes of raw pages of a day, which lie in `folder`, as one: sorted, each line once."""
    lines: Collection[bytes] = {line for index in indexes for line in index.splitlines() if line}
    data = b"".join(line + b"\n" for line in sorted(lines))
    return NewObject(folder, data, prefix="index-", suffix=".cdxj", rows=len(lines))


def _folder(seal: Seal) -> str:
    return f"pages/day={seal.sealed_at.astimezone(SEOUL):%Y-%m-%d}"


def _page_key(seal: Seal, file: Sum) -> str:
    """Return where a raw page file, or its index, of a sealed segment lies in the archive."""
    # a segment's own index and warcinfo name its file, which had another name in version 1
    stem = "outlet={0}-run={1}" if seal.schema_version == 1 else "{0}-{1}"
    name = f"{stem.format(seal.outlet, seal.run)}-{file.key.rpartition('/')[2]}"
    return f"{_folder(seal)}/{name}"
