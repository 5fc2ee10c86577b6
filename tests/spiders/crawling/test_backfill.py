"""A backfill: what it asks, in which order, what it writes down, and how it goes on."""

import os
import signal
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from processing.dates import SEOUL
from tests.spiders.conftest import ROOT, Crawl, command
from tests.spiders.origin import Asked, Origin, Reply, article, feed, html, text

FIRST = date(2026, 11, 18)
TODAY = datetime.now(SEOUL).date()  # noqa: TID251 - the crawl's own day


def base(origin: Origin, host: str) -> str:
    return f"http://{host}.press.test:{origin.port}"


def day_map(origin: Origin, host: str, *numbers: int) -> Reply:
    urls = "".join(f"<url><loc>{base(origin, host)}/news/{one}</loc></url>" for one in numbers)
    return Reply(body=f"<urlset>{urls}</urlset>".encode(), headers={"Content-Type": "text/xml"})


def days(origin: Origin, host: str, count: int, a_day: int) -> dict[str, list[int]]:
    """Serve `count` day maps from the 18th on with `a_day` articles each; return them by path."""
    served = {}
    for back in range(count):
        day = FIRST + timedelta(days=back)
        numbers = [back * 100 + one + 1 for one in range(a_day)]
        served[f"/sitemap/{day:%Y%m%d}.xml"] = numbers
        origin.routes[f"/sitemap/{day:%Y%m%d}.xml"] = day_map(origin, host, *numbers)
        origin.routes |= {f"/news/{number}": article(number) for number in numbers}
    return served


def asked(origin: Origin, since: int = 0) -> list[str]:
    return [path for path in origin.paths()[since:] if path != "/robots.txt"]


def test_each_list_is_followed_by_its_articles_the_newest_day_first(crawl, origin) -> None:
    days(origin, "days", 3, 2)
    done = crawl("days", "-a", "since=2026-11-18", "-a", "until=2026-11-20")
    assert (done.code, done.report.end) == (0, "new"), done.report.why
    assert asked(origin) == [
        "/sitemap/20261120.xml",
        *("/news/202", "/news/201"),
        "/sitemap/20261119.xml",
        *("/news/102", "/news/101"),
        "/sitemap/20261118.xml",
        *("/news/2", "/news/1"),
    ]
    rows = [row for row in done.rows() if row.role != "robots" and not row.url.endswith("#host")]
    assert all(row.backfill for row in rows)
    assert done.run.endswith("-backfill")
    assert done.report.articles == 6


def test_a_day_that_is_done_is_asked_no_more(crawl, origin) -> None:
    days(origin, "days", 2, 2)
    crawl("days", "-a", "since=2026-11-18", "-a", "until=2026-11-19")
    before = len(origin.paths())
    again = crawl("days", "-a", "since=2026-11-18", "-a", "until=2026-11-19")
    assert asked(origin, before) == []
    assert again.code == 0


def test_a_budget_ends_a_run_and_the_next_one_goes_on(crawl, origin) -> None:
    days(origin, "days", 2, 3)
    some = ["-a", "since=2026-11-18", "-a", "until=2026-11-19", "-s", "SILLOK_BACKFILL_BUDGET=6"]
    first = crawl("days", *some)
    assert (first.code, first.report.end) == (0, "partial")
    assert "the budget of 6 requests is spent" in first.report.why
    assert not [row for row in first.articles_log() if row.why in {"over-budget", "given-up"}]
    before = len(origin.paths())
    last = crawl("days", *some)
    assert last.report.end == "new", last.report.why
    paths = asked(origin)
    assert len(paths) == len(set(paths)) == 8
    assert "/sitemap/20261119.xml" not in origin.paths()[before:]


def test_a_backfill_leaves_the_days_budget_and_the_gaps_of_today_alone(crawl, origin) -> None:
    days(origin, "days", 1, 3)
    origin.routes["/news/2"] = Reply(503)
    origin.routes["/feed"] = feed(f"{base(origin, 'days')}/news/900")
    origin.routes["/news/900"] = article(900)
    crawl("days", "-a", "since=2026-11-18", "-a", "until=2026-11-18")
    before = len(origin.paths())
    crawl("days")
    assert asked(origin, before) == ["/feed", "/news/900"]


def listed(origin: Origin, host: str, page: int, numbers: list[tuple[int, date]]) -> Reply:
    """One page of a list as NDSoft writes it, with a notice on top and a ranking below."""
    notice = f'<ul><li><a href="{base(origin, host)}/news/1">알림</a><em>2020.01.01 09:00</em></li>'
    rows = "".join(
        f'<li><h4><a href="{base(origin, host)}/news/{number}">제목 {number}</a></h4>'
        f"<p>지난 11월 3일 회의에서</p><em>기자</em><em>{day:%Y.%m.%d} 09:00</em></li>"
        for number, day in numbers
    )
    return html(f"<html><body>{notice}{rows}</ul><p>{page}</p></body></html>")


def pages(origin: Origin, count: int, a_day: int, a_page: int, beyond: str = "404") -> None:
    """Serve a list of `count` days up to today, newest first, in pages."""
    host, today = "lists", TODAY
    entries = [
        ((count - back) * 100 + one, today - timedelta(days=back))
        for back in range(count)
        for one in range(a_day, 0, -1)
    ]
    last = -(-len(entries) // a_page)
    for page in range(1, last + 8):
        there = (
            min(page, last)
            if beyond == "last"
            else 1
            if beyond == "first" and page > last
            else page
        )
        if page <= last or beyond != "404":
            some = entries[(there - 1) * a_page : there * a_page]
            origin.routes[f"/list?page={page}"] = listed(origin, host, page, some)
    origin.routes |= {f"/news/{number}": article(number) for number, _ in entries}
    origin.routes["/news/1"] = article(1)


def back(days: int) -> str:
    return f"{TODAY - timedelta(days=days)}"


@pytest.mark.parametrize("beyond", ["404", "last", "first", "empty"])
def test_a_list_is_read_back_to_the_days_and_to_its_end(crawl, origin, beyond) -> None:
    pages(origin, 12, 5, 4, beyond)
    done = crawl("lists", "-a", f"since={back(20)}", "-a", f"until={back(8)}")
    numbers = {int(row.url.rpartition("/")[2]) for row in done.rows() if row.outcome == "article"}
    assert numbers == {day * 100 + one for day in range(1, 5) for one in range(1, 6)}, done.log
    assert done.report.end == "partial"
    assert f"no source reaches {back(20)} to {back(12)}" in done.report.why
    lists = [path for path in asked(origin) if path.startswith("/list")]
    assert len(lists) <= 18


def test_a_run_killed_before_its_list_is_sealed_has_the_answer_all_the_same(
    crawl: Crawl, origin: Origin, tmp_path: Path
) -> None:
    days(origin, "days", 2, 2)
    span = ("days", "-a", "since=2026-11-18", "-a", "until=2026-11-19")
    line, env = command(origin.port, tmp_path, "crawl", *span)
    stuck = {"WIRE_STUCK": "source python", "WIRE_STUCK_AT": "{yyyymmdd}.xml"}
    process = subprocess.Popen(
        line, env=env | stuck, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stderr
    assert any(b"stuck" in said for said in process.stderr)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    done = crawl(*span)
    assert done.report.end == "new", done.report.why
    paths = asked(origin)
    assert len(paths) == len(set(paths)) == 6
    (row,) = [row for row in done.rows() if row.url.endswith("20261119.xml")]
    assert row.stored_at
    assert row.stored_at <= row.at
    assert not list(tmp_path.glob("spool/**/lists/*"))


def test_lists_that_refuse_us_are_named_with_the_cure(crawl, origin) -> None:
    origin.routes["/sitemap/20261118.xml"] = Reply(403)
    done = crawl("days", "-a", "since=2026-11-18", "-a", "until=2026-11-18")
    assert done.code == 2, done.log
    assert "its lists refuse us" in done.log
    assert "ask the outlet for its consent" in done.log
    origin.routes["/robots.txt"] = text("User-agent: *\nDisallow: /list\n")
    done = crawl("lists", "-a", f"since={back(9)}", "-a", f"until={back(8)}")
    assert done.code == 2, done.log
    assert [path for path in asked(origin) if path.startswith("/list")] == []


def test_a_list_without_dates_ends_and_says_so(crawl, origin) -> None:
    rows = "".join(
        f'<li><a href="{base(origin, "lists")}/news/{number}">제목</a></li>' for number in range(9)
    )
    for page in range(1, 9):
        origin.routes[f"/list?page={page}"] = html(f"<ul>{rows}</ul>")
    done = crawl("lists", "-a", f"since={back(9)}", "-a", f"until={back(8)}")
    assert done.code == 3
    assert "its entries state no day" in done.report.why
    assert asked(origin) == ["/list?page=1"]


def test_a_list_that_moves_while_it_is_read_loses_nothing(crawl, origin) -> None:
    pages(origin, 8, 6, 4)

    def moved(page: int) -> Callable[[Asked], Reply]:
        """Answer a page of a list before which two articles were put at each request."""

        def answer(_: Asked) -> Reply:
            count = 2 * sum(path.startswith("/list") for path in origin.paths())
            before = [(900_000 + new, TODAY) for new in range(count, 0, -1)]
            old = [
                ((8 - gone) * 100 + one, TODAY - timedelta(days=gone))
                for gone in range(8)
                for one in range(6, 0, -1)
            ]
            some = [*before, *old][(page - 1) * 4 : page * 4]
            return listed(origin, "lists", page, some) if some else Reply(404)

        return answer

    origin.routes |= {f"/list?page={page}": moved(page) for page in range(1, 60)}
    done = crawl("lists", "-a", f"since={back(6)}", "-a", f"until={back(3)}")
    numbers = {int(row.url.rpartition("/")[2]) for row in done.rows() if row.outcome == "article"}
    assert numbers == {day * 100 + one for day in range(2, 6) for one in range(1, 7)}, done.log
    assert done.report.end == "new", done.report.why
