"""A source proves that it was understood, or the crawl says why not."""

from datetime import UTC, datetime, timedelta

import pytest

from processing.archive.memory import Memory
from processing.records import Fetch, Why
from spiders.crawling.polling import too_few, usual_share
from tests.spiders.conftest import Crawl
from tests.spiders.origin import Origin, Reply, article, feed, text


def at(origin: Origin, path: str, outlet: str = "plain") -> str:
    return f"http://{outlet}.press.test:{origin.port}{path}"


def test_a_feed_whose_addresses_changed_their_form_is_no_success(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {"/feed": feed(at(origin, "/news/1")), "/news/1": article(1)}
    crawl("plain")
    origin.routes["/feed"] = feed(*(at(origin, f"/article/{n}") for n in range(10)))
    done = crawl("plain")
    assert (done.code, done.report.end) == (3, "unhealthy")
    (source,) = done.report.sources
    assert (source.understood, source.listed, source.links) == (False, 10, 0)
    (finding,) = source.findings
    assert finding.fault == "no-article"
    assert finding.examples == tuple(at(origin, f"/article/{n}") for n in range(3))
    (row,) = [row for row in done.rows() if row.role == "source"]
    assert (row.why, row.faults, row.failures) == ("failed", ("no-article",), 1)


def test_one_source_of_two_that_is_not_understood_is_a_finding_and_no_end(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {
        "/feed": feed(at(origin, "/news/1", "two")),
        "/news/1": article(1),
        "/other": feed(at(origin, "/story/a-1", "two")),
    }
    done = crawl("two")
    assert (done.code, done.report.end) == (0, "new")
    assert f"{at(origin, '/other', 'two')}: none of its 1 links is an article" in done.report.why
    again = crawl("two")
    assert (again.code, again.report.end) == (0, "unchanged")
    assert "/other: none of its 1 links is an article" in again.report.why


def test_a_share_that_fell_under_a_third_of_its_past_is_told_and_is_no_measure(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 9)}
    origin.routes["/feed"] = feed(*(at(origin, f"/news/{n}") for n in range(1, 7)))
    crawl("plain")
    fallen = [at(origin, f"/news/{n}") for n in (7, 8)] + [
        at(origin, f"/story/{n}") for n in range(8)
    ]
    for hours in (25, 50):
        origin.routes["/feed"] = feed(*fallen[hours % 2 :], at(origin, f"/story/{hours}"))
        done = crawl("plain", env={"WIRE_HOURS": str(hours)})
        assert (done.code, done.report.sources[0].understood) == (3, False), done.report
        assert "few-articles" in [one.fault for one in done.report.sources[0].findings]


def test_an_index_whose_sitemaps_list_no_article_is_not_understood(
    origin: Origin, crawl: Crawl
) -> None:
    maps = "".join(
        f"<sitemap><loc>{at(origin, path, 'maps')}</loc></sitemap>" for path in ("/a.xml", "/b.xml")
    )
    sections = text(f"<urlset><url><loc>{at(origin, '/section/1', 'maps')}</loc></url></urlset>")
    origin.routes |= {
        "/sitemap.xml": text(f"<sitemapindex>{maps}</sitemapindex>"),
        "/a.xml": sections,
        "/b.xml": sections,
    }
    done = crawl("maps")
    assert (done.code, done.report.end) == (3, "unhealthy")
    assert "none of its 2 sitemaps that were asked lists an article" in done.report.why
    origin.routes["/b.xml"] = text(
        f"<urlset><url><loc>{at(origin, '/news/1', 'maps')}</loc></url></urlset>"
    )
    origin.routes["/news/1"] = article(1)
    done = crawl("maps", env={"WIRE_HOURS": "1"})
    assert (done.code, done.report.end) == (0, "new"), done.report.why
    assert {source.understood for source in done.report.sources} == {None, True}


@pytest.mark.parametrize(
    "body", [b"<rss><channel/></rss>", b"[]", b"<html><body>no list</body></html>", b""]
)
def test_a_source_that_never_listed_anything_is_no_success(
    origin: Origin, crawl: Crawl, body: bytes
) -> None:
    origin.routes["/feed"] = Reply(body=body, headers={"Content-Type": "text/plain"})
    done = crawl("plain")
    assert (done.code, done.report.end) == (3, "unhealthy")
    assert done.report.sources[0].problem


def test_a_sound_list_that_is_empty_for_now_is_a_finding_until_its_quiet_time_is_over(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {"/feed": feed(at(origin, "/news/1")), "/news/1": article(1)}
    crawl("plain")
    origin.routes["/feed"] = text("<rss><channel/></rss>")
    done = crawl("plain", env={"WIRE_HOURS": "2"})
    assert (done.code, done.report.end) == (0, "unchanged"), done.report.why
    assert [one.fault for one in done.report.sources[0].findings] == ["lists-nothing"]
    assert crawl("plain", env={"WIRE_HOURS": "30"}).code == 3


def test_what_was_wrong_with_a_list_is_wrong_while_it_does_not_change(
    origin: Origin, crawl: Crawl
) -> None:
    item = (
        f"<item><title>t</title><link>{at(origin, '/news/1')}</link><pubDate>어제</pubDate></item>"
    )
    origin.routes |= {"/feed": text(f"<rss><channel>{item}</channel></rss>"), "/news/1": article(1)}
    assert crawl("plain").report.sources[0].findings[0].examples == ("어제",)
    done = crawl("plain")
    assert [one.fault for one in done.report.sources[0].findings] == ["bad-date"]


def test_an_article_that_answers_304_unasked_is_a_failure_and_comes_later(
    origin: Origin, crawl: Crawl
) -> None:
    origin.routes |= {"/feed": feed(at(origin, "/news/1")), "/news/1": Reply(304)}
    assert crawl("plain").code == 3
    origin.routes["/news/1"] = article(1)
    assert len(crawl("plain", env={"WIRE_HOURS": "1"}).articles()) == 1


NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_the_usual_share_is_the_median_of_four_weeks_before_today() -> None:
    today = NOW.date()
    shares = {(today - timedelta(days=n)).isoformat(): (n % 10, 10) for n in range(40)}
    assert usual_share(shares, today) == 0.45
    assert usual_share({today.isoformat(): (9, 10)}, today) is None
    assert usual_share({"2026-11-21": (0, 0)}, today) is None


@pytest.mark.parametrize(
    ("articles", "listed", "usual", "fell"),
    [
        (1, 5, 0.61, True),
        (1, 5, 0.6, False),
        (1, 4, 1.0, False),
        (1, 9, None, False),
        (3, 10, 0.9, False),
        (2, 10, 0.9, True),
    ],
)
def test_a_share_is_far_below_under_a_third_over_five_links(
    articles: int, listed: int, usual: float | None, *, fell: bool
) -> None:
    assert (too_few(articles, listed, usual) is not None) is fell


def test_memory_keeps_the_shares_of_sound_polls_by_day_and_in_any_order() -> None:
    def row(hours: int, links: int, listed: int, *faults: str, why: Why = Why.FETCHED) -> Fetch:
        moment = NOW + timedelta(hours=hours)
        return Fetch(
            outlet="a",
            run="r",
            at=moment,
            role="source",
            url="u",
            why=why,
            links=links,
            listed=listed,
            faults=faults,
        )

    rows = [
        row(0, 3, 4),
        row(1, 1, 4),
        row(24, 5, 5),
        row(25, 1, 50, "few-articles"),
        row(26, 5, 5, why=Why.UNCHANGED),
    ]
    forwards, backwards = Memory(), Memory()
    forwards.take(rows)
    for one in reversed(rows):
        backwards.take([one])
    assert (
        forwards.shares("u")
        == backwards.shares("u")
        == {"2026-11-22": (4, 8), "2026-11-23": (5, 5)}
    )
    assert forwards.shares("other") == {}


def test_a_feed_whose_articles_all_have_an_old_form_is_a_finding_and_a_known_liar_may_overflow(
    origin: Origin, crawl: Crawl
) -> None:
    tag = {"ETag": '"same"'}
    paths = [f"/old/{n}" for n in range(15)]
    origin.routes |= {path: article(n) for n, path in enumerate(paths)}
    for first in (0, 2, 8):
        listed = (at(origin, path, "moved") for path in paths[first : first + 6])
        origin.routes["/feed"] = feed(*listed, **tag)
        done = crawl("moved", env={"WIRE_HOURS": str(first)})
    (source,) = done.report.sources
    assert [one.fault for one in source.findings] == ["false-validators", "overflow", "old-form"]
    assert source.understood
    assert done.report.end == "new"
