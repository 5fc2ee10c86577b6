"""The completeness of outlets as commands show it: measured days, and what was missed unseen."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spiders.console.common import now

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue
    from processing.completeness.meter import Completeness
    from processing.records import Fetch, RunReport
    from processing.report.days import Count
    from processing.rules import NumberRule

_WEEK = 7
"""Days for which `gaps` names what was missed unseen."""


def measured(
    catalogue: "Catalogue",
    counts: "Mapping[date, Mapping[str, Count]]",
    landed: "Iterable[RunReport]" = (),
) -> "dict[date, dict[str, Completeness]]":
    """Return the completeness of each outlet on each of these KST days, one after another."""
    from processing.completeness.gather import measure_days

    gaps = {
        (name, on): count.gaps for on, of_day in counts.items() for name, count in of_day.items()
    }
    first, last = min(counts), max(counts)
    by_outlet_and_day = measure_days(
        catalogue, first, last, gaps, now=now(), numbering=number_rules(), landed=landed
    )
    return {
        on: {
            name: by_outlet_and_day[name, on] for name in of_day if (name, on) in by_outlet_and_day
        }
        for on, of_day in counts.items()
    }


def number_rules() -> "dict[str, NumberRule]":
    """Return what the declarations say of the numbers in their ids."""
    from spiders.outlets import outlets

    return {outlet.name: outlet.numbers for outlet in outlets().values() if outlet.numbers}


def suspected_rows(
    catalogue: "Catalogue", names: Iterable[str], missing: Iterable["Fetch"]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each day of the last week on which an outlet's articles were missed unseen."""
    from processing.completeness.gather import measure_days
    from processing.dates import SEOUL
    from processing.report.unpublished import landed_reports, landed_runs

    today = now().astimezone(SEOUL).date()
    days = [today - timedelta(days=back) for back in reversed(range(_WEEK))]
    known = Counter(
        (row.outlet, (row.announced_at or row.at).astimezone(SEOUL).date()) for row in missing
    )
    gaps = {(name, day): known[name, day] for name in names for day in days}
    landed = landed_reports(catalogue.store, landed_runs(catalogue.store))
    rules = number_rules()
    by_outlet_and_day = measure_days(
        catalogue, days[0], today, gaps, now=now(), numbering=rules, landed=landed
    )
    yield from (
        _row(measured) for _, measured in sorted(by_outlet_and_day.items()) if measured.suspected
    )


def _row(measured: "Completeness") -> dict[str, Any]:
    signs = [sign for sign in measured.evidence if sign.kind != "unwatched"]
    kinds = ", ".join(sorted({sign.kind for sign in signs}))
    return {
        "outlet": measured.outlet,
        "since": min((sign.since for sign in signs if sign.since), default=None),
        "until": max((sign.until for sign in signs if sign.until), default=None),
        "why": "suspected",
        "detail": f"about {measured.suspected} of {measured.day} were never announced to us ({kinds})",
        "count": measured.suspected,
        "url": next((sign.url for sign in signs if sign.url), None),
    }


def write_statement(
    catalogue: "Catalogue", outlet: str | None, first: date, last: date, path: Path
) -> int:
    """Write what an export may say of its completeness, one line per outlet and day; return how many.

    JSON lines: archived, gaps, suspected, share with its bounds, the method and its evidence.
    """
    from processing.completeness.gather import gaps_of, measure_days

    gaps = gaps_of(catalogue, first, last, [outlet] if outlet else ())
    by_outlet_and_day = measure_days(
        catalogue, first, last, gaps, now=now(), numbering=number_rules()
    )
    lines = [measured.model_dump_json() for _, measured in sorted(by_outlet_and_day.items())]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)
