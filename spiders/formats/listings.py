"""Links of an HTML page that lists articles.

Sitemaps, news sitemaps and sitemap indexes (sitemaps.org 0.9; Google News 0.9), namespaces not insisted upon.
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement

from spiders.formats.feeds import text_of_field
from spiders.formats.links import Child, Link, stamp
from spiders.formats.markup import decoded, html_tree, local_name


def pages(root: etree._Element) -> Iterator[Link]:
    """Yield each page of a `urlset`. `news:publication_date` is when it was published, `lastmod` when it changed."""
    for url in root.iter("{*}url"):
        address = _text(url, "loc")
        if address:
            title, published = (
                text_of_field(_text(url, "title", within="news")),
                _text(url, "publication_date", within="news"),
            )
            yield Link(
                address, title, stamp(published, "sitemap"), stamp(_text(url, "lastmod"), "sitemap")
            )


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


EVERY = "a"
_DIGIT = re.compile(r"\d")


def anchors(select: str, body: bytes, base_url: str) -> tuple[str, list[Link], str | None]:
    """Return the page's base address, the links within what the CSS `select` names, and what is wrong.

    What is selected may be the anchors or elements around them; `<base href>` is honoured. Where every anchor of a page
    is selected, those whose address has no digit are its menus and left out.
    """
    root = html_tree(body)
    if root is None:
        return base_url, [], "no markup: not an HTML page"
    found = [Link(href, title) for href, title in _anchors(select, root)]
    return _base(root, base_url), found, None if found else f"no link in what {select!r} selects"


def _anchors(select: str, root: HtmlElement) -> Iterator[tuple[str, str | None]]:
    for element in root.cssselect(select):
        for anchor in element.iter("a"):
            href = (anchor.get("href") or "").strip()
            if href and not href.startswith("#") and (select != EVERY or _DIGIT.search(href)):
                yield (
                    href,
                    text_of_field(anchor.text_content()) or text_of_field(anchor.get("title")),
                )


def _base(root: HtmlElement, base_url: str) -> str:
    declared = next((href for base in root.iter("base") if (href := base.get("href"))), None)
    try:
        return urljoin(base_url, declared) if declared else base_url
    except ValueError:
        return base_url
