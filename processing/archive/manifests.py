"""The chain of manifests: finding its head, and holding it against the copy of its hash outside the bucket.

Manifests are `manifests/<seq, 8 digits>.json` from 1 without a hole, each with the SHA-256 of the one before. The
object `head.json` says where the chain ended some time ago; it is a hint that may lag, never the truth: the head is
the first manifest after it that has no successor. So finding it costs the same in a chain of ten and of a million.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from processing.errors import CorruptRecordError, MissingError
from processing.records import SCHEMA_VERSION, Manifest
from processing.store.interface import Store

logger = logging.getLogger(__name__)

FOLDER = "manifests/"
HINT = "head.json"


@dataclass(frozen=True, slots=True)
class ManifestLink:
    """One manifest and the SHA-256 of its bytes as they are stored."""

    manifest: Manifest
    sha256: str


def key(seq: int) -> str:
    """Return the key of the manifest with that number."""
    return f"{FOLDER}{seq:08d}.json"


def read(store: Store, seq: int) -> ManifestLink:
    """Return the manifest `seq`. Raises MissingError, or CorruptRecordError where it is no manifest of ours."""
    data = store.get(key(seq))
    where = f"{key(seq)} in {store.url}"
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise CorruptRecordError(
            f"{where} is no manifest: {error}; restore it from a copy"
        ) from error
    if manifest.schema_version > SCHEMA_VERSION:
        raise CorruptRecordError(
            f"{where} has schema {manifest.schema_version}: upgrade Sillok, it is newer"
        )
    if manifest.seq != seq:
        raise CorruptRecordError(f"{where} calls itself {manifest.seq}; restore it from a copy")
    return ManifestLink(manifest, hashlib.sha256(data).hexdigest())


def head(store: Store) -> ManifestLink | None:
    """Return the newest manifest, or None of an empty archive; about three requests whatever the length."""
    seq = _hinted(store)
    while store.exists(key(seq + 1)):
        seq += 1
    if seq == 0:
        return None
    try:
        return read(store, seq)
    except MissingError as error:
        raise CorruptRecordError(
            f"{HINT} of {store.url} names manifest {seq}, which is gone: the chain was cut; restore it from a copy"
        ) from error


def hint(store: Store, seq: int) -> None:
    """Say that the chain had come as far as `seq`."""
    store.put(HINT, json.dumps({"seq": seq}).encode())


def _hinted(store: Store) -> int:
    try:
        seq = json.loads(store.get(HINT))["seq"]
    except MissingError:
        return max(
            (int(entry.key[len(FOLDER) : -len(".json")]) for entry in store.list(FOLDER)), default=0
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptRecordError(
            f"{HINT} in {store.url} is damaged: delete it, it is written again"
        ) from error
    if not isinstance(seq, int) or seq < 0:
        raise CorruptRecordError(
            f"{HINT} in {store.url} names no manifest: delete it, it is written again"
        )
    return seq


def since(store: Store, link: ManifestLink | None, seq: int) -> Iterator[ManifestLink]:
    """Yield the chain backwards from `link` down to `seq`, and raise CorruptRecordError where a hash does not fit."""
    while link is not None and link.manifest.seq >= seq:
        yield link
        if link.manifest.previous is None:
            return
        before = read(store, link.manifest.seq - 1)
        if before.sha256 != link.manifest.previous:
            raise CorruptRecordError(
                f"{key(before.manifest.seq)} in {store.url} was altered: restore it from a copy"
            )
        link = before


class Witness:
    """The head's number and hash, kept in a file outside the bucket, so that a cut or altered tail is noticed."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._path = folder / f"{hashlib.sha256(store.identity.encode()).hexdigest()[:16]}.json"

    def check(self, store: Store, link: ManifestLink | None) -> bool:
        """Return whether anything was seen of this store before.

        Raises CorruptRecordError where the chain no longer holds what was seen of it.
        """
        seen = self._seen()
        if seen is None:
            return False
        if link is None or link.manifest.seq < seen[0]:
            # another archiver may have published, and noted that, since `link` was read
            link = head(store)
        current = link.manifest.seq if link else 0
        if current < seen[0]:
            raise CorruptRecordError(
                f"{store.url} ends at manifest {current}, but {seen[0]} were published: its tail was cut; "
                f"restore it from a copy, or delete {self._path} if this is meant"
            )
        there = link if link and current == seen[0] else read(store, seen[0])
        if there.sha256 != seen[1]:
            raise CorruptRecordError(
                f"{key(seen[0])} in {store.url} is not the one that was published; restore it from a copy, "
                f"or delete {self._path} if this is meant"
            )
        return True

    def note(self, store: Store, link: ManifestLink) -> None:
        """Keep `link` as the newest head seen."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(f".{os.getpid()}")
        part.write_text(
            json.dumps({"store": store.identity, "seq": link.manifest.seq, "sha256": link.sha256})
            + "\n"
        )
        part.replace(self._path)

    def _seen(self) -> tuple[int, str] | None:
        if not self._path.exists():
            return None
        try:
            seen = json.loads(self._path.read_bytes())
            return int(seen["seq"]), str(seen["sha256"])
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptRecordError(
                f"{self._path} is damaged: delete it; it is written again"
            ) from error
