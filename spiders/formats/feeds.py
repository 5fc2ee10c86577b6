"""Reads the entries of feeds: RSS 2.0, RSS 1.0 (RDF), Atom, JSON Feed and WordPress posts.

XML feeds are read whatever namespaces they declare or forget. JSON Feed (jsonfeed.org, versions 1
and 1.1) states times with their zone. WordPress lists posts as JSON (`/wp-json/wp/v2/posts`), the
one list that states true UTC times.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from processing.limits import unescape
from processing.records import Stamp
from spiders.formats.links import Link, Listed, name_of
from spiders.formats.repair import composed, referenced, whole

FULL_TEXT = 400
"""Characters without tags from which a feed's text counts as the whole article, not a summary."""

MAX_TITLE = 2000
"""Characters, before escapes are undone, after which a title is cut."""
_MAX_DATE = 200

_TAGS = re.compile(r"<[/!?]?[A-Za-z][^<>]{0,2000}>|<!--|-->")
"""Tags, but not what Korean titles put between such brackets: <서울>, <1면>."""
_BLANKS = re.compile(r"\s+")
_NO_ADDRESS = re.compile(r"[\s<>\"]")
_ABSOLUTE = re.compile(r"(?:https?:)?//[^/]", re.IGNORECASE)

Fields = Mapping[str, list[etree._Element]]  # noqa: SLF001 - lxml's name for any element


def read_feed(root: etree._Element, listed: Listed) -> None:
    """Add the entries of a feed to `listed`, in its order."""
    for entry in root.iter("{*}item", "{*}entry"):
        fields = _fields(entry)
        url = _address(entry, fields)
        if url is None:
            listed.add(None)
            continue
        listed.behind += any(
            not link.text and (link.tail or "").strip() == url for link in fields.get("link", [])
        )
        published = listed.moment(
            _date(fields, "pubdate", "published", "date", "issued", "created"), "feed"
        )
        modified = listed.moment(_date(fields, "updated", "modified"), "feed")
        listed.add(
            Link(url, text_of_field(_first(fields, "title")), published, modified, _text(fields))
        )


def text_of_field(text: str | None) -> str | None:
    """Return a title on one line, markup and escapes removed; None where nothing is left."""
    # tags after escapes: titles carry escaped markup
    cut = referenced((text or "")[:MAX_TITLE])
    return _BLANKS.sub(" ", _TAGS.sub("", composed(unescape(cut)))).strip() or None


def _fields(entry: etree._Element) -> Fields:
    """Return the children of an entry by name, without those about pictures or podcasts."""
    fields: dict[str, list[etree._Element]] = {}
    for child in entry.iterchildren("*"):
        name = name_of(child)
        if name:
            fields.setdefault(name, []).append(child)
    return fields


def _inner(element: etree._Element) -> str:
    """Return text, or for Atom's `type="xhtml"` the markup within."""
    if len(element):
        return (element.text or "") + "".join(
            etree.tostring(child, encoding="unicode") for child in element
        )
    return (element.text or "").strip()


def _address(entry: etree._Element, fields: Fields) -> str | None:
    """Return the address of an entry, resolved against its base; None if it has none."""
    for element, url in _candidates(entry, fields):
        if url and not _NO_ADDRESS.search(url):
            try:
                return urljoin(element.base, url) if element.base else url
            # urljoin refuses brackets that hold no IPv6 address
            except ValueError:
                return url
    return None


def _candidates(entry: etree._Element, fields: Fields) -> Iterator[tuple[etree._Element, str]]:
    """Yield what may be the address of an entry, the best first, each with its element."""
    # `origlink` is the address behind a counting redirect
    for element in fields.get("origlink", []):
        yield element, (element.text or "").strip()
    # an HTML tool writes the address behind an empty `<link/>`
    for element in fields.get("link", []):
        if not element.get("href"):
            yield element, (element.text or element.tail or "").strip()
    yield from _alternates(fields.get("link", []))
    for element in (*fields.get("guid", []), *fields.get("id", [])):
        if _is_link(element):
            yield element, (element.text or "").strip()
    for name, value in entry.attrib.items():
        if str(name).endswith("about"):
            yield entry, str(value)


def _alternates(links: list[etree._Element]) -> list[tuple[etree._Element, str]]:
    """Return the `href` of Atom's links to the page, HTML before other types (RFC 4287 §4.2.7)."""
    pages = [
        link
        for link in links
        if link.get("href") and link.get("rel", "alternate").lower() == "alternate"
    ]
    ordered = sorted(pages, key=lambda link: "html" not in link.get("type", "html"))
    return [(link, (link.get("href") or "").strip()) for link in ordered]


def _is_link(element: etree._Element) -> bool:
    """Return whether `guid` or `id` is an address: by `isPermaLink`, else by its form."""
    stated = next(
        (
            str(value)
            for name, value in element.attrib.items()
            if str(name).lower() == "ispermalink"
        ),
        "",
    )
    if stated.strip().lower() == "false":
        return False
    return (
        stated.strip().lower() == "true"
        or _ABSOLUTE.match((element.text or "").strip()) is not None
    )


def _first(fields: Fields, *names: str) -> str | None:
    return next(
        (text for name in names for element in fields.get(name, []) if (text := _inner(element))),
        None,
    )


def _date(fields: Fields, *names: str) -> str | None:
    return (_first(fields, *names) or "")[:_MAX_DATE] or None


def _text(fields: Fields) -> str | None:
    """Return the longest text of the entry if it is more than a summary."""
    texts = [
        _inner(element)
        for name in ("encoded", "content", "description", "summary")
        for element in fields.get(name, [])
    ]
    longest = max(texts, key=len, default="")
    return composed(longest) if len(_TAGS.sub("", longest)) >= FULL_TEXT else None


def read_posts(data: list[Any], listed: Listed) -> None:
    """Add the posts of WordPress to `listed`."""
    for post in data:
        named = (
            isinstance(post, dict) and isinstance(post.get("link"), str) and post["link"].strip()
        )
        listed.add(_post_link(post, listed) if named else None)


def _post_link(post: dict[str, Any], listed: Listed) -> Link:
    title, text = _rendered(post, "title"), _rendered(post, "content")
    return Link(
        whole(post["link"]).strip(),
        text_of_field(title),
        _utc(post, "date_gmt", listed),
        _utc(post, "modified_gmt", listed),
        composed(text) if text else None,
    )


def _rendered(post: dict[str, Any], name: str) -> str | None:
    value = post.get(name)
    rendered = value.get("rendered") if isinstance(value, dict) else None
    return rendered if isinstance(rendered, str) and rendered.strip() else None


def _utc(post: dict[str, Any], name: str, listed: Listed) -> Stamp | None:
    """Return a time of the WordPress API."""
    # `date_gmt` is UTC, though it is written without a zone
    value = post.get(name)
    return listed.moment(f"{value}Z", "feed") if isinstance(value, str) and value.strip() else None


def is_jsonfeed(data: Any) -> bool:
    """Return whether decoded JSON is a JSON Feed: an object with a list of items."""
    return isinstance(data, dict) and isinstance(data.get("items"), list)


def read_jsonfeed(data: dict[str, Any], listed: Listed) -> None:
    """Add the items of a JSON Feed to `listed`."""
    for item in data["items"]:
        if isinstance(item, dict):
            listed.add(_item_link(item, listed))
        else:
            listed.add(None)


def _item_link(item: dict[str, Any], listed: Listed) -> Link | None:
    # `external_url` is the address of another page
    identity = _string(item, "id")
    url = _string(item, "url") or (
        identity if identity and identity.startswith(("http://", "https://")) else None
    )
    if url is None:
        return None
    text = _string(item, "content_html")
    return Link(
        whole(url).strip(),
        text_of_field(_string(item, "title")),
        listed.moment(_string(item, "date_published"), "feed"),
        listed.moment(_string(item, "date_modified"), "feed"),
        composed(text) if text and len(text) >= FULL_TEXT else None,
    )


def _string(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) and value.strip() else None
