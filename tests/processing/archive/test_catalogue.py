"""The catalogue: what the manifests name, checked on the way, and a cache that cannot go stale."""

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from processing.archive.catalogue import Catalogue, CatalogueObject, _compared
from processing.archive.manifests import key
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.records import Manifest, Removed, Sum
from processing.store.file_store import FileStore
from processing.store.interface import ListedObject

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
FIRST = "articles/month=2026-03/2026-03-01-b1.parquet"
SECOND = "log/month=2026-03/2026-03-02-b2.parquet"


class Bucket:
    """A directory that says it is a bucket, and counts what is fetched."""

    url = "s3://annals/korea"

    def __init__(self, root: Path) -> None:
        self.within = FileStore(root)
        self.fetched: Counter[str] = Counter()

    def get(self, name: str) -> bytes:
        self.fetched[name] += 1
        return self.within.get(name)

    def exists(self, name: str) -> bool:
        return self.within.exists(name)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        return self.within.list(prefix)


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return Bucket(tmp_path / "bucket")


def add(
    bucket: Bucket,
    *parts: tuple[str, bytes],
    removes: tuple[str, ...] = (),
    reason: str = "compaction",
    rows: int | None = None,
) -> None:
    """Publish `parts` on top of what is there."""
    seq = 1 + sum(1 for _ in bucket.list("manifests/"))
    previous = hashlib.sha256(bucket.within.get(key(seq - 1))).hexdigest() if seq > 1 else None
    for name, body in parts:
        bucket.within.put(name, body)
    manifest = Manifest(
        seq=seq,
        previous=previous,
        batch=f"b{seq}",
        published_at=NOON,
        adds=tuple(
            Sum(key=name, sha256=hashlib.sha256(body).hexdigest(), bytes=len(body), rows=rows)
            for name, body in parts
        ),
        removes=tuple(Removed(key=name, reason=reason) for name in removes),
        code_version="0",
        lock_sha256="0",
    )
    bucket.within.put(key(seq), manifest.model_dump_json().encode())


def cached(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_an_empty_archive_has_nothing(bucket: Bucket, tmp_path: Path) -> None:
    catalogue = Catalogue(bucket, tmp_path / "cache")
    assert (catalogue.head, catalogue.manifests, dict(catalogue.parts)) == (None, (), {})


def test_nothing_is_asked_before_it_is_needed(tmp_path: Path) -> None:
    Catalogue(object(), tmp_path)  # type: ignore[arg-type]


def test_parts_are_those_that_manifests_name(bucket: Bucket, tmp_path: Path) -> None:
    bucket.within.put(
        "articles/month=2026-03/2026-03-01-0b.parquet", b"left by a publication that was killed"
    )
    add(bucket, (FIRST, b"one"))
    add(bucket, (SECOND, b"two"))
    catalogue = Catalogue(bucket, tmp_path / "cache")
    assert [(part.key, part.seq) for part in catalogue.parts.values()] == [(FIRST, 1), (SECOND, 2)]
    assert [part.key for part in catalogue.of("log")] == [SECOND]
    assert catalogue.head is not None
    assert catalogue.head.seq == 2


def test_a_part_is_fetched_once_for_all(bucket: Bucket, tmp_path: Path) -> None:
    add(bucket, (FIRST, b"one"))
    add(bucket, (SECOND, b"two"))
    for _ in range(2):
        catalogue = Catalogue(bucket, tmp_path / "cache")
        assert [catalogue.local(part).read_bytes() for part in catalogue.parts.values()] == [
            b"one",
            b"two",
        ]
    assert bucket.fetched[FIRST] == bucket.fetched[SECOND] == bucket.fetched[key(1)] == 1


def test_the_cache_knows_contents_not_names(bucket: Bucket, tmp_path: Path) -> None:
    add(bucket, (FIRST, b"one"))
    old = Catalogue(bucket, tmp_path / "cache")
    old.local(old.parts[FIRST])
    other = Bucket(tmp_path / "other")
    add(other, (FIRST, b"another archive under the same address"))
    new = Catalogue(other, tmp_path / "cache")
    assert new.local(new.parts[FIRST]).read_bytes() == b"another archive under the same address"


@pytest.mark.parametrize("name", [FIRST, key(1)])
def test_what_was_altered_is_refused(name: str, bucket: Bucket, tmp_path: Path) -> None:
    add(bucket, (FIRST, b"one"))
    add(bucket, (SECOND, b"two"))
    bucket.within.put(name, bucket.within.get(name) + b" ")
    catalogue = Catalogue(bucket, tmp_path / "cache")
    with pytest.raises(CorruptRecordError, match=name):
        catalogue.local(catalogue.parts[FIRST])
    assert b"one " not in cached(tmp_path / "cache")


def test_what_is_merged_stays_in_the_cache_while_earlier_readers_may_be_at_it(
    bucket: Bucket, tmp_path: Path
) -> None:
    add(bucket, (FIRST, b"PAR1 one"))
    before = Catalogue(bucket, tmp_path / "cache")
    path = before.local(before.parts[FIRST])
    add(bucket, (SECOND, b"PAR1 two"), removes=(FIRST,))
    after = Catalogue(bucket, tmp_path / "cache")
    assert list(after.parts) == [SECOND]
    after.local(after.parts[SECOND])
    fetched = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    after.forget(fetched - timedelta(seconds=1))
    assert path.read_bytes() == b"PAR1 one"
    after.forget(fetched + timedelta(days=1))
    assert not path.exists()
    # manifests stay: a repair may need them
    assert [data[:4] for data in cached(tmp_path / "cache")] == [b"PAR1", b'{"sc']


def test_the_cache_may_be_deleted_at_any_time(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody deletes it between a look at it and the next step, in each place once."""
    add(bucket, (FIRST, b"one"))
    deletions = {"stat": 1, "open": 1, "mkdir": 1}

    def deleting(name: str, method):
        def deleted_first(path: Path, *given, **how):
            done = method(path, *given, **how) if name == "mkdir" else None
            if "cache" in path.parts and deletions[name] and os.path.lexists(path):
                deletions[name] -= 1
                shutil.rmtree(tmp_path / "cache")
            return done if name == "mkdir" else method(path, *given, **how)

        return deleted_first

    for name in deletions:
        monkeypatch.setattr(Path, name, deleting(name, getattr(Path, name)))
    for _ in range(3):
        catalogue = Catalogue(bucket, tmp_path / "cache")
        path = catalogue.local(catalogue.parts[FIRST])
        _compared.clear()
    monkeypatch.undo()
    assert path.read_bytes() == b"one"
    assert {*deletions.values()} == {0}


def test_what_is_taken_down_leaves_the_parts_and_the_cache(bucket: Bucket, tmp_path: Path) -> None:
    add(bucket, (FIRST, b"one"))
    before = Catalogue(bucket, tmp_path / "cache")
    before.local(before.parts[FIRST])
    add(bucket, (SECOND, b"two"), removes=(FIRST,), reason="takedown")
    after = Catalogue(bucket, tmp_path / "cache")
    assert list(after.parts) == [SECOND]
    assert b"one" not in cached(tmp_path / "cache")


def test_a_directory_is_read_where_it_is(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    add(Bucket(tmp_path / "archive"), (FIRST, b"one"))
    catalogue = Catalogue(store, tmp_path / "cache")
    assert catalogue.local(catalogue.parts[FIRST]) == tmp_path / "archive" / FIRST
    assert not (tmp_path / "cache").exists()
    store.delete([FIRST])
    with pytest.raises(MissingError, match=FIRST):
        catalogue.local(catalogue.parts[FIRST])


def test_a_key_that_leaves_the_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not of this archive")
    catalogue = Catalogue(FileStore(tmp_path / "archive"), tmp_path / "cache")
    with pytest.raises(UsageError, match="secret"):
        catalogue.local(
            CatalogueObject(Sum.model_construct(key="../secret", sha256="0" * 64, bytes=0), 1)
        )
    with pytest.raises(ValidationError):
        Sum(key="../secret", sha256="0" * 64, bytes=0)


@pytest.mark.parametrize(
    ("name", "table", "days"),
    [
        ("articles/month=2026-03/2026-03-02-b1.parquet", "articles", (2, 2)),
        ("articles/month=2026-03/2026-03-b1.parquet", "articles", (1, 31)),
        ("articles/month=unknown/unknown-b1.parquet", "articles", None),
        ("dedupe/v=f/sig/month=2026-03/2026-03-02-b1.parquet", "dedupe", (2, 2)),
        ("pages/day=2026-03-02/gaon-r1-seg-000.warc.gz", "pages", (2, 2)),
        # version 1
        ("articles/day=2026-03-02/b1.parquet", "articles", (2, 2)),
        ("articles/day=unknown/b1.parquet", "articles", None),
        ("log/outlet=gaon/b1.parquet", "log", None),
        ("dedupe/v=f/sig/day=2026-03-02/b1.parquet", "dedupe", (2, 2)),
    ],
)
def test_a_key_says_what_lies_there(name: str, table: str, days: tuple[int, int] | None) -> None:
    part = CatalogueObject(Sum(key=name, sha256="0" * 64, bytes=0), 1)
    assert part.table == table
    assert part.days == (days and tuple(date(2026, 3, day) for day in days))
