"""How crawls of this machine ended: one small file each in the spool, also where no report could be written."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from processing.records import Record
from processing.report.outage import PollAttempt

_KEPT = 20
"""Ends that are kept of each outlet."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class CrawlEnd(Record):
    """How one crawl ended.

    `scheduled` says that no person typed it, `busy` that another crawl of the outlet was at work,
    `reported` that there is a report. `reached` and `unreached` are those of a run report.
    """

    outlet: str
    run: str
    at: AwareDatetime
    code: int
    why: str
    scheduled: bool = False
    busy: bool = False
    reported: bool = False
    reached: bool | None = None
    unreached: tuple[str, ...] = ()


def keep_end(spool: Path, end: CrawlEnd) -> None:
    """Write `end` into the spool and forget old ones of its outlet.

    Raises OSError where the spool cannot be written, ValueError where outlet or run are no names.
    """
    place = _place(spool, end.outlet, end.run)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".part")
    beside.write_text(end.model_dump_json(), encoding="utf-8")
    beside.replace(place)
    for old in sorted(place.parent.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)[
        :-_KEPT
    ]:
        old.unlink(missing_ok=True)


def read_end(spool: Path, outlet: str, run: str) -> CrawlEnd | None:
    """Return how this crawl ended, or None where this machine does not know."""
    return _parsed(_place(spool, outlet, run))


def newest_ends(spool: Path) -> Iterator[CrawlEnd]:
    """Yield the newest end of each outlet that this machine crawled."""
    for folder in sorted((spool / "ends").glob("outlet=*")):
        found = max(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, default=None)
        end = _parsed(found) if found else None
        if end is not None:
            yield end


def attempts_here(spool: Path, since: datetime) -> list[PollAttempt]:
    """Return what this machine's crawls say of being answered: those whose report could not be put are among them."""
    return [
        PollAttempt(end.outlet, end.at, end.reached, end.unreached)
        for end in newest_ends(spool)
        if end.reached is not None and end.at >= since
    ]


def _place(spool: Path, outlet: str, run: str) -> Path:
    if not (_NAME.fullmatch(outlet) and _NAME.fullmatch(run)):
        raise ValueError(f"{outlet!r} or {run!r} is no name of an outlet and a run")
    return spool / "ends" / f"outlet={outlet}" / f"{run}.json"


def _parsed(path: Path) -> CrawlEnd | None:
    """Return the end in a file; None where it is gone, or was written by another version."""
    try:
        return CrawlEnd.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
