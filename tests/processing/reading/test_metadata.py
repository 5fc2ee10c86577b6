"""Section, keywords, lead image, language and names of a page: which declaration wins, and the limits of each."""

import pytest

from processing.reading.metadata import (
    Head,
    image_of,
    keywords_of,
    language_of,
    section_of,
    text,
)

URL = "https://news.example/a/1"
MENU = ("정치", "경제", "사회")


def head(article: dict[str, object] | None = None, **meta: str | list[str]) -> Head:
    """Return declarations; two underlines in a name stand for a colon."""
    found = {
        name.replace("__", ":"): [value] if isinstance(value, str) else value
        for name, value in meta.items()
    }
    return Head(meta=found, article=article or {})  # type: ignore[arg-type]


def words(count: int) -> list[str]:
    return [f"낱말{number}" for number in range(count)]


@pytest.mark.parametrize(("others", "kept"), [(8, True), (9, False)])
def test_twelve_keywords_with_three_sections_are_the_menu_of_the_site(
    others: int,
    kept: bool,  # noqa: FBT001 - a table
) -> None:
    listed = [*MENU, *words(others)]
    assert keywords_of(head(keywords=",".join(listed)), ["꼬리표"]) == (
        (*listed, "꼬리표") if kept else ("꼬리표",)
    )
    assert len(keywords_of(head(keywords=",".join([*MENU[:2], *words(12)])), [])) == 14


def test_at_most_twenty_keywords_of_at_most_forty_characters_each_once() -> None:
    assert keywords_of(head(keywords=",".join(words(25))), []) == tuple(words(20))
    listed = ["가" * 40, "나" * 41, "", " 강  물 ", "강 물"]
    assert keywords_of(head(keywords=",".join(listed)), ["강 물"]) == ("가" * 40, "강 물")


@pytest.mark.parametrize(
    ("article", "meta", "expected"),
    [
        ({"keywords": "강, 배"}, {"keywords": "산"}, ("강", "배")),
        ({"keywords": ["강", 3, "배"]}, {"keywords": "산"}, ("강", "배")),
        ({"keywords": 3}, {"news_keywords": "강", "keywords": "산"}, ("강",)),
        ({}, {"article__tag": ["강", "배"], "keywords": "산"}, ("강", "배")),
        ({}, {}, ()),
    ],
)
def test_keywords_are_those_of_the_article_before_those_of_the_page(
    article: dict[str, object], meta: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert keywords_of(head(article, **meta), []) == expected


@pytest.mark.parametrize(
    ("declared", "shown", "expected"),
    [
        (["politics", "정치"], "사회", "정치"),
        (["politics"], "사회", "사회"),
        (["politics"], None, "politics"),
        (["가" * 30], "사회", "가" * 30),
        (["가" * 31], "사회", "사회"),
        (["뉴스", "지역"], None, "지역"),
        (["뉴스"], None, "뉴스"),
        ([], None, None),
    ],
)
def test_a_korean_section_wins_over_a_shown_one_and_that_over_a_latin_one(
    declared: list[str], shown: str | None, expected: str | None
) -> None:
    assert section_of(head(article__section=declared), None, lambda: shown) == expected


def test_a_section_is_read_from_meta_then_json_ld_then_the_page() -> None:
    article: dict[str, object] = {"articleSection": "경제"}
    assert section_of(head(article, section="정치"), "사회") == "정치"
    assert section_of(head(article), "사회") == "경제"
    assert section_of(head(), "사회") == "사회"


@pytest.mark.parametrize(
    ("declared", "images", "expected"),
    [
        ("/i/1.jpg", ["/i/2.jpg"], "https://news.example/i/1.jpg"),
        ("", ["/i/2.jpg"], "https://news.example/i/2.jpg"),
        ("data:image/png;base64,AA", [" /i/2.jpg "], "https://news.example/i/2.jpg"),
        ("http://[", ["/i/2.jpg"], "https://news.example/i/2.jpg"),
        ("", ["", "javascript:x"], None),
    ],
)
def test_the_lead_image_is_the_first_that_has_a_web_address(
    declared: str, images: list[str], expected: str | None
) -> None:
    assert image_of(head(og__image=declared), images, URL) == expected


@pytest.mark.parametrize(("korean", "expected"), [(20, "en"), (21, "ko")])
def test_a_text_is_korean_where_more_than_a_fifth_of_its_letters_are(
    korean: int, expected: str
) -> None:
    found = Head(language="en")
    assert language_of(found, "강" * korean + "a" * (100 - korean)) == expected
    late = "a" * 1999 + "강" * 5000
    assert language_of(found, late) == "en", "only the beginning is looked at"


def test_the_declared_language_is_short_and_may_be_missing() -> None:
    assert language_of(head(og__locale="EN_US.utf8"), "") == "en_us"
    assert language_of(Head(), "") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"name": "가람", "@value": "나래", "url": "https://handeul.test/"}, "가람"),
        ({"name": "", "@value": "나래", "url": "https://handeul.test/"}, "나래"),
        ({"@value": "나래"}, "나래"),
        ({"url": "https://handeul.test/"}, "https://handeul.test/"),
        ([{"name": {"@value": "나래"}}, "가람"], "나래"),
        ([[[["가람"]]]], None),
        ({"name": 7}, None),
        ([], None),
    ],
)
def test_the_text_of_a_value_is_its_name_then_its_value_then_its_address(
    value: object, expected: str | None
) -> None:
    assert text(value) == expected
