"""Folds again what damaged parts of the fold held, so that one of them stops no publication.

Signatures, edges and rows of `clusters` are made of `articles`: a publication leaves parts that are
missing or damaged out of its window, folds the articles of their days again beside what is new, and
names the new parts in their place, all with one manifest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.dates import SEOUL

DERIVED: Final = ("clusters", "dedupe")
"""Tables that are made of `articles` alone."""
FOLDED: Final = tuple(f"{table}/" for table in DERIVED)
"""How the keys of their parts begin."""
_PAIRED: Final = ("sig", "texts", "bands")
"""Kinds of parts that are written together and read by each other's places."""


class SoundCatalogue(Catalogue):
    """A catalogue whose tables lack some parts, which are missing or damaged."""

    def __init__(self, whole: Catalogue, without: Collection[str]) -> None:
        self.__dict__.update(vars(whole))
        self.without = frozenset(without)

    def of(self, table: str, suffix: str = ".parquet") -> tuple[CatalogueObject, ...]:
        """Return the current parts of one table but those that are left out."""
        return tuple(part for part in super().of(table, suffix) if part.key not in self.without)


def group(catalogue: Catalogue, part: CatalogueObject) -> set[str]:
    """Return the keys that have to be left out with a part: its own, and those read beside it."""
    kind = _kind(part.key)
    if kind not in _PAIRED:
        return {part.key}
    folder = part.key[: part.key.index(f"/{kind}/")]
    return {
        other.key
        for other in catalogue.of("dedupe")
        if other.key.startswith(f"{folder}/")
        and _kind(other.key) in _PAIRED
        and (other.seq, other.days) == (part.seq, part.days)
    }


def unfolded(catalogue: SoundCatalogue) -> dict[date, list[str]]:
    """Return by day of collection the articles of the days whose parts are left out."""
    spans = [
        part.days
        for part in Catalogue.of(catalogue, "clusters") + Catalogue.of(catalogue, "dedupe")
        if part.key in catalogue.without and part.days
    ]
    found: dict[date, list[str]] = defaultdict(list)
    for day, version in _collected(catalogue.files(catalogue.of("articles")) if spans else ()):
        if any(first <= day <= last for first, last in spans):
            found[day].append(version)
    return {day: sorted({*versions}) for day, versions in sorted(found.items())}


def _collected(paths: Iterable[Path]) -> Iterator[tuple[date, str]]:
    for path in paths:
        with pq.ParquetFile(path) as file:
            table = file.read(columns=["version_id", "fetched_at"], use_threads=False)
        for row in table.to_pylist():
            yield row["fetched_at"].astimezone(SEOUL).date(), row["version_id"]


def _kind(key: str) -> str:
    """Return the kind of a part of `dedupe`; "" of any other object."""
    folders = key.split("/")
    return folders[2] if folders[0] == "dedupe" else ""
