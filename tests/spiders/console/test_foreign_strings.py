"""A column of strings that holds bytes which are no UTF-8 is told in one line, by whatever command reads it."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.archive import manifests
from processing.records import Manifest
from processing.store.interface import Store
from tests.spiders.console.conftest import Sillok

NOT_TEXT = b"\xff\xfe\xb0\xa1"


def strings(values: list[str | None]) -> pa.Array:
    """Return a column that calls its values strings; the first is none."""
    data = pa.array(
        [NOT_TEXT, *(None if value is None else value.encode() for value in values[1:])],
        pa.binary(),
    )
    return pa.Array.from_buffers(pa.string(), len(data), data.buffers(), data.null_count)


def rewritten(store: Store, root: Path, table: str, column: str) -> None:
    """Write a table of the archive anew as somebody does who holds its credentials."""
    newest = manifests.head(store)
    assert newest is not None
    manifest, key = newest.manifest, manifests.key(newest.manifest.seq)
    adds = []
    for part in manifest.adds:
        path = root / part.key
        if part.key.startswith(f"{table}/") and part.key.endswith(".parquet"):
            rows = pq.read_table(path, partitioning=None)
            place = rows.schema.get_field_index(column)
            rows = rows.set_column(place, column, strings(rows.column(place).to_pylist()))
            pq.write_table(rows, path)
            body = path.read_bytes()
            altered = {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
            adds.append(part.model_copy(update=altered))
        else:
            adds.append(part)
    (root / key).write_text(Manifest(**{**dict(manifest), "adds": tuple(adds)}).model_dump_json())


@pytest.mark.parametrize(
    ("table", "column", "command"),
    [
        ("articles", "title", ["ls"]),
        ("articles", "text", ["query", "SELECT text FROM articles"]),
        ("articles", "text", ["export", "-o", "-"]),
        ("articles", "text", ["export", "-o", "out.parquet"]),
        ("articles", "title", ["report"]),
        ("articles", "title", ["diff", "STORE", "STORE"]),
        ("reports", "why", ["report"]),
        ("log", "url", ["query", "SELECT url FROM log"]),
    ],
)
def test_a_table_of_the_archive(
    archive: Store, sillok: Sillok, table: str, column: str, command: list[str]
) -> None:
    rewritten(archive, Path(archive.url.removeprefix("file:")), table, column)
    done = sillok(*(archive.url if word == "STORE" else word for word in command))
    assert done.code == 2, done.err
    said = [line for line in done.err.splitlines() if line.startswith(f"sillok {command[0]}: ")]
    assert f"column '{column}' does not hold what its type says" in said[0]


def test_a_table_to_fold(sillok: Sillok, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    texts = strings(["글"] * 3)
    pq.write_table(pa.table({"id": ["1", "2", "3"], "text": texts}), path)
    done = sillok("fold", str(path), "-o", str(tmp_path / "out.jsonl"))
    assert (done.code, len(done.err.splitlines())) == (2, 1), done.err
    assert "rows.parquet cannot be read as Parquet: column 'text' does not hold" in done.err
