"""Connects Swift's proxy to its account, container and object servers inside this process.

Those three servers check no credentials, so whoever reaches one reads and writes everything; a port
on loopback would be open to every user of the machine. No server has a port here: a connection is a
pair of connected sockets, made when the proxy (or a server that updates another) opens it.
"""

import itertools
import time
from typing import Any

from eventlet import queue  # type: ignore[import-untyped]  # ships no types
from eventlet.green import socket  # type: ignore[import-untyped]  # ships no types
from swift.common import bufferedhttp  # type: ignore[import-untyped]  # ships no types


class Listener:
    """Has what `eventlet.wsgi.server` uses of a listening socket.

    `connect` is the only way to reach it.
    """

    family = socket.AF_UNIX

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting = queue.Queue()
        self._numbers = itertools.count()

    def connect(self) -> Any:
        """Return the caller's end of a new connection."""
        near, far = socket.socketpair()
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
