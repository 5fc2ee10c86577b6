"""Both stores keep the same promises; the directory and a real Swift are asked the same things."""

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    MissingError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
    UsageError,
)
from processing.settings import Settings
from processing.store import file_store
from processing.store.file_store import FileStore
from processing.store.interface import ListedObject, Store, checked
from processing.store.opening import allow_publishing, open_store, probe
from processing.store.s3_client import client
from processing.store.s3_store import S3Store
from tests.installed import CHECKOUT as ROOT
from tests.processing.conftest import CEPH


def test_what_was_put_comes_back(each: Store) -> None:
    each.put("a/empty", b"")
    each.put("a/bytes", bytes(range(256)))
    assert each.get("a/empty") == b""
    assert each.get("a/bytes") == bytes(range(256))
    assert each.get_range("a/bytes", 250, 100) == bytes(range(250, 256))
    assert each.get_range("a/bytes", 3, 0) == b""


def test_a_put_replaces(each: Store) -> None:
    each.put("a", b"old")
    each.put("a", b"new")
    assert each.get("a") == b"new"


def test_creation_refuses_other_content_and_leaves_the_first(each: Store) -> None:
    each.put("manifest", b"mine", create=True)
    with pytest.raises(AlreadyExistsError, match="manifest"):
        each.put("manifest", b"theirs", create=True)
    assert each.get("manifest") == b"mine"


def test_creating_the_same_again_is_the_retry_of_a_lost_answer(each: Store) -> None:
    each.put("manifest", b"mine", create=True)
    each.put("manifest", b"mine", create=True)
    assert each.get("manifest") == b"mine"


def test_of_many_creators_one_wins(each: Store) -> None:
    def create(number: int) -> bool:
        try:
            each.put("race", str(number).encode() * 1000, create=True)
        except AlreadyExistsError:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        won = [number for number, winner in enumerate(pool.map(create, range(12))) if winner]
    assert len(won) == 1
    assert each.get("race") == str(won[0]).encode() * 1000


def test_files_go_in_and_out(each: Store, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(300_000))
    each.put_file("pages/a.warc.gz", source)
    each.get_file("pages/a.warc.gz", target)
    assert target.read_bytes() == source.read_bytes()
    source.write_bytes(b"other")
    with pytest.raises(AlreadyExistsError):
        each.put_file("pages/a.warc.gz", source, create=True)
    # What a crawl sends may have been sent in part before.
    each.put_file("pages/a.warc.gz", source)
    assert each.get("pages/a.warc.gz") == b"other"


def test_a_listing_is_in_order_and_keeps_to_its_prefix(each: Store) -> None:
    for key in ("b", "a/2", "a/10", "a-b", "ab/c"):
        each.put(key, b"12345")
    assert [entry.key for entry in each.list("")] == ["a-b", "a/10", "a/2", "ab/c", "b"]
    assert [entry.key for entry in each.list("a/")] == ["a/10", "a/2"]
    assert [entry.key for entry in each.list("a")] == ["a-b", "a/10", "a/2", "ab/c"]
    assert [entry.size for entry in each.list("b")] == [5]
    assert all(entry.modified.tzinfo for entry in each.list(""))
    assert list(each.list("nothing/")) == []


def test_deletion_takes_what_is_there(each: Store) -> None:
    for key in ("a/b/c", "a/d"):
        each.put(key, b"x")
    each.delete(["a/b/c", "a/never"])
    assert [entry.key for entry in each.list("")] == ["a/d"]
    assert not each.exists("a/b/c")
    assert each.exists("a/d")


def test_what_is_missing_says_so(each: Store, tmp_path: Path) -> None:
    for call in (
        lambda: each.get("no/such"),
        lambda: each.get_range("no/such", 0, 1),
        lambda: each.get_file("no/such", tmp_path / "x"),
    ):
        with pytest.raises(MissingError, match="no/such"):
            call()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "../a",
        "a/../b",
        "a/./b",
        ".a",
        "한글",
        "a b",
        "a\nb",
        "a\\b",
        "a" * 901,
    ],
)
def test_a_key_that_cannot_be_is_refused(store: FileStore, key: str) -> None:
    with pytest.raises(UsageError, match="cannot be a key"):
        store.put(key, b"x")


@given(st.text(max_size=40))
def test_no_key_leaves_the_folder(key: str) -> None:
    try:
        path = Path("/root-of-store") / checked(key)
    except UsageError:
        return
    assert path.resolve().is_relative_to("/root-of-store")
    assert key.isascii()


@pytest.mark.parametrize("url", ["", "file:", "s3://", "http://a", "var/archive", "s3:"])
def test_an_address_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="SILLOK_STORE"):
        open_store(url, Settings())


def test_a_killed_put_leaves_nothing_to_see(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        store.put("a/b", b"x" * 10_000)
    assert list(store.list("")) == []


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, StoreFullError),
        (errno.EDQUOT, StoreFullError),
        (errno.EROFS, StoreRefusedError),
        (errno.EACCES, StoreRefusedError),
        (errno.EIO, StoreUnavailableError),
    ],
)
def test_the_disk_s_refusals_have_names(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    store.put("a/old", b"old")
    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(error, match="a/old"):
        store.put("a/old", b"new")
    monkeypatch.undo()
    assert store.get("a/old") == b"old"
    assert [entry.key for entry in store.list("")] == ["a/old"]


def test_a_full_disk_is_named_by_a_real_limit(tmp_path: Path) -> None:
    """A limit on the size of files is the disk that a test can fill without root."""
    import resource  # noqa: PLC0415 - POSIX only
    import signal  # noqa: PLC0415 - goes with it

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(StoreFullError, match="no room"):
            FileStore(tmp_path / "small").put("a", b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(FileStore(tmp_path / "small").list("")) == []


def test_wrong_credentials_are_refused_with_the_cure_and_without_the_secret(
    swift: Settings,
) -> None:
    wrong = Settings(**{**swift.model_dump(), "store_secret_key": "open-sesame"})
    with pytest.raises(StoreRefusedError, match="SILLOK_STORE_SECRET_KEY") as caught:
        S3Store(swift.store, wrong).get("a")
    assert "open-sesame" not in f"{caught.value!r} {caught.value.__cause__!r} {wrong!r}"


def test_a_missing_bucket_is_named(swift: Settings) -> None:
    with pytest.raises(StoreRefusedError, match="no such bucket"):
        S3Store("s3://elsewhere", swift).put("a", b"x")


def test_a_store_that_is_away_may_be_tried_again(swift: Settings) -> None:
    away = swift.model_copy(update={"store_endpoint": "http://127.0.0.1:9", "store_attempts": 1})
    with pytest.raises(StoreUnavailableError, match="SILLOK_STORE_ENDPOINT"):
        S3Store(swift.store, away).get("a")


def test_settings_that_contradict_are_refused(swift: Settings) -> None:
    half = swift.model_copy(update={"store_secret_key": None})
    with pytest.raises(UsageError, match="belong together"):
        S3Store(swift.store, half).get("a")
    told = swift.model_copy(update={"store_endpoint": "http://user:word@127.0.0.1:9"})
    with pytest.raises(UsageError, match="must not contain"):
        S3Store(swift.store, told).get("a")


@pytest.mark.parametrize("kind", ["swift", *CEPH])
def test_a_large_file_goes_up_in_parts_and_is_confirmed(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of 8 MiB, the last one shorter, and the ETag of the whole is computed beside the sending."""
    monkeypatch.setattr("processing.store.s3_store.LARGE", 17 << 20)
    path = tmp_path / "large"
    path.write_bytes(os.urandom(1 << 20) * 20 + b"end")
    options: Settings = request.getfixturevalue(kind)
    store = S3Store(f"{options.store}large", options)
    read = store._digest
    monkeypatch.setattr(
        store, "_digest", lambda key: pytest.fail(f"{key} was read back: its ETag was not foreseen")
    )
    store.put_file("pages/large", path)
    store.put_file("pages/known", path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(store, "_digest", read)
    store.put_file("pages/large", path, create=True)
    assert store.get("pages/known") == path.read_bytes()
    store.get_file("pages/large", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("kind", ["swift", *CEPH])
def test_a_file_that_is_not_what_was_recorded_of_it_is_not_stored(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The server compares, also where it passes over the checksum header and after it told none."""
    options: Settings = request.getfixturevalue(kind)
    store, path = S3Store(f"{options.store}changed", options), tmp_path / "file"
    path.write_bytes(os.urandom(2 << 20))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    store.put_file("pages/a", path, sha256=sha256)
    path.write_bytes(b"!" + path.read_bytes()[1:])
    with pytest.raises(CorruptRecordError, match=r"pages/b.*not what was recorded"):
        store.put_file("pages/b", path, sha256=sha256)
    assert not store.exists("pages/b")


def test_a_copy_has_the_bytes_that_were_recorded(each: Store) -> None:
    data = os.urandom(3 << 20)
    sha256 = hashlib.sha256(data).hexdigest()
    each.put("landing/a", data)
    for _ in range(2):
        each.copy("landing/a", "pages/a", sha256=sha256)
    assert each.get("pages/a") == data
    with pytest.raises(CorruptRecordError, match="landing/a"):
        each.copy("landing/a", "pages/b", sha256=hashlib.sha256(b"other").hexdigest())
    assert not each.exists("pages/b")
    each.put("landing/a", b"other")
    with pytest.raises(AlreadyExistsError, match="pages/a"):
        each.copy("landing/a", "pages/a", sha256=hashlib.sha256(b"other").hexdigest())
    assert each.get("pages/a") == data
    with pytest.raises(MissingError, match="landing/none"):
        each.copy("landing/none", "pages/c", sha256=sha256)


def test_an_object_that_is_deleted_as_soon_as_it_has_its_name_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder goes with it, and is not there any more to be flushed."""
    store, flush = FileStore(tmp_path / "archive"), file_store.flush

    def late(folder: Path) -> None:
        store.delete(["log/a"])
        flush(folder)

    monkeypatch.setattr(file_store, "flush", late)
    for create in (False, True):
        store.put("log/a", b"x", create=create)
        assert not store.exists("log/a")


def test_a_source_deleted_while_it_is_copied_is_missing_or_copied_whole(tmp_path: Path) -> None:
    """Another archiver that was first deletes from landing what this one still copies."""

    class DeletedWhenRead(FileStore):
        @contextmanager
        def _reading(self, key: str) -> Iterator[IO[bytes]]:
            with super()._reading(key) as file:
                yield file
                self.delete([key])

    store = DeletedWhenRead(tmp_path / "archive")
    store.put("landing/a", b"hello")
    sha256 = hashlib.sha256(b"hello").hexdigest()
    store.copy("landing/a", "pages/a", sha256=sha256)
    assert FileStore(tmp_path / "archive").get("pages/a") == b"hello"
    with pytest.raises(MissingError, match="landing/a"):
        store.copy("landing/a", "pages/b", sha256=sha256)


def test_the_embedded_store_copies_by_itself(
    swift: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = S3Store(f"{swift.store}copied", swift)
    data = os.urandom(100_000)
    store.put("a", data)
    monkeypatch.setattr(store, "_send_again", lambda *_: pytest.fail("it was sent again"))
    store.copy("a", "b", sha256=hashlib.sha256(data).hexdigest())
    assert store.get("b") == data


class AsWritten(FileStore):
    """Lists keys in the order in which they were written."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.written: list[str] = []

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        super().put(key, data, create=create)
        self.written.append(key)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        yield from sorted(super().list(prefix), key=lambda entry: self.written.index(entry.key))


class Reversed(FileStore):
    """Returns the bytes of an object from the end."""

    def get(self, key: str) -> bytes:
        return super().get(key)[::-1]


class Keeping(FileStore):
    """Deletes nothing that it is told to delete first."""

    def delete(self, keys: Iterable[str]) -> None:
        super().delete([*keys][1:])


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (FileStore, ()),
        (AsWritten, ("lists_in_order",)),
        (Reversed, ("reads_back", "creates_once")),
        (Keeping, ("deletes",)),
    ],
)
def test_what_a_store_cannot_do_is_found_by_trying_it(
    kind: type[FileStore], missing: tuple[str, ...], tmp_path: Path
) -> None:
    assert probe(kind(tmp_path)).missing == missing


@pytest.mark.full
def test_the_rules_of_the_page_are_taken_by_a_bucket_and_keep_the_archives_history(
    ceph: Settings,
) -> None:
    """The page's commands, given to a second real store: what was put is read back, and no version can be removed."""
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    form = r"^    aws s3api put-(bucket-\S+) --bucket sillok --(\S+) file://(\S+)$"
    commands = [*re.findall(form, page, re.MULTILINE)]
    assert [name for name, _, _ in commands] == [
        "bucket-versioning", "bucket-lifecycle-configuration", "bucket-policy",
    ]  # fmt: skip
    api = client(ceph)
    # Object Lock is a choice that is made when a bucket is.
    api.create_bucket(Bucket="sillok", ObjectLockEnabledForBucket=True)
    lock = (
        "object-lock-configuration",
        "object-lock-configuration",
        "infra/policies/object-lock.json",
    )
    for name, option, file in [lock, *commands]:
        text = (ROOT / file).read_text()
        operation, argument = name.replace("-", "_"), option.title().replace("-", "")
        given = text if argument == "Policy" else json.loads(text)
        getattr(api, f"put_{operation}")(Bucket="sillok", **{argument: given})
        answer = getattr(api, f"get_{operation}")(Bucket="sillok")
        kept = answer.get(argument, answer)
        wanted = json.loads(text)
        assert holds(json.loads(kept) if argument == "Policy" else kept, wanted), (name, kept)
    store = S3Store("s3://sillok/archive", ceph)
    store.put("articles/a", b"first")
    store.delete(["articles/a"])
    versions = api.list_object_versions(Bucket="sillok", Prefix="archive/articles/a")
    (version,) = versions["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        api.delete_object(Bucket="sillok", Key=version["Key"], VersionId=version["VersionId"])
    body = api.get_object(Bucket="sillok", Key=version["Key"], VersionId=version["VersionId"])
    assert body["Body"].read() == b"first"


@pytest.mark.full
def test_of_the_rules_only_versions_take_exact_creation_from_a_ceph(ceph: Settings) -> None:
    """Seen with Ceph 16.2; what `sillok doctor` then says is why the page asks for it after the rules."""
    api, policies = client(ceph), ROOT / "infra" / "policies"
    for bucket in ("ruled", "versioned"):
        api.create_bucket(Bucket=bucket)
    lifecycle = json.loads((policies / "lifecycle.json").read_text())
    api.put_bucket_lifecycle_configuration(Bucket="ruled", LifecycleConfiguration=lifecycle)
    policy = (policies / "bucket-policy.json").read_text()
    api.put_bucket_policy(Bucket="ruled", Policy=policy.replace(":::sillok", ":::ruled"))
    versioning = json.loads((policies / "versioning.json").read_text())
    api.put_bucket_versioning(Bucket="versioned", VersioningConfiguration=versioning)
    assert probe(S3Store("s3://ruled/archive", ceph)).missing == ()
    assert "creates_once" in probe(S3Store("s3://versioned/archive", ceph)).missing
    with pytest.raises(UsageError, match="lacks creates_once"):
        allow_publishing(S3Store("s3://versioned/archive", ceph), Settings())


def holds(kept: object, wanted: object) -> bool:
    """Return whether what a store keeps has all that was put, whatever it adds."""
    if isinstance(wanted, dict):
        # Ceph returns a rule's filter in the older form, in its place.
        wanted = wanted.get("Filter", {}) | {key: wanted[key] for key in wanted if key != "Filter"}
        kept = kept.get("Filter", {}) | kept if isinstance(kept, dict) else {}
        return all(holds(kept.get(key), wanted[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(kept, list):
        pairs = (any(holds(one, other) for one in kept) for other in wanted)
        return len(kept) == len(wanted) and all(pairs)
    return kept == wanted
