"""The section that a page shows where it declares none. All trails are invented."""

import pytest

from processing.reading.assembly import section_shown
from processing.reading.metadata import read_head, section_of
from processing.reading.tree import elements_of, parse


def shown(inner, head=""):
    root = parse(f"<html><head>{head}</head><body>{inner}</body></html>")
    return section_shown(elements_of(root), read_head(root, "https://www.handeul.test/1"))


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


def test_a_declared_trail():
    assert shown("", trail("홈", "국제", "미국", "연구선, 해저 화산 첫 발견")) == "국제"
    assert shown("", trail("한들신문", "연구선, 해저 화산 첫 발견")) is None


@pytest.mark.parametrize(("declared", "wanted"), [("politics", "사회"), ("문화", "문화")])
def test_a_korean_section_goes_before_one_in_latin_letters(declared, wanted):
    root = parse(
        f'<html><head><meta property="article:section" content="{declared}"></head><body></body></html>'
    )
    assert section_of(read_head(root, "https://www.handeul.test/1"), None, lambda: "사회") == wanted
