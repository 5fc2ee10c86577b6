"""Records as Arrow tables. The schema is generated from the record, so that the two cannot drift apart.

A moment is a UTC timestamp in microseconds, an enumeration or a literal its string, a tuple a list, a mapping a map, a
record a struct, and everything may be null: a field that is added later is missing in older parts.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pyarrow as pa
from pydantic import AwareDatetime

from processing.records import SCHEMA_VERSION, Record

_PLAIN: Mapping[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    datetime: pa.timestamp("us", tz="UTC"),
    AwareDatetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
}


def schema(record: type[Record]) -> pa.Schema:
    """Return the Arrow schema of a table of `record`, with the version of the records in its metadata."""
    fields = [(name, _type(field.annotation)) for name, field in record.model_fields.items()]
    return pa.schema(fields, metadata={"sillok.record": record.__name__, "sillok.schema_version": str(SCHEMA_VERSION)})


def table(record: type[Record], rows: Iterable[Record]) -> pa.Table:
    """Return `rows`, all of them `record`, as a table."""
    return pa.Table.from_pylist([_plain(row.model_dump()) for row in rows], schema=schema(record))


def _type(annotation: Any) -> pa.DataType:
    """Return the Arrow type of a field's annotation. Raises `TypeError` for one that no record has had so far."""
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
        return pa.struct([(name, _type(field.annotation)) for name, field in annotation.model_fields.items()])
    if issubclass(annotation, StrEnum):
        return pa.string()
    if annotation not in _PLAIN:
        raise TypeError(f"{annotation} has no column type: add it to processing.archive.tables")
    return _PLAIN[annotation]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose mappings are in order of keys, so that equal rows give equal bytes."""
    return {name: dict(sorted(value.items())) if isinstance(value, dict) else value for name, value in row.items()}
