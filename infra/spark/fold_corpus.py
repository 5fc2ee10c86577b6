"""Folds a whole archive on Spark: the same rows as `sillok fold --corpus` on one machine.

    spark-submit --master spark://HOST:7077 infra/spark/fold_corpus.py OUT

The archive is that of `SILLOK_STORE`. Its manifests name the parts of signatures; executors read
them through our own store, no Hadoop file system, and compare each with its sum. Buckets are joined
as DataFrames. Each component of the candidate graph is then judged and resolved as a whole in one
Python worker, with the functions of `processing.matching` and `processing.resolving`. The driver
writes OUT, one JSON line per document.

The job sends the package `processing` to the executors itself; what that imports (numpy, pyarrow,
boto3, …) is to be in their Python. The keys of a bucket come from each node's own environment, and
are neither in Spark's configuration nor in what the driver sends.

Connected components are found with large-star and small-star steps until nothing changes (Kiveris
et al., "Connected Components in MapReduce and Beyond", SoCC 2014).
"""

import argparse
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel  # type: ignore[import-not-found,unused-ignore]  # an extra
from pyspark.sql import DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as f
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.archive.folding import ArchiveWindow, unsigned
from processing.errors import CorruptRecordError, PermanentError, SillokError, TransientError
from processing.matching.pairs import edge_table, judged, promising
from processing.resolving.clusters import edge_of, node_of
from processing.resolving.resolve import cluster_table, resolve
from processing.settings import Settings, settings
from processing.signing.columns import BANDS, CLUSTERS, SIG, SIGNED, TEXTS
from processing.signing.documents import FoldOptions
from processing.signing.shingles import TITLE
from processing.signing.signature import redrafts, signed, tables
from processing.signing.window import PartitionKind
from processing.store.opening import open_store

_ALWAYS = (date.min, date.max)
_KINDS: Final[tuple[PartitionKind, ...]] = ("sig", "texts", "bands")
_TIMES = ("published_at", "fetched_at")
_PLAIN = pa.schema(
    [field.with_type(pa.int64()) if field.name in _TIMES else field for field in SIGNED]
)
"""The columns of `SIGNED` as Spark has them: moments as microseconds since 1970.

Spark gives Python the wall clock of the worker's own time zone in place of a moment.
"""
SIGNED_SCHEMA = from_arrow_schema(_PLAIN.append(pa.field("manifest", pa.int64())))
"""The columns of `_PLAIN` and the number of the manifest that brought the row."""
BANDS_SCHEMA = from_arrow_schema(BANDS)
SCHEMA = from_arrow_schema(CLUSTERS)
_TWICE = StorageLevel.DISK_ONLY_2


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
        # Without a checkpoint, the plan of each round would contain those of all rounds before. It
        # cannot be computed again, so each block lies on two executors: one may be lost.
        edges = _small_star(_large_star(edges)).localCheckpoint(storageLevel=_TWICE)
        # A sum as decimal, because one of 64-bit hashes overflows.
        sums = edges.agg(f.count("*"), f.sum(f.xxhash64("a", "b").cast("decimal(38,0)"))).first()
        if sums == digest:
            break
        digest = sums
    roots = edges.select(f.col("a").alias("number"), f.col("a").alias("label")).distinct()
    return edges.select(f.col("b").alias("number"), f.col("a").alias("label")).union(roots)


def session() -> SparkSession:
    """Return a session on the cluster that `spark-submit` names."""
    # Workers of Spark are `python3` of the PATH otherwise, which may lack what this one has.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Adaptive joins would put what is few bytes and much work into one task.
    options: dict[str, bool | float | int | str | None] = {
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
    }
    return SparkSession.builder.appName("sillok fold").config(map=options).getOrCreate()


def packed(folder: Path) -> Path:
    """Zip the package `processing` into `folder`, as executors take it."""
    path = folder / "sillok.zip"
    root = Path(str(files("processing")))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(root.rglob("*.py")):
            archive.write(file, Path(root.name) / file.relative_to(root))
    return path


class ArchiveParts:
    """The parts of an archive's signatures, for executors to read.

    It is sent to them without the store's keys, which their own environment has.
    """

    def __init__(self, options: Settings) -> None:
        names = {name for name in Settings.model_fields if name.startswith("store")}
        # What a `SecretStr` holds would be in each task that the driver sends.
        secret = {"store_access_key", "store_secret_key"}
        self._where = options.model_dump(mode="json", include=names - secret)

    def signed(self, pair: tuple[CatalogueObject, CatalogueObject]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a part of `sig` with their texts (`SIGNED_SCHEMA`).

        Raises CorruptRecordError where the part of `texts` is not the one that was written with it.
        """
        sig, texts = pair
        rows, beside = self._table(sig, (*SIG.names, "manifest")), self._table(texts, TEXTS.names)
        if rows["number"] != beside["number"]:
            raise CorruptRecordError(
                f"{texts.key} has not the texts of {sig.key}; restore the two together"
            )
        yield from signed_rows(rows, beside, sig.seq)

    def bands(self, part: CatalogueObject) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a part of `bands`: key, number, day."""
        yield from band_rows(self._table(part, ("key", "number", "day")))

    def _table(self, part: CatalogueObject, names: Iterable[str]) -> pa.Table:
        """Return columns of a part, whose sum was checked; those that it lacks are left out."""
        options = Settings(**self._where)
        # A part is read once: a lasting copy would only fill the node's disk.
        with tempfile.TemporaryDirectory(prefix="sillok-") as folder:
            path = Catalogue(open_store(options.store, options), Path(folder)).local(part)
            with pq.ParquetFile(path) as file:
                known = set(file.schema_arrow.names)
                columns = [name for name in names if name in known]
                return file.read(columns=columns, use_threads=False)


def signed_rows(sig: pa.Table, texts: pa.Table, seq: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows of `sig` with those of `texts` beside them (`SIGNED_SCHEMA`).

    Rows that state no manifest have `seq`, that of the manifest which added their part.
    """
    # Those of schema version 1 state none.
    stated = sig["manifest"].to_pylist() if "manifest" in sig.column_names else [None] * len(sig)
    columns = [
        (sig if name in sig.column_names else texts)[name].cast(_PLAIN.field(name).type).to_pylist()
        for name in _PLAIN.names
    ]
    manifests = [seq if number is None else number for number in stated]
    yield from zip(*columns, manifests, strict=True)


def band_rows(bands: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `bands`: key, number, day."""
    yield from zip(*(bands[name].to_pylist() for name in ("key", "number", "day")), strict=True)


def read(
    spark: SparkSession, catalogue: Catalogue, parts: ArchiveParts, options: FoldOptions
) -> tuple[DataFrame, DataFrame]:
    """Return all rows of `sig` with their texts, and all band keys, as executors will read them."""
    window = ArchiveWindow(catalogue, options.fingerprint)
    sig, texts, bands = (window.parts(kind, *_ALWAYS) for kind in _KINDS)
    if len(sig) != len(texts):
        raise CorruptRecordError(
            f"{catalogue.store.url} has {len(sig)} parts of signatures and {len(texts)} of their "
            "texts: `sillok audit` says which is missing"
        )
    _spread(spark, sum(part.sum.bytes for part in texts))
    pairs = list(zip(sig, texts, strict=True))
    return (
        _frame(spark, pairs, parts.signed, SIGNED_SCHEMA),
        _frame(spark, bands, parts.bands, BANDS_SCHEMA),
    )


def _frame(
    spark: SparkSession, parts: list[Any], rows: Callable[[Any], Iterator[Any]], schema: StructType
) -> DataFrame:
    # One task per part: where a task is lost, a part is read again.
    made = spark.sparkContext.parallelize(parts, max(1, len(parts))).flatMap(rows)
    return spark.createDataFrame(made, schema, verifySchema=False)


_TASK_BYTES = 16 << 20
"""Compressed texts of which one task judges the candidates: some 20,000 documents."""


def _spread(spark: SparkSession, size: int) -> None:
    """Set into how many tasks a shuffle goes, unless `spark-submit` was told."""
    name = "spark.sql.shuffle.partitions"
    if not spark.sparkContext.getConf().contains(name):
        cores = spark.sparkContext.defaultParallelism
        spark.conf.set(name, str(max(2 * cores, size // _TASK_BYTES)))


def clusters(
    spark: SparkSession, every: DataFrame, bands: DataFrame, options: FoldOptions
) -> DataFrame:
    """Return the rows of `clusters` of all documents that `every` (`SIGNED_SCHEMA`) has."""
    sig = _last(every).cache()
    pairs = _pairs(_keys(spark, bands, sig, options), options).cache()
    labels = components(pairs).cache()
    labelled = sig.join(labels, "number", "left").withColumn("label", f.coalesce("label", "number"))
    groups = labelled.rdd.map(lambda row: (row["label"], row)).groupByKey()
    inside = pairs.join(labels, pairs["a"] == labels["number"]).select("a", "b", "label")
    linked = inside.rdd.map(lambda row: (row["label"], (row["a"], row["b"]))).groupByKey()
    rows = groups.leftOuterJoin(linked).flatMap(
        lambda group: _fold_group(group[1][0], group[1][1] or (), options)
    )
    return spark.createDataFrame(rows, SCHEMA, verifySchema=False)


def _last(every: DataFrame) -> DataFrame:
    """Return the newest row of each document and, as `times`, its number of rows."""
    last = Window.partitionBy("number").orderBy(f.desc("manifest"))
    counted = every.withColumn("times", f.count("*").over(Window.partitionBy("number")))
    return counted.withColumn("rank", f.row_number().over(last)).where("rank = 1").drop("rank")


def _keys(spark: SparkSession, bands: DataFrame, sig: DataFrame, options: FoldOptions) -> DataFrame:
    """Return the band keys of all documents (key, number, day).

    Those of documents with several rows are computed again from the newest text.
    """
    # A band row names its document and not the row of it, so old keys cannot be told apart.
    again = sig.where("times > 1")
    computed = again.rdd.flatMap(lambda row: _keys_again(row, options))
    return (
        bands.join(again.select("number"), "number", "left_anti")
        .select("key", "number", "day")
        .union(spark.createDataFrame(computed, BANDS_SCHEMA, verifySchema=False))
    )


def _keys_again(row: Row, options: FoldOptions) -> Iterator[tuple[Any, ...]]:
    rows = _table_of([row]).to_pylist()
    (again,) = (
        signed(each, frozenset(cast("list[int]", each.row["dropped"]))) for each in redrafts(rows)
    )
    yield from (
        (band["key"], band["number"], band["day"])
        for band in tables([again], options.features)[1].to_pylist()
    )


def _pairs(keys: DataFrame, options: FoldOptions) -> DataFrame:
    """Return the candidate pairs (a, b): documents of one key that are near each other in it.

    The rule is that of `processing.matching.match`.
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
    # Spark groups in any order; the fold of one machine has documents sorted by id.
    table = _table_of(rows).sort_by("id")
    # The sieve decides too: a few pairs that it leaves out would be judged to be linked.
    candidates = promising(np.array(sorted(pairs), np.int64).reshape(-1, 2), table, options)
    edges = edge_table(
        edge for edge in judged(candidates, table, options) if edge[2].link != "none"
    )
    nodes = {node.number: node for node in map(node_of, table.to_pylist())}
    resolved = resolve(nodes, [edge_of(edge) for edge in edges.to_pylist()], frozenset(nodes))
    return [tuple(row.values()) for row in cluster_table(resolved, nodes).to_pylist()]


def _table_of(rows: Iterable[Row]) -> pa.Table:
    """Return rows of Spark as a table with the columns `SIGNED`."""
    plain = [{name: row[name] for name in SIGNED.names} for row in rows]
    return pa.Table.from_pylist(plain, schema=_PLAIN).cast(SIGNED)


_ROW = (
    ("id", "version_id"),
    *((name, name) for name in ("cluster", "original", "relation", "parent", "score", "evidence")),
    *((name, name) for name in ("share_of_this", "share_of_parent", "original_confidence")),
    *((name, name) for name in ("original_evidence", "stub")),
)
"""What a line of the output names, and the column of `clusters` that it is: as `sillok fold`."""


def fold_archive(out: Path) -> int:
    """Fold the archive of the settings into the file `out`, and return the number of documents.

    The file appears when it is whole. Raises PermanentError where articles have no signatures of
    this version of the fold, and MissingError for an archive without articles.
    """
    options = settings()
    catalogue = Catalogue(open_store(options.store, options), options.cache, options.heads)
    how = FoldOptions(window_days=options.fold_window_days)
    missing = unsigned(catalogue, ArchiveWindow(catalogue, how.fingerprint), how, _ALWAYS)
    if missing:
        raise PermanentError(
            f"{sum(len(batch.versions) for batch in missing)} articles of {catalogue.store.url} "
            "have signatures of another version of the fold alone: `sillok fold --corpus` signs "
            "them in its work folder and folds them"
        )
    # Executors fetch the package whenever they are started, so it stays as long as the session.
    with tempfile.TemporaryDirectory(prefix="sillok-") as folder:
        spark = session()
        try:
            spark.sparkContext.addPyFile(str(packed(Path(folder))))
            every, bands = read(spark, catalogue, ArchiveParts(options), how)
            return _write(clusters(spark, every, bands, how), out)
        finally:
            spark.stop()


def _write(rows: DataFrame, out: Path) -> int:
    """Write the rows in order of documents, and return how many."""
    part = out.with_name(f".{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with part.open("w", encoding="utf-8") as lines:
        # One part of the rows at a time, so that all need not fit into the driver.
        for row in rows.sort("version_id").toLocalIterator(prefetchPartitions=True):
            named = {name: row[column] for name, column in _ROW}
            lines.write(json.dumps(named, ensure_ascii=False) + "\n")
            count += 1
    part.replace(out)
    return count


def main() -> int:
    """Return 0, 1 for what may pass and 2 for what will not, after one line that says which."""
    parser = argparse.ArgumentParser(prog="fold_corpus.py", description=__doc__)
    parser.add_argument("out", type=Path, help="the file of rows, one JSON line per document")
    try:
        count = fold_archive(parser.parse_args().out)
    except SillokError as error:
        print(f"fold_corpus: {error}", file=sys.stderr)
        return 1 if isinstance(error, TransientError) else 2
    print(f"fold_corpus: {count} documents of the archive were folded", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
