"""SIGTERM and Ctrl-C end a crawl within seconds, whenever they come.

Scrapy waits for what is under way; a task kill gives five seconds. So the first signal ends waits
and downloads, and then Scrapy closes as it always does. Scrapy's own handlers are not installed: a
signal that they get before the crawl has begun is no reason for anything.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from spiders.crawling.run import Run
from spiders.crawling.visit import ReadingInterruptedError

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PATIENCE = 1.5
"""Seconds that a store has to take what is sealed after a signal; a supervisor gives five."""
_SOON = 0.05
"""Seconds between looks at whether Scrapy can be stopped yet.

A crawl that is stopping asks for nothing.
"""


def end_at_once(acknowledge: Callable[[], None]) -> None:
    """Let SIGTERM raise KeyboardInterrupt, as Ctrl-C does, until there is something to close.

    `acknowledge` is called first, in the process that got the signal.
    """

    def end(number: int, frame: FrameType | None) -> None:
        acknowledge()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # A second Ctrl-C counts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.default_int_handler(number, frame)

    for number in _SIGNALS:
        signal.signal(number, end)


class Interrupt:
    """Handles the signals of one crawl.

    A second SIGTERM is ignored, because a process group and a supervisor often both send one; a
    second Ctrl-C is not.
    """

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run
        self._closing: asyncio.Task[None] | None = None
        self._sealing = False

    def install(self) -> None:
        """Take the signals over, for as long as the process lives.

        The reactor is chosen by then.
        """
        for number in _SIGNALS:
            signal.signal(number, self._end)
        signal.signal(signal.SIGALRM, self._leave)
        self._run.sealing = self._seal

    @contextmanager
    def _seal(self) -> Iterator[None]:
        """Mark that the rest is being sealed and sent: a store that hangs delays no signal."""
        self._sealing = True
        if self._run.stopping:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._sealing = False

    def _leave(self, _: int, __: FrameType | None) -> None:
        """End the process: what the store has not taken is in the spool for the next crawl."""
        # Logging may be what is being waited for.
        print(  # noqa: T201
            f"{self._run.outlet.name}: stopped by a signal while the store was waited for; "
            "what is closed lies in the spool and is sent by the next crawl",
            file=sys.stderr,
            flush=True,
        )
        os._exit(4)

    def _end(self, _: int, __: FrameType | None) -> None:
        # Importing it earlier installs the wrong one.
        from twisted.internet import reactor  # noqa: PLC0415

        self._run.watchdog.acknowledge()
        # A process group and a supervisor often both send one.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self._sealing:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
            return
        reactor.callFromThread(_give_up if self._run.stopping else self._let_go)
        self._run.stopping = True
        # A page may take half a minute, and a supervisor waits for five seconds.
        if self._run.reading:
            raise ReadingInterruptedError

    def _let_go(self) -> None:
        self._run.stop()
        # `engine` has no value yet where none was made.
        engine = self._crawler._engine  # noqa: SLF001
        # Told to stop now, it would never hear that it has ended.
        if engine is None or not engine.running:
            asyncio.get_running_loop().call_later(_SOON, self._let_go)
            return
        release(engine)
        self._closing = asyncio.ensure_future(self._crawler.stop_async())


def release(engine: ExecutionEngine) -> None:
    """Let what waits in the downloader go at once: it is refused there, because the crawl ends."""
    for slot in engine.downloader.slots.values():
        slot.delay = 0
        if slot.latercall:
            slot.latercall.cancel()
            slot.latercall = None
        # Scrapy has no public way to let a slot go.
        engine.downloader._process_queue(slot)  # noqa: SLF001


def _give_up() -> None:
    from twisted.internet import error, reactor  # noqa: PLC0415 - as above

    with suppress(error.ReactorNotRunning):
        # Twisted declares the reactor as a module.
        reactor.stop()  # type: ignore[misc]
