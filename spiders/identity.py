"""Which article a URL is: an outlet's declaration put to a URL. Pure and quick: it runs on every link of a poll."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from processing.reading.urls import canonical
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
    if not is_on_site(outlet, url):
        return None
    found = outlet.article.search(spelling)
    if found is None:
        return None
    groups = found.groupdict()
    if not outlet.canonical:
        return Identity(spelling, groups["id"])
    try:
        return Identity(outlet.canonical.format_map(_Matched(groups)), groups["id"])
    except KeyError:
        return Identity(spelling, groups["id"])


def is_on_site(outlet: Outlet, url: str) -> bool:
    """Return whether the host of `url`, or the desktop host that it is a variant of, belongs to `outlet`."""
    hosts = outlet.allowed_hosts
    return _host(url) in hosts or _host(canonical(url)) in hosts


def outlet_of(url: str, outlets: Iterable[Outlet]) -> Outlet | None:
    """Return the first of `outlets` that publishes an article at `url`; None where none does."""
    return next((outlet for outlet in outlets if identify(outlet, url)), None)


def _host(url: str) -> str:
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""


class _Matched(dict[str, str]):
    """The groups that matched; asking for one that did not is a KeyError."""

    def __init__(self, groups: dict[str, str | None]) -> None:
        super().__init__({name: value for name, value in groups.items() if value is not None})
