"""Alignments and what they say of two texts: each rule of a template on both sides of its edge."""

import pytest

from processing.matching.templates import Alignment, Slot, align, names_exchanged
from tests.processing.matching.test_limits import LETTERS, lined

HEAD, MIDDLE, TAIL = LETTERS[:20], LETTERS[20:40], LETTERS[40:60]
MINE, THEIRS = LETTERS[100:200], LETTERS[200:300]


@pytest.mark.parametrize(
    ("left", "right", "gaps"),
    [
        ("", "", (0.0, 0.0)),
        ("가", "나", (1.0, 1.0)),
        (f"{HEAD}{MINE[:5]}{TAIL}", f"{HEAD}{THEIRS[:20]}{TAIL}", (5 / 45, 20 / 60)),
        (f"{HEAD}{MINE[:4]}{TAIL}", f"{HEAD}{THEIRS[:5]}{TAIL}", (0.0, 5 / 45)),  # below a tenth
        (
            f"{MINE[:20]}{HEAD}{MINE[20:30]}{TAIL}",
            f"{HEAD}{TAIL}{THEIRS[:10]}",
            (30 / 70, 10 / 50),
        ),
    ],
)
def test_the_gaps_of_a_side_are_its_large_pieces_that_the_other_lacks(
    left: str, right: str, gaps: tuple[float, float]
) -> None:
    found, turned = align(left, right).gaps, align(right, left).gaps
    assert found == pytest.approx(gaps)
    assert turned == pytest.approx(gaps[::-1])


def test_a_span_goes_from_the_first_firm_run_to_the_last() -> None:
    left = f"{MINE[:30]}{HEAD}{MINE[30:40]}{MIDDLE}{MINE[40:45]}{TAIL}{MINE[45:60]}"
    right = f"{THEIRS[:3]}{HEAD}{MIDDLE}{THEIRS[3:7]}{TAIL}{THEIRS[7:9]}"
    assert align(left, right).spans == ((30, 105), (3, 67))
    assert align(HEAD, HEAD).spans == ((0, 20), (0, 20))


@pytest.mark.parametrize(
    ("before", "after", "slots", "ends"),
    [
        (0, 0, 0, 0),
        (0, 5, 0, 0),
        (0, 6, 0, 1),
        (5, 0, 0, 0),
        (6, 0, 0, 1),
        (6, 3, 1, 0),
        (3, 6, 1, 0),
        (5, 5, 0, 0),
    ],
)
def test_a_slot_has_equal_runs_on_both_sides_and_an_end_on_one(
    before: int, after: int, slots: int, ends: int
) -> None:
    head, tail = LETTERS[:before], LETTERS[20 : 20 + after]
    found = align(f"{head}{MINE[:3]}{tail}", f"{head}{THEIRS[:3]}{tail}")
    assert (len(found.slots), len(found.ends)) == (slots, ends)


@pytest.mark.parametrize(
    ("left", "right", "ends"),
    [
        ("4일오전7시3분께가람시새들", "9일오후5시8분께해든군마루", 1),
        ("4일오전7시3분께가람시새들", "4일오전7시3분께해든군마루", 0),
        ("4일오전7시께가람시새들", "9일오후5시께해든군마루", 0),  # two numbers
        (f"4일오전7시3분{MINE[:20]}", "9일오후5시8분께해든군마루", 1),  # 28 characters
        (f"4일오전7시3분{MINE[:21]}", "9일오후5시8분께해든군마루", 0),
    ],
)
def test_where_another_time_is_stated_is_a_slot_whatever_stands_beside(
    left: str, right: str, ends: int
) -> None:
    assert len(align(f"{left}{HEAD[:5]}", f"{right}{HEAD[:5]}").ends) == ends


def test_breaks_are_counted_between_the_first_run_and_the_last() -> None:
    left = f"{MINE[:9]}{HEAD}{MINE[9:18]}{MIDDLE}{MINE[18:27]}{TAIL}{MINE[27:36]}"
    right = f"{THEIRS[:9]}{HEAD}{THEIRS[9:18]}{MIDDLE}{THEIRS[18:27]}{TAIL}{THEIRS[27:36]}"
    assert align(left, right).breaks == 2
    assert align(left[9:], right[9:]).breaks == 2
    assert align(left[9:-9], right[9:-9]).breaks == 2
    assert align(HEAD, HEAD).breaks == 0


def spaced(*slots: Slot, matched: int = 300) -> Alignment:
    """Return an alignment whose other slots are words that no title has."""
    others = [Slot("버들", "갈대", "", ""), Slot("아침", "저녁", "", "")]
    return lined(*slots, *others, matched=matched)


@pytest.mark.parametrize(
    ("slot", "titles", "exchanged"),
    [
        # One word of the titles is enough where words are exchanged densely.
        (Slot("나루", "바다", "", ""), ("나루 열린다", "바다 열린다"), True),
        (Slot("나루", "바다", "", ""), ("나루 열린다", "나루 열린다"), False),
        (Slot("나루", "바다", "", ""), ("나루 열린다", "하늘 열린다"), False),
        (Slot("나루", "바다", "", ""), ("하늘 열린다", "바다 열린다"), False),
        (Slot("나루", "바다", "", ""), ("나루 바다", "바다 열린다"), False),
        (Slot("나루", "바다", "", ""), ("나루 열린다", "바다 나루"), False),
        # Of one character a word is told with what stands before or after it.
        (Slot("서", "도", "김", "준"), ("김서준 씨", "김도준 씨"), True),
        (Slot("서", "도", "김", "준"), ("서울 이야기", "도시 이야기"), False),
        (Slot("서", "도훈", "김", "준"), ("서울 이야기", "도훈 이야기"), False),
        (Slot("서", "도훈", "김", "준"), ("김서 이야기", "김도훈 이야기"), True),
        (Slot("서", "도훈", "김", "준"), ("서준 이야기", "도훈준 이야기"), True),
    ],
)
def test_one_exchanged_word_that_the_titles_tell_is_enough(
    slot: Slot,
    titles: tuple[str, str],
    exchanged: bool,  # noqa: FBT001 - a table
) -> None:
    assert names_exchanged(spaced(slot), titles, same_outlet=False) is exchanged
    turned = Slot(slot.right, slot.left, slot.before, slot.after)
    assert names_exchanged(spaced(turned), titles[::-1], same_outlet=False) is exchanged
    assert not names_exchanged(spaced(slot, matched=301), titles, same_outlet=False)


def test_texts_that_differ_at_their_ends_alone_exchange_no_names() -> None:
    ends = (Slot("나루", "바다", "", ""), Slot("버들", "갈대", "", ""))
    titles = ("[부고] 나루 버들", "[부고] 바다 갈대")
    between = Slot("아침", "저녁", "", "")
    assert names_exchanged(lined(between, ends=ends), titles, same_outlet=False)
    assert not names_exchanged(lined(ends=ends), titles, same_outlet=False)


@pytest.mark.parametrize(
    ("slot", "titles", "exchanged"),
    [
        (Slot("나루터에서", "바다에서는", "", ""), ("나루 열린다", "바다 열린다"), True),
        # The beginning of a word is enough, of two characters at least.
        (Slot("나루터", "바닷가", "", ""), ("나루는 열린다", "바닷가의 하루"), True),
        (Slot("나루터", "바닷가", "", ""), ("나라 열린다", "바닷가의 하루"), False),
        (Slot("나 혼자", "바닷가", "", ""), ("나 열린다", "바닷가의 하루"), False),
        # A word of both titles tells neither side.
        (Slot("나루터에서", "바다에서는", "", ""), ("나루와 바다", "바다와 나루"), False),
        (Slot("나루터에서", "바다에서는", "", ""), ("나루와 바다", "바다의 하루"), False),
        (Slot("나루터에서", "바다에서는", "", ""), ("나루 열린다", "하늘 열린다"), False),
    ],
)
def test_very_dense_words_are_names_where_each_title_alone_has_how_one_begins(
    slot: Slot,
    titles: tuple[str, str],
    exchanged: bool,  # noqa: FBT001 - a table
) -> None:
    alignment = spaced(slot, matched=150)
    assert names_exchanged(alignment, titles, same_outlet=False) is exchanged
