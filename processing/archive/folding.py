"""Between the archive and the fold: new versions become documents, current partitions the window, and back."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pyarrow as pa

from processing.archive.catalogue import Catalogue, Part
from processing.archive.publication import OutletFacts
from processing.archive.schema import ArchivedArticle
from processing.dedupe.documents import Document, FoldOptions
from processing.dedupe.fold import Folded, fold
from processing.dedupe.window import Kind
from processing.dedupe.window import Part as Partition
from processing.reading.rules import SEOUL

REPRINTS = ("copy", "excerpt", "derivative")
"""Relations of a text that another outlet had first."""
_THREADS = 8
"""Parts fetched at once from a bucket into an empty cache."""


class ArchiveWindow:
    """The partitions of a fold that the current manifests name, as local files."""

    def __init__(self, catalogue: Catalogue, fingerprint: str) -> None:
        self._catalogue = catalogue
        self._fingerprint = fingerprint

    def tables(self, kind: Kind, first: date, last: date) -> list[Partition]:
        """Return the parts of the days from `first` to `last`, both included, the earliest published first."""
        parts = [part for part in self._parts(kind) if first.isoformat() <= part.labels["day"] <= last.isoformat()]
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(self._local, sorted(parts, key=lambda part: (part.seq, part.key))))

    def _parts(self, kind: Kind) -> Iterable[Part]:
        if kind == "clusters":
            return self._catalogue.of("clusters")
        folder = f"dedupe/v={self._fingerprint}/{kind}/"
        return (part for part in self._catalogue.of("dedupe") if part.key.startswith(folder))

    def _local(self, part: Part) -> Partition:
        return self._catalogue.local(part)


def folded(
    new: Sequence[ArchivedArticle], catalogue: Catalogue, facts: Mapping[str, OutletFacts], window_days: int
) -> tuple[Folded, FoldOptions]:
    """Fold new versions into what the archive holds."""
    names = {one.title: name for name, one in sorted(facts.items()) if one.title}
    options = FoldOptions(window_days=window_days, outlet_names=names)
    documents = [_document(article, facts) for article in new]
    day = max((article.fetched_at.astimezone(SEOUL).date() for article in new), default=date.min)
    return fold(documents, ArchiveWindow(catalogue, options.fingerprint), day=day, options=options), options


def tables(result: Folded, options: FoldOptions) -> Iterator[tuple[str, pa.Table]]:
    """Yield what a fold adds, each with its folder in the archive."""
    for (kind, day), table in result.parts.items():
        yield f"dedupe/v={options.fingerprint}/{kind}/day={day.isoformat()}", table
    for day, table in result.clusters_by_day().items():
        yield f"clusters/day={day.isoformat()}", table


def reprints(result: Folded, new: Iterable[ArchivedArticle]) -> Counter[str]:
    """Return for each outlet how many of its new versions another outlet had first."""
    outlets = {article.version_id: article.outlet for article in new}
    rows = result.clusters.select(["version_id", "relation"]).to_pylist()
    return Counter(
        outlets[row["version_id"]] for row in rows if row["version_id"] in outlets and row["relation"] in REPRINTS
    )


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
