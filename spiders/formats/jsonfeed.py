"""JSON Feed (jsonfeed.org, versions 1 and 1.1): a feed as JSON, with times that state their zone."""

from typing import Any

from spiders.formats.characters import composed, whole
from spiders.formats.entries import Listed
from spiders.formats.feeds import FULL_TEXT, text_of_field
from spiders.formats.links import Link


def is_jsonfeed(data: Any) -> bool:
    """Return whether decoded JSON is a JSON Feed: it has items, and calls itself one or lists nothing else."""
    return isinstance(data, dict) and isinstance(data.get("items"), list)


def read_jsonfeed(data: dict[str, Any], listed: Listed) -> None:
    """Add the items to `listed`: `url`, or an `id` that is an address.

    `external_url` is another page's.
    """
    for item in data["items"]:
        if isinstance(item, dict):
            listed.add(_link(item, listed))
        else:
            listed.add(None)


def _link(item: dict[str, Any], listed: Listed) -> Link | None:
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
