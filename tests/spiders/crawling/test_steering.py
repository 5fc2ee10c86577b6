"""Polls go where an outlet's articles are, at half of what a poll every quarter of an hour costs."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.archive.memory import Memory, compact
from processing.archive.snapshot import SLOT, SLOTS, added, arrivals_of, decode, slot_of
from processing.dates import SEOUL
from processing.records import Fetch, Why
from spiders.crawling.poll_history import POLLS, QUIET, expected, next_poll, plan, planned
from spiders.crawling.polling import TICK, interval
from spiders.outlet import Pace

FRIDAY = date(2026, 11, 20)
PRINT = 10
"""The slot of 05:00, at which a morning paper puts its edition on line."""
FEED = "http://hanbit.press.test/rss"


def past(slots: dict[int, int], days: int = 14) -> dict[str, dict[int, int]]:
    return {f"{FRIDAY - timedelta(days=back)}": dict(slots) for back in range(1, days + 1)}


def kst(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=SEOUL).astimezone(UTC)


def answer(at: datetime, before: datetime | None, new: int, why: Why = Why.FETCHED) -> Fetch:
    return Fetch(
        outlet="hanbit",
        run=f"run-{at:%d%H%M}",
        at=at,
        role="source",
        url=FEED,
        why=why,
        new_links=new,
        links=50,
        answered_at=before,
    )


def test_an_article_counts_where_it_may_have_come_and_not_where_it_was_found() -> None:
    found = arrivals_of(answer(kst(6, 30), kst(5, 30), 4))
    assert found == {"2026-11-20": {11: 2, 12: 2}}
    assert not arrivals_of(answer(kst(12), kst(1), 9)), "nobody knows when in eleven hours"
    assert not arrivals_of(answer(kst(12), None, 9)), "a first answer lists old articles too"


def test_hours_are_counted_alike_in_whatever_order_the_rows_come_and_survive_the_snapshot() -> None:
    rows = [answer(kst(5, 10 * n), kst(5, 10 * n - 10), n) for n in range(1, 5)]
    counts = set()
    for order in permutations(rows):
        memory = Memory()
        for row in order:
            memory.take([row])
        counts.add(memory.encode())
    (snapshot,) = counts
    assert decode(snapshot).sources[FEED].arrivals == {"2026-11-20": {10: 6, 11: 4}}
    later = compact(snapshot, [answer(kst(9) + timedelta(days=40), None, 0)])
    assert not decode(later).sources[FEED].arrivals


@given(
    rates=st.lists(st.integers(0, 60), min_size=SLOTS, max_size=SLOTS),
    length=st.integers(10, 300),
    pace=st.sampled_from(sorted(POLLS)),
)
def test_a_plan_costs_no_more_than_its_polls_unless_a_list_would_turn_over(
    rates: list[int], length: int, pace: Pace
) -> None:
    shortest = TICK[pace].total_seconds() / 60
    minutes = plan(rates, length, POLLS[pace], shortest)
    needed = [0.8 * length / rate * SLOT if rate else 1e9 for rate in rates]
    least = sum(SLOT / max(shortest, min(150.0, most // shortest * shortest)) for most in needed)
    assert sum(SLOT / one for one in minutes) <= max(POLLS[pace], least) + 1e-6
    assert min(minutes) >= shortest


def test_a_burst_is_polled_soon_and_the_night_before_it_is_not() -> None:
    day = {PRINT: 45, **dict.fromkeys(range(16, 38), 7)}
    rates = expected(past(day), FRIDAY)
    assert rates is not None
    minutes = plan(rates, 50, POLLS[Pace.QUARTER_HOUR], 5)
    assert minutes[PRINT] <= 20
    assert minutes[4] == 150
    assert max(minutes[16:37]) <= 20
    # The burst begins at 05:00: a poll of 03:40 does not wait its two hours and a half.
    due = next_poll(kst(3, 40), minutes)
    assert kst(5) < due <= kst(5, 20)


def test_a_saturday_has_hours_of_its_own_and_an_unknown_outlet_has_none() -> None:
    arrivals = past({20: 10}, 28)
    for back in range(1, 29):
        day = FRIDAY - timedelta(days=back)
        if day.weekday() == 5:
            arrivals[f"{day}"] = {40: 10}
    saturday = expected(arrivals, FRIDAY + timedelta(days=1))
    friday = expected(arrivals, FRIDAY)
    assert saturday
    assert friday
    assert saturday[40] > 3 > saturday[20]
    assert friday[20] > 9 > friday[40]
    assert expected(past({20: 10}, 2), FRIDAY) is None
    assert expected(past({20: 1}, 10), FRIDAY) is None
    assert planned(past({20: 1}, 2), 50, Pace.QUARTER_HOUR, TICK[Pace.QUARTER_HOUR], kst(9)) is None
    assert planned(arrivals, 50, Pace.DAILY, TICK[Pace.DAILY], kst(9)) is None


def test_a_plan_crosses_midnight_and_what_turns_over_faster_than_planned_comes_sooner() -> None:
    minutes = tuple(150.0 if slot < 47 else 10.0 for slot in range(SLOTS))
    assert next_poll(kst(23, 55), minutes) == kst(23, 55) + timedelta(minutes=5 + 75)
    assert slot_of(kst(23, 55)) == 47
    by_hours = timedelta(minutes=20)
    paced = {"pace": Pace.QUARTER_HOUR, "links": 50, "by_hours": by_hours}
    assert interval(known=50, **paced) == interval(known=30, **paced) == by_hours  # type: ignore[arg-type]
    assert interval(known=9, **paced) == timedelta(minutes=10)  # type: ignore[arg-type]
    assert interval(known=0, **paced) == TICK[Pace.QUARTER_HOUR]  # type: ignore[arg-type]
    assert interval(known=0, failures=3, **paced) >= timedelta(minutes=15)  # type: ignore[arg-type]


@pytest.mark.parametrize("counts", [{1: 2}, {}])
def test_counts_add_up_without_touching_what_they_are_made_of(counts: dict[int, int]) -> None:
    first = {"2026-11-20": dict(counts)}
    total = added(first, {"2026-11-20": {1: 1, 2: 5}, "2026-11-21": {3: 1}})
    assert first == {"2026-11-20": counts}
    assert total["2026-11-20"][1] == counts.get(1, 0) + 1
    assert total["2026-11-21"] == {3: 1}


RATES = {10: 20.0, 20: 6.0, 30: 1.0, 31: 1.0}


@pytest.mark.parametrize(
    ("rates", "length", "polls", "shortest", "planned_minutes"),
    [
        # What a list holds may not turn over: floor(0.8 · 20 / 16 · 30) and so on, in whole ticks.
        ({0: 16, 1: 17, 2: 3.2, 3: 0.1}, 20, 0, 5, {0: 30, 1: 25}),
        ({0: 100}, 20, 0, 5, {0: 5}),
        ({0: 16, 1: 17}, 20, 0, 15, {0: 30, 1: 15}),
        # 9.6 polls are those of a quiet day; then the busiest slot comes first.
        (RATES, 400, 12.4, 5, {10: 30, 20: 30, 30: 30}),
        (RATES, 400, 12.6, 5, {10: 20, 20: 30, 30: 30}),
        # 26 of 28 articles are less than the share that is aimed at, so a third slot is needed.
        (RATES, 400, 13.7, 5, {10: 20, 20: 20, 30: 20}),
        (RATES, 400, 20, 5, {0: 15, 10: 10, 20: 15, 30: 15, 31: 15}),
        (RATES, 400, 20, 15, {0: 15, 10: 15, 20: 15, 30: 15, 31: 15}),
        (dict.fromkeys(range(SLOTS), 1), 400, 46.7, 5, dict.fromkeys(range(46), 30)),
    ],
)
def test_a_plan_spends_its_polls_where_the_articles_are(
    rates: dict[int, float],
    length: int,
    polls: float,
    shortest: float,
    planned_minutes: dict[int, float],
) -> None:
    found = plan([rates.get(slot, 0.0) for slot in range(SLOTS)], length, polls, shortest)
    assert {slot: minutes for slot, minutes in enumerate(found) if minutes != QUIET} == (
        planned_minutes
    )


@pytest.mark.parametrize(
    ("articles", "days", "known"), [(10, 3, True), (9, 3, False), (16, 2, False), (1, 30, True)]
)
def test_hours_are_known_from_three_days_and_thirty_articles_on(
    articles: int, days: int, *, known: bool
) -> None:
    arrivals = past({PRINT: articles}, days) | {f"{FRIDAY}": {PRINT: 500}}
    assert (expected(arrivals, FRIDAY) is not None) is known


def test_an_hour_is_expected_to_bring_its_own_and_a_little_of_its_neighbours() -> None:
    # Twenty doubtful articles beside 3 · 60: a tenth of what is expected is that of the neighbours.
    found = expected(past({0: 40, SLOTS - 1: 20}, 3), FRIDAY)
    assert found is not None
    parts = {slot: round(one, 6) for slot, one in enumerate(found) if one}
    assert parts == {
        SLOTS - 2: round(0.1 * 20 / 4, 6),
        SLOTS - 1: round(0.9 * 20 + 0.1 * (2 * 20 + 40) / 4, 6),
        0: round(0.9 * 40 + 0.1 * (2 * 40 + 20) / 4, 6),
        1: round(0.1 * 40 / 4, 6),
    }


def test_the_next_poll_counts_each_minute_by_its_hour() -> None:
    minutes = [60.0] * SLOTS
    minutes[PRINT] = 10.0
    assert next_poll(kst(4), tuple(minutes)) == kst(5)
    assert next_poll(kst(4, 30), tuple(minutes)) == kst(5, 5)
    assert next_poll(kst(5, 20), tuple(minutes)) == kst(5, 30)
    assert next_poll(kst(5, 25), tuple(minutes)) == kst(6)


def test_a_pace_without_a_plan_and_a_list_of_nothing_have_no_hours() -> None:
    tick = timedelta(minutes=5)
    assert planned(past({PRINT: 20}), 20, Pace.QUARTER_HOUR, tick, kst(4)) is not None
    assert planned(past({PRINT: 20}), 20, Pace.DAILY, tick, kst(4)) is None
    assert planned(past({PRINT: 20}), 0, Pace.QUARTER_HOUR, tick, kst(4)) is None
    assert planned(past({PRINT: 20}, 2), 20, Pace.QUARTER_HOUR, tick, kst(4)) is None
