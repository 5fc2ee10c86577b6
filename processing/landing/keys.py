"""The keys of landing: what a crawl writes there, and whose a key is.

They are known here and nowhere else.

    landing/outlet=NAME/run=RUN/seg-NNN.{warc.gz,cdxj,articles.jsonl.gz,rejections.jsonl.gz,log.jsonl.gz,seal.json}
    landing/outlet=NAME/run=RUN/report.json

A key of another form is a stranger's: it is left alone, counts as nothing, and stops nobody.
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
_STARTED = re.compile(r"(?P<moment>[0-9]{8}T[0-9]{6}Z)(?:-.*)?")


@dataclass(frozen=True, slots=True)
class LandingKey:
    """A key taken apart. `segment` is None of what belongs to no segment, as a report."""

    outlet: str
    run: str
    name: str

    @property
    def segment(self) -> int | None:
        found = _SEGMENT.fullmatch(self.name)
        return int(found["number"]) if found else None

    @property
    def is_seal(self) -> bool:
        return self._suffix == "seal.json"

    @property
    def is_news(self) -> bool:
        """Whether it holds what was read from pages: a poll without news has none."""
        return self._suffix in _READ

    @property
    def started(self) -> datetime | None:
        """When the run began, which its name says; None of a run by another name."""
        found = _STARTED.fullmatch(self.run)
        if found is None:
            return None
        try:
            return datetime.strptime(found["moment"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:  # digits that are no moment
            return None

    @property
    def _suffix(self) -> str:
        found = _SEGMENT.fullmatch(self.name)
        return found["suffix"] if found else ""


def folder(outlet: str, run: str) -> str:
    """Return the key prefix of one run, without a closing slash."""
    return f"{LANDING}outlet={outlet}/run={run}"


def report_key(outlet: str, run: str) -> str:
    """Return the key of a run's report."""
    return f"{folder(outlet, run)}/{REPORT}"


def parsed(key: str) -> LandingKey | None:
    """Return a key taken apart, or None where no crawl writes such a key."""
    found = _KEY.fullmatch(key)
    return LandingKey(found["outlet"], found["run"], found["name"]) if found else None


def objects(
    store: Store, outlet: str | None = None, run: str | None = None
) -> Iterator[tuple[LandingKey, ListedObject]]:
    """Yield what crawls left in landing, in the order of keys.

    A warning names each key that is a stranger's.
    """
    prefix = LANDING if outlet is None else f"{LANDING}outlet={outlet}/"
    if outlet is not None and run is not None:
        prefix = f"{folder(outlet, run)}/"
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
