"""Asking an outlet's sources: which, what each link of an answer is worth, and what the answer says of the source."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from scrapy.http import Response

from processing.records import Fetch, SourceReport, Why, article_id
from spiders.arguments import Wish
from spiders.discover import Links, addresses, due, is_day_archive, links
from spiders.identity import identify, is_on_site
from spiders.links import Link
from spiders.outlet import Listing, Sitemap
from spiders.polling import LIES, caught, interval, lies, missed, silence, waits_until
from spiders.rows import answered, considered, digest, failed, unchanged
from spiders.run import Run
from spiders.visit import Visit, visit_of

_HEAD = 50_000
_NOFOLLOW = re.compile(rb"<meta[^>]+name=[\"']?robots[\"']?[^>]*\bnofollow\b", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """What follows from an answer: articles to ask for, further documents of the source to ask for."""

    visits: list[Visit] = field(default_factory=list)
    polls: list[Visit] = field(default_factory=list)
    links: int = 0
    known: int = 0
    new: int = 0


def polls(run: Run, wish: Wish, now: datetime) -> Iterator[Visit]:
    """Yield the visits of the sources that are asked now; the others are reported, with the reason."""
    for source in run.outlet.sources:
        if is_day_archive(source) and not wish.days:
            continue
        first, *rest = addresses(source, wish.days) or ("",)
        if not first:
            continue
        last = run.memory.source(first)
        urls = (first, *rest) if is_day_archive(source) else (first,)
        for url in urls:
            visit = Visit(
                role="source",
                url=url,
                reason="poll",
                source=source,
                last=last if url == first else run.memory.source(url),
                rest=() if is_day_archive(source) else tuple(rest),
            )
            held = _held_back(run, wish, visit, now)
            if held is None:
                yield visit
            else:
                _report(run, visit, None, Found(), held[0])
                if held[1]:
                    run.counts.problems[visit.url] = held[0]


def _held_back(run: Run, wish: Wish, visit: Visit, now: datetime) -> tuple[str, bool] | None:
    """Return why a source is not asked now and whether that is a fault, or None where it is asked."""
    cooled = run.hosts.cooled(urlsplit(visit.url).netloc)
    if cooled:
        return cooled, True
    if wish.backfill:
        return None
    until = waits_until(visit.last, now)
    if visit.last and until:
        return f"failed {visit.last.failures} times; asked again from {until:%Y-%m-%d %H:%M} UTC", True
    if wish.due_only and visit.last and visit.last.next_at and visit.last.next_at > now:
        return f"not due before {visit.last.next_at:%Y-%m-%d %H:%M} UTC", False
    return None


def answer(run: Run, wish: Wish, response: Response) -> Found:
    """Take in what a source answered."""
    visit = visit_of(response.request)  # type: ignore[arg-type]  # set by the engine
    if response.status == 304:  # noqa: PLR2004 - RFC 9110 §15.4.5
        return _same(run, visit, response)
    blocked = response.meta.get("blocked")
    if blocked or not 200 <= response.status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
        failed_poll(run, visit, blocked or f"http {response.status}", status=response.status)
        return Found()
    last = visit.last
    if not wish.backfill and last and last.links and last.digest == digest(response.body) and not visit.rest:
        return _same(run, visit, response)
    if isinstance(visit.source, Listing) and says_nofollow(response):
        failed_poll(run, visit, "it says nofollow: its links are not ours to follow", status=response.status)
        return Found()
    listed = links(visit.source, response.body, base_url=response.url)  # type: ignore[arg-type]  # a source has one
    if listed.problem and not listed.links and not listed.children:
        failed_poll(run, visit, listed.problem, status=response.status)
        return Found()
    return _changed(run, wish, visit, response, listed)


def failed_poll(run: Run, visit: Visit, detail: str, *, status: int | None = None, why: Why = Why.FAILED) -> None:
    """Take in that a source gave nothing."""
    row = failed(run, visit, detail, why=why, status=status, counted=not run.stopping)
    moment = run.clock() + interval(run.outlet.pace, links=0, known=0, failures=row.failures)
    run.log(row.model_copy(update={"next_at": moment}))
    run.counts.problems[visit.url] = detail
    _report(run, visit, status, Found(), detail, next_at=moment)


def says_nofollow(response: Response) -> bool:
    """Return whether a page asks, in its header or its meta, that its links are not followed."""
    header = (response.headers.get(b"X-Robots-Tag") or b"").lower()
    return b"nofollow" in header or _NOFOLLOW.search(response.body[:_HEAD]) is not None


def turned_down(run: Run, url: str, source: str | None = None) -> Fetch:
    """Return the row of a URL that is no article of this outlet."""
    why = Why.NOT_ARTICLE if is_on_site(run.outlet, url) else Why.OFF_SITE
    return considered(run, url[:2000], why, source=source)


def _same(run: Run, visit: Visit, response: Response) -> Found:
    now = run.clock()
    last = visit.last
    moment = now + interval(run.outlet.pace, links=1, known=1)
    detail = last.detail if last and lies(last) else None
    run.log(unchanged(run, visit, response, next_at=moment, detail=detail))
    found = Found(links=(last.links or 0) if last else 0, known=(last.links or 0) if last else 0)
    quiet = silence(visit.source, (), last, new=0, now=now) if visit.source else None
    _note(run, visit, quiet)
    _report(run, visit, response.status, found, quiet, next_at=moment)
    return found


def _changed(run: Run, wish: Wish, visit: Visit, response: Response, listed: Links) -> Found:
    now = run.clock()
    found = Found()
    for link in listed.links:
        _consider(run, wish, visit, link, found)
    if visit.rest and found.new:
        found.polls.append(_page_after(run, visit))
    if isinstance(visit.source, Sitemap) and listed.children:
        since = wish.days[0] if wish.days else None
        found.polls += _children(run, visit, due(visit.source, listed.children, now=now, since=since))
    row = answered(run, visit, response, why=Why.FETCHED, links=found.links, new_links=found.new)
    lie = None if wish.backfill else caught(visit.last, row.etag, row.last_modified, new=found.new)
    still = visit.last.detail if visit.last and lies(visit.last) else None
    gap = None if wish.backfill or visit.rest else missed(visit.last, links=found.links, known=found.known)
    quiet = None
    if visit.source and not listed.children and not wish.backfill:
        quiet = silence(visit.source, listed.links, visit.last, new=found.new, now=now)
    known = found.known if visit.last else found.links
    moment = now + interval(run.outlet.pace, links=found.links, known=known)
    new_at = visit.last.new_at if visit.last and visit.last.new_at and not found.new else now
    run.later(row.model_copy(update={"visits": 0, "detail": lie or still or gap, "next_at": moment, "new_at": new_at}))
    _note(run, visit, quiet)
    problem = "; ".join(filter(None, (listed.problem, lie or still, gap, quiet))) or None
    if lie or still or gap or listed.problem:
        run.counts.problems[visit.url] = problem or ""
    _report(run, visit, response.status, found, problem, next_at=moment)
    return found


def _consider(run: Run, wish: Wish, visit: Visit, link: Link, found: Found) -> None:
    identity = identify(run.outlet, link.url)
    if identity is None:
        if link.url not in run.turned_down:
            run.turned_down.add(link.url)
            run.log(turned_down(run, link.url, visit.url))
        return
    found.links += 1
    article = article_id(identity.url)
    run.announced.add(article)
    seen = run.memory.seen(article)
    found.known += seen or article in run.memory.announced(visit.url)
    if article in run.considered:
        return
    last = run.memory.last(article)
    if not wish.span.holds(link):
        run.log(considered(run, link.url, Why.OUT_OF_RANGE, article=article, source=visit.url))
    elif seen and not _is_changed(link, last):
        run.log(considered(run, link.url, Why.SEEN, article=article, source=visit.url))
    elif not seen and (until := waits_until(last, run.clock())):
        detail = f"failed {last.failures if last else 0} times; asked again from {until:%Y-%m-%d %H:%M} UTC"
        run.log(considered(run, link.url, Why.SEEN, detail, article=article, source=visit.url))
    else:
        found.new += not seen
        found.visits.append(
            Visit(
                role="article",
                url=link.url,
                reason="changed" if seen else "new",
                canonical=identity.url,
                article_id=article,
                announced_by=visit.url,
                announced_at=run.clock(),
                last=last,
            )
        )
        run.considered[article] = None


def _is_changed(link: Link, last: Fetch | None) -> bool:
    """Return whether the source says that an article changed after we last asked for it."""
    stamp = link.modified
    return bool(last and stamp and stamp.precision != "day" and stamp.at > last.at and last.why is not Why.GONE)


def _page_after(run: Run, visit: Visit) -> Visit:
    url, *rest = visit.rest
    return Visit(
        role="source", url=url, reason="poll", source=visit.source, last=run.memory.source(url), rest=tuple(rest)
    )


def _children(run: Run, visit: Visit, children: Iterable[object]) -> list[Visit]:
    return [
        Visit(role="source", url=url, reason="poll", source=visit.source, last=run.memory.source(url))
        for url in (str(getattr(child, "url", "")) for child in children)
        if is_on_site(run.outlet, url)
    ]


def _note(run: Run, visit: Visit, quiet: str | None) -> None:
    run.counts.answered.add(visit.url)
    if quiet:
        run.counts.silent.append(visit.url)


def _report(
    run: Run, visit: Visit, status: int | None, found: Found, problem: str | None, *, next_at: datetime | None = None
) -> None:
    run.counts.sources[visit.url] = SourceReport(
        url=visit.url,
        status=status,
        links=found.links,
        new=found.new,
        overlap=found.known,
        problem=problem,
        next_at=next_at,
    )


__all__ = ["LIES", "Found", "answer", "failed_poll", "polls", "turned_down"]
