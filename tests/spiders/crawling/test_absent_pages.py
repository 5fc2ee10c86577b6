"""A list announces what is not there: an answer, neither asked again at once nor an outlet's fault."""

from datetime import UTC, datetime, timedelta

import pytest

from processing.records import End, Fetch, Why
from spiders.crawling.polling import left_alone, waits_until
from spiders.crawling.verdict import Tally, verdict

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def row(status, failures=1):
    return Fetch(
        outlet="paper",
        run="r",
        at=NOW,
        role="article",
        url="http://paper.test/1",
        why=Why.FAILED,
        status=status,
        failures=failures,
    )


@pytest.mark.parametrize("status", [404, 410])
def test_an_absent_page_is_left_alone_for_an_hour(status):
    assert waits_until(row(status), NOW + timedelta(minutes=59)) == NOW + timedelta(hours=1)
    assert waits_until(row(status), NOW + timedelta(hours=1)) is None
    assert waits_until(row(status, failures=2), NOW + timedelta(hours=1)) == NOW + timedelta(
        hours=2
    )


def test_another_failure_is_asked_again_with_the_next_poll():
    assert waits_until(row(500), NOW + timedelta(minutes=1)) is None


def tally(failed, absent):
    return Tally(reason="finished", asked=1, answered=1, whys={"failed": failed}, absent=absent)


def test_only_absent_pages_leave_the_outlet_healthy():
    assert verdict(tally(failed=2, absent=2))[0] is End.UNCHANGED


def test_a_failure_beside_an_absent_page_is_still_seen():
    end, why = verdict(tally(failed=2, absent=1))
    assert end is End.UNHEALTHY
    assert "nothing of 1 URL could be fetched" in why


def test_how_often_an_address_failed_is_told_as_a_person_counts() -> None:
    assert left_alone(row(404), NOW).startswith("failed 1 time, asked again from ")
    assert left_alone(row(404, failures=2), NOW).startswith("failed 2 times, ")
