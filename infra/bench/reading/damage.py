"""Damages pages in one way each, as templates and rewriting tools do.

Each damage takes the decoded characters of a page and returns them damaged. A reader should find
the same article: nothing that a browser shows of it is taken away.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias, cast

from lxml import etree
from lxml.html import HtmlElement, document_fromstring, tostring

from processing.records import Page

Damage: TypeAlias = Callable[[str], str]

_BODY = re.compile(r"<body[^>]{0,2000}>", re.IGNORECASE)
_NAV_END = re.compile(r"</nav\s*>", re.IGNORECASE)
_MARKS = ("class", "id", "itemprop")
_CONSENT = (
    '<div class="cookie-consent"><p>이 누리집은 쿠키를 써서 더 나은 서비스를 드립니다. '
    "계속 이용하시면 쿠키 사용에 동의하시는 것으로 봅니다.</p></div>"
)


def in_sidebar(text: str) -> str:
    """Wrap the whole page in an element named after its sidebar, and ask for consent below it."""
    opening = _BODY.search(text)
    if opening is None:
        return text
    end = text.lower().rfind("</body>")
    end = end if end >= opening.end() else len(text)
    inner = text[opening.end() : end]
    wrapped = f'<div class="content has-sidebar">{inner}</div>{_CONSENT}'
    return f"{text[: opening.end()]}{wrapped}{text[end:]}"


def in_nav(text: str) -> str:
    """Leave each menu unclosed; a page without one gets a menu that is never closed."""
    if _NAV_END.search(text):
        return _NAV_END.sub("", text)
    return _BODY.sub(lambda body: f'{body[0]}<nav><a href="/">홈</a>', text, count=1)


def without_marks(text: str) -> str:
    """Remove every class, id and itemprop."""
    root = document_fromstring(text)
    for element in root.iter(etree.Element):
        for name in _MARKS:
            if name in element.attrib:
                del element.attrib[name]
    return _markup(root)


def without_meta(text: str) -> str:
    """Remove every meta element and JSON-LD: what is left is what a browser shows."""
    root = document_fromstring(text)
    for element in list(root.iter("meta", "script")):
        if element.tag == "meta" or "ld+json" in (element.get("type") or ""):
            _drop(element)
    return _markup(root)


def _drop(element: etree._Element) -> None:
    """Remove an element, and leave the text behind it."""
    cast("HtmlElement", element).drop_tree()


def _markup(root: HtmlElement) -> str:
    return str(tostring(root, encoding="unicode"))


DAMAGES: Mapping[str, Damage] = {
    "has-sidebar": in_sidebar,
    "unclosed nav": in_nav,
    "no marks": without_marks,
    "no meta": without_meta,
}
"""Every damage by its name in the table."""


def damaged(page: Page, text: str, damage: Damage) -> Page:
    """Return `page` with the damaged characters of `text`, which are those of its body."""
    body = damage(text).encode("utf-8", "replace")
    return replace(page, body=body, charset="utf-8", headers=())
