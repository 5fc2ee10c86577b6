"""The fold of a whole archive: one process, and Spark with one worker and with two, in one run.

    python -m infra.spark.bench [--stories 400]

Composed documents (`infra.bench.composed`), signed and laid down as an archive in a directory. Each
worker has one core. Elapsed seconds are those of the command; processor seconds are those of the
command and, for Spark, of master and workers with their executors, which are ended after each turn.
All outputs must be equal.

The cluster is also that of the tests:

    with StandaloneCluster(folder) as cluster:
        worker = cluster.start_worker("first", environment)
        cluster.submit(["fold_corpus.py", "OUT"], environment).wait()

Master, workers and driver share a secret, which is in `conf/spark-defaults.conf` and readable by
its owner alone. The master takes no jobs by its REST port, whose callers are not asked for one.
"""

import argparse
import json
import os
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa
import pyspark  # type: ignore[import-not-found,unused-ignore]  # an extra

from infra.bench.composed import START, compose
from infra.store.layout import free_port
from processing.archive import manifests
from processing.archive.tables import of_tables
from processing.dedupe.fold import Folded, fold
from processing.records import Manifest
from processing.signing.documents import FoldOptions
from processing.signing.window import EmptyWindow
from processing.store.file_store import FileStore

_JOB = Path(__file__).with_name("fold_corpus.py")
_DAYS = 8
_HOST = "127.0.0.1"
_HOME = Path(pyspark.__file__).parent
_PATIENCE = 120.0
"""Seconds that the master or a worker may take until it answers."""
_SETTINGS = """\
spark.authenticate true
spark.authenticate.secret {secret}
spark.network.crypto.enabled true
spark.master.rest.enabled false
spark.driver.host {host}
spark.driver.bindAddress {host}
spark.ui.port {page}
spark.eventLog.enabled true
spark.eventLog.compress false
spark.eventLog.dir file:{events}
"""


class StandaloneCluster:
    """The processes of a cluster; all of them end with the context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.page = f"http://{_HOST}:{free_port()}"
        """The master's web page."""
        self.driver_page = f"http://{_HOST}:{free_port()}"
        """The web page of a driver, as long as one runs."""
        self.secret = secrets.token_hex(32)
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        for name in ("conf", "events", "logs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        settings = folder / "conf" / "spark-defaults.conf"
        settings.touch(0o600)
        settings.write_text(
            _SETTINGS.format(
                secret=self.secret,
                host=_HOST,
                events=folder / "events",
                page=_port(self.driver_page),
            )
        )

    @property
    def master(self) -> str:
        """The address that `spark-submit --master` takes."""
        return f"spark://{_HOST}:{self.port}"

    def __enter__(self) -> Self:
        ports = ["--host", _HOST, "--port", str(self.port), "--webui-port", _port(self.page)]
        self._daemon("master", ["org.apache.spark.deploy.master.Master", *ports], {})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            _kill(process)

    def start_worker(self, name: str, environment: Mapping[str, str], cores: int = 1) -> None:
        """Start a worker, whose executors inherit `environment`, and wait until it is known."""
        command = ["org.apache.spark.deploy.worker.Worker", "--host", _HOST, "--webui-port", "0"]
        size = ["--cores", str(cores), "--memory", "1g", "--work-dir", str(self.folder / name)]
        known = len(self.state()["workers"])
        worker = self._daemon(name, [*command, *size, self.master], environment)
        self.workers[name] = worker
        deadline = time.monotonic() + _PATIENCE
        while len(self.state()["workers"]) == known:
            self._check(name, worker, deadline)

    def kill_worker(self, name: str) -> None:
        """Kill a worker and its executors outright."""
        _kill(self.workers.pop(name))

    def submit(
        self, arguments: Sequence[str], environment: Mapping[str, str], output: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Start a driver with `spark-submit`; what it prints goes to `output`."""
        command = [str(_HOME / "bin" / "spark-submit"), "--master", self.master, *arguments]
        return self._start(command, environment, output)

    def state(self) -> dict[str, Any]:
        """Return what the master's page says of workers and applications, as JSON."""
        master, deadline = self._processes[0], time.monotonic() + _PATIENCE
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{self.page}/json/") as answer:  # noqa: S310 - loopback
                return dict(json.load(answer))
            self._check("master", master, deadline)

    def _check(self, name: str, process: subprocess.Popen[bytes], deadline: float) -> None:
        """Raise RuntimeError where a process has ended or the time is up; else wait a moment."""
        log = self.folder / "logs" / f"{name}.log"
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Spark's {name} does not answer: its log is {log}")
        time.sleep(0.1)

    def _daemon(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "logs" / f"{name}.log").open("wb") as log:
            command = [str(_HOME / "bin" / "spark-class"), *arguments]
            return self._start(command, environment, log)

    def _start(
        self, command: Sequence[str], environment: Mapping[str, str], output: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - Spark's own commands
            command,
            cwd=self.folder,
            env={**os.environ, **self._environment(), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            # A worker dies with its executors, as a machine does.
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    def _environment(self) -> dict[str, str]:
        return {
            "SPARK_HOME": str(_HOME),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_IP": _HOST,
            "SPARK_DAEMON_MEMORY": "256m",
            "PYSPARK_PYTHON": sys.executable,
        }


def _port(page: str) -> str:
    return page.rpartition(":")[2]


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def lay_down(root: Path, stories: int) -> int:
    """Sign composed documents, write an archive of them, and return how many they are."""
    options = FoldOptions()
    documents = [labelled.document for labelled in compose(1, stories, _DAYS)]
    folded = fold(documents, EmptyWindow(), day=START.date(), options=options)
    store = FileStore(root)
    parts = list(of_tables(_tables(folded, options), 1))
    for part in parts:
        store.put(part.key, part.data)
    manifest = Manifest(
        seq=1,
        previous=None,
        batch="bench",
        published_at=START,
        adds=tuple(part.sum for part in parts),
        code_version="0",
        lock_sha256="0" * 64,
    )
    store.put(manifests.key(1), manifest.model_dump_json().encode())
    return len(documents)


def _tables(folded: Folded, options: FoldOptions) -> Iterator[tuple[str, date, pa.Table]]:
    for (kind, day), rows in folded.parts.items():
        yield f"dedupe/v={options.fingerprint}/{kind}", day, rows
    for day, rows in folded.clusters_by_day().items():
        yield "clusters", day, rows


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Return elapsed seconds and the processor seconds of all processes that `work` waited for."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    elapsed = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_one_process(out: Path, environment: Mapping[str, str]) -> None:
    """Fold with `sillok fold --corpus`."""
    command = [sys.executable, "-m", "spiders.cli", "fold", "--corpus", "-o", str(out)]
    subprocess.run(command, env={**os.environ, **environment}, check=True)  # noqa: S603 - ours


def on_spark(workers: int, folder: Path, out: Path, environment: Mapping[str, str]) -> None:
    """Fold on a new cluster; raises SystemExit where the job fails."""
    with StandaloneCluster(folder) as cluster:
        for number in range(workers):
            cluster.start_worker(f"worker{number}", environment)
        log = folder / "driver.log"
        with log.open("wb") as output:
            job = cluster.submit([str(_JOB), str(out)], environment, output)
        if job.wait():
            raise SystemExit(log.read_text()[-3000:])
        # A worker that has seen its executors end counts their processor time as its own.
        while any(worker["coresused"] for worker in cluster.state()["workers"]):
            time.sleep(0.1)


def main() -> int:
    """Print one row a turn; return 1 where the outputs differ."""
    parser = argparse.ArgumentParser(prog="python -m infra.spark.bench", description=__doc__)
    parser.add_argument("--stories", type=int, default=400)
    stories = parser.parse_args().stories
    with tempfile.TemporaryDirectory(prefix="sillok-spark-") as name:
        root = Path(name)
        count = lay_down(root / "archive", stories)
        environment = {
            "SILLOK_STORE": f"file:{root / 'archive'}",
            "SILLOK_CACHE": str(root / "cache"),
            "SILLOK_HEADS": str(root / "heads"),
        }
        print(f"{count} documents", flush=True)
        outputs = [root / f"{turn}.jsonl" for turn in range(3)]
        for workers, out in enumerate(outputs):

            def turn(workers: int = workers, out: Path = out) -> None:
                if workers:
                    on_spark(workers, root / f"spark{workers}", out, environment)
                else:
                    in_one_process(out, environment)

            elapsed, cpu = measured(turn)
            what = f"Spark, workers: {workers}" if workers else "one process"
            print(f"{what}: {elapsed:.1f} s, {cpu:.1f} s of processor", flush=True)
        same = len({out.read_bytes() for out in outputs}) == 1
    print("the outputs are equal" if same else "the outputs differ")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
