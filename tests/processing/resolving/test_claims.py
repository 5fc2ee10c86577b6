"""Whose text it is and how the others came by it: each rule alone, on members made by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from processing.resolving.clusters import Edge, Node, quotes_several
from processing.resolving.relations import credits_it, original, ownership, relation, rows

SEEN = datetime(2026, 11, 20, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST = Node(
    number=1,
    id="1",
    article_id="a1",
    outlet="하나",
    outlet_class="publisher",
    rank=None,
    stem="강이넘친다",
    published_at=SEEN,
    fetched_at=SEEN + HOUR,
    length=900,
    stub=False,
    url_key=11,
    origin_key=0,
    name="하나일보",
    credits=frozenset(),
    digest=b"1",
    day=date(2026, 11, 20),
    roundup=False,
    titled_roundup=False,
)


def node(number: int, **fields: object) -> Node:
    made = {
        "number": number,
        "id": f"{number}",
        "article_id": f"a{number}",
        "outlet": f"매체{number}",
        "url_key": 10 + number,
        "name": f"매체{number}일보",
        "digest": b"%d" % number,
        **fields,
    }
    return replace(FIRST, **made)  # type: ignore[arg-type]


def edge(a: int, b: int, link: str = "same", jaccard: float = 0.9) -> Edge:
    shares = (jaccard, jaccard)
    return Edge(a, b, link, jaccard, shares, ((0, 0), (0, 0)), (0.0, 0.0), "same wording")


@pytest.mark.parametrize(
    ("outlet_class", "seen"),
    [
        ("publisher", SEEN),
        ("wire", SEEN),
        ("portal", SEEN + HOUR),
        ("aggregator", SEEN + HOUR),
    ],
)
def test_only_an_outlet_s_own_time_counts(outlet_class: str, seen: datetime) -> None:
    assert node(1, outlet_class=outlet_class).seen == seen


def test_a_time_after_our_visit_is_not_believed() -> None:
    assert node(1, fetched_at=SEEN - HOUR).seen == SEEN - HOUR
    assert node(1, fetched_at=None).seen == SEEN
    assert node(1, outlet_class="portal", fetched_at=None).seen == SEEN
    assert node(1, published_at=None, fetched_at=None).seen.year == 9999


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"outlet_class": "wire", "published_at": SEEN + 9 * HOUR}, 2),  # an agency before all
        ({"outlet_class": "portal", "published_at": SEEN - 9 * HOUR}, 1),
        ({"outlet_class": "board", "published_at": SEEN - 9 * HOUR}, 1),
        ({"published_at": SEEN - HOUR}, 2),  # of one class the earlier
        ({"length": 901}, 2),  # at one moment the longer
        ({"id": "0"}, 2),  # and of two alike the one with the smaller id
    ],
)
def test_the_original_is_of_the_first_class_then_the_earliest_then_the_longest(
    change: dict[str, object], first: int
) -> None:
    members = [node(1), node(2, **change)]
    assert original(members).number == first
    assert original(members[::-1]).number == first


@pytest.mark.parametrize(
    "said",
    [{"credits": frozenset({"매체2일보"})}, {"origin_key": 12}],
    ids=["credits another", "links to another"],
)
def test_who_says_whose_text_it_is_is_not_the_original(said: dict[str, object]) -> None:
    early = node(1, published_at=SEEN - HOUR, **said)
    assert original([early, node(2)]).number == 2
    assert original([early, node(3)]).number == 1, "the one that it names is not there"


def test_who_names_itself_may_be_the_original() -> None:
    own = node(1, published_at=SEEN - HOUR, credits=frozenset({"매체1일보"}), origin_key=11)
    assert original([own, node(2)]).number == 1
    version = node(3, article_id="a1", url_key=13)
    linked = node(1, published_at=SEEN - HOUR, origin_key=13)
    assert original([linked, version]).number == 1, "another version of its own article"
    each = [
        node(1, credits=frozenset({"매체2일보"})),
        node(2, credits=frozenset({"매체1일보"}), published_at=SEEN - HOUR),
    ]
    assert original(each).number == 2, "where all name another, as if none did"


def test_a_link_says_more_than_a_name() -> None:
    other = node(2)
    named = {"credits": frozenset({"매체2일보"})}
    assert credits_it(node(1, origin_key=12, **named), other) == "links to it"
    assert credits_it(node(1, **named), other) == "credits it"
    assert credits_it(node(1), other) == ""
    assert credits_it(node(1, article_id="a2", origin_key=12, **named), other) == ""
    assert credits_it(node(1, name="매체2일보", **named), other) == "", "its own name"
    assert credits_it(node(1, origin_key=0), node(2, url_key=0)) == "", "no address is no link"


@pytest.mark.parametrize(
    ("change", "link", "expected"),
    [
        ({"article_id": "a2"}, "same", "version"),
        ({"outlet": "매체2", "rank": 1}, "same", "followup"),
        ({"outlet": "매체2", "digest": b"2"}, "same", "version"),
        ({"outlet": "매체2"}, "same", "copy"),
        ({"outlet": "매체2", "outlet_class": "wire", "digest": b"2"}, "same", "version"),
        ({"outlet": "매체2", "outlet_class": "portal", "digest": b"2"}, "same", "copy"),
        ({"length": 899}, "part", "excerpt"),
        ({"length": 900}, "part", "copy"),
        ({"length": 899}, "same", "copy"),
        ({}, "reworked", "derivative"),
    ],
)
def test_how_one_text_came_from_another(
    change: dict[str, object], link: str, expected: str
) -> None:
    parent = node(2, digest=b"1")
    assert relation(node(1, **change), parent, edge(1, 2, link)) == expected


def test_texts_without_an_outlet_are_copies() -> None:
    assert relation(node(1, outlet="", digest=b"2"), node(2, outlet=""), edge(1, 2)) == "copy"


def parents(members: list[Node], edges: list[Edge]) -> dict[int, int | None]:
    links: dict[int, list[Edge]] = {}
    for one in edges:
        links.setdefault(one.a, []).append(one)
        links.setdefault(one.b, []).append(one)
    return {row.number: row.parent for row in rows(members, links)}


def chain(*likeness: float) -> list[Edge]:
    """Return the links of three documents: of the first two, of the last two, of the outer two."""
    pairs = ((1, 2), (2, 3), (1, 3))
    return [edge(a, b, jaccard=each) for (a, b), each in zip(pairs, likeness, strict=True)]


@pytest.mark.parametrize(
    ("outer", "parent"),
    [(0.90, 1), (0.86, 1), (0.8501, 1), (0.849, 2), (0.847, 2)],
    ids=["as like", "nearly as like", "just within", "just not", "less like"],
)
def test_a_copy_comes_from_the_first_of_those_that_have_most_of_it(
    outer: float, parent: int
) -> None:
    members = [
        node(number, published_at=SEEN + number * HOUR, fetched_at=None) for number in (1, 2, 3)
    ]
    assert parents(members, chain(0.9, 0.9, outer)) == {1: None, 2: 1, 3: parent}


def test_a_cut_text_came_from_the_whole_and_not_from_another_cut() -> None:
    members = [
        node(number, published_at=SEEN + number * HOUR, fetched_at=None, length=length)
        for number, length in ((1, 900), (2, 420), (3, 400))
    ]
    whole = edge(1, 3, jaccard=0.45)
    cut = replace(whole, shares=(0.45, 0.97), spans=((0, 400), (8, 400)), gaps=(0.5, 0.0))
    other = replace(edge(1, 2, jaccard=0.47), shares=(0.47, 0.97), gaps=(0.5, 0.0))
    assert parents(members, [cut, other, edge(2, 3, jaccard=0.93)])[3] == 1
    assert relation(members[2], members[0], cut) == "excerpt"


@pytest.mark.parametrize(
    ("begins", "shares", "gap", "how"),
    [
        (10, (0.5, 0.82), 0.5, "excerpt"),
        (10, (0.78, 0.95), 0.2, "copy"),
        (90, (0.6, 0.82), 0.38, "copy"),
        (90, (0.5, 0.9), 0.5, "excerpt"),
        (90, (0.5, 0.9), 0.39, "copy"),
        # Each limit: a dateline's length, the shares of the parent and of the part, the gap.
        (24, (0.79, 0.8), 0.25, "excerpt"),
        (24, (0.79, 0.79), 0.25, "copy"),
        (24, (0.8, 0.8), 0.25, "copy"),
        (24, (0.79, 0.8), 0.24, "copy"),
        (25, (0.79, 0.8), 0.25, "copy"),
        (25, (0.69, 0.85), 0.4, "excerpt"),
        (25, (0.69, 0.84), 0.4, "copy"),
        (25, (0.7, 0.85), 0.4, "copy"),
        (25, (0.69, 0.85), 0.39, "copy"),
    ],
)
def test_an_excerpt_lacks_large_pieces_and_opens_as_its_parent_does(
    begins: int, shares: tuple[float, float], gap: float, how: str
) -> None:
    whole, part = node(1, length=900), node(2, length=500)
    link = replace(edge(1, 2), shares=shares, spans=((0, 400), (begins, 480)), gaps=(gap, 0.0))
    assert relation(part, whole, link) == how


def test_a_copy_comes_from_nobody_who_had_the_text_later() -> None:
    times = {1: 0, 2: 3, 3: 2}
    members = [
        node(number, published_at=SEEN + times[number] * HOUR, fetched_at=None) for number in times
    ]
    assert parents(members, chain(0.8, 0.95, 0.7)) == {1: None, 3: 1, 2: 3}


def test_a_newsroom_copies_no_portal_and_a_portal_may_copy_another() -> None:
    portal = node(2, outlet_class="portal", fetched_at=SEEN)
    third = node(3, published_at=SEEN + 2 * HOUR, fetched_at=None)
    assert parents([node(1), portal, third], chain(0.9, 0.99, 0.7))[3] == 1
    board = node(3, outlet_class="aggregator", fetched_at=SEEN + 2 * HOUR)
    assert parents([node(1), portal, board], chain(0.9, 0.99, 0.7))[3] == 2


def test_a_copy_is_under_the_source_that_it_names() -> None:
    third = {"published_at": SEEN + 2 * HOUR, "fetched_at": None}
    members = [node(1), node(2, published_at=SEEN + HOUR, fetched_at=None)]
    named = node(3, credits=frozenset({"매체2일보"}), **third)
    assert parents([*members, named], chain(0.9, 0.6, 0.9))[3] == 2
    linked = node(3, credits=frozenset({"매체2일보"}), origin_key=11, **third)
    assert parents([*members, linked], chain(0.9, 0.9, 0.6))[3] == 1


def test_a_version_is_under_the_article_s_own_earlier_version() -> None:
    members = [
        node(1),
        node(2, published_at=SEEN + HOUR, fetched_at=None),
        node(3, article_id="a2", published_at=SEEN + 2 * HOUR, fetched_at=None),
    ]
    assert parents(members, chain(0.9, 0.6, 0.9))[3] == 2


MINUTE = timedelta(minutes=1)


def later(number: int, minutes: int, **fields: object) -> Node:
    seen = SEEN + minutes * MINUTE
    return node(number, **{"published_at": seen, "fetched_at": seen + HOUR, **fields})


def test_an_original_of_no_known_time_was_not_seen_first() -> None:
    timeless = replace(FIRST, published_at=None, fetched_at=None)
    other = node(2, published_at=None, fetched_at=None)
    assert ownership([timeless, other], timeless).evidence == "others of its class were as early"


def test_a_cluster_has_the_smallest_id_of_its_articles() -> None:
    members = [node(1, article_id="b"), node(2, article_id="a", published_at=SEEN + HOUR)]
    found = rows(members, {1: [edge(1, 2)], 2: [edge(1, 2)]})
    assert [(row.number, row.cluster, row.score) for row in found] == [(1, "a", 1.0), (2, "a", 0.9)]


def test_a_link_that_does_not_merge_makes_nobody_a_parent() -> None:
    members = [node(1), node(2, published_at=SEEN + HOUR), node(3, published_at=SEEN + 2 * HOUR)]
    weak = edge(1, 3, "quote", jaccard=0.99)
    assert parents(members, [edge(1, 2), edge(2, 3), weak]) == {1: None, 2: 1, 3: 2}


@pytest.mark.parametrize(
    ("others", "confidence", "evidence"),
    [
        ([], 1.0, "alone"),
        ([later(2, 5, article_id="a1")], 1.0, "one article"),
        ([later(2, 5, outlet="하나")], 0.95, "one outlet; first seen"),
        ([later(2, 0, outlet="하나")], 0.6, "one outlet"),
        ([later(2, 10)], 0.9, "first seen"),
        ([later(2, 9)], 0.7, "first seen"),
        ([later(2, 0)], 0.5, "seen at the same time as others"),
        ([later(2, -1)], 0.4, "others of its class were as early"),
        ([later(2, 30, outlet_class="portal")], 0.95, "outlet class"),
        ([later(2, -90, outlet_class="portal")], 0.8, "outlet class"),
        ([later(2, 5, credits=frozenset({"하나일보"}))], 0.98, "credits it"),
        ([later(2, -5, credits=frozenset({"하나일보"}))], 0.98, "credits it"),
        (
            [later(2, -5), later(3, 5, credits=frozenset({"하나일보"}))],
            0.9,
            "credits it; others of its class were as early",
        ),
        ([later(2, 5, origin_key=11)], 0.98, "links to it"),
        (
            [
                later(2, 5, origin_key=11),
                later(3, 7, credits=frozenset({"하나일보"})),
                later(4, 5),
                later(5, 90),
            ],
            0.98,
            "credits it; links to it; first seen",
        ),
        ([later(2, 5), later(3, 90)], 0.7, "first seen"),
        ([later(2, 0, outlet_class="portal", fetched_at=SEEN)], 0.95, "outlet class"),
    ],
)
def test_how_sure_an_original_is_and_why(
    others: list[Node], confidence: float, evidence: str
) -> None:
    owner = ownership([FIRST, *others], FIRST)
    assert (owner.confidence, owner.evidence) == (confidence, evidence)


def test_an_original_that_credits_another_or_is_no_newsroom_is_not_sure() -> None:
    crediting = replace(FIRST, credits=frozenset({"매체2일보"}))
    assert ownership([crediting, later(2, 90)], crediting).confidence == 0.3
    portals = [replace(FIRST, outlet_class="portal"), later(2, 90, outlet_class="portal")]
    assert ownership(portals, portals[0]).confidence == 0.4


STEMS = ("다리가열린다", "시장에불났다", "눈이내렸다네", "배를띄운사람", "숲길을걷는이")


def quoting(
    spans: list[tuple[int, int]],
    share: float = 0.2,
    minutes: int = -5,
    stems: tuple[str, ...] = STEMS,
    **fields: object,
) -> bool:
    """Say whether a roundup of 1,000 characters is a digest that has openings at `spans`."""
    roundup = node(1, roundup=True, length=1_000, stem="간추린소식모음", **fields)
    others = {n: later(n, minutes, stem=stems[n - 2]) for n in range(2, 2 + len(spans))}
    links = [
        Edge(1, number, "quote", 0.1, (share, 0.5), (span, (0, 100)), (0.0, 0.0), "")
        for number, span in zip(others, spans, strict=True)
    ]
    return quotes_several(roundup, links, {1: roundup, **others})


THREE, TWO = [(0, 140), (140, 280), (280, 420)], [(0, 110), (110, 220)]


@pytest.mark.parametrize(
    ("spans", "fields", "digest"),
    [
        (THREE, {}, True),
        ([(0, 220), (220, 440)], {}, False),  # two may be a story and its background
        (THREE, {"stems": (STEMS[0], STEMS[1], "시장에불났다는데")}, False),  # one twice
        ([(0, 130), (130, 260), (260, 390)], {}, False),  # not two fifths of the text
        (THREE, {"minutes": 5}, False),  # none was there before
        ([(place, place + 90) for place in range(0, 450, 90)], {"minutes": 5}, True),
        (THREE, {"share": 0.35}, False),  # one of several is no larger
        (TWO, {"titled_roundup": True}, True),
        ([(0, 90), (90, 180)], {"titled_roundup": True}, False),
        (TWO[:1], {"titled_roundup": True}, False),
        (TWO, {"titled_roundup": True, "share": 0.5}, True),
        (TWO, {"titled_roundup": True, "share": 0.51}, False),
        ([(0, 140), (112, 280), (280, 420)], {}, True),  # they may meet by a fifth
        ([(0, 140), (100, 280), (280, 420)], {}, False),
    ],
)
def test_a_roundup_is_a_digest_by_how_many_openings_make_up_how_much_of_it(
    spans: list[tuple[int, int]],
    fields: dict[str, object],
    digest: bool,  # noqa: FBT001 - a table
) -> None:
    assert quoting(spans, **fields) is digest  # type: ignore[arg-type]
