"""A real HTTP server on loopback that writes down what it was asked, and when."""

import gzip
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None
    cut: bool = False
    raw: bytes = b""
    """What goes over the wire as it is, instead of all else; the connection is closed then."""


@dataclass
class Asked:
    at: float
    host: str
    path: str
    headers: dict[str, str]

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())


Answer = Reply | Callable[[Asked], Reply]


TDMREP = "/.well-known/tdmrep.json"


class Origin:
    """`routes` maps a path (or host + path) to a reply or to a function of the request; anything else is 404.

    With `tls` it speaks nothing but TLS.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.routes: dict[str, Answer] = {"/robots.txt": text("User-agent: *\nAllow: /\n")}
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Header and body are two writes; the second must not wait for a delayed acknowledgement.
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                asked = Asked(
                    time.monotonic(),
                    self.headers["Host"],
                    self.path,
                    {k.lower(): v for k, v in self.headers.items()},
                )
                origin.answer(self, asked)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the overridden name
                pass

        self._server = _Quiet(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        if tls:  # the handshake belongs into the thread of the connection: a client that says no must not end the server
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)
        host = asked.host.partition(":")[0]
        answer = self.routes.get(host + asked.path, self.routes.get(asked.path, Reply(404)))
        reply = answer if isinstance(answer, Reply) else answer(asked)
        if reply.wait:
            reply.wait.wait(30)
        if reply.raw:
            handler.wfile.write(reply.raw)
            handler.close_connection = True
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        body = b"" if reply.status in {204, 304} else reply.body
        if "Transfer-Encoding" not in reply.headers and "Content-Length" not in reply.headers:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        if reply.cut:
            handler.close_connection = True

    def paths(self, host: str = "") -> list[str]:
        """Return the paths asked for, in order; the file about data mining has a test of its own."""
        return [
            asked.path
            for asked in self.asked
            if asked.host.startswith(host) and asked.path != TDMREP
        ]

    def gaps(self) -> list[float]:
        times = [asked.at for asked in self.asked]
        return [later - earlier for earlier, later in pairwise(times)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: that is what some tests are about."""


def text(body: str, **headers: str) -> Reply:
    return Reply(body=body.encode(), headers={"Content-Type": "text/plain", **headers})


def html(body: str, **headers: str) -> Reply:
    return Reply(
        body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers}
    )


def zipped(body: str) -> Reply:
    kind = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}
    return Reply(body=gzip.compress(body.encode(), mtime=0), headers=kind)


def feed(*urls: str, **headers: str) -> Reply:
    items = "".join(f"<item><title>제목</title><link>{url}</link></item>" for url in urls)
    kind = {"Content-Type": "application/rss+xml", **headers}
    return Reply(body=f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), headers=kind)


def article(number: int, more: str = "") -> Reply:
    """An authored news page with a body that every reader finds."""
    paragraphs = "".join(
        f"<p>가상시 {number}구는 지난 {day}일 주민 설명회를 열고 하천 산책로를 {day * 3}미터 더 놓겠다고 밝혔다. "
        f"구청은 예산 {number + day}억 원을 올해 안에 쓰기로 했으며 공사는 {day}개월 걸린다.{more}</p>"
        for day in range(1, 9)
    )
    return html(
        f'<html lang="ko"><head><title>산책로 {number}호 착공</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-11-20T09:00:00+09:00"></head><body><article>'
        f"<h1>산책로 {number}호 착공</h1>{paragraphs}</article></body></html>"
    )
