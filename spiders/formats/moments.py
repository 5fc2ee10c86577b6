"""Moments as feeds and sitemaps write them: what `parse_moment` reads, after repairing two habits of Korean feeds.

노컷뉴스 writes the month of an RFC 822 date as a number ("27 09 2026 08:10:00 +0900"), others name the zone KST, which
RFC 822 does not know.
"""

import re
from typing import Literal

from processing.reading.dates import parse_moment
from processing.records import Stamp

_NUMERIC_MONTH = re.compile(r"\b(\d{1,2})[ -](\d{1,2})[ -](\d{4})\b")
_KST = re.compile(r"\bKST\b", re.IGNORECASE)


def stamp(text: str | None, source: Literal["feed", "sitemap"]) -> Stamp | None:
    """Return the moment that `text` states, None where it states none that exists in the calendar."""
    repaired = _KST.sub("+0900", _NUMERIC_MONTH.sub(r"\3-\2-\1", (text or "").strip()))
    found = parse_moment(repaired)
    if found is None:
        return None
    return Stamp(at=found.at, source=source, precision=found.precision, zone_assumed=found.zone_assumed)
