"""Canonical texts: the marks of titles, the values of numbers, and when two titles are states of one report."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from processing.signing.canonical import (
    TitleMark,
    alike,
    canonical,
    earlier_state,
    facts,
    follows,
    is_listed,
    lowered,
    mapped,
    mark_of,
    opening_size,
    readable,
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
        ("1천백", "1100"),
        ("1억만", "100010000"),  # a unit without a number is one of them
        ("1조억만", "1000100010000"),
        ("2억3천", "200003000"),
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
    assert is_listed("■ 하나 ■ 둘 ■ 셋 ▲ 넷")
    assert not is_listed("글뿐이다")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("A & B", "A & B"),
        ("R&amp;D", "R&D"),
        ("R&amp;amp;D", "R&D"),  # escaped twice
        ("강이quot;넘친다", "강이넘친다"),  # lost its `&`
        ("５시 ㎏", "5시 kg"),
        (unicodedata.normalize("NFD", "강이\n넘친다"), "강이\n넘친다"),
        ("한\u200b글", "한\u200b글"),
    ],
)
def test_a_text_is_read_in_one_form_with_its_entities_mended(written: str, read: str) -> None:
    assert readable(written) == read


@pytest.mark.parametrize(
    ("text", "plain", "before"),
    [
        ("", "", [0]),
        ("가", "가", [0, 1]),
        ("-", "", [0, 0]),
        ("a-나\n3 ", "a나3", [0, 1, 1, 2, 2, 3, 3]),
    ],
)
def test_each_character_knows_how_many_canonical_ones_come_before_it(
    text: str, plain: str, before: list[int]
) -> None:
    found, places = mapped(text)
    assert (found, places.tolist()) == (plain, before)


def test_blanks_marks_and_emoji_are_not_canonical_and_line_breaks_are() -> None:
    assert canonical("Ab, 3\n\U0001f600나") == "ab3\n나"
    assert lowered("Ab\U0001f600나") == "ab 나"


@pytest.mark.parametrize(
    ("length", "size"), [(0, 60), (400, 60), (406, 60), (407, 61), (1000, 150)]
)
def test_a_passage_opens_a_text_within_sixty_letters_or_three_twentieths(
    length: int, size: int
) -> None:
    assert opening_size(length) == size


@pytest.mark.parametrize(
    ("title", "containment", "follow"),
    [("가나다하파타", 0.0, True), ("가나카하파타", 0.0, False), ("가나카하파타", 0.5, True)],
)
def test_titles_with_two_of_five_pairs_are_states_of_one_report(
    title: str,
    containment: float,
    follow: bool,  # noqa: FBT001 - a table
) -> None:
    marks = TitleMark(0, "가나다라마바"), TitleMark(None, title)
    seen = datetime(2026, 11, 20, 3, tzinfo=UTC)
    for hours, near in ((12, follow), (12.01, False)):
        times = seen, seen + timedelta(hours=hours)
        assert follows(*marks, times, containment) is near
    assert not follows(marks[0], TitleMark(0, title), (seen, seen), containment)
    assert not follows(*marks, (None, seen), containment)
