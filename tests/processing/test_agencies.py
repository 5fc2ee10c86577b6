"""Names of news agencies, and which outlet a name in a credit stands for."""

import re

import pytest

from processing.agencies import AGENCIES, NEWSWIRES, Names, is_agency, plain_name


@pytest.mark.parametrize(
    ("name", "reprinted"),
    [
        ("연합뉴스", True),
        ("연합", True),
        ("News1", True),
        ("뉴스 핌", True),
        ("AP", False),
        ("로이터통신", False),
        ("OSEN", False),
        ("가람일보", False),
        ("", False),
    ],
)
def test_an_agency_is_one_whose_texts_the_press_reprints(name: str, *, reprinted: bool) -> None:
    assert is_agency(name) is reprinted


def test_no_spelling_belongs_to_two_agencies() -> None:
    spellings = [plain_name(each) for one in AGENCIES for each in (one.name, *one.others)]

    assert len(spellings) == len(set(spellings))


def test_names_of_newswires_are_alternatives_of_a_pattern() -> None:
    assert re.findall(NEWSWIRES, "(서울=연합뉴스) 뉴시스, 뉴스1, 가람일보, 로이터") == [
        "연합뉴스",
        "뉴시스",
        "뉴스1",
    ]


@pytest.mark.parametrize(
    ("declared", "name", "expected"),
    [
        ({}, "연합", "연합뉴스"),  # an agency that nobody declares
        ({"연합뉴스": "yna"}, "Yonhap News", "yna"),
        ({"가람일보": "garam", "가람": "garam"}, "가람", "garam"),  # a title and an alias
        ({"연합": "yonhaptimes"}, "연합", "yonhaptimes"),  # what is declared comes first
        ({"가람일보": "garam"}, "나래신문", "나래신문"),
        ({"가람일보": "garam"}, "", ""),
    ],
)
def test_a_name_stands_for_the_outlet_that_goes_by_it(
    declared: dict[str, str], name: str, expected: str
) -> None:
    assert Names(declared.items()).standard(name) == expected
