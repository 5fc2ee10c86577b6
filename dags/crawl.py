"""Ask the outlets for news: one DAG a pace, one mapped task an outlet whose turn it is.

The clock ticks more often than the pace: `due` reads from the archive which outlets are asked at this tick, sooner
where a source turns over faster than it is polled, later where it is quiet or fails. A run by hand asks every outlet
now; a backfill asks every outlet for the articles of its KST day.

Each task runs `scrapy crawl NAME` in a process of its own and fails when the crawl says so; one outlet's failure stops
no other, and a slow one holds up none, because runs overlap. An outlet that is being crawled already is skipped.
Fetched pages lie sealed under `landing/` as soon as a segment is closed, so whatever kills a task, they are kept. When
all outlets are through, `landed` announces the landing once and the `archive` DAG takes it from there.

By hand: `scrapy crawl NAME`, or `airflow dags trigger crawl_hourly`.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, TriggerRule, dag, task

from dags.common import (
    COMMON,
    LANDING,
    NAMED,
    ONCE,
    announce,
    crawl,
    day_of,
    run_of,
    shown,
    timetable,
    whose_turn,
)
from processing.errors import PermanentError
from spiders.outlet import Pace
from spiders.outlets import outlets

CRON = {
    Pace.QUARTER_HOUR: "*/5 * * * *",
    Pace.HOURLY: "7,22,37,52 * * * *",
    Pace.DAILY: "41 5,11,17,23 * * *",
}
"""The ticks, as far apart as `spiders.crawling.polling.TICK`."""
LIMIT = {Pace.QUARTER_HOUR: 12, Pace.HOURLY: 50, Pace.DAILY: 600}
"""Minutes after which a crawl closes by itself; Airflow's own limit lies above it."""
RUNS = {
    Pace.QUARTER_HOUR: 4,
    Pace.HOURLY: 5,
    Pace.DAILY: 3,
}  # ticks that fit into the limit, and one more


@task(execution_timeout=timedelta(minutes=5))
def due(names: list[str], dag_run: Any = None, ti: Any = None) -> list[str]:
    """Return whom this run asks: at a tick those whose turn it is, otherwise everyone."""
    return whose_turn(names, ti.start_date) if dag_run.run_type == "scheduled" else names


@task(map_index_template=NAMED, retry_policy=ONCE)
def poll(outlet: str, limit: int, dag_run: Any = None, ti: Any = None) -> dict[str, Any]:
    """Crawl one outlet, shown by its title and name. What fails is asked again at a later tick, by its own back-off."""
    day = day_of(dag_run)
    asks = {"backfill": ["-a", f"since={day}", "-a", f"until={day}"]}.get(dag_run.run_type, [])
    if (
        dag_run.run_type == "scheduled" and ti.try_number == 1
    ):  # whoever clears a failed task wants it asked again
        asks = ["-s", "SILLOK_DUE=1"]
    return shown(crawl, outlet, run_of(ti), *asks, "-s", f"CLOSESPIDER_TIMEOUT={limit * 60}")


@task(outlets=[LANDING], trigger_rule=TriggerRule.ALL_DONE, retries=0)
def landed(asked: list[str] | None, *, dag_run: Any = None, outlet_events: Any = None) -> None:
    """Announce what the outlets of this run brought, whatever became of each; skipped when there was no news."""
    if asked is None:  # the state of a run is that of its last task
        raise PermanentError(
            "nobody was asked, because `due` failed: its log says why; the next tick tries again"
        )
    announce(dag_run, outlet_events)


@task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
def answered(asked: list[str] | None, crawled: Iterable[Any] | None, dag_run: Any = None) -> None:
    """Fail the run where not one of the outlets that were asked could be crawled: the fault is likely to be ours."""
    names, enough = (
        asked or [],
        3 if dag_run.run_type == "scheduled" else 1,
    )  # at a tick one that is down comes alone
    if len(names) >= enough and not any(True for _ in crawled or ()):
        raise PermanentError(
            f"none of {len(names)} outlets could be crawled: try the network of this machine first"
        )


def crawl_dag(pace: Pace, names: list[str]) -> DAG:
    """Return the DAG that polls these outlets at this pace."""

    @dag(
        dag_id=f"crawl_{pace}",
        schedule=timetable(CRON[pace]),
        max_active_runs=RUNS[pace],
        doc_md=__doc__,
        tags=["sillok", "crawl"],
        **COMMON,
        dagrun_timeout=timedelta(minutes=LIMIT[pace] * 3),
    )
    def build() -> None:
        polls = poll.override(execution_timeout=timedelta(minutes=LIMIT[pace] + 2)).partial(
            limit=LIMIT[pace]
        )
        asked = due(names)
        crawled = polls.expand(outlet=asked)
        crawled >> [landed(asked), answered(asked, crawled)]  # type: ignore[arg-type]  # resolved when they run

    return build()


for _pace in Pace:
    _names = sorted(
        name for name, outlet in outlets().items() if outlet.pace is _pace and outlet.paused is None
    )
    if _names:
        crawl_dag(_pace, _names)
