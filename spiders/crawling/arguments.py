"""The checked arguments of a crawl: `-a since=`, `-a until=`, `-a url=`, `--dry-run`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from processing.dates import SEOUL
from processing.errors import UsageError
from spiders.crawling.polling import Span

_ALWAYS = Span()
_LONGEST = 366
"""Days that one crawl may be asked to go back over; a longer stretch is several crawls."""


@dataclass(frozen=True, slots=True)
class CrawlRequest:
    """The checked arguments of one crawl.

    `span` and `days` are the same stretch: as moments, and as the KST days from `since` to `until`.
    """

    urls: tuple[str, ...] = ()
    span: Span = _ALWAYS
    days: tuple[date, ...] = ()
    dry_run: bool = False
    fresh: bool = False
    due_only: bool = False

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
    if last < since or (last - since).days >= _LONGEST:
        raise UsageError(
            f"-a since={since} until={last}: give at most {_LONGEST} days, the earlier one first"
        )
    days = tuple(since + timedelta(days=n) for n in range((last - since).days + 1))
    # The end of a span is not part of it, the last day asked for is.
    span = Span(_midnight(since), _midnight(last + timedelta(days=1)))
    return CrawlRequest(span=span, days=days, dry_run=dry_run, fresh=fresh)


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
