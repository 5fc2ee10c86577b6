"""Publishing: what crawls left in landing becomes part of the archive, in one atomic step.

    landing ─ intake ─ check ─ versions ─ fold ─ parts ─► PUT manifests/<seq>.json, if absent ─► landing removed

Until the manifest is there, nothing has happened: parts that no manifest names do not count, and
the next try writes the same ones. Once it is there, all has happened: what is left in landing is
known to be published and goes later. Of several archivers at once one wins each number; the others
read the new head and begin again on it.

Taking out of landing what is published, and what a killed crawl left behind.

One attempt at publishing on one head: everything up to the manifest may be done twice, the manifest
only once.
"""

import fcntl
import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path

from processing.archive import folding, manifests
from processing.archive.catalogue import Catalogue
from processing.archive.intake import Job, gather
from processing.archive.landed import Landed, LandedRun, alarms, identity
from processing.archive.manifests import ManifestLink, Witness
from processing.archive.memory import Memory
from processing.archive.publication import Alarm, OutletCounts, OutletFacts, Publication
from processing.archive.removal import delete_unnamed, require_present
from processing.archive.tables import (
    ArchivedArticle,
    NewObject,
    day,
    of_records,
    of_tables,
    versions,
)
from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    MissingError,
    StoreUnavailableError,
)
from processing.landing.keys import REPORT, LandingKey
from processing.records import Fetch, Manifest, Seal, Sum, Why
from processing.settings import Settings, settings
from processing.store.interface import Store
from processing.store.probe import allow_publishing


def sweep(
    store: Store,
    landing: list[Landed],
    memories: Mapping[str, Memory],
    *,
    now: datetime,
    after: timedelta,
) -> int:
    """Delete from landing what `memories` have taken in, and unsealed files older than `after`.

    Return how many.

    Seals go first: whatever breaks off half way, no seal is left that names a file which is gone.
    """
    going = [each for one in landing for each in _going(one, memories[one.outlet], now - after)]
    going.sort(key=lambda each: (not each[0].is_seal, each[1]))
    store.delete([key for _, key in going])
    return len(going)


def _going(one: Landed, memory: Memory, before: datetime) -> Iterator[tuple[LandingKey, str]]:
    sealed = set(one.segments)
    for name, entry in one.entries.items():
        key = LandingKey(one.outlet, one.run, name)
        if key.segment is not None and memory.has(one.run, key.segment):
            yield key, entry.key
        elif name == REPORT:
            if memory.has_report(one.run):
                yield key, entry.key
        elif key.segment not in sealed and entry.modified < before:
            yield key, entry.key


logger = logging.getLogger(__name__)

_THREADS = 8
_AT_ONCE = 32
"""Parts in memory while they are put."""


class DamagedPagesError(CorruptRecordError):
    """The raw pages of a segment are not what its seal says; the outlet is to be held back."""

    def __init__(self, outlet: str, key: str, wrong: str = "is not what its seal says") -> None:
        super().__init__(f"{key} {wrong}: restore it from a copy")
        self.outlet = outlet


class LostObjectsError(StoreUnavailableError):
    """Objects of this publication were deleted before its manifest named them.

    They are to be written again.
    """


class Attempt:
    """A publication on top of `head`.

    Raises AlreadyExistsError where another archiver was first, DamagedPagesError where an outlet
    must be held back, and LostObjectsError where objects have to be written again.
    """

    def __init__(self, job: Job, head: ManifestLink | None) -> None:
        self._job = job
        self._head = head
        self._witness = Witness(job.options.heads, job.store)
        self._witness.check(job.store, head)
        if not job.dry_run:
            self._witness.require_writable()
        self._intake = gather(job, head)
        self._runs = self._intake.all_runs
        self._batch = identity(self._runs)
        self._seq = head.manifest.seq + 1 if head else 1

    def publication(self) -> Publication:
        """Publish, clear landing, and return what was done."""
        said = Publication(
            dry_run=self._job.dry_run,
            held=tuple(self._intake.held),
            waiting=tuple(self._intake.waiting),
            quiet=tuple(self._intake.quiet),
        )
        if not self._runs:
            return said.model_copy(update={"removed": self._sweep()})
        new = self._new_versions()
        every = [version for _, each in sorted(new.items()) for version in each]
        catalogue = Catalogue(self._job.store, self._job.options.cache)
        options = self._job.options
        folded = folding.folded(
            every, catalogue, self._job.outlets, options.fold_window_days, options.cache
        )
        snapshots = {
            outlet: self._snapshot(outlet, runs) for outlet, runs in self._intake.runs.items()
        }
        reprints = folding.reprints(folded.clusters, every)
        counts = {
            name: _counts(runs, new[name], reprints[name])
            for name, runs in sorted(self._intake.runs.items())
        }
        told = {"batch": self._batch, "outlets": counts, "alarms": tuple(self._alarms())}
        said = said.model_copy(update={**told, "signed_again": folded.signed_again})
        if self._job.dry_run:
            return said
        records = of_records(self._runs, every, self._job.code_version)
        done = self._publish(said, chain(records, of_tables(folded.tables, self._seq)), snapshots)
        folded.forget()
        return done

    def _publish(
        self, said: Publication, parts: Iterable[NewObject], snapshots: dict[str, NewObject]
    ) -> Publication:
        pages = (
            self._put_pages()
        )  # first: what is damaged is found before anything of this batch lies there
        adds = [*pages, *self._put(chain(parts, snapshots.values()))]
        self._require_present(adds)
        memory = dict(self._head.manifest.memory) if self._head else {}
        memory |= {outlet: part.sum for outlet, part in snapshots.items()}
        remembered = {part.key for part in snapshots.values()}
        adds = [one for one in adds if one.key not in remembered]
        link = self._commit(adds, memory, said)
        removed = self._sweep()
        self._delete_unnamed()
        size = sum(one.bytes for one in adds)
        for name, counts in said.outlets.items():
            told = (
                name,
                counts.runs,
                counts.pages,
                counts.new,
                counts.edits,
                counts.reprints,
                link.manifest.seq,
            )
            logger.info("%s: %d runs, %d pages, %d new, %d edits, %d reprints; manifest %d", *told)
        return said.model_copy(
            update={
                "seq": link.manifest.seq,
                "objects": len(adds),
                "bytes": size,
                "removed": removed,
            }
        )

    def _commit(
        self, adds: Sequence[Sum], memory: dict[str, Sum], said: Publication
    ) -> ManifestLink:
        """Put the manifest: before it nothing has happened, after it everything has."""
        manifest = Manifest(
            seq=self._seq,
            previous=self._head.sha256 if self._head else None,
            batch=self._batch,
            published_at=self._job.now,
            adds=tuple(sorted(adds, key=lambda one: one.key)),
            runs=tuple(f"outlet={run.outlet}/run={run.run}" for run in self._runs),
            memory=dict(sorted(memory.items())),
            counts=_totals(said),
            code_version=self._job.code_version,
            lock_sha256=self._job.lock_sha256,
        )
        data = manifest.model_dump_json(indent=1).encode()
        self._job.store.put(manifests.key(manifest.seq), data, create=True)
        link = ManifestLink(manifest, hashlib.sha256(data).hexdigest())
        manifests.hint(self._job.store, manifest.seq)
        self._witness.note(self._job.store, link)
        return link

    def _new_versions(self) -> dict[str, list[ArchivedArticle]]:
        """Return the new versions by outlet; the memories have taken them in."""
        return {
            outlet: versions(
                (article for run in runs for article in run.articles), self._intake.memories[outlet]
            )
            for outlet, runs in sorted(self._intake.runs.items())
        }

    def _snapshot(self, outlet: str, runs: Sequence[LandedRun]) -> NewObject:
        memory = self._intake.memories[outlet]
        rows = (row for run in runs for row in run.log)
        seals = (seal for run in runs for seal in run.seals)
        memory.take(rows, seals, (run.own_report for run in runs if run.own_report))
        return NewObject(f"log/outlet={outlet}", memory.encode(), prefix="snapshot-", suffix=".gz")

    def _alarms(self) -> Iterator[Alarm]:
        for outlet, runs in sorted(self._intake.runs.items()):
            facts = self._job.outlets.get(outlet, OutletFacts())
            yield from alarms(outlet, runs, self._intake.memories[outlet], facts, self._job.now)

    def _put(self, parts: Iterable[NewObject]) -> list[Sum]:
        def put(part: NewObject) -> Sum:
            self._job.store.put(
                part.key, part.data
            )  # where it stands already: its age counts from now, see `removal`
            return part.sum

        left = iter(parts)
        with ThreadPoolExecutor(
            _THREADS
        ) as pool:  # some at a time: all that is signed again is too much for memory
            return [
                one
                for some in iter(lambda: list(islice(left, _AT_ONCE)), [])
                for one in pool.map(put, some)
            ]

    def _put_pages(self) -> list[Sum]:
        """Copy the raw pages and their indexes of every segment that has any."""
        files = [
            (seal, file)
            for run in self._runs
            for seal in run.seals
            for file in seal.files
            if file.key.endswith((".warc.gz", ".cdxj")) and file.rows
        ]
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(self._copy, files))

    def _copy(self, what: tuple[Seal, Sum]) -> Sum:
        """Copy one file out of landing; its checksum is seen again on the way."""
        seal, file = what
        name = f"outlet={seal.outlet}-run={seal.run}-{file.key.rpartition('/')[2]}"
        key = f"pages/day={day(seal.sealed_at)}/{name}"
        try:
            try:
                self._job.store.copy(file.key, key, sha256=file.sha256)
            except AlreadyExistsError:
                self._replace(key, seal, file)
        except CorruptRecordError as error:
            if isinstance(error, DamagedPagesError):
                raise
            raise DamagedPagesError(seal.outlet, file.key) from error
        return Sum(key=key, sha256=file.sha256, bytes=file.bytes, rows=file.rows)

    def _replace(self, key: str, seal: Seal, file: Sum) -> None:
        """Replace what stands under `key` with other bytes, unless these are the ones that a manifest names."""
        named = Catalogue(self._job.store, self._job.options.cache).parts.get(key)
        if named and named.sum.sha256 != file.sha256:
            wrong = f"has other bytes than {key}, which manifest {named.seq} names"
            raise DamagedPagesError(seal.outlet, file.key, wrong)
        logger.warning("%s in %s was damaged, and is replaced", key, self._job.store.url)
        self._job.store.delete([key])
        self._job.store.copy(file.key, key, sha256=file.sha256)

    def _require_present(self, adds: Sequence[Sum]) -> None:
        if gone := require_present(self._job.store, [one.key for one in adds]):
            raise LostObjectsError(
                f"{len(gone)} objects, {gone[0]} among them, were deleted while they were published"
            )

    def _delete_unnamed(self) -> None:
        """Delete what no manifest names: with the first publication of a day, because it lists the whole archive."""
        job, before = self._job, self._head.manifest.published_at if self._head else None
        if before and day(before) != day(job.now):
            grace = timedelta(hours=job.options.remove_after_hours)
            delete_unnamed(job.store, job.options.cache, now=job.now, grace=grace)

    def _sweep(self) -> int:
        if self._job.dry_run:
            return 0
        after = timedelta(hours=self._job.options.sweep_after_hours)
        return sweep(
            self._job.store,
            self._intake.landing,
            self._intake.memories,
            now=self._job.now,
            after=after,
        )


def _is_deletion(row: Fetch) -> bool:
    """Tell whether an article that we held is gone; one with failures was never there."""
    return row.role == "article" and row.why is Why.GONE and not row.failures


def _counts(
    runs: Sequence[LandedRun], new: Sequence[ArchivedArticle], reprints: int
) -> OutletCounts:
    reasons = [str(row.reason) for run in runs for row in run.rejections]
    edits = [version for version in new if version.previous is not None]
    return OutletCounts(
        runs=len(runs),
        pages=sum(run.pages for run in runs),
        articles=sum(len(run.articles) for run in runs),
        versions=len(new),
        new=len(new) - len(edits),
        edits=len(edits),
        silent_edits=sum(version.silent_edit is True for version in edits),
        deletions=sum(_is_deletion(row) for run in runs for row in run.log),
        reprints=reprints,
        rejections={reason: reasons.count(reason) for reason in sorted(set(reasons))},
        bytes=sum(run.bytes for run in runs),
    )


def _totals(said: Publication) -> dict[str, int]:
    """Return the counts of a manifest: those of its outlets together, and how much was signed again if anything was."""
    totals: dict[str, int] = {"signed_again": said.signed_again} if said.signed_again else {}
    for counts in said.outlets.values():
        numbers = {
            name: value for name, value in counts.model_dump().items() if isinstance(value, int)
        }
        numbers["rejections"] = sum(counts.rejections.values())
        for name, value in numbers.items():
            totals[name] = totals.get(name, 0) + value
    return dict(sorted(totals.items()))


@contextmanager
def alone(folder: Path, store: Store) -> Iterator[None]:
    """Hold the lock of a single writer, which the system lets go of however the process ends.

    Raises StoreUnavailableError where another process of this machine holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(store.identity.encode()).hexdigest()[:16]
    with (folder / f"{name}.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnavailableError(
                f"SILLOK_SINGLE_WRITER=true, and another process is publishing to {store.url}: run the same again later"
            ) from error
        yield


_TRIES = 20
"""How often the number of a manifest may be lost to another archiver before this one gives up for now."""


def publish(
    store: Store,
    *,
    now: datetime,
    code_version: str,
    lock_sha256: str,
    outlets: Mapping[str, OutletFacts],
    outlet: str | None = None,
    run: str | None = None,
    dry_run: bool = False,
    released: frozenset[str] = frozenset(),
    options: Settings | None = None,
) -> Publication:
    """Publish what is ready in landing, and return what was done.

    Raises CorruptRecordError where the chain of manifests is not what it must be, MissingError
    where `run` is neither in landing nor published, and StoreUnavailableError where other archivers
    won every number.
    """
    job = Job(
        store=store,
        options=options or settings(),
        now=now,
        code_version=code_version,
        lock_sha256=lock_sha256,
        outlets=outlets,
        outlet=outlet,
        run=run,
        dry_run=dry_run,
        released=released,
    )
    if dry_run:
        return _published(job)
    allow_publishing(store, job.options)
    if not job.options.single_writer:
        return _published(job)
    with alone(job.options.heads, store):
        return _published(job)


def _published(job: Job) -> Publication:
    """Try on one head after the other, until this archiver's manifest stands or nothing is left to publish."""
    store = job.store
    for _ in range(_TRIES):
        head = manifests.head(store)
        try:
            return Attempt(job, head).publication()
        except DamagedPagesError as error:
            # seen only while its pages are copied: begin again without that outlet
            job = replace(job, damaged={**job.damaged, error.outlet: str(error)})
        except AlreadyExistsError:
            logger.info(
                "another archiver published meanwhile; this one begins again on the new head"
            )
        except LostObjectsError as error:
            logger.info("%s; this archiver begins again", error)
        except MissingError:
            if manifests.head(store) == head:
                raise
    raise StoreUnavailableError(
        f"other archivers published {_TRIES} times meanwhile; run the same again later"
    )
