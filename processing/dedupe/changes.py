"""Which rows of `clusters` a fold changes, and which cluster ids it retires."""

from collections.abc import Collection
from typing import Final

import pyarrow as pa

from processing.dedupe.columns import ALIASES, CLUSTERS
from processing.dedupe.partitions import Partitions, days_of, widened

_COLUMNS: Final = ", ".join(CLUSTERS.names)
_FORMER: Final = f"""
    CREATE OR REPLACE TEMPORARY TABLE former AS
    SELECT {_COLUMNS} FROM raw_clusters SEMI JOIN found USING (version_id)
    QUALIFY row_number() OVER (PARTITION BY version_id ORDER BY part DESC) = 1
"""  # noqa: S608 - names of our own
_KEPT: Final = """
    SELECT * FROM found
    WHERE version_id IN (SELECT version_id FROM asked)
       OR version_id IN (SELECT version_id FROM (FROM found EXCEPT FROM former))
    ORDER BY version_id
"""
_RETIRED: Final = """
    SELECT former.cluster AS old, found.cluster AS "new", found.day AS day FROM former JOIN found USING (version_id)
    WHERE former.cluster NOT IN (SELECT cluster FROM found)
    QUALIFY row_number() OVER (PARTITION BY former.cluster ORDER BY found.cluster, found.day) = 1
    ORDER BY old
"""


def changed(partitions: Partitions, found: pa.Table, asked: Collection[str]) -> tuple[pa.Table, pa.Table]:
    """Return the rows of `found` that are `asked`, new or other than before, and the ids of clusters that are no more.

    A cluster id is retired where none of the documents that had it has it still; readers follow `old` to `new` until
    there is no further row.
    """
    if not found.num_rows:
        return CLUSTERS.empty_table(), ALIASES.empty_table()
    database = partitions.database
    partitions.show("clusters", widened(days_of(found), 0), CLUSTERS)
    given = {"found": found, "asked": pa.table({"version_id": pa.array(sorted(asked), pa.string())})}
    for name, table in given.items():
        database.register(name, table)
    database.execute(_FORMER)
    kept, retired = partitions.table(_KEPT), partitions.table(_RETIRED)
    for name in given:
        database.unregister(name)
    return kept.cast(CLUSTERS), retired.cast(ALIASES)
