"""Days in running text: "{d}" is the day on which the original appeared, so that a text fits whatever the epoch is."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from infra.press.articles import Story

_TOKEN = re.compile(r"\{(?P<what>d|md|t)(?P<days>[+-]\d+)?\}")
_HOURS = ((6, "새벽"), (12, "오전"), (18, "오후"), (24, "밤"))
_EVENT_BEFORE = timedelta(minutes=20)


def dated(story: Story, epoch: datetime) -> Story:
    """Return the story with its days filled in.

    "{d}" is the day of the month ("22일"), "{d-1}" the day before, "{md}" has the month too ("11월 22일"), "{t}" is
    the part of the day some minutes before publication ("오전"). A reprint keeps the days of its original.
    """
    moment = epoch + timedelta(minutes=story.anchor)

    def fill(text: str) -> str:
        return _TOKEN.sub(lambda found: _word(found, moment), text)

    return replace(
        story,
        title=fill(story.title),
        subtitle=tuple(map(fill, story.subtitle)),
        paragraphs=tuple(map(fill, story.paragraphs)),
        captions=tuple(map(fill, story.captions)),
    )


def _word(found: re.Match[str], moment: datetime) -> str:
    if found["what"] == "t":
        hour = (moment - _EVENT_BEFORE).hour
        return next(word for end, word in _HOURS if hour < end)
    day = moment + timedelta(days=int(found["days"] or 0))
    return f"{day.month}월 {day.day}일" if found["what"] == "md" else f"{day.day}일"
