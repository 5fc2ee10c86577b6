"""`scrapy crawl NAME`, with a memory, an archive, and an exit code that tells the truth."""

import gc
import logging
import secrets
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.utils.log import get_scrapy_root_handler

from processing.archive.memory import load
from processing.dates import SEOUL
from processing.errors import SillokError, TransientError, UsageError
from processing.landing.keys import backfill_run, folder
from processing.landing.segments import (
    Lock,
    SegmentLimits,
    SegmentWriter,
    clear,
    report,
    resend,
)
from processing.records import RunReport, clean
from processing.store.interface import Store
from processing.store.opening import open_store
from spiders.crawling.arguments import CrawlRequest, parse_arguments, require_visited
from spiders.crawling.claims import BusyError, Claim, has_report, place_of, require_unclaimed, take
from spiders.crawling.hosts import crawl_reach, forgiven
from spiders.crawling.interrupt import Interrupt, end_at_once
from spiders.crawling.landing import (
    HeldLists,
    as_spool_error,
    check_output,
    end_of,
    incomplete,
    keep,
    name_of,
)
from spiders.crawling.run import Run
from spiders.crawling.verdict import exit_code
from spiders.crawling.watchdog import Watchdog
from spiders.outlet import Outlet
from spiders.outlets import declared
from spiders.settings import check

if TYPE_CHECKING:
    from processing.archive.backfills import BackfillState
    from spiders.crawling.backfill import Backfill

log = logging.getLogger("sillok.crawl")


class Command(crawl.Command):
    """Crawls one outlet: asks its sources, reads what is new, keeps everything."""

    _run: Run | None = None
    _ended: RunReport | None = None

    def syntax(self) -> str:
        return "[options] OUTLET"

    def short_desc(self) -> str:
        return (
            "Fetch and keep what an outlet published "
            "(exit codes: 0 ok, 1 retry, 2 usage, 3 unhealthy, 4 interrupted)"
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--fresh", action="store_true", help="ask as if nothing had been seen before"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="ask the sources only; print what would be fetched",
        )

    def process_options(self, args: list[str], opts: Namespace) -> None:
        super().process_options(args, opts)
        settings = self._settings()
        # Scrapy logs its versions and settings before `run` could silence it.
        logging.getLogger("scrapy.utils.log").addFilter(is_warning)
        if settings["SILLOK_KEPT"]:
            kept = "spiders.wire.kept.KeptTransport"
            settings.set(
                "DOWNLOAD_HANDLERS",
                settings.getdict("DOWNLOAD_HANDLERS") | {"http": kept, "https": kept},
            )
        by_hand = settings["SILLOK_LOG"] == "text" and settings["SILLOK_OUTPUT"] == "auto"
        if by_hand and not (opts.output or opts.overwrite_output):
            settings.set("FEEDS", {"stdout:": {"format": "jsonlines"}}, priority="cmdline")
        if settings["SILLOK_LOG"] == "json":
            settings.set("LOG_INSTALL_ROOT_HANDLER", "0", priority="cmdline")
            from spiders.logs import log_as_json  # noqa: PLC0415 - by hand, nobody reads JSON

            log_as_json(settings["LOG_LEVEL"])

    def run(self, args: list[str], opts: Namespace) -> None:
        if level_of(self._settings()["LOG_LEVEL"]) > logging.DEBUG:
            logging.getLogger("scrapy").setLevel(logging.WARNING)
        # What trafilatura logs of a page is in the page's rejection.
        logging.getLogger("trafilatura").setLevel(logging.ERROR)
        # What is loaded stays until the end: no collection needs to look through it, here or in the
        # process that the watchdog forks.
        gc.freeze()
        self._watchdog = Watchdog()
        end_at_once(self._watchdog.acknowledge)
        code = self._watchdog.fork(self._settings().getfloat("CLOSESPIDER_TIMEOUT"), _say)
        if code is None:
            self._run_here(args, opts)
            return
        self.exitcode = code
        # A crawl that was killed could not keep how it ended.
        if self._watchdog.killed and len(args) == 1:
            self._keep_end(args[0], TransientError(f"killed: {self._watchdog.killed}"))

    def _run_here(self, args: list[str], opts: Namespace) -> None:
        """Crawl in this process, which the watchdog's parent may end."""
        failed: SillokError | None = None
        try:
            self.exitcode = self._crawl(args, opts)
        except SillokError as error:
            _say(f"{args[0] if args else 'crawl'}: {error}")
            self.exitcode, failed = exit_code_of(error), error
        except KeyboardInterrupt:
            _say(f"{args[0] if args else 'crawl'}: stopped by a signal before anything was asked")
            self.exitcode = 4
        if len(args) == 1:
            self._keep_end(args[0], failed)

    def _keep_end(self, outlet: str, failed: SillokError | None) -> None:
        """Keep how the crawl ended, in one line, where no report says it too."""
        settings = self._settings()
        error = failed or (self._run.error if self._run else None)
        run = self._run.id if self._run else name_of(settings)
        end = end_of(
            outlet,
            run,
            at=_now(),
            code=self.exitcode or 0,
            scheduled=settings.getbool("SILLOK_SCHEDULED"),
            report=self._ended,
            error=error,
        )
        keep(settings, end)

    def _crawl(self, args: list[str], opts: Namespace) -> int:
        check(self._settings())
        outlet = self._outlet(args)
        check_output(self._settings())
        wanted = self._requested(opts, outlet)
        # The kernel frees the lock when the process ends, however that comes.
        alone = self._hold(outlet)
        try:
            return self._hold_claimed(outlet, wanted)
        finally:
            alone.release()

    def _hold_claimed(self, outlet: Outlet, wanted: CrawlRequest) -> int:
        """Crawl while the claim of the outlet is ours.

        It is free at the end, however that comes. A dry run claims nothing, because it writes
        nothing; it only does not begin while another crawl has the outlet.
        """
        settings = self._settings()
        store = open_store(settings["SILLOK_STORE"])
        identity = settings["SILLOK_RUN"] or f"{_now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        if wanted.days:
            identity = backfill_run(identity)

        def is_reported(run: str) -> bool:
            return has_report(store, outlet.name, run) or load(store, outlet.name).has_report(run)

        place = place_of(self._spool())
        if wanted.dry_run:
            require_unclaimed(store, outlet.name, _now(), place=place, is_reported=is_reported)
            return self._work(outlet, wanted, identity, None)
        claim = take(store, outlet.name, identity, place=place, is_reported=is_reported)
        try:
            return self._work(outlet, wanted, identity, claim)
        finally:
            try:
                claim.free()
            # Not freed, the claim lapses by itself.
            except SillokError as error:
                log.warning("%s: the claim could not be freed: %s", outlet.name, error)

    def _work(
        self, outlet: Outlet, wanted: CrawlRequest, identity: str, claim: Claim | None
    ) -> int:
        self._run = run = self._open(outlet, wanted, identity, claim)
        self._watchdog.remember(self._place(outlet))
        run.watchdog = self._watchdog
        # Scrapy sets it before `run`.
        assert self.crawler_process is not None  # noqa: S101
        crawler = self._create_crawler(outlet.name)
        backfill = self._backfill(run, wanted) if wanted.days else None
        self.crawler_process.crawl(crawler, run=run, wanted=wanted, backfill=backfill)
        Interrupt(crawler, run).install()
        self.crawler_process.start(install_signal_handlers=False)
        reason = _reason(crawler)
        if backfill:
            backfill.finish()
        # A second Ctrl-C leaves Scrapy without a reason.
        self._ended = ended = run.finish("shutdown" if run.stopping else reason)
        if run.error is None:
            clear(self._written(), outlet.name, run.id)
        _sum_up(ended)
        code = exit_code_of(run.error) if run.error else exit_code(ended.end)
        if incomplete(crawler.stats):
            _say(
                f"{outlet.name}: the output is not complete; what it lacks is in the archive: "
                "`sillok export` writes it"
            )
            return code or 1
        return code

    def _backfill(self, run: Run, wanted: CrawlRequest) -> "Backfill":
        """Return what drives a backfill of the days asked for.

        Raises UsageError where no source reaches any of them, before anything is asked.
        """
        # `_open` has read it.
        assert run.backfills is not None  # noqa: S101
        # An ordinary crawl loads none of it.
        from spiders.crawling.backfill import Backfill  # noqa: PLC0415
        from spiders.crawling.history import BackfillPlan, require_reach  # noqa: PLC0415

        plan = BackfillPlan(run.outlet, wanted.days, run.backfills, run.clock())
        require_reach(plan)
        return Backfill(run, wanted, plan, most=self._settings().getint("SILLOK_BACKFILL_REQUESTS"))

    def _outlet(self, args: list[str]) -> Outlet:
        unknown = [arg for arg in args if arg.startswith("-")]
        if unknown:
            raise UsageError(
                f"{unknown[0]} is no option: days and pages are asked with -a since=, -a until=, "
                "-a url="
            )
        if len(args) != 1:
            raise UsageError("name one outlet: scrapy crawl OUTLET; `scrapy list` shows them all")
        outlet = declared(args[0])
        if outlet is None:
            raise UsageError(f"no outlet is called {args[0]!r}; `scrapy list` shows them all")
        return outlet

    def _requested(self, opts: Namespace, outlet: Outlet) -> CrawlRequest:
        settings = self._settings()
        wanted = parse_arguments(
            self._arguments(opts, outlet),
            # A command starts from the clock.
            today=datetime.now(SEOUL).date(),  # noqa: TID251
            dry_run=opts.dry_run,
            fresh=opts.fresh,
            due_only=settings.getbool("SILLOK_DUE"),
            budget=settings.getint("SILLOK_BACKFILL_BUDGET") or None,
        )
        if not (settings["SILLOK_KEPT"] or wanted.urls):
            require_visited(outlet, self._permission(outlet))
        self._check_contact()
        return wanted

    def _arguments(self, opts: Namespace, outlet: Outlet) -> dict[str, str]:
        """Return the `-a` arguments; a crawl of kept pages asks for all of them by itself."""
        settings = self._settings()
        arguments: dict[str, str] = dict(opts.spargs)
        if settings["SILLOK_KEPT"]:
            # A crawl over the network has no use for it.
            from spiders.wire.kept import kept_pages  # noqa: PLC0415

            rows = kept_pages(Path(settings["SILLOK_KEPT"]), outlet)
            if not outlet.sources:
                arguments.setdefault("url", " ".join(row.url for row in rows))
        return arguments

    def _check_contact(self) -> None:
        """Raise UsageError where nobody watches and no contact is set; else warn."""
        settings = self._settings()
        if settings["SILLOK_CONTACT"] or settings["SILLOK_PRESS"]:
            return
        if settings.getbool("SILLOK_SCHEDULED"):
            raise UsageError(
                "SILLOK_CONTACT is not set: a scheduled crawl says whom to write to "
                "(a URL or an address)"
            )
        if not settings["SILLOK_KEPT"]:
            log.warning(
                "SILLOK_CONTACT is not set: an outlet that is bothered by this crawl "
                "cannot write to you"
            )

    def _open(
        self, outlet: Outlet, wanted: CrawlRequest, identity: str, claim: Claim | None
    ) -> Run:
        settings = self._settings()
        store = open_store(settings["SILLOK_STORE"])
        # Before the memory is loaded: what an earlier crawl left in the spool is part of it.
        writer = None if wanted.dry_run else self._writer(store, outlet, identity)
        return Run(
            outlet,
            identity,
            memory=forgiven(load(store, outlet.name), store),
            fresh=wanted.fresh,
            writer=writer,
            clock=_now,
            agent=settings["USER_AGENT"],
            version=settings["SILLOK_VERSION"],
            permission=self._permission(outlet),
            time_limit=settings.getfloat("CLOSESPIDER_TIMEOUT"),
            reach=crawl_reach(store, self._spool(), outlet.name, _now, dry_run=wanted.dry_run),
            claim=claim,
            backfills=self._backfills(store, outlet, wanted),
            budget=wanted.budget,
            held=HeldLists(self._place(outlet) / "lists") if writer and wanted.days else None,
        )

    def _backfills(
        self, store: Store, outlet: Outlet, wanted: CrawlRequest
    ) -> "BackfillState | None":
        if not wanted.days:
            return None
        from processing.archive.backfills import BackfillState, load  # noqa: PLC0415 - an ordinary crawl has none

        state = load(store, outlet.name)
        return BackfillState(spent=state.spent) if wanted.fresh else state

    def _writer(self, store: Store, outlet: Outlet, identity: str) -> SegmentWriter:
        """Send what waits in the spool and return the writer of this run's segments.

        Raises UsageError where the run has its report already.
        """
        settings = self._settings()
        landing = open_store(settings["SILLOK_LANDING"] or settings["SILLOK_STORE"])
        if report(landing, outlet.name, identity):
            raise UsageError(
                f"run {identity} has its report already: give another SILLOK_RUN, or none"
            )
        # What waits in the spool is not for a landing that is thrown away.
        if landing.url == store.url:
            resend(store, self._spool(), outlet.name)
        limits = SegmentLimits(
            bytes=settings.getint("SILLOK_SEGMENT_BYTES"),
            pages=settings.getint("SILLOK_SEGMENT_PAGES"),
            age=timedelta(seconds=settings.getfloat("SILLOK_SEGMENT_SECONDS")),
        )
        return SegmentWriter(
            landing,
            outlet.name,
            identity,
            self._written(),
            clock=_now,
            software=settings["USER_AGENT"],
            limits=limits,
        )

    def _hold(self, outlet: Outlet) -> Lock:
        """Lock the outlet on this machine; raise BusyError where another crawl of it is at work."""
        place = self._place(outlet)
        try:
            place.mkdir(parents=True, exist_ok=True)
            return Lock(place)
        except BlockingIOError as error:
            raise BusyError(
                "another crawl of it is at work on this machine: try again when it is through"
            ) from error
        except OSError as error:
            raise as_spool_error(error) from error

    def _place(self, outlet: Outlet) -> Path:
        """Return the outlet's part of the spool."""
        return (self._spool() / folder(outlet.name, "")).parent

    def _permission(self, outlet: Outlet) -> str | None:
        permission: str | None = self._settings().getdict("SILLOK_PERMISSION").get(outlet.name)
        return permission

    def _written(self) -> Path:
        """Return the folder of the open segment."""
        # A later crawl must not send what a crawl into SILLOK_LANDING has left behind.
        return self._spool() / "dry" if self._settings()["SILLOK_LANDING"] else self._spool()

    def _spool(self) -> Path:
        return Path(self._settings()["SILLOK_SPOOL"])

    def _settings(self) -> Any:
        # Scrapy sets it before any method.
        assert self.settings is not None  # noqa: S101
        return self.settings


def exit_code_of(error: SillokError) -> int:
    """Return 1 for what may pass, 2 for what will not."""
    return 1 if isinstance(error, TransientError) else 2


def _reason(crawler: Crawler) -> str | None:
    try:
        reason: str | None = crawler.stats.get_value("finish_reason")
    # The crawl never started.
    except RuntimeError:
        return None
    return reason


def _sum_up(ended: RunReport) -> None:
    counts = (
        f"{ended.pages} pages, {ended.articles} articles, {sum(ended.rejections.values())} rejected"
    )
    line = f"{ended.outlet}: {ended.end} ({counts}, {ended.requests} requests): {ended.why}"
    level = logging.INFO if ended.end in {"new", "unchanged"} else logging.WARNING
    log.log(logging.ERROR if ended.end == "failed" else level, "%s", clean(line))


def level_of(name: str) -> int:
    """Return the number of a log level."""
    return logging.getLevelNamesMapping().get(str(name).upper(), logging.INFO)


def is_warning(record: logging.LogRecord) -> bool:
    """Return whether a record is more than news; a filter for loggers that greet."""
    return record.levelno >= logging.WARNING


def _say(message: str) -> None:
    handler = get_scrapy_root_handler()
    if handler is None and logging.getLogger().handlers:
        log.error("%s", clean(message))
    else:
        # A command speaks to the person who called it, not to a log.
        print(clean(message), file=sys.stderr)  # noqa: T201


def _now() -> datetime:
    # The crawl's clock.
    return datetime.now(UTC)  # noqa: TID251
