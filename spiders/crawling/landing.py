"""Where a crawl writes: segments in landing, the file of `-o`, and a line that says how it ended.

Segments are spooled, closed when full, and sent while the crawl goes on. Scrapy logs that an output
of `-o` could not be written and ends as if nothing had happened, so the file is opened before the
crawl and asked about after it. Records are written as the archive writes them.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ValidationError
from scrapy.exporters import JsonLinesItemExporter
from scrapy.extensions.feedexport import FileFeedStorage
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector

from processing.errors import SillokError, StoreFullError, UsageError
from processing.landing.segments import SegmentWriter, put_report, send
from processing.landing.warc import Exchange, Original, Rendered, payload_digest
from processing.records import Article, Fetch, Rejection, RunReport, Seal, escaped
from processing.report.unpublished import CrawlEnd, keep_end
from spiders.crawling.claims import BusyError

log = logging.getLogger(__name__)


class HeldAnswer(BaseModel):
    """An answer as it came over the wire, and when it came."""

    url: str
    at: AwareDatetime
    status: int
    headers: dict[str, list[str]]
    body: Base64Bytes


class HeldLists:
    """Answers of lists in the spool, each from the moment it came until its segment is closed.

    A backfill that is killed in between takes the answer from here and asks nothing twice.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hold(self, url: str, answer: HeldAnswer) -> None:
        """Write the answer to the request for `url`. Raises OSError where the spool cannot."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(url)
        # Renamed when it is whole: a reader never sees half of an answer.
        unfinished = path.with_suffix(".part")
        unfinished.write_text(answer.model_dump_json())
        unfinished.replace(path)

    def held(self, url: str) -> HeldAnswer | None:
        """Return the answer that is held; None where there is none, or another version wrote it."""
        try:
            return HeldAnswer.model_validate_json(self._path(url).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def release(self, url: str) -> None:
        """Forget the answer: what it says is kept elsewhere by now."""
        self._path(url).unlink(missing_ok=True)

    def _path(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"


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

    def seal(self) -> None:
        """Close the open segment now, and send it in the background.

        What it holds is kept from here on, however the crawl ends.
        """
        self._sent = [future for future in self._sent if not self._settle(future)]
        if self._writer is not None and not self._error:
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
        report=None if error else report,
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
