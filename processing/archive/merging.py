"""Which parts of tables become one, and the rows that stay.

Of a day that is over each table has one part, of a month that is over too, except where the fold
asks for days. No row of `articles`, `log`, `rejections` and `reports` is dropped. Of `clusters` and
of the partitions of the fold the newest row of each key stays, as every reader takes it anyway:
rows carry the number of the manifest that brought them, and keep it.
"""

import hashlib
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from processing.archive import layout
from processing.archive.catalogue import MERGED, Catalogue, CatalogueObject
from processing.archive.intake import merged_index
from processing.archive.layout import NewObject
from processing.archive.tables import (
    DAY,
    MANIFEST,
    TABLES,
    columns,
    in_order,
    layout_digest,
    of_today,
    part,
)
from processing.errors import CorruptRecordError
from processing.signing.window import PACKED, write_part

_LATE = 16
"""Parts that come after their month was merged, and are left alone until there are so many."""
_LARGEST = 256 << 20
"""Bytes of parts that become one month; of a larger month each day stays a part."""
_MANY = 8
"""Parts of a day from which on a reader merges them in its cache."""
_ROWS_TOGETHER: Mapping[str, int] = {"articles": 4_000}
"""Most rows of a row group, by table: readers have some twenty in memory at once, with their texts."""
_ROWS_OTHERWISE = 20_000
_ROWS_ENOUGH = 2_000
"""Fewest: small days share a row group, because what one says of its columns weighs 5 to 18 kB."""
_VARIED: Mapping[str, Collection[str]] = {
    "articles": frozenset(
        {
            "article_id",
            "version_id",
            "url",
            "fetched_url",
            "fetched_at",
            "title",
            "text",
            "published.at",
        }
    ),
    "log": frozenset({"article_id", "version_id", "url", "logged_at", "announced_at"}),
}
"""By table, columns whose values hardly repeat, or stand side by side where they do."""
_LONG = frozenset({"text", "title"})
"""Columns that nobody looks up by their order."""
_KEYS: Mapping[str, Sequence[str]] = {
    "clusters": ("version_id",),
    "edges": ("a", "b"),
    "aliases": ("old", "new"),
}
"""The columns whose newest row counts."""
_SIGNED = ("sig", "texts", "bands")
"""Partitions that are written, and merged, together."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Parts of one table that become one of a day, or of the month that begins with `day`.

    Of `sig`, the parts of `texts` and `bands` are among them. `day` is None of articles without a
    time of publication.
    """

    table: str
    day: date | None
    parts: tuple[CatalogueObject, ...]
    whole_month: bool = False


def planned(
    catalogue: Catalogue, today: date, fingerprint: str, *, upgrade: bool = False
) -> list[Merge]:
    """Return what is to be merged on a KST day; with `upgrade` also what is not of today's form."""
    groups: dict[str, list[CatalogueObject]] = defaultdict(list)
    for stored in catalogue.tables.values():
        if stored.key.endswith(".parquet") and (upgrade or not layout.is_version_1(stored.key)):
            groups[_table(stored.key)].append(stored)
    old = frozenset(
        stored.key
        for some in groups.values()
        for stored in some
        if upgrade and _is_old(catalogue, stored)
    )
    folder = f"dedupe/v={fingerprint}"
    signed = [f"{folder}/{kind}" for kind in _SIGNED]
    merges: list[Merge] = []
    for table, parts in sorted(groups.items()):
        if table in TABLES:
            merges += _of_records(catalogue, table, parts, today, old)
        elif table == signed[0]:
            together = [stored for name in signed for stored in groups[name]]
            merges += _of_days(table, _of_keys(together), today, old, fewest=len(_SIGNED) + 1)
        elif table == "clusters" or (table.startswith(folder) and table not in signed):
            merges += _of_days(table, _of_keys(parts), today, old)
    return [*merges, *_indexes(catalogue, today)]


def gathered(
    catalogue: Catalogue, table: str, parts: Iterable[CatalogueObject]
) -> Iterator[tuple[Path, layout.Span | None]]:
    """Yield files with the rows of parts of a table, each with its days, in order of these.

    Where a day has many parts, which is so until it is compacted, they are one file in the cache:
    opening a part costs a reader more than its rows. Raises what `Catalogue.local` raises, and
    CorruptRecordError where a part is no Parquet file of this table.
    """
    days: dict[date, list[CatalogueObject]] = defaultdict(list)
    alone: list[CatalogueObject] = []
    for stored in parts:
        span = stored.days
        if span and span[0] == span[1] and not layout.is_version_1(stored.key):
            days[span[0]].append(stored)
        else:
            alone.append(stored)
    for day, group in sorted(days.items()):
        if len(group) < _MANY:
            alone += group
        else:
            yield _gathered(catalogue, Merge(table, day, tuple(group))), (day, day)
    for stored, path in zip(alone, catalogue.files(alone), strict=True):
        yield path, stored.days


def _gathered(catalogue: Catalogue, merge: Merge) -> Path:
    """Return the file of the cache that holds the rows of a merge of one table."""
    sums = "".join(sorted(stored.sum.sha256 for stored in merge.parts))
    digest = hashlib.sha256(f"{sums} {layout_digest(merge.table)}".encode()).hexdigest()

    def make() -> bytes:
        try:
            return next(merged(catalogue, merge)).data
        except pa.ArrowException as error:
            first = str(error).partition("\n")[0]
            raise CorruptRecordError(
                f"a part of {merge.table} of {merge.day} cannot be read ({first}): `sillok audit`"
            ) from error

    return catalogue.derived(f"{MERGED}{digest}", make)


def merged(catalogue: Catalogue, merge: Merge) -> Iterator[NewObject]:
    """Yield the objects that take the place of the parts of a merge."""
    kind = merge.table.rpartition("/")[2]
    if merge.table == "pages":
        indexes = (catalogue.raw(index).read_bytes() for index in merge.parts)
        yield merged_index(f"pages/day={merge.day}", indexes)
    elif merge.table in TABLES:
        yield _records(catalogue, merge)
    elif kind == "sig":
        yield from _signatures(catalogue, merge)
    else:
        rows = pa.concat_tables(_stated(catalogue, merge.parts)).unify_dictionaries()
        if kind == "clusters":
            rows = rows.select(columns("clusters").names)
        yield _written(merge.table, merge.day, newest(rows, *_KEYS[kind]))


def newest(rows: pa.Table, *names: str) -> pa.Table:
    """Return of the rows with equal values the one of the highest manifest, in order of values."""
    order = pc.sort_indices(
        rows, sort_keys=[(name, "ascending") for name in (*names, MANIFEST.name)]
    )
    ordered = rows.take(order)
    return ordered.filter(pa.array(_last_of_each(ordered, names)))


def _last_of_each(ordered: pa.Table, names: Sequence[str]) -> NDArray[np.bool_]:
    last = np.ones(ordered.num_rows, np.bool_)
    if ordered.num_rows:
        last[:-1] = False
    for name in names:
        column = ordered[name].combine_chunks()
        unequal = pc.not_equal(column.slice(1), column.slice(0, max(len(column) - 1, 0)))
        last[:-1] |= np.asarray(unequal.fill_null(fill_value=True))
    return last


def _table(key: str) -> str:
    """Return what lies in the folder of a part: "log", "dedupe/v=…/sig"."""
    for folder in ("/month=", "/day=", "/outlet="):
        if folder in key:
            return key.partition(folder)[0]
    return key.rpartition("/")[0]


_Dated = tuple[CatalogueObject, date | None]
"""A part and one of the days of its rows."""


def _is_old(catalogue: Catalogue, stored: CatalogueObject) -> bool:
    """Tell whether a part is of version 1, or lacks a column that its table has today."""
    if layout.is_version_1(stored.key):
        return True
    if stored.table not in layout.CONVERTED:
        return False
    return bool(pq.read_schema(catalogue.local(stored)).names != columns(stored.table).names)


def _of_records(
    catalogue: Catalogue,
    table: str,
    parts: Sequence[CatalogueObject],
    today: date,
    old: Collection[str],
) -> Iterator[Merge]:
    months: dict[tuple[int, int] | None, list[_Dated]] = defaultdict(list)
    for stored, day in _dated(catalogue, table, parts):
        months[None if day is None else (day.year, day.month)].append((stored, day))
    for month, dated in sorted(months.items(), key=lambda item: item[0] or (0, 0)):
        group = tuple(dict.fromkeys(stored for stored, _ in dated))
        is_old = any(stored.key in old for stored in group)
        if month is None:
            if is_old or len(group) >= _LATE:
                yield Merge(table, None, group)
            continue
        whole = [stored for stored in group if layout.is_month(stored.key)]
        over = month < (today.year, today.month)
        small = sum(stored.sum.bytes for stored in group) <= _LARGEST
        several = len(group) - len(whole) >= (_LATE if whole else 2)
        if over and small and (several or is_old):
            yield Merge(table, date(*month, 1), group, whole_month=True)
        else:
            days = [(stored, day) for stored, day in dated if stored not in whole]
            yield from _of_days(table, days, today, old)


def _dated(catalogue: Catalogue, table: str, parts: Iterable[CatalogueObject]) -> Iterator[_Dated]:
    """Yield each part with its day: the log of version 1 has several, and no key that says so."""
    for stored in parts:
        if stored.days is None and table == "log":
            yield from ((stored, day) for day in sorted(_days_in(catalogue, stored)))
        else:
            yield stored, stored.days and stored.days[0]


def _days_in(catalogue: Catalogue, stored: CatalogueObject) -> set[date]:
    """Return the days of the rows of a part."""
    if stored.days and stored.days[0] == stored.days[1]:
        return {stored.days[0]}
    with pq.ParquetFile(catalogue.local(stored)) as file:
        days = file.read(columns=[DAY.name], use_threads=False)[DAY.name].unique().to_pylist()
    return {day for day in days if day is not None}


def _of_keys(parts: Iterable[CatalogueObject]) -> list[_Dated]:
    return [(stored, stored.days[0]) for stored in parts if stored.days]


def _of_days(
    table: str, dated: Iterable[_Dated], today: date, old: Collection[str], *, fewest: int = 2
) -> Iterator[Merge]:
    """Yield the days that are over and have several parts, and those with an old one."""
    days: dict[date, list[CatalogueObject]] = defaultdict(list)
    for stored, day in dated:
        if day is not None:
            days[day].append(stored)
    for day, group in sorted(days.items()):
        is_old = any(stored.key in old for stored in group)
        if is_old or (day < today and len(group) >= fewest):
            yield Merge(table, day, tuple(group))


def _indexes(catalogue: Catalogue, today: date) -> Iterator[Merge]:
    """Yield the days whose raw pages have several indexes that name the files they are of."""
    days: dict[date, list[CatalogueObject]] = defaultdict(list)
    for index in catalogue.pages(".cdxj"):
        if index.days and index.days[0] < today:
            days[index.days[0]].append(index)
    for day, group in sorted(days.items()):
        if len(group) > 1:
            named = [index for index in group if _names_its_files(catalogue, index)]
            if len(named) > 1:
                yield Merge("pages", day, tuple(named))


def _names_its_files(catalogue: Catalogue, index: CatalogueObject) -> bool:
    lines = catalogue.raw(index).read_bytes().splitlines()
    return all(b'"filename"' in line for line in lines)


def _records(catalogue: Catalogue, merge: Merge) -> NewObject:
    """Return the part of records, written some days at a time: a month may not fit into memory."""
    name, schema = merge.table, columns(merge.table)
    days: list[date | None] = [merge.day]
    if merge.whole_month and merge.day:
        month = f"{merge.day:%Y-%m}"
        held = {day for stored in merge.parts for day in _days_in(catalogue, stored)}
        days = [day for day in sorted(held) if f"{day:%Y-%m}" == month]
    spans = [(stored, stored.days) for stored in merge.parts]
    buffer, count = io.BytesIO(), 0
    with pq.ParquetWriter(buffer, schema, **_settings(merge)) as writer:
        waiting: list[pa.Table] = []
        for day in days:
            # of a month of many publications, a day has few of the parts
            parts = [stored for stored, span in spans if _may_hold(span, day)]
            tables = [_rows_of_day(catalogue, name, stored, day) for stored in parts]
            rows = in_order(name, pa.concat_tables([schema.empty_table(), *tables]))
            waiting.append(rows)
            count += rows.num_rows
            if sum(table.num_rows for table in waiting) >= _ROWS_ENOUGH or day == days[-1]:
                several = pa.concat_tables(waiting)
                if several.num_rows:
                    most = _ROWS_TOGETHER.get(name, _ROWS_OTHERWISE)
                    writer.write_table(several, row_group_size=most)
                waiting = []
    return part(name, merge.day, buffer.getvalue(), count, whole_month=merge.whole_month)


def _may_hold(span: layout.Span | None, day: date | None) -> bool:
    """Tell whether a part of these days may have rows of that day; None is no day, or any."""
    return span is None or day is None or span[0] <= day <= span[1]


def _settings(merge: Merge) -> dict[str, Any]:
    """Return how a merged part of records is written.

    Rows are written once more when their month is over: then they are packed as well as they can be,
    for some 2.5 ms of processor time an article and 0.1 ms a row of the log. What hardly repeats gets
    no dictionary, which would be larger, and the smallest and largest text, whole, would stand in
    each footer.
    """
    settings: dict[str, Any] = {
        "compression": "zstd",
        "compression_level": PACKED if merge.whole_month else 3,
    }
    if varied := _VARIED.get(merge.table):
        leaves = _leaves(columns(merge.table))
        settings["use_dictionary"] = [name for name in leaves if name not in varied]
        settings["write_statistics"] = [name for name in leaves if name not in _LONG]
    return settings


def _leaves(schema: pa.Schema) -> list[str]:
    """Return the columns as Parquet has them: "published.at", "authors.list.element.name"."""
    buffer = io.BytesIO()
    pq.write_table(schema.empty_table(), buffer)
    metadata = pq.read_metadata(buffer)
    return [metadata.schema.column(place).path for place in range(metadata.num_columns)]


def _rows_of_day(
    catalogue: Catalogue, name: str, stored: CatalogueObject, day: date | None
) -> pa.Table:
    """Return the rows of a day of a part that may have some, with the columns of today."""
    span, path = stored.days, catalogue.local(stored)
    if day is None or (span is not None and span[0] == span[1]):
        # a data set of one file takes thrice as long to open
        with pq.ParquetFile(path) as file:
            rows = file.read(use_threads=False)
    else:
        # row groups of other days are not read
        filters = pc.equal(pc.field(DAY.name), pa.scalar(day, pa.date32()))
        rows = pq.read_table(path, partitioning=None, filters=filters, use_threads=False)
    return of_today(name, rows, day, stored.seq)


def _stated(catalogue: Catalogue, parts: Iterable[CatalogueObject]) -> list[pa.Table]:
    """Return the rows of each part, with the number of their manifest."""
    tables = []
    for stored in parts:
        with pq.ParquetFile(catalogue.local(stored)) as file:
            rows = file.read(use_threads=False)
        if MANIFEST.name not in rows.column_names:
            numbers = pa.array(np.full(rows.num_rows, stored.seq, np.int64))
            rows = rows.append_column(MANIFEST, numbers)
        tables.append(rows)
    return tables


def _signatures(catalogue: Catalogue, merge: Merge) -> Iterator[NewObject]:
    """Yield a day's signatures, their texts in the same order, and the keys that belong to them."""
    base = merge.table.rpartition("/")[0]
    by_kind: dict[str, dict[int, CatalogueObject]] = {kind: {} for kind in _SIGNED}
    for stored in merge.parts:
        by_kind[_table(stored.key).rpartition("/")[2]][stored.seq] = stored
    if by_kind["sig"].keys() != by_kind["texts"].keys():
        raise CorruptRecordError(
            f"{merge.table} of {merge.day} has parts without their texts: `sillok repair`"
        )
    order = sorted(by_kind["sig"])
    sig, texts = (
        pa.concat_tables(_stated(catalogue, (by_kind[kind][seq] for seq in order)))
        for kind in ("sig", "texts")
    )
    if sig["number"] != texts["number"]:
        raise CorruptRecordError(f"{merge.table} of {merge.day} has other texts: `sillok repair`")
    places = pa.array(np.arange(sig.num_rows))
    kept = newest(sig.append_column("place", places), "number").sort_by(
        [("near", "ascending"), ("number", "ascending")]
    )
    yield _written(merge.table, merge.day, kept.drop_columns(["place"]))
    yield _written(f"{base}/texts", merge.day, texts.take(kept["place"]))
    if by_kind["bands"]:
        bands = pa.concat_tables(_stated(catalogue, by_kind["bands"].values()))
        keys = bands.filter(pa.array(_current(bands, kept))).sort_by(
            [("key", "ascending"), ("number", "ascending")]
        )
        yield _written(f"{base}/bands", merge.day, keys)


def _current(bands: pa.Table, signed: pa.Table) -> NDArray[np.bool_]:
    """Tell of each key whether it was written with the newest signature of its document."""
    numbers, manifests = np.asarray(signed["number"]), np.asarray(signed[MANIFEST.name])
    order = np.argsort(numbers)
    wanted = np.asarray(bands["number"])
    positions = np.minimum(np.searchsorted(numbers[order], wanted), max(numbers.size - 1, 0))
    same = numbers[order][positions] == wanted
    newest_of = manifests[order][positions]
    current: NDArray[np.bool_] = same & (newest_of == np.asarray(bands[MANIFEST.name]))
    return current


def _written(table: str, day: date | None, rows: pa.Table) -> NewObject:
    buffer = io.BytesIO()
    # nothing writes these rows again
    write_part(rows, buffer, packed=True)
    return part(table, day, buffer.getvalue(), rows.num_rows)
