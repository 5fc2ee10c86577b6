"""Recall of candidates beside brute force: `python -m infra.bench.folding recall [TABLE…]`.

Brute force counts the 5-grams of canonical characters that two documents share, without those of
more than 120 documents. Of the pairs that share half of the smaller text or more, those count that
the fold links. Without a table, composed news and the public part of the labelled benchmark are
measured, with their lines and as one line each.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.bench import folding_benchmark
from infra.bench.composed import START, compose
from processing.dedupe.by_hand import read_rows
from processing.matching.candidates import near
from processing.matching.verdict import Text, judge, text_of
from processing.signing.batch import sign
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import EmptyWindow, Partitions

# A 5-gram of more documents is boilerplate, and its pairs would be most of all pairs.
_COMMON: Final = 120
_LEAST: Final = 0.5
"""The share of the smaller text that two documents must share to be counted."""
_TOGETHER: Final = 4_000
"""Groups of pairs that are summed at once, which bounds memory."""


def recall(tables: Sequence[str]) -> None:
    """Print the share of linked pairs that are candidates, by corpus, link and outlets."""
    print("| corpus | link | outlets | pairs | candidates | recall |\n|---|---|---|---|---|---|")
    for name, documents in _corpora(tables).items():
        for (link, across), (found, every) in sorted(_measured(documents).items()):
            outlets = "several" if across else "one"
            print(
                f"| {name} | {link} | {outlets} | {every} | {found} | {found / every:.4f} |",
                flush=True,
            )


def _corpora(tables: Sequence[str]) -> dict[str, list[Document]]:
    if tables:
        return {
            name: [each for batch in read_rows(Path(name)).batches(10_000) for each in batch]
            for name in tables
        }
    found = {"composed": [each.document for each in compose(31, 900)]}
    if root := os.environ.get("SILLOK_FOLDING_BENCH"):
        found["public"] = folding_benchmark.documents(Path(root) / "public" / "docs.jsonl.gz")
    else:
        print("recall: composed news alone, SILLOK_FOLDING_BENCH names no benchmark folder")
    flat = {
        f"{name}, one line": [
            replace(each, text=each.text.replace("\n", " ")) for each in documents
        ]
        for name, documents in found.items()
    }
    return found | flat


def _measured(documents: Sequence[Document]) -> dict[tuple[str, bool], tuple[int, int]]:
    """Return the numbers of candidates and of all pairs, by link and whether outlets differ."""
    options = replace(FoldOptions(), window_days=100_000)
    with Partitions(EmptyWindow(), options) as partitions:
        fresh = sign(partitions, documents, START.date())
        pairs = near(partitions, fresh.bands, fresh.bands)
    texts = [text_of(row, options) for row in fresh.sig.to_pylist()]
    known = set(map(tuple, pairs.tolist()))
    found, every = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for a, b in _alike(texts).tolist():
        link = judge(texts[a], texts[b], options).link
        if link not in {"none", "quote"}:
            kind = link, texts[a].outlet != texts[b].outlet
            every[kind] += 1
            found[kind] += tuple(sorted((texts[a].number, texts[b].number))) in known
    return {kind: (found[kind], count) for kind, count in every.items()}


def _alike(texts: Sequence[Text]) -> NDArray[np.int64]:
    """Return the index pairs of texts that share half of the smaller one, by brute force."""
    count = len(texts)
    hashes = np.concatenate([each.shingles for each in texts])
    owners = np.repeat(np.arange(count), [each.shingles.size for each in texts])
    order = np.argsort(hashes, kind="stable")
    bounds = np.flatnonzero(np.concatenate([[True], np.diff(hashes[order]) != 0, [True]]))
    sizes = np.zeros(count, np.int64)
    keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    waiting: list[NDArray[np.int64]] = []
    for start, end in pairwise(bounds.tolist()):
        if end - start > _COMMON:
            continue
        mine = np.sort(owners[order[start:end]])
        sizes[mine] += 1
        one, other = np.triu_indices(mine.size, 1)
        waiting.append(mine[one] * count + mine[other])
        if len(waiting) == _TOGETHER:
            keys, counts = _summed(keys, counts, waiting)
            waiting = []
    keys, counts = _summed(keys, counts, waiting)
    left, right = keys // count, keys % count
    alike = counts >= _LEAST * np.maximum(1, np.minimum(sizes[left], sizes[right]))
    return np.stack([left, right], axis=1)[alike]


def _summed(
    keys: NDArray[np.int64], counts: NDArray[np.int64], more: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    new = np.concatenate([np.empty(0, np.int64), *more])
    every, place = np.unique(np.concatenate([keys, new]), return_inverse=True)
    weights = np.concatenate([counts, np.ones(new.size, np.int64)])
    return every, np.bincount(place, weights, minlength=every.size).astype(np.int64)
