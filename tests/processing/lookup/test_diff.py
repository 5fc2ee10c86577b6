"""Two archives are the same when their articles, versions, texts, times, clusters and rejections are."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from processing.lookup.diff import compare
from processing.records import Publication, Stamp
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.newsroom import NOON, Crawl, article, rejection

HOUR = timedelta(hours=1)
Build = Callable[..., FileStore]


@pytest.fixture
def build(tmp_path: Path, archive: Callable[..., Publication]) -> Build:
    """Publish crawls, one publication each, into a new archive."""

    def made(name: str, *crawls: Crawl) -> FileStore:
        store = FileStore(tmp_path / name)
        options = Settings(cache=tmp_path / f"{name}-cache", heads=tmp_path / f"{name}-heads")
        for number, crawl in enumerate(crawls):
            crawl.land(store)
            archive(store, options=options, now=NOON + number * HOUR)
        return store

    return made


def test_an_archive_is_the_same_as_itself_and_an_empty_one_as_nothing(
    build: Build, tmp_path: Path
) -> None:
    store = build("a", Crawl(articles=[article("hanbit", 1)], rejections=[rejection("hanbit", 1)]))
    assert compare(store, store, tmp_path / "c") == []
    assert compare(FileStore(tmp_path / "x"), FileStore(tmp_path / "y"), tmp_path / "c") == []
    assert {one.table for one in compare(store, FileStore(tmp_path / "x"), tmp_path / "c")} == {
        "articles",
        "clusters",
        "rejections",
    }


def test_runs_moments_and_batches_do_not_count(build: Build, tmp_path: Path) -> None:
    articles = [article("hanbit", number) for number in range(4)]
    first = build("a", Crawl(articles=articles, rejections=[rejection("hanbit", 1)]))
    later = [article("hanbit", number, at=NOON + HOUR) for number in range(4)]
    second = build(
        "b",
        Crawl(run="other", articles=later[:1], rejections=[rejection("hanbit", 1, NOON + HOUR)]),
        Crawl(run="another", articles=later),
    )
    assert compare(first, second, tmp_path / "c") == []


def test_what_is_missing_changed_or_late_is_told(build: Build, tmp_path: Path) -> None:
    first = build(
        "a", Crawl(articles=[article("hanbit", 1), article("hanbit", 2), article("hanbit", 3)])
    )
    dated = Stamp(at=NOON, source="meta")
    second = build(
        "b",
        Crawl(
            articles=[
                article("hanbit", 1, published=dated),
                article("hanbit", 2, text="다른 글이다."),
            ]
        ),
    )
    found = {(one.table, one.key, one.kind): one for one in compare(first, second, tmp_path / "c")}
    kinds = {key for key in found if key[0] == "articles"}
    assert kinds == {
        ("articles", article("hanbit", 1).version_id, "differs"),
        ("articles", article("hanbit", 2).version_id, "only in the first"),
        ("articles", article("hanbit", 2, text="다른 글이다.").version_id, "only in the second"),
        ("articles", article("hanbit", 3).version_id, "only in the first"),
    }
    told = str(found["articles", article("hanbit", 1).version_id, "differs"])
    assert "published" in told
    assert "2026-11-20 03:00" in told


def test_another_relation_is_told(build: Build, tmp_path: Path) -> None:
    wire, own = article("narae", 5), article("hanbit", 5, text=article("narae", 5).text)
    first = build("a", Crawl(outlet="narae", articles=[wire]), Crawl(articles=[own]))
    second = build("b", Crawl(articles=[own]))
    assert ("clusters", own.version_id, "differs") in {
        (one.table, one.key, one.kind) for one in compare(first, second, tmp_path / "c")
    }


def test_a_row_that_stands_twice_is_told(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build("a", Crawl(articles=[article("hanbit", 1)]))
    monkeypatch.setattr("processing.archive.memory.Memory.versions", lambda *_: frozenset())
    again = article("hanbit", 1, at=NOON + timedelta(minutes=1))
    second = build("b", Crawl(articles=[article("hanbit", 1)]), Crawl(run="r2", articles=[again]))
    assert [one.kind for one in compare(first, second, tmp_path / "c")] == ["twice in the second"]
