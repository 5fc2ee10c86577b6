"""The signatures of a window: where the newest row of each document lies, and no more of it read than is asked for.

Numbers and days are kept in memory, twelve bytes a document. Columns are read from one part at a time; texts by row
group, and of a part's row groups only those that hold one that is wanted.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from processing.dedupe.columns import SIG, SIGNED, TEXTS
from processing.dedupe.shingles import distinct
from processing.dedupe.window import Part
from processing.errors import CorruptRecordError

Numbers: TypeAlias = NDArray[np.int64]
Places: TypeAlias = NDArray[np.intp]

_EPOCH: Final = date(1970, 1, 1).toordinal()
_TEXTS: Final = tuple(name for name in TEXTS.names if name not in SIG.names)


class Signatures:
    """The newest rows of the parts `sig` and `texts` of a window, which belong together in their order.

    Documents that are `asked` are passed over: what is being folded now supersedes them.
    """

    def __init__(self, sig: Sequence[Part], texts: Sequence[Part], asked: Collection[int] = ()) -> None:
        if len(sig) != len(texts):
            raise CorruptRecordError(
                f"the window has {len(sig)} parts of sig and {len(texts)} of texts, which are written together; "
                "restore what is missing, or remove the parts that were left alone"
            )
        self._sig, self._texts = sig, texts
        read = [columns(part, ["number", "day"]) for part in sig]
        self._starts = np.cumsum([0, *(each.num_rows for each in read)])
        self._every = np.concatenate([np.empty(0, np.int64), *(np.asarray(each["number"]) for each in read)])
        days = (np.asarray(each["day"].cast(pa.int32())) for each in read)
        self.days = np.concatenate([np.empty(0, np.int32), *days])
        """The day of each row, counted from 1970."""
        ordered = np.sort(self._every)
        repeated = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
        passed = np.array(sorted(asked), np.int64)
        self.again = np.setdiff1d(repeated, passed, assume_unique=True)
        """The numbers of documents that have several rows, sorted."""
        self._newest = np.ones(self._every.size, np.bool_)
        self._newest[among(self._every, passed)[0]] = False
        places, which = among(self._every, self.again)
        self._newest[places] = False
        last = np.zeros(self.again.size, np.intp)
        np.maximum.at(last, which, places)  # later parts have later places
        self._newest[last] = True
        self._known: pa.Table | None = None

    @property
    def numbers(self) -> Numbers:
        """The numbers of all documents, sorted."""
        return np.sort(self._every[self._newest])

    def places(self, numbers: Numbers) -> tuple[Places, Places]:
        """Return where the newest rows of these sorted distinct numbers are, and which of the numbers each is."""
        places, which = among(self._every, numbers)
        newest = self._newest[places]
        return places[newest], which[newest]

    def days_of(self, numbers: Numbers) -> set[int]:
        """Return the days, counted from 1970, of all rows of these documents, also of those that are passed over."""
        return set(self.days[among(self._every, distinct(numbers))[0]].tolist())

    def scan(self, names: Sequence[str], days: Collection[date] | None = None) -> Iterator[pa.Table]:
        """Yield columns of `sig` of all documents, part by part; where `days` are given, only parts that have one."""
        wanted = np.array([day.toordinal() - _EPOCH for day in days or ()], np.int32)
        for part, (start, end) in zip(self._sig, pairwise(self._starts), strict=True):
            if days is not None and not np.isin(self.days[start:end], wanted).any():
                continue
            read, mine = columns(part, names), self._newest[start:end]
            yield read if mine.all() else read.filter(pa.array(mine))

    def rows(self, numbers: Numbers, names: Sequence[str] = SIGNED.names) -> pa.Table:
        """Return columns of the rows of these documents, sorted by number; those that are not there are left out.

        What was read last is remembered without its texts, for who asks for most of it again.
        """
        numbers, known = distinct(numbers), self._known
        if known is None or not set(names) <= set(known.column_names):
            known = self._read(numbers, ("number", *(name for name in names if name != "number")))
            self._known = known.drop_columns([name for name in _TEXTS if name in known.column_names])
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
            for part, ((first, end), start) in enumerate(zip(pairwise(bounds), self._starts, strict=False))
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
                raise CorruptRecordError("{} has not the texts of {}; restore the two together".format(*names))
            for name in schema.names[len(asked) :]:
                read = read.append_column(name, texts[name])
        return read.cast(schema)


def among(values: Numbers, wanted: Numbers, size: int = 0) -> tuple[Places, Places]:
    """Return the places of `values` that are `wanted` (sorted, distinct), in their order, and which each is.

    Most values are told without a search by their lowest bits, or by the highest of `size` where that is given: so
    sorted values, from 0 on, are told from memory that lies side by side.
    """
    bits = max(12, (16 * wanted.size).bit_length())
    last, shift = (1 << bits) - 1, max(0, size - bits)
    sieve = np.zeros(last + 1, np.bool_)
    sieve[wanted >> shift & last] = True
    places = np.flatnonzero(sieve.take(values >> shift & last if shift else values & last))
    which = np.searchsorted(wanted, values[places])
    which[which == wanted.size] = 0
    sure = wanted[which] == values[places] if wanted.size else places.astype(np.bool_)
    return places[sure], which[sure]


def columns(part: Part, names: Sequence[str]) -> pa.Table:
    """Return columns of a part."""
    with opened(part) as read:
        return read(names)


@contextmanager
def opened(part: Part) -> Iterator[Callable[[Sequence[str]], pa.Table]]:
    """Open a part, and give what returns columns of it."""
    if not isinstance(part, Path):
        yield lambda names: part.select(list(names))
        return
    with pq.ParquetFile(part) as file:
        yield lambda names: file.read(columns=list(names), use_threads=False).select(list(names))


def texts_at(part: Part, places: Places) -> pa.Table:
    """Return the rows of a part of `texts` at these places, as far as it has them; other row groups are not read.

    Places are sorted and there is one at least.
    """
    if not isinstance(part, Path):
        return part.take(places[places < part.num_rows])
    with pq.ParquetFile(part) as file:
        places = places[places < file.metadata.num_rows]
        size = file.metadata.row_group(0).num_rows if places.size else 1  # that of all but the last
        groups = np.unique(places // size)
        read = file.read_row_groups(groups.tolist(), columns=["number", *_TEXTS], use_threads=False).combine_chunks()
    return read.take(np.searchsorted(groups, places // size) * size + places % size)


def _name(part: Part) -> str:
    return part.name if isinstance(part, Path) else "a table"
