"""The Spark job ends in the same rows as DuckDB on one machine."""

import os
import random
import sys
from itertools import combinations
from pathlib import Path

import pytest

from processing.dedupe.fold import fold
from processing.signing.documents import FoldOptions
from processing.signing.window import EmptyWindow
from tests.processing.dedupe.made import DAY, OPTIONS, folded, places, press
from tests.processing.matching.test_match import NARROW, crowd

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def spark():
    """A session within this process: what is asked here is the same for any cluster."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in ("", *sys.path) if path)
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional extra

    from infra.spark.fold_corpus import session  # noqa: PLC0415 - an optional extra

    local = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
    }
    SparkSession.builder.master("local[2]").config(map=local).getOrCreate()
    made = session()
    yield made
    made.stop()


def rows(spark, parts, options: FoldOptions):
    """Fold parts of signatures as those of an archive: a later part is of a later manifest."""
    from infra.spark.fold_corpus import (  # noqa: PLC0415 - an optional extra
        BANDS_SCHEMA,
        SIGNED_SCHEMA,
        band_rows,
        clusters,
        signed_rows,
    )

    sig, texts, bands = (
        [table for kind, _, table in parts if kind == wanted]
        for wanted in ("sig", "texts", "bands")
    )
    pairs = enumerate(zip(sig, texts, strict=True), start=1)
    signed = [row for seq, pair in pairs for row in signed_rows(*pair, seq)]
    keys = [row for table in bands for row in band_rows(table)]
    frames = spark.createDataFrame(signed, SIGNED_SCHEMA), spark.createDataFrame(keys, BANDS_SCHEMA)
    return clusters(spark, *frames, options).collect()


NAMES = ("cluster", "original", "relation", "parent", "score", "evidence", "day")


def test_the_composed_press_has_the_same_rows(spark) -> None:
    documents = press(6, 12)
    window = folded([documents[:20], documents[20:]])
    folded_rows = rows(spark, window.parts, OPTIONS)
    assert {row["version_id"]: tuple(row[name] for name in NAMES) for row in folded_rows} == places(
        window
    )


def test_of_a_crowded_key_the_same_documents_are_compared(spark) -> None:
    window = folded([crowd(1)], NARROW)
    folded_rows = rows(spark, window.parts, NARROW)
    assert {row["version_id"]: tuple(row[name] for name in NAMES) for row in folded_rows} == places(
        window
    )


def test_what_the_sieve_leaves_out_is_linked_here_no_more_than_on_one_machine(monkeypatch) -> None:
    """Some pairs of it would be judged to be linked, and chose another parent here."""
    from infra.spark import fold_corpus  # noqa: PLC0415 - an optional extra

    window = folded([press(2, 6)])
    sig, texts = (
        [table for kind, _, table in window.parts if kind == wanted] for wanted in ("sig", "texts")
    )
    names = fold_corpus.SIGNED_SCHEMA.names
    documents = [
        dict(zip(names, row, strict=True))
        for pair in zip(sig, texts, strict=True)
        for row in fold_corpus.signed_rows(*pair, 1)
    ]
    pairs = list(combinations(sorted(row["number"] for row in documents), 2))
    place = fold_corpus.SCHEMA.names.index("parent")

    def linked() -> int:
        folded_rows = fold_corpus._fold_group(documents, pairs, OPTIONS)
        return sum(row[place] is not None for row in folded_rows)

    assert linked()
    monkeypatch.setattr(fold_corpus, "promising", lambda found, *_: found[:0])
    assert linked() == 0


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
def test_the_benchmark_has_the_same_clusters(spark) -> None:
    from infra.bench.folding_benchmark import documents as convert  # noqa: PLC0415 - beside the job that it measures

    documents = convert(Path(os.environ["SILLOK_FOLDING_BENCH"]) / "public" / "docs.jsonl.gz")
    folded_once = fold(documents, EmptyWindow(), day=DAY, options=FoldOptions())
    parts = [(kind, day, table) for (kind, day), table in folded_once.parts.items()]
    found = rows(spark, parts, FoldOptions())
    names = folded_once.clusters.select(["version_id", "cluster"]).to_pylist()
    assert {row["version_id"]: row["cluster"] for row in found} == {
        row["version_id"]: row["cluster"] for row in names
    }
