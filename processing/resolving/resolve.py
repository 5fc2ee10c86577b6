"""Which rows of `clusters` a fold changes, and which cluster ids it retires.

resolve: which documents a batch may have moved, and their rows that changed.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final, cast

import numpy as np
import pyarrow as pa

from processing.resolving.clusters import (
    Edge,
    Node,
    components,
    edge_of,
    node_of,
    quotes_several,
)
from processing.resolving.relations import ClusterRow, rows, unmerged
from processing.signing.batch import Fresh
from processing.signing.columns import ALIASES, CLUSTERS, EDGES, NODE
from processing.signing.window import Partitions, days_of, widened

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


def changed(
    partitions: Partitions, found: pa.Table, asked: Collection[str]
) -> tuple[pa.Table, pa.Table]:
    """Return the rows of `found` that are `asked`, new or other than before, and the ids of clusters that are no more.

    A cluster id is retired where none of the documents that had it has it still; readers follow `old` to `new` until
    there is no further row.
    """
    if not found.num_rows:
        return CLUSTERS.empty_table(), ALIASES.empty_table()
    database = partitions.database
    partitions.show("clusters", widened(days_of(found), 0), CLUSTERS)
    given = {
        "found": found,
        "asked": pa.table({"version_id": pa.array(sorted(asked), pa.string())}),
    }
    for name, table in given.items():
        database.register(name, table)
    database.execute(_FORMER)
    kept, retired = partitions.table(_KEPT), partitions.table(_RETIRED)
    for name in given:
        database.unregister(name)
    return kept.cast(CLUSTERS), retired.cast(ALIASES)


_EDGES = """
    CREATE OR REPLACE TABLE all_edges AS
    WITH every_edge AS (SELECT * FROM raw_edges UNION ALL SELECT *, 2147483647 AS part FROM new_edges),
         newest AS (SELECT *, row_number() OVER (PARTITION BY a, b ORDER BY part DESC) AS place FROM every_edge)
    SELECT * EXCLUDE (part, place) FROM newest WHERE place = 1 AND link <> 'none'
"""
_REACHED = """
    INSERT INTO reached
    SELECT DISTINCT number FROM (
        SELECT b AS number FROM all_edges JOIN reached ON a = reached.number WHERE link IN ('same', 'reworked', 'part')
        UNION ALL SELECT a FROM all_edges JOIN reached ON b = reached.number WHERE link IN ('same', 'reworked', 'part'))
    WHERE number NOT IN (SELECT number FROM reached)
"""
_TOUCHING = """
    SELECT * FROM all_edges
    WHERE a IN (SELECT number FROM reached) OR b IN (SELECT number FROM reached) ORDER BY a, b
"""


def resolve(
    nodes: Mapping[int, Node], edges: Sequence[Edge], reached: frozenset[int]
) -> list[ClusterRow]:
    """Return a row for each of `reached`, sorted by id.

    Pure, and independent of the order of its arguments.

    `nodes` are those of `reached`, which are closed under merging links, and their other
    neighbours.
    """
    known = [edge for edge in edges if edge.a in nodes and edge.b in nodes]
    inside = {number: node for number, node in nodes.items() if number in reached}
    merging = [edge for edge in known if edge.a in inside and edge.b in inside]
    links: dict[int, list[Edge]] = defaultdict(list)
    for edge in known:
        links[edge.a].append(edge)
        links[edge.b].append(edge)
    # Known before clusters are made: nothing may hang on a text that is a digest by its quotes.
    quoting = frozenset(
        number for number, node in inside.items() if quotes_several(node, links[number], nodes)
    )
    forest, whole = components(inside, merging, quoting)
    groups: dict[int, list[Node]] = defaultdict(list)
    for number in sorted(inside, key=lambda each: inside[each].id):
        groups[forest.find(number)].append(inside[number])
    names = {
        node.number: min(each.article_id for each in group)
        for group in groups.values()
        for node in group
    }
    found = [
        unmerged(row, nodes, links, names, whole)
        for group in groups.values()
        for row in rows(group, links)
    ]
    return sorted(found, key=lambda row: nodes[row.number].id)


def gather(
    partitions: Partitions, fresh: Fresh, edges: pa.Table
) -> tuple[dict[int, Node], list[Edge], frozenset[int]]:
    """Return the documents that a batch may have moved, their edges, and which of them to resolve.

    Those to resolve are linked with the batch's documents, however far back that reaches; the
    others are their neighbours.
    """
    touching, days = _linked_with(partitions, fresh, edges)
    numbers = partitions.database.execute("SELECT number FROM reached").fetchall()
    reached = frozenset(number for (number,) in numbers)
    found = [edge_of(row) for row in touching.to_pylist()]
    wanted = reached.union(*((edge.a, edge.b) for edge in found))
    signatures = partitions.read_signatures(widened(days, 0), fresh.asked)
    stored = signatures.rows(
        np.array(sorted(wanted.difference(fresh.numbers.tolist())), np.int64), NODE
    )
    mine = fresh.sig.select(list(NODE)).filter(pa.array(np.isin(fresh.numbers, sorted(wanted))))
    nodes = {
        node.number: node for table in (stored, mine) for node in map(node_of, table.to_pylist())
    }
    return nodes, found, reached & nodes.keys()


def _linked_with(
    partitions: Partitions, fresh: Fresh, edges: pa.Table
) -> tuple[pa.Table, set[date]]:
    """Fill the table `reached`; return the edges that touch it, and the days of their documents."""
    database, options = partitions.database, partitions.options
    start = np.unique(
        np.concatenate([fresh.numbers, np.asarray(edges["a"]), np.asarray(edges["b"])])
    )
    days = set(fresh.days)
    span = (date.max, date.min)
    database.register("new_edges", edges)
    # A link may lead to a day outside the span, whose own links lead further: until none does.
    while (wider := widened(days, options.window_days)) != span:
        span = wider
        partitions.show("edges", span, EDGES)
        database.execute(_EDGES)
        partitions.keep("reached", start)
        while _grew(partitions):
            pass
        touching = partitions.table(_TOUCHING)
        for column in ("day_a", "day_b"):
            days |= days_of(touching, column)
    database.unregister("new_edges")
    return touching, days


def _grew(partitions: Partitions) -> bool:
    before = _size(partitions)
    partitions.database.execute(_REACHED)
    return _size(partitions) > before


def _size(partitions: Partitions) -> int:
    return cast("int", partitions.database.execute("SELECT count(*) FROM reached").fetchall()[0][0])


def cluster_table(found: Sequence[ClusterRow], nodes: Mapping[int, Node]) -> pa.Table:
    """Return rows as the table `clusters`, sorted by version id."""
    return pa.Table.from_pylist(
        [
            {
                "article_id": nodes[row.number].article_id,
                "version_id": nodes[row.number].id,
                "cluster": row.cluster,
                "original": nodes[row.original].id,
                "relation": row.relation,
                "parent": None if row.parent is None else nodes[row.parent].id,
                "score": row.score,
                "evidence": row.evidence,
                "day": nodes[row.number].day,
                "share_of_this": row.shares[0] if row.shares else None,
                "share_of_parent": row.shares[1] if row.shares else None,
                "original_confidence": row.owner.confidence,
                "original_evidence": row.owner.evidence,
                "stub": nodes[row.number].stub,
            }
            for row in found
        ],
        schema=CLUSTERS,
    )
