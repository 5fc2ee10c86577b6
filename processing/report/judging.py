"""A day as its report: what was counted of each outlet, and what a person should look at. Pure: counts and promises in.

Volume is held against the declaration and against the same weekday of the four weeks before: the news week has a
shape, and a Sunday is no failed Saturday.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median

from processing.reading.rules import SEOUL
from processing.records import RunReport, SourceReport
from processing.report.days import Count, DayReport, OutletDay, Promise, SourceDay, Stories, Totals
from processing.report.findings import ALL, findings_of, gathered

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
        promise = promises.get(name) or Promise(name=name, title=name, daily=(0, 0), paused="no longer declared")
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
        findings=tuple(sorted(findings, key=lambda one: (one.level, one.outlet != ALL, one.outlet, one.code))),
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
        answers |= {source.url: source for source in newest if source.status is not None or source.problem}
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
