"""The arguments of a crawl: which days they are, what is wanted of it, and which are wrong."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from processing.errors import UsageError
from spiders.crawling.arguments import CrawlRequest, days_asked, parse_arguments, require_visited
from spiders.outlet import Feed
from tests.spiders.crawling.answers import HOME, outlet

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        (TODAY, TODAY, None),
        (TODAY, TODAY - DAY, "since 2026-11-20 is after until 2026-11-19"),
        (TODAY, TODAY + DAY, "until 2026-11-21 is still to come"),
        # Ten years at most.
        (TODAY - 3659 * DAY, TODAY, None),
        (TODAY - 3660 * DAY, TODAY, "give at most 3660 days at once"),
    ],
)
def test_days_go_from_one_to_the_other_and_not_beyond_today(
    since: date, until: date, wrong: str | None
) -> None:
    if wrong:
        with pytest.raises(UsageError, match=wrong):
            days_asked(since, until, TODAY)
    else:
        days = days_asked(since, until, TODAY)
        assert (days[0], days[-1], len(days)) == (until, since, (until - since).days + 1)


@pytest.mark.parametrize(
    ("wanted", "backfill", "sources_only"),
    [
        ({}, False, False),
        ({"days": (TODAY,)}, True, True),
        ({"fresh": True}, True, False),
        ({"dry_run": True}, False, True),
        ({"due_only": True}, False, False),
    ],
)
def test_what_reads_sources_whole_and_what_asks_for_nothing_else(
    wanted: dict[str, Any], *, backfill: bool, sources_only: bool
) -> None:
    request = CrawlRequest(**wanted)
    assert (request.backfill, request.sources_only) == (backfill, sources_only)


def test_a_request_is_what_was_said_and_nothing_by_itself() -> None:
    assert parse_arguments({}, today=TODAY) == CrawlRequest()
    plain = CrawlRequest()
    assert (plain.dry_run, plain.fresh, plain.due_only, plain.budget) == (False, False, False, None)
    flags = {"dry_run": True, "fresh": True}
    assert parse_arguments({}, today=TODAY, **flags, due_only=True) == CrawlRequest(
        **flags, due_only=True
    )
    days = parse_arguments({"since": "2026-11-19"}, today=TODAY, **flags, budget=7)
    assert days.days == (TODAY, TODAY - DAY)
    assert (days.dry_run, days.fresh, days.due_only, days.budget) == (True, True, False, 7)
    pages = parse_arguments({"url": f"{HOME}/a https://b.test/"}, today=TODAY)
    assert (pages.urls, pages.days) == ((f"{HOME}/a", "https://b.test/"), ())


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"page": "2", "about": "x"}, "-a about= is not known"),
        ({"url": HOME, "since": "2026-11-19"}, "asks for pages by name"),
        ({"url": HOME, "until": "2026-11-19"}, "asks for pages by name"),
        ({"until": "2026-11-19"}, "-a until= needs since="),
        ({"since": "19.11.2026"}, "is no day"),
        ({"url": "ftp://b.test/"}, "is no address of a page"),
        ({"url": "http:///a"}, "is no address of a page"),
        ({"url": "http://[b/"}, "is no URL"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, str], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        parse_arguments(arguments, today=TODAY)


@pytest.mark.parametrize(
    ("more", "permission", "says"),
    [
        ({"paused": None}, None, None),
        ({}, None, "read pages of it that you have"),
        ({}, "asked on the telephone", "read pages of it that you have"),  # no consent lifts this
        ({"permission_needed": "robots.txt"}, None, "record its consent in SILLOK_PERMISSION"),
        ({"permission_needed": "robots.txt"}, "by letter", None),
    ],
)
def test_a_paused_outlet_is_visited_only_with_the_consent_that_it_needs(
    more: dict[str, Any], permission: str | None, says: str | None
) -> None:
    declared = replace(outlet(Feed(f"{HOME}/feed")), **more)
    if says is None:
        require_visited(declared, permission)
    else:
        with pytest.raises(UsageError, match=says):
            require_visited(declared, permission)
