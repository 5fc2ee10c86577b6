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
from processing.matching.match import promising
from processing.matching.verdict import judge, text_of
from processing.signing.documents import Document, FoldOptions
from processing.signing.signature import draft, signed, tables
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
        [signed(draft(each, DAY, OPTIONS), learnt) for each in documents], OPTIONS.features
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
    marks = draft(documents[0], DAY, OPTIONS).marks.tolist()
    table = rows_of(documents, frozenset(marks[:1]) if learnt else frozenset())
    read = {row["number"]: text_of(row, OPTIONS) for row in table.to_pylist()}
    found = all_pairs(table)
    kept = {(a, b) for a, b in promising(found, table, OPTIONS).tolist()}
    lost = [(a, b) for a, b in found.tolist() if (a, b) not in kept]
    assert all(judge(read[a], read[b], OPTIONS).link == "none" for a, b in lost)


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
    made = [signed(draft(each, DAY, OPTIONS), frozenset()) for each in documents]
    table, bands = tables(made, OPTIONS.features)
    numbers = np.asarray(bands["number"])
    earlier = numbers == numbers.max()  # one of the window, which finds nobody by itself
    mine, others = (bands.filter(pa.array(kept)) for kept in (~earlier, earlier))

    with Partitions(EmptyWindow(), OPTIONS) as partitions:
        slices = [each.tolist() for each in candidates.near_slices(partitions, mine, others)]

    met = [tuple(pair) for each in slices for pair in each]
    assert sorted(met) == [tuple(pair) for pair in all_pairs(table).tolist()]
    assert len(slices) == 1 + 4 // together
