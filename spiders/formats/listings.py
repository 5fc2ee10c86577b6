"""Links of an HTML page that lists articles.

Sitemaps, news sitemaps and sitemap indexes (sitemaps.org 0.9; Google News 0.9), namespaces not
insisted upon.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, urljoin

from lxml import etree
from lxml.html import HtmlElement

from spiders.formats.entries import Listed
from spiders.formats.feeds import text_of_field
from spiders.formats.links import Child, Link
from spiders.formats.markup import Decoded, decoded, html_of, read_html
from spiders.formats.names import name_of

_LINE = re.compile(r"[\r\n]+")


def read_sitemap(root: etree._Element, listed: Listed) -> None:
    """Add the pages of a `urlset` and the sitemaps of an index to `listed`.

    `news:publication_date` is when a page was published, `lastmod` when it changed.
    """
    for entry in root.iter("{*}url", "{*}sitemap"):
        fields = _fields(entry)
        address = fields.get("loc")
        modified = listed.moment(fields.get("lastmod"), "sitemap")
        if address and name_of(entry) == "sitemap":
            listed.children.append(Child(address, modified))
        elif address:
            published = listed.moment(fields.get("news publication_date"), "sitemap")
            listed.add(Link(address, text_of_field(fields.get("news title")), published, modified))
        else:
            listed.add(None)


def read_lines(body: bytes, listed: Listed, *, whole: bool = True) -> None:
    """Add the addresses of a plain-text sitemap: one a line, and lines are what CR and LF end.

    Where it is known not to be `whole`, its last line is left out.
    """
    lines = _LINE.split(decoded(body).lstrip("\ufeff"))
    for line in lines if whole else lines[:-1]:
        address = line.strip()
        if address:
            listed.add(
                Link(address) if address.lower().startswith(("http://", "https://")) else None
            )


def _fields(entry: etree._Element) -> dict[str, str]:
    """Return the texts of an entry by name, those within `news` as "news …"; of two the first.

    The address within `image` is not the page's.
    """
    fields: dict[str, str] = {}
    for child in entry.iterchildren("*"):
        name = name_of(child)
        if name == "news":
            for inner in child.iterchildren("*"):
                fields.setdefault(
                    f"news {name_of(inner)}", "".join(map(str, inner.itertext())).strip()
                )
        elif name:
            fields.setdefault(name, "".join(map(str, child.itertext())).strip())
    return fields


EVERY = "a"
_DIGIT = re.compile(r"\d")
_QUERY_SAFE = "%/:@!$&'()*+,;=-._~?[]|"


def anchors(select: str, body: bytes, base_url: str) -> tuple[str, list[Link], str | None]:
    """Return the page's base address, the links that the CSS `select` selects, and what is wrong.

    `select` may name the anchors or elements around them; `<base href>` is honoured. Where every
    anchor of a page is selected, those without a digit in their address are left out as menus.
    """
    decoded = read_html(body)
    root = html_of(decoded.text)
    if root is None:
        return base_url, [], "no markup: not an HTML page"
    found = [Link(_as_browsers_ask(href, decoded), title) for href, title in _anchors(select, root)]
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


def _as_browsers_ask(href: str, page: Decoded) -> str:
    """Write the query of a link in the encoding of its page, as browsers do (WHATWG URL §4.4).

    Path and host are always UTF-8. Characters that the encoding lacks become references.
    """
    # old CGIs know no other encoding than their page's
    before, mark, query = href.partition("?")
    if not mark or query.isascii() or page.codec.startswith("utf"):
        return href
    asked, fragment, rest = query.partition("#")
    return f"{before}?{quote(asked, _QUERY_SAFE, page.codec, 'xmlcharrefreplace')}{fragment}{rest}"


def _base(root: HtmlElement, base_url: str) -> str:
    declared = next((href for base in root.iter("base") if (href := base.get("href"))), None)
    try:
        return urljoin(base_url, declared) if declared else base_url
    except ValueError:
        return base_url
