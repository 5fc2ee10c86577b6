"""One crawl of one outlet: what it remembers, what it writes down, what it counts, how it is stopped.

The spider and the middlewares hold this one object; it knows Scrapy only by the crawler that carries it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, cast

from scrapy.crawler import Crawler
from scrapy.http import Response

from processing.archive.memory import Memory
from processing.archive.segments import SegmentWriter, put_report, send
from processing.archive.warc import Exchange, Original, payload_digest
from processing.errors import SillokError, StoreFullError
from processing.reading.rules import SEOUL
from processing.records import (
    Article,
    Fetch,
    Rejection,
    RunReport,
    Seal,
    SourceReport,
    Why,
    article_id,
)
from spiders.hosts import Hosts
from spiders.outlet import Outlet
from spiders.rows import answered, failed
from spiders.verdict import Tally, verdict
from spiders.visit import Visit

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """What the run report is made of."""

    pages: int = 0
    articles: int = 0
    removed: int = 0
    crashes: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    whys: Counter[str] = field(default_factory=Counter)
    sources: dict[str, SourceReport] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)


class Run:
    """One crawl. `writer` is None where nothing is to be written (dry run)."""

    def __init__(
        self,
        outlet: Outlet,
        run: str,
        *,
        memory: Memory,
        writer: SegmentWriter | None,
        clock: Callable[[], datetime],
        agent: str = "",
        version: str = "",
        permission: str | None = None,
    ) -> None:
        self.outlet = outlet
        self.id = run
        self.memory = memory
        self.clock = clock
        self.permission = permission
        self.hosts = Hosts(monotonic)
        self.counts = Counts()
        self.considered: dict[str, Visit | None] = {}
        self.turned_down: set[str] = set()
        self.requests = 0
        self.started_at = clock()
        self.error: SillokError | None = None
        self.stopping = False
        self.downloads: set[asyncio.Task[Any]] = set()
        self.on_failure: Callable[[], None] = lambda: None
        self._writer = writer
        self._agent, self._version = agent, version
        self._reading = 0
        self._segments = 0
        self._stopped = asyncio.Event()
        self._sender = ThreadPoolExecutor(1, "seal")
        self._sent: list[Future[Seal]] = []

    # -- what is written down

    def record(self, exchange: Exchange) -> Original:
        """Write an exchange into the WARC; return the record that holds its payload."""
        if self._writer is None or self.error:
            return Original(payload_digest(exchange.body), exchange.url, exchange.at)
        try:
            return self._writer.exchange(exchange)
        except OSError as error:
            self.fail(_full(error))
            return Original(payload_digest(exchange.body), exchange.url, exchange.at)

    def log(self, row: Fetch) -> None:
        """Write a row of the fetch log and count it."""
        if row.role == "article":
            self.counts.whys[row.why] += 1
            if row.article_id is not None:
                self.considered[row.article_id] = None
        self._add(row)

    def keep(self, record: Article | Rejection) -> None:
        """Write what was read from a page and count it."""
        self.counts.pages += 1
        if isinstance(record, Article):
            self.counts.articles += 1
        else:
            self.counts.rejections[record.reason] += 1
        self._add(record)

    def crashed(self, url: str, error: Exception) -> None:
        """Note that the reader broke on a page: the page is rejected, and a person has to look."""
        self.counts.crashes += 1
        log.error("%s: the reader broke on %s", self.outlet.name, url, exc_info=error)

    def begin(self, visit: Visit) -> None:
        """Note that an article will be asked; without an outcome at the end its row says why."""
        if visit.article_id is not None:
            self.considered[visit.article_id] = visit

    def _add(self, row: Article | Rejection | Fetch) -> None:
        if self._writer is None or self.error:
            return
        try:
            self._writer.add(row)
        except OSError as error:
            self.fail(_full(error))

    # -- what is remembered

    def knows(self, canonical_url: str) -> bool:
        """Return whether this article was fetched before or is part of this crawl."""
        identity = article_id(canonical_url)
        return identity in self.considered or self.memory.seen(identity)

    def spent(self) -> int:
        """Return the requests made on this KST day, those of earlier crawls among them."""
        return self.memory.spent(self.clock().astimezone(SEOUL).date()) + self.requests

    def answered_robots(self, visit: Visit, response: Response) -> None:
        self.log(answered(self, visit, response, why=Why.FETCHED))

    def failed_robots(self, visit: Visit, error: Exception) -> None:
        self.log(failed(self, visit, str(error) or type(error).__name__))

    # -- how it goes on and ends

    def roll(self) -> None:
        """Seal the open segment if it is full, in the background; stop the crawl where an earlier one failed."""
        self._sent = [future for future in self._sent if not self._settle(future)]
        if self._writer is None or self.error or not self._writer.due():
            return
        try:
            closed = self._writer.close()
        except OSError as error:
            self.fail(_full(error))
            return
        if closed:
            self._sent.append(self._sender.submit(send, self._writer.store, closed))

    async def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the crawl."""
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return
        self.go_on()

    def go_on(self) -> None:
        """Raise Refusal where the crawl was told to stop."""
        if self.stopping:
            from spiders.refusals import Refusal  # noqa: PLC0415 - only here

            raise Refusal(Why.FAILED, "interrupted")

    def stop(self) -> None:
        """End waits and downloads at once, so that the crawl can close within seconds."""
        self.stopping = True
        self._stopped.set()
        for download in list(self.downloads):
            download.cancel()

    def fail(self, error: SillokError) -> None:
        """Note the first error that ends the crawl."""
        if self.error is None:
            self.error = error
            self.on_failure()

    def finish(self, reason: str | None) -> RunReport:
        """Log what is left, seal, and write the report, last."""
        left = "interrupted" if reason == "shutdown" else f"the crawl closed before: {reason}"
        for visit in [visit for visit in self.considered.values() if visit]:
            self.log(failed(self, visit, left))
        self._close()
        report = self._report(reason)
        if self._writer is not None and not self.error:
            try:
                put_report(self._writer.store, report)
            except SillokError as error:
                self.fail(error)
                return self._report(reason)
        return report

    def _close(self) -> None:
        if self._writer is None:
            return
        try:
            closed = self._writer.close()
            if closed:
                self._sent.append(self._sender.submit(send, self._writer.store, closed))
        except OSError as error:
            self.fail(_full(error))
        self._sender.shutdown(wait=True)
        for future in self._sent:
            self._settle(future)

    def _settle(self, future: "Future[Seal]") -> bool:
        if not future.done():
            return False
        error = future.exception()
        if isinstance(error, SillokError):
            self.fail(error)
        elif error is not None:
            raise error
        else:
            self._segments += 1
        return True

    def _report(self, reason: str | None) -> RunReport:
        counts = self.counts
        end, why = verdict(
            Tally(
                reason=reason,
                error=self.error,
                crashes=counts.crashes,
                asked=len(counts.sources),
                answered=len(counts.answered),
                problems=counts.problems,
                silent=tuple(counts.silent),
                cooled=self.hosts.all_cooled(),
                pages=counts.pages,
                articles=counts.articles,
                removed=counts.removed,
                rejections=counts.rejections,
                whys=counts.whys,
            )
        )
        return RunReport(
            outlet=self.outlet.name,
            run=self.id,
            day=self.started_at.astimezone(SEOUL).date().isoformat(),
            started_at=self.started_at,
            ended_at=self.clock(),
            end=end,
            why=why,
            pages=counts.pages,
            articles=counts.articles,
            rejections=dict(sorted(counts.rejections.items())),
            whys=dict(sorted(counts.whys.items())),
            sources=tuple(counts.sources.values()),
            announced=len(self.considered),
            segments=self._segments,
            bytes=self._writer.bytes if self._writer else 0,
            requests=self.requests,
            agent=self._agent,
            code_version=self._version,
        )


def run_of(crawler: Crawler) -> Run:
    """Return the run that the crawler's spider carries."""
    return cast("Run", crawler.spider.run)  # type: ignore[union-attr]  # set before any component is built


def _full(error: OSError) -> SillokError:
    return StoreFullError(
        f"the spool cannot be written ({error.strerror or error}): free room there or set SILLOK_SPOOL; "
        "sealed segments are safe, the next crawl does the rest"
    )
