"""Killed at any moment of publishing and started again: the same archive, nothing lost, nothing twice."""

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.diff import compare
from processing.archive.file_store import FileStore
from processing.archive.memory import load
from processing.archive.store import Store
from tests.processing.archive.conftest import ROOT
from tests.processing.archive.killed import Mortal, land, run
from tests.processing.archive.newsroom import article

CHANGES = 39
"""How often one publication of what `land` wrote changes the store; the first test below counts them."""
BOUNDARIES = (*range(CHANGES - 20), 20, 24, 31, 38)
"""Every change up to the clearing of landing, and some of its twenty deletions."""
SAMPLE = (9, 16, 17, 25)


class Death(BaseException):
    """Stands for SIGKILL where a process of its own would cost too much."""


def die() -> None:
    raise Death


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    """The archive of a publication that was not killed."""
    folder = tmp_path_factory.mktemp("reference")
    store = Mortal(folder / "archive", 10_000, die)
    land(store)
    landed = store.changes
    run(store, folder)
    assert store.changes - landed == CHANGES
    return FileStore(folder / "archive")


def sound(store: Store, folder: Path, reference: Store) -> None:
    """Fail unless `store` is the archive that `reference` is, whole and clean."""
    assert compare(reference, store, folder / "compared") == []
    head = manifests.head(store)
    assert head is not None
    for link in manifests.since(store, head, 1):
        for one in (*link.manifest.adds, *link.manifest.memory.values()):
            assert hashlib.sha256(store.get(one.key)).hexdigest() == one.sha256
    assert list(store.list("landing/")) == []
    assert load(store, "hanbit").seen(article("hanbit", 1).article_id)


@pytest.mark.parametrize("number", BOUNDARIES)
def test_dying_before_any_change_changes_nothing_in_the_end(tmp_path: Path, reference: FileStore, number: int) -> None:
    store = FileStore(tmp_path / "archive")
    land(store)
    with pytest.raises(Death):
        run(Mortal(tmp_path / "archive", number, die), tmp_path)
    run(store, tmp_path)
    sound(store, tmp_path, reference)


@pytest.mark.parametrize("number", SAMPLE)
def test_a_killed_process_changes_nothing_in_the_end(tmp_path: Path, reference: FileStore, number: int) -> None:
    kill(tmp_path, number)
    run(FileStore(tmp_path / "archive"), tmp_path)
    sound(FileStore(tmp_path / "archive"), tmp_path, reference)


@pytest.mark.full
@pytest.mark.parametrize("number", range(CHANGES))
def test_a_process_killed_twice_changes_nothing_in_the_end(tmp_path: Path, reference: FileStore, number: int) -> None:
    kill(tmp_path, number)
    again(tmp_path, CHANGES - 1 - number)
    run(FileStore(tmp_path / "archive"), tmp_path)
    sound(FileStore(tmp_path / "archive"), tmp_path, reference)


def kill(folder: Path, number: int) -> None:
    land(FileStore(folder / "archive"))
    assert again(folder, number) == -signal.SIGKILL


def again(folder: Path, number: int) -> int:
    command = [sys.executable, "-m", "tests.processing.archive.killed", str(folder), str(number)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
