"""Which rows of `clusters` a fold changes, and which cluster ids it retires."""

import pyarrow as pa

from processing.dedupe.columns import ALIASES, CLUSTERS
from processing.dedupe.fresh import Fresh
from processing.dedupe.partitions import Partitions, days_of, widened

_FORMER = """
    SELECT * EXCLUDE (part) FROM raw_clusters WHERE version_id IN (SELECT version_id FROM found)
    QUALIFY row_number() OVER (PARTITION BY version_id ORDER BY part DESC) = 1
"""


def changed(partitions: Partitions, found: pa.Table, fresh: Fresh) -> tuple[pa.Table, pa.Table]:
    """Return the rows of `found` that are new or other than before, and the ids of clusters that are no more.

    A cluster id is retired where none of the documents that had it has it still; readers follow `old` to `new` until
    there is no further row.
    """
    partitions.show("clusters", widened(days_of(found), 0), CLUSTERS)
    partitions.database.register("found", found)
    former = {row["version_id"]: row for row in partitions.table(_FORMER).to_pylist()}
    partitions.database.unregister("found")
    asked = set(
        fresh.sig.filter(pa.array([number in fresh.asked for number in fresh.numbers.tolist()]))["id"].to_pylist()
    )
    rows = found.to_pylist()
    kept = [row for row in rows if row["version_id"] in asked or former.get(row["version_id"]) != row]
    alive = {row["cluster"] for row in rows}
    retired: dict[str, tuple[str, object]] = {}
    for row in rows:
        before = former.get(row["version_id"])
        if before and before["cluster"] not in alive:
            chosen = (row["cluster"], row["day"])
            retired[before["cluster"]] = min(retired.get(before["cluster"], chosen), chosen)
    aliases = [{"old": old, "new": new, "day": day} for old, (new, day) in sorted(retired.items())]
    return pa.Table.from_pylist(kept, schema=CLUSTERS), pa.Table.from_pylist(aliases, schema=ALIASES)
