"""Benchmark of a crawl's start: loads the fetch log after a day, a month and a year of history.

    python -m infra.bench.memory [--articles 300] [--repeats 9]

An outlet with that many new articles per day is polled every 15 minutes. The polls of the last two
hours still lie in landing, each with a log row for every link it saw. Counts requests to the store,
bytes and milliseconds.
"""

import argparse
import gzip
import hashlib
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from processing.archive import manifests
from processing.archive.memory import compact, load
from processing.archive.snapshot import HOT_DAYS
from processing.records import Fetch, Manifest, Seal, Sum, Why, article_id, version_id
from processing.store.file_store import FileStore
from processing.store.interface import ListedObject

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
OUTLET = "hanbit"
LISTED = 300
"""Links that a poll sees."""
# Two hours of polls, one every 15 minutes.
RUNS = 8
SPANS = (1, 30, 365)
"""Days of history."""
REVISITS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 168))
"""Ages at which an article is requested again."""


Answers: TypeAlias = list[int]


class Counting(FileStore):
    """A store in a directory that records the size of each answer.

    Each call stands for one request to a bucket.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.answers: Answers = []

    def get(self, key: str) -> bytes:
        data = super().get(key)
        self.answers.append(len(data))
        return data

    def exists(self, key: str) -> bool:
        self.answers.append(0)
        return super().exists(key)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        self.answers.append(0)
        return super().list(prefix)


@dataclass(frozen=True, slots=True)
class StartCost:
    """The cost of one start after `days` days of history."""

    days: int
    requests: int
    bytes: int
    milliseconds: float


def main() -> None:
    """Print one line per span, and the ratios of a year to a day and to a month."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.memory", description=__doc__)
    parser.add_argument("--articles", type=int, default=300, help="new articles a day")
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    python = f"{platform.platform()}, Python {platform.python_version()}"
    print(f"{python}, {options.articles} articles a day")
    with tempfile.TemporaryDirectory() as folder:
        stores = [_history(Path(folder) / str(days), days, options.articles) for days in SPANS]
        costs = [
            _cost(store, days, options.repeats) for store, days in zip(stores, SPANS, strict=True)
        ]
    print(f"{'history':>10} {'requests':>9} {'kB read':>9} {'ms':>8}")
    for cost in costs:
        kilobytes = cost.bytes / 1000
        print(f"{cost.days:>6} days {cost.requests:>9} {kilobytes:>9.0f} {cost.milliseconds:>8.1f}")
    print(
        f"a year costs {costs[-1].milliseconds / costs[0].milliseconds:.2f} times a day in time,",
        end=" ",
    )
    print(
        f"{costs[-1].milliseconds / costs[1].milliseconds:.2f} times a month; same requests: ",
        end="",
    )
    print(len({cost.requests for cost in costs}) == 1)


def _cost(store: Counting, days: int, repeats: int) -> StartCost:
    times = []
    for _ in range(repeats):
        # The answers of the last round alone are reported: they are the same in each.
        store.answers.clear()
        start = time.perf_counter()
        memory = load(store, OUTLET)
        times.append((time.perf_counter() - start) * 1000)
    # A load that silently reads nothing would be the fastest.
    if not memory.seen(_identity(0)) or memory.seen(_identity(-1)):
        sys.exit("the memory does not hold what was put into it")
    return StartCost(days, len(store.answers), sum(store.answers), statistics.median(times))


def _history(folder: Path, days: int, articles: int) -> Counting:
    """Write a snapshot of `days` days, the manifest that names it, and the polls since."""
    store = Counting(folder)
    data = compact(None, _rows(days, articles))
    key = f"log/outlet={OUTLET}/snapshot-0.gz"
    store.put(key, data)
    # One publication every 15 minutes.
    seq = days * 96
    manifest = Manifest(
        seq=seq,
        previous="0" * 64,
        batch="0",
        published_at=NOW,
        adds=(),
        memory={OUTLET: Sum(key=key, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))},
        code_version="bench",
        lock_sha256="",
    )
    store.put(manifests.key(seq), manifest.model_dump_json().encode())
    manifests.hint(store, seq)
    for number in range(RUNS):
        _poll(store, number, days * articles)
    return store


def _rows(days: int, articles: int) -> Iterator[Fetch]:
    """Yield the log rows of a history: every article fetched, young ones requested again."""
    for number in range(days * articles):
        at = NOW - timedelta(days=days) + timedelta(days=1) * number / articles
        yield _row(number, at, Why.FETCHED, f"run-{at:%Y%m%dT%H}")
        if NOW - at < timedelta(days=HOT_DAYS):
            yield from (
                _row(number, at + step, Why.UNCHANGED, "r") for step in REVISITS if at + step < NOW
            )


def _poll(store: Counting, number: int, articles: int) -> None:
    """Write a sealed segment of a poll that found nothing new."""
    run, at = f"poll-{number}", NOW + timedelta(minutes=15 * number)
    rows = (_row(articles - 1 - age, at, Why.SEEN, run) for age in range(LISTED))
    data = gzip.compress(
        b"".join(row.model_dump_json(exclude_none=True).encode() + b"\n" for row in rows), mtime=0
    )
    folder = f"landing/outlet={OUTLET}/run={run}"
    key = f"{folder}/seg-000.log.jsonl.gz"
    store.put(key, data)
    file = Sum(key=key, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), rows=LISTED)
    seal = Seal(
        outlet=OUTLET,
        run=run,
        segment=0,
        sealed_at=at,
        files=(file,),
        pages=0,
        articles=0,
        rejections=0,
    )
    store.put(f"{folder}/seg-000.seal.json", seal.model_dump_json().encode())


def _identity(number: int) -> str:
    return article_id(f"https://www.hanbit.example/news/{number}")


def _row(number: int, at: datetime, why: Why, run: str) -> Fetch:
    identity = _identity(number)
    fetched = why is Why.FETCHED
    return Fetch(
        outlet=OUTLET,
        run=run,
        at=at,
        role="article",
        url=f"https://www.hanbit.example/news/{number}",
        article_id=identity,
        why=why,
        status=None if why is Why.SEEN else 200 if fetched else 304,
        etag=f'"{identity}"' if fetched else None,
        digest=f"sha256:{hashlib.sha256(identity.encode()).hexdigest()}" if fetched else None,
        version_id=version_id(identity, "", "") if fetched else None,
        outcome="article" if fetched else None,
        announced_by="https://www.hanbit.example/rss",
    )


if __name__ == "__main__":
    main()
