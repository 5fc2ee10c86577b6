"""What a batch compares, and the links that it ends.

Of a key that very many documents share, which are compared does not depend on the order in which they came.
"""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from processing.dedupe.corpus import Corpus
from processing.matching import match
from processing.matching.match import _verdicts
from processing.matching.verdict import NONE
from processing.signing.columns import EDGES
from processing.signing.documents import Document, number
from processing.signing.signature import drafts, signed, tables
from processing.signing.window import EmptyWindow, Partitions
from tests.examples import examples
from tests.processing.dedupe.made import (
    LIBRARY,
    OPTIONS,
    RIVER,
    Memory,
    document,
    folded,
    later,
    places,
)
from tests.processing.dedupe.test_corpus import SPAN, rows
from tests.processing.matching.test_pairs import (
    DAY,
    ONE,
    OTHER,
    SENTENCES,
    all_pairs,
    pairs_of,
    rows_of,
)

NARROW = replace(OPTIONS, bucket=3)
LINES = [*RIVER.split("\n"), *LIBRARY.split("\n")]


def crowd(seed: int) -> list[Document]:
    """Return documents of six days, many under the same keys: copies, texts that share a passage, a menu learnt late."""
    random = Random(seed)  # noqa: S311 - only a draw
    found = []
    for place in range(26):
        text = (
            RIVER
            if place % 3 == 0
            else "\n".join([LINES[0], LINES[1], *random.sample(LINES[2:], 5)])
        )
        menu = "전체 메뉴 펼치기 서비스 목록 바로가기\n" if place % 4 == 0 else ""
        at = later(days=random.randrange(6), minutes=place)
        outlet = "신문" if menu else f"신문{random.randrange(9)}"
        title = f"{random.choice('가나다라마')} 소식 {place}"
        found.append(
            document(
                f"d{random.randrange(10**6):06}",
                menu + text,
                outlet=outlet,
                title=title,
                published_at=at,
            )
        )
    return found


def edges(window: Memory) -> dict[tuple[int, int], tuple[object, ...]]:
    """Return the links of a window, each with its last verdict."""
    found = {}
    for kind, _, table in window.parts:
        if kind == "edges":
            for row in table.to_pylist():
                found[row["a"], row["b"]] = (
                    row["link"],
                    row["jaccard"],
                    row["share_a"],
                    row["share_b"],
                    row["evidence"],
                )
    return {pair: said for pair, said in found.items() if said[0] != "none"}


@settings(
    max_examples=examples(5, 25),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    seed=st.integers(0, 10**6),
    order=st.randoms(use_true_random=False),
    cuts=st.lists(st.integers(1, 25), max_size=6),
)
def test_any_order_and_any_split_compare_the_same_documents(
    seed: int, order: Random, cuts: list[int]
) -> None:
    documents = crowd(seed)
    whole = folded([documents], NARROW)
    shuffled = list(documents)
    order.shuffle(shuffled)
    bounds = [0, *sorted(set(cuts)), len(documents)]
    parts = folded([shuffled[start:end] for start, end in pairwise(bounds)], NARROW)
    assert edges(parts) == edges(whole)
    assert places(parts) == places(whole)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in (2, 3))]
)
def test_a_corpus_compares_the_same_documents_as_its_folds(tmp_path: Path, seed: int) -> None:
    documents = crowd(seed)
    window = folded([documents[:9], documents[9:17], documents[17:]], NARROW)
    corpus = Corpus(window, SPAN, tmp_path, options=NARROW, slices=2)
    list(corpus.run())
    assert rows(corpus) == places(window)
    links = (
        row for path in tmp_path.glob("edges-*.parquet") for row in pq.read_table(path).to_pylist()
    )
    assert {(row["a"], row["b"]) for row in links} == set(edges(window))


def test_of_a_crowded_key_those_next_to_each_other_are_compared_and_no_others() -> None:
    copies = [
        document(f"c{n}", RIVER, outlet=f"o{n}", published_at=later(hours=n)) for n in range(5)
    ]
    near = folded([copies], replace(NARROW, bucket=2))
    assert len(edges(near)) == 4 + 3
    assert {place[0] for place in places(near).values()} == {"c0"}
    assert len(edges(folded([copies], replace(NARROW, bucket=4)))) == 10


def test_two_that_a_third_stood_between_are_compared_when_it_leaves() -> None:
    """The text of the third is theirs only as long as its last line is not known as a menu."""
    menu, one = "전체 메뉴를 펼치려면 바로가기 단추를 길게 누르십시오", replace(NARROW, bucket=1)
    ends = [
        document(name, f"{RIVER} {menu}", outlet=name, published_at=later(days=day))
        for name, day in (("x", 0), ("y", 2))
    ]
    third = document("m", f"{RIVER}\n{menu}", outlet="m", published_at=later(days=1))
    teachers = [
        document(
            f"t{place}", f"{line}\n{menu}", outlet="m", title=line[:9], published_at=later(days=1)
        )
        for place, line in enumerate(LIBRARY.split("\n")[:2])
    ]
    pair = tuple(sorted(number(each.id) for each in ends))
    assert pair not in edges(folded([[*ends, third]], one))
    window = folded([[*ends, third], teachers], one)
    assert pair in edges(window)
    assert edges(window) == edges(folded([[*teachers, third, *ends]], one))


@pytest.mark.parametrize("together", [1, 2, 8_000])
def test_each_pair_is_met_once_however_many_documents_are_taken_at_a_time(
    monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(match, "_TOGETHER", together)
    text = "".join(SENTENCES)
    documents = [
        Document(id=f"d{place}", text=f"{text}{SENTENCES[place]}", outlet=f"매체{place}")
        for place in range(5)
    ]
    made = [signed(each, frozenset()) for each in drafts(documents, DAY, OPTIONS)]
    table, bands = tables(made, OPTIONS.features)
    numbers = np.asarray(bands["number"])
    earlier = numbers == numbers.max()  # one of the window, which finds nobody by itself
    mine, others = (bands.filter(pa.array(kept)) for kept in (~earlier, earlier))

    with Partitions(EmptyWindow(), OPTIONS) as partitions:
        slices = [each.tolist() for each in match.near_slices(partitions, mine, others)]

    met = [tuple(pair) for each in slices for pair in each]
    assert sorted(met) == [tuple(pair) for pair in all_pairs(table).tolist()]
    assert len(slices) == 1 + 4 // together


def test_pairs_that_are_linked_no_longer_are_told_as_such() -> None:
    copy = rows_of([ONE, OTHER, type(ONE)(id="c", text=ONE.text, title=ONE.title)])
    numbers = dict(zip(copy["id"].to_pylist(), copy["number"].to_pylist(), strict=True))
    linked = tuple(sorted((numbers["a"], numbers["c"])))
    apart = tuple(sorted((numbers["a"], numbers["b"])))
    gone = tuple(sorted((numbers["b"], numbers["c"])))
    found = list(_verdicts(pairs_of([linked, apart]), pairs_of([gone, linked]), copy, OPTIONS))
    assert [((left.number, right.number), verdict.link) for left, right, verdict in found] == [
        (linked, "same"),
        (gone, "none"),
    ]
    assert found[1][2] is NONE


def test_of_a_pair_that_was_judged_twice_the_last_verdict_counts() -> None:
    copies = [document(f"c{n}", RIVER, outlet=f"o{n}") for n in range(2)]
    for before, now, parted in (("none", "same", 1), ("same", "none", 0)):
        window = Memory()
        pair = np.array([sorted(number(each.id) for each in copies)], np.int64)
        for link in (before, now):
            row = dict.fromkeys(EDGES.names) | {
                "a": pair[0, 0],
                "b": pair[0, 1],
                "link": link,
                "day": DAY,
            }
            window.parts.append(("edges", DAY, pa.Table.from_pylist([row], EDGES)))
        with Partitions(window, OPTIONS) as partitions:
            partitions.show("edges", (DAY, DAY), EDGES)
            partitions.database.register("further", pa.table({"a": pair[:, 0], "b": pair[:, 1]}))
            assert partitions.table(match._LINKED).num_rows == parted
