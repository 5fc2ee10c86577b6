"""Judging in groups: whatever groups there are, each pair is judged once and every edge is a row."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.matching import match
from processing.matching.match import _groups, _verdicts, components, edge_table, judged
from processing.matching.verdict import NONE, PairVerdict
from tests.processing.matching.test_candidates import OPTIONS, rows_of
from tests.processing.matching.test_limits import text
from tests.processing.matching.test_sieve import ONE, OTHER

LINKS = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=12)


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
        patch.setattr(match, "_TOGETHER", together)
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


def test_pairs_that_are_linked_no_longer_are_told_as_such() -> None:
    copy = rows_of([ONE, OTHER, type(ONE)(id="c", text=ONE.text, title=ONE.title)])
    numbers = dict(zip(copy["id"].to_pylist(), copy["number"].to_pylist(), strict=True))
    linked = tuple(sorted((numbers["a"], numbers["c"])))
    apart = tuple(sorted((numbers["a"], numbers["b"])))
    gone = tuple(sorted((numbers["b"], numbers["c"])))
    found = list(_verdicts(pairs_of([linked, apart]), pairs_of([gone, linked]), copy, OPTIONS))
    assert [((left.number, right.number), verdict.link) for left, right, verdict in found] == [
        (linked, "same"),
        (gone, "none"),
    ]
    assert found[1][2] is NONE


@pytest.mark.parametrize("together", [1, 2, 16_384])
def test_an_edge_has_a_row_in_the_order_of_its_documents(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match, "_PAIRS", together)
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
