"""Killed at any moment of publishing and started again: the same archive, nothing lost, nothing twice."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from processing.archive import manifests
from processing.archive.memory import load
from processing.lookup.diff import compare
from processing.store.file_store import FileStore
from processing.store.interface import Store
from tests.processing.conftest import ROOT
from tests.processing.killed import Mortal, land, run
from tests.processing.newsroom import article

DELETIONS = 20
"""Objects that `land` writes, and that a publication takes away at its end."""
BOUNDARIES = (*range(16), *range(-DELETIONS - 3, -DELETIONS + 2), -10, -1)
"""Moments to die: before that change of the store, counted from the first, or below 0 from the last. The manifest and
the hint are the two before the deletions."""
SAMPLE = (9, -DELETIONS - 1)
"""Of these the ones at which a process of its own is really killed: among the parts, and after the manifest."""


class Death(BaseException):
    """Stands for SIGKILL where a process of its own would cost too much."""


class Reference(NamedTuple):
    store: FileStore
    changes: int

    def moment(self, number: int) -> int:
        """Return the change before which to die."""
        return number if number >= 0 else self.changes + number


def die() -> None:
    raise Death


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The archive of a publication that was not killed, and how often that changed the store."""
    folder = tmp_path_factory.mktemp("reference")
    store = Mortal(folder / "archive", 10_000, die)
    land(store)
    landed = store.changes
    run(store, folder)
    assert landed == DELETIONS
    return Reference(FileStore(folder / "archive"), store.changes - landed)


def sound(store: Store, folder: Path, reference: Reference) -> None:
    """Fail unless `store` is the archive that `reference` is, whole and clean."""
    assert compare(reference.store, store, folder / "compared") == []
    head = manifests.head(store)
    assert head is not None
    for link in manifests.since(store, head, 1):
        for one in (*link.manifest.adds, *link.manifest.memory.values()):
            assert hashlib.sha256(store.get(one.key)).hexdigest() == one.sha256
    assert list(store.list("landing/")) == []
    assert load(store, "hanbit").seen(article("hanbit", 1).article_id)


@pytest.mark.parametrize(
    "number",
    [
        *BOUNDARIES[::4],
        *(pytest.param(n, marks=pytest.mark.full) for n in BOUNDARIES if n not in BOUNDARIES[::4]),
    ],
)
def test_dying_before_any_change_changes_nothing_in_the_end(
    tmp_path: Path, reference: Reference, number: int
) -> None:
    store = FileStore(tmp_path / "archive")
    land(store)
    with pytest.raises(Death):
        run(Mortal(tmp_path / "archive", reference.moment(number), die), tmp_path)
    run(store, tmp_path)
    sound(store, tmp_path, reference)


@pytest.mark.parametrize("number", SAMPLE)
def test_a_killed_process_changes_nothing_in_the_end(
    tmp_path: Path, reference: Reference, number: int
) -> None:
    kill(tmp_path, reference.moment(number))
    run(FileStore(tmp_path / "archive"), tmp_path)
    sound(FileStore(tmp_path / "archive"), tmp_path, reference)


@pytest.mark.full
@pytest.mark.parametrize("number", range(30))
def test_a_process_killed_twice_changes_nothing_in_the_end(
    tmp_path: Path, reference: Reference, number: int
) -> None:
    kill(tmp_path, number)
    again(tmp_path, 30 - number)
    run(FileStore(tmp_path / "archive"), tmp_path)
    sound(FileStore(tmp_path / "archive"), tmp_path, reference)


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """Whatever seeds the hashes of a process, and wherever its folders lie."""
    archives = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        land(FileStore(folder / "archive"))
        assert again(folder, 10_000, PYTHONHASHSEED=seed) == 0
        store = FileStore(folder / "archive")
        archives.append({entry.key: store.get(entry.key) for entry in store.list("")})
    assert archives[0] == archives[1]
    assert len(archives[0]) > 15


def kill(folder: Path, number: int) -> None:
    land(FileStore(folder / "archive"))
    assert again(folder, number) == -signal.SIGKILL


def again(folder: Path, number: int, **environment: str) -> int:
    command = [sys.executable, "-m", "tests.processing.killed", str(folder), str(number)]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode
