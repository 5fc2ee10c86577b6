"""Real pages, where the environment names a folder of them: each has its outlet, and masking holds on them."""

import html
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from processing.errors import UsageError
from processing.records import Article, Page
from spiders.outlet import Outlet, identify, outlet_of
from spiders.outlets import outlets
from spiders.reading import read
from spiders.scouting.fixtures import vocabulary
from spiders.scouting.freezing import masked

FOLDER = Path(os.environ.get("SILLOK_KEPT_PAGES", "unset"))
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="SILLOK_KEPT_PAGES names no folder of kept pages"
)
ROWS = (
    [json.loads(line) for line in (FOLDER / "index.jsonl").read_text().splitlines()]
    if FOLDER.is_dir()
    else []
)


def kept(row: dict[str, str]) -> tuple[Page, Outlet]:
    outlet = outlet_of(row["url"], outlets().values())
    assert outlet, row["url"]
    at = (
        datetime.fromisoformat(row["fetched_at"])
        if row["fetched_at"]
        else datetime(2023, 1, 1, tzinfo=UTC)
    )
    url = html.unescape(row["url"])
    return Page(
        url=url, fetched_at=at, body=(FOLDER / row["file"]).read_bytes(), outlet=outlet.name
    ), outlet


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_real_page_has_its_outlet_and_is_read(row: dict[str, str]) -> None:
    page, outlet = kept(row)
    assert [one.name for one in outlets().values() if identify(one, row["url"])] == [outlet.name]
    record = read(page, outlet)
    assert isinstance(record, Article), record
    assert record.publisher_id
    assert record.publisher_id in record.url


# Freezing reads a page up to eighty times, two to eleven seconds of a core.
@pytest.mark.full
def test_most_real_pages_can_be_frozen_and_nothing_of_them_is_left() -> None:
    sample = ROWS[1::4]
    frozen = 0
    for row in sample:
        page, outlet = kept(row)
        record = read(page, outlet)
        assert isinstance(record, Article)
        try:
            hidden, _ = masked(page, record, outlet)
        except UsageError:
            continue
        frozen += 1
        text = hidden.body.decode()
        known = "".join(vocabulary())
        words = {
            word
            for word in re.findall("[가-힣]{5,}", record.text)
            if len(set(word) - set(known)) > 2
        }
        assert [word for word in words if word in text] == []
    assert frozen >= 0.8 * len(sample)
