"""The one spider. What differs between outlets is declared in `spiders.outlets`, not here.

It asks the sources, considers each link once, asks for articles, and gives every URL one row in the fetch log.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from processing.records import Article, Fetch, Rejection, Why, article_id
from spiders import articles, rendering, sources
from spiders.arguments import Wish
from spiders.considering import turned_down
from spiders.identity import identify
from spiders.outlet import Outlet
from spiders.polling import validators
from spiders.refusals import Refusal
from spiders.rows import failed
from spiders.run import Run
from spiders.settings import COOKIES, REVISITS
from spiders.turns import gaps
from spiders.visit import Visit, visit_of

_POLL, _NEW, _GAP, _AGAIN = 100, 10, 5, 0
"""Priorities: sources first, so that a crawl that is cut short knows what it missed; then what nobody has yet."""


class ArticleSpider(Spider):
    """Finds the articles of one outlet and reads them. `run` and `wish` come from the `crawl` command."""

    outlet: ClassVar[Outlet]

    def __init__(self, *, run: Run, wish: Wish, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.wish = wish

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.run.on_failure = lambda: articles.close(crawler)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Apply what the outlet declares: it may ask for more time between requests, never for less."""
        super().update_settings(settings)
        rendering.apply(cls.outlet, settings)
        if cls.outlet.cookies:
            settings.set("COOKIES_ENABLED", "1", priority="spider")
            middlewares = settings.getdict("DOWNLOADER_MIDDLEWARES") | {COOKIES: 700}
            settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="spider")
        if cls.outlet.delay:
            delay = max(cls.outlet.delay, settings.getfloat("DOWNLOAD_DELAY"))
            settings.set("DOWNLOAD_DELAY", delay, priority="spider")
            settings.set("AUTOTHROTTLE_START_DELAY", delay, priority="spider")

    async def start(self) -> AsyncIterator[Request]:
        self.run.cool_down(self.run.clock())
        for request in self._asked() if self.wish.urls else self._all():
            yield request

    def _all(self) -> Iterator[Request]:
        now = self.run.clock()
        for visit in sources.polls(self.run, self.wish, now):
            yield self.poll(visit)
        if self.wish.sources_only:
            return
        for row in gaps(self.run.memory, now):
            yield from self._again(row, "gap", _GAP)
        limit = min(self.settings.getint("SILLOK_REVISITS_A_RUN"), max(0, self.outlet.budget - self.run.spent()) // 2)
        for row in self.run.memory.due(now, REVISITS)[:limit]:
            yield from self._again(row, "revisit", _AGAIN)

    def _again(self, row: Fetch, reason: Any, priority: int) -> Iterator[Request]:
        found = identify(self.outlet, row.url)
        if found is None or row.article_id in self.run.considered or self.run.hosts.cooled(urlsplit(row.url).netloc):
            return
        visit = Visit(
            role="article",
            url=row.url,
            reason=reason,
            canonical=found.url,
            article_id=row.article_id,
            announced_by=row.announced_by,
            announced_at=row.announced_at,
            last=row,
        )
        yield self.ask(visit, priority)

    def _asked(self) -> Iterator[Request]:
        for url in self.wish.urls:
            found = identify(self.outlet, url)
            if found is None:
                self.run.log(turned_down(self.run, url))
                continue
            identity = article_id(found.url)
            last = self.run.memory.last(identity)
            visit = Visit(role="article", url=url, reason="asked", canonical=found.url, article_id=identity, last=last)
            yield self.ask(visit, _NEW)

    def poll(self, visit: Visit, priority: int = _POLL) -> Request:
        """Return the request of a source."""
        self.run.polled.add(visit.url)
        headers = {} if self.wish.backfill else validators(visit.last)
        meta = {"visit": visit}
        return Request(
            visit.url, self.parse_source, errback=self.lost_source, headers=headers, priority=priority, meta=meta
        )

    def ask(self, visit: Visit, priority: int = _NEW) -> Request:
        """Return the request of an article, conditional where it is held already."""
        self.run.begin(visit)
        held = visit.last if visit.last and visit.last.outcome == "article" else None
        headers = {} if self.outlet.render else validators(held)  # a shell may stay while its parts change
        return Request(
            visit.url,
            self.parse_article,
            errback=self.lost_article,
            headers=headers,
            priority=priority,
            meta={"visit": visit},
        )

    def parse_source(self, response: Response) -> Iterator[Request | dict[str, str]]:
        """Consider every link of a source; follow child sitemaps and further pages of a listing."""
        found = sources.answer(self.run, self.wish, response)
        for visit in found.polls:
            yield self.poll(visit, _POLL - 1)
        for visit in found.visits:
            if self.wish.dry_run:
                self.run.counts.spared += 1
                yield {"url": visit.url, "why": f"would be fetched: {visit.reason}"}
            else:
                yield self.ask(visit, _NEW if visit.reason == "new" else _AGAIN)

    def parse_article(self, response: Response) -> Iterator[Article]:
        """Read a page, or note that it is gone, unchanged or not to be had."""
        record = articles.answer(self.run, response)
        if isinstance(record, Article):
            yield record
        self.run.landing.roll()

    def broke(self) -> None:
        """Count an error of our own; its traceback is in the log."""
        self.run.counts.crashes += 1

    def lost_source(self, failure: Failure) -> None:
        visit, refusal = _lost(failure)
        sources.failed_poll(self.run, visit, refusal.detail, why=refusal.why)

    def lost_article(self, failure: Failure) -> None:
        visit, refusal = _lost(failure)
        if articles.oversized(self.run, visit, failure.value) is None:
            counted = refusal.counted and not self.run.stopping
            why, status = refusal.why, refusal.status
            self.run.log(failed(self.run, visit, refusal.detail, why=why, status=status, counted=counted))


def _lost(failure: Failure) -> tuple[Visit, Refusal]:
    request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it before an errback
    error = failure.value
    if isinstance(error, Refusal):
        return visit_of(request), error
    name = type(error).__name__.removesuffix("Error")
    return visit_of(request), Refusal(Why.FAILED, f"{name}: {error}" if str(error) else name)


def spider_for(outlet: Outlet) -> type[ArticleSpider]:
    """Return the spider class of one outlet."""
    name = f"{outlet.name.title().replace('_', '')}Spider"
    return type(name, (ArticleSpider,), {"name": outlet.name, "outlet": outlet})


__all__ = ["ArticleSpider", "Rejection", "spider_for"]
