"""What tests of a crawl share: an origin on loopback and a crawl as a process."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from processing.landing.segments import read_rows, report, sealed
from processing.records import Article, Fetch, Rejection, RunReport
from processing.store.file_store import FileStore
from tests import forked
from tests.spiders.origin import Origin

ROOT = Path(__file__).parents[2]


@dataclass
class Crawled:
    code: int
    out: str
    log: str
    folder: Path
    run: str
    report: RunReport

    @property
    def store(self) -> FileStore:
        return FileStore(self.folder / "archive")

    def rows(self, kind: Any = "log") -> list[Any]:
        seals = [seal for seal in sealed(self.store) if seal.run == self.run]
        return [row for seal in seals for row in read_rows(self.store, seal, kind)]

    def articles_log(self) -> list[Fetch]:
        return [row for row in self.rows() if row.role == "article"]

    def articles(self) -> list[Article]:
        return self.rows("articles")

    def rejections(self) -> list[Rejection]:
        return self.rows("rejections")


def crawled(code: int, out: str, log: str, folder: Path) -> Crawled:
    """Gather what the newest run of an archive left behind."""
    store = FileStore(folder / "archive")
    runs = [
        one for one in (folder / "archive").glob("landing/outlet=*/run=*") if any(one.iterdir())
    ]
    newest = max(
        runs, key=lambda one: one.stat().st_mtime_ns, default=None
    )  # two may begin within one second
    run, outlet = (newest.name[4:], newest.parent.name[7:]) if newest else ("", "")
    return Crawled(
        code, out, log, folder, run, cast("RunReport", report(store, outlet, run) if run else None)
    )


Crawl = Callable[..., Crawled]


@pytest.fixture
def origin() -> Iterator[Origin]:
    server = Origin()
    yield server
    server.close()


def command(origin_port: int, folder: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SILLOK_")}
    env |= {
        "SILLOK_PRESS": str(origin_port),
        "SILLOK_STORE": f"file:{folder / 'archive'}",
        "SILLOK_SPOOL": str(folder / "spool"),
        "PYTHONPATH": str(ROOT),
    }
    settings = ["-s", "SILLOK_RETRY_WAIT=0.05"]
    return [sys.executable, "-m", "tests.spiders.driver", *arguments, *settings], env


class StartedCrawl:
    """A crawl that goes on: `read_until` follows its log, `end` waits for it."""

    def __init__(self, origin: Origin, folder: Path, *arguments: str, **env: str) -> None:
        line, environment = command(origin.port, folder, "crawl", *arguments)
        self.folder, self._output, pipe = folder, folder / "stdout", folder / "log.fifo"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        self.process = forked.start(
            "tests.spiders.driver:main",
            *line[3:],
            env=environment | env,
            folder=ROOT,
            out=self._output,
            err=pipe,
        )
        self._log = pipe.open()
        self._lines = ""

    def read_until(self, words: str) -> None:
        """Read the log up to a line with `words`; raise AssertionError where it ends before."""
        while words not in self._lines:
            line = self._log.readline()
            assert line, self._lines
            self._lines += line

    def signal(self, number: signal.Signals) -> None:
        os.kill(cast("int", self.process.pid), number)

    def end(self) -> Crawled:
        """Return how the crawl ended. What only a signal ends would take longer than this waits."""
        # Before the log is read to its end: a crawl that hangs keeps it open.
        self.process.join(60)
        if self.process.exitcode is None:
            self.process.kill()
            pytest.fail(f"the crawl did not end: {self._lines}{self._log.read()}")
        with self._log:
            self._lines += self._log.read()
        return crawled(self.process.exitcode, self._output.read_text(), self._lines, self.folder)


@pytest.fixture
def crawl(origin: Origin, tmp_path: Path) -> Crawl:
    """Run `scrapy crawl …` to its end; the runs of one test share one archive."""

    def run(*arguments: str, env: dict[str, str] | None = None) -> Crawled:
        line, environment = command(origin.port, tmp_path, "crawl", *arguments)
        output, log = tmp_path / "stdout", tmp_path / "stderr"
        process = forked.start(
            "tests.spiders.driver:main",
            *line[3:],
            env=environment | (env or {}),
            folder=ROOT,
            out=output,
            err=log,
        )
        process.join(90)
        if process.exitcode is None:
            process.kill()
            pytest.fail(f"the crawl did not end: {log.read_text()}")
        return crawled(process.exitcode, output.read_text(), log.read_text(), tmp_path)

    return run
