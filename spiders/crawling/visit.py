"""What a request is for, which spelling of an address comes next, and why an answer is not taken.

Block, challenge, consent and login pages are recognised whatever their status. Their markers are
those of the gate, never of its subject: an article about Cloudflare does not carry its challenge
script.

A visit travels in `request.meta["visit"]` through redirects and retries. An exception that is
raised here ends in a row of the fetch log.

Whoever can place a link on a page can spell an article's address so that it fails. So an article is
not judged by the first spelling: those that may be asked are tried in the order in which they were
met, until one gives the article.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast
from urllib.parse import urlsplit

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
    """Return the gate that the middleware `Blocks` recognised in the answer, or None."""
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


_LARGEST = 100_000
"""Bytes: gates are small; a page above that is not looked through."""
_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", ""),
    ("x-datadome", "protected"),
    ("x-sucuri-block", ""),
)
_BODY = re.compile(
    # Cloudflare: its challenge script and the titles of its pages.
    rb"/cdn-cgi/challenge-platform/"
    rb"|cf-browser-verification"
    rb"|<title>Just a moment\.\.\.</title>"
    rb"|<title>Attention Required! \| Cloudflare</title>"
    # Imperva, DataDome and AWS WAF.
    rb"|_Incapsula_Resource"
    rb"|captcha-delivery\.com"
    rb"|geo\.captcha-delivery"
    rb"|awsWafCookieDomainList"
    # Akamai: its challenge, and its refusal with a reference number.
    rb"|/_sec/cp_challenge/"
    rb"|<title>Access Denied</title>[\s\S]{0,2000}Reference"
    # HUMAN (PerimeterX), Sucuri and Distil.
    rb"|id=[\"']px-captcha"
    rb"|sucuri_cloudproxy_js"
    rb"|<title>Pardon Our Interruption"
)
_KOREAN = re.compile(
    r"비정상적인 ?(?:접근|접속|트래픽)"
    r"|자동 ?(?:수집|입력) ?방지"
    r"|접근이 (?:차단|제한)되었습니다"
    r"|접속이 차단되었습니다"
    r"|과도한 (?:접속|요청)으로"
    r"|로봇이 아닙니다"
    r"|보안문자를? 입력"
)
_CONSENT = re.compile(r"^/(?:consent|gdpr|privacy-consent)(?:/|$)")
_LOGIN = re.compile(r"/(?:log-?in|signin|member/login|user/login)(?:\.\w+)?/?$", re.IGNORECASE)
_SHORT = 400
"""Characters of visible text: an article that quotes a block message is longer than the message."""
# A script that is never closed ends with the page, so that the search for its end is made once.
_TAGS = re.compile(r"<(script|style)\b[\s\S]*?(?:</\1>|\Z)|<[^<>]*>", re.IGNORECASE)


def gate(url: str, headers: Mapping[str, str], body: bytes) -> Gate | None:
    """Return the gate that an answer is instead of the page, or None.

    `headers` have lower-case names.
    """
    for name, value in _HEADERS:
        if name in headers and value in headers[name].lower():
            return Gate(Reason.BLOCKED, f"header {name}")
    path = urlsplit(url).path
    if _CONSENT.search(path):
        return Gate(Reason.BLOCKED, "consent page")
    if _LOGIN.search(path):
        return Gate(Reason.LOGIN, "login page")
    if len(body) > _LARGEST:
        return None
    marker = _BODY.search(body)
    if marker:
        evidence = f"challenge page ({marker[0][:40].decode('latin-1')})"
        return Gate(Reason.BLOCKED, evidence)
    return _korean_gate(body)


def _korean_gate(body: bytes) -> Gate | None:
    for charset in ("utf-8", "cp949"):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        visible = " ".join(_TAGS.sub(" ", text).split())
        message = _KOREAN.search(visible)
        if message is None or len(visible) >= _SHORT:
            return None
        return Gate(Reason.BLOCKED, f"block page ({message[0]})")
    return None
