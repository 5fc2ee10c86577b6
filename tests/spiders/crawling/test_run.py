"""How a run waits, ends and reports, and how it counts what was read. In this process, without a network."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from processing.archive.backfills import BackfillState
from processing.records import AnswerLimit, Reason, Rejection, SourceFault, Why
from processing.urls import canonical
from spiders.crawling.fetch_log import failed, read
from spiders.crawling.run import Run
from spiders.crawling.visit import Refusal, Visit
from spiders.outlet import Feed
from tests.processing.newsroom import article
from tests.spiders.crawling.answers import HOME, NOW, answer, name, news, outlet, row, started

FEED = Feed(f"{HOME}/feed")
POLL = Visit(role="source", url=FEED.url, reason="poll", source=FEED)
ROBOTS = Visit(role="robots", url=f"{HOME}/robots.txt", reason="robots")


def rejection(reason: Reason, evidence: str = "evidence") -> Rejection:
    return Rejection(outlet="hanbit", url=news(1), fetched_at=NOW, reason=reason, evidence=evidence)


def refusal(run: Run, act: str, *arguments: Any) -> Refusal | None:
    try:
        getattr(run, act)(*arguments)
    except Refusal as refused:
        return refused
    return None


def test_what_was_read_from_a_page_is_counted_once_by_what_it_is() -> None:
    run, written = started(outlet(FEED))
    whole = article("hanbit", 1)
    records = [
        whole,
        rejection(Reason.EMPTY),
        rejection(Reason.TOO_LARGE),
        rejection(Reason.TOO_LARGE),
    ]
    for record in reversed(records):
        run.log.keep(record)
    assert written == records[::-1]
    assert list(run._report("finished").rejections.items()) == [("empty", 1), ("too-large", 2)]
    counts = run.log.counts
    assert (counts.pages, counts.articles) == (4, 1)
    assert counts.rejections == {"empty": 1, "too-large": 2}
    assert {limit: reached.count for limit, reached in counts.limits.items()} == {
        AnswerLimit.PAGE_SIZE: 2
    }
    assert read(whole) == {"outcome": "article", "version_id": whole.version_id}
    long = rejection(Reason.EMPTY, "x" * 600)
    assert read(long) == {"outcome": "rejection", "detail": f"empty: {long.evidence}"[:500]}


@pytest.mark.parametrize(
    ("over", "stopping", "says"),
    [
        (False, False, None),
        (True, False, "the crawl's time limit came first"),
        (False, True, "interrupted"),
        (True, True, "interrupted"),
    ],
)
def test_a_run_that_ends_goes_on_with_nothing_and_counts_it_against_nobody(
    *, over: bool, stopping: bool, says: str | None
) -> None:
    run, written = started(outlet(FEED))
    if over:
        run.expire()
    if stopping:
        run.stop()
    assert (run.over, run.stopping, run.closing) == (over, stopping, over or stopping)
    refused = refusal(run, "go_on")
    assert (refused.detail if refused else None) == says
    assert refused is None or (refused.why, refused.counted) == (Why.FAILED, False)
    # A pause ends with the crawl.
    if says:
        with pytest.raises(Refusal, match=says):
            asyncio.run(run.pause(60))
    # What its robots.txt did not answer meanwhile is no failure of the host.
    run.failed_robots(ROBOTS, TimeoutError())
    (failed,) = written
    assert (failed.detail, failed.failures) == ("TimeoutError", 0 if says else 1)
    run.failed_robots(ROBOTS, TimeoutError("no answer in 30 s"))
    assert written[-1].detail == "no answer in 30 s"


def test_no_wait_goes_beyond_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = started(outlet(FEED))
    assert refusal(run, "wait_for", "b.test", 1e9) is None, "without a limit"
    monkeypatch.setattr(run, "seconds_left", lambda: 20.0)
    assert refusal(run, "wait_for", "b.test", 20.0) is None
    assert run.late == {}
    refused = refusal(run, "wait_for", "b.test", 20.5)
    assert refused
    assert not refused.counted
    assert refused.detail == ("b.test may be asked again in 20 s, after the crawl's time limit")
    assert set(run.late) == {"b.test"}


def test_what_was_not_reached_is_logged_and_counts_against_nobody() -> None:
    run, written = started(outlet(FEED), [row(FEED.url, Why.FAILED, failures=3, status=500)])
    asked = Visit(role="article", url=news(1), reason="new", article_id="0" * 16)
    run.begin(asked)
    # An article of a backfill has a row already that says that it waits.
    run.begin(Visit(role="article", url=news(2), reason="new", article_id="1" * 16, backfill="x"))
    run.polled[FEED.url] = Visit(
        role="source", url=FEED.url, reason="poll", last=run.memory.source(FEED.url)
    )
    report = run.finish("closespider_timeout")
    why = "the crawl closed before: closespider_timeout"
    article_row, source_row = written[:2]
    assert (article_row.url, article_row.detail, article_row.failures) == (news(1), why, 0)
    assert (source_row.url, source_row.detail, source_row.failures) == (FEED.url, why, 3)
    assert source_row.faults == (SourceFault.UNANSWERED,)
    (source,) = report.sources
    assert (source.links, source.new, source.overlap, source.status) == (0, 0, 0, None)
    assert (source.problem, source.understood) == (why, None)
    assert run.log.counts.problems == {FEED.url: why}
    again, written = started(outlet(FEED))
    again.begin(asked)
    again.finish("shutdown")
    assert written[0].detail == "interrupted"


def test_an_answer_of_robots_is_a_row_and_the_first_error_is_the_one_that_counts() -> None:
    run, written = started(outlet(FEED))
    run.answered_robots(ROBOTS, answer(ROBOTS, b"User-agent: *"))
    assert [(one.role, one.why, one.visits) for one in written] == [("robots", Why.FETCHED, 1)]
    assert not run.reading
    with run.reads():
        assert run.reading
    assert not run.reading


@pytest.mark.parametrize(
    ("lost", "ours", "more", "failures"),
    [
        # No packet from the host: counted in a row, unless many outlets are lost with it.
        (True, False, {}, (4, 3)),
        (True, True, {}, (3, 2)),
        # It answered, if with an error: so it can be reached.
        (True, False, {"status": 500}, (4, 0)),
        (False, True, {}, (4, 0)),
        (True, False, {"counted": False}, (3, 2)),
    ],
)
def test_a_failure_counts_unless_it_is_ours(
    *, lost: bool, ours: bool, more: dict[str, Any], failures: tuple[int, int]
) -> None:
    last = row(FEED.url, Why.FAILED, failures=3, unreached=2, status=None)
    run, _ = started(outlet(FEED), [last])
    run.reach.is_lost = lambda _: lost  # type: ignore[method-assign]
    run.reach.is_ours = lambda **_: ours  # type: ignore[method-assign]
    failed_row = failed(run, replace(POLL, last=last), "no route", **more)
    assert (failed_row.failures, failed_row.unreached) == failures


def test_an_article_is_known_that_was_fetched_before_or_is_part_of_this_crawl() -> None:
    run, _ = started(outlet(FEED), [row(news(1), outcome="article")])
    run.begin(Visit(role="article", url=news(2), reason="new", article_id=name(news(2))))
    known = [run.knows(canonical(news(number))) for number in (1, 2, 3)]
    assert known == [True, True, False]


def test_only_the_row_of_a_source_that_was_compared_says_until_when() -> None:
    run, written = started(outlet(FEED))
    for url in (FEED.url, f"{HOME}/other"):
        run.log.withhold(row(url))
    assert written == []
    run.log.note_comparison(FEED.url, NOW)
    run.log.add_withheld()
    assert [one.compared_until for one in written] == [NOW, None]


@pytest.mark.parametrize(
    ("of_backfills", "budget", "spent"),
    [(None, None, 2 + 3), (7, None, 7 + 3), (7, 50, 3), (0, None, 3)],
)
def test_backfills_and_other_crawls_each_count_their_own_requests(
    of_backfills: int | None, budget: int | None, spent: int
) -> None:
    rows = [row(news(number)) for number in range(2)]
    backfills = None
    if of_backfills is not None:
        backfills = BackfillState()
        backfills.spent = {"2026-11-20": of_backfills}
    run, _ = started(outlet(FEED), rows, backfills=backfills, budget=budget)
    run.requests = 3
    assert run.spent() == spent
