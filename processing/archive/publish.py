"""Publishing: moves finished crawl runs from landing into the archive in one atomic step.

    landing, intake, checks, new versions, fold, parts ─► PUT manifests/<seq>.json, if absent
                                                       ─► published objects leave landing

A publication takes effect with its manifest and not before. Objects that no manifest names do not
count; after a crash the next attempt writes the same ones again. Whatever is left in landing after
the manifest was put is known to be published, and a later run removes it. Of several archivers that
run at once, one wins each manifest number; the others read the new head and start again from it.
"""

import fcntl
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from processing.archive import manifests
from processing.archive.catalogue import (
    Catalogue,
    DamagedPartError,
    LostPartError,
    LostWorkError,
)
from processing.archive.intake import DamagedPagesError, Job, RawPages, gather
from processing.archive.landed import LandedRun, alarms, identity
from processing.archive.layout import DERIVED, NewObject, adds_checkpoint
from processing.archive.manifests import ManifestLink, Snapshots, Witness
from processing.archive.removal import delete_unnamed, require_present, sweep
from processing.dates import SEOUL
from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    MissingError,
    StoreUnavailableError,
)
from processing.landing.keys import is_backfill
from processing.records import (
    Alarm,
    Fetch,
    Manifest,
    OutletCounts,
    OutletFacts,
    Publication,
    Removed,
    Sum,
    Why,
)
from processing.settings import Settings, settings
from processing.store.interface import Store
from processing.store.opening import allow_publishing

if TYPE_CHECKING:
    # here and in functions below: Arrow, DuckDB and the fold are not loaded to publish nothing
    from processing.archive.backfills import BackfillState
    from processing.archive.folding import Addition
    from processing.archive.tables import ArchivedArticle

logger = logging.getLogger(__name__)

_TRIES = 20
"""How often a manifest number may be lost to another archiver before `publish` gives up."""
_THREADS = 8
_PARTS_IN_MEMORY = 32
"""Parts that are held in memory while they are uploaded."""


class LostObjectsError(StoreUnavailableError):
    """Objects of this publication were deleted before its manifest named them.

    They have to be written again.
    """


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
    """Publish what is ready in landing and return what was done.

    Raises CorruptRecordError where the chain of manifests is broken, MissingError where `run` is
    neither in landing nor published, and StoreUnavailableError where other archivers won every
    number or, with SILLOK_SINGLE_WRITER, another process is publishing.
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
    with alone(job.options.heads, store) if job.options.single_writer else nullcontext():
        return _published(job)


@contextmanager
def alone(folder: Path, store: Store) -> Iterator[None]:
    """Hold the lock of a single writer in `folder`, one file per store.

    Raises StoreUnavailableError where another process of this machine holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(store.identity.encode()).hexdigest()[:16]
    with (folder / f"{name}.lock").open("wb") as lock:
        # flock and no file that says "locked": the system releases it however the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnavailableError(
                f"SILLOK_SINGLE_WRITER=true, and another process is publishing to {store.url}: "
                "run the same again later"
            ) from error
        yield


def _published(job: Job) -> Publication:
    """Publish on the head, and again on each newer head, until this archiver's manifest stands."""
    store, missing = job.store, False
    for _ in range(_TRIES):
        head = manifests.head(store)
        try:
            return Attempt(job, head).publication()
        except DamagedPagesError as error:
            # damage only shows while pages are copied: start again without that outlet
            job = replace(job, damaged={**job.damaged, error.outlet: str(error)})
        except AlreadyExistsError:
            logger.info(
                "another archiver published meanwhile; this one begins again on the new head"
            )
        except (LostObjectsError, LostWorkError) as error:
            logger.info("%s; this archiver begins again", error)
        except MissingError:
            # with a new head, what is missing was published and removed by another archiver; with
            # the same one a person may have discarded it: what is lost is missing again
            if missing and manifests.head(store) == head:
                raise
            missing = manifests.head(store) == head
    raise StoreUnavailableError(
        f"other archivers published {_TRIES} times meanwhile; run the same again later"
    )


class Attempt:
    """One attempt at a publication on top of `head`.

    All steps up to the manifest may be repeated. Raises AlreadyExistsError where another archiver
    was first, DamagedPagesError where an outlet must be held back, and LostObjectsError where
    objects have to be written again.
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
        self._left_out: frozenset[str] = frozenset()

    def publication(self) -> Publication:
        """Publish, clear landing, and return what was done."""
        result = Publication(
            dry_run=self._job.dry_run,
            held=tuple(self._intake.held),
            waiting=tuple(self._intake.waiting),
            quiet=tuple(self._intake.quiet),
        )
        if not self._runs:
            return result.evolve(removed=self._sweep())
        from processing.archive.folding import reprints  # noqa: PLC0415 - as above
        from processing.archive.tables import of_records, of_tables  # noqa: PLC0415

        new = self._new_versions()
        articles = [article for _, group in sorted(new.items()) for article in group]
        addition = self._fold(articles)
        snapshots, backfills = self._snapshots(), self._backfills()
        result = result.evolve(
            batch=self._batch,
            outlets=self._counts(new, reprints(addition.clusters, articles)),
            # after the snapshots: alarms look at memories that include these runs
            alarms=tuple(self._alarms()),
            signed_again=addition.signed_again,
            left_out=tuple(sorted(self._left_out)),
        )
        if self._job.dry_run:
            return result
        records = of_records(self._runs, articles, self._job.code_version, self._seq)
        parts = chain(records, of_tables(addition.tables, self._seq))
        result = self._publish(result, parts, snapshots, backfills)
        addition.forget()
        return result

    def _publish(
        self,
        result: Publication,
        parts: Iterable[NewObject],
        snapshots: Mapping[str, NewObject],
        backfills: Mapping[str, NewObject],
    ) -> Publication:
        # pages first: damage is noticed before other objects of this batch are in the store
        pages = self._put_pages()
        written = self._put(parts)
        remembered = self._put([*snapshots.values(), *backfills.values()])
        files, removes = self._checkpoint()
        adds = [*pages, *written, *self._put(files)]
        self._require_present([*adds, *remembered])
        memory = {outlet: snapshot.sum for outlet, snapshot in snapshots.items()}
        states = {outlet: state.sum for outlet, state in backfills.items()}
        named = self._intake.named.changed(memory, states, adds)
        link = self._commit(adds, removes, named, result)
        removed = self._sweep()
        self._delete_unnamed()
        _log_counts(result, link.manifest.seq)
        return result.evolve(
            seq=link.manifest.seq,
            objects=len(adds),
            bytes=sum(added.bytes for added in adds),
            removed=removed,
        )

    def _commit(
        self,
        adds: Sequence[Sum],
        removes: Sequence[Removed],
        named: Snapshots,
        result: Publication,
    ) -> ManifestLink:
        """Put the manifest, which makes the publication take effect; note it as the new head."""
        manifest = Manifest(
            seq=self._seq,
            previous=self._head.sha256 if self._head else None,
            batch=self._batch,
            published_at=self._job.now,
            adds=tuple(sorted(adds, key=lambda added: added.key)),
            removes=(*removes, *self._replaced()),
            runs=tuple(f"outlet={run.outlet}/run={run.run}" for run in self._runs),
            memory=named.memory,
            backfills=named.backfills,
            counts=_totals(result),
            code_version=self._job.code_version,
            lock_sha256=self._job.lock_sha256,
        )
        return manifests.append(self._job.store, self._witness, manifest)

    def _replaced(self) -> Iterator[Removed]:
        """Yield the damaged parts whose rows this publication brings again."""
        derived = [key for key in sorted(self._left_out) if key.partition("/")[0] in DERIVED]
        # where articles are left out too, not all rows came again: a repair still has to see it
        if len(derived) == len(self._left_out):
            yield from (Removed(key=key, reason="repair") for key in derived)

    def _checkpoint(self) -> "tuple[Sequence[NewObject], Sequence[Removed]]":
        """Return the checkpoint of the head where this publication has to add it, else nothing."""
        if not adds_checkpoint(self._seq):
            return (), ()
        from processing.archive.checkpoints import made  # noqa: PLC0415

        checkpoint = made(Catalogue(self._job.store, self._job.options.cache))
        return checkpoint.files, checkpoint.removes

    def _new_versions(self) -> "dict[str, list[ArchivedArticle]]":
        """Return the new versions of each outlet, and add them to the memories."""
        from processing.archive.tables import versions  # noqa: PLC0415

        return {
            outlet: versions(
                (article for run in runs for article in run.articles), self._intake.memories[outlet]
            )
            for outlet, runs in sorted(self._intake.runs.items())
        }

    def _fold(self, articles: "Sequence[ArchivedArticle]") -> "Addition":
        """Fold new versions; what damaged parts of the fold held is folded again with them."""
        from processing.archive.folding import folded  # noqa: PLC0415

        options = self._job.options
        catalogue = Catalogue(self._job.store, options.cache)
        while True:
            try:
                return folded(
                    articles,
                    catalogue,
                    self._job.outlets,
                    options.fold_window_days,
                    options.cache,
                    without=self._left_out,
                )
            except (DamagedPartError, LostPartError) as error:
                if error.part.key in self._left_out:
                    raise
                logger.error("%s; it is left out", error)  # noqa: TRY400 - its message says all
                from processing.archive.refolding import group  # noqa: PLC0415

                self._left_out |= group(catalogue, error.part)

    def _snapshots(self) -> dict[str, NewObject]:
        """Add the runs to the memories, and return each memory as the object to be put."""
        snapshots = {}
        for outlet, runs in self._intake.runs.items():
            memory = self._intake.memories[outlet]
            rows = (row for run in runs for row in run.log)
            seals = (seal for run in runs for seal in run.seals)
            memory.take(rows, seals, (run.own_report for run in runs if run.own_report))
            snapshots[outlet] = NewObject(f"memory/outlet={outlet}", memory.encode(), suffix=".gz")
        return snapshots

    def _backfills(self) -> dict[str, NewObject]:
        """Return the state of each outlet's backfills that these runs go on with, to be put."""
        states = {}
        named = self._intake.named.backfills
        for outlet, runs in self._intake.runs.items():
            rows = [row for run in runs if is_backfill(run.run) for row in run.log]
            if rows:
                state = self._reached(outlet, named.get(outlet))
                state.take(rows)
                states[outlet] = NewObject(
                    f"memory/outlet={outlet}", state.encode(), prefix="backfill-", suffix=".gz"
                )
        return states

    def _reached(self, outlet: str, named: Sum | None) -> "BackfillState":
        """Return what an outlet's backfills reached; damage there holds back this outlet alone."""
        from processing.archive.backfills import saved  # noqa: PLC0415

        try:
            return saved(self._job.store, named)
        except (CorruptRecordError, MissingError) as error:
            key = named.key if named else ""
            wrong = "is missing or damaged (`sillok repair`)"
            raise DamagedPagesError(outlet, key, wrong) from error

    def _counts(
        self, new: "Mapping[str, Sequence[ArchivedArticle]]", reprints: Mapping[str, int]
    ) -> dict[str, OutletCounts]:
        return {
            outlet: _outlet_counts(runs, new[outlet], reprints.get(outlet, 0))
            for outlet, runs in sorted(self._intake.runs.items())
        }

    def _alarms(self) -> Iterator[Alarm]:
        for outlet, runs in sorted(self._intake.runs.items()):
            facts = self._job.outlets.get(outlet, OutletFacts())
            yield from alarms(outlet, runs, self._intake.memories[outlet], facts, self._job.now)

    def _put(self, parts: Iterable[NewObject]) -> list[Sum]:
        remaining = iter(parts)
        sums: list[Sum] = []
        with ThreadPoolExecutor(_THREADS) as pool:
            # in batches: the tables of a whole archive that is signed again do not fit into memory
            while batch := list(islice(remaining, _PARTS_IN_MEMORY)):
                sums.extend(pool.map(self._put_part, batch))
        return sums

    def _put_part(self, part: NewObject) -> Sum:
        # written even where it exists: its age has to count from now, see `delete_unnamed`
        self._job.store.put(part.key, part.data)
        return part.sum

    def _put_pages(self) -> list[Sum]:
        seals = [seal for run in self._runs for seal in run.seals]
        return RawPages(self._job.store, self._job.options.cache).put(seals)

    def _require_present(self, adds: Sequence[Sum]) -> None:
        if gone := require_present(self._job.store, [added.key for added in adds]):
            raise LostObjectsError(
                f"{len(gone)} objects, {gone[0]} among them, were deleted while they were published"
            )

    def _delete_unnamed(self) -> None:
        """Delete objects that no manifest names, with the first publication of a day."""
        # once a day: it lists the whole archive
        job, before = self._job, self._head.manifest.published_at if self._head else None
        if before and before.astimezone(SEOUL).date() != job.now.astimezone(SEOUL).date():
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


def _outlet_counts(
    runs: Sequence[LandedRun], new: "Sequence[ArchivedArticle]", reprints: int
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


def _totals(result: Publication) -> dict[str, int]:
    """Return the counts for a manifest, summed over outlets; `signed_again` only if not zero."""
    totals = Counter({"signed_again": result.signed_again} if result.signed_again else {})
    for counts in result.outlets.values():
        numbers = counts.model_dump(exclude={"rejections"})
        totals.update(numbers | {"rejections": sum(counts.rejections.values())})
    return dict(sorted(totals.items()))


def _log_counts(result: Publication, seq: int) -> None:
    for name, counts in result.outlets.items():
        logger.info(
            "%s: %d runs, %d pages, %d new, %d edits, %d reprints; manifest %d",
            name,
            counts.runs,
            counts.pages,
            counts.new,
            counts.edits,
            counts.reprints,
            seq,
        )
