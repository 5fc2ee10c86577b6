"""What folds leave: finished steps, and counts in one order."""

import shutil
from pathlib import Path

from processing.dedupe.fold import counts, fold
from processing.dedupe.steps import Steps
from processing.signing.window import EmptyWindow
from tests.processing.dedupe.made import DAY, OPTIONS, RIVER, document


def test_what_is_no_folder_or_not_finished_is_no_fold(tmp_path: Path) -> None:
    steps = Steps(tmp_path)
    steps.keep("one", fold([document("a", RIVER)], steps, day=DAY, options=OPTIONS))
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".DS_Store").touch()
    (tmp_path / ".two.77").mkdir()
    again = Steps(tmp_path)
    assert again.finished == ["one"]
    assert len(again.added("sig")) == 1


def test_counts_stand_in_one_order_whichever_document_came_first() -> None:
    """They are written into the manifest, and two archivers write the same bytes."""
    folded = fold(
        [document("a", RIVER), document("b", RIVER)], EmptyWindow(), day=DAY, options=OPTIONS
    )
    rows = folded.clusters
    for turned in (rows, rows.take([1, 0])):
        assert list(counts(frozenset("ab"), turned).items()) == [
            ("documents", 2),
            ("copy", 1),
            ("original", 1),
        ]


def test_steps_are_whole_until_a_part_or_their_folder_is_another(tmp_path: Path) -> None:
    """A person may delete a working folder, and another process makes a new one in its place."""
    root = tmp_path / "steps"
    steps = Steps(root)
    steps.keep("one", fold([document("a", RIVER)], steps, day=DAY, options=OPTIONS))
    assert steps.is_whole
    (part,) = steps.added("sig")
    assert isinstance(part, Path)
    part.rename(tmp_path / "part")
    assert not steps.is_whole
    (tmp_path / "part").rename(part)
    assert steps.is_whole
    shutil.copytree(root, tmp_path / "copy")
    root.rename(tmp_path / "before")
    assert not steps.is_whole
    (tmp_path / "copy").rename(root)
    assert not steps.is_whole
