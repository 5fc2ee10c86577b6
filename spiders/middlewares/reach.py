"""Sees, nearest to the wire, which hosts send anything back: an answer, or at least its headers."""

from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Request, Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.error import ConnectError

from spiders.crawling.run import Run, run_of
from spiders.wire.transport import address_of

_SILENCE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError)


class ReachWatch:
    """Tells the run about each answer and each silence."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        watch = cls(run_of(crawler))
        crawler.signals.connect(watch.headers_received, signal=signals.headers_received)
        return watch

    def headers_received(self, headers: Headers, body_length: int, request: Request) -> None:  # noqa: ARG002 - Scrapy's
        self._run.reach.answered(urlparse_cached(request).netloc)

    def process_response(self, request: Request, response: Response) -> Response:
        self._run.reach.answered(urlparse_cached(request).netloc)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if is_silence(exception):
            parts = urlparse_cached(request)
            self._run.reach.lost(parts.netloc, address_of(parts.hostname or ""))


def is_silence(error: Exception) -> bool:
    """Return whether an error means that no packet of an answer came: no address, no route, refused, timed out.

    Scrapy has one error for all other failures; a connection that was never made is known by its cause.
    """
    made = isinstance(error, DownloadFailedError) and not isinstance(error.__cause__, ConnectError)
    return isinstance(error, _SILENCE) or (isinstance(error, DownloadFailedError) and not made)
