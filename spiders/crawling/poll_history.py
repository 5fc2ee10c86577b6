"""Judges the past answers of a source: whether they missed anything, and when to poll next.

A source lists its newest articles. What it drops between two polls was missed, unless the second
answer still has one of those that were the newest in the first: its frontier. An old article that
is pinned to the list is in no frontier, so it proves nothing.

A newsroom has hours: nights bring little, the print edition brings a burst. So the polls of a day
are spent where the articles are, at no more than half of what a poll every quarter of an hour
costs. The plan is made for two aims, that 19 of 20 articles are seen within 20 minutes and half of
them within 9, and its order follows from them: an hour at 20 minutes serves the first aim, shorter
intervals the second one only. Where the day's polls do not suffice, the busiest hours come first.

Pure functions over what answers list and when articles came; the moments are passed in.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from processing.archive.snapshot import SLOT, SLOTS, slot_of
from processing.dates import SEOUL
from processing.records import Extent, Fetch, SourceComparison, Why
from spiders.formats.links import Link
from spiders.outlet import Pace

FRONTIER = 8
"""Newest articles of an answer that are remembered: some of them may be taken down before the next
poll, or move when they are edited."""
MATURITY = timedelta(hours=1)
"""Age from which on an article stands in every source that will list it."""
_AHEAD = timedelta(minutes=10)
"""How far a stated time may lie ahead of our clock; one further on is no time of publication."""
_MOST = 0.8
"""Share of an answer's articles that must state a time, or have an id of one form, to be ordered
by it."""
_PINNED = 3
"""Oldest articles of an answer that may be pinned, so that the list does not reach back to them."""
_ANSWERED = frozenset({Why.FETCHED, Why.UNCHANGED})
_NEVER = datetime.min.replace(tzinfo=UTC)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """One article that a source lists: its id here, the outlet's own id, the time that is stated.

    `at` is None where no time of day is stated. `unseen` says that nothing was known of it before
    this crawl.
    """

    article: str
    key: str
    at: datetime | None
    unseen: bool


def stated_at(link: Link, now: datetime) -> datetime | None:
    """Return the moment that a source states of an article; None of a bare day or a time to come."""
    stamp = link.published or link.modified
    if stamp is None or stamp.precision == "day" or stamp.at > now + _AHEAD:
        return None
    return stamp.at


def last_answer(last: Fetch | None) -> datetime | None:
    """Return when a source answered last, by its newest row; None where it never did."""
    if last is None:
        return None
    return last.at if last.why in _ANSWERED else last.answered_at


def newest_first(entries: Sequence[ListedArticle]) -> list[ListedArticle]:
    """Return the articles of an answer, newest first.

    By the times that they state, else by ids of one form, else in the order of the list.
    """
    if _is_dated(entries):
        dated = [entry for entry in entries if entry.at]
        return sorted(dated, key=lambda entry: entry.at or _NEVER, reverse=True)
    if _is_ordered(entries):
        return sorted(entries, key=lambda entry: _numbers(entry.key), reverse=True)
    return list(entries)


def frontier(entries: Sequence[ListedArticle], before: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the ids of the newest articles of an answer.

    Where the order of the list is all there is, those come first that nobody knew: what is pinned
    to its head is known. An answer without any of them leaves the frontier `before` as it is.
    """
    # Of a short list the older half, where a pinned article lies, is none of the newest.
    most = min(FRONTIER, (len(entries) + 1) // 2)
    if _is_ordered(entries):
        return tuple(entry.article for entry in newest_first(entries)[:most])
    listed = {entry.article for entry in entries}
    unseen = [entry.article for entry in entries if entry.unseen]
    kept = [article for article in before if article in listed]
    known = [*unseen, *kept] or [entry.article for entry in entries]
    return tuple(dict.fromkeys(known))[:most]


def meets(frontier_before: Collection[str], entries: Iterable[ListedArticle]) -> bool:
    """Return whether an answer has one of the articles that were the newest in the one before."""
    return any(entry.article in frontier_before for entry in entries)


def extent(entries: Sequence[ListedArticle], last: Fetch | None) -> Extent | None:
    """Return the ends of what is new in an answer; None where nothing is.

    What states an earlier time than the newest entry of the answer before was put in late or
    pinned, and is left out.
    """
    newest = last.newest_at if last else None
    new = [
        entry
        for entry in newest_first([entry for entry in entries if entry.unseen])
        if not (entry.at and newest and entry.at <= newest)
    ]
    if not new:
        return None
    return Extent(
        oldest_at=new[-1].at, newest_at=new[0].at, oldest_id=new[-1].key, newest_id=new[0].key
    )


def newest_at(entries: Iterable[ListedArticle], last: Fetch | None) -> datetime | None:
    """Return the newest time that a source has stated so far."""
    stated = [entry.at for entry in entries if entry.at]
    if last and last.newest_at:
        stated.append(last.newest_at)
    return max(stated, default=None)


def compare(
    answers: Mapping[str, Sequence[ListedArticle]],
    until: Mapping[str, datetime],
    now: datetime,
) -> dict[str, SourceComparison]:
    """Compare each source of a crawl with the others, over the time that all of them reach back to.

    `answers` are the articles by declared source, all of them dated; `until` is where the last
    comparison of a source ended. What is younger than `MATURITY` is left to the next one.
    """
    end = now - MATURITY
    depth = {name: _depth(entries) for name, entries in answers.items()}
    sides = {}
    for name, entries in answers.items():
        others = [answer for other, answer in answers.items() if other != name]
        since = max([*depth.values(), *([until[name]] if name in until else [])], default=end)
        if not others or since >= end:
            continue
        own = _within(entries, since, end)
        beside = frozenset().union(*(_within(answer, since, end) for answer in others))
        if own or beside:
            sides[name] = SourceComparison(
                since=since, until=end, own=len(own), others=len(beside), both=len(own & beside)
            )
    return sides


def _within(entries: Iterable[ListedArticle], since: datetime, until: datetime) -> frozenset[str]:
    return frozenset(entry.article for entry in entries if entry.at and since < entry.at <= until)


def _depth(entries: Sequence[ListedArticle]) -> datetime:
    """Return the time down to which an answer lists every article; pinned ones are older."""
    stated = sorted(entry.at for entry in entries if entry.at)
    return stated[min(_PINNED, len(stated) - 1)]


def _is_dated(entries: Sequence[ListedArticle]) -> bool:
    return bool(entries) and sum(bool(entry.at) for entry in entries) >= _MOST * len(entries)


def _is_ordered(entries: Sequence[ListedArticle]) -> bool:
    """Return whether times or ids say which articles are newer, whatever the order of the list."""
    forms = {_form(entry.key) for entry in entries}
    return _is_dated(entries) or (len(forms) == 1 and "0" in forms.pop())


def _form(key: str) -> str:
    return _DIGITS.sub("0", key)


def _numbers(key: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in _DIGITS.findall(key[:100]))


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
    minutes = [_longest_interval(rate, length, shortest) for rate in rates]
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


def _longest_interval(rate: float, length: int, shortest: float) -> float:
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
