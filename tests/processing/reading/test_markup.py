"""Captions that no template marks, and pages whose only text stands below their images."""

from datetime import UTC, datetime

import pytest
from lxml.html import fromstring

from processing.reading.body import BodyPlace
from processing.reading.extract import extract
from processing.reading.markup import is_set_below, prepare
from processing.records import Article, Kind, Page, Rejection
from processing.rules import Rules
from tests.processing.reading.stories import MOUNTAIN

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TEXT = "".join(f"<p>{one}</p>" for one in MOUNTAIN)

SEEN = "도윤재 시장이 21일 물가를 둘러봤다."
DOING = "도윤재 시장이 21일 오전 한들시 물가에서 시민들과 함께 걷고 있다."
OTHER = "시민들이 21일 한들시청 앞에서 새 물길의 개통을 축하하며 환호하고 있다."
IMAGE = '<img src="a.jpg">'


def read(body, *, title="한들시 새 물길 열려", head=""):
    declared = f'<meta property="og:type" content="article"><meta property="og:title" content="{title}">{head}'
    page = (
        f'<html><head><meta charset="utf-8">{declared}</head><body><h1>{title}</h1><div>입력 2026.11.19 10:00</div>'
        f'<div class="article_body" itemprop="articleBody">{body}</div></body></html>'
    )
    return extract(Page(url="http://paper.test/1", fetched_at=NOW, body=page.encode()), Rules())


def parts(body, **kwargs):
    found = read(body, **kwargs)
    assert isinstance(found, Article)
    return found.text.split("\n\n"), found.captions


@pytest.mark.parametrize(
    "block",
    [
        f'<p>{IMAGE}<br><span style="font-size:12px">{SEEN}</span></p>',
        f'<p>{IMAGE}</p><p><font color="#666666" size="2">{SEEN}</font></p>',
        f"<p>{IMAGE}</p><p><em>{SEEN}</em></p>",
        f'<p style="text-align:center">{IMAGE}</p><p style="text-align:center">{SEEN}</p>',
        f'<div align="center">{IMAGE}</div><div align="center">{SEEN}</div>',
        f"<dl><dt>{IMAGE}</dt><dd>{SEEN}</dd></dl>",
        f'<p><img src="a.jpg" alt="{SEEN}"></p><p>{SEEN}</p>',
        f'<div><img src="a.jpg" alt="물길" title="{SEEN}"></div><div>{SEEN}</div>',
    ],
)
def test_a_sentence_set_as_a_caption_is_one(block):
    assert parts(block + TEXT) == (list(MOUNTAIN), (SEEN,))


@pytest.mark.parametrize(
    "line", [DOING, OTHER, "21일 물가를 둘러보는 도윤재 시장과 시 관계자들의 모습"]
)
@pytest.mark.parametrize(
    "block", ["<p>{0}</p><p>{1}</p>", "<p>{0}<br>{1}</p>", "<div>{0}</div><div>{1}</div>"]
)
def test_one_sentence_of_what_is_shown_below_an_image_is_its_caption(line, block):
    assert parts(block.format(IMAGE, line) + TEXT) == (list(MOUNTAIN), (line,))


@pytest.mark.parametrize(
    "line",
    [
        SEEN,
        "한들시는 내년부터 물길을 따라 걷는 길을 넓히는 공사를 진행하고 있다.",
        "주민들은 결과를 기다리고 있다.",
        f"{DOING} 그는 물이 맑아졌다고 말했다.",
    ],
)
def test_other_sentences_below_an_image_are_running_text(line):
    assert parts(f"<p>{IMAGE}</p><p>{line}</p>{TEXT}") == ([line, *MOUNTAIN], ())


def test_what_is_shown_without_an_image_above_is_running_text():
    assert parts(f"<p>{DOING}</p>{TEXT}") == ([DOING, *MOUNTAIN], ())


def test_a_page_set_to_the_middle_throughout_has_no_captions_for_that():
    middle = '<p style="text-align:center">'
    text = "".join(f"{middle}{one}</p>" for one in MOUNTAIN)
    assert parts(f"{middle}{IMAGE}</p>{middle}{SEEN}</p>{text}") == ([SEEN, *MOUNTAIN], ())


def test_triangles_are_subheads_where_images_have_captions_of_their_own():
    figure = f"<figure>{IMAGE}<figcaption>물가의 아이들</figcaption></figure>"
    first, *others = MOUNTAIN
    text = f"<p>{first}</p><p>▲ 상류부터 살펴야</p>" + "".join(f"<p>{one}</p>" for one in others)
    assert parts(figure + text) == ([first, "▲ 상류부터 살펴야", *others], ("물가의 아이들",))


@pytest.mark.parametrize(
    "body",
    [
        f"{IMAGE}<br>{DOING} 2026.11.19 garam@handeul.test",
        f"<figure>{IMAGE}<figcaption>{DOING}</figcaption></figure>",
        f'<div class="img">{IMAGE}<p>{DOING} 한들시 제공</p></div>',
        f"<table><tr><td>{IMAGE}</td></tr><tr><td>▲ {DOING} /표가람 기자</td></tr></table>",
        f'<div class="img">{IMAGE}<p>(한들=연합뉴스) 표가람 기자 = {DOING} 2026.11.19</p></div>',
    ],
)
@pytest.mark.parametrize("title", ["물길 따라 걷는 시장", "[포토] 물길 따라 걷는 시장"])
def test_the_caption_is_the_text_of_a_page_that_has_no_other(body, title):
    assert parts(body, title=title) == ([DOING], ())


def test_every_caption_of_a_photo_page_is_text_and_its_photographer_the_author():
    figures = "".join(
        f"<figure>{IMAGE}<figcaption>{one} /표가람 기자</figcaption></figure>"
        for one in (DOING, OTHER)
    )
    found = read(figures, title="[포토] 물길 따라 걷는 시장")
    assert isinstance(found, Article)
    assert (found.text, found.captions, found.kind) == (f"{DOING}\n\n{OTHER}", (), Kind.PHOTO)
    assert [one.name for one in found.authors] == ["표가람"]


def test_images_without_a_word_are_no_text():
    assert isinstance(read(f"<p>{IMAGE}</p><p>한들시 제공</p>"), Rejection)
    found = read(f"<p>{IMAGE}</p>", title="[카드뉴스] 한들시 새 물길")
    assert isinstance(found, Article)
    assert (found.text, found.kind) == ("", Kind.PHOTO)


@pytest.mark.parametrize(
    ("prose", "characters", "kept"),
    [
        (1000, 250, False),
        (1000, 251, True),
        (400, 120, False),
        (400, 121, True),
        (100, 60, False),
        (100, 61, True),
    ],
    ids=str,
)
def test_a_block_is_dropped_for_its_mark_up_to_a_share_of_the_text(prose, characters, kept):
    """A quarter of it or 120 characters, whichever is more, and never three fifths."""
    marked = f'<div class="related">{"가" * characters}</div>'
    body = fromstring(f"<div><p>{SEEN}</p>{marked}</div>")
    found = prepare(BodyPlace(body, prose=prose)).article.text_content()
    assert ("가" * characters in found) == kept


@pytest.mark.parametrize(("letters", "is_caption"), [(51, True), (50, True), (49, False)])
def test_what_stands_in_the_middle_is_a_caption_unless_most_of_the_body_does(letters, is_caption):
    body = fromstring(
        f'<div><p align="center">{IMAGE}</p><p align="center">{"가나" * 10}</p>'
        f'<p align="center">{"다" * 30}</p><p>{"라" * letters}</p></div>'
    )
    assert is_set_below(body[1], body[0][0], body) is is_caption
