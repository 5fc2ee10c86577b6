"""Sets marked elements of a page aside, and records the dropped lines of a body by rule.

A mark is a class word, a hidden style or an element name (`nav`, `button`, comment and consent
boxes). It is evidence against the prose that it names, never a veto: marks are weighed from the
outside in, each on its own. An element that holds the headline's article, or most of the page's
prose, is kept, and what lies inside it is judged by its own marks. Readers' comments and legal
texts need stronger evidence than menus.

Every visible sentence of a body ends in exactly one of text, deck, caption, byline, dateline,
notice or `Ledger`. The archive keeps the counts by rule, `sillok read --explain` shows the lines.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import lru_cache
from typing import NamedTuple

from lxml.html import HtmlElement

from processing.reading.tree import Elements, bare, text_of

SILENT = frozenset(
    {
        "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math",
        "canvas", "video", "audio", "select", "option", "textarea", "input", "head", "map",
    }
)  # fmt: skip
"""Elements whose content no browser shows as text of the page."""
SUSPECT_TAGS = frozenset({"nav", "button", "footer", "dialog", "aside"})
UNREAD_TAGS = SUSPECT_TAGS - {"aside"}
"""Elements that hold no running text by their meaning; an `aside` in a body may be a box of it."""

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
# React sends blocks hidden and shows them by a script.
_STREAMED = re.compile(r"S:\d+$")
_HIDING = frozenset(
    {
        "hide", "hidden", "blind", "screen_out", "sr-only", "sr_only", "visually-hidden", "ir",
        "u_hc", "skip", "is-blind", "a11y-hidden", "offscreen",
    }
)  # fmt: skip
_DISCUSSION = re.compile(
    r"(?:^|[\s_-])(?:comments?|cmt|repl(?:y|ies|ys)|talk|opinions?|debate)(?=$|[\s_-])"
    r"|disqus|livere|comment[-_]?list"  # services that outlets embed
)
_ASIDE = re.compile(
    r"(?:^|[\s_-])"
    r"(?:relat(?:ed|ion|e)s?|recommend\w*|popular|rank(?:ing|ed)?|sidebar|aside|most|more"
    r"|subscribe|newsletter|best|hot|issue"
    r"|cookies?|consent|gdpr|terms|agree(?:ment)?|policy|privacy)"
    r"(?=$|[\s_-])"
)

# What visitors wrote: a masked name or address, and the label above it.
_VISITOR = re.compile(
    r"[\w가-힣.]{0,14}[(\[]?\w{1,10}\*{2,10}[)\]]?"  # 길동(gild***)
    r"|\d{1,3}\.\d{1,3}\.[\dx*]{1,3}\.[\dx*]{1,3}"
)
_MASKED = re.compile(r"[\w가-힣]\*{2,10}[)\s]")
_VISITORS_SAY = re.compile(
    r"\W{0,3}"
    r"(?:100자\s?평|(?:한\s?줄|독자|회원)\s?평|댓글|답글"
    r"|(?:독자|네티즌|누리꾼|시민)\s?(?:의견|한마디|반응|댓글)"
    r"|의견\s?(?:쓰기|남기기|나누기|목록)|comments?)"
    r"(?:\s?[(\[]?\d{1,5}\s?(?:건|개)?[)\]]?)?"  # their number
    r"\W{0,3}",
    re.IGNORECASE,
)
LONGEST_LABEL = 30
"""Characters of a line that may be a visitor's name, or the label above what visitors wrote."""

# Terms of use and consents: three legal words at least, and one per 60 characters.
_LEGAL = re.compile(
    r"제\s?\d+\s?조|개인\s?정보|약관|동의|수집\s?[·ㆍ,및]|회원\s?(?:가입|탈퇴)|위탁"
    r"|쿠키|cookies?\b|consent|privacy",
    re.IGNORECASE,
)
_FEWEST_LEGAL, _LEGAL_EVERY = 3, 60
# Reports end sentences in the plain style (-다), terms of use in the polite one (-니다).
_ENDS = re.compile(r"[가-힣][.?!]")
_PLAIN_END = re.compile(r"(?<!니)다[.]")
_PLAIN_SHARE = 0.34

_LEAST = 10  # characters of sentences below which an element holds no text
# Share of the rest of the page from which an element with the headline is the article's.
_HEADED_SHARE = 0.2


class ElementMark(Enum):
    """What speaks against an element.

    The value is how much of the element's prose the rest of the page may have for the mark to lose.
    """

    ELEMENT = 1.0
    ASIDE = 0.99
    HIDDEN = 0.35
    DISCUSSION = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the declarations tell about the article's element, whatever it is called.

    `heading` prints the declared headline, `around` are the elements that it stands in. `says` is
    the beginning of the declared description, letters and digits alone, or "". `pictured`: the
    article may be pictures alone. `dated`: the page declares itself an article with a date. `listed`:
    the headline says that the text may be lines without a sentence (인사, 부고, a poem).
    """

    heading: HtmlElement | None = None
    around: frozenset[HtmlElement] = frozenset()
    says: str = ""
    pictured: bool = False
    dated: bool = False
    listed: bool = False


NO_EVIDENCE = Evidence()


def is_hidden(element: HtmlElement) -> bool:
    """Return whether a reader with a screen does not see this element."""
    # Most elements have no attribute at all: one question to the tree instead of four.
    if not element.attrib:
        return False
    get = element.get
    return _hides(get("class"), get("style"), get("hidden"), get("id"))


@lru_cache(maxsize=8192)
def _hides(classes: str | None, style: str | None, hidden: str | None, name: str | None) -> bool:
    """Return whether these attributes hide an element; the pages of a site share them."""
    if classes and not _HIDING.isdisjoint(classes.split()):
        return True
    if style and _HIDDEN.search(style):
        return True
    return hidden is not None and not _STREAMED.match(name or "")


class PageMarks(NamedTuple):
    """What the attributes of a page's elements say against them.

    `hidden` are those that a reader with a screen does not see, `named` the others that id or class
    call an aside, and all that they call a discussion.
    """

    hidden: frozenset[HtmlElement]
    named: dict[HtmlElement, ElementMark]

    def mark_of(self, element: HtmlElement) -> ElementMark | None:
        """Return the strongest mark against an element, or None."""
        mark = self.named.get(element)
        if mark is ElementMark.DISCUSSION:
            return mark
        if element in self.hidden:
            return ElementMark.HIDDEN
        tag = element.tag
        if tag in SUSPECT_TAGS:
            return ElementMark.ELEMENT
        # Editors give single paragraphs any class.
        return mark if tag != "p" else None


def marks_on(elements: Elements) -> PageMarks:
    """Return what the attributes of a page's elements say against them."""
    hidden = set(filter(is_hidden, elements.styled))
    named: dict[HtmlElement, ElementMark] = {}
    for element, name in elements.called(_is_telling):
        may_hide, mark = _said_by(name)
        if may_hide and is_hidden(element):
            hidden.add(element)
        if mark is not None:
            named[element] = mark
    return PageMarks(frozenset(hidden), named)


def _is_telling(name: str) -> bool:
    return _said_by(name) != (False, None)


@lru_cache(maxsize=8192)
def _said_by(name: str) -> tuple[bool, ElementMark | None]:
    """Return whether id and classes may hide an element, and the mark that they are."""
    may_hide = not _HIDING.isdisjoint(name.split())
    if _DISCUSSION.search(name):
        return may_hide, ElementMark.DISCUSSION
    return may_hide, ElementMark.ASIDE if _ASIDE.search(name) else None


def is_unread(element: HtmlElement, released: frozenset[HtmlElement] = frozenset()) -> bool:
    """Return whether an element's text is no text of the page.

    It is silent, or hidden or a menu and not among the `released`, whose mark was outweighed.
    """
    if element.tag in SILENT:
        return True
    return (element.tag in UNREAD_TAGS or is_hidden(element)) and element not in released


def is_visitor(line: str) -> bool:
    """Return whether a short line is a visitor's masked name."""
    return len(line) <= LONGEST_LABEL and "*" in line and bool(_VISITOR.fullmatch(line))


def is_visitors_label(line: str) -> bool:
    """Return whether a short line is the label above what visitors wrote."""
    return len(line) <= LONGEST_LABEL and _VISITORS_SAY.fullmatch(line) is not None


def is_legal(text: str) -> bool:
    """Return whether a text is terms of use, a consent to cookies or the like.

    Their words stand close together, and their sentences end in the polite style.
    """
    words = len(_LEGAL.findall(text))
    if words < _FEWEST_LEGAL or len(text) >= _LEGAL_EVERY * words:
        return False
    return len(_PLAIN_END.findall(text)) <= _PLAIN_SHARE * len(_ENDS.findall(text))


class TextBudget:
    """Returns the texts of elements until `limit` characters were read, then "".

    Marked elements in one another would otherwise cost their depth times the page.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit

    def text_of(self, element: HtmlElement) -> str:
        """Return the text of an element, or "" if the budget is spent."""
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
    """Return whether the prose of an element outweighs the mark against it.

    `prose` are the characters of sentences in it, `rest` those of the page without it and without
    what is set aside.
    """
    if prose < _LEAST:
        return False
    if element in evidence.around:
        return prose >= _HEADED_SHARE * rest
    text = budget.text_of(element)
    if is_legal(text):
        return False
    # A page of pictures has no prose of its own to weigh against its comments.
    if mark is ElementMark.DISCUSSION and (evidence.pictured or _MASKED.search(text)):
        return False
    if evidence.says and mark is not ElementMark.DISCUSSION and evidence.says in bare(text):
        return prose >= rest
    return rest < mark.value * prose


def may_be_overruled(
    element: HtmlElement, mark: ElementMark, evidence: Evidence, budget: TextBudget
) -> bool:
    """Return whether an element may be the text if nothing else on the page is."""
    text = budget.text_of(element)
    return not (
        mark is ElementMark.DISCUSSION and (evidence.pictured or _MASKED.search(text))
    ) and not is_legal(text)


class DropRule(StrEnum):
    """Why a line of a body is no part of the article.

    The list is closed: the archive counts lines by it.
    """

    UNREAD = "unread"  # a menu, a button, a hidden element
    MARKED = "marked-block"  # its mark-up calls it an advertisement, related, share …
    DECLARED = "outlet-rule"  # the outlet's declaration drops it
    LINKS = "links"  # nothing but links
    BEYOND = "beyond-paragraphs"  # before the first and after the last of paragraphs of one make
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
    """A line that a rule dropped."""

    rule: DropRule
    text: str


@dataclass(slots=True)
class Ledger:
    """Lines that were dropped, in the order in which that happened."""

    lines: list[DroppedLine] = field(default_factory=list)

    def drop(self, rule: DropRule, *texts: str) -> None:
        """Record that `rule` dropped `texts`; empty ones do not count."""
        self.lines.extend(DroppedLine(rule, text) for text in texts if text)

    def counts(self) -> dict[DropRule, int]:
        """Return how many lines each rule dropped, in the order of `DropRule`."""
        counts = Counter(line.rule for line in self.lines)
        return {rule: counts[rule] for rule in DropRule if counts[rule]}
