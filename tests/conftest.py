"""What holds for all tests: under `make test-all` a test that would be skipped fails instead."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

OTHERS_PROPERTY = ("SILLOK_KEPT_PAGES", "SILLOK_FOLDING_BENCH", "SILLOK_ARTICLE_URLS", "SILLOK_SEEDS")
"""What nobody can install: pages and texts that are not ours to hand on. Tests of them may be skipped always."""

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


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
