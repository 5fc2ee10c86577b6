"""Crawls that never happened: landing runs of fictional outlets, as a crawl would have left them."""

import gzip
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from processing.records import (
    Article,
    End,
    Fetch,
    OutletFacts,
    Reason,
    Rejection,
    RunReport,
    Seal,
    Stamp,
    Sum,
    Why,
    article_id,
    version_id,
)
from processing.store.interface import Store

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # noon in Seoul
FACTS = {
    "hanbit": OutletFacts(title="한빛일보", daily=(1, 300)),
    "narae": OutletFacts(title="나래통신", outlet_class="wire", daily=(1, 300)),
}
_PLACES = ("강릉", "여수", "춘천", "목포", "안동", "제천", "서산", "통영", "밀양", "속초")
_THINGS = ("다리", "시장", "도서관", "축제", "항구", "공원", "극장", "과수원", "등대", "박물관")


def story(number: int) -> tuple[str, str]:
    """Return title and text of the fictional story of that number; different numbers share little."""
    place, thing = _PLACES[number % 10], _THINGS[number // 10 % 10]
    digest = hashlib.sha256(str(number).encode()).digest()
    words = " ".join(
        f"{_PLACES[byte % 10]}의 {_THINGS[byte // 10 % 10]} {byte * 7 + number}곳을 살폈다."
        for byte in digest
    )
    return (
        f"{place} {thing} {number}호 문 열어",
        f"{place}시는 {number}일 {thing}을 열었다고 밝혔다.\n\n{words}",
    )


def article(
    outlet: str, number: int, *, at: datetime = NOON, text: str | None = None, **fields: object
) -> Article:
    """Return what was read from the page of a story at a moment."""
    url = f"http://{outlet}.press.test/news/{number}"
    title, told = story(number)
    identity = article_id(url)
    given = {"published": Stamp(at=NOON - timedelta(hours=2), source="meta"), **fields}
    return Article(
        article_id=identity,
        version_id=version_id(identity, title, text or told),
        outlet=outlet,
        url=url,
        fetched_url=url,
        fetched_at=at,
        title=title,
        text=text or told,
        extractor="test",
        **given,
    )


def rejection(outlet: str, number: int, at: datetime = NOON) -> Rejection:
    url = f"http://{outlet}.press.test/list/{number}"
    return Rejection(
        outlet=outlet,
        url=url,
        fetched_at=at,
        reason=Reason.LIST_PAGE,
        evidence="forty links, no text",
    )


def fetch(
    outlet: str, run: str, url: str, at: datetime, why: Why = Why.FETCHED, **fields: object
) -> Fetch:
    given = {"role": "article", "status": 200, **fields}
    return Fetch(outlet=outlet, run=run, at=at, url=url, why=why, **given)


def logged(run: str, row: Article | Rejection) -> Fetch:
    """Return the log row of a page that was fetched."""
    if isinstance(row, Rejection):
        identity, version, outcome = article_id(row.url), None, "rejection"
    else:
        identity, version, outcome = row.article_id, row.version_id, "article"
    return fetch(
        row.outlet,
        run,
        row.url,
        row.fetched_at,
        article_id=identity,
        version_id=version,
        outcome=outcome,
        visits=1,
    )


@dataclass
class Crawl:
    """One run: rows per segment, and whether it ended."""

    outlet: str = "hanbit"
    run: str = "20261120T030000Z-aaaaaa"
    articles: Sequence[Article] = ()
    rejections: Sequence[Rejection] = ()
    log: Sequence[Fetch] = ()
    ended: bool = True
    end: End = End.NEW
    at: datetime = NOON
    segments: int = 1
    seals: list[Seal] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return f"landing/outlet={self.outlet}/run={self.run}"

    def land(self, store: Store) -> "Crawl":
        """Write the run into landing, rows dealt out to its segments in turn."""
        rows = [*self.articles, *self.rejections]
        log = [*(logged(self.run, row) for row in rows), *self.log]
        for number in range(self.segments):
            self._segment(
                store, number, rows[number :: self.segments], log[number :: self.segments]
            )
        if self.ended:
            store.put(
                f"{self.folder}/report.json", self.report().model_dump_json().encode(), create=True
            )
        return self

    def report(self) -> RunReport:
        return RunReport(
            outlet=self.outlet,
            run=self.run,
            day="2026-11-20",
            started_at=self.at,
            ended_at=self.at + timedelta(minutes=3),
            end=self.end,
            why="told by a test",
            pages=len(self.articles) + len(self.rejections),
            articles=len(self.articles),
            rejections=dict(Counter(str(row.reason) for row in self.rejections)),
            whys={},
            sources=(),
            announced=len(self.articles),
            segments=self.segments,
            bytes=0,
            requests=len(self.articles) + len(self.rejections),
            agent="Sillok/test",
            code_version="test",
        )

    def _segment(
        self, store: Store, number: int, rows: Sequence[Article | Rejection], log: Sequence[Fetch]
    ) -> None:
        stem = f"seg-{number:03d}"
        articles = [row for row in rows if isinstance(row, Article)]
        rejections = [row for row in rows if isinstance(row, Rejection)]
        index = "".join(f"{row.url}\n" for row in rows)
        files = {
            f"{stem}.warc.gz": (gzip.compress(index.encode() * 40, mtime=0), len(rows)),
            f"{stem}.cdxj": (index.encode(), len(rows)),
            f"{stem}.articles.jsonl.gz": (_lines(articles), len(articles)),
            f"{stem}.rejections.jsonl.gz": (_lines(rejections), len(rejections)),
            f"{stem}.log.jsonl.gz": (_lines(log), len(log)),
        }
        for name, (data, _) in files.items():
            store.put(f"{self.folder}/{name}", data)
        seal = Seal(
            outlet=self.outlet,
            run=self.run,
            segment=number,
            sealed_at=self.at + timedelta(minutes=number),
            files=tuple(
                _sum(f"{self.folder}/{name}", data, rows) for name, (data, rows) in files.items()
            ),
            pages=len(rows),
            articles=len(articles),
            rejections=len(rejections),
        )
        store.put(f"{self.folder}/{stem}.seal.json", seal.model_dump_json().encode(), create=True)
        self.seals.append(seal)


def _lines(rows: Iterable[BaseModel]) -> bytes:
    return gzip.compress(b"".join(row.model_dump_json().encode() + b"\n" for row in rows), mtime=0)


def _sum(key: str, data: bytes, rows: int) -> Sum:
    return Sum(key=key, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), rows=rows)
