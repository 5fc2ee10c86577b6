"""Between the archive and the fold: new versions become documents, current partitions the window, and back."""

import hashlib
import json
import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from processing.archive.catalogue import Catalogue, Part
from processing.archive.publication import OutletFacts
from processing.archive.schema import ArchivedArticle
from processing.archive.unsigned import Batch, sign_again, unsigned
from processing.dedupe.columns import CLUSTERS
from processing.dedupe.documents import Document, FoldOptions
from processing.dedupe.fold import Folded, by_day, fold
from processing.dedupe.merging import clusters_of, partitions_of
from processing.dedupe.partitions import widened
from processing.dedupe.steps import Steps
from processing.dedupe.window import Kind, Window
from processing.dedupe.window import Part as Partition

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

    def tables(self, kind: Kind, first: date, last: date) -> list[Partition]:
        """Return the parts of the days from `first` to `last`, both included, the earliest published first."""
        parts = [part for part in self._parts(kind) if first.isoformat() <= part.labels["day"] <= last.isoformat()]
        return [*self._catalogue.files(sorted(parts, key=lambda part: (part.seq, part.key)))]

    def _parts(self, kind: Kind) -> Iterable[Part]:
        if kind == "clusters":
            return self._catalogue.of("clusters")
        folder = f"dedupe/v={self._fingerprint}/{kind}/"
        return (part for part in self._catalogue.of("dedupe") if part.key.startswith(folder))


@dataclass(frozen=True, slots=True)
class Addition:
    """What folding new versions adds to the archive.

    `tables` come each with its folder and are read as they are asked for. `signed_again` counts articles of earlier
    publications, `work` is where these lie until the addition is published.
    """

    tables: Iterator[tuple[str, pa.Table]]
    clusters: pa.Table
    signed_again: int = 0
    work: Path | None = None

    def forget(self) -> None:
        """Remove what lies in the working folder: the archive has it now, or can have it no longer.

        And what interrupted publications, which nobody took up again, left there more than a day before.
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

    Where articles within their window have no signatures of this version of the fold, because another version archived
    them, these are signed and folded first, some at a time, and finished ones are kept under `cache`: after an
    interruption the same call goes on.
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
    clusters, aliases = clusters_of(steps, result, window, [document.id for document in documents], options)
    retired = (("aliases", day, table) for day, table in by_day(aliases).items())
    count = sum(len(batch.versions) for batch in missing)
    return Addition(_placed(chain(partitions_of(steps, result), retired), clusters, options), clusters, count, work)


def _signed_again(
    steps: Steps, catalogue: Catalogue, facts: Mapping[str, OutletFacts], missing: Sequence[Batch], options: FoldOptions
) -> Steps:
    """Sign and fold archived articles."""
    days, count = {batch.day for batch in missing}, sum(len(batch.versions) for batch in missing)
    logger.info("%d articles of %d days have no signatures of this version of the fold: sign them", count, len(days))

    def how(documents: Sequence[Document], window: Window, day: date) -> Folded:
        return fold(documents, window, day=day, options=options)

    for place in sign_again(steps, catalogue, facts, missing, how):
        batch = missing[place]
        logger.info("signed %s, %d articles (%d of %d)", batch.day, len(batch.versions), place + 1, len(missing))
    return steps


def _digest(
    catalogue: Catalogue, facts: Mapping[str, OutletFacts], options: FoldOptions, missing: Sequence[Batch]
) -> str:
    """Return 16 hex digits over all that signing again depends on."""
    head = catalogue.head.model_dump_json() if catalogue.head else ""
    said = [head, options.fingerprint, options.window_days, sorted(map(repr, facts.items())), list(map(repr, missing))]
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
