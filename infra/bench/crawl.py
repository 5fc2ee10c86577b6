"""Benchmark of crawls beside plain Scrapy and Trafilatura, and of polls that find nothing new.

    python -m infra.bench.crawl [--pages 20000] [--rounds 1] [--outlets 60]

Every contestant (infra.bench.contestants) is a process of its own against the same local server.
CPU seconds and peak memory are those that the kernel counts for the child. Ratios are of one run on
one machine. For the cost of a start over a year of history see `infra.bench.memory`.

    python -m infra.bench.crawl --pages 0 --outlets 0 --tasks 5

measures a poll as an Airflow task, beside a task that does nothing. A worker forks its tasks, so
they have Airflow loaded and their DAG file to parse. Here a process that has loaded the same is
forked for each: one parses a DAG file whose task does nothing, one the file `dags/crawl.py` and
crawls an outlet of the sample press into the embedded store. Processor seconds are those of the
task with all that it starts. Airflow's supervisor, the same for both, is in neither.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from infra.bench.contestants import CONCURRENCY
from infra.store.layout import free_port
from processing.landing.segments import SegmentWriter
from processing.records import Fetch, Why, article_id
from processing.store.file_store import FileStore

_BEFORE = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
"""The time of the earlier run, in which all links of a poll were fetched."""
_RUN = "20261122T000000Z-000000"
# With so many times fewer pages, the peak must be the same: memory may not grow with a crawl.
_FLAT = 20
_LINKS = 500
"""Links that a poll sees."""


def remember(folder: Path, outlet: str, port: int, source: str) -> None:
    """Write a sealed segment of an earlier run that fetched all that a source announces."""
    base = f"http://{outlet}.press.test:{port}"
    url = f"{base}/{source}"
    writer = SegmentWriter(
        FileStore(folder / "archive"),
        outlet,
        _RUN,
        folder / "spool",
        clock=lambda: _BEFORE,
        software="bench",
    )
    common = {"outlet": outlet, "run": _RUN, "at": _BEFORE, "why": Why.FETCHED}
    for number in range(_LINKS):
        page = f"{base}/news/{number}"
        article = {"url": page, "article_id": article_id(page), "announced_by": url}
        row = {**common, **article, "role": "article", "status": 200, "outcome": "rejection"}
        writer.add(Fetch.model_validate(row))
    # The server answers 304 to this tag, and knows none for the other source.
    tag = '"e"' if source == "unchanged.xml" else None
    row = {**common, "role": "source", "url": url, "etag": tag, "links": _LINKS}
    writer.add(Fetch.model_validate(row))
    writer.seal()


@dataclass(frozen=True, slots=True)
class ProcessCost:
    """The cost of one process: elapsed seconds, CPU seconds, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def measured(arguments: list[str], env: dict[str, str]) -> ProcessCost:
    """Run one contestant to its end and return its cost; raises SystemExit where it fails."""
    started = time.monotonic()
    line = [sys.executable, "-m", "infra.bench.contestants", *arguments]
    process = subprocess.Popen(  # noqa: S603 - ours
        line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None  # noqa: S101 - asked for above
    errors = process.stderr.read().decode()
    # Not `process.wait`: only wait4 returns what this one child used.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments[0]} ended with {process.returncode}:\n{errors[-2000:]}")
    return ProcessCost(
        time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    )


@contextmanager
def server(pages: int) -> Iterator[int]:
    """Start the server of generated pages; yield its port."""
    line = [sys.executable, "-m", "infra.bench.generated", "--pages", str(pages)]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def environment(port: int, folder: Path) -> dict[str, str]:
    """Return the environment of our crawl: press at `port`, an archive of its own in `folder`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SILLOK_")}
    return env | {
        "SILLOK_PRESS": str(port),
        "SILLOK_STORE": f"file:{folder / 'archive'}",
        "SILLOK_SPOOL": str(folder / "spool"),
        "SILLOK_OUTPUT": "none",
        "SILLOK_TIME_LIMIT": "0",
    }


def crawl(
    port: int, folder: Path, outlet: str, source: str, contestant: str = "ours"
) -> ProcessCost:
    """Run our crawl of one source once and return its cost."""
    # Without delays; the watch over memory would end a crawl whose peak is to be measured.
    settings = {
        "CONCURRENT_REQUESTS": CONCURRENCY,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
        "AUTOTHROTTLE_ENABLED": 0,
        "MEMUSAGE_ENABLED": 0,
    }
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    return measured([contestant, outlet, source, *options], environment(port, folder))


def pages(count: int, rounds: int) -> None:
    """Crawl `count` pages with each contestant, in turns, and print the medians of `rounds`."""
    costs: dict[str, list[ProcessCost]] = defaultdict(list)
    plain = {"bare download": "bare", "download + Trafilatura": "extract"}
    crawls = {"ours": "ours", "ours, unguarded": "unguarded"}
    with server(count) as port:
        for _ in range(rounds):
            for name, contestant in plain.items():
                arguments = [contestant, str(port), str(count)]
                costs[name].append(measured(arguments, dict(os.environ)))
            for name, contestant in crawls.items():
                with tempfile.TemporaryDirectory() as folder:
                    cost = crawl(port, Path(folder), "bench", "sitemap.xml", contestant)
                costs[name].append(cost)
    _print_costs(costs, count, rounds)
    few = max(count // _FLAT, 1)
    with server(few) as port, tempfile.TemporaryDirectory() as folder:
        small = crawl(port, Path(folder), "bench", "sitemap.xml")
    print(f"ours, {few} pages: peak {small.peak:.0f} MB")


def _print_costs(costs: Mapping[str, list[ProcessCost]], count: int, rounds: int) -> None:
    base = _median(costs["download + Trafilatura"])
    print(f"\n{count} pages, {rounds} round(s)   pages/s   CPU ms/page   peak MB   CPU ratio")
    for name, rounds_of in costs.items():
        cost = _median(rounds_of)
        cpu = cost.cpu / count * 1000
        print(
            f"{name:26} {count / cost.wall:9.1f} {cpu:13.2f} {cost.peak:9.0f} "
            f"{cost.cpu / base.cpu:11.2f}"
        )
    guarded, unguarded = (_median(costs[name]) for name in ("ours", "ours, unguarded"))
    print(
        f"watchdog and limits: {guarded.cpu / unguarded.cpu - 1:+.1%} CPU, "
        f"{guarded.peak / unguarded.peak - 1:+.1%} peak memory"
    )


def polls(outlets: int) -> None:
    """Print the cost of polls that find nothing new, beside a process that does nothing."""
    with server(_LINKS) as port, tempfile.TemporaryDirectory() as folder:
        for source in ("sitemap.xml", "unchanged.xml"):
            for number in range(outlets):
                remember(Path(folder) / source, f"o{number}", port, source)
        nothing = [measured(["nothing"], dict(os.environ)) for _ in range(max(outlets // 4, 3))]
        idle = _median(nothing)
        print(
            f"\n{outlets} outlets x {_LINKS} seen URLs, nothing new   s a poll   CPU s   "
            "ms a URL   beyond no-op s"
        )
        for source, name in (
            ("sitemap.xml", "list read again (200)"),
            ("unchanged.xml", "list unchanged (304)"),
        ):
            poll = _median(
                [
                    crawl(port, Path(folder) / source, f"o{number}", source)
                    for number in range(outlets)
                ]
            )
            beyond = poll.wall - idle.wall
            per_url = beyond / _LINKS * 1000
            print(f"{name:44} {poll.wall:10.2f} {poll.cpu:7.2f} {per_url:10.2f} {beyond:16.2f}")
        print(f"{'no-op (Python and Scrapy loaded)':44} {idle.wall:10.2f} {idle.cpu:7.2f}")


_POLLED = "duru"
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


def poll_task(run: str) -> None:
    """Parse the DAG file of the crawls and crawl, as the task `poll` does."""
    import dags  # noqa: PLC0415 - a package without code

    parse(Path(next(iter(dags.__path__))) / "crawl.py")
    from dags.common import crawl  # noqa: PLC0415 - as in a task

    crawl(_POLLED, run, "-s", "SILLOK_DUE=0")


def tasks(rounds: int) -> None:
    """Print the processor seconds of both tasks, and what follows for 220 outlets."""
    with tempfile.TemporaryDirectory(prefix="sillok-poll-") as name:
        folder = Path(name)
        os.environ |= {"AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        (folder / "nothing.py").write_text(_NOTHING)
        with services(folder):
            # What a worker has loaded before it forks.
            import airflow.dag_processing.dagbag  # noqa: PLC0415 - for its modules
            import airflow.sdk.execution_time.task_runner  # noqa: F401, PLC0415 - as above

            log = folder / "task.log"
            forked(lambda: poll_task("20261120T000000Z-000000"), log)
            nothing, polled = [], []
            for number in range(1, rounds + 1):
                nothing.append(forked(lambda: parse(folder / "nothing.py"), log))
                run = f"20261120T{number:06d}Z-000000"
                polled.append(forked(partial(poll_task, run), log))
    idle, cost = statistics.median(nothing), statistics.median(polled)
    print(f"task that does nothing {idle:.2f} s, poll without news {cost:.2f} s of processor")
    print(f"a poll costs {cost - idle:.2f} s more; {_HOURLY} polls an hour")
    print(f"take {_HOURLY * cost / 3600:.0%} of one core")


def _median(costs: list[ProcessCost]) -> ProcessCost:
    return ProcessCost(
        *(
            statistics.median(getattr(cost, name) for cost in costs)
            for name in ("wall", "cpu", "peak")
        )
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.bench.crawl", description=__doc__)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--outlets", type=int, default=60)
    parser.add_argument("--tasks", type=int, default=5)
    options = parser.parse_args(arguments)
    used = ", ".join(
        f"{name} {version(name)}" for name in ("scrapy", "trafilatura", "twisted", "lxml")
    )
    python = f"Python {platform.python_version()} on {platform.machine()}"
    print(f"{python}, {os.cpu_count()} cores; {used}")
    if options.pages:
        pages(options.pages, options.rounds)
    if options.outlets:
        polls(options.outlets)
    if options.tasks:
        tasks(options.tasks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
