"""The Spark job ends in the same rows as DuckDB on one machine."""

import os
import random
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from processing.dedupe.fold import fold
from processing.signing.documents import FoldOptions
from processing.signing.window import EmptyWindow, FolderWindow
from tests.processing.dedupe.made import DAY, OPTIONS, folded, places, press
from tests.processing.matching.test_buckets import NARROW, crowd

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def spark():
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in ("", *sys.path) if path)
    from infra.spark.fold_corpus import session  # noqa: PLC0415 - an optional extra

    made = session()
    yield made
    made.stop()


def written(parts, root: Path) -> Path:
    """Write parts as the archive does: rows carry the number of their manifest, names say nothing of the order."""
    window = FolderWindow(root)
    for place, (kind, day, table) in enumerate(parts):
        numbered = table.append_column("manifest", pa.array([place] * table.num_rows, pa.int64()))
        window.write(kind, day, f"{99 - place:08d}", numbered)
    return root


def test_the_composed_press_has_the_same_rows(spark, tmp_path: Path) -> None:
    from infra.spark.fold_corpus import clusters  # noqa: PLC0415 - an optional extra

    press_documents = press(6, 12)
    window = folded([press_documents[:20], press_documents[20:]])
    rows = clusters(spark, written(window.parts, tmp_path), OPTIONS).collect()
    said = ("cluster", "original", "relation", "parent", "score", "evidence", "day")
    assert {row["version_id"]: tuple(row[name] for name in said) for row in rows} == places(window)


def test_of_a_crowded_key_the_same_documents_are_compared(spark, tmp_path: Path) -> None:
    from infra.spark.fold_corpus import clusters  # noqa: PLC0415 - an optional extra

    window = folded([crowd(1)], NARROW)
    rows = clusters(spark, written(window.parts, tmp_path), NARROW).collect()
    said = ("cluster", "original", "relation", "parent", "score", "evidence", "day")
    assert {row["version_id"]: tuple(row[name] for name in said) for row in rows} == places(window)


def test_components_are_those_of_union_find(spark) -> None:
    from infra.spark.fold_corpus import components  # noqa: PLC0415 - an optional extra

    draw = random.Random(4)  # noqa: S311 - links, not secrets
    links = [(draw.randrange(-200, 200), draw.randrange(-200, 200)) for _ in range(150)] + [
        (n, n + 1) for n in range(1000, 1100)
    ]
    found = {
        row["number"]: row["label"]
        for row in components(spark.createDataFrame(links, "a long, b long")).collect()
    }
    labels = {number: number for link in links for number in link if link[0] != link[1]}
    for _ in range(len(links)):
        for one, other in links:
            if one != other:
                labels[one] = labels[other] = min(labels[one], labels[other])
    assert found == labels


@pytest.mark.skipif(
    "SILLOK_FOLDING_BENCH" not in os.environ,
    reason="SILLOK_FOLDING_BENCH names no benchmark folder",
)
def test_the_benchmark_has_the_same_clusters(spark, tmp_path: Path) -> None:
    from infra.bench.folding_benchmark import documents as convert  # noqa: PLC0415 - beside the job that it measures
    from infra.spark.fold_corpus import clusters  # noqa: PLC0415 - an optional extra

    documents = convert(Path(os.environ["SILLOK_FOLDING_BENCH"]) / "public" / "docs.jsonl.gz")
    folded_once = fold(documents, EmptyWindow(), day=DAY, options=FoldOptions())
    parts = [(kind, day, table) for (kind, day), table in folded_once.parts.items()]
    found = clusters(spark, written(parts, tmp_path), FoldOptions()).collect()
    names = folded_once.clusters.select(["version_id", "cluster"]).to_pylist()
    assert {row["version_id"]: row["cluster"] for row in found} == {
        row["version_id"]: row["cluster"] for row in names
    }
