"""How things stand now, before anything is published: what landing holds, whom an archive run holds back, an outage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from processing.archive.intake import Job, gather
from processing.archive.manifests import head
from processing.archive.publication import Held, OutletFacts
from processing.errors import MissingError
from processing.records import RunReport
from processing.report.ends import CrawlEnd, newest_ends
from processing.report.landed import UnpublishedRun, landed_reports, landed_runs
from processing.report.outage import Outage, attempts_of, outage
from processing.settings import Settings
from processing.store.interface import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known beside the archive's tables.

    `reports` are those of runs in landing, `held` the outlets that an archive run would hold back,
    `ends` how this machine's crawls ended that left no report. `oldest` is when the pages that wait
    longest in landing were written.
    """

    reports: tuple[RunReport, ...] = ()
    held: tuple[Held, ...] = ()
    outage: Outage | None = None
    ends: tuple[CrawlEnd, ...] = ()
    oldest: datetime | None = None

    def of_day(self, day: date) -> dict[str, list[RunReport]]:
        """Return the reports of one KST day by outlet."""
        found: dict[str, list[RunReport]] = {}
        for report in self.reports:
            if report.day == day.isoformat():
                found.setdefault(report.outlet, []).append(report)
        return found


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
    )


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
    return outage(attempts, max(one.at for one in attempts)) if attempts else None


def _unreported(spool: Path, reports: Iterable[RunReport]) -> Iterable[CrawlEnd]:
    """Yield the newest ends of scheduled crawls of this machine that failed, and that no later report makes good."""
    newest: dict[str, datetime] = {}
    for report in reports:
        newest[report.outlet] = max(report.ended_at, newest.get(report.outlet, report.ended_at))
    for end in newest_ends(spool):
        later = end.outlet in newest and newest[end.outlet] >= end.at
        if end.code and end.scheduled and not (end.reported or end.busy or later):
            yield end


def _oldest(runs: Iterable[UnpublishedRun]) -> datetime | None:
    return min((run.newest for run in runs), default=None)
