"""Outages on our side: no packet comes back from many outlets at once, so the fault is here or in our network.

A failure is ours when no packet came back (no address, no route, refused, timed out) from at least half of the outlets
that were asked in the last quarter of an hour, at least three of them on different addresses: one hosting firm's outage
is not ours. It ends when one of those answers. Whoever sees the pattern notes the quarter hour under `outages/`, so
that failures which came before the pattern showed count towards no back-off either, however late they are looked at.
"""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from processing.errors import AlreadyExistsError
from processing.records import RunReport
from processing.report.landed import landed_reports, landed_runs, since
from processing.store.interface import Store

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
class PollAttempt:
    """That an outlet was asked: when, whether any packet came back, and which addresses were tried in vain."""

    outlet: str
    at: datetime
    reached: bool
    unreached: tuple[str, ...] = ()


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


def attempts_of(reports: Iterable[RunReport]) -> list[PollAttempt]:
    """Return what runs that asked anything say of being answered."""
    return [
        PollAttempt(report.outlet, report.ended_at, report.reached, report.unreached)
        for report in reports
        if report.reached is not None
    ]


def outage(attempts: Iterable[PollAttempt], now: datetime) -> Outage | None:
    """Return the outage on our side that these attempts show at `now`, or None."""
    recent = sorted(
        (one for one in attempts if now - WINDOW <= one.at <= now), key=lambda one: one.at
    )
    over = _recovered(recent)
    newest = {one.outlet: one for one in recent}
    lost = [one for one in newest.values() if not one.reached and (over is None or one.at > over)]
    addresses = {address for one in lost for address in one.unreached}
    if len(addresses) < _ADDRESSES or len(lost) < _ADDRESSES or len(lost) * 2 < len(newest):
        return None
    first = min(lost, key=lambda one: (one.at, one.outlet))
    return Outage(first.at, len(newest), len(lost), first.outlet, tuple(sorted(addresses)))


def recent_attempts(store: Store, now: datetime) -> list[PollAttempt]:
    """Return what landing says of the outlets that were asked lately."""
    return attempts_of(landed_reports(store, since(landed_runs(store), now - WINDOW, _SKEW)))


def note(store: Store, seen: Outage, now: datetime) -> None:
    """Note that there is an outage in this quarter hour, and remove notes that are of no use any more."""
    slot = now.astimezone(UTC).replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    told = {"since": seen.since.isoformat(), "asked": seen.asked, "unreached": seen.unreached}
    with suppress(AlreadyExistsError):  # somebody else has seen it
        store.put(f"{_PREFIX}{slot:{_FORMAT}}.json", json.dumps(told).encode(), create=True)
    store.delete([_key(old) for old in noted(store) if old < now - _KEPT])


def look(store: Store, now: datetime) -> Outage | None:
    """Return the outage that landing shows at `now`, and note it."""
    seen = outage(recent_attempts(store, now), now)
    if seen is not None:
        note(store, seen, now)
    return seen


def noted(store: Store) -> list[datetime]:
    """Return the beginnings of the quarter hours in which somebody saw an outage on our side."""
    found = (_NOTE.fullmatch(entry.key) for entry in store.list(_PREFIX))
    return [datetime.strptime(one[1], _FORMAT).replace(tzinfo=UTC) for one in found if one]


def covers(slots: Sequence[datetime], moment: datetime) -> bool:
    """Return whether a failure at `moment` was ours: it came with a noted outage, or before its pattern showed."""
    return any(slot - WINDOW <= moment < slot + WINDOW for slot in slots)


def _key(slot: datetime) -> str:
    return f"{_PREFIX}{slot:{_FORMAT}}.json"


def _recovered(recent: Sequence[PollAttempt]) -> datetime | None:
    """Return when an outlet that nothing had come back from answered again, the last time.

    None where none did.
    """
    lost: set[str] = set()
    over = None
    for one in recent:
        if not one.reached:
            lost.add(one.outlet)
        elif one.outlet in lost:
            lost.discard(one.outlet)
            over = one.at
    return over
