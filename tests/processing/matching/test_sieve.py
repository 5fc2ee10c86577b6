"""The sieve before judging, each of its rules on both sides of its edge."""

from dataclasses import replace

import pytest

from processing.matching.sieve import promising
from processing.signing.documents import Document
from tests.processing.matching.test_candidates import NOON, OPTIONS, all_pairs, rows_of
from tests.processing.matching.test_verdict import OTHERS, WHOLE

ONE = Document(id="a", text=WHOLE[:200], title="강가의 하루", outlet="강가신문", fetched_at=NOON)
OTHER = replace(ONE, id="b", text=OTHERS[:200], title="나루의 저녁")
FLASH, STATE = "[속보] 강이 넘친다", "[2보] 강이 넘친다"


def kept(one: Document, other: Document) -> bool:
    """Say whether the sieve leaves a pair to be judged, in whatever order its documents come."""
    table = rows_of([one, other])
    found = all_pairs(table)
    (turned, here) = (len(promising(pairs, table, OPTIONS)) for pairs in (found[:, ::-1], found))
    assert turned == here
    return bool(here)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, False),
        ({"text": WHOLE[:102] + OTHERS[:98]}, True),  # half of the shingles
        ({"text": WHOLE[:80] + OTHERS[:120]}, False),
        ({"text": WHOLE[:102] + OTHERS[:900]}, True),  # of the smaller text
        ({"title": FLASH}, True),
        ({"title": FLASH, "outlet": "나루신문"}, False),
        ({"article_id": "a"}, True),
        ({"article_id": "c"}, False),
    ],
)
def test_a_pair_is_left_that_may_be_one_text_or_states_of_one_report(
    change: dict[str, str], *, expected: bool
) -> None:
    assert kept(ONE, replace(OTHER, **change)) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("titles", "outlet", "expected"),
    [
        ((FLASH, STATE), "강가신문", True),
        ((FLASH, FLASH), "강가신문", False),
        ((FLASH, STATE), "", False),  # nobody's texts are of no one outlet
    ],
)
def test_states_of_a_report_have_different_marks_in_one_outlet(
    titles: tuple[str, str], outlet: str, *, expected: bool
) -> None:
    one, other = (
        replace(document, title=title, outlet=outlet)
        for document, title in zip((ONE, OTHER), titles, strict=True)
    )
    assert kept(one, other) is expected


@pytest.mark.parametrize(
    ("before", "length", "gap", "title", "expected"),
    [
        (0, 40, 0, "이 시각 주요뉴스", True),
        (0, 39, 0, "이 시각 주요뉴스", False),
        (0, 40, 0, "강가의 소식", False),
        (60, 60, 0, "이 시각 주요뉴스", True),
        (61, 60, 0, "이 시각 주요뉴스", False),
        (0, 50, 3, "이 시각 주요뉴스", True),  # eight n-grams apart
        (0, 50, 4, "이 시각 주요뉴스", False),
    ],
)
def test_a_roundup_is_left_with_a_text_whose_opening_it_has(
    before: int, length: int, gap: int, title: str, *, expected: bool
) -> None:
    mine, theirs = (
        WHOLE[:30] + OTHERS[at : at + gap] + WHOLE[30 + gap : length] for at in (900, 950)
    )
    one = replace(ONE, text=OTHERS[:before] + mine + OTHERS[100:300])
    roundup = replace(OTHER, title=title, text=f"{OTHERS[400:450]}{theirs}{OTHERS[500:800]}")
    assert kept(one, roundup) is expected
