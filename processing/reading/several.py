"""Several articles on one page, as where reading on loads the next one: the others go, with their people and times."""

import re

from lxml.html import HtmlElement

from processing.reading.datelines import bare
from processing.reading.head import Head
from processing.reading.lines import sentences
from processing.reading.tree import text_of

_HEADINGS = ("h1", "h2", "h3")
_DATED = re.compile(r"(?:19|20)\d\d(?P<between>\s?[-./])\s?\d{1,2}(?P=between)\s?\d{1,2}")
_SHORTEST = 6  # letters of a headline
_FEWEST = 2  # sentences of an article


def keep_own(root: HtmlElement, head: Head) -> None:
    """Take the articles out of the tree that stand beside the one whose headline the page declares.

    Such an article is built like the page's own: same element, same class, a heading of the same sort, a date, text.
    """
    wanted = [bare(title) for title in (head.first("og:title"), head.title) if title]
    for heading in root.iter(*_HEADINGS):
        name = bare(text_of(heading))
        if len(name) >= _SHORTEST and any(title.startswith(name) for title in wanted) and _drop_others(heading):
            return


def _drop_others(heading: HtmlElement) -> bool:
    """Drop what stands beside the article under `heading`; say whether there was any."""
    unit, dropped = heading, False
    while (above := unit.getparent()) is not None:
        others = [one for one in above if one is not unit and _alike(one, unit) and _is_article(one, heading)]
        if others and _is_article(unit, heading):
            for other in others:
                other.drop_tree()
            dropped = True
        unit = above
    return dropped


def _alike(one: HtmlElement, other: HtmlElement) -> bool:
    return bool(one.tag == other.tag and one.get("class") == other.get("class"))


def _is_article(unit: HtmlElement, heading: HtmlElement) -> bool:
    """Say whether an element holds a heading like the page's own, a date and sentences."""
    if not any(_alike(one, heading) for one in unit.iterdescendants(heading.tag)):
        return False
    text = text_of(unit)
    return bool(_DATED.search(text)) and sentences(text) >= _FEWEST
