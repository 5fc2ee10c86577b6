"""Which articles are originals or newest, and how much is read to tell."""

import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.tables import ArchivedArticle, of_tables, parquet, part, table
from processing.dates import SEOUL
from processing.lookup.articles import Wanted, _days_back, newest, search
from processing.records import Stamp
from processing.signing.columns import CLUSTERS
from processing.store.file_store import FileStore
from tests.processing.archive.test_catalogue import Bucket, add
from tests.processing.newsroom import NOON, article

DAY = timedelta(days=1)
RELATIONS = ("original", "copy", "excerpt", "version", "derivative", "followup", "copy", "original")
"""Of one article a day, the newest first."""
ORIGINALS = [0, 3, 5, 7]


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    bucket = Bucket(tmp_path)
    for place, relation in enumerate(RELATIONS):
        at = NOON - timedelta(days=place)
        on = at.astimezone(SEOUL).date()
        one = article("gaon", place, at=at, published=Stamp(at=at, source="meta"))
        held = parquet(table("articles", [ArchivedArticle(**dict(one))], on, 1))
        row = {"version_id": one.version_id, "relation": relation, "day": on}
        folded = CLUSTERS.empty_table().from_pylist([row], CLUSTERS)
        made = [part("articles", on, held, 1), *of_tables([("clusters", on, folded)], 1)]
        add(bucket, *((new.key, new.data) for new in made))
    return bucket


@pytest.mark.parametrize("few", [1, 200])
def test_originals_are_the_same_however_many_are_asked_about_at_once(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("processing.lookup.articles._FEW", few)
    catalogue = Catalogue(FileStore(tmp_path), tmp_path / "cache")
    wanted = [article("gaon", place).article_id for place in ORIGINALS]
    for found in (
        newest(catalogue, Wanted(original=True)),
        search(catalogue, ["열었다고"], Wanted(original=True)),
    ):
        assert [row["id"] for row in found] == wanted
    if few == 1:
        oldest = Catalogue(bucket.within, tmp_path / "cache").of("clusters")[0]
        bucket.within.delete([oldest.key])
        found = newest(catalogue, Wanted(original=True, limit=3))
        assert [row["id"] for row in found] == wanted[:3], "clusters of all days were read"


def moved_about(seed: int) -> list[ArchivedArticle]:
    """Return versions of a few articles; some are of another day than the one before, or of none."""
    draw = random.Random(seed)  # noqa: S311 - a generator of samples
    made = []
    for place in range(40):
        back = draw.choice([None, 0, 1, 2])
        stamp = back if back is None else Stamp(at=NOON - back * DAY, source="meta")
        at, text = NOON + draw.randrange(4) * DAY, f"{draw.choice('가나')} 본문 {place}"
        one = article("gaon", draw.randrange(15), at=at, text=text, published=stamp)
        made.append(ArchivedArticle(**dict(one)))
    return made


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.full)])
def test_what_is_found_is_the_same_in_however_many_steps_days_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    days: dict[date | None, list[ArchivedArticle]] = defaultdict(list)
    for one in moved_about(seed):
        days[one.published and one.published.at.astimezone(SEOUL).date()].append(one)
    bucket = Bucket(tmp_path)
    for on, some in days.items():
        made = part("articles", on, parquet(table("articles", some, on, 1)), len(some))
        add(bucket, (made.key, made.data), rows=len(some))
    catalogue = Catalogue(FileStore(tmp_path), tmp_path / "cache")
    on = NOON.astimezone(SEOUL).date()
    wanted = [
        Wanted(),
        Wanted(limit=5),
        Wanted(since=on - DAY, until=on - DAY),
        Wanted(original=True),
    ]

    def found() -> list[list[dict[str, Any]]]:
        listed = [list(newest(catalogue, one)) for one in wanted]
        return [*listed, list(search(catalogue, ["가 본문"], Wanted(limit=5)))]

    at_once = found()
    monkeypatch.setattr("processing.lookup.articles._enough", lambda _limit: 1)
    monkeypatch.setattr("processing.lookup.articles._TIMES", 1)
    assert len(_days_back(catalogue, Wanted())) == 4, "a span a day, and what is older"
    assert found() == at_once
