"""The visible text around a body: where headlines, bylines and times stand."""

from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from processing.reading.body import BLOCKS, SILENT, is_hidden
from processing.reading.tree import squeeze

_BEFORE, _AFTER = 6000, 2500


class Around(NamedTuple):
    """Visible text before and after the body: a bar between blocks, a blank between the elements of a line."""

    before: str
    after: str


def around(root: HtmlElement, body: HtmlElement | None, outside: frozenset[HtmlElement] = frozenset()) -> Around:
    """Return the visible text before and after `body`; without a body all of it is before.

    `outside` are children of `body` that stand before and after its text.
    """
    before: list[str] = []
    after: list[str] = []
    parts = before
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, node in walker:
        if event == "start":
            is_text = node.getparent() is body and node not in outside if outside else node is body
            if is_text:
                parts = after
            if is_text or _is_unseen(node):
                walker.skip_subtree()
            else:
                parts.append(f" | {node.text or ''}" if node.tag in BLOCKS else f" {node.text or ''}")
        elif node is not root:
            parts.append(f" | {node.tail or ''}" if node.tag in BLOCKS else f" {node.tail or ''}")
    whole = " ".join("".join(before).split())
    return Around(whole if body is None else whole[-_BEFORE:], squeeze("".join(after)[: 3 * _AFTER])[:_AFTER])


def _is_unseen(node: HtmlElement) -> bool:
    return node.tag in (SILENT - {"button"}) or is_hidden(node)
