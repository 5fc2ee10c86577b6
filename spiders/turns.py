"""Whose turn it is at a tick of the clock: which outlets have something to ask, and what waits for their next crawl.

A source is due by its own turn-over (`polling.interval`). What waits, revisits and gaps, rides with the next poll, and
never waits longer than the outlet's usual pace. A host that closed itself to us is left alone until its time.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

from processing.archive.memory import Memory, load
from processing.archive.store import Store
from processing.errors import CorruptRecordError
from processing.reading.rules import SEOUL
from processing.records import Fetch, Why
from spiders.discover import addresses, is_day_archive
from spiders.outlet import Outlet
from spiders.polling import TICK, USUAL, is_due, note_url, waits_until
from spiders.settings import REVISITS

_THREADS = 4


def due(store: Store, outlets: Mapping[str, Outlet], names: Sequence[str], now: datetime) -> list[str]:
    """Return those of `names` whose turn it is, in their order.

    An outlet whose memory is damaged is among them: its own crawl says what is wrong, and stops no other.
    """

    def has_turn(name: str) -> bool:
        try:
            return is_turn(outlets[name], load(store, name), now)
        except CorruptRecordError:
            return True

    with ThreadPoolExecutor(_THREADS) as pool:
        return [name for name, turn in zip(names, pool.map(has_turn, names), strict=True) if turn]


def is_turn(outlet: Outlet, memory: Memory, now: datetime) -> bool:
    """Return whether an outlet is crawled at this tick."""
    if memory.spent(now.astimezone(SEOUL).date()) >= outlet.budget:
        return False
    urls = [addresses(source)[0] for source in outlet.sources if not is_day_archive(source)]
    if any(is_due(memory.source(url), outlet.pace, now) and _is_open(memory, url, now) for url in urls):
        return True
    asked = memory.asked_at()
    rested = asked is None or asked + USUAL[outlet.pace] - TICK[outlet.pace] / 2 <= now
    return rested and any(_is_open(memory, row.url, now) for row in waiting(memory, now))


def waiting(memory: Memory, now: datetime) -> Iterator[Fetch]:
    """Yield what the next crawl asks again: gaps, then revisits."""
    yield from gaps(memory, now)
    yield from memory.due(now, REVISITS)


def gaps(memory: Memory, now: datetime) -> Iterator[Fetch]:
    """Yield the announced articles that are not here and that back-off does not hold now, the oldest first."""
    for row in memory.gaps():
        if row.why is not Why.GIVEN_UP and waits_until(row, now) is None:
            yield row


def _is_open(memory: Memory, url: str, now: datetime) -> bool:
    return waits_until(memory.source(note_url(urlsplit(url).netloc)), now) is None
