"""Reads from an archive what the meter needs, and measures the days of its outlets.

Run reports say how the sources answered, the table of articles which numbers are known. Both are
read by day, so that a day costs the same in a large archive. What numbers usually leave unused is
learnt from the four weeks before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from processing.archive.catalogue import Catalogue
from processing.archive.layout import Span
from processing.archive.merging import gathered
from processing.completeness.meter import Completeness, bounds, measure
from processing.completeness.polls import PollAnswer, answers, overflows
from processing.completeness.sequences import (
    DAY,
    IdNumbers,
    NumberEstimate,
    estimate,
    holes,
    learnt,
    usual,
)
from processing.lookup.sql import ask
from processing.records import RunReport
from processing.rules import NumberRule, NumberScope

PAST = 28
"""Days from which is learnt what is usual."""
_NEXT = 1
"""Days behind those asked for whose polls say how the last one ended."""
_SOURCE = "sources.list.element."
"""Where the fields of a source lie in a Parquet file of reports."""
_FIELDS = {
    "url": "url",
    "at": "at",
    "answered_at": "answered_at",
    "part_of": "part_of",
    "links": "links",
    "oldest_at": "extent.oldest_at",
    "newest_at": "extent.newest_at",
    "missed_since": "missed_since",
    "recovered": "recovered",
    "own": "compared.own",
    "others": "compared.others",
    "both": "compared.both",
}
"""Fields of `PollAnswer` and where a source has them."""
_NUMBERS = r"""
    WITH parts AS (
        SELECT outlet, section, coalesce(published."at", fetched_at) AS moment,
            regexp_extract(publisher_id, '^(\D*)((?:19|20)\d\d[01]\d[0-3]\d)\D?(\d{1,12})(\D.*)?$',
                ['head', 'date', 'number', 'tail']) AS dated,
            regexp_extract(publisher_id, '^(\D*)(\d{1,12})(\D.*)?$', ['head', 'number', 'tail']) AS plain
        FROM articles WHERE publisher_id IS NOT NULL
    ), judged AS (
        SELECT *, try_strptime(dated.date, '%Y%m%d')::DATE AS date,
            coalesce(abs(datediff('day', try_strptime(dated.date, '%Y%m%d')::DATE,
                (moment AT TIME ZONE 'Asia/Seoul')::DATE)) <= 2, false) AS is_dated
        FROM parts
    ), taken AS (
        SELECT outlet, moment,
            CASE WHEN is_dated THEN dated.head ELSE plain.head END AS head,
            CASE WHEN is_dated THEN dated.tail ELSE plain.tail END AS tail,
            CASE WHEN outlet IN (SELECT unnest($sections)) THEN section END AS section,
            CASE WHEN is_dated THEN datediff('day', DATE '1970-01-01', date) ELSE -1 END AS date,
            CASE WHEN is_dated THEN dated.number ELSE plain.number END AS digits
        FROM judged
    )
    SELECT outlet, (hash(head, tail, section) & 1073741823)::INTEGER AS series, date::INTEGER AS date,
        coalesce(left(digits, list_extract($lengths::INTEGER[], list_position($cut::VARCHAR[], outlet))), digits)::BIGINT
            AS number,
        epoch(moment)::UINTEGER AS "at"
    FROM taken
    WHERE digits <> '' AND (moment AT TIME ZONE 'Asia/Seoul')::DATE BETWEEN $first AND $last
"""
"""Ids taken apart: what stands before the digits, a date of their day, and the number behind it."""
_OF_ARTICLES = ["outlet", "publisher_id", "section", "published.at", "fetched_at"]
_COLUMNS = ("series", "date", "number", "at")
_ROWS = 5_000


_ARCHIVED = """
    WITH dated AS (
        SELECT outlet, article_id, coalesce(min(day), min((fetched_at AT TIME ZONE 'Asia/Seoul')::DATE)) AS day
        FROM articles
        WHERE day BETWEEN $first AND $last OR (day IS NULL AND fetched_at >= $start AND fetched_at < $end)
        GROUP BY outlet, article_id
    )
    SELECT outlet, day, count(*) AS articles FROM dated GROUP BY ALL
"""
"""Archived articles by the day of their publication, undated ones by that of their first visit: what
a list still shows of yesterday is none of today's."""
_MISSING = """
    WITH missing AS (
        SELECT outlet, article_id, min(coalesce(announced_at, logged_at)) AS since, arg_max(why, logged_at) AS last,
            bool_or(outcome IS NOT NULL) AS held
        FROM log WHERE role = 'article' AND article_id IS NOT NULL AND logged_at >= $start
            AND NOT (why = 'seen' AND failures > 0)
        GROUP BY outlet, article_id
    )
    SELECT outlet, (since AT TIME ZONE 'Asia/Seoul')::DATE AS day, count(*) AS articles FROM missing
    WHERE last IN ('failed', 'over-budget', 'given-up') AND NOT coalesce(held, false) AND since < $end
    GROUP BY ALL
"""

Counts = Mapping[tuple[str, date], int]
"""Articles by outlet and KST day."""


def measure_days(
    catalogue: Catalogue,
    first: date,
    last: date,
    gaps: Counts,
    *,
    now: datetime,
    numbering: Mapping[str, NumberRule] | None = None,
    landed: Iterable[RunReport] = (),
) -> dict[tuple[str, date], Completeness]:
    """Return the completeness of every outlet and KST day in `gaps`, from `first` to `last`.

    `gaps` are articles that were announced on a day and could not be had, `numbering` is what
    outlets declare of their numbers (of others it is learnt), `landed` are unpublished reports.
    """
    polls = _polls(catalogue, first, last, landed)
    rules = numbering or {}
    numbers = dict(_numbers(catalogue, first, last, rules)) if catalogue.head else {}
    archived = _counted(catalogue, _ARCHIVED, first, last, {"articles": (first, last)})
    measured: dict[tuple[str, date], Completeness] = {}
    for outlet in sorted({name for name, _ in gaps}):
        own = polls.get(outlet, [])
        days = sorted(day for name, day in gaps if name == outlet and first <= day <= last)
        scope = rules[outlet].counts if outlet in rules else None
        estimates = by_numbers(numbers[outlet], days, own, scope) if outlet in numbers else {}
        for day in days:
            counts = {"archived": archived.get((outlet, day), 0), "gaps": gaps[outlet, day]}
            measured[outlet, day] = measure(
                outlet, day, **counts, polls=_of_day(own, day), numbers=estimates.get(day), now=now
            )
    return measured


def gaps_of(catalogue: Catalogue, first: date, last: date, outlets: Iterable[str] = ()) -> Counts:
    """Return the gaps of all days from `first` to `last`, 0 where there are none.

    Of `outlets`; of every outlet with an article or a gap in these days where none is named.
    """
    found = _counted(catalogue, _MISSING, first, last, {"log": (first, date.max)})
    own = {"articles": (first, last)}
    names = set(outlets) or {
        name
        for counts in (found, _counted(catalogue, _ARCHIVED, first, last, own))
        for name, _ in counts
    }
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    return {(name, day): found.get((name, day), 0) for name in sorted(names) for day in days}


def _counted(
    catalogue: Catalogue, statement: str, first: date, last: date, days: Mapping[str, Span]
) -> Counts:
    if catalogue.head is None:
        return {}
    span = {"first": first, "last": last, "start": bounds(first)[0], "end": bounds(last)[1]}
    named = {name: value for name, value in span.items() if f"${name}" in statement}
    rows = ask(catalogue, statement, named, days).records()
    return {(row["outlet"], row["day"]): row["articles"] for row in rows}


def by_numbers(
    numbers: IdNumbers, days: Sequence[date], polls: Iterable[PollAnswer], scope: NumberScope | None
) -> dict[date, NumberEstimate]:
    """Return what an outlet's numbers say of each day; empty where they are no counter."""
    counts = scope or learnt(numbers)
    pairs = holes(numbers, counts)
    if not pairs.known:
        return {}
    spans = [(span.since.timestamp(), span.until.timestamp()) for span in overflows(polls)]
    found = {}
    for day in days:
        start = bounds(day)[0].timestamp()
        past = [start - DAY * back for back in range(1, PAST + 1)]
        # Without a day to compare with, holes say nothing of what was lost.
        if pairs.of(start, start + DAY).known and (ordinary := usual(pairs, past, spans)).days:
            found[day] = estimate(pairs, start, spans, ordinary)
    return found


def _of_day(polls: Iterable[PollAnswer], day: date) -> list[PollAnswer]:
    """Return the answers that say something of a day: its own, and the first ones after it."""
    start, end = bounds(day)
    return [
        poll
        for poll in polls
        if start <= poll.at and (poll.at < end or (poll.answered_at or end) < end)
    ]


def _polls(
    catalogue: Catalogue, first: date, last: date, landed: Iterable[RunReport]
) -> dict[str, list[PollAnswer]]:
    """Return the answers of the sources by outlet, those in landing among them."""
    found: defaultdict[str, dict[tuple[str, datetime], PollAnswer]] = defaultdict(dict)
    begin = first - timedelta(days=PAST)
    for report in landed:
        if begin.isoformat() <= report.day <= (last + timedelta(days=_NEXT)).isoformat():
            for answer in answers([report]):
                found[report.outlet][answer.url, answer.at] = answer
    for row in _published(catalogue, begin, first, last):
        outlet = row.pop("outlet")
        # What is published is left in landing for a moment.
        found[outlet].setdefault((row["url"], row["at"]), PollAnswer(**row))
    return {
        outlet: sorted(of_outlet.values(), key=lambda poll: (poll.at, poll.url))
        for outlet, of_outlet in found.items()
    }


def _published(
    catalogue: Catalogue, begin: date, first: date, last: date
) -> Iterator[dict[str, Any]]:
    """Yield the answers of the days that are measured, and of the days before what was missed."""
    for file in _files(catalogue, "reports", begin, last):
        leaves = {file.schema.column(index).path for index in range(len(file.schema))}
        # A report of an old version does not know when its sources answered.
        if f"{_SOURCE}missed_since" not in leaves:
            continue
        wanted = ["day", "outlet", *(f"{_SOURCE}{place}" for place in _FIELDS.values())]
        for batch in file.iter_batches(_ROWS, columns=wanted, use_threads=False):
            # A part may hold a whole month.
            measured = pc.greater_equal(batch["day"], pa.scalar(first))
            yield from _answers(batch.filter(measured), whole=True)
            yield from _answers(batch.filter(pc.invert(measured)), whole=False)


def _files(catalogue: Catalogue, table: str, first: date, last: date) -> Iterator[pq.ParquetFile]:
    """Yield the parts of a table with days from `first` to the day after `last`.

    One open at a time and without reading ahead, which would cost more memory than all the rest.
    """
    end = last + timedelta(days=_NEXT)
    parts = [part for part in catalogue.of(table) if part.within(first, end)]
    for path, _ in gathered(catalogue, table, parts):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            yield file


def _answers(batch: pa.RecordBatch, *, whole: bool) -> Iterator[dict[str, Any]]:
    """Yield the answers in a batch of reports; not `whole`, only those that missed something."""
    sources = batch["sources"]
    outlets = batch["outlet"].take(pc.list_parent_indices(sources))
    flat = pc.list_flatten(sources)
    columns = {name: pc.struct_field(flat, place.split(".")) for name, place in _FIELDS.items()}
    kept = pc.is_valid(columns["at"])
    if not whole:
        made_good = pc.fill_null(columns["recovered"], False)  # noqa: FBT003 - pyarrow's
        missed = pc.is_valid(columns["missed_since"])
        kept = pc.and_(kept, pc.and_(missed, pc.invert(made_good)))
    rows = pa.table({"outlet": outlets, **columns}).filter(kept)
    for row in rows.to_pylist():
        row["recovered"] = bool(row["recovered"])
        for name in ("own", "others", "both"):
            row[name] = row[name] or 0
        yield row


def _numbers(
    catalogue: Catalogue, first: date, last: date, rules: Mapping[str, NumberRule]
) -> Iterator[tuple[str, IdNumbers]]:
    """Yield the numbers of each outlet's known articles, from four weeks before `first` on."""
    cut = {outlet: rule.digits for outlet, rule in rules.items() if rule.digits}
    span = {
        "sections": [outlet for outlet, rule in rules.items() if rule.counts == "section"],
        "cut": list(cut),
        "lengths": list(cut.values()),
    }
    names: dict[str, int] = {}
    batches = []
    # Batch by batch: a month of 220 outlets is a million rows, of which only numbers are kept.
    begin_day = first - timedelta(days=PAST)
    for batch in _parsed(catalogue, begin_day, last, span):
        codes = batch["outlet"].dictionary_encode()
        known = [names.setdefault(f"{name}", len(names)) for name in codes.dictionary.to_pylist()]
        # Copied, or each column would keep the whole batch.
        columns = [batch[name].to_numpy(zero_copy_only=False).copy() for name in _COLUMNS]
        batches.append((np.array(known, np.int16)[codes.indices.to_numpy()], *columns))
    if batches:
        yield from _by_outlet(list(names), batches)


def _by_outlet(
    names: Sequence[str], batches: list[tuple[NDArray[Any], ...]]
) -> Iterator[tuple[str, IdNumbers]]:
    """Yield what batches of outlet, series, date, number and time hold of each outlet."""
    code, *columns = map(np.concatenate, zip(*batches, strict=True))
    batches.clear()
    order = np.argsort(code, kind="stable")
    ends = np.searchsorted(code[order], np.arange(len(names)), side="right")
    begin = 0
    for outlet, end in zip(names, ends, strict=True):
        own = order[begin:end]
        series, dates, number, at = (column[own] for column in columns)
        yield outlet, IdNumbers(series, dates.astype(np.int64), number, at.astype(np.float64))
        begin = int(end)


def _parsed(
    catalogue: Catalogue, first: date, last: date, span: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Yield the ids of the days from `first` to the day after `last`, taken apart."""
    batches = (
        batch
        for file in _files(catalogue, "articles", first, last)
        for batch in file.iter_batches(_ROWS, columns=_OF_ARTICLES, use_threads=False)
    )
    # A part may hold a whole month, and its rows are asked for by day.
    days = {"first": first, "last": last + timedelta(days=_NEXT)}
    head = next(batches, None)
    if head is None:
        return
    reader = pa.RecordBatchReader.from_batches(head.schema, chain([head], batches))
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("articles", reader)
        connection.execute("SET TimeZone='Asia/Seoul'")
        connection.execute("SET enable_external_access=false")
        yield from connection.sql(_NUMBERS, params=span | days).to_arrow_reader(_ROWS)
