"""The landing of a crawl: what is sealed before its end."""

from datetime import UTC, datetime
from pathlib import Path

from processing.errors import SillokError
from processing.landing.segments import SegmentWriter
from processing.landing.warc import Exchange
from processing.store.file_store import FileStore
from spiders.crawling.landing import Landing

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def landing(folder: Path) -> Landing:
    writer = SegmentWriter(
        FileStore(folder / "archive"), "hanbit", "r", folder / "spool", clock=lambda: NOW
    )

    def failed(error: SillokError) -> None:
        raise error

    return Landing(writer, failed)


def sealed(folder: Path) -> set[str]:
    """Return the seals that a crawl killed now would leave, sent or still in the spool."""
    # A seal leaves the spool when it is in the store, so the spool is looked at first.
    return {
        path.name
        for place in ("spool", "archive")
        for path in (folder / place).rglob("*.seal.json")
    }


def test_what_is_sealed_is_kept_however_the_crawl_ends(tmp_path: Path) -> None:
    lands = landing(tmp_path)
    lands.seal()
    assert not sealed(tmp_path), "there was nothing to seal"
    for number in range(2):
        url = f"http://hanbit.press.test/list?page={number}"
        lands.record(Exchange(url=url, at=NOW, status=200, headers=(), body=b"<li>"))
        lands.seal()
        assert len(sealed(tmp_path)) == number + 1
    lands.close()
    assert lands.segments == 2
