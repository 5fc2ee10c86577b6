"""A start that is killed in the middle, the start after it, and one more: nothing is lost and nothing is asked twice.

After them `make up` stays until `make down`, as a newcomer looks at what was archived.
"""

import http.client
import json
import re
import subprocess
import sys

import pytest

from infra.run import processes
from infra.run.folders import LOOPBACK, ROOT, InstanceFolder
from tests.infra.instances import Instance, listening

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def killed(instance: Instance) -> list[str]:
    """What listened while the first start was crawling, after which it was killed without a word."""
    process = instance.begin("run")
    assert process.stdout
    for line in process.stdout:
        if re.search(r"(new|failed).*", line):
            break
    marked = processes.alive(instance.folder)
    addresses = listening(set(marked))
    process.kill()
    process.communicate()
    return addresses


@pytest.fixture(scope="module")
def first(instance: Instance, killed: list[str]) -> str:
    """What the start after the kill said; it ended by itself."""
    assert killed
    code, said = instance.run("run")
    assert code == 0, said
    return said


@pytest.fixture(scope="module")
def second(instance: Instance, first: str) -> tuple[str, list[dict[str, object]]]:
    """What the next start said, and what it asked the press for."""
    assert first
    before = len(instance.visits())
    code, said = instance.run("run")
    assert code == 0, said
    return said, instance.visits()[before:]


def test_nothing_listens_beyond_loopback(killed: list[str]) -> None:
    assert len(killed) >= 3
    assert set(killed) == {"0100007F"}


def test_a_killed_start_leaves_no_process(first: str, instance: Instance) -> None:
    assert first
    assert processes.alive(instance.folder) == {}


def test_everything_was_read_and_nothing_twice(
    second: tuple[str, list[dict[str, object]]], instance: Instance
) -> None:
    assert second
    rows = instance.kept()
    assert len({row["outlet"] for row in rows}) == 6
    assert sum(row["articles"] for row in rows) >= 120
    assert all(row["versions"] == row["articles"] for row in rows), rows


def test_the_second_start_finds_nothing_new(second: tuple[str, list[dict[str, object]]]) -> None:
    said, visits = second
    assert "unchanged: nothing new" in said
    assert said.count("unchanged: 0 pages") == 6
    assert visits
    asked = {
        str(visit["path"])
        for visit in visits
        if visit["status"] == 200 and visit["path"] != "/robots.txt"
    }
    articles = re.compile(r"articleView|wr_id=|/article/|/view/|/news/\d")
    assert not [path for path in asked if articles.search(path)]


def log_in(folder: InstanceFolder, password: str) -> int:
    connection = http.client.HTTPConnection(LOOPBACK, folder.port("api-server"), timeout=30)
    headers = {"Content-Type": "application/json"}
    connection.request(
        "POST", "/auth/token", json.dumps({"username": "admin", "password": password}), headers
    )
    return connection.getresponse().status


def test_up_stays_until_down(
    second: tuple[str, list[dict[str, object]]], instance: Instance
) -> None:
    assert second
    code, said = instance.run("up", "--sample")
    assert code == 0, said
    folder = instance.folder
    assert f"http://127.0.0.1:{folder.port('api-server')}/" in said
    password = json.loads((folder.path / "login.json").read_text())["admin"]
    assert password not in said
    assert log_in(folder, password) == http.client.CREATED
    assert log_in(folder, "guessed") == http.client.UNAUTHORIZED
    before = processes.alive(folder)
    assert {"scheduler", "api-server", "dag-processor", "triggerer", "store", "press"} == set(
        before.values()
    )
    assert set(listening(set(before))) == {"0100007F"}
    assert instance.run("up", "--sample")[0] == 0
    code, said = instance.run("run")
    assert code == 2
    assert "make down" in said
    parents = {part for process, part in processes.alive(folder).items() if process in before}
    assert parents == set(before.values())
    code, said = instance.run(
        "shell", typed="scrapy list; airflow version; sillok outlets --json | wc -l; exit 7\n"
    )
    assert code == 7
    assert said.split() == ["dongnyeok", "duru", "gaon", "narae", "onsaem", "sollae", "3.3.2", "6"]
    code, said = instance.run("down")
    assert code == 0
    assert "sample: stopped" in said
    assert processes.alive(folder) == {}


@pytest.mark.long
def test_killed_at_ten_moments_it_ends_in_the_same_archive() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.run.faults", "--trials", "10"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
