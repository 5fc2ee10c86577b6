"""Answers a backfill's list from the spool where an earlier run was killed after it had answered."""

from datetime import date, datetime
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.responsetypes import responsetypes

from processing.dates import SEOUL
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import visit_of


def _day(moment: datetime) -> date:
    return moment.astimezone(SEOUL).date()


class HeldAnswers:
    """Gives the answer that is held instead of asking again."""

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, run_of(crawler))

    def process_request(self, request: Request, spider: Spider | None = None) -> Response | None:
        visit = visit_of(request)
        answer = self._run.held.held(visit.url) if self._run.held and visit.backfill else None
        # Of an earlier day it says too little: "yesterday" has become complete since.
        if answer is None or _day(answer.at) != _day(self._run.clock()):
            return None
        made = responsetypes.from_args(url=answer.url, headers=None, body=answer.body)
        response = made(
            answer.url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            request=request,
        )
        # It is written down as when it came, the moment included.
        request.meta["kept_at"] = answer.at
        self._crawler.signals.send_catch_log(
            signals.response_downloaded, response=response, request=request, spider=spider
        )
        return response
