"""What an outlet is: where it lists its articles, how its pages are read, how it wants to be asked.

An outlet is a value. It imports neither Scrapy nor Airflow, so that a DAG file can list all outlets
in milliseconds. A contradiction fails on import with the cure in the message.

Which article a URL is: an outlet's declaration put to a URL. Pure and quick: it runs on every link
of a poll.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from string import Formatter
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from processing.errors import DeclarationError
from processing.rules import NumberRule, Rules
from processing.urls import canonical, desktop

if TYPE_CHECKING:
    from processing.records import Origin
from typing import TypedDict

MAX_URL = 2000
"""Characters; a longer address is neither listed nor asked for, also where a redirect names it."""
_EXAMPLES = 5
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EXCEPTION = re.compile(r"unverified: \S.*\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Feed:
    """An RSS 2.0, RSS 1.0 (RDF) or Atom feed: the newest articles only.

    `quiet_hours` is how long it may stay without a new link before it is reported.
    """

    url: str
    quiet_hours: int = 24


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap, news sitemap or sitemap index.

    `follow` is a regex on child maps; `days` limits them by lastmod.

    A URL with `{yyyy}`, `{mm}`, `{dd}` or `{yyyymmdd}` is a day archive: it is asked only for
    `since`/`until`.
    """

    url: str
    follow: str = ""
    days: int = 2
    quiet_hours: int = 24


@dataclass(frozen=True, slots=True)
class Listing:
    """An HTML page that lists links.

    `{page}` in the URL is paged from 1 to `pages`; `links` is CSS for the anchors.

    The default takes every link whose address has a digit, which menus have not and articles nearly
    always have.
    """

    url: str
    links: str = "a"
    pages: int = 1
    quiet_hours: int = 24


Source: TypeAlias = Feed | Sitemap | Listing


class Pace(StrEnum):
    """How often an outlet is asked for news."""

    QUARTER_HOUR = "quarter_hour"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One news outlet.

    `name` is its own domain label: file, spider, storage prefix and test folder in one; chosen
    once. `aliases` are other names by which credits of reprints call it, beside its `title`.
    `article` matches the URL of an article and names its `id`. `canonical` is a format string
    with the groups of `article` ("https://www.a.kr/view/{id}"); empty, or where a group did not
    match, the URL as normalised is the canonical one. `history` are sources that reach back and that
    backfills alone ask: lists whose pages go back in time ({page}), lists of a day, indexes of
    sitemaps that name their days or months. `older` are URL forms of the past whose ids
    are numbers of their own: articles too, but without `canonical`. `hosts` are allowed beside that
    of `home`; `allowed_hosts` is all that may be asked: home, sources, `hosts`, each also without
    its www. `allowed_ports` are those of home and sources, and the default ones (None: not named).
    `daily` is what a normal day brings (articles, KST). `numbers` is what
    the numbers in its ids count, by which missed articles are noticed. `outlet_class` ranks whose text is the
    original. `paused` says why it is not visited; its archive stays readable. `permission_needed`
    names the ban that only an operator's recorded consent lifts. `tls` says why its certificates
    need not be right and when that was checked ("unverified: chain lacks an intermediate, checked
    2026-11-20"); what is wrong with them is then recorded with every page. `confirmed` is the date
    on which a person ran `scrapy look`, else "".
    """

    name: str
    title: str
    aliases: tuple[str, ...] = ()
    home: str
    sources: Sequence[Source] = ()
    history: Sequence[Source] = ()
    article: re.Pattern[str]
    canonical: str = ""
    older: tuple[re.Pattern[str], ...] = ()
    hosts: tuple[str, ...] = ()
    rules: tuple[Rules, ...] = (Rules(),)
    pace: Pace = Pace.HOURLY
    daily: tuple[int, int] = (1, 1000)
    outlet_class: Literal["wire", "publisher", "portal", "aggregator"] = "publisher"
    family: str = "own"
    charset: str | None = None
    delay: float | None = None
    budget: int = 5000
    numbers: NumberRule | None = None
    cookies: bool = False
    render: bool = False
    paused: str | None = None
    permission_needed: str | None = None
    tls: str | None = None
    evidence: str = ""
    confirmed: str = ""
    caveats: tuple[str, ...] = ()
    allowed_hosts: frozenset[str] = field(init=False, repr=False, compare=False)
    allowed_ports: frozenset[int | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise `DeclarationError` where the declaration contradicts itself."""
        urls = [self.home, *(source.url for source in (*self.sources, *self.history))]
        # Frozen, and yet computed once: this is asked of every link of a poll.
        hosts = {urlsplit(url).hostname or "" for url in urls} | set(self.hosts)
        object.__setattr__(
            self, "allowed_hosts", frozenset(hosts | {host.removeprefix("www.") for host in hosts})
        )
        ports = frozenset({80, 443, None} | {urlsplit(url).port for url in urls})
        object.__setattr__(self, "allowed_ports", ports)
        # Known from the declaration alone, so that a page reads the same whichever came before it.
        names = (self.title, *self.aliases)
        layouts = tuple(replace(rules, names=names) for rules in self.rules)
        object.__setattr__(self, "rules", layouts)
        for wrong, cure in self._contradictions():
            if wrong:
                raise DeclarationError(f"outlet {self.name!r}: {cure}")

    def _contradictions(self) -> Sequence[tuple[bool, str]]:
        low, high = self.daily
        named = {name for _, name, _, _ in Formatter().parse(self.canonical) if name is not None}
        unknown = named - set(self.article.groupindex)
        return (
            (
                not _NAME.fullmatch(self.name),
                "`name` must be lower-case ASCII letters, digits and _",
            ),
            (
                urlsplit(self.home).scheme not in {"http", "https"},
                "`home` must be an http or https URL",
            ),
            (
                any("id" not in form.groupindex for form in (self.article, *self.older)),
                "`article` and each of `older` must name the id: (?P<id>...)",
            ),
            (
                bool(unknown),
                f"`canonical` names groups that `article` does not have: {', '.join(sorted(unknown))}",
            ),
            (
                not self.sources and self.paused is None,
                "without a source it must say `paused=` and why",
            ),
            (not 0 <= low <= high, "`daily` must be (low, high) with 0 <= low <= high"),
            (not self.rules, "`rules` must not be empty; leave it out for the generic reader"),
            (
                any(r.until is None for r in self.rules[:-1]),
                "only the last of `rules` may have no `until`",
            ),
            (
                self.tls is not None and not _EXCEPTION.fullmatch(self.tls),
                '`tls` must say why and when it was checked: "unverified: <what is wrong>, checked YYYY-MM-DD"',
            ),
            (self.budget < 1, "`budget` (requests a day) must be at least 1"),
        )

    def article_key(self, url: str) -> str | None:
        """Return the outlet's own id of the article at `url`, or None where `url` is no article."""
        match = self.article.search(url) or next(
            (hit for form in self.older if (hit := form.search(url))), None
        )
        return match["id"] if match else None


class Fields(TypedDict, total=False):
    """Keyword arguments that a family passes on to `Outlet` as they are: no CMS decides them.

    Each means what it means there.
    """

    history: tuple[Source, ...]
    older: tuple[re.Pattern[str], ...]
    aliases: tuple[str, ...]
    hosts: tuple[str, ...]
    rules: tuple[Rules, ...]
    pace: Pace
    daily: tuple[int, int]
    outlet_class: Literal["wire", "publisher", "portal", "aggregator"]
    charset: str | None
    delay: float | None
    budget: int
    numbers: NumberRule | None
    cookies: bool
    render: bool
    paused: str | None
    permission_needed: str | None
    tls: str | None
    evidence: str
    confirmed: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """How many addresses of an outlet are articles: by `article`, or by one of `older`.

    `unmatched` holds at most five examples of the others.
    """

    current: int = 0
    older: int = 0
    unmatched_count: int = 0
    unmatched: tuple[str, ...] = ()

    @property
    def matched(self) -> int:
        """Number of addresses that are articles."""
        return self.current + self.older

    @property
    def total(self) -> int:
        """Number of addresses that were judged."""
        return self.matched + self.unmatched_count

    @property
    def share(self) -> float | None:
        """Share of the addresses that are articles, None where none was judged."""
        return self.matched / self.total if self.total else None


class Identity(NamedTuple):
    """The canonical URL of an article, whose hash is its id in the archive, and the outlet's own key for it."""

    url: str
    key: str


def identify(outlet: Outlet, url: str) -> Identity | None:
    """Return which article of `outlet` lies at `url`.

    None where the host is not its or the URL is no article's.

    Mobile, AMP and older spellings of one article come out the same wherever the outlet's pattern
    tells that they are.
    """
    spelling = canonical(url)
    if not _belongs(outlet, url, spelling):
        return None
    # Older forms number articles in another way, so their ids fit no canonical form.
    match = outlet.article.search(spelling)
    if match is None:
        key = outlet.article_key(spelling)
        return Identity(spelling, key) if key else None
    groups = match.groupdict()
    if not outlet.canonical or any(
        value is None and f"{{{name}}}" in outlet.canonical for name, value in groups.items()
    ):
        return Identity(spelling, groups["id"])
    return Identity(outlet.canonical.format_map(groups), groups["id"])


def match_addresses(outlet: Outlet, urls: Iterable[str]) -> AddressMatch:
    """Judge addresses of `outlet` by its declaration.

    `current` are those that `article` matches.
    """
    current = older = missed = 0
    examples: list[str] = []
    for url in urls:
        if identify(outlet, url) is None:
            missed += 1
            examples += [url] if len(examples) < _EXAMPLES else []
        elif outlet.article.search(canonical(url)):
            current += 1
        else:
            older += 1
    return AddressMatch(current, older, missed, tuple(examples))


def is_on_site(outlet: Outlet, url: str) -> bool:
    """Return whether the host of `url`, or the desktop host that it is a variant of, belongs to `outlet`."""
    return _belongs(outlet, url, canonical(url))


def unaskable(outlet: Outlet, url: str) -> str | None:
    """Return why `url` itself may not be asked, or None: which article it stands for does not matter here.

    A web archive's or a portal's copy stands for an article of the outlet, and yet asking for it would lead elsewhere.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        return f"not a URL: {error}"
    if len(url) > MAX_URL:
        return f"more than {MAX_URL} characters"
    host = _in_ascii(parts.hostname or "")
    if parts.scheme not in {"http", "https"}:
        return f"scheme {parts.scheme!r}"
    # A page could make us log in somewhere with a link that has them.
    if parts.username is not None or parts.password is not None:
        return "credentials in the URL"
    if host not in outlet.allowed_hosts and desktop(host) not in outlet.allowed_hosts:
        return f"host {host}"
    return None if port in outlet.allowed_ports else f"port {port}"


def outlet_of(url: str, outlets: Iterable[Outlet]) -> Outlet | None:
    """Return the first of `outlets` that publishes an article at `url`; None where none does."""
    return next((outlet for outlet in outlets if identify(outlet, url)), None)


def resolved(origin: "Origin", outlets: Iterable[Outlet]) -> "Origin":
    """Return the origin of a portal's or a board's copy with the canonical URL of the publisher's own article.

    What a portal links (`mtview.php?no=…&outlink=1`) then is the very address under which that article is archived. An
    origin that no declared outlet publishes comes back as it is.
    """
    # Another portal's address would name the copy of a copy.
    for outlet in outlets if origin.url else ():
        identity = identify(outlet, origin.url or "")
        if identity and outlet.outlet_class != "portal":
            return origin.evolve(outlet=origin.outlet or outlet.title, url=identity.url)
    return origin


def _belongs(outlet: Outlet, url: str, spelling: str) -> bool:
    return _host(url) in outlet.allowed_hosts or _host(spelling) in outlet.allowed_hosts


def _in_ascii(host: str) -> str:
    """Return a host as it is asked: without the root's dot, in the form of IDNA."""
    try:
        return host.rstrip(".").encode("idna").decode() if not host.isascii() else host.rstrip(".")
    except UnicodeError:
        return host


def _host(url: str) -> str:
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
