"""`scrapy look`, `declare` and `freeze` on the wire: what they ask, what they say, what they write."""

import gzip
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

import pytest
from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings

from processing.errors import UsageError
from spiders.installed import Declare, Freeze
from spiders.scouting.asking import AskingCrawl
from spiders.scouting.visiting import look
from tests import forked
from tests.spiders.conftest import ROOT, command
from tests.spiders.origin import Origin, Reply

STORY = """<p>물레방아골 어귀의 방앗간이 마흔 해 만에 다시 돌았다. 마을은 20일 물길을 고쳐 첫 떡쌀을 찧었다고 밝혔다.</p>
<p>방앗간 지기는 "물소리가 달라 밤잠을 설쳤다"며 웃었다. 물살은 초속 2m를 넘지 않게 수문으로 다스린다.</p>
<p>찧은 쌀 40㎏은 마을 어른들에게 돌아갔다. 다음 달부터는 바깥사람도 줄을 서서 쌀을 맡길 수 있다.</p>"""
PAGE = f"""<html lang="ko"><head><meta charset="utf-8"><title>방앗간 다시 돈다 - 골짜기신문</title>
<meta property="og:title" content="방앗간 다시 돈다"><meta property="og:type" content="article">
<meta property="article:published_time" content="2026-11-20T08:00:00+09:00"><meta name="robots" content="noarchive"></head>
<body><h1>방앗간 다시 돈다</h1><div id="article-view-content-div" itemprop="articleBody">{STORY}
<p>설다온 기자 daon@golja.example</p></div></body></html>"""
FRONT = """<html><head><meta charset="utf-8"><meta property="og:site_name" content="골짜기신문">
<link rel="alternate" type="application/rss+xml" href="/feed"></head><body><a href="/news/101">방앗간</a></body></html>"""


@dataclass
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(origin: Origin, tmp_path: Path) -> Run:
    """Run one command; `{base}` in its arguments is an outlet of the test registry, `{new}` a site that is none."""

    def running(*arguments: str, env: dict[str, str] | None = None) -> Done:
        known = {
            name: f"http://{host}.press.test:{origin.port}"
            for name, host in (("base", "plain"), ("new", "golja"))
        }
        line, environment = command(
            origin.port, tmp_path, *(argument.format(**known) for argument in arguments)
        )
        done = forked.complete(
            "tests.spiders.look_driver:main",
            *line[3:],
            env=environment | (env or {}),
            folder=ROOT,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return running


@pytest.fixture(autouse=True)
def site(origin: Origin) -> None:
    items = "".join(
        f"<item><link>/news/{n}</link><title>{n}</title></item>" for n in (101, 102, 103)
    )
    origin.routes |= {
        "/": Reply(body=FRONT.encode()),
        "/feed": Reply(body=f"<rss><channel>{items}</channel></rss>".encode()),
        "/news/101": Reply(
            body=PAGE.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
        ),
        "/robots.txt": Reply(
            body=b"User-agent: GPTBot\nDisallow: /\nUser-agent: *\nDisallow: /private\n"
        ),
    }


def test_a_look_says_what_is_allowed_listed_and_read(run: Run, origin: Origin) -> None:
    done = run("look", "{base}/")
    assert done.code == 0, done.err
    for told in (
        "골짜기신문",
        "Sillok      may ask",
        "GPTBot must not ask",
        "[3 links, no times]",
        r"/news/(?P<id>\d+)",
    ):
        assert told in done.out
    assert "방앗간 다시 돈다" in done.out
    assert "설다온" in done.out
    assert "noarchive" in done.out
    paths = [asked.path for asked in origin.asked]
    assert paths[:3] == ["/robots.txt", "/", "/feed"]
    assert len(paths) == len(set(paths)) <= 12, "a look is a few requests, each once"
    assert all((asked.header("user-agent") or "").startswith("Sillok/") for asked in origin.asked)


def test_a_look_is_one_json_object_on_request(run: Run) -> None:
    done = run("look", "--json", "{base}/news/101")
    seen = json.loads(done.out)
    assert seen["robots"]["ours"] is True
    assert seen["reading"]["title"] == "방앗간 다시 돈다"
    assert seen["article"] == r"/news/(?P<id>\d+)"


@pytest.mark.parametrize("agent", ["Scrapy", "*"])
def test_a_closed_site_is_asked_for_robots_only(run: Run, origin: Origin, agent: str) -> None:
    origin.routes["/robots.txt"] = Reply(body=f"User-agent: {agent}\nDisallow: /\n".encode())
    done = run("look", "{base}/news/101")
    assert done.code == 0
    assert "must not ask" in done.out
    assert "nothing else was asked" in done.out
    assert [asked.path for asked in origin.asked] == ["/robots.txt"]


def test_a_robots_file_that_fails_closes_the_site(run: Run, origin: Origin) -> None:
    origin.routes["/robots.txt"] = Reply(status=503)
    done = run("look", "{base}/")
    assert done.code == 1
    assert {asked.path for asked in origin.asked} == {"/robots.txt"}


@pytest.mark.parametrize("address", ["ftp://x.example/", "plain.press.test", "", "http://"])
def test_what_is_no_web_address_is_a_usage_error(address: str) -> None:
    with pytest.raises(UsageError, match="web address"):
        look(AskingCrawl(Settings(), Mock(CrawlerProcess)), address)


def test_an_error_is_one_line_and_an_exit_code(run: Run) -> None:
    done = run("look", "ftp://x.example/\x1b[31m")
    assert done.code == 2
    assert "web address" in done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err


def test_a_private_address_is_not_looked_at(run: Run, origin: Origin) -> None:
    done = run("look", f"http://127.0.0.1:{origin.port}/")
    assert done.code == 1
    assert "not public" in done.out
    assert origin.asked == []


def test_one_s_own_loopback_site_is_looked_at_when_that_is_asked_for(
    run: Run, origin: Origin
) -> None:
    for host in ("127.0.0.1", "localhost"):
        done = run("look", "--loopback", f"http://{host}:{origin.port}/")
        assert done.code == 0, done.err
        assert "방앗간 다시 돈다" in done.out


def test_loopback_opens_one_port_and_no_other_machine(run: Run, origin: Origin) -> None:
    origin.routes["/feed"] = Reply(status=302, headers={"Location": "http://127.0.0.1:1/feed"})
    done = run("look", "--loopback", f"http://127.0.0.1:{origin.port}/")
    assert f"http://127.0.0.1:{origin.port}/feed  [" in done.out
    assert "3 links" not in done.out
    for elsewhere in ("http://192.168.0.1/", "http://10.0.0.1:8000/", "https://www.hani.co.kr/"):
        done = run("look", "--loopback", elsewhere)
        assert done.code == 2
        assert "site on this machine" in done.err


def test_a_loopback_site_can_be_declared(run: Run, origin: Origin, tmp_path: Path) -> None:
    done = run(
        "declare",
        "--loopback",
        "golja",
        f"http://127.0.0.1:{origin.port}/",
        "--into",
        str(tmp_path),
    )
    assert done.code == 0, done.err
    assert f'home="http://127.0.0.1:{origin.port}/"' in (tmp_path / "golja.py").read_text()


def test_declare_confirms_nothing_where_the_article_failed(
    run: Run, origin: Origin, tmp_path: Path
) -> None:
    origin.routes["/news/101"] = Reply(status=500)
    done = run("declare", "golja", "{new}/", "--into", str(tmp_path))
    assert done.code == 0, done.err
    assert "confirmed" not in (tmp_path / "golja.py").read_text()
    assert "not confirmed" in done.out


def test_declare_makes_a_wordpress_one(run: Run, origin: Origin, tmp_path: Path) -> None:
    links = [f"/2026/11/{slug}/" for slug in ("mill-turns-again", "first-rice", "water-gate")]
    items = "".join(f"<item><link>{link}</link><title>t</title></item>" for link in links)
    here = f"http://golja.press.test:{origin.port}"
    posts = json.dumps([{"link": here + link, "title": {"rendered": "t"}} for link in links])
    origin.routes |= {
        "/": Reply(
            body=FRONT.replace("</head>", '<link href="/wp-content/x.css"></head>').encode()
        ),
        "/feed/": Reply(body=f"<rss><channel>{items}</channel></rss>".encode()),
        "/wp-json/wp/v2/posts?per_page=20": Reply(body=posts.encode()),
        links[0]: Reply(body=PAGE.encode(), headers={"Content-Type": "text/html; charset=utf-8"}),
    }
    del origin.routes["/feed"]
    done = run("declare", "golja", "{new}/", "--into", str(tmp_path))
    assert done.code == 0, done.err
    written = (tmp_path / "golja.py").read_text()
    assert "OUTLET = wordpress(" in written
    assert "archive=True" in written
    assert "confirmed=" in written


def test_declare_writes_a_module_that_loads(run: Run, tmp_path: Path) -> None:
    done = run("declare", "golja", "{new}/", "--into", str(tmp_path))
    assert done.code == 0, done.err
    module = (tmp_path / "golja.py").read_text()
    assert 'name="golja"' in module
    assert 'title="골짜기신문"' in module
    assert r"/news/(?P<id>\d+)" in module
    assert f"wrote {tmp_path}" in done.out
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select",
        "E,F,I",
        "--line-length",
        "120",
        str(tmp_path),
    ]
    assert subprocess.run(ruff, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["golja"], "a name and an address"),
        (["taken", "http://x.example/"], "exists"),
        (["../golja", "http://x.example/"], "no name for an outlet"),
        (["Golja", "http://x.example/"], "lower-case"),
    ],
)
def test_declare_says_what_is_wrong(tmp_path: Path, arguments: list[str], told: str) -> None:
    (tmp_path / "taken.py").write_text("")
    with pytest.raises(UsageError, match=told):
        Declare().answer(arguments, Namespace(into=str(tmp_path)))
    assert [path.name for path in tmp_path.glob("*.py")] == ["taken.py"]


def test_declare_does_not_take_a_ban_for_consent(run: Run, origin: Origin, tmp_path: Path) -> None:
    origin.routes["/robots.txt"] = Reply(body=b"User-agent: Scrapy\nDisallow: /\n")
    done = run("declare", "golja", "{new}/", "--into", str(tmp_path))
    assert done.code == 2
    assert "permission_needed" in done.err
    assert not (tmp_path / "golja.py").exists()


def test_freeze_keeps_a_masked_page_and_what_it_says(run: Run, tmp_path: Path) -> None:
    done = run("freeze", "plain", "{base}/news/101", "--into", str(tmp_path))
    assert done.code == 0, done.err
    body = gzip.decompress((tmp_path / "plain" / "101.html.gz").read_bytes()).decode()
    facts = json.loads((tmp_path / "plain" / "101.json").read_text())
    assert facts["made"] == "masked"
    for word in ("방앗간", "물레방아골", "설다온", "daon@"):
        assert word not in body
        assert word not in json.dumps(facts, ensure_ascii=False)
        assert word not in done.out
    assert facts["expected"]["published"]["at"] == "2026-11-20T08:00:00+09:00"
    assert facts["expected"]["text"].count("\n\n") == 2
    assert 'content="noarchive"' in body


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["hani"], "an outlet and a page"),
        (["nobody", "https://www.hani.co.kr/arti/1234567.html"], "no outlet is called"),
        (["hani", "https://www.hani.co.kr/about"], "no article of hani"),
        (["hani", "https://elsewhere.example/arti/1234567.html"], "no article of hani"),
    ],
)
def test_freeze_says_what_is_wrong(arguments: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Freeze().answer(arguments, Namespace(into="unused", clear=False))


def test_freeze_obeys_robots(run: Run, origin: Origin, tmp_path: Path) -> None:
    origin.routes["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /news/\n")
    done = run("freeze", "plain", "{base}/news/101", "--into", str(tmp_path))
    assert done.code == 1
    assert "robots" in done.err
    assert [asked.path for asked in origin.asked] == ["/robots.txt"]


def test_freeze_keeps_no_page_that_is_no_article(run: Run, origin: Origin, tmp_path: Path) -> None:
    origin.routes["/news/101"] = Reply(
        body=b"<html><title>404</title><body><p>\xed\x8e\x98\xec\x9d\xb4\xec\xa7\x80 not found</p>"
    )
    done = run("freeze", "plain", "{base}/news/101", "--into", str(tmp_path))
    assert done.code == 2
    assert "is no article" in done.err
    assert list(tmp_path.rglob("*.gz")) == []


def test_a_wrong_setting_is_told_before_anything_is_asked(origin: Origin, run: Run) -> None:
    done = run("look", "{new}/", env={"SILLOK_DELAY": "soon"})
    assert (done.code, done.out, origin.asked) == (2, "", [])
    assert done.err.startswith("settings are wrong: SILLOK_DELAY")
