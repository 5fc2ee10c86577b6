"""Exports: which versions go out, in which order, and what is withheld of them."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.publish import publish
from processing.errors import MissingError, UsageError
from processing.lookup import export
from processing.lookup.export import Terms, export_file, exported
from processing.records import Article, Rights, Stamp
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.newsroom import FACTS, NOON, Crawl, article

DAYS = timedelta(days=1)


def written(number: int, day: int | None, *, outlet: str = "hanbit", **rights: object) -> Article:
    """Return an article of a day of November 2026, or of none."""
    stamp = None if day is None else Stamp(at=NOON + (day - 20) * DAYS, source="meta")
    told = {"subtitle": ("작은 제목",), "captions": ("사진 설명",), "notices": ("알림",)}
    return article(outlet, number, published=stamp, rights=Rights(**rights), **told)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    root = tmp_path_factory.mktemp("exported")
    store = FileStore(root / "archive")
    articles = [
        written(1, 19, licence="KOGL-1"),
        written(2, None, ai_notice="no training"),
        written(3, 18, tdm_reservation=True),
        written(4, 20, exportable=False, why="noarchive"),
        written(5, 17, tdm_reservation=False, exportable=False),
    ]
    Crawl(articles=articles).land(store)
    Crawl(outlet="narae", articles=[written(6, 19, outlet="narae", licence="CC-BY")]).land(store)
    options = Settings(cache=root / "cache", heads=root / "heads")
    given = {"code_version": "1", "lock_sha256": "0" * 64, "outlets": FACTS, "options": options}
    publish(store, now=NOON, **given)
    return Catalogue(store, root / "cache")


def numbers(catalogue: Catalogue, **terms: object) -> list[int]:
    rows = exported(catalogue, Terms(**terms))  # type: ignore[arg-type]
    return [int(row["url"].rpartition("/")[2]) for row in rows]


def test_versions_go_out_by_time_of_publication_and_by_terms(catalogue: Catalogue) -> None:
    every = numbers(catalogue)
    assert [number for number in every if number != 6] == [5, 3, 1, 4, 2]
    assert every.index(3) < every.index(6) < every.index(4)
    for terms, expected in (
        ({"outlet": "narae"}, {6}),
        ({"since": date(2026, 11, 19)}, {1, 4, 6}),
        ({"until": date(2026, 11, 18)}, {3, 5}),
        ({"since": date(2026, 11, 18), "until": date(2026, 11, 18)}, {3}),
        ({"licences": ("KOGL-1", "CC-BY")}, {1, 6}),
        ({"licences": ("CC-BY",), "outlet": "hanbit"}, set()),
        ({"no_ai_optout": True}, {1, 4, 5, 6}),
    ):
        assert set(numbers(catalogue, **terms)) == expected, terms


def test_of_what_is_reserved_the_facts_go_out_and_the_words_do_not(catalogue: Catalogue) -> None:
    rows = {int(row["url"].rpartition("/")[2]): row for row in exported(catalogue, Terms())}
    assert {number: row["withheld"] for number, row in rows.items()} == {
        1: None, 2: None, 3: None, 4: "noarchive", 5: "rights reserved", 6: None
    }  # fmt: skip
    words = ("text", "subtitle", "captions", "notices")
    assert [rows[4][name] for name in words] == [None, [], [], []]
    assert rows[1]["captions"] == ["사진 설명"]
    assert all(rows[1][name] for name in words)
    assert rows[4]["title"]
    assert "manifest" not in rows[1]


@pytest.mark.parametrize("batch", [1, 4, 6, 1000])
def test_a_file_has_every_row_however_many_are_written_at_once(
    batch: int, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_BATCH", batch)
    lines, table = tmp_path / "out.jsonl", tmp_path / "out.parquet"
    assert export_file(catalogue, Terms(), lines) == {"rows": 6, "withheld": 2}
    assert export_file(catalogue, Terms(), table) == {"rows": 6, "withheld": 2}
    by_line = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    by_row = pq.read_table(table).to_pylist()
    assert [row["version_id"] for row in by_line] == [row["version_id"] for row in by_row]
    assert [row["withheld"] for row in by_line] == [row["withheld"] for row in by_row]
    assert datetime.fromisoformat(by_line[0]["fetched_at"]) == NOON
    assert {path.stat().st_mode & 0o777 for path in (lines, table)} == {0o644}


def test_a_file_is_named_by_its_ending_in_a_folder_that_is_there(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="ends neither"):
        export_file(catalogue, Terms(), tmp_path / "out.csv")
    with pytest.raises(MissingError, match="does not exist"):
        export_file(catalogue, Terms(), tmp_path / "none" / "out.jsonl")
    assert export_file(catalogue, Terms(outlet="nobody"), tmp_path / "none.parquet")["rows"] == 0
