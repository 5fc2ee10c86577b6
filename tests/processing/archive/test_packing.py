"""Old manifests lie in one file a block, and the chain is the same at every moment of it."""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from processing.archive import layout, manifests
from processing.archive.catalogue import Catalogue
from processing.archive.compaction import pack_manifests
from processing.archive.manifests import Witness
from processing.errors import CorruptRecordError
from processing.records import Manifest
from processing.store.file_store import FileStore
from processing.upkeep.chain import ChainWalk, copied_link, walk
from tests.processing.archive.test_interleaving import Order
from tests.processing.archive.turns import Waiting, Work, act
from tests.processing.newsroom import NOON

BLOCK = 4
PACKED = 12
"""Of 19 manifests, those of whole blocks but for the one before the head's."""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    """A chain of 19 manifests, in blocks of four."""
    monkeypatch.setattr(layout, "EVERY", BLOCK)
    store = FileStore(tmp_path / "archive")
    witness, link = Witness(tmp_path / "heads", store), None
    for number in range(1, 20):
        manifest = Manifest(
            seq=number,
            previous=link.sha256 if link else None,
            batch=f"{number:016x}",
            published_at=NOON,
            adds=(),
            code_version="1",
            lock_sha256="0" * 64,
        )
        link = manifests.append(store, witness, manifest)
    return store


def chain(store: FileStore, cache: Path) -> tuple[Manifest, ...]:
    return Catalogue(store, cache).manifests


def walked(store: FileStore, root: Path) -> ChainWalk:
    listed = {entry.key: entry for entry in store.list("")}
    return walk(store, root / "none", Witness(root / "heads", store), listed)


class Watched(FileStore):
    """A directory that calls `after` after each change, and before the call of that number fails."""

    def __init__(self, root: Path, after: Callable[[], None], *, dies_at: int = 0) -> None:
        super().__init__(root)
        self.changes = 0
        self._after, self._dies_at = after, dies_at

    def _change(self, call: Callable[[], None]) -> None:
        self.changes += 1
        if self.changes == self._dies_at:
            raise KeyboardInterrupt
        call()
        self._after()

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self._change(lambda: FileStore.put(self, key, data, create=create))

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._change(lambda key=key: FileStore.delete(self, [key]))  # type: ignore[misc]


def test_the_chain_is_whole_at_every_moment_of_a_packing(
    archive: FileStore, tmp_path: Path
) -> None:
    before, caches = chain(archive, tmp_path / "before"), iter(range(1000))

    def reads() -> None:
        assert chain(archive, tmp_path / f"cache{next(caches)}") == before
        assert not walked(archive, tmp_path).findings

    watched = Watched(tmp_path / "archive", reads)
    assert pack_manifests(watched) == PACKED
    assert [entry.key for entry in archive.list("manifests/")] == [
        "manifests/00000001-00000004.jsonl.gz",
        "manifests/00000005-00000008.jsonl.gz",
        "manifests/00000009-00000012.jsonl.gz",
        *(manifests.key(seq) for seq in range(13, 20)),
    ]
    assert pack_manifests(archive) == 0, "there is nothing left to pack"


def test_a_packing_that_was_broken_off_is_ended_by_the_next(
    archive: FileStore, tmp_path: Path
) -> None:
    before = chain(archive, tmp_path / "before")
    for number in range(1, 4):
        dying = Watched(tmp_path / "archive", lambda: None, dies_at=number)
        with pytest.raises(KeyboardInterrupt):
            pack_manifests(dying)
        assert chain(archive, tmp_path / f"cache{number}") == before
        assert not walked(archive, tmp_path).findings
    pack_manifests(archive)
    assert len(list(archive.list("manifests/"))) == 19 - PACKED + PACKED // BLOCK
    assert chain(archive, tmp_path / "after") == before


def test_manifests_that_do_not_fit_their_chain_are_left_to_an_audit(
    archive: FileStore, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    altered = archive.get(manifests.key(2)).replace(b'"code_version":"1"', b'"code_version":"2"')
    archive.put(manifests.key(2), altered)
    with caplog.at_level(logging.WARNING):
        assert pack_manifests(archive) == PACKED - BLOCK
    assert "00000001.json is not whole and is not packed: `sillok audit`" in caplog.text
    assert archive.get(manifests.key(2)) == altered
    assert [finding.key for finding in walked(archive, tmp_path).findings] == [manifests.key(2)]


@pytest.mark.parametrize("place", [3, 60, -3], ids=["head", "body", "sum"])
def test_a_damaged_file_of_manifests_is_named_and_its_manifests_are_found_elsewhere(
    archive: FileStore, tmp_path: Path, place: int
) -> None:
    before = chain(archive, tmp_path / "cache")
    copy = FileStore(tmp_path / "copy")
    for entry in list(archive.list("manifests/")):
        copy.put(entry.key, archive.get(entry.key))
    pack_manifests(archive)
    pack_manifests(copy)
    key = manifests.block_key(6)
    data = bytearray(archive.get(key))
    data[place] ^= 4
    archive.put(key, bytes(data))
    with pytest.raises(CorruptRecordError, match="00000005-00000008"):
        chain(archive, tmp_path / "empty")
    findings = walked(archive, tmp_path).findings
    assert [finding.manifest for finding in findings] == [8, 7, 6, 5]
    assert all("00000005-00000008.jsonl.gz" in finding.detail for finding in findings)
    for manifest in before[4:8]:
        stated = before[manifest.seq].previous
        assert stated is not None
        body = copied_link((archive, copy), manifest.seq, stated)
        assert body is not None
        archive.put(manifests.key(manifest.seq), body)
    assert chain(archive, tmp_path / "repaired") == before
    assert pack_manifests(archive) == BLOCK, "the damaged file is written again"
    assert chain(archive, tmp_path / "packed") == before


def test_the_head_is_found_where_all_but_files_of_manifests_were_deleted(
    archive: FileStore, tmp_path: Path
) -> None:
    pack_manifests(archive)
    archive.delete(["head.json", *(manifests.key(seq) for seq in range(13, 20))])
    link = manifests.head(archive)
    assert link is not None
    assert link.manifest.seq == PACKED
    with pytest.raises(CorruptRecordError, match="its tail was cut"):
        Witness(tmp_path / "heads", archive).check(archive, link)


@pytest.mark.parametrize("seed", range(4))
def test_two_packings_at_once_and_a_reader(archive: FileStore, tmp_path: Path, seed: int) -> None:
    before = chain(archive, tmp_path / "before")

    def reads(store: Waiting) -> None:
        for number in range(3):
            assert chain(store, tmp_path / f"cache{number}") == before

    works: list[Work] = [pack_manifests, pack_manifests, reads]
    act(tmp_path / "archive", works, Order(seed, 5, actors=3).choice, lambda: None)
    assert len(list(archive.list("manifests/"))) == 19 - PACKED + PACKED // BLOCK
    assert chain(archive, tmp_path / "after") == before
