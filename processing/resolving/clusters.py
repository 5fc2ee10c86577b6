"""resolve: from judged pairs to clusters, the same whatever the order in which documents came.

"Same" links make components. An excerpt then hangs on one parent alone, the most alike, so that a digest which quotes
two stories does not make them one. A text that holds three or more stories side by side is a digest and no parent. A
passing state of a running report (속보, 1보, …) is never in one cluster with the state that followed it, though a third
text may be like both.

Rows of `sig` and `edges` as the values that resolving works on.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, cast

from processing.signing.canonical import canonical, mark_of

_STORIES: Final = 3
_STORIES_BEFORE: Final = 2
_OWN: Final = frozenset({"wire", "publisher"})
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_SHARED: Final = 0.2


@dataclass(frozen=True, slots=True)
class Node:
    """What resolving needs to know of a document."""

    number: int
    id: str
    article_id: str
    outlet: str
    outlet_class: str
    rank: int | None
    published_at: datetime | None
    fetched_at: datetime | None
    length: int
    url_key: int
    origin_key: int
    name: str  # of the outlet, canonical, as credits have it
    credits: frozenset[str]
    digest: bytes
    day: date

    @property
    def seen(self) -> datetime:
        """When the text was first seen there.

        A portal's or an aggregator's publication time is often the time of its own collection, so only that is taken;
        an outlet's own time counts unless it lies after our fetch.
        """
        if self.outlet_class in _OWN and self.published_at:
            return min(self.published_at, self.fetched_at or self.published_at)
        return self.fetched_at or self.published_at or _NEVER


@dataclass(frozen=True, slots=True)
class Edge:
    """A judged pair."""

    a: int
    b: int
    link: str
    jaccard: float
    containment: float
    span: tuple[int, int]
    evidence: str

    def other(self, number: int) -> int:
        return self.b if number == self.a else self.a


Piece = tuple[int, int, Edge]
"""The numbers of the smaller and the larger document of a judged pair, and the pair."""


class Forest:
    """Disjoint sets whose root is the member with the smallest id."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self.names = names
        self.parent = {number: number for number in names}

    def find(self, number: int) -> int:
        while self.parent[number] != number:
            self.parent[number] = self.parent[self.parent[number]]
            number = self.parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        one, other = self.find(one), self.find(other)
        if one != other:
            low, high = sorted((one, other), key=lambda number: self.names[number])
            self.parent[high] = low


def digests(
    nodes: Mapping[int, Node], parts: Iterable[Piece], same: Iterable[Piece], base: Forest
) -> frozenset[int]:
    """Return the documents that hold stories of different components side by side.

    Two are enough where they were there before it; what came later may be two excerpts of one long text. One of them
    may be the document's own story, of which it is a copy: then another one was put beside it.
    """
    held: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    before: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for small, large, edge in parts:
        piece = (edge.span[1], edge.span[0], base.find(small))
        held[large].append(piece)
        if nodes[small].seen < nodes[large].seen:
            before[large].append(piece)
    for small, large, edge in same:
        if large in before and nodes[small].seen < nodes[large].seen:
            before[large].append((edge.span[1], edge.span[0], base.find(small)))
    return frozenset(
        number
        for number, pieces in held.items()
        if _side_by_side(pieces) >= _STORIES or _side_by_side(before[number]) >= _STORIES_BEFORE
    )


def _side_by_side(spans: Sequence[tuple[int, int, int]]) -> int:
    count, reached, seen = 0, 0, set[int]()
    for end, start, component in sorted(spans):
        if component not in seen and start >= reached - _SHARED * (end - start):
            count, reached = count + 1, end
            seen.add(component)
    return count


def _by_size(edge: Edge, nodes: Mapping[int, Node]) -> tuple[int, int]:
    small, large = sorted(
        (edge.a, edge.b), key=lambda number: (nodes[number].length, nodes[number].id)
    )
    return small, large


def components(nodes: Mapping[int, Node], edges: Sequence[Edge]) -> tuple[Forest, frozenset[int]]:
    """Return the clusters as a forest, and which documents are digests."""
    forest, whole = _joined(nodes, edges)
    states = _passed(nodes, edges, forest)
    if not states:
        return forest, whole
    return _joined(nodes, _parted(nodes, edges, states))


def _joined(nodes: Mapping[int, Node], edges: Sequence[Edge]) -> tuple[Forest, frozenset[int]]:
    names = {number: node.id for number, node in nodes.items()}
    base = Forest(names)
    for edge in edges:
        if edge.link == "same":
            base.join(edge.a, edge.b)
    parts = [(*_by_size(edge, nodes), edge) for edge in edges if edge.link == "part"]
    held = [
        (*_by_size(edge, nodes), edge) for edge in edges if edge.link == "same" and edge.span[1]
    ]
    whole = digests(nodes, parts, held, base)
    hung = Forest(names)
    for number in nodes:
        hung.join(number, base.find(number))
    for child, parent in sorted(_parents(nodes, parts, base, whole).items()):
        hung.join(child, parent)
    return hung, whole


def _parents(
    nodes: Mapping[int, Node], parts: Sequence[Piece], base: Forest, whole: frozenset[int]
) -> dict[int, int]:
    """Return on which component each component of excerpts hangs."""
    size: dict[int, int] = defaultdict(int)
    for number, node in nodes.items():
        size[base.find(number)] = max(size[base.find(number)], node.length)
    best: dict[int, tuple[tuple[float, float, str], int]] = {}
    for small, large, edge in parts:
        child, parent = base.find(small), base.find(large)
        if (
            child == parent
            or large in whole
            or (size[child], base.names[child]) >= (size[parent], base.names[parent])
        ):
            continue
        claim = (round(edge.jaccard, 4), round(edge.containment, 4), base.names[large])
        if child not in best or claim > best[child][0]:
            best[child] = (claim, parent)
    return {child: parent for child, (_, parent) in best.items()}


def _passed(
    nodes: Mapping[int, Node], edges: Iterable[Edge], forest: Forest
) -> dict[int, list[int]]:
    """Return the passing states that fell in with states which followed them, and these.

    A mark alone is not enough, because outlets put 속보 over anything and portals and boards repeat it: a state passes
    where its own newsroom published the fuller one later.
    """
    found: dict[int, list[int]] = defaultdict(list)
    for edge in edges:
        if edge.link == "followup" and forest.find(edge.a) == forest.find(edge.b):
            earlier, later = sorted(
                (nodes[edge.a], nodes[edge.b]), key=lambda node: (node.seen, node.id)
            )
            if earlier.outlet_class in _OWN and _place(earlier) < _place(later):
                found[earlier.number].append(later.number)
    return found


def _place(node: Node) -> float:
    return math.inf if node.rank is None else node.rank


def _parted(
    nodes: Mapping[int, Node], edges: Iterable[Edge], states: Mapping[int, Sequence[int]]
) -> list[Edge]:
    """Return the edges without those that tie a passing state, or what was copied from it in its time, to others.

    What was seen before any later state was, and is no more like one, is a copy of the passing state.
    """
    edges = list(edges)
    alike = {(edge.a, edge.b): edge.jaccard for edge in edges if edge.link in {"same", "part"}}
    alike |= {(b, a): jaccard for (a, b), jaccard in alike.items()}
    group = {state: state for state in states}
    for edge in sorted(edges, key=lambda edge: (-edge.jaccard, nodes[edge.a].id, nodes[edge.b].id)):
        for state, other in ((edge.a, edge.b), (edge.b, edge.a)):
            if edge.link == "same" and state in states and other not in group:
                later = states[state]
                early = all(nodes[other].seen < nodes[number].seen for number in later)
                if early and all(
                    alike.get((other, number), 0.0) <= edge.jaccard for number in later
                ):
                    group[other] = state
    return [edge for edge in edges if group.get(edge.a) == group.get(edge.b)]


def node_of(row: Mapping[str, object]) -> Node:
    """Return the node of a row of `sig`, which has the columns `NODE` at least."""
    return Node(
        number=cast("int", row["number"]),
        id=str(row["id"]),
        article_id=str(row["article_id"]),
        outlet=str(row["outlet"]),
        outlet_class=str(row["outlet_class"]),
        rank=mark_of(str(row["title"])).rank,
        published_at=cast("datetime | None", row["published_at"]),
        fetched_at=cast("datetime | None", row["fetched_at"]),
        length=cast("int", row["length"]),
        url_key=cast("int", row["url_key"]),
        origin_key=cast("int", row["origin_key"]),
        name=canonical(str(row["outlet"])),
        credits=frozenset(cast("list[str]", row["credits"])),
        digest=cast("bytes", row["digest"]),
        day=cast("date", row["day"]),
    )


def edge_of(row: Mapping[str, object]) -> Edge:
    """Return the edge of a row of `edges`."""
    return Edge(
        a=cast("int", row["a"]),
        b=cast("int", row["b"]),
        link=str(row["link"]),
        jaccard=cast("float", row["jaccard"]),
        containment=cast("float", row["containment"]),
        span=(cast("int", row["begins"]), cast("int", row["ends"])),
        evidence=str(row["evidence"]),
    )
