"""Look once a day whether the archive still is what was published; a share of its bytes each day.

Fails, with one line for each object that is missing or damaged, until it is put right:
`sillok repair`. Nothing is changed. Every object is read once in `SILLOK_AUDIT_DAYS`.

By hand: `sillok audit [--all]`, or `airflow dags trigger audit`.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from dags.common import COMMON, sillok, timetable


@dag(
    schedule=timetable("40 4 * * *"),
    max_active_runs=1,
    doc_md=__doc__,
    tags=["sillok", "archive"],
    **COMMON,
)
def audit() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(hours=6))
    def read() -> None:
        """Read today's share, and list everything."""
        sillok("audit")

    read()


audit()
