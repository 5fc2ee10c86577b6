"""Finds the pairs of documents that are worth comparing.

First, band keys are joined in DuckDB. Of a key that very many documents share, not all pairs are
taken: its documents stand in a row by day, then number, and two are compared where they are no more
than `bucket` places apart. That depends only on which documents there are, not on when they came. A
document that comes to stand between two others parts them; one that loses a key, because a passage
of it is known as boilerplate now, lets others close up. Both are found here.

Then bitmaps rule out pairs that cannot be linked. Each shingle of a text sets one bit. A bit of the
smaller set that the larger one lacks stands for at least one shingle that it lacks, so what remains
is an upper bound of containment: no pair is lost that `judge` would link.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.signing.batch import Fresh
from processing.signing.canonical import QUOTE, mark_of, opening_size
from processing.signing.columns import BANDS
from processing.signing.documents import FoldOptions
from processing.signing.shingles import (
    KEY_BITS,
    TITLE,
    Hashes,
    Numbers,
    distinct,
    rolling,
    shingle_hashes,
)
from processing.signing.signature import bands_of, text_of_row
from processing.signing.window import Partitions, Signatures, among, opened, widened

_COLUMNS: Final = ("number", "article_id", "outlet", "title", "roundup", "text", "cut")
_KEYED: Final = ("number", "article_id", "outlet", "title", "cut", "day")
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
    if not found.size or not table.num_rows:
        return found[:0]
    known = _outlines(table, options)
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
    whole = np.flatnonzero(~alike & (known.has_cuts[left] | known.has_cuts[right]))
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


def _outlines(table: pa.Table, options: FoldOptions) -> Outlines:
    table = table.select(list(_COLUMNS)).sort_by("number")
    bits, whole_bits = (np.zeros((table.num_rows, _BITS // 64), np.uint64) for _ in range(2))
    passages, openings = (
        np.zeros((table.num_rows, _PASSAGE_BITS // 64), np.uint64) for _ in range(2)
    )
    sizes, whole_sizes, ranks = (np.zeros(table.num_rows, np.int64) for _ in range(3))
    articles, outlets = _Codes(), _Codes({"": 0})
    roundups = np.asarray(table["roundup"]).astype(np.bool_)
    has_cuts = np.zeros(table.num_rows, np.bool_)
    place = 0
    for batch in table.to_batches(max_chunksize=_DOCUMENTS):
        for row in batch.to_pylist():
            text = text_of_row(row)
            hashes = shingle_hashes(text, options.features.shingle)
            bits[place], sizes[place] = _bitmap(hashes, _BITS), hashes.size
            whole_bits[place], whole_sizes[place] = bits[place], sizes[place]
            if row["cut"]:
                has_cuts[place] = True
                hashes = shingle_hashes(str(row["text"]), options.features.shingle)
                whole_bits[place], whole_sizes[place] = _bitmap(hashes, _BITS), hashes.size
            opening = text[: opening_size(len(text)) + QUOTE]
            openings[place] = _passages(opening)
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


Pairs = NDArray[np.int64]

# A row of blocks as long as a bucket: whoever is near enough is in the same block or in one beside
# it.
_NEAR: Final = """
    WITH placed AS (
             SELECT key, number, day,
                 row_number() OVER (PARTITION BY key ORDER BY day, number) - 1 AS place,
                 count(*) OVER (PARTITION BY key) AS size
             FROM (SELECT key, number, day FROM others SEMI JOIN mine USING (key) UNION FROM mine)),
         one AS (
             SELECT *, place // $bucket AS block FROM placed SEMI JOIN mine USING (key, number)),
         other AS (
             SELECT *, place // $bucket AS block FROM placed
             UNION ALL SELECT *, place // $bucket - 1 FROM placed WHERE place >= $bucket
             UNION ALL SELECT *, place // $bucket + 1 FROM placed
             WHERE place // $bucket < (size - 1) // $bucket)
    SELECT DISTINCT least(one.number, other.number) AS a, greatest(one.number, other.number) AS b
    FROM one JOIN other USING (key, block)
    WHERE one.number <> other.number AND abs(one.place - other.place) <= $bucket
      AND abs(one.day - other.day)
          <= CASE WHEN key & 7 = $title THEN least(1, $reach) ELSE $reach END
    ORDER BY a, b
"""
_CROWDED: Final = """
    WITH every AS (
             SELECT *, true AS before, true AS after, true AS held FROM others
             UNION ALL SELECT *, true, false, false FROM former
             UNION ALL SELECT *, false, true, false FROM mine),
         crowded AS (SELECT key FROM every GROUP BY key HAVING count(*) > $bucket)
    SELECT key, number, day,
        bool_or(before) AS before, bool_or(after) AS after, bool_and(held) AS held
    FROM every SEMI JOIN crowded USING (key) GROUP BY ALL ORDER BY key, day, number
"""


def near(partitions: Partitions, mine: pa.Table, others: pa.Table) -> Pairs:
    """Return the pairs of a document of `mine` and one near it under one of its keys.

    The smaller number of a pair is first, and pairs are sorted.

    Both are rows of `bands`; `others` may have some of `mine` too.
    """
    options, database = partitions.options, partitions.database
    given = {"mine": mine, "others": others}
    for name, table in given.items():
        database.register(name, table)
    found = partitions.table(_NEAR, bucket=options.bucket, reach=options.window_days, title=TITLE)
    for name in given:
        database.unregister(name)
    return np.stack([np.asarray(found["a"]), np.asarray(found["b"])], axis=1).astype(np.int64)


def moved(
    partitions: Partitions, mine: pa.Table, former: pa.Table, others: pa.Table
) -> tuple[Pairs, Pairs]:
    """Return which pairs of `others` come near each other under a key, and which do no longer.

    They do where rows of `mine` (of `bands`) take the place of rows of `former`.
    """
    given = {"mine": mine, "former": former, "others": others}
    for name, table in given.items():
        partitions.database.register(name, table)
    rows = partitions.table(_CROWDED, bucket=partitions.options.bucket)
    for name in given:
        partitions.database.unregister(name)
    held = np.flatnonzero(np.asarray(rows["held"]))
    before, after = (
        _reach(rows, held, side, partitions.options.bucket) for side in ("before", "after")
    )
    return (
        _between(rows, held, before, after, partitions.options),
        _between(rows, held, after, before, partitions.options),
    )


def _reach(rows: pa.Table, held: NDArray[np.intp], side: str, bucket: int) -> NDArray[np.intp]:
    """Return for each held row the place, among held rows, behind the last one near it."""
    keys = np.asarray(rows["key"])
    run = np.cumsum(np.diff(keys, prepend=keys[:1]) != 0)
    # Keys are set further apart than a bucket, so that one search finds neighbours of all keys.
    places = (np.cumsum(np.asarray(rows[side])) + run * (bucket + 1))[held]
    reached: NDArray[np.intp] = np.searchsorted(places, places + bucket, "right")
    return reached


def _between(
    rows: pa.Table,
    held: NDArray[np.intp],
    first: NDArray[np.intp],
    last: NDArray[np.intp],
    options: FoldOptions,
) -> Pairs:
    """Return the pairs of each held row and those from `first` to before `last`.

    Pairs are distinct and sorted.
    """
    counts = np.maximum(last - first, 0)
    one = np.repeat(np.arange(held.size), counts)
    other = (
        np.arange(counts.sum())
        - np.repeat(np.cumsum(counts) - counts, counts)
        + np.repeat(first, counts)
    )
    days = np.asarray(rows["day"].cast(pa.int32()))[held]
    titled = np.asarray(rows["key"])[held][one] & 7 == TITLE
    reach = np.where(titled, min(1, options.window_days), options.window_days)
    numbers = np.asarray(rows["number"])[held]
    pairs = np.sort(
        np.stack([numbers[one], numbers[other]], axis=1)[days[other] - days[one] <= reach], axis=1
    )
    return np.unique(pairs, axis=0)


# No day: marks rows that are left out.
_NEVER: Final = -(2**31)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs that a batch makes candidates, smaller number first, sorted.

    `mine` have a document of the batch in them. Of keys that more than a bucket of documents share,
    `closer` are pairs of others that the batch brought near each other, and `further` those that it
    parted.
    """

    mine: NDArray[np.int64]
    closer: NDArray[np.int64]
    further: NDArray[np.int64]


def candidates(partitions: Partitions, fresh: Fresh) -> Candidates:
    """Return which pairs are worth comparing now, and which are no longer."""
    former = _former_keys(partitions, fresh)
    known = _known(partitions, fresh, pa.concat_tables([fresh.bands, former]))
    return Candidates(
        near(partitions, fresh.bands, known), *moved(partitions, fresh.bands, former, known)
    )


def still(partitions: Partitions, fresh: Fresh, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the candidates that contain a document of `pairs`, which are not of the batch."""
    mine = _keys(partitions, np.unique(pairs))
    return near(partitions, mine, pa.concat_tables([_known(partitions, fresh, mine), fresh.bands]))


def _known(partitions: Partitions, fresh: Fresh, bands: pa.Table) -> pa.Table:
    """Return the rows of earlier documents, none of the batch, that share a key with `bands`."""
    again = signed_again(partitions, fresh.numbers)
    met = np.isin(np.asarray(again["key"]), np.asarray(bands["key"]))
    return pa.concat_tables(
        [stored(partitions, replace(fresh, bands=bands)), again.filter(pa.array(met))]
    )


def _keys(partitions: Partitions, numbers: NDArray[np.int64]) -> pa.Table:
    """Return the keys of documents of the window, as their newest rows have them."""
    rows = partitions.signatures.rows(numbers, (*_KEYED, "text")).to_pylist()
    return bands_of(rows, partitions.options.features)


def _former_keys(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the keys that documents which were signed again had before."""
    again = np.setdiff1d(fresh.numbers, sorted(fresh.asked))
    former = partitions.signatures.rows(again, _KEYED)
    # Signing again changes what is cut from a text, not the text.
    texts = fresh.sig.select(["number", "text"]).filter(pa.array(np.isin(fresh.numbers, again)))
    rows = former.append_column("text", texts.sort_by("number")["text"]).to_pylist()
    return bands_of(rows, partitions.options.features)


def stored(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of the window's `bands` that share a key with `fresh`.

    Documents that were signed again are left out: their stored keys may be of an older text.

    A part costs little more than reading its keys. The day is the document's.
    """
    parts = partitions.window.tables("bands", *widened(fresh.days, partitions.options.window_days))
    wanted, found = (
        distinct(np.asarray(fresh.bands["key"])),
        [(np.empty(0, np.int64), np.empty(0, np.int64))],
    )
    for part in parts:
        with opened(part) as read:
            keys = np.asarray(read(["key"])["key"])
            places, _ = among(keys, wanted, KEY_BITS)
            if places.size:
                found.append((keys[places], np.asarray(read(["number"])["number"])[places]))
    keys, numbers = (np.concatenate(side) for side in zip(*found, strict=True))
    return _dated(partitions.signatures, keys, numbers, fresh)


def _dated(signatures: Signatures, keys: Numbers, numbers: Numbers, fresh: Fresh) -> pa.Table:
    known, which = np.unique(numbers, return_inverse=True)
    days = np.full(known.size, _NEVER, np.int32)
    places, owners = signatures.places(known)
    days[owners] = signatures.days[places]
    days[np.isin(known, signatures.again) | np.isin(known, fresh.numbers)] = _NEVER
    there = days[which] != _NEVER
    arrays = [
        pa.array(keys[there]),
        pa.array(numbers[there]),
        pa.array(days[which][there]).cast(pa.date32()),
    ]
    return pa.Table.from_arrays(arrays, schema=BANDS)


def signed_again(partitions: Partitions, known: NDArray[np.int64]) -> pa.Table:
    """Return the true keys of documents that were signed more than once and are not `known`.

    Their stored keys are of any time; these are of their newest text.
    """
    return _keys(partitions, np.setdiff1d(partitions.signatures.again, known))
