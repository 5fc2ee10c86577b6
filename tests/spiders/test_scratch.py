"""The folder for a browser's temporary files: made, found again, and removed with nothing else."""

import os
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from spiders.rendering import Scratch, temporary


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    folder = tmp_path / "system"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_it_is_ours_alone_and_goes_when_it_is_not_needed(system: Path, tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "spool" / "browser")
    folder = scratch.make()
    assert (folder.parent, stat.S_IMODE(folder.stat().st_mode)) == (system, 0o700)
    (folder / "profile").mkdir()
    (folder / "profile" / "file").touch()
    scratch.remove()
    scratch.remove()
    assert (list(system.iterdir()), list((tmp_path / "spool").iterdir())) == ([], [])


def test_what_a_killed_crawl_left_goes_with_the_next_one(system: Path, tmp_path: Path) -> None:
    left = Scratch(tmp_path / "browser").make()
    (left / "file").touch()
    folder = Scratch(tmp_path / "browser").make()
    assert list(system.iterdir()) == [folder]
    assert folder != left


def test_a_crawl_that_was_killed_before_it_made_one_is_no_hindrance(
    system: Path, tmp_path: Path
) -> None:
    (tmp_path / "browser").symlink_to(system / "sillok-browser-0000")
    assert Scratch(tmp_path / "browser").make().is_dir()


def test_a_link_that_leads_elsewhere_costs_nobody_a_file(system: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "browser").symlink_to(elsewhere)
    with pytest.raises(FileExistsError):
        Scratch(tmp_path / "browser").make()
    assert elsewhere.is_dir()
    assert list(system.iterdir()) == []


@pytest.mark.parametrize("before", [None, "elsewhere"])
def test_only_what_is_started_inside_is_told(
    before: str | None, system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    if before:
        monkeypatch.setenv("TMPDIR", before)
    with temporary(tmp_path):
        said = subprocess.run(
            ["sh", "-c", "echo $TMPDIR"], capture_output=True, text=True, check=True
        ).stdout
        assert (said.strip(), tempfile.gettempdir()) == (str(tmp_path), str(system))
    assert os.environ.get("TMPDIR") == before
