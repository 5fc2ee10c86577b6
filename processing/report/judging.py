"""A day as its report: what was counted of each outlet, and what a person should look at.

Pure: counts and promises in.

Volume is held against the declaration and against the same weekday of the four weeks before: the
news week has a shape, and a Sunday is no failed Saturday.

Whether a day was normal, as findings: what wants an answer today (alarm), and what this week
(notice).

Too little is judged when the day is over, against the declaration and the same weekday of earlier
weeks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from types import MappingProxyType

from processing.completeness.meter import Completeness, Trust
from processing.dates import SEOUL
from processing.records import AnswerLimit, End, LimitReached, RunReport, SourceReport
from processing.report.days import (
    ALL,
    Count,
    DayReport,
    Finding,
    OutletDay,
    Promise,
    SourceDay,
    Stories,
    Totals,
)
from processing.report.standing import Standing, current, standing_findings
from processing.report.words import finding

_HALF = 0.5
"""Below this share of the usual volume a day is too little.

Above it the news alone explains the difference.
"""
_SEVERAL = 3
"""Outlets from which on it tells something of this machine that none of them answered."""
_PAGES = 10
"""Pages from which the share of rejections says something about the layout."""
_ENOUGH, _USUAL = 10, 50
"""Articles of a day, and of the days before, from which the share of those with a field says something."""
_LOST, _SOME = 0.03, 5
"""Share of a day, and articles, from which on a suspected loss wants an answer today."""
_KEPT_SHARE = 0.3
"""Fields that fewer articles have come and go with the news."""
_OK = {200, 304}
BAD_ENDS = {End.FAILED, End.UNHEALTHY, End.INTERRUPTED}


def findings_of(
    promise: Promise, count: Count, row: OutletDay, *, complete: bool, until: datetime
) -> Iterator[Finding]:
    """Yield what a person should look at, of one outlet."""
    yield from _faults(count, row, complete=complete)
    if promise.paused is None:
        yield from _volume(promise, row, complete=complete)
    if promise.paused is None and not _unanswered(
        row
    ):  # else the alarm of its end has said it of all sources
        yield from _quiet(promise, row, until)
    yield from _drifts(count, row)
    yield from _losses(row)
    yield from _limits(count, row)
    if row.gaps:
        yield finding("notice", "gaps", row.outlet, gaps=row.gaps, announced=row.announced)
    if row.silent:
        yield finding("notice", "silent", row.outlet, silent=row.silent)


def _losses(row: OutletDay) -> Iterator[Finding]:
    """Yield that articles were missed which nobody announced to us, or that nobody can know."""
    measured = row.measured
    if measured is None:
        return
    since = [sign.since for sign in measured.evidence if sign.kind == "overflow" and sign.since]
    if row.suspected and measured.share is not None:
        level = "alarm" if 1 - measured.share >= _LOST and row.suspected >= _SOME else "notice"
        yield finding(
            level,
            "suspected",
            row.outlet,
            suspected=row.suspected,
            announced=row.announced,
            kinds=", ".join(sorted({sign.kind for sign in measured.evidence})),
            since=f"{min(since).astimezone(SEOUL):%H:%M}" if since else "–",
        )
    elif measured.trust is Trust.UNKNOWN and row.announced:
        open_ = sorted({sign.url or "" for sign in measured.evidence if sign.kind == "unwatched"})
        yield finding("notice", "unknown", row.outlet, urls=", ".join(open_) or "–")


def failed_in_a_row(runs: Sequence[RunReport]) -> int:
    """Return how many of the newest runs ended badly: one may be a hiccup, the second wants an answer."""
    ended = [run.end in BAD_ENDS for run in sorted(runs, key=lambda run: (run.ended_at, run.run))]
    return next((count for count, bad in enumerate(reversed(ended)) if not bad), len(ended))


def _drifts(count: Count, row: OutletDay) -> Iterator[Finding]:
    """Yield the fields that fewer than half as many articles have as before.

    Without times an article is of no day.
    """
    if count.counted < _ENOUGH or count.usual_counted < _USUAL:
        return
    for name, number in sorted(count.usual_fields.items()):
        usual, share = number / count.usual_counted, count.fields.get(name, 0) / count.counted
        if usual >= _KEPT_SHARE and share < usual * _HALF:
            level = "alarm" if name == "published" else "notice"
            yield finding(
                level, "drift", row.outlet, field=name, share=f"{share:.0%}", usual=f"{usual:.0%}"
            )


def _limits(count: Count, row: OutletDay) -> Iterator[Finding]:
    """Yield which limits cut off what the outlet sent, over all runs of the day."""
    reached: dict[AnswerLimit, list[LimitReached]] = {}
    for run in count.runs:
        for reached_limit in run.limits:
            reached.setdefault(reached_limit.limit, []).append(reached_limit)
    for limit, times in sorted(reached.items()):
        count_ = sum(reached_limit.count for reached_limit in times)
        example = times[0].example
        yield finding("notice", "limit", row.outlet, limit=limit, count=count_, example=example)


def _faults(count: Count, row: OutletDay, *, complete: bool) -> Iterator[Finding]:
    """Yield what is wrong with the runs.

    Of a day that goes on, one run that ended badly is a notice, two alarm.
    """
    for run in count.runs:
        if run.pages != run.articles + sum(run.rejections.values()):
            yield finding("alarm", "sums", row.outlet, run=run.run, pages=run.pages)
    if row.end in BAD_ENDS:
        level = "alarm" if complete or failed_in_a_row(count.runs) > 1 else "notice"
        yield finding(level, "ended", row.outlet, end=row.end, why=row.why)
    rejected = sum(row.rejections.values())
    if row.pages >= _PAGES and rejected > row.articles:
        reason = max(row.rejections, key=lambda name: row.rejections[name])
        yield finding(
            "alarm", "layout", row.outlet, rejected=rejected, pages=row.pages, reason=reason
        )


def _volume(promise: Promise, row: OutletDay, *, complete: bool) -> Iterator[Finding]:
    """Too little alarms only of a day that is over; too much is known at once."""
    low, high = promise.daily
    if complete and not row.runs:
        yield finding("alarm", "unvisited", row.outlet)
    elif complete and row.articles < low:
        yield finding("alarm", "few", row.outlet, articles=row.articles, low=low, high=high)
    elif complete and row.usual and row.articles < row.usual * _HALF:
        yield finding("alarm", "fewer", row.outlet, articles=row.articles, usual=f"{row.usual:g}")
    if row.articles > 3 * high:
        yield finding("notice", "many", row.outlet, articles=row.articles, low=low, high=high)


def _quiet(promise: Promise, row: OutletDay, until: datetime) -> Iterator[Finding]:
    for source in row.sources:
        hours = promise.quiet_hours.get(source.url, 24)
        if _is_out(source):
            yield finding(
                "notice",
                "source",
                row.outlet,
                url=source.url,
                problem=source.problem or f"HTTP {source.status}",
            )
        elif source.new_at and until - source.new_at > timedelta(hours=hours):
            yield finding("notice", "quiet", row.outlet, url=source.url, hours=hours)


def gathered(rows: Sequence[OutletDay], findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings; where no outlet at all answered, one instead of the same of each."""
    visited = [row for row in rows if row.runs]
    if len(visited) < _SEVERAL or not all(map(_unanswered, visited)):
        return list(findings)
    first = visited[0]
    why = first.sources[0].problem or f"HTTP {first.sources[0].status}"
    alone = finding("alarm", "unanswered", ALL, outlets=len(visited), example=first.outlet, why=why)
    return [alone, *(item for item in findings if item.code != "ended")]


def _unanswered(row: OutletDay) -> bool:
    """Return whether the outlet's last run ended badly and none of its sources gave anything."""
    return row.end in BAD_ENDS and bool(row.sources) and all(map(_is_out, row.sources))


def _is_out(source: SourceDay) -> bool:
    return bool(source.problem) or (source.status is not None and source.status not in _OK)


_WEEKS = 2
"""Weekdays of the past that a comparison needs."""
_SUMS = (
    "pages", "articles", "versions", "edits", "silent", "deletions", "reprints", "announced", "archived", "rejected",
    "refused", "gaps", "suspected", "requests", "bytes",
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
    standing: Standing | None = None,
    measured: Mapping[str, Completeness] = MappingProxyType({}),
) -> DayReport:
    """Return the report of `day` as it stands at `now`.

    With `standing`, also what is wrong before publication. `measured` is the completeness of each
    outlet; of one that it does not name it is not known.

    Outlets that are no longer declared are reported without being judged by volume; those that were
    never crawled are only named, because an archive need not have every outlet that is declared.
    """
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), SEOUL)
    complete = now >= end
    rows, findings = [], []
    for name, count in sorted(counts.items()):
        promise = promises.get(name) or Promise(
            name=name, title=name, daily=(0, 0), paused="no longer declared"
        )
        row = _outlet(promise, count, measured.get(name))
        rows.append(row)
        findings += list(findings_of(promise, count, row, complete=complete, until=min(now, end)))
    findings = gathered(rows, findings)
    if standing is not None:
        findings = [*current(findings, rows, standing, counts), *standing_findings(standing, now)]
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
            sorted(
                findings, key=lambda item: (item.level, item.outlet != ALL, item.outlet, item.code)
            )
        ),
        stories=stories or Stories(),
    )


_COPIED = (
    "versions", "edits", "silent", "deletions", "reprints", "announced", "archived", "rejected", "refused", "gaps",
    "history", "bytes", "keys",
)  # fmt: skip
"""Fields that a row has as they were counted."""


def _outlet(promise: Promise, count: Count, measured: Completeness | None) -> OutletDay:
    last = max(count.runs, key=lambda run: run.ended_at, default=None)
    return OutletDay(
        outlet=promise.name,
        title=promise.title,
        paused=promise.paused,
        end=last.end if last else None,
        why=last.why if last else "",
        polled_at=last.ended_at if last else None,
        runs=len(count.runs),
        pages=sum(run.pages for run in count.runs),
        articles=sum(run.articles for run in count.runs),
        rejections=_added(run.rejections for run in count.runs),
        suspected=measured.suspected if measured else 0,
        completeness=measured.share if measured else None,
        measured=measured,
        daily=promise.daily,
        usual=median(count.weekday) if len(count.weekday) >= _WEEKS else None,
        sources=_sources(count.runs, count.news),
        requests=sum(run.requests for run in count.runs),
        retries=sum(run.retries for run in count.runs),
        **{name: getattr(count, name) for name in _COPIED},
    )


def _sources(runs: Iterable[RunReport], news: Mapping[str, datetime]) -> tuple[SourceDay, ...]:
    """Return how each source of the newest run answered last.

    Where it was not its turn, an earlier run has that.
    """
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
    known = [row.measured for row in rows if row.measured and row.measured.share is not None]
    archived = sum(measured.archived for measured in known)
    missing = sum(measured.gaps + measured.suspected for measured in known)
    return Totals(
        outlets=sum(row.runs > 0 for row in rows),
        rejections=_added(row.rejections for row in rows),
        completeness=archived / (archived + missing) if archived + missing else None,
        unknown=sum(row.completeness is None and row.announced > 0 for row in rows),
        **sums,
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))
