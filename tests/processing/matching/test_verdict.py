"""How a desk's edits differ from a text written anew, and both from one form filled in for other people."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.bench.composed import notices
from processing.signing.canonical import canonical
from processing.signing.documents import FoldOptions, Thresholds
from tests.processing.dedupe.made import RIVER, document, folded, later

FAMILIES = "김이박최정강조윤장임"
GIVEN = ("서준", "하나", "도담", "은호", "라온", "이룸", "다온", "새봄", "가람", "한결")


def edited(text: str, every: int, width: int, share: float = 1.0) -> str:
    """Return the text with `width` characters replaced after every `every`, in the first `share` of it."""
    whole = canonical(text).replace("\n", "")
    end = int(len(whole) * share)
    pieces = [
        whole[start : start + every] + "뷁쀍꿹돫"[:width] for start in range(0, end, every + width)
    ]
    return "".join(pieces)[:end] + whole[end:]


def relation(text: str, options: FoldOptions | None = None, title: str = "다리가 열린다") -> object:
    documents = [
        document("a", RIVER, title=title),
        document("b", text, outlet="나래신문", title=title, published_at=later(hours=1)),
    ]
    return folded([documents], options or FoldOptions()).rows()["b"]["relation"]


def test_edits_sentence_by_sentence_leave_a_copy() -> None:
    text = edited(RIVER, every=32, width=4)
    assert relation(text) == "copy"
    strict = replace(FoldOptions(), thresholds=Thresholds(stretch=100))
    assert relation(text, strict) == "derivative", "or the edits are too few to show anything"


def test_edits_within_the_words_of_a_part_are_a_text_written_anew() -> None:
    text = edited(RIVER, every=7, width=1, share=0.3)
    assert relation(text) == "derivative"
    lenient = replace(FoldOptions(), thresholds=Thresholds(breaks=100))
    assert relation(text, lenient) == "copy", "or the texts are too unlike to show anything"


@settings(max_examples=20)
@given(st.integers(40, 120), st.integers(1, 4))
def test_few_edits_never_part_two_copies(every: int, width: int) -> None:
    assert relation(edited(RIVER, every, width)) == "copy"


@pytest.mark.parametrize("seed", [3, 31])
def test_notices_of_different_people_are_never_one_text(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - texts, not secrets
    made = list(notices(draw, 30, lambda each: each.choice(FAMILIES) + each.choice(GIVEN)))
    documents = [
        document(
            f"{place:03}", body, outlet=outlet[0], title=title, published_at=later(hours=place)
        )
        for place, (kind, outlet, title, body) in enumerate(made)
        if kind in {"names:mourning", "names:appointment"}
    ]
    rows = folded([documents], FoldOptions()).rows()
    assert len({row["cluster"] for row in rows.values()}) == len({each.text for each in documents})
