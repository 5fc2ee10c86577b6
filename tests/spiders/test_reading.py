"""One way to read a page of an outlet: its rules of the day, its identity, whose article it copies."""

import re
import signal
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from processing.records import Article, Origin, Reason, Rejection
from processing.settings import settings
from spiders.outlets import outlets
from spiders.reading import read
from tests.spiders import layouts

SEOUL = ZoneInfo("Asia/Seoul")
NAVER = outlets()["naver_news"]


def test_a_page_is_filed_under_its_canonical_url_and_key() -> None:
    outlet = outlets()["mediatoday"]
    page = layouts.page_of(outlet)
    record = read(
        replace(page, url=f"{page.url}&utm_source=naver"),
        outlet,
        canonical="https://elsewhere.example/",
    )
    assert isinstance(record, Article)
    assert record.url == layouts.address(outlet).url
    assert record.publisher_id == layouts.address(outlet).key


def test_a_page_of_no_known_form_is_filed_where_the_caller_says() -> None:
    outlet = outlets()["mediatoday"]
    page = replace(layouts.page_of(outlet), url="https://www.mediatoday.co.kr/special/ferry")
    record = read(
        page, outlet, canonical="https://www.mediatoday.co.kr/news/articleView.html?idxno=7"
    )
    assert record.url == "https://www.mediatoday.co.kr/news/articleView.html?idxno=7"


def test_a_page_that_the_reader_cannot_get_through_is_a_rejection_and_the_next_is_read(
    monkeypatch,
) -> None:
    page = layouts.page_of(outlets()["nocutnews"])
    before = signal.getsignal(signal.SIGVTALRM)
    with monkeypatch.context() as patched:
        patched.setattr("spiders.reading.LIMIT", 0.05)
        patched.setattr(
            "processing.reading.extract.extract", lambda *_, **__: re.match(r"(a|a)*b", "a" * 40)
        )
        record = read(page, None, canonical="https://www.nocutnews.co.kr/news/7")
    assert isinstance(record, Rejection)
    assert (record.reason, record.url) == (Reason.UNREADABLE, "https://www.nocutnews.co.kr/news/7")
    assert "more than 0.05 s" in record.evidence
    assert isinstance(read(page, None), Article)
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_without_an_outlet_any_page_is_read() -> None:
    page = layouts.page_of(outlets()["nocutnews"])
    assert read(page, None).text == read(page, outlets()["nocutnews"]).text


def test_the_rules_are_those_of_the_day_of_the_page() -> None:
    outlet = outlets()["hankookilbo"]
    old = replace(outlet, rules=(outlet.rules[0], *outlet.rules[1:]))
    page = layouts.page_of(outlet)  # in the layout of today: div.article-view
    then = datetime(2026, 1, 1, tzinfo=SEOUL)
    body = page.body.replace(b'class="article-view"', b'itemprop="articleBody"')
    record = read(replace(page, body=body, fetched_at=then), old)
    assert isinstance(record, Article)
    assert record.text == "\n\n".join(layouts.STORY)


def test_the_outlet_s_own_name_is_cut_off_its_headlines() -> None:
    headline = "덮였던 물길 다시 열기로"
    text = "".join(f"<p>{line}</p>" for line in layouts.STORY)
    markup = (
        f"<html><head><title>{headline} - 물방아간사람들</title></head>"
        f"<body><div class='view'>{text}</div></body></html>"
    )
    outlet = replace(outlets()["nocutnews"], title="물방아간사람들")
    record = read(replace(layouts.page_of(outlet), body=markup.encode()), outlet)
    assert isinstance(record, Article)
    assert record.title == headline


def test_a_portal_s_copy_names_the_publisher_s_article() -> None:
    page = layouts.page_of(NAVER)
    link = '<a href="http://www.edaily.co.kr/news/newspath.asp?newsid=02952006632460120" class="media_end_head_origin_link">기사원문</a>'
    body = page.body.replace(b"</h1>", b"</h1>" + link.encode())
    record = read(replace(page, body=body), NAVER)
    assert isinstance(record, Article)
    assert record.origin
    assert (
        record.origin.url
        == "https://www.edaily.co.kr/News/Read?mediaCodeNo=257&newsId=02952006632460120"
    )
    untouched = read(replace(page, body=body.replace(b"edaily.co.kr", b"paper.example")), NAVER)
    assert isinstance(untouched, Article)
    assert untouched.origin != Origin()


@pytest.mark.parametrize("value", ["true", "false"])
def test_a_crawl_obeys_the_marks_that_the_settings_name(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    page = layouts.page_of(outlets()["mediatoday"])
    marked = replace(
        page, body=page.body.replace(b"</head>", b'<meta name="robots" content="noarchive"></head>')
    )
    monkeypatch.setenv("SILLOK_OBEY_NOARCHIVE", value)
    settings.cache_clear()
    record = read(marked, outlets()["mediatoday"])
    settings.cache_clear()
    assert isinstance(record, Article)
    assert record.rights.exportable is (value == "false")
