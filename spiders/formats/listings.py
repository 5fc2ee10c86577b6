"""Links of an HTML page that lists articles."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement

from spiders.formats.feeds import plain
from spiders.formats.markup import html_tree
from spiders.links import Link

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
                yield href, plain(anchor.text_content()) or plain(anchor.get("title"))


def _base(root: HtmlElement, base_url: str) -> str:
    declared = next((href for base in root.iter("base") if (href := base.get("href"))), None)
    try:
        return urljoin(base_url, declared) if declared else base_url
    except ValueError:
        return base_url
