"""Repairs: each kind of object is healed whatever happened to it, or it is said that it cannot be."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.backfills import BackfillState
from processing.archive.catalogue import Catalogue
from processing.archive.compaction import CompactionJob, compact
from processing.archive.intake import Job
from processing.archive.layout import NewObject
from processing.archive.memory import load
from processing.archive.publish import publish
from processing.landing.keys import backfill_run
from processing.lookup.diff import compare
from processing.records import Publication
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import Store
from processing.store.s3_store import S3Store
from processing.upkeep.audit import audit
from processing.upkeep.repair import RepairResult, repair
from tests.processing.newsroom import FACTS, NOON, Crawl, article, fetch
from tests.processing.upkeep.crawled import JsonReader, fill, land
from tests.processing.upkeep.damage import (
    DAMAGES,
    EACH_DAMAGE,
    KINDS,
    Damage,
    harm,
    kinds,
    options_in,
)

LATER = NOON + timedelta(days=3)
LOST = ("manifest", "head", "pages gz")
"""Kinds that nothing can be derived from."""


class Archive:
    """An archive in a folder of its own, and what may be done to it."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder, self.store = folder, store
        self.options = options_in(folder, store)

    def cold(self) -> None:
        shutil.rmtree(self.options.cache, ignore_errors=True)

    def repaired(self, *copies: Store, dry_run: bool = False) -> RepairResult:
        found = audit(self.store, self.options, now=LATER, days=5, everything=True)
        job = Job(
            store=self.store,
            options=self.options,
            now=LATER,
            code_version="1",
            lock_sha256="0" * 64,
            outlets=FACTS,
            dry_run=dry_run,
        )
        return repair(job, found.findings, JsonReader(), copies)

    @property
    def sound(self) -> bool:
        return audit(self.store, self.options, now=LATER, days=5, everything=True).sound


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The archive that nothing happens to."""
    folder = tmp_path_factory.mktemp("whole")
    archive = Archive(folder, FileStore(folder / "archive"))
    fill(archive.store, folder, archive.options)
    return archive


@pytest.fixture
def archive(whole: Archive, tmp_path: Path) -> Archive:
    shutil.copytree(whole.folder / "archive", tmp_path / "archive")
    copy = Archive(tmp_path, FileStore(tmp_path / "archive"))
    head = manifests.head(copy.store)
    assert head is not None
    manifests.Witness(copy.options.heads, copy.store).note(copy.store, head)
    return copy


def known(archive: Archive) -> dict[str, object]:
    """Return what crawls of each outlet remember of every article."""
    told: dict[str, object] = {}
    for outlet in FACTS:
        memory = load(archive.store, outlet)
        told[outlet] = (
            sorted(row.url for row in memory.due(LATER, [timedelta(hours=1)])),
            [memory.has_report(f"run-{number}") for number in (1, 2, 3)],
            [memory.has(f"run-{number}", 0) for number in (1, 2, 3)],
        )
    return told


def index_keys(archive: Archive) -> list[str]:
    """Return the keys of the current indexes of raw pages, in order of their manifests."""
    indexes = Catalogue(archive.store, archive.options.cache).pages(".cdxj")
    return [index.key for index in sorted(indexes, key=lambda index: index.seq)]


def test_each_index_of_a_day_gets_its_own_bytes_again(archive: Archive) -> None:
    """All of them at once: each publication's, and then a merged one beside one that came late."""
    good = {key: archive.store.get(key) for key in index_keys(archive)}
    assert len(good) == 3
    archive.store.delete(list(good))
    archive.cold()
    assert {*archive.repaired().restored} == {*good}
    given = {"code_version": "1", "lock_sha256": "0" * 64}
    compact(CompactionJob(store=archive.store, options=archive.options, now=LATER, **given))
    merged = index_keys(archive)
    rows = [article("hanbit", 9, at=NOON + timedelta(hours=9))]
    land(
        archive.store, archive.folder / "spool", "hanbit", "late", rows=rows, at=rows[0].fetched_at
    )
    publish(archive.store, now=LATER, outlets=FACTS, options=archive.options, **given)
    assert (len(merged), len(index_keys(archive))) == (1, 2)
    good = {key: archive.store.get(key) for key in index_keys(archive)}
    for lost in (merged, index_keys(archive)):
        archive.store.delete(lost)
        archive.cold()
        assert {*archive.repaired().restored} == {*lost}
        assert {key: archive.store.get(key) for key in good} == good


def test_an_index_of_raw_pages_that_are_lost_has_the_lines_of_the_others(archive: Archive) -> None:
    lost, *_ = index_keys(archive)
    before = archive.store.get(lost)
    catalogue = Catalogue(archive.store, archive.options.cache)
    pages = next(page.key for page in catalogue.pages(".warc.gz") if "narae-run-1" in page.key)
    archive.store.delete([lost, pages])
    archive.cold()
    done = archive.repaired()
    assert [unrepaired.key for unrepaired in done.impossible] == [pages]
    (replaced,) = done.replaced
    name = pages.rpartition("/")[2].encode()
    kept = [line for line in before.splitlines(keepends=True) if name not in line]
    assert archive.store.get(replaced.by[0]) == b"".join(kept)
    assert (replaced.rows, replaced.of) == (2, 3)


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        # Each kind once, the damages by turns; all of them in `make test-all`.
        pytest.param(
            kind, damage, marks=[pytest.mark.full] if (row + column) % len(DAMAGES) else []
        )
        for row, kind in enumerate(kind for kind in KINDS if kind not in LOST)
        for column, damage in enumerate(DAMAGES)
    ],
    ids=str,
)
def test_what_can_be_derived_is_healed_with_a_cold_cache(
    kind: str, damage: Damage, archive: Archive, whole: Archive, tmp_path: Path
) -> None:
    keys = kinds(archive.store, archive.options.cache)[kind]
    key, good = harm(archive.store, keys, damage, random.Random(f"{kind} {damage}"))  # noqa: S311
    archive.cold()
    before = {entry.key: archive.store.get(entry.key) for entry in archive.store.list("")}
    told = archive.repaired(dry_run=True)
    assert {entry.key: archive.store.get(entry.key) for entry in archive.store.list("")} == before
    done = archive.repaired()
    assert (
        (done.restored, done.impossible) == (told.restored, told.impossible) == (told.restored, ())
    )
    if kind in {"articles", "rejections", "snapshot", "pages cdxj"}:
        assert done.restored == (key,)
        assert archive.store.get(key) == good
        assert done.manifests == ()
    else:
        assert [one.key for one in done.replaced if one.key == key] == [key]
        assert all(one.rows == one.of for one in done.replaced)
        assert key not in Catalogue(archive.store, archive.options.cache).parts
    assert archive.sound
    assert compare(whole.store, archive.store, tmp_path / "compared") == []
    assert known(archive) == known(whole)
    assert archive.repaired() == RepairResult()


@pytest.mark.parametrize("damage", EACH_DAMAGE, ids=str)
def test_everything_derivable_at_once_is_healed(
    damage: Damage, archive: Archive, whole: Archive, tmp_path: Path
) -> None:
    found = kinds(archive.store, archive.options.cache)
    draw = random.Random(str(damage))  # noqa: S311 - only places
    for kind in KINDS:
        if kind not in LOST:
            harm(archive.store, found[kind], damage, draw)
    archive.cold()
    assert archive.repaired().impossible == ()
    assert archive.sound
    assert compare(whole.store, archive.store, tmp_path / "compared") == []
    assert known(archive) == known(whole)


def test_all_tables_may_be_lost_at_once(archive: Archive, whole: Archive, tmp_path: Path) -> None:
    found = kinds(archive.store, archive.options.cache)
    archive.store.delete([key for kind, keys in found.items() if kind not in LOST for key in keys])
    archive.cold()
    assert archive.repaired().impossible == ()
    assert archive.sound
    assert compare(whole.store, archive.store, tmp_path / "compared") == []


@pytest.mark.parametrize("damage", EACH_DAMAGE, ids=str)
@pytest.mark.parametrize("kind", LOST)
def test_what_cannot_be_derived_is_said_and_taken_from_a_copy(
    kind: str, damage: Damage, archive: Archive, whole: Archive
) -> None:
    keys = kinds(archive.store, archive.options.cache)[kind]
    key, good = harm(archive.store, keys, damage, random.Random(f"{kind} {damage}"))  # noqa: S311
    archive.cold()
    done = archive.repaired()
    assert [one.key for one in done.impossible] == [key]
    assert "--copy" in done.impossible[0].why
    assert (done.restored, done.replaced) == ((), ())
    assert archive.repaired(whole.store).restored == (key,)
    assert archive.store.get(key) == good
    assert archive.sound


def test_a_manifest_comes_back_from_the_cache(archive: Archive) -> None:
    kinds(archive.store, archive.options.cache)
    good = archive.store.get(manifests.key(2))
    archive.store.delete([manifests.key(2)])
    assert archive.repaired().restored == (manifests.key(2),)
    assert archive.store.get(manifests.key(2)) == good


def test_a_copy_with_other_bytes_is_no_copy(archive: Archive, tmp_path: Path) -> None:
    key = kinds(archive.store, archive.options.cache)["pages gz"][0]
    archive.store.delete([key])
    other = FileStore(tmp_path / "other")
    other.put(key, b"something else")
    assert [one.key for one in archive.repaired(other).impossible] == [key]
    assert not archive.store.exists(key)


def test_rows_that_no_raw_page_holds_are_told_to_be_missing(archive: Archive) -> None:
    """Raw pages and articles of one publication are lost together: nothing is made up."""
    found = kinds(archive.store, archive.options.cache)
    pages = [key for key in found["pages gz"] if "run-2" in key]
    catalogue = Catalogue(archive.store, archive.options.cache)
    part = next(one for one in catalogue.of("articles") if one.seq == 2)
    archive.store.delete([part.key, *pages])
    archive.cold()
    done = archive.repaired()
    assert {one.key for one in done.impossible} == {part.key, *pages}
    assert archive.store.list("articles/")


@pytest.mark.parametrize("damage", EACH_DAMAGE[:2], ids=str)
def test_what_backfills_reached_holds_back_its_outlet_until_it_is_made_again(
    damage: Damage, archive: Archive
) -> None:
    def backfill(number: int, *others: str) -> Publication:
        for outlet in ("hanbit", *others):
            row = article(outlet, 60 + number, at=LATER)
            run = backfill_run(f"2026112{number}T030000Z-aaaaaa")
            fields = {"backfill": "2026-11-01/2026-11-02", "announced_by": "http://a.test/map"}
            log = [fetch(outlet, run, "http://a.test/map/1", LATER, role="source", **fields)]
            Crawl(outlet=outlet, run=run, articles=[row], log=log).land(archive.store)
        return publish(
            archive.store,
            now=LATER + number * timedelta(hours=1),
            code_version="1",
            lock_sha256="0" * 64,
            outlets=FACTS,
            options=archive.options,
        )

    assert backfill(1).held == ()
    head = manifests.head(archive.store)
    assert head is not None
    key = head.manifest.backfills["hanbit"].key
    good = archive.store.get(key)
    harm(archive.store, [key], damage, random.Random(1))  # noqa: S311 - only a place
    done = backfill(2, "narae")
    assert [held.outlet for held in done.held] == ["hanbit"]
    assert [*done.outlets] == ["narae"]
    # raw pages of these runs are none: nothing of them has to be read here
    told = archive.repaired()
    assert (told.impossible, key in told.restored) == ((), True)
    assert archive.store.get(key) == good
    assert [*backfill(3).outlets] == ["hanbit"]
    head = manifests.head(archive.store)
    assert head is not None
    assert {*manifests.snapshots(archive.store, head).backfills} == {"hanbit", "narae"}


@pytest.mark.full
def test_in_a_bucket_a_warm_cache_gives_every_object_its_bytes_again(
    swift: Settings, tmp_path: Path
) -> None:
    """One object of each kind is damaged at once; only the newest manifest, which no cache has, is left alone."""
    archive = Archive(tmp_path, S3Store(f"{swift.store}warm", swift))
    fill(archive.store, tmp_path, archive.options)
    catalogue = Catalogue(archive.store, archive.options.cache)
    for part in catalogue.parts.values():
        catalogue.raw(part)
    before = {entry.key: archive.store.get(entry.key) for entry in archive.store.list("")}
    draw = random.Random(5)  # noqa: S311 - only which, and how
    found = kinds(archive.store, archive.options.cache)
    wanted = sorted({*KINDS} - {"head"})
    keys = [harm(archive.store, found[kind], draw.choice(DAMAGES), draw)[0] for kind in wanted]
    done = archive.repaired()
    assert (sorted(done.restored), done.replaced, done.impossible) == (sorted(keys), (), ())
    assert done.manifests == ()
    assert {entry.key: archive.store.get(entry.key) for entry in archive.store.list("")} == before


def test_a_repair_keeps_what_backfills_reached(archive: Archive) -> None:
    catalogue = Catalogue(archive.store, archive.options.cache)
    head = catalogue.link
    assert head is not None
    state = NewObject(
        "memory/outlet=hanbit", BackfillState().encode(), prefix="backfill-", suffix=".gz"
    )
    archive.store.put(state.key, state.data)
    manifest = head.manifest.evolve(
        seq=head.manifest.seq + 1,
        previous=head.sha256,
        adds=(),
        removes=(),
        runs=(),
        backfills={"hanbit": state.sum},
    )
    manifests.append(
        archive.store, manifests.Witness(archive.options.heads, archive.store), manifest
    )
    archive.store.delete([catalogue.of("log")[0].key])
    assert archive.repaired().manifests != ()
    after = manifests.head(archive.store)
    assert after is not None
    assert manifests.snapshots(archive.store, after).backfills == {"hanbit": state.sum}


@pytest.mark.full
def test_a_checkpoint_is_made_again_with_its_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path, FileStore(tmp_path / "archive"))
    fill(archive.store, tmp_path, archive.options, runs=33)
    keys = [entry.key for entry in archive.store.list("checkpoints/")]
    assert len(keys) > 1
    good = {key: archive.store.get(key) for key in keys}
    archive.store.delete(keys)
    archive.cold()
    done = archive.repaired()
    assert ({*done.restored}, done.impossible) == ({*keys}, ())
    assert {key: archive.store.get(key) for key in keys} == good
    assert archive.sound
