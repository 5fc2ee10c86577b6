"""What becomes of an article's answer: read, unchanged, gone, blocked, too large, or not to be had."""

import asyncio
from datetime import datetime

from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from processing.records import Article, Page, Reason, Rejection, Why, article_id
from spiders import reading
from spiders.identity import identify
from spiders.rows import answered, digest, failed, read, unchanged
from spiders.run import Run
from spiders.visit import Visit, visit_of

_GONE = {404, 410}
_WALLS_IN_A_ROW = 3
"""So many login pages one after another mean the outlet, not the article."""


def answer(run: Run, response: Response) -> Article | Rejection | None:
    """Take in what an article's URL answered; return what was read from it, if it was read."""
    visit = visit_of(response.request)  # type: ignore[arg-type]  # set by the engine
    last, tls = visit.last, response.meta.get("tls")
    if response.status == 304:  # noqa: PLR2004 - RFC 9110 §15.4.5
        run.log(unchanged(run, visit, response))
    elif response.status in _GONE and last and last.outcome:
        run.log(failed(run, visit, f"http {response.status}", why=Why.GONE, status=response.status, tls=tls))
    elif response.status != 200:  # noqa: PLR2004 - RFC 9110 §15.3.1
        detail = response.meta.get("blocked") or f"http {response.status}"
        run.log(failed(run, visit, detail, status=response.status, tls=tls))
    elif last and last.outcome and last.digest == digest(response.body):
        run.log(unchanged(run, visit, response))
    else:
        return _page(run, visit, response)
    return None


def oversized(run: Run, visit: Visit, error: BaseException | None) -> Rejection | None:
    """Take in that an answer was over the size limit: a page that is rejected, not a failure to be tried again."""
    if not isinstance(error, DownloadCancelledError) and "DOWNLOAD_MAXSIZE" not in str(error):
        return None
    rejection = Rejection(
        outlet=run.outlet.name,
        url=visit.canonical or visit.url,
        fetched_at=run.clock(),
        reason=Reason.TOO_LARGE,
        evidence=str(error)[:200],
    )
    run.keep(rejection)
    run.log(failed(run, visit, str(error), why=Why.FETCHED).model_copy(update=read(rejection)))
    return rejection


def page_of(response: Response, *, outlet: str, at: datetime) -> Page:
    """Return the page that a response is, for the reader."""
    stated = (response.headers.get(b"Content-Type") or b"").decode("latin-1").lower()
    _, found, charset = stated.partition("charset=")
    return Page(
        url=response.url,
        fetched_at=at,
        body=response.body,
        outlet=outlet,
        status=response.status,
        headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, vs in response.headers.items() for v in vs),
        charset=charset.split(";")[0].strip(" \"'") or None if found else None,
        robots=response.meta.get("robots"),
        hints={"tdmrep": response.meta["tdmrep"]} if response.meta.get("tdmrep") else {},
    )


def close(crawler: Crawler) -> None:
    """Close the crawl because it cannot go on."""
    if crawler.crawling:
        asyncio.ensure_future(crawler.engine.close_spider_async(reason="failed"))  # noqa: RUF006 - the engine waits for it


def _page(run: Run, visit: Visit, response: Response) -> Article | Rejection:
    at: datetime = response.meta.get("fetched_at") or run.clock()
    page = page_of(response, outlet=run.outlet.name, at=at)
    found = identify(run.outlet, response.url)
    canonical = found.url if found else visit.canonical or visit.url
    blocked = response.meta.get("blocked")
    record = _blocked(page, canonical, blocked) if blocked else _read(run, page, canonical)
    run.keep(record)
    _cool_down(run, response.url.split("/")[2], record)
    gone = _says_gone(visit, record)
    run.counts.removed += gone
    row = answered(run, visit, response, why=Why.GONE if gone else Why.FETCHED)
    made = {"detail": "rendered"} if "rendered" in response.flags else {}
    run.log(row.model_copy(update=made | read(record) | ({"outcome": None} if gone else {})))
    if found and found.url != visit.canonical:
        run.considered.setdefault(article_id(found.url), None)
    return record


def _cool_down(run: Run, host: str, record: Article | Rejection) -> None:
    """Leave the host alone after a block page, or after login pages in a row: one alone is an article for members."""
    reason = record.reason if isinstance(record, Rejection) else None
    walls = run.hosts.wall(host, walled=reason is Reason.LOGIN)
    if isinstance(record, Rejection) and (reason is Reason.BLOCKED or walls >= _WALLS_IN_A_ROW):
        run.hosts.cool(host, f"cooling down: {record.evidence}")


def _read(run: Run, page: Page, canonical: str) -> Article | Rejection:
    try:
        return reading.read(page, run.outlet, canonical=canonical)
    except Exception as error:  # noqa: BLE001 - a page never costs the run; the error is logged and in the rejection
        run.crashed(page.url, error)
        evidence = f"the reader failed: {type(error).__name__}: {error}"[:200]
        return _rejection(page, canonical, Reason.UNREADABLE, evidence)


def _blocked(page: Page, canonical: str, evidence: str) -> Rejection:
    return _rejection(page, canonical, Reason.LOGIN if "login" in evidence else Reason.BLOCKED, evidence)


def _rejection(page: Page, canonical: str, reason: Reason, evidence: str) -> Rejection:
    return Rejection(outlet=page.outlet, url=canonical, fetched_at=page.fetched_at, reason=reason, evidence=evidence)


def _says_gone(visit: Visit, record: Article | Rejection) -> bool:
    """Return whether a page that we held as an article now says, with status 200, that there is none."""
    held = visit.last is not None and visit.last.outcome == "article"
    return held and isinstance(record, Rejection) and record.reason is Reason.ERROR_PAGE
