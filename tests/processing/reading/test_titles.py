"""Headlines without what templates put around them."""

import pytest
from lxml.html import fromstring

from processing.reading.metadata import Head
from processing.reading.titles import (
    PageTitles,
    choose,
    completed,
    headings,
    headline,
    is_general,
    nearest,
    section_in,
    shared_names,
    site_names,
)
from processing.reading.tree import elements_of

SITES = {"한들신문", "handeul", "마이한들"}
TITLE = "한들시, 덮였던 물길 다시 연다"


@pytest.mark.parametrize(
    "dressed",
    [
        f"{TITLE} - 한들신문",
        f"{TITLE} | 한들신문",
        f"{TITLE}ㅣ한들신문",
        f"{TITLE}-사회ㅣ한들신문",
        f"{TITLE} : 뉴스 : 한들닷컴",
        f"{TITLE} : 노동 : 사회 : 뉴스 : 한들신문",
        f"{TITLE} - 1등 인터넷뉴스 한들닷컴 - 사회 > 지방",
        f"한들신문 모바일 :: {TITLE}",
        f"{TITLE} : 네이버 뉴스",
        f"{TITLE} < 사회 < 기사본문 - 한들신문",
        f"{TITLE} - handeul",
        f"{TITLE} ::공감언론 마이한들::",
        f"{TITLE} | 한들경제",
        f"{TITLE}- 한들경제",
        f"{TITLE} - 정책뉴스 | 뉴스 | 대한민국 정책브리핑",
        TITLE,
    ],
)
@pytest.mark.parametrize("shown", [[], [TITLE]])
def test_site_and_section_are_taken_off(dressed, shown):
    assert headline(dressed, shown, SITES) == TITLE


@pytest.mark.parametrize(
    "dressed",
    [
        f"사회 > {TITLE} - 한들신문",
        f"한들신문 - 사회 > {TITLE}",
        f"사회 | {TITLE} | 한들신문",
        f"뉴스 :: {TITLE} - 사회 - 한들신문",
    ],
)
def test_a_heading_is_found_between_section_and_site(dressed):
    assert headline(dressed, [TITLE], SITES) == TITLE


@pytest.mark.parametrize(
    "title",
    [
        "물길 - 다시 열리다",
        "시장 “물길 연다”…의회 “예산부터”",
        "[단독] A사 | B사 합병",
        "오늘: 물길이 열리는 날",
        "뉴스를 만드는 사람들",
        "A-B 노선 6월 개통",
    ],
)
def test_marks_inside_a_headline_stay(title):
    assert headline(title, [title], SITES) == title


def test_a_title_that_is_the_site_is_passed_over():
    candidates = [("og", "한들신문"), ("title", "보도자료"), ("heading", TITLE)]
    assert choose(candidates, [TITLE], SITES) == (TITLE, "heading")


def test_a_headline_cut_short_is_completed_from_the_page():
    assert completed("한들시, 덮였던 물길 다...", [TITLE]) == TITLE
    assert completed("다른 이야기가 여기에...", [TITLE]) == "다른 이야기가 여기에..."
    assert choose(
        [("title", "한들시, 덮였던 물길 다... > 사회 | 한들신문")],
        ["한들시, 덮였던 물길 다..."],
        SITES,
    )[0].endswith("...")


def test_a_headline_cut_at_a_quotation_mark_is_completed_from_the_page():
    whole = '도윤재 "물길은 다시 열린다"…내년 봄 착공'
    candidates = [("og", "도윤재"), ("title", f"{whole} - 한들신문")]
    assert choose(candidates, [], SITES) == (whole, "og")
    assert choose(candidates[:1], ["많이 본 기사", whole], SITES) == (whole, "og")
    assert choose([("og", TITLE)], [f"{TITLE} 더 보기"], SITES) == (TITLE, "og")


def test_double_escaped_titles():
    assert (
        choose([("og", "“물길” &amp;quot;연다&amp;quot;&amp;hellip;")], [], SITES)[0]
        == '“물길” "연다"…'
    )


def test_no_title():
    assert choose([("og", None), ("title", "")], [], SITES) == ("", None)


def test_what_a_site_calls_itself():
    head = Head(
        meta={"og:site_name": ["한들신문"], "copyright": ["한들사"]},
        article={"publisher": {"name": "한들미디어"}},
        objects=({"@type": "WebSite", "name": "더한들"},),
    )
    assert {"한들신문", "한들미디어", "더한들", "한들사", "handeul"} <= site_names(
        head, "https://www.handeul.co.kr/news/7"
    )


@pytest.mark.parametrize(
    ("title", "section"),
    [
        ("제목 - 한들닷컴 - 정치 > 정부", "정치"),
        ("보도자료 | 한들시청", "보도자료"),
        ("제목 : 뉴스 : 한들닷컴", None),
        # Boards add to their name what is done there, or whose it is.
        ("제목 - 보도자료 상세보기 - 한들시", "보도자료"),
        ("보도자료(상세) | 한들시청", "보도자료"),
        ("제목 < 한들시 보도자료", "보도자료"),
        ("제목 | 보도·해명자료 | 한들시", "보도·해명자료"),
        ("제목 - 보도자료 상세 - 경제", "경제"),
        ("제목 | 보도자료로 본 한들시", None),
    ],
)
def test_the_section_that_a_title_names(title, section):
    assert section_in(title) == section


@pytest.mark.parametrize(("letters", "is_name"), [(9, True), (10, False), (11, False)])
def test_a_title_of_ten_letters_is_more_than_the_name_of_a_site(letters, is_name):
    title = "한들" + "물" * (letters - 4) + "신문"
    assert choose([("meta", title)], [], set()) == (("", None) if is_name else (title, "meta"))


def page_of(*declared: str, headings: tuple[str, ...] = ()) -> PageTitles:
    return PageTitles(declared, headings)


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("물길 연다 - 달무리", "다리 놓는다 - 달무리", "별이 진다 - 달무리"), ("달무리",)),
        (("달무리 :: 물길 연다", "달무리 :: 다리 놓는다", "달무리 :: 별이 진다"), ("달무리",)),
        # Two pages are too few, and three of one headline are copies.
        (("물길 연다 - 달무리", "다리 놓는다 - 달무리"), ()),
        (("물길 연다 - 달무리",) * 3, ()),
        # A series that three of six pages share is no site.
        (
            (
                "물길 연다 - 돋보기", "다리 놓는다 - 돋보기", "별이 진다 - 돋보기",
                "배추가 싸다", "나루가 붐빈다", "눈이 온다",
            ),
            (),
        ),
        # Beside a site's name three pages are enough for a section.
        (
            (
                "물길 연다 - 돋보기 - 달무리", "다리 놓는다 - 돋보기 - 달무리",
                "별이 진다 - 돋보기 - 달무리", "배추가 싸다 - 장터 - 달무리",
                "나루가 붐빈다 - 장터 - 달무리", "눈이 온다 - 하늘 - 달무리",
            ),
            ("달무리", "돋보기"),
        ),
    ],
)  # fmt: skip
def test_what_most_titles_share_while_headlines_differ(titles, names):
    assert shared_names([page_of(title) for title in titles]) == names
    assert shared_names([page_of(title) for title in titles[::-1]]) == names


def test_a_title_that_all_pages_have_is_the_site_s_where_their_headings_differ():
    def pages(*headings: str) -> list[PageTitles]:
        return [page_of("달무리 이야기", headings=("달무리 이야기", each)) for each in headings]

    assert shared_names(pages("물길을 다시 연다", "다리를 놓는다고", "별이 지고 있다")) == (
        "달무리이야기",
    )
    # Three copies of one article print its headline, and then the same list.
    assert shared_names(pages("많이 본 기사들", "많이 본 기사들", "많이 본 기사들")) == ()
    assert shared_names(pages("홈", "섬", "눈")) == ()


def test_what_is_longer_than_a_name_is_the_headline_of_one_article_taken_several_times():
    def taken(headline: str) -> list[PageTitles]:
        return [page_of(f"{headline} - {after}") for after in ("달무리", "장터", "하늘")]

    assert shared_names(taken("물" * 24)) == ("물" * 24,)
    assert shared_names(taken("물" * 25)) == ()


@pytest.mark.parametrize(
    ("title", "sites", "general"),
    [
        ("가람누리마을 | 한들시청", {"가람누리마을"}, True),
        ("가람누리마을 | 한들시청", set(), False),
        ("가람누리마을", {"가람누리마을"}, True),
        ("물길", set(), True),  # too short to say something
        ("물길과마을이야기", set(), False),
        ("보도자료 상세보기", set(), True),
        ("한들특별자치시의회", set(), True),
        ("보도자료 - 한들교육공단", set(), True),
        ("보도자료 - 한들시, 덮였던 물길 다시 연다", set(), False),
    ],
)
def test_a_title_of_names_and_general_words_names_no_story(
    title: str, sites: set[str], *, general: bool
) -> None:
    assert is_general(title, sites) is general


def test_no_heading_behind_the_first_sentence_is_the_headline_of_the_text():
    """The sentence stands behind an element here, as it does behind a subhead or an image."""
    heading, first = (
        "<h1>한들시 덮였던 물길 다시 연다</h1>",
        "한들시는 21일 물길을 다시 연다고 밝혔다.",
    )
    rest = "<p>물길은 내년 봄에 열린다고 시는 설명했다.</p>"
    for body, is_found in (
        (f"{heading}<b>물길</b>{first}{rest}", True),
        (f"<b>물길</b>{first}{heading}{rest}", False),
    ):
        root = fromstring(f"<html><body><div id=b>{body}</div></body></html>")
        marked = headings(root, elements_of(root))
        assert (nearest(root, root.get_element_by_id("b"), marked, set()) is not None) is is_found
