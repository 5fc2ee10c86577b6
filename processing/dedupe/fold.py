"""Fold documents into clusters: sign, match, resolve.

Pure: the same documents and window give the same bytes.

For the archive:

    folded = fold(documents, window, day=day, options=options)
    for (kind, day), table in folded.parts.items():
        put(f"dedupe/v={options.fingerprint}/{kind}/day={day}/{batch}.parquet", table)
    for day, table in folded.clusters_by_day().items():
        put(f"clusters/day={day}/{batch}.parquet", table)

Parts are append-only and named after the batch. `window.tables(kind, first, last)` returns the
parts of the days from `first` to `last` (KST collection days, both included), the earliest
published first, as local paths or tables. Kinds are `sig`, `texts`, `bands`, `edges` and `aliases`
below `dedupe/v=<fingerprint>/`, and `clusters` beside it. Of a document a reader takes the
row published last, because a later batch may change the cluster of an earlier document; such rows
are in `folded.clusters` too, on their own day. Asked are `window_days` to either side of the
documents' days, twice that for `sig` and `texts`, and further back only where a cluster reaches
there.

`clusters` has article_id, version_id, cluster, original, relation, parent, score, evidence, day.
`cluster` is the smallest article_id among the members, so it does not depend on arrival; when two
clusters become one, `aliases` maps the old name. `original` and `parent` are version ids.
`relation` is original, version, copy, excerpt or followup where the parent shares the cluster;
derivative, followup, series or digest where it is linked to another one, not merged.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from processing.matching.match import match
from processing.resolving.resolve import changed, cluster_table, gather, resolve
from processing.signing.batch import Fresh, sign
from processing.signing.columns import CLUSTERS, SIG, TEXTS
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import PartitionKind, Partitions, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What a fold adds: parts by kind and collection day, cluster rows, counts for the manifest."""

    parts: Mapping[tuple[PartitionKind, date], pa.Table]
    clusters: pa.Table
    counts: Mapping[str, int] = field(default_factory=dict)

    def clusters_by_day(self) -> dict[date, pa.Table]:
        """Return the cluster rows by the collection day of their documents."""
        return by_day(self.clusters)


def by_day(table: pa.Table) -> dict[date, pa.Table]:
    """Return the rows of a table by its column `day`, in order."""
    days = table["day"].unique().sort()
    return {day.as_py(): table.filter(pc.equal(table["day"], day)) for day in days}


def fold(
    documents: Sequence[Document], window: Window, *, day: date, options: FoldOptions
) -> Folded:
    """Fold `documents` into what `window` holds.

    `day` is the collection day of those without a fetch time.

    Raises CorruptRecordError where two documents have one number (64 bits of SHA-256 of their ids).
    """
    if not documents:
        return Folded(parts={}, clusters=CLUSTERS.empty_table())
    with Partitions(window, options) as partitions:
        fresh = sign(partitions, documents, day)
        return _folded(partitions, fresh, _signed(fresh))


def sign_only(
    documents: Sequence[Document], window: Window, *, day: date, options: FoldOptions
) -> Folded:
    """Sign `documents` beside what `window` holds, and compare none: what a corpus fold needs."""
    if not documents:
        return Folded(parts={}, clusters=CLUSTERS.empty_table())
    with Partitions(window, options) as partitions:
        signed = _signed(sign(partitions, documents, day))
    parts = {
        (kind, when): part for kind, table in signed.items() for when, part in by_day(table).items()
    }
    return Folded(parts=parts, clusters=CLUSTERS.empty_table())


def _signed(fresh: Fresh) -> dict[PartitionKind, pa.Table]:
    sig, texts = (fresh.sig.select(schema.names) for schema in (SIG, TEXTS))
    return {"sig": sig, "texts": texts, "bands": fresh.bands}


def _folded(
    partitions: Partitions, fresh: Fresh, signed: Mapping[PartitionKind, pa.Table]
) -> Folded:
    # Signed first: boilerplate that the batch reveals changes what earlier documents are compared by.
    edges = match(partitions, fresh)
    nodes, links, reached = gather(partitions, fresh, edges)
    found = cluster_table(resolve(nodes, links, reached), nodes)
    clusters, aliases = changed(partitions, found, fresh.asked_ids())
    tables: dict[PartitionKind, pa.Table] = {**signed, "edges": edges, "aliases": aliases}
    parts = {
        (kind, when): part for kind, table in tables.items() for when, part in by_day(table).items()
    }
    return Folded(parts=parts, clusters=clusters, counts=counts(fresh.asked_ids(), clusters))


def counts(asked: frozenset[str], clusters: pa.Table) -> dict[str, int]:
    """Return how many documents were folded, and how many of them have each relation."""
    places = zip(clusters["version_id"].to_pylist(), clusters["relation"].to_pylist(), strict=True)
    relations = Counter(relation for identity, relation in places if identity in asked)
    return {
        "documents": len(asked),
        **dict(sorted((str(relation), count) for relation, count in relations.items())),
    }
