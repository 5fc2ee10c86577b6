"""`sillok fold --corpus`: all that an archive holds, folded at once."""

import json
from pathlib import Path

import pytest

from processing.signing import documents

pytestmark = pytest.mark.usefixtures("landed")


def rows(lines: list[str]) -> dict[str, dict]:
    return {row["id"]: row for row in map(json.loads, lines)}


def test_a_corpus_folds_to_what_was_published(tmp_path: Path, sillok) -> None:
    sillok("archive")
    columns = (
        "version_id AS id, cluster, original, relation, parent, score, evidence, share_of_this, "
        "share_of_parent, original_confidence, original_evidence, stub"
    )
    statement = f"SELECT {columns} FROM clusters"  # noqa: S608 - columns of our own
    published = rows(sillok("query", statement, "--json").lines)
    done = sillok("fold", "--corpus", "-o", "clusters.jsonl", "--json")
    assert done.code == 0, done.err
    assert rows((tmp_path / "clusters.jsonl").read_text().splitlines()) == published
    assert json.loads(done.out) == {"documents": len(published)}
    assert not list((tmp_path / "cache").glob("corpus-*"))
    assert rows(sillok("fold", "--corpus").lines) == published


def test_after_an_upgrade_a_corpus_signs_what_the_version_before_had_signed(
    sillok, monkeypatch
) -> None:
    sillok("archive")
    published = rows(sillok("fold", "--corpus").lines)
    monkeypatch.setattr(documents, "RULES", documents.RULES + 1000)
    done = sillok("fold", "--corpus")
    assert (done.code, rows(done.lines)) == (0, published)


def test_an_interrupted_corpus_keeps_what_is_done_and_no_output(
    tmp_path: Path, sillok, monkeypatch
) -> None:
    sillok("archive")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("spiders.console.folding._step", stop)
    assert sillok("fold", "--corpus", "-o", "clusters.jsonl").code == 4
    assert not (tmp_path / "clusters.jsonl").exists()
    assert list((tmp_path / "cache").glob("corpus-*"))


def test_an_archive_without_signatures_says_what_to_do(sillok) -> None:
    done = sillok("fold", "--corpus")
    assert done.code == 2
    assert "sillok archive" in done.err


@pytest.mark.parametrize("arguments", [[], ["docs.jsonl", "--corpus"]])
def test_a_file_or_the_corpus(arguments: list[str], sillok) -> None:
    assert sillok("fold", *arguments).code == 2
