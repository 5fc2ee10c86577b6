"""match, between: pairs that cannot be linked are told from bitmaps, so that only the others are compared.

Each shingle of a text sets one bit. A bit of the smaller set that the larger one has not stands for at least one
shingle that it has not, so what remains is an upper bound of containment: no pair is lost that `judge` would link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.chains import mark_of
from processing.dedupe.documents import FoldOptions
from processing.dedupe.shingles import Hashes, shingles
from processing.dedupe.signing import text_of_row

_COLUMNS: Final = ("number", "article_id", "outlet", "title", "text", "dropped")
_BITS: Final = 2048
_DOCUMENTS: Final = 1_000
_PAIRS: Final = 16_384


@dataclass(frozen=True, slots=True)
class Outlines:
    """What the sieve knows of documents, by their place among the sorted `numbers`; 0 is no outlet and no rank."""

    numbers: NDArray[np.int64]
    bits: Hashes
    sizes: NDArray[np.int64]
    articles: NDArray[np.int64]
    outlets: NDArray[np.int64]
    ranks: NDArray[np.int64]


def promising(found: NDArray[np.int64], table: pa.Table, options: FoldOptions) -> NDArray[np.int64]:
    """Return those of the pairs that `judge` may link, in their order; `table` has the rows of `sig`."""
    if not found.size or not table.num_rows:
        return found[:0]
    known = _outlines(table, options)
    places = np.searchsorted(known.numbers, found).clip(max=known.numbers.size - 1)
    there = (known.numbers[places] == found).all(axis=1)
    found, places = found[there], places[there]
    kept = [_may_link(known, places[start : start + _PAIRS], options) for start in range(0, len(places), _PAIRS)]
    return found[np.concatenate(kept)] if kept else found


def _may_link(known: Outlines, places: NDArray[np.intp], options: FoldOptions) -> NDArray[np.bool_]:
    left, right = places[:, 0], places[:, 1]
    swapped = known.sizes[left] > known.sizes[right]
    small, large = np.where(swapped, right, left), np.where(swapped, left, right)
    lacking = np.bitwise_count(known.bits[small] & ~known.bits[large]).sum(axis=1, dtype=np.int64)
    containment = (known.sizes[small] - lacking) / np.maximum(known.sizes[small], 1)
    one_outlet = (known.outlets[left] == known.outlets[right]) & (known.outlets[left] > 0)
    states = one_outlet & (known.ranks[left] != known.ranks[right])
    one_article = known.articles[left] == known.articles[right]
    may: NDArray[np.bool_] = (containment >= options.thresholds.derivative) | states | one_article
    return may


def _outlines(table: pa.Table, options: FoldOptions) -> Outlines:
    table = table.select(list(_COLUMNS)).sort_by("number")
    bits = np.zeros((table.num_rows, _BITS // 64), np.uint64)
    sizes, ranks = (np.zeros(table.num_rows, np.int64) for _ in range(2))
    articles, outlets = _Codes(), _Codes({"": 0})
    place = 0
    for batch in table.to_batches(max_chunksize=_DOCUMENTS):
        for row in batch.to_pylist():
            hashes = shingles(text_of_row(row, options.features), options.features.shingle)
            bits[place], sizes[place] = _bitmap(hashes), hashes.size
            articles.add(str(row["article_id"]))
            outlets.add(str(row["outlet"]))
            rank = mark_of(str(row["title"])).rank
            ranks[place] = 0 if rank is None else rank + 1
            place += 1
    return Outlines(np.asarray(table["number"]), bits, sizes, articles.given(), outlets.given(), ranks)


def _bitmap(hashes: Hashes) -> Hashes:
    flags = np.zeros(_BITS, np.bool_)
    flags[hashes & np.uint64(_BITS - 1)] = True
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
