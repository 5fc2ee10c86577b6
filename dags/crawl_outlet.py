"""Crawl one outlet on request: its newest articles, those of some days, or a single URL.

The form offers the declared outlets. `since` and `until` are KST days and need a source that lists them (a day
archive); `url` fetches just that article and leaves the rest. A dry run fetches and reads, and keeps nothing.

By hand: `scrapy crawl NAME -a since=2026-11-20 -a until=2026-11-21`, or
`airflow dags trigger crawl_outlet --conf '{"outlet": "NAME"}'`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from dags.common import DEFAULTS, LANDING, START, announce, crawl, run_of
from spiders.outlets import outlets

NAMES = sorted(outlets())


@dag(
    schedule=None,
    start_date=START,
    is_paused_upon_creation=True,
    max_active_runs=4,
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["sillok", "crawl", "by hand"],
    params={
        "outlet": Param(NAMES[0], type="string", enum=NAMES, title="Outlet"),
        "since": Param(None, type=["null", "string"], format="date", title="From this KST day"),
        "until": Param(
            None, type=["null", "string"], format="date", title="To this KST day, included"
        ),
        "url": Param(
            None,
            type=["null", "string"],
            format="uri",
            pattern="^https?://",
            title="Only this article",
        ),
        "dry_run": Param(default=False, type="boolean", title="Keep nothing"),
    },
)
def crawl_outlet() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(hours=6))
    def poll(params: Any = None, ti: Any = None) -> dict[str, Any]:
        """Crawl the outlet that the form names."""
        given = [f"{name}={params[name]}" for name in ("since", "until", "url") if params[name]]
        spans = [part for pair in given for part in ("-a", pair)]
        return crawl(params["outlet"], run_of(ti), *spans, keep=not params["dry_run"])

    @task(outlets=[LANDING], retries=0)
    def landed(*, dag_run: Any = None, outlet_events: Any = None) -> None:
        """Announce what was fetched."""
        announce(dag_run, outlet_events)

    poll() >> landed()


crawl_outlet()
