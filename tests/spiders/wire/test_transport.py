"""Whether it is the outlet that answers: crawls of origins that speak TLS and show what they should not."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest
from warcio.archiveiterator import ArchiveIterator

from processing.errors import DeclarationError
from processing.landing.segments import read_rows, sealed
from processing.records import Fetch
from spiders.outlet import Feed, Outlet
from spiders.outlets import outlets
from tests.spiders.authority import DAY, Signed, server, signed, trusted
from tests.spiders.conftest import Crawl, Crawled
from tests.spiders.origin import Origin, Reply, article, feed, html, text

ROOT = signed("A Root of Trust", authority=True)
MIDDLE = signed("An Intermediate", ROOT, authority=True)
STRANGER = signed("Nobody Knows Me", authority=True)

Shown: TypeAlias = Callable[..., Origin]

WRONG: Mapping[str, Callable[[str], Signed]] = {
    "is for www.elsewhere.example": lambda _: signed("www.elsewhere.example", ROOT),
    "has expired": lambda host: signed(host, ROOT, since=-9 * DAY, until=-DAY),
    "is not valid yet": lambda host: signed(host, ROOT, since=DAY, until=9 * DAY),
    "is signed by itself": signed,
    "is signed by an authority of its own": lambda host: signed(host, STRANGER) + STRANGER,
    "is signed by nobody whom this machine knows, or its chain lacks an intermediate": lambda host: (
        signed(host, MIDDLE)
    ),
}


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    """Start an origin that shows these certificates by host, with a feed and one article on each."""
    started = []

    def start(**certificates: Signed) -> Origin:
        named = {f"{name}.press.test": one for name, one in certificates.items()}
        safe = Origin(server(tmp_path, named))
        started.append(safe)
        for host in named:
            safe.routes[f"{host}/feed"] = feed(f"https://{host}:{safe.port}/news/1")
        safe.routes["/news/1"] = article(1)
        return safe

    yield start
    for safe in started:
        safe.close()


@pytest.fixture
def visit(crawl: Crawl, tmp_path: Path) -> Callable[..., Crawled]:
    """Crawl from a machine that knows one authority."""

    def run(safe: Origin, *arguments: str) -> Crawled:
        return crawl(*arguments, env=trusted(tmp_path, ROOT) | {"WIRE_TLS": str(safe.port)})

    return run


def facts(done: Crawled) -> dict[str, str | None]:
    """What the WARC says of how the host of each URL was known."""
    found = {}
    for path in Path(done.folder).glob("archive/landing/**/*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "metadata":
                    said = re.search(
                        r"^tls: (.*?)\r?$", record.content_stream().read().decode(), re.MULTILINE
                    )
                    found[record.rec_headers.get_header("WARC-Target-URI")] = said and said[1]
    return found


@pytest.mark.parametrize("chained", [False, True])
def test_an_outlet_that_shows_who_it_is_is_crawled(
    shown: Shown, visit: Callable[..., Crawled], *, chained: bool
) -> None:
    host = "sealed.press.test"
    safe = shown(sealed=signed(host, MIDDLE) + MIDDLE if chained else signed(host, ROOT))
    done = visit(safe, "sealed")
    assert (done.code, done.report.end) == (0, "new"), done.log
    assert {row.tls for row in done.rows() if row.status} == {"verified"}
    assert set(facts(done).values()) == {"verified"}
    assert "/news/1" in safe.paths("sealed")


@pytest.mark.parametrize("fault", WRONG)
def test_whoever_does_not_show_it_is_asked_for_nothing(
    shown: Shown, visit: Callable[..., Crawled], fault: str
) -> None:
    safe = shown(sealed=WRONG[fault]("sealed.press.test"))
    done = visit(safe, "sealed")
    assert (done.code, done.report.end) == (3, "unhealthy"), done.log
    host = f"sealed.press.test:{safe.port}"
    assert done.report.why.startswith(
        f"{host}: its certificate {fault}: nothing was taken from there;"
    )
    assert "declare `tls`" in done.report.why
    assert done.report.why in done.log
    assert (safe.asked, facts(done)) == ([], {})
    assert done.report.requests == 1, (
        "a certificate is not right a second later: it is not tried again"
    )
    (source,) = [row for row in done.rows() if row.role == "source"]
    assert (source.why, source.tls, source.failures) == ("failed", None, 1)
    assert f"its certificate {fault}" in str(source.detail)
    assert done.report.sources[0].problem == source.detail


@pytest.mark.parametrize("fault", WRONG)
def test_with_a_declared_exception_it_is_crawled_and_every_row_says_so(
    shown: Shown, visit: Callable[..., Crawled], fault: str
) -> None:
    certificate = WRONG[fault]("waived.press.test")
    done = visit(shown(waived=certificate), "waived")
    assert (done.code, done.report.end) == (0, "new"), done.log
    said = f"unverified: its certificate {fault}; SHA-256 {certificate.digest()}"
    assert {row.role: row.tls for row in done.rows() if row.status} == dict.fromkeys(
        ("robots", "source", "article"), said
    )
    assert set(facts(done).values()) == {said}
    assert "can go" not in done.log


def test_what_is_gone_and_what_is_unchanged_says_who_said_it(
    shown: Shown, visit: Callable[..., Crawled]
) -> None:
    safe = shown(waived=signed("waived.press.test"))
    visit(safe, "waived")
    visit(safe, "waived", "-a", f"url=https://waived.press.test:{safe.port}/news/1")
    safe.routes["/news/1"] = Reply(410)
    done = visit(safe, "waived", "-a", f"url=https://waived.press.test:{safe.port}/news/1")
    log = (row for seal in sealed(done.store) for row in read_rows(done.store, seal, "log"))
    rows = [row for row in log if isinstance(row, Fetch) and row.role == "article"]
    rows.sort(key=lambda row: row.at)  # two runs may begin within one second
    assert [row.why for row in rows] == ["fetched", "unchanged", "gone"]
    assert all(
        str(row.tls).startswith("unverified: its certificate is signed by itself") for row in rows
    )


def test_an_exception_that_nobody_needs_any_more_is_named(
    shown: Shown, visit: Callable[..., Crawled]
) -> None:
    done = visit(shown(waived=signed("waived.press.test", ROOT)), "waived")
    assert done.code == 0, done.log
    assert "waived: every certificate is good: its exception can go (`tls`)" in done.log
    assert set(facts(done).values()) == {"verified"}


def test_one_wrong_host_is_an_alarm_and_costs_the_others_nothing(
    origin: Origin, shown: Shown, visit: Callable[..., Crawled]
) -> None:
    safe = shown(pictures=signed("pictures.press.test"))
    origin.routes["/feed"] = feed(
        f"http://mixed.press.test:{origin.port}/news/1",
        f"https://pictures.press.test:{safe.port}/news/2",
    )
    origin.routes["/news/1"] = article(1)
    done = visit(safe, "mixed")
    assert (done.code, done.report.end, done.report.articles) == (3, "unhealthy", 1), done.log
    assert (
        f"pictures.press.test:{safe.port}: its certificate is signed by itself" in done.report.why
    )
    assert {row.tls for row in done.rows()} == {None}, "what comes over http shows nobody's name"
    missed = next(row for row in done.articles_log() if row.url.endswith("/news/2"))
    assert (missed.why, missed.failures) == ("failed", 0), (
        "it could not be asked, so nothing is held against it"
    )


def test_a_redirect_to_a_host_that_is_somebody_else_is_not_followed(
    origin: Origin, shown: Shown, visit: Callable[..., Crawled]
) -> None:
    safe = shown(pictures=signed("elsewhere.press.test", ROOT))
    origin.routes["/feed"] = feed(f"http://mixed.press.test:{origin.port}/news/1")
    origin.routes["/news/1"] = Reply(
        302, headers={"Location": f"https://pictures.press.test:{safe.port}/news/1"}
    )
    done = visit(safe, "mixed")
    assert (done.code, safe.asked) == (3, []), done.log
    assert "its certificate is for elsewhere.press.test" in done.report.why


@pytest.mark.full
def test_the_parts_of_a_rendered_page_come_from_hosts_that_show_who_they_are(
    shown: Shown, visit: Callable[..., Crawled]
) -> None:
    pytest.importorskip("playwright", reason="needs sillok[render]")
    if not shutil.which("chromium"):
        pytest.skip("needs Chromium (apt install chromium)")
    safe = shown(painted=signed("painted.press.test", ROOT), pictures=signed("pictures.press.test"))
    body = article(1).body.decode().partition("<body>")[2].partition("</body>")[0]
    scripts = "".join(
        f"<script src=https://{host}.press.test:{safe.port}/{host}.js></script>"
        for host in ("painted", "pictures")
    )
    safe.routes["painted.press.test/news/1"] = html(
        f"<html lang=ko><body><main></main>{scripts}</body></html>"
    )
    safe.routes["/body"] = html(body)
    safe.routes["/painted.js"] = text(
        "fetch('/body').then(r => r.text()).then(t => { document.querySelector('main').innerHTML = t })"
    )
    done = visit(safe, "painted")
    assert (done.code, len(done.articles())) == (3, 1), done.log
    assert "pictures.press.test" in done.report.why
    parts = {
        row.url.rpartition("/")[2]: (row.why, row.tls) for row in done.rows() if row.role == "part"
    }
    assert parts == {
        "painted.js": ("fetched", "verified"),
        "body": ("fetched", "verified"),
        "pictures.js": ("failed", None),
    }
    assert safe.paths("pictures") == []


def declared(tls: str | None) -> Outlet:
    home = "https://a.example/"
    return Outlet(
        name="a",
        title="가",
        home=home,
        sources=(Feed(home),),
        article=re.compile(r"(?P<id>\d)"),
        tls=tls,
    )


@pytest.mark.parametrize(
    "said", ["", "unverified", "unverified: 2026-11-20", "unverified: old", "off, since 2026-11-20"]
)
def test_an_exception_says_why_and_when(said: str) -> None:
    with pytest.raises(
        DeclarationError, match=r'"unverified: <what is wrong>, checked YYYY-MM-DD"'
    ):
        declared(said)
    assert declared("unverified: it lacks an intermediate, checked 2026-11-20").tls


def test_no_outlet_is_excused_without_having_been_seen() -> None:
    """None was asked from here, so none can be known to need an exception."""
    assert [name for name, one in outlets().items() if one.tls and not one.confirmed] == []
