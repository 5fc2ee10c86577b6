"""Folding measured: `python -m infra.bench.folding [score] [recall [TABLE…]] [speed] [growth] [parts] [corpus] [SIZE…]`.

`score` needs SILLOK_FOLDING_BENCH (the folder of the labelled benchmark) and adds the ablations; `speed` finds the
reprints among the same documents with Sillok, datasketch (the optional extra `bench`) and rensa in one run, on one
core, by processor time, because a wall clock shows the neighbours; `growth` folds one day against windows of each
SIZE, `parts` against windows that were published once a day and every hour; `corpus` joins the drawn keys of SIZE
documents in slices.
"""

import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from infra.bench import folding_benchmark, folding_growth, folding_recall
from infra.bench.composed import START, compose
from processing.dedupe.corpus import Corpus
from processing.dedupe.fold import fold
from processing.matching.match import components
from processing.signing.documents import Features, FoldOptions, Thresholds
from processing.signing.window import EmptyWindow, FolderWindow

ABLATIONS: Final = {
    "as it is": FoldOptions(),
    "no learnt boilerplate": FoldOptions(features=Features(learnt=False)),
    "half the passages": FoldOptions(features=Features(sparse=1.4, densest=12.0)),
    "no veto": FoldOptions(thresholds=Thresholds(veto=False)),
}


def score() -> None:
    """Print the score of the public part, and what each part of the method is worth."""
    root = os.environ.get("SILLOK_FOLDING_BENCH")
    if not root:
        print("score: left out, SILLOK_FOLDING_BENCH names no benchmark folder")
        return
    documents = folding_benchmark.documents(Path(root) / "public" / "docs.jsonl.gz")
    known = folding_benchmark.labels(Path(root) / "public" / "labels.jsonl.gz")
    print(
        "| | P | R | F1 | ARI | ARI without soft | wrong template pairs |\n|---|---|---|---|---|---|---|"
    )
    for name, options in ABLATIONS.items():
        rows = fold(
            documents, EmptyWindow(), day=START.date(), options=options
        ).clusters.to_pylist()
        got = folding_benchmark.score(
            known, {str(row["version_id"]): str(row["cluster"]) for row in rows}
        )
        print(f"| {name} | {got.precision:.4f} | {got.recall:.4f} | {got.f1:.4f} | {got.ari:.4f} | {got.ari_hard:.4f} "
              f"| {got.template_pairs} |", flush=True)  # fmt: skip
        if name == "as it is":
            told = folding_benchmark.relations(
                known, {str(row["version_id"]): str(row["relation"]) for row in rows}
            )
            kinds = "; ".join(f"{kind} {share:.3f}" for kind, share in got.kinds.items())
    print(f"\nrecall by kind: {kinds}\n\n| label | relations |\n|---|---|")
    for label, counts in told.items():
        print(f"| {label} | {', '.join(f'{name} {count}' for name, count in counts.items())} |")


def speed() -> None:
    """Print what each contestant signs and compares a second of processor time, the median of three, and its score."""
    root = os.environ.get("SILLOK_FOLDING_BENCH")
    known = folding_benchmark.labels(Path(root) / "public" / "labels.jsonl.gz") if root else {}
    documents = [each.document for each in compose(5, 800)]
    if root:
        documents = folding_benchmark.documents(Path(root) / "public" / "docs.jsonl.gz")
    else:
        print(
            "speed: composed documents and no score, SILLOK_FOLDING_BENCH names no benchmark folder"
        )
    if not folding_benchmark.datasketch_is_there():
        print("datasketch: left out, install the extra `bench`")
    turns: dict[str, list[folding_benchmark.ContestantResult]] = {}
    for _ in range(3):
        for name, contestant in folding_benchmark.contestants().items():
            turns.setdefault(name, []).append(contestant(documents))
    print(
        "| | signed a second | compared a second | P | R | F1 | ARI without soft | wrong template pairs |"
    )
    print("|---|---|---|---|---|---|---|---|")
    _print_speeds(turns, known)


def _print_speeds(
    turns: Mapping[str, Sequence[folding_benchmark.ContestantResult]],
    known: Mapping[str, dict[str, Any]],
) -> None:
    for name, each in turns.items():
        rates = (
            statistics.median(getattr(turn, side) for turn in each)
            for side in ("signed", "compared")
        )
        print(f"| {name} | " + " | ".join(f"{rate:,.0f}" for rate in rates), end=" | ")
        if known:
            got = folding_benchmark.score(known, each[0].clusters)
            print(
                f"{got.precision:.4f} | {got.recall:.4f} | {got.f1:.4f} | {got.ari_hard:.4f} ",
                end="| ",
            )
            print(got.template_pairs, end=" |")
        print(flush=True)


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
            expected = folding_growth.drawn(FolderWindow(root), size)
            day = START.date()
            job = Corpus(
                FolderWindow(root), (day, day), root / "work", options=FoldOptions(), slices=slices
            )
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
    """Run the named parts; without names `score`, `recall` and `speed`."""
    names = ", ".join(
        f"{name} {version(name)}" for name in ("duckdb", "numpy", "pyarrow", "rapidfuzz", "rensa")
    )
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
          f"{platform.python_version()}, {names}; fingerprint {FoldOptions().fingerprint}\n")  # fmt: skip
    sizes = [int(each) for each in wanted if each.isdigit()] or [10_000, 100_000]
    if not wanted or "score" in wanted:
        score()
    if not wanted or "recall" in wanted:
        folding_recall.recall([each for each in wanted if Path(each).is_file()])
    if not wanted or "speed" in wanted:
        speed()
    if "growth" in wanted:
        folding_growth.growth(sizes)
    if "parts" in wanted:
        folding_growth.parts(sizes)
    if "corpus" in wanted:
        corpus(sizes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
