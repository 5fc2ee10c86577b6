"""The wire: Scrapy's handler, with downloads that end at once when the crawl is told to stop.

A task kill is SIGTERM and five seconds later SIGKILL; a slow page must not be what the sealing waits for.
"""

import asyncio

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from processing.records import Why
from spiders.middlewares.resolver import refused
from spiders.refusals import Refusal
from spiders.run import run_of


class Transport(HTTP11DownloadHandler):
    """Downloads http and https."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._run = run_of(crawler)

    async def download_request(self, request: Request) -> Response:
        self._run.go_on()
        task = asyncio.ensure_future(super().download_request(request))
        self._run.downloads.add(task)
        try:
            return await task
        except asyncio.CancelledError as error:
            raise Refusal(Why.FAILED, "interrupted") from error
        except CannotResolveHostError as error:
            self._explain(urlparse_cached(request).hostname or "", error)
            raise
        finally:
            self._run.downloads.discard(task)

    def _explain(self, host: str, error: Exception) -> None:
        address = refused(host)
        if address:
            raise Refusal(Why.FAILED, f"{host} resolves to {address}, which is not public") from error
