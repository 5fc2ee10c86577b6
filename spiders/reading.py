"""Read a page as its outlet declares it: its rules, its canonical URL and key, and whose article it is a copy of.

Whoever reads pages of outlets (a crawl, a look, a reading again from the archive) comes through here, so that the same
page gives the same record.
"""

from typing import TYPE_CHECKING

from processing.reading.rules import GENERIC, rules_at
from processing.records import Article, Page, Rejection
from processing.settings import settings
from spiders.identity import identify, resolved
from spiders.outlet import Outlet
from spiders.outlets import outlets

if TYPE_CHECKING:
    from processing.reading.rights import RightsPolicy


def read(page: Page, outlet: Outlet | None, *, canonical: str | None = None) -> Article | Rejection:
    """Read `page` with the rules that `outlet` had on its day; without an outlet as any page.

    `canonical` is the address to file it under where its own says nothing (a redirect to a page of no known form).
    """
    # Loaded with the first page: a poll that finds nothing new needs no reader.
    from processing.reading.extract import extract  # noqa: PLC0415 - see above

    found = identify(outlet, page.url) if outlet else None
    record = extract(
        page,
        rules_at(outlet.rules, page.fetched_at) if outlet else GENERIC,
        url=found.url if found else canonical,
        publisher_id=found.key if found else None,
        policy=policy(),
    )
    if isinstance(record, Article) and record.origin:
        return record.model_copy(update={"origin": resolved(record.origin, outlets().values())})
    return record


def policy() -> "RightsPolicy":
    """Return which marks of a page are obeyed, as the settings say."""
    from processing.reading.rights import RightsPolicy  # noqa: PLC0415 - as above

    return RightsPolicy(noarchive=settings().obey_noarchive, tdm=settings().obey_tdm_reservation)
