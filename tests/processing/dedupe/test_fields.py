"""Columns and cells of a table: which column is which field, and what a cell states."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from processing.dedupe.fields import (
    BadRowError,
    archived,
    article_text,
    chosen_columns,
    identity,
    moment,
    string,
)
from processing.errors import UsageError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (20_000, "1954-10-02T15:30:00"),  # from here on a number is a day of Excel
        (19_999, None),
        (20_000.5, "1954-10-03T03:30:00"),
        (10**8, "1973-03-03T09:46:40"),  # and from here on seconds since 1970
        (10**8 - 1, None),
        (19_910_203, "1991-02-02T15:00:00"),  # eight digits are a day
        (21_001_231, None),  # far from today
        (202_603_100_930, "2026-03-10T00:30:00"),  # twelve a minute
        (20_260_310_093_015, "2026-03-10T00:30:15"),
        (10**12, "2001-09-09T01:46:40"),  # thirteen are milliseconds
        ("1773010110930", "2026-03-08T22:48:30.930000"),  # not half past nine in 1773
        ("2026-03-08T22", "2026-03-08T13:00:00"),  # as many characters
        ("20260308", "2026-03-07T15:00:00"),
        (Decimal("20000.5"), "1954-10-03T03:30:00"),
        ("20000", "1954-10-02T15:30:00"),
        ("1000", None),
        ("1883-01-01T00:00Z", "1883-01-01T00:00:00"),  # the year of the first newspaper
        ("1882-12-31T23:59Z", None),
        ("2100-12-31", "2100-12-30T15:00:00"),
        ("2101-01-01T09:00:00", None),
    ],
)
def test_a_number_is_a_moment_by_its_size(value: object, expected: str | None) -> None:
    known = expected and datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert moment(value) == (known, known is None)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("a", "a"),
        (" a", " a"),
        (7, "7"),
        (0, "0"),
        (7.0, "7"),
        (Decimal(7), "7"),
        (Decimal(10**30), "1" + "0" * 30),  # more digits than Decimal counts with
        (Decimal("7.5"), None),
        (7.5, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ("", None),
        ("\ud800", None),
        ([], None),
        ('="01100101.2026"', "01100101.2026"),
        ('=""', None),
        ("1.1E+06", None),
        ("1E+17", None),
        ("E+06", "E+06"),
    ],
)
def test_an_id_is_text_or_a_whole_number(value: object, name: str | None) -> None:
    if name is None:
        with pytest.raises(BadRowError, match="`id`"):
            identity(value)
    else:
        assert identity(value) == name


def test_a_cell_is_text_and_a_number_may_stand_for_it() -> None:
    assert [string({"a": cell}, "a") for cell in ("x", 7, 7.5, "\ud800")] == ["x", "7", "7.5", "?"]
    assert article_text("\ud800") == "?"
    for cell in (True, [], {}):
        with pytest.raises(BadRowError, match="`a` must be a string"):
            string({"a": cell}, "a")
    with pytest.raises(BadRowError, match="`text` must be a string"):
        article_text(7)


@pytest.mark.parametrize(
    ("header", "chosen", "columns"),
    [
        (("id", "text"), None, {"id": "id", "text": "text"}),
        (("ID", "본 문"), None, {"id": "ID", "text": "본 문"}),
        (("Body", "content", "doc_id"), None, {"id": "doc_id", "text": "Body"}),
        (("본문", "text", "id"), None, {"id": "id", "text": "text"}),  # its own name comes first
        (("Id", "ID", "text"), None, {"id": "Id", "text": "text"}),  # then the first column
        (("id", "text", "zzz"), {"text": "zzz"}, {"id": "id", "text": "zzz"}),
        (("version_id", "text"), None, {"text": "text"}),
        (("id", "text", "", ""), None, {"id": "id", "text": "text"}),
    ],
)
def test_columns_are_found_by_their_usual_names(
    header: tuple[str, ...], chosen: dict[str, str] | None, columns: dict[str, str]
) -> None:
    assert chosen_columns(header, chosen) == columns


@pytest.mark.parametrize(
    ("header", "chosen", "why"),
    [
        (("id",), None, "no column is the text"),
        (("text",), None, "no column is the id"),
        ((), None, "no column is the id or the text.* no columns at all"),
        (("version_id",), None, "no column is the text"),
        (("id", "text"), {"text": "zzz"}, "no column 'zzz'"),
        (("id", "text"), {"zzz": "text"}, "no field 'zzz'"),
        (("id", "text", "text"), None, "two columns are called 'text'"),
    ],
)
def test_a_column_that_is_needed_or_named_has_to_be_there(
    header: tuple[str, ...], chosen: dict[str, str] | None, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        chosen_columns(header, chosen)


def test_a_row_of_json_may_lack_what_its_table_is_said_to_have() -> None:
    assert chosen_columns(("id",), {"text": "zzz"}, needed=()) == {"id": "id", "text": "zzz"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"published": {"at": "x"}, "origin": {"url": "u"}}, ("x", "u")),
        ({"published": "x", "origin": None, "origin_url": "v"}, ("x", "v")),
        ({}, (None, None)),
    ],
)
def test_an_archived_article_states_its_times_and_origin_in_records(
    row: dict[str, object], expected: tuple[object, object]
) -> None:
    found = archived({"version_id": "a-1", "article_id": "a", "agency": "가온", **row})
    assert (found["published_at"], found["origin_url"]) == expected
    assert (found["id"], found["article_id"], found["agency"]) == ("a-1", "a", "가온")
