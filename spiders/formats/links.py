"""What a source lists: elements, entries, links and the times that feeds and sitemaps state.

Elements are those of RSS 2.0 (rssboard.org), RSS 1.0 (RDF Site Summary), Atom (RFC 4287), Dublin
Core, sitemaps.org 0.9 and Google News 0.9. Times are read by `parse_moment`, after zones and months
that it does not know were rewritten.

노컷뉴스 writes the month of an RFC 822 date as a number ("27 09 2026 08:10:00 +0900"), Java writes it
in Korean ("27 9월 2026"), JavaScript puts the zone behind a name ("GMT+0900 (KST)"), C puts the year
last ("KST 2026"). A zone that is stated is read, whatever its spelling; only where none is stated
Seoul is assumed, and the stamp says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

from lxml import etree

from processing.dates import SEOUL, Moment, parse_moment
from processing.records import SourceFault, SourceFinding, Stamp

_LONGEST_DATE = 120
"""Characters of a date that are looked at."""
_NUMERIC_MONTH = re.compile(r"\b(\d{1,2})[ -](\d{1,2})[ -](\d{4})\b")
_KOREAN_MONTH = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})[ -](?P<month>1[0-2]|0?[1-9])월[ -](?P<year>\d{4})"  # 27 9월 2026
    r"|(?<!\d)(?P<first>1[0-2]|0?[1-9])월 ?(?P<then>\d{1,2}),? (?P<last>\d{4})"  # 9월 27, 2026
)
_YEAR_LAST = re.compile(
    r"^(?:[a-z]{3},? )?(?P<month>[a-z]{3}) +(?P<day>\d{1,2}) "
    r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?) (?P<zone>[a-z+:0-9]* ?)"
    r"(?P<year>\d{4})$",
    re.IGNORECASE,
)
"""The form of asctime and `date`: "Sun Sep 27 19:03:20 KST 2026"."""
_HOURS = {
    "z": 0,
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "kst": 9,
    "jst": 9,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}
"""Zones by name: those of RFC 822 §5, and of Korea and Japan."""
_ZONE = re.compile(
    r"(?<=\d)\s*(?:"
    # GMT+0900, +09:00, UTC+9, +00
    rf"(?:(?:gmt|utc?)\s?)?(?P<sign>[+-])(?P<hours>\d{{1,2}}):?(?P<minutes>\d{{2}})?"
    # ASCII alone: without regard to case `kst` would match a long s, which is in no name.
    rf"|(?P<name>(?a:{'|'.join(sorted(_HOURS, key=len, reverse=True))}))"
    r")(?:\s?(?:\([^()]{0,60}\)|\[[^\[\]]{0,60}\]))?\s*$",
    re.IGNORECASE,
)
_ISO = re.compile(r"[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$")
"""What needs no repair: most sitemaps write it (W3C date and time, RFC 3339)."""
_YEAR_OF_NONE = re.compile(r"(?:^|\s)0\d{3}(?=[-./년])|[a-z]{3}\.? 0\d{3}\b", re.IGNORECASE)
"""A year before 1000: what a field without a value becomes (0001-01-01), and not 2001."""
_HAS_TIME = re.compile(r"\d:\d\d|^\d{12}")


@dataclass(frozen=True, slots=True)
class Link:
    """One link as its source announced it, escapes undone and made absolute, otherwise untouched.

    `text` is the article's text as HTML where the source carries all of it (a full-text feed), else
    None. `dated` is what a page that lists articles writes as the date of this one, as it stands
    there.
    """

    url: str
    title: str | None = None
    published: Stamp | None = None
    modified: Stamp | None = None
    text: str | None = None
    dated: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that a sitemap index names."""

    url: str
    modified: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """All that one source listed, in its order and without repeats.

    `findings` say what is wrong with the document; links may be there all the same. `whole` is
    False where the document broke off or was over a limit, so that its end may be missing.
    """

    links: tuple[Link, ...] = ()
    children: tuple[Child, ...] = ()
    findings: tuple[SourceFinding, ...] = ()
    whole: bool = True

    @property
    def problem(self) -> str | None:
        """What is wrong with the document in one line, None if nothing."""
        return in_words(self.findings)


def in_words(findings: tuple[SourceFinding, ...]) -> str | None:
    """Return findings in one line, each with its examples; None of none."""
    lines = (
        finding.detail + (f" ({', '.join(finding.examples)})" if finding.examples else "")
        for finding in findings
    )
    return "; ".join(lines) or None


def stamp(text: str | None, source: Literal["feed", "sitemap"]) -> Stamp | None:
    """Return the moment that `text` states; None where it states none, or no real date."""
    moment = _moment(" ".join((text or "")[:_LONGEST_DATE].split()))
    if moment is None:
        return None
    return Stamp(
        at=moment.at, source=source, precision=moment.precision, zone_assumed=moment.zone_assumed
    )


def _moment(text: str) -> Moment | None:
    if _ISO.match(text):
        return _iso(text)
    if not text or _YEAR_OF_NONE.search(text):
        return None
    last = _YEAR_LAST.match(text)
    if last:
        text = f"{last['day']} {last['month']} {last['year']} {last['time']} {last['zone']}"
    text = _NUMERIC_MONTH.sub(r"\3-\2-\1", _KOREAN_MONTH.sub(_in_numbers, text)).strip()
    zone = _ZONE.search(text)
    if zone is None or not _HAS_TIME.search(
        text[: zone.start()]
    ):  # the end of a bare day looks like an offset
        return parse_moment(text)
    local, offset = parse_moment(text[: zone.start()].replace("t", "T")), _offset(zone)
    return None if local is None or offset is None else _in_zone(local, offset)


def _iso(text: str) -> Moment | None:
    try:
        at = datetime.fromisoformat(text).replace(microsecond=0).astimezone(SEOUL)
    except (ValueError, OverflowError):  # no such day, or one beyond the calendar
        return None
    return Moment(at, "second", zone_assumed=False)


def _in_zone(local: Moment, offset: timezone) -> Moment | None:
    try:
        at = local.at.replace(tzinfo=offset).astimezone(SEOUL)
    except OverflowError:  # beyond the calendar
        return None
    return Moment(at, local.precision, zone_assumed=False)


def _in_numbers(match: re.Match[str]) -> str:
    year, month, day = (
        match["year"] or match["last"],
        match["month"] or match["first"],
        match["day"] or match["then"],
    )
    return f"{year}-{int(month):02}-{int(day):02}"


def _offset(zone: re.Match[str]) -> timezone | None:
    """Return the zone that is stated, None where none lies so far from Greenwich."""
    if zone["name"]:
        hours = _HOURS[zone["name"].lower()]
        return timezone(timedelta(hours=hours)) if hours else UTC
    offset = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"] or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if zone["sign"] == "-" else offset)


ROOTS = {
    "rss": "rss",
    "rdf": "RDF",
    "feed": "feed",
    "urlset": "urlset",
    "sitemapindex": "sitemapindex",
}
"""Root elements: name in lower case, and as written."""

STRUCTURE = frozenset({"channel", *ROOTS})
ENTRIES = frozenset({"item", "entry", "url", "sitemap"})
CONTAINERS = frozenset(
    {"source", "author", "contributor", "news", "publication", "image", "video", "group"}
)
"""Elements with elements of their own, which are not those of the entry."""

FIELDS = frozenset(
    {
        *("title", "link", "guid", "id", "origlink"),
        *("pubdate", "published", "updated", "modified", "date", "issued", "created"),
        *(
            "description",
            "summary",
            "content",
            "encoded",
            "category",
            "comments",
            "creator",
            "enclosure",
            "rights",
        ),
        *("loc", "lastmod", "changefreq", "priority"),
        *("publication_date", "name", "language", "keywords"),
    }
)
"""Elements that hold text, names in lower case."""

_FOREIGN_PREFIXES = frozenset(
    {
        "media",
        "itunes",
        "image",
        "video",
        "geo",
        "georss",
        "googleplay",
        "podcast",
        "slash",
        "thr",
        "wfw",
        "xhtml",
    }
)
_FOREIGN_NAMESPACES = (
    "http://search.yahoo.com/mrss",
    "http://www.itunes.com/",
    "http://www.google.com/schemas/sitemap-image/",
    "http://www.google.com/schemas/sitemap-video/",
    "http://www.w3.org/1999/xhtml",
    "http://purl.org/rss/1.0/modules/slash/",
    "http://purl.org/syndication/thread/",
    "http://wellformedweb.org/",
)


def is_foreign(prefix: str) -> bool:
    """Return whether a prefix (lower case) is one for pictures, podcasts or comments."""
    return prefix in _FOREIGN_PREFIXES


def name_of(element: etree._Element) -> str | None:
    """Return an element's name in lower case, without namespace or prefix.

    None where it is not about the entry.
    """
    return _name(str(element.tag))


@lru_cache(maxsize=512)
def _name(tag: str) -> str | None:
    namespace, _, name = tag.rpartition("}")
    prefix, _, local = name.rpartition(":")  # a prefix that nobody declared stays in the name
    if namespace.lstrip("{").startswith(_FOREIGN_NAMESPACES) or is_foreign(prefix.lower()):
        return None
    return local.lower()


_EXAMPLES = 3
_LONGEST_EXAMPLE = 80
"""Characters of an example, which comes from outside."""


@dataclass(slots=True)
class Listed:
    """The entries of one document.

    `without_address` counts entries without an address, `behind` those whose address is behind an
    empty element; `bad_dates` are dates that cannot be read.
    """

    links: list[Link] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    entries: int = 0
    without_address: int = 0
    behind: int = 0
    bad_dates: list[str] = field(default_factory=list)

    def add(self, link: Link | None) -> None:
        """Add an entry; None stands for one without an address."""
        self.entries += 1
        if link is None:
            self.without_address += 1
        else:
            self.links.append(link)

    def moment(self, text: str | None, source: str) -> Stamp | None:
        """Return the time that a feed or sitemap states; count it if it cannot be read."""
        moment = stamp(text, "sitemap" if source == "sitemap" else "feed")
        if moment is None and text and text.strip():
            self.bad_dates.append(text.strip())
        return moment

    def findings(self) -> Iterator[SourceFinding]:
        """Yield the findings about the entries."""
        if self.behind:
            detail = f"addresses behind an empty <link/>: {self.behind} of {self.entries}"
            yield SourceFinding(fault=SourceFault.DAMAGED, detail=detail)
        if self.without_address:
            detail = f"entries without an address: {self.without_address} of {self.entries}"
            yield SourceFinding(fault=SourceFault.NO_ADDRESS, detail=detail)
        if self.bad_dates:
            detail = f"dates that state no moment: {len(self.bad_dates)}"
            yield SourceFinding(
                fault=SourceFault.BAD_DATE, detail=detail, examples=examples(self.bad_dates)
            )
        if not (self.entries or self.children):
            yield SourceFinding(fault=SourceFault.LISTS_NOTHING, detail="it lists nothing")


def examples(texts: list[str]) -> tuple[str, ...]:
    """Return a few of these texts, each on one line and cut."""
    # more than are shown, because equal ones count once; not all, because a list may be long
    lines = dict.fromkeys(
        " ".join(text.split())[:_LONGEST_EXAMPLE] for text in texts[: 10 * _EXAMPLES]
    )
    return tuple(lines)[:_EXAMPLES]
