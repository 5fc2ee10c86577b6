"""Which article a URL is: an outlet's declaration put to a URL. Pure and quick: it runs on every link of a poll."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from processing.reading.urls import canonical
from processing.records import Origin
from spiders.outlet import Outlet


class Identity(NamedTuple):
    """The canonical URL of an article, whose hash is its id in the archive, and the outlet's own key for it."""

    url: str
    key: str


def identify(outlet: Outlet, url: str) -> Identity | None:
    """Return which article of `outlet` lies at `url`; None where the host is not its or the URL is no article's.

    Mobile, AMP and older spellings of one article come out the same wherever the outlet's pattern tells that they are.
    """
    spelling = canonical(url)
    if not _belongs(outlet, url, spelling):
        return None
    found = outlet.article.search(spelling)
    if found is None:
        key = outlet.article_key(spelling)
        return Identity(spelling, key) if key else None
    groups = found.groupdict()
    if not outlet.canonical or any(
        value is None and f"{{{name}}}" in outlet.canonical for name, value in groups.items()
    ):
        return Identity(spelling, groups["id"])
    return Identity(outlet.canonical.format_map(groups), groups["id"])


def is_on_site(outlet: Outlet, url: str) -> bool:
    """Return whether the host of `url`, or the desktop host that it is a variant of, belongs to `outlet`."""
    return _belongs(outlet, url, canonical(url))


def outlet_of(url: str, outlets: Iterable[Outlet]) -> Outlet | None:
    """Return the first of `outlets` that publishes an article at `url`; None where none does."""
    return next((outlet for outlet in outlets if identify(outlet, url)), None)


def resolved(origin: Origin, outlets: Iterable[Outlet]) -> Origin:
    """Return the origin of a portal's or a board's copy with the canonical URL of the publisher's own article.

    What a portal links (`mtview.php?no=…&outlink=1`) then is the very address under which that article is archived. An
    origin that no declared outlet publishes comes back as it is.
    """
    for outlet in outlets if origin.url else ():
        found = identify(outlet, origin.url or "")
        if found and outlet.outlet_class != "portal":
            return Origin(outlet=origin.outlet or outlet.title, url=found.url)
    return origin


def _belongs(outlet: Outlet, url: str, spelling: str) -> bool:
    return _host(url) in outlet.allowed_hosts or _host(spelling) in outlet.allowed_hosts


def _host(url: str) -> str:
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
