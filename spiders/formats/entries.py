"""The entries of one listing document, with counts of what could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from processing.records import SourceFault, SourceFinding, Stamp
from spiders.formats.links import Child, Link, stamp

_EXAMPLES = 3
_LONGEST = 80
"""Characters of an example, which comes from outside."""


@dataclass(slots=True)
class Listed:
    """The entries of one document.

    `without_address` counts entries without an address, `behind` those whose address is behind an
    empty element; `bad_dates` are dates that cannot be read.
    """

    links: list[Link] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    entries: int = 0
    without_address: int = 0
    behind: int = 0
    bad_dates: list[str] = field(default_factory=list)

    def add(self, link: Link | None) -> None:
        """Add an entry; None stands for one without an address."""
        self.entries += 1
        if link is None:
            self.without_address += 1
        else:
            self.links.append(link)

    def moment(self, text: str | None, source: str) -> Stamp | None:
        """Return the time that a feed or sitemap states; count it if it cannot be read."""
        moment = stamp(text, "sitemap" if source == "sitemap" else "feed")
        if moment is None and text and text.strip():
            self.bad_dates.append(text.strip())
        return moment

    def findings(self) -> Iterator[SourceFinding]:
        """Yield the findings about the entries."""
        if self.behind:
            detail = f"addresses behind an empty <link/>: {self.behind} of {self.entries}"
            yield SourceFinding(fault=SourceFault.DAMAGED, detail=detail)
        if self.without_address:
            detail = f"entries without an address: {self.without_address} of {self.entries}"
            yield SourceFinding(fault=SourceFault.NO_ADDRESS, detail=detail)
        if self.bad_dates:
            detail = f"dates that state no moment: {len(self.bad_dates)}"
            yield SourceFinding(
                fault=SourceFault.BAD_DATE, detail=detail, examples=examples(self.bad_dates)
            )
        if not (self.entries or self.children):
            yield SourceFinding(fault=SourceFault.LISTS_NOTHING, detail="it lists nothing")


def examples(texts: list[str]) -> tuple[str, ...]:
    """Return a few of these texts, each on one line and cut."""
    # more than are shown, because equal ones count once; not all, because a list may be long
    lines = dict.fromkeys(" ".join(text.split())[:_LONGEST] for text in texts[: 10 * _EXAMPLES])
    return tuple(lines)[:_EXAMPLES]
