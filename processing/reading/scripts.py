"""JSON that client-rendered pages carry in their scripts: Arc, Next.js (pages and flight data), plain assignments.

An article found in a page's scripts: its body as a tree for Trafilatura, and the facts that stand beside it.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from processing.reading import metadata
from processing.reading.metadata import Head, Json, unescaped
from processing.reading.tree import RejectionCause, parse

MAX_SCRIPT = 4_000_000
_LEAST_SCRIPT = 200  # characters below which a script holds no article
_ASSIGNED = re.compile(r"(?:[\w\]\)]\s*=|\.push\(|\bparse\()\s*(?=[{\[])")
_FLIGHT = re.compile(r"self\.__next_f\.push\(")
_ROW = re.compile(r"([0-9a-f]+):(?:T([0-9a-f]+),)?")
_NEXT_ROW = re.compile(r"\n(?=[0-9a-f]+:)")
_REFERENCE = re.compile(r"\$([0-9a-f]+)")
_MOST_VALUES = 60
_DECODER = json.JSONDecoder(strict=False)


def values(root: HtmlElement) -> Iterator[Json]:
    """Yield the JSON values in the scripts of a page, JSON-LD excepted, in the order of the page."""
    flight: list[str] = []
    for script in root.iter("script"):
        text = script.text or ""
        kind = (script.get("type") or "").lower()
        if len(text) < _LEAST_SCRIPT or len(text) > MAX_SCRIPT or "ld+json" in kind:
            continue
        if _FLIGHT.search(text[:200]):
            flight.extend(_pushed(text))
        elif "json" in kind:
            yield metadata.loads(text)
        else:
            yield from _assigned(text)
    yield from _rows("".join(flight))


def _assigned(text: str) -> Iterator[Json]:
    """Yield what a script assigns or pushes, where that is JSON."""
    end = tries = 0
    for match in _ASSIGNED.finditer(text):
        if match.end() < end:
            continue
        tries += 1
        if tries > _MOST_VALUES:
            return
        try:
            value, end = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        yield value


def _pushed(text: str) -> Iterator[str]:
    """Yield the strings that Next.js's flight protocol pushes: `self.__next_f.push([1,"…"])`."""
    for match in _FLIGHT.finditer(text):
        try:
            value, _ = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
            yield value[1]


def _rows(stream: str) -> Iterator[Json]:
    """Yield the rows of a flight stream; text rows (`24:T14a0,…`, length in bytes) go where `$24` refers to them."""
    texts: dict[str, str] = {}
    models: list[Json] = []
    position = 0
    while position < len(stream):
        match = _ROW.match(stream, position)
        if match is None:
            following = _NEXT_ROW.search(stream, position)
            if following is None:
                break
            position = following.end()
            continue
        position = match.end()
        if match[2]:
            length = int(match[2], 16)  # bytes, and no more characters than that
            text = (
                stream[position : position + length]
                .encode("utf-8", "replace")[:length]
                .decode("utf-8", "ignore")
            )
            texts[match[1]] = text
            position += len(text)
            continue
        try:
            value, position = _DECODER.raw_decode(stream, position)
        except (ValueError, RecursionError):
            continue
        models.append(value)
    for model in models:
        _resolve(model, texts)
    yield from models


def _resolve(value: Json, texts: dict[str, str]) -> None:
    """Put the texts that a model refers to in the place of their references."""
    for found in metadata.objects(value):
        for key, inner in found.items():
            if (
                isinstance(inner, str)
                and (match := _REFERENCE.fullmatch(inner))
                and match[1] in texts
            ):
                found[key] = texts[match[1]]


_BODY_KEY = re.compile(r"content|body|html|article|text|story", re.IGNORECASE)
_OTHER_KEY = re.compile(
    r"desc|summary|seo|meta|mention|caption|copyright|style|script|title|comment", re.IGNORECASE
)
_SENTENCE = re.compile(r"[가-힣][.?!](?=[\s”\"’<]|$)")
_MARKUP = re.compile(r"<(?:p|br|div|span|figure|img|strong)\b", re.IGNORECASE)
_LEAST_MARKUP = 60
_LEAST_ADDRESS = 6  # characters of the last part of a page's address
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
    address = (
        (head.canonical or head.first("og:url") or "")
        .rstrip("/")
        .rpartition("/")[2]
        .partition("?")[0]
    )
    for value in (*values, *head.objects):
        for one in metadata.objects(value):
            markup = (
                _arc(one["content_elements"])
                if isinstance(one.get("content_elements"), list)
                else _longest(one)
            )
            own = _is_titled(one, head) or _is_addressed(one, address)
            weight = len(_SENTENCE.findall(markup)) + (1000 if own else 0)
            if len(markup) >= _LEAST_MARKUP and weight % 1000:
                found.append((weight, markup, one))
    if not found:
        return None
    _, markup, one = max(found, key=lambda item: item[0])
    root = parse(f"<html><body><div>{markup}</div></body></html>")
    return None if isinstance(root, RejectionCause) else _described(root, one)


def _described(root: HtmlElement, one: dict[str, Json]) -> ScriptArticle:
    arc_title, arc_deck = (
        metadata.text((one.get(key) or {}).get("basic")) if isinstance(one.get(key), dict) else None
        for key in ("headlines", "subheadlines")
    )
    return ScriptArticle(
        root=root,
        length=len(root.text_content()),
        title=_plain(arc_title or _first(one, _TITLES)),
        subtitle=arc_deck or _first(one, _DECKS),
        bylines=tuple(_credits(one)) or tuple(filter(None, [_first(one, _BYLINES)])),
        published=tuple(text for key in _PUBLISHED if (text := metadata.text(one.get(key)))),
        modified=tuple(text for key in _MODIFIED if (text := metadata.text(one.get(key)))),
        section=_section(one),
    )


def _section(one: dict[str, Json]) -> str | None:
    taxonomy = one.get("taxonomy")
    return metadata.text(taxonomy.get("primary_section")) if isinstance(taxonomy, dict) else None


def _credits(one: dict[str, Json]) -> list[str]:
    """Return Arc's bylines; its `name` is the given name first, so the original byline is asked."""
    listed = one.get("credits")
    people = listed.get("by") if isinstance(listed, dict) else None
    found: list[str] = []
    for person in people if isinstance(people, list) else ():
        for inner in metadata.objects(person):
            if text := metadata.text(inner.get("byline")):
                found.append(f"{text} {metadata.text(inner.get('email')) or ''}".strip())  # noqa: PERF401 (a name bound)
    return found


def _first(one: dict[str, Json], keys: Iterable[str]) -> str | None:
    return next((text for key in keys if (text := metadata.text(one.get(key)))), None)


def _plain(text: str | None) -> str | None:
    return unescaped(re.sub(r"<[^>]{1,200}>", " ", text)) if text else None


def _is_titled(one: dict[str, Json], head: Head) -> bool:
    """Say whether this object carries the page's own title, so that it is not one of a list beside it."""
    headlines = one.get("headlines")
    title = _plain(
        metadata.text(headlines.get("basic"))
        if isinstance(headlines, dict)
        else _first(one, _TITLES)
    )
    shown = f"{head.title} {head.first('og:title') or ''}"
    return bool(title) and re.sub(r"\W", "", title or "")[:12] in re.sub(r"\W", "", shown)


def _is_addressed(one: dict[str, Json], address: str) -> bool:
    """Say whether an object's own address ends in the last part of the page's."""
    named = (
        one.get(key) for key in ("canonical_url", "website_url", "url", "_id", "id", "articleId")
    )
    return len(address) >= _LEAST_ADDRESS and any(address in str(value) for value in named if value)


def _longest(one: dict[str, Json]) -> str:
    """Return the longest text of sentences among an object's own values, as mark-up."""
    texts = [
        value
        for key, value in one.items()
        if isinstance(value, str)
        and _BODY_KEY.search(key)
        and not _OTHER_KEY.search(key)
        and _SENTENCE.search(value)
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
            parts.append(
                f"<figure><img><figcaption>{metadata.text(element.get('caption')) or ''}</figcaption></figure>"
            )
        elif kind == "quote":
            parts.append(
                _arc(inner if isinstance(inner := element.get("content_elements"), list) else [])
            )
        elif kind == "list":
            listed = element.get("items")
            items = listed if isinstance(listed, list) else []
            parts.extend(
                f"<li>{text}</li>"
                for item in items
                if isinstance(item, dict) and (text := metadata.text(item.get("content")))
            )
    return "".join(parts)
