"""The canonical text: what is left when two outlets' ways of setting the same words are taken away.

Any change here changes stored signatures: raise `NORMALISER`, and the golden values of the tests
will ask for it too.

Number facts by value, so that a wire's `2천300억` and a newspaper's `2,300억` are one fact.

Follow-ups: 속보 → 1보 → 2보 → 종합, as the titles of one outlet mark them.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from math import isinf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from processing.limits import unescape

NORMALISER: Final = 2

_DAMAGED = re.compile(
    r"&?(?:amp|lt|gt|quot|nbsp|middot|apos|hellip|[lr][sd]quo|[mn]dash|#0?39|#x27);", re.IGNORECASE
)


def readable(text: str) -> str:
    """Return `text` in NFKC with its entities mended.

    Doubly escaped entities are mended too, and those that lost their `&`.
    """
    if "&" in text:
        text = unescape(unescape(text))
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = "\n".join(
            map(_composed, text.split("\n"))
        )  # nothing combines across a line break; most lines are fine
    return _DAMAGED.sub("", text) if ";" in text else text


def _composed(line: str) -> str:
    return line if unicodedata.is_normalized("NFKC", line) else unicodedata.normalize("NFKC", line)


_BEYOND = re.compile(r"[\U00010000-\U0010ffff]")


@cache
def _said() -> NDArray[np.bool_]:
    """Return for each character of the BMP whether it is a letter, a digit or a line break."""
    return np.array([chr(code).isalnum() or code == ord("\n") for code in range(0x10000)])


def canonical(text: str) -> str:
    """Return the letters, digits and line breaks of a readable text in lower case.

    Blanks go, because Korean spacing differs from desk to desk; so do emoji and all else beyond 16
    bits.
    """
    codes = np.frombuffer(text.lower().encode("utf-16-le", "surrogatepass"), dtype="<u2")
    kept: bytes = codes.compress(_said().take(codes)).tobytes()
    return kept.decode("utf-16-le")


@cache
def _letters() -> NDArray[np.bool_]:
    """Return for each character of the BMP whether it is a letter or a digit."""
    kept = _said().copy()
    kept[ord("\n")] = False
    return kept


def mapped(text: str) -> tuple[str, NDArray[np.int64]]:
    """Return the canonical text, and for each character of `text` how many of it come before.

    `text` is readable, in lower case and within the Basic Multilingual Plane: see `lowered`.
    """
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    kept = _letters().take(codes)
    before = np.zeros(codes.size + 1, np.int64)
    np.cumsum(kept, out=before[1:])
    plain: bytes = codes.compress(kept).tobytes()
    return plain.decode("utf-16-le"), before


def lowered(text: str) -> str:
    """Return a readable text in lower case, with a blank for each character beyond 16 bits."""
    text = text.lower()
    return text if text.isascii() else _BEYOND.sub(" ", text)


_RUN = re.compile(
    r"\d[\d,]*(?:\.\d+)?"
    r"(?:\s?[십백천만억조](?:\s?\d[\d,]*(?:\.\d+)?(?=\s?[십백천만억조])|\d[\d,]*)?)*"
)
_PIECE = re.compile(r"(\d[\d,]*(?:\.\d+)?)|([십백천만억조])")
_DIGIT = re.compile(r"[0-9]")
_UNIT = re.compile(r"[십백천만억조]")
_SMALL = {"십": 10, "백": 100, "천": 1_000}
_LARGE = {"만": 10**4, "억": 10**8, "조": 10**12}

_LONGEST: Final = 32  # characters of a number that is remembered


def value(run: str) -> str:
    """Return the value of a number as written: `2천500억` is `250000000000`.

    Decimals stay as they are spelt.

    So does a number that is too large to be one.
    """
    if not _UNIT.search(run):
        plain = run.replace(",", "")
        plain = plain.lstrip("0")
        return plain if plain[:1].isdigit() else f"0{plain}"
    total = section = 0.0
    current: float | None = None
    for digits, unit in _PIECE.findall(run):
        if digits:
            section += current or 0.0
            current = float(digits.replace(",", ""))
        elif unit in _SMALL:
            section += (1.0 if current is None else current) * _SMALL[unit]
            current = None
        else:
            total += ((section + (current or 0.0)) or 1.0) * _LARGE[unit]
            section, current = 0.0, None
    exact = total + section + (current or 0.0)
    if isinf(exact):
        return run.replace(",", "")
    return str(int(exact)) if exact == int(exact) else repr(exact)


def facts(text: str) -> list[tuple[int, str]]:
    """Return the number facts of two digits or more, each with its place, in their order."""
    if not _DIGIT.search(text):
        return []
    numbers = (
        (run.start(), (_value if len(run[0]) <= _LONGEST else value)(run[0]))
        for run in _RUN.finditer(text)
    )
    return [(place, fact) for place, fact in numbers if len(fact.replace(".", "")) > 1]


_value: Final = lru_cache(1 << 14)(value)  # years, dates and round numbers come again and again


_MARK = re.compile(
    r"[\[(<【〈]\s*(?:"
    r"(?P<flash>긴급|속보)"
    r"|(?P<nth>\d)\s?보"
    r"|(?P<full>상보)"
    r"|(?P<all>종합)\s?(?:(?P<allnth>\d)\s?보)?"
    r")\s*[\])>】〉]"
    r"|^\s*(?P<bare>속보)\b"
)
_FULL: Final = 8
FULL: Final = 10
"""The rank of a finished report (종합)."""
REACH: Final = timedelta(hours=12)
"""How far apart the states of one running report are seen."""
_ALIKE: Final = 0.4
_GROWN: Final = 0.75


@dataclass(frozen=True, slots=True)
class TitleMark:
    """A title's rank among the states of a report (None: no mark), and its canonical stem."""

    rank: int | None
    stem: str


@lru_cache(1 << 14)  # each step of a fold asks again
def mark_of(title: str) -> TitleMark:
    """Return the mark of a title: 속보 0, 1보 1, …, 상보 8, 종합 10, 종합2보 12."""
    title = readable(title)
    match = _MARK.search(title)
    if not match:
        return TitleMark(None, canonical(title))
    stem = canonical(_MARK.sub(" ", title))
    if match["flash"] or match["bare"]:
        return TitleMark(0, stem)
    if match["full"]:
        return TitleMark(_FULL, stem)
    if match["all"]:
        return TitleMark(FULL + int(match["allnth"] or 0), stem)
    return TitleMark(int(match["nth"]), stem)


_ROUNDUP = re.compile(
    r"주요\s?(?:뉴스|소식|기사)|간추린|브리핑|단신|헤드\s?라인|뉴스\s?(?:모음|종합|레터)"
    r"|(?:조간|석간|아침|저녁|오늘의|이\s?시각|주간)\s?(?:신문|뉴스|소식|이슈)"
)
# A mark opens an item behind a blank or where a line begins. The set comes first, because few
# characters of a text are in it.
_ITEM = re.compile(r"[■□◆◇▲△●○◎▶▷★☆◼◾①-⑳](?<!\S.)")
_NUMBERED = re.compile(r"[①-⑳]")
_ITEMS: Final = 3
"""How often a mark opens an item in a text that is laid out as a list."""


QUOTE: Final = 40
"""Characters of a passage by which a text is told to quote another one."""
_OPENING: Final = 60
_OPENING_SHARE: Final = 0.15
"""Characters, or the share of a text, before which a passage that opens it begins."""


def opening_size(length: int) -> int:
    """Return how far into a text of `length` characters a passage may begin that opens it."""
    return max(_OPENING, int(_OPENING_SHARE * length))


def titled_roundup(title: str) -> bool:
    """Say whether a title is that of a roundup: 간추린 뉴스, 이 시각 주요뉴스, 브리핑."""
    return bool(_ROUNDUP.search(title))


def is_listed(text: str) -> bool:
    """Say whether a text is laid out as a list of items, with or without line breaks."""
    # Circled numbers are one mark, for no two of a list are equal.
    marks = Counter(_NUMBERED.sub("①", item) for item in _ITEM.findall(text))
    return max(marks.values(), default=0) >= _ITEMS


def alike(left: str, right: str) -> float:
    """Return the share of the shorter title's character pairs that the other one has too."""
    one, other = (
        {text[place : place + 2] for place in range(len(text) - 1)} for text in (left, right)
    )
    return len(one & other) / max(1, min(len(one), len(other)))


def earlier_state(small: TitleMark, large: TitleMark, share: float) -> bool:
    """Say whether the smaller text is a passing state (속보, 1보, …) of the larger one.

    `share` is their lengths'.

    Beside a number the next number tells. Beside no mark the fuller text does, because outlets put
    속보 over finished reports too, and take it off when they mend a word.
    """
    if small.rank is None or small.rank >= FULL or small.rank == large.rank:
        return False
    return large.rank is not None or share < _GROWN


def follows(
    left: TitleMark,
    right: TitleMark,
    times: tuple[datetime | None, datetime | None],
    containment: float,
) -> bool:
    """Say whether two articles of one outlet are states of one running report.

    At least one is marked, their places differ, they were seen within twelve hours of each other,
    and either the titles share two of five character pairs or the later text holds most of the
    earlier one.
    """
    first, second = times
    if left.rank == right.rank or first is None or second is None or abs(first - second) > REACH:
        return False
    return alike(left.stem, right.stem) >= _ALIKE or containment >= 0.5  # noqa: PLR2004 - most of it
