"""Deletes objects that are no longer needed: published landing files, and what no manifest names.

Objects without a manifest are superseded by later publications or left behind by lost races.
Another archiver may be about to name the very object that is to be deleted: equal bytes have equal
names. Both sides therefore announce themselves before they look. A deletion writes a notice, then
lists again and reads the head again; it leaves what was written meanwhile or is named by now. A
publisher writes its objects, then reads the notices and checks that each object still exists, and
only then creates its manifest. Whichever was second sees the other (Dekker's algorithm); it needs a
store that reads its own writes, no clock and no lock.
"""

import logging
import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from processing.archive.catalogue import Catalogue
from processing.archive.landed import Landed
from processing.archive.manifests import named_snapshots
from processing.archive.memory import Memory
from processing.errors import CorruptRecordError, MissingError, StoreUnavailableError
from processing.landing.keys import REPORT, LandingKey
from processing.records import Record
from processing.store.interface import ListedObject, Store

logger = logging.getLogger(__name__)

NOTICES = "removals/"
_TABLES = (
    "articles/",
    "checkpoints/",
    "clusters/",
    "dedupe/",
    "log/",
    "memory/",
    "pages/",
    "rejections/",
    "reports/",
)
"""Folders whose objects can be derived again; of `pages/` only merged and unmerged indexes.

Raw pages are never deleted here: they are all there is of a page.
"""
_OURS = re.compile(
    r"(?!pages/).*/(?:"
    r"(?:[0-9]+(?:-[0-9]+){0,2}-|unknown-)?[0-9a-f]{16,32}\.parquet|"  # a part, a checkpoint
    r"(?:snapshot|backfill)-[0-9a-f]{16,32}\.gz|[0-9a-f]{32}\.gz"  # what crawls remember
    r")"
    r"|pages/day=[0-9-]+/(?:index-[0-9a-f]{32}|[^/]+-seg-[0-9]+)\.cdxj"
)
"""Names that publications write; what else a person keeps in these folders is left alone."""
_THREADS = 8


class Notice(Record):
    """Objects that are being deleted at this moment."""

    at: AwareDatetime
    keys: tuple[str, ...]


def sweep(
    store: Store,
    landing: Sequence[Landed],
    memories: Mapping[str, Memory],
    *,
    now: datetime,
    after: timedelta,
) -> int:
    """Delete from landing what `memories` include, and unsealed files older than `after`.

    Return the number of deleted objects.
    """
    done = [item for run in landing for item in _done_with(run, memories[run.outlet], now - after)]
    # seals first: if this is interrupted, no seal names a file that is gone
    done.sort(key=lambda item: (not item[0].is_seal, item[1]))
    store.delete([key for _, key in done])
    return len(done)


def _done_with(run: Landed, memory: Memory, before: datetime) -> Iterator[tuple[LandingKey, str]]:
    sealed = set(run.segments)
    for name, entry in run.entries.items():
        key = LandingKey(run.outlet, run.run, name)
        if key.segment is not None and memory.has(run.run, key.segment):
            yield key, entry.key
        elif name == REPORT:
            if memory.has_report(run.run):
                yield key, entry.key
        # unsealed files may belong to a crawl that still runs; only old ones are of a killed one
        elif key.segment not in sealed and entry.modified < before:
            yield key, entry.key


def is_ours(key: str) -> bool:
    """Tell whether publications write such a key, and may delete the object once it is unnamed."""
    return key.startswith(_TABLES) and _OURS.fullmatch(key) is not None


def require_present(store: Store, keys: Collection[str]) -> list[str]:
    """Return those of the objects that are gone again, just before a manifest names them all.

    Raises StoreUnavailableError where one of them is being deleted.
    """
    for _, notice in _notices(store):
        if going := sorted({*notice.keys} & {*keys}):
            raise StoreUnavailableError(
                f"{going[0]} in {store.url} is just being deleted: run the same again later"
            )
    with ThreadPoolExecutor(_THREADS) as pool:
        return [
            key for key, there in zip(keys, pool.map(store.exists, keys), strict=True) if not there
        ]


def delete_unnamed(store: Store, cache: Path, *, now: datetime, grace: timedelta) -> int:
    """Delete objects that no manifest has named for `grace` and that were not written since.

    Copies in the cache of what is not current go with them. Return how many objects.
    """
    # a notice this old is of a process that died before it could take it back
    store.delete([key for key, notice in _notices(store) if now - notice.at > grace])
    before = now - grace
    Catalogue(store, cache).forget(before)
    unnamed = _unnamed(store, cache, before)
    if not unnamed:
        return 0
    key = f"{NOTICES}{secrets.token_hex(8)}.json"
    store.put(key, Notice(at=now, keys=tuple(unnamed)).model_dump_json().encode())
    try:
        again = _unnamed(store, cache, before)
        # what was written again meanwhile has another time, and may be named in a moment
        going = [name for name, entry in unnamed.items() if again.get(name) == entry]
        store.delete(going)
    finally:
        store.delete([key])
    logger.info("deleted %d objects that no manifest names", len(going))
    return len(going)


def _unnamed(store: Store, cache: Path, before: datetime) -> dict[str, ListedObject]:
    """Return the objects last written before a moment that were named by no manifest since then."""
    entries = [
        entry
        for folder in _TABLES
        for entry in store.list(folder)
        if entry.modified < before and _OURS.fullmatch(entry.key)
    ]
    # after the list, so that the catalogue is the newer of the two
    named = _named_since(Catalogue(store, cache), before) if entries else set()
    return {
        entry.key: entry
        for entry in entries
        if entry.key not in named and (not _is_index(entry.key) or _pages_of(entry.key) in named)
    }


def _is_index(key: str) -> bool:
    return key.endswith(".cdxj") and "/index-" not in key


def _pages_of(index: str) -> str:
    """Return the key of the raw pages of an index.

    A publication names both, and does not write an index again that is there. So one that is not
    named may be named in a moment, unless its pages are: then it was merged.
    """
    return index.removesuffix(".cdxj") + ".warc.gz"


def _named_since(catalogue: Catalogue, before: datetime) -> set[str]:
    """Return the keys that the head names, or that any head since `before` has named."""
    named = set(catalogue.parts)
    back = catalogue.back()
    for manifest in back:
        # this one was the head already at that moment; older ones are superseded longer than that
        if manifest.published_at <= before:
            return named | {*named_snapshots(chain([manifest], back)).objects}
        named |= {snapshot.key for snapshot in manifest.snapshots}
        named |= {removed.key for removed in manifest.removes}
    return named


def _notices(store: Store) -> Iterator[tuple[str, Notice]]:
    for entry in list(store.list(NOTICES)):
        try:
            yield entry.key, Notice.model_validate_json(store.get(entry.key))
        except MissingError:
            continue  # that deletion has ended since
        except ValidationError as error:
            cure = "delete it where no `sillok archive` is running"
            raise CorruptRecordError(
                f"{entry.key} in {store.url} is no notice of a deletion; {cure}"
            ) from error
