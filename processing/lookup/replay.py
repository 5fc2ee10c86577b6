"""The archived pages again: where each lies (CDXJ) and its bytes (one WARC record by its offset).

CDXJ: a line is SURT key, 14-digit UTC moment, JSON with url, status, mime, digest, length, offset,
filename. WARC 1.1 (ISO 28500:2017): a `revisit` record has no payload of its own and names the
record that has it.
"""

import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.dates import SEOUL
from processing.errors import CorruptRecordError, MissingError
from processing.landing.warc import payload_digest
from processing.limits import parse_json, unpack

_LARGEST = 256 << 20
"""Bytes of one record, packed or not; a page has 20 MB at most."""
_SECOND = timedelta(seconds=1)
_REVISITS = 3
"""How many revisit records may stand between a page and its bytes; a longer way is a loop."""
_DAMAGED = (
    ArchiveLoadFailed,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    OSError,
    EOFError,
    zlib.error,
)
"""What warcio raises on a record that is none."""
_TABLE: Mapping[str, pa.DataType] = {
    "url": pa.string(),
    "fetched_at": pa.timestamp("s", tz="UTC"),
    "status": pa.int16(),
    "mime": pa.string(),
    "digest": pa.string(),
    "key": pa.string(),
    "offset": pa.int64(),
    "length": pa.int64(),
    "day": pa.date32(),
    "manifest": pa.int64(),
}


@dataclass(frozen=True, slots=True)
class CdxjLine:
    """One line of an index: a response and where its record lies.

    `key` is that of the WARC file.
    """

    url: str
    fetched_at: datetime
    status: int | None
    mime: str | None
    digest: str | None
    key: str
    offset: int
    length: int


def pages(catalogue: Catalogue) -> pa.Table:
    """Return one row a recorded response of the whole archive."""
    columns: dict[str, list[object]] = {name: [] for name in _TABLE}
    for part in catalogue.of("pages", ".cdxj"):
        for line in lines(catalogue, part):
            for name in CdxjLine.__slots__:
                columns[name].append(getattr(line, name))
            columns["day"].append(part.days[0] if part.days else None)
            columns["manifest"].append(part.seq)
    return pa.table(columns, schema=pa.schema(_TABLE))


def lines(catalogue: Catalogue, part: CatalogueObject, url: str = "") -> Iterator[CdxjLine]:
    """Yield the lines of one index, or those of `url` alone.

    Raises `CorruptRecordError` with the line's number where one is broken.
    """
    folder = part.key.rpartition("/")[0]
    wanted = json.dumps(url) if url else ""
    try:
        text = catalogue.local(part).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CorruptRecordError(
            f"{part.key} is no text ({error.reason}); restore it from a copy"
        ) from error
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        # Cheaper than parsing: an index has thousands of lines, and a page one.
        if not line or wanted not in line:
            continue
        try:
            _, moment, fields = line.split(" ", 2)
            yield _line(folder, part.key, moment, parse_json(fields))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise CorruptRecordError(
                f"{part.key}, line {number}, is no CDXJ: {error!r}; restore it from a copy"
            ) from error


def payload(catalogue: Catalogue, url: str, fetched_at: datetime | None = None) -> bytes:
    """Return the body of the page at `url`, content coding removed: that of the moment, else the newest.

    Raises `MissingError` where no such response was recorded.
    """
    found = list(_recorded(catalogue, url, fetched_at))
    if fetched_at is not None:
        found.sort(key=lambda line: -abs((line.fetched_at - fetched_at).total_seconds()))
    else:
        found.sort(key=lambda line: line.fetched_at)
    if not found:
        raise MissingError(f"{catalogue.store.url} holds no page of {url}")
    return _body(catalogue, found[-1], _REVISITS)


def _recorded(catalogue: Catalogue, url: str, near: datetime | None) -> Iterator[CdxjLine]:
    """Yield the responses of `url`.

    Where a moment is given, of the days around it: a run may pass midnight.
    """
    days = (
        {(near.astimezone(SEOUL) + timedelta(days=away)).date().isoformat() for away in (-1, 0, 1)}
        if near
        else None
    )
    for part in catalogue.pages(".cdxj", days):
        yield from lines(catalogue, part, url)


def _body(catalogue: Catalogue, line: CdxjLine, revisits: int) -> bytes:
    try:
        return _payload(catalogue, line, _record(catalogue, line), revisits)
    except _DAMAGED as error:
        raise CorruptRecordError(
            f"{line.key} has no record at {line.offset}; restore it from a copy"
        ) from error


def _payload(catalogue: Catalogue, line: CdxjLine, packed: bytes, revisits: int) -> bytes:
    with io.BytesIO(packed) as stream:
        record = next(iter(ArchiveIterator(stream)), None)
        # An offset that leads to another page's record would answer with the wrong page.
        if record is None or record.rec_headers.get_header("WARC-Target-URI") != line.url:
            raise CorruptRecordError(
                f"{line.key} has no record of {line.url} at {line.offset}; restore it from a copy"
            )
        if record.rec_type == "revisit":
            return _earlier(catalogue, line, record, revisits)
        if line.digest and payload_digest(record.raw_stream.read()) != line.digest:
            raise CorruptRecordError(
                f"the page of {line.url} in {line.key} at {line.offset} is not the one that its index "
                "names (its digest differs); restore it from a copy"
            )
    # The digest has read the stream to its end, so the body needs one of its own.
    with io.BytesIO(packed) as stream:
        return bytes(next(iter(ArchiveIterator(stream))).content_stream().read())


def _record(catalogue: Catalogue, line: CdxjLine) -> bytes:
    """Return one record, unpacked as a whole: the gzip member's own checksum tells a cut or altered one."""
    packed = catalogue.store.get_range(line.key, line.offset, line.length)
    try:
        return unpack(packed, most=_LARGEST)
    except ValueError as error:
        raise CorruptRecordError(
            f"the record of {line.url} in {line.key} at {line.offset} is damaged ({error}); restore it from a copy"
        ) from error


def _earlier(catalogue: Catalogue, line: CdxjLine, record: ArcWarcRecord, revisits: int) -> bytes:
    """Return the bytes that a revisit record only points to."""
    url = record.rec_headers.get_header("WARC-Refers-To-Target-URI") or line.url
    moment = record.rec_headers.get_header("WARC-Refers-To-Date")
    at = datetime.fromisoformat(moment) if moment else None
    found = [
        other
        for other in _recorded(catalogue, url, at)
        if other.fetched_at < line.fetched_at
        and (at is None or abs(other.fetched_at - at) < _SECOND)
    ]
    # A revisit may point to a record that a takedown has removed.
    if not found or not revisits:
        raise MissingError(
            f"{line.url} of {line.fetched_at:%Y-%m-%d %H:%M:%S}Z was unchanged; its bytes of {moment} are not here"
        )
    return _body(catalogue, max(found, key=lambda other: other.fetched_at), revisits - 1)


def _line(folder: str, index: str, moment: str, fields: dict[str, str]) -> CdxjLine:
    status = str(fields.get("status", ""))
    # Indexes of other tools give a path; the file lies beside the index whatever it says.
    name = fields.get("filename") or index.rpartition("/")[2].replace(".cdxj", ".warc.gz")
    offset, length = int(fields["offset"]), int(fields["length"])
    if offset < 0 or not 0 <= length <= _LARGEST:
        raise ValueError(f"no record of {length} bytes at {offset}")
    return CdxjLine(
        url=fields["url"],
        fetched_at=datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=UTC),
        status=int(status) if status.isdigit() else None,
        mime=fields.get("mime"),
        digest=fields.get("digest"),
        key=f"{folder}/{name.rpartition('/')[2]}",
        offset=offset,
        length=length,
    )
