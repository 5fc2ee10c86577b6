"""A shell for the commands: an archive, settings of its own, and what a command wrote and returned."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from processing.landing.segments import SegmentWriter, put_report
from processing.settings import settings
from processing.store.interface import Store
from processing.store.opening import open_store
from spiders.cli import app
from spiders.outlets import outlets
from tests.spiders.console import annals
from tests.spiders.console.annals import ARTICLES, DAILY

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str
    raw: bytes

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Sillok = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No variable of the person who runs the tests reaches a command, and no command writes outside `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SILLOK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SILLOK_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    outlets.cache_clear()
    yield
    settings.cache_clear()
    outlets.cache_clear()


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = annals.build(tmp_path)
    monkeypatch.setenv("SILLOK_STORE", store.url)
    settings.cache_clear()
    return store


@pytest.fixture
def sillok() -> Sillok:
    def run(*arguments: str) -> Ended:
        done = CliRunner().invoke(app, list(arguments))
        return Ended(done.exit_code, done.stdout, done.stderr, done.stdout_bytes)

    return run


@pytest.fixture
def landed(tmp_path: Path, monkeypatch) -> Store:
    """A store in which one finished run waits."""
    store = open_store(f"file:{tmp_path / 'fresh'}")
    monkeypatch.setenv("SILLOK_STORE", store.url)
    settings.cache_clear()
    writer = SegmentWriter(store, DAILY, "r1", tmp_path / "spool", clock=lambda: NOW)
    mine = [one for one in ARTICLES if one.outlet == DAILY]
    for row in (
        *mine,
        *annals.fetches(DAILY, mine),
        annals.failed(DAILY, 11),
        annals.REJECTED,
        annals.rejected(),
    ):
        writer.add(row)
    writer.seal()
    put_report(store, annals.run_report(DAILY, len(mine) + 1, {"error-page": 1}))
    return store
