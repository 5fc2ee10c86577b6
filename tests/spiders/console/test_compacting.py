"""`sillok compact`: what it says in a dry run, when it merges, and when there is nothing left to merge."""

import json
from datetime import timedelta

import pytest

from tests.spiders.console.conftest import NOW


@pytest.fixture(autouse=True)
def _heads(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("SILLOK_HEADS", str(tmp_path / "heads"))
    monkeypatch.setattr("spiders.console.compacting.now", lambda: NOW + timedelta(days=2))


@pytest.mark.usefixtures("archive")
def test_parts_become_fewer_and_answers_stay(sillok) -> None:
    before = sillok("ls", "--json").out
    planned = json.loads(sillok("compact", "--dry-run", "--json").out)
    assert (planned["seq"], planned["parts"]) == (None, None)
    assert planned["replaced"] > 1
    assert "would merge" in sillok("compact", "--dry-run").err
    done = sillok("compact")
    assert done.code == 0
    assert f"published manifest 2: {planned['replaced']} objects" in done.err
    assert sillok("ls", "--json").out == before
    assert sillok("compact").err.endswith(
        "unchanged: each day that is over has one part of each table\n"
    )


def test_an_empty_archive_has_nothing_to_merge(sillok, tmp_path) -> None:
    done = sillok("compact", "--json", "--store", f"file:{tmp_path / 'empty'}")
    assert (done.code, json.loads(done.out)["replaced"]) == (0, 0)
