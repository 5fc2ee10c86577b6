"""What a backfill asks next: which days a source reaches, and each step on the way to them.

The steps are tables: what is known of a list, the day looked for, and the page that is asked next.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from processing.archive.backfills import BackfillState, label
from processing.dates import SEOUL
from processing.errors import UsageError
from processing.records import Fetch, SourceFault, Why
from spiders.crawling.history import (
    BackfillPlan,
    DayReach,
    ListVisit,
    PageFacts,
    Reached,
    days_between,
    end_of,
    in_days,
    is_paged,
    reach_of,
    reaches_back,
    require_reach,
    stretches,
)
from spiders.outlet import Feed, Listing, Outlet, Sitemap, Source

NOW = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAY, MINUTE, MOMENT = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
HOME = "http://hanbit.press.test"
FEED = Feed(f"{HOME}/feed")
NEWS = Sitemap(f"{HOME}/news.xml", days=2)
MAPS = Sitemap(f"{HOME}/{{yyyymmdd}}.xml")
DAY_LIST = Listing(f"{HOME}/day/{{yyyymmdd}}?page={{page}}")
FRONT = Listing(f"{HOME}/front")
LIST = Listing(f"{HOME}/list?page={{page}}&sort=new")
INDEX = Sitemap(f"{HOME}/index.xml")


def ago(days: int) -> date:
    return TODAY - days * DAY


def outlet(*sources: Source, history: Sequence[Source] = ()) -> Outlet:
    return Outlet(
        name="hanbit",
        title="한빛",
        home=f"{HOME}/",
        sources=sources,
        history=history,
        article=re.compile(r"/news/(?P<id>\d+)"),
        paused="in a test",
    )


def row(
    source: Source,
    url: str,
    mark: str | None,
    *,
    why: Why = Why.FETCHED,
    at: datetime = NOW - MINUTE,
    failures: int = 0,
    status: int | None = 200,
    ends: bool = False,
) -> Fetch:
    """Return a row of a list: the days that it is marked with, and whether the list ends there."""
    faults = (SourceFault.LIST_END,) if ends else ()
    common = {"outlet": "hanbit", "run": f"{at:%d%H%M}", "role": "source", "faults": faults}
    return Fetch(
        **common,  # type: ignore[arg-type]
        url=url,
        announced_by=source.url,
        backfill=mark,
        why=why,
        at=at,
        failures=failures,
        status=status,
    )


def announced(number: int, day: date, **more: object) -> Fetch:
    fields: dict[str, object] = {
        "why": Why.WAITING,
        "at": NOW - MINUTE,
        "article_id": f"{number:016x}",
        **more,
    }
    return Fetch(
        outlet="hanbit",
        run="r",
        role="article",
        url=f"{HOME}/news/{number}",
        backfill=f"{day}",
        **fields,  # type: ignore[arg-type]
    )


def planned(
    sources: Sequence[Source],
    days: Iterable[int],
    rows: Iterable[Fetch] = (),
    *,
    history: Sequence[Source] = (),
    now: datetime = NOW,
) -> BackfillPlan:
    """Return the plan for the days that lie so many days back, with these rows known."""
    state = BackfillState()
    state.take(rows)
    return BackfillPlan(outlet(*sources, history=history), [ago(back) for back in days], state, now)


def page(number: int) -> str:
    return f"{HOME}/list?page={number}&sort=new"


@pytest.mark.parametrize(
    ("source", "index", "back", "reach"),
    [
        (FEED, False, -1, None),  # no list knows of tomorrow
        (FEED, False, 0, DayReach.NEWEST),
        (FEED, False, 1, DayReach.NEWEST),  # past midnight a feed has yesterday's articles still
        (FEED, False, 2, None),
        (FEED, True, 0, None),  # what serves backfills alone is declared to go back
        (FRONT, False, 1, DayReach.NEWEST),
        (FRONT, False, 2, None),
        (NEWS, False, 2, DayReach.NEWEST),  # as many days as it declares
        (NEWS, False, 3, None),
        (INDEX, True, -1, None),
        (INDEX, True, 400, DayReach.DAY),  # an index names its days
        (MAPS, False, 400, DayReach.DAY),
        (DAY_LIST, False, 400, DayReach.DAY),
        (LIST, False, 400, DayReach.PAGES),
        (LIST, True, 400, DayReach.PAGES),
    ],
)
def test_a_source_reaches_a_day_by_its_list_its_pages_or_its_newest(
    source: Source, *, index: bool, back: int, reach: DayReach | None
) -> None:
    assert reach_of(source, ago(back), TODAY, index=index) is reach
    declared = outlet(history=[source]) if index else outlet(source)
    assert reaches_back(declared, ago(back), TODAY) is (reach is not None)


def test_the_pages_of_a_list_go_back_where_it_has_some_and_is_of_no_single_day() -> None:
    assert [is_paged(one) for one in (LIST, DAY_LIST, FRONT, MAPS, FEED)] == [
        True,
        *(False, False, False, False),
    ]
    # A sitemap in parts is no list of articles from the newest to the oldest.
    assert not is_paged(Sitemap(f"{HOME}/map{{page}}.xml"))
    assert reach_of(Sitemap(f"{HOME}/map{{page}}.xml"), ago(9), TODAY, index=False) is None


def test_days_come_the_newest_first_and_stretches_the_oldest_first() -> None:
    assert days_between(ago(2), TODAY) == [TODAY, ago(1), ago(2)]
    assert days_between(TODAY, TODAY) == [TODAY]
    assert days_between(TODAY, ago(1)) == []
    assert stretches([]) == []
    assert stretches([TODAY, ago(4), ago(1), ago(6), ago(1)]) == [
        (ago(6), ago(6)),
        (ago(4), ago(4)),
        (ago(1), TODAY),
    ]
    assert stretches([ago(2), ago(1), TODAY]) == [(ago(2), TODAY)]
    assert in_days([ago(3), ago(2), TODAY]) == "2026-11-17 to 2026-11-18, 2026-11-20"
    assert end_of(ago(1)) == datetime(2026, 11, 20, tzinfo=SEOUL)


def test_only_the_most_exact_sources_of_a_day_are_asked() -> None:
    every = planned((FEED, LIST), (0, 5), history=(INDEX,))
    assert every.reaches(TODAY) == [(INDEX, DayReach.DAY)]
    paged = planned((FEED, LIST, FRONT), (0, 5))
    assert paged.reaches(TODAY) == [(LIST, DayReach.PAGES)]
    newest = planned((FEED, FRONT), (0, 5))
    assert newest.reaches(TODAY) == [(FEED, DayReach.NEWEST), (FRONT, DayReach.NEWEST)]
    assert newest.reaches(ago(5)) == []
    assert newest.unreachable() == [ago(5)]


def test_the_table_says_which_stretch_is_reached_by_which_source() -> None:
    # At half past midnight UTC it is the 20th in Seoul; at half past 14 on the 19th it is not.
    late = planned((FEED,), (0, 1, 2), now=datetime(2026, 11, 19, 14, 30, tzinfo=UTC))
    assert late.today == ago(1)
    assert late.unreachable() == [TODAY]
    rows = planned((FRONT, FEED), (0, 1, 2, 3, 6)).table()
    assert rows == [
        Reached(ago(6), ago(6), None, None),
        Reached(ago(3), ago(2), None, None),
        Reached(ago(1), TODAY, DayReach.NEWEST, FEED.url),
        Reached(ago(1), TODAY, DayReach.NEWEST, FRONT.url),
    ]
    assert planned((FEED,), (0,)).table() == [
        Reached(TODAY, TODAY, DayReach.NEWEST, FEED.url),
    ]
    absent = [
        row(MAPS, f"{HOME}/{day:%Y%m%d}.xml", f"{day}", why=Why.FAILED, failures=6, status=404)
        for day in (TODAY, ago(3))
    ]
    within = planned((MAPS,), (0, 1, 2, 3), absent, history=(INDEX,)).table()
    assert within == [
        Reached(ago(3), TODAY, DayReach.DAY, INDEX.url),
        Reached(ago(2), ago(1), DayReach.DAY, MAPS.url),
    ]


@pytest.mark.parametrize(
    ("status", "failures", "hours", "reached"),
    [
        (404, 1, 0, False),  # weighs as three failures: left alone for an hour
        (410, 1, 0, False),
        (404, 1, 2, True),  # and asked again after it
        (404, 5, 48, True),
        (404, 6, 48, False),  # said often enough
        (503, 6, 0, True),  # a failure says nothing of the day
    ],
)
def test_a_day_without_a_list_is_reached_by_other_sources(
    status: int, failures: int, hours: int, *, reached: bool
) -> None:
    missing = row(
        MAPS,
        f"{HOME}/20261115.xml",
        f"{ago(5)}",
        why=Why.FAILED,
        at=NOW - timedelta(hours=hours),
        failures=failures,
        status=status,
    )
    plan = planned((MAPS, LIST), (5,), [missing])
    assert [source for source, _ in plan.reaches(ago(5))] == [MAPS if reached else LIST]
    # The same status of a page of a list says nothing of a day.
    plan = planned((LIST,), (5,), [missing.evolve(announced_by=LIST.url, url=page(7))])
    assert plan.reaches(ago(5)) == [(LIST, DayReach.PAGES)]


def test_waiting_articles_are_asked_the_newest_day_first_unless_they_failed_just_now() -> None:
    failed = {"why": Why.FAILED, "status": 500}
    rows = [
        announced(1, ago(2)),
        announced(3, ago(1)),
        announced(2, ago(1)),
        announced(4, ago(3)),  # not a day that is asked for
        announced(5, ago(1), **failed, failures=2),  # left alone for half an hour
        announced(6, ago(2), **failed, failures=1),  # the first failure costs nothing
    ]
    plan = planned((MAPS,), (1, 2), rows)
    numbers = [int(one.url.rpartition("/")[2]) for one in plan.waiting()]
    assert numbers == [3, 2, 6, 1]


def test_the_list_of_a_day_is_asked_until_it_answered_after_the_day() -> None:
    url = f"{HOME}/20261118.xml"
    over = end_of(ago(2))
    for rows, asked in (
        ([], True),
        ([row(MAPS, url, f"{ago(2)}", at=over - MOMENT)], True),  # more may have come that day
        ([row(MAPS, url, f"{ago(2)}", at=over)], False),
        ([row(MAPS, url, f"{ago(2)}", why=Why.FAILED, failures=1, status=500)], True),
        ([row(MAPS, url, f"{ago(2)}", why=Why.FAILED, failures=2, status=500)], False),
    ):
        plan = planned((MAPS,), (2,), rows)
        visits = [ListVisit(MAPS, url, ago(2), ago(2))] if asked else []
        assert list(plan.lists()) == visits, rows
        assert plan.is_left() is asked
    # Left alone for now, and yet not complete.
    assert plan.left() == [ago(2)]
    # Of two lists of a day only the one that has not answered is asked.
    both = planned((MAPS, DAY_LIST), (2,), [row(MAPS, url, f"{ago(2)}")])
    assert [visit.source for visit in both.lists()] == [DAY_LIST]


def test_lists_are_those_of_the_newest_day_that_is_not_complete() -> None:
    done = row(MAPS, f"{HOME}/20261119.xml", f"{ago(1)}")
    plan = planned((MAPS,), (1, 2, 3), [done, announced(9, ago(1), why=Why.SEEN)])
    assert plan.left() == [ago(2), ago(3)]
    assert [visit.url for visit in plan.lists()] == [f"{HOME}/20261118.xml"]
    assert plan.left() == [ago(2), ago(3)]
    plan.asked.add(f"{HOME}/20261118.xml")
    assert [visit.url for visit in plan.lists()] == [f"{HOME}/20261117.xml"]
    plan.asked.add(f"{HOME}/20261117.xml")
    assert not plan.is_left()
    plan.state.take([announced(1, ago(1))])
    assert plan.is_left()
    assert plan.left() == [ago(1), ago(2), ago(3)]


def test_what_names_the_newest_is_asked_once_for_all_its_days() -> None:
    plan = planned((FEED, FRONT), (0, 1))
    assert list(plan.lists()) == [
        ListVisit(FEED, FEED.url, TODAY, TODAY),
        ListVisit(FRONT, FRONT.url, TODAY, TODAY),
    ]
    plan.asked.add(FEED.url)
    assert [visit.url for visit in plan.lists()] == [FRONT.url]
    plan.asked.add(FRONT.url)
    assert list(plan.lists()) == []
    assert plan.left() == []


def test_the_pages_of_a_day_are_read_up_to_the_one_that_says_it_is_the_last() -> None:
    def of_day(number: int, **more: object) -> Fetch:
        url = f"{HOME}/day/20261118?page={number}"
        return row(DAY_LIST, url, f"{ago(2)}", **more)  # type: ignore[arg-type]

    for rows, number in (
        ([], 1),
        ([of_day(1)], 2),
        ([of_day(1), of_day(2)], 3),
        # What failed is asked again.
        ([of_day(1), of_day(2, why=Why.FAILED, failures=1, status=500)], 2),
        ([of_day(1), of_day(2, ends=True)], None),
        # Said of a day that is not over, the end may move.
        ([of_day(1), of_day(2, ends=True, at=end_of(ago(2)) - MOMENT)], 3),
        ([of_day(1), of_day(2, ends=True, why=Why.FAILED, failures=1, status=500)], 2),
    ):
        url = f"{HOME}/day/20261118?page={number}"
        visits = [ListVisit(DAY_LIST, url, ago(2), ago(2), number)] if number else []
        assert list(planned((DAY_LIST,), (2,), rows).lists()) == visits, rows


def child(first: int, last: int, why: Why = Why.WAITING, **more: object) -> Fetch:
    """Return the row of a sitemap that an index named, from `first` to `last` days ago."""
    mark = label(ago(first), ago(last))
    return row(INDEX, f"{HOME}/{mark}.xml", mark, why=why, **more)  # type: ignore[arg-type]


def test_an_index_is_asked_for_all_days_and_then_the_sitemaps_that_hold_them() -> None:
    all_days = label(ago(9), ago(3))
    index = row(INDEX, INDEX.url, all_days)
    before_end = row(INDEX, INDEX.url, all_days, at=end_of(ago(3)) - MOMENT)
    failing = {"failures": 2, "status": 500}
    for rows, url in (
        ([], INDEX.url),
        ([child(8, 6), index, child(5, 2)], f"{HOME}/{label(ago(5), ago(2))}.xml"),
        ([index, child(3, 3)], f"{HOME}/{label(ago(3), ago(3))}.xml"),
        ([index, child(3, 0)], f"{HOME}/{label(ago(3), ago(0))}.xml"),
        ([index, child(9, 3)], f"{HOME}/{label(ago(9), ago(3))}.xml"),
        # It named no sitemap of that day, and was asked after it; the next day has one.
        ([index, child(9, 4)], f"{HOME}/{label(ago(9), ago(4))}.xml"),
        ([index], None),
        ([row(INDEX, INDEX.url, all_days, at=end_of(ago(3)))], None),
        ([before_end], INDEX.url),
        ([index.evolve(why=Why.FAILED, failures=1, backfill=label(ago(12), ago(3)))], INDEX.url),
        ([index.evolve(why=Why.FAILED, **failing)], None),
        # Asked for other days, it need not have named those of these.
        ([index.evolve(backfill=label(ago(2), ago(1)))], INDEX.url),
        ([index.evolve(backfill=label(ago(99), ago(10)))], INDEX.url),
        ([index, child(3, 3, Why.FETCHED).evolve(backfill=f"{ago(3)}")], None),
        # One that fails is waited for, and the index says nothing new meanwhile.
        ([before_end, child(3, 3, Why.FAILED, **failing)], None),
        ([before_end, child(3, 3, Why.FAILED, failures=1)], f"{HOME}/{label(ago(3), ago(3))}.xml"),
    ):
        plan = planned((FEED,), (3, 5, 9) if url is not None else (3,), rows, history=(INDEX,))
        visits = list(plan.lists())
        assert [visit.url for visit in visits[:1]] == ([url] if url else []), (rows, url)
        if url == INDEX.url:
            assert visits == [ListVisit(INDEX, INDEX.url, ago(9), ago(3))]
    assert planned((), (3,), [index], history=(INDEX,)).left() == [ago(3)]


def test_a_sitemap_of_an_index_is_marked_with_its_own_days_and_asked_once() -> None:
    index, two = row(INDEX, INDEX.url, label(ago(5), ago(3))), child(5, 2)
    plan = planned((), (3, 5), [index, two], history=(INDEX,))
    assert list(plan.lists()) == [ListVisit(INDEX, two.url, ago(5), ago(2))]
    plan.asked.add(two.url)
    assert list(plan.lists()) == []
    answered = child(5, 2, Why.FETCHED, at=NOW)
    assert planned((), (3, 5), [index, two, answered], history=(INDEX,)).left() == []


def leaf(
    number: int, oldest: int, last: int, *, minutes: float = 60, ends: bool = False, **more: object
) -> Fetch:
    """Return a page of `LIST` whose oldest entry is of `oldest` days ago, read so long ago.

    It completes the days from the one after its oldest up to `last` days ago.
    """
    mark = label(ago(oldest - 1), ago(last))
    at = NOW - minutes * MINUTE
    return row(LIST, page(number), mark, at=at, ends=ends, **more)  # type: ignore[arg-type]


def test_pages_are_known_by_their_oldest_day_and_whether_the_list_ends_there() -> None:
    rows = [
        leaf(1, 2, 1),
        leaf(2, 9, 2, ends=True, why=Why.FAILED, status=404),
        leaf(3, 12, 9, why=Why.FAILED, status=500, failures=1),
        row(LIST, f"{HOME}/list?page=4&sort=old", label(ago(20), ago(19))),
        row(LIST, f"{HOME}/list?page=1234567&sort=new", label(ago(20), ago(19))),
    ]
    plan = planned((LIST,), (1,), rows)
    at = NOW - 60 * MINUTE
    known = {1: PageFacts(ago(2), ago(1), at, is_end=False)}
    assert plan.pages(LIST) == known | {2: PageFacts(ago(9), ago(2), at, is_end=True)}
    plan.asked.add(page(2))
    plan.forget(LIST, 2)
    assert plan.pages(LIST) == known
    assert plan.asked == set()
    plan.state.take([leaf(5, 30, 9)])
    assert set(plan.pages(LIST)) == {1, 5}


def test_a_page_without_a_mark_is_of_today() -> None:
    plan = planned((LIST,), (1,))
    plan.state.lists[LIST.url] = {page(1): row(LIST, page(1), None)}
    assert plan.pages(LIST)[1] == PageFacts(ago(1), TODAY, NOW - MINUTE, is_end=False)


@pytest.mark.parametrize(
    ("pages", "back", "reached"),
    [
        ((leaf(1, 2, 1), leaf(2, 2, 2, ends=True)), 2, True),
        ((leaf(1, 2, 1), leaf(2, 2, 2, ends=True)), 3, False),  # it ends before that day
        ((leaf(1, 2, 1), leaf(2, 2, 2)), 3, True),
        ((leaf(1, 2, 1), leaf(2, 2, 2, ends=True, minutes=24 * 60)), 3, True),  # a day ago
        ((leaf(1, 2, 1), leaf(2, 2, 2, ends=True, minutes=24 * 60 - 1)), 3, False),
        ((leaf(1, 2, 1), leaf(3, 2, 2, ends=True)), 3, True),  # the page before it is not known
        ((leaf(1, 0, 0, ends=True),), 0, False),  # a list without a first page
        ((leaf(1, 0, 0, ends=True, minutes=24 * 60),), 0, True),
        ((leaf(1, 0, 0, ends=True, minutes=24 * 60 - 1),), 0, False),
        ((leaf(1, 2, 1), leaf(2, 9, 2), leaf(3, 9, 9, ends=True)), 9, True),
        ((leaf(1, 2, 1), leaf(2, 9, 2), leaf(3, 9, 9, ends=True)), 10, False),
    ],
)
def test_a_list_that_was_read_to_its_end_reaches_no_further(
    pages: tuple[Fetch, ...], back: int, *, reached: bool
) -> None:
    plan = planned((LIST,), (back,), pages)
    assert bool(plan.reaches(ago(back))) is reached


LONG = 24 * 60 - 1
"""Minutes for which a page that was read says where its entries end."""


@pytest.mark.parametrize(
    ("pages", "back", "number"),
    [
        # Nothing is known: the first page.
        ((), 9, 1),
        # Two days a page, six pages and more to go: as many at once.
        ((leaf(1, 2, 1),), 14, 7),
        # One page a day: what lies two pages ahead is read page by page.
        ((leaf(2, 2, 1), leaf(1, 1, 1)), 4, 3),
        ((leaf(2, 2, 1), leaf(1, 1, 1)), 5, 5),
        # All entries are of today: a page a day is taken for what a page covers.
        ((leaf(1, 0, 1),), 3, 4),
        ((leaf(1, 0, 1),), 2, 2),
        # The first page that is old enough bounds the way: as far as it seems, or half.
        ((leaf(1, 1, 1), leaf(20, 30, 9)), 6, 6),
        ((leaf(1, 1, 1), leaf(9, 30, 9)), 8, 5),
        ((leaf(1, 1, 1), leaf(8, 30, 9)), 8, 5),
        ((leaf(1, 1, 1), leaf(20, 30, 9), leaf(9, 12, 9)), 8, 5),
        ((leaf(1, 1, 1), leaf(20, 30, 9)), 3, 2),
        ((leaf(1, 1, 1), leaf(3, 30, 9)), 8, 2),
        # So does one that ends within the day, where those before it are not known.
        ((leaf(1, 1, 1), leaf(6, 5, 6)), 5, 4),
        # Neighbours: all between is known.
        ((leaf(1, 1, 1), leaf(2, 30, 9)), 8, None),
        # A page that ends on the day goes on with it on the next.
        ((leaf(1, 1, 1), leaf(2, 9, 2)), 9, 3),
        # The end of the list is as good as an old page.
        ((leaf(1, 1, 1), leaf(9, 1, 1, ends=True)), 8, 5),
        # A page that was read a day ago may have moved back meanwhile.
        ((leaf(1, 1, 1), leaf(9, 30, 9, minutes=LONG)), 8, 5),
        ((leaf(1, 1, 1), leaf(9, 30, 9, minutes=LONG + 1)), 8, 8),
        # The one before it is newer than the old one: articles may have come between.
        ((leaf(1, 1, 1, minutes=1), leaf(2, 30, 9, minutes=2)), 8, 2),
        ((leaf(1, 1, 1, minutes=2), leaf(2, 30, 9, minutes=2)), 8, None),
        # A page that failed is left alone, then asked again.
        ((leaf(1, 2, 1), leaf(7, 3, 2, why=Why.FAILED, failures=2, status=500)), 14, 7),
        ((leaf(1, 2, 1), leaf(7, 3, 2, why=Why.FAILED, failures=2, minutes=29)), 14, None),
    ],
)
def test_the_page_to_read_next_is_found_in_few_steps(
    pages: tuple[Fetch, ...], back: int, number: int | None
) -> None:
    plan = planned((LIST,), (back,), pages)
    day = ago(back)
    visits = [ListVisit(LIST, page(number), day, day, number)] if number else []
    assert list(plan.lists()) == visits


@pytest.mark.parametrize(
    ("pages", "number"),
    [
        # Page 2 ends within the day and leaves some of it unknown: page 1 says whether all.
        ((leaf(1, 5, 4), leaf(2, 5, 6)), 3),
        ((leaf(1, 5, 4), leaf(2, 5, 6), leaf(3, 5, 6)), 4),
        # It was read with the one before it, so they are known.
        ((leaf(4, 5, 5),), 5),
        # Page 1 goes beyond the day: all of it stands there.
        ((leaf(1, 6, 6), leaf(2, 5, 6)), None),
        # Page 1 ends after the day began, so what is before page 2 is known.
        ((leaf(1, 4, 3), leaf(2, 5, 6)), 3),
        # Nothing is known of page 1, so it is read.
        ((leaf(2, 5, 6),), 1),
        # Page 1 was read after page 2, and what came in front meanwhile moved that.
        ((leaf(1, 5, 4, minutes=1), leaf(2, 5, 6, minutes=2)), 2),
    ],
)
def test_of_a_page_that_ends_within_the_day_those_before_it_must_be_known(
    pages: tuple[Fetch, ...], number: int | None
) -> None:
    plan = planned((LIST,), (5,), pages)
    assert [visit.page for visit in plan.lists()] == ([number] if number else [])


def test_today_is_read_anew_by_each_run_up_to_yesterdays_articles() -> None:
    # All of page 1 is of today, and so is a part of page 2.
    pages = (leaf(1, 0, 1, minutes=2), leaf(2, 1, 1, minutes=1))
    plan = planned((LIST,), (0,), pages)
    for number in (1, 2):
        assert [visit.page for visit in plan.lists()] == [number]
        plan.asked.add(page(number))
    assert list(plan.lists()) == []


def test_who_asks_for_days_that_no_source_reaches_is_told_why() -> None:
    require_reach(planned((FEED,), (1, 5)))
    ended = [leaf(1, 2, 1), leaf(2, 2, 2, ends=True)]
    plan = planned((FEED, LIST), (5, 6, 8), ended)
    with pytest.raises(UsageError) as error:
        require_reach(plan)
    assert f"{error.value}".startswith(
        "no source reaches 2026-11-12, 2026-11-14 to 2026-11-15: "
        f"{FEED.url} names the newest articles only; {LIST.url} ends after these days; ask"
    )
    with pytest.raises(UsageError, match="2026-11-15: it has none; ask"):
        require_reach(planned((), (5,)))
