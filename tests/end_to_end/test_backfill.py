"""Backfills of outlets of the sample press that have a past, by the commands that a person types."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.press.past import VARIABLE
from infra.press.press import Press, Server
from infra.press.state import PressState
from processing.archive import manifests
from processing.archive.backfills import load
from processing.dates import SEOUL
from processing.store.file_store import FileStore
from tests import forked

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)  # noqa: TID251 - the press serves the days before the present one
FAMILIES = (
    "banwol",
    "wolsan",
    "haean",
    "gangbyeon",
    "dalbit",
    "saebyeok",
    "maru",
    "narodal",
)


def back(days: int) -> str:
    return f"{NOW.astimezone(SEOUL).date() - timedelta(days=days)}"


class Past:
    """A press with a past of so many days, and the commands that meet it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(Press(PressState(folder / "press", NOW), 0))
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        own = {name: value for name, value in os.environ.items() if "SILLOK_" not in name}
        self.env = own | {
            VARIABLE: os.environ[VARIABLE],
            "SILLOK_PRESS": str(self.server.press.port),
            "SILLOK_STORE": f"file:{folder / 'archive'}",
            "SILLOK_SPOOL": str(folder / "spool"),
            "SILLOK_CACHE": str(folder / "cache"),
            "SILLOK_HEADS": str(folder / "heads"),
            "SCRAPY_SETTINGS_MODULE": "spiders.settings",
            "PYTHONPATH": str(ROOT),
        }
        self.store = FileStore(folder / "archive")

    def start(self, *command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            env=self.env,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def sillok(self, *arguments: str) -> tuple[int, list[dict], str]:
        done = forked.complete(
            forked.SILLOK, *arguments, env=self.env, folder=self.folder, timeout=300
        )
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return done.returncode, rows, done.stderr

    def asked(self) -> list[str]:
        """The addresses that were asked for, without robots.txt and what stands beside it."""
        log = self.folder / "press" / "access.jsonl"
        rows = map(json.loads, log.read_text().splitlines()) if log.exists() else ()
        names = (f"{row['host'].partition('.')[0]} {row['path']}" for row in rows)
        return [name for name in names if "robots.txt" not in name and "well-known" not in name]

    def lists(self) -> list[str]:
        return [path for path in self.asked() if any(word in path for word in ("list", "sitemap"))]


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Past]:
    monkeypatch.setenv(VARIABLE, "6x4")
    made = Past(tmp_path)
    yield made
    made.server.shutdown()
    made.server.server_close()


def fetched(past: Past, name: str) -> int:
    """How many articles' addresses were asked for, each of them once."""
    paths = [path for path in past.asked() if path.startswith(f"{name} ")]
    lists = ("list", "List.html", "sitemap", "wp-json", "all?", "pg=")
    articles = [path for path in paths if not any(word in path for word in lists)]
    assert len(articles) == len(set(articles)), Counter(articles).most_common(3)
    return len(articles)


@pytest.mark.parametrize(
    "names",
    [("maru", "banwol"), pytest.param(FAMILIES, marks=pytest.mark.full)],
    ids=["two", "every family"],
)
def test_each_family_is_read_back_to_the_days_that_it_has(past: Past, names) -> None:
    code, rows, log = past.sillok(
        "backfill", *names, "--since", back(9), "--until", back(3), "--json"
    )
    assert code == 0, log
    for name, row in zip(names, rows, strict=True):
        # An index of months and WordPress answer for days without an article too.
        whole = name in {"saebyeok", "narodal"}
        assert (row["outlet"], row["end"]) == (name, "complete" if whole else "partial"), row
        assert (row["complete"], row["left"], row["unreachable"]) == (
            (7, 0, 0) if whole else (4, 0, 3)
        )
        assert row["articles"] == fetched(past, name) == 16
    before = len(past.asked())
    again, rows, log = past.sillok(
        "backfill", *names, "--since", back(6), "--until", back(3), "--json"
    )
    assert (again, [row["end"] for row in rows]) == (0, ["complete"] * len(names)), log
    assert len(past.asked()) == before


def stopped_at(past: Past, count: int) -> threading.Event:
    """Have the press answer nothing more after so many requests, the last of an article.

    The event is set when it comes to that.
    """
    state, reached, written = past.server.press.state, threading.Event(), PressState.log

    def log(row: Mapping[str, Any]) -> None:
        written(state, row)
        if "/news/" in row["path"] and len(past.asked()) >= count:
            reached.set()
            threading.Event().wait()

    vars(state)["log"] = log
    return reached


@pytest.mark.parametrize(
    "counts", [(9,), pytest.param((3, 9, 14), marks=pytest.mark.full)], ids=["once", "three times"]
)
def test_a_killed_backfill_goes_on_and_asks_no_list_again(
    past: Past, counts: tuple[int, ...]
) -> None:
    days = ("--since", back(6), "--until", back(1))
    for count in counts:
        reached = stopped_at(past, count)
        process = past.start("spiders.cli", "backfill", "maru", *days)
        assert reached.wait(60)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        del vars(past.server.press.state)["log"]
    code, rows, log = past.sillok("backfill", "maru", *days, "--json")
    assert (code, rows[0]["end"]) == (0, "complete"), log
    lists = Counter(past.lists())
    assert len(lists) == 6
    assert set(lists.values()) == {1}, lists
    state = load(past.store, "maru")
    assert not state.waiting


@pytest.mark.full
def test_a_publication_keeps_the_state_apart_and_the_next_run_goes_on_with_it(past: Past) -> None:
    days = ("--since", back(6), "--until", back(1), "--json")
    code, rows, log = past.sillok("backfill", "maru", *days, "--budget", "16")
    assert (code, rows[0]["end"]) == (0, "partial"), log
    assert past.sillok("archive")[0] == 0
    head = manifests.head(past.store)
    assert set(head.manifest.backfills) == {"maru"}
    # What the state is made of is the log: lost, it comes out the same again.
    state = past.folder / "archive" / head.manifest.backfills["maru"].key
    sound = state.read_bytes()
    state.unlink()
    code, rows, log = past.sillok("repair", "--json")
    assert code == 0, log
    assert state.read_bytes() == sound
    assert past.sillok("compact", "--json")[0] == 0
    named = manifests.snapshots(past.store, manifests.head(past.store))
    assert set(named.backfills) == {"maru"}
    assert past.sillok("gaps", "--json")[1] == []
    code, rows, log = past.sillok("backfill", "maru", *days)
    assert (code, rows[0]["end"]) == (0, "complete"), log
    assert fetched(past, "maru") == 24
    assert past.sillok("archive")[0] == 0
    assert not load(past.store, "maru").waiting
    code, rows, log = past.sillok("coverage", "maru", "gaon", "--since", back(7), "--json")
    assert code == 0, log
    assert {(row["outlet"], row["day"]): row["archived"] for row in rows if row["archived"]} == {
        ("maru", back(days)): 4 for days in range(1, 7)
    }
    assert {row["day"] for row in rows if row["reach"] == "none"} == {
        back(days) for days in range(2, 8)
    }


def test_what_no_source_reaches_is_said_before_anything_is_asked(past: Past) -> None:
    code, rows, log = past.sillok(
        "backfill", "gaon", "--since", "2026-01-01", "--until", "2026-01-02"
    )
    assert (code, past.asked()) == (2, [])
    assert "no source reaches 2026-01-01 to 2026-01-02" in log
    assert "names the newest articles only" in log
    for wrong, cure in (
        (("--since", back(1), "--until", back(2)), "give the earlier day first"),
        (("--since", back(1), "--until", back(-1)), "is still to come"),
    ):
        code, rows, log = past.sillok("backfill", "maru", *wrong)
        assert (code, rows) == (2, []), log
        assert cure in log
    assert past.asked() == []
    code, rows, log = past.sillok("backfill", "maru", "--since", back(3), "--dry-run", "--json")
    assert code == 0
    assert {row["reach"] for row in rows} == {"day"}
    assert past.asked() == []
