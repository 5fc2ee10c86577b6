"""Which of a page's headlines is the article's: what is declared, where the page agrees; else what stands above.

Boards and old archives declare the site's name, a path or one general word for every page. Such a declaration is told
by its words; the headline is then the row labelled 제목, or the heading before the first sentence that shares most
words with the text.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from lxml import etree
from lxml.html import HtmlElement

from processing.dates import moments
from processing.reading.asides import SILENT, UNREAD_TAGS, is_hidden
from processing.reading.lines import is_statement, sort_of
from processing.reading.tree import bare, marks, squeeze, text_of

_PARTS = re.compile(r"\s*[<>|ㅣ│｜»›:]+\s*|\s+[-–—·/]\s+")
_GENERAL = re.compile(
    r"(?:[가-힣]{0,8}(?:소식|마당|뉴스|광장|게시판|자료실|군정|시정|구정|도정|의정|홍보관?|소통|참여|안내|서비스|포털|누리집|홈페이지)"
    r"|상세(?:\s?(?:보기|페이지|내용|정보))?|글?\s?(?:내용)?\s?(?:보기|읽기|상세)|내용|본문|제목\s?없음|무제"
    r"|(?:언론\s?)?보도\s?(?:자료|해명|설명)?|해명\s?자료|공지\s?사항?|알림|고시\s?공고|기사(?:\s?(?:보기|본문))?|전체|목록|메인|홈"
    r"|view|detail|read|news|article|home|main|index|untitled(?:\s?document)?|page|content|board|notice|press(?:\s?release)?)+",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"[가-힣]{1,8}(?:특별자치|광역|특별)?(?:시|군|구|도)(?:청|의회)?|[가-힣]{2,12}(?:부|처|청|원|공단|공사|위원회|교육청|재단)"
)
_TELLING = 6  # letters from which a part of a title says something
_SHORTEST, _LONGEST = 5, 160
_RANKS = {"h1": 4.0, "h2": 3.0, "h3": 2.5, "h4": 1.5}
_SUBORDINATE = re.compile(r"sub|deck|summ[au]ry|lead|stit|desc|caption|relat|logo|menu|gnb")
_WORD = re.compile(r"[가-힣A-Za-z0-9]{2,}")
_SHARED, _UNDER, _ENOUGH = 4.0, 2.0, 3.5
_LABEL = re.compile(r"(?:글\s?)?제\s{0,6}목\s?[:：]?|subject|title", re.IGNORECASE)
_BOLD = frozenset({"b", "strong", "font", "span", "em", "p", "div", "td"})
_LARGE = re.compile(
    r"font-size\s*:\s*(?:1[89]|[2-4]\d)(?:\.\d+)?(?:px|pt)|font-weight\s*:\s*(?:bold|[7-9]00)",
    re.IGNORECASE,
)


def is_general(title: str, sites: Iterable[str]) -> bool:
    """Say whether a title says only where on the site a page stands: names of the site, sections, general words."""
    known = set(sites)
    for part in _PARTS.split(title):
        plain = bare(part)
        if (
            len(plain) < _TELLING
            or plain in known
            or _GENERAL.fullmatch(part.strip())
            or _OFFICE.fullmatch(part.strip())
        ):
            continue
        return False
    return True


def is_printed(title: str, shown: Sequence[str]) -> bool:
    """Say whether the page prints a declared headline, whole or without what the template puts around it."""
    plain = bare(title)
    return any(
        len(inner := bare(one)) >= _TELLING and (inner in plain or plain in inner) for one in shown
    )


def nearest(
    root: HtmlElement,
    place: HtmlElement,
    marked: Sequence[tuple[HtmlElement, str]],
    sites: set[str],
) -> HtmlElement | None:
    """Return the element that prints the headline of the text at `place`, told by structure alone; None for none.

    A row labelled 제목 comes first, then the heading before the first sentence that shares most words with the text,
    then a bold line there.
    """
    if (row := _labelled(root)) is not None:
        return row
    order = {element: index for index, element in enumerate(root.iter())}
    first = _first_sentence(place, order)
    told = bare(text_of(place))
    before = [
        (_weight(element, text, told) + order[element] / first, element)
        for element, text in marked
        if order.get(element, first) < first and _may_be(element, text, sites)
    ]
    weight, best = max(before, key=lambda one: one[0], default=(0.0, None))
    return (
        best if best is not None and weight >= _ENOUGH else _bold_above(place, order, first, sites)
    )


def shared(title: str, told: str) -> float:
    """Return the share of a title's words whose first two letters stand in a text; `told` is the text, letters only."""
    words = {word[:2].lower() for word in _WORD.findall(title)}
    return sum(word in told for word in words) / max(1, len(words))


def _weight(element: HtmlElement, text: str, told: str) -> float:
    """Return how much an element looks like the headline of a text: its rank, its words, how it is marked."""
    rank = _RANKS.get(str(element.tag), 1.0) - (
        _UNDER if _SUBORDINATE.search(marks(element)) else 0.0
    )
    linked = sum(len(text_of(link)) for link in element.iter("a")) > len(text) / 2
    short = len(bare(text)) < _TELLING
    return rank + _SHARED * shared(text, told) - (1.0 if linked else 0.0) - (2.0 if short else 0.0)


def _labelled(root: HtmlElement) -> HtmlElement | None:
    """Return the value of a board's row 제목: the next cell, or what stands beside a label in its block."""
    for label in root.iter("th", "dt", "strong", "span", "label", "td"):
        text = label.text or ""
        if len(text) <= _SHORTEST + 3 and _LABEL.fullmatch(squeeze("".join(label.itertext()))):
            value = label.getnext()
            if (
                value is not None
                and isinstance(value.tag, str)
                and _SHORTEST <= len(text_of(value)) <= _LONGEST
            ):
                return value
    return None


def _first_sentence(place: HtmlElement, order: dict[HtmlElement, int]) -> float:
    """Return where in the order of the page's elements the first sentence of a place begins."""
    last = order[place]
    walker = etree.iterwalk(place, events=("start", "end"))
    for event, node in walker:
        if event == "start" and node.tag in SILENT:
            walker.skip_subtree()
        if event == "start":
            last = order[node]
            if node.text and node.tag not in SILENT and is_statement(node.text):
                return last
        elif node is not place and node.tail and is_statement(node.tail):
            return last + 0.5
    return order[place]


def _may_be(element: HtmlElement, text: str, sites: set[str]) -> bool:
    if (
        not _SHORTEST <= len(text) <= _LONGEST
        or is_general(text, sites)
        or is_statement(text)
        or sort_of(text)
    ):
        return False
    if moments(text):
        return False
    return not any(
        one.tag in UNREAD_TAGS or is_hidden(one)
        for one in chain([element], element.iterancestors())
    )


def _bold_above(
    place: HtmlElement, order: dict[HtmlElement, int], first: float, sites: set[str]
) -> HtmlElement | None:
    """Return the last line in bold or large letters before the first sentence, in the body's own block or beside it."""
    above = place.getparent()
    found = None
    for element in (above if above is not None else place).iter(*_BOLD):
        if order[element] >= first:
            break
        strong = element.tag in {"b", "strong"} or bool(_LARGE.search(element.get("style") or ""))
        if strong and len(element) <= 1 and _may_be(element, text_of(element), sites):
            found = element
    return found
