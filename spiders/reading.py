"""Reads a page as its outlet declares it: with its rules, its canonical URL and its key.

A crawl, a look and a reading anew from the archive all come through here, so that the same page
gives the same record. The outlet that a reprint names as its origin is resolved too.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from processing.reading.tree import RejectionCause, reject
from processing.records import Article, Page, Reason, Rejection
from processing.rules import GENERIC, rules_at
from processing.settings import settings
from spiders.outlet import Outlet, identify, resolved
from spiders.outlets import outlets

if TYPE_CHECKING:
    from processing.reading.rights import RightsPolicy

LIMIT = 30.0
"""Seconds of processor time that a page may cost; a large one costs one."""


def read(
    page: Page,
    outlet: Outlet | None,
    *,
    canonical: str | None = None,
    on_time_limit: Callable[[], None] = lambda: None,
) -> Article | Rejection:
    """Read `page` with the rules that `outlet` had on its day; without an outlet as any page.

    `canonical` is the address to file it under where its own says nothing (a redirect to a page of
    no known form). A page that takes longer than `LIMIT` is a rejection, and `on_time_limit` is called.
    """
    try:
        with _within(LIMIT):
            return _read(page, outlet, canonical)
    except _TooLongError:
        on_time_limit()
        return reject(
            page,
            RejectionCause(Reason.UNREADABLE, f"the reader took more than {LIMIT:g} s"),
            canonical,
        )


class _TooLongError(BaseException):
    """The time is up; no `except Exception` on the way may think that it has dealt with it."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Break off what takes more processor time than `seconds`, with _TooLongError.

    Only in the main thread, as signals are. A crawl reads in its own process, which one page must
    not hold up.
    """

    def strike(*_: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGVTALRM, strike)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _read(page: Page, outlet: Outlet | None, canonical: str | None) -> Article | Rejection:
    # Loaded with the first page: a poll that finds nothing new needs no reader.
    from processing.reading.extract import extract  # noqa: PLC0415 - see above

    identity = identify(outlet, page.url) if outlet else None
    record = extract(
        page,
        rules_at(outlet.rules, page.fetched_at) if outlet else GENERIC,
        url=identity.url if identity else canonical,
        publisher_id=identity.key if identity else None,
        policy=policy(),
    )
    if isinstance(record, Article) and record.origin:
        return record.evolve(origin=resolved(record.origin, outlets().values()))
    return record


def policy() -> "RightsPolicy":
    """Return which marks of a page are obeyed, as the settings say."""
    from processing.reading.rights import RightsPolicy  # noqa: PLC0415 - as above

    return RightsPolicy(noarchive=settings().obey_noarchive, tdm=settings().obey_tdm_reservation)
