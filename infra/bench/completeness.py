"""Benchmark of the completeness meter and of the polls' timing, on an outlet whose articles are known.

    python -m infra.bench.completeness [--seed 1] [--volume 300] [--unused 0.02] [--burst 0.3] …

Three tables. The meter: an invented outlet is polled for four weeks through a short list, and its
last day is measured and held against the truth, for ten seeds; a whole that is stated and is none
counts as false. The timing: how long articles wait for the first poll that lists them, how many
polls that takes and how many articles are missed, beside a poll every 15 minutes, over ten seeds
each. The cost: CPU and peak memory of the meter over an archive of 220 outlets and 29 days.
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from time import process_time

import numpy as np

from infra.bench.newsroom import (
    CLOCK,
    OFFICE,
    NewsArticle,
    Newsroom,
    Policy,
    Poller,
    articles,
    day,
    write_archive,
)
from processing.archive.catalogue import Catalogue
from processing.completeness.gather import measure_days
from processing.completeness.meter import Completeness, Trust, measure
from processing.completeness.polls import overflows
from processing.completeness.sequences import IdNumbers, estimate, holes, learnt, usual
from processing.store.file_store import FileStore

SEEDS = 10
_TRAINING, _JUDGED = 14, 5
"""Days of polling by which the hours are learnt, and days that are judged then."""
DECLARED = (60, 600)
"""Articles of a normal day as the invented outlet declares them: least and most."""
VOLUMES = {"quiet": 60, "usual": 190, "busy": 400, "declared maximum": 600}
_LIST = 50


@dataclass(frozen=True, slots=True)
class MeterTrial:
    """One day measured; `truth` is the share of what stood that is archived."""

    seed: int
    truth: float
    found: Completeness

    @property
    def points(self) -> float | None:
        """How far the figure is off, in percentage points; None where none is stated."""
        return None if self.found.share is None else 100 * (self.found.share - self.truth)

    @property
    def false_whole(self) -> bool:
        """Whether a whole is stated that is none."""
        return self.found.is_whole and self.truth < 1


def tried(room: Newsroom) -> MeterTrial:
    """Poll an outlet for all its days, and measure the last one."""
    poller, made = Poller(room), articles(room)
    begin, end = day(room.days - 1), day(room.days)
    poller.watch(made, end + timedelta(hours=6))
    of_day = [article for article in made if begin <= article.published < end]
    # What was taken down before anybody could see it was not there to be archived.
    stood = [article for article in of_day if article.number in poller.seen or article.stands(end)]
    archived = sum(article.number in poller.seen for article in stood)
    known = [article for article in made if article.number in poller.seen]
    numbers = _id_numbers(known)
    spans = [(gap.since.timestamp(), gap.until.timestamp()) for gap in overflows(poller.polls)]
    past = [day(index).timestamp() for index in range(room.days - 1)]
    scope = learnt(numbers)
    pairs = holes(numbers, scope)
    by_numbers = None
    if scope != "nothing":
        by_numbers = estimate(pairs, begin.timestamp(), spans, usual(pairs, past, spans))
    completeness = measure(
        "hanbit",
        begin.date(),
        archived=archived,
        gaps=0,
        polls=[poll for poll in poller.polls if poll.at >= begin],
        numbers=by_numbers,
        now=end + timedelta(days=1),
    )
    return MeterTrial(room.seed, archived / len(stood) if stood else 1.0, completeness)


def _id_numbers(known: Sequence[NewsArticle]) -> IdNumbers:
    return IdNumbers(
        series=np.zeros(len(known), np.int64),
        date=np.full(len(known), -1, np.int64),
        number=np.array([article.number for article in known]),
        at=np.array([article.published.timestamp() for article in known]),
    )


@dataclass(frozen=True, slots=True)
class TimingTrial:
    """Delays of articles in minutes, polls and missed articles a day."""

    middle: float
    late: float
    polls: float
    missed: float


def timed(room: Newsroom, policy: Policy) -> TimingTrial:
    """Poll an outlet by `policy`, and judge the days after the first `_TRAINING`."""
    poller, made = Poller(room, policy), articles(room)
    begin, end = day(_TRAINING), day(room.days)
    poller.watch(made, end + timedelta(hours=6))
    of_days = [article for article in made if begin <= article.published < end]
    delays = [
        (poller.seen[article.number] - article.published).total_seconds() / 60
        for article in of_days
        if article.number in poller.seen
    ]
    polls = sum(begin <= at < end for at in poller.asked)
    missed = len(of_days) - len(delays)
    return TimingTrial(
        float(np.percentile(delays, 50)),
        float(np.percentile(delays, 95)),
        polls / _JUDGED,
        missed / _JUDGED,
    )


def timings(hours: Sequence[float], seeds: int) -> Iterator[tuple[str, float, Policy, TimingTrial]]:
    """Yield the middle of ten seeds for each volume, share of bursts and policy."""
    for name, volume in VOLUMES.items():
        for burst in (0.0, 0.3):
            for policy in Policy:
                trials = [
                    timed(
                        Newsroom(
                            seed=seed,
                            volume=volume,
                            burst=burst,
                            deleted=0,
                            broken=None,
                            listed=_LIST,
                            days=_TRAINING + _JUDGED,
                            hours=hours,
                        ),
                        policy,
                    )
                    for seed in range(1, seeds + 1)
                ]
                yield name, burst, policy, _worst(trials)


def _worst(trials: Sequence[TimingTrial]) -> TimingTrial:
    """Return the medians over the seeds, and the worst polls and missed articles."""
    return TimingTrial(
        statistics.median(trial.middle for trial in trials),
        statistics.median(trial.late for trial in trials),
        max(trial.polls for trial in trials),
        statistics.mean(trial.missed for trial in trials),
    )


def print_meter(room: Newsroom, seeds: int) -> bool:
    """Print the meter beside the truth; return whether it keeps what it promises."""
    trials = [tried(replace(room, seed=room.seed + index)) for index in range(seeds)]
    print(f"{'seed':>6}{'truth':>9}{'meter':>9}{'bounds':>18}{'off':>7}  trust")
    for trial in trials:
        completeness = trial.found
        share = f"{completeness.share:.1%}" if completeness.share is not None else "?"
        ends = (
            f"{completeness.low:.1%}-{completeness.high:.1%}"
            if completeness.low and completeness.high
            else ""
        )
        off = "" if trial.points is None else f"{trial.points:+.1f}"
        print(
            f"{trial.seed:>6}{trial.truth:>9.1%}{share:>9}{ends:>18}{off:>7}  {completeness.trust}"
        )
    distances = [abs(trial.points) for trial in trials if trial.points is not None]
    false = sum(trial.false_whole for trial in trials)
    unknown = sum(trial.found.trust is Trust.UNKNOWN for trial in trials)
    worst = max(distances, default=0.0)
    print(f"worst {worst:.1f} points off, {false} false wholes, {unknown} not known")
    return worst <= 3 and not false  # noqa: PLR2004 - the aim


def least_polls(hours: Sequence[float]) -> float:
    """Return the polls a day below which no plan shows 19 of 20 articles within 20 minutes.

    `hours` are the articles of each hour, as many in each minute of it. Polled `n` times an hour, at
    most `n` thirds of its articles are seen in time, so the busiest hours get three polls each
    until 95 % are reached, and the others none.
    """
    total, reached, polls = sum(hours), 0.0, 0.0
    for articles_of_hour in sorted(hours, reverse=True):
        share = min(1.0, max(0.0, 0.95 - reached) * total / articles_of_hour)
        polls += 3 * share
        reached += share * articles_of_hour / total
    return polls


def print_timing(hours: Sequence[float], seeds: int) -> None:
    print(
        f"{'volume':<18}{'bursts':>7}  {'polled':<18}{'p50':>6}{'p95':>7}{'polls':>7}{'missed':>8}"
    )
    for name, burst, policy, trial in timings(hours, seeds):
        print(
            f"{name:<18}{burst:>7.0%}  {policy:<18}{trial.middle:>6.1f}{trial.late:>7.1f}"
            f"{trial.polls:>7.1f}{trial.missed:>8.1f}"
        )


def print_cost(outlets: int) -> None:
    """Print what the meter costs over an archive of so many outlets and four weeks."""
    room = replace(Newsroom(), volume=150, listed=50)
    poller, made = Poller(room), articles(room)
    poller.watch(made, day(room.days) + timedelta(hours=6))
    names = [f"outlet{number:03d}" for number in range(outlets)]
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder) / "archive")
        write_archive(store, names, poller, made)
        command = [sys.executable, "-m", "infra.bench.completeness", "--measure", folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    print(f"{outlets} outlets, {room.volume:g} articles a day: {done.stdout.strip()}")


def measure_archive(folder: Path) -> None:
    """Measure one day of the archive in a process of its own, and print what it cost."""
    catalogue = Catalogue(FileStore(folder / "archive"), folder / "cache")
    on = day(Newsroom().days - 1).date()
    names = {f"outlet{number:03d}" for number in range(1000)}
    gaps = dict.fromkeys(((name, on) for name in names), 0)
    begun = process_time()
    found = measure_days(catalogue, on, on, gaps, now=day(Newsroom().days + 1))
    measured = sum(one.trust is not Trust.UNKNOWN for one in found.values())
    took, peak = process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{took:.2f} s of CPU, peak {peak:.0f} MB, {measured} measured")


def parsed() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.completeness", description=__doc__)
    room = Newsroom()
    for name, help_ in (
        ("seed", "first seed"),
        ("volume", "articles a day"),
        ("unused", "share of numbers never used"),
        ("burst", "share of a day's articles in two bursts"),
        ("late", "share of articles published hours after they got their number"),
        ("deleted", "share of articles taken down"),
        ("pinned", "old articles pinned to the list"),
        ("listed", "length of the list"),
    ):
        default = getattr(room, name)
        parser.add_argument(f"--{name}", type=type(default), default=default, help=help_)
    parser.add_argument("--broken", type=int, default=14, help="hour without answers; -1: none")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--only", choices=("meter", "timing", "cost"))
    parser.add_argument("--outlets", type=int, default=220, help="outlets of the cost")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    options, room = parsed(), Newsroom()
    if options.measure:
        measure_archive(options.measure)
        return
    chosen = {
        name: getattr(options, name)
        for name in ("seed", "volume", "unused", "burst", "late", "deleted", "pinned", "listed")
    }
    room = replace(room, **chosen, broken=None if options.broken < 0 else options.broken)
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    if options.only in {None, "meter"}:
        print_meter(room, options.seeds)
    if options.only in {None, "timing"}:
        for label, hours in (("office hours", OFFICE), ("shifts round the clock", CLOCK)):
            print(f"{label}: p95 of 20 minutes needs {least_polls(hours):.1f} polls at the least")
            print_timing(hours, options.seeds)
    if options.only in {None, "cost"}:
        print_cost(options.outlets)


if __name__ == "__main__":
    main()
