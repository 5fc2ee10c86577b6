"""Tables of records: every field of every record comes back as it was, and equal rows are equal bytes."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive.layout import CatalogueObject
from processing.archive.memory import Memory
from processing.archive.snapshot import Snapshot
from processing.archive.tables import (
    TABLES,
    brought_by,
    columns,
    fields_of,
    in_order,
    layout_digest,
    of_records,
    of_tables,
    of_today,
    schema,
    table,
    versions,
)
from processing.records import SCHEMA_VERSION, Fetch, Record, Rejection, RunReport, Stamp, Sum
from tests.processing.newsroom import NOON, Crawl, article, logged, rejection
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


HOUR = timedelta(hours=1)
LATE = NOON + 13 * HOUR  # 01:00 on the next day in Seoul


@pytest.mark.parametrize(
    ("before", "after", "silent"),
    [
        (None, None, True),  # no page states when it was changed
        (NOON, NOON, True),
        (NOON, NOON + timedelta(milliseconds=900), True),  # memory keeps whole seconds
        (NOON, NOON + HOUR, False),
        (None, NOON, False),
    ],
)
def test_a_later_version_follows_the_one_before_and_may_say_nothing_of_it(
    before: datetime | None, after: datetime | None, *, silent: bool
) -> None:
    first, second = (
        article("hanbit", 1, at=NOON + hours * HOUR, text=f"글 {hours}", modified=at and Stamp(at=at, source="meta"))
        for hours, at in ((0, before), (1, after))
    )  # fmt: skip
    again = first.model_copy(update={"fetched_at": NOON + 2 * HOUR})
    memory = Memory()
    one, two = versions([again, second, first], memory)
    assert (one.version_id, one.previous, one.silent_edit) == (first.version_id, None, None)
    assert (two.version_id, two.previous, two.silent_edit) == (
        second.version_id,
        first.version_id,
        silent,
    )
    assert versions([again, second], memory) == []


@pytest.mark.parametrize("known", [1, 2])
def test_of_versions_that_are_not_remembered_whole_the_only_one_is_followed(known: int) -> None:
    old = [article("hanbit", 1, text=f"글 {number}") for number in range(known)]
    snapshot = Snapshot()
    for each in old:
        snapshot.remember(each.article_id, each.version_id.rpartition("-")[2])
    (made,) = versions([article("hanbit", 1, text="새 글")], Memory(snapshot))
    assert made.previous == (old[0].version_id if known == 1 else None)
    assert made.silent_edit is None


class Rows:
    """The rows of a run in landing."""

    def __init__(self, day: str, log: list[Fetch], rejections: list[Rejection]) -> None:
        self.log, self.rejections, self._day = log, rejections, day

    def report(self, code_version: str) -> RunReport:
        made = Crawl(run=f"r{self._day}").report()
        return made.model_copy(update={"day": self._day, "code_version": code_version})


def test_records_lie_in_parts_by_table_and_korean_day() -> None:
    new = versions(
        [
            article("hanbit", 1, published=Stamp(at=LATE, source="meta")),
            article("hanbit", 2),
            article("hanbit", 3, published=None),
        ],
        Memory(),
    )
    late = rejection("hanbit", 8, LATE)
    runs = [
        Rows("2026-11-21", [logged("r", late)], [late]),
        Rows("2026-11-20", [logged("r", rejection("hanbit", 7))], [rejection("hanbit", 7)]),
    ]
    made = list(of_records(runs, new, "7", 5))
    assert [part.key.rpartition("-")[0] for part in made] == [
        "articles/month=unknown/unknown",
        "articles/month=2026-11/2026-11-20",
        "articles/month=2026-11/2026-11-21",
        "rejections/month=2026-11/2026-11-20",
        "rejections/month=2026-11/2026-11-21",
        "log/month=2026-11/2026-11-20",
        "log/month=2026-11/2026-11-21",
        "reports/month=2026-11/2026-11-20",
        "reports/month=2026-11/2026-11-21",
    ]
    read = pq.read_table(io.BytesIO(made[-1].data)).to_pylist()
    assert [(row["code_version"], row["manifest"], row["day"]) for row in read] == [
        ("7", 5, date(2026, 11, 21))
    ]
    assert {part.sum.rows for part in made} == {1}


def test_tables_without_rows_make_no_part() -> None:
    rows = pa.table({"version_id": ["a", "b"]})
    (made,) = of_tables([("x", DAY, rows), ("y", DAY, rows.slice(0, 0))], 9)
    assert made.key.startswith("x/month=2026-03/2026-03-02-")
    read = pq.read_table(io.BytesIO(made.data))
    assert (read["manifest"].to_pylist(), made.sum.rows) == ([9, 9], 2)


def test_rows_of_a_part_are_in_order_whatever_order_they_came_in() -> None:
    rows = [article(outlet, number) for outlet in ("narae", "hanbit") for number in range(4)]
    made = [
        in_order("articles", table("articles", versions(some, Memory()), DAY, 1))
        for some in (rows, rows[::-1])
    ]
    assert made[0].equals(made[1])
    order = list(zip(made[0]["outlet"].to_pylist(), made[0]["article_id"].to_pylist(), strict=True))
    assert order == sorted(order)


@pytest.mark.parametrize("name", ["log", "rejections"])
def test_an_older_part_gets_the_columns_of_today(name: str) -> None:
    given = (
        logged("r", rejection("hanbit", 1, LATE)) if name == "log" else rejection("hanbit", 1, LATE)
    )
    whole = table(name, [given], date(2026, 11, 21), 3)
    assert of_today(name, whole, None, 9).equals(whole), "as it is"
    kept = whole.drop_columns(["day", "manifest", "outlet", "schema_version"])
    older = kept.append_column("schema_version", pa.array([1], pa.int64()))
    (row,) = of_today(name, older, None if name == "log" else DAY, 9).to_pylist()
    assert row["day"] == (date(2026, 11, 21) if name == "log" else DAY)
    assert (row["manifest"], row["outlet"], row["schema_version"]) == (9, None, SCHEMA_VERSION)
    named = "logged_at" if name == "log" else "fetched_at"
    assert row[named] == LATE
    if name == "log":
        renamed = older.rename_columns({"logged_at": "at"})
        assert of_today(name, renamed, None, 9).to_pylist() == [row]


def test_a_part_s_rows_were_brought_by_its_manifest_or_by_those_that_they_state(
    tmp_path: Path,
) -> None:
    stated = {
        "none": pa.table({"a": [1, 2]}),
        "some": pa.table({"manifest": pa.array([4, 5, 4], pa.int64())}),
        "null": pa.table({"manifest": pa.array([None, 6], pa.int64())}),
    }
    for name, rows in stated.items():
        pq.write_table(rows, tmp_path / name)
    parts = [CatalogueObject(Sum(key=f"x/{name}", sha256="0" * 64, bytes=1), 7) for name in stated]
    assert brought_by(parts, [tmp_path / name for name in stated]) == [{7}, {4, 5}, {6, 7}]


def test_the_layout_of_each_table_has_a_digest_of_its_own() -> None:
    digests = {layout_digest(name) for name in [*TABLES, "clusters"]}
    assert len(digests) == len(TABLES) + 1
    assert {len(digest) for digest in digests} == {12}
