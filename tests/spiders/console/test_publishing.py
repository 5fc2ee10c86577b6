"""`sillok archive`, `gaps`, `diff` and `outlets`: the commands that a task runs and a person types."""

import json
import logging
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from processing.archive.memory import Memory
from processing.landing.segments import SegmentWriter, put_report
from processing.signing import documents
from processing.store.interface import Store
from spiders.outlets import outlets
from tests.spiders.console import annals
from tests.spiders.console.annals import ARTICLES, DAILY
from tests.spiders.console.conftest import NOW


def test_archive_publishes_what_landed_once(landed: Store, sillok) -> None:
    first = sillok("archive", "--json")
    assert first.code == 0, first.err
    said = json.loads(first.out)
    assert said["seq"] == 1
    assert said["outlets"][DAILY]["articles"] == 4
    again = sillok("archive")
    assert (again.code, again.out) == (0, "")
    assert "unchanged" in again.err
    assert len(sillok("ls").lines) == 4
    assert not list(landed.list("landing/"))


def test_a_dry_run_publishes_nothing(landed: Store, sillok) -> None:
    done = sillok("archive", "--dry-run")
    assert done.code == 0
    assert "would publish" in done.err
    assert not list(landed.list("manifests/"))
    assert list(landed.list("landing/"))


def test_what_was_signed_again_is_told(landed: Store, sillok, monkeypatch) -> None:
    assert "signed again" not in sillok("archive").err
    writer = SegmentWriter(landed, annals.WIRE, "r2", Path("spool"), clock=lambda: NOW)
    for row in (annals.FIRST, *annals.fetches(annals.WIRE, [annals.FIRST])):
        writer.add(row)
    writer.seal()
    put_report(landed, annals.run_report(annals.WIRE, 1, {}, run="r2"))
    monkeypatch.setattr(documents, "RULES", documents.RULES + 1000)
    assert "4 articles were signed again" in sillok("archive").err


def test_a_held_outlet_is_three(landed: Store, sillok) -> None:
    writer = SegmentWriter(landed, DAILY, "r2", Path("spool"), clock=lambda: NOW)
    writer.add(annals.FIRST)  # an article of another outlet
    writer.seal()
    put_report(landed, annals.run_report(DAILY, 1, {}, run="r2"))
    done = sillok("archive")
    assert done.code == 3
    assert f"held back: {DAILY}" in done.err


def test_a_held_run_is_released_as_the_message_says(landed: Store, sillok) -> None:
    writer = SegmentWriter(landed, DAILY, "r2", Path("spool"), clock=lambda: NOW)
    for number in range(100):  # without a time of publication, as where a page has a new layout
        writer.add(
            annals.article(DAILY, 100 + number, f"물길 {number}", "물길을 고쳤다.", published=None)
        )
    writer.seal()
    put_report(landed, annals.run_report(DAILY, 100, {}, run="r2"))
    told = sillok("archive").err
    assert "have no publication time" in told
    (command,) = re.findall(r"`(sillok release [^`]+)`", told)
    landed.put("landing/README.txt", b"what a person left there stops nobody")
    done = sillok(*command.split()[1:])
    assert (done.code, "held back" in done.err) == (0, False), done.err
    assert [entry.key for entry in landed.list("landing/")] == ["landing/README.txt"]


def test_a_held_run_is_discarded_and_no_other(landed: Store, sillok) -> None:
    for run, word in (("r1", "not held back"), ("r2", "waits in landing")):
        done = sillok("discard", run)
        assert (done.code, word in done.err) == (2, True), done.err
    writer = SegmentWriter(landed, DAILY, "r2", Path("spool"), clock=lambda: NOW)
    writer.add(annals.FIRST)  # an article of another outlet
    writer.seal()
    put_report(landed, annals.run_report(DAILY, 1, {}, run="r2"))
    (command,) = re.findall(r"`(sillok discard [^`]+)`", sillok("archive").err)
    assert command == "sillok discard r1 r2"
    before = [entry.key for entry in landed.list("landing/")]
    assert sillok("discard", "r2", "--dry-run").code == 0
    assert [entry.key for entry in landed.list("landing/")] == before
    done = sillok("discard", "r2", "--json")
    assert (done.code, json.loads(done.out)["run"]) == (0, "r2")
    assert [entry.key for entry in landed.list("landing/") if "run=r2" in entry.key] == []
    assert sillok("archive").code == 0
    assert len(sillok("ls").lines) == 4


@pytest.mark.usefixtures("landed")
def test_a_release_of_what_is_not_there_is_two(sillok) -> None:
    done = sillok("release", "20260101T000000Z-ffffff")
    assert done.code == 2
    assert "20260101T000000Z-ffffff waits" in done.err


@pytest.fixture
def as_a_task(monkeypatch):
    monkeypatch.setenv("SILLOK_LOG", "json")
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.usefixtures("as_a_task")
def test_a_task_reads_what_was_archived_in_words_and_with_levels(landed: Store, sillok) -> None:
    writer = SegmentWriter(landed, annals.WIRE, "r2", Path("spool"), clock=lambda: NOW)
    writer.add(annals.COPY)  # an article of another outlet
    writer.seal()
    put_report(landed, annals.run_report(annals.WIRE, 1, {}, run="r2"))
    records = [json.loads(line) for line in sillok("archive").lines]
    told = {
        record["event"].partition(":")[0]: (record["level"], record["event"]) for record in records
    }
    assert {record["logger"] for record in records} == {"sillok.archive"}
    assert told["held back"][0] == "ERROR"
    assert told[DAILY] == (
        "INFO", f"{DAILY}: 4 articles from 5 pages, rejected error-page=1; 4 new, 0 edited, 0 deleted, 0 reprints",
    )  # fmt: skip
    assert told["published manifest 1"][0] == "INFO"


@pytest.mark.usefixtures("landed")
def test_an_unknown_run_is_two(sillok) -> None:
    assert sillok("archive", "--run", "20260101T000000Z-ffffff").code == 2


@pytest.fixture
def declared(monkeypatch) -> None:
    """Make the archive's daily a declared outlet."""
    known = {DAILY: replace(next(iter(outlets().values())), name=DAILY)}
    monkeypatch.setattr("spiders.outlets.outlets", lambda: known)


@pytest.mark.usefixtures("landed", "declared")
def test_gaps_are_listed_before_and_after_publication(sillok) -> None:
    for _ in range(2):
        (row,) = map(json.loads, sillok("gaps", "--json").lines)
        assert (row["outlet"], row["why"], row["detail"]) == (DAILY, "failed", "timeout")
        assert row["url"].endswith("/view/11")
        sillok("archive")


@pytest.mark.usefixtures("declared")
def test_gaps_are_fetched_by_a_crawl(landed: Store, sillok, monkeypatch) -> None:
    asked = []

    def run(command, *, env, check):
        asked.append((command[1:], env["SILLOK_STORE"], check))
        return type("Done", (), {"returncode": 3})

    monkeypatch.setattr("subprocess.run", run)
    assert sillok("gaps", "--fetch").code == 3
    url = "url=http://gaon.press.test/view/11"
    assert asked == [(["-m", "scrapy", "crawl", DAILY, "-a", url], landed.url, False)]


@pytest.mark.usefixtures("landed", "declared")
def test_many_gaps_are_fetched_by_several_crawls_each_once(sillok, monkeypatch) -> None:
    many = [annals.failed(DAILY, number) for number in range(120)]
    monkeypatch.setattr(Memory, "gaps", lambda _: many)
    asked: list[list[str]] = []

    def run(command, *, env, check):
        assert env
        assert not check
        asked.append(command[-1].removeprefix("url=").split())
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr("subprocess.run", run)
    assert sillok("gaps", "--fetch", "--outlet", DAILY).code == 0
    assert [len(urls) for urls in asked] == [50, 50, 20]
    assert [url for urls in asked for url in urls] == [row.url for row in many]


@pytest.mark.usefixtures("landed")
def test_gaps_of_an_unknown_outlet(sillok) -> None:
    done = sillok("gaps", "--outlet", "nobody")
    assert done.code == 2
    assert "sillok outlets" in done.err


def test_diff_knows_the_same_and_the_other(archive: Store, tmp_path: Path, sillok) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(tmp_path / "archive", twin)
    same = sillok("diff", archive.url, f"file:{twin}")
    assert (same.code, same.out) == (0, "")
    other = sillok("diff", archive.url, f"file:{tmp_path / 'empty'}")
    assert other.code == 3
    assert len(other.lines) == len(ARTICLES) * 2 + 1  # articles, their clusters, one rejection
    found = [json.loads(line) for line in sillok("diff", archive.url, "file:none", "--json").lines]
    assert {row["kind"] for row in found} == {"only in the first"}


def test_two_places_without_an_archive_are_not_called_the_same(tmp_path: Path, sillok) -> None:
    done = sillok("diff", f"file:{tmp_path / 'typed'}", f"file:{tmp_path / 'wrongly'}")
    assert (done.code, done.out) == (2, "")
    assert "typed" in done.err
    assert "wrongly" in done.err


@pytest.mark.usefixtures("landed")
def test_an_empty_publication_shows_no_heading(sillok, monkeypatch) -> None:
    sillok("archive")
    monkeypatch.setattr("spiders.console.common.watched", lambda: True)
    assert sillok("archive").out == ""


def test_outlets_are_listed(sillok) -> None:
    assert [line.split("\t")[0] for line in sillok("outlets").lines] == list(outlets())
    rows = [json.loads(line) for line in sillok("outlets", "--json").lines]
    assert all(row["sources"] or row["paused"] for row in rows)
    assert sillok("outlets", "--table").out.startswith("# ")
