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
from processing.errors import CorruptRecordError
from processing.records import SCHEMA_VERSION, Manifest, Publication, Sum
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


def chain_of(store: FileStore, count: int) -> list[manifests.ManifestLink]:
    links: list[manifests.ManifestLink] = []
    for seq in range(1, count + 1):
        previous = links[-1].sha256 if links else None
        links.append(manifests.append(store, _Nobody(), _manifest(seq, previous, {})))
    return links


@pytest.mark.parametrize(
    ("hint", "damaged"),
    [
        (b'{"seq": 3}', False),
        (b'{"seq": 1}', False),  # it may lag
        (b'{"seq": 0}', False),
        (b'{"seq": -1}', True),  # the manifests are listed
        (b'{"seq": 100000000}', True),
        (b'{"seq": 9, "check": "00000000"}', True),
        (b'{"seq": "2"}', True),
        (b"{", True),
        (None, False),
    ],
)
def test_the_head_is_found_from_any_hint(
    store: FileStore, caplog: pytest.LogCaptureFixture, hint: bytes | None, *, damaged: bool
) -> None:
    chain_of(store, 3)
    store.delete([manifests.HINT])
    if hint is not None:
        store.put(manifests.HINT, hint)
    assert manifests.head(store).manifest.seq == 3
    assert ("damaged" in caplog.text) is damaged


def test_a_hint_beyond_the_chain_says_that_it_was_cut(store: FileStore) -> None:
    chain_of(store, 2)
    manifests.hint(store, 99_999_999)
    with pytest.raises(CorruptRecordError, match="names manifest 99999999, which is gone"):
        manifests.head(store)
    store.delete([manifests.HINT, manifests.key(1), manifests.key(2)])
    assert manifests.head(store) is None
    manifests.hint(store, 0)
    assert manifests.head(store) is None


@pytest.mark.parametrize("count", [1, 2, 3, 9, 30])
def test_a_chain_is_read_backwards_to_any_manifest(store: FileStore, count: int) -> None:
    links = chain_of(store, count)
    for seq in range(1, count + 2):
        found = [link.manifest.seq for link in manifests.since(store, links[-1], seq)]
        assert found == list(range(count, seq - 1, -1))
    assert list(manifests.since(store, None, 1)) == []


def test_a_manifest_says_its_own_number_and_a_schema_that_is_known(store: FileStore) -> None:
    chain_of(store, 1)
    one = manifests.read(store, 1).manifest
    store.put(manifests.key(2), one.model_dump_json().encode())
    with pytest.raises(CorruptRecordError, match="calls itself 1"):
        manifests.read(store, 2)
    newer = one.model_dump_json().replace(
        f'"schema_version":{SCHEMA_VERSION}', f'"schema_version":{SCHEMA_VERSION + 1}'
    )
    store.put(manifests.key(1), newer.encode())
    with pytest.raises(CorruptRecordError, match="upgrade Sillok"):
        manifests.read(store, 1)
    assert manifests.number("manifests/00000012.json") == 12
    assert manifests.number("manifests/12.json") is None


def test_a_witness_holds_the_chain_against_the_head_it_saw(
    store: FileStore, tmp_path: Path
) -> None:
    links = chain_of(store, 3)
    witness = manifests.Witness(tmp_path / "heads", store)
    assert not witness.check(store, links[-1])
    assert len(witness.path.stem) == 16
    witness.note(store, links[1])
    for link in links:  # an older one may have been read before others published
        assert witness.check(store, link)
    assert witness.check(store, None)
    altered = links[1].manifest.evolve(batch="other").model_dump_json().encode()
    kept = store.get(manifests.key(2))
    store.put(manifests.key(2), altered)
    with pytest.raises(CorruptRecordError, match="not the one that was published"):
        witness.check(store, links[2])
    store.put(manifests.key(2), kept)
    store.delete([manifests.key(2), manifests.key(3), manifests.HINT])
    with pytest.raises(CorruptRecordError, match="ends at manifest 1, but 2 were published"):
        witness.check(store, links[0])


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
        assert [*new.memory] == sorted(new.memory), "two archivers write the same bytes"
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
