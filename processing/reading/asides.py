"""Sets marked elements of a page aside, and records which lines of a body were dropped by which rule.

A mark is a class word, a hidden style or an element name (`nav`, `button`, comment and consent
boxes). It is evidence against the prose that it names, never a veto: marks are weighed from the
outside in, each on its own. An element that holds the headline's article, or most of the page's
prose, is kept, and what lies inside it is judged by its own marks. Readers' comments and legal texts
need stronger evidence than menus.

Every visible sentence of a body ends in exactly one of text, deck, caption, byline, dateline, notice
or `Ledger`. The archive keeps the counts by rule, `sillok read --explain` shows the lines.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import lru_cache
from typing import NamedTuple

from lxml.html import HtmlElement

from processing.reading.tree import bare, marks, text_of

_SILENT_WORDS = (
    "script style noscript template iframe object embed svg math canvas video audio select option textarea input head "
    "map"
)
SILENT = frozenset(_SILENT_WORDS.split())
"""Elements whose content no browser shows as text of the page."""
SUSPECT_TAGS = frozenset({"nav", "button", "footer", "dialog", "aside"})
UNREAD_TAGS = SUSPECT_TAGS - {"aside"}
"""Elements that hold no running text where they are what they say; an `aside` inside a body may be a box of it."""
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_STREAMED = re.compile(r"S:\d+$")  # React sends blocks hidden and shows them by a script
_HIDING_WORDS = "hide hidden blind screen_out sr-only sr_only visually-hidden ir u_hc skip is-blind a11y-hidden offscreen"
_HIDING = frozenset(_HIDING_WORDS.split())
_DISCUSSION = re.compile(
    r"(?:^|[\s_-])(?:comments?|cmt|repl(?:y|ies|ys)|talk|opinions?|debate)(?=$|[\s_-])|disqus|livere|comment[-_]?list"
)
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:relat(?:ed|ion|e)s?|recommend\w*|popular|rank(?:ing|ed)?|sidebar|aside|most|more|"
    r"subscribe|newsletter|best|hot|issue|cookies?|consent|gdpr|terms|agree(?:ment)?|policy|privacy)(?=$|[\s_-])"
)
_VISITOR = re.compile(
    r"[\w가-힣.]{0,14}[(\[]?\w{1,10}\*{2,10}[)\]]?|\d{1,3}\.\d{1,3}\.[\dx*]{1,3}\.[\dx*]{1,3}"
)
_MASKED = re.compile(r"[\w가-힣]\*{2,10}[)\s]")
_VISITORS_SAY = re.compile(
    r"\W{0,3}(?:100자\s?평|(?:한\s?줄|독자|회원)\s?평|댓글|답글|(?:독자|네티즌|누리꾼|시민)\s?(?:의견|한마디|반응|댓글)|"
    r"의견\s?(?:쓰기|남기기|나누기|목록)|comments?)(?:\s?[(\[]?\d{1,5}\s?(?:건|개)?[)\]]?)?\W{0,3}",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"제\s?\d+\s?조|개인\s?정보|약관|동의|수집\s?[·ㆍ,및]|회원\s?(?:가입|탈퇴)|위탁|쿠키|cookies?\b|consent|privacy",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[가-힣][.?!]")
_TOLD = re.compile(r"(?<!니)다[.]")
_FEWEST_LEGAL, _FEW_TOLD = 3, 0.34
_LEGAL_EVERY = 60  # characters a legal word below which a text is nothing but legal
_LONGEST_LABEL = 30
_LEAST = 10  # characters of sentences below which an element holds no text
_FOUND_SHARE = (
    0.2  # of the rest of the page, from which an element with the headline is the article's
)


class ElementMark(Enum):
    """What speaks against an element; the value is the share of its prose that the rest may have to be beside it."""

    ELEMENT = 1.0
    ASIDE = 0.99
    HIDDEN = 0.35
    DISCUSSION = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells the article's element from others, whatever it is called.

    `heading` prints the declared headline, `around` are the elements that it stands in; `says` is the beginning of the
    declared description, letters only, or ""; `pictured` says that the article may be pictures alone,
    `dated` that the page declares itself an article with a date.
    """

    heading: HtmlElement | None = None
    around: frozenset[HtmlElement] = frozenset()
    says: str = ""
    pictured: bool = False
    dated: bool = False


NO_EVIDENCE = Evidence()


def is_hidden(element: HtmlElement) -> bool:
    """Say whether a reader with a screen does not see this element."""
    name = element.get("class")
    if name is not None and _hides(name):
        return True
    style = element.get("style")
    if style is not None and _HIDDEN.search(style):
        return True
    return element.get("hidden") is not None and not _STREAMED.match(element.get("id") or "")


@lru_cache(maxsize=4096)
def _hides(name: str) -> bool:
    return not _HIDING.isdisjoint(name.split())


def mark_of(element: HtmlElement) -> ElementMark | None:
    """Return what speaks against an element, the strongest first."""
    mark = _mark_in(marks(element))
    if mark is ElementMark.DISCUSSION:
        return mark
    if is_hidden(element):
        return ElementMark.HIDDEN
    if element.tag in SUSPECT_TAGS:
        return ElementMark.ELEMENT
    # Editors call single paragraphs whatever they like.
    return mark if element.tag != "p" else None


@lru_cache(maxsize=4096)
def _mark_in(name: str) -> ElementMark | None:
    """Return what an element's id and classes say against it."""
    if _DISCUSSION.search(name):
        return ElementMark.DISCUSSION
    return ElementMark.ASIDE if _ASIDE.search(name) else None


def is_unread(element: HtmlElement, released: frozenset[HtmlElement] = frozenset()) -> bool:
    """Say whether an element's text is no text of the page: silent, or hidden or a menu and not `released`."""
    if element.tag in SILENT:
        return True
    return (element.tag in UNREAD_TAGS or is_hidden(element)) and element not in released


def is_visitor(line: str) -> bool:
    """Say whether a short line is a visitor's masked name."""
    return len(line) <= _LONGEST_LABEL and "*" in line and bool(_VISITOR.fullmatch(line))


def is_visitors_label(line: str) -> bool:
    """Say whether a short line is the label above what visitors wrote."""
    return len(line) <= _LONGEST_LABEL and bool(_VISITORS_SAY.fullmatch(line))


def is_legal(text: str) -> bool:
    """Say whether a text is terms of use, a consent to cookies or the like.

    It is told by how dense their words are, and by the polite style in which no report is written.
    """
    found = len(_LEGAL.findall(text))
    if found < _FEWEST_LEGAL or len(text) >= _LEGAL_EVERY * found:
        return False
    return len(_TOLD.findall(text)) <= _FEW_TOLD * len(_ENDS.findall(text))


class TextBudget:
    """Reads the texts of marked elements until `limit` characters were read, then gives "".

    Elements in one another would otherwise cost their depth times the page.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit

    def text_of(self, element: HtmlElement) -> str:
        """Return the text of an element, or "" where the budget is spent."""
        if self._left <= 0:
            return ""
        text = text_of(element)
        self._left -= len(text)
        return text


def outweighs(
    element: HtmlElement,
    mark: ElementMark,
    *,
    prose: int,
    rest: int,
    evidence: Evidence,
    budget: TextBudget,
) -> bool:
    """Say whether what an element tells outweighs the mark against it.

    `prose` are the characters of sentences in it, `rest` those of the page without it and without what is set aside.
    """
    if prose < _LEAST:
        return False
    if element in evidence.around:
        return prose >= _FOUND_SHARE * rest
    text = budget.text_of(element)
    if is_legal(text):
        return False
    if mark is ElementMark.DISCUSSION and (evidence.pictured or _MASKED.search(text)):
        return False
    if evidence.says and mark is not ElementMark.DISCUSSION and evidence.says in bare(text):
        return prose >= rest
    return rest < mark.value * prose


def may_be_overruled(
    element: HtmlElement, mark: ElementMark, evidence: Evidence, budget: TextBudget
) -> bool:
    """Say whether an element may be the text where nothing else on the page is."""
    text = budget.text_of(element)
    return not (
        mark is ElementMark.DISCUSSION and (evidence.pictured or _MASKED.search(text))
    ) and not is_legal(text)


class DropRule(StrEnum):
    """Why a line of the body's place is no part of the article; closed, because each is a figure of the archive."""

    UNREAD = "unread"  # a menu, a button, a hidden element
    MARKED = "marked-block"  # its mark-up calls it an advertisement, related, share …
    DECLARED = "outlet-rule"  # the outlet's declaration drops it
    LINKS = "links"  # nothing but links
    BEFORE = "before-headline"
    HEADLINE = "headline"  # the headline again
    SUMMARY = "repeated"  # sentences of the text again, at its head
    RELATED = "related"  # the label of a list of other articles and what it lists
    ARROW = "arrow"  # a link behind an arrow
    PROMOTION = "promotion"
    INTERFACE = "interface"
    PORTAL = "portal"
    CREDIT = "credit"  # camera, editing, graphics
    TIME = "time"
    TAGS = "tags"
    LABEL = "label"  # labelled rows of boards
    LOOSE = "after-the-end"  # names and agencies alone behind the last sentence
    EXTRACTOR = "extractor"  # Trafilatura left it out


class DroppedLine(NamedTuple):
    """A line that a rule took out."""

    rule: DropRule
    text: str


@dataclass(slots=True)
class Ledger:
    """Lines that were taken out, in the order in which they fell."""

    lines: list[DroppedLine] = field(default_factory=list)

    def drop(self, rule: DropRule, *texts: str) -> None:
        """Write down that `rule` took out `texts`; empty ones do not count."""
        self.lines.extend(DroppedLine(rule, text) for text in texts if text)

    def counts(self) -> dict[DropRule, int]:
        """Return how many lines each rule took out, in the order of the closed list."""
        found = Counter(one.rule for one in self.lines)
        return {rule: found[rule] for rule in DropRule if found[rule]}
