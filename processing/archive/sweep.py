"""Taking out of landing what is published, and what a killed crawl left behind."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from processing.archive.batch import Landed
from processing.archive.manifests import Link
from processing.archive.memory import Memory
from processing.archive.store import Store

_SEGMENT = re.compile(r"seg-(\d+)\.")
_SNAPSHOTS_STAY = timedelta(days=1)
"""A crawl that read the manifest before may still be about to read the snapshot that it names."""


def sweep(
    store: Store, landing: list[Landed], memories: Mapping[str, Memory], *, now: datetime, after: timedelta
) -> int:
    """Delete from landing what `memories` have taken in, and unsealed files older than `after`; return how many.

    Seals go first: whatever breaks off half way, no seal is left that names a file which is gone.
    """
    keys = [key for one in landing for key in _going(one, memories[one.outlet], now - after)]
    keys.sort(key=lambda key: (not key.endswith(".seal.json"), key))
    store.delete(keys)
    return len(keys)


def old_snapshots(store: Store, outlet: str, head: Link, before: Link | None, now: datetime) -> list[str]:
    """Return the keys of an outlet's snapshots that neither of the two newest manifests names."""
    named = {link.manifest.memory[outlet].key for link in (head, before) if link and outlet in link.manifest.memory}
    return [
        entry.key
        for entry in store.list(f"log/outlet={outlet}/snapshot-")
        if entry.key not in named and now - entry.modified > _SNAPSHOTS_STAY
    ]


def _going(one: Landed, memory: Memory, before: datetime) -> Iterator[str]:
    sealed = set(one.segments)
    for name, entry in one.entries.items():
        found = _SEGMENT.match(name)
        if found and memory.has(one.run, int(found[1])):
            yield entry.key
        elif name == "report.json":
            if memory.has_report(one.run):
                yield entry.key
        elif not (found and int(found[1]) in sealed) and entry.modified < before:
            yield entry.key
