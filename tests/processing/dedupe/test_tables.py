"""Tables of every kind that people bring: one and the same rows, whatever the file."""

import gzip
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from processing.dedupe import tables
from processing.dedupe.by_hand import OutletFact, fold_file, fold_table, read_rows
from processing.dedupe.fields import moment
from processing.dedupe.tables import open_table
from processing.errors import UsageError
from tests.processing.dedupe.made import LIBRARY, RIVER

IDS = ["01100101.20310501000001001", "01100101.20310501000001002", "007"]
FRAME = pd.DataFrame(
    {
        "뉴스 식별자": IDS,
        "일자": ["20310501", "2031.05.01 오후 1:05", "어제"],
        "언론사": ["가람일보", "나래신문", "다온경제"],
        "제목": ["다리가 열린다", "나무다리 개통", "책을 고친다"],
        "본문": [RIVER, f'{RIVER}\n끝에 "한 줄", 더했다.', LIBRARY],
        "URL": ["https://a.test/1", "https://b.test/2", "https://c.test/3"],
    }
)
WRITERS: dict[str, Callable[[Path], object]] = {
    "utf8.csv": lambda path: FRAME.to_csv(path, index=False),
    "mark.csv": lambda path: FRAME.to_csv(path, index=False, encoding="utf-8-sig"),
    "korean.csv": lambda path: FRAME.to_csv(path, index=False, encoding="cp949"),
    "packed.csv.gz": lambda path: FRAME.to_csv(path, index=False, compression="gzip"),
    "tabs.tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "tabs.without-a-name": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "wide.csv": lambda path: FRAME.to_csv(path, index=False, encoding="utf-16"),
    "columns.parquet": FRAME.to_parquet,
    "book.xlsx": lambda path: FRAME.to_excel(path, index=False),
    "array.json": lambda path: FRAME.to_json(path, orient="records", force_ascii=False),
    "lines.jsonl": lambda path: FRAME.to_json(path, orient="records", lines=True),
}


def rows(path: Path, **given: object) -> list[dict[str, object]]:
    out = path.with_name("rows")
    fold_file(path, out, **given)  # type: ignore[arg-type]  # what the tests name
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_is_the_same_in_every_kind_of_file(tmp_path: Path, name: str) -> None:
    WRITERS["lines.jsonl"](tmp_path / "lines.jsonl")
    expected = rows(tmp_path / "lines.jsonl")
    assert [row["id"] for row in expected] == sorted(IDS)
    assert expected[1]["cluster"] == expected[2]["cluster"] != expected[0]["cluster"]
    WRITERS[name](tmp_path / name)
    assert rows(tmp_path / name) == expected


def test_a_date_that_is_none_costs_no_document(tmp_path: Path) -> None:
    WRITERS["utf8.csv"](tmp_path / "table.csv")
    found = read_rows(tmp_path / "table.csv")
    assert (found.count, found.bad, found.misdated, found.dateless) == (3, (), 1, True)
    assert (found.first, found.last) == (date(2031, 5, 1), date(2031, 5, 1))


@pytest.mark.parametrize(
    "stated",
    [
        "0001-01-01",
        "0001-01-01T00:00:00+09:00",
        "9999-12-31T23:59:59+00:00",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "0000-00-00",
        "1882-12-31",
        "2101-01-02",
    ],
)
def test_an_impossible_date_is_unknown_and_its_row_is_folded(tmp_path: Path, stated: str) -> None:
    table = tmp_path / "lines.jsonl"
    dated = {"id": "a", "text": RIVER, "published_at": stated}
    lines = [dated, {"id": "b", "text": RIVER, "published_at": "2031-05-01"}]
    table.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    found = read_rows(table)
    assert (found.count, found.misdated, found.first) == (2, 1, date(2031, 5, 1))
    assert {row["cluster"] for row in rows(table)} == {"a"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2031-05-01T09:00:00+09:00", "2031-05-01T00:00:00"),
        ("2031.5.1.", "2031-04-30T15:00:00"),
        ("2031/05/01 09:00", "2031-05-01T00:00:00"),
        ("2031년 5월 1일 오후 3시 5분", "2031-05-01T06:05:00"),
        ("20310501090000", "2031-05-01T00:00:00"),
        (20310501, "2031-04-30T15:00:00"),
        (1935356400, "2031-04-30T23:00:00"),
        (1935356400000, "2031-04-30T23:00:00"),
        (47969.375, "2031-05-01T00:00:00"),
        (date(2031, 5, 1), "2031-04-30T15:00:00"),
        (datetime(2031, 5, 1, 9), "2031-05-01T00:00:00"),  # noqa: DTZ001 - as a workbook has it
        ("Thu, 01 May 2031 09:00:00 +0900", "2031-05-01T00:00:00"),
    ],
)
def test_a_date_is_read_in_any_usual_form(value: object, expected: str) -> None:
    assert moment(value) == (datetime.fromisoformat(expected).replace(tzinfo=UTC), False)


@pytest.mark.parametrize("value", ["", None, "  "])
def test_no_date_is_no_wrong_date(value: object) -> None:
    assert moment(value) == (None, False)


@pytest.mark.parametrize("value", ["어제", "99999999", True, "0001-01-01T00:00:00", 1e300, []])
def test_what_is_no_date_is_told(value: object) -> None:
    assert moment(value) == (None, True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: FRAME.drop(columns="본문").to_csv(path, index=False), "no column is the text"),
        (lambda path: FRAME.drop(columns="뉴스 식별자").to_csv(path, index=False), "no column is the id"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600)), "without a password"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "broken"),
        (lambda path: path.write_bytes(b"PAR1 and no more"), "Parquet"),
        (lambda path: path.write_bytes(b"id,text\n1," + b"\xff\xfe\xff"), "neither in UTF-8"),
        (lambda path: path.write_text('[{"id": "a", "text": "b"}'), "JSON"),
        (lambda path: path.write_text('{\n "id": "a",\n "text": "b"\n}\n'), "over several lines"),
        (lambda path: path.write_text('{"rows": [\n {"id": "a", "text": "b"}]}\n'), "over several lines"),
        (lambda path: path.write_bytes(b"\xef\xbb\xbf <table><tr><td>id</td></tr></table>"), "HTML or XML"),
        (lambda path: path.write_text("id,text,text\na,b,c\n"), "two columns are called 'text'"),
        (lambda path: path.write_text("가" * 99 + "," * 50 + "\n"), f"there are {'가' * 40}…$"),
        (lambda path: path.write_text(",".join(map(str, range(100, 150))) + "\n"), "128, 129 and 20 more$"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_said_in_one_line(
    tmp_path: Path, change: Callable[[Path], object], why: str
) -> None:
    change(tmp_path / "table.json")
    with pytest.raises(UsageError, match=why) as error:
        rows(tmp_path / "table.json")
    assert "\n" not in str(error.value)
    assert "table.json" in str(error.value)


def test_columns_can_be_named(tmp_path: Path) -> None:
    FRAME.rename(columns={"본문": "zzz", "뉴스 식별자": "key"}).to_csv(
        tmp_path / "t.csv", index=False
    )
    found = rows(tmp_path / "t.csv", columns={"text": "zzz", "id": "key"})
    assert [row["id"] for row in found] == sorted(IDS)
    with pytest.raises(UsageError, match="no column 'yyy'"):
        rows(tmp_path / "t.csv", columns={"text": "yyy", "id": "key"})
    with pytest.raises(UsageError, match="no field 'words'"):
        rows(tmp_path / "t.csv", columns={"words": "zzz"})


def test_a_bad_row_of_a_workbook_is_told_by_its_sheet_and_row(tmp_path: Path) -> None:
    frame = FRAME.astype(object)
    frame.loc[1, "뉴스 식별자"] = 1100101.2031
    frame.to_excel(tmp_path / "book.xlsx", index=False, sheet_name="기사")
    found = read_rows(tmp_path / "book.xlsx")
    assert found.count == 2
    (bad,) = found.bad
    assert found.table.place(bad.line) == "sheet '기사', row 3"
    assert "loses digits" in bad.why


@pytest.mark.parametrize(
    ("cells", "block"),
    [
        ((2, 3, 2), 1 << 20),
        ((3, 2, 2), 1 << 20),
        ((2, 2, 1), 1 << 20),
        ((2, 3, 1, 2, 2), 1 << 20),
        ((2, 2, 3) * 60, 500),  # blocks are read ahead
        ((3,) * 9, 1 << 20),
    ],
)
def test_a_row_with_another_number_of_cells_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: tuple[int, ...], block: int
) -> None:
    monkeypatch.setattr(tables, "_BLOCK", block)
    lines = [
        ",".join([f"{number:03}", f"글 {number}", "더"][:count])
        for number, count in enumerate(cells, 2)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["id,text", *lines, ""]), "utf-8")
    found = read_rows(tmp_path / "t.csv")
    wrong = [number for number, count in enumerate(cells, 2) if count != 2]
    good = [f"{number:03}" for number, count in enumerate(cells, 2) if count == 2]
    assert [bad.line for bad in found.bad] == wrong
    assert {"cells" in bad.why for bad in found.bad} == {True}
    assert (found.count, [row.id for rows in found.batches(7) for row in rows]) == (len(good), good)


@pytest.mark.parametrize(
    ("end", "packed", "bad"),
    [
        ('나,"둘\n다,셋\n', False, [3]),
        ('나,"둘\n다,셋\n', True, [3]),
        ('나,"둘\n셋"\n', False, []),
        ('나,"둘\n셋"\n\n', False, []),
        ("나,둘\n", False, []),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16-le", "utf-16-be"])
def test_a_quote_that_nothing_closes_is_told(
    tmp_path: Path, end: str, bad: list[int], encoding: str, *, packed: bool
) -> None:
    mark = "\ufeff" if "16" in encoding else ""
    data = f'{mark}id,text\n가,"하나\n더"\n{end}'.encode(encoding)
    (tmp_path / "t.csv").write_bytes(gzip.compress(data, mtime=0) if packed else data)
    found = read_rows(tmp_path / "t.csv")
    assert [row.line for row in found.bad] == bad
    assert all("quote" in row.why for row in found.bad)
    assert found.count == 2 - len(bad)


@pytest.mark.parametrize(
    ("sheets", "place"),
    [
        ({"안내": [["검색 결과"], [], ["id", "text"], ["가", "하나"]]}, "sheet '안내', row 4"),
        ({"안내": [["검색 결과"]], "기사": [["id", "text"], ["가", "하나"]]}, "sheet '기사', row 2"),
        ({"기사": [["id", "text"], ["가", "하나"]], "더": [["id", "text"], ["나", "둘"]]}, "sheet '기사', row 2"),
        ({"기사": [*[["-"]] * 9, ["id", "text"], ["가", "하나"]]}, "sheet '기사', row 11"),
        ({"기사": [*[["-"]] * 10, ["id", "text"], ["가", "하나"]]}, ""),
    ],
)  # fmt: skip
def test_the_header_of_a_workbook_may_stand_below_a_title_or_on_another_sheet(
    tmp_path: Path, sheets: dict[str, list[list[str]]], place: str
) -> None:
    book = openpyxl.Workbook(write_only=True)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    if not place:
        with pytest.raises(UsageError, match="no column is the id"):
            open_table(tmp_path / "t.xlsx")
        return
    table = open_table(tmp_path / "t.xlsx")
    found = list(table.rows())
    assert [row for _, row in found] == [{"id": "가", "text": "하나"}]
    assert table.place(found[0][0]) == place


@pytest.mark.parametrize("active", [0, 1])
def test_the_sheet_that_was_open_when_it_was_saved_comes_first(tmp_path: Path, active: int) -> None:
    book = openpyxl.Workbook()
    for name, sheet in (("하나", book.active), ("둘", book.create_sheet())):
        sheet.append(["id", "text"])
        sheet.append([name, "글"])
    book.active = active
    book.save(tmp_path / "t.xlsx")
    assert [row["id"] for _, row in open_table(tmp_path / "t.xlsx").rows()] == [
        ("하나", "둘")[active]
    ]


def test_columns_that_are_named_tell_the_header_below_a_title(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("기사")
    for row in (["검색 결과"], ["번호칸", "내용칸"], ["가", "하나"]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    table = open_table(tmp_path / "t.xlsx", {"id": "번호칸", "text": "내용칸"})
    assert [number for number, _ in table.rows()] == [3]
    with pytest.raises(UsageError, match="no column is the id"):
        open_table(tmp_path / "t.xlsx")


@pytest.mark.parametrize("first", ['{"id": "a",', "{", '{"id": "a", "tags": ['])
def test_an_object_over_several_lines_says_what_to_do(tmp_path: Path, first: str) -> None:
    (tmp_path / "t").write_text(f'{first}\n"text": "글"}}\n', "utf-8")
    with pytest.raises(UsageError, match="over several lines"):
        open_table(tmp_path / "t")


def test_a_row_that_is_longer_than_what_tells_the_kind_is_a_row(tmp_path: Path) -> None:
    start = '{"id": "a", "text": "'
    row = f'{start}{"b" * ((1 << 16) - 1 - len(start))},b"}}\n'
    assert row[(1 << 16) - 1] == ","
    (tmp_path / "t").write_text(row, "utf-8")
    assert open_table(tmp_path / "t").kind == "lines"


def test_lines_of_json_in_another_encoding_say_what_to_do(tmp_path: Path) -> None:
    row = '{"id": "a", "text": "글"}\n'
    (tmp_path / "a.jsonl").write_bytes(row.encode("cp949"))
    assert "save the file anew as UTF-8" in read_rows(tmp_path / "a.jsonl").bad[0].why
    (tmp_path / "b.jsonl").write_bytes(row.encode("utf-16"))
    with pytest.raises(UsageError, match="UTF-16; save it anew"):
        read_rows(tmp_path / "b.jsonl")


def test_an_array_of_json_is_read_packed_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(gzip.compress(b"[" + ROW + b"," + ROW + b"]", mtime=0))
    assert [number for number, _ in open_table(tmp_path / "a.json").rows()] == [1, 2]


ROW = b'{"id": "a", "text": "b"}'
CELLS = "id,본문\na,나\n"


@pytest.mark.parametrize(
    ("name", "data", "kind", "form"),
    [
        ("a.jsonl", ROW, "lines", ""),
        ("a.ndjson.gz", gzip.compress(ROW, mtime=0), "lines", ""),
        ("a", ROW, "lines", ""),
        ("a", b"", "lines", ""),
        ("a.json", ROW + b"\n" + ROW, "lines", ""),
        ("a.jsonl", b"[1]", "lines", ""),
        ("a", b"[1]\n[2]\n", "lines", ""),  # its first line is a whole row, if a bad one
        ("a", b"[" + ROW + b"]", "json", ""),
        ("a", b" [\n" + ROW + b"]", "json", ""),
        ("a", "\ufeff[".encode() + ROW + b"]", "json", ""),
        ("a.json", b"[1]\n[2]\n", "json", ""),
        ("a", gzip.compress(b"[" + ROW + b"]", mtime=0), "json", ""),
        ("a.json.gz", gzip.compress(b"[1]\n[2]\n", mtime=0), "json", ""),
        ("a.json", b'{"id": "a"\n' + ROW, "lines", ""),  # its first row is bad
        ("a.csv", CELLS.encode(), "csv", "utf-8 ,"),
        ("a", CELLS.replace(",", "\t").encode(), "csv", "utf-8 \t"),
        ("a", CELLS.replace(",", ";").encode(), "csv", "utf-8 ;"),
        ("a.txt", CELLS.replace(",", "|").encode(), "csv", "utf-8 |"),
        ("a.gz", gzip.compress(CELLS.encode(), mtime=0), "csv", "utf-8 ,"),
        ("a.csv", CELLS.encode("cp949"), "csv", "cp949 ,"),
        ("a.csv", CELLS.encode("utf-16"), "csv", "utf-16 ,"),
        ("a.tab", CELLS.encode("utf-8-sig"), "csv", "utf-8 ,"),
        ("a.csv", b"{id,text\n", "csv", "utf-8 ,"),
    ],
)
def test_a_file_is_known_by_its_bytes_and_where_these_do_not_tell_by_its_name(
    tmp_path: Path, name: str, data: bytes, kind: str, form: str
) -> None:
    (tmp_path / name).write_bytes(data)
    columns = {"text": "text", "id": "{id"} if b"{id" in data else None
    table = open_table(tmp_path / name, columns)
    assert table.kind == kind
    assert kind != "csv" or f"{table.encoding} {table.separator}" == form


def test_rows_are_numbered_as_a_person_finds_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["a", None, "b"], "text": ["하나", None, "둘"]})
    given: dict[str, tuple[list[int], str]] = {
        "a.jsonl": ([1, 3], "line 3"),
        "a.json": ([1, 2], "row 2"),
        "a.csv": ([2, 3], "row 3"),
        "a.parquet": ([1, 2], "row 2"),
        "a.xlsx": ([2, 4], "sheet '기사', row 4"),
    }
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + ROW + b"\n \n" + ROW)
    (tmp_path / "a.json").write_bytes(b"[" + ROW + b"," + ROW + b"]")
    frame.dropna().to_csv(tmp_path / "a.csv", index=False)
    frame.dropna().to_parquet(tmp_path / "a.parquet")
    frame.to_excel(tmp_path / "a.xlsx", index=False, sheet_name="기사")
    for name, (numbers, place) in given.items():
        table = open_table(tmp_path / name)
        found = list(table.rows())
        assert [number for number, _ in found] == numbers, name
        assert table.place(numbers[-1]) == place
        assert not [row for _, row in found if isinstance(row, str)], name


@pytest.mark.parametrize(("spare", "bad"), [(0, []), (-1, [1])])
def test_a_line_may_be_as_long_as_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int, bad: list[int]
) -> None:
    long = b'{"id": "a", "text": "' + b"b" * 300 + b'"}\n'
    monkeypatch.setattr(tables, "LONGEST", len(long) + spare)
    (tmp_path / "a.jsonl").write_bytes(long + ROW.replace(b"a", b"c", 1))
    assert [row.line for row in read_rows(tmp_path / "a.jsonl").bad] == bad


def test_a_workbook_unpacks_to_so_many_bytes_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "book.xlsx"
    FRAME.to_excel(path, index=False)
    with zipfile.ZipFile(path) as packed:
        size = sum(member.file_size for member in packed.infolist())
    monkeypatch.setattr(tables, "_UNPACKED", size)
    assert open_table(path).kind == "xlsx"
    monkeypatch.setattr(tables, "_UNPACKED", size - 1)
    with pytest.raises(UsageError, match="save it as CSV"):
        open_table(path)
    monkeypatch.undo()
    for stated, told in ((2 * 1024**3, "no workbook"), (2 * 1024**3 + 1, "save it as CSV")):
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("xl/workbook.xml" if "CSV" in told else "a.txt", "a")
            packed.filelist[0].file_size = stated  # as its directory has it
        with pytest.raises(UsageError, match=told):
            open_table(path)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "b")
    with pytest.raises(UsageError, match="no workbook"):
        open_table(tmp_path / "other.zip")


@pytest.mark.parametrize(
    ("row", "identity", "article"),
    [
        ({"id": "a", "text": "b"}, "a", ""),
        ({"id": "a", "version_id": "v", "article_id": "x", "text": "b"}, "a", ""),
        ({"version_id": "v", "article_id": "x", "text": "b"}, "v", "x"),
        ({"article_id": "x", "text": "b"}, "x", ""),  # the usual name of an id
        ({"번호": "7", "version_id": "v", "text": "b"}, "v", ""),
    ],
)
def test_a_row_is_named_by_its_id_else_by_its_version(
    tmp_path: Path, row: dict[str, str], identity: str, article: str
) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(row), "utf-8")
    ((document,),) = read_rows(tmp_path / "a.jsonl").batches(1)
    assert (document.id, document.article_id) == (identity, article)


@pytest.mark.parametrize(
    ("published", "fetched", "wrong"),
    [("2031-05-01", "2031-05-02", 0), ("gestern", "2031-05-02", 1), ("2031-05-01", "morgen", 1)],
)
def test_either_date_of_a_row_may_be_none(
    tmp_path: Path, published: str, fetched: str, wrong: int
) -> None:
    row = {"id": "a", "text": "b", "published_at": published, "fetched_at": fetched}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), "utf-8")
    found = read_rows(tmp_path / "a.jsonl")
    assert (found.misdated, found.dateless) == (wrong, False)


def test_a_table_whose_texts_are_cut_is_marked(tmp_path: Path) -> None:
    texts = [f"{place:02}{RIVER[place : place + 198]}" for place in range(30)] + [
        "짧은 글",
        "다른 글",
    ]
    frame = pd.DataFrame({"id": [f"{place:02}" for place in range(32)], "text": texts})
    frame.to_csv(tmp_path / "t.csv", index=False)
    summary = fold_file(tmp_path / "t.csv", tmp_path / "out")
    marks = [json.loads(line)["cut"] for line in (tmp_path / "out").read_text("utf-8").splitlines()]
    assert (summary.cut_at, marks.count(True)) == (200, 30)
    FRAME.to_csv(tmp_path / "whole.csv", index=False)
    assert read_rows(tmp_path / "whole.csv").cut_at is None


def test_one_text_in_many_rows_is_not_cut(tmp_path: Path) -> None:
    """Reprints have one length; only different texts that end at one length were cut there."""
    frame = pd.DataFrame({"id": [f"{number:02}" for number in range(40)], "text": [RIVER] * 40})
    frame.to_csv(tmp_path / "t.csv", index=False)
    summary = fold_file(tmp_path / "t.csv", tmp_path / "out")
    assert summary.cut_at is None
    assert "cut" not in json.loads((tmp_path / "out").read_text("utf-8").splitlines()[0])


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_a_table_in_memory_gives_a_table(kind: str) -> None:
    given = {
        "pandas": FRAME,
        "polars": pl.DataFrame(FRAME.to_dict("list")),
        "arrow": pa.Table.from_pandas(FRAME),
    }
    found = fold_table(given[kind])
    assert found["id"].to_pylist() == sorted(IDS)
    assert found["relation"].to_pylist() == ["original", "original", "copy"]
    with pytest.raises(UsageError, match="no column is the text"):
        fold_table(FRAME.drop(columns="본문"))


def test_classes_and_names_of_declared_outlets_are_known(tmp_path: Path) -> None:
    frame = FRAME.assign(일자="20310501")
    frame.to_csv(tmp_path / "t.csv", index=False)
    outlets = {"narae": OutletFact(("나래신문",), "wire")}
    by_id = {row["id"]: row for row in rows(tmp_path / "t.csv", outlets=outlets)}
    assert by_id[IDS[0]]["original"] == IDS[1]
    assert "outlet class" in str(by_id[IDS[0]]["original_evidence"])
