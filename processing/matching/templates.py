"""Aligns two texts, and tells template articles (weather, markets, notices) from copies.

Two fillings of one template are more alike than many a copy, and yet each says something else.
Numbers give most of them away: number facts are missing and digits differ in place. Notices of
people (인사, 부고, 동정) and of events may differ in names alone. A true copy has few words exchanged
one for one; where there are several, they are names if the two titles have exchanged them too.

Lengths are in canonical characters.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from statistics import median
from string import ascii_lowercase, digits
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from processing.signing.canonical import canonical
from processing.signing.documents import Thresholds

_NUMBER = re.compile(r"\d+")
# An equal run of fewer characters is chance and joins the gap around it.
_NEAR: Final = 3
# A slot has an equal run of this length on one side at least, and is short in both texts.
_FLANK: Final = 6
_WIDEST: Final = 14
# Or longer, with any neighbours, where it states when: 9일 오후 5시 8분께 해든군 마루저수지.
_WHEN: Final = 28
# Equal runs from which on the matched span of a text is reckoned.
_FIRM: Final = 12
# Aligning costs the product of both lengths: of longer texts the beginnings are aligned.
_LONGEST: Final = 20_000
_LARGE: Final = 0.1
_LEAST: Final = 3
# Exchanges in a hundred matched characters.
_DENSE: Final = 1.0
_FULL: Final = 2.0
_WORD = re.compile(r"\w{2,}")
_NOTICE = re.compile(r"^\W*(?:인사|부고|부음|동정|화촉|승진|운세|날씨)(?!\w)")


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
    def numbers(self) -> int:
        """How many numbers were exchanged: a time and a place of an event stand in one slot."""
        mine = _NUMBER.findall(self.left)
        theirs = _NUMBER.findall(self.right) if mine else []
        return 0 if mine == theirs else min(len(mine), len(theirs))


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two texts match: equal runs of characters, and the slots and gaps between them.

    `matched` counts equal characters, `breaks` how often the match is broken between its first and
    last run. `spans` are where either side is matched; `gaps` the share of either side that the
    other lacks in large pieces, a tenth of the side at least. `ends` are slots before the first and
    after the last equal run. `stretch` is the median length of the equal runs, in characters.
    """

    matched: int
    slots: tuple[Slot, ...]
    ends: tuple[Slot, ...]
    breaks: int
    stretch: float
    spans: tuple[tuple[int, int], tuple[int, int]]
    gaps: tuple[float, float]


# The syllables that most Korean texts are made of. They change places with characters of one byte
# before texts are aligned, which takes half the time then; what is equal stays equal.
_FREQUENT: Final = (
    "가각간감강개거건것게겠결경계고공과관광교구국군권규그근금급기김까나난날남내년농는니다단달당대데도동되된두드들등때"
    "라람래러려력령로료르를리린마만말매며면명모무문물미민바반받발밝방배번법별보복본부분비사산상생서석선설성세소속수스"
    "시식신실심아안앞액야약양어업없었에여역연열영예오온와외요용우운울원월위유육율으은을음의이인일임입있자작장재저적전"
    "점접정제조종주준중증지직진집차참천첨청체최추출치크타터통투트판포표하학한할함합해했행현혔호화확환활회후히"
)
_FREE: Final = [code for code in range(256) if chr(code) not in digits + ascii_lowercase]
_SWAPPED: Final = {
    place: other
    for pair in zip(map(ord, _FREQUENT), _FREE, strict=True)
    for place, other in (pair, pair[::-1])
}


@cache
def _codes() -> NDArray[np.uint16]:
    """Return for each character of the BMP what it is changed for."""
    codes = np.arange(0x10000, dtype=np.uint16)
    codes[[*_SWAPPED]] = [*_SWAPPED.values()]
    return codes


@lru_cache(1024)
def _swapped(text: str) -> str:
    """Return a text with its frequent syllables as characters of one byte."""
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    changed: bytes = _codes().take(codes).tobytes()
    return changed.decode("utf-16-le", "surrogatepass")


def _runs(left: str, right: str) -> list[tuple[int, int, int, int, int]]:
    """Return runs (equal length or 0, left start, left end, right start, right end).

    Chance matches join a gap.
    """
    runs: list[tuple[int, int, int, int, int]] = []
    in_gap = False
    opcodes = Levenshtein.opcodes(_swapped(left), _swapped(right))
    steps = cast("list[tuple[str, int, int, int, int]]", opcodes.as_list())
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


def _states_when(left: str, right: str) -> bool:
    """Say whether both sides of a gap state another time, and maybe a place: three numbers."""
    if max(len(left), len(right)) > _WHEN:
        return False
    mine, theirs = _NUMBER.findall(left), _NUMBER.findall(right)
    return len(mine) == len(theirs) >= _LEAST and mine != theirs


def _lacking(pieces: list[int], length: int) -> float:
    return sum(piece for piece in pieces if piece >= _LARGE * length) / max(1, length)


def align(left: str, right: str) -> Alignment:
    """Align two canonical texts; of very long ones the beginnings."""
    left, right = left[:_LONGEST], right[:_LONGEST]
    runs = _runs(left, right)
    lengths = [0, *(run[0] for run in runs), 0]
    slots: list[Slot] = []
    ends: list[Slot] = []
    for before, gap, after in zip(lengths, runs, lengths[2:], strict=False):
        length, start, end, other_start, other_end = gap
        sides = left[start:end], right[other_start:other_end]
        when = _states_when(*sides)
        if length or not (when or 0 < min(map(len, sides)) <= max(map(len, sides)) <= _WIDEST):
            continue
        # Gaps never meet, so what is beside a gap is an equal run or an end of the text.
        if when or before >= _FLANK or after >= _FLANK:
            inside = before and after
            around = (left[start - 1], left[end]) if inside else ("", "")
            (slots if inside else ends).append(Slot(*sides, *around))
    firm = [run for run in runs if run[0] >= _FIRM]
    spans = ((firm[0][1], firm[-1][2]), (firm[0][3], firm[-1][4])) if firm else ((0, 0), (0, 0))
    equal = [run[0] for run in runs if run[0]]
    pieces = [run for run in runs if not run[0]]
    gaps = (
        _lacking([run[2] - run[1] for run in pieces], len(left)),
        _lacking([run[4] - run[3] for run in pieces], len(right)),
    )
    breaks = sum(not run[0] for run in runs[1:-1])
    return Alignment(
        sum(equal), tuple(slots), tuple(ends), breaks, median(equal) if equal else 0.0, spans, gaps
    )


# Canonical titles; a document is compared with many others.
_plain = lru_cache(4096)(canonical)


def missing_facts(small: frozenset[str], large: frozenset[str]) -> tuple[float, int]:
    """Return the share and the count of number facts that the larger text lacks."""
    lacking = len(small - large)
    return lacking / max(1, len(small)), lacking


def numbers_exchanged(
    alignment: Alignment, small: frozenset[str], large: frozenset[str], limits: Thresholds
) -> bool:
    """Say whether number facts are missing AND digits differ in place.

    Either sign alone also shows on true copies (a number spelt in another way, a corrected figure);
    both do not. One fact is enough where the text is full of such digits: reports of a crash or a
    fire have few facts of two digits.
    """
    share, count = missing_facts(small, large)
    if share <= limits.missing:
        return False
    inside = [slot.numbers for slot in alignment.slots]
    numeric = sum(count > 0 for count in inside)
    told = sum(inside) + sum(slot.numbers for slot in alignment.ends)
    compared = max(1, alignment.matched) / 100
    if told >= _LEAST and told / compared >= _FULL:
        return True
    return count > 1 and numeric > 1 and numeric / compared >= limits.exchanged


def names_exchanged(alignment: Alignment, titles: tuple[str, str], *, same_outlet: bool) -> bool:
    """Say whether words stand one for the other so that two texts are fillings of one form.

    They do where the titles differ in two such words, or in one and the exchanges are dense, or
    very dense and the titles' words are in longer ones. In one outlet, and among notices, density
    is enough: there is no reason to publish the same text twice with other words, while a desk that
    reprints another's text may be dense in synonyms. `titles` are in the order of the alignment's
    sides.
    """
    slots = alignment.slots
    if not slots:
        return False
    mine, theirs = (_plain(title) for title in titles)
    named = (*slots, *alignment.ends) if are_notices(*titles) else slots
    told = sum(_told(slot, mine, theirs) for slot in named)
    if told > 1:
        return True
    density = 100 * len(slots) / max(1, alignment.matched)
    if len(slots) < _LEAST or density < _DENSE:
        return False
    if told > 0 or same_outlet or are_notices(*titles):
        return True
    return density >= _FULL and any(
        _named(slot, titles, (mine, theirs)) for slot in (*slots, *alignment.ends)
    )


def are_notices(*titles: str) -> bool:
    """Say whether all titles head notices, which follow one form for different people."""
    return all(_NOTICE.search(title) for title in titles)


def _told(slot: Slot, mine: str, theirs: str) -> bool:
    """Say whether the titles differ in what the slot differs in."""
    words = (
        (f"{slot.before}{slot.left}", f"{slot.before}{slot.right}"),
        (f"{slot.left}{slot.after}", f"{slot.right}{slot.after}"),
    )
    pairs = (
        words if min(len(slot.left), len(slot.right)) == 1 else ((slot.left, slot.right), *words)
    )
    return any(
        left in mine and other in theirs and left not in theirs and other not in mine
        for left, other in pairs
    )


def _named(slot: Slot, titles: tuple[str, str], plain: tuple[str, str]) -> bool:
    """Say whether each side holds the beginning of a word that its own title alone has."""
    sides = zip((slot.left, slot.right), titles, reversed(plain), strict=True)
    return all(
        any(word in side and word not in other for word in _begun(title))
        for side, title, other in sides
    )


@lru_cache(4096)
def _begun(title: str) -> tuple[str, ...]:
    """Return the beginnings of a title's words, from two characters on.

    What follows a beginning is often a particle (조사).
    """
    words = [_plain(word) for word in _WORD.findall(title)]
    return tuple(begun for word in words for begun in [*accumulate(word)][1:])
