"""The main job as a newcomer meets it: killed in the middle, started again, started once more, looked at.

One story in three starts, because each start of Airflow costs half a minute: a real scheduler runs the real DAGs
against the sample press and the embedded store, in a folder of its own.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.run import processes
from infra.run.folders import LOOPBACK, ROOT, InstanceFolder

LIMIT = 400


class Instance:
    """`make run` without make, in a folder of its own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.environment = {**os.environ, "SILLOK_VAR": str(var), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment.pop("SILLOK_CONTACT", None)

    def begin(self, *what: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.run", *what],
            cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *what: str, typed: str = "") -> tuple[int, str]:
        with self.begin(*what) as process:
            said, _ = process.communicate(typed, timeout=LIMIT)
            return process.returncode, said

    @property
    def folder(self) -> InstanceFolder:
        return InstanceFolder(self.var / "sample")

    def visits(self) -> list[dict[str, object]]:
        return [
            json.loads(line)
            for line in (self.folder.path / "press" / "access.jsonl").read_text().splitlines()
        ]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    made = Instance(tmp_path_factory.mktemp("var"))
    yield made
    processes.sweep(made.folder)


@pytest.fixture(scope="module")
def killed(instance: Instance) -> list[str]:
    """What listened while the first start was crawling, after which it was killed without a word."""
    process = instance.begin("run")
    assert process.stdout
    for line in process.stdout:
        if re.search(r"(new|failed).*", line):
            break
    marked = processes.alive(instance.folder)
    listening = _listening(set(marked))
    process.kill()
    process.communicate()
    return listening


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


def _listening(wanted: set[int]) -> list[str]:
    """The addresses on which any of these processes listens, as /proc/net says (proc(5): state 0A)."""
    sockets = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                sockets[f"socket:[{fields[9]}]"] = fields[1].partition(":")[0]
    found = []
    for process in wanted:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            found += [sockets[name] for name in _held(process) if name in sockets]
    return found


def _held(process: int) -> Iterator[str]:
    """What a process holds open; files that it closes meanwhile are passed over, and nothing else is."""
    for handle in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield str(handle.readlink())


def test_nothing_listens_beyond_loopback(killed: list[str]) -> None:
    assert len(killed) >= 3
    assert set(killed) == {"0100007F"}


def test_a_killed_start_leaves_no_process(first: str, instance: Instance) -> None:
    assert first
    assert processes.alive(instance.folder) == {}


def test_it_ends_with_a_table_and_says_how_to_look(first: str, instance: Instance) -> None:
    for name in ("dongnyeok", "duru", "gaon", "narae", "onsaem", "sollae", "all"):
        assert re.search(rf"^ *{name} ", first, re.MULTILINE), first
    for hint in ("sillok ls", "sillok show", "sillok query", "make up", "s3://sillok/archive"):
        assert hint in first
    assert (
        instance.folder.path.joinpath("report.html")
        .read_text()
        .lstrip()
        .lower()
        .startswith("<!doctype html")
    )


def test_everything_was_read_and_nothing_twice(
    instance: Instance, second: tuple[str, list[dict[str, object]]]
) -> None:
    assert second
    code, said = instance.run(
        "shell",
        typed="""
sillok query --json "select outlet, count(*) as versions, count(distinct article_id) as articles from articles group by 1"
""",
    )
    assert code == 0, said
    rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {row["outlet"] for row in rows} == {
        "dongnyeok",
        "duru",
        "gaon",
        "narae",
        "onsaem",
        "sollae",
    }
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


def test_no_secret_is_in_a_log(
    second: tuple[str, list[dict[str, object]]], instance: Instance
) -> None:
    said, _ = second
    kept = json.loads((instance.folder.path / "secrets.json").read_text())
    kept["store"] = json.loads((instance.folder.path / "store" / "credentials.json").read_text())[
        "secret_key"
    ]
    logs = [
        said,
        *(file.read_text(errors="replace") for file in instance.folder.path.rglob("*.log")),
    ]
    assert len(logs) > 10
    assert not [name for name, secret in kept.items() if any(secret in log for log in logs)]


def test_credentials_are_for_the_owner_alone(
    second: tuple[str, list[dict[str, object]]], instance: Instance
) -> None:
    assert second
    for name in ("secrets.json", "login.json", "store/credentials.json"):
        assert stat.S_IMODE((instance.folder.path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(instance.folder.path.stat().st_mode) == 0o700


def test_ctrl_c_ends_everything_at_once(
    second: tuple[str, list[dict[str, object]]], instance: Instance
) -> None:
    assert second
    process = instance.begin("run")
    assert process.stdout
    for line in process.stdout:
        if "starting Airflow" in line:
            break
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped; nothing is broken" in said
    assert "Traceback" not in said
    assert processes.alive(instance.folder) == {}


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
    assert set(_listening(set(before))) == {"0100007F"}
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


def test_up_without_a_contact_says_what_to_type(instance: Instance) -> None:
    code, said = instance.run("up")
    assert code == 2
    assert "make up SILLOK_CONTACT=" in said
    assert not (instance.var / "live" / "airflow").exists()


@pytest.mark.full
def test_killed_at_ten_moments_it_ends_in_the_same_archive() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.run.faults", "--trials", "10"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
