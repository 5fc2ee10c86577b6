"""What a request is for. It travels in `request.meta["visit"]` through redirects and retries.

Why a request was not sent, or its answer not taken: the exception that ends in a row of the fetch
log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

from processing.records import Fetch, Why
from spiders.outlet import Source

Reason = Literal["new", "changed", "revisit", "gap", "asked", "poll", "robots", "rendering"]
"""Why it is asked now: first sight, announced as changed, on schedule, missed before, by hand, a source, robots.txt, a
page that is rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One URL that this run asks for, and what is remembered of it.

    `canonical` and `article_id` are an article's identity. `rest` are the pages of a listing still
    to be asked.
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


class ReadingInterruptedError(BaseException):
    """A signal came while foreign bytes were being read: no `except Exception` on the way may answer it."""


class Refusal(IgnoreRequest):
    """A middleware ended a visit.

    `why`, `detail` and the status of a redirect go into the fetch log.

    A failure is not `counted` against the page where the page was not asked: its host is closed, or
    we are stopping.
    """

    def __init__(
        self, why: Why, detail: str, *, status: int | None = None, counted: bool = True
    ) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.status = status
        self.counted = counted
