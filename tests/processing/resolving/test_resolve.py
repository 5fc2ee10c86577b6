"""Links to documents of other clusters: which of several an original has, each rule alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pytest

from processing.resolving.clusters import Edge, Node
from processing.resolving.relations import ClusterRow
from processing.resolving.resolve import _unmerged, changed
from processing.signing.columns import CLUSTERS
from processing.signing.window import Partitions
from tests.processing.dedupe.made import DAY, OPTIONS, Memory
from tests.processing.resolving.test_claims import SEEN, edge, node

HOUR = timedelta(hours=1)
MINE = node(5, length=900, published_at=SEEN)
ROW = ClusterRow(5, "a5", 5, "original", None, 0.0, "")


def linked(number: int, link: str, share: float = 0.5) -> Edge:
    """Return a link of MINE with another document: `share` is how much of MINE the other has."""
    shares = (share, 0.1) if number > MINE.number else (0.1, share)
    ends = sorted((number, MINE.number))
    return replace(edge(*ends, link), shares=shares)


def link_of(
    others: Iterable[tuple[Node, Edge]],
    *,
    digest: bool = False,
    row: ClusterRow = ROW,
    cluster: frozenset[int] = frozenset(),
) -> tuple[str, int | None]:
    """Return the relation and the parent of MINE; `cluster` are those that are in its cluster."""
    nodes, links = {MINE.number: MINE}, defaultdict(list)
    for other, found in others:
        nodes[other.number] = other
        links[MINE.number].append(found)
    names = {number: "a5" if number in cluster else f"a{number}" for number in nodes}
    whole = frozenset({MINE.number} if digest else ())
    made = _unmerged(row, nodes, links, names, whole)
    return made.relation, made.parent


@pytest.mark.parametrize(
    ("first", "second", "parent"),
    [
        # What it has whole comes before what it quotes or works on, then what makes up most of it.
        ((node(1), linked(1, "part", 0.2)), (node(2), linked(2, "quote", 0.9)), 1),
        ((node(1), linked(1, "part", 0.2)), (node(2), linked(2, "part", 0.3)), 2),
        ((node(1), linked(1, "quote", 0.4)), (node(2), linked(2, "derivative", 0.3)), 1),
        ((node(1, length=901), linked(1, "part")), (node(2), linked(2, "part")), 1),
        ((node(1), linked(1, "part")), (node(2), linked(2, "part")), 2),
        ((node(1), linked(1, "quote", 0.1)), (node(2), linked(2, "same", 0.9)), 1),
        ((node(8), linked(8, "part", 0.3)), (node(2), linked(2, "part", 0.2)), 8),
    ],
)
def test_a_digest_is_linked_to_the_most_of_what_it_holds(
    first: tuple[Node, Edge], second: tuple[Node, Edge], parent: int
) -> None:
    for others in ((first, second), (second, first)):
        assert link_of(others, digest=True) == ("digest", parent)


def test_what_has_a_parent_in_its_cluster_has_no_other() -> None:
    copy = replace(ROW, relation="copy", parent=7)
    for digest in (False, True):
        assert link_of([(node(1), linked(1, "derivative"))], digest=digest, row=copy) == ("copy", 7)


@pytest.mark.parametrize(
    ("other", "how"),
    [
        (node(1, published_at=SEEN - HOUR), "derivative"),
        (node(1, published_at=SEEN), "derivative"),  # seen at once: the smaller id
        (node(9, published_at=SEEN), "original"),
        (node(1, published_at=SEEN + HOUR), "original"),
    ],
)
def test_a_document_is_linked_to_earlier_ones_alone(other: Node, how: str) -> None:
    found = [(other, linked(other.number, "derivative"))]
    assert link_of(found)[0] == how
    assert link_of(found, cluster=frozenset({other.number})) == ("original", None)


@pytest.mark.parametrize(
    ("length", "how"), [(899, "contains"), (900, "original"), (901, "original")]
)
def test_a_longer_document_contains_its_part(length: int, how: str) -> None:
    assert link_of([(node(1, length=length), linked(1, "part"))])[0] == how


@pytest.mark.parametrize(
    ("links", "how"),
    [
        ((("contains", 0.5), ("derivative", 0.4)), "contains"),
        ((("contains", 0.5), ("derivative", 0.5)), "contains"),
        ((("contains", 0.4), ("derivative", 0.5)), "derivative"),
        ((("contains", 0.4), ("followup", 0.1)), "followup"),
        ((("derivative", 0.4), ("followup", 0.1)), "followup"),
        ((("derivative", 0.4), ("series", 0.9)), "derivative"),
        ((("contains", 0.4), ("series", 0.9)), "contains"),
        ((("series", 0.1),), "series"),
        ((), "original"),
    ],
)
def test_which_kind_of_link_counts_first(links: tuple[tuple[str, float], ...], how: str) -> None:
    others = [
        (node(number, length=500), linked(number, "part" if link == "contains" else link, share))
        for number, (link, share) in enumerate(links, 1)
    ]
    assert link_of(others)[0] == link_of(others[::-1])[0] == how


@pytest.mark.parametrize(
    ("link", "first", "second", "scores", "parent"),
    [
        (
            "derivative",
            {"published_at": SEEN - 2 * HOUR},
            {"published_at": SEEN - HOUR},
            (0.5, 0.4),
            1,
        ),
        (
            "derivative",
            {"published_at": SEEN - HOUR},
            {"published_at": SEEN - 2 * HOUR},
            (0.5, 0.5),
            1,
        ),
        ("derivative", {}, {}, (0.5, 0.5), 2),
        # Of several states of a report the one just before, however alike the others are.
        ("followup", {"rank": 2}, {"rank": 1}, (0.1, 0.9), 1),
        ("followup", {"rank": 0}, {"rank": None}, (0.1, 0.9), 1),
        (
            "followup",
            {"published_at": SEEN - HOUR},
            {"published_at": SEEN - 2 * HOUR},
            (0.1, 0.9),
            1,
        ),
    ],
)
def test_of_several_the_nearest_is_the_parent(
    link: str,
    first: dict[str, object],
    second: dict[str, object],
    scores: tuple[float, float],
    parent: int,
) -> None:
    others = [
        (node(number, **fields), linked(number, link, score))
        for number, fields, score in zip((1, 2), (first, second), scores, strict=True)
    ]
    assert link_of(others) == link_of(others[::-1]) == (link, parent)


def clusters(*places: tuple[str, str]) -> pa.Table:
    """Return rows of `clusters`: of each document the cluster, and everything else the same."""
    filled = {"string": "", "double": 0.0, "bool": False, "int64": 0, "int32": 0}
    rows = [
        {field.name: filled.get(str(field.type)) for field in CLUSTERS}
        | {"version_id": name, "cluster": cluster, "day": DAY}
        for name, cluster in places
    ]
    return pa.Table.from_pylist(rows, CLUSTERS)


def test_a_row_is_compared_with_the_newest_that_was_there() -> None:
    window = Memory()
    for part in (clusters(("a", "a"), ("b", "b")), clusters(("b", "a"))):
        window.parts.append(("clusters", DAY, part))
    with Partitions(window, OPTIONS) as partitions:
        kept, retired = changed(partitions, clusters(("a", "a"), ("b", "a")), [])
        assert (kept.num_rows, retired.num_rows) == (0, 0), "nothing is other than it was"
        kept, _ = changed(partitions, clusters(("a", "a"), ("b", "a")), ["a"])
        assert kept["version_id"].to_pylist() == ["a"]
        kept, retired = changed(partitions, clusters(("a", "b"), ("b", "b")), [])
        assert kept["version_id"].to_pylist() == ["a", "b"]
        assert [(row["old"], row["new"]) for row in retired.to_pylist()] == [("a", "b")]
