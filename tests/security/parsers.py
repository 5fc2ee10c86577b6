"""The one list of what parses bytes from outside, with documents to begin from; `test_parsers` holds the code to it."""

import contextlib
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.http import HtmlResponse, Request, Response

from processing.archive import backfills, manifests, snapshot
from processing.archive.catalogue import Catalogue
from processing.archive.memory import Memory, load
from processing.archive.refolding import _read as read_parquet
from processing.dedupe.by_hand import read_rows
from processing.errors import SillokError
from processing.inspection import kept_pages
from processing.landing import segments
from processing.landing.warc import surt
from processing.lookup import replay
from processing.reading import metadata
from processing.reading.extract import extract
from processing.reading.rights import _tdmrep as tdmrep
from processing.reading.tree import RejectionCause, decode, parse
from processing.records import Article, Fetch, Manifest, Page, Rejection, Removed, Seal, Sum, Why
from processing.signing.canonical import canonical as canonical_text
from processing.signing.canonical import readable as readable_text
from processing.store.file_store import FileStore
from processing.upkeep.captures import CapturedFile
from processing.upkeep.chain import _parsed as audited
from processing.upkeep.recovery import RowRecovery
from processing.urls import canonical
from spiders.crawling.landing import HeldAnswer, HeldLists
from spiders.crawling.sources import says_nofollow
from spiders.crawling.spider import page_of
from spiders.crawling.visit import gate
from spiders.crawling.watchdog import read_notes
from spiders.formats.discover import links
from spiders.formats.links import stamp
from spiders.middlewares.pace import retry_after
from spiders.middlewares.robots import _readable as readable
from spiders.middlewares.robots import judged
from spiders.outlet import Feed, Listing, Outlet, Sitemap, identify, unaskable
from spiders.scouting.looking import family_of, pattern_of, site_title, sources_in
from spiders.wire.transport import broken_coding
from tests.processing.reading.layouts import LAYOUTS
from tests.processing.reading.stories import Story
from tests.security.mutations import (
    Mutation,
    compressed,
    markup,
    numbers,
    parquet,
    structured,
    values,
    words,
)

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
BASE = "https://www.handeul.test/"
OUTLET = Outlet(
    name="handeul",
    title="한들",
    home=BASE,
    sources=(Feed(f"{BASE}rss"),),
    article=re.compile(r"/news/(?P<id>\d+)"),
)


@dataclass(frozen=True, slots=True)
class Parser:
    """What reads a document. `parse` returns whether it passed the first check; it may raise only SillokError.

    `grown` makes documents of about so many bytes.
    """

    name: str
    parse: Callable[[bytes, Path], object]
    seeds: tuple[bytes, ...]
    mutation: Mutation
    grown: dict[str, Callable[[int], bytes]]
    inputs: int = 2600
    least: float = 0.5


def repeated(unit: str | bytes, before: str = "", after: str = "") -> Callable[[int], bytes]:
    """Return what makes a document of about `n` bytes of one repeated unit."""
    data = unit if isinstance(unit, bytes) else unit.encode("utf-8", "surrogatepass")
    return lambda n: before.encode() + data * (n // len(data) + 1) + after.encode()


def numbered(unit: str, before: str = "", after: str = "") -> Callable[[int], bytes]:
    """Return what makes a document of about `n` bytes of units that differ in their number."""
    return lambda n: (
        before + "".join(unit.format(at) for at in range(n // len(unit) + 1)) + after
    ).encode()


def _in_file(read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def parse(body: bytes, folder: Path) -> object:
        path = folder / "document"
        path.write_bytes(body)
        return read(path)

    return parse


def _source(source: Feed | Sitemap | Listing, body: bytes, _: Path) -> object:
    says_nofollow(HtmlResponse(BASE, body=body, encoding="utf-8"))
    found = links(source, body, base_url=BASE)
    assert len(found.links) + len(found.children) <= 50_000
    for link in found.links[:50]:
        identify(OUTLET, link.url)
        f"{link.url} {link.title} {link.text}".encode()
    return found.links or found.children


def _robots(body: bytes, _: Path) -> object:
    verdicts = judged(200, body, ("Sillok", "Scrapy"))
    assert verdicts.delay() >= 0
    verdicts.refusal(f"{BASE}news/{'a' * 300}?q=1")
    return verdicts.rules


def _mining(body: bytes, _: Path) -> object:
    text = readable(Response("https://a.test/.well-known/tdmrep.json", body=body))
    return text and tdmrep({"tdmrep": text}, "/news/1")


def _gate(body: bytes, _: Path) -> object:
    return gate(BASE, {"server": body[:100].decode("latin-1")}, body) or True


def _headers(body: bytes, _: Path) -> object:
    value = body.decode("latin-1")
    retry_after(value, NOW)
    page = Page(
        url=BASE,
        fetched_at=NOW,
        body=b"<p>\xb0\xa1</p>",
        headers=(("Content-Type", value), ("X", value)),
    )
    page_of(
        Response(
            BASE, headers={"Content-Type": [body], "X-Robots-Tag": [body]}, request=Request(BASE)
        ),
        outlet="handeul",
        at=NOW,
    )
    return isinstance(decode(page), str)


def _packed(body: bytes, _: Path) -> object:
    for coding in ("gzip", "deflate"):
        fault = broken_coding(Response(BASE, headers={"Content-Encoding": coding}, body=body))
    return fault is None or body.startswith(b"\x1f\x8b")


def _address(body: bytes, _: Path) -> object:
    url = body.decode("utf-8", "replace")
    assert canonical(canonical(url)) == canonical(url)
    unaskable(OUTLET, url)
    # What it says of an address that was never asked.
    with contextlib.suppress(ValueError):
        surt(url)
    return identify(OUTLET, url) or url.startswith("http")


def _moment(body: bytes, _: Path) -> object:
    return stamp(body.decode("utf-8", "replace"), "feed")


def _page(body: bytes, _: Path) -> object:
    record = extract(Page(url=f"{BASE}news/7", fetched_at=NOW, body=body, outlet="handeul"))
    assert isinstance(record, Article | Rejection)
    assert record.model_dump_json()
    return isinstance(record, Article) or record.evidence


def _script(body: bytes, _: Path) -> object:
    return metadata.loads(body.decode("utf-8", "replace")) is not None


def _front_page(body: bytes, _: Path) -> object:
    text = body.decode("utf-8", "replace")
    root = parse(text)
    if isinstance(root, RejectionCause):
        return None
    site_title(root)
    family_of(text)
    found = sources_in(root, text, BASE)
    pattern_of(found)
    return found


def _text(body: bytes, _: Path) -> object:
    text = body.decode("utf-8", "replace")
    return canonical_text(text) + readable_text(text)


def _rows(path: Path) -> object:
    found = read_rows(path)
    list(found.batches(100))
    return found.count


def _index(path: Path) -> object:
    return [item for item in kept_pages.index_items(path) if item.problem is None]


def _manifest(body: bytes, folder: Path) -> object:
    store = FileStore(folder / "archive")
    store.put(manifests.key(1), body)
    store.put(manifests.HINT, b'{"seq": 1}')
    audited(1, body)
    catalogue = Catalogue(store, folder / "cache")
    for part in catalogue.parts.values():
        _refused(catalogue.local, part)
    return True


def _head(body: bytes, folder: Path) -> object:
    store = FileStore(folder / "archive")
    store.put(manifests.HINT, body)
    manifests.head(store)
    return True


def _seal(body: bytes, folder: Path) -> object:
    store = FileStore(folder / "archive")
    store.put("landing/outlet=handeul/run=r1/seg-000.seal.json", body)
    for seal in segments.sealed(store):
        for kind in ("articles", "rejections", "log"):
            _refused(lambda seal=seal, kind=kind: list(segments.read_rows(store, seal, kind)))
    _refused(load, store, "handeul")
    spool = folder / "spool" / "run=r1"
    spool.mkdir(parents=True, exist_ok=True)
    (spool / "seg-000.seal.json").write_bytes(body)
    (spool / "seg-000.warc.gz").write_bytes(b"page")
    _refused(segments.send, FileStore(folder / "sent"), spool / "seg-000.seal.json")
    assert {path.parts[0] for path in _files(folder)} <= {
        "archive",
        "spool",
        "sent",
        "document",
        "cache",
    }
    return True


def _files(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


def _refused(call: Callable[..., object], *arguments: object) -> None:
    try:
        call(*arguments)
    except SillokError as error:
        if "\n" in str(error):
            raise AssertionError(f"more than one line: {error}") from error


def _parquet(path: Path) -> object:
    try:
        return read_parquet(path, ["outlet", "title"]).num_rows >= 0
    except (
        pa.ArrowException,
        OSError,
    ) as error:  # what `sillok` says in one line and with exit code 2
        return str(error) and None


def _snapshot(body: bytes, _: Path) -> object:
    found = snapshot.decode(body)
    for state in list(found.hot.values())[:20]:
        _refused(state.fetch)
    return True


def _cdxj(body: bytes, folder: Path) -> object:
    (folder / "index.cdxj").write_bytes(body)
    local = SimpleNamespace(local=lambda _: folder / "index.cdxj")
    return list(replay.lines(cast("Catalogue", local), _PART)) != []


def _record(body: bytes, _: Path) -> object:
    store = SimpleNamespace(get_range=lambda *_: body)
    line = replay.CdxjLine(BASE, NOW, 200, None, None, "pages/a.warc.gz", 0, len(body))
    return replay._body(cast("Catalogue", SimpleNamespace(store=store, of=lambda *_: ())), line, 1)


def _state(body: bytes, _: Path) -> object:
    state = backfills.decode(body)
    state.is_complete(f"{BASE}rss", NOW.date())
    state.has_settled("a" * 16)
    backfills.decode(state.encode())
    return True


def _held(body: bytes, folder: Path) -> object:
    lists = HeldLists(folder)
    lists.hold(BASE, HELD)
    next(folder.glob("*.json")).write_bytes(body)
    return lists.held(BASE)


def _warc(body: bytes) -> bytes:
    """Return the WARC that a document describes, each record as long as it says; else the document."""
    try:
        records = json.loads(body)
    except (ValueError, RecursionError):
        return body
    written = b""
    for row in records if isinstance(records, list) else ():
        headers, block = (row.get("headers"), row.get("block")) if isinstance(row, dict) else (0, 0)
        content = str(block).encode("utf-8", "surrogatepass")
        pairs = headers.items() if isinstance(headers, dict) else ()
        lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
        head = f"WARC/1.1\r\n{lines}Content-Length: {len(content)}\r\n\r\n"
        written += head.encode("utf-8", "surrogatepass") + content + b"\r\n\r\n"
    return written


class _PageReader:
    def canonical(self, _: str, url: str) -> str | None:
        identity = identify(OUTLET, url)
        return identity.url if identity else None

    def read(self, page: Page, canonical: str) -> Article | Rejection:
        return extract(page, url=canonical)


def _captures(body: bytes, folder: Path) -> object:
    (folder / "a.warc").write_bytes(_warc(body))
    file = CapturedFile(folder / "a.warc", "pages/day=2026-11-20/a.warc")
    _refused(file.index)
    rows = RowRecovery("handeul", "r1", Memory(), _PageReader(), lambda _: None)
    _refused(lambda: list(rows.by_file([file])))
    return file.captures


_PART = cast("Any", SimpleNamespace(key="pages/day=2026-11-20/a.cdxj"))


FEEDS = (
    """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>한들</title><item><title>다리 &amp; 시장</title>
    <link>https://www.handeul.test/news/1</link><pubDate>Fri, 20 Nov 2026 09:00:00 +0900</pubDate><dc:date>2026-11-20</dc:date>
    <description><![CDATA[<p>요약 <b>글</b></p>]]></description><content:encoded><![CDATA[<p>글</p>]]></content:encoded></item>
    <item><title>둘</title><guid isPermaLink="true">https://www.handeul.test/news/2</guid></item></channel></rss>""",
    """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item
    rdf:about="https://www.handeul.test/news/3"><title>셋</title><link>https://www.handeul.test/news/3</link></item></rdf:RDF>""",
    """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">넷</title><link rel="alternate"
    href="https://www.handeul.test/news/4"/><id>tag:handeul.test,2026:4</id><updated>2026-11-20T00:00:00Z</updated>
    <content type="xhtml"><div>글 <b>굵게</b></div></content></entry></feed>""",
    """<rss><channel><item><title>다섯 <b> & 둘</title><link>https://www.handeul.test/news/5</link></item><item><title>여""",
)
SITEMAPS = (
    """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://www.handeul.test/news/1</loc><lastmod>2026-11-20
    </lastmod><news:news><news:publication_date>2026-11-20T09:00:00+09:00</news:publication_date><news:title>하나</news:title>
    </news:news></url><url><loc>https://www.handeul.test/news/2</loc></url></urlset>""",
    """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://www.handeul.test/map/20261120.xml.gz
    </loc><lastmod>2026-11-20T09:00:00+09:00</lastmod></sitemap></sitemapindex>""",
    "https://www.handeul.test/news/1\nhttps://www.handeul.test/news/2\n",
)
LISTING = """<!doctype html><html><head><meta charset="utf-8"><base href="https://www.handeul.test/"><title>목록</title></head>
    <body><ul><li><a href="/news/1" title="하나">다리 공사</a><li><a href="news/2?a=1&amp;b=2"><img src=a.png>시장</a></ul>
    <div><a href="/news/3"><p>축제</p></a></div></body></html>"""
POSTS = json.dumps(
    [
        {
            "id": number,
            "date_gmt": "2026-11-20T00:00:00",
            "modified_gmt": "2026-11-20T01:00:00",
            "link": f"https://www.handeul.test/news/{number}",
            "title": {"rendered": "다리 &#8220;공사&#8221;"},
            "content": {"rendered": "<p>글</p>"},
        }
        for number in range(3)
    ]
)
ROBOTS = "User-agent: *\nDisallow: /search*?q=$\nAllow: /news/\nCrawl-delay: 2\nRequest-rate: 1/5\nSitemap: /s.xml\n\nUser-agent: Scrapy\nDisallow: /a\n"
MINING = json.dumps(
    [
        {
            "location": "/news/*",
            "tdm-reservation": 1,
            "tdm-policy": "https://www.handeul.test/policy.json",
        }
    ]
)
HEADERS = (
    "text/html; charset=euc-kr; boundary=x",
    "Fri, 20 Nov 2026 09:00:00 GMT",
    "120",
    "noindex, nofollow; unavailable_after: 20 Nov 2026",
)
ADDRESSES = (
    "https://m.handeul.test/news/1?utm_source=a&b=2&page=3#top",
    "https://web.archive.org/web/20260101000000/http://handeul.test:8080/news/1/amp/",
    "https://handeul-test.cdn.ampproject.org/c/s/handeul.test/news/1?amp=1",
    "http://한들.test/%ea%b0%80/../news/2;jsessionid=1",
)
MOMENTS = (
    "Fri, 20 Nov 2026 09:00:00 +0900",
    "2026-11-20T09:00:00.123+09:00",
    "27 09 2026 08:10:00 KST",
    "2026년 11월 20일 오전 9시",
)
SCRIPTS = (
    '<!-- {"@context":"https://schema.org","@graph":[{"@type":"NewsArticle","headline":"다리","author":[{"name":"김"}],}]} -->',
    '{"@type":["NewsArticle"],"datePublished":"2026-11-20", /* c */ "articleBody":"글 \\u1234"} ;',
)
ROWS = "".join(
    json.dumps(
        {
            "id": str(number),
            "text": "글 " * number,
            "title": "다리",
            "published_at": "2026-11-20T09:00:00+09:00",
        }
    )
    + "\n"
    for number in range(1, 5)
)
INDEX = "".join(
    json.dumps(
        {
            "file": f"{number}.html",
            "url": f"{BASE}news/{number}",
            "fetched_at": "2026-11-20",
            "charset": "utf-8",
        }
    )
    + "\n"
    for number in range(3)
)
NOTES = json.dumps(
    [{"url": BASE, "digest": "0" * 64, "why": "it was killed by SIGSEGV", "certain": True}]
)
_SUM = Sum(key="articles/day=2026-11-20/b.parquet", sha256="a" * 64, bytes=10, rows=1)
MANIFEST = Manifest(
    seq=1,
    previous=None,
    batch="b",
    published_at=NOW,
    adds=(_SUM,),
    removes=(Removed(key="articles/day=2026-11-19/c.parquet", reason="takedown"),),
    runs=("landing/outlet=handeul/run=r1",),
    memory={"handeul": _SUM},
    counts={"articles": 1},
    code_version="1",
    lock_sha256="",
).model_dump_json()
SEAL = Seal(
    outlet="handeul",
    run="r1",
    segment=0,
    sealed_at=NOW,
    files=tuple(
        Sum(key=f"landing/outlet=handeul/run=r1/seg-000.{name}", sha256="b" * 64, bytes=1)
        for name in ("warc.gz", "articles.jsonl.gz", "log.jsonl.gz")
    ),
    pages=1,
    articles=1,
    rejections=0,
).model_dump_json()
CDXJ = f"test,handeul)/news/1 20261120030000 {json.dumps({'url': BASE + 'news/1', 'status': '200', 'offset': '0', 'length': '90'})}\n"
WARC = (
    "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
    f"WARC-Date: 2026-11-20T03:00:00Z\r\nWARC-Target-URI: {BASE}\r\nContent-Type: application/http; msgtype=response\r\n"
    "Content-Length: 63\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX: y\r\n\r\n<p>Sillok</p>\r\n\r\n"
)


HELD = HeldAnswer(url=BASE, at=NOW, status=200, headers={"ETag": ["1"]}, body=b"PHA+")
_WARC_HEAD = {
    "WARC-Type": "response",
    "WARC-Record-ID": "<urn:uuid:1>",
    "WARC-Date": "2026-11-20T03:00:00Z",
    "WARC-Target-URI": f"{BASE}news/1",
    "Content-Type": "application/http; msgtype=response",
}
_REVISIT = {
    "WARC-Type": "revisit",
    "WARC-Refers-To-Target-URI": f"{BASE}news/1",
    "WARC-Refers-To-Date": "2026-11-20T03:00:00Z",
    "WARC-Payload-Digest": "sha1:A",
}
_FACTS = {"WARC-Type": "metadata", "WARC-Concurrent-To": "<urn:uuid:1>"}
_DRAWN = {"WARC-Type": "conversion", "Content-Type": "text/html"}
RECORDS = json.dumps(
    [
        {
            "headers": {**_WARC_HEAD, "WARC-Payload-Digest": "sha1:A"},
            "block": "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: x\r\n\r\n<p>글</p>",
        },
        {
            "headers": {**_WARC_HEAD, **_FACTS},
            "block": f"role: article\r\nasked: {BASE}news/1\r\ncanonical: {BASE}news/1\r\n",
        },
        {"headers": {**_WARC_HEAD, **_REVISIT}, "block": "HTTP/1.1 200 OK\r\nX: y\r\n\r\n"},
        {"headers": {**_WARC_HEAD, **_DRAWN}, "block": "<p>글</p>"},
        {
            "headers": {**_WARC_HEAD, "WARC-Target-URI": f"{BASE}.well-known/tdmrep.json"},
            "block": "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n[]",
        },
        {
            "headers": {**_WARC_HEAD, "WARC-Target-URI": f"{BASE}news/2"},
            "block": "HTTP/1.1 302 Found\r\nLocation: /news/3\r\n\r\n",
        },
    ]
)


def _state_seed() -> bytes:
    row = Fetch(
        outlet="handeul",
        run="r1-backfill",
        url=f"{BASE}news/1",
        role="article",
        at=NOW,
        why=Why.WAITING,
        article_id="a" * 16,
        announced_by=f"{BASE}rss",
        backfill="2026-11-20",
    )
    state = backfills.BackfillState(spent={"2026-11-20": 3})
    for number in range(9):
        url, article = f"{BASE}news/{number}", str(number) * 16
        state.take([row.evolve(url=url, article_id=article)])
    state.take([row.evolve(role="source", why=Why.FETCHED, article_id=None, url=f"{BASE}rss")])
    return state.encode()


def _parquet_seed() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(
        pa.table({"outlet": ["handeul"] * 50, "title": [f"다리 {n}" for n in range(50)]}), buffer
    )
    return buffer.getvalue()


def _snapshot_seed() -> bytes:
    row = Fetch(outlet="handeul", run="r1", url=BASE, role="source", at=NOW, why=Why.FETCHED)
    article = row.model_copy(
        update={
            "role": "article",
            "url": f"{BASE}news/1",
            "article_id": "a" * 16,
            "outcome": "article",
        }
    )
    memory = Memory()
    # Of the lines of JSON one is changed: the header is not to be it each other time.
    memory.take([article, *(row.evolve(url=f"{BASE}rss/{number}") for number in range(6))])
    return memory.encode()


def encoded(*texts: str) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)


_LD = '<head><script type="application/ld+json">{"@type":"NewsArticle",'
_STORY = "<body><article><p>시는 20일 다리를 놓았다고 밝혔다. 예산은 30억 원이다.</p>"
_ENGLISH = (
    "<body><article><p>The city said it will build the bridge by May. It will cost a lot.</p>"
    "<p>The mayor told reporters that the bridge is long. "
)
ENGLISH_PAGE = (
    f'<html lang="en"><head><title>A bridge</title></head>{_ENGLISH}</p><p>It will open in May, she said.</p>'
    "<p>By Kim Gana, staff reporter gana@handeul.test</p></article></body></html>"
)
_FLIGHT = '<body><script>self.__next_f.push([1,"'
RSS, END = "<rss><channel>", "</channel></rss>"
PARSERS = (
    Parser(
        "feed",
        partial(_source, Feed(BASE)),
        encoded(*FEEDS),
        markup,
        {
            "items": numbered(
                "<item><title>다리 {0}</title><link>/news/{0}</link></item>", RSS, END
            ),
            "titles": repeated("<title>&amp;&#55357;</title>", f"{RSS}<item><link>/news/1</link>"),
            "fields": repeated("<a>b</a>", f"{RSS}<item><link>/news/1</link>", "</item>"),
            "links": repeated('<link href="/a" rel="b"/>', "<feed><entry>", "</entry></feed>"),
            "nested": repeated("<item>", RSS),
            "stray": repeated("<", RSS),
            "ampersands": repeated("&", f"{RSS}<item><title>"),
            "cdata": repeated("<![CDATA[", RSS),
            "comments": repeated("<!--", RSS),
            "declarations": repeated("<?xml ", ""),
            "doctypes": repeated("<!DOCTYPE a>", ""),
            "blanks": repeated(" ", "", RSS),
            "markup in a title": repeated(
                "<![CDATA[<]]>", f"{RSS}<item><link>/news/1</link><title>"
            ),
            "text": repeated(
                "&lt;", f"{RSS}<item><link>/news/1</link><description>", "</description></item>"
            ),
            "attributes": numbered(' a{0}=""', "<rss", ">"),
            "namespaces": numbered(' xmlns:a{0}="b"', "<rss", ">"),
        },
    ),
    Parser(
        "sitemap",
        partial(_source, Sitemap(BASE)),
        (*encoded(*SITEMAPS), gzip.compress(SITEMAPS[0].encode(), mtime=0)),
        markup,
        {
            "pages": numbered(
                "<url><loc>/news/{0}</loc><lastmod>2026-11-20</lastmod></url>",
                "<urlset>",
                "</urlset>",
            ),
            "children": numbered(
                "<sitemap><loc>/map/{0}</loc></sitemap>", "<sitemapindex>", "</sitemapindex>"
            ),
            "lines": numbered("http://a.test/news/{0}\n", ""),
            "names": repeated("<a/>", "<urlset><url>", "</url></urlset>"),
        },
    ),
    Parser(
        "listing",
        partial(_source, Listing(BASE, links="ul a, div a")),
        encoded(LISTING),
        markup,
        {
            "anchors": numbered('<li><a href="/news/{0}">다리</a>', "<ul>", "</ul>"),
            "one anchor": repeated("<b>다리</b>", '<ul><a href="/news/1">'),
            "nested": repeated("<div>", '<a href="/news/1">'),
            "attributes": numbered(" a{0}=''", "<html><body><p"),
            "robots": repeated("<meta name=robots ", ""),
            "anchors in anchors": repeated('<ul><a href="/news/1">', ""),
        },
    ),
    Parser(
        "posts",
        partial(_source, Listing(BASE, links="a")),
        encoded(POSTS),
        structured,
        {
            "posts": numbered(
                '{{"link": "/news/{0}", "title": {{"rendered": "다리"}}}},', "[", "{}]"
            ),
            "lists": repeated("[],", "[", "1]"),
            "depth": repeated("[", ""),
            "quotes": repeated('"', "["),
        },
    ),
    Parser(
        "robots.txt",
        _robots,
        encoded(ROBOTS),
        words,
        {
            "rules": numbered("Disallow: /a{0}*b$\n", "User-agent: *\n"),
            "stars": repeated("*a", "User-agent: *\nDisallow: /"),
            "groups": repeated("User-agent: Sillok\nDisallow: /\n", ""),
            "agents": repeated("User-agent: *\n", "", "Disallow: /"),
            "colons": repeated(":", "User-agent"),
        },
    ),
    Parser(
        "tdmrep.json",
        _mining,
        (*encoded(MINING), b"\xef\xbb\xbf" + MINING.encode()),
        structured,
        {
            "rules": numbered('{{"location": "/a{0}*"}},', "[", "{}]"),
            "stars": repeated("*a", '[{"location": "/', '"}]'),
            "marks of order": repeated("\ufeff", "", '[{"location": "/"}]'),
            "depth": repeated("[", ""),
        },
    ),
    Parser(
        "gate",
        _gate,
        encoded(
            LISTING,
            "<title>Just a moment...</title>",
            "<p>비정상적인 접근입니다</p><script>a</script>",
        ),
        markup,
        {
            "tags": repeated("<", ""),
            "scripts": repeated("<script", ""),
            "denied": repeated("<title>Access Denied</title>", ""),
        },
    ),
    Parser(
        "headers",
        _headers,
        encoded(*HEADERS),
        words,
        {
            "charsets": repeated("charset=", ""),
            "blanks": repeated(" ", "text/html"),
            "digits": repeated("1", ""),
        },
    ),
    Parser(
        "packed body",
        _packed,
        (gzip.compress(LISTING.encode(), mtime=0), zlib.compress(LISTING.encode())),
        compressed,
        {"members": repeated(gzip.compress(b"a", mtime=0), "")},
    ),
    Parser(
        "addresses",
        _address,
        encoded(*ADDRESSES),
        words,
        {
            "amp": repeated("/amp", "https://a.test/news/1"),
            "escapes": repeated("%25", "https://a.test/"),
            "dots": repeated("../", "https://a.test/"),
            "queries": repeated("a=1&", "https://a.test/?"),
            "copies": repeated("https://web.archive.org/web/1/", ""),
        },
    ),
    Parser(
        "moments",
        _moment,
        encoded(*MOMENTS),
        words,
        {"digits": repeated("1 ", "2026-"), "blanks": repeated(" ", "2026", "1")},
    ),
    Parser(
        "page",
        _page,
        (*(layout(Story()).encode() for layout in LAYOUTS.values()), ENGLISH_PAGE.encode()),
        markup,
        {
            "paragraphs": numbered(
                "<p>시는 {0}일 다리를 놓았다고 밝혔다.</p>", "<article>", "</article>"
            ),
            "attributes": numbered(" a{0}=''", "<html><body><p"),
            "nested": repeated("<div>", "<body>"),
            "stray": repeated("<", "<body>"),
            "comments": repeated("<!--", "<body>"),
            "scripts": repeated("<script>a=[", "<body>"),
            "metas": repeated('<meta property="og:title" content="a">', "<head>"),
            "links": numbered('<a href="/news/{0}">다리 공사 소식을 더 보기</a>', "<body>"),
            "tables": repeated("<table><tr><td>다리", "<body>"),
            "general words in a title": repeated("안내", "<head><title>", "!</title>"),
            "sections in a title": repeated("사회일반", "<head><title>다리 - ", "!</title>"),
            "dots in a title": repeated(".", "<head><title>", "x</title>"),
            "blanks in JSON-LD": repeated("\\t", _LD + '"headline":"', '-"}</script>'),
            "authors in JSON-LD": repeated(
                '{"name":"김가나"},', _LD + '"author":[', "1]}</script>"
            ),
            "an English word": repeated("Na", _ENGLISH, "</p></article>"),
            "an English name": repeated("A.B.C, ", _ENGLISH, "</p></article>"),
            "hosts in a notice": repeated(
                "abcdefgh", f"{_STORY}<p>무단전재 금지 ⓒ", "</p></article>"
            ),
            "og:url": repeated(
                "/amp", '<head><meta property="og:url" content="https://a.test/', '">'
            ),
            "flight rows": numbered("{0:x}:[1]\\n", _FLIGHT, '"])</script>'),
        },
        inputs=2000,
    ),
    Parser(
        "script JSON",
        _script,
        encoded(*SCRIPTS),
        structured,
        {
            "quotes": repeated('"', "{"),
            "comments": repeated("/*", "{"),
            "commas": repeated(", ", "["),
            "depth": repeated("[", ""),
            "blanks": repeated(" ", "", "x"),
        },
    ),
    Parser(
        "front page",
        _front_page,
        encoded(
            LISTING.replace(
                "<title>", '<link rel="alternate" type="application/rss+xml" href="/rss"><title>'
            )
        ),
        markup,
        {
            "feeds": numbered(
                '<link rel="alternate" type="application/rss+xml" href="/rss/{0}">', "<head>"
            ),
            "addresses of one form": repeated("/view.php?", "<a href='"),
            "boards": repeated("bbs/board.php?", "<a href='"),
        },
    ),
    Parser(
        "texts to fold",
        _text,
        encoded(
            "시는 20일 다리를 놓았다고 밝혔다.\n\n&quot;좋다&quot; 김기자 kim@handeul.test 무단전재 금지",
            "(서울=한들) 글 &#8220;글&#8221;",
        ),
        words,
        {
            "references": repeated("&#8220;", ""),
            "lines": repeated("\n글", ""),
            "blanks": repeated(" ", "글", "글"),
        },
    ),
    Parser(
        "rows to fold",
        _in_file(_rows),
        (ROWS.encode(), gzip.compress(ROWS.encode(), mtime=0)),
        structured,
        {
            "rows": numbered('{{"id": "{0}", "text": "글"}}\n', ""),
            "blank lines": repeated("\n", ""),
            "one line": repeated("[", ""),
        },
        inputs=2600,
    ),
    Parser(
        "index of kept pages",
        _in_file(_index),
        encoded(INDEX),
        structured,
        {"rows": numbered('{{"file": "{0}"}}\n', ""), "depth": repeated("[", "")},
        inputs=2600,
    ),
    Parser(
        "manifest",
        _manifest,
        encoded(MANIFEST),
        structured,
        {"depth": repeated("[", "")},
        inputs=2000,
    ),
    Parser(
        "head.json",
        _head,
        encoded('{"seq": 0}', '{"seq": 0, "x": [1]}'),
        structured,
        {"depth": repeated("[", "")},
        inputs=2000,
    ),
    Parser(
        "state of backfills",
        _state,
        (_state_seed(),),
        structured,
        {"lines": repeated("\n", "{}")},
        inputs=2000,
    ),
    Parser(
        "held answer",
        _held,
        encoded(HELD.model_dump_json()),
        structured,
        {"depth": repeated("[", "")},
        inputs=2000,
    ),
    Parser(
        "raw pages",
        _captures,
        encoded(RECORDS),
        structured,
        {
            "records": lambda size: _warc(
                json.dumps(json.loads(RECORDS) * (size // len(RECORDS) + 1)).encode()
            ),
            "headers": lambda size: _warc(
                json.dumps(
                    [
                        {
                            "headers": _WARC_HEAD,
                            "block": "HTTP/1.1 200 OK\r\n" + "X: y\r\n" * (size // 6),
                        }
                    ]
                ).encode()
            ),
        },
        inputs=2000,
    ),
    Parser(
        "seal",
        _seal,
        encoded(SEAL),
        structured,
        {"depth": repeated("[", "")},
        inputs=2000,
    ),
    Parser("Parquet", _in_file(_parquet), (_parquet_seed(),), parquet, {}),
    Parser(
        "snapshot",
        _snapshot,
        (_snapshot_seed(),),
        structured,
        {"lines": repeated("\n", "{}")},
        inputs=2600,
    ),
    Parser(
        "index of pages",
        _cdxj,
        encoded(CDXJ * 3),
        values,
        {"lines": repeated(CDXJ, ""), "blanks": repeated(" ", "")},
        inputs=2600,
    ),
    Parser(
        "WARC record",
        _record,
        (gzip.compress(WARC.encode(), mtime=0),),
        numbers,
        {},
        inputs=2600,
    ),
    Parser(
        "notes of the watchdog",
        _in_file(read_notes),
        encoded(NOTES),
        structured,
        {"depth": repeated("[", "")},
        inputs=2600,
    ),
)
