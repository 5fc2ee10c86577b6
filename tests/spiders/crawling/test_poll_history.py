"""What a source dropped between two polls shows, whatever is pinned to its list."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.records import Fetch, Stamp, Why
from spiders.crawling.poll_history import (
    ListedArticle,
    compare,
    extent,
    frontier,
    last_answer,
    meets,
    newest_at,
    newest_first,
    stated_at,
)
from spiders.formats.links import Link
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


@pytest.mark.parametrize(
    ("published", "modified", "precision", "stated"),
    [
        (0, None, "minute", 0),
        (10, None, "minute", 10),
        (11, None, "minute", None),
        (None, 5, "minute", 5),
        (3, 5, "minute", 3),
        (3, None, "day", None),
        (None, None, "minute", None),
    ],
)
def test_a_time_that_a_link_states_is_one_of_day_and_not_to_come(
    published: int | None, modified: int | None, precision: str, stated: int | None
) -> None:
    def stamp(minutes: int | None) -> Stamp | None:
        if minutes is None:
            return None
        at = NOON + timedelta(minutes=minutes)
        return Stamp(at=at, source="feed", precision=precision)  # type: ignore[arg-type]

    link = Link(url="http://a.test/1", published=stamp(published), modified=stamp(modified))
    expected = None if stated is None else NOON + timedelta(minutes=stated)
    assert stated_at(link, NOON) == expected


@pytest.mark.parametrize(
    ("dated", "bare", "order"),
    [
        (4, 1, [4, 3, 2, 1]),
        (3, 1, [3, 2, 1, 0]),
        (0, 3, [2, 1, 0]),
    ],
    ids=["four of five state a time", "three of four, and ids of one form", "ids of one form"],
)
def test_the_newest_is_first_by_times_and_else_by_ids(
    dated: int, bare: int, order: list[int]
) -> None:
    numbers = range(dated + bare)
    entries = [entry(n, "dated" if n >= bare else "numbered") for n in numbers]
    assert [int(one.article, 16) for one in newest_first(entries)] == order


def test_ids_of_more_than_one_form_or_without_a_number_leave_the_order_of_the_list() -> None:
    mixed = [entry(1, "numbered"), ListedArticle("f" * 16, "photo-2", None, unseen=True)]
    assert newest_first(mixed) == mixed
    bare = [entry(n, "bare") for n in (7, 14)]
    assert newest_first(bare) == bare
    assert newest_first([]) == []


@pytest.mark.parametrize(("count", "kept"), [(1, 1), (2, 1), (3, 2), (15, 8), (16, 8), (40, 8)])
def test_a_frontier_is_the_newer_half_and_at_most_eight(count: int, kept: int) -> None:
    entries = [entry(n, "dated") for n in range(count)]
    newest = [f"{n:016x}" for n in range(count - 1, count - kept - 1, -1)]
    assert list(frontier(entries)) == newest


def test_a_frontier_of_a_bare_list_is_what_nobody_knew_then_what_was_in_it() -> None:
    entries = [entry(n, "bare", unseen=n == 3) for n in range(6)]
    names = [one.article for one in entries]
    assert frontier(entries, (names[5], "gone", names[1])) == (names[3], names[5], names[1])
    known = [entry(n, "bare", unseen=False) for n in range(6)]
    assert frontier(known, (names[5],)) == (names[5],)
    assert frontier(known) == tuple(names[:3])


def test_an_extent_begins_after_the_newest_time_of_before() -> None:
    last = Fetch(
        outlet="a", run="r", at=NOON, role="source", url="u", why=Why.FETCHED, newest_at=NOON
    )
    found = extent([entry(n, "dated") for n in (0, 1)], last)
    assert found is not None
    assert found.oldest_id == found.newest_id == "10001"
    assert newest_at([entry(-5, "dated"), entry(1, "bare")], last) == NOON
    assert newest_at([entry(5, "dated")], last) == NOON + timedelta(minutes=5)
    assert newest_at([], None) is None


def test_sources_are_compared_without_the_three_oldest_and_the_youngest_hour() -> None:
    numbers = [-300, -290, -280, -270, -120, -60, -59]
    answers = {"one": [entry(n, "dated") for n in numbers], "two": [entry(-400, "dated")] * 3}
    answers["two"] += [entry(n, "dated") for n in (-390, -120)]
    found = compare(answers, {"one": NOON - timedelta(minutes=121)}, NOON)
    two = found["two"]
    assert two.since == NOON - timedelta(minutes=270)
    assert (two.own, two.others, two.both) == (1, 2, 1)
    assert (found["one"].since, found["one"].own) == (NOON - timedelta(minutes=121), 2)
    later = compare(answers, {"one": NOON - timedelta(minutes=120)}, NOON)
    assert (later["one"].own, later["one"].others, later["one"].both) == (1, 0, 0)


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
