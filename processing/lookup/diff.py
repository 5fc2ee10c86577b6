"""Whether two archives are the same: same articles, versions, texts, times, clusters and rejections.

What a second crawl of the same pages cannot repeat does not count: run ids, moments of fetching, record ids, names of
parts. So an archive that was killed and continued any number of times is compared with one that never was.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from processing.archive.catalogue import Catalogue
from processing.limits import check_strings
from processing.store.interface import Store

_PASSING = {"fetched_at", "fetched_url", "schema_version", "manifest"}
"""Fields of an article that belong to the visit, not to the article."""
_CLUSTER = ("cluster", "original", "relation", "parent")
_SHOWN = 5
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not in both archives alike.

    `fields` name what differs, with both values cut short.
    """

    table: str
    key: str
    kind: Literal[
        "only in the first",
        "only in the second",
        "twice in the first",
        "twice in the second",
        "differs",
    ]
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.kind}" + "".join(
            f"\n  {field}" for field in self.fields
        )


def compare(first: Store, second: Store, cache: Path) -> list[Difference]:
    """Return what differs, by table and key; nothing where the two are the same archive.

    `cache` keeps copies of parts that lie in a bucket; a folder of its own for each store.
    """
    differences: list[Difference] = []
    for table, read in (("articles", _article), ("clusters", _cluster), ("rejections", _rejection)):
        sides = [_rows(Catalogue(store, cache), table, read) for store in (first, second)]
        differences += _differences(table, *sides)
    return differences


Row = Mapping[str, Any]
Read = Callable[[Row], tuple[str, Row]]


@dataclass(frozen=True, slots=True)
class _Side:
    rows: Mapping[str, Row]
    twice: frozenset[str]


def _rows(catalogue: Catalogue, table: str, read: Read) -> _Side:
    """Return the rows of a table by key.

    A long value stands there as its digest: texts of two archives are large.
    """
    rows: dict[str, Row] = {}
    twice: set[str] = set()
    for row in _records(catalogue, table):
        key, values = read(row)
        if key in rows and table == "articles":
            twice.add(key)
        rows[key] = {name: _short(value) for name, value in values.items()}
    return _Side(rows, frozenset(twice))


def _records(catalogue: Catalogue, table: str) -> Iterator[Row]:
    """Yield a table's rows, those of earlier publications first."""
    for part in sorted(catalogue.of(table), key=lambda part: (part.seq, part.key)):
        with pq.ParquetFile(catalogue.local(part)) as file:
            for batch in file.iter_batches(_BATCH):
                check_strings(batch)
                yield from batch.to_pylist(maps_as_pydicts="strict")


def _article(row: Row) -> tuple[str, Row]:
    return row["version_id"], {name: value for name, value in row.items() if name not in _PASSING}


def _cluster(row: Row) -> tuple[str, Row]:
    return row["version_id"], {name: row[name] for name in _CLUSTER}


def _rejection(row: Row) -> tuple[str, Row]:
    return f"{row['outlet']} {row['url']} {row['reason']}", {}


def _short(value: Any) -> str:
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(plain) <= 80:  # noqa: PLR2004 - fits on a line
        return plain
    return f"{plain[:40]}… ({len(plain)} characters, {hashlib.sha256(plain.encode()).hexdigest()[:12]})"


def _differences(table: str, first: _Side, second: _Side) -> Iterator[Difference]:
    yield from (Difference(table, key, "twice in the first") for key in sorted(first.twice))
    yield from (Difference(table, key, "twice in the second") for key in sorted(second.twice))
    for key in sorted(first.rows.keys() | second.rows.keys()):
        if key not in second.rows:
            yield Difference(table, key, "only in the first")
        elif key not in first.rows:
            yield Difference(table, key, "only in the second")
        elif first.rows[key] != second.rows[key]:
            yield Difference(
                table, key, "differs", tuple(_unequal(first.rows[key], second.rows[key]))
            )


def _unequal(first: Row, second: Row) -> Iterable[str]:
    names = [
        name for name in sorted(first.keys() | second.keys()) if first.get(name) != second.get(name)
    ]
    return [f"{name}: {first.get(name)} | {second.get(name)}" for name in names[:_SHOWN]]
