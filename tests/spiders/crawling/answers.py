"""A run in this process and answers to its visits, without a network: what a source says, and what follows."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from scrapy.http import Request, TextResponse

from processing.archive.memory import Memory
from processing.landing.warc import Original, payload_digest
from processing.records import Fetch, Why, article_id
from processing.urls import canonical
from spiders.crawling.run import Run
from spiders.crawling.visit import Visit
from spiders.outlet import Outlet, Pace, Source

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
HOME = "http://hanbit.press.test"


def news(number: int) -> str:
    return f"{HOME}/news/{number}"


def name(url: str) -> str:
    """Return the id of the article at an address: of an outlet that declares no `canonical`."""
    return article_id(canonical(url))


def outlet(*sources: Source, **more: Any) -> Outlet:
    fields = {"pace": Pace.HOURLY, "paused": "in a test", **more}
    return Outlet(
        name="hanbit",
        title="한빛",
        home=f"{HOME}/",
        sources=sources,
        article=re.compile(r"/news/(?P<id>\d+)$"),
        **fields,
    )


def row(url: str, why: Why = Why.FETCHED, *, at: datetime = NOW, **more: Any) -> Fetch:
    """Return a row of an earlier crawl: of an article where its address is one, else of a source."""
    fields = {"run": f"{at:%m%d%H%M}", "status": 200, **more}
    if "/news/" in url:
        fields = {"role": "article", "article_id": name(url), **fields}
    return Fetch(
        **{"outlet": "hanbit", "role": "source", "url": url, "why": why, "at": at} | fields
    )


def started(declared: Outlet, rows: Iterable[Fetch] = (), **more: Any) -> tuple[Run, list[Fetch]]:
    """Return a run that remembers `rows`, and the list into which it writes its own."""
    memory = Memory()
    memory.take(rows)
    run = Run(declared, "run", memory=memory, writer=None, clock=lambda: NOW, **more)
    written: list[Fetch] = []
    run.landing.add = written.append  # type: ignore[method-assign, assignment]
    return run, written


def answer(
    visit: Visit,
    body: bytes = b"",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    asked: dict[str, str] | None = None,
    **meta: Any,
) -> TextResponse:
    """Return the answer to a visit, as it comes from the engine; `asked` are the request's headers."""
    stored = Original(payload_digest(body), visit.url, NOW)
    request = Request(visit.url, headers=asked, meta={"visit": visit, "stored": stored, **meta})
    return TextResponse(visit.url, status=status, body=body, headers=headers, request=request)


def feed(entries: Sequence[str | tuple[str, datetime]]) -> bytes:
    """Return an RSS feed of these addresses, or of addresses and times."""
    items = ""
    for entry in entries:
        url, at = (entry, None) if isinstance(entry, str) else entry
        stated = f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if at else ""
        items += f"<item><link>{url}</link>{stated}</item>"
    return f"<rss><channel>{items}</channel></rss>".encode()


def urlset(entries: Sequence[str | tuple[str, str]]) -> bytes:
    """Return a sitemap of these addresses, or of addresses and what they state as `lastmod`."""
    items = ""
    for entry in entries:
        url, at = (entry, "") if isinstance(entry, str) else entry
        items += f"<url><loc>{url}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>"
    return f"<urlset>{items}</urlset>".encode()


def index(urls: Iterable[str]) -> bytes:
    items = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex>{items}</sitemapindex>".encode()


def listing(urls: Iterable[str], head: str = "") -> bytes:
    rows = "".join(f'<li><a href="{url}">제목</a></li>' for url in urls)
    return f"<html><head>{head}</head><body><ul>{rows}</ul></body></html>".encode()
