"""An outlet's requests a day are limited; what is over the limit waits for tomorrow, and the log says so."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request

from processing.records import Why
from spiders.refusals import Refusal
from spiders.run import Run, run_of


class Budget:
    """Counts requests of the KST day, those of earlier crawls among them."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler))

    def process_request(self, request: Request) -> None:  # noqa: ARG002 - Scrapy's interface
        limit = self._run.outlet.budget
        if self._run.spent() >= limit:
            raise Refusal(Why.OVER_BUDGET, f"{limit} requests a day are spent")
        self._run.requests += 1
