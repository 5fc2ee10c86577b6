"""resolve: which documents a batch may have moved, and their rows that changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

import numpy as np
import pyarrow as pa

from processing.dedupe.clusters import Edge, Node, components
from processing.dedupe.columns import CLUSTERS, EDGES
from processing.dedupe.fresh import Fresh
from processing.dedupe.nodes import NODE, edge_of, node_of
from processing.dedupe.partitions import Partitions, days_of, widened
from processing.dedupe.relations import Row, rows, unmerged

_EDGES = """
    CREATE OR REPLACE TABLE all_edges AS
    WITH every_edge AS (SELECT * FROM raw_edges UNION ALL SELECT *, 2147483647 AS part FROM new_edges),
         newest AS (SELECT *, row_number() OVER (PARTITION BY a, b ORDER BY part DESC) AS place FROM every_edge)
    SELECT * EXCLUDE (part, place) FROM newest WHERE place = 1 AND link <> 'none'
"""
_REACHED = """
    INSERT INTO reached
    SELECT DISTINCT number FROM (
        SELECT b AS number FROM all_edges JOIN reached ON a = reached.number WHERE link IN ('same', 'part')
        UNION ALL SELECT a FROM all_edges JOIN reached ON b = reached.number WHERE link IN ('same', 'part'))
    WHERE number NOT IN (SELECT number FROM reached)
"""
_TOUCHING = """
    SELECT * FROM all_edges
    WHERE a IN (SELECT number FROM reached) OR b IN (SELECT number FROM reached) ORDER BY a, b
"""


def resolve(nodes: Mapping[int, Node], edges: Sequence[Edge], reached: frozenset[int]) -> list[Row]:
    """Return a row for each of `reached`, sorted by id; pure, and independent of the order of its arguments.

    `nodes` are those of `reached`, which are closed under merging links, and their other neighbours.
    """
    known = [edge for edge in edges if edge.a in nodes and edge.b in nodes]
    inside = {number: node for number, node in nodes.items() if number in reached}
    merging = [edge for edge in known if edge.a in inside and edge.b in inside]
    forest, whole = components(inside, merging)
    links: dict[int, list[Edge]] = defaultdict(list)
    for edge in known:
        links[edge.a].append(edge)
        links[edge.b].append(edge)
    groups: dict[int, list[Node]] = defaultdict(list)
    for number in sorted(inside, key=lambda each: inside[each].id):
        groups[forest.find(number)].append(inside[number])
    names = {node.number: min(each.article_id for each in group) for group in groups.values() for node in group}
    found = [unmerged(row, nodes, links, names, whole) for group in groups.values() for row in rows(group, links)]
    return sorted(found, key=lambda row: nodes[row.number].id)


def gather(partitions: Partitions, fresh: Fresh, edges: pa.Table) -> tuple[dict[int, Node], list[Edge], frozenset[int]]:
    """Return what a batch may have moved: all that hangs together with its documents, however far back that reaches."""
    database, options = partitions.database, partitions.options
    start = np.unique(np.concatenate([fresh.numbers, np.asarray(edges["a"]), np.asarray(edges["b"])]))
    days = set(fresh.days)
    span = (date.max, date.min)
    database.register("new_edges", edges)
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
    reached = frozenset(number for (number,) in database.execute("SELECT number FROM reached").fetchall())
    found = [edge_of(row) for row in touching.to_pylist()]
    wanted = reached.union(*((edge.a, edge.b) for edge in found))
    signatures = partitions.read_signatures(widened(days, 0), fresh.asked)
    stored = signatures.rows(np.array(sorted(wanted.difference(fresh.numbers.tolist())), np.int64), NODE)
    mine = fresh.sig.select(list(NODE)).filter(pa.array(np.isin(fresh.numbers, sorted(wanted))))
    nodes = {node.number: node for table in (stored, mine) for node in map(node_of, table.to_pylist())}
    return nodes, found, reached & nodes.keys()


def _grew(partitions: Partitions) -> bool:
    before = _size(partitions)
    partitions.database.execute(_REACHED)
    return _size(partitions) > before


def _size(partitions: Partitions) -> int:
    return cast("int", partitions.database.execute("SELECT count(*) FROM reached").fetchall()[0][0])


def cluster_table(found: Sequence[Row], nodes: Mapping[int, Node]) -> pa.Table:
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
            }
            for row in found
        ],
        schema=CLUSTERS,
    )
