"""Walks the chain of manifests in a store whatever is wrong with it, and says what is.

A reader stops at the first link that does not hold. An audit goes on: the sum of a manifest is
stated by its successor, that of the newest by the witness, and where a manifest is damaged a copy
in the cache, known by that very sum, tells what it said.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from processing.archive import manifests
from processing.archive.catalogue import CatalogueObject
from processing.archive.manifests import Snapshots, Witness, named_snapshots
from processing.errors import MissingError
from processing.records import Manifest, Record, Sum, fault
from processing.store.interface import ListedObject, Store

_THREADS = 8
_TOGETHER = 64
"""Manifests held in memory at once while they are fetched."""


class ObjectFault(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"  # a manifest names it, and it is not there
    ALTERED = "altered"  # its bytes are not those that its manifest states
    TRUNCATED = "truncated"  # the same, and it is shorter than its manifest states
    SWAPPED = "swapped"  # it holds the bytes of another object, or of an earlier one
    ORPHANED = "orphaned"  # no publication writes such a name there, or no manifest named it
    UNREFERENCED = "unreferenced"  # no manifest names it any more, and it should be deleted by now


HARMLESS = frozenset({ObjectFault.ORPHANED, ObjectFault.UNREFERENCED})
"""Faults that change no answer: nobody reads what no manifest names."""


class AuditFinding(Record):
    """One fault of one object; `manifest` is the number of the manifest that names it."""

    fault: ObjectFault
    key: str
    manifest: int | None = None
    detail: str = ""

    @property
    def harmless(self) -> bool:
        return self.fault in HARMLESS

    def __str__(self) -> str:
        named = f", named by manifest {self.manifest}" if self.manifest else ""
        return f"{self.fault}: {self.key}{named}" + (f": {self.detail}" if self.detail else "")


@dataclass(slots=True)
class ChainWalk:
    """The manifests that could be read, newest first, what is wrong, and the sums by number.

    `sums` holds those that another manifest or the witness states: what a copy must have.
    """

    manifests: list[Manifest] = field(default_factory=list)
    findings: list[AuditFinding] = field(default_factory=list)
    sums: dict[int, str] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, CatalogueObject]:
        """The objects that the newest readable manifest names, its memory included, by key."""
        current: dict[str, CatalogueObject] = {}
        for manifest in reversed(self.manifests):
            for removed in manifest.removes:
                current.pop(removed.key, None)
            current |= {added.key: CatalogueObject(added, manifest.seq) for added in manifest.adds}
        return dict(sorted((current | self.snapshots.objects).items()))

    @property
    def snapshots(self) -> Snapshots:
        """What the newest readable manifest names of all outlets, as far as those before tell."""
        return named_snapshots(self.manifests)

    @property
    def earlier(self) -> dict[str, str]:
        """The key of every object that any manifest ever named, by SHA-256."""
        return {
            added.sha256: added.key
            for manifest in reversed(self.manifests)
            for added in (*manifest.adds, *manifest.snapshots)
        }


def walk(
    store: Store, cache: Path, witness: Witness, listed: Mapping[str, ListedObject]
) -> ChainWalk:
    """Read every manifest, newest first; `listed` is what the store holds, by key."""
    done = ChainWalk()
    newest = max((seq for key in listed if (seq := manifests.number(key))), default=0)
    seen = witness.seen()
    if seen:
        done.sums[seen[0]] = seen[1]
        newest = max(newest, seen[0])
    for seq, data in _fetched(store, range(newest, 0, -1)):
        manifest = _examined(done, seq, data, cache)
        if manifest is None:
            continue
        done.manifests.append(manifest)
        if manifest.previous:
            done.sums[seq - 1] = manifest.previous
    return done


def _examined(done: ChainWalk, seq: int, data: bytes | None, cache: Path) -> Manifest | None:
    """Return the manifest of that number, from the cache where the store's is damaged."""
    key, stated = manifests.key(seq), done.sums.get(seq)
    manifest, wrong = _parsed(seq, data) if data is not None else (None, "")
    if data is None:
        done.findings.append(AuditFinding(fault=ObjectFault.MISSING, key=key, manifest=seq))
    elif stated and hashlib.sha256(data).hexdigest() != stated:
        named_by = f"manifest {seq + 1}" if seq + 1 in _numbers(done) else "the witness"
        detail = wrong or f"its SHA-256 is not the one that {named_by} states"
        done.findings.append(_altered(key, seq, detail, swapped=_is_another(data, seq)))
        manifest = None
    elif manifest is None:
        done.findings.append(_altered(key, seq, wrong, swapped=_is_another(data, seq)))
    if manifest is None and stated and (copy := cached(cache, stated)):
        return _parsed(seq, copy)[0]
    return manifest


def _numbers(done: ChainWalk) -> set[int]:
    return {done.manifests[-1].seq} if done.manifests else set()


def _altered(key: str, seq: int, detail: str, *, swapped: bool) -> AuditFinding:
    kind = ObjectFault.SWAPPED if swapped else ObjectFault.ALTERED
    return AuditFinding(fault=kind, key=key, manifest=seq, detail=detail)


def _is_another(data: bytes, seq: int) -> bool:
    try:
        return Manifest.model_validate_json(data).seq != seq
    except ValidationError:
        return False


def _parsed(seq: int, data: bytes) -> tuple[Manifest | None, str]:
    """Return a manifest, or None and what is wrong with it."""
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        return None, f"it is no manifest ({fault(error)})"
    if manifest.seq != seq:
        return None, f"it holds manifest {manifest.seq}"
    return manifest, ""


def _fetched(store: Store, numbers: Iterable[int]) -> Iterator[tuple[int, bytes | None]]:
    remaining = iter(numbers)
    with ThreadPoolExecutor(_THREADS) as pool:
        while batch := list(islice(remaining, _TOGETHER)):
            yield from zip(batch, pool.map(partial(_got, store), batch), strict=True)


def _got(store: Store, seq: int) -> bytes | None:
    try:
        return store.get(manifests.key(seq))
    except MissingError:
        return None


def cached(cache: Path, sha256: str) -> bytes | None:
    """Return the bytes with this SHA-256 from the cache, or None where they are not there."""
    try:
        data = (cache / "objects" / sha256[:2] / sha256).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def copied(stores: Iterable[Store], wanted: Sum) -> bytes | None:
    """Return the bytes of `wanted` from the first store that holds them under its key."""
    for store in stores:
        try:
            data = store.get(wanted.key)
        except MissingError:
            continue
        if hashlib.sha256(data).hexdigest() == wanted.sha256:
            return data
    return None
