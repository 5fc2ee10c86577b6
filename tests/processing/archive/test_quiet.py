"""Polls that brought nothing wait in landing for one that does, but not for ever and not where there is news in them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from processing.archive.memory import load
from processing.records import End, Publication, Why
from processing.store.file_store import FileStore
from tests.processing.newsroom import NOON, Crawl, article, fetch

Archive = Callable[..., Publication]
FEED = "http://hanbit.press.test/rss"
QUARTER = timedelta(minutes=15)


def poll(
    number: int = 0, end: End = End.UNCHANGED, outlet: str = "hanbit", why: Why = Why.SEEN
) -> Crawl:
    """Return a poll that fetched no page."""
    at, run, known = NOON + number * QUARTER, f"poll-{number}", article("hanbit", 1)
    rows = [
        fetch(outlet, run, FEED, at, role="source"),
        fetch(outlet, run, known.url, at, why, article_id=known.article_id),
    ]
    return Crawl(outlet=outlet, run=run, log=rows, end=end, at=at)


def test_a_poll_that_brought_nothing_publishes_nothing_and_is_remembered(
    store: FileStore, archive: Archive
) -> None:
    poll().land(store)
    said = archive()
    assert said.unchanged
    assert said.quiet == ("hanbit/poll-0",)
    assert not any(store.list("manifests/"))
    assert load(store, "hanbit").source(FEED) is not None


def test_news_takes_the_quiet_polls_of_its_outlet_along_and_leaves_others(
    store: FileStore, archive: Archive
) -> None:
    poll().land(store)
    poll(outlet="narae").land(store)
    Crawl(outlet="narae", articles=[article("narae", 1)]).land(store)
    said = archive()
    assert {name: counts.runs for name, counts in said.outlets.items()} == {"narae": 2}
    assert said.quiet == ("hanbit/poll-0",)
    assert {entry.key.split("/")[1] for entry in store.list("landing/")} == {"outlet=hanbit"}


@pytest.mark.parametrize(
    "crawl",
    [
        poll(end=End.UNHEALTHY),
        poll(end=End.PARTIAL),
        poll(why=Why.GONE),
        Crawl(articles=[article("hanbit", 1)]),
        Crawl(articles=[article("hanbit", 1)], end=End.UNCHANGED),
    ],
    ids=["unhealthy", "partial", "a deletion", "a page", "a page of a poll that says unchanged"],
)
def test_what_says_something_is_published_at_once(
    store: FileStore, archive: Archive, crawl: Crawl
) -> None:
    crawl.land(store)
    assert archive().seq == 1


@pytest.mark.parametrize(
    ("polls", "now", "published"),
    [
        (24, NOON + 24 * QUARTER - timedelta(minutes=1), False),
        (25, NOON + 23 * QUARTER, True),
        (1, NOON + timedelta(hours=5), False),
        (1, NOON + timedelta(hours=6), True),
    ],
)
def test_quiet_polls_wait_only_so_long_and_so_many(
    store: FileStore,
    archive: Archive,
    polls: int,
    now: datetime,
    published: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    for number in range(polls):
        poll(number).land(store)
    assert (archive(now=now).seq == 1) is published


def test_a_quiet_run_that_is_asked_for_is_published(store: FileStore, archive: Archive) -> None:
    poll().land(store)
    assert archive(outlet="hanbit", run="poll-0").seq == 1
