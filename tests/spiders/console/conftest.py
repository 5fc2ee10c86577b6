"""A shell for the commands: an archive, settings of its own, and what a command wrote and returned."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from processing.archive.store import Store
from processing.settings import settings
from spiders.cli import app
from tests.spiders.console import annals


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
    for name in ("STORE", "CACHE", "CONTACT", "PRESS"):
        monkeypatch.delenv(f"SILLOK_{name}", raising=False)
    monkeypatch.setenv("SILLOK_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    yield
    settings.cache_clear()


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
