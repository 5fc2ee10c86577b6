"""Decks: the lines below a headline that sum up its story, however a template calls them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml.html import HtmlElement

from processing.reading import markup
from processing.reading.body import find_body
from processing.reading.extract import extract
from processing.reading.tree import elements_of, lines_of, parse
from processing.records import Article, Page
from processing.rules import GENERIC, Rules

ONE = ("복개천 2.4㎞ 물길 내년 봄까지 연다는 한들시",)
TWO = ("복개천 2.4㎞ 내년 봄까지 복원", "320억 들여 산책로·숲 조성")
TEXT = (
    "한들시는 21일 도심을 지나는 덮였던 물길 2.4㎞를 내년 봄까지 다시 열기로 했다고 밝혔다.",
    "시는 물길 위의 도로를 걷어내고 산책로와 나무를 심을 계획이다. 사업비는 모두 320억 원이다.",
    "도윤재 시장은 “아이들이 발을 담글 수 있는 물을 돌려주겠다”고 말했다.",
)


def read(between: str, after: str = "", rules: Rules = GENERIC) -> Article:
    title = "한들시, 덮였던 물길 다시 연다"
    text = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
    markup = (
        f'<html><head><meta property="og:title" content="{title}"></head><body>'
        '<div class="gnb"><a href="/">홈</a> <a href="/s">사회</a></div>'
        f'<div class="head"><h1>{title}</h1>{between}</div>'
        "<div class='info'>표가람 기자 입력 2026.03.21 14:05</div>"
        f'<div class="article_body">{text}</div>{after}</body></html>'
    )
    page = Page(
        url="https://www.handeul.test/news/7",
        fetched_at=datetime(2026, 3, 22, tzinfo=UTC),
        body=markup.encode(),
    )
    article = extract(page, rules)
    assert isinstance(article, Article)
    assert article.text == "\n\n".join(TEXT)
    return article


FORMS: dict[str, Callable[[tuple[str, ...]], str]] = {
    "a heading": lambda deck: f"<h2>{'<br>'.join(deck)}</h2>",
    "headings": lambda deck: "".join(f"<h3>{line}</h3>" for line in deck),
    "a paragraph": lambda deck: f"<p>{'<br>'.join(deck)}</p>",
    "paragraphs": lambda deck: "".join(f"<p>{line}</p>" for line in deck),
    "bullets": lambda deck: f"<div>{'<br>'.join(f'- {line}' for line in deck)}</div>",
    "triangles": lambda deck: f"<div>{'<br>'.join(f'▲{line}' for line in deck)}</div>",
    **{
        name: lambda deck, name=name: (
            f"<div>사회</div><div class='{name}'><span>{'<br>'.join(deck)}</span></div>"
        )
        for name in (
            "subhead", "sub_title", "subtext", "news-sub-view", "article_sub", "view sub", "titlesub", "stit", "article lead",
            "summary", "standfirst",
        )
    },
    "a list": lambda deck: f"<ul class=sub_tit>{''.join(f'<li>{line}</li>' for line in deck)}</ul>",
}  # fmt: skip


@pytest.mark.parametrize("rules", [GENERIC, Rules(body=".article_body")], ids=["generic", "rules"])
@pytest.mark.parametrize("deck", [ONE, TWO])
@pytest.mark.parametrize("form", FORMS)
def test_what_sums_the_story_up_below_its_headline_is_the_deck(
    form: str, deck: tuple[str, ...], rules: Rules
) -> None:
    assert read(FORMS[form](deck), rules=rules).subtitle == deck


@pytest.mark.parametrize(
    "between",
    [
        "<h3>관련기사 더보기</h3>",
        "<h2>한들신문 사회부</h2>",
        "<h2 class='blind'>덮였던 물길 다시 연다는 한들시</h2>",
        "<h2>2026년 3월 21일 토요일</h2>",
        "<p>- 한들신문 사회부 -</p>",
        "<p>- 표가람 기자</p>",
        "<div class=sub><span>사회</span> <span>조회 1,234</span></div>",
        "<div class=sub>등록일 2026-03-21 14:05 조회 33</div>",
        "<div class=sub><a href='/1'>물길 2.4㎞ 내년 봄까지 다시 열기로</a></div>",
        "<div class=sub>도윤재 한들시 물길 기자</div>",
        "<h3>한들시 물길 시민 참여 안내 접수 문의 전화</h3>",
        "<div class=lead>한들시가 21일 물길을 다시 연다고 밝혔다.</div>",
        "<div class=summary><button>물길 산책로 도로 요약</button></div>",
        # What follows other text is a deck only where it is called so.
        "<span>사회</span><p>물길 2.4㎞ 내년 봄까지 다시 열기로</p>",
    ],
)
def test_what_templates_print_below_a_headline_is_none(between: str) -> None:
    assert read(between).subtitle == ()


def test_the_title_of_what_follows_the_text_is_no_deck() -> None:
    assert (
        read("", "<div><h3 class='sub_tit'>물길 2.4㎞ 기사에 의견 남기기</h3></div>").subtitle == ()
    )


@pytest.mark.parametrize("name", ["sub", "news_subtitle", "plain"])
def test_blocks_inside_one_another_are_not_read_as_often_as_they_are_deep(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    read_lines: list[HtmlElement] = []

    def counted(element: HtmlElement, *given: Any) -> list[str]:
        read_lines.append(element)
        return lines_of(element, *given)

    text = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
    nested = f"{f'<div class={name}>' * 200}{'물길 ' * 400}{'</div>' * 200}"
    root = parse(f"<body><h1>한들시 물길</h1>{nested}<div id=x>{text}</div></body>")
    assert isinstance(root, HtmlElement)
    place = find_body(root.find("body"))
    assert place is not None
    place.heading = next(root.iter("h1"))
    monkeypatch.setattr(markup, "lines_of", counted)
    assert markup.decks_of(elements_of(root), place, "\n\n".join(TEXT)) == []
    assert not read_lines
