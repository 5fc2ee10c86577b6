"""docs/deploy.md: its commands, taken from the page, end in a two-worker cluster that has archived the sample press."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra import bootstrap
from tests.installed import CHECKOUT, wheel

PAGE = CHECKOUT / "docs" / "deploy.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
LAST = "To stop it"
SERVICES = ("pg_createcluster", "redis-server", "runuser", "curl")
PRESS = {"dongnyeok", "duru", "gaon", "narae", "onsaem", "sollae"}


def test_the_page_has_its_commands_in_order() -> None:
    assert len(BLOCKS) == 7
    assert "sillok-*.whl" in BLOCKS[0]
    assert "pg_dropcluster" in BLOCKS[-1]
    assert not any("TODO" in block for block in BLOCKS)


@dataclass
class Cluster:
    """The folder in which the page's commands were run, and a shell to run more in."""

    folder: Path
    environment: dict[str, str]
    took: float = 0.0
    said: str = ""
    blocks: list[str] = field(default_factory=lambda: BLOCKS)

    def sh(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-eu", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    def meet(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run commands as a person would who comes back later: with the settings that the page wrote."""
        lines = [
            ". ./secrets.env", "set -a", ". ./cluster.env", "set +a", "export PATH=$PWD/venv/bin:$PATH",
            "export SILLOK_SPOOL=$PWD/desk/spool SILLOK_CACHE=$PWD/desk/cache SILLOK_HEADS=$PWD/desk/heads",
            'part() { name=$1; shift; nohup "$@" > logs/$name.log 2>&1 & echo $! > logs/$name.pid; }',
        ]  # fmt: skip
        return self.sh("\n".join([*lines, script]))

    def query(self, statement: str) -> list[dict[str, object]]:
        done = self.meet(f"sillok query --json {json.dumps(statement)}")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def pid(self, name: str) -> int:
        return int((self.folder / "logs" / f"{name}.pid").read_text())


def free_ports() -> int:
    for first in range(27000, 30000, 100):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + 30):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    pytest.fail("no thirty free ports in a row")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    missing = [name for name in SERVICES if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        pytest.skip(
            f"needs root and {', '.join(missing) or 'nothing else'}: apt-get install postgresql redis-server"
        )
    base = tmp_path_factory.mktemp("deploy")
    folder, home = base / "here", base / "home"
    folder.mkdir()
    home.mkdir()
    wheel(folder)
    listing = subprocess.run(
        [bootstrap.sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    kept = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PORTS": str(free_ports()),
        "LC_ALL": "C.UTF-8",
    }
    index = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}
    made = Cluster(folder, {**bootstrap.uv_environment(listing, index), **index, **kept})
    made.environment["UV_CACHE_DIR"] = str(
        Path.home() / ".cache" / "uv"
    )  # what was downloaded once is enough
    began = time.monotonic()
    try:
        done = made.sh("\n".join(BLOCKS[:-1]))
        made.took, made.said = time.monotonic() - began, done.stdout
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        yield made
    finally:
        stopped = made.meet(BLOCKS[-1])
        for file in folder.glob("logs/*.pid"):
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(file.read_text()), signal.SIGKILL)
        assert stopped.returncode == 0, stopped.stderr


@pytest.mark.full
def test_the_sample_press_is_archived(cluster: Cluster) -> None:
    rows = cluster.query(
        "select outlet, count(*) as n, count(distinct article_id) as d from articles group by 1"
    )
    assert {row["outlet"] for row in rows} == PRESS
    assert all(row["n"] == row["d"] for row in rows), "nothing twice"
    assert sum(int(str(row["d"])) for row in rows) >= 120


@pytest.mark.full
def test_both_workers_crawled(cluster: Cluster) -> None:
    for node in ("node1", "node2"):
        assert list((cluster.folder / node / "spool" / "ends").glob("outlet=*/*.json")), node


@pytest.mark.full
def test_nothing_listens_beyond_loopback(cluster: Cluster) -> None:
    ports = {int(cluster.environment["PORTS"]) + number for number in range(30)}
    heard = []
    for line in (
        Path("/proc/net/tcp").read_text().splitlines()[1:]
        + Path("/proc/net/tcp6").read_text().splitlines()[1:]
    ):
        address, port = line.split()[1].split(":")
        if line.split()[3] == "0A" and int(port, 16) in ports:
            heard.append(address)
    assert heard
    assert set(heard) <= {"0100007F", "00000000000000000000000001000000"}


@pytest.mark.full
def test_no_secret_is_in_a_log_or_on_a_command_line(cluster: Cluster) -> None:
    secrets = [
        line.partition("=")[2] for line in (cluster.folder / "secrets.env").read_text().splitlines()
    ]
    secrets.append(
        json.loads((cluster.folder / "store" / "credentials.json").read_text())["secret_key"]
    )
    logs = [path.read_text(errors="replace") for path in cluster.folder.glob("logs/*.log")]
    logs += [
        path.read_text(errors="replace")
        for path in (cluster.folder / "airflow" / "logs").rglob("*.log")
    ]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                logs.append((entry / "cmdline").read_text(errors="replace"))
    assert len(logs) > 10
    assert not [
        number for number, secret in enumerate(secrets) if any(secret in log for log in logs)
    ]
