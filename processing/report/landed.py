"""What lies in landing: the runs of crawls that no publication has taken in yet, and their reports."""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from processing.errors import CorruptRecordError
from processing.landing import segments
from processing.records import RunReport
from processing.store.interface import Store

log = logging.getLogger(__name__)

_THREADS = 16
_ROWS_OF_PAGES = (".articles.jsonl.gz", ".rejections.jsonl.gz")
"""Files that a segment has only where a page was fetched."""


@dataclass(slots=True)
class LandedRun:
    """One run in landing. `newest` is when its newest object was written, by the store's clock."""

    outlet: str
    run: str
    newest: datetime
    has_pages: bool = False
    has_report: bool = False

    @property
    def started_at(self) -> datetime | None:
        """When the run began, as its name says; None for a run that a person gave another name."""
        try:
            return datetime.strptime(self.run[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return None


def landed_runs(store: Store) -> list[LandedRun]:
    """Return the runs in landing, by outlet and run."""
    runs: dict[tuple[str, str], LandedRun] = {}
    for entry in store.list("landing/"):
        parts = entry.key.split("/")
        if len(parts) < 4:  # noqa: PLR2004 - landing/outlet=NAME/run=RUN/FILE
            continue
        outlet, run = parts[1].removeprefix("outlet="), parts[2].removeprefix("run=")
        found = runs.setdefault((outlet, run), LandedRun(outlet, run, entry.modified))
        found.newest = max(found.newest, entry.modified)
        found.has_pages |= entry.key.endswith(_ROWS_OF_PAGES)
        found.has_report |= parts[3] == "report.json"
    return [runs[key] for key in sorted(runs)]


def landed_reports(store: Store, runs: Iterable[LandedRun]) -> list[RunReport]:
    """Return the reports of these runs, without those that a publication takes away meanwhile.

    A report that cannot be read is logged as an error and left out: it must not hide what the others say, and
    `sillok archive` holds its outlet back, which is a finding of its own.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(lambda run: _report(store, run), (run for run in runs if run.has_report))
        return [report for report in found if report is not None]


def since(
    runs: Iterable[LandedRun], moment: datetime, margin: timedelta = timedelta()
) -> Iterator[LandedRun]:
    """Yield the runs that wrote something after `moment`; `margin` allows for a store whose clock is off."""
    return (run for run in runs if run.newest >= moment - margin)


def _report(store: Store, run: LandedRun) -> RunReport | None:
    try:
        return segments.report(store, run.outlet, run.run)
    except CorruptRecordError as error:
        log.error("%s", error)  # noqa: TRY400 - the message names the object and the cure
        return None
