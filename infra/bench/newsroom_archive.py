"""An archive of invented outlets: the parts that the completeness meter reads, and their manifest.

Rows are made by Arrow, not one by one, so that an archive of a month and 220 outlets takes seconds.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from infra.bench.newsroom import NewsArticle, Poller
from processing.archive import manifests
from processing.archive.layout import placed
from processing.archive.tables import columns, parquet
from processing.completeness.polls import PollAnswer
from processing.dates import SEOUL
from processing.records import SCHEMA_VERSION, Manifest, Sum, article_id, version_id
from processing.store.interface import Store

_TITLE, _TEXT = "배추 값 내려", "시는 배추 값이 내렸다고 밝혔다."
_LATER = timedelta(minutes=3)
_COUNTS = ("pages", "articles", "segments", "bytes", "requests")
_REPORT = {
    "schema_version": SCHEMA_VERSION,
    "manifest": 1,
    "outlet": "",
    "ended_as": "new",
    "why": "simulated",
    "rejections": [],
    "whys": [],
    "agent": "bench",
    "code_version": "0",
    **dict.fromkeys(_COUNTS, 0),
}
"""What all reports of the archive have alike."""


def write_archive(
    store: Store, outlets: Sequence[str], poller: Poller, made: Iterable[NewsArticle]
) -> None:
    """Write an archive in which each of `outlets` is what `poller` saw of one newsroom."""
    sums = [
        *_parts(store, "articles", outlets, _articles(poller, made)),
        *_parts(store, "reports", outlets, _reports(poller.polls)),
    ]
    manifest = Manifest(
        seq=1,
        previous=None,
        batch="bench",
        published_at=poller.asked[-1],
        adds=tuple(sums),
        code_version="0",
        lock_sha256="0" * 64,
    )
    store.put(manifests.key(1), manifest.model_dump_json().encode())


def _parts(
    store: Store, table: str, outlets: Sequence[str], days: Iterable[tuple[str, pa.Table]]
) -> Iterator[Sum]:
    for day, rows in days:
        index = rows.schema.get_field_index("outlet")
        of_outlets = [
            rows.set_column(index, rows.schema.field(index), pa.array([name] * len(rows)))
            for name in outlets
        ]
        data = parquet(pa.concat_tables(of_outlets))
        name = hashlib.sha256(data).hexdigest()
        folder, begin = placed(table, date.fromisoformat(day))
        key = f"{folder}/{begin}{name[:32]}.parquet"
        store.put(key, data)
        yield Sum(key=key, sha256=name, bytes=len(data), rows=len(rows) * len(outlets))


def _articles(poller: Poller, made: Iterable[NewsArticle]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the archived articles by the day of their publication."""
    by_day: dict[str, list[NewsArticle]] = {}
    for article in made:
        if article.number in poller.seen:
            by_day.setdefault(f"{article.published.astimezone(SEOUL):%Y-%m-%d}", []).append(article)
    for day, articles in sorted(by_day.items()):
        rows = [
            {
                "schema_version": SCHEMA_VERSION,
                "manifest": 1,
                "day": date.fromisoformat(day),
                "article_id": article_id(f"{one.number}"),
                "version_id": version_id(article_id(f"{one.number}"), _TITLE, _TEXT),
                "title": _TITLE,
                "text": _TEXT,
                "rights": {"exportable": True},
                "outlet": "",
                "url": f"https://www.hanbit.example/news/{one.number}",
                "fetched_at": poller.seen[one.number].astimezone(UTC),
                "publisher_id": f"{one.number}",
                "published": {"at": one.published.astimezone(UTC), "source": "meta"},
            }
            for one in articles
        ]
        yield day, pa.Table.from_pylist(rows, schema=columns("articles"))


def _reports(polls: Sequence[PollAnswer]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the run reports by the day of their poll."""
    by_day: dict[str, list[PollAnswer]] = {}
    for poll in polls:
        by_day.setdefault(f"{poll.at.astimezone(SEOUL):%Y-%m-%d}", []).append(poll)
    for day, of_day in sorted(by_day.items()):
        rows = [_report(day, number, poll) for number, poll in enumerate(of_day)]
        yield day, pa.Table.from_pylist(rows, schema=columns("reports"))


def _report(day: str, number: int, poll: PollAnswer) -> dict[str, object]:
    fields = {name: _in_utc(value) for name, value in asdict(poll).items()}
    source = {
        **{name: fields[name] for name in ("url", "at", "answered_at", "links", "missed_since")},
        "status": 200,
        "new": poll.links,
        "overlap": 0,
        "listed": poll.links,
        "understood": True,
        "findings": [],
        "recovered": poll.recovered if poll.missed_since else None,
        "extent": {"oldest_at": fields["oldest_at"], "newest_at": fields["newest_at"]},
    }
    return {
        **_REPORT,
        "run": f"{day.replace('-', '')}T{number:06d}Z-bench0",
        "day": date.fromisoformat(day),
        "started_at": fields["at"],
        "ended_at": _in_utc(poll.at + _LATER),
        "sources": [source],
        "announced": poll.links,
    }


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
