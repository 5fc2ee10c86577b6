"""A crawl ends at its limit and at SIGTERM whatever it is doing, and what it died of is not parsed again.

The parsers of these tests hang for ever, so a crawl that ends at all was ended by what is tested.
"""

import itertools
import json
import os
import signal
import threading
from pathlib import Path

import pytest

from processing.landing.segments import sealed
from spiders.crawling.watchdog import LethalError, Note, Watchdog, read_notes
from tests.spiders.conftest import Crawl, Crawled, StartedCrawl
from tests.spiders.origin import TDMREP, Asked, Origin, Reply, article, feed, html, text

LIMIT = ("-s", "CLOSESPIDER_TIMEOUT=1")


def announce(origin: Origin, *numbers: int) -> None:
    base = f"http://plain.press.test:{origin.port}"
    origin.routes["/feed"] = feed(*(f"{base}/news/{number}" for number in numbers))
    origin.routes |= {f"/news/{number}": article(number) for number in numbers}


def signalled(origin: Origin, folder: Path, number: signal.Signals, **stuck: str) -> Crawled:
    """Crawl until a parser hangs, send `number` to the process that was started, and return how it ended."""
    started = StartedCrawl(origin, folder, "plain", **stuck)
    started.read_until("stuck")
    started.signal(number)
    return started.end()


@pytest.mark.parametrize("crawl_delay", ["600", "3000"])
def test_no_wait_for_a_host_outlasts_the_time_limit(
    origin: Origin, crawl: Crawl, crawl_delay: str
) -> None:
    announce(origin, 1)
    origin.routes["/robots.txt"] = text(f"User-agent: *\nCrawl-delay: {crawl_delay}\n")
    done = crawl("plain", *LIMIT)
    assert done.report is not None, done.log
    details = [row.detail or "" for row in done.rows() if row.role == "source"]
    assert any("time limit" in detail for detail in details), details
    assert "Traceback" not in done.log


def test_a_download_ends_at_the_time_limit_and_is_not_counted_against_the_page(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, 2)
    never = threading.Event()
    origin.routes["/news/2"] = Reply(wait=never)
    done = crawl("plain", "-s", "CLOSESPIDER_TIMEOUT=4")
    never.set()
    assert "time limit" in done.report.why
    (row,) = done.articles_log()
    assert (row.why, row.failures) == ("failed", 0)
    assert "time limit" in (row.detail or "")


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("page", "c"),
        ("source", "python"),
        *(
            pytest.param(what, how, marks=pytest.mark.full)
            for what, how in itertools.product(("page", "source", "robots"), ("c", "python"))
            if (what, how) not in (("page", "c"), ("source", "python"))
        ),
    ],
)
def test_sigterm_ends_a_crawl_that_is_parsing(
    origin: Origin, tmp_path: Path, what: str, how: str
) -> None:
    announce(origin, 1)
    done = signalled(origin, tmp_path, signal.SIGTERM, WIRE_STUCK=f"{what} {how}")
    assert done.code == 4, done.log
    assert read_notes(next(iter(tmp_path.rglob("died.json")), tmp_path)) == ()


@pytest.mark.parametrize(
    "stuck",
    [
        # At the start: the store does not answer, or what it answered is taken apart in C.
        "claim waits",
        pytest.param("claim blocked", marks=pytest.mark.full),
        pytest.param("resending waits", marks=pytest.mark.full),
        "memory c",
        # On the way: the claim, a segment.
        "renewal blocked",
        pytest.param("sending waits", marks=pytest.mark.full),
        # At the close.
        pytest.param("report waits", marks=pytest.mark.full),
        "report blocked",
        pytest.param("release waits", marks=pytest.mark.full),
        pytest.param("release blocked", marks=pytest.mark.full),
    ],
)
def test_sigterm_ends_a_crawl_that_waits_for_the_store(
    origin: Origin, tmp_path: Path, crawl: Crawl, stuck: str
) -> None:
    """Whatever the store took before is kept, and the next crawl asks for the rest."""
    announce(origin, 1)
    more = {"WIRE_STUCK": stuck} | ({"WIRE_RENEWAL": "0"} if "renewal" in stuck else {})
    done = signalled(origin, tmp_path, signal.SIGTERM, **more)
    assert done.code == 4, done.log
    assert "Traceback" not in done.log
    after = crawl("plain")
    assert after.code == 0, after.log
    seals = sealed(after.store)
    assert sum(seal.articles for seal in seals) == 1, "kept once, whichever crawl it was"


@pytest.mark.parametrize(
    "routes",
    [
        {"/robots.txt": text("User-agent: *\nCrawl-delay: 600\n")},
        {"/feed": Reply(503, headers={"Retry-After": "100"})},
        {"/news/1": Reply(429, headers={"Retry-After": "100"})},
    ],
    ids=["crawl-delay", "source", "article"],
)
def test_sigterm_ends_a_wait_for_a_host(
    origin: Origin, tmp_path: Path, routes: dict[str, Reply]
) -> None:
    announce(origin, 1)
    origin.routes |= routes
    done = signalled(origin, tmp_path, signal.SIGTERM, WIRE_STUCK="waiting on")
    assert (done.code, done.report.end) == (4, "interrupted"), done.log


@pytest.mark.parametrize(
    ("path", "is_begun"),
    [("/robots.txt", False), (TDMREP, True), ("/feed", False), ("/feed", True), ("/news/1", True)],
)
def test_sigterm_ends_a_download_that_never_ends(
    origin: Origin, tmp_path: Path, path: str, *, is_begun: bool
) -> None:
    """Either nothing is answered, or the headers and a part of what they promise."""
    announce(origin, 1)
    asked, never = threading.Event(), threading.Event()
    begun = Reply(body=b"<", headers={"Content-Length": "1000"})

    def hangs(_: Asked) -> Reply:
        asked.set()
        return begun if is_begun else Reply(wait=never)

    origin.routes[path] = hangs
    started = StartedCrawl(origin, tmp_path, "plain")
    assert asked.wait(60)
    started.signal(signal.SIGTERM)
    done = started.end()
    never.set()
    assert (done.code, done.report.end) == (4, "interrupted"), done.log


def test_ctrl_c_ends_a_crawl_that_is_parsing(origin: Origin, tmp_path: Path) -> None:
    announce(origin, 1)
    assert signalled(origin, tmp_path, signal.SIGINT, WIRE_STUCK="page c").code == 4


def test_the_time_limit_ends_a_crawl_that_is_parsing(origin: Origin, crawl: Crawl) -> None:
    announce(origin, 1)
    done = crawl(
        "plain", "-s", "CLOSESPIDER_TIMEOUT=8", env={"WIRE_STUCK": "page c", "WIRE_GRACE": "1"}
    )
    assert done.code == 1
    assert "it did not close itself at its time limit while it parsed" in done.log


@pytest.mark.parametrize(
    ("how", "why"),
    [("c", "one document took more than 1 s of processor time"), ("crash", "killed by SIGSEGV")],
)
def test_a_page_that_a_crawl_died_of_is_rejected_by_the_next(
    origin: Origin, crawl: Crawl, how: str, why: str
) -> None:
    announce(origin, 1, 2, 3)
    stuck = {"WIRE_STUCK": f"page {how}", "WIRE_STUCK_AT": "/news/2", "WIRE_PARSING_SECONDS": "1"}
    died = crawl("plain", env=stuck)
    assert died.code == 1
    assert why in died.log
    assert "/news/2" in died.log
    done = crawl("plain", env=stuck)
    assert (done.code, done.report.pages, done.report.articles) == (0, 3, 2), done.log
    (rejection,) = done.rejections()
    assert (rejection.reason, rejection.url[-7:]) == ("unreadable", "/news/2")
    assert why in rejection.evidence
    assert limits(done) == [("reading-time", 1, "/news/2")]


def limits(done: Crawled) -> list[tuple[str, int, str]]:
    """Return the limits of a run report, with the end of their examples."""
    return [(one.limit, one.count, one.example[-7:]) for one in done.report.limits]


def test_a_source_that_a_crawl_died_of_has_its_row(origin: Origin, crawl: Crawl) -> None:
    announce(origin, 1)
    stuck = {"WIRE_STUCK": "source crash"}
    assert crawl("plain", env=stuck).code == 1
    done = crawl("plain", env=stuck)
    (row,) = [row for row in done.rows() if row.role == "source"]
    assert "an earlier crawl ended over it: it was killed by SIGSEGV" in (row.detail or "")
    assert done.code == 3


def test_no_crawl_outlives_the_process_that_was_started(
    origin: Origin, tmp_path: Path, crawl: Crawl
) -> None:
    """`kill -9` of it ends the other one too, which would hold the outlet's lock and hang for ever."""
    announce(origin, 1)
    done = signalled(origin, tmp_path, signal.SIGKILL, WIRE_STUCK="page c")
    assert done.code == -signal.SIGKILL
    assert crawl("plain").report.articles == 1


def noted(folder: Path, *notes: Note) -> Watchdog:
    """Return a watchdog that reads notes of earlier deaths."""
    rows = [
        {"url": one.url, "digest": one.digest, "why": one.why, "certain": one.certain}
        for one in notes
    ]
    (folder / "died.json").write_text(json.dumps(rows))
    watchdog = Watchdog()
    watchdog.remember(folder)
    return watchdog


def test_what_else_may_have_killed_a_crawl_is_tried_once_more(tmp_path: Path) -> None:
    """The kernel kills for want of memory, and so does a person; the page is rejected when that happens twice."""
    with noted(tmp_path).parsing("http://a/1", b"body"):
        entry = _entry(tmp_path)
    once = Note("http://a/1", entry, "it was killed by SIGKILL", certain=False)
    with noted(tmp_path, once).parsing("http://a/1", b"body"):
        pass
    with pytest.raises(LethalError), noted(tmp_path, once, once).parsing("http://a/1", b"body"):
        pass


def _entry(folder: Path) -> str:
    watchdog = noted(folder)
    with watchdog.parsing("http://a/1", b"body"):
        return str((watchdog.entry() or {})["digest"])


@pytest.mark.parametrize(
    "content", [b"", b"[", b"{}", b"[1]", b'[{"url": 1}]', b"[" * 100_000, b"\xff" * 10]
)
def test_a_damaged_file_of_notes_stops_no_crawl(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "died.json").write_bytes(content)
    assert read_notes(tmp_path / "died.json") == ()
    os.truncate(tmp_path / "died.json", 0)


def test_an_address_that_is_too_long_fits(tmp_path: Path) -> None:
    watchdog = noted(tmp_path)
    with watchdog.parsing("http://a/" + "가\ud800" * 20_000, b""):
        assert str((watchdog.entry() or {})["url"]).startswith("http://a/가")
    assert watchdog.entry() is None


def test_an_element_of_a_million_attributes_is_refused_and_the_others_are_read(
    origin: Origin, crawl: Crawl
) -> None:
    """The parser needs half an hour for it, inside C: no time limit of Python's would end it."""
    announce(origin, 1, 2)
    many = " ".join(f"a{number}" for number in range(1_200_000))
    origin.routes["/news/1"] = html(f"<html><body><p {many}>가나다라")
    done = crawl("plain")
    assert (done.code, done.report.articles) == (0, 1), done.log
    (rejection,) = done.rejections()
    assert (rejection.reason, rejection.evidence) == (
        "too-large",
        "<p> has more than 2000 attributes",
    )
    assert limits(done) == [("page-size", 1, "/news/1")]


def test_a_source_with_too_much_in_it_is_named_by_the_run_report(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes["/feed"] = text("<rss>" + "<a>" * 2_000_001)
    done = crawl("plain")
    assert [(one.limit, one.example[-5:]) for one in done.report.limits] == [
        ("source-size", "/feed")
    ]


@pytest.mark.parametrize("content", ["[" * 5_000, "{", "[1] [2]", "[" + "1," * 1_000_001 + "1]"])
def test_a_file_about_data_mining_that_cannot_be_read_is_ignored_and_logged_once(
    origin: Origin, crawl: Crawl, content: str
) -> None:
    announce(origin, 1, 2, 3)
    origin.routes[TDMREP] = text(content)
    done = crawl("plain")
    assert (done.code, done.report.articles) == (0, 3), done.log
    assert done.log.count("tdmrep.json is ignored") == 1


def test_headers_without_end_are_a_page_that_is_too_large(origin: Origin, crawl: Crawl) -> None:
    announce(origin, 1, 2)
    many = {f"X-{number}": "a" * 8000 for number in range(100)}
    origin.routes["/news/1"] = Reply(body=b"<p>", headers=many)
    done = crawl("plain")
    assert (done.code, done.report.articles) == (0, 1), done.log
    (rejection,) = done.rejections()
    assert rejection.reason == "too-large"
    assert "more than 262144 bytes of headers" in rejection.evidence
    assert limits(done) == [("page-size", 1, "/news/1")]
    assert origin.paths().count("/news/1") == 1, "asked again, it would be no smaller"
