"""A publication that is killed: `python -m tests.processing.killed DIR N` dies before its Nth change of the store.

`python -m tests.processing.killed DIR N compact` is a compaction that does.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from processing.archive.compaction import Compaction, CompactionJob, compact
from processing.archive.publish import publish
from processing.records import Publication
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import Store
from tests.processing.newsroom import FACTS, NOON, Crawl, article, rejection


class Mortal(FileStore):
    """A directory whose user dies before the change of that number; parts of a deletion count one by one."""

    def __init__(self, root: Path, number: int, die: Callable[[], None]) -> None:
        super().__init__(root)
        self._left = number
        self._die = die
        self.changes = 0

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self._change()
        super().put(key, data, create=create)

    def put_file(self, key: str, path: Path, **how: Any) -> None:
        self._change()
        super().put_file(key, path, **how)

    def copy(self, source: str, target: str, **how: Any) -> None:
        self._change()
        FileStore(Path(self.url.removeprefix("file:"))).copy(source, target, **how)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._change()
            super().delete([key])

    def _change(self) -> None:
        self.changes += 1
        if self.changes > self._left:
            self._die()


def land(store: Store) -> None:
    """Write two runs into landing: two segments and one, an edit, a rejection, a reprint."""
    articles = [
        article("hanbit", 1),
        article("hanbit", 2),
        article("hanbit", 1, at=NOON + timedelta(minutes=2), text="고침"),
    ]
    Crawl(articles=articles, rejections=[rejection("hanbit", 1)], segments=2).land(store)
    Crawl(outlet="narae", articles=[article("narae", 2)]).land(store)


def run(store: Store, folder: Path) -> Publication:
    options = Settings(store=store.url, cache=folder / "cache", heads=folder / "heads")
    return publish(
        store,
        now=NOON + timedelta(hours=1),
        code_version="1",
        lock_sha256="0",
        outlets=FACTS,
        options=options,
    )


def merge(store: Store, folder: Path) -> Compaction:
    """Compact three weeks after everything that `land` and the tests' news bring."""
    options = Settings(store=store.url, cache=folder / "cache", heads=folder / "heads")
    return compact(
        CompactionJob(
            store=store,
            options=options,
            now=NOON + timedelta(days=20),
            code_version="1",
            lock_sha256="0",
        )
    )


def main() -> None:
    folder = Path(sys.argv[1])
    store = Mortal(
        folder / "archive", int(sys.argv[2]), lambda: os.kill(os.getpid(), signal.SIGKILL)
    )
    (merge if "compact" in sys.argv else run)(store, folder)


if __name__ == "__main__":
    main()
