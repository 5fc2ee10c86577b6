"""What a request is for. It travels in `request.meta["visit"]` through redirects and retries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from scrapy.http import Request

from processing.records import Fetch
from spiders.outlet import Source

Reason = Literal["new", "changed", "revisit", "gap", "asked", "poll", "robots", "rendering"]
"""Why it is asked now: first sight, announced as changed, on schedule, missed before, by hand, a source, robots.txt, a
page that is rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One URL that this run asks for, and what is remembered of it.

    `canonical` and `article_id` are an article's identity. `rest` are the pages of a listing still to be asked.
    """

    role: Literal["article", "source", "robots", "part"]
    url: str
    reason: Reason
    canonical: str | None = None
    article_id: str | None = None
    announced_by: str | None = None
    announced_at: datetime | None = None
    last: Fetch | None = None
    source: Source | None = None
    rest: tuple[str, ...] = ()


def visit_of(request: Request) -> Visit:
    """Return what `request` is for."""
    return cast("Visit", request.meta["visit"])
