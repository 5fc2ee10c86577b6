"""The section that a page shows where it declares none. All trails are invented."""

import pytest

from processing.reading.assembly import section_shown
from processing.reading.body import find_body
from processing.reading.metadata import read_head, section_of
from processing.reading.tree import elements_of, parse
from tests.processing.reading.stories import Story


def shown(inner, head=""):
    root = parse(f"<html><head>{head}</head><body>{inner}</body></html>")
    return section_shown(elements_of(root), read_head(root, "https://www.handeul.test/1"), None)


def trail(*names):
    items = ", ".join(f'{{"@type": "ListItem", "name": "{name}"}}' for name in names)
    return f'<script type="application/ld+json">{{"@type": "BreadcrumbList", "itemListElement": [{items}]}}</script>'


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        ('<div class="location"><a>홈</a> &gt; <a>사회</a> &gt; <a>사건·사고</a></div>', "사회"),
        ('<p class="breadcrumb">HOME › 뉴스 › 경제일반</p>', "경제일반"),
        ('<span class="cate c_point">정치</span>', "정치"),
        ('<em class="media_end_categorize_item">생활/문화</em>', "생활/문화"),
        (
            '<div class="location">뉴스&gt;스포츠&gt;씨름<ul><li>'
            + "</li><li>".join(["축구", "야구"] * 20)
            + "</ul></div>",
            "스포츠",
        ),
        ('<div class="category">물빛 이야기</div>', None),
        ('<div class="category"><a>정치</a> <a>경제</a> <a>사회</a> <a>문화</a></div>', None),
        ('<div class="location">한들시 물길로 21</div>', None),
        ('<div class="menu">정치</div>', None),
    ],
)
def test_a_trail_or_label_beside_the_article(inner, wanted):
    assert shown(inner) == wanted


MENU = "<ul><li{0}><a href='/politics'>정치</a><li{1}><a href='/society'>사회</a></ul>"


@pytest.mark.parametrize(
    ("above", "below", "wanted"),
    [
        (MENU.format("", " class=on"), "", "사회"),
        (MENU.format(" class=on", ""), "", "정치"),
        ("<a class='gnb active'><b>경제</b></a>", "", "경제"),
        (
            "<li class=on><a>경제</a><ul><li>증권<li class='current'>부동산</ul>",
            "",
            "부동산",
        ),
        ("<li class=on><a>경제</a><ul><li>증권<li>부동산</ul>", "", "경제"),
        ("<li class=on><a>전체</a></li>" + MENU.format("", " class=on"), "", "사회"),
        (MENU.format(" class=on", "") + "<li class=on>한들소식</li>", "", "정치"),
        (MENU.format("", ""), MENU.format("", " class=on"), None),  # of what is read most
        ("<div class=on>사회</div>", "", None),
        ("<li class=one>사회</li>", "", None),
        ("<h2 class=screen_out>정치</h2>", "", "정치"),
        ("<h2>정치</h2><h3>사회</h3>", "", None),
        ("", "<h2>정치</h2>", None),
        ("<h2>정치</h2>" + MENU.format("", " class=on"), "", "사회"),
        ("<span class='section'>뉴스 &gt; 사회</span>", "", "사회"),
    ],
)
def test_what_the_menu_or_a_heading_above_the_article_names(above, below, wanted):
    text = "".join(f"<p>{paragraph}</p>" for paragraph in Story().paragraphs)
    root = parse(f"<body>{above}<h1>{Story().title}</h1><div id=x>{text}</div>{below}</body>")
    place = find_body(root.find("body"))
    place.heading = next(root.iter("h1"))
    head = read_head(root, "https://www.handeul.test/1")
    assert section_shown(elements_of(root), head, place) == wanted
    place.heading = None
    assert section_shown(elements_of(root), head, place) == wanted


def test_a_declared_trail():
    assert shown("", trail("홈", "국제", "미국", "연구선, 해저 화산 첫 발견")) == "국제"
    assert shown("", trail("한들신문", "연구선, 해저 화산 첫 발견")) is None


@pytest.mark.parametrize(("declared", "wanted"), [("politics", "사회"), ("문화", "문화")])
def test_a_korean_section_goes_before_one_in_latin_letters(declared, wanted):
    root = parse(
        f'<html><head><meta property="article:section" content="{declared}"></head><body></body></html>'
    )
    assert section_of(read_head(root, "https://www.handeul.test/1"), None, lambda: "사회") == wanted
