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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra import bootstrap
from tests.installed import CHECKOUT, wheel

PAGE = CHECKOUT / "docs" / "deploy.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
LAST = "To stop it"
SERVICES = ("pg_createcluster", "redis-server", "runuser", "curl")
NODES = ("node1", "node2")
KILLS = "s3://sillok/kills"
"""The second archive, whose crawls are disturbed."""
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

    def do(self, script: str) -> str:
        """Run commands that have to succeed, and return what they print."""
        done = self.meet(script)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def start(self, *names: str, store: str) -> None:
        """Start parts as the page does, workers with an archive of their own."""
        for name in names:
            # The command of a worker stands in a loop on the page.
            wanted = re.escape("$node" if name in NODES else name)
            (command,) = re.findall(rf"^ *part {wanted} .*$", BLOCKS[4], re.MULTILINE)
            spool = " ".join(
                f"SILLOK_{place.upper()}=$PWD/{name}/{place}"
                for place in ("spool", "cache", "heads")
            )
            quick = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT=30"
            self.do(f"node={name}; export {spool} SILLOK_STORE={store} {quick}\n{command}")

    def processes(self, name: str) -> list[int]:
        """Return the processes of a part that run, with all that they have started."""
        first = int((self.folder / "logs" / f"{name}.pid").read_text())
        started_by: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            state, parent, *_ = (
                read_quietly(entry / "stat").rpartition(b") ")[2] or b"Z 0"
            ).split()
            # One that has ended may wait for who asks for its exit code.
            if entry.name.isdigit() and state != b"Z":
                started_by.setdefault(int(parent), []).append(int(entry.name))
        running = [first] if any(first in pids for pids in started_by.values()) else []
        for pid in running:
            running += started_by.get(pid, [])
        return running

    def kill(self, name: str) -> None:
        """Kill a part outright, as the loss of its machine would."""
        for pid in self.processes(name)[:1]:
            os.kill(pid, signal.SIGSTOP)  # it starts nothing while its processes are listed
        for pid in self.processes(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def keep_up(self, store: str) -> None:
        """Start what has ended, as compose and Kubernetes do."""
        for name in ("api-server", "scheduler", "dag-processor", "triggerer", *NODES):
            if not self.processes(name):
                self.start(name, store=store)

    def ends(self) -> set[Path]:
        """Return the files that say how crawls ended."""
        folders = (self.folder / name / "spool" / "ends" for name in NODES)
        return {path for folder in folders for path in folder.glob("outlet=*/*.json")}


def read_quietly(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


def wait_for(what: Callable[[], object], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Wait until `what` is true; a hang ends with the whole run, which says where it was."""
    while not what():
        meanwhile()
        time.sleep(0.05)


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


@pytest.mark.full
def test_kills_and_a_restart_of_the_database_lose_and_double_nothing(cluster: Cluster) -> None:
    """A worker dies with crawls in flight, then the scheduler; the database is restarted under the rest."""
    for name in NODES:
        cluster.kill(name)
        shutil.rmtree(cluster.folder / name / "spool")
    cluster.start(*NODES, store=KILLS)
    crawls = [
        f"airflow dags trigger crawl_{pace} > /dev/null" for pace in ("hourly", "quarter_hour")
    ]
    cluster.do("\n".join(crawls))

    def fetching() -> list[str]:
        landings = {name: cluster.folder / name / "spool" / "landing" for name in NODES}
        return [name for name, landing in landings.items() if [*landing.rglob("seg-*")]]

    wait_for(fetching)
    (lost, *_) = fetching()
    cluster.kill(lost)
    assert lost in fetching(), "it had pages that were in no sealed segment"
    cluster.kill("scheduler")
    cluster.do("pg_ctlcluster 15 sillok restart")
    cluster.keep_up(KILLS)

    def crawling() -> bool:
        lines = (
            read_quietly(Path(f"/proc/{pid}/cmdline"))
            for name in NODES
            for pid in cluster.processes(name)
        )
        return any(b"\0scrapy\0crawl\0" in line for line in lines)

    wait_for(lambda: not crawling(), lambda: cluster.keep_up(KILLS))
    outlets = " ".join(f"--release {name}" for name in sorted(PRESS))
    cluster.do(f"sillok doctor --store {KILLS} {outlets}")
    before = cluster.ends()
    cluster.do("\n".join(crawls))

    def crawled() -> set[str]:
        said = {path: json.loads(path.read_text()) for path in cluster.ends() - before}
        return {end["outlet"] for end in said.values() if not end["busy"]}

    wait_for(lambda: crawled() == PRESS and not crawling(), lambda: cluster.keep_up(KILLS))
    # A crawl that was killed is taken for over at once, and not after an hour.
    cluster.do(f"SILLOK_STORE={KILLS} SILLOK_RUN_GRACE_MINUTES=0 sillok archive")
    cluster.do(f"sillok audit --all --store {KILLS}")
    same = cluster.meet(f"sillok diff s3://sillok/archive {KILLS}")
    assert same.returncode == 0, same.stdout + same.stderr
