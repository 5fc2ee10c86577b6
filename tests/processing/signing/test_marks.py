"""Marks of passages: where they are taken, what makes one passage of them, and what is left of a text."""

import numpy as np
import pytest
from numpy.typing import NDArray

from processing.signing import marks
from processing.signing.marks import boilerplate_spans, is_bare, marks_of, without
from processing.signing.shingles import Hashes

DENSE, THIN, NEITHER = 6 << 20, 32 << 20, 5 << 20
"""Hashes that are chosen near both ends of a text alone, further inside too but not as densely, nowhere."""
GRAMS = 2000 - 11


def chosen_of(grams: int, hashed: int) -> list[int]:
    """Return the places chosen in the second of two texts whose passages all have one hash."""
    sizes = np.array([7, grams])
    _, places, which = marks._chosen(np.full(7 + grams, hashed, np.uint64), sizes)
    return [int(place) for place in places[which == 1]]


@pytest.mark.parametrize(
    ("hashed", "chosen"),
    [
        (DENSE, [*range(40), *range(1889, GRAMS)]),
        (THIN, [*range(240), *range(1349, GRAMS)]),
        (0, [*range(240), *range(1349, GRAMS)]),
        (NEITHER, []),
    ],
)
def test_marks_are_dense_at_the_ends_thin_inside_and_nowhere_in_the_middle(
    hashed: int, chosen: list[int]
) -> None:
    assert chosen_of(GRAMS, hashed) == chosen


def test_of_a_short_text_every_place_is_near_an_end() -> None:
    for length in (150, 151, 152, 160):
        far = length - 11 - 100
        assert chosen_of(length - 11, DENSE) == [*range(40), *range(max(far, 40), length - 11)]


@pytest.fixture
def _every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def every_place(hashes: Hashes, _: object) -> tuple[NDArray[np.intp], ...]:
        places = np.arange(hashes.size)
        return places, places, np.zeros_like(places)

    monkeypatch.setattr(marks, "_chosen", every_place)


LETTERS = "".join(chr(ord("가") + 37 * place % 11000) for place in range(600))


def places_of(text: str, owner: int) -> NDArray[np.intp]:
    ((places, _),) = marks_of([text], [owner])
    return places


def near(*cues: int) -> list[int]:
    """Return the places whose marks say that boilerplate is near, in a text with cues at these places."""
    text = LETTERS
    for cue in cues:
        text = f"{text[:cue]}저작권{text[cue + 3 :]}"
    ((places, found),) = marks_of([text], [1 << 40])
    return [int(place) for place in places[(found & 1) == 1]]


@pytest.mark.usefixtures("_every_place")
@pytest.mark.parametrize(
    ("cues", "places"),
    [
        ([], []),
        ([200], [*range(160, 241)]),
        ([200, 300], [*range(160, 241), *range(260, 341)]),
        ([200, 260, 400], [*range(160, 301), *range(360, 441)]),
    ],
)
def test_a_mark_within_forty_characters_of_a_cue_says_so(
    cues: list[int], places: list[int]
) -> None:
    assert near(*cues) == places


@pytest.mark.usefixtures("_every_place")
def test_a_text_of_nobodys_has_marks_near_cues_alone() -> None:
    text = f"{LETTERS[:200]}저작권{LETTERS[203:]}"
    assert places_of(text, 0).tolist() == [*range(160, 241)]
    assert places_of(text, 1).size == len(text) - 11
    assert places_of(LETTERS[:12], 1).tolist() == [0]
    assert places_of(LETTERS[:11], 1).tolist() == []


SAID, UNSAID, KEPT = 3, 2, 4
"""Marks that are dropped: one that says that it is boilerplate, one that does not; and one that stays."""


@pytest.mark.parametrize(
    ("placed", "spans"),
    [
        ({}, []),
        ({100: KEPT}, []),
        ({100: SAID}, [(100, 112)]),
        ({100: UNSAID}, []),
        # From eighteen characters on a passage is one that nothing says to be boilerplate.
        ({100: UNSAID, 106: UNSAID}, [(100, 118)]),
        ({100: UNSAID, 105: UNSAID}, []),
        # Between two marks of one passage are at most twenty characters, or a hundred.
        ({100: UNSAID, 120: UNSAID}, [(100, 132)]),
        ({100: UNSAID, 121: UNSAID}, []),
        ({100: SAID, 200: SAID}, [(100, 212)]),
        ({100: SAID, 201: SAID}, [(100, 112), (201, 213)]),
        ({100: SAID, 121: UNSAID}, [(100, 112)]),
        ({100: UNSAID, 121: SAID}, [(121, 133)]),
        ({100: SAID, 120: UNSAID}, [(100, 132)]),
        ({100: SAID, 120: UNSAID, 141: SAID}, [(100, 132), (141, 153)]),
        # What stays parts two passages, and what overlaps is one.
        ({100: SAID, 115: KEPT, 130: SAID}, [(100, 112), (130, 142)]),
        ({100: SAID, 106: KEPT, 112: SAID}, [(100, 124)]),
        ({100: SAID, 106: KEPT, 113: SAID}, [(100, 112), (113, 125)]),
        # The first mark takes the beginning of the text with it, the last one its end.
        ({24: SAID}, [(0, 36)]),
        ({25: SAID}, [(25, 37)]),
        ({10: KEPT, 24: SAID}, [(24, 36)]),
        ({964: SAID}, [(964, 1000)]),
        ({963: SAID}, [(963, 975)]),
        ({964: SAID, 970: KEPT}, [(964, 976)]),
        ({6: UNSAID}, [(0, 18)]),
    ],
)
def test_marks_make_a_passage(placed: dict[int, int], spans: list[tuple[int, int]]) -> None:
    places, values = np.array([*placed], np.intp), np.array([*placed.values()], np.int32)
    assert boilerplate_spans("가" * 1000, places, values, {SAID, UNSAID}) == spans
    assert boilerplate_spans("가" * 1000, places, values, set()) == []


@pytest.mark.parametrize(("last", "kept"), [(68, [(30, 80)]), (69, [])], ids=["half", "more"])
def test_more_than_half_of_a_text_is_boilerplate_only_where_it_says_so(
    last: int, kept: list[tuple[int, int]]
) -> None:
    placed = {0: KEPT, 5: SAID, 18: KEPT, 30: UNSAID, 50: UNSAID, last: UNSAID, 85: KEPT}
    places, values = np.array([*placed], np.intp), np.array([*placed.values()], np.int32)
    found = boilerplate_spans("가" * 100, places, values, {SAID, UNSAID})
    assert found == [(5, 17), *kept]


@pytest.mark.parametrize(
    ("places", "spans"),
    [
        ([21, 40, 60, 80, 88], [(21, 100)]),  # the last reaches the end
        ([11, 30, 50, 70, 88], []),  # more than four fifths
        ([21, 40, 60, 76], []),  # it reaches neither end
        ([0, 19, 38, 50], [(0, 62)]),
        ([0, 19, 38, 57, 76, 88], []),  # it is the whole text
    ],
)
def test_one_passage_at_an_end_may_be_four_fifths_of_a_text(
    places: list[int], spans: list[tuple[int, int]]
) -> None:
    # Marks of the text's own stand before and behind, so that no end is taken with a passage.
    placed = dict.fromkeys(places, UNSAID)
    own = {place: KEPT for place in (3, 80) if not {0, 88} & {place, *places} or place < places[0]}
    every = dict(sorted({**own, **placed}.items()))
    at, values = np.array([*every], np.intp), np.array([*every.values()], np.int32)
    assert boilerplate_spans("가" * 100, at, values, {UNSAID}) == spans


def test_what_is_left_without_passages() -> None:
    assert without("0123456789", []) == "0123456789"
    assert without("0123456789", [(0, 2), (5, 6), (9, 10)]) == "234678"
    assert without("0123456789", [(3, 3)]) == "0123456789"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("무단 전재 및 재배포 금지", True),
        ("All Rights Reserved", True),
        (f"저작권 {'가' * 116}", True),
        (f"저작권 {'가' * 117}", False),
        ("[관련기사] 강이 넘친다", True),
        ("강이 넘친다 [관련기사]", False),
        ("강이 넘친다 더 보기", True),
        ("[속보는 가람일보 앱에서]\n▶ 채널 구독하기\n저작권은 우리에게", True),
        ("가람일보 앱에서 결제 장애\n저작권은 우리에게", False),
        ("▶강이 넘친다", False),
        ("▶강이 넘친다 ▶저작권은 우리에게", True),
        ("▶강이 넘쳤다. 물이 찼다. ▶저작권은 우리에게", False),
        ("강이 넘친다\n저작권은 우리에게", False),
        ("--- \n 저작권은 우리에게", True),
        ("", False),
        ("---", False),
    ],
)
def test_a_text_is_bare_where_it_has_links_and_a_notice_alone(text: str, *, bare: bool) -> None:
    assert is_bare(text) is bare
