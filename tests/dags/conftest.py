"""The DAG files as Airflow parses them: without a database, and with its folder out of the way."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import dags
from spiders.outlets import outlets

FOLDER = Path(dags.__file__).parent
HOME = Path(tempfile.mkdtemp(prefix="sillok-airflow-"))
os.environ["AIRFLOW_HOME"] = str(
    HOME
)  # before any test imports Airflow, which writes its configuration there


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)


def _bag(monkeypatch: pytest.MonkeyPatch, press: str) -> object:
    monkeypatch.setenv("SILLOK_PRESS", press)
    outlets.cache_clear()
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415 - after its folder is set

    return DagBag(FOLDER)


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    """A monkeypatch that lasts as long as a parsed folder."""
    with pytest.MonkeyPatch.context() as context:
        yield context
    outlets.cache_clear()


@pytest.fixture(scope="module")
def live(patch: pytest.MonkeyPatch):
    """The DAGs of the real outlets."""
    return _bag(patch, "")


@pytest.fixture(scope="module")
def sample(patch: pytest.MonkeyPatch):
    """The DAGs of the sample press."""
    return _bag(patch, "20000")
