"""Reads tables of several kinds: JSON lines, JSON, CSV, TSV, Parquet and workbooks.

The kind is known by the bytes of a file. It is read twice, a block at a time, and never held whole.
Which column is which field, and what cells state, is in `processing.dedupe.fields`.
"""

import codecs
import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from processing.dedupe.fields import (
    archived,
    article_text,
    chosen_columns,
    identity,
    moment,
    string,
)
from processing.errors import CorruptRecordError, UsageError
from processing.limits import check_strings
from processing.signing.documents import Document

LONGEST: Final = 32 * 1024 * 1024
"""Bytes of a row of JSON; a longer one is a bad row, not a memory problem."""
_BLOCK: Final = 16 * 1024 * 1024
_ROWS: Final = 2_000
_UNPACKED: Final = 2 * 1024**3
"""Bytes to which a workbook may unpack."""
Row: TypeAlias = tuple[int, Mapping[str, object] | str]
"""The number of a row and its values by their columns, or what is wrong with it.

The number is that of the line in JSON lines; others are counted from the first row of the file.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows: where it is, what kind, and which column is which field."""

    path: Path
    kind: str
    encoding: str = "utf-8"
    separator: str = ","
    sheet: str = ""
    header: int = 1
    columns: Mapping[str, str] | None = None
    chosen: Mapping[str, str] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the file and of what was chosen."""
        digest = hashlib.sha256(json.dumps(sorted((self.chosen or {}).items())).encode())
        with self.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    def place(self, number: int) -> str:
        """Return how a person finds a row."""
        if self.kind == "lines":
            return f"line {number}"
        return f"sheet {self.sheet!r}, row {number}" if self.sheet else f"row {number}"

    def rows(self) -> Iterator[Row]:
        """Yield all rows. Raises UsageError where the file cannot be read to its end."""
        try:
            yield from _READERS[self.kind](self)
        except (
            OSError,
            EOFError,
            zlib.error,
            pa.ArrowException,
            duckdb.Error,
            zipfile.BadZipFile,
            CorruptRecordError,
        ) as error:
            raise UsageError(
                f"{self.path} cannot be read as {_CALLED[self.kind]}: {_first_line(error)}"
            ) from error

    def document(self, row: Mapping[str, object]) -> tuple[Document, bool]:
        """Return a row as a document, and whether a date that it states is none.

        Raises BadRowError.
        """
        columns = (
            self.columns
            if self.columns is not None
            else chosen_columns(list(row), self.chosen, needed=())
        )
        cells = {name: row.get(column) for name, column in columns.items()}
        if "version_id" in row and (columns.get("id") in {None, "article_id"} or "id" not in row):
            cells |= archived(row)
        else:
            cells.pop("article_id", None)
        published, wrong = moment(cells.get("published_at"))
        fetched, wrong_too = moment(cells.get("fetched_at"))
        fields = {name: string(cells, name) for name in _FIELDS if cells.get(name) is not None}
        return (
            Document(
                id=identity(cells.get("id")),
                text=article_text(cells.get("text")),
                published_at=published,
                fetched_at=fetched or published,
                **fields,
            ),
            wrong or wrong_too,
        )


_FIELDS: Final = ("outlet", "outlet_class", "title", "url", "agency", "origin_url", "article_id")


def open_table(path: Path, columns: Mapping[str, str] | None = None) -> Table:
    """Tell what a file is.

    Raises UsageError where it is none of these, or lacks a column that is needed.
    """
    try:
        with path.open("rb") as file:
            start = file.read(1 << 16)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    suffix = "".join(path.suffixes[-2:]).lower()
    named = suffix.removesuffix(".gz")
    if start.startswith(b"PAR1"):
        return _with_columns(Table(path, "parquet", chosen=columns), columns)
    if start.startswith(b"PK\x03\x04"):
        return _workbook(path, columns)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(
            f"{path} is an encrypted workbook or one of before 2007; save it without a password as .xlsx or .csv"
        )
    if start.startswith(_PACKED):
        start = _unpacked(path)
    _check_text(path, start, lines=named.endswith(_LINES))
    if named.endswith(_LINES):
        return Table(path, "lines", chosen=columns)
    if named.endswith((".csv", ".tsv", ".tab", ".txt")) or not _is_json(start):
        return _separated(path, columns)
    first = start.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if first == b"[" and _is_array(path, named):
        return Table(path, "json", chosen=columns)
    if first == b"{" and _goes_on(start):
        raise UsageError(
            f"{path} has objects of JSON over several lines; write one in each line (jq -c .) or an array of them"
        )
    return Table(path, "lines", chosen=columns)


_PACKED: Final = b"\x1f\x8b"
_LINES: Final = (".jsonl", ".ndjson")


def _check_text(path: Path, start: bytes, *, lines: bool) -> None:
    """Raise UsageError where a file is a page of markup, or has lines of JSON in UTF-16."""
    if start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        raise UsageError(
            f"{path} is HTML or XML and no table, whatever its name says; "
            "open it in a spreadsheet program and save it as .xlsx or .csv"
        )
    if lines and start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError(f"{path} is JSON lines in UTF-16; save it anew as UTF-8")


def _goes_on(start: bytes) -> bool:
    """Say whether a file begins with an object that its first line does not end."""
    first, ended, _ = start.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")
    return bool(ended) and first.rstrip().endswith((b"{", b"[", b","))


def _is_json(start: bytes) -> bool:
    first = start.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    return first in {b"", b"{", b"["}


def _is_array(path: Path, suffix: str) -> bool:
    """Say whether a file that begins with a bracket is one array.

    It is where its name says so, or its first line is no whole row.
    """
    if suffix.endswith(".json"):
        return True
    with _opened(path) as file:
        first, more = file.readline(LONGEST), bool(file.read(1))
    try:
        return isinstance(json.loads(first), list) and not more
    except (ValueError, RecursionError):
        return True


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") as file:
            return file.read(1 << 16)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} cannot be read as gzip: {error}") from error


def _with_columns(
    table: Table, chosen: Mapping[str, str] | None, header: Sequence[str] | None = None
) -> Table:
    try:
        names = list(header) if header is not None else pq.read_schema(table.path).names
        columns = chosen_columns(names, chosen)
    except UsageError as error:
        raise UsageError(
            f"{table.path}{f', sheet {table.sheet!r}' if table.sheet else ''}: {error}"
        ) from error
    except (OSError, pa.ArrowException) as error:
        raise UsageError(
            f"{table.path} cannot be read as {_CALLED[table.kind]}: {_first_line(error)}"
        ) from error
    return replace(table, columns=columns)


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:200]


# ── JSON


def _json_lines(table: Table) -> Iterator[Row]:
    with table.path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        for number, data in _numbered(gzip.GzipFile(fileobj=raw) if packed else raw):
            if data.strip():
                yield number, _object(data.removeprefix(codecs.BOM_UTF8) if number == 1 else data)


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


def _object(data: bytes | str) -> Mapping[str, object] | str:
    if len(data) > LONGEST:
        return f"longer than {LONGEST} bytes"
    try:
        row = json.loads(data)
    except UnicodeDecodeError as error:
        return f"not UTF-8 (byte {error.start}): save the file anew as UTF-8"
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    return (
        row if isinstance(row, dict) else f"a JSON object is needed, this is {type(row).__name__}"
    )


def _json_array(table: Table) -> Iterator[Row]:
    query = (
        "SELECT json FROM read_json_objects($path, format = 'array', maximum_object_size = $size,"
        " compression = $packed)"
    )
    with table.path.open("rb") as file:
        packed = "gzip" if file.read(2) == _PACKED else "none"
    with duckdb.connect(config={"threads": 1, "memory_limit": "1GB"}) as database:
        given = {"path": str(table.path), "size": LONGEST, "packed": packed}
        result = database.sql(query, params=given)
        number = 0
        for batch in result.to_arrow_reader(_ROWS):
            for value in batch["json"].to_pylist():
                number += 1
                yield number, _object(value)


# ── separated values


def _separated(path: Path, chosen: Mapping[str, str] | None) -> Table:
    encoding = _encoding(path)
    with _opened(path) as file:
        header = file.read(1 << 16).decode(encoding, "replace").split("\n", 1)[0]
    separator = max(",\t;|", key=header.count)
    table = Table(path, "csv", encoding, separator)
    try:
        with _csv(table, ()) as reader:
            names = reader.schema.names
    except (OSError, pa.ArrowException) as error:
        raise UsageError(
            f"{path} cannot be read as {_CALLED['csv']}: {_first_line(error)}"
        ) from error
    return _with_columns(table, chosen, names)


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]  # both read bytes


def _encoding(path: Path) -> str:
    """Return how a text file is encoded: UTF-8, UTF-16 with a byte order mark, else CP949."""
    with _opened(path) as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    wrong = {}
    for encoding in ("utf-8", "cp949"):
        decoder = codecs.getincrementaldecoder(encoding)()
        offset = 0
        try:
            with _opened(path) as file:
                while block := file.read(1 << 20):
                    decoder.decode(block)
                    offset += len(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            wrong[encoding] = offset + error.start
        except (OSError, EOFError, zlib.error) as error:
            raise UsageError(f"{path} cannot be read: {error}") from error
        else:
            return encoding
    raise UsageError(
        f"{path} is text neither in UTF-8 (byte {wrong['utf-8']}) nor in CP949 (byte {wrong['cp949']}); "
        "save it anew as UTF-8"
    )


def _csv(
    table: Table, names: Sequence[str], bad: deque[int] | None = None
) -> arrow_csv.CSVStreamingReader:
    def skip(row: "arrow_csv.InvalidRow") -> Literal["skip"]:
        if bad is not None:
            bad.append(row.number or 0)
        return "skip"

    source: Any = _opened(table.path)
    if table.encoding == "utf-8" and source.read(3) != codecs.BOM_UTF8:
        source.seek(0)
    return arrow_csv.open_csv(
        source,
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=_BLOCK, encoding=table.encoding
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=table.separator, newlines_in_values=True, invalid_row_handler=skip
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


def _csv_rows(table: Table) -> Iterator[Row]:
    uneven = "has another number of cells than the header"
    # Blocks are read ahead, so rows of later ones may be among these; they are in order.
    bad: deque[int] = deque()
    with _csv(table, ()) as first:
        names = first.schema.names
    number, last = 1, None
    with _csv(table, names, bad) as reader:
        for batch in reader:
            for row in batch.to_pylist():
                if last:
                    yield last
                number += 1
                # Each row has a number of its own: by it bad rows are left out.
                while bad and bad[0] == number:
                    yield bad.popleft(), uneven
                    number += 1
                last = number, row
        if last:
            yield last[0], _unclosed(table, str(last[1][names[-1]])) or last[1]
        yield from ((place, uneven) for place in bad)


def _unclosed(table: Table, cell: str) -> str:
    """Return what is wrong where the last cell of a file goes on to its end for want of a quote."""
    if "\n" not in cell:
        return ""
    end = b""
    with _opened(table.path) as file:
        while block := file.read(1 << 20):
            end = (end + block)[-_END:]
    # In UTF-16 a mark has a zero byte, on either side.
    if end.rstrip(b"\0 \t\r\n").endswith(b'"'):
        return ""
    return "has a quote that nothing closes, and all rows behind it within: close it"


_END: Final = 64
"""Bytes at the end of a file in which its last mark is found."""


# ── Parquet and workbooks


def _parquet_rows(table: Table) -> Iterator[Row]:
    number = 0
    with pq.ParquetFile(table.path) as file:
        for batch in file.iter_batches(
            batch_size=_ROWS, columns=_wanted(table, file.schema_arrow.names)
        ):
            check_strings(batch)
            for row in batch.to_pylist():
                number += 1
                yield number, row


def _wanted(table: Table, names: Sequence[str]) -> list[str]:
    return [name for name in names if name in set((table.columns or {}).values()) | _ARCHIVED]


_ARCHIVED: Final = frozenset(
    {"version_id", "article_id", "published", "origin", "agency", "fetched_at"}
)


def _workbook(path: Path, chosen: Mapping[str, str] | None) -> Table:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(member.file_size for member in packed.infolist())
            names = packed.namelist()
    except zipfile.BadZipFile as error:
        raise UsageError(f"{path} is a broken workbook or archive: {error}") from error
    if "xl/workbook.xml" not in names:
        raise UsageError(f"{path} is a zip archive and no workbook; unpack it and name the table")
    if size > _UNPACKED:
        raise UsageError(
            f"{path} unpacks to {size:,} bytes, {_UNPACKED:,} are allowed; save it as CSV"
        )
    with _sheets(path) as book:
        active = book.active if book.active is not None else book.worksheets[0]
        sheets = [active, *(sheet for sheet in book.worksheets if sheet.title != active.title)]
        rows = [
            (str(sheet.title), number, _names(cells))
            for sheet in sheets
            for number, cells in enumerate(sheet.iter_rows(max_row=_HEADER, values_only=True), 1)
        ]
    # Titles and notes may stand above the header, or on sheets of their own.
    stated = [row for row in rows if any(row[2])] or [(str(active.title), 1, [])]
    title, number, header = next((row for row in stated if _is_header(row[2], chosen)), stated[0])
    table = Table(path, "xlsx", sheet=title, header=number, chosen=chosen)
    return _with_columns(table, chosen, header)


_HEADER: Final = 10
"""Rows of a sheet among which its header is looked for."""


def _names(cells: Sequence[object]) -> list[str]:
    return [str(cell) if cell is not None else "" for cell in cells]


def _is_header(names: Sequence[str], chosen: Mapping[str, str] | None) -> bool:
    try:
        chosen_columns(names, chosen)
    except UsageError:
        return False
    return True


class _sheets:  # noqa: N801 - used as a function
    """A workbook that is open for reading only."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Any:
        import openpyxl  # noqa: PLC0415 - only for workbooks
        from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above

        try:
            self.book = openpyxl.load_workbook(self.path, read_only=True, data_only=True)
        except (InvalidFileException, KeyError, ValueError, OSError) as error:
            raise UsageError(
                f"{self.path} cannot be read as a workbook: {_first_line(error)}"
            ) from error
        return self.book

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _workbook_rows(table: Table) -> Iterator[Row]:
    with _sheets(table.path) as book:
        rows = book[table.sheet].iter_rows(min_row=table.header, values_only=True)
        header = _names(next(rows, ()))
        for number, cells in enumerate(rows, table.header + 1):
            if any(cell is not None for cell in cells):
                yield number, dict(zip(header, cells, strict=False))


_READERS: Final = {
    "lines": _json_lines, "json": _json_array, "csv": _csv_rows, "parquet": _parquet_rows, "xlsx": _workbook_rows,
}  # fmt: skip
_CALLED: Final = {
    "lines": "JSON lines", "json": "a JSON array", "csv": "separated values", "parquet": "Parquet", "xlsx": "a workbook",
}  # fmt: skip
