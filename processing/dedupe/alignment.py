"""How two like texts differ: where one's stretch stands in the other's place."""

import re
from dataclasses import dataclass
from statistics import median
from typing import Final, cast

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
        mine, theirs = (_DIGIT.findall(side) for side in (self.left, self.right))
        return bool(mine and theirs and mine != theirs)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Matched characters, the slots, how often the match is broken inside, and where the right side is matched.

    `ends` are the like of slots before the first and after the last equal run. `stretch` is the median length of the
    equal runs, in characters.
    """

    matched: int
    slots: tuple[Slot, ...]
    ends: tuple[Slot, ...]
    breaks: int
    stretch: float
    span: tuple[int, int]


def _runs(left: str, right: str) -> list[tuple[int, int, int, int, int]]:
    """Return runs (equal length or 0, left start, left end, right start, right end); chance matches join a gap."""
    runs: list[tuple[int, int, int, int, int]] = []
    in_gap = False
    steps = cast("list[tuple[str, int, int, int, int]]", Levenshtein.opcodes(left, right).as_list())
    for tag, start, end, other_start, other_end in steps:
        if tag == "equal" and end - start >= _NEAR:
            runs.append((end - start, start, end, other_start, other_end))
            in_gap = False
        elif in_gap:
            last = runs[-1]
            runs[-1] = (0, last[1], end, last[3], other_end)
        else:
            runs.append((0, start, end, other_start, other_end))
            in_gap = True
    return runs


def align(left: str, right: str) -> Alignment:
    """Align two canonical texts; of very long ones the beginnings."""
    left, right = left[:_LONGEST], right[:_LONGEST]
    runs = _runs(left, right)
    nothing = (0, 0, 0, 0, 0)
    slots: list[Slot] = []
    ends: list[Slot] = []
    for before, gap, after in zip([nothing, *runs], runs, [*runs[1:], nothing], strict=False):
        length, start, end, other_start, other_end = gap
        if length or not 0 < end - start <= _WIDEST or not 0 < other_end - other_start <= _WIDEST:
            continue
        if before[0] >= _FLANK or after[0] >= _FLANK:  # gaps never meet, and what is between them is near enough
            inside = before[0] and after[0]
            around = (left[start - 1], left[end]) if inside else ("", "")
            (slots if inside else ends).append(Slot(left[start:end], right[other_start:other_end], *around))
    firm = [run for run in runs if run[0] >= _FIRM]
    span = (firm[0][3], firm[-1][4]) if firm else (0, 0)
    equal = [run[0] for run in runs if run[0]]
    breaks = sum(not run[0] for run in runs[1:-1])
    return Alignment(sum(equal), tuple(slots), tuple(ends), breaks, median(equal) if equal else 0.0, span)
