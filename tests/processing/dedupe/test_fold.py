"""A day that is read again makes stale what was matched against it, and nothing else."""

from datetime import date, timedelta

import pyarrow as pa

from processing.dedupe.fold import day_digests, refold, stale
from processing.signing.columns import SIG
from processing.signing.window import EmptyWindow
from tests.processing.dedupe.made import (
    DAY,
    LIBRARY,
    OPTIONS,
    RIVER,
    Memory,
    document,
    folded,
    later,
    places,
)

SPAN = (DAY - timedelta(days=30), DAY + timedelta(days=30))


def week() -> Memory:
    """Return seven days of one story, the last of them seven days apart from the first."""
    return folded(
        [
            [
                document(
                    f"d{day}",
                    RIVER if day else LIBRARY,
                    outlet=f"o{day}",
                    published_at=later(days=day),
                )
            ]
            for day in range(7)
        ]
    )


def replaced(window: Memory, day: date, text: str) -> None:
    """Put other signatures in the place of a day's, as reading it again does."""
    other = folded([[document("d3", text, outlet="o3", published_at=later(days=3))]])
    window.parts = [
        part for part in window.parts if part[0] not in {"sig", "texts", "bands"} or part[1] != day
    ]
    window.parts += [part for part in other.parts if part[0] in {"sig", "texts", "bands"}]


def test_nothing_is_stale_after_folds_in_any_order() -> None:
    window = week()
    assert stale(window, SPAN, OPTIONS) == []
    back = folded(
        [
            [document(f"d{day}", RIVER, outlet=f"o{day}", published_at=later(days=day))]
            for day in (4, 0, 2)
        ]
    )
    assert stale(back, SPAN, OPTIONS) == []


def test_a_day_read_again_makes_the_days_that_see_it_stale_and_refolding_them_makes_them_fresh() -> (
    None
):
    window, day = week(), DAY + timedelta(days=3)
    replaced(window, day, LIBRARY)
    seeing = [DAY + timedelta(days=offset) for offset in range(7)]
    assert stale(window, SPAN, OPTIONS) == seeing
    window.add(refold(seeing, window, options=OPTIONS))
    assert stale(window, SPAN, OPTIONS) == []
    rows = window.rows()
    assert rows["d3"]["cluster"] == "d0"
    assert {rows[f"d{place}"]["cluster"] for place in (1, 2, 4, 5, 6)} == {"d1"}


def test_a_day_out_of_reach_stays_fresh() -> None:
    window = folded(
        [
            [document(f"d{day}", RIVER, outlet=f"o{day}", published_at=later(days=day))]
            for day in (0, 3, 9)
        ]
    )
    replaced(window, DAY + timedelta(days=3), LIBRARY)
    assert stale(window, SPAN, OPTIONS) == [DAY, DAY + timedelta(days=3)]


def test_refolding_what_is_fresh_changes_nothing() -> None:
    window = week()
    before = places(window)
    window.add(refold([DAY, DAY + timedelta(days=2)], window, options=OPTIONS))
    assert places(window) == before


def test_refolding_days_without_documents_makes_nothing() -> None:
    assert refold([DAY], EmptyWindow(), options=OPTIONS).parts == {}


def test_refolding_a_few_of_the_days_that_see_another_leaves_all_of_them_stale() -> None:
    window, day = week(), DAY + timedelta(days=3)
    replaced(window, day, LIBRARY)
    seeing = [DAY + timedelta(days=offset) for offset in range(7)]
    window.add(refold(seeing[:-1], window, options=OPTIONS))
    assert stale(window, SPAN, OPTIONS) == seeing


def test_a_day_taken_away_makes_stale_who_saw_it() -> None:
    window = week()
    window.parts = [part for part in window.parts if part[0] == "inputs" or part[1] != DAY]
    assert stale(window, SPAN, OPTIONS) == [DAY + timedelta(days=offset) for offset in range(4)]


def test_a_fold_writes_down_the_days_alone_that_it_adds_to() -> None:
    inputs = [day for kind, day, _ in week().parts if kind == "inputs"]
    assert inputs == [DAY + timedelta(days=offset) for offset in range(7)]


def test_nothing_is_stale_after_a_line_became_boilerplate_or_a_document_moved() -> None:
    stamp = [
        f"{text}\n기사 제보와 문의는 나루터 안내소로 보내 주시기 바랍니다"
        for text in (RIVER, LIBRARY, RIVER[::-1], LIBRARY[::-1])
    ]
    batches = [
        [document(f"b{place}", text, title=f"제목 {place}", published_at=later(days=place))]
        for place, text in enumerate(stamp)
    ]
    window = folded(batches)
    assert sum(len(table) for kind, _, table in window.parts if kind == "sig") > len(batches), (
        "none was signed again"
    )
    assert stale(window, SPAN, OPTIONS) == []
    moved = folded([batches[0], [document("b0", stamp[0], published_at=later(days=2))]])
    assert stale(moved, SPAN, OPTIONS) == []


def test_a_digest_of_a_day_does_not_depend_on_the_order_of_rows() -> None:
    sig = pa.concat_tables([table for kind, _, table in week().parts if kind == "sig"]).cast(SIG)
    mixed_up = sig.take(list(reversed(range(sig.num_rows))))
    assert day_digests([sig]) == day_digests([mixed_up])
    assert len(day_digests([sig])) == 7
