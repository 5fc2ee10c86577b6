"""How a backfill reads each list, and what it asks next. In this process, without a network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from processing.archive.backfills import BackfillState, label
from processing.dates import SEOUL
from processing.errors import StoreFullError, UsageError
from processing.records import Fetch, SourceFault, SourceFinding, Why
from spiders.crawling.arguments import CrawlRequest
from spiders.crawling.backfill import Backfill
from spiders.crawling.history import BackfillPlan
from spiders.crawling.polling import Span
from spiders.crawling.run import Run
from spiders.outlet import Feed, Listing, Sitemap, Source
from tests.spiders.crawling.answers import (
    HOME,
    NOW,
    answer,
    feed,
    index,
    news,
    outlet,
    row,
    started,
    urlset,
)

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
MAPS = Sitemap(f"{HOME}/{{yyyymmdd}}.xml")
DAY_LIST = Sitemap(f"{HOME}/day/{{yyyymmdd}}?page={{page}}")
LIST = Listing(f"{HOME}/list?page={{page}}")
INDEX = Sitemap(f"{HOME}/index.xml", follow="map-")
FEED = Feed(f"{HOME}/feed")


def ago(days: int) -> date:
    return TODAY - days * DAY


def list_of(entries: Iterable[tuple[int, date | None]]) -> bytes:
    """Return a page of a list: numbers of articles, and the day beside each."""
    rows = "".join(
        f'<li><a href="{news(number)}">제목</a><em>{f"{day:%Y.%m.%d}" if day else "기자"}</em></li>'
        for number, day in entries
    )
    return f"<html><body><ul>{rows}</ul></body></html>".encode()


@dataclass
class Driven:
    """A backfill, the addresses that it has asked for, and the rows that it has written."""

    backfill: Backfill
    run: Run
    rows: list[Fetch]
    asked: list[str] = field(default_factory=list)

    @property
    def plan(self) -> BackfillPlan:
        return self.backfill.plan

    def of(self, url: str) -> Fetch:
        """Return the newest row of an address."""
        return [row for row in self.rows if row.url == url][-1]

    def whys(self) -> dict[int, tuple[Why, str | None]]:
        """Return what was written first of each article: why, and the days it is marked with."""
        first = {}
        for one in reversed(self.rows):
            if one.role == "article" and "/news/" in one.url:
                first[int(one.url.rpartition("/")[2])] = (one.why, one.backfill)
        return first

    def go(self, served: Mapping[str, Any], most: int = 99) -> list[str]:
        """Answer what is asked until nothing more is: bodies, statuses or (body, headers) of lists."""
        while len(self.asked) < most and (visits := self.backfill.next_visits()):
            for visit in visits:
                self.asked.append(visit.url.removeprefix(HOME))
                if visit.role == "article":
                    assert visit.article_id
                    self.run.log.add(row(visit.url, run="now", backfill=visit.backfill))
                    continue
                reply = served.get(self.asked[-1], 404)
                if isinstance(reply, int):
                    self.backfill.answer(answer(visit, status=reply))
                elif isinstance(reply, tuple):
                    self.backfill.answer(answer(visit, reply[0], headers=reply[1]))
                else:
                    self.backfill.answer(answer(visit, reply))
        return self.asked


def backfill(
    sources: Sequence[Source],
    first: int,
    last: int,
    *,
    history: Sequence[Source] = (),
    known: Iterable[Fetch] = (),
    before: Iterable[Fetch] = (),
    most: int | None = None,
    dry_run: bool = False,
    **more: Any,
) -> Driven:
    """Return a backfill of the days from `first` to `last` days ago.

    `known` are rows of the outlet's daily memory, `before` those of earlier backfills.
    """
    state = BackfillState()
    state.take(before)
    declared = outlet(*sources, history=tuple(history), budget=100)
    run, rows = started(declared, known, backfills=state, **more)
    days = [ago(back) for back in range(last, first + 1)]
    span = Span(midnight(days[-1]), midnight(days[0] + DAY))
    wanted = CrawlRequest(days=tuple(days), span=span, dry_run=dry_run)
    return Driven(
        Backfill(run, wanted, BackfillPlan(declared, days, state, NOW), most=most), run, rows
    )


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SEOUL)


# -- the list of a day


def test_a_list_is_followed_by_its_articles_and_says_which_it_left_out() -> None:
    known = row(news(3), outcome="article")
    noticed = row(f"{HOME}/about/8", Why.NOT_ARTICLE, role="article", article_id=None)
    driven = backfill((MAPS,), 2, 1, known=[known, noticed])
    served = {
        "/20261119.xml": urlset(
            [
                news(1),
                (news(2), "2026-11-17T09:00:00+09:00"),  # it states a time of none of the days
                (news(3), "2026-11-19T09:00:00+09:00"),
                f"{HOME}/about/7",
                f"{HOME}/about/8",
                news(1),
            ]
        ),
        "/20261118.xml": urlset([news(1), news(2), news(4), f"{HOME}/about/7"]),
    }
    assert driven.go(served) == ["/20261119.xml", "/news/1", "/20261118.xml", "/news/4"]
    assert driven.whys() == {
        1: (Why.WAITING, "2026-11-19"),
        2: (Why.OUT_OF_RANGE, "2026-11-19"),
        3: (Why.SEEN, "2026-11-19"),
        4: (Why.WAITING, "2026-11-18"),
    }
    assert [one.why for one in driven.rows if one.url == news(1)] == [Why.WAITING, Why.FETCHED]
    assert [one.why for one in driven.rows if one.url == news(2)] == [Why.OUT_OF_RANGE]
    refused = [(one.url, one.backfill) for one in driven.rows if one.why is Why.NOT_ARTICLE]
    assert refused == [(f"{HOME}/about/7", "2026-11-19")]
    waited = [one for one in driven.rows if one.why is Why.WAITING]
    assert {(one.announced_by, one.announced_at) for one in waited} == {(MAPS.url, NOW)}
    listed = driven.of(f"{HOME}/20261119.xml")
    assert (listed.links, listed.listed, listed.new_links, listed.visits) == (5, 5, 1, 0)
    assert (listed.why, listed.backfill, listed.faults) == (Why.FETCHED, "2026-11-19", ())
    assert listed.detail is None
    assert len(driven.run.announced) == 4
    report = driven.run.log.counts.sources[MAPS.url]
    assert (report.links, report.new, report.listed, report.status) == (9, 2, 9, 200)
    assert (report.understood, report.overlap) == (True, 0)
    assert driven.plan.left() == []


def test_the_articles_of_earlier_runs_come_first_and_none_is_asked_twice() -> None:
    def waits(number: int, back: int, **more: Any) -> Fetch:
        at = NOW - DAY
        return row(news(number), Why.WAITING, at=at, backfill=f"{ago(back)}", **more)

    gone = waits(5, 2).evolve(url=f"{HOME}/about/5")
    before = [waits(1, 2), waits(2, 1), waits(3, 2, announced_by=MAPS.url), gone]
    driven = backfill((MAPS,), 2, 1, known=[row(news(3), outcome="article")], before=before)
    visits = driven.backfill.next_visits()
    assert [visit.url for visit in visits] == [news(2), news(1)]
    first = visits[0]
    assert (first.canonical, first.backfill) == (news(2).replace("http:", "https:"), "2026-11-19")
    assert (first.last, first.reason) == (before[1], "new")
    # Known by now, or no article by today's declaration.
    assert {(one.url, one.why, one.backfill) for one in driven.rows} == {
        (news(3), Why.SEEN, "2026-11-18"),
        (f"{HOME}/about/5", Why.SEEN, "2026-11-18"),
    }
    assert {one.announced_by for one in driven.rows} == {None, MAPS.url}
    # Under way still: the next thing to ask is a list.
    assert [visit.role for visit in driven.backfill.next_visits()] == ["source"]


def test_a_hundred_articles_are_asked_for_at_once() -> None:
    before = [
        row(news(number), Why.WAITING, at=NOW - DAY, backfill=f"{ago(1)}") for number in range(103)
    ]
    driven = backfill((MAPS,), 1, 1, before=before)
    assert [len(driven.backfill.next_visits()) for _ in range(2)] == [100, 3]


def test_a_run_asks_for_nothing_once_it_is_full_spent_or_ending() -> None:
    waiting = [row(news(1), Why.WAITING, at=NOW - DAY, backfill=f"{ago(1)}")]
    for most, requests, asks in (
        (None, 99, True),
        (50, 49, True),
        (50, 50, False),
        (None, 100, False),
    ):
        driven = backfill((MAPS,), 1, 1, most=most, before=waiting)
        driven.run.requests = requests
        assert bool(driven.backfill.next_visits()) is asks, (most, requests)
        assert driven.backfill.is_full() is (most is not None and not asks)
        assert driven.backfill.is_spent() is (requests == 100)
    for ending in ("stopping", "over", "error"):
        driven = backfill((MAPS,), 1, 1, before=waiting)
        setattr(driven.run, ending, StoreFullError("full") if ending == "error" else True)
        assert driven.backfill.next_visits() == []
    dry = backfill((MAPS,), 1, 1, before=waiting, dry_run=True)
    assert [visit.role for visit in dry.backfill.next_visits()] == ["source"]


def test_a_list_that_fails_is_asked_once_and_its_days_are_left() -> None:
    driven = backfill((MAPS,), 2, 1)
    driven.go({"/20261119.xml": 500, "/20261118.xml": urlset([news(1)])})
    assert driven.asked == ["/20261119.xml", "/20261118.xml", "/news/1"]
    failed = driven.of(f"{HOME}/20261119.xml")
    assert (failed.why, failed.detail, failed.backfill) == (Why.FAILED, "http 500", "2026-11-19")
    assert failed.faults == (SourceFault.UNANSWERED,)
    report = driven.run.log.counts.sources[MAPS.url]
    # What another of its lists answered shows that the source is understood.
    assert (report.understood, report.status, report.problem) == (True, 200, None)
    assert driven.run.log.counts.problems == {f"{HOME}/20261119.xml": "http 500"}
    driven.backfill.finish()
    assert driven.run.log.counts.unreached == "2026-11-19 is not complete: the next run goes on"
    assert driven.run.error is None
    driven.run.requests = 100
    driven.backfill.finish()
    assert driven.run.log.counts.unreached.endswith(
        ": the budget of 100 requests is spent; the next run goes on"
    )


def test_a_source_has_the_faults_of_its_last_list_until_one_answers() -> None:
    driven = backfill((MAPS,), 3, 1)
    lists = {"/20261119.xml": 500, "/20261118.xml": 503, "/20261117.xml": 404}
    driven.go(lists, most=2)
    report = driven.run.log.counts.sources[MAPS.url]
    assert (report.problem, report.understood, report.new) == ("http 503", False, 0)
    assert [finding.detail for finding in report.findings] == ["http 503"]
    driven.go(lists)
    # That there is no list of a day is no end of anything.
    assert driven.of(f"{HOME}/20261117.xml").faults == (SourceFault.UNANSWERED,)
    well = backfill((MAPS,), 2, 1)
    well.go({"/20261119.xml": urlset([news(1)]), "/20261118.xml": 500})
    report = well.run.log.counts.sources[MAPS.url]
    assert (report.understood, report.findings, report.status) == (True, (), 500)
    shut = backfill((MAPS,), 2, 1)
    shut.go({"/20261119.xml": 403, "/20261118.xml": 401})
    shut.backfill.finish()
    both = f"({HOME}/20261118.xml: http 401; {HOME}/20261119.xml: http 403)"
    assert both in f"{shut.run.error}"


def test_days_that_no_source_reaches_are_named_beside_those_that_are_left() -> None:
    driven = backfill((FEED,), 5, 0)
    driven.go({"/feed": 500})
    driven.backfill.finish()
    assert driven.run.log.counts.unreached == ("no source reaches 2026-11-15 to 2026-11-18")
    driven = backfill((MAPS,), 2, 0)
    driven.backfill.finish()
    assert driven.run.log.counts.unreached == (
        "2026-11-18 to 2026-11-20 are not complete: the next run goes on"
    )


@pytest.mark.parametrize(
    ("status", "more", "refuses"),
    [
        (401, {}, True),
        (403, {}, True),
        (451, {}, True),
        (404, {}, False),
        (500, {}, False),
        (None, {"why": Why.ROBOTS}, True),
        (200, {"fault": SourceFault.NOFOLLOW}, True),
        (200, {"fault": SourceFault.UNDATED}, False),
    ],
)
def test_where_every_list_refuses_us_the_outlet_is_to_be_asked(
    status: int | None, more: dict[str, Any], *, refuses: bool
) -> None:
    def failing() -> Driven:
        driven = backfill((MAPS,), 1, 1)
        (visit,) = driven.backfill.next_visits()
        fault = more.get("fault", SourceFault.UNANSWERED)
        finding = SourceFinding(fault=fault, detail="it says no")
        driven.backfill.fail(visit, finding, status=status, why=more.get("why", Why.FAILED))
        return driven

    driven = failing()
    driven.backfill.finish()
    assert isinstance(driven.run.error, UsageError) is refuses
    if refuses:
        assert f"({HOME}/20261119.xml: it says no)" in f"{driven.run.error}"
    # Not where another list has answered, or a page has.
    driven = failing()
    driven.run.log.counts.pages = 1
    driven.backfill.finish()
    assert driven.run.error is None
    driven = failing()
    driven.backfill._answers = 1
    driven.backfill.finish()
    assert driven.run.error is None


def test_who_fails_without_a_reason_says_so_and_who_is_interrupted_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from spiders.crawling import backfill as reading  # noqa: PLC0415
    from spiders.crawling.visit import ReadingInterruptedError  # noqa: PLC0415

    def interrupted(*_: object) -> None:
        raise ReadingInterruptedError

    driven = backfill((MAPS,), 1, 1)
    (visit,) = driven.backfill.next_visits()
    monkeypatch.setattr(reading, "listed_in", interrupted)
    assert driven.backfill.answer(answer(visit, urlset([news(1)]))) == []
    assert driven.rows[-1].detail == "interrupted while it was read"
    driven.backfill.fail(visit)
    assert driven.rows[-1].detail == "no reason given"
    assert driven.run.log.counts.problems == {visit.url: "interrupted while it was read"}


def test_a_list_without_an_article_is_a_problem_and_an_empty_one_is_not() -> None:
    for body, understood, faults in (
        (urlset([f"{HOME}/about/7"]), True, (SourceFault.NO_ARTICLE,)),
        (urlset([]), True, (SourceFault.LISTS_NOTHING,)),
        (b"<urlset><url>", False, (SourceFault.CUT, SourceFault.LISTS_NOTHING)),
    ):
        driven = backfill((MAPS,), 1, 1)
        driven.go({"/20261119.xml": body})
        report = driven.run.log.counts.sources[MAPS.url]
        assert set(driven.of(f"{HOME}/20261119.xml").faults) <= set(faults)
        judged = {finding.fault for finding in report.findings}
        assert judged == set(faults) - {SourceFault.LISTS_NOTHING}
        assert report.understood is understood
        assert bool(driven.run.log.counts.problems) is bool(judged)
        if SourceFault.NO_ARTICLE in faults:
            detail = "none of its 1 links is an article"
            assert driven.of(f"{HOME}/20261119.xml").detail == report.problem == detail


# -- a list of a day in pages


def test_the_pages_of_a_day_are_read_until_one_is_the_last() -> None:
    one, two, three = urlset([news(1)]), urlset([news(2)]), urlset([news(3)])
    stated = {"X-WP-TotalPages": " 2"}
    path = "/day/20261119?page="
    for served, asked in (
        # As many as the first one says; without that until one has nothing new.
        ([(one, stated), (two, stated), three], 2),
        ([(one, {"X-WP-TotalPages": "1"}), two], 1),
        ([(one, {"X-WP-TotalPages": "none"}), two, two, three], 3),
        # `int` reads 4,300 digits at most.
        ([(one, {"X-WP-TotalPages": "1" * 5000}), two, two, three], 3),
        ([one, two, urlset([]), three], 3),
        ([one, two, 404, three], 3),
        ([one, 404, three], 2),
        ([one, two, 410, three], 3),
        ([one, two, 400, three], 3),
        # An error is no end, and a first page that is not there no list.
        ([one, 500, three], 2),
        ([404, two], 1),
        ([400, two], 1),
    ):
        driven = backfill((DAY_LIST,), 1, 1)
        driven.go({f"{path}{number}": reply for number, reply in enumerate(served, 1)})
        lists = [url for url in driven.asked if "/day/" in url]
        assert lists == [f"{path}{number}" for number in range(1, asked + 1)], served
        ended = SourceFault.LIST_END in driven.of(HOME + lists[-1]).faults
        fails = served[asked - 1] == 500 or served[0] in (404, 400)
        assert ended is not fails, served


# -- an index of sitemaps


def test_an_index_leads_to_the_sitemaps_of_the_days_and_their_days_are_complete() -> None:
    names = [
        "map-2026-11-18",
        "map-2026-11-17",
        "map-2026-11-16",  # before the days asked for
        "map-2026-11-19",  # after them
        "video-2026-11-18",  # none to follow
        "map-2026-11",
        "map-all",  # it names no day
    ]
    urls = [f"{HOME}/{one}.xml" for one in names]
    driven = backfill((), 3, 2, history=(INDEX,))
    driven.go(
        {
            "/index.xml": index([*urls, "http://b.test/map-2026-11-18.xml"]),
            "/map-2026-11-18.xml": urlset([(news(2), "2026-11-18T09:00:00+09:00")]),
            "/map-2026-11-17.xml": urlset([news(1)]),
            "/map-2026-11.xml": urlset(
                [(news(3), "2026-11-17T09:00:00+09:00"), (news(4), "2026-11-01")]
            ),
        }
    )
    assert driven.asked == [
        "/index.xml",
        "/map-2026-11-18.xml",
        "/news/2",
        "/map-2026-11-17.xml",
        "/news/1",
    ]
    assert driven.plan.left() == []
    assert driven.of(INDEX.url).backfill == label(ago(3), ago(2))
    assert driven.of(urls[0]).backfill == label(ago(2), ago(2))
    waited = [(one.url, one.role) for one in driven.rows if one.why is Why.WAITING]
    assert waited[:3] == [(urls[0], "source"), (urls[1], "source"), (urls[5], "source")]
    driven.backfill.finish()
    assert driven.run.log.counts.unreached == ""


def test_the_sitemap_of_a_month_that_is_not_over_completes_its_days_up_to_yesterday() -> None:
    month = f"{HOME}/map-2026-11.xml"
    driven = backfill((), 3, 0, history=(INDEX,))
    body = urlset(
        [
            (news(4), "2026-11-20T09:00:00+09:00"),
            (news(3), "2026-11-17T09:00:00+09:00"),
            (news(2), "2026-11-10T09:00:00+09:00"),
            news(1),
        ]
    )
    driven.go({"/index.xml": index([month]), "/map-2026-11.xml": body})
    assert driven.asked[:2] == ["/index.xml", "/map-2026-11.xml"]
    assert driven.of(month).backfill == "2026-11-01/2026-11-19"
    assert driven.whys() == {
        4: (Why.WAITING, "2026-11-20"),
        3: (Why.WAITING, "2026-11-17"),
        2: (Why.OUT_OF_RANGE, "2026-11-01/2026-11-30"),
        1: (Why.OUT_OF_RANGE, "2026-11-01/2026-11-30"),
    }
    assert driven.plan.left() == [TODAY]


def test_a_sitemap_that_has_answered_waits_again_only_where_its_days_go_on() -> None:
    def answered(first: int, last: int) -> Fetch:
        days = label(ago(first), ago(last))
        url = f"{HOME}/map-2026-11-{TODAY.day - last:02}.xml"
        return row(url, at=NOW - DAY, announced_by=INDEX.url, backfill=days, run="earlier")

    for back, waits in ((1, False), (0, True)):
        before = answered(back, back)
        driven = backfill((), 1, 0, history=(INDEX,), before=[before])
        (visit,) = driven.backfill.next_visits()[:1]
        assert visit.url == INDEX.url
        driven.backfill.answer(answer(visit, index([before.url])))
        assert (Why.WAITING in {one.why for one in driven.rows}) is waits
    failed = answered(1, 1).evolve(why=Why.FAILED, failures=1)
    driven = backfill((), 1, 1, history=(INDEX,), before=[failed])
    asked = [visit.url for visit in driven.backfill.next_visits()]
    assert asked == [failed.url]


# -- pages that go back in time


def back(*days: int | None, start: int = 0) -> bytes:
    """Return a page of a list whose articles are of so many days ago."""
    return list_of(
        (start + number, None if one is None else ago(one)) for number, one in enumerate(days, 1)
    )


def test_pages_are_read_back_to_the_days_and_complete_those_they_show_whole() -> None:
    driven = backfill((), 2, 2, history=(LIST,))
    driven.go(
        {
            "/list?page=1": back(0, 1, 1, start=10),
            "/list?page=2": back(1, 2, 2, start=20),
            "/list?page=3": back(2, 3, start=30),
            "/list?page=4": back(4, start=40),
        }
    )
    lists = [url for url in driven.asked if "list" in url]
    assert lists == ["/list?page=1", "/list?page=2", "/list?page=3"]
    assert {n for n, (why, _) in driven.whys().items() if why is Why.WAITING} == {22, 23, 31}
    # Page 1 goes to the middle of yesterday, page 2 completes that day and page 3 the one before.
    marks = [driven.of(f"{HOME}/list?page={number}").backfill for number in (1, 2, 3)]
    assert marks == [label(ago(0), ago(1)), label(ago(1), ago(1)), label(ago(2), ago(2))]
    assert driven.plan.left() == []


def test_a_page_that_was_reached_by_a_leap_completes_only_what_lies_within_it() -> None:
    driven = backfill((), 9, 9, history=(LIST,))
    served = {
        f"/list?page={number}": back(number - 1, number - 1, start=10 * number)
        for number in range(1, 30)
    }
    served["/list?page=10"] = back(8, 9, start=100)
    driven.go(served, most=3)
    second = driven.asked[1]
    assert second == "/list?page=10"
    # Of the day of its newest article more may stand on the page before.
    assert driven.of(HOME + second).backfill == label(ago(8), ago(9))


def test_before_the_first_page_there_is_nothing_up_to_yesterday() -> None:
    driven = backfill((), 3, 2, history=(LIST,))
    driven.go({"/list?page=1": back(3, 5, start=10)})
    assert driven.of(f"{HOME}/list?page=1").backfill == label(ago(4), ago(1))


def test_no_page_completes_today() -> None:
    driven = backfill((), 0, 0, history=(LIST,))
    driven.go({"/list?page=1": back(0, 0, start=10), "/list?page=2": back(0, 1, start=20)})
    assert [url for url in driven.asked if "list" in url] == ["/list?page=1", "/list?page=2"]
    assert driven.of(f"{HOME}/list?page=1").backfill == label(ago(-1), ago(1))
    assert driven.of(f"{HOME}/list?page=2").backfill == label(ago(0), ago(1))
    assert driven.plan.left() == [TODAY]


@pytest.mark.parametrize(
    ("third", "ends", "detail"),
    [
        (404, True, "http 404: no such page"),
        (410, True, "http 410: no such page"),
        (400, True, "http 400: no such page"),
        (500, False, "http 500"),
        (back(), True, "it lists no article: the list ends before it"),
        (back(0, 3, start=10), True, "it repeats an earlier page"),
        # One page alone may repeat, as articles were added in front meanwhile.
        (back(3, 4, start=20), False, None),
        (back(None, None, start=30), True, "it states no day, and the page before it did"),
    ],
)
def test_a_list_ends_where_it_has_nothing_more_of_its_own(
    third: int | bytes, detail: str | None, *, ends: bool
) -> None:
    driven = backfill((), 5, 5, history=(LIST,))
    first, second = back(0, 3, start=10), back(3, 4, start=20)
    driven.go({"/list?page=1": first, "/list?page=2": second, "/list?page=3": third})
    last = driven.of(f"{HOME}/list?page=3")
    assert (SourceFault.LIST_END in last.faults) is ends
    assert (last.detail or "").startswith(detail or "")
    if ends:
        # Its last day is the oldest that was read.
        assert (last.backfill, last.failures) == (label(ago(4), ago(4)), 0)
        assert driven.plan.reaches(ago(5)) == []
        assert driven.run.log.counts.sources[LIST.url].understood is True


def test_a_first_page_that_is_asked_again_ends_no_list() -> None:
    driven = backfill((), 5, 5, history=(LIST,))
    (visit,) = driven.backfill.next_visits()
    for _ in range(2):
        driven.backfill.answer(answer(visit, back(0, 3, start=10)))
    assert [one.faults for one in driven.rows if one.role == "source"] == [(), ()]


@pytest.mark.parametrize("second", [back(0, 3, start=10), back(None, None, start=20)])
def test_a_list_may_have_a_single_page(second: bytes) -> None:
    driven = backfill((), 5, 5, history=(LIST,))
    driven.go({"/list?page=1": back(0, 3, start=10), "/list?page=2": second})
    assert driven.asked == ["/list?page=1", "/list?page=2"]
    assert SourceFault.LIST_END in driven.of(f"{HOME}/list?page=2").faults
    assert driven.run.log.counts.sources[LIST.url].new == 0


def test_what_repeats_an_earlier_page_is_what_the_first_or_two_before_it_showed() -> None:
    driven = backfill((), 9, 9, history=(LIST,))
    a, b, c, d = (frozenset({letter}) for letter in "abcd")
    pages = driven.backfill._pages
    pages.update({(LIST.url, 1): a, (LIST.url, 2): b | c, (LIST.url, 3): c | d})
    for number, articles, repeats in (
        (4, c, True),
        (4, b, False),
        (4, d, False),
        (4, a, True),
        (4, a | c, False),
        (5, c, False),  # page 4 was not read
        (3, c, False),
    ):
        assert driven.backfill._is_repeated(LIST, number, articles) is repeats, (number, articles)
    pages[LIST.url, 4] = c
    assert driven.backfill._is_repeated(LIST, 5, c)


def test_the_days_of_a_page_are_those_of_its_longest_part_that_goes_back() -> None:
    from spiders.crawling.backfill import Entry  # noqa: PLC0415

    def entries(*days: int | None) -> list[Entry]:
        return [
            Entry(news(number), f"{number}", True, None if one is None else ago(one))  # noqa: FBT003
            for number, one in enumerate(days)
        ]

    driven = backfill((), 9, 9, history=(LIST,))
    in_order = driven.backfill._in_order
    # A notice on top, a ranking below.
    assert in_order(LIST, 2, entries(40, 3, 3, 4, 1, 2)) == [ago(3), ago(3), ago(4)]
    assert in_order(LIST, 2, entries(None, 3, None, 4)) == [ago(3), ago(4)]
    assert in_order(LIST, 2, entries(None)) == []
    # What every other page shows as well is no part of the list, unless nothing else is there.
    pages = driven.backfill._pages
    pages.update(
        {(LIST.url, 1): frozenset("01"), (LIST.url, 2): frozenset("0123"), ("x", 1): frozenset()}
    )
    assert in_order(LIST, 2, entries(5, 6, 3)) == [ago(3)]
    assert in_order(LIST, 2, entries(5, 6)) == [ago(5), ago(6)]
    assert in_order(LIST, 1, entries(5, 6, 3)) == [ago(5), ago(6)]


def test_a_first_page_without_days_says_that_how_far_it_goes_back_cannot_be_told() -> None:
    driven = backfill((), 9, 9, history=(LIST,))
    driven.go({"/list?page=1": back(None, None)})
    assert driven.asked == ["/list?page=1"]
    page = driven.of(f"{HOME}/list?page=1")
    assert page.faults == (SourceFault.UNDATED,)
    # It completes no day.
    assert page.backfill == label(ago(-1), ago(0))
    empty = backfill((), 9, 9, history=(LIST,))
    empty.go({"/list?page=1": back()})
    assert empty.of(f"{HOME}/list?page=1").faults == (SourceFault.LIST_END,)
    assert empty.run.log.counts.sources[LIST.url].understood is True


# -- of which day an article is


def test_the_list_of_one_day_says_of_which_day_its_articles_are() -> None:
    stated = [(news(1), "2026-11-18T09:00:00+09:00"), news(2)]
    day = backfill((MAPS,), 2, 1)
    day.go({"/20261119.xml": urlset(stated)})
    assert day.whys() == {1: (Why.WAITING, "2026-11-19"), 2: (Why.WAITING, "2026-11-19")}
    # A feed has articles of several days; what states none is of the day for which it was asked.
    newest = backfill((FEED,), 1, 0)
    newest.go({"/feed": feed([(news(1), NOW - 1 * DAY), (news(2), NOW - 2 * DAY), news(3)])})
    assert newest.whys() == {
        1: (Why.WAITING, "2026-11-19"),
        2: (Why.OUT_OF_RANGE, label(ago(0), ago(0))),
        3: (Why.WAITING, "2026-11-20"),
    }
    paged = backfill((), 1, 1, history=(LIST,))
    paged.go({"/list?page=1": back(1, None, 2, start=10)})
    assert paged.whys() == {
        11: (Why.WAITING, "2026-11-19"),
        12: (Why.OUT_OF_RANGE, label(ago(-1), ago(0))),
        13: (Why.OUT_OF_RANGE, label(ago(-1), ago(0))),
    }
