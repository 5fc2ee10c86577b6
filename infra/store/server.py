"""Start Swift's four servers in this process. Import only after eventlet has patched the standard library."""

import socket
from pathlib import Path
from typing import Any

import eventlet  # type: ignore[import-untyped]  # ships no types
from eventlet import wsgi  # ships no types
from swift.common.utils import set_swift_dir  # type: ignore[import-untyped]  # ships no types
from swift.common.wsgi import (  # type: ignore[import-untyped]  # ships no types
    SwiftHttpProtocol,
    loadapp,
    make_pre_authed_request,
)

from infra.store.front import Front
from infra.store.layout import ACCOUNT, BUCKET, HOST, SERVERS, access, base_port, configure, hold

_CONNECTIONS = 256


class _Silent:
    """A log that keeps nothing: request lines may carry signatures."""

    def write(self, *_: Any) -> None:
        """Forget it."""

    def flush(self) -> None:
        """Have nothing to flush."""


def serve(data: Path, wanted: int | None) -> None:
    """Serve the store in `data` until the process ends. Raises InUseError where the folder or a port is taken."""
    with hold(data):
        port = base_port(data, wanted)
        found = access(data, port)
        etc = configure(data, port, found)
        set_swift_dir(str(etc))
        running = [_start(etc, data, server, port + place) for place, server in reversed(list(enumerate(SERVERS)))]
        print(f"ready {found.endpoint}", flush=True)
        for thread in running:
            thread.wait()


def _start(etc: Path, data: Path, server: str, port: int) -> Any:
    """Start one server; the proxy comes last and makes the bucket, so that the others answer by then."""
    conf = str(etc / f"{server}.conf")
    app = loadapp(conf, global_conf={"log_name": server, "here": str(etc), "__file__": conf})
    if server == "proxy":
        app = Front(app, data)
    listening = eventlet.listen((HOST, port), backlog=512)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    thread = eventlet.spawn(
        wsgi.server,
        listening,
        app,
        _Silent(),
        protocol=SwiftHttpProtocol,
        max_size=_CONNECTIONS,
        log_output=False,
        capitalize_response_headers=False,
    )
    if server == "proxy":
        _make_bucket(app)
    return thread


def _make_bucket(app: Front) -> None:
    """Create the bucket where it is missing; Swift's own words for it are a container of an account."""
    environ = {"REQUEST_METHOD": "PUT", "PATH_INFO": "/", "SERVER_NAME": HOST, "SERVER_PORT": "0"}
    environ |= {"wsgi.url_scheme": "http", "SCRIPT_NAME": ""}
    request = make_pre_authed_request(environ, "PUT", f"/v1/AUTH_{ACCOUNT}/{BUCKET}", agent="sillok")
    answer = request.get_response(app)
    if answer.status_int // 100 != 2:  # noqa: PLR2004 - any success
        raise RuntimeError(f"the store could not make its bucket: {answer.status}")
