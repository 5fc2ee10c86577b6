"""Writes every answer into the WARC before anything is read from it.

Full segments are sealed while the crawl goes on. What a killed backfill was answered is given to it
from the spool.
"""

import base64
from collections.abc import Iterator
from datetime import date, datetime
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.asyncio import AsyncioLoopingCall

from processing.dates import SEOUL
from processing.landing.warc import Exchange, Original
from spiders.crawling.landing import HeldAnswer, HeldLists, as_spool_error
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Visit, visit_of

_OK = 200
_EVERY = 5.0
"""Seconds between looks at whether the open segment is old enough to be sealed."""


class Recorder:
    """Writes the answers of a crawl, and seals full segments on time."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._timer = AsyncioLoopingCall(run.landing.roll)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        recorder = cls(run_of(crawler))
        # `response_downloaded` comes before the middlewares, which take the content coding off the
        # very same object.
        crawler.signals.connect(recorder.record, signal=signals.response_downloaded)
        crawler.signals.connect(recorder.start, signal=signals.spider_opened)
        crawler.signals.connect(recorder.stop, signal=signals.spider_closed)
        return recorder

    def start(self) -> None:
        self._timer.start(_EVERY, now=False)

    def stop(self) -> None:
        if self._timer.running:
            self._timer.stop()

    def record(self, response: Response, request: Request) -> None:
        """Write one request and its response."""
        visit = visit_of(request)
        at = request.meta.get("kept_at") or self._run.clock()
        request.meta["fetched_at"] = at
        # A redirect or a refusal is no list, and may be another one in a moment.
        if self._run.held and visit.backfill and visit.role == "source" and response.status == _OK:
            self._hold(self._run.held, visit, response, at)
        facts = {
            "outlet": self._run.outlet.name,
            "run": self._run.id,
            "role": visit.role,
            "why": visit.reason,
            "announced-by": visit.announced_by or "",
            # where a redirect led elsewhere, the address alone does not tell which article it was for
            "asked": visit.url if visit.url != response.url else "",
            "canonical": visit.canonical
            if visit.canonical and visit.canonical != visit.url
            else "",
            "robots": request.meta.get("robots", ""),
            "tls": request.meta.get("tls") or "",
            "x-robots-tag": _joined(response.headers, b"X-Robots-Tag"),
            "tdm-reservation": _joined(response.headers, b"TDM-Reservation"),
        }
        exchange = Exchange(
            url=response.url,
            at=at,
            status=response.status,
            headers=_plain(response.headers),
            body=response.body,
            method=request.method,
            request_headers=_plain(request.headers),
            protocol=response.protocol or "HTTP/1.1",
            ip=str(response.ip_address) if response.ip_address else None,
            original=_original(visit, response),
            facts=facts,
        )
        request.meta["stored"] = self._run.landing.record(exchange)

    def _hold(self, held: HeldLists, visit: Visit, response: Response, at: datetime) -> None:
        """Hold the answer of a backfill's list: the first thing that is done with it."""
        headers = {name: list(values) for name, values in _grouped(response.headers)}
        answer = HeldAnswer(
            url=response.url,
            at=at,
            status=response.status,
            headers=headers,
            body=base64.b64encode(response.body),
        )
        try:
            held.hold(visit.url, answer)
        except OSError as error:
            self._run.fail(as_spool_error(error))


def _grouped(headers: Headers) -> Iterator[tuple[str, list[str]]]:
    for name, values in headers.items():
        yield name.decode("latin-1"), [value.decode("latin-1") for value in values]


def _plain(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key.decode("latin-1"), value.decode("latin-1"))
        for key, values in headers.items()
        for value in values
    )


def _joined(headers: Headers, name: bytes) -> str:
    """Return all values of a header as one list (RFC 9110 §5.3)."""
    return b", ".join(headers.getlist(name)).decode("latin-1")


def _original(visit: Visit, response: Response) -> Original | None:
    """Return the record that memory says holds what this URL answered before."""
    last = visit.last
    # A redirect answers for another URL than the one that the memory is about.
    if (
        last is None
        or not (last.payload and last.stored_url and last.stored_at)
        or response.url != last.stored_url
    ):
        return None
    return Original(last.payload, last.stored_url, last.stored_at)


class HeldAnswers:
    """Gives a backfill the answer that an earlier run of it was killed with, instead of asking again."""

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


def _day(moment: datetime) -> date:
    return moment.astimezone(SEOUL).date()
