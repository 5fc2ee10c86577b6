"""What the holes in an outlet's numbers say about articles that nobody announced to us.

Most systems number articles as they are made. Some numbers are never used (drafts, photographs),
and that share is the outlet's own: holes beyond it are articles that were missed. Numbers only
count what is missing; no address is ever made from one.

An outlet declares what its numbers count, or it is learnt from a month of them: they must rise with
time, and be dense enough.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from processing.rules import NumberScope

DAY = 86400.0
_FLOATS: TypeAlias = NDArray[np.float64]
_INTS: TypeAlias = NDArray[np.int64]
_ENOUGH = 30
"""IdNumbers from which on they are taken to count something."""
_DENSE = 0.3
"""Share of used numbers below which they count something else beside articles."""
_RISING = 0.9
"""Share of neighbours that must follow one another in time, to the hour."""
_SLACK = 3600.0
_NEIGHBOURS = 2
"""IdNumbers to either side whose middle time counts: an article may be published late."""
_USUALLY = 0.9
"""Share of the articles by which the usual distance of publication from order is taken."""
_ROUNDS = 3
_FAR = 3.0
"""Standard deviations from which on a day is no measure of what is usual, or has lost something."""
_BOUND = 2.0
"""Standard deviations of the interval that is stated, about 95 %."""


@dataclass(frozen=True, slots=True)
class IdNumbers:
    """The numbers of an outlet's known articles: `series` is what else their ids hold, as a code.

    `date` is the date in an id as days since 1970, -1 where it has none; `at` are seconds since
    1970.
    """

    series: _INTS
    date: _INTS
    number: _INTS
    at: _FLOATS


@dataclass(frozen=True, slots=True)
class Holes:
    """Neighbouring known numbers: when they were published, and how many lie between them.

    `before` and `after` are the times of the numbers around both: an article that is published late
    may split a hole, and its part belongs to the same time. `jitter` is by how many seconds
    publication usually strays from the order of the numbers.
    """

    start: _FLOATS
    end: _FLOATS
    between: _FLOATS
    before: _FLOATS
    after: _FLOATS
    jitter: float = 0.0

    def of(self, since: float, until: float) -> "Holes":
        """Return the pairs that reach into a stretch of time, each with its share of the numbers."""
        inside = (self.start < until) & (self.end >= since)
        start, end = self.start[inside], self.end[inside]
        length = np.maximum(end - start, 1.0)
        share = (np.minimum(end, until) - np.maximum(start, since)).clip(min=0) / length
        whole = (start >= since) & (end <= until)
        between = self.between[inside] * np.where(whole, 1.0, share)
        before, after = self.before[inside], self.after[inside]
        return Holes(start, end, between, before, after, self.jitter)

    def split(self, spans: Sequence[tuple[float, float]]) -> tuple["Holes", "Holes"]:
        """Return the pairs that reach into one of `spans`, and the others."""
        inside = np.zeros(len(self.start), dtype=bool)
        for since, until in spans:
            inside |= (self.before < until + self.jitter) & (self.after > since - self.jitter)
        return self._only(inside), self._only(~inside)

    def _only(self, mask: NDArray[np.bool_]) -> "Holes":
        return Holes(
            self.start[mask],
            self.end[mask],
            self.between[mask],
            self.before[mask],
            self.after[mask],
            self.jitter,
        )

    @property
    def count(self) -> float:
        """IdNumbers without a known article."""
        return float(self.between.sum())

    @property
    def known(self) -> int:
        """Pairs, each of which stands for one known article."""
        return len(self.start)


@dataclass(frozen=True, slots=True)
class UsualHoles:
    """The usual share of unused numbers, and its deviation from day to day beyond chance."""

    share: float
    spread: float
    days: int


@dataclass(frozen=True, slots=True)
class NumberEstimate:
    """How many articles the numbers of a day say are missing, with bounds of about 95 %.

    `unexplained` is the part of `missing` that lies outside every span in which a source is known
    to have missed something; 0 unless it is beyond chance.
    """

    missing: float
    low: float
    high: float
    unexplained: float
    usual: UsualHoles
    known: int


def learnt(numbers: IdNumbers) -> NumberScope:
    """Return what the numbers count, by how they follow one another in time."""
    if len(numbers.number) < _ENOUGH:
        return "nothing"
    dated = bool((numbers.date >= 0).mean() > _RISING)
    # A number that begins anew each day repeats, which by itself shows in no order.
    for scope in ("day", "outlet") if dated else ("outlet",):
        if _is_counter(numbers, scope):
            return scope
    return "nothing"


def holes(numbers: IdNumbers, scope: NumberScope) -> Holes:
    """Return the pairs of neighbouring known numbers.

    Of numbers that begin anew each day those before the day's first count too, where days usually
    begin lower.
    """
    groups = list(_groups(numbers, scope))
    first = min((int(number[0]) for number, _ in groups), default=0)
    if not groups:
        none = np.zeros(0)
        return Holes(none, none, none, none, none)
    columns = [_pairs(number, at, first if scope == "day" else None) for number, at in groups]
    start, end, between, before, after = map(np.concatenate, zip(*columns, strict=True))
    strays = np.concatenate([np.abs(at - _smoothed(at)) for _, at in groups])
    return Holes(start, end, between, before, after, float(np.quantile(strays, _USUALLY)))


def _pairs(number: _INTS, at: _FLOATS, first: int | None) -> tuple[_FLOATS, ...]:
    """Return the columns of `Holes` for one counter that may have begun at `first`."""
    if first is not None:
        number, at = np.concatenate([[first - 1], number]), np.concatenate([at[:1], at])
    times = _smoothed(at)
    # A late article may still stand out after smoothing: what follows a number is not before it.
    lower, upper = np.minimum(times[:-1], times[1:]), np.maximum(times[:-1], times[1:])
    before, after = np.concatenate([lower[:1], lower[:-1]]), np.concatenate([upper[1:], upper[-1:]])
    between = (np.diff(number) - 1).astype(np.float64)
    return lower, upper, between, np.minimum(before, lower), np.maximum(after, upper)


def usual(pairs: Holes, days: Sequence[float], spans: Sequence[tuple[float, float]]) -> UsualHoles:
    """Return the usual share of unused numbers over the days that begin at `days`.

    Spans in which something was missed are left out, and so are days that stand far above the
    others.
    """
    _, sound = pairs.split(spans)
    counts = []
    for day in days:
        of_day = sound.of(day, day + DAY)
        if of_day.known:
            counts.append((of_day.count, of_day.known))
    if not counts:
        return UsualHoles(0.0, 0.0, 0)
    open_, known = np.array(counts).T
    total = open_ + known
    share = (
        float(np.median(open_ / total))
        if len(counts) >= _ROUNDS
        else float(open_.sum() / total.sum())
    )
    kept = np.ones(len(counts), dtype=bool)
    for _ in range(_ROUNDS):
        deviation = np.sqrt(total * max(share, 1 / total.sum()) * (1 - share))
        kept = open_ - share * total <= _FAR * deviation + 1
        share = float(open_[kept].sum() / total[kept].sum()) if kept.any() else share
    return UsualHoles(share, _spread(open_[kept], total[kept], share), len(counts))


def estimate(
    pairs: Holes, day: float, spans: Sequence[tuple[float, float]], ordinary: UsualHoles
) -> NumberEstimate:
    """Return how many articles are missing from the day that begins at `day`."""
    inside, outside = pairs.of(day, day + DAY).split(spans)
    lost, lost_deviation = _beyond(inside, ordinary)
    rest, rest_deviation = _beyond(outside, ordinary)
    unexplained = rest if rest > _FAR * rest_deviation + 1 else 0.0
    missing = max(lost, 0.0) + unexplained
    low = max(lost - _BOUND * lost_deviation, 0.0)
    low += max(unexplained - _BOUND * rest_deviation, 0.0)
    high = max(lost + _BOUND * lost_deviation, 0.0) + max(rest + _BOUND * rest_deviation, 0.0)
    return NumberEstimate(
        missing, low, max(high, missing), unexplained, ordinary, inside.known + outside.known
    )


def _beyond(pairs: Holes, ordinary: UsualHoles) -> tuple[float, float]:
    """Return the holes beyond the usual share, and the deviation to be expected of that."""
    total = pairs.count + pairs.known
    share = ordinary.share
    deviation = sqrt(total * share * (1 - share) + (total * ordinary.spread) ** 2)
    return pairs.count - share * total, deviation


def _spread(open_: _FLOATS, total: _FLOATS, share: float) -> float:
    """Return how much the share of a day deviates beyond what chance explains."""
    if len(open_) < _ROUNDS:
        return 0.0
    observed = float(np.mean(((open_ - share * total) / total) ** 2))
    chance = float(np.mean(share * (1 - share) / total))
    return sqrt(max(observed - chance, 0.0))


def _is_counter(numbers: IdNumbers, scope: NumberScope) -> bool:
    groups = [group for group in _groups(numbers, scope) if len(group[0]) > 1]
    known = sum(len(number) for number, _ in groups)
    if known < _ENOUGH:
        return False
    first = min(int(number[0]) for number, _ in groups)
    reach = sum(
        int(number[-1] - (first if scope == "day" else number[0])) + 1 for number, _ in groups
    )
    rising = sum(int((np.diff(_smoothed(at)) >= -_SLACK).sum()) for _, at in groups)
    return known >= _DENSE * reach and rising >= _RISING * (known - len(groups))


def _groups(numbers: IdNumbers, scope: NumberScope) -> Iterator[tuple[_INTS, _FLOATS]]:
    """Yield the known numbers of each counter in order, with their times."""
    if scope == "nothing" or not len(numbers.number):
        return
    date = numbers.date if scope == "day" else np.zeros_like(numbers.date)
    # Of several versions of an article the first counts.
    order = np.lexsort((numbers.at, numbers.number, date, numbers.series))
    series, date, number = numbers.series[order], date[order], numbers.number[order]
    times = numbers.at[order]
    new = (np.diff(series) != 0) | (np.diff(date) != 0)
    ends = np.flatnonzero(np.concatenate([new, [True]])) + 1
    begin = 0
    for end in ends:
        unique, at = np.unique(number[begin:end], return_index=True)
        yield unique, times[begin:end][at]
        begin = int(end)


def _smoothed(at: _FLOATS) -> _FLOATS:
    """Return for each number the middle of its neighbours' times."""
    if len(at) <= 2 * _NEIGHBOURS:
        return np.sort(at)
    padded = np.concatenate([at[:_NEIGHBOURS], at, at[-_NEIGHBOURS:]])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1)
    middle: _FLOATS = np.median(windows, axis=1)
    return middle
