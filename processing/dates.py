"""Moments that Korean pages state: ISO 8601, `입력 2024.07.29 07:01`, `2024.01.22. 오후 11:01`, `24-07-29 07:01`.

English editions write `Oct. 3, 2026 4:20 p.m.` and `3 October 2026 - 16:20`.

A stamp without an offset is Seoul time, and says that this was assumed. A day without a time is midnight with
precision "day". Nothing here knows what time it is now.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")

Precision = Literal["second", "minute", "day"]

_DAY = (
    r"(?<![\d.,/-])(?<!\d:)(?P<year>(?:19|20)\d\d|\d\d)\s?(?P<cut>[-./년])\s?(?P<month>\d{1,2})"
    r"\s?[-./월]\s?(?P<day>\d{1,2})(?!\d)\s?[일.]?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
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
    r"(?:[:시]\s?(?P<minute>\d{2})|시\s?(?P<said>\d)(?=분)|시(?!\d))"
    r"(?:\s?[:분]\s?(?P<second>\d{2})(?:[.,]\d+)?)?\s*분?초?\s*(?P<after>AM|PM|am|pm)?\s*"
    r"(?P<zone>Z\b|UTC|GMT|KST|[+-]\d{2}:?\d{2}\b)?)?"
)
_STAMP = re.compile(_DAY + _WEEKDAY + _TIME)
_DIGITS = re.compile(
    r"^(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?(?:\d{3})?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?$"
)
_EPOCH = re.compile(r"^1\d{9}(?:\d{3})?$")
_CENTURY = 2000
_NOON = 12


class Moment(NamedTuple):
    """A parsed moment: aware, how precise, and whether its zone had to be assumed."""

    at: datetime
    precision: Precision
    zone_assumed: bool


def moments(text: str) -> list[tuple[int, int, Moment]]:
    """Return every moment in running text with where it begins and ends, in reading order."""
    found = (
        (match.start(), match.end(), _moment(match)) for match in _STAMP.finditer(_in_numbers(text))
    )
    return [(start, end, moment) for start, end, moment in found if moment]


def parse_moment(text: str) -> Moment | None:
    """Return the moment that `text` begins with or is, or None where it is none."""
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
    """Write English dates and halves of the day in numbers.

    Every character of `text` keeps its place.
    """
    text = _TIME_FIRST.sub(
        lambda found: f"{found[4]}-{_number(found[2])}-{int(found[3]):02} {found[1]}".ljust(
            len(found[0])
        ),
        text,
    )
    text = _MONTH_FIRST.sub(lambda found: _day(found, found[1], found[2]), text)
    text = _DAY_FIRST.sub(lambda found: _day(found, found[2], found[1]), text)
    return _HALF.sub(r"\1\2m  ", text)


def _day(found: re.Match[str], month: str, day: str) -> str:
    return f"{found[3]}-{_number(month)}-{int(day):02}".ljust(len(found[0]))


def _number(month: str) -> str:
    return f"{_MONTHS.index(month.lower()) + 1:02}"


def _rfc_5322(text: str) -> Moment | None:
    """Read what else the form of feeds allows: two-digit years, named American zones."""
    try:
        stated = parsedate_to_datetime(text)
        assumed = stated.tzinfo is None
        at = stated.replace(tzinfo=SEOUL) if assumed else stated.astimezone(SEOUL)
    except (ValueError, IndexError, TypeError, OverflowError):  # or beyond what a zone can shift
        return None
    return Moment(at, "second", assumed)


def _moment(match: re.Match[str]) -> Moment | None:
    part = match.groupdict()
    year = int(part["year"])
    zone = _zone(part.get("zone"))
    try:
        at = datetime(
            year if year > 99 else _CENTURY + year,  # noqa: PLR2004 (two digits mean this century)
            int(part["month"]),
            int(part["day"]),
            _hour(part),
            int(part["minute"] or part.get("said") or 0),
            int(part["second"] or 0),
            tzinfo=zone or SEOUL,
        ).astimezone(SEOUL)
    except (ValueError, OverflowError):
        return None
    precision: Precision = "second" if part["second"] else "minute" if part["hour"] else "day"
    return Moment(at, precision, zone is None)


def _hour(part: dict[str, str | None]) -> int:
    hour = int(part["hour"] or 0)
    half = (part.get("half") or part.get("after") or "").lower()
    if half in {"오후", "pm"} and hour < _NOON:
        return hour + _NOON
    return 0 if half in {"오전", "am"} and hour == _NOON else hour


def _zone(name: str | None) -> timezone | None:
    if not name:
        return None
    if name in {"Z", "UTC", "GMT"}:
        return UTC
    if name == "KST":
        return timezone(timedelta(hours=9))
    digits = name[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if name[0] == "-" else offset) if offset < timedelta(hours=24) else None
