"""Bad news before good news: what `sillok status` and `sillok report` say of runs that nobody has published."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processing.dates import SEOUL
from processing.landing.segments import SegmentWriter, put_report
from processing.records import End, RunReport, SourceReport
from processing.report.unpublished import CrawlEnd, keep_end
from processing.settings import settings
from processing.store.interface import Store
from processing.store.opening import open_store
from spiders.console import common
from tests.spiders.console import annals
from tests.spiders.console.annals import ARTICLES, DAILY, WIRE, run_report
from tests.spiders.console.conftest import NOW

NAMES = ("gaon", "duru", "narae", "sollae")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    # common last: a module first imported while its clock is replaced would keep that clock for good
    for module in ("reports", "publishing", "common"):
        monkeypatch.setattr(f"spiders.console.{module}.now", lambda: NOW)
    assert common.now() == NOW


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    opened = open_store(f"file:{tmp_path / 'store'}")
    monkeypatch.setenv("SILLOK_STORE", opened.url)
    settings.cache_clear()
    return opened


def polled(outlet: str, minutes: float, end: End = End.UNHEALTHY, **more: object) -> RunReport:
    at = NOW - timedelta(minutes=minutes)
    source = SourceReport(
        url=f"http://{outlet}.press.test/rss",
        status=None,
        links=0,
        new=0,
        overlap=0,
        problem="refused",
    )
    fields = {
        "run": f"{at:%Y%m%dT%H%M%SZ}-aaaaaa",
        "started_at": at,
        "ended_at": at,
        "end": end,
        "why": "no source answered",
        "reached": False,
        "unreached": (f"{outlet}.press.test",),
    }
    report = run_report(outlet, 0, {}, **(fields | more))
    return RunReport.model_validate(report.model_dump() | {"sources": [source.model_dump()]})


def codes(done) -> dict[tuple[str, str], str]:
    (said,) = map(json.loads, done.lines)
    return {(one["code"], one["outlet"]): one["level"] for one in said["findings"]}


def test_an_outage_of_everything_is_seen_at_its_tick(store: Store, sillok) -> None:
    for number, name in enumerate(NAMES):
        put_report(store, polled(name, number))
    done = sillok("status", "--json")
    assert done.code == 3
    assert codes(done) == {("outage", "all"): "alarm"}
    assert sillok("report", "--check").code == 3
    assert "4 of the 4 outlets" in sillok("report").out


def test_one_outlet_is_a_notice_first_and_alarms_with_its_second_failed_poll(
    store: Store, sillok
) -> None:
    put_report(store, polled("duru", 40, End.NEW, reached=True, unreached=()))
    put_report(store, polled("duru", 20))
    done = sillok("status", "--json")
    assert (done.code, codes(done)["ended", "duru"]) == (0, "notice")
    assert sillok("report", "--check").code == 0
    put_report(store, polled("duru", 5))
    done = sillok("status", "--json")
    assert (done.code, codes(done)["ended", "duru"]) == (3, "alarm")
    assert sillok("report", "--check").code == 3


def test_landing_and_archive_are_one_day(archive: Store, sillok) -> None:
    put_report(archive, polled(DAILY, 20))
    put_report(archive, polled(DAILY, 5))
    (made,) = map(json.loads, sillok("report", "--json").lines)
    rows = {row["outlet"]: row for row in made["outlets"]}
    assert (rows[DAILY]["runs"], rows[DAILY]["end"], rows[DAILY]["articles"]) == (3, "unhealthy", 4)
    assert (rows[WIRE]["runs"], rows[WIRE]["end"]) == (1, "new")
    (before,) = map(json.loads, sillok("report", "--json", "--day", "2026-03-01").lines)
    assert not [one for one in before["findings"] if one["code"] in {"outage", "held", "waiting"}]


def test_a_held_back_outlet_is_a_row_and_an_alarm(landed: Store, sillok) -> None:
    """It holds an article of another outlet: an archive run would hold it back."""
    writer = SegmentWriter(landed, DAILY, "r2", Path("spool"), clock=lambda: NOW)
    writer.add(annals.FIRST)
    writer.seal()
    put_report(landed, run_report(DAILY, 1, {}, run="r2"))
    done = sillok("report", "--check", "--json")
    assert done.code == 3
    assert codes(done)["held", DAILY] == "alarm"
    (made,) = map(json.loads, done.lines)
    assert [row["outlet"] for row in made["outlets"]] == [DAILY]
    (held,) = (one for one in made["findings"] if one["code"] == "held")
    assert held["cure"] == "look at it, then sillok release r1 r2"
    assert sillok("archive").code == 3
    assert codes(sillok("report", "--check", "--json"))["held", DAILY] == "alarm", (
        "and still after an archive run"
    )


def test_pages_that_nobody_archives_alarm(
    store: Store, tmp_path: Path, sillok, monkeypatch
) -> None:
    writer = SegmentWriter(store, DAILY, "r2", tmp_path / "spool", clock=lambda: NOW)
    writer.add(ARTICLES[0])
    writer.seal()
    entries = [entry.modified for entry in store.list("landing/")]
    written: datetime = min(entries)
    monkeypatch.setattr("spiders.console.reports.now", lambda: written + timedelta(minutes=119))
    assert ("waiting", "all") not in codes(sillok("status", "--json"))
    monkeypatch.setattr("spiders.console.reports.now", lambda: written + timedelta(minutes=121))
    assert codes(sillok("status", "--json"))["waiting", "all"] == "alarm"


def test_last_nights_pages_are_archived_by_the_deadline(
    store: Store, tmp_path: Path, sillok, monkeypatch
) -> None:
    monkeypatch.setenv("SILLOK_ARCHIVED_BY", "06:30")
    writer = SegmentWriter(store, DAILY, "r2", tmp_path / "spool", clock=lambda: NOW)
    writer.add(ARTICLES[0])
    writer.seal()
    written = min(entry.modified for entry in store.list("landing/")).astimezone(SEOUL)
    morning = written.replace(hour=6, minute=29, second=0, microsecond=0) + timedelta(days=1)
    for later, expected in ((0, False), (1, True)):
        moment = morning + timedelta(minutes=later)
        monkeypatch.setattr("spiders.console.reports.now", lambda: moment)  # noqa: B023 - called in this round
        settings.cache_clear()
        assert (("deadline", "all") in codes(sillok("status", "--json"))) == expected
    evening = written.replace(hour=23, minute=59)
    monkeypatch.setattr("spiders.console.reports.now", lambda: evening)
    assert ("deadline", "all") not in codes(sillok("status", "--json")), "it is of the same day"


def ended(**fields: object) -> CrawlEnd:
    given = {
        "outlet": "duru",
        "run": "r1",
        "at": NOW,
        "code": 2,
        "why": "the spool is full",
        "scheduled": True,
    } | fields
    return CrawlEnd.model_validate(given)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, True),
        ({"scheduled": False}, False),
        ({"busy": True, "code": 1}, False),
        ({"code": 0}, False),
        ({"reported": True}, False),
        ({"at": NOW - timedelta(hours=1)}, False),
    ],
    ids=["failed", "by hand", "busy", "ok", "has a report", "made good"],
)
def test_a_crawl_that_left_no_report_is_a_finding(
    store: Store, tmp_path: Path, sillok, fields, found
) -> None:
    put_report(store, polled("duru", 30, End.NEW, reached=True, unreached=()))
    keep_end(tmp_path / "var" / "spool", ended(**fields))
    done = sillok("status", "--json")
    assert (("unreported", "duru") in codes(done)) is found
    if found:
        assert "the spool is full" in done.out


def test_a_field_that_fades_away_is_a_finding(store: Store, sillok) -> None:
    def with_times(name: str, days: int, have: int) -> RunReport:
        at = NOW - timedelta(days=days)
        fields = {
            "run": f"r{days}",
            "started_at": at,
            "ended_at": at,
            "day": f"{at:%Y-%m-%d}",
            "end": End.NEW,
        }
        return run_report(name, 60, {}, fields={"published": have, "authors": 60}, **fields)

    for name, today in (("duru", 29), ("gaon", 30)):
        for days in (1, 2):
            put_report(store, with_times(name, days, 60))
        put_report(store, with_times(name, 0, today))
    found = codes(sillok("status", "--json"))
    assert found["drift", "duru"] == "alarm"
    assert ("drift", "gaon") not in found


def test_a_machine_that_polled_nothing_says_so(store: Store, sillok) -> None:
    done = sillok("status")
    assert (done.code, done.out) == (0, "")
    assert "no outlet was polled today" in done.err
    assert store.url.startswith("file:")


def test_the_worst_comes_first(store: Store, sillok) -> None:
    put_report(store, polled("gaon", 5, End.NEW, reached=True, unreached=()))
    put_report(store, polled("duru", 5))
    assert [line.split("\t")[0] for line in sillok("status").lines[:2]] == ["duru", "gaon"]
    assert annals.DAY == "2026-03-02"
