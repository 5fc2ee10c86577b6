"""What a day's report reads of a long history: the same answers, without the parts of other days."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.layout import NewObject
from processing.archive.tables import ArchivedArticle, of_tables, parquet, part, table
from processing.completeness.gather import measure_days
from processing.lookup.sql import ask
from processing.records import End, Fetch, Record, RunReport, SourceReport, Why
from processing.report.counting import count_day, newest_day, stories
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


def rows(name: str, on: date, *records: Record, manifest: int = 1) -> NewObject:
    return part(name, on, parquet(table(name, records, on, manifest)), len(records))


def source(at: datetime, new_at: datetime | None) -> Fetch:
    return Fetch(
        outlet=OUTLET, run=RUN, at=at, role="source", url=FEED, why=Why.FETCHED, new_at=new_at
    )


def visit(at: datetime) -> Fetch:
    return Fetch(
        outlet=OUTLET, run=RUN, at=at, role="article", url="http://gaon.press.test/1",
        article_id="ab12", why=Why.FETCHED, version_id=VERSION, outcome="article",
    )  # fmt: skip


def read(identity: str, version: str, at: datetime, title: str = "제목") -> ArchivedArticle:
    url = f"http://gaon.press.test/{identity}"
    return ArchivedArticle(
        article_id=identity, version_id=version, outlet=OUTLET, url=url, fetched_url=url,
        fetched_at=at, title=title, text="글", extractor="test", previous="x", silent_edit=True,
    )  # fmt: skip


def gone(identity: str) -> Fetch:
    return Fetch(
        outlet=OUTLET, run=RUN, at=NOON, role="article", url=f"http://gaon.press.test/{identity}",
        article_id=identity, why=Why.GONE, status=404,
    )  # fmt: skip


def run_report() -> RunReport:
    asked = SourceReport(url=FEED, status=200, links=1, new=0, overlap=1)
    return RunReport(
        outlet=OUTLET, run=RUN, day=DAY.isoformat(), started_at=NOON, ended_at=NOON, end=End.NEW,
        why="1 page", pages=1, articles=1, rejections={}, whys={}, sources=(asked,), announced=1,
        segments=1, bytes=1, requests=1, agent="Sillok/test", code_version="1",
    )  # fmt: skip


def copies(on: date, original: str | None = None, version: str = VERSION) -> Iterable[NewObject]:
    row = {"article_id": version[:4], "version_id": version, "relation": "copy", "day": on,
           "original": original}  # fmt: skip
    return of_tables([("clusters", on, CLUSTERS.empty_table().from_pylist([row], CLUSTERS))], 1)


def test_parts_of_days_that_say_nothing_of_it_are_not_opened(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    long_ago = DAY - timedelta(days=200)
    lost = [part(name, long_ago, b"", 0) for name in ("log", "clusters", "reports")]
    put(bucket, rows("reports", DAY, run_report()), rows("log", DAY, source(NOON, NOON)), *lost)
    bucket.within.delete([one.key for one in lost])
    assert newest_day(catalogue) == DAY
    assert count_day(catalogue, DAY)[OUTLET].news == {FEED: NOON}
    assert stories(catalogue, DAY).missing == ()
    assert measure_days(catalogue, DAY, DAY, {(OUTLET, DAY): 0}, now=NOON)


def test_articles_of_manifests_before_those_of_the_day_are_not_opened(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    # articles lie by day of publication, so that their keys say nothing of when they were collected
    lost = part("articles", DAY, b"", 0)
    put(bucket, lost)
    bucket.within.delete([lost.key])
    article = rows("articles", DAY - timedelta(days=9), read("ab12", VERSION, NOON), manifest=2)
    made = [rows("log", DAY, visit(NOON), manifest=2), *copies(DAY, "ab12-cd34")]
    put(bucket, article, *made)
    assert count_day(catalogue, DAY, [run_report()])[OUTLET].silent == 1
    found = stories(catalogue, DAY)
    assert [(one.article_id, one.kind) for one in found.changed] == [("ab12", "silent")]
    assert [one.article_id for one in found.reprinted] == ["ab12"]


def test_an_article_is_named_however_long_ago_it_was_collected(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    long_ago = NOON - timedelta(days=200)
    old = [
        read("ab99", "ab99-1", long_ago, "옛 제목"),
        read("ab99", "ab99-2", NOON - timedelta(days=199), "제목"),
    ]
    put(
        bucket,
        rows("articles", long_ago.date(), *old),
        rows("log", long_ago.date(), visit(long_ago)),
    )
    new = rows("articles", DAY, read("ab12", VERSION, NOON, "새"), manifest=2)
    log = rows("log", DAY, visit(NOON), gone("ab99"), gone("ab77"), manifest=2)
    put(bucket, new, log, *copies(DAY, "ab99-1"))
    found = stories(catalogue, DAY)
    named = {one.article_id: (one.kind, one.title) for one in found.changed}
    assert named == {
        "ab12": ("silent", "새"),
        "ab99": ("gone", "제목"),
        "ab77": ("gone", "http://gaon.press.test/ab77"),
    }
    assert [(one.article_id, one.title, one.by) for one in found.reprinted] == [
        ("ab99", "제목", (OUTLET,))
    ]


def test_the_next_is_named_where_the_archive_has_an_original_no_longer(
    bucket: Bucket, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.report.counting._MOST", 1)
    # "ab00" comes first of two that were reprinted as often
    for number, original in ((1, "ab00-1"), (2, VERSION)):
        version = f"ab1{number}-1"
        article = rows("articles", DAY, read(version[:4], version, NOON))
        put(bucket, article, *copies(DAY, original, version))
    put(bucket, rows("articles", DAY, read("ab12", VERSION, NOON)))
    assert [one.article_id for one in stories(catalogue, DAY).reprinted] == ["ab12"]


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


def test_of_a_part_of_several_manifests_only_the_later_rows_are_seen(
    bucket: Bucket, catalogue: Catalogue
) -> None:
    numbers = [1, 2, 3]
    tables = [table("log", [source(NOON, None)], DAY, number) for number in numbers]
    lost = part("log", DAY, b"", 0)
    put(bucket, lost)
    put(bucket, part("log", DAY, parquet(pa.concat_tables(tables)), 3))
    bucket.within.delete([lost.key])
    statement = "SELECT manifest FROM log ORDER BY manifest"
    assert list(ask(catalogue, statement, since={"log": 2}).rows) == [(2,), (3,)]
