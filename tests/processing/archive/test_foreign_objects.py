"""Objects that somebody else wrote into a store or a spool are refused in one line, and lead nowhere."""

import json
import os
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.errors import CorruptRecordError, SillokError, StoreRefusedError
from processing.landing import segments
from processing.store.file_store import FileStore
from tests.security.parsers import MANIFEST, SEAL


def altered(document: str, **fields: object) -> bytes:
    return json.dumps({**json.loads(document), **fields}).encode()


def added(**fields: object) -> dict[str, object]:
    whole = {"key": "articles/day=2026-11-20/b.parquet", "sha256": "a" * 64, "bytes": 1, "rows": 1}
    return {"adds": [{**whole, **fields}]}


@pytest.mark.parametrize(
    "fields",
    [
        added(key="../../etc/passwd"),
        added(key="/etc/passwd"),
        added(key="articles/../../x"),
        added(key="a" * 2000),
        added(sha256="../../../../etc/passwd"),
        added(sha256="A" * 64),
        added(bytes=-1),
        added(bytes=10**400),
        added(rows=2**60),
        {"seq": 0},
        {"seq": 10**9},
        {"counts": {"articles": -5}},
        {"memory": {"../x": added()["adds"][0]}},  # type: ignore[index]
        {"adds": "articles"},
        {"previous": "../x"},
        {"unknown": 1},
    ],
)
def test_a_manifest_of_somebody_else_is_refused_in_one_line(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    store = FileStore(tmp_path / "archive")
    store.put(manifests.key(1), altered(MANIFEST, **fields))
    with pytest.raises(CorruptRecordError, match=r"manifests/00000001\.json .*") as refused:
        _ = Catalogue(store, tmp_path / "cache").parts
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "hint",
    [
        "[",
        "[" * 100_000,
        "{}",
        '{"seq": -1}',
        '{"seq": 1e3}',
        '{"seq": 1000000000000}',
        "\xff",
        '{"seq": "1"}',
    ],
)
def test_a_head_of_somebody_else_hides_no_manifest(tmp_path: Path, hint: str) -> None:
    """It is only a hint: where it is none, the manifests are listed, and the log says so."""
    store = FileStore(tmp_path / "archive")
    store.put(manifests.key(1), MANIFEST.encode())
    store.put(manifests.HINT, hint.encode("latin-1"))
    newest = manifests.head(store)
    assert newest is not None
    assert newest.manifest.seq == 1


def test_a_stray_file_beside_the_manifests_is_no_manifest(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    store.put("manifests/notes.json", b"{}")
    assert manifests.head(store) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"outlet": "../../x"},
        {"run": "r/../.."},
        {"segment": -1},
        {"pages": 10**40},
        {
            "files": [
                {"key": "landing/outlet=handeul/run=r1/../../x", "sha256": "b" * 64, "bytes": 1}
            ]
        },
    ],
)
def test_a_seal_of_somebody_else_is_refused_in_one_line(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    store = FileStore(tmp_path / "archive")
    store.put("landing/outlet=handeul/run=r1/seg-000.seal.json", altered(SEAL, **fields))
    with pytest.raises(CorruptRecordError, match=r"seg-000\.seal\.json .*") as refused:
        list(segments.sealed(store))
    assert "\n" not in str(refused.value)


def test_a_seal_in_the_spool_sends_nothing_but_its_own_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not of this archive")
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "seg-000.seal.json").write_text(SEAL)
    for file in json.loads(SEAL)["files"]:
        (spool / file["key"].rpartition("/")[2]).symlink_to(secret)
    store = FileStore(tmp_path / "archive")
    with pytest.raises(CorruptRecordError, match="no file of its segment"):
        segments.send(store, spool / "seg-000.seal.json")
    assert list(store.list("")) == []


def test_links_and_pipes_in_a_directory_store_are_refused(tmp_path: Path) -> None:
    """A link could lead out of the store; to read a pipe would never end."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "archive" / "pipe")
    store = FileStore(tmp_path / "archive")
    for key in ("link", "pipe"):
        with pytest.raises(StoreRefusedError, match=key):
            store.get(key)


def test_rows_that_unpack_without_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip  # noqa: PLC0415 - one test packs
    import hashlib  # noqa: PLC0415 - as above

    monkeypatch.setattr(segments, "LONGEST_ROWS", 10_000)
    data = gzip.compress(b"\n" * 100_000)
    key = "landing/outlet=handeul/run=r1/seg-000.log.jsonl.gz"
    store = FileStore(tmp_path / "archive")
    store.put(key, data)
    file = {"key": key, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    store.put("landing/outlet=handeul/run=r1/seg-000.seal.json", altered(SEAL, files=[file]))
    (seal,) = segments.sealed(store)
    with pytest.raises(SillokError, match="unpacks to more than 10000 bytes"):
        list(segments.read_rows(store, seal, "log"))
