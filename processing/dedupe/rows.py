"""JSON lines from people: every usable row as a document, every other one by its line number and what is wrong."""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Final

from processing.dedupe.documents import Document
from processing.errors import UsageError
from processing.reading.rules import SEOUL

LONGEST: Final = 32 * 1024 * 1024
"""Bytes of a line; a longer one is a bad row, not a memory problem."""

_EPOCH: Final = date(1970, 1, 1)
_OPTIONAL: Final = ("outlet", "outlet_class", "title", "url")
_ARCHIVED: Final = ("article_id", "agency", "origin_url")
"""What is read beside them of rows that a crawl or an export wrote."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that was skipped."""

    line: int
    why: str


class _BadRowError(ValueError):
    """What is wrong with one row; never leaves this module."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file of rows, read once for what is wrong with it and how far its days reach."""

    path: Path
    count: int
    bad: tuple[Bad, ...]
    digest: str
    first: date
    last: date
    dateless: bool

    @property
    def undated(self) -> date:
        """The day of rows that state no time."""
        return self.last

    @property
    def span_days(self) -> int:
        return (self.last - self.first).days

    def batches(self, size: int) -> Iterator[list[Document]]:
        """Yield the usable rows as documents, `size` at a time, in the order of the file."""
        wrong = {each.line for each in self.bad}
        batch: list[Document] = []
        for line, data in _lines(self.path):
            if line in wrong or not data.strip():
                continue
            batch.append(_document(data))
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch


def read_rows(path: Path) -> Reading:
    """Read a file of JSON lines, gzip or plain. Raises UsageError where it cannot be opened or unpacked."""
    bad: list[Bad] = []
    seen: set[bytes] = set()
    days: set[date] = set()
    dateless = False
    digest = hashlib.sha256()
    for line, data in _lines(path):
        digest.update(data)
        if not data.strip():
            continue
        try:
            document = _document(data)
            _first_time(document.id, seen)
        except _BadRowError as error:
            bad.append(Bad(line, str(error)))
            continue
        dateless = dateless or document.fetched_at is None
        if document.fetched_at:
            days.add(document.day(_EPOCH))
    span = (min(days), max(days)) if days else (_EPOCH, _EPOCH)
    return Reading(path, len(seen), tuple(bad), digest.hexdigest(), *span, dateless)


def _first_time(identity: str, seen: set[bytes]) -> None:
    mark = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()[:16]
    if mark in seen:
        raise _BadRowError(f"id {identity!r} was already used by an earlier row")
    seen.add(mark)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield from _numbered(gzip.GzipFile(fileobj=raw) if packed else raw)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} cannot be read as JSON lines: {error}") from error


def _numbered(file: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
    stream = io.BufferedReader(file) if isinstance(file, gzip.GzipFile) else file
    number = 0
    while data := stream.readline(LONGEST + 1):
        number += 1
        if len(data) > LONGEST:
            while rest := stream.readline(LONGEST):
                if rest.endswith(b"\n"):
                    break
            data = data[:LONGEST] + b"..."
        yield number, data


def _document(data: bytes) -> Document:
    if len(data) > LONGEST:
        raise _BadRowError(f"longer than {LONGEST} bytes")
    try:
        row = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _BadRowError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise _BadRowError(f"a JSON object is needed, this is {type(row).__name__}")
    archived = "id" not in row and "version_id" in row
    row = _renamed(row) if archived else row
    identity, text = row.get("id"), row.get("text")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity or _sound(identity) != identity:
        raise _BadRowError("`id` must be a sound string that is not empty")
    if not isinstance(text, str):
        raise _BadRowError("`text` must be a string")
    names = (*_OPTIONAL, *_ARCHIVED) if archived else _OPTIONAL
    said = {name: _string(row, name) for name in names if row.get(name) is not None}
    published, fetched = _moment(row, "published_at"), _moment(row, "fetched_at")
    return Document(id=identity, text=_sound(text), published_at=published, fetched_at=fetched or published, **said)


def _renamed(row: dict[str, object]) -> dict[str, object]:
    """Return an article as `scrapy crawl` and `sillok export` write it, under the names that are read here."""
    published, origin = row.get("published"), row.get("origin")
    return {
        **row,
        "id": row["version_id"],
        "published_at": published.get("at") if isinstance(published, dict) else None,
        "origin_url": origin.get("url") if isinstance(origin, dict) else None,
    }


def _string(row: dict[str, object], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise _BadRowError(f"`{name}` must be a string")
    return _sound(value)


def _sound(text: str) -> str:
    """Return `text` without half surrogate pairs, which JSON can say and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _moment(row: dict[str, object], name: str) -> datetime | None:
    """Return a stamp in UTC. Raises _BadRowError where it is no RFC 3339 date-time or out of what can be converted."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _BadRowError(f"`{name}` must be a string such as 2026-11-22T09:00:00+09:00")
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _BadRowError(f"`{name}` is no date-time: {value[:60]!r}") from error
