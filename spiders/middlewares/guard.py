"""Refuses requests that this crawl may not make.

A request stays inside the outlet: only http and https, only its hosts, only the ports that it
declares. Redirects are followed inside it; one that leads off its hosts, or to an article that is
known, ends the visit. Whether the address behind a name is public is checked where the name is
resolved (`wire.transport`), so that the checked address is the one that is asked.

No request is made without the outlet's claim. It is renewed by the clock, and before a request
whenever that was too long ago: a process that was stopped and continued finds out before it asks
anything that another crawl has taken over.
"""

import asyncio
import logging
from typing import Self
from urllib.parse import urljoin

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response

from processing.errors import SillokError, TransientError
from processing.records import Why
from spiders.crawling.claims import LEASE, RENEWAL, Claim, OvertakenError
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Refusal, visit_of
from spiders.outlet import Outlet, identify, unaskable

log = logging.getLogger(__name__)


class Guard:
    """Refuses requests that the outlet's declaration does not cover."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler).outlet)

    def process_request(self, request: Request) -> None:
        fault = unaskable(self._outlet, request.url)
        if fault:
            raise Refusal(Why.OFF_SITE, fault)


class Redirects(RedirectMiddleware):
    """Scrapy's redirects with the outlet's borders. What was answered is in the WARC either way."""

    _run: Run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        redirects = super().from_crawler(crawler)
        # Its own, set where Scrapy's constructor leaves no room.
        redirects._run = run_of(crawler)  # noqa: SLF001
        return redirects

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002
        request.headers.pop("Referer", None)

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - Scrapy's interface
    ) -> Request | Response:
        location = response.headers.get(b"Location")
        if location and response.status in {301, 302, 303, 307, 308}:
            self._check(request, _target(request.url, location), response.status)
        try:
            return super().process_response(request, response)
        except Refusal:
            raise
        except IgnoreRequest as error:
            raise Refusal(
                Why.FAILED, f"redirects more than {self.max_redirect_times} times"
            ) from error

    def _check(self, request: Request, target: str, status: int) -> None:
        visit, outlet = visit_of(request), self._run.outlet
        if unaskable(outlet, target):
            raise Refusal(Why.OFF_SITE, f"redirects to {target}", status=status)
        identity = identify(outlet, target) if visit.role == "article" else None
        # A redirect to another spelling of the same article is followed.
        if identity and identity.url != visit.canonical and self._run.knows(identity.url):
            raise Refusal(Why.SEEN, f"redirects to {identity.url}", status=status)


def _target(url: str, location: bytes) -> str:
    """Return where a redirect leads; raw characters are read as UTF-8 if they are, as in Scrapy."""
    stated = location.strip(b" \t")
    try:
        text = stated.decode("utf-8")
    except UnicodeDecodeError:
        text = stated.decode("latin-1")
    try:
        return urljoin(url, text)
    # No URL at all: `unaskable` says so.
    except ValueError:
        return text


class ClaimKeeper:
    """Renews the claim of the run, where it has one."""

    def __init__(self, run: Run, claim: Claim) -> None:
        self._run = run
        self._claim = claim
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        run = run_of(crawler)
        if run.claim is None:
            raise NotConfigured
        keeper = cls(run, run.claim)
        crawler.signals.connect(keeper.opened, signal=signals.spider_opened)
        crawler.signals.connect(keeper.closed, signal=signals.spider_closed)
        return keeper

    def opened(self) -> None:
        self._task = asyncio.ensure_future(self._keep())

    def closed(self) -> None:
        if self._task:
            self._task.cancel()

    async def process_request(self, request: Request) -> None:  # noqa: ARG002 - Scrapy's interface
        if self._claim.age > RENEWAL * 1.5:
            async with self._turn:
                await self._renew()
        if self._run.error is not None:
            raise Refusal(Why.FAILED, "interrupted", counted=False)

    async def _keep(self) -> None:
        while self._run.error is None:
            await asyncio.sleep(RENEWAL.total_seconds())
            async with self._turn:
                await self._renew()

    async def _renew(self) -> None:
        """Renew; where the store is away, go on for as long as nobody else may take over."""
        # Another request has just done it.
        if self._claim.age < RENEWAL / 2:
            return
        try:
            await asyncio.to_thread(self._claim.renew)
        except OvertakenError as error:
            self._end(error)
        except TransientError as error:
            log.warning("the claim of %s could not be renewed: %s", self._run.outlet.name, error)
            # From then on another crawl may take the outlet over.
            if self._claim.age >= LEASE:
                self._end(error)
        except SillokError as error:
            self._end(error)

    def _end(self, error: SillokError) -> None:
        self._run.fail(error)
        self._run.stop()
