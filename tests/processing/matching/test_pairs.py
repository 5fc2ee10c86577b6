"""Pairs of documents: which the sieve leaves, judging in groups, and a row for each edge."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from processing.matching import pairs
from processing.matching.pairs import _groups, components, edge_table, judged, promising
from processing.matching.verdict import NONE, PairVerdict, judge, texts_of
from processing.signing.documents import Document, FoldOptions
from processing.signing.signature import drafts, signed, tables
from tests.processing.matching.test_limits import text
from tests.processing.matching.test_verdict import OTHERS, WHOLE

DAY = date(2031, 5, 1)
NOON = datetime(2031, 5, 1, 3, tzinfo=UTC)
OPTIONS = FoldOptions()
SENTENCES = [
    f"{place}시는 {number}일 오후 {thing}을 다시 연다고 밝히며 주민 {7 * number}명이 뜻을 모았다고 전했다.\n"
    for number, (place, thing) in enumerate(
        [
            ("온샘", "도서관"),
            ("새터", "수영장"),
            ("두루", "시장"),
            ("가온", "산책로"),
            ("나래", "미술관"),
            ("솔내", "정류장"),
        ]
    )
]
TEXTS = st.lists(st.sampled_from([*SENTENCES, "짧다.\n", "\n"]), max_size=7).map("".join)
TITLES = st.sampled_from(
    ["[속보] 온샘시 도서관", "온샘시 도서관 다시 연다(종합)", "두루시 시장", ""]
)
OUTLETS = st.sampled_from(["", "새벽매일", "한낮신문"])
ARTICLES = st.sampled_from(["", "하나"])
ONE = Document(id="a", text=WHOLE[:200], title="강가의 하루", outlet="강가신문", fetched_at=NOON)
OTHER = replace(ONE, id="b", text=OTHERS[:200], title="나루의 저녁")
FLASH, STATE = "[속보] 강이 넘친다", "[2보] 강이 넘친다"
LINKS = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=12)


def rows_of(documents: Sequence[Document], learnt: frozenset[int] = frozenset()) -> pa.Table:
    return tables(
        [signed(each, learnt) for each in drafts(documents, DAY, OPTIONS)], OPTIONS.features
    )[0]


def all_pairs(table: pa.Table) -> NDArray[np.int64]:
    return np.array(list(combinations(np.sort(np.asarray(table["number"])), 2)), np.int64).reshape(
        -1, 2
    )


@given(st.lists(st.tuples(TEXTS, TITLES, OUTLETS, ARTICLES), min_size=2, max_size=6), st.booleans())
def test_no_pair_is_lost_that_would_be_linked(
    drawn: list[tuple[str, str, str, str]],
    learnt: bool,  # noqa: FBT001 - drawn
) -> None:
    documents = [
        Document(
            id=f"d{place}",
            text=text,
            title=title,
            outlet=outlet,
            article_id=article,
            fetched_at=NOON,
        )
        for place, (text, title, outlet, article) in enumerate(drawn)
    ]
    marks = drafts(documents[:1], DAY, OPTIONS)[0].marks.tolist()
    table = rows_of(documents, frozenset(marks[:1]) if learnt else frozenset())
    read = {text.number: text for text in texts_of(table.to_pylist(), OPTIONS)}
    found = all_pairs(table)
    kept = {(a, b) for a, b in promising(found, table, OPTIONS).tolist()}
    lost = [(a, b) for a, b in found.tolist() if (a, b) not in kept]
    assert all(judge(read[a], read[b], OPTIONS).link == "none" for a, b in lost)


# Openings that another desk set: now and then a word is another one, so few long passages are equal.
EDITED = st.lists(st.integers(0, 9), min_size=1, max_size=4)
LONG = [
    "".join(
        f"{name}군 {7 * row + column}번째 {word}에서 {3 * row + column}가지 일이 {column}월에 이어졌다. "
        for column, word in enumerate(
            ["들판", "냇가", "고개", "장터", "나루", "숲길", "갯벌", "언덕"]
        )
    )
    for row, name in enumerate(["해미", "달내", "별고", "구름", "바람"])
]


def edited(text: str, places: Sequence[int]) -> str:
    """Return a text in which a character is another one at a few places of its beginning."""
    for place in places:
        text = f"{text[: 9 * place + 4]}꽃{text[9 * place + 5 :]}"
    return text


@given(
    st.lists(
        st.tuples(st.sampled_from(LONG), EDITED, st.integers(45, 130)), min_size=2, max_size=5
    ),
    st.sampled_from(["", "한낮신문"]),
    st.booleans(),
)
def test_no_quote_of_a_roundup_is_lost(
    quoted: list[tuple[str, list[int], int]],
    outlet: str,
    learnt: bool,  # noqa: FBT001 - drawn
) -> None:
    told = " ".join(edited(text, places)[:size] for text, places, size in quoted)
    roundup = Document(id="roundup", text=told, title="이 시각 주요뉴스", outlet=outlet)
    stories = [
        Document(id=f"story{place}", text=text, title=f"제목 {place}", outlet="새벽매일")
        for place, text in enumerate(LONG)
    ]
    marks = drafts(stories[:1], DAY, OPTIONS)[0].marks.tolist()
    table = rows_of([roundup, *stories], frozenset(marks[:1] if learnt else []))
    found = all_pairs(table)
    kept = {(a, b) for a, b in promising(found, table, OPTIONS).tolist()}
    read = {text.number: text for text in texts_of(table.to_pylist(), OPTIONS)}
    for a, b in found.tolist():
        assert (a, b) in kept or judge(read[a], read[b], OPTIONS).link == "none"


def test_an_opening_that_is_boilerplate_of_its_own_outlet_alone_is_found_in_a_roundup() -> None:
    # No two passages of these are alike.
    text, *others = (
        "".join(chr(ord("가") + (7919 * seed + 31 * place * place) % 11172) for place in range(400))
        for seed in range(3)
    )
    story = Document(id="story", text=text, title="제목", outlet="새벽매일")
    (draft,) = drafts([story], DAY, OPTIONS)
    marks = frozenset(draft.marks[draft.places < 60].tolist())
    ((_, end),) = draft.spans(marks)
    told = " ".join([draft.text[: end + 10], *others])
    roundup = Document(id="roundup", text=told, title="이 시각 주요뉴스", outlet="한낮신문")
    table = rows_of([story, roundup], marks)
    read = texts_of(table.to_pylist(), OPTIONS)
    assert judge(*read, OPTIONS).link == "quote"
    assert len(promising(all_pairs(table), table, OPTIONS)) == 1


def test_texts_that_share_little_are_dropped() -> None:
    one = Document(id="one", text="".join(SENTENCES[:3]), title="하나", outlet="새벽매일")
    other = replace(one, id="other", text="".join(SENTENCES[3:]), outlet="한낮신문")
    twin = replace(one, id="twin", outlet="한낮신문")
    table = rows_of([one, other, twin])
    names = dict(zip(table["number"].to_pylist(), table["id"].to_pylist(), strict=True))
    kept = [{names[a], names[b]} for a, b in promising(all_pairs(table), table, OPTIONS).tolist()]
    assert kept == [{"one", "twin"}]


def test_what_the_window_has_lost_is_left_out() -> None:
    table = rows_of([Document(id="one", text=SENTENCES[0])])
    number = table["number"][0].as_py()
    assert (
        promising(
            np.array([[number - 1, number], [number, number + 1]], np.int64), table, OPTIONS
        ).size
        == 0
    )
    assert promising(np.empty((0, 2), np.int64), table, OPTIONS).shape == (0, 2)


def is_kept(one: Document, other: Document) -> bool:
    """Say whether the sieve leaves a pair to be judged, in whatever order its documents come."""
    table = rows_of([one, other])
    found = all_pairs(table)
    (turned, here) = (len(promising(drawn, table, OPTIONS)) for drawn in (found[:, ::-1], found))
    assert turned == here
    return bool(here)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, False),
        ({"text": WHOLE[:102] + OTHERS[:98]}, True),  # half of the shingles
        ({"text": WHOLE[:80] + OTHERS[:120]}, False),
        ({"text": WHOLE[:102] + OTHERS[:900]}, True),  # of the smaller text
        ({"title": FLASH}, True),
        ({"title": FLASH, "outlet": "나루신문"}, False),
        ({"article_id": "a"}, True),
        ({"article_id": "c"}, False),
    ],
)
def test_a_pair_is_left_that_may_be_one_text_or_states_of_one_report(
    change: dict[str, str], *, expected: bool
) -> None:
    assert is_kept(ONE, replace(OTHER, **change)) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("titles", "outlet", "expected"),
    [
        ((FLASH, STATE), "강가신문", True),
        ((FLASH, FLASH), "강가신문", False),
        ((FLASH, STATE), "", False),  # nobody's texts are of no one outlet
    ],
)
def test_states_of_a_report_have_different_marks_in_one_outlet(
    titles: tuple[str, str], outlet: str, *, expected: bool
) -> None:
    one, other = (
        replace(document, title=title, outlet=outlet)
        for document, title in zip((ONE, OTHER), titles, strict=True)
    )
    assert is_kept(one, other) is expected


@pytest.mark.parametrize(
    ("before", "length", "gap", "title", "expected"),
    [
        (0, 40, 0, "이 시각 주요뉴스", True),
        (0, 39, 0, "이 시각 주요뉴스", False),
        (0, 40, 0, "강가의 소식", False),
        (60, 60, 0, "이 시각 주요뉴스", True),
        (61, 60, 0, "이 시각 주요뉴스", False),
        (0, 50, 3, "이 시각 주요뉴스", True),  # eight n-grams apart
        (0, 50, 4, "이 시각 주요뉴스", False),
    ],
)
def test_a_roundup_is_left_with_a_text_whose_opening_it_has(
    before: int, length: int, gap: int, title: str, *, expected: bool
) -> None:
    mine, theirs = (
        WHOLE[:30] + OTHERS[at : at + gap] + WHOLE[30 + gap : length] for at in (900, 950)
    )
    one = replace(ONE, text=OTHERS[:before] + mine + OTHERS[100:300])
    roundup = replace(OTHER, title=title, text=f"{OTHERS[400:450]}{theirs}{OTHERS[500:800]}")
    assert is_kept(one, roundup) is expected


def joined(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the connected components, each joined to those before it link by link."""
    found: list[set[int]] = []
    for link in links:
        touching = [each for each in found if each & {*link}]
        found = [each for each in found if each not in touching]
        found.append({*link}.union(*touching))
    return found


def pairs_of(links: list[tuple[int, int]]) -> np.ndarray:
    return np.array(links, np.int64).reshape(-1, 2)


@settings(max_examples=50)
@given(LINKS)
def test_what_is_linked_has_the_label_of_its_smallest_number(links: list[tuple[int, int]]) -> None:
    numbers, labels = components(pairs_of(links))
    assert numbers.tolist() == sorted({number for link in links for number in link})
    smallest = {number: min(each) for each in joined(links) for number in each}
    assert [numbers[label] for label in labels] == [smallest[number] for number in numbers.tolist()]


@settings(max_examples=50)
@given(LINKS, st.sampled_from((1, 2, 5, 256)))
def test_a_component_is_judged_in_one_group(links: list[tuple[int, int]], together: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "_TOGETHER", together)
        groups = [list(map(tuple, group.tolist())) for group in _groups(pairs_of(links))]
    assert sorted(pair for group in groups for pair in group) == sorted(links)
    assert all(groups)
    for component in joined(links):
        assert sum(any({*pair} & component for pair in group) for group in groups) == 1
    if together == 256:
        assert len(groups) <= 1
    if together == 1:
        assert len(groups) == len(joined(links))


def test_a_pair_whose_document_is_gone_is_left_out() -> None:
    table = rows_of([ONE, OTHER])
    one, other = sorted(np.asarray(table["number"]).tolist())
    found = judged(pairs_of([(one, other), (one, 7), (7, 8)]), table, OPTIONS)
    assert [(left.number, right.number) for left, right, _ in found] == [(one, other)]


@pytest.mark.parametrize("together", [1, 2, 16_384])
def test_an_edge_has_a_row_in_the_order_of_its_documents(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "_PAIRS", together)
    verdict = PairVerdict("part", 0.5, (0.9, 0.4), "why", ((1, 2), (3, 4)), (0.1, 0.2))
    late = text(3, "글", day=text(1, "").day.replace(day=21))
    found = [
        (text(2, "가"), late, NONE),
        (text(1, "나"), late, verdict),
        (late, text(4, "다"), NONE),
    ]
    rows = edge_table(found).to_pylist()
    assert [(row["a"], row["b"]) for row in rows] == [(1, 3), (2, 3), (3, 4)]
    assert rows[0] == {
        "a": 1, "b": 3, "link": "part", "jaccard": 0.5, "share_a": pytest.approx(0.9), "share_b": pytest.approx(0.4),
        "begins_a": 1, "ends_a": 2, "begins_b": 3, "ends_b": 4, "gap_a": pytest.approx(0.1), "gap_b": pytest.approx(0.2),
        "evidence": "why", "day_a": text(1, "").day, "day_b": late.day, "day": late.day,
    }  # fmt: skip
    assert [row["day"] for row in rows] == [late.day] * 3
    assert edge_table([]).num_rows == 0


def test_what_a_text_says_three_times_counts_once() -> None:
    thrice = replace(ONE, text=WHOLE[:80] * 3)
    for shared, expected in ((24, False), (60, True)):
        assert is_kept(thrice, replace(OTHER, text=WHOLE[:shared] + OTHERS[:900])) is expected
