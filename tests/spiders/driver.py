"""Runs `scrapy crawl` with outlets of its own that live on a loopback port: `python -m tests.spiders.driver crawl …`.

Scrapy's reactor cannot start twice in a process, so a crawl under test is a process, as it is in production.
"""

import ctypes
import os
import re
import resource
import signal
import sys
import threading
from collections import deque
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import repeat

from scrapy import cmdline

import spiders.commands.crawl
import spiders.crawling.landing
import spiders.crawling.sources
import spiders.crawling.spider
import spiders.crawling.watchdog
import spiders.installed
import spiders.middlewares.guard
import spiders.outlets
import spiders.reading
import spiders.rendering
import spiders.wire.recorder
from processing.records import Page
from spiders.outlet import Feed, Listing, Outlet, Pace, Sitemap

ROBOTS = "spiders.middlewares.robots"
PORT = os.environ["SILLOK_PRESS"]
TLS = os.environ.get("WIRE_TLS", PORT)


def base(name: str) -> str:
    return f"http://{name}.press.test:{PORT}"


def safe(name: str) -> str:
    return f"https://{name}.press.test:{TLS}"


def outlet(name: str, *sources: Feed | Sitemap | Listing, **more: object) -> Outlet:
    fields = {"title": name, "home": base(name) + "/", "pace": Pace.QUARTER_HOUR, **more}
    return Outlet(name=name, sources=sources, article=re.compile(r"/news/(?P<id>\d+)"), **fields)  # type: ignore[arg-type]


OUTLETS = [
    outlet("plain", Feed(base("plain") + "/feed")),
    outlet("two", Feed(base("two") + "/feed"), Feed(base("two") + "/other")),
    outlet("maps", Sitemap(base("maps") + "/sitemap.xml")),
    outlet("days", Sitemap(base("days") + "/sitemap/{yyyymmdd}.xml"), Feed(base("days") + "/feed")),
    outlet("paged", Listing(base("paged") + "/list?page={page}", links="ul a", pages=3)),
    outlet("moved", Feed(base("moved") + "/feed"), older=(re.compile(r"/old/(?P<id>\d+)"),)),
    outlet(
        "both",
        Feed(base("both") + "/feed"),
        Listing(base("both") + "/list?page={page}", links="ul a", pages=2),
    ),
    outlet(
        "lists",
        Feed(base("lists") + "/feed"),
        history=(Listing(base("lists") + "/list?page={page}", links="ul a"),),
    ),
    outlet(
        "posts",
        Feed(base("posts") + "/feed"),
        history=(Listing(base("posts") + "/wp-json/posts?page={page}&after={yyyy}-{mm}-{dd}"),),
    ),
    outlet(
        "months",
        Feed(base("months") + "/feed"),
        history=(Sitemap(base("months") + "/sitemap.xml", follow=r"sitemap-\d"),),
    ),
    outlet("poor", Feed(base("poor") + "/feed"), budget=5),
    outlet("slow", Feed(base("slow") + "/feed"), delay=0.3),
    outlet("known", Feed(base("known") + "/feed"), cookies=True),
    outlet("quiet", Feed(base("quiet") + "/feed", quiet_hours=1)),
    outlet(
        "shut",
        Feed(base("shut") + "/feed"),
        paused="robots.txt bans us",
        permission_needed="robots.txt",
    ),
    outlet("drawn", Feed(base("drawn") + "/feed"), hosts=("localhost",), render=True),
    outlet("sealed", Feed(safe("sealed") + "/feed"), home=safe("sealed") + "/"),
    outlet(
        "waived",
        Feed(safe("waived") + "/feed"),
        home=safe("waived") + "/",
        tls="unverified: it signs itself, checked 2026-11-20",
    ),
    outlet("mixed", Feed(base("mixed") + "/feed"), Feed(safe("pictures") + "/feed")),
    outlet("painted", Feed(safe("painted") + "/feed"), hosts=("pictures.press.test",), render=True),
    outlet("inner", Feed("http://inner.example:80/feed"), hosts=("localhost", "inner.example")),
]


def bad_day() -> None:
    """Bring about what the environment names: a disk that takes small files only, reading that breaks on an address."""
    limit = os.environ.get("WIRE_FILE_LIMIT")
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    renewal = os.environ.get("WIRE_RENEWAL")
    if renewal:
        spiders.middlewares.guard.RENEWAL = timedelta(seconds=float(renewal))
    path = os.environ.get("WIRE_BREAK")
    if path:
        reader = import_module("processing.reading.extract")
        sound = reader.extract

        def breaks(page: Page, *arguments: object, **more: object) -> object:
            if page.url.endswith(path):
                raise RecursionError("too deep")
            return sound(page, *arguments, **more)

        vars(reader)["extract"] = breaks
    unreadable = os.environ.get("WIRE_BREAK_SOURCE")
    if unreadable:
        discovery = import_module("spiders.crawling.sources")
        listed = discovery.links

        def refuses(source: object, body: bytes, *, base_url: str) -> object:
            if base_url.endswith(unreadable):
                raise RecursionError("too deep")
            return listed(source, body, base_url=base_url)

        vars(discovery)["links"] = refuses


STUCK = {
    "page": "spiders.reading:_read",
    "source": "spiders.crawling.sources:links",
    "robots": f"{ROBOTS}:judged",
    "claim": "spiders.commands.crawl:take",
    "memory": "spiders.commands.crawl:load",
    "resending": "spiders.commands.crawl:resend",
    "waiting": "spiders.crawling.run:Run.pause",
    "renewal": "spiders.crawling.claims:Claim.renew",
    "sending": "spiders.crawling.landing:send",
    "report": "spiders.crawling.landing:put_report",
    "release": "spiders.crawling.claims:Claim.free",
}


def stuck() -> None:
    """Let a call hang where the environment names: `hang` says how.

    `WIRE_STUCK` is what hangs and how, `WIRE_STUCK_AT` the end of the URL of what is parsed.
    """
    vars(spiders.crawling.watchdog)["PARSING_SECONDS"] = float(
        os.environ.get("WIRE_PARSING_SECONDS", "45")
    )
    vars(spiders.crawling.watchdog)["GRACE"] = float(os.environ.get("WIRE_GRACE", "30"))
    what, _, how = os.environ.get("WIRE_STUCK", "").partition(" ")
    if not what:
        return
    module, _, path = STUCK[what].partition(":")
    *owners, name = path.split(".")
    owner: object = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    sound = getattr(owner, name)

    def hanging(first: object, *arguments: object, **more: object) -> object:
        if str(getattr(first, "url", "")).endswith(os.environ.get("WIRE_STUCK_AT", "")):
            sys.stderr.write("stuck\n")
            sys.stderr.flush()
            hang(how)
        return sound(first, *arguments, **more)

    setattr(owner, name, hanging)


def hang(how: str) -> None:
    """Crash, or go on for ever: in Python, in C with or without work, or where handlers run.

    `on` goes on at once: what was called waits by itself.
    """
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    while how == "python":
        pass
    if how == "c":
        deque(repeat(0), maxlen=0)
    if how == "blocked":  # a lookup of a name, which no signal interrupts
        lock = ctypes.create_string_buffer(64)
        for _ in range(2):
            ctypes.PyDLL(None).pthread_mutex_lock(lock)
    if how == "waits":  # a store that answers nothing: handlers run, and then it waits on
        threading.Event().wait()


def told_to_end() -> None:
    """Send this process SIGTERM at the moment that the environment names: as it remembers, as the spider
    opens, while it reads a page or a list.
    """
    places = {
        "memory": (spiders.commands.crawl, "load"),
        "opening": (spiders.wire.recorder, "run_of"),
        "page": (spiders.reading, "_read"),
        "list": (spiders.crawling.sources, "links"),
        "sending": (spiders.crawling.landing, "send"),
    }
    moment = os.environ.get("WIRE_TERM")
    if moment:
        place, name = places[moment]
        done = getattr(place, name)

        def ending(*arguments: object, **more: object) -> object:
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(10**9 if moment in {"page", "list"} else 0):
                pass  # what is read takes for ever, unless the signal ends it
            if moment == "sending":
                threading.Event().wait()  # a store that answers nothing
            return done(*arguments, **more)

        setattr(place, name, ending)


def later() -> None:
    """Set the crawl's clock forward by the hours that the environment names."""
    ahead = timedelta(hours=float(os.environ.get("WIRE_HOURS", "0")))
    vars(spiders.commands.crawl)["_now"] = lambda: datetime.now(UTC) + ahead  # noqa: TID251 - the crawl's clock


def main() -> None:
    bad_day()
    later()
    told_to_end()
    stuck()
    vars(spiders.rendering)["SECONDS"] = float(os.environ.get("WIRE_RENDERING_SECONDS", "60"))
    registry = {one.name: one for one in OUTLETS}
    for user in (spiders.crawling.spider, spiders.commands.crawl, spiders.installed):
        vars(user)["declared"] = registry.get
    vars(spiders.crawling.spider)["names"] = lambda: tuple(registry)
    vars(spiders.outlets)["outlets"] = lambda: registry
    cmdline.execute(["scrapy", *sys.argv[1:]])


if __name__ == "__main__":
    main()
