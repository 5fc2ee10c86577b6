"""Reads the chain of manifests, and checks its head against a copy of its hash outside the store.

Manifests are `manifests/<seq, 8 digits>.json` from 1 without a hole, each with the SHA-256 of the
one before. The object `head.json` says where the chain ended some time ago. It is a hint that may
lag: the head is the first manifest after it that has no successor. So finding the head costs the
same in a chain of ten and of a million.

A manifest names the snapshots (what crawls and backfills of an outlet remember) that it changed;
one that adds a checkpoint, the first, and each of version 1 name those of all outlets. So whoever
wants all of them reads no further back than for a checkpoint.
"""

import hashlib
import json
import logging
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from processing.archive import layout
from processing.archive.layout import CatalogueObject
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.limits import parse_json
from processing.records import SCHEMA_VERSION, Manifest, Sum, fault
from processing.store.interface import Store

logger = logging.getLogger(__name__)

FOLDER = "manifests/"
HINT = "head.json"
_LAST = 99_999_999
_THREADS = 8
"""Manifests that are read at once, ahead of their turn."""
_NUMBER = re.compile(r"manifests/(?P<seq>[0-9]{8})\.json")


@dataclass(frozen=True, slots=True)
class ManifestLink:
    """One manifest and the SHA-256 of its bytes as they are stored."""

    manifest: Manifest
    sha256: str


@dataclass(frozen=True, slots=True)
class Snapshots:
    """What crawls (`memory`) and backfills of each outlet remember, by outlet.

    `seqs` are the numbers of the manifests that name them, by key.
    """

    memory: Mapping[str, Sum] = field(default_factory=dict)
    backfills: Mapping[str, Sum] = field(default_factory=dict)
    seqs: Mapping[str, int] = field(default_factory=dict)

    @property
    def objects(self) -> dict[str, CatalogueObject]:
        """The snapshots as objects of the catalogue, by key."""
        named = (*self.memory.values(), *self.backfills.values())
        return {
            named_sum.key: CatalogueObject(named_sum, self.seqs[named_sum.key])
            for named_sum in named
        }

    def changed(
        self, memory: Mapping[str, Sum], backfills: Mapping[str, Sum], adds: Iterable[Sum]
    ) -> "Snapshots":
        """Return what the manifest that changes these snapshots names, given what else it adds."""
        if not _has_checkpoint(adds):
            return Snapshots(_by_outlet(memory), _by_outlet(backfills))
        return Snapshots(
            _by_outlet({**self.memory, **memory}), _by_outlet({**self.backfills, **backfills})
        )


def _by_outlet(snapshots: Mapping[str, Sum]) -> dict[str, Sum]:
    return dict(sorted(snapshots.items()))


def _has_checkpoint(adds: Iterable[Sum]) -> bool:
    return any(layout.is_checkpoint(added.key) for added in adds)


def names_all_snapshots(manifest: Manifest) -> bool:
    """Tell whether a manifest names the snapshots of all outlets, and not only those it changed."""
    first = manifest.previous is None
    return first or manifest.schema_version == 1 or _has_checkpoint(manifest.adds)


def named_snapshots(newest_first: Iterable[Manifest]) -> Snapshots:
    """Return the snapshots of all outlets at the first of these manifests, each the one before."""
    memory: dict[str, Sum] = {}
    backfills: dict[str, Sum] = {}
    seqs: dict[str, int] = {}
    for manifest in newest_first:
        memory = {**manifest.memory, **memory}
        backfills = {**manifest.backfills, **backfills}
        seqs = {
            **dict.fromkeys((snapshot.key for snapshot in manifest.snapshots), manifest.seq),
            **seqs,
        }
        if names_all_snapshots(manifest):
            break
    current = {snapshot.key for snapshot in (*memory.values(), *backfills.values())}
    return Snapshots(memory, backfills, {key: seqs[key] for key in current})


def key(seq: int) -> str:
    """Return the key of the manifest with that number."""
    return f"{FOLDER}{seq:08d}.json"


def number(key: str) -> int | None:
    """Return the number of the manifest under `key`, or None where none has such a key."""
    match = _NUMBER.fullmatch(key)
    return int(match["seq"]) if match else None


def read(store: Store, seq: int) -> ManifestLink:
    """Return the manifest `seq`.

    Raises MissingError, or CorruptRecordError where it is no manifest of ours.
    """
    data = store.get(key(seq))
    where = f"{key(seq)} in {store.url}"
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise CorruptRecordError(
            f"{where} is no manifest ({fault(error)}): restore it from a copy"
        ) from error
    if manifest.schema_version > SCHEMA_VERSION:
        raise CorruptRecordError(
            f"{where} has schema {manifest.schema_version}: upgrade Sillok, it is newer"
        )
    if manifest.seq != seq:
        raise CorruptRecordError(f"{where} calls itself {manifest.seq}; restore it from a copy")
    return ManifestLink(manifest, hashlib.sha256(data).hexdigest())


def head(store: Store) -> ManifestLink | None:
    """Return the newest manifest, or None of an empty archive.

    About three requests whatever the length.
    """
    seq = _hinted(store)
    while store.exists(key(seq + 1)):
        seq += 1
    if seq == 0:
        return None
    try:
        return read(store, seq)
    except MissingError as error:
        raise CorruptRecordError(
            f"{HINT} of {store.url} names manifest {seq}, which is gone: the chain was cut; "
            "restore it from a copy"
        ) from error


def hint(store: Store, seq: int) -> None:
    """Write the hint that the chain has reached `seq`."""
    store.put(HINT, json.dumps({"seq": seq, "check": _check(seq)}).encode())


def append(store: Store, witness: "Witness", manifest: Manifest) -> ManifestLink:
    """Put a manifest, which makes its publication take effect, and note it as the new head.

    Raises AlreadyExistsError where another one has its number.
    """
    data = manifest.model_dump_json().encode()
    store.put(key(manifest.seq), data, create=True)
    link = ManifestLink(manifest, hashlib.sha256(data).hexdigest())
    hint(store, manifest.seq)
    witness.note(store, link)
    return link


def _hinted(store: Store) -> int:
    """Return a number that the chain has reached: the hint's, else the newest that is listed."""
    # a hint with a flipped bit could name a manifest far ahead, so it carries a check
    try:
        stated = parse_json(store.get(HINT))
        seq = stated["seq"]
        if (
            isinstance(seq, int)
            and 0 <= seq <= _LAST
            and stated.get("check", _check(seq)) == _check(seq)
        ):
            return seq
    except MissingError:
        return _newest_listed(store)
    except (ValueError, KeyError, TypeError, AttributeError):
        logger.debug("%s in %s is no hint", HINT, store.url, exc_info=True)
    logger.warning("%s in %s is damaged; the manifests are listed instead", HINT, store.url)
    return _newest_listed(store)


def _newest_listed(store: Store) -> int:
    return max((seq for entry in store.list(FOLDER) if (seq := number(entry.key))), default=0)


def _check(seq: int) -> str:
    """Return the check of a hint: 8 hex digits of its number's SHA-256."""
    return hashlib.sha256(str(seq).encode()).hexdigest()[:8]


def since(store: Store, link: ManifestLink | None, seq: int) -> Iterator[ManifestLink]:
    """Yield the chain backwards from `link` down to `seq`.

    Raises CorruptRecordError where a manifest does not have the hash that its successor names.
    """
    if link is None or link.manifest.seq < seq:
        return
    yield link
    for before in _earlier(store, link.manifest.seq - 1, seq):
        if before.result().sha256 != link.manifest.previous:
            raise CorruptRecordError(
                f"{key(link.manifest.seq - 1)} in {store.url} was altered: restore it from a copy"
            )
        link = before.result()
        yield link


def _earlier(store: Store, newest: int, oldest: int) -> "Iterator[Future[ManifestLink]]":
    """Yield the manifests from one number down to another, read several at once."""
    together = 1
    with ThreadPoolExecutor(_THREADS) as pool:
        while newest >= oldest:
            # most who look back find what they want in the first few
            numbers = range(newest, max(newest - together, oldest - 1), -1)
            yield from [pool.submit(read, store, seq) for seq in numbers]
            newest, together = newest - together, min(together * 2, _THREADS)


def snapshots(store: Store, link: ManifestLink | None) -> Snapshots:
    """Return the snapshots of all outlets at a manifest; none of an empty archive.

    Raises what `since` raises.
    """
    return named_snapshots(later.manifest for later in since(store, link, 1))


def remembered(store: Store, link: ManifestLink | None, outlet: str) -> Sum | None:
    """Return the snapshot of one outlet's fetch log at a manifest, for a crawl.

    Manifests that are missing or damaged are passed over: a crawl that remembers less asks some
    pages twice, and one that ends loses them.
    """
    if link is None or outlet in link.manifest.memory or names_all_snapshots(link.manifest):
        return link.manifest.memory.get(outlet) if link else None
    wanted = link.manifest.previous
    for before in _earlier(store, link.manifest.seq - 1, 1):
        try:
            earlier = before.result()
        except (CorruptRecordError, MissingError) as error:
            logger.warning("%s; what is remembered of %s may be older", error, outlet)
            wanted = None
            continue
        if wanted not in {None, earlier.sha256}:
            where = f"{key(earlier.manifest.seq)} in {store.url}"
            logger.warning("%s was altered; what is remembered of %s may be older", where, outlet)
            wanted = None
            continue
        manifest, wanted = earlier.manifest, earlier.manifest.previous
        if outlet in manifest.memory or names_all_snapshots(manifest):
            return manifest.memory.get(outlet)
    return None


class Witness:
    """The head's number and hash in a file outside the store, to notice a cut or altered tail.

    `path` is that file.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self.path = folder / f"{hashlib.sha256(store.identity.encode()).hexdigest()[:16]}.json"

    def check(self, store: Store, link: ManifestLink | None) -> bool:
        """Return whether anything was seen of this store before.

        Raises CorruptRecordError where the chain no longer holds what was seen of it.
        """
        seen = self.seen()
        if seen is None:
            return False
        if link is None or link.manifest.seq < seen[0]:
            # another archiver may have published, and noted that, since `link` was read
            link = head(store)
        current = link.manifest.seq if link else 0
        if current < seen[0]:
            raise CorruptRecordError(
                f"{store.url} ends at manifest {current}, but {seen[0]} were published: "
                f"its tail was cut; restore it from a copy, or delete {self.path} if this is meant"
            )
        noted = link if link and current == seen[0] else read(store, seen[0])
        if noted.sha256 != seen[1]:
            raise CorruptRecordError(
                f"{key(seen[0])} in {store.url} is not the one that was published; "
                f"restore it from a copy, or delete {self.path} if this is meant"
            )
        return True

    def require_writable(self) -> None:
        """Raise UsageError where a head could not be noted."""
        # found out after its manifest was put, it would be too late
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            trial = self._beside()
            trial.write_bytes(b"trial")
            trial.unlink()
        except OSError as error:
            raise self._unwritable(error) from error

    def note(self, store: Store, link: ManifestLink) -> None:
        """Keep `link` as the newest head seen. Raises UsageError where it cannot be kept."""
        fields = {"store": store.identity, "seq": link.manifest.seq, "sha256": link.sha256}
        part = self._beside()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # beside it and then renamed: a full disk must not leave half a witness
            part.write_text(json.dumps(fields) + "\n")
            part.replace(self.path)
        except OSError as error:
            raise self._unwritable(error) from error

    def _beside(self) -> Path:
        # no process id: archivers in two containers have the same one
        return self.path.with_suffix(f".{secrets.token_hex(8)}")

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(
            f"the newest manifest cannot be noted in {self.path.parent} ({error.strerror}): "
            "make room there, or name a folder in SILLOK_HEADS that can be written"
        )

    def seen(self) -> tuple[int, str] | None:
        """Return number and SHA-256 of the newest head seen, or None before the first.

        Raises CorruptRecordError where the file is damaged.
        """
        if not self.path.exists():
            return None
        try:
            seen = parse_json(self.path.read_bytes())
            return int(seen["seq"]), str(seen["sha256"])
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptRecordError(
                f"{self.path} is damaged: delete it; it is written again"
            ) from error
