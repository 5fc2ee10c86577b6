"""Find links in what a source returned. Pure: bytes in, links out; no network, no clock, no Scrapy.

What the document is decides how it is read, not what the declaration called it: a `Sitemap` that
answers with RSS is read as RSS. Broken documents are read as far as they can be trusted, and every
doubt is a finding. Sitemaps (sitemaps.org 0.9, Google News 0.9) and HTML lists are read here,
whatever their namespaces; feeds by `spiders.formats.feeds`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from processing.dates import SEOUL
from processing.limits import ExcessError, check_json
from processing.records import Fetch, SourceFault, SourceFinding
from processing.urls import unescaped
from spiders.formats.days import date_beside
from spiders.formats.feeds import is_jsonfeed, read_feed, read_jsonfeed, read_posts, text_of_field
from spiders.formats.links import Child, Link, Links, Listed, examples, name_of
from spiders.formats.markup import (
    Decoded,
    Unpacked,
    decoded,
    html_of,
    read_html,
    read_xml,
    unpacked,
)
from spiders.outlet import MAX_URL, Listing, Sitemap, Source, identify

__all__ = [
    "Child",
    "Link",
    "Links",
    "addresses",
    "due",
    "identify",
    "is_day_archive",
    "links",
    "pages",
]

MAX_LINKS = 50_000
"""What one document may list (the sitemap protocol's limit).

The rest is left out and `whole` is False.
"""

DATED_PER_POLL = 32
"""Child sitemaps that claim to have changed, asked at one poll; some indexes claim it of all."""
UNDATED_PER_POLL = 8
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_FEEDS = frozenset({"rss", "rdf", "channel", "feed"})
_SITEMAPS = frozenset({"urlset", "sitemapindex"})
_BLANK = b"\xef\xbb\xbf\x00 \t\r\n"
_HEAD = 2048
_MARKUP = re.compile(
    rb"<(?:\?xml|!doctype|html|head|body|rss|rdf:rdf|feed|urlset|sitemapindex|channel)\b",
    re.IGNORECASE,
)
"""What shows within the first bytes that a document is markup, whatever it ends with."""
_JSON = re.compile(r"[\[{]\s{0,99}(?:[\[{\"]|[\]}])|^[\[{]")
"""Where JSON of a list or an object begins."""
_DATE_IN_URL = re.compile(
    r"(?<!\d)(?P<year>20\d\d)[-/_]?(?P<month>\d\d)(?:[-/_]?(?P<day>\d\d))?(?!\d)"
)


def links(source: Source, body: bytes, *, base_url: str) -> Links:
    """Return what `body`, the answer of `source` at `base_url`, lists, with findings."""
    plain = unpacked(body)
    if plain.body is None:
        fault = SourceFault.REFUSED if plain.whole else SourceFault.DAMAGED
        return _nothing(
            fault, "packed data that is broken or unpacks beyond the limit", whole=False
        )
    if not plain.body.strip(_BLANK):
        return _nothing(SourceFault.EMPTY, "empty answer", whole=plain.whole)
    try:
        listed = _read(source, plain.body, base_url, whole=plain.whole)
    except ExcessError as error:
        return _nothing(SourceFault.REFUSED, f"too large to be read: {error}", whole=False)
    return listed if plain.whole else _broken_off(listed, plain)


def addresses(source: Source, days: Iterable[date] = ()) -> tuple[str, ...]:
    """Return the URLs to request for `source`: its pages, and for a day archive those of `days`."""
    urls = [source.url]
    if "{page}" in source.url and isinstance(source, Listing):
        urls = [page_url(source.url, page) for page in range(1, source.pages + 1)]
    if is_day_archive(source):
        urls = [day_url(url, day) for day in days for url in urls]
    return tuple(dict.fromkeys(urls))


def pages(source: Source, most: int) -> tuple[str, ...]:
    """Return the URLs of the first pages of `source`, at most `most`; one where it has no pages."""
    if "{page}" not in source.url or not isinstance(source, Listing):
        return (source.url,)
    return tuple(page_url(source.url, page) for page in range(1, most + 1))


def page_url(template: str, page: int) -> str:
    """Return the address of one page of a list; `template` has `{page}`."""
    return template.replace("{page}", str(page))


def is_day_archive(source: Source) -> bool:
    """Return whether the URL of `source` has a date in it, so that it serves backfill only."""
    return any(f"{{{field}}}" in source.url for field in ("yyyy", "mm", "dd", "yyyymmdd"))


def due(
    source: Sitemap,
    children: Iterable[Child],
    *,
    now: datetime,
    last: Callable[[str], Fetch | None],
    since: date | None = None,
) -> tuple[Child, ...]:
    """Return the child sitemaps to ask now: those that `follow` admits and that may have changed.

    A child is dated by its lastmod or, without one, by the day or month that its URL names; it is
    due within `days`, the newest first. `last` returns how a child answered last. Where more than
    `DATED_PER_POLL` are due, half of them are those that brought news last, and the others take
    turns. Undated children take turns, `UNDATED_PER_POLL` a poll, the one that was asked longest
    ago first: so that an index of thousands never becomes a flood, and none is forgotten. With
    `since` (backfill) everything that may hold that day or a later one is due.
    """
    admitted = [child for child in children if re.search(source.follow, child.url)]
    today = now.astimezone(SEOUL).date()
    oldest = since or today - timedelta(days=source.days)
    dated = {child: day for child in admitted if (day := _day_of(child, today))}
    recent = sorted(
        (child for child, day in dated.items() if day >= oldest),
        key=lambda child: dated[child],
        reverse=True,
    )
    undated = [child for child in admitted if child not in dated]
    if since:
        return (*recent, *undated)
    if len(recent) > DATED_PER_POLL:
        lively = sorted(recent, key=lambda child: _new_at(last(child.url)), reverse=True)
        chosen = lively[: DATED_PER_POLL // 2]
        rest = [child for child in recent if child not in set(chosen)]
        recent = [*chosen, *_in_turn(rest, last)[: DATED_PER_POLL - len(chosen)]]
    return (*recent, *_in_turn(undated, last)[:UNDATED_PER_POLL])


def _in_turn(children: list[Child], last: Callable[[str], Fetch | None]) -> list[Child]:
    """Return the children in the order in which they were asked, those that never were first."""
    return sorted(children, key=lambda child: row.at if (row := last(child.url)) else _NEVER)


def _new_at(last: Fetch | None) -> datetime:
    return (last.new_at if last else None) or _NEVER


def _day_of(child: Child, today: date) -> date | None:
    """Return the day on which a child changed, or the last day that its URL names."""
    # never in the future: a month's sitemap changes until today
    if child.modified:
        return child.modified.at.astimezone(SEOUL).date()
    match = _DATE_IN_URL.search(child.url)
    if match is None:
        return None
    try:
        first = date(int(match["year"]), int(match["month"]), int(match["day"] or 1))
    except ValueError:
        return None
    following = first.replace(day=28) + timedelta(days=4)
    final = first if match["day"] else following - timedelta(days=following.day)
    return min(final, today) if first <= today else None


def day_url(url: str, day: date) -> str:
    """Return the address of the list of one day; `url` has the fields of a day archive."""
    fields = {
        "yyyymmdd": f"{day:%Y%m%d}",
        "yyyy": f"{day:%Y}",
        "mm": f"{day:%m}",
        "dd": f"{day:%d}",
    }
    for name, value in fields.items():
        url = url.replace(f"{{{name}}}", value)
    return url


def _read(source: Source, body: bytes, base_url: str, *, whole: bool) -> Links:
    """Read a document as what it is."""
    begin = body.lstrip(_BLANK)[:4]
    ends_as_json = body.rstrip(_BLANK)[-1:] in {b"]", b"}"} and not _MARKUP.search(body[:_HEAD])
    if begin[:1] in {b"[", b"{"} or (ends_as_json and begin.lower() != b"http"):
        return _posts(body, base_url)
    if isinstance(source, Listing):
        return _page(source, body, base_url)
    if begin.lower() == b"http" and isinstance(source, Sitemap):
        listed = Listed()
        read_lines(body, listed, whole=whole)
        return _made(listed, base_url)
    return _document(body, base_url)


def _document(body: bytes, base_url: str) -> Links:
    tree = read_xml(body, base_url)
    if tree.root is None:
        return Links(findings=tree.findings, whole=tree.whole)
    listed, name = Listed(), name_of(tree.root)
    if name in _FEEDS:
        read_feed(tree.root, listed)
    elif name in _SITEMAPS:
        read_sitemap(tree.root, listed)
    else:
        return _nothing(
            SourceFault.NOT_A_LIST,
            f"neither a feed nor a sitemap: its root is <{(name or '')[:40]}>",
        )
    return _made(listed, base_url, tree.findings, whole=tree.whole)


def _posts(body: bytes, base_url: str) -> Links:
    """Read JSON, as a whole or not at all; text before it is a finding, as before XML."""
    listed, text = Listed(), _json_text(body)
    begins = _JSON.search(text)
    try:
        check_json(text)
        data, end = json.JSONDecoder().raw_decode(text, begins.start() if begins else 0)
    except ExcessError:
        raise
    except (ValueError, RecursionError):
        return _nothing(
            SourceFault.DAMAGED, "JSON that is broken: nothing is taken from it", whole=False
        )
    around = f"{text[: begins.start() if begins else 0]} {text[end:]}".strip()
    stray = SourceFinding(
        fault=SourceFault.STRAY_TEXT,
        detail="something stands before or behind the JSON",
        examples=examples([around]),
    )
    if isinstance(data, list):
        read_posts(data, listed)
    elif is_jsonfeed(data):
        read_jsonfeed(data, listed)
    else:
        return _nothing(SourceFault.NOT_A_LIST, "JSON that is no list of posts")
    return _made(listed, base_url, (stray,) if around else ())


def _json_text(body: bytes) -> str:
    """Return the characters of JSON: UTF-8 (RFC 8259 §8.1), or what else it is found to be in."""
    wide = json.detect_encoding(body)
    text = body.decode(wide, "replace") if wide.startswith(("utf-16", "utf-32")) else decoded(body)
    return text.strip("\ufeff\x00 \t\r\n")


def _page(source: Listing, body: bytes, base_url: str) -> Links:
    base, anchored, problem = anchors(source.links, body, base_url)
    if problem:
        return _nothing(SourceFault.LISTS_NOTHING if base else SourceFault.NOT_A_LIST, problem)
    return _made(Listed(links=anchored, entries=len(anchored)), base)


def _nothing(fault: SourceFault, detail: str, *, whole: bool = True) -> Links:
    return Links(findings=(SourceFinding(fault=fault, detail=detail),), whole=whole)


def _broken_off(listed: Links, packed: Unpacked) -> Links:
    """Say of packed data that broke off that they did.

    Of what they hold the document's own end says the same.
    """
    size = len(packed.body or b"")
    cut = SourceFinding(
        fault=SourceFault.CUT, detail=f"packed data that break off after {size} bytes"
    )
    return Links(listed.links, listed.children, (*listed.findings, cut), whole=False)


def _made(
    listed: Listed, base_url: str, findings: tuple[SourceFinding, ...] = (), *, whole: bool = True
) -> Links:
    """Make links absolute and drop repeats.

    Of two with one URL the first that has a title stays.
    """
    kept: dict[str, Link] = {}
    findings = (*findings, *listed.findings())
    for link in listed.links:
        url = _absolute(link.url, base_url)
        if url is None or (url in kept and (kept[url].title or not link.title)):
            continue
        if len(kept) >= MAX_LINKS and url not in kept:
            long = SourceFinding(
                fault=SourceFault.TOO_LONG, detail=f"lists more than {MAX_LINKS} links"
            )
            findings, whole = (*findings, long), False
            break
        kept[url] = Link(url, link.title, link.published, link.modified, link.text, link.dated)
    children = tuple(
        Child(url, child.modified)
        for child in listed.children
        if (url := _absolute(child.url, base_url)) is not None
    )
    return Links(tuple(kept.values()), children[:MAX_LINKS], findings, whole)


def _absolute(url: str, base_url: str) -> str | None:
    if len(url) > MAX_URL:
        return None
    try:
        whole = urljoin(base_url, unescaped(url))
        parts = urlsplit(whole)
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return whole if is_web and len(whole) <= MAX_URL else None


_LINE = re.compile(r"[\r\n]+")


def read_sitemap(root: etree._Element, listed: Listed) -> None:
    """Add the pages of a `urlset` and the sitemaps of an index to `listed`.

    `news:publication_date` is when a page was published, `lastmod` when it changed.
    """
    for entry in root.iter("{*}url", "{*}sitemap"):
        fields = _fields(entry)
        address = fields.get("loc")
        modified = listed.moment(fields.get("lastmod"), "sitemap")
        if address and name_of(entry) == "sitemap":
            listed.children.append(Child(address, modified))
        elif address:
            published = listed.moment(fields.get("news publication_date"), "sitemap")
            listed.add(Link(address, text_of_field(fields.get("news title")), published, modified))
        else:
            listed.add(None)


def read_lines(body: bytes, listed: Listed, *, whole: bool = True) -> None:
    """Add the addresses of a plain-text sitemap: one per line, and lines are what CR and LF end.

    Where it is known not to be `whole`, its last line is left out.
    """
    lines = _LINE.split(decoded(body).lstrip("\ufeff"))
    for line in lines if whole else lines[:-1]:
        address = line.strip()
        if address:
            listed.add(
                Link(address) if address.lower().startswith(("http://", "https://")) else None
            )


def _fields(entry: etree._Element) -> dict[str, str]:
    """Return the texts of an entry by name, those within `news` as "news …"; of two the first.

    The address within `image` is not the page's.
    """
    fields: dict[str, str] = {}
    for child in entry.iterchildren("*"):
        name = name_of(child)
        if name == "news":
            for inner in child.iterchildren("*"):
                fields.setdefault(
                    f"news {name_of(inner)}", "".join(map(str, inner.itertext())).strip()
                )
        elif name:
            fields.setdefault(name, "".join(map(str, child.itertext())).strip())
    return fields


EVERY = "a"
_DIGIT = re.compile(r"\d")
_QUERY_SAFE = "%/:@!$&'()*+,;=-._~?[]|"


def anchors(select: str, body: bytes, base_url: str) -> tuple[str, list[Link], str | None]:
    """Return the page's base address, the links that the CSS `select` selects, and what is wrong.

    `select` may name the anchors or elements around them; `<base href>` is honoured. Where every
    anchor of a page is selected, those without a digit in their address are left out as menus.
    """
    decoded = read_html(body)
    root = html_of(decoded.text)
    if root is None:
        return base_url, [], "no markup: not an HTML page"
    urls = [
        Link(_as_browsers_ask(href, decoded), title, dated=dated)
        for href, title, dated in _anchors(select, root)
    ]
    return _base(root, base_url), urls, None if urls else f"no link in what {select!r} selects"


def _anchors(select: str, root: HtmlElement) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield the address, the title and the date, as it is written, of each anchor."""
    for element in root.cssselect(select):
        for anchor in element.iter("a"):
            href = (anchor.get("href") or "").strip()
            if href and not href.startswith("#") and (select != EVERY or _DIGIT.search(href)):
                yield (
                    href,
                    text_of_field(anchor.text_content()) or text_of_field(anchor.get("title")),
                    date_beside(anchor),
                )


def _as_browsers_ask(href: str, page: Decoded) -> str:
    """Write the query of a link in the encoding of its page, as browsers do (WHATWG URL §4.4).

    Path and host are always UTF-8. Characters that the encoding lacks become references.
    """
    # old CGIs know no other encoding than their page's
    before, mark, query = href.partition("?")
    if not mark or query.isascii() or page.codec.startswith("utf"):
        return href
    asked, fragment, rest = query.partition("#")
    return f"{before}?{quote(asked, _QUERY_SAFE, page.codec, 'xmlcharrefreplace')}{fragment}{rest}"


def _base(root: HtmlElement, base_url: str) -> str:
    declared = next((href for base in root.iter("base") if (href := base.get("href"))), None)
    try:
        return urljoin(base_url, declared) if declared else base_url
    except ValueError:
        return base_url
