"""No host is asked before it wants to be: Crawl-delay, Retry-After, pauses before a retry, cool-down.

The delay counts from the answer before, so that it holds on the wire however long connecting took. AutoThrottle is
Scrapy's and acts in the downloader's slot, after this.
"""

from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

from processing.records import Why
from spiders.refusals import Refusal
from spiders.run import Run, run_of


class Pace:
    """Lets a request wait for its host."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        run = run_of(crawler)
        run.hosts.least = crawler.settings.getfloat("DOWNLOAD_DELAY")
        pace = cls(run)
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
            await self._run.pause(wait)

    def left(self, request: Request) -> None:
        """Start the delay anew when a request has left the downloader."""
        self._run.hosts.left(urlparse_cached(request).netloc)
