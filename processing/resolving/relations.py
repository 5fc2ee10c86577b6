"""Decides which member of a cluster is its original, and how each of the others came from which.

How sure the original is, is said with it.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from processing.resolving.clusters import MERGING, NEVER, Edge, Node
from processing.signing.documents import CLASSES

_CLEAR: Final = timedelta(minutes=10)
"""How much earlier than others a text was surely first: stamps of one moment differ by minutes."""
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
class Owner:
    """How sure it is whose text a cluster is, from 0 to 1, and what that rests on."""

    confidence: float = 1.0
    evidence: str = "alone"


ALONE: Final = Owner()


def credits_it(node: Node, other: Node) -> str:
    """Return how `node` says that its text is the other one's.

    "links to it", "credits it", or an empty string.
    """
    if node.article_id == other.article_id:
        return ""
    if node.origin_key and node.origin_key == other.url_key:
        return "links to it"
    return "credits it" if other.name != node.name and other.name in node.credits else ""


def claim(node: Node) -> tuple[int, datetime, int, str]:
    """Return the sort key by which a member without explicit credit is taken for the original."""
    place = CLASSES.index(node.outlet_class) if node.outlet_class in CLASSES else len(CLASSES)
    return place, node.seen, -node.length, node.id


def original(members: Sequence[Node]) -> Node:
    """Return whose text it is: one that credits no other member.

    Of these by class, first seen, length and id.
    """
    urls = {node.url_key: node for node in members if node.url_key}
    names = {node.name for node in members if node.name}
    # Where all credit each other nobody is left, and class and time decide among all.
    owning = [node for node in members if not _says_whose(node, urls, names)]
    return min(owning or members, key=claim)


def _says_whose(node: Node, urls: Mapping[int, Node], names: AbstractSet[str]) -> bool:
    source = urls.get(node.origin_key) if node.origin_key else None
    if source and source.article_id != node.article_id:
        return True
    return bool((node.credits & names) - {node.name})


def ownership(members: Sequence[Node], first: Node) -> Owner:
    """Return how sure it is that the text is `first`'s, the original of these members."""
    others = [node for node in members if node.article_id != first.article_id]
    if not others:
        return ALONE if len(members) == 1 else Owner(1.0, "one article")
    # Versions of one newsroom credit nobody; which was first is all that can be said.
    if all(node.outlet and node.outlet == first.outlet for node in others):
        return (
            Owner(0.95, "one outlet; first seen")
            if _lead(first, others)
            else Owner(0.6, "one outlet")
        )
    if _says_whose(first, {node.url_key: node for node in others}, {node.name for node in others}):
        return Owner(0.3, "credits another member")
    return _among_outlets(members, first, others)


def _among_outlets(members: Sequence[Node], first: Node, others: Sequence[Node]) -> Owner:
    said = sorted({credits_it(node, first) for node in others} - {""})
    rivals = [
        node
        for node in others
        if node.outlet_class == first.outlet_class and not credits_it(node, first)
    ]
    lead = _lead(first, rivals)
    if rivals and all(node.outlet_class not in CLASSES[:2] for node in members):
        return Owner(0.4, "; ".join([*said, "no newsroom among them"]))
    grounds = list(said)
    if not rivals and any(node.outlet_class != first.outlet_class for node in others):
        grounds.append("outlet class")
    if rivals and lead is None:
        grounds.append("others of its class were as early")
    elif rivals:
        grounds.append("first seen" if lead else "seen at the same time as others")
    sure = _confidence(bool(said), bool(rivals), lead, _first_of_all(first, others))
    return Owner(sure, "; ".join(grounds))


def _confidence(said: bool, rivals: bool, lead: timedelta | None, early: bool) -> float:  # noqa: FBT001 - of a table
    if said:
        return 0.98 if early or not rivals else 0.9
    if not rivals:
        return 0.95 if early else 0.8
    if lead is None:
        return 0.4
    if lead >= _CLEAR:
        return 0.9
    return 0.7 if lead else 0.5


def _lead(first: Node, rivals: Sequence[Node]) -> timedelta | None:
    """Return how long before all rivals a document was seen.

    None where it was not, or no time is known.
    """
    if first.seen == NEVER:
        return None
    if not rivals:
        return _CLEAR
    lead = min(node.seen for node in rivals) - first.seen
    return lead if lead >= timedelta(0) else None


def _first_of_all(first: Node, others: Sequence[Node]) -> bool:
    return first.seen != NEVER and all(first.seen <= node.seen for node in others)


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
        how, shares = relation(node, other, edge), shares_of(edge, number)
        found.append(
            ClusterRow(
                number, name, first.number, how, parent, score_of(edge), evidence, shares, owner
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


def score_of(edge: Edge) -> float:
    return round(edge.containment, 4)


def shares_of(edge: Edge, number: int) -> tuple[float, float]:
    """Return the share of a document that the other one has, and of that one that it has."""
    return round(edge.share_of(number), 4), round(edge.share_of(edge.other(number)), 4)
