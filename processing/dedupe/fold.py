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
published first, as local paths or tables. Kinds are `sig`, `texts`, `bands`, `edges`, `aliases` and
`inputs` below `dedupe/v=<fingerprint>/`, and `clusters` beside it. Of a document a reader takes the
row published last, because a later batch may change the cluster of an earlier document; such rows
are in `folded.clusters` too, on their own day. Asked are `window_days` to either side of the
documents' days, twice that for `sig` and `texts`, and further back only where a cluster reaches
there.

`clusters` has article_id, version_id, cluster, original, relation, parent, score, evidence, day.
`cluster` is the smallest article_id among the members, so it does not depend on arrival; when two
clusters become one, `aliases` maps the old name. `original` and `parent` are version ids.
`relation` is original, version, copy, excerpt or followup where the parent shares the cluster;
derivative, followup, series or digest where it is linked to another one, not merged.

Which days must be matched again because what they were matched against is no longer what it was.

A fold writes down a digest of the signatures of each day that it adds to (the partition `inputs`).
Where a day's parts are later replaced by anything but a fold (an old day read again, a document
taken down), its digest is another one now: each day that can see it is stale, and `refold` makes
them fresh. So a fold adds a row or two, not one for every day within its window.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.matching.match import match
from processing.resolving.resolve import changed, cluster_table, gather, resolve
from processing.signing.batch import Fresh, sign, signed_before
from processing.signing.columns import CLUSTERS, INPUTS, SIG, TEXTS
from processing.signing.documents import Document, FoldOptions
from processing.signing.shingles import mixed
from processing.signing.window import PartitionKind, Partitions, Window, widened

_SAID: Final = ("number", "digest", "day")
_NOTHING: Final = "0" * 16
"""The digest of a day without documents."""


def day_digests(tables: Iterable[pa.Table]) -> dict[date, int]:
    """Return for each day a sum over its signatures (columns number, digest, day), whatever their order."""
    found: dict[date, int] = {}
    for batch in (batch for table in tables for batch in table.select(_SAID).to_batches()):
        halves = _halves(batch["digest"])
        numbers = np.asarray(batch["number"]).view(np.uint64)
        marks = mixed(mixed(mixed(numbers) ^ halves[:, 0]) ^ halves[:, 1])
        days = np.asarray(batch["day"].cast(pa.int32()))
        for day in np.unique(days).tolist():
            when = _day(day)
            total = int(np.add.reduce(marks[days == day], dtype=np.uint64))
            found[when] = (found.get(when, 0) + total) % 2**64
    return found


def _halves(digests: "pa.Array[Any]") -> NDArray[np.uint64]:
    """Return values of sixteen bytes as two numbers each."""
    data = cast("bytes", digests.buffers()[1] or b"")
    return np.frombuffer(data, "<u8").reshape(-1, 2)[digests.offset :][: len(digests)]


def inputs_after(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of `inputs` of the days that `fresh` adds to or takes from."""
    signatures, mine = partitions.signatures, pa.array(fresh.numbers)
    days = fresh.days | {_day(each) for each in signatures.days_of(fresh.numbers)}
    others = (
        rows.filter(pc.invert(pc.is_in(rows["number"], mine)))
        for rows in signatures.scan(_SAID, days)
    )
    before, new = day_digests(others), day_digests([fresh.sig])
    return _inputs({day: (before.get(day, 0) + new.get(day, 0)) % 2**64 for day in days})


def inputs_refolded(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of `inputs` of those days of `fresh` that no other day sees: all that sees them is in `fresh`."""
    refolded, reach = fresh.days, timedelta(days=partitions.options.window_days)
    every = {_day(each) for each in np.unique(partitions.signatures.days).tolist()}
    seen = {day for day in refolded for other in every - refolded if abs(other - day) <= reach}
    new = day_digests([fresh.sig])
    return _inputs({day: new[day] for day in refolded - seen})


def _inputs(digests: Mapping[date, int]) -> pa.Table:
    rows = [{"day": day, "digest": f"{digest:016x}"} for day, digest in sorted(digests.items())]
    return pa.Table.from_pylist(rows, schema=INPUTS)


def stale(window: Window, span: tuple[date, date], options: FoldOptions) -> list[date]:
    """Return the folded days of `span` that see a day which is not what the last fold of it wrote down, sorted."""
    wider = widened(span, options.window_days)
    with Partitions(window, options) as partitions:
        partitions.show("inputs", wider, INPUTS)
        newest = "SELECT day, digest FROM raw_inputs QUALIFY row_number() OVER (PARTITION BY day ORDER BY part DESC) = 1"
        before = {row["day"]: row["digest"] for row in partitions.table(newest).to_pylist()}
        signatures = partitions.read_signatures(wider)
        now = {
            row["day"]: row["digest"]
            for row in _inputs(day_digests(signatures.scan(_SAID))).to_pylist()
        }
    reach = timedelta(days=options.window_days)
    other = [
        day
        for day in before.keys() | now.keys()
        if before.get(day, _NOTHING) != now.get(day, _NOTHING)
    ]
    folded = (day for day in sorted(before) if span[0] <= day <= span[1])
    return [day for day in folded if any(abs(day - each) <= reach for each in other)]


def _day(count: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What a fold adds: parts by kind and collection day, cluster rows, and counts for the manifest."""

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
        seen = inputs_after(partitions, fresh)
        return _folded(partitions, fresh, {**_signed(fresh), "inputs": seen})


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


def refold(days: Sequence[date], window: Window, *, options: FoldOptions) -> Folded:
    """Match and resolve stale days again from their signatures: see `processing.dedupe.fold`."""
    with Partitions(window, options) as partitions:
        fresh = signed_before(partitions, days)
        if not fresh.asked:
            return Folded(parts={}, clusters=CLUSTERS.empty_table())
        return _folded(partitions, fresh, {"inputs": inputs_refolded(partitions, fresh)})


def _signed(fresh: Fresh) -> dict[PartitionKind, pa.Table]:
    sig, texts = (fresh.sig.select(schema.names) for schema in (SIG, TEXTS))
    return {"sig": sig, "texts": texts, "bands": fresh.bands}


def _folded(
    partitions: Partitions, fresh: Fresh, signed: Mapping[PartitionKind, pa.Table]
) -> Folded:
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
    """Return how many documents were asked to be folded, and how many of them have each relation."""
    places = zip(clusters["version_id"].to_pylist(), clusters["relation"].to_pylist(), strict=True)
    relations = Counter(relation for identity, relation in places if identity in asked)
    return {
        "documents": len(asked),
        **dict(sorted((str(relation), count) for relation, count in relations.items())),
    }
