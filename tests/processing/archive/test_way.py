"""The whole way of one page: recorded by a crawl's writer, published, found by its URL and given back byte for byte."""

import gzip
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from processing.archive.catalogue import Catalogue
from processing.landing.segments import SegmentWriter, put_report
from processing.landing.warc import Exchange
from processing.lookup.replay import payload
from processing.lookup.sql import ask
from processing.records import Publication
from processing.store.interface import Store
from tests.processing.newsroom import NOON, Crawl, article, logged

RUN = "20261120T030000Z-abcdef"


def test_a_page_goes_in_and_comes_out(
    each: Store, tmp_path: Path, archive: Callable[..., Publication]
) -> None:
    read = article("hanbit", 1)
    body = "<html><meta charset=euc-kr><p>한빛시는 다리를 열었다.</p></html>".encode("cp949")
    writer = SegmentWriter(each, "hanbit", RUN, tmp_path / "spool", clock=lambda: NOON)
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"))
    writer.exchange(
        Exchange(
            url=read.url, at=NOON, status=200, headers=headers, body=gzip.compress(body, mtime=0)
        )
    )
    writer.add(read)
    writer.add(logged(RUN, read))
    assert writer.seal() is not None
    put_report(each, Crawl(run=RUN, articles=[read]).report())
    said = archive(each, now=NOON + timedelta(hours=1))
    assert said.outlets["hanbit"].versions == 1
    catalogue = Catalogue(each, tmp_path / "cache")
    assert payload(catalogue, read.url) == body
    told = list(
        ask(
            catalogue, "SELECT version_id, title, published.at AS published, day FROM articles"
        ).records()
    )
    assert [(row["version_id"], row["title"], row["day"]) for row in told] == [
        (read.version_id, read.title, date(2026, 11, 20))
    ]
    assert told[0]["published"] == read.published.at if read.published else False
    assert list(ask(catalogue, "SELECT why FROM log").records()) == [{"why": "fetched"}]
