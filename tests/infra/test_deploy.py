"""docs/deploy.md: its commands, taken from the page, end in a two-worker cluster that has archived the sample press.

The short form (`full` and not `long`) takes the same settings and services from the page, but borrows the packages of the
tests' own environment, starts only what a crawl needs, and disturbs the first crawls at once. The long form runs every
command of the page in an empty folder, then disturbs crawls of a second archive.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest

from infra import bootstrap
from infra.run.client import Airflow
from tests import orphans
from tests.installed import CHECKOUT, installed, wheel

PAGE = CHECKOUT / "docs" / "deploy.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
LAST = "To stop it"
SERVICES = ("pg_createcluster", "redis-server", "runuser", "curl")
NODES = ("node1", "node2")
PARTS = ("api-server", "scheduler", "dag-processor", "triggerer", *NODES)
FEW_PARTS = ("api-server", "scheduler", *NODES)
"""What a crawl needs when its DAGs are known: none of them defers."""
MOST_STARTS = 20
"""How often a part of a cluster is started again; what is killed here is so a few times."""
ARCHIVE = "s3://sillok/archive"
KILLS = "s3://sillok/kills"
"""The second archive, whose crawls are disturbed."""
REFERENCE = "file:reference"
"""What crawls by hand, one after the other, make of the same press."""
OF_WORKERS = (
    "apache-airflow-providers-celery", "async-timeout", "asyncpg", "psycopg2-binary", "redis",
)  # fmt: skip
"""What a node has and the environment of the tests has not, by the names of the locked list.

redis needs async-timeout before Python 3.11.3, which Debian 12 is.
"""
PACES = ("hourly", "quarter_hour")
"""Of which the outlets of the press are."""
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
    parts: tuple[str, ...] = PARTS
    database: str = "sillok"
    starts: dict[str, int] = field(default_factory=dict)

    @property
    def blocks(self) -> list[str]:
        """The page's commands, for a database of this name: two clusters may be up at once."""
        return [block.replace("15 sillok", f"15 {self.database}") for block in BLOCKS]

    def sh(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-eu", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    @property
    def last_services(self) -> str:
        """The page's commands that end PostgreSQL and Redis."""
        lines = self.blocks[-1].splitlines()
        return "\n".join(line for line in lines if line.startswith(("pg_", "REDISCLI_AUTH=")))

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

    def processes(self, *names: str) -> dict[str, list[int]]:
        """Return the processes of each part that run, with all that they have started."""
        started_by: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            state, parent, *_ = (
                read_quietly(entry / "stat").rpartition(b") ")[2] or b"Z 0"
            ).split()
            # One that has ended may wait for who asks for its exit code.
            if state != b"Z":
                started_by.setdefault(int(parent), []).append(int(entry.name))
        known = {pid for pids in started_by.values() for pid in pids}
        parts = {}
        for name in names:
            first = int((self.folder / "logs" / f"{name}.pid").read_text())
            parts[name] = running = [first] if first in known else []
            for pid in running:
                running += started_by.get(pid, [])
        return parts

    def kill(self, name: str) -> None:
        """Kill a part outright, as the loss of its machine would."""
        for pid in self.processes(name)[name][:1]:
            os.kill(pid, signal.SIGSTOP)  # it starts nothing while its processes are listed
        for pid in self.processes(name)[name]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def keep_up(self, store: str) -> None:
        """Start what has ended, as compose and Kubernetes do, but not what ends each time."""
        for name, pids in self.processes(*self.parts).items():
            if not pids:
                self.starts[name] = self.starts.get(name, 0) + 1
                assert self.starts[name] < MOST_STARTS, self.last_words(name)
                self.start(name, store=store)

    def is_up(self) -> None:
        """Fail with the log of a part that has ended, where none was killed: nothing would come of waiting."""
        for name, pids in self.processes(*self.parts).items():
            assert pids, self.last_words(name)

    def last_words(self, name: str) -> str:
        log = read_quietly(self.folder / "logs" / f"{name}.log").decode(errors="replace")
        return f"{name} has ended:\n{log[-3000:]}"

    def airflow(self) -> Airflow:
        """Return a client of the API server once that answers: a command would load Airflow each time."""
        client = Airflow(int(self.environment["PORTS"]) + 3)
        wait_for(client.answers, self.is_up)
        passwords = self.folder / "airflow" / "simple_auth_manager_passwords.json.generated"
        ((user, password),) = json.loads(passwords.read_text()).items()
        client.log_in(user, password)
        return client

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
        time.sleep(0.1)


def free_ports() -> int:
    for first in range(27000, 30000, 100):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + 30):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    pytest.fail("no thirty free ports in a row")


def prepared(base: Path, parts: tuple[str, ...], database: str) -> Cluster:
    """Return a cluster whose folder and home are empty, and nothing of which has been started."""
    missing = [name for name in SERVICES if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        pytest.skip(
            f"needs root and {', '.join(missing) or 'nothing else'}: apt-get install postgresql redis-server"
        )
    folder, home = base / "here", base / "home"
    folder.mkdir()
    home.mkdir()
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    kept = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PORTS": str(free_ports()),
        "LC_ALL": "C.UTF-8",
        # By it whatever runs here ends with this process, also where that is killed.
        orphans.NAME: os.environ[orphans.NAME],
        # Or the titles of Airflow's and Celery's processes would lie where the system shows the mark.
        "SPT_NOENV": "1",
        # What was downloaded once is enough.
        "UV_CACHE_DIR": str(Path.home() / ".cache" / "uv"),
    }
    index = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}
    # PostgreSQL's clusters have one name each on a machine, which may run these tests twice at once.
    name = f"{database}{os.getpid()}"
    return Cluster(
        folder, {**bootstrap.uv_environment(listing, index), **index, **kept}, parts, name
    )


@contextlib.contextmanager
def stopped_at_last(cluster: Cluster) -> Iterator[Cluster]:
    """Stop a cluster by the page's own commands, and end what they leave."""
    guard = services_end_with_this_process(cluster)
    try:
        yield cluster
    finally:
        (names,) = re.findall(r"for name in ([^;]+);", BLOCKS[-1])
        # The page ends all of its parts, and this cluster may have fewer.
        started = [name for name in names.split() if (cluster.folder / f"logs/{name}.pid").exists()]
        stopped = cluster.meet(cluster.blocks[-1].replace(names, " ".join(started)))
        for file in cluster.folder.glob("logs/*.pid"):
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(file.read_text()), signal.SIGKILL)
        os.killpg(guard.pid, signal.SIGKILL)
        guard.wait()
        assert stopped.returncode == 0, stopped.stderr


def services_end_with_this_process(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Have PostgreSQL and Redis stopped once this process is gone: they run with no mark of it."""
    script = f"tail --pid={os.getpid()} -f /dev/null\n. ./secrets.env\n{cluster.last_services}"
    unmarked = {name: value for name, value in cluster.environment.items() if name != orphans.NAME}
    return subprocess.Popen(
        ["bash", "-c", script], cwd=cluster.folder, env=unmarked, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster as the page makes it, by all of its commands."""
    made = prepared(tmp_path_factory.mktemp("deploy"), PARTS, "sillok")
    wheel(made.folder)
    with stopped_at_last(made):
        done = made.sh("\n".join(made.blocks[:-1]))
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        yield made


@pytest.fixture(scope="module")
def small_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of few parts that lost a worker and its database in its first crawls; beside it, undisturbed crawls."""
    made = prepared(tmp_path_factory.mktemp("short"), FEW_PARTS, "short")
    installed(made.folder)
    listed = (CHECKOUT / "infra" / "lock" / "cluster.txt").read_text()
    pins = re.findall(rf"^(?:{'|'.join(OF_WORKERS)})==.*(?:\n    .*)*", listed, re.MULTILINE)
    assert len(pins) == len(OF_WORKERS)
    (made.folder / "workers.txt").write_text("\n".join(pins))
    uv = Path(sys.executable).with_name("uv")
    lines = [
        f"{uv} pip install -q --python venv/bin/python --no-deps --require-hashes -r workers.txt",
        "venv/bin/python -m zipfile -e dist/sillok-*.whl wheel",
        "mkdir logs",
        *made.blocks[1:4],
        *re.findall(r"^airflow db migrate.*$", BLOCKS[4], re.MULTILINE),
    ]
    with stopped_at_last(made):
        done = made.sh("\n".join(lines))
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        made.start(*FEW_PARTS, store=ARCHIVE)
        made.do("\n".join(undisturbed()))
        client = made.airflow()
        for pace in PACES:
            client.unpause(f"crawl_{pace}")
        disturb(made, ARCHIVE)
        yield made


def undisturbed() -> list[str]:
    """Return commands that crawl each outlet once by hand and archive that, while Airflow's parts still load.

    They are the reference, so each has to succeed; beside them the DAGs are read, which no part here does.
    """
    by_hand = f"SILLOK_STORE={REFERENCE}"
    return [
        "crawls=",
        *(
            f'{by_hand} scrapy crawl {name} > logs/reference-{name}.log 2>&1 & crawls="$crawls $!"'
            for name in sorted(PRESS)
        ),
        *re.findall(r"^airflow dags reserialize.*$", BLOCKS[5], re.MULTILINE),
        "for crawl in $crawls; do wait $crawl; done",
        f"{by_hand} sillok archive",
    ]


@pytest.mark.full
@pytest.mark.long
def test_the_sample_press_is_archived(cluster: Cluster) -> None:
    rows = cluster.query(
        "select outlet, count(*) as n, count(distinct article_id) as d from articles group by 1"
    )
    assert {row["outlet"] for row in rows} == PRESS
    assert all(row["n"] == row["d"] for row in rows), "nothing twice"
    assert sum(int(str(row["d"])) for row in rows) >= 120


@pytest.mark.full
@pytest.mark.long
def test_both_workers_crawled(cluster: Cluster) -> None:
    for node in ("node1", "node2"):
        assert list((cluster.folder / node / "spool" / "ends").glob("outlet=*/*.json")), node


@pytest.mark.full
@pytest.mark.long
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
@pytest.mark.long
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


def disturb(cluster: Cluster, store: str, *others: str) -> None:
    """Crawl into `store`, kill a worker with crawls in flight and `others`, restart the database, and crawl again."""
    client = cluster.airflow()
    for pace in PACES:
        client.trigger(f"crawl_{pace}")

    def fetching() -> list[str]:
        landings = {name: cluster.folder / name / "spool" / "landing" for name in NODES}
        return [name for name, landing in landings.items() if [*landing.rglob("seg-*")]]

    wait_for(fetching, cluster.is_up)
    (lost, *_) = fetching()
    cluster.kill(lost)
    assert lost in fetching(), "it had pages that were in no sealed segment"
    for name in others:
        cluster.kill(name)
    cluster.do(f"pg_ctlcluster 15 {cluster.database} restart")
    cluster.keep_up(store)

    def crawling() -> bool:
        lines = (
            read_quietly(Path(f"/proc/{pid}/cmdline"))
            for pids in cluster.processes(*NODES).values()
            for pid in pids
        )
        return any(b"\0scrapy\0crawl\0" in line for line in lines)

    wait_for(lambda: not crawling(), lambda: cluster.keep_up(store))
    outlets = " ".join(f"--release {name}" for name in sorted(PRESS))
    cluster.do(f"sillok doctor --store {store} {outlets}")
    before = cluster.ends()
    for pace in PACES:
        client.trigger(f"crawl_{pace}")

    def crawled() -> set[str]:
        said = {path: json.loads(path.read_text()) for path in cluster.ends() - before}
        return {end["outlet"] for end in said.values() if not end["busy"]}

    wait_for(lambda: crawled() == PRESS and not crawling(), lambda: cluster.keep_up(store))
    # A crawl that was killed is taken for over at once, and not after an hour.
    cluster.do(f"SILLOK_STORE={store} SILLOK_RUN_GRACE_MINUTES=0 sillok archive")


def assert_nothing_is_lost_or_doubled(cluster: Cluster, store: str, undisturbed: str) -> None:
    cluster.do(f"sillok audit --all --store {store}")
    same = cluster.meet(f"sillok diff {undisturbed} {store}")
    assert same.returncode == 0, same.stdout + same.stderr


@pytest.mark.full
def test_a_killed_worker_and_a_restart_of_the_database_lose_and_double_nothing(
    small_cluster: Cluster,
) -> None:
    for name in NODES:
        assert list((small_cluster.folder / name / "spool" / "ends").glob("outlet=*/*.json")), name
    rows = small_cluster.query(
        "select outlet, count(*) as n, count(distinct article_id) as d from articles group by 1"
    )
    assert {row["outlet"] for row in rows} == PRESS
    assert all(row["n"] == row["d"] for row in rows), "nothing twice"
    assert_nothing_is_lost_or_doubled(small_cluster, ARCHIVE, REFERENCE)


@pytest.mark.full
def test_each_process_of_a_part_can_be_told_by_the_mark_of_this_test_process(
    small_cluster: Cluster,
) -> None:
    mark = os.environ[orphans.NAME]
    for name, pids in small_cluster.processes("store", "press", *FEW_PARTS).items():
        assert pids, name
        assert all(orphans.has(pid, mark) for pid in pids), name


@pytest.mark.full
def test_the_services_of_a_cluster_end_with_a_test_process_that_is_killed(
    small_cluster: Cluster, tmp_path: Path
) -> None:
    """They are daemons with an environment of their own, in which there is no mark."""
    code = f"""
import os, sys
from pathlib import Path
from tests import conftest
from tests.infra import test_deploy
conftest.end_with_this_process()
made = test_deploy.prepared(Path(sys.argv[1]), (), "killed")
(made.folder / "venv").symlink_to(sys.argv[2])
(made.folder / "logs").mkdir()
with test_deploy.stopped_at_last(made):
    done = made.sh("\\n".join(made.blocks[1:3]))
    assert done.returncode == 0, done.stderr
    print(made.database, made.environment["PORTS"], flush=True)
    os.kill(os.getpid(), {signal.SIGKILL})
"""
    killed = subprocess.run(
        [sys.executable, "-c", code, tmp_path, small_cluster.folder / "venv"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    database, ports = killed.stdout.split()

    def listens(number: int) -> bool:
        with contextlib.closing(socket.socket()) as client:
            return client.connect_ex(("127.0.0.1", int(ports) + number)) == 0

    wait_for(lambda: not Path(f"/etc/postgresql/15/{database}").exists())
    wait_for(lambda: not any(listens(number) for number in (1, 2, 10, 20)))


@pytest.mark.full
def test_the_restore_drill_of_the_page_proves_a_copy_and_sees_a_loss(
    small_cluster: Cluster,
) -> None:
    commands = re.findall(
        r"^ {6}(sillok \w+ .*s3://drill/archive)$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert [command.split()[1] for command in commands] == ["doctor", "audit", "diff"]
    keys = json.loads((small_cluster.folder / "store" / "credentials.json").read_text())
    port = int(small_cluster.environment["PORTS"]) + 10
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=keys["access_key"],
        aws_secret_access_key=keys["secret_key"],
    )
    client.create_bucket(Bucket="drill")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="sillok", Prefix="archive/")
    copied = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    for key in copied:
        client.copy_object(Bucket="drill", Key=key, CopySource={"Bucket": "sillok", "Key": key})
    for command in commands:
        small_cluster.do(command)
    (lost, *_) = [key for key in copied if "/articles/" in key]
    client.delete_object(Bucket="drill", Key=lost)
    audit = small_cluster.meet(commands[1])
    assert audit.returncode == 3, audit.stdout + audit.stderr
    assert lost.removeprefix("archive/") in audit.stdout


@pytest.mark.full
@pytest.mark.long
def test_kills_and_a_restart_of_the_database_lose_and_double_nothing(cluster: Cluster) -> None:
    """A worker dies with crawls in flight, then the scheduler; the database is restarted under the rest."""
    for name in NODES:
        cluster.kill(name)
        shutil.rmtree(cluster.folder / name / "spool")
    cluster.start(*NODES, store=KILLS)
    disturb(cluster, KILLS, "scheduler")
    assert_nothing_is_lost_or_doubled(cluster, KILLS, ARCHIVE)
