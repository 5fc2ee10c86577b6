"""Start an instance part by part and wait until each answers: store, press, Airflow's database, Airflow.

One instance from its start to its end: alone in its folder, ended in order however we are stopped.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from types import FrameType

from infra.run import environment, processes
from infra.run.client import Airflow
from infra.run.folders import InstanceFolder, free, listening
from infra.run.processes import check, start
from processing.errors import TransientError, UsageError

PATIENCE = 180.0
"""Seconds that a part may take until it answers, on a slow and busy machine."""

Parts = dict[str, subprocess.Popen[bytes]]


def wait(folder: InstanceFolder, parts: Parts, ready: Callable[[], bool], what: str) -> None:
    """Wait until `ready`; raises TransientError where a part has died or the time is up."""
    deadline = time.monotonic() + PATIENCE
    while not ready():
        check(folder, parts)
        if time.monotonic() > deadline:
            raise TransientError(
                f"{what} did not answer within {PATIENCE:.0f} s; its log is in {folder.path / 'logs'}"
            )
        time.sleep(0.1)


def start_store(folder: InstanceFolder, parts: Parts, *, press: bool = True) -> None:
    """Start the embedded object store on its port, and the press on its own where the sample needs it."""
    asked = {"store": ["-m", "infra.store", "--data", str(folder.path / "store")]}
    if folder.sample and press:
        asked["press"] = ["-m", "infra.press", "--state", str(folder.path / "press")]
    for part, arguments in asked.items():
        if not free(folder.port(part)):
            folder.forget_port(part)
        command = [sys.executable, *arguments, "--port", str(folder.port(part))]
        parts[part] = start(folder, part, command, environment.base(folder))


def await_store(folder: InstanceFolder, parts: Parts) -> None:
    """Wait until the store and the press answer."""
    for part in ("store", "press"):
        if part in parts:
            wait(folder, parts, lambda part=part: listening(folder.port(part)), part)  # type: ignore[misc]


def job(folder: InstanceFolder, command: list[str], variables: dict[str, str]) -> None:
    """Run one command to its end; raises TransientError with the end of its log where it fails."""
    running = start(folder, "job", command, variables)
    if running.wait():
        check(folder, {"job": running})


def migrate(folder: InstanceFolder) -> None:
    """Bring Airflow's database to the installed version; at once when it already is.

    A database whose first migration never ended holds nothing yet and is made anew.
    """
    stamp = folder.airflow / "migrated"
    installed = version("apache-airflow-core")
    if stamp.exists() and stamp.read_text() == installed:
        return
    if not stamp.exists():
        shutil.rmtree(folder.airflow, ignore_errors=True)
    folder.airflow.mkdir(exist_ok=True)
    variables = {**environment.base(folder), **environment.airflow(folder)}
    job(folder, [sys.executable, "-m", "airflow", "db", "migrate"], variables)
    stamp.write_text(installed)


def start_airflow(folder: InstanceFolder, parts: Parts, *names: str) -> None:
    """Start these parts of Airflow; none but the API server listens, and that on loopback.

    Only the scheduler, whose tasks work on the archive, is told the way to it.
    """
    if "api-server" in names and not free(folder.port("api-server")):
        folder.forget_port("api-server")
    variables = {
        **environment.base(folder),
        **environment.airflow(folder),
        **environment.registry(folder),
    }
    for part in names:
        arguments = ["--skip-serve-logs"] if part in {"scheduler", "triggerer"} else []
        archive = environment.sillok(folder) if part == "scheduler" else {}
        parts[part] = start(
            folder,
            part,
            [sys.executable, "-m", "airflow", part, *arguments],
            {**variables, **archive},
        )


def await_airflow(folder: InstanceFolder, parts: Parts) -> Airflow:
    """Wait until the API server answers, and return a client that is logged in."""
    client = Airflow(folder.port("api-server"))
    wait(folder, parts, client.answers, "Airflow")
    client.log_in(environment.USER, folder.secret("password"))
    return client


def await_dags(folder: InstanceFolder, parts: Parts, client: Airflow, wanted: set[str]) -> None:
    """Wait until the DAG processor has read the DAG files.

    Raises UsageError with what is wrong in one of them.
    """

    def known() -> bool:
        wrong = client.import_errors()
        if wrong:
            raise UsageError("a DAG file cannot be read:\n" + "\n".join(wrong))
        return wanted <= client.dags()

    wait(folder, parts, known, "Airflow's DAG processor")


KEPT_UP = "triggerer"
"""The part that only `make up` starts."""

IDLE_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL when all work is done and published, and nobody has anything to save."""

_PR_SET_PDEATHSIG = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def instance(folder: InstanceFolder) -> Iterator[Parts]:
    """Give the parts of an instance, which is swept on the way in, of what is left over, and on the way out.

    Ctrl-C, SIGTERM and a closed terminal raise KeyboardInterrupt inside; after SIGKILL a watcher sweeps. Raises
    UsageError where `make up` keeps this instance running.
    """
    handle_signals()
    with folder.locked():
        if processes.alive(folder, [KEPT_UP]):
            raise UsageError("this instance is up: stop it first with make down")
        processes.sweep(folder)
        watcher = processes.watch(folder)
        parts: Parts = {}
        grace = processes.GRACE
        try:
            yield parts
            grace = IDLE_GRACE
        except KeyboardInterrupt:
            _ignore_signals()
            with suppress(OSError):  # a terminal that was closed
                print(
                    f"\nStopping within {grace:.0f} s: crawls seal what they have fetched",
                    file=sys.stderr,
                    flush=True,
                )
            raise
        finally:
            _ignore_signals()
            processes.sweep(folder, grace)
            for process in parts.values():
                process.wait()
            watcher.kill()
            watcher.communicate()


def handle_signals() -> None:
    """Turn every polite way of stopping us into KeyboardInterrupt; when `make` goes, we go."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    if "MAKELEVEL" in os.environ:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _ignore_signals() -> None:
    """Let nothing but SIGKILL interrupt the sweeping."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
