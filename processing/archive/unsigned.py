"""Archived articles that this version of the fold has not signed yet, as an upgrade leaves them.

Every article that was archived has a row of `clusters` under the day on which it was collected. A publication that adds
signatures of the present fingerprint has signed all that it brought, so keys alone mostly tell that nothing is missing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from processing.archive.catalogue import Catalogue
from processing.archive.publication import OutletFacts
from processing.dedupe.columns import CLUSTERS, SIG
from processing.dedupe.documents import Document, FoldOptions
from processing.dedupe.fold import Folded, by_day
from processing.dedupe.partitions import Partitions, view
from processing.dedupe.steps import Steps
from processing.dedupe.window import Window
from processing.reading.rules import SEOUL

_COLUMNS: Final = (
    "version_id",
    "article_id",
    "outlet",
    "title",
    "text",
    "url",
    "published",
    "fetched_at",
    "agency",
    "origin",
)
_TOGETHER: Final = 20_000
"""Articles signed in one fold, for its memory; the result does not depend on it."""

_ALWAYS: Final = (date.min, date.max)
_LOST: Final = """
    CREATE TABLE lost AS SELECT DISTINCT version_id, day FROM raw_told ANTI JOIN raw_sig ON raw_sig.id = version_id
"""
# What was in one cluster with them stays together with them, however long ago it was collected.
_WANTED: Final = """
    WITH names AS (SELECT DISTINCT cluster FROM raw_clusters SEMI JOIN lost USING (version_id)),
         members AS (SELECT DISTINCT version_id FROM raw_clusters SEMI JOIN names USING (cluster)),
         newest AS (
             SELECT version_id, cluster, day FROM raw_clusters SEMI JOIN members USING (version_id)
             QUALIFY row_number() OVER (PARTITION BY version_id ORDER BY part DESC) = 1),
         mates AS (
             SELECT version_id, day FROM newest
             WHERE cluster IN (SELECT cluster FROM newest SEMI JOIN lost USING (version_id)))
    SELECT day, version_id FROM (FROM lost UNION FROM mates)
    ANTI JOIN raw_sig ON raw_sig.id = version_id ORDER BY day, version_id
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some articles of one day of collection, to be signed in one fold."""

    day: date
    versions: tuple[str, ...]


def unsigned(catalogue: Catalogue, window: Window, options: FoldOptions, span: tuple[date, date]) -> list[Batch]:
    """Return the articles without a signature that were collected within `span`, in an order that is always the same.

    And those outside it which share a cluster with one of them.
    """
    folder = f"dedupe/v={options.fingerprint}/sig/"
    signing = {part.seq for part in catalogue.of("dedupe") if part.key.startswith(folder)}
    first, last = (day.isoformat() for day in span)
    parts = (part for part in catalogue.of("clusters") if first <= part.labels["day"] <= last)
    told = catalogue.files(part for part in parts if part.seq not in signing)
    if not told:
        return []
    with Partitions(window, options) as partitions:
        view(partitions.database, "raw_told", told, CLUSTERS)
        partitions.show("sig", span, SIG)
        partitions.database.execute(_LOST)
        partitions.show("sig", _ALWAYS, SIG)
        partitions.show("clusters", _ALWAYS, CLUSTERS)
        wanted = partitions.table(_WANTED)
    each = ((day, table["version_id"].to_pylist()) for day, table in by_day(wanted).items())
    return [
        Batch(day, tuple(map(str, ids[at : at + _TOGETHER])))
        for day, ids in each
        for at in range(0, len(ids), _TOGETHER)
    ]


How: TypeAlias = Callable[[Sequence[Document], Window, date], Folded]
"""How documents of a day become parts beside those of a window: by folding them, or by signing them alone."""


def sign_again(
    steps: Steps, catalogue: Catalogue, facts: Mapping[str, OutletFacts], missing: Sequence[Batch], how: How
) -> Iterator[int]:
    """Take the steps that are not finished yet, one a batch, and yield the place of each batch that was signed."""
    if not missing:
        return
    kept = Kept(catalogue, facts, {batch.day for batch in missing})
    for place, batch in enumerate(missing):
        name = f"{place:06d}"
        if name not in steps.finished:
            steps.keep(name, how(kept.documents(batch), steps, batch.day))
            yield place


class Kept:
    """The archived articles of some days of collection as documents; parts are fetched as they are asked for."""

    def __init__(self, catalogue: Catalogue, facts: Mapping[str, OutletFacts], days: Collection[date]) -> None:
        self._facts = facts
        self._parts: dict[date, list[Path]] = defaultdict(list)
        labels = {day.isoformat() for day in days}
        oldest = min(part.seq for part in catalogue.of("clusters") if part.labels["day"] in labels)
        for path in catalogue.files(part for part in catalogue.of("articles") if part.seq >= oldest):
            moments = _read(path, ["fetched_at"]).to_pylist()
            for day in {row["fetched_at"].astimezone(SEOUL).date() for row in moments}:
                self._parts[day].append(path)

    def documents(self, batch: Batch) -> list[Document]:
        """Return the articles of a batch; one that is in the archive no longer is passed over."""
        wanted = pa.array(batch.versions)
        tables = (_read(path, _COLUMNS) for path in self._parts[batch.day])
        rows = (row for table in tables for row in table.filter(pc.is_in(table["version_id"], wanted)).to_pylist())
        return [self._document(row) for row in {row["version_id"]: row for row in rows}.values()]

    def _document(self, row: Mapping[str, Any]) -> Document:
        return Document(
            id=row["version_id"],
            article_id=row["article_id"],
            outlet=row["outlet"],
            outlet_class=self._facts.get(row["outlet"], OutletFacts()).outlet_class,
            title=row["title"],
            text=row["text"],
            url=row["url"],
            published_at=row["published"]["at"] if row["published"] else None,
            fetched_at=row["fetched_at"],
            agency=row["agency"],
            origin_url=row["origin"]["url"] if row["origin"] else None,
        )


def _read(path: Path, names: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(columns=list(names), use_threads=False)
