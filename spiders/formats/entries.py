"""What a document lists, with a count of what could not be taken from it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from processing.records import SourceFault, SourceFinding, Stamp
from spiders.formats.links import Child, Link, stamp

_EXAMPLES = 3
_LONGEST = 80
"""Characters of an example, which are a stranger's words."""


@dataclass(slots=True)
class Listed:
    """The entries of one document.

    `without_address` counts those without one, `behind` those whose address stands behind an empty
    element; `bad_dates` are dates that state no moment.
    """

    links: list[Link] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    entries: int = 0
    without_address: int = 0
    behind: int = 0
    bad_dates: list[str] = field(default_factory=list)

    def add(self, link: Link | None) -> None:
        """Take in an entry; None where it states no address."""
        self.entries += 1
        if link is None:
            self.without_address += 1
        else:
            self.links.append(link)

    def moment(self, text: str | None, source: str) -> Stamp | None:
        """Return the moment that a feed or sitemap states; what states none is counted."""
        found = stamp(text, "sitemap" if source == "sitemap" else "feed")
        if found is None and text and text.strip():
            self.bad_dates.append(text.strip())
        return found

    def findings(self) -> Iterator[SourceFinding]:
        """Yield what is to be said of the entries."""
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
    lines = dict.fromkeys(" ".join(text.split())[:_LONGEST] for text in texts[: 10 * _EXAMPLES])
    return tuple(lines)[:_EXAMPLES]
