"""The open segment of a crawl: files on the local disk, and the seal that is written beside them when it closes."""

import fcntl
import gzip
import hashlib
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, TypeAlias

from processing.archive.cdxj import cdxj
from processing.archive.warc import WarcWriter
from processing.records import Article, Fetch, Rejection, Seal, Sum

Row: TypeAlias = Article | Rejection | Fetch
Rows: TypeAlias = Literal["articles", "rejections", "log"]

_KINDS: dict[type[Row], Rows] = {Article: "articles", Rejection: "rejections", Fetch: "log"}


def folder(outlet: str, run: str) -> str:
    """Return the key prefix of one run, without a closing slash."""
    return f"landing/outlet={outlet}/run={run}"


class Segment:
    """The files of one open segment."""

    def __init__(self, spool: Path, outlet: str, run: str, number: int, since: datetime) -> None:
        self.stem = f"seg-{number:03d}"
        self.since = since
        self.pages = 0
        self._spool, self._outlet, self._run, self._number = spool, outlet, run, number
        self._name = f"outlet={outlet}-run={run}-{self.stem}.warc.gz"
        self._file = self._path("warc.gz").open("wb")
        self._rows: dict[Rows, gzip.GzipFile] = {}
        self._raw: list[IO[bytes]] = []
        self._counts: dict[Rows, int] = {"articles": 0, "rejections": 0, "log": 0}
        self.warc = WarcWriter(self._file, self._name)

    def add(self, row: Row) -> None:
        kind = _KINDS[type(row)]
        if kind not in self._rows:
            raw = self._path(f"{kind}.jsonl.gz").open("wb")
            self._rows[kind] = gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0)
            self._raw.append(raw)  # GzipFile does not close what it did not open
        self._rows[kind].write(row.model_dump_json(exclude_none=True).encode() + b"\n")
        self._counts[kind] += 1
        self.pages += kind != "log"

    def close(self, now: datetime) -> Path:
        """Finish the files, write the seal beside them and return its path."""
        self._file.close()
        for rows in self._rows.values():
            rows.close()
        for raw in self._raw:
            raw.close()
        self._path("cdxj").write_text("".join(f"{line}\n" for line in cdxj(self.warc.index, self._name)))
        files = [self._sum("warc.gz", len(self.warc.index)), self._sum("cdxj", len(self.warc.index))]
        files += [self._sum(f"{kind}.jsonl.gz", self._counts[kind]) for kind in self._rows]
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
        return unfinished.rename(self._path("seal.json"))

    def _sum(self, suffix: str, rows: int) -> Sum:
        path = self._path(suffix)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        key = f"{folder(self._outlet, self._run)}/{path.name}"
        return Sum(key=key, sha256=digest, bytes=path.stat().st_size, rows=rows)

    def _path(self, suffix: str) -> Path:
        return self._spool / f"{self.stem}.{suffix}"


class Lock:
    """A run's hold on its spool; the system lets go of it when the process ends, however it ends."""

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
