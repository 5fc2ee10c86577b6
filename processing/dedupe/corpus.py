"""`sillok fold --corpus`: fold an archive of any size, slice by slice, within a memory limit.

The same keys, judgement and resolving as a fold of a batch, in another order of work: band keys are
cut by their value into slices, so that each slice has whole buckets; its pairs go to disk; pairs
are judged a slice of documents at a time; components are found over numbers alone. DuckDB spills
what does not fit. For the command:

    corpus = Corpus(window, span, work, options=options, slices=16)
    for step in corpus.run(): ...          # (what was done, of how many), for a progress bar
    corpus.clusters                        # the parts of `clusters`, to be published or written out

`span` is the first and the last day. Every step leaves its files in `work` under its final name
only when it is whole, so that an interrupted run goes on; `work` is removed by the caller.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from processing.matching.match import signed_again
from processing.matching.pairs import components, edge_table, judged, promising
from processing.resolving.clusters import edge_of, node_of
from processing.resolving.resolve import cluster_table, resolve
from processing.signing.columns import BANDS, NODE
from processing.signing.documents import FoldOptions
from processing.signing.shingles import KEYS, TITLE
from processing.signing.window import Partitions, Window, write_part

# Parts are sorted by key, so a slice reads little but its own rows, as long as its bounds are
# literals.
# Of a document that was signed more than once the stored keys are of any time: its true ones come
# from its newest text.
_KEYS = """
    CREATE OR REPLACE VIEW true_bands AS
    SELECT key, number, day FROM raw_bands WHERE number NOT IN (SELECT number FROM superseded)
    UNION ALL SELECT key, number, day FROM again_bands
"""
# Which documents of a key are compared: see `processing.matching.match`.
_PAIRS = """
    COPY (
        WITH slice AS (SELECT key, number, day FROM true_bands WHERE key >= {first} AND key < {end}),
             shared AS (SELECT key FROM slice GROUP BY key HAVING count(*) > 1),
             placed AS (
                 SELECT key, number, day, row_number() OVER (PARTITION BY key ORDER BY day, number) - 1 AS place
                 FROM (SELECT DISTINCT key, number, day FROM slice SEMI JOIN shared USING (key))),
             one AS (SELECT *, place // $bucket AS block FROM placed),
             other AS (FROM one UNION ALL SELECT * REPLACE (block - 1 AS block) FROM one WHERE block > 0)
        SELECT DISTINCT least(one.number, other.number) AS a, greatest(one.number, other.number) AS b
        FROM one JOIN other USING (key, block)
        WHERE other.place > one.place AND other.place - one.place <= $bucket
          AND other.day - one.day <= CASE WHEN key & 7 = $title THEN least(1, $reach) ELSE $reach END)
    TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
_SLICE = """
    SELECT DISTINCT a, b FROM read_parquet({paths}) WHERE (a % $slices + $slices) % $slices = $slice ORDER BY a, b
"""


class Corpus:
    """A fold of all documents that a window holds within `span`."""

    def __init__(
        self,
        window: Window,
        span: tuple[date, date],
        work: Path,
        *,
        options: FoldOptions,
        slices: int = 16,
    ) -> None:
        self.window = window
        self.span = span
        self.work = work
        self.options = options
        self.slices = slices

    def run(self) -> Iterator[tuple[str, int, int]]:
        """Do all steps, and yield what was done, which part of it, and of how many."""
        (self.work / "temp").mkdir(parents=True, exist_ok=True)
        with Partitions(self.window, self.options, self.work / "temp") as partitions:
            self._show(partitions)
            for slice_number in range(self.slices):
                self._find_pairs(partitions, slice_number)
                yield "pairs", slice_number + 1, self.slices
            for slice_number in range(self.slices):
                self._judge(partitions, slice_number)
                yield "edges", slice_number + 1, self.slices
            labels = components(self._links())
            for slice_number in range(self.slices):
                self._resolve(partitions, labels, slice_number)
                yield "clusters", slice_number + 1, self.slices

    @property
    def clusters(self) -> list[Path]:
        return [self._path("clusters", slice_number) for slice_number in range(self.slices)]

    def candidates(self) -> NDArray[np.int64]:
        """Return all pairs that share a key, without judging them."""
        (self.work / "temp").mkdir(parents=True, exist_ok=True)
        with Partitions(self.window, self.options, self.work / "temp") as partitions:
            self._show(partitions)
            paths = [
                str(self._find_pairs(partitions, slice_number))
                for slice_number in range(self.slices)
            ]
            found = partitions.table(f"SELECT DISTINCT a, b FROM read_parquet({paths})")  # noqa: S608 - paths of our own
        return np.stack([np.asarray(found["a"]), np.asarray(found["b"])], axis=1).astype(np.int64)

    def _show(self, partitions: Partitions) -> None:
        partitions.show("bands", self.span, BANDS)
        signatures = partitions.read_signatures(self.span)
        partitions.keep("superseded", signatures.again)
        partitions.database.register("again_bands", signed_again(partitions, signatures.again[:0]))
        partitions.database.execute(_KEYS)

    def _find_pairs(self, partitions: Partitions, slice_number: int) -> Path:
        """Write the pairs of documents that share a key of the slice."""
        path = self._path("pairs", slice_number)
        if not path.exists():
            part = path.with_suffix(".part")
            first, end = (KEYS * bound // self.slices for bound in (slice_number, slice_number + 1))
            query = _PAIRS.format(path=str(part).replace("'", "''"), first=first, end=end)
            options = self.options
            values = {"bucket": options.bucket, "reach": options.window_days, "title": TITLE}
            partitions.database.execute(query, values)
            part.replace(path)
        return path

    def _judge(self, partitions: Partitions, slice_number: int) -> None:
        path = self._path("edges", slice_number)
        if path.exists():
            return
        paths = [str(self._path("pairs", other)) for other in range(self.slices)]
        found = partitions.table(_SLICE.format(paths=paths), slices=self.slices, slice=slice_number)
        pairs = np.stack([np.asarray(found["a"]), np.asarray(found["b"])], axis=1).astype(np.int64)
        rows = partitions.signatures.rows(np.unique(pairs))
        verdicts = judged(promising(pairs, rows, self.options), rows, self.options)
        self._write(edge_table(verdict for verdict in verdicts if verdict[2].link != "none"), path)

    def _links(self) -> NDArray[np.int64]:
        tables = [
            pq.read_table(self._path("edges", slice_number), columns=["a", "b"])
            for slice_number in range(self.slices)
        ]
        found = pa.concat_tables(tables)
        return np.stack([np.asarray(found["a"]), np.asarray(found["b"])], axis=1).astype(np.int64)

    def _resolve(
        self,
        partitions: Partitions,
        labels: tuple[NDArray[np.int64], NDArray[np.int64]],
        slice_number: int,
    ) -> None:
        path = self._path("clusters", slice_number)
        if path.exists():
            return
        numbers, roots = labels
        mine = numbers[roots % self.slices == slice_number]
        alone = np.setdiff1d(partitions.signatures.numbers, numbers, assume_unique=True)
        wanted = np.concatenate([mine, alone[alone % self.slices == slice_number]])
        nodes = {
            node.number: node
            for node in map(node_of, partitions.signatures.rows(wanted, NODE).to_pylist())
        }
        edges = pa.concat_tables(
            [pq.read_table(self._path("edges", other)) for other in range(self.slices)]
        )
        touching = edges.filter(pa.array(np.isin(np.asarray(edges["a"]), mine)))
        clusters = resolve(nodes, [edge_of(row) for row in touching.to_pylist()], frozenset(nodes))
        self._write(cluster_table(clusters, nodes), path)

    def _path(self, kind: str, slice_number: int) -> Path:
        return self.work / f"{kind}-{slice_number:04d}.parquet"

    @staticmethod
    def _write(table: pa.Table, path: Path) -> None:
        write_part(table, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)
