"""The sample press: a request in, a reply out, and the server that puts it on a loopback socket.

`Press.answer` is a function of the request, the state folder and the moment; `Server` speaks
HTTP/1.1 with keep-alive, one thread per connection.
"""

import gzip
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.press import articles, state
from infra.press.articles import Story
from infra.press.dates import PressClock, dated
from infra.press.pages import Resource, build
from infra.press.past import past
from infra.press.past.sites import answer
from infra.press.sites import SITES, Site
from infra.press.state import PressState
from processing.dates import SEOUL

LOOPBACK = "127.0.0.1"
ADMIN = "/_press/phase"
# Long enough to be seen in a log, short enough that a run of the sample stays within a minute.
SLOW_SECONDS = 2.0
# The only body that is ever sent to the press is `{"phase": 1}`.
_LONGEST_BODY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes over the wire.

    `delay` in seconds before it, `cut` bytes missing from the end of the body.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int = 0


class Press:
    """Six outlets behind one port."""

    def __init__(self, state: PressState, port: int) -> None:
        self.state = state
        self.port = port
        self._served = lru_cache(maxsize=32)(self._build)  # a later moment is another key

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """Everything that the press ever writes, in every phase."""
        return articles.load()

    @property
    def times(self) -> PressClock:
        """When the press begins and when its second phase does."""
        return PressClock(self.state.epoch, self.state.later)

    def current(self, phase: int) -> tuple[Story, ...]:
        """Return the stories as they stand in a phase, their days filled in."""
        there = (articles.at_phase(story, phase) for story in self.stories if story.phase <= phase)
        return tuple(dated(story, self.times) for story in there)

    def site(self, host: str) -> Site | None:
        """Return the outlet that a Host header names."""
        name = host.partition(":")[0].lower()
        return next((site for site in SITES if site.host == name), None)

    def served(self, site: Site, phase: int) -> Mapping[str, Resource]:
        """Return what an outlet serves in a phase, by path and query."""
        return self._served(site.name, phase, self.times)

    def answer(self, host: str, target: str, headers: Mapping[str, str], now: datetime) -> Reply:
        """Return the reply to a GET; header names in `headers` are lower-case."""
        site = self.site(host)
        if site is None and (made := _of_past(host, target, self.port, now)):
            return made
        if site is None:
            return Reply(status=421, body=b"no such host\n", headers={"Content-Type": "text/plain"})
        resource = self.served(site, self.state.phase(now)).get(target)
        if resource is None:
            return Reply(
                status=404, body=b"<html><body>404 Not Found</body></html>", headers=_plain(site)
            )
        first = bool(resource.tricks & {"busy", "cut"}) and self.state.first_time(
            site.host + target
        )
        if first and "busy" in resource.tricks:
            return Reply(
                status=429,
                body=b"slow down\n",
                headers={"Retry-After": "1", "Content-Type": "text/plain"},
            )
        reply = _reply(site, resource, headers)
        return replace(reply, cut=len(reply.body) // 2) if first else reply

    def _build(self, name: str, phase: int, times: PressClock) -> Mapping[str, Resource]:
        site = next(site for site in SITES if site.name == name)
        return build(site, self.current(phase), state.load(), times, self.port)


def _of_past(host: str, target: str, port: int, now: datetime) -> Reply | None:
    """Return the reply of an outlet that has a past; None where `host` is none."""
    there = past()
    if there is None:
        return None
    name = host.partition(":")[0]
    made = answer(name, f"http://{name}:{port}", target, there, now.astimezone(SEOUL).date())
    if made is None:
        return None
    headers = {"Content-Type": made.content_type, **made.headers}
    return Reply(status=made.status, body=made.body.encode(), headers=headers)


def _reply(site: Site, resource: Resource, asked: Mapping[str, str]) -> Reply:
    headers = {"Content-Type": resource.content_type, **resource.headers}
    tag = f'"{hashlib.sha256(resource.body).hexdigest()[:20]}"'
    if resource.status == HTTPStatus.OK and "etag" in site.validators:
        headers["ETag"] = tag
    if resource.changed is not None and "last-modified" in site.validators:
        headers["Last-Modified"] = format_datetime(resource.changed.astimezone(UTC), usegmt=True)
    if _still_fresh(headers, resource.changed, asked):
        kept = {
            name: value
            for name, value in headers.items()
            if name in {"ETag", "Last-Modified", "Server"}
        }
        return Reply(status=304, headers=kept)
    body = resource.body
    if site.gzip and "gzip" in asked.get("accept-encoding", "") and body:
        body = gzip.compress(body, mtime=0)
        headers["Content-Encoding"] = "gzip"
    delay = SLOW_SECONDS if "slow" in resource.tricks else 0.0
    return Reply(status=resource.status, body=body, headers=headers, delay=delay)


def _still_fresh(
    headers: Mapping[str, str], changed: datetime | None, asked: Mapping[str, str]
) -> bool:
    """Answer the conditions of RFC 9110 §13.2.2: If-None-Match wins over If-Modified-Since."""
    if "if-none-match" in asked:
        tags = {tag.strip().removeprefix("W/") for tag in asked["if-none-match"].split(",")}
        return headers.get("ETag") in tags
    if "if-modified-since" in asked and "Last-Modified" in headers and changed is not None:
        try:
            since = parsedate_to_datetime(asked["if-modified-since"])
        except ValueError:  # RFC 9110 §13.1.3: a condition that is no date is ignored
            return False
        return changed.replace(microsecond=0) <= since
    return False


def _plain(site: Site) -> Mapping[str, str]:
    return {"Content-Type": site.content_type, **site.headers}


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
    # The header and the body are two writes: with Nagle's algorithm (RFC 896) the second one waits
    # for the client's delayed acknowledgement, 40 ms on Linux.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        reply = self._answer()
        time.sleep(reply.delay)
        self._send(reply, body=True)

    def do_HEAD(self) -> None:
        self._send(self._answer(), body=False)

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LONGEST_BODY))
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
        # The body is shorter than its length says; a client waits for the rest until we hang up.
        if reply.cut:
            self.close_connection = True
        # Before the answer: whoever has read it finds the request in the log.
        self._note(reply)
        self.end_headers()
        if body:
            self.wfile.write(reply.body[: len(reply.body) - reply.cut])

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
