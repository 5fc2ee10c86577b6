"""SIGTERM and Ctrl-C end a crawl within seconds.

Scrapy waits for what is under way; a task kill gives five seconds. So the first signal ends waits and downloads, and
then Scrapy closes as it always does.
"""

import signal
from types import FrameType

from scrapy.crawler import Crawler

from spiders.run import Run

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Interrupt:
    """Handles the signals of one crawl.

    A second SIGTERM is ignored, because a process group and a supervisor often both send one; a second Ctrl-C is not.
    """

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run
        self._scrapys = signal.getsignal(signal.SIGTERM)

    def install(self) -> None:
        """Take the signals over; Scrapy has installed its handlers by then."""
        self._scrapys = signal.getsignal(signal.SIGTERM)
        for number in _SIGNALS:
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - importing it earlier installs the wrong one

        reactor.callFromThread(self._let_go)
        if callable(self._scrapys):
            self._scrapys(number, frame)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def _let_go(self) -> None:
        self._run.stop()
        downloader = self._crawler.engine.downloader
        for slot in downloader.slots.values():  # what waits for its turn is told too, and not in a minute
            slot.delay = 0
            if slot.latercall:
                slot.latercall.cancel()
                slot.latercall = None
            downloader._process_queue(slot)  # noqa: SLF001 - Scrapy has no public way to let a slot go
