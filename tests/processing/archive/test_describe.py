"""docs/archive.md says what the records say, and its examples run on an archive."""

import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from processing.archive.describe import MARK, describe
from processing.archive.tables import RENAMED, TABLES, ArchivedArticle, columns, schema
from processing.records import Article, Publication
from processing.store.file_store import FileStore
from tests.processing.conftest import ROOT
from tests.processing.newsroom import Crawl, article

DOCUMENT = ROOT / "docs" / "archive.md"


def test_the_document_is_the_records() -> None:
    """If this fails: `python -m processing.archive.describe docs/archive.md`."""
    assert DOCUMENT.read_text().partition(MARK)[2].strip() == describe().strip()


def test_every_table_has_every_field_of_its_record() -> None:
    for name, record in TABLES.items():
        names = [RENAMED.get(name, {}).get(field, field) for field in record.model_fields]
        assert columns(name).names == ["day", "manifest", *(one for one in names if one != "day")]
        assert f"### `{name}`" in describe()
    added = set(ArchivedArticle.model_fields) - set(Article.model_fields)
    assert added == {"previous", "silent_edit", "reading", "collected_by"}
    assert schema(ArchivedArticle).field("fetched_at").type == pa.timestamp("us", tz="UTC")


def test_the_examples_read_an_archive(
    store: FileStore,
    archive: Callable[..., Publication],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(2):
        Crawl(
            run=f"r{number}", articles=[article("hanbit", number), article("hanbit", number + 5)]
        ).land(store)
        archive()
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "archive").symlink_to(tmp_path / "archive")
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {}
    for example in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL):
        exec(example, found)  # noqa: S102 - our own document
    assert len(found["articles"]) == 2
    assert [len(found["frame"]), found["rows"], found["table"].num_rows] == [4, [("hanbit", 4)], 4]
