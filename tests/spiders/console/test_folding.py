"""`sillok fold` and `cluster`."""

import json
from pathlib import Path

import pytest

from processing.dedupe.by_hand import OUTPUT, Summary, fold_file
from processing.lookup import articles
from tests.spiders.console.annals import ATTACK, COPY, FIRST, SECOND

STORY = " ".join(
    f"{sentence} 섬 주민 {number}명이 부두에 나와 이 모습을 지켜보았다고 너울해운은 덧붙였다."
    for number, sentence in enumerate(
        (
            "너울해운은 2일 청명항과 솔섬을 잇는 쾌속선 너울호의 첫 운항을 시작했다고 밝혔다.",
            "배는 하루 네 번 다니며 뭍까지 사십 분이 걸리고 손님 백이십 명을 태운다.",
            "선장 구달현 씨는 안개가 짙은 날에는 등대지기의 전화를 먼저 받겠다고 말했다.",
            "청명항은 올해 안에 대합실을 넓히고 겨울 시간표를 따로 붙이기로 했다.",
        ),
        start=31,
    )
)
OTHER = " ".join(
    f"가온시는 {number}일 오래된 서점 골목의 간판 정비를 마치고 헌책 장터를 다시 연다고 알렸다."
    for number in range(3, 9)
)


def write(path: Path, *rows: object) -> str:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return str(path)


@pytest.fixture
def documents(tmp_path: Path) -> str:
    rows = [
        {
            "id": "b",
            "text": STORY,
            "outlet": "gaon",
            "fetched_at": "2026-03-02T10:00:00+09:00",
            "colour": 1,
        },
        {"id": "a", "text": STORY, "outlet": "hanbit", "fetched_at": "2026-03-02T09:00:00+09:00"},
        {"id": "c", "text": OTHER, "outlet": "noeul", "fetched_at": "2026-03-02T09:30:00+09:00"},
    ]
    return write(tmp_path / "docs.jsonl", *rows)


def test_fold_writes_a_row_a_document(documents: str, tmp_path: Path, sillok) -> None:
    done = sillok("fold", documents, "-o", "clusters.jsonl")
    assert (done.code, done.out) == (0, "")
    rows = {
        row["id"]: row
        for row in map(json.loads, (tmp_path / "clusters.jsonl").read_text().splitlines())
    }
    assert tuple(rows["a"]) == OUTPUT
    assert {row["cluster"] for row in rows.values()} == {"a", "c"}
    assert rows["b"]["original"] == "a"
    assert "3 documents in 2 clusters" in done.err


def test_fold_to_stdout_says_the_same_and_leaves_nothing(
    documents: str, tmp_path: Path, sillok
) -> None:
    sillok("fold", documents, "-o", "clusters.jsonl")
    done = sillok("fold", documents)
    assert done.out == (tmp_path / "clusters.jsonl").read_text()
    assert list((tmp_path / "cache").iterdir()) == []


def test_bad_rows_are_named_and_skipped(tmp_path: Path, sillok) -> None:
    path = write(
        tmp_path / "docs.jsonl",
        "{no json",
        {"id": "a", "text": STORY},
        {"id": "b"},
        {"text": "x"},
        "[]",
    )
    done = sillok("fold", path)
    assert done.code == 5
    assert [json.loads(line)["id"] for line in done.lines] == ["a"]
    assert [f"line {number}:" in done.err for number in (1, 2, 3, 4, 5)] == [
        True,
        False,
        True,
        True,
        True,
    ]
    assert "4 rows were skipped" in done.err


def test_many_bad_rows_do_not_flood_the_screen(tmp_path: Path, sillok) -> None:
    done = sillok("fold", write(tmp_path / "docs.jsonl", *["x"] * 500))
    assert done.code == 5
    assert len(done.err.splitlines()) < 30
    assert "500 rows were skipped" in done.err


def test_a_fold_for_stdout_goes_on_where_it_stopped(documents: str, sillok, monkeypatch) -> None:
    places = []

    def interrupted(path: Path, out: Path, **_: object) -> Summary:
        places.append((path, out))
        raise KeyboardInterrupt

    monkeypatch.setattr("processing.dedupe.by_hand.fold_file", interrupted)
    assert [sillok("fold", documents).code for _ in range(2)] == [4, 4]
    assert places[0] == places[1]
    monkeypatch.setattr("processing.dedupe.by_hand.fold_file", fold_file)
    assert len(sillok("fold", documents).lines) == 3


def test_an_id_cannot_act_on_a_terminal(tmp_path: Path, sillok) -> None:
    (line,) = sillok(
        "fold", write(tmp_path / "docs.jsonl", {"id": "a\x9b2J\u202e", "text": STORY})
    ).lines
    assert line.isprintable()
    assert json.loads(line)["id"] == "a\x9b2J\u202e"


def test_a_missing_file_is_two(sillok) -> None:
    done = sillok("fold", "nowhere.jsonl")
    assert done.code == 2
    assert "nowhere.jsonl" in done.err


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("name", [FIRST.article_id, SECOND.version_id, COPY.article_id[:8]])
def test_a_cluster_is_a_timeline_from_any_of_its_members(name: str, sillok) -> None:
    rows = [json.loads(line) for line in sillok("cluster", name, "--json").lines]
    assert {row["version_id"] for row in rows} == {
        FIRST.version_id,
        COPY.version_id,
        SECOND.version_id,
    }
    assert rows[-1]["version_id"] == SECOND.version_id
    assert {row["original"] for row in rows} == {FIRST.version_id}
    changes = {row["version_id"]: (row["removed"], row["added"], row["retitled"]) for row in rows}
    assert changes == {
        FIRST.version_id: (None, None, None),
        COPY.version_id: (0, 0, True),
        SECOND.version_id: (1, 1, False),
    }


@pytest.mark.usefixtures("archive")
def test_a_cluster_shows_what_changed(sillok) -> None:
    told = sillok("cluster", FIRST.article_id, "--diff").out
    assert "[-2일-]{+3일+}" in told
    assert "0.97\t-1 +1 words" in told


@pytest.mark.usefixtures("archive")
def test_a_person_sees_facts_in_columns_and_titles_below(sillok, monkeypatch) -> None:
    monkeypatch.setattr("spiders.console.folding.watched", lambda: True)
    lines = sillok("cluster", FIRST.article_id).lines
    facts, titles = lines[::2], lines[1::2]
    assert {tuple(line.split()[2:4]) for line in facts} == {
        ("hanbit", "original"),
        ("gaon", "copy"),
        ("hanbit", "version"),
    }
    assert (
        len(
            {
                line.index(article.version_id)
                for line, article in zip(facts, (FIRST, COPY, SECOND), strict=True)
            }
        )
        == 1
    )
    assert titles == [f"    {article.title}" for article in (FIRST, COPY, SECOND)]


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("options", [[], ["--diff"]])
def test_a_cluster_of_one_with_a_hostile_title(options: list[str], sillok) -> None:
    done = sillok("cluster", ATTACK.article_id, *options)
    assert len(done.lines) == 1
    assert "\x1b" not in done.out


@pytest.mark.usefixtures("archive")
def test_a_cluster_that_is_not_there(sillok) -> None:
    assert sillok("cluster", "ffffffff").code == 2


@pytest.mark.usefixtures("archive")
def test_an_original_that_follows_another_cluster_is_still_named_the_original(
    sillok, monkeypatch
) -> None:
    found = articles.timeline

    def following(*given: object) -> list[dict]:
        first, *others = found(*given)
        return [
            {**first, "relation": "followup", "parent": "79c33f850f539474-f0b823fe06d9"},
            *others,
        ]

    monkeypatch.setattr(articles, "timeline", following)
    first, copy, *_ = sillok("cluster", FIRST.article_id).lines
    assert "original, followup of 79c33f850f539474-f0b823fe06d9" in first
    assert "original" not in copy
