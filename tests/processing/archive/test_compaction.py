"""Compaction: few parts of many, and every answer the same before and after."""

import hashlib
import random
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from processing.archive import checkpoints, compaction, layout, manifests, merging
from processing.archive.catalogue import Catalogue
from processing.archive.compaction import Compaction, CompactionJob, compact
from processing.archive.folding import ArchiveWindow, unsigned
from processing.archive.layout import is_checkpoint
from processing.archive.manifests import Witness
from processing.archive.publish import LostObjectsError, publish
from processing.dedupe.corpus import Corpus
from processing.errors import (
    AlreadyExistsError,
    MissingError,
    SillokError,
    StoreUnavailableError,
)
from processing.lookup.diff import compare
from processing.lookup.sql import ask
from processing.records import Publication
from processing.report.counting import count_day, stories
from processing.settings import Settings
from processing.signing.documents import FoldOptions
from processing.store.file_store import FileStore
from tests.processing.conftest import ROOT
from tests.processing.killed import Mortal, merge
from tests.processing.newsroom import FACTS, NOON, Crawl, article, rejection
from tests.processing.papers import PAPERS, by_day, press, reprint

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of composed news in many publications, two or more a day, with edits."""
    root = tmp_path_factory.mktemp("grown")
    store = FileStore(root / "archive")
    for number, articles in enumerate(by_day(press())):
        for place in range(2):
            some = articles[place::2]
            if not some:
                continue
            at = max(one.fetched_at for one in some)
            for outlet in sorted({one.outlet for one in some}):
                mine = [one for one in some if one.outlet == outlet]
                bad = [rejection(outlet, number * 10 + place, at)]
                Crawl(
                    outlet=outlet, run=f"run-{number}-{place}", articles=mine, rejections=bad, at=at
                ).land(store)
            put_out(root, now=at + HOUR)
    return root


@pytest.fixture
def root(grown: Path, tmp_path: Path) -> Path:
    """A copy of the archive for one test."""
    for name in ("archive", "heads"):
        shutil.copytree(grown / name, tmp_path / name)
    return tmp_path


def options(root: Path, name: str = "archive") -> Settings:
    return Settings(store=f"file:{root / name}", cache=root / f"cache-{name}", heads=root / "heads")


def put_out(root: Path, name: str = "archive", **given: Any) -> Publication:
    said = {"code_version": "1", "lock_sha256": "0", "outlets": {**FACTS, **PAPERS}}
    return publish(FileStore(root / name), options=options(root, name), **{**said, **given})


def compacted(root: Path, name: str = "archive", **given: Any) -> Compaction:
    said: dict[str, Any] = {"now": NOON + 20 * DAY, "code_version": "1", "lock_sha256": "0"}
    store = FileStore(root / name)
    return compact(CompactionJob(store=store, options=options(root, name), **{**said, **given}))


def catalogue(root: Path, name: str = "archive") -> Catalogue:
    return Catalogue(FileStore(root / name), root / f"cache-{name}")


def copied(root: Path) -> None:
    """Keep the archive as it is now as `before`."""
    shutil.copytree(root / "archive", root / "before")


def answers(root: Path, name: str) -> list[list[tuple[Any, ...]]]:
    """Return what readers learn: every row of every table, and the reports of all days."""
    opened = catalogue(root, name)
    tables = ("articles", "clusters", "log", "rejections", "reports")
    found: list[list[Any]] = [
        sorted(map(repr, ask(opened, f"SELECT * FROM {table}").rows))  # noqa: S608 - our names
        for table in tables
    ]
    days = {row[0] for row in ask(opened, "SELECT DISTINCT day FROM reports").rows}
    for day in sorted(days):
        found.append([stories(opened, day)])
        found.append(
            [(key, count.versions, count.runs) for key, count in count_day(opened, day).items()]
        )
    return found


def corpus(root: Path, name: str, work: Path) -> dict[str, str]:
    """Return the clusters of a fold of the whole archive."""
    opened, chosen = catalogue(root, name), FoldOptions()
    days = [day for part in opened.of("clusters") for day in part.days or ()]
    made = Corpus(
        ArchiveWindow(opened, chosen.fingerprint),
        (min(days), max(days)),
        work,
        options=chosen,
        slices=2,
    )
    list(made.run())
    rows = (row for path in made.clusters for row in pq.read_table(path).to_pylist())
    return {row["version_id"]: row["cluster"] for row in rows}


def test_every_answer_is_the_same_before_and_after(root: Path) -> None:
    copied(root)
    done = compacted(root)
    assert done.replaced > (done.parts or 0) > 0
    assert compare(FileStore(root / "before"), FileStore(root / "archive"), root / "cache") == []
    assert answers(root, "archive") == answers(root, "before")
    assert corpus(root, "archive", root / "w1") == corpus(root, "before", root / "w2")


def test_a_day_has_one_part_of_each_table(root: Path) -> None:
    compacted(root)
    parts = [one for one in catalogue(root).tables.values() if one.key.endswith(".parquet")]
    places = [
        (one.key.rpartition("-")[0]) for one in parts if not one.key.startswith("checkpoints/")
    ]
    assert len(places) == len(set(places))
    assert compacted(root).unchanged


def test_the_next_publication_folds_as_without_it(root: Path) -> None:
    copied(root)
    shutil.copytree(root / "heads", root / "heads-before")
    compacted(root)
    new = [reprint(41, NOON + 5 * DAY), article("narae", 99, at=NOON + 5 * DAY)]
    for name in ("archive", "before"):
        for one in new:
            Crawl(outlet=one.outlet, run="late", articles=[one], at=one.fetched_at).land(
                FileStore(root / name)
            )
        said = put_out(root, name, now=NOON + 21 * DAY)
        assert said.signed_again == 0
    assert compare(FileStore(root / "before"), FileStore(root / "archive"), root / "cache") == []


def test_nothing_is_unsigned_after_it(root: Path) -> None:
    compacted(root)
    opened, chosen = catalogue(root), FoldOptions()
    window = ArchiveWindow(opened, chosen.fingerprint)
    assert unsigned(opened, window, chosen, (date.min, date.max)) == []


def test_many_texts_do_not_lie_in_one_row_group(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.archive.merging._ROWS_TOGETHER", {"articles": 2})
    assert compacted(root, now=NOON + 40 * DAY).months > 0
    opened = catalogue(root)
    groups = {
        table: pq.read_metadata(opened.local(opened.of(table)[0])).num_row_groups
        for table in ("articles", "log")
    }
    assert groups["articles"] > 2
    assert groups["log"] == 1


def test_a_month_that_is_over_becomes_one_part_and_late_rows_wait_until_they_are_many(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(root)
    assert compacted(root, now=NOON + 40 * DAY).months > 0
    logs = [one.key for one in catalogue(root).of("log")]
    assert [key.rpartition("-")[0] for key in logs] == ["log/month=2026-11/2026-11"]
    assert answers(root, "archive") == answers(root, "before")
    (month,) = catalogue(root).of("articles")
    metadata = pq.read_metadata(catalogue(root).local(month))
    assert metadata.num_row_groups == 1, "small days share a row group"
    group = metadata.row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert [columns[name].is_stats_set for name in ("day", "title", "text")] == [True, False, False]
    assert not columns["text"].has_dictionary_page
    late = [article("narae", 77, at=NOON + 2 * DAY)]
    Crawl(outlet="narae", run="late", articles=late, at=NOON + 2 * DAY).land(
        FileStore(root / "archive")
    )
    put_out(root, now=NOON + 41 * DAY)
    assert compacted(root, now=NOON + 42 * DAY).months == 0
    assert len(catalogue(root).of("log")) == 2
    monkeypatch.setattr(merging, "_LATE", 1)
    shutil.rmtree(root / "before")
    copied(root)
    assert compacted(root, now=NOON + 43 * DAY).months > 0
    assert len(catalogue(root).of("log")) == 1
    assert answers(root, "archive") == answers(root, "before")


def test_of_a_checkpoint_only_the_rows_of_the_table_that_is_asked_for_become_objects(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compacted(root)
    current, counts = catalogue(root).tables, []
    objects = checkpoints._objects

    def counted(rows: Any, *given: Any) -> Any:
        counts.append(rows.num_rows)
        return objects(rows, *given)

    monkeypatch.setattr(checkpoints, "_objects", counted)
    logs = catalogue(root).of("log")
    assert [log.key for log in logs] == [key for key in current if key.startswith("log/")]
    assert counts == [len(logs)]


def test_a_dry_run_writes_nothing(root: Path) -> None:
    before = {entry.key for entry in FileStore(root / "archive").list("")}
    said = compacted(root, dry_run=True)
    assert said.seq is None
    assert said.replaced > 0
    assert {entry.key for entry in FileStore(root / "archive").list("")} == before


def test_a_reader_of_the_head_before_goes_on_until_the_grace_time_is_over(root: Path) -> None:
    reader = catalogue(root)
    parts = reader.of("articles")
    compacted(root)
    assert all(reader.local(one).is_file() for one in parts)
    gone = [one for one in parts if one.key not in catalogue(root).parts]
    assert gone
    assert compacted(root, now=NOON + 4000 * DAY).deleted > 0
    assert not any((root / "archive" / one.key).exists() for one in gone)
    assert answers(root, "archive")


def test_readers_open_the_newest_checkpoint_and_the_few_manifests_after_it(root: Path) -> None:
    done = compacted(root)
    opened = catalogue(root)
    checkpoint, later = opened.base
    assert checkpoint is not None
    assert [manifest.seq for manifest in later] == [(done.seq or 0) + 1]
    chain = {one.key: one.sha256 for manifest in opened.manifests for one in manifest.adds}
    for manifest in opened.manifests:
        for removed in manifest.removes:
            chain.pop(removed.key)
    assert {key: one.sum.sha256 for key, one in opened.parts.items()} == chain


@pytest.mark.parametrize("damage", ["altered", "lost"])
def test_a_damaged_checkpoint_costs_a_longer_way_and_no_answer(root: Path, damage: str) -> None:
    compacted(root)
    expected = sorted(catalogue(root).parts)
    store = FileStore(root / "archive")
    key = next(entry.key for entry in store.list("checkpoints/") if is_checkpoint(entry.key))
    if damage == "altered":
        store.put(key, store.get(key).replace(b"PAR1", b"PAR2"))
    else:
        store.delete([key])
    opened = Catalogue(store, root / "another-cache")
    assert sorted(opened.parts) == expected
    assert opened.base[0] is None


def test_every_so_many_manifests_one_adds_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = 3
    monkeypatch.setattr(layout, "EVERY", every)
    store = FileStore(tmp_path / "archive")
    for number in range(2 * every + 2):
        at = NOON + number * HOUR
        Crawl(run=f"run-{number:03d}", articles=[article("hanbit", number, at=at)], at=at).land(
            store
        )
        put_out(tmp_path, now=at + HOUR / 2)
    opened = Catalogue(store, tmp_path / "cache")
    checkpoint, later = opened.base
    assert checkpoint is not None
    assert [manifest.seq for manifest in later] == list(range(2 * every, 2 * every + 3))
    kept = [key for key in opened.parts if is_checkpoint(key)]
    assert [key.partition("/")[2][:8] for key in kept] == [
        f"{every - 1:08d}",
        f"{2 * every - 1:08d}",
    ]
    walked = Catalogue(store, tmp_path / "other")
    walked.__dict__["base"] = (None, walked.manifests)
    assert dict(walked.parts) == dict(opened.parts)
    assert len(list(ask(opened, "SELECT 1 FROM articles").rows)) == 2 * every + 2
    head = manifests.head(store)
    assert head is not None
    assert head.manifest.seq == 2 * every + 2


@pytest.fixture(scope="module")
def changes(grown: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return how often a whole compaction changes the store."""
    folder = tmp_path_factory.mktemp("counted")
    for name in ("archive", "heads"):
        shutil.copytree(grown / name, folder / name)
    store = Mortal(folder / "archive", 1_000_000, lambda: None)
    merge(store, folder)
    return store.changes


@pytest.mark.parametrize(
    "number",
    [0, -1, *(pytest.param(n, marks=pytest.mark.full) for n in (5, *range(-2, -9, -1)))],
)
def test_a_compaction_that_dies_before_any_change_changes_no_answer(
    root: Path, grown: Path, changes: int, number: int
) -> None:
    moment = number if number >= 0 else changes + number
    with pytest.raises(InterruptedError):
        merge(Mortal(root / "archive", moment, die), root)
    same(root, grown)
    merge(FileStore(root / "archive"), root)
    same(root, grown)
    assert merge(FileStore(root / "archive"), root).unchanged


def die() -> None:
    raise InterruptedError


def same(root: Path, grown: Path) -> None:
    assert compare(FileStore(grown / "archive"), FileStore(root / "archive"), root / "c") == []
    store = FileStore(root / "archive")
    for key, one in catalogue(root).parts.items():
        assert hashlib.sha256(store.get(key)).hexdigest() == one.sum.sha256


@pytest.mark.full
def test_processes_that_are_killed_at_random_moments_change_no_answer(
    root: Path, grown: Path, changes: int
) -> None:
    draw = random.Random(50)  # noqa: S311 - only moments
    for _ in range(50):
        command = [sys.executable, "-m", "tests.processing.killed", str(root)]
        moment = draw.randrange(changes)
        ended = subprocess.run([*command, str(moment), "compact"], cwd=ROOT, check=False)
        if ended.returncode == 0:  # an earlier one had done it all: it begins again
            shutil.rmtree(root / "archive")
            shutil.copytree(grown / "archive", root / "archive")
            shutil.rmtree(root / "heads")
            shutil.copytree(grown / "heads", root / "heads")
        same(root, grown)
    merge(FileStore(root / "archive"), root)
    same(root, grown)


def test_it_goes_on_with_the_state_of_backfills(root: Path) -> None:
    store = FileStore(root / "archive")
    head = manifests.head(store)
    assert head is not None
    memory = manifests.snapshots(store, head).memory
    state = next(iter(memory.values()))
    named = head.manifest.evolve(
        seq=head.manifest.seq + 1,
        previous=head.sha256,
        adds=(),
        removes=(),
        runs=(),
        backfills={"paper0": state},
    )
    link = manifests.append(store, Witness(root / "heads", store), named)
    assert manifests.read(store, link.manifest.seq).manifest == named
    assert not compacted(root).unchanged
    after = manifests.head(store)
    assert after is not None
    assert manifests.snapshots(store, after).backfills == {"paper0": state}


def attempts(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: SillokError, *, head_moves: bool = False
) -> tuple[int, type[Exception] | None]:
    """Let each attempt of a compaction fail; return how many there were, and how it ended."""
    tried: list[CompactionJob] = []

    def attempt(job: CompactionJob) -> Compaction:
        tried.append(job)
        if head_moves:
            heads.append(len(heads))
        raise error

    heads = [0]
    monkeypatch.setattr(compaction, "_attempt", attempt)
    monkeypatch.setattr(manifests, "head", lambda _: heads[-1])
    try:
        compacted(root)
    except SillokError as raised:
        return len(tried), type(raised)
    return len(tried), None


@pytest.mark.parametrize("error", [AlreadyExistsError("taken"), LostObjectsError("lost")])
def test_a_compaction_that_archivers_overtake_gives_up_after_twenty_times(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: SillokError
) -> None:
    assert attempts(root, monkeypatch, error) == (20, StoreUnavailableError)


@pytest.mark.parametrize(
    ("head_moves", "ends"), [(False, (1, MissingError)), (True, (20, StoreUnavailableError))]
)
def test_what_is_missing_counts_unless_the_head_has_moved(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    ends: tuple[int, type[Exception]],
    *,
    head_moves: bool,
) -> None:
    found = attempts(root, monkeypatch, MissingError("gone"), head_moves=head_moves)
    assert found == ends
