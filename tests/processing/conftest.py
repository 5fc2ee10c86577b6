"""Stores to try things on: a directory, and the embedded Swift, started once for all tests that need it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from botocore import session

from infra.store.ceph import ACCESS, SECRET, TLS, free_ports
from processing.archive.publish import publish
from processing.records import Publication
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import Store
from processing.store.s3_client import client
from processing.store.s3_store import S3Store
from tests.processing.newsroom import FACTS, NOON
from tests.processing.oddities import certificate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def _models() -> Iterator[None]:
    """Have botocore read its models of S3 once: it parses a megabyte of JSON for each client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "create_loader", cache(session.create_loader))
        yield


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "archive")


@pytest.fixture
def options(tmp_path: Path) -> Settings:
    """Settings that touch nothing outside the test's folder."""
    return Settings(
        store=f"file:{tmp_path}/archive", cache=tmp_path / "cache", heads=tmp_path / "heads"
    )


@pytest.fixture
def archive(store: FileStore, options: Settings) -> Callable[..., Publication]:
    """Publish what is in the test's store."""

    def run(to: Store = store, **given: object) -> Publication:
        told = {
            "now": NOON,
            "code_version": "1",
            "lock_sha256": "0" * 64,
            "outlets": FACTS,
            "options": options,
        }
        return publish(to, **{**told, **given})

    return run


def start_swift(data: Path) -> subprocess.Popen[str]:
    """Start the embedded store and return when it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.store", "--data", str(data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready "), f"the store did not start: {line!r}"
    return process


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that reach the embedded store; its data is gone after the tests."""
    data = tmp_path_factory.mktemp("swift")
    process = start_swift(data)
    try:
        yield reaching(data)
    finally:
        process.kill()
        process.wait()


def reaching(data: Path, prefix: str = "") -> Settings:
    """Return settings for the embedded store whose files are in `data`."""
    found = json.loads((data / "credentials.json").read_text())
    return Settings(
        store=f"s3://{found['bucket']}/{prefix}",
        store_endpoint=found["endpoint"],
        store_region=found["region"],
        store_access_key=found["access_key"],
        store_secret_key=found["secret_key"],
        store_attempts=2,
    )


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that reach a Ceph of one node; `make test-all` has its packages."""
    data, port = tmp_path_factory.mktemp("ceph"), free_ports()
    pem = certificate(tmp_path_factory.mktemp("ceph-tls") / "loopback.pem")
    command = [sys.executable, "-m", "infra.store.ceph", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--certificate", str(pem)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready "), "Ceph did not start"
        options = Settings(
            store="s3://annals/",
            store_endpoint=f"http://127.0.0.1:{port}",
            store_access_key=ACCESS,
            store_secret_key=SECRET,
            store_attempts=2,
            store_ca=pem,
        )
        client(options).create_bucket(Bucket="annals")
        yield options
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def ceph_over_tls(ceph: Settings) -> Settings:
    """Settings that reach the same Ceph over TLS, by a certificate that only they trust."""
    port = int(str(ceph.store_endpoint).rpartition(":")[2]) + TLS
    return ceph.model_copy(
        update={"store": "s3://annals/tls/", "store_endpoint": f"https://127.0.0.1:{port}"}
    )


CEPH = [pytest.param(name, marks=pytest.mark.full) for name in ("ceph", "ceph_over_tls")]


@pytest.fixture(params=["directory", "swift", *CEPH])
def each(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each kind of store, empty."""
    if request.param == "directory":
        return FileStore(tmp_path / "each")
    options: Settings = request.getfixturevalue(request.param)
    return S3Store(f"{options.store}{tmp_path.name.replace('[', '-').replace(']', '')}", options)
