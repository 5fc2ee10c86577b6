"""What a request is for, which spelling of an address comes next, and why an answer is not taken.

A visit travels in `request.meta["visit"]` through redirects and retries. An exception that is
raised here ends in a row of the fetch log.

Whoever can place a link on a page can spell an article's address so that it fails. So an article is
not judged by the first spelling: those that may be asked are tried in the order in which they were
met, until one gives the article.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from processing.records import Fetch, Reason, Why
from spiders.outlet import Source

VisitReason = Literal["new", "changed", "revisit", "gap", "asked", "poll", "robots", "rendering"]
"""Why a URL is requested now, in this order: seen for the first time, announced as changed, visited
on schedule, missed before, named by a person, a source, robots.txt, part of a rendered page."""
MOST_REQUESTS = 3
"""Spellings of one article that may cost a request each in one crawl.

What robots.txt refuses costs none.
"""
_MOST_KEPT = 50
"""Spellings of one article that are remembered while it is being asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One URL that this crawl requests, and what is remembered of it.

    `canonical` and `article_id` are an article's identity. `rest` are the pages of a listing still
    to be asked. Further pages carry the row `head` of the first one's last answer, and whether a
    page has `met` what was known then. A list that is read because another source missed something
    `catches_up`. `level` counts the sitemap indexes above a sitemap. `backfill` is that of the row in
    the fetch log: None outside of backfills.
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
    part_of: str | None = None
    head: Fetch | None = None
    met: bool = False
    catches_up: bool = False
    level: int = 0
    backfill: str | None = None


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


@dataclass(slots=True)
class _Article:
    met: list[str] = field(default_factory=list)
    tried: int = 0
    requests: int = 0
    ended: bool = False


class Spellings:
    """The spellings of the articles that one crawl asks for, by article id."""

    def __init__(self) -> None:
        self._articles: dict[str, _Article] = {}

    def begin(self, article: str, url: str) -> None:
        """Note that `url` is asked for `article`."""
        state = self._articles.setdefault(article, _Article())
        if url not in state.met:
            # Before those that wait: it is asked now, whatever was met earlier.
            state.met.insert(state.tried, url)
        state.tried = state.met.index(url) + 1
        state.ended = False

    def meet(self, article: str, url: str) -> bool:
        """Note another spelling of an article that is asked for.

        Return whether all before it have failed by now.

        Only then has the caller to ask it; otherwise `after_failure` returns it when its turn
        comes.
        """
        state = self._articles.get(article)
        if state is None or url in state.met or len(state.met) >= _MOST_KEPT:
            return False
        state.met.append(url)
        return state.ended and state.requests < MOST_REQUESTS

    def after_failure(self, article: str, *, requested: bool) -> str | None:
        """Return the spelling to ask after one that gave no article.

        None where there is none left to ask.
        """
        state = self._articles.get(article)
        if state is None:
            return None
        state.requests += requested
        if state.tried < len(state.met) and state.requests < MOST_REQUESTS:
            return state.met[state.tried]
        state.ended = True
        return None


def is_plainer(url: str, last: Fetch) -> bool:
    """Return whether `url` is worth asking though `last`, of another spelling, settled the article.

    Only a shorter spelling is.
    """
    # Otherwise two spellings that both lead nowhere would be asked in turns for ever.
    return last.outcome != "article" and len(url) < len(last.url)
