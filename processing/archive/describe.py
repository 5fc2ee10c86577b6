"""Generates the description of the tables: `python -m processing.archive.describe docs/archive.md`.

Columns come from the records, sentences from their docstrings. A test fails where the page differs.
"""

import sys
import textwrap
from collections.abc import Iterator
from inspect import getdoc
from pathlib import Path

import pyarrow as pa

from processing.archive.tables import CLUSTERS, TABLES, columns, schema
from processing.records import SCHEMA_VERSION, Manifest, Record, Removed, Seal, Sum

MARK = "<!-- what follows is generated -->\n"


def describe() -> str:
    """Return the tables as Markdown."""
    return "\n".join(_lines()).strip() + "\n"


def _lines() -> Iterator[str]:
    yield "## Tables\n"
    yield f"Records have schema version {SCHEMA_VERSION}; a reader refuses a higher one.\n"
    for name, record in TABLES.items():
        yield from _table(f"`{name}`", record, columns(name))
    yield "### `clusters`\n"
    yield (
        "One row per version that was folded; of several rows of one version that of the newest "
        "manifest counts.\n"
    )
    yield from _columns(CLUSTERS)
    yield "## Records beside the tables\n"
    for record in (Manifest, Sum, Removed, Seal):
        yield from _table(record.__name__, record, schema(record))


def _table(title: str, record: type[Record], rows: pa.Schema) -> Iterator[str]:
    yield f"### {title}\n"
    for paragraph in (getdoc(record) or "").split("\n\n"):
        yield textwrap.fill(paragraph, 120) + "\n"
    yield from _columns(rows)


def _columns(rows: pa.Schema) -> Iterator[str]:
    yield "| column | type |"
    yield "|---|---|"
    for field in rows:
        yield f"| `{field.name}` | {_type(field.type)} |"
    yield ""


def _type(kind: pa.DataType) -> str:
    """Return the name of a type for readers."""
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    if pa.types.is_map(kind):
        return f"map of {_type(kind.key_type)} to {_type(kind.item_type)}"
    if pa.types.is_struct(kind):
        return "(" + ", ".join(f"`{field.name}` {_type(field.type)}" for field in kind) + ")"
    return "moment (UTC)" if pa.types.is_timestamp(kind) else str(kind)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(path.read_text().partition(MARK)[0] + MARK + "\n" + describe())
