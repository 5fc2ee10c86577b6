"""Checkpoints: the current objects of an archive in one file, so that no reader walks its past.

A checkpoint is added by a manifest, which so states its sum, and lists what was current before that
manifest. It has one row per object: key, SHA-256, bytes, rows, and the number of the manifest that
added it. Raw pages and their indexes, which are the most, lie by month in files of their own, which
are rows of the checkpoint too; those of a month that did not change are not written again. The same
head always gives the same bytes.
"""

import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from processing.archive import layout
from processing.archive.layout import CHECKPOINTS, CatalogueObject, NewObject
from processing.errors import CorruptRecordError
from processing.records import Manifest, Removed, Sum

_TYPES: Mapping[str, pa.DataType] = {
    "key": pa.string(),
    "sha256": pa.binary(32),
    "bytes": pa.int64(),
    "rows": pa.int64(),
    "manifest": pa.int64(),
}
_COLUMNS = pa.schema(_TYPES)
_MONTH = len("2026-11")
_PAGES = b"sillok.pages"
"""Metadata of a checkpoint: the keys of its files of raw pages by month, as JSON."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was current at a manifest, and the keys of the files that list raw pages by month.

    `own` is its own key. `rows` are those of its file, in order of keys; they become objects when they
    are asked for, because a reader of one table needs few of them.
    """

    own: str
    rows: pa.Table
    months: Collection[str]

    def objects(self, prefix: str = "") -> dict[str, CatalogueObject]:
        """Return the objects whose keys begin so, by key."""
        rows = self.rows.filter(pc.starts_with(self.rows["key"], prefix)) if prefix else self.rows
        return {stored.key: stored for stored in _objects(rows, self.own)}

    def pages(
        self,
        opened: Callable[[CatalogueObject], Path],
        suffix: str = "",
        days: Collection[str] | None = None,
    ) -> dict[str, CatalogueObject]:
        """Return the raw pages and indexes with that ending, of all days or of some.

        `opened` gives an object as a file. `days` are days or months as they stand in keys:
        "2026-11-20", "2026-11".
        """
        wanted = {day[:_MONTH] for day in days} if days is not None else None
        files = self.objects(f"{CHECKPOINTS}pages/")
        objects: dict[str, CatalogueObject] = {}
        for key in sorted(self.months):
            if wanted is None or _month(key) in wanted:
                table = _read(opened(files[key]), key)
                objects |= {page.key: page for page in _objects(table, key, suffix, days)}
        return objects


class Current(Protocol):
    """What a checkpoint is made of, as `Catalogue` has it."""

    @property
    def base(self) -> tuple[Checkpoint | None, tuple[Manifest, ...]]:
        """The newest checkpoint and the manifests after it."""

    @property
    def tables(self) -> Mapping[str, CatalogueObject]:
        """The current objects but raw pages."""

    def pages(
        self, suffix: str = "", days: Collection[str] | None = None
    ) -> tuple[CatalogueObject, ...]:
        """Return the current raw pages and indexes."""


@dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """The files of a checkpoint that are not there yet, and the earlier ones that it replaces."""

    files: tuple[NewObject, ...]
    removes: tuple[Removed, ...]


NOTHING: Final = NewCheckpoint((), ())
"""What a manifest adds that has to add no checkpoint."""


def made(catalogue: Current) -> NewCheckpoint:
    """Return the checkpoint of the head of `catalogue`, for the manifest that follows it."""
    base, later = catalogue.base
    seq = later[-1].seq + 1 if later else 1
    tables = dict(catalogue.tables)
    months = {_month(key): tables[key] for key in base.months} if base else {}
    changed = {
        _month(key)
        for manifest in later
        for key in (
            *(added.key for added in manifest.adds),
            *(removed.key for removed in manifest.removes),
        )
        if key.startswith("pages/")
    }
    new: list[NewObject] = []
    # all of them where there is no base, or a key that states no month
    asked = changed if base and layout.UNKNOWN not in changed else None
    by_month = _by_month(catalogue, asked)
    for month in changed - by_month.keys():
        months.pop(month, None)
    for month, pages in sorted(by_month.items()):
        file = NewObject(f"{CHECKPOINTS}pages", _parquet(pages), prefix=f"{month}-")
        # after a damaged checkpoint the same bytes may be there already
        if file.key not in tables:
            new.append(file)
        months[month] = tables.get(file.key) or CatalogueObject(file.sum, seq)
    listed = {part.key: part for part in [*tables.values(), *months.values()]}
    keys = sorted(part.key for part in months.values())
    data = _parquet(listed.values(), {_PAGES: json.dumps(keys).encode()})
    new.append(NewObject(CHECKPOINTS.rstrip("/"), data, prefix=f"{seq - 1:08d}-"))
    return NewCheckpoint(tuple(new), _replaced(base, tables, keys))


def read(path: Path, key: str) -> Checkpoint:
    """Return the checkpoint in a file. Raises CorruptRecordError where it is none."""
    table = _read(path, key)
    keys = frozenset(table["key"].to_pylist())
    try:
        months = json.loads((table.schema.metadata or {})[_PAGES])
        missing = [month for month in months if month not in keys]
    except (KeyError, ValueError, TypeError) as error:
        raise _none(key, error) from error
    if missing:
        raise _none(key, f"it does not list {missing[0]}")
    return Checkpoint(key, table, frozenset(months))


def _by_month(
    catalogue: Current, months: Collection[str] | None
) -> dict[str, list[CatalogueObject]]:
    """Return the current raw pages of these months, or of all."""
    objects: dict[str, list[CatalogueObject]] = defaultdict(list)
    for page in catalogue.pages(days=months):
        objects[_month(page.key)].append(page)
    return objects


def _replaced(
    base: Checkpoint | None, tables: Mapping[str, CatalogueObject], keys: Collection[str]
) -> tuple[Removed, ...]:
    """Return the files of checkpoints that neither this one nor the one before it needs."""
    if base is None:
        return ()
    needed = {base.own, *base.months, *keys}
    return tuple(
        Removed(key=key, reason="compaction")
        for key in sorted(tables)
        if key.startswith(CHECKPOINTS) and key not in needed
    )


def _month(key: str) -> str:
    """Return the month of a raw page, or of a file that lists raw pages."""
    if key.startswith(CHECKPOINTS):
        return key.rpartition("/")[2].rpartition("-")[0]
    span = layout.span(key)
    return f"{span[0]:%Y-%m}" if span else layout.UNKNOWN


def _parquet(
    parts: Iterable[CatalogueObject], metadata: Mapping[bytes, bytes] | None = None
) -> bytes:
    rows = sorted(parts, key=lambda part: part.key)
    table = pa.table(
        {
            "key": [part.key for part in rows],
            "sha256": [bytes.fromhex(part.sum.sha256) for part in rows],
            "bytes": [part.sum.bytes for part in rows],
            "rows": [part.sum.rows for part in rows],
            "manifest": [part.seq for part in rows],
        },
        schema=_COLUMNS.with_metadata(dict(metadata or {})),
    )
    buffer = io.BytesIO()
    # keys are sorted and differ at their ends
    pq.write_table(
        table,
        buffer,
        compression="zstd",
        compression_level=3,
        use_dictionary=["manifest"],  # type: ignore[arg-type]  # columns may be named, says Arrow
        column_encoding={"key": "DELTA_BYTE_ARRAY"},
    )
    return buffer.getvalue()


def _read(path: Path, key: str) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=_COLUMNS.names, use_threads=False).cast(
                _COLUMNS.with_metadata(file.schema_arrow.metadata)
            )
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _none(key, error) from error


def _objects(
    table: pa.Table, key: str, suffix: str = "", days: Collection[str] | None = None
) -> list[CatalogueObject]:
    """Return the rows of a checkpoint as objects: those with that ending, of all or some days."""
    # before they become objects: a month may list more pages than fit into memory as such
    if suffix:
        table = table.filter(pc.ends_with(table["key"], suffix))
    if days is not None:
        alternatives = "|".join(sorted(map(re.escape, days)))
        pattern = f"^pages/day=(?:{alternatives})[/-]"
        table = table.filter(pc.match_substring_regex(table["key"], pattern))
    try:
        return [
            CatalogueObject(
                Sum(
                    key=row["key"], sha256=row["sha256"].hex(), bytes=row["bytes"], rows=row["rows"]
                ),
                row["manifest"],
            )
            for row in table.to_pylist()
        ]
    except (ValueError, AttributeError) as error:
        raise _none(key, error) from error


def _none(key: str, why: object) -> CorruptRecordError:
    first = str(why).partition("\n")[0]
    return CorruptRecordError(f"{key} is no checkpoint ({first})")
