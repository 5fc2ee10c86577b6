"""What a crawl knows of each host: when it may be asked again, and whether it answered at all.

Plain state, with the clock passed in; the middlewares act on it. Where no host answered, what other
crawls met lately tells an outage on our side from one of the outlet.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from processing.archive.memory import Memory
from processing.errors import TransientError
from processing.report.unpublished import (
    WINDOW,
    PollAttempt,
    attempts_here,
    covers,
    note,
    noted,
    outage,
    recent_attempts,
)
from processing.store.interface import Store

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Host:
    delay: float
    earliest: float = 0.0
    cooled: str | None = None
    refused: int = 0
    walls: int = 0


class Hosts:
    """The hosts of one crawl.

    `clock` is monotonic, in seconds. `least` is the delay that every host gets.
    """

    def __init__(self, clock: Callable[[], float], least: float = 0.0) -> None:
        self._clock = clock
        self.least = least
        self._hosts: dict[str, _Host] = {}

    def slow(self, host: str, delay: float) -> None:
        """Keep at least `delay` seconds between two requests (robots.txt Crawl-delay).

        It never gets less.
        """
        state = self._host(host)
        state.delay = max(state.delay, delay)
        state.earliest = max(state.earliest, self._clock() + delay)

    def hold(self, host: str, seconds: float) -> None:
        """Ask nothing for so long (Retry-After, or a pause before a retry)."""
        state = self._host(host)
        state.earliest = max(state.earliest, self._clock() + seconds)

    def cool(self, host: str, why: str) -> None:
        """Ask nothing more in this crawl."""
        state = self._host(host)
        state.cooled = state.cooled or why

    def cooled(self, host: str) -> str | None:
        """Return why `host` is asked nothing more, or None."""
        return self._host(host).cooled

    def all_cooled(self) -> dict[str, str]:
        """Return every host that is asked nothing more, with the reason."""
        return {host: state.cooled for host, state in self._hosts.items() if state.cooled}

    def wait(self, host: str) -> float:
        """Return the seconds until `host` may be asked; 0 books that moment for the caller."""
        state, now = self._host(host), self._clock()
        if state.earliest > now:
            return state.earliest - now
        # Booked before the request goes out: two that wait for one host do not start at once.
        state.earliest = now + state.delay
        return 0.0

    def left(self, host: str) -> None:
        """Note that an answer has come: the delay counts from it, not from its request."""
        state = self._host(host)
        state.earliest = max(state.earliest, self._clock() + state.delay)

    def refuse(self, host: str, *, refused: bool) -> int:
        """Count answers in a row that say no (401, 403, 429); return how many there are now."""
        state = self._host(host)
        state.refused = state.refused + 1 if refused else 0
        return state.refused

    def wall(self, host: str, *, walled: bool) -> int:
        """Count login pages in a row; return how many there are now."""
        state = self._host(host)
        state.walls = state.walls + 1 if walled else 0
        return state.walls

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            self._hosts[host] = _Host(delay=self.least)
        return self._hosts[host]


class Reach:
    """What a crawl knows of being answered.

    `ask` judges, from what other crawls met, whether the fault is ours.
    """

    def __init__(self, ask: Callable[["Reach"], bool] = lambda _: False) -> None:
        self._ask = ask
        self._lost: dict[str, str] = {}
        self._answered: set[str] = set()
        self._ours: bool | None = None

    def answered(self, host: str) -> None:
        """Note that `host` (with its port) sent something."""
        self._answered.add(host)
        self._lost.pop(host, None)

    def lost(self, host: str, address: str) -> None:
        """Note that nothing came back from `host`.

        `address` is what was tried, or the name where it has none.
        """
        # A host that answered once is reachable, whatever a later request meets.
        if host not in self._answered:
            self._lost[host] = address

    def is_lost(self, url: str) -> bool:
        """Return whether the host of `url` was asked in this crawl and sent nothing at all."""
        return urlsplit(url).netloc in self._lost

    @property
    def reached(self) -> bool | None:
        """Whether any host sent anything; None where none was asked."""
        return bool(self._answered) if self._answered or self._lost else None

    @property
    def unreached(self) -> tuple[str, ...]:
        """The addresses that were tried in vain, where no host answered."""
        return () if self._answered else tuple(sorted(set(self._lost.values())))

    def is_ours(self, *, again: bool = False) -> bool:
        """Return whether the fault is on our side; judged once, and `again` at a crawl's end."""
        if self._ours is None or (again and not self._ours):
            self._ours = self.reached is False and self._ask(self)
        return self._ours


def forgiven(memory: Memory, store: Store) -> Memory:
    """Return `memory` without the failures that were ours.

    The store is asked only where something failed so.
    """
    # Listing the notes costs a request to the store, so it waits until a failure needs them.
    slots: list[datetime] | None = None

    def is_ours(moment: datetime) -> bool:
        nonlocal slots
        if slots is None:
            slots = noted(store)
        return covers(slots, moment)

    memory.forgive(is_ours)
    return memory


def crawl_reach(
    store: Store, spool: Path, outlet: str, clock: Callable[[], datetime], *, dry_run: bool = False
) -> Reach:
    """Return the reach of a crawl.

    Where nothing answers, it is compared with what other crawls met lately. An outage that shows is
    noted in the store, except by a dry run, which writes nothing.
    """

    def ask(reach: Reach) -> bool:
        now = clock()
        own = PollAttempt(outlet, now, reached=False, unreached=reach.unreached)
        try:
            met = [
                *recent_attempts(store, now),
                *attempts_here(spool, now - WINDOW),
            ]
            seen = outage([*met, own], now)
            if seen is not None and not dry_run:
                note(store, seen, now)
        except TransientError as error:
            log.warning("whether the fault is ours cannot be told: %s", error)
            return False
        if seen is not None:
            log.warning(
                "nothing comes back from %d of %d outlets: "
                "the fault is on our side and counts for no outlet",
                seen.unreached,
                seen.asked,
            )
        return seen is not None

    return Reach(ask)
