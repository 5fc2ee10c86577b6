"""Drives a backfill: asks the lists that reach the days asked for, then the articles that they name.

One list at a time, and its articles before the next one: so what is under way fits into memory,
however many days are asked for. What a list announces is written down and sealed before anything
else is asked, each article as `waiting`; a run that is killed goes on from there, and asks no
answered list again. All rows carry `backfill` and lie in runs of their own, apart from the outlet's
daily memory.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from scrapy.http import Response

from processing.archive.backfills import label
from processing.errors import UsageError
from processing.records import Fetch, SourceFault, SourceFinding, SourceReport, Why, article_id
from spiders.crawling.arguments import CrawlRequest
from spiders.crawling.fetch_log import answered, considered, failed
from spiders.crawling.history import BackfillPlan, ListVisit, in_days, is_paged
from spiders.crawling.polling import ABSENT
from spiders.crawling.run import Run
from spiders.crawling.sources import listed_in, refusal_of, refused_row
from spiders.crawling.visit import ReadingInterruptedError, Visit, visit_of
from spiders.formats.days import day_of, stretch_in_url
from spiders.formats.discover import is_day_archive
from spiders.formats.links import Child, Links, in_words
from spiders.outlet import Sitemap, Source, identify, unaskable

log = logging.getLogger(__name__)

_AT_ONCE = 100
"""Articles that are asked for before the plan is looked at again."""
_REFUSED = {401, 403, 451}
"""Statuses by which a list refuses us (RFC 9110 §15.5.2, §15.5.4; RFC 7725)."""
_PAST_END = ABSENT | {400}
"""Statuses of a page behind the last one of a list; WordPress says 400."""
_NO_FAULT = {SourceFault.LIST_END, SourceFault.LISTS_NOTHING}
_TOTAL_PAGES, _PAGES_STATED = b"X-WP-TotalPages", re.compile(rb"\d{1,9}")


class Entry(NamedTuple):
    """A link of a list that is an article of the outlet, and the day that the list states of it.

    `is_asked_for` says that no time that it states lies outside the days asked for.
    """

    url: str
    article: str
    is_asked_for: bool
    day: date | None


class Backfill:
    """What one run of a backfill asks next, and what its lists answered.

    `most` is the number of requests after which the run ends and another process goes on, because
    a run remembers every article that it has asked for.
    """

    def __init__(
        self, run: Run, wanted: CrawlRequest, plan: BackfillPlan, *, most: int | None = None
    ) -> None:
        self.plan = plan
        self._run, self._wanted, self._most = run, wanted, most
        self._tried: set[str] = set()
        self._lists: dict[str, ListVisit] = {}
        self._pages: dict[tuple[str, int], frozenset[str]] = {}
        self._refusals: dict[str, str] = {}
        self._answers = 0

    # -- what is asked

    def next_visits(self) -> list[Visit]:
        """Return what is asked next: articles that wait, else lists. Empty at the end."""
        if self._run.closing or self._run.error or self.is_spent() or self.is_full():
            return []
        articles = [] if self._wanted.dry_run else list(islice(self._articles(), _AT_ONCE))
        return articles or [self._list(visit) for visit in self.plan.lists()]

    def is_full(self) -> bool:
        """Return whether this run has made the requests that one process may make."""
        return self._most is not None and self._run.requests >= self._most

    def is_spent(self) -> bool:
        """Return whether the budget of the backfill is spent."""
        return self._run.spent() >= self._run.budget

    def _articles(self) -> Iterator[Visit]:
        for row in self.plan.waiting():
            article = row.article_id
            if article is None or article in self._tried:
                continue
            self._tried.add(article)
            identity = identify(self._run.outlet, row.url)
            if identity is None or self._is_known(article):
                self._run.log.add(self._considered(row.url, Why.SEEN, article, row))
                continue
            yield Visit(
                role="article",
                url=row.url,
                reason="new",
                canonical=identity.url,
                article_id=article,
                announced_by=row.announced_by,
                announced_at=row.announced_at,
                last=row,
                backfill=row.backfill,
            )

    def _list(self, visit: ListVisit) -> Visit:
        self.plan.asked.add(visit.url)
        self._lists[visit.url] = visit
        last = self.plan.state.lists.get(visit.source.url, {}).get(visit.url)
        return Visit(
            role="source",
            url=visit.url,
            reason="poll",
            source=visit.source,
            announced_by=visit.source.url,
            last=last,
            backfill=self._marked(visit),
        )

    def _marked(self, visit: ListVisit) -> str:
        """Return the mark of a list that has not answered: of a page it completes no day."""
        if is_paged(visit.source):
            return label(self.plan.today + timedelta(days=1), self.plan.today)
        # A sitemap of one day, which an index named, completes that day as one of a month does.
        if is_day_archive(visit.source):
            return f"{visit.first}"
        return label(visit.first, visit.last)

    # -- what is answered

    def answer(self, response: Response) -> list[str]:
        """Take in what a list answered; return the addresses of the articles that it adds."""
        # Set by the engine.
        visit = visit_of(response.request)  # type: ignore[arg-type]
        asked = self._lists[visit.url]
        if response.status in _PAST_END and (asked.page or 1) > 1:
            self._end(visit, asked, f"http {response.status}: no such page", response.status)
            return []
        refusal = refusal_of(visit, response)
        if refusal:
            self.fail(visit, refusal, status=response.status)
            return []
        try:
            with self._run.reads():
                listed = listed_in(self._run, visit, response)
        except ReadingInterruptedError:
            detail = "interrupted while it was read"
            finding = SourceFinding(fault=SourceFault.UNANSWERED, detail=detail)
            self.fail(visit, finding, status=response.status)
            return []
        self._answers += 1
        return self._take(visit, asked, listed, response)

    def fail(
        self,
        visit: Visit,
        *findings: SourceFinding,
        status: int | None = None,
        why: Why = Why.FAILED,
    ) -> None:
        """Take in that a list gave nothing."""
        detail = in_words(findings) or "no reason given"
        faults = tuple(dict.fromkeys(finding.fault for finding in findings))
        self._run.log.add(failed(self._run, visit, detail, why=why, status=status, faults=faults))
        if self._run.held:
            self._run.held.release(visit.url)
        if why is Why.ROBOTS or status in _REFUSED or SourceFault.NOFOLLOW in faults:
            self._refusals[visit.url] = detail
        self._report(visit, status, (), findings, new=0)

    def _take(self, visit: Visit, asked: ListVisit, listed: Links, response: Response) -> list[str]:
        entries = list(self._entries(visit, listed))
        if listed.children and isinstance(asked.source, Sitemap):
            self._take_children(asked.source, listed.children)
        if is_paged(asked.source):
            return self._take_page(visit, asked, listed, entries, response)
        added = self._announce(visit, asked, entries)
        faults = self._last_page(asked, entries, response)
        mark = visit.backfill
        if visit.url != asked.source.url and "/" in (mark or ""):
            # A sitemap of a month that is not over completes the days that are.
            mark = label(asked.first, min(asked.last, self.plan.today - timedelta(days=1)))
        findings = listed.findings
        if not entries and not listed.children and listed.links:
            findings = (*findings, _no_article(listed))
        self._settle(visit, listed, findings, response, mark=mark, faults=faults, added=added)
        return added

    def _entries(self, visit: Visit, listed: Links) -> Iterator[Entry]:
        """Yield the links that are articles of the outlet and may be asked, in their order."""
        for link in listed.links:
            identity = identify(self._run.outlet, link.url)
            if identity is None or unaskable(self._run.outlet, link.url):
                self._refuse(link.url, visit)
                continue
            self._run.announced.add(article_id(identity.url))
            day, inside = day_of(link, self.plan.today), self._wanted.span.holds(link)
            yield Entry(link.url, article_id(identity.url), inside, day)

    def _refuse(self, url: str, visit: Visit) -> None:
        row = refused_row(self._run, url, visit.announced_by).evolve(backfill=visit.backfill)
        if url not in self._run.refused_urls and not self._run.memory.turned_down(row.why, row.url):
            self._run.log.add(row)
        self._run.refused_urls.add(url)

    def _announce(self, visit: Visit, asked: ListVisit, entries: Iterable[Entry]) -> list[str]:
        """Write down which articles wait; return the addresses of those that are added."""
        days, added = set(self.plan.days), []
        for entry in entries:
            if entry.article in self._run.log.considered or self._is_waiting(entry.article):
                continue
            day, why = _day_in(asked, entry), Why.WAITING
            if day not in days or not entry.is_asked_for:
                why = Why.OUT_OF_RANGE
            elif self._is_known(entry.article):
                why = Why.SEEN
            mark = visit.backfill if why is Why.OUT_OF_RANGE else f"{day}"
            source = asked.source.url
            row = considered(
                self._run, entry.url, why, article=entry.article, source=source, backfill=mark
            )
            self._run.log.add(row.evolve(announced_at=self._run.clock()))
            added += [entry.url] if why is Why.WAITING else []
        return added

    def _take_children(self, source: Sitemap, children: Iterable[Child]) -> None:
        """Write down the sitemaps of an index that hold one of the days."""
        days = self.plan.days
        known = self.plan.state.lists.get(source.url, {})
        for child in children:
            stretch = stretch_in_url(child.url)
            if stretch is None or stretch[1] < min(days) or stretch[0] > max(days):
                continue
            if not re.search(source.follow, child.url) or unaskable(self._run.outlet, child.url):
                continue
            before = known.get(child.url)
            if before is None or before.why is not Why.FETCHED or stretch[1] >= self.plan.today:
                row = considered(
                    self._run, child.url, Why.WAITING, source=source.url, backfill=label(*stretch)
                )
                self._run.log.add(row.evolve(role="source"))

    # -- the pages of a list

    def _take_page(
        self,
        visit: Visit,
        asked: ListVisit,
        listed: Links,
        entries: list[Entry],
        response: Response,
    ) -> list[str]:
        """Take in one page of a list that goes back in time."""
        number = asked.page or 1
        articles = frozenset(entry.article for entry in entries)
        if not articles or (number > 1 and self._is_repeated(asked.source, number, articles)):
            detail = "it repeats an earlier page" if articles else "it lists no article"
            self._end(visit, asked, f"{detail}: the list ends before it", response.status)
            return []
        self._pages[asked.source.url, number] = articles
        dated = self._in_order(asked.source, number, entries)
        if not dated:
            self._take_undated(visit, asked, number, response.status)
            return []
        added = self._announce(visit, asked, entries)
        mark = self._completed(asked.source, number, newest=dated[0], oldest=dated[-1])
        self._settle(visit, listed, listed.findings, response, mark=mark, added=added)
        return added

    def _take_undated(self, visit: Visit, asked: ListVisit, number: int, status: int) -> None:
        """Take in a page whose entries state no day: beyond a list's end, a ranking may be left."""
        before = self.plan.pages(asked.source).get(number - 1)
        if before and not before.is_end:
            detail = "it states no day, and the page before it did: the list ends before it"
            self._end(visit, asked, detail, status)
            return
        detail = "its entries state no day: how far back it goes cannot be told"
        undated = SourceFinding(fault=SourceFault.UNDATED, detail=detail)
        self.fail(visit, undated, status=status)

    def _is_repeated(self, source: Source, number: int, articles: frozenset[str]) -> bool:
        """Return whether a page shows again what the first or the two pages before it showed.

        One page alone may repeat because articles were added in front meanwhile.
        """
        before = [self._pages.get((source.url, number - back)) for back in (1, 2)]
        return articles == self._pages.get((source.url, 1)) or all(
            page is not None and articles <= page for page in before
        )

    def _in_order(self, source: Source, number: int, entries: list[Entry]) -> list[date]:
        """Return the days of a page's own entries, the newest first.

        Notices on top and rankings beside the list have days too: the longest part that goes back
        without a leap forward is the list. What other pages show as well is no part of it.
        """
        others = [
            shown
            for (url, page), shown in self._pages.items()
            if url == source.url and page != number
        ]
        everywhere = frozenset.intersection(*others) if others else frozenset()
        own = [entry for entry in entries if entry.day and entry.article not in everywhere]
        days = [entry.day for entry in own or entries if entry.day]
        runs: list[list[date]] = [[]]
        for day in days:
            if runs[-1] and day > runs[-1][-1]:
                runs.append([])
            runs[-1].append(day)
        return max(runs, key=len)

    def _completed(self, source: Source, number: int, *, newest: date, oldest: date) -> str:
        """Return the mark of a page: the days of which no article stands on an unread page."""
        pages = self.plan.pages(source)
        before = pages.get(number - 1)
        last, yesterday = newest - timedelta(days=1), self.plan.today - timedelta(days=1)
        if number == 1:
            last = yesterday
        elif before and not before.is_end:
            # No page completes today: more is still to come.
            last = min(before.oldest, yesterday)
        return label(oldest + timedelta(days=1), last)

    def _end(self, visit: Visit, asked: ListVisit, detail: str, status: int) -> None:
        """Take in that a list has no such page: its last day is the oldest that was read."""
        finding = SourceFinding(fault=SourceFault.LIST_END, detail=detail)
        mark = visit.backfill
        before = self.plan.pages(asked.source).get((asked.page or 1) - 1)
        if before and not before.is_end and is_paged(asked.source):
            mark = label(before.oldest, before.oldest)
        self._answers += 1
        row = failed(self._run, visit, detail, status=status, counted=False)
        self._run.log.add(row.evolve(backfill=mark, faults=(finding.fault,)))
        self._seal(visit)
        self._report(visit, status, (), (finding,), new=0, understood=True)

    def _last_page(
        self, asked: ListVisit, entries: list[Entry], response: Response
    ) -> tuple[SourceFault, ...]:
        """Return whether the list of a day that has pages ends with this one."""
        if asked.page is None:
            return ()
        stated = (response.headers.get(_TOTAL_PAGES) or b"").strip()
        # A number of thousands of digits is an error for `int`, and no last page for us.
        is_last = _PAGES_STATED.fullmatch(stated) is not None and int(stated) <= asked.page
        articles = frozenset(entry.article for entry in entries)
        pages_of_day = f"{asked.source.url} {asked.first}"
        before = self._pages.get((pages_of_day, asked.page - 1))
        self._pages[pages_of_day, asked.page] = articles
        return (SourceFault.LIST_END,) if is_last or not articles or articles == before else ()

    # -- what is written down

    def _settle(
        self,
        visit: Visit,
        listed: Links,
        findings: tuple[SourceFinding, ...],
        response: Response,
        *,
        mark: str | None,
        added: list[str],
        faults: tuple[SourceFault, ...] = (),
    ) -> None:
        """Log a list's answer, after the rows of what it announced, and seal both."""
        run = self._run
        counts = {"listed": len(listed.links), "links": len(listed.links), "new_links": len(added)}
        row = answered(run, visit, response, why=Why.FETCHED, **counts)
        known = tuple(dict.fromkeys([*faults, *(finding.fault for finding in findings)]))
        detail = (in_words(findings) or "")[:500] or None
        run.log.add(row.evolve(visits=0, backfill=mark, faults=known, detail=detail))
        # Sealed now: a run that is killed never asks this list again.
        self._seal(visit)
        self._report(visit, response.status, listed.links, findings, new=len(added))
        log.info(
            "%s: %s: %d links, %d to ask for; %d of %d days are left",
            run.outlet.name,
            visit.url,
            len(listed.links),
            len(added),
            len(self.plan.left()),
            len(self.plan.days),
        )

    def _seal(self, visit: Visit) -> None:
        self._run.landing.seal()
        if self._run.held:
            self._run.held.release(visit.url)

    def _report(
        self,
        visit: Visit,
        status: int | None,
        links: Iterable[object],
        findings: tuple[SourceFinding, ...],
        *,
        new: int,
        understood: bool | None = None,
    ) -> None:
        """Add a list's answer to what the run reports of the source that declares it."""
        counts, url = self._run.log.counts, visit.announced_by or visit.url
        before = counts.sources.get(url)
        count = len(list(links))
        # A day may have no article or no list at all, and a list has an end.
        faulty = tuple(finding for finding in findings if finding.fault not in _NO_FAULT)
        faulty = () if status in ABSENT else faulty
        sound = understood if understood is not None else bool(count) or not faulty
        answered_before = before is not None and before.understood is True
        counts.sources[url] = SourceReport(
            url=url,
            status=status or (before.status if before else None),
            links=count + (before.links if before else 0),
            new=new + (before.new if before else 0),
            overlap=0,
            listed=count + (before.listed if before else 0),
            understood=answered_before or sound,
            # One list that fails does not undo what the others of a source have answered.
            findings=before.findings if before and answered_before else faulty,
            problem=in_words(faulty),
        )
        if faulty:
            counts.problems[visit.url] = in_words(faulty) or "no reason given"

    def _considered(self, url: str, why: Why, article: str, row: Fetch) -> Fetch:
        source, mark = row.announced_by, row.backfill
        return considered(self._run, url, why, article=article, source=source, backfill=mark)

    def _is_known(self, article: str) -> bool:
        return self._run.memory.seen(article) or self.plan.state.has_settled(article)

    def _is_waiting(self, article: str) -> bool:
        return article in self.plan.state.waiting

    # -- how it ends

    def finish(self) -> None:
        """Say in the run's counts which days are not complete; fail where every list refused."""
        if self._refusals and not self._answers and not self._run.log.counts.pages:
            named = "; ".join(f"{url}: {why}" for url, why in sorted(self._refusals.items()))
            self._run.fail(
                UsageError(
                    f"its lists refuse us ({named}): ask the outlet for its consent, or for days "
                    "that another of its sources reaches"
                )
            )
        self._run.log.counts.unreached = "; ".join(self._not_complete())

    def _not_complete(self) -> Iterator[str]:
        none, left = self.plan.unreachable(), self.plan.left()
        if none:
            yield f"no source reaches {in_days(none)}"
        if left:
            why = "the next run goes on"
            if self.is_spent():
                why = f"the budget of {self._run.budget} requests is spent; {why}"
            yield f"{in_days(left)} {'is' if len(left) == 1 else 'are'} not complete: {why}"


def _day_in(asked: ListVisit, entry: Entry) -> date | None:
    """Return the day for which an entry of a list is asked."""
    own_day = asked.first if asked.first == asked.last else None
    if is_paged(asked.source):
        return entry.day
    if asked.url == asked.source.url and not is_day_archive(asked.source):
        return entry.day or own_day
    # The list of one day says itself of which day its articles are.
    return own_day or entry.day


def _no_article(listed: Links) -> SourceFinding:
    detail = f"none of its {len(listed.links)} links is an article"
    return SourceFinding(fault=SourceFault.NO_ARTICLE, detail=detail)
