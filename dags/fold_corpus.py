"""Fold the whole archive at once, on this machine (DuckDB) or on Spark, and publish nothing.

The rows (cluster, original, relation, parent) go to the file that the form names, as JSON lines,
the same from both. DuckDB works in slices within its memory limit and goes on after an
interruption. Spark runs on the cluster of the Airflow connection `sillok_spark` (host and port of
its master), else of `spark-submit`'s own settings; it needs the extra `spark` and a Java runtime.

By hand: `sillok fold --corpus -o CLUSTERS.jsonl`, or
`spark-submit --master spark://HOST:7077 infra/spark/fold_corpus.py CLUSTERS.jsonl`.
"""

import sys
from collections import deque
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from airflow.sdk import Connection, Param, dag, task
from airflow.sdk.exceptions import AirflowNotFoundException

from dags.common import COMMON, LINES, Line, reason_in, sillok, stream, verdict
from processing.errors import PermanentError

CONNECTION = "sillok_spark"
"""The Airflow connection that names the Spark cluster; there need not be one."""


def master() -> list[str]:
    """Return the option of `spark-submit` for the master of the connection, if there is one.

    Raises PermanentError for a connection without a host.
    """
    try:
        named = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return []
    if not (host := named.host):
        raise PermanentError(f"connection {CONNECTION} names no host: give that of Spark's master")
    # The Spark provider's own connections have the scheme in the host, or "yarn", or "local[2]".
    plain = "://" not in host and host != "yarn" and not host.startswith("local")
    url = f"spark://{host}" if plain else host
    return ["--master", f"{url}:{named.port}" if named.port else url]


def spark(output: str) -> None:
    """Submit the fold to Spark; raises the error that its exit code stands for."""
    job = find_spec("infra.spark.fold_corpus")
    submit = Path(sys.executable).with_name("spark-submit")
    # Asked before the job, whose failed import would only be a traceback in the log.
    if job is None or job.origin is None or not submit.exists():
        raise PermanentError(
            "pyspark is not installed: add the extra `spark` of this project, or choose duckdb"
        )
    tail: deque[Line] = deque(maxlen=LINES)
    command = [str(submit), *master(), job.origin, output]
    # Spark finds itself by this interpreter; the PATH may have another.
    code = stream(command, {"PYSPARK_DRIVER_PYTHON": sys.executable}, tail)
    if error := verdict(code, "the fold on Spark", reason_in(tail), passing=(1, 4)):
        raise error


@dag(
    schedule=None,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["sillok", "archive", "by hand"],
    **COMMON,
    params={
        "engine": Param("duckdb", type="string", enum=["duckdb", "spark"], title="Engine"),
        "output": Param(
            "var/corpus.jsonl", type="string", pattern="^[^-]", title="Where the rows go"
        ),
    },
)
def fold_corpus() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(hours=12))
    def fold(params: Any = None) -> None:
        """Fold with the engine that the form names."""
        if params["engine"] == "duckdb":
            sillok("fold", "--corpus", "-o", params["output"])
        else:
            spark(params["output"])

    fold()


fold_corpus()
