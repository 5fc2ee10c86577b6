"""Reads and writes the partitions of folds: one list of Parquet parts per kind and day.

Kinds: `sig` (one row per document: credits, hashes, …), `texts` (canonical text and number facts of
each row of the part of `sig` that was written with it, in the same order), `bands` (key, document
number; sorted by key), `edges` (one row per judged pair), `aliases` (a cluster id that was merged
into another), and `clusters` (one row per document). Each part is written once; a reader takes a
row's newest part. Parts of `sig` and of `texts` are written and listed together.

`Signatures` finds the newest row of each document and reads no more than is asked for: numbers and
days are kept in memory, twelve bytes per document, columns are read from one part at a time, and
texts by row group. `Partitions` shows parts as views of one DuckDB that lives as long as a fold.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Literal, Protocol, Self, TypeAlias, TypeVar, cast

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from processing.errors import CorruptRecordError
from processing.signing.columns import CLUSTERS, SIG, SIGNED, TEXTS
from processing.signing.documents import FoldOptions
from processing.signing.shingles import Numbers, Places, distinct

PartitionKind: TypeAlias = Literal["sig", "texts", "bands", "edges", "aliases", "clusters"]
PartitionPart: TypeAlias = Path | pa.Table
_Integer = TypeVar("_Integer", np.int32, np.int64, np.uint64)
_HASHES: Final = frozenset(
    {
        "key",
        "number",
        "url_key",
        "origin_key",
        "title_key",
        "head_key",
        "tail_key",
        "digest",
        "near",
    }
)
_VARIED: Final = _HASHES | {
    "published_at",
    "fetched_at",
    "length",
    "id",
    "article_id",
    "version_id",
    "title",
    "text",
    "facts",
}
"""Columns whose values hardly repeat."""
_SPLIT: Final = (
    "marks.list.element", "cut.list.element", "length", "published_at", "fetched_at",
)  # fmt: skip
"""Columns of numbers whose higher bytes are alike, which shows where these lie side by side."""
_TEXTS_TOGETHER: Final = 32
PACKED: Final = 19
"""The level of zstd from which on a text gets no smaller."""


class Window(Protocol):
    """What has been folded before."""

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[PartitionPart]:
        """Return the parts of the days from `first` to `last`, the earliest written first.

        Both days are included.
        """
        ...


class EmptyWindow:
    """Nothing has been folded before."""

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[PartitionPart]:
        del kind, first, last
        return []


class FolderWindow:
    """Parts in a folder: `{kind}/day=YYYY-MM-DD/<name>.parquet`.

    Names of later parts sort after earlier ones.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[PartitionPart]:
        wanted = f"day={first.isoformat()}", f"day={last.isoformat()}"
        folders = (
            folder
            for folder in self.root.glob(f"{kind}/day=*")
            if wanted[0] <= folder.name <= wanted[1]
        )
        paths = [path for folder in folders for path in folder.glob("*.parquet")]
        return [*sorted(paths, key=lambda path: (path.name, path.parent.name))]

    def write(self, kind: PartitionKind, day: date, name: str, table: pa.Table) -> Path:
        """Write one part; the same table gives the same bytes."""
        path = self.root / kind / f"day={day}" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_part(table, path)
        return path


def write_part(table: pa.Table, where: Path | BinaryIO, *, packed: bool = False) -> None:
    """Write a part as Parquet, compressed with zstd; equal tables give equal bytes.

    Texts are in small row groups, because a fold wants few of a day's texts. `packed` takes some
    0.5 ms of processor time a document, and texts are a seventh smaller.
    """
    # A dictionary helps only where values repeat. Beside keys a number stands many times.
    varied = _VARIED - {"number"} if "key" in table.column_names else _VARIED
    settings: dict[str, Any] = {"use_dictionary": sorted(set(table.column_names) - varied)}
    # Sorted keys are stored as differences: a tenth smaller, and read three times as fast.
    if "key" in table.column_names:
        settings["column_encoding"] = {"key": "DELTA_BINARY_PACKED"}
    if "marks" in table.column_names:
        settings["use_byte_stream_split"] = list(_SPLIT)
    level = 9 if {"text", "title"} & set(table.column_names) else 3
    level = PACKED if packed else level
    if "text" in table.column_names:
        settings |= {"row_group_size": _TEXTS_TOGETHER, "write_statistics": False}
    pq.write_table(table, where, compression="zstd", compression_level=level, **settings)


_EPOCH: Final = date(1970, 1, 1).toordinal()
_TEXTS: Final = tuple(name for name in TEXTS.names if name not in SIG.names)


class Signatures:
    """The newest rows of the parts `sig` and `texts` of a window.

    Row by row, a part of `texts` belongs to the part of `sig` that was written with it. Documents
    that are `asked` are passed over: what is being folded now supersedes them.
    """

    def __init__(
        self,
        sig: Sequence[PartitionPart],
        texts: Sequence[PartitionPart],
        asked: Collection[int] = (),
    ) -> None:
        if len(sig) != len(texts):
            raise CorruptRecordError(
                f"the window has {len(sig)} parts of sig and {len(texts)} of texts, "
                "which are written together; restore what is missing, "
                "or remove the parts that were left alone"
            )
        self._sig, self._texts = sig, texts
        read = [columns(part, ["number", "day"]) for part in sig]
        self._starts = np.cumsum([0, *(each.num_rows for each in read)])
        self._every = np.concatenate(
            [np.empty(0, np.int64), *(np.asarray(each["number"]) for each in read)]
        )
        days = (np.asarray(each["day"].cast(pa.int32())) for each in read)
        self.days = np.concatenate([np.empty(0, np.int32), *days])
        """The day of each row, counted from 1970."""
        ordered = np.sort(self._every)
        repeated = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
        passed = np.array(sorted(asked), np.int64)
        self.again = np.setdiff1d(repeated, passed, assume_unique=True)
        """The numbers of documents that have several rows, sorted."""
        self._newest = self._newest_rows(passed)
        self._known: pa.Table | None = None

    def _newest_rows(self, passed: Numbers) -> NDArray[np.bool_]:
        """Return for each row whether it is the newest of a document that is not `passed` over."""
        newest = np.ones(self._every.size, np.bool_)
        newest[among(self._every, passed)[0]] = False
        places, which = among(self._every, self.again)
        newest[places] = False
        # Parts are listed in the order of writing, so the greatest place is the newest row.
        last = np.zeros(self.again.size, np.intp)
        np.maximum.at(last, which, places)
        newest[last] = True
        return newest

    @property
    def numbers(self) -> Numbers:
        """The numbers of all documents, sorted."""
        return np.sort(self._every[self._newest])

    def places(self, numbers: Numbers) -> tuple[Places, Places]:
        """Return where the newest rows of these numbers are, and which number each row has.

        Numbers are sorted and distinct.
        """
        places, which = among(self._every, numbers)
        newest = self._newest[places]
        return places[newest], which[newest]

    def scan(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Yield columns of `sig` of all documents, part by part."""
        for part, (start, end) in zip(self._sig, pairwise(self._starts), strict=True):
            read, mine = columns(part, names), self._newest[start:end]
            yield read if mine.all() else read.filter(pa.array(mine))

    def rows(self, numbers: Numbers, names: Sequence[str] = SIGNED.names) -> pa.Table:
        """Return columns of the rows of these documents, sorted by number.

        Those that are not there are left out.

        What was read last is remembered without its texts, for who asks for most of it again.
        """
        numbers, known = distinct(numbers), self._known
        if known is None or not set(names) <= set(known.column_names):
            known = self._read(numbers, ("number", *(name for name in names if name != "number")))
            self._known = known.drop_columns(
                [name for name in _TEXTS if name in known.column_names]
            )
            return known.select(list(names))
        there, which = among(np.asarray(known["number"]), numbers)
        old, new = known.take(there), self._read(np.delete(numbers, which), names)
        return pa.concat_tables([old.select(list(names)), new]).sort_by("number")

    def _read(self, numbers: Numbers, names: Sequence[str]) -> pa.Table:
        places = self.places(numbers)[0]
        schema = pa.schema([SIGNED.field(name) for name in names])
        bounds = np.searchsorted(places, self._starts)
        pieces = [
            self._taken(part, places[first:end] - start, schema)
            for part, ((first, end), start) in enumerate(
                zip(pairwise(bounds), self._starts, strict=False)
            )
            if end > first
        ]
        return pa.concat_tables([schema.empty_table(), *pieces]).sort_by("number")

    def _taken(self, part: int, places: Places, schema: pa.Schema) -> pa.Table:
        asked = [name for name in schema.names if name not in _TEXTS]
        read = columns(self._sig[part], asked).take(places)
        if len(asked) < len(schema):
            texts = texts_at(self._texts[part], places)
            if texts["number"] != read["number"]:
                names = _name(self._texts[part]), _name(self._sig[part])
                raise CorruptRecordError(
                    "{} has not the texts of {}; restore the two together".format(*names)
                )
            for name in schema.names[len(asked) :]:
                read = read.append_column(name, texts[name])
        return read.cast(schema)


_LOOKED_UP: Final = 1 << 16
"""Values that are looked up at once, so that what comes between stays in the processor's cache."""


def among(
    values: NDArray[_Integer], wanted: NDArray[_Integer], size: int = 0
) -> tuple[Places, Places]:
    """Return the places of `values` that are `wanted`, in their order, and which each is.

    `wanted` is sorted and distinct. `size` is the number of bits of `values` where they are sorted
    and from 0 on.
    """
    # A sieve over some bits rules out most values without a search. Of sorted values these are the
    # highest bits, so that neighbours are looked up in memory that lies side by side.
    bits = max(12, (16 * wanted.size).bit_length())
    last, shift = (1 << bits) - 1, max(0, size - bits)
    sieve = np.zeros(last + 1, np.bool_)
    sieve[wanted >> shift & last] = True
    places = _sieved(values, sieve, shift)
    likely = values[places]
    if shift or places.size < wanted.size or not wanted.size:
        which = np.searchsorted(wanted, likely)
        which[which == wanted.size] = 0
        sure = wanted[which] == likely if wanted.size else places.astype(np.bool_)
        return places[sure], which[sure]
    # Of many values that are wanted a table of these bits tells most without a search.
    table, order = np.zeros(last + 1, np.int32), np.arange(wanted.size)
    table[wanted & last] = order
    which = table.take(likely & last).astype(np.intp)
    # Only where two wanted values have these bits may another one than the table's be right.
    shared = np.zeros(last + 1, np.bool_)
    shared[wanted[table.take(wanted & last) != order] & last] = True
    doubtful = np.flatnonzero(shared.take(likely & last) & (wanted[which] != likely))
    which[doubtful] = np.searchsorted(wanted, likely[doubtful])
    which[which == wanted.size] = 0
    sure = wanted[which] == likely
    return places[sure], which[sure]


def _sieved(values: NDArray[_Integer], sieve: NDArray[np.bool_], shift: int) -> Places:
    """Return the places of values whose bits from `shift` on are in the sieve, modulo its size."""
    last = sieve.size - 1
    found = [np.empty(0, np.intp)]
    for start in range(0, values.size, _LOOKED_UP):
        some = values[start : start + _LOOKED_UP]
        there = sieve.take((some >> shift if shift else some) & last)
        found.append(start + np.flatnonzero(there))
    return np.concatenate(found)


def columns(part: PartitionPart, names: Sequence[str]) -> pa.Table:
    """Return columns of a part."""
    with opened(part) as read:
        return read(names)


@contextmanager
def opened(part: PartitionPart) -> Iterator[Callable[[Sequence[str]], pa.Table]]:
    """Open a part, and give what returns columns of it."""
    if not isinstance(part, Path):
        yield lambda names: part.select(list(names))
        return
    with pq.ParquetFile(part) as file:
        yield lambda names: file.read(columns=list(names), use_threads=False).select(list(names))


def texts_at(part: PartitionPart, places: Places) -> pa.Table:
    """Return the rows of a part of `texts` at these places, as far as it has them.

    Other row groups are not read.

    Places are sorted and there is one at least.
    """
    if not isinstance(part, Path):
        return part.take(places[places < part.num_rows])
    with pq.ParquetFile(part) as file:
        places = places[places < file.metadata.num_rows]
        # All row groups but the last have the size of the first.
        size = file.metadata.row_group(0).num_rows if places.size else 1
        groups = np.unique(places // size)
        read = file.read_row_groups(
            groups.tolist(), columns=["number", *_TEXTS], use_threads=False
        ).combine_chunks()
    return read.take(np.searchsorted(groups, places // size) * size + places % size)


def _name(part: PartitionPart) -> str:
    return part.name if isinstance(part, Path) else "a table"


class Partitions:
    """A DuckDB over a window's parts, within the memory limit of `options`.

    `temp` is where it may spill.
    """

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
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.database.close()

    def show(self, kind: PartitionKind, span: tuple[date, date], schema: pa.Schema) -> None:
        """Make the parts of `span` readable as the view `raw_<kind>`.

        `part` is their place in the order of writing.
        """
        view(self.database, f"raw_{kind}", self.window.tables(kind, *span), schema)

    def read_signatures(self, span: tuple[date, date], asked: Iterable[int] = ()) -> Signatures:
        """Find the newest rows of documents of `span` (or more) that are not `asked`.

        They are `signatures` from now on.
        """
        asked = frozenset(asked)
        if asked != self._asked or not self._span[0] <= span[0] <= span[1] <= self._span[1]:
            self._span, self._asked = span, asked
            self.signatures = Signatures(
                self.window.tables("sig", *span), self.window.tables("texts", *span), asked
            )
        return self.signatures

    def keep(self, name: str, numbers: Sequence[int] | NDArray[np.int64]) -> None:
        """Keep numbers as the table `name` with the column `number`."""
        given = pa.table({"number": pa.array(numbers, pa.int64())})
        self.database.register("given", given)
        self.database.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT number FROM given"  # noqa: S608 - our name
        )
        self.database.unregister("given")

    def table(self, query: str, **values: object) -> pa.Table:
        """Return what a query finds."""
        return cast("pa.Table", self.database.sql(query, params=values).to_arrow_table())


def view(
    database: duckdb.DuckDBPyConnection,
    name: str,
    parts: Sequence[PartitionPart],
    schema: pa.Schema,
) -> None:
    """Make parts readable as the view `name`, with the column `part`: the place of each in `parts`.

    A column that an older part lacks is null there; one that is not of `schema` is left out.
    """
    columns = ", ".join(schema.names)
    database.register(f"{name}_none", schema.empty_table())
    pieces = [f"SELECT *, 0 AS part FROM {name}_none"]  # noqa: S608 - names of our own
    paths = [(place, part) for place, part in enumerate(parts) if isinstance(part, Path)]
    if paths:
        listed = pa.table(
            {"filename": [str(path) for _, path in paths], "part": [place for place, _ in paths]}
        )
        database.register(f"{name}_order", listed)
        names = ", ".join("'" + str(path).replace("'", "''") + "'" for _, path in paths)
        pieces.append(
            f"SELECT * EXCLUDE (filename) FROM read_parquet([{names}], filename = true, "  # noqa: S608 - own paths, quoted
            f"union_by_name = {schema is CLUSTERS}) JOIN {name}_order USING (filename)"
        )
    for place, part in enumerate(parts):
        if not isinstance(part, Path):
            database.register(f"{name}_{place}", part)
            pieces.append(f"SELECT *, {place} AS part FROM {name}_{place}")  # noqa: S608 - names of our own
    union = " UNION ALL BY NAME ".join(pieces)
    database.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {columns}, part FROM ({union})")  # noqa: S608 - as above


def widened(days: Iterable[date], margin: int) -> tuple[date, date]:
    """Return the first and the last of `days`, `margin` days further out on either side."""
    known = [day.toordinal() for day in days]
    first, last = max(min(known) - margin, 1), min(max(known) + margin, date.max.toordinal())
    return date.fromordinal(first), date.fromordinal(last)


def days_of(table: pa.Table, column: str = "day") -> set[date]:
    """Return the days in a column of dates."""
    return cast("set[date]", set(table[column].unique().to_pylist()))
