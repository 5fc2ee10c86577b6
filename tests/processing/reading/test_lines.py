"""What a single line is, by its form."""

import pytest

from processing.reading.lines import _is_board_row, is_prose, is_sentence


@pytest.mark.parametrize(
    ("line", "prose", "sentence"),
    [
        ("시는 물길을 연다고 밝혔다.", True, True),
        ("They opened the old river on Monday.", False, True),
        ("물길 다시 연다", False, False),
        ("Old river opens", False, False),
    ],
)
def test_a_sentence_may_be_in_any_language_and_prose_is_korean(
    line: str, *, prose: bool, sentence: bool
) -> None:
    assert (is_prose(line), is_sentence(line)) == (prose, sentence)


@pytest.mark.parametrize(
    ("line", "is_row"),
    [
        ("작성자 : 표가람", False),
        ("작성자 : 표가람 조회 : 12", True),
        ("작성자 : 표가람 조회 : 12 작성일 : 2026.03.21", True),
        ("물길 작성자 : 표가람 조회 : 12", False),
        ("작성자 : 표가람 장소 : 한들시청", False),
    ],
)
def test_two_labels_with_values_are_the_row_of_a_board(line: str, *, is_row: bool) -> None:
    assert _is_board_row(line) is is_row
