"""An invented outlet: the articles of its days, and a poller that sees them through a feed.

Articles are numbered as they are made; some numbers are never used, some articles are published
hours later, some are taken down. The poller holds the answers against one another with the
functions of a real crawl, on the scheduler's clock, and keeps what a run report would say. An
archive of many outlets that all saw the same has the parts that the completeness meter reads.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pyarrow as pa

from processing.archive import manifests
from processing.archive.snapshot import Arrivals, added, arrivals_of
from processing.archive.tables import columns, parquet, part
from processing.completeness.polls import PollAnswer
from processing.dates import SEOUL
from processing.records import SCHEMA_VERSION, Fetch, Manifest, Sum, Why, article_id, version_id
from processing.store.interface import Store
from spiders.crawling.poll_history import (
    ListedArticle,
    extent,
    frontier,
    last_answer,
    meets,
    newest_at,
    planned,
)
from spiders.crawling.polling import TICK, interval, is_due
from spiders.outlet import Pace

FIRST = datetime(2026, 10, 5, tzinfo=SEOUL)
"""The first day of every simulation, a Monday."""
URL = "https://www.hanbit.example/rss"
OFFICE = (
    1, 1, 0.5, 0.5, 1, 3, 8, 25, 60, 95, 110, 100, 55, 80, 110, 115, 110, 90, 45, 14, 8, 6, 4, 2,
)  # fmt: skip
"""Articles by hour of the day of a paper that works office hours (relative)."""
CLOCK = (
    10, 4, 3, 3, 3, 20, 42, 56, 73, 99, 130, 124, 70, 85, 125, 130, 110, 95, 85, 50, 50, 42, 30, 16,
)  # fmt: skip
"""The same of national dailies that work in shifts: stamps in 1,340 public addresses, smoothed."""
_BURSTS = (5 * 60, 17 * 60 + 30)
"""Minutes of the day at which a print edition comes, within twenty minutes."""
_BURST_TAKES = 20


class Policy(StrEnum):
    """When a source is asked."""

    HOURS = "by its hours"
    TURNOVER = "by turn-over"
    FIXED = "every 15 minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """What an invented outlet is like.

    `volume` is articles a day; `unused`, `burst`, `late` and `deleted` are shares: of numbers, of a
    day's articles in two bursts, of articles published one to eight hours after they got their
    number, of articles taken down within hours. `broken` is the hour in which its server fails on
    the last day, `pinned` the old articles on top of its list, `listed` the length of the list.
    """

    seed: int = 1
    volume: float = 300
    unused: float = 0.02
    burst: float = 0.3
    late: float = 0.05
    deleted: float = 0.02
    broken: int | None = 14
    pinned: int = 2
    listed: int = 20
    days: int = 29
    hours: Sequence[float] = OFFICE


@dataclass(frozen=True, slots=True)
class NewsArticle:
    """One article; `gone` is when it is taken down."""

    number: int
    published: datetime
    gone: datetime | None

    def stands(self, at: datetime) -> bool:
        """Return whether it can be read at a moment."""
        return self.published <= at and (self.gone is None or self.gone > at)


@dataclass(slots=True)
class Poller:
    """One source polled over time, and what was seen of it."""

    newsroom: Newsroom
    policy: Policy = Policy.HOURS
    seen: dict[int, datetime] = field(default_factory=dict)
    polls: list[PollAnswer] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    last: Fetch | None = None
    arrivals: Arrivals = field(default_factory=dict)

    def watch(self, articles: Sequence[NewsArticle], until: datetime) -> None:
        """Poll from the first day until a moment, at the scheduler's ticks."""
        at, tick = FIRST, TICK[Pace.QUARTER_HOUR]
        standing: list[NewsArticle] = []
        index = 0
        while at < until:
            if is_due(self.last, Pace.QUARTER_HOUR, at):
                while index < len(articles) and articles[index].published <= at:
                    standing.append(articles[index])
                    index += 1
                # A list is as long as it is, and a few may have been taken down since.
                del standing[: -4 * self.newsroom.listed - 50]
                self._poll(at, [article for article in standing if article.stands(at)])
            at += tick

    def _poll(self, at: datetime, standing: Sequence[NewsArticle]) -> None:
        self.asked.append(at)
        room, last = self.newsroom, self.last
        if room.broken is not None and self._is_broken(at):
            self._fail(at)
            return
        listed = [
            *(NewsArticle(-index, FIRST, None) for index in range(1, room.pinned + 1)),
            *reversed(standing[-room.listed :]),
        ]
        entries = [
            ListedArticle(
                f"{article.number:x}",
                f"{article.number}",
                article.published,
                article.number not in self.seen,
            )
            for article in listed
        ]
        new = sum(entry.unseen for entry in entries)
        overflow = bool(last and last.frontier and new and not meets(last.frontier, entries))
        self._report(at, entries, overflow=overflow)
        for article in listed:
            self.seen.setdefault(article.number, at)
        known = None if last is None else 0 if overflow else len(entries) - new
        row = self._row(at, entries, new)
        self.arrivals = added(self.arrivals, arrivals_of(row))
        self.last = row.evolve(next_at=self._next(at, len(entries), known))

    def _report(self, at: datetime, entries: Sequence[ListedArticle], *, overflow: bool) -> None:
        """Keep what a run report would say of an answer."""
        last = self.last
        ends, before = extent(entries, last), last_answer(last)
        poll = PollAnswer(
            url=URL,
            at=at,
            answered_at=before,
            links=len(entries),
            oldest_at=ends.oldest_at if ends else None,
            newest_at=ends.newest_at if ends else None,
            missed_since=(last.newest_at or before) if last and overflow else None,
        )
        self.polls.append(poll)

    def _row(self, at: datetime, entries: Sequence[ListedArticle], new: int) -> Fetch:
        """Return the row of the fetch log that a crawl would write of an answer."""
        last = self.last
        return Fetch(
            outlet="hanbit",
            run=f"{at:%d%H%M}",
            at=at,
            role="source",
            url=URL,
            why=Why.FETCHED,
            links=len(entries),
            new_links=new,
            answered_at=last_answer(last),
            newest_at=newest_at(entries, last),
            frontier=frontier(entries, last.frontier if last else ()),
        )

    def _next(self, at: datetime, links: int, known: int | None) -> datetime:
        pace = Pace.QUARTER_HOUR
        if self.policy is Policy.FIXED:
            return at + timedelta(minutes=15)
        by_hours = None
        if self.policy is Policy.HOURS:
            by_hours = planned(self.arrivals, links, pace, TICK[pace], at)
        return at + interval(pace, links=links, known=known, by_hours=by_hours)

    def _fail(self, at: datetime) -> None:
        if self.last is None:
            return
        failures = self.last.failures + 1
        wait = interval(Pace.QUARTER_HOUR, links=0, known=0, failures=failures)
        self.last = self.last.evolve(
            why=Why.FAILED,
            at=at,
            failures=failures,
            answered_at=last_answer(self.last),
            next_at=at + wait,
        )

    def _is_broken(self, at: datetime) -> bool:
        return at.date() == day(self.newsroom.days - 1).date() and at.hour == self.newsroom.broken


def day(index: int) -> datetime:
    """Return the beginning of a day of the simulation."""
    return FIRST + timedelta(days=index)


def articles(room: Newsroom) -> list[NewsArticle]:
    """Return the articles of all days and of the one behind them, in the order of publication."""
    chance = random.Random(room.seed)  # noqa: S311 - a simulation, the same for the same seed
    made: list[tuple[datetime, datetime, datetime | None]] = []
    for index in range(room.days + 1):
        for published in _published(room, day(index), chance):
            late = chance.random() < room.late
            hours = chance.uniform(1, 8) if late else chance.expovariate(12)
            gone = published + timedelta(hours=chance.expovariate(0.5))
            taken = chance.random() < room.deleted
            made.append((published - timedelta(hours=hours), published, gone if taken else None))
    articles, number = [], 100_000
    for _, at, taken_down in sorted(made, key=lambda one: one[0]):
        number += 1
        while chance.random() < room.unused:
            number += 1
        articles.append(NewsArticle(number, at, taken_down))
    return sorted(articles, key=lambda one: one.published)


def _published(room: Newsroom, start: datetime, chance: random.Random) -> Iterator[datetime]:
    """Yield the moments of one day's articles."""
    for _ in range(max(round(chance.gauss(room.volume, room.volume**0.5)), 0)):
        if chance.random() < room.burst:
            minute = chance.choice(_BURSTS) + chance.uniform(0, _BURST_TAKES)
        else:
            hour = chance.choices(range(24), room.hours)[0]
            minute = 60 * hour + chance.uniform(0, 60)
        yield start + timedelta(minutes=minute)


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
    """Write an archive in which each of `outlets` is what `poller` saw of one newsroom.

    Rows are made by Arrow, not one by one: a month of 220 outlets takes seconds.
    """
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
        made = part(table, date.fromisoformat(day), data, len(rows) * len(outlets))
        store.put(made.key, made.data)
        yield made.sum


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
