"""The elements that feeds and sitemaps are made of, and whose elements are not theirs.

RSS 2.0 (rssboard.org), RSS 1.0 (RDF Site Summary), Atom (RFC 4287), Dublin Core, sitemaps.org 0.9,
Google News 0.9.
"""

from functools import lru_cache

from lxml import etree

ROOTS = {
    "rss": "rss",
    "rdf": "RDF",
    "feed": "feed",
    "urlset": "urlset",
    "sitemapindex": "sitemapindex",
}
"""Root elements: name in lower case, and as written."""

STRUCTURE = frozenset({"channel", *ROOTS})
ENTRIES = frozenset({"item", "entry", "url", "sitemap"})
CONTAINERS = frozenset(
    {"source", "author", "contributor", "news", "publication", "image", "video", "group"}
)
"""Elements with elements of their own, which are not those of the entry."""

FIELDS = frozenset(
    {
        *("title", "link", "guid", "id", "origlink"),
        *("pubdate", "published", "updated", "modified", "date", "issued", "created"),
        *(
            "description",
            "summary",
            "content",
            "encoded",
            "category",
            "comments",
            "creator",
            "enclosure",
            "rights",
        ),
        *("loc", "lastmod", "changefreq", "priority"),
        *("publication_date", "name", "language", "keywords"),
    }
)
"""Elements that hold text, names in lower case."""

_FOREIGN_PREFIXES = frozenset(
    {
        "media",
        "itunes",
        "image",
        "video",
        "geo",
        "georss",
        "googleplay",
        "podcast",
        "slash",
        "thr",
        "wfw",
        "xhtml",
    }
)
_FOREIGN_NAMESPACES = (
    "http://search.yahoo.com/mrss",
    "http://www.itunes.com/",
    "http://www.google.com/schemas/sitemap-image/",
    "http://www.google.com/schemas/sitemap-video/",
    "http://www.w3.org/1999/xhtml",
    "http://purl.org/rss/1.0/modules/slash/",
    "http://purl.org/syndication/thread/",
    "http://wellformedweb.org/",
)


def is_foreign(prefix: str) -> bool:
    """Return whether a prefix (lower case) is one for pictures, podcasts or comments."""
    return prefix in _FOREIGN_PREFIXES


def name_of(element: etree._Element) -> str | None:
    """Return an element's name in lower case, without namespace or prefix.

    None where it is not about the entry.
    """
    return _name(str(element.tag))


@lru_cache(maxsize=512)
def _name(tag: str) -> str | None:
    namespace, _, name = tag.rpartition("}")
    prefix, _, local = name.rpartition(":")  # a prefix that nobody declared stays in the name
    if namespace.lstrip("{").startswith(_FOREIGN_NAMESPACES) or is_foreign(prefix.lower()):
        return None
    return local.lower()
