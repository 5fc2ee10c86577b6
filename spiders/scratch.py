"""Where a browser puts its temporary files, so that nothing of them outlives the next crawl of its outlet.

They lie in the system's folder for such things, because the path of a socket must be short (unix(7)). A link in the
outlet's spool leads there: after a crawl that was killed, the next one finds by it what there is to remove.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "sillok-browser-"


class Scratch:
    """One folder for temporary files; `link` leads to it while it is there, and belongs to one crawl at a time."""

    def __init__(self, link: Path) -> None:
        self._link = link

    def make(self) -> Path:
        """Return an empty folder that nobody else reads; what an earlier crawl left goes first."""
        self.remove()
        folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{secrets.token_hex(4)}"
        self._link.parent.mkdir(parents=True, exist_ok=True)
        self._link.symlink_to(folder)  # before the folder: killed in between, we leave nothing that is not known
        folder.mkdir(mode=0o700)
        return folder

    def remove(self) -> None:
        """Remove the folder; what a dying process still writes into it goes with the next crawl."""
        if not self._link.is_symlink():
            return
        folder = self._link.readlink()
        if folder.name.startswith(_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            self._link.unlink()


@contextmanager
def temporary(folder: Path) -> Iterator[None]:
    """Let a program that is started inside have `folder` for its temporary files; Playwright takes no environment."""
    before = os.environ.get("TMPDIR")
    tempfile.gettempdir()  # this process has chosen its own by now
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before
