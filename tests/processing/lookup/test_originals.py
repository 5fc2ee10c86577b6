"""Which articles are originals, and how much of `clusters` is read to tell."""

from datetime import timedelta
from pathlib import Path

import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.tables import ArchivedArticle, of_tables, parquet, part, table
from processing.dates import SEOUL
from processing.lookup.articles import Wanted, newest, search
from processing.records import Stamp
from processing.signing.columns import CLUSTERS
from processing.store.file_store import FileStore
from tests.processing.archive.test_catalogue import Bucket, add
from tests.processing.newsroom import NOON, article

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
