"""Asks for a few pages by hand as a crawl would: same robots.txt, same guard, same pauses.

Nothing is written. `look`, `declare` and `freeze` give a plan, a coroutine that asks for one page
after another; the crawl ends with it.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapy import Spider
from scrapy.crawler import CrawlerProcessBase
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings

from processing.archive.memory import Memory
from processing.errors import SillokError, TransientError
from processing.records import Page
from spiders.crawling.run import Run
from spiders.crawling.spider import page_of
from spiders.crawling.visit import Refusal, Visit, gate_of
from spiders.outlet import Outlet


@dataclass(frozen=True, slots=True)
class ScoutResponse:
    """What came back: a page as it was served, or why there is none."""

    url: str
    page: Page | None = None
    refused: str | None = None

    @property
    def body(self) -> bytes:
        """The bytes of a good answer, none of any other."""
        return self.page.body if self.page and 200 <= self.page.status < 300 else b""  # noqa: PLR2004 - RFC 9110 §15.3


class Visitor(Run):
    """A run that writes nothing and remembers each robots.txt that the middleware was answered."""

    robots: ScoutResponse | None = None

    def answered_robots(self, visit: Visit, response: Response) -> None:
        super().answered_robots(visit, response)
        if self.robots is None:
            self.robots = ScoutResponse(
                response.url, page_of(response, outlet=self.outlet.name, at=self.clock())
            )


class AskingSpider(Spider):
    """Follows a plan through the project's middlewares; the plan calls `ask`."""

    name = "asking"

    def __init__(self, *, run: Visitor, plan: "Plan", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.plan = plan
        self.error: Exception | None = None

    async def start(self) -> AsyncIterator[Request]:
        try:
            await self.plan(self)
        except SillokError as error:
            self.error = error
        nothing: tuple[Request, ...] = ()
        for request in nothing:  # a start without a yield would be no generator
            yield request

    async def ask(self, url: str) -> ScoutResponse:
        """Ask for `url`, after its robots.txt; nothing that the network does raises."""
        visit = Visit(role="source", url=url, reason="asked")
        request = Request(url, callback=NO_CALLBACK, meta={"visit": visit}, dont_filter=True)
        assert self.crawler.engine is not None  # noqa: S101 - it runs while the plan does
        try:
            response: Response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - what kept the page from us is the answer
            return ScoutResponse(url, refused=_reason(error))
        if gate := gate_of(response):
            return ScoutResponse(url, refused=f"a gate, not the page: {gate.evidence}")
        page = page_of(
            response,
            outlet=self.run.outlet.name,
            at=response.meta.get("fetched_at") or self.run.clock(),
        )
        return ScoutResponse(response.url, page)


Plan = Callable[[AskingSpider], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AskingCrawl:
    """The crawl of a command that asks for a few pages: its settings and Scrapy's process."""

    settings: BaseSettings
    process: CrawlerProcessBase

    def follow(self, outlet: Outlet, plan: Plan, *, permission: str | None = None) -> None:
        """Run `plan` for `outlet` in a crawl of its own.

        Raise what the plan raised, TransientError if it never ran.
        """
        run = Visitor(
            outlet,
            f"look-{secrets.token_hex(3)}",
            memory=Memory(),
            writer=None,
            clock=_now,
            agent=self.settings["USER_AGENT"],
            version=self.settings["SILLOK_VERSION"],
            permission=permission,
        )
        crawler = self.process.create_crawler(AskingSpider)
        self.process.crawl(crawler, run=run, plan=plan)
        self.process.start()
        run.landing.close()
        spider = crawler.spider
        if not isinstance(spider, AskingSpider):
            raise TransientError("the crawl did not start; the log above says why")
        if spider.error:
            raise spider.error


def why(answer: ScoutResponse) -> str:
    """Return why an answer has no body."""
    if answer.refused:
        return answer.refused
    return f"http {answer.page.status}" if answer.page else "no answer"


def _reason(error: Exception) -> str:
    if isinstance(error, Refusal):
        return f"{error.why}: {error.detail}"
    name = type(error).__name__.removesuffix("Error")
    return f"{name}: {error}" if str(error) else name


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock of what is asked by hand
