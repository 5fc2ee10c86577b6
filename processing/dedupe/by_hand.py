"""`sillok fold DOCS.jsonl [-o CLUSTERS.jsonl]`: fold any JSON lines, whatever their size, with progress, resumable.

For the command:

    summary = fold_file(path, out, options=options, progress=bar)   # out: a path, or None for rows in summary.rows()
    raise typer.Exit(5 if summary.bad else 0)                        # summary.bad: (line number, what is wrong)

A row has `id` and `text`, and optionally `outlet`, `outlet_class`, `title`, `url`, `published_at`, `fetched_at`; other
fields are ignored. A row without `id` that has a `version_id` is an article as `scrapy crawl -O` or `sillok export`
wrote it, and is read as one. `fetched_at` decides the day, else `published_at`; a stamp without an offset is Seoul
time. Where rows have neither, all rows of the file count as one window. The output has one row a document, sorted by
id: id, cluster, original, relation, parent, score.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from processing.dedupe.documents import FoldOptions
from processing.dedupe.fold import fold
from processing.dedupe.rows import Bad, Reading, read_rows
from processing.dedupe.steps import Steps
from processing.errors import UsageError

BATCH: Final = 20_000
"""Documents folded at a time; results do not depend on it."""

Progress = Callable[[int, int], None]
"""Called with the documents folded and their number after each batch."""

_NEWEST: Final = """
    SELECT version_id AS id, cluster, original, relation, parent, score FROM (
        SELECT *, row_number() OVER (PARTITION BY version_id ORDER BY filename DESC) AS place
        FROM read_parquet($parts, filename = true))
    WHERE place = 1 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was folded: documents, clusters, how many documents have which relation, and the rows that were skipped."""

    documents: int
    clusters: int
    relations: dict[str, int]
    bad: tuple[Bad, ...]


def fold_file(
    path: Path,
    out: Path,
    *,
    options: FoldOptions | None = None,
    progress: Progress = lambda _done, _of: None,
    work: Path | None = None,
    batch: int = BATCH,
) -> Summary:
    """Fold the JSON lines of `path` (also gzip) and write one row a document to `out`.

    Finished batches lie in `work` (default: beside `out`, `<name>.work`) until the end, so that the same call after an
    interruption goes on where it stopped. Raises UsageError where `path` cannot be read or `out` is a folder.
    """
    if out.is_dir():
        raise UsageError(f"{out} is a folder; name a file for the rows")
    out.parent.mkdir(parents=True, exist_ok=True)
    reading = read_rows(path)
    options = _spanning(reading, options or FoldOptions())
    folder = work or out.with_name(f"{out.name}.work")
    _begin(folder, reading, options, batch)
    steps = Steps(folder)
    done = 0
    for place, documents in enumerate(reading.batches(batch)):
        name = f"{place:08d}"
        if name not in steps.finished:
            steps.keep(name, fold(documents, steps, day=reading.undated, options=options))
        done += len(documents)
        progress(done, reading.count)
    summary = _write(steps, out, reading)
    shutil.rmtree(folder)
    return summary


def _spanning(reading: Reading, options: FoldOptions) -> FoldOptions:
    """Return the options with a window as wide as the file where some rows state no time."""
    return replace(options, window_days=max(options.window_days, reading.span_days)) if reading.dateless else options


def _begin(folder: Path, reading: Reading, options: FoldOptions, batch: int) -> None:
    """Make the folder of finished batches; what another file, other options or other batches left is thrown away."""
    mark = json.dumps([reading.digest, options.fingerprint, options.window_days, batch])
    marker = folder / "input.json"
    if folder.exists() and (not marker.exists() or marker.read_text() != mark):
        if any(folder.iterdir()) and not marker.exists():
            raise UsageError(f"{folder} exists and is no work folder of a fold; remove it or name another one")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(mark)


def _write(steps: Steps, out: Path, reading: Reading) -> Summary:
    """Write the newest row of each document to a temporary file beside `out`, and move it there when it is whole."""
    relations: dict[str, int] = {}
    clusters: set[str] = set()
    count = 0
    with tempfile.NamedTemporaryFile("w", dir=out.parent, prefix=".fold-", delete=False, encoding="utf-8") as file:
        for row in _rows(steps):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            relations[str(row["relation"])] = relations.get(str(row["relation"]), 0) + 1
            clusters.add(str(row["cluster"]))
            count += 1
    Path(file.name).chmod(0o644)
    Path(file.name).replace(out)
    return Summary(count, len(clusters), dict(sorted(relations.items())), reading.bad)


def _rows(steps: Steps) -> Iterator[dict[str, object]]:
    parts = [str(part) for part in steps.added("clusters")]
    if not parts:
        return
    with duckdb.connect() as database:
        found = database.sql(_NEWEST, params={"parts": parts})
        for batch in found.to_arrow_reader(10_000):
            yield from batch.to_pylist()
