"""The fetch log of a crawl: one function per kind of outcome makes its row, and `RunLog` writes it.

Records and counts are written here too, so that no row goes without being counted.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from scrapy.http import Response

from processing.records import AnswerLimit, Article, Fetch, Reason, Rejection, SourceFault, Why
from spiders.crawling.hosts import Reach
from spiders.crawling.landing import Landing
from spiders.crawling.poll_history import last_answer
from spiders.crawling.polling import final
from spiders.crawling.verdict import Counts, present
from spiders.crawling.visit import Visit
from spiders.outlet import Outlet

if TYPE_CHECKING:
    from processing.archive.backfills import BackfillState

log = logging.getLogger(__name__)

_LONGEST_VALIDATOR = 500
"""Bytes of an ETag or Last-Modified that is sent back.

A part of a longer one would match nothing.
"""
_OF_SOURCE = ("links", "new_at", "newest_at", "frontier", "compared_until")
"""What is known of a source's list, and stays known while it answers without one."""
_IN_VAIN = {Why.FAILED, Why.OFF_SITE}
"""Outcomes after which back-off decides on the next visit: a redirect may pass too."""


class Runs(Protocol):
    """What a row needs of its run: a look has no more than this."""

    outlet: Outlet
    id: str
    reach: Reach

    def clock(self) -> datetime: ...


def digest(body: bytes) -> str:
    """Return the digest of a payload without content coding."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def considered(
    run: Runs,
    url: str,
    why: Why,
    detail: str | None = None,
    *,
    article: str | None = None,
    source: str | None = None,
    failures: int = 0,
    backfill: str | None = None,
) -> Fetch:
    """Return the row of a URL that is not asked for.

    `failures` where that is because it failed so often.
    """
    return Fetch(
        outlet=run.outlet.name,
        run=run.id,
        at=run.clock(),
        role="article",
        url=url,
        article_id=article,
        why=why,
        detail=detail,
        announced_by=source,
        failures=failures,
        backfill=backfill,
    )


def failed(
    run: Runs,
    visit: Visit,
    detail: str,
    *,
    why: Why = Why.FAILED,
    status: int | None = None,
    tls: str | None = None,
    counted: bool = True,
    faults: tuple[SourceFault, ...] = (),
) -> Fetch:
    """Return the row of a URL that was to be asked and gave nothing.

    Not `counted` where it was not asked after all.

    A failure that is ours, because no packet comes back from many outlets, counts for none. An
    announced page that we do not hold is asked again, but not for ever: `polling.final`.
    """
    last = visit.last
    counted = counted and why in _IN_VAIN
    failures, unreached = _failures(run, visit, counted=counted, has_status=status is not None)
    known: dict[str, Any] = {}
    if last and visit.role == "source":
        known = {name: getattr(last, name) for name in _OF_SOURCE}
        known["answered_at"] = last_answer(last)
    if why is Why.SEEN:
        # It leads to an article that is known, and that is an answer.
        failures = unreached = 0
    row = _row(
        run,
        visit,
        why=why,
        detail=detail[:500],
        status=status,
        tls=tls,
        failures=failures,
        faults=faults,
        unreached=unreached,
        **known,
    )
    # An article that is held is no gap, so it is never given up.
    missing = visit.role == "article" and why is Why.FAILED and not (last and last.outcome)
    return final(row) if missing else row


def answered(run: Runs, visit: Visit, response: Response, *, why: Why, **more: Any) -> Fetch:
    """Return the row of a URL that answered with a body."""
    # What is not in the WARC is not read.
    stored = response.meta["stored"]
    fields: dict[str, Any] = {
        "status": response.status,
        "etag": _header(response, b"ETag"),
        "last_modified": _header(response, b"Last-Modified"),
        "digest": digest(response.body),
        "bytes": len(response.body),
        "visits": (visit.last.visits if visit.last else 0) + 1,
        "tls": response.meta.get("tls"),
    }
    fields |= {"payload": stored.payload, "stored_url": stored.url, "stored_at": stored.at}
    return _row(run, visit, why=why, **(fields | more))


def unchanged(run: Runs, visit: Visit, response: Response, **more: Any) -> Fetch:
    """Return the row of a URL that answered 304 or with the payload that it had before."""
    last = visit.last
    kept = (
        "digest",
        "payload",
        "stored_url",
        "stored_at",
        "version_id",
        "outcome",
        "listed",
        *_OF_SOURCE,
    )
    fields: dict[str, Any] = {name: getattr(last, name) for name in kept} if last else {}
    fields |= {
        "status": response.status,
        "etag": _header(response, b"ETag") or (last.etag if last else None),
        "last_modified": _header(response, b"Last-Modified")
        or (last.last_modified if last else None),
        "visits": (last.visits if last else 0) + 1,
        "tls": response.meta.get("tls"),
    }
    fields |= {"answered_at": last_answer(last)} if visit.role == "source" else {}
    return _row(run, visit, why=Why.UNCHANGED, **(fields | more))


def read(record: Article | Rejection) -> dict[str, Any]:
    """Return the fields that say what was read from a page."""
    if isinstance(record, Article):
        return {"outcome": "article", "version_id": record.version_id}
    return {"outcome": "rejection", "detail": f"{record.reason}: {record.evidence}"[:500]}


def note(run: Runs, url: str, why: Why, detail: str | None, failures: int) -> Fetch:
    """Return a row about a whole host, under its root URL: that it cools down or is open again."""
    role: Literal["source"] = "source"
    return Fetch(
        outlet=run.outlet.name,
        run=run.id,
        at=run.clock(),
        role=role,
        url=url,
        why=why,
        detail=detail,
        failures=failures,
    )


def _failures(run: Runs, visit: Visit, *, counted: bool, has_status: bool) -> tuple[int, int]:
    """Return the failures in a row with this one, and how many of the last brought no packet."""
    last = visit.last
    before, unreached = (last.failures, last.unreached) if last else (0, 0)
    lost = counted and not has_status and run.reach.is_lost(visit.url)
    if not counted or (lost and run.reach.is_ours()):
        return before, unreached
    # Counted in a row: a failure with an answer shows that the host can be reached.
    return before + 1, unreached + 1 if lost else 0


def _row(run: Runs, visit: Visit, *, why: Why, **fields: Any) -> Fetch:
    return Fetch(
        outlet=run.outlet.name,
        run=run.id,
        at=run.clock(),
        role=visit.role,
        url=visit.url,
        article_id=visit.article_id,
        why=why,
        announced_by=visit.announced_by,
        announced_at=visit.announced_at,
        backfill=visit.backfill,
        **fields,
    )


def _header(response: Response, name: bytes) -> str | None:
    """Return the value of a validator; None where it is longer than one that is sent back.

    Blanks are taken off the bytes: those of characters, 0x85 and 0xA0 among them, are no blanks.
    """
    value = (response.headers.get(name) or b"").strip(b" \t")
    return value.decode("latin-1") if 0 < len(value) <= _LONGEST_VALIDATOR else None


class RunLog:
    """The one place that writes what a crawl found, and counts it.

    `considered` has each article of this crawl: its visit while the outcome is open, then None.
    `backfills` is the state that the rows of a backfill change.
    """

    def __init__(self, landing: Landing, backfills: "BackfillState | None" = None) -> None:
        self.landing = landing
        self._backfills = backfills
        self.counts = Counts()
        self.considered: dict[str, Visit | None] = {}
        self._withheld: list[Fetch] = []

    def add(self, row: Fetch) -> None:
        """Write a row of the fetch log and count it."""
        if row.role == "article":
            self.counts.whys[row.why] += 1
            self.counts.note(row)
            if row.article_id is not None:
                self.considered[row.article_id] = None
        if row.backfill and self._backfills is not None:
            self._backfills.take([row])
        self.landing.add(row)

    def keep(self, record: Article | Rejection) -> None:
        """Write what was read from a page and count it."""
        self.counts.pages += 1
        if isinstance(record, Article):
            self.counts.articles += 1
            self.counts.fields.update(present(record))
        else:
            self.counts.rejections[record.reason] += 1
            if record.reason is Reason.TOO_LARGE:
                self.counts.reach(AnswerLimit.PAGE_SIZE, record.url)
        self.landing.add(record)

    def withhold(self, row: Fetch) -> None:
        """Write a source's answer only at the end of the crawl.

        Until all that it announced is settled, the next crawl has to read it again.
        """
        self._withheld.append(row)

    def poll_sooner(self, url: str, moment: datetime) -> None:
        """Bring a source's next poll forward where one of its children turns over faster."""
        for index, row in enumerate(self._withheld):
            if row.url == url and row.next_at and row.next_at > moment:
                self._withheld[index] = row.evolve(next_at=moment)
                self.counts.sources[url] = self.counts.sources[url].evolve(next_at=moment)

    def note_comparison(self, url: str, until: datetime) -> None:
        """Note up to which stated time a source was compared with the others."""
        self._withheld = [
            row.evolve(compared_until=until) if row.url == url else row for row in self._withheld
        ]

    def crashed(self, outlet: str, url: str, error: Exception) -> None:
        """Count that the reader raised on a page or an address: only that one is lost."""
        self.counts.crashes += 1
        log.error("%s: the reader broke on %s", outlet, url, exc_info=error)

    def open_visits(self) -> Iterator[Visit]:
        """Yield the visits whose outcome is open."""
        yield from [visit for visit in self.considered.values() if visit]

    def add_withheld(self) -> None:
        """Write the answers of sources: all that they announced is settled."""
        for row in self._withheld:
            self.add(row)
