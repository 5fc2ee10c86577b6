"""The DAG that folds a whole archive, run by Airflow itself: both engines end in the rows that were published."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.publish import publish
from processing.lookup.sql import ask
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.newsroom import FACTS, NOON, Crawl, article, story

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[3]
SAID = ("cluster", "original", "relation", "parent", "score")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of two batches, in the later of which an agency has three of a paper's stories."""
    room = tmp_path_factory.mktemp("room")
    store = FileStore(room / "archive")
    options = Settings(store=store.url, cache=room / "cache", heads=room / "heads")
    told = {"code_version": "1", "lock_sha256": "0" * 64, "outlets": FACTS, "options": options}
    Crawl(
        "hanbit", "20261120T030000Z-aaaaaa", [article("hanbit", number) for number in range(6)]
    ).land(store)
    publish(store, now=NOON + timedelta(hours=1), **told)
    later = [article("narae", 10 + number, text=story(number)[1]) for number in range(3)]
    Crawl("narae", "20261120T050000Z-bbbbbb", later).land(store)
    publish(store, now=NOON + timedelta(hours=3), **told)
    return room


@pytest.fixture(scope="module")
def published(room: Path) -> dict[str, tuple[object, ...]]:
    catalogue = Catalogue(FileStore(room / "archive"), room / "cache")
    rows = ask(catalogue, f"SELECT version_id, {', '.join(SAID)} FROM clusters").records()  # noqa: S608 - our own names
    return {row["version_id"]: tuple(row[name] for name in SAID) for row in rows}


@pytest.fixture(scope="module")
def airflow(room: Path):
    """Run one command of an Airflow that has its own database, and return what it printed."""
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(room / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_CONN_SILLOK_SPARK": json.dumps({"conn_type": "spark", "host": "local[2]"}),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SILLOK_STORE": FileStore(room / "archive").url,
        "SILLOK_CACHE": str(room / "cache"),
        "SILLOK_HEADS": str(room / "heads"),
    }

    def run(*arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("airflow")), *arguments]
        done = subprocess.run(
            command, cwd=room, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout + done.stderr

    run("db", "migrate")
    return run


def form(**given: str) -> list[str]:
    return ["dags", "test", "fold_corpus", "--conf", json.dumps(given)]


def test_duckdb_ends_in_what_was_published(airflow, room: Path, published) -> None:
    airflow(*form(engine="duckdb", output=str(room / "corpus.jsonl")))
    rows = [json.loads(line) for line in (room / "corpus.jsonl").read_text().splitlines()]
    assert {row["id"]: tuple(row[name] for name in SAID) for row in rows} == published
    assert sum(row["relation"] == "copy" for row in rows) == 3


def test_spark_ends_in_what_was_published(airflow, room: Path, published) -> None:
    """Submitted to the master that Airflow's connection names."""
    airflow(*form(engine="spark", output=str(room / "spark.jsonl")))
    rows = [json.loads(line) for line in (room / "spark.jsonl").read_text().splitlines()]
    assert {row["id"]: tuple(row[name] for name in SAID) for row in rows} == published
