"""What a first look at a site shows, from pages that were fetched already. Pure: no network, no Scrapy."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.reading.urls import canonical, desktop, unescaped
from spiders.formats.feeds import plain
from spiders.outlet import Outlet

_SIGNS = (
    ("ndsoft", re.compile(r"articleView\.html\?[^\"']*idxno=|article-view-content-div|ndsoft\.co\.kr")),
    ("arc", re.compile(r"Fusion\.globalContent|/arc/outboundfeeds/")),
    ("gnuboard", re.compile(r"bbs/board\.php\?[^\"']*bo_table=|\bg5_(?:url|bbs_url)\b|id=[\"']bo_v_con")),
    ("article_no", re.compile(r"/news/article\.html\?[^\"']*no=\d|id=[\"']news_body_area[\"']")),
    ("wcms", re.compile(r"wcms_(?:banner|side|bestnews|ad)|/page/view/\d{19}")),
    ("article14", re.compile(r"/article/20\d{6}5\d{5}\b|article_txt_container")),
    ("view_key", re.compile(r"/view\.php\?[^\"']*key=\d{17}")),
    ("view_ud", re.compile(r"/view\.php\?[^\"']*ud=\d{14}")),
    ("html_dir", re.compile(r"/site/data/html_dir/")),
    ("wordpress", re.compile(r"/wp-content/|/wp-json/")),
)
"""Signs of the families, the more special first."""

_PATHS = {
    "ndsoft": ("rss/allArticle.xml", "sitemap.xml"),
    "arc": ("arc/outboundfeeds/rss/?outputType=xml", "arc/outboundfeeds/news-sitemap/?outputType=xml"),
    "article_no": ("data/rss/news.xml",),
    "wordpress": ("feed/",),
}
_USUAL = ("sitemap/latest-articles", "rss", "rss.xml", "feed", "sitemap.xml")
_MOST = 8
"""Addresses that a look tries as sources; it is one person's curiosity, not a crawl."""
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_LONG_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4,}")  # a year is no id
_BOARD = re.compile(r"bbs/board\.php\?[^\"'<>]{0,80}?bo_table=(\w{1,40})")
_ENOUGH = 3
_STAMPED = 8
"""Digits from which an id has its length from a date in it; a shorter one counts on, and will have a digit more."""


def stranger(url: str) -> Outlet:
    """Return an outlet that stands for a site nobody has declared: its domain and the hosts that feeds often have."""
    parts = urlsplit(url)
    host = desktop((parts.hostname or "").lower())
    domain = host.removeprefix("www.")
    home = f"{parts.scheme}://{parts.netloc}/"
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
        return plain(str(named[0]))
    title = plain(root.findtext(".//title"))
    return re.split(r"\s+[-|:–]\s+", title)[-1] if title else None


def sources_in(root: HtmlElement, text: str, base_url: str) -> list[str]:
    """Return the feeds that a page names in its head, and those of the Gnuboard boards that it links."""
    links = (link for link in root.iter("link") if (link.get("type") or "").lower() in _TYPES)
    named = [urljoin(base_url, unescaped(href)) for link in links if (href := link.get("href"))]
    boards = dict.fromkeys(_BOARD.findall(text))
    return [*named, *(urljoin(base_url, f"/bbs/rss.php?bo_table={board}") for board in list(boards)[:3])]


def worth_trying(home: str, named: Iterable[str], sitemaps: Iterable[str], family: str) -> list[str]:
    """Return the addresses that may be sources: named ones first, then the family's, then usual ones; at most eight."""
    guesses = (urljoin(home, path) for path in (*_PATHS.get(family, ()), *_USUAL))
    return list(dict.fromkeys([*named, *sitemaps, *guesses]))[:_MOST]


def pattern_of(urls: Sequence[str]) -> str | None:
    """Guess a regex of article addresses from the links of a source; None where they have no shape in common.

    The id is the long number, or else the part, that differs most from link to link; of several the last. What follows
    it in a query may be missing from other links and is left out.
    """
    shapes: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for url in urls:
        parts = _parts(url)
        shapes[tuple(_kind(part) for part in parts)].append(parts)
    commonest = max(shapes.values(), key=len, default=[])
    if len(commonest) < min(_ENOUGH, len(urls)) or not commonest:
        return None
    columns = list(zip(*commonest, strict=True))
    numbers = [index for index, column in enumerate(columns) if all(map(_LONG_NUMBER.search, column))]
    words = [index for index, column in enumerate(columns) if all(len(part) > 1 for part in column)]
    likely = numbers or words or [len(columns) - 1]
    key = max(likely, key=lambda index: (len(set(columns[index])), index))
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
        head, number, tail = _cut(first)
        digits = _number(column) if len(number) >= _STAMPED else r"\d+"
        return f"{re.escape(head)}(?P<id>{digits if number.isdecimal() else '[^/?&]+'}){re.escape(tail)}"
    if first[1:].isdecimal():
        return re.escape(first[0]) + _number(column)
    if len(set(column)) == 1:
        return re.escape(first)
    return re.escape(first.partition("=")[0]) + "=[^&]*" if "=" in first else re.escape(first[0]) + "[^/?&]+"


def _number(column: Sequence[str]) -> str:
    """Return a regex for a column's numbers: of a fixed length where several agree on one."""
    lengths = {len(_cut(part)[1]) for part in column}
    return rf"\d{{{lengths.pop()}}}" if len(lengths) == 1 and len(column) > 1 else r"\d+"


def _cut(part: str) -> tuple[str, str, str]:
    """Cut a part of an address around its last long number; without one, behind its sign or the name of its value."""
    found = list(_LONG_NUMBER.finditer(part))
    if found:
        last = found[-1]
        return part[: last.start()], last[0], part[last.end() :]
    start = part.find("=") + 1 or 1
    return part[:start], part[start:], ""
