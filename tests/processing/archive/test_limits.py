"""The numbers of publishing, each on both sides of its edge: what holds a batch back, and when a run has ended."""

from datetime import timedelta

import pytest

from processing.archive.landed import LandedRun, alarms, faults, identity, landed, ready
from processing.archive.memory import Memory
from processing.records import Article, OutletFacts, Stamp, article_id, version_id
from processing.store.file_store import FileStore
from tests.processing.newsroom import FACTS, NOON, Crawl, article, logged, rejection

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def found(store: FileStore, crawl: Crawl, facts: OutletFacts = FACTS["hanbit"]) -> list[str]:
    crawl.land(store)
    run = LandedRun(crawl.outlet, crawl.run, crawl.seals, None, store)
    return faults([run], facts, NOON)


def articles(count: int, **fields: object) -> list[Article]:
    return [article("hanbit", number, **fields) for number in range(count)]


@pytest.mark.parametrize(
    ("read", "rejected", "held"),
    [(2, 18, False), (1, 19, True), (1, 18, False), (3, 28, True), (4, 36, False)],
    ids=["nine tenths", "more", "too few pages to tell", "more of more", "nine tenths of more"],
)
def test_more_than_nine_tenths_rejected_of_twenty_pages_hold_an_outlet(
    store: FileStore,
    read: int,
    rejected: int,
    held: bool,  # noqa: FBT001 - a table
) -> None:
    rejections = [rejection("hanbit", number) for number in range(rejected)]
    said = found(store, Crawl(articles=articles(read), rejections=rejections))
    assert [f"{rejected} of {read + rejected} pages were rejected" in one for one in said] == [
        True
    ] * held


@pytest.mark.parametrize(
    ("dated", "undated", "held"), [(1, 19, False), (0, 20, True), (0, 19, False), (1, 20, True)]
)
def test_more_than_nineteen_twentieths_without_a_time_hold_an_outlet(
    store: FileStore,
    dated: int,
    undated: int,
    held: bool,  # noqa: FBT001 - a table
) -> None:
    rows = [
        article("hanbit", number, **({} if number < dated else {"published": None}))
        for number in range(dated + undated)
    ]
    said = found(store, Crawl(articles=rows))
    assert [f"{undated} of {dated + undated} articles have no" in one for one in said] == [
        True
    ] * held


@pytest.mark.parametrize(("count", "held"), [(6, False), (7, True)])
def test_more_than_three_normal_days_in_one_hold_an_outlet(
    store: FileStore,
    count: int,
    held: bool,  # noqa: FBT001 - a table
) -> None:
    said = found(store, Crawl(articles=articles(count)), OutletFacts(daily=(1, 2)))
    assert [f"{count} articles on 2026-11-20" in one for one in said] == [True] * held


def test_the_day_of_an_article_is_korean_and_without_a_time_that_of_its_page(
    store: FileStore,
) -> None:
    late = Stamp(at=NOON + 13 * HOUR, source="meta")  # 01:00 on the next day in Seoul
    rows = [*articles(3, published=late), article("hanbit", 4, published=None)]
    said = found(store, Crawl(articles=rows), OutletFacts(daily=(0, 0)))
    assert [one.split(",")[0] for one in said] == [
        "1 articles on 2026-11-20",
        "3 articles on 2026-11-21",
    ]


@pytest.mark.parametrize(
    ("ahead", "held"), [(15 * 60 * SECOND, False), (15 * 60 * SECOND + SECOND, True)]
)
def test_clocks_may_differ_by_a_quarter_of_an_hour(
    store: FileStore,
    ahead: timedelta,
    held: bool,  # noqa: FBT001 - a table
) -> None:
    said = found(store, Crawl(articles=[article("hanbit", 1, at=NOON + ahead)]))
    assert ["still to come" in one for one in said] == [True] * held


@pytest.mark.parametrize(
    ("title", "text", "held"), [("", " \n", True), ("제목", "", False), ("", "글", False)]
)
def test_an_article_has_a_title_or_a_text(
    store: FileStore,
    title: str,
    text: str,
    held: bool,  # noqa: FBT001 - a table
) -> None:
    url = "http://hanbit.press.test/news/1"
    row = Article(
        article_id=article_id(url),
        version_id=version_id(article_id(url), title, text),
        outlet="hanbit",
        url=url,
        fetched_url=url,
        fetched_at=NOON,
        title=title,
        text=text,
        extractor="test",
    )
    said = found(store, Crawl(articles=[row]))
    assert ["neither title nor text" in one for one in said] == [True] * held


def taken(store: FileStore, crawl: Crawl, *, after: timedelta, named: bool = False) -> bool:
    """Return whether what landed is taken in so long after its last segment."""
    crawl.land(store)
    (landing,) = landed(store)
    newest = max(seal.sealed_at for seal in crawl.seals)
    grace = timedelta(hours=6)
    run = ready(store, landing, Memory(), now=newest + after, grace=grace, named=named)
    return run is not None


@pytest.mark.parametrize(
    ("after", "named", "ended", "expected"),
    [
        (6 * HOUR, False, False, True),
        (6 * HOUR - SECOND, False, False, False),
        (SECOND, True, False, True),
        (SECOND, False, True, True),
    ],
    ids=["after the grace", "still within it", "asked for by name", "with its report"],
)
def test_a_run_without_report_is_taken_in_when_its_grace_is_over(
    store: FileStore,
    after: timedelta,
    named: bool,  # noqa: FBT001 - a table
    ended: bool,  # noqa: FBT001 - a table
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    crawl = Crawl(articles=articles(2), segments=2, ended=ended)
    assert taken(store, crawl, after=after, named=named) is expected


def test_what_landed_is_in_the_order_of_outlets_and_runs_and_segments(store: FileStore) -> None:
    for outlet, run in (("narae", "2"), ("hanbit", "2"), ("hanbit", "1")):
        Crawl(outlet=outlet, run=run, articles=[article(outlet, 1)], segments=11).land(store)
    store.put("landing/note.txt", b"x")
    store.put("landing/outlet=hanbit/run=1/deeper/report.json", b"x")
    store.put("landing/outlet=hanbit/other=1/report.json", b"x")
    assert [(run.outlet, run.run) for run in landed(store)] == [
        ("hanbit", "1"),
        ("hanbit", "2"),
        ("narae", "2"),
    ]
    assert landed(store)[0].segments == list(range(11))
    assert [run.run for run in landed(store, "hanbit", "2")] == ["2"]


def test_a_batch_is_named_by_what_it_takes_in_and_not_by_its_order(store: FileStore) -> None:
    crawls = [
        Crawl(run=run, articles=[article("hanbit", number)]).land(store)
        for number, run in enumerate("ab")
    ]
    runs = [LandedRun(crawl.outlet, crawl.run, crawl.seals, None, store) for crawl in crawls]
    assert identity(runs) == identity(runs[::-1])
    assert identity(runs) != identity(runs[:1])
    assert len(identity(runs)) == 16


@pytest.mark.parametrize(("count", "alarmed"), [(2, True), (3, False)])
def test_fewer_than_a_normal_day_alarm_after_the_first_day(count: int, alarmed: bool) -> None:  # noqa: FBT001 - a table
    memory = Memory()
    old = article("hanbit", 99, at=NOON - 30 * HOUR)
    memory.take([logged("r", old), *(logged("r", row) for row in articles(count))])
    told = alarms("hanbit", [], memory, OutletFacts(daily=(3, 9)), NOON + HOUR)
    assert ["a normal day has at least 3" in alarm.text for alarm in told] == [True] * alarmed
    assert alarms("hanbit", [], memory, OutletFacts(), NOON + HOUR) == []
