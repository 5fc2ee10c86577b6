"""Benchmark of the archive: what a long history costs, and its puts beside plain boto3's.

    python -m infra.bench.archive [--articles 10000 100000] [--publications 30 720] [--never]

The same articles are laid down in few publications and in many (`infra.bench.history`); the many are
compacted, first but for the last week, then but for the last day, then whole. For each command the
table has CPU seconds and peak memory above those of a bare import, with an empty cache (cold) and
with a filled one, its ratios to the archive of few publications, and whether these are within their
goal. Then it has the same commands on the compacted archive in a bucket, bytes per article and table
at 14 articles a publication, before and after compaction, the cost of a year's catalogue (also from
a bucket), and of an archiver that has nothing to do. The whole
measure is `--articles 10000 --publications 30 8640 --days 90`; a million articles take hours.

Then puts, on the embedded store, in turns. A put of ours is confirmed (SHA-256, ETag) and one of
boto3 is not, so a ratio of 1 means that confirming costs nothing. Each size is compared with
`put_object`, and from 16 MiB on also with `upload_file`; all read from files. Prints medians in
seconds and the ratio boto3 / ours: above 1, ours is faster.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import boto3

from infra.bench.history import article, lay_down, lay_down_year, moments, size_of
from processing.archive.compaction import CompactionJob, compact
from processing.archive.tables import day
from processing.records import Article
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.s3_client import client
from processing.store.s3_store import S3Store

_MIB = 1 << 20
# From 8 MiB on, `upload_file` sends parts at once; 80 MiB is ten of them.
OUTLETS = 45
GOAL, GOAL_AFTER_A_WEEK = 1.2, 2.0
"""CPU and memory in many publications, compacted but for a day, or a week, per those in few."""
GOAL_LOAD, GOAL_LOAD_MB, GOAL_EMPTY, GOAL_BYTES = 0.3, 60, 0.4, 3000
"""CPU seconds and MB of loading the catalogue, CPU seconds of no work, bytes beside the WARC."""
_WEIGHED = (
    "articles",
    "log",
    "dedupe",
    "clusters",
    "reports",
    "memory",
    "manifests",
    "checkpoints",
)
_SILLOK = ("-m", "spiders.cli")
_IMPORTS = "import spiders.cli, processing.lookup.sql, processing.report.counting"
"""What every command over tables loads: a bare import."""
SIZES = (1 * _MIB, 16 * _MIB, 80 * _MIB)
"""Bytes of the files."""


def main() -> None:
    """Print what commands cost, and one line per size and method of boto3."""
    options = _options()
    print(f"Python {platform.python_version()}, boto3 {boto3.__version__}, {os.cpu_count()} cores")
    for articles in options.articles:
        with tempfile.TemporaryDirectory() as name:
            given = Path(name), articles, options.publications, options.days
            _histories(*given, never=options.never)
    with tempfile.TemporaryDirectory() as name:
        _year(Path(name) / "year")
        _empty(Path(name) / "empty")
    if not options.no_puts:
        with tempfile.TemporaryDirectory() as name:
            _beside_boto3(Path(name), options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.bench.archive", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--articles", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--publications", type=int, nargs=2, default=[30, 720])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--never", action="store_true", help="measure it never compacted, too")
    parser.add_argument("--no-puts", action="store_true", help="leave the puts out")
    return parser.parse_args()


@contextmanager
def _embedded_store(data: Path) -> Iterator[Settings]:
    """Run the embedded store on a folder, and yield the settings that name it."""
    command = [sys.executable, "-m", "infra.store", "--data", str(data)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own command
    try:
        assert server.stdout is not None  # noqa: S101 - a pipe was asked for
        # The server prints a line when it answers.
        server.stdout.readline()
        yield _settings(data)
    finally:
        server.kill()
        server.wait()


def _beside_boto3(folder: Path, rounds: int) -> None:
    """Print what puts cost on the embedded store, ours and boto3's."""
    with _embedded_store(folder / "data") as options:
        _puts(options, folder / "file", rounds)


def _from_bucket(root: Path, commands: Mapping[str, Sequence[str]]) -> None:
    """Print what commands cost on an archive in a bucket, with an empty cache and with a filled one."""
    with tempfile.TemporaryDirectory() as name, _embedded_store(Path(name)) as options:
        bucket, archive = S3Store(options.store, options), FileStore(root / "archive")
        # raw pages are most objects, and none of these commands asks for one
        keys = [entry.key for entry in archive.list("") if not entry.key.endswith(".warc.gz")]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: bucket.put(key, archive.get(key)), keys))
        costs = _costs(root, commands, _environment(options))
    print(f"\nthe same in a bucket, {len(keys)} objects: CPU s and MB above a bare import")
    for title, (cold, warm) in costs.items():
        print(
            f"    {title:15} {cold.seconds:7.2f} s {cold.megabytes:5.0f} MB cold, "
            f"{warm.seconds:6.2f} s {warm.megabytes:5.0f} MB warm",
            flush=True,
        )


def _environment(options: Settings) -> dict[str, str]:
    """Return the variables that name a bucket to a command."""
    assert options.store_access_key and options.store_secret_key  # noqa: S101, PT018 - as given below
    return {
        "SILLOK_STORE": options.store,
        "SILLOK_STORE_ENDPOINT": str(options.store_endpoint),
        "SILLOK_STORE_REGION": str(options.store_region),
        "SILLOK_STORE_ACCESS_KEY": options.store_access_key.get_secret_value(),
        "SILLOK_STORE_SECRET_KEY": options.store_secret_key.get_secret_value(),
    }


@dataclass(frozen=True, slots=True)
class CommandCost:
    """CPU seconds and peak megabytes of one process."""

    seconds: float
    megabytes: float


def _histories(
    folder: Path, count: int, publications: Sequence[int], days: int, *, never: bool
) -> None:
    """Print what commands cost on the same articles in few and in many publications."""
    articles = [article(number, OUTLETS, at) for number, at in enumerate(moments(count, days))]
    few, many = publications
    # the same polls, so that the rows of log and reports are the same too
    lay_down(folder / "few", articles, few, many)
    lay_down(folder / "many", articles, many, many)
    last = articles[-1]
    end, day_after = last.fetched_at, last.fetched_at + timedelta(days=1)
    commands = _commands(last)
    _compact(folder / "few", day_after)
    base = _costs(folder / "few", commands)
    _print_costs(f"{count:,} articles in {few} publications, compacted", base, base, None)
    if never:
        costs = _costs(folder / "many", commands)
        _print_costs(f"{many} publications, never compacted", costs, base, None)
    for title, moment, goal in (
        ("a week not compacted", end - timedelta(days=6), GOAL_AFTER_A_WEEK),
        ("a day not compacted", end, GOAL),
        ("compacted", day_after, GOAL),
    ):
        _compact(folder / "many", moment)
        costs = _costs(folder / "many", commands)
        _print_costs(f"{many} publications, {title}", costs, base, goal)
    _from_bucket(folder / "many", commands)
    _print_bytes(folder / "bytes", articles, end)


def _commands(last: Article) -> dict[str, tuple[str, ...]]:
    """Return the commands that are measured; `last` is the newest article."""
    on = day(last.fetched_at)
    of_log = f"SELECT why, count(*) FROM log WHERE day = '{on}' GROUP BY 1"  # noqa: S608 - our day
    return {
        "ls": ("ls", "--limit", "20"),
        "show": ("show", last.article_id),
        "search": ("search", last.title.split()[0]),
        "query log": ("query", of_log),
        "query articles": ("query", "SELECT outlet, count(*) FROM articles GROUP BY 1"),
        "report": ("report", "--day", on),
        "status": ("status",),
        "archive": ("archive", "--dry-run"),
    }


# A process begins with the peak memory of the one that started it (getrusage(2)), so a small one
# stands between it and this benchmark.
_MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, number, sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2)
])
_, status, usage = os.wait4(pid, 0)
seconds = usage.ru_utime + usage.ru_stime
print(os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss / 1024)
"""
_LOAD = """
import re, resource, sys
from pathlib import Path
import processing.archive.checkpoints
from processing.archive.catalogue import Catalogue
from processing.store.opening import open_store
import processing.store.s3_store
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak = re.search("VmHWM:.*?([0-9]+)", Path("/proc/self/status").read_text())[1]
    return usage.ru_utime + usage.ru_stime, int(peak) / 1024
before = used()
count = len(Catalogue(open_store(sys.argv[1]), Path(sys.argv[2])).tables)
after = used()
print(f"{count} {after[0] - before[0]:.3f} {after[1] - before[1]:.0f}")
"""


def _year(root: Path) -> None:
    """Print what loading the catalogue costs after a year of quarter-hourly publications."""
    lay_down_year(root)
    archive = FileStore(root / "archive")
    _load(archive.url, root / "cache", "in a folder", {})
    with _embedded_store(root / "data") as options:
        bucket = S3Store(options.store, options)
        for entry in list(archive.list("")):
            bucket.put(entry.key, archive.get(entry.key))
        _load(options.store, root / "cache of bucket", "in a bucket", _environment(options))


def _load(store: str, cache: Path, where: str, variables: Mapping[str, str]) -> None:
    for state in ("cold", "warm", "warm"):
        command = [sys.executable, "-c", _LOAD, store, str(cache)]
        environment = {**os.environ, **variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
        count, seconds, megabytes = done.stdout.split()
        holds = _verdict(float(seconds), GOAL_LOAD), _verdict(float(megabytes), GOAL_LOAD_MB)
        print(
            f"catalogue of a year of quarter-hourly publications {where}, {count} objects, {state}: "
            f"{seconds} CPU s {holds[0]}, {megabytes} MB {holds[1]}"
        )


def _compact(root: Path, now: datetime) -> None:
    store = FileStore(root / "archive")
    options = Settings(store=store.url, cache=root / "cache", heads=root / "heads")
    compact(
        CompactionJob(store=store, options=options, now=now, code_version="1", lock_sha256="0" * 64)
    )


def _costs(
    root: Path, commands: Mapping[str, Sequence[str]], store: Mapping[str, str] | None = None
) -> dict[str, tuple[CommandCost, CommandCost]]:
    """Return what each command costs above a bare import, with an empty cache, and after that."""
    base = min((_cost(root, "-c", _IMPORTS) for _ in range(3)), key=lambda cost: cost.seconds)
    found = {}
    for name, arguments in commands.items():
        shutil.rmtree(root / "cache", ignore_errors=True)
        cold = _cost(root, *_SILLOK, *arguments, store=store)
        again = (_cost(root, *_SILLOK, *arguments, store=store) for _ in range(3))
        warm = min(again, key=lambda cost: cost.seconds)
        found[name] = (_above(cold, base), _above(warm, base))
    return found


def _above(cost: CommandCost, base: CommandCost) -> CommandCost:
    return CommandCost(cost.seconds - base.seconds, cost.megabytes - base.megabytes)


def _cost(root: Path, *arguments: str, store: Mapping[str, str] | None = None) -> CommandCost:
    """Run Python with these arguments and return what it cost; raise SystemExit where it failed.

    `store` are variables that name another store than the folder under `root`.
    """
    environment = {
        **os.environ,
        "SILLOK_STORE": f"file:{root / 'archive'}",
        "SILLOK_CACHE": str(root / "cache"),
        "SILLOK_HEADS": str(root / "heads"),
        "SILLOK_SPOOL": str(root / "spool"),
        **(store or {}),
    }
    command = [sys.executable, *arguments]
    measured = [sys.executable, "-S", "-c", _MEASURE, str(root / "out"), *command]
    done = subprocess.run(measured, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    code, seconds, megabytes = done.stdout.split()
    # 3 says that something wants an answer, which is so in an archive of invented outlets
    if code not in {"0", "3"}:
        raise SystemExit(f"{' '.join(arguments)}: {(root / 'out').read_text()[-2000:]}")
    return CommandCost(float(seconds), float(megabytes))


def _print_costs(
    title: str,
    costs: Mapping[str, tuple[CommandCost, CommandCost]],
    base: Mapping[str, tuple[CommandCost, CommandCost]],
    goal: float | None,
) -> None:
    print(f"\n{title}: CPU s cold / warm and MB above a bare import, ratios of the warm ones")
    for name, (cold, warm) in costs.items():
        other = base[name][1]
        # below these, both are noise
        seconds = max(warm.seconds, 0.05) / max(other.seconds, 0.05)
        megabytes = max(warm.megabytes, 10) / max(other.megabytes, 10)
        print(
            f"    {name:15} {cold.seconds:7.2f} / {warm.seconds:6.2f} s {warm.megabytes:7.0f} MB"
            f"  x {seconds:.2f} CPU, x {megabytes:.2f} MB {_verdict(max(seconds, megabytes), goal)}",
            flush=True,
        )


def _verdict(figure: float, goal: float | None) -> str:
    """Return whether a figure is within its goal; nothing where it has none."""
    if goal is None:
        return ""
    return f"(goal {goal:g}: {'holds' if figure <= goal else 'DOES NOT HOLD'})"


def _empty(root: Path) -> None:
    """Print what a publication of an empty landing costs, in an empty archive."""
    root.mkdir()
    costs = [_cost(root, *_SILLOK, "archive") for _ in range(3)]
    seconds = min(cost.seconds for cost in costs)
    print(f"nothing to publish: {seconds:.2f} CPU s {_verdict(seconds, GOAL_EMPTY)}")


def _print_bytes(root: Path, articles: Sequence[Article], end: datetime) -> None:
    """Print bytes per article and table at 14 articles a publication."""
    publications = len(articles) // 14
    lay_down(root, articles, publications)
    before = {table: size_of(root, table) / len(articles) for table in _WEIGHED}
    _compact(root, end + timedelta(days=40))
    after = {table: size_of(root, table) / len(articles) for table in _WEIGHED}
    print(f"\nbytes per article at 14 a publication, {publications} publications, compacted")
    for table in _WEIGHED:
        print(f"    {table:15} {before[table]:8.0f} -> {after[table]:8.0f}")
    whole = sum(after.values())
    verdict = _verdict(whole, GOAL_BYTES)
    print(f"    {'in all':15} {sum(before.values()):8.0f} -> {whole:8.0f} {verdict}")


def _settings(data: Path) -> Settings:
    credentials = json.loads((data / "credentials.json").read_text())
    return Settings(
        store=f"s3://{credentials['bucket']}/bench",
        store_endpoint=credentials["endpoint"],
        store_region=credentials["region"],
        store_access_key=credentials["access_key"],
        store_secret_key=credentials["secret_key"],
    )


def _puts(options: Settings, path: Path, rounds: int) -> None:
    store, plain = S3Store(options.store, options), client(options)
    bucket = options.store.removeprefix("s3://").partition("/")[0]

    def put_object() -> None:
        with path.open("rb") as body:
            plain.put_object(Bucket=bucket, Key="plain", Body=body)

    def upload_file() -> None:
        plain.upload_file(str(path), bucket, "plain")

    for size in SIZES:
        path.write_bytes(os.urandom(_MIB) * (size // _MIB))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        methods = {
            "put_object": put_object,
            **({"upload_file": upload_file} if size >= SIZES[1] else {}),
        }
        for name, method in methods.items():
            our_method = partial(store.put_file, "ours", path, sha256=sha256)
            theirs, ours = _in_turns(method, our_method, rounds)
            print(
                f"{size // _MIB:3} MiB {name:11} boto3 {theirs:.3f} s, ours {ours:.3f} s, "
                f"ratio {theirs / ours:.2f}"
            )


def _in_turns(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Return the median seconds of two calls that alternate for `rounds` rounds."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for seconds, call in zip(times, (first, second), strict=True):
            begun = time.perf_counter()
            call()
            # The first round opens connections and is not counted.
            if number:
                seconds.append(time.perf_counter() - begun)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    main()
