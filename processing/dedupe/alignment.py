"""How two like texts differ: where one's stretch stands in the other's place."""

import re
from dataclasses import dataclass
from statistics import median
from typing import Final

from rapidfuzz.distance import Levenshtein

_DIGIT = re.compile(r"\d")
_FLANK: Final = 6
_NEAR: Final = 3
_FIRM: Final = 12
_WIDEST: Final = 14
_LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Slot:
    """A short unequal stretch on both sides between equal runs: where a template is filled in.

    `before` and `after` are the equal characters around it, which names often share (김서준, 김도준).
    """

    left: str
    right: str
    before: str
    after: str

    @property
    def numeric(self) -> bool:
        return bool(_DIGIT.search(self.left) and _DIGIT.search(self.right))


@dataclass(frozen=True, slots=True)
class Alignment:
    """Matched characters, the slots, how often the match is broken inside, and where the right side is matched.

    `stretch` is the median length of the equal runs, in characters.
    """

    matched: int
    slots: tuple[Slot, ...]
    breaks: int
    stretch: float
    span: tuple[int, int]


def _runs(left: str, right: str) -> list[tuple[int, int, int, int, int]]:
    """Return runs (equal length or 0, left start, left end, right start, right end); chance matches join a gap."""
    runs: list[tuple[int, int, int, int, int]] = []
    for step in Levenshtein.opcodes(left, right):
        length = step.src_end - step.src_start if step.tag == "equal" else 0
        gap = length < _NEAR
        if gap and runs and not runs[-1][0]:
            last = runs[-1]
            runs[-1] = (0, last[1], step.src_end, last[3], step.dest_end)
        else:
            runs.append((0 if gap else length, step.src_start, step.src_end, step.dest_start, step.dest_end))
    return runs


def align(left: str, right: str) -> Alignment:
    """Align two canonical texts; of very long ones the beginnings."""
    left, right = left[:_LONGEST], right[:_LONGEST]
    runs = _runs(left, right)
    slots: list[Slot] = []
    for place, (length, start, end, other_start, other_end) in enumerate(runs):
        if length:
            continue
        mine, theirs = end - start, other_end - other_start
        before = runs[place - 1][0] if place else 0
        after = runs[place + 1][0] if place + 1 < len(runs) else 0
        flanked = max(before, after) >= _FLANK and min(before, after) >= _NEAR
        if 0 < mine <= _WIDEST and 0 < theirs <= _WIDEST and flanked:
            slots.append(Slot(left[start:end], right[other_start:other_end], left[start - 1], left[end]))
    firm = [run for run in runs if run[0] >= _FIRM]
    span = (firm[0][3], firm[-1][4]) if firm else (0, 0)
    breaks = sum(not run[0] for run in runs[1:-1])
    equal = [run[0] for run in runs if run[0]]
    return Alignment(sum(equal), tuple(slots), breaks, median(equal) if equal else 0.0, span)
