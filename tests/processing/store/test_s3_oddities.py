"""The bucket store against a server that misbehaves: lost answers, broken bodies, other versions of the protocol."""

import hashlib
import logging
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
    UsageError,
)
from processing.settings import Settings
from processing.store.opening import KEY, allow_publishing, probe, tried_again
from processing.store.s3_store import S3Store
from tests.processing.oddities import Odd, certificate, odd_server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Odd]:
    monkeypatch.setattr(
        "botocore.endpoint.time.sleep", lambda _: None
    )  # the pause between two attempts
    with odd_server() as running:
        yield running


@pytest.fixture
def options(server: Odd) -> Settings:
    return Settings(
        store="s3://bucket/archive",
        store_endpoint=server.endpoint,
        store_access_key="key",
        store_secret_key="secret",
        store_attempts=3,
    )


@pytest.fixture
def store(options: Settings) -> S3Store:
    return S3Store(options.store, options)


def test_what_goes_over_the_wire(server: Odd, store: S3Store) -> None:
    """No checksum trailer, no Expect, our own SHA-256, the length, path style."""
    store.put("a", b"hello")
    command, path, headers = server.seen[-1]
    assert (command, path) == ("PUT", "/bucket/archive/a")
    assert headers["x-amz-checksum-sha256"] == b64encode(hashlib.sha256(b"hello").digest()).decode()
    assert headers["Content-Length"] == "5"
    assert headers["X-Amz-Content-SHA256"] == hashlib.sha256(b"hello").hexdigest()
    told = {name.lower() for name in headers}
    assert not told & {
        "expect",
        "transfer-encoding",
        "x-amz-trailer",
        "x-amz-sdk-checksum-algorithm",
        "content-encoding",
    }


def test_over_tls_a_put_is_no_chunked_stream(options: Settings, tmp_path: Path) -> None:
    """Over TLS, and only there, boto3 by itself would send `aws-chunked` without a length: 411 on older Ceph."""
    pem = certificate(tmp_path / "loopback.pem")
    (tmp_path / "file").write_bytes(b"hello")
    with odd_server(pem) as server:
        told = options.model_copy(update={"store_endpoint": server.endpoint, "store_ca": pem})
        store = S3Store("s3://bucket", told)
        store.put("a", b"hello")
        store.put_file("b", tmp_path / "file", create=True)
        assert store.get("b") == b"hello"
        puts = [
            {name.lower(): value for name, value in seen[2].items()}
            for seen in server.seen
            if seen[0] == "PUT"
        ]
    assert len(puts) == 2
    for headers in puts:
        assert headers["content-length"] == "5"
        assert headers["x-amz-content-sha256"] == hashlib.sha256(b"hello").hexdigest()
        assert not headers.keys() & {
            "transfer-encoding",
            "x-amz-trailer",
            "content-encoding",
            "expect",
        }


def test_a_certificate_of_nobody_we_know_is_refused(options: Settings, tmp_path: Path) -> None:
    with odd_server(certificate(tmp_path / "loopback.pem")) as server:
        told = options.model_copy(update={"store_endpoint": server.endpoint, "store_attempts": 1})
        with pytest.raises(StoreRefusedError, match="SILLOK_STORE_CA"):
            S3Store("s3://bucket", told).get("a")


def test_the_checksum_header_can_be_left_out(server: Odd, options: Settings) -> None:
    S3Store("s3://bucket", options.model_copy(update={"store_checksum": False})).put("a", b"hello")
    assert not [name for name in server.seen[-1][2] if "checksum" in name.lower()]


@pytest.mark.parametrize("tells", [False, True])
def test_the_checksum_header_is_sent_on_where_the_answer_has_it(
    server: Odd, store: S3Store, *, tells: bool
) -> None:
    """Elsewhere the server compares the sum that is signed, and need not compute it twice."""
    server.faults["tells sums"] = int(tells)
    for _ in range(2):
        store.put("a", b"hello")
    assert ["x-amz-checksum-sha256" in headers for _, _, headers in server.seen] == [True, tells]
    signed = {headers["X-Amz-Content-SHA256"] for _, _, headers in server.seen}
    assert signed == {hashlib.sha256(b"hello").hexdigest()}


def test_an_answered_sum_confirms_what_an_etag_does_not(server: Odd, store: S3Store) -> None:
    server.faults = {"tells sums": 1, "encrypts": 1}
    store.put("a", b"hello")
    assert [command for command, *_ in server.seen] == ["PUT"]


def test_the_sum_that_is_known_of_a_file_is_signed(
    server: Odd, store: S3Store, tmp_path: Path
) -> None:
    """And no other that would be read from the file, so a server refuses a file that has changed."""
    path, known = tmp_path / "file", hashlib.sha256(b"hello").hexdigest()
    path.write_bytes(b"hallo")
    store.put_file("a", path, sha256=known)
    assert server.seen[-1][2]["X-Amz-Content-SHA256"] == known


def test_a_lost_answer_to_a_creation_is_no_conflict(server: Odd, store: S3Store) -> None:
    server.faults["loses the answer"] = 1
    store.put("manifest", b"mine", create=True)
    assert [command for command, *_ in server.seen] == ["PUT", "PUT", "GET"]
    with pytest.raises(AlreadyExistsError):
        store.put("manifest", b"theirs", create=True)


@pytest.mark.parametrize("fault", ["slow down", "internal"])
def test_a_server_that_recovers_is_no_error(server: Odd, store: S3Store, fault: str) -> None:
    server.faults[fault] = 2
    store.put("a", b"hello")
    server.faults[fault] = 2
    assert store.get("a") == b"hello"


@pytest.mark.parametrize(
    ("fault", "error", "cure"),
    [
        ("slow down", StoreUnavailableError, "later"),
        ("full", StoreFullError, "no room"),
        ("clock", StoreRefusedError, "clock"),
        ("region", StoreRefusedError, "SILLOK_STORE_REGION"),
        ("expired", StoreRefusedError, "SILLOK_STORE_ACCESS_KEY"),
    ],
)
def test_refusals_have_names_and_cures(
    server: Odd, store: S3Store, fault: str, error: type[Exception], cure: str
) -> None:
    server.faults[fault] = 99
    with pytest.raises(error, match=cure):
        store.put("a", b"x")


def test_a_full_store_is_not_asked_eight_times(server: Odd, store: S3Store) -> None:
    server.faults["full"] = 99
    with pytest.raises(StoreFullError):
        store.put("a", b"x")
    assert len(server.seen) == 1


def test_a_body_that_breaks_off_is_read_again(server: Odd, store: S3Store) -> None:
    store.put("a", b"0123456789" * 1000)
    server.faults["breaks off"] = 3
    assert store.get("a") == b"0123456789" * 1000
    server.faults["breaks off"] = 99
    with pytest.raises(StoreUnavailableError, match="'a'"):
        store.get("a")


def test_an_etag_that_is_no_md5_has_the_object_read_back(server: Odd, store: S3Store) -> None:
    server.faults["encrypts"] = 1
    store.put("a", b"hello")
    assert [command for command, *_ in server.seen] == ["PUT", "GET"]


def test_other_bytes_than_were_sent_are_noticed(server: Odd, store: S3Store) -> None:
    server.faults["stores other bytes"] = 1
    with pytest.raises(CorruptRecordError, match="not what was sent"):
        store.put("a", b"hello")


@pytest.mark.parametrize("large", [1 << 20, 99 << 20])
def test_other_bytes_of_a_file_than_were_sent_are_noticed(
    server: Odd, store: S3Store, tmp_path: Path, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts, and in one request."""
    monkeypatch.setattr("processing.store.s3_store.LARGE", large)
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * (70 << 10))
    store.put_file("a", path)
    assert store.get("a") == path.read_bytes()
    server.faults["stores other bytes"] = 1
    with pytest.raises(CorruptRecordError, match="not what was sent"):
        store.put_file("a", path)


def test_an_upload_in_parts_that_breaks_off_leaves_no_parts(
    server: Odd, options: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.store.s3_store.LARGE", 1 << 20)
    path = tmp_path / "large"
    path.write_bytes(bytes(17 << 20))
    server.faults = {"full": 9}
    with pytest.raises(StoreFullError):
        S3Store(options.store, options).put_file("a", path)
    assert not server.uploads
    assert not server.objects


@pytest.mark.parametrize("fault", ["refuses version 2", "ignores version 2"])
def test_a_server_of_the_first_version_is_listed_whole(
    server: Odd, store: S3Store, fault: str
) -> None:
    server.faults[fault] = 1000
    for number in range(5):
        store.put(f"a/{number}", b"x")
    assert [entry.key for entry in store.list("a/")] == [f"a/{number}" for number in range(5)]
    server.seen.clear()
    assert len(list(store.list("a/"))) == 5
    assert not [path for _, path, _ in server.seen if "list-type" in path]


def test_a_refused_listing_is_no_sign_of_the_first_version(server: Odd, store: S3Store) -> None:
    store.put("a/1", b"x")
    server.faults["expired"] = 1
    with pytest.raises(StoreRefusedError):
        list(store.list("a/"))
    assert [entry.key for entry in store.list("a/")] == ["a/1"]
    assert all("list-type=2" in path for command, path, _ in server.seen if command == "GET")


def test_a_listing_of_the_second_version_is_read_whole(store: S3Store) -> None:
    for number in range(5):
        store.put(f"a/{number}", b"x")
    assert [entry.key for entry in store.list("a/")] == [f"a/{number}" for number in range(5)]
    assert list(store.list("b/")) == []


def test_deletion_of_many_carries_the_old_checksum(server: Odd, store: S3Store) -> None:
    for number in range(3):
        store.put(f"a/{number}", b"x")
    store.delete([f"a/{number}" for number in range(3)])
    assert server.objects == {}
    assert [command for command, *_ in server.seen] == ["PUT", "PUT", "PUT", "POST"]
    assert not [name for name in server.seen[-1][2] if name.lower().startswith("x-amz-checksum")]


@pytest.mark.parametrize("left", [1, 3])
def test_what_a_deletion_of_many_leaves_is_deleted_alone(
    server: Odd, store: S3Store, left: int
) -> None:
    """Swift answers so where two archivers delete one object at the same moment."""
    server.faults["leaves a key"] = left
    for number in range(3):
        store.put(f"a/{number}", b"x")
    store.delete([f"a/{number}" for number in range(3)])
    assert server.objects == {}
    assert [command for command, *_ in server.seen[3:]] == ["POST", *["DELETE"] * left]


def test_a_server_without_multi_delete_is_asked_one_by_one(server: Odd, store: S3Store) -> None:
    server.faults["knows no multi-delete"] = 9
    for number in range(3):
        store.put(f"a/{number}", b"x")
    store.delete([f"a/{number}" for number in range(3)])
    assert server.objects == {}


def test_no_secret_is_in_any_log(
    store: S3Store, server: Odd, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults["expired"] = 99
    with caplog.at_level(logging.INFO), pytest.raises(StoreRefusedError) as caught:
        store.get("a")
    assert "secret" not in caplog.text
    assert "secret" not in str(caught.value).lower().replace("sillok_store_secret_key", "")


def test_a_store_that_lets_two_win_refuses_two_archivers(
    server: Odd, options: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stock Swift, and every server that ignores the precondition, is told from an exact one by a race."""
    store = S3Store(options.store, options)
    exact = probe(store)
    assert exact.missing == ()
    put = S3Store.put

    def overwriting(self: S3Store, key: str, data: bytes, *, create: bool = False) -> None:
        put(self, key, data, create=create and "race" not in key)

    monkeypatch.setattr(S3Store, "put", overwriting)
    assert probe(store).missing == ("creates_exactly",)
    with pytest.raises(UsageError, match="SILLOK_SINGLE_WRITER"):
        allow_publishing(store, options)
    assert set(server.objects) == {f"archive/{KEY}"}
    monkeypatch.undo()
    with pytest.raises(UsageError, match="`sillok doctor` tries it again"):
        allow_publishing(store, options)
    tried_again(store)
    allow_publishing(store, options)


def test_a_range_is_cut_out_where_the_server_sends_the_whole(server: Odd, store: S3Store) -> None:
    """RFC 9110 lets a server, or a proxy before it, ignore Range and answer 200."""
    body = bytes(range(256)) * 10_000
    store.put("object", body)
    for start, length in ((0, 5), (7, 300), (1_100_000, 1_100_000), (len(body) - 3, 10)):
        assert store.get_range("object", start, length) == body[start : start + length]
    assert any(headers.get("Range") for _, _, headers in server.seen)


def test_another_range_than_was_asked_for_is_refused(server: Odd, store: S3Store) -> None:
    store.put("object", bytes(range(256)))
    server.faults = {"sends another range": 1}
    with pytest.raises(StoreRefusedError, match="bytes 0-4/256"):
        store.get_range("object", 7, 5)


def test_a_list_that_is_cut_without_a_token_is_no_list(server: Odd, store: S3Store) -> None:
    for number in range(5):
        store.put(f"listed/{number}", b"x")
    server.faults = {"cuts lists": 1}
    with pytest.raises(StoreRefusedError, match="not whole"):
        list(store.list("listed/"))


def test_a_server_without_creation_is_refused_and_serves_a_single_writer(
    server: Odd, options: Settings
) -> None:
    server.faults = {"knows no creation": 1}
    store = S3Store(options.store, options)
    with pytest.raises(StoreRefusedError, match="SILLOK_SINGLE_WRITER"):
        store.put("once", b"first", create=True)
    with pytest.raises(StoreRefusedError, match="another store"):
        allow_publishing(store, options)
    alone = Settings(**{**options.model_dump(), "single_writer": True})
    single = S3Store(alone.store, alone)
    for _ in range(2):
        single.put("once", b"first", create=True)
    with pytest.raises(AlreadyExistsError):
        single.put("once", b"second", create=True)
    assert single.get("once") == b"first"
    allow_publishing(single, alone)


def test_a_single_writer_overwrites_nothing_where_preconditions_are_ignored(
    server: Odd, options: Settings
) -> None:
    server.faults = {"ignores preconditions": 1}
    alone = Settings(**{**options.model_dump(), "single_writer": True})
    store = S3Store(alone.store, alone)
    store.put("once", b"first", create=True)
    with pytest.raises(AlreadyExistsError):
        store.put("once", b"second", create=True)
    allow_publishing(store, alone)
    with pytest.raises(UsageError, match="creates_once"):  # the same store, and another may write
        allow_publishing(S3Store(options.store, options), options)


def test_publishing_refuses_what_the_doctor_refuses(
    options: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = S3Store(options.store, options)
    monkeypatch.setattr(S3Store, "delete", lambda *_: None)
    for single in (False, True):
        asked = Settings(**{**options.model_dump(), "single_writer": single})
        with pytest.raises(UsageError, match="deletes"):
            allow_publishing(store, asked)


def test_where_the_server_does_not_copy_the_object_is_sent_again(
    server: Odd, store: S3Store
) -> None:
    """A server, or a proxy, that ignores the copy's header stores an empty object."""
    store.put("a", b"hello")
    store.copy("a", "b", sha256=hashlib.sha256(b"hello").hexdigest())
    assert server.objects["archive/b"] == b"hello"


def test_a_copy_of_which_no_etag_is_told_is_compared_by_its_bytes(
    server: Odd, store: S3Store
) -> None:
    store.put("a", b"hello")
    server.faults["tells no etag"] = 1
    sha256 = hashlib.sha256(b"hello").hexdigest()
    store.copy("a", "b", sha256=sha256)
    assert server.objects["archive/b"] == b"hello"
    server.objects["archive/b"] = b"other"
    with pytest.raises(AlreadyExistsError):
        store.copy("a", "b", sha256=sha256)
