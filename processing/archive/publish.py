"""Publishing: what crawls left in landing becomes part of the archive, in one atomic step.

    landing ─ intake ─ check ─ versions ─ fold ─ parts ─► PUT manifests/<seq>.json, if absent ─► landing removed

Until the manifest is there, nothing has happened: parts that no manifest names do not count, and the next try writes
the same ones. Once it is there, all has happened: what is left in landing is known to be published and goes later. Of
several archivers at once one wins each number; the others read the new head and begin again on it.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from processing.archive import manifests, probe
from processing.archive.attempt import Attempt, DamagedPagesError
from processing.archive.intake import Job
from processing.archive.publication import OutletFacts, Publication
from processing.archive.store import Store
from processing.errors import AlreadyExistsError, MissingError, StoreUnavailableError
from processing.settings import Settings, settings

logger = logging.getLogger(__name__)

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

    Raises CorruptRecordError where the chain of manifests is not what it must be, MissingError where `run` is neither
    in landing nor published, and StoreUnavailableError where other archivers won every number.
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
    if not dry_run:
        probe.allow_publishing(store, job.options)
    for _ in range(_TRIES):
        head = manifests.head(store)
        try:
            return Attempt(job, head).publication()
        except DamagedPagesError as error:  # seen only while its pages are copied: begin again without that outlet
            job = replace(job, damaged={**job.damaged, error.outlet: str(error)})
        except AlreadyExistsError:
            logger.info("another archiver published meanwhile; this one begins again on the new head")
        except MissingError:
            if manifests.head(store) == head:
                raise
    raise StoreUnavailableError(f"other archivers published {_TRIES} times meanwhile; run the same again later")
