"""What crawls left that no publication has taken in: runs in landing, and how crawls here ended.

A crawl whose report could not be written to the store still leaves a small file in the spool of
its machine, `ends/outlet=NAME/RUN.json`. Both say whether the outlet answered, so an outage on our
side shows here.

A failure is ours when no packet came back (no address, no route, refused, timed out) from at least
half of the outlets that were asked in the last quarter of an hour, at least three of them on
different addresses: one hosting firm's outage is not ours. It ends when one of those answers.
Whoever sees the pattern writes a note for the quarter hour, `outages/TIME.json`, so that failures
which came before the pattern showed count towards no back-off either, however late they are read.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from processing.dates import SEOUL
from processing.errors import AlreadyExistsError, CorruptRecordError
from processing.landing import keys, segments
from processing.records import End, Record, RunReport
from processing.store.interface import Store

log = logging.getLogger(__name__)

MANY = 24
"""Polls of one outlet that may wait in landing.

Each is two objects, of the hundred that a crawl may read.
"""
PATIENCE = timedelta(minutes=45)
"""How long a failed poll may wait in landing.

With the ticks and an archive run that makes an hour at the most.
"""
_LOOKED_BACK = timedelta(hours=1)
"""How far beyond `PATIENCE` reports are read again: earlier ticks have looked at what is older."""
_THREADS = 16
_KEPT_ENDS = 20
"""Ends that are kept of each outlet."""
# The name becomes a part of a path: no separator, and no dot first.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(slots=True)
class UnpublishedRun:
    """One run in landing.

    `newest` is when its newest object was written, by the store's clock; `started_at` when the run
    began, as its name says, None where the name has no time.
    """

    outlet: str
    run: str
    newest: datetime
    started_at: datetime | None = None
    has_pages: bool = False
    has_report: bool = False


@dataclass(frozen=True, slots=True)
class PollAttempt:
    """One crawl of an outlet: when it ended and whether any host answered.

    `unreached` are the addresses that were tried in vain.
    """

    outlet: str
    at: datetime
    reached: bool
    unreached: tuple[str, ...] = ()


class CrawlEnd(Record):
    """How one crawl ended.

    `scheduled` says that no person typed it, `busy` that another crawl of the outlet was at work,
    `reported` that there is a report, `report` is that report: who started the crawl here need not
    ask the store for it. `reached` and `unreached` are those of a run report.
    """

    outlet: str
    run: str
    at: AwareDatetime
    code: int
    why: str
    scheduled: bool = False
    busy: bool = False
    reported: bool = False
    report: RunReport | None = None
    reached: bool | None = None
    unreached: tuple[str, ...] = ()


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
        reports = pool.map(lambda run: _report(store, run), (run for run in runs if run.has_report))
        return [report for report in reports if report is not None]


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
    # A run that still writes has no report yet: it is not late.
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


def attempts_of(reports: Iterable[RunReport]) -> list[PollAttempt]:
    """Return the attempts of the runs that asked anything."""
    return [
        PollAttempt(report.outlet, report.ended_at, report.reached, report.unreached)
        for report in reports
        if report.reached is not None
    ]


def keep_end(spool: Path, end: CrawlEnd) -> None:
    """Write `end` into the spool and forget old ones of its outlet.

    Raises OSError where the spool cannot be written, ValueError where outlet or run are no names.
    """
    path = _end_path(spool, end.outlet, end.run)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: a reader never sees half of a file.
    unfinished = path.with_suffix(".part")
    unfinished.write_text(end.model_dump_json(), encoding="utf-8")
    unfinished.replace(path)
    ends = sorted(path.parent.glob("*.json"), key=lambda end_path: end_path.stat().st_mtime_ns)
    for old in ends[:-_KEPT_ENDS]:
        old.unlink(missing_ok=True)


def read_end(spool: Path, outlet: str, run: str) -> CrawlEnd | None:
    """Return how this crawl ended, or None where this machine does not know."""
    return _parsed(_end_path(spool, outlet, run))


def newest_ends(spool: Path) -> Iterator[CrawlEnd]:
    """Yield the newest end of each outlet that this machine crawled."""
    for folder in sorted((spool / "ends").glob("outlet=*")):
        newest = max(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, default=None)
        end = _parsed(newest) if newest else None
        if end is not None:
            yield end


def attempts_here(spool: Path, since: datetime) -> list[PollAttempt]:
    """Return the attempts of this machine's newest crawls since a moment.

    Those whose report could not be written to the store are among them.
    """
    return [
        PollAttempt(end.outlet, end.at, end.reached, end.unreached)
        for end in newest_ends(spool)
        if end.reached is not None and end.at >= since
    ]


def _report(store: Store, run: UnpublishedRun) -> RunReport | None:
    try:
        return segments.report(store, run.outlet, run.run)
    except CorruptRecordError as error:
        log.error("%s", error)  # noqa: TRY400 - the message names the object and the cure
        return None


def _end_path(spool: Path, outlet: str, run: str) -> Path:
    if not (_NAME.fullmatch(outlet) and _NAME.fullmatch(run)):
        raise ValueError(f"{outlet!r} or {run!r} is no name of an outlet and a run")
    return spool / "ends" / f"outlet={outlet}" / f"{run}.json"


def _parsed(path: Path) -> CrawlEnd | None:
    """Return the end in a file; None where it is gone, or was written by another version."""
    try:
        return CrawlEnd.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


WINDOW = timedelta(minutes=15)
"""How far back the outlets that were asked are looked at."""
_ADDRESSES = 3
"""Different addresses that it takes to tell that the fault is ours."""
_SKEW = timedelta(minutes=10)
"""How far the store's clock may be off, by which landing is looked through."""
_KEPT = timedelta(days=30)
"""How long a note is of use: no back-off and no pending article looks back longer."""
_PREFIX = "outages/"
_NOTE = re.compile(r"outages/(\d{8}T\d{4}Z)\.json")
_FORMAT = "%Y%m%dT%H%MZ"


@dataclass(frozen=True, slots=True)
class Outage:
    """Nothing came back from `unreached` of `asked` outlets.

    `since` is the first failure of those that stand.
    """

    since: datetime
    asked: int
    unreached: int
    example: str
    addresses: tuple[str, ...]


def outage(attempts: Iterable[PollAttempt], now: datetime) -> Outage | None:
    """Return the outage on our side that these attempts show at `now`, or None."""
    recent = sorted(
        (attempt for attempt in attempts if now - WINDOW <= attempt.at <= now),
        key=lambda attempt: attempt.at,
    )
    over = _recovered(recent)
    # Later attempts replace earlier ones: an outlet counts once, as it answered last.
    newest = {attempt.outlet: attempt for attempt in recent}
    lost = [
        attempt
        for attempt in newest.values()
        if not attempt.reached and (over is None or attempt.at > over)
    ]
    addresses = {address for attempt in lost for address in attempt.unreached}
    if len(addresses) < _ADDRESSES or len(lost) < _ADDRESSES or len(lost) * 2 < len(newest):
        return None
    first = min(lost, key=lambda attempt: (attempt.at, attempt.outlet))
    return Outage(first.at, len(newest), len(lost), first.outlet, tuple(sorted(addresses)))


def recent_attempts(store: Store, now: datetime) -> list[PollAttempt]:
    """Return what landing says of the outlets that were asked lately."""
    return attempts_of(landed_reports(store, since(landed_runs(store), now - WINDOW, _SKEW)))


def note(store: Store, seen: Outage, now: datetime) -> None:
    """Write the note of this quarter hour, and remove those older than `_KEPT`."""
    slot = now.astimezone(UTC).replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    content = {"since": seen.since.isoformat(), "asked": seen.asked, "unreached": seen.unreached}
    # Another crawl may have noted the same quarter hour.
    with suppress(AlreadyExistsError):
        store.put(f"{_PREFIX}{slot:{_FORMAT}}.json", json.dumps(content).encode(), create=True)
    store.delete([_key(old) for old in noted(store) if old < now - _KEPT])


def look(store: Store, now: datetime) -> Outage | None:
    """Return the outage that landing shows at `now`, and note it."""
    seen = outage(recent_attempts(store, now), now)
    if seen is not None:
        note(store, seen, now)
    return seen


def noted(store: Store) -> list[datetime]:
    """Return the beginnings of the quarter hours in which somebody saw an outage on our side."""
    matches = (_NOTE.fullmatch(entry.key) for entry in store.list(_PREFIX))
    return [datetime.strptime(match[1], _FORMAT).replace(tzinfo=UTC) for match in matches if match]


def covers(slots: Sequence[datetime], moment: datetime) -> bool:
    """Return whether a failure at `moment` was ours.

    It was where it came with a noted outage, or in the quarter hour before its pattern showed.
    """
    return any(slot - WINDOW <= moment < slot + WINDOW for slot in slots)


def _key(slot: datetime) -> str:
    return f"{_PREFIX}{slot:{_FORMAT}}.json"


def _recovered(recent: Sequence[PollAttempt]) -> datetime | None:
    """Return when an outlet that nothing had come back from answered again, the last time.

    None where none did.
    """
    lost: set[str] = set()
    over = None
    for attempt in recent:
        if not attempt.reached:
            lost.add(attempt.outlet)
        elif attempt.outlet in lost:
            lost.discard(attempt.outlet)
            over = attempt.at
    return over
