"""Finds the article in JSON that client-rendered pages carry in their scripts.

Read are Arc, Next.js (pages and flight data) and plain assignments. The result is the body as a
tree for Trafilatura, and the facts beside it.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from processing.reading import metadata
from processing.reading.metadata import Head, Json, unescaped
from processing.reading.tree import MAX_BYTES, RejectionCause, parse

# Characters of a script that is read: a shorter one holds no article, and a longer one costs more
# than it is worth.
MAX_SCRIPT = 4_000_000
_LEAST_SCRIPT = 200
_ASSIGNED = re.compile(r"(?:[\w\]\)]\s*=|\.push\(|\bparse\()\s*(?=[{\[])")
_FLIGHT = re.compile(r"self\.__next_f\.push\(")
_ROW = re.compile(r"([0-9a-f]+):(?:T([0-9a-f]+),)?")
_NEXT_ROW = re.compile(r"\n(?=[0-9a-f]+:)")
_REFERENCE = re.compile(r"\$([0-9a-f]+)")
# Values in one script that are tried: hostile scripts assign without end.
_MOST_VALUES = 60
_DECODER = json.JSONDecoder(strict=False)
_BODY_KEY = re.compile(r"content|body|html|article|text|story", re.IGNORECASE)
_OTHER_KEY = re.compile(
    r"desc|summary|seo|meta|mention|caption|copyright|style|script|title|comment", re.IGNORECASE
)
_LONGEST_KEY = 200
_SENTENCE = re.compile(r"[가-힣][.?!](?=[\s”\"’<]|$)")
_MARKUP = re.compile(r"<(?:p|br|div|span|figure|img|strong)\b", re.IGNORECASE)
# Characters of a body, and of the last part of an address that tells one article from another.
_LEAST_MARKUP, _LEAST_ADDRESS = 60, 6
_LEAST_TEXT = 9  # characters of a value; fewer are no such mark-up, escaped and between tags
# Sentences that an object is worth in advance if it carries the page's own title or address.
_OWN = 1000
# Characters of a title that are compared: sites add their name to its end.
_TITLE_HEAD = 12
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
    "first_publish_date display_date publish_date datePublished deployDt publishedAt published_at "
    "publishDate pubDate pubdate regDate regDt registDt createDate createdAt created_date "
    "inputDate serviceDate serviceDt firstPublishDate date"
)
_PUBLISHED = tuple(_PUBLISHED_WORDS.split())
_MODIFIED_WORDS = (
    "last_updated_date reDeployDt dateModified modifiedAt modified_at modifyDate modDate modDt "
    "updateDate updatedAt updateDt lastUpdated"
)
_MODIFIED = tuple(_MODIFIED_WORDS.split())


def values(root: HtmlElement) -> Iterator[Json]:
    """Yield the JSON values in the scripts of a page that hold Hangul, in the order of the page.

    JSON-LD is not among them.
    """
    # Flight data is one stream, pushed in pieces by many scripts.
    flight: list[str] = []
    for script in root.iter("script"):
        text = script.text or ""
        kind = (script.get("type") or "").lower()
        if len(text) < _LEAST_SCRIPT or len(text) > MAX_SCRIPT or "ld+json" in kind:
            continue
        if _FLIGHT.search(text[:200]):
            flight.extend(_pushed(text))
        elif text.isascii() and "\\u" not in text:
            # No sentence in Hangul, raw or escaped: most scripts are such.
            continue
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


def _rows(text: str) -> Iterator[Json]:
    """Yield the values of a flight stream's rows, with its text rows where `$24` refers to them.

    A text row is `24:T14a0,…`, where `14a0` is the length in bytes of UTF-8, in hexadecimal.
    """
    texts: dict[str, str] = {}
    models: list[Json] = []
    position = 0
    while position < len(text):
        match = _ROW.match(text, position)
        if match is None:
            following = _NEXT_ROW.search(text, position)
            if following is None:
                break
            position = following.end()
            continue
        position = match.end()
        if match[2]:
            texts[match[1]] = _leading(text, position, int(match[2], 16))
            position += len(texts[match[1]])
            continue
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            continue
        models.append(value)
    # At the end, because a model may stand before the text that it refers to.
    for model in models:
        _resolve(model, texts)
    yield from models


def _leading(text: str, position: int, length: int) -> str:
    """Return the characters from `position` that take at most `length` bytes in UTF-8."""
    # No character takes less than a byte, so the slice is long enough.
    leading = text[position : position + length].encode("utf-8", "replace")[:length]
    return leading.decode("utf-8", "ignore")


def _resolve(model: Json, texts: dict[str, str]) -> None:
    """Replace the references of a model (changed in place) by the texts that they refer to."""
    for record in metadata.objects(model):
        for key, value in record.items():
            if (
                isinstance(value, str)
                and (match := _REFERENCE.fullmatch(value))
                and match[1] in texts
            ):
                record[key] = texts[match[1]]


@dataclass(frozen=True, slots=True)
class ScriptArticle:
    """The article of a script: `root` is a tree with its body, `length` its characters.

    All else is text as the script has it.
    """

    root: HtmlElement
    length: int
    title: str | None = None
    subtitle: str | None = None
    bylines: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    section: str | None = None


def find_article(values: Iterable[Json], head: Head) -> ScriptArticle | None:
    """Return the article of this page among JSON `values` and JSON-LD.

    None where no object has a body of sentences. Of several the page's own wins, which carries its
    title or address, then the one with the most sentences.
    """
    candidates: list[tuple[int, str, dict[str, Json]]] = []
    url = (head.canonical or head.first("og:url") or "").rstrip("/")
    name = url.rpartition("/")[2].partition("?")[0]
    for value in (*values, *head.objects):
        for record in metadata.objects(value):
            markup = (
                _arc(record["content_elements"])
                if isinstance(record.get("content_elements"), list)
                else _longest(record)
            )
            weight = len(_SENTENCE.findall(markup)) if len(markup) >= _LEAST_MARKUP else 0
            if not weight % _OWN:
                continue
            own = _is_titled(record, head) or _is_addressed(record, name)
            candidates.append((weight + (_OWN if own else 0), markup, record))
    if not candidates:
        return None
    _, markup, record = max(candidates, key=lambda candidate: candidate[0])
    root = parse(f"<html><body><div>{markup}</div></body></html>")
    return None if isinstance(root, RejectionCause) else _described(root, record)


def _described(root: HtmlElement, record: dict[str, Json]) -> ScriptArticle:
    """Return the article with the facts that stand beside its body in `record`."""
    title, deck = _basic(record, "headlines"), _basic(record, "subheadlines")
    return ScriptArticle(
        root=root,
        length=len(root.text_content()),
        title=_plain(title or _first(record, _TITLES)),
        subtitle=deck or _first(record, _DECKS),
        bylines=tuple(_credits(record)) or tuple(filter(None, [_first(record, _BYLINES)])),
        published=tuple(text for key in _PUBLISHED if (text := metadata.text(record.get(key)))),
        modified=tuple(text for key in _MODIFIED if (text := metadata.text(record.get(key)))),
        section=_section(record),
    )


def _basic(record: dict[str, Json], name: str) -> str | None:
    """Return the `basic` text of one of Arc's objects with variants."""
    variants = record.get(name)
    return metadata.text(variants.get("basic")) if isinstance(variants, dict) else None


def _section(record: dict[str, Json]) -> str | None:
    taxonomy = record.get("taxonomy")
    return metadata.text(taxonomy.get("primary_section")) if isinstance(taxonomy, dict) else None


def _credits(record: dict[str, Json]) -> list[str]:
    """Return Arc's bylines with addresses, not its `name`, which has the given name first."""
    listed = record.get("credits")
    people = listed.get("by") if isinstance(listed, dict) else None
    return [
        f"{name} {metadata.text(person.get('email')) or ''}".strip()
        for entry in (people if isinstance(people, list) else ())
        for person in metadata.objects(entry)
        if (name := metadata.text(person.get("byline")))
    ]


def _first(record: dict[str, Json], keys: Iterable[str]) -> str | None:
    return next((text for key in keys if (text := metadata.text(record.get(key)))), None)


def _plain(text: str | None) -> str | None:
    return unescaped(re.sub(r"<[^>]{1,200}>", " ", text)) if text else None


def _is_titled(record: dict[str, Json], head: Head) -> bool:
    """Say whether an object carries the page's own title; others belong to lists beside it."""
    arc = isinstance(record.get("headlines"), dict)
    title = _plain(_basic(record, "headlines") if arc else _first(record, _TITLES))
    text = f"{head.title} {head.first('og:title') or ''}"
    return bool(title) and re.sub(r"\W", "", title or "")[:_TITLE_HEAD] in re.sub(r"\W", "", text)


def _is_addressed(record: dict[str, Json], name: str) -> bool:
    """Say whether an object's own address holds `name`, the last part of the page's address."""
    keys = ("canonical_url", "website_url", "url", "_id", "id", "articleId")
    values = filter(None, map(record.get, keys))
    return len(name) >= _LEAST_ADDRESS and any(name in str(value) for value in values)


def _longest(record: dict[str, Json]) -> str:
    """Return the longest text of sentences among an object's own values, as mark-up."""
    texts = [
        value
        for key, value in record.items()
        if isinstance(value, str)
        and len(value) >= _LEAST_TEXT
        and ("." in value or "?" in value or "!" in value)
        and len(key) <= _LONGEST_KEY
        and _is_body_key(key)
        and _SENTENCE.search(value)
    ]
    if not texts:
        return ""
    text = max(texts, key=len)
    return (
        text
        if _MARKUP.search(text)
        else "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())
    )


@lru_cache(maxsize=4096)
def _is_body_key(name: str) -> bool:
    """Return whether a key is one of a body; the objects of a script share their keys."""
    return bool(_BODY_KEY.search(name)) and not _OTHER_KEY.search(name)


def _arc(elements: list[Json]) -> str:
    """Return Arc's content elements as mark-up.

    Promotions in raw HTML, references and embeds are left out.
    """
    parts: list[str] = []
    for element in elements:
        if not isinstance(element, dict):
            continue
        kind, text = element.get("type"), element.get("content")
        if kind == "text" and isinstance(text, str):
            parts.append(f"<p>{text}</p>")
        elif kind == "header" and isinstance(text, str):
            parts.append(f"<h3>{text}</h3>")
        elif kind == "image":
            text = metadata.text(element.get("caption")) or ""
            parts.append(f"<figure><img><figcaption>{text}</figcaption></figure>")
        elif kind == "quote":
            parts.append(
                _arc(quoted if isinstance(quoted := element.get("content_elements"), list) else [])
            )
        elif kind == "list":
            listed = element.get("items")
            items = listed if isinstance(listed, list) else []
            parts.extend(
                f"<li>{text}</li>"
                for item in items
                if isinstance(item, dict)
                and (text := metadata.text(item.get("content"), most=MAX_BYTES))
            )
    return "".join(parts)
