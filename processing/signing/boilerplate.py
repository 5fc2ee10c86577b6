"""Boilerplate is learnt: a short line under many different titles and beside many different texts says nothing.

Digits are never masked, because lines that differ in their digits alone are the facts of template articles. What is
learnt for a document depends on the documents within the window to either side of its own day and on nothing else, so
neither order nor the split into runs matters; a line that many now share is taken out of earlier documents too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeAlias, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.signing.documents import FoldOptions
from processing.signing.shingles import Numbers, distinct
from processing.signing.signature import Draft
from processing.signing.window import Signatures, among, widened

Learnt: TypeAlias = Mapping[date, frozenset[int]]
"""For each day the hashes of the lines that are boilerplate in documents of that day."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_KEY_BITS: Final = 44  # of a title's or a text's hash; two that share a line and these bits do not meet in practice


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the short lines of a batch stand, in the batch and in the window.

    `asked` are their hashes, sorted. `titles` and `bodies` have three columns: the place of a line in `asked`, a day,
    and the key of a title or a text that the line stands with on that day, not more of them than decide. `kept` are the
    lines of the window that were not taken out: place, day, number of the document.
    """

    asked: Numbers
    titles: Numbers
    bodies: Numbers
    kept: Numbers


def occurrences(signatures: Signatures, drafts: Sequence[Draft], least: int) -> Lines:
    """Return where the short lines of `drafts` stand; no day needs to name more than `least` companions of a line."""
    asked = distinct(np.array([mark for each in drafts for mark in each.hashes if mark], np.int64))
    titles, bodies, kept = ([np.empty((0, 3), np.int64)] for _ in range(3))
    for day, which, keys in _of_drafts(drafts, asked):
        titles.append(_companions(which, day, keys[0], least))
        bodies.append(_companions(which, day, keys[1], least))
    for rows in signatures.scan(["number", "day", "title_key", "body_key", "lines", "dropped"]):
        owners, which = _among(rows["lines"], asked)
        days = np.asarray(rows["day"].cast(pa.int32())).astype(np.int64)[owners]
        for day in np.unique(days).tolist():
            mine = days == day
            titles.append(
                _companions(which[mine], day, np.asarray(rows["title_key"])[owners[mine]], least)
            )
            bodies.append(
                _companions(which[mine], day, np.asarray(rows["body_key"])[owners[mine]], least)
            )
        losers, gone = _among(rows["dropped"], asked)
        still = np.ones(which.size, np.bool_)
        still[among(owners * asked.size + which, losers * asked.size + gone)[0]] = False
        numbers = np.asarray(rows["number"])[owners[still]]
        kept.append(np.stack([which[still], days[still], numbers], axis=1))
    return Lines(asked, np.concatenate(titles), np.concatenate(bodies), np.concatenate(kept))


def _of_drafts(
    drafts: Sequence[Draft], asked: Numbers
) -> Iterator[tuple[int, Numbers, tuple[Numbers, Numbers]]]:
    """Yield for each day of `drafts` the lines, and the keys of the titles and of the texts that they stand with."""
    by_day: dict[date, list[tuple[int, object, object]]] = defaultdict(list)
    for each in drafts:
        said = (each.row["title_key"], each.row["body_key"])
        by_day[each.day] += [(mark, *said) for mark in set(each.hashes) if mark]
    for day, rows in by_day.items():
        lines, titles, bodies = np.array(rows, np.int64).reshape(-1, 3).T
        yield day.toordinal() - _EPOCH, np.searchsorted(asked, lines), (titles, bodies)


def _companions(which: Numbers, day: int, keys: Numbers, least: int) -> Numbers:
    """Return for each line up to `least` different keys beside it."""
    pairs = distinct(which << _KEY_BITS | (keys & ((1 << _KEY_BITS) - 1)))
    lines, places = pairs >> _KEY_BITS, np.arange(pairs.size)
    first = np.maximum.accumulate(np.where(np.diff(lines, prepend=-1) != 0, places, 0))
    few = places - first < least
    return np.stack([lines, np.full(lines.size, day), pairs & ((1 << _KEY_BITS) - 1)], axis=1)[few]


def _among(lists: "pa.ChunkedArray[pa.ListScalar[Any]]", asked: Numbers) -> tuple[Numbers, Numbers]:
    """Return for each value of the lists that is `asked` whose it is, and which it is. Both are sorted as the lists."""
    whole = cast("pa.ListArray[Any]", lists.combine_chunks())
    places, which = among(np.asarray(whole.flatten()), asked)
    starts = np.asarray(whole.offsets) - whole.offsets[0].as_py()
    return np.searchsorted(starts, places, "right") - 1, which


def learn(lines: Lines, days: Iterable[date], options: FoldOptions) -> Learnt:
    """Return the boilerplate of each day that documents of `days` reach, as far as `lines` decide it."""
    least, reach = options.features.line_titles, timedelta(days=options.window_days)
    frequent = _frequent(lines.titles, lines.asked.size, least) & _frequent(
        lines.bodies, lines.asked.size, least
    )
    tellers: dict[int, dict[int, Teller]] = defaultdict(lambda: defaultdict(lambda: (set(), set())))
    for side, rows in enumerate((lines.titles, lines.bodies)):
        for which, day, key in rows[frequent[rows[:, 0]]].tolist():
            tellers[which][day][side].add(key)
    first, last = widened(days, options.window_days)
    learnt: dict[date, set[int]] = defaultdict(set)
    for which, told in tellers.items():
        for day in told:
            when = date.fromordinal(day + _EPOCH)
            if first <= when <= last and _common(day, told, least, reach.days):
                learnt[when].add(int(lines.asked[which]))
    return {day: frozenset(found) for day, found in learnt.items()}


def unlearnt(signatures: Signatures, lines: Lines, learnt: Learnt) -> list[dict[str, object]]:
    """Return whole rows of the window that still have a line which is now known as boilerplate, sorted by number."""
    found = [np.empty(0, np.int64)]
    for day, known in learnt.items():
        mine = lines.kept[lines.kept[:, 1] == day.toordinal() - _EPOCH]
        found.append(mine[np.isin(lines.asked[mine[:, 0]], np.array(sorted(known), np.int64)), 2])
    return signatures.rows(np.concatenate(found)).to_pylist()


Teller: TypeAlias = tuple[set[int], set[int]]  # the titles and the texts over a line on a day


def _frequent(rows: Numbers, count: int, least: int) -> NDArray[np.bool_]:
    """Say of each of `count` lines whether it has at least `least` different companions at all."""
    pairs = distinct(rows[:, 0] << _KEY_BITS | rows[:, 2])
    frequent: NDArray[np.bool_] = np.bincount(pairs >> _KEY_BITS, minlength=count) >= least
    return frequent


def _common(day: int, told: Mapping[int, Teller], least: int, reach: int) -> bool:
    if all(len(side) >= least for side in told[day]):
        return True
    near = [teller for other, teller in told.items() if abs(other - day) <= reach]
    return all(
        len(set[int]().union(*(teller[side] for teller in near))) >= least for side in (0, 1)
    )
