"""Entries of RSS 2.0, RSS 1.0 (RDF) and Atom feeds, whatever namespaces they declare or forget.

Posts that WordPress lists as JSON (`/wp-json/wp/v2/posts`): the one list that states true UTC times.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree

from processing.records import Stamp
from spiders.formats.characters import composed, referenced, whole
from spiders.formats.links import Link, stamp
from spiders.formats.markup import local_name

FULL_TEXT = 400
"""Characters, tags not counted, from which on a feed's text is taken for the whole article and not for a summary."""

MAX_TITLE = 2000
"""Characters, before escapes are undone, after which a title is cut."""

_TAGS = re.compile(r"<[/!?]?[A-Za-z][^<>]{0,2000}>|<!--|-->")
"""Tags, but not what Korean titles put between such brackets: <서울>, <1면>."""
_BLANKS = re.compile(r"\s+")


def entries(root: etree._Element) -> Iterator[Link]:
    """Yield the entries that state an address, in the order of the feed."""
    for entry in root.iter("{*}item", "{*}entry"):
        fields = _fields(entry)
        url = _address(entry, fields)
        if url:
            published = _stamp(fields, "pubDate", "published", "date", "issued", "created")
            modified = _stamp(fields, "updated", "modified")
            yield Link(
                url, text_of_field(_first(fields, "title")), published, modified, _text(fields)
            )


def text_of_field(text: str | None) -> str | None:
    """Return a title on one line, markup and escapes removed; None where nothing is left."""
    cut = referenced((text or "")[:MAX_TITLE])
    return _BLANKS.sub(" ", _TAGS.sub("", composed(unescape(cut)))).strip() or None


def _fields(entry: etree._Element) -> dict[str, list[str]]:
    """Return the texts of the entry's children by local name."""
    fields: dict[str, list[str]] = {}
    for child in entry.iterchildren("*"):
        fields.setdefault(local_name(child), []).append(_inner(child))
    return fields


def _inner(element: etree._Element) -> str:
    """Return text, or for Atom's `type="xhtml"` the markup within."""
    if len(element):
        return (element.text or "") + "".join(
            etree.tostring(child, encoding="unicode") for child in element
        )
    return (element.text or "").strip()


def _address(entry: etree._Element, fields: dict[str, list[str]]) -> str | None:
    """Return the text of `link` (RSS), the best `href` (Atom), or a `guid` that is a permanent link."""
    if url := next((text for text in fields.get("link", []) if text), None):
        return url
    hrefs = {
        link.get("rel", "alternate"): link.get("href")
        for link in reversed(list(entry.iter("{*}link")))
    }
    guids = [
        text
        for text in (*fields.get("guid", []), *fields.get("id", []))
        if text.startswith(("http:", "https:"))
    ]
    return hrefs.get("alternate") or next(iter(guids), None)


def _first(fields: dict[str, list[str]], *names: str) -> str | None:
    return next((text for name in names for text in fields.get(name, []) if text), None)


def _stamp(fields: dict[str, list[str]], *names: str) -> Stamp | None:
    return stamp(_first(fields, *names), "feed")


def _text(fields: dict[str, list[str]]) -> str | None:
    """Return the longest text of the entry if it is more than a summary."""
    texts = [
        text
        for name in ("encoded", "content", "description", "summary")
        for text in fields.get(name, [])
    ]
    longest = max(texts, key=len, default="")
    return longest if len(_TAGS.sub("", longest)) >= FULL_TEXT else None


def is_json(body: bytes) -> bool:
    """Return whether `body` is JSON and no markup, by its first character."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}


def posts(body: bytes) -> Iterator[Link] | None:
    """Return the posts, None where `body` is JSON of another kind (an error of the API, for one)."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, list):
        return None
    return (
        _post(post) for post in data if isinstance(post, dict) and isinstance(post.get("link"), str)
    )


def _post(post: dict[str, Any]) -> Link:
    title, text = _rendered(post, "title"), _rendered(post, "content")
    return Link(
        whole(post["link"]),
        text_of_field(title),
        _utc(post, "date_gmt"),
        _utc(post, "modified_gmt"),
        text,
    )


def _rendered(post: dict[str, Any], name: str) -> str | None:
    value = post.get(name)
    rendered = value.get("rendered") if isinstance(value, dict) else None
    return composed(rendered) if isinstance(rendered, str) and rendered.strip() else None


def _utc(post: dict[str, Any], name: str) -> Stamp | None:
    """Return a moment of the API: `date_gmt` is UTC though it writes no zone."""
    value = post.get(name)
    return stamp(f"{value}Z", "feed") if isinstance(value, str) else None
