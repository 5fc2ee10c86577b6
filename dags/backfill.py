"""Fetch what outlets published on one earlier KST day, as far as their sources reach.

One run is one day. `airflow backfill create --dag-id backfill --from-date 2026-11-18 --to-date
2026-11-20 --max-active-runs 1` makes three runs, the last day included; nothing is scheduled. `reach`
names the outlets of which a source reaches the day, and logs the others; each of them is fetched by
`sillok backfill` in a process of its own, and what an earlier run has reached is not asked again.

By hand: `sillok backfill NAME --since 2026-11-20 --until 2026-11-20`, or
`airflow dags trigger backfill --conf '{"outlets": ["NAME"], "day": "2026-11-20"}'`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, dag, task

from dags import common
from dags.common import COMMON, LANDING, announce, sillok


@dag(
    schedule=common.days(),
    max_active_runs=1,
    doc_md=__doc__,
    tags=["sillok", "crawl", "by hand"],
    **COMMON,
    params={
        "outlets": Param(
            None,
            type=["null", "array"],
            items={"type": "string"},
            title="Outlets",
            description="Without any: every outlet of which a source reaches the day.",
        ),
        "day": common.day_param("KST day", "Of a run by hand; a backfill's run has its own day."),
    },
)
def backfill() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(minutes=10))
    def reach(dag_run: Any = None, params: Any = None) -> list[dict[str, str]]:
        """Return the outlets that reach the day of this run, each with the day."""
        day = str(dag_run.partition_key or params["day"] or common.day_of(dag_run))
        return [{"outlet": name, "day": day} for name in common.reaching(day, params["outlets"])]

    @task(execution_timeout=timedelta(hours=12), map_index_template=common.NAMED)
    def fetch(outlet: str, day: str) -> None:
        """Fetch one outlet's articles of the day."""
        sillok("backfill", outlet, "--since", day, "--until", day)

    @task(outlets=[LANDING], trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def landed(*, dag_run: Any = None, outlet_events: Any = None) -> None:
        """Announce what was fetched."""
        announce(dag_run, outlet_events)

    fetch.expand_kwargs(reach()) >> landed()


backfill()
