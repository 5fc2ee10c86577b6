"""Signs and folds again what has no signatures: after an upgrade, or where parts are damaged.

Signatures, edges and rows of `clusters` are made of `articles`. Those of another version of the fold
are not read, so articles of that version are signed again before what is new. A publication leaves
parts that are missing or damaged out of its window, folds the articles of their days again beside
what is new, and names the new parts in their place, all with one manifest.
"""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.archive.tables import brought_by
from processing.dates import SEOUL
from processing.dedupe.fold import Folded, by_day, fold
from processing.dedupe.steps import Steps
from processing.limits import check_strings
from processing.records import OutletFacts
from processing.signing.columns import CLUSTERS, SIG
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import Partitions, Window, view, widened

logger = logging.getLogger(__name__)

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
    CREATE TABLE lost AS SELECT DISTINCT version_id, day FROM raw_unsigned
    ANTI JOIN raw_sig ON raw_sig.id = version_id
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
_PAIRED: Final = ("sig", "texts", "bands")
"""Kinds of parts that are written together and read by each other's places."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some articles of one day of collection, to be signed in one fold."""

    day: date
    versions: tuple[str, ...]


How: TypeAlias = Callable[[Sequence[Document], Window, date], Folded]
"""Turns the documents of a day into parts, given a window: by folding or by only signing them."""


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
    keys_of_day: dict[date, list[str]] = defaultdict(list)
    for day, version in _collected(catalogue.files(catalogue.of("articles")) if spans else ()):
        if any(first <= day <= last for first, last in spans):
            keys_of_day[day].append(version)
    return {day: sorted({*versions}) for day, versions in sorted(keys_of_day.items())}


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


def lacking(
    paths: Sequence[Path], window: Window, options: FoldOptions, span: tuple[date, date]
) -> list[Batch]:
    """Return the articles without a signature among the rows of these parts of `clusters`."""
    with Partitions(window, options) as partitions:
        view(partitions.database, "raw_unsigned", paths, CLUSTERS)
        partitions.show("sig", span, SIG)
        partitions.database.execute(_LOST)
        partitions.show("sig", _ALWAYS, SIG)
        partitions.show("clusters", _ALWAYS, CLUSTERS)
        wanted = partitions.table(_WANTED)
    return _batches(
        {
            day: [str(version) for version in table["version_id"].to_pylist()]
            for day, table in by_day(wanted).items()
        }
    )


def _batches(ids_by_day: Mapping[date, Sequence[str]]) -> list[Batch]:
    return [
        Batch(day, tuple(ids[at : at + _TOGETHER]))
        for day, ids in ids_by_day.items()
        for at in range(0, len(ids), _TOGETHER)
    ]


def united(missing: Iterable[Batch], catalogue: SoundCatalogue) -> list[Batch]:
    """Return batches of what has no signatures and of what left-out parts held, each article once."""
    ids_by_day: dict[date, set[str]] = defaultdict(set)
    for batch in missing:
        ids_by_day[batch.day].update(batch.versions)
    for day, versions in unfolded(catalogue).items():
        ids_by_day[day].update(versions)
    return _batches({day: sorted(ids) for day, ids in sorted(ids_by_day.items())})


def sign_again(
    steps: Steps,
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    missing: Sequence[Batch],
    how: How,
) -> Iterator[int]:
    """Take the steps that are not finished yet, one per batch; yield the index of each."""
    if not missing:
        return
    articles = UnsignedArticles(catalogue, facts, {batch.day for batch in missing})
    for index, batch in enumerate(missing):
        name = f"{index:06d}"
        if name not in steps.finished:
            steps.keep(name, how(articles.documents(batch), steps, batch.day))
            yield index


def _first_about(catalogue: Catalogue, days: Collection[date]) -> int:
    """Return a manifest that is no later than any that brought an article of these days."""
    # what is left out might have named an older one
    if isinstance(catalogue, SoundCatalogue):
        return 1
    # A manifest brings an article with its row of the log, and no row of the log is ever dropped or
    # replaced, as those of `clusters` are. The row is written after the page was fetched, so some
    # lie under the next day.
    spans = [widened({day}, 1) for day in days]
    about = [part for part in catalogue.of("log") if any(part.within(*around) for around in spans)]
    return min(set().union(*brought_by(about, catalogue.files(about))), default=1)


class UnsignedArticles:
    """The archived articles of some days of collection as documents.

    Parts are fetched when they are needed.
    """

    def __init__(
        self, catalogue: Catalogue, facts: Mapping[str, OutletFacts], days: Collection[date]
    ) -> None:
        self._facts = facts
        self._parts: dict[date, list[Path]] = defaultdict(list)
        oldest = _first_about(catalogue, days)
        for path in catalogue.files(
            part for part in catalogue.of("articles") if part.seq >= oldest
        ):
            moments = _read(path, ["fetched_at"]).to_pylist()
            for day in {row["fetched_at"].astimezone(SEOUL).date() for row in moments}:
                self._parts[day].append(path)

    def documents(self, batch: Batch) -> list[Document]:
        """Return the articles of a batch; those that were removed from the archive are left out."""
        wanted = pa.array(batch.versions)
        tables = (_read(path, _COLUMNS) for path in self._parts[batch.day])
        rows = (
            row
            for table in tables
            for row in table.filter(pc.is_in(table["version_id"], wanted)).to_pylist()
        )
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


def signed_again(
    steps: Steps,
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    missing: Sequence[Batch],
    options: FoldOptions,
) -> Steps:
    """Sign and fold archived articles."""
    days, count = {batch.day for batch in missing}, sum(len(batch.versions) for batch in missing)
    logger.info(
        "%d articles of %d days have no signatures of this version of the fold: sign them",
        count,
        len(days),
    )

    def how(documents: Sequence[Document], window: Window, day: date) -> Folded:
        return fold(documents, window, day=day, options=options)

    for index in sign_again(steps, catalogue, facts, missing, how):
        batch = missing[index]
        logger.info(
            "signed %s, %d articles (%d of %d)",
            batch.day,
            len(batch.versions),
            index + 1,
            len(missing),
        )
    return steps


def digest(
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    options: FoldOptions,
    missing: Sequence[Batch],
) -> str:
    """Return 16 hex digits over all that signing again depends on."""
    head = catalogue.head.model_dump_json() if catalogue.head else ""
    inputs = [
        head,
        options.fingerprint,
        options.window_days,
        sorted(map(repr, facts.items())),
        list(map(repr, missing)),
    ]
    return hashlib.sha256(json.dumps([catalogue.store.identity, *inputs]).encode()).hexdigest()[:16]


def _read(path: Path, names: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        table = file.read(columns=list(names), use_threads=False)
    check_strings(table)
    return table
