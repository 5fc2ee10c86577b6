"""When the crawl DAGs tick and which days a backfill has, as Airflow's scheduler sees it.

Airflow knows the class by the plugin that this package's entry point names (`airflow.plugins`).
"""

from collections.abc import Iterable
from datetime import datetime

from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, TimeRestriction
from airflow.timetables.trigger import CronPartitionTimetable


class DayOfTicks(CronPartitionTimetable):
    """Ticks of a cron expression, each with the day as its partition; a backfill has one run a day.

    Airflow's own timetable makes a backfill run of each tick, all with the key of one day.
    """

    def iter_partition_dagrun_infos(
        self, *, earliest: datetime, latest: datetime
    ) -> Iterable[DagRunInfo]:
        """Yield one run for each day from `earliest` to `latest`, the day of either included."""
        # As the base class does: the bounds' wall clock counts, in the timetable's own zone.
        zone = self._timezone
        day = self.localize_partition_datetime(earliest).in_timezone(zone).start_of("day")
        last = self.localize_partition_datetime(latest)
        while day <= last:
            yield DagRunInfo(
                run_after=day,
                data_interval=None,
                partition_date=day,
                partition_key=self._format_key(day),
            )
            day = day.add(days=1)


class DaysOnRequest(CronPartitionTimetable):
    """Days as partitions, for backfills; nothing is scheduled."""

    def next_dagrun_info_v2(
        self,
        *,
        last_dagrun_info: DagRunInfo | None,  # noqa: ARG002 - Airflow's interface
        restriction: TimeRestriction,  # noqa: ARG002 - as above
    ) -> DagRunInfo | None:
        """Return None: a day is backfilled because somebody asks for it."""
        return None


class SillokPlugin(AirflowPlugin):
    """Registers what Airflow has to find by name."""

    name = "sillok"
    timetables = [DayOfTicks, DaysOnRequest]  # noqa: RUF012 - Airflow's interface
