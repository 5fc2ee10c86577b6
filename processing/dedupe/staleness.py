"""Which days must be matched again because what they were matched against is no longer what it was.

A fold writes down a digest of the signatures of each day that it adds to (the partition `inputs`). Where a day's parts
are later replaced by anything but a fold (an old day read again, a document taken down), its digest is another one
now: each day that can see it is stale, and `refold` makes them fresh. So a fold adds a row or two, not one for every
day within its window.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from processing.dedupe.columns import INPUTS
from processing.dedupe.documents import FoldOptions
from processing.dedupe.fresh import Fresh
from processing.dedupe.partitions import Partitions, widened
from processing.dedupe.shingles import mixed
from processing.dedupe.window import Window

_SAID: Final = ("number", "digest", "day")
_NOTHING: Final = "0" * 16
"""The digest of a day without documents."""


def day_digests(tables: Iterable[pa.Table]) -> dict[date, int]:
    """Return for each day a sum over its signatures (columns number, digest, day), whatever their order."""
    found: dict[date, int] = {}
    for batch in (batch for table in tables for batch in table.select(_SAID).to_batches()):
        halves = _halves(batch["digest"])
        numbers = np.asarray(batch["number"]).view(np.uint64)
        marks = mixed(mixed(mixed(numbers) ^ halves[:, 0]) ^ halves[:, 1])
        days = np.asarray(batch["day"].cast(pa.int32()))
        for day in np.unique(days).tolist():
            when = _day(day)
            total = int(np.add.reduce(marks[days == day], dtype=np.uint64))
            found[when] = (found.get(when, 0) + total) % 2**64
    return found


def _halves(digests: "pa.Array[Any]") -> NDArray[np.uint64]:
    """Return values of sixteen bytes as two numbers each."""
    data = cast("bytes", digests.buffers()[1] or b"")
    return np.frombuffer(data, "<u8").reshape(-1, 2)[digests.offset :][: len(digests)]


def inputs_after(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of `inputs` of the days that `fresh` adds to or takes from."""
    signatures, mine = partitions.signatures, pa.array(fresh.numbers)
    days = fresh.days | {_day(each) for each in signatures.days_of(fresh.numbers)}
    others = (rows.filter(pc.invert(pc.is_in(rows["number"], mine))) for rows in signatures.scan(_SAID, days))
    before, new = day_digests(others), day_digests([fresh.sig])
    return _inputs({day: (before.get(day, 0) + new.get(day, 0)) % 2**64 for day in days})


def inputs_refolded(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of `inputs` of those days of `fresh` that no other day sees: all that sees them is in `fresh`."""
    refolded, reach = fresh.days, timedelta(days=partitions.options.window_days)
    every = {_day(each) for each in np.unique(partitions.signatures.days).tolist()}
    seen = {day for day in refolded for other in every - refolded if abs(other - day) <= reach}
    new = day_digests([fresh.sig])
    return _inputs({day: new[day] for day in refolded - seen})


def _inputs(digests: Mapping[date, int]) -> pa.Table:
    rows = [{"day": day, "digest": f"{digest:016x}"} for day, digest in sorted(digests.items())]
    return pa.Table.from_pylist(rows, schema=INPUTS)


def stale(window: Window, span: tuple[date, date], options: FoldOptions) -> list[date]:
    """Return the folded days of `span` that see a day which is not what the last fold of it wrote down, sorted."""
    wider = widened(span, options.window_days)
    with Partitions(window, options) as partitions:
        partitions.show("inputs", wider, INPUTS)
        newest = (
            "SELECT day, digest FROM raw_inputs QUALIFY row_number() OVER (PARTITION BY day ORDER BY part DESC) = 1"
        )
        before = {row["day"]: row["digest"] for row in partitions.table(newest).to_pylist()}
        signatures = partitions.read_signatures(wider)
        now = {row["day"]: row["digest"] for row in _inputs(day_digests(signatures.scan(_SAID))).to_pylist()}
    reach = timedelta(days=options.window_days)
    other = [day for day in before.keys() | now.keys() if before.get(day, _NOTHING) != now.get(day, _NOTHING)]
    folded = (day for day in sorted(before) if span[0] <= day <= span[1])
    return [day for day in folded if any(abs(day - each) <= reach for each in other)]


def _day(count: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + count)
