"""Folds an archive's signatures on Spark, with the same rows as the fold on one machine.

    spark-submit infra/spark/fold_corpus.py PARTS OUT

PARTS is the folder `dedupe/v=…` of an archive (`sig`, `texts`, `bands`, each `month=…/*.parquet`),
OUT a folder for the cluster rows as Parquet. Buckets are joined as DataFrames. Each component of
the candidate graph is then judged and resolved as a whole in one Python worker, with the functions
of `processing.matching` and `processing.resolving`.

Connected components are found with large-star and small-star steps until nothing changes (Kiveris
et al., "Connected Components in MapReduce and Beyond", SoCC 2014).
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import (
    DataFrame,  # type: ignore[import-not-found,unused-ignore]  # an optional extra
    Row,
    SparkSession,
    Window,
)
from pyspark.sql import functions as f

from processing.matching.match import edge_table, judged
from processing.resolving.clusters import edge_of, node_of
from processing.resolving.resolve import cluster_table, resolve
from processing.settings import settings
from processing.signing.columns import SIGNED
from processing.signing.documents import FoldOptions
from processing.signing.shingles import TITLE
from processing.signing.signature import redraft, signed, tables

_KINDS = ("sig", "texts")
SCHEMA = (
    "article_id string, version_id string, cluster string, original string, relation string, "
    "parent string, score double, evidence string, day date, share_of_this double, "
    "share_of_parent double, original_confidence double, original_evidence string, stub boolean"
)
"""Columns of `clusters`, in the order of `cluster_table`."""


def _both_ways(edges: DataFrame) -> DataFrame:
    return edges.select("a", "b").union(edges.select(f.col("b").alias("a"), f.col("a").alias("b")))


def _large_star(edges: DataFrame) -> DataFrame:
    """Link every larger neighbour of a node to the smallest of the node and its neighbours."""
    near = _both_ways(edges)
    least = near.groupBy("a").agg(f.least(f.min("b"), f.first("a")).alias("least"))
    return (
        near.join(least, "a")
        .where("b > a")
        .select(f.col("least").alias("a"), "b")
        .where("a <> b")
        .distinct()
    )


def _small_star(edges: DataFrame) -> DataFrame:
    """Link a node and its smaller neighbours to the smallest of them."""
    down = edges.select(f.greatest("a", "b").alias("node"), f.least("a", "b").alias("near"))
    least = down.groupBy("node").agg(f.min("near").alias("least"))
    linked = down.join(least, "node")
    moved = linked.select(f.col("least").alias("a"), f.col("near").alias("b")).where("a <> b")
    return moved.union(least.select(f.col("least").alias("a"), f.col("node").alias("b"))).distinct()


def components(edges: DataFrame) -> DataFrame:
    """Return (number, label) of every node of `edges` (a, b).

    The label is the smallest number of its component.
    """
    edges = (
        edges.where("a <> b")
        .select(f.least("a", "b").alias("a"), f.greatest("a", "b").alias("b"))
        .distinct()
    )
    digest = None
    while True:
        # Without a checkpoint, the plan of each round would contain those of all rounds before.
        edges = _small_star(_large_star(edges)).localCheckpoint()
        # A sum as decimal, because one of 64-bit hashes overflows.
        sums = edges.agg(f.count("*"), f.sum(f.xxhash64("a", "b").cast("decimal(38,0)"))).first()
        if sums == digest:
            break
        digest = sums
    roots = edges.select(f.col("a").alias("number"), f.col("a").alias("label")).distinct()
    return edges.select(f.col("b").alias("number"), f.col("a").alias("label")).union(roots)


def session(cores: int = 2) -> SparkSession:
    """Return a local session without a web page and without a listening port beyond loopback."""
    options: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
    }
    # Workers of Spark are `python3` of the PATH otherwise, which may lack what this one has.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(f"local[{cores}]").appName("sillok fold")
    return builder.config(map=options).getOrCreate()


def clusters(spark: SparkSession, parts: Path, options: FoldOptions) -> DataFrame:
    """Return the rows of `clusters` of all documents under `parts`."""
    sig = _newest(spark, parts).cache()
    pairs = _pairs(_keys(spark, parts, sig, options), options).cache()
    labels = components(pairs).cache()
    labelled = sig.join(labels, "number", "left").withColumn("label", f.coalesce("label", "number"))
    groups = labelled.rdd.map(lambda row: (row["label"], row)).groupByKey()
    inside = pairs.join(labels, pairs["a"] == labels["number"]).select("a", "b", "label")
    linked = inside.rdd.map(lambda row: (row["label"], (row["a"], row["b"]))).groupByKey()
    rows = groups.leftOuterJoin(linked).flatMap(
        lambda group: _fold_group(group[1][0], group[1][1] or (), options)
    )
    return spark.createDataFrame(rows, SCHEMA)


def _newest(spark: SparkSession, parts: Path) -> DataFrame:
    """Return the newest row of each document with its text and, as `times`, its number of rows."""
    sig, texts = (_last(_rows(spark, parts, kind)) for kind in _KINDS)
    return sig.join(texts.drop("times", "day", "manifest"), "number")


def _rows(spark: SparkSession, parts: Path, kind: str) -> DataFrame:
    """Return all rows of a kind; folders are months, and days in version 1."""
    paths = sorted(str(path) for path in parts.glob(f"{kind}/*=*/*.parquet"))
    # Files state their days themselves, so names of folders must not become columns.
    reader = spark.read.option("mergeSchema", value=True).option("recursiveFileLookup", value=True)
    return reader.parquet(*paths)


def _last(every: DataFrame) -> DataFrame:
    # Rows of schema version 1 have no manifest number and are older than all that have one.
    numbered = every if "manifest" in every.columns else every.withColumn("manifest", f.lit(0))
    last = Window.partitionBy("number").orderBy(f.desc_nulls_last("manifest"))
    counted = numbered.withColumn("times", f.count("*").over(Window.partitionBy("number")))
    return counted.withColumn("rank", f.row_number().over(last)).where("rank = 1").drop("rank")


def _keys(spark: SparkSession, parts: Path, sig: DataFrame, options: FoldOptions) -> DataFrame:
    """Return the band keys of all documents (key, number, day).

    Those of documents with several rows are computed again from the newest text.
    """
    bands = _rows(spark, parts, "bands")
    # A band row names its document and not the row of it, so old keys cannot be told apart.
    again = sig.where("times > 1")
    computed = again.rdd.flatMap(lambda row: _keys_again(row.asDict(), options))
    return (
        bands.join(again.select("number"), "number", "left_anti")
        .select("key", "number", "day")
        .union(spark.createDataFrame(computed, "key long, number long, day date"))
    )


def _keys_again(row: dict[str, Any], options: FoldOptions) -> Iterator[tuple[Any, ...]]:
    again = signed(redraft(row), frozenset(row["dropped"]))
    yield from (
        (band["key"], band["number"], band["day"])
        for band in tables([again], options.features)[1].to_pylist()
    )


def _pairs(keys: DataFrame, options: FoldOptions) -> DataFrame:
    """Return the candidate pairs (a, b): documents of one key that are near each other in it.

    The rule is that of `processing.matching.candidates`.
    """
    order = Window.partitionBy("key").orderBy("day", "number")
    ranked = keys.distinct().withColumn("rank", f.row_number().over(order) - 1)
    # Blocks of `bucket` ranks, each joined with itself and the next: a self-join of a whole key
    # would make the square of its documents.
    ranked = ranked.withColumn("block", f.floor(f.col("rank") / options.bucket))
    next_block = ranked.where("block > 0").withColumn("block", f.col("block") - 1)
    names = ("number", "day", "rank")
    first = ranked.select("key", "block", *(f.col(name).alias(f"{name}_a") for name in names))
    second = ranked.union(next_block).select(
        "key", "block", *(f.col(name).alias(f"{name}_b") for name in names)
    )
    days, apart = options.window_days, f.col("rank_b") - f.col("rank_a")
    # The lowest three bits of a key are its kind; equal titles count within a day only.
    reach = f.when(f.col("key").bitwiseAND(7) == TITLE, min(1, days)).otherwise(days)
    near = (apart > 0) & (apart <= options.bucket) & (f.datediff("day_b", "day_a") <= reach)
    pairs = first.join(second, ["key", "block"]).where(near)
    ends = f.least("number_a", "number_b").alias("a"), f.greatest("number_a", "number_b").alias("b")
    return pairs.select(*ends).distinct()


def _fold_group(
    rows: Iterable[Row], pairs: Iterable[tuple[int, int]], options: FoldOptions
) -> list[tuple[Any, ...]]:
    """Judge and resolve one component of the candidate graph; return its rows of `clusters`."""
    names = set(SIGNED.names)
    signed_rows = [
        {name: value for name, value in row.asDict().items() if name in names} for row in rows
    ]
    # Spark groups in any order; the fold of one machine has documents sorted by id.
    table = pa.Table.from_pylist(signed_rows, schema=SIGNED).sort_by("id")
    candidates = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    edges = edge_table(
        edge for edge in judged(candidates, table, options) if edge[2].link != "none"
    )
    nodes = {node.number: node for node in map(node_of, table.to_pylist())}
    resolved = resolve(nodes, [edge_of(edge) for edge in edges.to_pylist()], frozenset(nodes))
    return [tuple(row.values()) for row in cluster_table(resolved, nodes).to_pylist()]


def main() -> int:
    """Fold the folder PARTS of the command line into the folder OUT, which must not exist."""
    parts, out = sys.argv[1:]
    spark = session()
    options = FoldOptions(window_days=settings().fold_window_days)
    clusters(spark, Path(parts), options).write.mode("errorifexists").parquet(out)
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
