"""The columns of the partitions.

A change raises `LAYOUT`, which opens a new index as every other parameter does.
"""

from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa

LAYOUT: Final = 8
_schema: Callable[[Mapping[str, pa.DataType]], pa.Schema] = pa.schema


SIG = _schema(
    {
        "number": pa.int64(),
        "id": pa.string(),
        "article_id": pa.string(),
        "outlet": pa.string(),
        "name": pa.string(),  # of the outlet, as credits have it
        "outlet_class": pa.string(),
        "title": pa.string(),
        "published_at": pa.timestamp("us", "UTC"),
        "fetched_at": pa.timestamp("us", "UTC"),
        "url_key": pa.int32(),
        "origin_key": pa.int32(),
        "credits": pa.list_(pa.string()),
        # A hash of the outlet, else of the host, whose boilerplate the text may have.
        "owner": pa.int64(),
        # Of passages that may be boilerplate, as `processing.signing.marks.differences`.
        "marks": pa.list_(pa.int32()),
        "dropped": pa.list_(pa.int32()),  # those of them that are
        "cut": pa.list_(
            pa.int32()
        ),  # where these passages begin and end in the text: begin, end, begin, …
        "bare": pa.bool_(),  # whether it says nothing but links and rights
        # Whether its title or its layout is that of a roundup, which may hold passages of others.
        "roundup": pa.bool_(),
        "title_key": pa.int32(),
        "head_key": pa.int32(),  # the smallest shingle hash of the beginning
        "tail_key": pa.int32(),  # and of the end
        "digest": pa.binary(5),  # of the text without boilerplate
        "length": pa.int32(),  # of the same
        "near": pa.int64(),  # the smallest shingle hash of the same: copies mostly share it
        "day": pa.date32(),  # KST collection day
    }
)
"""One row per document, sorted by `near`, then number.

Of a document signed again the newest counts.
"""

TEXTS = _schema(
    {
        "number": pa.int64(),
        "text": pa.string(),  # canonical, without line breaks
        "facts": pa.string(),  # its number facts, each with its place: "12:2025 40:3.5"
        "day": pa.date32(),
    }
)
"""The texts of a part of `sig`, in the same order.

Copies lie side by side, because they are wanted together.
"""

SIGNED = pa.unify_schemas([SIG, TEXTS])
"""A whole row, as it is in memory."""

BANDS = _schema({"key": pa.int64(), "number": pa.int64(), "day": pa.date32()})
"""The keys under which a document's like are found, sorted by key, then number."""

EDGES = _schema(
    {
        "a": pa.int64(),
        "b": pa.int64(),
        # See `processing.matching.verdict.PairVerdict`; none: judged again and linked no longer.
        "link": pa.string(),
        "jaccard": pa.float32(),
        "share_a": pa.float32(),  # of the shingles of a, those that b has too
        "share_b": pa.float32(),
        # Where a has what it shares with b, in canonical characters of its own text.
        "begins_a": pa.int32(),
        "ends_a": pa.int32(),
        "begins_b": pa.int32(),
        "ends_b": pa.int32(),
        "gap_a": pa.float32(),  # the share of a that b lacks in large pieces
        "gap_b": pa.float32(),
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
        "share_of_this": pa.float64(),
        "share_of_parent": pa.float64(),
        "original_confidence": pa.float64(),
        "original_evidence": pa.string(),
        "stub": pa.bool_(),
    }
)
"""One row per document, sorted by version id.

The newest counts. Rows of before `RULES` 5 lack the last five columns.
"""

ALIASES = _schema({"old": pa.string(), "new": pa.string(), "day": pa.date32()})
"""A cluster id that was retired, and the one that its documents have now."""


NODE: Final = (
    "number",
    "id",
    "article_id",
    "outlet",
    "name",
    "outlet_class",
    "title",
    "published_at",
    "fetched_at",
    "length",
    "cut",
    "url_key",
    "origin_key",
    "credits",
    "roundup",
    "digest",
    "day",
)
"""The columns of `sig` that a node is made of: no text."""
