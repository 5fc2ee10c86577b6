"""Where the running text stands, and what is taken out of it by mark-up."""

import pytest

from processing.errors import UsageError
from processing.reading.asides import Evidence, is_hidden
from processing.reading.body import _is_prose, find_body, select
from processing.reading.extract import paragraphs
from processing.reading.markup import decks_of, prepare
from processing.reading.tree import elements_of, lines_of, parse, squeeze, text_of
from processing.records import Reason
from tests.processing.reading.stories import MOUNTAIN

TEXT = "".join(f"<p>{text}</p>" for text in MOUNTAIN)
LINKS = "".join(
    f'<li><a href="/{n}">물가에 심은 나무 {n}천 그루, 누가 돌보나</a></li>' for n in range(30)
)


def body_of(markup: str):
    return find_body(parse(f"<html><body>{markup}</body></html>").find("body"))


def read(markup: str) -> list[str]:
    return paragraphs(prepare(body_of(markup)).article)


def test_sentences_weigh_more_than_links_and_menus():
    place = body_of(
        f"<ul>{LINKS}</ul><div><div id=x>{TEXT}</div></div><ul>{LINKS}</ul><div>대표전화 02-000-0000 | 등록번호 가1</div>"
    )
    assert place.element.get("id") == "x"


@pytest.mark.parametrize(
    "attribute", ['style="display: none"', "hidden", 'class="blind"', 'class="a sr-only"']
)
def test_what_is_hidden_is_not_the_body(attribute):
    place = body_of(f"<div {attribute}>{TEXT}{TEXT}</div><div id=x>{TEXT}</div>")
    assert place.element.get("id") == "x"
    assert is_hidden(parse(f"<div {attribute}></div>").find(".//div"))


@pytest.mark.parametrize(
    "headline",
    [
        "“물이 돌아온다”… 묵은 물길 다시 여는 한들시",
        "한들시, 왜 묵은 물길을 다시 여나? 비용은 3년에 나눠",
    ],
)
def test_a_headline_with_dots_or_a_question_is_not_of_the_body(headline):
    place = body_of(
        f"<div><h3>{headline}</h3><p>표가람 기자 입력 2026.03.21</p><div id=x>{TEXT}</div></div>"
    )
    assert place.element.get("id") == "x"


def test_a_text_that_stands_in_headings_is_read():
    assert read("<div>" + "".join(f"<h3>{text}</h3>" for text in MOUNTAIN) + "</div>") == list(
        MOUNTAIN
    )


def test_paragraph_blocks_of_one_make_are_one_text():
    blocks = "".join(f'<div class="par">{text}</div>' for text in MOUNTAIN)
    assert read(f"<div id=x>{blocks}</div>") == list(MOUNTAIN)


def test_a_page_of_links_has_no_body():
    assert body_of(f"<ul>{LINKS}</ul>") is None


@pytest.mark.parametrize(
    "mark",
    [
        "ad_box",
        "banner",
        "related_news",
        "sns_share",
        "copyright",
        "reporter_info",
        "tag_list",
        "comment",
    ],
)
def test_marked_blocks_go(mark):
    assert read(
        f'<div itemprop="articleBody">{TEXT}<div class="{mark}">이 글은 본문이 아니라고 적혀 있다.</div></div>'
    ) == list(MOUNTAIN)


@pytest.mark.parametrize(
    "mark", ["ad_box", "related", "caption", "summary", "comment_view", "reporter"]
)
def test_a_wrong_mark_does_not_lose_the_article(mark):
    assert read(f'<div class="{mark}">{TEXT}</div>') == list(MOUNTAIN)
    assert read(f'<div itemprop="articleBody"><div class="{mark}">{TEXT}</div></div>') == list(
        MOUNTAIN
    )


@pytest.mark.parametrize("mark", ["editor-p", "ad_p", "related"])
def test_a_paragraph_with_a_sentence_is_not_dropped_for_its_mark(mark):
    assert read(
        "<div id=x>" + "".join(f'<p class="{mark}">{text}</p>' for text in MOUNTAIN) + "</div>"
    ) == list(MOUNTAIN)


@pytest.mark.parametrize(
    "block",
    [
        "<figure><img src=a.jpg><figcaption>물가의 아이들</figcaption></figure>",
        "<table align=center><tr><td><img src=a.jpg></td></tr><tr><td>물가의 아이들</td></tr></table>",
        "<p style='text-align:center'><img src=a.jpg><br>물가의 아이들</p>",
        "<div class=photo_box><img src=a.jpg><p>물가의 아이들</p></div>",
        "<span class=end_photo_org><img src=a.jpg><em class=img_desc>물가의 아이들</em></span>",
    ],
)
def test_captions_are_handed_out_with_their_images(block):
    prepared = prepare(body_of(f"<div id=x>{TEXT}{block}</div>"))
    assert (prepared.captions, prepared.images) == (["물가의 아이들"], ["a.jpg"])
    assert paragraphs(prepared.article) == list(MOUNTAIN)


def test_a_paragraph_with_an_image_in_it_stays():
    first = f"<p><img src=a.jpg>{MOUNTAIN[0]}</p>"
    assert read(
        f"<div id=x>{first}{''.join(f'<p>{text}</p>' for text in MOUNTAIN[1:])}</div>"
    ) == list(MOUNTAIN)


@pytest.mark.parametrize(
    "glued",
    [
        "<b>상류부터 살펴야 할 까닭</b> ",
        "<strong>상류부터 살펴야 할 까닭</strong>\n",
        "<strong class=subTitle_s0>상류부터 살펴야 할 까닭</strong>",
    ],
)
def test_a_subhead_glued_to_its_paragraph_is_split_off(glued):
    assert read(f"<div id=x>{MOUNTAIN[0]}<br>{glued}{MOUNTAIN[1]}<br>{MOUNTAIN[2]}</div>") == [
        MOUNTAIN[0],
        "상류부터 살펴야 할 까닭",
        *MOUNTAIN[1:3],
    ]


@pytest.mark.parametrize(
    "bold",
    [
        "<b>도윤재</b> 시장이 나섰다.",
        "<b>한들시의 오래된 물길</b>을 다시 연다.",
        "<b>시청 관계자 열두 사람은</b> 모두 물가에 산다.",
    ],
)
def test_bold_words_in_a_sentence_are_not_split_off(bold):
    assert read(f"<div id=x>{MOUNTAIN[0]}<br>{bold}</div>")[1] == text_of(parse(bold).find("body"))


def test_a_script_inside_a_word_does_not_split_it():
    assert (
        read(
            f"<div id=x>{MOUNTAIN[0][:9]}<script>ad()</script>{MOUNTAIN[0][9:]}<br>{MOUNTAIN[1]}</div>"
        )[0]
        == MOUNTAIN[0]
    )


def test_a_deck_comes_before_the_text_and_a_subhead_inside_it():
    prepared = prepare(
        body_of(
            f"<div id=x><div class=sub_title>내년 봄 착공<br>3년 걸려</div>{TEXT}<strong class=sub_title>다음 달 조사</strong>{TEXT}</div>"
        )
    )
    assert prepared.decks == ["내년 봄 착공", "3년 걸려"]
    assert "다음 달 조사" in paragraphs(prepared.article)


def test_decks_beside_the_headline():
    root = parse(
        f"<html><body><h1>제목</h1><div class=summary_view>내년 봄 착공<br>3년 걸려</div><div id=x>{TEXT}</div></body></html>"
    )
    assert decks_of(elements_of(root), find_body(root.find("body")), "") == [
        "내년 봄 착공",
        "3년 걸려",
    ]


def test_data_tables_are_read_by_row():
    table = "<table><tr><th>해</th><th>길이</th></tr><tr><td>2025</td><td>1.2㎞</td></tr></table>"
    assert {"해", "길이", "2025", "1.2㎞"} <= {
        cell for line in read(f"<div id=x>{TEXT}{table}</div>") for cell in line.split(" | ")
    }


@pytest.mark.parametrize(("more", "too_many"), [(0, False), (1, True)])
def test_too_many_paragraphs(monkeypatch, more, too_many):
    monkeypatch.setattr("processing.reading.extract.MAX_PARAGRAPHS", 30)
    done = read("<div id=x>" + "<p>물이 흐른다고 한다.</p>" * (30 + more) + "</div>")
    assert (getattr(done, "reason", None) is Reason.TOO_LARGE) is too_many


def test_a_selector_that_is_none():
    with pytest.raises(UsageError, match=r"'div\[\['"):
        select(parse("<p>물</p>"), "div[[")


def test_text_and_lines_of_an_element():
    root = parse(
        "<div>한<br>들 <script>x</script><iframe>광고</iframe><p>물\u00a0길\u200b\u202e</p></div>"
    )
    assert text_of(root) == "한들 물 길"
    assert lines_of(root) == ["한", "들", "물 길"]
    assert squeeze("\x1b[31m\n가") == "[31m 가"


LINE = "봄비 맞은 한들천 옛터"


@pytest.mark.parametrize(
    ("block", "is_the_text"),
    [
        (f"<div>{LINE}</div>", True),
        (f"<h4>{LINE}</h4>", False),
        ("<div>봄비 맞은 한들천길</div>", True),  # 10 characters
        ("<div>봄비 맞은 한들천</div>", False),
        ("<div>한들천의 옛터에서는 봄</div>", False),  # two words
        (f"<div>{LINE} 2026.03.21 14:05</div>", False),
        (f"<div>{LINE * 16 + '한들한들한들한들'}</div>", True),  # 200 characters
        (f"<div>{LINE * 16 + '한들한들한들한들한'}</div>", False),
        ("<div>글자크기 크게 작게</div>", False),
    ],
)
def test_the_one_line_of_a_dated_page_with_pictures_is_its_text(
    block: str,
    is_the_text: bool,  # noqa: FBT001 - a table
) -> None:
    root = parse(f"<html><body><h1>물길</h1><div><img src=/1.jpg></div>{block}</body></html>")
    place = find_body(root.find("body"), Evidence(dated=True))
    assert (place is not None) is is_the_text


@pytest.mark.parametrize(
    ("line", "in_text", "in_heading"),
    [
        ("한들시는 물길을 다시 연다고 밝혔다.", True, True),
        ("한들시는 물길을 다시 연다고 밝혔다", False, False),  # a headline may end so
        ("물길은 누구의 것인가?", True, False),
        ("물길이 열린다!", True, False),
        ("물길이 열린다…", True, False),
        ("물길 다시 열린다", False, False),
    ],
)
def test_a_line_is_prose_by_its_end_and_a_heading_by_its_verb(
    line: str, *, in_text: bool, in_heading: bool
) -> None:
    assert _is_prose(line, heading=False) is in_text
    assert _is_prose(line, heading=True) is in_heading
