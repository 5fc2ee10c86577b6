"""Signs the documents of a batch, and earlier ones whose boilerplate the batch reveals.

Boilerplate is passages of one outlet under many different titles. A passage counts only in texts
that begin or end otherwise, so copies of one story do not count as several. Passages are known by
their marks (`processing.signing.marks`). Ten documents are needed, three where a phrase that only
boilerplate has stands beside the passage. What is learnt for a document depends on the documents
within the window to either side of its own day and on nothing else, so neither order nor the split
into runs matters; a passage that many now share is taken out of earlier documents too.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, TypeAlias, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.errors import CorruptRecordError
from processing.signing.columns import SIGNED
from processing.signing.documents import Document, Features, FoldOptions
from processing.signing.marks import Marks, sums
from processing.signing.shingles import Numbers, distinct
from processing.signing.signature import Draft, drafts, redrafts, signed, tables
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
    made = drafts(documents, day, options)
    asked = _numbers(made)
    span = widened((each.day for each in made), 2 * options.window_days)
    signatures = partitions.read_signatures(span, asked)
    learnt: Learnt = {}
    again: list[dict[str, object]] = []
    if options.features.learnt:
        places = occurrences(signatures, made, options.features)
        learnt = learn(places, (each.day for each in made), options)
        again = unlearnt(signatures, places, learnt)
    nothing: frozenset[int] = frozenset()
    # Popped, so that the memory of each draft is free when it is signed.
    known = ((made.pop(), nothing) for _ in range(len(made)))
    older = ((each, each.row["dropped"]) for each in redrafts(again))
    every = (
        signed(each, learnt.get(each.day, nothing), cast("Collection[int]", dropped))
        for each, dropped in chain(known, older)
    )
    return Fresh(*tables(every, options.features), asked)


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
_AT_FIRST: Final = 40_000
"""Occurrences of marks of a part and day that are looked at before the others."""
_KEYS: Final = ("title_key", "head_key", "tail_key")
"""What tells documents apart: their titles, and how their texts begin and end."""
_AGAIN: Final = tuple(name for name in SIGNED.names if name != "marks")
"""Columns of a document that is signed again; its marks, most of a row, are found in its text."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the marks of a batch stand, in the batch and in the window.

    `asked` are the marks, sorted, and `needed` how many documents make each boilerplate. `decided`
    has the place of a mark in `asked` and a day that alone has as many documents. Where a mark is
    not decided so, `companions` have three columns for each of `_KEYS`: its place, a day, and a
    key that it stands with on that day. `kept` are the marks of the window that were not taken out:
    place, day, number of the document.
    """

    asked: Numbers
    needed: Numbers
    decided: Numbers
    companions: tuple[Numbers, ...]
    kept: Numbers


def occurrences(signatures: Signatures, drafts: Sequence[Draft], features: Features) -> Occurrences:
    """Return where the marks of `drafts` stand.

    A mark that the documents of one day and part decide has no companions of these.
    """
    asked = distinct(
        np.concatenate([np.empty(0, np.int32), *(each.marks for each in drafts)])
    ).astype(np.int64)
    # The lowest bit of a mark says that a phrase of boilerplate is near it.
    needed = np.where(asked & 1, features.few, features.many)
    decided = [np.empty((0, 2), np.int64)]
    found: tuple[list[Numbers], ...] = tuple([np.empty((0, 3), np.int64)] for _ in _KEYS)
    kept = [np.empty((0, 3), np.int64)]

    def add(day: int, which: Numbers, keys: Sequence[Numbers]) -> None:
        full, sides = _companions(which, day, keys, needed)
        decided.append(full)
        for rows, side in zip(found, sides, strict=True):
            rows.append(side)

    for day, which, keys in _of_drafts(drafts, asked):
        add(day, which, keys)
    for table in signatures.scan(["number", "day", *_KEYS, "marks", "dropped"]):
        owners, which = _among(table["marks"], asked, sums)
        for place in _of_days(table, owners, which):
            add(*place)
        kept.append(_kept(table, asked, owners, which))
    sides = tuple(map(np.concatenate, found))
    return Occurrences(asked, needed, np.concatenate(decided), sides, np.concatenate(kept))


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


def _of_days(
    table: pa.Table, owners: Numbers, which: Numbers
) -> Iterator[tuple[int, Numbers, tuple[Numbers, ...]]]:
    """Yield for each day of a part the marks, and the keys of their documents."""
    every = np.asarray(table["day"].cast(pa.int32()))
    keys = tuple(np.asarray(table[name])[owners] for name in _KEYS)
    days = distinct(every).tolist()
    for day in days:
        # Nearly every part has one day, of which nothing needs to be copied.
        mine = every[owners] == day if len(days) > 1 else slice(None)
        yield day, which[mine], tuple(each[mine] for each in keys)


def _kept(table: pa.Table, asked: Numbers, owners: Numbers, which: Numbers) -> Numbers:
    """Return the marks of a part that were not taken out: place, day, number of the document."""
    losers, gone = _among(table["dropped"], asked)
    # What was taken out are marks of the same text: where these are as many, none was left.
    rows = table.num_rows
    some = np.bincount(owners, minlength=rows) != np.bincount(losers, minlength=rows)
    mine, theirs = some[owners], some[losers]
    owners, which, losers, gone = owners[mine], which[mine], losers[theirs], gone[theirs]
    still = np.ones(which.size, np.bool_)
    still[among(owners * asked.size + which, losers * asked.size + gone)[0]] = False
    owners = owners[still]
    days = np.asarray(table["day"].cast(pa.int32())).astype(np.int64)[owners]
    return np.stack([which[still], days, np.asarray(table["number"])[owners]], axis=1)


def _companions(
    which: Numbers, day: int, keys: Sequence[Numbers], needed: Numbers
) -> tuple[Numbers, list[Numbers]]:
    """Return which marks have as many companions here as are `needed`, and those of the others.

    Boilerplate stands in most texts of an outlet, so the first texts have enough of what it stands
    with.
    """
    most = int(needed.max(initial=0))
    sides = [_smallest(which[:_AT_FIRST], day, each[:_AT_FIRST], most) for each in keys]
    full = _full(sides, needed)
    if which.size > _AT_FIRST:
        rest = ~full[which]
        sides = [_smallest(which[rest], day, each[rest], most) for each in keys]
        full |= _full(sides, needed)
    decided = np.flatnonzero(full)
    return (
        np.stack([decided, np.full(decided.size, day)], axis=1),
        [rows[~full[rows[:, 0]]] for rows in sides],
    )


def _full(sides: Sequence[Numbers], needed: Numbers) -> NDArray[np.bool_]:
    """Say of each mark whether the companions of one day, each of them once, are enough."""
    counts = (np.bincount(rows[:, 0], minlength=needed.size) for rows in sides)
    return _decides(*counts) >= needed


def _decides(titles: Numbers, heads: Numbers, tails: Numbers) -> Numbers:
    """Return how many documents count: by their titles, and by how their texts begin or end."""
    return np.minimum(titles, np.maximum(heads, tails))


def _smallest(which: Numbers, day: int, keys: Numbers, least: int) -> Numbers:
    """Return for each mark up to `least` of the smallest keys beside it, each once."""
    pairs = distinct(which << _KEY_BITS | (keys.astype(np.int64) & ((1 << _KEY_BITS) - 1)))
    marks, places = pairs >> _KEY_BITS, np.arange(pairs.size)
    first = np.maximum.accumulate(np.where(np.diff(marks, prepend=-1) != 0, places, 0))
    few = places - first < least
    return np.stack([marks, np.full(marks.size, day), pairs & ((1 << _KEY_BITS) - 1)], axis=1)[few]


def _among(
    lists: "pa.ChunkedArray[pa.ListScalar[Any]]",
    asked: Numbers,
    read: Callable[[Marks, NDArray[np.int64]], Marks] = lambda stored, _starts: stored,
) -> tuple[Numbers, Numbers]:
    """Return for each value of the lists that is `asked` whose it is, and which it is.

    Both are sorted as the lists, of which `read` makes values.
    """
    whole = cast("pa.ListArray[Any]", lists.combine_chunks())
    starts = np.asarray(whole.offsets).astype(np.int64) - whole.offsets[0].as_py()
    values = read(np.asarray(whole.flatten()), starts)
    # In the type of the lists: of a window they are tens of millions, and a wider copy costs most.
    places, which = among(values, asked.astype(values.dtype))
    counts = np.diff(np.searchsorted(places, starts))
    return np.repeat(np.arange(counts.size), counts), which


def learn(found: Occurrences, days: Iterable[date], options: FoldOptions) -> Learnt:
    """Return the boilerplate of each day within the window of `days`, as `found` decides it."""
    sides = found.companions
    titles, heads, tails = (_frequent(rows, found.needed) for rows in sides)
    frequent = titles & (heads | tails)
    frequent[found.decided[:, 0]] = True
    sides = tuple(rows[frequent[rows[:, 0]]] for rows in sides)
    first, last = (day.toordinal() - _EPOCH for day in widened(days, options.window_days))
    width = last - first + 1
    told = np.concatenate([found.decided, *(rows[:, :2] for rows in sides)]) - (0, first)
    told = told[(told[:, 1] >= 0) & (told[:, 1] < width)]
    asked = np.stack(np.divmod(distinct(told[:, 0] * width + told[:, 1]), width), axis=1)
    asked[:, 1] += first
    # One day's documents often suffice, which spares looking through the whole window.
    common = _enough(asked, found.decided, sides, 0, found.needed)
    rest = np.zeros(found.needed.size, np.bool_)
    rest[asked[~common, 0]] = True
    doubtful = rest[asked[:, 0]]
    window = tuple(rows[rest[rows[:, 0]]] for rows in sides)
    common[doubtful] = _enough(
        asked[doubtful], found.decided, window, options.window_days, found.needed
    )
    known = asked[common]
    return {
        date.fromordinal(day + _EPOCH): frozenset(
            found.asked[known[known[:, 1] == day, 0]].tolist()
        )
        for day in distinct(known[:, 1]).tolist()
    }


def unlearnt(
    signatures: Signatures, places: Occurrences, learnt: Learnt
) -> list[dict[str, object]]:
    """Return rows of the window that have a passage which is boilerplate now, without their marks.

    Rows are sorted by number.
    """
    if not places.kept.size:
        return []
    days = places.kept[:, 1]
    first, width = int(days.min()), int(np.ptp(days)) + 1
    known = [np.empty(0, np.int64)]
    for day, marks in learnt.items():
        place = day.toordinal() - _EPOCH - first
        if 0 <= place < width:
            which = np.searchsorted(places.asked, np.fromiter(marks, np.int64, len(marks)))
            known.append(which * width + place)
    at, _ = among(places.kept[:, 0] * width + days - first, distinct(np.concatenate(known)))
    return signatures.rows(places.kept[at, 2], _AGAIN).to_pylist()


def _frequent(rows: Numbers, needed: Numbers) -> NDArray[np.bool_]:
    """Say of each mark whether it has as many different companions as are `needed` at all."""
    pairs = distinct(rows[:, 0] << _KEY_BITS | rows[:, 2])
    frequent: NDArray[np.bool_] = np.bincount(pairs >> _KEY_BITS, minlength=needed.size) >= needed
    return frequent


def _enough(
    asked: Numbers, decided: Numbers, sides: Sequence[Numbers], reach: int, needed: Numbers
) -> NDArray[np.bool_]:
    """Say of each mark and day whether it has as many companions within `reach` days as it needs.

    They are titles, and beginnings or ends. One day that decides is enough.
    """
    days = np.pad(decided, ((0, 0), (0, 1)))
    counts = (_counted(asked, rows, reach) for rows in sides)
    enough: NDArray[np.bool_] = _decides(*counts) >= needed[asked[:, 0]]
    return enough | (_counted(asked, days, reach) > 0)


def _counted(asked: Numbers, rows: Numbers, reach: int) -> Numbers:
    """Return for each mark and day the number of different companions within `reach` days."""
    pairs, days = rows[:, 0] << _KEY_BITS | rows[:, 2], rows[:, 1]
    order = np.lexsort((days, pairs))
    pairs, days = pairs[order], days[order]
    # A companion counts for a span of days around each of its own. A span that would overlap with
    # the one before begins behind it, so that none counts twice; of the same day's it is empty.
    begins, ends = days - reach, days + reach
    again = np.flatnonzero(pairs[1:] == pairs[:-1]) + 1
    begins[again] = np.maximum(begins[again], ends[again - 1] + 1)
    first = min(begins.min(initial=0), asked[:, 1].min(initial=0))
    width = max(ends.max(initial=0), asked[:, 1].max(initial=0)) - first + 2
    starts = np.sort((pairs >> _KEY_BITS) * width + begins - first)
    stops = np.sort((pairs >> _KEY_BITS) * width + ends - first)
    when = asked[:, 0] * width + asked[:, 1] - first
    counted: Numbers = np.searchsorted(starts, when, "right") - np.searchsorted(stops, when, "left")
    return counted
