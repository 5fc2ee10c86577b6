"""The store in a directory, for one machine, tests, and crawls without any configuration.

A file appears whole or not at all: it is written beside, flushed to disk, then linked (create) or
renamed (replace), and the directory is flushed too. `os.link` fails where the name exists, which
makes creation exact.
"""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    MissingError,
    SillokError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
)
from processing.store.interface import ListedObject, checked

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_WORK = ".unfinished"
"""Directory of files being written; its name cannot be part of a key."""


class FileStore:
    """A directory as a store. `root` is created by the first put."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.url = f"file:{root}"
        self.identity = f"file:{root.resolve()}"

    def get(self, key: str) -> bytes:
        with self._reading(key) as file:
            return file.read()

    def get_range(self, key: str, start: int, length: int) -> bytes:
        with self._reading(key) as file:
            file.seek(start)
            return file.read(length)

    def get_file(self, key: str, path: Path) -> None:
        with self._reading(key) as file, path.open("wb") as target:
            shutil.copyfileobj(file, target, 1 << 20)

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        with self._writing(key, create=create) as file:
            file.write(data)

    def put_file(
        self, key: str, path: Path, *, create: bool = False, sha256: str | None = None
    ) -> None:
        # a disk has no checksum to compare it with
        del sha256
        with path.open("rb") as source, self._writing(key, create=create) as file:
            shutil.copyfileobj(source, file, 1 << 20)

    def copy(self, source: str, target: str, *, sha256: str) -> None:
        digest = hashlib.sha256()
        # one pass: another archiver may delete the source while it is read
        with self._reading(source) as file, self._writing(target, create=True) as copied:
            for chunk in iter(lambda: file.read(1 << 20), b""):
                digest.update(chunk)
                copied.write(chunk)
            if digest.hexdigest() != sha256:
                raise CorruptRecordError(f"{source!r} in {self.url} is not what was recorded of it")

    def list(self, prefix: str) -> Iterator[ListedObject]:
        with self._explained(prefix):
            yield from sorted(self._entries(prefix), key=lambda entry: entry.key)

    def exists(self, key: str) -> bool:
        with self._explained(key):
            return self._path(key).is_file()

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            with self._explained(key):
                self._path(key).unlink(missing_ok=True)
                self._prune(self._path(key).parent)

    def _path(self, key: str) -> Path:
        return self._root / checked(key)

    def _entries(self, prefix: str) -> Iterator[ListedObject]:
        root = str(self._root)
        start = os.path.join(root, prefix.rpartition("/")[0])  # noqa: PTH118
        for folder, folders, names in os.walk(start):
            # unfinished files are no objects; removed from `folders`, it is not walked into
            if _WORK in folders:
                folders.remove(_WORK)
            # joined as text: a listing spent most of its time in making paths
            below = folder.removeprefix(root).replace(os.sep, "/").lstrip("/")
            for name in names:
                key = f"{below}/{name}" if below else name
                if key.startswith(prefix):
                    # another run may delete it between the listing and now
                    with suppress(FileNotFoundError):
                        state = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118
                        yield ListedObject(
                            key, state.st_size, datetime.fromtimestamp(state.st_mtime, UTC)
                        )

    def _prune(self, folder: Path) -> None:
        """Remove folders that a deletion left empty; one that is still in use does not go."""
        while folder not in (self._root, folder.parent):
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    @contextmanager
    def _reading(self, key: str) -> Iterator[IO[bytes]]:
        with self._explained(key), _opened(self._path(key)) as file:
            yield file

    @contextmanager
    def _writing(self, key: str, *, create: bool) -> Iterator[IO[bytes]]:
        with self._explained(key):
            target = self._path(key)
            self._make()
            handle, name = tempfile.mkstemp(dir=self._root / _WORK)
            try:
                with open(handle, "wb") as file:  # noqa: PTH123 - it wraps a descriptor, not a path
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                self._place(Path(name), target, create=create)
            finally:
                Path(name).unlink(missing_ok=True)

    def _make(self) -> None:
        try:
            (self._root / _WORK).mkdir(parents=True, exist_ok=True)
        except (FileNotFoundError, NotADirectoryError, FileExistsError) as error:
            cure = "name a folder that can be made in SILLOK_STORE"
            raise StoreRefusedError(
                f"{self.url} cannot be made ({error.strerror}): {cure}"
            ) from error

    def _place(self, source: Path, target: Path, *, create: bool) -> None:
        while True:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                _link(source, target) if create else source.replace(target)
            except FileNotFoundError:
                if not source.exists():
                    raise
                # a deletion removed the folder between the two calls
                continue
            break
        # without this a power cut may lose the name, and with it the object; there is no name left
        # to lose where another archiver has deleted the object and its folder since
        with suppress(FileNotFoundError):
            flush(target.parent)

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise MissingError(
                f"no {key!r} in {self.url}; `sillok ls` lists what is there"
            ) from error
        except OSError as error:
            raise _explanation(error, f"{key!r} in {self.url}") from error


def flush(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk (fsync(2))."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(path: Path) -> IO[bytes]:
    """Open a regular file for reading; raise OSError for anything else."""
    # a link could lead out of the store, and opening a pipe would wait for ever
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    file = open(handle, "rb")  # noqa: PTH123, SIM115 - it wraps a descriptor; the caller closes it
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return file
    file.close()
    raise OSError(errno.ELOOP, "no regular file")


def _explanation(error: OSError, where: str) -> SillokError:
    if error.errno == errno.ELOOP:
        return StoreRefusedError(
            f"{where} is a link or no file at all: it is not ours; look who put it there"
        )
    if error.errno in _FULL:
        return StoreFullError(
            f"no room for {where} ({error.strerror}): free some, then run the same again"
        )
    if error.errno in _REFUSED:
        return StoreRefusedError(
            f"may not touch {where} ({error.strerror}): check the folder's owner and mode"
        )
    return StoreUnavailableError(
        f"the disk failed on {where} ({error.strerror}): check it, then run the same again"
    )


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        # equal bytes are a retry of our own put
        if source.read_bytes() != target.read_bytes():
            raise AlreadyExistsError(
                f"{target} exists already with other content; it was left as it is"
            ) from None
