"""What the bench of folding says of a goal follows from rows and labels."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.bench.folding_goals import (
    by_group,
    composed_corpus,
    folded,
    own_parents,
    recall,
    right_originals,
    shared_pairs,
)
from processing.signing.documents import Document

LABELS = {
    "a": {"transform": "root", "copy_cluster": "1"},
    "b": {"transform": "exact", "copy_cluster": "1"},
    "c": {"transform": "trunc", "copy_cluster": "1"},
    "d": {"transform": "digest", "copy_cluster": "2"},
}
OUTLETS = {"a": "가람일보", "b": "나래신문", "c": "나래신문", "d": "가람일보"}


def rows(**told: str) -> dict[str, dict[str, Any]]:
    """Return rows of `LABELS`: relation and parent of each, or nothing for an original."""
    made = {}
    for name in LABELS:
        relation, _, parent = told.get(name, "original").partition(" ")
        made[name] = {
            "relation": relation,
            "parent": parent or None,
            "cluster": "1" if relation in {"copy", "excerpt"} or name == "a" else name,
            "original": "a" if relation in {"copy", "excerpt"} or name == "a" else name,
            "original_confidence": 0.9,
        }
    return made


@pytest.mark.parametrize(
    ("told", "cuts"),
    [("excerpt a", (1, 1)), ("copy a", (0, 1)), ("copy b", (1, 1)), ("original", (0, 1))],
    ids=["excerpt", "copy", "of its own outlet", "alone"],
)
def test_a_relation_is_right_by_the_label(told: str, cuts: tuple[int, int]) -> None:
    found = by_group(LABELS, rows(b="copy a", c=told), OUTLETS)
    assert (found["copies"], found["cuts"], found["digests"]) == ((1, 1), cuts, (0, 1))


def test_pairs_of_two_folds_and_parents_of_another_story_are_counted() -> None:
    one, other = rows(b="copy a", c="excerpt a"), rows(b="copy a")
    assert shared_pairs(one, other) == (1, 3)
    assert own_parents(LABELS, rows(b="copy a", d="copy a")) == (1, 2)


def test_originals_count_where_a_cluster_has_several_documents_and_is_sure() -> None:
    found = rows(b="copy a")
    assert right_originals({"1": "a", "2": "d"}, found) == (1, 1)
    assert right_originals({"1": "b"}, found) == (0, 1)
    assert right_originals({"1": "a"}, found, 0.95) == (0, 0)


def test_composed_news_meets_the_goals_in_small() -> None:
    corpus = composed_corpus(31, stories=60)
    found, across = folded(corpus.documents)
    outlets = {each.id: each.outlet for each in corpus.documents}
    for right, every in by_group(corpus.labels, found, outlets).values():
        assert right >= 0.9 * every
    assert right_originals(corpus.originals, found)[0] > 0
    assert across > 0


def test_pairs_count_as_linked_across_outlets_where_outlets_differ() -> None:
    text = "강가에 새로 놓인 나무다리가 주말부터 시민에게 열린다. 옛 나루터 자리에서 버드나무 숲까지 간다."
    documents = [
        Document(id=name, text=text, title="다리가 열린다", outlet=outlet)
        for name, outlet in (("a", "가람일보"), ("b", "나래신문"), ("c", "나래신문"))
    ]
    assert folded(documents)[1] == 2
    assert folded([replace(each, outlet="가람일보") for each in documents])[1] == 0


def test_recall_is_told_of_any_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "rows.jsonl"
    documents = composed_corpus(31, stories=30).documents
    rows = ({"id": each.id, "text": each.text, "outlet": each.outlet} for each in documents)
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    recall([str(table)])
    *_, last = capsys.readouterr().out.splitlines()
    corpus, link, outlets, pairs, found, share, wanted = (
        each.strip() for each in last.strip("|").split("|")
    )
    assert (corpus, link, outlets) == (str(table), "all", "one or several")
    assert 0 < int(found) <= int(pairs)
    assert float(share) >= float(wanted) == 0.98
