"""Lists the current objects of a store as its manifests name them, and gives them as local files.

An object that no manifest names does not count. Readers walk the chain from the head to the first
manifest, so they never see half a publication. What they fetch is kept under the cache folder by
its SHA-256: it cannot go stale, and the folder is safe to delete at any time.

Nothing is answered from bytes that are not those of a manifest: a file, also a cached one, is
compared with its sum when a process first reads it, and again when its size or its time of writing
has changed. The head, whose sum no manifest states, is compared with the witness.
"""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from pydantic import ValidationError

from processing.archive.manifests import ManifestLink, Witness, head, key
from processing.errors import CorruptRecordError, MissingError
from processing.records import Manifest, Sum, fault
from processing.store.interface import Store, checked

logger = logging.getLogger(__name__)

T = TypeVar("T")

_THREADS = 8
"""Parts fetched at once from a bucket into an empty cache, or compared with their sums."""
_compared: set[tuple[str, int, int, str]] = set()
"""Files that this process has verified: path, size, time of writing (ns), SHA-256."""


class lazy(Generic[T]):  # noqa: N801 - it is used as a decorator
    """A property that is computed at its first use and kept in the instance, without a lock.

    Two threads at once may both compute it.
    """

    # functools.cached_property of Python 3.11 computes under one lock for all instances: two
    # archives that are read in one process would wait for each other's store

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "lazy[T] | T":
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value


@dataclass(frozen=True, slots=True)
class CatalogueObject:
    """A current object: its key and sums, and the sequence number of the manifest that added it."""

    sum: Sum
    seq: int

    @property
    def key(self) -> str:
        return self.sum.key

    @property
    def table(self) -> str:
        """The first segment of the key: "articles", "pages", ..."""
        return self.key.partition("/")[0]

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels in the folders of the key: {"day": "2026-11-20"} of `…/day=2026-11-20/…`."""
        folders = (segment.partition("=") for segment in self.key.split("/")[1:-1])
        return {name: value for name, equals, value in folders if equals}


class Catalogue:
    """The current objects of one store.

    The store is not asked before a property is used. `heads` is the folder of witnesses; without it
    the head is not checked (a publisher checks it itself).
    """

    def __init__(self, store: Store, cache: Path, heads: Path | None = None) -> None:
        self.store = store
        self._cache = cache / "objects"
        self._heads = heads

    @lazy
    def manifests(self) -> tuple[Manifest, ...]:
        """Return the chain, oldest first.

        Raises `CorruptRecordError` where a link is missing or was altered.
        """
        link = head(self.store)
        if self._heads:
            self._compare_with_witness(self._heads, link)
        chain: list[Manifest] = []
        while link is not None:
            chain.append(link.manifest)
            link = self._before(link.manifest)
        return tuple(reversed(chain))

    @property
    def head(self) -> Manifest | None:
        """The newest manifest, or None of an empty archive."""
        return self.manifests[-1] if self.manifests else None

    @lazy
    def parts(self) -> Mapping[str, CatalogueObject]:
        """Every current object by key, in order of keys.

        What a later manifest removes is gone from the cache too.
        """
        # oldest first: what a later manifest adds or removes counts
        current: dict[str, CatalogueObject] = {}
        for manifest in self.manifests:
            for removed in manifest.removes:
                if part := current.pop(removed.key, None):
                    self._path(part.sum.sha256).unlink(missing_ok=True)
            current |= {added.key: CatalogueObject(added, manifest.seq) for added in manifest.adds}
        return dict(sorted(current.items()))

    def of(self, table: str, suffix: str = ".parquet") -> tuple[CatalogueObject, ...]:
        """Return the current parts of one table, in order of keys."""
        return tuple(
            part
            for part in self.parts.values()
            if part.table == table and part.key.endswith(suffix)
        )

    def local(self, part: CatalogueObject) -> Path:
        """Return `part` as a file: of a directory store the object itself, else the cache's copy.

        Raises `MissingError` where it is gone and `CorruptRecordError` where it is not what its
        manifest says.
        """
        if not self.store.url.startswith("file:"):
            return self._cached(part.key, part.sum.sha256, f"manifest {part.seq}")
        path = Path(self.store.url.removeprefix("file:")) / checked(part.key)
        try:
            same = is_what_it_was(path, part.sum.sha256)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingError(
                f"{part.key} is named by manifest {part.seq} and is not in {self.store.url}: "
                "restore it from a copy"
            ) from error
        if not same:
            raise self._damaged(part.key, f"manifest {part.seq}")
        return path

    def files(self, parts: Iterable[CatalogueObject]) -> list[Path]:
        """Return each of `parts` as a file.

        Several are fetched at once where they come from a bucket.
        """
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(self.local, parts))

    def _before(self, manifest: Manifest) -> ManifestLink | None:
        """Return the predecessor of `manifest`, checked against the hash that it names."""
        if manifest.previous is None:
            return None
        before = key(manifest.seq - 1)
        body = self._cached(before, manifest.previous, f"manifest {manifest.seq}").read_bytes()
        try:
            return ManifestLink(Manifest.model_validate_json(body), manifest.previous)
        except ValidationError as error:
            raise CorruptRecordError(
                f"{before} in {self.store.url} is no manifest ({fault(error)}): "
                "restore it from a copy"
            ) from error

    def _compare_with_witness(self, heads: Path, link: ManifestLink | None) -> None:
        known = Witness(heads, self.store).check(self.store, link)
        if link and not known:
            logger.warning(
                "no witness of %s in %s: a newest manifest that was altered or cut off would not "
                "be noticed here",
                self.store.url,
                heads,
            )

    def _cached(self, key: str, sha256: str, named_by: str) -> Path:
        """Return the object's file in the cache; fetch it if it is missing or damaged there."""
        path = self._path(sha256)
        if path.is_file():
            if is_what_it_was(path, sha256):
                return path
            logger.warning("%s, a cached copy of %s, is damaged: it is fetched again", path, key)
        body = self.store.get(key)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise self._damaged(key, named_by)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as spool:
            spool.write(body)
        # in one step, so that two readers at once never see half of it
        Path(spool.name).replace(path)
        return path

    def _damaged(self, key: str, named_by: str) -> CorruptRecordError:
        return CorruptRecordError(
            f"{key} in {self.store.url} is damaged: its SHA-256 is not the one that {named_by} "
            "states; restore it from a copy"
        )

    def _path(self, sha256: str) -> Path:
        return self._cache / sha256[:2] / sha256


def is_what_it_was(path: Path, sha256: str) -> bool:
    """Tell whether a file has this SHA-256; raise OSError where it cannot be read.

    A process reads it once, and again when its size or time of writing has changed.
    """
    state = path.stat()
    mark = (str(path), state.st_size, state.st_mtime_ns, sha256)
    if mark in _compared:
        return True
    with path.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    if same:
        _compared.add(mark)
    return same
