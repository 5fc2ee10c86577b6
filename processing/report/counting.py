"""Counting a day in the archive's tables: the fetch log, the clusters and the run reports.

What a day's report names one by one: most reprinted, changed, missing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import Any

from pydantic import ValidationError

from processing.archive.catalogue import Catalogue
from processing.archive.layout import outlet_of
from processing.archive.tables import fields_of
from processing.dates import SEOUL
from processing.errors import CorruptRecordError, MissingError
from processing.landing.keys import BACKFILL, is_backfill
from processing.lookup.sql import ask
from processing.records import RunReport, fault
from processing.report.days import Changed, Count, Gap, Reprinted, Stories

HISTORY = 28
"""Days before and with the day itself that a report looks back: four weeks."""
_REPRINTS = "('copy', 'excerpt', 'derivative')"

_READ = f"""
    WITH states AS (
        SELECT outlet, article_id, version_id, min(logged_at) AS first
        FROM log WHERE outcome = 'article' AND logged_at >= $back AND logged_at < $end AND backfill IS NULL
        GROUP BY ALL
    ), numbered AS (
        SELECT *, row_number() OVER (PARTITION BY article_id ORDER BY first, version_id) AS number FROM states
    )
    SELECT n.outlet,
        count(*) AS versions,
        count(DISTINCT n.article_id) FILTER (number > 1) AS edits,
        count(DISTINCT n.article_id) FILTER (c.relation IN {_REPRINTS}) AS reprints,
        count(*) FILTER (c.version_id IS NULL) AS unfolded
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
        WHERE role = 'article' AND article_id IS NOT NULL AND coalesce(announced_at, logged_at) >= $start
            AND coalesce(announced_at, logged_at) < $end AND announced_by IS NOT NULL AND backfill IS NULL
            AND why NOT IN ('out-of-range', 'off-site', 'not-article') AND NOT (why = 'seen' AND failures > 0)
    ), fate AS (
        SELECT article_id,
            bool_or(outcome = 'article' OR why = 'unchanged' OR (why = 'seen' AND failures = 0)) AS archived,
            bool_or(outcome = 'rejection' OR why = 'gone') AS rejected,
            arg_max(why, logged_at) AS last
        FROM log WHERE role = 'article' AND article_id IS NOT NULL AND logged_at >= $start GROUP BY 1
    )
    SELECT a.outlet,
        count(*) AS announced,
        count(*) FILTER (archived) AS archived,
        count(*) FILTER (NOT coalesce(archived, false) AND coalesce(rejected, false)) AS rejected,
        count(*) FILTER (NOT coalesce(archived, false) AND NOT coalesce(rejected, false) AND last = 'robots') AS refused
    FROM announced AS a JOIN fate USING (article_id) GROUP BY 1
"""
_GONE_LINKS = """
    SELECT outlet, count(DISTINCT article_id) AS deletions FROM log
    WHERE why = 'gone' AND failures = 0 AND logged_at >= $start AND logged_at < $end GROUP BY 1
"""
_RUNS = "SELECT * FROM reports WHERE day = $last"
_TAKEN = """
    SELECT outlet, run FROM reports
    WHERE day BETWEEN $first AND $last AND run IN (SELECT unnest($runs::VARCHAR[]))
"""
# What a backfill brings is of other days, and says nothing of a normal one.
_POLLS = "FROM reports WHERE day BETWEEN $first AND $last AND NOT ends_with(run, $backfill)"
_VOLUMES = f"""
    SELECT outlet, day, sum(articles)::BIGINT AS articles,
        coalesce(sum(articles) FILTER (len(fields) > 0), 0)::BIGINT AS counted
    {_POLLS} GROUP BY ALL
"""
_FIELDS = f"""
    WITH named AS (SELECT outlet, day, unnest(fields) AS field {_POLLS})
    SELECT outlet, day, field.name AS name, sum(field.value)::BIGINT AS articles
    FROM named GROUP BY ALL
"""  # noqa: S608 - our own words
_LAST_DAY = "SELECT max(day) FROM reports"
_FIRST_MANIFEST = "SELECT min(manifest) FROM log"
_SKEW = timedelta(days=1)
"""How much earlier than its announcement a row of the log may state its own time."""
_NEWS = """
    SELECT outlet, url, max(coalesce(new_at, CASE WHEN new_links > 0 THEN logged_at END)) AS new_at
    FROM log WHERE role = 'source' AND logged_at < $end AND backfill IS NULL GROUP BY ALL
"""


def newest_day(catalogue: Catalogue, landed: Iterable[RunReport] = ()) -> date:
    """Return the newest KST day with a run, published or `landed`.

    Raises `MissingError` where there is none.
    """
    days = [date.fromisoformat(report.day) for report in landed]
    if catalogue.head is not None:
        # the part whose days end last has a row of one of them
        spans = [part.days for part in catalogue.of("reports") if part.days]
        bounds = {"reports": max(spans, key=itemgetter(1, 0))} if spans else {}
        days += [row[0] for row in ask(catalogue, _LAST_DAY, days=bounds).rows if row[0]]
    if not days:
        raise MissingError(
            f"{catalogue.store.url} holds no run report yet: crawl an outlet, then run `sillok archive`"
        )
    return max(days)


def count_runs(
    catalogue: Catalogue, day: date, landed: Iterable[RunReport] = ()
) -> dict[str, Count]:
    """Return what run reports alone say of each outlet on `day` (KST): much sooner than the tables."""
    runs, volumes, shares = _runs(catalogue, day, landed)
    return {name: _counted(name, day, runs, volumes, shares) for name in sorted({*runs, *volumes})}


def count_day(
    catalogue: Catalogue, day: date, landed: Iterable[RunReport] = ()
) -> dict[str, Count]:
    """Return what the tables, and reports in landing, say of each outlet on `day` (KST)."""
    if catalogue.head is None:
        return count_runs(catalogue, day, landed)
    start = datetime.combine(day, datetime.min.time(), SEOUL)
    span = {"start": start, "end": start + timedelta(days=1)}
    runs, volumes, shares = _runs(catalogue, day, landed)
    facts: dict[str, dict[str, Any]] = defaultdict(dict)
    _merge(facts, ask(catalogue, _SILENT, span, since=_since(catalogue, day, day)).records())
    _merge(facts, ask(catalogue, _ANNOUNCED, span, {"log": (day - _SKEW, date.max)}).records())
    _merge(facts, ask(catalogue, _GONE_LINKS, span, {"log": (day, day)}).records())
    _merge(facts, _read(catalogue, day, span))
    news = _news(catalogue, day, runs)
    lying = _lying(catalogue, day)
    return {
        name: _counted(
            name,
            day,
            runs,
            volumes,
            shares,
            **_gaps(facts[name]),
            bytes=sum(lying.get(name, {}).values()),
            keys=tuple(lying.get(name, {})),
            news=news[name],
        )
        for name in sorted({*runs, *facts, *volumes})
    }


def _read(
    catalogue: Catalogue, day: date, span: Mapping[str, datetime]
) -> Iterable[dict[str, Any]]:
    """Return the versions, edits and reprints of `day` by outlet.

    A row of `clusters` lies under the day on which its version was collected first, which is mostly
    one of the days that are looked back.
    """
    back = timedelta(days=HISTORY)
    asked, days = {**span, "back": span["start"] - back}, (day - back, day)
    rows = list(ask(catalogue, _READ, asked, {"log": days, "clusters": days}).records())
    if any(row["unfolded"] for row in rows):
        rows = list(ask(catalogue, _READ, asked, {"log": days}).records())
    return ({name: row[name] for name in row if name != "unfolded"} for row in rows)


def _news(
    catalogue: Catalogue, day: date, runs: Mapping[str, Sequence[RunReport]]
) -> dict[str, dict[str, datetime]]:
    """Return when the sources of the runs of `day` last announced something new, by outlet and URL.

    Each row of a source repeats that moment, so earlier days are read only where one has no row.
    """
    wanted = {
        (outlet, source.url)
        for outlet, reports in runs.items()
        for report in reports
        for source in report.sources
    }
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), SEOUL)
    found: dict[tuple[str, str], datetime | None] = {}
    for first in (day - timedelta(days=HISTORY), date.min):
        if not wanted <= found.keys():
            rows = ask(catalogue, _NEWS, {"end": end}, {"log": (first, day)}).rows
            found = {(outlet, url): new_at for outlet, url, new_at in rows}
    news: dict[str, dict[str, datetime]] = defaultdict(dict)
    for outlet, url in wanted & found.keys():
        if new_at := found[outlet, url]:
            news[outlet][url] = new_at
    return news


@dataclass(slots=True)
class _Shares:
    """How many articles have each field: on the day itself, and on the days before."""

    fields: Counter[str] = dataclass_field(default_factory=Counter)
    counted: int = 0
    usual_fields: Counter[str] = dataclass_field(default_factory=Counter)
    usual_counted: int = 0

    def add(self, fields: Mapping[str, int], articles: int, *, own: bool) -> None:
        """Add counts of one day; `own` says that it is the day itself."""
        if own:
            self.fields.update(fields)
            self.counted += articles
        else:
            self.usual_fields.update(fields)
            self.usual_counted += articles


_Runs = tuple[dict[str, list[RunReport]], dict[str, dict[date, int]], dict[str, _Shares]]


def _counted(
    name: str,
    day: date,
    runs: Mapping[str, Sequence[RunReport]],
    volumes: Mapping[str, Mapping[date, int]],
    shares: Mapping[str, _Shares],
    **facts: Any,
) -> Count:
    volume, share = volumes.get(name, {}), shares.get(name, _Shares())
    return Count(
        runs=tuple(runs.get(name, ())),
        fields=share.fields,
        counted=share.counted,
        usual_fields=share.usual_fields,
        usual_counted=share.usual_counted,
        weekday=_weekday(volume, day),
        history=tuple(volume.get(day - timedelta(days=back)) for back in reversed(range(HISTORY))),
        **facts,
    )


def _runs(catalogue: Catalogue, day: date, landed: Iterable[RunReport]) -> _Runs:
    """Return the reports of `day` by outlet, the articles by outlet and day over the history, and their fields."""
    first = day - timedelta(days=HISTORY)
    waiting = {
        (report.outlet, report.run): report
        for report in landed
        if first.isoformat() <= report.day <= day.isoformat() and not is_backfill(report.run)
    }
    volumes: dict[str, dict[date, int]] = defaultdict(dict)
    shares: dict[str, _Shares] = defaultdict(_Shares)
    published: list[RunReport] = []
    if catalogue.head is not None:
        span = {"first": first, "last": day}
        runs = {"runs": [run for _, run in waiting]}
        # What is published is left in landing for a moment.
        days = {"reports": (first, day)}
        for taken in ask(catalogue, _TAKEN, {**runs, **span}, days).rows if waiting else ():
            waiting.pop(taken, None)
        rows = ask(catalogue, _RUNS, {"last": day}, {"reports": (day, day)}).records()
        published = [_report(row) for row in rows]
        _add_history(catalogue, {**span, "backfill": BACKFILL}, volumes, shares)
    for report in waiting.values():
        on = date.fromisoformat(report.day)
        volumes[report.outlet][on] = volumes[report.outlet].get(on, 0) + report.articles
        if report.fields:  # something was read, and by a version that counts
            shares[report.outlet].add(report.fields, report.articles, own=on == day)
    of_day = [*published, *(report for report in waiting.values() if report.day == day.isoformat())]
    return _by_outlet(of_day), volumes, shares


def _by_outlet(reports: Iterable[RunReport]) -> dict[str, list[RunReport]]:
    """Return the reports of polls by outlet, the earliest first, of each run one."""
    runs = {(report.outlet, report.run): report for report in reports}
    polls = [report for report in runs.values() if not is_backfill(report.run)]
    by_outlet: dict[str, list[RunReport]] = defaultdict(list)
    for report in sorted(polls, key=lambda report: (report.started_at, report.run)):
        by_outlet[report.outlet].append(report)
    return by_outlet


def _add_history(
    catalogue: Catalogue,
    span: Mapping[str, Any],
    volumes: dict[str, dict[date, int]],
    shares: dict[str, _Shares],
) -> None:
    """Add the published polls of a span of days, summed by DuckDB: four weeks are many rows."""
    days = {"reports": (span["first"], span["last"])}
    for outlet, on, articles, counted in ask(catalogue, _VOLUMES, span, days).rows:
        volumes[outlet][on] = articles
        if counted:
            shares[outlet].add({}, counted, own=on == span["last"])
    for outlet, on, name, articles in ask(catalogue, _FIELDS, span, days).rows:
        shares[outlet].add({name: articles}, 0, own=on == span["last"])


def _report(row: Mapping[str, Any]) -> RunReport:
    """Return the report of a row of `reports`."""
    try:
        fields = fields_of("reports", row)
        return RunReport.model_validate({**fields, "day": str(fields.get("day"))})
    except ValidationError as error:
        run = f"{row.get('outlet')} {row.get('run')}"
        raise CorruptRecordError(
            f"the report of run {run} is none that this version can read ({fault(error)})"
        ) from error


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
        for part in catalogue.pages(suffix, [day.isoformat()]):
            if outlet := outlet_of(part.key):
                lying[outlet][part.key] = part.sum.bytes
    return lying


_MOST = 10
"""Lines of each list: a report is read in a minute; `sillok query` has the rest."""
_BACK = timedelta(days=30)
"""How long a gap is asked for again by every crawl (`processing.archive.memory.HOT_DAYS`)."""
_GAPS = "('failed', 'over-budget', 'given-up')"
"""Last words on an article that was announced and is not here."""
_COPIED = """
    SELECT split_part(c.original, '-', 1) AS article_id, list_sort(list(DISTINCT a.outlet)) AS by,
        count(DISTINCT a.article_id) AS reprints
    FROM clusters AS c JOIN articles AS a ON a.version_id = c.version_id
    WHERE c.relation IN ('copy', 'excerpt', 'derivative') AND a.fetched_at >= $start AND a.fetched_at < $end
    GROUP BY 1 ORDER BY reprints DESC, 1
"""
"""An article in its several versions is one; a version's id begins with its article's."""
_CHANGED = """
    SELECT article_id, outlet, title, url, fetched_at AS changed_at,
        CASE WHEN silent_edit THEN 'silent' ELSE 'edit' END AS kind
    FROM articles WHERE previous IS NOT NULL AND fetched_at >= $start AND fetched_at < $end
    ORDER BY silent_edit DESC, fetched_at DESC, version_id LIMIT $most
"""
_DELETED = """
    SELECT article_id, outlet, url, max(logged_at) AS changed_at, 'gone' AS kind
    FROM log WHERE why = 'gone' AND failures = 0 AND logged_at >= $start AND logged_at < $end
    GROUP BY ALL ORDER BY changed_at DESC, article_id LIMIT $most
"""
_NAMED = """
    SELECT article_id, outlet, title, url FROM articles
    WHERE list_contains($wanted::VARCHAR[], article_id)
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY fetched_at DESC, version_id) = 1
"""
_MISSING = f"""
    SELECT outlet, arg_max(url, logged_at) AS url, min(coalesce(announced_at, logged_at)) AS since,
        arg_max(why, logged_at) AS why, arg_max(detail, logged_at) AS detail
    FROM log WHERE role = 'article' AND article_id IS NOT NULL AND logged_at >= $back
        AND NOT (why = 'seen' AND failures > 0) AND backfill IS NULL
    GROUP BY outlet, article_id
    HAVING arg_max(why, logged_at) IN {_GAPS} AND NOT coalesce(bool_or(outcome IS NOT NULL), false)
        AND min(coalesce(announced_at, logged_at)) < $end
    ORDER BY since, url LIMIT $most
"""  # noqa: S608 - our own words


def stories(catalogue: Catalogue, day: date) -> Stories:
    """Return what is worth naming of `day` (KST)."""
    start = datetime.combine(day, datetime.min.time(), SEOUL)
    end = start + timedelta(days=1)
    span = {"start": start, "end": end}
    most, since = {**span, "most": _MOST}, _since(catalogue, day, day)
    recent = _since(catalogue, day - _BACK, day)
    edited = list(ask(catalogue, _CHANGED, most, since=since).records())
    deleted = list(ask(catalogue, _DELETED, most, {"log": (day, day)}).records())
    names = _named(catalogue, [row["article_id"] for row in deleted], recent)
    for row in deleted:
        row["title"] = names.get(row["article_id"], {"title": row["url"]})["title"]
    changed = [{"at": row.pop("changed_at"), **row} for row in (*edited, *deleted)]
    # rows of `clusters` lie under the day on which their versions were collected
    copied = ask(catalogue, _COPIED, span, {"clusters": (day, day)}, since).records()
    return Stories(
        reprinted=tuple(islice(_reprinted(catalogue, copied, recent), _MOST)),
        changed=tuple(map(Changed.model_validate, changed)),
        missing=gaps(catalogue, end),
    )


def _reprinted(
    catalogue: Catalogue, copied: Iterator[Mapping[str, Any]], recent: Mapping[str, int]
) -> Iterator[Reprinted]:
    """Yield the originals of what was copied but those that the archive no longer has."""
    while some := list(islice(copied, _MOST)):
        names = _named(catalogue, [row["article_id"] for row in some], recent)
        yield from (
            Reprinted.model_validate({**row, **names[row["article_id"]]})
            for row in some
            if row["article_id"] in names
        )


def _since(catalogue: Catalogue, first: date, last: date) -> dict[str, int]:
    """Return from which manifest on `articles` has what was collected on these days (KST).

    A manifest brings an article with rows of the log, which are written about when it was fetched.
    """
    around = {"log": (first - _SKEW, last + _SKEW)}
    (number,) = next(ask(catalogue, _FIRST_MANIFEST, days=around).rows)
    return {"articles": number or 1}


def _named(
    catalogue: Catalogue, wanted: Collection[str], recent: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    """Return the newest version of these articles by their ids, of those that the archive has.

    What was collected long ago is read only where one of them is not recent.
    """
    found: dict[str, dict[str, Any]] = {}
    for since in (recent, {}):
        if rest := [one for one in wanted if one not in found]:
            rows = ask(catalogue, _NAMED, {"wanted": rest}, since=since).records()
            found |= {row["article_id"]: row for row in rows}
    return found


def gaps(catalogue: Catalogue, end: datetime, most: int = _MOST) -> tuple[Gap, ...]:
    """Return what was announced before `end` and is neither archived nor a page without an article, oldest first."""
    back = end - _BACK
    span = {"back": back, "end": end, "most": most}
    first = back.astimezone(SEOUL).date()
    rows = ask(catalogue, _MISSING, span, {"log": (first, date.max)}).records()
    return tuple(map(Gap.model_validate, rows))
