"""An archive that version 1 wrote: it is read, goes on, and is refused by an older Sillok once it has gone on.

`tests/data/version1.tar.xz` was written by the last release of version 1 from two outlets of the sample press: two
publications, and a run in landing.
"""

import json
import shutil
import tarfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as pads
import pytest

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.compaction import CompactionJob, compact
from processing.archive.layout import is_version_1
from processing.archive.memory import load
from processing.archive.tables import columns
from processing.errors import CorruptRecordError
from processing.landing.keys import objects
from processing.landing.segments import resend
from processing.lookup.articles import versions
from processing.lookup.diff import compare
from processing.lookup.export import Terms, export_file
from processing.lookup.replay import payload
from processing.lookup.sql import ask
from processing.records import Publication
from processing.report.counting import count_day, newest_day
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.conftest import ROOT

Archive = Callable[..., Publication]
KEPT = ROOT / "tests" / "data" / "version1.tar.xz"
LANDED = "dongnyeok"


@pytest.fixture
def old(store: FileStore, tmp_path: Path) -> FileStore:
    """Put the kept archive where the store is."""
    _unpack(tmp_path / "archive")
    return store


def _unpack(folder: Path) -> None:
    with tarfile.open(KEPT) as kept:
        # Python before 3.11.4 (Debian 12 has 3.11.2) knows no filters.
        kept.extraction_filter = getattr(tarfile, "data_filter", None)
        kept.extractall(folder)  # noqa: S202 - an archive of ours


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
    statement = "SELECT list_transform(sources, lambda pair: pair.name) FROM articles LIMIT 1"
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
    fields = json.loads(old.get(manifests.key(2))).keys()
    archive(now=later(old))
    # it reads the fields first, and then the version
    assert json.loads(old.get(manifests.key(3))).keys() == fields
    monkeypatch.setattr("processing.archive.manifests.SCHEMA_VERSION", 1)
    with pytest.raises(CorruptRecordError, match=r"has schema 2: upgrade Sillok, it is newer$"):
        manifests.head(old)


@pytest.fixture
def upgraded(old: FileStore, options: Settings) -> FileStore:
    """Rewrite the kept archive, and delete what that superseded."""
    for days in (1, 400):
        job = CompactionJob(
            store=old,
            options=options,
            now=later(old) + timedelta(days=days),
            code_version="1",
            lock_sha256="0",
            upgrade=True,
        )
        compact(job)
    return old


def test_an_upgrade_rewrites_all_of_it_and_changes_no_answer(
    upgraded: FileStore, tmp_path: Path
) -> None:
    _unpack(tmp_path / "before")
    before = FileStore(tmp_path / "before")
    assert compare(before, upgraded, tmp_path / "cache") == []
    keys = [entry.key for entry in upgraded.list("") if not entry.key.startswith("landing/")]
    assert not [key for key in keys if is_version_1(key) and not key.startswith("checkpoints/")]
    assert not [key for key in keys if key.startswith("log/outlet=")]
    old, new = (Catalogue(store, tmp_path / "cache") for store in (before, upgraded))
    for table in ("articles", "clusters", "log", "rejections", "reports", "pages"):
        assert answers(new, table) == answers(old, table)
    assert load(upgraded, "narae").encode() == load(before, "narae").encode()
    url = next(ask(new, "SELECT url FROM articles LIMIT 1").rows)[0]
    assert b"<html" in payload(new, url)


def answers(catalogue: Catalogue, table: str) -> list[str]:
    """Return the rows of a table, but where its index lies and which rules wrote its version."""
    rows = ask(catalogue, f"SELECT * FROM {table}").records()  # noqa: S608 - our names
    return sorted(
        repr({name: value for name, value in row.items() if table != "pages" or name != "manifest"})
        for row in rows
    )


TABLES = {"articles": 16, "clusters": 16, "rejections": 1, "log": 69, "reports": 3}


@pytest.mark.usefixtures("upgraded")
@pytest.mark.parametrize("table", TABLES)
def test_a_table_opens_by_its_folder_in_every_reader(tmp_path: Path, table: str) -> None:
    folder = str(tmp_path / "archive" / table)
    frames = {
        "pandas": pd.read_parquet(folder),
        "polars": pl.read_parquet(folder).to_pandas(),
        "DuckDB": duckdb.sql(f"FROM '{folder}/*/*.parquet'").to_arrow_table().to_pandas(),
        "pyarrow": pads.dataset(folder, partitioning="hive").to_table().to_pandas(),
    }
    for reader, frame in frames.items():
        assert len(frame) == TABLES[table], reader
        assert set(frame.columns) == {*columns(table).names, "month"}, reader
        assert {type(day) for day in frame["day"].dropna()} <= {date, pd.Timestamp}, reader


@pytest.mark.full
@pytest.mark.parametrize("table", TABLES)
def test_a_table_and_an_export_open_in_hugging_face_datasets(
    upgraded: FileStore, tmp_path: Path, table: str
) -> None:
    datasets = pytest.importorskip("datasets", reason="needs the extra `bench`")
    kept = str(tmp_path / "hugging")
    rows = datasets.load_dataset(
        "parquet", data_dir=str(tmp_path / "archive" / table), split="train", cache_dir=kept
    )
    assert (len(rows), set(rows.column_names)) == (TABLES[table], set(columns(table).names))
    exported = tmp_path / "x.parquet"
    export_file(Catalogue(upgraded, tmp_path / "cache"), Terms(), exported)
    rows = datasets.load_dataset("parquet", data_files=str(exported), split="train", cache_dir=kept)
    assert len(rows) == TABLES["articles"]


def test_an_export_opens_in_every_reader(upgraded: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    counts = export_file(Catalogue(upgraded, tmp_path / "cache"), Terms(), path)
    assert counts["rows"] == TABLES["articles"]
    frames = (
        pd.read_parquet(path),
        pl.read_parquet(path),
        duckdb.read_parquet(str(path)).to_arrow_table(),
        pads.dataset(path).to_table(),
    )
    for frame in frames:
        assert len(frame) == TABLES["articles"]
