"""Whose text a document says it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.signing.credits import credits_of
from processing.signing.documents import Document

PLAIN = re.compile(
    r"^\W*(?:출처|원문|기사\s?원문|제공)\s*[\])>:=]\s*([가-힣A-Za-z][\w가-힣 ]{1,19}?)\s*(?:[\])>(,·|]|기자|$)",
    re.MULTILINE,
)
"""The rule for lines that name a source, as one expression."""


def said(text: str, **names: str) -> list[str]:
    return credits_of(Document(id="하나", text=text), names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(서울=가람통신) 다리가 열린다", ["가람통신"]),
        ("다리가 열린다\n저작권자 ⓒ 가람일보, 무단 전재 금지", ["가람일보"]),
        ("다리가 열린다\n(C) 2031 (주)가람일보", ["가람일보"]),
        ("다리가 열린다 ⓒ가람일보 ⓒ나래신문", ["가람일보", "나래신문"]),
        ("다리가 열린다\n[출처] 가람일보", ["가람일보"]),
        ("다리가 열린다\n▶ 기사 원문: 가람일보", ["가람일보"]),
        ("사진 제공: 가람일보", []),  # not what the line begins with
        ("출처: 가람일보\n) 출처: 나래신문", ["가람일보"]),  # the mark belongs to the first one
        ("(c) 그리고 (가) 다리가 열린다", ["그리고"]),
        ("다리가 열린다", []),
    ],
)
def test_credits_are_found_where_they_stand(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_a_credit_is_the_outlet_that_goes_by_that_name() -> None:
    assert said("(서울=가람통신)\n출처: 나래신문", 가람통신="garam", 나래신문="narae") == [
        "garam",
        "narae",
    ]
    assert said("(서울=가람통신)", 가람통신="other") == ["other"]


@given(
    st.lists(
        st.sampled_from(
            ["출처", "기사", "원문", "제공", ":", "]", ")", " ", "\n", "가람일보", "기자", "· "]
        ),
        max_size=14,
    )
)
def test_sources_are_those_of_one_expression(words: list[str]) -> None:
    text = "".join(words)
    first = {re.split(r"[\s,/]+", each.strip())[0] for each in PLAIN.findall(text)}
    assert said(text) == sorted(first)
