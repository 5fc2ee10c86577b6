"""The archives that benchmarks lay down are those that publishing writes."""

from datetime import timedelta
from itertools import groupby
from pathlib import Path

from infra.bench.history import article, lay_down, moments, runs_of
from processing.archive.catalogue import Catalogue
from processing.archive.publish import publish
from processing.lookup.diff import compare
from processing.lookup.sql import ask
from processing.records import OutletFacts
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.newsroom import Crawl

OUTLETS, PUBLICATIONS, ARTICLES = 3, 5, 30


def test_what_is_laid_down_is_what_publishing_writes(tmp_path: Path) -> None:
    articles = [article(number, OUTLETS, at) for number, at in enumerate(moments(ARTICLES, days=3))]
    made = lay_down(tmp_path / "made", articles, PUBLICATIONS)
    real = FileStore(tmp_path / "real" / "archive")
    share = ARTICLES // PUBLICATIONS
    for number in range(PUBLICATIONS):
        some = articles[number * share : (number + 1) * share]
        runs = runs_of(some, number + 1)
        for outlet, mine in groupby(
            sorted(runs, key=lambda run: run.outlet), lambda run: run.outlet
        ):
            for run in mine:
                log = [row for row in run.log if row.why != "fetched" or row.role == "source"]
                Crawl(outlet=outlet, run=run.run, articles=run.articles, log=log, at=run.at).land(
                    real
                )
        publish(
            real,
            now=some[-1].fetched_at + timedelta(minutes=5),
            code_version="1",
            lock_sha256="0",
            outlets={f"outlet{place:03d}": OutletFacts() for place in range(OUTLETS)},
            options=Settings(store=real.url, cache=tmp_path / "c", heads=tmp_path / "h"),
        )
    assert compare(made, real, tmp_path / "compared") == []
    for table in ("log", "reports", "articles"):
        counts = [
            next(ask(Catalogue(store, tmp_path / "k"), f"SELECT count(*) FROM {table}").rows)  # noqa: S608
            for store in (made, real)
        ]
        assert counts[0] == counts[1]
    tables = [
        {one.table for one in Catalogue(store, tmp_path / "k").tables.values()} - {"checkpoints"}
        for store in (made, real)
    ]
    assert tables[0] == tables[1]
