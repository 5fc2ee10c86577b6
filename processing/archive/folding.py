"""Between the archive and the fold: new versions become documents, current partitions the window, and back.

Archived articles that this version of the fold has not signed yet, as an upgrade leaves them.

Every article that was archived has a row of `clusters` under the day on which it was collected. A publication that adds
signatures of the present fingerprint has signed all that it brought, so keys alone mostly tell that nothing is missing.
"""

import hashlib
import json
import logging
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.archive.publication import OutletFacts
from processing.archive.tables import ArchivedArticle
from processing.dates import SEOUL
from processing.dedupe.fold import Folded, by_day, fold
from processing.dedupe.steps import Steps, clusters_of, partitions_of
from processing.signing.columns import CLUSTERS, SIG
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import PartitionKind, Partitions, Window, view, widened
from processing.signing.window import PartitionPart as Partition

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


def unsigned(
    catalogue: Catalogue, window: Window, options: FoldOptions, span: tuple[date, date]
) -> list[Batch]:
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
    steps: Steps,
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    missing: Sequence[Batch],
    how: How,
) -> Iterator[int]:
    """Take the steps that are not finished yet, one a batch, and yield the place of each batch that was signed."""
    if not missing:
        return
    kept = UnsignedArticles(catalogue, facts, {batch.day for batch in missing})
    for place, batch in enumerate(missing):
        name = f"{place:06d}"
        if name not in steps.finished:
            steps.keep(name, how(kept.documents(batch), steps, batch.day))
            yield place


class UnsignedArticles:
    """The archived articles of some days of collection as documents.

    Parts are fetched as they are asked for.
    """

    def __init__(
        self, catalogue: Catalogue, facts: Mapping[str, OutletFacts], days: Collection[date]
    ) -> None:
        self._facts = facts
        self._parts: dict[date, list[Path]] = defaultdict(list)
        labels = {day.isoformat() for day in days}
        oldest = min(part.seq for part in catalogue.of("clusters") if part.labels["day"] in labels)
        for path in catalogue.files(
            part for part in catalogue.of("articles") if part.seq >= oldest
        ):
            moments = _read(path, ["fetched_at"]).to_pylist()
            for day in {row["fetched_at"].astimezone(SEOUL).date() for row in moments}:
                self._parts[day].append(path)

    def documents(self, batch: Batch) -> list[Document]:
        """Return the articles of a batch; one that is in the archive no longer is passed over."""
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


def _read(path: Path, names: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(columns=list(names), use_threads=False)


logger = logging.getLogger(__name__)

REPRINTS = ("copy", "excerpt", "derivative")
"""Relations of a text that another outlet had first."""
_WORK = "signing-{}"
_LEFT = 24 * 60 * 60.0
"""Seconds after which an interrupted signing is not taken up again."""


class ArchiveWindow:
    """The partitions of a fold that the current manifests name, as local files."""

    def __init__(self, catalogue: Catalogue, fingerprint: str) -> None:
        self._catalogue = catalogue
        self._fingerprint = fingerprint

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[Partition]:
        """Return the parts of the days from `first` to `last`, both included, the earliest published first."""
        parts = [
            part
            for part in self._parts(kind)
            if first.isoformat() <= part.labels["day"] <= last.isoformat()
        ]
        return [
            *self._catalogue.files(sorted(parts, key=lambda part: (part.seq, part.labels["day"])))
        ]

    def _parts(self, kind: PartitionKind) -> Iterable[CatalogueObject]:
        if kind == "clusters":
            return self._catalogue.of("clusters")
        folder = f"dedupe/v={self._fingerprint}/{kind}/"
        return (part for part in self._catalogue.of("dedupe") if part.key.startswith(folder))


@dataclass(frozen=True, slots=True)
class Addition:
    """What folding new versions adds to the archive.

    `tables` come each with its folder and are read as they are asked for. `signed_again` counts
    articles of earlier publications, `work` is where these lie until the addition is published.
    """

    tables: Iterator[tuple[str, pa.Table]]
    clusters: pa.Table
    signed_again: int = 0
    work: Path | None = None

    def forget(self) -> None:
        """Remove what lies in the working folder: the archive has it now, or can have it no longer.

        And what interrupted publications, which nobody took up again, left there more than a day
        before.
        """
        if self.work is None:
            return
        newest = self.work.stat().st_mtime
        for other in self.work.parent.glob(_WORK.format("*")):
            if other == self.work or other.stat().st_mtime < newest - _LEFT:
                shutil.rmtree(other)


def options_for(facts: Mapping[str, OutletFacts], window_days: int) -> FoldOptions:
    """Return how an archive is folded whose outlets are called what `facts` say."""
    names = {one.title: name for name, one in sorted(facts.items()) if one.title}
    return FoldOptions(window_days=window_days, outlet_names=names)


def folded(
    new: Sequence[ArchivedArticle],
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    window_days: int,
    cache: Path,
) -> Addition:
    """Fold new versions into what the archive holds.

    Where articles within their window have no signatures of this version of the fold, because
    another version archived them, these are signed and folded first, some at a time, and finished
    ones are kept under `cache`: after an interruption the same call goes on.
    """
    options = options_for(facts, window_days)
    documents = [_document(article, facts) for article in new]
    if not documents:
        return Addition(iter(()), CLUSTERS.empty_table())
    days = {document.day(date.min) for document in documents}
    window = ArchiveWindow(catalogue, options.fingerprint)
    missing = unsigned(catalogue, window, options, widened(days, window_days))
    if not missing:
        result = fold(documents, window, day=max(days), options=options)
        made = ((kind, day, table) for (kind, day), table in result.parts.items())
        return Addition(_placed(made, result.clusters, options), result.clusters)
    work = cache / _WORK.format(_digest(catalogue, facts, options, missing))
    steps = _signed_again(Steps(work, window), catalogue, facts, missing, options)
    result = fold(documents, steps, day=max(days), options=options)
    clusters, aliases = clusters_of(
        steps, result, window, [document.id for document in documents], options
    )
    retired = (("aliases", day, table) for day, table in by_day(aliases).items())
    count = sum(len(batch.versions) for batch in missing)
    return Addition(
        _placed(chain(partitions_of(steps, result), retired), clusters, options),
        clusters,
        count,
        work,
    )


def _signed_again(
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

    for place in sign_again(steps, catalogue, facts, missing, how):
        batch = missing[place]
        logger.info(
            "signed %s, %d articles (%d of %d)",
            batch.day,
            len(batch.versions),
            place + 1,
            len(missing),
        )
    return steps


def _digest(
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    options: FoldOptions,
    missing: Sequence[Batch],
) -> str:
    """Return 16 hex digits over all that signing again depends on."""
    head = catalogue.head.model_dump_json() if catalogue.head else ""
    said = [
        head,
        options.fingerprint,
        options.window_days,
        sorted(map(repr, facts.items())),
        list(map(repr, missing)),
    ]
    return hashlib.sha256(json.dumps([catalogue.store.identity, *said]).encode()).hexdigest()[:16]


def _placed(
    tables: Iterable[tuple[str, date, pa.Table]], clusters: pa.Table, options: FoldOptions
) -> Iterator[tuple[str, pa.Table]]:
    """Yield tables each with its folder in the archive."""
    for kind, day, table in tables:
        yield f"dedupe/v={options.fingerprint}/{kind}/day={day.isoformat()}", table
    for day, table in by_day(clusters).items():
        yield f"clusters/day={day.isoformat()}", table


def reprints(clusters: pa.Table, new: Iterable[ArchivedArticle]) -> Counter[str]:
    """Return for each outlet how many of its new versions another outlet had first."""
    outlets = {article.version_id: article.outlet for article in new}
    mine = clusters.filter(pc.is_in(clusters["version_id"], pa.array(outlets, pa.string())))
    rows = mine.select(["version_id", "relation"]).to_pylist()
    return Counter(outlets[row["version_id"]] for row in rows if row["relation"] in REPRINTS)


def _document(article: ArchivedArticle, facts: Mapping[str, OutletFacts]) -> Document:
    return Document(
        id=article.version_id,
        article_id=article.article_id,
        outlet=article.outlet,
        outlet_class=facts.get(article.outlet, OutletFacts()).outlet_class,
        title=article.title,
        text=article.text,
        url=article.url,
        published_at=article.published.at if article.published else None,
        fetched_at=article.fetched_at,
        agency=article.agency,
        origin_url=article.origin.url if article.origin else None,
    )
