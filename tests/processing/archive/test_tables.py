"""Tables of records: every field of every record comes back as it was, and equal rows are equal bytes."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive.tables import TABLES, schema, table
from processing.records import SCHEMA_VERSION, Article, Fetch, Record, Rejection, RunReport
from tests.spiders.console.annals import ARTICLES, REJECTED, failed, run_report

ROWS: Mapping[type[Record], list[Record]] = {
    Article: list(ARTICLES),
    Rejection: [REJECTED],
    Fetch: [failed("gaon", 1)],
    RunReport: [run_report("gaon", 3, {"login": 1, "empty": 1})],
}


def stored(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue()


@pytest.mark.parametrize("record", ROWS)
def test_rows_come_back_as_they_were(record: type[Record]) -> None:
    rows = ROWS[record]
    read = pq.read_table(io.BytesIO(stored(table(record, rows))))
    assert [record.model_validate(row) for row in read.to_pylist(maps_as_pydicts="strict")] == rows


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
    assert stored(table(Article, first)) == stored(table(Article, second))


def test_a_moment_is_utc_whatever_its_zone() -> None:
    seoul = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=9)))
    rows = table(Rejection, [REJECTED.model_copy(update={"fetched_at": seoul})])
    assert rows["fetched_at"].to_pylist() == [datetime(2026, 3, 2, tzinfo=UTC)]


def test_an_unknown_type_is_refused() -> None:
    class Odd(Record):
        value: complex

    with pytest.raises(TypeError, match="complex"):
        schema(Odd)


def test_no_rows_keep_the_columns() -> None:
    assert table(Article, []).schema == schema(Article)
