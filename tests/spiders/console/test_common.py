"""Nothing that was archived can act on the terminal that shows it."""

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processing.records import clean, clean_block
from spiders.console.common import as_json, shown

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


@given(st.text(), st.text())
def test_json_is_harmless_and_lossless(key: str, value: str) -> None:
    line = as_json({key: value})
    assert harmless(line)
    assert json.loads(line) == {key: value}


def test_a_cell_shows_a_moment_in_seoul() -> None:
    assert shown(datetime(2026, 3, 1, 15, 30, tzinfo=UTC)) == "2026-03-02 00:30"
    assert shown(None) == ""
    assert shown(("가", "\x1b[1m나")) == "가, 나"
    assert shown({"a\x07": 1}) == "a=1"
