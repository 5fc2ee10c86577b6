"""Renders the articles of outlets that need a browser, and asks for what their pages need.

Each part of a page is a request like any other: robots.txt, the outlet's hosts, the address check,
pace, budget and size limits hold for it, and its answer is in the WARC. So is the rendered page, as
a conversion of the page that was served.
"""

import asyncio
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response
from scrapy.http.request import NO_CALLBACK

from processing.landing.keys import folder
from processing.landing.warc import Rendered
from processing.records import Why
from spiders.crawling.fetch_log import answered, failed
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Refusal, Visit, gate_of, visit_of
from spiders.rendering import Ask, Browser, BrowserResponse, RenderingError, Scratch

_WITHHELD = {"content-encoding", "content-length", "transfer-encoding", "set-cookie", "connection"}
"""Headers that do not hold for a body without coding, or that are not the browser's business."""


class Rendering:
    """Puts the rendered page in place of the one that was served."""

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run
        settings = crawler.settings
        # Locked by this crawl.
        place = (Path(settings["SILLOK_SPOOL"]) / folder(run.outlet.name, "")).parent
        scratch = Scratch(place / "browser")
        self._browser = Browser(settings["SILLOK_BROWSER"], settings["USER_AGENT"], scratch)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        rendering = cls(crawler, run_of(crawler))
        crawler.signals.connect(rendering.close, signal=signals.spider_closed)
        return rendering

    async def close(self) -> None:
        """End the browser."""
        await self._browser.close()

    async def process_response(self, request: Request, response: Response) -> Response:
        visit = visit_of(request)
        # RFC 9110 §15.3.1.
        whole = response.status == 200 and not gate_of(request)  # noqa: PLR2004
        if visit.role != "article" or not whole or not isinstance(response, HtmlResponse):
            return response
        task = asyncio.ensure_future(
            self._browser.rendered(response.url, _part(response), self._asker(visit))
        )
        self._run.downloads.add(task)
        try:
            body = await task
        except RenderingError as error:
            raise Refusal(Why.FAILED, str(error)) from error
        except asyncio.CancelledError as error:
            raise Refusal(Why.FAILED, "interrupted", counted=False) from error
        finally:
            self._run.downloads.discard(task)
        self._run.landing.convert(
            Rendered(response.url, self._run.clock(), body, request.meta["stored"])
        )
        headers = {**response.headers, b"Content-Type": [b"text/html; charset=utf-8"]}
        return response.replace(
            body=body, headers=headers, encoding="utf-8", flags=[*response.flags, "rendered"]
        )

    def _asker(self, page: Visit) -> Ask:
        async def ask(url: str) -> BrowserResponse | None:
            visit = Visit(role="part", url=url, reason="rendering", announced_by=page.url)
            request = Request(url, callback=NO_CALLBACK, meta={"visit": visit})
            try:
                response = await self._crawler.engine.download_async(request)
            except Refusal as refusal:
                self._run.log.add(
                    failed(self._run, visit, refusal.detail, why=refusal.why, status=refusal.status)
                )
                return None
            # Whatever kept a part from us, the page is read without it.
            except Exception as error:  # noqa: BLE001
                self._run.log.add(failed(self._run, visit, f"{type(error).__name__}: {error}"))
                return None
            self._run.log.add(answered(self._run, visit, response, why=Why.FETCHED))
            return _part(response)

        return ask


def _part(response: Response) -> BrowserResponse:
    found = (
        (name.decode("latin-1"), b", ".join(values)) for name, values in response.headers.items()
    )
    headers = {
        name: value.decode("latin-1") for name, value in found if name.lower() not in _WITHHELD
    }
    return BrowserResponse(response.status, headers, response.body)
