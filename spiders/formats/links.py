"""What a source lists: values that discovery returns and the spider acts on.

Moments as feeds and sitemaps write them: what `parse_moment` reads, after repairing two habits of Korean feeds.

노컷뉴스 writes the month of an RFC 822 date as a number ("27 09 2026 08:10:00 +0900"), others name the zone KST, which
RFC 822 does not know.
"""

import re
from dataclasses import dataclass
from typing import Literal

from processing.dates import parse_moment
from processing.records import Stamp


@dataclass(frozen=True, slots=True)
class Link:
    """One link as its source announced it, escapes undone and made absolute, otherwise untouched.

    `text` is the article's text as HTML where the source carries all of it (a full-text feed), else None.
    """

    url: str
    title: str | None = None
    published: Stamp | None = None
    modified: Stamp | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that a sitemap index names."""

    url: str
    modified: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """All that one source listed, in its order and without repeats.

    `problem` says what is wrong with the source, None if nothing; links may be there all the same. `whole` is False
    where the document broke off or was over a limit, so that its end may be missing.
    """

    links: tuple[Link, ...] = ()
    children: tuple[Child, ...] = ()
    problem: str | None = None
    whole: bool = True


_NUMERIC_MONTH = re.compile(r"\b(\d{1,2})[ -](\d{1,2})[ -](\d{4})\b")
_KST = re.compile(r"\bKST\b", re.IGNORECASE)


def stamp(text: str | None, source: Literal["feed", "sitemap"]) -> Stamp | None:
    """Return the moment that `text` states, None where it states none that exists in the calendar."""
    repaired = _KST.sub("+0900", _NUMERIC_MONTH.sub(r"\3-\2-\1", (text or "").strip()))
    found = parse_moment(repaired)
    if found is None:
        return None
    return Stamp(
        at=found.at, source=source, precision=found.precision, zone_assumed=found.zone_assumed
    )
