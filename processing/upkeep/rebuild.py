"""Makes an archive again from raw pages and manifests alone, in another store.

Each publication is taken up in turn: the pages that its manifest added are compared with their sums
and read again, laid down as the landing of their runs, and published as they were then. So versions,
edits and clusters come about as they did. What no raw page holds does not come back: links that were
never asked for, what runs reported of themselves, segments without a page.
"""

import gzip
import hashlib
import logging
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.memory import published
from processing.archive.publish import publish
from processing.dates import SEOUL
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.landing.keys import folder
from processing.records import (
    SCHEMA_VERSION,
    Article,
    Fetch,
    Manifest,
    OutletFacts,
    Record,
    Rejection,
    Seal,
    Sum,
)
from processing.settings import Settings
from processing.store.interface import Store
from processing.upkeep.captures import Capture, CapturedFile
from processing.upkeep.recovery import PageReader, RecoveredRows, RowRecovery, earlier

logger = logging.getLogger(__name__)

_PAGES = ".warc.gz"
_SEGMENT = re.compile(r"(?P<segment>[0-9]+)\.warc\.gz")
_DAY = re.compile(r"/day=(?P<day>[0-9-]{10})/")


class Rebuilt(Record):
    """What a rebuild did: publications made, raw pages read, and those that are lost, each with why.

    `already` are publications that the target had from an earlier, interrupted rebuild.
    """

    publications: int = 0
    already: int = 0
    files: int = 0
    articles: int = 0
    rejections: int = 0
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageFile:
    """A WARC file that a manifest names, and the run and segment that it is of."""

    sum: Sum
    outlet: str
    run: str
    segment: int
    is_version_1: bool

    @property
    def name(self) -> str:
        return self.sum.key.rpartition("/")[2]

    @property
    def day(self) -> date:
        """The KST day on which its segment was sealed."""
        match = _DAY.search(self.sum.key)
        if match is None:
            raise CorruptRecordError(f"{self.sum.key} states no day: it is no raw page of ours")
        return date.fromisoformat(match["day"])


def page_files(manifest: Manifest) -> list[PageFile]:
    """Return the WARC files that a manifest adds, by run and segment."""
    runs = [run.removeprefix("outlet=").split("/run=", 1) for run in manifest.runs]
    # longest first: the name of a run may begin with that of another
    stems = {
        stem: (outlet, run, stem.startswith("outlet="))
        for outlet, run in sorted(runs, key=lambda pair: -len(pair[1]))
        for stem in (f"outlet={outlet}-run={run}-seg-", f"{outlet}-{run}-seg-")
    }
    damaged = []
    for added in manifest.adds:
        name = added.key.rpartition("/")[2]
        stem = next((stem for stem in stems if name.startswith(stem)), None)
        match = _SEGMENT.fullmatch(name.removeprefix(stem)) if stem else None
        if stem and match:
            outlet, run, is_old = stems[stem]
            damaged.append(PageFile(added, outlet, run, int(match["segment"]), is_old))
    return sorted(damaged, key=lambda file: (file.outlet, file.run, file.segment))


def rebuild(
    source: Store,
    target: Store,
    reader: PageReader,
    *,
    options: Settings,
    outlets: Mapping[str, OutletFacts],
    code_version: str,
    lock_sha256: str,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Rebuilt:
    """Make the archive in `source` again in `target`; interrupted, it goes on when called again.

    Raises UsageError where `target` holds something else.
    """
    given = {"outlets": outlets, "code_version": code_version, "lock_sha256": lock_sha256}
    chain = Catalogue(source, options.cache, options.heads).manifests
    if not chain:
        raise MissingError(f"{source.url} holds no archive: name what `manifests/` lies in")
    removed = {removed_object.key for manifest in chain for removed_object in manifest.removes}
    work = Rebuilding(source, target, reader, options, given)
    done = work.names()
    files = [[file for file in page_files(link) if file.sum.key not in removed] for link in chain]
    _require_own(target, done, {file.name for some in files for file in some})
    result = Rebuilt()
    for number, (manifest, wanted) in enumerate(zip(chain, files, strict=True), 1):
        if wanted and done.issuperset(file.name for file in wanted):
            result = result.evolve(already=result.already + 1)
        elif wanted:
            result = work.publication(manifest, wanted, result)
        progress(number, len(chain))
    return result


def _require_own(target: Store, there: set[str], wanted: set[str]) -> None:
    if foreign := there - wanted:
        raise UsageError(
            f"{target.url} holds {min(foreign)}, which the archive to be rebuilt does not: name an "
            "empty store, or the one of an interrupted rebuild"
        )


class Rebuilding:
    """Lays down and publishes, in `target`, what the publications of `source` took in."""

    def __init__(
        self,
        source: Store,
        target: Store,
        reader: PageReader,
        options: Settings,
        given: Mapping[str, object],
    ) -> None:
        self._source, self._target, self._reader = source, target, reader
        # a run without a report is taken in at once: nobody writes it any more
        changes = {"store": target.url, "run_grace_minutes": 0}
        self._options = options.model_copy(update=changes)
        self._given = given

    def names(self) -> set[str]:
        """Return the names of the raw pages that the target's archive has."""
        pages = Catalogue(self._target, self._options.cache).of("pages", _PAGES)
        return {part.key.rpartition("/")[2] for part in pages}

    def publication(
        self, manifest: Manifest, files: Sequence[PageFile], result: Rebuilt
    ) -> Rebuilt:
        """Publish the runs of these files as `manifest` did."""
        runs: dict[tuple[str, str], list[PageFile]] = defaultdict(list)
        for file in files:
            runs[file.outlet, file.run].append(file)
        lost = list(result.lost)
        articles = rejections = 0
        for (outlet, run), own in runs.items():
            with tempfile.TemporaryDirectory() as work:
                read = list(self._fetched(own, Path(work), lost))
                for number, recovered in self._recovered(outlet, run, read):
                    self._land(read[number][0], read[number][1], recovered, manifest.published_at)
                    articles += len(recovered.articles)
                    rejections += len(recovered.rejections)
        done = publish(
            self._target,
            now=manifest.published_at,
            options=self._options,
            released=frozenset(run for _, run in runs),
            **self._given,  # type: ignore[arg-type]  # outlets, code_version, lock_sha256
        )
        lost += [f"{held.outlet}: {'; '.join(held.faults)}" for held in done.held]
        return result.evolve(
            publications=result.publications + 1,
            files=result.files + len(files),
            articles=result.articles + articles,
            rejections=result.rejections + rejections,
            lost=tuple(lost),
        )

    def _fetched(
        self, files: Iterable[PageFile], work: Path, lost: list[str]
    ) -> Iterator[tuple[PageFile, CapturedFile]]:
        for file in files:
            path = work / file.name
            try:
                self._source.get_file(file.sum.key, path)
                _require_same(path, file.sum)
                yield file, CapturedFile(path, file.sum.key)
            except (CorruptRecordError, MissingError) as error:
                logger.error("%s", error)  # noqa: TRY400 - its message says all
                lost.append(str(error))

    def _recovered(
        self, outlet: str, run: str, read: Sequence[tuple[PageFile, CapturedFile]]
    ) -> Iterator[tuple[int, RecoveredRows]]:
        """Yield the rows of each file of a run, recovered with the whole run's knowledge."""
        link = manifests.head(self._target)
        memory = published(self._target, manifests.snapshots(self._target, link).memory.get(outlet))
        recovery = RowRecovery(outlet, run, memory, self._reader, self._elsewhere)
        yield from enumerate(recovery.by_file([captured for _, captured in read]))

    def _elsewhere(self, capture: Capture) -> bytes | None:
        return earlier(Catalogue(self._target, self._options.cache), capture)

    def _land(
        self,
        file: PageFile,
        captured: CapturedFile,
        recovered: RecoveredRows,
        published_at: datetime,
    ) -> None:
        """Write a segment as its crawl left it: files first, then the seal."""
        where, stem = folder(file.outlet, file.run), f"seg-{file.segment:03d}"
        sums = [self._put_pages(f"{where}/{stem}{_PAGES}", file, captured)]
        rows: Mapping[str, Sequence[Article | Rejection | Fetch]] = {
            "articles": recovered.articles,
            "rejections": recovered.rejections,
            "log": recovered.log,
        }
        plain = {"cdxj": (captured.index(), len(captured.captures))} | {
            f"{kind}.jsonl.gz": (_lines(some), len(some)) for kind, some in rows.items() if some
        }
        for suffix, (data, count) in plain.items():
            key = f"{where}/{stem}.{suffix}"
            self._target.put(key, data)
            digest = hashlib.sha256(data).hexdigest()
            sums.append(Sum(key=key, sha256=digest, bytes=len(data), rows=count))
        seal = _seal(file, captured, recovered, sums, published_at)
        self._target.put(f"{where}/{stem}.seal.json", seal.model_dump_json().encode())

    def _put_pages(self, key: str, file: PageFile, captured: CapturedFile) -> Sum:
        self._target.put_file(key, captured.path, sha256=file.sum.sha256)
        return file.sum.evolve(key=key, rows=len(captured.captures))


def _require_same(path: Path, wanted: Sum) -> None:
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != wanted.sha256:
            raise CorruptRecordError(f"{wanted.key} is not what its manifest says")


def _seal(
    file: PageFile,
    captured: CapturedFile,
    recovered: RecoveredRows,
    sums: Iterable[Sum],
    published_at: datetime,
) -> Seal:
    return Seal(
        # its name in the archive follows from it, and stands in the file itself
        schema_version=1 if file.is_version_1 else SCHEMA_VERSION,
        outlet=file.outlet,
        run=file.run,
        segment=file.segment,
        sealed_at=_sealed_at(file, captured, published_at),
        files=tuple(sums),
        pages=len(recovered.articles) + len(recovered.rejections),
        articles=len(recovered.articles),
        rejections=len(recovered.rejections),
    )


def _sealed_at(file: PageFile, captured: CapturedFile, published_at: datetime) -> datetime:
    """Return a moment of the day on which the segment was sealed, after all that it holds."""
    last = max((capture.at for capture in captured.captures), default=published_at)
    if last.astimezone(SEOUL).date() == file.day:
        return last
    return datetime.combine(file.day, time(), SEOUL).astimezone(last.tzinfo)


def _lines(rows: Sequence[Article | Rejection | Fetch]) -> bytes:
    text = "".join(row.model_dump_json(exclude_none=True) + "\n" for row in rows)
    return gzip.compress(text.encode(), mtime=0)
