"""SQL over the tables: later rows of a fold, parts of several ages, tables without parts, memory."""

import io
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.tables import TABLES as RECORDS
from processing.archive.tables import schema
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.lookup.sql import TABLES, ask, dataset
from processing.signing.columns import CLUSTERS
from processing.store.file_store import FileStore
from tests.processing.archive.test_catalogue import Bucket, add


def stored(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink)
    return sink.getvalue()


def rejection(url: str, **fields: object) -> bytes:
    columns = schema(RECORDS["rejections"])
    return stored(
        pa.Table.from_pylist(
            [{"outlet": "gaon", "url": url, "reason": "login", **fields}], schema=columns
        )
    )


def member(version: str, cluster: str) -> bytes:
    row = {"article_id": version[:1], "version_id": version, "cluster": cluster, "relation": "copy"}
    return stored(pa.Table.from_pylist([row], schema=CLUSTERS))


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return Bucket(tmp_path / "archive")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(FileStore(tmp_path / "archive"), tmp_path / "cache")


def test_a_column_that_is_younger_than_every_part_is_null(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    older = [field for field in schema(RECORDS["log"]) if field.name != "backfill"]
    rows = pa.Table.from_pylist([{"outlet": "gaon", "url": "u"}], schema=pa.schema(older))
    add(bucket, ("log/day=2026-03-01/a.parquet", stored(rows)))
    asked = ask(catalogue, "SELECT url, backfill FROM log WHERE backfill IS NULL")
    assert list(asked.rows) == [("u", None)]


def test_the_newest_row_of_a_version_counts_whatever_its_part_is_called(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    add(bucket, ("clusters/day=2026-03-01/z.parquet", member("a-1", "old")))
    add(bucket, ("clusters/day=2026-03-01/a.parquet", member("a-1", "new")))
    add(bucket, ("clusters/day=2026-03-02/m.parquet", member("b-1", "other")))
    rows = list(
        ask(catalogue, "SELECT version_id, cluster, manifest FROM clusters ORDER BY 1").rows
    )
    assert rows == [("a-1", "new", 2), ("b-1", "other", 3)]


def test_keys_are_columns(bucket: Bucket, catalogue: Catalogue) -> None:
    add(bucket, ("rejections/day=2026-03-01/b.parquet", rejection("one")))
    add(bucket, ("rejections/day=2026-03-02/b.parquet", rejection("two")))
    rows = list(
        ask(catalogue, "SELECT url, day, manifest FROM rejections WHERE day > '2026-03-01'").rows
    )
    assert rows == [("two", date(2026, 3, 2), 2)]


def test_an_older_part_lacks_what_came_later(bucket: Bucket, catalogue: Catalogue) -> None:
    old = pq.read_table(io.BytesIO(rejection("one"))).drop_columns(["evidence"])
    add(bucket, ("rejections/day=2026-03-01/b.parquet", stored(old)))
    add(bucket, ("rejections/day=2026-03-02/b.parquet", rejection("two", evidence="login form")))
    rows = list(ask(catalogue, "SELECT url, evidence FROM rejections ORDER BY 1").rows)
    assert rows == [("one", None), ("two", "login form")]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_parts_is_empty_once_something_was_published(
    table: str, bucket: Bucket, catalogue: Catalogue
) -> None:
    if table != "pages":
        with pytest.raises(MissingError, match="sillok archive"):
            dataset(catalogue, table)
    add(bucket, ("other/day=2026-03-01/b.parquet", b""))
    answer = ask(Catalogue(catalogue.store, Path("unused")), f"SELECT *, manifest FROM {table}")  # noqa: S608 - our own names
    assert list(answer.rows) == []
    assert len(answer.columns) > 5


def test_a_part_that_is_no_parquet_is_named(bucket: Bucket, catalogue: Catalogue) -> None:
    add(bucket, ("rejections/day=2026-03-01/b.parquet", b"PAR0 and then nothing"))
    with pytest.raises(CorruptRecordError, match=r"rejections/day=2026-03-01/b\.parquet"):
        ask(catalogue, "SELECT * FROM rejections")


def test_only_what_a_question_names_is_read(bucket: Bucket, catalogue: Catalogue) -> None:
    add(
        bucket,
        ("rejections/day=2026-03-01/b.parquet", b"damaged"),
        ("clusters/day=2026-03-01/b.parquet", member("a-1", "a")),
    )
    assert list(ask(catalogue, "SELECT cluster FROM clusters").rows) == [("a",)]
    with pytest.raises(CorruptRecordError):
        ask(catalogue, "SELECT * FROM REJECTIONS")


def test_a_large_answer_is_walked_not_held(catalogue: Catalogue) -> None:
    answer = ask(
        catalogue, "SELECT range AS number, repeat('가', 100) AS text FROM range(100_000_000)"
    )
    assert answer.columns == ("number", "text")
    assert [next(answer.rows)[0] for _ in range(2500)] == list(range(2500))


def test_parameters_are_values_not_words(catalogue: Catalogue) -> None:
    (row,) = ask(
        catalogue, "SELECT $word AS word", {"word": "'; DROP TABLE articles; --"}
    ).records()
    assert row == {"word": "'; DROP TABLE articles; --"}


def test_a_fault_while_rows_are_walked_is_one_of_the_question(catalogue: Catalogue) -> None:
    answer = ask(
        catalogue, "SELECT CASE WHEN range < 5000 THEN 1 ELSE 'x'::INTEGER END FROM range(10_000)"
    )
    with pytest.raises(UsageError, match="cannot be answered"):
        list(answer.rows)


@pytest.mark.parametrize("statement", ["SELECT * FROM artikel", "SELECT articlez(1)"])
def test_an_unknown_name_is_answered_with_the_tables(statement: str, catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match=f"the tables are {', '.join(TABLES)}$"):
        ask(catalogue, statement)


def test_another_fault_of_a_statement_names_no_tables(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError) as raised:
        ask(catalogue, "SELECT FROM WHERE")
    assert "the tables are" not in str(raised.value)


def test_a_query_runs_in_a_thread_that_hears_no_signals(catalogue: Catalogue) -> None:
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(lambda: list(ask(catalogue, "SELECT 1").rows)).result()
    assert rows == [(1,)]


def test_two_answers_walked_in_turn_leave_the_handler_as_it_was(catalogue: Catalogue) -> None:
    handler = signal.getsignal(signal.SIGINT)
    first, second = (ask(catalogue, "SELECT range FROM range(5000)").rows for _ in range(2))
    assert (next(first), next(second)) == ((0,), (0,))
    assert signal.getsignal(signal.SIGINT) is handler
    assert len(list(first)) == len(list(second)) == 4999
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_month_is_read_by_row_group_and_a_day_whole(bucket: Bucket, catalogue: Catalogue) -> None:
    urls = [f"u{number}" for number in range(6)]
    rows = pa.Table.from_pylist([{"url": url} for url in urls], schema=schema(RECORDS["log"]))
    sink = io.BytesIO()
    pq.write_table(rows, sink, row_group_size=2)
    for days in ("2026-03", "2026-04-01"):
        add(bucket, (f"log/month={days[:7]}/{days}-0.parquet", sink.getvalue()))
    assert len(list(dataset(catalogue, "log").get_fragments())) == 3 + 1
    asked = ask(catalogue, "SELECT url, count(*) FROM log GROUP BY 1 ORDER BY 1")
    assert list(asked.rows) == [(url, 2) for url in urls]
