"""How many of the pairs that brute force finds are candidates: `python -m infra.bench.folding recall [TABLE]`.

Brute force counts shared 5-grams of canonical characters of all pairs; those of more than 120 documents are left out of
the count. Of the pairs that contain half of the smaller text or more, those count that the judgement of the fold links.
Without a table the public part of the labelled benchmark and composed news are measured, in lines and as one line each.
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

_COMMON: Final = 120
_LEAST: Final = 0.5
_TOGETHER: Final = 4_000


def recall(tables: Sequence[str]) -> None:
    """Print for each corpus the share of linked pairs that are candidates, by link and across outlets."""
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
    """Return of each link, within an outlet and across, how many pairs are candidates and how many there are."""
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
    """Return the places of the pairs of which the smaller text is half in the other, by brute force."""
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
