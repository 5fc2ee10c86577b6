"""Kept pages in place of the wire: `-s SILLOK_KEPT=INDEX.jsonl` serves them under their real URLs.

Everything but the transport is what runs in production. Beside the pages there is a robots.txt that
allows, and each source of the outlet in its declared format, listing them; anything else is 404. No
name is resolved.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import urldefrag

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, HtmlResponse, Request, Response
from scrapy.responsetypes import responsetypes

from processing.dates import SEOUL
from processing.errors import UsageError
from processing.urls import unescaped
from spiders.crawling.run import run_of
from spiders.formats.discover import is_day_archive
from spiders.outlet import Feed, Listing, Outlet, Sitemap, Source, identify


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """A row of the index: the file, its URL, when it was fetched, and its encoding."""

    path: Path
    url: str
    fetched_at: datetime | None
    charset: str | None


def kept_pages(index: Path, outlet: Outlet) -> list[KeptResponse]:
    """Return the rows of `index` that are articles of `outlet`.

    Raise UsageError where the index does not read.
    """
    try:
        # JSON may hold U+2028 and NEL as they are (RFC 8259): only a line feed ends a line of the
        # index
        lines = index.read_text("utf-8").split("\n")
    except OSError as error:
        raise UsageError(
            f"SILLOK_KEPT={index} does not read ({error.strerror}): name an index of kept pages"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"SILLOK_KEPT={index} is no text: name an index of kept pages, JSON lines in UTF-8"
        ) from error
    rows = [_row(index, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return [row for row in rows if identify(outlet, row.url)]


def _row(index: Path, number: int, line: str) -> KeptResponse:
    try:
        fields = json.loads(line)
        stated = fields.get("fetched_at")
        moment = _moment(stated) if stated else None
        return KeptResponse(
            index.parent / fields["file"],
            unescaped(fields.get("url") or ""),
            moment,
            fields.get("charset"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{index} line {number} is no row of an index ({error!r}): it needs file and url"
        ) from error


def _moment(stated: str) -> datetime:
    moment = datetime.fromisoformat(stated)
    return moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)


class KeptTransport(BaseDownloadHandler):
    """Answers requests from the folder of an index."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._run = run_of(crawler)
        outlet = self._run.outlet
        rows = kept_pages(Path(crawler.settings["SILLOK_KEPT"]), outlet)
        self._pages = {self._name(row.url): row for row in rows}
        urls = [row.url for row in rows]
        self._sources = {
            source.url.replace("{page}", "1"): (source, urls)
            for source in outlet.sources
            if not is_day_archive(source)
        }

    async def download_request(self, request: Request) -> Response:
        if request.url.endswith("/robots.txt"):
            return _response(request.url, "text/plain", b"User-agent: *\nAllow: /\n")
        if request.url in self._sources:
            source, urls = self._sources[request.url]
            kind, body = listing(source, urls)
            return _response(request.url, kind, body)
        row = self._pages.get(self._name(request.url))
        if row is None:
            return HtmlResponse(request.url, status=404, body=b"")
        request.meta["kept_at"] = row.fetched_at
        charset = f"; charset={row.charset}" if row.charset else ""
        return _response(request.url, f"text/html{charset}", row.path.read_bytes())

    def _name(self, url: str) -> str:
        identity = identify(self._run.outlet, url)
        return identity.url if identity else urldefrag(url)[0]


def listing(source: Source, urls: list[str]) -> tuple[str, bytes]:
    """Return the content type and the body of a source that lists `urls` in its declared format."""
    match source:
        case Feed():
            items = "".join(f"<item><link>{escape(url)}</link></item>" for url in urls)
            return (
                "application/rss+xml",
                f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(),
            )
        case Sitemap():
            items = "".join(f"<url><loc>{escape(url)}</loc></url>" for url in urls)
            namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
            return "application/xml", f'<urlset xmlns="{namespace}">{items}</urlset>'.encode()
        case Listing():
            return "text/html", "".join(_anchor(source.links, url) for url in urls).encode()


def _anchor(selector: str, url: str) -> str:
    """Return an anchor that matches the first alternative of `selector`: tags, classes, ids."""
    before, after = "", ""
    steps = selector.partition(",")[0].replace(">", " ").split()
    for number, step in enumerate(steps, 1):
        tag, attributes = _element(step)
        link = f' href="{escape(url)}"' if number == len(steps) else ""
        before += f"<{tag}{attributes}{link}>"
        after = f"</{tag}>{after}"
    return f"<div>{before}{escape(url)}{after}</div>"


def _element(step: str) -> tuple[str, str]:
    plain = step.partition("[")[0].partition(":")[0]
    named, _, identifier = plain.partition("#")
    identifier, *more = identifier.split(".")
    tag, *classes = named.split(".")
    classes += more
    attributes = f' id="{identifier}"' if identifier else ""
    attributes += f' class="{" ".join(classes)}"' if classes else ""
    return tag.replace("*", "") or "div", attributes


def _response(url: str, kind: str, body: bytes) -> Response:
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body))})
    return responsetypes.from_args(headers=headers, url=url)(url, headers=headers, body=body)
