"""Checkpoints that are none: each says in one line which file it is and why."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive.checkpoints import _COLUMNS, _PAGES, read
from processing.errors import CorruptRecordError

KEY = "checkpoints/00000004-abc.parquet"
MONTH = "checkpoints/pages/2026-11-abc.parquet"
ROW = {"key": MONTH, "sha256": b"s" * 32, "bytes": 7, "rows": None, "manifest": 3}


def written(folder: Path, row: dict[str, object], pages: str | None) -> Path:
    """Write a table of one row whose metadata names these files of raw pages; None is no metadata."""
    table = pa.Table.from_pylist(
        [row], pa.schema([field for field in _COLUMNS if field.name in row])
    )
    path = folder / "checkpoint"
    pq.write_table(table.replace_schema_metadata(None if pages is None else {_PAGES: pages}), path)
    return path


def test_a_checkpoint_lists_what_it_names(tmp_path: Path) -> None:
    checkpoint = read(written(tmp_path, ROW, json.dumps([MONTH])), KEY)
    assert (checkpoint.own, checkpoint.months) == (KEY, {MONTH})
    (stored,) = checkpoint.objects().values()
    assert (stored.key, stored.sum.sha256, stored.sum.bytes, stored.sum.rows, stored.seq) == (
        MONTH,
        (b"s" * 32).hex(),
        7,
        None,
        3,
    )
    assert not checkpoint.objects("articles/")


@pytest.mark.parametrize(
    ("row", "pages", "why"),
    [
        (ROW, None, "b'sillok.pages'"),
        (ROW, "[", "Expecting value"),
        (ROW, "7", "'int' object is not iterable"),
        (
            ROW,
            json.dumps(["checkpoints/pages/2026-10-x.parquet"]),
            "it does not list checkpoints/pages/2026-10-x",
        ),
        ({"key": MONTH}, json.dumps([MONTH]), "Target schema's field names are not"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_one_line(
    row: dict[str, object], pages: str | None, why: str, tmp_path: Path
) -> None:
    with pytest.raises(CorruptRecordError) as caught:
        read(written(tmp_path, row, pages), KEY)
    assert str(caught.value).startswith(f"{KEY} is no checkpoint ({why}")
    assert "\n" not in str(caught.value)


def test_what_is_no_parquet_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    path.write_bytes(b"checkpoint")
    with pytest.raises(CorruptRecordError, match="is no checkpoint"):
        read(path, KEY)


@pytest.mark.parametrize("missing", ["key", "sha256", "bytes"])
def test_a_row_without_a_value_is_no_object(missing: str, tmp_path: Path) -> None:
    checkpoint = read(written(tmp_path, {**ROW, "key": "articles/x"}, "[]"), KEY)
    broken = read(written(tmp_path, {**ROW, "key": "articles/x", missing: None}, "[]"), KEY)
    assert checkpoint.objects()
    with pytest.raises(CorruptRecordError, match=r"is no checkpoint \("):
        broken.objects()
