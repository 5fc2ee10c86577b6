"""What no manifest names goes after its time, and nothing that a manifest names or is about to name."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processing.archive import manifests, removal
from processing.archive.removal import NOTICES, Notice, delete_unnamed
from processing.errors import CorruptRecordError, StoreUnavailableError
from processing.records import Publication
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import ListedObject
from tests.processing.archive.test_publish import rows
from tests.processing.newsroom import NOON, Crawl, article

Archive = Callable[..., Publication]
DAY = timedelta(days=1)
LATER = NOON + 30 * DAY
LOST = "articles/day=2026-11-20/00112233445566778899aabbccddeeff.parquet"


def aged(store: FileStore, moment: datetime = NOON) -> None:
    """Make every object as old as `moment`."""
    for entry in store.list(""):
        os.utime(
            Path(store.url.removeprefix("file:")) / entry.key,
            (moment.timestamp(), moment.timestamp()),
        )


def deleted(store: FileStore, options: Settings, now: datetime = LATER) -> int:
    return delete_unnamed(store, options.cache, now=now, grace=DAY)


def named(store: FileStore) -> set[str]:
    head = manifests.head(store)
    assert head is not None
    return {one.key for one in head.manifest.adds} | {*manifests.snapshots(store, head).objects}


def test_what_a_lost_race_left_goes_after_its_time(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    store.put(LOST, b"of an archiver that lost")
    before = named(store)
    aged(store)
    assert deleted(store, options, NOON + DAY / 2) == 0
    assert deleted(store, options) == 1
    assert not store.exists(LOST)
    assert all(map(store.exists, before))
    assert list(store.list(NOTICES)) == []


def test_raw_pages_and_what_is_not_ours_stay(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    kept = [
        "pages/day=2026-11-20/outlet=hanbit-run=lost-seg-000.warc.gz",
        "articles/notes.txt",
        "reports/mine.parquet",
    ]
    for key in kept:
        store.put(key, b"mine")
    aged(store)
    assert deleted(store, options) == 0
    assert all(map(store.exists, kept))


def test_the_first_publication_of_a_day_deletes(store: FileStore, archive: Archive) -> None:
    for number, moment in enumerate((NOON, NOON + DAY / 24, NOON + 2 * DAY)):
        Crawl(run=f"r{number}", articles=[article("hanbit", number)]).land(store)
        store.put(LOST, b"lost")
        aged(store, NOON - 9 * DAY)
        archive(now=moment)
        assert store.exists(LOST) == (number < 2)


class Meddled(FileStore):
    """A directory in which something happens just before a call."""

    meddle: Callable[[str, str], None] = staticmethod(lambda _call, _key: None)

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self.meddle("put", key)
        super().put(key, data, create=create)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        self.meddle("list", prefix)
        return super().list(prefix)


@pytest.fixture
def meddled(tmp_path: Path) -> Meddled:
    """A store over which a publication of yesterday was lost: its objects are there, named by nothing, and old."""
    return Meddled(tmp_path / "archive")


def lose(store: FileStore, archive: Archive, options: Settings) -> None:
    """Publish, and take everything back but the parts: they are what the same publication will write again."""
    Crawl(articles=[article("hanbit", 1)]).land(store)
    landing = {entry.key: store.get(entry.key) for entry in store.list("landing/")}
    archive(store)
    store.delete([manifests.key(1), manifests.HINT])
    for key, data in landing.items():
        store.put(key, data)
    for path in options.heads.iterdir():
        path.unlink()
    aged(store)


def test_what_is_published_before_the_notice_stays(
    meddled: Meddled, archive: Archive, options: Settings
) -> None:
    """The deletion has listed old objects; now a publication writes them again and names them."""
    lose(meddled, archive, options)
    meanwhile = [lambda: archive(FileStore(Path(options.store.removeprefix("file:"))))]

    def publish(call: str, key: str) -> None:
        while meanwhile and call == "put" and key.startswith(NOTICES):
            meanwhile.pop()()

    meddled.meddle = publish
    deleted(meddled, options)
    assert all(map(meddled.exists, named(meddled)))
    assert len(rows(meddled, "articles")) == 1


def test_what_is_written_again_but_not_named_yet_stays(
    meddled: Meddled, archive: Archive, options: Settings
) -> None:
    lose(meddled, archive, options)
    key = next(entry.key for entry in meddled.list("articles/"))
    data = meddled.get(key)

    def write(call: str, name: str) -> None:
        if call == "put" and name.startswith(NOTICES):
            FileStore.put(meddled, key, data)

    meddled.meddle = write
    assert deleted(meddled, options) > 0
    assert meddled.exists(key)
    assert not list(meddled.list("clusters/"))


def test_a_publication_waits_for_a_deletion_of_its_objects(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    lose(store, archive, options)
    key = next(entry.key for entry in store.list("articles/"))
    store.put(f"{NOTICES}0.json", Notice(at=NOON, keys=(key,)).model_dump_json().encode())
    with pytest.raises(StoreUnavailableError, match="just being deleted"):
        archive()
    assert manifests.head(store) is None
    store.delete([f"{NOTICES}0.json"])
    assert archive().seq == 1


def test_what_a_deletion_took_is_written_again(
    meddled: Meddled, archive: Archive, options: Settings
) -> None:
    """A deletion that had begun before ends between the writing of the objects and the look at the notices."""
    lose(meddled, archive, options)
    keys = [entry.key for entry in meddled.list("articles/")]

    def delete(call: str, prefix: str) -> None:
        if call == "list" and prefix == NOTICES and keys:
            FileStore.delete(meddled, [keys.pop()])

    meddled.meddle = delete
    assert archive(meddled).seq == 1
    assert all(map(meddled.exists, named(meddled)))


def test_a_notice_whose_writer_died_is_removed(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    store.put(f"{NOTICES}dead.json", Notice(at=NOON, keys=(LOST,)).model_dump_json().encode())
    assert deleted(store, options, NOON + DAY / 2) == 0
    assert list(store.list(NOTICES))
    deleted(store, options, NOON + 2 * DAY)
    assert list(store.list(NOTICES)) == []
    store.put(f"{NOTICES}odd.json", b"{")
    with pytest.raises(CorruptRecordError, match=r"odd\.json"):
        deleted(store, options)


def test_nothing_to_delete_writes_nothing(store: FileStore, options: Settings) -> None:
    assert deleted(store, options) == 0
    assert list(store.list("")) == []
    assert removal.require_present(store, []) == []
