"""Retry-After in both of its forms (RFC 9110 §10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.middlewares.pace import retry_after

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 22 Nov 2026 03:00:30 GMT", 30),
        ("Sunday, 22-Nov-26 03:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 12:00:30 +0900", 30),
        ("Sun, 22 Nov 2026 02:00:00 GMT", 0),
        ("-5", None),
        ("١٢", None),
        ("1.5", None),
        ("soon", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Sun, 22 Nov 2026 03:00:30 +99999999", None),
        ("", None),
        (None, None),
    ],
)
def test_seconds_dates_and_nonsense(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.integers(0, 10**6))
def test_a_date_means_the_same_as_its_seconds(seconds: int) -> None:
    stamp = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(stamp, NOW) == retry_after(str(seconds), NOW) == seconds
