"""Where in the tree the running text stands: by declared rules, by its mark-up, or by where the sentences are.

The measure is Korean: a block counts for its characters when it holds a sentence (a syllable before a full stop), and
counts against its container when it is a link or a menu word; English counts from seven words on. No outlet is named
here; the marks are those of schema.org, of families (NDSoft, gnuboard5, WordPress, Naver, Daum) and of what Korean
templates call a body.

The visible text around a body: where headlines, bylines and times stand.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from processing.dates import moments
from processing.errors import UsageError
from processing.reading.asides import (
    NO_EVIDENCE,
    SILENT,
    SUSPECT_TAGS,
    ElementMark,
    Evidence,
    TextBudget,
    is_hidden,
    is_legal,
    is_unread,
    is_visitor,
    is_visitors_label,
    mark_of,
    may_be_overruled,
    outweighs,
)
from processing.reading.lines import is_statement, is_told, sort_of
from processing.reading.tree import elements_at, lines_of, marks, squeeze, text_of

_BLOCKS_WORDS = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 header hr html li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
BLOCKS = frozenset(_BLOCKS_WORDS.split())
_SENTENCE = re.compile(r"[가-힣)”’\"'][.?!…](?=[\s”’\"')\]]|$)")
_ENGLISH = re.compile(
    r"(?:[A-Za-zÀ-ɏ’',-]{1,30} ){6}[^.?!]{0,300}[a-zÀ-ɏ0-9%][.?!](?=[\s”\"’')\]]|$)"
)
_TOLD = re.compile(r"[가-힣](?:다|요|죠)\.(?=[\s”’\"')\]]|$)")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_LISTED = re.compile(
    r"[◇◆■○▲△][^▲△]{2,60}[▲△].{4}"
)  # 인사: names and posts behind marks, without a sentence
_OBITUARY = re.compile(  # 부고 of one line: who died, whose kin, where and when the funeral is
    r"[▲△■◆○●◇]?\s?[^.]{2,60}(?:별세|타계|소천|선종|(?:[부모]친|빙[부모]|장[인모]|조[부모]|시[부모])상)[^.]{0,200}(?:발인|빈소|장례식장)"
)
_ITEM, _FEWEST_ITEMS = re.compile(r"[◇◆■○▲△]\s?[^▲△]{2,80}$"), 3
_BODY = re.compile(
    r"article[-_]?(?:view[-_]?)?(?:body|txt|text|cont(?:ent)?s?)(?![a-z])|news[-_]?(?:body|txt|text|"
    r"cont(?:ent)?s?|view[-_]?area)"
    r"|(?:^|[ _-])(?:dic_area|bo_v_con|entry-content|td-post-content|post-content|viewcont(?:ent)?s?|"
    r"view[-_]?(?:con(?:t(?:ent)?s?)?|text|txt|body))"
    r"|art[-_]?(?:body|txt|text|cont(?:ent)?s?)(?![a-z])|harmonycontainer|story[-_]?(?:body|news)|txt[-_]?area|"
    r"text[-_]?(?:area|body)"
    r"|board[-_]?view[-_]?(?:body|cont(?:ent)?s?)|cont[-_]?newstext|detail[-_]?(?:body|cont)"
)
_ITEMPROP = etree.XPath(".//*[contains(concat(' ', @itemprop, ' '), ' articleBody ')]")
_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "h2", "h3", "h4", "h5", "ul", "ol", "li"})
_LONGEST_NOTICE = 200
_WRAPPERS = frozenset({"div", "section"})
_ENOUGH = 10  # characters of sentences below which no place is a body
_SHORT = 250  # characters of sentences below which a mark tells more than length
_SINGLE, _SINGLE_LEAST = (
    0.3,
    120,
)  # share and characters from which a lone mark is believed against a column
_NEARLY_ALL, _NEARLY, _MOST = 0.93, 0.8, 0.6
_SAYING = re.compile(r"text|txt|cont|body|desc|summ|view|article")
_HANGUL_WORD = re.compile(r"[가-힣]{2,}")
_LEAST_SAID, _FEWEST_WORDS = 10, 3
_TRIES = 4
_BUDGET, _LEAST_BUDGET = 6, 100_000
_TOLD_BEFORE = 60  # characters of sentences after which visitors may have their say
_LINK_WEIGHT = 1.5  # a character of a link weighs against so many of sentences: leads stand beside their headlines
_LINKED = 0.5  # share of unlinked text from which a line is no menu


@dataclass(slots=True)
class BodyPlace:
    """An element that may be the body: characters of sentences in it, and those less its links and menu words.

    `own_prose` and `own_worth` are of the lines that stand directly in it, `inner` the blocks in it with sentences.
    `mark` speaks against it; `visitors` says that it and what follows beside it was written by visitors, `label` that
    it may be the label above, `early` that it ends before the headline, `gone` that it is set aside. Of the chosen
    place `outside` are the children before its first and after its last paragraph (headline, byline, lists);
    `released` are the elements of the page whose mark is outweighed, and `overruled` says that a mark was believed
    first and then found to leave nothing; `whole` are the characters of sentences on the page beside what is set aside.
    """

    element: HtmlElement
    prose: int = 0
    worth: float = 0.0
    above: "BodyPlace | None" = None
    own: list[str] = field(default_factory=list)
    linked: int = 0
    own_prose: int = 0
    own_worth: float = 0.0
    children: list["BodyPlace"] = field(default_factory=list)
    inner: list["BodyPlace"] = field(default_factory=list)
    mark: ElementMark | None = None
    visitors: bool = False
    label: bool = False
    early: bool = False
    gone: bool = False
    outside: frozenset[HtmlElement] = frozenset()
    released: frozenset[HtmlElement] = frozenset()
    overruled: bool = False
    heading: HtmlElement | None = None
    whole: int = 0

    def close(self) -> None:
        """Judge the lines of text that stand directly in this block."""
        if not self.own:
            return
        dense = 1 - min(1.0, self.linked / max(1, sum(map(len, self.own))))
        for line in "".join(self.own).split("\n"):
            text = " ".join(line.split())
            if not text:
                continue
            if dense > _LINKED and _tells(text, self.element.tag) and not _is_notice(text):
                self.own_prose += len(text)
                self.own_worth += len(text)
            else:
                self.own_worth -= 0.4 * len(text)
                self.visitors = self.visitors or is_visitor(text)
                self.label = self.label or is_visitors_label(text)
        self.own_worth -= _LINK_WEIGHT * self.linked
        self.own.clear()


def _tells(text: str, tag: str) -> bool:
    """Say whether a line directly in a `tag` tells; a headline's dots and question marks end no sentence."""
    if tag in _HEADINGS:
        return bool(_TOLD.search(text))
    return bool(
        _SENTENCE.search(text)
        or _LISTED.match(text)
        or _OBITUARY.match(text)
        or _ENGLISH.search(text)
    )


def _is_notice(text: str) -> bool:
    """Say whether a block is a line of the template that reads like a sentence: rights, portal notes, invitations."""
    return len(text) <= _LONGEST_NOTICE and sort_of(text) is not None and not is_told(text)


def select(root: HtmlElement, css: str) -> list[HtmlElement]:
    """Return the elements that a CSS selector of an outlet's rules names; `UsageError` where it is no selector."""
    try:
        return elements_at(CSSSelector(css, translator="html"), root)
    except Exception as error:
        raise UsageError(f"rules name {css!r}, which is no CSS selector: {error}") from error


def find_body(root: HtmlElement, evidence: Evidence = NO_EVIDENCE) -> BodyPlace | None:
    """Return the element that holds the running text, or None where no element holds sentences.

    A mark counts only while the rest of the page outweighs what it names; where nothing is left, it is overruled.
    """
    page = _weighed(root, evidence)
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
        budget = TextBudget(max(_LEAST_BUDGET, _BUDGET * whole))
        kept = {
            one.element
            for one in blocks
            if one.mark and may_be_overruled(one.element, one.mark, evidence, budget)
        }
        aside = frozenset(element for element in aside if element not in kept)
        released |= kept
        _sum_up(blocks, aside)
    found = _best(root, [place for place in reversed(blocks) if place.prose and not place.gone])
    if found is None and evidence.dated:
        found = _said(root, blocks)
    if found is not None:
        found.released, found.overruled, found.whole = released, overruled, page.prose
        found.heading = evidence.heading
    return found


def _best(root: HtmlElement, places: list[BodyPlace]) -> BodyPlace | None:
    """Return the place whose sentences outweigh its links most, narrowed to what holds them; legal texts are none."""
    telling = sorted(places, key=lambda place: place.worth, reverse=True)
    best = next((place for place in telling[:_TRIES] if not is_legal(text_of(place.element))), None)
    if best is None or best.prose < _ENOUGH:
        return _without_text(root)
    best = _with_twins(best, places)
    place = _with_verse(_narrowed(_named(root, places, best) or _marked(places, best) or best))
    place.outside = _outside(place)
    return place


def _before_headline(page: BodyPlace, blocks: list[BodyPlace]) -> frozenset[HtmlElement]:
    """Return the blocks that end before the headline, where most of what the page tells comes after it."""
    early = [place for place in blocks if place.early and not place.gone]
    told = sum(place.prose for place in early if place.above is None or not place.above.early)
    return (
        frozenset(place.element for place in early)
        if told and 2 * told < page.prose
        else frozenset()
    )


def _judged(
    page: BodyPlace, evidence: Evidence
) -> tuple[frozenset[HtmlElement], frozenset[HtmlElement]]:
    """Return the marked elements that are released from their mark, and those set aside; outer before inner.

    Siblings of one make are weighed together: an editor may call each paragraph what it is not.
    """
    released: set[HtmlElement] = set()
    aside: set[HtmlElement] = set()
    left = page.prose
    budget = TextBudget(_budget_of(page))
    stack = [page]
    while stack:
        place = stack.pop()
        _mark_visitors(place)
        for twins in _by_make(place.children):
            first, prose = twins[0], sum(one.prose for one in twins)
            if first.mark is None or outweighs(
                first.element,
                first.mark,
                prose=prose,
                rest=left - prose,
                evidence=evidence,
                budget=budget,
            ):
                released.update(one.element for one in twins if one.mark)
                stack.extend(twins)
            else:
                aside.update(one.element for one in twins)
                left -= prose
    return frozenset(released), frozenset(aside)


def _budget_of(page: BodyPlace) -> int:
    """Return how many characters of marked elements may be read: a few times what the page tells."""
    return max(_LEAST_BUDGET, _BUDGET * page.prose)


def _mark_visitors(place: BodyPlace) -> None:
    """ElementMark the blocks that stand behind a visitor's name or the label above what visitors wrote."""
    first = next((index for index, inner in enumerate(place.children) if inner.visitors), None)
    for inner in place.children[first:] if first is not None else ():
        inner.mark = ElementMark.DISCUSSION


def _by_make(places: list[BodyPlace]) -> list[list[BodyPlace]]:
    """Return sibling blocks by element, class and mark, each without a mark alone."""
    found: dict[object, list[BodyPlace]] = {}
    for place in places:
        key = (
            (place.element.tag, place.element.get("class"), place.mark)
            if place.mark
            else place.element
        )
        found.setdefault(key, []).append(place)
    return list(found.values())


def _sum_up(blocks: list[BodyPlace], aside: frozenset[HtmlElement]) -> None:
    """Add up what blocks hold, inner before outer, without what is set `aside`."""
    for place in blocks:
        place.prose, place.worth = place.own_prose, place.own_worth
        place.inner = []
        place.gone = place.element in aside or (place.above is not None and place.above.gone)
    for place in reversed(blocks):
        above = place.above
        if above is None:
            continue
        if place.gone and not above.gone:
            above.worth += min(0.0, place.worth)
            continue
        above.prose += place.prose
        above.worth += place.worth
        if place.prose:
            above.inner.append(place)


def _without_text(root: HtmlElement) -> BodyPlace | None:
    """Return the marked body of a page without running text.

    It holds lines behind marks, as in 인사 and 부고, or images whose captions tell.
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
    return None


def _said(root: HtmlElement, blocks: list[BodyPlace]) -> BodyPlace | None:
    """Return the block with the one line that a page of a video or of pictures says, where it declares an article."""
    if next(root.iter("iframe", "video", "embed", "object", "img"), None) is None:
        return None
    named = [
        one
        for one in blocks[::-1]
        if not (one.children or one.gone or one.early or one.linked or one.mark)
    ]
    for wanted in (True, False):
        for place in named:
            text = text_of(place.element)
            if bool(_SAYING.search(marks(place.element))) is wanted and _says(text, place.element):
                return BodyPlace(place.element, prose=len(text), above=place.above)
    return None


def _says(text: str, element: HtmlElement) -> bool:
    """Say whether a line without a verb tells something: no heading, no date, no word of the template."""
    if element.tag in _HEADINGS or not _LEAST_SAID <= len(text) <= _LONGEST_NOTICE or moments(text):
        return False
    return sort_of(text) is None and len(_HANGUL_WORD.findall(text)) >= _FEWEST_WORDS


def _with_twins(best: BodyPlace, places: list[BodyPlace]) -> BodyPlace:
    """Step out of one paragraph, or one block of many alike, to what holds them all.

    Editors of blocks wrap each paragraph; a wrapper that holds nothing else stands for its paragraph where the others
    weigh more than it.
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


def _with_verse(place: BodyPlace) -> BodyPlace:
    """Step out of a lone paragraph to the block of paragraphs around it: verse and lists end in no full stop."""
    above = place.above
    while above is not None and above.above is not None and place.element.tag in _PARAGRAPHS:
        others = [one for one in above.children if one is not place and one.mark is None]
        if (
            not others
            or above.linked
            or any(one.element.tag not in _PARAGRAPHS or one.linked for one in others)
        ):
            break
        place, above = above, above.above
    return place


def _outside(place: BodyPlace) -> frozenset[HtmlElement]:
    """Return the children without a sentence or an image before the first and after the last of many alike.

    What is of the same make as the paragraphs' blocks is the editor's, a list or a subhead, and of the text.
    """
    inner = [one.element for one in place.inner if one.element.tag in _WRAPPERS]
    makes = Counter(
        (one.tag, one.get("class")) for one in inner if one.getparent() is place.element
    )
    make, count = makes.most_common(1)[0] if makes else (None, 0)
    if count < _FEWEST_ITEMS:
        return frozenset()
    children = [child for child in place.element if isinstance(child.tag, str)]
    twins = [
        index for index, child in enumerate(children) if (child.tag, child.get("class")) == make
    ]
    beyond = [*children[: twins[0]], *children[twins[-1] + 1 :]]
    telling = {one.element for one in place.inner}
    return frozenset(
        child for child in beyond if child not in telling and next(child.iter("img"), None) is None
    )


def _named(root: HtmlElement, places: list[BodyPlace], best: BodyPlace) -> BodyPlace | None:
    """Return the place that schema.org's `articleBody` names, where it holds most of what was found."""
    held = {place.element: place for place in places}
    named = [held[element] for element in elements_at(_ITEMPROP, root) if element in held]
    found = max(named, key=lambda place: place.prose, default=None)
    least = _MOST * best.prose if best.prose >= _SHORT else _ENOUGH
    return found if found and found.prose >= least else None


def _marked(places: list[BodyPlace], best: BodyPlace) -> BodyPlace | None:
    """Return the widest place inside the best one that templates call a body and that holds nearly all of it."""
    least = _NEARLY * best.prose if best.prose >= _SHORT else _ENOUGH
    marked = [
        place
        for place in places
        if place.prose <= best.prose and _BODY.search(marks(place.element))
    ]
    inside = [place for place in marked if place.prose >= least] or _single(marked, best, places)
    return max(inside, key=lambda place: place.prose, default=None)


def _single(marked: list[BodyPlace], best: BodyPlace, places: list[BodyPlace]) -> list[BodyPlace]:
    """Return the one marked place that holds a good part of an unmarked column: lists and notices fill the rest.

    A text that stands before the marked place is the article itself, and the mark a widget's.
    """
    if _BODY.search(marks(best.element)):
        return []
    held = [place for place in marked if place.prose >= max(_SINGLE_LEAST, _SINGLE * best.prose)]
    makes = Counter((place.element.tag, place.element.get("class")) for place in marked)
    alone = [place for place in held if makes[place.element.tag, place.element.get("class")] == 1]
    return [place for place in alone if not _follows_text(place, places)]


def _follows_text(place: BodyPlace, places: list[BodyPlace]) -> bool:
    """Say whether a longer text ends before `place` begins; `places` has inner before outer, so before it or in it."""
    before = takewhile(lambda one: one is not place, places)
    return any(
        one.prose >= _SINGLE_LEAST and place.element not in one.element.iterancestors()
        for one in before
    )


def _narrowed(place: BodyPlace) -> BodyPlace:
    """Step into the one block that holds nearly all, or that is called a body and holds most."""
    while place.inner:
        heart = max(place.inner, key=lambda inner: inner.prose)
        share = _MOST if _BODY.search(marks(heart.element)) else _NEARLY_ALL
        if heart.prose < share * place.prose or (share == _NEARLY_ALL and _has_twin(heart, place)):
            break
        place = heart
    return place


def _has_twin(heart: BodyPlace, place: BodyPlace) -> bool:
    """Say whether sentences also stand in a sibling of the same make: then both are parts of one text."""
    same = (heart.element.tag, heart.element.get("class"))
    return any(
        one is not heart and (one.element.tag, one.element.get("class")) == same
        for one in place.inner
    )


def _weighed(root: HtmlElement, evidence: Evidence) -> BodyPlace:
    """Weigh the lines of every block of the page in one walk; return the blocks as a tree.

    What visitors wrote stands after what they write about, so that a label before any text is a link to it.
    """
    page = current = BodyPlace(root)
    links = told = 0
    early = evidence.heading is not None
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, node in walker:
        tag = node.tag
        if event == "end":
            links -= tag == "a"
            if current.element is node and current.above is not None:
                current.close()
                current.early = early
                told += 0 if early else current.own_prose
                current.visitors |= (
                    current.label and not links and (told >= _TOLD_BEFORE or evidence.pictured)
                )
                current = current.above
            if node is not root:
                _add(current, node.tail, links)
            continue
        links += tag == "a"
        early = early and node is not evidence.heading
        if tag in SILENT:
            walker.skip_subtree()
            continue
        if tag == "br":
            current.own.append("\n")
        if tag in BLOCKS or tag in SUSPECT_TAGS:
            inner = BodyPlace(node, above=current, mark=mark_of(node) if node is not root else None)
            current.children.append(inner)
            current = inner
        elif is_hidden(node):
            inner = BodyPlace(node, above=current, mark=ElementMark.HIDDEN)
            current.children.append(inner)
            current = inner
        _add(current, node.text, links)
    page.close()
    return page


def _ordered(page: BodyPlace) -> list[BodyPlace]:
    """Return the blocks of a page, outer before inner; backwards it is the order in which they end."""
    found, stack = [], [page]
    while stack:
        place = stack.pop()
        found.append(place)
        stack.extend(place.children)
    return found


def _add(place: BodyPlace, text: str | None, links: int) -> None:
    if text:
        place.own.append(text.replace("\n", " "))
        if links > 0:
            place.linked += len(text.strip())


_BEFORE, _AFTER = 6000, 2500


class Around(NamedTuple):
    """Visible text before and after the body: a bar between blocks, a blank between the elements of a line."""

    before: str
    after: str


def around(
    root: HtmlElement,
    body: HtmlElement | None,
    outside: frozenset[HtmlElement] = frozenset(),
    released: frozenset[HtmlElement] = frozenset(),
) -> Around:
    """Return the visible text before and after `body`; without a body all of it is before.

    `outside` are children of `body` that stand before and after its text, `released` elements that are read in spite
    of their mark.
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
            if is_text or _is_unseen(node, released):
                walker.skip_subtree()
            else:
                parts.append(
                    f" | {node.text or ''}" if node.tag in BLOCKS else f" {node.text or ''}"
                )
        elif node is not root:
            parts.append(f" | {node.tail or ''}" if node.tag in BLOCKS else f" {node.tail or ''}")
    whole = " ".join("".join(before).split())
    return Around(
        whole if body is None else whole[-_BEFORE:], squeeze("".join(after)[: 3 * _AFTER])[:_AFTER]
    )


def _is_unseen(node: HtmlElement, released: frozenset[HtmlElement]) -> bool:
    return is_unread(node, released) and (node.tag != "button" or is_hidden(node))
