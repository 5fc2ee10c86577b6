"""What a publication takes in: the sealed segments in landing that no manifest has taken in yet.

A run is taken in when its report is there, when it was asked for by name, or when its newest segment is older than the
grace: then its process is dead, and it is published as `interrupted` from its seals.
"""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from processing.archive import segments
from processing.archive.memory import Memory
from processing.archive.spool import Row, Rows
from processing.archive.store import Entry, Store
from processing.reading.rules import SEOUL
from processing.records import Article, End, Fetch, Rejection, RunReport, Seal, SourceReport, Why

logger = logging.getLogger(__name__)

LANDING = "landing/"
_SEAL = re.compile(r"seg-(\d+)\.seal\.json")
_ASKED = {Why.FETCHED, Why.UNCHANGED, Why.GONE, Why.FAILED, Why.GIVEN_UP}


@dataclass(frozen=True, slots=True)
class Landed:
    """The objects of one run in landing, by name without the folder."""

    outlet: str
    run: str
    entries: Mapping[str, Entry]

    @property
    def folder(self) -> str:
        return f"{LANDING}outlet={self.outlet}/run={self.run}"

    @property
    def has_report(self) -> bool:
        return "report.json" in self.entries

    @property
    def segments(self) -> list[int]:
        """Numbers of the sealed segments."""
        return sorted(int(found[1]) for found in map(_SEAL.fullmatch, self.entries) if found)


@dataclass(frozen=True)
class Run:
    """One run as far as it is taken in: its seals in order of segments, its own report if it wrote one."""

    outlet: str
    run: str
    seals: Sequence[Seal]
    own_report: RunReport | None
    store: Store = field(repr=False)

    @cached_property
    def articles(self) -> list[Article]:
        return [row for row in self._rows("articles") if isinstance(row, Article)]

    @cached_property
    def rejections(self) -> list[Rejection]:
        return [row for row in self._rows("rejections") if isinstance(row, Rejection)]

    @cached_property
    def log(self) -> list[Fetch]:
        return [row for row in self._rows("log") if isinstance(row, Fetch)]

    def read(self) -> None:
        """Read all rows now. Raises CorruptRecordError where a file is not what its seal says."""
        _ = self.articles, self.rejections, self.log

    def _rows(self, kind: Rows) -> list[Row]:
        return [row for seal in self.seals for row in segments.read_rows(self.store, seal, kind)]

    @property
    def pages(self) -> int:
        return sum(seal.pages for seal in self.seals)

    @property
    def bytes(self) -> int:
        """Bytes of the raw pages."""
        return sum(file.bytes for seal in self.seals for file in seal.files if file.key.endswith(".warc.gz"))

    @property
    def digest(self) -> str:
        """What is taken in, as one line: the same segments give the same."""
        sums = sorted(file.sha256 for seal in self.seals for file in seal.files)
        own = hashlib.sha256(self.own_report.model_dump_json().encode()).hexdigest() if self.own_report else "-"
        return f"{self.outlet} {self.run} {own} {' '.join(sums)}"

    def report(self, code_version: str) -> RunReport:
        """Return the run's report, its counts those of the segments taken in here, so that reports add up.

        A run without one was interrupted: what is known of it is read from its log.
        """
        found = self.own_report or self._interrupted(code_version)
        counts = {
            "pages": self.pages,
            "articles": len(self.articles),
            "rejections": dict(sorted(Counter(str(row.reason) for row in self.rejections).items())),
            "segments": len(self.seals),
            "bytes": self.bytes,
        }
        return found.model_copy(update=counts)

    def _interrupted(self, code_version: str) -> RunReport:
        moments = [row.at for row in self.log] + [seal.sealed_at for seal in self.seals]
        sources = (row for row in self.log if row.role == "source")
        return RunReport(
            outlet=self.outlet,
            run=self.run,
            day=min(moments).astimezone(SEOUL).date().isoformat(),
            started_at=min(moments),
            ended_at=max(moments),
            end=End.INTERRUPTED,
            why="the run ended without a report; this is what its sealed segments hold",
            pages=0,
            articles=0,
            rejections={},
            whys=dict(sorted(Counter(str(row.why) for row in self.log).items())),
            sources=tuple(
                SourceReport(url=row.url, status=row.status, links=row.links or 0, new=row.new_links or 0, overlap=0)
                for row in sources
            ),
            announced=sum(row.role == "article" for row in self.log),
            segments=0,
            bytes=0,
            requests=sum(row.why in _ASKED for row in self.log),
            agent="",
            code_version=code_version,
        )


def landed(store: Store, outlet: str | None = None, run: str | None = None) -> list[Landed]:
    """Return what lies in landing by outlet and run. What no crawl wrote is left alone, with a warning."""
    found: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in store.list(LANDING if outlet is None else f"{LANDING}outlet={outlet}/"):
        parts = entry.key.split("/")
        if len(parts) != 4 or not (parts[1].startswith("outlet=") and parts[2].startswith("run=")):  # noqa: PLR2004 - landing/outlet=/run=/name
            logger.warning("%s in %s was not written by a crawl: move it out of %s", entry.key, store.url, LANDING)
            continue
        key = (parts[1].removeprefix("outlet="), parts[2].removeprefix("run="))
        found.setdefault(key, {})[parts[3]] = entry
    return [Landed(*key, entries) for key, entries in sorted(found.items()) if run is None or key[1] == run]


def ready(store: Store, landing: Landed, memory: Memory, *, now: datetime, grace: timedelta, named: bool) -> Run | None:
    """Return what of a run is to be taken in now; None where nothing is, or where the run still goes on."""
    numbers = [number for number in landing.segments if not memory.has(landing.run, number)]
    unread = landing.has_report and not memory.has_report(landing.run)
    if not numbers and not unread:
        return None
    seals = [seal for seal in segments.sealed(store, landing.outlet, landing.run) if seal.segment in numbers]
    report = segments.report(store, landing.outlet, landing.run) if unread else None
    newest = max((seal.sealed_at for seal in seals), default=now)
    ended = landing.has_report or memory.has_report(landing.run) or named or now - newest >= grace
    return Run(landing.outlet, landing.run, seals, report, store) if ended else None


def identity(runs: Iterable[Run]) -> str:
    """Return the batch's id, 16 hex digits: the same segments taken in make the same batch."""
    return hashlib.sha256("\n".join(sorted(run.digest for run in runs)).encode()).hexdigest()[:16]
