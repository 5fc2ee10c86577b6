"""Moves raw pages from landing into the archive, and writes one index a day of all of them.

A segment's own index in landing has few lines, and an object costs its manifest, its checkpoint and
the manifest of the compaction that merges it some 300 bytes. So the indexes of a publication become
one a day of collection. Segments of version 1 keep theirs, whose lines do not name their file.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from processing.archive.catalogue import Catalogue
from processing.archive.layout import NewObject
from processing.dates import SEOUL
from processing.errors import AlreadyExistsError, CorruptRecordError
from processing.records import Seal, Sum
from processing.store.interface import Store

logger = logging.getLogger(__name__)

_THREADS = 8


class DamagedPagesError(CorruptRecordError):
    """The raw pages of a segment do not match its seal; the outlet is to be held back."""

    def __init__(self, outlet: str, key: str, wrong: str = "is not what its seal says") -> None:
        super().__init__(f"{key} {wrong}: restore it from a copy")
        self.outlet = outlet


class RawPages:
    """Puts the raw pages of sealed segments where the archive keeps them."""

    def __init__(self, store: Store, cache: Path) -> None:
        self._store = store
        self._cache = cache

    def put(self, seals: Iterable[Seal]) -> list[Sum]:
        """Copy raw pages, write their indexes, and return the sums of both.

        Raises DamagedPagesError where a file is not what its seal says, or its key is another's.
        """
        copied: list[tuple[Seal, Sum]] = []
        indexes: dict[str, list[tuple[Seal, Sum]]] = defaultdict(list)
        for seal in seals:
            for file in seal.files:
                if file.key.endswith(".cdxj") and file.rows and seal.schema_version > 1:
                    indexes[_folder(seal)].append((seal, file))
                elif file.key.endswith((".warc.gz", ".cdxj")) and file.rows:
                    copied.append((seal, file))
        with ThreadPoolExecutor(_THREADS) as pool:
            sums = list(pool.map(self._copy, copied))
            for where, sealed in sorted(indexes.items()):
                made = merged_index(where, pool.map(self._read, sealed))
                self._store.put(made.key, made.data)
                sums.append(made.sum)
        return sums

    def _read(self, sealed: tuple[Seal, Sum]) -> bytes:
        seal, file = sealed
        data = self._store.get(file.key)
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise DamagedPagesError(seal.outlet, file.key)
        return data

    def _copy(self, sealed: tuple[Seal, Sum]) -> Sum:
        """Copy one file out of landing; its checksum is verified on the way."""
        seal, file = sealed
        key = _page_key(seal, file)
        try:
            try:
                self._store.copy(file.key, key, sha256=file.sha256)
            except AlreadyExistsError:
                self._replace(key, seal, file)
        except CorruptRecordError as error:
            if isinstance(error, DamagedPagesError):
                raise
            raise DamagedPagesError(seal.outlet, file.key) from error
        return Sum(key=key, sha256=file.sha256, bytes=file.bytes, rows=file.rows)

    def _replace(self, key: str, seal: Seal, file: Sum) -> None:
        """Replace the object under `key`, which has other bytes than `file`.

        Raises DamagedPagesError where a manifest names those other bytes.
        """
        # bytes that no manifest names do not count and may be overwritten
        named = Catalogue(self._store, self._cache).parts.get(key)
        if named and named.sum.sha256 != file.sha256:
            wrong = f"has other bytes than {key}, which manifest {named.seq} names"
            raise DamagedPagesError(seal.outlet, file.key, wrong)
        logger.warning("%s in %s was damaged, and is replaced", key, self._store.url)
        self._store.delete([key])
        self._store.copy(file.key, key, sha256=file.sha256)


def merged_index(folder: str, indexes: Iterable[bytes]) -> NewObject:
    """Return indexes of raw pages of a day, which lie in `folder`, as one: sorted, each line once."""
    lines: Collection[bytes] = {line for index in indexes for line in index.splitlines() if line}
    data = b"".join(line + b"\n" for line in sorted(lines))
    return NewObject(folder, data, prefix="index-", suffix=".cdxj", rows=len(lines))


def _folder(seal: Seal) -> str:
    return f"pages/day={seal.sealed_at.astimezone(SEOUL):%Y-%m-%d}"


def _page_key(seal: Seal, file: Sum) -> str:
    """Return where a raw page file, or its index, of a sealed segment lies in the archive."""
    # a segment's own index and warcinfo name its file, which had another name in version 1
    stem = "outlet={0}-run={1}" if seal.schema_version == 1 else "{0}-{1}"
    name = f"{stem.format(seal.outlet, seal.run)}-{file.key.rpartition('/')[2]}"
    return f"{_folder(seal)}/{name}"
