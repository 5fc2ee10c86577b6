"""A cluster as a timeline: who had the text first, who followed, and what each changed.

Looking articles up: lists, single articles with their versions, words in their text.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from itertools import islice
from typing import Any, Literal

from processing.archive.catalogue import Catalogue
from processing.archive.layout import Span
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.lookup.sql import ask
from processing.records import article_id, version_id

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
    row = next(iter(ask(catalogue, statement, {"wanted": identity.lower()}).rows), None)
    if row is None:
        raise MissingError(
            f"{catalogue.store.url} has no cluster {identity}; `sillok ls` lists ids of articles"
        )
    members = list(ask(catalogue, _MEMBERS, {"cluster": row[0]}).records())
    texts = {row["version_id"]: row for row in members}
    return [{**row, **_changed(texts.get(row["parent"]), row)} for row in members]


def _changed(parent: Mapping[str, Any] | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many words a document lacks of its parent's and has beside them, and whether its title is another."""
    if parent is None:
        return {"removed": None, "added": None, "retitled": None}
    parts = list(edits(parent["text"], row["text"]))
    words = {
        kind: sum(len(part.text.split()) for part in parts if part.kind == kind)
        for kind in ("removed", "added")
    }
    return {**words, "retitled": parent["title"] != row["title"]}


_SHORTEST = 6
"""Characters of an id that are enough to ask for it, as long as only one article begins with them."""
_NEWEST = """
    WITH newest AS (
        SELECT article_id, version_id, published.at AS published, fetched_at, day,
            count(*) OVER (PARTITION BY article_id) AS versions
        FROM articles WHERE {where}
        QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY fetched_at DESC, version_id) = 1
    )
    SELECT n.article_id, n.version_id, n.versions, n.day, n.fetched_at,
        (n.fetched_at AT TIME ZONE 'Asia/Seoul')::DATE AS collected
    FROM newest AS n WHERE {after}
    ORDER BY n.published DESC NULLS LAST, n.article_id LIMIT $limit
"""
"""The first of two steps: which versions are shown is asked of narrow columns, and no text goes through a sort."""
_ELSEWHERE = """
    SELECT DISTINCT article_id, day FROM articles
    WHERE article_id IN (SELECT unnest($found::VARCHAR[])) AND NOT coalesce({within}, false)
"""
_OTHERS = """
    SELECT article_id, version_id, fetched_at FROM articles
    WHERE article_id IN (SELECT unnest($found::VARCHAR[])) AND NOT coalesce({within}, false) AND {where}
"""
"""Of articles with versions of other days those that are wanted too: the newest of all is the one that counts."""
_ROWS_FIRST, _TIMES = 2000, 8
"""About how many rows are looked through for the newest articles at first, and how many times as many after each time."""
_REPRINTS = """
    SELECT version_id FROM clusters
    WHERE list_contains($found::VARCHAR[], version_id) AND relation IN ('copy', 'excerpt', 'derivative')
"""
"""Of some versions those that are reprints: a list is compared before the newest rows are chosen, a join after it."""
_DAY = timedelta(days=1)
_FEW, _MANY = 200, 5000
"""Versions whose rows of `clusters` are asked for at once: first, and at most."""
_SHOWN = """
    SELECT n.article_id AS id, n.published.at AS published, n.outlet, n.kind, n.title, f.versions,
        c.relation, n.url {columns}
    FROM articles AS n
    JOIN (SELECT unnest($found::VARCHAR[]) AS version_id, unnest($versions::BIGINT[]) AS versions) AS f
        ON f.version_id = n.version_id
    LEFT JOIN (
        SELECT version_id, relation FROM clusters WHERE list_contains($found::VARCHAR[], version_id)
    ) AS c ON c.version_id = n.version_id
    QUALIFY row_number() OVER (PARTITION BY n.article_id ORDER BY n.fetched_at DESC, n.version_id) = 1
    ORDER BY n.published.at DESC NULLS LAST, n.article_id
"""
_WHERE = """
    SELECT DISTINCT article_id, day FROM articles
    WHERE starts_with(article_id, $wanted) OR ($url <> '' AND (url = $url OR fetched_url = $url))
"""
_VERSIONS = """
    SELECT * FROM articles
    WHERE article_id = $id AND (day BETWEEN $first AND $last OR (day IS NULL AND $undated))
    ORDER BY fetched_at, version_id
"""
"""The second of two steps: which days hold an article is asked of narrow columns, its text of these days alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which articles: by outlet, KST publication day (both ends included), kind.

    `original` leaves reprints out.
    """

    outlet: str | None = None
    since: date | None = None
    until: date | None = None
    kind: str | None = None
    original: bool = False
    edited: bool = False
    limit: int = 50

    def clause(self) -> tuple[list[str], dict[str, object]]:
        """Return conditions on `articles` and their parameters."""
        asked = {
            "outlet": ("outlet = $outlet", self.outlet),
            "since": ("day >= $since", self.since),
            "until": ("day <= $until", self.until),
            "kind": ("kind = $kind", self.kind),
        }
        given = {name: pair for name, pair in asked.items() if pair[1] is not None}
        return [condition for condition, _ in given.values()], {
            name: value for name, (_, value) in given.items()
        }


def newest(catalogue: Catalogue, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Yield the newest version of each wanted article, newest first."""
    return _select(catalogue, wanted, [], {}, "")


def search(catalogue: Catalogue, words: Sequence[str], wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Yield the articles whose title or text holds every word, newest first, with the place where the first stands.

    A word is looked for as it is written, whatever stands around it: Korean glues particles to nouns, so that 정부
    must be found in 정부는 and 대통령실 in 대통령실이. Case and composition (NFC, NFD) do not matter.
    """
    parameters: dict[str, object] = {}
    conditions = []
    for number, word in enumerate(words):
        sought = unicodedata.normalize("NFC", word).lower()
        parameters[f"word{number}"] = sought
        cased = (
            sought != sought.upper()
        )  # Hangul has no case, and folding that of every text costs most of a search
        texts = ("lower(title)", "lower(text)") if cased else ("title", "text")
        conditions.append(
            "(" + " OR ".join(f"contains({column}, $word{number})" for column in texts) + ")"
        )
    if not conditions:
        raise UsageError("say at least one word to search for")
    place = "greatest(strpos(lower(n.text), $word0) - 30, 1)"
    columns = f", substring(n.text, {place}, 90) AS excerpt"
    return _select(catalogue, wanted, conditions, parameters, columns)


def versions(catalogue: Catalogue, identity: str) -> tuple[dict[str, Any], ...]:
    """Return all versions of one article, oldest first.

    `identity` is an article's id, the first 6 or more characters of one, a version's id, or the
    article's URL. Raises `MissingError` where there is none and `UsageError` where several articles
    fit.
    """
    wanted = article_id(identity) if "://" in identity else identity.partition("-")[0].lower()
    if len(wanted) < _SHORTEST:
        raise UsageError(
            f"{identity!r} is too short: give at least {_SHORTEST} characters of the id (`sillok ls`)"
        )
    url = identity if "://" in identity else ""
    rows = list(ask(catalogue, _WHERE, {"wanted": wanted, "url": url}).records())
    identities = sorted({row["article_id"] for row in rows})
    if not identities:
        raise MissingError(
            f"{catalogue.store.url} holds no article {identity}; `sillok ls` and `sillok search` find some"
        )
    if len(identities) > 1:
        raise UsageError(
            f"{identity!r} fits {len(identities)} articles: {', '.join(identities[:5])}"
        )
    days = sorted({row["day"] for row in rows if row["day"]})
    asked = {
        "id": identities[0],
        "first": days[0] if days else date.min,
        "last": days[-1] if days else date.min,
        "undated": any(row["day"] is None for row in rows),
    }
    return tuple(checked(row) for row in ask(catalogue, _VERSIONS, asked).records())


def checked(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `articles`.

    Raises CorruptRecordError where its title or text is not that of its version.
    """
    if row["version_id"] != version_id(row["article_id"], row["title"], row["text"]):
        raise CorruptRecordError(
            f"version {row['version_id']} ({row['url']}), which manifest {row.get('manifest', '?')} added, has "
            "not the title and text that its id was made of: restore the part from a copy"
        )
    return row


def folded(catalogue: Catalogue, version: str) -> Mapping[str, Any] | None:
    """Return what the fold says of the version with this full id, or None where it was not folded yet."""
    return next(
        ask(catalogue, "SELECT * FROM clusters WHERE version_id = $id", {"id": version}).records(),
        None,
    )


def _select(
    catalogue: Catalogue,
    wanted: Wanted,
    conditions: list[str],
    parameters: dict[str, object],
    columns: str,
) -> Iterator[dict[str, Any]]:
    clauses, given = wanted.clause()
    where = " AND ".join([*clauses, *conditions]) or "true"
    found = _found(catalogue, wanted, where, given | parameters)
    chosen = _originals(catalogue, found) if wanted.original else found
    return _shown(catalogue, list(islice(chosen, wanted.limit)), columns, parameters)


def _found(
    catalogue: Catalogue, wanted: Wanted, where: str, given: Mapping[str, object]
) -> Iterator[Mapping[str, Any]]:
    """Yield the newest version of each wanted article, newest first; days are read as far as they are asked for."""
    spans = _days_back(catalogue, wanted)
    if len(spans) == 1 or wanted.edited:
        after = "n.versions > 1" if wanted.edited else "true"
        # how many have to be looked at for so many originals is not known before
        limit = None if wanted.original else wanted.limit
        statement = _NEWEST.format(where=where, after=after)
        yield from ask(catalogue, statement, {**given, "limit": limit}).records()
        return
    for span in spans:
        yield from _found_within(catalogue, span, where, given)
    # an article without a time of publication has no day, and comes last
    if wanted.since is None and wanted.until is None:
        yield from _found_within(catalogue, None, where, given)


def _found_within(
    catalogue: Catalogue, span: Span | None, where: str, given: Mapping[str, object]
) -> Iterator[Mapping[str, Any]]:
    """Yield the wanted articles whose newest version is of these days, or of none."""
    within = "day IS NULL" if span is None else "(day BETWEEN $first AND $last)"
    bounds = span or (date.min, date.min)
    parameters = {**given, "first": bounds[0], "last": bounds[1]}

    def answers(statement: str, days: Span | None, **more: object) -> list[dict[str, Any]]:
        named = {
            name: value for name, value in (parameters | more).items() if f"${name}" in statement
        }
        held = {} if days is None else {"articles": days}
        return list(ask(catalogue, statement, named, held).records())

    narrowed = _NEWEST.format(where=f"{within} AND {where}", after="true")
    rows = answers(narrowed, bounds, limit=None)
    identities = [row["article_id"] for row in rows]
    elsewhere = answers(_ELSEWHERE.format(within=within), None, found=identities) if rows else []
    others: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if elsewhere:
        statement = _OTHERS.format(within=within, where=where)
        several = list({row["article_id"] for row in elsewhere})
        days = _span(row["day"] for row in elsewhere)
        for other in answers(statement, days, found=several):
            others[other["article_id"]].append(other)
    for row in rows:
        rest = others[row["article_id"]]
        if not any(_is_newer(other, row) for other in rest):
            yield row | {"versions": row["versions"] + len(rest)}


def _is_newer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether a version counts before another one of its article, as `_NEWEST` orders them."""
    if one["fetched_at"] != other["fetched_at"]:
        return bool(one["fetched_at"] > other["fetched_at"])
    return bool(one["version_id"] < other["version_id"])


def _days_back(catalogue: Catalogue, wanted: Wanted) -> list[Span]:
    """Return all days in spans, the newest first: the first with few rows, each other with more than the one before.

    Of parts of several days, each day is taken to have as many rows as the others.
    """
    rows: dict[date, float] = defaultdict(float)
    for part in catalogue.of("articles"):
        for day in _each(part.days):
            rows[day] += (part.sum.rows or 0) / len(_each(part.days))
    first, last = wanted.since or date.min, wanted.until or date.max
    spans, seen, enough = [], 0.0, _enough(wanted.limit)
    for day in sorted((day for day in rows if first < day <= last), reverse=True):
        seen += rows[day]
        if seen >= enough:
            spans.append((day, last))
            last, seen, enough = day - _DAY, 0.0, enough * _TIMES
    return [*spans, (first, last)]


def _enough(limit: int) -> int:
    """Return how many rows most likely hold so many articles, with some that are left out."""
    return max(_ROWS_FIRST, 4 * limit)


def _each(span: Span | None) -> list[date]:
    """Return each day of a span."""
    if span is None:
        return []
    return [span[0] + place * _DAY for place in range((span[1] - span[0]).days + 1)]


def _originals(
    catalogue: Catalogue, found: Iterator[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """Yield the versions that were found but reprints; `clusters` is read as far as they are asked for.

    A version's row of it lies under the day on which it was collected.
    """
    size = _FEW
    while some := list(islice(found, size)):
        wanted = {"found": [row["version_id"] for row in some]}
        days = {"clusters": _span(row["collected"] for row in some)}
        reprints = {row[0] for row in ask(catalogue, _REPRINTS, wanted, days).rows}
        yield from (row for row in some if row["version_id"] not in reprints)
        size = min(2 * size, _MANY)


def _shown(
    catalogue: Catalogue,
    found: Sequence[Mapping[str, Any]],
    columns: str,
    parameters: Mapping[str, object],
) -> Iterator[dict[str, Any]]:
    """Yield the versions that were found, read from the parts of their days alone."""
    days = {
        "articles": _span(row["day"] for row in found),
        "clusters": _span(row["collected"] for row in found),
    }
    statement = _SHOWN.format(columns=columns)
    named = {name: value for name, value in parameters.items() if f"${name}" in statement}
    shown = {
        "found": [row["version_id"] for row in found],
        "versions": [row["versions"] for row in found],
    }
    return ask(catalogue, statement, named | shown, days).records()


def _span(days: Iterable[date | None]) -> Span:
    """Return the first and the last day; where none is known, one that has no rows."""
    known = [day for day in days if day]
    return min(known, default=date.min), max(known, default=date.min)


_TOKENS = re.compile(r"\s+|[^\s]+")
_LONGEST = 5000
"""Words up to which one comparison is exact.

Longer texts are compared paragraph by paragraph first.
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of text that both states share, or that only one has.

    Kept + removed is the old state exactly.
    """

    kind: Literal["kept", "removed", "added"]
    text: str


def edits(old: str, new: str) -> Iterator[Edit]:
    """Yield how `old` becomes `new`."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    if max(len(before), len(after)) > _LONGEST:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, start, end, other_start, other_end in matcher.get_opcodes():
        if operation == "equal":
            yield Edit("kept", "".join(before[start:end]))
            continue
        if end > start:
            yield Edit("removed", "".join(before[start:end]))
        if other_end > other_start:
            yield Edit("added", "".join(after[other_start:other_end]))
