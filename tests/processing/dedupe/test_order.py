"""The same documents make the same clusters, in whatever order and in however many runs they came."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.dedupe.fold import fold
from processing.matching import pairs
from processing.signing.documents import Document
from processing.signing.window import EmptyWindow
from tests.processing.dedupe.made import (
    DAY,
    LIBRARY,
    OPTIONS,
    RIVER,
    Memory,
    document,
    folded,
    later,
    places,
    press,
)

MENU = [
    document(
        f"m{place}",
        f"오늘의 메뉴 전체 보기와 서비스 바로가기 목록\n{text}",
        title=f"{place} 번째 소식 {text[:8]}",
        outlet="모음판",
    )
    for place, text in enumerate((RIVER, LIBRARY, *(each.text for each in press(9, 2)[:2])))
]
PRESS = [*press(3, 8), *MENU]
WHOLE = places(folded([PRESS]))


def split(documents: list[Document], cuts: list[int]) -> list[list[Document]]:
    edges = [0, *sorted({cut % len(documents) for cut in cuts} - {0}), len(documents)]
    return [documents[start:end] for start, end in pairwise(edges)]


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(order=st.randoms(use_true_random=False), cuts=st.lists(st.integers(0, 10_000), max_size=5))
def test_any_order_and_any_split_into_runs_end_in_the_same_clusters(
    order: Random, cuts: list[int]
) -> None:
    shuffled = list(PRESS)
    order.shuffle(shuffled)
    assert places(folded(split(shuffled, cuts))) == WHOLE


def test_the_press_of_these_tests_has_all_that_makes_order_matter() -> None:
    relations = {place[2] for place in WHOLE.values()}
    assert {"original", "copy", "excerpt"} <= relations
    window = folded([PRESS[: -len(MENU)], *([each] for each in MENU)])
    signed = [row for kind, _, table in window.parts if kind == "sig" for row in table.to_pylist()]
    assert any(row["dropped"] for row in signed), "no boilerplate was learnt"
    assert len(signed) > len(PRESS), "no earlier document was signed again"


def test_a_document_that_is_signed_again_keeps_its_marks() -> None:
    window = folded([PRESS[: -len(MENU)], *([each] for each in MENU)])
    marks: dict[str, list[list[int]]] = defaultdict(list)
    for table in (table for kind, _, table in window.parts if kind == "sig"):
        for row in table.to_pylist():
            marks[row["id"]].append(row["marks"])
    again = [rows for rows in marks.values() if len(rows) > 1 and rows[0]]
    assert again
    assert all(row == rows[0] for rows in again for row in rows)


def test_edges_are_the_same_however_many_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fold(PRESS, EmptyWindow(), day=DAY, options=OPTIONS)
    monkeypatch.setattr(pairs, "_EDGES", 3)
    pieces = fold(PRESS, EmptyWindow(), day=DAY, options=OPTIONS)
    edges = [key for key in whole.parts if key[0] == "edges"]
    assert sum(whole.parts[key].num_rows for key in edges) > 9
    assert all(pieces.parts[key].equals(whole.parts[key]) for key in edges)


def test_a_retry_gives_the_same_bytes() -> None:
    window = folded([PRESS[:20]])
    first = fold(PRESS[20:], window, day=DAY, options=OPTIONS)
    again = fold(list(reversed(PRESS[20:])), window, day=DAY, options=OPTIONS)
    assert list(first.parts) == list(again.parts)
    for key, table in first.parts.items():
        assert table.equals(again.parts[key]), key
    assert first.clusters.equals(again.clusters)


def test_folding_the_same_batch_into_its_own_result_changes_no_row() -> None:
    window = folded([PRESS])
    window.add(fold(PRESS, window, day=DAY, options=OPTIONS))
    assert places(window) == WHOLE


def test_a_late_bridge_gives_two_clusters_the_smaller_name_and_retires_the_other() -> None:
    river, library = document("m", RIVER), document("b", LIBRARY, fetched_at=later(days=1))
    both = document("x", RIVER, fetched_at=later(hours=1))
    bridge = replace(both, id="a", outlet="나래신문")
    window = folded([[river, library]])
    assert {row["cluster"] for row in window.rows().values()} == {"m", "b"}
    result = fold([bridge], window, day=DAY, options=OPTIONS)
    aliases = [
        row
        for (kind, _), table in result.parts.items()
        if kind == "aliases"
        for row in table.to_pylist()
    ]
    assert [(row["old"], row["new"]) for row in aliases] == [("m", "a")]
    assert {row["version_id"]: row["cluster"] for row in result.clusters.to_pylist()} == {
        "a": "a",
        "m": "a",
    }


def test_rows_of_earlier_documents_are_given_again_only_where_they_changed() -> None:
    window = folded([[document("a", RIVER), document("b", LIBRARY, title="책을 고친다")]])
    changed = []
    for place, name in enumerate("cde"):
        copy = document(name, RIVER, outlet=name, published_at=later(hours=2 + place))
        result = fold([copy], window, day=DAY, options=OPTIONS)
        window.add(result)
        changed.append(result.clusters["version_id"].to_pylist())
    assert changed == [["a", "c"], ["d"], ["e"]], "the first copy says how sure the original is"


def test_a_cluster_reaches_further_back_than_the_window() -> None:
    chain = [
        document(name, RIVER, outlet=name, fetched_at=later(days=3 * place))
        for place, name in enumerate("dcba")
    ]
    expected = {"a", "b", "c", "d"}
    for batches in ([chain], [[each] for each in chain], [[each] for each in reversed(chain)]):
        rows = folded(batches).rows()
        assert set(rows) == expected
        assert {row["cluster"] for row in rows.values()} == {"a"}


def test_documents_further_apart_than_the_window_are_not_compared() -> None:
    rows = folded([[document("a", RIVER), document("b", RIVER, fetched_at=later(days=4))]]).rows()
    assert {row["cluster"] for row in rows.values()} == {"a", "b"}


def test_no_documents_make_no_parts() -> None:
    assert fold([], EmptyWindow(), day=DAY, options=OPTIONS).parts == {}


@pytest.mark.parametrize("text", ["", "   \n ", "…", "가", "\x00\ud800", "𝄞" * 300])
def test_texts_without_words_stay_alone_and_break_nothing(text: str) -> None:
    rows = folded(
        [
            [
                document("a", text),
                document("b", text, title="다른 제목", outlet="나래신문"),
                document("c", RIVER),
            ]
        ]
    ).rows()
    assert {row["cluster"] for row in rows.values()} == {"a", "b", "c"}


def test_an_empty_window_and_an_empty_memory_are_the_same() -> None:
    one = fold(PRESS[:10], EmptyWindow(), day=DAY, options=OPTIONS)
    other = fold(PRESS[:10], Memory(), day=DAY, options=OPTIONS)
    assert one.clusters.equals(other.clusters)
