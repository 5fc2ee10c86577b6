"""What a page says of itself where machines look: meta elements, JSON-LD, link relations, the title element."""

import html
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.reading import json_ld
from processing.reading.json_ld import Json
from processing.reading.tree import squeeze

ARTICLE_TYPES = (
    "NewsArticle",
    "Article",
    "ReportageNewsArticle",
    "BlogPosting",
    "OpinionNewsArticle",
    "AnalysisNewsArticle",
)
MAX_META = 20_000  # characters of one meta value that are read


@dataclass(frozen=True, slots=True)
class Head:
    """The declared facts of one page. `meta` has lower-case names and keeps the order of the page."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    article: dict[str, Json] = field(default_factory=dict)
    objects: tuple[dict[str, Json], ...] = ()
    title: str = ""
    canonical: str | None = None
    language: str | None = None

    def first(self, *names: str) -> str | None:
        """Return the first value that is not empty of the first of these meta names that has one."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), None)

    def every(self, *names: str) -> list[str]:
        """Return all values of these meta names, without the empty ones."""
        return [value for name in names for value in self.meta.get(name, ()) if value]


def read_head(root: HtmlElement, page_url: str) -> Head:
    """Read the declarations of a page; `page_url` resolves relative links."""
    found = tuple(_objects(root))
    articles = [one for one in found if json_ld.is_a(one, *ARTICLE_TYPES)]
    title = next(root.iter("title"), None)
    language = root.get("lang") or root.get("xml:lang")
    return Head(
        meta=_meta(root),
        article=max(articles, key=_weight, default={}),
        objects=found,
        title=unescaped(title.text_content()) if title is not None else "",
        canonical=_canonical(root, page_url),
        language=squeeze(language).lower()[:12] or None if language else None,
    )


def unescaped(text: str) -> str:
    """Undo the second escaping that some templates apply (`&amp;quot;`), and squeeze white space."""
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    return squeeze(text)


def _meta(root: HtmlElement) -> dict[str, list[str]]:
    meta: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content") or element.get("value")
        if name and content:
            meta.setdefault(name.strip().lower(), []).append(unescaped(content[:MAX_META]))
    return meta


def _objects(root: HtmlElement) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            found.extend(json_ld.objects(json_ld.loads(script.text)))
    return found


def _weight(article: dict[str, Json]) -> int:
    return sum(key in article for key in ("headline", "datePublished", "author", "articleBody", "description"))


def _canonical(root: HtmlElement, page_url: str) -> str | None:
    """Return the page's own canonical URL, made absolute; a front page given for every article does not count."""
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and (link.get("href") or "").strip():
            try:
                url = urljoin(page_url, link.get("href").strip())
                parts = urlsplit(url)
            except ValueError:
                return None
            return url if parts.scheme in {"http", "https"} and (parts.path.strip("/") or parts.query) else None
    return None
