"""The numbers of polling, each on both sides of its edge: back-off, final states, intervals, ticks, silence.

The numbers are written out, not taken from the code: what `docs/crawling.md` promises is held here.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from processing.records import Fetch, SourceFault, Stamp, Why
from spiders.crawling import polling
from spiders.formats.links import Link
from spiders.outlet import Feed, Pace

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOMENT = timedelta(microseconds=1)
SOURCE = Feed("http://a.example/feed", quiet_hours=48)


def row(why: Why = Why.FETCHED, at: datetime = NOW, **more: object) -> Fetch:
    fields: dict[str, object] = {"role": "source", "url": SOURCE.url, "links": 5, **more}
    return Fetch(outlet="a", run="r", at=at, why=why, **fields)  # type: ignore[arg-type]


def failed(failures: int, status: int | None = 500, **more: object) -> Fetch:
    return row(
        Why.FAILED,
        **{"failures": failures, "status": status, "links": None, "detail": "HTTP", **more},
    )  # type: ignore[arg-type]


def announced(failures: int, status: int | None = 500, **more: object) -> Fetch:
    return failed(
        failures, status, role="article", url="http://a.example/news/1", article_id="a" * 16, **more
    )


def link(published: datetime | None = None, modified: datetime | None = None) -> Link:
    def stamp(at: datetime | None) -> Stamp | None:
        return Stamp(at=at, source="feed") if at else None

    return Link(url="http://a.example/news/1", published=stamp(published), modified=stamp(modified))


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [
        (0, 0),
        (1, 0),
        (2, 30),
        (3, 60),
        (4, 120),
        (5, 240),
        (6, 480),
        (7, 960),
        (8, 1440),
        (9, 1440),
        (500, 1440),
    ],
)
def test_back_off_doubles_from_half_an_hour_up_to_a_day(failures: int, minutes: int) -> None:
    assert polling.backoff(failures) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("status", "failures", "minutes"),
    [
        (500, 1, None),
        (500, 2, 30),
        (None, 3, 60),
        (404, 1, 60),
        (410, 1, 60),
        (404, 2, 120),
        (403, 1, None),
    ],
)
def test_a_page_that_is_not_there_counts_as_two_failures_more(
    status: int | None, failures: int, minutes: int | None
) -> None:
    last = failed(failures, status)
    if minutes is None:
        assert polling.waits_until(last, NOW) is None
        return
    end = NOW + minutes * MINUTE
    assert polling.waits_until(last, end - MOMENT) == end
    assert polling.waits_until(last, end) is None


def test_what_did_not_fail_waits_for_nothing() -> None:
    assert polling.waits_until(None, NOW) is None
    assert polling.waits_until(row(), NOW) is None


@pytest.mark.parametrize(("failures", "times"), [(1, "1 time,"), (2, "2 times,")])
def test_failures_are_counted_in_words(failures: int, times: str) -> None:
    assert f"failed {times} asked again from 2026-11-22 03:00 UTC" in polling.left_alone(
        failed(failures), NOW
    )


@pytest.mark.parametrize(
    ("failures", "status", "why"),
    [
        (5, 404, Why.FAILED),
        (6, 404, Why.GONE),
        (6, 410, Why.GONE),
        (6, 500, Why.FAILED),
        (19, 500, Why.FAILED),
        (20, 500, Why.GIVEN_UP),
        (20, None, Why.GIVEN_UP),
        (20, 404, Why.GONE),
    ],
)
def test_an_announced_page_ends_after_so_many_visits(
    failures: int, status: int | None, why: Why
) -> None:
    assert polling.final(announced(failures, status)).why is why


@pytest.mark.parametrize(
    ("since", "why"), [(30 * DAY - MOMENT, Why.FAILED), (30 * DAY, Why.GIVEN_UP)]
)
def test_an_announced_page_ends_a_month_after_it_was_announced(since: timedelta, why: Why) -> None:
    assert polling.final(announced(1, announced_at=NOW - since)).why is why


def test_a_page_that_was_given_up_says_why_and_never_at_length() -> None:
    ended = polling.final(announced(20, detail="x" * 500))
    assert ended.detail is not None
    assert ended.detail.startswith("given up after 20 visits in vain: xx")
    assert len(ended.detail) == 500
    gone = polling.final(announced(7, 404))
    assert gone.detail == "announced and never there: HTTP on the last of 7 visits"


@pytest.mark.parametrize(("visits", "sent"), [(7, True), (8, False), (9, True), (16, False)])
def test_every_eighth_unchanged_is_checked_without_validators(visits: int, sent: bool) -> None:  # noqa: FBT001 - a table
    last = row(Why.UNCHANGED, etag='"1"', visits=visits)
    assert bool(polling.validators(last)) is sent
    assert polling.validators(row(Why.FETCHED, etag='"1"', visits=visits)), (
        "only what says unchanged is doubted"
    )


def test_what_was_never_asked_has_no_validators() -> None:
    assert polling.validators(None) == {}


def test_an_article_is_asked_with_its_validators_however_often_it_was_unchanged() -> None:
    page = {
        "role": "article",
        "url": "http://a.example/news/1",
        "article_id": "a" * 16,
        "links": None,
    }
    last = row(Why.UNCHANGED, etag='"1"', visits=8, **page)
    assert polling.validators(last) == {"If-None-Match": '"1"'}


@pytest.mark.parametrize(
    ("links", "known", "minutes"),
    [
        (10, 0, 15),  # nothing shared: the soonest, a tick
        (10, 4, 30),  # more than half is new
        (10, 5, 60),  # half is new
        (10, 9, 60),
        (10, 10, 120),  # nothing is new
        (0, 0, 120),
        (10, None, 60),  # nothing to compare with
    ],
)
def test_the_next_poll_comes_sooner_the_less_two_polls_share(
    links: int, known: int | None, minutes: int
) -> None:
    assert polling.interval(Pace.HOURLY, links=links, known=known) == minutes * MINUTE


@pytest.mark.parametrize(
    ("pace", "least", "usual", "most"),
    [
        (Pace.QUARTER_HOUR, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE),
        (Pace.HOURLY, 15 * MINUTE, HOUR, 2 * HOUR),
        (Pace.DAILY, 6 * HOUR, DAY, DAY),
    ],
)
def test_each_pace_has_its_least_usual_and_longest_interval(
    pace: Pace, least: timedelta, usual: timedelta, most: timedelta
) -> None:
    assert polling.TICK[pace] == least
    assert polling.interval(pace, links=4, known=0) == least
    assert polling.interval(pace, links=4, known=3) == usual
    assert polling.interval(pace, links=4, known=4) == most


@pytest.mark.parametrize(
    ("pace", "failures", "expected"),
    [
        (Pace.HOURLY, 1, HOUR),
        (Pace.HOURLY, 2, HOUR),
        (Pace.HOURLY, 4, 2 * HOUR),
        (Pace.DAILY, 9, DAY),
    ],
)
def test_one_that_fails_is_asked_at_its_pace_or_after_its_back_off(
    pace: Pace, failures: int, expected: timedelta
) -> None:
    assert polling.interval(pace, links=4, known=0, failures=failures, quiet=True) == expected


@pytest.mark.parametrize(
    ("pace", "expected"), [(Pace.QUARTER_HOUR, HOUR), (Pace.HOURLY, 4 * HOUR), (Pace.DAILY, DAY)]
)
def test_a_quiet_source_is_asked_a_quarter_as_often_and_once_a_day_at_least(
    pace: Pace, expected: timedelta
) -> None:
    assert polling.interval(pace, links=4, known=0, quiet=True) == expected


@pytest.mark.parametrize(("next_at", "moment"), [(None, HOUR), (NOW + 2 * HOUR, 2 * HOUR)])
def test_a_source_is_due_half_a_tick_before_its_moment(
    next_at: datetime | None, moment: timedelta
) -> None:
    last = row(next_at=next_at)
    begins = NOW + moment - 7.5 * MINUTE
    assert polling.is_due(last, Pace.HOURLY, begins)
    assert not polling.is_due(last, Pace.HOURLY, begins - MOMENT)
    assert polling.is_due(None, Pace.HOURLY, NOW)


def test_a_source_whose_moment_has_come_is_not_due_while_back_off_holds_it() -> None:
    last = failed(4, next_at=NOW)
    assert not polling.is_due(last, Pace.HOURLY, NOW + 2 * HOUR - MOMENT)
    assert polling.is_due(last, Pace.HOURLY, NOW + 2 * HOUR)


def test_silence_is_judged_by_the_newest_stamp_of_any_link() -> None:
    old, newer = (
        link(published=NOW - 60 * HOUR),
        link(published=NOW - 90 * HOUR, modified=NOW - 48 * HOUR),
    )
    said = polling.silence(SOURCE, [old, newer, link()], row(new_at=NOW), new=0, now=NOW)
    assert said
    assert said.detail == "nothing new since 2026-11-20 03:00 UTC, quiet time is 48 h"
    assert polling.silence(SOURCE, [old, newer], None, new=0, now=NOW - MOMENT) is None
    assert polling.silence(SOURCE, [old], None, new=1, now=NOW) is None


def test_silence_without_any_stamp_is_judged_by_when_something_was_last_new() -> None:
    assert polling.silence(SOURCE, [link()], row(new_at=NOW - 48 * HOUR), new=0, now=NOW)
    assert polling.silence(SOURCE, [link()], row(new_at=NOW - 47 * HOUR), new=0, now=NOW) is None
    assert polling.silence(SOURCE, [link()], None, new=0, now=NOW) is None


@pytest.mark.parametrize(
    ("links", "known", "was", "missed"),
    [(3, 0, 5, True), (3, 1, 5, False), (0, 0, 5, False), (3, 0, 0, False), (3, 0, None, False)],
)
def test_a_poll_that_shares_nothing_with_the_last_one_may_have_missed_something(
    links: int,
    known: int,
    was: int | None,
    missed: bool,  # noqa: FBT001 - a table
) -> None:
    assert bool(polling.missed(row(links=was), links=links, known=known)) is missed
    assert polling.missed(None, links=links, known=known) is None


def test_a_span_holds_its_first_moment_and_not_the_one_it_ends_at() -> None:
    span = polling.Span(since=NOW, until=NOW + DAY)
    assert span.holds(link(NOW))
    assert not span.holds(link(NOW - MOMENT))
    assert span.holds(link(NOW + DAY - MOMENT))
    assert not span.holds(link(NOW + DAY))
    assert span.holds(link(NOW - DAY, NOW)), "an old article that was changed inside"
    assert span.holds(link()), "what states nothing is not left out"
    assert polling.Span().holds(link(NOW))
    assert polling.Span(until=NOW).holds(link(NOW - DAY))
    assert not polling.Span(until=NOW).holds(link(NOW))
    assert not polling.Span(since=NOW).holds(link(NOW - DAY))


SHARES = {"2026-11-19": (1, 5), "2026-11-20": (9, 10), "2026-11-21": (5, 10)}


@pytest.mark.parametrize(
    ("shares", "usual"),
    [
        ({}, None),
        (SHARES, 0.5),
        ({"2026-10-25": (1, 4)}, 0.25),
        ({"2026-10-24": (1, 4)}, None),
        ({"2026-11-22": (1, 4)}, None),
        ({"2026-11-21": (0, 0)}, None),
        ({"2026-11-21": (0, 1)}, 0.0),
        ({**SHARES, "2026-11-18": (0, 0)}, 0.5),
    ],
)
def test_the_usual_share_is_that_of_four_weeks_before_today(
    shares: dict[str, tuple[int, int]], usual: float | None
) -> None:
    assert polling.usual_share(shares, NOW.date()) == usual


@pytest.mark.parametrize(
    ("articles", "listed", "usual", "few"),
    [
        (0, 5, 0.9, True),
        (0, 4, 0.9, False),
        (0, 5, None, False),
        (1, 4, 0.75, False),
        (2, 8, 0.75, False),
        (1, 8, 0.75, True),
        (1, 5, 0.75, True),
        (0, 5, 0.0, False),
    ],
)
def test_under_a_third_of_the_usual_share_is_a_finding(
    articles: int, listed: int, usual: float | None, *, few: bool
) -> None:
    found = polling.too_few(articles, listed, usual)
    assert (found.fault if found else None) == (SourceFault.FEW_ARTICLES if few else None)
    if found:
        assert found.detail.startswith(f"{articles} of {listed} links are articles, ")


@pytest.mark.parametrize(
    ("links", "known", "by_hours", "minutes"),
    [
        (100, 50, None, 60),
        (100, 49, None, 30),
        (100, 1, None, 30),
        (100, 0, None, 15),
        (100, 99, None, 60),
        (100, 100, None, 120),
        (0, 0, None, 120),
        (0, None, None, 60),
        (100, 20, 40, 40),
        (100, 19, 40, 20),
        (100, 0, 80, 20),
        (100, 0, 40, 15),
        (100, 50, 10, 15),
        (0, 0, 40, 40),
    ],
)
def test_an_interval_by_what_two_polls_share(
    links: int, known: int | None, by_hours: int | None, minutes: int
) -> None:
    planned = None if by_hours is None else by_hours * MINUTE
    found = polling.interval(Pace.HOURLY, links=links, known=known, by_hours=planned)
    assert found == minutes * MINUTE


@pytest.mark.parametrize(
    ("etag", "modified", "answered", "new", "lies"),
    [
        ("e", "m", ("e", "m"), 1, "under the same ETag e"),
        ("e", "m", ("e", "n"), 1, "under the same ETag e"),
        ("e", "m", ("e", "m"), 0, None),
        ("e", "m", ("f", "m"), 1, None),
        ("e", "m", (None, "m"), 1, "under the same Last-Modified m"),
        (None, "m", (None, "m"), 1, "under the same Last-Modified m"),
        (None, "m", (None, "n"), 1, None),
        (None, "m", ("f", "m"), 1, None),
        (None, None, (None, None), 1, None),
    ],
)
def test_validators_lie_where_something_new_is_listed_under_them(
    etag: str | None,
    modified: str | None,
    answered: tuple[str | None, str | None],
    new: int,
    lies: str | None,
) -> None:
    found = polling.caught(row(etag=etag, last_modified=modified), *answered, new=new)
    assert (found.fault if found else None) == (SourceFault.FALSE_VALIDATORS if lies else None)
    assert (lies or "") in (found.detail if found else "")
    assert polling.caught(None, etag, modified, new=1) is None


def test_a_row_with_false_validators_and_an_index_are_asked_without_conditions() -> None:
    held = {"etag": "e", "last_modified": "m"}
    both = {"If-None-Match": "e", "If-Modified-Since": "m"}
    assert polling.validators(row(**held)) == both
    assert polling.validators(row(etag="e")) == {"If-None-Match": "e"}
    assert polling.validators(row(links=0, **held)) == {}
    assert polling.validators(row(role="article", links=0, **held)) == both
    assert polling.validators(row(faults=(SourceFault.FALSE_VALIDATORS,), **held)) == {}


@pytest.mark.parametrize(
    ("name", "conditional"),
    [("If-None-Match", True), ("If-Modified-Since", True), ("If-Match", False)],
)
def test_two_headers_make_a_request_conditional(name: str, *, conditional: bool) -> None:
    assert polling.is_conditional(SimpleNamespace(headers={name: "x"})) is conditional
