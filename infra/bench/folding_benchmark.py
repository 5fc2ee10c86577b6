"""The labelled benchmark as documents, and its score: pairs of one story but another cluster count neither way."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any, Final

from processing.dedupe.documents import Document
from processing.reading.rules import SEOUL

SOFT: Final = frozenset({"rewrite50", "followup", "paraphrase_full"})
"""Rewrites, paraphrases and follow-ups: whether they share a cluster is right neither way."""


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def documents(path: Path) -> list[Document]:
    """Return the benchmark's rows (doc_id, body, collected_at, …) as documents; its stamps are Seoul time."""
    return [
        Document(
            id=row["doc_id"],
            text=row["body"],
            title=row["title"],
            outlet=row["outlet"],
            outlet_class=row["outlet_class"],
            url=row["url"],
            published_at=datetime.fromisoformat(row["published_at"]).replace(tzinfo=SEOUL),
            fetched_at=datetime.fromisoformat(row["collected_at"]).replace(tzinfo=SEOUL),
        )
        for row in _rows(path)
    ]


def labels(path: Path) -> dict[str, dict[str, Any]]:
    return {row["doc_id"]: row for row in _rows(path)}


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs: precision, recall. Documents: adjusted Rand index, of all and without the soft ones."""

    precision: float
    recall: float
    ari: float
    ari_hard: float
    template_pairs: int
    kinds: Mapping[str, float]

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def score(known: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, str]) -> Score:
    """Compare clusters with labels."""
    right = wrong = templates = 0
    groups: dict[str, list[str]] = defaultdict(list)
    for identity in known:
        groups[clusters.get(identity, identity)].append(identity)
    for members in groups.values():
        for one, other in combinations(members, 2):
            left, mate = known[one], known[other]
            if left["copy_cluster"] == mate["copy_cluster"]:
                right += 1
            elif left["story"] != mate["story"]:
                wrong += 1
                templates += all(each["transform"].startswith("tpl_") for each in (left, mate))
    true = sum(comb(size, 2) for size in Counter(row["copy_cluster"] for row in known.values()).values())
    hard = {identity: row for identity, row in known.items() if row["transform"] not in SOFT}
    return Score(
        right / max(1, right + wrong), right / true, _ari(known, clusters), _ari(hard, clusters), templates,
        _by_kind(known, clusters),
    )  # fmt: skip


def _ari(known: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, str]) -> float:
    cells = Counter((clusters.get(identity, identity), row["copy_cluster"]) for identity, row in known.items())
    found, true = (Counter[str](), Counter[str]())
    for (cluster, label), size in cells.items():
        found[cluster] += size
        true[label] += size
    both, one, other = (sum(comb(size, 2) for size in each.values()) for each in (cells, found, true))
    expected = one * other / comb(len(known), 2)
    return (both - expected) / ((one + other) / 2 - expected)


def _by_kind(known: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, str]) -> dict[str, float]:
    members: dict[str, list[str]] = defaultdict(list)
    for identity, row in known.items():
        members[row["copy_cluster"]].append(identity)
    hits: dict[str, list[bool]] = defaultdict(list)
    for group in members.values():
        for identity in group:
            others = [each for each in group if each != identity]
            if others and known[identity]["transform"] != "root":
                together = sum(clusters.get(each, each) == clusters.get(identity, identity) for each in others)
                hits[known[identity]["transform"]].append(2 * together >= len(others))
    return {kind: sum(found) / len(found) for kind, found in sorted(hits.items())}
