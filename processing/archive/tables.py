"""Turns records into the Arrow tables of the archive, and a batch into the objects that it adds.

The schema is generated from the record, so that the two cannot drift apart. A moment is a UTC
timestamp in microseconds, an enumeration or a literal its string, a tuple a list, a mapping a map,
a record a struct, and everything may be null: a field that is added later is missing in older
parts.

The same runs on the same head give the same bytes. `articles/day=` is the KST day of publication or
`unknown`; every other `day=` is the KST day of collection. A part is named after its bytes: two
archivers that made different parts of one batch cannot overwrite each other's.
"""

import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import AwareDatetime

from processing.archive.landed import LandedRun
from processing.archive.memory import Memory
from processing.dates import SEOUL
from processing.records import SCHEMA_VERSION, Article, Fetch, Record, Rejection, RunReport, Sum
from processing.signing.columns import CLUSTERS as FOLDED
from processing.signing.window import write_part

T = TypeVar("T", bound=Record)

MANIFEST: Final = pa.field("manifest", pa.int64())
"""The number of the manifest that added a row, where a later row replaces an earlier one."""
CLUSTERS: Final = FOLDED.append(MANIFEST)


class ArchivedArticle(Article):
    """One version of an article as the archive keeps it.

    `previous` is the version that it follows, None of a first one. `silent_edit` says that title or
    text changed and the modified time that the page states did not; None of a first version, and
    where the earlier time is not known.
    """

    previous: str | None = None
    silent_edit: bool | None = None


TABLES: Final[Mapping[str, type[Record]]] = {
    "articles": ArchivedArticle,
    "rejections": Rejection,
    "log": Fetch,
    "reports": RunReport,
}
"""The tables that are made of records; those of a fold are in `processing.signing.columns`."""
_PLAIN: Mapping[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    datetime: pa.timestamp("us", tz="UTC"),
    AwareDatetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
}
_NAME = 32
"""Hex digits of a part's SHA-256 in its name: 128 bits, so that no two parts share a name."""


def schema(record: type[Record]) -> pa.Schema:
    """Return the Arrow schema of a table of `record`; its metadata has the record version."""
    fields = [(name, _type(field.annotation)) for name, field in record.model_fields.items()]
    return pa.schema(
        fields,
        metadata={"sillok.record": record.__name__, "sillok.schema_version": str(SCHEMA_VERSION)},
    )


def table(record: type[Record], rows: Iterable[Record]) -> pa.Table:
    """Return `rows`, all of them `record`, as a table."""
    return pa.Table.from_pylist([_plain(row.model_dump()) for row in rows], schema=schema(record))


def _type(annotation: Any) -> pa.DataType:
    """Return the Arrow type of a field's annotation.

    Raises `TypeError` for one that no record has had so far.
    """
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        return _type(next(one for one in inner if one is not NoneType))
    if origin is Annotated:
        return _type(inner[0])
    if origin is Literal:
        return pa.string()
    if origin is tuple:
        return pa.list_(_type(inner[0]))
    if origin is not None and issubclass(origin, Mapping):
        return pa.map_(_type(inner[0]), _type(inner[1]))
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


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose mappings are in order of keys, so that equal rows give equal bytes."""
    return {
        name: dict(sorted(value.items())) if isinstance(value, dict) else value
        for name, value in row.items()
    }


class NewObject:
    """An object to be put (a table's part or a snapshot) with the sums that its manifest states."""

    __slots__ = ("data", "sum")

    def __init__(
        self,
        folder: str,
        data: bytes,
        *,
        prefix: str = "",
        suffix: str = ".parquet",
        rows: int | None = None,
    ) -> None:
        digest = hashlib.sha256(data).hexdigest()
        key = f"{folder}/{prefix}{digest[:_NAME]}{suffix}"
        self.data = data
        self.sum = Sum(key=key, sha256=digest, bytes=len(data), rows=rows)

    @property
    def key(self) -> str:
        return self.sum.key


def versions(articles: Iterable[Article], memory: Memory) -> list[ArchivedArticle]:
    """Return the states that the archive does not have yet, oldest first; `memory` takes them in.

    A state that was archived before, also one that an article went back to, adds no row: its visit
    is in the log.
    """
    found = []
    for article in sorted(articles, key=lambda row: (row.fetched_at, row.version_id)):
        known = memory.versions(article.article_id)
        if article.version_id not in known:
            found.append(_following(article, memory, known))
        memory.archived(article)
    return found


def _following(article: Article, memory: Memory, known: Collection[str]) -> ArchivedArticle:
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


def of_records(
    runs: Sequence[LandedRun], new: Iterable[ArchivedArticle], code_version: str
) -> Iterator[NewObject]:
    """Yield the parts that are made of records."""
    yield from _split(
        "articles", new, _published, lambda row: (row.outlet, row.article_id, row.version_id)
    )
    rejections = (row for run in runs for row in run.rejections)
    yield from _split(
        "rejections", rejections, _rejected, lambda row: (row.outlet, row.fetched_at, row.url)
    )
    log = (row for run in runs for row in run.log)
    yield from _split("log", log, lambda row: f"outlet={row.outlet}", _logged)
    reports = (run.report(code_version) for run in runs)
    yield from _split(
        "reports", reports, lambda row: f"day={row.day}", lambda row: (row.outlet, row.run)
    )


def of_tables(tables: Iterable[tuple[str, pa.Table]], manifest: int) -> Iterator[NewObject]:
    """Yield the parts made of tables, each of which comes with its folder and is read in turn."""
    for folder, rows in tables:
        if rows.num_rows:
            # a row replaces an earlier one; part names have no order, so it carries its manifest
            numbers = pa.array(np.full(rows.num_rows, manifest, np.int64))
            buffer = io.BytesIO()
            write_part(rows.append_column(MANIFEST, numbers), buffer)
            yield NewObject(folder, buffer.getvalue(), rows=rows.num_rows)


def parquet(one: pa.Table) -> bytes:
    """Return a table as Parquet: zstd 3, no time of writing, so equal tables give equal bytes."""
    buffer = io.BytesIO()
    pq.write_table(one, buffer, compression="zstd", compression_level=3, row_group_size=20_000)
    return buffer.getvalue()


def day(moment: datetime) -> str:
    """Return the KST day of a moment."""
    return moment.astimezone(SEOUL).date().isoformat()


def _split(
    name: str, rows: Iterable[T], folder: Callable[[T], str], order: Callable[[T], object]
) -> Iterator[NewObject]:
    groups: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        groups[folder(row)].append(row)
    for where, group in sorted(groups.items()):
        # sorted, so that equal rows give equal bytes; each sort key is a tuple of plain values
        made = table(TABLES[name], sorted(group, key=order))  # type: ignore[arg-type]
        yield NewObject(f"{name}/{where}", parquet(made), rows=len(group))


def _published(row: ArchivedArticle) -> str:
    return f"day={day(row.published.at) if row.published else 'unknown'}"


def _rejected(row: Rejection) -> str:
    return f"day={day(row.fetched_at)}"


def _logged(row: Fetch) -> tuple[object, ...]:
    return (row.run, row.at, row.role, row.url, row.why)
