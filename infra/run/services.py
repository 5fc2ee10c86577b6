"""Starts the parts of an instance and waits until they answer: store, press, Airflow.

`instance` holds the lock of an instance and ends its parts in order, however the process is
stopped.
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
from functools import partial
from importlib.metadata import version
from types import FrameType

from infra.run import environment, processes
from infra.run.client import Airflow
from infra.run.folders import InstanceFolder, free, listening
from infra.run.processes import check, start
from processing.errors import TransientError, UsageError

# Airflow's first start on a slow and busy machine.
PATIENCE = 180.0
"""Seconds that a part may take until it answers."""

KEPT_UP = "triggerer"
"""The part that only `make up` starts."""

# All work is done and published by then.
IDLE_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL after a run that ended by itself."""

# From <linux/prctl.h>; Python has no name for it.
_PR_SET_PDEATHSIG = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Parts = dict[str, subprocess.Popen[bytes]]


def wait(folder: InstanceFolder, parts: Parts, ready: Callable[[], bool], what: str) -> None:
    """Wait until `ready`; raises TransientError where a part has died or the time is up."""
    deadline = time.monotonic() + PATIENCE
    while not ready():
        check(folder, parts)
        if time.monotonic() > deadline:
            raise TransientError(
                f"{what} did not answer within {PATIENCE:.0f} s; its log is in "
                f"{folder.path / 'logs'}"
            )
        time.sleep(0.1)


def start_store(folder: InstanceFolder, parts: Parts, *, press: bool = True) -> None:
    """Start the embedded object store and, for the sample, the press."""
    modules = {"store": ["-m", "infra.store", "--data", str(folder.path / "store")]}
    if folder.sample and press:
        modules["press"] = ["-m", "infra.press", "--state", str(folder.path / "press")]
    for part, arguments in modules.items():
        if not free(folder.port(part)):
            folder.forget_port(part)
        command = [sys.executable, *arguments, "--port", str(folder.port(part))]
        parts[part] = start(folder, part, command, environment.base(folder))


def await_store(folder: InstanceFolder, parts: Parts) -> None:
    """Wait until the store and the press answer."""
    for part in ("store", "press"):
        if part in parts:
            port = folder.port(part)
            wait(folder, parts, partial(listening, port), part)


def job(folder: InstanceFolder, command: list[str], variables: dict[str, str]) -> None:
    """Run one command to its end; raises TransientError with the end of its log where it fails."""
    running = start(folder, "job", command, variables)
    if running.wait():
        check(folder, {"job": running})


def migrate(folder: InstanceFolder) -> None:
    """Bring Airflow's database to the installed version, or do nothing where it already is."""
    stamp = folder.airflow / "migrated"
    installed = version("apache-airflow-core")
    if stamp.exists() and stamp.read_text() == installed:
        return
    # A database whose first migration was cut off holds nothing yet, and may not migrate again.
    if not stamp.exists():
        shutil.rmtree(folder.airflow, ignore_errors=True)
    folder.airflow.mkdir(exist_ok=True)
    variables = {**environment.base(folder), **environment.airflow(folder)}
    job(folder, [sys.executable, "-m", "airflow", "db", "migrate"], variables)
    stamp.write_text(installed)


def start_airflow(folder: InstanceFolder, parts: Parts, *names: str) -> None:
    """Start these parts of Airflow; only the API server listens on a port, on loopback."""
    if "api-server" in names and not free(folder.port("api-server")):
        folder.forget_port("api-server")
    variables = {
        **environment.base(folder),
        **environment.airflow(folder),
        **environment.registry(folder),
    }
    for part in names:
        arguments = ["--skip-serve-logs"] if part in {"scheduler", "triggerer"} else []
        # Tasks run below the scheduler; no other part gets the secrets of the archive.
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
        errors = client.import_errors()
        if errors:
            raise UsageError("a DAG file cannot be read:\n" + "\n".join(errors))
        return wanted <= client.dags()

    wait(folder, parts, known, "Airflow's DAG processor")


@contextmanager
def instance(folder: InstanceFolder) -> Iterator[Parts]:
    """Yield an empty dict for the parts to start; all processes are ended before and after.

    Ctrl-C, SIGTERM and a closed terminal raise KeyboardInterrupt inside; after SIGKILL a watcher
    ends the parts. Raises UsageError where `make up` keeps this instance running.
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
            # The terminal may be closed; then nobody reads it.
            with suppress(OSError):
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
    """Let Ctrl-C, SIGTERM and SIGHUP raise KeyboardInterrupt; below `make`, end when it ends."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    if "MAKELEVEL" in os.environ:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _ignore_signals() -> None:
    """Ignore further signals while the parts are ended."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
