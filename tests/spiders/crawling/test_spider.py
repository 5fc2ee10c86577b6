"""What a crawl asks first, and how much of it: in this process, without a network."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy.settings import Settings

from processing.records import Reason, Why
from spiders.crawling.arguments import CrawlRequest
from spiders.crawling.spider import ArticleSpider, reject_oversized
from spiders.crawling.visit import Visit, visit_of
from spiders.outlet import Feed
from tests.spiders.crawling.answers import HOME, NOW, answer, news, outlet, row, started

FEED = Feed(f"{HOME}/feed")
HOUR = timedelta(hours=1)


def spider_of(
    *, budget: int = 5000, most: int = 100, spent: int = 0, **wanted: Any
) -> ArticleSpider:
    """Return the spider of an outlet that remembers a gap and five articles an hour old or more."""
    declared = outlet(FEED, budget=budget)
    rows = [
        row(news(number), at=NOW - (number + 1) * HOUR, outcome="article") for number in range(5)
    ]
    gap = row(news(9), Why.FAILED, at=NOW - HOUR, status=503)
    run, _ = started(declared, [*rows, gap])
    run.requests += spent

    class Declared(ArticleSpider):
        name = declared.name
        outlet = declared

    spider = Declared(run=run, wanted=CrawlRequest(**wanted))
    spider.settings = Settings({"SILLOK_REVISITS_A_RUN": most})  # type: ignore[assignment]
    return spider


def asked(spider: ArticleSpider) -> list[tuple[str, str]]:
    return [(visit_of(one).reason, one.url) for one in spider._first()]


def test_sources_come_before_gaps_and_gaps_before_revisits() -> None:
    reasons = [reason for reason, _ in asked(spider_of())]
    assert reasons == ["poll", "gap", *["revisit"] * 5]


@pytest.mark.parametrize(
    ("budget", "most", "spent", "revisits"),
    [
        (5000, 4, 0, 4),
        (20, 100, 6 + 6, 1),  # six requests are remembered: two are left, and half of that is one
        (20, 100, 6 + 5, 1),
        (20, 100, 6 + 4, 2),
        (20, 100, 6, 4),
        (6, 100, 0, 0),
        (5, 100, 9, 0),
    ],
)
def test_half_of_what_is_left_of_the_budget_goes_to_revisits(
    budget: int, most: int, spent: int, revisits: int
) -> None:
    spider = spider_of(budget=budget, most=most, spent=spent)
    assert [reason for reason, _ in asked(spider)].count("revisit") == revisits


def test_a_dry_run_asks_sources_alone() -> None:
    assert asked(spider_of(dry_run=True)) == [("poll", FEED.url)]


@pytest.mark.parametrize("canonical", ["", news(1)])
def test_a_page_over_a_limit_is_rejected_under_its_own_address(canonical: str) -> None:
    run, written = started(outlet(FEED))
    visit = Visit(role="article", url=f"{news(1)}?from=feed", reason="new", canonical=canonical)
    reject_oversized(run, visit, "x" * 300)
    rejection, logged = written
    assert (rejection.url, rejection.reason, rejection.evidence) == (
        canonical or visit.url, Reason.TOO_LARGE, "x" * 200
    )  # fmt: skip
    assert (logged.url, logged.why, logged.outcome) == (visit.url, Why.FETCHED, "rejection")


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_backfill_that_asks_nothing_says_what_it_would_ask(*, dry_run: bool) -> None:
    spider = spider_of(dry_run=dry_run)
    backfill = SimpleNamespace(answer=lambda _: [news(1), news(2)])
    listed = answer(Visit(role="source", url=FEED.url, reason="backfill", source=FEED))
    found = list(spider._list_of_backfill(cast("Any", backfill), listed))
    assert [one["url"] for one in found] == ([news(1), news(2)] if dry_run else [])
    assert spider.run.log.counts.spared == len(found)
