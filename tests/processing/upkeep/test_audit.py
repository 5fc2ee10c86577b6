"""Audits: what is missing, altered, cut short, swapped or put back is named, on either store, cache or not."""

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.manifests import Witness
from processing.store.file_store import FileStore
from processing.store.interface import Store
from processing.store.s3_store import S3Store
from processing.upkeep.audit import Audited, AuditState, Schedule, audit, due, share_of
from processing.upkeep.chain import ObjectFault
from tests.processing.newsroom import NOON
from tests.processing.upkeep.damage import (
    DAMAGES,
    KINDS,
    Damage,
    copied,
    fill,
    filled_folder,
    harm,
    kinds,
    options_in,
)

DAY = timedelta(days=1)
LATER = NOON + 9 * DAY


class Sound:
    """A sound archive on a store, and a way back to it after each damage."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.options = options_in(folder, store)
        fill(store, self.options)
        self.kinds = kinds(store, self.options.cache)
        self._harmed: dict[str, bytes] = {}

    def harm(self, kind: str, damage: Damage) -> str:
        draw = random.Random(f"{kind} {damage}")  # noqa: S311 - only places
        key, good = harm(self.store, self.kinds[kind], damage, draw)
        self._harmed[key] = good
        return key

    def put(self, key: str, data: bytes) -> None:
        self._harmed[key] = self.store.get(key)
        self.store.put(key, data)

    def delete(self, keys: Sequence[str]) -> None:
        self._harmed |= {key: self.store.get(key) for key in keys}
        self.store.delete(keys)

    def mend(self) -> None:
        while self._harmed:
            self.store.put(*self._harmed.popitem())

    def audited(self, *, whole: bool = True, now: datetime = LATER) -> Audited:
        return audit(self.store, self.options, now=now, days=5, everything=whole)


@pytest.fixture(scope="module", params=["directory", pytest.param("swift", marks=pytest.mark.full)])
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sound:
    folder = tmp_path_factory.mktemp("sound")
    if request.param == "directory":
        return Sound(FileStore(folder / "archive"), folder)
    options = request.getfixturevalue("swift")
    return Sound(S3Store(f"{options.store}audited", options), folder)


def bad(done: Audited) -> dict[str, ObjectFault]:
    return {one.key: one.fault for one in done.findings if not one.harmless}


@pytest.fixture(autouse=True)
def _mended(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "sound" in request.fixturenames:
        request.getfixturevalue("sound").mend()


TOLD = {
    "deleted": {ObjectFault.MISSING},
    "truncated": {ObjectFault.TRUNCATED, ObjectFault.ALTERED, ObjectFault.SWAPPED},
    "flipped": {ObjectFault.ALTERED},
    "swapped": {ObjectFault.SWAPPED, ObjectFault.ALTERED, ObjectFault.TRUNCATED},
}
LINKS = ("manifest", "head")


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
@pytest.mark.parametrize("cache", ["cold", "warm"])
def test_a_damaged_object_of_each_kind_is_named_and_nothing_else(
    sound: Sound, damage: Damage, cache: str
) -> None:
    for together in (set(KINDS).difference(LINKS), {"manifest"}, {"head"}):
        if cache == "cold":
            shutil.rmtree(sound.options.cache, ignore_errors=True)
        keys = [sound.harm(kind, damage) for kind in sorted(together)]
        found = bad(sound.audited())
        sound.mend()
        assert sorted(found) == sorted(keys)
        assert {*found.values()} <= TOLD[damage.name]
    assert sound.audited().sound


def test_a_sound_archive_has_no_finding(sound: Sound) -> None:
    before = {entry.key: entry for entry in sound.store.list("")}
    for whole in (False, True):
        done = sound.audited(whole=whole)
        assert [one for one in done.findings if one.fault is not ObjectFault.UNREFERENCED] == []
        assert done.witnessed
    assert done.objects == done.named
    assert {entry.key: entry for entry in sound.store.list("")} == before


def test_an_older_object_that_was_put_back_is_told_apart(sound: Sound) -> None:
    """An earlier snapshot under the name of the newest, and a manifest under a later number."""
    head = manifests.head(sound.store)
    assert head is not None
    before = manifests.read(sound.store, head.manifest.seq - 1)
    newest, older = (
        manifests.snapshots(sound.store, link).memory["hanbit"].key for link in (head, before)
    )
    for key, other in ((newest, older), (manifests.key(2), manifests.key(1))):
        sound.put(key, sound.store.get(other))
        assert bad(sound.audited()) == {key: ObjectFault.SWAPPED}
        sound.mend()


@pytest.mark.parametrize("hint", ["kept", "lost"])
def test_a_tail_that_was_cut_is_named_by_its_manifests(sound: Sound, hint: str) -> None:
    sound.delete(
        [manifests.key(2), manifests.key(3), *([manifests.HINT] if hint == "lost" else [])]
    )
    missing = {manifests.key(seq): ObjectFault.MISSING for seq in (2, 3)}
    for whole in (True, False):
        assert missing.items() <= bad(sound.audited(whole=whole)).items()


def test_what_is_missing_or_cut_is_found_by_any_audit(sound: Sound) -> None:
    for damage in DAMAGES[1:3]:
        for together in (set(KINDS).difference(LINKS), {"manifest"}, {"head"}):
            keys = {sound.harm(kind, damage) for kind in together}
            found = bad(sound.audited(whole=False))
            sound.mend()
            # a manifest that is cut short and no link of the newest is read in its turn
            if together != {"manifest"} or damage.name == "deleted":
                assert keys <= {*found}, damage


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sound archive that was read before."""
    return filled_folder(tmp_path_factory)


def test_each_object_is_read_once_in_as_many_days(filled: Path, tmp_path: Path) -> None:
    store, options = copied(filled, tmp_path)
    read = [audit(store, options, now=LATER + day * DAY, days=5).objects for day in range(5)]
    done = audit(store, options, now=LATER + 5 * DAY, days=5)
    assert sum(read) == done.named
    assert all(done.shares == 1 for _ in read)
    # two days without one: their shares are read too
    assert audit(store, options, now=LATER + 8 * DAY, days=5).shares == 3


def test_a_flipped_bit_is_found_within_the_days_and_named_until_it_is_mended(
    filled: Path,
    tmp_path: Path,
) -> None:
    store, options = copied(filled, tmp_path)
    key, good = harm(store, kinds(store, options.cache)["log"], DAMAGES[0], random.Random(1))  # noqa: S311
    found = [key in bad(audit(store, options, now=LATER + day * DAY, days=5)) for day in range(7)]
    assert found[4:] == [True, True, True]
    assert found == sorted(found)
    store.put(key, good)
    assert audit(store, options, now=LATER + 8 * DAY, days=5).sound


def test_a_flipped_manifest_is_found_within_the_days(filled: Path, tmp_path: Path) -> None:
    store, options = copied(filled, tmp_path)
    audit(store, options, now=LATER, days=5)  # the cache holds the chain: readers notice nothing
    key, _ = harm(store, [manifests.key(1)], DAMAGES[0], random.Random(1))  # noqa: S311
    found = [
        key in bad(audit(store, options, now=LATER + day * DAY, days=5)) for day in range(1, 6)
    ]
    assert any(found)


def test_an_audit_of_everything_reads_everything_though_the_clock_was_set_back(
    filled: Path,
    tmp_path: Path,
) -> None:
    store, options = copied(filled, tmp_path)
    for minutes in (0, -10, 10):
        now = LATER + timedelta(minutes=minutes)
        done = audit(store, options, now=now, days=5, everything=True)
        assert done.objects == done.named


def test_an_interrupted_audit_of_everything_goes_on(filled: Path, tmp_path: Path) -> None:
    store, options = copied(filled, tmp_path)

    def stop(done: int, of: int) -> None:
        if done > of // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(store, options, now=LATER, days=5, everything=True, progress=stop)
    rest = audit(store, options, now=LATER + DAY, days=5, everything=True)
    assert 0 < rest.objects < rest.named
    assert audit(store, options, now=LATER + DAY, days=5, everything=True).objects == rest.named


def test_what_lies_there_and_is_not_named(filled: Path, tmp_path: Path) -> None:
    store, options = copied(filled, tmp_path)
    unlike = {
        f"articles/day=2026-11-20/{'0' * 32}.parquet": ObjectFault.UNREFERENCED,
        "articles/notes.txt": ObjectFault.ORPHANED,
        "pages/day=2026-11-20/outlet=hanbit-run=lost-seg-000.warc.gz": ObjectFault.ORPHANED,
    }
    for key in unlike:
        store.put(key, b"x")
    # a snapshot that the next publication superseded may lie there for a day
    early = audit(store, options, now=NOON + DAY / 2, days=5)
    assert early.findings == ()
    for path in (tmp_path / "archive").rglob("*"):
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    done = audit(store, options, now=LATER, days=5)
    assert unlike.items() <= {one.key: one.fault for one in done.findings}.items()
    assert done.sound


def test_shares_are_even_and_cover_everything() -> None:
    shares = [share_of(f"log/{number}", 30) for number in range(30_000)]
    assert {*shares} == {*range(30)}
    assert max(shares.count(share) for share in range(30)) < 1300
    state = AuditState(days=30)
    assert len(due(state, LATER)) == 1
    assert sorted(due(state.evolve(left=frozenset(range(30))), LATER)) == [*range(30)]


def test_a_damaged_state_begins_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = FileStore(tmp_path / "archive")
    witness = Witness(tmp_path / "heads", store)
    schedule = Schedule(witness, 5)
    schedule.keep(AuditState(days=5, read={1: LATER}, damaged=frozenset({"a"})))
    assert schedule.load().read == {1: LATER}
    assert Schedule(witness, 7).load() == AuditState(days=7, damaged=frozenset({"a"}))
    next((tmp_path / "heads").iterdir()).write_text("{")
    assert schedule.load() == AuditState(days=5)
    assert "damaged" in caplog.text
