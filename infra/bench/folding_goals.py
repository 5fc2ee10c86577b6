"""What folding is held to, beside what it does: relations by label, forms of a text, originals.

Used by `python -m infra.bench.folding goals|recall|hand`. For `goals`, composed news and the public
part of the labelled benchmark are folded with their lines, as one line each and without outlet
classes, and their rows are compared with the labels.

For `recall`, brute force counts the 5-grams of canonical characters that two documents share,
without those of more than 120 documents. Of the pairs that share half of the smaller text or more,
those count that the fold links. Without a table, the same corpora are measured, in both forms.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from infra.bench import folding_benchmark
from infra.bench.composed import START, compose
from processing.dedupe.by_hand import fold_file, read_rows
from processing.dedupe.fold import fold
from processing.matching.match import near
from processing.matching.verdict import Text, judge, texts_of
from processing.signing.batch import sign
from processing.signing.documents import Document, FoldOptions, number
from processing.signing.window import EmptyWindow, Partitions

COPY: Final = frozenset({"copy", "version", "followup"})
RIGHT: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "copies": dict.fromkeys(
        (
            "exact", "byline", "entity", "headline", "light", "portal_wrap", "aggr_wrap", "combo", "tpl_copy", "update",
            "same", "respaced", "edited", "own-lead", "updated", "combined",
        ),
        COPY,
    ),
    "cuts": dict.fromkeys(("trunc", "cut", "middle"), frozenset({"excerpt"})),
    "digests": {"digest": frozenset({"digest", "contains"})},
    "rewrites": dict.fromkeys(
        ("rewrite50", "paraphrase_full"), frozenset({"derivative", "original"})
    ),
}  # fmt: skip
"""For each group of labels the relations that are right.

In one outlet a cut text is a version, which is right too.
"""
SURE: Final = 0.9
"""The `original_confidence` from which on an original is to be right."""

BEFORE: Final = {"public": (10_559, 10_443), "composed 31": (2_392, 2_386)}
"""Pairs of two outlets that were linked, in lines and as one line each, when keys were whole lines.

Counted on the same documents before keys became passages; links by a quote were not known then.
"""

Rows = dict[str, dict[str, Any]]
Labels = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class LabelledCorpus:
    """Documents, what each is labelled, and for each story its true original."""

    documents: Sequence[Document]
    labels: Labels
    originals: Mapping[str, str]


def goals(public: Path | None) -> None:
    """Print what came of each goal, on composed news and, where it is there, on the public part."""
    corpora = {f"composed {seed}": composed_corpus(seed) for seed in (31, 45)}
    if public:
        corpora["public"] = public_corpus(public)
    for name, corpus in corpora.items():
        _print(name, corpus)


def composed_corpus(seed: int, stories: int = 900) -> LabelledCorpus:
    """Return composed news with its labels."""
    made = list(compose(seed, stories))
    labels = {
        each.document.id: {"transform": each.kind, "copy_cluster": each.cluster} for each in made
    }
    firsts = {each.cluster: each.document.id for each in made if each.kind == "original"}
    return LabelledCorpus([each.document for each in made], labels, firsts)


def public_corpus(folder: Path) -> LabelledCorpus:
    """Return the public part of the labelled benchmark."""
    labels = folding_benchmark.labels(folder / "labels.jsonl.gz")
    firsts = {
        row["copy_cluster"]: name for name, row in labels.items() if row["transform"] == "root"
    }
    documents = folding_benchmark.documents(folder / "docs.jsonl.gz")
    return LabelledCorpus(documents, labels, firsts)


def folded(documents: Sequence[Document]) -> tuple[Rows, int]:
    """Return the row of each document by its id, and how many pairs are linked across outlets."""
    made = fold(documents, EmptyWindow(), day=START.date(), options=FoldOptions())
    rows = {str(row["version_id"]): row for row in made.clusters.to_pylist()}
    outlets = {number(document.id): document.outlet for document in documents}
    edges = [
        edge
        for (kind, _), table in made.parts.items()
        if kind == "edges"
        for edge in table.select(["a", "b", "link"]).to_pylist()
    ]
    across = sum(
        edge["link"] not in {"none", "quote"} and outlets[edge["a"]] != outlets[edge["b"]]
        for edge in edges
    )
    return rows, across


def _print(name: str, corpus: LabelledCorpus) -> None:
    rows, across = folded(corpus.documents)
    flat, flat_across = folded(
        [replace(each, text=_one_line(each.text)) for each in corpus.documents]
    )
    bare, _ = folded([replace(each, outlet_class="") for each in corpus.documents])
    print(f"\n{name}: {len(rows):,} documents\n\n| label | relations |\n|---|---|")
    told = {identity: str(row["relation"]) for identity, row in rows.items()}
    for label, counts in folding_benchmark.relations(corpus.labels, told).items():
        print(f"| {label} | {', '.join(f'{each} {count}' for each, count in counts.items())} |")
    print("\n| goal | wanted | found | of |\n|---|---|---|---|")
    outlets = {each.id: each.outlet for each in corpus.documents}
    for group, (right, every) in by_group(corpus.labels, rows, outlets).items():
        _row(f"{group}: relation right", 0.98, right, every)
    _row("pairs of both forms, in lines and as one line", 0.99, *shared_pairs(rows, flat))
    for form, found in (("in lines", rows), ("as one line", flat)):
        label = f"parents of the own story, not of boilerplate alone, {form}"
        _row(label, 0.99, *own_parents(corpus.labels, found))
    _print_across(name, {"in lines": across, "as one line": flat_across})
    classes = {each.id: each.outlet_class for each in corpus.documents}
    wires = {key: name for key, name in corpus.originals.items() if classes[name] == "wire"}
    _row("originals of wire clusters", 0.99, *right_originals(wires, rows))
    _row("the same without outlet classes", 0.99, *right_originals(wires, bare))
    for form, found in (("with classes", rows), ("without", bare)):
        sure = right_originals(corpus.originals, found, SURE)
        _row(f"originals of confidence {SURE} or more, {form}", 0.99, *sure)


def _print_across(name: str, linked: Mapping[str, int]) -> None:
    """Print the pairs linked across outlets by the form of their texts, where they were counted before."""
    for (form, count), before in zip(linked.items(), BEFORE.get(name, ()), strict=False):
        _row(f"pairs linked across outlets, {form}, to those before", 1.0, count, before)


def _row(what: str, wanted: float, right: int, every: int) -> None:
    share = right / every if every else 1.0
    missed = "" if share >= wanted else " MISSED"
    print(f"| {what} | {wanted} | {share:.4f}{missed} | {every:,} |", flush=True)


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def by_group(
    labels: Labels, rows: Mapping[str, Mapping[str, Any]], outlets: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Return for each group of `RIGHT` how many documents have a right relation, and its size."""
    found: dict[str, tuple[int, int]] = {}
    for group, wanted in RIGHT.items():
        mine = [identity for identity, row in labels.items() if row["transform"] in wanted]
        right = 0
        for identity in mine:
            row = rows[identity]
            parent = row["parent"]
            own = bool(parent) and outlets[identity] == outlets[str(parent)]
            good = wanted[str(labels[identity]["transform"])]
            right += row["relation"] in good or (own and row["relation"] in COPY)
        if mine:
            found[group] = (right, len(mine))
    return found


def shared_pairs(one: Rows, other: Rows) -> tuple[int, int]:
    """Return how many pairs share a cluster in both folds, and how many in one at least."""
    pairs = [_pairs(rows) for rows in (one, other)]
    return len(pairs[0] & pairs[1]), len(pairs[0] | pairs[1])


def _pairs(rows: Rows) -> set[tuple[str, str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for identity in sorted(rows):
        groups[str(rows[identity]["cluster"])].append(identity)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def own_parents(labels: Labels, rows: Rows) -> tuple[int, int]:
    """Return how many copies, cuts and versions have a parent of their own story, and of how many.

    One of another story rests on boilerplate, or on a passage that both quote.
    """
    merged = COPY | {"excerpt"}
    told = [
        (labels[identity], labels[str(row["parent"])])
        for identity, row in rows.items()
        if row["relation"] in merged and row["cluster"] == rows[str(row["parent"])]["cluster"]
    ]
    right = sum(
        mine["copy_cluster"] == theirs["copy_cluster"]
        or mine.get("story", "") == theirs.get("story", 0)
        for mine, theirs in told
    )
    return right, len(told)


def right_originals(
    originals: Mapping[str, str], rows: Rows, least: float = 0.0
) -> tuple[int, int]:
    """Return how many clusters of several documents have their true original, and of how many.

    Only those count whose `original_confidence` is `least` or more.
    """
    sizes = Counter(str(row["cluster"]) for row in rows.values())
    found = [
        row["original"] == name
        for name in originals.values()
        if sizes[str((row := rows[name])["cluster"])] > 1 and row["original_confidence"] >= least
    ]
    return sum(found), len(found)


# A 5-gram of more documents is boilerplate, and its pairs would be most of all pairs.
_COMMON: Final = 120
_LEAST: Final = 0.5
"""The share of the smaller text that two documents must share to be counted."""
_WANTED: Final = 0.98
"""The share of all linked pairs that are to be candidates."""
_TOGETHER: Final = 4_000
"""Groups of pairs that are summed at once, which bounds memory."""


def recall(tables: Sequence[str]) -> None:
    """Print the share of linked pairs that are candidates, by corpus, link and outlets."""
    print("| corpus | link | outlets | pairs | candidates | recall | wanted |")
    print("|---|---|---|---|---|---|---|")
    for name, documents in _corpora(tables).items():
        measured = sorted(_measured(documents).items())
        rows = [(link, "several" if across else "one", pairs) for (link, across), pairs in measured]
        for outlets in ("several", "one or several"):
            counts = [pairs for _, known, pairs in rows if known == outlets or " " in outlets]
            rows.append(
                ("all", outlets, (sum(each[0] for each in counts), sum(each[1] for each in counts)))
            )
        for link, outlets, (found, every) in rows:
            share = found / max(1, every)
            missed = " MISSED" if link == "all" and share < _WANTED else ""
            wanted = str(_WANTED) if link == "all" else ""
            figures = f"{every} | {found} | {share:.4f}{missed} | {wanted}"
            print(f"| {name} | {link} | {outlets} | {figures} |", flush=True)


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
        f"{name}, one line": [replace(each, text=_one_line(each.text)) for each in documents]
        for name, documents in found.items()
    }
    return found | flat


def _measured(documents: Sequence[Document]) -> dict[tuple[str, bool], tuple[int, int]]:
    """Return the numbers of candidates and of all pairs, by link and whether outlets differ."""
    options = replace(FoldOptions(), window_days=100_000)
    with Partitions(EmptyWindow(), options) as partitions:
        fresh = sign(partitions, documents, START.date())
        pairs = near(partitions, fresh.bands, fresh.bands)
    texts = texts_of(fresh.sig.to_pylist(), options)
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


_WORDS: Final = 20_000
_SYLLABLES: Final = 11_172
_CHUNK: Final = 10_000
_COPIED: Final = 4
_MANY: Final = 1_000_000
_LONG, _SHORT = 110, 30
"""Words of a text in a table of fewer than `_MANY` rows, and of more."""


def by_hand(sizes: Sequence[int]) -> None:
    """Print the cost of `sillok fold` on a Parquet table of each size, in a process of its own.

    Texts are drawn words, some 300 characters each (80 in a table of `_MANY` rows and more); every
    fourth is a copy of an earlier one.
    """
    print(
        "| rows | clusters | processor s | ms a row | wall s | peak MB |\n|---|---|---|---|---|---|"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "rows.parquet", Path(folder) / "clusters.jsonl"
            _write(source, size)
            wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", __spec__.name, str(source), str(out)]
            told = subprocess.run(  # noqa: S603 - our own
                command, check=True, stdout=subprocess.PIPE, text=True
            ).stdout.split()
            waited, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        figures = f"{took:.0f} | {1000 * took / size:.2f} | {waited:.0f} | {told[1]}"
        print(f"| {size:,} | {int(told[0]):,} | {figures} |", flush=True)


def _write(path: Path, size: int) -> None:
    schema = pa.schema([(name, pa.string()) for name in ("id", "title", "outlet", "text")])
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        rows: list[dict[str, str]] = []
        for row in _rows(size):
            rows.append(row)
            if len(rows) == _CHUNK:
                file.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows = []
        if rows:
            file.write_table(pa.Table.from_pylist(rows, schema=schema))


def _rows(size: int) -> Iterator[dict[str, str]]:
    draw = random.Random(size)  # noqa: S311 - texts, not secrets
    words = [
        "".join(chr(0xAC00 + draw.randrange(_SYLLABLES)) for _ in range(draw.randint(1, 4)))
        for _ in range(_WORDS)
    ]
    text = title = ""
    for place in range(size):
        if place % _COPIED or not place:
            counts = (_LONG if size < _MANY else _SHORT, 6)
            text, title = (" ".join(draw.choices(words, k=count)) for count in counts)
        yield {
            "id": f"{place:07d}",
            "title": title,
            "outlet": f"매체{place % 97}",
            "text": f"{text}\n매체{place % 97} 기자",
        }


def main(source: str, out: str) -> int:
    """Fold a table by hand, and print the number of clusters and this process's peak in MB."""
    summary = fold_file(Path(source), Path(out))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(summary.clusters, peak)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
