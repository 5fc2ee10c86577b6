"""Signs the documents of a batch, and earlier ones whose boilerplate the batch reveals.

Boilerplate is passages of one outlet under many different titles. A passage counts only in texts
that begin or end otherwise, so copies of one story do not count as several. Passages are known by
their marks (`processing.signing.marks`). Ten documents are needed, three where a phrase that only
boilerplate has stands beside the passage. What is learnt for a document depends on the documents
within the window to either side of its own day and on nothing else, so neither order nor the split
into runs matters; a passage that many now share is taken out of earlier documents too.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, TypeAlias, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.agencies import Names
from processing.errors import CorruptRecordError
from processing.signing.documents import Document, Features, FoldOptions
from processing.signing.shingles import Numbers, distinct
from processing.signing.signature import Draft, draft, redraft, signed, tables
from processing.signing.window import Partitions, Signatures, among, days_of, widened


@dataclass(frozen=True, slots=True)
class Fresh:
    """The documents that a fold signs: those asked for, and earlier ones signed again.

    Earlier ones are signed again where their boilerplate was learnt only now.

    `sig` has whole rows, with their texts.
    """

    sig: pa.Table
    bands: pa.Table
    asked: frozenset[int]

    @property
    def numbers(self) -> NDArray[np.int64]:
        return np.asarray(self.sig["number"])

    @property
    def days(self) -> set[date]:
        return days_of(self.sig)

    def asked_ids(self) -> frozenset[str]:
        rows = zip(self.sig["number"].to_pylist(), self.sig["id"].to_pylist(), strict=True)
        return frozenset(str(identity) for number, identity in rows if number in self.asked)


def sign(partitions: Partitions, documents: Sequence[Document], day: date) -> Fresh:
    """Sign `documents`, and again those of the window in which they reveal boilerplate.

    Raises CorruptRecordError where two ids have one number.
    """
    options = partitions.options
    names = Names(options.outlet_names.items())
    ordered = sorted(documents, key=lambda document: document.id)
    drafts = [draft(document, day, options, names) for document in ordered]
    asked = _numbers(drafts)
    span = widened((each.day for each in drafts), 2 * options.window_days)
    signatures = partitions.read_signatures(span, asked)
    learnt: Learnt = {}
    again: list[dict[str, object]] = []
    if options.features.learnt:
        places = occurrences(signatures, drafts, options.features)
        learnt = learn(places, (each.day for each in drafts), options)
        again = unlearnt(signatures, places, learnt)
    nothing: frozenset[int] = frozenset()
    # Popped, so that the memory of each draft is free when it is signed.
    known = ((drafts.pop(), nothing) for _ in range(len(drafts)))
    older = ((redraft(row), row["dropped"]) for row in again)
    made = (
        signed(each, learnt.get(each.day, nothing).union(cast("list[int]", dropped)))
        for each, dropped in chain(known, older)
    )
    return Fresh(*tables(made, options.features), asked)


def _numbers(drafts: Sequence[Draft]) -> frozenset[int]:
    names: dict[int, object] = {}
    for each in drafts:
        if names.setdefault(each.number, each.row["id"]) != each.row["id"]:
            raise CorruptRecordError(
                f"documents {names[each.number]} and {each.row['id']} have one number, "
                f"{each.number}; rename one"
            )
    return frozenset(names)


Learnt: TypeAlias = Mapping[date, frozenset[int]]
"""For each day the marks that are boilerplate in documents of that day."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_KEY_BITS: Final = 32
_KEYS: Final = ("title_key", "head_key", "tail_key")
"""What tells documents apart: their titles, and how their texts begin and end."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the marks of a batch stand, in the batch and in the window.

    `asked` are the marks, sorted, and `needed` how many documents make each boilerplate.
    `companions` have three columns for each of `_KEYS`: the place of a mark in `asked`, a day, and
    a key that the mark stands with on that day, not more of them than decide. `kept` are the marks
    of the window that were not taken out: place, day, number of the document.
    """

    asked: Numbers
    needed: Numbers
    companions: tuple[Numbers, ...]
    kept: Numbers


def occurrences(signatures: Signatures, drafts: Sequence[Draft], features: Features) -> Occurrences:
    """Return where the marks of `drafts` stand.

    No day needs to name more companions of a mark than decide.
    """
    asked = distinct(
        np.concatenate([np.empty(0, np.int32), *(each.marks for each in drafts)])
    ).astype(np.int64)
    found: tuple[list[Numbers], ...] = tuple([np.empty((0, 3), np.int64)] for _ in _KEYS)
    kept = [np.empty((0, 3), np.int64)]
    for day, which, keys in _of_drafts(drafts, asked):
        for rows, key in zip(found, keys, strict=True):
            rows.append(_companions(which, day, key, features.many))
    for table in signatures.scan(["number", "day", *_KEYS, "marks", "dropped"]):
        owners, which = _among(table["marks"], asked)
        days = np.asarray(table["day"].cast(pa.int32())).astype(np.int64)[owners]
        for day in np.unique(days).tolist():
            mine = days == day
            for rows, name in zip(found, _KEYS, strict=True):
                rows.append(
                    _companions(
                        which[mine], day, np.asarray(table[name])[owners[mine]], features.many
                    )
                )
        losers, gone = _among(table["dropped"], asked)
        still = np.ones(which.size, np.bool_)
        still[among(owners * asked.size + which, losers * asked.size + gone)[0]] = False
        numbers = np.asarray(table["number"])[owners[still]]
        kept.append(np.stack([which[still], days[still], numbers], axis=1))
    # The lowest bit of a mark says that a phrase of boilerplate is near it.
    needed = np.where(asked & 1, features.few, features.many)
    return Occurrences(asked, needed, tuple(map(np.concatenate, found)), np.concatenate(kept))


def _of_drafts(
    drafts: Sequence[Draft], asked: Numbers
) -> Iterator[tuple[int, Numbers, tuple[Numbers, ...]]]:
    """Yield for each day of `drafts` the marks, and the keys of their documents."""
    by_day: dict[date, list[Draft]] = defaultdict(list)
    for each in drafts:
        by_day[each.day].append(each)
    for day, mine in by_day.items():
        sizes = [each.marks.size for each in mine]
        which = np.searchsorted(asked, np.concatenate([each.marks for each in mine]))
        keys = (
            np.repeat(np.array([each.row[name] for each in mine], np.int64), sizes)
            for name in _KEYS
        )
        yield day.toordinal() - _EPOCH, which, tuple(keys)


def _companions(which: Numbers, day: int, keys: Numbers, least: int) -> Numbers:
    """Return for each mark up to `least` different keys beside it."""
    pairs = distinct(which << _KEY_BITS | (keys.astype(np.int64) & ((1 << _KEY_BITS) - 1)))
    marks, places = pairs >> _KEY_BITS, np.arange(pairs.size)
    first = np.maximum.accumulate(np.where(np.diff(marks, prepend=-1) != 0, places, 0))
    few = places - first < least
    return np.stack([marks, np.full(marks.size, day), pairs & ((1 << _KEY_BITS) - 1)], axis=1)[few]


def _among(lists: "pa.ChunkedArray[pa.ListScalar[Any]]", asked: Numbers) -> tuple[Numbers, Numbers]:
    """Return for each value of the lists that is `asked` whose it is, and which it is.

    Both are sorted as the lists.
    """
    whole = cast("pa.ListArray[Any]", lists.combine_chunks())
    values = np.asarray(whole.flatten())
    # In the type of the lists: of a window they are tens of millions, and a wider copy costs most.
    places, which = among(values, asked.astype(values.dtype))
    starts = np.asarray(whole.offsets) - whole.offsets[0].as_py()
    return np.searchsorted(starts, places, "right") - 1, which


def learn(found: Occurrences, days: Iterable[date], options: FoldOptions) -> Learnt:
    """Return the boilerplate of each day within the window of `days`, as `found` decides it."""
    reach = options.window_days
    titles, heads, tails = (_frequent(rows, found.needed) for rows in found.companions)
    frequent = titles & (heads | tails)
    tellers: dict[int, dict[int, Teller]] = defaultdict(
        lambda: defaultdict(lambda: (set(), set(), set()))
    )
    for side, rows in enumerate(found.companions):
        for which, day, key in rows[frequent[rows[:, 0]]].tolist():
            tellers[which][day][side].add(key)
    first, last = widened(days, options.window_days)
    learnt: dict[date, set[int]] = defaultdict(set)
    for which, told in tellers.items():
        for day in _common(told, int(found.needed[which]), reach):
            when = date.fromordinal(day + _EPOCH)
            if first <= when <= last:
                learnt[when].add(int(found.asked[which]))
    return {day: frozenset(marks) for day, marks in learnt.items()}


def unlearnt(
    signatures: Signatures, places: Occurrences, learnt: Learnt
) -> list[dict[str, object]]:
    """Return whole rows of the window that have a passage which is boilerplate now.

    Rows are sorted by number.
    """
    found = [np.empty(0, np.int64)]
    for day, known in learnt.items():
        mine = places.kept[places.kept[:, 1] == day.toordinal() - _EPOCH]
        found.append(mine[np.isin(places.asked[mine[:, 0]], np.array(sorted(known), np.int64)), 2])
    return signatures.rows(np.concatenate(found)).to_pylist()


Teller: TypeAlias = tuple[
    set[int], set[int], set[int]
]  # the titles, beginnings and ends of a mark's texts on a day


def _frequent(rows: Numbers, needed: Numbers) -> NDArray[np.bool_]:
    """Say of each mark whether it has as many different companions as are `needed` at all."""
    pairs = distinct(rows[:, 0] << _KEY_BITS | rows[:, 2])
    frequent: NDArray[np.bool_] = np.bincount(pairs >> _KEY_BITS, minlength=needed.size) >= needed
    return frequent


def _common(told: Mapping[int, Teller], needed: int, reach: int) -> list[int]:
    """Return the days on which a mark has as many companions within reach as are needed."""
    days = sorted(told)
    common: list[int] = []
    known: dict[tuple[int, int], bool] = {}
    for day in days:
        # One day's documents often suffice, which spares joining the sets of the whole window.
        if not _enough(told[day], needed):
            near = bisect_left(days, day - reach), bisect_right(days, day + reach)
            if near not in known:
                tellers = [told[other] for other in days[slice(*near)]]
                titles, heads, tails = (
                    set[int]().union(*side) for side in zip(*tellers, strict=True)
                )
                known[near] = _enough((titles, heads, tails), needed)
            if not known[near]:
                continue
        common.append(day)
    return common


def _enough(teller: Teller, needed: int) -> bool:
    titles, heads, tails = map(len, teller)
    return titles >= needed and max(heads, tails) >= needed
