"""Counting a day in the archive's tables: the fetch log, the clusters and the run reports."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from processing.archive.catalogue import Catalogue
from processing.archive.sql import ask
from processing.errors import CorruptRecordError, MissingError
from processing.reading.rules import SEOUL
from processing.records import RunReport
from processing.report.days import Count

HISTORY = 28
"""Days before and with the day itself that a report looks back: four weeks."""
_REPRINTS = "('copy', 'excerpt', 'derivative')"
_PAGES = re.compile(r"/outlet=(?P<outlet>[a-z][a-z0-9_]*)-run=")

_READ = f"""
    WITH states AS (
        SELECT outlet, article_id, version_id, min("at") AS first
        FROM log WHERE outcome = 'article' AND "at" >= $back AND "at" < $end GROUP BY ALL
    ), numbered AS (
        SELECT *, row_number() OVER (PARTITION BY article_id ORDER BY first, version_id) AS number FROM states
    )
    SELECT n.outlet,
        count(*) AS versions,
        count(DISTINCT n.article_id) FILTER (number > 1) AS edits,
        count(DISTINCT n.article_id) FILTER (c.relation IN {_REPRINTS}) AS reprints
    FROM numbered AS n LEFT JOIN clusters AS c ON c.version_id = n.version_id
    WHERE first >= $start GROUP BY 1
"""  # noqa: S608 - our own words
_SILENT = """
    SELECT outlet, count(DISTINCT article_id) AS silent FROM articles
    WHERE silent_edit AND fetched_at >= $start AND fetched_at < $end GROUP BY 1
"""
_ANNOUNCED = """
    WITH announced AS (
        SELECT DISTINCT outlet, article_id FROM log
        WHERE role = 'article' AND article_id IS NOT NULL AND coalesce(announced_at, "at") >= $start
            AND coalesce(announced_at, "at") < $end AND announced_by IS NOT NULL
            AND why NOT IN ('out-of-range', 'off-site', 'not-article') AND NOT (why = 'seen' AND failures > 0)
    ), fate AS (
        SELECT article_id,
            bool_or(outcome = 'article' OR why = 'unchanged' OR (why = 'seen' AND failures = 0)) AS archived,
            bool_or(outcome = 'rejection' OR why = 'gone') AS rejected,
            arg_max(why, "at") AS last
        FROM log WHERE role = 'article' AND article_id IS NOT NULL AND "at" >= $start GROUP BY 1
    )
    SELECT a.outlet,
        count(*) AS announced,
        count(*) FILTER (archived) AS archived,
        count(*) FILTER (NOT coalesce(archived, false) AND coalesce(rejected, false)) AS rejected,
        count(*) FILTER (NOT coalesce(archived, false) AND NOT coalesce(rejected, false) AND last = 'robots') AS refused
    FROM announced AS a JOIN fate USING (article_id) GROUP BY 1
"""
_GONE = """
    SELECT outlet, count(DISTINCT article_id) AS deletions FROM log
    WHERE why = 'gone' AND failures = 0 AND "at" >= $start AND "at" < $end GROUP BY 1
"""
_RUNS = "SELECT * EXCLUDE (manifest) FROM reports WHERE day BETWEEN $first AND $last ORDER BY started_at, run"
_NEWS = """
    SELECT outlet, url, max(coalesce(new_at, CASE WHEN new_links > 0 THEN "at" END)) AS new_at
    FROM log WHERE role = 'source' AND "at" < $end GROUP BY ALL
"""


def newest_day(catalogue: Catalogue) -> date:
    """Return the newest KST day with a run. Raises `MissingError` of an archive without one."""
    days = [part.labels["day"] for part in catalogue.of("reports")]
    if not days:
        raise MissingError(f"{catalogue.store.url} holds no run report yet: crawl an outlet, then run `sillok archive`")
    return date.fromisoformat(max(days))


def count_day(catalogue: Catalogue, day: date) -> dict[str, Count]:
    """Return what the tables say of each outlet on `day` (KST)."""
    start = datetime.combine(day, datetime.min.time(), SEOUL)
    span = {"start": start, "end": start + timedelta(days=1)}
    runs, volumes = _runs(catalogue, day)
    facts: dict[str, dict[str, Any]] = defaultdict(dict)
    for statement in (_SILENT, _ANNOUNCED, _GONE):
        _merge(facts, ask(catalogue, statement, span).records())
    _merge(facts, ask(catalogue, _READ, {**span, "back": start - timedelta(days=HISTORY)}).records())
    news: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in ask(catalogue, _NEWS, {"end": span["end"]}).records():
        if row["new_at"]:
            news[row["outlet"]][row["url"]] = row["new_at"]
    lying = _lying(catalogue, day)
    return {
        name: Count(
            runs=tuple(runs.get(name, ())),
            **_gaps(facts[name]),
            bytes=sum(lying.get(name, {}).values()),
            keys=tuple(lying.get(name, {})),
            weekday=_weekday(volumes[name], day),
            history=tuple(volumes[name].get(day - timedelta(days=back)) for back in reversed(range(HISTORY))),
            news=news[name],
        )
        for name in sorted({*runs, *facts, *volumes})
    }


def _runs(catalogue: Catalogue, day: date) -> tuple[dict[str, list[RunReport]], dict[str, dict[date, int]]]:
    """Return the reports of `day` by outlet, and the articles of each outlet by day over the history."""
    first = day - timedelta(days=HISTORY)
    runs: dict[str, list[RunReport]] = defaultdict(list)
    volumes: dict[str, dict[date, int]] = defaultdict(dict)
    for row in ask(catalogue, _RUNS, {"first": first.isoformat(), "last": day.isoformat()}).records():
        report = _report(row)
        on = date.fromisoformat(report.day)
        volumes[report.outlet][on] = volumes[report.outlet].get(on, 0) + report.articles
        if on == day:
            runs[report.outlet].append(report)
    return runs, volumes


def _report(row: Mapping[str, Any]) -> RunReport:
    try:
        return RunReport.model_validate(row)
    except ValidationError as error:
        run = f"{row.get('outlet')} {row.get('run')}"
        raise CorruptRecordError(f"the report of run {run} is none that this version can read: {error}") from error


def _weekday(volume: Mapping[date, int], day: date) -> tuple[int, ...]:
    """Return what the same weekday of the four weeks before brought, as far as there was a run."""
    before = (day - timedelta(weeks=weeks) for weeks in range(1, 5))
    return tuple(volume[past] for past in before if past in volume)


def _gaps(facts: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of one outlet; what was announced and has no other fate is a gap."""
    counts = {name: int(value) for name, value in facts.items()}
    fates = sum(counts.get(name, 0) for name in ("archived", "rejected", "refused"))
    return {**counts, "gaps": counts.get("announced", 0) - fates}


def _merge(facts: dict[str, dict[str, Any]], rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        facts[row.pop("outlet")].update(row)


def _lying(catalogue: Catalogue, day: date) -> dict[str, dict[str, int]]:
    """Return the keys and sizes of the pages of `day` by outlet."""
    lying: dict[str, dict[str, int]] = defaultdict(dict)
    for suffix in (".warc.gz", ".cdxj"):
        for part in catalogue.of("pages", suffix):
            found = _PAGES.search(part.key)
            if found and part.labels.get("day") == day.isoformat():
                lying[found["outlet"]][part.key] = part.sum.bytes
    return lying
