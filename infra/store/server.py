"""Runs Swift's four servers in this process, with a WSGI application of ours before the proxy.

`Front` gives the proxy a cache in memory, makes exact creation (`If-None-Match: *`) atomic and
answers 507 where the disk is full. The account, container and object servers check no credentials,
so whoever reaches one reads and writes everything, and a port on loopback would be open to every
user of the machine. So they have none: a connection is a pair of connected sockets, made when the
proxy (or a server that updates another) opens it. Import this module only after eventlet has patched the standard
library.
"""

import itertools
import os
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import eventlet  # type: ignore[import-untyped]  # ships no types
from eventlet import queue, wsgi
from eventlet.green import socket as green_socket  # type: ignore[import-untyped]  # ships no types
from eventlet.semaphore import Semaphore  # type: ignore[import-untyped]  # ships no types
from swift.common import bufferedhttp  # type: ignore[import-untyped]  # ships no types
from swift.common.utils import set_swift_dir  # type: ignore[import-untyped]  # ships no types
from swift.common.wsgi import (  # type: ignore[import-untyped]
    SwiftHttpProtocol,
    loadapp,
    make_pre_authed_request,
)

from infra.store.layout import ACCOUNT, BACKENDS, BUCKET, HOST, access, choose_port, configure, hold


class Listener:
    """Has what `eventlet.wsgi.server` uses of a listening socket.

    `connect` is the only way to reach it.
    """

    family = green_socket.AF_UNIX

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting = queue.Queue()
        self._numbers = itertools.count()

    def connect(self) -> Any:
        """Return the caller's end of a new connection."""
        near, far = green_socket.socketpair()
        self._waiting.put(far)
        return near

    def accept(self) -> tuple[Any, tuple[str, int]]:
        """Wait for the next `connect`.

        Return the server's end and an address that no other connection has.
        """
        return self._waiting.get(), (self._name, next(self._numbers))

    def getsockname(self) -> str:
        """Return the name of the server; there is no address."""
        return self._name

    def close(self) -> None:
        """Drop the connections that were not accepted; their sockets close with the queue."""
        self._waiting = queue.Queue()


def connect_in_process(listeners: dict[int, Listener]) -> None:
    """Connect Swift's internal connections to `listeners`, by the port of each server in the rings.

    A connection to a port without a listener raises ConnectionRefusedError, so none leaves this
    process.
    """

    class Connection(bufferedhttp.BufferedHTTPConnection):  # type: ignore[misc]  # no types
        def connect(self) -> None:
            # The overridden method sets it, and Swift logs the duration since then.
            self._connected_time = time.time()
            listener = listeners.get(self.port)
            if listener is None:
                raise ConnectionRefusedError(
                    f"no server of this store is called {self.host}:{self.port}"
                )
            self.sock = listener.connect()

    # Swift 2.38 makes all internal connections in `bufferedhttp.http_connect_raw`, by this class.
    bufferedhttp.BufferedHTTPConnection = Connection


Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]

_WRITING = {"PUT", "POST", "DELETE"}
# The value of `fallocate_reserve` in the servers' configuration (infra.store.layout).
_RESERVE = 0.01
"""The share of the disk that Swift keeps free."""

_CONNECTIONS = 256
"""Connections that each server handles at the same time."""

# The cache is only a shortcut: emptied at a few megabytes, it fills again.
_MOST_CACHED = 50_000

_FULL = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InsufficientStorage</Code>'
    b"<Message>The disk of this store is full.</Message></Error>"
)


class Cache(dict[str, tuple[Any, float]]):
    """An in-memory replacement of memcached; coherent, because there is one process.

    Method and argument names are those that Swift calls. `time` is in seconds; 0 is for ever.
    """

    def get(  # type: ignore[override]  # Swift's signature
        self,
        key: str,
        raise_on_error: bool = False,  # noqa: ARG002, FBT001, FBT002 - Swift's signature
    ) -> Any:
        value, until = super().get(key, (None, 0.0))
        return value if not until or until > time.time() else None

    def set(
        self,
        key: str,
        value: Any,
        serialize: bool = True,  # noqa: ARG002, FBT001, FBT002 - Swift's signature
        time: float = 0,
        **_: Any,
    ) -> None:
        if len(self) > _MOST_CACHED:
            self.clear()
        self[key] = (value, _now() + time if time else 0.0)

    def incr(self, key: str, delta: int = 1, time: float = 0) -> int:
        value = int(self.get(key) or 0) + delta
        self.set(key, value, time=time)
        return value

    def decr(self, key: str, delta: int = 1, time: float = 0) -> int:
        return self.incr(key, -delta, time)

    def delete(self, key: str, server_key: str | None = None) -> None:  # noqa: ARG002 - as above
        self.pop(key, None)

    def set_multi(
        self,
        mapping: dict[str, Any],
        server_key: str,  # noqa: ARG002 - Swift's signature
        serialize: bool = True,  # noqa: ARG002, FBT001, FBT002 - the same
        time: float = 0,
    ) -> None:
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def get_multi(self, keys: Iterable[str], server_key: str) -> list[Any]:  # noqa: ARG002 - same
        return [self.get(key) for key in keys]


class Front:
    """A WSGI application around Swift's proxy: one write per object at a time, 507 for a full disk.

    `disk` is a folder on the disk that holds the objects.
    """

    def __init__(self, app: App, disk: Path) -> None:
        self._app = app
        self._disk = disk
        self._cache = Cache()
        self._locks: dict[str, tuple[Semaphore, list[None]]] = {}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        environ["swift.cache"] = self._cache
        path = environ["PATH_INFO"]
        is_object = path.count("/") > 1  # /bucket/key
        if environ["REQUEST_METHOD"] not in _WRITING or not is_object:
            return self._app(environ, start)
        # Of several simultaneous `If-None-Match: *`, Swift lets more than one win. This is the
        # only proxy of the store, so a lock for each object is enough to make it exact.
        lock, waiting = self._locks.setdefault(path, (Semaphore(), []))
        waiting.append(None)
        try:
            with lock:
                return self._write(environ, start)
        finally:
            waiting.pop()
            # The last one removes the lock, else there would be one for each key ever written.
            if not waiting:
                self._locks.pop(path, None)

    def _write(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        answer: list[tuple[Any, ...]] = []
        body = list(self._app(environ, lambda *args: answer.append(args)))
        # Clients retry a 503 several times, which frees no disk.
        if answer[0][0].startswith("503") and self._is_full():
            length = str(len(_FULL))
            start(
                "507 Insufficient Storage",
                [("Content-Type", "application/xml"), ("Content-Length", length)],
            )
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [_FULL]
        start(*answer[0])
        return body

    def _is_full(self) -> bool:
        state = os.statvfs(self._disk)
        return state.f_bavail <= state.f_blocks * _RESERVE + 256


def _now() -> float:
    # In `Cache.set`, the argument `time` hides the module.
    return time.time()


class _Silent:
    """A log file that discards everything: request lines may carry signatures."""

    def write(self, *_: Any) -> None:
        """Discard the line."""

    def flush(self) -> None:
        """Do nothing."""


def serve(data: Path, wanted: int | None) -> None:
    """Serve the store in `data` until the process ends.

    Raises InUseError where the folder or a port is taken.
    """
    with hold(data):
        port = choose_port(data, wanted)
        credentials = access(data, port)
        etc = configure(data, credentials)
        set_swift_dir(str(etc))
        listeners = {server: Listener(server) for server in BACKENDS}
        connect_in_process({BACKENDS[server]: listener for server, listener in listeners.items()})
        running = [_start(_load(etc, server), listener) for server, listener in listeners.items()]
        proxy = Front(_load(etc, "proxy"), data)
        _make_bucket(proxy)
        running.append(_start(proxy, _listen(port)))
        print(f"ready {credentials.endpoint}", flush=True)
        for thread in running:
            thread.wait()


def _load(etc: Path, server: str) -> Any:
    """Return the WSGI application that Swift makes of a server's configuration."""
    conf = str(etc / f"{server}.conf")
    return loadapp(conf, global_conf={"log_name": server, "here": str(etc), "__file__": conf})


def _listen(port: int) -> Any:
    listening = eventlet.listen((HOST, port), backlog=512)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _start(app: Any, listening: Any) -> Any:
    """Serve `app` to whoever connects to `listening`; return the green thread that does."""
    return eventlet.spawn(
        wsgi.server,
        listening,
        app,
        _Silent(),
        protocol=SwiftHttpProtocol,
        max_size=_CONNECTIONS,
        log_output=False,
        capitalize_response_headers=False,
    )


def _make_bucket(app: Front) -> None:
    """Create the bucket where it is missing: in Swift, a container of an account."""
    environ = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/", "SERVER_NAME": HOST, "SERVER_PORT": "0"}
    environ |= {"wsgi.url_scheme": "http", "SCRIPT_NAME": ""}
    request = make_pre_authed_request(
        environ, "PUT", f"/v1/AUTH_{ACCOUNT}/{BUCKET}", agent="sillok"
    )
    answer = request.get_response(app)
    if answer.status_int // 100 != 2:  # noqa: PLR2004 - any success
        raise RuntimeError(f"the store could not make its bucket: {answer.status}")
