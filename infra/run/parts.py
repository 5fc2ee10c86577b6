"""Start an instance part by part and wait until each answers: store, press, Airflow's database, Airflow."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

from infra.run import environment
from infra.run.client import Airflow
from infra.run.place import Place, free, listening
from infra.run.processes import check, start
from processing.errors import TransientError, UsageError

PATIENCE = 180.0
"""Seconds that a part may take until it answers, on a slow and busy machine."""

Parts = dict[str, subprocess.Popen[bytes]]


def wait(place: Place, parts: Parts, ready: Callable[[], bool], what: str) -> None:
    """Wait until `ready`; raises TransientError where a part has died or the time is up."""
    deadline = time.monotonic() + PATIENCE
    while not ready():
        check(place, parts)
        if time.monotonic() > deadline:
            raise TransientError(
                f"{what} did not answer within {PATIENCE:.0f} s; its log is in {place.folder / 'logs'}"
            )
        time.sleep(0.1)


def begin_store(place: Place, parts: Parts, *, press: bool = True) -> None:
    """Start the embedded object store on its port, and the press on its own where the sample needs it."""
    asked = {"store": ["-m", "infra.store", "--data", str(place.folder / "store")]}
    if place.sample and press:
        asked["press"] = ["-m", "infra.press", "--state", str(place.folder / "press")]
    for part, arguments in asked.items():
        if not free(place.port(part)):
            place.move(part)
        command = [sys.executable, *arguments, "--port", str(place.port(part))]
        parts[part] = start(place, part, command, environment.base(place))


def await_store(place: Place, parts: Parts) -> None:
    """Wait until the store and the press answer."""
    for part in ("store", "press"):
        if part in parts:
            wait(place, parts, lambda part=part: listening(place.port(part)), part)  # type: ignore[misc]


def job(place: Place, command: list[str], variables: dict[str, str]) -> None:
    """Run one command to its end; raises TransientError with the end of its log where it fails."""
    running = start(place, "job", command, variables)
    if running.wait():
        check(place, {"job": running})


def migrate(place: Place) -> None:
    """Bring Airflow's database to the installed version; at once when it already is.

    A database whose first migration never ended holds nothing yet and is made anew.
    """
    stamp = place.airflow / "migrated"
    installed = version("apache-airflow-core")
    if stamp.exists() and stamp.read_text() == installed:
        return
    if not stamp.exists():
        shutil.rmtree(place.airflow, ignore_errors=True)
    place.airflow.mkdir(exist_ok=True)
    variables = {**environment.base(place), **environment.airflow(place)}
    job(place, [sys.executable, "-m", "airflow", "db", "migrate"], variables)
    stamp.write_text(installed)


def airflow(place: Place, parts: Parts, *names: str) -> None:
    """Start these parts of Airflow; none but the API server listens, and that on loopback.

    Only the scheduler, whose tasks work on the archive, is told the way to it.
    """
    if "api-server" in names and not free(place.port("api-server")):
        place.move("api-server")
    variables = {**environment.base(place), **environment.airflow(place), **environment.registry(place)}
    for part in names:
        arguments = ["--skip-serve-logs"] if part in {"scheduler", "triggerer"} else []
        archive = environment.sillok(place) if part == "scheduler" else {}
        parts[part] = start(place, part, [sys.executable, "-m", "airflow", part, *arguments], {**variables, **archive})


def await_airflow(place: Place, parts: Parts) -> Airflow:
    """Wait until the API server answers, and return a client that is logged in."""
    client = Airflow(place.port("api-server"))
    wait(place, parts, client.answers, "Airflow")
    client.log_in(environment.USER, place.secret("password"))
    return client


def await_dags(place: Place, parts: Parts, client: Airflow, wanted: set[str]) -> None:
    """Wait until the DAG processor has read the DAG files; raises UsageError with what is wrong in one of them."""

    def known() -> bool:
        wrong = client.import_errors()
        if wrong:
            raise UsageError("a DAG file cannot be read:\n" + "\n".join(wrong))
        return wanted <= client.dags()

    wait(place, parts, known, "Airflow's DAG processor")
