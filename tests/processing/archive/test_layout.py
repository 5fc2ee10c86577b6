"""What keys state: days, months and outlets, in both versions of the archive."""

import pytest

from processing.archive.layout import outlet_of


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
