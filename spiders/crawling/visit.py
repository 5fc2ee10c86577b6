"""What a request is for, and the typed reasons for which its answer is not taken.

The visit travels in `request.meta["visit"]` through redirects and retries. Exceptions that are
raised here end in a row of the fetch log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from processing.records import Fetch, Reason, Why
from spiders.outlet import Source

VisitReason = Literal["new", "changed", "revisit", "gap", "asked", "poll", "robots", "rendering"]
"""Why a URL is requested now, in this order: seen for the first time, announced as changed, visited
on schedule, missed before, named by a person, a source, robots.txt, part of a rendered page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One URL that this crawl requests, and what is remembered of it.

    `canonical` and `article_id` are an article's identity. `rest` are the pages of a listing still
    to be asked.
    """

    role: Literal["article", "source", "robots", "part"]
    url: str
    reason: VisitReason
    canonical: str | None = None
    article_id: str | None = None
    announced_by: str | None = None
    announced_at: datetime | None = None
    last: Fetch | None = None
    source: Source | None = None
    rest: tuple[str, ...] = ()


def visit_of(request: Request) -> Visit:
    """Return the visit that `request` was made for."""
    return cast("Visit", request.meta["visit"])


@dataclass(frozen=True, slots=True)
class Gate:
    """A page that stands before the one that was requested: a block, a challenge or a login.

    `reason` is LOGIN for a login page and BLOCKED for all others; `evidence` is the marker.
    """

    reason: Reason
    evidence: str


def gate_of(message: Request | Response) -> Gate | None:
    """Return the gate that `middlewares.blocks` recognised in the answer, or None."""
    return cast("Gate | None", message.meta.get("gate"))


class ReadingInterruptedError(BaseException):
    """A signal came while a page was being read.

    A BaseException, because no `except Exception` on the way may swallow it.
    """


class TooLargeError(IgnoreRequest):
    """An answer's headers or body are over their limit; the message says which, with the figure."""


class Refusal(IgnoreRequest):
    """A middleware ended a visit.

    `why`, `detail` and the status of a redirect go into the fetch log.

    A failure is not `counted` against the page where the page was not requested: its host is
    cooling down, or the crawl is stopping.
    """

    def __init__(
        self, why: Why, detail: str, *, status: int | None = None, counted: bool = True
    ) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.status = status
        self.counted = counted
