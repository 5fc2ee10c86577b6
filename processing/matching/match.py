"""Finds the candidates of a batch and returns the edges that it makes and those that it ends.

Candidates are pairs that share a band key; keys are joined in DuckDB. Of a key that very many
documents share, not all pairs are taken: its documents stand in a row by day, then number, and two
are compared where they are no more than `bucket` places apart. That depends only on which documents
there are, not on when they came. A document that comes to stand between two others parts them; one
that loses a key, because a passage of it is known as boilerplate now, lets others close up. Both are
found here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.matching.pairs import edge_table, judged, outlines, sieved
from processing.matching.verdict import NONE, PairVerdict, Text
from processing.signing.batch import Fresh
from processing.signing.columns import BANDS, EDGES, NODE
from processing.signing.documents import FoldOptions
from processing.signing.shingles import KEY_BITS, TITLE, Numbers, distinct
from processing.signing.signature import bands_of
from processing.signing.window import Partitions, Signatures, among, opened, widened

_KEYED: Final = ("number", "article_id", "outlet", "title", "cut", "day")
_TOGETHER: Final = 8_000
"""Documents whose pairs are in memory at once."""

Pairs = NDArray[np.int64]

_PLACED: Final = """
    CREATE OR REPLACE TEMPORARY TABLE placed AS
    SELECT key, number, day, mine,
        row_number() OVER (PARTITION BY key ORDER BY day, number) - 1 AS place,
        count(*) OVER (PARTITION BY key) AS size
    FROM (
        SELECT key, number, day, bool_or(mine) AS mine FROM (
            SELECT key, number, day, false AS mine FROM others SEMI JOIN mine USING (key)
            UNION ALL SELECT key, number, day, true FROM mine)
        GROUP BY ALL)
"""
# A row of blocks as long as a bucket: whoever is near enough is in the same block or in one beside
# it. Of two documents of `mine` the one with the smaller number finds the other.
_NEAR: Final = """
    WITH one AS (
             SELECT *, place // $bucket AS block FROM placed
             WHERE mine AND (number % $slices + $slices) % $slices = $slice),
         other AS (
             SELECT *, place // $bucket AS block FROM placed
             UNION ALL SELECT *, place // $bucket - 1 FROM placed WHERE place >= $bucket
             UNION ALL SELECT *, place // $bucket + 1 FROM placed
             WHERE place // $bucket < (size - 1) // $bucket)
    SELECT DISTINCT least(one.number, other.number) AS a, greatest(one.number, other.number) AS b
    FROM one JOIN other USING (key, block)
    WHERE one.number <> other.number AND abs(one.place - other.place) <= $bucket
      AND (one.number < other.number OR NOT other.mine)
      AND abs(one.day - other.day)
          <= CASE WHEN key & 7 = $title THEN least(1, $reach) ELSE $reach END
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
_JUDGED: Final = (*NODE, "text", "facts")
_KNOWN_EDGES: Final = """
    SELECT DISTINCT a, b FROM raw_edges
    WHERE a IN (SELECT number FROM fresh_numbers) OR b IN (SELECT number FROM fresh_numbers)
    ORDER BY a, b
"""
_LINKED: Final = """
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
    known, found = _known_edges(partitions, fresh), candidates(partitions, fresh)
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


def _known_edges(partitions: Partitions, fresh: Fresh) -> NDArray[np.int64]:
    partitions.show("edges", widened(fresh.days, partitions.options.window_days), EDGES)
    partitions.keep("fresh_numbers", fresh.numbers)
    table = partitions.table(_KNOWN_EDGES)
    return np.stack([np.asarray(table["a"]), np.asarray(table["b"])], axis=1).astype(np.int64)


def _rows(partitions: Partitions, fresh: Fresh, found: NDArray[np.int64]) -> pa.Table:
    needed = np.unique(found)
    mine = fresh.sig.select(_JUDGED).filter(pa.array(np.isin(fresh.numbers, needed)))
    return pa.concat_tables(
        [mine, partitions.signatures.rows(np.setdiff1d(needed, fresh.numbers), _JUDGED)]
    )


def near(partitions: Partitions, mine: pa.Table, others: pa.Table) -> Pairs:
    """Return the pairs of a document of `mine` and one near it under one of its keys.

    The smaller number of a pair is first, and pairs are sorted.

    Both are rows of `bands`; `others` may have some of `mine` too.
    """
    return distinct_pairs(near_slices(partitions, mine, others))


def near_slices(partitions: Partitions, mine: pa.Table, others: pa.Table) -> Iterator[Pairs]:
    """Yield the pairs of `near`, not sorted, those of some thousand documents at a time.

    Documents of one outlet's phrases meet in hundreds of pairs each, of which few are worth
    comparing: those of a large batch are never in memory together.
    """
    options, database = partitions.options, partitions.database
    given = {"mine": mine, "others": others}
    for name, table in given.items():
        database.register(name, table)
    database.execute(_PLACED)
    for name in given:
        database.unregister(name)
    slices = 1 + pc.count_distinct(mine["number"]).as_py() // _TOGETHER
    values = {"bucket": options.bucket, "reach": options.window_days, "title": TITLE}
    for place in range(slices):
        found = partitions.table(_NEAR, **values, slices=slices, slice=place)
        yield np.stack([np.asarray(found["a"]), np.asarray(found["b"])], axis=1)
    database.execute("DROP TABLE placed")


def distinct_pairs(found: Iterable[Pairs]) -> Pairs:
    """Return pairs each once, sorted."""
    return np.unique(np.concatenate([np.empty((0, 2), np.int64), *found]), axis=0)


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
    """The pairs that a batch makes candidates, smaller number first.

    `mine` yields those that have a document of the batch in them, some at a time, and once;
    `numbers` are the documents of which they may be. Of keys that more than a bucket of documents share,
    `closer` are pairs of others that the batch brought near each other, and `further` those that it
    parted.
    """

    mine: Iterator[Pairs]
    numbers: Numbers
    closer: NDArray[np.int64]
    further: NDArray[np.int64]


def candidates(partitions: Partitions, fresh: Fresh) -> Candidates:
    """Return which pairs are worth comparing now, and which are no longer."""
    former = _former_keys(partitions, fresh)
    known = _known(partitions, fresh, pa.concat_tables([fresh.bands, former]))
    numbers = np.concatenate([fresh.numbers, np.asarray(known["number"])])
    return Candidates(
        near_slices(partitions, fresh.bands, known),
        distinct(numbers),
        *moved(partitions, fresh.bands, former, known),
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
