"""robots.txt as RFC 9309 has it, judged for our token and for `Scrapy`: the stricter wins.

2xx: its rules hold (the first 500 KiB of them). 4xx: there are none (§2.3.1.3). 5xx, 429, no
answer, or a redirect off the outlet's hosts: nothing is crawled (§2.3.1.4). Crawl-delay and
Request-rate are no part of the RFC; we keep both. Where the operator recorded the outlet's consent,
only our own token is judged: consent lifts a ban of `Scrapy`.

Protego compares a `User-agent` line as a whole ("Scrapy/2.11" is not "Scrapy" to it), takes a line
that begins like our name for it, lets a record of its own (Crawl-delay) end a group, and ends a
line at signs that are none of its ends (U+2028). So the groups are written anew before it reads
them: the product token is read up to the first sign that no token has (§2.2.1), records that are
not part of the protocol interfere with nothing (§2.2.4), and lines end with CR, LF or both (§2.2).

What a host reserves of text and data mining: `/.well-known/tdmrep.json` (TDMRep, W3C community
group, 2024).

It is asked once a crawl, before the first article; that there is none is remembered for a day. The
reader makes of it what it says; here it only travels along with the page.
"""

import asyncio
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from urllib.parse import quote

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
        verdicts = await asyncio.shield(self._asked[authority])
        if verdicts:
            request.meta["tdmrep"] = verdicts

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


_LINE = re.compile(r"\r\n|\r|\n")
_NOT_A_LINE_END = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_BLANKS = re.compile(r"[\s_-]+")
_AGENT = frozenset({"useragent"})
_RULES = {
    "allow": "Allow",
    **dict.fromkeys(
        ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "Disallow"
    ),
}
"""The two rules, with the misspellings that Google's parser takes for them."""
_PACE = frozenset({"crawldelay", "requestrate"})
_OTHERS = "another-crawler"
"""What stands for every product that is not ours: no token of ours begins with it."""


def grouped(text: str, tokens: Iterable[str]) -> str:
    """Return a robots.txt with one spelling of each record and each group closed.

    `tokens` are ours.
    """
    ours = {token.lower(): token for token in tokens}
    lines: list[str] = []
    pace: list[str] = []
    # Every product that is not ours counts as one, so these stay as small as our tokens are many,
    # however many lines name a product.
    agents: dict[str, None] = {}
    paced: dict[str, None] = {}
    gathering, before = False, ""
    for line in _LINE.split(text):
        name, value = _record(line)
        if name in _AGENT:
            agent = {_agent(value, ours): None}
            agents = agents | agent if gathering else agent
            paced = paced | agent if before in _AGENT else agent
            gathering = True
        elif name in _RULES and agents:
            if gathering:
                lines += _heading(agents)
                gathering = False
            lines.append(f"{_RULES[name]}: {_NOT_A_LINE_END.sub(_escaped, value)}")
        elif name in _PACE and agents:
            pace += [
                *_heading(paced),
                f"{'Crawl-delay' if name[0] == 'c' else 'Request-rate'}: {value}",
            ]
        before = name or before
    if gathering:
        lines += [*_heading(agents), "Disallow:"]
    return "\n".join([*lines, *pace])


def _record(line: str) -> tuple[str, str]:
    """Return the name of a record (lower case, no blanks) and its value without a comment."""
    plain = line.partition("#")[0].strip()
    name, colon, value = plain.partition(":")
    if not colon:
        name, _, value = plain.partition(" ")
    return _BLANKS.sub("", name.lower()[:40]), value.strip()


def _agent(value: str, ours: dict[str, str]) -> str:
    if value == "*" or value[:2].strip() == "*":
        return "*"
    token = _TOKEN.match(value)
    return ours.get(token[0].lower(), _OTHERS) if token else _OTHERS


def _heading(agents: Iterable[str]) -> list[str]:
    return [f"User-agent: {agent}" for agent in agents]


def _escaped(match: re.Match[str]) -> str:
    return quote(match[0])
