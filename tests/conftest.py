"""Rules for all tests.

* No setting of the person who runs them reaches a test.
* A property has no deadline, and one that fails is shown as any other test; `make test-all` draws more examples.
* What a test process starts ends with it, even when it is killed outright.
* Temporary folders are in memory where that is large enough, and removed when all tests pass.
* `make test-all` fails what would be skipped.
"""

import gc
import importlib
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

OTHERS_PROPERTY = (
    "SILLOK_KEPT_PAGES",
    "SILLOK_FOLDING_BENCH",
    "SILLOK_ARTICLE_URLS",
    "SILLOK_SEEDS",
    "SILLOK_AIRFLOW_CHART",
)
"""What no registry has: pages and texts that are not ours to hand on, a chart. Tests of them may be skipped always."""

FOR_TESTS = (*OTHERS_PROPERTY, "SILLOK_TEST_ALL", "SILLOK_REWRITE")

MEMORY = "/dev/shm"  # noqa: S108 - a file system, not a file of a known name
ROOM = 2 << 30
"""Bytes that must be free in memory: all temporary folders of a run together hold half a gigabyte."""

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


# How long an example takes says how busy the machine is, and not whether the code is right.
settings.register_profile(
    "sillok", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("all", parent=settings.get_profile("sillok"), max_examples=500)
settings.load_profile("all" if os.environ.get("SILLOK_TEST_ALL") else "sillok")

# Hypothesis uses libcst, which Airflow brings, to write a patch that adds a failing example to its
# test. Where zope.interface (Twisted) is loaded, libcst raises AttributeError, and that ended the
# whole session (Instagram/LibCST issue 1458). None makes an import of the patch writer fail.
sys.modules["hypothesis.extra._patching"] = None  # type: ignore[assignment]


def pytest_configure() -> None:
    """Forget the settings of the shell: they may be those of a store or an Airflow in use."""
    for name in [
        name
        for name in os.environ
        if name.startswith(("SILLOK_", "AIRFLOW")) and name not in FOR_TESTS
    ]:
        del os.environ[name]
    # A run starts some hundred processes, and each would compile all that it imports.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # A store has every object written to the disk, and tests of archives waited for that half
    # of their time.
    if "TMPDIR" not in os.environ and holds_temporary_folders(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = MEMORY
    end_with_this_process()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Scrapy looks through all modules for each caller when it deprecates a class: a second or
        # two later on, where all tests have loaded what they need.
        importlib.import_module("scrapy.core.downloader.handlers.http11")
    # Next to nothing of what is loaded for the tests is garbage, and looking took a quarter of it.
    gc.disable()


def holds_temporary_folders(folder: str) -> bool:
    """Return whether there is room, programs may be run, and files have attributes, as Swift needs."""
    try:
        state = os.statvfs(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            os.setxattr(file.fileno(), "user.test", b"")
    except (AttributeError, OSError):  # a system without attributes, or without such a folder
        return False
    return state.f_bavail * state.f_frsize >= ROOM and not state.f_flag & os.ST_NOEXEC


def pytest_collection_finish() -> None:
    """Leave what was collected out of garbage collection: five thousand tests and all modules."""
    # A full collection took a second, and happened in the middle of many a test.
    gc.collect()
    gc.freeze()
    gc.enable()


def end_with_this_process() -> None:
    """Mark what this process (a test worker, or the whole run) starts, and have it end with it."""
    mark = uuid.uuid4().hex
    unmarked = {name: value for name, value in os.environ.items() if name != "TEST_PROCESS"}
    os.environ["TEST_PROCESS"] = mark
    subprocess.Popen(
        [sys.executable, Path(__file__).with_name("orphans.py"), str(os.getpid()), mark],
        env=unmarked,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the skip of a test."""
    return judged((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the skip of a whole module."""
    return judged((yield))


def judged(report: Report) -> Report:
    """Turn a skip into a failure where `SILLOK_TEST_ALL` is set."""
    if not os.environ.get("SILLOK_TEST_ALL") or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = str(report.longrepr)
    if not any(name in reason for name in OTHERS_PROPERTY):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and `make test-all` never skips: {reason}"
    return report
