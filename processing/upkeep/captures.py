"""Reads the responses of an archived WARC again: what was asked and why, what came, and where it lies.

Bodies are read when they are asked for; a file of 256 MB is never in memory. The order is that of
the file, which is the order in which the crawl received them.
"""

import io
import re
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from processing.errors import CorruptRecordError
from processing.landing.warc import Headers, Indexed, Original, cdxj

_RENAMED = "x-archive-orig-"
_CODED = {"content-encoding", "content-length", "transfer-encoding"}
"""Headers that do not hold for a body without its coding."""
_NO_WARC = (ArchiveLoadFailed, ValueError, OSError, EOFError, zlib.error)
"""What warcio and we raise of bytes that are no WARC, or of a body whose coding is damaged."""
_STATUS = re.compile(rb"HTTP/[0-9.]+ (?P<status>[0-9]{3})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies in a file."""

    offset: int
    length: int


@dataclass(slots=True)
class Capture:
    """One response.

    `headers` are as they came but for the body's coding. `digest` is that of the payload as WARC
    spells it. `original` is the record that a revisit repeats. `facts` say for whom and why it was
    requested. `rendered` is where what a browser made of the page lies.
    """

    url: str
    at: datetime
    kind: Literal["response", "revisit"]
    status: int
    headers: Headers
    digest: str
    place: Place
    original: Original | None = None
    facts: dict[str, str] = field(default_factory=dict)
    rendered: Place | None = None

    @property
    def stored(self) -> Original:
        """The record that holds the payload."""
        return self.original or Original(self.digest, self.url, self.at)

    def header(self, name: str) -> str | None:
        """Return the first header of that name (lower case), or None."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class CapturedFile:
    """The responses of one WARC file, without their bodies.

    Raises CorruptRecordError where it is no WARC; a record that is damaged ends the file there.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self.key = key
        self.captures: list[Capture] = []
        self._by_record: dict[str, Capture] = {}
        try:
            with path.open("rb") as file:
                self._read(ArchiveIterator(file, no_record_parse=True))
        except _NO_WARC as error:
            raise self._damaged(error) from error

    def body(self, capture: Capture) -> bytes | None:
        """Return a response's body without coding; None of a revisit whose bytes are elsewhere.

        Raises CorruptRecordError where the record or its coding is damaged.
        """
        if capture.rendered:
            return self._content(capture.rendered, parsed=False)
        if capture.kind == "response":
            return self._content(capture.place, parsed=True)
        same = (
            other
            for other in self.captures
            if other.kind == "response" and other.digest == capture.digest
        )
        repeated = next(same, None)
        return self._content(repeated.place, parsed=True) if repeated else None

    def index(self) -> bytes:
        """Return the CDXJ of the file, as its crawl wrote it."""
        lines = (
            Indexed(
                url=capture.url,
                at=capture.at,
                mime="warc/revisit" if capture.kind == "revisit" else _mime(capture),
                status=capture.status,
                digest=capture.digest,
                offset=capture.place.offset,
                length=capture.place.length,
            )
            for capture in self.captures
        )
        try:
            written = [f"{line}\n" for line in cdxj(lines, self.key.rpartition("/")[2])]
        # An address that is none.
        except ValueError as error:
            raise self._damaged(error) from error
        return "".join(written).encode()

    def _damaged(self, error: Exception) -> CorruptRecordError:
        why = " ".join(str(error).split())[:200]
        return CorruptRecordError(f"{self.key} does not read as WARC ({why})")

    def _read(self, records: "ArchiveIterator") -> None:
        for record in records:
            head = record.rec_headers
            kind = record.rec_type
            block = record.raw_stream.read() if kind in {"response", "revisit", "metadata"} else b""
            records.read_to_end(record)
            place = Place(records.get_record_offset(), records.get_record_length())
            if kind in {"response", "revisit"}:
                capture = _capture(record, block, place)
                self.captures.append(capture)
                self._by_record[head.get_header("WARC-Record-ID")] = capture
            elif kind == "metadata":
                about = self._by_record.get(head.get_header("WARC-Concurrent-To"))
                if about is not None:
                    about.facts = _facts(block)
            elif kind == "conversion":
                self._rendered(record, place)

    def _rendered(self, record: ArcWarcRecord, place: Place) -> None:
        url = _stated(record, "WARC-Target-URI")
        moment = _moment(_stated(record, "WARC-Date"))
        # the response before it: a page is rendered once it has come
        pages = [
            capture for capture in self.captures if capture.url == url and capture.at <= moment
        ]
        if pages:
            pages[-1].rendered = place

    def _content(self, place: Place, *, parsed: bool) -> bytes:
        with self.path.open("rb") as file:
            file.seek(place.offset)
            packed = file.read(place.length)
        try:
            with io.BytesIO(packed) as stream:
                record = next(iter(ArchiveIterator(stream, no_record_parse=not parsed)))
                content = record.content_stream() if parsed else record.raw_stream
                return bytes(content.read())
        except (*_NO_WARC, StopIteration) as error:
            raise self._damaged(error) from error


def _capture(record: ArcWarcRecord, block: bytes, place: Place) -> Capture:
    head = record.rec_headers
    status, headers = _http(block)
    digest = head.get_header("WARC-Payload-Digest") or ""
    refers = head.get_header("WARC-Refers-To-Target-URI")
    original = (
        Original(digest, refers, _moment(_stated(record, "WARC-Refers-To-Date")))
        if refers
        else None
    )
    return Capture(
        url=_stated(record, "WARC-Target-URI"),
        at=_moment(_stated(record, "WARC-Date")),
        kind="revisit" if record.rec_type == "revisit" else "response",
        status=status,
        headers=headers,
        digest=digest,
        place=place,
        original=original,
    )


def _http(block: bytes) -> tuple[int, Headers]:
    """Return status and headers of an HTTP response, bytes as characters (RFC 9110 §5.5)."""
    first, *lines = block.partition(b"\r\n\r\n")[0].split(b"\r\n")
    match = _STATUS.match(first)
    if match is None:
        raise ValueError(f"no HTTP response: {first[:40]!r}")
    pairs = (line.decode("latin-1").partition(": ") for line in lines)
    return int(match["status"]), tuple((name, value) for name, _, value in pairs)


def plain_headers(capture: Capture) -> Headers:
    """Return the headers that hold for the body without coding, as a reader is given them."""
    kept = tuple(
        (name, value)
        for name, value in capture.headers
        if name.lower() not in _CODED and not name.lower().startswith(_RENAMED)
    )
    if capture.rendered is None:
        return kept
    own = tuple(pair for pair in kept if pair[0].lower() != "content-type")
    return (*own, ("Content-Type", "text/html; charset=utf-8"))


def _mime(capture: Capture) -> str:
    stated = capture.header("content-type") or ""
    return stated.partition(";")[0].strip().lower() or "unk"


def _facts(block: bytes) -> dict[str, str]:
    lines = block.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(": ") for line in lines if line)
    return {name: value for name, _, value in pairs}


def _stated(record: ArcWarcRecord, name: str) -> str:
    """Return a header of a record. Raises ValueError where it has none of that name."""
    value: str | None = record.rec_headers.get_header(name)
    if value is None:
        raise ValueError(f"a {record.rec_type} without {name}")
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return moment
