"""The one spider: it polls an outlet's sources, requests what is new, and reads the articles.

What differs between outlets is declared in `spiders.outlets`, not here. Every URL ends in one row
of the fetch log: read, unchanged, gone, blocked, too large, or failed. `OutletLoader` lets
`scrapy list` and `scrapy crawl NAME` see the outlets.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from scrapy.utils._compression import _DecompressionMaxSizeExceeded
from twisted.python.failure import Failure

from processing.records import (
    AnswerLimit,
    Article,
    Fetch,
    Page,
    Reason,
    Rejection,
    SourceFault,
    SourceFinding,
    Why,
    article_id,
)
from spiders.crawling.arguments import CrawlRequest
from spiders.crawling.fetch_log import answered, digest, failed, read, unchanged
from spiders.crawling.polling import ABSENT, gaps, is_conditional, validators
from spiders.crawling.run import Run
from spiders.crawling.sources import (
    PollOutcome,
    broken_poll,
    failed_poll,
    handle_source_response,
    polls,
    refused_row,
)
from spiders.crawling.visit import (
    ReadingInterruptedError,
    Refusal,
    TooLargeError,
    Visit,
    gate_of,
    visit_of,
)
from spiders.crawling.watchdog import LethalError
from spiders.outlet import Outlet, identify
from spiders.outlets import declared, names
from spiders.reading import read as read_page
from spiders.settings import COOKIES, REVISITS

if TYPE_CHECKING:
    from spiders.crawling.backfill import Backfill

_WALLS_IN_A_ROW = 3
"""Login pages in a row that mean the outlet, not the article."""
_NO_PAGE = {Reason.NOT_ARTICLE, Reason.LIST_PAGE, Reason.ERROR_PAGE, Reason.EMPTY}
"""Rejections that may be due to how the address was spelled."""
_REFUSED = {Why.ROBOTS, Why.OFF_SITE, Why.SEEN}
"""Refusals that concern one address, whether or not it was asked."""
_POLL, _NEW, _GAP, _AGAIN = 100, 10, 5, 0
"""Priorities of requests: sources first, so that a crawl that is cut short knows what it missed,
then what is not archived yet."""


def handle_article_response(run: Run, response: Response) -> Article | Rejection | Visit | None:
    """Take in what an article's URL answered.

    Return what was read from it, or the visit that is due instead.
    """
    # Set by the engine.
    visit = visit_of(response.request)  # type: ignore[arg-type]
    last, status = visit.last, response.status
    # RFC 9110 §15.4.5.
    if status == 304 and is_conditional(response.request):  # noqa: PLR2004
        run.log.add(unchanged(run, visit, response))
    elif status in ABSENT and last and last.outcome:
        tls = response.meta.get("tls")
        run.log.add(failed(run, visit, f"http {status}", why=Why.GONE, status=status, tls=tls))
    # RFC 9110 §15.3.1.
    elif status != 200:  # noqa: PLR2004
        not_conditional = status == 304  # noqa: PLR2004
        unasked = f"http {status}" + " to a request without a condition" * not_conditional
        gate = gate_of(response)
        refusal = Refusal(Why.FAILED, gate.evidence if gate else unasked, status=status)
        return lost(run, visit, refusal, tls=response.meta.get("tls"))
    elif last and last.outcome and last.digest == digest(response.body):
        run.log.add(unchanged(run, visit, response))
    else:
        record = _page(run, visit, response)
        return (_instead(run, visit, record) if record else None) or record
    return None


def lost(run: Run, visit: Visit, refusal: Refusal, *, tls: str | None = None) -> Visit | None:
    """Take in that an address gave no article.

    Return the visit of the next spelling of it, if there is one to ask.
    """
    counted = refusal.counted and not run.closing
    # It waits as it did: its row says so.
    if visit.backfill and (not refusal.counted or refusal.why is Why.OVER_BUDGET):
        return None
    why, status = refusal.why, refusal.status
    other = _next_spelling(run, visit, refusal) if counted or why in _REFUSED else None
    if other is None:
        run.log.add(
            failed(run, visit, refusal.detail, why=why, status=status, tls=tls, counted=counted)
        )
        return None
    detail = f"{why}: {refusal.detail}; asked instead: {other}"
    run.log.add(failed(run, visit, detail, why=Why.SPELLING, status=status, tls=tls, counted=False))
    return replace(visit, url=other)


def reject_oversized(run: Run, visit: Visit, evidence: str) -> None:
    """Reject a page whose answer was over a size limit: asked again, it would be no smaller."""
    rejection = Rejection(
        outlet=run.outlet.name,
        url=visit.canonical or visit.url,
        fetched_at=run.clock(),
        reason=Reason.TOO_LARGE,
        evidence=evidence[:200],
    )
    run.log.keep(rejection)
    run.log.add(failed(run, visit, evidence, why=Why.FETCHED).evolve(**read(rejection)))


def page_of(response: Response, *, outlet: str, at: datetime) -> Page:
    """Return the page that a response is, for the reader."""
    stated = (response.headers.get(b"Content-Type") or b"").decode("latin-1").lower()
    _, is_stated, charset = stated.partition("charset=")
    return Page(
        url=response.url,
        fetched_at=at,
        body=response.body,
        outlet=outlet,
        status=response.status,
        headers=tuple(
            (k.decode("latin-1"), v.decode("latin-1"))
            for k, vs in response.headers.items()
            for v in vs
        ),
        charset=charset.split(";")[0].strip(" \"'") or None if is_stated else None,
        robots=response.meta.get("robots"),
        hints={"tdmrep": response.meta["tdmrep"]} if response.meta.get("tdmrep") else {},
    )


def close(crawler: Crawler) -> None:
    """Close the crawl because it cannot go on."""
    if crawler.crawling:
        # The engine waits for it.
        asyncio.ensure_future(crawler.engine.close_spider_async(reason="failed"))  # noqa: RUF006


def _page(run: Run, visit: Visit, response: Response) -> Article | Rejection | None:
    """Read a page and write down what was read.

    None where a signal broke that off, and it is a gap.
    """
    at: datetime = response.meta.get("fetched_at") or run.clock()
    page = page_of(response, outlet=run.outlet.name, at=at)
    article = identify(run.outlet, response.url)
    canonical = article.url if article else visit.canonical or visit.url
    gate = gate_of(response)
    try:
        record = (
            _rejection(page, canonical, gate.reason, gate.evidence)
            if gate
            else _read(run, page, canonical)
        )
    except ReadingInterruptedError:
        run.log.add(failed(run, visit, "interrupted while it was read", counted=False))
        return None
    run.log.keep(record)
    _cool_down(run, response.url.split("/")[2], record)
    gone = _says_gone(visit, record)
    run.log.counts.removed += gone
    row = answered(run, visit, response, why=Why.GONE if gone else Why.FETCHED)
    made = {"detail": "rendered"} if "rendered" in response.flags else {}
    run.log.add(row.evolve(**(made | read(record) | ({"outcome": None} if gone else {}))))
    if article and article.url != visit.canonical:
        run.log.considered.setdefault(article_id(article.url), None)
    return record


def _next_spelling(run: Run, visit: Visit, refusal: Refusal) -> str | None:
    if visit.article_id is None or run.hosts.cooled(urlsplit(visit.url).netloc):
        return None
    requested = refusal.status is not None or refusal.why is Why.FAILED
    return run.spellings.after_failure(visit.article_id, requested=requested)


def _instead(run: Run, visit: Visit, record: Article | Rejection) -> Visit | None:
    """Return the visit of the next spelling of what was fetched and is no article."""
    if isinstance(record, Article) or record.reason not in _NO_PAGE or visit.article_id is None:
        return None
    other = run.spellings.after_failure(visit.article_id, requested=True)
    return replace(visit, url=other) if other else None


def _cool_down(run: Run, host: str, record: Article | Rejection) -> None:
    """Leave the host alone after a block page, or after login pages in a row.

    One login page alone is an article for members.
    """
    reason = record.reason if isinstance(record, Rejection) else None
    walls = run.hosts.wall(host, walled=reason is Reason.LOGIN)
    if isinstance(record, Rejection) and (reason is Reason.BLOCKED or walls >= _WALLS_IN_A_ROW):
        run.hosts.cool(host, f"cooling down: {record.evidence}")


def _read(run: Run, page: Page, canonical: str) -> Article | Rejection:
    late = partial(run.log.counts.reach, AnswerLimit.READING_TIME, page.url)
    try:
        with run.reads(), run.watchdog.parsing(page.url, page.body):
            return read_page(page, run.outlet, canonical=canonical, on_time_limit=late)
    except LethalError as error:
        late()
        return _rejection(page, canonical, Reason.UNREADABLE, str(error))
    # A page never costs the run; the error is logged and in the rejection.
    except Exception as error:  # noqa: BLE001
        run.crashed(page.url, error)
        evidence = f"the reader failed: {type(error).__name__}: {error}"[:200]
        return _rejection(page, canonical, Reason.UNREADABLE, evidence)


def _rejection(page: Page, canonical: str, reason: Reason, evidence: str) -> Rejection:
    return Rejection(
        outlet=page.outlet,
        url=canonical,
        fetched_at=page.fetched_at,
        reason=reason,
        evidence=evidence,
    )


def _says_gone(visit: Visit, record: Article | Rejection) -> bool:
    """Return whether an archived article's page now says, with status 200, that it is gone."""
    held = visit.last is not None and visit.last.outcome == "article"
    return held and isinstance(record, Rejection) and record.reason is Reason.ERROR_PAGE


class ArticleSpider(Spider):
    """Finds the articles of one outlet and reads them.

    `run` and `wanted` come from the `crawl` command, and `backfill` where days are asked for.
    """

    outlet: ClassVar[Outlet]

    def __init__(
        self, *, run: Run, wanted: CrawlRequest, backfill: "Backfill | None" = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.wanted = wanted
        self.backfill = backfill

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.run.on_failure = lambda: close(crawler)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        if spider.backfill:
            crawler.signals.connect(spider.go_on, signal=signals.spider_idle)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Apply the outlet's declaration; it may lengthen the delay, never shorten it."""
        super().update_settings(settings)
        if cls.outlet.render:
            # Few outlets need a browser, so the others do not load what drives one.
            from spiders.rendering import apply  # noqa: PLC0415

            apply(cls.outlet, settings)
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
        for request in self._first():
            yield request

    def _first(self) -> Iterator[Request]:
        if self.backfill:
            return self._next_of_backfill()
        return self._asked() if self.wanted.urls else self._all()

    def go_on(self) -> None:
        """Ask what a backfill asks next, now that all before it has answered."""
        requests = list(self._next_of_backfill())
        for request in requests:
            # Set before the first request.
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _next_of_backfill(self) -> Iterator[Request]:
        for visit in self.backfill.next_visits() if self.backfill else ():
            yield self.poll(visit) if visit.role == "source" else self.ask(visit)

    def _all(self) -> Iterator[Request]:
        now = self.run.clock()
        for visit in polls(self.run, self.wanted, now):
            yield self.poll(visit)
        if self.wanted.sources_only:
            return
        # Gaps before revisits: an article that nobody has comes before one that may have changed.
        for row in gaps(self.run.memory, now):
            yield from self._again(row, "gap", _GAP)
        # Half of what is left of the budget stays for what the next polls find.
        limit = min(
            self.settings.getint("SILLOK_REVISITS_A_RUN"),
            max(0, self.outlet.budget - self.run.spent()) // 2,
        )
        for row in self.run.memory.due(now, REVISITS)[:limit]:
            yield from self._again(row, "revisit", _AGAIN)

    def _again(self, row: Fetch, reason: Any, priority: int) -> Iterator[Request]:
        article = identify(self.outlet, row.url)
        if (
            article is None
            or row.article_id in self.run.log.considered
            or self.run.hosts.cooled(urlsplit(row.url).netloc)
        ):
            return
        visit = Visit(
            role="article",
            url=row.url,
            reason=reason,
            canonical=article.url,
            article_id=row.article_id,
            announced_by=row.announced_by,
            announced_at=row.announced_at,
            last=row,
        )
        yield self.ask(visit, priority)

    def _asked(self) -> Iterator[Request]:
        for url in self.wanted.urls:
            article = identify(self.outlet, url)
            if article is None:
                self.run.log.add(refused_row(self.run, url))
                continue
            identity = article_id(article.url)
            last = self.run.memory.last(identity)
            visit = Visit(
                role="article",
                url=url,
                reason="asked",
                canonical=article.url,
                article_id=identity,
                last=last,
            )
            yield self.ask(visit, _NEW)

    def poll(self, visit: Visit, priority: int = _POLL) -> Request:
        """Return the request of a source."""
        if not visit.backfill:
            self.run.polled[visit.url] = visit
        headers = {} if self.wanted.backfill else _conditions(visit.last)
        meta = {"visit": visit}
        return Request(
            visit.url,
            self.parse_source,
            errback=self.lost_source,
            headers=headers,
            priority=priority,
            meta=meta,
        )

    def ask(self, visit: Visit, priority: int = _NEW) -> Request:
        """Return the request of an article, conditional where it is held already."""
        self.run.begin(visit)
        held = visit.last if visit.last and visit.last.outcome == "article" else None
        # A shell may stay while its parts change.
        headers = {} if self.outlet.render else _conditions(held)
        return Request(
            visit.url,
            self.parse_article,
            errback=self.lost_article,
            headers=headers,
            priority=priority,
            meta={"visit": visit},
        )

    def parse_source(self, response: Response) -> Iterator[Request | dict[str, str]]:
        """Consider every link of a source; follow child sitemaps and further pages of a listing.

        What was found before an error of ours is asked for all the same, and the source has its
        row.
        """
        if self.backfill:
            yield from self._list_of_backfill(self.backfill, response)
            return
        outcome = PollOutcome()
        try:
            handle_source_response(self.run, self.wanted, response, outcome)
        # Content never costs a crawl; it is logged, counted and in the row.
        except Exception as error:  # noqa: BLE001
            broken_poll(self.run, visit_of(response.request), response.status, error)  # type: ignore[arg-type]
        # They come after the outlet's own sources, none of which a short crawl may leave out.
        for visit in outcome.polls:
            yield self.poll(visit, _POLL - 1)
        for visit in outcome.visits:
            if self.wanted.dry_run:
                self.run.log.counts.spared += 1
                yield {"url": visit.url, "why": f"would be fetched: {visit.reason}"}
            else:
                yield self.ask(visit, _NEW if visit.reason == "new" else _AGAIN)

    def _list_of_backfill(
        self, backfill: "Backfill", response: Response
    ) -> Iterator[dict[str, str]]:
        added: list[str] = []
        try:
            added = backfill.answer(response)
        # As in an ordinary poll.
        except Exception as error:  # noqa: BLE001
            visit = visit_of(response.request)  # type: ignore[arg-type]
            self.run.log.crashed(self.outlet.name, visit.url, error)
            detail = f"reading it failed: {type(error).__name__}: {error}"
            backfill.fail(visit, SourceFinding(fault=SourceFault.READER_ERROR, detail=detail))
        for url in added if self.wanted.dry_run else ():
            self.run.log.counts.spared += 1
            yield {"url": url, "why": "would be fetched: new"}

    def parse_article(self, response: Response) -> Iterator[Article | Request]:
        """Read a page, or note that it is gone, unchanged or not to be had.

        Then its next spelling may be asked.
        """
        record = handle_article_response(self.run, response)
        if isinstance(record, Article):
            yield record
        elif isinstance(record, Visit):
            yield self.ask(record)
        self.run.landing.roll()

    def broke(self) -> None:
        """Count an error of our own; its traceback is in the log."""
        self.run.log.counts.crashes += 1

    def lost_source(self, failure: Failure) -> None:
        visit, refusal = _lost(failure)
        # Asked again, it would be no smaller; any other failure may pass.
        large = is_too_large(failure.value)
        fault = SourceFault.REFUSED if large else SourceFault.UNANSWERED
        finding = SourceFinding(fault=fault, detail=refusal.detail)
        if self.backfill:
            self.backfill.fail(visit, finding, why=refusal.why)
            return
        failed_poll(self.run, visit, finding, why=refusal.why)

    def lost_article(self, failure: Failure) -> Iterator[Request]:
        visit, refusal = _lost(failure)
        if is_too_large(failure.value):
            reject_oversized(self.run, visit, str(failure.value))
        elif other := lost(self.run, visit, refusal):
            yield self.ask(other)


def is_too_large(error: BaseException | None) -> bool:
    """Return whether an answer was over a size limit, as it was sent or once it was unpacked.

    Scrapy's unpacking raises IgnoreRequest, which it raises for much else: its cause is the type.
    """
    unpacked = error is not None and isinstance(error.__cause__, _DecompressionMaxSizeExceeded)
    return unpacked or isinstance(error, TooLargeError)


def _conditions(last: Fetch | None) -> dict[str, bytes]:
    """Return the headers of a conditional request as the bytes that the server once sent."""
    return {name: value.encode("latin-1", "replace") for name, value in validators(last).items()}


def _lost(failure: Failure) -> tuple[Visit, Refusal]:
    # Scrapy sets it before an errback.
    request: Request = failure.request  # type: ignore[attr-defined]
    error = failure.value
    if isinstance(error, Refusal):
        return visit_of(request), error
    return visit_of(request), Refusal(Why.FAILED, _named(error))


def _named(error: BaseException | None) -> str:
    """Return the name and the words of an error; of one of Twisted's that wraps others, theirs."""
    wrapped = getattr(error and error.__cause__, "reasons", None)
    if wrapped:
        return "; ".join(_named(reason.value) for reason in wrapped)
    name = type(error).__name__.removesuffix("Error").lstrip("_")
    return f"{name}: {error}" if str(error) else name


def spider_for(outlet: Outlet) -> type[ArticleSpider]:
    """Return the spider class of one outlet."""
    name = f"{outlet.name.title().replace('_', '')}Spider"
    return type(name, (ArticleSpider,), {"name": outlet.name, "outlet": outlet})


class OutletLoader:
    """Scrapy's spider loader: the registry of outlets, of which it loads what is asked for."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:  # noqa: ARG003 - Scrapy's interface
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        outlet = declared(spider_name)
        if outlet is None:
            raise KeyError(f"Spider not found: {spider_name}")
        return spider_for(outlet)

    def list(self) -> list[str]:
        return list(names())

    def find_by_request(self, request: Request) -> Sequence[str]:  # noqa: ARG002
        return []
