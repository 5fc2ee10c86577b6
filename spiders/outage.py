"""What a crawl makes of an outage on our side: it takes back earlier failures, and tells the others of its own."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from processing.archive.memory import Memory
from processing.errors import TransientError
from processing.report import outage
from processing.report.ends import attempts_here
from processing.store.interface import Store
from spiders.reach import Reach

log = logging.getLogger(__name__)


def forgiven(memory: Memory, store: Store) -> Memory:
    """Return `memory` without the failures that were ours. The store is asked only where something failed so."""
    slots: list[datetime] | None = None

    def covers(moment: datetime) -> bool:
        nonlocal slots
        if slots is None:
            slots = outage.noted(store)
        return outage.covers(slots, moment)

    memory.forgive(covers)
    return memory


def watched(store: Store, spool: Path, outlet: str, clock: Callable[[], datetime]) -> Reach:
    """Return the reach of a crawl: where nothing answers, it is held against what other crawls met lately."""

    def ask(reach: Reach) -> bool:
        now = clock()
        own = outage.Attempt(outlet, now, reached=False, unreached=reach.unreached)
        try:
            met = [*outage.recent_attempts(store, now), *attempts_here(spool, now - outage.WINDOW)]
            seen = outage.outage([*met, own], now)
            if seen is not None:
                outage.note(store, seen, now)
        except TransientError as error:
            log.warning("whether the fault is ours cannot be told: %s", error)
            return False
        if seen is not None:
            log.warning(
                "nothing comes back from %d of %d outlets: the fault is on our side and counts for no outlet",
                seen.unreached,
                seen.asked,
            )
        return seen is not None

    return Reach(ask)
