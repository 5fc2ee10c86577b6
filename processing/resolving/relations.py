"""Which member of a cluster is the original, and how each of the others came from it."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from processing.resolving.clusters import Edge, Node
from processing.signing.documents import CLASSES

_WEAK: Final = ("followup", "derivative", "series")
_AS_LIKE: Final = 0.05
"""Jaccard within which two texts are as likely to be what a third one came from: copies differ in bylines."""


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One document's place: see `processing.dedupe.fold`."""

    number: int
    cluster: str
    original: int
    relation: str
    parent: int | None
    score: float
    evidence: str


def credits_it(node: Node, other: Node) -> str:
    """Return how `node` says that its text is the other one's: "links to it", "credits it", or an empty string."""
    if node.article_id == other.article_id:
        return ""
    if node.origin_key and node.origin_key == other.url_key:
        return "links to it"
    return "credits it" if other.name != node.name and other.name in node.credits else ""


def claim(node: Node) -> tuple[int, datetime, int, str]:
    """Return the order in which members without explicit credit are taken for the original, the first first."""
    place = CLASSES.index(node.outlet_class) if node.outlet_class in CLASSES else len(CLASSES)
    return place, node.seen, -node.length, node.id


def original(members: Sequence[Node]) -> Node:
    """Return whose text it is: one that credits no other member; of these by class, first seen, length and id."""
    urls = {node.url_key: node for node in members if node.url_key}
    names = {node.name for node in members if node.name}
    owning = [node for node in members if not _says_whose(node, urls, names)]
    return min(owning or members, key=claim)


def _says_whose(node: Node, urls: Mapping[int, Node], names: AbstractSet[str]) -> bool:
    source = urls.get(node.origin_key) if node.origin_key else None
    if source and source.article_id != node.article_id:
        return True
    return bool((node.credits & names) - {node.name})


def relation(node: Node, parent: Node, edge: Edge) -> str:
    """Return how `node` came from `parent`, which shares its cluster."""
    if node.article_id == parent.article_id:
        return "version"
    if (
        node.outlet == parent.outlet and node.outlet and node.outlet_class in CLASSES[:2]
    ):  # a board runs no report
        if node.rank != parent.rank:
            return "followup"
        return "copy" if node.digest == parent.digest else "version"
    return "excerpt" if edge.link == "part" and node.length < parent.length else "copy"


def rows(cluster: Sequence[Node], links: Mapping[int, Sequence[Edge]]) -> list[ClusterRow]:
    """Return the rows of one cluster: a tree from the original, whose parents are named by credits or else by time."""
    first = original(cluster)
    name = min(node.article_id for node in cluster)
    nodes = {node.number: node for node in cluster}
    tree = _tree(first.number, nodes, links)
    found = [ClusterRow(first.number, name, first.number, "original", None, 1.0, "")]
    for number, (parent, edge) in _likeliest(tree, nodes, links).items():
        node, other = nodes[number], nodes[parent]
        evidence = "; ".join(filter(None, (edge.evidence, credits_it(node, other))))
        found.append(
            ClusterRow(
                number,
                name,
                first.number,
                relation(node, other, edge),
                parent,
                _score(edge),
                evidence,
            )
        )
    return found


ClusterTree: TypeAlias = dict[
    int, tuple[int, Edge]
]  # for each member but the original its parent and the link to it


def _merging(
    number: int, nodes: Mapping[int, Node], links: Mapping[int, Sequence[Edge]]
) -> Iterator[tuple[int, Edge]]:
    for edge in links.get(number, ()):
        if edge.link in {"same", "part"} and edge.other(number) in nodes:
            yield edge.other(number), edge


def _tree(
    first: int, nodes: Mapping[int, Node], links: Mapping[int, Sequence[Edge]]
) -> ClusterTree:
    """Return the tree that grows along the strongest links, versions of one article first."""
    found: ClusterTree = {}
    queue: list[tuple[tuple[bool, float, str, str], int, int, Edge]] = []
    reached = first
    while True:
        for other, edge in _merging(reached, nodes, links):
            if other != first and other not in found:
                node, parent = nodes[other], nodes[reached]
                near = (
                    node.article_id != parent.article_id,
                    -round(edge.jaccard, 4),
                    parent.id,
                    node.id,
                )
                heapq.heappush(queue, (near, other, reached, edge))
        while queue and queue[0][1] in found:
            heapq.heappop(queue)
        if not queue:
            return found
        _, reached, parent_number, link = heapq.heappop(queue)
        found[reached] = (parent_number, link)


def _likeliest(
    tree: ClusterTree, nodes: Mapping[int, Node], links: Mapping[int, Sequence[Edge]]
) -> ClusterTree:
    """Return the tree with each member under the source that it names, else under what it is likeliest to come from.

    The earlier ones first, so that none stays below what came from it.
    """
    made = dict(tree)
    for number in sorted(tree, key=lambda each: (nodes[each].seen, nodes[each].id)):
        others = [
            each for each in _merging(number, nodes, links) if not _below(each[0], number, made)
        ]
        found = _credited(nodes[number], others, nodes) or _had(nodes[number], others, nodes)
        if found:
            made[number] = found
    return made


def _credited(
    node: Node, others: Sequence[tuple[int, Edge]], nodes: Mapping[int, Node]
) -> tuple[int, Edge] | None:
    """Return which of `others` the document names as its source, the most alike where there are several."""
    named = [(credits_it(node, nodes[other]), other, edge) for other, edge in others]
    best = max(
        (
            (said == "links to it", round(edge.jaccard, 4), nodes[other].id, other, edge)
            for said, other, edge in named
            if said
        ),
        key=lambda each: each[:3],
        default=None,
    )
    return best[3:] if best else None


def _had(
    node: Node, others: Sequence[tuple[int, Edge]], nodes: Mapping[int, Node]
) -> tuple[int, Edge] | None:
    """Return the first of `others` that are most alike, were there before the document, and could be its source.

    An article's own versions come first, and a newsroom copies no portal.
    """
    own = node.outlet_class in CLASSES[:2]
    known = [
        (nodes[other].article_id == node.article_id, other, edge)
        for other, edge in others
        if nodes[other].seen <= node.seen and (nodes[other].outlet_class in CLASSES[:2] or not own)
    ]
    same = any(version for version, _, _ in known)
    known = [each for each in known if each[0] == same]
    least = max((edge.jaccard for _, _, edge in known), default=0.0) - _AS_LIKE
    alike = [(other, edge) for _, other, edge in known if edge.jaccard >= least]
    return min(alike, key=lambda each: claim(nodes[each[0]]), default=None)


def _below(number: int, ancestor: int, tree: ClusterTree) -> bool:
    """Say whether `number` hangs under `ancestor`, which must not become its child."""
    while number in tree and number != ancestor:
        number = tree[number][0]
    return number == ancestor


def unmerged(
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
    if row.number in whole:
        held = [edge for edge in links[row.number] if edge.link == "part"]
        parent, edge = max(
            ((nodes[edge.other(row.number)], edge) for edge in held),
            key=lambda pair: (pair[0].length, pair[0].id),
        )
        return replace(
            row,
            relation="digest",
            parent=parent.number,
            score=_score(edge),
            evidence="holds several stories",
        )
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
            earlier[edge.link].append((other, edge))
    for link in _WEAK:
        if earlier[link]:
            parent, edge = max(earlier[link], key=partial(_nearness, link))
            return replace(
                row, relation=link, parent=parent.number, score=_score(edge), evidence=edge.evidence
            )
    return row


def _nearness(link: str, pair: tuple[Node, Edge]) -> tuple[int | float, datetime, str]:
    other, edge = pair
    if link == "followup":  # the state just before
        return (-1 if other.rank is None else other.rank, other.seen, other.id)
    return (_score(edge), other.seen, other.id)


def _score(edge: Edge) -> float:
    return round(edge.containment, 4)
