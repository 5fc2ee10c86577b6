"""Audits and repairs that are killed, run at once, on a full disk, by a wrong clock: the same archive in the end."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.compaction import CompactionJob, compact
from processing.archive.publish import publish
from processing.errors import (
    CorruptRecordError,
    MissingError,
    StoreFullError,
    StoreUnavailableError,
)
from processing.lookup.diff import compare
from processing.store.file_store import FileStore
from processing.store.s3_store import S3Store
from processing.upkeep.audit import audit
from tests.processing.archive.test_interleaving import Order
from tests.processing.archive.turns import Waiting, Work
from tests.processing.archive.turns import act as interleave
from tests.processing.conftest import ROOT
from tests.processing.newsroom import FACTS, article
from tests.processing.upkeep.crawled import fill, land
from tests.processing.upkeep.damage import DAMAGES, KINDS, harm, kinds, options_in
from tests.processing.upkeep.killed import LATER, act
from tests.processing.upkeep.test_repair import LOST, Archive

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The archive that nothing happens to."""
    folder = tmp_path_factory.mktemp("whole")
    archive = Archive(folder, FileStore(folder / "archive"))
    fill(archive.store, folder, archive.options, runs=2)
    return archive


@pytest.fixture
def harmed(whole: Archive, tmp_path: Path) -> Archive:
    """The same with one object of each derivable kind damaged, and nothing in a cache."""
    return damaged(whole, tmp_path)


def copied(whole: Archive, folder: Path) -> Archive:
    shutil.copytree(whole.folder / "archive", folder / "archive")
    archive = Archive(folder, FileStore(folder / "archive"))
    head = manifests.head(archive.store)
    assert head is not None
    manifests.Witness(archive.options.heads, archive.store).note(archive.store, head)
    return archive


def damaged(whole: Archive, folder: Path) -> Archive:
    archive = copied(whole, folder)
    draw = random.Random(7)  # noqa: S311 - only places
    found = kinds(archive.store, archive.options.cache)
    for kind in KINDS:
        if kind not in LOST:
            harm(archive.store, found[kind], draw.choice(DAMAGES[:3]), draw)
    archive.cold()
    return archive


def run(
    folder: Path, what: str, number: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "tests.processing.upkeep.killed",
        str(folder),
        what,
        str(number),
    ]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )


def moments(folder: Path, what: str, count: int) -> list[int]:
    """Return calls of the store, drawn from all that the whole work makes."""
    draw = random.Random(what)  # noqa: S311 - only moments
    return sorted(draw.sample(range(1, act(folder, what)), count))


def killed_and_continued(whole: Archive, folder: Path, what: str, count: int) -> None:
    trial = folder / "trial"
    trial.mkdir()
    damaged(whole, trial)
    for number in moments(trial, what, count):
        own = folder / str(number)
        own.mkdir()
        archive = damaged(whole, own)
        before = {entry.key: archive.store.get(entry.key) for entry in archive.store.list("")}
        assert run(own, what, number).returncode == -signal.SIGKILL
        if what == "audit":
            assert {e.key: archive.store.get(e.key) for e in archive.store.list("")} == before
        assert run(own, "repair").returncode == 0
        assert archive.sound
        assert compare(whole.store, archive.store, own / "compared") == []
        shutil.rmtree(own)


@pytest.mark.parametrize("what", [pytest.param("audit", marks=pytest.mark.full), "repair"])
def test_killed_at_any_moment_and_begun_again(what: str, whole: Archive, tmp_path: Path) -> None:
    killed_and_continued(whole, tmp_path, what, 1)


@pytest.mark.full
@pytest.mark.parametrize("what", ["audit", "repair"])
def test_killed_at_some_moments(what: str, whole: Archive, tmp_path: Path) -> None:
    killed_and_continued(whole, tmp_path, what, 5)


@pytest.mark.full
@pytest.mark.long
@pytest.mark.parametrize("what", ["audit", "repair"])
def test_killed_at_fifty_moments(what: str, whole: Archive, tmp_path: Path) -> None:
    killed_and_continued(whole, tmp_path, what, 50)


def repairer(folder: Path, place: int) -> Work:
    def work(store: Waiting) -> None:
        archive = Archive(folder, store)
        archive.options = archive.options.model_copy(update={"cache": folder / f"cache-{place}"})
        while True:
            try:
                archive.repaired()
            except StoreUnavailableError:
                continue  # others came first, each time
            return

    return work


def archiver(folder: Path, place: int) -> Work:
    def work(store: Waiting) -> None:
        options = options_in(folder, store).model_copy(update={"cache": folder / f"cache-{place}"})
        given = {"code_version": "1", "lock_sha256": "0" * 64, "outlets": FACTS, "options": options}
        while True:
            try:
                publish(store, now=LATER + HOUR, **given)  # type: ignore[arg-type]
            except StoreUnavailableError:
                continue  # an object is just being deleted, or others came first, each time
            return

    return work


def compactor(folder: Path, place: int) -> Work:
    """Compact what is over; what is damaged waits for a repair."""

    def work(store: Waiting) -> None:
        options = options_in(folder, store).model_copy(update={"cache": folder / f"cache-{place}"})
        given = {"options": options, "code_version": "1", "lock_sha256": "0" * 64}
        while True:
            try:
                compact(CompactionJob(store=store, now=LATER + 9 * DAY, **given))
            except StoreUnavailableError:
                continue  # others came first, each time
            except (CorruptRecordError, MissingError):
                assert (folder / "damaged").exists()
            return

    return work


def auditor(folder: Path, place: int) -> Work:
    """Read everything, of the head that it began with: what that names may go meanwhile."""

    def work(store: Waiting) -> None:
        options = options_in(folder, store).model_copy(update={"cache": folder / f"cache-{place}"})
        audit(store, options, now=LATER, days=5, everything=True)

    return work


WORKS = {"audit": auditor, "compaction": compactor, "repair": repairer}


def at_once(
    whole: Archive, folder: Path, order: Order, pair: tuple[str, str] = ("repair", "repair")
) -> None:
    """Two of them beside two archivers; what memory holds back is published afterwards."""
    archive = damaged(whole, folder) if "repair" in pair else copied(whole, folder)
    if "repair" in pair:
        (folder / "damaged").touch()
    reference = Archive(folder / "reference", FileStore(folder / "reference" / "archive"))
    shutil.copytree(whole.folder / "archive", folder / "reference" / "archive")
    for one, at in ((archive, folder), (reference, folder / "reference")):
        for outlet in FACTS:
            rows = [article(outlet, 50 + len(outlet), at=LATER)]
            land(one.store, at / "spool", outlet, "late", rows=rows, at=LATER)
    works = [WORKS[name](folder, place) for place, name in enumerate(pair)]
    works += [archiver(folder, 2), archiver(folder, 3)]
    interleave(folder / "archive", works, order.choice, lambda: None)
    archiver(folder, 2)(archive.store)  # type: ignore[arg-type]  # a store that does not wait
    archiver(folder, 2)(reference.store)  # type: ignore[arg-type]
    assert archive.repaired().impossible == ()
    assert archive.sound
    assert compare(reference.store, archive.store, folder / "compared") == []
    assert list(archive.store.list("landing/")) == []


PAIRS = (
    ("compaction", "repair"),
    ("audit", "compaction"),
    ("compaction", "compaction"),
    ("audit", "repair"),
    ("audit", "audit"),
)


@pytest.mark.parametrize(
    "pair",
    [PAIRS[0], *(pytest.param(pair, marks=pytest.mark.full) for pair in PAIRS[1:])],
    ids=" and ".join,
)
def test_two_of_any_beside_two_archivers(
    pair: tuple[str, str], whole: Archive, tmp_path: Path
) -> None:
    at_once(whole, tmp_path, Order(4, 30, actors=4), pair)


@pytest.mark.full
@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_of_any_beside_two_archivers_in_many_orders(
    pair: tuple[str, str], seed: int, whole: Archive, tmp_path: Path
) -> None:
    at_once(whole, tmp_path, Order(seed, (1, 5, 30, 200)[seed % 4], actors=4), pair)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(3))
def test_two_repairs_beside_two_archivers(seed: int, whole: Archive, tmp_path: Path) -> None:
    at_once(whole, tmp_path, Order(seed, 30, actors=4))


@pytest.mark.full
@pytest.mark.long
@pytest.mark.parametrize("seed", range(50))
def test_two_repairs_beside_two_archivers_in_many_orders(
    seed: int, whole: Archive, tmp_path: Path
) -> None:
    at_once(whole, tmp_path, Order(seed, (1, 5, 30, 200)[seed % 4], actors=4))


@pytest.mark.full
def test_two_processes_audit_and_repair_at_once(
    harmed: Archive, whole: Archive, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.processing.upkeep.killed", str(harmed.folder)]
    crowd = [
        subprocess.Popen([*command, what, "0"], cwd=ROOT)
        for what in ("audit", "repair", "audit", "repair")
    ]
    assert {process.wait() for process in crowd} <= {0, 1}
    assert run(harmed.folder, "repair").returncode == 0
    assert harmed.sound
    assert compare(whole.store, harmed.store, tmp_path / "compared") == []


def full(after: int) -> Callable[..., None]:
    """Return what stands for the placing of a file on a disk that has room for that many."""
    place, left = FileStore._place, [after]

    def placed(self: FileStore, source: Path, target: Path, *, create: bool) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        place(self, source, target, create=create)

    return placed


@pytest.mark.parametrize("after", [1, *(pytest.param(n, marks=pytest.mark.full) for n in (0, 4))])
def test_a_repair_on_a_full_disk_goes_on_when_there_is_room(
    after: int, harmed: Archive, whole: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as disk:
        disk.setattr(FileStore, "_place", full(after))
        with pytest.raises(StoreFullError, match="no room"):
            harmed.repaired()
    assert harmed.repaired().impossible == ()
    assert harmed.sound
    assert compare(whole.store, harmed.store, tmp_path / "compared") == []


@pytest.mark.parametrize(
    "after", [0, 6, *(pytest.param(n, marks=pytest.mark.full) for n in (3, 9))]
)
def test_a_publication_on_a_full_disk_goes_on_when_there_is_room(
    after: int, tmp_path: Path, whole: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages are copied, then parts put, then the manifest: nothing is half there wherever it ends."""
    shutil.copytree(whole.folder / "archive", tmp_path / "archive")
    store = FileStore(tmp_path / "archive")
    rows = [article("hanbit", number, at=LATER) for number in (70, 71)]
    land(store, tmp_path / "spool", "hanbit", "late", rows=rows, at=LATER)
    head = manifests.head(store)
    with monkeypatch.context() as disk:
        disk.setattr(FileStore, "_place", full(after))
        with pytest.raises(StoreFullError, match="no room"):
            act(tmp_path, "publish", now=LATER + HOUR)
    assert manifests.head(store) == head
    act(tmp_path, "publish", now=LATER + HOUR)
    assert list(store.list("landing/")) == []
    assert audit(store, options_in(tmp_path, store), now=LATER, days=5, everything=True).sound


def test_a_copy_that_a_real_limit_stops_ends_with_one_and_loses_nothing(
    whole: Archive, tmp_path: Path
) -> None:
    shutil.copytree(whole.folder / "archive", tmp_path / "archive")
    store = FileStore(tmp_path / "archive")
    noise = "".join(f"{random.Random(n).random()} " for n in range(20_000))  # noqa: S311
    rows = [article("hanbit", 72, at=LATER, text=noise)]
    land(store, tmp_path / "spool", "hanbit", "late", rows=rows, at=LATER)
    done = run(tmp_path, "publish", LIMIT="60000")
    assert (done.returncode, "no room" in done.stderr) == (1, True), done.stderr
    assert run(tmp_path, "publish").returncode == 0
    assert list(store.list("landing/")) == []


@pytest.mark.full
@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_ten_minutes_off_changes_nothing(
    minutes: int, whole: Archive, tmp_path: Path
) -> None:
    """The archiver's clock differs from the crawl's, then that of an audit and a repair from the archiver's."""
    assert shutil.which("faketime"), "make test-all installs it"
    shutil.copytree(whole.folder / "archive", tmp_path / "archive")
    archive = Archive(tmp_path, FileStore(tmp_path / "archive"))
    now = datetime.now(UTC)  # noqa: TID251 - the clock is what is tried
    rows = [article("hanbit", number, at=now) for number in (70, 71)]
    land(archive.store, tmp_path / "spool", "hanbit", "late", rows=rows, at=now)
    moved = [
        "faketime",
        "-f",
        f"{minutes:+d}m",
        sys.executable,
        "-m",
        "tests.processing.upkeep.killed",
    ]
    environment = {**os.environ, "OWN_CLOCK": "1"}
    for what in ("publish", "audit", "repair"):
        done = subprocess.run(
            [*moved, str(tmp_path), what, "0"], cwd=ROOT, env=environment, check=False
        )
        assert done.returncode == 0, what
    assert list(archive.store.list("landing/")) == []
    assert archive.sound
    # set right again, and everything is read once more
    assert audit(archive.store, archive.options, now=now, days=5, everything=True).sound


@pytest.mark.full
@pytest.mark.parametrize("cache", ["cold", "warm"])
def test_in_a_bucket_everything_derivable_is_healed(
    cache: str, swift: object, tmp_path: Path
) -> None:
    bucket = S3Store(f"{swift.store}healed-{cache}", swift)  # type: ignore[attr-defined,arg-type]
    archive = Archive(tmp_path, bucket)
    fill(bucket, tmp_path, archive.options, runs=2)
    found = kinds(bucket, archive.options.cache)
    good = {entry.key: bucket.get(entry.key) for entry in bucket.list("")}
    draw = random.Random(cache)  # noqa: S311 - only places
    broken = [
        harm(bucket, found[kind], DAMAGES[place % 2], draw)[0]
        for place, kind in enumerate(kind for kind in KINDS if kind not in LOST)
    ]
    if cache == "cold":
        archive.cold()
    done = archive.repaired()
    assert done.impossible == ()
    assert {*done.restored, *(one.key for one in done.replaced)} >= {*broken}
    assert all(bucket.get(key) == good[key] for key in done.restored)
    assert archive.sound
