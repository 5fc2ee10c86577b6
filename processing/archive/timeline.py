"""A cluster as a timeline: who had the text first, who followed, and what each changed."""

from collections.abc import Mapping
from typing import Any

from processing.archive.catalogue import Catalogue
from processing.archive.edits import edits
from processing.archive.sql import ask
from processing.errors import MissingError

_MEMBERS = """
    WITH member AS (SELECT * FROM clusters WHERE cluster = $cluster),
    linked AS (
        SELECT * FROM clusters WHERE cluster <> $cluster AND parent IN (SELECT version_id FROM member)
    )
    SELECT c.article_id, c.version_id, c.cluster, c.original, c.relation, c.parent, c.score, c.evidence,
        a.outlet, a.title, a.url, a.text, a.published.at AS published, a.fetched_at AS first_seen
    FROM (SELECT * FROM member UNION ALL SELECT * FROM linked) AS c JOIN articles AS a ON a.version_id = c.version_id
    ORDER BY coalesce(a.published.at, a.fetched_at), a.fetched_at, c.version_id
"""


def timeline(catalogue: Catalogue, identity: str) -> list[dict[str, Any]]:
    """Return the documents of a cluster, the earliest first, and those that follow one of them without being it.

    `identity` is a cluster's id, an article's or a version's; a cluster's id is its smallest article's, so the name of
    a cluster that became part of another one still leads there. `removed` and `added` count words against the parent.
    Raises `MissingError` where no such document was folded.
    """
    statement = "SELECT cluster FROM clusters WHERE starts_with(version_id, $wanted) ORDER BY cluster LIMIT 1"
    found = next(iter(ask(catalogue, statement, {"wanted": identity.lower()}).rows), None)
    if found is None:
        raise MissingError(f"{catalogue.store.url} has no cluster {identity}; `sillok ls` lists ids of articles")
    members = list(ask(catalogue, _MEMBERS, {"cluster": found[0]}).records())
    texts = {row["version_id"]: row for row in members}
    return [{**row, **_changed(texts.get(row["parent"]), row)} for row in members]


def _changed(parent: Mapping[str, Any] | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many words a document lacks of its parent's and has beside them, and whether its title is another."""
    if parent is None:
        return {"removed": None, "added": None, "retitled": None}
    parts = list(edits(parent["text"], row["text"]))
    words = {kind: sum(len(part.text.split()) for part in parts if part.kind == kind) for kind in ("removed", "added")}
    return {**words, "retitled": parent["title"] != row["title"]}
