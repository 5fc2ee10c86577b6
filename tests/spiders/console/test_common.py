"""Nothing that was archived can act on the terminal that shows it."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from spiders.console.common import as_json, shown
from tests.processing.test_records import harmless


@given(st.text(), st.text())
def test_json_is_harmless_and_lossless(key: str, value: str) -> None:
    line = as_json({key: value})
    assert harmless(line)
    assert json.loads(line) == {key: value}


def test_a_cell_shows_a_moment_in_seoul() -> None:
    assert shown(datetime(2026, 3, 1, 15, 30, tzinfo=UTC)) == "2026-03-02 00:30"
    assert shown(None) == ""
    assert shown(("가", "\x1b[1m나")) == "가, 나"
    assert shown({"a\x07": 1}) == "a=1"
