"""Word diffs: nothing is lost, nothing is invented."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.lookup.articles import edits

words = st.lists(
    st.sampled_from(["시장", "시장은", "2일", "3일", "밝혔다.", "\n\n", " ", "가"]), max_size=30
).map(" ".join)


def state(old: str, new: str, without: str) -> str:
    return "".join(edit.text for edit in edits(old, new) if edit.kind != without)


@given(words | st.text(), words | st.text())
def test_both_states_can_be_read_from_the_edits(old: str, new: str) -> None:
    assert state(old, new, "added") == old
    assert state(old, new, "removed") == new


@given(words)
def test_the_same_text_has_no_edits(text: str) -> None:
    assert {edit.kind for edit in edits(text, text)} <= {"kept"}


@given(words, words)
def test_neighbours_differ_in_kind(old: str, new: str) -> None:
    assert all(one.kind != other.kind for one, other in pairwise(edits(old, new)))


def test_only_the_changed_word_is_marked() -> None:
    found = [(edit.kind, edit.text) for edit in edits("시장은 2일 밝혔다.", "시장은 3일 밝혔다.")]
    assert found == [
        ("kept", "시장은 "),
        ("removed", "2일"),
        ("added", "3일"),
        ("kept", " 밝혔다."),
    ]


@pytest.mark.parametrize("length", [5_000, 40_000])
def test_long_texts_are_compared_by_paragraphs(length: int) -> None:
    lines = [f"{number}번째 문단이다." for number in range(length)]
    old, new = "\n".join(lines), "\n".join([*lines[:50], "새 문단이다.", *lines[51:]])
    assert [edit.kind for edit in edits(old, new)].count("added") == 1
    assert state(old, new, "removed") == new
