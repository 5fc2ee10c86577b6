"""Keeps how a crawl ended where this machine finds it again, also where no report could be written."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from processing.errors import SillokError, TransientError
from processing.records import RunReport
from processing.report.unpublished import CrawlEnd, keep_end

log = logging.getLogger(__name__)


class BusyError(TransientError):
    """Another crawl of the outlet is at work: nothing is wrong, and this one is not needed."""


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
    """Return how a crawl ended, from its report where it came so far, else from the error that ended it before."""
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
    """Keep the end in the spool; where even that cannot be written, the log has it already."""
    try:
        keep_end(Path(settings["SILLOK_SPOOL"]), end)
    except (OSError, ValueError) as error:
        log.warning(
            "%s: how this crawl ended could not be kept in the spool: %s", end.outlet, error
        )


def name_of(settings: Mapping[str, Any]) -> str:
    """Return the name that the scheduler gave this run, or one for a crawl that ended before it had any."""
    return settings["SILLOK_RUN"] or f"unnamed-{secrets.token_hex(3)}"
