"""Canonical texts: the marks of titles, the values of numbers, and when two titles are states of one report."""

import pytest

from processing.signing.canonical import (
    TitleMark,
    alike,
    earlier_state,
    facts,
    is_listed,
    mark_of,
    titled_roundup,
    value,
)


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("[속보] 강이 넘친다", 0),
        ("속보 강이 넘친다", 0),
        ("<긴급> 강이 넘친다", 0),
        ("강이 넘친다 (1보)", 1),
        ("[3보] 강이 넘친다", 3),
        ("[상보] 강이 넘친다", 8),
        ("[종합] 강이 넘친다", 10),
        ("강이 넘친다(종합2보)", 12),
        ("강이 넘친다", None),
        ("강이 넘친다는 속보", None),
        ("[속보성 기사] 강이 넘친다", None),
    ],
)
def test_a_mark_places_a_title_in_its_chain_and_is_no_part_of_it(
    title: str, rank: int | None
) -> None:
    found = mark_of(title)
    assert found.rank == rank
    if rank is not None:
        assert found.stem == mark_of("강이 넘친다").stem


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        ("가나다라", "가나다라", 1.0),
        ("가나다라", "나다마", 0.5),
        ("가나", "가나다라마바", 1.0),
        ("가", "가", 0.0),
        ("", "", 0.0),
    ],
)
def test_titles_are_alike_by_the_pairs_of_the_shorter_one(
    left: str, right: str, share: float
) -> None:
    assert alike(left, right) == alike(right, left) == share


@pytest.mark.parametrize(
    ("small", "large", "share", "earlier"),
    [
        (0, 1, 1.0, True),
        (9, 10, 1.0, True),
        (10, 12, 0.1, False),  # the last state passes into none
        (1, 1, 0.1, False),
        (None, 1, 0.1, False),
        (0, None, 0.74, True),  # beside no mark the fuller text tells
        (0, None, 0.75, False),
    ],
)
def test_which_of_two_texts_was_a_passing_state(
    small: int | None,
    large: int | None,
    share: float,
    earlier: bool,  # noqa: FBT001 - a table
) -> None:
    assert earlier_state(TitleMark(small, "강"), TitleMark(large, "강"), share) is earlier


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("2천500억", "250000000000"),
        ("2,500억", "250000000000"),
        ("1조 2천억", "1200000000000"),
        ("3만5천", "35000"),
        ("1억4000만", "140000000"),
        ("5십", "50"),
        ("1.5만", "15000"),
        ("1.25백", "125"),
        ("12,345", "12345"),
        ("007", "7"),
        ("000", "0"),
        ("0.5", "0.5"),
        ("3.14", "3.14"),
    ],
)
def test_a_number_has_one_value_however_it_is_written(written: str, number: str) -> None:
    assert value(written) == number


def test_a_number_beyond_all_numbers_stays_as_it_is_written() -> None:
    endless = "9" * 400 + "조"
    assert value(endless) == endless
    assert facts(endless) == [(0, endless)]


def test_facts_have_two_digits_and_stand_at_their_places() -> None:
    text = "5명이 12월 3일 1만2천 원과 12,000원, 1.5배와 10명"
    assert [fact for _, fact in facts(text)] == ["12", "12000", "12000", "1.5", "10"]
    assert [text[place:][:2] for place, _ in facts(text)] == ["12", "1만", "12", "1.", "10"]
    assert facts("여섯 명") == []


@pytest.mark.parametrize(
    ("title", "roundup"),
    [
        ("[이 시각 주요뉴스] 3월 4일", True),
        ("[간추린 뉴스] 골짜기 소식", True),
        ("오늘의 주요 소식", True),
        ("조간 브리핑", True),
        ("나무다리가 열린다", False),
        ("시장, 뉴스에 나와 사과", False),
    ],
)
def test_a_roundup_is_known_by_its_title(title: str, roundup: bool) -> None:  # noqa: FBT001 - a table
    assert titled_roundup(title) == roundup


@pytest.mark.parametrize("between", ["\n", " "], ids=["lines", "one line"])
def test_a_list_has_three_items_with_one_mark(between: str) -> None:
    items = [f"■ 소식 {number}{between}짧은 글" for number in range(3)]
    assert is_listed(between.join(items))
    assert not is_listed(between.join(items[:2]))
    assert is_listed(between.join(f"{mark} 소식" for mark in "①②③"))
    assert not is_listed(between.join(f"{mark} 소식" for mark in "■▲●"))
