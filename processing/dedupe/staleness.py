"""Which days must be matched again because what they were matched against is no longer what it was.

A fold writes down, for each day that it brings up to date, a digest of the signatures within the window of that day
(the partition `inputs`). Where a day's parts are later replaced by anything but a fold (an old day read again, a
document taken down), each day that can see it has another digest now: it is stale, and `refold` makes it fresh.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from processing.dedupe.columns import INPUTS
from processing.dedupe.documents import FoldOptions
from processing.dedupe.fresh import Fresh
from processing.dedupe.partitions import Partitions, days_of, widened
from processing.dedupe.shingles import mixed
from processing.dedupe.window import Window

_SAID: Final = ("number", "digest", "day")


def day_digests(tables: Iterable[pa.Table]) -> dict[date, int]:
    """Return for each day a sum over its signatures (columns number, digest, day), whatever their order."""
    found: dict[date, int] = {}
    for batch in (batch for table in tables for batch in table.select(_SAID).to_batches()):
        halves = _halves(batch["digest"])
        numbers = np.asarray(batch["number"]).view(np.uint64)
        marks = mixed(mixed(mixed(numbers) ^ halves[:, 0]) ^ halves[:, 1])
        days = np.asarray(batch["day"].cast(pa.int32()))
        for day in np.unique(days).tolist():
            when = date.fromordinal(date(1970, 1, 1).toordinal() + day)
            total = int(np.add.reduce(marks[days == day], dtype=np.uint64))
            found[when] = (found.get(when, 0) + total) % 2**64
    return found


def _halves(digests: "pa.Array[Any]") -> NDArray[np.uint64]:
    """Return values of sixteen bytes as two numbers each."""
    data = cast("bytes", digests.buffers()[1] or b"")
    return np.frombuffer(data, "<u8").reshape(-1, 2)[digests.offset :][: len(digests)]


def inputs(digests: Mapping[date, int], days: Iterable[date], reach: int) -> pa.Table:
    """Return a row for each of `days` with a digest of the days within `reach` of it."""
    rows = []
    for day in sorted(days):
        near = [f"{other} {digests[other]:016x}" for other in sorted(digests) if abs((other - day).days) <= reach]
        rows.append({"day": day, "digest": hashlib.sha256("\n".join(near).encode()).hexdigest()[:16]})
    return pa.Table.from_pylist(rows, schema=INPUTS)


def inputs_after(partitions: Partitions, fresh: Fresh) -> pa.Table:
    """Return the rows of `inputs` that a fold of `fresh` brings up to date; signatures must be of twice the window."""
    reach = partitions.options.window_days
    before, new = day_digests(partitions.signatures.scan(_SAID)), day_digests([fresh.sig])
    digests = {day: (before.get(day, 0) + new.get(day, 0)) % 2**64 for day in before.keys() | new.keys()}
    first, last = widened(fresh.days, reach)
    return inputs(digests, (day for day in digests if first <= day <= last), reach)


def stale(window: Window, span: tuple[date, date], options: FoldOptions) -> list[date]:
    """Return the days of `span` whose inputs are not what the last fold of them saw, sorted."""
    with Partitions(window, options) as partitions:
        partitions.show("inputs", span, INPUTS)
        newest = (
            "SELECT day, digest FROM raw_inputs QUALIFY row_number() OVER (PARTITION BY day ORDER BY part DESC) = 1"
        )
        recorded = partitions.table(newest)
        days = days_of(recorded)
        if not days:
            return []
        signatures = partitions.read_signatures(widened(days, options.window_days))
        now = inputs(day_digests(signatures.scan(_SAID)), days, options.window_days).to_pylist()
    before = {row["day"]: row["digest"] for row in recorded.to_pylist()}
    return [row["day"] for row in now if before[row["day"]] != row["digest"]]
