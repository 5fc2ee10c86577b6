"""What a source dropped between two polls shows, whatever is pinned to its list."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.records import Fetch, Why
from spiders.crawling.poll_history import (
    ListedArticle,
    compare,
    extent,
    frontier,
    last_answer,
    meets,
)
from tests.spiders.conftest import Crawl
from tests.spiders.origin import Origin, article, feed, html

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
FORMS = ("dated", "numbered", "bare")


def entry(number: int, form: str, *, unseen: bool = True) -> ListedArticle:
    """Return article `number`: the higher, the newer by a minute."""
    at = NOON + timedelta(minutes=number) if form == "dated" else None
    key = f"slug-{'x' * (number % 7)}" if form == "bare" else str(10_000 + number)
    return ListedArticle(f"{number:016x}", key, at, unseen)


def window(newest: int, form: str, pinned: list[int], known: int) -> list[ListedArticle]:
    """Return a list of ten articles below some that are pinned; what is at most `known` is known."""
    numbers = [*pinned, *range(newest, newest - 10, -1)]
    return [entry(number, form, unseen=number > known) for number in numbers]


@pytest.mark.parametrize("form", FORMS)
@given(
    pinned=st.lists(st.integers(1, 50), max_size=3, unique=True),
    news=st.lists(st.integers(0, 25), min_size=4, max_size=8),
)
def test_an_overflow_is_seen_in_every_form_of_list_and_pinned_articles_hide_none(
    form: str, pinned: list[int], news: list[int]
) -> None:
    newest, before = 200, ()
    for index, count in enumerate([10, 10, *news]):
        answer = window(newest + count, form, pinned, known=newest)
        # A bare list says of its first two answers nothing but what it holds.
        if before and index > 1:
            assert meets(before, answer) is (count < 10)
        before = frontier(answer, before)
        newest += count


def test_the_extent_leaves_out_what_was_pinned_or_put_in_late() -> None:
    last = Fetch(
        outlet="a", run="r", at=NOON, role="source", url="u", why=Why.FETCHED, newest_at=NOON
    )
    found = extent([entry(n, "dated") for n in (-300, 9, 5, 2, -1)], last)
    assert found is not None
    assert (found.oldest_id, found.newest_id) == ("10002", "10009")
    assert found.oldest_at == NOON + timedelta(minutes=2)
    assert extent([entry(3, "dated", unseen=False)], last) is None


def test_a_failure_leaves_the_last_answer_where_it_was() -> None:
    answered = Fetch(outlet="a", run="r", at=NOON, role="source", url="u", why=Why.UNCHANGED)
    failed = answered.evolve(why=Why.FAILED, at=NOON + timedelta(hours=1), answered_at=NOON)
    assert last_answer(answered) == last_answer(failed) == NOON
    assert last_answer(None) is None


def test_sources_are_compared_over_the_time_that_all_reach_back_to() -> None:
    whole = [entry(n, "dated") for n in range(-400, 0, 4)]
    half = [one for one in whole if int(one.key) % 8 == 0]
    answers = {"whole": whole, "half": half}
    found = compare(answers, {}, NOON)
    # What is younger than an hour may come to the other list yet.
    assert found["whole"].until == NOON - timedelta(hours=1)
    assert found["half"].own == found["half"].both == found["whole"].both
    assert found["whole"].own == found["half"].others > found["half"].own
    assert not compare(answers, dict.fromkeys(answers, NOON - timedelta(hours=1)), NOON)
    assert not compare({"whole": whole}, {}, NOON)


def at(origin: Origin, path: str, outlet: str) -> str:
    return f"http://{outlet}.press.test:{origin.port}{path}"


def test_an_overflow_is_told_with_its_span_although_an_old_article_is_pinned(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 40)}
    pinned = at(origin, "/news/1", "plain")
    origin.routes["/feed"] = feed(
        pinned, *(at(origin, f"/news/{n}", "plain") for n in range(11, 1, -1))
    )
    first = crawl("plain")
    origin.routes["/feed"] = feed(
        pinned, *(at(origin, f"/news/{n}", "plain") for n in range(39, 29, -1))
    )
    done = crawl("plain", env={"WIRE_HOURS": "1"})
    (before,), (source,) = first.report.sources, done.report.sources
    assert [one.fault for one in source.findings] == ["overflow"]
    assert source.recovered is False
    assert source.missed_since
    assert before.at
    assert source.extent
    # No time is stated, so the moment of the last answer stands for it.
    assert abs(source.missed_since - before.at) < timedelta(seconds=1)
    assert (source.extent.oldest_id, source.extent.newest_id) == ("30", "39")
    assert "something may have been missed" in done.report.why


def test_where_a_feed_missed_something_a_list_is_read_until_it_meets_what_is_known(
    origin: Origin, crawl: Crawl
) -> None:
    """The list is not due, and two pages beyond those that it is declared with are needed."""
    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 40)}

    def fill(newest: int) -> None:
        links = [at(origin, f"/news/{n}", "both") for n in range(newest, 0, -1)]
        origin.routes["/feed"] = feed(*links[:5])
        for page in range(5):
            anchors = "".join(f"<li><a href='{url}'>기사</a></li>" for url in links[:6])
            origin.routes[f"/list?page={page + 1}"] = html(f"<ul>{anchors}</ul>")
            del links[:6]

    fill(6)
    crawl("both")
    fill(28)
    done = crawl("both", env={"WIRE_HOURS": "1"})
    assert (done.code, done.report.end, done.report.articles) == (0, "new", 22)
    overflowed = next(one for one in done.report.sources if one.url.endswith("/feed"))
    assert [one.fault for one in overflowed.findings] == ["recovered"]
    assert overflowed.recovered
    assert "missed" not in done.report.why
    asked = [one.path for one in origin.asked]
    assert asked.count("/list?page=4") == 1
    assert "/list?page=5" not in asked
