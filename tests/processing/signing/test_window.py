"""Of a window no more is read than is asked for, and it is what reading everything finds."""

import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processing.errors import CorruptRecordError
from processing.matching.match import stored
from processing.signing import window
from processing.signing.batch import Fresh
from processing.signing.columns import BANDS, NODE, SIGNED
from processing.signing.documents import number
from processing.signing.window import (
    FolderWindow,
    Partitions,
    Signatures,
    among,
    texts_at,
    write_part,
)
from tests.examples import examples
from tests.processing.dedupe.made import (
    DAY,
    LIBRARY,
    OPTIONS,
    RIVER,
    Memory,
    document,
    folded,
    later,
    press,
)

SPAN = (DAY - timedelta(days=90), DAY + timedelta(days=90))
NUMBERS = st.lists(
    st.builds(lambda low, high: low + (high << 40), st.integers(0, 9), st.integers(-9, 9)),
    max_size=40,
)


def shown(memory: Memory, asked: tuple[int, ...] = ()) -> Signatures:
    return Signatures(memory.tables("sig", *SPAN), memory.tables("texts", *SPAN), asked)


def in_files(memory: Memory, root: Path) -> FolderWindow:
    found = FolderWindow(root)
    for place, (kind, day, table) in enumerate(memory.parts):
        found.write(kind, day, f"{place:08d}", table)
    return found


def twice() -> Memory:
    """Return a window in which the second of two batches has a document of the first again, with another text."""
    return folded(
        [
            [document("a", RIVER), document("b", RIVER)],
            [document("a", LIBRARY), document("c", LIBRARY)],
        ]
    )


def test_a_folder_has_the_parts_of_both_days_and_those_between(tmp_path: Path) -> None:
    folder = FolderWindow(tmp_path)
    days = [DAY + timedelta(days=ago) for ago in range(5)]
    paths = [
        folder.write("bands", day, f"{5 - place}", BANDS.empty_table())
        for place, day in enumerate(days)
    ]
    assert folder.tables("bands", days[1], days[3]) == paths[3:0:-1], "in the order of their names"
    assert folder.tables("bands", days[2], days[2]) == [paths[2]]
    assert not folder.tables("sig", days[0], days[4])


def whole(memory: Memory) -> dict[int, dict[str, object]]:
    """Return the newest whole row of each document, found the plain way."""
    texts = memory.tables("texts", *SPAN)
    rows = {}
    for place, sig in enumerate(memory.tables("sig", *SPAN)):
        for row, said in zip(sig.to_pylist(), texts[place].to_pylist(), strict=True):
            rows[row["number"]] = row | said
    return rows


@given(values=NUMBERS, wanted=NUMBERS, at_once=st.sampled_from((1, 7, 1 << 16)))
def test_among_finds_what_looking_at_each_finds(
    values: list[int], wanted: list[int], at_once: int
) -> None:
    sought = np.array(sorted({*wanted, *values[::3]}), np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "_LOOKED_UP", at_once)
        places, which = among(np.array(values, np.int64), sought)
    assert places.tolist() == [
        place for place, value in enumerate(values) if value in set(sought.tolist())
    ]
    assert sought[which].tolist() == [values[place] for place in places]


@example(values=[16, 17], others=[])  # one is wanted, and one behind it may be it
@given(values=st.lists(st.integers(0, 2**16 - 1)), others=st.lists(st.integers(0, 2**16 - 1)))
def test_among_finds_the_same_where_values_are_sorted(values: list[int], others: list[int]) -> None:
    """Then the highest of their 16 bits are looked up first, and not the lowest."""
    values.sort()
    sought = np.array(sorted({*others, *values[::3]}), np.int64)
    places, which = among(np.array(values, np.int64), sought, 16)
    assert places.tolist() == [
        place for place, value in enumerate(values) if value in set(sought.tolist())
    ]
    assert sought[which].tolist() == [values[place] for place in places]


def test_among_tells_wanted_values_apart_that_have_the_same_lowest_bits() -> None:
    # Twelve bits are looked up where few values are wanted.
    wanted = np.array([5, 5 + 2**12, 5 + 2**13], np.int64)
    places, which = among(np.tile(np.append(wanted, 5 + 2**14), 3), wanted)
    assert places.tolist() == [0, 1, 2, 4, 5, 6, 8, 9, 10]
    assert which.tolist() == [0, 1, 2] * 3


def test_the_newest_row_of_a_document_counts_with_its_own_text() -> None:
    known = shown(twice())
    rows = {row["id"]: row for row in known.rows(known.numbers).to_pylist()}
    assert rows.keys() == {"a", "b", "c"}
    assert rows["a"]["text"] == rows["c"]["text"] != rows["b"]["text"]
    assert known.again.tolist() == [number("a")]


def test_who_is_asked_is_passed_over_in_every_way() -> None:
    known = shown(twice(), (number("a"), number("nobody")))
    assert number("a") not in known.numbers.tolist()
    assert known.again.size == 0
    assert known.rows(np.array([number("a"), number("b")]))["id"].to_pylist() == ["b"]
    assert sorted(each for table in known.scan(["id"]) for each in table["id"].to_pylist()) == [
        "b",
        "c",
    ]


@pytest.mark.parametrize("together", [1, 3, 32])
def test_rows_from_files_are_those_of_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(window, "_TEXTS_TOGETHER", together)
    memory = folded([press(6, 8), press(7, 8)[:9], press(6, 8)[:5]])
    files = in_files(memory, tmp_path)
    known = Signatures(files.tables("sig", *SPAN), files.tables("texts", *SPAN))
    expected = whole(memory)
    for start in range(3):
        numbers = known.numbers[start::3]
        assert known.rows(numbers[::-1]).to_pylist() == [
            expected[each] for each in numbers.tolist()
        ]


def test_what_was_read_last_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = folded([press(6, 8)])
    known, expected = shown(memory), whole(memory)
    first, every = known.numbers[::2], known.numbers
    known.rows(first, (*NODE, "text"))
    read: list[int] = []
    real = Signatures._read
    monkeypatch.setattr(
        Signatures,
        "_read",
        lambda self, numbers, names: (read.extend(numbers), real(self, numbers, names))[1],
    )
    assert known.rows(every, NODE).to_pylist() == [
        {name: expected[each][name] for name in NODE} for each in every.tolist()
    ]
    assert read == every[1::2].tolist()


def test_texts_are_read_by_their_row_groups_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "texts.parquet"
    write_part(
        pa.table(
            {"number": range(100), "text": ["가"] * 100, "facts": [""] * 100, "day": [DAY] * 100}
        ),
        path,
    )
    asked: list[int] = []
    real = pq.ParquetFile.read_row_groups
    monkeypatch.setattr(
        pq.ParquetFile,
        "read_row_groups",
        lambda self, groups, **how: (asked.extend(groups), real(self, groups, **how))[1],
    )
    assert texts_at(path, np.array([1, 2, 70, 99]))["number"].to_pylist() == [1, 2, 70, 99]
    assert asked == [0, 2, 3]


def test_parts_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    files = in_files(twice(), tmp_path)
    sig, texts = (files.tables(kind, *SPAN) for kind in ("sig", "texts"))
    with pytest.raises(CorruptRecordError, match="2 parts of sig and 1 of texts"):
        Signatures(sig, texts[:1])
    with pytest.raises(CorruptRecordError, match=r"00000\d+\.parquet has not the texts of"):
        Signatures(sig, texts[::-1]).rows(np.array([number("b")]))
    write_part(pq.read_table(texts[0]).slice(0, 1), texts[0])
    with pytest.raises(CorruptRecordError, match="has not the texts of"):
        Signatures(sig, texts).rows(np.array([number("a"), number("b")]))


def keyed(parts: list[list[tuple[int, int]]], days: dict[int, date]) -> Memory:
    """Return a window of a document for each of `days`, with parts of (key, document)."""
    memory = Memory()
    blank = dict.fromkeys(SIGNED.names)
    for owner, day in days.items():
        row = pa.Table.from_pylist([blank | {"number": owner, "day": day}], schema=SIGNED)
        memory.parts += [("sig", day, row), ("texts", day, row)]
    for part in parts:
        rows = [{"key": key, "number": owner, "day": days[owner]} for key, owner in sorted(part)]
        memory.parts.append(("bands", DAY, pa.Table.from_pylist(rows, schema=BANDS)))
    return memory


@settings(max_examples=examples(40, 500))
@given(
    parts=st.lists(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=30), max_size=4
    )
)
def test_stored_keys_are_those_that_looking_at_each_finds(
    parts: list[list[tuple[int, int]]],
) -> None:
    days = {owner: DAY + timedelta(days=owner % 3) for owner in range(10)}
    blank = dict.fromkeys(SIGNED.names)
    memory = keyed(parts, days)
    mine = [{"key": key, "number": 9, "day": DAY} for key in range(0, 60, 7)]
    fresh = Fresh(
        pa.Table.from_pylist([blank | mine[0]], schema=SIGNED),
        pa.Table.from_pylist(mine, schema=BANDS),
        frozenset(),
    )
    with Partitions(memory, OPTIONS) as partitions:
        partitions.read_signatures(SPAN)
        found = stored(partitions, fresh).to_pylist()
    expected = [
        (k, n, days[n]) for part in parts for k, n in part if k % 7 == 0 and k < 60 and n != 9
    ]
    assert sorted((row["key"], row["number"], row["day"]) for row in found) == sorted(expected)


def test_the_same_table_gives_the_same_bytes_and_copies_lie_side_by_side(tmp_path: Path) -> None:
    copies = [
        document(f"{place}", text, published_at=later(hours=place))
        for place in range(6)
        for text in (RIVER, LIBRARY)[place % 2 :][:1]
    ]
    memory = folded([copies])
    texts = memory.tables("texts", *SPAN)[0]
    assert (
        sum(
            one != other
            for one, other in zip(
                texts["text"].to_pylist(), texts["text"].to_pylist()[1:], strict=False
            )
        )
        == 1
    )
    for name in ("one", "two"):
        write_part(texts, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert window.columns(tmp_path / "one", ["text", "number"]) == texts.select(["text", "number"])


def test_a_packed_part_has_the_same_rows_in_fewer_bytes(tmp_path: Path) -> None:
    draw = random.Random(1)  # noqa: S311 - only samples
    words = ["".join(draw.choices("가나다라마바사아자차카타파하", k=3)) for _ in range(2000)]
    text = [" ".join(draw.choices(words, k=200)) for _ in range(200)]
    rows = pa.table({"number": range(200), "text": text, "facts": [""] * 200, "day": [DAY] * 200})
    for name in ("plain", "packed"):
        write_part(rows, tmp_path / name, packed=name == "packed")
    tables = [pq.read_table(tmp_path / name) for name in ("plain", "packed")]
    assert tables[0] == tables[1] == rows.cast(tables[0].schema)
    sizes = [(tmp_path / name).stat().st_size for name in ("plain", "packed")]
    assert sizes[1] < sizes[0] * 0.97
