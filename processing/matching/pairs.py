"""Says which pairs of documents are linked, and makes edges of them.

First, bitmaps rule out pairs that judging would not link, without comparing their texts. The others
are judged by connected components of the candidate graph, so that few texts are in memory.

Each shingle of a text sets one bit. A bit of the smaller set that the larger one lacks stands for
at least one shingle that it lacks, so what remains is an upper bound of containment. A roundup has
a finer bitmap, in which the shingles of another text's opening are looked up in their order: what
`verdict` takes for a quote is a run of them. Chance can only add to either, so no pair is lost
that `judge` would link.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.matching.verdict import BREAK, SHINGLE, PairVerdict, Text, judge, texts_of
from processing.signing.canonical import QUOTE, mark_of, opening_size
from processing.signing.columns import EDGES
from processing.signing.documents import FoldOptions
from processing.signing.shingles import Hashes, Places, owners_of, rolled, together
from processing.signing.signature import text_of_row

_OUTLINED: Final = ("number", "article_id", "outlet", "title", "roundup", "text", "cut")
# Bits of a bitmap are taken by a mask, so their number is a power of two.
_BITS: Final = 4096
_HELD_BITS: Final = 1 << 15
"""Bits of the bitmaps of roundups, so many that chance hardly makes a run of shingles."""
# At a time, so that texts and bitmaps of a whole window are never in memory as Python values.
_DOCUMENTS: Final = 1_000
_PAIRS: Final = 2_048
_TOGETHER: Final = 256
"""Pairs of small components that are judged together."""
_EDGES: Final = 16_384
"""Edges that are Python values at once."""
_TIMES: Final = ("published_at", "fetched_at", "day")
_JUDGED: Final = (
    "number", "article_id", "outlet", "title", "cut", "roundup", "text", "facts", *_TIMES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Openings:
    """The shingles of the beginnings of texts in their order, 16 bits of each, text after text.

    `starts` are the places at which those of each text begin, and the number of all; a passage that
    opens a text begins no further in than `reach`.
    """

    hashes: NDArray[np.uint16]
    starts: NDArray[np.int64]
    reach: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Bitmaps:
    """Bitmaps of the shingles of texts, how many distinct ones each text has, and its opening."""

    bits: Hashes
    sizes: NDArray[np.int64]
    openings: _Openings


@dataclass(frozen=True, slots=True)
class Outlines:
    """What the sieve knows of documents, by their place among the sorted `numbers`.

    `own` are the texts without their boilerplate, `whole` the same with it, which other outlets may
    have reprinted. `held` has a bitmap for each roundup, of its text with and without boilerplate,
    and `roundups` which of them is a document's, or -1. 0 is no outlet and no rank.
    """

    numbers: NDArray[np.int64]
    own: _Bitmaps
    whole: _Bitmaps
    held: NDArray[np.uint8]
    roundups: NDArray[np.int64]
    articles: NDArray[np.int64]
    outlets: NDArray[np.int64]
    ranks: NDArray[np.int64]
    has_cuts: NDArray[np.bool_]


def promising(found: NDArray[np.int64], table: pa.Table, options: FoldOptions) -> NDArray[np.int64]:
    """Return those of the pairs that `judge` may link, in their order.

    `table` has the rows of `sig`.
    """
    return sieved(found, outlines(table, options), options)


def sieved(found: NDArray[np.int64], known: Outlines, options: FoldOptions) -> NDArray[np.int64]:
    """Return those of the pairs that `judge` may link, in their order; of `known` documents."""
    if not found.size or not known.numbers.size:
        return found[:0]
    places = np.searchsorted(known.numbers, found).clip(max=known.numbers.size - 1)
    there = (known.numbers[places] == found).all(axis=1)
    found, places = found[there], places[there]
    kept = [
        _may_link(known, places[start : start + _PAIRS], options)
        for start in range(0, len(places), _PAIRS)
    ]
    return found[np.concatenate(kept)] if kept else found


def _may_link(known: Outlines, places: NDArray[np.intp], options: FoldOptions) -> NDArray[np.bool_]:
    left, right = places[:, 0], places[:, 1]
    least = options.thresholds.derivative
    may = _containment(known.own, left, right) >= least
    # Two outlets' texts are compared with boilerplate where the one's is text of the other's.
    foreign = known.outlets[left] != known.outlets[right]
    whole = np.flatnonzero(~may & foreign & (known.has_cuts[left] | known.has_cuts[right]))
    may[whole] = _containment(known.whole, left[whole], right[whole]) >= least
    one_outlet = (known.outlets[left] == known.outlets[right]) & (known.outlets[left] > 0)
    may |= one_outlet & (known.ranks[left] != known.ranks[right])
    may |= known.articles[left] == known.articles[right]
    for holders, others in ((left, right), (right, left)):
        quotes = np.flatnonzero(~may & (known.roundups[holders] >= 0))
        may[quotes] = _quotes(known, holders[quotes], others[quotes])
    return may


def _containment(
    texts: _Bitmaps, left: NDArray[np.intp], right: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return an upper bound of the share of the smaller text that the larger one has."""
    swapped = texts.sizes[left] > texts.sizes[right]
    small, large = np.where(swapped, right, left), np.where(swapped, left, right)
    rest = ~texts.bits[large]
    rest &= texts.bits[small]
    lacking = np.bitwise_count(rest).sum(axis=1, dtype=np.int64)
    sizes = texts.sizes[small]
    shares: NDArray[np.float64] = (sizes - lacking) / np.maximum(sizes, 1)
    return shares


def _quotes(known: Outlines, holders: Places, others: Places) -> NDArray[np.bool_]:
    """Say of each pair whether the first, a roundup, may have the beginning of the other."""
    held = known.roundups[holders]
    found = _opened(known.held, held, known.own.openings, others)
    foreign = known.outlets[holders] != known.outlets[others]
    whole = np.flatnonzero(~found & foreign & known.has_cuts[others])
    found[whole] = _opened(known.held, held[whole], known.whole.openings, others[whole])
    return found


def _opened(
    held: NDArray[np.uint8], rows: NDArray[np.int64], openings: _Openings, others: Places
) -> NDArray[np.bool_]:
    """Say of each pair whether a run of the opening is in the bitmap of this row of `held`."""
    starts = openings.starts[others]
    ends = np.cumsum(openings.starts[others + 1] - starts)
    sizes = np.diff(ends, prepend=0)
    bits = openings.hashes[np.repeat(starts - ends + sizes, sizes) + np.arange(sizes.sum())]
    bits &= np.uint16(_HELD_BITS - 1)
    octets = held.ravel()[np.repeat(rows * held.shape[1], sizes) + (bits >> 3)]
    places = np.flatnonzero(octets >> (bits & 7).astype(np.uint8) & 1)
    owners = np.searchsorted(ends, places, "right")
    inside = places - (ends - sizes)[owners]
    begins = np.ones(places.size, np.bool_)
    begins[1:] = (owners[1:] != owners[:-1]) | (np.diff(inside) > BREAK)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], places.size)[: first.size] - 1
    opens = inside[first] <= openings.reach[others[owners[first]]]
    found = np.zeros(others.size, np.bool_)
    found[owners[first[opens & (inside[last] + SHINGLE - inside[first] >= QUOTE)]]] = True
    return found


def outlines(table: pa.Table, options: FoldOptions) -> Outlines:
    """Return what the sieve knows of the documents whose rows of `sig` are in `table`."""
    table = table.select(list(_OUTLINED)).sort_by("number").combine_chunks()
    roundups = np.asarray(table["roundup"]).astype(np.bool_)
    has_cuts = np.asarray(pc.list_value_length(table["cut"])) > 0
    rows = np.where(roundups, np.cumsum(roundups) - 1, -1)
    held = np.zeros((int(roundups.sum()), _HELD_BITS // 8), np.uint8)
    own, whole = (_Outlined(table.num_rows, rows, held) for _ in range(2))
    for start in range(0, table.num_rows, _DOCUMENTS):
        piece = table.slice(start, _DOCUMENTS).select(["text", "cut"]).to_pylist()
        cut = np.flatnonzero(has_cuts[start : start + _DOCUMENTS])
        own.add(start + np.arange(len(piece)), [text_of_row(row) for row in piece], options)
        whole.copy(own, slice(start, start + len(piece)))
        whole.add(start + cut, [str(piece[place]["text"]) for place in cut], options)
    titles = table["title"].to_pylist()
    ranks = [-1 if rank is None else rank for rank in (mark_of(title).rank for title in titles)]
    named = np.asarray(pc.utf8_length(table["outlet"])) > 0
    return Outlines(
        np.asarray(table["number"]), own.side(), whole.side(), held, rows, _codes(table["article_id"]),
        np.where(named, _codes(table["outlet"]) + 1, 0), np.array(ranks, np.int64) + 1, has_cuts,
    )  # fmt: skip


class _Outlined:
    """A `_Bitmaps` in the making."""

    def __init__(self, count: int, roundups: NDArray[np.int64], held: NDArray[np.uint8]) -> None:
        self.bits = np.zeros((count, _BITS // 64), np.uint64)
        self.sizes, self._reach = (np.zeros(count, np.int64) for _ in range(2))
        self._openings = [np.empty(0, np.uint16)] * count
        self._roundups, self._held = roundups, held

    def add(self, places: Places, texts: Sequence[str], options: FoldOptions) -> None:
        """Take the texts of the documents at these places."""
        for group in together([len(text) for text in texts], 0):
            self._add(places[group], [texts[place] for place in group], options)

    def _add(self, places: Places, texts: Sequence[str], options: FoldOptions) -> None:
        found = rolled(texts, options.features.shingle)
        for place, text, hashes in zip(places.tolist(), texts, found, strict=True):
            self._reach[place] = size = opening_size(len(text))
            self._openings[place] = hashes[: size + QUOTE].astype(np.uint16)
            hashes.sort()
        every, owners = np.concatenate(found), owners_of(found)
        self.bits[places] = _bitmaps(every, owners, len(texts), _BITS).view(np.uint64)
        first = np.ones(every.size, np.bool_)
        first[1:] = (every[1:] != every[:-1]) | (owners[1:] != owners[:-1])
        self.sizes[places] = np.bincount(owners[first], minlength=len(texts))
        rows = self._roundups[places]
        mine = np.flatnonzero(rows >= 0)
        if mine.size:
            chosen = [found[place] for place in mine]
            self._held[rows[mine]] |= _bitmaps(
                np.concatenate(chosen), owners_of(chosen), mine.size, _HELD_BITS
            )

    def copy(self, other: "_Outlined", places: slice) -> None:
        """Take what another one has of the documents at these places."""
        self.bits[places], self.sizes[places] = other.bits[places], other.sizes[places]

    def side(self) -> _Bitmaps:
        starts = np.cumsum([0, *(each.size for each in self._openings)])
        hashes = np.concatenate([np.empty(0, np.uint16), *self._openings])
        return _Bitmaps(self.bits, self.sizes, _Openings(hashes, starts, self._reach))


def _bitmaps(hashes: Hashes, owners: Places, count: int, size: int) -> NDArray[np.uint8]:
    """Return a bitmap of `size` bits of the hashes of each of `count` owners."""
    flags = np.zeros(count * size, np.bool_)
    flags[owners * size + (hashes & np.uint64(size - 1)).view(np.int64)] = True
    return np.packbits(flags.reshape(count, size), axis=1, bitorder="little")


def _codes(names: "pa.ChunkedArray[Any]") -> NDArray[np.int64]:
    """Return a number for each string: equal strings have equal ones."""
    encoded = names.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices).astype(np.int64)


def judged(
    found: NDArray[np.int64], table: pa.Table, options: FoldOptions
) -> Iterator[tuple[Text, Text, PairVerdict]]:
    """Judge pairs on the rows of `sig` in `table`; a pair that lacks one is left out.

    They are judged group by group, so that only the texts of a few groups of candidates are in
    memory as shingles.
    """
    # Many small takes from a table in pieces are slow.
    table = table.select(_JUDGED).combine_chunks()
    places = {int(number): place for place, number in enumerate(np.asarray(table["number"]))}
    for group in _groups(found):
        numbers = [number for number in np.unique(group).tolist() if number in places]
        rows = table.take([places[number] for number in numbers]).to_pylist()
        read = {text.number: text for text in texts_of(rows, options)}
        for a, b in group.tolist():
            if a in read and b in read:
                yield read[a], read[b], judge(read[a], read[b], options)


def _groups(found: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the pairs by connected components, several small ones at once."""
    if not found.size:
        return
    numbers, labels = components(found)
    roots = labels[np.searchsorted(numbers, found[:, 0])]
    order = np.argsort(roots, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(roots[order])) + 1, len(found))
    last = np.append(ends[1:] // _TOGETHER != ends[:-1] // _TOGETHER, [True])
    yield from np.split(found[order], ends[last][:-1])


def components(links: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the linked numbers, sorted, and the label of each one's connected component.

    The label is the place of the component's smallest number. Labels sink along links and are then
    followed to their ends, until none changes: a few rounds, whatever the size.
    """
    numbers, places = np.unique(links, return_inverse=True)
    ends = places.reshape(-1, 2)
    labels = np.arange(numbers.size, dtype=np.int64)
    while True:
        low = np.minimum(labels[ends[:, 0]], labels[ends[:, 1]])
        sunk = labels.copy()
        for side in (0, 1):
            np.minimum.at(sunk, labels[ends[:, side]], low)
            np.minimum.at(sunk, ends[:, side], low)
        while not np.array_equal(followed := sunk[sunk], sunk):
            sunk = followed
        if np.array_equal(sunk, labels):
            return numbers, labels
        labels = sunk


def edge_table(found: Iterable[tuple[Text, Text, PairVerdict]]) -> pa.Table:
    """Return judged pairs as the table `edges`, sorted."""
    rows, pieces = (_row(*pair) for pair in found), [EDGES.empty_table()]
    # Of a large day's pairs Python values of all would be half a gigabyte.
    while piece := list(islice(rows, _EDGES)):
        pieces.append(pa.Table.from_pylist(piece, schema=EDGES))
    return pa.concat_tables(pieces).sort_by([("a", "ascending"), ("b", "ascending")])


def _row(left: Text, right: Text, verdict: PairVerdict) -> dict[str, object]:
    return {
        "a": left.number,
        "b": right.number,
        "link": verdict.link,
        "jaccard": verdict.jaccard,
        "share_a": verdict.shares[0],
        "share_b": verdict.shares[1],
        "begins_a": verdict.spans[0][0],
        "ends_a": verdict.spans[0][1],
        "begins_b": verdict.spans[1][0],
        "ends_b": verdict.spans[1][1],
        "gap_a": verdict.gaps[0],
        "gap_b": verdict.gaps[1],
        "evidence": verdict.evidence,
        "day_a": left.day,
        "day_b": right.day,
        "day": max(left.day, right.day),
    }
