"""The columns of the partitions. A change raises `LAYOUT`, which opens a new index as every other parameter does."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

LAYOUT: Final = 3


def _schema(columns: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema(columns)


SIG = _schema(
    {
        "number": pa.int64(),
        "id": pa.string(),
        "article_id": pa.string(),
        "outlet": pa.string(),
        "outlet_class": pa.string(),
        "title": pa.string(),
        "published_at": pa.timestamp("us", "UTC"),
        "fetched_at": pa.timestamp("us", "UTC"),
        "url_key": pa.int64(),
        "origin_key": pa.int64(),
        "credits": pa.list_(pa.string()),
        "lines": pa.list_(pa.int64()),  # hashes of the short lines
        "dropped": pa.list_(pa.int64()),  # those of them that are boilerplate
        "title_key": pa.int64(),
        "body_key": pa.int64(),  # of the longest line
        "digest": pa.binary(16),  # of the text without boilerplate
        "length": pa.int32(),  # of the same
        "near": pa.int64(),  # the smallest shingle hash of the same: copies mostly share it
        "day": pa.date32(),  # KST collection day
    }
)
"""One row a document, sorted by `near`, then number; of a document signed again the newest counts."""

TEXTS = _schema(
    {
        "number": pa.int64(),
        "text": pa.string(),  # canonical lines
        "facts": pa.string(),  # the number facts of each of these lines
        "day": pa.date32(),
    }
)
"""The texts of a part of `sig`, in the same order, so that copies lie side by side: they are wanted together."""

SIGNED = pa.unify_schemas([SIG, TEXTS])
"""A whole row, as it is in memory."""

BANDS = _schema({"key": pa.int64(), "number": pa.int64(), "day": pa.date32()})
"""The keys under which a document's like are found, sorted by key, then number."""

EDGES = _schema(
    {
        "a": pa.int64(),
        "b": pa.int64(),
        "link": pa.string(),  # same, part, derivative, series, followup; none: judged again and linked no longer
        "jaccard": pa.float32(),
        "containment": pa.float32(),
        "begins": pa.int32(),  # of a part: where the larger text holds it, in canonical characters
        "ends": pa.int32(),
        "evidence": pa.string(),
        "day_a": pa.date32(),
        "day_b": pa.date32(),
        "day": pa.date32(),  # the later of the two
    }
)
"""One row a judged pair, a < b, sorted."""

CLUSTERS = _schema(
    {
        "article_id": pa.string(),
        "version_id": pa.string(),
        "cluster": pa.string(),
        "original": pa.string(),
        "relation": pa.string(),
        "parent": pa.string(),
        "score": pa.float64(),
        "evidence": pa.string(),
        "day": pa.date32(),
    }
)
"""One row a document, sorted by version id; the newest counts."""

INPUTS = _schema({"day": pa.date32(), "digest": pa.string()})
"""A digest of the signatures of a day, as a fold left them: see `processing.dedupe.fold`."""

ALIASES = _schema({"old": pa.string(), "new": pa.string(), "day": pa.date32()})
"""A cluster id that was retired, and the one that its documents have now."""


NODE: Final = (
    "number",
    "id",
    "article_id",
    "outlet",
    "outlet_class",
    "title",
    "published_at",
    "fetched_at",
    "length",
    "url_key",
    "origin_key",
    "credits",
    "digest",
    "day",
)
"""The columns of `sig` that a node is made of: no text."""
