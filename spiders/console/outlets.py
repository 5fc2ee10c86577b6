"""`sillok outlets`: what is declared.

The outlet table of docs/outlets.md, made from the declarations; a test keeps the file current.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from spiders.console.options import JsonOption
from spiders.console.terminal import print_json, print_rows
from spiders.outlet import Feed, Listing, Outlet, Sitemap
from spiders.outlets import outlets as declared

_PREAMBLE = """# Outlets

Made by `sillok outlets --table > docs/outlets.md`; do not edit. To add one, see CONTRIBUTING.md.

Nothing in a declaration has been checked against the live site unless its state says "confirmed by `scrapy look` on"
a date: until then its evidence says what the claims rest on and how old that is. robots.txt is always judged at fetch.

* **Sources**: feeds, sitemaps, lists; "days" is an archive by day, which makes backfill exact.
* **A normal day** is an estimate in articles, until four weeks of the archive say better.
* **Paused** outlets are not visited; pages of theirs that are handed over are read.
* **Certificates** are verified, except where the state says "unverified" and why.
"""
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
        _row(_HEADER),
        _row(["---"] * len(_HEADER)),
        *(_row(_cells(outlet)) for outlet in ordered),
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
        f"* `{name}`: {(module.__doc__ or '').partition(chr(10))[0]}"
        for name, module in modules.items()
    ]
    return "\n".join([*lines, "* `own`: a CMS of its own, or one that nobody else here uses."])


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
    return (
        ", ".join(kind if number == 1 else f"{number} {kind}s" for kind, number in kinds.items())
        or "none known"
    )


def _state(outlet: Outlet) -> str:
    if outlet.paused:
        return f"paused: {outlet.paused}"
    if outlet.confirmed:
        return f"confirmed by `scrapy look` on {outlet.confirmed}"
    return "not yet confirmed"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def outlets(
    *,
    as_json: JsonOption = False,
    table: Annotated[
        bool, typer.Option("--table", help="The Markdown of docs/outlets.md.")
    ] = False,
) -> None:
    """List the declared outlets: how often each is asked, what a normal day brings, why one is paused."""
    from spiders.outlets import outlets as declared

    if table:
        sys.stdout.write(markdown(tuple(declared().values())))
        return
    rows = [
        {
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
        for outlet in declared().values()
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, ("name", "title", "family", "pace", "daily", "paused"))
