"""What holds for all tests: no setting of a person reaches them, and `make test-all` fails what would be skipped."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

OTHERS_PROPERTY = (
    "SILLOK_KEPT_PAGES",
    "SILLOK_FOLDING_BENCH",
    "SILLOK_ARTICLE_URLS",
    "SILLOK_SEEDS",
)
"""What nobody can install: pages and texts that are not ours to hand on. Tests of them may be skipped always."""

FOR_TESTS = (*OTHERS_PROPERTY, "SILLOK_TEST_ALL", "SILLOK_REWRITE")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_configure() -> None:
    """Forget what the shell is set to: it may be that of a store, of outlets or of an Airflow that are in use."""
    for name in [
        name
        for name in os.environ
        if name.startswith(("SILLOK_", "AIRFLOW")) and name not in FOR_TESTS
    ]:
        del os.environ[name]


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
