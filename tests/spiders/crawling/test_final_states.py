"""An announced page that is not to be had ends in a stated state, and the meter and the gaps say which."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.archive.catalogue import Catalogue
from processing.archive.memory import Memory, compact, load
from processing.archive.publish import publish
from processing.archive.snapshot import HOT_DAYS, decode
from processing.dates import SEOUL
from processing.records import Fetch, OutletFacts, Publication, Why, article_id
from processing.report.counting import count_day, stories
from processing.report.days import Count
from processing.settings import Settings
from spiders.crawling.polling import (
    ABSENT_VISITS,
    PATIENCE,
    VISITS,
    backoff,
    final,
    gaps,
    waits_until,
)
from tests.spiders.conftest import Crawl, Crawled
from tests.spiders.crawling.test_crawl_finds import at
from tests.spiders.origin import Origin, Reply, article, feed

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
URL = "http://a.example/news/1"
ME = article_id(URL)
DAY = timedelta(days=1)


def row(why: Why = Why.FAILED, when: datetime = NOW, **more: object) -> Fetch:
    fields: dict[str, object] = {
        "role": "article",
        "url": URL,
        "article_id": ME,
        "announced_at": NOW,
        **more,
    }
    return Fetch(outlet="a", run="r", at=when, why=why, **fields)  # type: ignore[arg-type]


def memory(*rows: Fetch) -> Memory:
    return Memory(decode(compact(None, rows)))


def visited(status: int | None, counted: Callable[[int], bool] = lambda _: True) -> list[Fetch]:
    """The rows of a page that fails for ever, asked as soon as back-off lets it, and whatever befalls its host."""
    rows, now, failures = [], NOW, 0
    while not rows or rows[-1].why is Why.FAILED:
        failures += counted(len(rows))
        rows.append(final(row(when=now, failures=failures, status=status, detail="it failed")))
        now = max(now + timedelta(minutes=15), waits_until(rows[-1], now) or now)
        assert len(rows) < 4000, "it is asked for ever"
    return rows


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_absent_on_a_handful_of_visits_over_a_day_is_gone(status: int) -> None:
    rows = visited(status)
    assert (len(rows), rows[-1].why) == (ABSENT_VISITS, Why.GONE)
    assert DAY < rows[-1].at - NOW < 2 * DAY
    assert rows[-1].detail == "announced and never there: it failed on the last of 6 visits"


@pytest.mark.parametrize("status", [500, 403, None])
def test_what_fails_for_two_weeks_is_given_up(status: int | None) -> None:
    rows = visited(status)
    assert (len(rows), rows[-1].why) == (VISITS, Why.GIVEN_UP)
    assert 12 * DAY < rows[-1].at - NOW < 15 * DAY
    assert rows[-1].detail == "given up after 20 visits in vain: it failed"


@given(st.sampled_from([404, 500, None]), st.sets(st.integers(0, 3000)))
def test_every_failure_ends_whichever_visits_its_host_kept_us_from(
    status: int | None, closed: set[int]
) -> None:
    rows = visited(status, lambda visit: visit not in closed)
    assert rows[-1].why in {Why.GONE, Why.GIVEN_UP}
    assert rows[-1].at - NOW <= PATIENCE + DAY
    assert rows[-1].why is not Why.GONE or status == 404


def test_where_nothing_can_be_asked_a_month_ends_it() -> None:
    rows = visited(None, lambda _: False)
    assert (rows[-1].why, rows[-1].at - NOW) == (Why.GIVEN_UP, PATIENCE)
    assert final(row(when=NOW + 2 * PATIENCE, announced_at=None, failures=1)).why is Why.FAILED


def test_the_schedule_is_the_one_of_every_back_off() -> None:
    waits = [
        later.at - earlier.at
        for earlier, later in zip(visited(500), visited(500)[1:], strict=False)
    ]
    assert waits == [max(timedelta(minutes=15), backoff(failures)) for failures in range(1, VISITS)]


def test_what_was_given_up_stays_a_gap_that_no_crawl_asks_for() -> None:
    known = memory(row(failures=19), row(Why.GIVEN_UP, NOW + DAY, failures=20, detail="given up"))
    assert [(one.why, one.detail) for one in known.gaps()] == [(Why.GIVEN_UP, "given up")]
    assert list(gaps(known, NOW + 9 * DAY)) == []
    assert known.seen(ME)
    later = memory(
        row(Why.GIVEN_UP, failures=20),
        row(Why.FETCHED, NOW + (HOT_DAYS + 1) * DAY, article_id="0" * 16),
    )
    assert later.gaps() == []
    assert later.seen(ME), "it would be asked for anew"


def test_what_was_given_up_and_came_after_all_is_an_article() -> None:
    known = memory(row(Why.GIVEN_UP, failures=20), row(Why.FETCHED, NOW + DAY, outcome="article"))
    assert known.gaps() == []
    last = known.last(ME)
    assert last is not None
    assert (last.why, last.outcome, last.failures) == (Why.FETCHED, "article", 0)


def test_what_was_never_there_is_known_and_no_gap() -> None:
    known = memory(row(failures=5, status=404), row(Why.GONE, NOW + DAY, failures=6, status=404))
    assert known.gaps() == []
    assert known.seen(ME)


def test_a_gap_that_robots_txt_closed_is_no_longer_ours() -> None:
    assert memory(row(failures=1), row(Why.ROBOTS, NOW + DAY)).gaps() == []
    assert memory(row(Why.ROBOTS)).last(ME) is None


@pytest.mark.parametrize(
    ("why", "status", "known"),
    [
        (Why.SEEN, 302, True),
        (Why.OFF_SITE, 301, True),
        (Why.OFF_SITE, 308, True),
        (Why.OFF_SITE, 302, False),
    ],
)
def test_where_a_page_leads_is_remembered(why: Why, status: int, *, known: bool) -> None:
    for before in ((), (row(failures=1),)):
        found = memory(*before, row(why, NOW + DAY, status=status, failures=2))
        assert found.seen(ME) is known
        assert found.gaps() == []
        assert found.spent(NOW.astimezone(SEOUL).date() + DAY) == 1
    assert not memory(row(why)).seen(ME), "it was only considered"


def test_an_article_that_we_hold_stays_one_wherever_it_leads_and_is_not_asked_at_once_again() -> (
    None
):
    schedule = (timedelta(hours=1),)
    known = memory(row(Why.FETCHED, outcome="article"), row(Why.OFF_SITE, NOW + DAY, status=301))
    assert known.due(NOW + 2 * DAY, schedule) == []
    assert known.last(ME).outcome == "article"  # type: ignore[union-attr]


# -- on the wire


def publication(done: Crawled, folder: Path, when: datetime) -> Publication:
    options = Settings(
        store=f"file:{folder}/archive", cache=folder / "cache", heads=folder / "heads"
    )
    facts = {name: OutletFacts(title=name) for name in ("plain", "drawn")}
    return publish(
        done.store, now=when, code_version="1", lock_sha256="0" * 64, outlets=facts, options=options
    )


def published(done: Crawled, folder: Path, when: datetime) -> Catalogue:
    """Take what crawls left into the archive."""
    assert publication(done, folder, when).outlets
    return Catalogue(done.store, folder / "cache")


def test_an_announced_page_that_is_never_there(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    absent = at(origin, "plain", "/news/100")
    origin.routes |= {f"/news/{n}": article(n) for n in range(8)}
    whys = []
    for number, hours in enumerate((0, 0.5, 1.1, 3.2, 7.3, 15.4, 31.5, 60)):
        origin.routes["/feed"] = feed(absent, at(origin, "plain", f"/news/{number}"))
        done = crawl("plain", env={"WIRE_HOURS": str(hours)})
        assert done.code == 0, done.log
        whys += [(row.why, row.failures) for row in done.articles_log() if row.url == absent]
    assert origin.paths().count("/news/100") == ABSENT_VISITS
    assert whys == [
        ("failed", 1), ("seen", 1), *(("failed", count) for count in (2, 3, 4, 5)), ("gone", 6), ("seen", 6)
    ]  # fmt: skip
    assert load(done.store, "plain").gaps() == []
    ended = done.report.ended_at
    assert publication(done, tmp_path, ended).outlets["plain"].deletions == 0, (
        "it was never ours to lose"
    )
    catalogue = Catalogue(done.store, tmp_path / "cache")
    days = sorted(
        {(ended - timedelta(hours=back)).astimezone(SEOUL).date() for back in range(0, 61, 4)}
    )
    counts = [count_day(catalogue, day).get("plain", Count()) for day in days]
    assert sum(count.rejected for count in counts) == 1
    assert sum(count.gaps + count.deletions for count in counts) == 0
    assert sum(count.announced for count in counts) == 9
    assert not [
        one
        for day in days
        for one in stories(catalogue, day).changed + stories(catalogue, day).missing
    ]


def test_a_gap_that_is_left_alone_is_a_gap_in_the_meter(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    absent, there = (at(origin, "plain", f"/news/{n}") for n in (100, 1))
    origin.routes |= {"/feed": feed(absent), "/news/1": article(1), "/news/100": Reply(404)}
    crawl("plain")
    origin.routes["/feed"] = feed(absent, there)
    done = crawl("plain")
    assert {row.url: row.why for row in done.articles_log()} == {absent: "seen", there: "fetched"}
    day = done.report.ended_at.astimezone(SEOUL).date()
    catalogue = published(done, tmp_path, done.report.ended_at)
    count = count_day(catalogue, day)["plain"]
    assert (count.announced, count.archived, count.gaps) == (2, 1, 1)
    (gap,) = stories(catalogue, day).missing
    assert (gap.url, gap.why, gap.detail) == (absent, "failed", "http 404")


def test_a_closed_robots_txt_is_not_held_against_the_page(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/1": Reply(500)}
    crawl("plain")
    origin.routes["/robots.txt"] = Reply(503)
    (row,) = crawl("plain").articles_log()
    assert (row.why, row.failures) == ("failed", 1)
    assert "robots.txt" in (row.detail or "")


def test_a_page_that_failed_and_then_leads_to_a_known_article_has_answered(
    origin: Origin, crawl: Crawl
) -> None:
    urls = [at(origin, "plain", f"/news/{n}") for n in (1, 2)]
    origin.routes |= {"/feed": feed(*urls), "/news/1": article(1), "/news/2": Reply(500)}
    crawl("plain")
    origin.routes["/news/2"] = Reply(302, headers={"Location": "/news/1"})
    done = crawl("plain")
    assert [(row.url, row.why, row.failures) for row in done.articles_log()] == [
        (urls[1], "seen", 0)
    ]
    assert load(done.store, "plain").gaps() == []


def test_a_page_that_leads_off_the_outlet_is_asked_once_or_with_back_off(
    origin: Origin, crawl: Crawl
) -> None:
    urls = [at(origin, "plain", f"/news/{n}") for n in (1, 2)]
    origin.routes["/news/1"] = Reply(301, headers={"Location": "http://elsewhere.example/1"})
    origin.routes["/news/2"] = Reply(302, headers={"Location": "http://elsewhere.example/2"})
    for number in range(4):
        origin.routes["/feed"] = feed(*urls, at(origin, "plain", f"/about/{number}"))
        done = crawl("plain")
    whys = {row.url: (row.why, row.detail) for row in done.articles_log() if row.url in urls}
    assert whys == {
        url: ("off-site", f"redirects to http://elsewhere.example/{url[-1]}") for url in urls
    }
    assert [origin.paths().count(f"/news/{n}") for n in (1, 2)] == [1, 2]
    assert load(done.store, "plain").gaps() == []
