"""The parts of a window as views of one DuckDB that lives as long as a fold."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.documents import FoldOptions
from processing.dedupe.signatures import Signatures
from processing.dedupe.window import Kind, Part, Window


class Partitions:
    """A DuckDB over a window's parts, within the memory limit of `options`; `temp` is where it may spill."""

    def __init__(self, window: Window, options: FoldOptions, temp: Path | None = None) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": options.threads,
            "memory_limit": options.memory_limit,
            "preserve_insertion_order": False,
        }
        if temp is not None:
            config["temp_directory"] = str(temp)
        self.window = window
        self.options = options
        self.database = duckdb.connect(config=config)
        self.database.execute("SET TimeZone = 'UTC'")
        self.signatures = Signatures((), ())
        self._span, self._asked = (date.max, date.min), frozenset[int]()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def show(self, kind: Kind, span: tuple[date, date], schema: pa.Schema) -> None:
        """Make the parts of `span` readable as the view `raw_<kind>`; `part` is their place in the order of writing."""
        view(self.database, f"raw_{kind}", self.window.tables(kind, *span), schema)

    def read_signatures(self, span: tuple[date, date], asked: Iterable[int] = ()) -> Signatures:
        """Find the newest rows of documents of `span` (or more) that are not `asked`: `signatures` from now on."""
        asked = frozenset(asked)
        if asked != self._asked or not self._span[0] <= span[0] <= span[1] <= self._span[1]:
            self._span, self._asked = span, asked
            self.signatures = Signatures(self.window.tables("sig", *span), self.window.tables("texts", *span), asked)
        return self.signatures

    def keep(self, name: str, numbers: Sequence[int] | NDArray[np.int64]) -> None:
        """Keep numbers as the table `name` with the column `number`."""
        given = pa.table({"number": pa.array(numbers, pa.int64())})
        self.database.register("given", given)
        self.database.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT number FROM given")  # noqa: S608 - our name
        self.database.unregister("given")

    def table(self, query: str, **values: object) -> pa.Table:
        """Return what a query finds."""
        return cast("pa.Table", self.database.sql(query, params=values).to_arrow_table())


def view(database: duckdb.DuckDBPyConnection, name: str, parts: Sequence[Part], schema: pa.Schema) -> None:
    """Make parts readable as the view `name`, with the column `part`: the place of each in `parts`."""
    columns = ", ".join(schema.names)
    database.register(f"{name}_none", schema.empty_table())
    pieces = [f"SELECT {columns}, 0 AS part FROM {name}_none"]  # noqa: S608 - names of our own
    paths = [(place, part) for place, part in enumerate(parts) if isinstance(part, Path)]
    if paths:
        listed = pa.table({"filename": [str(path) for _, path in paths], "part": [place for place, _ in paths]})
        database.register(f"{name}_order", listed)
        names = ", ".join("'" + str(path).replace("'", "''") + "'" for _, path in paths)
        pieces.append(
            f"SELECT {columns}, part FROM read_parquet([{names}], filename = true) "  # noqa: S608 - own paths, quoted
            f"JOIN {name}_order USING (filename)"
        )
    for place, part in enumerate(parts):
        if not isinstance(part, Path):
            database.register(f"{name}_{place}", part)
            pieces.append(f"SELECT {columns}, {place} AS part FROM {name}_{place}")  # noqa: S608 - names of our own
    database.execute(f"CREATE OR REPLACE VIEW {name} AS {' UNION ALL '.join(pieces)}")


def widened(days: Iterable[date], margin: int) -> tuple[date, date]:
    """Return the first and the last of `days`, `margin` days further out on either side."""
    known = [day.toordinal() for day in days]
    first, last = max(min(known) - margin, 1), min(max(known) + margin, date.max.toordinal())
    return date.fromordinal(first), date.fromordinal(last)


def days_of(table: pa.Table, column: str = "day") -> set[date]:
    """Return the days in a column of dates."""
    return cast("set[date]", set(table[column].unique().to_pylist()))
