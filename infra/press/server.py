"""The press on a socket of the loopback interface: HTTP/1.1 with keep-alive, one thread a connection."""

import json
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.press.press import Press, Reply

LOOPBACK = "127.0.0.1"
ADMIN = "/_press/phase"
_LONGEST = 1000


class Server(ThreadingHTTPServer):
    """Serves a press; `admin` lets a test change the phase."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, press: Press, *, admin: bool = False) -> None:
        super().__init__((LOOPBACK, press.port), Handler)
        press.port = self.server_address[1]
        self.press = press
        self.admin = admin


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        reply = self._answer()
        time.sleep(reply.delay)
        self._send(reply, body=True)

    def do_HEAD(self) -> None:
        self._send(self._answer(), body=False)

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LONGEST))
        if not self.server.admin or self.path != ADMIN:
            self._send(Reply(status=405, headers={"Allow": "GET, HEAD"}), body=True)
            return
        try:
            phase = int(json.loads(body)["phase"])
        except (ValueError, KeyError, TypeError):
            self._send(Reply(status=400, body=b'send {"phase": 0 or 1}\n'), body=True)
            return
        self.server.press.state.set_phase(phase, _now())
        self._send(Reply(status=204), body=True)

    def _answer(self) -> Reply:
        asked = {name.lower(): value for name, value in self.headers.items()}
        return self.server.press.answer(asked.get("host", ""), self.path, asked, _now())

    def _send(self, reply: Reply, *, body: bool) -> None:
        headers = {"Server": "nginx", **reply.headers}
        self.send_response_only(reply.status)
        self.send_header("Date", self.date_time_string())
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.status not in {204, 304}:
            self.send_header("Content-Length", str(len(reply.body)))
        if reply.cut:
            self.close_connection = True
        self.end_headers()
        if body:
            self.wfile.write(reply.body[: len(reply.body) - reply.cut])
        self._note(reply)

    def _note(self, reply: Reply) -> None:
        row = {
            "at": _now().isoformat(),
            "host": self.headers.get("Host", ""),
            "method": self.command,
            "path": self.path,
            "status": reply.status,
            "bytes": len(reply.body) - reply.cut,
            "agent": self.headers.get("User-Agent", ""),
        }
        self.server.press.state.log(row)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the overridden parameter
        """Say nothing on stderr: the access log has it."""


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a server knows what time it is
