"""`sillok outlets`: what is declared, and whether known addresses and past polls bear it out."""

import sys
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from processing.dates import SEOUL
from processing.errors import UsageError
from spiders.console.options import JsonOption, OutletOption, StoreOption, now, open_catalogue
from spiders.console.terminal import print_json, print_rows, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spiders.evidence import EvidenceCheck
    from spiders.outlet import Outlet

UNHEALTHY = 3
_DAYS = 28
_ANSWERED = """
    SELECT outlet, s.url AS url, max(s.links) AS links
    FROM (SELECT outlet, unnest(sources) AS s FROM reports WHERE day >= $since)
    WHERE s.status = 200 GROUP BY ALL
"""
"""What each source named at best; an unchanged one (304) has nothing to name and does not count."""


def outlets(
    *,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Judge each by known addresses and past polls; 3 if one fails."
        ),
    ] = False,
    only: OutletOption = None,
    table: Annotated[
        bool, typer.Option("--table", help="The Markdown of docs/outlets.md.")
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """List the declared outlets: how often each is asked, a normal day, why one is paused."""
    from spiders.outlets import outlets as declared

    wanted = _wanted(declared(), only)
    if table:
        from spiders.console.outlet_table import markdown

        sys.stdout.write(markdown(tuple(declared().values())))
    elif check:
        _check(wanted, store, as_json=as_json)
    elif as_json:
        print_json(_row(outlet) for outlet in wanted)
    else:
        columns = ("name", "title", "family", "pace", "daily", "paused")
        print_rows((_row(outlet) for outlet in wanted), columns)


def _wanted(declared: "Mapping[str, Outlet]", only: str | None) -> "tuple[Outlet, ...]":
    if only is None:
        return tuple(declared.values())
    if only not in declared:
        raise UsageError(f"there is no outlet {only!r}: `sillok outlets` lists them")
    return (declared[only],)


def _row(outlet: "Outlet") -> dict[str, object]:
    return {
        "name": outlet.name,
        "title": outlet.title,
        "home": outlet.home,
        "family": outlet.family,
        "class": outlet.outlet_class,
        "pace": outlet.pace,
        "daily": list(outlet.daily),
        "sources": [source.url for source in outlet.sources],
        "confirmed": outlet.confirmed or None,
        "paused": outlet.paused,
        "permission_needed": outlet.permission_needed,
    }


def _check(wanted: "Sequence[Outlet]", store: str | None, *, as_json: bool) -> None:
    """Print a row an outlet. Raises `typer.Exit` (3) where an outlet that is visited fails."""
    from spiders.evidence import check_evidence, known_addresses, silent_sources

    today = now().astimezone(SEOUL).date()
    known, answered = known_addresses(), _answered(store, today)
    checks = [
        check_evidence(
            outlet,
            known.get(outlet.name, ()),
            today,
            silent_sources(outlet, answered.get(outlet.name, {})),
        )
        for outlet in wanted
    ]
    rows = [_check_row(one) for one in checks]
    if as_json:
        print_json(rows)
    else:
        columns = ("outlet", "state", "recent", "matching", "known", "newest", "age", "silent")
        print_rows(rows, columns)
    failed = [one.outlet for one in checks if not one.healthy]
    unknown = sum(one.state in {"unproven", "stale"} and not one.paused for one in checks)
    say(
        f"{len(checks)} outlets: {len(failed)} contradicted, {unknown} without two addresses of the"
        f" last two years, {sum(one.paused for one in checks)} paused"
    )
    if failed:
        raise typer.Exit(UNHEALTHY)


def _check_row(check: "EvidenceCheck") -> dict[str, object]:
    return {
        "outlet": check.outlet,
        "state": str(check.state),
        "healthy": check.healthy,
        "paused": check.paused,
        "recent": check.recent,
        "matching": check.match.matched,
        "known": check.match.total,
        "newest": check.newest,
        "age": check.age_days,
        "unmatched": list(check.match.unmatched),
        "silent": list(check.silent),
    }


def _answered(store: str | None, today: date) -> dict[str, dict[str, int]]:
    """Return by outlet and source the most articles that one answer of the last four weeks named."""
    from processing.lookup.sql import ask

    catalogue = open_catalogue(store)
    if not list(catalogue.of("reports")):
        say(f"{catalogue.store.url} holds no run report: sources are not judged")
        return {}
    since = (today - timedelta(days=_DAYS)).isoformat()
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in ask(catalogue, _ANSWERED, {"since": since}).records():
        found[row["outlet"]][row["url"]] = row["links"]
    return dict(found)
