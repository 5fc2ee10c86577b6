"""Pages that answer 200 and are no article, and what a page says about its use beside its text."""

from datetime import UTC, datetime

import pytest

from processing.kinds import kind_of
from processing.reading.bylines import agency, is_byline, named
from processing.reading.extract import extract
from processing.reading.text import repaired
from processing.records import Article, Kind, Page, Reason, Rejection
from processing.rules import Rules

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STORY = "솔내시는 낡은 등대를 고쳐 도서관으로 쓰기로 했다고 밝혔다. 공사는 내년 봄에 시작해 가을에 끝난다."


def read(body, *, head="", rules=None):
    page = f'<html lang="ko"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'
    return extract(
        Page(url="http://paper.test/1", fetched_at=NOW, body=page.encode()), rules or Rules()
    )


def declared(title):
    return (
        f'<title>{title}</title><meta property="og:type" content="article"><meta property="og:title" content="{title}">'
        '<meta property="article:published_time" content="2026-11-22T09:00:00+09:00">'
    )


def test_a_long_error_page_is_told_by_its_headline():
    words = (
        "찾으시는 주소가 바뀌었거나 잘못 입력되었을 수 있으니 입력하신 주소를 다시 확인해 주시기 바랍니다. "
        * 3
    )
    found = read(
        f"<h2>요청하신 페이지를 찾을 수 없습니다.</h2><p>{words}</p>",
        head="<title>새벽일보</title>",
    )
    assert isinstance(found, Rejection)
    assert found.reason is Reason.ERROR_PAGE


def test_an_article_about_a_missing_page_is_an_article():
    title = "'페이지를 찾을 수 없습니다'…구청 누리집 사흘째 먹통"
    found = read(
        f"<article><h1>{title}</h1><p>{STORY}</p><p>{STORY}</p></article>", head=declared(title)
    )
    assert isinstance(found, Article)


def test_an_article_in_english_says_so():
    words = "The old lighthouse will become a library next autumn, the city said on Friday. " * 8
    title = "Lighthouse to become a library"
    found = read(
        f"<article><h1>{title}</h1><div id='articleBody'><p>{words}</p></div></article>",
        head=declared(title),
    )
    assert isinstance(found, Rejection)
    assert found.reason is Reason.NOT_KOREAN


def test_an_article_in_english_is_read_where_the_outlet_publishes_in_english():
    sentences = [
        "The old lighthouse will become a library next autumn, the city said on Friday.",
        "Residents asked for it in 2019, when the lamp was put out for the last time and the keepers moved away.",
        "“We wanted a place that is open in the evening,” said Kim Dal-nae, who reads to children there.",
        "The work will cost 4.1 billion won, and the reading room under the lamp will hold forty people.",
    ]
    title = "Lighthouse to become a library"
    body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    html = f"<article><h1>{title}</h1><div id='articleBody'>{body}</div></article>"
    found = read(html, head=declared(title), rules=Rules(english=True))
    assert isinstance(found, Article)
    assert found.text.split("\n\n") == sentences


def test_headlines_alone_are_a_list():
    links = "".join(
        f'<li><a href="/{n}">등대 도서관 {n}번째 소식을 전합니다 {n}</a></li>' for n in range(12)
    )
    found = read(f"<main><h1>특집</h1><ul>{links}</ul></main>", head="<title>특집</title>")
    assert isinstance(found, Rejection)
    assert found.reason is Reason.LIST_PAGE


@pytest.mark.parametrize(
    "clause",
    [
        "Copyright ⓒ 새벽일보. All rights reserved. 무단 전재, 재배포 및 AI학습 이용 금지",
        "저작권법의 보호를 받으며, 무단 전재와 인공지능 학습 이용을 금합니다.",
    ],
)
def test_an_ai_clause_beside_the_body_is_kept_as_a_right(clause):
    page = f"<article><h1>등대 도서관</h1><p>{STORY}</p><p>{STORY}</p></article><footer><p>{clause}</p></footer>"
    found = read(page, head=declared("등대 도서관"))
    assert isinstance(found, Article)
    assert found.rights.ai_notice == clause
    assert "금지" not in found.text


def test_a_headline_about_ai_use_is_no_clause():
    page = f"<article><h1>등대</h1><p>{STORY}</p><p>{STORY}</p></article><ul><li>정부, AI 학습 이용 금지 검토</li></ul>"
    found = read(page, head=declared("등대 도서관"))
    assert isinstance(found, Article)
    assert found.rights.ai_notice is None


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("시장은 quot;곧 연다quot;고 말했다.", '시장은 "곧 연다"고 말했다.'),
        ("내년 Ramp;D 예산", "내년 R&D 예산"),
        ("둘nbsp;셋", "둘 셋"),
        ("영문 xquot; 그대로", "영문 xquot; 그대로"),
    ],
)
def test_quotation_marks_that_a_board_broke_are_mended(damaged, whole):
    assert repaired(damaged) == whole


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("(솔내=새벽통신) 이하람 기자 =", "새벽통신"),
        ("새벽통신", "새벽통신"),
        ("[새벽통신]", "새벽통신"),
        ("(서울=연합뉴스)", "연합뉴스"),
        ("새벽통신 관계자는 사실이라고 말했다", None),
        ("5세대 이동통신 요금", None),
    ],
)
def test_an_agency_that_no_list_has(line, found):
    assert agency(line) == found


@pytest.mark.parametrize(
    ("line", "name", "role"),
    [
        ("설여울 시인", "설여울", "시인"),
        ("한보람 솔내대 교수", "한보람", "솔내대 교수"),
        ("채무영 산업부장", "채무영", "산업부장"),
    ],
)
def test_who_writes_a_column(line, name, role):
    (author,) = named(line)
    assert (author.name, author.role) == (name, role)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("[외환] 원/달러 환율 내려 출발", Kind.MARKET),
        ("[오늘의 주요뉴스] 등대·도서관", Kind.BRIEFING),
    ],
)
def test_kinds_by_their_mark(title, kind):
    assert kind_of(title, section=None, text=STORY) is kind


@pytest.mark.parametrize("line", ["곽이든 사진부장", "채무영 산업부장"])
def test_a_desk_editor_alone_on_a_line_is_a_byline(line):
    assert is_byline(line)


def test_a_list_of_names_is_not_beaten_by_one_sentence_of_the_template():
    names = (
        "◇ 4급 승진 ▲ 해양수산국장 위경호 ▲ 복지국장 노미란 ▲ 항만정책국장 인수연 ▲ 관광국장 서문결"
    )
    replies = "<div class='replys'><p>삭제한 댓글은 다시 복구할 수 없습니다. 그래도 삭제하시겠습니까?</p></div>"
    page = f"<article><div id='text'><p>{names}</p></div></article>{replies}"
    found = read(page, head=declared("[인사] 솔내시"), rules=Rules(body="#text"))
    assert isinstance(found, Article)
    assert found.text == names


def test_a_board_names_itself_twice_around_the_title():
    title = "등대가 도서관이 된다"
    head = f"<title>{title} &gt; 뉴스모음 | 두루모아</title>"
    page = (
        f'<h1 id="hd_h1">{title} &gt; 뉴스모음</h1><article id="bo_v"><h2 id="bo_v_title"><span class="bo_v_tit">{title}</span>'
        f'</h2><strong class="if_date">26-11-22 07:01</strong><div id="bo_v_con">{STORY}<br><br>{STORY}</div></article>'
    )
    found = read(page, head=head)
    assert isinstance(found, Article)
    assert found.title == title


@pytest.mark.parametrize(
    "shown",
    [
        '<div class="press_logo"><a href="/p"><img src="l.png" alt="한들신문"></a></div>',
        '<p class="source"><b>기사제공</b> 한들신문</p>',
        "<p>ⓒ한들신문, 무단 전재 및 재배포 금지</p>",
    ],
)
def test_a_portal_shows_whose_article_it_copies(shown):
    body = f'<h1>등대를 도서관으로</h1>{shown}<div id="articleBodyContents"><p>{STORY}</p><p>{STORY} 끝이다.</p>{shown}</div>'
    markup = f'<html lang="ko"><head><meta charset="utf-8">{declared("등대를 도서관으로")}</head><body>{body}</body></html>'
    address = "https://news.naver.com/main/read.nhn?oid=016&aid=0001640000"
    found = extract(Page(url=address, fetched_at=NOW, body=markup.encode()))
    assert isinstance(found, Article)
    assert found.origin is not None
    assert found.origin.outlet == "한들신문"


def test_cards_that_are_links_as_a_whole_are_a_list():
    cards = "".join(
        f'<div><a href="/{number}"><h3>소식 {number}</h3><p>{STORY}</p></a></div>'
        for number in range(3)
    )
    found = read(f"<h1>사회</h1>{cards}", head="<title>사회 - 새벽일보</title>")
    assert isinstance(found, Rejection)
    assert found.reason is Reason.LIST_PAGE


def test_a_banner_that_asks_for_consent_does_not_hide_a_page_of_pictures():
    title = "[카드뉴스] 등대의 하루"
    head = f'<title>{title}</title><meta property="og:type" content="article">'
    banner = "<p>계속 이용하시면 쿠키 사용에 동의하시는 것으로 봅니다.</p>"
    found = read(f'{banner}<h1>{title}</h1><img src="1.png"><img src="2.png">', head=head)
    assert isinstance(found, Article), found
    assert (found.kind, found.text) == (Kind.PHOTO, "")
