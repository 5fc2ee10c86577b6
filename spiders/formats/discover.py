"""Find links in what a source returned. Pure: bytes in, links out; no network, no clock, no Scrapy.

What the document is decides how it is read, not what the declaration called it: a `Sitemap` that answers with RSS is
read as RSS. Broken documents are read as far as they go, and say so.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from lxml import etree

from processing.dates import SEOUL
from processing.urls import unescaped
from spiders.formats import feeds, listings
from spiders.formats.links import Child, Link, Links
from spiders.formats.markup import ParsedDocument, local_name, unpacked, xml_tree
from spiders.outlet import Listing, Sitemap, Source, identify

__all__ = ["Child", "Link", "Links", "addresses", "due", "identify", "is_day_archive", "links"]

MAX_LINKS = 50_000
"""What one document may list (the sitemap protocol's limit); the rest is left out and `whole` is False."""

MAX_URL = 2000
"""Characters; a longer address is left out."""
UNDATED_PER_POLL = 8

_XML: dict[str, Callable[[etree._Element], Iterator[Link]]] = {
    "rss": feeds.entries,
    "RDF": feeds.entries,
    "feed": feeds.entries,
    "urlset": listings.pages,
}
_DATE_IN_URL = re.compile(r"(?<!\d)(20\d\d)[-/_]?(\d\d)[-/_]?(\d\d)(?!\d)")


def links(source: Source, body: bytes, *, base_url: str) -> Links:
    """Return what `body`, answered by `source` at `base_url`, lists: links, child sitemaps, and what is wrong."""
    plain = unpacked(body)
    if plain is None:
        return Links(problem="packed data that is broken or unpacks beyond the limit", whole=False)
    if not plain.strip():
        return Links(problem="empty answer")
    if isinstance(source, Listing):
        return _listed(source, plain, base_url)
    if isinstance(source, Sitemap) and plain.lstrip()[:4].lower() == b"http":
        return _made(listings.lines(plain), base_url)
    tree = xml_tree(plain)
    if tree.root is None:
        return Links(problem=tree.problem, whole=tree.whole)
    return _read(tree, tree.root, base_url)


def addresses(source: Source, days: Iterable[date] = ()) -> tuple[str, ...]:
    """Return the URLs to ask for `source`: its pages in turn; of a day archive those of `days`, none without days."""
    urls = [source.url]
    if "{page}" in source.url and isinstance(source, Listing):
        urls = [source.url.replace("{page}", str(page)) for page in range(1, source.pages + 1)]
    if is_day_archive(source):
        urls = [_dated(url, day) for day in days for url in urls]
    return tuple(dict.fromkeys(urls))


def is_day_archive(source: Source) -> bool:
    """Return whether the URL of `source` names a day (or its year or month), so that it serves backfill only."""
    return any(f"{{{field}}}" in source.url for field in ("yyyy", "mm", "dd", "yyyymmdd"))


def due(
    source: Sitemap, children: Iterable[Child], *, now: datetime, since: date | None = None
) -> tuple[Child, ...]:
    """Return the child sitemaps to ask now: those that `follow` admits and that changed within `days`, newest first.

    Children without a date in lastmod or URL take turns, `UNDATED_PER_POLL` every quarter of an hour, so that an index
    of thousands never becomes a flood. With `since` (backfill) everything that may hold that day or a later one is due.
    """
    admitted = [child for child in children if re.search(source.follow, child.url)]
    oldest = since or (now.astimezone(SEOUL) - timedelta(days=source.days)).date()
    dated = {child: day for child in admitted if (day := _day_of(child))}
    fresh = sorted(
        (child for child, day in dated.items() if day >= oldest),
        key=lambda child: dated[child],
        reverse=True,
    )
    undated = [child for child in admitted if child not in dated]
    return (*fresh, *(undated if since else _turn(undated, now)))


def _turn(children: list[Child], now: datetime) -> list[Child]:
    turns = -(-len(children) // UNDATED_PER_POLL)
    quarter = int(now.timestamp() // timedelta(minutes=15).total_seconds())
    return children[quarter % turns :: turns] if children else []


def _day_of(child: Child) -> date | None:
    """Return the day on which a child changed or, without lastmod, that its URL names."""
    if child.modified:
        return child.modified.at.astimezone(SEOUL).date()
    found = _DATE_IN_URL.search(child.url)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _dated(url: str, day: date) -> str:
    fields = {
        "yyyymmdd": f"{day:%Y%m%d}",
        "yyyy": f"{day:%Y}",
        "mm": f"{day:%m}",
        "dd": f"{day:%d}",
    }
    for name, value in fields.items():
        url = url.replace(f"{{{name}}}", value)
    return url


def _read(tree: ParsedDocument, root: etree._Element, base_url: str) -> Links:
    name = local_name(root)
    if name == "sitemapindex":
        children = tuple(
            child for child in listings.children(root) if _absolute(child.url, base_url)
        )
        return Links(children=children[:MAX_LINKS], problem=tree.problem, whole=tree.whole)
    if name not in _XML:
        return Links(
            problem=f"neither a feed nor a sitemap: its root is <{name[:40]}>", whole=tree.whole
        )
    return _made(_XML[name](root), base_url, problem=tree.problem, whole=tree.whole)


def _listed(source: Listing, body: bytes, base_url: str) -> Links:
    if feeds.is_json(body):
        found = feeds.posts(body)
        return (
            _made(found, base_url)
            if found is not None
            else Links(problem="JSON that is no list of posts")
        )
    base, found_links, problem = listings.anchors(source.links, body, base_url)
    return _made(found_links, base, problem=problem)


def _made(
    found: Iterable[Link], base_url: str, *, problem: str | None = None, whole: bool = True
) -> Links:
    """Make links absolute and drop repeats; of two with one URL the first that has a title stays."""
    kept: dict[str, Link] = {}
    for link in found:
        url = _absolute(link.url, base_url)
        if url is None or (url in kept and (kept[url].title or not link.title)):
            continue
        if len(kept) >= MAX_LINKS and url not in kept:
            return Links(
                tuple(kept.values()),
                (),
                problem or f"lists more than {MAX_LINKS} links",
                whole=False,
            )
        kept[url] = Link(url, link.title, link.published, link.modified, link.text)
    return Links(tuple(kept.values()), (), problem, whole)


def _absolute(url: str, base_url: str) -> str | None:
    if len(url) > MAX_URL:
        return None
    try:
        whole = urljoin(base_url, unescaped(url))
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if parts.scheme in {"http", "https"} and parts.hostname else None
