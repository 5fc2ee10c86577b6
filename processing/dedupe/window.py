"""The partitions that a fold reads and writes, and where earlier ones come from.

Kinds: `sig` (one row a document: credits, line hashes, …), `texts` (canonical text and number facts of each row of the
part of `sig` that was written with it, in the same order), `bands` (key, document number; sorted by key), `edges` (one
row a judged pair), `aliases` (a cluster id that was merged into another), `inputs` (a digest of each day),
and `clusters` (one row a document). A partition of a day is a list of parts, each written once; a reader takes a row's
newest part. Parts of `sig` and of `texts` are written and listed together.
"""

from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, Protocol, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

Kind: TypeAlias = Literal["sig", "texts", "bands", "edges", "aliases", "inputs", "clusters"]
Part: TypeAlias = Path | pa.Table
_HASHES: Final = frozenset({"key", "number", "lines", "title_key", "body_key", "url_key", "digest", "near"})
"""Columns of values that do not pack."""
_VARIED: Final = _HASHES | {"text", "facts", "id", "article_id", "version_id", "title"}
"""Columns whose values hardly repeat."""
_TEXTS_TOGETHER: Final = 32


class Window(Protocol):
    """What has been folded before."""

    def tables(self, kind: Kind, first: date, last: date) -> list[Part]:
        """Return the parts of the days from `first` to `last`, both included, the earliest written first."""
        ...


class EmptyWindow:
    """Nothing has been folded before."""

    def tables(self, kind: Kind, first: date, last: date) -> list[Part]:
        del kind, first, last
        return []


class FolderWindow:
    """Parts in a folder: `{kind}/day=YYYY-MM-DD/<name>.parquet`; names of later parts sort after earlier ones."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def tables(self, kind: Kind, first: date, last: date) -> list[Part]:
        wanted = f"day={first.isoformat()}", f"day={last.isoformat()}"
        folders = (folder for folder in self.root.glob(f"{kind}/day=*") if wanted[0] <= folder.name <= wanted[1])
        paths = [path for folder in folders for path in folder.glob("*.parquet")]
        return [*sorted(paths, key=lambda path: (path.name, path.parent.name))]

    def write(self, kind: Kind, day: date, name: str, table: pa.Table) -> Path:
        """Write one part; the same table gives the same bytes."""
        path = self.root / kind / f"day={day}" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_part(table, path)
        return path


def write_part(table: pa.Table, where: Path | BinaryIO) -> None:
    """Write a part: zstd, dictionary only where values repeat, no time of writing, so equal tables give equal bytes.

    Hashes are stored as they are, which a fold reads faster. Sorted keys are stored as differences, which are a tenth
    smaller and read three times as fast; of `bands` numbers repeat. Texts are in small row groups, because a fold
    wants a few of a day's.
    """
    names = set(table.column_names)
    packed = [_leaf(field) for field in table.schema if field.name not in _HASHES]
    settings: dict[str, Any] = {
        "compression": {_leaf(field): "none" for field in table.schema} | dict.fromkeys(packed, "zstd"),
        "compression_level": dict.fromkeys(packed, 3),
        "use_dictionary": sorted(names - _VARIED),
    }
    if "key" in names:
        settings["use_dictionary"].append("number")
        settings["column_encoding"] = {"key": "DELTA_BINARY_PACKED"}
    if "text" in names:
        settings |= {"row_group_size": _TEXTS_TOGETHER, "write_statistics": False}
    pq.write_table(table, where, **settings)


def _leaf(field: "pa.Field[Any]") -> str:
    """Return what Parquet calls the values of a column."""
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
