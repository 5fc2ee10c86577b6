"""Benchmark of the archive: what a long history costs, and its puts beside plain boto3's.

    python -m infra.bench.archive [--articles 10000 100000] [--publications 30 720] [--never]

The same articles are laid down in few publications and in many (`infra.bench.history`); both are
compacted by day as the DAG does it, first but for the last week, then but for the last day, then
whole. For each command the table has CPU seconds and peak memory above those of a bare import, with
an empty cache (cold) and with a filled one, the ratios of the many to the few, and whether these are
within their goal. Then it has the same commands on the compacted archive in a
bucket, bytes per article and table at 14 articles per publication, before and after compaction, the
cost of a year's catalogue (also from a bucket), and of an archiver that has nothing to do.

Then the catalogue and a few commands on a million articles of a year, in a publication a day. That
is most of the run: laying them down takes half an hour of processor time, packing their months
longer, and both 6 GB of disk and 1 GB of memory (`--large 0` leaves it out).

The whole measure of histories is `--articles 10000 --publications 30 8640 --days 90`. It can be taken
in pieces: `--folder DIR --lay-down` only lays the archives down in a folder, where
`--folder DIR --only commands` measures them, once. Most of the time of laying down many publications
is spent on flushing files to the disk, so a folder in memory (`/dev/shm`) saves it.

Then puts, on the embedded store, in turns. A put of ours is confirmed (SHA-256, ETag) and one of
boto3 is not, so a ratio of 1 means that confirming costs nothing. Each size is compared with
`put_object`, and from 16 MiB on also with `upload_file`; all read from files. Prints medians in
seconds and the ratio boto3 / ours: above 1, ours is faster.
"""

import argparse
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import boto3

from infra.bench.archive.bucket import beside_boto3, embedded_store, variables
from infra.bench.archive.costs import SILLOK, CommandCost, command_costs, process_cost, verdict
from infra.bench.archive.year import print_loads, print_year
from infra.bench.history import GeneratedArticles, compacted, lay_down, moments, size_of
from processing.archive.catalogue import Catalogue
from processing.archive.tables import day
from processing.records import Article
from processing.store.file_store import FileStore
from processing.store.s3_store import S3Store

OUTLETS = 45
GOAL, GOAL_AFTER_A_WEEK = 1.2, 2.0
"""CPU and memory in many publications, compacted but for a day, or a week, per those in few."""
GOAL_EMPTY, GOAL_BYTES = 0.4, 3000
"""CPU seconds of no work, bytes per article beside the WARC."""
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
PIECES = ("commands", "bucket", "bytes", "large", "year", "empty", "puts")
YEAR = 365
"""Days of the large archive, and its publications."""


def main() -> None:
    """Print what commands cost, and one line per size and method of boto3."""
    options = _options()
    pieces = options.only or PIECES
    print(f"Python {platform.python_version()}, boto3 {boto3.__version__}, {os.cpu_count()} cores")
    for count in options.articles:
        with _folder(options.folder) as folder:
            _archives(folder, count, options, pieces)
    if options.large and "large" in pieces:
        with _folder(options.folder) as folder:
            _large(folder / "large", options.large, measured=not options.lay_down)
    if options.lay_down:
        return
    others: Mapping[str, Callable[[Path], None]] = {
        "year": print_year,
        "empty": _empty,
        "puts": partial(beside_boto3, rounds=options.rounds),
    }
    for piece, measure in others.items():
        if piece in pieces:
            with tempfile.TemporaryDirectory() as name:
                measure(Path(name))


def _archives(
    folder: Path, count: int, options: argparse.Namespace, pieces: Collection[str]
) -> None:
    """Lay down archives of so many articles, and measure them."""
    articles = GeneratedArticles(moments(count, options.days), OUTLETS)
    if options.lay_down or {"commands", "bucket"} & {*pieces}:
        _lay_down(folder, articles, options.publications)
    if options.lay_down:
        return
    if "commands" in pieces:
        _histories(folder, articles, options.publications, never=options.never)
    if "bucket" in pieces:
        _from_bucket(folder / "many", _commands(articles[-1]))
    if "bytes" in pieces:
        _print_bytes(folder / "bytes", articles, articles[-1].fetched_at)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.bench.archive", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--articles", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument(
        "--large", type=int, default=1_000_000, help="articles of the large archive"
    )
    parser.add_argument("--publications", type=int, nargs=2, default=[30, 720])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--never", action="store_true", help="measure it never compacted, too")
    parser.add_argument("--only", nargs="+", choices=PIECES, help="leave the other pieces out")
    parser.add_argument("--folder", type=Path, help="where the archives are laid down, and stay")
    parser.add_argument("--lay-down", action="store_true", help="measure nothing; with --folder")
    return parser.parse_args()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Yield the folder that was named, or one that goes at the end."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _large(root: Path, count: int, *, measured: bool) -> None:
    """Lay down so many articles of a year, compacted each day, and print what a few commands cost there."""
    articles = GeneratedArticles(moments(count, YEAR), OUTLETS)
    if not (root / "laid").exists():
        shutil.rmtree(root, ignore_errors=True)
        end = articles[-1].fetched_at
        # each month is merged when it is over, as a compaction a night does it
        lay_down(root, articles, YEAR, YEAR * 4, compacted_until=end)
        compacted(root, end + timedelta(days=1))
        (root / "laid").touch()
    if not measured:
        return
    print_loads(FileStore(root / "archive").url, root / "cache", f"{count:,} articles in a folder")
    wanted = ("ls", "search", "query articles", "report", "archive")
    every = _commands(articles[-1])
    costs = command_costs(root, {name: every[name] for name in wanted})
    _print_plainly(f"{count:,} articles in {YEAR} publications, compacted", costs)


def _from_bucket(root: Path, commands: Mapping[str, Sequence[str]]) -> None:
    """Print what commands cost on an archive in a bucket, with an empty cache and with a filled one."""
    with tempfile.TemporaryDirectory() as name, embedded_store(Path(name)) as options:
        bucket, archive = S3Store(options.store, options), FileStore(root / "archive")
        # raw pages are most objects, and none of these commands asks for one
        keys = [*Catalogue(archive, root / "cache").tables, "head.json"]
        keys += [
            entry.key for folder in ("manifests/", "memory/") for entry in archive.list(folder)
        ]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: bucket.put(key, archive.get(key)), keys))
        costs = command_costs(root, commands, variables(options))
    _print_plainly(f"the same in a bucket, {len(keys)} objects", costs)


def _print_plainly(title: str, costs: Mapping[str, tuple[CommandCost, CommandCost]]) -> None:
    print(f"\n{title}: CPU s and MB above a bare import")
    for name, (cold, warm) in costs.items():
        print(
            f"    {name:15} {cold.seconds:7.2f} s {cold.megabytes:5.0f} MB cold, "
            f"{warm.seconds:6.2f} s {warm.megabytes:5.0f} MB warm",
            flush=True,
        )


def _lay_down(folder: Path, articles: Sequence[Article], publications: Sequence[int]) -> None:
    """Lay the articles down in few publications and in many, where that was not done before."""
    few, many = publications
    end = articles[-1].fetched_at
    for name, count, until in (("few", few, None), ("many", many, end - timedelta(days=6))):
        root = folder / name
        # written last: what was broken off is not taken for an archive
        if not (root / "laid").exists():
            shutil.rmtree(root, ignore_errors=True)
            # the same polls, so that the rows of log and reports are the same too
            lay_down(root, articles, count, many, compacted_until=until)
            (root / "laid").touch()


def _histories(
    folder: Path, articles: Sequence[Article], publications: Sequence[int], *, never: bool
) -> None:
    """Print what commands cost on the same articles in few and in many publications."""
    few, many = publications
    last = articles[-1]
    end, day_after = last.fetched_at, last.fetched_at + timedelta(days=1)
    commands = _commands(last)
    # The days must end alike in both: a month that is over is one part from the day after on.
    for title, moment, goal in (
        ("a week not compacted", end - timedelta(days=6), GOAL_AFTER_A_WEEK),
        ("a day not compacted", end, GOAL),
        ("compacted", day_after, GOAL),
    ):
        compacted(folder / "few", moment)
        base = command_costs(folder / "few", commands)
        what = f"{len(articles):,} articles in {few} publications, {title}"
        _print_costs(what, base, base, None)
        compacted(folder / "many", moment)
        costs = command_costs(folder / "many", commands)
        _print_costs(f"in {many} publications, {title}", costs, base, goal)
    if never:
        lay_down(folder / "never", articles, many, many)
        costs = command_costs(folder / "never", commands)
        _print_costs(f"in {many} publications, never compacted", costs, base, None)


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
            f"  x {seconds:.2f} CPU, x {megabytes:.2f} MB {verdict(max(seconds, megabytes), goal)}",
            flush=True,
        )


def _empty(root: Path) -> None:
    """Print what a publication of an empty landing costs, in an empty archive."""
    costs = [process_cost(root, *SILLOK, "archive") for _ in range(3)]
    seconds = min(cost.seconds for cost in costs)
    print(f"nothing to publish: {seconds:.2f} CPU s {verdict(seconds, GOAL_EMPTY)}")


def _print_bytes(root: Path, articles: Sequence[Article], end: datetime) -> None:
    """Print bytes per article and table at 14 articles per publication."""
    publications = len(articles) // 14
    lay_down(root, articles, publications)
    before = {table: size_of(root, table) / len(articles) for table in _WEIGHED}
    compacted(root, end + timedelta(days=40))
    after = {table: size_of(root, table) / len(articles) for table in _WEIGHED}
    print(f"\nbytes per article at 14 a publication, {publications} publications, compacted")
    for table in _WEIGHED:
        print(f"    {table:15} {before[table]:8.0f} -> {after[table]:8.0f}")
    whole = sum(after.values())
    print(
        f"    {'in all':15} {sum(before.values()):8.0f} -> {whole:8.0f} {verdict(whole, GOAL_BYTES)}"
    )


if __name__ == "__main__":
    main()
