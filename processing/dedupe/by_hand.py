"""Folds any table by hand: `sillok fold FILE [-o CLUSTERS.jsonl]`, resumable, with progress.

    summary = fold_file(path, out, outlets=known, columns={"text": "본문"})   # files of every kind
    rows = fold_table(frame, columns={"id": "news_id"})                     # pandas, polars, Arrow

A row has `id` and `text`, and optionally `outlet`, `outlet_class`, `title`, `url`, `published_at`,
`fetched_at`, `agency` and `origin_url`, under their usual names (`processing.dedupe.fields`); others
are ignored. A row without `id` that has a `version_id` is an article as `scrapy crawl -O` or `sillok
export` wrote it. `fetched_at` decides the day, else `published_at`. Where rows have neither, all
rows count as one window. The output has one row per document, sorted by id: see `OUTPUT`.
"""

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from processing.dedupe.fields import BadRowError, chosen_columns
from processing.dedupe.fold import fold
from processing.dedupe.steps import Steps
from processing.dedupe.tables import Table, open_table
from processing.errors import UsageError
from processing.signing.columns import CLUSTERS
from processing.signing.documents import Document, FoldOptions, number
from processing.signing.window import Partitions, view

_EPOCH: Final = date(1970, 1, 1)
_NEWEST_IDS: Final = 1 << 15
_ALIKE: Final = 20
_SENTENCE = re.compile(r"[다요죠까][.?!][\"'”’)\]]{0,2}$")
_CUT: Final = 0.5
"""The share of texts that end at one length, and how many different ones, from which an export has cut them."""
OUTPUT: Final = (
    "id", "cluster", "original", "relation", "parent", "score", "evidence", "share_of_this", "share_of_parent",
    "original_confidence", "original_evidence", "stub",
)  # fmt: skip
"""The fields of a row of the output: see `processing.dedupe.fold`.

Where texts were cut, `cut` is one more.
"""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that was skipped."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class OutletFact:
    """What folding by hand knows of a declared outlet: the names it goes by, and its class."""

    names: tuple[str, ...]
    outlet_class: str


Outlets = Mapping[str, OutletFact]
"""Declared outlets by their names."""


@dataclass(frozen=True, slots=True)
class RowsFile:
    """A table, read once for what is wrong with it and how far its days reach.

    `misdated` counts the rows that state a date which is none; `cut_at` is the length at which an
    export cut most texts.
    """

    table: Table
    count: int
    bad: tuple[Bad, ...]
    digest: str
    first: date
    last: date
    dateless: bool
    misdated: int = 0
    cut_at: int | None = None

    @property
    def undated(self) -> date:
        """The day of rows that state no time."""
        return self.last

    @property
    def span_days(self) -> int:
        return (self.last - self.first).days

    def batches(self, size: int, outlets: Outlets | None = None) -> Iterator[list[Document]]:
        """Yield the usable rows as documents, `size` at a time, in the order of the file."""
        wrong = Counter(row.line for row in self.bad)
        classes = _classes(outlets or {})
        batch: list[Document] = []
        for line, row in self.table.rows():
            if wrong[line] or isinstance(row, str):
                continue
            document, _ = self.table.document(row)
            known = "" if document.outlet_class else classes.get(document.outlet, "")
            batch.append(replace(document, outlet_class=known) if known else document)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch


def _classes(outlets: Outlets) -> dict[str, str]:
    """Return the class of each outlet by all names it goes by."""
    return {
        spelling: fact.outlet_class
        for name, fact in outlets.items()
        for spelling in (name, *fact.names)
    }


def read_rows(path: Path, columns: Mapping[str, str] | None = None) -> RowsFile:
    """Read a table of any kind.

    Raises UsageError where it cannot be opened or unpacked, or lacks a column.
    """
    table = open_table(path, columns)
    bad: list[Bad] = []
    known = _Identities()
    days: set[date] = set()
    ends = _TextEnds()
    dateless, misdated = False, 0
    for line, row in table.rows():
        try:
            if isinstance(row, str):
                raise BadRowError(row)  # noqa: TRY301 - said as those of one row are
            document, wrong = table.document(row)
            known.add(document.id)
        except BadRowError as error:
            bad.append(Bad(line, str(error)))
            continue
        misdated += wrong
        ends.add(document.text)
        dateless = dateless or document.fetched_at is None
        if document.fetched_at:
            days.add(document.day(_EPOCH))
    span = (min(days), max(days)) if days else (_EPOCH, _EPOCH)
    return RowsFile(
        table,
        known.count,
        tuple(bad),
        table.digest,
        *span,
        dateless,
        misdated,
        ends.cut_at,
    )


class _TextEnds:
    """Tells whether the texts of a table end at one length, as those of an export that cuts them do."""

    def __init__(self) -> None:
        self._rows = self._longest = self._often = 0
        self._different: set[int] = set()

    def add(self, text: str) -> None:
        """Count the text of one row."""
        self._rows += 1
        if len(text) > self._longest:
            self._longest, self._often, self._different = len(text), 0, set()
        # What ends as a sentence does was written so; an export cuts anywhere.
        if len(text) == self._longest and not _SENTENCE.search(text):
            self._often += 1
            # One text in many rows has one length too; no more are kept than decide.
            if len(self._different) < _ALIKE:
                self._different.add(hash(text))

    @property
    def cut_at(self) -> int | None:
        """The length at which most texts end, where an export has cut them."""
        is_cut = len(self._different) >= _ALIKE and self._often >= _CUT * self._rows
        return self._longest if is_cut else None


class _Identities:
    """The ids of the rows so far, as the numbers of their documents: eight bytes each."""

    def __init__(self) -> None:
        self.count = 0
        self._sorted = np.empty(0, np.int64)
        self._newest: set[int] = set()

    def add(self, identity: str) -> None:
        """Raise BadRowError where an earlier row has the id."""
        mark = number(identity)
        position = np.searchsorted(self._sorted, mark)
        if mark in self._newest or (
            position < self._sorted.size and self._sorted[position] == mark
        ):
            raise BadRowError(f"id {identity!r} was already used by an earlier row")
        self.count += 1
        self._newest.add(mark)
        # A set takes ten times as much for a number, so it holds some of them.
        if len(self._newest) == _NEWEST_IDS:
            newest = np.fromiter(self._newest, np.int64, len(self._newest))
            self._sorted = np.sort(np.concatenate([self._sorted, newest]))
            self._newest.clear()


BATCH: Final = 20_000
"""Documents folded at a time; results do not depend on it."""

Progress = Callable[[int, int], None]
"""Called with the documents folded and their number after each batch."""

_NEWEST: Final = """
    SELECT version_id AS id, {} FROM raw_clusters
    QUALIFY row_number() OVER (PARTITION BY version_id ORDER BY part DESC) = 1 ORDER BY id
""".format(", ".join(OUTPUT[1:]))  # noqa: S608 - names of our own


@dataclass(frozen=True, slots=True)
class Summary:
    """What was folded: documents, clusters, how many documents have which relation, and the rows that were skipped.

    `misdated` and `cut_at` are those of the rows.
    """

    documents: int
    clusters: int
    relations: dict[str, int]
    bad: tuple[Bad, ...]
    misdated: int = 0
    cut_at: int | None = None
    table: Table | None = None


def fold_file(
    path: Path,
    out: Path,
    *,
    options: FoldOptions | None = None,
    outlets: Outlets | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress = lambda _done, _of: None,
    work: Path | None = None,
    batch: int = BATCH,
) -> Summary:
    """Fold the rows of `path` and write one row per document to `out` as JSON lines.

    `columns` says which column is which field where the names do not tell; `outlets` are those that
    are declared. Finished batches lie in `work` (default: beside `out`, `<name>.work`) until the
    end, so that the same call after an interruption goes on where it stopped. Raises UsageError
    where `path` cannot be read or `out` is a folder.
    """
    if out.is_dir():
        raise UsageError(f"{out} is a folder; name a file for the rows")
    reading = read_rows(path, columns)
    options = _naming(_spanning(reading, options or FoldOptions()), outlets or {})
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = work or out.with_name(f"{out.name}.work")
    _begin(folder, reading, options, batch)
    steps = Steps(folder)
    done = 0
    for index, documents in enumerate(reading.batches(batch, outlets)):
        name = f"{index:08d}"
        if name not in steps.finished:
            steps.keep(name, fold(documents, steps, day=reading.undated, options=options))
        done += len(documents)
        progress(done, reading.count)
    summary = _write(steps, out, reading, options)
    # Only now: until the rows are written, the batches are what a second call goes on from.
    shutil.rmtree(folder)
    return summary


def fold_table(
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    options: FoldOptions | None = None,
    outlets: Outlets | None = None,
) -> pa.Table:
    """Fold a table in memory (pandas, polars, Arrow, or what has `__arrow_c_stream__`), and return the rows as a table.

    The columns are those of `OUTPUT`, sorted by id: `fold_table(frame).to_pandas()`, `polars.from_arrow(…)`. Raises
    UsageError where a column is missing, or rows are bad: a table in memory is not folded in part.
    """
    given = data if isinstance(data, pa.Table) else pa.table(data)
    chosen_columns(given.column_names, columns)
    with tempfile.TemporaryDirectory(prefix="sillok-fold-") as folder:
        source, out = Path(folder) / "table.parquet", Path(folder) / "rows.jsonl"
        pq.write_table(given, source, compression="zstd")
        reading = read_rows(source, columns)
        if reading.bad:
            first = reading.bad[0]
            raise UsageError(f"{len(reading.bad)} rows are bad; row {first.line}: {first.why}")
        fold_file(source, out, options=options, outlets=outlets, columns=columns)
        rows = list(map(json.loads, out.read_text("utf-8").splitlines()))
    return pa.Table.from_pylist(rows, schema=_schema(rows))


def _schema(rows: list[dict[str, object]]) -> pa.Schema:
    numbers = {"score", "share_of_this", "share_of_parent", "original_confidence"}
    names = [*OUTPUT, *(["cut"] if rows and "cut" in rows[0] else [])]
    return pa.schema(
        [
            (
                name,
                pa.float64()
                if name in numbers
                else pa.bool_()
                if name in {"stub", "cut"}
                else pa.string(),
            )
            for name in names
        ]
    )


def _naming(options: FoldOptions, outlets: Outlets) -> FoldOptions:
    """Return the options with the names that declared outlets go by."""
    named = {title: name for name, fact in sorted(outlets.items()) for title in fact.names}
    return replace(options, outlet_names={**named, **options.outlet_names})


def _spanning(reading: RowsFile, options: FoldOptions) -> FoldOptions:
    """Return the options with a window as wide as the file where some rows state no time."""
    return (
        replace(options, window_days=max(options.window_days, reading.span_days))
        if reading.dateless
        else options
    )


def _begin(folder: Path, reading: RowsFile, options: FoldOptions, batch: int) -> None:
    """Make the folder of finished batches.

    What another file, other options or other batches left is thrown away.
    """
    # Names and window are not in the fingerprint, yet batches folded with others would differ.
    names = sorted(options.outlet_names.items())
    mark = json.dumps([reading.digest, options.fingerprint, options.window_days, batch, names])
    marker = folder / "input.json"
    if folder.exists() and (not marker.exists() or marker.read_text() != mark):
        if any(folder.iterdir()) and not marker.exists():
            raise UsageError(
                f"{folder} exists and is no work folder of a fold; remove it or name another one"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(mark)


def _write(steps: Steps, out: Path, reading: RowsFile, options: FoldOptions) -> Summary:
    """Write the newest row of each document to a temporary file beside `out`, and move it there when it is whole."""
    relations: Counter[str] = Counter()
    clusters = 0
    with tempfile.NamedTemporaryFile(
        "w", dir=out.parent, prefix=".fold-", delete=False, encoding="utf-8"
    ) as file:
        cut = _cut_ids(reading)
        for row in _rows(steps, options):
            if reading.cut_at is not None:
                row["cut"] = row["id"] in cut
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            relations[str(row["relation"])] += 1
            # Each cluster has one document that is its original.
            clusters += row["original"] == row["id"]
    Path(file.name).chmod(0o644)
    Path(file.name).replace(out)
    return Summary(
        relations.total(),
        clusters,
        dict(sorted(relations.items())),
        reading.bad,
        reading.misdated,
        reading.cut_at,
        reading.table,
    )


def _cut_ids(reading: RowsFile) -> frozenset[str]:
    """Return the documents whose text ends where the export cuts."""
    if reading.cut_at is None:
        return frozenset()
    every = (document for batch in reading.batches(BATCH) for document in batch)
    return frozenset(document.id for document in every if len(document.text) == reading.cut_at)


def _rows(steps: Steps, options: FoldOptions) -> Iterator[dict[str, object]]:
    """Yield the newest row of each document, sorted by id; what does not fit is spilt."""
    with (
        tempfile.TemporaryDirectory(prefix=".", dir=steps.root) as spilt,
        Partitions(steps, options, Path(spilt)) as partitions,
    ):
        view(partitions.database, "raw_clusters", steps.added("clusters"), CLUSTERS)
        for batch in partitions.database.sql(_NEWEST).to_arrow_reader(10_000):
            yield from batch.to_pylist()
