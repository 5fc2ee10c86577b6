"""Parses the dates and times that Korean pages state.

ISO 8601, `입력 2024.07.29 07:01`, `2024.01.22. 오후 11:01`, `24-07-29 07:01`; in English editions
`Oct. 3, 2026 4:20 p.m.` and `3 October 2026 - 16:20`. A time without an offset is Seoul time, and
the result says that this was assumed. A day without a time is midnight with precision "day".
Nothing here knows what time it is now.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")

Precision = Literal["second", "minute", "day"]

# Nothing of a number or an address may stand before the year: no date begins inside one.
_DAY = (
    r"(?<![\d.,/-])(?<!\d:)(?P<year>(?:19|20)\d\d|\d\d)\s?(?P<cut>[-./년])\s?(?P<month>\d{1,2})"
    r"\s?[-./월]\s?(?P<day>\d{1,2})(?!\d)\s?[일.]?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# ASCII alone: without regard to case `sep` would match a long s, which is in no list of months.
_MONTH = rf"((?a:{'|'.join(_MONTHS)}))[a-z]{{0,6}}\.?"
_DAY_FIRST = re.compile(
    rf"(?<![\w.])(\d{{1,2}})(?:st|nd|rd|th)?\s{_MONTH},?\s((?:19|20)\d\d)(?:\sat(?=\s\d))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?<![\w.]){_MONTH}\s?(\d{{1,2}})(?:st|nd|rd|th)?(?:,\s?|\s)((?:19|20)\d\d)(?:\sat(?=\s\d))?",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(
    rf"(?<![\d:])(\d{{1,2}}:\d\d),?\s{_MONTH}\s(\d{{1,2}}),?\s((?:19|20)\d\d)(?!,?\s\d)",
    re.IGNORECASE,
)
_HALF = re.compile(r"(?<=\d)(\s?)([ap])\.m\.", re.IGNORECASE)
_WEEKDAY = r"(?:\s*[(\[]?[월화수목금토일](?:요일)?[)\]]?)?"
_TIME = (
    r"(?:\s*[T,|(\[ㅣ│·/@–-]?\s*(?P<half>오전|오후|AM|PM|am|pm)?\s*(?P<hour>\d{1,2})\s?"
    r"(?:[:시]\s?(?P<minute>\d{2})|시\s?(?P<short>\d)(?=분)|시(?!\d))"
    r"(?:\s?[:분]\s?(?P<second>\d{2})(?:[.,]\d+)?)?\s*분?초?\s*(?P<after>AM|PM|am|pm)?\s*"
    r"(?P<zone>Z\b|UTC|GMT|KST|[+-]\d{2}:?\d{2}\b)?)?"
)
_STAMP = re.compile(_DAY + _WEEKDAY + _TIME)
_DIGITS = re.compile(
    r"^(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?(?:\d{3})?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?$"
)
# Seconds or milliseconds since 1970 that begin with 1: from 2001 to 2033.
_EPOCH = re.compile(r"^1\d{9}(?:\d{3})?$")
_CENTURY, _TWO_DIGITS = 2000, 100
_NOON = 12


class Moment(NamedTuple):
    """An aware datetime in Seoul time, its precision, and whether its zone had to be assumed."""

    at: datetime
    precision: Precision
    zone_assumed: bool


def moments(text: str) -> list[tuple[int, int, Moment]]:
    """Return each moment in `text` as (start, end, moment), in reading order."""
    matches = _STAMP.finditer(_in_numbers(text))
    return [(match.start(), match.end(), moment) for match in matches if (moment := _moment(match))]


def parse_moment(text: str) -> Moment | None:
    """Return the first moment in the first 80 characters of `text`, or None."""
    text = text.strip()[:80]
    if match := _DIGITS.match(text):
        return _moment(match)
    if _EPOCH.match(text):
        seconds = int(text[:10])
        return Moment(
            datetime.fromtimestamp(seconds, UTC).astimezone(SEOUL), "second", zone_assumed=False
        )
    if match := _STAMP.search(_in_numbers(text)):
        return _moment(match)
    return _rfc_5322(text)


def _in_numbers(text: str) -> str:
    """Return `text` with English dates and halves of the day written in numbers."""
    plain = text.lower()
    if not any(month in plain for month in _MONTHS):
        return _HALF.sub(r"\1\2m  ", text) if ".m." in plain else text
    # Padded to the old length, so that positions in the result are positions in `text`.
    text = _TIME_FIRST.sub(
        lambda match: f"{match[4]}-{_number(match[2])}-{int(match[3]):02} {match[1]}".ljust(
            len(match[0])
        ),
        text,
    )
    text = _MONTH_FIRST.sub(lambda match: _day(match, match[1], match[2]), text)
    text = _DAY_FIRST.sub(lambda match: _day(match, match[2], match[1]), text)
    return _HALF.sub(r"\1\2m  ", text)


def _day(match: re.Match[str], month: str, day: str) -> str:
    return f"{match[3]}-{_number(month)}-{int(day):02}".ljust(len(match[0]))


def _number(month: str) -> str:
    return f"{_MONTHS.index(month.lower()) + 1:02}"


def _rfc_5322(text: str) -> Moment | None:
    """Return a date of RFC 5322 in a form that is not covered above.

    Years of two digits and names of American zones, as feeds write them.
    """
    try:
        stated = parsedate_to_datetime(text)
        assumed = stated.tzinfo is None
        at = stated.replace(tzinfo=SEOUL) if assumed else stated.astimezone(SEOUL)
    # OverflowError: a date at the end of what a datetime can hold, shifted by its zone.
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return Moment(at, "second", assumed)


def _moment(match: re.Match[str]) -> Moment | None:
    part = match.groupdict()
    year = int(part["year"])
    # Two digits mean this century.
    year += _CENTURY if year < _TWO_DIGITS else 0
    zone = _zone(part.get("zone"))
    try:
        at = datetime(
            year,
            int(part["month"]),
            int(part["day"]),
            _hour(part),
            int(part["minute"] or part.get("short") or 0),
            int(part["second"] or 0),
            tzinfo=zone or SEOUL,
        ).astimezone(SEOUL)
    except (ValueError, OverflowError):
        return None
    return Moment(at, _precision(part), zone is None)


def _precision(part: dict[str, str | None]) -> Precision:
    if part["second"]:
        return "second"
    return "minute" if part["hour"] else "day"


def _hour(part: dict[str, str | None]) -> int:
    """Return the hour of the day, 0 to 23; `오전 12` is midnight."""
    hour = int(part["hour"] or 0)
    text = (part.get("half") or part.get("after") or "").lower()
    if text in {"오후", "pm"} and hour < _NOON:
        return hour + _NOON
    return 0 if text in {"오전", "am"} and hour == _NOON else hour


def _zone(text: str | None) -> timezone | None:
    """Return the stated zone; None without one, and for an offset of a day or more."""
    if not text:
        return None
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    if text == "KST":
        return timezone(timedelta(hours=9))
    value = text[1:].replace(":", "")
    offset = timedelta(hours=int(value[:2]), minutes=int(value[2:]))
    return timezone(-offset if text[0] == "-" else offset) if offset < timedelta(hours=24) else None
