"""Which days a source reaches, and what a backfill asks next. Pure: state and moments are given.

Days are asked from the newest to the oldest. A day's own list comes first; where an outlet has
none for a day, the pages of its lists are read back to it; what only names the newest is asked for
today and yesterday. A list that was answered, its day being over, is not asked again.

Pages of a list only ever move back, as articles are added in front: a page whose oldest entry is
newer than the day looked for may be passed over, now and later, and so the first page of a stretch
is found in a few steps (interpolation, then halving).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from processing.archive.backfills import BackfillState, days_of
from processing.dates import SEOUL
from processing.errors import UsageError
from processing.records import Fetch, SourceFault, Why
from spiders.crawling.polling import ABSENT, ABSENT_VISITS, waits_until
from spiders.formats.discover import day_url, is_day_archive, page_url
from spiders.outlet import Listing, Outlet, Sitemap, Source

_STALE = timedelta(days=1)
"""How long a page that was read says where a list ends, or that its entries are old enough."""
_NEAR = 2
"""Pages ahead at which the next page is read rather than one farther back."""


class DayReach(StrEnum):
    """How a source reaches a day."""

    DAY = "day"  # it has a list of that day, or an index of such lists
    PAGES = "pages"  # its pages go back in time, as far as it has pages
    NEWEST = "newest"  # it names the newest articles, and may have some of that day


class Reached(NamedTuple):
    """A stretch of days that `source` reaches in one way; None where no source does."""

    first: date
    last: date
    reach: DayReach | None
    source: str | None


class ListVisit(NamedTuple):
    """A list to be asked: the source that declares it, and the days that its rows are marked with.

    `page` is None where it has only one.
    """

    source: Source
    url: str
    first: date
    last: date
    page: int | None = None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known of one page of a list: its oldest day, when it was read, whether it ends there.

    `last` is the newest day of which no article stands on a page before it that was not read.
    """

    oldest: date
    last: date
    at: datetime
    is_end: bool


def reach_of(source: Source, day: date, today: date, *, index: bool) -> DayReach | None:
    """Return how `source` reaches `day`; None where it does not.

    `index` says that a sitemap is declared as an index of days or months.
    """
    if day > today:
        return None
    if is_day_archive(source) or (index and isinstance(source, Sitemap)):
        return DayReach.DAY
    if isinstance(source, Listing) and "{page}" in source.url:
        return DayReach.PAGES
    back = source.days if isinstance(source, Sitemap) else 1
    return DayReach.NEWEST if not index and day >= today - timedelta(days=back) else None


def is_paged(source: Source) -> bool:
    """Return whether the pages of a list go back in time."""
    return isinstance(source, Listing) and "{page}" in source.url and not is_day_archive(source)


def days_between(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, the newest first."""
    return [last - timedelta(days=back) for back in range((last - first).days + 1)]


def end_of(day: date) -> datetime:
    """Return the moment at which a KST day is over."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=SEOUL)


def stretches(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return days as stretches, the oldest first."""
    stretches: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if stretches and day == stretches[-1][1] + timedelta(days=1):
            stretches[-1] = (stretches[-1][0], day)
        else:
            stretches.append((day, day))
    return stretches


@dataclass(slots=True)
class BackfillPlan:
    """What is left to ask of one outlet for some KST days, by the state of its backfills.

    `asked` are the addresses of lists that this run has asked: none is asked twice. `now` is the
    moment of the run, whose KST day is `today`.
    """

    outlet: Outlet
    days: Sequence[date]
    state: BackfillState
    now: datetime
    asked: set[str] = field(default_factory=set)
    _done: set[date] = field(default_factory=set)
    _pages: dict[str, tuple[int, dict[int, PageFacts]]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(SEOUL).date()

    # -- reach

    def sources(self) -> list[tuple[Source, bool]]:
        """Return the outlet's sources, each with whether it serves backfills alone."""
        known = [(source, False) for source in self.outlet.sources]
        return known + [(source, True) for source in self.outlet.history]

    def reaches(self, day: date) -> list[tuple[Source, DayReach]]:
        """Return the sources that reach a day, those that are the most exact alone."""
        ways = [
            (source, way)
            for source, index in self.sources()
            if (way := reach_of(source, day, self.today, index=index))
            and not self._is_before_end(source, day)
            and not self._is_absent(source, day)
        ]
        best = next((way for way in DayReach if any(way is other for _, other in ways)), None)
        return [(source, way) for source, way in ways if way is best]

    def _is_absent(self, source: Source, day: date) -> bool:
        """Return whether the outlet has said lately, or often enough, that a day has no list."""
        if not is_day_archive(source):
            return False
        rows = [row for row in self._of_day(source, day) if row.status in ABSENT]
        return any(
            row.failures >= ABSENT_VISITS or waits_until(row, self.now) is not None for row in rows
        )

    def table(self) -> list[Reached]:
        """Return which stretch of the days which source reaches, and which days none does."""
        by_source: dict[tuple[DayReach | None, str | None], list[date]] = {}
        for day in self.days:
            for source, way in self.reaches(day):
                by_source.setdefault((way, source.url), []).append(day)
        if none := self.unreachable():
            by_source[None, None] = none
        rows = [
            Reached(first, last, way, source)
            for (way, source), days in by_source.items()
            for first, last in stretches(days)
        ]
        return sorted(rows, key=lambda row: (row.first, row.last, row.source or ""))

    def unreachable(self) -> list[date]:
        """Return the days that no source reaches, the newest first."""
        return [day for day in self.days if not self.reaches(day)]

    # -- what is left

    def waiting(self) -> list[Fetch]:
        """Return the announced articles of these days that may be asked now, the newest first."""
        days = {f"{day}" for day in self.days}
        rows = [
            row
            for row in self.state.waiting.values()
            if row.backfill in days and waits_until(row, self.now) is None
        ]
        return sorted(rows, key=lambda row: (row.backfill or "", row.url), reverse=True)

    def lists(self) -> Iterator[ListVisit]:
        """Yield the lists to ask now: of the newest day that is not complete.

        For a paged list that is its next page, and of an index the sitemaps that it named.
        """
        for day in (day for day in self.days if day not in self._done):
            ways = self.reaches(day)
            if all(self._is_done(source, way, day) for source, way in ways):
                # what is known of a day does not grow less: a year is not gone through at each step
                self._done.add(day)
                continue
            visits = [
                visit
                for source, way in ways
                if (visit := self._next(source, way, day)) and visit.url not in self.asked
            ]
            if visits:
                yield from visits
                return

    def is_left(self) -> bool:
        """Return whether a run would find anything to ask now."""
        return bool(self.waiting()) or any(True for _ in self.lists())

    def left(self) -> list[date]:
        """Return the reachable days whose lists are not all answered, or whose articles wait."""
        waiting = {row.backfill for row in self.state.waiting.values()}
        return [
            day
            for day in self.days
            if f"{day}" in waiting or (day not in self._done and self._is_open(day))
        ]

    def _is_open(self, day: date) -> bool:
        ways = self.reaches(day)
        return not all(self._is_done(source, way, day) for source, way in ways)

    def _next(self, source: Source, way: DayReach, day: date) -> ListVisit | None:
        if self._is_done(source, way, day):
            return None
        if way is DayReach.PAGES:
            return self._next_page(source, day)
        if way is DayReach.NEWEST:
            return self._ask(source, source.url, day)
        if not is_day_archive(source):
            return self._next_child(source, day)
        url = day_url(source.url, day)
        if "{page}" not in url:
            return self._ask(source, url, day)
        read = sum(row.why is Why.FETCHED for row in self._of_day(source, day))
        return self._ask(source, page_url(url, read + 1), day, page=read + 1)

    def _ask(
        self, source: Source, url: str, day: date, *, page: int | None = None
    ) -> ListVisit | None:
        last = self.state.lists.get(source.url, {}).get(url)
        if last and last.why is not Why.FETCHED and waits_until(last, self.now):
            return None
        return ListVisit(source, url, day, day, page)

    def _is_done(self, source: Source, way: DayReach, day: date) -> bool:
        """Return whether all that `source` lists of `day` is known."""
        if way is DayReach.NEWEST:
            return source.url in self.asked
        if way is DayReach.PAGES or not is_day_archive(source):
            return self.state.is_complete(source.url, day)
        rows = self._of_day(source, day)
        answers = [row for row in rows if row.why is Why.FETCHED and row.at >= end_of(day)]
        if "{page}" in source.url:
            return any(SourceFault.LIST_END in row.faults for row in answers)
        return bool(answers)

    def _of_day(self, source: Source, day: date) -> list[Fetch]:
        return self.state.marked(source.url, f"{day}")

    # -- the sitemaps of an index

    def _next_child(self, source: Source, day: date) -> ListVisit | None:
        for row in self.state.lists.get(source.url, {}).values():
            first, last = days_of(row.backfill or f"{day}")
            is_open = row.url != source.url and row.why is not Why.FETCHED
            if is_open and first <= day <= last and row.url not in self.asked:
                if waits_until(row, self.now) is None:
                    return ListVisit(source, row.url, first, last)
                return None
        index = self.state.lists.get(source.url, {}).get(source.url)
        if index and index.why is Why.FETCHED and index.at >= end_of(day):
            first, last = days_of(index.backfill or "")
            if first <= day <= last:
                return None
        if waits_until(index, self.now):
            return None
        return ListVisit(source, source.url, min(self.days), max(self.days))

    # -- the pages of a list

    def pages(self, source: Source) -> dict[int, PageFacts]:
        """Return what is known of the pages of a list, by their numbers."""
        version, pages = self._pages.get(source.url, (-1, {}))
        if version != self.state.version:
            pages = self._read_pages(source)
            self._pages[source.url] = (self.state.version, pages)
        return pages

    def forget(self, source: Source, page: int) -> None:
        """Forget a page of a list, so that it is asked again."""
        url = page_url(source.url, page)
        self.asked.discard(url)
        self.state.lists.get(source.url, {}).pop(url, None)
        self.state.version += 1

    def _read_pages(self, source: Source) -> dict[int, PageFacts]:
        before, _, after = source.url.partition("{page}")
        number = re.compile(rf"{re.escape(before)}(\d{{1,6}}){re.escape(after)}")
        found = {}
        for url, row in self.state.lists.get(source.url, {}).items():
            match = number.fullmatch(url)
            end = SourceFault.LIST_END in row.faults
            if match and (end or row.why is Why.FETCHED):
                first, last = days_of(row.backfill or f"{self.today}")
                found[int(match[1])] = PageFacts(first - timedelta(days=1), last, row.at, end)
        return found

    def _is_before_end(self, source: Source, day: date) -> bool:
        """Return whether a paged list has been read to its end, and ends after `day`."""
        if not is_paged(source):
            return False
        pages = self.pages(source)
        ends = [
            number
            for number, page in pages.items()
            if page.is_end and self.now - page.at < _STALE and number - 1 in pages
        ]
        return any(day < pages[end - 1].oldest for end in ends) or (
            1 in pages and pages[1].is_end and self.now - pages[1].at < _STALE
        )

    def _next_page(self, source: Source, day: date) -> ListVisit | None:
        """Return the page to read next so that all of `day` is seen."""
        pages = self.pages(source)
        # In front of what an earlier run has read, today's list has grown.
        fresh = [n for n in pages if day < self.today or self._is_asked(source, n)]
        ahead = max((n for n in fresh if _is_ahead(pages, n, day)), default=0)
        beyond = min((n for n in self._old_enough(source, pages, day) if n > ahead), default=None)
        number = _between(ahead, beyond, self._distance(pages, ahead, day))
        if number is None and beyond and ahead and pages[beyond].at < pages[ahead].at:
            # Read before the page that it follows: what was added in front meanwhile lies between.
            number = beyond
            self.forget(source, beyond)
        if number is None:
            return None
        url = page_url(source.url, number)
        last = self.state.lists.get(source.url, {}).get(url)
        if last and last.why is not Why.FETCHED and waits_until(last, self.now):
            return None
        return ListVisit(source, url, day, day, number)

    def _old_enough(
        self, source: Source, pages: dict[int, PageFacts], day: date
    ) -> Collection[int]:
        """Return the pages that end before `day`, or lie behind the end of the list."""
        return [
            number
            for number, page in pages.items()
            if (page.is_end or page.oldest <= day)
            and not _is_ahead(pages, number, day)
            and (
                self.now - page.at < _STALE if day < self.today else self._is_asked(source, number)
            )
        ]

    def _is_asked(self, source: Source, page: int) -> bool:
        return page_url(source.url, page) in self.asked

    def _distance(self, pages: dict[int, PageFacts], ahead: int, day: date) -> int:
        """Return how many pages behind `ahead` the day is to be expected."""
        if not ahead:
            return 1
        oldest = pages[ahead].oldest
        per_day = ahead / max(1, (self.today - oldest).days)
        return int(per_day * (oldest - day).days)


def _is_ahead(pages: dict[int, PageFacts], number: int, day: date) -> bool:
    """Return whether what is left of `day` stands behind a page.

    Of a page that ends within the day the pages before it must be known, up to where the day
    begins.
    """
    page = pages[number]
    # Before the first page there is nothing, though today it completes no day.
    while number > 1 and not page.is_end and page.oldest == day and page.last < day:
        before = pages.get(number - 1)
        # Read later than this one, it may end elsewhere: what was added in front moves it.
        if before is None or before.is_end or before.at > page.at:
            return False
        number, page = number - 1, before
    return not page.is_end and page.oldest >= day


def _between(ahead: int, beyond: int | None, distance: int) -> int | None:
    """Return the page to read next; None where the two are neighbours: all between is known."""
    if beyond is None:
        return ahead + (1 if distance <= _NEAR else distance)
    if beyond - ahead <= 1:
        return None
    return ahead + 1 if distance <= _NEAR else min(ahead + distance, (ahead + beyond + 1) // 2)


def in_days(days: Iterable[date]) -> str:
    """Return days in words, as stretches: "2026-11-01 to 2026-11-03, 2026-11-20"."""
    parts = (
        f"{first}" if first == last else f"{first} to {last}" for first, last in stretches(days)
    )
    return ", ".join(parts)


def require_reach(plan: BackfillPlan) -> None:
    """Raise UsageError where no source of the outlet reaches any of the days."""
    if len(plan.unreachable()) < len(plan.days):
        return
    names = "; ".join(f"{source.url} {_reach_in_words(source)}" for source, _ in plan.sources())
    raise UsageError(
        f"no source reaches {in_days(plan.days)}: {names or 'it has none'}; ask for newer days, or "
        "declare a list that goes back in `history` of the outlet's file"
    )


def _reach_in_words(source: Source) -> str:
    if is_paged(source):
        return "ends after these days"
    return "names the newest articles only"


def reaches_back(outlet: Outlet, day: date, today: date) -> bool:
    """Return whether a source of an outlet reaches a day, by its declaration alone."""
    declared = [*((source, False) for source in outlet.sources)]
    declared += [(source, True) for source in outlet.history]
    return any(reach_of(source, day, today, index=index) for source, index in declared)
