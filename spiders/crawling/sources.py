"""Polls an outlet's sources: which are asked now, and what follows from each answer.

Each link of an answer becomes an article visit, or a row that says why it is not asked for. The
answer also says whether the source was understood, and when it is asked again.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from processing.dates import SEOUL
from processing.records import (
    AnswerLimit,
    Fetch,
    SourceFault,
    SourceFinding,
    SourceReport,
    Why,
    article_id,
)
from spiders.crawling.arguments import CrawlRequest
from spiders.crawling.fetch_log import answered, considered, digest, failed, unchanged
from spiders.crawling.poll_history import (
    ListedArticle,
    extent,
    frontier,
    last_answer,
    meets,
    newest_at,
    planned,
    stated_at,
)
from spiders.crawling.polling import (
    TICK,
    caught,
    interval,
    is_conditional,
    is_due,
    left_alone,
    lies,
    missed,
    silence,
    too_few,
    usual_share,
    waits_until,
    weighed,
)
from spiders.crawling.run import Run
from spiders.crawling.visit import ReadingInterruptedError, Visit, gate_of, is_plainer, visit_of
from spiders.crawling.watchdog import LethalError
from spiders.formats.discover import Links, addresses, due, is_day_archive, links, pages
from spiders.formats.links import Child, Link, examples, in_words
from spiders.outlet import (
    AddressMatch,
    Identity,
    Listing,
    Sitemap,
    Source,
    identify,
    is_on_site,
    match_addresses,
    unaskable,
)

log = logging.getLogger(__name__)

_WHOLE = {200, 203}
"""Statuses of a whole body (RFC 9110 §15.3): 206 is an unrequested part, 204 and 205 have none."""
_HEAD = 50_000
_CATCH_UP_PAGES = 20
"""Pages of a list that are read to meet what was known before a source missed something."""
_LIED = "its validators lied before"
_INDEX_LEVELS = 2
"""Indexes of sitemaps, one in another, whose sitemaps are asked: each could name a new one for ever."""
_MOST_SITEMAPS = 200
"""Sitemaps of indexes that one crawl asks."""
_MOST_JUDGED = 1000
"""Links of an answer that are held against the forms of the declaration."""
_ENOUGH_OLDER = 5
"""Articles from which on it says something that all have an old form."""
_SOUND = frozenset({SourceFault.LISTS_NOTHING, SourceFault.ENCODING, SourceFault.ENTITIES})
"""Faults of a document that may be whole all the same, and empty for now."""
_CUT_OFF = frozenset({SourceFault.REFUSED, SourceFault.TOO_LONG})
_OF_ONE_POLL = frozenset({SourceFault.OVERFLOW, SourceFault.SILENT})
"""Faults that the next poll may not have, though the source answers the same."""
_META = re.compile(rb"<meta\b(?P<attributes>[^<>]{1,1000})", re.IGNORECASE)
_ROBOTS = re.compile(rb"\bname\s{0,9}=\s{0,9}[\"']?robots\b", re.IGNORECASE)
_NOFOLLOW = re.compile(rb"\bnofollow\b", re.IGNORECASE)


@dataclass(slots=True)
class PollOutcome:
    """What follows from a source's answer: visits of articles, further polls, counts."""

    visits: list[Visit] = field(default_factory=list)
    polls: list[Visit] = field(default_factory=list)
    listed: int = 0
    links: int = 0
    known: int = 0
    new: int = 0
    entries: list[ListedArticle] = field(default_factory=list)


def consider(
    run: Run, wanted: CrawlRequest, visit: Visit, link: Link, outcome: PollOutcome
) -> None:
    """Take in one link of the source that `visit` asked.

    It is counted in `outcome`, and logged where it is not asked for. Whether an address may be asked
    is decided before whose article it is: a forbidden address keeps no article out.
    """
    identity = identify(run.outlet, link.url)
    if identity is None or unaskable(run.outlet, link.url):
        _log_refused(run, link.url, visit.url)
        return
    article = article_id(identity.url)
    seen = run.memory.seen(article)
    outcome.links += 1
    outcome.known += seen or article in run.memory.announced(visit.url)
    run.announced.add(article)
    last = run.memory.last(article)
    if not wanted.backfill:
        outcome.entries.append(_entry(run, visit, link, identity))
    # Another source, or another spelling, has announced it in this crawl.
    if article in run.log.considered:
        if run.spellings.meet(article, link.url):
            outcome.visits.append(_visit(run, visit, link, identity, last))
        return
    why, detail = _not_now(run, wanted, link, last, seen=seen)
    if why is not None:
        missing = last.failures if why is Why.SEEN and last and not last.outcome else 0
        run.log.add(
            considered(
                run, link.url, why, detail, article=article, source=visit.url, failures=missing
            )
        )
        return
    outcome.new += not seen
    run.log.considered[article] = None
    run.spellings.begin(article, link.url)
    outcome.visits.append(_visit(run, visit, link, identity, last))


def _entry(run: Run, visit: Visit, link: Link, identity: Identity) -> ListedArticle:
    article, memory = article_id(identity.url), run.memory
    known = memory.last(article) or memory.seen(article)
    unseen = not (known or article in memory.announced(visit.url))
    return ListedArticle(article, identity.key, stated_at(link, run.clock()), unseen)


def _visit(run: Run, source: Visit, link: Link, identity: Identity, last: Fetch | None) -> Visit:
    article = article_id(identity.url)
    return Visit(
        role="article",
        url=link.url,
        reason="changed" if run.memory.seen(article) else "new",
        canonical=identity.url,
        article_id=article,
        announced_by=source.url,
        announced_at=run.clock(),
        last=last,
    )


def _log_refused(run: Run, url: str, source: str) -> None:
    """Log what is no article of the outlet where it is new or was last logged a month ago.

    A front page repeats a hundred such links in every poll.
    """
    row = refused_row(run, url, source)
    if url not in run.refused_urls and not run.memory.turned_down(row.why, row.url):
        run.log.add(row)
    run.refused_urls.add(url)


def _not_now(
    run: Run, wanted: CrawlRequest, link: Link, last: Fetch | None, *, seen: bool
) -> tuple[Why | None, str | None]:
    """Return why an article is not asked for, and in which words where the reason needs them.

    None where it is.
    """
    if not wanted.span.holds(link):
        return Why.OUT_OF_RANGE, None
    until = waits_until(last, run.clock())
    plainer = last is not None and until is None and is_plainer(link.url, last)
    if last and last.why is Why.OFF_SITE and not plainer and (seen or until):
        return Why.OFF_SITE, last.detail
    if seen and not plainer:
        return (None, None) if _is_changed(link, last) else (Why.SEEN, _settled(last))
    if last is None or until is None:
        return None, None
    return Why.SEEN, left_alone(last, until)


def _settled(last: Fetch | None) -> str | None:
    """Return what became of an article that is known and not here."""
    return last.detail if last and last.failures and not last.outcome else None


def refused_row(run: Run, url: str, source: str | None = None) -> Fetch:
    """Return the row of a URL that is no article of this outlet."""
    if not is_on_site(run.outlet, url):
        return considered(run, url[:2000], Why.OFF_SITE, source=source)
    refused = unaskable(run.outlet, url)
    return considered(
        run, url[:2000], Why.OFF_SITE if refused else Why.NOT_ARTICLE, refused, source=source
    )


def _is_changed(link: Link, last: Fetch | None) -> bool:
    """Return whether the source says that an article changed since it was last requested."""
    stamp = link.modified
    # A day without a time is later than every visit of that day: it would be asked at each poll.
    return bool(
        last
        and stamp
        and stamp.precision != "day"
        and stamp.at > last.at
        and last.why is not Why.GONE
    )


def polls(run: Run, wanted: CrawlRequest, now: datetime) -> Iterator[Visit]:
    """Yield the visits of the sources that are asked now.

    The others are reported, with the reason.
    """
    for source in run.outlet.sources:
        # An archive of days is for backfills; what is new stands in the other sources.
        if is_day_archive(source):
            continue
        first, *rest = addresses(source)
        visit = Visit(
            role="source",
            url=first,
            reason="poll",
            source=source,
            last=run.memory.source(first),
            rest=tuple(rest),
        )
        held = _held_back(run, wanted, visit, now)
        if held is None:
            yield visit
        else:
            _leave(run, wanted, visit, held[0], fault=held[1])


def _held_back(
    run: Run, wanted: CrawlRequest, visit: Visit, now: datetime
) -> tuple[str, bool] | None:
    """Return why a source is not asked now, and whether that is a fault; None where it is."""
    cooled = run.hosts.cooled(urlsplit(visit.url).netloc)
    if cooled:
        return cooled, True
    if wanted.backfill:
        return None
    until = waits_until(visit.last, now)
    if visit.last and until:
        return f"{visit.last.detail or visit.last.why}; {left_alone(visit.last, until)}", True
    last = visit.last
    if wanted.due_only and last and last.next_at and not is_due(last, run.outlet.pace, now):
        return f"not due before {last.next_at:%Y-%m-%d %H:%M} UTC", False
    return None


def _leave(run: Run, wanted: CrawlRequest, visit: Visit, why: str, *, fault: bool) -> None:
    """Report a source that is not asked now.

    Where only what is due is asked, that is no fault of this crawl.
    """
    moment = visit.last.next_at if visit.last else None
    findings = (SourceFinding(fault=SourceFault.UNANSWERED, detail=why),) if fault else ()
    _report(
        run,
        visit,
        None,
        PollOutcome(),
        findings=findings,
        understood=False if fault else None,
        next_at=moment,
    )
    log.debug("%s: %s", visit.url, why)
    if wanted.due_only:
        run.log.counts.left.add(visit.url)


def handle_source_response(
    run: Run, wanted: CrawlRequest, response: Response, outcome: PollOutcome
) -> None:
    """Take in what a source answered; what follows from it goes into `found`."""
    # Set by the engine.
    visit = visit_of(response.request)  # type: ignore[arg-type]
    last = visit.last
    refused = refusal_of(visit, response)
    if refused:
        failed_poll(run, visit, refused, status=response.status)
    # RFC 9110 §15.4.5.
    elif response.status == 304 or (  # noqa: PLR2004
        not wanted.backfill
        and last
        and last.links
        and last.digest == digest(response.body)
        and not visit.rest
    ):
        _same(run, visit, response, outcome)
    else:
        try:
            with run.reads():
                listed = listed_in(run, visit, response)
        except ReadingInterruptedError:
            broken_off = SourceFinding(
                fault=SourceFault.UNANSWERED, detail="interrupted while it was read"
            )
            failed_poll(run, visit, broken_off, status=response.status)
        else:
            _read(run, wanted, visit, response, outcome, listed=listed)


def refusal_of(visit: Visit, response: Response) -> SourceFinding | None:
    """Return why an answer is neither a list nor "unchanged", or None."""
    if gate := gate_of(response):
        return SourceFinding(fault=SourceFault.UNANSWERED, detail=gate.evidence)
    # RFC 9110 §15.4.5.
    if response.status == 304:  # noqa: PLR2004
        if is_conditional(response.request):
            return None
        detail = (
            "http 304 to a request without a condition: nothing is held that could be unchanged"
        )
        return SourceFinding(fault=SourceFault.UNASKED_304, detail=detail)
    if response.status not in _WHOLE:
        return SourceFinding(fault=SourceFault.UNANSWERED, detail=f"http {response.status}")
    if isinstance(visit.source, Listing) and says_nofollow(response):
        return SourceFinding(
            fault=SourceFault.NOFOLLOW, detail="it says nofollow: its links are not ours to follow"
        )
    return None


def broken_poll(run: Run, visit: Visit, status: int, error: Exception) -> None:
    """Take in that reading a source's answer raised an error, which is a fault of ours."""
    run.crashed(visit.url, error)
    detail = f"reading it failed: {type(error).__name__}: {error}"
    failed_poll(
        run, visit, SourceFinding(fault=SourceFault.READER_ERROR, detail=detail), status=status
    )


def listed_in(run: Run, visit: Visit, response: Response) -> Links:
    """Return what a source lists; bytes that an earlier crawl died of are not parsed again."""
    try:
        with run.watchdog.parsing(response.url, response.body):
            # A source has one.
            return links(visit.source, response.body, base_url=response.url)  # type: ignore[arg-type]
    except LethalError as error:
        finding = SourceFinding(fault=SourceFault.REFUSED, detail=str(error))
        return Links(findings=(finding,), whole=False)


def failed_poll(
    run: Run,
    visit: Visit,
    *findings: SourceFinding,
    status: int | None = None,
    why: Why = Why.FAILED,
    outcome: PollOutcome | None = None,
) -> None:
    """Take in that a source gave nothing, or nothing that was understood."""
    detail = in_words(findings) or "no reason given"
    faults = tuple(dict.fromkeys(finding.fault for finding in findings))
    asked = not run.closing and urlsplit(visit.url).netloc not in run.late
    row = failed(run, visit, detail, why=why, status=status, counted=asked, faults=faults)
    moment = run.clock()
    # What we ended ourselves is due at once.
    if asked:
        moment += interval(run.outlet.pace, links=0, known=0, failures=weighed(row))
    run.log.add(row.evolve(next_at=moment))
    _report(
        run,
        visit,
        status,
        outcome or PollOutcome(),
        findings=findings,
        understood=False,
        next_at=moment,
    )


def says_nofollow(response: Response) -> bool:
    """Return whether a page asks, in its header or its meta, that its links are not followed."""
    header = b",".join(response.headers.getlist(b"X-Robots-Tag")).lower()
    if b"nofollow" in header:
        return True
    tags = (tag["attributes"] for tag in _META.finditer(response.body[:_HEAD]))
    return any(_ROBOTS.search(tag) and _NOFOLLOW.search(tag) for tag in tags)


def _same(run: Run, visit: Visit, response: Response, outcome: PollOutcome) -> None:
    """Take in that a source is unchanged: what was wrong with its answer is wrong still."""
    now, last = run.clock(), visit.last
    quiet = silence(visit.source, (), last, new=0, now=now) if visit.source else None
    by_hours = _by_hours(run, visit, last.links or 0 if last else 0)
    moment = now + interval(run.outlet.pace, links=1, known=1, quiet=bool(quiet), by_hours=by_hours)
    faults = tuple(fault for fault in last.faults if fault not in _OF_ONE_POLL) if last else ()
    detail = last.detail if last and faults else None
    run.log.add(unchanged(run, visit, response, next_at=moment, detail=detail, faults=faults))
    outcome.links = outcome.known = (last.links or 0) if last else 0
    outcome.listed = (last.listed or 0) if last else 0
    still = [
        SourceFinding(fault=fault, detail=f"as when it last changed: {fault}") for fault in faults
    ]
    understood = SourceFault.FEW_ARTICLES not in faults
    findings = (*still, *([quiet] if quiet else []))
    _report(
        run,
        visit,
        response.status,
        outcome,
        findings=findings,
        understood=understood,
        next_at=moment,
        answered=True,
    )


def _read(
    run: Run,
    wanted: CrawlRequest,
    visit: Visit,
    response: Response,
    outcome: PollOutcome,
    *,
    listed: Links,
) -> None:
    """Take in what a source lists.

    It is understood where that proves to be articles of the outlet.
    """
    _consider(run, wanted, visit, outcome, listed=listed)
    doubts = _doubts(run, wanted, visit, listed=listed, outcome=outcome)
    if doubts is not None and not outcome.links:
        failed_poll(run, visit, *listed.findings, *doubts, status=response.status, outcome=outcome)
        return
    _follow(run, visit, outcome, listed=listed)
    run.listed.setdefault(visit.source, []).extend(outcome.entries)
    counted = {"links": outcome.links, "new_links": outcome.new, "listed": outcome.listed}
    row = answered(run, visit, response, why=Why.FETCHED, **counted)
    row = row.evolve(**_continued(visit, outcome))
    suspicions = _suspicions(run, wanted, visit, row, listed=listed, outcome=outcome)
    now = run.clock()
    quiet = _quiet(wanted, visit, listed, new=outcome.new, now=now)
    overflow = any(suspicion.fault is SourceFault.OVERFLOW for suspicion in suspicions)
    moment = now + _pause(run, visit, listed, outcome, quiet=bool(quiet), overflow=overflow)
    new_at = visit.last.new_at if visit.last and visit.last.new_at and not outcome.new else now
    findings = (*listed.findings, *(doubts or ()), *suspicions)
    detail = (in_words(findings) or "")[:500] or None
    faults = tuple(dict.fromkeys(finding.fault for finding in findings))
    run.log.withhold(
        row.evolve(visits=0, detail=detail, faults=faults, next_at=moment, new_at=new_at)
    )
    if visit.announced_by:
        run.log.poll_sooner(visit.announced_by, moment)
    _catch_up(run, visit, outcome, findings=findings)
    understood = None if not outcome.links and visit.announced_by else doubts is None
    findings = (*findings, *([quiet] if quiet else []))
    _report(
        run,
        visit,
        response.status,
        outcome,
        findings=findings,
        understood=understood,
        next_at=moment,
        answered=True,
    )


def _pause(
    run: Run, visit: Visit, listed: Links, outcome: PollOutcome, *, quiet: bool, overflow: bool
) -> timedelta:
    """Return the time until a source that answered is asked again."""
    # An index lists sitemaps, and what is new in them is counted with them.
    known = outcome.known if visit.last and not listed.children else None
    return interval(
        run.outlet.pace,
        links=outcome.links,
        # What is pinned to a list is known, and yet nothing overlaps.
        known=0 if overflow else known,
        quiet=quiet,
        by_hours=_by_hours(run, visit, outcome.links),
    )


def _by_hours(run: Run, visit: Visit, length: int) -> timedelta | None:
    """Return the time until the next poll by the hours at which the source has had news."""
    # A backfill's pages and the parts of an index have no hours of their own.
    if visit.part_of or visit.catches_up:
        return None
    arrivals, pace = run.memory.arrivals(visit.url), run.outlet.pace
    return planned(arrivals, length, pace, TICK[pace], run.clock())


def _quiet(
    wanted: CrawlRequest, visit: Visit, listed: Links, *, new: int, now: datetime
) -> SourceFinding | None:
    """Return a finding where a source is silent beyond its quiet time."""
    # The sitemaps of an index are judged each by itself, and a backfill reads old days.
    if visit.source is None or listed.children or wanted.backfill:
        return None
    return silence(visit.source, listed.links, visit.last, new=new, now=now)


def _consider(
    run: Run, wanted: CrawlRequest, visit: Visit, outcome: PollOutcome, *, listed: Links
) -> None:
    outcome.listed = len(listed.links)
    for link in listed.links:
        try:
            consider(run, wanted, visit, link, outcome)
        # One address never costs the others; the error is logged and counted.
        except Exception as error:  # noqa: BLE001
            run.crashed(link.url, error)


def _doubts(
    run: Run, wanted: CrawlRequest, visit: Visit, *, listed: Links, outcome: PollOutcome
) -> tuple[SourceFinding, ...] | None:
    """Return why an answer does not prove that it was understood, beside what the document shows.

    None where it does.

    A child sitemap may be of another kind (sections, authors), and so may a further page of a list:
    of these only a past with articles says that there should be some. An index is judged by all its
    children.
    """
    if listed.children:
        return _of_index(visit, listed)
    # Today is what is being judged, so it is no part of what is usual.
    usual = usual_share(run.memory.shares(visit.url), run.clock().astimezone(SEOUL).date())
    if outcome.links:
        few = None if wanted.backfill else too_few(outcome.links, outcome.listed, usual)
        return (few,) if few else None
    if listed.links:
        return None if visit.announced_by and not usual else (_no_article(run, listed),)
    sound = all(finding.fault in _SOUND for finding in listed.findings)
    listed_before = visit.last is not None and visit.last.new_at is not None
    return None if sound and (listed_before or visit.announced_by) else ()


def _of_index(visit: Visit, listed: Links) -> tuple[SourceFinding, ...] | None:
    follow = visit.source.follow if isinstance(visit.source, Sitemap) else None
    if follow is None or any(re.search(follow, child.url) for child in listed.children):
        return None
    detail = f"none of its {len(listed.children)} sitemaps is one to follow ({follow})"
    return (
        SourceFinding(
            fault=SourceFault.NO_ARTICLE,
            detail=detail,
            examples=examples([child.url for child in listed.children]),
        ),
    )


def _no_article(run: Run, listed: Links) -> SourceFinding:
    match = match_addresses(run.outlet, (link.url for link in listed.links))
    detail = f"none of its {match.total} links is an article"
    return SourceFinding(
        fault=SourceFault.NO_ARTICLE, detail=detail, examples=examples([*match.unmatched])
    )


def _follow(run: Run, visit: Visit, outcome: PollOutcome, *, listed: Links) -> None:
    """Ask the next page of a list that brought news, and the child sitemaps that are due."""
    # A page of a list without news ends it: those behind it are older.
    after = not _met(visit, outcome) if visit.catches_up else bool(outcome.new)
    # Where the list is read for another source too, the page may have been asked.
    if visit.rest and after and visit.rest[0] not in run.polled:
        outcome.polls.append(_page_after(run, visit, met=_met(visit, outcome)))
    if isinstance(visit.source, Sitemap) and listed.children and visit.level < _INDEX_LEVELS:
        now, last = run.clock(), run.memory.source
        children = due(visit.source, listed.children, now=now, last=last)
        before = sum(map(len, run.log.counts.children.values()))
        asked = _children(run, visit, children)[: max(0, _MOST_SITEMAPS - before)]
        outcome.polls += asked
        run.log.counts.children.setdefault(visit.url, set()).update(child.url for child in asked)


def _suspicions(
    run: Run,
    wanted: CrawlRequest,
    visit: Visit,
    row: Fetch,
    *,
    listed: Links,
    outcome: PollOutcome,
) -> tuple[SourceFinding, ...]:
    """Return findings on a source that answered: false validators, links that were missed, old forms."""
    last, lied = visit.last, SourceFault.FALSE_VALIDATORS
    if wanted.backfill:
        return (SourceFinding(fault=lied, detail=_LIED),) if last and lies(last) else ()
    match = match_addresses(run.outlet, (link.url for link in listed.links[:_MOST_JUDGED]))
    lie = (
        SourceFinding(fault=lied, detail=_LIED)
        if last and lies(last)
        else caught(last, row.etag, row.last_modified, new=row.new_links or 0)
    )
    doubtful = (lie, _overflow(visit, row, outcome), _old_form(match), _nested(visit, listed))
    return tuple(finding for finding in doubtful if finding)


def _nested(visit: Visit, listed: Links) -> SourceFinding | None:
    """Return a finding where an index stands so deep in others that its sitemaps are not asked."""
    if not listed.children or visit.level < _INDEX_LEVELS:
        return None
    detail = f"an index {visit.level} indexes deep: its sitemaps are not asked"
    return SourceFinding(fault=SourceFault.TOO_LONG, detail=detail)


def _old_form(match: AddressMatch) -> SourceFinding | None:
    """Return a finding where a list has articles, and all in forms that the declaration calls old."""
    if match.current or match.older < _ENOUGH_OLDER:
        return None
    detail = f"all {match.older} articles have an address form of the past: which is today's?"
    return SourceFinding(fault=SourceFault.OLD_FORM, detail=detail)


def _overflow(visit: Visit, row: Fetch, outcome: PollOutcome) -> SourceFinding | None:
    """Return a finding where nothing of the last answer's newest articles is left in this one."""
    head = visit.head or visit.last
    # Further pages may hold them; a list that is read for another source is judged with that.
    if visit.rest or visit.catches_up or _met(visit, outcome):
        return None
    if head is None or not head.frontier:
        return missed(head, links=row.links or 0, known=outcome.known)
    unseen = sum(entry.unseen for entry in outcome.entries)
    return missed(head, links=unseen, known=0) if unseen else None


def _met(visit: Visit, outcome: PollOutcome) -> bool:
    head = visit.head or visit.last
    return visit.met or (head is not None and meets(head.frontier, outcome.entries))


def _continued(visit: Visit, outcome: PollOutcome) -> dict[str, Any]:
    """Return the fields of a row by which the next answer is held against this one."""
    last = visit.last
    return {
        "answered_at": last_answer(last),
        "newest_at": newest_at(outcome.entries, last),
        "frontier": frontier(outcome.entries, last.frontier if last else ())
        or (last.frontier if last else ()),
        "compared_until": last.compared_until if last else None,
    }


def _catch_up(
    run: Run, visit: Visit, outcome: PollOutcome, *, findings: tuple[SourceFinding, ...]
) -> None:
    """Where a source missed something, ask the outlet's other sources, and lists page by page.

    A list is read until it meets what was known, which makes the loss good.
    """
    head = visit.head or visit.last
    if head is None or not any(finding.fault is SourceFault.OVERFLOW for finding in findings):
        return
    run.missed[visit.url] = head
    for source in run.outlet.sources:
        if is_day_archive(source) or source in run.catching_up:
            continue
        run.catching_up.add(source)
        urls = pages(source, _CATCH_UP_PAGES)
        left = [url for url in urls if url not in run.polled]
        if left:
            visit = _page(run, source, urls[0], left)
            outcome.polls.append(replace(visit, head=head, catches_up=True))


def _page(run: Run, source: Source, first: str, left: Sequence[str]) -> Visit:
    """Return the visit of the first of the pages that are left of a list."""
    return Visit(
        role="source",
        url=left[0],
        reason="poll",
        source=source,
        last=run.memory.source(left[0]),
        rest=tuple(left[1:]),
        part_of=first if left[0] != first else None,
    )


def _page_after(run: Run, visit: Visit, *, met: bool) -> Visit:
    # Only the pages of a declared source are asked one after another.
    after = _page(run, visit.source, visit.part_of or visit.url, visit.rest)  # type: ignore[arg-type]
    head = visit.head or visit.last
    return replace(after, head=head, met=met, catches_up=visit.catches_up)


def _children(run: Run, visit: Visit, children: Iterable[Child]) -> list[Visit]:
    return [
        Visit(
            role="source",
            url=url,
            reason="poll",
            source=visit.source,
            last=run.memory.source(url),
            announced_by=visit.url,
            part_of=visit.url,
            level=visit.level + 1,
        )
        for url in dict.fromkeys(child.url for child in children)
        if url not in run.polled and unaskable(run.outlet, url) is None
    ]


def _missed_since(visit: Visit, findings: tuple[SourceFinding, ...]) -> datetime | None:
    """Return the newest time of the last answer, where this one shares nothing with it."""
    head = visit.head or visit.last
    overflow = any(finding.fault is SourceFault.OVERFLOW for finding in findings)
    return (head.newest_at or last_answer(head)) if head and overflow else None


def _report(
    run: Run,
    visit: Visit,
    status: int | None,
    outcome: PollOutcome,
    *,
    findings: tuple[SourceFinding, ...],
    understood: bool | None,
    next_at: datetime | None = None,
    answered: bool = False,
) -> None:
    """Report how a source answered; its problems become part of the crawl's verdict."""
    run.log.counts.sources[visit.url] = SourceReport(
        url=visit.url,
        status=status,
        links=outcome.links,
        new=outcome.new,
        overlap=outcome.known,
        listed=outcome.listed,
        understood=understood,
        findings=findings,
        problem=in_words(findings),
        next_at=next_at,
        part_of=visit.part_of,
        at=run.clock() if answered else None,
        answered_at=last_answer(visit.last),
        extent=extent(outcome.entries, visit.last) if answered else None,
        missed_since=_missed_since(visit, findings),
    )
    # Silence is reported by itself: a source may have nothing to say.
    problem = in_words(
        tuple(finding for finding in findings if finding.fault is not SourceFault.SILENT)
    )
    if problem:
        run.log.counts.problems[visit.url] = problem
    if any(finding.fault in _CUT_OFF for finding in findings):
        run.log.counts.reach(AnswerLimit.SOURCE_SIZE, visit.url)
    if any(finding.fault is SourceFault.SILENT for finding in findings):
        run.log.counts.silent.append(visit.url)
