"""People and agencies in bylines. All names are invented."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.agencies import AGENCIES
from processing.reading.authors import is_portal
from processing.reading.bylines import agency, is_byline, is_name, merged, named, people
from processing.reading.extract import extract
from processing.records import Author, Page
from processing.rules import Rules
from tests.processing.reading.stories import MOUNTAIN

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

BYLINES = [
    ("표가람 기자 garam@handeul.test", [("표가람", "기자", "garam@handeul.test")]),
    ("[한들경제 표가람 기자]", [("표가람", "기자", None)]),
    ("(한들=연합뉴스) 표가람 기자 =", [("표가람", "기자", None)]),
    ("표가람·소지안 기자", [("표가람", "기자", None), ("소지안", "기자", None)]),
    ("표가람 소지안 기자 =", [("표가람", "기자", None), ("소지안", "기자", None)]),
    ("순천, 광양 표가람 기자 garam@handeul.test", [("표가람", "기자", "garam@handeul.test")]),
    (
        "[워싱턴 = 표가람 특파원 / 서울 = 소지안 기자]",
        [("표가람", "특파원", None), ("소지안", "기자", None)],
    ),
    ("인턴 표가람, 디자이너 소지안", [("표가람", "인턴", None), ("소지안", "디자이너", None)]),
    ("표가람 선임기자 겸 논설위원", [("표가람", "선임기자", None)]),
    ("표 가람 기자", [("표가람", "기자", None)]),
    ("표가람기자", [("표가람", "기자", None)]),
    ("남궁나루 인턴기자", [("남궁나루", "인턴기자", None)]),
    ("표가람(garam@handeul.test)", [("표가람", None, "garam@handeul.test")]),
    (
        "표가람 한들닷컴 기자(garam@handeul.test), 소지안 한들닷컴 기자(jian@handeul.test)",
        [("표가람", "기자", "garam@handeul.test"), ("소지안", "기자", "jian@handeul.test")],
    ),
    ("표가람 온라인 뉴스 기자 garam@handeul.test", [("표가람", "기자", "garam@handeul.test")]),
    ("전주 표가람·봉화 소지안 기자", [("표가람", "기자", None), ("소지안", "기자", None)]),
    ("[OSEN=도하, 표가람 기자]", [("표가람", "기자", None)]),
    ("대만 가오슝시=표가람기자", [("표가람", "기자", None)]),
    ("표가람외신캐스터", [("표가람", "외신캐스터", None)]),
    ("표가람 기자입력 2026.03.21 14:05", [("표가람", "기자", None)]),
    (
        "표가람 기자 garam@handeul.test, 사진=한들엔터 제공",
        [("표가람", "기자", "garam@handeul.test")],
    ),
    ("표가람 기자 외 1명", [("표가람", "기자", None)]),
    ("한들팀 webmaster@handeul.test", []),
    ("편집국 news@handeul.test", []),
    ("정치부 기자", []),
    ("서울 기자", []),
    ("온라인뉴스팀 기자", []),
    ("표가람 기자 garam@", [("표가람", "기자", None)]),  # some outlets cut the host off
]


@pytest.mark.parametrize(("text", "wanted"), BYLINES)
def test_the_people_of_a_byline(text, wanted):
    assert [(one.name, one.role, one.email) for one in people(text)] == wanted


@pytest.mark.parametrize("text", [text for text, wanted in BYLINES if wanted])
def test_a_byline_is_told_from_running_text(text):
    assert is_byline(text)


def test_a_byline_has_so_many_characters_at_most() -> None:
    line = "표가람 기자 garam@handeul.test"
    assert is_byline(line, longest=len(line))
    assert not is_byline(line, longest=len(line) - 1)


@pytest.mark.parametrize(
    "line",
    [
        "그는 표가람 기자와 만나 이야기를 나누었다.",
        "표가람 기자는 현장에서 이를 지켜봤다고 전했다.",
        "앵커와 기자 사이의 대화가 이어졌다.",
        "문의는 garam@handeul.test로 보내면 담당자가 사흘 안에 답한다고 시는 밝혔다.",
        "기자 다섯 명이 모였다.",
    ],
)
def test_running_text_is_no_byline(line):
    assert not is_byline(line)


@pytest.mark.parametrize(
    "text",
    [
        "한들일보",
        "한들뉴스",
        "정치부",
        "편집국",
        "서울",
        "한들시청",
        "가나다라마",
        "kim",
        "취재팀",
        "승인",
        "https://www.example.test",
    ],
)
def test_nobody(text):
    assert named(text) == ()


def test_names_without_roles():
    assert [one.name for one in named("한들일보 표가람")] == ["표가람"]
    assert [one.name for one in named("By 표가람")] == ["표가람"]
    assert [one.name for one in named("표가람, 소지안 외 2명")] == ["표가람", "소지안"]


def test_details_of_two_mentions_are_joined():
    merged_people = merged(
        (
            (Author(name="표가람"),),
            (Author(name="표가람", role="기자", email="garam@handeul.test"),),
        )
    )
    assert merged_people == (Author(name="표가람", role="기자", email="garam@handeul.test"),)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("(서울=연합뉴스) 표가람 기자 =", "연합뉴스"),
        ("[서울=뉴시스]", "뉴시스"),
        ("[AP=연합뉴스]", "AP"),
        ("한들신문", None),
    ],
)
def test_the_agency_of_a_credit(text, name):
    assert agency(text) in {name, "연합뉴스"} if name == "AP" else agency(text) == name


@given(st.text(max_size=200))
def test_any_text_gives_names_only(text):
    assert all(is_name(author.name) for author in people(text))


@pytest.mark.parametrize(
    ("url", "portal"),
    [
        ("https://n.news.naver.com/article/001/1", True),
        ("https://v.daum.net/v/2026", True),
        ("https://news.naver.com.evil.example/article/001/1", False),
        ("https://evilnaver.com/news/1", False),
        ("https://tv.daum.net/v/2026", False),
    ],
)
def test_a_portal_is_known_by_its_whole_name(url: str, *, portal: bool) -> None:
    assert is_portal(url) is portal


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((f"(한들=) {it.name}", it.name) for it in AGENCIES if it.name not in {"신화", "타스"}),
        ("신화 속 물길을 걷다", None),
        ("[한들=신화통신]", "신화통신"),
    ],
)
def test_every_agency_is_known_by_its_name_and_no_word_is_one(text, name):
    assert agency(text) == name


@pytest.mark.parametrize(
    "author", ["@표가람 기자", "https://sns.example/표가람 기자", "표가람 기자"]
)
def test_neither_an_address_nor_an_account_of_a_meta_element_is_a_name(author):
    text = "".join(f"<p>{one}</p>" for one in MOUNTAIN)
    page = f'<html><head><meta charset="utf-8"><meta property="og:type" content="article"><meta name="author" content="{author}"></head><body><h1>산길 열린다</h1><div id="articleBody">{text}</div></body></html>'
    found = extract(Page(url="http://paper.test/1", fetched_at=NOW, body=page.encode()), Rules())
    assert [one.name for one in found.authors] == (["표가람"] if author.startswith("표") else [])
