"""The press as a function: a request in, a reply out. No sockets; `server` has those."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property, lru_cache
from http import HTTPStatus

from infra.press import articles, traps
from infra.press.articles import Story
from infra.press.dates import Times, dated
from infra.press.pages import Resource, build
from infra.press.sites import SITES, Site
from infra.press.state import State

SLOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes over the wire; `delay` in seconds before it, `cut` bytes missing from the end of the body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int = 0


class Press:
    """Six outlets behind one port."""

    def __init__(self, state: State, port: int) -> None:
        self.state = state
        self.port = port
        self._served = lru_cache(maxsize=32)(self._build)  # a later moment is another key

    @cached_property
    def stories(self) -> tuple[Story, ...]:
        """Everything that the press ever writes, in every phase."""
        return articles.load()

    @property
    def times(self) -> Times:
        """When the press begins and when its second phase does."""
        return Times(self.state.epoch, self.state.later)

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
        if site is None:
            return Reply(status=421, body=b"no such host\n", headers={"Content-Type": "text/plain"})
        resource = self.served(site, self.state.phase(now)).get(target)
        if resource is None:
            return Reply(status=404, body=b"<html><body>404 Not Found</body></html>", headers=_plain(site))
        first = bool(resource.tricks & {"busy", "cut"}) and self.state.first_time(site.host + target)
        if first and "busy" in resource.tricks:
            return Reply(status=429, body=b"slow down\n", headers={"Retry-After": "1", "Content-Type": "text/plain"})
        reply = _reply(site, resource, headers)
        return replace(reply, cut=len(reply.body) // 2) if first else reply

    def _build(self, name: str, phase: int, times: Times) -> Mapping[str, Resource]:
        site = next(site for site in SITES if site.name == name)
        return build(site, self.current(phase), traps.load(), times, self.port)


def _reply(site: Site, resource: Resource, asked: Mapping[str, str]) -> Reply:
    headers = {"Content-Type": resource.content_type, **resource.headers}
    tag = f'"{hashlib.sha256(resource.body).hexdigest()[:20]}"'
    if resource.status == HTTPStatus.OK and "etag" in site.validators:
        headers["ETag"] = tag
    if resource.changed is not None and "last-modified" in site.validators:
        headers["Last-Modified"] = format_datetime(resource.changed.astimezone(UTC), usegmt=True)
    if _still_fresh(headers, resource.changed, asked):
        kept = {name: value for name, value in headers.items() if name in {"ETag", "Last-Modified", "Server"}}
        return Reply(status=304, headers=kept)
    body = resource.body
    if site.gzip and "gzip" in asked.get("accept-encoding", "") and body:
        body = gzip.compress(body, mtime=0)
        headers["Content-Encoding"] = "gzip"
    delay = SLOW_SECONDS if "slow" in resource.tricks else 0.0
    return Reply(status=resource.status, body=body, headers=headers, delay=delay)


def _still_fresh(headers: Mapping[str, str], changed: datetime | None, asked: Mapping[str, str]) -> bool:
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
