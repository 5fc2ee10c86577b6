"""Marks are evidence: no class, style or element name alone may lose an article, or make a visitor's words one."""

from datetime import UTC, datetime

import pytest

from processing.reading.asides import TextBudget, is_legal, is_visitor, is_visitors_label
from processing.reading.extract import extract
from processing.reading.tree import parse
from processing.records import Article, Kind, Page
from tests.processing.reading.stories import MOUNTAIN, SHIP, Story

TEXT = "".join(f"<p>{text}</p>" for text in MOUNTAIN)
COOKIES = (
    "<div class='notice-bar'><p>이 누리집은 더 나은 이용을 위해 쿠키를 쓰고 있습니다.</p></div>"
)
HEADING = f"<h1>{Story().title}</h1>"


def read(body: str, title: str = Story().title):
    head = (
        f'<meta charset="utf-8"><title>{title} - 한들신문</title><meta property="og:title" content="{title}">'
        '<meta property="og:type" content="article"><meta property="article:published_time" '
        'content="2026-03-21T14:05:33+09:00">'
    )
    page = f'<html lang="ko"><head>{head}</head><body>{body}</body></html>'
    moment = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
    return extract(
        Page(url="https://www.handeul.test/news/7", fetched_at=moment, body=page.encode())
    )


@pytest.mark.parametrize(
    "name",
    [
        "content has-sidebar",
        "post-and-sidebar",
        "has-comments",
        "layout-has-aside",
        "hot-issue more",
        "category-most tag-popular related",
        "no-cookie consent",
        "hidden",
        "blind",
    ],
)
@pytest.mark.parametrize("heading", ["inside", "before"])
def test_a_word_in_the_class_of_a_wrapper_loses_nothing(name, heading):
    inside = HEADING if heading == "inside" else ""
    before = "" if inside else HEADING
    article = read(
        f'{COOKIES}{before}<div class="{name}"><main>{inside}<div class="well">{TEXT}</div></main></div>'
    )
    assert isinstance(article, Article)
    assert article.text == Story().text


@pytest.mark.parametrize("style", ["visibility:hidden", "opacity:0", "display:none"])
def test_a_style_against_flicker_loses_nothing(style):
    article = read(f'{COOKIES}<div id="page" style="{style}">{HEADING}<div>{TEXT}</div></div>')
    assert isinstance(article, Article)
    assert article.text == Story().text


@pytest.mark.parametrize("tag", ["nav", "button", "footer", "dialog", "aside"])
def test_an_element_that_is_never_closed_loses_nothing(tag):
    menu = "<ul><li><a href=/a>정치</a></li><li><a href=/b>경제</a></li></ul>"
    article = read(f"<{tag} class=gnb>{menu}<div class=wrap>{HEADING}<div>{TEXT}</div></div>")
    assert isinstance(article, Article)
    assert article.text == Story().text
    assert article.published is not None


@pytest.mark.parametrize(
    ("box", "name"),
    [
        ("reply_box", "<span>물안개(mul****)</span>"),
        ("talk", "<b>물안개</b>"),
        ("par2", "<span>ham***</span>"),
        ("box9", "<em>211.36.*.*</em>"),
    ],
)
def test_what_readers_wrote_is_never_the_text(box, name):
    said = "이 신문은 남이 한 이야기를 모으는 재주가 뛰어나다. 그래도 다리는 잘 고쳤다."
    replies = f'<div id="{box}"><h4>독자 의견</h4><ul><li>{name}<p class="said">{said}</p></li></ul></div>'
    title = "[카드뉴스] 다리의 석 달"
    pictures = '<div class="par"><img src="1.jpg"><img src="2.jpg"></div>'
    article = read(f"<h1>{title}</h1>{pictures}{replies}", title)
    assert isinstance(article, Article)
    assert (article.text, article.kind) == ("", Kind.PHOTO)
    article = read(f"{HEADING}<div>{TEXT}</div>{replies * 9}")
    assert isinstance(article, Article)
    assert article.text == Story().text


def test_a_label_above_the_text_is_a_link_to_what_readers_wrote():
    util = "<div class=u><span>댓글 0개</span></div>"
    article = read(
        f"<div>{HEADING}{util}<div>{TEXT}</div></div><div><p>다른 글의 첫 문장이 여기 놓여 있다.</p></div>"
    )
    assert isinstance(article, Article)
    assert article.text.startswith(Story().text)


def test_terms_longer_than_the_article_are_not_the_text():
    terms = "<p>제1조 개인정보의 수집 및 이용에 동의합니다. 회원 탈퇴 뒤에도 약관은 남습니다. 쿠키 동의를 받습니다.</p>"
    article = read(f"{HEADING}<div><p>{MOUNTAIN[0]}</p></div><div class='inner'>{terms * 8}</div>")
    assert isinstance(article, Article)
    assert article.text == MOUNTAIN[0]


def test_the_rest_of_a_text_that_unfolds_is_read_once():
    first, rest = (
        f"<p>{text}</p>" for text in ("</p><p>".join(MOUNTAIN[:2]), "</p><p>".join(MOUNTAIN[2:]))
    )
    folded = f'<div class="rest" style="display:none">{rest}</div><button>기사 더 보기</button>'
    article = read(f'{HEADING}<div class="article_txt">{first}{folded}</div>')
    assert isinstance(article, Article)
    assert article.text == Story().text
    again = f'<div class="again" style="display:none"><p>{MOUNTAIN[0]}</p></div>'
    article = read(f'{HEADING}<div class="article_txt">{TEXT}{again}</div>')
    assert isinstance(article, Article)
    assert article.text == Story().text


def test_more_than_what_is_shown_may_unfold():
    hidden = f"<p>{MOUNTAIN[1]}</p><p>{SHIP[1]}</p>"
    unfolds = f'<section style="visibility: hidden; height:0">{hidden}</section><button>전체 보기</button>'
    article = read(f'{HEADING}<div class="vb"><p>{MOUNTAIN[0]}</p>{unfolds}</div>')
    assert isinstance(article, Article)
    assert article.text == "\n\n".join((MOUNTAIN[0], MOUNTAIN[1], SHIP[1]))
    # What opens over a page is one saying, however long.
    opens = f'<div style="display:none"><p>{MOUNTAIN[1]} {SHIP[1]}</p></div>'
    article = read(f'{HEADING}<div class="vb"><p>{MOUNTAIN[0]}</p>{opens}</div>')
    assert isinstance(article, Article)
    assert article.text == MOUNTAIN[0]


def test_a_declarative_shadow_tree_is_text_of_the_page():
    article = read(
        f'{HEADING}<news-view><template shadowrootmode="open"><div>{TEXT}</div></template></news-view>'
    )
    assert isinstance(article, Article)
    assert article.text == Story().text


@pytest.mark.parametrize(
    "line", ["댓글 12", "100자평", "물안개(mul****)", "211.36.*.*", "네티즌 의견", "Comments (3)"]
)
def test_labels_and_names_of_visitors(line):
    assert is_visitor(line) or is_visitors_label(line)


@pytest.mark.parametrize(
    "line", ["댓글이 열두 개 달렸다.", "김모 씨는 말했다", "의견을 모았다", "별점 ****"]
)
def test_words_of_an_article_are_no_visitors(line):
    assert not is_visitor(line)
    assert not is_visitors_label(line)


def test_a_report_about_terms_is_no_legal_text():
    report = "위원회는 개인정보를 동의 없이 모은 업체 세 곳에 과징금을 물렸다. 업체들은 법원에 소송을 낼 뜻을 비쳤다."
    assert not is_legal(report * 5)


def test_marked_elements_in_one_another_are_read_a_few_times_at_most():
    budget = TextBudget(limit=10)
    element = parse("<div>열두 글자가 넘는 글이다.</div>").find("body")
    assert budget.text_of(element)
    assert budget.text_of(element) == ""


HALF, REST = (
    "".join(f"<p>{text}</p>" for text in half) for half in (MOUNTAIN[:3], (*MOUNTAIN[3:], SHIP[0]))
)


@pytest.mark.parametrize("mark", ["more", "relation-text", "issue", "best_cut", "most"])
@pytest.mark.parametrize(
    "body",
    [
        "<div class=view>{half}<div class={mark}>{rest}</div></div>",
        "<div class=view>{half}<section class={mark}><div>{rest}</div></section></div>",
        "<div class=view><div class={mark}>{half}</div>{rest}</div>",
        "<div class=view><div>{half}</div><div class={mark}>{rest}</div></div>",
    ],
)
def test_a_marked_part_that_holds_half_of_a_text_is_of_it(body, mark):
    article = read(HEADING + body.format(half=HALF, rest=REST, mark=mark))
    assert isinstance(article, Article)
    assert article.text == "\n\n".join((*MOUNTAIN, SHIP[0]))


@pytest.mark.parametrize("mark", ["more", "relation-text"])
def test_a_marked_list_of_teasers_is_not_of_the_text(mark):
    teasers = "".join(
        f"<li><a href='/{number}'>{SHIP[number][:30]}</a> {SHIP[number]}</li>"
        for number in range(3)
    )
    article = read(
        f"{HEADING}<div class=view>{TEXT}<div class={mark}><ul>{teasers}</ul></div></div>"
    )
    assert isinstance(article, Article)
    assert article.text == Story().text
