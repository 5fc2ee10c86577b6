"""The numbers by which a page is judged to be an article, each on both sides of its edge."""

import pytest
from lxml import html

from processing.reading.judgement import feed, is_declared, judge
from processing.reading.metadata import Head
from processing.records import Kind, Reason

DECLARED = Head(meta={"og:type": ["article"]})
DATED = Head(meta={"article:published_time": ["2026-11-20"]})
NOTHING = Head()


def reason(
    text: str,
    head: Head = NOTHING,
    *,
    links: tuple[int, int] = (0, 0),
    shown: str = "",
    title: str = "",
    kind: Kind = Kind.ARTICLE,
    english: bool = False,
) -> Reason | None:
    """Return why a page is no article; `links` are how many and how long."""
    count, length = links
    anchors = f"<a href='/'>{'강' * length}</a>" * count
    root = html.document_fromstring(f"<html><body><p>{shown}</p>{anchors}</body></html>")
    found = judge(root, head, title=title, text=text, kind=kind, english=english)
    return found.reason if found else None


@pytest.mark.parametrize(
    ("count", "length", "text", "expected"),
    [
        (25, 12, 149, Reason.LIST_PAGE),
        (24, 12, 140, None),  # too few headlines
        (25, 11, 130, None),  # too short for headlines
        (25, 12, 150, None),  # no more than twice as long as the text
        (100, 12, 299, Reason.LIST_PAGE),
        (100, 12, 300, None),  # a text of this length is no lead
    ],
)
def test_a_list_has_many_headlines_that_outweigh_little_text(
    count: int, length: int, text: int, expected: Reason | None
) -> None:
    assert reason("글" * text, links=(count, length)) is expected
    assert reason("글" * text, DECLARED, links=(count, length)) is None, "it says that it is one"


@pytest.mark.parametrize(("count", "expected"), [(12, Reason.LIST_PAGE), (11, Reason.NOT_ARTICLE)])
def test_half_as_many_headlines_make_a_list_where_there_is_no_text(
    count: int, expected: Reason
) -> None:
    assert reason("", links=(count, 12)) is expected


@pytest.mark.parametrize(
    ("leads", "whole", "links", "expected"),
    [
        (3, 4, 3, Reason.LIST_PAGE),
        (2, 3, 3, None),  # two fifths are not most
        (3, 4, 2, None),
    ],
)
def test_paragraphs_that_break_off_beside_headlines_are_leads(
    leads: int, whole: int, links: int, expected: Reason | None
) -> None:
    paragraphs = ["글" * 100 + "…"] * (leads - 1) + ["글" * 100 + ".."] + ["글" * 100 + "."] * whole
    assert reason("\n\n".join(paragraphs), links=(links, 12)) is expected


@pytest.mark.parametrize(
    ("hangul", "latin", "english", "expected"),
    [
        (30, 170, False, None),
        (29, 171, False, Reason.NOT_KOREAN),
        (0, 200, True, None),
        (0, 200, False, Reason.NOT_KOREAN),
    ],
)
def test_less_than_three_twentieths_of_hangul_is_not_korean(
    hangul: int,
    latin: int,
    english: bool,  # noqa: FBT001 - a table
    expected: Reason | None,
) -> None:
    assert reason("글" * hangul + "a" * latin, DECLARED, english=english) is expected


@pytest.mark.parametrize(
    ("length", "head", "expected"),
    [
        (120, NOTHING, None),
        (119, NOTHING, Reason.LOGIN),
        (119, DATED, None),
        (119, DECLARED, Reason.LOGIN),
    ],
)
def test_words_of_a_barrier_count_beside_less_than_120_characters(
    length: int, head: Head, expected: Reason | None
) -> None:
    words = "로그인 후 이용 "
    assert reason(words + "글" * (length - len(words)), head) is expected


@pytest.mark.parametrize(("length", "expected"), [(399, Reason.ERROR_PAGE), (400, None)])
def test_an_error_in_the_headline_counts_beside_less_than_400_characters(
    length: int, expected: Reason | None
) -> None:
    title = "요청하신 페이지"
    assert reason("글" * length, title=title) is expected
    assert reason("글" * length, DECLARED, title=title) is None


@pytest.mark.parametrize(("before", "expected"), [(2980, Reason.LOGIN), (3001, Reason.NOT_ARTICLE)])
def test_words_of_a_barrier_count_near_the_top_of_a_page(before: int, expected: Reason) -> None:
    assert reason("", shown="글" * before + " 로그인 후 이용") is expected


@pytest.mark.parametrize(
    ("kind", "head", "title", "expected"),
    [
        (Kind.PHOTO, DATED, "나루터", None),
        (Kind.PHOTO, DATED, "", Reason.LOGIN),
        (Kind.PHOTO, DECLARED, "나루터", Reason.LOGIN),
        (Kind.ARTICLE, DATED, "나루터", Reason.LOGIN),
    ],
)
def test_a_dated_photo_with_a_headline_needs_no_text(
    kind: Kind, head: Head, title: str, expected: Reason | None
) -> None:
    assert reason("", head, shown="로그인 후 이용", title=title, kind=kind) is expected


def test_what_has_no_text_is_empty_where_it_says_that_it_is_an_article() -> None:
    assert reason("", DECLARED) is Reason.EMPTY
    assert reason("") is Reason.NOT_ARTICLE
    assert reason("", DECLARED, title="나루터", kind=Kind.VIDEO) is None
    assert reason("", DECLARED, kind=Kind.VIDEO) is Reason.EMPTY
    assert reason("", shown="a" * 400) is Reason.NOT_KOREAN
    assert reason("", shown="a" * 300) is Reason.NOT_ARTICLE


@pytest.mark.parametrize(
    ("head", "declared"),
    [
        (Head(meta={"og:type": ["Article"]}), True),
        (Head(meta={"og:type": ["news"]}), True),
        (Head(meta={"og:type": ["video.other"]}), True),
        (Head(meta={"og:type": ["website"]}), False),
        (Head(objects=({"@type": "NewsArticle"},)), True),
        (Head(objects=({"@type": "WebSite"},)), False),
        (Head(article={"datePublished": "2026-11-20"}), True),
        (DATED, True),
        (NOTHING, False),
    ],
)
def test_a_page_declares_itself_an_article_in_one_of_three_ways(head: Head, declared: bool) -> None:  # noqa: FBT001 - a table
    assert is_declared(head) is declared


@pytest.mark.parametrize(("before", "found"), [(2990, True), (2997, False)])
def test_a_feed_shows_itself_at_the_top(before: int, found: bool) -> None:  # noqa: FBT001 - a table
    assert bool(feed(" " * before + "<urlset>")) is found
    assert feed("<p><rss>") is None
