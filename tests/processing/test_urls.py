"""Canonical URLs: what is one address, what is dropped, and that saying it twice changes nothing."""

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.urls import canonical, desktop, unescaped

SAME = [
    # scheme, host, port
    ("HTTP://WWW.Example.co.kr/News/1", "https://www.example.co.kr/News/1"),
    ("http://www.example.co.kr:80/1", "https://www.example.co.kr/1"),
    ("https://www.example.co.kr:443/1", "https://www.example.co.kr/1"),
    ("https://reader:secret@www.example.co.kr/1", "https://www.example.co.kr/1"),
    ("https://www.example.co.kr./1", "https://www.example.co.kr/1"),
    ("https://한글.kr/1", "https://xn--bj0bj06e.kr/1"),
    # a named port is a server of its own and keeps its scheme
    ("http://daily.press.test:8123/a?b=1", "http://daily.press.test:8123/a?b=1"),
    ("https://www.example.co.kr:8443/1", "https://www.example.co.kr:8443/1"),
    # path
    ("https://www.example.co.kr", "https://www.example.co.kr/"),
    ("https://www.example.co.kr//news/./a/../1/", "https://www.example.co.kr/news/1/"),
    ("https://www.example.co.kr/../../1", "https://www.example.co.kr/1"),
    ("https://www.example.co.kr/%7ea/%ea%b0%80", "https://www.example.co.kr/~a/%EA%B0%80"),
    ("https://www.example.co.kr/가", "https://www.example.co.kr/%EA%B0%80"),
    ("https://www.example.co.kr/100%", "https://www.example.co.kr/100%25"),
    # query: ids stay, tracking goes, the order does not matter
    ("https://a.kr/v?no=7&utm_source=naver&utm_medium=x", "https://a.kr/v?no=7"),
    ("https://a.kr/v?wr_id=9&bo_table=news", "https://a.kr/v?bo_table=news&wr_id=9"),
    ("https://a.kr/v?idxno=7&ref=naver&fbclid=Q&gclid=W", "https://a.kr/v?idxno=7"),
    ("https://a.kr/v?OutUrl=naver", "https://a.kr/v"),
    ("https://a.kr/v?id=1&wlog_tag3=naver_relation", "https://a.kr/v?id=1"),
    ("https://a.kr/v?&&id=1&", "https://a.kr/v?id=1"),
    ("https://a.kr/v?id=1#comments", "https://a.kr/v?id=1"),
    ("https://a.kr/v?key=20240101.22009005001", "https://a.kr/v?key=20240101.22009005001"),
    # escapes left by feeds and by hand
    ("https://a.kr/v?b=2&amp;amp;a=1", "https://a.kr/v?a=1&b=2"),
    ("https://a.kr/v?sid&#x3D;100", "https://a.kr/v?sid=100"),
    ("  https://a.kr/v\n?id=1 ", "https://a.kr/v?id=1"),
    ("https://a.kr/v?x=1&copy=2", "https://a.kr/v?copy=2&x=1"),
    # mobile and AMP variants
    ("https://m.example.co.kr/news/1", "https://www.example.co.kr/news/1"),
    ("https://mobile.example.com/news/1", "https://www.example.com/news/1"),
    ("https://m.news.example.com/1", "https://news.example.com/1"),
    ("https://www.example.com/2026/09/slug/amp/", "https://www.example.com/2026/09/slug/"),
    ("https://www.example.com/view/1?amp", "https://www.example.com/view/1"),
    ("https://www.example.com/view/1/?outputType=amp", "https://www.example.com/view/1/"),
    # copies
    (
        "https://web.archive.org/web/20220721135650/http://www.example.co.kr/1",
        "https://www.example.co.kr/1",
    ),
    ("https://web.archive.org/web/20220721135650id_/https://a.kr/v?no=3", "https://a.kr/v?no=3"),
    ("https://www.google.com/amp/s/www.example.co.kr/1/amp", "https://www.example.co.kr/1"),
    (
        "https://www-example-co-kr.cdn.ampproject.org/c/s/www.example.co.kr/1",
        "https://www.example.co.kr/1",
    ),
    # no web address
    ("javascript:View('1','E')", "javascript:View('1','E')"),
    ("mailto:desk@example.kr", "mailto:desk@example.kr"),
    ("http://a.kr:99999/1", "http://a.kr:99999/1"),
    ("http://[::1", "http://[::1"),
    ("", ""),
]
IDS = [
    "newsId",
    "no",
    "news_id",
    "CNTN_CD",
    "arcid",
    "ncd",
    "code",
    "key",
    "idx",
    "articleId",
    "idxno",
    "ud",
    "wr_id",
]


@pytest.mark.parametrize(("url", "expected"), SAME)
def test_one_spelling(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize("name", IDS)
def test_parameters_that_hold_ids_stay(name: str) -> None:
    assert canonical(f"http://www.example.co.kr/view?x=1&{name}=20240101&utm_campaign=z").endswith(
        f"{name}=20240101&x=1"
    ) or (canonical(f"http://www.example.co.kr/view?{name}=20240101").endswith(f"?{name}=20240101"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("m.example.kr", "www.example.kr"),
        ("m.example.or.kr", "www.example.or.kr"),
        ("mnews.example.com", "www.example.com"),
        ("m.sports.example.com", "sports.example.com"),
        ("m.kr", "m.kr"),
        ("mail.example.com", "mail.example.com"),
        ("www.example.com", "www.example.com"),
    ],
)
def test_mobile_hosts_become_desktop_hosts(host: str, expected: str) -> None:
    assert desktop(host) == expected


def test_unescaped_undoes_only_what_belongs_to_urls() -> None:
    assert unescaped(" http://a.kr/?a=1&amp;copy=2&#61;3\r\n") == "http://a.kr/?a=1&copy=2=3"


PIECES = [
    "http://",
    "HTTPS://",
    "m.",
    "www.",
    "a.kr",
    "예.kr",
    "/",
    "//",
    "..",
    "?",
    "&",
    "=",
    "&amp;",
    "amp;",
    "&#61;",
    "%26amp;",
    "%61",
    "amp",
    "utm_x",
    "#",
    "%",
    "%7E",
    "가",
    "\x00",
    ":80",
    ":8080",
    "s/",
    "web.archive.org/web/2020/",
    "[",
    "]",
    "@",
    "id",
]
pieces = st.sampled_from([*PIECES, " "])


@given(
    st.lists(pieces, max_size=14).map("".join)
    | st.text(max_size=60)
    | st.text(max_size=60).map("https://a.kr/".__add__)
)
def test_canonical_is_idempotent_and_never_raises(url: str) -> None:
    once = canonical(url)
    assert canonical(once) == once


@given(st.text(alphabet="abcXYZ019._-", min_size=1, max_size=20), st.sampled_from(IDS))
def test_no_id_is_altered(value: str, name: str) -> None:
    assert f"{name}={value}" in canonical(
        f"http://m.example.co.kr/view.php?{name}={value}&utm_source=q#x"
    )


@pytest.mark.skipif(
    "SILLOK_ARTICLE_URLS" not in os.environ,
    reason="SILLOK_ARTICLE_URLS names no table of real URLs",
)
def test_real_urls_are_stable() -> None:
    table = gzip.decompress(Path(os.environ["SILLOK_ARTICLE_URLS"]).read_bytes()).decode()
    for line in table.splitlines():
        url = line.split("\t")[2]
        assert canonical(canonical(url)) == canonical(url)
