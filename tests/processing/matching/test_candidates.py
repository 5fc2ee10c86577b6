"""The sieve before judging: it loses no pair that would be linked, and it does drop the others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from processing.matching import candidates
from processing.matching.sieve import promising
from processing.matching.verdict import judge, texts_of
from processing.signing.documents import Document, FoldOptions
from processing.signing.signature import drafts, signed, tables
from processing.signing.window import EmptyWindow, Partitions

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


@pytest.mark.parametrize("together", [1, 2, 8_000])
def test_each_pair_is_met_once_however_many_documents_are_taken_at_a_time(
    monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(candidates, "_TOGETHER", together)
    text = "".join(SENTENCES)
    documents = [
        Document(id=f"d{place}", text=f"{text}{SENTENCES[place]}", outlet=f"매체{place}")
        for place in range(5)
    ]
    made = [signed(each, frozenset()) for each in drafts(documents, DAY, OPTIONS)]
    table, bands = tables(made, OPTIONS.features)
    numbers = np.asarray(bands["number"])
    earlier = numbers == numbers.max()  # one of the window, which finds nobody by itself
    mine, others = (bands.filter(pa.array(kept)) for kept in (~earlier, earlier))

    with Partitions(EmptyWindow(), OPTIONS) as partitions:
        slices = [each.tolist() for each in candidates.near_slices(partitions, mine, others)]

    met = [tuple(pair) for each in slices for pair in each]
    assert sorted(met) == [tuple(pair) for pair in all_pairs(table).tolist()]
    assert len(slices) == 1 + 4 // together
