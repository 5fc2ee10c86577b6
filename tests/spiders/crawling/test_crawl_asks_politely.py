"""Each rule of asking politely, by what the server saw and when it saw it."""

import gzip
import os
import signal
import subprocess
import threading
import time
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processing.dates import SEOUL
from processing.landing.segments import sealed
from tests.spiders.conftest import ROOT, Crawl, command, crawled
from tests.spiders.origin import Asked, Origin, Reply, article, feed, html, text

SLACK = 0.005
"""Seconds by which a request may come early on the wire: its sending and the server's clock reading are not one moment."""


def at(origin: Origin, outlet: str, path: str) -> str:
    return f"http://{outlet}.press.test:{origin.port}{path}"


def announce(origin: Origin, outlet: str, *numbers: int) -> None:
    origin.routes |= {f"/news/{n}": article(n) for n in numbers}
    origin.routes["/feed"] = feed(*(at(origin, outlet, f"/news/{n}") for n in numbers))


def test_robots_txt_is_the_first_thing_asked_and_once(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1, 2)
    crawl("plain")
    assert origin.paths() == ["/robots.txt", "/feed", "/news/1", "/news/2"]


def test_we_say_who_we_are_and_ask_for_what_can_be_kept(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1)
    crawl("plain", env={"SILLOK_CONTACT": "mailto:desk@sillok.example"})
    for asked in origin.asked:
        agent = asked.header("User-Agent") or ""
        assert agent.startswith("Sillok/")
        assert agent.endswith("(+mailto:desk@sillok.example)")
        assert asked.header("Accept-Encoding") == "gzip, deflate"
        assert asked.header("Cookie") is None
        assert asked.header("Referer") is None


def test_crawl_delay_keeps_requests_apart(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1, 2, 3)
    origin.routes["/robots.txt"] = text("User-agent: *\nCrawl-delay: 0.4\nAllow: /\n")
    crawl("plain")
    assert len(origin.asked) == 6
    assert min(origin.gaps()) >= 0.4 - SLACK


def test_the_longer_crawl_delay_of_our_token_and_of_scrapy_holds(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    origin.routes["/robots.txt"] = text(
        "User-agent: Sillok\nCrawl-delay: 0.1\n\nUser-agent: Scrapy\nCrawl-delay: 0.5\n"
    )
    crawl("plain")
    assert min(origin.gaps()) >= 0.5 - SLACK


def test_the_delay_that_an_outlet_declares_holds(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "slow", 1, 2)
    crawl("slow")
    assert min(origin.gaps()) >= 0.3 - SLACK


def test_a_ban_of_scrapy_is_a_ban_of_us_unless_the_outlet_consented(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "shut", 1)
    origin.routes["/robots.txt"] = text(
        "User-agent: Scrapy\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
    )
    paused = crawl("shut")
    assert (paused.code, origin.asked) == (2, [])
    assert "SILLOK_PERMISSION" in paused.log
    crawl("plain")
    assert origin.paths("plain") == ["/robots.txt"]
    done = crawl("shut", env={"SILLOK_PERMISSION": '{"shut": "letter of 2026-11-01"}'})
    assert done.code == 0, done.log
    assert origin.paths("shut") == ["/robots.txt", "/feed", "/news/1"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_robots_txt_that_fails_means_nothing_is_crawled(
    origin: Origin, crawl: Crawl, status: int
) -> None:
    announce(origin, "plain", 1)
    origin.routes["/robots.txt"] = Reply(status)
    done = crawl("plain")
    assert set(origin.paths()) == {"/robots.txt"}
    assert (done.code, done.report.end) == (3, "unhealthy")


def test_no_robots_txt_means_no_rules(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1)
    origin.routes["/robots.txt"] = Reply(404)
    assert crawl("plain").code == 0
    assert "/news/1" in origin.paths()


def test_robots_txt_that_redirects_off_site_means_nothing_is_crawled(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    origin.routes["plain.press.test/robots.txt"] = Reply(
        301, headers={"Location": "http://other.example/robots.txt"}
    )
    assert crawl("plain").code == 3
    assert origin.paths() == ["/robots.txt"]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_waited_for(origin: Origin, crawl: Crawl, status: int) -> None:
    announce(origin, "plain", 1, 2)
    origin.routes["/news/1"] = _first(Reply(status, headers={"Retry-After": "1"}), article(1))
    done = crawl("plain")
    assert done.code == 0, done.log
    tried = [asked for asked in origin.asked if asked.path == "/news/1"]
    refused = origin.asked.index(tried[0])
    assert len(tried) == 2
    assert done.report.retries == 1
    assert origin.gaps()[refused] >= 1 - SLACK  # nothing else was asked in between either


def test_retry_after_as_a_date_is_waited_for_by_the_hosts_own_clock(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    later = {
        "Date": "Sun, 22 Nov 2015 08:00:00 GMT",
        "Retry-After": "Sun, 22 Nov 2015 08:00:02 GMT",
    }
    origin.routes["/news/1"] = _first(Reply(429, headers=later), article(1))
    done = crawl("plain")
    assert done.code == 0, done.log
    assert origin.gaps()[-1] >= 1 - SLACK


def test_a_host_that_asks_for_an_hour_is_left_alone_and_the_next_crawl_knows(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1, 2)
    origin.routes["/news/1"] = Reply(429, headers={"Retry-After": "3600"})
    done = crawl("plain")
    assert origin.paths() == ["/robots.txt", "/feed", "/news/1"]
    assert (done.code, done.report.whys) == (3, {"failed": 2})
    assert done.report.retries == 0
    assert "Retry-After 3600 s" in done.log
    origin.asked.clear()
    again = crawl("plain")
    assert (again.code, origin.asked) == (3, [])
    assert "asked again from" in again.log


def test_one_connection_and_one_request_at_a_time(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1, 2, 3)
    under_way: list[int] = []

    def counted(_: Asked) -> Reply:
        under_way.append(1)
        seen = len(under_way)
        time.sleep(0.05)  # a slow answer, so that a second request would be seen beside it
        under_way.pop()
        return article(seen)

    for number in (1, 2, 3):
        origin.routes[f"/news/{number}"] = counted
    done = crawl("plain")
    assert done.report.pages == 3
    assert {one.title for one in done.articles()} == {"산책로 1호 착공"}


def test_the_budget_of_a_day_counts_earlier_crawls(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "poor", 1, 2, 3, 4)
    clock = at_noon()
    done = crawl("poor", env=clock)
    assert len(origin.asked) == 5
    assert done.report.whys == {"fetched": 2, "over-budget": 2}
    assert (done.code, done.report.end) == (0, "partial")
    assert crawl("poor", env=clock).report.whys.get("fetched") is None
    assert len(origin.asked) == 5
    tomorrow = {"WIRE_HOURS": str(float(clock["WIRE_HOURS"]) + 24)}
    assert crawl("poor", env=tomorrow).report.whys["fetched"] == 2


def at_noon() -> dict[str, str]:
    """Set the clock of a crawl to the next noon in Seoul: no midnight comes between two of one test."""
    now = datetime.now(SEOUL)  # noqa: TID251 - where the crawl's clock is set from
    ahead = (now.replace(hour=12, minute=0) - now) % timedelta(days=1)
    return {"WIRE_HOURS": str(ahead / timedelta(hours=1))}


def test_a_challenge_page_ends_the_hosts_crawl_and_is_no_article(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1, 2, 3)
    origin.routes["/news/2"] = html(
        "<title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>"
    )
    done = crawl("plain")
    assert "/news/3" not in origin.paths()
    assert [one.reason for one in done.rejections()] == ["blocked"]
    assert (done.code, done.report.end) == (3, "unhealthy")
    origin.asked.clear()
    crawl("plain")
    crawl("plain", "-a", f"url=http://plain.press.test:{origin.port}/news/3")
    assert origin.asked == []


def test_three_refusals_in_a_row_end_the_hosts_crawl(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", *range(1, 7))
    origin.routes |= {f"/news/{n}": Reply(403) for n in range(1, 7)}
    done = crawl("plain")
    assert [path for path in origin.paths() if "news" in path] == ["/news/1", "/news/2", "/news/3"]
    assert "3 times in a row" in done.report.why


def test_a_name_of_this_machine_is_not_asked(origin: Origin, crawl: Crawl) -> None:
    done = crawl(
        "inner",
        "-a",
        f"url=http://localhost:{origin.port}/news/1 http://localhost/news/2 http://localhost:1/news/3",
    )
    assert origin.asked == []
    details = {row.url: row.detail or "" for row in done.articles_log()}
    assert details["http://localhost:1/news/3"] == "port 1"
    for url in (f"http://localhost:{origin.port}/news/1", "http://localhost/news/2"):
        assert "localhost resolves to 127.0.0.1, which is not public" in details[url]
    assert done.code == 3


def test_a_redirect_to_this_machine_is_recorded_and_not_followed(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    for target in (
        f"http://127.0.0.1:{origin.port}/secret",
        f"http://[::ffff:127.0.0.1]:{origin.port}/secret",
    ):
        origin.routes["/news/1"] = Reply(302, headers={"Location": target})
        done = crawl("plain", "--fresh")
        (row,) = done.articles_log()
        assert (row.why, row.detail) == ("off-site", f"redirects to {target}")
    assert "/secret" not in origin.paths()


@pytest.mark.parametrize(("outlet", "kept"), [("plain", None), ("known", "id=1")])
def test_cookies_are_kept_for_an_outlet_that_declares_them_only(
    origin: Origin, crawl: Crawl, outlet: str, kept: str | None
) -> None:
    announce(origin, outlet, 1, 2)
    origin.routes["/news/1"] = Reply(
        body=article(1).body,
        headers={"Set-Cookie": "id=1; Path=/", "Content-Type": "text/html"},
    )
    crawl(outlet)
    assert origin.asked[-1].header("Cookie") == kept
    assert origin.asked[0].header("Cookie") is None


def test_no_door_is_open_while_it_crawls(origin: Origin, tmp_path: Path) -> None:
    announce(origin, "plain", 1)
    seen: list[set[str]] = []

    def looked(_: Asked) -> Reply:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        seen.append(
            {address for one in (process.pid, *map(int, children)) for address in _listening(one)}
        )
        return article(1)

    origin.routes["/news/1"] = looked
    line, env = command(origin.port, tmp_path, "crawl", "plain")
    process = subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert process.wait(60) == 0
    assert seen == [set()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_within_seconds_whatever_is_under_way(
    origin: Origin, tmp_path: Path, number: signal.Signals
) -> None:
    announce(origin, "plain", 1, 2, 3)
    asked, never = threading.Event(), threading.Event()

    def hang(_: Asked) -> Reply:
        asked.set()
        return Reply(wait=never)

    origin.routes["/news/2"] = hang
    line, env = command(origin.port, tmp_path, "crawl", "plain")
    process = subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert asked.wait(60)
    os.kill(process.pid, number)
    out, log = process.communicate(timeout=25)  # the answer that is under way comes after 30 s
    never.set()
    done = crawled(process.returncode, out, log, tmp_path)
    assert (done.code, done.report.end) == (4, "interrupted")
    assert {row.url[-1]: row.why for row in done.articles_log()} == {
        "1": "fetched",
        "2": "failed",
        "3": "failed",
    }
    assert done.report.pages == done.report.articles == 1


@pytest.mark.parametrize(("moment", "end"), [("memory", None), ("opening", "interrupted")])
def test_a_signal_before_the_crawl_has_begun_ends_it_unasked(
    origin: Origin, crawl: Crawl, moment: str, end: str | None
) -> None:
    announce(origin, "plain", 1)
    done = crawl("plain", env={"WIRE_TERM": moment})
    assert (done.code, origin.asked) == (4, [])
    assert (done.report and done.report.end) == end
    assert "stopped by a signal" in done.log
    assert "Traceback" not in done.log, done.log


@pytest.mark.parametrize("moment", ["page", "list"])
def test_a_signal_ends_a_reading_that_takes_for_ever(
    origin: Origin, crawl: Crawl, moment: str
) -> None:
    announce(origin, "plain", 1, 2)
    done = crawl("plain", env={"WIRE_TERM": moment})
    assert (done.code, done.report.end) == (4, "interrupted"), done.log
    left = [row for row in done.rows() if row.detail == "interrupted while it was read"]
    assert [(row.role, row.why, row.failures) for row in left] == [
        ("article" if moment == "page" else "source", "failed", 0)
    ]
    assert "Traceback" not in done.log
    assert len(crawl("plain").articles()) == 2


def test_a_signal_ends_a_wait_for_the_store_and_the_next_crawl_sends_what_is_closed(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1, 2)
    held = crawl("plain", env={"WIRE_TERM": "sending"})
    assert (held.code, held.run) == (4, ""), "the store has taken nothing"
    assert "lies in the spool" in held.log
    origin.asked.clear()
    done = crawl("plain")
    assert done.code == 0, done.log
    assert "/news/1" not in origin.paths(), "it was sent, and is known"
    assert len([seal for seal in sealed(done.store) if seal.articles == 2]) == 1


def test_a_crawl_whose_next_request_comes_after_its_time_ends_at_once_and_loses_nothing(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    origin.routes["/robots.txt"] = text("User-agent: *\nCrawl-delay: 3000\n")
    done = crawl("plain", env={"SILLOK_TIME_LIMIT": "2700"})
    assert (done.code, done.report.end) == (0, "partial"), done.log
    assert "may be asked again in" in done.report.why
    assert origin.paths() == ["/robots.txt"]
    (row,) = [row for row in done.rows() if row.role == "source"]
    assert (row.failures, row.faults) == (0, ("unanswered",))
    origin.routes["/robots.txt"] = text("User-agent: *\nCrawl-delay: 0\n")
    assert len(crawl("plain").articles()) == 1, "the next crawl asks at once"


def test_links_that_wait_for_a_slow_host_are_gaps_that_cost_no_visit(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    origin.routes["/news/1"] = Reply(503, headers={"Retry-After": "100"})
    done = crawl("plain", env={"SILLOK_TIME_LIMIT": "60"})
    assert (done.code, done.report.end) == (0, "partial"), done.log
    (row,) = done.articles_log()
    assert (row.why, row.failures) == ("failed", 0)
    origin.routes["/news/1"] = article(1)
    assert len(crawl("plain").articles()) == 1


def test_a_delay_of_more_than_an_hour_is_a_finding_until_it_changes(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    origin.routes["/robots.txt"] = text("User-agent: Scrapy\nCrawl-delay: 86400\n")
    for hours in ("0", "48"):
        origin.asked.clear()
        done = crawl("plain", env={"WIRE_HOURS": hours})
        assert (done.code, done.report.end) == (3, "unhealthy"), done.log
        assert "asks for 86400 s between requests" in done.report.why
        assert origin.paths() == ["/robots.txt"]
    origin.routes["/robots.txt"] = text("User-agent: *\nAllow: /\n")
    assert len(crawl("plain", env={"WIRE_HOURS": "96"}).articles()) == 1


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_packed_page_that_breaks_off_is_tried_again_and_never_an_article(
    origin: Origin, crawl: Crawl, coding: str
) -> None:
    announce(origin, "plain", 1, 2)
    pack = gzip.compress if coding == "gzip" else zlib.compress
    for number in (1, 2):
        packed = pack(article(number).body)
        cut = packed[: len(packed) * 2 // 3] if number == 1 else packed
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": coding}
        origin.routes[f"/news/{number}"] = Reply(body=cut, headers=headers)
    done = crawl("plain")
    assert [one.url[-1] for one in done.articles()] == ["2"]
    (row,) = [row for row in done.articles_log() if row.why == "failed"]
    assert row.detail == f"ResponseDataLoss: its {coding} body breaks off"
    assert origin.paths().count("/news/1") == 3


def test_two_crawls_of_one_outlet_never_ask_at_once(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    announce(origin, "plain", 1)
    origin.routes["slow.press.test/feed"] = feed(at(origin, "slow", "/news/1"))
    asked, never = threading.Event(), threading.Event()

    def hang(_: Asked) -> Reply:
        """Let the first crawl wait, and no other: without its lock a second one would wait with it."""
        if asked.is_set():
            return article(1)
        asked.set()
        return Reply(wait=never)

    origin.routes["plain.press.test/news/1"] = hang
    line, env = command(origin.port, tmp_path, "crawl", "plain")
    process = subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert asked.wait(60)
    origin.asked.clear()
    second = crawl("plain")
    assert (second.code, origin.asked) == (1, [])
    assert "plain: another crawl of it is at work on this machine" in second.log
    assert crawl("slow").code == 0
    process.kill()
    process.communicate(timeout=30)
    never.set()
    origin.routes["plain.press.test/news/1"] = article(1)
    assert crawl("plain").code == 0


def test_a_signal_ends_a_wait_for_a_slow_host(origin: Origin, tmp_path: Path) -> None:
    announce(origin, "plain", 1)
    origin.routes["/robots.txt"] = text("User-agent: *\nCrawl-delay: 50\n")
    line, env = command(origin.port, tmp_path, "crawl", "plain")
    process = subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not origin.asked and time.monotonic() < deadline:
        time.sleep(0.02)  # for another process there is no event to wait on
    process.terminate()
    process.communicate(timeout=30)  # its turn comes after 50 s
    assert process.returncode == 4


def _first(first: Reply, then: Reply) -> Callable[[Asked], Reply]:
    answers = iter((first,))
    return lambda _asked: next(answers, then)


def _listening(pid: int) -> set[str]:
    """Return the local addresses on which a process listens (Linux: state 0A of /proc/net/tcp)."""
    own = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                found.add(fields[1])
    return found
