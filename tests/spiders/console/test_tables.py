"""`sillok query` and `export`: the archive as tables, and no way from SQL to anything else."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive.catalogue import Catalogue
from processing.lookup.sql import connect
from spiders.console.tables import _cell
from tests.processing.test_records import harmless
from tests.spiders.console.annals import ARTICLES, FREE, HOSTILE, RESERVED

pytestmark = pytest.mark.usefixtures("archive")


def test_every_table_answers(sillok) -> None:
    for table, rows in (
        ("articles", 6),
        ("clusters", 6),
        ("rejections", 1),
        ("log", 8),
        ("reports", 2),
        ("pages", 1),
    ):
        done = sillok("query", f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
        assert (done.code, done.out) == (0, f"{rows}\n"), table


def test_rows_say_where_they_lie(sillok) -> None:
    done = sillok("query", "SELECT day, manifest FROM articles WHERE published IS NULL", "--json")
    assert json.loads(done.out) == {"day": None, "manifest": 1}


def test_json_keeps_structure(sillok) -> None:
    done = sillok(
        "query", "SELECT rejections, sources FROM reports WHERE outlet = 'gaon'", "--json"
    )
    row = json.loads(done.out)
    assert row["rejections"] == [{"name": "error-page", "value": 1}]
    assert row["sources"][0]["links"] == 5


def test_csv_is_read_back(sillok) -> None:
    done = sillok("query", "SELECT title, kind FROM articles ORDER BY title", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == len(ARTICLES)
    assert harmless(done.out.replace("\r\n", "").replace("\n", ""))


def test_csv_is_no_formula(sillok) -> None:
    said = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", " =1", "한 = 둘", "", "3.2% 하락"]
    done = sillok("query", f"SELECT unnest({said!r}) AS said, -1 AS number", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["said"] for row in rows] == [
        "'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(1)", "' =1", "한 = 둘", "", "3.2% 하락",
    ]  # fmt: skip
    assert {row["number"] for row in rows} == {"-1"}


def test_csv_keeps_structure_as_json(sillok) -> None:
    done = sillok(
        "query",
        "SELECT published, rights FROM articles WHERE rights.licence IS NULL LIMIT 1",
        "--csv",
    )
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert json.loads(row["published"])["zone_assumed"] in {True, False}
    assert json.loads(row["rights"])["licence"] is None


def test_a_table_that_is_not_there_is_answered_with_those_that_are(sillok) -> None:
    done = sillok("query", "SELECT * FROM article")
    assert done.code == 2
    assert "articles, clusters, log, pages, rejections, reports" in done.err


def test_an_empty_answer_is_no_error(sillok) -> None:
    assert (
        sillok("query", "SELECT * FROM articles WHERE false").code,
        sillok("query", "SELECT 1 WHERE false").out,
    ) == (0, "")


@pytest.mark.parametrize(
    "statement",
    [
        "SELEC 1",
        "SELECT * FROM nowhere",
        "SELECT 1; SELECT 2",
        "",
        "CREATE TABLE x AS SELECT 1",
        "DROP VIEW articles",
        "INSERT INTO articles SELECT * FROM articles",
        "COPY (SELECT 1) TO 'out.csv'",
        "COPY articles TO 'out.parquet'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA enable_profiling",
        "SELECT * FROM read_text('secret.txt')",
        "SELECT * FROM read_csv('secret.txt')",
        "SELECT * FROM 'secret.txt'",
        "SELECT * FROM glob('*')",
        "SELECT * FROM read_blob('secret.txt')",
        "SELECT * FROM catalogue",
        "SELECT 'a'::INTEGER",
    ],
)
def test_a_query_reads_tables_and_does_nothing_else(statement: str, tmp_path: Path, sillok) -> None:
    (tmp_path / "secret.txt").write_text("a,b\nsecret,1\n")
    before = sorted(tmp_path.rglob("*"))
    done = sillok("query", statement)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "secret,1" not in done.err
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []


def test_a_query_does_not_see_this_program(archive, tmp_path: Path) -> None:
    secret = pa.table({"word": ["of this process"]})
    connection = connect(Catalogue(archive, tmp_path), ["articles"])
    with pytest.raises(duckdb.CatalogException, match="secret"):
        connection.sql("SELECT * FROM secret")
    assert secret.num_rows == 1


def test_json_and_csv_exclude_each_other(sillok) -> None:
    assert sillok("query", "SELECT 1", "--json", "--csv").code == 2


def lines(path: Path) -> dict[str, dict]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {row["version_id"]: row for row in rows}


def test_an_export_withholds_reserved_words_and_says_why(tmp_path: Path, sillok) -> None:
    assert sillok("export", "-o", "out.jsonl").code == 0
    rows = lines(tmp_path / "out.jsonl")
    assert len(rows) == len(ARTICLES)
    kept, held = rows[FREE.version_id], rows[RESERVED.version_id]
    assert (kept["text"], kept["withheld"]) == (FREE.text, None)
    assert (held["text"], held["captions"], held["withheld"]) == (None, [], "tdm-reservation: 1")
    assert held["title"] == RESERVED.title
    assert RESERVED.text not in (tmp_path / "out.jsonl").read_text()


def test_an_export_as_parquet_holds_the_same(tmp_path: Path, sillok) -> None:
    sillok("export", "-o", "out.jsonl")
    sillok("export", "-o", "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column("text").to_pylist() == [
        row["text"] for row in lines(tmp_path / "out.jsonl").values()
    ]
    assert table.schema.field("published").type.field("at").type.tz == "UTC"
    assert HOSTILE in table.column("title").to_pylist()


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--licence", "KOGL-1"], 1),
        (["--licence", "KOGL-1", "--licence", "CC-BY"], 1),
        (["--licence", "CC-BY"], 0),
        (["--no-ai-optout"], 5),
        (["--outlet", "hanbit"], 2),
        (["--since", "2026-03-01", "--until", "2026-03-01"], 1),
    ],
)
def test_an_export_is_filtered(options: list[str], count: int, tmp_path: Path, sillok) -> None:
    done = sillok("export", "-o", "out.jsonl", *options, "--json")
    assert json.loads(done.out)["rows"] == count
    assert len(lines(tmp_path / "out.jsonl")) == count


def test_an_export_to_stdout(sillok) -> None:
    done = sillok("export", "-o", "-", "--licence", "KOGL-1")
    assert json.loads(done.out)["title"] == FREE.title


def test_exported_lines_cannot_act_on_a_terminal(tmp_path: Path, sillok) -> None:
    done = sillok("export", "-o", "-")
    sillok("export", "-o", "out.jsonl")
    assert HOSTILE in [json.loads(line)["title"] for line in done.lines]
    assert done.out == (tmp_path / "out.jsonl").read_text()
    assert all(harmless(line) for line in done.out.split("\n"))


@pytest.mark.parametrize("name", ["out.txt", "no/such/folder/out.jsonl"])
def test_an_export_to_nowhere(name: str, tmp_path: Path, sillok) -> None:
    done = sillok("export", "-o", name)
    assert done.code == 2
    assert not (tmp_path / name).exists()


def test_a_failed_export_leaves_the_old_file(tmp_path: Path, sillok, monkeypatch) -> None:
    (tmp_path / "out.jsonl").write_text("old")
    monkeypatch.setattr("processing.lookup.export._released", lambda _: 1 / 0)
    sillok("export", "-o", "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert [path.name for path in tmp_path.glob(".out*")] == []


@pytest.mark.parametrize(
    "words",
    ["＝1+1", "＋1", "－1", "＠SUM(1)", "﹦1", "﹢1", "−1", " ＝1", "\u200b=1", "\ufeff＝1"],
)
def test_signs_that_a_spreadsheet_takes_for_a_formula_s_are_guarded(words: str) -> None:
    assert str(_cell(words)).startswith("'")


@pytest.mark.parametrize("words", ["한 = 둘", "", " ", "3.2%", "〈표〉", "·1", "“=”"])
def test_other_words_stay_as_they_are(words: str) -> None:
    assert _cell(words) == words
