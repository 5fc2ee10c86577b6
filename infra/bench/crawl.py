"""What a crawl costs: our whole path beside a bare download and a bare extraction, and a poll with nothing new.

    python -m infra.bench.crawl [--pages 20000] [--rounds 1] [--outlets 60]

Every contestant is a process of its own against the same local server; CPU seconds and peak memory are the child's as
the kernel counts them. Ratios are of one run on one machine. The start cost over a year of history is
`python -m infra.bench.memory`.

A landing that says: all of this was seen before.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from infra.bench.contestants import CONCURRENCY
from processing.landing.segments import SegmentWriter
from processing.records import Fetch, Why, article_id
from processing.store.file_store import FileStore

_BEFORE = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


def write(folder: Path, outlet: str, base: str, source: str, links: int) -> None:
    """Write one sealed segment of an earlier run in which `links` articles were fetched."""
    run = "20261122T000000Z-000000"
    writer = SegmentWriter(
        FileStore(folder / "archive"),
        outlet,
        run,
        folder / "spool",
        clock=lambda: _BEFORE,
        software="bench",
    )
    url = f"{base}/{source}"
    for number in range(links):
        page = f"{base}/news/{number}"
        writer.add(
            Fetch(
                outlet=outlet,
                run=run,
                at=_BEFORE,
                role="article",
                url=page,
                article_id=article_id(page),
                why=Why.FETCHED,
                status=200,
                outcome="rejection",
                announced_by=url,
            )
        )
    tag = '"e"' if source == "unchanged.xml" else None
    writer.add(
        Fetch(
            outlet=outlet,
            run=run,
            at=_BEFORE,
            role="source",
            url=url,
            why=Why.FETCHED,
            etag=tag,
            links=links,
        )
    )
    writer.seal()


_FLAT = 20
"""Our crawl is run with so many times fewer pages too, to see whether memory grows."""
_LINKS = 500


@dataclass(frozen=True, slots=True)
class ProcessCost:
    """What one process took: seconds of the clock, seconds of CPU, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def measured(arguments: list[str], env: dict[str, str]) -> ProcessCost:
    """Run one contestant to its end; raise where it fails, for then its figures mean nothing."""
    started = time.monotonic()
    line = [sys.executable, "-m", "infra.bench.contestants", *arguments]
    process = subprocess.Popen(line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 - ours
    assert process.stderr is not None  # noqa: S101 - asked for above
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments[0]} ended with {process.returncode}:\n{said[-2000:]}")
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
    """Return the environment of our crawl: the bench's server as press, an archive of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SILLOK_")}
    return env | {
        "SILLOK_PRESS": str(port),
        "SILLOK_STORE": f"file:{folder / 'archive'}",
        "SILLOK_SPOOL": str(folder / "spool"),
        "SILLOK_OUTPUT": "none",
        "SILLOK_TIME_LIMIT": "0",
    }


def crawl(port: int, folder: Path, outlet: str, source: str) -> ProcessCost:
    """Run our crawl once."""
    settings = {
        "CONCURRENT_REQUESTS": CONCURRENCY,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
        "AUTOTHROTTLE_ENABLED": 0,
        "MEMUSAGE_ENABLED": 0,
    }
    given = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    return measured(["ours", outlet, source, *given], environment(port, folder))


def pages(count: int, rounds: int) -> None:
    """Compare whole crawls of `count` pages."""
    costs: dict[str, list[ProcessCost]] = {
        "bare download": [],
        "download + Trafilatura": [],
        "ours": [],
    }
    with server(count) as port:
        for _ in range(rounds):
            costs["bare download"].append(
                measured(["bare", str(port), str(count)], dict(os.environ))
            )
            costs["download + Trafilatura"].append(
                measured(["extract", str(port), str(count)], dict(os.environ))
            )
            with tempfile.TemporaryDirectory() as folder:
                costs["ours"].append(crawl(port, Path(folder), "bench", "sitemap.xml"))
    base = _median(costs["download + Trafilatura"])
    print(f"\n{count} pages, {rounds} round(s)   pages/s   CPU ms/page   peak MB   CPU ratio")
    for name, found in costs.items():
        one = _median(found)
        ratio = one.cpu / base.cpu
        print(
            f"{name:26} {count / one.wall:9.1f} {one.cpu / count * 1000:13.2f} {one.peak:9.0f} {ratio:11.2f}"
        )
    few = max(count // _FLAT, 1)
    with server(few) as port, tempfile.TemporaryDirectory() as folder:
        small = crawl(port, Path(folder), "bench", "sitemap.xml")
    print(f"ours, {few} pages: peak {small.peak:.0f} MB")


def polls(outlets: int) -> None:
    """Compare polls of outlets that have nothing new with a process that does nothing."""
    with server(_LINKS) as port, tempfile.TemporaryDirectory() as folder:
        for source in ("sitemap.xml", "unchanged.xml"):
            for number in range(outlets):
                remember(Path(folder) / source, f"o{number}", port, source)
        nothing = [measured(["nothing"], dict(os.environ)) for _ in range(max(outlets // 4, 3))]
        idle = _median(nothing)
        print(
            f"\n{outlets} outlets x {_LINKS} seen URLs, nothing new   s a poll   CPU s   ms a URL   beyond no-op s"
        )
        for source, name in (
            ("sitemap.xml", "list read again (200)"),
            ("unchanged.xml", "list unchanged (304)"),
        ):
            found = [
                crawl(port, Path(folder) / source, f"o{number}", source)
                for number in range(outlets)
            ]
            one = _median(found)
            beyond = one.wall - idle.wall
            print(
                f"{name:44} {one.wall:10.2f} {one.cpu:7.2f} {beyond / _LINKS * 1000:10.2f} {beyond:16.2f}"
            )
        print(f"{'no-op (Python and Scrapy loaded)':44} {idle.wall:10.2f} {idle.cpu:7.2f}")


def remember(folder: Path, outlet: str, port: int, source: str) -> None:
    """Write a landing in which all that the list announces was fetched before."""
    write(folder, outlet, f"http://{outlet}.press.test:{port}", source, _LINKS)


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
    asked = parser.parse_args(arguments)
    used = ", ".join(
        f"{name} {version(name)}" for name in ("scrapy", "trafilatura", "twisted", "lxml")
    )
    print(
        f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores; {used}"
    )
    if asked.pages:
        pages(asked.pages, asked.rounds)
    if asked.outlets:
        polls(asked.outlets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
