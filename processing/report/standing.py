"""The state before anything is published, and its findings: landing, held outlets, an outage.

A report of tables alone would be silent about a crawl whose results wait in landing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from processing.archive.intake import Job, gather
from processing.archive.manifests import head
from processing.dates import SEOUL
from processing.errors import MissingError
from processing.records import Held, OutletFacts, RunReport
from processing.report.days import ALL, Count, Finding, OutletDay
from processing.report.unpublished import (
    CrawlEnd,
    Outage,
    UnpublishedRun,
    attempts_of,
    landed_reports,
    landed_runs,
    newest_ends,
    outage,
)
from processing.report.words import finding
from processing.settings import Settings
from processing.store.interface import Store

_PATIENCE = timedelta(hours=2)
"""How long pages may wait in landing.

`archive` runs when they are announced, and by the clock within an hour.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known beside the archive's tables.

    `reports` are those of runs in landing, `held` the outlets that an archive run would hold back,
    `ends` how this machine's crawls ended that left no report. `oldest` is when the pages that wait
    longest in landing were written, `late` the same where they should have been archived by now.
    """

    reports: tuple[RunReport, ...] = ()
    held: tuple[Held, ...] = ()
    outage: Outage | None = None
    ends: tuple[CrawlEnd, ...] = ()
    oldest: datetime | None = None
    late: datetime | None = None

    def of_day(self, day: date) -> dict[str, list[RunReport]]:
        """Return the reports of one KST day by outlet."""
        by_outlet: dict[str, list[RunReport]] = {}
        for report in self.reports:
            if report.day == day.isoformat():
                by_outlet.setdefault(report.outlet, []).append(report)
        return by_outlet


def standing(
    store: Store,
    outlets: Mapping[str, OutletFacts],
    options: Settings,
    *,
    now: datetime,
    spool: Path | None = None,
) -> Standing:
    """Look through landing and, where it is named, this machine's spool."""
    runs = landed_runs(store)
    reports = landed_reports(store, runs)
    with_pages = [run for run in runs if run.has_pages]
    return Standing(
        reports=tuple(sorted(reports, key=lambda report: (report.ended_at, report.run))),
        held=tuple(_held(store, sorted({run.outlet for run in with_pages}), outlets, options, now)),
        outage=_outage(reports),
        ends=tuple(_unreported(spool, reports)) if spool else (),
        oldest=_oldest(with_pages),
        late=_late(_oldest(with_pages), options.archived_by, now.astimezone(SEOUL)),
    )


def standing_findings(standing: Standing, now: datetime) -> Iterator[Finding]:
    """Yield what a person should look at beside the findings of the day."""
    if standing.outage:
        seen = standing.outage
        yield finding(
            "alarm",
            "outage",
            ALL,
            asked=seen.asked,
            unreached=seen.unreached,
            since=_clock(seen.since),
            example=seen.example,
        )
    for held in standing.held:
        yield finding(
            "alarm", "held", held.outlet, faults="; ".join(held.faults), runs=" ".join(held.runs)
        )
    for end in standing.ends:
        yield finding("alarm", "unreported", end.outlet, why=end.why)
    if standing.late:
        yield finding("alarm", "deadline", ALL, since=_clock(standing.late))
    elif standing.oldest and now - standing.oldest > _PATIENCE:
        yield finding("alarm", "waiting", ALL, since=_clock(standing.oldest))


def current(
    findings: Iterable[Finding],
    rows: Sequence[OutletDay],
    standing: Standing,
    counts: Mapping[str, Count],
) -> list[Finding]:
    """Return the findings of the day without those that one outage on our side explains."""
    if standing.outage is None:
        return list(findings)
    silent = {row.outlet for row in rows if _is_silent(counts[row.outlet])}
    return [
        day_finding
        for day_finding in findings
        if not (
            day_finding.code == "unanswered"
            or (day_finding.code == "ended" and day_finding.outlet in silent)
        )
    ]


def _held(
    store: Store,
    names: Sequence[str],
    outlets: Mapping[str, OutletFacts],
    options: Settings,
    now: datetime,
) -> Iterable[Held]:
    """Yield the outlets with pages in landing that an archive run holds back, by its own checks."""
    newest = head(store) if names else None
    for name in names:
        job = Job(
            store=store, options=options, now=now, code_version="", lock_sha256="", outlets=outlets, outlet=name,
            dry_run=True,
        )  # fmt: skip
        try:
            yield from gather(job, newest).held
        except MissingError:  # a publication takes it in meanwhile
            continue


def _outage(reports: Sequence[RunReport]) -> Outage | None:
    """Return the outage that stood when an outlet was asked last: nobody has been asked since."""
    attempts = attempts_of(reports)
    return outage(attempts, max(attempt.at for attempt in attempts)) if attempts else None


def _unreported(spool: Path, reports: Iterable[RunReport]) -> Iterable[CrawlEnd]:
    """Yield the newest ends of scheduled crawls of this machine that failed.

    One that a later report makes good is left out.
    """
    newest: dict[str, datetime] = {}
    for report in reports:
        newest[report.outlet] = max(report.ended_at, newest.get(report.outlet, report.ended_at))
    for end in newest_ends(spool):
        later = end.outlet in newest and newest[end.outlet] >= end.at
        if end.code and end.scheduled and not (end.reported or end.busy or later):
            yield end


def _oldest(runs: Iterable[UnpublishedRun]) -> datetime | None:
    return min((run.newest for run in runs), default=None)


def _late(oldest: datetime | None, deadline: time | None, now: datetime) -> datetime | None:
    """Return when the oldest waiting pages were written, if the day's deadline has passed them."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    missed = deadline is not None and now.time() >= deadline
    return oldest if missed and oldest is not None and oldest < midnight else None


def _is_silent(count: Count) -> bool:
    """Return whether nothing came back from an outlet in its last run."""
    last = max(count.runs, key=lambda run: (run.ended_at, run.run), default=None)
    return last is not None and last.reached is False


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}"
