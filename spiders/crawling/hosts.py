"""How each host wants to be asked: the least time between requests, until when it must be left alone, and why.

Plain state with the clock passed in; the middlewares act on it.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Host:
    delay: float = 0.0
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
        state.earliest = now + state.delay
        return 0.0

    def left(self, host: str) -> None:
        """Note that an answer has come: the delay counts from here, which is later than from the request."""
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
