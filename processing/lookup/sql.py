"""Answers SQL over an archive's tables with DuckDB, which can read these tables and nothing else.

The parts are handed over as Arrow datasets, so that file access, extensions and settings are closed
before a statement is as much as parsed (DuckDB: "Securing DuckDB"). Parts whose key says that they
have no row of the days that are asked for are not opened. Where a caller names the days of a table
(`ask`), those parts are not fetched and compared with their sums either, nor are parts from before
the manifest that a caller names, so a question about a day costs the same in a long history.
"""

import re
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.archive.layout import Span
from processing.archive.merging import gathered
from processing.archive.tables import DAY, MANIFEST
from processing.archive.tables import columns as columns_of
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.limits import check_strings
from processing.lookup.replay import pages

TABLES = ("articles", "clusters", "log", "pages", "rejections", "reports")
_LATEST = {"clusters": "version_id"}
"""Tables whose later rows replace earlier ones with the same key: a later fold may differ."""
_BATCH = 1000
"""Rows of an answer that are in memory at once."""
# In this order: once the configuration is locked, no later statement can open anything again.
_CLOSED = (
    "SET TimeZone='Asia/Seoul'",
    "SET temp_directory=''",
    "SET enable_external_access=false",
    "SET python_enable_replacements=false",
    "SET lock_configuration=true",
)
_PARAMETER = re.compile(r"\$\w+")
_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a statement returned. `rows` can be walked once."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each row as an object."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def ask(
    catalogue: Catalogue,
    statement: str,
    parameters: Mapping[str, object] | None = None,
    days: Mapping[str, Span] | None = None,
    since: Mapping[str, int] | None = None,
) -> QueryResult:
    """Answer one reading statement.

    `days` names tables of which it sees only the rows of some KST days, and those without a day,
    `since` tables of which it sees only the rows that a manifest and those after it brought.
    Raises `UsageError` where it is not SQL, not one, or does not only read.
    """
    connection = _closed()
    _show(connection, catalogue, _tables_of(connection, statement), days or {}, since or {})
    with _explained():
        statements = connection.extract_statements(statement)
        if len(statements) != 1 or statements[0].type not in _READING:
            raise UsageError(
                "a query is one SELECT statement: the archive is changed by `sillok archive` alone"
            )
        relation = connection.sql(statement, params=parameters or None)
        return QueryResult(tuple(relation.columns), _rows(connection, relation))


def connect(catalogue: Catalogue, tables: Sequence[str] = TABLES) -> duckdb.DuckDBPyConnection:
    """Return a connection that sees `tables` of the archive and nothing else."""
    connection = _closed()
    _show(connection, catalogue, tables, {}, {})
    return connection


def _closed() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    for setting in _CLOSED:
        connection.execute(setting)
    return connection


def _tables_of(connection: duckdb.DuckDBPyConnection, statement: str) -> list[str]:
    """Return the tables that a statement reads, or at least all that it names.

    A column may be called as a table is (`reports.articles`), whose parts need not be opened.
    """
    named = [name for name in TABLES if re.search(rf"\b{name}\b", statement, re.IGNORECASE)]
    if len(named) > 1:
        # it takes no parameters, and reports what is wrong with a statement less clearly than later
        with suppress(duckdb.Error):
            read = connection.get_table_names(_PARAMETER.sub("NULL", statement))
            lower = {name.lower() for name in read}
            return [name for name in named if name in lower]
    return named


def _show(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    tables: Iterable[str],
    days: Mapping[str, Span],
    since: Mapping[str, int],
) -> None:
    """Let a connection see tables: of those that are named, the rows of days or from a manifest on."""
    for name in tables:
        bounds = days.get(name), since.get(name)
        rows = pages(catalogue) if name == "pages" else dataset(catalogue, name, *bounds)
        connection.register(f"_{name}", rows)
        key = _LATEST.get(name)
        latest = (
            f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY manifest DESC) = 1"
            if key
            else ""
        )
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM _{name}{latest}")  # noqa: S608 - our names


def dataset(
    catalogue: Catalogue, table: str, days: Span | None = None, since: int | None = None
) -> pads.Dataset:
    """Return a table's current parts as one Arrow dataset with the columns of today.

    With `days` it has only their rows, and those without a day; with `since` only those of that
    manifest and of later ones. A table that no publication has filled is empty. Raises
    `MissingError` where nothing was published at all.
    """
    named = (part for part in catalogue.of(table) if days is None or part.within(*days))
    # no row of a part is of a later manifest than the part
    named = (part for part in named if since is None or part.seq >= since)
    parts = sorted(named, key=lambda part: (part.seq, part.key))
    columns = columns_of(table)
    if not parts and catalogue.head:
        return pads.dataset(columns.empty_table())
    if not parts:
        raise MissingError(
            f"{catalogue.store.url} holds no {table} yet: crawl an outlet,"
            " then run `sillok archive`"
        )
    _require_parquet(parts[-1], catalogue.local(parts[-1]))
    files = list(gathered(catalogue, table, parts))
    rows = pads.FileSystemDataset.from_paths(
        [str(path) for path, _ in files],
        schema=columns,
        format=pads.ParquetFileFormat(),
        filesystem=pafs.LocalFileSystem(),
        partitions=[_stated(held) for _, held in files],
    )
    rows = _in_row_groups(rows, [held for _, held in files])
    # a part may hold a whole month, rows without a day, or what several manifests brought
    if days:
        rows = rows.filter(_stated(days) | pads.field(DAY.name).is_null())
    if since is not None:
        number = pads.field(MANIFEST.name)
        rows = rows.filter((number >= since) | number.is_null())
    return rows


def _in_row_groups(
    rows: pads.FileSystemDataset, spans: Iterable[Span | None]
) -> pads.FileSystemDataset:
    """Return the same rows with the parts of several days cut at their row groups.

    Arrow reads several fragments ahead, each with all its row groups at once: those of months, with
    their texts, would take gigabytes.
    """
    pieces = [
        piece
        for whole, span in zip(rows.get_fragments(), spans, strict=True)
        for piece in (whole.split_by_row_group() if span and span[0] < span[1] else [whole])
    ]
    return pads.FileSystemDataset(pieces, rows.schema, rows.format, rows.filesystem)


def _require_parquet(part: CatalogueObject, path: Path) -> None:
    try:
        pq.read_schema(path)
    except pa.ArrowInvalid as error:
        raise CorruptRecordError(
            f"{part.key} is no Parquet file: {error}; restore it from a copy"
        ) from error


def _stated(days: Span | None) -> pads.Expression:
    """Return what is true of every row of a file of these days."""
    if days is None:
        return pads.scalar(value=True)
    first, last = (pa.scalar(day, pa.date32()) for day in days)
    return (pads.field(DAY.name) >= first) & (pads.field(DAY.name) <= last)


def _rows(
    connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation
) -> Iterator[tuple[Any, ...]]:
    """Yield rows in batches, so that a large answer never lies in memory as a whole.

    Through Arrow, because DuckDB's own rows need pytz for a moment with a zone.
    """
    with connection:
        for batch in _batches(relation):
            yield from zip(
                *(column.to_pylist(maps_as_pydicts="strict") for column in batch.columns),
                strict=True,
            )


def _batches(relation: duckdb.DuckDBPyRelation) -> Iterator[pa.RecordBatch]:
    """Yield batches of `_BATCH` rows.

    Errors are explained for one step at a time: between two steps the caller's code runs, whose
    errors are its own, and so is the handler of SIGINT.
    """
    with _explained():
        reader = relation.to_arrow_reader(_BATCH)
    while True:
        with _explained():
            batch = next(reader, None)
            if batch is None:
                return
            check_strings(batch)
        yield batch


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what DuckDB or Arrow raises over a statement into a `UsageError`.

    Raises KeyboardInterrupt where SIGINT came while the statement ran.
    """
    with _noted_interrupts() as interrupts:
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise UsageError(
                f"the query needs more memory than there is; select fewer columns or days: {error}"
            ) from error
        # Arrow passes an error of DuckDB on as one of its own or as an OSError.
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            if interrupts:
                raise KeyboardInterrupt from error
            raise UsageError(_reason(error)) from error
        # DuckDB answers SIGINT with a RuntimeError whose words differ between its versions: only
        # the signal tells it from a fault of ours.
        except RuntimeError as error:
            if interrupts:
                raise KeyboardInterrupt from error
            raise


@contextmanager
def _noted_interrupts() -> Iterator[list[int]]:
    """Note every SIGINT in the list that is yielded, then let the handler that was there answer it.

    Notes nothing outside the main thread, where Python runs no handlers, nor where SIGINT is
    ignored or left to the system.
    """
    interrupts: list[int] = []
    previous = signal.getsignal(signal.SIGINT)
    if not callable(previous):
        yield interrupts
        return

    def handle(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        previous(number, frame)

    try:
        signal.signal(signal.SIGINT, handle)
    # Python itself says best which thread may do this: a patched `threading` names another one.
    except ValueError:
        yield interrupts
        return
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, previous)


def _reason(error: Exception) -> str:
    """Return why a statement failed; after an unknown name, which tables there are."""
    tables = (
        f"; the tables are {', '.join(TABLES)}"
        if isinstance(error, duckdb.CatalogException)
        else ""
    )
    return f"the query cannot be answered: {error}{tables}"
