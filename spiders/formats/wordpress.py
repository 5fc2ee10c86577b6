"""Posts that WordPress lists as JSON (`/wp-json/wp/v2/posts`): the one list that states true UTC times."""

import json
from collections.abc import Iterator
from typing import Any

from processing.records import Stamp
from spiders.formats.feeds import plain
from spiders.formats.moments import stamp
from spiders.links import Link


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
    return (_post(post) for post in data if isinstance(post, dict) and isinstance(post.get("link"), str))


def _post(post: dict[str, Any]) -> Link:
    title, text = _rendered(post, "title"), _rendered(post, "content")
    return Link(post["link"], plain(title), _utc(post, "date_gmt"), _utc(post, "modified_gmt"), text)


def _rendered(post: dict[str, Any], name: str) -> str | None:
    value = post.get(name)
    rendered = value.get("rendered") if isinstance(value, dict) else None
    return rendered if isinstance(rendered, str) and rendered.strip() else None


def _utc(post: dict[str, Any], name: str) -> Stamp | None:
    """Return a moment of the API: `date_gmt` is UTC though it writes no zone."""
    value = post.get(name)
    return stamp(f"{value}Z", "feed") if isinstance(value, str) else None
