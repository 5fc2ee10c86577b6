"""Days of many parts, which a reader merges in its cache: the same answers from fewer files."""

import hashlib
import random
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive import merging
from processing.archive.catalogue import MERGED, Catalogue
from processing.archive.compaction import CompactionJob, compact
from processing.archive.layout import CatalogueObject
from processing.archive.publish import publish
from processing.errors import CorruptRecordError
from processing.lookup.sql import ask
from processing.records import Publication, Sum
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
        patched.setattr(merging, "_MANY", merging._MANY + 1)
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


TODAY = date(2026, 11, 20)
FOLD = "dedupe/v=abc"


class Listed:
    """A catalogue that lists parts and has the files of indexes alone."""

    def __init__(self, keys: Sequence[str], size: int, folder: Path) -> None:
        objects = [
            CatalogueObject(Sum(key=key, sha256=f"{seq:064x}", bytes=size, rows=1), seq)
            for seq, key in enumerate(keys)
        ]
        self.tables = {stored.key: stored for stored in objects if "pages/" not in stored.key}
        self._pages = tuple(stored for stored in objects if "pages/" in stored.key)
        self._folder = folder

    def pages(self, suffix: str) -> tuple[CatalogueObject, ...]:
        assert suffix == ".cdxj"
        return self._pages

    def raw(self, index: CatalogueObject) -> Path:
        """Return an index whose lines name their file, but one that is called nameless."""
        path = self._folder / index.key.replace("/", "_")
        named, nameless = 'a 1 {"filename": "x"}\n', "b 2 {}\n"
        path.write_text(named + (nameless if "nameless" in index.key else ""))
        return path

    def derived(self, name: str, _make: object) -> Path:
        return Path(name)

    def files(self, parts: Sequence[CatalogueObject]) -> list[Path]:
        return [Path(part.key) for part in parts]


def plan(keys: Sequence[str], folder: Path, *, size: int = 1, **given: bool) -> list[object]:
    """Return what is to be merged: table, first day, number of parts, whether it is a month."""
    catalogue = cast("Catalogue", Listed(keys, size, folder))
    return [
        (merge.table, merge.day and str(merge.day), len(merge.parts), merge.whole_month)
        for merge in merging.planned(catalogue, TODAY, "abc", **given)
    ]


def parts(table: str, day: str, count: int = 1) -> list[str]:
    return [f"{table}/month={day[:7]}/{day}-{number:x}.parquet" for number in range(count)]


def days(table: str, month: str, count: int) -> list[str]:
    return [key for day in range(1, count + 1) for key in parts(table, f"{month}-{day:02}")]


OLD_MONTH = parts("log", "2026-10")


@pytest.mark.parametrize(
    ("keys", "planned"),
    [
        (parts("log", "2026-11-19", 2), [("log", "2026-11-19", 2, False)]),
        (parts("log", "2026-11-19"), []),
        (parts("log", "2026-11-20", 9), []),  # today goes on
        (parts("log", "2026-11-21", 2), []),
        (days("log", "2026-11", 9), []),  # so does its month
        (days("log", "2026-10", 1), []),
        (days("log", "2026-10", 2), [("log", "2026-10-01", 2, True)]),
        (days("log", "2025-12", 2), [("log", "2025-12-01", 2, True)]),
        (days("log", "2026-12", 2), []),
        # What comes after its month was merged waits until there are sixteen.
        (OLD_MONTH, []),
        ([*OLD_MONTH, *days("log", "2026-10", 15)], []),
        ([*OLD_MONTH, *days("log", "2026-10", 16)], [("log", "2026-10-01", 17, True)]),
        ([*OLD_MONTH, *parts("log", "2026-10-07", 2)], [("log", "2026-10-07", 2, False)]),
        (parts("articles", "unknown", 15), []),
        (parts("articles", "unknown", 16), [("articles", None, 16, False)]),
        # The fold asks for days, so its tables have no months.
        (days("clusters", "2026-10", 2), []),
        (parts("clusters", "2026-10-02", 2), [("clusters", "2026-10-02", 2, False)]),
        (parts(f"{FOLD}/edges", "2026-10-02", 2), [(f"{FOLD}/edges", "2026-10-02", 2, False)]),
        (parts("dedupe/v=xyz/edges", "2026-10-02", 2), []),
        (parts("dedupe/v=xyz/sig", "2026-10-02", 9), []),
        (parts(f"{FOLD}/texts", "2026-10-02", 9), []),  # they go with their signatures
        (
            [key for kind in ("sig", "texts", "bands") for key in parts(f"{FOLD}/{kind}", "2026-10-02")],
            [],
        ),
        (
            [key for kind in ("sig", "texts") for key in parts(f"{FOLD}/{kind}", "2026-10-02", 2)],
            [(f"{FOLD}/sig", "2026-10-02", 4, False)],
        ),
        (["log/day=2026-10-02/a.parquet", "log/day=2026-10-02/b.parquet"], []),  # version 1
        (["log/month=2026-10/2026-10-02-a.json", "log/month=2026-10/2026-10-02-b.json"], []),
        # Tables in order of their names, and what has no day before all days.
        (
            [*days("log", "2026-10", 2), *parts("articles", "2026-11-02", 2), *days("log", "2026-09", 2), *parts("log", "2026-11-02", 2), *parts("log", "2026-11-01", 2), *parts("articles", "unknown", 16)],
            [
                ("articles", None, 16, False),
                ("articles", "2026-11-02", 2, False),
                ("log", "2026-09-01", 2, True),
                ("log", "2026-10-01", 2, True),
                ("log", "2026-11-01", 2, False),
                ("log", "2026-11-02", 2, False),
            ],
        ),
    ],
)  # fmt: skip
def test_which_parts_become_one(keys: list[str], planned: list[object], tmp_path: Path) -> None:
    assert plan(keys, tmp_path) == planned


def test_a_month_that_is_too_large_is_merged_by_days(tmp_path: Path) -> None:
    keys = [*parts("log", "2026-10-02", 2), *days("log", "2026-10", 2)]
    keys = [*dict.fromkeys(keys)]
    third = 256 * 2**20 // 3
    assert plan(keys, tmp_path, size=third) == [("log", "2026-10-01", 3, True)]
    larger = third + 1
    assert plan(keys, tmp_path, size=larger) == [("log", "2026-10-02", 2, False)]


@pytest.mark.parametrize(
    ("keys", "planned"),
    [
        (["articles/day=2026-10-02/a.parquet"], [("articles", "2026-10-01", 1, True)]),
        (["articles/day=2026-11-02/a.parquet"], [("articles", "2026-11-02", 1, False)]),
        (["articles/day=2026-11-20/a.parquet"], [("articles", "2026-11-20", 1, False)]),
        (["articles/day=unknown/a.parquet"], [("articles", None, 1, False)]),
        (["clusters/day=2026-10-02/a.parquet"], [("clusters", "2026-10-02", 1, False)]),
        ([f"{FOLD}/edges/day=2026-10-02/a.parquet"], [(f"{FOLD}/edges", "2026-10-02", 1, False)]),
        ([f"{FOLD}/sig/day=2026-10-02/a.parquet"], [(f"{FOLD}/sig", "2026-10-02", 1, False)]),
        (parts(f"{FOLD}/edges", "2026-10-02"), []),
    ],
)
def test_an_upgrade_writes_what_is_of_version_1_anew(
    keys: list[str], planned: list[object], tmp_path: Path
) -> None:
    assert plan(keys, tmp_path, upgrade=True) == planned
    assert plan(keys, tmp_path) == []


@pytest.mark.parametrize(
    ("names", "planned"),
    [
        (("2026-11-19/a", "2026-11-19/b"), [("pages", "2026-11-19", 2, False)]),
        (("2026-11-19/a", "2026-11-18/b"), []),
        (("2026-11-20/a", "2026-11-20/b"), []),
        (("2026-11-19/a", "2026-11-19/nameless"), []),
        (("2026-11-19/a", "2026-11-19/nameless", "2026-11-19/c"), [("pages", "2026-11-19", 2, False)]),
        (
            ("2026-11-19/a", "2026-11-18/a", "2026-11-19/b", "2026-11-18/b"),
            [("pages", "2026-11-18", 2, False), ("pages", "2026-11-19", 2, False)],
        ),
    ],
)  # fmt: skip
def test_indexes_of_a_day_become_one_where_they_name_their_files(
    names: tuple[str, ...], planned: list[object], tmp_path: Path
) -> None:
    keys = [f"pages/day={name}.cdxj" for name in names]
    assert plan(keys, tmp_path) == planned


@pytest.mark.parametrize(
    ("keys", "merged", "alone"),
    [
        (parts("log", "2026-11-20", 8), [20], 0),
        (parts("log", "2026-11-20", 7), [], 7),
        (parts("log", "2026-11", 8), [], 8),  # of months
        (parts("articles", "unknown", 8), [], 8),
        ([f"articles/day=2026-11-20/{number}.parquet" for number in range(8)], [], 8),  # version 1
        (
            [*parts("log", "2026-11-21", 8), *parts("log", "2026-11-20", 9), *parts("log", "2026-11-19", 2)],
            [20, 21],
            2,
        ),
    ],
)  # fmt: skip
def test_eight_parts_of_a_day_are_read_as_one_file(
    keys: list[str], merged: list[int], alone: int, tmp_path: Path
) -> None:
    listed = Listed(keys, 1, tmp_path)
    catalogue, objects = cast("Catalogue", listed), list(listed.tables.values())
    found = list(merging.gathered(catalogue, keys[0].partition("/")[0], objects))
    turned = list(merging.gathered(catalogue, keys[0].partition("/")[0], objects[::-1]))
    days = [date(2026, 11, day) for day in merged]
    assert [span for _, span in found[: len(days)]] == [(day, day) for day in days]
    assert all(path.name.startswith(MERGED) for path, _ in found[: len(days)])
    assert found[: len(days)] == turned[: len(days)], "named by what is in it, in any order"
    expected = {
        (Path(part.key), part.days) for part in objects if not part.days or part.days[0] not in days
    }
    assert {*found[len(days) :]} == expected
    assert len(expected) == alone


def rows_of(*rows: tuple[object, ...]) -> pa.Table:
    return pa.table(
        {name: [row[at] for row in rows] for at, name in enumerate(("a", "b", "manifest"))},
        schema=pa.schema([("a", pa.int64()), ("b", pa.int64()), ("manifest", pa.int64())]),
    )


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([], []),
        ([(1, 1, 5)], [(1, 1, 5)]),
        ([(1, 1, 5), (1, 1, 7), (1, 1, 6)], [(1, 1, 7)]),
        ([(2, 1, 5), (1, 2, 7), (1, 1, 6)], [(1, 1, 6), (1, 2, 7), (2, 1, 5)]),
        ([(None, 1, 5), (1, 1, 7)], [(1, 1, 7), (None, 1, 5)]),
    ],
)
def test_of_each_key_the_row_of_the_newest_manifest_stays(
    rows: list[tuple[object, ...]], left: list[tuple[object, ...]]
) -> None:
    found = merging.newest(rows_of(*rows), "a", "b").to_pylist()
    assert [tuple(row.values()) for row in found] == left


@pytest.mark.parametrize(
    ("signed", "keys", "current"),
    [
        ([(7, 1), (3, 2)], [(3, 2), (7, 1), (3, 1), (7, 2)], [True, True, False, False]),
        ([(3, 1)], [(2, 1), (3, 1), (4, 1)], [False, True, False]),
    ],
)
def test_keys_stay_that_were_written_with_the_newest_signature_of_their_document(
    signed: list[tuple[int, int]], keys: list[tuple[int, int]], current: list[bool]
) -> None:
    tables = (
        pa.table({"number": [number for number, _ in rows], "manifest": [seq for _, seq in rows]})
        for rows in (keys, signed)
    )
    assert merging._current(*tables).tolist() == current


@pytest.mark.parametrize(
    ("span", "day", "may"),
    [
        (None, 5, True),
        ((3, 5), None, True),
        ((3, 5), 2, False),
        ((3, 5), 3, True),
        ((3, 5), 5, True),
        ((3, 5), 6, False),
    ],
)
def test_a_part_may_hold_rows_of_the_days_of_its_span(
    span: tuple[int, int] | None,
    day: int | None,
    may: bool,  # noqa: FBT001 - a table
) -> None:
    days = span and (date(2026, 11, span[0]), date(2026, 11, span[1]))
    assert merging._may_hold(days, day and date(2026, 11, day)) is may
