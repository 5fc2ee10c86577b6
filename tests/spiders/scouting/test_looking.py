"""What a first look concludes from pages, and the module that is written from it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from processing.errors import DeclarationError, UsageError
from processing.records import Article, Rejection, SourceFault, SourceFinding
from spiders.formats.links import Child, Link, Links, stamp
from spiders.outlet import Feed, Sitemap, identify, is_on_site
from spiders.scouting import looking
from spiders.scouting.declaration import check_guess, checked, module
from spiders.scouting.looking import (
    RobotsSeen,
    Sighting,
    SourceSeen,
    family_of,
    fits,
    lines,
    pattern_of,
    site_title,
    source_seen,
    sources_in,
    stranger,
    worth_trying,
)

HOME = "https://www.saebyeok.example/"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
OPEN = RobotsSeen(state="robots.txt read", answered=True, ours=True, scrapy=True)


def sighting(**more: Any) -> Sighting:
    source = SourceSeen(
        url=f"{HOME}feed", kind="feed", links=3, sample=(f"{HOME}news/1001", f"{HOME}news/1002")
    )
    fields = {
        "url": HOME,
        "home": HOME,
        "at": NOW,
        "robots": OPEN,
        "title": "새벽일보",
        "sources": (source,),
    }
    return Sighting(**fields | {"article": r"/news/(?P<id>\d{4})"} | more)


@pytest.mark.parametrize(
    ("urls", "keys"),
    [
        (["/news/politics/11333783", "/news/world/11331384", "/news/it/99312"], ["11333783", "11331384", "99312"]),
        (["/view.do?ncd=8636307&ref=A", "/view.do?ncd=8636308", "/view.do?ncd=8636309"], ["8636307", "8636308", "8636309"]),
        (["/a/2026/09/27/2026092700012.html", "/a/2026/09/26/2026092600011.html", "/a/2025/12/26/2025122600013.html"], ["2026092700012", "2026092600011", "2025122600013"]),
        (["/2026/09/a-slug/", "/2026/09/b-slug/", "/2025/01/c/"], ["a-slug", "b-slug", "c"]),
        (["/n/10001/some-title", "/n/10002/other", "/n/10003/third-one"], ["10001", "10002", "10003"]),
        (["/news/articleView.html?idxno=12345"], ["12345"]),
        (["/bbs/board.php?bo_table=news&wr_id=7", "/bbs/board.php?bo_table=news&wr_id=812", "/bbs/board.php?bo_table=news&wr_id=9"], ["7", "812", "9"]),
        (["/view.asp?idx=101&sec=1", "/view.asp?idx=102&sec=1", "/view.asp?idx=99&sec=1"], ["101", "102", "99"]),
        (["/a/12345/67890", "/a/12346/67890", "/a/12347/67890"], ["12345", "12346", "12347"]),
    ],
)  # fmt: skip
def test_a_pattern_is_guessed_from_links(urls: list[str], keys: list[str]) -> None:
    pattern = pattern_of([f"https://x.example{url}" for url in urls])
    assert pattern
    found = [re.search(pattern, f"https://x.example{url}") for url in urls]
    assert [match["id"] for match in found if match] == keys


def test_the_commonest_shape_wins_over_menus() -> None:
    urls = [f"https://x.example/news/{n}" for n in range(10001, 10006)] + [
        "https://x.example/about",
        "https://x.example/rss",
    ]
    assert pattern_of(urls) == r"/news/(?P<id>\d+)"


@pytest.mark.parametrize(
    ("known", "later"),
    [
        ("/news/{}", ["99998", "99999", "100000"]),
        ("/view.asp?idx={}&sec=1", ["98", "99", "100"]),
    ],
)
def test_a_guess_holds_when_ids_have_a_digit_more_or_the_rest_of_the_query_is_missing(
    known, later
) -> None:
    pattern = pattern_of([f"https://x.example{known.format(number)}" for number in later[:2]] * 2)
    assert pattern
    found = re.search(pattern, f"https://x.example{known.partition('&')[0].format(later[2])}")
    assert found
    assert found["id"] == later[2]


def test_a_dated_id_keeps_its_length() -> None:
    urls = [f"https://x.example/article/20260927{n}" for n in (501234, 501235, 501236)]
    assert pattern_of(urls) == r"/article/(?P<id>\d{14})"


@pytest.mark.parametrize(
    "urls", [[], ["https://x.example/a/1", "https://x.example/b?c=2", "https://x.example/d"]]
)
def test_no_common_shape_is_none(urls: list[str]) -> None:
    assert pattern_of(urls) is None


@given(
    st.lists(
        st.text(alphabet="/?&=abc019.-_%()[]*+", max_size=30).map("https://x.example/".__add__),
        max_size=8,
    )
)
def test_a_guess_is_always_a_regex_with_an_id(urls: list[str]) -> None:
    pattern = pattern_of(urls)
    assert pattern is None or "id" in re.compile(pattern).groupindex


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ('<a href="/news/articleView.html?idxno=1">', "ndsoft"),
        ("<script>Fusion.globalContent={}</script>", "arc"),
        ('<a href="/bbs/board.php?bo_table=free">', "gnuboard"),
        ('<a href="/news/article.html?no=7">', "article_no"),
        ('<div class="wcms_banner">', "wcms"),
        ('<a href="/article/20261101500123">', "article14"),
        ('<a href="/web/view.php?key=20261101010001234">', "view_key"),
        ('<a href="/view.php?ud=20261101010001">', "view_ud"),
        ('<a href="/site/data/html_dir/2026/11/01/2026110100001.html">', "html_dir"),
        ('<link href="/wp-content/themes/x.css">', "wordpress"),
        ("<p>articleView</p>", ""),
    ],
)
def test_a_family_is_known_by_its_signs(text: str, family: str) -> None:
    assert family_of(text) == family


def test_sources_are_named_ones_first_then_guesses_and_never_many() -> None:
    text = """<html><head><link rel=alternate type="application/rss+xml" href="/all.xml?a=1&amp;amp;b=2"><link rel=icon href=/i.png></head>
    <body><a href="/bbs/board.php?bo_table=news&page=1">x</a></body></html>"""
    named = sources_in(document_fromstring(text), text, HOME)
    assert named == [f"{HOME}all.xml?a=1&b=2", f"{HOME}bbs/rss.php?bo_table=news"]
    tried = worth_trying(HOME, named, (f"{HOME}map.xml",), "ndsoft")
    assert tried[:4] == [*named, f"{HOME}map.xml", f"{HOME}rss/allArticle.xml"]
    assert len(tried) == len(set(tried)) == 8


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:site_name" content="새벽일보">', "새벽일보"),
        ("<title>오늘의 소식 | 새벽일보</title>", "새벽일보"),
        ("<title>새벽일보</title>", "새벽일보"),
        ("<title> </title>", None),
    ],
)
def test_a_site_says_what_it_is_called(head: str, title: str | None) -> None:
    assert (
        site_title(document_fromstring(f"<html><head>{head}</head><body>x</body></html>")) == title
    )


def test_a_stranger_may_be_asked_at_its_own_hosts_only() -> None:
    outlet = stranger("http://m.saebyeok.example:8080/a?b=1")
    assert outlet.home == "http://m.saebyeok.example:8080/"
    assert is_on_site(outlet, "https://rss.saebyeok.example/x")
    assert is_on_site(outlet, "https://www.saebyeok.example/x")
    assert not is_on_site(outlet, "https://other.example/x")
    assert identify(outlet, outlet.home) is None


def test_a_source_is_judged_by_what_it_lists() -> None:
    when = stamp("2026-11-20T08:00:00+09:00", "sitemap")
    seen = source_seen(HOME, Links((Link(f"{HOME}1", "t", when, None, "x" * 500),)), "feed")
    assert (seen.kind, seen.links, seen.full_text, seen.newest) == (
        "sitemap",
        1,
        True,
        when and when.at,
    )
    assert source_seen(HOME, Links(children=(Child(HOME),)), "feed").kind == "sitemap"
    empty = SourceFinding(fault=SourceFault.EMPTY, detail="empty answer")
    assert source_seen(HOME, Links(findings=(empty,)), "feed").problem == "empty answer"


def test_what_is_printed_cannot_steer_a_terminal() -> None:
    hostile = "새벽\x1b[31m일보\u202e\r"
    record = Rejection(outlet="", url=hostile, fetched_at=NOW, reason="empty", evidence=hostile)  # type: ignore[arg-type]
    robots = RobotsSeen(
        state=hostile, answered=True, ours=False, scrapy=False, delay=2, banned=("GPTBot",)
    )
    source = SourceSeen(url=hostile, kind="feed", problem=hostile)
    shown = "\n".join(
        lines(
            sighting(
                title=hostile, robots=robots, sources=(source,), reading=record, problems=(hostile,)
            )
        )
    )
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert "must not ask (the stricter wins)" in shown
    assert "GPTBot" in shown


def test_a_reading_is_summed_up() -> None:
    article = Article(
        article_id="a" * 16, version_id="v", outlet="", url=HOME, fetched_url=HOME, fetched_at=NOW, title="배추 값",
        text="글" * 321, extractor="trafilatura", published=stamp("2026-11-20T08:00:00+09:00", "feed"),
    )  # fmt: skip
    shown = "\n".join(lines(sighting(reading=article)))
    assert "321 characters" in shown
    assert "2026-11-20T08:00:00+09:00" in shown
    assert "nobody named" in shown


# the module that is written


def test_a_module_declares_what_was_seen() -> None:
    rss = SourceSeen(
        url="https://rss.saebyeok.example/all.xml",
        kind="feed",
        links=3,
        sample=("https://news.saebyeok.example/news/1001",),
    )
    maps = SourceSeen(url=f"{HOME}sitemap.xml", kind="sitemap", links=9)
    dead = SourceSeen(url=f"{HOME}feed", kind="feed", problem="http 404")
    source = module("saebyeok", sighting(sources=(rss, maps, dead)))
    outlet = checked(source)
    assert (outlet.name, outlet.title, outlet.home) == ("saebyeok", "새벽일보", HOME)
    assert list(outlet.sources) == [Feed(rss.url), Sitemap(maps.url)]
    assert outlet.hosts == ("news.saebyeok.example",)
    assert outlet.article_key(f"{HOME}news/1001") == "1001"
    assert outlet.canonical == f"{HOME}news/{{id}}"
    assert outlet.confirmed == "2026-11-20"
    assert "scrapy look" in outlet.evidence
    assert source.startswith('"""새벽일보: ')


@pytest.mark.parametrize(
    ("family", "path"),
    [
        ("ndsoft", "rss/allArticle.xml"),
        ("article_no", "data/rss/news.xml"),
        ("arc", "arc/outboundfeeds/rss/?outputType=xml"),
    ],
)
def test_a_family_makes_it_a_few_lines(family: str, path: str) -> None:
    answered = SourceSeen(url=f"{HOME}{path}", kind="feed", links=50)
    source = module("saebyeok", sighting(family=family, article=None, sources=(answered,)))
    assert checked(source).family == family
    assert f"from spiders.families.{family} import {family}" in source
    assert len(source.splitlines()) < 15


@pytest.mark.parametrize(
    ("name", "more", "cure"),
    [
        ("Saebyeok", {}, "lower-case"),
        ("../x", {}, "lower-case"),
        ("saebyeok", {"declared": "hani"}, "spiders/outlets/hani.py"),
        ("saebyeok", {"article": None}, "by hand"),
        ("saebyeok", {"sources": ()}, "by hand"),
    ],
)
def test_nothing_is_written_that_would_not_hold(name: str, more: dict[str, Any], cure: str) -> None:
    with pytest.raises(UsageError, match=cure):
        module(name, sighting(**more))


@pytest.mark.parametrize(
    ("article", "canonical"),
    [
        (r"/view\.do\?ncd=(?P<id>\d{7})", f"{HOME}view.do?ncd={{id}}"),
        (r"/a/(?P<id>\d+)\.html", f"{HOME}a/{{id}}.html"),
        (r"/news/[^/?&]+/(?P<id>\d+)", ""),
        (r"/\d{4}/\d{2}/(?P<id>[^/?&]+)/", ""),
    ],
)
def test_one_spelling_is_declared_where_only_the_id_varies(article: str, canonical: str) -> None:
    assert checked(module("saebyeok", sighting(article=article))).canonical == canonical


def wordpress(**more: Any) -> Sighting:
    links = tuple(f"{HOME}2026/11/{slug}/" for slug in ("a-slug", "b-slug", "c-slug"))
    feed = SourceSeen(url=f"{HOME}feed/", kind="feed", links=3, sample=links)
    posts = SourceSeen(
        url=f"{HOME}wp-json/wp/v2/posts?per_page=20", kind="posts", links=3, sample=links
    )
    return sighting(
        **{"family": "wordpress", "sources": (feed, posts), "article": pattern_of(links)} | more
    )


def test_wordpress_is_declared_by_its_family_with_its_posts() -> None:
    outlet = checked(module("saebyeok", wordpress()))
    assert outlet.family == "wordpress"
    assert outlet.sources[0].url == f"{HOME}feed/"
    assert "wp-json/wp/v2/posts" in outlet.sources[1].url
    found = identify(outlet, f"{HOME}2026/10/an-older-slug/")
    assert found
    assert (found.key, found.url) == ("an-older-slug", f"{HOME}2026/10/an-older-slug/")


def test_wordpress_without_its_posts_has_no_archive() -> None:
    closed = wordpress(sources=wordpress().sources[:1])
    outlet = checked(module("saebyeok", closed))
    assert (outlet.family, len(outlet.sources)) == ("wordpress", 1)


def test_a_page_that_failed_confirms_nothing() -> None:
    rejected = Rejection(
        outlet="look", url=f"{HOME}news/1001", fetched_at=NOW, reason="error-page", evidence="title"
    )
    for failed in (
        sighting(problems=("the sample was not to be had: http 500",)),
        sighting(reading=rejected),
    ):
        outlet = checked(module("saebyeok", failed))
        assert outlet.confirmed == ""
        assert "no article was read" in outlet.evidence


def test_a_declaration_that_matches_none_of_the_links_is_told() -> None:
    elsewhere = SourceSeen(url=f"{HOME}feed", kind="feed", links=1, sample=(f"{HOME}story/1001",))
    seen = sighting(sources=(elsewhere,))
    with pytest.raises(UsageError, match="none of the 1 links"):
        check_guess(checked(module("saebyeok", seen)), seen)
    check_guess(checked(module("saebyeok", sighting())), sighting())


@pytest.mark.parametrize(
    ("paths", "keys"),
    [
        (["/a-mill-turns-10101", "/first-rice-10102", "/gate-10103"], ["10101", "10102", "10103"]),
        (["/n/a10101.html", "/n/b10102.html", "/n/c10103.htm"], ["10101", "10102", "10103"]),
        (["/v?no=A20001", "/v?no=B20002", "/v?no=C20003"], ["20001", "20002", "20003"]),
    ],
)
def test_words_around_the_id_may_differ(paths: list[str], keys: list[str]) -> None:
    links = [f"https://x.example{path}" for path in paths]
    pattern = pattern_of(links)
    assert pattern
    assert [match["id"] for link in links if (match := re.search(pattern, link))] == keys


def test_a_guess_that_misses_links_it_was_made_from_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "_guess", lambda _: r"/a(?P<id>\d+)")
    assert pattern_of([f"https://x.example/{word}/1" for word in ("a1", "b2", "c3")]) is None


def test_a_guess_holds_for_the_links_that_it_was_made_from_as_they_were_written() -> None:
    links = [
        f"http://m.x.example/view.asp?sec=1&idx={number}&utm_source=feed"
        for number in (10101, 10102, 10103)
    ]
    pattern = pattern_of(links)
    assert pattern
    assert all(fits(pattern, link) for link in links)
    assert not fits(pattern, "https://x.example/list.asp?sec=1")


@given(
    st.lists(
        st.from_regex(r"https://x\.example/[a-c]{1,2}/[0-9]{1,5}(\?a=[0-9]{1,4})?", fullmatch=True),
        min_size=2,
        max_size=8,
        unique=True,
    )
)
def test_a_guess_tells_the_links_apart_that_it_was_made_from(links: list[str]) -> None:
    pattern = pattern_of(links)
    if pattern:
        found = {match["id"] for link in links if (match := re.search(pattern, link))}
        assert len(found) > 1


def test_the_signs_of_a_family_alone_do_not_make_it_one() -> None:
    assert checked(module("saebyeok", sighting(family="ndsoft"))).family == "own"


@given(st.text(max_size=60), st.text(max_size=40), st.sampled_from(["own", "ndsoft"]))
def test_what_a_site_calls_itself_never_becomes_code(title: str, path: str, family: str) -> None:
    source = SourceSeen(url=f"{HOME}{path}", kind="feed", links=1)
    written = module("saebyeok", sighting(title=title or None, sources=(source,), family=family))
    outlet = checked(written)
    assert outlet.title == (title or "www.saebyeok.example")[:60]
    assert family != "own" or outlet.sources[0].url == source.url


def test_a_declaration_that_contradicts_itself_is_not_written() -> None:
    with pytest.raises(DeclarationError):
        checked(module("saebyeok", sighting(article="/no-id-here")))
