"""One page, one record: identity, rules, sources."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from processing.errors import UsageError
from processing.reading.extract import extract
from processing.records import Article, Page, Rejection, article_id, version_id
from processing.rules import GENERIC, Rules
from tests.processing.reading.layouts import LAYOUTS, opengraph
from tests.processing.reading.layouts import page as site
from tests.processing.reading.stories import MOUNTAIN, SHIP, Story

PAGE = Page(
    url="https://www.handeul.test/news/articleView.html?idxno=7&utm_source=a",
    fetched_at=datetime(2026, 3, 22, 3, 0, tzinfo=UTC),
    body=LAYOUTS["ndsoft"](Story()).encode(),
    outlet="handeul",
    robots="allowed",
)


def read(markup: str, rules: Rules = GENERIC) -> Article:
    article = extract(replace(PAGE, body=markup.encode()), rules)
    assert isinstance(article, Article), article
    return article


def test_the_caller_knows_the_canonical_url():
    article = extract(PAGE, url="https://www.handeul.test/7", publisher_id="7")
    assert (article.url, article.fetched_url, article.publisher_id) == (
        "https://www.handeul.test/7",
        PAGE.url,
        "7",
    )
    assert article.article_id == article_id("https://www.handeul.test/7")
    assert article.version_id == version_id(article.article_id, article.title, article.text)


def test_else_the_page_or_its_own_url_says_it():
    assert extract(PAGE).url == "https://www.handeul.test/news/articleView.html?idxno=7"
    linked = PAGE.body.replace(
        b"<head>", b'<head><link rel="canonical" href="https://www.handeul.test/read/7">'
    )
    assert extract(replace(PAGE, body=linked)).url == "https://www.handeul.test/read/7"


def test_the_same_page_gives_the_same_record():
    assert extract(PAGE) == extract(PAGE)


def test_an_edit_gives_another_version_of_the_same_article():
    one, other = (
        extract(PAGE),
        extract(replace(PAGE, body=PAGE.body.replace("310억원".encode(), "320억원".encode()))),
    )
    assert (one.article_id == other.article_id, one.version_id == other.version_id) == (True, False)


def test_the_record_says_where_things_were_read():
    article = extract(PAGE)
    assert article.sources == {
        "text": "tree",
        "title": "og",
        "authors": "meta",
        "published": "meta",
    }
    assert (
        article.outlet,
        article.section,
        article.language,
        article.image,
        article.rights.robots,
    ) == (
        "handeul",
        "사회",
        "ko",
        Story().image,
        "allowed",
    )


COLUMN = (
    '<div id="column"><h2 class="kicker">물의 날</h2><p class="when">2026년 3월 20일 09시 10분</p><p class="who">소지안</p><p class="what">생활</p>'
    f'<p class="under">두 번째 덱</p><div class="well">{"".join(f"<p>{text}</p>" for text in SHIP)}<div class="box">이 상자는 본문이 아니라고 한다.</div></div></div>'
    f'<div class="other">{"".join(f"<p>{text}</p>" for text in MOUNTAIN)}</div>'
)


def test_rules_correct_every_field():
    rules = Rules(
        body=".well",
        title=".kicker",
        subtitle=".under",
        byline=".who",
        published=".when",
        section=".what",
        drop=(".box",),
    )
    article = read(site("", COLUMN), rules)
    assert (article.text, article.title, article.subtitle) == (
        "\n\n".join(SHIP),
        "물의 날",
        ("두 번째 덱",),
    )
    assert (article.authors[0].name, article.section) == ("소지안", "생활")
    assert article.published.at.isoformat() == "2026-03-20T09:10:00+09:00"
    assert article.sources["text"] == "rules"


def test_a_rule_that_names_a_column_is_narrowed_and_a_stale_one_gives_way():
    markup = LAYOUTS["ndsoft"](Story())
    for rules in (
        Rules(body="#user-container"),
        Rules(body=".ad-template"),
        Rules(body=".gone"),
        Rules(body="header"),
    ):
        assert read(markup, rules).text == Story().text


def test_prepare_is_the_way_out_of_data():
    rules = Rules(
        prepare=lambda text: text.replace("<template>", "<div>").replace("</template>", "</div>")
    )
    markup = site(opengraph(Story()), f"<template><p>{MOUNTAIN[0]}</p></template>")
    assert read(markup, rules).text == MOUNTAIN[0]
    assert isinstance(extract(replace(PAGE, body=markup.encode())), Rejection)


def test_a_selector_that_is_none_is_the_callers_error():
    with pytest.raises(UsageError):
        extract(PAGE, Rules(until=date(2030, 1, 1), title="[["))


def test_a_rejection_knows_outlet_url_and_fetch():
    rejection = extract(replace(PAGE, body=b""), url="https://www.handeul.test/7")
    assert isinstance(rejection, Rejection)
    assert (rejection.outlet, rejection.url, rejection.fetched_at) == (
        "handeul",
        "https://www.handeul.test/7",
        PAGE.fetched_at,
    )


@pytest.mark.parametrize(
    "info",
    [
        "<div><span>소지안 기자</span><span>입력 2026-03-21 14:05</span></div>",
        "<p>기사입력 2026/03/21 [14:05] 소지안 기자</p>",
        "<ul><li>소지안</li><li>2026.03.21 14:05</li><li>조회 22</li></ul>",
        "<div>승인 2026.03.21 14:05 | 최종수정 2026.03.21 15:00 | 소지안 | jian@handeul.test</div>",
        '<div class="reporter"><span>소지안</span></div><div>입력 2026.03.21 14:05</div>',
    ],
)
def test_what_is_only_shown_is_read_too(info):
    text = "".join(f"<p>{paragraph}</p>" for paragraph in MOUNTAIN)
    article = read(
        site(
            "<title>물길을 다시 연다 - 한들신문</title>",
            f"<h1>물길을 다시 연다</h1>{info}<div class=view_cont>{text}</div>",
        )
    )
    assert ([one.name for one in article.authors], article.published.at.isoformat()) == (
        ["소지안"],
        "2026-03-21T14:05:00+09:00",
    )
    assert (article.title, article.text) == ("물길을 다시 연다", Story().text)


def test_keywords_are_the_articles_own():
    menu = '<meta name="keywords" content="한들신문, 신문, 뉴스, 속보, 정치, 경제, 사회, 국제, 문화, 사설, 칼럼, 날씨, 운세">'
    assert read(LAYOUTS["ndsoft"](Story()).replace("<head>", "<head>" + menu)).keywords == ()
    assert read(
        LAYOUTS["ndsoft"](Story()).replace(
            "<head>", '<head><meta name="keywords" content="물길, 한들시">'
        )
    ).keywords == ("물길", "한들시")


def test_the_agency_of_a_wire_copy():
    markup = LAYOUTS["ndsoft"](
        Story(paragraphs=("(한들=연합뉴스) 소지안 기자 = " + MOUNTAIN[0], *MOUNTAIN[1:]))
    )
    article = read(markup)
    assert (article.agency, article.dateline, article.text) == (
        "연합뉴스",
        "(한들=연합뉴스) 소지안 기자 =",
        Story().text,
    )


def test_the_tail_of_a_text_in_a_block_of_its_own_form_stays():
    long = "<br><br>".join(f"{number}번째 문단이다. {MOUNTAIN[0]}" for number in range(12))
    tail = "마지막 문장은 따로 싸여 있다고 마을 이장이 20일 방앗간 앞에서 말했다."
    chunks = "".join(f'<div class="chunk">{block}</div>' for block in (long, tail))
    assert read(site(opengraph(Story()), f"<div>{chunks}</div>")).text.endswith(tail)
