"""The outlet table of docs/outlets.md, made from the declarations.

A test keeps the file current.
"""

from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import spiders.outlets
from spiders.outlet import Feed, Listing, Outlet, Sitemap
from spiders.outlets import outlets as declared

_PREAMBLE = """# Outlets

Made by `sillok outlets --table > docs/outlets.md`; do not edit. To add one, see CONTRIBUTING.md.

Nothing in a declaration has been checked against the live site unless its state says "confirmed by `scrapy look` on"
a date: until then its evidence says what the claims rest on and how old that is. robots.txt is always judged at fetch;
"robots.txt unknown" means that nobody's note of it was found.

Real addresses of every outlet, with the day on which each was seen and where, are kept in
`spiders/outlets/addresses.tsv`. `sillok outlets --check` holds the declarations to them.

* **Sources**: feeds, sitemaps, lists; "days" is an archive by day, which makes backfill exact.
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
    """Return the names that wait for evidence, one a line."""
    lines = _CANDIDATE_TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    cells = [_row((name, domain, number)) for name, domain, number in rows]
    return "\n".join([_row(("Name", "Domain", "Addresses found")), _row(["---"] * 3), *cells])


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
