"""Keys of landing, taken apart in one way by all who read them; what is no key of ours stops nobody."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from processing.archive.landed import landed
from processing.archive.memory import load
from processing.landing.keys import LandingKey, folder, objects, parsed, report_key
from processing.landing.segments import report, sealed
from processing.store.file_store import FileStore
from tests.processing.newsroom import Crawl, article

STRANGERS = (
    "landing/README.txt",
    "landing/outlet=hanbit/README.txt",
    "landing/hanbit/run=1/seg-000.seal.json",
    "landing/outlet=hanbit/run=1/deeper/seg-000.seal.json",
    "landing/seg-000.seal.json",
)


@pytest.mark.parametrize(
    ("name", "segment", "seal", "news"),
    [
        ("seg-000.warc.gz", 0, False, False),
        ("seg-012.seal.json", 12, True, False),
        ("seg-1000.articles.jsonl.gz", 1000, False, True),
        ("seg-003.rejections.jsonl.gz", 3, False, True),
        ("seg-003.log.jsonl.gz", 3, False, False),
        ("report.json", None, False, False),
        ("seg-x.seal.json", None, False, False),
    ],
)
def test_a_key_is_taken_apart(name: str, segment: int | None, seal: bool, news: bool) -> None:  # noqa: FBT001 - a table
    key = parsed(f"{folder('hanbit', '20261120T030000Z-aaaaaa')}/{name}")
    assert key == LandingKey("hanbit", "20261120T030000Z-aaaaaa", name)
    assert (key.segment, key.is_seal, key.is_news) == (segment, seal, news)
    assert key.started == datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize("run", ["by-hand", "20261120", "20269999T999999Z-a"])
def test_a_run_may_have_any_name(run: str) -> None:
    key = parsed(report_key("hanbit", run))
    assert key is not None
    assert (key.run, key.started) == (run, None)


@pytest.mark.parametrize("key", STRANGERS)
def test_what_no_crawl_writes_is_no_key(key: str) -> None:
    assert parsed(key) is None


def test_strangers_stop_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = FileStore(tmp_path / "archive")
    crawl = Crawl(articles=[article("hanbit", 1)]).land(store)
    before = [key for key, _ in objects(store)]
    for key in STRANGERS:
        store.put(key, b"\xff not ours")
    assert [key for key, _ in objects(store)] == before
    assert all(key in caplog.text for key in STRANGERS)
    assert [(one.outlet, one.segments) for one in landed(store)] == [("hanbit", [0])]
    assert [seal.run for seal in sealed(store)] == [crawl.run]
    assert load(store, "hanbit").seen(article("hanbit", 1).article_id)
    assert report(store, "hanbit", crawl.run) is not None
