"""What a store cannot do is found by trying it: one capability at a time."""

from pathlib import Path

import pytest

from processing.errors import AlreadyExistsError, UsageError
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.opening import (
    KEY,
    Capabilities,
    allow_publishing,
    cure,
    lacking,
    open_store,
    probe,
    remembered,
    tried_again,
)
from processing.store.s3_client import client

ABLE = Capabilities(
    reads_back=True,
    reads_ranges=True,
    lists_in_order=True,
    deletes=True,
    creates_once=True,
    creates_exactly=True,
)


class Faulty(FileStore):
    """A store with one fault; what a test removes is not what the fault keeps."""

    fault = ""

    def get(self, key: str) -> bytes:
        return b"other" if self.fault == "reads" and key.endswith("/object") else super().get(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self.get(key) if self.fault == "ranges" else super().get_range(key, start, length)

    def list(self, prefix: str):  # type: ignore[no-untyped-def]
        entries = list(super().list(prefix))
        return iter(entries[::-1] if self.fault == "order" else entries)

    def delete(self, keys) -> None:  # type: ignore[no-untyped-def]
        super().delete(key for key in keys if self.fault != "deletes" or "/gone/" not in key)

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        if create and self.fault == "creates":
            super().put(key, data)
        elif create and self.fault == "replaces" and "/once" in key:
            super().put(key, data)
            if data == b"second":
                raise AlreadyExistsError(key)
        elif create and self.fault == "races" and "/race-3" in key:
            super().put(key, data)
        else:
            super().put(key, data, create=create)


@pytest.mark.parametrize(
    ("fault", "missing"),
    [
        ("", ()),
        ("reads", ("reads_back",)),
        ("ranges", ("reads_ranges",)),
        ("order", ("lists_in_order",)),
        ("deletes", ("deletes",)),
        ("creates", ("creates_once", "creates_exactly")),
        ("replaces", ("creates_once",)),
        ("races", ("creates_exactly",)),  # the last of four races alone
    ],
)
def test_each_capability_is_tried(tmp_path: Path, fault: str, missing: tuple[str, ...]) -> None:
    store = Faulty(tmp_path)
    store.fault = fault
    assert probe(store).missing == missing
    store.fault = ""
    assert fault == "deletes" or list(store.list("")) == []


def test_what_was_found_is_kept_until_it_is_tried_again(tmp_path: Path) -> None:
    store = Faulty(tmp_path)
    assert tried_again(store) == ABLE
    assert not store.exists(KEY), "a store that was never tried is left as it was"
    assert remembered(store) == ABLE
    store.fault = "order"
    assert remembered(store) == ABLE
    kept = store.get(KEY)
    assert tried_again(store, single_writer=True).missing == ("lists_in_order",)
    assert store.get(KEY) == kept, "what a single writer finds is kept beside it"
    assert tried_again(store).missing == remembered(store).missing == ("lists_in_order",)
    store.put(KEY, b"{}")
    store.fault = ""
    assert remembered(store) == ABLE


@pytest.mark.parametrize(
    ("fault", "single", "refused"),
    [
        ("", False, False),
        ("creates", False, True),
        ("creates", True, False),
        ("races", True, False),
        ("order", True, True),
        ("order", False, True),
    ],
)
def test_a_single_writer_is_spared_exact_creation_alone(
    tmp_path: Path, fault: str, *, single: bool, refused: bool
) -> None:
    store = Faulty(tmp_path)
    store.fault, store.url = fault, "s3://faulty"
    options = Settings(single_writer=single)
    assert bool(lacking(probe(store), options)) is refused
    if refused:
        with pytest.raises(UsageError, match="lacks"):
            allow_publishing(store, options)
    else:
        allow_publishing(store, options)
    store.url = "file:here"
    allow_publishing(store, options)


def test_the_cure_names_a_single_writer_where_that_is_one() -> None:
    assert "SILLOK_SINGLE_WRITER" in cure(["creates_once", "creates_exactly"])
    assert "SILLOK_SINGLE_WRITER" in cure(["creates_exactly"])
    assert "SILLOK_SINGLE_WRITER" not in cure(["creates_exactly", "deletes"])


@pytest.mark.parametrize("url", ["file:", "s3://", "s3:", "ftp://a/b", "", "here"])
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="names no store"):
        open_store(url)


def test_a_directory_is_named_with_or_without_slashes(tmp_path: Path) -> None:
    for url in (f"file:{tmp_path}", f"file://{tmp_path}"):
        assert open_store(url).url == f"file:{tmp_path}"


def test_a_client_looks_for_no_other_service_of_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    def looks(*_: object) -> None:
        raise AssertionError("all services are listed")

    monkeypatch.setattr("botocore.loaders.Loader.list_available_services", looks)
    options = Settings(store_endpoint="http://127.0.0.1:9", store_region="none")
    assert client(options).meta.service_model.service_name == "s3"
