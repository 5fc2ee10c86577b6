"""Whether a text is a list of other articles: items of one make, each a linked headline with a lead.

Told by the structure of the prose, not by its length: section fronts, search results and author pages print leads of
several sentences. The parts of one article hold no headline of their own that links elsewhere.
"""

import re
from collections import defaultdict

from lxml.html import HtmlElement

from processing.reading.tree import RejectionCause, bare, squeeze, text_of
from processing.records import Reason

_ITEMS = ("li", "div", "article", "section", "dl", "tr", "td", "dd", "p")
_FEWEST, _MOSTLY = 3, 0.6
_LEAD = 20  # characters from which an item tells more than its headline
_HEADLINE = 6  # letters of a link that may be a headline
_LONGEST_HEADLINE = 120
_CODE = re.compile(r"\"\s?:\s?[\"\[{\d]|\\u[0-9a-f]{4}|[{}\[\]]\s?,\s?[{\[]|function\s?\(|\);|=>")
_CODE_EVERY = 60  # characters a mark of code above which a text is none


def listing_in(element: HtmlElement, text: str) -> RejectionCause | None:
    """Return the finding that most of `text` stands in items with linked headlines, or that it is script data."""
    if len(_CODE.findall(text)) * _CODE_EVERY > len(text) > 0:
        return RejectionCause(Reason.LIST_PAGE, f"script data shown as text: {text[:80]}")
    groups: dict[tuple[object, ...], list[tuple[str, int]]] = defaultdict(list)
    for item in element.iter(*_ITEMS):
        if headline := _headline_of(item):
            parent = item.getparent()
            length = len(text_of(item)) - len(headline)
            groups[parent, item.tag, item.get("class")].append((headline, length))
    for items in groups.values():
        different = {headline for headline, length in items if length >= _LEAD}
        told = sum(length for _, length in items)
        most = max(length for _, length in items)
        if len(different) >= _FEWEST and told >= _MOSTLY * len(text) and most < _MOSTLY * told:
            return RejectionCause(
                Reason.LIST_PAGE, f"{len(different)} linked headlines with leads: {items[0][0]}"
            )
    return None


def _headline_of(item: HtmlElement) -> str | None:
    """Return the linked headline that begins an item, where text follows it that is not linked."""
    link = next((one for one in item.iter("a") if len(bare(text_of(one))) >= _HEADLINE), None)
    if link is None or not (link.get("href") or "").strip(" #"):
        return None
    words = text_of(link)
    if len(words) > _LONGEST_HEADLINE or squeeze(link.tail):
        return None
    holder = link.getparent()
    if holder is not None and squeeze(holder.text):
        return None
    return words
