"""Finds outages on our side: many outlets fail at once, so the fault is here or in our network.

A failure is ours when no packet came back (no address, no route, refused, timed out) from at least
half of the outlets that were asked in the last quarter of an hour, at least three of them on
different addresses: one hosting firm's outage is not ours. It ends when one of those answers.
Whoever sees the pattern writes a note for the quarter hour, `outages/TIME.json`, so that failures
which came before the pattern showed count towards no back-off either, however late they are read.
"""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from processing.errors import AlreadyExistsError
from processing.report.unpublished import (
    PollAttempt,
    attempts_of,
    landed_reports,
    landed_runs,
    since,
)
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
