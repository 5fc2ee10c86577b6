"""The wire: Scrapy's handler, which knows whom it talks to and ends a download when the crawl is told to stop.

A task kill is SIGTERM and five seconds later SIGKILL; a slow page must not be what the sealing waits for.
"""

import asyncio
import logging
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from processing.records import Why
from spiders.middlewares.certificates import Certificates
from spiders.middlewares.resolver import refused
from spiders.refusals import Refusal
from spiders.run import run_of

log = logging.getLogger(__name__)


class Transport(HTTP11DownloadHandler):
    """Downloads http and https; `request.meta["tls"]` says how the host of an https answer was known."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._run = run_of(crawler)
        self._certificates = Certificates(tolerant=bool(self._run.outlet.tls))
        self._contextFactory = self._certificates  # type: ignore[assignment]  # zope's interfaces are no types

    async def download_request(self, request: Request) -> Response:
        self._run.go_on()
        task = asyncio.ensure_future(super().download_request(request))
        self._run.downloads.add(task)
        try:
            response = await task
        except asyncio.CancelledError as error:
            raise Refusal(Why.FAILED, "interrupted") from error
        except CannotResolveHostError as error:
            self._explain(urlparse_cached(request).hostname or "", error)
            raise
        except DownloadFailedError as error:
            self._distrust(request.url, error)
            raise
        finally:
            self._run.downloads.discard(task)
        request.meta["tls"] = self._known(request.url, response)
        return response

    async def close(self) -> None:
        """Close what is open; say so where an exception is declared that no host needs any more."""
        if self._run.outlet.tls and self._certificates.all_good():
            log.warning("%s: every certificate is good: its exception can go (`tls`)", self._run.outlet.name)
        await super().close()

    def _explain(self, host: str, error: Exception) -> None:
        address = refused(host)
        if address:
            raise Refusal(Why.FAILED, f"{host} resolves to {address}, which is not public") from error

    def _distrust(self, url: str, error: Exception) -> None:
        """Raise Refusal, which is not tried again, where a certificate was what ended the connection."""
        fault = self._fault(url)
        if fault:
            host = urlsplit(url).netloc
            self._run.strangers[host] = f"its certificate {fault}"
            raise Refusal(Why.FAILED, f"{host} is not known to be the outlet: its certificate {fault}") from error

    def _fault(self, url: str) -> str | None:
        parts = urlsplit(url)
        return self._certificates.fault(parts.hostname or "", parts.port or 443) if parts.scheme == "https" else None

    def _known(self, url: str, response: Response) -> str | None:
        if urlsplit(url).scheme != "https":
            return None
        fault = self._fault(url)
        shown = response.certificate.digest("sha256").decode() if response.certificate else "unknown"
        return f"unverified: its certificate {fault}; SHA-256 {shown}" if fault else "verified"
