"""`sillok read`: kept pages in, one JSON object per page out."""

import json
from pathlib import Path

import pytest

from processing.records import article_id
from processing.settings import settings
from spiders.console.pages import outlet_of_page
from spiders.outlet import identify

SENTENCES = (
    "솔섬 도서관이 2일 문을 열었다. 섬에 도서관이 선 것은 이번이 처음이다.",
    "책 삼천 권은 뭍에서 온 사람들이 배에 실어 보냈다. 사서 오순길 씨는 배가 닿을 때마다 상자를 날랐다.",
    "주민들은 저녁마다 불을 켜 두기로 했다. 등대가 쉬는 날에도 도서관 창은 밝을 것이라고 이들은 말했다.",
)


def page(title: str, sentences: tuple[str, ...] = SENTENCES) -> bytes:
    body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        f'<html lang="ko"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:title" content="{title}"><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-02T09:10:00+09:00"></head>'
        f"<body><nav>홈 사회 문화</nav><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def rows(done) -> list[dict]:
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.lines]


def test_a_page_is_read(tmp_path: Path, sillok) -> None:
    (tmp_path / "one.html").write_bytes(page("섬마을 도서관 문 열어"))
    done = sillok(
        "read",
        "one.html",
        "--url",
        "https://island.example/view/1",
        "--fetched-at",
        "2026-03-02 10:00",
    )
    (row,) = rows(done)
    assert (row["file"], row["title"]) == ("one.html", "섬마을 도서관 문 열어")
    assert row["text"].split("\n\n") == list(SENTENCES)
    assert row["published_at"] == "2026-03-02T09:10:00+09:00"
    assert {
        "outlet",
        "url",
        "subtitle",
        "authors",
        "modified_at",
        "agency",
        "origin",
        "kind",
        "rights",
    } <= row.keys()


@pytest.mark.parametrize(
    "mark", ["noarchive", pytest.param("tdm-reservation", marks=pytest.mark.full)]
)
def test_the_settings_say_which_marks_are_obeyed(
    tmp_path: Path, sillok, monkeypatch, mark: str
) -> None:
    metas = {
        "noarchive": '<meta name="robots" content="noarchive">',
        "tdm-reservation": '<meta name="tdm-reservation" content="1">',
    }
    whole = page("섬마을 도서관 문 열어").replace(b"</head>", metas[mark].encode() + b"</head>")
    (tmp_path / "one.html").write_bytes(whole)

    def rights() -> dict:
        settings.cache_clear()
        (row,) = rows(sillok("read", "one.html", "--url", "https://island.example/view/1"))
        return row["rights"]

    assert (rights()["exportable"], rights()["why"].partition(":")[0]) == (False, mark)
    for name in ("SILLOK_OBEY_NOARCHIVE", "SILLOK_OBEY_TDM_RESERVATION"):
        monkeypatch.setenv(name, "false" if mark.partition("-")[0] in name.lower() else "true")
    free = rights()
    assert (free["exportable"], free["why"]) == (True, None)
    assert mark in str(free["meta_robots"]) or free["tdm_reservation"], (
        "what it says is recorded either way"
    )


def test_an_index_is_read_in_order_and_broken_rows_are_rejections(tmp_path: Path, sillok) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "one.html").write_bytes(page("첫째 기사 제목"))
    (tmp_path / "kept" / "noise.bin").write_bytes(bytes(range(256)) * 20)
    index = tmp_path / "index.jsonl"
    lines = [
        {"file": "kept/noise.bin"},
        {"file": "kept/one.html", "url": "https://island.example/view/1", "colour": "blue"},
        {"file": "kept/none.html"},
        {"url": "https://island.example/view/2"},
    ]
    index.write_text("\n".join([*map(json.dumps, lines), "{no json"]))
    found = rows(sillok("read", "--index", str(index), "--jobs", "2"))
    assert [row["file"] for row in found] == [
        "kept/noise.bin",
        "kept/one.html",
        "kept/none.html",
        "line 4",
        "line 5",
    ]
    assert ["reason" in row for row in found] == [True, False, True, True, True]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "either"),
        (["a.html", "--index", "i.jsonl"], "either"),
        (["a.html", "b.html", "--url", "https://island.example/1"], "one page"),
        (["--index", "i.jsonl", "--url", "https://island.example/1"], "index"),
        (["a.html", "--fetched-at", "gestern"], "no time"),
        (["--index", "none.jsonl"], "none.jsonl"),
        (["none.html"], "none.html is no file"),
        (["."], "is no file"),
    ],
)
def test_wrong_usage_says_so(arguments: list[str], told: str, sillok) -> None:
    done = sillok("read", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize(
    ("url", "name", "wanted"),
    [
        ("https://www.hani.co.kr/arti/area/1090123.html", "", "hani"),
        ("https://m.hani.co.kr/arti/area/1090123.html", "", "hani"),
        ("", "hani", "hani"),
        ("", "hani.co.kr", "hani"),
        ("https://www.hani.co.kr/", "khan", "hani"),
        ("https://nobody.example/1", "hani", "hani"),
        ("https://nobody.example/1", "", None),
        ("http://[broken", "", None),
        ("", "", None),
    ],
)
def test_the_address_names_the_outlet_before_the_index_does(
    url: str, name: str, wanted: str | None
) -> None:
    found = outlet_of_page(url, name)
    assert (found.name if found else None) == wanted


def test_generic_reads_without_an_outlets_rules(tmp_path: Path, sillok, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr("spiders.console.pages._rules", lambda name: asked.append(name) or ())
    (tmp_path / "one.html").write_bytes(page("제목이 있는 기사"))
    for option in ([], ["--generic"]):
        rows(
            sillok(
                "read",
                "one.html",
                "--url",
                "https://www.hani.co.kr/arti/area/1090123.html",
                *option,
            )
        )
    assert asked == ["hani"]


def test_a_page_is_filed_under_the_address_a_crawl_would_give_it(tmp_path: Path, sillok) -> None:
    (tmp_path / "one.html").write_bytes(page("제목이 있는 기사"))
    (row,) = rows(
        sillok(
            "read", "one.html", "--url", "https://m.hani.co.kr/arti/area/1090123.html?utm_source=x"
        )
    )
    outlet = outlet_of_page("", "hani")
    assert outlet
    found = identify(outlet, "https://www.hani.co.kr/arti/area/1090123.html")
    assert found
    assert (row["url"], row["publisher_id"], row["outlet"]) == (found.url, "1090123", "hani")
    assert row["article_id"] == article_id(found.url)


def test_explain_says_what_became_of_each_line(tmp_path: Path, sillok) -> None:
    (tmp_path / "one.html").write_text(
        f"<h1>섬 도서관</h1><div>{'<br>'.join(SENTENCES)}</div>", "utf-8"
    )
    done = sillok("read", "one.html", "--explain")
    assert done.code == 0
    assert all(
        any(line.startswith("text ") and text in line for line in done.lines) for text in SENTENCES
    )
    assert sillok("read", "one.html", "--explain", "--html", "out.html").code == 0
    assert SENTENCES[0] in (tmp_path / "out.html").read_text("utf-8")
    assert sillok("read", "one.html", "--html", "out.html").code == 2


def test_any_language_is_read_where_it_is_asked_for(tmp_path: Path, sillok) -> None:
    words = (
        "<p>The old lighthouse will become a library next autumn, the city said on Friday.</p>" * 3
    )
    (tmp_path / "one.html").write_text(f"<h1>Lighthouse</h1><div>{words}</div>", "utf-8")
    (row,) = rows(sillok("read", "one.html"))
    assert row["reason"] == "not-korean"
    (row,) = rows(sillok("read", "one.html", "--language", "any"))
    assert "lighthouse" in row["text"]
