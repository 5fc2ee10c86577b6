"""Days of many parts, which a reader merges in its cache: the same answers from fewer files."""

import hashlib
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from processing.archive import merging
from processing.archive.catalogue import MERGED, Catalogue
from processing.archive.compaction import CompactionJob, compact
from processing.archive.layout import CatalogueObject
from processing.archive.publish import publish
from processing.errors import CorruptRecordError
from processing.lookup.sql import ask
from processing.records import Publication
from processing.settings import Settings
from processing.signing.window import write_part
from processing.store.file_store import FileStore
from tests.processing.newsroom import FACTS, NOON, Crawl, article, rejection
from tests.processing.upkeep.damage import flip

TABLES = ("articles", "clusters", "log", "rejections", "reports")
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose only day has many publications, with edits and a reprint."""
    folder = tmp_path_factory.mktemp("busy")
    store = FileStore(folder / "archive")
    for number in range(merging._MANY):
        publish_one(store, folder, number)
    return folder


def publish_one(store: FileStore, folder: Path, number: int) -> Publication:
    at = NOON + number * MINUTE
    articles = [article("hanbit", number, at=at)]
    if number % 2:
        articles.append(article("hanbit", 0, at=at, text=f"고친 글이다. {number}번째로 고쳤다."))
    crawl = Crawl(
        run=f"run-{number}", articles=articles, rejections=[rejection("hanbit", number, at)]
    )
    crawl.land(store)
    Crawl(outlet="narae", run=f"run-{number}", articles=[article("narae", number, at=at)]).land(
        store
    )
    options = Settings(cache=folder / "cache", heads=folder / "heads")
    given = {"code_version": "1", "lock_sha256": "0" * 64, "outlets": FACTS, "options": options}
    return publish(store, now=at + MINUTE / 2, **given)


@pytest.fixture
def root(busy: Path, tmp_path: Path) -> Path:
    shutil.copytree(busy / "archive", tmp_path / "archive")
    return tmp_path


def answers(root: Path, cache: str) -> dict[str, list[str]]:
    """Return every row of every table, in no order."""
    catalogue = Catalogue(FileStore(root / "archive"), root / cache)
    return {
        table: sorted(map(repr, ask(catalogue, f"SELECT * FROM {table}").records()))  # noqa: S608
        for table in TABLES
    }


def merged_files(root: Path, cache: str) -> list[Path]:
    return sorted((root / cache / "today").glob(f"{MERGED}*/*"))


def test_the_answers_are_those_of_the_parts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = answers(root, "cache")
    files = merged_files(root, "cache")
    assert len(files) == len(TABLES)
    assert all(len(rows) >= merging._MANY for rows in found.values())
    with monkeypatch.context() as patched:
        patched.setattr(merging, "_MANY", 1000)
        assert answers(root, "other") == found
        assert merged_files(root, "other") == []
    # what is merged is read again, and no part is opened beside it
    monkeypatch.setattr(merging, "merged", lambda *_: pytest.fail("merged again"))
    assert answers(root, "cache") == found
    assert merged_files(root, "cache") == files


def test_what_is_published_since_is_there_at_once(root: Path) -> None:
    before = answers(root, "cache")
    publish_one(FileStore(root / "archive"), root, merging._MANY)
    after = answers(root, "cache")
    assert {table: len(after[table]) > len(before[table]) for table in TABLES} == dict.fromkeys(
        TABLES, True
    )
    assert len(merged_files(root, "cache")) == 2 * len(TABLES)


def test_a_damaged_merged_file_is_made_again_and_a_damaged_part_is_named(root: Path) -> None:
    draw = random.Random(1)  # noqa: S311 - only a place
    found = answers(root, "cache")
    for path in merged_files(root, "cache"):
        path.write_bytes(flip(path.read_bytes(), draw))
    assert answers(root, "cache") == found
    catalogue = Catalogue(FileStore(root / "archive"), root / "cold")
    part = catalogue.of("log")[3]
    path = root / "archive" / part.key
    path.write_bytes(flip(path.read_bytes(), draw))
    with pytest.raises(CorruptRecordError, match=part.key):
        answers(root, "cold")


def test_a_part_that_is_no_parquet_is_refused_in_one_line(root: Path) -> None:
    """Somebody else's manifest can state the sum of any bytes."""
    catalogue = Catalogue(FileStore(root / "archive"), root / "cache")
    first, *others = catalogue.of("log")
    data = b"no table at all"
    (root / "archive" / first.key).write_bytes(data)
    stated = first.sum.evolve(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    parts = [CatalogueObject(stated, first.seq), *others]
    with pytest.raises(CorruptRecordError, match=r"a part of log of .* cannot be read"):
        list(merging.gathered(catalogue, "log", parts))


def test_merged_files_go_with_their_time(root: Path) -> None:
    answers(root, "cache")
    catalogue = Catalogue(FileStore(root / "archive"), root / "cache")
    made = min(path.stat().st_mtime for path in merged_files(root, "cache"))
    catalogue.forget(NOON.fromtimestamp(made - 60, NOON.tzinfo))
    assert len(merged_files(root, "cache")) == len(TABLES)
    catalogue.forget(NOON.fromtimestamp(made + 3600, NOON.tzinfo))
    assert merged_files(root, "cache") == []


def test_what_is_merged_is_packed_and_what_hardly_repeats_has_no_dictionary(root: Path) -> None:
    store = FileStore(root / "archive")
    options = Settings(cache=root / "cache", heads=root / "heads")
    given = {"code_version": "1", "lock_sha256": "0" * 64, "options": options}
    compact(CompactionJob(store=store, now=NOON + timedelta(days=40), **given))
    catalogue = Catalogue(store, root / "cache")
    (part,) = catalogue.of("log")
    assert part.key.startswith("log/month=2026-11/2026-11-")
    group = pq.read_metadata(root / "archive" / part.key).row_group(0)
    chunks = [group.column(place) for place in range(group.num_columns)]
    varied = {chunk.path_in_schema for chunk in chunks if not chunk.has_dictionary_page}
    assert {"article_id", "url", "logged_at"} <= varied
    assert not {"outlet", "why"} & varied
    (texts,) = (part for part in catalogue.of("dedupe") if "/texts/" in part.key)
    path = root / "archive" / texts.key
    write_part(pq.ParquetFile(path).read(), root / "packed", packed=True)
    assert path.read_bytes() == (root / "packed").read_bytes()
