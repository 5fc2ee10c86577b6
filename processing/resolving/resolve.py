"""resolve: which documents a batch may have moved, and their rows of `clusters` that changed.

Each cluster is resolved by itself; then its original may be linked to one of another cluster. A
cluster id that no document has any longer is retired.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
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
from processing.resolving.relations import ClusterRow, rows, score_of, shares_of
from processing.signing.batch import Fresh
from processing.signing.columns import ALIASES, CLUSTERS, EDGES, NODE
from processing.signing.window import Partitions, days_of, widened

_WEAK: Final = ("followup", "contains", "derivative", "series")
_HELD: Final = frozenset({"part", "quote", "derivative"})
"""Links of a digest to the stories that it holds."""
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
        _unmerged(row, nodes, links, names, whole)
        for group in groups.values()
        for row in rows(group, links)
    ]
    return sorted(found, key=lambda row: nodes[row.number].id)


def _unmerged(
    row: ClusterRow,
    nodes: Mapping[int, Node],
    links: Mapping[int, Sequence[Edge]],
    names: Mapping[int, str],
    whole: frozenset[int],
) -> ClusterRow:
    """Return the row of a cluster's original with its link to a document of another cluster, where it has one.

    `names` are the clusters of the documents being resolved, `whole` the digests.
    """
    if row.relation != "original":
        return row
    mine = links.get(row.number, ())
    if row.number in whole:
        parent, edge = max(
            ((nodes[edge.other(row.number)], edge) for edge in mine if edge.link in _HELD),
            key=lambda pair: (
                pair[1].link == "part",
                pair[1].share_of(row.number),
                pair[0].length,
                pair[0].id,
            ),
        )
        return _linked(row, "digest", parent, edge, "holds several stories")
    return _weak(row, nodes, links, names)


def _weak(
    row: ClusterRow,
    nodes: Mapping[int, Node],
    links: Mapping[int, Sequence[Edge]],
    names: Mapping[int, str],
) -> ClusterRow:
    node = nodes[row.number]
    mine = (node.seen, node.id)
    earlier: dict[str, list[tuple[Node, Edge]]] = defaultdict(list)
    for edge in links.get(row.number, ()):
        other = nodes[edge.other(row.number)]
        if names.get(other.number) != row.cluster and (other.seen, other.id) < mine:
            holds = edge.link == "part" and node.length > other.length
            earlier["contains" if holds else edge.link].append((other, edge))
    for link in _in_order(earlier, row.number):
        if earlier[link]:
            parent, edge = max(earlier[link], key=partial(_nearness, link))
            evidence = "holds it among much else" if link == "contains" else edge.evidence
            return _linked(row, link, parent, edge, evidence)
    return row


def _in_order(found: Mapping[str, Sequence[tuple[Node, Edge]]], number: int) -> Sequence[str]:
    """Return the kinds of links in the order in which they count.

    What makes up most of a document comes before what it holds.
    """
    held, made = (
        max((edge.share_of(number) for _, edge in found.get(link, ())), default=0.0)
        for link in ("contains", "derivative")
    )
    return _WEAK if held >= made else ("followup", "derivative", "contains", "series")


def _linked(row: ClusterRow, how: str, parent: Node, edge: Edge, evidence: str) -> ClusterRow:
    """Return the row of an original that is linked to a document of another cluster."""
    shares, score = shares_of(edge, row.number), score_of(edge)
    return ClusterRow(
        row.number,
        row.cluster,
        row.original,
        how,
        parent.number,
        score,
        evidence,
        shares,
        row.owner,
    )


def _nearness(link: str, pair: tuple[Node, Edge]) -> tuple[int | float, datetime, str]:
    other, edge = pair
    if link == "followup":  # the state just before
        return (-1 if other.rank is None else other.rank, other.seen, other.id)
    return (score_of(edge), other.seen, other.id)


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
    older = wanted.difference(fresh.numbers.tolist())
    stored = signatures.rows(np.fromiter(older, np.int64, len(older)), NODE)
    mine = fresh.sig.select(list(NODE)).filter(pa.array(np.isin(fresh.numbers, [*wanted])))
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
