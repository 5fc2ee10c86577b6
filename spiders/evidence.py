"""Known addresses of articles, and what they prove of the declarations.

`outlets/addresses.tsv` keeps real addresses of every outlet, one per line: outlet, the day (KST) on
which it was seen, where it was seen, the address. "Where" is a public repository (`owner/name`), a
stored public file (`file:NUMBER`) or a collection of addresses from such (`corpus:YYYY-MM`); the
day is that of the commit which added it there, or the one that its context states, and may be
empty. Pure but for reading that file.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from processing.errors import DeclarationError
from spiders.outlet import AddressMatch, Outlet, Sitemap, identify, match_addresses

TABLE = Path(__file__).parent / "outlets" / "addresses.tsv"
RECENT = timedelta(days=730)
"""How old an address may be to prove anything of an outlet's address form today."""
NEEDED = 2
"""Recent addresses that prove a declaration."""
_COLUMNS = 4
_PLACEHOLDER = re.compile(r"\\\{[a-z]+\\\}")


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """One line of the table; `seen` is None where neither commit nor context dates it."""

    outlet: str
    seen: date | None
    where: str
    url: str


class EvidenceState(StrEnum):
    """What the known addresses say of a declaration."""

    PROVEN = "proven"  # at least two addresses of the last two years are articles by it
    STALE = "stale"  # addresses are articles, but fewer than two of the last two years
    UNPROVEN = "unproven"  # no address is known
    UNMATCHED = "unmatched"  # some address of the outlet is no article by its declaration
    DEAD = "dead"  # there are addresses of the last two years and none is an article by it


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """One outlet judged; `age_days` is the age of the newest matching address.

    `silent` are the sources that answered within the days that were looked at and never named an
    article.
    """

    outlet: str
    state: EvidenceState
    paused: bool
    match: AddressMatch
    recent: int
    newest: date | None
    age_days: int | None
    silent: tuple[str, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether nothing contradicts the declaration; want of evidence does not."""
        broken = self.state in {EvidenceState.DEAD, EvidenceState.UNMATCHED}
        return self.paused or not (broken or self.silent)


def check_evidence(
    outlet: Outlet, addresses: Sequence[KnownAddress], today: date, silent: Sequence[str] = ()
) -> EvidenceCheck:
    """Judge one declaration by the addresses known of its outlet and its silent sources."""
    whole = match_addresses(outlet, (known.url for known in addresses))
    recent = [known for known in addresses if known.seen and today - known.seen <= RECENT]
    fresh = match_addresses(outlet, (known.url for known in recent))
    dates = [known.seen for known in addresses if known.seen and identify(outlet, known.url)]
    newest = max(dates, default=None)
    return EvidenceCheck(
        outlet=outlet.name,
        state=_state(whole, fresh),
        paused=outlet.paused is not None,
        match=whole,
        recent=fresh.matched,
        newest=newest,
        age_days=(today - newest).days if newest else None,
        silent=tuple(silent),
    )


def _state(whole: AddressMatch, recent: AddressMatch) -> EvidenceState:
    if recent.total and not recent.matched:
        return EvidenceState.DEAD
    if whole.unmatched_count:
        return EvidenceState.UNMATCHED
    if recent.matched >= NEEDED:
        return EvidenceState.PROVEN
    return EvidenceState.STALE if whole.total else EvidenceState.UNPROVEN


def silent_sources(outlet: Outlet, answered: Mapping[str, int]) -> tuple[str, ...]:
    """Return the declared sources that answered and named no article.

    `answered` holds by address asked the most articles that one answer named; an unchanged source
    (304) names nothing and belongs in it only where it answered in full as well. A sitemap index
    names its articles in its children, whose addresses no declaration has.
    """
    asked = {source.url: _asked(source.url, answered) for source in outlet.sources}
    declared = {url for urls in asked.values() for url in urls}
    children = any(links for url, links in answered.items() if url not in declared)
    return tuple(
        source.url
        for source in outlet.sources
        if asked[source.url]
        and not any(answered[url] for url in asked[source.url])
        and not (isinstance(source, Sitemap) and children)
    )


def _asked(template: str, answered: Mapping[str, int]) -> list[str]:
    """Return the addresses that were asked for a source; `{page}` and the parts of a day vary."""
    pattern = re.compile(_PLACEHOLDER.sub(r"\\w+", re.escape(template)))
    return [url for url in answered if pattern.fullmatch(url)]


@cache
def known_addresses(table: Path = TABLE) -> Mapping[str, tuple[KnownAddress, ...]]:
    """Return the known addresses by outlet. Raises `DeclarationError` that names a wrong line."""
    found: defaultdict[str, list[KnownAddress]] = defaultdict(list)
    for number, line in enumerate(table.read_text(encoding="utf-8").split("\n"), start=1):
        if line and not line.startswith("#"):
            known = _known(line, f"{table.name}:{number}")
            found[known.outlet].append(known)
    return {name: tuple(rows) for name, rows in found.items()}


def _known(line: str, place: str) -> KnownAddress:
    fields = line.split("\t")
    if len(fields) != _COLUMNS:
        raise DeclarationError(
            f"{place}: write outlet, day, where and address with a tab between each"
        )
    name, seen, where, url = fields
    if not (name and where and url.startswith(("http://", "https://"))):
        raise DeclarationError(f"{place}: outlet, where and a web address are needed")
    try:
        return KnownAddress(name, date.fromisoformat(seen) if seen else None, where, url)
    except ValueError as error:
        raise DeclarationError(
            f"{place}: {seen!r} is no day: write YYYY-MM-DD or nothing"
        ) from error
