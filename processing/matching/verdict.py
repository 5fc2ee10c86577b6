"""Decides for each candidate pair how its two texts are linked.

The second half of matching: the candidates are compared on their texts, so every decision is exact.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Final, cast

import numpy as np

from processing.matching.templates import (
    Alignment,
    align,
    are_notices,
    names_exchanged,
    numbers_exchanged,
)
from processing.signing.canonical import (
    QUOTE,
    REACH,
    TitleMark,
    alike,
    earlier_state,
    follows,
    mark_of,
    opening_size,
)
from processing.signing.documents import FoldOptions, Thresholds
from processing.signing.marks import TextSpan, without
from processing.signing.shingles import (
    Hashes,
    common,
    distinct,
    rolled,
    rolling,
    together,
)
from processing.signing.signature import facts_of, own_spans

# Texts more alike than this are one text, whatever state of a report their titles claim.
_RETITLED: Final = 0.9
# So alike, two texts cannot be two fillings of a form.
_IDENTICAL: Final = 0.999
_TITLED: Final = 10
"""Characters of a title that says what the report is about.

Shorter ones head columns and pictures.
"""
_SURE: Final = 40
"""Characters from which on two equal texts are one whatever their titles."""
_FLASH: Final = 16
_NOTICE: Final = 200
"""Characters of the shortest and the longest text that is told to be another one abridged."""
_HALF: Final = 0.5
_FOUND: Final = 0.87
"""The shares of the longer text that it is at least, and of its own that are found in that one."""
_TOPIC: Final = 0.4
"""The share of character pairs by which titles, or a title and a text, are about one thing."""
_DAY: Final = timedelta(days=1)
_NUMBER = re.compile(r"\d+")
BREAK: Final = 8
"""Characters by which two equal n-grams of one passage are apart at most."""
SHINGLE: Final = 5
"""Characters of an n-gram, which the last one adds to a passage."""
_SENTENCE: Final = 25
"""Characters that a desk which edits by the sentence leaves as they were, typically."""
_REWORKED: Final = 0.75
"""The share of `Thresholds.breaks` from which on shorter stretches tell a text that was reworked."""


@dataclass(frozen=True, slots=True)
class Text:
    """What judging needs to know of a document."""

    number: int
    article_id: str
    outlet: str
    title: str
    mark: TitleMark
    seen: datetime | None
    text: str
    ordered: Hashes  # of its n-grams, as they come
    shingles: Hashes  # the same, sorted, each once
    facts: frozenset[str]
    day: date
    cut: tuple[str, ...] = ()  # its boilerplate
    # Makes the same with it, where there is any: once, and only where two texts are compared whole.
    whole: "Callable[[], Text] | None" = None
    roundup: bool = False  # whether it may hold passages of others, side by side

    def is_stub(self, own: int) -> bool:
        """Say whether boilerplate is all that the text says."""
        return bool(self.cut) and len(self.text) < own

    def entire(self) -> "Text":
        """Return the text with its boilerplate."""
        return self.whole() if self.whole else self


@dataclass(frozen=True, slots=True)
class PairVerdict:
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


NONE: Final = PairVerdict("none")


def texts_of(rows: Sequence[Mapping[str, object]], options: FoldOptions) -> list[Text]:
    """Return the texts of rows of `sig`, without their boilerplate."""
    spans = [own_spans(row) for row in rows]
    owns = [without(str(row["text"]), cut) for row, cut in zip(rows, spans, strict=True)]
    hashed = [np.empty(0, np.uint64)] * len(rows)
    for group in together([len(own) for own in owns], 0):
        found = rolled([owns[place] for place in group], options.features.shingle)
        for place, hashes in zip(group.tolist(), found, strict=True):
            hashed[place] = hashes
    made = []
    for row, own, cut, hashes in zip(rows, owns, spans, hashed, strict=True):
        kept = bool(cut) and len(own) >= options.features.own
        whole = cache(partial(_entire, row, options)) if kept else None
        made.append(_text(row, own, hashes, cut, whole))
    return made


def _entire(row: Mapping[str, object], options: FoldOptions) -> Text:
    plain = str(row["text"])
    return _text(row, plain, rolling(plain, options.features.shingle), (), None)


def _text(
    row: Mapping[str, object],
    text: str,
    ordered: Hashes,
    spans: Sequence[TextSpan],
    whole: Callable[[], Text] | None,
) -> Text:
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
        roundup=bool(row["roundup"]),
    )


def _has(text: Text, passages: Sequence[str]) -> bool:
    return any(passage in text.text for passage in passages)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, the smaller first whatever order they came in, and how alike they are.

    `both` are the shingles that both have, sorted; `containment` is the share of the smaller one's
    shingles that the larger one has, `covered` that of the larger one.
    """

    small: Text
    large: Text
    both: Hashes
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
        """Whether one outlet published both under one title within half a day.

        That is a report which it wrote anew.
        """
        left, right = self.small, self.large
        return (
            self.one_outlet
            and self.near
            and len(left.mark.stem) >= _TITLED
            and left.mark == right.mark
        )

    def verdict(self, link: str, evidence: str, aligned: Alignment | None = None) -> PairVerdict:
        shares = self.containment, self.covered
        if aligned is None:
            return PairVerdict(link, self.jaccard, shares, evidence)
        return PairVerdict(link, self.jaccard, shares, evidence, aligned.spans, aligned.gaps)


def compared(left: Text, right: Text) -> Pair:
    """Return two texts side by side; it does not matter which comes first.

    Boilerplate of the one that is text of the other is text of both: forms that an outlet fills in
    day by day become its boilerplate, and are still reprinted.
    """
    if left.outlet != right.outlet and (_has(left, right.cut) or _has(right, left.cut)):
        left, right = left.entire(), right.entire()
    return _side_by_side(left, right)


def _side_by_side(left: Text, right: Text) -> Pair:
    # Text and number break ties of length, so that the order of arguments never matters.
    small, large = sorted(
        (left, right), key=lambda document: (len(document.text), document.text, document.number)
    )
    both = common(small.shingles, large.shingles)
    shared, sizes = both.size, (small.shingles.size, large.shingles.size)
    jaccard = shared / max(1, sum(sizes) - shared)
    return Pair(small, large, both, jaccard, shared / max(1, sizes[0]), shared / max(1, sizes[1]))


def judge(left: Text, right: Text, options: FoldOptions) -> PairVerdict:
    """Decide a pair. It does not matter which comes first."""
    pair = compared(left, right)
    verdict = _judged(pair, options)
    if pair.small.number == left.number:
        return verdict
    (mine, theirs), (here, there) = verdict.shares, verdict.spans
    return PairVerdict(
        verdict.link,
        verdict.jaccard,
        (theirs, mine),
        verdict.evidence,
        (there, here),
        (verdict.gaps[1], verdict.gaps[0]),
    )


def _judged(pair: Pair, options: FoldOptions) -> PairVerdict:
    small, large, features = pair.small, pair.large, options.features
    if small.article_id == large.article_id:
        equal = bool(small.text) and small.text == large.text
        return pair.verdict("same", "same text" if equal else "same article")
    if not small.text or small.is_stub(features.own) or large.is_stub(features.own):
        return NONE
    if small.text == large.text and (len(small.text) >= _SURE or _one_flash(pair)):
        return pair.verdict("same", "same text")
    likely = pair.containment >= options.thresholds.derivative
    verdict = NONE
    if len(small.text) >= features.shortest:
        verdict = _compared(pair, options) if likely else _quoted(pair)
    elif likely and _abridged(pair, alignment := align(small.text, large.text)):
        verdict = _alike(pair, alignment, options.thresholds)
    times = (small.seen, large.seen)
    if (
        verdict.link in {"none", "quote"}
        and pair.one_outlet
        and follows(small.mark, large.mark, times, pair.containment)
    ):
        return pair.verdict("followup", "title marks")
    return verdict


def _one_flash(pair: Pair) -> bool:
    """Say whether one short text under two titles is one report.

    It is where the titles are alike, or both are about the text.
    """
    small, large = pair.small, pair.large
    stems = small.mark.stem, large.mark.stem
    if small.title == large.title or alike(*stems) >= _TOPIC:
        return True
    if small.seen is None or large.seen is None or abs(small.seen - large.seen) > _DAY:
        return False
    return all(alike(stem, small.text) >= _TOPIC for stem in stems)


def _abridged(pair: Pair, alignment: Alignment) -> bool:
    """Say whether two short texts are one, with words left out or put in, and none exchanged.

    So a desk shortens an obituary, leaves the headings of a list out, or adds a byline to a flash.
    """
    small, large = pair.small, pair.large
    size, slots = len(small.text), (*alignment.slots, *alignment.ends)
    return (
        _FLASH <= size <= _NOTICE
        and size >= _HALF * len(large.text)
        and alignment.matched >= _FOUND * size
        and _has_numbers(large.text, small.text)
        and all(slot.left in slot.right or slot.right in slot.left for slot in slots)
        and _one_flash(pair)
    )


def _has_numbers(text: str, of: str) -> bool:
    """Say whether a text has all numbers of another one, in their order."""
    mine = iter(_NUMBER.findall(text))
    return all(number in mine for number in _NUMBER.findall(of))


def _compared(pair: Pair, options: FoldOptions) -> PairVerdict:
    limits = options.thresholds
    alignment = align(pair.small.text, pair.large.text)
    if limits.veto and pair.jaccard < _IDENTICAL and (why := _form(pair, alignment, options)):
        return pair.verdict("series", why) if pair.one_outlet else NONE
    if _abridged(pair, alignment):
        return _alike(pair, alignment, limits)
    reworded = _reworded(pair, alignment, limits)
    if pair.containment < limits.copy:
        updated = pair.retold and not reworded
        return (
            pair.verdict("same", "one report, updated")
            if updated
            else pair.verdict("derivative", "shared passages", alignment)
        )
    if reworded:
        return pair.verdict("derivative", "reworded throughout", alignment)
    return _alike(pair, alignment, limits)


def _quoted(pair: Pair) -> PairVerdict:
    """Return the link of a roundup and a text whose beginning it has among other texts.

    `spans` are where the longest passage that both have lies. All other articles that share a
    passage are not linked: most do, and nothing follows from it.
    """
    small, large = pair.small, pair.large
    if pair.both.size < QUOTE:
        return NONE
    for holder, other in ((large, small), (small, large)):
        if not holder.roundup:
            continue
        size = opening_size(len(other.text))
        start, end = _longest(other.ordered[: size + QUOTE], pair.both)
        if start <= size and end - start >= QUOTE:
            shares = (pair.containment, pair.covered)
            placed = _longest(small.ordered, pair.both), _longest(large.ordered, pair.both)
            return PairVerdict("quote", pair.jaccard, shares, "a shared passage", placed)
    return NONE


def _longest(ordered: Hashes, both: Hashes) -> TextSpan:
    """Return where the longest run lies of n-grams that `both` texts have.

    Up to `BREAK` other n-grams may interrupt a run.
    """
    # A search of each is quicker than a sieve, as both are small.
    nearest = both.take(both.searchsorted(ordered), mode="clip")
    places = np.flatnonzero(nearest == ordered)
    if not places.size:
        return (0, 0)
    breaks = np.flatnonzero(places[1:] - places[:-1] > BREAK)
    bounds = np.empty(breaks.size + 2, np.intp)
    bounds[0], bounds[1:-1], bounds[-1] = 0, breaks + 1, places.size
    starts, ends = places[bounds[:-1]], places[bounds[1:] - 1]
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best]) + SHINGLE


def _reworded(pair: Pair, alignment: Alignment, limits: Thresholds) -> bool:
    if not _broken(pair, alignment, limits):
        return False
    return alignment.stretch < limits.stretch or are_notices(pair.small.title, pair.large.title)


def _broken(pair: Pair, alignment: Alignment, limits: Thresholds) -> bool:
    """Say whether the smaller text breaks off more often than editing would make it."""
    broken = 100 * alignment.breaks / len(pair.small.text)
    return broken > (limits.breaks if pair.containment < limits.faithful else 2.5 * limits.breaks)


def _reworked(pair: Pair, alignment: Alignment, limits: Thresholds) -> bool:
    """Say whether a desk went over the whole text, not over a sentence here and there."""
    breaks = 100 * alignment.breaks / len(pair.small.text)
    # What holds nearly all of a text was edited by the sentence, however often.
    often = _REWORKED if pair.containment < limits.faithful else 2.5
    return breaks > often * limits.breaks and alignment.stretch < _SENTENCE


def _alike(pair: Pair, alignment: Alignment, limits: Thresholds) -> PairVerdict:
    broken = _reworked(pair, alignment, limits)
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
    """Return why two texts are fillings of one template, or an empty string.

    They are compared without their boilerplate, then with it.
    """
    why = _template(pair, alignment, options)
    # Only in one outlet is a form that is filled in day by day boilerplate of both texts.
    if why or not pair.one_outlet or (pair.small.whole is None and pair.large.whole is None):
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
