"""The KST day that a list, or the address of a link, states of an article. Pure, as all of formats.

Lists of articles write a day beside each title: whole ("2026.11.20 14:33"), without its century or
its year ("11-20 14:33"), as the time of today ("14:33"), or as its distance ("3시간 전"). Many
addresses begin with it, in folders or as the first digits of an id.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from lxml.html import HtmlElement

from processing.dates import SEOUL
from spiders.formats.links import Link

_FIRST_YEAR = 1990
_LEVELS = 6
"""Elements around an anchor, outwards, that may be its entry of a list."""
_DIGITS = re.compile(r"\d+")
_LONGEST = 80
"""Characters of a piece of text that is looked at: what is longer is a sentence, not a date."""
_IN_URL = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-/_.]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)"
)
_STRETCH = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/_.]?(?P<month>\d\d)?(?:[-/_.]?(?P<day>\d\d))?(?!\d)"
)
_WHOLE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)?\d\d)\s?[-./년]\s?(?P<month>\d{1,2})\s?[-./월]\s?(?P<day>\d{1,2})(?!\d)"
)
_YEARLESS = re.compile(
    r"(?P<month>\d{1,2})\s?[-./월]\s?(?P<day>\d{1,2})일?\.?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
)
_TODAY = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?|방금(?: 전)?|오늘|\d{1,2}\s?[분초]\s?전")
_HOURS = re.compile(r"\d{1,2}\s?시간\s?전")
_DAYS = re.compile(r"(?P<days>\d{1,2})\s?일\s?전|(?P<yesterday>어제)")
_PARTS = re.compile(r"\s*[|ㅣ·•,/]\s+|\s{2,}")
_CAPTIONS = re.compile(r"^(?:입력|승인|등록|작성|발행|수정)(?:일시?|시간)?\s?:?\s?")


def day_of(link: Link, today: date) -> date | None:
    """Return the day on which an article was published, by what its list or its address states.

    A time of change counts last: it may be much later. None where nothing states a day; a day that
    is still to come counts as none.
    """
    if link.published:
        return link.published.at.astimezone(SEOUL).date()
    stated = day_in_url(link.url, today) or (day_in_text(link.dated, today) if link.dated else None)
    if stated is None and link.modified:
        return link.modified.at.astimezone(SEOUL).date()
    return stated


def day_in_url(url: str, today: date) -> date | None:
    """Return the day with which a folder or an id in `url` begins; None where there is none."""
    days = (_day(match["year"], match["month"], match["day"]) for match in _IN_URL.finditer(url))
    return next((day for day in days if day and day <= today), None)


def stretch_in_url(url: str) -> tuple[date, date] | None:
    """Return the day, month or year that the address of a sitemap names, as its first and last day.

    Of several the last counts: folders name the year, the file its month.
    """
    stretches = [stretch for match in _STRETCH.finditer(url) if (stretch := _stretch(match))]
    return stretches[-1] if stretches else None


def day_in_text(text: str, today: date) -> date | None:
    """Return the day that a piece of a list's text states; None where it is no date."""
    if len(text) > _LONGEST:
        return None
    whole = _WHOLE.search(text)
    if whole:
        year = whole["year"] if len(whole["year"]) > 2 else f"20{whole['year']}"  # noqa: PLR2004
        day = _day(year, whole["month"], whole["day"])
        return day if day and day <= today else None
    parts = (_CAPTIONS.sub("", part.strip()) for part in _PARTS.split(text.strip()))
    return next((day for part in parts if (day := _short(part, today))), None)


def is_date(text: str) -> bool:
    """Return whether a piece of a list's text is a date."""
    return len(text) <= _LONGEST and day_in_text(text, date.max) is not None


def date_beside(anchor: HtmlElement) -> str | None:
    """Return the date that stands in an anchor's entry of a list, as it is written there.

    The entry is the largest element around the anchor without a link to another article, which is
    one whose address differs in its digits alone.
    """
    href = (anchor.get("href") or "").strip()
    form = _DIGITS.sub("0", href)
    entry, parent = anchor, anchor.getparent()
    for _ in range(_LEVELS):
        if parent is None:
            break
        others = ((a.get("href") or "").strip() for a in parent.iter("a"))
        if any(other != href and _DIGITS.sub("0", other) == form for other in others):
            break
        entry, parent = parent, parent.getparent()
    return next((text for text in _texts(entry) if is_date(text)), None)


def _texts(entry: HtmlElement) -> Iterator[str]:
    """Yield the texts of an entry, without those of its anchors: titles have dates too."""
    for element in entry.iter("*"):
        texts = [element.tail] if element.tag == "a" else [element.text, element.tail]
        for text in texts if element is not entry else texts[:1]:
            if line := " ".join((text or "").split()):
                yield line


def _short(text: str, today: date) -> date | None:
    """Return the day of a date without a year, which is the newest such day that is not to come."""
    if _TODAY.fullmatch(text) or _HOURS.fullmatch(text):
        # an entry some hours old may be of yesterday: the later day asks for one page more
        return today
    distant = _DAYS.fullmatch(text)
    if distant:
        return today - timedelta(days=int(distant["days"] or 1))
    match = _YEARLESS.fullmatch(text)
    if match is None:
        return None
    days = (_day(str(today.year - back), match["month"], match["day"]) for back in (0, 1))
    return next((day for day in days if day and day <= today), None)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year >= _FIRST_YEAR else None


def _stretch(match: re.Match[str]) -> tuple[date, date] | None:
    if match["day"]:
        day = _day(match["year"], match["month"], match["day"])
        return (day, day) if day else None
    first = _day(match["year"], match["month"] or "1", "1")
    if first is None:
        return None
    if match["month"] is None:
        return first, first.replace(month=12, day=31)
    following = first.replace(day=28) + timedelta(days=4)
    return first, following - timedelta(days=following.day)
