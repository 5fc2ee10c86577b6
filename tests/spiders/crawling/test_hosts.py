"""Failures that are ours: nothing comes back from many outlets, which then pay nothing for it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectionLost, NoRouteError

from processing.archive.memory import Memory
from processing.records import End, Fetch, Why
from processing.report import unpublished
from spiders.crawling.hosts import Hosts, Reach, forgiven
from spiders.crawling.polling import waits_until
from spiders.crawling.verdict import FIELDS
from spiders.middlewares.pace import is_silence
from tests.spiders.conftest import Crawl, Crawled
from tests.spiders.origin import Origin, Reply, article, feed

NOW = datetime(2026, 11, 28, 9, 20, tzinfo=UTC)


def polled(crawled: Crawled) -> Fetch:
    (row,) = (row for row in crawled.rows() if row.role == "source")
    return row


@pytest.mark.full
def test_a_machine_without_a_network_costs_no_outlet_its_turn(origin: Origin, crawl: Crawl) -> None:
    """Ten minutes without a network: those that failed before it showed are asked at once when it is over."""
    origin.close()
    first = polled(crawl("plain"))
    assert (first.failures, first.unreached) == (1, 1), "one outlet alone is its own fault"
    assert polled(crawl("plain")).failures == 2
    assert crawl("plain").report.requests == 0, "and is left alone after the second failure"
    assert polled(crawl("known")).failures == 1
    third = crawl("slow")
    assert (polled(third).failures, third.report.reached) == (0, False), (
        "three tell that the fault is ours"
    )
    assert third.report.unreached == ("slow.press.test",)
    assert "the fault is on our side" in third.log
    assert len(unpublished.noted(third.store)) == 1
    back = Origin(port=origin.port)
    url = f"http://plain.press.test:{origin.port}/news/1"
    back.routes |= {"/feed": feed(url), "/news/1": article(1)}
    try:
        again = crawl("plain")
        assert again.report.end is End.NEW, again.log
        assert "/feed" in back.paths("plain")
        assert polled(again).failures == 0
        assert again.report.reached is True
    finally:
        back.close()


def test_an_answer_of_any_kind_shows_that_the_network_is_there(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes["/robots.txt"] = Reply(500)
    found = [crawl(name) for name in ("plain", "known", "slow")]
    assert {one.report.reached for one in found} == {True}
    assert [polled(one).failures for one in found] == [1, 1, 1]
    assert unpublished.noted(found[0].store) == []


def test_what_is_read_of_articles_is_counted_by_field(origin: Origin, crawl: Crawl) -> None:
    base = f"http://plain.press.test:{origin.port}/news"
    origin.routes |= {
        "/feed": feed(f"{base}/1", f"{base}/2"),
        "/news/1": article(1),
        "/news/2": article(2),
    }
    found = crawl("plain")
    assert found.report.articles == 2
    published = sum(one.published is not None for one in found.articles())
    assert published > 0
    assert found.report.fields.get("published") == published
    assert set(found.report.fields) <= set(FIELDS)


@pytest.mark.parametrize(
    ("error", "silent"),
    [
        (CannotResolveHostError(), True),
        (DownloadConnectionRefusedError(), True),
        (DownloadTimeoutError(), True),
        (DownloadFailedError(), False),
        (ResponseDataLossError(), False),
        (ValueError(), False),
    ],
)
def test_silence_is_told_from_a_broken_answer(error: Exception, silent: bool) -> None:  # noqa: FBT001
    assert is_silence(error) is silent


@pytest.mark.parametrize(("cause", "silent"), [(NoRouteError(), True), (ConnectionLost(), False)])
def test_a_connection_that_was_never_made_is_known_by_its_cause(
    cause: Exception,
    silent: bool,  # noqa: FBT001
) -> None:
    error = DownloadFailedError()
    error.__cause__ = cause
    assert is_silence(error) is silent


def test_headers_are_an_answer_whatever_comes_later() -> None:
    reach = Reach()
    assert reach.reached is None
    reach.lost("a.kr", "1.2.3.4")
    assert (reach.reached, reach.unreached, reach.is_lost("http://a.kr/x")) == (
        False,
        ("1.2.3.4",),
        True,
    )
    reach.answered("a.kr")
    reach.lost("a.kr", "1.2.3.4")
    assert (reach.reached, reach.unreached, reach.is_lost("http://a.kr/x")) == (True, (), False)


def test_it_is_asked_once_and_again_at_the_end() -> None:
    asked: list[tuple[str, ...]] = []
    reach = Reach(lambda one: bool(asked.append(one.unreached)))
    assert not reach.is_ours(), "nobody was asked"
    reach = Reach(lambda one: bool(asked.append(one.unreached)))
    reach.lost("a.kr", "1.2.3.4")
    assert not any([reach.is_ours(), reach.is_ours()])
    assert len(asked) == 1
    reach.is_ours(again=True)
    assert len(asked) == 2


def failed(minutes: float, *, failures: int, unreached: int) -> Fetch:
    at = NOW + timedelta(minutes=minutes)
    return Fetch(
        outlet="a", run="r", at=at, role="source", url="http://a.kr/feed", why=Why.FAILED, failures=failures,
        unreached=unreached, next_at=at + timedelta(hours=4),
    )  # fmt: skip


def remembered(row: Fetch) -> Fetch:
    memory = Memory()
    memory.take([row])

    class Store:
        def list(self, prefix: str) -> list[object]:
            assert prefix == "outages/"
            return [type("Entry", (), {"key": "outages/20261128T0915Z.json"})]

    kept = forgiven(memory, Store()).source(row.url)  # type: ignore[arg-type]
    assert kept is not None
    return kept


def test_only_what_was_lost_in_the_outage_is_taken_back() -> None:
    kept = remembered(failed(0, failures=5, unreached=2))
    assert (kept.failures, kept.unreached) == (3, 0)
    assert waits_until(remembered(failed(0, failures=3, unreached=3)), NOW) is None
    assert remembered(failed(0, failures=3, unreached=0)).failures == 3, (
        "it answered, badly: that is no outage"
    )
    assert remembered(failed(-40, failures=3, unreached=3)).failures == 3, "that was before"
    assert remembered(failed(20, failures=3, unreached=3)).failures == 3, "that was after"


def test_the_failures_of_a_page_are_taken_back_too() -> None:
    row = failed(0, failures=4, unreached=4)
    fields = row.model_dump() | {
        "role": "article",
        "url": "http://a.kr/news/1",
        "article_id": "0" * 16,
    }
    memory = Memory()
    memory.take([Fetch.model_validate(fields)])
    memory.forgive(lambda _: True)
    (gap,) = memory.gaps()
    assert gap.failures == 0
    assert json.loads(gap.model_dump_json())["why"] == "failed"


def test_a_host_is_asked_when_its_delay_is_over_and_its_pauses_are() -> None:
    now = [100.0]
    hosts = Hosts(lambda: now[0], least=2.0)
    assert hosts.wait("a") == 0.0  # which books the moment
    assert hosts.wait("a") == 2.0
    assert hosts.wait("b") == 0.0, "each host has a clock of its own"
    now[0] = 101.0
    hosts.left("a")  # the delay counts from the answer
    assert hosts.wait("a") == 2.0
    hosts.slow("a", 5.0)
    hosts.slow("a", 1.0)  # it never gets less
    assert hosts.wait("a") == 5.0
    hosts.hold("a", 30.0)
    hosts.hold("a", 3.0)
    assert hosts.wait("a") == 30.0
    now[0] = 131.0
    assert hosts.wait("a") == 0.0
    assert hosts.wait("a") == 5.0
    assert Hosts(lambda: 0.0).wait("c") == Hosts(lambda: 0.0).wait("c") == 0.0


def test_a_host_is_left_alone_for_the_first_reason_and_refusals_count_in_a_row() -> None:
    hosts = Hosts(lambda: 0.0)
    assert hosts.cooled("a") is None
    hosts.cool("a", "robots.txt")
    hosts.cool("a", "refused")
    assert (hosts.cooled("a"), hosts.all_cooled()) == ("robots.txt", {"a": "robots.txt"})
    assert [hosts.refuse("b", refused=refused) for refused in (True, True, False, True)] == [
        1,
        2,
        0,
        1,
    ]
    assert [hosts.wall("b", walled=walled) for walled in (True, False, True)] == [1, 0, 1]
