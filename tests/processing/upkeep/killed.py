"""An audit, a repair or a publication that dies: `python -m tests.processing.upkeep.killed DIR WHAT N`.

It dies before its Nth call of the store, by SIGKILL; with N = 0 it lives. `LIMIT` in the environment is the size, in
bytes, that no file may exceed (RLIMIT_FSIZE): a disk that is full.
"""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from processing.archive.intake import Job
from processing.archive.publish import publish
from processing.errors import SillokError
from processing.store.file_store import FileStore
from processing.store.interface import ListedObject
from processing.upkeep.audit import audit
from processing.upkeep.repair import repair
from spiders.cli import exit_code
from tests.processing.newsroom import FACTS, NOON
from tests.processing.upkeep.crawled import JsonReader
from tests.processing.upkeep.damage import options_in

LATER = NOON + timedelta(days=3)


class Counted(FileStore):
    """A directory whose user dies before the call of that number."""

    def __init__(self, root: Path, number: int) -> None:
        super().__init__(root)
        self._number = number
        self.calls = 0

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self._number:
            os.kill(os.getpid(), signal.SIGKILL)

    def get(self, key: str) -> bytes:
        self._call()
        return super().get(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        self._call()
        return super().get_range(key, start, length)

    def get_file(self, key: str, path: Path) -> None:
        self._call()
        super().get_file(key, path)

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self._call()
        super().put(key, data, create=create)

    def put_file(self, key: str, path: Path, **how: Any) -> None:
        self._call()
        super().put_file(key, path, **how)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        self._call()
        return super().list(prefix)

    def exists(self, key: str) -> bool:
        self._call()
        return super().exists(key)


def act(folder: Path, what: str, number: int = 0, now: datetime = LATER) -> int:
    """Do it, and return how often the store was called."""
    store = Counted(folder / "archive", number)
    options = options_in(folder, store)
    given: dict[str, Any] = {"now": now, "code_version": "1", "lock_sha256": "0" * 64}
    if what == "publish":
        publish(store, outlets=FACTS, options=options, **given)
        return store.calls
    found = audit(store, options, now=now, days=5, everything=True)
    if what == "repair":
        job = Job(store=store, options=options, outlets=FACTS, **given)
        repair(job, found.findings, JsonReader())
    return store.calls


def main() -> None:
    if limit := os.environ.get("LIMIT"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    now = LATER
    if os.environ.get("OWN_CLOCK"):
        now = datetime.now(UTC)  # noqa: TID251 - the clock is what is tried
    try:
        act(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), now)
    except (SillokError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
