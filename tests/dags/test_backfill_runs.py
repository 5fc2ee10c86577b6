"""What Airflow's own command makes of a backfill: runs, counted by the keys of their partitions."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dags.conftest import FOLDER

AIRFLOW = Path(sys.executable).with_name("airflow")


@pytest.fixture
def airflow(tmp_path: Path):
    """Run a command of Airflow against a database of its own."""
    env = {name: value for name, value in os.environ.items() if "SILLOK_" not in name} | {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(FOLDER),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "PYTHONPATH": str(FOLDER.parent),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(AIRFLOW), *arguments],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    run("db", "migrate")
    run("dags", "reserialize")
    return run


@pytest.mark.full
def test_a_backfill_of_three_days_makes_exactly_three_runs(airflow) -> None:
    for first, keys in (("20", ["20"]), ("18", ["18", "19", "20"])):
        span = ("--from-date", f"2026-11-{first}", "--to-date", "2026-11-20")
        out = airflow("backfill", "create", "--dag-id", "backfill", *span, "--dry-run")
        rows = [line.split("|")[2].strip() for line in out.splitlines() if "| 2026" in line]
        assert rows == [f"2026-11-{key}" for key in keys], out
    airflow("backfill", "create", "--dag-id", "backfill", *span, "--max-active-runs", "1")
    runs = airflow("dags", "list-runs", "backfill", "--output", "plain")
    assert runs.count("backfill__") == len(keys), runs
