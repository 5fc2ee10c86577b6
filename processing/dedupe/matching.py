"""match: candidates, compared text by text, become edges."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.candidates import pairs
from processing.dedupe.columns import EDGES
from processing.dedupe.documents import FoldOptions
from processing.dedupe.fresh import Fresh
from processing.dedupe.judging import Text, Verdict, judge, text_of
from processing.dedupe.partitions import Partitions, widened

_KNOWN = """
    SELECT DISTINCT a, b FROM raw_edges
    WHERE a IN (SELECT number FROM fresh_numbers) OR b IN (SELECT number FROM fresh_numbers) ORDER BY a, b
"""


def match(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the edges of every document of `fresh`, sorted, with those that hold no longer as "none"."""
    known = _known(partitions, fresh)
    found = np.unique(np.concatenate([pairs(partitions, fresh), known]), axis=0)
    texts = _rows(partitions, fresh, found)
    before = {(a, b) for a, b in known.tolist()}
    rows: list[dict[str, object]] = []
    for left, right, verdict in _judged(found, texts, partitions.options):
        if verdict.link != "none" or (left.number, right.number) in before:
            rows.append(_row(left, right, verdict))
    rows.sort(key=lambda row: (row["a"], row["b"]))
    return pa.Table.from_pylist(rows, schema=EDGES)


def _known(partitions: Partitions, fresh: Fresh) -> NDArray[np.int64]:
    partitions.show("edges", widened(fresh.days, partitions.options.window_days), EDGES)
    partitions.keep("fresh_numbers", fresh.numbers)
    table = partitions.table(_KNOWN)
    return np.stack([np.asarray(table["a"]), np.asarray(table["b"])], axis=1).astype(np.int64)


def _rows(partitions: Partitions, fresh: Fresh, found: NDArray[np.int64]) -> tuple[pa.Table, Mapping[int, int]]:
    needed = np.unique(found)
    mine = fresh.sig.filter(pa.array(np.isin(fresh.numbers, needed)))
    table = pa.concat_tables([mine, partitions.rows(np.setdiff1d(needed, fresh.numbers)).cast(mine.schema)])
    return table, {int(number): place for place, number in enumerate(np.asarray(table["number"]))}


def _judged(
    found: NDArray[np.int64], texts: tuple[pa.Table, Mapping[int, int]], options: FoldOptions
) -> Iterator[tuple[Text, Text, Verdict]]:
    """Judge group by group, so that only the texts of one group of candidates are in memory as shingles."""
    table, places = texts
    for group in _groups(found):
        numbers = [number for number in np.unique(group).tolist() if number in places]
        rows = table.take([places[number] for number in numbers]).to_pylist()
        read = {row["number"]: text_of(row, options) for row in rows}
        for a, b in group.tolist():
            if a in read and b in read:
                yield read[a], read[b], judge(read[a], read[b], options)


def _groups(found: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the pairs by connected component of the candidate graph, in the order of their first pair."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        parent.setdefault(number, number)
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for a, b in found.tolist():
        one, other = root(a), root(b)
        parent[max(one, other)] = min(one, other)
    labels = np.array([root(a) for a in found[:, 0].tolist()], np.int64)
    order = np.argsort(labels, kind="stable")
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    yield from (group for group in np.split(found[order], cuts) if group.size)


def _row(left: Text, right: Text, verdict: Verdict) -> dict[str, object]:
    return {
        "a": left.number,
        "b": right.number,
        "link": verdict.link,
        "jaccard": verdict.jaccard,
        "containment": verdict.containment,
        "begins": verdict.span[0],
        "ends": verdict.span[1],
        "evidence": verdict.evidence,
        "day_a": left.day,
        "day_b": right.day,
        "day": max(left.day, right.day),
    }
