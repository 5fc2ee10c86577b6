"""What a snapshot takes from each kind of log row, and how long it keeps it: every outcome, every limit."""

import gzip
import json
from datetime import datetime, timedelta

import pytest

from processing.archive.snapshot import (
    DAY,
    HOT_DAYS,
    SPENT_DAYS,
    Snapshot,
    Taken,
    arrivals_of,
    day,
    decode,
    encode,
    is_settled,
    take,
    trimmed,
)
from processing.errors import CorruptRecordError
from processing.records import Fetch, SourceFault, Why, article_id
from tests.processing.newsroom import NOON, article, fetch

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
URL, FEED = "http://hanbit.press.test/news/1", "http://hanbit.press.test/rss"
ARTICLE = article_id(URL)
VERSION = article("hanbit", 1).version_id


def visit(why: Why, status: int | None = None, at: datetime = NOON, **more: object) -> Fetch:
    given: dict[str, object] = {"status": status, "article_id": ARTICLE, **more}
    return fetch("hanbit", "r", URL, at, why, **given)


def poll(at: datetime = NOON, why: Why = Why.FETCHED, **more: object) -> Fetch:
    given: dict[str, object] = {"role": "source", "links": 3, "listed": 4, **more}
    return fetch("hanbit", "r", FEED, at, why, **given)


def taken(*rows: Fetch) -> Snapshot:
    snapshot = Snapshot()
    take(snapshot, rows, (), ())
    return snapshot


OUTCOMES = [
    (visit(Why.FETCHED, 200, outcome="article", version_id=VERSION), True, "article", 1),
    (visit(Why.FETCHED, 200, outcome="rejection"), True, "rejected", 1),
    (visit(Why.UNCHANGED, 304, outcome="article"), True, "article", 1),
    (visit(Why.GONE, 404), True, "gone", 1),
    (visit(Why.GIVEN_UP, 500), True, "pending", 1),
    (visit(Why.FAILED, 500), False, "pending", 1),
    (visit(Why.OVER_BUDGET), False, "pending", 0),
    # A link that was never asked for has no status; a redirect for good is an answer.
    (visit(Why.SEEN, 302), True, "rejected", 1),
    (visit(Why.SEEN), False, None, 0),
    (visit(Why.OFF_SITE, 301), True, "rejected", 1),
    (visit(Why.OFF_SITE, 308), True, "rejected", 1),
    (visit(Why.OFF_SITE, 302), False, "pending", 1),
    (visit(Why.OFF_SITE), False, None, 0),
    (visit(Why.SPELLING, 200), False, None, 1),
    (visit(Why.SPELLING), False, None, 0),
    (visit(Why.ROBOTS), False, None, 0),
    (visit(Why.NOT_ARTICLE), False, None, 0),
    (visit(Why.OUT_OF_RANGE), False, None, 0),
    (visit(Why.WAITING), False, None, 0),
]


@pytest.mark.parametrize(
    ("row", "seen", "kind", "spent"), OUTCOMES, ids=[f"{row.why} {row.status}" for row, *_ in OUTCOMES]
)  # fmt: skip
def test_each_outcome_is_remembered_and_costs_what_it_cost(
    row: Fetch, kind: str | None, spent: int, *, seen: bool
) -> None:
    snapshot = taken(row)
    assert snapshot.seen(ARTICLE) is seen
    assert {state.kind for state in snapshot.hot.values()} == ({kind} if kind else set())
    assert snapshot.spent == ({"2026-11-20": spent} if spent else {})
    assert is_settled(row) is seen


@pytest.mark.parametrize(
    ("row", "seen"), [(row, seen) for row, seen, *_ in OUTCOMES], ids=lambda one: f"{one!s:.20}"
)
def test_of_a_backfill_only_what_is_settled_is_remembered(row: Fetch, *, seen: bool) -> None:
    snapshot = taken(row.evolve(backfill="2026-11-01"))
    assert snapshot.seen(ARTICLE) is seen
    assert (snapshot.hot, snapshot.spent, snapshot.until) == ({}, {}, 0)
    listed = poll().evolve(backfill="2026-11-01")
    assert taken(listed) == Snapshot()


def test_what_robots_closed_is_no_gap_any_more_and_what_answered_stays() -> None:
    closed = visit(Why.ROBOTS, at=NOON + HOUR)
    snapshot = taken(visit(Why.FAILED, 500), closed)
    assert snapshot.hot[ARTICLE].fetch().why is Why.ROBOTS
    answered = taken(visit(Why.FETCHED, 200, outcome="article", version_id=VERSION), closed)
    state = answered.hot[ARTICLE]
    assert (state.kind, state.fetch().why) == ("article", Why.FETCHED)
    assert (state.first, state.asked) == (NOON.timestamp(), (NOON + HOUR).timestamp())


def test_a_failure_after_an_answer_that_is_cold_is_no_gap() -> None:
    snapshot = taken(visit(Why.FETCHED, 200, outcome="article", version_id=VERSION))
    snapshot.hot.clear()
    take(snapshot, [visit(Why.FAILED, 500, at=NOON + HOUR)], (), ())
    assert snapshot.hot == {}


@pytest.mark.parametrize("later_first", [False, True])
def test_rows_in_any_order_leave_the_same_state(*, later_first: bool) -> None:
    rows = [
        visit(Why.FETCHED, 200, outcome="article", version_id=VERSION, etag="e"),
        visit(Why.UNCHANGED, 304, at=NOON + HOUR),
        poll(etag="e"),
        poll(NOON + HOUR, Why.UNCHANGED, links=None, listed=None),
        poll(NOON + 2 * HOUR, links=1, listed=4),
    ]
    snapshot = Snapshot()
    for row in reversed(rows) if later_first else rows:
        take(snapshot, [row], (), ())
    state, source = snapshot.hot[ARTICLE], snapshot.sources[FEED]
    assert (state.kind, state.first, state.asked) == (
        "article",
        int(NOON.timestamp()),
        int((NOON + HOUR).timestamp()),
    )
    newest = state.fetch()
    assert (newest.why, newest.etag, newest.version_id) == (Why.UNCHANGED, "e", VERSION)
    assert source.fetch.at == NOON + 2 * HOUR
    assert source.fetch.etag is None, "an answer with a body says itself what holds"
    assert source.shares == {"2026-11-20": (4, 8)}
    assert snapshot.until == (NOON + 2 * HOUR).timestamp()


@pytest.mark.parametrize(
    ("row", "shares"),
    [
        (poll(), {"2026-11-20": (3, 4)}),
        (poll(links=None), {"2026-11-20": (0, 4)}),
        (poll(listed=0), {}),
        (poll(why=Why.UNCHANGED), {}),
        (poll(faults=(SourceFault.FEW_ARTICLES,)), {}),
        (poll(faults=(SourceFault.CUT,)), {"2026-11-20": (3, 4)}),
        (poll(datetime.fromisoformat("2026-11-20T15:00Z")), {"2026-11-21": (3, 4)}),
    ],
)
def test_the_shares_of_a_source_are_those_of_sound_answers(
    row: Fetch, shares: dict[str, tuple[int, int]]
) -> None:
    assert taken(row).sources[FEED].shares == shares


@pytest.mark.parametrize(
    ("took", "new", "slots"),
    [
        (HOUR, 4, {22: 2, 23: 2}),
        (3 * HOUR, 1, {21: 1}),
        (3 * HOUR + SECOND, 1, None),
        (SECOND, 1, {23: 1}),
        (timedelta(), 1, None),
        (HOUR, 0, None),
    ],
)
def test_articles_came_between_two_answers_that_are_near(
    took: timedelta, new: int, slots: dict[int, int] | None
) -> None:
    found = arrivals_of(poll(answered_at=NOON - took, new_links=new))
    assert found == ({"2026-11-20": slots} if slots else {})


def test_what_is_older_than_its_time_goes_and_what_is_not_stays() -> None:
    until = NOON
    start = until - timedelta(seconds=HOT_DAYS * DAY)
    other = "http://hanbit.press.test/other"
    snapshot = taken(
        visit(Why.FETCHED, 200, at=start, outcome="article", version_id=VERSION),
        visit(Why.FAILED, 500, at=start - SECOND, article_id="b" * 16),
        poll(start),
        poll(start - SECOND).evolve(url=other),
        poll(until).evolve(url=f"{FEED}2"),
        fetch("hanbit", "r", f"{URL}0", start, Why.NOT_ARTICLE),
        fetch("hanbit", "r", f"{URL}1", start - timedelta(days=1), Why.NOT_ARTICLE),
        visit(Why.FETCHED, 200, at=until - timedelta(days=SPENT_DAYS), article_id="c" * 16),
        visit(Why.FETCHED, 200, at=until - timedelta(days=SPENT_DAYS + 1), article_id="d" * 16),
    )
    snapshot.sources[FEED].shares["2026-10-20"] = (1, 1)
    snapshot.sources[FEED].arrivals.update({"2026-10-20": {1: 1}, "2026-10-21": {2: 2}})
    left = trimmed(snapshot)
    assert set(left.hot) == {ARTICLE, "c" * 16, "d" * 16}
    assert set(left.sources) == {FEED, f"{FEED}2"}
    assert left.sources[FEED].shares == {"2026-10-21": (3, 4)}
    assert left.sources[FEED].arrivals == {"2026-10-21": {2: 2}}
    assert set(left.turned.values()) == {day(start.timestamp())}
    assert set(left.spent) == {"2026-11-17", "2026-11-20"}
    assert left.seen("d" * 16)


def test_a_snapshot_is_written_in_one_order_and_every_line_counts() -> None:
    rows = [poll(NOON - timedelta(days=days)) for days in (0, 2, 1)]
    snapshot = taken(*rows, visit(Why.FETCHED, 200, outcome="article", version_id=VERSION))
    shares = snapshot.sources[FEED].shares
    snapshot.sources[FEED].shares = {on: shares[on] for on in sorted(shares, reverse=True)}
    snapshot.sources[FEED].arrivals = {"2026-11-20": {3: 1, 2: 1}, "2026-11-19": {1: 1}}
    data = gzip.decompress(encode(snapshot))
    source = json.loads(data.splitlines()[1])
    assert list(source["shares"]) == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert list(source["arrivals"]) == ["2026-11-19", "2026-11-20"]
    assert list(source["arrivals"]["2026-11-20"]) == ["2", "3"]
    assert encode(decode(encode(snapshot))) == encode(snapshot)
    for damaged in (data + b"x", data[:-1], data.replace(b'"hot": 1', b'"hot": 2')):
        with pytest.raises(CorruptRecordError):
            decode(gzip.compress(damaged))


def test_a_gap_is_as_old_as_its_first_row_and_says_what_its_last_one_says() -> None:
    rows = [visit(Why.FAILED, status, at=NOON + hours * HOUR) for hours, status in ((1, 500), (0, 502))]  # fmt: skip
    for order in (rows, rows[::-1]):
        snapshot = Snapshot()
        for row in order:
            take(snapshot, [row], (), ())
        state = snapshot.hot[ARTICLE]
        assert (state.first, state.asked) == (NOON.timestamp(), (NOON + HOUR).timestamp())
        assert state.fetch().status == 500


def test_of_two_answers_of_one_moment_the_later_one_counts() -> None:
    snapshot = taken(poll(etag="e"))
    take(snapshot, [poll(why=Why.UNCHANGED, links=None, listed=None)], (), ())
    assert (snapshot.sources[FEED].fetch.why, snapshot.sources[FEED].fetch.etag) == (
        Why.UNCHANGED,
        "e",
    )


def test_a_source_has_what_was_announced_in_its_last_answer() -> None:
    announced = [
        visit(Why.FAILED, 500, article_id=f"{number}" * 16, announced_by=FEED).evolve(url=f"{URL}{number}")
        for number in (3, 1, 2)
    ]  # fmt: skip
    unnamed = visit(Why.FAILED, 500, article_id="4" * 16)
    snapshot = taken(poll(), *announced, unnamed)
    assert snapshot.sources[FEED].announced == {"1" * 16, "2" * 16, "3" * 16}
    written = json.loads(gzip.decompress(encode(snapshot)).splitlines()[1])
    assert written["announced"] == sorted(written["announced"])
    take(snapshot, [poll(NOON + HOUR, Why.UNCHANGED)], (), ())
    assert len(snapshot.sources[FEED].announced) == 3


def test_articles_of_one_half_hour_add_up() -> None:
    first = poll(answered_at=NOON - SECOND, new_links=1)
    snapshot = taken(first, first.evolve(at=NOON + SECOND, answered_at=NOON, new_links=2))
    assert snapshot.sources[FEED].arrivals == {"2026-11-20": {23: 1, 24: 2}}
    take(snapshot, [first.evolve(at=NOON + 2 * SECOND, answered_at=NOON, new_links=3)], (), ())
    assert snapshot.sources[FEED].arrivals == {"2026-11-20": {23: 1, 24: 5}}


def test_a_row_of_a_backfill_without_an_article_is_nothing() -> None:
    row = visit(Why.FETCHED, 200, article_id=None).evolve(backfill="2026-11-01")
    assert taken(row) == Snapshot()


def test_runs_are_kept_as_long_as_rows() -> None:
    snapshot = Snapshot(until=int(NOON.timestamp()))
    snapshot.runs = {"old": Taken("2026-10-20"), "kept": Taken("2026-10-21")}
    assert set(trimmed(snapshot).runs) == {"kept"}
