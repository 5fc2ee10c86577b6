"""How two like texts differ: where one's stretch stands in the other's place.

Template articles: weather, markets, notices. They are more alike than many a copy, and each says
something else.

Numbers tell most of them: facts are missing and digits differ in place. Notices of people (인사, 부고,
동정) and event notices may differ in names alone. A true copy has few words exchanged one for one;
where there are several, they are names if the two titles have exchanged them too.

match, second half: every candidate is decided on its text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from statistics import median
from typing import Final, cast

import numpy as np
from rapidfuzz.distance import Levenshtein

from processing.signing.canonical import (
    REACH,
    Mark,
    alike,
    canonical,
    earlier_state,
    follows,
    mark_of,
)
from processing.signing.documents import FoldOptions, Thresholds
from processing.signing.marks import TextSpan, without
from processing.signing.shingles import Hashes, common, distinct, rolling
from processing.signing.signature import facts_of, own_spans

_NUMBER = re.compile(r"\d+")
_FLANK: Final = 6
_NEAR: Final = 3
_FIRM: Final = 12
_WIDEST: Final = 14
_LONGEST: Final = 20_000
_LARGE: Final = 0.1


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
        mine, theirs = (_NUMBER.findall(side) for side in (self.left, self.right))
        return 0 if mine == theirs else min(len(mine), len(theirs))


@dataclass(frozen=True, slots=True)
class Alignment:
    """Matched characters, the slots, how often the match is broken inside, and where either side is matched.

    `gaps` are of either side the share that the other lacks in large pieces, a tenth of the side at least.

    `ends` are the like of slots before the first and after the last equal run. `stretch` is the median length of the
    equal runs, in characters.
    """

    matched: int
    slots: tuple[Slot, ...]
    ends: tuple[Slot, ...]
    breaks: int
    stretch: float
    spans: tuple[tuple[int, int], tuple[int, int]]
    gaps: tuple[float, float]


def _runs(left: str, right: str) -> list[tuple[int, int, int, int, int]]:
    """Return runs (equal length or 0, left start, left end, right start, right end).

    Chance matches join a gap.
    """
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


def _lacking(pieces: list[int], length: int) -> float:
    return sum(piece for piece in pieces if piece >= _LARGE * length) / max(1, length)


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
        if (
            before[0] >= _FLANK or after[0] >= _FLANK
        ):  # gaps never meet, and what is between them is near enough
            inside = before[0] and after[0]
            around = (left[start - 1], left[end]) if inside else ("", "")
            (slots if inside else ends).append(
                Slot(left[start:end], right[other_start:other_end], *around)
            )
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


_LEAST: Final = 3
_DENSE: Final = 1.0
_FULL: Final = 2.0
_SHORTEST_MATCH: Final = 60
_WORD = re.compile(r"\w{2,}")
_NOTICE = re.compile(r"^\W*(?:인사|부고|부음|동정|화촉|승진|운세|날씨)(?!\w)")


_plain = lru_cache(4096)(canonical)  # a document meets many others
"""Canonical titles."""


def missing_facts(small: frozenset[str], large: frozenset[str]) -> tuple[float, int]:
    """Return the share and the count of the smaller text's number facts that the larger one lacks."""
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
    numeric = sum(slot.numbers > 0 for slot in alignment.slots)
    told = sum(slot.numbers for slot in (*alignment.slots, *alignment.ends))
    compared = max(_SHORTEST_MATCH, alignment.matched) / 100
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
    density = 100 * len(slots) / max(_SHORTEST_MATCH, alignment.matched)
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
        one in mine and other in theirs and one not in theirs and other not in mine
        for one, other in pairs
    )


def _named(slot: Slot, titles: tuple[str, str], plain: tuple[str, str]) -> bool:
    """Say whether each side of the slot holds the beginning of a word that its own title alone has."""
    sides = zip((slot.left, slot.right), titles, reversed(plain), strict=True)
    return all(
        any(word in side and word not in other for word in _begun(title))
        for side, title, other in sides
    )


@lru_cache(4096)
def _begun(title: str) -> tuple[str, ...]:
    """Return the beginnings of a title's words, from two characters on: what follows them is often a particle."""
    words = [_plain(word) for word in _WORD.findall(title)]
    return tuple(word[:end] for word in words for end in range(2, len(word) + 1))


@dataclass(frozen=True, slots=True)
class Text:
    """What judging needs to know of a document."""

    number: int
    article_id: str
    outlet: str
    title: str
    mark: Mark
    seen: datetime | None
    text: str
    ordered: Hashes  # of its n-grams, as they come
    shingles: Hashes  # the same, sorted, each once
    facts: frozenset[str]
    day: date
    cut: tuple[str, ...] = ()  # its boilerplate
    whole: "Text | None" = None  # the same with it, where there is any

    def is_stub(self, own: int) -> bool:
        """Say whether boilerplate is all that the text says."""
        return bool(self.cut) and len(self.text) < own

    def entire(self) -> "Text":
        """Return the text with its boilerplate."""
        return self.whole or self


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two documents are linked, how alike they are, and why.

    `link` is same (one text), reworked (the same with many words of its own), part (the smaller is
    in the larger one among much else), derivative (much of it), quote (a passage of it), series
    (one form, other facts), followup (the next state of a running report) or none. `shares` are of
    the shingles of each, in the order in which they were judged, those that the other has too;
    `spans` where in each they lie, in canonical characters; `gaps` the share of each that the other
    lacks in large pieces.
    """

    link: str
    jaccard: float = 0.0
    shares: tuple[float, float] = (0.0, 0.0)
    evidence: str = ""
    spans: tuple[TextSpan, TextSpan] = ((0, 0), (0, 0))
    gaps: tuple[float, float] = (0.0, 0.0)


_RETITLED: Final = 0.9
_IDENTICAL: Final = 0.999
_TITLED: Final = 10
"""Characters of a title that says what the report is about.

Shorter ones head columns and pictures.
"""
_SURE: Final = 40
"""Characters from which on two equal texts are one whatever their titles."""
_TOPIC: Final = 0.4
"""The share of character pairs by which titles, or a title and a text, are about one thing."""
_DAY: Final = timedelta(days=1)
_PASSAGE: Final = 40
"""Characters of a passage by which a text is told to quote another one."""
_BREAK: Final = 8
_SENTENCE: Final = 25
"""Characters that a desk which edits by the sentence leaves as they were, typically."""
NONE: Final = Verdict("none")


def text_of(row: Mapping[str, object], options: FoldOptions) -> Text:
    """Return the text of a row of `sig`, without its boilerplate."""
    spans, plain = own_spans(row), str(row["text"])
    own = without(plain, spans)
    whole = (
        _text(row, plain, (), options, None) if spans and len(own) >= options.features.own else None
    )
    return _text(row, own, spans, options, whole)


def _text(
    row: Mapping[str, object],
    text: str,
    spans: Sequence[TextSpan],
    options: FoldOptions,
    whole: Text | None,
) -> Text:
    ordered = rolling(text, options.features.shingle)
    return Text(
        number=cast("int", row["number"]),
        article_id=str(row["article_id"]),
        outlet=str(row["outlet"]),
        title=str(row["title"]),
        mark=mark_of(str(row["title"])),
        seen=cast("datetime | None", row["published_at"] or row["fetched_at"]),
        text=text,
        ordered=ordered,
        shingles=distinct(ordered),
        facts=facts_of(row, spans),
        day=cast("date", row["day"]),
        cut=tuple(str(row["text"])[start:end] for start, end in spans),
        whole=whole,
    )


def _has(text: Text, passages: Sequence[str]) -> bool:
    return any(passage in text.text for passage in passages)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, the smaller first whatever order they came in, and how alike they are.

    `containment` is the share of the smaller one's shingles that the larger one has, `covered` that
    of the larger one.
    """

    small: Text
    large: Text
    jaccard: float
    containment: float
    covered: float

    @property
    def one_outlet(self) -> bool:
        return bool(self.small.outlet) and self.small.outlet == self.large.outlet

    @property
    def near(self) -> bool:
        """Whether both were seen within half a day of each other."""
        left, right = self.small.seen, self.large.seen
        return left is not None and right is not None and abs(left - right) <= REACH

    @property
    def retold(self) -> bool:
        """Whether one outlet published both under one title within half a day: a report that it wrote anew."""
        left, right = self.small, self.large
        return (
            self.one_outlet
            and self.near
            and len(left.mark.stem) >= _TITLED
            and left.mark == right.mark
        )

    def verdict(self, link: str, evidence: str, aligned: Alignment | None = None) -> Verdict:
        shares = self.containment, self.covered
        if aligned is None:
            return Verdict(link, self.jaccard, shares, evidence)
        return Verdict(link, self.jaccard, shares, evidence, aligned.spans, aligned.gaps)


def compared(left: Text, right: Text) -> Pair:
    """Return two texts side by side; it does not matter which comes first.

    Boilerplate of the one that is text of the other is text of both: forms that an outlet fills in
    day by day become its boilerplate, and are still reprinted.
    """
    if left.outlet != right.outlet and (_has(left, right.cut) or _has(right, left.cut)):
        left, right = left.entire(), right.entire()
    return _side_by_side(left, right)


def _side_by_side(left: Text, right: Text) -> Pair:
    small, large = sorted((left, right), key=lambda each: (len(each.text), each.text, each.number))
    shared = common(small.shingles, large.shingles)
    sizes = small.shingles.size, large.shingles.size
    jaccard = shared / max(1, sum(sizes) - shared)
    return Pair(small, large, jaccard, shared / max(1, sizes[0]), shared / max(1, sizes[1]))


def judge(left: Text, right: Text, options: FoldOptions) -> Verdict:
    """Decide a pair. It does not matter which comes first."""
    pair = compared(left, right)
    verdict = _judged(pair, options)
    if pair.small.number == left.number:
        return verdict
    (mine, theirs), (here, there) = verdict.shares, verdict.spans
    return Verdict(
        verdict.link,
        verdict.jaccard,
        (theirs, mine),
        verdict.evidence,
        (there, here),
        (verdict.gaps[1], verdict.gaps[0]),
    )


def _judged(pair: Pair, options: FoldOptions) -> Verdict:
    small, large, features = pair.small, pair.large, options.features
    if small.article_id == large.article_id:
        equal = bool(small.text) and small.text == large.text
        return pair.verdict("same", "same text" if equal else "same article")
    if not small.text or small.is_stub(features.own) or large.is_stub(features.own):
        return NONE
    if small.text == large.text and (len(small.text) >= _SURE or _one_flash(pair)):
        return Verdict("same", 1.0, (1.0, 1.0), "same text")
    verdict = NONE
    if len(small.text) >= features.shortest:
        likely = pair.containment >= options.thresholds.derivative
        verdict = _compared(pair, options) if likely else _quoted(pair)
    times = (small.seen, large.seen)
    if (
        verdict.link in {"none", "quote"}
        and pair.one_outlet
        and follows(small.mark, large.mark, times, pair.containment)
    ):
        return pair.verdict("followup", "title marks")
    return verdict


def _one_flash(pair: Pair) -> bool:
    """Say whether one short text under two titles is one report: the titles are alike, or both are about the text."""
    small, large = pair.small, pair.large
    stems = small.mark.stem, large.mark.stem
    if small.title == large.title or alike(*stems) >= _TOPIC:
        return True
    if small.seen is None or large.seen is None or abs(small.seen - large.seen) > _DAY:
        return False
    return all(alike(stem, small.text) >= _TOPIC for stem in stems)


def _compared(pair: Pair, options: FoldOptions) -> Verdict:
    limits = options.thresholds
    alignment = align(pair.small.text, pair.large.text)
    if limits.veto and pair.jaccard < _IDENTICAL and (why := _form(pair, alignment, options)):
        return pair.verdict("series", why) if pair.one_outlet else NONE
    reworded = _reworded(pair, alignment, limits)
    if pair.containment < limits.copy:
        updated = pair.retold and not reworded
        return (
            pair.verdict("same", "one report, updated")
            if updated
            else pair.verdict("derivative", "shared passages")
        )
    if reworded:
        return pair.verdict("derivative", "reworded throughout")
    return _alike(pair, alignment, limits)


def _quoted(pair: Pair) -> Verdict:
    """Say whether two texts of their own share a passage, and where in each the longest one lies."""
    if pair.containment * pair.small.shingles.size < _PASSAGE:
        return NONE
    spans = tuple(
        _longest(one.ordered, other.shingles)
        for one, other in ((pair.small, pair.large), (pair.large, pair.small))
    )
    if any(end - start < _PASSAGE for start, end in spans):
        return NONE
    return Verdict(
        "quote",
        pair.jaccard,
        (pair.containment, pair.covered),
        "a shared passage",
        (spans[0], spans[1]),
    )


def _longest(ordered: Hashes, others: Hashes) -> TextSpan:
    """Return where the longest run of n-grams lies that another text has too, which a few others may break."""
    found = np.searchsorted(others, ordered)
    places = np.flatnonzero(others[np.minimum(found, others.size - 1)] == ordered)
    if not places.size:
        return (0, 0)
    breaks = np.flatnonzero(np.diff(places) > _BREAK)
    starts = places[np.concatenate([[0], breaks + 1])]
    ends = places[np.concatenate([breaks, [places.size - 1]])]
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best]) + 5


def _reworded(pair: Pair, alignment: Alignment, limits: Thresholds) -> bool:
    if not _broken(pair, alignment, limits):
        return False
    return alignment.stretch < limits.stretch or are_notices(pair.small.title, pair.large.title)


def _broken(pair: Pair, alignment: Alignment, limits: Thresholds) -> bool:
    """Say whether the smaller text breaks off from the larger one more often than an editor makes it."""
    broken = 100 * alignment.breaks / len(pair.small.text)
    return broken > (limits.breaks if pair.containment < limits.faithful else 2.5 * limits.breaks)


def _alike(pair: Pair, alignment: Alignment, limits: Thresholds) -> Verdict:
    broken = _broken(pair, alignment, limits) and alignment.stretch < _SENTENCE
    link = "part" if pair.covered < limits.same else "reworked" if broken else "same"
    share = len(pair.small.text) / len(pair.large.text)
    if pair.jaccard < _RETITLED and earlier_state(pair.small.mark, pair.large.mark, share):
        if pair.one_outlet and (pair.near or link != "part"):
            return pair.verdict("followup", "title marks; the later state holds it")
        if link == "part":
            return pair.verdict("derivative", "an earlier state of a running report")
    if (
        link == "part"
        and pair.one_outlet
        and pair.near
        and alike(pair.small.mark.stem, pair.large.mark.stem) >= _TOPIC
    ):
        return pair.verdict("same", "one report, updated", alignment)
    return pair.verdict(link, "reworked" if link == "reworked" else "same wording", alignment)


def _form(pair: Pair, alignment: Alignment, options: FoldOptions) -> str:
    """Return why two texts are fillings of one template, with or without what they have as boilerplate."""
    why = _template(pair, alignment, options)
    if why or (pair.small.whole is None and pair.large.whole is None):
        return why
    entire = _side_by_side(pair.small.entire(), pair.large.entire())
    return _template(entire, align(entire.small.text, entire.large.text), options)


def _template(pair: Pair, alignment: Alignment, options: FoldOptions) -> str:
    """Return why two texts are fillings of one template, or an empty string."""
    if numbers_exchanged(alignment, pair.small.facts, pair.large.facts, options.thresholds):
        return "a template: numbers exchanged in place"
    if names_exchanged(
        alignment, (pair.small.title, pair.large.title), same_outlet=pair.one_outlet
    ):
        return "a template: names exchanged in place"
    return ""
