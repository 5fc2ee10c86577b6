"""match, first half: which pairs of documents are worth comparing, found by joining band keys in DuckDB."""

from typing import Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.columns import BANDS
from processing.dedupe.fresh import Fresh
from processing.dedupe.partitions import Partitions, widened
from processing.dedupe.shingles import distinct
from processing.dedupe.signatures import Numbers, Signatures, columns
from processing.dedupe.signing import redraft, signed, tables
from processing.dedupe.sketching import TITLE

_NEVER: Final = -(2**31)
# A pair is a candidate where a new document shares a key with another one that is not more than the window apart. Of
# a key that very many share the newest are taken.
_PAIRS = """
    WITH others AS (
             SELECT key, number, day FROM stored_bands
             UNION ALL SELECT key, number, day FROM again_bands
             UNION ALL SELECT key, number, day FROM fresh_bands),
         newest AS (
             SELECT DISTINCT key, number, day FROM others
             QUALIFY row_number() OVER (PARTITION BY key ORDER BY day DESC, number) <= $bucket)
    SELECT DISTINCT least(fresh.number, other.number) AS a, greatest(fresh.number, other.number) AS b
    FROM fresh_bands AS fresh JOIN newest AS other USING (key)
    WHERE fresh.number <> other.number
      AND abs(fresh.day - other.day) <= CASE WHEN key & 7 = $title THEN least(1, $reach) ELSE $reach END
    ORDER BY a, b
"""


def pairs(partitions: Partitions, fresh: Fresh) -> NDArray[np.int64]:
    """Return the candidate pairs (smaller number first, sorted) that have a document of `fresh` in them."""
    options, database = partitions.options, partitions.database
    database.register("stored_bands", stored(partitions, fresh))
    database.register("fresh_bands", fresh.bands)
    database.register("again_bands", signed_again(partitions, fresh.numbers))
    found = partitions.table(_PAIRS, bucket=options.bucket, reach=options.window_days, title=TITLE)
    for name in ("stored_bands", "fresh_bands", "again_bands"):
        database.unregister(name)
    return np.stack([np.asarray(found["a"]), np.asarray(found["b"])], axis=1).astype(np.int64)


def stored(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of the window's `bands` that share a key with `fresh`, but none of documents signed otherwise.

    Both are sorted, so a part costs little more than reading its keys. The day is the document's.
    """
    parts = partitions.window.tables("bands", *widened(fresh.days, partitions.options.window_days))
    wanted, found = distinct(np.asarray(fresh.bands["key"])), [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for part in parts:
        keys = np.asarray(columns(part, ["key"])["key"])
        first = np.searchsorted(keys, wanted)
        met = np.flatnonzero(keys[np.minimum(first, keys.size - 1)] == wanted) if keys.size else first[:0]
        if met.size:
            first = first[met]
            counts = np.searchsorted(keys, wanted[met], "right") - first
            places = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            found.append((keys[places], np.asarray(columns(part, ["number"])["number"])[places]))
    keys, numbers = (np.concatenate(side) for side in zip(*found, strict=True))
    return _dated(partitions.signatures, keys, numbers, fresh)


def _dated(signatures: Signatures, keys: Numbers, numbers: Numbers, fresh: Fresh) -> pa.Table:
    known, which = np.unique(numbers, return_inverse=True)
    days = np.full(known.size, _NEVER, np.int32)
    places, owners = signatures.places(known)
    days[owners] = signatures.days[places]
    days[np.isin(known, signatures.again) | np.isin(known, fresh.numbers)] = _NEVER
    there = days[which] != _NEVER
    arrays = [pa.array(keys[there]), pa.array(numbers[there]), pa.array(days[which][there]).cast(pa.date32())]
    return pa.Table.from_arrays(arrays, schema=BANDS)


def signed_again(partitions: Partitions, known: NDArray[np.int64]) -> pa.Table:
    """Return the true keys of documents that were signed more than once and are not `known`.

    Their stored keys are of any time; these are of their newest text.
    """
    signatures, features = partitions.signatures, partitions.options.features
    rows = signatures.rows(np.setdiff1d(signatures.again, known)).to_pylist()
    made = (signed(redraft(row, features), frozenset(cast("list[int]", row["dropped"]))) for row in rows)
    return tables(made, features)[1]
