"""Looks at a site: asks for robots.txt, the front page, what may be a source, and one article.

What the answers mean is read by `spiders.scouting.looking`; here is the order in which they are
asked for, and what is left out once one of them forbids the rest.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from protego import Protego

from processing.errors import UsageError
from processing.records import Rejection
from spiders.formats.discover import links
from spiders.formats.markup import decoded, html_tree
from spiders.middlewares.robots import judged
from spiders.outlet import Listing, Outlet, Sitemap, is_on_site, outlet_of
from spiders.outlets import outlets
from spiders.reading import read
from spiders.scouting.asking import AskingCrawl, AskingSpider, ScoutResponse, why
from spiders.scouting.looking import (
    POSTS,
    RobotsSeen,
    Sighting,
    SourceSeen,
    family_of,
    fits,
    pattern_of,
    site_title,
    source_seen,
    sources_in,
    stranger,
    worth_trying,
)
from spiders.settings import AGENT

_AI = (
    "GPTBot",
    "ClaudeBot",
    "CCBot",
    "Google-Extended",
    "PerplexityBot",
    "Bytespider",
    "Applebot-Extended",
    "anthropic-ai",
    "Diffbot",
)
"""Crawlers that collect text for machine learning; a ban of them is reported beside our own."""


def look(crawl: AskingCrawl, url: str) -> Sighting:
    """Look at the site of `url` and return what was seen.

    Raise UsageError where it is no web address.
    """
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise UsageError(
            f"name one web address, like https://www.example.kr/ (got {url or 'nothing'!r})"
        )
    sightings: list[Sighting] = []
    known = outlets().values()
    declared = outlet_of(url, known) or _of_host(url, known)
    outlet = replace(stranger(url), tls=declared.tls if declared else None)

    async def plan(asker: AskingSpider) -> None:
        sightings.append(await _seen(asker, outlet, url, declared))

    crawl.follow(outlet, plan)
    return sightings[0]


async def _seen(asker: AskingSpider, outlet: Outlet, url: str, declared: Outlet | None) -> Sighting:
    # The middleware asks for robots.txt before the first page, so the run knows it afterwards.
    front = await asker.ask(outlet.home)
    robots = _robots(asker.run.robots, outlet.home, front)
    seen = Sighting(
        url=url,
        home=outlet.home,
        at=datetime.now(UTC),  # noqa: TID251 - a command starts from the clock
        robots=robots,
        declared=declared.name if declared else None,
    )
    if not (robots.ours and robots.scrapy):
        return _with_problem(seen, "robots.txt closes the site: nothing else was asked")
    root = html_tree(front.body) if front.body else None
    if root is None:
        return _with_problem(seen, f"the front page was not to be had: {why(front)}")
    sources = await _sources(asker, front, root, robots)
    listed = [link for source in sources for link in source.sample if is_on_site(outlet, link)]
    pattern = pattern_of(listed)
    fitting = (link for link in listed if pattern and fits(pattern, link))
    chosen = url if _is_page(url) else next(fitting, None)
    sample = await asker.ask(chosen) if chosen else None
    pages = (decoded(front.body), decoded(sample.body) if sample else "")
    seen = seen.evolve(
        title=site_title(root),
        family=next((name for page in pages if (name := family_of(page))), "own"),
        sources=tuple(sources),
        article=pattern,
        problems=_misfits(pattern, url),
    )
    return _read(seen, chosen, sample, declared)


async def _sources(
    asker: AskingSpider, front: ScoutResponse, root: HtmlElement, robots: RobotsSeen
) -> list[SourceSeen]:
    """Ask for what may be a source; where none lists a link, the front page is the list."""
    text = decoded(front.body)
    named = sources_in(root, text, front.url)
    tried = worth_trying(front.url, named, robots.sitemaps, family_of(text))
    sources = [await _source(asker, address) for address in tried]
    if not any(source.links for source in sources):
        listed = links(Listing(front.url), front.body, base_url=front.url)
        sources.append(source_seen(front.url, listed, "list"))
    return sources


def _read(
    seen: Sighting, chosen: str | None, sample: ScoutResponse | None, declared: Outlet | None
) -> Sighting:
    """Return the sighting with what the sample page reads as, or why there is no reading."""
    if sample is None:
        return _with_problem(seen, "no article was found to read")
    if sample.page is None or not sample.body:
        return _with_problem(seen, f"the sample {chosen} was not to be had: {why(sample)}")
    reading = read(sample.page, declared)
    if isinstance(reading, Rejection):
        problem = f"the sample {chosen} is no article by our reader: {reading.reason}"
        return _with_problem(seen.evolve(reading=reading), problem)
    return seen.evolve(reading=reading)


def _misfits(pattern: str | None, url: str) -> tuple[str, ...]:
    """Return what is wrong where the guessed pattern misses the page that a person named."""
    if pattern and _is_page(url) and not fits(pattern, url):
        return (f"the pattern guessed from the lists does not match {url}",)
    return ()


def _with_problem(seen: Sighting, problem: str) -> Sighting:
    return seen.evolve(problems=(*seen.problems, problem))


def _robots(answer: ScoutResponse | None, home: str, front: ScoutResponse) -> RobotsSeen:
    """Return what robots.txt says.

    Where it could not be asked, the refusal of the front page says why.
    """
    if answer is None or answer.page is None:
        return RobotsSeen(
            state=front.refused or "robots.txt was not asked",
            answered=False,
            ours=False,
            scrapy=False,
        )
    status, body = answer.page.status, answer.page.body
    ours, scrapy = (judged(status, body, (token,)) for token in (AGENT, "Scrapy"))
    rules = judged(status, body, _AI).rules or Protego.parse("")
    return RobotsSeen(
        state=ours.state,
        answered=ours.allowed,
        ours=ours.refusal(home) is None,
        scrapy=scrapy.refusal(home) is None,
        delay=max(ours.delay(), scrapy.delay()),
        sitemaps=tuple(rules.sitemaps)[:20],
        banned=tuple(agent for agent in _AI if not rules.can_fetch(home, agent)),
    )


async def _source(asker: AskingSpider, url: str) -> SourceSeen:
    kind = "posts" if url.endswith(POSTS) else "sitemap" if "sitemap" in url else "feed"
    answer = await asker.ask(url)
    if not answer.body:
        return SourceSeen(url=url, kind=kind, problem=why(answer))
    source = Listing(url) if kind == "posts" else Sitemap(url)
    return source_seen(url, links(source, answer.body, base_url=answer.url), kind)


def _of_host(url: str, known: Iterable[Outlet]) -> Outlet | None:
    host = urlsplit(url).hostname or ""
    return next((outlet for outlet in known if urlsplit(outlet.home).hostname == host), None)


def _is_page(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)
