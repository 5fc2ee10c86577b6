"""Crawl one outlet on request: its newest articles, those of some days, or a single URL.

The form offers the declared outlets. `since` and `until` are KST days and need a source that reaches
them: `sillok backfill NAME --since DAY --dry-run` says which, and one run goes as far as its limits.
`url` fetches just that article and leaves the rest. A dry run fetches and reads, and keeps nothing.

By hand: `scrapy crawl NAME -a since=2026-11-20 -a until=2026-11-21`, or
`airflow dags trigger crawl_outlet --conf '{"outlet": "NAME"}'`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from dags.common import COMMON, LANDING, announce, crawl, day_param, run_of
from processing.landing.keys import backfill_run
from spiders.outlets import outlets

NAMES = sorted(outlets())
TITLES = {name: f"{outlet.title} ({name})" for name, outlet in outlets().items()}


@dag(
    schedule=None,
    max_active_runs=4,
    doc_md=__doc__,
    tags=["sillok", "crawl", "by hand"],
    **COMMON,
    params={
        "outlet": Param(
            NAMES[0],
            type="string",
            enum=NAMES,
            values_display=TITLES,
            title="Outlet",
            description="Budget, robots.txt and a cool-down of its host hold here too.",
        ),
        "since": day_param(
            "From this KST day", "Needs a source that lists days. Without it: the newest articles."
        ),
        "until": day_param("To this KST day", "That day is included."),
        "url": Param(
            None,
            type=["null", "string"],
            format="uri",
            pattern="^https?://",
            title="Only this article",
            description="Its address; sources are not asked then.",
        ),
        "dry_run": Param(
            default=False,
            type="boolean",
            title="Keep nothing",
            description="Fetch and read what is not in the archive yet, and keep none of it.",
        ),
    },
)
def crawl_outlet() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(hours=6))
    def poll(params: Any = None, ti: Any = None) -> dict[str, Any]:
        """Crawl the outlet that the form names."""
        pairs = [f"{name}={params[name]}" for name in ("since", "until", "url") if params[name]]
        arguments = [part for pair in pairs for part in ("-a", pair)]
        run = backfill_run(run_of(ti)) if params["since"] else run_of(ti)
        return crawl(params["outlet"], run, *arguments, keep=not params["dry_run"])

    @task(outlets=[LANDING], retries=0)
    def landed(*, dag_run: Any = None, outlet_events: Any = None) -> None:
        """Announce what was fetched."""
        announce(dag_run, outlet_events)

    poll() >> landed()


crawl_outlet()
