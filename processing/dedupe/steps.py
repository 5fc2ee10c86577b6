"""Folds one after the other, each in a folder of its own that has its name when it is whole: a killed one is none.

    steps = Steps(folder, below)
    for name, documents in plan:            # names sort in the order of folding
        if name not in steps.finished:
            steps.keep(name, fold(documents, steps, day=day, options=options))

Steps are a window: what `below` holds, then what the finished folds added. Two processes may take the same steps.
"""

import os
import shutil
from datetime import date
from pathlib import Path

from processing.dedupe.fold import Folded
from processing.dedupe.window import EmptyWindow, FolderWindow, Kind, Part, Window


class Steps:
    """The finished folds under `root`, over another window. What begins with a dot is not finished."""

    def __init__(self, root: Path, below: Window | None = None) -> None:
        self._root = root
        self._below = below or EmptyWindow()
        root.mkdir(parents=True, exist_ok=True)
        self.finished = sorted(path.name for path in root.iterdir() if path.is_dir() and path.name[0] != ".")

    def tables(self, kind: Kind, first: date, last: date) -> list[Part]:
        """Return the parts of the days from `first` to `last`, both included, the earliest written first."""
        return [*self._below.tables(kind, first, last), *self.added(kind, first, last)]

    def added(self, kind: Kind, first: date = date.min, last: date = date.max) -> list[Part]:
        """Return those of the parts that the finished folds added."""
        folders = (FolderWindow(self._root / name) for name in self.finished)
        return [part for folder in folders for part in folder.tables(kind, first, last)]

    def keep(self, name: str, folded: Folded) -> None:
        """Write a fold; it counts from the moment at which its folder has its name."""
        begun = self._root / f".{name}.{os.getpid()}"
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir()
        window = FolderWindow(begun)
        for (kind, day), table in folded.parts.items():
            window.write(kind, day, name, table)
        for day, table in folded.clusters_by_day().items():
            window.write("clusters", day, name, table)
        try:
            begun.rename(self._root / name)
        except OSError:
            if not (self._root / name).is_dir():
                raise
            shutil.rmtree(begun)  # another process took the same step, and wrote the same
        self.finished = sorted({*self.finished, name})
