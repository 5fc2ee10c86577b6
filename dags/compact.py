"""Merge the parts of the day that is over into one of each table, and days into months.

Runs once a night, so that what a command costs follows what it is asked and not how often was
published. No answer changes. It may run beside crawls and `archive`: whoever publishes first wins,
and the compaction begins again.

By hand: `sillok compact [--dry-run]`, or `airflow dags trigger compact`.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from dags.common import COMMON, sillok, timetable


@dag(
    schedule=timetable("20 1 * * *"),
    max_active_runs=1,
    doc_md=__doc__,
    tags=["sillok", "archive"],
    **COMMON,
)
def compact() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(hours=2))
    def merge() -> None:
        """Merge what is over."""
        sillok("compact")

    merge()


compact()
