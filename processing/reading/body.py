"""Finds the element that holds a page's running text, and the visible text around it.

The rules of an outlet may name it, its markup may, and else it is where the sentences are. The
measure is made for Korean: a block counts for its characters if it holds a sentence (a syllable
before a full stop), and against its container if it is a link or a menu word. Other alphabets
count from seven words on. No outlet is named here; the marks are those of schema.org, of families (NDSoft,
gnuboard5, WordPress, Naver, Daum) and of what Korean templates call a body.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import NamedTuple

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from processing.dates import moments
from processing.errors import UsageError
from processing.reading.asides import (
    LONGEST_LABEL,
    NO_EVIDENCE,
    SILENT,
    SUSPECT_TAGS,
    UNREAD_TAGS,
    ElementMark,
    Evidence,
    PageMarks,
    TextBudget,
    is_legal,
    is_visitor,
    is_visitors_label,
    marks_on,
    may_be_overruled,
    outweighs,
)
from processing.reading.lines import is_foreign_sentence, is_statement, is_told, sort_of
from processing.reading.tree import elements_at, elements_of, lines_of, marks, squeeze, text_of

BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl",
        "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "html", "li", "main", "menu", "nav", "ol", "p", "pre", "section",
        "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
"""Elements that begin a new line, and whose texts are weighed apart."""

_OPENING = BLOCKS | SUSPECT_TAGS
_UNSEEN_TAGS = SILENT | (UNREAD_TAGS - {"button"})  # a button's label is visible
_SPECIAL = _OPENING | SILENT | {"br"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "h2", "h3", "h4", "h5", "ul", "ol", "li"})
_WRAPPERS = frozenset({"div", "section"})
_TEXT_TAGS = frozenset({"article", "p", "section"})  # of one make even without a class
_LEVELS_OFF = 2  # between the parts of a text

# What counts as a sentence.
_SENTENCE = re.compile(r"[가-힣)”’\"'][.?!…](?=[\s”’\"')\]]|$)")
_TOLD = re.compile(r"[가-힣](?:다|요|죠)\.(?=[\s”’\"')\]]|$)")
# 인사: names and posts behind marks, without a sentence.
_LISTED = re.compile(r"[◇◆■○▲△][^▲△]{2,60}[▲△].{4}")
# 부고 in one line: who died, whose kin, where and when the funeral is.
_OBITUARY = re.compile(
    r"[▲△■◆○●◇]?\s?[^.]{2,60}"
    r"(?:별세|타계|소천|선종|(?:[부모]친|빙[부모]|장[인모]|조[부모]|시[부모])상)"
    r"[^.]{0,200}"
    r"(?:발인|빈소|장례식장)"
)
_BULLETS = frozenset("◇◆■○▲△")
_ITEM, _FEWEST_ITEMS = re.compile(r"[◇◆■○▲△]\s?[^▲△]{2,80}$"), 3
_LINE_END = "\0"  # between the lines of a block: no tree can hold this character
_LONGEST_NOTICE = 200  # characters of a line of the template
_LINKED = 0.5  # share of unlinked text from which a line is no menu

# How templates call a body.
_BODY = re.compile(
    r"article[-_]?(?:view[-_]?)?(?:body|txt|text|cont(?:ent)?s?)(?![a-z])"
    r"|news[-_]?(?:body|txt|text|cont(?:ent)?s?|view[-_]?area)"
    r"|(?:^|[ _-])(?:dic_area|bo_v_con|entry-content|td-post-content|post-content"
    r"|viewcont(?:ent)?s?|view[-_]?(?:con(?:t(?:ent)?s?)?|text|txt|body))"
    r"|art[-_]?(?:body|txt|text|cont(?:ent)?s?)(?![a-z])"
    r"|harmonycontainer|story[-_]?(?:body|news)"
    r"|txt[-_]?area|text[-_]?(?:area|body)"
    r"|board[-_]?view[-_]?(?:body|cont(?:ent)?s?)"
    r"|cont[-_]?newstext|detail[-_]?(?:body|cont)"
)

# Characters of sentences, and shares of them, by which places are compared.
_ENOUGH = 10  # below it no place is a body
_SHORT = 250  # below it a mark tells more than length
_SINGLE, _SINGLE_LEAST = 0.3, 120  # from them on a lone mark is believed against a column
_NEARLY_ALL, _NEARLY, _MOST = 0.93, 0.8, 0.6
_TRIES = 4  # places that are tried until one is no legal text
# A character of a link weighs against so many of sentences: leads stand beside their headlines.
_LINK_WEIGHT = 1.5
_MENU_WEIGHT = 0.4  # the same of a line that is no sentence
# Times its prose that the rest of a page may have beside a marked part of a text: in the text's own
# block, or in a block beside it.
_GOING_ON, _HALF_OF_TWO = 4.0, 1.25
_HIDDEN_ON, _FEWEST_HIDDEN = 1.0, 2  # the same for hidden paragraphs in the text's block: "read on"
_GOING_LEAST = 80  # characters of sentences of such a part
_FEW_LINKS = 0.1  # characters of links per character of sentences
_FEWEST_LINES = 2  # of a text of lines
_TOLD_BEFORE = 60  # after them visitors may have their say

# The one line of a page of a video or of pictures.
_SAYING = re.compile(r"text|txt|cont|body|desc|summ|view|article")
_HANGUL_WORD = re.compile(r"[가-힣]{2,}")
_SHORTEST_DESCRIPTION, _FEWEST_WORDS = 10, 3

_CELLS = frozenset({"td", "th", "tr"})
_NAMED = frozenset({ElementMark.ASIDE, ElementMark.DISCUSSION})
_MAY_GO_ON = frozenset({ElementMark.ASIDE, ElementMark.HIDDEN})

# Characters of marked elements that are read per character of sentences, and at least.
_BUDGET, _LEAST_BUDGET = 6, 100_000
_BEFORE, _AFTER = 6000, 700  # characters that are returned of the text around a body


@dataclass(slots=True, eq=False)
class BodyPlace:
    """The element that holds the running text of a page.

    `prose` are the characters of its sentences. `outside` are its children before the first and
    after the last paragraph (headline, byline, lists); `released` are the elements of the page
    whose mark is outweighed; `overruled`: without the marks that were believed first, nothing was
    left; `whole` are the characters of sentences on the page, without what is set aside; `heading`
    prints the headline; `strewn` is the share of its sentences beyond their main column, 0 to 1;
    `aside` are the elements that were set aside for what class or id call them.
    """

    element: HtmlElement
    prose: int = 0
    outside: frozenset[HtmlElement] = frozenset()
    released: frozenset[HtmlElement] = frozenset()
    overruled: bool = False
    heading: HtmlElement | None = None
    whole: int = 0
    strewn: float = 0.0
    aside: frozenset[HtmlElement] = frozenset()


class PageBlock:
    """An element that begins a new line, with the sentences in it.

    `prose` are the characters of its sentences, `worth` those less its links and menu words;
    `own_prose` and `own_worth` are the same of the lines that stand directly in it, `inner` the
    blocks in it with sentences; `linked` are the characters of links directly in it, `all_linked`
    those in it and its blocks. `mark` is the mark against it. `visitors`: it and what follows
    beside it was written by visitors; `label`: it may be the label above that; `early`: it ends
    before the headline; `gone`: it is set aside. `own` are the texts directly in it until it ends.
    """

    __slots__ = (
        "above", "all_linked", "children", "early", "element", "gone", "inner", "label", "linked",
        "mark", "own", "own_prose", "own_worth", "prose", "visitors", "worth",
    )  # fmt: skip

    def __init__(
        self,
        element: HtmlElement,
        above: "PageBlock | None" = None,
        mark: ElementMark | None = None,
    ) -> None:
        self.element = element
        self.above = above
        self.mark = mark
        # Most blocks are items of menus: lists are made where one is needed.
        self.own = _NO_TEXTS
        self.children = self.inner = _NO_BLOCKS
        self.linked = self.all_linked = self.own_prose = self.prose = 0
        self.own_worth = self.worth = 0.0
        self.visitors = self.label = self.early = self.gone = False

    def add(self, text: str) -> None:
        """Add a text that stands directly in this block."""
        if self.own:
            self.own.append(text)
        else:
            self.own = [text]

    def close(self) -> None:
        """Weigh the lines of text that stand directly in this block, and forget them."""
        if not self.own:
            return
        value = "".join(self.own) if len(self.own) > 1 else self.own[0]
        self.own = _NO_TEXTS
        dense = not self.linked or 1 - min(1.0, self.linked / len(value)) > _LINKED
        heading = self.element.tag in _HEADINGS
        for line in value.split(_LINE_END):
            text = " ".join(line.split())
            if not text:
                continue
            if dense and _is_prose(text, heading=heading):
                self.own_prose += len(text)
                self.own_worth += len(text)
            else:
                self.own_worth -= _MENU_WEIGHT * len(text)
                if len(text) <= LONGEST_LABEL:
                    self.visitors = self.visitors or ("*" in text and is_visitor(text))
                    self.label = self.label or is_visitors_label(text)
        self.own_worth -= _LINK_WEIGHT * self.linked

    def forget(self) -> None:
        """Let go of the other blocks: in a cycle they would hold the tree until it is collected."""
        self.above = None
        self.children = self.inner = _NO_BLOCKS


# What a block has before it is given any; nothing is added to these.
_NO_TEXTS: list[str] = []
_NO_BLOCKS: list[PageBlock] = []


def _is_prose(text: str, *, heading: bool) -> bool:
    """Return whether a line holds a sentence that is not the template's.

    In a `heading` only a verb ends one: its dots and question marks do not.
    """
    # Menus and lists of links are most lines of a page: what their kind cannot lack is looked for
    # first, without a pattern.
    ends = "." in text or "?" in text or "!" in text or "…" in text
    if heading:
        sentence = ends and _TOLD.search(text) is not None
    elif ends and (_SENTENCE.search(text) or is_foreign_sentence(text)):
        sentence = True
    else:
        sentence = bool(
            (text[0] in _BULLETS and _LISTED.match(text))
            or (("발인" in text or "빈소" in text or "장례식장" in text) and _OBITUARY.match(text))
        )
    return sentence and not _is_notice(text)


def _is_notice(text: str) -> bool:
    """Return whether a sentence is the template's: rights, portal notes, invitations."""
    return len(text) <= _LONGEST_NOTICE and sort_of(text) is not None and not is_told(text)


def select(root: HtmlElement, css: str) -> list[HtmlElement]:
    """Return the elements that a CSS selector names; raises `UsageError` if it is no selector."""
    try:
        return elements_at(CSSSelector(css, translator="html"), root)
    except Exception as error:
        raise UsageError(f"rules name {css!r}, which is no CSS selector: {error}") from error


def find_body(
    root: HtmlElement, evidence: Evidence = NO_EVIDENCE, marks: PageMarks | None = None
) -> BodyPlace | None:
    """Return the element that holds the running text, or None if no element holds sentences.

    `marks` are those on the page, which are looked for if there are none. A mark counts only while
    the rest of the page outweighs what it names; if nothing is left, it is overruled.
    """
    page = _weighed(root, evidence, marks or marks_on(elements_of(root)))
    blocks = _ordered(page)
    _sum_up(blocks, frozenset())
    whole = page.prose
    released, aside = _judged(page, evidence)
    _sum_up(blocks, aside)
    early = _before_headline(page, blocks)
    if early:
        aside |= early
        _sum_up(blocks, aside)
    overruled = page.prose < _ENOUGH <= whole
    if overruled:
        readable = _readable(blocks, evidence, TextBudget(max(_LEAST_BUDGET, _BUDGET * whole)))
        released |= readable
        _sum_up(blocks, aside - readable)
    held = [block for block in reversed(blocks) if block.prose and not block.gone]
    place = _best(root, held, evidence)
    if place is None and evidence.dated:
        place = _description(root, blocks)
    if place is not None:
        place.aside = frozenset(block.element for block in blocks if _is_set_aside(block))
        place.released, place.overruled, place.whole = released, overruled, page.prose
        place.heading = evidence.heading
    for block in blocks:
        block.forget()
    return place


def _is_set_aside(block: PageBlock) -> bool:
    """Return whether a block with sentences is set aside for what class or id call it."""
    # The classes of a table's cells are its design.
    named = block.mark in _NAMED and block.element.tag not in _CELLS
    return named and block.gone and block.prose > 0


def _readable(
    blocks: list[PageBlock], evidence: Evidence, budget: TextBudget
) -> frozenset[HtmlElement]:
    """Return the marked elements that may be the text where nothing else is."""
    return frozenset(
        block.element
        for block in blocks
        if block.mark and may_be_overruled(block.element, block.mark, evidence, budget)
    )


def _best(root: HtmlElement, places: list[PageBlock], evidence: Evidence) -> BodyPlace | None:
    """Return the place with the most worth that is no legal text, narrowed to its prose."""
    ranked = sorted(places, key=lambda place: place.worth, reverse=True)
    best = next((place for place in ranked[:_TRIES] if not is_legal(text_of(place.element))), None)
    if best is None or best.prose < _ENOUGH:
        return _without_text(root, evidence)
    best = _with_twins(best, places)
    named = _named(places, best)
    heart = _with_verse(_narrowed(named or _marked(places, best) or best))
    place, outside = heart if named else _with_cousins(heart), _outside(heart)
    if place is not heart:
        outside |= _outside(place) | _beyond(place, [block.element for block in place.inner])
    return BodyPlace(place.element, prose=place.prose, outside=outside, strewn=_strewn(place))


def _before_headline(page: PageBlock, blocks: list[PageBlock]) -> frozenset[HtmlElement]:
    """Return the blocks that end before the headline, if most of the prose comes after it."""
    early = [place for place in blocks if place.early and not place.gone]
    outermost = (place for place in early if place.above is None or not place.above.early)
    prose = sum(place.prose for place in outermost)
    return (
        frozenset(place.element for place in early)
        if prose and 2 * prose < page.prose
        else frozenset()
    )


def _judged(
    page: PageBlock, evidence: Evidence
) -> tuple[frozenset[HtmlElement], frozenset[HtmlElement]]:
    """Return the marked elements that are released from their mark, and those that are set aside.

    Outer elements are weighed before inner ones. Siblings of one tag and class are weighed
    together: an editor may give each paragraph a class that says what it is not.
    """
    released: set[HtmlElement] = set()
    aside: set[HtmlElement] = set()
    left = page.prose
    budget = TextBudget(_budget_of(page))
    stack = [page]
    while stack:
        place = stack.pop()
        _mark_visitors(place)
        if all(child.mark is None for child in place.children):
            stack.extend(place.children)
            continue
        for twins in _by_make(place.children):
            first, prose = twins[0], sum(twin.prose for twin in twins)
            rest = left - prose
            if (
                first.mark is None
                or outweighs(
                    first.element,
                    first.mark,
                    prose=prose,
                    rest=rest,
                    evidence=evidence,
                    budget=budget,
                )
                or (first.mark in _MAY_GO_ON and _goes_on(place, twins, prose, rest, budget))
            ):
                released.update(twin.element for twin in twins if twin.mark)
                stack.extend(twins)
            else:
                aside.update(twin.element for twin in twins)
                left -= prose
    return frozenset(released), frozenset(aside)


def _goes_on(
    above: PageBlock, twins: list[PageBlock], prose: int, rest: int, budget: TextBudget
) -> bool:
    """Return whether marked blocks with hardly a link go on with the text of the block `above`.

    They hold a good part of it, and it has unmarked paragraphs of its own: a fold that is called
    `more`, or an editor's `relation-text`. Beside another block they hold half of the text. Hidden
    ones go on only with such paragraphs, in several of their own, and hold more of the text than
    all that is shown: what opens over a page is one saying.
    """
    column = above.own_prose + sum(
        child.own_prose
        for child in above.children
        if child.mark is None and child.element.tag in _PARAGRAPHS
    )
    most = _GOING_ON if column >= _ENOUGH else _HALF_OF_TWO
    if twins[0].mark is ElementMark.HIDDEN:
        paragraphs = sum(len(twin.inner) for twin in twins)
        most = _HIDDEN_ON if column >= _ENOUGH and paragraphs >= _FEWEST_HIDDEN else 0.0
    if prose < _GOING_LEAST or rest >= most * prose:
        return False
    if sum(twin.all_linked for twin in twins) > _FEW_LINKS * prose:
        return False
    texts = [budget.text_of(twin.element) for twin in twins]
    return all(texts) and not any(map(is_legal, texts))


def _budget_of(page: PageBlock) -> int:
    """Return how many characters of marked elements may be read."""
    return max(_LEAST_BUDGET, _BUDGET * page.prose)


def _mark_visitors(place: PageBlock) -> None:
    """Mark the blocks behind a visitor's name or the label above what visitors wrote."""
    first = next((index for index, inner in enumerate(place.children) if inner.visitors), None)
    for inner in place.children[first:] if first is not None else ():
        inner.mark = ElementMark.DISCUSSION


def make_of(element: HtmlElement) -> tuple[object, str | None]:
    """Return what an element has in common with those of one make: its tag and class."""
    return element.tag, element.get("class") or None


def _by_make(places: list[PageBlock]) -> list[list[PageBlock]]:
    """Return marked siblings grouped by tag, class and mark, and each other sibling alone."""
    groups: dict[object, list[PageBlock]] = {}
    for place in places:
        key = (*make_of(place.element), place.mark) if place.mark else place.element
        groups.setdefault(key, []).append(place)
    return list(groups.values())


def _sum_up(blocks: list[PageBlock], aside: frozenset[HtmlElement]) -> None:
    """Add up the prose and worth of blocks, inner before outer, without what is set `aside`."""
    for place in blocks:
        place.prose, place.worth = place.own_prose, place.own_worth
        place.inner = _NO_BLOCKS
        place.all_linked = place.linked
        place.gone = place.element in aside or (place.above is not None and place.above.gone)
    for place in reversed(blocks):
        above = place.above
        if above is None:
            continue
        above.all_linked += place.all_linked
        if place.gone and not above.gone:
            # Its links still speak against what holds it, its sentences no longer for it.
            above.worth += min(0.0, place.worth)
            continue
        above.prose += place.prose
        above.worth += place.worth
        if place.prose and above.inner:
            above.inner.append(place)
        elif place.prose:
            above.inner = [place]


def _without_text(root: HtmlElement, evidence: Evidence) -> BodyPlace | None:
    """Return the marked body of a page without running text.

    It holds lines behind marks, as in 인사 and 부고, or images whose captions tell, or what the
    headline says to be lines.
    """
    for element in root.iter():
        if element.tag not in BLOCKS or not (
            element.get("itemprop") == "articleBody" or _BODY.search(marks(element))
        ):
            continue
        lines = lines_of(element)
        items = [line for line in lines if _ITEM.match(line)]
        if len(items) >= _FEWEST_ITEMS and 2 * len(items) >= len(lines):
            return BodyPlace(element, prose=sum(map(len, items)))
        if next(element.iter("img"), None) is not None and any(map(is_statement, lines)):
            return BodyPlace(element, prose=sum(map(len, lines)))
        if evidence.listed and _is_text_of_lines(element, lines):
            return BodyPlace(element, prose=sum(map(len, lines)))
    return None


def _is_text_of_lines(element: HtmlElement, lines: list[str]) -> bool:
    """Return whether lines are several of a text, and hardly a letter of them is in a link."""
    told = [line for line in lines if sort_of(line) is None]
    linked = sum(len(text_of(link)) for link in element.iter("a"))
    enough = len(told) >= _FEWEST_LINES and 2 * len(told) >= len(lines)
    return enough and linked <= _FEW_LINKS * sum(map(len, told))


def _description(root: HtmlElement, blocks: list[PageBlock]) -> BodyPlace | None:
    """Return the block with the one line of a page that shows a video or pictures, or None."""
    if next(root.iter("iframe", "video", "embed", "object", "img"), None) is None:
        return None
    leaves = [
        block
        for block in blocks[::-1]
        if not (block.children or block.gone or block.early or block.linked or block.mark)
    ]
    # A class like `desc` or `text` first, then any block.
    for wanted in (True, False):
        for place in leaves:
            text = text_of(place.element)
            if bool(_SAYING.search(marks(place.element))) is wanted and _is_description(
                text, place.element
            ):
                return BodyPlace(place.element, prose=len(text))
    return None


def _is_description(text: str, element: HtmlElement) -> bool:
    """Return whether a line is a description: no heading, no date, no word of the template."""
    if (
        element.tag in _HEADINGS
        or not _SHORTEST_DESCRIPTION <= len(text) <= _LONGEST_NOTICE
        or moments(text)
    ):
        return False
    return sort_of(text) is None and len(_HANGUL_WORD.findall(text)) >= _FEWEST_WORDS


def _with_twins(best: PageBlock, places: list[PageBlock]) -> PageBlock:
    """If the best block has siblings of the same tag and class, return their common parent.

    Block editors wrap each paragraph; a wrapper that holds nothing else stands for its paragraph if
    the others weigh more than it.
    """
    held = {place.element: place for place in places}
    wrapper = best
    while (above := held.get(wrapper.element.getparent())) is not None:
        if _has_twin(wrapper, above) and (wrapper is best or above.prose >= 2 * best.prose):
            best = wrapper = above
        elif above.prose == best.prose and not best.inner:
            wrapper = above
        else:
            break
    return best


def _with_cousins(best: PageBlock) -> PageBlock:
    """Return the block around `best` and blocks of its make that stand one level off, if all is.

    Templates wrap all but the first or last part of a text. Such parts have hardly a link, and
    beside them stands hardly a sentence that is not theirs.
    """
    makes = {
        make
        for part in (best, *best.inner)
        if (make := make_of(part.element))[1] or make[0] in _TEXT_TAGS
    }
    wrapper, wrappers = best, set()
    for above in islice(_above(best), _LEVELS_OFF):
        # Blocks that are made as the wrapper of the others are parts even without a class.
        wrappers.add(_made(wrapper.element))
        near = [block for block in above.inner if block is not wrapper]
        if above is best.above:
            near.extend([inner for block in near for inner in block.inner])
        parts = [
            block
            for block in near
            if (make_of(block.element) in makes or _made(block.element) in wrappers)
            and block.all_linked <= _FEW_LINKS * block.prose
        ]
        if parts and best.prose + sum(part.prose for part in parts) >= _NEARLY_ALL * above.prose:
            return above
        wrapper = above
    return best


def _made(element: HtmlElement) -> tuple[object, str | None, str]:
    """Return tag and class of an element; without a class its id tells it apart, but for a number."""
    tag, classes = make_of(element)
    return tag, classes, "" if classes else element.get("id", "").strip("0123456789")


def _with_verse(place: PageBlock) -> PageBlock:
    """Return the block of paragraphs around a lone one: verse and lists end in no full stop.

    In what is called a body, blocks of one line are paragraphs, too.
    """
    above = place.above
    while above is not None and _is_paragraph(place, above):
        others = [child for child in above.children if child is not place and child.mark is None]
        if (
            not others
            or above.linked
            or any(other.linked or not _is_paragraph(other, above) for other in others)
        ):
            break
        place, above = above, above.above
    return place


def _is_paragraph(block: PageBlock, above: PageBlock) -> bool:
    if block.element.tag in _PARAGRAPHS:
        return True
    is_line = block.element.tag == "div" and not block.children
    return is_line and bool(_BODY.search(marks(above.element)) or _is_named(above.element))


def _outside(place: PageBlock) -> frozenset[HtmlElement]:
    """Return the children before the first and after the last paragraph, without sentence or image.

    What has the tag and class of the paragraphs' wrappers is a list or a subhead of the text.
    """
    inner = [block.element for block in place.inner if block.element.tag in _WRAPPERS]
    makes = Counter(make_of(node) for node in inner if node.getparent() is place.element)
    make, count = makes.most_common(1)[0] if makes else (None, 0)
    if count < _FEWEST_ITEMS:
        return frozenset()
    return _beyond(place, [child for child in place.element if make_of(child) == make])


def _beyond(place: PageBlock, parts: list[HtmlElement]) -> frozenset[HtmlElement]:
    """Return the children before the first and after the last of `parts`, without sentence or image."""
    children = [child for child in place.element if isinstance(child.tag, str)]
    wanted = set(parts)
    held = [index for index, child in enumerate(children) if child in wanted]
    if not held:
        return frozenset()
    with_sentences = {block.element for block in place.inner}
    return frozenset(
        child
        for child in (*children[: held[0]], *children[held[-1] + 1 :])
        if child not in with_sentences and next(child.iter("img"), None) is None
    )


def _strewn(place: PageBlock) -> float:
    """Return the share, 0 to 1, of a place's sentences that stand beyond their main column.

    A column are the paragraphs of one parent, and of its siblings of the same make. Comments, an
    author's portrait and teasers stand behind the main one; what stands before it counts half,
    because a lead often has a block of its own.
    """
    columns = [(_column_of(block, place), block.own_prose) for block in _with_prose(place)]
    prose: Counter[tuple[object, ...]] = Counter()
    for column, length in columns:
        prose[_make_of(column)] += length
    if len(prose) <= 1:
        return 0.0
    main = prose.most_common(1)[0][0]
    held = [index for index, (column, _) in enumerate(columns) if _make_of(column) == main]
    first, last = held[0], held[-1]
    # Loose text around the main column is of one block with it.
    outer = {block.element for block in _above(columns[first][0])}
    after = sum(length for _, length in columns[last + 1 :])
    before = sum(length for column, length in columns[:first] if column.element not in outer)
    return (after + before / 2) / prose.total()


def _with_prose(place: PageBlock) -> Iterator[PageBlock]:
    """Yield the blocks in a place with sentences of their own, in the page's order."""
    stack = [place]
    while stack:
        block = stack.pop()
        if block.gone:
            continue
        if block.own_prose:
            yield block
        stack.extend(reversed(block.children))


def _column_of(block: PageBlock, place: PageBlock) -> PageBlock:
    """Return the block in `place` that holds a paragraph, or the block itself if it is none."""
    while block is not place and block.element.tag in _PARAGRAPHS and block.above is not None:
        block = block.above
    return block


def _make_of(column: PageBlock) -> tuple[object, ...]:
    """Return what a column has in common with its siblings of the same tag and class."""
    element = column.element
    return *make_of(element), element.getparent()


def _above(block: PageBlock) -> Iterator[PageBlock]:
    """Yield the blocks around a block, from the innermost on."""
    above = block.above
    while above is not None:
        yield above
        above = above.above


def _is_named(element: HtmlElement) -> bool:
    """Return whether schema.org's `articleBody` is among an element's properties."""
    return "articleBody" in (element.get("itemprop") or "").split()


def _named(places: list[PageBlock], best: PageBlock) -> PageBlock | None:
    """Return the place that schema.org's `articleBody` names, if it holds most of the best one."""
    # Outer places first: of two with the same prose the outer one is taken.
    named = [place for place in reversed(places) if _is_named(place.element)]
    widest = max(named, key=lambda place: place.prose, default=None)
    least = _MOST * best.prose if best.prose >= _SHORT else _ENOUGH
    return widest if widest and widest.prose >= least else None


def _marked(places: list[PageBlock], best: PageBlock) -> PageBlock | None:
    """Return the widest place that is called a body and holds nearly all of the best one."""
    least = _NEARLY * best.prose if best.prose >= _SHORT else _ENOUGH
    marked = [
        place
        for place in places
        if place.prose <= best.prose and _BODY.search(marks(place.element))
    ]
    inside = [place for place in marked if place.prose >= least] or _single(marked, best, places)
    for _ in range(_TRIES):
        widest = max(inside, key=lambda place: place.prose, default=None)
        if widest is None or not _is_one_of_several(widest, best):
            return widest
        make = make_of(widest.element)
        inside = [place for place in inside if make_of(place.element) != make]
    return None


def _is_one_of_several(place: PageBlock, best: PageBlock) -> bool:
    """Return whether another block of the same make goes on with the text in the best one."""
    around, make = set(_above(place)), make_of(place.element)
    if best not in around:
        return False
    stack = [best]
    while stack:
        block = stack.pop()
        if block in around:
            stack.extend(block.inner)
        elif block is not place:
            if make_of(block.element) == make:
                return True
            stack.extend(block.inner)
    return False


def _single(marked: list[PageBlock], best: PageBlock, places: list[PageBlock]) -> list[PageBlock]:
    """Return the one marked place that holds a good part of an unmarked column.

    Lists and notices fill the rest. A text before the marked place is the article itself, and the
    mark that of a widget.
    """
    if _BODY.search(marks(best.element)):
        return []
    held = [place for place in marked if place.prose >= max(_SINGLE_LEAST, _SINGLE * best.prose)]
    makes = Counter(make_of(place.element) for place in marked)
    alone = [place for place in held if makes[make_of(place.element)] == 1]
    return [place for place in alone if not _follows_text(place, places)]


def _follows_text(place: PageBlock, places: list[PageBlock]) -> bool:
    """Return whether a longer text ends before `place` begins; `places` has inner before outer."""
    before = takewhile(lambda other: other is not place, places)
    return any(
        other.prose >= _SINGLE_LEAST and place.element not in other.element.iterancestors()
        for other in before
    )


def _narrowed(place: PageBlock) -> PageBlock:
    """Return the innermost block that holds nearly all, or is called a body and holds most."""
    while place.inner:
        heart = max(place.inner, key=lambda inner: inner.prose)
        share = _MOST if _BODY.search(marks(heart.element)) else _NEARLY_ALL
        if heart.prose < share * place.prose or _has_twin(heart, place):
            break
        place = heart
    return place


def _has_twin(heart: PageBlock, place: PageBlock) -> bool:
    """Return whether a sibling of the same tag and class holds sentences of the same text."""
    same = make_of(heart.element)
    return any(block is not heart and make_of(block.element) == same for block in place.inner)


def _weighed(root: HtmlElement, evidence: Evidence, marks: PageMarks) -> PageBlock:
    """Return the blocks of a page as a tree, with the lines of each weighed, in one walk."""
    walk = _Weighing(root, evidence, marks)
    noted = walk.noted
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, node in walker:
        tag = node.tag
        # Most elements are inline and have no mark: their texts alone matter.
        special = tag in _SPECIAL or node in noted
        if event == "start":
            if tag == "a":
                walk.links += 1
            if special and not walk.enter(node):
                walker.skip_subtree()
                continue
            text = node.text
        else:
            if tag == "a":
                walk.links -= 1
            if special:
                walk.leave(node)
            text = node.tail if node is not root else None
        # White space before the first word of a block says nothing.
        if text and ((block := walk.current).own or not text.isspace()):
            block.add(text)
            if walk.links > 0:
                block.linked += len(text.strip())
    walk.page.close()
    walk.page.early = walk.early
    return walk.page


class _Weighing:
    """The state of the walk over a page: the block in which it is, links, what came before.

    `noted` are the inline elements that matter: hidden ones, and the heading.
    """

    __slots__ = (
        "current", "early", "evidence", "heading", "links", "marks", "noted", "page", "told",
    )  # fmt: skip

    def __init__(self, root: HtmlElement, evidence: Evidence, marks: PageMarks) -> None:
        self.page = self.current = PageBlock(root)
        self.evidence = evidence
        self.heading = evidence.heading
        self.marks = marks
        self.noted = marks.hidden | {evidence.heading}
        self.links = 0  # open `a` elements
        self.told = 0  # characters of sentences after the headline
        self.early = evidence.heading is not None

    def enter(self, node: HtmlElement) -> bool:
        """Begin an element; return whether what is in it is read."""
        tag = node.tag
        if tag == "br":
            self.current.add(_LINE_END)
        if self.early and node is self.heading:
            self.early = False
        if tag in SILENT:
            return False
        opens = tag in _OPENING
        if (opens or node in self.marks.hidden) and node is not self.page.element:
            above = self.current
            mark = self.marks.mark_of(node) if opens else ElementMark.HIDDEN
            self.current = PageBlock(node, above, mark)
            if above.children:
                above.children.append(self.current)
            else:
                above.children = [self.current]
        return True

    def leave(self, node: HtmlElement) -> None:
        """End an element, and the block that it began."""
        block = self.current
        if block.element is node and block.above is not None:
            block.close()
            block.early = self.early
            if not self.early:
                self.told += block.own_prose
            if block.label and not self.links:
                # Visitors write below the text; their label above any text is a link to it.
                block.visitors |= self.told >= _TOLD_BEFORE or self.evidence.pictured
            self.current = block.above


def _ordered(page: PageBlock) -> list[PageBlock]:
    """Return the blocks of a page, outer before inner; backwards they are as they end."""
    blocks, stack = [], [page]
    while stack:
        place = stack.pop()
        blocks.append(place)
        stack.extend(place.children)
    return blocks


class Around(NamedTuple):
    """Visible text around a body: a bar between blocks, a blank between inline elements."""

    before: str
    after: str


def around(
    root: HtmlElement,
    body: HtmlElement | None,
    outside: frozenset[HtmlElement] = frozenset(),
    released: frozenset[HtmlElement] = frozenset(),
    marks: PageMarks | None = None,
) -> Around:
    """Return the visible text before and after `body`; without a body all of it is before.

    At most 6,000 characters before and 700 after. `outside` are children of `body` that stand
    before and after its text, `released` elements that are read in spite of their mark.
    """
    inside = set(body) - outside if outside and body is not None else {body}
    unseen = (marks or marks_on(elements_of(root))).hidden - released
    passed = unseen | inside
    before: list[str] = []
    after: list[str] = []
    parts, left = before, _AFTER
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, node in walker:
        tag = node.tag
        if event == "start":
            if node in passed or (tag in _UNSEEN_TAGS and (tag in SILENT or node not in released)):
                walker.skip_subtree()
                continue
            text = node.text
        elif node is root:
            break
        else:
            text = node.tail
            parts = after if node in inside else parts
        if tag in BLOCKS:
            parts.append(" | ")
        # Between the elements of a list stands white space, which a blank begins again.
        if text and not text.isspace():
            parts.extend((" ", text))
            left -= len("".join(text.split())) if parts is after else 0
            if left < 0:
                break
    text = " ".join("".join(before).split())
    return Around(text if body is None else text[-_BEFORE:], squeeze("".join(after))[:_AFTER])
