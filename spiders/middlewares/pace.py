"""Decides when a host may be asked: delays, retries, cool-downs, blocks, the daily budget.

The delay counts from the last answer, so that it holds on the wire however long connecting took.
Scrapy's AutoThrottle acts after this, in the downloader's slot. A request over the outlet's budget
waits for tomorrow, and the fetch log says so. Retry-After (RFC 9110 §10.2.3) is read in both its
forms, seconds and a date.
"""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Request, Response
from scrapy.settings import BaseSettings
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.error import ConnectError

from processing.records import Reason, Why
from spiders.crawling.interrupt import release
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Gate, Refusal, gate, gate_of
from spiders.wire.transport import address_of

_WAITING = {429, 503}
_IN_A_ROW = 3
"""Refusals in a row that mean the host, not the page."""
_REFUSING = {401, 403, 429}
_NO_DATE = (ValueError, IndexError, TypeError, OverflowError)
"""What email.utils raises of headers that are no date, or none of the calendar."""
_SILENCE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError)


class Pacing:
    """Lets a request wait for its host."""

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        run = run_of(crawler)
        run.hosts.least = crawler.settings.getfloat("DOWNLOAD_DELAY")
        pace = cls(crawler, run)
        crawler.signals.connect(pace.opened, signal=signals.spider_opened)
        crawler.signals.connect(pace.closed, signal=signals.spider_closed)
        crawler.signals.connect(pace.left, signal=signals.request_left_downloader)
        return pace

    async def process_request(self, request: Request) -> None:
        host = urlparse_cached(request).netloc
        while True:
            cooled = self._run.hosts.cooled(host)
            if cooled:
                raise Refusal(Why.FAILED, cooled, counted=False)
            wait = self._run.hosts.wait(host)
            if not wait:
                return
            self._run.wait_for(host, wait)
            await self._run.pause(wait)

    def opened(self) -> None:
        """End every wait at the crawl's time limit: Scrapy itself waits for what is under way."""
        left = self._run.seconds_left()
        if left < inf:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, left), self._expire)

    def closed(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _expire(self) -> None:
        self._run.expire()
        if self._crawler.engine.running:
            release(self._crawler.engine)

    def left(self, request: Request) -> None:
        """Start the delay anew when a request has left the downloader."""
        self._run.hosts.left(urlparse_cached(request).netloc)


class Budget:
    """Counts requests of the KST day, those of earlier crawls among them."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler))

    def process_request(self, request: Request) -> None:  # noqa: ARG002 - Scrapy's interface
        limit = self._run.budget
        # Retries and redirects pass here too: what is counted are requests on the wire.
        if self._run.spent() >= limit:
            raise Refusal(Why.OVER_BUDGET, f"{limit} requests a day are spent")
        self._run.requests += 1


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks to wait.

    None where there is none or it says nothing.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except _NO_DATE:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


class Retries(RetryMiddleware):
    """Scrapy's retries, with the host left alone in between.

    A wait beyond the limit ends the host's crawl.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._pause = settings.getfloat("SILLOK_RETRY_WAIT")
        self._longest = settings.getfloat("SILLOK_RETRY_AFTER_MAX")
        self._run: Run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        retries = super().from_crawler(crawler)
        # Its own, set where Scrapy's constructor leaves no room.
        retries._run = run_of(crawler)  # noqa: SLF001
        return retries

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - Scrapy's interface
    ) -> Request | Response:
        if response.status not in self.retry_http_codes or gate_of(request):
            return response
        host = urlparse_cached(request).netloc
        wait = self._asked_wait(response) if response.status in _WAITING else None
        if wait is not None and wait > self._longest:
            self._run.hosts.cool(host, f"http {response.status}, Retry-After {wait:.0f} s")
            return response
        self._run.hosts.hold(host, self._pause_before(request) if wait is None else wait)
        return self._again(request, f"http {response.status}") or response

    def process_exception(
        self,
        request: Request,
        exception: Exception,
        spider: Spider | None = None,  # noqa: ARG002 - as above
    ) -> Request | Response | None:
        if not isinstance(exception, self.exceptions_to_retry) or self._run.closing:
            return None
        self._run.hosts.hold(urlparse_cached(request).netloc, self._pause_before(request))
        return self._again(request, exception)

    def _again(self, request: Request, reason: str | Exception) -> Request | None:
        again = self._retry(request, reason)
        if again is not None:
            self._run.retries += 1
        return again

    def _pause_before(self, request: Request) -> float:
        tries: int = request.meta.get("retry_times", 0)
        return self._pause * float(2**tries)

    def _asked_wait(self, response: Response) -> float | None:
        value = response.headers.get(b"Retry-After")
        stated = response.headers.get(b"Date")
        now = self._run.clock()
        # The host's own clock tells what its date means.
        if stated:
            now = _moment(stated.decode("latin-1")) or now
        return retry_after(value.decode("latin-1") if value else None, now)


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except _NO_DATE:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class ReachWatch:
    """Tells the run about each answer and each silence."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        watch = cls(run_of(crawler))
        crawler.signals.connect(watch.headers_received, signal=signals.headers_received)
        return watch

    def headers_received(
        self,
        headers: Headers,  # noqa: ARG002 - Scrapy's interface
        body_length: int,  # noqa: ARG002 - as above
        request: Request,
    ) -> None:
        self._run.reach.answered(urlparse_cached(request).netloc)

    def process_response(self, request: Request, response: Response) -> Response:
        self._run.reach.answered(urlparse_cached(request).netloc)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if is_silence(exception):
            parts = urlparse_cached(request)
            self._run.reach.lost(parts.netloc, address_of(parts.hostname or ""))


def is_silence(error: Exception) -> bool:
    """Return whether an error means that no packet of an answer came.

    That is so without an address or a route, when refused, and after a timeout.
    """
    # Scrapy has one error for all other failures: a connection that was never made shows in its
    # cause.
    made = isinstance(error, DownloadFailedError) and not isinstance(error.__cause__, ConnectError)
    return isinstance(error, _SILENCE) or (isinstance(error, DownloadFailedError) and not made)


class Blocks:
    """Marks a gate in `request.meta["gate"]`; its host is left alone, and the report says so."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        host = urlparse_cached(request).netloc
        headers = {
            key.decode("latin-1").lower(): b",".join(v).decode("latin-1")
            for key, v in response.headers.items()
        }
        met = gate(response.url, headers, response.body)
        refused = self._run.hosts.refuse(host, refused=response.status in _REFUSING)
        if met is None and refused >= _IN_A_ROW:
            met = Gate(Reason.BLOCKED, f"http {response.status}, {refused} times in a row")
        if met:
            request.meta["gate"] = met
            self._run.hosts.cool(host, f"cooling down: {met.evidence}")
        return response
