"""Segments: what is sealed counts, what is not does not, and nothing closed is lost."""

import gzip
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from processing.errors import AlreadyExistsError, CorruptRecordError, StoreFullError, UsageError
from processing.landing.segments import (
    SegmentLimits,
    SegmentWriter,
    clear,
    put_report,
    read_rows,
    report,
    resend,
    sealed,
    send,
)
from processing.landing.warc import Exchange
from processing.records import Article, End, Fetch, Reason, Rejection, RunReport, Why
from processing.store.file_store import FileStore

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
RUN = "20261122T030000Z-abcdef"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Full(FileStore):
    """A store that has no room for more than so many puts."""

    def __init__(self, root: Path, room: int) -> None:
        super().__init__(root)
        self.room = room

    def put_file(self, key: str, path: Path, **how: Any) -> None:
        if not self.room:
            raise StoreFullError("no room: free some")
        self.room -= 1
        super().put_file(key, path, **how)


def writer(
    store: FileStore,
    tmp_path: Path,
    clock: Clock | None = None,
    limits: SegmentLimits | None = None,
) -> SegmentWriter:
    return SegmentWriter(
        store, "plain", RUN, tmp_path / "spool", clock=clock or Clock(), limits=limits
    )


def fetched(number: int) -> Fetch:
    return Fetch(
        outlet="plain",
        run=RUN,
        at=NOON,
        role="article",
        url=f"http://plain.example/news/{number}",
        why=Why.FETCHED,
    )


def rejected(number: int) -> Rejection:
    return Rejection(
        outlet="plain",
        url=f"http://plain.example/{number}",
        fetched_at=NOON,
        reason=Reason.EMPTY,
        evidence="가",
    )


def read(number: int) -> Article:
    return Article(
        article_id=f"{number:016x}",
        version_id=f"{number:016x}-{'0' * 12}",
        outlet="plain",
        url=f"http://plain.example/news/{number}",
        fetched_url=f"http://plain.example/news/{number}",
        fetched_at=NOON,
        title="제목",
        text="본문\n\n둘째 문단",
        extractor="trafilatura",
    )


def page(number: int, size: int = 100) -> Exchange:
    return Exchange(
        url=f"http://plain.example/news/{number}",
        at=NOON,
        status=200,
        headers=(),
        body=os.urandom(size),
    )


def test_rows_come_back_as_they_were_and_the_seal_counts_them(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    out = writer(store, tmp_path)
    out.exchange(page(1))
    for row in (read(1), rejected(2), fetched(1), fetched(2)):
        out.add(row)
    assert list(sealed(store)) == []
    seal = out.seal()
    assert seal is not None
    assert list(sealed(store)) == [seal]
    assert (seal.pages, seal.articles, seal.rejections) == (2, 1, 1)
    assert list(read_rows(store, seal, "articles")) == [read(1)]
    assert list(read_rows(store, seal, "rejections")) == [rejected(2)]
    assert list(read_rows(store, seal, "log")) == [fetched(1), fetched(2)]
    assert out.seal() is None


def test_kinds_without_rows_have_no_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    out = writer(store, tmp_path)
    out.add(fetched(1))
    seal = out.seal()
    assert seal is not None
    assert sorted(file.key.partition("seg-000.")[2] for file in seal.files) == [
        "cdxj",
        "log.jsonl.gz",
        "warc.gz",
    ]
    assert list(read_rows(store, seal, "articles")) == []


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    sums = []
    for name in ("a", "b"):
        out = SegmentWriter(
            FileStore(tmp_path / name), "plain", RUN, tmp_path / name / "spool", clock=Clock()
        )
        out.add(read(1))
        seal = out.seal()
        assert seal is not None
        sums.append([file for file in seal.files if "articles" in file.key])
    assert sums[0] == sums[1]


@pytest.mark.parametrize("limit", ["pages", "bytes", "age"])
def test_a_segment_is_full_at_each_limit(tmp_path: Path, limit: str) -> None:
    limits = {
        "pages": SegmentLimits(pages=2),
        "bytes": SegmentLimits(bytes=5000),
        "age": SegmentLimits(age=timedelta(minutes=5)),
    }[limit]
    clock = Clock()
    out = writer(FileStore(tmp_path / "archive"), tmp_path, clock, limits)
    assert not out.due()
    out.add(read(1))
    assert not out.due()
    if limit == "pages":
        out.add(rejected(2))
    elif limit == "bytes":
        out.exchange(page(1, 6000))
    else:
        clock.now += timedelta(minutes=5)
    assert out.due()
    out.seal()
    assert not out.due()


def test_a_retry_of_a_run_goes_on_after_its_sealed_segments(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    first = writer(store, tmp_path)
    first.add(fetched(1))
    first.seal()
    with pytest.raises(UsageError, match=RUN):
        writer(store, tmp_path).add(fetched(2))
    first.release()
    second = writer(store, tmp_path)
    second.add(fetched(2))
    second.seal()
    assert [seal.segment for seal in sealed(store, "plain", RUN)] == [0, 1]
    assert list(sealed(store, "other")) == []


def test_without_its_seal_a_file_does_not_count(tmp_path: Path) -> None:
    store = Full(tmp_path / "archive", room=2)
    out = writer(store, tmp_path)
    out.exchange(page(1))
    out.add(read(1))
    with pytest.raises(StoreFullError):
        out.seal()
    assert list(sealed(store)) == []
    assert [entry.key for entry in store.list("landing/")]


def test_what_could_not_be_sent_is_sent_later_and_then_gone_from_the_spool(tmp_path: Path) -> None:
    store = Full(tmp_path / "archive", room=1)
    out = writer(store, tmp_path)
    out.add(read(1))
    with pytest.raises(StoreFullError):
        out.seal()
    spool = tmp_path / "spool"
    assert resend(store, spool, "plain") == []  # the process of that run, this one, still lives
    out.release()
    store.room = 99
    (seal,) = resend(store, spool, "plain")
    assert list(read_rows(store, seal, "articles")) == [read(1)]
    assert not list(spool.rglob("seg-*"))
    assert resend(store, spool, "plain") == []


@pytest.mark.parametrize("removals", range(5))
def test_a_kill_while_the_spool_is_emptied_stops_no_later_crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, removals: int
) -> None:
    store = FileStore(tmp_path / "archive")
    out = writer(store, tmp_path)
    out.add(read(1))
    closed = out.close()
    assert closed is not None
    assert len(list(closed.parent.glob("seg-*"))) <= len(range(5))
    left = iter(range(removals))
    unlink = Path.unlink

    def killed(path: Path, **how: Any) -> None:
        if path.is_relative_to(closed.parent) and next(left, None) is None:
            raise KeyboardInterrupt
        unlink(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with suppress(KeyboardInterrupt):
            send(store, closed)
    out.release()
    resend(store, tmp_path / "spool", "plain")
    (seal,) = sealed(store)
    assert list(read_rows(store, seal, "articles")) == [read(1)]
    assert not list((tmp_path / "spool").rglob("seg-*"))


def test_sending_twice_is_sending_once(tmp_path: Path) -> None:
    store = Full(tmp_path / "archive", room=99)
    out = writer(store, tmp_path)
    out.add(read(1))
    closed = out.close()
    assert closed is not None
    kept = {path.name: path.read_bytes() for path in closed.parent.iterdir()}
    seal = send(store, closed)
    for name, data in kept.items():
        (closed.parent / name).write_bytes(data)
    assert send(store, closed) == seal
    assert list(sealed(store)) == [seal]


def test_what_a_killed_crawl_left_open_is_swept(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    out = writer(store, tmp_path)
    out.add(read(1))
    out.release()
    assert resend(store, tmp_path / "spool", "plain") == []
    assert not list((tmp_path / "spool").rglob("seg-*"))


def test_a_finished_run_leaves_no_spool_and_an_unsent_one_does(tmp_path: Path) -> None:
    out = writer(FileStore(tmp_path / "archive"), tmp_path)
    out.add(read(1))
    out.close()
    clear(tmp_path / "spool", "plain", RUN)
    assert list((tmp_path / "spool").rglob("seg-*.seal.json"))
    resend_from = next((tmp_path / "spool").rglob("seg-*.seal.json"))
    send(out.store, resend_from)
    clear(tmp_path / "spool", "plain", RUN)
    assert not list((tmp_path / "spool").rglob("run=*"))


def test_a_row_that_was_altered_is_found(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    out = writer(store, tmp_path)
    out.add(read(1))
    seal = out.seal()
    assert seal is not None
    key = next(file.key for file in seal.files if "articles" in file.key)
    store.put(
        key,
        gzip.compress(gzip.decompress(store.get(key)).replace("제목".encode(), "거짓".encode())),
    )
    with pytest.raises(CorruptRecordError, match="articles"):
        list(read_rows(store, seal, "articles"))


def test_a_seal_that_does_not_parse_is_named(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    store.put(f"landing/outlet=plain/run={RUN}/seg-000.seal.json", b'{"outlet": 1}')
    with pytest.raises(CorruptRecordError, match=r"seg-000\.seal\.json"):
        list(sealed(store))


def test_a_report_is_written_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    made = RunReport(
        outlet="plain",
        run=RUN,
        day="2026-11-22",
        started_at=NOON,
        ended_at=NOON,
        end=End.UNCHANGED,
        why="새 글 없음",
        pages=0,
        articles=0,
        rejections={},
        whys={},
        sources=(),
        announced=0,
        segments=0,
        bytes=0,
        requests=1,
        agent="Sillok/0",
        code_version="0",
    )
    assert report(store, "plain", RUN) is None
    put_report(store, made)
    assert report(store, "plain", RUN) == made
    with pytest.raises(AlreadyExistsError):
        put_report(store, made.model_copy(update={"pages": 1}))
    # People read it in the bucket: a field per line.
    (written,) = (tmp_path / "archive").rglob("report.json")
    assert written.read_bytes().startswith(b'{\n "schema_version"')


def test_a_seal_counts_only_when_its_files_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file of a segment, and then the seal, is flushed before the seal has its name, and the name after it."""
    flushed: list[str] = []
    fsync = os.fsync

    def watch(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").resolve()
        flushed.append(path.name if path.is_file() else "folder")
        named = (path if path.is_dir() else path.parent) / "seg-000.seal.json"
        assert named.exists() == path.is_dir()
        fsync(handle)

    out = writer(FileStore(tmp_path / "archive"), tmp_path)
    out.add(read(1))
    monkeypatch.setattr(os, "fsync", watch)
    assert out.close()
    wanted = {f"seg-000.{kind}" for kind in ("warc.gz", "cdxj", "articles.jsonl.gz", "seal.part")}
    assert wanted <= {*flushed[:-1]}
    assert flushed[-1] == "folder"


def test_a_damaged_seal_in_the_spool_is_named(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "archive")
    out = writer(store, tmp_path)
    out.add(read(1))
    path = out.close()
    assert path
    out.release()
    path.write_bytes(b"\xff\xfe" + path.read_bytes())
    with pytest.raises(CorruptRecordError, match=r"seg-000\.seal\.json"):
        resend(store, tmp_path / "spool", "plain")
