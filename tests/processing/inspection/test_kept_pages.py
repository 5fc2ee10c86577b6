"""Reading kept pages from files and indexes."""

import json
from datetime import UTC, datetime

import pytest

from processing.inspection.kept_pages import Item, index_items, read_many
from processing.rules import Rules
from tests.processing.reading.layouts import LAYOUTS
from tests.processing.reading.stories import Story

NOW = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    (folder / "html").mkdir()
    rows = []
    for name, layout in LAYOUTS.items():
        (folder / "html" / f"{name}.html").write_text(
            layout(Story(title=f"{name} 물길 다시 연다")), "utf-8"
        )
        rows.append(
            {
                "file": f"html/{name}.html",
                "url": f"https://www.handeul.test/{name}",
                "outlet": "handeul.test",
                "more": 1,
            }
        )
    rows[0] |= {"fetched_at": "2026-03-21T23:00:00+09:00", "charset": "utf-8"}
    rows.append({"file": "html/absent.html"})
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines[2:2] = [
        "{broken",
        '{"url": "https://no.file.test/"}',
        "",
        "[]",
        '"text"',
        '{"file": "a\\u0000b"}',
        '{"file": 7, "fetched_at": []}',
    ]
    path = folder / "index.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module", params=[1, 2])
def rows(request, index):
    return list(read_many(index_items(index), jobs=request.param, rules_for=lambda _: (), now=NOW))


def test_one_row_a_line_in_order(rows, index):
    lines = [line for line in index.read_text("utf-8").splitlines() if line]
    assert len(rows) == len(lines)
    articles = [row["title"].split()[0] for row in rows if "title" in row]
    assert articles == list(LAYOUTS)


def test_broken_rows_and_files_are_rejections(rows):
    rejected = [(row["file"], row["reason"]) for row in rows if "reason" in row]
    assert [file for file, _ in rejected] == [
        "line 3",
        "line 4",
        "line 6",
        "line 7",
        "a\x00b",
        "line 9",
        "html/absent.html",
    ]
    assert {reason for _, reason in rejected} == {"unreadable"}


def test_a_row_is_flat_where_times_are_asked(rows):
    row = rows[0]
    assert (row["published_at"], row["authors"][0]["name"], row["outlet"]) == (
        "2026-03-21T14:05:33+09:00",
        "표가람",
        "handeul.test",
    )
    assert json.dumps(row)


def test_the_outlet_of_a_row_chooses_its_rules(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(LAYOUTS["tables"](Story()), "utf-8")
    asked = []

    def rules_for(outlet):
        asked.append(outlet)
        return (Rules(title="td.view_title"),)

    rows = list(
        read_many(
            [Item(file="a.html", path=path, outlet="handeul")], jobs=1, rules_for=rules_for, now=NOW
        )
    )
    assert asked == ["handeul"]
    assert rows[0]["sources"]["title"] == "rules"


def test_nothing_to_read(tmp_path):
    (tmp_path / "index.jsonl").write_text("", "utf-8")
    assert (
        list(
            read_many(
                index_items(tmp_path / "index.jsonl"), jobs=2, rules_for=lambda _: (), now=NOW
            )
        )
        == []
    )


@pytest.mark.parametrize(
    ("fetched", "at"),
    [
        ("2026-03-21", "2026-03-21T23:59:59+09:00"),
        ("2026-03-21T10:00:00+02:00", "2026-03-21T17:00:00+09:00"),
        ("once", None),
        ("", None),
    ],
)
def test_the_fetch_of_a_row(tmp_path, fetched, at):
    (tmp_path / "index.jsonl").write_text(
        json.dumps({"file": "a.html", "fetched_at": fetched}), "utf-8"
    )
    item = next(index_items(tmp_path / "index.jsonl"))
    assert (item.fetched_at.isoformat() if item.fetched_at else None) == at
