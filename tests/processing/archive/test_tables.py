"""Tables of records: every field of every record comes back as it was, and equal rows are equal bytes."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive.tables import TABLES, columns, fields_of, schema, table
from processing.records import SCHEMA_VERSION, Record
from tests.spiders.console.annals import ARTICLES, REJECTED, failed, run_report

DAY = date(2026, 3, 2)
ROWS: Mapping[str, list[Record]] = {
    "articles": list(ARTICLES),
    "rejections": [REJECTED],
    "log": [failed("gaon", 1)],
    "reports": [run_report("gaon", 3, {"login": 1, "empty": 1})],
}


def stored(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue()


@pytest.mark.parametrize("name", ROWS)
def test_rows_come_back_as_they_were(name: str) -> None:
    rows = ROWS[name]
    read = pq.read_table(io.BytesIO(stored(table(name, rows, DAY, 7)))).to_pylist()
    assert {(row["day"], row["manifest"]) for row in read} == {(DAY, 7)}
    record = type(rows[0])
    days = {"day": str(DAY)} if name == "reports" else {}
    fields = [fields_of(name, row) | days for row in read]
    known = [{key: row[key] for key in row if key in record.model_fields} for row in fields]
    assert [record.model_validate(row) for row in known] == rows


@pytest.mark.parametrize("name", TABLES)
def test_no_name_of_a_column_is_reserved(name: str) -> None:
    """A table is asked for its columns as a person types them, without quotes."""
    rows = columns(name).empty_table()
    with duckdb.connect() as database:
        database.register("rows", rows)
        for column in rows.column_names:
            assert database.sql(f"SELECT {column}, 1 AS {column} FROM rows").fetchall() == []  # noqa: S608 - our names


def test_no_column_is_a_map_or_named_as_a_folder() -> None:
    for name in [*TABLES, "clusters"]:
        for field in columns(name):
            assert field.name != "month"
            assert not pa.types.is_map(field.type)
            assert not pa.types.is_null(field.type)


@pytest.mark.parametrize("record", TABLES.values())
def test_every_field_has_a_column(record: type[Record]) -> None:
    columns = schema(record)
    assert columns.names == list(record.model_fields)
    assert columns.metadata[b"sillok.schema_version"] == str(SCHEMA_VERSION).encode()
    assert not any(pa.types.is_null(field.type) for field in columns)


def test_the_order_of_a_mapping_does_not_change_the_bytes() -> None:
    one, other = ({"a": "1", "b": "2"}, {"b": "2", "a": "1"})
    first = [ARTICLES[0].model_copy(update={"sources": one})]
    second = [ARTICLES[0].model_copy(update={"sources": other})]
    assert stored(table("articles", first, DAY, 1)) == stored(table("articles", second, DAY, 1))


def test_a_moment_is_utc_whatever_its_zone() -> None:
    seoul = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=9)))
    rows = table("rejections", [REJECTED.model_copy(update={"fetched_at": seoul})], DAY, 1)
    assert rows["fetched_at"].to_pylist() == [datetime(2026, 3, 2, tzinfo=UTC)]


def test_an_unknown_type_is_refused() -> None:
    class Odd(Record):
        value: complex

    with pytest.raises(TypeError, match="complex"):
        schema(Odd)


def test_no_rows_keep_the_columns() -> None:
    assert table("articles", [], DAY, 1).schema == columns("articles")
