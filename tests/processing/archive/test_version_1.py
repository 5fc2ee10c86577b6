"""An archive that version 1 wrote: it is read, goes on, and is refused by an older Sillok once it has gone on.

`tests/data/version1.tar.xz` was written by the last release of version 1 from two outlets of the sample press: two
publications, and a run in landing.
"""

import shutil
import tarfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.memory import load
from processing.errors import CorruptRecordError
from processing.landing.keys import objects
from processing.landing.segments import resend
from processing.lookup.articles import versions
from processing.lookup.replay import payload
from processing.lookup.sql import ask
from processing.records import Publication
from processing.report.counting import count_day, newest_day
from processing.store.file_store import FileStore
from tests.processing.conftest import ROOT

Archive = Callable[..., Publication]
KEPT = ROOT / "tests" / "data" / "version1.tar.xz"
LANDED = "dongnyeok"


@pytest.fixture
def old(store: FileStore, tmp_path: Path) -> FileStore:
    """Put the kept archive where the store is."""
    with tarfile.open(KEPT) as kept:
        kept.extractall(tmp_path / "archive", filter="data")
    return store


def later(store: FileStore) -> datetime:
    """Return a moment a day after the newest publication: what landed is no longer waited for."""
    head = manifests.head(store)
    assert head is not None
    return head.manifest.published_at + timedelta(days=1)


def counted(catalogue: Catalogue, table: str) -> int:
    return int(next(ask(catalogue, f"SELECT count(*) FROM {table}").rows)[0])  # noqa: S608 - our names


def test_all_of_it_is_read(old: FileStore, tmp_path: Path) -> None:
    catalogue = Catalogue(old, tmp_path / "cache")
    tables = ("articles", "clusters", "rejections", "log", "reports", "pages")
    assert [counted(catalogue, table) for table in tables] == [16, 16, 1, 69, 3, 28]
    url, text = next(ask(catalogue, "SELECT url, text FROM articles ORDER BY url LIMIT 1").rows)
    assert versions(catalogue, url)[0]["text"] == text
    assert b"<html" in payload(catalogue, url)
    statement = "SELECT url, logged_at, day FROM log WHERE why = 'fetched' AND role = 'article'"
    assert all(moment and day for _, moment, day in ask(catalogue, statement).rows)
    statement = "SELECT list_transform(sources, pair -> pair.name) FROM articles LIMIT 1"
    assert "title" in next(ask(catalogue, statement).rows)[0]
    counts = count_day(catalogue, newest_day(catalogue))
    assert {name: count.versions for name, count in counts.items()} == {"dongnyeok": 4, "narae": 12}


def test_what_landed_before_is_published_after(
    old: FileStore, archive: Archive, tmp_path: Path
) -> None:
    said = archive(now=later(old))
    assert said.seq == 3
    assert said.held == ()
    assert said.outlets[LANDED].articles > 0
    assert list(old.list("landing/")) == []
    catalogue = Catalogue(old, tmp_path / "cache")
    assert counted(catalogue, "articles") == 16 + said.outlets[LANDED].versions
    url = next(ask(catalogue, "SELECT url FROM articles WHERE manifest = 3 LIMIT 1").rows)[0]
    assert b"<html" in payload(catalogue, url)
    assert load(old, LANDED).asked_at() is not None


def test_what_was_spooled_before_is_sent_after(old: FileStore, tmp_path: Path) -> None:
    run = next(key.run for key, _ in objects(old, LANDED))
    folder = tmp_path / "spool" / f"landing/outlet={LANDED}/run={run}"
    shutil.move(tmp_path / "archive" / f"landing/outlet={LANDED}/run={run}", folder)
    (folder / "report.json").unlink()
    assert [seal.run for seal in resend(old, tmp_path / "spool", LANDED)] == [run]
    assert {key.run for key, _ in objects(old, LANDED)} == {run}


def test_an_older_sillok_refuses_a_newer_head(
    old: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(now=later(old))
    monkeypatch.setattr("processing.archive.manifests.SCHEMA_VERSION", 1)
    with pytest.raises(CorruptRecordError, match=r"has schema 2: upgrade Sillok, it is newer$"):
        manifests.head(old)
