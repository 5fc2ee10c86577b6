"""A day as its report: what was counted of each outlet, and what a person should look at. Pure: counts and promises in.

Volume is held against the declaration and against the same weekday of the four weeks before: the news week has a
shape, and a Sunday is no failed Saturday.

Whether a day was normal, as findings: what wants an answer today (alarm), and what this week (notice).

Too little is judged when the day is over, against the declaration and the same weekday of earlier weeks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median

from processing.dates import SEOUL
from processing.records import End, RunReport, SourceReport
from processing.report.days import (
    Count,
    DayReport,
    Finding,
    OutletDay,
    Promise,
    SourceDay,
    Stories,
    Totals,
)
from processing.report.words import PHRASES

_HALF = 0.5
"""Below this share of the usual volume a day is too little; above it the news alone explains the difference."""
ALL = "all"
"""Stands for the outlet in a finding that is of none alone."""
_SEVERAL = 3
"""Outlets from which on it tells something of this machine that none of them answered."""
_PAGES = 10
"""Pages from which the share of rejections says something about the layout."""
_OK = {200, 304}
_BAD_ENDS = {End.FAILED, End.UNHEALTHY, End.INTERRUPTED}


def findings_of(
    promise: Promise, count: Count, row: OutletDay, *, complete: bool, until: datetime
) -> Iterator[Finding]:
    """Yield what a person should look at, of one outlet."""
    yield from _faults(count, row)
    if promise.paused is None:
        yield from _volume(promise, row, complete=complete)
    if promise.paused is None and not _unanswered(
        row
    ):  # else the alarm of its end has said it of all sources
        yield from _quiet(promise, row, until)
    if row.gaps:
        yield _finding("notice", "gaps", row.outlet, gaps=row.gaps, announced=row.announced)
    if row.silent:
        yield _finding("notice", "silent", row.outlet, silent=row.silent)


def _faults(count: Count, row: OutletDay) -> Iterator[Finding]:
    for run in count.runs:
        if run.pages != run.articles + sum(run.rejections.values()):
            yield _finding("alarm", "sums", row.outlet, run=run.run, pages=run.pages)
    if row.end in _BAD_ENDS:
        yield _finding("alarm", "ended", row.outlet, end=row.end, why=row.why)
    rejected = sum(row.rejections.values())
    if row.pages >= _PAGES and rejected > row.articles:
        reason = max(row.rejections, key=lambda name: row.rejections[name])
        yield _finding(
            "alarm", "layout", row.outlet, rejected=rejected, pages=row.pages, reason=reason
        )


def _volume(promise: Promise, row: OutletDay, *, complete: bool) -> Iterator[Finding]:
    """Too little alarms only of a day that is over; too much is known at once."""
    low, high = promise.daily
    if complete and not row.runs:
        yield _finding("alarm", "unvisited", row.outlet)
    elif complete and row.articles < low:
        yield _finding("alarm", "few", row.outlet, articles=row.articles, low=low, high=high)
    elif complete and row.usual and row.articles < row.usual * _HALF:
        yield _finding("alarm", "fewer", row.outlet, articles=row.articles, usual=f"{row.usual:g}")
    if row.articles > 3 * high:
        yield _finding("notice", "many", row.outlet, articles=row.articles, low=low, high=high)


def _quiet(promise: Promise, row: OutletDay, until: datetime) -> Iterator[Finding]:
    for source in row.sources:
        hours = promise.quiet_hours.get(source.url, 24)
        if _is_out(source):
            yield _finding(
                "notice",
                "source",
                row.outlet,
                url=source.url,
                problem=source.problem or f"HTTP {source.status}",
            )
        elif source.new_at and until - source.new_at > timedelta(hours=hours):
            yield _finding("notice", "quiet", row.outlet, url=source.url, hours=hours)


def _finding(level: str, code: str, outlet: str, **values: object) -> Finding:
    """Return a finding in English; the page has the Korean words for the same code."""
    told = {name: str(value) for name, value in values.items()}
    phrase = PHRASES[code]
    return Finding(
        level="alarm" if level == "alarm" else "notice",
        code=code,
        outlet=outlet,
        values=told,
        what=phrase.what.format(**told),
        cure=phrase.cure.format(**told, outlet=outlet),
    )


def gathered(rows: Sequence[OutletDay], findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings; where no outlet at all answered, one instead of the same of each."""
    visited = [row for row in rows if row.runs]
    if len(visited) < _SEVERAL or not all(map(_unanswered, visited)):
        return list(findings)
    first = visited[0]
    why = first.sources[0].problem or f"HTTP {first.sources[0].status}"
    alone = _finding(
        "alarm", "unanswered", ALL, outlets=len(visited), example=first.outlet, why=why
    )
    return [alone, *(finding for finding in findings if finding.code != "ended")]


def _unanswered(row: OutletDay) -> bool:
    """Return whether the outlet's last run ended badly and none of its sources gave anything."""
    return row.end in _BAD_ENDS and bool(row.sources) and all(map(_is_out, row.sources))


def _is_out(source: SourceDay) -> bool:
    return bool(source.problem) or (source.status is not None and source.status not in _OK)


_WEEKS = 2
"""Weekdays of the past that a comparison needs."""
_SUMS = (
    "pages", "articles", "versions", "edits", "silent", "deletions", "reprints", "announced", "archived", "rejected",
    "refused", "gaps", "requests", "bytes",
)  # fmt: skip


def judge(
    day: date,
    promises: Mapping[str, Promise],
    counts: Mapping[str, Count],
    *,
    now: datetime,
    store: str,
    manifest: int,
    stories: Stories | None = None,
) -> DayReport:
    """Return the report of `day` as it stands at `now`.

    Outlets that are no longer declared are reported without being judged by volume; those that were never crawled are
    only named, because an archive need not have every outlet that is declared.
    """
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), SEOUL)
    complete = now >= end
    rows, findings = [], []
    for name, count in sorted(counts.items()):
        promise = promises.get(name) or Promise(
            name=name, title=name, daily=(0, 0), paused="no longer declared"
        )
        row = _outlet(promise, count)
        rows.append(row)
        findings += list(findings_of(promise, count, row, complete=complete, until=min(now, end)))
    findings = gathered(rows, findings)
    return DayReport(
        day=day.isoformat(),
        made_at=now,
        complete=complete,
        store=store,
        manifest=manifest,
        outlets=tuple(rows),
        never=tuple(sorted(set(promises) - set(counts))),
        totals=_totals(rows),
        findings=tuple(
            sorted(findings, key=lambda one: (one.level, one.outlet != ALL, one.outlet, one.code))
        ),
        stories=stories or Stories(),
    )


def _outlet(promise: Promise, count: Count) -> OutletDay:
    last = max(count.runs, key=lambda run: run.ended_at, default=None)
    return OutletDay(
        outlet=promise.name,
        title=promise.title,
        paused=promise.paused,
        end=last.end if last else None,
        why=last.why if last else "",
        runs=len(count.runs),
        pages=sum(run.pages for run in count.runs),
        articles=sum(run.articles for run in count.runs),
        rejections=_added(run.rejections for run in count.runs),
        versions=count.versions,
        edits=count.edits,
        silent=count.silent,
        deletions=count.deletions,
        reprints=count.reprints,
        announced=count.announced,
        archived=count.archived,
        rejected=count.rejected,
        refused=count.refused,
        gaps=count.gaps,
        completeness=completeness(count.archived, count.gaps),
        daily=promise.daily,
        usual=median(count.weekday) if len(count.weekday) >= _WEEKS else None,
        history=count.history,
        sources=_sources(count.runs, count.news),
        requests=sum(run.requests for run in count.runs),
        bytes=count.bytes,
        keys=count.keys,
    )


def completeness(archived: int, gaps: int) -> float | None:
    """Return the share of archived among what could be archived; None of nothing."""
    return archived / (archived + gaps) if archived + gaps else None


def _sources(runs: Iterable[RunReport], news: Mapping[str, datetime]) -> tuple[SourceDay, ...]:
    """Return how each source of the newest run answered last; where it was not its turn, an earlier run has that."""
    answers: dict[str, SourceReport] = {}
    newest: tuple[SourceReport, ...] = ()
    for run in sorted(runs, key=lambda run: run.ended_at):
        newest = run.sources
        answers |= {
            source.url: source for source in newest if source.status is not None or source.problem
        }
    return tuple(
        SourceDay(
            url=source.url,
            status=source.status,
            links=source.links,
            new=source.new,
            overlap=source.overlap,
            problem=source.problem,
            new_at=news.get(source.url),
        )
        for source in (answers.get(source.url, source) for source in newest)
    )


def _totals(rows: Sequence[OutletDay]) -> Totals:
    sums = {name: sum(getattr(row, name) for row in rows) for name in _SUMS}
    return Totals(
        outlets=sum(row.runs > 0 for row in rows),
        rejections=_added(row.rejections for row in rows),
        completeness=completeness(sums["archived"], sums["gaps"]),
        **sums,
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))
