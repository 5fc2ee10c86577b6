"""Ask the outlets for news: one DAG a pace, one mapped task an outlet.

Each task runs `scrapy crawl NAME` in a process of its own and fails when the crawl says so; one outlet's failure stops
no other. Fetched pages lie sealed under `landing/` as soon as a segment is closed, so whatever kills a task, what it
had sealed is kept. When all outlets are through, `landed` announces the landing once and the `archive` DAG takes it
from there. A backfill asks for the articles of its KST day instead of the newest.

By hand: `scrapy crawl NAME`, or `airflow dags trigger crawl_hourly`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, TriggerRule, dag, get_current_context, task

from dags.common import DEFAULTS, LANDING, START, announce, crawl, day_of, run_of, timetable
from spiders.outlet import Pace
from spiders.outlets import outlets

CRON = {Pace.QUARTER_HOUR: "*/15 * * * *", Pace.HOURLY: "7 * * * *", Pace.DAILY: "41 5 * * *"}
LIMIT = {Pace.QUARTER_HOUR: 12, Pace.HOURLY: 50, Pace.DAILY: 600}
"""Minutes after which a crawl closes by itself; Airflow's own limit lies above it."""


@task(map_index_template="{{ outlet }}", max_active_tis_per_dagrun=4)
def poll(outlet: str, limit: int, dag_run: Any = None, ti: Any = None) -> dict[str, Any]:
    """Crawl one outlet."""
    get_current_context()["outlet"] = outlet  # type: ignore[typeddict-unknown-key] # shown instead of 0, 1, 2
    day = day_of(dag_run)
    span = ["-a", f"since={day}", "-a", f"until={day}"] if dag_run.run_type == "backfill" else []
    return crawl(outlet, run_of(ti), *span, "-s", f"CLOSESPIDER_TIMEOUT={limit * 60}")


@task(outlets=[LANDING], trigger_rule=TriggerRule.ALL_DONE, retries=0)
def landed(*, dag_run: Any = None, outlet_events: Any = None) -> None:
    """Announce what the outlets of this run brought, whatever became of each; skipped when there was no news."""
    announce(dag_run, outlet_events)


def crawl_dag(pace: Pace, names: list[str]) -> DAG:
    """Return the DAG that polls these outlets at this pace."""

    @dag(
        dag_id=f"crawl_{pace}",
        schedule=timetable(CRON[pace]),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=True,
        default_args=DEFAULTS,
        doc_md=__doc__,
        tags=["sillok", "crawl"],
        dagrun_timeout=timedelta(minutes=LIMIT[pace] * 3),
    )
    def build() -> None:
        polls = poll.override(execution_timeout=timedelta(minutes=LIMIT[pace] + 2)).partial(limit=LIMIT[pace])
        polls.expand(outlet=names) >> landed()

    return build()


for _pace in Pace:
    _names = sorted(name for name, outlet in outlets().items() if outlet.pace is _pace and outlet.paused is None)
    if _names:
        crawl_dag(_pace, _names)
