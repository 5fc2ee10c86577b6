"""What stands before Swift's proxy: exact creation, a cache in memory, and the word for a full disk.

Stock Swift answers `If-None-Match: *` truthfully one after the other, but of several at once more than one may win.
This is the only proxy of this store, so a lock for each object makes it exact. A full disk is 503 for Swift; here it is
507, because a client should not try that eight times.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from eventlet.semaphore import Semaphore  # type: ignore[import-untyped]  # ships no types

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]

_WRITING = {"PUT", "POST", "DELETE"}
_RESERVE = 0.01
"""The share of the disk that Swift keeps free (`fallocate_reserve`)."""
_FULL = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InsufficientStorage</Code>'
    b"<Message>The disk of this store is full.</Message></Error>"
)


class Cache(dict[str, tuple[Any, float]]):
    """Stands in for memcached: one process, so it is coherent. Names and arguments are those that Swift calls."""

    def get(self, key: str, raise_on_error: bool = False) -> Any:  # type: ignore[override]  # noqa: ARG002, FBT001, FBT002 - Swift's signature
        value, until = super().get(key, (None, 0.0))
        return value if not until or until > time.time() else None

    def set(self, key: str, value: Any, serialize: bool = True, time: float = 0, **_: Any) -> None:  # noqa: ARG002, FBT001, FBT002 - Swift's signature
        if len(self) > 50_000:  # noqa: PLR2004 - some megabytes; it is only a cache
            self.clear()
        self[key] = (value, _now() + time if time else 0.0)

    def incr(self, key: str, delta: int = 1, time: float = 0) -> int:
        value = int(self.get(key) or 0) + delta
        self.set(key, value, time=time)
        return value

    def decr(self, key: str, delta: int = 1, time: float = 0) -> int:
        return self.incr(key, -delta, time)

    def delete(self, key: str, server_key: str | None = None) -> None:  # noqa: ARG002 - Swift's signature
        self.pop(key, None)

    def set_multi(self, mapping: dict[str, Any], server_key: str, serialize: bool = True, time: float = 0) -> None:  # noqa: ARG002, FBT001, FBT002 - Swift's signature
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def get_multi(self, keys: Iterable[str], server_key: str) -> list[Any]:  # noqa: ARG002 - Swift's signature
        return [self.get(key) for key in keys]


class Front:
    """A WSGI application around Swift's proxy."""

    def __init__(self, app: App, disk: Path) -> None:
        self._app = app
        self._disk = disk
        self._cache = Cache()
        self._locks: dict[str, tuple[Semaphore, list[None]]] = {}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        environ["swift.cache"] = self._cache
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] not in _WRITING or path.count("/") < 2:  # noqa: PLR2004 - /bucket/key
            return self._app(environ, start)
        lock, waiting = self._locks.setdefault(path, (Semaphore(), []))
        waiting.append(None)
        try:
            with lock:
                return self._write(environ, start)
        finally:
            waiting.pop()
            if not waiting:
                self._locks.pop(path, None)

    def _write(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        answer: list[tuple[Any, ...]] = []
        body = list(self._app(environ, lambda *args: answer.append(args)))
        if answer[0][0].startswith("503") and self._is_full():
            length = str(len(_FULL))
            start("507 Insufficient Storage", [("Content-Type", "application/xml"), ("Content-Length", length)])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [_FULL]
        start(*answer[0])
        return body

    def _is_full(self) -> bool:
        state = os.statvfs(self._disk)
        return state.f_bavail <= state.f_blocks * _RESERVE + 256


def _now() -> float:
    return time.time()
