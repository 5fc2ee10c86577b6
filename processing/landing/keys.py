"""The keys of landing: makes them, and takes them apart.

    landing/outlet=NAME/run=RUN/seg-NNN.{warc.gz,cdxj,seal.json}
    landing/outlet=NAME/run=RUN/seg-NNN.{articles,rejections,log}.jsonl.gz
    landing/outlet=NAME/run=RUN/report.json

A key of another form was not written by a crawl: it is left alone and does not count.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from processing.store.interface import ListedObject, Store

logger = logging.getLogger(__name__)

LANDING = "landing/"
REPORT = "report.json"
_KEY = re.compile(r"landing/outlet=(?P<outlet>[^/]+)/run=(?P<run>[^/]+)/(?P<name>[^/]+)")
_SEGMENT = re.compile(r"seg-(?P<number>[0-9]+)\.(?P<suffix>.+)")
_READ = ("articles.jsonl.gz", "rejections.jsonl.gz")
"""Files that a segment has only where a page was fetched."""
BACKFILL = "-backfill"
"""What the name of a backfill's run ends with.

A key alone has to tell it: an ordinary crawl must not open what a backfill has landed.
"""
_STARTED = re.compile(r"(?P<moment>[0-9]{8}T[0-9]{6}Z)(?:-.*)?")


@dataclass(frozen=True, slots=True)
class LandingKey:
    """The parts of a key; `segment` is None where it belongs to no segment, as for a report."""

    outlet: str
    run: str
    name: str

    @property
    def segment(self) -> int | None:
        match = _SEGMENT.fullmatch(self.name)
        return int(match["number"]) if match else None

    @property
    def is_seal(self) -> bool:
        return self._suffix == "seal.json"

    @property
    def is_news(self) -> bool:
        """Whether it holds articles or rejections; a poll that fetched no page has none."""
        return self._suffix in _READ

    @property
    def started(self) -> datetime | None:
        """When the run began, according to its name; None for a name without a time."""
        match = _STARTED.fullmatch(self.run)
        if match is None:
            return None
        # the digits may still be no date
        try:
            return datetime.strptime(match["moment"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return None

    @property
    def _suffix(self) -> str:
        match = _SEGMENT.fullmatch(self.name)
        return match["suffix"] if match else ""


def folder(outlet: str, run: str) -> str:
    """Return the key prefix of one run, without a closing slash."""
    return f"{LANDING}outlet={outlet}/run={run}"


def is_backfill(run: str) -> bool:
    """Return whether a run is one of a backfill."""
    return run.endswith(BACKFILL)


def backfill_run(run: str) -> str:
    """Return the name of a backfill's run: `run`, marked."""
    return run if is_backfill(run) else f"{run}{BACKFILL}"


def report_key(outlet: str, run: str) -> str:
    """Return the key of a run's report."""
    return f"{folder(outlet, run)}/{REPORT}"


def parsed(key: str) -> LandingKey | None:
    """Return the parts of a key, or None where no crawl writes such a key."""
    match = _KEY.fullmatch(key)
    return LandingKey(match["outlet"], match["run"], match["name"]) if match else None


def objects(
    store: Store, outlet: str | None = None, run: str | None = None
) -> Iterator[tuple[LandingKey, ListedObject]]:
    """Yield the objects that crawls wrote to landing, in order of keys; warn of any other."""
    prefix = LANDING if outlet is None else f"{LANDING}outlet={outlet}/"
    if outlet is not None and run is not None:
        prefix = f"{folder(outlet, run)}/"
    # a run's name alone gives no prefix: it may occur under any outlet
    for entry in store.list(prefix):
        key = parsed(entry.key)
        if key is None:
            logger.warning(
                "%s in %s was not written by a crawl: move it out of %s",
                entry.key,
                store.url,
                LANDING,
            )
        elif run is None or key.run == run:
            yield key, entry
