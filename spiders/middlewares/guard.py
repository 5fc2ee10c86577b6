"""Nothing leaves the outlet: only http and https, only its hosts, only the ports that it declares.

Whether the address behind a name is public is checked where it is resolved (`resolver`), so that
the address that was checked is the one that is asked.

Redirects are followed inside the outlet; one that leads off its hosts, or to an article we know,
ends the visit.
"""

from typing import Self
from urllib.parse import urljoin

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from processing.records import Why
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Refusal, visit_of
from spiders.outlet import Outlet, identify, unaskable


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
        redirects._run = run_of(crawler)  # noqa: SLF001 - its own, set where Scrapy's constructor leaves no room
        return redirects

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002 - Scrapy's interface
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
        found = identify(outlet, target) if visit.role == "article" else None
        if found and found.url != visit.canonical and self._run.knows(found.url):
            raise Refusal(Why.SEEN, f"redirects to {found.url}", status=status)


def _target(url: str, location: bytes) -> str:
    """Return where a redirect leads: raw characters are UTF-8 where they are that, as Scrapy follows them."""
    stated = location.strip(b" \t")
    try:
        return urljoin(url, stated.decode("utf-8"))
    except UnicodeDecodeError:
        return urljoin(url, stated.decode("latin-1"))
    except ValueError:  # no URL at all: `unaskable` says so
        return stated.decode("latin-1")
