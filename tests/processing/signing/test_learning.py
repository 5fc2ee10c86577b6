"""What is boilerplate, and where it still stands, is what counting each document plainly finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from processing.signing import batch
from processing.signing.batch import Occurrences, learn, occurrences, unlearnt
from processing.signing.columns import SIGNED
from processing.signing.documents import FoldOptions
from processing.signing.marks import differences
from processing.signing.signature import Draft
from processing.signing.window import Signatures

OPTIONS = FoldOptions()
DAY = date(2026, 7, 30)
COLUMNS = ("number", "day", "title_key", "head_key", "tail_key", "marks", "dropped")
MARKS = (-7, -6, 4, 9)  # of odd ones three documents are enough, of even ones ten


@dataclass(frozen=True)
class Made:
    """A document: its day, its keys, its marks, and those of them that were taken out."""

    ago: int
    keys: tuple[int, int, int]
    marks: frozenset[int]
    dropped: frozenset[int]

    @property
    def day(self) -> date:
        return DAY - timedelta(days=self.ago)


KEY = st.integers(-3, 12)
SOME = st.frozensets(st.sampled_from(MARKS), min_size=1)
DOCUMENTS = st.builds(
    lambda ago, keys, marks, lost: Made(ago, keys, marks, marks & lost),
    st.sampled_from((0, 1, 1, 1, OPTIONS.window_days, OPTIONS.window_days + 1)),
    st.tuples(KEY, KEY, KEY),
    SOME,
    st.frozensets(st.sampled_from(MARKS)),
)


def part_of(documents: Sequence[Made], first: int) -> pa.Table:
    rows = [
        {
            "number": first + place,
            "day": each.day,
            **dict(zip(COLUMNS[2:5], each.keys, strict=True)),
            "marks": differences(np.array(sorted(each.marks), np.int32)).tolist(),
            "dropped": sorted(each.dropped),
        }
        for place, each in enumerate(documents)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([SIGNED.field(name) for name in COLUMNS]))


def found(parts: Sequence[Sequence[Made]], fresh: Sequence[Made]) -> Occurrences:
    tables = [part_of(each, 1_000 * place) for place, each in enumerate(parts)]
    drafts = [
        Draft(
            {"day": each.day, **dict(zip(COLUMNS[2:5], each.keys, strict=True))},
            np.arange(len(each.marks)),
            np.array(sorted(each.marks), np.int32),
        )
        for each in fresh
    ]
    return occurrences(Signatures(tables, tables), drafts, OPTIONS.features)


def is_boilerplate(mark: int, day: date, documents: Sequence[Made]) -> bool:
    """Count the titles, beginnings and ends beside a mark within the window to either side."""
    reach = timedelta(days=OPTIONS.window_days)
    beside = [
        each.keys for each in documents if mark in each.marks and abs(each.day - day) <= reach
    ]
    titles, heads, tails = (len({keys[place] for keys in beside}) for place in range(3))
    features = OPTIONS.features
    return min(titles, max(heads, tails)) >= (features.few if mark & 1 else features.many)


@given(
    parts=st.lists(st.lists(DOCUMENTS, min_size=1, max_size=30), max_size=4),
    fresh=st.lists(DOCUMENTS, min_size=1, max_size=5),
    at_first=st.sampled_from((1, 7, 1_000)),
)
def test_what_is_learnt_is_what_counting_every_document_finds(
    parts: list[list[Made]], fresh: list[Made], at_first: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "_AT_FIRST", at_first)
        places = found(parts, fresh)
    learnt = learn(places, (each.day for each in fresh), OPTIONS)
    every = [*fresh, *(each for part in parts for each in part)]
    near = timedelta(days=OPTIONS.window_days)
    first, last = min(each.day for each in fresh) - near, max(each.day for each in fresh) + near
    asked = frozenset[int]().union(*(each.marks for each in fresh))
    plain = {
        (each.day, mark)
        for each in every
        for mark in each.marks & asked
        if first <= each.day <= last and is_boilerplate(mark, each.day, every)
    }
    assert {(day, mark) for day, marks in learnt.items() for mark in marks} == plain


@given(parts=st.lists(st.lists(DOCUMENTS, min_size=1, max_size=8), max_size=3), fresh=DOCUMENTS)
def test_marks_are_kept_that_were_not_taken_out(parts: list[list[Made]], fresh: Made) -> None:
    kept = found(parts, [fresh]).kept.tolist()
    asked = sorted(fresh.marks)
    plain = [
        [asked.index(mark), (each.day - date(1970, 1, 1)).days, 1_000 * place + row]
        for place, part in enumerate(parts)
        for row, each in enumerate(part)
        for mark in (each.marks - each.dropped) & fresh.marks
    ]
    assert sorted(kept) == sorted(plain)


class Numbered:
    """The window where only the numbers of rows are asked for."""

    def rows(self, numbers: NDArray[np.int64], _: object) -> pa.Table:
        return pa.table({"number": np.unique(numbers)})


@settings(max_examples=30)
@given(
    parts=st.lists(st.lists(DOCUMENTS, min_size=1, max_size=8), max_size=3),
    fresh=DOCUMENTS,
    learnt=st.dictionaries(st.sampled_from((-1, 0, 1, 30, 31)), SOME),
)
def test_a_row_is_signed_again_where_a_mark_of_its_own_is_boilerplate_on_its_day(
    parts: list[list[Made]], fresh: Made, learnt: dict[int, frozenset[int]]
) -> None:
    known = {DAY - timedelta(days=ago): marks & fresh.marks for ago, marks in learnt.items()}
    again = unlearnt(cast("Signatures", Numbered()), found(parts, [fresh]), known)
    assert [row["number"] for row in again] == [
        1_000 * place + row
        for place, part in enumerate(parts)
        for row, each in enumerate(part)
        if (each.marks - each.dropped) & known.get(each.day, frozenset())
    ]


@pytest.mark.parametrize("at_first", [10, 1_000])
def test_of_a_mark_that_a_day_decides_nothing_else_is_kept(
    at_first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day of a hundred thousand of an outlet's texts leaves as much as one of ten."""
    monkeypatch.setattr(batch, "_AT_FIRST", at_first)
    marks = frozenset({4})
    day = [Made(1, (place, place, 0), marks, marks) for place in range(50)]
    places = found([day], [Made(0, (-1, -1, -1), marks, frozenset())])
    yesterday = (DAY - date(1970, 1, 1)).days - 1
    assert places.decided.tolist() == [[0, yesterday]]
    assert [side.tolist() for side in places.companions] == [[[0, yesterday + 1, 2**32 - 1]]] * 3
