"""Check the state of outlets and archive every 15 minutes, and write a report page per day.

`check` fails with the list of alarms, tells the channels of `SILLOK_NOTIFIERS` what began and what
is over, and sends gauges per outlet to where Airflow's metrics go. It runs after the crawls of each quarter of an hour and reads
landing too, so it is red within twenty minutes after everything went down, and for one outlet with
its second failed poll.
`page` writes the report page of the day before, once, into the folder `SILLOK_REPORTS`.
`landed` announces what lies under `landing/`, as the crawl DAGs do at their ends: it is archived also
where these are paused, or where it was crawled by hand.

By hand: `sillok report --check`, `sillok status`, `sillok report --day yesterday --html FILE`, or
`airflow dags trigger report`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.common import COMMON, KST, LANDING, announce, sillok, timetable


def daily_page(moment: datetime) -> None:
    """Write the report page of the KST day before `moment`.

    Raises AirflowSkipException where it exists.
    """
    from processing.settings import settings

    day = moment.astimezone(KST).date() - timedelta(days=1)
    file = settings().reports / f"{day}.html"
    if file.exists():
        raise AirflowSkipException(f"{file} is written")
    file.parent.mkdir(parents=True, exist_ok=True)
    # Renamed when it is whole: a page that exists is never written again.
    beside = file.with_suffix(".part")
    sillok("report", "--day", f"{day}", "--html", f"{beside}")
    beside.replace(file)


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
        """Fail with every alarm there is, and say what changed."""
        from dags.alerts import channels, check_state
        from spiders.settings import environment

        told_to = channels(environment().notifiers)
        now = datetime.now(UTC)  # noqa: TID251 - how long ago the last polls were
        check_state(told_to, get_current_context(), now)

    @task(execution_timeout=timedelta(minutes=30))
    def page(dag_run: Any = None) -> None:
        """Write the page of the day before, unless it exists."""
        daily_page(dag_run.run_after)

    @task(outlets=[LANDING], retries=0)
    def landed(*, dag_run: Any = None, outlet_events: Any = None) -> None:
        """Announce the pages that wait to be archived; skipped where there are none."""
        announce(dag_run, outlet_events)

    check()
    page()
    landed()


report()
