"""Characters become one tree, shared by metadata, rights, the body and Trafilatura.

The tree is hostile input: its depth and its number of elements are bounded, and nothing here or after it recurses.
"""

import re
from typing import cast

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from processing.reading.rejections import Finding
from processing.records import Reason

MAX_ELEMENTS = 50_000
"""A page of more elements is no article: the largest kept page has 2,500."""
MAX_DEPTH = 400
"""Deeper nesting is an attack or a broken template; the deepest kept page has 40 levels."""

_COUNT = etree.XPath("count(//*)")
_IS_DEEP = etree.XPath(f"boolean(/{'/'.join('*' * (MAX_DEPTH + 1))})")
_BREAKS = frozenset(["br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "tr", "td"])
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_NOTHING = re.compile(r"[\u00ad\u200b\u200c\u200e\u200f\u2060-\u2065\ufeff]+")


def parse(text: str) -> HtmlElement | Finding:
    """Return the root of the tree of `text` (an HTML page or fragment), or why there is none."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = document_fromstring(text.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        return Finding(Reason.UNREADABLE, f"no tree can be made of it: {error}")
    return _oversized(root) or root


def _oversized(root: HtmlElement) -> Finding | None:
    if cast("float", _COUNT(root)) > MAX_ELEMENTS:
        return Finding(Reason.TOO_LARGE, f"more than {MAX_ELEMENTS} elements")
    if _IS_DEEP(root):
        return Finding(Reason.UNREADABLE, f"nested more than {MAX_DEPTH} deep")
    return None


def squeeze(text: str | None) -> str:
    """Return `text` with every run of white space as one blank, and without characters of no width.

    Control characters, marks that turn the direction of text and lone surrogates count as white space: from entities
    and JSON they would reach terminals and files.
    """
    return _SPACES.sub(" ", _NOTHING.sub("", text)).strip() if text else ""


def text_of(element: HtmlElement) -> str:
    """Return the text of `element` and what is in it, squeezed; scripts and styles are no text."""
    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        if event == "start" and node.tag in {"script", "style", "noscript", "template"}:
            walker.skip_subtree()
        elif event == "start":
            parts.append(node.text or "")
        if event == "end" and node is not element:
            parts.append(node.tail or "")
    return squeeze("".join(parts))


def lines_of(element: HtmlElement) -> list[str]:
    """Return the text of `element` as the lines that breaks and blocks make of it, without empty ones."""
    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        broken = "\n" if node.tag in _BREAKS else ""
        if event == "start" and node.tag in {"script", "style", "noscript", "template"}:
            walker.skip_subtree()
        elif event == "start":
            parts.append(broken + _SPACES.sub(" ", node.text or ""))
        elif node is not element:
            parts.append(broken + _SPACES.sub(" ", node.tail or ""))
    return [line for text in "".join(parts).split("\n") if (line := squeeze(text))]


def elements_at(path: etree.XPath, root: HtmlElement) -> list[HtmlElement]:
    """Return the elements that a compiled path finds under `root`."""
    found = path(root)
    return [one for one in found if isinstance(one, HtmlElement)] if isinstance(found, list) else []


def marks(element: HtmlElement) -> str:
    """Return what the page's author called an element: its id and classes, in lower case."""
    return f"{element.get('id') or ''} {element.get('class') or ''}".lower()
