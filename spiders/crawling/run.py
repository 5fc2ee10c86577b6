"""The state of one crawl of one outlet: what it knows, how it is stopped, and how it finishes.

The spider and the middlewares share this object. It knows Scrapy only by the crawler that carries
it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Response

from processing.archive.memory import Memory
from processing.dates import SEOUL
from processing.errors import SillokError
from processing.landing.segments import SegmentWriter
from processing.records import (
    Fetch,
    RunReport,
    SourceFault,
    SourceFinding,
    SourceReport,
    Why,
    article_id,
)
from spiders.crawling.claims import Claim
from spiders.crawling.fetch_log import RunLog, answered, failed, note
from spiders.crawling.hosts import Hosts, Reach
from spiders.crawling.landing import HeldLists, Landing
from spiders.crawling.poll_history import ListedArticle, compare, meets
from spiders.crawling.polling import note_url, waits_until
from spiders.crawling.verdict import Tally, verdict
from spiders.crawling.visit import Refusal, Spellings, Visit
from spiders.crawling.watchdog import Watchdog
from spiders.outlet import Outlet, Source

if TYPE_CHECKING:
    from processing.archive.backfills import BackfillState


class Run:
    """One crawl. `writer` is None where nothing is to be written (dry run).

    `fresh` forgets what was seen, but neither what a host demanded nor what was spent of the day's
    budget. `backfills` is the state that a backfill goes on with, and whose requests count apart:
    against `budget` for this run alone, else against the outlet's for all backfills of the day.
    `held` has the answers of its lists that are not in a closed segment yet.
    """

    def __init__(
        self,
        outlet: Outlet,
        run: str,
        *,
        memory: Memory,
        fresh: bool = False,
        writer: SegmentWriter | None,
        clock: Callable[[], datetime],
        agent: str = "",
        version: str = "",
        permission: str | None = None,
        time_limit: float = 0.0,
        reach: Reach | None = None,
        claim: Claim | None = None,
        backfills: "BackfillState | None" = None,
        budget: int | None = None,
        held: HeldLists | None = None,
    ) -> None:
        self.outlet = outlet
        self.id = run
        self.memory = Memory() if fresh else memory
        # Cool-downs and the budget hold for a fresh crawl too.
        self._past = memory
        self.clock = clock
        self.permission = permission
        self.reach = reach or Reach()
        self.claim = claim
        self.backfills = backfills
        self.held = held
        self.budget = outlet.budget if budget is None else budget
        self._spent_before = self._spent_earlier(is_own=budget is not None)
        self.hosts = Hosts(monotonic)
        self.spellings = Spellings()
        self.refused_urls: set[str] = set()
        self.unverified: dict[str, str] = {}
        self.announced: set[str] = set()
        self.polled: dict[str, Visit] = {}
        self.missed: dict[str, Fetch] = {}
        self.catching_up: set[Source] = set()
        self.listed: dict[Source | None, list[ListedArticle]] = {}
        self.requests = 0
        self.retries = 0
        self.started_at = clock()
        self.error: SillokError | None = None
        self.stopping = False
        self.watchdog = Watchdog()
        self.over = False
        self.reading = False
        self.late: dict[str, str] = {}
        self._ends_at = monotonic() + time_limit if time_limit else inf
        self.downloads: set[asyncio.Task[Any]] = set()
        self.on_failure: Callable[[], None] = lambda: None
        self.sealing: Callable[[], AbstractContextManager[None]] = nullcontext
        self.landing = Landing(writer, self.fail)
        self.log = RunLog(self.landing, backfills)
        self._agent, self._version = agent, version
        self._stopped = asyncio.Event()

    def begin(self, visit: Visit) -> None:
        """Note that an article will be asked; without an outcome at the end its row says why."""
        if visit.article_id is not None:
            self.log.considered[visit.article_id] = visit
            self.spellings.begin(visit.article_id, visit.url)

    def crashed(self, url: str, error: Exception) -> None:
        """Count that the reader raised on a page or an address: only that one is lost."""
        self.log.crashed(self.outlet.name, url, error)

    # -- what is remembered

    def knows(self, canonical_url: str) -> bool:
        """Return whether this article was fetched before or is part of this crawl."""
        identity = article_id(canonical_url)
        return identity in self.log.considered or self.memory.seen(identity)

    def spent(self) -> int:
        """Return the requests made on this KST day, those of earlier crawls among them.

        Backfills and other crawls are counted each by themselves.
        """
        if self.backfills is not None:
            return self._spent_before + self.requests
        return self._past.spent(self.clock().astimezone(SEOUL).date()) + self.requests

    def _spent_earlier(self, *, is_own: bool) -> int:
        """Return the requests of earlier backfills that count against the budget of this one."""
        if self.backfills is None or is_own:
            return 0
        return self.backfills.spent.get(f"{self.clock().astimezone(SEOUL):%Y-%m-%d}", 0)

    def answered_robots(self, visit: Visit, response: Response) -> None:
        self.log.add(answered(self, visit, response, why=Why.FETCHED))

    def failed_robots(self, visit: Visit, error: Exception) -> None:
        self.log.add(
            failed(self, visit, str(error) or type(error).__name__, counted=not self.closing)
        )

    # -- how it goes on and ends

    async def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the crawl."""
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return
        self.go_on()

    def seconds_left(self) -> float:
        """Return the seconds until the crawl's time limit; infinite where there is none."""
        return self._ends_at - monotonic()

    def wait_for(self, host: str, seconds: float) -> None:
        """Raise Refusal where `host` may be asked again only after the crawl's time limit.

        The crawl does not wait for nothing: what was to be asked there is left to the next one.
        """
        if seconds > self.seconds_left():
            self.late[host] = f"may be asked again in {seconds:.0f} s, after the crawl's time limit"
            raise Refusal(Why.FAILED, f"{host} {self.late[host]}", counted=False)

    @property
    def closing(self) -> bool:
        """Whether the crawl is ending, by a signal or its time limit: failures are its own then."""
        return self.stopping or self.over

    def expire(self) -> None:
        """End waits and downloads at the time limit; Scrapy closes the crawl."""
        self.over = True
        self._stopped.set()
        for download in list(self.downloads):
            download.cancel()

    def go_on(self) -> None:
        """Raise Refusal where the crawl is stopping, or its time is over."""
        if self.over and not self.stopping:
            raise Refusal(Why.FAILED, "the crawl's time limit came first", counted=False)
        if self.stopping:
            raise Refusal(Why.FAILED, "interrupted", counted=False)

    @contextmanager
    def reads(self) -> Iterator[None]:
        """Mark that a page is being read: a signal breaks that off (ReadingInterruptedError)."""
        self.reading = True
        try:
            yield
        finally:
            self.reading = False

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
        # Rows of what was not reached come first: a source's row must not be sealed before them.
        left = "interrupted" if reason == "shutdown" else f"the crawl closed before: {reason}"
        # An article of a backfill has a row that says that it waits.
        for visit in [visit for visit in self.log.open_visits() if not visit.backfill]:
            self.log.add(failed(self, visit, left, counted=False))
        for visit in [
            visit for visit in self.polled.values() if visit.url not in self.log.counts.sources
        ]:
            self._leave_unasked(visit, left)
        self._compare_sources()
        self.log.counts.judge_overflows(self._recovered())
        self.log.add_withheld()
        self.log.counts.judge_indexes()
        self._note_hosts()
        # Whoever fails last sees the others, and notes what it sees.
        self.reach.is_ours(again=True)
        # The report is the last object: a run without one is known to be incomplete.
        with self.sealing():
            self.landing.close()
            report = self._report(reason)
            self.landing.put(report)
        return self._report(reason) if self.error else report

    def _recovered(self) -> set[str]:
        """Return the sources that missed something, where another or a further page reached it."""
        return {
            url
            for url, head in self.missed.items()
            if any(meets(head.frontier, entries) for entries in self.listed.values())
        }

    def _compare_sources(self) -> None:
        """Note how the sources that answered with dated lists agree with one another."""
        named = {
            visit.url: visit for visit in self.polled.values() if visit.source and not visit.part_of
        }
        answers = {
            url: entries
            for url, visit in named.items()
            if (entries := self.listed.get(visit.source, [])) and all(entry.at for entry in entries)
        }
        until = {
            url: visit.last.compared_until
            for url, visit in named.items()
            if visit.last and visit.last.compared_until
        }
        for url, compared in compare(answers, until, self.clock()).items():
            counts = self.log.counts
            counts.sources[url] = counts.sources[url].evolve(compared=compared)
            self.log.note_comparison(url, compared.until)

    def _leave_unasked(self, visit: Visit, why: str) -> None:
        """Log a source whose turn did not come before the crawl closed."""
        finding = SourceFinding(fault=SourceFault.UNANSWERED, detail=why)
        self.log.add(failed(self, visit, why, counted=False, faults=(finding.fault,)))
        self.log.counts.sources[visit.url] = SourceReport(
            url=visit.url, status=None, links=0, new=0, overlap=0, findings=(finding,), problem=why
        )
        self.log.counts.problems[visit.url] = why

    def cool_down(self, now: datetime) -> None:
        """Leave alone the hosts that refused an earlier crawl, until their time is over."""
        for host in self._authorities():
            last = self._past.source(note_url(host))
            until = waits_until(last, now)
            if last and until:
                self.hosts.cool(host, f"{last.detail}; asked again from {until:%Y-%m-%d %H:%M} UTC")

    def _authorities(self) -> set[str]:
        urls = [self.outlet.home, *(source.url for source in self.outlet.sources)]
        return {urlsplit(url).netloc for url in urls} | set(self.outlet.hosts)

    def _note_hosts(self) -> None:
        """Write down which hosts closed themselves to us in this crawl, and which opened again."""
        for host in sorted(self._authorities() | set(self.hosts.all_cooled())):
            last = self._past.source(note_url(host))
            before = last.failures if last else 0
            why = self.hosts.cooled(host)
            if why and not waits_until(last, self.clock()):
                self.log.add(note(self, note_url(host), Why.FAILED, why, max(before, 1) + 1))
            elif before and not why and self.requests:
                self.log.add(note(self, note_url(host), Why.FETCHED, "open again", 0))

    def _tally(self, reason: str | None) -> Tally:
        counts = self.log.counts
        return Tally(
            reason=reason,
            error=self.error,
            crashes=counts.crashes,
            asked=len((set(self.polled) | set(counts.sources)) - counts.left),
            late=self.late,
            left=len(counts.left),
            answered=sum(report.understood is not None for report in counts.answered()),
            problems=counts.problems,
            misunderstood=counts.misunderstood(),
            silent=tuple(counts.silent),
            cooled=self.hosts.all_cooled(),
            unverified=self.unverified,
            pages=counts.pages,
            articles=counts.articles,
            removed=counts.removed,
            absent=counts.absent,
            rejections=counts.rejections,
            whys=counts.whys,
            examples=counts.examples,
            spared=counts.spared,
            unreached=counts.unreached,
        )

    def _report(self, reason: str | None) -> RunReport:
        counts = self.log.counts
        end, why = verdict(self._tally(reason))
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
            announced=len(self.announced),
            segments=self.landing.segments,
            bytes=self.landing.bytes,
            requests=self.requests,
            agent=self._agent,
            code_version=self._version,
            reached=self.reach.reached,
            unreached=self.reach.unreached,
            fields=dict(sorted(counts.fields.items())),
            limits=tuple(reached for _, reached in sorted(counts.limits.items())),
            retries=self.retries,
        )


def run_of(crawler: Crawler) -> Run:
    """Return the run that the crawler's spider carries."""
    # Set before any component is built.
    return cast("Run", crawler.spider.run)  # type: ignore[union-attr]
