"""A small archive with everything in it that the commands must show: written by hand, part by part.

Two outlets on two days: a wire story with a silent edit, its reprint in a daily, a headline that attacks the terminal, a
notice that reserves its rights, and a page that was no article.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from processing.archive import manifests
from processing.archive.layout import placed
from processing.archive.tables import ArchivedArticle, table
from processing.landing.segments import SegmentWriter
from processing.landing.warc import Exchange
from processing.records import (
    Article,
    Author,
    End,
    Fetch,
    Kind,
    Manifest,
    Reason,
    Record,
    Rejection,
    Rights,
    RunReport,
    SourceReport,
    Stamp,
    Sum,
    Why,
    article_id,
    version_id,
)
from processing.store.interface import Store
from processing.store.opening import open_store

MORNING = datetime(2026, 3, 2, 0, 10, tzinfo=UTC)  # 09:10 in Seoul
DAY = "2026-03-02"
WIRE, DAILY = "hanbit", "gaon"
HOSTILE = "\x1b]0;pwned\x07속보 \x1b[31m[red]너울호\u202e 회항\x9b2J\n둘째 줄"
PAGE = "<html><meta charset=euc-kr><title>가온일보</title><p>등대지기 오순길 씨</p></html>".encode(
    "cp949"
)
LINE = "너울해운은 2일 청명항과 솔섬을 잇는 쾌속선 너울호의 첫 운항을 시작했다고 밝혔다."
EDITED = "너울해운은 3일 청명항과 솔섬을 잇는 쾌속선 너울호의 첫 운항을 시작했다고 밝혔다."


def article(outlet: str, number: int, title: str, text: str, **fields: object) -> Article:
    """Return one version of the fictional article `number` of `outlet`."""
    url = f"http://{outlet}.press.test/view/{number}"
    identity = article_id(url)
    given = {
        "fetched_at": MORNING,
        "published": Stamp(at=MORNING - timedelta(minutes=30), source="json-ld"),
        "authors": (Author(name="오순길", role="기자", email="soongil@gaon.example"),),
        "extractor": "trafilatura",
        "rights": Rights(robots="allowed"),
    } | fields
    return Article(
        article_id=identity,
        version_id=version_id(identity, title, text),
        outlet=outlet,
        url=url,
        fetched_url=url,
        title=title,
        text=text,
        **given,  # type: ignore[arg-type]
    )


FIRST = article(WIRE, 1, "너울호 첫 운항", f"{LINE}\n\n하루 네 번 다닌다.", kind=Kind.ARTICLE)
SECOND = article(
    WIRE,
    1,
    "너울호 첫 운항",
    f"{EDITED}\n\n하루 네 번 다닌다.",
    fetched_at=MORNING + timedelta(hours=6),
)
COPY = article(DAILY, 7, "쾌속선 너울호 뜬다", f"{LINE}\n\n하루 네 번 다닌다.", agency="한빛통신")
ATTACK = article(
    DAILY, 8, HOSTILE, "정부는 대통령실이 기준금리를 점검했다고 밝혔다.", kind=Kind.FLASH
)
RESERVED = article(
    DAILY,
    9,
    "등대 이야기",
    "등대지기 오순길 씨는 서른 해를 섬에서 보냈다.",
    captions=("등대에서 본 솔섬",),
    published=Stamp(
        at=MORNING - timedelta(days=1), source="meta", precision="day", zone_assumed=True
    ),
    rights=Rights(
        robots="allowed",
        tdm_reservation=True,
        ai_notice="AI 학습 금지",
        exportable=False,
        why="tdm-reservation: 1",
    ),
)
FREE = article(
    DAILY,
    10,
    "섬마을 도서관 문 열어",
    "솔섬에 도서관이 섰다.",
    rights=Rights(licence="KOGL-1"),
    published=None,
)
ARTICLES = (FIRST, SECOND, COPY, ATTACK, RESERVED, FREE)
REJECTED = Rejection(
    outlet=DAILY,
    url="http://gaon.press.test/view/404",
    fetched_at=MORNING,
    reason=Reason.ERROR_PAGE,
    evidence="title says 찾을 수 없습니다",
)


def build(root: Path) -> Store:
    """Write the archive under `root` and return its store."""
    return fill(open_store(f"file:{root / 'archive'}"), root / "spool")


def fill(store: Store, spool: Path) -> Store:
    """Write the archive into `store`, which is empty, and return it."""
    adds = [*_pages(store, spool), *_parts(store)]
    manifest = Manifest(
        seq=1,
        previous=None,
        batch="b1",
        published_at=MORNING,
        adds=tuple(adds),
        code_version="0",
        lock_sha256="0" * 64,
    )
    store.put(manifests.key(1), manifest.model_dump_json().encode(), create=True)
    return store


def _parts(store: Store) -> Iterable[Sum]:
    for article_ in ARTICLES:
        published = article_.published
        day = (published.at + timedelta(hours=9)).date() if published else None
        folder, prefix = placed("articles", day)
        key = f"{folder}/{prefix}{article_.version_id.replace('-', '')}.parquet"
        yield _put(store, key, table("articles", [archived(article_)], day, 1))
    rows: dict[str, list[Record]] = {
        "rejections": [REJECTED],
        "log": [
            *fetches(WIRE, [FIRST, SECOND]),
            *fetches(DAILY, [COPY, ATTACK, RESERVED, FREE]),
            failed(DAILY, 11),
            rejected(),
        ],
        "reports": [run_report(WIRE, 2, {}), run_report(DAILY, 5, {"error-page": 1})],
    }
    day = date.fromisoformat(DAY)
    for name, found in rows.items():
        folder, prefix = placed(name, day)
        yield _put(store, f"{folder}/{prefix}b1.parquet", table(name, found, day, 1))
    folder, prefix = placed("clusters", day)
    yield _put(store, f"{folder}/{prefix}b1.parquet", clusters())


def archived(one: Article) -> ArchivedArticle:
    """Return what a publication makes of a version: the edit is one without a new modified time."""
    fields = {name: getattr(one, name) for name in Article.model_fields}
    return ArchivedArticle(
        **fields, **({"previous": FIRST.version_id, "silent_edit": True} if one is SECOND else {})
    )


def clusters() -> pa.Table:
    """Return what a fold says: the daily's copy and the edit belong to the wire's first version."""
    rows = [(article_, article_, "original", None) for article_ in (FIRST, ATTACK, RESERVED, FREE)]
    rows += [(SECOND, FIRST, "version", FIRST), (COPY, FIRST, "copy", FIRST)]  # type: ignore[list-item]
    return pa.Table.from_pylist(
        [
            {
                "article_id": member.article_id,
                "version_id": member.version_id,
                "cluster": original.article_id,
                "original": original.version_id,
                "relation": relation,
                "parent": parent.version_id if parent else None,
                "score": 0.97 if parent else 1.0,
                "evidence": "exact",
                "day": date(2026, 3, 2),
            }
            for member, original, relation, parent in rows
        ]
    )


def fetches(outlet: str, found: Iterable[Article]) -> Iterable[Fetch]:
    for one in found:
        yield Fetch(
            outlet=outlet,
            run="r1",
            at=one.fetched_at,
            role="article",
            url=one.url,
            article_id=one.article_id,
            why=Why.FETCHED,
            status=200,
            announced_by=f"http://{outlet}.press.test/rss",
            announced_at=one.fetched_at,
            version_id=one.version_id,
            outcome="article",
            bytes=100,
        )


def failed(outlet: str, number: int) -> Fetch:
    """Return the row of an announced article that the outlet did not deliver."""
    url = f"http://{outlet}.press.test/view/{number}"
    return Fetch(
        outlet=outlet,
        run="r1",
        at=MORNING,
        role="article",
        url=url,
        article_id=article_id(url),
        why=Why.FAILED,
        detail="timeout",
        announced_by=f"http://{outlet}.press.test/rss",
        announced_at=MORNING,
    )


def rejected() -> Fetch:
    """Return the row of the page that was fetched and was no article."""
    return Fetch(
        outlet=DAILY,
        run="r1",
        at=MORNING,
        role="article",
        url=REJECTED.url,
        article_id=article_id(REJECTED.url),
        why=Why.FETCHED,
        status=200,
        announced_at=MORNING,
        outcome="rejection",
    )


def run_report(outlet: str, pages: int, rejections: dict[str, int], **fields: object) -> RunReport:
    given = {
        "run": "r1",
        "day": DAY,
        "started_at": MORNING,
        "ended_at": MORNING + timedelta(minutes=1),
        "end": End.NEW,
        "why": "all announced articles were fetched",
    } | fields
    return RunReport(
        outlet=outlet,
        pages=pages,
        articles=pages - sum(rejections.values()),
        rejections=rejections,
        whys={"fetched": pages},
        sources=(
            SourceReport(
                url=f"http://{outlet}.press.test/rss", status=200, links=pages, new=pages, overlap=0
            ),
        ),
        announced=pages,
        segments=1,
        bytes=4096,
        requests=pages + 2,
        agent="Sillok",
        code_version="0",
        **given,  # type: ignore[arg-type]
    )


def _pages(store: Store, spool: Path) -> Iterable[Sum]:
    """Record the bytes of one page as a crawl does, and move its segment to where a publication puts it."""
    writer = SegmentWriter(store, DAILY, "r1", spool, clock=lambda: MORNING)
    headers = (("Content-Type", "text/html"),)
    writer.exchange(Exchange(url=RESERVED.url, at=MORNING, status=200, headers=headers, body=PAGE))
    seal = writer.seal()
    assert seal is not None
    for file in seal.files:
        suffix = file.key.partition("seg-000.")[2]
        body = store.get(file.key)
        if suffix in {"warc.gz", "cdxj"}:
            yield _put_bytes(store, f"pages/day={DAY}/{DAILY}-r1-seg-000.{suffix}", body)


def _put(store: Store, key: str, rows: pa.Table) -> Sum:
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    return _put_bytes(store, key, sink.getvalue().to_pybytes(), rows.num_rows)


def _put_bytes(store: Store, key: str, body: bytes, rows: int | None = None) -> Sum:
    store.put(key, body)
    return Sum(key=key, sha256=hashlib.sha256(body).hexdigest(), bytes=len(body), rows=rows)
