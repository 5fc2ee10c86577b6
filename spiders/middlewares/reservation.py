"""What a host reserves of text and data mining: `/.well-known/tdmrep.json` (TDMRep, W3C community group, 2024).

It is asked once a crawl, before the first article; that there is none is remembered for a day. The reader makes of it
what it says; here it only travels along with the page.
"""

import asyncio
from datetime import timedelta
from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from spiders.run import Run, run_of
from spiders.visit import Visit, visit_of

PATH = "/.well-known/tdmrep.json"
_LARGEST = 1 << 20
_REMEMBERED = timedelta(days=1)


class Reservation:
    """Puts the file's text into `request.meta["tdmrep"]` of articles, where there is one."""

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run
        self._asked: dict[str, asyncio.Task[str | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, run_of(crawler))

    async def process_request(self, request: Request) -> None:
        if visit_of(request).role != "article":
            return
        parts = urlparse_cached(request)
        authority = f"{parts.scheme}://{parts.netloc}"
        if authority not in self._asked:
            self._asked[authority] = asyncio.ensure_future(self._ask(f"{authority}{PATH}"))
        found = await asyncio.shield(self._asked[authority])
        if found:
            request.meta["tdmrep"] = found

    async def _ask(self, url: str) -> str | None:
        last = self._run.memory.source(url)
        if last and last.status in {404, 410} and self._run.clock() - last.at < _REMEMBERED:
            return None
        visit = Visit(role="robots", url=url, reason="robots", last=last)
        request = Request(url, callback=NO_CALLBACK, priority=1000, meta={"visit": visit})
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - the log says it; without the file the page's own marks count
            self._run.failed_robots(visit, error)
            return None
        self._run.answered_robots(visit, response)
        known = response.status == 200 and len(response.body) <= _LARGEST  # noqa: PLR2004 - RFC 9110 §15.3.1
        return response.body.decode("utf-8", "replace") if known else None
