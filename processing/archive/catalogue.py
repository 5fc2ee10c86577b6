"""Lists the current objects of a store as its manifests name them, and gives them as local files.

An object that no manifest names does not count. Readers walk the chain from the head to the newest
checkpoint (`processing.archive.checkpoints`), so they never see half a publication and a long past
costs nothing. What they fetch is kept under the cache folder by its SHA-256: it cannot go stale,
and the folder is safe to delete at any time. Parts of version 1 are given with the columns of
today.

Nothing is answered from bytes that are not those of a manifest: a file, also a cached one, is
compared with its sum when a process first reads it, and again when its size or its time of writing
has changed. The head, whose sum no manifest states, is compared with the witness.
"""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from pydantic import ValidationError

from processing.archive import layout
from processing.archive.layout import CatalogueObject
from processing.archive.manifests import (
    ManifestLink,
    Snapshots,
    Witness,
    head,
    key,
    named_snapshots,
)
from processing.errors import CorruptRecordError, MissingError, TransientError
from processing.records import Manifest, fault
from processing.store.interface import Store, checked

if TYPE_CHECKING:
    from processing.archive.checkpoints import Checkpoint

__all__ = ["Catalogue", "CatalogueObject", "is_what_it_was", "lazy"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

_PAGES = "pages/"
MERGED = "merged-"
"""Begins the names of files of the cache that are made of many parts (`Catalogue.derived`)."""
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


class DamagedPartError(CorruptRecordError):
    """An object has not the bytes that its manifest states."""

    def __init__(self, message: str, part: CatalogueObject) -> None:
        super().__init__(message)
        self.part = part


class LostPartError(MissingError):
    """An object that a manifest names is not there."""

    def __init__(self, message: str, part: CatalogueObject) -> None:
        super().__init__(message)
        self.part = part


class LostWorkError(TransientError):
    """A working folder in the cache was deleted while it was used: the same has to be begun again."""


class Catalogue:
    """The current objects of one store.

    The store is not asked before a property is used. `heads` is the folder of witnesses; without it
    the head is not checked (a publisher checks it itself).
    """

    def __init__(self, store: Store, cache: Path, heads: Path | None = None) -> None:
        self.store = store
        self._cache = cache / "objects"
        self._heads = heads
        self._ahead: dict[int, bytes | None] = {}
        self._of: dict[str, tuple[CatalogueObject, ...]] = {}

    @lazy
    def link(self) -> ManifestLink | None:
        """Return the newest manifest, compared with the witness; None of an empty archive.

        Raises `CorruptRecordError` where it was altered or the chain was cut.
        """
        link = head(self.store)
        if self._heads:
            self._compare_with_witness(self._heads, link)
        return link

    @property
    def head(self) -> Manifest | None:
        """The newest manifest, or None of an empty archive."""
        return self.link.manifest if self.link else None

    def back(self) -> Iterator[Manifest]:
        """Yield the manifests from the newest to the first.

        Raises `CorruptRecordError` where a link is missing or was altered.
        """
        link = self.link
        while link is not None:
            yield link.manifest
            link = self._before(link.manifest)

    @lazy
    def manifests(self) -> tuple[Manifest, ...]:
        """Return the whole chain, oldest first; its cost grows with the archive's age."""
        return tuple(reversed(list(self.back())))

    @lazy
    def snapshots(self) -> Snapshots:
        """Return what is remembered of all outlets."""
        return named_snapshots(self.back())

    @lazy
    def base(self) -> "tuple[Checkpoint | None, tuple[Manifest, ...]]":
        """Return the newest sound checkpoint, and the manifests after it, oldest first."""
        later: list[Manifest] = []
        for manifest in self.back():
            later.append(manifest)
            if checkpoint := self._checkpoint(manifest):
                return checkpoint, tuple(reversed(later))
        return None, tuple(reversed(later))

    @lazy
    def parts(self) -> Mapping[str, CatalogueObject]:
        """Every current object by key, in order of keys: raw pages too, which are the most."""
        return dict(sorted({**self.tables, **{page.key: page for page in self.pages()}}.items()))

    @lazy
    def tables(self) -> Mapping[str, CatalogueObject]:
        """Every current object by key but raw pages and their indexes, in order of keys."""
        checkpoint, later = self.base
        objects = checkpoint.objects() if checkpoint else {}
        return self._applied(objects, later, lambda name: not name.startswith(_PAGES))

    def pages(
        self, suffix: str = "", days: Collection[str] | None = None
    ) -> tuple[CatalogueObject, ...]:
        """Return the raw pages and indexes with that ending, of all days or of some.

        `days` are days or months as they stand in keys: "2026-11-20", "2026-11".
        """
        checkpoint, later = self.base
        folders = None if days is None else tuple(f"{_PAGES}day={day}" for day in days)

        def wanted(name: str) -> bool:
            is_page = name.startswith(_PAGES) and name.endswith(suffix)
            return is_page and (folders is None or name.startswith(folders))

        objects = checkpoint.pages(self.raw, suffix, days) if checkpoint else {}
        return tuple(self._applied(objects, later, wanted).values())

    def of(self, table: str, suffix: str = ".parquet") -> tuple[CatalogueObject, ...]:
        """Return the current parts of one table, in order of keys."""
        if table == "pages":
            return self.pages(suffix)
        if table not in self._of:
            self._of[table] = self._under(f"{table}/")
        return tuple(part for part in self._of[table] if part.key.endswith(suffix))

    def _under(self, folder: str) -> tuple[CatalogueObject, ...]:
        """Return the current objects of a folder; the others of a checkpoint are not looked at."""
        checkpoint, later = self.base
        objects = checkpoint.objects(folder) if checkpoint else {}
        applied = self._applied(objects, later, lambda name: name.startswith(folder))
        return tuple(applied.values())

    def _applied(
        self,
        current: dict[str, CatalogueObject],
        manifests: Iterable[Manifest],
        wanted: Callable[[str], bool],
    ) -> dict[str, CatalogueObject]:
        """Return `current` after these manifests, in order of keys.

        What had to be taken down is gone from the cache too.
        """
        # oldest first: what a later manifest adds or removes counts
        for manifest in manifests:
            for removed in manifest.removes:
                part = current.pop(removed.key, None)
                if part and removed.reason == "takedown":
                    self._path(part.sum.sha256).unlink(missing_ok=True)
            current |= {
                added.key: CatalogueObject(added, manifest.seq)
                for added in manifest.adds
                if wanted(added.key)
            }
        return dict(sorted(current.items()))

    def _checkpoint(self, manifest: Manifest) -> "Checkpoint | None":
        """Return the checkpoint that a manifest adds; None where there is no sound one."""
        added = [
            added_object for added_object in manifest.adds if layout.is_checkpoint(added_object.key)
        ]
        if not added:
            return None
        # only here: a checkpoint is Parquet, and loading that costs more than a short chain
        from processing.archive.checkpoints import read  # noqa: PLC0415

        try:
            return read(self.raw(CatalogueObject(added[0], manifest.seq)), added[0].key)
        except (CorruptRecordError, MissingError) as error:
            logger.warning("%s; the manifests before it are read instead", error)
            return None

    def local(self, part: CatalogueObject) -> Path:
        """Return `part` as a file to be read: a part of version 1 with the columns of today.

        Raises what `raw` raises.
        """
        path = self.raw(part)
        if not layout.is_version_1(part.key) or part.table not in layout.CONVERTED:
            return path
        return self._converted(part, path)

    def raw(self, part: CatalogueObject) -> Path:
        """Return `part` as a file: of a directory store the object itself, else the cache's copy.

        Raises `LostPartError` where it is gone and `DamagedPartError` where it is not what its
        manifest says.
        """
        if not self.store.url.startswith("file:"):
            try:
                return self._cached(part.key, part.sum.sha256, f"manifest {part.seq}")
            except MissingError as error:
                raise LostPartError(str(error), part) from error
            except CorruptRecordError as error:
                raise DamagedPartError(str(error), part) from error
        path = Path(self.store.url.removeprefix("file:")) / checked(part.key)
        try:
            same = is_what_it_was(path, part.sum.sha256)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise LostPartError(
                f"{part.key} is named by manifest {part.seq} and is not in {self.store.url}: "
                "`sillok repair`, or restore it from a copy",
                part,
            ) from error
        if not same:
            damaged = self._damaged(part.key, f"manifest {part.seq}")
            raise DamagedPartError(str(damaged), part)
        return path

    def files(self, parts: Iterable[CatalogueObject]) -> list[Path]:
        """Return each of `parts` as a file.

        Several are fetched at once where they come from a bucket.
        """
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(self.local, parts))

    def _converted(self, part: CatalogueObject, path: Path) -> Path:
        """Return the file in the cache that holds `part` with the columns of today."""
        # only here: mostly there is no part of version 1
        from processing.archive.tables import converted, layout_digest  # noqa: PLC0415

        name = f"{part.sum.sha256}-{layout_digest(part.table)}"
        return self.derived(name, lambda: converted(part.key, path, part.seq))

    def derived(self, name: str, make: Callable[[], bytes]) -> Path:
        """Return a file of the cache that is made of parts; `name` says of which, and of what form.

        It is made where it is not there or damaged.
        """
        folder = self._cache.parent / "today" / name
        for kept in folder.glob("*.parquet"):
            # it is named after its bytes, so that damage is noticed here too
            with suppress(FileNotFoundError):
                if is_what_it_was(kept, kept.stem):
                    return kept
        data = make()
        made = folder / f"{hashlib.sha256(data).hexdigest()}.parquet"
        _write(made, data)
        return made

    def _before(self, manifest: Manifest) -> ManifestLink | None:
        """Return the predecessor of `manifest`, checked against the hash that it names."""
        if manifest.previous is None:
            return None
        before = key(manifest.seq - 1)
        body = self._manifest(manifest.seq - 1, manifest.previous, f"manifest {manifest.seq}")
        try:
            return ManifestLink(Manifest.model_validate_json(body), manifest.previous)
        except ValidationError as error:
            raise CorruptRecordError(
                f"{before} in {self.store.url} is no manifest ({fault(error)}): "
                "restore it from a copy"
            ) from error

    def _manifest(self, seq: int, sha256: str, named_by: str) -> bytes:
        """Return the bytes of a manifest from the cache, else fetched with those before it."""
        path = self._path(sha256)
        # the cache may be deleted at any time, also between two looks
        with suppress(FileNotFoundError):
            if is_what_it_was(path, sha256):
                return path.read_bytes()
        if seq not in self._ahead:
            first = max(1, seq - seq % layout.EVERY)
            with ThreadPoolExecutor(_THREADS) as pool:
                bodies = pool.map(self._read_ahead, range(first, seq + 1))
                self._ahead |= dict(zip(range(first, seq + 1), bodies, strict=True))
        body = self._ahead.pop(seq, None) or self.store.get(key(seq))
        if hashlib.sha256(body).hexdigest() != sha256:
            raise self._damaged(key(seq), named_by)
        _write(path, body)
        return body

    def _read_ahead(self, seq: int) -> bytes | None:
        # what is missing is said when its turn comes
        with suppress(MissingError):
            return self.store.get(key(seq))
        return None

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
        with suppress(FileNotFoundError):
            if is_what_it_was(path, sha256):
                return path
            logger.warning("%s, a cached copy of %s, is damaged: it is fetched again", path, key)
        body = self.store.get(key)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise self._damaged(key, named_by)
        _write(path, body)
        return path

    def _damaged(self, key: str, named_by: str) -> CorruptRecordError:
        return CorruptRecordError(
            f"{key} in {self.store.url} is damaged: its SHA-256 is not the one that {named_by} "
            "states; `sillok repair`, or restore it from a copy"
        )

    def forget(self, before: datetime) -> None:
        """Delete copies of parts that are not current any more from the cache, if fetched `before`.

        A reader of an older head may still be at them, so they stay for the grace time. Copies of
        manifests and raw pages stay: a repair may need them.
        """
        current = {part.sum.sha256 for part in self.tables.values()}
        copies = (copy for copy in self._cache.glob("??/*") if copy.name not in current)
        # what was merged here of parts is merged by a compaction in time
        merged = self._cache.parent.glob(f"today/{MERGED}*/*")
        for copy in chain(copies, merged):
            # another process may have deleted it since
            with suppress(FileNotFoundError):
                if copy.stat().st_mtime < before.timestamp() and _is_parquet(copy):
                    copy.unlink()

    def _path(self, sha256: str) -> Path:
        return self._cache / sha256[:2] / sha256


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _write(path: Path, data: bytes) -> None:
    """Write a file of the cache in one step, so that two readers at once never see half of it."""
    while True:
        # somebody may delete the cache meanwhile
        with suppress(FileNotFoundError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as spool:
                spool.write(data)
            Path(spool.name).replace(path)
            return


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
