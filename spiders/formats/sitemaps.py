"""Sitemaps, news sitemaps and sitemap indexes (sitemaps.org 0.9; Google News 0.9), namespaces not insisted upon."""

from collections.abc import Iterator

from lxml import etree

from spiders.formats.feeds import plain
from spiders.formats.markup import decoded, local_name
from spiders.formats.moments import stamp
from spiders.links import Child, Link


def pages(root: etree._Element) -> Iterator[Link]:
    """Yield each page of a `urlset`. `news:publication_date` is when it was published, `lastmod` when it changed."""
    for url in root.iter("{*}url"):
        address = _text(url, "loc")
        if address:
            title, published = plain(_text(url, "title", within="news")), _text(url, "publication_date", within="news")
            yield Link(address, title, stamp(published, "sitemap"), stamp(_text(url, "lastmod"), "sitemap"))


def children(root: etree._Element) -> Iterator[Child]:
    """Yield each sitemap that an index names."""
    for entry in root.iter("{*}sitemap"):
        address = _text(entry, "loc")
        if address:
            yield Child(address, stamp(_text(entry, "lastmod"), "sitemap"))


def lines(body: bytes) -> Iterator[Link]:
    """Yield the addresses of a plain-text sitemap: one a line."""
    for line in decoded(body).splitlines():
        if address := line.strip():
            yield Link(address)


def _text(element: etree._Element, name: str, *, within: str | None = None) -> str | None:
    """Return the text of the direct child `name`, or of that of the child `within` (image:loc is not the page's)."""
    for child in element.iterchildren("*"):
        local = local_name(child)
        if within is not None and local == within:
            return _text(child, name)
        if within is None and local == name:
            return (child.text or "").strip() or None
    return None
