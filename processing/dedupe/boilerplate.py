"""Boilerplate is learnt: a short line under many different titles and beside many different texts says nothing.

Digits are never masked, because lines that differ in their digits alone are the facts of template articles. What is
learnt for a document depends on the documents within the window to either side of its own day and on nothing else, so
neither order nor the split into runs matters; a line that many now share is taken out of earlier documents too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeAlias

import pyarrow as pa

from processing.dedupe.partitions import Partitions, widened
from processing.dedupe.signing import Draft

Learnt: TypeAlias = Mapping[date, frozenset[int]]
"""For each day the hashes of the lines that are boilerplate in documents of that day."""

_OCCURRENCES = """
    WITH mine AS (SELECT * FROM batch_lines),
         asked AS (SELECT DISTINCT line FROM mine),
         theirs AS (SELECT unnest(lines) AS line, day, title_key, body_key FROM window_sig),
         every_line AS (SELECT * FROM mine UNION ALL SELECT theirs.* FROM theirs SEMI JOIN asked USING (line)),
         common AS (SELECT line FROM every_line GROUP BY line
                    HAVING count(DISTINCT title_key) >= $least AND count(DISTINCT body_key) >= $least)
    SELECT line, day, list_slice(list_sort(list(DISTINCT title_key)), 1, $least) AS titles,
           list_slice(list_sort(list(DISTINCT body_key)), 1, $least) AS bodies
    FROM every_line SEMI JOIN common USING (line) GROUP BY line, day ORDER BY line, day
"""

_UNLEARNT = """
    SELECT DISTINCT number FROM (SELECT number, day, unnest(lines) AS line, dropped FROM window_sig)
    JOIN learnt USING (line, day) WHERE NOT list_contains(dropped, line)
"""


def line_table(drafts: Sequence[Draft]) -> pa.Table:
    """Return one row for each short line of each draft."""
    rows = [
        (mark, each.day, each.row["title_key"], each.row["body_key"])
        for each in drafts
        for mark in set(each.hashes)
        if mark
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    types = (pa.int64(), pa.date32(), pa.int64(), pa.int64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.Table.from_arrays(arrays, names=["line", "day", "title_key", "body_key"])


def learn(partitions: Partitions, drafts: Sequence[Draft]) -> Learnt:
    """Return the boilerplate of each day that `drafts` reach, as far as their lines decide it.

    The view `window_sig` must hold the documents of twice the window to either side of them.
    """
    features, reach = partitions.options.features, partitions.options.window_days
    if not features.learnt or not drafts:
        return {}
    partitions.database.register("batch_lines", line_table(drafts))
    rows = partitions.database.execute(_OCCURRENCES, {"least": features.line_titles}).fetchall()
    partitions.database.unregister("batch_lines")
    first, last = widened((each.day for each in drafts), reach)
    learnt = _by_day(rows, features.line_titles, timedelta(days=reach))
    return {day: lines for day, lines in learnt.items() if first <= day <= last}


def unlearnt(partitions: Partitions, learnt: Learnt) -> list[dict[str, object]]:
    """Return the rows of `window_sig` that still have a line which is now known as boilerplate, sorted by number."""
    rows = [(line, day) for day, lines in sorted(learnt.items()) for line in sorted(lines)]
    columns = list(zip(*rows, strict=True)) or [(), ()]
    table = pa.table({"line": pa.array(columns[0], pa.int64()), "day": pa.array(columns[1], pa.date32())})
    partitions.database.register("learnt", table)
    numbers = [number for (number,) in partitions.database.execute(_UNLEARNT).fetchall()]
    partitions.database.unregister("learnt")
    return partitions.rows(sorted(numbers)).to_pylist()


Teller: TypeAlias = tuple[date, frozenset[int], frozenset[int]]  # a day, and the titles and texts over a line on it


def _by_day(rows: Iterable[tuple[int, date, list[int], list[int]]], least: int, reach: timedelta) -> Learnt:
    tellers: dict[int, list[Teller]] = defaultdict(list)
    for line, day, titles, bodies in rows:
        tellers[line].append((day, frozenset(titles), frozenset(bodies)))
    learnt: dict[date, set[int]] = defaultdict(set)
    for line, days in tellers.items():
        for teller in days:
            if _common(teller, days, least, reach):
                learnt[teller[0]].add(line)
    return {day: frozenset(found) for day, found in learnt.items()}


def _common(teller: Teller, days: Sequence[Teller], least: int, reach: timedelta) -> bool:
    day, titles, bodies = teller
    if len(titles) >= least and len(bodies) >= least:
        return True
    near = [other for other in days if abs(other[0] - day) <= reach]
    known_titles = frozenset[int]().union(*(other[1] for other in near))
    return len(known_titles) >= least and len(frozenset[int]().union(*(other[2] for other in near))) >= least
