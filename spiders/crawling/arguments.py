"""The checked arguments of a crawl: `-a since=`, `-a until=`, `-a url=`, `--dry-run`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from processing.dates import SEOUL
from processing.errors import UsageError
from spiders.crawling.polling import Span
from spiders.outlet import Outlet

_PAUSED_CURE = (
    "read pages of it that you have with `sillok read PAGE.html --url ADDRESS`; "
    "-a url=ADDRESS asks for a single page where its robots.txt allows that"
)
"""Holds for every paused outlet: robots.txt closes some portals, and kept pages are read anyway."""
_ALWAYS = Span()
_LONGEST = 3660
"""Days that one backfill may be asked to go back over: ten years."""


@dataclass(frozen=True, slots=True)
class CrawlRequest:
    """The checked arguments of one crawl.

    `span` and `days` are the same stretch: as moments, and as the KST days from `since` to `until`,
    the newest first. `budget` is the number of requests that a backfill may make in this run.
    """

    urls: tuple[str, ...] = ()
    span: Span = _ALWAYS
    days: tuple[date, ...] = ()
    dry_run: bool = False
    fresh: bool = False
    due_only: bool = False
    budget: int | None = None

    @property
    def backfill(self) -> bool:
        """Whether sources are read whole, whatever they said about being unchanged."""
        return bool(self.days) or self.fresh

    @property
    def sources_only(self) -> bool:
        """Whether only what sources announce is wanted, and neither revisits nor gaps."""
        return bool(self.days) or self.dry_run


def parse_arguments(
    arguments: Mapping[str, str],
    *,
    today: date,
    dry_run: bool = False,
    fresh: bool = False,
    due_only: bool = False,
    budget: int | None = None,
) -> CrawlRequest:
    """Return the request that the `-a` arguments make; raise UsageError naming a wrong one."""
    unknown = sorted(set(arguments) - {"since", "until", "url"})
    if unknown:
        raise UsageError(
            f"-a {unknown[0]}= is not known; there are since=YYYY-MM-DD, until=YYYY-MM-DD "
            "and url=URL"
        )
    since, until = _day(arguments, "since"), _day(arguments, "until")
    urls = tuple(_url(url) for url in arguments.get("url", "").split())
    if urls and (since or until):
        raise UsageError("-a url= asks for pages by name: leave since= and until= out")
    if until and not since:
        raise UsageError("-a until= needs since=: days are asked from one to the other")
    if since is None:
        return CrawlRequest(urls=urls, dry_run=dry_run, fresh=fresh, due_only=due_only)
    # Without an end, a backfill goes on to the present day, which is not over.
    last = until or today
    days = tuple(days_asked(since, last, today))
    # The end of a span is not part of it, the last day asked for is.
    span = Span(_midnight(since), _midnight(last + timedelta(days=1)))
    return CrawlRequest(span=span, days=days, dry_run=dry_run, fresh=fresh, budget=budget)


def days_asked(since: date, until: date, today: date) -> list[date]:
    """Return the KST days from `since` to `until`, the newest first.

    Raises UsageError where they are no stretch of days up to `today`, or a longer one than ten
    years.
    """
    if until < since:
        raise UsageError(f"since {since} is after until {until}: give the earlier day first")
    if until > today:
        raise UsageError(f"until {until} is still to come: the last day there is, is {today} (KST)")
    if (until - since).days >= _LONGEST:
        raise UsageError(f"since {since} until {until}: give at most {_LONGEST} days at once")
    return [until - timedelta(days=back) for back in range((until - since).days + 1)]


def require_visited(outlet: Outlet, permission: str | None) -> None:
    """Raise UsageError where the outlet is paused; `permission` is the consent that it has given."""
    if outlet.paused and not (outlet.permission_needed and permission):
        cure = (
            "record its consent in SILLOK_PERMISSION" if outlet.permission_needed else _PAUSED_CURE
        )
        raise UsageError(f"the outlet is paused: {outlet.paused}; {cure}")


def _day(arguments: Mapping[str, str], name: str) -> date | None:
    value = arguments.get(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise UsageError(f"-a {name}={value!r} is no day: write it as 2026-11-20") from error


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UsageError(f"-a url={url!r} is no URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(
            f"-a url={url!r} is no address of a page: write it with http:// or https://"
        )
    return url


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SEOUL)
