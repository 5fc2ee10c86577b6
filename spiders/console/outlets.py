"""`sillok outlets`: what is declared, and whether known addresses and past polls bear it out."""

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import spiders.outlets
from processing.dates import SEOUL
from processing.errors import ExitCode, UsageError
from spiders.console.common import (
    JsonOption,
    OutletOption,
    StoreOption,
    now,
    open_catalogue,
    print_json,
    print_rows,
    say,
)
from spiders.outlet import Feed, Listing, Outlet, Sitemap
from spiders.outlets import outlets as declared

if TYPE_CHECKING:
    from spiders.evidence import EvidenceCheck

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
    wanted = _wanted(declared(), only)
    if table:
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
    """Print a row per outlet. Raises `typer.Exit` (3) where an outlet that is visited fails."""
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
    rows = [_check_row(check) for check in checks]
    if as_json:
        print_json(rows)
    else:
        columns = ("outlet", "state", "recent", "matching", "known", "newest", "age", "silent")
        print_rows(rows, columns)
    failed = [check.outlet for check in checks if not check.healthy]
    unknown = sum(check.state in {"unproven", "stale"} and not check.paused for check in checks)
    say(
        f"{len(checks)} outlets: {len(failed)} contradicted, {unknown} without two addresses of the"
        f" last two years, {sum(check.paused for check in checks)} paused"
    )
    if failed:
        raise typer.Exit(ExitCode.UNHEALTHY)


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
    since = today - timedelta(days=_DAYS)
    most_links: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in ask(catalogue, _ANSWERED, {"since": since}).records():
        most_links[row["outlet"]][row["url"]] = row["links"]
    return dict(most_links)


_PREAMBLE = """# Outlets

Made by `sillok outlets --table > docs/outlets.md`; do not edit. To add one, see CONTRIBUTING.md.

Nothing in a declaration has been checked against the live site unless its state says "confirmed by `scrapy look` on"
a date: until then its evidence says what the claims rest on and how old that is. robots.txt is always judged at fetch;
"robots.txt unknown" means that nobody's note of it was found.

Real addresses of every outlet, with the day on which each was seen and where, are kept in
`spiders/outlets/addresses.tsv`. `sillok outlets --check` holds the declarations to them.

* **Sources**: feeds, sitemaps, lists; "days" is an archive by day, "history" a list that backfills read back to earlier days.
* **A normal day** is an estimate in articles, until four weeks of the archive say better.
* **Paused** outlets are not visited; pages of theirs that are handed over are read.
* **Certificates** are verified, except where the state says "unverified" and why.
"""
_CANDIDATES = """## Candidates

Names that are not declared. An outlet is declared when at least three real addresses of its articles of the last three
years have been found in public, each kept with where it was seen. The number says how many were found (2026-11); where
it is three or more, nobody has looked at their form yet. The names come from public lists of Korean outlets.
"""
_CANDIDATE_TABLE = Path(spiders.outlets.__file__).with_name("candidates.tsv")
_HEADER = (
    "Outlet",
    "Name",
    "Family",
    "Class",
    "Sources",
    "Asked",
    "A normal day",
    "State",
    "Evidence",
)
_KINDS = {Feed: "feed", Sitemap: "sitemap", Listing: "list"}


def outlet_table() -> str:
    """Return docs/outlets.md for the declared outlets."""
    return markdown(tuple(declared().values()))


def markdown(outlets: Sequence[Outlet]) -> str:
    """Return the document for `outlets`: a summary, the table, then what there is to know about single outlets."""
    ordered = sorted(outlets, key=lambda outlet: outlet.name)
    rows = [
        _table_row(_HEADER),
        _table_row(["---"] * len(_HEADER)),
        *(_table_row(_cells(outlet)) for outlet in ordered),
    ]
    caveats = [
        f"* **{outlet.title}** (`{outlet.name}`): {' '.join(outlet.caveats)}"
        for outlet in ordered
        if outlet.caveats
    ]
    families = ["## Families", _families(ordered)]
    parts = [
        _PREAMBLE,
        _summary(ordered),
        "\n".join(rows),
        *families,
        "## Worth knowing",
        "\n".join(caveats),
    ]
    parts += [_CANDIDATES, _candidates()]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _summary(outlets: Sequence[Outlet]) -> str:
    families = Counter(outlet.family for outlet in outlets)
    paused = sum(outlet.paused is not None for outlet in outlets)
    confirmed = sum(bool(outlet.confirmed) for outlet in outlets)
    named = ", ".join(f"{family} {number}" for family, number in families.most_common())
    return f"{len(outlets)} outlets, {paused} of them paused, {confirmed} confirmed. Families: {named}."


def _families(outlets: Sequence[Outlet]) -> str:
    """Return what the families of these outlets are, in the first words of their modules."""
    names = sorted({outlet.family for outlet in outlets} - {"own"})
    modules = {name: import_module(f"spiders.families.{name}") for name in names}
    lines = [
        f"* `{name}`: {' '.join((module.__doc__ or '').partition(chr(10) * 2)[0].split())}"
        for name, module in modules.items()
    ]
    return "\n".join([*lines, "* `own`: a CMS of its own, or one that nobody else here uses."])


def _candidates() -> str:
    """Return the names that wait for evidence, one per line."""
    lines = _CANDIDATE_TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    cells = [_table_row((name, domain, number)) for name, domain, number in rows]
    return "\n".join(
        [_table_row(("Name", "Domain", "Addresses found")), _table_row(["---"] * 3), *cells]
    )


def _cells(outlet: Outlet) -> tuple[str, ...]:
    low, high = outlet.daily
    return (
        f"[{outlet.name}]({outlet.home})",
        outlet.title,
        outlet.family,
        outlet.outlet_class,
        _sources(outlet),
        str(outlet.pace).replace("_", " "),
        f"{low}-{high}",
        "; ".join(filter(None, (_state(outlet), outlet.tls))),
        outlet.evidence,
    )


def _sources(outlet: Outlet) -> str:
    from spiders.formats.discover import is_day_archive

    kinds = Counter(
        "days" if is_day_archive(source) else _KINDS[type(source)] for source in outlet.sources
    )
    named = [kind if number == 1 else f"{number} {kind}s" for kind, number in kinds.items()]
    return ", ".join([*named, *(["history"] if outlet.history else [])]) or "none known"


def _state(outlet: Outlet) -> str:
    if outlet.paused:
        return f"paused: {outlet.paused}"
    if outlet.confirmed:
        return f"confirmed by `scrapy look` on {outlet.confirmed}"
    return "not yet confirmed"


def _table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
