"""Check the state of outlets and archive every 15 minutes, and write a report page per day.

`check` fails with the list of alarms. It runs after the crawls of each quarter of an hour and reads
landing too, so it is red within twenty minutes after everything went down, and for one outlet with
its second failed poll.
`page` writes the report page of the day before, once, into the folder `SILLOK_REPORTS`.

By hand: `sillok report --check`, `sillok status`, `sillok report --day yesterday --html FILE`, or
`airflow dags trigger report`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

from dags.common import COMMON, daily_page, sillok, timetable


@dag(
    schedule=timetable("13,28,43,58 * * * *"),
    max_active_runs=1,
    doc_md=__doc__,
    tags=["sillok", "report"],
    **COMMON,
)
def report() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(minutes=10))
    def check() -> None:
        """Fail with every alarm there is."""
        sillok("report", "--check")

    @task(execution_timeout=timedelta(minutes=30))
    def page(dag_run: Any = None) -> None:
        """Write the page of the day before, unless it exists."""
        daily_page(dag_run.run_after)

    check()
    page()


report()
