"""A fold of a whole archive in slices ends where folding it batch by batch ended."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.dedupe.corpus import Corpus
from processing.matching.pairs import components
from tests.processing.dedupe.made import DAY, OPTIONS, folded, places, press

SPAN = (DAY - timedelta(days=2), DAY + timedelta(days=20))
PRESS = press(6, 12)
LINKS = st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30)), min_size=1, max_size=60)


def rows(corpus: Corpus) -> dict[str, tuple[object, ...]]:
    said = ("cluster", "original", "relation", "parent", "score", "evidence", "day")
    found = (row for path in corpus.clusters for row in pq.read_table(path).to_pylist())
    return {row["version_id"]: tuple(row[name] for name in said) for row in found}


@pytest.mark.parametrize("slices", [1, 5])
def test_a_corpus_has_the_clusters_of_its_folds(tmp_path: Path, slices: int) -> None:
    window = folded([PRESS[:20], PRESS[20:]])
    corpus = Corpus(window, SPAN, tmp_path, options=OPTIONS, slices=slices)
    steps = list(corpus.run())
    assert steps == [
        (step, number + 1, slices)
        for step in ("pairs", "edges", "clusters")
        for number in range(slices)
    ]
    assert rows(corpus) == places(window)


def test_an_interrupted_run_goes_on_with_the_same_result(tmp_path: Path) -> None:
    window = folded([PRESS])
    whole = Corpus(window, SPAN, tmp_path / "whole", options=OPTIONS, slices=3)
    list(whole.run())
    broken = Corpus(window, SPAN, tmp_path / "broken", options=OPTIONS, slices=3)
    for step, _ in zip(broken.run(), range(4), strict=False):
        assert step
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "broken").glob("*.parquet")}
    list(broken.run())
    assert (
        kept.items()
        <= {
            path.name: path.stat().st_mtime_ns for path in (tmp_path / "broken").glob("*.parquet")
        }.items()
    )
    assert [path.read_bytes() for path in broken.clusters] == [
        path.read_bytes() for path in whole.clusters
    ]


@given(LINKS)
def test_components_are_what_following_links_finds(links: list[tuple[int, int]]) -> None:
    numbers, labels = components(np.array(links, np.int64))
    found = {
        number: int(numbers[label])
        for number, label in zip(numbers.tolist(), labels.tolist(), strict=True)
    }
    assert set(found) == {number for link in links for number in link}
    for start, least in found.items():
        reached, queue = {start}, [start]
        while queue:
            here = queue.pop()
            new = {other for link in links if here in link for other in link} - reached
            reached |= new
            queue += new
        assert least == min(reached)


def test_a_long_chain_is_one_component() -> None:
    chain = np.stack([np.arange(5000), np.arange(1, 5001)], axis=1)[
        np.random.default_rng(1).permutation(5000)
    ]
    assert set(components(chain)[1].tolist()) == {0}


def test_no_links_make_no_components() -> None:
    assert components(np.empty((0, 2), np.int64))[0].size == 0
