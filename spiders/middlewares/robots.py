"""robots.txt as RFC 9309 has it, judged for our token and for `Scrapy`: the stricter wins.

2xx: its rules hold (the first 500 KiB of them). 4xx: there are none (§2.3.1.3). 5xx, 429, no
answer, or a redirect off the outlet's hosts: nothing is crawled (§2.3.1.4). Crawl-delay and
Request-rate are no part of the RFC; we keep both. Where the operator recorded the outlet's consent,
only our own token is judged: consent lifts a ban of `Scrapy`.

What a host reserves of text and data mining: `/.well-known/tdmrep.json` (TDMRep, W3C community
group, 2024).

It is asked once a crawl, before the first article; that there is none is remembered for a day. The
reader makes of it what it says; here it only travels along with the page.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from protego import Protego
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from processing.limits import parse_json
from processing.records import Why
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Refusal, Visit, gate_of, visit_of
from spiders.crawling.watchdog import LethalError
from spiders.formats.robots import grouped
from spiders.settings import AGENT

log = logging.getLogger(__name__)

LARGEST = 500 << 10
"""Bytes that are read of a robots.txt (§2.5: at least 500 KiB)."""
_LONGEST_DELAY = 3600
"""Seconds of Crawl-delay beyond which a crawl makes no sense: the outlet has to be talked to."""
_OTHER = "Scrapy"
"""Outlets that ban the software by its name mean us too."""
PATH = "/.well-known/tdmrep.json"
_LARGEST = 1 << 20
_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one robots.txt lets us do. Without rules, `allowed` holds for every URL."""

    state: str
    allowed: bool
    rules: Protego | None = None
    tokens: tuple[str, ...] = (AGENT, _OTHER)

    def refusal(self, url: str) -> str | None:
        """Return why `url` may not be asked, or None."""
        if self.rules is None:
            return None if self.allowed else self.state
        banned = [token for token in self.tokens if not self.rules.can_fetch(url, token)]
        return f"disallowed for {' and '.join(banned)}" if banned else None

    def delay(self) -> float:
        """Return the seconds between requests that the file asks for, 0 where it asks for none."""
        if self.rules is None:
            return 0.0
        delays = [self.rules.crawl_delay(token) or 0.0 for token in self.tokens]
        rates = [self.rules.request_rate(token) for token in self.tokens]
        return max(
            *delays,
            *(rate.seconds / rate.requests for rate in rates if rate and rate.requests),
            0.0,
        )


def judged(status: int, body: bytes, tokens: tuple[str, ...]) -> Verdicts:
    """Return what an answered robots.txt lets us do."""
    # RFC 9110 §15.3.
    if 200 <= status < 300:  # noqa: PLR2004
        text = body[:LARGEST].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        rules = Protego.parse(grouped(text, tokens))
        return Verdicts("robots.txt read", allowed=True, rules=rules, tokens=tokens)
    # RFC 9110 §15.5; 429 says "not now", not "no rules".
    if 400 <= status < 500 and status != 429:  # noqa: PLR2004
        return Verdicts(f"no robots.txt ({status})", allowed=True)
    return Verdicts(f"robots.txt answered {status}: nothing is crawled", allowed=False)


class Robots:
    """Asks for robots.txt once a crawl and authority, and refuses what it disallows."""

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run
        self._asked: dict[str, asyncio.Task[Verdicts]] = {}
        consent = bool(run.permission and run.outlet.permission_needed)
        self._tokens = (AGENT,) if consent else (AGENT, _OTHER)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, run_of(crawler))

    async def process_request(self, request: Request) -> None:
        if visit_of(request).role == "robots":
            return
        parts = urlparse_cached(request)
        key = f"{parts.scheme}://{parts.netloc}"
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(self._ask(key, parts.netloc))
        verdicts = await asyncio.shield(self._asked[key])
        refusal = verdicts.refusal(request.url)
        # Without rules nothing is forbidden for good: it failed, and is asked for again.
        if refusal:
            raise Refusal(Why.ROBOTS if verdicts.rules else Why.FAILED, refusal, counted=False)
        request.meta["robots"] = "allowed" if verdicts.rules else verdicts.state

    async def _ask(self, authority: str, host: str) -> Verdicts:
        url = f"{authority}/robots.txt"
        visit = Visit(role="robots", url=url, reason="robots")
        request = Request(url, callback=NO_CALLBACK, priority=1000, meta={"visit": visit})
        try:
            response = await self._crawler.engine.download_async(request)
        # Whatever kept the file from us, §2.3.1.4 says the same.
        except Exception as error:  # noqa: BLE001
            self._run.failed_robots(visit, error)
            return Verdicts(
                f"robots.txt could not be asked ({error}): nothing is crawled", allowed=False
            )
        return self._judge(visit, response, host)

    def _judge(self, visit: Visit, response: Response, host: str) -> Verdicts:
        try:
            with self._run.watchdog.parsing(response.url, response.body):
                verdicts = judged(response.status, response.body, self._tokens)
        except LethalError as error:
            verdicts = Verdicts(
                f"robots.txt is not read ({error}): nothing is crawled", allowed=False
            )
        if gate := gate_of(response):
            verdicts = Verdicts(f"robots.txt is a block page ({gate.evidence})", allowed=False)
        self._run.answered_robots(visit, response)
        delay = verdicts.delay()
        if delay > _LONGEST_DELAY:
            why = f"robots.txt asks for {delay:.0f} s between requests, more than an hour"
            self._run.hosts.cool(host, f"{why}: nothing else is asked there until that changes")
        elif delay:
            self._run.hosts.slow(host, delay)
        return verdicts


class Reservation:
    """Puts the file's text into `request.meta["tdmrep"]` of articles, where there is one."""

    def __init__(self, crawler: Crawler, run: Run) -> None:
        self._crawler = crawler
        self._run = run
        self._asked: dict[str, asyncio.Task[str | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, run_of(crawler))

    async def process_request(self, request: Request) -> None:
        if visit_of(request).role != "article":
            return
        parts = urlparse_cached(request)
        authority = f"{parts.scheme}://{parts.netloc}"
        if authority not in self._asked:
            self._asked[authority] = asyncio.ensure_future(self._ask(f"{authority}{PATH}"))
        found = await asyncio.shield(self._asked[authority])
        if found:
            request.meta["tdmrep"] = found

    async def _ask(self, url: str) -> str | None:
        last = self._run.memory.source(url)
        if last and last.status in {404, 410} and self._run.clock() - last.at < _REMEMBERED:
            return None
        visit = Visit(role="robots", url=url, reason="robots", last=last)
        request = Request(url, callback=NO_CALLBACK, priority=1000, meta={"visit": visit})
        try:
            response = await self._crawler.engine.download_async(request)
        # The log says it; without the file the page's own marks count.
        except Exception as error:  # noqa: BLE001
            self._run.failed_robots(visit, error)
            return None
        self._run.answered_robots(visit, response)
        # RFC 9110 §15.3.1.
        return _readable(response) if response.status == 200 else None  # noqa: PLR2004


def _readable(response: Response) -> str | None:
    """Return the file's text.

    Where it cannot be read it is ignored, and the log says so once a crawl and host.
    """
    text = response.body[:_LARGEST].decode("utf-8", "replace")
    try:
        parse_json(text)
    except ValueError as error:
        log.warning("%s is ignored: it is no JSON that can be read (%s)", response.url, error)
        return None
    return text
