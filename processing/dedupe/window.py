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
_HASHES: Final = frozenset({"key", "number", "url_key", "title_key", "body_key", "digest", "near"})
_VARIED: Final = _HASHES | {"id", "article_id", "version_id", "title", "text", "facts"}
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

    Sorted keys are stored as differences, which are a tenth smaller and read three times as fast; beside them numbers
    repeat. Texts are in small row groups, because a fold wants a few of a day's.
    """
    varied = _VARIED - {"number"} if "key" in table.column_names else _VARIED
    settings: dict[str, Any] = {"use_dictionary": sorted(set(table.column_names) - varied)}
    if "key" in table.column_names:
        settings["column_encoding"] = {"key": "DELTA_BINARY_PACKED"}
    if "text" in table.column_names:
        settings |= {"row_group_size": _TEXTS_TOGETHER, "write_statistics": False}
    pq.write_table(table, where, compression="zstd", compression_level=3, **settings)
