"""Compares the candidates of a batch and returns the linked pairs as edges.

First, bitmaps rule out pairs that cannot be linked. Each shingle of a text sets one bit. A bit of
the smaller set that the larger one lacks stands for at least one shingle that it lacks, so what
remains is an upper bound of containment: no pair is lost that `judge` would link. The others are
judged by connected components of the candidate graph, so that few texts are in memory.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.matching.candidates import candidates, distinct_pairs, still
from processing.matching.verdict import NONE, PairVerdict, Text, judge, text_of
from processing.signing.batch import Fresh
from processing.signing.canonical import QUOTE, mark_of, opening_size
from processing.signing.columns import EDGES, NODE
from processing.signing.documents import FoldOptions
from processing.signing.shingles import Hashes, rolling, shingle_hashes
from processing.signing.signature import text_of_row
from processing.signing.window import Partitions, widened

_OUTLINED: Final = ("number", "article_id", "outlet", "title", "roundup", "text", "cut")
# Bits of a bitmap are taken by a mask, so their number is a power of two.
_BITS: Final = 4096
_PASSAGE_BITS: Final = 4096
_PASSAGE: Final = 24
"""Characters of the passages in the bitmaps of quotes: longer than a turn of phrase."""
_QUOTED: Final = 4
"""Sampled passages of its beginning that a text shares at least with a roundup that quotes it."""
_SAMPLED: Final = np.uint64(2**62)
"""Passages whose hashes are below this, one in four, are in the bitmaps of quotes."""
# At a time, so that texts and bitmaps of a whole window are never in memory as Python values.
_DOCUMENTS: Final = 1_000
_PAIRS: Final = 16_384


@dataclass(frozen=True, slots=True)
class Outlines:
    """What the sieve knows of documents, by their place among the sorted `numbers`.

    0 is no outlet and no rank.
    """

    numbers: NDArray[np.int64]
    bits: Hashes
    whole_bits: Hashes  # of texts with their boilerplate, which other outlets may have reprinted
    passages: Hashes  # of roundups
    openings: Hashes  # passages of the beginning
    sizes: NDArray[np.int64]
    whole_sizes: NDArray[np.int64]
    articles: NDArray[np.int64]
    outlets: NDArray[np.int64]
    ranks: NDArray[np.int64]
    roundups: NDArray[np.bool_]
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
    alike = _containment(known.sizes, known.bits, left, right) >= least
    # Two outlets' texts are compared with boilerplate where the one's is text of the other's.
    foreign = known.outlets[left] != known.outlets[right]
    whole = np.flatnonzero(~alike & foreign & (known.has_cuts[left] | known.has_cuts[right]))
    alike[whole] = (
        _containment(known.whole_sizes, known.whole_bits, left[whole], right[whole]) >= least
    )
    one_outlet = (known.outlets[left] == known.outlets[right]) & (known.outlets[left] > 0)
    states = one_outlet & (known.ranks[left] != known.ranks[right])
    one_article = known.articles[left] == known.articles[right]
    quotes = _quotes(known, left, right) | _quotes(known, right, left)
    may: NDArray[np.bool_] = alike | quotes | states | one_article
    return may


def _containment(
    sizes: NDArray[np.int64], bits: Hashes, left: NDArray[np.intp], right: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return an upper bound of the share of the smaller text that the larger one has."""
    swapped = sizes[left] > sizes[right]
    small, large = np.where(swapped, right, left), np.where(swapped, left, right)
    lacking = np.bitwise_count(bits[small] & ~bits[large]).sum(axis=1, dtype=np.int64)
    shares: NDArray[np.float64] = (sizes[small] - lacking) / np.maximum(sizes[small], 1)
    return shares


def _quotes(
    known: Outlines, holders: NDArray[np.intp], others: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Say of each pair whether the first may be a roundup that has the beginning of the other."""
    quotes = known.roundups[holders]
    likely = np.flatnonzero(quotes)
    both = known.passages[holders[likely]] & known.openings[others[likely]]
    quotes[likely] = np.bitwise_count(both).sum(axis=1, dtype=np.int64) >= _QUOTED
    return quotes


def outlines(table: pa.Table, options: FoldOptions) -> Outlines:
    """Return what the sieve knows of the documents whose rows of `sig` are in `table`."""
    table = table.select(list(_OUTLINED)).sort_by("number")
    bits, whole_bits = (np.zeros((table.num_rows, _BITS // 64), np.uint64) for _ in range(2))
    passages, openings = (
        np.zeros((table.num_rows, _PASSAGE_BITS // 64), np.uint64) for _ in range(2)
    )
    sizes, whole_sizes, ranks = (np.zeros(table.num_rows, np.int64) for _ in range(3))
    articles, outlets = _Codes(), _Codes({"": 0})
    roundups = np.asarray(table["roundup"]).astype(np.bool_)
    has_cuts = np.asarray(pc.list_value_length(table["cut"])) > 0
    place = 0
    for batch in table.to_batches(max_chunksize=_DOCUMENTS):
        for row in batch.to_pylist():
            text, whole = text_of_row(row), str(row["text"])
            bits[place], sizes[place] = _outline(text, options)
            whole_bits[place], whole_sizes[place] = (
                _outline(whole, options) if has_cuts[place] else (bits[place], sizes[place])
            )
            openings[place] = _passages(text[: opening_size(len(text)) + QUOTE])
            if roundups[place]:
                passages[place] = _passages(text)
            articles.add(str(row["article_id"]))
            outlets.add(str(row["outlet"]))
            rank = mark_of(str(row["title"])).rank
            ranks[place] = 0 if rank is None else rank + 1
            place += 1
    return Outlines(
        np.asarray(table["number"]), bits, whole_bits, passages, openings, sizes, whole_sizes, articles.given(),
        outlets.given(), ranks, roundups, has_cuts,
    )  # fmt: skip


def _outline(text: str, options: FoldOptions) -> tuple[Hashes, int]:
    """Return a bitmap of the shingles of a text, and how many distinct ones it has."""
    hashes = shingle_hashes(text, options.features.shingle)
    return _bitmap(hashes, _BITS), hashes.size


def _passages(text: str) -> Hashes:
    """Return a bitmap of a sample of the passages of a text."""
    hashes = rolling(text, _PASSAGE)
    return _bitmap(hashes[hashes < _SAMPLED] >> np.uint64(8), _PASSAGE_BITS)


def _bitmap(hashes: Hashes, size: int) -> Hashes:
    flags = np.zeros(size, np.bool_)
    flags[hashes & np.uint64(size - 1)] = True
    return np.packbits(flags).view(np.uint64)


class _Codes:
    """A number for each string, in the order in which they come."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        self._known = dict(known or {})
        self._given: list[int] = []

    def add(self, name: str) -> None:
        self._given.append(self._known.setdefault(name, len(self._known)))

    def given(self) -> NDArray[np.int64]:
        return np.array(self._given, np.int64)


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


# Pairs of small components that are judged together.
_TOGETHER: Final = 256
_COLUMNS: Final = (*NODE, "text", "facts")
_TIMES: Final = ("published_at", "fetched_at", "day")
_JUDGED: Final = (
    "number", "article_id", "outlet", "title", "cut", "roundup", "text", "facts", *_TIMES,
)  # fmt: skip
_KNOWN = """
    SELECT DISTINCT a, b FROM raw_edges
    WHERE a IN (SELECT number FROM fresh_numbers) OR b IN (SELECT number FROM fresh_numbers)
    ORDER BY a, b
"""

_LINKED = """
    SELECT a, b FROM (
        SELECT a, b, link FROM raw_edges SEMI JOIN further USING (a, b)
        QUALIFY row_number() OVER (PARTITION BY a, b ORDER BY part DESC) = 1)
    WHERE link <> 'none' ORDER BY a, b
"""


def match(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the edges that a batch makes, sorted, and as "none" those that hold no longer.

    Which pairs are linked is a matter of the documents that are there: of a pair that is no
    candidate any longer the link goes, as it does where the texts are alike no longer.
    """
    known, found = _known(partitions, fresh), candidates(partitions, fresh)
    # Edges of the batch's documents that were linked before are judged again: a text may have
    # changed since, or a passage of it become boilerplate.
    parted = _parted(partitions, fresh, found.further)
    before = np.concatenate([known, parted])
    every = np.concatenate([found.numbers, found.closer.ravel(), before.ravel()])
    rows = _rows(partitions, fresh, every)
    outlined = outlines(rows, partitions.options)
    pairs = (
        sieved(some, outlined, partitions.options) for some in chain(found.mine, [found.closer])
    )
    return edge_table(_verdicts(distinct_pairs(pairs), before, rows, partitions.options))


def _verdicts(
    found: NDArray[np.int64], before: NDArray[np.int64], rows: pa.Table, options: FoldOptions
) -> Iterator[tuple[Text, Text, PairVerdict]]:
    """Yield the pairs of `found` that are linked, then those of `before` that are not."""
    left_over = set(map(tuple, before.tolist()))
    for left, right, verdict in judged(found, rows, options):
        if verdict.link != "none":
            left_over.discard((left.number, right.number))
            yield left, right, verdict
    gone = np.array(sorted(left_over), np.int64).reshape(-1, 2)
    yield from ((left, right, NONE) for left, right, _ in judged(gone, rows, options))


def _parted(partitions: Partitions, fresh: Fresh, further: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of the pairs that are linked and are candidates under no other key."""
    given = pa.table({"a": further[:, 0], "b": further[:, 1]})
    partitions.database.register("further", given)
    table = partitions.table(_LINKED)
    partitions.database.unregister("further")
    linked = np.stack([np.asarray(table["a"]), np.asarray(table["b"])], axis=1).astype(np.int64)
    if not linked.size:
        return linked
    kept = set(map(tuple, still(partitions, fresh, linked).tolist()))
    return np.array(
        [pair for pair in linked.tolist() if tuple(pair) not in kept], np.int64
    ).reshape(-1, 2)


def edge_table(found: Iterable[tuple[Text, Text, PairVerdict]]) -> pa.Table:
    """Return judged pairs as the table `edges`, sorted."""
    rows, pieces = (_row(*pair) for pair in found), [EDGES.empty_table()]
    # Of a large day's pairs Python values of all would be half a gigabyte.
    while piece := list(islice(rows, _PAIRS)):
        pieces.append(pa.Table.from_pylist(piece, schema=EDGES))
    return pa.concat_tables(pieces).sort_by([("a", "ascending"), ("b", "ascending")])


def _known(partitions: Partitions, fresh: Fresh) -> NDArray[np.int64]:
    partitions.show("edges", widened(fresh.days, partitions.options.window_days), EDGES)
    partitions.keep("fresh_numbers", fresh.numbers)
    table = partitions.table(_KNOWN)
    return np.stack([np.asarray(table["a"]), np.asarray(table["b"])], axis=1).astype(np.int64)


def _rows(partitions: Partitions, fresh: Fresh, found: NDArray[np.int64]) -> pa.Table:
    needed = np.unique(found)
    mine = fresh.sig.select(_COLUMNS).filter(pa.array(np.isin(fresh.numbers, needed)))
    return pa.concat_tables(
        [mine, partitions.signatures.rows(np.setdiff1d(needed, fresh.numbers), _COLUMNS)]
    )


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
        read = {row["number"]: text_of(row, options) for row in rows}
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
