"""Compares the candidates of a batch and returns the linked pairs as edges.

First, bitmaps rule out pairs that cannot be linked (`processing.matching.sieve`). The others are
judged by connected components of the candidate graph, so that few texts are in memory.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.matching.candidates import candidates, distinct_pairs, still
from processing.matching.sieve import outlines, sieved
from processing.matching.verdict import NONE, PairVerdict, Text, judge, texts_of
from processing.signing.batch import Fresh
from processing.signing.columns import EDGES, NODE
from processing.signing.documents import FoldOptions
from processing.signing.window import Partitions, widened

_PAIRS: Final = 16_384
"""Pairs that are Python values at once."""


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
