"""`sillok report`: counted from the tables of an archive."""

import json
from datetime import date
from pathlib import Path

import pytest

from processing.archive.catalogue import Catalogue
from processing.report.counting import count_day, newest_day
from processing.report.days import Promise
from tests.spiders.console.annals import DAILY, DAY, FIRST, WIRE

pytestmark = pytest.mark.usefixtures("archive")


def report(done) -> dict:
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_the_newest_day_is_reported(sillok) -> None:
    assert report(sillok("report", "--json"))["day"] == DAY


def test_counts_add_up_and_are_those_of_the_tables(sillok) -> None:
    found = report(sillok("report", "--json"))
    daily, wire = found["outlets"]
    assert (daily["outlet"], wire["outlet"]) == (DAILY, WIRE)
    assert (daily["pages"], daily["articles"], daily["rejections"]) == (5, 4, {"error-page": 1})
    assert (daily["versions"], daily["reprints"], daily["edits"]) == (4, 1, 0)
    assert (wire["versions"], wire["reprints"], wire["edits"], wire["silent"]) == (2, 0, 1, 1)
    assert (daily["announced"], daily["archived"], daily["gaps"]) == (5, 4, 1)
    assert (wire["announced"], wire["archived"], wire["gaps"]) == (1, 1, 0)
    # One poll has nothing to be compared with: nobody knows what was never announced.
    assert [one["completeness"] for one in (daily, wire)] == [None, None]
    assert [one["measured"]["trust"] for one in (daily, wire)] == ["unknown", "unknown"]
    # Of the four one was published on another day.
    assert (daily["measured"]["high"], wire["measured"]["high"]) == (0.75, 1.0)
    assert found["totals"]["unknown"] == 2
    assert daily["bytes"] > 0
    assert all(key.startswith(f"pages/day={DAY}/{DAILY}-r1-seg-000.") for key in daily["keys"])
    assert found["totals"]["pages"] == 7
    assert len(daily["history"]) == 28


def test_stories_are_named(sillok) -> None:
    stories = report(sillok("report", "--json"))["stories"]
    assert [(story["article_id"], story["by"]) for story in stories["reprinted"]] == [
        (FIRST.article_id, [DAILY])
    ]
    assert [(story["article_id"], story["kind"]) for story in stories["changed"]] == [
        (FIRST.article_id, "silent")
    ]
    assert [(gap["url"][-3:], gap["why"], gap["detail"]) for gap in stories["missing"]] == [
        ("/11", "failed", "timeout")
    ]


def test_a_day_without_runs(sillok) -> None:
    found = report(sillok("report", "--day", "2026-03-05", "--json"))
    assert found["totals"]["pages"] == 0
    assert [row["outlet"] for row in found["outlets"]] == [DAILY, WIRE]  # crawled within four weeks
    assert found["outlets"][0]["history"][-4:] == [4, None, None, None]
    assert sillok("report", "--day", "2026-03-05").err == "no outlet was crawled on 2026-03-05\n"
    assert sillok("report", "--day", DAY).err == ""


def test_check_ends_with_three_where_something_is_wrong(sillok, monkeypatch) -> None:
    assert sillok("report", "--check").code == 0
    promise = Promise(name=DAILY, title="가온일보", daily=(100, 200))
    monkeypatch.setattr("spiders.console.reports.promises", lambda: {DAILY: promise})
    done = sillok("report", "--check")
    assert done.code == 3
    assert "alarm: gaon: 4 articles; a normal day has 100 to 200" in done.out


def test_html_is_written(tmp_path: Path, sillok) -> None:
    done = sillok("report", "--html", "day.html", "--lang", "en")
    assert (done.code, done.out) == (0, "")
    page = (tmp_path / "day.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert FIRST.title in page


def test_the_table_for_pipes(sillok) -> None:
    lines = [line.split("\t") for line in sillok("report").lines]
    assert lines[0][:4] == [DAILY, "new", "5", "4"]
    assert lines[2][0] == "all"


def test_an_archive_without_runs(tmp_path: Path, sillok) -> None:
    done = sillok("report", "--store", f"file:{tmp_path / 'empty'}")
    assert done.code == 2
    assert "sillok archive" in done.err


def test_a_day_is_counted_by_seoul(archive, tmp_path: Path) -> None:
    catalogue = Catalogue(archive, tmp_path)
    assert newest_day(catalogue) == date(2026, 3, 2)
    assert WIRE not in count_day(catalogue, date(2026, 3, 1))
    assert count_day(catalogue, date(2026, 3, 2))[WIRE].versions == 2


def test_a_report_that_cannot_be_read_is_named(sillok, monkeypatch) -> None:
    monkeypatch.setattr(
        "processing.report.counting._RUNS",
        "SELECT 'gaon' AS outlet, 'r9' AS run, $last AS other",
    )
    done = sillok("report")
    assert done.code == 2
    assert "run gaon r9" in done.err
    assert len(done.err.splitlines()) == 1
