"""What servers answer to do harm, put to whole crawls: each costs its own page or source alone, and says why."""

import gzip
import re

from processing.records import Fetch
from tests.spiders.conftest import Crawl
from tests.spiders.origin import Asked, Origin, Reply, article, feed, html, text

BODY = article(9).body
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
BOMB = gzip.compress(b"<p>" + b"a" * (30 << 20), 1)
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def redirect(target: str) -> Reply:
    return Reply(302, headers={"Location": target})


def coded(coding: str, body: bytes) -> Reply:
    return Reply(body=body, headers={"Content-Type": "text/html", "Content-Encoding": coding})


def stated(**headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(body=BODY, headers={"Content-Type": "text/html; charset=utf-8", **named})


def headed(head: str) -> Reply:
    return html(BODY.decode().replace("<head>", f"<head>{head}"))


def data(content: str) -> Reply:
    return headed(f'<script type="application/ld+json">{content}</script>')


ATTACKS: dict[str, tuple[Reply, str, str]] = {
    # Redirects: the answer, how its row ends, what the row says.
    "no address": (redirect("http://[\xff"), "off-site", "redirects to"),
    "a script": (redirect("javascript:alert(1)"), "off-site", "redirects to javascript:"),
    "a file": (redirect("file:///etc/passwd"), "off-site", "redirects to file:"),
    "metadata of a cloud": (redirect("//169.254.169.254/latest"), "off-site", "169.254"),
    "another port": (redirect("http://plain.press.test:1/news/1"), "off-site", "redirects to"),
    "credentials": (redirect("http://u:p@plain.press.test/news/1"), "off-site", "redirects to"),
    "too long": (redirect("/news/" + "9" * 5_000), "off-site", "redirects to"),
    "itself": (redirect(""), "failed", "redirects more than 5 times"),
    # Codings.
    "br unasked": (coded("br", b"\x8b\x00\x80" * 9), "failed", "its br body was not asked for"),
    "zstd unasked": (coded("zstd", b"\x28\xb5\x2f\xfd\x04"), "failed", "was not asked for"),
    "a coding that is a lie": (coded("x-secret", BODY), "fetched", ""),
    "a bomb": (coded("gzip", BOMB), "fetched", "too-large"),
    "a bomb in a bomb": (coded("gzip, gzip", gzip.compress(BOMB)), "fetched", "too-large"),
    # Framing.
    "a negative length": (Reply(raw=HEAD + b"Content-Length: -5\r\n\r\n"), "failed", "Value"),
    "two lengths": (
        Reply(raw=HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        "failed",
        "Value",
    ),
    "an endless length": (
        Reply(raw=HEAD + b"Content-Length: 99999999999999999999\r\n\r\n"),
        "fetched",
        "too-large",
    ),
    "a chunk of no size": (
        Reply(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "failed",
        "DataLoss",
    ),
    "another protocol": (Reply(raw=b"SSH-2.0-OpenSSH\r\n"), "failed", "Parse"),
    "a flood of preliminary answers": (
        Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000 + HEAD + b"\r\n"),
        "fetched",
        "too-large",
    ),
    "a header of 60 KB": (stated(Set_Cookie="a=" + "b" * 60_000), "failed", "ConnectionDone"),
    # Values.
    "an encoding that steers": (
        Reply(body=BODY, headers={"Content-Type": 'text/html; charset="\x1b]0;x\x07"'}),
        "fetched",
        "",
    ),
    "a tag that is no text": (stated(ETag="\x7f\xff\"'"), "fetched", ""),
    "a moment that is none": (stated(Last_Modified="Sun, 99 Foo 99999999"), "fetched", ""),
    "robots without end": (stated(X_Robots_Tag="unavailable_after: 9, " * 500), "fetched", ""),
    "data that nest": (data('{"a":' * 100_000), "fetched", ""),
    "numbers that are none": (data('{"@type":"NewsArticle","headline":1e400}'), "fetched", ""),
    "an author of authors": (
        data('{"@type":"NewsArticle","author":' + '{"author":' * 500 + "1" + "}" * 501),
        "fetched",
        "",
    ),
    "a base that is none": (headed('<base href="http://[">'), "fetched", ""),
    "an address that steers": (
        headed('<link rel=canonical href="//e.test/\x1b[2J">'),
        "fetched",
        "",
    ),
    "a title that steers": (headed("<title>=1+1\u202e\x1b[2J</title>"), "fetched", ""),
}


def test_no_answer_costs_another_its_article(origin: Origin, crawl: Crawl) -> None:
    base = f"http://plain.press.test:{origin.port}/news"
    numbers = dict(enumerate(ATTACKS, 100))
    for number, name in numbers.items():
        origin.routes[f"/news/{number}"] = ATTACKS[name][0]
    origin.routes["/news/1"] = article(1)
    origin.routes["/feed"] = feed(*(f"{base}/{number}" for number in [*numbers, 1]))
    done = crawl("plain", "-s", "RETRY_TIMES=0")
    assert done.code == 0, done.log
    rows = {row.url.rpartition("/")[2]: row for row in done.articles_log()}
    wrong = [
        (name, row.why, row.detail)
        for number, name in numbers.items()
        if not _is_as_expected(row := rows[str(number)], *ATTACKS[name][1:])
    ]
    assert wrong == []
    assert rows["1"].outcome == "article"
    assert not UNSAFE.search(done.log), "a log is read on a terminal"
    assert "Traceback" not in done.log


def _is_as_expected(row: Fetch, why: str, said: str) -> bool:
    outcome = "article" if (why, said) == ("fetched", "") else None
    return row.why == why and said in (row.detail or "") and outcome in {row.outcome, None}


def test_indexes_that_name_a_new_index_for_ever_end(origin: Origin, crawl: Crawl) -> None:
    """Itself, each other, a new one each time: none of it spends what the articles need."""
    base = f"http://maps.press.test:{origin.port}"

    def index(*children: str) -> Reply:
        rows = "".join(f"<sitemap><loc>{child}</loc></sitemap>" for child in children)
        return text(f"<sitemapindex>{rows}</sitemapindex>")

    outside = ("data:,x", "file:///etc/passwd", "http://169.254.169.254/x", "http://e.test/s.xml")
    children = [f"{base}/{name}.xml" for name in ("sitemap", "b", "c", "articles")]
    origin.routes["/sitemap.xml"] = index(*children, *outside)
    origin.routes["/b.xml"] = index(*children[:2])
    for level in ("c.xml", *(f"{number}.xml" for number in range(9))):
        following = 0 if level == "c.xml" else int(level[0]) + 1
        origin.routes[f"/{level}"] = index(f"{base}/{following}.xml")
    origin.routes["/articles.xml"] = text(f"<urlset><url><loc>{base}/news/1</loc></url></urlset>")
    origin.routes["/news/1"] = article(1)
    done = crawl("maps")
    assert (done.code, done.report.articles) == (0, 1), done.log
    maps = [path for path in origin.paths() if path.endswith(".xml")]
    assert sorted(maps) == ["/0.xml", "/articles.xml", "/b.xml", "/c.xml", "/sitemap.xml"]
    assert [limit.example[-5:] for limit in done.report.limits] == ["0.xml"]


def test_a_backfill_follows_no_index_for_ever(origin: Origin, crawl: Crawl) -> None:
    """Each names the next one, and each claims the month that is asked for."""
    base = f"http://months.press.test:{origin.port}"

    def next_index(asked: Asked) -> Reply:
        number = int(asked.path.partition("?")[2] or 0)
        child = f"{base}/sitemap-2026-10.xml?{number + 1}"
        return text(f"<sitemapindex><sitemap><loc>{child}</loc></sitemap></sitemapindex>")

    # An end, so that a crawl that follows them all fails and does not hang.
    indexes = {f"/sitemap-2026-10.xml?{number}": next_index for number in range(20)}
    origin.routes |= {"/sitemap.xml": next_index, **indexes}
    crawl("months", "-a", "since=2026-10-05", "-a", "until=2026-10-06")
    maps = [path for path in origin.paths() if "sitemap" in path]
    assert maps == ["/sitemap.xml", "/sitemap-2026-10.xml?1"], "that month has answered"


OWN = (
    "{base}/news/1#a",
    "HTTP://PLAIN.PRESS.TEST:{port}/news/2",
    "http://plain。press。test:{port}/news/3",
)
STRANGE = (
    "{base}/news/４",
    "http://plain.press.test.e.test/news/5",
    "{base}@e.test/news/6",
    "http://2130706433:{port}/news/7",
    "http://plain.press.test:{port}\\news\\8",
    "{base}/news/9 HTTP/1.1\r\nX-Injected: 1",
)


def test_an_address_is_spelt_as_the_outlets_own_or_not_asked(origin: Origin, crawl: Crawl) -> None:
    spellings = [
        spelling.format(base=f"http://plain.press.test:{origin.port}", port=origin.port)
        for spelling in (*OWN, *STRANGE)
    ]
    origin.routes["/feed"] = feed(*spellings)
    origin.routes |= {f"/news/{number}": article(number) for number in range(10)}
    crawl("plain")
    asked = [path for path in origin.paths() if path.startswith("/news")]
    assert asked == ["/news/1", "/news/2", "/news/3"]
    assert {request.host.partition(":")[0].lower() for request in origin.asked} == {
        "plain.press.test"
    }
    assert not any(request.header("X-Injected") for request in origin.asked)
