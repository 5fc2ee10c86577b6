"""Kept pages are served under their real URLs, in the source format that the outlet declares."""

import json
import os
import re
from pathlib import Path

import pytest

from processing.errors import UsageError
from spiders.formats.discover import links
from spiders.outlet import Feed, Listing, Outlet, Sitemap, Source
from spiders.outlets import outlets
from spiders.wire.kept import kept_pages, listing
from tests import forked
from tests.spiders.conftest import ROOT
from tests.spiders.origin import Reply, article

OUTLET = Outlet(
    name="a",
    title="a",
    home="https://www.a.example/",
    sources=(Feed("https://www.a.example/feed"),),
    article=re.compile(r"/news/(?P<id>\d+)"),
)
URLS = ["https://www.a.example/news/1?a=1&b=2", "https://www.a.example/news/2"]


@pytest.mark.parametrize(
    "source",
    [
        Feed("https://www.a.example/feed"),
        Sitemap("https://www.a.example/news.xml"),
        Listing("https://www.a.example/"),
        Listing("https://www.a.example/", links="ul.type2 > li h4.titles a"),
        Listing("https://www.a.example/", links="#list .item a.link[href], div.other a"),
    ],
)
def test_discovery_finds_what_a_kept_source_lists(source: Source) -> None:
    _, body = listing(source, URLS)
    assert [link.url for link in links(source, body, base_url=source.url).links] == URLS


def index(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "index.jsonl"
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    )
    return path


def test_only_pages_of_the_outlet_are_its(tmp_path: Path) -> None:
    path = index(
        tmp_path,
        {
            "file": "1.html",
            "url": URLS[0],
            "fetched_at": "2025-06-03T17:46:31+00:00",
            "charset": "cp949",
            "more": 1,
        },
        {"file": "2.html", "url": "https://b.example/news/2"},
        {"file": "3.html", "url": "https://www.a.example/about"},
        {"file": "4.html", "url": "https://www.a.example/news/4?x&#x3D;1", "fetched_at": None},
    )
    first, last = kept_pages(path, OUTLET)
    assert (first.url, first.charset, first.path) == (URLS[0], "cp949", tmp_path / "1.html")
    assert first.fetched_at is not None
    assert first.fetched_at.isoformat() == "2025-06-03T17:46:31+00:00"
    assert (last.url, last.fetched_at) == ("https://www.a.example/news/4?x=1", None)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_only_a_line_feed_ends_a_row(mark: str, tmp_path: Path) -> None:
    """JSON may hold these as they are, or as escapes; `str.splitlines` would cut the row there."""
    row = {"file": "1.html", "url": URLS[0], "title": f"줄{mark}바꿈"}
    written = json.dumps(row, ensure_ascii=mark < " ")
    assert [each.url for each in kept_pages(index(tmp_path, written, written), OUTLET)] == [
        URLS[0]
    ] * 2


@pytest.mark.parametrize(
    "row",
    ["{", '{"url": "https://www.a.example/news/1"}', '{"file": "x", "fetched_at": "noon"}', "[]"],
)
def test_a_row_that_is_none_is_named(tmp_path: Path, row: str) -> None:
    with pytest.raises(UsageError, match=r"index\.jsonl line 2"):
        kept_pages(index(tmp_path, {"file": "1.html", "url": URLS[0]}, row), OUTLET)


def test_an_index_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes("가온일보".encode("cp949"))
    with pytest.raises(UsageError, match="is no text"):
        kept_pages(tmp_path / "page.html", OUTLET)


def kept_crawl(
    folder: Path, outlet: str, index: Path, **env: str
) -> tuple[int, list[dict[str, object]], str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SILLOK_")}
    clean |= {
        "SILLOK_STORE": f"file:{folder}/archive",
        "SILLOK_SPOOL": f"{folder}/spool",
        "PYTHONPATH": str(ROOT),
        **env,
    }
    done = forked.complete(
        "tests.spiders.driver:main" if "SILLOK_PRESS" in env else forked.SCRAPY,
        "crawl",
        outlet,
        *("-s", f"SILLOK_KEPT={index}"),
        *("-s", "DOWNLOAD_DELAY=0"),
        env=clean,
        folder=ROOT,
        timeout=120,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_crawl_of_kept_pages_needs_no_network_and_keeps_their_dates(tmp_path: Path) -> None:
    page = article(1)
    assert isinstance(page, Reply)
    (tmp_path / "1.html").write_bytes(page.body)
    url = "http://plain.press.test:1/news/1"
    path = index(
        tmp_path,
        {
            "file": "1.html",
            "url": url,
            "fetched_at": "2026-11-21T01:00:00+09:00",
            "charset": "utf-8",
        },
    )
    code, articles, log = kept_crawl(tmp_path, "plain", path, SILLOK_PRESS="1")
    assert code == 0, log
    (one,) = articles
    assert (one["url"], one["fetched_at"]) == (url, "2026-11-21T01:00:00+09:00")
    assert one["title"] == "산책로 1호 착공"


KEPT = os.environ.get("SILLOK_KEPT_PAGES", "")


@pytest.mark.skipif(not KEPT, reason="SILLOK_KEPT_PAGES names no folder of kept pages")
@pytest.mark.parametrize(
    "outlet", ["chosun", "hankookilbo", "mk", "donga", "hani", "khan", "yna", "ytn", "sbs", "kbs"]
)
def test_kept_pages_of_an_outlet_are_crawled_to_the_last(tmp_path: Path, outlet: str) -> None:
    path = Path(KEPT) / "index.jsonl"
    code, articles, log = kept_crawl(tmp_path, outlet, path)
    assert code == 0, log
    assert len(articles) == len({row.url for row in kept_pages(path, outlets()[outlet])}) > 0


def test_a_line_of_an_index_ends_where_a_line_of_json_does(tmp_path: Path) -> None:
    index = tmp_path / "index.jsonl"
    row = {"file": "a.html", "url": URLS[1], "title": "줄\u2028바꿈\x85"}
    index.write_text(json.dumps(row, ensure_ascii=False) + "\r\n\n", "utf-8")
    assert [one.url for one in kept_pages(index, OUTLET)] == [URLS[1]]
