"""Keeps the outlet's claim alive while a crawl goes on, and ends the crawl where another has taken over.

The claim is renewed by the clock, and before a request whenever that was too long ago: a process that was stopped and
continued finds out before it asks anything.
"""

import asyncio
import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request

from processing.errors import SillokError, TransientError
from processing.records import Why
from spiders.crawling.claims import LEASE, RENEWAL, Claim, OvertakenError
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Refusal

log = logging.getLogger(__name__)


class ClaimKeeper:
    """Renews the claim of the run, where it has one."""

    def __init__(self, run: Run, claim: Claim) -> None:
        self._run = run
        self._claim = claim
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        run = run_of(crawler)
        if run.claim is None:
            raise NotConfigured
        keeper = cls(run, run.claim)
        crawler.signals.connect(keeper.opened, signal=signals.spider_opened)
        crawler.signals.connect(keeper.closed, signal=signals.spider_closed)
        return keeper

    def opened(self) -> None:
        self._task = asyncio.ensure_future(self._keep())

    def closed(self) -> None:
        if self._task:
            self._task.cancel()

    async def process_request(self, request: Request) -> None:  # noqa: ARG002 - Scrapy's interface
        if self._claim.age > RENEWAL * 1.5:
            async with self._turn:
                await self._renew()
        if self._run.error is not None:
            raise Refusal(Why.FAILED, "interrupted", counted=False)

    async def _keep(self) -> None:
        while self._run.error is None:
            await asyncio.sleep(RENEWAL.total_seconds())
            async with self._turn:
                await self._renew()

    async def _renew(self) -> None:
        """Renew; where the store is away, go on for as long as nobody else may take over."""
        if self._claim.age < RENEWAL / 2:  # another request has just done it
            return
        try:
            await asyncio.to_thread(self._claim.renew)
        except OvertakenError as error:
            self._end(error)
        except TransientError as error:
            log.warning("the claim of %s could not be renewed: %s", self._run.outlet.name, error)
            if self._claim.age >= LEASE:
                self._end(error)
        except SillokError as error:
            self._end(error)

    def _end(self, error: SillokError) -> None:
        self._run.fail(error)
        self._run.stop()
