"""Discovery: what each kind of source lists, and what becomes of broken and hostile ones."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.records import Fetch, Stamp, Why
from spiders.formats import discover
from spiders.formats.discover import addresses, due, is_day_archive, links
from spiders.formats.links import Child, Link
from spiders.formats.markup import MAX_UNPACKED
from spiders.outlet import Feed, Listing, Sitemap, Source

SEOUL = ZoneInfo("Asia/Seoul")
BASE = "https://www.saebyeok.example/rss/all.xml"
FEED = Feed(BASE)
SITEMAP = Sitemap("https://www.saebyeok.example/sitemap.xml")
LISTING = Listing("https://www.saebyeok.example/list")
LONG = "<p>새벽 시장에 나온 배추가 오백 포기였다.</p>" * 30


def rss(items: str, *, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    return f'{head}<rss version="2.0"><channel><title>새벽일보</title><link>/</link>{items}</channel></rss>'.encode()


def found(source: Source, body: bytes) -> tuple[Link, ...]:
    listed = links(source, body, base_url=source.url)
    assert listed.problem is None
    assert listed.whole
    return listed.links


def kst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SEOUL)  # type: ignore[misc,arg-type]


def test_rss_gives_address_title_and_time() -> None:
    item = """<item><title><![CDATA[배추 값 <b>3%</b>&nbsp;올라 &quot;걱정&quot;]]></title>
    <link> https://www.saebyeok.example/news/1?a=1&amp;b=2 </link><pubDate>Sun, 27 Sep 2026 19:03:20 +0900</pubDate>
    <description>짧은 요약</description></item>"""
    (link,) = found(FEED, rss(item))
    assert link.url == "https://www.saebyeok.example/news/1?a=1&b=2"
    assert link.title == '배추 값 3% 올라 "걱정"'
    assert link.published == Stamp(at=kst(2026, 9, 27, 19, 3, 20), source="feed")
    assert link.text is None


@pytest.mark.parametrize(
    ("text", "moment", "precision", "assumed"),
    [
        ("Sun, 27 Sep 2026 10:03:20 GMT", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun,27 Sep 2026 19:03:20 +0900", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun,  27 Sep 2026 19:03:20 KST", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("27 09 2026 19:03:20 +0900", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun Sep 27 2026 19:03:20 GMT+0900 (KST)", kst(2026, 9, 27, 19, 3, 20), "second", False),
        (
            "Sun Sep 27 2026 19:03:20 GMT+0900 (대한민국 표준시)",
            kst(2026, 9, 27, 19, 3, 20),
            "second",
            False,
        ),
        ("2026-09-27 10:03:20+00", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("2026-09-27 19:03:20 +9", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun, 27 Sep 2026 10:03:20 UT", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun, 27 Sep 2026 10:03:20 utc", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("2026-09-27t10:03:20z", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun, 27 Sep 2026 05:03:20 EST", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun, 27 Sep 2026 06:03:20 edt", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun, 27 Sep 2026 03:03 PDT", kst(2026, 9, 27, 19, 3), "minute", False),
        ("Sun Sep 27 19:03:20 KST 2026", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("sun, 27 sep 2026 19:03:20 kst", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("일, 27 9월 2026 19:03:20 +0900", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("27 9월 2026 19:03:20", kst(2026, 9, 27, 19, 3, 20), "second", True),
        ("9월 27, 2026 19:03:20 KST", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun, 27 Sep 2026 19:03:20 UTC+9", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("Sun, 27 Sep 2026 19:03:20 UTC+09:00", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("2026-09-27T19:03:20.5+0900", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("2026-09-27T19:03:20+09:00[Asia/Seoul]", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("2026-09-27T19:03:20+09:00", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("2026-09-27T10:03:20.123Z", kst(2026, 9, 27, 19, 3, 20), "second", False),
        ("2026-09-27 19:03:20", kst(2026, 9, 27, 19, 3, 20), "second", True),
        ("2026.09.27 19:03", kst(2026, 9, 27, 19, 3), "minute", True),
        ("2026년 9월 27일 오후 7시 03분", kst(2026, 9, 27, 19, 3), "minute", True),
        ("20260927190320", kst(2026, 9, 27, 19, 3, 20), "second", True),
        ("2026-09-27", kst(2026, 9, 27), "day", True),
    ],
)
def test_times_of_feeds_are_aware_and_say_what_was_assumed(
    text: str, moment: datetime, precision: str, *, assumed: bool
) -> None:
    (link,) = found(FEED, rss(f"<item><link>/1</link><pubDate>{text}</pubDate></item>"))
    assert link.published is not None
    assert link.published.at == moment
    assert link.published.precision == precision
    assert link.published.zone_assumed is assumed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "어제",
        "2026-13-40 25:00",
        "Sun, 31 Feb 2026 10:00:00 GMT",
        "99999999999999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 +0900",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        # With a long s, which is an "s" without regard to case, these name neither month nor zone.
        "Sun, 27 \u017fep 2026 19:03:20 +0900",
        "99 2026 19:03:20 K\u017fT",
    ],
)
def test_a_time_that_does_not_exist_is_none(text: str) -> None:
    listed = links(
        FEED, rss(f"<item><link>/1</link><pubDate>{text}</pubDate></item>"), base_url=BASE
    )
    assert listed.links[0].published is None
    assert [one.fault for one in listed.findings] == (["bad-date"] if text else [])


def test_dublin_core_dates_are_read_even_where_the_prefix_is_undeclared() -> None:
    (link,) = links(
        FEED,
        rss("<item><link>/1</link><dc:date>2026-09-27T19:00:00+09:00</dc:date></item>"),
        base_url=BASE,
    ).links
    assert link.published is not None
    assert link.published.at == kst(2026, 9, 27, 19)


def test_atom_prefers_the_alternate_link_and_tells_published_from_updated() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title>
    <link rel="self" href="https://www.saebyeok.example/api/7"/><link href="/news/7"/>
    <published>2026-09-27T01:00:00Z</published><updated>2026-09-27T02:00:00Z</updated></entry></feed>"""
    (link,) = found(FEED, body)
    assert link.url == "https://www.saebyeok.example/news/7"
    assert link.published
    assert link.modified
    assert link.modified.at - link.published.at == timedelta(hours=1)


def test_rdf_is_read() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="/"><title>x</title><link>/</link></channel>
    <item rdf:about="/news/9"><title>B</title><link>/news/9</link><dc:date>2026-09-27</dc:date></item></rdf:RDF>"""
    (link,) = found(FEED, body)
    assert (link.url, link.title) == ("https://www.saebyeok.example/news/9", "B")


@pytest.mark.parametrize("tag", ["description", "content:encoded"])
def test_the_text_of_a_full_text_feed_is_kept(tag: str) -> None:
    (link,) = links(
        FEED, rss(f"<item><link>/1</link><{tag}><![CDATA[{LONG}]]></{tag}></item>"), base_url=BASE
    ).links
    assert link.text == LONG


def test_a_guid_stands_in_for_a_link_only_if_it_is_an_address() -> None:
    items = "<item><guid>https://www.saebyeok.example/news/3</guid></item><item><guid>tag:4</guid><title>x</title></item>"
    listed = links(FEED, rss(items), base_url=BASE)
    assert [link.url for link in listed.links] == ["https://www.saebyeok.example/news/3"]
    assert listed.problem == "entries without an address: 1 of 2"


def test_order_is_kept_and_repeats_are_dropped_for_the_one_with_a_title() -> None:
    items = "<item><link>/2</link></item><item><link>/1</link><title>a</title></item><item><link>/2</link><title>b</title></item>"
    assert [(link.url[-2:], link.title) for link in found(FEED, rss(items))] == [
        ("/2", "b"),
        ("/1", "a"),
    ]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "mailto:a@b.kr", "ftp://x.kr/1", "http://[::1", "#top"]
)
def test_what_is_no_web_address_is_left_out(address: str) -> None:
    listed = links(
        FEED, rss(f"<item><link>{address}</link></item><item><link>/1</link></item>"), base_url=BASE
    )
    assert "https://www.saebyeok.example/1" in [link.url for link in listed.links]
    assert not any(link.url.startswith(("javascript", "mailto", "ftp")) for link in listed.links)


# encodings


@pytest.mark.parametrize("declared", ["euc-kr", "EUC-KR", "ks_c_5601-1987", "cp949", "utf-8"])
def test_korean_encodings_are_read_as_what_they_are(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><link>/1</link><title>똠방각하 뷁</title></item></channel></rss>'
    listed = links(FEED, text.encode("cp949"), base_url=BASE)
    assert listed.links[0].title == "똠방각하 뷁"
    assert listed.problem == ("declares utf-8 and is cp949" if declared == "utf-8" else None)


def test_a_byte_order_mark_and_white_space_before_the_declaration_do_no_harm() -> None:
    assert found(FEED, b"\xef\xbb\xbf\r\n" + rss("<item><link>/1</link></item>"))
    assert found(
        FEED, "\ufeff<rss><channel><item><link>/1</link></item></channel></rss>".encode("utf-16")
    )


# broken and hostile


def test_stray_ampersands_and_html_entities_do_not_eat_text() -> None:
    item = "<item><link>/1?a=1&b=2&copy=3</link><title>R&D 투자 &middot; A&amp;B</title></item>"
    (link,) = found(FEED, rss(item))
    assert link.url.endswith("/1?a=1&b=2&copy=3")
    assert link.title == "R&D 투자 · A&B"


def test_a_feed_that_breaks_off_keeps_its_whole_addresses_and_says_so() -> None:
    listed = links(
        FEED,
        rss("<item><link>/1</link></item>")[:-20] + b"<item><link>/2</link><title>brok",
        base_url=BASE,
    )
    assert [link.url[-2:] for link in listed.links] == ["/1", "/2"]
    assert not listed.whole
    assert [one.fault for one in listed.findings] == ["cut"]


def test_control_characters_do_not_end_the_reading() -> None:
    assert (
        len(
            found(
                FEED,
                rss(
                    "<item><link>/1</link><title>a\x0bb\x00c</title></item><item><link>/2</link></item>"
                ),
            )
        )
        == 2
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body><h1>404</h1></body></html>",
        b"<!DOCTYPE html>\n<HTML lang=ko>",
        b"<!doctype HTML><div>x",
    ],
)
def test_html_in_place_of_xml_is_a_problem(body: bytes) -> None:
    listed = links(FEED, body, base_url=BASE)
    assert listed.links == ()
    assert "HTML" in (listed.problem or "")


BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY b "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<rss><channel><item><title>&b;</title><link>/1</link></item></channel></rss>"""
XXE = """<?xml version="1.0"?><!DOCTYPE r [<!entity x SYSTEM "file:///etc/passwd">]><rss><channel><item><link>&x;</link></item></channel></rss>"""


@pytest.mark.parametrize(
    "body",
    [
        "<rss>" + "<![CDATA[" * 200_000,
        "<!DOCTYPE x " * 200_000 + "<rss/>",
        "<rss><item><link>/1</link><title>" + "&lt;" * 400_000 + "</title></item></rss>",
        "<rss><item><link>http://a.kr/?x&amp;" + "amp;" * 100_000 + "</link></item></rss>",
        "<a>" * 100_000,
    ],
)
def test_hostile_documents_cost_no_more_than_their_length(body: str) -> None:
    for source in (FEED, LISTING):
        assert len(links(source, body.encode(), base_url=BASE).links) <= 1


@pytest.mark.parametrize("body", [BOMB, XXE])
def test_entity_declarations_are_refused(body: str) -> None:
    listed = links(FEED, body.encode(), base_url=BASE)
    assert listed.links == ()
    assert "entities" in (listed.problem or "")


def test_a_doctype_without_entities_is_no_harm() -> None:
    assert found(
        FEED,
        b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss.dtd">'
        + rss("<item><link>/1</link></item>", head=""),
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"Service Unavailable", "no markup"),
        (b"<opml><body/></opml>", "root is <opml>"),
        (b"\x1f\x8bnot gzip at all", "packed"),
        (b"\xff\xfe\x00\x01\x02", "no markup"),
    ],
)
def test_what_lists_nothing_says_why(body: bytes, problem: str) -> None:
    listed = links(FEED, body, base_url=BASE)
    assert listed.links == ()
    assert problem in (listed.problem or "")


def test_a_packed_sitemap_is_unpacked_but_not_beyond_the_limit() -> None:
    body = b"<urlset><url><loc>https://www.saebyeok.example/1</loc></url></urlset>"
    assert found(SITEMAP, gzip.compress(body))
    bomb = gzip.compress(body + b" " * (MAX_UNPACKED + 1))
    assert "packed" in (links(SITEMAP, bomb, base_url=BASE).problem or "")


def test_a_document_of_too_many_links_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "MAX_LINKS", 3)
    listed = links(
        FEED, rss("".join(f"<item><link>/{n}</link></item>" for n in range(5))), base_url=BASE
    )
    assert len(listed.links) == 3
    assert not listed.whole
    assert "more than 3" in (listed.problem or "")


@given(
    st.binary(max_size=300)
    | st.text(alphabet="<>/&;![]?\"'= rsitemlnkchaCDATA가", max_size=200).map(str.encode)
)
def test_no_bytes_raise(body: bytes) -> None:
    for source in (FEED, SITEMAP, LISTING):
        for link in links(source, body, base_url=BASE).links:
            assert link.url.startswith("http")


@given(
    st.lists(st.tuples(st.integers(0, 99), st.text(max_size=20)), max_size=12), st.integers(0, 400)
)
def test_cutting_a_feed_loses_only_its_end(items: list[tuple[int, str]], cut: int) -> None:
    body = rss(
        "".join(
            f"<item><link>/news/{n}</link><title><![CDATA[{t.replace(']]>', '')}]]></title></item>"
            for n, t in items
        )
    )
    whole = [link.url for link in links(FEED, body, base_url=BASE).links]
    part = [link.url for link in links(FEED, body[: max(len(body) - cut, 0)], base_url=BASE).links]
    assert [url for url in part if url not in whole] == []


# sitemaps


def test_a_news_sitemap_gives_title_and_both_times() -> None:
    body = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
    xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><image:image><image:loc>https://img.example/1.jpg</image:loc></image:image>
    <loc>https://www.saebyeok.example/news/1</loc><lastmod>2026-09-27T12:00:00+09:00</lastmod>
    <news:news><news:publication><news:name>새벽일보</news:name></news:publication>
    <news:publication_date>2026-09-27T11:00:00+09:00</news:publication_date><news:title>배추 값</news:title></news:news></url></urlset>"""
    (link,) = found(SITEMAP, body.encode())
    assert link.url == "https://www.saebyeok.example/news/1"
    assert link.title == "배추 값"
    assert link.published == Stamp(at=kst(2026, 9, 27, 11), source="sitemap")
    assert link.modified == Stamp(at=kst(2026, 9, 27, 12), source="sitemap")


def test_a_sitemap_index_gives_children_and_no_links() -> None:
    body = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://www.saebyeok.example/a.xml</loc>
    <lastmod>2026-09-27</lastmod></sitemap><sitemap><loc>ftp://x/b.xml</loc></sitemap></sitemapindex>"""
    listed = links(SITEMAP, body, base_url=BASE)
    assert listed.links == ()
    assert [child.url for child in listed.children] == ["https://www.saebyeok.example/a.xml"]
    assert listed.children[0].modified
    assert listed.children[0].modified.precision == "day"


def test_a_sitemap_that_answers_with_rss_is_read_as_rss() -> None:
    assert found(SITEMAP, rss("<item><link>/1</link></item>"))


def test_a_plain_text_sitemap_is_one_address_a_line() -> None:
    body = b"https://www.saebyeok.example/1\r\n\r\nhttps://www.saebyeok.example/2\n"
    assert [link.url[-1] for link in found(SITEMAP, body)] == ["1", "2"]


# lists


def test_a_list_gives_its_links_once_with_their_titles() -> None:
    body = """<html><head><meta charset="euc-kr"><base href="https://www.saebyeok.example/news/"></head><body><ul class=l>
    <li><a href="1"><img src="x.jpg"></a></li><li><a href="1"><b>배추</b> 값<!-- x --></a></li><li><a href="/2" title="무 값"> </a></li>
    <li><a href="#top">위로</a></li><li><a href="javascript:View(3)">셋</a></li></ul><a href="/about">소개</a></body></html>"""
    listed = links(
        Listing("https://www.saebyeok.example/list", links="ul.l"),
        body.encode("cp949"),
        base_url="https://www.saebyeok.example/list",
    )
    assert [(link.url, link.title) for link in listed.links] == [
        ("https://www.saebyeok.example/news/1", "배추 값"),
        ("https://www.saebyeok.example/2", "무 값"),
    ]


def test_of_a_whole_page_the_menus_are_left_out() -> None:
    body = b'<html><body><a href="/politics">x</a><a href="/news/7">y</a><a href="/login">z</a></body></html>'
    assert [link.url for link in found(LISTING, body)] == ["https://www.saebyeok.example/news/7"]
    named = Listing(LISTING.url, links="body a")
    assert len(found(named, body)) == 3


def test_a_list_whose_selector_finds_nothing_is_a_problem() -> None:
    listed = links(
        Listing("https://www.saebyeok.example/", links="ul.gone a"),
        b"<html><body><a href=/1>x</a>",
        base_url=BASE,
    )
    assert listed.links == ()
    assert "ul.gone a" in (listed.problem or "")


def test_wordpress_posts_state_utc_and_carry_their_text() -> None:
    post = {
        "link": "https://www.saebyeok.example/p/1",
        "date_gmt": "2026-09-27T01:00:00",
        "modified_gmt": "2026-09-27T02:00:00",
        "title": {"rendered": "배추 &#8216;값&#8217;"},
        "content": {"rendered": LONG},
    }
    (link,) = links(LISTING, json.dumps([post, {"id": 1}, 7]).encode(), base_url=LISTING.url).links
    assert link.title == "배추 ‘값’"
    assert link.text == LONG
    assert link.published
    assert link.published.at == datetime(2026, 9, 27, 1, tzinfo=UTC)
    assert not link.published.zone_assumed


@pytest.mark.parametrize("body", [b'{"code":"rest_no_route"}', b"[1", b"[" * 100_000])
def test_json_that_is_no_list_of_posts_is_a_problem(body: bytes) -> None:
    assert "JSON" in (links(LISTING, body, base_url=BASE).problem or "")


# what to ask


def test_addresses_are_paged_and_dated() -> None:
    days = (date(2026, 9, 27), date(2026, 9, 28))
    assert addresses(FEED, days) == (BASE,)
    assert addresses(Listing("https://x.example/l?p={page}", pages=3)) == tuple(
        f"https://x.example/l?p={n}" for n in (1, 2, 3)
    )
    archive = Sitemap("https://x.example/{yyyy}/{mm}/d_{yyyymmdd}.xml")
    assert is_day_archive(archive)
    assert addresses(archive) == ()
    assert addresses(archive, days) == (
        "https://x.example/2026/09/d_20260927.xml",
        "https://x.example/2026/09/d_20260928.xml",
    )
    assert addresses(Sitemap("https://x.example/{yyyy}-{mm}.xml"), days) == (
        "https://x.example/2026-09.xml",
    )
    paged = Listing("https://x.example/{yyyy}{mm}{dd}?p={page}", pages=2)
    assert addresses(paged, days[:1]) == (
        "https://x.example/20260927?p=1",
        "https://x.example/20260927?p=2",
    )


def child(url: str, day: datetime | None = None) -> Child:
    return Child(url, Stamp(at=day, source="sitemap") if day else None)


def never(_: str) -> None:
    """Stand for a memory in which no child was ever asked."""


def polled(
    source: Sitemap,
    children: list[Child],
    start: datetime,
    *,
    minutes: int,
    polls: int,
    news: set[str] | frozenset[str] = frozenset(),
) -> list[tuple[Child, ...]]:
    """Return what each of several polls asks, where every answer is remembered."""
    memory: dict[str, Fetch] = {}
    rounds = []
    for number in range(polls):
        now = start + timedelta(minutes=minutes * number)
        asked = due(source, children, now=now, last=memory.get)
        for one in asked:
            before = memory.get(one.url)
            new_at = now if before is None or one.url in news else before.new_at
            memory[one.url] = Fetch(
                outlet="a",
                run="r",
                at=now,
                role="source",
                url=one.url,
                why=Why.FETCHED,
                new_at=new_at,
            )
        rounds.append(asked)
    return rounds


def test_children_are_asked_by_their_date_newest_first() -> None:
    now = kst(2026, 9, 27, 12)
    children = [
        child("https://x.example/news-old.xml", kst(2026, 9, 20)),
        child("https://x.example/news-1.xml", kst(2026, 9, 26)),
        child("https://x.example/news-2.xml", kst(2026, 9, 27)),
        child("https://x.example/image.xml", kst(2026, 9, 27)),
        child("https://x.example/news-20260927.xml"),
        child("https://x.example/news-20200101.xml"),
    ]
    source = Sitemap("https://x.example/i.xml", follow=r"/news-")
    asked = [c.url.rsplit("news-", 1)[1] for c in due(source, children, now=now, last=never)]
    assert asked == ["2.xml", "20260927.xml", "1.xml"]
    asked = [
        c.url.rsplit("news-", 1)[1]
        for c in due(source, children, now=now, last=never, since=date(2026, 9, 20))
    ]
    assert asked == ["2.xml", "20260927.xml", "1.xml", "old.xml"]


def test_children_without_a_date_take_turns_until_each_was_asked() -> None:
    children = [child(f"https://x.example/part{n}.xml") for n in range(50)]
    start = kst(2026, 9, 27, 12)
    for minutes in (15, 60, 240):  # however the polls fall on the clock
        rounds = polled(SITEMAP, children, start, minutes=minutes, polls=7)
        assert max(map(len, rounds)) <= discover.UNDATED_PER_POLL
        assert {c for asked in rounds for c in asked} == set(children)
    assert due(SITEMAP, children, now=start, last=never, since=date(2026, 9, 1)) == tuple(children)


def test_a_child_whose_url_names_this_month_is_asked_at_every_poll() -> None:
    now = kst(2026, 11, 28, 12)
    names = ["2026-11", "202611", "2026/11", "2026-10", "2027-01", "2026-13"]
    children = [child(f"https://x.example/s-{name}.xml") for name in names]
    asked = [c.url for c in due(SITEMAP, children, now=now, last=never)]
    assert asked[:3] == [c.url for c in children[:3]]
    assert children[3].url not in asked
    since = due(SITEMAP, children, now=now, last=never, since=date(2026, 10, 31))
    assert children[3] in since


def test_where_all_children_claim_today_those_that_brought_news_come_first_and_none_is_left() -> (
    None
):
    now = kst(2026, 9, 27, 12)
    children = [child(f"https://x.example/c{n}.xml", kst(2026, 9, 27, 11)) for n in range(300)]
    lively = children[177]
    rounds = polled(SITEMAP, children, now, minutes=15, polls=20, news={lively.url})
    assert max(map(len, rounds)) <= discover.DATED_PER_POLL
    assert {c for asked in rounds for c in asked} == set(children)
    met = next(place for place, asked in enumerate(rounds) if lively in asked)
    assert all(lively in asked for asked in rounds[met:])


def test_half_an_emoji_costs_its_character_and_nothing_else() -> None:
    titles = [
        "가",
        "축제 &#55357;",
        "축제 &#55357;&#56832;",
        "축제 &amp;#xD83D;&amp;#xDE00;",
        "&#11;나&#x110000;",
    ]
    listed = found(
        FEED,
        rss(
            "".join(
                f"<item><title>{t}</title><link>/{n}</link></item>" for n, t in enumerate(titles)
            )
        ),
    )
    assert [link.title for link in listed] == ["가", "축제 �", "축제 😀", "축제 😀", "나�"]


def test_half_an_emoji_in_json_is_replaced_wherever_it_stands() -> None:
    body = rb'[{"link":"https://a.example/\ud83d1","title":{"rendered":"\ud83d\ude00 \ud83d"},"content":{"rendered":"\udc00"}}]'
    (link,) = found(LISTING, body)
    assert (link.url, link.title, link.text) == ("https://a.example/�1", "😀 �", "�")


def test_titles_are_composed_and_keep_what_is_no_tag() -> None:
    decomposed = "\u1109\u1162\u1107\u1167\u11a8"
    (link,) = found(
        FEED,
        rss(
            f"<item><title>&lt;{decomposed}&gt; <![CDATA[<1면> <b>값</b>]]></title><link>/1</link></item>"
        ),
    )
    assert link.title == "<새벽> <1면> 값"


@pytest.mark.parametrize(
    "name",
    ["base64", "rot13", "idna", "punycode", "unicode_escape", "utf-16", "utf-7", "undefined", "x"],
)
def test_an_encoding_that_is_none_of_these_bytes_is_no_evidence(name: str) -> None:
    (link,) = found(
        FEED,
        rss(
            "<item><title>배추</title><link>/1</link></item>",
            head=f'<?xml version="1.0" encoding="{name}"?>',
        ),
    )
    assert link.title == "배추"
