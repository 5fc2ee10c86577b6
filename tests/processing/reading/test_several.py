"""Pages that hold several articles: only the one whose headline the page declares is read."""

from datetime import UTC, datetime

import pytest

from processing.reading.extract import extract
from processing.records import Article, Page
from processing.rules import GENERIC, Rules
from tests.processing.reading.stories import MOUNTAIN, SHIP

TITLE, OTHER = "한들시, 덮였던 물길 다시 연다", "연구선, 해저 화산 첫 발견"
LONGER = (*SHIP, *(line.replace("화산", "골짜기") for line in SHIP[:3]))
SHAPES = (
    "<article><h1>{title}</h1><b>{name} 기자</b> <i>입력 {day} 14:05</i><div class=article_body>{text}</div></article>",
    "<article><h1>{title}</h1><span>{name} 기자</span> <span>입력 {day} 14:05</span>{text}</article>",
    "<div class=v><h2>{title}</h2><p class=i>{name} 기자 입력 {day} 14:05</p><div class=c>{text}</div></div>",
    '<div class=v><h1>{title}</h1><i>입력 {day} 14:05</i> <b>{name} 기자</b><div itemprop="articleBody">{text}</div></div>',
)


def paragraphs(lines):
    return "".join(f"<p>{line}</p>" for line in lines)


def read(inner, rules=GENERIC):
    markup = (
        f'<html><head><meta charset="utf-8"><title>{TITLE} - 한들신문</title><meta property="og:title" content="{TITLE}">'
        f'<meta property="og:type" content="article"></head><body>{inner}</body></html>'
    )
    fetched = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
    found = extract(
        Page(url="https://www.handeul.test/news/1", fetched_at=fetched, body=markup.encode()), rules
    )
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("own_first", [True, False])
@pytest.mark.parametrize("other", [SHIP[:2], SHIP, LONGER])
def test_only_the_article_under_the_declared_headline_is_read(shape, own_first, other):
    own = shape.format(title=TITLE, name="표가람", day="2026.03.21", text=paragraphs(MOUNTAIN))
    next_to_it = shape.format(title=OTHER, name="소지안", day="2026.03.20", text=paragraphs(other))
    found = read(own + next_to_it if own_first else next_to_it + own)
    assert found.text.split("\n\n") == list(MOUNTAIN)
    assert [one.name for one in found.authors] == ["표가람"]
    assert found.published is not None
    assert found.published.at.isoformat() == "2026-03-21T14:05:00+09:00"


def test_rules_do_not_choose_the_longer_of_two_articles():
    own = SHAPES[0].format(title=TITLE, name="표가람", day="2026.03.21", text=paragraphs(MOUNTAIN))
    other = SHAPES[0].format(title=OTHER, name="소지안", day="2026.03.20", text=paragraphs(LONGER))
    assert read(own + other, Rules(body="div.article_body")).text.split("\n\n") == list(MOUNTAIN)


def test_parts_of_one_article_under_headings_of_their_own_stay():
    first, *others = MOUNTAIN
    parts = (
        f"<section><h2>{TITLE}</h2><p>입력 2026.03.21 14:05</p><p>{first}</p></section>"
        + "".join(
            f"<section><h2>물길을 따라 {number}</h2><p>{line}</p></section>"
            for number, line in enumerate(others)
        )
    )
    text = read(f"<div itemprop=articleBody>{parts}</div>").text
    assert all(line in text for line in MOUNTAIN)


def test_articles_without_a_class_or_a_date_are_told_by_their_element():
    shape = "<article><h1>{title}</h1><div>{text}</div></article>"
    own = shape.format(title=TITLE, text=paragraphs(MOUNTAIN))
    found = read(f"<main>{own}{shape.format(title=OTHER, text=paragraphs(SHIP))}</main>")
    assert found.text.split("\n\n") == list(MOUNTAIN)
