"""What Airflow itself makes of a tick: no outlets, some, outlets that do not answer, and no list at all."""

import json
import os
import subprocess
import sys
from typing import cast

import pytest

from tests.dags.conftest import FOLDER

AWAY = f"나래저널 narae: failed: it does not answer{' at all' * 100}"[:120]

# Of what Airflow loads and makes next to nothing is garbage, and looking took a part of the time.
TICKS = "import gc, runpy; gc.disable(); runpy.run_module('tests.dags.ticks', run_name='__main__')"


@pytest.fixture(scope="module")
def ticks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, str]]:
    home = tmp_path_factory.mktemp("airflow")
    mine = (one for one in request.session.items if one.path == request.path)
    needs_all = any(one.get_closest_marker("full") for one in mine)
    env = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SILLOK_", "AIRFLOW"))
        },
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(FOLDER),
        "SILLOK_PRESS": "20000",
        "SILLOK_STORE": f"file:{home / 'archive'}",
        "SILLOK_REPORTS": str(home / "reports"),
        "ALL_TICKS": "1" if needs_all else "",
    }
    command = [sys.executable, "-c", TICKS]
    done = subprocess.run(
        command, env=env, cwd=FOLDER.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith('["'))


@pytest.mark.full
def test_nobody_due_is_a_run_that_succeeds_without_a_crawl(
    ticks: dict[str, dict[str, str]],
) -> None:
    ends = {"landed -1": "success", "answered -1": "success"}
    assert ticks["nobody"] == {"run": "success", "due -1": "success", "poll -1": "skipped", **ends}


def test_who_is_due_is_shown_with_what_came_of_it_and_who_is_away_spoils_no_run(
    ticks: dict[str, dict[str, str]],
) -> None:
    states = {
        "due -1": "success",
        "poll 두루모아 duru: new: 28 articles from 30 pages": "success",
        "poll 가온통신 gaon: unchanged": "success",
        f"poll {AWAY}": "failed",
    }
    assert ticks["two and one away"] == {
        "run": "success",
        **states,
        "landed -1": "success",
        "answered -1": "success",
    }


@pytest.mark.full
def test_only_who_is_due_is_crawled_and_a_run_that_nobody_answered_failed(
    ticks: dict[str, dict[str, str]],
) -> None:
    states = {
        "due -1": "success",
        f"poll {AWAY}": "failed",
        "landed -1": "success",
        "answered -1": "failed",
    }
    assert ticks["one away"] == {"run": "failed", **states}


def test_a_tick_that_cannot_tell_is_a_run_that_failed(ticks: dict[str, dict[str, str]]) -> None:
    states = {
        "due -1": "failed",
        "poll -1": "upstream_failed",
        "landed -1": "failed",
        "answered -1": "success",
    }
    assert ticks["unknown"] == {"run": "failed", **states}


def test_an_outlet_is_shown_by_its_title_from_the_start(ticks: dict[str, dict[str, str]]) -> None:
    """Before anything is known of its crawl; Airflow renders the name once when a task begins."""
    assert ticks["named at the start"] == {"duru": "두루모아 duru", "gaon": "가온통신 gaon"}


def test_a_failing_check_sends_one_message(ticks: dict[str, dict[str, object]]) -> None:
    first, second = ticks["first check"], ticks["second check"]
    assert (first["check"], second["check"]) == ("failed", "failed")
    (message,) = cast("list[str]", first["messages"])
    assert message.startswith("report: NEW   all: the state could not be checked: sillok report")
    assert second["messages"] == [message]


def test_pages_are_announced_by_the_clock_whoever_crawled_them(
    ticks: dict[str, dict[str, object]],
) -> None:
    assert ticks["second check"]["landed"] == "skipped"
    assert ticks["check beside pages"]["landed"] == "success"
