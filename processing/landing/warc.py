"""Writes raw pages as WARC 1.1 (ISO 28500:2017), one gzip member per record, and their CDXJ index.

An exchange becomes a response (or a revisit), the request that caused it, and a metadata record
that says for whom and why it was made. The body is stored with its content coding, byte for byte.
What Scrapy does not hand on is lost, and `warcinfo` says so. warcio compresses at level 9 whatever
it is given, so it does not write these files; warcio and pywb are the independent readers of the
tests.

A CDXJ line is SURT key, 14-digit time and JSON. A SURT (Sort-friendly URI Reordering Transform)
follows the rules of the IA canonicaliser that pywb and OpenWayback share: host labels reversed and
joined by commas, `www.` and its numbered forms dropped, everything lower-case, dot segments and
double slashes resolved, the query sorted, session ids, the fragment and the default port dropped.
"""

import base64
import hashlib
import json
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import responses
from posixpath import normpath
from typing import BinaryIO, Literal, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit
from uuid import uuid4

Headers = tuple[tuple[str, str], ...]

_WWW = re.compile(r"^www\d*\.")
_SESSION = re.compile(r"^(?:jsessionid|phpsessid|sid|aspsessionid[a-z]{8})=[0-9a-z]{24,32}$")
_PORTS = {"http": 80, "https": 443}
_UNESCAPED = "!$&'()*+,;=:@/~?[]|\"<>^`{}\\"
_LINE_END = re.compile(r"[\r\n\x00]+")
"""What may end a header line or a record (RFC 9112 §2.2, §5.5).

All other bytes of a value stay as they are.
"""
LOST = (
    "Transfer coding is removed; reason phrase, header order and case and the exact request line "
    "are reconstructed; the body keeps its content coding byte for byte."
)
_SPECIFICATION = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_SERVER_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_FAST, _SMALL = 1, 6
"""zlib levels: a body that came compressed gains nothing from effort; a plain one does."""
_REMEMBERED = 4096
"""Payloads of one run that may be revisited; more would let memory grow with the crawl."""


def surt(url: str) -> str:
    """Return the key of an absolute http or https URL.

    Raises ValueError where its port is no number.
    """
    parts = urlsplit(url)
    host = (
        _WWW.sub("", (parts.hostname or "").rstrip(".")).encode("idna").decode()
        if parts.hostname
        else ""
    )
    # the port that the scheme implies is not part of a SURT
    port = parts.port if parts.port != _PORTS.get(parts.scheme) else None
    key = ",".join(reversed(host.split("."))) + (f":{port}" if port else "")
    query = "&".join(
        sorted(field for field in _plain(parts.query).split("&") if not _SESSION.match(field))
    )
    return f"{key}){_path(_plain(parts.path))}" + (f"?{query}" if query else "")


def _plain(text: str) -> str:
    """Return a part of a URL in lower case, escaped only where it must be."""
    return quote(unquote_to_bytes(text), safe=_UNESCAPED).lower()


def _path(path: str) -> str:
    """Return the path without dot segments, doubled slashes and a trailing slash."""
    whole = normpath(f"/{path.lstrip('/')}")
    return whole if whole != "." else "/"


@dataclass(frozen=True, slots=True)
class Indexed:
    """One line of the CDXJ: where in the file the record of a URL lies."""

    url: str
    at: datetime
    mime: str
    status: int
    digest: str
    offset: int
    length: int


def cdxj(index: Iterable[Indexed], filename: str) -> Iterator[str]:
    """Yield the sorted CDXJ lines of one file: SURT key, 14-digit time, JSON.

    They are the lines that cdxj-indexer writes.
    """
    yield from sorted(
        f"{surt(line.url)} {line.at:%Y%m%d%H%M%S} {_facts_of(line, filename)}" for line in index
    )


def _facts_of(line: Indexed, filename: str) -> str:
    facts = {
        "url": line.url,
        "mime": line.mime,
        "status": str(line.status),
        "digest": line.digest,
        "length": str(line.length),
        "offset": str(line.offset),
        "filename": filename,
    }
    return json.dumps(facts, ensure_ascii=True)


class Original(NamedTuple):
    """The response record that a revisit repeats: payload digest, URL and WARC-Date."""

    payload: str
    url: str
    at: datetime


class Rendered(NamedTuple):
    """What a browser made, in UTF-8, of the page that `original` holds."""

    url: str
    at: datetime
    body: bytes
    original: Original


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its response.

    `facts` go into the metadata record; `original` is what memory says lay there before.

    `truncated` is set where we stopped reading (WARC 1.1 §5.13).
    """

    url: str
    at: datetime
    status: int
    headers: Headers
    body: bytes
    method: str = "GET"
    request_headers: Headers = ()
    protocol: str = "HTTP/1.1"
    ip: str | None = None
    truncated: Literal["length", "time", "disconnect"] | None = None
    original: Original | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def payload_digest(body: bytes) -> str:
    """Return the digest of a body as WARC tools spell it: "sha1:" and base32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


class WarcWriter:
    """Appends records to an open binary file.

    `size` is bytes written, `index` what may be looked up.
    """

    def __init__(self, file: BinaryIO, filename: str) -> None:
        self._file = file
        self._filename = filename
        self._info = _identifier()
        self._seen: OrderedDict[str, Original] = OrderedDict()
        self.size = 0
        self.index: list[Indexed] = []

    def open(self, at: datetime, software: str, outlet: str) -> None:
        """Write the warcinfo record."""
        block = _fields(
            {
                "software": software,
                "format": "WARC File Format 1.1",
                "conformsTo": _SPECIFICATION,
                "isPartOf": outlet,
                "description": LOST,
            }
        )
        head = [("WARC-Filename", self._filename), ("Content-Type", "application/warc-fields")]
        self._append("warcinfo", self._info, at, head, block, level=_SMALL)

    def write(self, exchange: Exchange) -> Original:
        """Write one exchange; return the response record that now holds its payload, new or old."""
        digest = payload_digest(exchange.body)
        original = self._original(exchange, digest)
        response = _identifier()
        self._response(exchange, response, digest, original)
        self._request(exchange, response)
        facts = {name: value for name, value in exchange.facts.items() if value}
        if facts:
            self._metadata(exchange, response, facts)
        return original or self._remember(exchange, digest)

    def convert(self, rendered: Rendered) -> None:
        """Write a page as a browser rendered it (WARC 1.1, record type `conversion`)."""
        head = [
            ("WARC-Target-URI", rendered.url),
            ("WARC-Refers-To-Target-URI", rendered.original.url),
            ("WARC-Refers-To-Date", _date(rendered.original.at)),
            ("WARC-Payload-Digest", payload_digest(rendered.body)),
            ("WARC-Warcinfo-ID", self._info),
            ("Content-Type", "text/html; charset=utf-8"),
        ]
        self._append("conversion", _identifier(), rendered.at, head, rendered.body, level=_SMALL)

    def _original(self, exchange: Exchange, digest: str) -> Original | None:
        # a 304 has no body: what memory says lay there is repeated
        if exchange.status == 304:  # noqa: PLR2004 - RFC 9110 §15.4.5
            return exchange.original
        # a part of a page must not stand for the whole one
        if not exchange.body or exchange.truncated:
            return None
        if exchange.original and exchange.original.payload == digest:
            return exchange.original
        return self._seen.get(digest)

    def _remember(self, exchange: Exchange, digest: str) -> Original:
        original = Original(digest, exchange.url, exchange.at)
        if exchange.body and not exchange.truncated:
            self._seen[digest] = original
            # the oldest goes, or memory would grow with the crawl
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return original

    def _response(
        self, exchange: Exchange, record: str, digest: str, original: Original | None
    ) -> None:
        payload = original.payload if original else digest
        head = self._response_head(exchange, payload, original)
        offset = self.size
        # WARC 1.1: a revisit does not repeat the payload
        block = _http_response(exchange) + (b"" if original else exchange.body)
        kind = "revisit" if original else "response"
        level = _FAST if _is_coded(exchange) else _SMALL
        self._append(kind, record, exchange.at, head, block, level=level)
        mime = "warc/revisit" if original else _mime(exchange)
        self.index.append(
            Indexed(
                exchange.url,
                exchange.at,
                mime,
                exchange.status,
                payload,
                offset,
                self.size - offset,
            )
        )

    def _response_head(
        self, exchange: Exchange, payload: str, original: Original | None
    ) -> list[tuple[str, str]]:
        head = [
            ("WARC-Target-URI", exchange.url),
            ("WARC-Payload-Digest", payload),
            ("WARC-Warcinfo-ID", self._info),
        ]
        if exchange.ip:
            head.append(("WARC-IP-Address", exchange.ip))
        if exchange.truncated:
            head.append(("WARC-Truncated", exchange.truncated))
        if original:
            not_modified = exchange.status == 304  # noqa: PLR2004 - as above
            head += [
                ("WARC-Profile", _SERVER_NOT_MODIFIED if not_modified else _IDENTICAL_PAYLOAD),
                ("WARC-Refers-To-Target-URI", original.url),
                ("WARC-Refers-To-Date", _date(original.at)),
            ]
        head.append(("Content-Type", "application/http; msgtype=response"))
        return head

    def _request(self, exchange: Exchange, response: str) -> None:
        head = [
            ("WARC-Target-URI", exchange.url),
            ("WARC-Concurrent-To", response),
            ("WARC-Warcinfo-ID", self._info),
            ("Content-Type", "application/http; msgtype=request"),
        ]
        self._append(
            "request", _identifier(), exchange.at, head, _http_request(exchange), level=_FAST
        )

    def _metadata(self, exchange: Exchange, response: str, facts: Mapping[str, str]) -> None:
        head = [
            ("WARC-Target-URI", exchange.url),
            ("WARC-Concurrent-To", response),
            ("WARC-Warcinfo-ID", self._info),
            ("Content-Type", "application/warc-fields"),
        ]
        self._append("metadata", _identifier(), exchange.at, head, _fields(facts), level=_FAST)

    def _append(
        self,
        kind: str,
        record: str,
        at: datetime,
        head: list[tuple[str, str]],
        block: bytes,
        *,
        level: int,
    ) -> None:
        named = [
            ("WARC-Type", kind),
            ("WARC-Record-ID", record),
            ("WARC-Date", _date(at)),
            *head,
            ("WARC-Block-Digest", payload_digest(block)),
            ("Content-Length", str(len(block))),
        ]
        lines = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in named)
        # 31: a gzip member of its own per record, so that a record can be read by its offset
        packer = zlib.compressobj(level, zlib.DEFLATED, 31)
        data = (
            packer.compress(b"WARC/1.1\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n")
            + packer.flush()
        )
        self._file.write(data)
        self.size += len(data)


def _http_response(exchange: Exchange) -> bytes:
    phrase = responses.get(exchange.status, "")
    names = {name.lower() for name, _ in exchange.headers}
    lines = [f"{exchange.protocol} {exchange.status} {phrase}".rstrip()]
    for name, value in exchange.headers:
        # Scrapy has removed this coding: under its own name a reader would remove it once more
        coded = name.lower() == "transfer-encoding"
        lines.append(f"{'X-Archive-Orig-Transfer-Encoding' if coded else name}: {_one_line(value)}")
    if "content-length" not in names:
        lines.append(f"Content-Length: {len(exchange.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _http_request(exchange: Exchange) -> bytes:
    parts = urlsplit(exchange.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{exchange.method} {path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {_one_line(value)}" for name, value in exchange.request_headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _is_coded(exchange: Exchange) -> bool:
    return any(
        name.lower() == "content-encoding" and value.strip() for name, value in exchange.headers
    )


def _mime(exchange: Exchange) -> str:
    stated = next((value for name, value in exchange.headers if name.lower() == "content-type"), "")
    return stated.partition(";")[0].strip().lower() or "unk"


def _fields(facts: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {_one_line(value)}\r\n" for name, value in facts.items()).encode()


def _one_line(value: str) -> str:
    """Return `value` without line ends."""
    # a hostile server could otherwise add header lines, or end the record
    return _LINE_END.sub(" ", value)


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def _identifier() -> str:
    return f"<urn:uuid:{uuid4()}>"
