"""Lays down large archives: the same articles in few publications or in many.

`lay_down` writes what a publication writes, with the code that writes it (`of_records`, `of_tables`,
checkpoints, manifests), and leaves out what costs time and no bytes: crawls, checks, and a fold for
each publication. All articles are distinct, so one fold of a day says the same as many. A test
compares a small one with real publishing by `sillok diff`.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypeVar, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processing.archive import checkpoints, layout, manifests
from processing.archive.catalogue import Catalogue
from processing.archive.compaction import CompactionJob, compact
from processing.archive.intake import merged_index
from processing.archive.layout import NewObject
from processing.archive.manifests import ManifestLink, Witness
from processing.archive.memory import Memory
from processing.archive.tables import (
    ArchivedArticle,
    day,
    of_records,
    of_tables,
)
from processing.dates import SEOUL
from processing.dedupe.fold import sign_only
from processing.records import (
    Article,
    End,
    Fetch,
    Manifest,
    Rejection,
    Removed,
    RunReport,
    Stamp,
    Sum,
    Why,
    article_id,
    version_id,
)
from processing.settings import Settings
from processing.signing.columns import CLUSTERS
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import EmptyWindow
from processing.store.file_store import FileStore

T = TypeVar("T")
START = datetime(2026, 1, 1, tzinfo=SEOUL)
_SYLLABLES = "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후기니디리미비시이"
_WORDS = 260
_VOCABULARY = 20_000
_SEEN_A_POLL = 6
"""Log rows of links that were seen before, per article: feeds list what they listed already."""


@dataclass(frozen=True, slots=True)
class GeneratedRun:
    """The rows of one crawl, as `of_records` asks for them."""

    outlet: str
    run: str
    at: datetime
    articles: Sequence[Article]
    rejections: Sequence[Rejection] = ()
    log: Sequence[Fetch] = field(default=())

    def report(self, code_version: str) -> RunReport:
        """Return the run's report."""
        return RunReport(
            outlet=self.outlet,
            run=self.run,
            day=day(self.at),
            started_at=self.at,
            ended_at=self.at + timedelta(minutes=1),
            end=End.NEW,
            why=f"{len(self.articles)} articles from {len(self.articles)} pages",
            pages=len(self.articles),
            articles=len(self.articles),
            rejections={},
            whys={"fetched": len(self.articles)},
            sources=(),
            announced=len(self.articles),
            segments=1,
            bytes=0,
            requests=len(self.articles),
            agent="Sillok/bench",
            code_version=code_version,
        )


# A publication asks for an article after its day was signed: one of the last is mostly one of these.
@lru_cache(maxsize=8192)
def article(number: int, outlets: int, at: datetime) -> Article:
    """Return the invented article of that number, which shares next to nothing with any other."""
    # as words of a language are, some often and most hardly ever: texts pack as news do
    known = _vocabulary()
    drawn = np.random.default_rng(number).random(_WORDS) ** 2 * len(known)
    words = [known[place] for place in drawn.astype(np.int64).tolist()]
    text = "\n\n".join(
        " ".join(words[place : place + 40]) + "." for place in range(0, len(words), 40)
    )
    title, outlet = " ".join(words[:6]), f"outlet{number % outlets:03d}"
    url = f"http://{outlet}.press.test/news/{number}"
    identity = article_id(url)
    return Article(
        article_id=identity,
        version_id=version_id(identity, title, text),
        outlet=outlet,
        url=url,
        fetched_url=url,
        fetched_at=at,
        title=title,
        text=text,
        published=Stamp(at=at - timedelta(minutes=10), source="meta"),
        sources={"title": "og", "published": "meta", "text": "rules"},
        extractor="trafilatura",
    )


class GeneratedArticles(Sequence[Article]):
    """Invented articles in order of fetching, each made when it is asked for.

    So a million of them take no memory.
    """

    def __init__(
        self, fetched: Sequence[datetime], outlets: int, numbers: range | None = None
    ) -> None:
        self._fetched = fetched
        self._outlets = outlets
        self._numbers = range(len(fetched)) if numbers is None else numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Article: ...
    @overload
    def __getitem__(self, place: slice) -> "GeneratedArticles": ...
    def __getitem__(self, place: int | slice) -> "Article | GeneratedArticles":
        if isinstance(place, slice):
            return GeneratedArticles(self._fetched, self._outlets, self._numbers[place])
        number = self._numbers[place]
        return article(number, self._outlets, self._fetched[number])


@cache
def _vocabulary() -> list[str]:
    draw = random.Random(0)  # noqa: S311 - a generator of samples
    return ["".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4))) for _ in range(_VOCABULARY)]


def runs_of(articles: Sequence[Article], number: int) -> list[GeneratedRun]:
    """Return the runs of one publication: one per outlet that has news, with its log."""
    by_outlet: dict[str, list[Article]] = defaultdict(list)
    for one in articles:
        by_outlet[one.outlet].append(one)
    return [
        GeneratedRun(outlet, f"{some[0].fetched_at:%Y%m%dT%H%M%SZ}-{number:06x}", some[0].fetched_at, some,
            log=tuple(_log(outlet, f"{some[0].fetched_at:%Y%m%dT%H%M%SZ}-{number:06x}", some)))
        for outlet, some in sorted(by_outlet.items())
    ]  # fmt: skip


def _log(outlet: str, run: str, articles: Sequence[Article]) -> Iterator[Fetch]:
    feed = f"http://{outlet}.press.test/rss"
    at = articles[0].fetched_at
    yield Fetch(outlet=outlet, run=run, at=at, role="source", url=feed, why=Why.FETCHED, status=200)
    for one in articles:
        yield Fetch(
            outlet=outlet, run=run, at=one.fetched_at, role="article", url=one.url,
            article_id=one.article_id, why=Why.FETCHED, status=200, version_id=one.version_id,
            outcome="article", visits=1, announced_by=feed, announced_at=at,
        )  # fmt: skip
        for back in range(1, _SEEN_A_POLL + 1):
            url = f"{one.url.rpartition('/')[0]}/{int(one.url.rpartition('/')[2]) - back}"
            yield Fetch(
                outlet=outlet, run=run, at=one.fetched_at, role="article", url=url,
                article_id=article_id(url), why=Why.SEEN, announced_by=feed, announced_at=at,
            )  # fmt: skip


def moments(articles: int, days: int) -> list[datetime]:
    """Return when each article was fetched, evenly over so many days."""
    step = timedelta(days=days) / max(articles, 1)
    return [
        (START + step * place).astimezone(UTC).replace(microsecond=0) for place in range(articles)
    ]


def lay_down(
    root: Path,
    articles: Sequence[Article],
    publications: int,
    polls: int | None = None,
    *,
    compacted_until: datetime | None = None,
) -> FileStore:
    """Write an archive of these articles, in the order of fetching, in so many publications.

    They were fetched by so many polls, by default one a publication: so archives of different
    numbers of publications can have the same rows, those of log and reports too. Up to a moment
    each day is compacted when it is over.
    """
    store = FileStore(root / "archive")
    witness = Witness(root / "heads", store)
    tables = SignedTables(articles)
    every = _memories(store, articles)
    shares = list(enumerate(_shares(articles, polls or publications), 1))
    link: ManifestLink | None = None
    for number, some in enumerate(_shares(shares, publications), 1):
        runs = [run for poll, share in some for run in runs_of(share, poll)]
        if link and _ends_a_day(link.manifest, runs[0].at, compacted_until):
            compacted(root, runs[0].at)
            link = manifests.head(store)
        seq = link.manifest.seq + 1 if link else 1
        adds, removes = _laid(store, root / "cache", runs, tables, seq)
        changed = {run.outlet: every[run.outlet] for run in runs}
        names_all = link is None or layout.adds_checkpoint(seq)
        manifest = Manifest(
            seq=seq,
            previous=link.sha256 if link else None,
            batch=f"{number:016x}",
            published_at=runs[-1].articles[-1].fetched_at + timedelta(minutes=5),
            adds=tuple(sorted(adds, key=lambda added: added.key)),
            removes=removes,
            runs=tuple(f"outlet={run.outlet}/run={run.run}" for run in runs),
            memory=every if names_all else changed,
            counts={"articles": sum(len(run.articles) for run in runs)},
            code_version="1",
            lock_sha256="0" * 64,
        )
        link = manifests.append(store, witness, manifest)
    return store


def _ends_a_day(before: Manifest, now: datetime, until: datetime | None) -> bool:
    """Tell whether a day is over since that manifest, and is to be compacted."""
    return until is not None and now <= until and day(before.published_at) < day(now)


def compacted(root: Path, now: datetime) -> None:
    """Compact an archive as `sillok compact` does at a moment."""
    store = FileStore(root / "archive")
    options = Settings(store=store.url, cache=root / "cache", heads=root / "heads")
    compact(
        CompactionJob(store=store, options=options, now=now, code_version="1", lock_sha256="0" * 64)
    )


def _laid(
    store: FileStore,
    cache: Path,
    runs: Sequence[GeneratedRun],
    tables: "SignedTables",
    number: int,
) -> tuple[list[Sum], tuple[Removed, ...]]:
    """Put what the publication of that number adds; return it, and what it removes."""
    articles = [one for run in runs for one in run.articles]
    made = [
        *of_records(runs, [ArchivedArticle(**dict(one)) for one in articles], "1", number),
        *of_tables(tables.of(articles), number),
        *_pages(runs),
    ]
    if not layout.adds_checkpoint(number):
        return [put(store, one) for one in made], ()
    checkpoint = checkpoints.made(Catalogue(store, cache))
    return [put(store, one) for one in (*made, *checkpoint.files)], checkpoint.removes


def put(store: FileStore, made: NewObject) -> Sum:
    store.put(made.key, made.data)
    return made.sum


def _shares(items: Sequence[T], count: int) -> list[Sequence[T]]:
    bounds = [len(items) * place // count for place in range(count + 1)]
    shares = [items[first:last] for first, last in pairwise(bounds)]
    return [share for share in shares if share]


def _memories(store: FileStore, articles: Sequence[Article]) -> dict[str, Sum]:
    """Write what each outlet remembers at the end: every manifest names that."""
    by_outlet: dict[str, Memory] = defaultdict(Memory)
    for one in articles:
        by_outlet[one.outlet].archived(one)
    return {
        outlet: put(store, NewObject(f"memory/outlet={outlet}", memory.encode(), suffix=".gz"))
        for outlet, memory in sorted(by_outlet.items())
    }


def _pages(runs: Sequence[GeneratedRun]) -> Iterator[NewObject]:
    """Yield for each run a file in place of its raw pages, and for each day their index."""
    indexes: dict[str, list[bytes]] = defaultdict(list)
    for run in runs:
        where, name = f"pages/day={day(run.at)}", f"{run.outlet}-{run.run}-seg-000.warc.gz"
        body = gzip.compress("".join(one.url for one in run.articles).encode(), mtime=0)
        for one in run.articles:
            facts = {"url": one.url, "status": "200", "mime": "text/html", "offset": "0",
                     "length": str(len(body)), "filename": name}  # fmt: skip
            stamp = f"{one.fetched_at:%Y%m%d%H%M%S}"
            indexes[where].append(f"{one.url} {stamp} {json.dumps(facts)}\n".encode())
        made = NewObject(where, body, rows=len(run.articles))
        made.sum = made.sum.evolve(key=f"{where}/{name}")
        yield made
    for where, lines in indexes.items():
        yield merged_index(where, lines)


class SignedTables:
    """Signatures and clusters of distinct articles, signed by whole days and cut as asked.

    Both the articles and what is asked for are in order of fetching: of the days before, nothing is
    kept.
    """

    def __init__(self, articles: Sequence[Article]) -> None:
        self._options = FoldOptions()
        self._days: dict[date, dict[str, pa.Table]] = {}
        self._unsigned = groupby(articles, lambda one: date.fromisoformat(day(one.fetched_at)))

    def of(self, articles: Sequence[Article]) -> Iterator[tuple[str, date, pa.Table]]:
        """Yield the tables of these articles, each with its name and day."""
        by_date: dict[date, list[Article]] = defaultdict(list)
        for one in articles:
            by_date[date.fromisoformat(day(one.fetched_at))].append(one)
        self._days = {on: tables for on, tables in self._days.items() if on >= min(by_date)}
        for on, some in sorted(by_date.items()):
            tables, ids = self._signed(on), pa.array([one.version_id for one in some])
            sig = tables["sig"].filter(pc.is_in(tables["sig"]["id"], ids))
            numbers = sig["number"].combine_chunks()
            for kind, table in tables.items():
                kept = table.filter(pc.is_in(table["number"], numbers))
                yield f"dedupe/v={self._options.fingerprint}/{kind}", on, kept
            yield "clusters", on, _originals(some, on)

    def _signed(self, on: date) -> dict[str, pa.Table]:
        """Return the tables of a day, by kind; sign the days up to it."""
        while on not in self._days:
            when, some = next(self._unsigned)
            documents = [_document(one) for one in some]
            parts = sign_only(documents, EmptyWindow(), day=when, options=self._options).parts
            self._days[when] = {str(kind): table for (kind, _), table in parts.items()}
        return self._days[on]


def _originals(articles: Sequence[Article], on: date) -> pa.Table:
    """Return the rows of `clusters` of articles that are like no other."""
    rows = [
        {
            "article_id": one.article_id,
            "version_id": one.version_id,
            "cluster": one.article_id,
            "original": one.version_id,
            "relation": "original",
            "score": 1.0,
            "day": on,
        }
        for one in sorted(articles, key=lambda one: one.version_id)
    ]
    return pa.Table.from_pylist(rows, schema=CLUSTERS)


def _document(one: Article) -> Document:
    return Document(
        id=one.version_id,
        article_id=one.article_id,
        outlet=one.outlet,
        outlet_class="publisher",
        title=one.title,
        text=one.text,
        url=one.url,
        published_at=one.published.at if one.published else None,
        fetched_at=one.fetched_at,
    )


def size_of(root: Path, table: str) -> int:
    """Return the bytes of all current objects of a table; `memory` and `manifests` too."""
    store = FileStore(root / "archive")
    if table in {"memory", "manifests"}:
        return sum(entry.size for entry in store.list(f"{table}/"))
    catalogue = Catalogue(store, root / "cache")
    return sum(one.sum.bytes for one in catalogue.tables.values() if one.table == table)
