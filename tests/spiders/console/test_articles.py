"""`sillok ls`, `search` and `show`."""

import json
import unicodedata
from pathlib import Path

import pytest

from tests.spiders.console import annals
from tests.spiders.console.annals import ATTACK, COPY, FIRST, FREE, RESERVED, SECOND

pytestmark = pytest.mark.usefixtures("archive")


def ids(done) -> list[str]:
    assert done.code == 0, done.err
    return [line.split("\t")[0] for line in done.lines]


def test_ls_names_each_article_once_newest_first(sillok) -> None:
    assert ids(sillok("ls")) == [
        *sorted([FIRST.article_id, ATTACK.article_id, COPY.article_id]),
        RESERVED.article_id,
        FREE.article_id,
    ]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--outlet", "hanbit"], [FIRST]),
        (["--day", "2026-03-01"], [RESERVED]),
        (["--since", "2026-03-02"], [FIRST, COPY, ATTACK]),
        (["--until", "2026-03-01"], [RESERVED]),
        (["--kind", "flash"], [ATTACK]),
        (["--edited"], [FIRST]),
        (["--original", "--since", "2026-03-02"], [FIRST, ATTACK]),
        (["--limit", "1", "--outlet", "gaon", "--until", "2026-03-01"], [RESERVED]),
        (["--outlet", "hani"], []),
    ],
)
def test_ls_filters(options: list[str], wanted: list, sillok) -> None:
    assert sorted(ids(sillok("ls", *options))) == sorted(one.article_id for one in wanted)


@pytest.mark.parametrize(
    "command", [["ls"], ["search", "솔섬"], ["export", "-o", "out.jsonl"], ["archive"], ["gaps"]]
)
@pytest.mark.parametrize("name", ["hany", "../hani", ""])
def test_an_outlet_that_nobody_knows_is_no_empty_answer(
    command: list[str], name: str, sillok, tmp_path: Path
) -> None:
    done = sillok(*command, "--outlet", name)
    assert (done.code, done.out) == (2, "")
    assert f"no outlet {name!r}" in done.err
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    "command", [["ls"], ["search", "솔섬"], ["export", "-o", "-"], ["archive"], ["gaps"]]
)
def test_an_outlet_that_is_no_longer_declared_is_still_known(command: list[str], sillok) -> None:
    assert sillok(*command, "--outlet", "hanbit").code == 0


def test_ls_says_what_is_a_reprint_and_what_was_edited(sillok) -> None:
    notes = {line.split("\t")[0]: line.split("\t")[4] for line in sillok("ls").lines}
    assert notes[COPY.article_id] == "copy"
    assert notes[FIRST.article_id] == "edited"
    assert notes[FREE.article_id] == ""


def test_ls_shows_the_newest_version(sillok) -> None:
    row = json.loads(sillok("ls", "--edited", "--json").out)
    assert (row["relation"], row["versions"]) == ("version", 2)  # its first one is the original


def test_a_hostile_title_is_one_harmless_line(sillok) -> None:
    done = sillok("ls", "--kind", "flash")
    assert done.lines[0].endswith("\t속보 [red]너울호 회항 둘째 줄")
    assert "pwned" not in done.out
    found = json.loads(sillok("ls", "--kind", "flash", "--json").out)
    assert found["title"] == annals.HOSTILE  # a program gets what was archived, in JSON's escapes


def test_day_and_since_exclude_each_other(sillok) -> None:
    done = sillok("ls", "--day", "2026-03-01", "--since", "2026-03-01")
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    "words", [["정부"], ["대통령실"], ["정부", "기준금리"], ["기준금리를 점검"]]
)
def test_search_finds_words_inside_words(words: list[str], sillok) -> None:
    assert ids(sillok("search", *words)) == [ATTACK.article_id]


def test_search_finds_decomposed_words(sillok) -> None:
    assert ids(sillok("search", unicodedata.normalize("NFD", "등대지기"))) == [RESERVED.article_id]


def test_search_wants_every_word(sillok) -> None:
    assert ids(sillok("search", "정부", "등대지기")) == []


@pytest.mark.parametrize("word", ["%", "_", "'", '"', "\\", "';--", "$word0"])
def test_search_takes_signs_as_they_are(word: str, sillok) -> None:
    assert ids(sillok("search", word)) == []


def test_search_shows_where_the_word_stands(sillok) -> None:
    assert "점검했다고" in json.loads(sillok("search", "기준금리", "--json").out)["excerpt"]


def test_show_tells_the_newest_version(sillok) -> None:
    told = sillok("show", FIRST.article_id).out
    assert told.startswith("너울호 첫 운항\n")
    assert annals.EDITED in told
    assert "2026-03-02 08:40 (from json-ld, to the second)" in told
    assert "오순길 기자 soongil@gaon.example" in told


def test_show_tells_of_assumed_zone_and_reserved_rights(sillok) -> None:
    told = sillok("show", RESERVED.article_id).out
    assert "zone assumed" in told
    assert "tdm-reservation: 1" in told


def test_show_takes_a_beginning_a_version_or_the_url(sillok) -> None:
    for name in (FIRST.article_id[:8], FIRST.version_id, FIRST.url):
        found = json.loads(sillok("show", name, "--json").out)
        assert found["article_id"] == FIRST.article_id
    assert json.loads(sillok("show", FIRST.version_id, "--json").out)["text"] == FIRST.text
    assert json.loads(sillok("show", SECOND.version_id, "--json").out)["text"] == SECOND.text


def test_show_names_the_original_of_a_reprint(sillok) -> None:
    assert f"copy  of {FIRST.version_id}" in sillok("show", COPY.article_id).out
    assert (
        json.loads(sillok("show", COPY.article_id, "--json").out)["cluster"]["parent"]
        == FIRST.version_id
    )


@pytest.mark.parametrize("name", ["zzzzzzzz", "http://gaon.press.test/view/99", "abc"])
def test_show_of_nothing_is_an_error(name: str, sillok) -> None:
    done = sillok("show", name)
    assert (done.code, done.out) == (2, "")
    assert name in done.err


def test_show_versions(sillok) -> None:
    lines = [line.split("\t")[:2] for line in sillok("show", FIRST.article_id, "--versions").lines]
    assert lines == [["1", FIRST.version_id], ["2", SECOND.version_id]]


def test_show_diff_marks_words_and_a_silent_edit(sillok) -> None:
    told = sillok("show", FIRST.article_id, "--diff").out
    assert "[-2일-]{+3일+}" in told
    assert "silently" in told
    found = json.loads(sillok("show", FIRST.article_id, "--diff", "--json").out)
    assert found["silent"] is True
    assert "".join(edit["text"] for edit in found["edits"] if edit["kind"] != "added").endswith(
        FIRST.text
    )


def test_show_diff_of_one_version(sillok) -> None:
    assert "nothing changed" in sillok("show", FREE.article_id, "--diff").out


def test_show_raw_writes_the_bytes_of_the_page(sillok) -> None:
    assert sillok("show", RESERVED.article_id, "--raw").raw == annals.PAGE


def test_show_raw_refuses_a_terminal(sillok, monkeypatch) -> None:
    monkeypatch.setattr("spiders.console.articles.watched", lambda: True)
    done = sillok("show", RESERVED.article_id, "--raw")
    assert (done.code, done.raw) == (2, b"")
    assert "redirect" in done.err


def test_show_raw_of_a_page_that_is_not_there(sillok) -> None:
    done = sillok("show", FREE.article_id, "--raw")
    assert done.code == 2
    assert FREE.url in done.err


def test_a_person_sees_a_table_with_whole_ids_and_titles_as_they_are(sillok, monkeypatch) -> None:
    monkeypatch.setattr("spiders.console.common.watched", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    done = sillok("ls")
    assert done.lines[0].split() == ["id", "published", "outlet", "kind", "note", "title"]
    assert {one.article_id for one in (FIRST, COPY, ATTACK, RESERVED, FREE)} <= set(
        done.out.split()
    )
    assert "[red]" in done.out  # not taken for markup of the table's library
    assert "\x1b" not in done.out
    assert "pwned" not in done.out


def test_a_person_sees_an_empty_table(sillok, monkeypatch) -> None:
    monkeypatch.setattr("spiders.console.common.watched", lambda: True)
    assert sillok("ls", "--outlet", "hani").code == 0
