"""What a crawl keeps: every exchange in the WARC, revisits on schedule, limits that lose nothing."""

import gzip
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from processing.landing.segments import SegmentWriter, sealed
from processing.records import Fetch, Why, article_id
from processing.store.file_store import FileStore
from spiders.crawling.fetch_log import digest
from tests.spiders.conftest import Crawl, Crawled
from tests.spiders.origin import TDMREP, Asked, Origin, Reply, article, feed, text, zipped


def at(origin: Origin, outlet: str, path: str) -> str:
    return f"http://{outlet}.press.test:{origin.port}{path}"


def records(done: Crawled) -> list[Any]:
    """Return (type, URL path, WARC headers, HTTP status, stored bytes) of each record of the newest run."""
    found = []
    for seal in (seal for seal in sealed(done.store) if seal.run == done.run):
        data = done.store.get(next(file.key for file in seal.files if file.key.endswith("warc.gz")))
        for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            status = record.http_headers.get_statuscode() if record.http_headers else ""
            path = url.partition(".press.test")[2].partition("/")[2]
            body = record.raw_stream.read()
            found.append((record.rec_type, path, dict(record.rec_headers.headers), status, body))
    return found


def test_every_answer_is_in_the_warc_as_it_came(origin: Origin, crawl: Crawl) -> None:
    page = article(1)
    assert isinstance(page, Reply)
    packed = zipped(page.body.decode())
    origin.routes |= {
        "/feed": feed(at(origin, "plain", "/news/7"), at(origin, "plain", "/news/9")),
        "/news/7": Reply(301, headers={"Location": "/news/1"}),
        "/news/1": packed,
        "/news/9": Reply(404, body=b"none"),
    }
    done = crawl("plain")
    responses = [(path, status) for kind, path, _, status, _ in records(done) if kind == "response"]
    assert responses == [
        ("robots.txt", "200"),
        ("feed", "200"),
        (TDMREP[1:], "404"),
        ("news/7", "301"),
        ("news/1", "200"),
        ("news/9", "404"),
    ]
    assert [path for kind, path, *_ in records(done) if kind == "request"] == [
        path for path, _ in responses
    ]
    (stored,) = [
        body for kind, path, _, _, body in records(done) if (kind, path) == ("response", "news/1")
    ]
    assert stored == packed.body
    assert gzip.decompress(stored) == page.body
    (facts,) = [
        body for kind, path, _, _, body in records(done) if (kind, path) == ("metadata", "news/1")
    ]
    assert b"outlet: plain\r\n" in facts
    assert b"why: new\r\n" in facts
    assert b"robots: allowed\r\n" in facts


def test_a_page_that_did_not_change_is_a_revisit_of_the_record_that_holds_it(
    origin: Origin, crawl: Crawl
) -> None:
    url = at(origin, "plain", "/news/1")
    origin.routes |= {"/feed": feed(url), "/news/1": article(1)}
    first = crawl("plain")
    (row,) = first.articles_log()
    for _ in range(2):
        done = crawl("plain", "-a", f"url={url}")
        (revisit,) = [
            headers
            for kind, path, headers, _, _ in records(done)
            if (kind, path) == ("revisit", "news/1")
        ]
        assert revisit["WARC-Refers-To-Target-URI"] == url
        assert revisit["WARC-Refers-To-Date"] == f"{row.stored_at:%Y-%m-%dT%H:%M:%S.%fZ}"
        assert revisit["WARC-Payload-Digest"] == row.payload


def held(origin: Origin, folder: Path, ages: dict[int, timedelta]) -> None:
    """Write a landing in which these articles were first fetched so long ago."""
    now = datetime.now(UTC)  # noqa: TID251 - ages count from the moment at which the crawl will look
    run = "20261101T000000Z-000000"
    writer = SegmentWriter(
        FileStore(folder / "archive"), "plain", run, folder / "spool", clock=lambda: now
    )
    for number, age in ages.items():
        url = at(origin, "plain", f"/news/{number}")
        page = article(number)
        assert isinstance(page, Reply)
        identity = article_id(url)
        writer.add(
            Fetch(
                outlet="plain",
                run=run,
                at=now - age,
                role="article",
                url=url,
                article_id=identity,
                why=Why.FETCHED,
                status=200,
                etag=f'"{number}"',
                digest=digest(page.body),
                outcome="article",
                version_id=f"{identity}-{'0' * 12}",
                visits=1,
            )
        )
    writer.seal()
    writer.release()


def test_articles_are_asked_again_on_schedule_and_by_what_they_were_remembered_by(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    hours = {1: 0.5, 2: 1.1, 3: 7, 4: 25, 5: 24 * 8}
    held(origin, tmp_path, {number: timedelta(hours=age) for number, age in hours.items()})
    origin.routes["/feed"] = feed(*(at(origin, "plain", f"/news/{n}") for n in hours))
    origin.routes |= {
        "/news/2": lambda asked: (
            Reply(304) if asked.header("If-None-Match") == '"2"' else article(2)
        ),
        "/news/3": Reply(404),
        "/news/4": article(4, " 고쳐 썼다."),
        "/news/5": article(5),
    }
    done = crawl("plain")
    whys = {row.url.rpartition("/")[2]: row.why for row in done.articles_log()}
    assert whys == {"1": "seen", "2": "unchanged", "3": "gone", "4": "fetched", "5": "unchanged"}
    assert done.code == 0, done.log
    origin.asked.clear()
    origin.routes["/feed"] = feed(*(at(origin, "plain", f"/news/{n}") for n in reversed(hours)))
    again = crawl("plain")
    assert [path for path in origin.paths() if "news" in path] == []
    assert again.report.end == "unchanged"


def test_an_article_that_its_list_calls_changed_is_asked_again_at_once(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    held(origin, tmp_path, {1: timedelta(minutes=20), 2: timedelta(minutes=20)})
    now = datetime.now(UTC)  # noqa: TID251 - as above
    rows = "".join(
        f"<url><loc>{at(origin, 'plain', f'/news/{n}')}</loc><lastmod>{now - age:%Y-%m-%dT%H:%M:%S+00:00}</lastmod></url>"
        for n, age in ((1, timedelta(minutes=5)), (2, timedelta(minutes=50)))
    )
    origin.routes |= {"/feed": text(f"<urlset>{rows}</urlset>"), "/news/1": article(1, " 새 문장.")}
    done = crawl("plain")
    assert {row.url.rpartition("/")[2]: row.why for row in done.articles_log()} == {
        "1": "fetched",
        "2": "seen",
    }


def test_a_limit_closes_the_crawl_and_the_next_one_does_the_rest(
    origin: Origin, crawl: Crawl
) -> None:
    numbers = range(1, 9)
    origin.routes |= {f"/news/{n}": article(n) for n in numbers}
    origin.routes |= {
        "/feed": feed(*(at(origin, "plain", f"/news/{n}") for n in numbers)),
        "/robots.txt": text("User-agent: *\nCrawl-delay: 0.3\n"),
    }
    done = crawl("plain", "-s", "CLOSESPIDER_TIMEOUT=2")
    assert (done.code, done.report.end) == (0, "partial")
    assert 0 < done.report.whys["fetched"] < 8
    assert done.report.whys["failed"] == 8 - done.report.whys["fetched"]
    origin.routes["/robots.txt"] = text("")
    rest = crawl("plain")
    assert rest.report.whys["fetched"] == done.report.whys["failed"]
    urls = [row.url for row in (*done.articles(), *rest.articles())]
    assert sorted(urls) == [at(origin, "plain", f"/news/{n}") for n in numbers]


def test_segments_are_sealed_while_the_crawl_goes_on(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    seen: list[int] = []

    def looked(_: Asked) -> Reply:
        seen.append(len(list((tmp_path / "archive").rglob("seg-*.seal.json"))))
        return article(9)

    origin.routes |= {f"/news/{n}": article(n) for n in range(1, 6)} | {"/news/9": looked}
    origin.routes["/feed"] = feed(*(at(origin, "plain", f"/news/{n}") for n in (1, 2, 3, 4, 5, 9)))
    done = crawl("plain", "-s", "SILLOK_SEGMENT_PAGES=2", "-s", "DOWNLOAD_DELAY=0.2")
    assert seen == [2]
    assert (
        done.report.segments == 4
    )  # the last one holds how the feed answered: all it announced is settled
    assert sum(seal.pages for seal in sealed(done.store)) == done.report.pages == 6
