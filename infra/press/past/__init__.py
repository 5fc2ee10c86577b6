"""Outlets of the sample press that have a past: one for each way in which a list goes back in time.

They are served and declared where `SILLOK_PRESS_PAST` says how much of it there is, as DAYSxARTICLES:
"365x400" is a year of 400 articles a day. The six outlets of the press are served beside them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from processing.dates import SEOUL

VARIABLE = "SILLOK_PRESS_PAST"
FIRST_DAY = 700_000
"""The day from which articles are counted, as a proleptic Gregorian ordinal: a day of 1917."""


@dataclass(frozen=True, slots=True)
class PastArticle:
    """One article: its number, which only grows, and its place within its day."""

    day: date
    place: int
    a_day: int

    @property
    def number(self) -> int:
        """A number as boards give it, without a date in it."""
        return (self.day.toordinal() - FIRST_DAY) * self.a_day + self.place

    @property
    def stamp(self) -> datetime:
        """When it appeared: spread over its day, up to the small hours of which it never is."""
        seconds = (6 * 3600) + (self.place * 17 * 3600) // self.a_day
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=SEOUL) + timedelta(
            seconds=seconds
        )


@dataclass(frozen=True, slots=True)
class Past:
    """How many days there are, up to yesterday, and how many articles each has."""

    days: int
    a_day: int

    @property
    def count(self) -> int:
        return self.days * self.a_day

    def of_day(self, day: date, today: date) -> list[PastArticle]:
        """Return the articles of a day, the newest first."""
        if not 1 <= (today - day).days <= self.days:
            return []
        return [PastArticle(day, place, self.a_day) for place in range(self.a_day - 1, -1, -1)]

    def page(self, number: int, size: int, today: date) -> list[PastArticle]:
        """Return one page of all articles, the newest first; pages are counted from 1."""
        first = (number - 1) * size
        return list(self._between(first, min(first + size, self.count), today))

    def _between(self, first: int, last: int, today: date) -> Iterator[PastArticle]:
        for index in range(first, last):
            back, place = divmod(index, self.a_day)
            yield PastArticle(today - timedelta(days=back + 1), self.a_day - 1 - place, self.a_day)


def past() -> Past | None:
    """Return how much past there is; None where there is none."""
    days, _, a_day = os.environ.get(VARIABLE, "").partition("x")
    return Past(int(days), int(a_day)) if days.isdigit() and a_day.isdigit() else None
