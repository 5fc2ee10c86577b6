"""A resumable sequence of folds, and what several folds add as if one had added it.

    steps = Steps(folder, below)
    for name, documents in plan:            # names sort in the order of folding
        if name not in steps.finished:
            steps.keep(name, fold(documents, steps, day=day, options=options))

Each fold is written to a hidden folder and renamed when complete, so a killed fold is ignored. Steps
are a window: what `below` holds, then what the finished folds added. Two processes may take the same
steps, and one of them, or a person, may delete them while the other reads (`Steps.is_whole`).

`partitions_of` and `clusters_of` give one part per kind and day, with the newest of each row. A
document that a later fold signed again has one row, and the keys of that row alone; a pair that was
judged twice has its last verdict; rows of `clusters` and retired names are compared with what was
there before the first fold.
"""

import errno
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from processing.dedupe.fold import Folded
from processing.resolving.resolve import changed
from processing.signing.columns import CLUSTERS, SIG
from processing.signing.documents import FoldOptions
from processing.signing.window import (
    EmptyWindow,
    FolderWindow,
    PartitionKind,
    PartitionPart,
    Partitions,
    Window,
    view,
)


class Steps:
    """The finished folds under `root`, over another window.

    What begins with a dot is not finished. Raises FileNotFoundError where `root` is deleted while it
    is opened.
    """

    def __init__(self, root: Path, below: Window | None = None) -> None:
        self.root = root
        self._below = below or EmptyWindow()
        root.mkdir(parents=True, exist_ok=True)
        self._folder = root.stat().st_ino
        self.finished: list[str] = []
        # listed once: a part that is deleted later must not be taken for one that never was
        self._added: dict[str, dict[PartitionKind, list[Path]]] = {}
        for path in sorted(root.iterdir()):
            if path.is_dir() and path.name[0] != ".":
                self._finish(path.name)
        if not self.is_whole:
            raise FileNotFoundError(errno.ENOENT, "deleted while it was opened", str(root))

    @property
    def is_whole(self) -> bool:
        """Whether everything that the finished folds wrote is still there."""
        try:
            same = self.root.stat().st_ino == self._folder
        except FileNotFoundError:
            return False
        paths = (path for kinds in self._added.values() for some in kinds.values() for path in some)
        return same and all(path.exists() for path in paths)

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[PartitionPart]:
        """Return the parts of the days from `first` to `last`, the earliest written first.

        Both days are included.
        """
        return [*self._below.tables(kind, first, last), *self.added(kind, first, last)]

    def added(
        self, kind: PartitionKind, first: date = date.min, last: date = date.max
    ) -> list[PartitionPart]:
        """Return those of the parts that the finished folds added."""
        return [
            path
            for name in self.finished
            for path in self._added[name][kind]
            if first <= _day(path) <= last
        ]

    def keep(self, name: str, folded: Folded) -> None:
        """Write a fold; it counts from the moment at which its folder has its name."""
        # Two processes may take one step at a time, so each begins under a name of its own.
        begun = self.root / f".{name}.{os.getpid()}"
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir()
        window = FolderWindow(begun)
        for (kind, day), table in folded.parts.items():
            window.write(kind, day, name, table)
        for day, table in folded.clusters_by_day().items():
            window.write("clusters", day, name, table)
        try:
            begun.rename(self.root / name)
        except OSError:
            if not (self.root / name).is_dir():
                raise
            shutil.rmtree(begun)  # another process took the same step, and wrote the same
        self._finish(name)

    def _finish(self, name: str) -> None:
        """Count the fold of that name, whose folder is there, among the finished ones."""
        written = FolderWindow(self.root / name)
        self._added[name] = {
            kind: [path for path in written.tables(kind, *_ALWAYS) if isinstance(path, Path)]
            for kind in get_args(PartitionKind)
        }
        self.finished = sorted({*self.finished, name})


_ALWAYS: Final = (date.min, date.max)
_NEWEST: Final = f"""
    SELECT {", ".join(CLUSTERS.names)} FROM raw_told
    QUALIFY row_number() OVER (PARTITION BY version_id ORDER BY part DESC) = 1
"""  # noqa: S608 - names of our own
_LINK_LOST: Final = """
    SELECT kept.version_id FROM kept JOIN former USING (version_id)
    WHERE kept.parent IS NULL AND kept.cluster = former.cluster AND former.parent NOT IN (SELECT id FROM raw_sig)
"""


def partitions_of(steps: Steps, last: Folded) -> Iterator[tuple[PartitionKind, date, pa.Table]]:
    """Yield what `steps` and the fold after them add, day by day, without clusters and aliases."""
    for day in _days(steps, last):
        sig, texts, bands, edges = (
            _added(steps, last, kind, day) for kind in ("sig", "texts", "bands", "edges")
        )
        if sig:
            newest = _signed(sig, texts, bands)
            yield from (
                ("sig", day, newest[0]),
                ("texts", day, newest[1]),
                ("bands", day, newest[2]),
            )
        if edges:
            every = pa.concat_tables(edges)
            yield "edges", day, every.take(_last(every, "a", "b"))


def clusters_of(
    steps: Steps, last: Folded, before: Window, asked: Collection[str], options: FoldOptions
) -> tuple[pa.Table, pa.Table]:
    """Return the rows of `clusters` and of `aliases` that `steps` and the fold after them add to those of `before`.

    Rows of documents that are not `asked` are given where they changed. A document whose only change is that it lost
    its link to one that `steps` have not signed keeps its row: nothing was found out about that pair.
    """
    with Partitions(before, options) as database:
        view(database.database, "raw_told", [*steps.added("clusters"), last.clusters], CLUSTERS)
        kept, retired = changed(database, database.table(_NEWEST).cast(CLUSTERS), asked)
        view(database.database, "raw_sig", [*steps.tables("sig", *_ALWAYS), *_of(last, "sig")], SIG)
        database.database.register("kept", kept)
        lost = database.table(_LINK_LOST)["version_id"]
    return kept.filter(pc.invert(pc.is_in(kept["version_id"], lost.combine_chunks()))), retired


def _of(last: Folded, kind: PartitionKind) -> list[PartitionPart]:
    return [table for (part_kind, _), table in last.parts.items() if part_kind == kind]


def _day(path: Path) -> date:
    """Return the day of a part in a folder."""
    return date.fromisoformat(path.parent.name[len("day=") :])


def _days(steps: Steps, last: Folded) -> list[date]:
    kinds: tuple[PartitionKind, ...] = ("sig", "edges")
    paths = (part for kind in kinds for part in steps.added(kind) if isinstance(part, Path))
    return sorted({_day(path) for path in paths} | {day for _, day in last.parts})


def _added(steps: Steps, last: Folded, kind: PartitionKind, day: date) -> list[pa.Table]:
    """Return the tables of a kind and day, the earliest written first."""
    found = [_read(part) for part in steps.added(kind, day, day)]
    return [*found, last.parts[kind, day]] if (kind, day) in last.parts else found


def _read(part: PartitionPart) -> pa.Table:
    if not isinstance(part, Path):
        return part
    with pq.ParquetFile(part) as file:
        return file.read()


def _signed(
    sig: Sequence[pa.Table], texts: Sequence[pa.Table], bands: Sequence[pa.Table]
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return the newest rows of documents, their texts and their keys, each in its order."""
    every = pa.concat_tables(sig)
    fold = np.repeat(np.arange(len(sig)), [table.num_rows for table in sig])
    newest = _last(every, "number")  # in the order of numbers
    numbers, owner = np.asarray(every["number"])[newest], fold[newest]
    keys = [
        table.filter(
            pa.array(owner[np.searchsorted(numbers, np.asarray(table["number"]))] == index)
        )
        for index, table in enumerate(bands)
    ]
    near = np.asarray(every["near"])[newest]
    order = newest[np.lexsort((numbers, near))]
    return (
        every.take(order),
        pa.concat_tables(texts).take(order),
        pa.concat_tables(keys).sort_by([("key", "ascending"), ("number", "ascending")]),
    )


def _last(table: pa.Table, *names: str) -> NDArray[np.intp]:
    """Return the place of the last row of each value of `names`, in the order of values."""
    columns = [np.asarray(table[name]) for name in reversed(names)]
    order = np.lexsort(columns)  # stable: of equal rows the later stays behind
    unequal = np.ones(order.size, np.bool_)
    unequal[:-1] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    return order[unequal]
