"""Snapshots that manifests name: only those that changed, and those of all outlets with each checkpoint."""

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.memory import load
from processing.archive.removal import delete_unnamed
from processing.records import Manifest, Publication, Sum
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.newsroom import NOON, Crawl, article

HOUR = timedelta(hours=1)
Archive = Callable[..., Publication]
EVERY = 4


@pytest.fixture(autouse=True)
def _frequent_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.archive.layout.EVERY", EVERY)


def published(store: FileStore, archive: Archive, outlets: Sequence[str]) -> None:
    """Publish one article of each of these outlets, in as many publications, an hour apart."""
    for number, outlet in enumerate(outlets):
        at = NOON + number * HOUR
        run = f"{at:%Y%m%dT%H%M%SZ}-aaaaaa"
        Crawl(outlet=outlet, run=run, articles=[article(outlet, number, at=at)], at=at).land(store)
        assert archive(now=at + HOUR / 2).seq == number + 1


def named(store: FileStore) -> list[set[str]]:
    """Return the outlets whose snapshots each manifest names, oldest first."""
    links = list(manifests.since(store, manifests.head(store), 1))
    return [{*link.manifest.memory} for link in reversed(links)]


def test_a_manifest_names_what_it_changed_and_with_a_checkpoint_all(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    published(store, archive, ["narae", "hanbit", "hanbit", "hanbit", "hanbit", "hanbit"])
    alone = {"hanbit"}
    assert named(store) == [{"narae"}, alone, alone, {"hanbit", "narae"}, alone, alone]
    assert load(store, "narae").seen(article("narae", 0).article_id)
    assert all(load(store, "hanbit").seen(article("hanbit", n).article_id) for n in range(1, 6))
    by_catalogue = Catalogue(store, options.cache).snapshots
    assert by_catalogue == manifests.snapshots(store, manifests.head(store))
    assert {by_catalogue.seqs[one.key] for one in by_catalogue.memory.values()} == {4, 6}


def test_a_crawl_reads_no_further_back_than_a_checkpoint(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(store, archive, ["narae", *["hanbit"] * (4 * EVERY - 1)])
    read: list[str] = []
    get = FileStore.get

    def counted(self: FileStore, key: str) -> bytes:
        read.append(key)
        return get(self, key)

    monkeypatch.setattr(FileStore, "get", counted)
    assert load(store, "narae").seen(article("narae", 0).article_id)
    assert [key for key in read if key.startswith(manifests.FOLDER)] == [manifests.key(4 * EVERY)]
    Crawl(run="later", articles=[article("hanbit", 99)]).land(store)
    archive(now=NOON + 99 * HOUR)
    read.clear()
    assert load(store, "narae").seen(article("narae", 0).article_id)
    assert sorted(key for key in read if key.startswith(manifests.FOLDER)) == [
        manifests.key(4 * EVERY),
        manifests.key(4 * EVERY + 1),
    ]


def test_what_only_an_earlier_manifest_names_is_not_deleted(
    store: FileStore, archive: Archive, options: Settings
) -> None:
    published(store, archive, ["narae", "hanbit", "hanbit"])
    kept = manifests.snapshots(store, manifests.head(store)).objects
    superseded = manifests.read(store, 2).manifest.memory["hanbit"].key
    for entry in store.list(""):
        path = Path(store.url.removeprefix("file:")) / entry.key
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    delete_unnamed(store, options.cache, now=NOON + 100 * HOUR, grace=HOUR)
    assert all(store.exists(key) for key in kept)
    assert superseded not in kept
    assert not store.exists(superseded)


@pytest.mark.parametrize("damage", ["lost", "altered", "garbage"])
def test_a_crawl_passes_over_a_damaged_manifest_and_an_archiver_does_not(
    store: FileStore, archive: Archive, options: Settings, damage: str
) -> None:
    published(store, archive, ["narae", "narae", "hanbit"])
    second = manifests.read(store, 2).manifest
    if damage == "lost":
        store.delete([manifests.key(2)])
    else:
        other = manifests.read(store, 3).manifest.memory["hanbit"]
        altered = second.evolve(memory={"narae": other}).model_dump_json().encode()
        store.put(manifests.key(2), altered if damage == "altered" else b"{")
    memory = load(store, "narae")
    assert memory.seen(article("narae", 0).article_id)
    assert not memory.seen(article("narae", 1).article_id)
    shutil.rmtree(options.cache)
    Crawl(run="later", articles=[article("hanbit", 9)]).land(store)
    with pytest.raises(Exception, match="00000002"):
        archive(now=NOON + 9 * HOUR)
    assert manifests.head(store).manifest.seq == 3


def test_manifests_that_name_all_as_earlier_ones_did_are_read(store: FileStore) -> None:
    """Manifests of the first form of version 2 name all snapshots, each of them."""
    previous, sums = None, {}
    for seq in (1, 2, 3):
        sums |= {f"outlet{seq}": _sum(f"{seq}")}
        link = manifests.append(store, _Nobody(), _manifest(seq, previous, sums))
        previous = link.sha256
    assert manifests.snapshots(store, link).memory == sums
    assert manifests.remembered(store, link, "outlet1") == sums["outlet1"]
    assert manifests.remembered(store, link, "elsewhere") is None


CHANGES = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 99), max_size=2), st.booleans()),
    min_size=1,
    max_size=12,
)  # fmt: skip


@given(changes=CHANGES)
def test_what_is_named_is_what_every_change_together_comes_to(changes) -> None:
    chain: list[Manifest] = []
    expected: dict[str, Sum] = {}
    for seq, (changed, checkpoint) in enumerate(changes, 1):
        sums = {outlet: _sum(f"{outlet}{number}") for outlet, number in changed.items()}
        expected |= sums
        adds = [_sum("x", "checkpoints/00000001-{}.parquet")] if checkpoint else []
        new = manifests.named_snapshots(reversed(chain)).changed(sums, {}, adds)
        if not checkpoint:
            assert new.memory == sums
        link = _manifest(seq, "0" * 64 if chain else None, new.memory, adds)
        chain.append(link)
        reached = manifests.named_snapshots(reversed(chain))
        assert reached.memory == expected
        assert {one.key for one in expected.values()} == {*reached.objects}


def _sum(name: str, key: str = "memory/outlet=a/{}.gz") -> Sum:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Sum(key=key.format(digest[:32]), sha256=digest, bytes=1)


def _manifest(seq: int, previous: str | None, memory: dict[str, Sum], adds=()) -> Manifest:
    return Manifest(
        seq=seq,
        previous=previous,
        batch="0",
        published_at=NOON,
        adds=tuple(adds),
        memory=memory,
        code_version="0",
        lock_sha256="0",
    )


class _Nobody:
    """No witness."""

    def note(self, *_: object) -> None: ...
