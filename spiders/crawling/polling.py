"""Decides how often a source is asked, and what its answers say about it.

Pure functions, with the moment passed in. A poll that shares nothing with what was known before
missed something; a source that fails or lies is asked in another way, and the report says so.

`due` applies this to all outlets at a tick of the scheduler. A source is due by the hours at which
its articles have come (`steering`), until they are known by its own turn-over (`interval`). Revisits
and gaps are asked with the next poll, and never wait longer than the outlet's usual pace. A host
that is cooling down is left alone until its time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from processing.archive.memory import Memory, load
from processing.dates import SEOUL
from processing.errors import CorruptRecordError, MissingError
from processing.records import Fetch, SourceFault, SourceFinding, Stamp, Why
from processing.store.interface import Store
from spiders.crawling.claims import at_work, standing_claims
from spiders.crawling.hosts import forgiven
from spiders.crawling.poll_history import last_answer
from spiders.formats.discover import addresses, is_day_archive
from spiders.formats.links import Link
from spiders.outlet import Outlet, Pace, Source
from spiders.settings import REVISITS

ABSENT = frozenset({404, 410})
"""Statuses that say that there is no such page (RFC 9110 §15.5.5, §15.5.11)."""
ABSENT_VISITS = 6
"""Visits, over some thirty hours of back-off, after which a page that was never there is gone."""
VISITS = 20
"""Visits, over some two weeks of back-off, after which a page is given up, whatever it answers."""
PATIENCE = timedelta(days=30)
"""How long after its announcement a page is given up that could not even be asked for."""
SHARE_DAYS = 28
"""Days over which the usual share of a source's links that are articles is taken."""
_ENOUGH_LINKS = 5
"""Links from which on a share says something."""
_TRUST = 8
"""Answers 304 in a row after which a source is asked once without validators: it may lie."""
USUAL = {
    Pace.QUARTER_HOUR: timedelta(minutes=15),
    Pace.HOURLY: timedelta(hours=1),
    Pace.DAILY: timedelta(days=1),
}
"""The time between two polls of a source that turns over as its pace expects."""
TICK = {
    Pace.QUARTER_HOUR: timedelta(minutes=5),
    Pace.HOURLY: timedelta(minutes=15),
    Pace.DAILY: timedelta(hours=6),
}
"""How often a scheduler asks whose turn it is: the shortest time that `interval` returns."""
_MOSTLY_NEW = 0.5
"""Share of new links above which the next poll may come too late to overlap."""
_NEARLY_NEW = 0.8
"""The same where the hours of an outlet are known: so much is planned for."""
_LATEST = timedelta(days=1)
_PAUSE = timedelta(minutes=30)
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Span:
    """The days asked for, as moments: `since` included, `until` not. None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, link: Link) -> bool:
        """Return whether what `link` states lies inside; what states nothing is not left out."""
        stamps = [stamp for stamp in (link.published, link.modified) if stamp]
        if not stamps or not (self.since or self.until):
            return True
        return any(self._inside(stamp) for stamp in stamps)

    def _inside(self, stamp: Stamp) -> bool:
        return not (self.since and stamp.at < self.since) and not (
            self.until and stamp.at >= self.until
        )


def backoff(failures: int) -> timedelta:
    """Return how long to leave alone what failed so often in a row; the first costs nothing."""
    # The exponent is limited, or a page that failed for years would overflow.
    if failures <= 1:
        return timedelta()
    return min(_PAUSE * (1 << min(failures - 2, 10)), _LATEST)


def waits_until(last: Fetch | None, now: datetime) -> datetime | None:
    """Return until when back-off leaves this alone, or None where it may be asked.

    "There is no such page" is an answer, so asking again at once is of no use: it counts as two
    failures more.
    """
    if last is None or not last.failures:
        return None
    moment = last.at + backoff(weighed(last))
    return moment if moment > now else None


def left_alone(last: Fetch, until: datetime) -> str:
    """Return in words that an address has failed and until when it is left alone."""
    times = "1 time" if last.failures == 1 else f"{last.failures} times"
    return f"failed {times}, asked again from {until:%Y-%m-%d %H:%M} UTC"


def weighed(last: Fetch) -> int:
    """Return the failures in a row by which back-off is judged."""
    return last.failures + (2 if last.status in ABSENT else 0)


def final(row: Fetch) -> Fetch:
    """Return the row of an announced page that failed: to be asked again, gone, or given up."""
    if row.status in ABSENT and row.failures >= ABSENT_VISITS:
        detail = f"announced and never there: {row.detail} on the last of {row.failures} visits"
        return row.evolve(why=Why.GONE, detail=detail)
    # An article of a backfill may wait for its turn as long as it takes.
    announced_at = None if row.backfill else row.announced_at
    if row.failures >= VISITS or (announced_at and row.at - announced_at >= PATIENCE):
        detail = f"given up after {row.failures} visits in vain: {row.detail}"
        return row.evolve(why=Why.GIVEN_UP, detail=detail[:500])
    return row


def is_conditional(request: Any) -> bool:
    """Return whether a request was conditional: only then is 304 an answer to it."""
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def validators(last: Fetch | None) -> dict[str, str]:
    """Return the headers of a conditional request (RFC 9110 §13.1); none for false validators."""
    if last is None or lies(last) or (last.role == "source" and not _is_trusted(last)):
        return {}
    validators = {"If-None-Match": last.etag, "If-Modified-Since": last.last_modified}
    return {name: value for name, value in validators.items() if value}


def _is_trusted(last: Fetch) -> bool:
    """Return whether a source may answer "unchanged".

    An index may not, because its children change without it.
    """
    return bool(last.links) and not (last.why is Why.UNCHANGED and last.visits % _TRUST == 0)


def lies(last: Fetch) -> bool:
    """Return whether this source once kept a validator while its content changed."""
    return SourceFault.FALSE_VALIDATORS in last.faults


def caught(
    last: Fetch | None, etag: str | None, modified: str | None, *, new: int
) -> SourceFinding | None:
    """Return a finding where a source lists something new under the validators of before."""
    if last is None or not new:
        return None
    if last.etag and last.etag == etag:
        return _finding(
            SourceFault.FALSE_VALIDATORS,
            f"its validators lie: new links under the same ETag {etag}",
        )
    if not etag and last.last_modified and last.last_modified == modified:
        detail = f"its validators lie: new links under the same Last-Modified {modified}"
        return _finding(SourceFault.FALSE_VALIDATORS, detail)
    return None


def missed(last: Fetch | None, *, links: int, known: int) -> SourceFinding | None:
    """Return what to report where a poll shares nothing with what was known before."""
    if last is None or not last.links or not links or known:
        return None
    since = f"{last_answer(last) or last.at:%Y-%m-%d %H:%M} UTC"
    detail = f"all {links} links are new: something may have been missed since {since}; poll sooner"
    return _finding(SourceFault.OVERFLOW, detail)


def usual_share(shares: Mapping[str, tuple[int, int]], today: date) -> float | None:
    """Return the median share of links that were articles, over the last `SHARE_DAYS`.

    Today is not among them. `shares` are articles and links of each KST day. None where there is no
    such day.
    """
    first = (today - timedelta(days=SHARE_DAYS)).isoformat()
    days = [
        articles / listed
        for day, (articles, listed) in shares.items()
        if listed and first <= day < f"{today}"
    ]
    return median(days) if days else None


def too_few(articles: int, listed: int, usual: float | None) -> SourceFinding | None:
    """Return a finding where under a third of the usual share of links are articles."""
    # A handful of links varies by chance.
    if usual is None or listed < _ENOUGH_LINKS or articles / listed >= usual / 3:
        return None
    detail = (
        f"{articles} of {listed} links are articles, {usual:.0%} is usual: "
        "did the form of its addresses change?"
    )
    return _finding(SourceFault.FEW_ARTICLES, detail)


def interval(
    pace: Pace,
    *,
    links: int,
    known: int | None,
    failures: int = 0,
    quiet: bool = False,
    by_hours: timedelta | None = None,
) -> timedelta:
    """Return the time until the next poll.

    It is shorter the less a poll overlaps, longer where nothing is new or the source fails. `known`
    is None where there is nothing to compare with; `quiet` is a source that is silent beyond its
    quiet time. `by_hours` is what the source's own hours plan (`steering`), where they are known.
    """
    usual = USUAL[pace]
    if failures:
        return max(usual, backoff(failures))
    if quiet:
        return min(usual * 4, _LATEST)
    if known is None:
        return usual
    new = 1 - known / links if links else 0.0
    if by_hours is not None:
        # The plan knows what an hour usually brings; a list that is nearly new says otherwise.
        hurried = by_hours * _factor(new, overlaps=bool(known) or not links)
        return max(by_hours if new <= _NEARLY_NEW else hurried, TICK[pace])
    return min(max(usual * _factor(new, overlaps=bool(known) or not links), TICK[pace]), _LATEST)


def _factor(new: float, *, overlaps: bool) -> float:
    """Return how the time between two polls changes with the share of links that are new."""
    # Without overlap something was missed: the source turned over more than once.
    if not overlaps:
        return 0.25
    if new > _MOSTLY_NEW:
        return 0.5
    return 1.0 if new else 2.0


def is_due(last: Fetch | None, pace: Pace, now: datetime) -> bool:
    """Return whether a source is asked at the tick `now`: due nearer to it than to the next."""
    if last is None:
        return True
    moment = last.next_at or last.at + USUAL[pace]
    return moment - TICK[pace] / 2 <= now and waits_until(last, now) is None


def silence(
    source: Source, links: Iterable[Link], last: Fetch | None, *, new: int, now: datetime
) -> SourceFinding | None:
    """Return what to report where a source has had nothing new for longer than its quiet time."""
    if new:
        return None
    stated = [stamp.at for link in links for stamp in (link.published, link.modified) if stamp]
    newest = max(stated, default=last.new_at if last else None)
    if newest is None or now - newest < timedelta(hours=source.quiet_hours):
        return None
    detail = f"nothing new since {newest:%Y-%m-%d %H:%M} UTC, quiet time is {source.quiet_hours} h"
    return _finding(SourceFault.SILENT, detail)


def _finding(fault: SourceFault, detail: str) -> SourceFinding:
    return SourceFinding(fault=fault, detail=detail)


def note_url(authority: str) -> str:
    """Return the URL under which the fetch log keeps notes about a host as a whole."""
    return f"http://{authority}/#host"


def due(
    store: Store, outlets: Mapping[str, Outlet], names: Sequence[str], now: datetime
) -> list[str]:
    """Return those of `names` whose turn it is, in their order.

    One that is being crawled, on whatever host, has none. One whose memory is damaged or lost is among
    them: its own crawl says what is wrong, and stops no other.
    """

    def has_turn(name: str) -> bool:
        try:
            return is_turn(outlets[name], forgiven(load(store, name), store), now)
        except (CorruptRecordError, MissingError):
            return True

    busy = at_work(standing_claims(store), now)
    # Its crawl goes on: another would be turned away.
    names = [name for name in names if name not in busy]
    with ThreadPoolExecutor(_THREADS) as pool:
        return [name for name, turn in zip(names, pool.map(has_turn, names), strict=True) if turn]


def is_turn(outlet: Outlet, memory: Memory, now: datetime) -> bool:
    """Return whether an outlet is crawled at this tick."""
    if memory.spent(now.astimezone(SEOUL).date()) >= outlet.budget:
        return False
    urls = [addresses(source)[0] for source in outlet.sources if not is_day_archive(source)]
    if any(
        is_due(memory.source(url), outlet.pace, now) and _is_open(memory, url, now) for url in urls
    ):
        return True
    # Gaps and revisits alone start a crawl no more often than the outlet's pace.
    asked = memory.asked_at()
    rested = asked is None or asked + USUAL[outlet.pace] - TICK[outlet.pace] / 2 <= now
    return rested and any(_is_open(memory, row.url, now) for row in waiting(memory, now))


def waiting(memory: Memory, now: datetime) -> Iterator[Fetch]:
    """Yield what the next crawl asks again: gaps, then revisits."""
    yield from gaps(memory, now)
    yield from memory.due(now, REVISITS)


def gaps(memory: Memory, now: datetime) -> Iterator[Fetch]:
    """Yield the announced articles that are missing and not in back-off, the oldest first."""
    for row in memory.gaps():
        if row.why is not Why.GIVEN_UP and waits_until(row, now) is None:
            yield row


def _is_open(memory: Memory, url: str, now: datetime) -> bool:
    return waits_until(memory.source(note_url(urlsplit(url).netloc)), now) is None
