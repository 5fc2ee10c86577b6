"""Follow-ups: 속보 → 1보 → 2보 → 종합, as the titles of one outlet mark them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from processing.dedupe.canonical import canonical, readable

_MARK = re.compile(
    r"[\[(<【〈]\s*(?:(?P<flash>긴급|속보)|(?P<nth>\d)\s?보|(?P<full>상보)|(?P<all>종합)\s?(?:(?P<allnth>\d)\s?보)?)\s*[\])>】〉]"
    r"|^\s*(?P<bare>속보)\b"
)
_FULL: Final = 8
_ALL: Final = 10
REACH: Final = timedelta(hours=12)
"""How far apart the states of one running report are seen."""
_ALIKE: Final = 0.4
_GROWN: Final = 0.75


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a title in its chain (None: no mark) and the title without the mark, canonical."""

    rank: int | None
    stem: str


def mark_of(title: str) -> Mark:
    """Return the mark of a title: 속보 0, 1보 1, …, 상보 8, 종합 10, 종합2보 12."""
    title = readable(title)
    found = _MARK.search(title)
    if not found:
        return Mark(None, canonical(title))
    stem = canonical(_MARK.sub(" ", title))
    if found["flash"] or found["bare"]:
        return Mark(0, stem)
    if found["full"]:
        return Mark(_FULL, stem)
    if found["all"]:
        return Mark(_ALL + int(found["allnth"] or 0), stem)
    return Mark(int(found["nth"]), stem)


def alike(left: str, right: str) -> float:
    """Return the share of the shorter title's character pairs that the other one has too."""
    one, other = ({text[place : place + 2] for place in range(len(text) - 1)} for text in (left, right))
    return len(one & other) / max(1, min(len(one), len(other)))


def earlier_state(small: Mark, large: Mark, share: float) -> bool:
    """Say whether the smaller text is a passing state (속보, 1보, …) of the larger one; `share` is their lengths'.

    Beside a number the next number tells. Beside no mark the fuller text does, because outlets put 속보 over finished
    reports too, and take it off when they mend a word.
    """
    if small.rank is None or small.rank >= _ALL or small.rank == large.rank:
        return False
    return large.rank is not None or share < _GROWN


def follows(left: Mark, right: Mark, times: tuple[datetime | None, datetime | None], containment: float) -> bool:
    """Say whether two articles of one outlet are states of one running report.

    At least one is marked, their places differ, they were seen within twelve hours of each other, and either the
    titles share two of five character pairs or the later text holds most of the earlier one.
    """
    first, second = times
    if left.rank == right.rank or first is None or second is None or abs(first - second) > REACH:
        return False
    return alike(left.stem, right.stem) >= _ALIKE or containment >= 0.5  # noqa: PLR2004 - most of it
