"""One article under several addresses: whoever places a link that fails keeps no article out."""

from tests.spiders.conftest import Crawl, Crawled
from tests.spiders.origin import Origin, Reply, article, feed, html, text


def at(origin: Origin, path: str, outlet: str = "plain", *, user: str = "") -> str:
    return f"http://{user}{outlet}.press.test:{origin.port}{path}"


def whys(done: Crawled) -> list[tuple[str, str]]:
    return [
        (row.url.partition(".press.test")[2].partition("/")[2], str(row.why))
        for row in done.articles_log()
    ]


def test_an_address_that_may_not_be_asked_keeps_no_article_out(
    origin: Origin, crawl: Crawl
) -> None:
    plain = at(origin, "/news/1")
    origin.routes |= {
        "/feed": feed(
            at(origin, "/news/1", user="x:y@"),
            f"https://web.archive.org/web/20261120/{plain}",
            f"http://plain.press.test:1/news/1?to={plain}",
            plain,
        ),
        "/news/1": article(1),
    }
    done = crawl("plain")
    assert [one.url for one in done.articles()] == [plain]
    assert {host.partition(":")[0] for host in (asked.host for asked in origin.asked)} == {
        "plain.press.test"
    }
    refused = {row.detail for row in done.articles_log() if row.why == "off-site"}
    assert refused == {"credentials in the URL", "host web.archive.org", "port 1"}


def test_an_article_that_is_linked_only_where_it_may_not_be_asked_is_no_article_of_the_list(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes["/feed"] = feed(at(origin, "/news/1", user="x:y@"))
    done = crawl("plain")
    assert origin.paths() == ["/robots.txt", "/feed"]
    assert done.articles_log()[0].article_id is None, "the article is settled by nothing yet"


def test_the_next_spelling_is_asked_where_one_gives_no_article(
    origin: Origin, crawl: Crawl
) -> None:
    spellings = ["/news/1?print=1", "/news/1?utm_source=x", "/news/1?utm_source=y", "/news/1"]
    origin.routes |= {
        "/robots.txt": text("User-agent: *\nDisallow: /*?print=\n"),
        "/feed": feed(*(at(origin, path) for path in spellings)),
        "/news/1?utm_source=x": Reply(404),
        "/news/1?utm_source=y": html(
            "<html><head><title>없는 페이지</title></head><body>404</body></html>"
        ),
        "/news/1": article(1),
    }
    # `print` makes an article of its own; the others are spellings of one
    done = crawl("plain")
    assert len(done.articles()) == 1, done.log
    assert origin.paths()[2:] == ["/news/1?utm_source=x", "/news/1?utm_source=y", "/news/1"]
    rows = dict(whys(done))
    assert rows["news/1?utm_source=x"] == "spelling"
    assert rows["news/1"] == "fetched"
    (row,) = [row for row in done.articles_log() if row.why == "spelling"]
    assert row.detail == f"failed: http 404; asked instead: {at(origin, '/news/1?utm_source=y')}"
    assert (done.code, done.report.end) == (0, "new")


def test_a_spelling_costs_no_more_requests_than_the_limit(origin: Origin, crawl: Crawl) -> None:
    origin.routes["/feed"] = feed(*(at(origin, f"/news/1?utm_source={n}") for n in range(9)))
    done = crawl("plain")
    assert len(origin.paths()) == 2 + 3
    assert [why for _, why in whys(done)] == ["spelling", "spelling", "failed"]


def test_a_spelling_of_another_source_is_asked_after_the_first_has_failed(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {
        "/feed": feed(at(origin, "/news/1?utm_source=feed", "two")),
        "/other": feed(at(origin, "/news/1", "two")),
        "/news/1?utm_source=feed": Reply(301, headers={"Location": "http://elsewhere.example/"}),
        "/news/1": article(1),
    }
    done = crawl("two")
    assert len(done.articles()) == 1, done.log


def test_a_plainer_spelling_is_asked_of_an_article_that_seemed_settled(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {
        "/feed": feed(at(origin, "/news/1?utm_source=x")),
        "/news/1?utm_source=x": Reply(301, headers={"Location": "http://elsewhere.example/"}),
        "/news/1": article(1),
    }
    crawl("plain")
    origin.routes["/feed"] = feed(at(origin, "/news/1"))
    done = crawl("plain", env={"WIRE_HOURS": "24"})
    assert len(done.articles()) == 1, done.log
    origin.asked.clear()
    origin.routes["/feed"] = feed(at(origin, "/news/1"), at(origin, "/news/2"))
    crawl("plain", env={"WIRE_HOURS": "25"})
    assert "/news/1" not in origin.paths()
