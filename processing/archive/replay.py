"""The archived pages again: where each lies (CDXJ) and its bytes (one WARC record by its offset).

CDXJ: a line is SURT key, 14-digit UTC moment, JSON with url, status, mime, digest, length, offset, filename.
WARC 1.1 (ISO 28500:2017): a `revisit` record has no payload of its own and names the record that has it.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from processing.archive.catalogue import Catalogue, Part
from processing.errors import CorruptRecordError, MissingError

_REVISITS = 3
"""How many revisit records may stand between a page and its bytes; a longer way is a loop."""
_TABLE: Mapping[str, pa.DataType] = {
    "url": pa.string(),
    "fetched_at": pa.timestamp("s", tz="UTC"),
    "status": pa.int16(),
    "mime": pa.string(),
    "digest": pa.string(),
    "key": pa.string(),
    "offset": pa.int64(),
    "length": pa.int64(),
    "day": pa.string(),
    "manifest": pa.int64(),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an index: a response and where its record lies. `key` is that of the WARC file."""

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
            for name in Line.__slots__:
                columns[name].append(getattr(line, name))
            columns["day"].append(part.labels.get("day"))
            columns["manifest"].append(part.seq)
    return pa.table(columns, schema=pa.schema(_TABLE))


def lines(catalogue: Catalogue, part: Part) -> Iterator[Line]:
    """Yield the lines of one index. Raises `CorruptRecordError` with the line's number where one is broken."""
    folder = part.key.rpartition("/")[0]
    text = catalogue.local(part).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        try:
            _, moment, fields = line.split(" ", 2)
            yield _line(folder, part.key, moment, json.loads(fields))
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptRecordError(
                f"{part.key}, line {number}, is no CDXJ: {error!r}; restore it from a copy"
            ) from error


def payload(catalogue: Catalogue, url: str, fetched_at: datetime | None = None) -> bytes:
    """Return the body of the page at `url`, content coding removed: that of the moment, else the newest.

    Raises `MissingError` where no such response was recorded.
    """
    found = [line for part in catalogue.of("pages", ".cdxj") for line in lines(catalogue, part) if line.url == url]
    if fetched_at is not None:
        found.sort(key=lambda line: -abs((line.fetched_at - fetched_at).total_seconds()))
    else:
        found.sort(key=lambda line: line.fetched_at)
    if not found:
        raise MissingError(f"{catalogue.store.url} holds no page of {url}")
    return _body(catalogue, found[-1], _REVISITS)


def _body(catalogue: Catalogue, line: Line, revisits: int) -> bytes:
    with io.BytesIO(catalogue.store.get_range(line.key, line.offset, line.length)) as stream:
        record = next(iter(ArchiveIterator(stream)), None)
        if record is None:
            raise CorruptRecordError(f"{line.key} has no record at {line.offset}; restore it from a copy")
        if record.rec_type != "revisit":
            return bytes(record.content_stream().read())
        return _earlier(catalogue, line, record, revisits)


def _earlier(catalogue: Catalogue, line: Line, record: ArcWarcRecord, revisits: int) -> bytes:
    """Return the bytes that a revisit record only points to."""
    url = record.rec_headers.get_header("WARC-Refers-To-Target-URI") or line.url
    moment = record.rec_headers.get_header("WARC-Refers-To-Date")
    at = datetime.fromisoformat(moment) if moment else None
    found = [
        other
        for part in catalogue.of("pages", ".cdxj")
        for other in lines(catalogue, part)
        if other.url == url
        and other.fetched_at < line.fetched_at
        and (at is None or abs(other.fetched_at - at).total_seconds() < 1)
    ]
    if not found or not revisits:
        raise MissingError(
            f"{line.url} of {line.fetched_at:%Y-%m-%d %H:%M:%S}Z was unchanged; its bytes of {moment} are not here"
        )
    return _body(catalogue, max(found, key=lambda other: other.fetched_at), revisits - 1)


def _line(folder: str, index: str, moment: str, fields: dict[str, str]) -> Line:
    status = str(fields.get("status", ""))
    name = fields.get("filename") or index.rpartition("/")[2].replace(".cdxj", ".warc.gz")
    return Line(
        url=fields["url"],
        fetched_at=datetime.strptime(moment, "%Y%m%d%H%M%S").replace(tzinfo=UTC),
        status=int(status) if status.isdigit() else None,
        mime=fields.get("mime"),
        digest=fields.get("digest"),
        key=f"{folder}/{name.rpartition('/')[2]}",
        offset=int(fields["offset"]),
        length=int(fields["length"]),
    )
