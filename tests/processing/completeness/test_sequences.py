"""What the holes in an outlet's numbers say, and what they do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.completeness.sequences import (
    DAY,
    IdNumbers,
    estimate,
    holes,
    learnt,
    usual,
)

FIRST_DAY = 20_700
DAYS = 20


def known(
    numbers: list[int], at: list[float], dates: list[int] | None = None, series: int = 0
) -> IdNumbers:
    return IdNumbers(
        series=np.full(len(numbers), series),
        date=np.array(dates if dates is not None else [-1] * len(numbers)),
        number=np.array(numbers),
        at=np.array(at, np.float64),
    )


def month(
    chance: np.random.Generator, *, volume: int = 200, unused: float = 0.02
) -> tuple[list[int], list[float]]:
    """Return the numbers of twenty days and when each was published."""
    numbers, at, number = [], [], 1000
    for day in range(FIRST_DAY, FIRST_DAY + DAYS):
        for moment in np.sort(chance.uniform(0, DAY, volume)):
            number += 1 + int(chance.geometric(1 - unused) - 1)
            numbers.append(number)
            at.append(day * DAY + float(moment))
    return numbers, at


@given(
    seed=st.integers(0, 10_000),
    unused=st.sampled_from([0.0, 0.02, 0.1, 0.3]),
    lost=st.sampled_from([0, 10, 40, 100]),
)
def test_a_loss_in_a_span_is_measured_whatever_share_of_numbers_is_never_used(
    seed: int, unused: float, lost: int
) -> None:
    chance = np.random.default_rng(seed)
    numbers, at = month(chance, unused=unused)
    last = (FIRST_DAY + DAYS - 1) * DAY
    of_day = [index for index, moment in enumerate(at) if moment >= last]
    gone = of_day[50 : 50 + lost]
    span = [(at[gone[0] - 1], at[gone[-1] + 1])] if gone else []
    kept = [index for index in range(len(numbers)) if index not in set(gone)]
    pairs = holes(known([numbers[n] for n in kept], [at[n] for n in kept]), "outlet")
    past = [last - DAY * back for back in range(1, DAYS)]
    found = estimate(pairs, last, span, usual(pairs, past, span))
    # Four deviations of the numbers that were never used among the lost and around them.
    slack = 4 * np.sqrt((lost + 20) * unused) + 2
    assert abs(found.missing - found.unexplained - lost) <= slack
    assert found.low <= found.missing <= found.high
    assert found.unexplained <= 0.12 * 200


@pytest.mark.parametrize("unused", [0.0, 0.02, 0.2])
def test_a_loss_that_no_source_shows_is_noticed_and_a_sound_day_raises_no_alarm(
    unused: float,
) -> None:
    noticed = alarms = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        numbers, at = month(chance, unused=unused)
        last = (FIRST_DAY + DAYS - 1) * DAY
        past = [last - DAY * back for back in range(1, DAYS)]
        sound = holes(known(numbers, at), "outlet")
        alarms += estimate(sound, last, [], usual(sound, past, [])).unexplained > 0
        lost = set(chance.choice(np.flatnonzero(np.array(at) >= last), 60, replace=False).tolist())
        kept = [index for index in range(len(numbers)) if index not in lost]
        pairs = holes(known([numbers[n] for n in kept], [at[n] for n in kept]), "outlet")
        found = estimate(pairs, last, [], usual(pairs, past, []))
        noticed += abs(found.unexplained - 60) <= 25
    assert alarms <= 1
    assert noticed >= 39


def test_what_was_lost_on_earlier_days_does_not_become_usual() -> None:
    chance = np.random.default_rng(7)
    numbers, at = month(chance)
    lost = {
        index for index, moment in enumerate(at) if moment % DAY < DAY / 8 and chance.random() < 0.9
    }
    kept = [index for index in range(len(numbers)) if index not in lost]
    spans = [((FIRST_DAY + day) * DAY - 60, (FIRST_DAY + day + 1 / 8) * DAY) for day in range(DAYS)]
    pairs = holes(known([numbers[n] for n in kept], [at[n] for n in kept]), "outlet")
    past = [(FIRST_DAY + day) * DAY for day in range(DAYS)]
    assert usual(pairs, past, spans).share == pytest.approx(0.02, abs=0.01)
    assert usual(pairs, past, []).share > 0.08


def test_counters_are_told_from_times_and_from_numbers_of_several_series() -> None:
    chance = np.random.default_rng(1)
    numbers, at = month(chance)
    assert learnt(known(numbers, at)) == "outlet"
    dates = [int(moment // DAY) for moment in at]
    by_day = [
        number - 1000 - 204 * (date - FIRST_DAY)
        for number, date in zip(numbers, dates, strict=True)
    ]
    assert learnt(known(by_day, at, dates)) == "day"
    times = [int(moment * 1000) for moment in at]
    assert learnt(known(times, at)) == "nothing"
    hashes = chance.permutation(np.arange(len(at))).tolist()
    assert learnt(known(hashes, at)) == "nothing"
    assert learnt(known(numbers[:20], at[:20])) == "nothing"
    assert not holes(known(numbers, at), "nothing").known


def test_a_day_counter_counts_from_where_its_days_begin() -> None:
    days = [FIRST_DAY, FIRST_DAY + 1]
    numbers = [*range(1, 41), *range(11, 51)]
    at = [days[0] * DAY + 600 * n for n in range(40)] + [days[1] * DAY + 600 * n for n in range(40)]
    pairs = holes(known(numbers, at, [days[0]] * 40 + [days[1]] * 40), "day")
    assert pairs.of(days[0] * DAY, days[1] * DAY).count == 0
    assert pairs.of(days[1] * DAY, (days[1] + 1) * DAY).count == 10


def test_a_hole_across_midnight_is_shared_by_the_time_on_either_side() -> None:
    midnight = FIRST_DAY * DAY
    at = [midnight - 7200 + 600 * n for n in range(10)] + [
        midnight + 1800 + 600 * n for n in range(10)
    ]
    numbers = [*range(100, 110), *range(140, 150)]
    pairs = holes(known(numbers, at), "outlet")
    before, after = pairs.of(midnight - DAY, midnight), pairs.of(midnight, midnight + DAY)
    assert before.count + after.count == pytest.approx(30)
    assert after.count == pytest.approx(30 * 1800 / 3600)


def test_a_late_article_splits_no_hole_out_of_its_span() -> None:
    """Number 130 was given during the loss and published four hours later."""
    start = FIRST_DAY * DAY
    numbers = [*range(100, 120), 130, *range(140, 160)]
    at = [start + 60 * n for n in range(20)]
    at += [start + 4 * 3600.0, *(start + 3600 + 60 * n for n in range(20))]
    pairs = holes(known(numbers, at), "outlet")
    inside, outside = pairs.split([(at[19], at[21])])
    assert inside.count == 19
    assert outside.count == 0
