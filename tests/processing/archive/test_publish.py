"""Publishing: what landing holds becomes the archive once, whole, and the same whenever it is done again."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.errors import MissingError
from processing.records import OutletFacts, Publication, Stamp, Why
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import Store
from tests.processing.conftest import ROOT
from tests.processing.newsroom import NOON, Crawl, article, fetch, rejection

HOUR = timedelta(hours=1)
Archive = Callable[..., Publication]


def rows(store: Store, table: str) -> list[dict[str, object]]:
    """Return every row of a table that the manifests name; what a lost attempt left does not count."""
    folder = Path(store.url.removeprefix("file:"))
    parts = Catalogue(store, folder.parent / "cache").of(table)
    return [
        row
        for part in parts
        for row in pq.read_table(folder / part.key, partitioning=None).to_pylist()
    ]


def content(store: Store, *without: str) -> dict[str, bytes]:
    return {
        entry.key: store.get(entry.key)
        for entry in store.list("")
        if not entry.key.startswith(without)
    }


def test_nothing_in_landing_publishes_nothing(store: FileStore, archive: Archive) -> None:
    assert archive().unchanged
    assert list(store.list("")) == []


def test_a_run_becomes_the_archive(store: FileStore, archive: Archive) -> None:
    articles = [article("hanbit", number) for number in range(6)]
    Crawl(
        articles=articles, rejections=[rejection("hanbit", 1), rejection("hanbit", 2)], segments=2
    ).land(store)
    said = archive()
    assert said.seq == 1
    counts = said.outlets["hanbit"]
    assert (counts.pages, counts.articles, counts.versions, counts.new) == (8, 6, 6, 6)
    assert counts.rejections == {"list-page": 2}
    assert counts.pages == counts.articles + sum(counts.rejections.values())
    assert {row["version_id"] for row in rows(store, "articles")} == {
        one.version_id for one in articles
    }
    assert len(rows(store, "rejections")) == 2
    assert len(rows(store, "log")) == 8
    assert [row["pages"] for row in rows(store, "reports")] == [8]
    assert {row["version_id"] for row in rows(store, "clusters")} == {
        one.version_id for one in articles
    }
    assert list(store.list("landing/")) == []


def test_the_manifest_names_everything_with_its_sums(store: FileStore, archive: Archive) -> None:
    Crawl(articles=[article("hanbit", number) for number in range(3)]).land(store)
    archive(code_version="1.2", lock_sha256="ab" * 32)
    link = manifests.head(store)
    assert link is not None
    manifest = link.manifest
    assert (manifest.seq, manifest.previous, manifest.code_version, manifest.lock_sha256) == (
        1,
        None,
        "1.2",
        "ab" * 32,
    )
    named = [*manifest.adds, *manifest.memory.values()]
    assert {one.key for one in named} == set(content(store, "manifests/", "head.json"))
    for one in named:
        data = store.get(one.key)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (one.sha256, one.bytes)
    assert manifest.runs == ("outlet=hanbit/run=20261120T030000Z-aaaaaa",)
    assert manifest.counts["pages"] == 3


def test_raw_pages_keep_their_bytes_under_their_new_name(
    store: FileStore, archive: Archive
) -> None:
    crawl = Crawl(articles=[article("hanbit", 1)]).land(store)
    before = store.get(f"{crawl.folder}/seg-000.warc.gz")
    archive()
    name = "hanbit-20261120T030000Z-aaaaaa-seg-000"
    assert store.get(f"pages/day=2026-11-20/{name}.warc.gz") == before
    assert not store.exists(f"pages/day=2026-11-20/{name}.cdxj")


def test_a_publication_has_one_index_a_day_of_all_its_raw_pages(
    store: FileStore, archive: Archive
) -> None:
    lines: dict[str, list[bytes]] = {"2026-11-20": [], "2026-11-21": []}
    for outlet in ("narae", "hanbit"):
        for place, day in enumerate(lines):
            at = NOON + timedelta(days=place)
            crawl = Crawl(
                outlet=outlet, run=f"run-{place}", articles=[article(outlet, place, at=at)], at=at
            )
            lines[day] += store.get(f"{crawl.land(store).folder}/seg-000.cdxj").splitlines()
    archive(now=NOON + timedelta(days=2))
    keys = [entry.key for entry in store.list("pages/") if entry.key.endswith(".cdxj")]
    assert [key.partition("index-")[0] for key in keys] == [f"pages/day={day}/" for day in lines]
    for key, day in zip(keys, lines, strict=True):
        assert len(lines[day]) == 2
        assert store.get(key) == b"".join(line + b"\n" for line in sorted(lines[day]))


def test_an_index_that_is_damaged_on_its_way_holds_its_outlet_alone(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was sound when the run was checked."""
    crawl = Crawl(articles=[article("hanbit", 1)]).land(store)
    Crawl(outlet="narae", articles=[article("narae", 1)]).land(store)
    key, get = f"{crawl.folder}/seg-000.cdxj", FileStore.get
    monkeypatch.setattr(
        FileStore, "get", lambda self, asked: get(self, asked) + (b"x" if asked == key else b"")
    )
    publication = archive()
    assert {row["outlet"] for row in rows(store, "articles")} == {"narae"}
    assert [held.outlet for held in publication.held] == ["hanbit"]


def test_articles_lie_under_their_day_in_seoul(store: FileStore, archive: Archive) -> None:
    late = Stamp(
        at=NOON.replace(hour=15, minute=30), source="meta"
    )  # 00:30 of the next day in Seoul
    found = [
        article("hanbit", 1),
        article("hanbit", 2, published=late),
        article("hanbit", 3, published=None),
    ]
    Crawl(articles=found).land(store)
    archive()
    days = {entry.key.rpartition("-")[0] for entry in store.list("articles/")}
    assert days == {
        "articles/month=2026-11/2026-11-20",
        "articles/month=2026-11/2026-11-21",
        "articles/month=unknown/unknown",
    }


def test_again_is_nothing_and_the_same_landing_makes_the_same_objects(
    store: FileStore, archive: Archive, options: Settings, tmp_path: Path
) -> None:
    crawls = [
        Crawl(articles=[article("hanbit", number) for number in range(5)], segments=3),
        Crawl(outlet="narae", articles=[article("narae", number) for number in range(4)]),
    ]
    other = FileStore(tmp_path / "other")
    elsewhere = options.model_copy(
        update={"cache": tmp_path / "other-cache", "heads": tmp_path / "other-heads"}
    )
    for crawl in crawls:
        crawl.land(store)
    for crawl in reversed(crawls):
        crawl.land(other)
    archive()
    archive(other, options=elsewhere)
    assert content(store) == content(other)
    before = content(store)
    assert archive(now=NOON + HOUR).unchanged
    for crawl in crawls:
        crawl.land(store)
    said = archive(now=NOON + 2 * HOUR)
    assert said.unchanged
    assert said.removed > 0
    assert content(store) == before


def test_a_version_that_is_there_adds_no_row_but_its_visit(
    store: FileStore, archive: Archive
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive()
    Crawl(
        run="20261120T040000Z-bbbbbb",
        articles=[article("hanbit", 1, at=NOON + HOUR)],
        at=NOON + HOUR,
    ).land(store)
    said = archive(now=NOON + 2 * HOUR)
    assert (said.seq, said.outlets["hanbit"].articles, said.outlets["hanbit"].versions) == (2, 1, 0)
    assert len(rows(store, "articles")) == 1
    assert len(rows(store, "log")) == 2


def test_one_page_fetched_by_two_runs_at_once_is_one_row(
    store: FileStore, archive: Archive
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    Crawl(
        run="20261120T030001Z-bbbbbb",
        articles=[article("hanbit", 1, at=NOON + timedelta(seconds=1))],
    ).land(store)
    said = archive()
    assert said.outlets["hanbit"].versions == 1
    assert len(rows(store, "articles")) == 1


@pytest.mark.parametrize(
    ("before", "after", "silent"),
    [(None, None, True), (1, 1, True), (1, 2, False), (None, 2, False)],
)
def test_an_edit_without_a_new_modified_time_is_silent(
    store: FileStore,
    archive: Archive,
    before: int | None,
    after: int | None,
    silent: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    def stamp(hours: int | None) -> Stamp | None:
        return None if hours is None else Stamp(at=NOON + hours * HOUR, source="meta")

    first = article("hanbit", 1, modified=stamp(before))
    second = article(
        "hanbit", 1, at=NOON + HOUR, text="다리는 열지 않기로 했다.", modified=stamp(after)
    )
    Crawl(articles=[first]).land(store)
    archive()
    Crawl(run="20261120T040000Z-bbbbbb", articles=[second], at=NOON + HOUR).land(store)
    said = archive(now=NOON + 2 * HOUR).outlets["hanbit"]
    assert (said.edits, said.new, said.silent_edits) == (1, 0, int(silent))
    kept = {
        row["version_id"]: (row["previous"], row["silent_edit"]) for row in rows(store, "articles")
    }
    assert kept == {first.version_id: (None, None), second.version_id: (first.version_id, silent)}


def test_an_edit_within_one_batch_and_one_taken_back_are_told(
    store: FileStore, archive: Archive
) -> None:
    first = article("hanbit", 1)
    states = [
        first,
        article("hanbit", 1, at=NOON + HOUR, text="고침"),
        article("hanbit", 1, at=NOON + 2 * HOUR),
    ]
    Crawl(articles=states).land(store)
    said = archive(now=NOON + 3 * HOUR).outlets["hanbit"]
    assert (said.versions, said.new, said.edits) == (2, 1, 1)


def test_deletions_are_counted_and_logged(store: FileStore, archive: Archive) -> None:
    gone = article("hanbit", 1)
    row = fetch("hanbit", "r", gone.url, NOON, Why.GONE, article_id=gone.article_id, status=410)
    Crawl(log=[row]).land(store)
    assert archive().outlets["hanbit"].deletions == 1
    assert [(one["why"], one["status"]) for one in rows(store, "log")] == [("gone", 410)]


def test_a_running_crawl_waits_and_a_dead_one_is_interrupted(
    store: FileStore, archive: Archive
) -> None:
    Crawl(articles=[article("hanbit", n) for n in range(3)], ended=False, segments=3).land(store)
    said = archive(now=NOON + timedelta(minutes=30))
    assert said.unchanged
    assert said.waiting == ("hanbit/20261120T030000Z-aaaaaa",)
    said = archive(now=NOON + timedelta(minutes=63))
    assert (said.seq, said.outlets["hanbit"].pages) == (1, 3)
    assert [(row["ended_as"], row["pages"], row["segments"]) for row in rows(store, "reports")] == [
        ("interrupted", 3, 3)
    ]


def test_a_run_asked_for_by_name_does_not_wait(store: FileStore, archive: Archive) -> None:
    crawl = Crawl(articles=[article("hanbit", 1)], ended=False).land(store)
    Crawl(outlet="narae", articles=[article("narae", 1)]).land(store)
    said = archive(outlet="hanbit", run=crawl.run)
    assert list(said.outlets) == ["hanbit"]
    assert {entry.key.split("/")[1] for entry in store.list("landing/")} == {"outlet=narae"}
    assert archive(outlet="hanbit", run=crawl.run).unchanged
    with pytest.raises(MissingError, match="never"):
        archive(outlet="hanbit", run="never")


def test_segments_that_come_after_their_run_was_published_are_not_lost(
    store: FileStore, archive: Archive
) -> None:
    whole = Crawl(articles=[article("hanbit", n) for n in range(4)], segments=2)
    whole.land(store)
    late = {
        entry.key: store.get(entry.key)
        for entry in store.list(whole.folder)
        if "/seg-001" in entry.key
    }
    store.delete(late)
    said = archive()
    assert said.outlets["hanbit"].articles == 2
    assert "1 of 2 segments not here yet" in said.alarms[0].text
    for key, data in late.items():
        store.put(key, data)
    said = archive(now=NOON + HOUR)
    assert (said.seq, said.outlets["hanbit"].articles) == (2, 2)
    assert len({row["version_id"] for row in rows(store, "articles")}) == 4
    assert sum(row["pages"] for row in rows(store, "reports")) == 4
    assert list(store.list("landing/")) == []


def test_a_report_without_a_segment_is_published(store: FileStore, archive: Archive) -> None:
    Crawl(segments=0).land(store)
    assert archive().seq == 1
    assert len(rows(store, "reports")) == 1
    assert archive(now=NOON + HOUR).unchanged


def test_a_dry_run_changes_nothing(store: FileStore, archive: Archive) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    before = content(store)
    said = archive(dry_run=True)
    assert (said.seq, said.outlets["hanbit"].versions) == (None, 1)
    assert content(store) == before


def test_reprints_are_counted_and_kept(store: FileStore, archive: Archive) -> None:
    wire = article("narae", 5)
    copy = article(
        "hanbit", 5, text=f"{wire.text}\n\n(나래통신)", published=Stamp(at=NOON, source="meta")
    )
    Crawl(outlet="narae", articles=[wire]).land(store)
    Crawl(articles=[copy, article("hanbit", 17)]).land(store)
    said = archive()
    reprints = [(name, counts.reprints) for name, counts in said.outlets.items()]
    assert reprints == [("hanbit", 1), ("narae", 0)], "in the order of outlets"
    assert len(rows(store, "articles")) == 3


def test_the_window_is_read_from_the_manifests(store: FileStore, archive: Archive) -> None:
    wire = article("narae", 5)
    Crawl(outlet="narae", articles=[wire]).land(store)
    archive()
    copy = article(
        "hanbit", 5, at=NOON + HOUR, text=wire.text, published=Stamp(at=NOON, source="meta")
    )
    Crawl(articles=[copy], at=NOON + HOUR).land(store)
    said = archive(now=NOON + 2 * HOUR)
    assert said.outlets["hanbit"].reprints == 1


def test_old_snapshots_go_and_the_last_two_stay(store: FileStore, archive: Archive) -> None:
    for number in range(4):
        Crawl(run=f"2026112{number}T030000Z-aaaaaa", articles=[article("hanbit", number)]).land(
            store
        )
        archive(now=NOON + timedelta(days=3650 + number))
    assert len(list(store.list("memory/outlet=hanbit/"))) == 2


def test_the_tables_open_in_what_people_use(
    store: FileStore, archive: Archive, tmp_path: Path
) -> None:
    Crawl(
        articles=[article("hanbit", number) for number in range(5)],
        rejections=[rejection("hanbit", 1)],
    ).land(store)
    archive()
    folder = tmp_path / "archive"
    for table, count in {
        "articles": 5,
        "rejections": 1,
        "log": 6,
        "reports": 1,
        "clusters": 5,
    }.items():
        paths = sorted(str(path) for path in (folder / table).rglob("*.parquet"))
        assert len(pd.concat([pd.read_parquet(path, partitioning=None) for path in paths])) == count
        assert pl.read_parquet(paths).height == count
        assert duckdb.sql(f"SELECT count(*) FROM read_parquet({paths})").fetchall() == [(count,)]  # noqa: S608 - paths of our own
        assert pads.dataset(paths).count_rows() == count
    frame = pd.read_parquet(
        paths := next((folder / "articles").rglob("*.parquet")), partitioning=None
    )
    assert str(frame["fetched_at"].dt.tz) == "UTC"
    assert pl.read_parquet(paths)["published"].struct.field("at").dtype == pl.Datetime("us", "UTC")


def test_what_a_part_says_of_itself(store: FileStore, archive: Archive, tmp_path: Path) -> None:
    """Zstd, a schema version, and rows in the order of their ids, not of their fetching."""
    articles = [
        article("hanbit", number, at=NOON + number * timedelta(seconds=1)) for number in range(9)
    ]
    Crawl(articles=articles).land(store)
    archive()
    path = next((tmp_path / "archive" / "articles").rglob("*.parquet"))
    assert pq.read_schema(path).metadata[b"sillok.schema_version"] == b"2"
    details = pq.ParquetFile(path).metadata.row_group(0).column(0)
    assert details.compression == "ZSTD"
    names = [row["article_id"] for row in pq.read_table(path).to_pylist()]
    assert names == sorted(names)


def test_facts_of_an_outlet_may_be_unknown(store: FileStore, archive: Archive) -> None:
    Crawl(outlet="forgotten", articles=[article("forgotten", 1)]).land(store)
    assert archive(outlets={}).outlets["forgotten"].versions == 1
    assert OutletFacts().daily is None


def test_to_publish_nothing_loads_no_tables(tmp_path: Path) -> None:
    """An archiver looks every few minutes, and mostly there is nothing: it must start fast."""
    code = f"""
import sys
from processing.archive.publish import publish
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.newsroom import NOON
from pathlib import Path
folder = Path({str(tmp_path)!r})
options = Settings(cache=folder / "cache", heads=folder / "heads")
given = dict(now=NOON, code_version="1", lock_sha256="0", outlets=dict(), options=options)
assert publish(FileStore(folder / "archive"), **given).unchanged
print([name for name in ("pyarrow", "duckdb", "numpy") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
