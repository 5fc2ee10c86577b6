"""A page whose text is put in by a script, read through the real spider and a real Chromium that has no network.

Every way out that a hostile page may try leads to an origin that writes down whoever comes.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from processing.archive.memory import load
from processing.dates import SEOUL
from processing.records import Fetch
from processing.report.counting import count_day
from spiders.rendering import Ask, Browser, BrowserResponse, RenderingError, Scratch
from tests.spiders.conftest import ROOT, Crawl, Crawled, command, crawled
from tests.spiders.crawling.test_crawl_finds import at
from tests.spiders.crawling.test_final_states import published
from tests.spiders.origin import Asked, Origin, Reply, article, feed, html, text

pytestmark = pytest.mark.full

CHROMIUM = shutil.which("chromium")

PAGE = """<html lang="ko"><head><meta charset="euc-kr"><title>문</title></head><body><main>아직 없음</main>{script}</body></html>"""


@pytest.fixture(autouse=True)
def playwright() -> None:
    pytest.importorskip("playwright", reason="needs sillok[render]")
    if not CHROMIUM:
        pytest.skip("needs Chromium (apt install chromium)")


@pytest.fixture
def stranger() -> Iterator[Origin]:
    """Somebody else on this machine's loopback, whom no page may reach."""
    made = Origin()
    yield made
    made.close()


def drawn(origin: Origin, script: str, number: int = 1) -> str:
    """Announce a page that draws the body of an article with a script of its own, and then runs another."""
    body = article(number).body.decode().partition("<body>")[2].partition("</body>")[0]
    origin.routes[f"/body/{number}"] = html(body)
    origin.routes["/draw.js"] = text(
        f"fetch('/body/{number}').then(r => r.text()).then(t => {{ document.querySelector('main').innerHTML = t }})"
    )
    page = PAGE.replace("{script}", f"<script src=/draw.js></script><script>{script}</script>")
    origin.routes[f"/news/{number}"] = Reply(
        body=page.encode("cp949"), headers={"Content-Type": "text/html; charset=euc-kr"}
    )
    origin.routes["/feed"] = feed(at(origin, "drawn", f"/news/{number}"))
    return at(origin, "drawn", f"/news/{number}")


def parts(done: Crawled) -> dict[str, Fetch]:
    return {row.url: row for row in done.rows() if row.role == "part"}


def test_a_page_is_read_as_its_scripts_made_it(origin: Origin, crawl: Crawl) -> None:
    url = drawn(origin, "")
    done = crawl("drawn")
    assert done.code == 0, done.log
    (read,) = done.articles()
    assert "주민 설명회를 열고 하천 산책로를" in read.text
    assert "아직 없음" not in read.text
    (row,) = done.articles_log()
    assert (row.why, row.outcome) == ("fetched", "article")
    assert {one.url: (one.why, one.announced_by) for one in parts(done).values()} == {
        at(origin, "drawn", path): ("fetched", url) for path in ("/draw.js", "/body/1")
    }
    assert {asked.header("User-Agent") for asked in origin.asked} == {"Sillok/0.1.0"}


def test_the_warc_holds_what_was_sent_and_beside_it_what_was_made_of_it(
    origin: Origin, crawl: Crawl
) -> None:
    url = drawn(origin, "")
    done = crawl("drawn")
    (path,) = Path(done.folder).glob("archive/landing/**/*.warc.gz")
    with path.open("rb") as file:
        records = [
            (one.rec_type, one.rec_headers, one.content_stream().read())
            for one in ArchiveIterator(file)
        ]
    sent = {
        head.get_header("WARC-Target-URI"): (head.get_header("WARC-Date"), body)
        for kind, head, body in records
        if kind == "response"
    }
    assert sent[url][1] == origin.routes["/news/1"].body  # type: ignore[union-attr]
    assert {
        at(origin, "drawn", path) for path in ("/draw.js", "/body/1", "/news/1", "/feed")
    } <= set(sent)
    ((head, made),) = [(head, body) for kind, head, body in records if kind == "conversion"]
    assert head.get_header("WARC-Target-URI") == head.get_header("WARC-Refers-To-Target-URI") == url
    assert head.get_header("WARC-Refers-To-Date") == sent[url][0]
    assert head.get_header("Content-Type") == "text/html; charset=utf-8"
    assert "주민 설명회를" in made.decode("utf-8")
    (row,) = done.articles_log()
    assert (row.stored_url, row.detail) == (url, "rendered")


ESCAPES = """
const out = 'http://127.0.0.1:PORT', wait = [];
const go = f => {{ try {{ wait.push(f()) }} catch (e) {{}} }};
go(() => fetch(out + '/fetch').catch(() => 0));
go(() => fetch(out + '/no-cors', {{mode: 'no-cors'}}).catch(() => 0));
go(() => fetch('http://localhost:PORT/localhost').catch(() => 0));
go(() => fetch('http://[::1]:PORT/six').catch(() => 0));
go(() => fetch('http://169.254.169.254/latest/meta-data/').catch(() => 0));
go(() => fetch('/away').catch(() => 0));
go(() => {{ const x = new XMLHttpRequest(); x.open('POST', '/changed'); x.send('1') }});
go(() => new WebSocket('ws://127.0.0.1:PORT/socket'));
go(() => new EventSource(out + '/events'));
go(() => navigator.sendBeacon(out + '/beacon', '1'));
go(() => navigator.serviceWorker.register('/worker.js').catch(() => 0));
go(() => new Worker(URL.createObjectURL(new Blob([`fetch('${{out}}/worker')`]))));
go(() => window.open(out + '/popup'));
go(() => {{ const p = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:PORT'}}]}}); p.createDataChannel('x');
  p.createOffer().then(o => p.setLocalDescription(o)) }});
for (const [tag, name] of [['img', 'src'], ['script', 'src'], ['iframe', 'src'], ['embed', 'src'], ['video', 'src'],
  ['object', 'data'], ['link', 'href']]) {{
  const e = document.createElement(tag); e[name] = out + '/' + tag;
  if (tag === 'link') e.rel = 'stylesheet'; document.body.append(e);
}}
for (const rel of ['prefetch', 'preconnect', 'dns-prefetch', 'preload']) {{
  const e = document.createElement('link'); e.rel = rel; e.href = out + '/' + rel; document.head.append(e);
}}
const form = document.createElement('form'); form.action = out + '/form'; form.target = 'f'; document.body.append(form);
go(() => form.submit());
""".replace("{{", "{").replace("}}", "}")


def test_nothing_on_a_page_reaches_a_private_address(
    origin: Origin, stranger: Origin, crawl: Crawl
) -> None:
    away = f"http://127.0.0.1:{stranger.port}/redirected"
    drawn(origin, ESCAPES.replace("PORT", str(stranger.port)))
    origin.routes["/away"] = Reply(302, headers={"Location": away})
    done = crawl("drawn")
    assert stranger.asked == []
    assert done.code == 0, done.log
    assert "주민 설명회를" in done.articles()[0].text
    found = {url: (row.why, row.detail) for url, row in parts(done).items()}
    assert found[at(origin, "drawn", "/away")] == ("off-site", f"redirects to {away}")
    assert found[f"http://127.0.0.1:{stranger.port}/fetch"] == ("off-site", "host 127.0.0.1")
    assert found["http://169.254.169.254/latest/meta-data/"] == ("off-site", "host 169.254.169.254")
    assert "/changed" not in origin.paths()
    assert "/worker.js" not in origin.paths()


def test_a_private_address_behind_a_host_of_the_outlet_is_refused(
    origin: Origin, crawl: Crawl
) -> None:
    drawn(origin, f"fetch('http://localhost:{origin.port}/inside').catch(() => 0)")
    done = crawl("drawn")
    assert done.code == 0, done.log
    row = parts(done)[f"http://localhost:{origin.port}/inside"]
    assert row.why == "failed"
    assert "localhost resolves to 127.0.0.1, which is not public" in (row.detail or "")
    assert "/inside" not in origin.paths()


async def rendered(page: bytes, ask: Ask, scratch: Path) -> bytes:
    """Render a page in this process."""
    browser = Browser(str(CHROMIUM), "Sillok", Scratch(scratch))
    try:
        return await browser.rendered(
            "http://a.example/", BrowserResponse(200, {"Content-Type": "text/html"}, page), ask
        )
    finally:
        await browser.close()


def family(process: int) -> list[int]:
    """A process and all that it has started."""
    children = Path(f"/proc/{process}/task").glob("*/children")
    return [
        process,
        *(
            one
            for child in children
            for number in child.read_text().split()
            for one in family(int(number))
        ),
    ]


def browsers() -> list[Path]:
    """What of a Chromium this process has started, as /proc has it."""
    places = (Path(f"/proc/{number}") for number in family(os.getpid()))
    return [place for place in places if "chrom" in (place / "comm").read_text()]


def test_the_browser_is_alone_in_a_network_in_which_nothing_is_up(tmp_path: Path) -> None:
    """Whatever escapes from the page, and from Chromium: the kernel is asked, and not the browser."""
    spaces: dict[str, str] = {}

    async def ask(_: str) -> BrowserResponse:
        for place in browsers():
            spaces[str((place / "ns" / "net").readlink())] = (
                place / "net" / "fib_trie"
            ).read_text()
        return BrowserResponse(200, {"Content-Type": "text/javascript"}, b"document.title = 'seen'")

    assert b"<title>seen</title>" in asyncio.run(
        rendered(b"<title>a</title><script src=/a.js></script>", ask, tmp_path / "link")
    )
    assert spaces
    assert str(Path("/proc/self/ns/net").readlink()) not in spaces
    assert set(spaces.values()) == {""}, "no address belongs to it, not even that of loopback"


def test_robots_txt_pace_and_budget_hold_for_the_parts_of_a_page(
    origin: Origin, crawl: Crawl
) -> None:
    drawn(origin, "for (let n = 0; n < 9; n++) fetch('/more/' + n).catch(() => 0)")
    origin.routes["/robots.txt"] = text("User-agent: Sillok\nDisallow: /more/3\nCrawl-delay: 0.2\n")
    done = crawl("drawn")
    assert done.code == 0, done.log
    whys = {
        url.partition("/more/")[2]: row.why for url, row in parts(done).items() if "/more/" in url
    }
    assert whys == {str(n): "robots" if n == 3 else "fetched" for n in range(9)}
    assert "/more/3" not in origin.paths()
    assert min(origin.gaps()[1:]) >= 0.19
    assert done.report.requests == len(origin.asked)


def test_a_page_that_asks_without_end_is_read_as_far_as_it_came(
    origin: Origin, crawl: Crawl
) -> None:
    drawn(origin, "for (let n = 0; n < 300; n++) fetch('/more/' + n).catch(() => 0)")
    done = crawl("drawn")
    assert (done.code, len(done.articles())) == (0, 1)
    assert len(parts(done)) == 30


def test_a_script_that_never_ends_costs_its_page_and_no_other(origin: Origin, crawl: Crawl) -> None:
    urls = [drawn(origin, "", 2), drawn(origin, "for (;;) {}", 1)]
    origin.routes["/draw.js"] = text(
        "fetch('/body/2').then(r => r.text()).then(t => { document.body.innerHTML = t })"
    )
    origin.routes["/feed"] = feed(*reversed(urls))
    done = crawl("drawn", env={"WIRE_RENDERING_SECONDS": "8"})
    rows = {row.url: (row.why, row.detail) for row in done.articles_log()}
    assert rows == {
        urls[1]: ("failed", "rendering took longer than 8.0 s"),
        urls[0]: ("fetched", "rendered"),
    }
    assert done.code == 0, done.log


def test_a_browser_that_a_page_took_is_ended_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("spiders.rendering.SECONDS", 5)
    browser = Browser(str(CHROMIUM), "Sillok", Scratch(tmp_path / "link"))

    async def ask(_: str) -> None:
        raise AssertionError("it asks for nothing")

    async def render() -> None:
        page = BrowserResponse(200, {"Content-Type": "text/html"}, b"<script>for (;;) {}</script>")
        with pytest.raises(RenderingError, match="longer than 5 s"):
            await browser.rendered("http://a.example/", page, ask)
        assert browsers() == []

    asyncio.run(render())
    assert list(tmp_path.iterdir()) == []


def struck(origin: Origin, tmp_path: Path, number: signal.Signals) -> tuple[Crawled, Path]:
    """Crawl, and signal the crawl while the browser waits for a part of the page; return it and the browser's folder."""
    asked, never, body = threading.Event(), threading.Event(), origin.routes["/body/1"]

    def hang(_: Asked) -> Reply:
        asked.set()
        return Reply(wait=never)

    origin.routes["/body/1"] = hang
    line, env = command(origin.port, tmp_path, "crawl", "drawn")
    process = subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert asked.wait(60)
    scratch = link(tmp_path).readlink()
    assert scratch.is_dir()
    process.send_signal(number)
    out, log = process.communicate(timeout=25)  # the answer that is under way comes after 30 s
    never.set()
    origin.routes["/body/1"] = body
    return crawled(process.returncode, out, log, tmp_path), scratch


def link(folder: Path) -> Path:
    return folder / "spool" / "landing" / "outlet=drawn" / "browser"


def test_a_signal_ends_a_page_that_is_being_rendered(origin: Origin, tmp_path: Path) -> None:
    url = drawn(origin, "")
    done, scratch = struck(origin, tmp_path, signal.SIGTERM)
    assert (done.code, done.report.end) == (4, "interrupted")
    assert {row.url: (row.why, row.failures) for row in done.articles_log()} == {url: ("failed", 0)}
    assert not scratch.exists()
    assert not link(tmp_path).is_symlink()


def test_what_a_killed_browser_leaves_goes_with_the_next_crawl(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    drawn(origin, "")
    killed, scratch = struck(origin, tmp_path, signal.SIGKILL)
    assert killed.code == -signal.SIGKILL
    assert link(tmp_path).readlink() == scratch
    scratch.mkdir(exist_ok=True)
    done = crawl("drawn")
    assert done.code == 0, done.log
    assert not scratch.exists()
    assert not link(tmp_path).is_symlink(), "and its own it has removed itself"


def test_a_page_that_goes_away_is_not_followed(origin: Origin, crawl: Crawl) -> None:
    drawn(origin, "setTimeout(() => { location = '/elsewhere' }, 50)")
    done = crawl("drawn")
    assert done.code == 0, done.log
    assert "/elsewhere" not in origin.paths()


def test_a_rendered_page_is_archived_like_any_other(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    drawn(origin, "")
    done = crawl("drawn")
    catalogue = published(done, tmp_path, done.report.ended_at)
    day = done.report.ended_at.astimezone(SEOUL).date()
    count = count_day(catalogue, day)["drawn"]
    assert (count.announced, count.archived, count.gaps) == (1, 1, 0)
    assert load(done.store, "drawn").spent(day) == done.report.requests


def test_the_same_rendered_page_is_unchanged(origin: Origin, crawl: Crawl) -> None:
    url = drawn(origin, "")
    origin.routes["/news/1"].headers["ETag"] = '"a shell stays"'  # type: ignore[union-attr]
    crawl("drawn")
    again = crawl("drawn", "-a", f"url={url}")
    assert [row.why for row in again.articles_log()] == ["unchanged"]
    origin.routes["/body/1"] = html(article(1, " 고침.").body.decode())
    changed = crawl("drawn", "-a", f"url={url}")
    assert [row.why for row in changed.articles_log()] == ["fetched"]
    assert [asked.header("If-None-Match") for asked in origin.asked if asked.path == "/news/1"] == [
        None
    ] * 3
