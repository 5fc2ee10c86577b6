"""Whose turn it is at a tick: by what sources said, by what waits, and never by a host that closed itself to us."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.archive.memory import Memory
from processing.errors import CorruptRecordError, MissingError
from processing.landing.segments import SegmentWriter
from processing.records import Fetch, Why, article_id
from processing.store.file_store import FileStore
from spiders.crawling import polling
from spiders.crawling.polling import TICK, USUAL, due, gaps, interval, is_due, is_turn, note_url
from spiders.outlet import Feed, Outlet, Pace, Sitemap

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED, OTHER = Feed("http://a.example/feed"), Feed("http://b.example/feed")
DAYS = Sitemap("http://a.example/sitemap/{yyyymmdd}.xml")


def outlet(*sources: Feed | Sitemap, **more: object) -> Outlet:
    fields = {"home": "http://a.example/", "pace": Pace.HOURLY, **more}
    article = re.compile(r"/news/(?P<id>\d+)")
    return Outlet(name="a", title="a", sources=sources or (FEED,), article=article, **fields)  # type: ignore[arg-type]


def row(why: Why = Why.FETCHED, at: datetime = NOW, **more: object) -> Fetch:
    fields: dict[str, object] = {"role": "source", "url": FEED.url, "links": 5, **more}
    return Fetch(outlet="a", run="r", at=at, why=why, **fields)  # type: ignore[arg-type]


def page(why: Why, at: datetime, number: int = 1, **more: object) -> Fetch:
    url = f"http://a.example/news/{number}"
    return row(why, at, role="article", url=url, article_id=article_id(url), links=None, **more)


def memory(*rows: Fetch) -> Memory:
    made = Memory()
    made.take(rows)
    return made


paces = st.sampled_from(Pace)
seconds = st.integers(0, 3 * 86400).map(lambda count: timedelta(seconds=count))


@given(paces, seconds)
def test_a_source_is_asked_at_the_tick_that_is_nearest_to_its_moment(
    pace: Pace, later: timedelta
) -> None:
    last = row(next_at=NOW + later)
    ticks = (NOW + number * TICK[pace] for number in range(1, 1000))
    asked = next(tick for tick in ticks if is_due(last, pace, tick))
    assert asked - last.next_at <= TICK[pace] / 2 or asked == NOW + TICK[pace]  # type: ignore[operator]
    assert last.next_at - asked <= TICK[pace] / 2  # type: ignore[operator]
    assert is_due(last, pace, asked + later)


@given(paces, st.integers(0, 60), st.integers(0, 60))
def test_no_poll_is_asked_for_sooner_than_the_clock_ticks(
    pace: Pace, links: int, known: int
) -> None:
    asked = interval(pace, links=links, known=min(links, known))
    assert TICK[pace] <= asked <= timedelta(days=1)


@given(paces, seconds, st.integers(0, 12), st.sampled_from([200, 404, 500]))
def test_one_whose_sources_answer_has_its_turn_within_a_day_and_a_tick(
    pace: Pace, later: timedelta, failures: int, status: int
) -> None:
    last = row(Why.FAILED if failures else Why.FETCHED, failures=failures, status=status)
    moment = interval(pace, links=9, known=9, failures=failures)
    known = memory(last.model_copy(update={"next_at": NOW + moment}))
    assert is_turn(outlet(pace=pace), known, NOW + timedelta(days=1) + TICK[pace] + later)


def test_what_was_never_asked_is_due() -> None:
    assert is_due(None, Pace.DAILY, NOW)
    assert is_turn(outlet(), Memory(), NOW)


def test_a_row_that_names_no_moment_is_due_at_the_pace() -> None:
    assert not is_due(row(), Pace.HOURLY, NOW + HOUR / 2)
    assert is_due(row(), Pace.HOURLY, NOW + HOUR)


def test_a_source_that_turns_over_fast_is_asked_sooner_than_its_pace() -> None:
    fast = memory(row(next_at=NOW + interval(Pace.HOURLY, links=5, known=0)))
    assert not is_turn(outlet(), fast, NOW + timedelta(minutes=5))
    assert is_turn(outlet(), fast, NOW + timedelta(minutes=15))


def test_one_due_source_is_enough_and_an_archive_of_days_is_none() -> None:
    both = memory(row(next_at=NOW + HOUR), row(url=OTHER.url, next_at=NOW + 2 * HOUR))
    later = memory(row(next_at=NOW + 2 * HOUR), row(url=OTHER.url, next_at=NOW + 2 * HOUR))
    mine = outlet(FEED, OTHER, DAYS, hosts=("b.example",))
    assert is_turn(mine, both, NOW + HOUR)
    assert not is_turn(mine, later, NOW + HOUR)


def test_what_fails_is_left_alone_until_its_time() -> None:
    absent = row(Why.FAILED, status=404, failures=1, next_at=NOW + HOUR)
    assert not is_turn(outlet(), memory(absent), NOW + timedelta(minutes=59))
    assert is_turn(outlet(), memory(absent), NOW + HOUR)


def test_a_host_that_closed_itself_is_left_alone_and_another_is_not() -> None:
    closed = row(Why.FAILED, url=note_url("a.example"), failures=3, links=None)
    known = memory(row(next_at=NOW), closed, page(Why.FETCHED, NOW - 2 * HOUR, outcome="article"))
    assert not is_turn(outlet(), known, NOW + timedelta(minutes=59))
    assert is_turn(outlet(), known, NOW + HOUR)
    assert is_turn(outlet(FEED, OTHER, hosts=("b.example",)), known, NOW + timedelta(minutes=1))


def test_revisits_and_gaps_wait_for_the_pace_and_no_longer() -> None:
    polled = row(next_at=NOW + 2 * HOUR)
    for waits in (
        page(Why.FETCHED, NOW - HOUR, outcome="article"),
        page(Why.FAILED, NOW, failures=1),
    ):
        known = memory(polled, waits)
        assert not is_turn(outlet(), known, NOW + timedelta(minutes=30))
        assert is_turn(outlet(), known, NOW + HOUR)
    assert not is_turn(outlet(), memory(polled), NOW + HOUR)


def test_a_gap_that_back_off_holds_is_no_reason_to_come() -> None:
    held = page(Why.FAILED, NOW, failures=6, status=500)
    assert list(gaps(memory(held), NOW + 7 * HOUR)) == []
    assert not is_turn(outlet(), memory(row(next_at=NOW + 24 * HOUR), held), NOW + 7 * HOUR)


def test_who_has_spent_the_days_budget_waits_for_tomorrow() -> None:
    spent = memory(*(page(Why.FETCHED, NOW, number, outcome="rejection") for number in range(5)))
    assert not is_turn(outlet(budget=5), spent, NOW + HOUR)
    assert is_turn(outlet(budget=6), spent, NOW + HOUR)
    assert is_turn(
        outlet(budget=5), spent, datetime(2026, 11, 22, 15, tzinfo=UTC)
    )  # midnight in Seoul


@pytest.mark.parametrize("pace", Pace)
def test_the_usual_interval_is_a_whole_number_of_ticks(pace: Pace) -> None:
    assert USUAL[pace] % TICK[pace] == timedelta()
    assert USUAL[pace] / 4 <= TICK[pace]


def test_turns_are_read_from_the_archive_one_outlet_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(tmp_path / "archive")
    for name, later in (("waits", HOUR), ("asks", -HOUR)):
        writer = SegmentWriter(
            store, name, "20261122T030000Z-aaaaaa", tmp_path / "spool", clock=lambda: NOW
        )
        writer.add(row(next_at=NOW + later).model_copy(update={"outlet": name}))
        writer.seal()
    outlets = {name: outlet() for name in ("new", "waits", "asks", "broken", "lost")}
    load = polling.load

    def loads(store: FileStore, name: str) -> Memory:
        if name == "broken":
            raise CorruptRecordError("log/outlet=broken/000001.gz is damaged")
        if name == "lost":
            raise MissingError("memory/outlet=lost/000001.gz is gone")
        return load(store, name)

    monkeypatch.setattr(polling, "load", loads)
    asked = ["waits", "new", "broken", "asks", "lost"]
    assert due(store, outlets, asked, NOW) == ["new", "broken", "asks", "lost"]
    assert due(store, outlets, [], NOW) == []


def test_revisits_start_a_crawl_half_a_tick_before_the_pace() -> None:
    known = memory(row(next_at=NOW + 9 * HOUR), page(Why.FAILED, NOW, failures=1))
    early = NOW + HOUR - TICK[Pace.HOURLY] / 2
    assert is_turn(outlet(), known, early)
    assert not is_turn(outlet(), known, early - timedelta(microseconds=1))
