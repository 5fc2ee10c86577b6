"""What a first look at a site shows, from pages that were fetched already.

Pure: no network, no Scrapy.

What `scrapy look` saw of a site, as a record for `--json` and as lines for a person.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.records import Article, Record, Rejection, clean
from processing.urls import canonical, desktop, unescaped
from spiders.formats.feeds import text_of_field
from spiders.formats.links import Links
from spiders.outlet import Outlet

_SIGNS = (
    (
        "ndsoft",
        re.compile(
            r"articleView\.html\?[^\"']{0,300}idxno=|article-view-content-div|ndsoft\.co\.kr"
        ),
    ),
    ("arc", re.compile(r"Fusion\.globalContent|/arc/outboundfeeds/")),
    (
        "gnuboard",
        re.compile(
            r"bbs/board\.php\?[^\"']{0,300}bo_table=|\bg5_(?:url|bbs_url)\b|id=[\"']bo_v_con"
        ),
    ),
    (
        "article_no",
        re.compile(r"/news/article\.html\?[^\"']{0,300}no=\d|id=[\"']news_body_area[\"']"),
    ),
    ("wcms", re.compile(r"wcms_(?:banner|side|bestnews|ad)|/page/view/\d{19}")),
    ("article14", re.compile(r"/article/20\d{6}5\d{5}\b|article_txt_container")),
    ("view_key", re.compile(r"/view\.php\?[^\"']{0,300}key=\d{17}")),
    ("view_ud", re.compile(r"/view\.php\?[^\"']{0,300}ud=\d{14}")),
    ("html_dir", re.compile(r"/site/data/html_dir/")),
    (
        "wordpress",
        re.compile(r"/wp-(?:content|json|includes)/|\bapi\.w\.org\b|content=[\"']WordPress\b"),
    ),
)
"""Signs of the families, the more special first."""

POSTS = "wp-json/wp/v2/posts?per_page=20"
"""Where WordPress lists its posts as JSON, unless the site has closed it."""
_PATHS = {
    "ndsoft": ("rss/allArticle.xml", "sitemap.xml"),
    "arc": (
        "arc/outboundfeeds/rss/?outputType=xml",
        "arc/outboundfeeds/news-sitemap/?outputType=xml",
    ),
    "article_no": ("data/rss/news.xml",),
    "wordpress": ("feed/", POSTS),
}
_USUAL = ("sitemap/latest-articles", "rss", "rss.xml", "feed", "sitemap.xml")
_MOST = 8
"""Addresses that a look tries as sources; it is one person's curiosity, not a crawl."""
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_LONG_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4,}")  # a year is no id
_BOARD = re.compile(r"bbs/board\.php\?[^\"'<>]{0,80}?bo_table=(\w{1,40})")
_ENOUGH = 3
_STAMPED = 8
"""Digits from which an id has its length from a date in it.

A shorter one counts on, and will have a digit more.
"""


def stranger(url: str) -> Outlet:
    """Return an outlet that stands for a site nobody has declared: its domain and the hosts that feeds often have."""
    parts = urlsplit(url)
    host = desktop((parts.hostname or "").lower())
    domain = host.removeprefix("www.")
    home = f"{parts.scheme}://{parts.netloc}/"
    # Feeds of many outlets live on a host of their own, which no page of theirs names.
    subdomains = ("", "www.", "m.", "news.", "rss.", "feeds.", "cdn.")
    return Outlet(
        name="look",
        title=domain,
        home=home,
        article=re.compile(r"(?P<id>$.)"),
        hosts=tuple(f"{part}{domain}" for part in subdomains),
        paused="only looked at",
    )


def family_of(text: str) -> str:
    """Return the family whose signs a page's source carries, "" where it carries none."""
    return next((family for family, sign in _SIGNS if sign.search(text)), "")


def site_title(root: HtmlElement) -> str | None:
    """Return what the site calls itself: og:site_name, else what stands last in the title."""
    named = root.xpath("//meta[@property='og:site_name']/@content")
    if isinstance(named, list) and named:
        return text_of_field(str(named[0]))
    title = text_of_field(root.findtext(".//title"))
    # "Headline - Site" is the common order, and "Site" alone has no sign in it.
    return re.split(r"\s+[-|:–]\s+", title)[-1] if title else None


def sources_in(root: HtmlElement, text: str, base_url: str) -> list[str]:
    """Return the feeds that a page names in its head, and those of the Gnuboard boards that it links."""
    links = (link for link in root.iter("link") if (link.get("type") or "").lower() in _TYPES)
    named = [urljoin(base_url, unescaped(href)) for link in links if (href := link.get("href"))]
    boards = dict.fromkeys(_BOARD.findall(text))
    return [
        *named,
        *(urljoin(base_url, f"/bbs/rss.php?bo_table={board}") for board in list(boards)[:3]),
    ]


def worth_trying(
    home: str, named: Iterable[str], sitemaps: Iterable[str], family: str
) -> list[str]:
    """Return the addresses that may be sources: named ones first, then the family's, then usual ones; at most eight."""
    guesses = (urljoin(home, path) for path in (*_PATHS.get(family, ()), *_USUAL))
    return list(dict.fromkeys([*named, *sitemaps, *guesses]))[:_MOST]


def pattern_of(urls: Sequence[str]) -> str | None:
    """Guess a regex of article addresses from the links of a source.

    None where they have no shape in common.

    The id is the long number, or else the part, that differs most from link to link; of several the
    last. What follows it in a query may be missing from other links and is left out. A guess that
    does not tell the links apart from which it was made is none.
    """
    shapes: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for url in urls:
        parts = _parts(url)
        shapes[tuple(_kind(part) for part in parts)].append(parts)
    # A list has menus and banners too; its articles are the shape that occurs most.
    commonest = max(shapes.values(), key=len, default=[])
    if len(commonest) < min(_ENOUGH, len(urls)) or not commonest:
        return None
    guess = _guess(commonest)
    return guess if _tells_apart(guess, {"".join(parts) for parts in commonest}) else None


def fits(pattern: str, url: str) -> bool:
    """Return whether a guessed regex finds an article at `url`, spelt as a crawl spells it before it looks."""
    return re.search(pattern, canonical(url)) is not None


def _tells_apart(pattern: str, addresses: set[str]) -> bool:
    """Return whether `pattern` finds an id in every address that it was made from, and not one id for all of them."""
    ids = [match["id"] for address in addresses if (match := re.search(pattern, address))]
    return len(ids) == len(addresses) and (len(addresses) == 1 or len(set(ids)) > 1)


def _guess(commonest: Sequence[Sequence[str]]) -> str:
    columns = list(zip(*commonest, strict=True))
    numbers = [
        index for index, column in enumerate(columns) if all(map(_LONG_NUMBER.search, column))
    ]
    words = [index for index, column in enumerate(columns) if all(len(part) > 1 for part in column)]
    likely = numbers or words or [len(columns) - 1]
    key = max(likely, key=lambda index: (len(set(columns[index])), index))
    # Parameters behind the id are those of the list that linked it (page, section).
    if "=" in columns[key][0]:
        columns = columns[: key + 1]
    return "".join(_piece(column, is_key=index == key) for index, column in enumerate(columns))


def _parts(url: str) -> list[str]:
    """Split the address behind the host into path parts and query pairs, each with the sign before it."""
    split = urlsplit(canonical(url))
    tail = split.path + (f"?{split.query}" if split.query else "")
    return re.findall(r"[/?&][^/?&]*", tail)


def _kind(part: str) -> str:
    """Return what sort of part it is: the name of a value, a number (with its extension), or a word."""
    if "=" in part:
        return part.partition("=")[0]
    number = re.fullmatch(r"[/?&]\d+(\.[a-z]+)?", part)
    return f"{part[0]}0{number[1] or ''}" if number else f"{part[0]}w"


def _piece(column: Sequence[str], *, is_key: bool) -> str:
    first = column[0]
    if is_key:
        return _key(column)
    if first[1:].isdecimal():
        return re.escape(first[0]) + _number(column)
    if len(set(column)) == 1:
        return re.escape(first)
    return (
        re.escape(first.partition("=")[0]) + "=[^&]*"
        if "=" in first
        else re.escape(first[0]) + "[^/?&]+"
    )


def _key(column: Sequence[str]) -> str:
    """Return the piece that holds the id.

    Words around it that differ from link to link are left open.
    """
    cuts = [_cut(part) for part in column]
    head, number, tail = cuts[0]
    if len({cut[0] for cut in cuts}) > 1:
        name, equals, _ = head[1:].partition("=")
        start = re.escape(head[0] + (name + equals if equals else ""))
        before = rf"{start}(?:[^/?&]*[^/?&\d])?"
    else:
        before = re.escape(head)
    after = re.escape(tail) if len({cut[2] for cut in cuts}) == 1 else ""
    # A date in the id keeps its length; a plain counter gets a digit more one day.
    digits = _number(column) if len(number) >= _STAMPED else r"\d+"
    return f"{before}(?P<id>{digits if number.isdecimal() else '[^/?&]+'}){after}"


def _number(column: Sequence[str]) -> str:
    """Return a regex for a column's numbers: of a fixed length where several agree on one."""
    lengths = {len(_cut(part)[1]) for part in column}
    return rf"\d{{{lengths.pop()}}}" if len(lengths) == 1 and len(column) > 1 else r"\d+"


def _cut(part: str) -> tuple[str, str, str]:
    """Cut a part of an address around its last long number.

    Without one, behind its sign or the name of its value.
    """
    numbers = list(_LONG_NUMBER.finditer(part))
    if numbers:
        last = numbers[-1]
        return part[: last.start()], last[0], part[last.end() :]
    start = part.find("=") + 1 or 1
    return part[:start], part[start:], ""


class RobotsSeen(Record):
    """robots.txt: whether the front page may be asked by our token and by Scrapy, and which AI agents may not."""

    state: str
    answered: bool
    ours: bool
    scrapy: bool
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()


class SourceSeen(Record):
    """An address that may be a source, and what it answered."""

    url: str
    kind: str
    links: int = 0
    children: int = 0
    newest: datetime | None = None
    full_text: bool = False
    problem: str | None = None
    sample: tuple[str, ...] = ()


class Sighting(Record):
    """Everything that one look saw.

    `article` is a guessed regex, `reading` the sample page as our reader read it.
    """

    url: str
    home: str
    at: datetime
    robots: RobotsSeen
    title: str | None = None
    declared: str | None = None
    family: str = "own"
    sources: tuple[SourceSeen, ...] = ()
    article: str | None = None
    reading: Article | Rejection | None = None
    problems: tuple[str, ...] = ()

    @property
    def useful(self) -> tuple[SourceSeen, ...]:
        """The sources that list something."""
        return tuple(source for source in self.sources if source.links or source.children)


def source_seen(url: str, listed: Links, kind: str) -> SourceSeen:
    """Return what a source's answer shows; `kind` is what it was taken for."""
    times = [
        stamp.at for link in listed.links for stamp in (link.published, link.modified) if stamp
    ]
    from_sitemap = any(
        link.published and link.published.source == "sitemap" for link in listed.links
    )
    return SourceSeen(
        url=url,
        kind="sitemap" if listed.children or from_sitemap else kind,
        links=len(listed.links),
        children=len(listed.children),
        newest=max(times, default=None),
        full_text=any(link.text for link in listed.links),
        problem=listed.problem,
        sample=tuple(link.url for link in listed.links[:20]),
    )


def lines(seen: Sighting) -> Iterator[str]:
    """Yield the sighting as lines that are safe to print."""
    robots = seen.robots
    yield f"{clean(seen.title or seen.home)}  {seen.home}"
    if seen.declared:
        yield f"  declared as   {seen.declared}"
    yield f"  robots.txt    {clean(robots.state)}"
    yield f"    Sillok      {'may ask' if robots.ours else 'must not ask'}"
    yield f"    Scrapy      {'may ask' if robots.scrapy else 'must not ask (the stricter wins)'}"
    if robots.delay:
        yield f"    delay       {robots.delay:g} s between requests"
    if robots.banned:
        yield f"    AI agents   {', '.join(robots.banned)} must not ask"
    yield f"  family        {seen.family}"
    for source in seen.sources:
        yield f"  {source.kind:<13} {clean(source.url)}  {_worth(source)}"
    yield f"  article       {seen.article or 'no pattern found: look at the links of a list'}"
    yield from _reading(seen.reading)
    for problem in seen.problems:
        yield f"  !             {clean(problem)}"


def _worth(source: SourceSeen) -> str:
    if not (source.links or source.children):
        return f"[{clean(source.problem or 'nothing')}]"
    facts: Sequence[str | None] = (
        f"{source.links} links" if source.links else f"{source.children} sitemaps",
        f"newest {source.newest:%Y-%m-%d %H:%M %Z}" if source.newest else "no times",
        "full text" if source.full_text else None,
        clean(source.problem) if source.problem else None,
    )
    return f"[{', '.join(fact for fact in facts if fact)}]"


def _reading(record: Article | Rejection | None) -> Iterator[str]:
    if record is None:
        return
    yield f"  sample        {clean(record.url)}"
    if isinstance(record, Rejection):
        yield f"    rejected    {record.reason}: {clean(record.evidence)}"
        return
    yield f"    title       {clean(record.title)}"
    yield f"    published   {record.published.at.isoformat() if record.published else 'not stated'}"
    yield f"    by          {clean(', '.join(author.name for author in record.authors)) or 'nobody named'}"
    yield f"    text        {len(record.text)} characters, {record.kind}, {clean(record.section or 'no section')}"
    rights = record.rights
    marks = (
        rights.meta_robots,
        rights.x_robots_tag,
        rights.licence,
        rights.ai_notice,
        rights.premium,
    )
    stated = "; ".join(mark for mark in marks if mark)
    kept = "" if rights.exportable else f" (kept from export: {rights.why})"
    yield f"    rights      {clean(stated) or 'no marks'}{kept}"
