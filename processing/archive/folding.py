"""Folds new versions into the archive, and signs archived articles again after an upgrade.

New versions become documents, the archive's current partitions the window of the fold. Articles
that another version of the fold has archived have no signatures of this one and are signed first.

Every archived article has a row of `clusters` under the day on which it was collected. A
publication that adds signatures of the present fingerprint has signed all its articles, so mostly
the keys alone show that nothing is missing.
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
from processing.archive.refolding import SoundCatalogue, unfolded
from processing.archive.tables import MANIFEST, ArchivedArticle
from processing.dates import SEOUL
from processing.dedupe.fold import Folded, by_day, fold
from processing.dedupe.steps import Steps, clusters_of, partitions_of
from processing.limits import check_strings
from processing.records import OutletFacts
from processing.signing.columns import CLUSTERS, SIG
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import PartitionKind, Partitions, Window, view, widened
from processing.signing.window import PartitionPart as Partition

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

REPRINTS = ("copy", "excerpt", "derivative")
"""Relations of a text that another outlet had first."""
_WORK = "signing-{}"
_LEFT = 24 * 60 * 60.0
"""Seconds after which an interrupted signing is not taken up again."""
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Some articles of one day of collection, to be signed in one fold."""

    day: date
    versions: tuple[str, ...]


How: TypeAlias = Callable[[Sequence[Document], Window, date], Folded]
"""Turns the documents of a day into parts, given a window: by folding or by only signing them."""


def unsigned(
    catalogue: Catalogue, window: Window, options: FoldOptions, span: tuple[date, date]
) -> list[Batch]:
    """Return the articles without a signature that were collected within `span`.

    Articles outside it that share a cluster with one of them are included. The order is stable.
    """
    folder = f"dedupe/v={options.fingerprint}/sig/"
    signatures = (part for part in catalogue.of("dedupe") if part.key.startswith(folder))
    signing = _manifests_of(catalogue, (part for part in signatures if part.within(*span)))
    parts = [part for part in catalogue.of("clusters") if part.within(*span)]
    # a manifest that added signatures has signed all its articles
    numbers = zip(parts, catalogue.files(parts), strict=True)
    paths = [path for part, path in numbers if not _manifests(path, part.seq) <= signing]
    if not paths:
        return []
    with Partitions(window, options) as partitions:
        view(partitions.database, "raw_unsigned", paths, CLUSTERS)
        partitions.show("sig", span, SIG)
        partitions.database.execute(_LOST)
        partitions.show("sig", _ALWAYS, SIG)
        partitions.show("clusters", _ALWAYS, CLUSTERS)
        wanted = partitions.table(_WANTED)
    tables = by_day(wanted).items()
    return _batches(
        {
            day: [str(version) for version in table["version_id"].to_pylist()]
            for day, table in tables
        }
    )


def _batches(ids_by_day: Mapping[date, Sequence[str]]) -> list[Batch]:
    return [
        Batch(day, tuple(ids[at : at + _TOGETHER]))
        for day, ids in ids_by_day.items()
        for at in range(0, len(ids), _TOGETHER)
    ]


def _united(missing: Iterable[Batch], more: Mapping[date, Iterable[str]]) -> list[Batch]:
    """Return batches of all these articles, each of them once."""
    ids_by_day: dict[date, set[str]] = defaultdict(set)
    for batch in missing:
        ids_by_day[batch.day].update(batch.versions)
    for day, versions in more.items():
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


class UnsignedArticles:
    """The archived articles of some days of collection as documents.

    Parts are fetched when they are needed.
    """

    def __init__(
        self, catalogue: Catalogue, facts: Mapping[str, OutletFacts], days: Collection[date]
    ) -> None:
        self._facts = facts
        self._parts: dict[date, list[Path]] = defaultdict(list)
        # an article is in no older manifest than the first row of `clusters` about its day
        about = [
            part for part in catalogue.of("clusters") if any(part.within(day, day) for day in days)
        ]
        # what is left out might have named an older one
        partial = isinstance(catalogue, SoundCatalogue)
        oldest = 1 if partial else min(_manifests_of(catalogue, about))
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


def _manifests_of(catalogue: Catalogue, parts: Iterable[CatalogueObject]) -> set[int]:
    """Return the numbers of the manifests that brought the rows of these parts."""
    chosen = list(parts)
    paths = catalogue.files(chosen)
    numbers = (_manifests(path, part.seq) for part, path in zip(chosen, paths, strict=True))
    return {number for some in numbers for number in some}


def _manifests(path: Path, seq: int) -> set[int]:
    """Return the numbers of the manifests that brought the rows of a part; `seq` added the part."""
    # a part that was merged has the rows of several
    with pq.ParquetFile(path) as file:
        if MANIFEST.name not in file.schema_arrow.names:
            return {seq}
        column = file.read(columns=[MANIFEST.name], use_threads=False)[MANIFEST.name]
    return {seq if number is None else number for number in column.unique().to_pylist()}


def _read(path: Path, names: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        table = file.read(columns=list(names), use_threads=False)
    check_strings(table)
    return table


class ArchiveWindow:
    """The partitions of a fold that the current manifests name, as local files."""

    def __init__(self, catalogue: Catalogue, fingerprint: str) -> None:
        self._catalogue = catalogue
        self._fingerprint = fingerprint

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[Partition]:
        """Return the parts of the days `first` to `last`, inclusive, in order of publication."""
        parts = [part for part in self._parts(kind) if part.within(first, last)]
        return [
            *self._catalogue.files(
                sorted(parts, key=lambda part: (part.seq, part.days or (date.min, date.min)))
            )
        ]

    def _parts(self, kind: PartitionKind) -> Iterable[CatalogueObject]:
        if kind == "clusters":
            return self._catalogue.of("clusters")
        folder = f"dedupe/v={self._fingerprint}/{kind}/"
        return (part for part in self._catalogue.of("dedupe") if part.key.startswith(folder))


@dataclass(frozen=True, slots=True)
class Addition:
    """What folding new versions adds to the archive.

    `tables` come each with its name and day and are read as they are asked for. `signed_again` counts
    articles of earlier publications, `work` is where these lie until the addition is published.
    """

    tables: Iterator[tuple[str, date, pa.Table]]
    clusters: pa.Table
    signed_again: int = 0
    work: Path | None = None

    def forget(self) -> None:
        """Remove the working folder, and those of interrupted publications older than a day."""
        if self.work is None:
            return
        # an interrupted signing may be taken up again for a day, see `_LEFT`
        newest = self.work.stat().st_mtime
        for other in self.work.parent.glob(_WORK.format("*")):
            if other == self.work or other.stat().st_mtime < newest - _LEFT:
                shutil.rmtree(other)


def options_for(facts: Mapping[str, OutletFacts], window_days: int) -> FoldOptions:
    """Return the options of a fold; the names in `facts` are how credits name the outlets."""
    names = {called: name for name, outlet in sorted(facts.items()) for called in outlet.names}
    return FoldOptions(window_days=window_days, outlet_names=names)


def folded(
    new: Sequence[ArchivedArticle],
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    window_days: int,
    cache: Path,
    *,
    without: Collection[str] = (),
) -> Addition:
    """Fold new versions into the archive; `without` are damaged parts, to be left out.

    Articles within their window that another version of the fold has archived have no signatures
    of this one. They are signed and folded first, in batches; finished batches are stored under
    `cache`, so that after an interruption the same call continues.
    """
    options = options_for(facts, window_days)
    documents = [_document(article, facts) for article in new]
    if not documents and not without:
        return Addition(iter(()), CLUSTERS.empty_table())
    if without:
        catalogue = SoundCatalogue(catalogue, without)
    days = {document.day(date.min) for document in documents}
    window = ArchiveWindow(catalogue, options.fingerprint)
    missing = unsigned(catalogue, window, options, widened(days, window_days)) if days else []
    if isinstance(catalogue, SoundCatalogue):
        missing = _united(missing, unfolded(catalogue))
    if not missing:
        result = fold(documents, window, day=max(days, default=date.min), options=options)
        parts = ((kind, day, table) for (kind, day), table in result.parts.items())
        return Addition(_placed(parts, result.clusters, options), result.clusters)
    return _signed_first(documents, missing, catalogue, facts, options=options, cache=cache)


def _signed_first(
    documents: Sequence[Document],
    missing: Sequence[Batch],
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    *,
    options: FoldOptions,
    cache: Path,
) -> Addition:
    """Fold documents after archived articles that have to be signed first."""
    days = {document.day(date.min) for document in documents}
    window = ArchiveWindow(catalogue, options.fingerprint)
    # the folder's name depends on all that the result depends on: other input starts anew
    work = cache / _WORK.format(_digest(catalogue, facts, options, missing))
    steps = _signed_again(Steps(work, window), catalogue, facts, missing, options)
    result = fold(documents, steps, day=max(days, default=date.min), options=options)
    ids = [document.id for document in documents]
    clusters, aliases = clusters_of(steps, result, window, ids, options)
    retired = (("aliases", day, table) for day, table in by_day(aliases).items())
    return Addition(
        tables=_placed(chain(partitions_of(steps, result), retired), clusters, options),
        clusters=clusters,
        signed_again=sum(len(batch.versions) for batch in missing),
        work=work,
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


def _digest(
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


def _placed(
    tables: Iterable[tuple[str, date, pa.Table]], clusters: pa.Table, options: FoldOptions
) -> Iterator[tuple[str, date, pa.Table]]:
    """Yield tables each with its name in the archive and its day."""
    for kind, day, table in tables:
        yield f"dedupe/v={options.fingerprint}/{kind}", day, table
    for day, table in by_day(clusters).items():
        yield "clusters", day, table


def reprints(clusters: pa.Table, new: Iterable[ArchivedArticle]) -> Counter[str]:
    """Return for each outlet how many of its new versions another outlet had first."""
    outlets = {article.version_id: article.outlet for article in new}
    # after signing again, the clusters hold rows of earlier versions too
    new_rows = clusters.filter(pc.is_in(clusters["version_id"], pa.array(outlets, pa.string())))
    rows = new_rows.select(["version_id", "relation"]).to_pylist()
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
