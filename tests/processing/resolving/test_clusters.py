"""From judged pairs to clusters: what a digest is, on which text an excerpt hangs, and each limit of both."""

from dataclasses import replace

import pytest

from processing.resolving.clusters import (
    Edge,
    Forest,
    Node,
    _side_by_side,
    _stories,
    components,
    digests,
    edge_of,
    node_of,
    quotes_several,
)
from tests.processing.resolving.test_claims import HOUR, SEEN, edge, node


def clusters(nodes: list[Node], edges: list[Edge]) -> dict[int, int]:
    forest, _ = components({one.number: one for one in nodes}, edges)
    return {one.number: forest.find(one.number) for one in nodes}


def part(small: int, large: int, *, at: tuple[int, int] = (0, 100), jaccard: float = 0.5) -> Edge:
    """Return the pair of an excerpt and of the text that has it, `at` a place of that one."""
    return replace(edge(small, large, "part", jaccard), spans=((0, 100), at))


def seen(number: int, hours: float, **fields: object) -> Node:
    at = SEEN + hours * HOUR
    return node(number, published_at=at, fetched_at=at, **fields)


@pytest.mark.parametrize(
    ("pieces", "count"),
    [
        ([], 0),
        ([(100, 0, 1)], 1),
        ([(4, 0, 1)], 1),
        ([(100, 0, 1), (200, 100, 2), (300, 200, 3)], 3),
        ([(100, 0, 1), (200, 100, 1)], 1),
        # A fifth of the later piece may lie in the one before.
        ([(100, 0, 1), (180, 80, 2)], 2),
        ([(100, 0, 1), (179, 79, 2)], 1),
        ([(200, 100, 2), (100, 0, 1)], 2),
        ([(100, 0, 1), (150, 50, 2), (200, 100, 3)], 2),
        ([(100, 0, 1), (150, 50, 2), (160, 100, 2)], 2),
    ],
)
def test_stories_stand_side_by_side(pieces: list[tuple[int, int, int]], count: int) -> None:
    assert _side_by_side(pieces) == count


@pytest.mark.parametrize(
    ("stories", "before", "own", "digest"),
    [
        (3, 0, False, True),
        (2, 0, False, False),
        (2, 2, False, True),
        (2, 1, False, False),
        (1, 1, True, True),
        (1, 1, False, False),
        (1, 0, True, False),
    ],
)
def test_a_digest_has_three_stories_or_two_that_were_there_before(
    stories: int, before: int, *, own: bool, digest: bool
) -> None:
    nodes = {9: seen(9, 0)}
    pieces, same = [], []
    for number in range(stories):
        nodes[number] = seen(number, -1 if number < before else 0)
        start = 100 * number
        pieces.append((number, 9, part(number, 9, at=(start, start + 100))))
    if own:
        nodes[8] = seen(8, -1)
        same = [(8, 9, replace(edge(8, 9), spans=((0, 100), (500, 900))))]
    base = Forest({number: one.id for number, one in nodes.items()})
    assert digests(nodes, pieces, same, base) == (frozenset({9}) if digest else frozenset())
    later = {**nodes, 8: seen(8, 0)}
    if own:
        assert digests(later, pieces, same, base) == frozenset(), "not there before it"


def test_what_is_the_same_is_one_cluster_named_by_its_smallest_id() -> None:
    nodes = [node(1, id="c"), node(2, id="a"), node(3, id="b"), node(4, id="d")]
    assert clusters(nodes, [edge(1, 3), edge(3, 2, "reworked")]) == {1: 2, 2: 2, 3: 2, 4: 4}
    assert clusters(nodes, [edge(1, 3, "derivative"), edge(1, 4, "none")]) == {
        1: 1,
        2: 2,
        3: 3,
        4: 4,
    }


@pytest.mark.parametrize(
    ("small", "large", "hangs"),
    [
        ({"length": 100}, {"length": 900}, True),
        ({"length": 900}, {"length": 100}, True),  # which of a pair is the excerpt its length says
        ({"length": 900}, {"length": 900}, True),  # of two of one length the smaller id is the excerpt
        ({"length": 100, "hours": -1}, {"length": 900}, False),
        ({"length": 100, "hours": 0}, {"length": 900, "hours": 0}, True),
        ({"length": 100}, {"length": 900, "hours": 1}, False),
    ],
)  # fmt: skip
def test_an_excerpt_hangs_on_a_longer_text_that_was_there_before(
    small: dict[str, float], large: dict[str, float], *, hangs: bool
) -> None:
    nodes = [
        seen(number, given.get("hours", 0), length=int(given["length"]))
        for number, given in ((1, small), (2, large))
    ]
    assert (len({*clusters(nodes, [part(1, 2)]).values()}) == 1) is hangs


@pytest.mark.parametrize(
    ("claims", "parent"),
    [
        ((0.5, 0.6, 0.4), 3),
        ((0.6, 0.5, 0.4), 2),
        ((0.5, 0.50004, 0.4), 3),
        ((0.50004, 0.5, 0.4), 3),  # what differs in the fifth place is alike: then the larger id
        ((0.4, 0.5, 0.5), 4),
    ],
)
def test_an_excerpt_hangs_on_the_most_alike_and_on_no_other(
    claims: tuple[float, ...], parent: int
) -> None:
    nodes = [seen(1, 1, length=100), *(seen(number, 0) for number in (2, 3, 4))]
    edges = [
        part(1, number, jaccard=claim) for number, claim in zip((2, 3, 4), claims, strict=True)
    ]
    edges = [replace(one, shares=(0.9, 0.5)) for one in edges]
    for order in (edges, edges[::-1]):
        found = clusters(nodes, order)
        assert [number for number in (2, 3, 4) if found[number] == found[1]] == [parent]


def test_an_excerpt_hangs_on_no_digest() -> None:
    nodes = [
        *(seen(number, number, length=100) for number in (1, 2, 3)),
        seen(9, 0, length=900),
    ]
    edges = [part(number, 9, at=(100 * number, 100 * number + 100)) for number in (1, 2, 3)]
    assert len({*clusters(nodes, edges).values()}) == 4
    assert len({*clusters(nodes, edges[:2]).values()}) == 2, "two hang on it, the third stays alone"


@pytest.mark.parametrize(
    ("small", "large", "hangs"),
    [(False, False, True), (False, True, False), (True, True, True), (True, False, True)],
)
def test_a_report_hangs_on_no_text_under_the_title_of_a_roundup(
    *, small: bool, large: bool, hangs: bool
) -> None:
    nodes = [
        seen(1, 1, length=100, titled_roundup=small),
        seen(2, 0, length=300, titled_roundup=large),
    ]
    assert (len({*clusters(nodes, [part(1, 2)]).values()}) == 1) is hangs


@pytest.mark.parametrize(
    ("rank", "later", "hours", "shared"),
    [
        (0, None, 1, False),
        (0, 1, 1, False),
        (1, 0, 1, True),
        (None, None, 1, True),
        (0, 0, 1, True),
        (0, None, -1, True),
    ],
)
def test_a_passing_state_is_not_in_one_cluster_with_what_followed(
    rank: int | None, later: int | None, hours: int, *, shared: bool
) -> None:
    """A third text is like both; it stays with the fuller one."""
    nodes = [seen(1, 0, rank=rank), seen(2, hours, rank=later), seen(3, 2)]
    edges = [edge(1, 2, "followup"), edge(1, 3, jaccard=0.8), edge(2, 3, jaccard=0.9)]
    found = clusters(nodes, edges)
    assert (found[1] == found[2]) is shared
    assert found[2] == found[3]


@pytest.mark.parametrize(
    ("hours", "jaccard", "with_state"),
    [(0.5, 0.8, True), (1, 0.8, False), (0.5, 0.95, False), (0.5, 0.9, True)],
)
def test_a_copy_of_a_passing_state_stays_with_it(
    hours: float, jaccard: float, *, with_state: bool
) -> None:
    """It was seen before the later state was, and is no more like that one."""
    nodes = [seen(1, 0, rank=0), seen(2, 1), seen(3, hours)]
    edges = [edge(1, 2, "followup"), edge(1, 3, jaccard=0.9), edge(2, 3, jaccard=jaccard)]
    found = clusters(nodes, edges)
    assert (found[3] == found[1], found[3] == found[2]) == (with_state, not with_state)


STEMS = ("강이넘친다", "다리가열린다", "시장이바뀐다", "축제를연다", "공원을닫는다")


def quoting(
    stories: int,
    *,
    early: int = 0,
    covers: int = 100,
    opens: int = 0,
    titled: bool = False,
    roundup: bool = True,
    length: int = 400,
    **more: object,
) -> bool:
    """Say whether a roundup of 1000 characters has the beginnings of so many stories, `early` before it."""
    nodes = {9: seen(9, 0, length=1000, roundup=roundup, titled_roundup=titled, stem="간추린소식")}
    edges = []
    for number in range(stories):
        nodes[number] = seen(number, 0 if number < early else 1, stem=STEMS[number], length=length)
        start = covers * number
        given = {
            "shares": (0.9, 0.2),
            "spans": ((opens, opens + covers), (start, start + covers)),
            **more,
        }
        edges.append(replace(edge(number, 9, "quote"), **given))  # type: ignore[arg-type]
    return quotes_several(nodes[9], edges, nodes)


@pytest.mark.parametrize(
    ("given", "digest"),
    [
        ({"stories": 5}, True),
        ({"stories": 4}, False),
        ({"stories": 4, "early": 3, "covers": 134}, True),
        ({"stories": 4, "early": 2, "covers": 200}, False),
        ({"stories": 5, "covers": 80}, True),
        ({"stories": 5, "covers": 79}, False),
        ({"stories": 2, "titled": True}, True),
        ({"stories": 2, "titled": True, "covers": 99}, False),
        ({"stories": 1, "titled": True, "covers": 300}, False),
        ({"stories": 5, "shares": (0.9, 0.34)}, True),
        ({"stories": 5, "shares": (0.9, 0.35)}, False),
        ({"stories": 2, "titled": True, "shares": (0.9, 0.5)}, True),
        ({"stories": 2, "titled": True, "shares": (0.9, 0.51)}, False),
        ({"stories": 5, "link": "derivative"}, True),
        ({"stories": 5, "link": "part"}, True),
        ({"stories": 5, "link": "part", "length": 999}, True),
        ({"stories": 5, "link": "part", "length": 1000}, False),  # no part of the roundup
        ({"stories": 5, "link": "same"}, False),
        ({"stories": 5, "roundup": False}, False),
        ({"stories": 5, "opens": 60}, True),
        ({"stories": 5, "opens": 61}, False),  # it has another part of them
    ],
)
def test_a_roundup_quotes_several_stories(given: dict[str, object], *, digest: bool) -> None:
    assert quoting(**given) is digest  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stem", "span", "told"),
    [
        ("하나둘셋넷다섯", (100, 200), 2),
        ("하나둘셋넷다섯", (80, 180), 2),  # a fifth may lie in the one before
        ("하나둘셋넷다섯", (79, 179), 1),
        ("가나다하파타", (100, 200), 1),  # two of five pairs: a version of the first
        ("가나카하파타", (100, 200), 2),
        ("소식을하파타", (100, 200), 1),  # of the roundup's own story
    ],
)
def test_a_roundup_s_stories_stand_apart_under_titles_of_their_own(
    stem: str, span: tuple[int, int], told: int
) -> None:
    first = node(1, stem="가나다라마바"), (0, 100)
    holder, second = node(9, stem="소식을전한다"), (node(2, stem=stem), span)
    for quoted in ((first, second), (second, first)):
        assert len(_stories(holder, quoted)) == told
    assert _stories(holder, [(node(1, stem="가나다라마바"), (0, 4))]) == [(4, 0, "가나다라마바")]


def test_a_roundup_quotes_no_version_of_itself() -> None:
    own = {"roundup": True, "stem": "간추린소식", "length": 1000}
    edges = [
        replace(
            edge(number, 9, "quote"),
            shares=(0.9, 0.2),
            spans=((0, 100), (100 * number, 100 * number + 100)),
        )
        for number in range(5)
    ]
    stories = {number: seen(number, 0, stem=STEMS[number], length=400) for number in range(5)}
    assert quotes_several(seen(9, 0, **own), edges, {**stories, 9: seen(9, 0, **own)})
    mine = seen(9, 0, article_id=stories[4].article_id, **own)
    early = {number: replace(one, published_at=None, fetched_at=None) for number, one in stories.items()}  # fmt: skip
    assert not quotes_several(mine, edges, {**early, 9: mine})


@pytest.mark.parametrize(
    ("link", "span", "digest"),
    [
        ("same", (0, 100), True),
        ("reworked", (0, 100), True),
        ("same", (0, 0), False),  # nobody has said where it lies
        ("derivative", (0, 100), False),
    ],
)
def test_a_digest_s_own_story_is_one_of_which_it_is_a_copy(
    link: str, span: tuple[int, int], *, digest: bool
) -> None:
    nodes = {number: seen(number, hours) for number, hours in ((1, -1), (2, -1), (9, 0))}
    own = replace(edge(2, 9, link), spans=(span, (500, 600)))
    _, whole = components(nodes, [part(1, 9), own])
    assert whole == (frozenset({9}) if digest else frozenset())


@pytest.mark.parametrize(
    ("small", "large", "hangs"),
    [
        ({"rank": 0}, {"rank": 0, "hours": 1}, False),  # both are passing states
        ({"rank": 0}, {"rank": 0, "hours": -1}, True),
        ({"rank": 9, "hours": 0}, {"rank": 10, "hours": 1}, True),
        ({"rank": 10}, {"rank": 10, "hours": 1}, False),
        ({"rank": 0}, {"hours": 1}, True),  # of a passing state alone nobody knows when it began
        ({}, {"rank": 0, "hours": -1}, False),
    ],
)
def test_passing_states_say_when_a_text_was_there_where_nothing_else_does(
    small: dict[str, int], large: dict[str, int], *, hangs: bool
) -> None:
    nodes = [
        seen(number, given.get("hours", 0), rank=given.get("rank"), length=length)
        for number, given, length in ((1, small, 100), (2, large, 900))
    ]
    assert (len({*clusters(nodes, [part(1, 2)]).values()}) == 1) is hangs


def test_a_copy_of_two_passing_states_stays_with_the_one_it_is_most_like() -> None:
    nodes = [seen(1, 0, rank=0), seen(2, 0, rank=1), seen(3, 2), seen(5, 1)]
    followups = [edge(1, 3, "followup"), edge(2, 3, "followup"), edge(3, 5, jaccard=0.7)]
    for first, second, state in ((0.8, 0.9, 2), (0.9, 0.8, 1), (0.9, 0.9, 1)):
        edges = [edge(1, 5, jaccard=first), edge(2, 5, jaccard=second)]
        for order in (edges, edges[::-1]):
            found = clusters(nodes, [*followups, *order])
            assert [number for number in (1, 2, 3) if found[number] == found[5]] == [state]


def test_rows_become_nodes_and_edges() -> None:
    row = {
        "a": 1, "b": 2, "link": "part", "jaccard": 0.5, "share_a": 0.9, "share_b": 0.4,
        "begins_a": 1, "ends_a": 2, "begins_b": 3, "ends_b": 4, "gap_a": 0.1, "gap_b": 0.2, "evidence": "x",
    }  # fmt: skip
    made = edge_of(row)
    assert made == Edge(1, 2, "part", 0.5, (0.9, 0.4), ((1, 2), (3, 4)), (0.1, 0.2), "x")
    assert (made.share_of(1), made.share_of(2)) == (0.9, 0.4)
    assert (made.span_of(1), made.span_of(2)) == ((1, 2), (3, 4))
    assert (made.gap_of(1), made.gap_of(2)) == (0.1, 0.2)
    assert (made.other(1), made.other(2), made.containment) == (2, 1, 0.9)
    columns = {name: getattr(node(1), name) for name in Node.__slots__ if name not in {"rank", "stem", "stub"}}  # fmt: skip
    for length, cut, stub in ((9, True, True), (10, True, False), (9, False, False)):
        found = node_of({**columns, "title": "[속보] 강이 넘친다", "length": length, "cut": cut})
        assert (found.rank, found.stem, found.stub) == (0, "강이넘친다", stub)
