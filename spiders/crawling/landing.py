"""Writes what a crawl archives: the rows of its fetch log, and segments of pages.

Each kind of outcome has one function that makes its row. Segments are spooled, closed when full,
and sent while the crawl goes on.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, Literal, Protocol

from scrapy.http import Response

from processing.errors import SillokError, StoreFullError
from processing.landing.segments import SegmentWriter, put_report, send
from processing.landing.warc import Exchange, Original, Rendered, payload_digest
from processing.records import Article, Fetch, Rejection, RunReport, Seal, SourceFault, Why
from spiders.crawling.hosts import Reach
from spiders.crawling.polling import final
from spiders.crawling.visit import Visit
from spiders.outlet import Outlet

_LONGEST_VALIDATOR = 500
"""Bytes of an ETag or Last-Modified that is sent back.

A part of a longer one would match nothing.
"""
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
    known = {"links": last.links, "new_at": last.new_at} if last and visit.role == "source" else {}
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
        "links",
        "new_at",
        "listed",
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
        **fields,
    )


def _header(response: Response, name: bytes) -> str | None:
    """Return the value of a validator; None where it is longer than one that is sent back.

    Blanks are taken off the bytes: those of characters, 0x85 and 0xA0 among them, are no blanks.
    """
    value = (response.headers.get(name) or b"").strip(b" \t")
    return value.decode("latin-1") if 0 < len(value) <= _LONGEST_VALIDATOR else None


class Landing:
    """The landing of one run; `writer` is None where nothing is to be written (dry run).

    The first error ends the writing: `failed` is called with it, and what was sealed before stays.
    """

    def __init__(self, writer: SegmentWriter | None, failed: Callable[[SillokError], None]) -> None:
        self._writer = writer
        self._failed = failed
        self._error: SillokError | None = None
        # One thread: segments arrive in the order of their numbers.
        self._sender = ThreadPoolExecutor(1, "seal")
        self._sent: list[Future[Seal]] = []
        self.segments = 0

    @property
    def bytes(self) -> int:
        """Bytes of WARC written."""
        return self._writer.bytes if self._writer else 0

    def record(self, exchange: Exchange) -> Original:
        """Write an exchange into the WARC; return the record that holds its payload."""
        if self._writer is not None and not self._error:
            try:
                return self._writer.exchange(exchange)
            except (OSError, SillokError) as error:
                self._fail(as_spool_error(error))
        return Original(payload_digest(exchange.body), exchange.url, exchange.at)

    def convert(self, rendered: Rendered) -> None:
        """Write what a browser made of a page into the WARC."""
        if self._writer is not None and not self._error:
            try:
                self._writer.convert(rendered)
            except (OSError, SillokError) as error:
                self._fail(as_spool_error(error))

    def add(self, row: Article | Rejection | Fetch) -> None:
        """Write a row beside the pages."""
        if self._writer is None or self._error:
            return
        try:
            self._writer.add(row)
        except (OSError, SillokError) as error:
            self._fail(as_spool_error(error))

    def roll(self) -> None:
        """Send the open segment if it is full, in the background.

        Note where an earlier one could not be sent.
        """
        self._sent = [future for future in self._sent if not self._settle(future)]
        if self._writer is not None and not self._error and self._writer.due():
            self._close()

    def close(self) -> None:
        """Close and send what is open, and wait for all that is on its way."""
        if self._writer is not None:
            self._close()
        self._sender.shutdown(wait=True)
        for future in self._sent:
            self._settle(future)

    def put(self, report: RunReport) -> None:
        """Write the report of the run, the last thing.

        Not after an error, for then the run is not whole.
        """
        if self._writer is None or self._error:
            return
        try:
            put_report(self._writer.store, report)
        except SillokError as error:
            self._fail(error)

    def _close(self) -> None:
        try:
            closed = self._writer.close() if self._writer else None
        except OSError as error:
            self._fail(as_spool_error(error))
            return
        if closed and self._writer:
            self._sent.append(self._sender.submit(send, self._writer.store, closed))

    def _settle(self, future: Future[Seal]) -> bool:
        if not future.done():
            return False
        error = future.exception()
        if isinstance(error, SillokError):
            self._fail(error)
        # Anything else is a fault of the program and ends the crawl with its traceback.
        elif error is not None:
            raise error
        else:
            self.segments += 1
        return True

    def _fail(self, error: SillokError) -> None:
        self._error = self._error or error
        self._failed(error)


def as_spool_error(error: OSError | SillokError) -> SillokError:
    """Return `error` of the spool as an error with a cure for the person who runs the crawl."""
    if isinstance(error, SillokError):
        return error
    return StoreFullError(
        f"the spool cannot be written ({error.strerror or error}): free room there or set "
        "SILLOK_SPOOL; sealed segments are safe, the next crawl does the rest"
    )
