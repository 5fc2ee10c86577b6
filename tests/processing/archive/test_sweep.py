"""What goes out of landing: what is published, and old files that no seal names. Nothing else."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from processing.records import Publication
from processing.store.file_store import FileStore
from tests.processing.newsroom import NOON, Crawl, article

Archive = Callable[..., Publication]
DAY = timedelta(days=1)


def aged(store: FileStore, moment: float) -> None:
    """Make every object in landing as old as `moment`, seconds since 1970."""
    for entry in store.list("landing/"):
        os.utime(Path(store.url.removeprefix("file:")) / entry.key, (moment, moment))


def test_an_unsealed_file_goes_when_it_is_old(store: FileStore, archive: Archive) -> None:
    store.put("landing/outlet=hanbit/run=dead/seg-000.warc.gz", b"half a page")
    aged(store, NOON.timestamp())
    assert archive(now=NOON + DAY - timedelta(minutes=1)).removed == 0
    assert archive(now=NOON + DAY + timedelta(minutes=1)).removed == 1
    assert list(store.list("landing/")) == []


def test_a_sealed_segment_of_a_run_that_still_goes_on_stays(
    store: FileStore, archive: Archive
) -> None:
    crawl = Crawl(articles=[article("hanbit", 1)], ended=False).land(store)
    before = list(store.list("landing/"))
    aged(store, (NOON - 9 * DAY).timestamp())
    assert archive(now=NOON + timedelta(minutes=5)).removed == 0
    assert [entry.key for entry in store.list("landing/")] == [entry.key for entry in before]
    assert crawl.run in before[0].key


def test_an_open_segment_beside_a_published_one_stays_until_it_is_old(
    store: FileStore, archive: Archive
) -> None:
    crawl = Crawl(articles=[article("hanbit", 1)]).land(store)
    open_one = f"{crawl.folder}/seg-001.log.jsonl.gz"
    store.put(open_one, b"arriving")
    archive()
    assert [entry.key for entry in store.list("landing/")] == [open_one]
    aged(store, NOON.timestamp())
    archive(now=NOON + 2 * DAY)
    assert list(store.list("landing/")) == []


def test_a_held_run_is_never_swept(store: FileStore, archive: Archive) -> None:
    Crawl(articles=[article("hanbit", number, published=None) for number in range(20)]).land(store)
    before = [entry.key for entry in store.list("landing/")]
    aged(store, (NOON - 99 * DAY).timestamp())
    assert archive(now=NOON + 99 * DAY).held
    assert [entry.key for entry in store.list("landing/")] == before


def test_seals_go_before_what_they_name(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []
    monkeypatch.setattr(FileStore, "delete", lambda _, keys: gone.extend(keys))
    Crawl(articles=[article("hanbit", number) for number in range(2)], segments=2).land(store)
    archive()
    names = [key.rpartition("/")[2] for key in gone if key.startswith("landing/")]
    assert names[:2] == ["seg-000.seal.json", "seg-001.seal.json"]
    assert "report.json" in names
    assert len(names) == 13


def test_a_stranger_in_landing_is_left_alone_and_stops_nobody(
    store: FileStore, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    for key in (
        "landing/notes.txt",
        "landing/outlet=hanbit/notes.txt",
        "landing/outlet=hanbit/run=r/seg-x.seal.json",
    ):
        store.put(key, b"mine")
    assert archive().seq == 1
    assert {entry.key for entry in store.list("landing/")} >= {
        "landing/notes.txt",
        "landing/outlet=hanbit/notes.txt",
    }
    assert "landing/notes.txt" in caplog.text
