"""Reads the chain of manifests, and checks its head against a copy of its hash outside the store.

Manifests are `manifests/<seq, 8 digits>.json` from 1 without a hole, each with the SHA-256 of the
one before. The object `head.json` says where the chain ended some time ago. It is a hint that may
lag: the head is the first manifest after it that has no successor. So finding the head costs the
same in a chain of ten and of a million.
"""

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.limits import parse_json
from processing.records import SCHEMA_VERSION, Manifest, fault
from processing.store.interface import Store

logger = logging.getLogger(__name__)

FOLDER = "manifests/"
HINT = "head.json"
_LAST = 99_999_999
_NUMBER = re.compile(r"manifests/(?P<seq>[0-9]{8})\.json")


@dataclass(frozen=True, slots=True)
class ManifestLink:
    """One manifest and the SHA-256 of its bytes as they are stored."""

    manifest: Manifest
    sha256: str


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
            trial = self.path.with_suffix(f".{os.getpid()}")
            trial.write_bytes(b"trial")
            trial.unlink()
        except OSError as error:
            raise self._unwritable(error) from error

    def note(self, store: Store, link: ManifestLink) -> None:
        """Keep `link` as the newest head seen. Raises UsageError where it cannot be kept."""
        fields = {"store": store.identity, "seq": link.manifest.seq, "sha256": link.sha256}
        part = self.path.with_suffix(f".{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # beside it and then renamed: a full disk must not leave half a witness
            part.write_text(json.dumps(fields) + "\n")
            part.replace(self.path)
        except OSError as error:
            raise self._unwritable(error) from error

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
