"""Connected components with DataFrames: large-star and small-star (Kiveris et al., SoCC 2014) to a fixed point."""

from pyspark.sql import DataFrame  # type: ignore[import-not-found,unused-ignore]  # an optional extra
from pyspark.sql import functions as f


def _both_ways(edges: DataFrame) -> DataFrame:
    return edges.select("a", "b").union(edges.select(f.col("b").alias("a"), f.col("a").alias("b")))


def _large_star(edges: DataFrame) -> DataFrame:
    """Link every larger neighbour of a node to the smallest thing near the node."""
    near = _both_ways(edges)
    least = near.groupBy("a").agg(f.least(f.min("b"), f.first("a")).alias("least"))
    return near.join(least, "a").where("b > a").select(f.col("least").alias("a"), "b").where("a <> b").distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Link a node and its smaller neighbours to the smallest of them."""
    down = edges.select(f.greatest("a", "b").alias("node"), f.least("a", "b").alias("near"))
    least = down.groupBy("node").agg(f.min("near").alias("least"))
    linked = down.join(least, "node")
    moved = linked.select(f.col("least").alias("a"), f.col("near").alias("b")).where("a <> b")
    return moved.union(least.select(f.col("least").alias("a"), f.col("node").alias("b"))).distinct()


def components(edges: DataFrame) -> DataFrame:
    """Return (number, label) of every node of `edges` (a, b); the label is the smallest number of its component."""
    edges = edges.where("a <> b").select(f.least("a", "b").alias("a"), f.greatest("a", "b").alias("b")).distinct()
    mark = None
    while True:
        edges = _small_star(_large_star(edges)).localCheckpoint()
        found = edges.agg(f.count("*"), f.sum(f.xxhash64("a", "b").cast("decimal(38,0)"))).first()
        if found == mark:
            break
        mark = found
    roots = edges.select(f.col("a").alias("number"), f.col("a").alias("label")).distinct()
    return edges.select(f.col("b").alias("number"), f.col("a").alias("label")).union(roots)
