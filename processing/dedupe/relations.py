"""Which member of a cluster is the original, and how each of the others came from it."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from processing.dedupe.canonical import canonical
from processing.dedupe.clusters import Edge, Node
from processing.dedupe.documents import CLASSES

_OWN: Final = frozenset({"wire", "publisher"})
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_WEAK: Final = ("followup", "derivative", "series")


@dataclass(frozen=True, slots=True)
class Row:
    """One document's place: see `processing.dedupe.fold`."""

    number: int
    cluster: str
    original: int
    relation: str
    parent: int | None
    score: float
    evidence: str


def first_seen(node: Node) -> datetime:
    """Return when a text was first seen there.

    A portal's or an aggregator's publication time is often the time of its own collection, so only that is taken; an
    outlet's own time counts unless it lies after our fetch.
    """
    if node.outlet_class in _OWN and node.published_at:
        return min(node.published_at, node.fetched_at or node.published_at)
    return node.fetched_at or node.published_at or _NEVER


def credited(node: Node, members: Iterable[Node]) -> list[Node]:
    """Return the members whose text `node` says it has: by its link to the source, else by naming another outlet."""
    others = [each for each in members if each.number != node.number and each.article_id != node.article_id]
    linked = [each for each in others if node.origin_key and each.url_key == node.origin_key]
    if linked:
        return linked
    own = canonical(node.outlet)
    said = {each for each in node.credits if each != own}
    return [each for each in others if each.outlet != node.outlet and canonical(each.outlet) in said]


def claim(node: Node) -> tuple[int, datetime, int, str]:
    """Return the order in which members without explicit credit are taken for the original, the first first."""
    place = CLASSES.index(node.outlet_class) if node.outlet_class in CLASSES else len(CLASSES)
    return place, first_seen(node), -node.length, node.id


def original(members: Sequence[Node]) -> Node:
    """Return whose text it is: one that credits no other member; of these by class, first seen, length and id."""
    owning = [node for node in members if not credited(node, members)]
    return min(owning or members, key=claim)


def relation(node: Node, parent: Node, edge: Edge) -> str:
    """Return how `node` came from `parent`, which shares its cluster."""
    if node.article_id == parent.article_id:
        return "version"
    if node.outlet == parent.outlet and node.outlet:
        if node.rank != parent.rank:
            return "followup"
        return "copy" if node.digest == parent.digest else "version"
    return "excerpt" if edge.link == "part" and node.length < parent.length else "copy"


def rows(cluster: Sequence[Node], links: Mapping[int, Sequence[Edge]]) -> list[Row]:
    """Return the rows of one cluster: a tree that grows from the original along the strongest links."""
    first = original(cluster)
    name = min(node.article_id for node in cluster)
    nodes = {node.number: node for node in cluster}
    found = [Row(first.number, name, first.number, "original", None, 1.0, "")]
    seen = {first.number}
    queue: list[tuple[tuple[object, ...], int, int, Edge]] = []

    def reach(number: int) -> None:
        for edge in links.get(number, ()):
            other = edge.other(number)
            if other in nodes and other not in seen and edge.link in {"same", "part"}:
                heapq.heappush(queue, (_weight(nodes[other], nodes[number], edge), other, number, edge))

    reach(first.number)
    while queue:
        _, number, parent, edge = heapq.heappop(queue)
        if number in seen:
            continue
        seen.add(number)
        kind = relation(nodes[number], nodes[parent], edge)
        evidence = _evidence(nodes[number], nodes[parent], edge)
        found.append(Row(number, name, first.number, kind, parent, _score(edge), evidence))
        reach(number)
    return found


def _weight(node: Node, parent: Node, edge: Edge) -> tuple[object, ...]:
    explicit = bool(credited(node, [parent]))
    return (not explicit, node.article_id != parent.article_id, -round(edge.jaccard, 4), parent.id, node.id)


def _evidence(node: Node, parent: Node, edge: Edge) -> str:
    if node.origin_key and node.origin_key == parent.url_key:
        return f"{edge.evidence}; links to it"
    return f"{edge.evidence}; credits it" if credited(node, [parent]) else edge.evidence


def unmerged(
    row: Row,
    nodes: Mapping[int, Node],
    links: Mapping[int, Sequence[Edge]],
    names: Mapping[int, str],
    whole: frozenset[int],
) -> Row:
    """Return the row of a cluster's original with its link to a document of another cluster, where it has one.

    `names` are the clusters of the documents being resolved, `whole` the digests.
    """
    if row.relation != "original":
        return row
    if row.number in whole:
        held = [edge for edge in links[row.number] if edge.link == "part"]
        parent, edge = max(
            ((nodes[edge.other(row.number)], edge) for edge in held), key=lambda pair: (pair[0].length, pair[0].id)
        )
        return replace(
            row, relation="digest", parent=parent.number, score=_score(edge), evidence="holds several stories"
        )
    return _weak(row, nodes, links, names)


def _weak(row: Row, nodes: Mapping[int, Node], links: Mapping[int, Sequence[Edge]], names: Mapping[int, str]) -> Row:
    node = nodes[row.number]
    mine = (first_seen(node), node.id)
    earlier: dict[str, list[tuple[Node, Edge]]] = defaultdict(list)
    for edge in links.get(row.number, ()):
        other = nodes[edge.other(row.number)]
        if names.get(other.number) != row.cluster and (first_seen(other), other.id) < mine:
            earlier[edge.link].append((other, edge))
    for link in _WEAK:
        if earlier[link]:
            parent, edge = max(earlier[link], key=partial(_nearness, link))
            return replace(row, relation=link, parent=parent.number, score=_score(edge), evidence=edge.evidence)
    return row


def _nearness(link: str, pair: tuple[Node, Edge]) -> tuple[int | float, datetime, str]:
    other, edge = pair
    if link == "followup":  # the state just before
        return (-1 if other.rank is None else other.rank, first_seen(other), other.id)
    return (_score(edge), first_seen(other), other.id)


def _score(edge: Edge) -> float:
    return round(edge.containment, 4)
