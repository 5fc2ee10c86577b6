"""match, first half: which pairs of documents are worth comparing, found by joining band keys in DuckDB."""

from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.columns import BANDS
from processing.dedupe.fresh import Fresh
from processing.dedupe.partitions import Partitions, widened
from processing.dedupe.signing import TITLE, redraft, signed, tables

# A pair is a candidate where a new document shares a key with another one that is not more than the window apart. Of
# a key that very many share the newest are taken.
_PAIRS = """
    WITH others AS (
             SELECT key, number, day FROM raw_bands SEMI JOIN fresh_bands USING (key)
             WHERE number NOT IN (SELECT number FROM replaced)
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
    partitions.show("bands", widened(fresh.days, options.window_days), BANDS)
    again = signed_again(partitions, frozenset(fresh.numbers.tolist()))
    partitions.keep("replaced", np.concatenate([fresh.numbers, np.asarray(again["number"])]))
    database.register("fresh_bands", fresh.bands)
    database.register("again_bands", again)
    found = partitions.table(_PAIRS, bucket=options.bucket, reach=options.window_days, title=TITLE)
    database.unregister("fresh_bands")
    database.unregister("again_bands")
    return np.stack([np.asarray(found["a"]), np.asarray(found["b"])], axis=1).astype(np.int64)


def signed_again(partitions: Partitions, known: frozenset[int]) -> pa.Table:
    """Return the true keys of documents that were signed more than once and are not `known`.

    Their stored keys are of any time; these are of their newest text.
    """
    found = partitions.database.execute("SELECT number FROM superseded ORDER BY number").fetchall()
    features = partitions.options.features
    rows = partitions.rows([number for (number,) in found if number not in known]).to_pylist()
    made = (signed(redraft(row, features), frozenset(cast("list[int]", row["dropped"])), features) for row in rows)
    return tables(made, features)[1]
