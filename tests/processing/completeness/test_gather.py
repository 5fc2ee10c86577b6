"""An archive is measured as its tables say: an invented month, read back from Parquet."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from infra.bench.completeness import tried
from infra.bench.newsroom import Newsroom, Poller, articles, day, write_archive
from processing.archive.catalogue import Catalogue
from processing.completeness.gather import gaps_of, measure_days
from processing.completeness.meter import Completeness, Trust
from processing.records import End, RunReport, SourceReport
from processing.rules import NumberRule
from processing.store.file_store import FileStore

ROOM = replace(Newsroom(), seed=4, volume=120, listed=10, days=12)
LAST = day(ROOM.days - 1).date()
NOW = day(ROOM.days + 1)


@pytest.fixture(scope="module")
def archive(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Catalogue, Poller, int, int]:
    """Return the archive, what was polled, and of the last day's articles the known and all."""
    folder: Path = tmp_path_factory.mktemp("month")
    poller, made = Poller(ROOM), articles(ROOM)
    poller.watch(made, day(ROOM.days) + timedelta(hours=6))
    store = FileStore(folder / "archive")
    write_archive(store, ["gaon", "hanbit"], poller, made)
    begin, end = day(ROOM.days - 1), day(ROOM.days)
    of_day = [one for one in made if begin <= one.published < end]
    stood = [one for one in of_day if one.number in poller.seen or one.stands(end)]
    known = sum(one.number in poller.seen for one in stood)
    return Catalogue(store, folder / "cache"), poller, known, len(stood)


def test_a_day_of_an_archive_is_measured_near_the_truth(
    archive: tuple[Catalogue, Poller, int, int],
) -> None:
    catalogue, _, known, stood = archive
    assert known < stood
    gaps = gaps_of(catalogue, LAST, LAST, ["hanbit"])
    assert gaps == {("hanbit", LAST): 0}
    (found,) = measure_days(catalogue, LAST, LAST, gaps, now=NOW).values()
    assert found.archived == known
    assert found.trust is Trust.MEASURED
    assert found.share == pytest.approx(known / stood, abs=0.03)
    assert {sign.kind for sign in found.evidence} >= {"overflow", "numbers"}


def test_what_is_declared_of_numbers_counts_and_speed_stands_in_where_they_count_nothing(
    archive: tuple[Catalogue, Poller, int, int],
) -> None:
    catalogue, *_ = archive
    gaps = gaps_of(catalogue, LAST, LAST)
    assert sorted(gaps) == [("gaon", LAST), ("hanbit", LAST)]
    gaps = {**gaps, ("narae", LAST): 0}
    rules = {"gaon": NumberRule("nothing"), "hanbit": NumberRule("outlet")}
    found = measure_days(catalogue, LAST, LAST, gaps, now=NOW, numbering=rules)
    trusts = [found[name, LAST].trust for name in ("gaon", "hanbit", "narae")]
    assert trusts == [Trust.ESTIMATED, Trust.MEASURED, Trust.UNKNOWN]
    assert found["narae", LAST].share is None


def test_answers_that_wait_in_landing_are_measured_too(
    archive: tuple[Catalogue, Poller, int, int],
) -> None:
    catalogue, poller, _, _ = archive
    answer = poller.polls[-1]
    source = SourceReport(
        url=answer.url,
        status=200,
        links=10,
        new=10,
        overlap=0,
        at=answer.at + timedelta(minutes=30),
        answered_at=answer.at,
        missed_since=answer.at,
    )
    landed = RunReport(
        outlet="hanbit",
        run="20261103T000000Z-landed",
        day=f"{day(ROOM.days):%Y-%m-%d}",
        started_at=answer.at,
        ended_at=answer.at,
        end=End.NEW,
        why="",
        pages=0,
        articles=0,
        rejections={},
        whys={},
        sources=(source,),
        announced=10,
        segments=0,
        bytes=0,
        requests=1,
        agent="",
        code_version="",
    )
    today = day(ROOM.days).date()
    gaps = {("hanbit", today): 0}

    def signs(*reports: RunReport) -> list[str]:
        (found,) = measure_days(
            catalogue,
            today,
            today,
            gaps,
            now=day(ROOM.days) + timedelta(hours=7),
            landed=reports,
        ).values()
        return [sign.kind for sign in found.evidence if sign.since and sign.since == answer.at]

    assert signs() == []
    assert signs(landed) == ["overflow"]


def test_an_empty_archive_measures_nothing(tmp_path: Path) -> None:
    empty = Catalogue(FileStore(tmp_path / "archive"), tmp_path / "cache")
    gaps = {("hanbit", LAST): 0}
    (found,) = measure_days(empty, LAST, LAST, gaps, now=NOW).values()
    assert found == Completeness(
        outlet="hanbit", day=f"{LAST}", archived=0, gaps=0, evidence=found.evidence
    )


@pytest.mark.parametrize(
    "room",
    [
        replace(ROOM, seed=3, unused=0.15, burst=0.5),
        replace(ROOM, seed=9, volume=300, late=0.2, deleted=0.08, pinned=4),
        replace(ROOM, seed=5, broken=None, listed=60),
    ],
    ids=["unused numbers and bursts", "late and taken down", "nothing lost"],
)
def test_the_meter_is_within_three_points_of_the_truth_and_states_no_false_whole(
    room: Newsroom,
) -> None:
    trial = tried(replace(room, days=20))
    assert trial.points is not None
    assert abs(trial.points) <= 3
    assert not trial.false_whole
    assert trial.found.is_whole is (trial.truth == 1)
