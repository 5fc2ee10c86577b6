"""What waits in landing, and how long it may."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processing.landing.segments import put_report
from processing.records import End, RunReport
from processing.report.unpublished import (
    MANY,
    PATIENCE,
    is_worth_archiving,
    landed_reports,
    landed_runs,
)
from processing.store.file_store import FileStore

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAY = "2026-11-22"
GRACE = timedelta(minutes=60)
RUN = "20261122T020000Z-abcdef"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def land(
    store: FileStore,
    outlet: str,
    run: str = RUN,
    *kinds: str,
    end: End | None = End.UNCHANGED,
    age: int = 1,
) -> None:
    """Let a run of that age, in minutes, lie in landing."""
    for kind in ("cdxj", "log.jsonl.gz", "seal.json", *kinds):
        store.put(f"landing/outlet={outlet}/run={run}/seg-000.{kind}", b"")
    moment = NOW - timedelta(minutes=age)
    if end is not None:
        put_report(
            store,
            RunReport(
                outlet=outlet, run=run, day=DAY, started_at=moment, ended_at=moment, end=end, why="", pages=0,
                articles=0, rejections={}, whys={}, sources=(), announced=0, segments=1, bytes=0, requests=1,
                agent="", code_version="0",
            ),
        )  # fmt: skip
    for path in Path(store.url.removeprefix("file:")).glob(f"landing/outlet={outlet}/run={run}/*"):
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def worth(store: FileStore) -> bool:
    return is_worth_archiving(store, DAY, NOW, GRACE)


def test_an_empty_landing_is_not(store: FileStore) -> None:
    assert not worth(store)


@pytest.mark.parametrize("kind", ["articles", "rejections"])
def test_pages_are_at_once(store: FileStore, kind: str) -> None:
    land(store, "duru")
    assert not worth(store)
    land(store, "gaon", RUN, f"{kind}.jsonl.gz")
    assert worth(store)


@pytest.mark.parametrize(
    ("run", "late"), [("20261121T145959Z-aaaaaa", True), ("20261121T150000Z-aaaaaa", False)]
)
def test_polls_wait_no_longer_than_the_korean_day(store: FileStore, run: str, late: bool) -> None:  # noqa: FBT001
    land(store, "duru", run)
    assert worth(store) is late


@pytest.mark.parametrize("count", [MANY - 1, MANY])
def test_polls_wait_until_one_outlet_has_many(store: FileStore, count: int) -> None:
    for number in range(count):
        land(store, "duru", f"20261122T0200{number:02}Z-aaaaaa")
    for number in range(MANY - 1):
        land(store, "gaon", f"20261122T0200{number:02}Z-aaaaaa")
    assert worth(store) is (count >= MANY)


@pytest.mark.parametrize(
    ("end", "age", "is_late"),
    [
        (End.UNHEALTHY, 44, False),
        (End.UNHEALTHY, 45, True),
        (End.FAILED, 100, True),
        (End.UNCHANGED, 100, False),
        (End.UNHEALTHY, 106, False),
        (None, 59, False),
        (None, 60, True),
        (None, 600, True),
    ],
)
def test_bad_news_does_not_wait_for_good_news(
    store: FileStore,
    end: End | None,
    age: int,
    is_late: bool,  # noqa: FBT001
) -> None:
    """A failed poll is taken in within the hour; what is older, earlier ticks have looked at."""
    land(store, "duru", end=end, age=age)
    assert worth(store) is is_late
    assert timedelta(hours=1) > PATIENCE


def test_a_run_of_another_name_is_one_too(store: FileStore) -> None:
    land(store, "duru", "by-hand")
    (run,) = landed_runs(store)
    assert (run.run, run.started_at, run.has_report) == ("by-hand", None, True)


def test_a_report_that_cannot_be_read_hides_no_other(store: FileStore, caplog) -> None:
    land(store, "duru")
    store.put(f"landing/outlet=gaon/run={RUN}/report.json", b"{")
    assert [report.outlet for report in landed_reports(store, landed_runs(store))] == ["duru"]
    assert "outlet=gaon" in caplog.text
