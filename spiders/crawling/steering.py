"""Plans an outlet's polls by the hours at which its articles have come.

A newsroom has hours: nights bring little, the print edition brings a burst. So the polls of a day
are spent where the articles are, at no more than half of what a poll every quarter of an hour
costs. The plan is made for two aims, that 19 of 20 articles are seen within 20 minutes and half of
them within 9, and its order follows from them: an hour at 20 minutes serves the first aim, shorter
intervals the second one only. Where the day's polls do not suffice, the busiest hours come first.

Pure functions; the moments are passed in.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeAlias

from processing.archive.arrivals import SLOT, SLOTS, slot_of
from processing.dates import SEOUL
from spiders.outlet import Pace

Plan: TypeAlias = tuple[float, ...]
"""Minutes between two polls in each slot of a KST day."""

POLLS = {Pace.QUARTER_HOUR: 46.7, Pace.HOURLY: 24.0}
"""Polls a day of a source; half of those of a poll every 15 minutes, and one an hour."""
LEVELS = (30.0, 20.0, 15.0, 10.0, 5.0)
"""Minutes between two polls, by which a plan is improved step by step."""
QUIET = 150.0
"""Minutes between two polls in hours that bring next to nothing."""
_AIM = 20.0
"""Minutes beyond which a shorter interval serves only the middle of the delays."""
_SHARE = 0.948
"""Share of the articles for which `_AIM` is planned."""
_FULL = 0.8
"""Share of a list's length that may be new at the next poll."""
_DAYS, _ARTICLES = 3, 30
"""Days and articles from which on the hours of an outlet are known."""
_DOUBT = 20.0
"""Articles that the neighbouring slots weigh: a slot without an article may get one."""


def expected(arrivals: Mapping[str, Mapping[int, int]], day: date) -> tuple[float, ...] | None:
    """Return how many new articles each slot of `day` is expected to bring.

    By the days of its kind (weekdays, Saturdays, Sundays) among `arrivals`, which maps KST days to
    the articles of their slots; by all days where those of the kind say too little. None where all
    do.
    """
    past = {date.fromisoformat(when): slots for when, slots in arrivals.items() if when < f"{day}"}
    alike = {when: slots for when, slots in past.items() if _kind(when) == _kind(day)}
    days = next((days for days in (alike, past) if _is_enough(days)), None)
    if days is None:
        return None
    sums = [float(sum(slots.get(slot, 0) for slots in days.values())) for slot in range(SLOTS)]
    total = sum(sums)
    weight = _DOUBT / (total + _DOUBT)
    around = [
        (sums[slot - 1] + 2 * sums[slot] + sums[(slot + 1) % SLOTS]) / 4 for slot in range(SLOTS)
    ]
    return tuple(
        ((1 - weight) * own + weight * beside) / len(days)
        for own, beside in zip(sums, around, strict=True)
    )


def plan(rates: Sequence[float], length: int, polls: float, shortest: float) -> Plan:
    """Return the minutes between two polls in each slot.

    `rates` are the expected articles of the slots, `length` how many articles a list holds,
    `polls` those of a day, `shortest` the scheduler's tick in minutes.
    """
    total = sum(rates)
    minutes = [_within(rate, length, shortest) for rate in rates]
    busiest_first = sorted(range(SLOTS), key=lambda slot: (-rates[slot], slot))
    for level in LEVELS:
        reached = 0.0
        for slot in busiest_first:
            if level >= _AIM and reached >= _SHARE * total:
                break
            reached += rates[slot]
            more = SLOT / level - SLOT / minutes[slot]
            if shortest <= level < minutes[slot] and _cost(minutes) + more <= polls:
                minutes[slot] = level
    return tuple(minutes)


def next_poll(now: datetime, minutes: Plan) -> datetime:
    """Return when the next poll is due: each minute counts by the interval of its slot."""
    moment, waited = now, 0.0
    while True:
        local = moment.astimezone(SEOUL)
        begin = local.replace(minute=local.minute // SLOT * SLOT, second=0, microsecond=0)
        end = begin + timedelta(minutes=SLOT)
        interval = minutes[slot_of(moment)]
        step = (end - moment).total_seconds() / 60 / interval
        if waited + step >= 1:
            return moment + timedelta(minutes=(1 - waited) * interval)
        moment, waited = end.astimezone(now.tzinfo), waited + step


def planned(
    arrivals: Mapping[str, Mapping[int, int]],
    length: int,
    pace: Pace,
    shortest: timedelta,
    now: datetime,
) -> timedelta | None:
    """Return the time until the next poll by a source's hours, None where they are not known."""
    if pace not in POLLS or not length:
        return None
    rates = expected(arrivals, now.astimezone(SEOUL).date())
    if rates is None:
        return None
    return next_poll(now, plan(rates, length, POLLS[pace], shortest.total_seconds() / 60)) - now


def _within(rate: float, length: int, shortest: float) -> float:
    """Return the longest interval in which a list does not turn over, in steps of the tick."""
    if not rate:
        return QUIET
    longest = _FULL * length / rate * SLOT
    return min(QUIET, max(shortest, longest // shortest * shortest))


def _cost(minutes: Sequence[float]) -> float:
    return sum(SLOT / interval for interval in minutes)


def _is_enough(days: Mapping[date, Mapping[int, int]]) -> bool:
    articles = sum(sum(slots.values()) for slots in days.values())
    return len(days) >= _DAYS and articles >= _ARTICLES


def _kind(day: date) -> int:
    return max(day.weekday(), 4)
