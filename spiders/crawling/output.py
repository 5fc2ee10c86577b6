"""What a crawl leaves outside the archive: the file of `-o`, and a line that says how it ended.

Scrapy logs that an output could not be written and ends as if nothing had happened, so the file is
opened before the crawl and asked about after it. Records are written as the archive writes them.
"""

import logging
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from scrapy.exporters import JsonLinesItemExporter
from scrapy.extensions.feedexport import FileFeedStorage
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector

from processing.errors import SillokError, UsageError
from processing.records import RunReport
from processing.records.record import escaped
from processing.report.unpublished import CrawlEnd, keep_end
from spiders.crawling.claims import BusyError

log = logging.getLogger(__name__)


def check_output(settings: BaseSettings) -> None:
    """Raise UsageError where an output of `-o` or `-O` lies where nothing can be written.

    The file is there then.
    """
    for uri in settings.getdict("FEEDS"):
        if "%(" in uri or "://" in uri.replace("file://", "") or uri == "stdout:":
            continue
        path = Path(FileFeedStorage(uri).path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written ({error.strerror}): give another file"
            ) from error


def incomplete(stats: StatsCollector) -> bool:
    """Return whether an output could not be written to its end."""
    # Scrapy counts failures by storage class: `feedexport/failed_count/FileFeedStorage`.
    return any(name.startswith("feedexport/failed_count") for name in stats.get_stats())


class RecordLines(JsonLinesItemExporter):
    """JSON lines in which a record keeps its own spelling (RFC 3339 times, Hangul as Hangul).

    Where they go is often a terminal, so what one could act on is written as an escape.
    """

    def export_item(self, item: Any) -> None:
        try:
            if isinstance(item, BaseModel):
                self.file.write(escaped(item.model_dump_json()).encode() + b"\n")
            else:
                super().export_item(item)
            self.file.flush()
        # Whoever read it has enough, like `head`; the archive has not.
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


def end_of(
    outlet: str,
    run: str,
    *,
    at: datetime,
    code: int,
    scheduled: bool,
    report: RunReport | None,
    error: SillokError | None,
) -> CrawlEnd:
    """Return how a crawl ended: from its report, or from the error that ended it before one."""
    if report is None:
        why = str(error) if error else "stopped by a signal before anything was asked"
        busy = isinstance(error, BusyError)
        return CrawlEnd(
            outlet=outlet, run=run, at=at, code=code, scheduled=scheduled, why=why, busy=busy
        )
    return CrawlEnd(
        outlet=outlet,
        run=run,
        at=at,
        code=code,
        scheduled=scheduled,
        why=report.why,
        reported=error is None,
        reached=report.reached,
        unreached=report.unreached,
    )


def keep(settings: Mapping[str, Any], end: CrawlEnd) -> None:
    """Keep the end in the spool, or warn that it cannot be written."""
    try:
        keep_end(Path(settings["SILLOK_SPOOL"]), end)
    except (OSError, ValueError) as error:
        log.warning(
            "%s: how this crawl ended could not be kept in the spool: %s", end.outlet, error
        )


def name_of(settings: Mapping[str, Any]) -> str:
    """Return the scheduler's name for this run, or one for a crawl that ended before it had any."""
    return settings["SILLOK_RUN"] or f"unnamed-{secrets.token_hex(3)}"
