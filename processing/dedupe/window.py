"""The partitions that a fold reads and writes, and where earlier ones come from.

Kinds: `sig` (one row a document: canonical text, number facts, credits, line hashes), `bands` (key, document number;
sorted by key), `edges` (one row a judged pair), `aliases` (a cluster id that was merged into another), `inputs` (what
a day was matched against), and `clusters` (one row a document). A partition of a day is a list of parts, each written
once; a reader takes a row's newest part.
"""

from datetime import date
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

Kind: TypeAlias = Literal["sig", "bands", "edges", "aliases", "inputs", "clusters"]
Part: TypeAlias = Path | pa.Table


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


def write_part(table: pa.Table, path: Path) -> None:
    """Write a part as the archive does: zstd, dictionary only where values repeat."""
    repeated = [name for name in table.column_names if name not in {"key", "text", "facts", "id", "version_id"}]
    pq.write_table(table, path, compression="zstd", compression_level=3, use_dictionary=repeated)  # type: ignore[arg-type]  # a list of columns is allowed; the stubs know booleans only
