"""What a poll that finds nothing new costs as an Airflow task, beside a task that does nothing.

    python -m infra.bench.poll [--rounds 5]

A worker forks its tasks, so they have Airflow loaded and their DAG file to parse. Here a process
that has loaded the same is forked for each task: one parses a DAG file whose task does nothing, one
the file `dags/crawl.py` and crawls an outlet of the sample press into the embedded store. Processor
seconds are those of the task with all that it starts, as the kernel counts them (wait4). Airflow's
supervisor, which both have in the same way, is in neither.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.store.layout import free_port

OUTLET = "duru"
_NOTHING = """
from airflow.sdk import dag, task

@dag(schedule=None)
def nothing():
    @task
    def end(): pass
    end()

nothing()
"""
_HOURLY = 220 * 2
"""Polls an hour of 220 outlets that are asked every half hour, as half of them are (a guess)."""


@contextmanager
def services(folder: Path) -> Iterator[None]:
    """Start the sample press and the embedded store, and set what a task finds of them."""
    port = free_port()
    store = [sys.executable, "-m", "infra.store", "--data", str(folder / "store")]
    press = [sys.executable, "-m", "infra.press", "--state", str(folder / "press")]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603 - ours
        for command in (store, [*press, "--port", str(port)])
    ]
    try:
        for process in started:
            assert process.stdout is not None  # noqa: S101 - asked for above
            # Each prints one line when it answers.
            process.stdout.readline()
        known = json.loads((folder / "store" / "credentials.json").read_text())
        os.environ |= {
            "SILLOK_STORE": f"s3://{known['bucket']}/archive",
            "SILLOK_STORE_ENDPOINT": known["endpoint"],
            "SILLOK_STORE_ACCESS_KEY": known["access_key"],
            "SILLOK_STORE_SECRET_KEY": known["secret_key"],
            "SILLOK_CONTACT": "mailto:bench@example.org",
            "SILLOK_PRESS": str(port),
            "SILLOK_SPOOL": str(folder / "spool"),
            "SILLOK_CACHE": str(folder / "cache"),
            "SILLOK_HEADS": str(folder / "heads"),
        }
        yield
    finally:
        for process in started:
            process.terminate()
            process.wait()


def forked(work: Callable[[], None], log: Path) -> float:
    """Do `work` in a process of its own; return the processor seconds of it and its children.

    Raises SystemExit where it fails.
    """
    child = os.fork()
    if child == 0:
        with log.open("w") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - this process ends here, and says why
                print(repr(error), flush=True)
                os._exit(1)
            os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"a task failed:\n{log.read_text()[-2000:]}")
    return usage.ru_utime + usage.ru_stime


def parse(file: Path) -> None:
    """Parse a DAG file as a task does before it runs."""
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415 - once Airflow has a home

    bag = DagBag(str(file), safe_mode=False, load_op_links=False)
    assert not bag.import_errors, bag.import_errors  # noqa: S101 - a bench of nothing otherwise


def poll(run: str) -> None:
    """Parse the DAG file of the crawls and crawl, as the task `poll` does."""
    import dags  # noqa: PLC0415 - a package without code

    parse(Path(next(iter(dags.__path__))) / "crawl.py")
    from dags.common import crawl  # noqa: PLC0415 - as in a task

    crawl(OUTLET, run, "-s", "SILLOK_DUE=0")


def main() -> int:
    """Print the processor seconds of both tasks, and what follows for 220 outlets."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.poll", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="sillok-poll-") as name:
        folder = Path(name)
        os.environ |= {"AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        (folder / "nothing.py").write_text(_NOTHING)
        with services(folder):
            # What a worker has loaded before it forks.
            import airflow.dag_processing.dagbag  # noqa: PLC0415 - for its modules
            import airflow.sdk.execution_time.task_runner  # noqa: F401, PLC0415 - as above

            log = folder / "task.log"
            forked(lambda: poll("20261120T000000Z-000000"), log)
            nothing, polls = [], []
            for number in range(1, rounds + 1):
                nothing.append(forked(lambda: parse(folder / "nothing.py"), log))
                run = f"20261120T{number:06d}Z-000000"
                polls.append(forked(lambda run=run: poll(run), log))  # type: ignore[misc]  # bound at once
    idle, poll_cost = statistics.median(nothing), statistics.median(polls)
    print(f"task that does nothing {idle:.2f} s, poll without news {poll_cost:.2f} s of processor")
    print(f"a poll costs {poll_cost - idle:.2f} s more; {_HOURLY} polls an hour")
    print(f"take {_HOURLY * poll_cost / 3600:.0%} of one core")
    return 0


if __name__ == "__main__":
    sys.exit(main())
