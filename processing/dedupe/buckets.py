"""Keys that very many documents share: which of them are compared, in whatever order they came.

The documents of a key stand in a row by day, then number, and two are compared where they are no more than `bucket`
places apart. So each is compared with those nearest to it in time, and which these are is a matter of what is there,
not of when it came. A document that comes to stand between two others parts them; one that takes its place elsewhere,
because a line of it is known as boilerplate now, lets others close up. Both are found here.
"""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.documents import FoldOptions
from processing.dedupe.partitions import Partitions
from processing.dedupe.sketching import TITLE

Pairs = NDArray[np.int64]

# A row of blocks as long as a bucket: whoever is near enough is in the same block or in one beside it.
_NEAR: Final = """
    WITH placed AS (
             SELECT key, number, day, row_number() OVER (PARTITION BY key ORDER BY day, number) - 1 AS place,
                 count(*) OVER (PARTITION BY key) AS size
             FROM (SELECT key, number, day FROM others SEMI JOIN mine USING (key) UNION FROM mine)),
         one AS (SELECT *, place // $bucket AS block FROM placed SEMI JOIN mine USING (key, number)),
         other AS (
             SELECT *, place // $bucket AS block FROM placed
             UNION ALL SELECT *, place // $bucket - 1 FROM placed WHERE place >= $bucket
             UNION ALL SELECT *, place // $bucket + 1 FROM placed WHERE place // $bucket < (size - 1) // $bucket)
    SELECT DISTINCT least(one.number, other.number) AS a, greatest(one.number, other.number) AS b
    FROM one JOIN other USING (key, block)
    WHERE one.number <> other.number AND abs(one.place - other.place) <= $bucket
      AND abs(one.day - other.day) <= CASE WHEN key & 7 = $title THEN least(1, $reach) ELSE $reach END
    ORDER BY a, b
"""
_CROWDED: Final = """
    WITH every AS (
             SELECT *, true AS before, true AS after, true AS held FROM others
             UNION ALL SELECT *, true, false, false FROM former
             UNION ALL SELECT *, false, true, false FROM mine),
         crowded AS (SELECT key FROM every GROUP BY key HAVING count(*) > $bucket)
    SELECT key, number, day, bool_or(before) AS before, bool_or(after) AS after, bool_and(held) AS held
    FROM every SEMI JOIN crowded USING (key) GROUP BY ALL ORDER BY key, day, number
"""


def near(partitions: Partitions, mine: pa.Table, others: pa.Table) -> Pairs:
    """Return the pairs (smaller number first, sorted) of a document of `mine` and one near it under one of its keys.

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


def moved(partitions: Partitions, mine: pa.Table, former: pa.Table, others: pa.Table) -> tuple[Pairs, Pairs]:
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
    before, after = (_reach(rows, held, side, partitions.options.bucket) for side in ("before", "after"))
    return (
        _between(rows, held, before, after, partitions.options),
        _between(rows, held, after, before, partitions.options),
    )


def _reach(rows: pa.Table, held: NDArray[np.intp], side: str, bucket: int) -> NDArray[np.intp]:
    """Return for each row that is held the place, among them, behind the last one that is near it."""
    keys = np.asarray(rows["key"])
    run = np.cumsum(np.diff(keys, prepend=keys[:1]) != 0)
    places = (np.cumsum(np.asarray(rows[side])) + run * (bucket + 1))[held]  # keys lie further apart than a bucket
    reached: NDArray[np.intp] = np.searchsorted(places, places + bucket, "right")
    return reached


def _between(
    rows: pa.Table, held: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp], options: FoldOptions
) -> Pairs:
    """Return the pairs of each row that is held and those from `first` to before `last`, distinct, sorted."""
    counts = np.maximum(last - first, 0)
    one = np.repeat(np.arange(held.size), counts)
    other = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    days = np.asarray(rows["day"].cast(pa.int32()))[held]
    titled = np.asarray(rows["key"])[held][one] & 7 == TITLE
    reach = np.where(titled, min(1, options.window_days), options.window_days)
    numbers = np.asarray(rows["number"])[held]
    pairs = np.sort(np.stack([numbers[one], numbers[other]], axis=1)[days[other] - days[one] <= reach], axis=1)
    return np.unique(pairs, axis=0)
