"""Nothing leaves the outlet: only http and https, only its hosts, only the ports that it declares.

Whether the address behind a name is public is checked where it is resolved (`resolver`), so that the address that was
checked is the one that is asked.
"""

from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Request

from processing.records import Why
from spiders.identity import is_on_site
from spiders.outlet import Outlet
from spiders.refusals import Refusal
from spiders.run import run_of


class Guard:
    """Refuses requests that the outlet's declaration does not cover."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        urls = [outlet.home, *(source.url for source in outlet.sources)]
        self._ports = {80, 443, None} | {urlsplit(url).port for url in urls}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler).outlet)

    def process_request(self, request: Request) -> None:
        fault = self.fault(request.url)
        if fault:
            raise Refusal(Why.OFF_SITE, fault)

    def fault(self, url: str) -> str | None:
        """Return why `url` may not be asked, or None."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            return f"not a URL: {error}"
        if parts.scheme not in {"http", "https"}:
            return f"scheme {parts.scheme!r}"
        if parts.username is not None or parts.password is not None:
            return "credentials in the URL"
        if not is_on_site(self._outlet, url):
            return f"host {parts.hostname}"
        return None if port in self._ports else f"port {port}"
