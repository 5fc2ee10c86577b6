"""What a crawl finds, and the one row that each URL gets."""

import json
from pathlib import Path

from processing.records import Article, Reason
from tests.spiders.conftest import Crawl
from tests.spiders.origin import TDMREP, Asked, Origin, Reply, article, feed, html, text


def at(origin: Origin, outlet: str, path: str) -> str:
    return f"http://{outlet}.press.test:{origin.port}{path}"


def test_each_url_of_a_feed_has_one_row_that_says_why(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {
        "/robots.txt": text("User-agent: Sillok\nDisallow: /news/3\n"),
        "/news/1": article(1),
        "/news/4": Reply(301, headers={"Location": "http://elsewhere.example/news/4"}),
        "/news/5": Reply(404),
        "/feed": feed(
            *(at(origin, "plain", f"/news/{n}") for n in (1, 3, 4, 5)),
            at(origin, "plain", "/about"),
            "http://elsewhere.example/news/9",
            at(origin, "plain", "/news/1?utm_source=rss"),
        ),
    }
    done = crawl("plain")
    assert done.code == 0, done.log
    whys = {row.url: row.why for row in done.articles_log()}
    assert whys == {
        at(origin, "plain", "/news/1"): "fetched",
        at(origin, "plain", "/news/3"): "robots",
        at(origin, "plain", "/news/4"): "off-site",
        at(origin, "plain", "/news/5"): "failed",
        at(origin, "plain", "/about"): "not-article",
        "http://elsewhere.example/news/9": "off-site",
    }
    assert done.report.end == "new"
    assert done.report.whys == {
        "failed": 1,
        "fetched": 1,
        "not-article": 1,
        "off-site": 2,
        "robots": 1,
    }
    assert "/news/3" not in origin.paths()
    assert not [asked for asked in origin.asked if asked.host.startswith("elsewhere")]


def test_articles_go_to_stdout_and_nothing_else_does(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/1": article(1)}
    done = crawl("plain")
    (line,) = done.out.splitlines()
    assert '"title":"산책로 1호 착공"' in line
    assert len(done.log.strip().splitlines()) == 1, done.log


def test_an_output_file_takes_the_articles_instead(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/1": article(1)}
    done = crawl("plain", "-O", str(tmp_path / "out.jsonl"))
    assert done.out == ""
    assert Article.model_validate_json((tmp_path / "out.jsonl").read_text()) == done.articles()[0]


def test_a_task_gets_log_lines_it_can_read_and_no_articles(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/1": article(1)}
    done = crawl("plain", env={"SILLOK_LOG": "json"})
    (line,) = [json.loads(line) for line in done.out.splitlines()]
    assert line["level"] == "INFO"
    assert line["event"].startswith("plain: new (1 pages, 1 articles")
    assert done.log == ""


def test_a_second_poll_asks_the_sources_and_fetches_no_page(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {
        "/feed": feed(at(origin, "plain", "/news/1"), ETag='"a"'),
        "/news/1": article(1),
    }
    crawl("plain")
    origin.asked.clear()
    origin.routes["/feed"] = lambda asked: (
        Reply(304)
        if asked.header("If-None-Match") == '"a"'
        else feed(at(origin, "plain", "/news/1"))
    )
    done = crawl("plain")
    assert (done.code, done.report.end, done.out) == (0, "unchanged", "")
    assert origin.paths() == ["/robots.txt", "/feed"]
    assert origin.asked[1].header("If-None-Match") == '"a"'


def test_known_urls_in_a_changed_feed_are_seen_and_not_asked(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {
        "/feed": feed(at(origin, "plain", "/news/1")),
        "/news/1": article(1),
        "/news/2": article(2),
    }
    crawl("plain")
    origin.asked.clear()
    origin.routes["/feed"] = feed(at(origin, "plain", "/news/2"), at(origin, "plain", "/news/1"))
    done = crawl("plain")
    assert sorted(row.why for row in done.articles_log()) == ["fetched", "seen"]
    assert origin.paths() == ["/robots.txt", "/feed", "/news/2"]
    assert done.report.sources[0].overlap == 1


def test_a_poll_that_shares_nothing_with_the_one_before_is_reported_as_a_gap(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 5)}
    origin.routes["/feed"] = feed(*(at(origin, "plain", f"/news/{n}") for n in (1, 2)))
    first = crawl("plain")
    origin.routes["/feed"] = feed(*(at(origin, "plain", f"/news/{n}") for n in (3, 4)))
    done = crawl("plain")
    (source,) = done.report.sources
    assert source.problem is not None
    assert "something may have been missed" in source.problem
    assert first.report.sources[0].problem is None
    assert source.next_at is not None
    assert (source.next_at - done.report.ended_at).total_seconds() < 15 * 60


def test_where_only_what_is_due_is_asked_the_others_are_no_fault(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {
        "/feed": feed(at(origin, "two", "/news/1")),
        "/other": Reply(500),
        "/news/1": article(1),
    }
    first = crawl("two")
    assert first.code == 0, first.log
    origin.asked.clear()
    done = crawl("two", env={"SILLOK_DUE": "1"})
    assert (done.code, done.report.end, done.report.why) == (0, "unchanged", "no source was due")
    assert origin.asked == []
    assert {(source.status, source.problem) for source in done.report.sources} == {(None, None)}
    assert [source.next_at for source in done.report.sources] == [
        source.next_at for source in first.report.sources
    ]


def test_a_gap_is_fetched_where_no_source_is_due_and_its_failure_is_told(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {
        "/feed": feed(*(at(origin, "plain", f"/news/{n}") for n in (1, 2))),
        "/news/1": article(1),
    }
    origin.routes["/news/2"] = Reply(500)
    crawl("plain")
    origin.asked.clear()
    failing = crawl("plain", env={"SILLOK_DUE": "1"})
    assert (failing.code, failing.report.end) == (3, "unhealthy")
    assert set(origin.paths()) == {"/robots.txt", "/news/2"}
    assert crawl("plain", env={"SILLOK_DUE": "1"}).report.why == "no source was due"


def test_a_source_that_stays_silent_is_reported_and_asked_less(
    origin: Origin, crawl: Crawl
) -> None:
    urls = [at(origin, "quiet", f"/news/{n}") for n in (1, 2)]
    origin.routes |= {"/feed": feed(*urls), "/news/1": article(1), "/news/2": article(2)}
    waits = []
    for hours, announced in ((0, urls), (0.5, urls), (2, urls), (3, urls[::-1])):
        origin.routes["/feed"] = feed(*announced)
        done = crawl("quiet", env={"WIRE_HOURS": str(hours)})
        (source,) = done.report.sources
        waits.append(
            (done.code, round((source.next_at - done.report.ended_at).total_seconds() / 60))
        )
    assert waits == [(0, 15), (0, 30), (3, 60), (3, 60)]
    assert "nothing new since" in (source.problem or "")


def test_an_index_is_asked_again_as_soon_as_its_fastest_child(origin: Origin, crawl: Crawl) -> None:
    def child(*numbers: int) -> Reply:
        pages = "".join(
            f"<url><loc>{at(origin, 'maps', f'/news/{n}')}</loc></url>" for n in numbers
        )
        return text(f"<urlset>{pages}</urlset>")

    maps = "".join(
        f"<sitemap><loc>{at(origin, 'maps', path)}</loc></sitemap>" for path in ("/a.xml", "/b.xml")
    )
    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 5)}
    origin.routes |= {
        "/sitemap.xml": text(f"<sitemapindex>{maps}</sitemapindex>"),
        "/a.xml": child(1),
    }
    origin.routes["/b.xml"] = child(2)
    waits = []
    for numbers in ((2,), (2,), (3, 4)):
        origin.routes["/b.xml"] = child(*numbers)
        done = crawl("maps")
        (index,) = [row for row in done.rows() if row.url.endswith("/sitemap.xml")]
        (told,) = [source for source in done.report.sources if source.url == index.url]
        assert told.next_at == index.next_at
        waits.append(round((index.next_at - index.at).total_seconds() / 60))
    assert waits == [15, 15, 5]
    assert [row.announced_by for row in done.rows() if row.url.endswith("/b.xml")] == [index.url]


def test_a_feed_that_keeps_its_etag_while_it_changes_is_caught_and_no_longer_trusted(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 4)}
    for last in (1, 2, 3):
        urls = [at(origin, "plain", f"/news/{n}") for n in range(1, last + 1)]
        origin.routes["/feed"] = feed(*urls, ETag='"always"')
        done = crawl("plain")
    feeds = [asked for asked in origin.asked if asked.path == "/feed"]
    assert [asked.header("If-None-Match") for asked in feeds] == [None, '"always"', None]
    assert "its validators lie" in (done.report.sources[0].problem or "")


def test_children_of_a_sitemap_index_are_asked_even_where_the_index_is_unchanged(
    origin: Origin, crawl: Crawl
) -> None:
    index = f"<sitemapindex><sitemap><loc>{at(origin, 'maps', '/child.xml')}</loc></sitemap></sitemapindex>"
    child = "<urlset>{}</urlset>"
    location = "<url><loc>{}</loc></url>"
    origin.routes |= {
        "/sitemap.xml": text(index, ETag='"i"'),
        "/news/1": article(1),
        "/news/2": article(2),
    }
    origin.routes["/child.xml"] = text(child.format(location.format(at(origin, "maps", "/news/1"))))
    assert crawl("maps").code == 0
    origin.routes["/child.xml"] = text(
        child.format("".join(location.format(at(origin, "maps", f"/news/{n}")) for n in (1, 2)))
    )
    assert [row.why for row in crawl("maps").articles_log()] == ["seen", "fetched"]


def test_pages_of_a_listing_are_asked_while_they_bring_news(origin: Origin, crawl: Crawl) -> None:
    def listed(*numbers: int) -> Reply:
        return html("<ul>" + "".join(f'<li><a href="/news/{n}">{n}</a>' for n in numbers) + "</ul>")

    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 5)}
    origin.routes |= {
        "/list?page=1": listed(1, 2),
        "/list?page=2": listed(3),
        "/list?page=3": listed(3),
    }
    crawl("paged")
    assert [path for path in origin.paths() if "list" in path] == [
        f"/list?page={n}" for n in (1, 2, 3)
    ]
    origin.asked.clear()
    origin.routes["/list?page=1"] = listed(1, 2, 2)
    crawl("paged")
    assert [path for path in origin.paths() if "list" in path] == ["/list?page=1"]


def test_a_front_page_says_once_what_its_menus_are(origin: Origin, crawl: Crawl) -> None:
    def front(*numbers: int) -> Reply:
        menus = "<li><a href=/section/7>7</a><li><a href=http://elsewhere.example/8>8</a>"
        return html(
            "<ul>" + menus + "".join(f"<li><a href=/news/{n}>{n}</a>" for n in numbers) + "</ul>"
        )

    origin.routes |= {f"/news/{n}": article(n) for n in (1, 2, 3)} | {"/list?page=1": front(1)}
    menus = [at(origin, "paged", "/section/7"), "http://elsewhere.example/8"]
    whys = {row.url: row.why for row in crawl("paged").articles_log()}
    assert [whys[url] for url in menus] == ["not-article", "off-site"]
    origin.routes["/list?page=1"] = front(1, 2)
    again = crawl("paged")
    assert [(row.url[-6:], row.why) for row in again.articles_log()] == [
        ("news/1", "seen"),
        ("news/2", "fetched"),
    ]
    assert again.report.whys == {"seen": 1, "fetched": 1}
    origin.routes["/list?page=1"] = front(3)
    assert {row.url for row in crawl("paged", "--fresh").articles_log()} >= set(menus)


def test_since_and_until_ask_the_day_archives_and_leave_other_days_out(
    origin: Origin, crawl: Crawl
) -> None:
    def day(*entries: tuple[int, str]) -> Reply:
        rows = "".join(
            f"<url><loc>{at(origin, 'days', f'/news/{n}')}</loc><lastmod>{when}</lastmod></url>"
            for n, when in entries
        )
        return text(f"<urlset>{rows}</urlset>")

    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 4)}
    origin.routes |= {
        "/sitemap/20261118.xml": day((1, "2026-11-18T23:59:59+09:00")),
        "/sitemap/20261119.xml": day(
            (2, "2026-11-19T00:00:00+09:00"), (3, "2026-11-20T00:00:00+09:00")
        ),
        "/feed": feed(),
    }
    done = crawl("days", "-a", "since=2026-11-18", "-a", "until=2026-11-19")
    whys = {row.url.rpartition("/")[2]: row.why for row in done.articles_log()}
    assert whys == {"1": "fetched", "2": "fetched", "3": "out-of-range"}
    origin.asked.clear()
    crawl("days")
    assert not [path for path in origin.paths() if path.startswith("/sitemap")]


def test_a_url_asked_by_name_is_the_only_one_asked(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/7": article(7)}
    done = crawl("plain", "-a", f"url={at(origin, 'plain', '/news/7')}")
    assert (done.code, origin.paths()) == (0, ["/robots.txt", "/news/7"])
    wrong = crawl("plain", "-a", "url=http://elsewhere.example/news/7")
    assert wrong.code == 3
    assert [row.why for row in wrong.articles_log()] == ["off-site"]


def test_a_page_that_is_not_there_is_named(origin: Origin, crawl: Crawl) -> None:
    there, absent, other = (at(origin, "plain", f"/news/{number}") for number in (1, 2, 3))
    asked = crawl("plain", "-a", f"url={absent}")
    assert (asked.code, asked.report.end) == (3, "unhealthy"), asked.log
    assert f"none of the URLs asked for is there: {absent} (http 404)" in asked.log
    origin.routes["/feed"] = feed(other)
    polled = crawl("plain")
    assert (polled.code, polled.report.end) == (0, "unchanged"), polled.log
    assert (
        f"nothing new was to be had; but 1 URL announced and not there: {other} (http 404)"
        in polled.log
    )
    origin.routes |= {"/news/1": article(1), "/feed": feed(there)}
    assert crawl("plain").code == 0
    origin.routes["/news/1"] = Reply(410)
    deleted = crawl("plain", "-a", f"url={there}")
    assert (deleted.code, deleted.report.why) == (0, f"1 URL gone: {there} (http 410)")


def test_a_dry_run_asks_the_sources_and_writes_nothing(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/1": article(1)}
    done = crawl("plain", "--dry-run")
    assert done.code == 0, done.log
    assert "/news/1" in done.out
    assert "a dry run, which found 1 to fetch" in done.log
    assert "/news/1" not in origin.paths()
    assert not (tmp_path / "archive").exists()


def test_a_page_that_was_edited_becomes_a_new_version_and_a_deleted_one_is_gone(
    origin: Origin, crawl: Crawl
) -> None:
    urls = [at(origin, "plain", f"/news/{n}") for n in (1, 2, 3)]
    origin.routes |= {f"/news/{n}": article(n) for n in (1, 2, 3)} | {"/feed": feed(*urls)}
    first = {one.url: one.version_id for one in crawl("plain").articles()}
    origin.routes |= {"/news/1": article(1, " 고침."), "/news/2": Reply(410)}
    done = crawl("plain", "-a", "url=" + " ".join(urls))
    assert {row.url: row.why for row in done.articles_log()} == dict(
        zip(urls, ("fetched", "gone", "unchanged"), strict=True)
    )
    (edited,) = done.articles()
    assert edited.url == urls[0]
    assert edited.version_id != first[urls[0]]
    assert done.code == 0


def test_an_article_is_asked_again_with_what_it_was_remembered_by(
    origin: Origin, crawl: Crawl
) -> None:
    def held(asked: Asked) -> Reply:
        if asked.header("If-None-Match") == '"v1"':
            return Reply(304, headers={"ETag": '"v1"'})
        reply = article(1)
        reply.headers["ETag"] = '"v1"'
        return reply

    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/1": held}
    crawl("plain")
    done = crawl("plain", "-a", f"url={at(origin, 'plain', '/news/1')}")
    (row,) = done.articles_log()
    assert (row.why, row.status, row.visits, row.outcome) == ("unchanged", 304, 2, "article")
    assert done.report.pages == 0


def test_a_list_that_says_nofollow_is_not_followed(origin: Origin, crawl: Crawl) -> None:
    origin.routes["/list?page=1"] = html(
        "<meta name=robots content='noindex, nofollow'><ul><li><a href=/news/1>1</a></ul>"
    )
    done = crawl("paged")
    assert done.code == 3
    assert "nofollow" in done.report.why
    assert "/news/1" not in origin.paths()


def test_what_a_host_reserves_travels_with_its_pages_and_its_absence_is_remembered(
    origin: Origin, crawl: Crawl
) -> None:
    rule = '[{"location": "/news/*", "tdm-reservation": 1, "tdm-policy": "http://plain.press.test/policy"}]'
    origin.routes |= {
        "/feed": feed(at(origin, "plain", "/news/1")),
        "/news/1": article(1),
        "/news/2": article(2),
    }
    done = crawl("plain")
    assert [asked.path for asked in origin.asked] == ["/robots.txt", "/feed", TDMREP, "/news/1"]
    assert done.articles()[0].rights.tdm_reservation is None
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/2")), TDMREP: text(rule)}
    done = crawl("plain")
    assert [asked.path for asked in origin.asked].count(TDMREP) == 1
    done = crawl("plain", "--fresh")
    assert [one.rights.tdm_reservation for one in done.articles()] == [True]


def test_a_redirect_to_an_article_that_is_known_is_not_followed(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {
        "/news/1": article(1),
        "/news/2": Reply(302, headers={"Location": "/news/1"}),
        "/feed": feed(at(origin, "plain", "/news/1"), at(origin, "plain", "/news/2")),
    }
    done = crawl("plain")
    assert origin.paths().count("/news/1") == 1
    assert sorted(row.why for row in done.articles_log()) == ["fetched", "seen"]


def test_what_failed_is_a_gap_that_the_next_crawl_fetches(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {"/feed": feed(at(origin, "plain", "/news/1")), "/news/1": Reply(500)}
    first = crawl("plain")
    assert (first.code, first.report.end) == (3, "unhealthy")
    origin.routes["/news/1"] = article(1)
    done = crawl("plain")
    assert (done.code, [row.why for row in done.articles_log()]) == (0, ["fetched"])


def test_pages_are_articles_and_rejections(origin: Origin, crawl: Crawl) -> None:
    origin.routes |= {
        "/feed": feed(*(at(origin, "plain", f"/news/{n}") for n in range(1, 5))),
        "/news/1": article(1),
        "/news/2": html("<html><body></body></html>"),
        "/news/3": Reply(
            body=b"\x89PNG\r\n\x1a\n" + bytes(2000), headers={"Content-Type": "image/png"}
        ),
        "/news/4": html(
            "<html><title>Just a moment...</title><body>/cdn-cgi/challenge-platform/</body></html>"
        ),
    }
    done = crawl("plain")
    assert done.report.pages == done.report.articles + sum(done.report.rejections.values()) == 4
    assert len(done.articles()) == 1
    assert Reason.BLOCKED in {one.reason for one in done.rejections()}


def test_a_validator_comes_back_byte_for_byte_or_not_at_all(origin: Origin, crawl: Crawl) -> None:
    tag = '"녅"'.encode().decode("latin-1")  # its last byte but one, 0x85, is a line end to str
    origin.routes |= {
        "/feed": feed(at(origin, "two", "/news/1"), ETag=tag),
        "/other": feed(at(origin, "two", "/news/1"), ETag=f'"{"a" * 600}"'),
        "/news/1": article(1),
    }
    crawl("two")
    origin.asked.clear()
    crawl("two")
    sent = {asked.path: asked.header("If-None-Match") for asked in origin.asked}
    assert (sent["/feed"], sent["/other"]) == (tag, None)


def test_nofollow_counts_in_any_of_several_headers(origin: Origin, crawl: Crawl) -> None:
    listed = html(f'<ul><li><a href="{at(origin, "paged", "/news/1")}">1</a></li></ul>')
    listed.headers["X-Robots-Tag"] = "nofollow\r\nX-Robots-Tag: unavailable_after: 2030-01-01"
    origin.routes |= {"/list?page=1": listed, "/news/1": article(1)}
    done = crawl("paged")
    assert [one.fault for one in done.report.sources[0].findings] == ["nofollow"]
    assert "/news/1" not in origin.paths()
