"""The clock of the sample press: when stories appear, and which days their texts name.

"{d}" in a text is the day on which the original appeared, so that a text fits whatever the epoch
is.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from infra.press.articles import Story

_TOKEN = re.compile(r"\{(?P<what>d|md|t)(?P<days>[+-]\d+)?\}")
_HOURS = ((6, "새벽"), (12, "오전"), (18, "오후"), (24, "밤"))
# A report names the part of the day in which something happened, and that was some minutes before
# it appeared: at 12:10 it still says 오전.
_EVENT_BEFORE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class PressClock:
    """The epoch of the press, and the moment at which what it does later happened."""

    epoch: datetime
    later: datetime

    def published(self, story: Story) -> datetime:
        """Return when the story appeared."""
        return self.later if story.phase else self.epoch + timedelta(minutes=story.minutes)

    def modified(self, story: Story) -> datetime | None:
        """Return when the story says that it was edited, or None."""
        return self.later if story.restated else None

    def day(self) -> dict[str, str]:
        """Return the fields of a path that names the day of the epoch."""
        return {"yyyy": f"{self.epoch:%Y}", "mm": f"{self.epoch:%m}", "dd": f"{self.epoch:%d}"}


def dated(story: Story, times: PressClock) -> Story:
    """Return the story with its days filled in.

    "{d}" is the day of the month ("22일"), "{d-1}" the day before, "{md}" has the month too ("11월
    22일"), "{t}" is the part of the day some minutes before publication ("오전"). A reprint keeps the
    days of its original.
    """
    moment = times.later if story.phase else times.epoch + timedelta(minutes=story.anchor)

    def fill(text: str) -> str:
        return _TOKEN.sub(lambda match: _word(match, moment), text)

    return replace(
        story,
        title=fill(story.title),
        subtitle=tuple(map(fill, story.subtitle)),
        paragraphs=tuple(map(fill, story.paragraphs)),
        captions=tuple(map(fill, story.captions)),
    )


def _word(match: re.Match[str], moment: datetime) -> str:
    if match["what"] == "t":
        hour = (moment - _EVENT_BEFORE).hour
        return next(word for end, word in _HOURS if hour < end)
    day = moment + timedelta(days=int(match["days"] or 0))
    return f"{day.month}월 {day.day}일" if match["what"] == "md" else f"{day.day}일"
