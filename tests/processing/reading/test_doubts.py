"""Each signal that doubts a reading, on both sides of its limit."""

from typing import Any

import pytest

from processing.reading.body import BodyPlace
from processing.reading.judgement import FirstReading, agrees, doubts, weigh
from processing.reading.metadata import Head
from processing.reading.tree import parse
from processing.records import Confidence, Doubt

SENTENCE = "시는 물길을 다시 연다고 밝혔다."  # 18 characters
TITLE = "한들 물길 다시 연다"


def text_of(length: int) -> str:
    """Return a sentence of so many characters."""
    return ("물" * length)[: length - 3] + "다시다"[: 3 - 1] + "."


def signals(
    text: str, *, body: str = "<p>물길</p>", head: Head | None = None, **facts: Any
) -> tuple[Doubt, ...]:
    root = parse(f"<html><body>{body}</body></html>")
    place_facts = {
        name: facts.pop(name) for name in ("whole", "overruled", "strewn") if name in facts
    }
    place = BodyPlace(root.find("body"), **place_facts)
    reading = {"title": "물길", "handed_out": (), "place": place, "from_script": False, **facts}
    return doubts(root, head or Head(), FirstReading(text=text, **reading))


def test_a_reading_without_text_has_one_doubt() -> None:
    assert signals("", overruled=True, strewn=1.0) == (Doubt.EMPTY,)


@pytest.mark.parametrize(
    ("length", "facts", "doubt", "there"),
    [
        (400, {"overruled": True}, Doubt.MARKS, True),
        (400, {"overruled": False}, Doubt.MARKS, False),
        (400, {"whole": 800}, Doubt.SHARE, False),
        (400, {"whole": 801}, Doubt.SHARE, True),
        (400, {"whole": 820, "handed_out": ("물" * 10,)}, Doubt.SHARE, False),
        (149, {"whole": 299}, Doubt.SHORT, True),
        (149, {"whole": 298}, Doubt.SHORT, False),
        (150, {"whole": 301}, Doubt.SHORT, False),
        (400, {"strewn": 0.15}, Doubt.STREWN, True),
        (400, {"strewn": 0.14}, Doubt.STREWN, False),
        (400, {"dropped": 199}, Doubt.DROPPED, False),
        (400, {"dropped": 200}, Doubt.DROPPED, True),
        (2000, {"dropped": 399}, Doubt.DROPPED, False),
        (2000, {"dropped": 400}, Doubt.DROPPED, True),
    ],
)  # fmt: skip
def test_what_the_place_of_a_text_says(
    length: int, facts: dict[str, Any], doubt: Doubt, *, there: bool
) -> None:
    assert (doubt in signals(text_of(length), **facts)) is there
    # What a script holds has no place on the page, and a text without a place says nothing of it.
    assert doubt not in signals(text_of(length), **facts, from_script=True)
    assert doubt not in signals(text_of(length), **{**facts, "place": None})


@pytest.mark.parametrize(
    ("sentences", "others", "there"), [(2, 2, False), (1, 3, True), (0, 3, False), (0, 4, True)]
)
def test_a_text_of_lines_that_are_no_sentences(sentences: int, others: int, *, there: bool) -> None:
    """Half of the characters in four lines may be no sentences; three lines are too few to say."""
    lines = [SENTENCE] * sentences + [
        "물길 위의 다리와 그 옆의 오래된 집"[: len(SENTENCE)]
    ] * others
    assert (Doubt.FRAGMENTS in signals("\n\n".join(lines))) is there


@pytest.mark.parametrize(
    ("title", "there"),
    [("바다 위의 섬 하나", True), ("바다 섬 하나", False), ("바다 위의 섬 물길", False)],
)
def test_a_headline_of_four_words_shares_one_with_its_text(title: str, *, there: bool) -> None:
    assert (Doubt.HEADLINE in signals(SENTENCE, title=title)) is there


@pytest.mark.parametrize(
    ("declared", "length", "there"),
    [
        (199, 20, False),
        (200, 20, True),
        (400, 281, False),
        (400, 280, True),
        (400, 571, False),
        (400, 572, True),
        (0, 400, False),
    ],
)
def test_a_declared_body_is_as_long_as_the_text(declared: int, length: int, *, there: bool) -> None:
    head = Head(article={"articleBody": "물" * declared})
    assert (Doubt.DECLARED in signals(text_of(length), head=head)) is there


SAYS = "덮였던 물길이 서른 해 만에 다시 열린다고 시가 밝혔다. 주민들은 여름마다 냄새와 침수를 겪었다고 시와 의회에 거듭 호소했다."


@pytest.mark.parametrize(
    ("description", "text", "page", "there"),
    [
        (SAYS, SENTENCE, SAYS, True),
        (SAYS, SENTENCE, "물길", False),  # what stands nowhere is not missing
        (SAYS, SAYS, SAYS, False),
        (SAYS, SAYS[SAYS.index("주민") :] + SENTENCE, SAYS, False),  # its middle is enough
        (SAYS.replace(".", ""), SENTENCE, SAYS, False),  # a deck has no full stop
        ("물길이 다시 열린다.", SENTENCE, "물길이 다시 열린다.", False),  # too short to be found
    ],
)
def test_what_a_page_says_of_itself_stands_in_its_text(
    description: str, text: str, page: str, *, there: bool
) -> None:
    head = Head(meta={"og:description": [description]})
    assert (Doubt.DESCRIPTION in signals(text, head=head, body=f"<p>{page}</p>")) is there


TWICE = f"{SENTENCE} {SENTENCE}"


@pytest.mark.parametrize(
    ("description", "there"),
    [(TWICE, False), (SENTENCE, True), (SAYS, True), ("", True)],  # too short; of another text
)
def test_a_headline_may_tease_where_the_text_is_what_the_page_describes(
    description: str, *, there: bool
) -> None:
    head = Head(meta={"description": [description]})
    assert (Doubt.HEADLINE in signals(TWICE, title="바다 위의 섬 하나", head=head)) is there


@pytest.mark.parametrize("count", [2, 3])
def test_articles_inside_a_text_make_it_a_list(count: int) -> None:
    inner = "".join(f"<article><p>{text_of(100 + n)}</p></article>" for n in range(count))
    assert (Doubt.LISTED in signals(text_of(300), body=inner)) is (count == 3)
    assert Doubt.LISTED not in signals(text_of(700), body=inner)


@pytest.mark.parametrize(
    ("changed", "one_text"), [(0, True), (14, True), (18, False), (100, False)]
)
def test_two_readings_agree_where_most_of_them_is_the_same(changed: int, *, one_text: bool) -> None:
    first = "".join(chr(0xAC00 + number) for number in range(107))  # 100 grams of eight letters
    second = first[: 107 - changed] + "".join(chr(0xC000 + number) for number in range(changed))
    assert agrees(first, second) is one_text
    assert agrees(second, first) is one_text


PROSE = "".join(f"<p>{number}째로 {SAYS}</p>" for number in range(4))
READ = "\n\n".join(f"{number}째로 {SAYS}" for number in range(4))
PAGE = f"<html><body><article><h1>{TITLE}</h1>{PROSE}</article></body></html>"


def reading(text: str) -> FirstReading:
    return FirstReading(TITLE, text, (), None, from_script=False)


def test_where_both_readings_agree_only_what_both_may_get_wrong_stays_in_doubt() -> None:
    every = tuple(doubt for doubt in Doubt if doubt is not Doubt.SECOND)
    check = weigh(PAGE, Head(), reading(READ), every)
    assert check.doubts == (Doubt.LISTED, Doubt.DROPPED, Doubt.STREWN)
    assert check.lines == ()
    assert weigh(PAGE, Head(), reading(READ), (Doubt.SHARE,)).confidence is Confidence.SURE


@pytest.mark.parametrize(
    ("text", "doubt", "taken"),
    [
        ("", Doubt.EMPTY, True),
        (READ[:90], Doubt.SHORT, True),  # a part of the second
        (READ[:90], Doubt.MARKS, True),
        (READ[:90], Doubt.HEADLINE, False),
        ("다른 이야기를 길게 하는 글이다. " * 4, Doubt.SHORT, False),
        (READ[: len(READ) * 3 // 4], Doubt.SHORT, False),  # not much shorter
    ],
)
def test_the_second_reading_is_taken_where_it_is_better_founded(
    text: str, doubt: Doubt, *, taken: bool
) -> None:
    check = weigh(PAGE, Head(), reading(text), (doubt,))
    assert check.doubts == (doubt, Doubt.SECOND)
    assert bool(check.lines) is taken


@pytest.mark.parametrize(
    ("says", "text", "doubt", "taken"),
    [
        (SAYS, "다른 이야기를 길게 하는 글이다. " * 4, Doubt.DESCRIPTION, True),
        (SAYS, "다른 이야기를 길게 하는 글이다. " * 4, Doubt.HEADLINE, False),
        ("어디에도 없는 긴 설명이 여기에 있다고 한다.", "다른 이야기를 한다.", Doubt.DESCRIPTION, False),
        (SAYS[:9], "다른 이야기를 길게 하는 글이다. " * 4, Doubt.DESCRIPTION, False),
        (SAYS, READ[: len(READ) * 3 // 4], Doubt.DESCRIPTION, False),
    ],
)  # fmt: skip
def test_the_second_reading_is_taken_where_it_has_what_the_page_says_of_itself(
    says: str, text: str, doubt: Doubt, *, taken: bool
) -> None:
    head = Head(meta={"description": [says]})
    assert bool(weigh(PAGE, head, reading(text), (doubt,)).lines) is taken
    # A text with little of its page gives way to one with the description, whatever they share.
    both = (Doubt.SHARE, Doubt.DESCRIPTION)
    assert bool(weigh(PAGE, head, reading(text), both).lines) is (says == SAYS)


def test_a_second_reading_of_a_line_is_no_better() -> None:
    page = f"<html><body><article><p>{SENTENCE}</p></article></body></html>"
    assert weigh(page, Head(), reading(""), (Doubt.EMPTY,)).lines == ()
