"""Bad input and bad days: one clear message, an exit code that says what to do, and nothing lost."""

import gzip
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from processing.landing.segments import read_rows, sealed
from processing.records import Seal
from processing.store.file_store import FileStore
from tests.spiders.conftest import ROOT, Crawl, command, crawled
from tests.spiders.origin import Asked, Origin, Reply, article, feed, html, text


def at(origin: Origin, outlet: str, path: str) -> str:
    return f"http://{outlet}.press.test:{origin.port}{path}"


def announce(origin: Origin, outlet: str, *numbers: int) -> None:
    origin.routes |= {f"/news/{n}": article(n) for n in numbers}
    origin.routes["/feed"] = feed(*(at(origin, outlet, f"/news/{n}") for n in numbers))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody",), ("nobody", "scrapy list")),
        (("plain", "-a", "since=yesterday"), ("since", "2026-11-20")),
        (("plain", "-a", "until=2026-11-20"), ("until", "since")),
        (("plain", "-a", "color=red"), ("color", "since=")),
        (("plain", "-a", "url=ftp://plain.press.test/news/1"), ("url", "http")),
        (("shut",), ("shut", "paused", "SILLOK_PERMISSION")),
        (("plain", "-s", "SILLOK_STORE=ftp://x"), ("plain", "SILLOK_STORE", "s3://")),
        (("plain", "--since", "2026-11-20"), ("--since", "-a since=")),
        (
            ("plain", "-O", "/proc/nowhere/out.jsonl"),
            ("plain", "/proc/nowhere/out.jsonl", "another file"),
        ),
        (("plain", "-s", "SILLOK_KEPT=/nowhere/index.jsonl"), ("plain", "SILLOK_KEPT", "/nowhere")),
        (("plain", "-s", "SILLOK_SCHEDULED=1", "-s", "SILLOK_PRESS="), ("plain", "SILLOK_CONTACT")),
    ],
)
def test_a_wrong_word_is_told_with_its_cure_and_asks_nothing(
    origin: Origin, crawl: Crawl, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = crawl(*arguments)
    assert (done.code, origin.asked) == (2, [])
    assert len(done.log.strip().splitlines()) == 1, done.log
    for word in words:
        assert word in done.log


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SILLOK_DELAY", "soon"),
        ("SILLOK_PERMISSION", "{hani"),
        ("SILLOK_LOG_LEVEL", "LOUD"),
        ("SILLOK_CONTACT", "mailto:a@b.example\nX-Forged: 1"),
        ("SILLOK_STORE_ATTEMPTS", "often"),
    ],
)
def test_a_wrong_setting_is_told_with_its_name_and_asks_nothing(
    origin: Origin, crawl: Crawl, name: str, value: str
) -> None:
    done = crawl("plain", env={name: value})
    assert (done.code, origin.asked) == (2, [])
    assert done.log.startswith(f"plain: settings are wrong: {name}"), done.log
    assert len(done.log.strip().splitlines()) == 1


def test_a_store_that_cannot_be_made_is_told_before_anything_is_asked(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    done = crawl("plain", env={"SILLOK_STORE": "file:/proc/nowhere"})
    assert done.code == 2
    assert "file:/proc/nowhere cannot be made" in done.log
    assert "SILLOK_STORE" in done.log
    assert origin.asked == []


def test_an_output_that_is_not_complete_is_no_success(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1)
    done = crawl("plain", "-O", "/dev/full:jsonl")
    assert (done.code, done.report.end, len(done.articles())) == (1, "new", 1)
    assert "plain: the output is not complete" in done.log
    assert "sillok export" in done.log


def test_whoever_reads_no_further_ends_nothing(origin: Origin, tmp_path: Path) -> None:
    announce(origin, "plain", *range(7))
    line, env = command(origin.port, tmp_path, "crawl", "plain")
    process = subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    log = process.stderr.read()
    done = crawled(process.wait(60), "", log, tmp_path)
    assert (done.code, len(done.articles())) == (0, 7), log
    assert len(log.strip().splitlines()) == 1, log


def test_a_feed_that_is_html_is_told_and_backs_off(origin: Origin, crawl: Crawl) -> None:
    origin.routes["/feed"] = html("<!doctype html><html><body>새 주소로 옮겼습니다</body></html>")
    done = crawl("plain")
    assert (done.code, done.report.end) == (3, "unhealthy")
    assert "HTML" in (done.report.sources[0].problem or "")
    assert "plain" in done.log
    assert "/feed" in done.log
    assert crawl("plain").report.requests == 2  # once may be chance
    third = crawl("plain")
    assert third.report.requests == 0
    assert "asked again from" in third.log


def test_one_dead_source_of_two_is_reported_and_the_other_is_read(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "two", 1)
    origin.routes["/other"] = Reply(410)
    done = crawl("two")
    assert (done.code, done.report.end) == (0, "new")
    assert "/other: http 410" in done.log


def test_a_source_on_which_discovery_breaks_has_its_row_and_costs_no_other(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "two", 1)
    origin.routes["/other"] = origin.routes["/feed"]
    done = crawl("two", env={"WIRE_BREAK_SOURCE": "/other"})
    assert (done.code, len(done.articles())) == (3, 1), done.log
    (row,) = [row for row in done.rows() if row.url.endswith("/other")]
    assert (row.why, row.detail, row.failures) == (
        "failed",
        "reading it failed: RecursionError: too deep",
        1,
    )
    assert "Traceback" in done.log


def test_an_entity_bomb_in_a_feed_is_refused(origin: Origin, crawl: Crawl) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    origin.routes["/feed"] = text(
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "ha">{entities}]><rss><channel><item><title>&e11;</title>'
        f"<link>{at(origin, 'plain', '/news/1')}</link></item></channel></rss>"
    )
    done = crawl("plain")
    assert done.code == 3
    assert done.report.sources[0].problem


@pytest.mark.parametrize(
    "reply",
    [
        Reply(
            body=b"x",
            headers={"Content-Length": str(200 << 20), "Content-Type": "text/html"},
            cut=True,
        ),
        Reply(
            body=b"<p>" + b"a" * 300_000,
            headers={"Content-Type": "text/html", "Connection": "close"},
            cut=True,
        ),
        Reply(
            body=gzip.compress(bytes(3_000_000)),
            headers={"Content-Type": "text/html", "Content-Encoding": "gzip"},
        ),
    ],
    ids=["announced", "streamed", "unpacked"],
)
def test_a_page_over_the_limit_is_a_rejection_and_the_others_are_read(
    origin: Origin, crawl: Crawl, reply: Reply
) -> None:
    announce(origin, "plain", 1, 2)
    origin.routes["/news/1"] = reply
    done = crawl("plain", "-s", "DOWNLOAD_MAXSIZE=200000")
    assert done.report.rejections == {"too-large": 1}
    assert (done.code, done.report.articles, done.report.pages) == (0, 1, 2)


def test_an_address_that_spells_the_setting_of_the_limit_is_no_page_that_is_too_large(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1, 2)
    target = "http://elsewhere.test/?DOWNLOAD_MAXSIZE=login"
    origin.routes["/news/1"] = Reply(302, headers={"Location": target})
    done = crawl("plain")
    assert done.report.rejections == {}
    assert [row.why for row in done.articles_log() if "/news/1" in row.url] == ["off-site"]


def test_a_body_that_is_no_text_is_a_rejection_and_never_a_success(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    origin.routes["/news/1"] = Reply(
        body=bytes(range(256)) * 40, headers={"Content-Type": "application/octet-stream"}
    )
    done = crawl("plain")
    assert (done.code, done.report.end, done.report.articles) == (3, "unhealthy", 0)
    assert sum(done.report.rejections.values()) == done.report.pages == 1
    assert "plain" in done.log


def test_an_unreachable_store_is_told_before_anything_is_asked(
    origin: Origin, crawl: Crawl
) -> None:
    announce(origin, "plain", 1)
    keys = {
        "SILLOK_STORE": "s3://bucket/archive",
        "SILLOK_STORE_ENDPOINT": "http://127.0.0.1:9",
        "SILLOK_STORE_ACCESS_KEY": "a",
        "SILLOK_STORE_SECRET_KEY": "hush-hush",
        "SILLOK_STORE_ATTEMPTS": "1",
    }
    done = crawl("plain", env=keys)
    assert (done.code, origin.asked) == (1, [])
    assert "SILLOK_STORE_ENDPOINT" in done.log
    assert "hush-hush" not in done.log
    assert "Traceback" not in done.log


def test_what_a_store_would_not_take_is_kept_and_sent_by_the_next_crawl(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    announce(origin, "plain", 1)
    # The claim of the outlet can be written, what was fetched cannot.
    (tmp_path / "archive").mkdir()
    blocked = tmp_path / "archive" / "landing"
    blocked.write_text("a file where a folder should be")
    failed = crawl("plain")
    assert failed.code in {1, 2}
    assert "Traceback" not in failed.log
    assert list((tmp_path / "spool").rglob("seg-000.seal.json"))
    blocked.unlink()
    origin.asked.clear()
    done = crawl("plain")
    assert done.code == 0, done.log
    assert "/news/1" not in origin.paths()
    assert sum(seal.articles for seal in sealed(FileStore(tmp_path / "archive"))) == 1
    assert not list((tmp_path / "spool").rglob("seg-*"))


def test_a_full_disk_ends_the_crawl_and_keeps_what_is_sealed(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", *range(1, 9))
    noise = [os.urandom(30_000).hex() for _ in range(8)]
    for number in range(1, 9):
        page = article(number)
        assert isinstance(page, Reply)
        origin.routes[f"/news/{number}"] = Reply(
            body=page.body + noise[number - 1].encode() * (number // 4 + 1), headers=page.headers
        )
    done = crawl("plain", "-s", "SILLOK_SEGMENT_PAGES=1", env={"WIRE_FILE_LIMIT": "60000"})
    assert done.code == 1
    assert done.log.count("room") == 1, done.log
    assert "plain" in done.log
    kept = {url for seal in sealed(done.store) for url in _urls(done.store, seal)}
    assert kept
    origin.asked.clear()
    assert crawl("plain").code == 0
    assert not {asked.path for asked in origin.asked} & {
        url.partition(f":{origin.port}")[2] for url in kept
    }


def test_a_kill_loses_the_open_segment_at_most_and_the_next_crawl_does_the_rest(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    announce(origin, "plain", 1, 2, 3, 4)
    asked, never = threading.Event(), threading.Event()

    def hang(_: Asked) -> Reply:
        asked.set()
        return Reply(wait=never)

    origin.routes["/news/4"] = hang
    line, env = command(origin.port, tmp_path, "crawl", "plain", "-s", "SILLOK_SEGMENT_PAGES=2")
    process = subprocess.Popen(
        line, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert asked.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    never.set()
    origin.asked.clear()
    origin.routes["/news/4"] = article(4)
    done = crawl("plain")
    assert done.code == 0, done.log
    assert [path for path in origin.paths() if "news" in path] == ["/news/3", "/news/4"]
    assert sorted(url for seal in sealed(done.store) for url in _urls(done.store, seal)) == [
        at(origin, "plain", f"/news/{n}") for n in (1, 2, 3, 4)
    ]
    assert not list((tmp_path / "spool").rglob("seg-*"))


def test_a_reader_that_breaks_costs_the_page_and_is_told(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1, 2)
    done = crawl("plain", env={"WIRE_BREAK": "/news/1"})
    assert (done.report.pages, done.report.articles, done.report.rejections) == (
        2,
        1,
        {"unreadable": 1},
    )
    assert (done.code, done.report.end) == (3, "unhealthy")
    assert "/news/1" in done.log


def test_a_run_with_a_report_is_not_written_twice(origin: Origin, crawl: Crawl) -> None:
    announce(origin, "plain", 1)
    assert crawl("plain", "-s", "SILLOK_RUN=20261122T000000Z-abcdef").code == 0
    again = crawl("plain", "-s", "SILLOK_RUN=20261122T000000Z-abcdef")
    assert again.code == 2
    assert "SILLOK_RUN" in again.log


def test_a_poll_with_nothing_new_loads_no_reader_and_no_tables(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    announce(origin, "plain", 1)
    crawl("plain")
    line, env = command(origin.port, tmp_path, "crawl", "plain")
    quiet = subprocess.run(
        line,
        env=env | {"PYTHONPROFILEIMPORTTIME": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    assert "unchanged" in quiet.stderr
    loaded = {
        row.rpartition("|")[2].strip().partition(".")[0]
        for row in quiet.stderr.splitlines()
        if "|" in row
    }
    assert "scrapy" in loaded
    assert not loaded & {"trafilatura", "pyarrow", "duckdb", "boto3", "numpy", "pandas"}


def _urls(store: FileStore, seal: Seal) -> list[str]:
    return [row.url for row in read_rows(store, seal, "articles")]
