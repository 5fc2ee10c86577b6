"""What lies in landing: the runs of crawls that no publication has taken in yet, and their reports."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from processing.dates import SEOUL
from processing.errors import CorruptRecordError
from processing.landing import keys, segments
from processing.records import End, RunReport
from processing.store.interface import Store

log = logging.getLogger(__name__)

MANY = 24
"""Polls of one outlet that may wait in landing: two objects each, of the hundred that a crawl may read."""
PATIENCE = timedelta(minutes=45)
"""How long a failed poll may wait in landing.

With the ticks and an archive run that makes an hour at the most.
"""
_LOOKED_BACK = timedelta(hours=1)
"""How far beyond `PATIENCE` reports are read again: earlier ticks have looked at what is older."""
_THREADS = 16


@dataclass(slots=True)
class UnpublishedRun:
    """One run in landing.

    `newest` is when its newest object was written, by the store's clock; `started_at` when the run
    began, as its name says, None of a run by another name.
    """

    outlet: str
    run: str
    newest: datetime
    started_at: datetime | None = None
    has_pages: bool = False
    has_report: bool = False


def landed_runs(store: Store) -> list[UnpublishedRun]:
    """Return the runs in landing, by outlet and run."""
    runs: dict[tuple[str, str], UnpublishedRun] = {}
    for key, entry in keys.objects(store):
        run = runs.setdefault(
            (key.outlet, key.run), UnpublishedRun(key.outlet, key.run, entry.modified, key.started)
        )
        run.newest = max(run.newest, entry.modified)
        run.has_pages |= key.is_news
        run.has_report |= key.name == keys.REPORT
    return [runs[key] for key in sorted(runs)]


def landed_reports(store: Store, runs: Iterable[UnpublishedRun]) -> list[RunReport]:
    """Return the reports of these runs, without those that a publication takes away meanwhile.

    A report that cannot be read is logged as an error and left out: it must not hide what the
    others say, and `sillok archive` holds its outlet back, which is a finding of its own.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(lambda run: _report(store, run), (run for run in runs if run.has_report))
        return [report for report in found if report is not None]


def is_worth_archiving(store: Store, day: str, now: datetime, grace: timedelta) -> bool:
    """Return whether what lies in landing is to be archived now.

    Pages are, at once. Polls without pages can wait, because the next crawl reads them where they
    lie: but not beyond the KST `day`, nor once one outlet has `MANY`. One that failed, and a run
    that ended without a report (it wrote nothing for longer than `grace`), waits for `PATIENCE`:
    bad news does not wait for good news.
    """
    runs = landed_runs(store)
    polls = Counter(run.outlet for run in runs)
    if any(run.has_pages for run in runs) or any(count >= MANY for count in polls.values()):
        return True
    if any(run.started_at and f"{run.started_at.astimezone(SEOUL):%Y-%m-%d}" < day for run in runs):
        return True
    late = [run for run in runs if now - run.newest >= PATIENCE]
    if any(not run.has_report and now - run.newest >= grace for run in late):
        return True
    lately = (run for run in late if now - run.newest < PATIENCE + _LOOKED_BACK)
    return any(report.end is not End.UNCHANGED for report in landed_reports(store, lately))


def since(
    runs: Iterable[UnpublishedRun], moment: datetime, margin: timedelta = timedelta()
) -> Iterator[UnpublishedRun]:
    """Yield the runs that wrote something after `moment`.

    `margin` allows for a store whose clock is off.
    """
    return (run for run in runs if run.newest >= moment - margin)


def _report(store: Store, run: UnpublishedRun) -> RunReport | None:
    try:
        return segments.report(store, run.outlet, run.run)
    except CorruptRecordError as error:
        log.error("%s", error)  # noqa: TRY400 - the message names the object and the cure
        return None
