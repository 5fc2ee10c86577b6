"""A text in several blocks of one make is read whole, whatever is wrapped and wherever it stands."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.reading.extract import extract
from processing.records import Article, Page
from tests.processing.reading.stories import MOUNTAIN, SHIP

MOMENT = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
TITLE = "한들시, 덮였던 물길 다시 연다"
LINES = (*MOUNTAIN, *SHIP)
MENU = "".join(f'<li><a href="/{number}">메뉴 {number} 소식</a></li>' for number in range(12))
HEADER = f"<header><ul>{MENU}</ul></header>"
FOOTER = "<footer><p>한들신문 | 등록번호 한들 가00001 | 대표전화 02-000-0000</p></footer>"

WRAPPERS = {
    "none": "".join,
    "all": lambda parts: f"<div>{''.join(parts)}</div>",
    "all, twice": lambda parts: f"<main><div>{''.join(parts)}</div></main>",
    "each": lambda parts: "<div>" + "".join(f"<div>{part}</div>" for part in parts) + "</div>",
    "all but the last": lambda parts: f"<div>{''.join(parts[:-1])}</div>{parts[-1]}",
    "all but the first": lambda parts: f"{parts[0]}<div>{''.join(parts[1:])}</div>",
}


def cut(lines, places):
    """Return the lines cut at the positions `places`."""
    return [lines[start:end] for start, end in pairwise([0, *sorted(places), len(lines)])]


def read(body: str) -> str:
    markup = (
        f'<html lang="ko"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta property="og:title" content="{TITLE}"></head><body>{HEADER}{body}{FOOTER}</body></html>'
    )
    page = Page(url="https://www.handeul.test/news/7", fetched_at=MOMENT, body=markup.encode())
    record = extract(page)
    assert isinstance(record, Article), record
    return record.text


FORMS = st.tuples(
    st.sampled_from(("div", "section", "article")),
    st.sampled_from(("", ' class=""', ' class="chunk"', ' class="article-text"')),
    st.sampled_from(("<p>{}</p>", "<div>{}</div>", "{}<br><br>")),
)


@settings(max_examples=120, deadline=None)
@given(
    places=st.sets(st.integers(1, len(LINES) - 1), min_size=1, max_size=3),
    wrapper=st.sampled_from(sorted(WRAPPERS)),
    form=FORMS,
    headline=st.sampled_from((f"<h1>{TITLE}</h1>", "")),
)
def test_no_part_of_a_text_is_lost(places, wrapper, form, headline):
    tag, name, paragraph = form
    parts = [
        f"<{tag}{name}>{''.join(map(paragraph.format, part))}</{tag}>"
        for part in cut(LINES, places)
    ]
    assert read(headline + WRAPPERS[wrapper](parts)) == "\n\n".join(LINES)


@pytest.mark.parametrize("last", [1, 3, 6])
@pytest.mark.parametrize("name", ["chunk", "article-text"])
@pytest.mark.parametrize("wrapper", sorted(WRAPPERS))
def test_neither_a_short_nor_a_long_last_part_is_lost(last, name, wrapper):
    parts = [
        f'<div class="{name}">{"".join(f"<p>{line}</p>" for line in part)}</div>'
        for part in cut(LINES, [len(LINES) - last])
    ]
    text = read(f"<h1>{TITLE}</h1>" + WRAPPERS[wrapper](parts))
    assert text == "\n\n".join(LINES)


def test_a_block_of_the_same_class_with_links_is_no_part_of_a_text():
    text = "".join(f"<p>{line}</p>" for line in MOUNTAIN)
    teasers = "".join(
        f'<p><a href="/{number}">한들천 옛터에 봄비 내린 날</a></p><p>{line}</p>'
        for number, line in enumerate(SHIP)
    )
    body = f'<div><div class="chunk">{text}</div></div><div class="chunk">{teasers}</div>'
    assert read(body) == "\n\n".join(MOUNTAIN)


def test_a_section_that_an_id_tells_apart_is_no_part_of_a_text():
    """A board prints text, links and comments in a section each, which have ids and no classes."""
    link = "http://www.handeul.test/view.asp?newsid=2026032231516"
    sections = (
        f'<section id="bo_v_atc"><h2>본문</h2><div id="bo_v_con">{"<br><br>".join(MOUNTAIN)}</div></section>'
        f'<section id="bo_v_link"><h2>관련링크</h2><ul><li><a href="{link}">{link}</a> <br>3회 연결</li></ul></section>'
        '<section id="bo_vc"><h2>댓글목록</h2><p>등록된 댓글이 없습니다.</p></section>'
    )
    assert read(
        f"<article id=bo_v><header><h2>{TITLE}</h2></header>{sections}</article>"
    ) == "\n\n".join(MOUNTAIN)
