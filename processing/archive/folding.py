"""Folds new versions into the archive, and signs archived articles again after an upgrade.

New versions become documents, the archive's current partitions the window of the fold. Articles
that another version of the fold has archived have no signatures of this one and are signed first.

Every archived article has a row of `clusters` under the day on which it was collected. A
publication that adds signatures of the present fingerprint has signed all its articles, so mostly
the keys alone show that nothing is missing.
"""

import secrets
import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from processing.archive.catalogue import Catalogue, CatalogueObject, LostWorkError
from processing.archive.tables import ArchivedArticle, brought_by
from processing.dedupe.fold import by_day, fold
from processing.records import OutletFacts
from processing.signing.columns import CLUSTERS
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import PartitionKind, Window, widened
from processing.signing.window import PartitionPart as Partition

if TYPE_CHECKING:
    from processing.archive.refolding import Batch
    from processing.dedupe.steps import Steps

REPRINTS = ("copy", "excerpt", "derivative")
"""Relations of a text that another outlet had first."""
_WORK = "signing-{}"
_GONE = ".{}.{}"
"""What a working folder is called while it is deleted: whoever opens one has all of it or none."""
_DELETED = "{} was deleted while articles were signed again"
_LEFT = 24 * 60 * 60.0
"""Seconds after which an interrupted signing is not taken up again."""


def unsigned(
    catalogue: Catalogue, window: Window, options: FoldOptions, span: tuple[date, date]
) -> "list[Batch]":
    """Return the articles without a signature that were collected within `span`.

    Articles outside it that share a cluster with one of them are included. The order is stable.
    """
    folder = f"dedupe/v={options.fingerprint}/sig/"
    signatures = (part for part in catalogue.of("dedupe") if part.key.startswith(folder))
    near = [part for part in signatures if part.within(*span)]
    signing = set().union(*brought_by(near, catalogue.files(near)))
    parts = [part for part in catalogue.of("clusters") if part.within(*span)]
    # a manifest that added signatures has signed all its articles
    files = catalogue.files(parts)
    numbers = zip(files, brought_by(parts, files), strict=True)
    paths = [path for path, manifests in numbers if not manifests <= signing]
    if not paths:
        return []
    from processing.archive.refolding import lacking  # noqa: PLC0415 - mostly nothing is

    return lacking(paths, window, options, span)


class ArchiveWindow:
    """The partitions of a fold that the current manifests name, as local files."""

    def __init__(self, catalogue: Catalogue, fingerprint: str) -> None:
        self._catalogue = catalogue
        self._fingerprint = fingerprint

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[Partition]:
        """Return the parts of the days `first` to `last`, inclusive, in order of publication."""
        return [*self._catalogue.files(self.parts(kind, first, last))]

    def parts(self, kind: PartitionKind, first: date, last: date) -> list[CatalogueObject]:
        """Return the same parts as the manifests name them; nothing is fetched."""
        parts = [part for part in self._parts(kind) if part.within(first, last)]
        return sorted(parts, key=lambda part: (part.seq, part.days or (date.min, date.min)))

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
        now = time.time()
        cache = self.work.parent
        hidden = cache.glob(_GONE.format(_WORK.format("*"), "*"))
        for folder in chain(cache.glob(_WORK.format("*")), hidden):
            # another archiver, which signed the same, may remove it at the same moment
            with suppress(FileNotFoundError):
                # an interrupted signing may be taken up again for a day, see `_LEFT`
                if folder == self.work or folder.stat().st_mtime < now - _LEFT:
                    _remove(folder)


def _remove(folder: Path) -> None:
    name = folder.name.removeprefix(".").partition(".")[0]
    gone = folder.with_name(_GONE.format(name, secrets.token_hex(8)))
    folder.rename(gone)
    shutil.rmtree(gone)


@contextmanager
def _using(steps: "Steps") -> Iterator[None]:
    """Raise LostWorkError where something fails because files of `steps` were deleted meanwhile.

    Another archiver that signed the same deletes it once it has published, a person at any time.
    """
    try:
        yield
    # DuckDB and Arrow have errors of their own for a file that is gone
    except (OSError, duckdb.Error, pa.ArrowException) as error:
        if steps.is_whole:
            raise
        raise LostWorkError(_DELETED.format(steps.root)) from error


def _watched(
    tables: Iterable[tuple[str, date, pa.Table]], steps: "Steps"
) -> Iterator[tuple[str, date, pa.Table]]:
    with _using(steps):
        yield from tables


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
        # here and below: mostly nothing is damaged, and everything is signed
        from processing.archive.refolding import SoundCatalogue, united  # noqa: PLC0415

        catalogue = SoundCatalogue(catalogue, without)
    days = {document.day(date.min) for document in documents}
    window = ArchiveWindow(catalogue, options.fingerprint)
    missing = unsigned(catalogue, window, options, widened(days, window_days)) if days else []
    if without:
        missing = united(missing, SoundCatalogue(catalogue, without))
    if not missing:
        result = fold(documents, window, day=max(days, default=date.min), options=options)
        parts = ((kind, day, table) for (kind, day), table in result.parts.items())
        return Addition(_placed(parts, result.clusters, options), result.clusters)
    return _signed_first(documents, missing, catalogue, facts, options=options, cache=cache)


def _signed_first(
    documents: Sequence[Document],
    missing: "Sequence[Batch]",
    catalogue: Catalogue,
    facts: Mapping[str, OutletFacts],
    *,
    options: FoldOptions,
    cache: Path,
) -> Addition:
    """Fold documents after archived articles that have to be signed first.

    Raises LostWorkError, now or when the tables are read, where the working folder is deleted.
    """
    from processing.archive.refolding import digest, signed_again  # noqa: PLC0415
    from processing.dedupe.steps import Steps, clusters_of, partitions_of  # noqa: PLC0415

    days = {document.day(date.min) for document in documents}
    window = ArchiveWindow(catalogue, options.fingerprint)
    # the folder's name depends on all that the result depends on: other input starts anew
    work = cache / _WORK.format(digest(catalogue, facts, options, missing))
    try:
        steps = Steps(work, window)
    except FileNotFoundError as error:
        raise LostWorkError(_DELETED.format(work)) from error
    with _using(steps):
        signed_again(steps, catalogue, facts, missing, options)
        result = fold(documents, steps, day=max(days, default=date.min), options=options)
        ids = [document.id for document in documents]
        clusters, aliases = clusters_of(steps, result, window, ids, options)
    retired = (("aliases", day, table) for day, table in by_day(aliases).items())
    tables = _placed(chain(partitions_of(steps, result), retired), clusters, options)
    return Addition(
        tables=_watched(tables, steps),
        clusters=clusters,
        signed_again=sum(len(batch.versions) for batch in missing),
        work=work,
    )


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
