"""Writes what a crawl brings to landing, in segments that are sealed while it goes on.

A segment is spooled on the local disk, then its files are put under `landing/outlet=/run=/`, and
its seal last. A file that no seal names does not count. A closed segment whose upload failed stays
in the spool with its seal, and the outlet's next crawl sends it (`resend`): nothing that was closed
is lost if the store cannot be reached.
"""

import fcntl
import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.landing import keys
from processing.landing.keys import folder
from processing.limits import unpack
from processing.records import Article, Fetch, Rejection, RunReport, Seal, Sum, fault
from processing.store.file_store import flush
from processing.store.interface import Store

if TYPE_CHECKING:
    from processing.landing.warc import Exchange, Original, Rendered

LandingRow: TypeAlias = Article | Rejection | Fetch
Rows: TypeAlias = Literal["articles", "rejections", "log"]
_Model = TypeVar("_Model", bound=BaseModel)

_KINDS: dict[type[LandingRow], Rows] = {Article: "articles", Rejection: "rejections", Fetch: "log"}
_MODELS: dict[Rows, type[LandingRow]] = {"articles": Article, "rejections": Rejection, "log": Fetch}
LONGEST_ROWS = 1 << 30
"""Bytes of a segment's rows; those of 500 pages are some megabytes."""


class Segment:
    """The files of one open segment in the spool."""

    def __init__(self, spool: Path, outlet: str, run: str, number: int, since: datetime) -> None:
        self.stem = f"seg-{number:03d}"
        self.since = since
        self.pages = 0
        self._spool, self._outlet, self._run, self._number = spool, outlet, run, number
        # only here: who reads segments writes no WARC
        from processing.landing.warc import WarcWriter  # noqa: PLC0415

        self._name = f"{outlet}-{run}-{self.stem}.warc.gz"
        self._file = self._path("warc.gz").open("wb")
        self._rows: dict[Rows, gzip.GzipFile] = {}
        self._raw: list[IO[bytes]] = []
        self._counts: dict[Rows, int] = {"articles": 0, "rejections": 0, "log": 0}
        self.warc = WarcWriter(self._file, self._name)

    def add(self, row: LandingRow) -> None:
        """Write one row to the file of its kind."""
        kind = _KINDS[type(row)]
        if kind not in self._rows:
            raw = self._path(f"{kind}.jsonl.gz").open("wb")
            self._rows[kind] = gzip.GzipFile(
                filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0
            )
            # GzipFile does not close a file that it did not open
            self._raw.append(raw)
        self._rows[kind].write(row.model_dump_json(exclude_none=True).encode() + b"\n")
        self._counts[kind] += 1
        self.pages += kind != "log"

    def close(self, now: datetime) -> Path:
        """Finish the files, write the seal beside them and return its path."""
        files = self._finish_files()
        seal = Seal(
            outlet=self._outlet,
            run=self._run,
            segment=self._number,
            sealed_at=now,
            files=tuple(files),
            pages=self.pages,
            articles=self._counts["articles"],
            rejections=self._counts["rejections"],
        )
        unfinished = self._path("seal.part")
        unfinished.write_text(seal.model_dump_json())
        # before the seal counts: a power cut must not leave a seal without its files
        for path in (*(self._spool / file.key.rpartition("/")[2] for file in files), unfinished):
            flush(path)
        sealed = unfinished.rename(self._path("seal.json"))
        flush(self._spool)
        return sealed

    def _finish_files(self) -> list[Sum]:
        """Close the files, write the index of the WARC, and return the sums of all."""
        from processing.landing.warc import cdxj  # noqa: PLC0415

        self._file.close()
        for rows in self._rows.values():
            rows.close()
        for raw in self._raw:
            raw.close()
        index = cdxj(self.warc.index, self._name)
        self._path("cdxj").write_text("".join(f"{line}\n" for line in index))
        count = len(self.warc.index)
        return [
            self._sum("warc.gz", count),
            self._sum("cdxj", count),
            *(self._sum(f"{kind}.jsonl.gz", self._counts[kind]) for kind in self._rows),
        ]

    def _sum(self, suffix: str, rows: int) -> Sum:
        path = self._path(suffix)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        key = f"{folder(self._outlet, self._run)}/{path.name}"
        return Sum(key=key, sha256=digest, bytes=path.stat().st_size, rows=rows)

    def _path(self, suffix: str) -> Path:
        return self._spool / f"{self.stem}.{suffix}"


class Lock:
    """The lock of a run's spool. Raises BlockingIOError where another process holds it."""

    # flock: the system releases it when the process ends, however it ends

    def __init__(self, spool: Path) -> None:
        self._file = (spool / "lock").open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        self._file.close()


def is_alive(run: Path) -> bool:
    """Return whether a process still writes this run's spool."""
    try:
        Lock(run).release()
    except BlockingIOError:
        return True
    return False


@dataclass(frozen=True, slots=True)
class SegmentLimits:
    """When an open segment is full: WARC bytes, pages, age."""

    bytes: int = 256 << 20
    pages: int = 500
    age: timedelta = timedelta(minutes=5)


class SegmentWriter:
    """Spools the open segment of a run.

    Not thread-safe; a closed segment may be sent from another thread.

    The WARC's name in its CDXJ is the one that it keeps when it is published
    (`<outlet>-<run>-seg-000.warc.gz`).
    """

    def __init__(
        self,
        store: Store,
        outlet: str,
        run: str,
        spool: Path,
        *,
        clock: Callable[[], datetime],
        software: str = "Sillok",
        limits: SegmentLimits | None = None,
    ) -> None:
        self.store = store
        self.outlet = outlet
        self.run = run
        self._spool = spool / folder(outlet, run)
        self._clock = clock
        self._software = software
        self._limits = limits or SegmentLimits()
        self._number = 1 + max((seal.segment for seal in sealed(store, outlet, run)), default=-1)
        self._open: Segment | None = None
        self._lock: Lock | None = None
        self.bytes = 0

    def exchange(self, exchange: "Exchange") -> "Original":
        """Write one request and response; return the record that holds the payload."""
        segment = self._segment()
        before = segment.warc.size
        original = segment.warc.write(exchange)
        self.bytes += segment.warc.size - before
        return original

    def convert(self, rendered: "Rendered") -> None:
        """Write what a browser made of a page."""
        segment = self._segment()
        before = segment.warc.size
        segment.warc.convert(rendered)
        self.bytes += segment.warc.size - before

    def add(self, row: LandingRow) -> None:
        """Write one row beside the pages."""
        self._segment().add(row)

    def due(self) -> bool:
        """Return whether the open segment has reached one of its limits."""
        if self._open is None:
            return False
        full = self._open.warc.size >= self._limits.bytes or self._open.pages >= self._limits.pages
        return full or self._clock() - self._open.since >= self._limits.age

    def close(self) -> Path | None:
        """Close the open segment.

        Return its seal in the spool, ready to be sent, or None where nothing is open.
        """
        if self._open is None:
            return None
        segment, self._open = self._open, None
        self._number += 1
        return segment.close(self._clock())

    def _held(self) -> Lock:
        try:
            return Lock(self._spool)
        except BlockingIOError as error:
            raise UsageError(
                f"run {self.run} is being written by another process: give each its own run"
            ) from error

    def release(self) -> None:
        """Release the spool: another process may send what is still in it."""
        if self._lock:
            self._lock.release()

    def seal(self) -> Seal | None:
        """Close the open segment and send it."""
        closed = self.close()
        return send(self.store, closed) if closed else None

    def _segment(self) -> Segment:
        if self._open is None:
            self._spool.mkdir(parents=True, exist_ok=True)
            self._lock = self._lock or self._held()
            self._open = Segment(self._spool, self.outlet, self.run, self._number, self._clock())
            self._open.warc.open(self._clock(), self._software, self.outlet)
        return self._open


def send(store: Store, path: Path) -> Seal:
    """Put a closed segment into the store and remove it from the spool. May be repeated.

    Raises CorruptRecordError where its seal names other files than its own.
    """
    seal = _parsed(Seal, path.read_bytes(), str(path))
    for file in seal.files:
        _require_own(seal, file, path)
    for file in seal.files:
        store.put_file(file.key, _spooled(path, file), sha256=file.sha256)
    # the seal last: a file that no seal names does not count
    store.put(f"{folder(seal.outlet, seal.run)}/{path.name}", path.read_bytes(), create=True)
    # The seal first here: stopped after it, files are left that are swept like those of an open
    # segment. A seal without its files would stop every later crawl of the outlet.
    path.unlink(missing_ok=True)
    for file in seal.files:
        _spooled(path, file).unlink(missing_ok=True)
    return seal


def _spooled(seal_path: Path, file: Sum) -> Path:
    return seal_path.parent / file.key.rpartition("/")[2]


def _require_own(seal: Seal, file: Sum, path: Path) -> None:
    """Raise CorruptRecordError where a seal names a file that is not of its segment."""
    spooled = _spooled(path, file)
    is_own = file.key.rpartition("/")[0] == folder(seal.outlet, seal.run)
    # a link would send any file of this machine to the store
    if not is_own or spooled.is_symlink() or not spooled.is_file():
        raise CorruptRecordError(
            f"{path} names {file.key}, which is no file of its segment: restore or remove it"
        )


def resend(store: Store, spool: Path, outlet: str) -> list[Seal]:
    """Send the segments that earlier crawls of `outlet` closed and could not send.

    Return their seals. Segments that were left open are removed; a run whose process is alive is
    left alone.
    """
    sent = []
    for run in sorted((spool / folder(outlet, "")).parent.glob("run=*")):
        if is_alive(run):
            continue
        sent += [send(store, path) for path in sorted(run.glob("seg-*.seal.json"))]
        shutil.rmtree(run, ignore_errors=True)
    return sent


def clear(spool: Path, outlet: str, run: str) -> None:
    """Remove the spool of a run unless a segment in it is still to be sent."""
    run_spool = spool / folder(outlet, run)
    if not any(run_spool.glob("seg-*.seal.json")):
        shutil.rmtree(run_spool, ignore_errors=True)


def sealed(store: Store, outlet: str | None = None, run: str | None = None) -> Iterator[Seal]:
    """Yield the seals in landing, in the order of outlet, run and segment."""
    for key, entry in keys.objects(store, outlet, run):
        if key.is_seal:
            # a publication may remove it between the listing and now
            with suppress(MissingError):
                yield _parsed(Seal, store.get(entry.key), entry.key)


def read_rows(store: Store, seal: Seal, kind: Rows) -> Iterator[LandingRow]:
    """Yield the rows of one kind; raise CorruptRecordError where the file was altered."""
    file = next((file for file in seal.files if file.key.endswith(f".{kind}.jsonl.gz")), None)
    if file is None:
        return
    data = store.get(file.key)
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise CorruptRecordError(
            f"{file.key} is not what its seal says (SHA-256 differs): restore it from a copy"
        )
    for line in _lines(data, file.key):
        yield _parsed(_MODELS[kind], line, file.key)


def report(store: Store, outlet: str, run: str) -> RunReport | None:
    """Return the run's report, or None where the run has not written it (yet)."""
    key = keys.report_key(outlet, run)
    try:
        return _parsed(RunReport, store.get(key), key)
    except MissingError:
        return None


def put_report(store: Store, report: RunReport) -> None:
    """Put the report of a run, its last object."""
    body = json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=1).encode()
    store.put(keys.report_key(report.outlet, report.run), body, create=True)


def _lines(data: bytes, key: str) -> Iterable[bytes]:
    try:
        return unpack(data, most=LONGEST_ROWS).splitlines()
    except ValueError as error:
        raise CorruptRecordError(
            f"{key} does not unpack ({error}): restore it from a copy"
        ) from error


def _parsed(model: type[_Model], data: bytes, key: str) -> _Model:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise CorruptRecordError(
            f"{key} is no {model.__name__} that this version reads: {fault(error)}"
        ) from error
