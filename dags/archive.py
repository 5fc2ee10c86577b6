"""Archive the landed pages: fold reprints, check the batch, publish it with one manifest.

Runs when a crawl DAG announces its landing; announcements that arrive while it works make one
further run. It publishes every sealed segment that no manifest names yet, of any day or run, so
that a failed run is made good by the next. Nothing is half published: the archive
changes when the manifest is written, and at no other moment.

By hand: `sillok archive [--outlet NAME] [--run RUN] [--dry-run]`, or
`airflow dags trigger archive`.
"""

from datetime import timedelta

from airflow.sdk import PartitionedAssetTimetable, dag, task

from dags.common import COMMON, LANDING, sillok


@dag(
    schedule=PartitionedAssetTimetable(assets=LANDING),
    max_active_runs=1,
    doc_md=__doc__,
    tags=["sillok", "archive"],
    **COMMON,
)
def archive() -> None:
    """Build the DAG."""

    @task(execution_timeout=timedelta(hours=2))
    def publish() -> None:
        """Fold, check and publish."""
        sillok("archive")

    publish()


archive()
