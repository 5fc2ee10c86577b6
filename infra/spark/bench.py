"""The fold of a whole archive: one process, and Spark with one worker and with two, in one run.

    python -m infra.spark.bench [--stories 400]

Composed documents (`infra.bench.composed`), signed and laid down as an archive in a directory. Each
worker has one core. Elapsed seconds are those of the command; processor seconds are those of the
command and, for Spark, of master and workers with their executors, which are ended after each turn.
All outputs must be equal.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from infra.bench.composed import START, compose
from infra.spark.standalone import StandaloneCluster
from processing.archive import manifests
from processing.archive.tables import of_tables
from processing.dedupe.fold import Folded, fold
from processing.records import Manifest
from processing.signing.documents import FoldOptions
from processing.signing.window import EmptyWindow
from processing.store.file_store import FileStore

_JOB = Path(__file__).with_name("fold_corpus.py")
_DAYS = 8


def lay_down(root: Path, stories: int) -> int:
    """Sign composed documents, write an archive of them, and return how many they are."""
    options = FoldOptions()
    documents = [labelled.document for labelled in compose(1, stories, _DAYS)]
    folded = fold(documents, EmptyWindow(), day=START.date(), options=options)
    store = FileStore(root)
    parts = list(of_tables(_tables(folded, options), 1))
    for part in parts:
        store.put(part.key, part.data)
    manifest = Manifest(
        seq=1,
        previous=None,
        batch="bench",
        published_at=START,
        adds=tuple(part.sum for part in parts),
        code_version="0",
        lock_sha256="0" * 64,
    )
    store.put(manifests.key(1), manifest.model_dump_json().encode())
    return len(documents)


def _tables(folded: Folded, options: FoldOptions) -> Iterator[tuple[str, date, pa.Table]]:
    for (kind, day), rows in folded.parts.items():
        yield f"dedupe/v={options.fingerprint}/{kind}", day, rows
    for day, rows in folded.clusters_by_day().items():
        yield "clusters", day, rows


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Return elapsed seconds and the processor seconds of all processes that `work` waited for."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    elapsed = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_one_process(out: Path, environment: Mapping[str, str]) -> None:
    """Fold with `sillok fold --corpus`."""
    command = [sys.executable, "-m", "spiders.cli", "fold", "--corpus", "-o", str(out)]
    subprocess.run(command, env={**os.environ, **environment}, check=True)  # noqa: S603 - ours


def on_spark(workers: int, folder: Path, out: Path, environment: Mapping[str, str]) -> None:
    """Fold on a new cluster; raises SystemExit where the job fails."""
    with StandaloneCluster(folder) as cluster:
        for number in range(workers):
            cluster.start_worker(f"worker{number}", environment)
        log = folder / "driver.log"
        with log.open("wb") as output:
            job = cluster.submit([str(_JOB), str(out)], environment, output)
        if job.wait():
            raise SystemExit(log.read_text()[-3000:])
        # A worker that has seen its executors end counts their processor time as its own.
        while any(worker["coresused"] for worker in cluster.state()["workers"]):
            time.sleep(0.1)


def main() -> int:
    """Print one row a turn; return 1 where the outputs differ."""
    parser = argparse.ArgumentParser(prog="python -m infra.spark.bench", description=__doc__)
    parser.add_argument("--stories", type=int, default=400)
    stories = parser.parse_args().stories
    with tempfile.TemporaryDirectory(prefix="sillok-spark-") as name:
        root = Path(name)
        count = lay_down(root / "archive", stories)
        environment = {
            "SILLOK_STORE": f"file:{root / 'archive'}",
            "SILLOK_CACHE": str(root / "cache"),
            "SILLOK_HEADS": str(root / "heads"),
        }
        print(f"{count} documents", flush=True)
        outputs = [root / f"{turn}.jsonl" for turn in range(3)]
        for workers, out in enumerate(outputs):

            def turn(workers: int = workers, out: Path = out) -> None:
                if workers:
                    on_spark(workers, root / f"spark{workers}", out, environment)
                else:
                    in_one_process(out, environment)

            elapsed, cpu = measured(turn)
            what = f"Spark, workers: {workers}" if workers else "one process"
            print(f"{what}: {elapsed:.1f} s, {cpu:.1f} s of processor", flush=True)
        same = len({out.read_bytes() for out in outputs}) == 1
    print("the outputs are equal" if same else "the outputs differ")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
