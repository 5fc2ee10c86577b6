"""Throws away runs that are held back in landing, because a person found that they are worth nothing.

Nothing else leaves landing without having been published.
"""

import logging
from collections.abc import Collection

from processing.archive import manifests
from processing.archive.intake import Job, gather
from processing.archive.memory import published
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.landing.keys import objects
from processing.records import Record

logger = logging.getLogger(__name__)


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
    held = {run: one for one in gather(job, manifests.head(job.store)).held for run in one.runs}
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
        memory = published(job.store, head.manifest.memory.get(outlet) if head else None)
    except (CorruptRecordError, MissingError):
        return  # it holds its outlet back: nothing of it was published
    if memory.has_run(run):
        raise UsageError(f"{run} was published meanwhile: it is in the archive, and not discarded")
