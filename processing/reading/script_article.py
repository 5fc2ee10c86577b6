"""An article found in a page's scripts: its body as a tree for Trafilatura, and the facts that stand beside it."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from processing.reading import json_ld
from processing.reading.head import Head, unescaped
from processing.reading.json_ld import Json
from processing.reading.rejections import Finding
from processing.reading.tree import parse

_BODY_KEY = re.compile(r"content|body|html|article|text|story", re.IGNORECASE)
_OTHER_KEY = re.compile(r"desc|summary|seo|meta|mention|caption|copyright|style|script|title|comment", re.IGNORECASE)
_SENTENCE = re.compile(r"[가-힣][.?!](?=[\s”\"’<]|$)")
_MARKUP = re.compile(r"<(?:p|br|div|span|figure|img|strong)\b", re.IGNORECASE)
_LEAST = 60
_TITLES = ("title", "headline", "articleTitle", "newsTitle", "subject", "webTitle")
_DECKS = ("subTitle", "subtitle", "sub_title", "subHeadline", "deck")
_BYLINES = (
    "writerDisplay",
    "byline",
    "writerName",
    "reporterName",
    "reporter",
    "author",
    "authorName",
    "writer",
    "journalist",
)
_PUBLISHED_WORDS = (
    "first_publish_date display_date publish_date datePublished deployDt publishedAt published_at publishDate "
    "pubDate pubdate regDate regDt registDt createDate createdAt created_date inputDate serviceDate serviceDt "
    "firstPublishDate date"
)
_PUBLISHED = tuple(_PUBLISHED_WORDS.split())
_MODIFIED_WORDS = (
    "last_updated_date reDeployDt dateModified modifiedAt modified_at modifyDate modDate modDt updateDate updatedAt "
    "updateDt lastUpdated"
)
_MODIFIED = tuple(_MODIFIED_WORDS.split())


@dataclass(frozen=True, slots=True)
class ScriptArticle:
    """What a script says of the article: `root` is a tree with its body, the rest as it is written."""

    root: HtmlElement
    length: int
    title: str | None = None
    subtitle: str | None = None
    bylines: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    section: str | None = None


def find_article(values: Iterable[Json], head: Head) -> ScriptArticle | None:
    """Return the article of this page among JSON `values` and JSON-LD, or None where none has a body of sentences."""
    found: list[tuple[int, str, dict[str, Json]]] = []
    for value in (*values, *head.objects):
        for one in json_ld.objects(value):
            markup = _arc(one["content_elements"]) if isinstance(one.get("content_elements"), list) else _longest(one)
            weight = len(_SENTENCE.findall(markup)) + (1000 if _is_titled(one, head) else 0)
            if len(markup) >= _LEAST and weight % 1000:
                found.append((weight, markup, one))
    if not found:
        return None
    _, markup, one = max(found, key=lambda item: item[0])
    root = parse(f"<html><body><div>{markup}</div></body></html>")
    return None if isinstance(root, Finding) else _described(root, one)


def _described(root: HtmlElement, one: dict[str, Json]) -> ScriptArticle:
    arc_title, arc_deck = (
        json_ld.text((one.get(key) or {}).get("basic")) if isinstance(one.get(key), dict) else None
        for key in ("headlines", "subheadlines")
    )
    return ScriptArticle(
        root=root,
        length=len(root.text_content()),
        title=_plain(arc_title or _first(one, _TITLES)),
        subtitle=arc_deck or _first(one, _DECKS),
        bylines=tuple(_credits(one)) or tuple(filter(None, [_first(one, _BYLINES)])),
        published=tuple(text for key in _PUBLISHED if (text := json_ld.text(one.get(key)))),
        modified=tuple(text for key in _MODIFIED if (text := json_ld.text(one.get(key)))),
        section=_section(one),
    )


def _section(one: dict[str, Json]) -> str | None:
    taxonomy = one.get("taxonomy")
    return json_ld.text(taxonomy.get("primary_section")) if isinstance(taxonomy, dict) else None


def _credits(one: dict[str, Json]) -> list[str]:
    """Return Arc's bylines; its `name` is the given name first, so the original byline is asked."""
    listed = one.get("credits")
    people = listed.get("by") if isinstance(listed, dict) else None
    found: list[str] = []
    for person in people if isinstance(people, list) else ():
        for inner in json_ld.objects(person):
            if text := json_ld.text(inner.get("byline")):
                found.append(f"{text} {json_ld.text(inner.get('email')) or ''}".strip())  # noqa: PERF401 (a name bound)
    return found


def _first(one: dict[str, Json], keys: Iterable[str]) -> str | None:
    return next((text for key in keys if (text := json_ld.text(one.get(key)))), None)


def _plain(text: str | None) -> str | None:
    return unescaped(re.sub(r"<[^>]{1,200}>", " ", text)) if text else None


def _is_titled(one: dict[str, Json], head: Head) -> bool:
    """Say whether this object carries the page's own title, so that it is not one of a list beside it."""
    headlines = one.get("headlines")
    title = _plain(json_ld.text(headlines.get("basic")) if isinstance(headlines, dict) else _first(one, _TITLES))
    shown = f"{head.title} {head.first('og:title') or ''}"
    return bool(title) and re.sub(r"\W", "", title or "")[:12] in re.sub(r"\W", "", shown)


def _longest(one: dict[str, Json]) -> str:
    """Return the longest text of sentences among an object's own values, as mark-up."""
    texts = [
        value
        for key, value in one.items()
        if isinstance(value, str) and _BODY_KEY.search(key) and not _OTHER_KEY.search(key) and _SENTENCE.search(value)
    ]
    text = max(texts, key=len, default="")
    return (
        text
        if _MARKUP.search(text)
        else "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())
    )


def _arc(elements: list[Json]) -> str:
    """Turn Arc's content elements into mark-up; promotions in raw HTML, references and embeds are left out."""
    parts: list[str] = []
    for element in elements:
        if not isinstance(element, dict):
            continue
        kind, content = element.get("type"), element.get("content")
        if kind == "text" and isinstance(content, str):
            parts.append(f"<p>{content}</p>")
        elif kind == "header" and isinstance(content, str):
            parts.append(f"<h3>{content}</h3>")
        elif kind == "image":
            parts.append(f"<figure><img><figcaption>{json_ld.text(element.get('caption')) or ''}</figcaption></figure>")
        elif kind == "quote":
            parts.append(_arc(inner if isinstance(inner := element.get("content_elements"), list) else []))
        elif kind == "list":
            listed = element.get("items")
            items = listed if isinstance(listed, list) else []
            parts.extend(
                f"<li>{text}</li>"
                for item in items
                if isinstance(item, dict) and (text := json_ld.text(item.get("content")))
            )
    return "".join(parts)
