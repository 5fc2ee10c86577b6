"""What a crawl writes: segments that are spooled, closed when full, and sent while the crawl goes on."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from processing.archive.segments import SegmentWriter, put_report, send
from processing.archive.warc import Exchange, Original, Rendered, payload_digest
from processing.errors import SillokError, StoreFullError
from processing.records import Article, Fetch, Rejection, RunReport, Seal


class Landing:
    """The landing of one run; `writer` is None where nothing is to be written (dry run).

    The first error ends the writing: `failed` is told, and what was sealed before stays.
    """

    def __init__(self, writer: SegmentWriter | None, failed: Callable[[SillokError], None]) -> None:
        self._writer = writer
        self._failed = failed
        self._error: SillokError | None = None
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
                self._fail(told(error))
        return Original(payload_digest(exchange.body), exchange.url, exchange.at)

    def convert(self, rendered: Rendered) -> None:
        """Write what a browser made of a page into the WARC."""
        if self._writer is not None and not self._error:
            try:
                self._writer.convert(rendered)
            except (OSError, SillokError) as error:
                self._fail(told(error))

    def add(self, row: Article | Rejection | Fetch) -> None:
        """Write a row beside the pages."""
        if self._writer is None or self._error:
            return
        try:
            self._writer.add(row)
        except (OSError, SillokError) as error:
            self._fail(told(error))

    def roll(self) -> None:
        """Send the open segment if it is full, in the background; note where an earlier one could not be sent."""
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
        """Write the report of the run, the last thing; not after an error, for then the run is not whole."""
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
            self._fail(told(error))
            return
        if closed and self._writer:
            self._sent.append(self._sender.submit(send, self._writer.store, closed))

    def _settle(self, future: Future[Seal]) -> bool:
        if not future.done():
            return False
        error = future.exception()
        if isinstance(error, SillokError):
            self._fail(error)
        elif error is not None:
            raise error
        else:
            self.segments += 1
        return True

    def _fail(self, error: SillokError) -> None:
        self._error = self._error or error
        self._failed(error)


def told(error: OSError | SillokError) -> SillokError:
    """Return an error of ours for one of the spool."""
    if isinstance(error, SillokError):
        return error
    return StoreFullError(
        f"the spool cannot be written ({error.strerror or error}): free room there or set SILLOK_SPOOL; "
        "sealed segments are safe, the next crawl does the rest"
    )
