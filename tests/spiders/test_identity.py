"""Which article a URL is: made-up addresses in every form that the outlets use or have used, and real ones if given."""

import csv
import gzip
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from processing.records import Origin
from processing.urls import canonical
from spiders.outlet import Identity, Outlet, identify, is_on_site, outlet_of, resolved
from spiders.outlets import outlets

TABLE = Path(__file__).with_name("article_urls.tsv")
Row = tuple[str, str, str]


def rows(lines: Iterable[str]) -> list[Row]:
    return [
        (name, key, url)
        for name, key, url in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


def declared(name: str) -> Outlet:
    return outlets()[name]


AUTHORED = rows(TABLE.read_text().splitlines())


def wrong(name: str, key: str, url: str) -> str | None:
    """Return what is wrong with how an address is identified."""
    outlet = declared(name)
    found = identify(outlet, url)
    if found is None or found.key != key:
        return f"its key is read as {found and found.key}"
    if key not in found.url or identify(outlet, found.url) != found:
        return f"the canonical URL {found.url} must be an address of the same article"
    if canonical(found.url) != found.url:
        return f"the canonical URL {found.url} must not change when it is normalised again"
    claimed = outlet_of(url, outlets().values())
    return None if claimed == outlet else f"{claimed and claimed.name} claims it"


def test_each_form_keeps_outlet_and_id() -> None:
    assert len(AUTHORED) > 300
    assert {(name, url): why for name, key, url in AUTHORED if (why := wrong(name, key, url))} == {}


def test_every_outlet_has_an_address_here() -> None:
    assert {name for name, _, _ in AUTHORED} == set(outlets())


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("hani", "https://www.hani.co.kr/arti/society/labor/761484.html", "http://hani.co.kr/arti/area/761484.html?_fr=st2"),
        ("mt", "https://www.mt.co.kr/stock/2026/07/01/2026070112345678901", "http://news.mt.co.kr/mtview.php?no=2026070112345678901&EMBA"),
        ("newsis", "https://www.newsis.com/view/NISX20240523_0002745362", "https://mobile.newsis.com/view/?id=NISX20240523_0002745362&cID=1"),
        ("news1", "https://www.news1.kr/society/general-society/6070172", "http://news1.kr/articles/?6070172"),
        ("khan", "https://www.khan.co.kr/politics/article/202206031359001", "http://news.khan.co.kr/kh_news/khan_art_view.html?artid=202206031359001&code=1"),
        ("kbs", "https://news.kbs.co.kr/news/view.do?ncd=8636307", "https://news.kbs.co.kr/news/pc/view/view.do?ncd=8636307&ref=A"),
        ("yna", "https://www.yna.co.kr/view/AKR20260901012300001?input=1195m", "https://m.yna.co.kr/amp/view/AKR20260901012300001"),
        ("hankookilbo", "https://www.hankookilbo.com/News/Read/A2021112814000005880", "https://m.hankookilbo.com/news/article/amp/A2021112814000005880?did=NA"),
        ("chosun", "https://www.chosun.com/politics/2026/01/01/24OSN7ZSVZAJTMODQUM4PFSSSQ", "https://www.chosun.com/politics/2026/01/01/24OSN7ZSVZAJTMODQUM4PFSSSQ/?outputType=amp"),
        ("mediatoday", "http://www.mediatoday.co.kr/news/articleViewAmp.html?idxno=1", "https://m.mediatoday.co.kr/news/articleView.html?sc_word=x&idxno=1#rs"),
        ("naver_news", "https://n.news.naver.com/mnews/article/018/0005316196?sid=100", "http://news.naver.com/main/read.nhn?oid=018&sid1=101&aid=0005316196"),
        ("edaily", "https://m.edaily.co.kr/news/read?newsId=01744966629248344", "http://www.edaily.co.kr/news/newspath.asp?newsid=01744966629248344&portal=naver"),
        ("livein", "https://livein.co.kr/bbs/board.php?wr_id=7&bo_table=n05&page=9", "https://livein.co.kr/n05/7"),
        ("kormedi", "https://kormedi.com/2791999/a-slug-in-english/", "https://kormedi.com/2791999"),
        ("byline_network", "https://byline.network/2026/09/a-slug/?utm_source=x", "http://byline.network/2026/09/a-slug"),
        ("donga", "http://news.donga.com/3/all/20131023/58406128/1", "https://www.donga.com/news/Culture/article/all/20131023/58406128/2"),
    ],
)  # fmt: skip
def test_variants_are_one_article(name: str, one: str, other: str) -> None:
    assert identify(declared(name), one) == identify(declared(name), other) is not None


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("mk", "https://www.mk.co.kr/news/it/view/2021/11/1086965/", "https://www.mk.co.kr/news/it/view/2022/11/1086965/"),
        ("naver_news", "https://n.news.naver.com/article/018/0005316196", "https://n.news.naver.com/article/020/0005316196"),
        ("heraldcorp", "http://news.heraldcorp.com/view.php?ud=20141023000202001", "http://news.heraldcorp.com/view.php?ud=20141023000202002"),
        ("bizwatch", "https://news.bizwatch.co.kr/article/a/2026/10/01/0001", "https://news.bizwatch.co.kr/article/a/2026/10/02/0001"),
        ("sedaily", "https://www.sedaily.com/article/20012345", "https://www.sedaily.com/NewsView/2678S9QKRE"),
    ],
)  # fmt: skip
def test_articles_that_share_a_number_stay_two(name: str, one: str, other: str) -> None:
    first, second = identify(declared(name), one), identify(declared(name), other)
    assert first
    assert second
    assert first.url != second.url


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("hani", "https://www.hani.co.kr/arti/society"),
        ("hani", "https://www.khan.co.kr/arti/society/labor/761484.html"),
        ("hani", "https://evil.example/?u=https://www.hani.co.kr/arti/society/labor/761484.html"),
        ("hani", "https://www.hani.co.kr.evil.example/arti/society/labor/761484.html"),
        ("yna", "https://www.yna.co.kr/view/all"),
        ("livein", "https://livein.co.kr/bbs/board.php?bo_table=free&wr_id=7"),
        ("mediatoday", "https://www.mediatoday.co.kr/news/articleList.html?page=2"),
        ("edaily", "javascript:View('01744966629248344','E')"),
        ("donga", "http://[broken"),
        ("donga", ""),
    ],
)
def test_what_is_no_article_of_the_outlet_is_none(name: str, url: str) -> None:
    assert identify(declared(name), url) is None


def test_on_site_means_the_host_or_its_mobile_and_bare_variants() -> None:
    hani = declared("hani")
    assert is_on_site(hani, "https://www.hani.co.kr/x")
    assert is_on_site(hani, "http://m.hani.co.kr/x")
    assert is_on_site(hani, "http://hani.co.kr/x")
    assert not is_on_site(hani, "https://h21.hani.co.kr/x")
    assert not is_on_site(hani, "https://www.hani.co.kr@evil.example/x")


def test_a_group_that_did_not_match_leaves_the_normalised_url() -> None:
    assert identify(declared("kormedi"), "https://kormedi.com/?p=1587762&utm_source=x") == Identity(
        "https://kormedi.com/?p=1587762", "1587762"
    )


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (
            Origin(
                url="http://www.edaily.co.kr/news/newspath.asp?newsid=02952006632460120&portal=naver"
            ),
            Origin(
                outlet="이데일리",
                url="https://www.edaily.co.kr/News/Read?mediaCodeNo=257&newsId=02952006632460120",
            ),
        ),
        (
            Origin(
                outlet="서울신문",
                url="https://www.seoul.co.kr/news/newsView.php?id=20211004500082&wlog_tag3=naver",
            ),
            Origin(
                outlet="서울신문", url="https://www.seoul.co.kr/news/newsView.php?id=20211004500082"
            ),
        ),
        (
            Origin(url="https://newspaper.example/article/1"),
            Origin(url="https://newspaper.example/article/1"),
        ),
        (
            Origin(url="https://v.daum.net/v/20240513125214547"),
            Origin(url="https://v.daum.net/v/20240513125214547"),
        ),
        (Origin(outlet="데일리안"), Origin(outlet="데일리안")),
    ],
)
def test_a_portal_s_copy_points_to_the_publisher_s_article(
    origin: Origin, expected: Origin
) -> None:
    assert resolved(origin, outlets().values()) == expected


@pytest.mark.skipif(
    "SILLOK_ARTICLE_URLS" not in os.environ,
    reason="SILLOK_ARTICLE_URLS names no table of real URLs",
)
def test_real_urls_keep_outlet_and_id() -> None:
    real = rows(
        gzip.decompress(Path(os.environ["SILLOK_ARTICLE_URLS"]).read_bytes()).decode().splitlines()
    )
    for name, key, url in real:
        for spelling in (url, canonical(url)):
            found = identify(declared(name), spelling)
            assert found, (name, spelling)
            assert found.key == (key or found.key), (name, spelling)
            assert identify(declared(name), found.url) == found
    assert len(real) > 1000


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.evil.example/amp/s/www.hani.co.kr/arti/area/1090123.html",
        "https://google.com.evil.example/amp/s/www.hani.co.kr/arti/area/1090123.html",
        "https://web.archive.org.evil.example/web/2026/https://www.hani.co.kr/arti/area/1090123.html",
        "https://x.cdn.ampproject.org.evil.example/c/s/www.hani.co.kr/arti/area/1090123.html",
    ],
)
def test_a_host_that_only_begins_like_a_copys_is_believed_nothing(url: str) -> None:
    assert identify(declared("hani"), url) is None
