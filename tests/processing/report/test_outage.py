"""When the fault is ours: at least half of the outlets that were asked, on three addresses, sent no packet."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.report.unpublished import WINDOW, PollAttempt, covers, note, noted, outage
from processing.store.file_store import FileStore

NOW = datetime(2026, 11, 28, 9, 20, tzinfo=UTC)


def lost(number: int, minutes: float = 1, address: str | None = None) -> PollAttempt:
    at = NOW - timedelta(minutes=minutes)
    return PollAttempt(
        f"outlet{number}", at, reached=False, unreached=(address or f"10.0.0.{number}",)
    )


def answered(number: int, minutes: float = 1) -> PollAttempt:
    return PollAttempt(f"outlet{number}", NOW - timedelta(minutes=minutes), reached=True)


def test_three_addresses_and_half_of_the_outlets_tell() -> None:
    seen = outage([lost(1, 3), lost(2), lost(3), answered(4), answered(5), answered(6)], NOW)
    assert seen is not None
    assert (seen.asked, seen.unreached, seen.example) == (6, 3, "outlet1")
    assert seen.since == NOW - timedelta(minutes=3)


@pytest.mark.parametrize(
    "attempts",
    [
        [],
        [lost(1), lost(2)],
        [lost(number, address="10.0.0.1") for number in range(9)],
        [lost(1), lost(2), lost(3), *(answered(number) for number in range(4, 8))],
        [lost(1, 16), lost(2), lost(3)],
        [lost(1), lost(1, 2), lost(2), lost(2, 2)],
    ],
    ids=["nobody", "two", "one hosting firm", "most answer", "too long ago", "the same two again"],
)
def test_anything_less_is_the_outlets_own(attempts: list[PollAttempt]) -> None:
    assert outage(attempts, NOW) is None


def test_it_ends_when_one_answers_again() -> None:
    down = [lost(number, 5) for number in range(1, 9)]
    assert outage(down, NOW) is not None
    assert outage([*down, answered(1, 1)], NOW) is None
    assert outage([*down, answered(9, 1)], NOW) is not None, (
        "it never failed: half may answer all the time"
    )
    assert (
        outage([*down, answered(1, 2), *(lost(number, 1) for number in range(2, 9))], NOW)
        is not None
    ), "again"


@given(st.permutations([lost(1, 3), lost(2), lost(3), answered(4), answered(1, 9)]))
def test_the_order_in_which_they_are_read_does_not_matter(attempts: list[PollAttempt]) -> None:
    assert outage(attempts, NOW) == outage(sorted(attempts, key=lambda one: one.at), NOW)


def test_a_note_covers_what_came_before_the_pattern_showed(tmp_path) -> None:
    store = FileStore(tmp_path)
    seen = outage([lost(1), lost(2), lost(3)], NOW)
    assert seen is not None
    for _ in range(2):
        note(store, seen, NOW)
    slots = noted(store)
    assert slots == [NOW.replace(minute=15)]
    assert covers(slots, NOW - WINDOW)
    assert covers(slots, NOW)
    assert not covers(slots, NOW - timedelta(minutes=21))
    assert not covers(slots, NOW + timedelta(minutes=10))
    note(store, seen, NOW + timedelta(days=40))
    assert len(noted(store)) == 1, "what is of no use any more is removed"
