"""What one batch adds to the archive: its objects, by key. The same runs on the same head give the same bytes.

`articles/day=` is the KST day of publication or `unknown`; every other `day=` is the KST day of collection. A part is
named after its batch, so a batch touches many days and rewrites no file.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from processing.archive.batch import Run
from processing.archive.memory import Memory
from processing.archive.schema import TABLES, ArchivedArticle
from processing.archive.tables import table
from processing.dedupe.window import write_part
from processing.reading.rules import SEOUL
from processing.records import Article, Fetch, Record, Rejection

T = TypeVar("T", bound=Record)


@dataclass(frozen=True, slots=True)
class Part:
    """An object to be put: a table's part or a snapshot."""

    key: str
    data: bytes
    rows: int | None = None


def versions(articles: Iterable[Article], memory: Memory) -> list[ArchivedArticle]:
    """Return the states that the archive does not have yet, oldest first; `memory` takes them in.

    A state that was archived before, also one that an article went back to, adds no row: its visit is in the log.
    """
    found = []
    for article in sorted(articles, key=lambda row: (row.fetched_at, row.version_id)):
        known = memory.versions(article.article_id)
        if article.version_id not in known:
            found.append(_following(article, memory, known))
        memory.archived(article)
    return found


def _following(article: Article, memory: Memory, known: Collection[str]) -> ArchivedArticle:
    fields = {name: getattr(article, name) for name in type(article).model_fields}
    if not known:
        return ArchivedArticle(**fields)
    before = memory.newest(article.article_id)
    if before is None:  # older than what is remembered whole: of several versions the last one is not known
        return ArchivedArticle(**fields, previous=next(iter(known)) if len(known) == 1 else None)
    modified = article.modified.at.replace(microsecond=0) if article.modified else None
    return ArchivedArticle(**fields, previous=before.version, silent_edit=before.modified == modified)


def of_records(batch: str, runs: Sequence[Run], new: Iterable[ArchivedArticle], code_version: str) -> Iterator[Part]:
    """Yield the parts that are made of records."""
    yield from _split("articles", batch, new, _published, lambda row: (row.outlet, row.article_id, row.version_id))
    rejections = (row for run in runs for row in run.rejections)
    yield from _split("rejections", batch, rejections, _rejected, lambda row: (row.outlet, row.fetched_at, row.url))
    log = (row for run in runs for row in run.log)
    yield from _split("log", batch, log, lambda row: f"outlet={row.outlet}", _logged)
    reports = (run.report(code_version) for run in runs)
    yield from _split("reports", batch, reports, lambda row: f"day={row.day}", lambda row: (row.outlet, row.run))


def of_tables(batch: str, tables: Iterable[tuple[str, pa.Table]]) -> Iterator[Part]:
    """Yield the parts that are tables already; each comes with its folder, and is read when its turn has come."""
    for folder, one in tables:
        if one.num_rows:
            buffer = io.BytesIO()
            write_part(one, buffer)
            yield Part(f"{folder}/{batch}.parquet", buffer.getvalue(), one.num_rows)


def parquet(one: pa.Table) -> bytes:
    """Return a table as Parquet: zstd 3, no time of writing, so equal tables give equal bytes."""
    buffer = io.BytesIO()
    pq.write_table(one, buffer, compression="zstd", compression_level=3, row_group_size=20_000)
    return buffer.getvalue()


def day(moment: datetime) -> str:
    """Return the KST day of a moment."""
    return moment.astimezone(SEOUL).date().isoformat()


def _split(
    name: str, batch: str, rows: Iterable[T], folder: Callable[[T], str], order: Callable[[T], object]
) -> Iterator[Part]:
    groups: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        groups[folder(row)].append(row)
    for where, group in sorted(groups.items()):
        made = table(TABLES[name], sorted(group, key=order))  # type: ignore[arg-type]  # each key is a tuple of plain values
        yield Part(f"{name}/{where}/{batch}.parquet", parquet(made), len(group))


def _published(row: ArchivedArticle) -> str:
    return f"day={day(row.published.at) if row.published else 'unknown'}"


def _rejected(row: Rejection) -> str:
    return f"day={day(row.fetched_at)}"


def _logged(row: Fetch) -> tuple[object, ...]:
    return (row.run, row.at, row.role, row.url, row.why)
