"""Runs with real raw pages: each page's body is its record as JSON, and the reader reads that."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from processing.archive.publish import publish
from processing.landing.segments import SegmentWriter, put_report
from processing.landing.warc import Exchange
from processing.records import Article, Page, Rejection
from processing.settings import Settings
from processing.store.interface import Store
from tests.processing.newsroom import FACTS, NOON, Crawl, article, logged, rejection

HOUR = timedelta(hours=1)


class JsonReader:
    """Reads the pages of these runs."""

    def canonical(self, outlet: str, url: str) -> str | None:
        del outlet
        return url

    def read(self, page: Page, canonical: str) -> Article | Rejection:
        del canonical
        kind = Article if b'"article_id"' in page.body else Rejection
        return kind.model_validate_json(page.body)


def land(
    store: Store,
    spool: Path,
    outlet: str,
    run: str,
    *,
    rows: Sequence[Article | Rejection],
    at: datetime,
) -> None:
    """Write a run to landing as a crawl does: WARC, index, rows, seal, report."""
    writer = SegmentWriter(store, outlet, run, spool, clock=lambda: at)
    for row in rows:
        body = row.model_dump_json().encode()
        facts = {"outlet": outlet, "run": run, "role": "article"}
        exchange = Exchange(
            url=row.url,
            at=row.fetched_at,
            status=200,
            headers=(("Content-Type", "application/json"),),
            body=body,
            facts=facts,
        )
        stored = writer.exchange(exchange)
        writer.add(row)
        fields = {"payload": stored.payload, "stored_url": stored.url, "stored_at": stored.at}
        writer.add(logged(run, row).evolve(**fields))
    writer.seal()
    writer.release()
    articles = [row for row in rows if isinstance(row, Article)]
    rejections = [row for row in rows if isinstance(row, Rejection)]
    report = Crawl(outlet=outlet, run=run, articles=articles, rejections=rejections, at=at).report()
    put_report(store, report)


def fill(store: Store, folder: Path, options: Settings, runs: int = 3) -> None:
    """Publish some times: two outlets, a reprint, edits, rejections."""
    for number in range(1, runs + 1):
        at = NOON + number * HOUR
        edit = article("hanbit", 1, at=at, text=f"고친 글이다. 앞의 글과 다르다: {number}.")
        rows: list[Article | Rejection] = [
            article("hanbit", number, at=at),
            rejection("hanbit", number, at),
            *([edit] if number > 1 else []),
        ]
        land(store, folder / "spool", "hanbit", f"run-{number}", rows=rows, at=at)
        reprint = article("narae", number, at=at + HOUR / 2)
        land(store, folder / "spool", "narae", f"run-{number}", rows=[reprint], at=at + HOUR / 2)
        publish(
            store,
            now=at + HOUR,
            code_version="1",
            lock_sha256="0" * 64,
            outlets=FACTS,
            options=options,
        )
