"""Reading kept pages from files and indexes."""

import json
from datetime import UTC, datetime
from functools import partial

import pytest

from processing.inspection.kept_pages import Item, index_items, read_many, with_names
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


HEADLINES = (
    "덮였던 물길 서른 해 만에 연다",
    "나루터 헌책방 문을 닫다",
    "별 보는 집 생긴다",
    "국밥집 솥을 지키다",
)
FORMS = {
    "front": ("<title>달무리 - {}</title>", "<div>{}</div>"),
    "end": ("<title>{0} : 살림터 : 달무리</title>", "<div>{0}</div>"),
    "og": ("<title>{0} - 달무리</title><meta property='og:title' content='달무리'>", "<p>{0}</p>"),
    "alone": ("<title>달무리 이야기</title>", "<h1>달무리 이야기</h1><h3>{0}</h3>"),
}  # fmt: skip
"""How sites that no word of theirs tells apart add their names; headlines stand in no heading."""


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sites")
    rows = []
    for name, (head, heading) in FORMS.items():
        for number, headline in enumerate(HEADLINES):
            prose = f"<div>{''.join(f'<p>{line}</p>' for line in Story().paragraphs)}</div>"
            page = f"<head>{head.format(headline)}</head><body>{heading.format(headline)}{prose}"
            (folder / f"{name}{number}.html").write_text(page, "utf-8")
            rows.append({"file": f"{name}{number}.html", "url": f"https://{name}.test/{number}"})
    path = folder / "index.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path


def titles(items) -> dict[str, str]:
    return {
        row["file"]: row["title"]
        for row in read_many(items, jobs=1, rules_for=lambda _: (), now=NOW)
    }


def test_a_site_s_words_are_learnt_over_its_pages(sites):
    wanted = {
        f"{name}{number}.html": headline
        for name in FORMS
        for number, headline in enumerate(HEADLINES)
    }
    assert titles(with_names(partial(index_items, sites))) == wanted


def test_a_declaration_s_names_go_before_what_is_learnt(sites):
    items = [item for item in with_names(partial(index_items, sites)) if item.file == "end0.html"]
    assert items[0].names == ("달무리", "살림터")
    declared = (Rules(names=("다른 이름",)),)
    rows = list(read_many(items, jobs=1, rules_for=lambda _: declared, now=NOW))
    assert rows[0]["title"] == f"{HEADLINES[0]} : 살림터 : 달무리"


def test_what_is_learnt_does_not_depend_on_the_order_of_an_index(sites):
    items = list(index_items(sites))
    # Of a host with more pages than are compared, the same ones are.
    more = [Item(file=f"{n}", path=items[n % 4].path, url=f"https://a.test/{n}") for n in range(90)]
    forwards = {item.url: item.names for item in with_names(lambda: [*items, *more])}
    backwards = {item.url: item.names for item in with_names(lambda: [*items, *more][::-1])}
    assert forwards == backwards
    assert forwards["https://a.test/1"] == ("달무리",)


def test_a_page_that_is_none_or_of_no_host_teaches_nothing(tmp_path):
    (tmp_path / "bytes").write_bytes(b"\x00\xff" * 90)
    odd = [
        Item(file="absent", path=tmp_path / "absent", url="https://b.test/1"),
        Item(file="bytes", path=tmp_path / "bytes", url="https://b.test/2"),
        Item(file="folder", path=tmp_path, url="https://b.test/3"),
        Item(file="bad", path=tmp_path / "bytes", url="https://[::1"),
        Item(file="none", path=tmp_path / "bytes"),
    ]
    assert [item.names for item in with_names(lambda: odd)] == [()] * 5
