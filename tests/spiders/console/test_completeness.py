"""What was missed unseen, as the commands show it: an invented month whose last day overflowed."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from infra.bench.newsroom import Newsroom, Poller, articles, day, write_archive
from processing.settings import settings
from processing.store.file_store import FileStore
from spiders.console import completeness, coverage, reports

ROOM = replace(Newsroom(), seed=4, volume=120, listed=10, days=10)
LAST = f"{day(ROOM.days - 1):%Y-%m-%d}"
NOW: datetime = day(ROOM.days) + timedelta(hours=5)


@pytest.fixture
def month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Poller:
    poller, made = Poller(ROOM), articles(ROOM)
    poller.watch(made, day(ROOM.days) + timedelta(hours=6))
    store = FileStore(tmp_path / "archive")
    write_archive(store, ["hani"], poller, made)
    monkeypatch.setenv("SILLOK_STORE", f"file:{tmp_path / 'archive'}")
    settings.cache_clear()
    for module in (completeness, coverage, reports):
        monkeypatch.setattr(module, "now", lambda: NOW)
    return poller


@pytest.mark.usefixtures("month")
def test_the_report_alarms_over_a_loss_and_gaps_names_its_spans(sillok) -> None:
    done = sillok("report", "--day", LAST, "--json", "--check")
    assert done.code == 3
    found = json.loads(done.out)
    (row,) = found["outlets"]
    assert 0.5 < row["completeness"] < 0.97
    assert row["measured"]["trust"] == "measured"
    assert row["suspected"] == found["totals"]["suspected"] > 5
    assert [one["level"] for one in found["findings"] if one["code"] == "suspected"] == ["alarm"]
    gaps = [json.loads(line) for line in sillok("gaps", "--outlet", "hani", "--json").lines]
    (of_last,) = [gap for gap in gaps if LAST in gap["detail"]]
    assert (of_last["why"], of_last["count"]) == ("suspected", row["suspected"])
    assert of_last["since"] < of_last["until"]
    table = sillok("report", "--day", LAST).out
    assert f"\t{row['suspected']}\t" in table
    assert found["totals"]["completeness"] == pytest.approx(row["completeness"], abs=0.01)
    assert "100%" not in table


@pytest.mark.usefixtures("month")
def test_coverage_says_of_each_day_what_is_suspected_and_how_it_is_known(sillok) -> None:
    first = f"{day(ROOM.days - 2):%Y-%m-%d}"
    done = sillok("coverage", "hani", "--since", first, "--until", LAST, "--json")
    assert done.code == 0, done.err
    rows = [json.loads(line) for line in done.lines]
    assert [row["day"] for row in rows] == [LAST, first]
    assert [row["trust"] for row in rows] == ["measured", "measured"]
    report = json.loads(sillok("report", "--day", LAST, "--json").out)
    assert rows[0]["suspected"] == report["outlets"][0]["suspected"]
    assert rows[0]["archived"] == report["outlets"][0]["measured"]["archived"]


@pytest.mark.usefixtures("month")
def test_an_export_carries_how_complete_it_is(sillok, tmp_path: Path) -> None:
    first = f"{day(ROOM.days - 3):%Y-%m-%d}"
    days = ("--since", first, "--until", LAST)
    statement = tmp_path / "statement.jsonl"
    refused = sillok("export", "-o", str(tmp_path / "x.parquet"), "--completeness", str(statement))
    assert refused.code == 2
    assert "--since and --until" in refused.err
    done = sillok(
        "export", "-o", str(tmp_path / "x.parquet"), *days, "--completeness", str(statement)
    )
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in statement.read_text().splitlines()]
    assert [line["day"] for line in lines] == [
        f"{day(ROOM.days - back):%Y-%m-%d}" for back in (3, 2, 1)
    ]
    for line in lines:
        assert line["low"] <= line["share"] <= line["high"]
        assert line["trust"] == "measured"
        assert line["archived"] > 50
