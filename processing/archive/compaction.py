"""Compaction: a publication that adds no news, and makes few parts of many.

    planned merges, parts ─► PUT manifests/<seq>.json, if absent ─► a checkpoint of what is current

It takes effect with its manifest, as every publication does: what it wrote before does not count,
and another run writes the same objects again. What it removes stays in the store for the grace
time, so that readers of an older head go on. Whoever publishes meanwhile wins the number, and the
compaction begins again on the new head.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from processing.archive import checkpoints, layout, manifests
from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.archive.layout import NewObject
from processing.archive.manifests import Witness
from processing.archive.merging import Merge, merged, planned
from processing.archive.publish import LostObjectsError, alone
from processing.archive.removal import delete_unnamed, require_present
from processing.archive.tables import TABLES
from processing.dates import SEOUL
from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    MissingError,
    StoreUnavailableError,
)
from processing.records import Manifest, Record, Removed, Sum
from processing.settings import Settings
from processing.signing.documents import FoldOptions
from processing.store.interface import Store
from processing.store.opening import allow_publishing

logger = logging.getLogger(__name__)

_TRIES = 20
"""How often a manifest number may be lost to an archiver before a compaction gives up."""

Progress = Callable[[int, int], None]
"""Called with the merges done and their number after each."""


class Compaction(Record):
    """What a compaction did, or would do in a dry run, where `parts` and `bytes_after` are None.

    `replaced` counts the objects that are superseded, `parts` those that take their place, `days`
    and `months` the merges; `deleted` counts objects whose grace time was over. `seq` is None where
    there was nothing to do.
    """

    seq: int | None = None
    dry_run: bool = False
    days: int = 0
    months: int = 0
    replaced: int = 0
    parts: int | None = None
    bytes_before: int = 0
    bytes_after: int | None = None
    deleted: int = 0

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to merge."""
        return self.replaced == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionJob:
    """The store to compact and what that needs; `upgrade` rewrites all of version 1 too."""

    store: Store
    options: Settings
    now: datetime
    code_version: str
    lock_sha256: str
    dry_run: bool = False
    upgrade: bool = False
    progress: Progress = lambda _done, _of: None


def compact(job: CompactionJob) -> Compaction:
    """Merge what can be merged and return what was done.

    Raises CorruptRecordError where the archive is damaged, and StoreUnavailableError where other
    archivers won every number.
    """
    if job.dry_run:
        return _attempt(job)
    allow_publishing(job.store, job.options)
    with alone(job.options.heads, job.store) if job.options.single_writer else nullcontext():
        done = _repeated(job)
        grace = timedelta(hours=job.options.remove_after_hours)
        deleted = delete_unnamed(job.store, job.options.cache, now=job.now, grace=grace)
    return done.evolve(deleted=deleted)


def _repeated(job: CompactionJob) -> Compaction:
    for _ in range(_TRIES):
        before = manifests.head(job.store)
        try:
            done = _attempt(job)
        except (AlreadyExistsError, LostObjectsError) as error:
            logger.info("%s; the compaction begins again on the new head", error)
        except MissingError:
            # with a new head, what is missing was superseded meanwhile
            if manifests.head(job.store) == before:
                raise
        else:
            if not done.unchanged:
                _add_checkpoint(job)
            return done
    raise StoreUnavailableError(
        f"archivers published {_TRIES} times meanwhile; run the same again later"
    )


def _attempt(job: CompactionJob) -> Compaction:
    """Compact on the present head."""
    catalogue = Catalogue(job.store, job.options.cache, job.options.heads)
    if catalogue.head is None:
        return Compaction(dry_run=job.dry_run)
    today = job.now.astimezone(SEOUL).date()
    fingerprint = FoldOptions().fingerprint
    merges = planned(catalogue, today, fingerprint, upgrade=job.upgrade)
    old = _superseded(catalogue, merges, fingerprint) if job.upgrade else {}
    gone = {part.key: part for merge in merges for part in merge.parts} | old
    memory = _moved(catalogue) if job.upgrade else {}
    result = Compaction(
        dry_run=job.dry_run,
        days=sum(not merge.whole_month for merge in merges),
        months=sum(merge.whole_month for merge in merges),
        replaced=len(gone) + len(memory),
        bytes_before=sum(part.sum.bytes for part in gone.values()),
    )
    if job.dry_run or result.unchanged:
        return result
    adds = _put_all(job, catalogue, merges)
    _require_all_rows(gone.values(), adds)
    for outlet, (source, target) in memory.items():
        logger.info("the memory of %s moves to %s", outlet, target.key)
        job.store.put(target.key, job.store.get(source.key))
    targets = {outlet: target for outlet, (_, target) in memory.items()}
    seq = _publish(
        job, catalogue, adds, sorted(gone.keys() - {added.key for added in adds}), targets
    )
    return result.evolve(seq=seq, parts=len(adds), bytes_after=sum(added.bytes for added in adds))


def _put_all(job: CompactionJob, catalogue: Catalogue, merges: Sequence[Merge]) -> list[Sum]:
    adds: list[Sum] = []
    for number, merge in enumerate(merges, 1):
        for made in merged(catalogue, merge):
            job.store.put(made.key, made.data)
            adds.append(made.sum)
        job.progress(number, len(merges))
    return adds


def _require_all_rows(gone: Iterable[CatalogueObject], adds: Iterable[Sum]) -> None:
    """Raise CorruptRecordError where a table of records would have other rows than before."""
    before, after = dict.fromkeys(TABLES, 0), dict.fromkeys(TABLES, 0)
    for part in gone:
        if part.table in before:
            before[part.table] += part.sum.rows or 0
    for added in adds:
        table = added.key.partition("/")[0]
        if table in after:
            after[table] += added.rows or 0
    for table, rows in before.items():
        if rows != after[table]:
            raise CorruptRecordError(
                f"{table} has {after[table]} rows after merging and {rows} before: "
                "nothing was published; `sillok audit`"
            )


def _superseded(
    catalogue: Catalogue, merges: Sequence[Merge], fingerprint: str
) -> dict[str, CatalogueObject]:
    """Return the signatures of earlier versions of the fold, which this one does not read."""
    merging = {part.key for merge in merges for part in merge.parts}
    current = f"dedupe/v={fingerprint}/"
    return {
        part.key: part
        for part in catalogue.of("dedupe")
        if part.key not in merging and not part.key.startswith(current)
    }


def _moved(catalogue: Catalogue) -> dict[str, tuple[Sum, Sum]]:
    """Return the memories that lie where version 1 put them, each with where it belongs."""
    moved = {}
    for outlet, snapshot in catalogue.snapshots.memory.items():
        if not snapshot.key.startswith("memory/"):
            name = f"{snapshot.sha256[:32]}.gz"
            target = snapshot.evolve(key=f"memory/outlet={outlet}/{name}")
            moved[outlet] = (snapshot, target)
    return moved


def _publish(
    job: CompactionJob,
    catalogue: Catalogue,
    adds: Sequence[Sum],
    gone: Sequence[str],
    memory: Mapping[str, Sum],
) -> int:
    """Put the manifest of a compaction and return its number."""
    checkpoint = checkpoints.NOTHING
    head = catalogue.link
    seq = head.manifest.seq + 1 if head else 1
    if layout.adds_checkpoint(seq):
        checkpoint = checkpoints.made(catalogue)
    digest = hashlib.sha256("\n".join(sorted(added.key for added in adds)).encode()).hexdigest()
    removes = [Removed(key=key, reason="compaction") for key in gone]
    return _commit(
        job,
        catalogue,
        batch=f"compact-{digest[:16]}",
        adds=[*adds, *_put(job.store, checkpoint.files)],
        removes=[*removes, *checkpoint.removes],
        memory=memory,
    )


def _add_checkpoint(job: CompactionJob) -> None:
    """Publish a checkpoint of what the compaction left, so that readers need not apply it."""
    catalogue = Catalogue(job.store, job.options.cache)
    checkpoint = checkpoints.made(catalogue)
    if catalogue.head is None or not checkpoint.files:
        return
    try:
        _commit(
            job,
            catalogue,
            batch=f"checkpoint-{catalogue.head.seq}",
            adds=_put(job.store, checkpoint.files),
            removes=checkpoint.removes,
            memory={},
        )
    except (AlreadyExistsError, LostObjectsError) as error:
        logger.info("%s; the next checkpoint is added when it is due", error)


def _put(store: Store, files: Iterable[NewObject]) -> list[Sum]:
    for file in files:
        store.put(file.key, file.data)
    return [file.sum for file in files]


def _commit(
    job: CompactionJob,
    catalogue: Catalogue,
    *,
    batch: str,
    adds: Sequence[Sum],
    removes: Sequence[Removed],
    memory: Mapping[str, Sum],
) -> int:
    head = catalogue.link
    witness = Witness(job.options.heads, job.store)
    witness.check(job.store, head)
    witness.require_writable()
    if gone := require_present(job.store, [added.key for added in (*adds, *memory.values())]):
        raise LostObjectsError(f"{gone[0]} was deleted while it was published")
    named = catalogue.snapshots.changed(memory, {}, adds)
    manifest = Manifest(
        seq=head.manifest.seq + 1 if head else 1,
        previous=head.sha256 if head else None,
        batch=batch,
        published_at=job.now,
        adds=tuple(sorted(adds, key=lambda added: added.key)),
        removes=tuple(removes),
        memory=named.memory,
        backfills=named.backfills,
        code_version=job.code_version,
        lock_sha256=job.lock_sha256,
    )
    return manifests.append(job.store, witness, manifest).manifest.seq
