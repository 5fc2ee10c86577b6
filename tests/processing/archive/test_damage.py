"""Damaged objects: whatever is altered, cut, swapped or gone, no reader answers from it."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.memory import load
from processing.archive.publish import publish
from processing.errors import CorruptRecordError, MissingError
from processing.lookup.articles import Wanted, checked, newest, search, versions
from processing.lookup.export import Terms, exported
from processing.lookup.sql import ask
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import Store
from processing.store.s3_store import S3Store
from tests.processing.newsroom import FACTS, NOON, Crawl, article, rejection
from tests.processing.upkeep.damage import HOUR, copied, filled_folder

FIRST = article("hanbit", 1)

READERS: dict[str, Callable[[Catalogue], object]] = {
    "articles": lambda catalogue: [
        *newest(catalogue, Wanted()),
        *search(catalogue, ["강릉"], Wanted()),
        *versions(catalogue, FIRST.article_id),
        *exported(catalogue, Terms()),
    ],
    **{
        table: lambda catalogue, table=table: list(
            ask(catalogue, f"SELECT * FROM {table} ORDER BY ALL").rows  # noqa: S608 - names of our own
        )
        for table in ("clusters", "log", "rejections", "reports")
    },
}


def fill(store: Store, options: Settings) -> None:
    """Publish twice: every table has a part of each publication."""
    for number in (1, 2):
        Crawl(
            run=f"run-{number}",
            articles=[article("hanbit", number), article("hanbit", number + 10)],
            rejections=[rejection("hanbit", number)],
        ).land(store)
        publish(
            store,
            now=NOON + number * HOUR,
            code_version="1",
            lock_sha256="0" * 64,
            outlets=FACTS,
            options=options,
        )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archive before anything happens to it."""
    return filled_folder(tmp_path_factory, fill)


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> FileStore:
    """A copy of the archive for one test."""
    return copied(filled, tmp_path)[0]


def flip(data: bytes, draw: random.Random) -> bytes:
    place, bit = draw.randrange(len(data)), draw.randrange(8)
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    **{f"bit {number}": flip for number in range(4)},
    "cut": lambda data, _: data[: len(data) // 2],
    "emptied": lambda _, __: b"",
    "longer": lambda data, _: data + b"\0",
}


@pytest.mark.parametrize("table", READERS)
def test_a_damaged_part_is_named_and_answers_nothing(
    table: str, store: FileStore, options: Settings
) -> None:
    whole = READERS[table](Catalogue(store, options.cache, options.heads))
    part = Catalogue(store, options.cache).of(table)[0]
    good = store.get(part.key)
    for name, damage in DAMAGES.items():
        store.put(part.key, damage(good, random.Random(name)))  # noqa: S311 - only places
        with pytest.raises(CorruptRecordError, match=rf"{part.key}.*manifest \d.*copy"):
            READERS[table](Catalogue(store, options.cache, options.heads))
    store.delete([part.key])
    with pytest.raises(MissingError, match=part.key):
        READERS[table](Catalogue(store, options.cache, options.heads))
    store.put(part.key, good)
    assert READERS[table](Catalogue(store, options.cache, options.heads)) == whole


def test_parts_that_changed_places_are_noticed(store: FileStore, options: Settings) -> None:
    one, other = Catalogue(store, options.cache).of("articles")[:2]
    bodies = store.get(one.key), store.get(other.key)
    store.put(one.key, bodies[1])
    store.put(other.key, bodies[0])
    with pytest.raises(CorruptRecordError, match="damaged"):
        READERS["articles"](Catalogue(store, options.cache))


def test_a_damaged_snapshot_of_the_log_is_refused(store: FileStore) -> None:
    head = manifests.head(store)
    assert head is not None
    key = manifests.snapshots(store, head).memory["hanbit"].key
    store.put(key, flip(store.get(key), random.Random(1)))  # noqa: S311 - only a place
    with pytest.raises(CorruptRecordError, match=key):
        load(store, "hanbit")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_newest_manifest_that_was_altered_answers_nothing(
    damage: str, store: FileStore, options: Settings
) -> None:
    """No manifest states its sum; the witness does."""
    good = store.get(manifests.key(2))
    store.put(manifests.key(2), DAMAGES[damage](good, random.Random(damage)))  # noqa: S311 - only a place
    with pytest.raises(CorruptRecordError):
        READERS["articles"](Catalogue(store, options.cache, options.heads))


@pytest.mark.parametrize("left", [0, 1])
def test_a_tail_that_was_cut_answers_nothing(
    left: int, store: FileStore, options: Settings
) -> None:
    store.delete([manifests.HINT, *(manifests.key(seq) for seq in range(left + 1, 3))])
    with pytest.raises(CorruptRecordError, match="its tail was cut"):
        READERS["articles"](Catalogue(store, options.cache, options.heads))


def test_a_reader_without_a_witness_says_so(
    store: FileStore, options: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    whole = READERS["log"](Catalogue(store, options.cache, options.heads))
    assert "no witness" not in caplog.text
    assert READERS["log"](Catalogue(store, options.cache, options.heads / "elsewhere")) == whole
    assert "no witness" in caplog.text


def test_an_old_manifest_in_the_cache_is_compared_too(store: FileStore, options: Settings) -> None:
    whole = READERS["articles"](Catalogue(store, options.cache))
    for path in (options.cache / "objects").rglob("*"):
        if path.is_file():
            path.write_bytes(flip(path.read_bytes(), random.Random(3)))  # noqa: S311 - only a place
    assert READERS["articles"](Catalogue(store, options.cache)) == whole


@pytest.mark.full
@pytest.mark.parametrize("table", list(READERS))
def test_in_a_bucket_a_damaged_copy_is_fetched_again_and_a_damaged_object_is_refused(
    table: str, swift: Settings, tmp_path: Path
) -> None:
    bucket = S3Store(f"{swift.store}damaged-{table}", swift)
    options = Settings(store=swift.store, cache=tmp_path / "c", heads=tmp_path / "h")
    fill(bucket, options)
    part = Catalogue(bucket, options.cache).of(table)[0]
    whole = READERS[table](Catalogue(bucket, options.cache))
    copy = Catalogue(bucket, options.cache).local(part)
    for name, damage in DAMAGES.items():
        copy.write_bytes(damage(copy.read_bytes(), random.Random(name)))  # noqa: S311 - only places
        assert READERS[table](Catalogue(bucket, options.cache)) == whole, name
    bucket.put(part.key, flip(bucket.get(part.key), random.Random(2)))  # noqa: S311 - only a place
    assert READERS[table](Catalogue(bucket, options.cache)) == whole
    with pytest.raises(CorruptRecordError, match=part.key):
        READERS[table](Catalogue(bucket, tmp_path / "cold"))


def test_a_row_that_is_not_its_version_is_refused(store: FileStore) -> None:
    row = versions(Catalogue(store, Path(store.url[5:]).parent / "c"), FIRST.article_id)[0]
    assert checked(row) == row
    for field in ("title", "text"):
        with pytest.raises(CorruptRecordError, match=FIRST.version_id):
            checked({**row, field: row[field] + "."})
