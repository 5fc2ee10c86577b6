"""Benchmark of many polls of one outlet over simulated weeks: what grows from the first to the last.

    python -m infra.bench.polls [--polls 2000] [--minutes 15]

Each poll is a crawl in a process of its own, as in production, forked from one that has loaded the
modules. Its clock is set to a simulated moment. The outlet publishes an article every 90 simulated
minutes, its feed of twenty items answers 304 in between, and the archive is published once a
simulated day. Figures are medians of the polls that found nothing new, in the first and in the last
quarter: what the kernel counted for the process, and what lay on the disk after it.
"""

import argparse
import multiprocessing
import os
import pkgutil
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

from infra.bench.generated import page
from processing.archive.publish import publish
from processing.store.file_store import FileStore

_BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
"""After the times that the generated pages state: an article of a day to come has none."""
_EVERY = timedelta(minutes=90)
"""Simulated time between two articles."""
_ITEMS = 20
"""Articles that the feed lists."""
_OUTLET = "polled"
_FORK = multiprocessing.get_context("fork")


class _Site(BaseHTTPRequestHandler):
    """A feed and its articles as they stand at the simulated moment of `clock`, in epoch seconds."""

    protocol_version = "HTTP/1.1"
    # Header and body are two writes; the second must not wait for a delayed acknowledgement.
    disable_nagle_algorithm = True
    clock: Any

    def do_GET(self) -> None:
        newest = int((self.clock.value - _BEGIN.timestamp()) / _EVERY.total_seconds())
        path, tag = self.path, f'"{newest}"'
        if path == "/feed" and self.headers["If-None-Match"] == tag:
            self._answer(304, b"", ETag=tag)
        elif path == "/feed":
            links = (
                f"<item><link>http://{self.headers['Host']}/news/{number}</link></item>"
                for number in range(newest, newest - _ITEMS, -1)
            )
            body = f"<rss version='2.0'><channel>{''.join(links)}</channel></rss>"
            self._answer(200, body.encode(), ETag=tag)
        elif path.startswith("/news/"):
            self._answer(200, page(int(path.removeprefix("/news/"))))
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:  # noqa: PLR2004 - the status itself
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing: the bench prints its figures alone."""


def _serve(clock: Any, port: Any) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Site", (_Site,), {"clock": clock}))
    port.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def _served(clock: Any) -> Iterator[int]:
    """Serve the site in a process of its own; yield its port."""
    here, there = _FORK.Pipe()
    process = _FORK.Process(target=_serve, args=(clock, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True, slots=True)
class PollCost:
    """What one poll cost and left: CPU seconds, peak MB, descriptors still open at its end.

    Then bytes of log it printed, files in the spool, bytes of the files in landing that it added.
    """

    cpu: float
    peak: float
    descriptors: int
    printed: int
    spooled: int
    landed: int


def _crawl(port: int, moment: datetime, log: Path, counted: Any) -> None:
    """Crawl as a process does that Airflow starts; `counted` gets the descriptors that stay open."""
    sys.stdout.flush()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    # Settings read the environment when they are imported.
    crawl = import_module("spiders.commands.crawl")
    vars(crawl)["_now"] = lambda: moment
    _declare(port)
    before = _open_descriptors()
    # The parent of the watchdog waits here; the crawl itself ends by SystemExit too.
    try:
        import_module("scrapy.cmdline").execute(["scrapy", "crawl", _OUTLET])
    finally:
        counted.send(_open_descriptors() - before)


def _open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _declare(port: int) -> None:
    outlet = import_module("spiders.outlet")
    base = f"http://{_OUTLET}.press.test:{port}"
    declared = outlet.Outlet(
        name=_OUTLET,
        title=_OUTLET,
        home=f"{base}/",
        sources=(outlet.Feed(f"{base}/feed"),),
        article=re.compile(r"/news/(?P<id>\d+)"),
    )
    # Both imported the function by name.
    for module in ("spiders.crawling.spider", "spiders.wire.transport"):
        vars(import_module(module))["outlets"] = lambda: {_OUTLET: declared}


def _publish(store: FileStore, moment: datetime) -> None:
    done = publish(store, now=moment, code_version="0", lock_sha256="0" * 64, outlets={})
    # What is held back would stay in landing, and be read again by every poll.
    if done.held:
        raise SystemExit(f"held back: {done.held}")


class PollBench:
    """An archive, the environment of its crawls, and the simulated clock of both."""

    def __init__(self, folder: Path, port: int, clock: Any) -> None:
        self.folder, self.port, self.clock = folder, port, clock
        self.store = FileStore(folder / "archive")
        self.log = folder / "log"
        # Publishing reads settings here, and keeps them for the processes that are forked later.
        os.environ |= {
            "SILLOK_PRESS": str(port),
            "SILLOK_STORE": f"file:{folder / 'archive'}",
            "SILLOK_SPOOL": str(folder / "spool"),
            "SILLOK_OUTPUT": "none",
            "SCRAPY_SETTINGS_MODULE": "spiders.settings",
        }

    def poll(self, moment: datetime) -> PollCost:
        """Crawl at a moment; raises SystemExit where the crawl fails."""
        self.clock.value = moment.timestamp()
        here, there = _FORK.Pipe()
        process = _FORK.Process(target=_crawl, args=(self.port, moment, self.log, there))
        before = self._landed()
        process.start()
        there.close()
        _, status, used = os.wait4(process.pid or 0, 0)
        code = os.waitstatus_to_exitcode(status)
        # It is reaped here, for what it used: else the module would keep it, and what belongs to it.
        process._popen.returncode = code  # type: ignore[attr-defined]  # noqa: SLF001
        process.close()
        if code:
            raise SystemExit(f"a poll ended with {code}: {self.log.read_text()[-2000:]}")
        # Of the crawl and of the watchdog's parent, which forked it, the larger.
        opened = []
        while here.poll():
            try:
                opened.append(here.recv())
            except EOFError:
                break
        here.close()
        return PollCost(
            cpu=used.ru_utime + used.ru_stime,
            peak=used.ru_maxrss / 1024,
            descriptors=max(opened, default=0),
            printed=self.log.stat().st_size,
            spooled=sum(path.is_file() for path in (self.folder / "spool").rglob("*")),
            landed=self._landed() - before,
        )

    def archive(self, moment: datetime) -> None:
        """Publish, in a process of its own: what it loads must not be shared with later polls."""
        process = _FORK.Process(target=_publish, args=(self.store, moment))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"a publication ended with {process.exitcode}")

    def _landed(self) -> int:
        return sum(item.size for item in self.store.list("landing/"))


def quarters(costs: Sequence[PollCost]) -> tuple[PollCost, PollCost]:
    """Return the medians of the first and of the last quarter."""
    part = max(len(costs) // 4, 1)
    return _median(costs[:part]), _median(costs[-part:])


def _median(costs: Sequence[PollCost]) -> PollCost:
    return PollCost(
        *(statistics.median(values) for values in zip(*map(astuple, costs), strict=True))
    )


def main() -> None:
    """Print the medians of both quarters, and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.polls", description=__doc__)
    parser.add_argument("--polls", type=int, default=2000)
    parser.add_argument("--minutes", type=int, default=15, help="simulated minutes between polls")
    options = parser.parse_args()
    clock = _FORK.Value("d", 0.0)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _served(clock) as port:
        bench = PollBench(Path(folder), port, clock)
        _load()
        costs = _polled(bench, options.polls, options.minutes)
    if not costs:
        raise SystemExit("no poll found nothing new: ask more often (--minutes)")
    first, last = quarters(costs)
    print(f"{len(costs)} polls found nothing new; medians of these by quarter")
    print(f"{'':12} {'first':>10} {'last':>10} {'ratio':>7}")
    for field in fields(PollCost):
        begun, ended = getattr(first, field.name), getattr(last, field.name)
        ratio = f"{ended / begun:7.2f}" if begun else "      -"
        print(f"{field.name:12} {begun:10.2f} {ended:10.2f} {ratio}")


def _load() -> None:
    """Load what a crawl loads, once for all polls; settings read the environment meanwhile."""
    for package in ("spiders.crawling", "spiders.middlewares", "spiders.wire"):
        path = import_module(package).__path__
        for module in pkgutil.iter_modules(path, f"{package}."):
            import_module(module.name)
    for name in ("scrapy.cmdline", "processing.reading.extract", "spiders.commands.crawl"):
        import_module(name)
    # Each poll has a reactor of its own.
    if "twisted.internet.reactor" in sys.modules:
        raise SystemExit("a module has installed Twisted's reactor: no poll would end")


def _polled(bench: PollBench, polls: int, minutes: int) -> list[PollCost]:
    """Return the costs of the polls that found nothing new, in their order."""
    costs: list[PollCost] = []
    days, pace = 1, timedelta(minutes=minutes)
    for number in range(polls):
        moment = _BEGIN + _EVERY * _ITEMS + number * pace
        try:
            cost = bench.poll(moment)
        # Ctrl-C ends a run early, and shows what it has.
        except KeyboardInterrupt:
            print(f"ended after {number} polls")
            return costs
        if (moment - _BEGIN) % _EVERY >= pace:
            costs.append(cost)
        if moment - _BEGIN > days * timedelta(days=1):
            bench.archive(moment)
            days += 1
            print(f"{number + 1} polls: {cost}", flush=True)
    return costs


if __name__ == "__main__":
    main()
