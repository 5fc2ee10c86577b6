"""When a source's new articles come: how many in each half hour of each KST day.

Counted from the fetch log. A poll says how many articles are new since the answer before, so they
are spread evenly over the time between. The counts of several rows add up in any order.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from processing.dates import SEOUL
from processing.records import Fetch, Why

SLOT = 30
"""Minutes of a slot."""
SLOTS = 24 * 60 // SLOT
_LONGEST = timedelta(hours=3)
"""Time between two answers beyond which nothing is known of when the articles came."""

Arrivals = dict[str, dict[int, int]]
"""New articles by KST day and slot."""


def slot_of(moment: datetime) -> int:
    """Return the slot of its KST day in which a moment lies."""
    local = moment.astimezone(SEOUL)
    return (local.hour * 60 + local.minute) // SLOT


def arrivals_of(row: Fetch) -> Arrivals:
    """Return the new articles of one answer by the slots in which they may have come."""
    if row.why is not Why.FETCHED or not row.new_links or not row.answered_at:
        return {}
    took = row.at - row.answered_at
    if not timedelta() < took <= _LONGEST:
        return {}
    arrivals: Arrivals = {}
    for index in range(row.new_links):
        at = row.answered_at + took * (2 * index + 1) / (2 * row.new_links)
        slots = arrivals.setdefault(at.astimezone(SEOUL).date().isoformat(), {})
        slots[slot_of(at)] = slots.get(slot_of(at), 0) + 1
    return arrivals


def added(first: Mapping[str, Mapping[int, int]], second: Arrivals) -> Arrivals:
    """Return the sum of two counts."""
    total: Arrivals = {day: dict(slots) for day, slots in first.items()}
    for day, slots in second.items():
        known = total.setdefault(day, {})
        for slot, count in slots.items():
            known[slot] = known.get(slot, 0) + count
    return total
