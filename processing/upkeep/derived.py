"""Derives what an archive holds from what it is made of: indexes, snapshots, rows of a publication.

What comes out may have the very bytes that were published, and then it is put in their place; where
it has not (rows that no raw page holds, another version of the reader), it takes their place under
another name.
"""

import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from processing.archive.backfills import BackfillState
from processing.archive.catalogue import Catalogue, CatalogueObject
from processing.archive.landed import LandedRun
from processing.archive.layout import NewObject
from processing.archive.memory import Memory
from processing.archive.tables import (
    ArchivedArticle,
    columns,
    fields_of,
    in_order,
    of_records,
    parquet,
    part,
    versions,
)
from processing.dates import SEOUL
from processing.errors import CorruptRecordError, MissingError
from processing.landing.keys import objects
from processing.landing.segments import read_rows, sealed
from processing.limits import parse_json
from processing.records import Article, Fetch, Manifest, RunReport, Seal
from processing.upkeep.captures import Capture, CapturedFile
from processing.upkeep.rebuild import PageFile, page_files
from processing.upkeep.recovery import PageReader, RecoveredRows, RowRecovery, earlier

logger = logging.getLogger(__name__)

TOLD = ("articles", "rejections", "log", "reports")
"""Tables whose rows are made again from raw pages."""
_RAW, _INDEX = ".warc.gz", ".cdxj"
_KEYS: Mapping[str, Sequence[str]] = {
    "articles": ("version_id",),
    "rejections": ("outlet", "url", "fetched_at"),
    "log": ("outlet", "run", "logged_at", "url", "role", "why"),
    "reports": ("outlet", "run"),
}
"""What tells the rows of a table apart within one manifest."""


class Tables:
    """The rows of an archive that can be read: its parts but those that are missing or damaged."""

    def __init__(self, catalogue: Catalogue, broken: Iterable[str]) -> None:
        self.catalogue = catalogue
        self.broken = frozenset(broken)

    def sound(self, name: str) -> Iterator[CatalogueObject]:
        """Yield the parts of a table that can be read."""
        for stored in self.catalogue.of(name):
            if stored.key not in self.broken:
                yield stored

    def rows(
        self, name: str, *, manifest: int | None = None, before: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield rows that one manifest brought, or those of all manifests before a number."""
        for stored in self.sound(name):
            if manifest is not None and stored.seq < manifest:
                continue
            with pq.ParquetFile(self.catalogue.local(stored)) as file:
                table = file.read(use_threads=False)
            if manifest is not None:
                table = table.filter(pc.equal(table["manifest"], pa.scalar(manifest)))
            if before is not None:
                table = table.filter(pc.less(table["manifest"], pa.scalar(before)))
            yield from table.to_pylist(maps_as_pydicts="strict")


@contextmanager
def captured(
    catalogue: Catalogue, files: Iterable[PageFile]
) -> Iterator[list[tuple[PageFile, CapturedFile]]]:
    """Fetch raw pages; those that are missing or damaged are left out."""
    with tempfile.TemporaryDirectory() as work:
        read = []
        for file in files:
            path = Path(work) / file.name
            try:
                catalogue.store.get_file(file.sum.key, path)
                read.append((file, CapturedFile(path, file.sum.key)))
            except (CorruptRecordError, MissingError):
                continue
        yield read


def index(catalogue: Catalogue, wanted: CatalogueObject) -> bytes:
    """Return the index `wanted` of raw pages again, sorted; raw pages that cannot be read are not in it.

    It is of one file, of the files that came with its manifest, or else, as a merged one is, of those
    of its day that no other index names.
    """
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "pages"
        for page in _indexed(catalogue, wanted):
            try:
                catalogue.store.get_file(page.key, path)
                made = CapturedFile(path, page.key).index()
            except (CorruptRecordError, MissingError) as error:
                logger.warning("%s; its lines are not in the index", error)
                continue
            lines += made.decode().splitlines(keepends=True)
    return "".join(sorted(lines)).encode()


def _indexed(catalogue: Catalogue, wanted: CatalogueObject) -> Sequence[CatalogueObject]:
    """Return the raw pages of which `wanted` is the index."""
    where = f"{wanted.key.rpartition('/')[0]}/"
    objects = [stored for stored in catalogue.pages() if stored.key.startswith(where)]
    files = {stored.key: stored for stored in objects if stored.key.endswith(_RAW)}
    if own := files.get(wanted.key.removesuffix(_INDEX) + _RAW):
        return [own]
    indexes = [stored for stored in objects if stored.key.endswith(_INDEX)]
    named = {stored.key.removesuffix(_INDEX) + _RAW for stored in indexes}
    together = [file for key, file in files.items() if file.seq == wanted.seq and key not in named]
    if together:
        return together
    for other in indexes:
        if other.key != wanted.key:
            named |= {f"{where}{name}" for name in _named(catalogue, other)} or {
                key for key, file in files.items() if file.seq == other.seq
            }
    return [file for key, file in files.items() if key not in named]


def _named(catalogue: Catalogue, stored: CatalogueObject) -> set[str]:
    """Return the names of the files that an index is of; none where it is missing or damaged."""
    try:
        text = catalogue.raw(stored).read_bytes()
    except (CorruptRecordError, MissingError):
        return set()
    # those of version 1 do not name their file, and have its name
    lines = (parse_json(line.split(b" ", 2)[2]) for line in text.splitlines())
    return {str(line["filename"]) for line in lines if "filename" in line}


def remembered(
    tables: Tables, outlet: str, before: int | None = None, recovered: Iterable[LandedRun] = ()
) -> Memory:
    """Return what is known of an outlet from its rows, at the head or before a manifest.

    `recovered` are runs of earlier manifests whose rows are lost, and were made again.
    """
    memory = Memory()
    own = [run for run in recovered if run.outlet == outlet]
    articles: list[Article] = [row for run in own for row in run.articles]
    articles += [
        ArchivedArticle.model_validate(fields_of("articles", row))
        for row in tables.rows("articles", before=before)
        if row["outlet"] == outlet
    ]
    for article in sorted(articles, key=lambda row: (row.fetched_at, row.version_id)):
        memory.archived(article)
    log = [row for run in own for row in run.log]
    log += [
        Fetch.model_validate(fields_of("log", row))
        for row in tables.rows("log", before=before)
        if row["outlet"] == outlet
    ]
    reports = [
        RunReport.model_validate(fields_of("reports", row) | {"day": row["day"].isoformat()})
        for row in tables.rows("reports", before=before)
        if row["outlet"] == outlet
    ]
    memory.take(log, _seals(tables, outlet, log, before), reports)
    return memory


def backfilled(tables: Tables, outlet: str) -> BackfillState:
    """Return what the backfills of an outlet have reached, from its rows."""
    state = BackfillState()
    rows = (row for row in tables.rows("log") if row["outlet"] == outlet)
    state.take(Fetch.model_validate(fields_of("log", row)) for row in rows)
    return state


def _seals(tables: Tables, outlet: str, log: Sequence[Fetch], before: int | None) -> Iterator[Seal]:
    """Yield the segments that were taken in, as far as raw pages and landing tell."""
    last: dict[tuple[str, date], datetime] = {}
    for row in log:
        day = row.at.astimezone(SEOUL).date()
        last[row.run, day] = max(row.at, last.get((row.run, day), row.at))
    runs = set()
    for manifest in tables.catalogue.back():
        if before is not None and manifest.seq >= before:
            continue
        runs |= {run.partition("/run=")[2] for run in manifest.runs if _is_of(run, outlet)}
        for file in page_files(manifest):
            if file.outlet == outlet:
                start = datetime.combine(file.day, time(), SEOUL)
                yield _seal(outlet, file.run, file.segment, last.get((file.run, file.day), start))
    yield from _waiting(tables, outlet, runs, log)


def _is_of(run: str, outlet: str) -> bool:
    return run.startswith(f"outlet={outlet}/run=")


def _seal(outlet: str, run: str, segment: int, at: datetime) -> Seal:
    return Seal(
        outlet=outlet,
        run=run,
        segment=segment,
        sealed_at=at,
        files=(),
        pages=0,
        articles=0,
        rejections=0,
    )


def _waiting(tables: Tables, outlet: str, runs: set[str], log: Sequence[Fetch]) -> Iterator[Seal]:
    """Yield segments that were published and still wait in landing: all their rows are known."""
    store = tables.catalogue.store
    if not any(key.run in runs for key, _ in objects(store, outlet)):
        return
    known = {(row.run, row.at, row.url) for row in log}
    for seal in sealed(store, outlet):
        if seal.run in runs:
            rows = [row for row in read_rows(store, seal, "log") if isinstance(row, Fetch)]
            if rows and all((row.run, row.at, row.url) in known for row in rows):
                yield seal


def origins(catalogue: Catalogue, wanted: CatalogueObject) -> list[Manifest]:
    """Return the publications of crawls whose rows a part holds, oldest first."""
    links = {manifest.seq: manifest for manifest in catalogue.back()}
    added = {
        added_sum.key: manifest.seq for manifest in links.values() for added_sum in manifest.adds
    }
    manifests: dict[int, Manifest] = {}
    waiting = [(wanted.key, wanted.seq)]
    while waiting:
        key, seq = waiting.pop()
        manifest = links[seq]
        if manifest.runs:
            manifests[seq] = manifest
            continue
        merged = CatalogueObject(wanted.sum.evolve(key=key), seq)
        waiting += [
            (removed.key, added[removed.key])
            for removed in manifest.removes
            if removed.key in added and _is_merged(removed.key, merged)
        ]
    return [manifests[seq] for seq in sorted(manifests)]


def _is_merged(key: str, merged: CatalogueObject) -> bool:
    """Tell whether a part that a manifest removes may have been merged into one that it adds."""
    stored = CatalogueObject(merged.sum.evolve(key=key), merged.seq)
    if stored.table != merged.table:
        return False
    if merged.days is None or stored.days is None:
        return merged.days == stored.days or stored.table == "log"
    return stored.within(*merged.days)


class Publications:
    """Tells publications of crawls again from their raw pages, each of them once.

    Those that are needed are recovered in their order: what a version follows was recovered before it.
    """

    def __init__(self, tables: Tables, reader: PageReader, code_version: str) -> None:
        self._tables = tables
        self._reader = reader
        self._code_version = code_version
        self._done: dict[int, list[NewObject]] = {}
        self._runs: dict[int, list[LandedRun]] = {}

    def objects(self, manifest: Manifest) -> list[NewObject]:
        """Return the parts of records that a publication adds, as far as raw pages tell them."""
        if manifest.seq not in self._done:
            self._done[manifest.seq] = list(self._objects(manifest))
        return self._done[manifest.seq]

    def _objects(self, manifest: Manifest) -> Iterator[NewObject]:
        runs: dict[tuple[str, str], list[PageFile]] = defaultdict(list)
        for file in page_files(manifest):
            runs[file.outlet, file.run].append(file)
        memories: dict[str, Memory] = {}
        landed, new = [], []
        for (outlet, run), files in sorted(runs.items()):
            if outlet not in memories:
                earlier = chain(*(self._runs[seq] for seq in sorted(self._runs)))
                memories[outlet] = remembered(self._tables, outlet, manifest.seq, earlier)
            with captured(self._tables.catalogue, files) as read:
                memory = memories[outlet]
                recovery = RowRecovery(outlet, run, memory, self._reader, self._elsewhere)
                recovered = list(recovery.by_file([rows for _, rows in read]))
                landed.append(self._landed(outlet, run, manifest.seq, read, recovered))
        self._runs[manifest.seq] = landed
        for outlet, memory in sorted(memories.items()):
            articles = (row for run in landed if run.outlet == outlet for row in run.articles)
            new += versions(articles, memory)
        return of_records(landed, new, self._code_version, manifest.seq)

    def _elsewhere(self, capture: Capture) -> bytes | None:
        return earlier(self._tables.catalogue, capture)

    def _landed(
        self,
        outlet: str,
        run: str,
        manifest: int,
        read: Sequence[tuple[PageFile, CapturedFile]],
        recovered: Sequence[RecoveredRows],
    ) -> LandedRun:
        """Return a run as its landing was, its log from the archive where that is sound."""
        rows = [
            Fetch.model_validate(fields_of("log", row))
            for row in self._tables.rows("log", manifest=manifest)
            if (row["outlet"], row["run"]) == (outlet, run)
        ]
        seals = [
            _seal(outlet, run, file.segment, datetime.combine(file.day, time(), SEOUL)).evolve(
                files=(file.sum,),
                pages=len(one.articles) + len(one.rejections),
                articles=len(one.articles),
                rejections=len(one.rejections),
            )
            for (file, _), one in zip(read, recovered, strict=True)
        ]
        landed = LandedRun(outlet, run, seals, None, self._tables.catalogue.store)
        vars(landed)["articles"] = [row for one in recovered for row in one.articles]
        vars(landed)["rejections"] = [row for one in recovered for row in one.rejections]
        vars(landed)["log"] = rows or [row for one in recovered for row in one.log]
        return landed


def replacements(
    tables: Tables, wanted: CatalogueObject, publications: Publications
) -> Iterator[NewObject]:
    """Yield parts that hold what a lost part of a table held, as far as it can be recovered.

    One of them may be that part, byte for byte. Rows that other parts hold are left out.
    """
    name = wanted.table
    merged: dict[date | None, list[pa.Table]] = defaultdict(list)
    for manifest in origins(tables.catalogue, wanted):
        held = {_key(name, row) for row in tables.rows(name, manifest=manifest.seq)}
        for made in publications.objects(manifest):
            stored = CatalogueObject(made.sum, manifest.seq)
            if made.key == wanted.key:
                yield made
                return
            overlaps = wanted.days is None or stored.days is None or stored.within(*wanted.days)
            if stored.table == name and overlaps:
                rows = pq.read_table(pa.BufferReader(made.data))
                is_new = [_key(name, row) not in held for row in rows.to_pylist()]
                merged[stored.days[0] if stored.days else None].append(
                    rows.filter(pa.array(is_new))
                )
    for day, tables_of_day in merged.items():
        rows = in_order(name, pa.concat_tables(tables_of_day).cast(columns(name)))
        if rows.num_rows:
            yield part(name, day, parquet(rows), rows.num_rows)


def _key(name: str, row: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(row[column] for column in _KEYS[name])
