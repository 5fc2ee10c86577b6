"""What a publication is: the manifest that makes it visible, and what it takes away."""

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime

from processing.records.crawls import Sum
from processing.records.record import SCHEMA_VERSION, Record


class Removed(Record):
    """An object that a manifest takes out of the archive, and why."""

    key: str
    reason: Literal["takedown", "reread", "compaction"]
    reference: str | None = None


class Manifest(Record):
    """One publication: what it adds, what it supersedes, and the hash of the one before. PUT with If-None-Match: *.

    `batch` is a digest of the runs taken in, so the same landing always makes the same batch. `memory` names for each
    outlet its current snapshot of the fetch log. `runs` are the landing runs that may be removed once this exists.
    """

    schema_version: int = SCHEMA_VERSION
    seq: int
    previous: str | None
    batch: str
    published_at: AwareDatetime
    adds: tuple[Sum, ...]
    removes: tuple[Removed, ...] = ()
    runs: tuple[str, ...] = ()
    memory: Mapping[str, Sum] = {}
    counts: Mapping[str, int] = {}
    code_version: str
    lock_sha256: str
