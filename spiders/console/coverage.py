"""`sillok coverage`: what is archived of each outlet and KST day, what is suspected to be missing, and what is out of reach."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processing.dates import SEOUL
from processing.errors import UsageError
from spiders.console.common import (
    JsonOption,
    StoreOption,
    day,
    now,
    open_catalogue,
    print_json,
    print_rows,
)

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue
    from processing.completeness.meter import Completeness
    from spiders.outlet import Outlet

_ARCHIVED = """
    SELECT outlet,
        CAST(timezone('Asia/Seoul', coalesce(published."at", fetched_at)) AS DATE) AS "day",
        count(DISTINCT article_id) AS archived
    FROM articles
    WHERE coalesce(published."at", fetched_at) >= $start
        AND coalesce(published."at", fetched_at) < $end
    GROUP BY ALL
"""
_COLUMNS = ("outlet", "day", "archived", "suspected", "waiting", "reach")
_UNKNOWN = "not known"
"""What stands in place of a count of suspected losses where nothing shows whether there are any."""
Archived = Mapping[tuple[str, date], int]


def coverage(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help="Outlets; else all of them.")
    ] = None,
    *,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="The first KST day.")],
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="The last KST day, it included; else today."),
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Show a table of outlets and days: articles archived, suspected missing, and how far sources reach.

    An article is of the day on which it was published, by its page; where that states none, of the
    day on which it was fetched. What waits in landing is not counted.
    """
    from spiders.crawling.arguments import days_asked
    from spiders.outlets import outlets

    today = now().astimezone(SEOUL).date()
    days = days_asked(day(since) or today, day(until) or today, today)
    declared = outlets()
    if unknown := sorted(set(names or ()) - set(declared)):
        raise UsageError(f"there is no outlet {unknown[0]!r}: `sillok outlets` lists them")
    wanted = [declared[name] for name in dict.fromkeys(names or declared)]
    catalogue = open_catalogue(store)
    archived = _archived(catalogue, days)
    measured = _measured(catalogue, wanted, days)
    rows = (row for outlet in wanted for row in _rows(catalogue, outlet, days, archived, measured))
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, _COLUMNS)


def _measured(
    catalogue: "Catalogue", wanted: "Sequence[Outlet]", days: Sequence[date]
) -> "Mapping[tuple[str, date], Completeness]":
    """Return how complete each outlet's days are, as far as anything shows it."""
    from processing.completeness.gather import gaps_of, measure_days
    from spiders.console.completeness import number_rules

    if catalogue.head is None:
        return {}
    first, last = min(days), max(days)
    gaps = gaps_of(catalogue, first, last, [outlet.name for outlet in wanted])
    return measure_days(catalogue, first, last, gaps, now=now(), numbering=number_rules())


def _archived(catalogue: "Catalogue", days: Sequence[date]) -> Archived:
    from processing.lookup.sql import ask

    if catalogue.head is None:
        return {}
    start, end = _midnight(min(days)), _midnight(max(days) + timedelta(days=1))
    records = ask(catalogue, _ARCHIVED, {"start": start, "end": end}).records()
    return {(row["outlet"], row["day"]): row["archived"] for row in records}


def _rows(
    catalogue: "Catalogue",
    outlet: "Outlet",
    days: Sequence[date],
    archived: Archived,
    measured: "Mapping[tuple[str, date], Completeness]",
) -> Iterator[dict[str, Any]]:
    from processing.archive.backfills import load
    from spiders.crawling.history import BackfillPlan

    state = load(catalogue.store, outlet.name)
    plan = BackfillPlan(outlet, days, state, now())
    unreachable, left = set(plan.unreachable()), set(plan.left())
    waiting = [row.backfill for row in state.waiting.values()]
    for on in days:
        reach = "none" if on in unreachable else "left" if on in left else "complete"
        completeness = measured.get((outlet.name, on))
        yield {
            "outlet": outlet.name,
            "day": on,
            "archived": archived.get((outlet.name, on), 0),
            "suspected": completeness.suspected
            if completeness and completeness.trust != "unknown"
            else _UNKNOWN,
            "trust": str(completeness.trust) if completeness else "unknown",
            "waiting": waiting.count(f"{on}"),
            "reach": reach,
        }


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=SEOUL)
