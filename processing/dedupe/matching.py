"""match: candidates, compared text by text, become edges."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.candidates import pairs
from processing.dedupe.columns import EDGES
from processing.dedupe.documents import FoldOptions
from processing.dedupe.fresh import Fresh
from processing.dedupe.judging import Text, Verdict, judge, text_of
from processing.dedupe.linked import components
from processing.dedupe.nodes import NODE
from processing.dedupe.partitions import Partitions, widened
from processing.dedupe.sieve import promising

_TOGETHER: Final = 256
_COLUMNS: Final = (*NODE, "dropped", "text", "facts")
_TIMES: Final = ("published_at", "fetched_at", "day")
_JUDGED: Final = ("number", "article_id", "outlet", "title", "dropped", "text", "facts", *_TIMES)
_KNOWN = """
    SELECT DISTINCT a, b FROM raw_edges
    WHERE a IN (SELECT number FROM fresh_numbers) OR b IN (SELECT number FROM fresh_numbers) ORDER BY a, b
"""


def match(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the edges of every document of `fresh`, sorted, with those that hold no longer as "none"."""
    known = _known(partitions, fresh)
    candidates = pairs(partitions, fresh)
    rows = _rows(partitions, fresh, np.concatenate([candidates, known]))
    found = np.unique(np.concatenate([promising(candidates, rows, partitions.options), known]), axis=0)
    before = {(a, b) for a, b in known.tolist()}
    return edge_table(
        (left, right, verdict)
        for left, right, verdict in judged(found, rows, partitions.options)
        if verdict.link != "none" or (left.number, right.number) in before
    )


def edge_table(found: Iterable[tuple[Text, Text, Verdict]]) -> pa.Table:
    """Return judged pairs as the table `edges`, sorted."""
    rows = [_row(left, right, verdict) for left, right, verdict in found]
    return pa.Table.from_pylist(rows, schema=EDGES).sort_by([("a", "ascending"), ("b", "ascending")])


def _known(partitions: Partitions, fresh: Fresh) -> NDArray[np.int64]:
    partitions.show("edges", widened(fresh.days, partitions.options.window_days), EDGES)
    partitions.keep("fresh_numbers", fresh.numbers)
    table = partitions.table(_KNOWN)
    return np.stack([np.asarray(table["a"]), np.asarray(table["b"])], axis=1).astype(np.int64)


def _rows(partitions: Partitions, fresh: Fresh, found: NDArray[np.int64]) -> pa.Table:
    needed = np.unique(found)
    mine = fresh.sig.select(_COLUMNS).filter(pa.array(np.isin(fresh.numbers, needed)))
    return pa.concat_tables([mine, partitions.signatures.rows(np.setdiff1d(needed, fresh.numbers), _COLUMNS)])


def judged(found: NDArray[np.int64], table: pa.Table, options: FoldOptions) -> Iterator[tuple[Text, Text, Verdict]]:
    """Judge pairs on the rows of `sig` in `table`; a pair that lacks one is left out.

    They are judged group by group, so that only the texts of a few groups of candidates are in memory as shingles.
    """
    table = table.select(_JUDGED).combine_chunks()  # many small takes from pieces are slow
    places = {int(number): place for place, number in enumerate(np.asarray(table["number"]))}
    for group in _groups(found):
        numbers = [number for number in np.unique(group).tolist() if number in places]
        rows = table.take([places[number] for number in numbers]).to_pylist()
        read = {row["number"]: text_of(row, options) for row in rows}
        for a, b in group.tolist():
            if a in read and b in read:
                yield read[a], read[b], judge(read[a], read[b], options)


def _groups(found: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the pairs by connected components of the candidate graph, several small ones at once."""
    if not found.size:
        return
    numbers, labels = components(found)
    roots = labels[np.searchsorted(numbers, found[:, 0])]
    order = np.argsort(roots, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(roots[order])) + 1, len(found))
    last = np.append(ends[1:] // _TOGETHER != ends[:-1] // _TOGETHER, [True])
    yield from np.split(found[order], ends[last][:-1])


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
