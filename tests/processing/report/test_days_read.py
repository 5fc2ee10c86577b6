"""What a day's report reads of a long history: the same answers, without the parts of other days."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.layout import NewObject
from processing.archive.tables import of_tables, parquet, part, table
from processing.completeness.gather import measure_days
from processing.lookup.sql import ask
from processing.records import End, Fetch, Record, RunReport, SourceReport, Why
from processing.report.counting import count_day, stories
from processing.signing.columns import CLUSTERS
from processing.store.file_store import FileStore
from tests.processing.archive.test_catalogue import Bucket, add

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)
FEED = "http://gaon.press.test/rss"
OUTLET, RUN = "gaon", "r1"
VERSION = "ab12-cd34"


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return Bucket(tmp_path / "archive")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(FileStore(tmp_path / "archive"), tmp_path / "cache")


def put(bucket: Bucket, *made: NewObject) -> None:
    add(bucket, *((one.key, one.data) for one in made))


def rows(name: str, on: date, *records: Record) -> NewObject:
    return part(name, on, parquet(table(name, records, on, 1)), len(records))


def source(at: datetime, new_at: datetime | None) -> Fetch:
    return Fetch(
        outlet=OUTLET, run=RUN, at=at, role="source", url=FEED, why=Why.FETCHED, new_at=new_at
    )


def visit(at: datetime) -> Fetch:
    return Fetch(
        outlet=OUTLET, run=RUN, at=at, role="article", url="http://gaon.press.test/1",
        article_id="ab12", why=Why.FETCHED, version_id=VERSION, outcome="article",
    )  # fmt: skip


def run_report() -> RunReport:
    asked = SourceReport(url=FEED, status=200, links=1, new=0, overlap=1)
    return RunReport(
        outlet=OUTLET, run=RUN, day=DAY.isoformat(), started_at=NOON, ended_at=NOON, end=End.NEW,
        why="1 page", pages=1, articles=1, rejections={}, whys={}, sources=(asked,), announced=1,
        segments=1, bytes=1, requests=1, agent="Sillok/test", code_version="1",
    )  # fmt: skip


def copies(on: date) -> Iterable[NewObject]:
    row = {"article_id": "ab12", "version_id": VERSION, "relation": "copy", "day": on}
    return of_tables([("clusters", on, CLUSTERS.empty_table().from_pylist([row], CLUSTERS))], 1)


def test_parts_of_days_that_say_nothing_of_it_are_not_opened(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    long_ago = DAY - timedelta(days=200)
    lost = [part(name, long_ago, b"", 0) for name in ("log", "clusters", "reports")]
    put(bucket, rows("reports", DAY, run_report()), rows("log", DAY, source(NOON, NOON)), *lost)
    bucket.within.delete([one.key for one in lost])
    assert count_day(catalogue, DAY)[OUTLET].news == {FEED: NOON}
    assert stories(catalogue, DAY).missing == ()
    assert measure_days(catalogue, DAY, DAY, {(OUTLET, DAY): 0}, now=NOON)


def test_a_source_that_was_not_asked_for_long_is_looked_for_in_all_days(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    long_ago = NOON - timedelta(days=200)
    asked = rows("log", long_ago.date(), source(long_ago, long_ago))
    put(bucket, rows("reports", DAY, run_report()), asked)
    assert count_day(catalogue, DAY)[OUTLET].news == {FEED: long_ago}


@pytest.mark.parametrize("age", [0, 3, 200])
def test_a_version_is_a_reprint_however_long_ago_it_was_collected(
    bucket: Bucket, catalogue: Catalogue, age: int
) -> None:
    collected = DAY - timedelta(days=age)
    put(bucket, rows("log", DAY, visit(NOON)), *copies(collected))
    counted = count_day(catalogue, DAY, [run_report()])[OUTLET]
    assert (counted.versions, counted.reprints) == (1, 1)


def test_of_a_month_in_one_part_only_the_days_that_are_asked_for_are_seen(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    days = [DAY - timedelta(days=back) for back in range(3)]
    tables = [table("log", [source(NOON, None)], on, 1) for on in days]
    month = part("log", DAY, parquet(pa.concat_tables(tables)), 3, whole_month=True)
    undated = table("log", [source(NOON, None)], None, 1)
    put(bucket, month, part("log", None, parquet(undated), 1))
    statement = "SELECT day FROM log ORDER BY day NULLS LAST"
    found = ask(catalogue, statement, days={"log": (days[1], days[0])}).rows
    assert list(found) == [(days[1],), (days[0],), (None,)]
    assert len(list(ask(catalogue, statement).rows)) == 4
