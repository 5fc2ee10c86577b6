"""What keys state: days, months and outlets, in both versions of the archive."""

import hashlib
from datetime import date

import pytest

from processing.archive import layout
from processing.archive.layout import CatalogueObject, NewObject, outlet_of
from processing.records import Sum


@pytest.mark.parametrize(
    ("key", "outlet"),
    [
        ("pages/day=2026-11-20/gaon-20261120T030000Z-aaaaaa-seg-000.warc.gz", "gaon"),
        ("pages/day=2026-11-20/g_enews-20261120T030000Z-aaaaaa-seg-012.cdxj", "g_enews"),
        ("pages/day=2026-11-20/outlet=gaon-run=20261120T030000Z-aaaaaa-seg-000.warc.gz", "gaon"),
        ("pages/day=2026-11-20/index-0123abcd.cdxj", None),
        ("articles/month=2026-11/2026-11-20-0123abcd.parquet", None),
    ],
)
def test_raw_pages_state_their_outlet(key: str, outlet: str | None) -> None:
    assert outlet_of(key) == outlet


DAY = (date(2026, 11, 20), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("key", "span", "month", "version_1"),
    [
        ("log/month=2026-11/2026-11-20-0123abcd.parquet", DAY, False, False),
        ("dedupe/v=ab12/sig/month=2026-11/2026-11-20-0123abcd.parquet", DAY, False, False),
        ("log/month=2026-11/2026-11-ab.parquet", (date(2026, 11, 1), date(2026, 11, 30)), True, False),
        ("log/month=2028-02/2028-02-ab.parquet", (date(2028, 2, 1), date(2028, 2, 29)), True, False),
        ("log/month=2026-12/2026-12-ab.parquet", (date(2026, 12, 1), date(2026, 12, 31)), True, False),
        ("articles/month=unknown/unknown-0123abcd.parquet", None, False, False),
        ("articles/day=2026-11-20/0123abcd.parquet", DAY, False, True),
        ("articles/day=unknown/0123abcd.parquet", None, False, True),
        ("log/outlet=gaon/0123abcd.parquet", None, False, True),
        ("pages/day=2026-11-20/index-ab.cdxj", DAY, False, False),
        ("log/outlet=gaon/0123abcd.gz", None, False, False),  # no table
    ],
)  # fmt: skip
def test_a_key_states_its_days_and_its_version(
    key: str, span: layout.Span | None, *, month: bool, version_1: bool
) -> None:
    assert layout.span(key) == span
    assert layout.is_month(key) is month
    assert layout.is_version_1(key) is version_1


@pytest.mark.parametrize(
    ("first", "last", "within"),
    [(18, 19, False), (18, 20, True), (20, 20, True), (20, 22, True), (21, 22, False)],
)
def test_a_part_is_within_days_that_it_shares_one_with(
    first: int, last: int, *, within: bool
) -> None:
    days = date(2026, 11, first), date(2026, 11, last)
    part = CatalogueObject(
        Sum(key="log/month=2026-11/2026-11-20-ab.parquet", sha256="0" * 64, bytes=1), 1
    )
    assert part.within(*days) is within
    assert (part.table, part.days) == ("log", DAY)
    undated = CatalogueObject(
        Sum(key="articles/month=unknown/unknown-ab.parquet", sha256="0" * 64, bytes=1), 1
    )
    assert undated.within(*days)


@pytest.mark.parametrize(
    ("first", "last", "within"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), False),
        (date(2026, 10, 1), date(2026, 11, 1), True),
        (date(2026, 11, 30), date(2026, 12, 5), True),
        (date(2026, 12, 1), date(2026, 12, 5), False),
    ],
)
def test_a_month_is_within_days_that_touch_it(first: date, last: date, *, within: bool) -> None:
    month = Sum(key="log/month=2026-11/2026-11-ab.parquet", sha256="0" * 64, bytes=1)
    assert CatalogueObject(month, 1).within(first, last) is within


def test_a_part_is_placed_by_its_day_and_named_by_its_bytes() -> None:
    day = date(2026, 11, 5)
    assert layout.placed("log", day) == ("log/month=2026-11", "2026-11-05-")
    assert layout.placed("log", day, whole_month=True) == ("log/month=2026-11", "2026-11-")
    assert layout.placed("log", None) == ("log/month=unknown", "unknown-")
    digest = hashlib.sha256(b"data").hexdigest()
    made = NewObject("log/month=2026-11", b"data", prefix="2026-11-05-", rows=3)
    assert made.key == f"log/month=2026-11/2026-11-05-{digest[:32]}.parquet"
    assert (made.sum.sha256, made.sum.bytes, made.sum.rows) == (digest, 4, 3)


@pytest.mark.parametrize(
    ("key", "is_checkpoint"),
    [
        ("checkpoints/00000032-0123abcd.parquet", True),
        ("checkpoints/0000032-0123abcd.parquet", False),
        ("checkpoints/pages/2026-11-0123abcd.parquet", False),
        ("old/checkpoints/00000032-0123abcd.parquet", False),
    ],
)
def test_a_checkpoint_is_known_by_its_key(key: str, *, is_checkpoint: bool) -> None:
    assert layout.is_checkpoint(key) is is_checkpoint


def test_every_thirty_second_manifest_adds_a_checkpoint() -> None:
    assert [seq for seq in range(1, 100) if layout.adds_checkpoint(seq)] == [32, 64, 96]
