"""Decides how each member of a cluster came from its original, and from which member."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from processing.resolving.clusters import MERGING, Edge, Node
from processing.resolving.originals import ALONE, Owner, claim, credits_it, original, ownership
from processing.signing.documents import CLASSES

_WEAK: Final = ("followup", "contains", "derivative", "series")
_HELD: Final = frozenset({"part", "quote", "derivative"})
"""Links of a digest to the stories that it holds."""
_CUT: Final = (0.8, 0.8, 0.25)
"""What makes an excerpt.

The least share of its text that the parent has, the share of the parent's from which on it is the
same text with a little less, and the least share of the parent's that is lacking in large pieces.
"""
_CUT_BELOW_OWN_LEAD: Final = (0.85, 0.7, 0.4)
_DATELINE: Final = 24
"""Canonical characters of a dateline and a byline, which stand before words of the parent."""
_AS_LIKE: Final = 0.05
"""Share of a text within which two others are as likely its source: copies differ in bylines."""


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
    # The share of the document's text that its parent has, and of the parent's that it has.
    shares: tuple[float, float] | None = None
    owner: Owner = ALONE


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
    if edge.link == "reworked":
        return "derivative"
    return "excerpt" if _cut(node, parent, edge) else "copy"


def _cut(node: Node, parent: Node, edge: Edge) -> bool:
    """Say whether a text is a passage of its parent, which goes on before or behind it."""
    if node.length >= parent.length:
        return False
    if edge.link == "part":
        return True
    # A text that opens in words of its own was edited, and may lack a paragraph all the same.
    opens_alike = edge.span_of(node.number)[0] <= _DATELINE
    mine, whole, gap = _CUT if opens_alike else _CUT_BELOW_OWN_LEAD
    return (
        edge.share_of(node.number) >= mine
        and edge.share_of(parent.number) < whole
        and edge.gap_of(parent.number) >= gap
    )


def rows(cluster: Sequence[Node], links: Mapping[int, Sequence[Edge]]) -> list[ClusterRow]:
    """Return the rows of one cluster: a tree of parents from the original.

    A parent is the member that a document credits, else an earlier one.
    """
    first = original(cluster)
    name = min(node.article_id for node in cluster)
    nodes = {node.number: node for node in cluster}
    tree = _tree(first.number, nodes, links)
    owner = ownership(cluster, first)
    found = [ClusterRow(first.number, name, first.number, "original", None, 1.0, "", None, owner)]
    for number, (parent, edge) in _likeliest(tree, nodes, links).items():
        node, other = nodes[number], nodes[parent]
        evidence = "; ".join(filter(None, (edge.evidence, credits_it(node, other))))
        how, shares = relation(node, other, edge), _shares(edge, number)
        found.append(
            ClusterRow(
                number, name, first.number, how, parent, _score(edge), evidence, shares, owner
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
        if edge.link in MERGING and edge.other(number) in nodes:
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

    The earlier ones first, so that none stays below what came from it. Equal texts are one text in many places: each
    may come from the first of them, however many stand between the two.
    """
    made = dict(tree)
    firsts = _first_of_equals([nodes[number] for number in (*tree, *_roots(tree))])
    for number in sorted(tree, key=lambda each: (nodes[each].seen, nodes[each].id)):
        near = [*_merging(number, nodes, links), *_equal(nodes[number], firsts)]
        others = [each for each in near if not _below(each[0], number, made)]
        found = _credited(nodes[number], others, nodes) or _had(nodes[number], others, nodes)
        if found:
            made[number] = found
    return made


def _roots(tree: ClusterTree) -> set[int]:
    return {parent for parent, _ in tree.values() if parent not in tree}


def _first_of_equals(members: Sequence[Node]) -> dict[bytes, Node]:
    """Return of each text that several members have the one that is likeliest its source."""
    firsts: dict[bytes, Node] = {}
    for node in sorted(members, key=claim, reverse=True):
        firsts[node.digest] = node
    return firsts


def _equal(node: Node, firsts: Mapping[bytes, Node]) -> Iterator[tuple[int, Edge]]:
    first = firsts[node.digest]
    if first.number != node.number and node.length:
        low, high = sorted((first.number, node.number))
        whole = (0, node.length)
        yield (
            first.number,
            Edge(low, high, "same", 1.0, (1.0, 1.0), (whole, whole), (0.0, 0.0), "same text"),
        )


def _credited(
    node: Node, others: Sequence[tuple[int, Edge]], nodes: Mapping[int, Node]
) -> tuple[int, Edge] | None:
    """Return which of `others` the document names as its source, the most alike of several."""
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
    """Return the first of the most alike `others` that could be the document's source.

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
    # Not the most alike: a cut text is nearest to another cut, and came from the whole all the same.
    least = max((edge.share_of(node.number) for _, _, edge in known), default=0.0) - _AS_LIKE
    alike = [(other, edge) for _, other, edge in known if edge.share_of(node.number) >= least]
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
    shares, score = _shares(edge, row.number), _score(edge)
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
    return (_score(edge), other.seen, other.id)


def _score(edge: Edge) -> float:
    return round(edge.containment, 4)


def _shares(edge: Edge, number: int) -> tuple[float, float]:
    """Return the share of a document that the other one has, and of that one that it has."""
    return round(edge.share_of(number), 4), round(edge.share_of(edge.other(number)), 4)
