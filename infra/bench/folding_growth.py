"""What folding a day costs against windows of several sizes, and of many parts: `… folding growth`, `… folding parts`.

Each fold has a process of its own, as in the archive; the table has the median of three by processor time, of the whole
day one. Run as a module, this is one such fold: `python -m infra.bench.folding_growth WINDOW DOCUMENTS`.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from infra.bench import folding_window
from infra.bench.composed import START
from processing.dedupe.documents import FoldOptions
from processing.dedupe.fold import fold
from processing.dedupe.window import FolderWindow

_DAY: Final = 3_000
_WHOLE_DAY: Final = 47_000
_WHOLE_WINDOW: Final = 1_000_000
_TIMES: Final = 3
_PARTS: Final = (1, 24)
_COLUMNS: Final = ("processor s", "ms a document", "times the first", "wall s", "peak MB")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one fold took: seconds of processor and of the clock, and the most memory of its process in MB."""

    processor: float
    wall: float
    peak: float


def growth(sizes: Sequence[int]) -> None:
    """Print what folding a day costs against windows of `sizes`, and what a million documents weigh."""
    _head("window", "day", *_COLUMNS, "keys MB/million", "with text MB/million")
    with tempfile.TemporaryDirectory() as folder:
        roots = {size: _filled(Path(folder) / str(size), size) for size in sizes}
        whole = max(sizes) >= _WHOLE_WINDOW
        for day, times in ((_DAY, _TIMES), (_WHOLE_DAY, 1))[: 1 + whole]:
            turns: dict[int, list[Turn]] = {}
            for _ in range(times):  # in turns, so that a busy neighbour meets them all
                for size, root in roots.items():
                    turns.setdefault(size, []).append(_turn(root, day))
            first = _median(next(iter(turns.values())))
            for size, each in turns.items():
                _row(f"{size:,}", day, _median(each), first, *_weights(roots[size], size))


def parts(sizes: Sequence[int]) -> None:
    """Print what folding a day costs where a day of the window was published once, and where every hour."""
    _head("window", "parts a day", "files", *_COLUMNS)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            roots = {count: _filled(Path(folder) / str(count), size, count) for count in _PARTS}
            turns: dict[int, list[Turn]] = {}
            for _ in range(_TIMES):
                for count, root in roots.items():
                    turns.setdefault(count, []).append(_turn(root, _DAY))
            for count, each in turns.items():
                files = sum(1 for _ in roots[count].glob("*/*/*.parquet"))
                _row(f"{size:,} | {count} | {files:,}", _DAY, _median(each), _median(turns[_PARTS[0]]), day=False)


def _filled(root: Path, size: int, count: int = 1) -> Path:
    folding_window.fill(FolderWindow(root), size, FoldOptions(), count)
    return root


def _turn(root: Path, documents: int) -> Turn:
    command = [sys.executable, "-m", __spec__.name, str(root), str(documents)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    return Turn(**json.loads(done.stdout))


def _median(turns: Sequence[Turn]) -> Turn:
    return sorted(turns, key=lambda turn: turn.processor)[len(turns) // 2]


def _weights(root: Path, size: int) -> tuple[str, str]:
    weights = [folding_window.weight(root, kind) / size for kind in ("bands", "sig", "texts")]
    return f"{weights[0]:.0f}", f"{sum(weights):.0f}"


def _head(*names: str) -> None:
    print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}", flush=True)


def _row(name: str, documents: int, turn: Turn, first: Turn, *more: str, day: bool = True) -> None:
    one = 1000 * turn.processor / documents
    times = turn.processor / first.processor
    figures = (f"{turn.processor:.1f}", f"{one:.2f}", f"{times:.2f}", f"{turn.wall:.1f}", f"{turn.peak:.0f}")
    print(f"| {' | '.join((name, *([f'{documents:,}'] if day else []), *figures, *more))} |", flush=True)


def main(root: str, documents: str) -> int:
    """Fold one day against the window in `root`, and print its turn as JSON."""
    day = folding_window.a_day(folding_window.composed(), int(documents))
    wall, start = time.perf_counter(), time.process_time()
    fold(day, FolderWindow(Path(root)), day=START.date(), options=FoldOptions())
    took, waited = time.process_time() - start, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(asdict(Turn(took, waited, peak))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
