"""Runs tests of a checkout in forks of one process that has installed packages loaded.

`python infra/mutants/session.py` in the folder of a checkout reads one request (JSON) per line:

files   Test files.
names   Node ids of the tests to run, in their order, until one fails; all where empty.
marks   File with a byte per function: the checkout's functions set theirs to 1 when they are
        entered (`infra.mutants.entries`). Where given, a failure ends nothing.
report  File to write for each test: its seconds, and the functions that it may have entered.

Per request it writes two lines: the process that runs the tests, and its exit code (pytest's, or
minus the signal that ended it). Nothing of the checkout is loaded before the fork, so that each
request meets the files as they are then.
"""

import json
import os
import re
import select
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from importlib import import_module
from mmap import mmap
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

OPTIONS = ("-q", "-m", "not full", "-p", "no:cacheprovider", "--hypothesis-seed=0")
"""Options of pytest: the same examples are drawn each time."""

PRELOADED = (
    "boto3",
    "duckdb",
    "hypothesis.extra.pytestplugin",
    "hypothesis.strategies",
    "lxml.html",
    "protego",
    "pyarrow.compute",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "pydantic_settings",
    "rich.console",
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.crawler",
    "trafilatura",
    "typer.core",
    "typer.testing",
    "warcio",
)
"""Loading these takes longer than most tests. None of them starts a thread or Twisted's reactor."""


class TestRequest(TypedDict):
    """What to run, as the module's docstring says."""

    files: list[str]
    names: list[str]
    marks: NotRequired[str]
    report: NotRequired[str]


class Chosen:
    """Plugin of pytest that runs the requested tests alone, in the requested order."""

    def __init__(self, names: list[str]) -> None:
        """Take node ids in the order in which they are to run."""
        self._position = {name: position for position, name in enumerate(names)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep and order the requested tests."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self._position),
            key=lambda item: self._position[item.nodeid],
        )


class EntryRecorder:
    """Plugin of pytest that records for each test the functions entered and the seconds taken.

    What is entered while a file is collected, or while a fixture that several tests share is set
    up, counts for each test that may depend on it.
    """

    def __init__(self, marks: mmap, report: Path) -> None:
        """Take the map in which functions mark themselves, and the file to write at the end."""
        self._marks = marks
        self._report = report
        self._imported: set[int] = set()
        self._shared: dict[str, set[int]] = defaultdict(set)
        self._shared_seconds: dict[str, float] = defaultdict(float)
        self._tests: dict[str, tuple[float, set[int], list[str]]] = {}
        self._failed: list[str] = []
        self._skipped: set[str] = set()

    def pytest_collection_finish(self) -> None:
        """Keep what was entered while the tests were imported."""
        self._imported = self._take()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Record one test."""
        # A function whose result an earlier test left in a cache would not be entered again.
        for clear in caches():
            clear()
        self._take()
        before = sum(self._shared_seconds.values())
        began = time.monotonic()
        result = yield
        shared = sum(self._shared_seconds.values()) - before
        fixtures = [name for name in vars(item).get("fixturenames", ()) if name in self._shared]
        seconds = time.monotonic() - began - shared
        self._tests[item.nodeid] = (seconds, self._take(), fixtures)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object]
    ) -> Generator[None, object, object]:
        """Record the setting up of a fixture that several tests share."""
        if fixturedef.scope == "function":
            return (yield)
        outer, began = self._take(), time.monotonic()
        try:
            return (yield)
        finally:
            entered = self._take()
            self._shared[fixturedef.argname] |= entered
            self._shared_seconds[fixturedef.argname] += time.monotonic() - began
            for number in outer | entered:
                self._marks[number] = 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what fails, and what is skipped."""
        if report.failed:
            self._failed.append(report.nodeid)
        elif report.skipped and not hasattr(report, "wasxfail"):
            self._skipped.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write the report."""
        tests = {}
        for name, (seconds, entered, fixtures) in self._tests.items():
            if name not in self._skipped and name not in self._failed:
                shared = (self._shared[fixture] for fixture in fixtures)
                every = sorted(entered.union(self._imported, *shared))
                whole = seconds + sum(self._shared_seconds[fixture] for fixture in fixtures)
                tests[name] = [round(whole, 3), every]
        self._report.write_text(json.dumps({"tests": tests, "failed": self._failed}))

    def _take(self) -> set[int]:
        """Return the functions marked since the last call, and unmark them."""
        entered = {match.start() for match in re.finditer(b"\x01", self._marks)}
        for number in entered:
            self._marks[number] = 0
        return entered


def caches() -> Iterator[Callable[[], object]]:
    """Yield the function that empties the cache, for each cached function of the checkout."""
    folder = f"{Path.cwd()}{os.sep}"
    for module in list(sys.modules.values()):
        if (getattr(module, "__file__", None) or "").startswith(folder):
            for value in list(vars(module).values()):
                members = list(vars(value).values()) if isinstance(value, type) else [value]
                for member in members:
                    if hasattr(member, "cache_info") and hasattr(member, "__wrapped__"):
                        yield member.cache_clear


def main() -> None:
    """Answer requests until there are no more."""
    # Where a script lies comes first otherwise; `python -m pytest` has the working directory there.
    sys.path[0] = str(Path.cwd())
    for name in PRELOADED:
        # What a small checkout's environment lacks, its tests cannot need.
        with suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        process = os.fork()
        if not process:
            run(json.loads(line))
        # A group of its own: whoever asked ends the tests, and what they start, by ending it. It
        # is made before the number is told, so that it can be ended from then on.
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(process, process)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
        # Nothing more is asked before the answer, so what can be read is the end: whoever asked was
        # killed, and a mutant that never ends would be left.
        ended = os.pidfd_open(process)
        if sys.stdin in select.select([sys.stdin, ended], [], [])[0]:
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
        os.close(ended)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def run(request: TestRequest) -> None:
    """Run the tests of a request in this process and end it."""
    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        with suppress(PermissionError):
            os.setsid()
        # A shell has what it starts in the background ignore it, and tests send it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        options = [*OPTIONS, "--maxfail=0" if "marks" in request else "--maxfail=1"]
        code = int(pytest.main([*options, *request["files"]], plugins=list(plugins(request))))
    finally:
        os._exit(code)


def plugins(request: TestRequest) -> Iterator[object]:
    """Yield the plugins that a request needs."""
    if request["names"]:
        yield Chosen(request["names"])
    if "marks" in request:
        with Path(request["marks"]).open("r+b") as file:
            yield EntryRecorder(mmap(file.fileno(), 0), Path(request["report"]))


if __name__ == "__main__":
    main()
