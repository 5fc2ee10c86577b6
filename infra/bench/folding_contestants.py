"""What finds reprints with datasketch or rensa, from raw text to clusters, beside Sillok: `… folding speed`.

Each does what its documentation does: MinHash of 128 permutations, an index of bands for a Jaccard similarity of .7,
candidates from a query of each document, kept where the signatures estimate .7 or more; linked documents are a cluster.
Shingles are words, five at a time, as corpus pipelines have them, or our canonical characters, five at a time.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import rensa

from infra.bench.composed import START
from processing.dedupe.canonical import canonical, readable
from processing.dedupe.documents import Document, FoldOptions
from processing.dedupe.fold import fold
from processing.dedupe.linked import components
from processing.dedupe.signing import draft, signed, tables
from processing.dedupe.window import EmptyWindow

THRESHOLD: Final = 0.7
_PERMUTATIONS: Final = 128
_BANDS: Final = 16
_SEED: Final = 1

Shingler: TypeAlias = Callable[[str], set[str]]


@dataclass(frozen=True, slots=True)
class Turn:
    """Documents a second of processor time, signed and then indexed and compared, and the cluster of each document."""

    signed: float
    compared: float
    clusters: dict[str, str]


Contestant: TypeAlias = Callable[[Sequence[Document]], Turn]


def contestants() -> dict[str, Contestant]:
    """Return who takes part, by name; datasketch where it is installed."""
    found: dict[str, Contestant] = {"Sillok": _sillok}
    for name, shingler in (("words", words), ("characters", characters)):
        found[f"rensa, {name}"] = _finder(_rensa, shingler)
        if datasketch_is_there():
            found[f"datasketch, {name}"] = _finder(_datasketch, shingler)
    return found


def datasketch_is_there() -> bool:
    """Say whether the optional extra `bench` is installed."""
    try:
        import datasketch  # type: ignore[import-not-found,unused-ignore]  # noqa: F401, PLC0415 - an optional extra
    except ModuleNotFoundError:
        return False
    return True


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
    made = [signed(draft(each, START.date(), options), frozenset()) for each in documents]
    return tables(made, options.features)


def _sillok(documents: Sequence[Document]) -> Turn:
    start = time.process_time()
    sign(documents)
    middle = time.process_time()
    rows = fold(documents, EmptyWindow(), day=START.date(), options=FoldOptions()).clusters.to_pylist()
    rest = time.process_time() - middle - (middle - start)  # a fold signs too
    clusters = {str(row["version_id"]): str(row["cluster"]) for row in rows}
    return Turn(len(documents) / (middle - start), len(documents) / rest, clusters)


def _finder(
    library: tuple[Callable[[list[set[str]]], list[Any]], Callable[[list[Any]], Iterable[tuple[int, int]]]],
    shingler: Shingler,
) -> Contestant:
    signatures, pairs = library

    def find(documents: Sequence[Document]) -> Turn:
        start = time.process_time()
        made = signatures([shingler(each.text) for each in documents])
        middle = time.process_time()
        links = np.array(sorted(pairs(made)), np.int64).reshape(-1, 2)
        numbers, labels = components(links)
        ids = [each.id for each in documents]
        clusters = {ids[number]: ids[numbers[label]] for number, label in zip(numbers, labels, strict=True)}
        return Turn(len(ids) / (middle - start), len(ids) / (time.process_time() - middle), clusters)

    return find


def _rensa_signatures(shingles: list[set[str]]) -> list[Any]:
    return list(rensa.RMinHash.from_token_sets(shingles, num_perm=_PERMUTATIONS, seed=_SEED))


def _rensa_pairs(made: list[Any]) -> Iterable[tuple[int, int]]:
    index = rensa.RMinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    index.insert_many(made)
    for place, others in enumerate(index.query_all(made)):
        for other in others:
            if other < place and made[place].jaccard(made[other]) >= THRESHOLD:
                yield other, place


def _datasketch_signatures(shingles: list[set[str]]) -> list[Any]:
    from datasketch import MinHash  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - an optional extra

    return list(MinHash.bulk([[each.encode() for each in said] for said in shingles], num_perm=_PERMUTATIONS))


def _datasketch_pairs(made: list[Any]) -> Iterable[tuple[int, int]]:
    from datasketch import MinHashLSH  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - an optional extra

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
