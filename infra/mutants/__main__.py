"""Mutation testing: makes small random changes to the rules and runs the nearest tests.

`python -m infra.mutants [--seed N] [--count N] [--rooms …] [--jobs N]` draws mutants of four rooms,
prints a line per mutant, then each survivor and the score, and ends with 1 when more survive than
`--most` allows. Results are kept under var/mutants: the same command goes on where it was broken
off, as long as no file has changed.
"""

import argparse
import hashlib
import json
import random
import signal
import sys
import textwrap
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from infra.mutants.entries import Entries, Functions
from infra.mutants.sites import Mutant, drawn_line, mutants
from infra.mutants.trials import (
    ROOMS,
    SOURCES,
    Copy,
    Imports,
    Outcome,
    all_modules,
    modules,
    read_imports,
)
from processing.errors import PermanentError, SillokError

ROOT = Path(__file__).parents[2]


def digest(root: Path, *, tests: bool = True) -> str:
    """Return a hash of every file of the packages, with or without the test modules."""
    total = hashlib.sha256()
    for path in sorted(
        path for top in SOURCES for path in (root / top).rglob("*") if path.is_file()
    ):
        if "__pycache__" not in path.parts and (tests or not path.name.startswith("test_")):
            total.update(
                f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
            )
    return total.hexdigest()


@dataclass(slots=True)
class TrialLog:
    """A file of JSON lines: the tree whose results it holds, then a line per mutant tried."""

    path: Path
    tree: str
    endings: dict[str, tuple[str, float]] = field(default_factory=dict)

    def open(self) -> bool:
        """Read what an earlier run of the same tree wrote, and return whether there was one."""
        written = self.path.read_bytes() if self.path.exists() else b""
        # A run that was killed may have left half a line at the end.
        whole = written[: written.rfind(b"\n") + 1]
        lines = [json.loads(line) for line in whole.splitlines()]
        if not lines or lines[0] != {"tree": self.tree}:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({"tree": self.tree}) + "\n")
            return False
        self.path.write_bytes(whole)
        for line in lines[1:]:
            self.endings[line["mutant"]] = (line["ending"], line["seconds"])
        return True

    def tried(self, mutant: str, ending: str, seconds: float) -> None:
        """Record the outcome of a mutant and its seconds."""
        self.endings[mutant] = (ending, seconds)
        line = {"mutant": mutant, "ending": ending, "seconds": round(seconds, 1)}
        with self.path.open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


@dataclass(slots=True)
class Campaign:
    """One run: the mutants drawn, the results so far, and the copies on which tests run."""

    options: argparse.Namespace
    drawn: list[Mutant]
    imports: Imports
    functions: Functions
    entries: Entries
    record: TrialLog
    copies: list[Copy]
    marked: list[Copy]
    """Copies on which functions mark that they were entered."""
    free: SimpleQueue[Copy] = field(default_factory=SimpleQueue)
    free_marked: SimpleQueue[Copy] = field(default_factory=SimpleQueue)
    lock: Lock = field(default_factory=Lock)
    recording: dict[Path, Lock] = field(default_factory=lambda: defaultdict(Lock))
    slow: list[Mutant] = field(default_factory=list)
    """Mutants whose tests hit the limit while others ran beside them."""
    done: int = 0

    def run(self, untried: list[Mutant]) -> None:
        """Try mutants, several at a time, on tests that pass without any."""
        for copy in self.copies:
            self.free.put(copy)
        for copy in self.marked:
            self.free_marked.put(copy)
        with ThreadPoolExecutor(len(self.copies)) as pool:
            try:
                list(pool.map(self.attempt, sorted(untried, key=self._unrecorded)))
            except KeyboardInterrupt:
                # Leaving the pool would wait for every mutant that is queued or under way.
                pool.shutdown(wait=False, cancel_futures=True)
                for copy in (*self.copies, *self.marked):
                    copy.stop()
                raise
        for mutant in self.slow:
            # Alone: what else runs on the machine must not count as an endless loop.
            self.attempt(mutant, last=True)

    def attempt(self, mutant: Mutant, *, last: bool = False) -> None:
        """Run the nearest tests of one mutant on a free copy; record and print the outcome."""
        readers = self.functions.readers(mutant, self.imports.importers[mutant.path])
        tests = (
            part
            for files in self._recorded(self.imports.nearest(mutant.path))
            for part in self.entries.choose(files, readers)
        )
        copy = self.free.get()
        try:
            ending, seconds = copy.attempt(mutant, tests, self.options.patience)
        finally:
            self.free.put(copy)
        with self.lock:
            if ending is Outcome.TIMED_OUT and not last:
                self.slow.append(mutant)
            else:
                self.record.tried(mutant.name(), ending, seconds)
                self.show(mutant)

    def _recorded(self, files: list[Path]) -> Iterator[list[Path]]:
        """Yield the files of which it is known what their tests enter, then each other, recorded.

        Recording a file takes longer than most mutants live: it waits until a mutant has survived
        the tests that are known.
        """
        with self.lock:
            known = [file for file in files if file in self.entries.tests]
        yield known
        for file in files:
            if file not in known:
                self._record(file)
                yield [file]

    def _unrecorded(self, mutant: Mutant) -> int:
        """Return for how many of a mutant's test files it is not known what they enter."""
        return len(set(self.imports.nearest(mutant.path)) - self.entries.tests.keys())

    def _record(self, file: Path) -> None:
        """Record which functions the tests of a file enter, unless that is known."""
        with self.lock:
            recording = self.recording[file]
        with recording:
            if file in self.entries.tests:
                return
            copy = self.free_marked.get()
            try:
                copy.mark(self.functions)
                report = copy.entered(file)
            finally:
                self.free_marked.put(copy)
            with self.lock:
                # A test that fails on the unchanged tree would kill every mutant.
                for test in report["failed"]:
                    print(f"{test} fails without any mutant and is left out", flush=True)
                self.entries.record(file, report)

    def show(self, mutant: Mutant) -> None:
        """Print the outcome of one mutant."""
        self.done += 1
        ending, seconds = self.record.endings[mutant.name()]
        position = f"{mutant.path}:{mutant.line}"
        change = f"{_short(mutant.before)} → {_short(mutant.after) or 'nothing'}"
        progress = f"[{self.done}/{len(self.drawn)}] {ending:9} {seconds:6.1f} s"
        print(f"{progress}  {position}  {mutant.kind}: {change}", flush=True)


def main() -> int:
    """Run a campaign; return 0, 1 when too many survive, or the exit code of an error."""
    options = _options()
    # Ended like this, it removes its copies and ends its tests as at Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(options)
    except SillokError as error:
        print(f"infra.mutants: {error}", file=sys.stderr)
        return 2 if isinstance(error, PermanentError) else 1
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return 4


def _run(options: argparse.Namespace) -> int:
    root = options.root.resolve()
    rooms = modules(root, tuple(options.rooms))
    drawn, everything = _draw(root, rooms, options)
    folder = root / "var" / "mutants"
    record = TrialLog(folder / f"{'-'.join(options.rooms)}-{options.seed}.jsonl", digest(root))
    resumed = record.open()
    of = f"{everything} mutants of {sum(map(len, rooms.values()))} modules"
    print(f"seed {options.seed}: {len(drawn)} of {of}; kept in {record.path}", flush=True)
    began = time.monotonic()
    with ExitStack() as stack:
        copies, marked = (
            [stack.enter_context(Copy(root)) for _ in range(options.jobs)] for _ in range(2)
        )
        # All rooms: what one run records of the tests serves the others.
        functions = Functions(root, all_modules(root))
        entries = Entries(folder / f"entries-{digest(root, tests=False)[:12]}.jsonl", root)
        entries.open()
        campaign = Campaign(
            options, drawn, read_imports(root), functions, entries, record, copies, marked
        )
        for mutant in drawn:
            if resumed and mutant.name() in record.endings:
                campaign.show(mutant)
        campaign.run([mutant for mutant in drawn if mutant.name() not in record.endings])
    return _summary(campaign, root, rooms, time.monotonic() - began)


def _draw(
    root: Path, rooms: dict[str, list[Path]], options: argparse.Namespace
) -> tuple[list[Mutant], int]:
    """Return the mutants that the seed draws, in the order drawn, and how many there are in all."""
    paths = sorted({path for paths in rooms.values() for path in paths})
    everything = [mutant for path in paths for mutant in mutants(root, path)]
    draw = random.Random(options.seed)  # noqa: S311
    chosen = draw.sample(everything, min(options.count, len(everything)))
    return chosen, len(everything)


def _summary(campaign: Campaign, root: Path, rooms: dict[str, list[Path]], seconds: float) -> int:
    """Print survivors and scores; return 1 when more survive than are allowed."""
    endings = {mutant: campaign.record.endings[mutant.name()][0] for mutant in campaign.drawn}
    lost = [
        mutant
        for mutant, ending in endings.items()
        if ending in (Outcome.SURVIVED, Outcome.UNTESTED)
    ]
    print("\nSurvivors" if lost else "\nNo mutant survives")
    for mutant in sorted(lost, key=lambda survivor: (str(survivor.path), survivor.line)):
        before, after = drawn_line((root / mutant.path).read_bytes(), mutant)
        print(f"  {mutant.path}:{mutant.line}  {mutant.kind}, {endings[mutant]}")
        print(f"    - {before}\n    + {after}")
    print()
    for room, paths in rooms.items():
        ours = [ending for mutant, ending in endings.items() if mutant.path in paths]
        print(f"{room:12} {_score(ours)}")
    score = _score(list(endings.values()))
    print(f"{'all':12} {score}; seed {campaign.options.seed}, {seconds / 60:.0f} min")
    # Cross-multiplied, so that a run without mutants divides by nothing.
    return int(100 * len(lost) > campaign.options.most * len(campaign.drawn))


def _score(endings: list[str]) -> str:
    counted = Counter(endings)
    lost = counted[Outcome.SURVIVED] + counted[Outcome.UNTESTED]
    parts = ", ".join(f"{number} {ending}" for ending, number in sorted(counted.items()))
    return f"{lost} of {len(endings)} survive ({parts})" if endings else "none drawn"


def _short(text: str) -> str:
    return textwrap.shorten(text, 60, placeholder="…")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.mutants", description=__doc__)
    parser.add_argument(
        "--seed",
        type=int,
        default=random.randrange(10**6),  # noqa: S311 - a draw
        help="what to draw; printed when left out",
    )
    parser.add_argument("--count", type=int, default=100, help="how many mutants to draw (100)")
    parser.add_argument(
        "--rooms", nargs="+", default=list(ROOMS), metavar="ROOM", help=f"of {', '.join(ROOMS)}"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, help="mutants tried at the same time, each on a copy (1)"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=4,
        help="limit of a run, in times of the unmutated one (4)",
    )
    parser.add_argument(
        "--most", type=float, default=10, help="percent of mutants that may survive (10)"
    )
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="checkout to mutate a copy of (this one)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
