"""What polls, numbers and a second source say together of a day."""

from datetime import date, datetime, timedelta

import pytest

from processing.completeness.meter import Completeness, Trust, measure
from processing.completeness.polls import PollAnswer, overflows, second_source, unwatched
from processing.completeness.sequences import NumberEstimate, UsualHoles
from processing.dates import SEOUL

DAY = date(2026, 11, 20)
START = datetime(2026, 11, 20, tzinfo=SEOUL)
END = START + timedelta(days=1)
AFTER = END + timedelta(days=1)
FEED, LIST = "https://hanbit.example/rss", "https://hanbit.example/list"


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def chain(url: str = FEED, step: float = 1.0, until: float = 25.0) -> list[PollAnswer]:
    """Return answers every `step` hours that follow one another over the day."""
    count = int((until + 1) / step)
    return [
        PollAnswer(url=url, at=at(step * n), answered_at=at(step * (n - 1)), links=20)
        for n in range(count)
    ]


def overflow(hour: float = 9.0, **fields: object) -> PollAnswer:
    given = {
        "url": FEED,
        "at": at(hour),
        "answered_at": at(hour - 1),
        "links": 11,
        "oldest_at": at(hour - 0.5),
        "newest_at": at(hour),
        "missed_since": at(hour - 1),
    } | fields
    return PollAnswer(**given)  # type: ignore[arg-type]


def numbers(missing: float, unexplained: float = 0.0, spread: float = 2.0) -> NumberEstimate:
    return NumberEstimate(
        missing,
        max(missing - spread, 0),
        missing + spread,
        unexplained,
        UsualHoles(0.02, 0, 20),
        100,
    )


def measured(polls: list[PollAnswer], **fields: object) -> Completeness:
    given = {"archived": 100, "gaps": 0, "now": AFTER} | fields
    return measure("hanbit", DAY, polls=polls, **given)  # type: ignore[arg-type]


def test_a_day_is_whole_where_all_answers_follow_one_another_and_nothing_contradicts() -> None:
    assert measured(chain()).is_whole
    assert measured(chain(), numbers=numbers(0)).is_whole
    assert measured(chain(), numbers=numbers(0)).low == pytest.approx(100 / 102)
    assert not measured(chain(), gaps=1).is_whole
    assert measured(chain(), gaps=1).share == pytest.approx(100 / 101)


@pytest.mark.parametrize(
    ("polls", "trust"),
    [
        ([], Trust.UNKNOWN),
        (chain()[3:], Trust.UNKNOWN),
        ([*chain()[:9], *chain()[11:]], Trust.UNKNOWN),
        (chain(until=20), Trust.UNKNOWN),
        ([*chain(), PollAnswer(url=LIST, at=at(9), links=5)], Trust.UNKNOWN),
        ([*chain()[:9], overflow(), *chain()[10:]], Trust.ESTIMATED),
    ],
    ids=["no poll", "begins late", "a hole", "ends early", "a second source's first", "overflow"],
)
def test_no_whole_is_stated_of_a_day_that_was_not_watched_or_lost_something(
    polls: list[PollAnswer], trust: Trust
) -> None:
    found = measured(polls)
    assert found.trust is trust
    assert not found.is_whole
    assert (found.share is None) is (trust is Trust.UNKNOWN)
    assert not measured(polls, numbers=numbers(0)).is_whole


def test_an_overflow_is_estimated_by_speed_and_measured_by_numbers() -> None:
    polls = [*chain()[:9], overflow(), *chain()[10:]]
    # Eleven articles in half an hour, and half an hour that nobody saw.
    assert measured(polls).suspected == 10
    (sign,) = measured(polls).evidence
    assert (sign.kind, sign.since, sign.until) == ("overflow", at(8), at(8.5))
    found = measured(polls, numbers=numbers(25))
    assert (found.suspected, found.trust) == (25, Trust.MEASURED)
    assert found.share == pytest.approx(0.8)
    assert found.low == pytest.approx(100 / 127)
    # What was announced and is missing leaves a hole as well.
    assert measured(polls, gaps=5, numbers=numbers(25)).suspected == 20


def test_what_a_list_made_good_is_no_loss() -> None:
    assert measured([*chain()[:9], overflow(recovered=True), *chain()[10:]]).is_whole


def test_parts_of_a_source_prove_nothing_and_lose_what_they_say() -> None:
    page = PollAnswer(url=f"{LIST}?page=2", part_of=LIST, at=at(9), links=5)
    assert measured([*chain(), page]).is_whole
    lost = overflow(url=f"{LIST}?page=2", part_of=LIST)
    assert measured([*chain(), lost]).trust is Trust.ESTIMATED


def test_numbers_that_nothing_explains_are_a_sign_by_themselves() -> None:
    found = measured(chain(), numbers=numbers(12, unexplained=12))
    assert (found.trust, found.suspected) == (Trust.MEASURED, 12)
    assert [sign.kind for sign in found.evidence] == ["numbers"]


def test_a_second_source_says_how_many_both_missed() -> None:
    compared = [
        PollAnswer(url=FEED, at=at(n), answered_at=at(n - 1), own=10, others=8, both=6)
        for n in range(26)
    ]
    estimate = second_source(compared[:10])
    assert estimate
    assert estimate.missing == pytest.approx(40 * 20 / 60)
    assert measured(compared).trust is Trust.MEASURED
    assert second_source([PollAnswer(url=FEED, at=at(1), own=40, others=90, both=11)]) is None
    assert second_source([PollAnswer(url=FEED, at=at(1), own=9, others=9, both=9)]) is None


def test_a_day_that_goes_on_is_judged_up_to_its_newest_answer() -> None:
    polls = chain(until=11)
    assert measured(polls, now=at(12)).is_whole
    assert not measured(polls, now=AFTER).is_whole


def test_spans_end_where_the_new_answer_begins() -> None:
    (span,) = overflows([overflow(oldest_at=None)])
    assert (span.since, span.until, span.lost) == (at(8), at(9), None)
    assert measured([*chain()[:9], overflow(oldest_at=None), *chain()[10:]]).suspected == 1
    assert [span.url for span in unwatched([], START, END)] == []
