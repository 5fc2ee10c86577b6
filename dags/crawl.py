"""Poll the outlets for new articles: one DAG per pace, one mapped task per outlet that is due.

Runs are scheduled more often than the pace. `due` reads from the archive which outlets are polled
at this tick: sooner where a source turns over faster than it is polled, later where it is quiet or
fails. A manual run polls every outlet now. Earlier days are fetched by the DAG `backfill`: a backfill
of this one makes one run a day, which fails and says so.

Each task runs `scrapy crawl NAME` in a process of its own. Outlets fail alone, and a slow one
delays no other, because runs overlap; one that is being crawled already is skipped. At the end
`landed` announces the pages that were sealed under `landing/`, which triggers the `archive` DAG.

By hand: `scrapy crawl NAME`, or `airflow dags trigger crawl_hourly`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, TriggerRule, dag, task

from dags import common
from dags.common import announce, crawl, shown, whose_turn
from processing.errors import PermanentError
from spiders.outlet import Pace
from spiders.outlets import outlets

# Ticks are as far apart as `spiders.crawling.polling.TICK`; one run more than fit into the limit.
CLOCK = {
    Pace.QUARTER_HOUR: ("*/5 * * * *", 12, 4),
    Pace.HOURLY: ("7,22,37,52 * * * *", 50, 5),
    Pace.DAILY: ("41 5,11,17,23 * * *", 600, 3),
}
"""Per pace: the schedule, the minutes after which a crawl closes by itself, runs at once."""


@task(execution_timeout=timedelta(minutes=5))
def due(names: list[str], dag_run: Any = None, ti: Any = None) -> list[str]:
    """Return the outlets of this run: those that are due if it is scheduled, otherwise all."""
    common.refuse_backfill(dag_run)
    return whose_turn(names, ti.start_date) if dag_run.run_type == "scheduled" else names


@task(map_index_template=common.NAMED, retry_policy=common.ONCE)
def poll(outlet: str, limit: int, dag_run: Any = None, ti: Any = None) -> dict[str, Any]:
    """Crawl one outlet. One that fails is polled again at a later tick."""
    asks = []
    # Whoever clears a failed task wants the outlet asked again, due or not.
    if dag_run.run_type == "scheduled" and ti.try_number == 1:
        asks = ["-s", "SILLOK_DUE=1"]
    limits = ["-s", f"CLOSESPIDER_TIMEOUT={limit * 60}"]
    return shown(crawl, outlet, common.run_of(ti), *asks, *limits)


@task(outlets=[common.LANDING], trigger_rule=TriggerRule.ALL_DONE, retries=0)
def landed(asked: list[str] | None, *, dag_run: Any = None, outlet_events: Any = None) -> None:
    """Announce the pages of this run; skipped when there was no news."""
    # The state of a run is that of its last task.
    if asked is None:
        raise PermanentError("`due` failed and nobody was asked: its log says why")
    announce(dag_run, outlet_events)


answered = task(trigger_rule=TriggerRule.ALL_DONE, retries=0)(common.answered)


def crawl_dag(pace: Pace, names: list[str]) -> DAG:
    """Return the DAG that polls these outlets at this pace."""
    cron, limit, runs = CLOCK[pace]

    @dag(
        dag_id=f"crawl_{pace}",
        schedule=common.timetable(cron),
        max_active_runs=runs,
        doc_md=__doc__,
        tags=["sillok", "crawl"],
        **common.COMMON,
        dagrun_timeout=timedelta(minutes=limit * 3),
    )
    def build() -> None:
        polls = poll.override(execution_timeout=timedelta(minutes=limit + 2)).partial(limit=limit)
        asked = due(names)
        crawled = polls.expand(outlet=asked)
        crawled >> [landed(asked), answered(asked, crawled)]  # type: ignore[arg-type]  # lazy

    return build()


for _pace in Pace:
    _polled = [item for item in outlets().values() if item.pace is _pace and item.paused is None]
    if _polled:
        crawl_dag(_pace, sorted(item.name for item in _polled))
