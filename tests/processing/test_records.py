"""Records: frozen, closed, checked again when a value changes; their text cannot act on a terminal."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from processing.records import Author, clean, clean_block

ATTACKS = (
    "\x1b]0;window\x07",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[31mred\x1b[0m",
    "\x9b2J",
    "\x1bP$q\x1b\\",
    "\u202egnp.exe",
    "a\x08\x08b",
    "\x1b",
    "\x1b[",
    "\ud800",
)
AUTHOR = Author(name="표가람", role="기자")


def test_an_evolved_record_is_another_one() -> None:
    other = AUTHOR.evolve(email="garam@handeul.test")
    assert (other.name, other.role, other.email) == ("표가람", "기자", "garam@handeul.test")
    assert AUTHOR.email is None


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="emial"):
        AUTHOR.evolve(emial="garam@handeul.test")


def test_a_value_of_the_wrong_type_is_an_error() -> None:
    with pytest.raises(ValidationError, match="name"):
        AUTHOR.evolve(name=None)


def harmless(text: str) -> bool:
    directions = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return not any(
        unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(sign) in directions
        for sign in text
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_leaves_the_words_around_it(attack: str) -> None:
    line = clean(f"속보 {attack} 회항")
    assert harmless(line)
    assert line.startswith("속보 ")
    assert line.endswith(" 회항")


def test_a_whole_sequence_goes_not_only_its_escape() -> None:
    assert clean("\x1b[1;31m가\x1b[0m\x1b]0;제목\x07나") == "가나"
    assert clean("\x9b31m가") == "가"


def test_an_unfinished_string_does_not_swallow_the_title() -> None:
    assert clean("\x9d너울호 회항") == "너울호 회항"


@given(st.text())
@example("\x1b\x1b[31m")
@example("\x1b\x9b[31m[0m")
def test_no_text_can_act(text: str) -> None:
    line = clean(text)
    assert harmless(line)
    assert clean(line) == line


@given(st.text())
def test_a_block_keeps_its_lines_and_nothing_else(text: str) -> None:
    block = clean_block(text)
    assert harmless(block.replace("\n", ""))
    assert block.count("\n") == text.replace("\r\n", "\n").count("\n")


@given(st.text(alphabet=st.characters(categories=["Lo", "Nd", "Po"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text
