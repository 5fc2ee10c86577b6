"""Rows of `sig` and `edges` as the values that resolving works on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from processing.dedupe.canonical import canonical
from processing.dedupe.chains import mark_of
from processing.dedupe.clusters import Edge, Node

if TYPE_CHECKING:
    from datetime import date, datetime

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


def node_of(row: Mapping[str, object]) -> Node:
    """Return the node of a row of `sig`, which has the columns `NODE` at least."""
    return Node(
        number=cast("int", row["number"]),
        id=str(row["id"]),
        article_id=str(row["article_id"]),
        outlet=str(row["outlet"]),
        outlet_class=str(row["outlet_class"]),
        rank=mark_of(str(row["title"])).rank,
        published_at=cast("datetime | None", row["published_at"]),
        fetched_at=cast("datetime | None", row["fetched_at"]),
        length=cast("int", row["length"]),
        url_key=cast("int", row["url_key"]),
        origin_key=cast("int", row["origin_key"]),
        name=canonical(str(row["outlet"])),
        credits=frozenset(cast("list[str]", row["credits"])),
        digest=cast("bytes", row["digest"]),
        day=cast("date", row["day"]),
    )


def edge_of(row: Mapping[str, object]) -> Edge:
    """Return the edge of a row of `edges`."""
    return Edge(
        a=cast("int", row["a"]),
        b=cast("int", row["b"]),
        link=str(row["link"]),
        jaccard=cast("float", row["jaccard"]),
        containment=cast("float", row["containment"]),
        span=(cast("int", row["begins"]), cast("int", row["ends"])),
        evidence=str(row["evidence"]),
    )
