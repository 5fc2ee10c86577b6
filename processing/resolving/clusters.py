"""resolve: from judged pairs to clusters, the same whatever the order in which documents came.

"Same" links make components. An excerpt then hangs on one parent alone, the most alike, so that a
digest which quotes two stories does not make them one; and only on one that was there before it,
because a text that holds an earlier one among much else is not where that came from. A text that
holds three or more stories side by side is a digest and no parent. A passing state of a running
report (속보, 1보, …) is never in one cluster with the state that followed it, though a third text may
be like both.

Rows of `sig` and `edges` as the values that resolving works on.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, cast

from processing.signing.canonical import FULL, alike, mark_of, opening_size, titled_roundup
from processing.signing.documents import Features

_STORIES: Final = 3
_STORIES_BEFORE: Final = 2
_STORIES_EVER: Final = 5
_OWN: Final = frozenset({"wire", "publisher"})
NEVER: Final = datetime.max.replace(tzinfo=UTC)
_SHARED: Final = 0.2
_QUOTED: Final = 0.4
"""The share of a text that other stories make up from which it is their digest."""
_TITLED: Final = 0.2
"""The same under the title of a roundup, most of whose stories may never have been seen."""
_ONE_OF_SEVERAL: Final = 0.34
"""The share of a digest that one of its stories makes up at most."""
_ONE_OF_TWO: Final = 0.5
"""The same under the title of a roundup, of whose stories two are enough."""
_TOPIC: Final = 0.4
"""The share of character pairs by which two titles are about one thing."""
SAME: Final = frozenset({"same", "reworked"})
MERGING: Final = SAME | {"part"}
"""Links whose documents may share a cluster."""


@dataclass(frozen=True, slots=True)
class Node:
    """What resolving needs to know of a document."""

    number: int
    id: str
    article_id: str
    outlet: str
    outlet_class: str
    rank: int | None
    stem: str  # its title without a mark, canonical
    published_at: datetime | None
    fetched_at: datetime | None
    length: int
    stub: bool  # whether boilerplate is all that it says
    url_key: int
    origin_key: int
    name: str  # of the outlet, canonical, as credits have it
    credits: frozenset[str]
    digest: bytes
    day: date
    roundup: bool  # whether its title or its layout is that of a roundup
    titled_roundup: bool  # whether its title is

    @property
    def seen(self) -> datetime:
        """When the text was first seen there.

        A portal's or an aggregator's publication time is often the time of its own collection, so
        only that is taken; an outlet's own time counts unless it lies after our fetch.
        """
        if self.outlet_class in _OWN and self.published_at:
            return min(self.published_at, self.fetched_at or self.published_at)
        return self.fetched_at or self.published_at or NEVER


@dataclass(frozen=True, slots=True)
class Edge:
    """A judged pair; `shares` are those of a and of b that the other has too."""

    a: int
    b: int
    link: str
    jaccard: float
    shares: tuple[float, float]
    spans: tuple[tuple[int, int], tuple[int, int]]
    gaps: tuple[float, float]
    evidence: str

    @property
    def containment(self) -> float:
        """The share of the smaller text."""
        return max(self.shares)

    def share_of(self, number: int) -> float:
        """Return the share of one of the two that the other has."""
        return self.shares[number == self.b]

    def span_of(self, number: int) -> tuple[int, int]:
        """Return where one of the two has what it shares with the other."""
        return self.spans[number == self.b]

    def gap_of(self, number: int) -> float:
        """Return the share of one of the two that the other lacks in large pieces."""
        return self.gaps[number == self.b]

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

    Two are enough where they were there before it; what came later may be two excerpts of one long
    text. One of them may be the document's own story, of which it is a copy: then another one was
    put beside it.
    """
    held: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    before: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for small, large, edge in parts:
        start, end = edge.span_of(large)
        piece = (end, start, base.find(small))
        held[large].append(piece)
        if nodes[small].seen < nodes[large].seen:
            before[large].append(piece)
    for small, large, edge in same:
        if large in before and nodes[small].seen < nodes[large].seen:
            start, end = edge.span_of(large)
            before[large].append((end, start, base.find(small)))
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


def quotes_several(node: Node, links: Iterable[Edge], nodes: Mapping[int, Node]) -> bool:
    """Say whether a text has the openings of several other stories, side by side.

    Two are enough under a title that says so. Else three that were there before it, or five: a
    stamp may be late. They have to be most of the text then, because an article with a list may
    quote its sources.
    """
    quotes = [
        (nodes[edge.other(node.number)], edge.span_of(node.number))
        for edge in links
        if edge.other(node.number) in nodes and _opens(node, nodes[edge.other(node.number)], edge)
    ]
    ever = _stories(node, quotes)
    if node.titled_roundup:
        return len(ever) >= _STORIES_BEFORE and _covered(ever) >= _TITLED * node.length
    before = _stories(node, [(other, span) for other, span in quotes if other.seen <= node.seen])
    return any(
        len(stories) >= least and _covered(stories) >= _QUOTED * node.length
        for stories, least in ((ever, _STORIES_EVER), (before, _STORIES))
    )


def _opens(node: Node, other: Node, edge: Edge) -> bool:
    """Say whether what a roundup shares with another text is the beginning of that one."""
    if not node.roundup or node.article_id == other.article_id:
        return False
    quoted = edge.link in {"quote", "derivative"} or (
        edge.link == "part" and other.length < node.length
    )
    start, end = edge.span_of(other.number)
    return (
        quoted
        and end > start
        and start <= opening_size(other.length)
        and edge.share_of(node.number) <= (_ONE_OF_TWO if node.titled_roundup else _ONE_OF_SEVERAL)
    )


def _stories(
    node: Node, quoted: Iterable[tuple[Node, tuple[int, int]]]
) -> list[tuple[int, int, str]]:
    """Return the end, start and title of each story that stands beside others in a text."""
    stories: list[tuple[int, int, str]] = []
    reached = 0
    for end, start, stem in sorted((span[1], span[0], other.stem) for other, span in quoted):
        apart = start >= reached - _SHARED * (end - start)
        # Under one title stand versions of one story, whose passages may differ.
        if apart and all(
            alike(stem, other) < _TOPIC for other in (*(known for *_, known in stories), node.stem)
        ):
            stories.append((end, start, stem))
            reached = max(reached, end)
    return stories


def _covered(stories: Iterable[tuple[int, int, str]]) -> int:
    return sum(end - start for end, start, _ in stories)


def _by_size(edge: Edge, nodes: Mapping[int, Node]) -> tuple[int, int]:
    small, large = sorted(
        (edge.a, edge.b), key=lambda number: (nodes[number].length, nodes[number].id)
    )
    return small, large


def components(
    nodes: Mapping[int, Node], edges: Sequence[Edge], quoting: frozenset[int] = frozenset()
) -> tuple[Forest, frozenset[int]]:
    """Return the clusters as a forest, and which documents are digests.

    `quoting` are those that are known to be digests by what they quote.
    """
    forest, whole = _joined(nodes, edges, quoting)
    states = _passed(nodes, edges, forest)
    if not states:
        return forest, whole
    return _joined(nodes, _parted(nodes, edges, states), quoting)


def _joined(
    nodes: Mapping[int, Node], edges: Sequence[Edge], quoting: frozenset[int]
) -> tuple[Forest, frozenset[int]]:
    names = {number: node.id for number, node in nodes.items()}
    base = Forest(names)
    for edge in edges:
        if edge.link in SAME:
            base.join(edge.a, edge.b)
    parts = [(*_by_size(edge, nodes), edge) for edge in edges if edge.link == "part"]
    held = [
        (*_by_size(edge, nodes), edge) for edge in edges if edge.link in SAME and edge.spans[0][1]
    ]
    whole = digests(nodes, parts, held, base) | quoting
    # A second forest, because an excerpt hangs on its parent without making the parent's digests one.
    hung = Forest(names)
    for number in nodes:
        hung.join(number, base.find(number))
    for child, parent in _parents(nodes, parts, base, whole).items():
        hung.join(child, parent)
    return hung, whole


def _parents(
    nodes: Mapping[int, Node], parts: Sequence[Piece], base: Forest, whole: frozenset[int]
) -> dict[int, int]:
    """Return on which component each component of excerpts hangs."""
    size: dict[int, int] = defaultdict(int)
    first: dict[int, datetime] = defaultdict(lambda: NEVER)
    passing: dict[int, datetime] = defaultdict(lambda: NEVER)
    for number, node in nodes.items():
        root = base.find(number)
        size[root] = max(size[root], node.length)
        # What came before a passing state is no matter of the report, unless there is no other.
        seen = first if node.rank is None or node.rank >= FULL else passing
        seen[root] = min(seen[root], node.seen)
    best: dict[int, tuple[tuple[float, float, str], int]] = {}
    for small, large, edge in parts:
        child, parent = base.find(small), base.find(large)
        if (
            child == parent
            or large in whole
            or (nodes[large].titled_roundup and not nodes[small].titled_roundup)
            or (size[child], base.names[child]) >= (size[parent], base.names[parent])
        ):
            continue
        times = passing if first[parent] == first[child] == NEVER else first
        if times[parent] > times[child]:
            continue
        claim = (round(edge.jaccard, 4), round(edge.containment, 4), base.names[large])
        if child not in best or claim > best[child][0]:
            best[child] = (claim, parent)
    return {child: parent for child, (_, parent) in best.items()}


def _passed(
    nodes: Mapping[int, Node], edges: Iterable[Edge], forest: Forest
) -> dict[int, list[int]]:
    """Return the passing states that fell in with states which followed them, and these.

    A mark alone is not enough, because outlets put 속보 over anything and portals and boards repeat
    it: a state passes where its own newsroom published the fuller one later.
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
    alike = {(edge.a, edge.b): edge.jaccard for edge in edges if edge.link in MERGING}
    alike |= {(b, a): jaccard for (a, b), jaccard in alike.items()}
    group = {state: state for state in states}
    for edge in sorted(edges, key=lambda edge: (-edge.jaccard, nodes[edge.a].id, nodes[edge.b].id)):
        for state, other in ((edge.a, edge.b), (edge.b, edge.a)):
            if edge.link in SAME and state in states and other not in group:
                later = states[state]
                early = all(nodes[other].seen < nodes[number].seen for number in later)
                if early and all(
                    alike.get((other, number), 0.0) <= edge.jaccard for number in later
                ):
                    group[other] = state
    return [edge for edge in edges if group.get(edge.a) == group.get(edge.b)]


OWN: Final = Features().own


def node_of(row: Mapping[str, object]) -> Node:
    """Return the node of a row of `sig`, which has the columns `NODE` at least."""
    mark = mark_of(str(row["title"]))
    return Node(
        number=cast("int", row["number"]),
        id=str(row["id"]),
        article_id=str(row["article_id"]),
        outlet=str(row["outlet"]),
        outlet_class=str(row["outlet_class"]),
        rank=mark.rank,
        stem=mark.stem,
        published_at=cast("datetime | None", row["published_at"]),
        fetched_at=cast("datetime | None", row["fetched_at"]),
        length=cast("int", row["length"]),
        stub=cast("int", row["length"]) < OWN and bool(row["cut"]),
        url_key=cast("int", row["url_key"]),
        origin_key=cast("int", row["origin_key"]),
        name=str(row["name"]),
        credits=frozenset(cast("list[str]", row["credits"])),
        digest=cast("bytes", row["digest"]),
        day=cast("date", row["day"]),
        roundup=bool(row["roundup"]),
        titled_roundup=titled_roundup(str(row["title"])),
    )


def edge_of(row: Mapping[str, object]) -> Edge:
    """Return the edge of a row of `edges`."""
    return Edge(
        a=cast("int", row["a"]),
        b=cast("int", row["b"]),
        link=str(row["link"]),
        jaccard=cast("float", row["jaccard"]),
        shares=(cast("float", row["share_a"]), cast("float", row["share_b"])),
        spans=(
            (cast("int", row["begins_a"]), cast("int", row["ends_a"])),
            (cast("int", row["begins_b"]), cast("int", row["ends_b"])),
        ),
        gaps=(cast("float", row["gap_a"]), cast("float", row["gap_b"])),
        evidence=str(row["evidence"]),
    )
