"""Fold the whole archive at once, on this machine (DuckDB) or on Spark, and publish nothing.

The rows (cluster, original, relation, parent) go to the path that the form names. DuckDB works in
slices within its memory limit, goes on after an interruption and writes JSON lines. Spark reads the
signatures from a folder of the archive, `dedupe/v=…`, writes a new folder of Parquet, and needs the
extra `spark` and a Java runtime.

By hand: `sillok fold --corpus -o CLUSTERS.jsonl`, or `python -m infra.spark.fold_corpus PARTS OUT`.
"""

from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from airflow.sdk import Param, dag, task

from dags.common import COMMON, sillok, spark
from processing.errors import PermanentError


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
        "parts": Param(
            None, type=["null", "string"], pattern="^[^-]", title="Spark: the folder dedupe/v=…"
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
            return
        if not params["parts"]:
            raise PermanentError("Spark reads signatures from a folder: name it as `parts`")
        # Asked before the job, whose failed import would only be a traceback in the log.
        if find_spec("pyspark") is None:
            raise PermanentError(
                "pyspark is not installed: add the extra `spark` of this project, or choose duckdb"
            )
        spark(params["parts"], params["output"])

    fold()


fold_corpus()
