"""The interface of a store, which keeps objects under keys: a directory or an S3 bucket.

Keys are ASCII (several S3 servers list other keys wrongly) and look like relative paths. When `put`
returns, the object is on disk in the store and is what was sent. Every implementation raises the
same errors for the same reasons:

* MissingError: no such key. AlreadyExistsError: `create=True` met other bytes under that key.
* StoreFullError, StoreUnavailableError: try again later.
* StoreRefusedError: credentials, bucket or rights are wrong.
* UsageError: a key or a store address that cannot be.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from processing.errors import UsageError
from processing.records import KEY, LONGEST_KEY

_KEY = re.compile(KEY)


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One line of a listing; `modified` is when the store last wrote the object."""

    key: str
    size: int
    modified: datetime


class Store(Protocol):
    """Objects under keys. Instances may be shared by threads.

    `put(create=True)` is create-if-absent; where the key already holds the very same bytes it
    succeeds, because a retry whose first answer was lost must look like that first try. `put_file`
    is given the file's SHA-256 (hex) by who knows it, and then reads the file once less. `copy`
    creates `target` from an object that must have this SHA-256 (else CorruptRecordError), inside
    the store where the store can. `get_range` returns fewer bytes only at the end of the object.
    `list` yields in the order of the keys' bytes. `delete` of a missing key is no error. `url` is
    what a person wrote; `identity` tells the store from every other, also from one of that name on
    another server.
    """

    url: str
    identity: str

    def get(self, key: str) -> bytes: ...
    def get_range(self, key: str, start: int, length: int) -> bytes: ...
    def get_file(self, key: str, path: Path) -> None: ...
    def put(self, key: str, data: bytes, *, create: bool = False) -> None: ...
    def put_file(
        self, key: str, path: Path, *, create: bool = False, sha256: str | None = None
    ) -> None: ...
    def copy(self, source: str, target: str, *, sha256: str) -> None: ...
    def list(self, prefix: str) -> Iterator[ListedObject]: ...
    def exists(self, key: str) -> bool: ...
    def delete(self, keys: Iterable[str]) -> None: ...


def checked(key: str) -> str:
    """Return `key`, or raise UsageError where it is no relative ASCII path without dot segments."""
    # keys also come from manifests and seals, which may be somebody else's
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise UsageError(
            f"{key!r:.200} cannot be a key: "
            "use ASCII letters, digits and . _ = - in parts joined by /"
        )
    return key
