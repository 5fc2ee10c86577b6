"""`sillok fold DOCS.jsonl [-o CLUSTERS.jsonl]`: fold any JSON lines, whatever their size, with progress, resumable.

For the command:

    summary = fold_file(path, out, options=options, progress=bar)   # out: a path, or None for rows in summary.rows()
    raise typer.Exit(5 if summary.bad else 0)                        # summary.bad: (line number, what is wrong)

A row has `id` and `text`, and optionally `outlet`, `outlet_class`, `title`, `url`, `published_at`, `fetched_at`; other
fields are ignored. A row without `id` that has a `version_id` is an article as `scrapy crawl -O` or `sillok export`
wrote it, and is read as one. `fetched_at` decides the day, else `published_at`; a stamp without an offset is Seoul
time. Where rows have neither, all rows of the file count as one window. The output has one row a document, sorted by
id: id, cluster, original, relation, parent, score.

JSON lines from people: every usable row as a document, every other one by its line number and what is wrong.
"""

import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Final

import duckdb

from processing.dates import SEOUL
from processing.dedupe.fold import fold
from processing.dedupe.steps import Steps
from processing.errors import UsageError
from processing.signing.columns import CLUSTERS
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import view

LONGEST: Final = 32 * 1024 * 1024
"""Bytes of a line; a longer one is a bad row, not a memory problem."""

_EPOCH: Final = date(1970, 1, 1)
_OPTIONAL: Final = ("outlet", "outlet_class", "title", "url")
_ARCHIVED: Final = ("article_id", "agency", "origin_url")
"""What is read beside them of rows that a crawl or an export wrote."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that was skipped."""

    line: int
    why: str


class _BadRowError(ValueError):
    """What is wrong with one row; never leaves this module."""


@dataclass(frozen=True, slots=True)
class RowsFile:
    """A file of rows, read once for what is wrong with it and how far its days reach."""

    path: Path
    count: int
    bad: tuple[Bad, ...]
    digest: str
    first: date
    last: date
    dateless: bool

    @property
    def undated(self) -> date:
        """The day of rows that state no time."""
        return self.last

    @property
    def span_days(self) -> int:
        return (self.last - self.first).days

    def batches(self, size: int) -> Iterator[list[Document]]:
        """Yield the usable rows as documents, `size` at a time, in the order of the file."""
        wrong = {each.line for each in self.bad}
        batch: list[Document] = []
        for line, data in _lines(self.path):
            if line in wrong or not data.strip():
                continue
            batch.append(_document(data))
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch


def read_rows(path: Path) -> RowsFile:
    """Read a file of JSON lines, gzip or plain. Raises UsageError where it cannot be opened or unpacked."""
    bad: list[Bad] = []
    seen: set[bytes] = set()
    days: set[date] = set()
    dateless = False
    digest = hashlib.sha256()
    for line, data in _lines(path):
        digest.update(data)
        if not data.strip():
            continue
        try:
            document = _document(data)
            _first_time(document.id, seen)
        except _BadRowError as error:
            bad.append(Bad(line, str(error)))
            continue
        dateless = dateless or document.fetched_at is None
        if document.fetched_at:
            days.add(document.day(_EPOCH))
    span = (min(days), max(days)) if days else (_EPOCH, _EPOCH)
    return RowsFile(path, len(seen), tuple(bad), digest.hexdigest(), *span, dateless)


def _first_time(identity: str, seen: set[bytes]) -> None:
    mark = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()[:16]
    if mark in seen:
        raise _BadRowError(f"id {identity!r} was already used by an earlier row")
    seen.add(mark)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield from _numbered(gzip.GzipFile(fileobj=raw) if packed else raw)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} cannot be read as JSON lines: {error}") from error


def _numbered(file: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
    stream = io.BufferedReader(file) if isinstance(file, gzip.GzipFile) else file
    number = 0
    while data := stream.readline(LONGEST + 1):
        number += 1
        if len(data) > LONGEST:
            while rest := stream.readline(LONGEST):
                if rest.endswith(b"\n"):
                    break
            data = data[:LONGEST] + b"..."
        yield number, data


def _document(data: bytes) -> Document:
    if len(data) > LONGEST:
        raise _BadRowError(f"longer than {LONGEST} bytes")
    try:
        row = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _BadRowError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise _BadRowError(f"a JSON object is needed, this is {type(row).__name__}")
    archived = "id" not in row and "version_id" in row
    row = _renamed(row) if archived else row
    identity, text = row.get("id"), row.get("text")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity or _sound(identity) != identity:
        raise _BadRowError("`id` must be a sound string that is not empty")
    if not isinstance(text, str):
        raise _BadRowError("`text` must be a string")
    names = (*_OPTIONAL, *_ARCHIVED) if archived else _OPTIONAL
    said = {name: _string(row, name) for name in names if row.get(name) is not None}
    published, fetched = _moment(row, "published_at"), _moment(row, "fetched_at")
    return Document(
        id=identity,
        text=_sound(text),
        published_at=published,
        fetched_at=fetched or published,
        **said,
    )


def _renamed(row: dict[str, object]) -> dict[str, object]:
    """Return an article as `scrapy crawl` and `sillok export` write it, under the names that are read here."""
    published, origin = row.get("published"), row.get("origin")
    return {
        **row,
        "id": row["version_id"],
        "published_at": published.get("at") if isinstance(published, dict) else None,
        "origin_url": origin.get("url") if isinstance(origin, dict) else None,
    }


def _string(row: dict[str, object], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise _BadRowError(f"`{name}` must be a string")
    return _sound(value)


def _sound(text: str) -> str:
    """Return `text` without half surrogate pairs, which JSON can say and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _moment(row: dict[str, object], name: str) -> datetime | None:
    """Return a stamp in UTC. Raises _BadRowError where it is no RFC 3339 date-time or out of what can be converted."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _BadRowError(f"`{name}` must be a string such as 2026-11-22T09:00:00+09:00")
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _BadRowError(f"`{name}` is no date-time: {value[:60]!r}") from error


BATCH: Final = 20_000
"""Documents folded at a time; results do not depend on it."""

Progress = Callable[[int, int], None]
"""Called with the documents folded and their number after each batch."""

_NEWEST: Final = """
    SELECT version_id AS id, cluster, original, relation, parent, score FROM raw_clusters
    QUALIFY row_number() OVER (PARTITION BY version_id ORDER BY part DESC) = 1 ORDER BY id
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


def _spanning(reading: RowsFile, options: FoldOptions) -> FoldOptions:
    """Return the options with a window as wide as the file where some rows state no time."""
    return (
        replace(options, window_days=max(options.window_days, reading.span_days))
        if reading.dateless
        else options
    )


def _begin(folder: Path, reading: RowsFile, options: FoldOptions, batch: int) -> None:
    """Make the folder of finished batches; what another file, other options or other batches left is thrown away."""
    mark = json.dumps([reading.digest, options.fingerprint, options.window_days, batch])
    marker = folder / "input.json"
    if folder.exists() and (not marker.exists() or marker.read_text() != mark):
        if any(folder.iterdir()) and not marker.exists():
            raise UsageError(
                f"{folder} exists and is no work folder of a fold; remove it or name another one"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(mark)


def _write(steps: Steps, out: Path, reading: RowsFile) -> Summary:
    """Write the newest row of each document to a temporary file beside `out`, and move it there when it is whole."""
    relations: dict[str, int] = {}
    clusters: set[str] = set()
    count = 0
    with tempfile.NamedTemporaryFile(
        "w", dir=out.parent, prefix=".fold-", delete=False, encoding="utf-8"
    ) as file:
        for row in _rows(steps):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            relations[str(row["relation"])] = relations.get(str(row["relation"]), 0) + 1
            clusters.add(str(row["cluster"]))
            count += 1
    Path(file.name).chmod(0o644)
    Path(file.name).replace(out)
    return Summary(count, len(clusters), dict(sorted(relations.items())), reading.bad)


def _rows(steps: Steps) -> Iterator[dict[str, object]]:
    with duckdb.connect() as database:
        view(database, "raw_clusters", steps.added("clusters"), CLUSTERS)
        found = database.sql(_NEWEST)
        for batch in found.to_arrow_reader(10_000):
            yield from batch.to_pylist()
