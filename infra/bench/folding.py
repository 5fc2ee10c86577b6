"""Folding measured: `python -m infra.bench.folding [score] [speed] [growth] [corpus] [SIZE…]`.

`score` needs SILLOK_FOLDING_BENCH (the folder of the labelled benchmark) and adds the ablations; `speed` signs the same
composed documents with Sillok, datasketch's MinHash (the optional extra `bench`) and rensa in one run, on one core, and
prints processor time, because a wall clock shows the neighbours; `growth` folds one day against windows of each SIZE;
`corpus` joins the drawn keys of SIZE documents in slices.
"""

import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import rensa

from infra.bench import folding_benchmark, folding_window
from infra.bench.composed import START, compose
from processing.dedupe.corpus import Corpus
from processing.dedupe.documents import Document, Features, FoldOptions, Thresholds
from processing.dedupe.fold import fold
from processing.dedupe.linked import components
from processing.dedupe.signing import draft, signed, tables
from processing.dedupe.window import EmptyWindow, FolderWindow

ABLATIONS: Final = {
    "as it is": FoldOptions(),
    "no learnt boilerplate": FoldOptions(features=Features(learnt=False)),
    "no head channel": FoldOptions(features=Features(head=(0, 4))),
    "no runs": FoldOptions(features=Features(runs=0)),
    "neither head nor runs": FoldOptions(features=Features(head=(0, 4), runs=0)),
    "no veto": FoldOptions(thresholds=Thresholds(veto=False)),
}
_DAY: Final = 3_000
_WHOLE_DAY: Final = 47_000
_WHOLE_WINDOW: Final = 1_000_000


def score() -> None:
    """Print the score of the public part, and what each part of the method is worth."""
    root = os.environ.get("SILLOK_FOLDING_BENCH")
    if not root:
        print("score: left out, SILLOK_FOLDING_BENCH names no benchmark folder")
        return
    documents = folding_benchmark.documents(Path(root) / "public" / "docs.jsonl.gz")
    known = folding_benchmark.labels(Path(root) / "public" / "labels.jsonl.gz")
    print("| | P | R | F1 | ARI | ARI without soft | wrong template pairs |\n|---|---|---|---|---|---|---|")
    for name, options in ABLATIONS.items():
        rows = fold(documents, EmptyWindow(), day=START.date(), options=options).clusters.to_pylist()
        got = folding_benchmark.score(known, {str(row["version_id"]): str(row["cluster"]) for row in rows})
        print(f"| {name} | {got.precision:.4f} | {got.recall:.4f} | {got.f1:.4f} | {got.ari:.4f} | {got.ari_hard:.4f} "
              f"| {got.template_pairs} |", flush=True)  # fmt: skip
        if name == "as it is":
            kinds = "; ".join(f"{kind} {share:.3f}" for kind, share in got.kinds.items())
    print(f"\nrecall by kind: {kinds}")


def speed() -> None:
    """Print documents signed a second of processor time: the median of three turns, in turn."""
    documents = [each.document for each in compose(5, 800)]
    words = [each.text.split() for each in documents]
    contestants: dict[str, Callable[[], object]] = {
        "Sillok: text, facts, boilerplate lines, keys": lambda: _sign(documents),
        "rensa RMinHash 128 of words": lambda: [_rensa(each) for each in words],
    }
    try:
        from datasketch import MinHash  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - optional extra
    except ModuleNotFoundError:
        print("datasketch: left out, install the extra `bench`")
    else:
        contestants["datasketch MinHash 128 of words"] = lambda: MinHash.bulk(
            [[word.encode() for word in each] for each in words], num_perm=128
        )
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(3):
        for name, work in contestants.items():
            start = time.process_time()
            work()
            taken[name].append(len(documents) / (time.process_time() - start))
    for name, figures in taken.items():
        print(f"| {name} | {statistics.median(figures):,.0f} documents/s |")


def _sign(documents: Sequence[Document]) -> object:
    options = FoldOptions()
    made = [signed(draft(each, START.date(), options), frozenset(), options.features) for each in documents]
    return tables(made, options.features)


def _rensa(words: list[str]) -> object:
    sketch = rensa.RMinHash(num_perm=128, seed=1)
    sketch.update(words)
    return sketch.digest()


def growth(sizes: Sequence[int]) -> None:
    """Print what folding a day costs against windows of `sizes`, and what a million documents weigh."""
    print("| window | day | processor s | ms a document | wall s | peak MB | keys MB/million | with text MB/million |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            window = FolderWindow(Path(folder))
            known = folding_window.fill(window, size, FoldOptions())
            weights = [folding_window.weight(Path(folder), kind) / size for kind in ("bands", "sig", "texts")]
            for count in (_DAY, _WHOLE_DAY) if size >= _WHOLE_WINDOW else (_DAY,):
                _grown(window, size, folding_window.a_day(known, count), weights)


def _grown(window: FolderWindow, size: int, day: list[Document], weights: Sequence[float]) -> None:
    wall, start = time.perf_counter(), time.process_time()
    fold(day, window, day=START.date(), options=FoldOptions())
    took, waited = time.process_time() - start, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = (
        f"{took:.1f} | {1000 * took / len(day):.2f} | {waited:.1f} | {peak:.0f} | {weights[0]:.0f} | {sum(weights):.0f}"
    )
    print(f"| {size:,} | {len(day):,} | {figures} |", flush=True)


def corpus(sizes: Sequence[int]) -> None:
    """Print what joining the drawn keys of a whole archive costs, in slices within one gigabyte of DuckDB's."""
    print(
        "| documents | pairs | by chance | slices | processor s | wall s | peak MB |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    for size in sizes:
        slices = max(2, size // 250_000)
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            expected = folding_window.drawn(FolderWindow(root), size)
            day = START.date()
            job = Corpus(FolderWindow(root), (day, day), root / "work", options=FoldOptions(), slices=slices)
            wall, start = time.perf_counter(), time.process_time()
            links = job.candidates()
            components(links)
            took, waited = time.process_time() - start, time.perf_counter() - wall
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        by_chance = len(links) - expected
        right = "" if 0 <= by_chance <= 10 + 2 * (37 * size) ** 2 / 2**46 else " WRONG"
        figures = f"{len(links):,}{right} | {by_chance} | {slices} | {took:.1f} | {waited:.1f} | {peak:.0f}"
        print(f"| {size:,} | {figures} |", flush=True)


def main(wanted: Sequence[str]) -> int:
    """Run the named parts; without names `score` and `speed`."""
    names = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "numpy", "pyarrow", "rapidfuzz", "rensa"))
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
          f"{platform.python_version()}, {names}; fingerprint {FoldOptions().fingerprint}\n")  # fmt: skip
    sizes = [int(each) for each in wanted if each.isdigit()] or [10_000, 100_000]
    if not wanted or "score" in wanted:
        score()
    if not wanted or "speed" in wanted:
        speed()
    if "growth" in wanted:
        growth(sizes)
    if "corpus" in wanted:
        corpus(sizes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
