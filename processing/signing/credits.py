"""Reads whose text a document says it is: datelines, closing lines, copyright lines and sources.

Only datelines and credits of the text count. A credit that stands in a caption, or says that a
picture is meant, is one of a picture: a paper may print an agency's picture beside a report of its
own. Credits are read liberally, because a credit matters only where an outlet of that name has the
same text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from processing.agencies import PICTURE, ROLES, Names
from processing.signing.documents import Document
from processing.signing.shingles import line_hash

_HEAD: Final = 600
_TAIL: Final = 600
_CLOSING: Final = 160
"""Characters at the end of a text in which its last credits stand, with or without line breaks."""
_CAPTION: Final = 80
"""A line with less is a caption where a credit ends it."""

_NAME = r"[가-힣A-Za-z][\w가-힣&·]{1,19}"
_ROLE = "|".join(ROLES)
# (서울=연합뉴스) 홍길동 기자 = …; [서울=뉴시스]…; before it at most two brackets: [단독], [가나일보 홍길동 기자]
_DATELINE = re.compile(
    r"^\W*(?:[\[【(<][^\[\]【】()<>=\n]{1,30}[\]】)>]\s*){0,2}"
    r"[(\[【<]\s*(?P<place>[^()\[\]【】<>=\n]{1,20})"
    r"=\s*(?P<name>[^()\[\]【】<>=\n]{2,20}?)\s*[)\]】>]"
    r"(?P<rest>[^\n]*)",
    re.MULTILINE,
)
# [가나통신] …: a text may open so
_OPENING = re.compile(rf"\s*[(\[【<]\s*(?P<name>{_NAME})\s*[)\]】>](?P<rest>[^\n]*)")
# What agencies set behind a caption: 2026.3.10, and an address
_DATED = re.compile(r"\d{4}\.\s?\d{1,2}\.\s?\d{1,2}\.?(?:\s[\w.+-]{1,64}@[\w.-]{1,64})?$")
_REPORTED = re.compile(rf"{_ROLE}|(?:다|요)[.”\"]")
_COPYRIGHT = re.compile(
    r"(?:[ⓒⒸ©]|\([cC]\))\s*(?:\d{4}\W*)?(?:㈜|\(주\))?\s*(?P<name>[가-힣A-Za-z][\w가-힣&]{1,19})"
)
_SOURCE = re.compile(
    rf"(?:출처|원문|기사\s?원문|기사\s?제공|뉴스\s?제공|제공)\s*[\])>:=]"
    rf"\s*(?P<name>{_NAME}?)\s*(?:[\])>(,·|.]|기자|\s|$)",
    re.MULTILINE,
)
_LISTED = re.compile(rf"[(\[]\s*(?P<name>{_NAME})\s*[)\]]$")  # 제목 (가나신문): boards
_CLOSERS: Final = r"\])>〉】』」"
# What a line has in any case, which few lines do, and the form that is looked for then.
_CLOSINGS: Final = tuple(
    (needed, re.compile(form))
    for needed, form in (
        # /가나통신
        ("/／", rf"[/／]\s*(?P<name>{_NAME})(?:\s[가-힣]{{2,4}}\s?(?:{_ROLE}))?\s*$"),
        # In brackets: [가나통신], [가나통신=민하늘 기자]
        (
            _CLOSERS,
            (
                rf"[\[(<〈【『「]\s*(?P<name>{_NAME})"
                rf"(?:\s?제공|(?:\s|\s?=\s?)[가-힣]{{2,4}}\s?(?:{_ROLE}))?\s*[{_CLOSERS}]\s*$"
            ),
        ),
        # [민하늘 가나통신 기자]
        (
            _CLOSERS,
            rf"[\[(<〈【]\s*[가-힣]{{2,4}}\s(?P<name>{_NAME})\s(?:{_ROLE})\s*[{_CLOSERS}]\s*$",
        ),
        # 가나통신 제공
        (("제공",), rf"(?:^|[\s.”\"'’)\]])(?P<name>{_NAME})\s*제공\s*\.?\s*$"),
        # 민하늘 가나통신 기자, 민하늘·강다온 가나통신 기자
        (ROLES, rf"(?:^|[\s.”\"'’)\]·])[가-힣]{{2,4}}\s(?P<name>{_NAME})\s(?:{_ROLE})\s*$"),
        # Before a byline: 가나통신 민하늘 기자, 가람=가나통신 민하늘 기자
        (
            ROLES,
            (
                rf"(?:^|[\s.”\"'’)\]=])(?P<name>{_NAME})"
                rf"\s*[=/|·]?\s*[가-힣]{{2,4}}\s?(?:{_ROLE})\s*$"
            ),
        ),
        # 민하늘 기자(가나통신)
        (ROLES, rf"(?:{_ROLE})\s*[(\[/]\s*(?P<name>{_NAME})\s*[)\]]?\s*$"),
        # After the word: 기사제공=가나통신, 뉴스제공 가나통신, 제공=가나통신
        (
            ("제공",),
            rf"(?:(?:기사|뉴스)\s?제공\s*[=:]?|제공\s*[=:])\s*(?P<name>{_NAME})\W*$",
        ),
        # 이 기사는 가나통신이 제공했습니다, 가나통신과의 제휴로 제공됩니다
        (
            ("제공", "제휴"),
            rf"기사[는은]?\s(?P<name>{_NAME}?)(?:이|가|에서|의|[와과]의|으?로부터)\s?(?:제공|제휴)",
        ),
        # …… 가나통신
        ("·ㆍ…", rf"[·ㆍ…]{{2,}}\s*(?P<name>{_NAME})\s*$"),
    )
)
_NEEDED: Final = frozenset(needed for needed, _ in _CLOSINGS)
_SIGN = re.compile(r"[ⓒⒸ©]|\([cC]\)")
_NAMED = re.compile(r"출처|기사|원문|뉴스|제공")
_MARKS = re.compile(r"\W*")
_WORD = re.compile(r"[\s,/]+")
_SCHEME = re.compile(r"^https?://(?:www\.|m\.|amp\.)?", re.IGNORECASE)
_MAIL = re.compile(r"\s*[(\[<]?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}[)\]>]?\s*$")


def url_key(url: str) -> int:
    """Return 32 bits of a hash by which a link to an article meets that article; 0 for no URL.

    Only the members of one cluster are compared by it.
    """
    bare = _SCHEME.sub("", url.strip()).partition("#")[0].rstrip("/?")
    return line_hash(bare.lower()) >> 32


class CreditKind(StrEnum):
    """What a credit is of."""

    TEXT = "text"
    DATELINE = "dateline"
    """Whose reporter wrote the text, and where: (서울=연합뉴스)."""
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Credit:
    """A name as a credit spells it, and what it is credited with."""

    kind: CreditKind
    name: str


def credits_in(document: Document) -> Iterator[Credit]:
    """Yield the credits of a document as they are spelt: those of its text, title and pictures."""
    text = document.text.strip()
    edges = text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    yield from chain(
        _datelines(text[:_HEAD]), _copyrights(text[-_TAIL:]), _sources(edges), _closings(text[-_CLOSING:])
    )  # fmt: skip
    for listed in _LISTED.finditer(document.title.rstrip()):
        yield Credit(CreditKind.TEXT, listed["name"])
    if document.agency:
        yield Credit(CreditKind.TEXT, document.agency)


def credits_of(document: Document, names: Names) -> list[str]:
    """Return the outlets whose text a document says it is, each as its one name, sorted.

    Its own is one of them. A name that `names` does not know stands for itself. Credits of pictures
    say nothing about the text.
    """
    spelt = (
        credit.name.strip() for credit in credits_in(document) if credit.kind != CreditKind.PICTURE
    )
    return sorted({names.standard(_WORD.split(name)[0]) for name in spelt if name} - _NOBODY)


def _datelines(head: str) -> Iterator[Credit]:
    """Yield the credits in datelines.

    A dateline opens a text, or a line of it that goes on behind it and is no caption.
    """
    found = [match for match in (_OPENING.match(head),) if match]
    if "=" in head:
        found.extend(_DATELINE.finditer(head))
    for match in found:
        rest, place = match["rest"].strip(), match.groupdict().get("place") or ""
        goes_on = "\n" in head[match.end() :] and len(rest) < _CAPTION
        caption = goes_on and rest and (not _REPORTED.search(rest) or _DATED.search(rest))
        pictured = PICTURE.match(rest) or PICTURE.search(place + match["name"])
        kind = CreditKind.PICTURE if caption or pictured else CreditKind.DATELINE
        yield Credit(kind, match["name"])


def _copyrights(tail: str) -> Iterator[Credit]:
    if not _SIGN.search(tail):
        return
    for match in _COPYRIGHT.finditer(tail):
        start = max(tail.rfind("\n", 0, match.start()) + 1, match.start() - _CAPTION)
        before = tail[start : match.start()]
        worded = any(map(str.isalnum, before)) and "opyright" not in before
        captioned = worded and not _REPORTED.search(before)
        # Sentences in the lines below say that what stands in front is a caption.
        below = tail[match.end() :].partition("\n")[2]
        above = captioned and _REPORTED.search(below)
        pictured = "저작권" not in before and (above or PICTURE.search(before))
        yield Credit(CreditKind.PICTURE if pictured else CreditKind.TEXT, match["name"])


def _closings(tail: str) -> Iterator[Credit]:
    """Yield the credits in the last lines of a text; an e-mail address may follow them."""
    for last in tail.split("\n")[-3:]:
        line = (_MAIL.sub("", last) if "@" in last else last).rstrip()
        there = {words for words in _NEEDED if any(map(line.__contains__, words))}
        for needed, form in _CLOSINGS:
            found = form.search(line) if needed in there else None
            if found:
                pictured = PICTURE.search(line[max(0, found.start() - _NEAR_PICTURE) :])
                yield Credit(CreditKind.PICTURE if pictured else CreditKind.TEXT, found["name"])


_NEAR_PICTURE: Final = 24
_NOBODY: Final = frozenset(
    {
        *("", "출처", "원문", "제공", "기사", "기자", "뉴스", "본지", "공동", "자료", "사진"),
        *("단독", "속보", "종합", "인터뷰", "칼럼", "사설", "기고"),
    }
)
"""Words that stand where a name would."""


def _sources(edges: str) -> Iterator[Credit]:
    """Yield the sources that lines name which begin with such a word.

    It is looked for first, as few lines have it.
    """
    end = 0
    for match in _NAMED.finditer(edges):
        start = edges.rfind("\n", 0, match.start()) + 1
        if start >= end and _MARKS.fullmatch(edges, start, match.start()):
            named = _SOURCE.match(edges, match.start())
            if named:
                end = named.end()
                yield Credit(CreditKind.TEXT, named["name"])
