"""The state of an outlet's backfills: what each row says of it, and bytes that may be somebody else's."""

import gzip
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from processing.archive.backfills import FORMAT, BackfillState, days_of, decode, label, load
from processing.archive.publish import Publication
from processing.errors import CorruptRecordError
from processing.landing.keys import backfill_run
from processing.records import Fetch, SourceFault, Why, article_id
from processing.store.file_store import FileStore
from tests.processing.newsroom import NOON, Crawl, fetch

HEADER = {"format": FORMAT, "complete": {}, "spent": {}}


def packed(header: object) -> bytes:
    return gzip.compress(json.dumps(header).encode())


def test_an_empty_state_is_one() -> None:
    assert decode(packed(HEADER)).spent == BackfillState().spent


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "spent": {"2026-11-20": float("inf")}},
        {**HEADER, "spent": {"2026-11-20": "many"}},
        {**HEADER, "format": FORMAT + 1},
        {**HEADER, "complete": {"s": ["nonsense"]}},
        [],
        None,
    ],
)
def test_what_is_none_is_one_clear_error(header: object) -> None:
    with pytest.raises(CorruptRecordError, match="a snapshot of backfills is damaged"):
        decode(packed(header))


LIST, PAGE, URL = (f"http://hanbit.press.test/{name}" for name in ("list", "list?page=2", "news/1"))
ARTICLE = article_id(URL)
HOUR = timedelta(hours=1)


def day(number: int) -> date:
    return date(2026, 11, number)


def page(days: str, why: Why = Why.FETCHED, at: datetime = NOON, **more: object) -> Fetch:
    given: dict[str, object] = {"role": "source", "announced_by": LIST, "backfill": days, **more}
    return fetch("hanbit", "r", PAGE, at, why, **given)


def visit(why: Why, status: int | None = None, at: datetime = NOON) -> Fetch:
    return fetch(
        "hanbit", "r", URL, at, why, status=status, article_id=ARTICLE, backfill="2026-11-01"
    )


def state(*rows: Fetch) -> BackfillState:
    made = BackfillState()
    made.take(rows)
    return made


def test_days_are_written_as_a_stretch_and_one_day_as_itself() -> None:
    assert label(day(1), day(3)) == "2026-11-01/2026-11-03"
    assert days_of("2026-11-01/2026-11-03") == (day(1), day(3))
    assert days_of("2026-11-01") == (day(1), day(1))


@pytest.mark.parametrize(
    ("row", "complete"),
    [
        (page("2026-11-02/2026-11-03"), True),
        (page("2026-11-02/2026-11-03", Why.FAILED), False),
        (page("2026-11-02/2026-11-03", Why.FAILED, faults=(SourceFault.LIST_END,)), True),
        (page("2026-11-02/2026-11-03", Why.FAILED, faults=(SourceFault.CUT,)), False),
        (page("2026-11-02"), False),
        (page("2026-11-02/2026-11-03").evolve(url=LIST), False),
        (page("2026-11-03/2026-11-02"), False),
    ],
)
def test_a_page_of_a_list_completes_the_days_that_it_names(row: Fetch, *, complete: bool) -> None:
    found = state(row)
    assert [found.is_complete(LIST, day(number)) for number in (1, 2, 3, 4)] == [
        False,
        complete,
        complete,
        False,
    ]
    assert not found.is_complete(PAGE, day(2))


@pytest.mark.parametrize(
    ("stretches", "merged"),
    [
        ([(1, 2), (3, 4)], [(1, 4)]),
        ([(3, 4), (1, 2)], [(1, 4)]),
        ([(1, 2), (4, 5)], [(1, 2), (4, 5)]),
        ([(1, 9), (3, 4)], [(1, 9)]),
        ([(1, 2), (5, 6), (3, 4)], [(1, 6)]),
        ([(2, 2), (1, 1)], [(1, 2)]),
    ],
)
def test_stretches_that_meet_become_one(
    stretches: list[tuple[int, int]], merged: list[tuple[int, int]]
) -> None:
    found = state(*(page(label(day(first), day(last))) for first, last in stretches))
    assert found.complete == {LIST: [(day(first), day(last)) for first, last in merged]}


@pytest.mark.parametrize(
    ("row", "waits", "settled", "spent"),
    [
        (visit(Why.WAITING), True, False, 0),
        (visit(Why.OVER_BUDGET), True, False, 0),
        (visit(Why.FAILED, 500), True, False, 1),
        (visit(Why.FETCHED, 200), False, True, 1),
        (visit(Why.UNCHANGED, 304), False, True, 1),
        (visit(Why.GONE, 404), False, True, 1),
        (visit(Why.GIVEN_UP, 500), False, True, 1),
        (visit(Why.SEEN), False, True, 0),
        (visit(Why.ROBOTS), False, True, 0),
        (visit(Why.OFF_SITE), False, True, 0),
        (visit(Why.SPELLING, 200), True, False, 0),
        (visit(Why.NOT_ARTICLE), True, False, 0),
    ],
    ids=lambda one: str(one.why) if isinstance(one, Fetch) else str(one),
)
def test_an_article_waits_until_it_is_settled(
    row: Fetch, spent: int, *, waits: bool, settled: bool
) -> None:
    for announced in (True, False):
        before = [visit(Why.WAITING, at=NOON - HOUR)] if announced else []
        found = state(*before, row)
        assert found.has_settled(ARTICLE) is settled
        assert (ARTICLE in found.waiting) is (
            waits and (announced or row.why not in {Why.SPELLING, Why.NOT_ARTICLE})
        )
        assert found.spent == ({"2026-11-20": spent} if spent else {})


def test_the_newest_row_counts_in_whatever_order_they_are_taken() -> None:
    rows = [visit(Why.FAILED, 500), visit(Why.FAILED, 502, at=NOON + HOUR)]
    pages = [page("2026-11-01"), page("2026-11-02", at=NOON + HOUR)]
    for order in ([*rows, *pages], [*rows[::-1], *pages[::-1]]):
        made = BackfillState()
        for row in order:
            made.take([row])
        assert made.version == 4
        assert made.waiting[ARTICLE].status == 502
        assert [row.at for row in made.marked(LIST, "2026-11-02")] == [NOON + HOUR]
        assert made.marked(LIST, "2026-11-01") == [], "its row was asked again for another day"
    made.take([visit(Why.FETCHED, 200, at=NOON + 2 * HOUR), visit(Why.WAITING, at=NOON + 3 * HOUR)])
    assert made.waiting == {}, "what was fetched waits for nothing"


def test_rows_of_a_crawl_are_left_out() -> None:
    row = visit(Why.FAILED, 500).evolve(backfill=None)
    assert (state(row).waiting, state(row).spent) == ({}, {})


def test_the_requests_of_three_days_are_kept() -> None:
    rows = [visit(Why.FETCHED, 200, at=NOON - timedelta(days=days)) for days in (0, 3, 4)]
    made = state(*rows, page("2026-11-01/2026-11-02"), visit(Why.WAITING))
    kept = decode(made.encode())
    assert kept.spent == {"2026-11-20": 2, "2026-11-17": 1}
    assert kept.complete == made.complete
    assert kept.lists == made.lists
    assert made.encode() == kept.encode()
    header = json.loads(gzip.decompress(made.encode()).splitlines()[0])
    assert list(header["spent"]) == ["2026-11-17", "2026-11-20"]
    assert decode(BackfillState().encode()).spent == {}


def test_what_was_archived_and_still_lies_in_landing_counts_once(
    store: FileStore, archive: Callable[..., Publication], tmp_path: Path
) -> None:
    """As after a publication that was stopped before it removed what it had taken."""
    rows = [visit(Why.FETCHED), visit(Why.FETCHED, at=NOON + HOUR)]
    Crawl(run=backfill_run("20261120T030000Z-aaaaaa"), log=rows).land(store)
    before = load(store, "hanbit").spent
    assert before == {"2026-11-20": 2}
    shutil.copytree(tmp_path / "archive/landing", tmp_path / "kept")
    archive()
    assert load(store, "hanbit").spent == before
    shutil.copytree(tmp_path / "kept", tmp_path / "archive/landing", dirs_exist_ok=True)
    assert load(store, "hanbit").spent == before
