"""Kept pages are written and read back as they are, and never outside their folder."""

from dataclasses import replace
from pathlib import Path

import pytest

from processing.records import Article, Reason, Rejection
from spiders.outlets import outlets
from spiders.scouting.fixtures import keep, kept, noted
from tests.spiders import layouts

OUTLET = outlets()["mediatoday"]
PAGE = replace(
    layouts.page_of(OUTLET), headers=(("X-Robots-Tag", "noarchive"), ("Set-Cookie", "secret=1"))
)


def record() -> Article:
    read = layouts.read(OUTLET, PAGE)
    assert isinstance(read, Article)
    return read


def test_a_page_comes_back_as_it_was(tmp_path: Path) -> None:
    path = keep(tmp_path / "mediatoday", PAGE, record(), "written")
    (found,) = kept(tmp_path)
    assert found.path == path
    assert found.made == "written"
    assert found.page == replace(PAGE, headers=(("X-Robots-Tag", "noarchive"),)), (
        "cookies are nobody's business"
    )
    assert found.expected == noted(record())
    assert found.expected["title"] == layouts.TITLE
    assert "fetched_at" not in found.expected
    before = path.read_bytes()
    keep(tmp_path / "mediatoday", PAGE, record(), "written")
    assert path.read_bytes() == before, "the same page makes the same bytes"


def test_a_rejected_page_can_be_kept(tmp_path: Path) -> None:
    gone = Rejection(
        outlet="mediatoday",
        url=PAGE.url,
        fetched_at=PAGE.fetched_at,
        reason=Reason.ERROR_PAGE,
        evidence="x",
    )
    keep(tmp_path / "mediatoday", PAGE, gone, "written")
    (found,) = kept(tmp_path)
    assert found.expected == {"reason": "error-page", "url": PAGE.url}


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "..", "a/b", "가나", "\x00", "", ".hidden", "x" * 300]
)
def test_no_key_leaves_the_folder(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "pages" / "mediatoday"
    path = keep(folder, PAGE, record().model_copy(update={"publisher_id": key}), "written")
    assert path.parent == folder
    assert path.name.endswith(".html.gz")
    assert not path.name.startswith(".")
    assert len(list(tmp_path.rglob("*.html.gz"))) == 1
