"""The same commands on a bucket: the embedded store, a cache, and what happens when the store is away."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from processing.settings import Settings, settings
from processing.store.interface import Store  # noqa: TC001 - pytest reads it
from processing.store.opening import open_store
from tests.processing.conftest import reaching, start_swift
from tests.spiders.console import annals
from tests.spiders.console.annals import FIRST, RESERVED


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an archive in the embedded store."""
    data = tmp_path_factory.mktemp("swift")
    process = start_swift(data)
    try:
        options = reaching(data, "annals")
        annals.fill(open_store(options.store, options), tmp_path_factory.mktemp("spool"))
        yield options
    finally:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def _reached(bucket: Settings, monkeypatch) -> None:
    assert bucket.store_endpoint
    assert bucket.store_access_key
    assert bucket.store_secret_key
    monkeypatch.setenv("SILLOK_STORE", bucket.store)
    monkeypatch.setenv("SILLOK_STORE_ENDPOINT", bucket.store_endpoint)
    monkeypatch.setenv("SILLOK_STORE_REGION", bucket.store_region)
    monkeypatch.setenv("SILLOK_STORE_ACCESS_KEY", bucket.store_access_key.get_secret_value())
    monkeypatch.setenv("SILLOK_STORE_SECRET_KEY", bucket.store_secret_key.get_secret_value())
    monkeypatch.setenv("SILLOK_STORE_ATTEMPTS", "1")
    settings.cache_clear()


def test_a_bucket_answers_as_a_directory_does(tmp_path: Path, sillok) -> None:
    directory = annals.build(tmp_path).url
    for command in (
        ["ls"],
        ["ls", "--json", "--edited"],
        ["search", "정부"],
        ["show", FIRST.article_id, "--diff"],
        ["cluster", FIRST.article_id],
        ["query", "SELECT outlet, kind, day FROM articles ORDER BY ALL"],
        ["export", "-o", "-"],
    ):
        there, here = sillok(*command), sillok(*command, "--store", directory)
        assert (there.code, there.out) == (0, here.out), command


def test_a_page_comes_out_of_a_bucket_byte_for_byte(sillok) -> None:
    assert sillok("show", RESERVED.article_id, "--raw").raw == annals.PAGE


def test_what_was_fetched_once_is_not_fetched_again(sillok, monkeypatch) -> None:
    assert sillok("ls").code == 0
    asked = []
    store: Store = open_store(settings().store, settings())
    read = type(store).get
    monkeypatch.setattr(type(store), "get", lambda self, key: asked.append(key) or read(self, key))
    assert sillok("ls").code == 0
    assert not [key for key in asked if key.startswith(("articles/", "clusters/"))]


def test_the_doctor_finds_a_bucket_well(sillok) -> None:
    done = sillok("doctor", "--json")
    assert done.code == 0, done.out
    assert {row["what"]: row["state"] for row in map(json.loads, done.lines)}["creation"] == "ok"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("STORE_ENDPOINT", "http://127.0.0.1:9", 1),
        ("STORE_SECRET_KEY", "hunter2hunter2", 2),
        ("STORE", "s3://nowhere/x", 2),
    ],
)
def test_a_store_that_cannot_be_read_is_one_clear_line(
    name: str, value: str, code: int, sillok, monkeypatch
) -> None:
    monkeypatch.setenv(f"SILLOK_{name}", value)
    settings.cache_clear()
    done = sillok("ls")
    assert (done.code, done.out) == (code, "")
    assert len(done.err.splitlines()) == 1
    assert "hunter2" not in done.err
