"""Forms that few templates use: each look-alike is invented, each was first missed or taken for something else."""

import re
from datetime import UTC, datetime
from html import escape

import pytest

from processing.reading.extract import extract
from processing.reading.text import clean
from processing.reading.titles import headline
from processing.records import Article, Page
from processing.rules import GENERIC, Rules
from tests.processing.reading.stories import MOUNTAIN

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
FIRST, LAST = MOUNTAIN[0], MOUNTAIN[-1]
TITLE = "한들시, 덮였던 물길 다시 연다"
BYLINE = "<span>표가람 기자</span><span>입력 2026.03.21 14:05</span>"


def body(lines=MOUNTAIN):
    return "".join(f"<p>{line}</p>" for line in lines)


def read(inner: str, *, head: str = "", rules: Rules = GENERIC) -> Article:
    markup = f'<html><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head><body><h1>{TITLE}</h1>{inner}</body></html>'
    page = Page(url="https://www.handeul.test/news/1", fetched_at=FETCHED, body=markup.encode())
    article = extract(page, rules)
    assert isinstance(article, Article), article
    return article


@pytest.mark.parametrize(
    "stamp",
    [
        "입력:2026.03.21 14:05",
        "입력 :2026/03/21 14:05",
        "2026.03.21ㅣ14:05",
        "2026.03.21 · 14:05",
        "2026.03.21 / 14:05",
        "2026.03.21 - 14:05",
    ],
)
def test_a_stamp_is_read_whatever_stands_before_and_inside_it(stamp):
    found = read(f"<div>{stamp}</div><div>{body()}</div>").published
    assert found.at.isoformat() == "2026-03-21T14:05:00+09:00"
    assert found.precision == "minute"


def test_times_and_people_are_read_inside_a_body_that_the_rules_name_too_widely():
    article = read(
        f'<div id="whole"><div>{BYLINE}</div><div>{body()}</div></div>', rules=Rules(body="#whole")
    )
    assert article.published.at.isoformat() == "2026-03-21T14:05:00+09:00"
    assert [one.name for one in article.authors] == ["표가람"]


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("한들뉴스 창간 열 돌 - 물의 마을을 걷다", True),
        ("포털, 뉴스 화면 개편 | 무엇이 달라지나", True),
        ("물의 마을을 걷다 <상>", True),
        ("물의 마을을 걷다 - 한들뉴스", False),
        ("물의 마을을 걷다 〈 사회 〈 기사본문 - 한들신문", False),
    ],
)
def test_only_a_name_is_taken_off_a_headline(title, whole):
    assert headline(title, [], set()) == (title if whole else "물의 마을을 걷다")


@pytest.mark.parametrize(
    "dateline",
    [
        "[물빛코리아] 표가람 기자 = ",
        "물빛코리아=표가람 기자 | ",
        "◆ 한들뉴스 표가람 기자 = ",
        "[SPORTHANDEUL] 표가람 기자= ",
    ],
)
def test_a_reporter_and_an_equals_sign_make_any_head_a_dateline(dateline):
    cleaned = clean([dateline + FIRST, LAST])
    assert cleaned.paragraphs == [FIRST, LAST]
    assert cleaned.bylines


@pytest.mark.parametrize("dateline", ["[일간스포츠 표가람] ", "(한들코리아=표가람 미디어연구소) "])
def test_a_name_without_a_role_in_a_dateline_is_the_author(dateline):
    article = read(f"<div><p>{dateline}{FIRST}</p><p>{LAST}</p></div>")
    assert article.text == f"{FIRST}\n\n{LAST}"
    assert [author.name for author in article.authors] == ["표가람"]


def test_an_agency_alone_in_a_dateline_is_nobody():
    article = read(f"<div><p>[베이징=신화/뉴시스] {FIRST}</p><p>{LAST}</p></div>")
    assert (article.text, article.authors) == (f"{FIRST}\n\n{LAST}", ())


def test_the_outlet_that_a_portal_copies_is_a_dateline_in_brackets():
    markup = (
        f'<html><head><meta charset="utf-8"><title>{TITLE}</title><meta property="og:article:author" content="물빛">'
        f"</head><body><h1>{TITLE}</h1><div><p>[물빛] {FIRST}</p><p>{LAST}</p></div></body></html>"
    )
    found = extract(Page(url="https://v.daum.net/v/1", fetched_at=FETCHED, body=markup.encode()))
    assert isinstance(found, Article)
    assert found.text == f"{FIRST}\n\n{LAST}"


def test_the_name_of_the_site_in_brackets_is_a_dateline():
    assert clean([f"[물빛] {FIRST}", LAST], sites=frozenset({"물빛"})).paragraphs == [FIRST, LAST]
    assert clean([f"[물빛] {FIRST}", LAST]).paragraphs == [f"[물빛] {FIRST}", LAST]


def test_a_sentence_before_a_signature_is_not_lost():
    assert (
        clean([FIRST, "물이 맑다고 했다. YTN 표가람 (garam@handeul.test)"])
        .paragraphs[1]
        .startswith("물이 맑다고 했다.")
    )


@pytest.mark.parametrize(
    "tail",
    [
        "표가람 기자 garam@handeul.test, 소지안 기자 jian@handeul.test",
        "표가람 문화뉴스팀 기자 garam@handeul.test (콘텐츠본부)",
        "garam@handeul.test 표가람 기자",
    ],
)
def test_a_longer_byline_is_cut_off_the_last_sentence(tail):
    cleaned = clean([FIRST, f"{LAST} {tail}"])
    assert cleaned.paragraphs == [FIRST, LAST]
    assert cleaned.bylines == [tail]


@pytest.mark.parametrize(
    "line",
    [
        "표가람 한들대 교수",
        "표가람 | 한들말글연구소 연구위원",
        "표가람(한들대 교수)",
        "필자 표가람 시인",
        "[표가람 국장]",
        "<표가람 한들대 교수>",
    ],
)
@pytest.mark.parametrize("at_head", [True, False])
def test_the_writer_of_a_column_is_an_author(line, at_head):
    article = read(
        f"<div>2026.03.21 14:05</div><div>{body([line, *MOUNTAIN] if at_head else [*MOUNTAIN, line])}</div>"
    )
    assert article.text == "\n\n".join(MOUNTAIN)
    assert [one.name for one in article.authors] == ["표가람"]


def test_a_person_in_the_middle_or_beside_a_reporter_is_no_writer():
    lines = [FIRST, "표가람 한들대 교수", LAST]
    assert clean(lines).paragraphs == lines
    assert clean([FIRST, LAST, "소지안 시인", "표가람 기자 garam@handeul.test"]).paragraphs == [
        FIRST,
        LAST,
        "소지안 시인",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "좋아요 0 화나요 0 슬퍼요 0 추가취재 원해요 0",
        "외부 필자의 원고는 본지의 편집 방향과 일치하지 않을 수 있습니다.",
        "<이 기사는 한들대학교가 제공한 것으로, 본지의 의견과 다를 수 있습니다>",
        "이 기사는 21일 08:00 한들마켓에 표출된 기사입니다.",
        "단말기 서비스 문의 (000-0000)",
        "<저작권자 한들신문, 무단전재>",
        "원본 링크 : https://handeul.test/1",
        "〈한들신문은 협회의 디지털뉴스이용규칙에 따른 저작권을 행사합니다.〉",
        "- 마을 소식을 더 빨리 아는 법? [물빛클럽 가입하기▶]",
        "키워드Tags #물길 #한들 하천 #봄",
        "본문의 검색 링크는 AI 자동 인식으로 제공됩니다.",
        "표가람 기자 [email protected]",
        "[email\xa0protected]",
    ],
)
def test_a_rare_notice_goes(line):
    assert clean([FIRST, line, LAST]).paragraphs == [FIRST, LAST]


@pytest.mark.parametrize(
    "line",
    [
        "두 사람의 의견은 서로 다를 수 있다고 그는 덧붙였다.",
        "두 사람의 의견은 다를 수 있습니다.",
        "시는 편집 방향이 다를 수 있다는 점을 인정했다.",
        "읽어주기 기능은 많은 어르신이 쓴다.",
        "사진 이용 규정을 어긴 업체는 이메일로 문의했다고 한다.",
        "저작권자를 밝히지 않은 무단 전재가 늘고 있다.",
    ],
)
def test_a_sentence_with_the_words_of_a_rare_notice_stays(line):
    assert clean([FIRST, line, LAST]).paragraphs == [FIRST, line, LAST]


def test_links_behind_arrows_after_the_last_sentence_go_and_answers_stay():
    assert clean(
        [FIRST, LAST, "▶물값, 왜 오르나? 소지안이 묻다…", "▶️ 물빛 이야기 [연재]"]
    ).paragraphs == [FIRST, LAST]
    answers = [FIRST, "▷ 언제 시작합니까?", "▶ 네, 곧 시작합니다."]
    assert clean(answers).paragraphs == answers


def test_a_credit_with_an_equals_sign_is_cut_off():
    caption = "물길을 걷는 시민들. 사진=한들시"
    assert clean([FIRST, caption, f"{LAST} 사진=한들신문"]).paragraphs == [FIRST, LAST]


def test_triangles_below_images_are_captions_however_many():
    pictures = "".join(
        f"<p><img src='/a.jpg'></p><p>▲ {name} 전경</p>" for name in ("물길", "시청", "공원")
    )
    assert (
        read(f"{BYLINE}<div><p>{FIRST}</p>{pictures}<p>{LAST}</p></div>").text
        == f"{FIRST}\n\n{LAST}"
    )


def test_a_few_words_below_an_image_are_its_caption():
    article = read(
        f"{BYLINE}<div><p>{FIRST}</p><p><img src='/a.jpg'></p><p>한들시청 전경</p><p>{LAST}</p></div>"
    )
    assert article.text == f"{FIRST}\n\n{LAST}"
    assert article.captions == ("한들시청 전경",)


@pytest.mark.parametrize(
    "line",
    [
        "<li>물길 옆</li>",
        "<span style='font-weight:700'>물길 옆</span>",
        "<b>물길 옆 사람들</b>",
        "◆물길 옆 사람들",
        "“물이 맑다”",
        "[앵커]",
        "그는 웃었다.",
    ],
)
def test_subheads_quotes_and_sentences_below_an_image_are_none(line):
    article = read(
        f"{BYLINE}<div><p>{FIRST}</p><p><img src='/a.jpg'></p><p>{line}</p><p>{LAST}</p></div>"
    )
    assert re.sub("<[^>]+>", "", line) in article.text


def test_a_list_of_names_keeps_its_last_line_without_the_agency():
    cleaned = clean(
        ["◇ 한들대", "▲ 도서관장 소지안 ▲ 교무처장 모루미", "▲ 학생처장 표가람 (한들=연합뉴스)"]
    )
    assert cleaned.paragraphs[-1] == "▲ 학생처장 표가람"
    assert cleaned.agency == "연합뉴스"


def test_a_page_of_names_without_a_sentence_is_read():
    lines = ["◇ 한들대", "▲ 도서관장 소지안", "▲ 교무처장 모루미", "▲ 학생처장 표가람"]
    head = '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-03-21T14:05:00">'
    assert read(f'<div class="article_body">{body(lines)}</div>', head=head).text == "\n\n".join(
        lines
    )


def test_two_triangles_in_a_row_are_a_list_beside_one_image():
    lines = [FIRST, "▲ 물빛동 3.2㎞ 구간 공사", "▲ 가람동 4.1㎞ 구간 공사", LAST]
    assert clean(lines, pictured=1).paragraphs == lines
    assert clean(lines, pictured=2).paragraphs == [FIRST, LAST]


def test_a_lone_mark_is_believed_against_a_column_of_leads():
    leads = "".join(
        f'<li><a href="/{number}">제목</a><p>{line}</p></li>'
        for number, line in enumerate(MOUNTAIN * 2)
    )
    article = read(
        f'{BYLINE}<div class="column"><div class="article_body">{body()}</div><ul class="leads">{leads}</ul></div>'
    )
    assert article.text == "\n\n".join(MOUNTAIN)


def test_a_lone_mark_after_the_text_is_a_widget():
    widget = (
        "<p>물가에 심은 나무 3천 그루를 누가 돌보나 물었다. 시는 답을 찾지 못했다고 밝혔다.</p>" * 3
    )
    article = read(
        f'{BYLINE}<div><div class="detail">{body()}</div><div class="news_txt">{widget}</div></div>'
    )
    assert article.text.startswith("\n\n".join(MOUNTAIN))


def test_a_block_that_is_streamed_hidden_is_read():
    assert read(f'{BYLINE}<div hidden id="S:0"><div>{body()}</div></div>').text == "\n\n".join(
        MOUNTAIN
    )


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("<li><span>기자명</span> 표가람</li>", ["표가람"]),
        ("<li>선임기자 표가람</li>", ["표가람"]),
        ("<li>기자명 칼럼니스트 표가람</li>", ["표가람"]),
        ("<li>표가람 기자 <b>구독</b> <i>기자 소개</i></li>", ["표가람"]),
        ("<li>[한들=고척, 표가람 기자]</li>", ["표가람"]),
    ],
)
def test_words_of_the_template_and_grounds_are_nobody(byline, names):
    article = read(
        f'<ul class="byline">{byline}</ul><div>2026.03.21 14:05</div><div>{body()}</div>'
    )
    assert [one.name for one in article.authors] == names


def test_a_time_that_stands_only_inside_the_text_is_read():
    article = read(f"<div><div>{body()}<p>2026.03.21 14:05 송고</p></div></div>")
    assert article.published.at.isoformat() == "2026-03-21T14:05:00+09:00"


def test_a_name_beside_a_labelled_stamp_is_the_author_and_the_headline_is_none():
    article = read(
        f"<div class=info>표가람 입력 : 2026.03.21 14:05 조회수 11</div><div>{body()}</div>"
    )
    assert [one.name for one in article.authors] == ["표가람"]
    assert not read(f"<div class=info>입력 : 2026.03.21 14:05</div><div>{body()}</div>").authors


def test_people_and_times_in_the_container_of_wrapped_paragraphs_are_read():
    wrapped = "".join(f"<div><p>{line}</p></div>" for line in MOUNTAIN)
    article = read(f"<main><h1>{TITLE}</h1><section>{BYLINE}</section>{wrapped}</main>")
    assert [one.name for one in article.authors] == ["표가람"]
    assert article.published.at.isoformat() == "2026-03-21T14:05:00+09:00"
    assert article.text == "\n\n".join(MOUNTAIN)


@pytest.mark.parametrize("credit", ["/뉴시스", "(뉴시스)", "<뉴시스>"])
def test_an_agency_in_marks_behind_the_last_sentence_is_the_texts(credit):
    whole = read(f"<div>{body((*MOUNTAIN[:-1], f'{LAST} {escape(credit)}'))}</div>")
    assert (whole.agency, whole.captions) == ("뉴시스", ())
    assert whole.text == "\n\n".join(MOUNTAIN)


def test_an_agency_in_marks_behind_an_earlier_sentence_is_a_pictures():
    found = read(f"<div>{body((f'{FIRST} (뉴시스)', *MOUNTAIN[1:]))}</div>")
    assert (found.agency, found.captions) == (None, ("(뉴시스)",))


def test_a_photographer_behind_the_last_sentence_did_not_write_it():
    found = read(f"<div>{body((*MOUNTAIN[:-1], f'{LAST} (사진=표가람 기자)'))}</div>")
    assert (found.authors, found.captions) == ((), ("(사진=표가람 기자)",))


@pytest.mark.parametrize(
    "line",
    [
        "물가에는 나무를 심는 사람도 늘고 있다. /표가람 기자",
        "물가에는 나무를 심는 사람도 늘고 있다. 사진·글/표가람 기자 garam@...",
    ],
)
def test_a_reporter_behind_a_slash_ends_the_text(line):
    found = read(f"<div>{body((*MOUNTAIN, line))}</div>")
    assert [one.name for one in found.authors] == ["표가람"]
    assert found.text.endswith("늘고 있다.")
    assert not found.captions


def test_a_name_that_ends_like_a_sentence_stands_before_a_source_of_pictures():
    found = read(f"<div>{body((*MOUNTAIN, '한바다 / 화면캡처 한들TV'))}</div>")
    assert [one.name for one in found.authors] == ["한바다"]
    assert found.text == "\n\n".join(MOUNTAIN)


def test_a_linked_address_below_the_text_is_the_reporters():
    linked = '<a href="mailto:garam@handeul.test">garam@handeul.test</a>'
    found = read(f"<div>{BYLINE}</div><div>{body()}<p>{linked}</p></div>")
    assert [one.email for one in found.authors] == ["garam@handeul.test"]


@pytest.mark.parametrize(
    "line",
    [
        "(사진설명)",
        "부서명 문화정책과",
        "이 공공저작물은 공공누리 “출처표시” 조건에 따라 쓸 수 있습니다.",
        "이 페이지에서 제공하는 정보에 만족하십니까?",
        "이 기사와 관련된 기사",
    ],
)
def test_rows_of_boards_and_labels_of_lists_are_none_of_the_text(line):
    found = read(f"<div>{body((*MOUNTAIN, line))}</div>")
    assert (found.text, found.captions) == ("\n\n".join(MOUNTAIN), ())


def test_a_stamp_beside_the_buttons_of_a_portal_is_read():
    stamp = "기사입력 2026.03.21. 오후 2:05 기사원문 스크랩"
    found = read(f"<div>{body((*MOUNTAIN, stamp))}</div>")
    assert found.published.at.isoformat() == "2026-03-21T14:05:00+09:00"
    assert found.text == "\n\n".join(MOUNTAIN)
