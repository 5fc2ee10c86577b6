"""What a day's report names one by one: most reprinted, changed, missing."""

from datetime import date, datetime, timedelta

from processing.archive.catalogue import Catalogue
from processing.archive.sql import ask
from processing.reading.rules import SEOUL
from processing.report.days import Changed, Gap, Reprinted, Stories

_MOST = 10
"""Lines of each list: a report is read in a minute; `sillok query` has the rest."""
_BACK = timedelta(days=30)
"""How long a gap is asked for again by every crawl (`processing.archive.memory.HOT_DAYS`)."""
_GAPS = "('failed', 'over-budget', 'given-up')"
"""Last words on an article that was announced and is not here."""
_NEWEST = """
    SELECT * FROM articles
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY fetched_at DESC, version_id) = 1
"""
_REPRINTED = """
    WITH copies AS (
        SELECT DISTINCT c.original, a.article_id, a.outlet
        FROM clusters AS c JOIN articles AS a ON a.version_id = c.version_id
        WHERE c.relation IN ('copy', 'excerpt', 'derivative') AND a.fetched_at >= $start AND a.fetched_at < $end
    )
    SELECT o.article_id, o.outlet, o.title, o.url, count(DISTINCT c.article_id) AS reprints,
        list_sort(list(DISTINCT c.outlet)) AS by
    FROM copies AS c JOIN articles AS o ON o.version_id = c.original
    GROUP BY ALL ORDER BY reprints DESC, o.article_id LIMIT $most
"""
_CHANGED = """
    SELECT article_id, outlet, title, url, fetched_at AS "at",
        CASE WHEN silent_edit THEN 'silent' ELSE 'edit' END AS kind
    FROM articles WHERE previous IS NOT NULL AND fetched_at >= $start AND fetched_at < $end
    ORDER BY silent_edit DESC, fetched_at DESC, version_id LIMIT $most
"""
_GONE = f"""
    SELECT l.article_id, l.outlet, coalesce(a.title, l.url) AS title, l.url, max(l."at") AS "at", 'gone' AS kind
    FROM log AS l LEFT JOIN ({_NEWEST}) AS a ON a.article_id = l.article_id
    WHERE l.why = 'gone' AND l.failures = 0 AND l."at" >= $start AND l."at" < $end
    GROUP BY ALL ORDER BY "at" DESC, l.article_id LIMIT $most
"""  # noqa: S608 - our own words
_MISSING = f"""
    SELECT outlet, arg_max(url, "at") AS url, min(coalesce(announced_at, "at")) AS since, arg_max(why, "at") AS why,
        arg_max(detail, "at") AS detail
    FROM log WHERE role = 'article' AND article_id IS NOT NULL AND "at" >= $back AND NOT (why = 'seen' AND failures > 0)
    GROUP BY outlet, article_id
    HAVING arg_max(why, "at") IN {_GAPS} AND NOT coalesce(bool_or(outcome IS NOT NULL), false)
        AND min(coalesce(announced_at, "at")) < $end
    ORDER BY since, url LIMIT $most
"""  # noqa: S608 - our own words


def stories(catalogue: Catalogue, day: date) -> Stories:
    """Return what is worth naming of `day` (KST)."""
    start = datetime.combine(day, datetime.min.time(), SEOUL)
    end = start + timedelta(days=1)
    span = {"start": start, "end": end, "most": _MOST}
    changed = [*ask(catalogue, _CHANGED, span).records(), *ask(catalogue, _GONE, span).records()]
    return Stories(
        reprinted=tuple(map(Reprinted.model_validate, ask(catalogue, _REPRINTED, span).records())),
        changed=tuple(map(Changed.model_validate, changed)),
        missing=gaps(catalogue, end),
    )


def gaps(catalogue: Catalogue, end: datetime, most: int = _MOST) -> tuple[Gap, ...]:
    """Return what was announced before `end` and is neither archived nor a page without an article, oldest first."""
    span = {"back": end - _BACK, "end": end, "most": most}
    return tuple(map(Gap.model_validate, ask(catalogue, _MISSING, span).records()))
