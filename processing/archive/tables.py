"""Turns records into the Arrow tables of the archive, and a batch into the objects that it adds.

The schema is generated from the record, so that the two cannot drift apart. A moment is a UTC
timestamp in microseconds, an enumeration or a literal its string, a tuple a list, a mapping a list
of (`name`, `value`) because few readers know maps, a record a struct, and everything may be null: a
field that is added later is missing in older parts.

A table has two columns before those of its record: `day`, the KST day of publication in `articles`
and of collection elsewhere, and `manifest`, the number of the publication that brought the row.
Fields that SQL reserves have another name in the tables.

The same runs on the same head give the same bytes. A part is named after its bytes: two archivers
that made different parts of one batch cannot overwrite each other's.
"""

import hashlib
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    Protocol,
    Union,
    cast,
    get_args,
    get_origin,
)

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import AwareDatetime

from processing.archive.layout import CatalogueObject, NewObject, placed, span
from processing.dates import SEOUL
from processing.errors import CorruptRecordError
from processing.records import SCHEMA_VERSION, Article, Fetch, Record, Rejection, RunReport
from processing.signing.columns import CLUSTERS as FOLDED
from processing.signing.window import write_part

if TYPE_CHECKING:
    from processing.archive.memory import Memory

DAY: Final = pa.field("day", pa.date32())
"""The KST day of publication in `articles`, of collection elsewhere; null where it is unknown."""
MANIFEST: Final = pa.field("manifest", pa.int64())
"""The number of the manifest that first brought a row; a later row replaces an earlier one."""
CLUSTERS: Final = FOLDED.append(MANIFEST)


class LaterReading(Record):
    """That an archived page was read again: by which rules, when, and after which reading.

    `previous` is the number of the manifest of the reading that this one follows.
    """

    rules: str
    read_at: AwareDatetime
    previous: int


class ArchivedArticle(Article):
    """One version of an article as the archive keeps it.

    `previous` is the version that it follows, None of a first one. `silent_edit` says that title or
    text changed and the modified time that the page states did not; None of a first version, and
    where the earlier time is not known. `reading` is None where the page was read when it was
    fetched, `collected_by` where our own crawl fetched it.
    """

    previous: str | None = None
    silent_edit: bool | None = None
    reading: LaterReading | None = None
    collected_by: str | None = None


TABLES: Final[Mapping[str, type[Record]]] = {
    "articles": ArchivedArticle,
    "rejections": Rejection,
    "log": Fetch,
    "reports": RunReport,
}
"""The tables that are made of records; those of a fold are in `processing.signing.columns`."""
RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "log": {"at": "logged_at"},
    "reports": {"end": "ended_as"},
}
"""By table, fields of records whose names SQL reserves, and the columns that hold them."""
_PLAIN: Mapping[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    datetime: pa.timestamp("us", tz="UTC"),
    AwareDatetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
}
ORDER: Final[Mapping[str, Sequence[str]]] = {
    "articles": ("outlet", "article_id", "version_id", "manifest"),
    "rejections": ("outlet", "fetched_at", "url", "manifest"),
    "log": ("outlet", "run", "logged_at", "role", "url", "why", "manifest"),
    "reports": ("outlet", "run", "manifest"),
}
"""The columns by which the rows of a part are sorted."""


def schema(record: type[Record]) -> pa.Schema:
    """Return the Arrow schema of `record`; its metadata has the record version."""
    fields = [(name, _type(field.annotation)) for name, field in record.model_fields.items()]
    return pa.schema(
        fields,
        metadata={"sillok.record": record.__name__, "sillok.schema_version": str(SCHEMA_VERSION)},
    )


@cache
def columns(name: str) -> pa.Schema:
    """Return the schema of the table `name`, as every part of it is written."""
    if name == "clusters":
        return CLUSTERS
    made = schema(TABLES[name])
    names = RENAMED.get(name, {})
    fields = [
        field.with_name(names.get(field.name, field.name))
        for field in made
        if field.name != DAY.name
    ]
    kept: list[pa.Field[Any]] = [DAY, MANIFEST, *fields]
    # pyarrow's stubs take a mapping of bytes or strings for one of both
    metadata = cast("dict[bytes | str, bytes | str]", made.metadata)
    return pa.schema(kept, metadata=metadata)


def table(name: str, rows: Iterable[Record], day: date | None, manifest: int) -> pa.Table:
    """Return records as rows of the table `name`: all of one day, brought by one manifest."""
    given = {DAY.name: day, MANIFEST.name: manifest, "schema_version": SCHEMA_VERSION}
    mappings = _mappings(TABLES[name])
    made = [{**_plain(row.model_dump(), RENAMED.get(name, {}), mappings), **given} for row in rows]
    return pa.Table.from_pylist(made, schema=columns(name))


def fields_of(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the table `name` as the fields of its record, without those that are null.

    A field that is younger than its part is null and has the record's default.
    """
    record = TABLES[name]
    names = {column: field for field, column in RENAMED.get(name, {}).items()}
    fields = {names.get(column, column): value for column, value in row.items()}
    mappings = _mappings(record)
    return {
        field: {pair["name"]: pair["value"] for pair in value} if field in mappings else value
        for field, value in fields.items()
        if field in record.model_fields and value is not None
    }


def of_today(name: str, rows: pa.Table, day: date | None, manifest: int) -> pa.Table:
    """Return rows of a part of version 1, or of fewer columns, with the columns of today.

    `day` and `manifest` are those of the part, for rows that do not state them. Rows of a log state
    their day by their time.
    """
    names = {column: field for field, column in RENAMED.get(name, {}).items()}
    wanted = columns(name)
    if rows.schema.equals(wanted):
        # as every part of version 2 is, whose rows all state that version
        return rows.replace_schema_metadata(wanted.metadata)
    given: Mapping[str, object] = {
        DAY.name: day,
        MANIFEST.name: manifest,
        "schema_version": SCHEMA_VERSION,
    }
    made: list[pa.ChunkedArray[Any] | pa.Array[Any]] = []
    for field in wanted:
        old = field.name if field.name in rows.column_names else names.get(field.name, field.name)
        there = old in rows.column_names
        if field.name == "schema_version" or (field.name in given and not there):
            values = [given[field.name]] * rows.num_rows
            made.append(pa.array(values, field.type))
        elif there:
            made.append(rows[old].cast(field.type))
        else:
            made.append(pa.nulls(rows.num_rows, field.type))
    today = pa.table(made, schema=wanted)
    if name == "log" and day is None:
        days = [moment and _day(moment) for moment in today["logged_at"].to_pylist()]
        column = today.schema.get_field_index(DAY.name)
        today = today.set_column(column, DAY, pa.array(days, DAY.type))
    return today


def layout_digest(name: str) -> str:
    """Return 12 hex digits over the columns of a table: other columns have others."""
    return hashlib.sha256(repr(columns(name)).encode()).hexdigest()[:12]


def converted(key: str, path: Path, manifest: int) -> bytes:
    """Return a part of version 1 as Parquet with the columns of today.

    Raises CorruptRecordError where it is no Parquet file or has other types.
    """
    try:
        with pq.ParquetFile(path) as file:
            rows = file.read(use_threads=False)
        days = span(key)
        return parquet(of_today(key.partition("/")[0], rows, days and days[0], manifest))
    except pa.ArrowException as error:
        first = str(error).partition("\n")[0]
        raise CorruptRecordError(
            f"{key} is no Parquet file of version 1 ({first}): restore it from a copy"
        ) from error


def _type(annotation: Any) -> pa.DataType:
    """Return the Arrow type of a field's annotation.

    Raises `TypeError` for one that no record has had so far.
    """
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return _type(next(kind for kind in inner if kind is not NoneType))
    if origin is Annotated:
        return _type(inner[0])
    if origin is Literal:
        return pa.string()
    if origin is tuple:
        return pa.list_(_type(inner[0]))
    if _is_mapping(annotation):
        return pa.list_(pa.struct([("name", _type(inner[0])), ("value", _type(inner[1]))]))
    return _simple(annotation)


def _simple(annotation: type) -> pa.DataType:
    if issubclass(annotation, Record):
        return pa.struct(
            [(name, _type(field.annotation)) for name, field in annotation.model_fields.items()]
        )
    if issubclass(annotation, StrEnum):
        return pa.string()
    if annotation not in _PLAIN:
        raise TypeError(f"{annotation} has no column type: add it to processing.archive.tables")
    return _PLAIN[annotation]


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _mappings(record: type[Record]) -> frozenset[str]:
    """Return the fields of a record that are mappings."""
    fields = record.model_fields.items()
    return frozenset(name for name, field in fields if _is_mapping(field.annotation))


def _plain(
    row: dict[str, Any], names: Mapping[str, str], mappings: Collection[str]
) -> dict[str, Any]:
    """Return a row under the names of its columns, with mappings as lists in order of names."""
    return {
        names.get(name, name): [{"name": key, "value": value[key]} for key in sorted(value)]
        if name in mappings
        else value
        for name, value in row.items()
    }


def versions(articles: Iterable[Article], memory: "Memory") -> list[ArchivedArticle]:
    """Return the states that the archive does not have yet, oldest first; `memory` takes them in.

    A state that was archived before, also one that an article went back to, adds no row: its visit
    is in the log.
    """
    new_versions = []
    for article in sorted(articles, key=lambda row: (row.fetched_at, row.version_id)):
        known = memory.versions(article.article_id)
        if article.version_id not in known:
            new_versions.append(_following(article, memory, known))
        memory.archived(article)
    return new_versions


def _following(article: Article, memory: "Memory", known: Collection[str]) -> ArchivedArticle:
    fields = {name: getattr(article, name) for name in type(article).model_fields}
    if not known:
        return ArchivedArticle(**fields)
    before = memory.newest(article.article_id)
    # older than what is remembered whole: of several versions the last one is not known
    if before is None:
        return ArchivedArticle(**fields, previous=next(iter(known)) if len(known) == 1 else None)
    # memory keeps whole seconds
    modified = article.modified.at.replace(microsecond=0) if article.modified else None
    return ArchivedArticle(
        **fields, previous=before.version, silent_edit=before.modified == modified
    )


class RunRows(Protocol):
    """The rows of a run in landing."""

    @property
    def rejections(self) -> Sequence[Rejection]: ...
    @property
    def log(self) -> Sequence[Fetch]: ...
    def report(self, code_version: str) -> RunReport: ...


def of_records(
    runs: Sequence[RunRows],
    new: Iterable[ArchivedArticle],
    code_version: str,
    manifest: int,
) -> Iterator[NewObject]:
    """Yield the parts that are made of records: one a table and day."""
    rows: Mapping[str, Iterable[tuple[date | None, Record]]] = {
        "articles": ((_published(row), row) for row in new),
        "rejections": ((_day(row.fetched_at), row) for run in runs for row in run.rejections),
        "log": ((_day(row.at), row) for run in runs for row in run.log),
        "reports": (
            (date.fromisoformat(report.day), report)
            for report in (run.report(code_version) for run in runs)
        ),
    }
    for name, dated in rows.items():
        days: dict[date | None, list[Record]] = defaultdict(list)
        for day, row in dated:
            days[day].append(row)
        for day, group in sorted(days.items(), key=lambda item: item[0] or date.min):
            made = in_order(name, table(name, group, day, manifest))
            yield part(name, day, parquet(made), made.num_rows)


def of_tables(tables: Iterable[tuple[str, date, pa.Table]], manifest: int) -> Iterator[NewObject]:
    """Yield the parts made of tables, each of which comes with its name and day.

    A table is read when its turn comes.
    """
    for name, day, rows in tables:
        if rows.num_rows:
            # a row replaces an earlier one; part names have no order, so it carries its manifest
            numbers = pa.array(np.full(rows.num_rows, manifest, np.int64))
            buffer = io.BytesIO()
            write_part(rows.append_column(MANIFEST, numbers), buffer)
            yield part(name, day, buffer.getvalue(), rows.num_rows)


def part(
    name: str, day: date | None, data: bytes, rows: int, *, whole_month: bool = False
) -> NewObject:
    """Return a table's part as the object that is put."""
    folder, prefix = placed(name, day, whole_month=whole_month)
    return NewObject(folder, data, prefix=prefix, rows=rows)


def in_order(name: str, rows: pa.Table) -> pa.Table:
    """Return rows in the order of their table's parts, so that equal rows give equal bytes."""
    return rows.sort_by([(column, "ascending") for column in ORDER[name]])


def parquet(table: pa.Table) -> bytes:
    """Return a table as Parquet: zstd 3, no time of writing, so equal tables give equal bytes."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", compression_level=3, row_group_size=20_000)
    return buffer.getvalue()


def brought_by(parts: Iterable[CatalogueObject], paths: Iterable[Path]) -> list[set[int]]:
    """Return for each part, given as a file too, the numbers of the manifests of its rows."""
    numbers: list[set[int]] = []
    for part, path in zip(parts, paths, strict=True):
        # a part that was merged has the rows of several
        with pq.ParquetFile(path) as file:
            stated = MANIFEST.name in file.schema_arrow.names
            rows = file.read(columns=[MANIFEST.name] if stated else [], use_threads=False)
        in_rows = rows[MANIFEST.name].unique().to_pylist() if stated else [None]
        numbers.append({part.seq if number is None else number for number in in_rows})
    return numbers


def day(moment: datetime) -> str:
    """Return the KST day of a moment."""
    return _day(moment).isoformat()


def _day(moment: datetime) -> date:
    return moment.astimezone(SEOUL).date()


def _published(row: ArchivedArticle) -> date | None:
    return _day(row.published.at) if row.published else None
