"""Benchmark of folding: scores, goals, recall of candidates, speed and growth.

    python -m infra.bench.folding [score] [goals] [recall [TABLE…]] [speed] [bytes] [growth]
                                  [parts] [corpus] [hand] [SIZE…]

`score` and `bytes` need SILLOK_FOLDING_BENCH (the folder of the labelled benchmark); `score` adds
ablations, `bytes` weighs what is kept of a document.
`goals` holds relations, originals and the two forms of a text to what is wanted of them.
`recall` compares candidates with brute force. `speed` clusters the same documents with Sillok,
datasketch and rensa (the optional extra `bench`) in one run on one core, by processor time.
`growth` folds one day against windows of each SIZE, `parts` against windows that were published
once a day and every hour. `corpus` joins the random keys of SIZE documents in slices, `hand` folds a table of SIZE rows.
"""

import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from infra.bench import folding_benchmark, folding_goals, folding_growth
from infra.bench.composed import START, compose
from processing.dedupe.corpus import Corpus
from processing.dedupe.fold import fold
from processing.matching.pairs import components
from processing.signing.batch import sign
from processing.signing.columns import SIG, TEXTS
from processing.signing.documents import Features, FoldOptions, Thresholds
from processing.signing.shingles import KEYS
from processing.signing.window import EmptyWindow, FolderWindow, Partitions, write_part

ABLATIONS: Final = {
    "as it is": FoldOptions(),
    "no learnt boilerplate": FoldOptions(features=Features(learnt=False)),
    "half the passages": FoldOptions(features=Features(sparse=1.4, densest=12.0)),
    "no veto": FoldOptions(thresholds=Thresholds(veto=False)),
}


def score() -> None:
    """Print the score of the public part of the benchmark, and those of the ablations."""
    root = os.environ.get("SILLOK_FOLDING_BENCH")
    if not root:
        print("score: left out, SILLOK_FOLDING_BENCH names no benchmark folder")
        return
    documents = folding_benchmark.documents(Path(root) / "public" / "docs.jsonl.gz")
    known = folding_benchmark.labels(Path(root) / "public" / "labels.jsonl.gz")
    print("| | P | R | F1 | ARI | ARI without soft | wrong template pairs |")
    print("|---|---|---|---|---|---|---|")
    for name, options in ABLATIONS.items():
        rows = fold(
            documents, EmptyWindow(), day=START.date(), options=options
        ).clusters.to_pylist()
        got = folding_benchmark.score(
            known, {str(row["version_id"]): str(row["cluster"]) for row in rows}
        )
        figures = (got.precision, got.recall, got.f1, got.ari, got.ari_hard)
        row = " | ".join(f"{figure:.4f}" for figure in figures)
        print(f"| {name} | {row} | {got.template_pairs} |", flush=True)
        if name == "as it is":
            kinds = "; ".join(f"{kind} {share:.3f}" for kind, share in got.kinds.items())
    print(f"\nrecall by kind: {kinds}")


def speed() -> None:
    """Print for each contestant its score and the documents per second of processor time.

    Signing and comparing are timed apart; figures are medians of three turns.
    """
    root = os.environ.get("SILLOK_FOLDING_BENCH")
    known = folding_benchmark.labels(Path(root) / "public" / "labels.jsonl.gz") if root else {}
    documents = [each.document for each in compose(5, 800)]
    if root:
        documents = folding_benchmark.documents(Path(root) / "public" / "docs.jsonl.gz")
    else:
        print(
            "speed: composed documents and no score, SILLOK_FOLDING_BENCH names no benchmark folder"
        )
    for library in folding_benchmark.LIBRARIES:
        if not folding_benchmark.is_installed(library):
            print(f"{library}: left out, install the extra `bench`")
    turns: dict[str, list[folding_benchmark.ContestantResult]] = {}
    # In turns, so that other load on the machine meets all of them.
    for _ in range(3):
        for name, contestant in folding_benchmark.contestants().items():
            turns.setdefault(name, []).append(contestant(documents))
    print(
        "| | signed a second | compared a second | P | R | F1 | ARI without soft "
        "| wrong template pairs |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, results in turns.items():
        _print_speed(name, results, known)


def _print_speed(
    name: str,
    results: Sequence[folding_benchmark.ContestantResult],
    known: dict[str, dict[str, Any]],
) -> None:
    rates = (
        statistics.median(getattr(result, side) for result in results)
        for side in ("signed", "compared")
    )
    print(f"| {name} | " + " | ".join(f"{rate:,.0f}" for rate in rates), end=" | ")
    if known:
        got = folding_benchmark.score(known, results[0].clusters)
        figures = (got.precision, got.recall, got.f1, got.ari_hard)
        print(" | ".join(f"{figure:.4f}" for figure in figures), end=" | ")
        print(got.template_pairs, end=" |")
    print(flush=True)


def weigh() -> None:
    """Print the bytes that a document of the benchmark has in keys, signature and text.

    All documents are one part of one day, as those of a large day are once they are compacted.
    """
    root = os.environ.get("SILLOK_FOLDING_BENCH")
    if not root:
        print("bytes: left out, SILLOK_FOLDING_BENCH names no benchmark folder")
        return
    documents = folding_benchmark.documents(Path(root) / "public" / "docs.jsonl.gz")
    with Partitions(EmptyWindow(), FoldOptions()) as partitions:
        fresh = sign(partitions, documents, START.date())
    print(
        "| bytes per document | keys | signature | marks of it | keys and signature | with text |"
    )
    print("|---|---|---|---|---|---|")
    bands, sig, texts = (
        column_bytes(table)
        for table in (fresh.bands, fresh.sig.select(SIG.names), fresh.sig.select(TEXTS.names))
    )
    keys, signature = sum(bands.values()), sum(sig.values())
    every = keys + signature + sum(texts.values())
    figures = (keys, signature, sig["marks"], keys + signature, every)
    row = " | ".join(f"{figure / len(documents):.0f}" for figure in figures)
    print(f"| {len(documents):,} documents | {row} |", flush=True)


def column_bytes(table: pa.Table) -> Counter[str]:
    """Return the bytes of each column of a part, and under "" those of its footer."""
    day = pa.array([START.date()] * table.num_rows, pa.date32())
    stored = BytesIO()
    write_part(table.set_column(table.schema.get_field_index("day"), "day", day), stored)
    described, sizes = pq.read_metadata(stored), Counter[str]()
    for group in map(described.row_group, range(described.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            name = column.path_in_schema.partition(".")[0]
            sizes[name] += column.total_compressed_size
    sizes[""] = stored.getbuffer().nbytes - sizes.total()
    return sizes


def corpus(sizes: Sequence[int]) -> None:
    """Print the cost of joining the random keys of an archive, with one gigabyte for DuckDB."""
    print("| documents | pairs | by chance | slices | processor s | wall s | peak MB |")
    print("|---|---|---|---|---|---|---|", flush=True)
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
        # Random keys meet by chance; many more or any fewer pairs are a fault.
        by_chance = len(links) - expected
        most = 10 + 2 * (folding_growth.KEYS_OF_ONE * size) ** 2 / (KEYS >> 3) / 2
        right = "" if 0 <= by_chance <= most else " WRONG"
        pairs = f"{len(links):,}{right} | {by_chance} | {slices}"
        print(f"| {size:,} | {pairs} | {took:.1f} | {waited:.1f} | {peak:.0f} |", flush=True)


def main(wanted: Sequence[str]) -> int:
    """Run the named parts; without names `score`, `goals`, `recall`, `speed` and `bytes`."""
    measured = ["duckdb", "numpy", "pyarrow", "rapidfuzz"]
    measured += filter(folding_benchmark.is_installed, folding_benchmark.LIBRARIES)
    names = ", ".join(f"{name} {version(name)}" for name in measured)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    libraries = f"Python {platform.python_version()}, {names}"
    print(f"{machine}, {libraries}; fingerprint {FoldOptions().fingerprint}\n")
    sizes = [int(each) for each in wanted if each.isdigit()] or [10_000, 100_000]
    if not wanted or "score" in wanted:
        score()
    if not wanted or "goals" in wanted:
        root = os.environ.get("SILLOK_FOLDING_BENCH")
        folding_goals.goals(Path(root) / "public" if root else None)
    if not wanted or "recall" in wanted:
        folding_goals.recall([each for each in wanted if Path(each).is_file()])
    if not wanted or "speed" in wanted:
        speed()
    if not wanted or "bytes" in wanted:
        weigh()
    if "growth" in wanted:
        folding_growth.growth(sizes)
    if "parts" in wanted:
        folding_growth.parts(sizes)
    if "corpus" in wanted:
        corpus(sizes)
    if "hand" in wanted:
        folding_goals.by_hand(sizes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
