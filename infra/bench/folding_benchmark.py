"""The labelled benchmark with its scores, and the contestants that cluster its documents.

Pairs of one story but of different clusters count neither way.

datasketch and rensa are used as their documentation shows: MinHash of 128 permutations, an LSH
index for a Jaccard similarity of 0.7, candidates from a query of each document, kept where the
signatures estimate 0.7 or more; linked documents are a cluster. Shingles are five words, as corpus
pipelines have them, or five canonical characters.
"""

import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from infra.bench.composed import START
from processing.dates import SEOUL
from processing.dedupe.fold import fold
from processing.matching.pairs import components
from processing.signing.canonical import canonical, readable
from processing.signing.documents import Document, FoldOptions
from processing.signing.signature import drafts, signed, tables
from processing.signing.window import EmptyWindow

SOFT: Final = frozenset({"rewrite50", "followup", "paraphrase_full"})
"""Labels of rewrites, paraphrases and follow-ups, which may share a cluster or not."""


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def documents(path: Path) -> list[Document]:
    """Return the benchmark's rows (doc_id, body, collected_at, …) as documents.

    Its stamps are Seoul time.
    """
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
class PairScore:
    """Pairs: precision, recall.

    Documents: adjusted Rand index, of all and without the soft ones.
    """

    precision: float
    recall: float
    ari: float
    ari_hard: float
    template_pairs: int
    kinds: Mapping[str, float]

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def score(known: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, str]) -> PairScore:
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
    true = sum(
        comb(size, 2) for size in Counter(row["copy_cluster"] for row in known.values()).values()
    )
    hard = {identity: row for identity, row in known.items() if row["transform"] not in SOFT}
    return PairScore(
        right / max(1, right + wrong), right / true,
        _ari(known, clusters), _ari(hard, clusters), templates,
        _by_kind(known, clusters),
    )  # fmt: skip


def relations(
    known: Mapping[str, Mapping[str, Any]], told: Mapping[str, str]
) -> dict[str, dict[str, int]]:
    """Return the number of documents of each relation by label, the most frequent first."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for identity, row in known.items():
        found[row["transform"]][told[identity]] += 1
    return {label: dict(counts.most_common()) for label, counts in sorted(found.items())}


def _ari(known: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, str]) -> float:
    cells = Counter(
        (clusters.get(identity, identity), row["copy_cluster"]) for identity, row in known.items()
    )
    found, true = (Counter[str](), Counter[str]())
    for (cluster, label), size in cells.items():
        found[cluster] += size
        true[label] += size
    both, one, other = (
        sum(comb(size, 2) for size in each.values()) for each in (cells, found, true)
    )
    expected = one * other / comb(len(known), 2)
    return (both - expected) / ((one + other) / 2 - expected)


def _by_kind(
    known: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, str]
) -> dict[str, float]:
    members: dict[str, list[str]] = defaultdict(list)
    for identity, row in known.items():
        members[row["copy_cluster"]].append(identity)
    hits: dict[str, list[bool]] = defaultdict(list)
    for group in members.values():
        for identity in group:
            others = [each for each in group if each != identity]
            if others and known[identity]["transform"] != "root":
                together = sum(
                    clusters.get(each, each) == clusters.get(identity, identity) for each in others
                )
                hits[known[identity]["transform"]].append(2 * together >= len(others))
    return {kind: sum(found) / len(found) for kind, found in sorted(hits.items())}


THRESHOLD: Final = 0.7
_PERMUTATIONS: Final = 128
_BANDS: Final = 16
_SEED: Final = 1

Shingler: TypeAlias = Callable[[str], set[str]]


@dataclass(frozen=True, slots=True)
class ContestantResult:
    """Documents per second of processor time, signed and compared, and the clusters found."""

    signed: float
    compared: float
    clusters: dict[str, str]


Contestant: TypeAlias = Callable[[Sequence[Document]], ContestantResult]


LIBRARIES: Final = ("rensa", "datasketch")
"""Libraries of the optional extra `bench` that find near-duplicates."""


def contestants() -> dict[str, Contestant]:
    """Return who takes part, by name: Sillok, and those of `LIBRARIES` that are installed."""
    found: dict[str, Contestant] = {"Sillok": _sillok}
    finders = {"rensa": _rensa, "datasketch": _datasketch}
    for shingles, shingler in (("words", words), ("characters", characters)):
        for library in LIBRARIES:
            if is_installed(library):
                found[f"{library}, {shingles}"] = _finder(finders[library], shingler)
    return found


def is_installed(library: str) -> bool:
    """Say whether a library of the optional extra `bench` can be imported."""
    return find_spec(library) is not None


def words(text: str) -> set[str]:
    """Return five words at a time; the whole where there are fewer."""
    said = text.split()
    return {" ".join(said[place : place + 5]) for place in range(max(1, len(said) - 4))}


def characters(text: str) -> set[str]:
    """Return five canonical characters at a time; the whole where there are fewer."""
    said = canonical(readable(text)).replace("\n", "")
    return {said[place : place + 5] for place in range(max(1, len(said) - 4))}


def sign(documents: Sequence[Document]) -> object:
    """Sign documents as a fold does."""
    options = FoldOptions()
    made = [signed(each, frozenset()) for each in drafts(documents, START.date(), options)]
    return tables(made, options.features)


def _sillok(documents: Sequence[Document]) -> ContestantResult:
    start = time.process_time()
    sign(documents)
    middle = time.process_time()
    rows = fold(
        documents, EmptyWindow(), day=START.date(), options=FoldOptions()
    ).clusters.to_pylist()
    rest = time.process_time() - middle - (middle - start)  # a fold signs too
    clusters = {str(row["version_id"]): str(row["cluster"]) for row in rows}
    return ContestantResult(len(documents) / (middle - start), len(documents) / rest, clusters)


def _finder(
    library: tuple[
        Callable[[list[set[str]]], list[Any]], Callable[[list[Any]], Iterable[tuple[int, int]]]
    ],
    shingler: Shingler,
) -> Contestant:
    signatures, pairs = library

    def find(documents: Sequence[Document]) -> ContestantResult:
        start = time.process_time()
        made = signatures([shingler(each.text) for each in documents])
        middle = time.process_time()
        links = np.array(sorted(pairs(made)), np.int64).reshape(-1, 2)
        numbers, labels = components(links)
        ids = [each.id for each in documents]
        clusters = {
            ids[number]: ids[numbers[label]] for number, label in zip(numbers, labels, strict=True)
        }
        return ContestantResult(
            len(ids) / (middle - start), len(ids) / (time.process_time() - middle), clusters
        )

    return find


def _rensa_signatures(shingles: list[set[str]]) -> list[Any]:
    # Imported here, as datasketch below: both are in the optional extra `bench`.
    import rensa  # noqa: PLC0415

    return list(rensa.RMinHash.from_token_sets(shingles, num_perm=_PERMUTATIONS, seed=_SEED))


def _rensa_pairs(made: list[Any]) -> Iterable[tuple[int, int]]:
    import rensa  # noqa: PLC0415 - as above

    index = rensa.RMinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    index.insert_many(made)
    for place, others in enumerate(index.query_all(made)):
        for other in others:
            if other < place and made[place].jaccard(made[other]) >= THRESHOLD:
                yield other, place


def _datasketch_signatures(shingles: list[set[str]]) -> list[Any]:
    from datasketch import MinHash  # noqa: PLC0415

    return list(
        MinHash.bulk(
            [[each.encode() for each in said] for said in shingles], num_perm=_PERMUTATIONS
        )
    )


def _datasketch_pairs(made: list[Any]) -> Iterable[tuple[int, int]]:
    from datasketch import MinHashLSH  # noqa: PLC0415

    index = MinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS)
    with index.insertion_session() as session:
        for place, signature in enumerate(made):
            session.insert(place, signature)
    for place, signature in enumerate(made):
        for other in index.query(signature):
            if other < place and signature.jaccard(made[other]) >= THRESHOLD:
                yield other, place


_rensa: Final = (_rensa_signatures, _rensa_pairs)
_datasketch: Final = (_datasketch_signatures, _datasketch_pairs)
