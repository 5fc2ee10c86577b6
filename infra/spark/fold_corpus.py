"""Fold an archive's signatures on Spark: the same keys, judgement and resolving as on one machine, hence the same rows.

    spark-submit infra/spark/fold_corpus.py PARTS OUT

PARTS is the folder `dedupe/v=…` of an archive (`sig`, `texts`, `bands`, each `day=…/*.parquet`), OUT a folder for the
cluster rows as Parquet. Buckets are joined as DataFrames; a component of the candidate graph is then judged and
resolved as a whole in one Python worker, so that what decides is `processing.dedupe` and nothing else.

Connected components with DataFrames: large-star and small-star (Kiveris et al., SoCC 2014) to a fixed point.
"""

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


def _both_ways(edges: DataFrame) -> DataFrame:
    return edges.select("a", "b").union(edges.select(f.col("b").alias("a"), f.col("a").alias("b")))


def _large_star(edges: DataFrame) -> DataFrame:
    """Link every larger neighbour of a node to the smallest thing near the node."""
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
    mark = None
    while True:
        edges = _small_star(_large_star(edges)).localCheckpoint()
        found = edges.agg(f.count("*"), f.sum(f.xxhash64("a", "b").cast("decimal(38,0)"))).first()
        if found == mark:
            break
        mark = found
    roots = edges.select(f.col("a").alias("number"), f.col("a").alias("label")).distinct()
    return edges.select(f.col("b").alias("number"), f.col("a").alias("label")).union(roots)


_KINDS = ("sig", "texts")
SCHEMA = (
    "article_id string, version_id string, cluster string, original string, relation string, parent string, "
    "score double, evidence string, day date, share_of_this double, share_of_parent double, "
    "original_confidence double, original_evidence string, stub boolean"
)


def session(cores: int = 2) -> SparkSession:
    """Return a local session without a web page and without a listening port beyond loopback."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("sillok fold")
    return builder.config(map=settings).getOrCreate()


def clusters(spark: SparkSession, parts: Path, options: FoldOptions) -> DataFrame:
    """Return the rows of `clusters` of all documents under `parts`."""
    sig = _newest(spark, parts).cache()
    pairs = _pairs(_keys(spark, parts, sig, options), options).cache()
    labels = components(pairs).cache()
    labelled = sig.join(labels, "number", "left").withColumn("label", f.coalesce("label", "number"))
    groups = labelled.rdd.map(lambda row: (row["label"], row)).groupByKey()
    inside = pairs.join(labels, pairs["a"] == labels["number"]).select("a", "b", "label")
    linked = inside.rdd.map(lambda row: (row["label"], (row["a"], row["b"]))).groupByKey()
    found = groups.leftOuterJoin(linked).flatMap(
        lambda each: _fold_group(each[1][0], each[1][1] or (), options)
    )
    return spark.createDataFrame(found, SCHEMA)


def _newest(spark: SparkSession, parts: Path) -> DataFrame:
    """Return the newest row of each document, its text, and how many it has.

    A row carries the number of its manifest; one of schema version 1 carries none, and is older
    than those that do.
    """
    sig, texts = (
        _last(spark, sorted(str(path) for path in parts.glob(f"{kind}/day=*/*.parquet")))
        for kind in _KINDS
    )
    return sig.join(texts.drop("times", "day", "manifest"), "number")


def _last(spark: SparkSession, paths: list[str]) -> DataFrame:
    every = spark.read.option("mergeSchema", value=True).parquet(*paths)
    numbered = every if "manifest" in every.columns else every.withColumn("manifest", f.lit(0))
    last = Window.partitionBy("number").orderBy(f.desc_nulls_last("manifest"))
    counted = numbered.withColumn("times", f.count("*").over(Window.partitionBy("number")))
    return counted.withColumn("place", f.row_number().over(last)).where("place = 1").drop("place")


def _keys(spark: SparkSession, parts: Path, sig: DataFrame, options: FoldOptions) -> DataFrame:
    """Return the band keys.

    Those of documents signed more than once are made again from their newest text.
    """
    bands = spark.read.parquet(*sorted(str(path) for path in parts.glob("bands/day=*/*.parquet")))
    again = sig.where("times > 1")
    made = again.rdd.flatMap(lambda row: _keys_again(row.asDict(), options))
    return (
        bands.join(again.select("number"), "number", "left_anti")
        .select("key", "number", "day")
        .union(spark.createDataFrame(made, "key long, number long, day date"))
    )


def _keys_again(row: dict[str, Any], options: FoldOptions) -> Iterator[tuple[Any, ...]]:
    again = signed(redraft(row), frozenset(row["dropped"]))
    yield from (
        (each["key"], each["number"], each["day"])
        for each in tables([again], options.features)[1].to_pylist()
    )


def _pairs(keys: DataFrame, options: FoldOptions) -> DataFrame:
    """Return the candidates: documents of one key that are near each other in it, see `processing.matching.candidates`."""
    order = Window.partitionBy("key").orderBy("day", "number")
    placed = keys.distinct().withColumn("place", f.row_number().over(order) - 1)
    placed = placed.withColumn("block", f.floor(f.col("place") / options.bucket))
    beside = placed.where("block > 0").withColumn("block", f.col("block") - 1)
    one = placed.select(
        "key", "block", *(f.col(name).alias(f"{name}_a") for name in ("number", "day", "place"))
    )
    other = placed.union(beside).select(
        "key", "block", *(f.col(name).alias(f"{name}_b") for name in ("number", "day", "place"))
    )
    days, apart = options.window_days, f.col("place_b") - f.col("place_a")
    reach = f.when(f.col("key").bitwiseAND(7) == TITLE, min(1, days)).otherwise(days)
    near = (apart > 0) & (apart <= options.bucket) & (f.datediff("day_b", "day_a") <= reach)
    found = one.join(other, ["key", "block"]).where(near)
    ends = f.least("number_a", "number_b").alias("a"), f.greatest("number_a", "number_b").alias("b")
    return found.select(*ends).distinct()


def _fold_group(
    rows: Iterable[Row], pairs: Iterable[tuple[int, int]], options: FoldOptions
) -> list[tuple[Any, ...]]:
    """Judge and resolve one component of the candidate graph."""
    names = set(SIGNED.names)
    said = [{name: value for name, value in row.asDict().items() if name in names} for row in rows]
    table = pa.Table.from_pylist(said, schema=SIGNED).sort_by("id")
    found = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    edges = edge_table(each for each in judged(found, table, options) if each[2].link != "none")
    nodes = {node.number: node for node in map(node_of, table.to_pylist())}
    resolved = resolve(nodes, [edge_of(edge) for edge in edges.to_pylist()], frozenset(nodes))
    return [tuple(row.values()) for row in cluster_table(resolved, nodes).to_pylist()]


def main() -> int:
    """Fold the parts named on the command line."""
    parts, out = sys.argv[1:]
    spark = session()
    options = FoldOptions(window_days=settings().fold_window_days)
    clusters(spark, Path(parts), options).write.mode("errorifexists").parquet(out)
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
