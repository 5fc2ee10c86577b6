"""Benchmark of a backfill in slices, and of the crawls of today beside it.

    python -m infra.bench.backfill [--days 365] [--links 400] [--real 5] [--slice 1000]

The outlet of the sample press that has a sitemap per day is asked for its past. The days before the
last `--real` ones are in landing already, row by row as a backfill leaves them, and no publication
has taken them in: that is the largest state that a slice can meet. `--real 365` has all of a year
crawled. Each slice and each crawl is a process of its own; seconds and peak memory are those that
the kernel counts for it.
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
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from infra.press.past import VARIABLE, Past
from processing.archive.backfills import load
from processing.dates import SEOUL
from processing.landing.keys import backfill_run
from processing.landing.segments import SegmentWriter, report
from processing.records import End, Fetch, Why, article_id
from processing.store.file_store import FileStore

ROOT = Path(__file__).parents[3]
_OUTLET = "maru"
_LIMIT_MB = 250
"""What a slice may need at the most."""
_POLLS = 3
_SLICES_BETWEEN_POLLS = 15


@dataclass(frozen=True, slots=True)
class SliceCost:
    """What one process cost: seconds by the clock, seconds of CPU, peak memory in MB."""

    seconds: float
    cpu: float
    peak: float


class BackfillBench:
    """A press with a past, an archive, and the processes that are measured."""

    def __init__(self, folder: Path, port: int, days: int, links: int) -> None:
        self.folder, self.port = folder, port
        self.past = Past(days, links)
        self.store = FileStore(folder / "archive")
        self.today = datetime.now(UTC).astimezone(SEOUL).date()  # noqa: TID251 - the press's own day
        own = {name: value for name, value in os.environ.items() if "SILLOK_" not in name}
        self.env = own | {
            VARIABLE: f"{days}x{links}",
            "SILLOK_PRESS": str(port),
            "SILLOK_STORE": f"file:{folder / 'archive'}",
            "SILLOK_SPOOL": str(folder / "spool"),
            "SILLOK_OUTPUT": "none",
            "SILLOK_LOG_LEVEL": "ERROR",
            "SCRAPY_SETTINGS_MODULE": "spiders.settings",
            # Crawls run in a folder of their own, and are those of this checkout.
            "PYTHONPATH": str(ROOT),
        }

    def crawl(self, *arguments: str) -> SliceCost:
        """Run one crawl and return what it cost."""
        command = [sys.executable, "-m", "scrapy", "crawl", _OUTLET, *arguments]
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=self.env, cwd=self.folder)  # noqa: S603 - ours
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 3}:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        seconds = time.perf_counter() - begun
        return SliceCost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def poll(self) -> SliceCost:
        """Return the median cost of the outlet's own crawl."""
        costs = [self.crawl() for _ in range(_POLLS)]
        return SliceCost(
            statistics.median(cost.seconds for cost in costs),
            statistics.median(cost.cpu for cost in costs),
            statistics.median(cost.peak for cost in costs),
        )

    def day(self, back: int) -> date:
        return self.today - timedelta(days=back)

    def leave(self, first: int, last: int) -> None:
        """Write the rows of a backfill of the days from `first` to `last` days back into landing."""
        base = f"http://{_OUTLET}.press.test:{self.port}"
        source = f"{base}/sitemap/{{yyyy}}/{{yyyymmdd}}.xml"
        now = datetime.now(UTC)  # noqa: TID251 - rows have the present as their moment
        run = backfill_run("20260101T000000Z-000000")
        spool = self.folder / "left"
        writer = SegmentWriter(self.store, _OUTLET, run, spool, clock=lambda: now)
        for back in range(first, last + 1):
            day = self.day(back)
            row = {"outlet": _OUTLET, "run": run, "at": now, "backfill": f"{day}"}
            for entry in self.past.of_day(day, self.today):
                url = f"{base}/news/{entry.number}"
                known = {**row, "role": "article", "url": url, "announced_by": source}
                for why in (Why.WAITING, Why.FETCHED):
                    writer.add(
                        Fetch.model_validate({**known, "article_id": article_id(url), "why": why})
                    )
            asked = f"{base}/sitemap/{day:%Y}/{day:%Y%m%d}.xml"
            answer = {**row, "role": "source", "url": asked, "announced_by": source}
            writer.add(Fetch.model_validate({**answer, "why": Why.FETCHED, "status": 200}))
            writer.seal()

    def slice(self, number: int, days: int, budget: int) -> tuple[SliceCost, int, bool]:
        """Run one slice; return its cost, its requests, and whether it is the last one.

        Raises SystemExit for a slice that ended otherwise than finished or partial.
        """
        run = backfill_run(f"20260102T000000Z-{number:06d}")
        span = ("-a", f"since={self.day(days)}", "-a", f"until={self.day(1)}")
        settings = (
            f"SILLOK_RUN={run}",
            f"SILLOK_BACKFILL_BUDGET={budget}",
            "CLOSESPIDER_TIMEOUT=0",
            # The delay that a loaded machine earns says nothing of memory, and makes a year of days.
            "AUTOTHROTTLE_ENABLED=0",
        )
        cost = self.crawl(*span, *(part for one in settings for part in ("-s", one)))
        made = report(self.store, _OUTLET, run)
        if made is None or made.end not in {End.NEW, End.UNCHANGED, End.PARTIAL}:
            raise SystemExit(f"slice {number + 1} ended {made.end if made else 'without report'}")
        return cost, made.requests, made.end is not End.PARTIAL


@contextmanager
def served(folder: Path, days: int, links: int) -> Iterator[int]:
    """Serve the press in a process of its own; yield its port."""
    command = [sys.executable, "-m", "infra.press", "--port", "0", "--state", str(folder / "press")]
    env = os.environ | {VARIABLE: f"{days}x{links}"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        first = process.stdout.readline() if process.stdout else ""
        yield int(first.split(".press.test:", 1)[1].split("/", 1)[0])
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Print a line for each slice and each crawl, and what a reader wants to know of them."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.backfill", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--links", type=int, default=400, help="articles a day")
    parser.add_argument("--real", type=int, default=5, help="days that are crawled here")
    parser.add_argument("--slice", type=int, default=1000, help="requests of a slice")
    options = parser.parse_args()
    print(
        f"{platform.platform()}, Python {platform.python_version()}, Scrapy {version('scrapy')}; "
        f"{options.days} days of {options.links} links, {options.real} days crawled here"
    )
    real = min(options.real, options.days)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), options.days, options.links) as port,
    ):
        bench = BackfillBench(Path(folder), port, options.days, options.links)
        bench.crawl()
        before = bench.poll()
        if real < options.days:
            bench.leave(real + 1, options.days)
        _measure(bench, options, before)


def _measure(bench: BackfillBench, options: argparse.Namespace, before: SliceCost) -> None:
    _line("the outlet's crawl before", before)
    peaks, requests, number, is_last = [], 0, 0, False
    during = before
    while not is_last:
        cost, asked, is_last = bench.slice(number, options.days, options.slice)
        _line(f"slice {number + 1}, {asked} requests", cost)
        peaks.append(cost.peak)
        requests += asked
        if number % _SLICES_BETWEEN_POLLS == 0 and not is_last:
            polled = bench.poll()
            _line("the outlet's crawl between slices", polled)
            during = max(during, polled, key=lambda cost: cost.peak)
        number += 1
    after = bench.poll()
    _line("the outlet's crawl after", after)
    state = load(bench.store, _OUTLET)
    lists = sum(len(known) for known in state.lists.values())
    print(
        f"{number} slices, {requests} requests: {lists} of {options.days} lists answered, "
        f"{len(state.waiting)} articles wait; peak {max(peaks):.0f} MB, below {_LIMIT_MB}: "
        f"{max(peaks) < _LIMIT_MB}"
    )
    for name, cost in (("between slices", during), ("after", after)):
        print(
            f"the outlet's crawl {name}: {cost.cpu / before.cpu:.2f} of the CPU time before, "
            f"{cost.peak / before.peak:.2f} of the memory"
        )


def _line(what: str, cost: SliceCost) -> None:
    print(f"{what:<40} {cost.seconds:7.1f} s {cost.cpu:7.1f} s CPU {cost.peak:6.0f} MB", flush=True)


if __name__ == "__main__":
    main()
