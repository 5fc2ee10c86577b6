"""Reads what a page declares: meta elements, JSON-LD, link relations, the title element.

From these come section, keywords, lead image, language and the rows of public boards. JSON is read
as far as it goes: templates leave comments, raw line breaks and open tags in it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.limits import check_json, unescape
from processing.reading import phrases
from processing.reading.lines import board_rows
from processing.reading.tree import hangul_in, squeeze, text_of
from processing.records import Detail

# What json.loads gives: the shape is the outlet's and is checked where it is used.
Json: TypeAlias = Any

# Levels of JSON that are looked into, which bounds the recursion on hostile pages.
MAX_DEPTH = 60
_NESTED = (dict, list)
# Characters of damaged JSON that are repaired.
_MAX_REPAIRED = 1_000_000
# An open string ends with its line, so that no quote is tried again from the next one.
_STRING = r'("(?:[^"\\\n]|\\.)*+"?)'
_COMMENT = re.compile(_STRING + r'|/\*.*?(?:\*/|\Z)|(?<![:\w"])//[^\n]*', re.DOTALL)
_TRAILING_COMMA = re.compile(_STRING + r"|,(?=\s*[}\]])")
_WRAPPER = re.compile(r"^\s*+(?://\s*+)?(?:<!--|<!\[CDATA\[)")
_DECODER = json.JSONDecoder(strict=False)
ARTICLE_TYPES = (
    "NewsArticle",
    "Article",
    "ReportageNewsArticle",
    "BlogPosting",
    "OpinionNewsArticle",
    "AnalysisNewsArticle",
)
MAX_META = 4_000
"""Characters of one value of a meta element or of JSON-LD that are read.

Patterns that take a name, a title or a time apart may need the square of its length.
"""
_LATIN = re.compile(r"[a-z_ -]+", re.IGNORECASE)
_NO_SECTION = {"뉴스", "기사", "분야별 뉴스", "전체", "news"}
# Characters of a board's labels and values; one labelled row alone may be anything.
_LONGEST_LABEL, _LONGEST_VALUE, _FEWEST_ROWS = 8, 60, 2
_MOST_KEYWORDS, _LONGEST_KEYWORD, _LONGEST_SECTION = 20, 40, 30
# From so many words a list with 정치, 경제 and 사회 in it is the site's menu.
_SITE_KEYWORDS = 12
_MENU = frozenset({"정치", "경제", "사회"})
# Share of Hangul from which a text is Korean, whatever the page declares.
_KOREAN = 0.2


def loads(text: str) -> Json | None:
    """Return the first JSON value in `text`, or None if none can be read."""
    text = _WRAPPER.sub("", text).lstrip("\ufeff \t\r\n;")
    # As it is first: most scripts are sound, and a repair costs more than parsing.
    for repair in (str, _repaired):
        try:
            check_json(text)
            value, _ = _DECODER.raw_decode(repair(text).lstrip())
        except (ValueError, RecursionError):
            continue
        return value
    return None


def _repaired(text: str) -> str:
    """Remove comments and commas before a closing bracket; strings stay as they are."""
    return _TRAILING_COMMA.sub(r"\1", _COMMENT.sub(r"\1", text[:_MAX_REPAIRED]))


def objects(value: Json) -> Iterator[dict[str, Json]]:
    """Yield every object in `value`, outer before inner, in the order of the page."""
    left = [(value, 0)]
    while left:
        value, depth = left.pop()
        if depth > MAX_DEPTH or not isinstance(value, _NESTED):
            continue
        if isinstance(value, dict):
            yield value
            value = value.values()
        # Backwards, because the last one is taken first; texts and numbers hold no object.
        left += [(item, depth + 1) for item in reversed(value) if isinstance(item, _NESTED)]


def is_a(record: dict[str, Json], *names: str) -> bool:
    """Say whether a JSON-LD object is of one of these schema.org types."""
    kinds = record.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.rpartition("/")[2] in names for kind in listed)


def text(value: Json, *, most: int = MAX_META) -> str | None:
    """Return the text of a JSON value: its squeezed lines, `most` characters of it at most.

    Of an object it is the name, of a list the first; None for an empty text and for anything else.
    """
    # Three steps: a list, its first object, the name of that object.
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("url")
    if not isinstance(value, str):
        return None
    # Line by line: some fields list something, one a line.
    return "\n".join(filter(None, map(squeeze, value[:most].splitlines()))) or None


@dataclass(frozen=True, slots=True)
class Head:
    """What one page declares; names in `meta` are in lower case and in the order of the page.

    `article` is the JSON-LD object of the article, {} without one; `objects` are all of them.
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    article: dict[str, Json] = field(default_factory=dict)
    objects: tuple[dict[str, Json], ...] = ()
    title: str = ""
    canonical: str | None = None
    language: str | None = None

    def first(self, *names: str) -> str | None:
        """Return the first non-empty value of these meta names, in the order of the names."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), None)

    def every(self, *names: str) -> list[str]:
        """Return all non-empty values of these meta names, in the order of the names."""
        return [value for name in names for value in self.meta.get(name, ()) if value]


def read_head(root: HtmlElement, url: str) -> Head:
    """Return what a page declares; `url` is its address, which resolves relative links."""
    declared = tuple(_objects(root))
    articles = [record for record in declared if is_a(record, *ARTICLE_TYPES)]
    title = next(root.iter("title"), None)
    return Head(
        meta=_meta(root),
        # Other articles may be declared beside it: the page's own has the most fields.
        article=max(articles, key=_weight, default={}),
        objects=declared,
        title=unescaped(title.text_content()[:MAX_META]) if title is not None else "",
        canonical=_canonical(root, url),
        language=squeeze(root.get("lang") or root.get("xml:lang")).lower()[:12] or None,
    )


def unescaped(text: str) -> str:
    """Undo the double escaping of some templates (`&amp;quot;`), and squeeze white space."""
    for _ in range(2):
        if "&" in text:
            text = unescape(text)
    return squeeze(text)


def _meta(root: HtmlElement) -> dict[str, list[str]]:
    meta: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (
            element.get("property")
            or element.get("name")
            or element.get("itemprop")
            or element.get("http-equiv")
        )
        value = element.get("content") or element.get("value")
        if name and value:
            meta.setdefault(name.strip().lower(), []).append(unescaped(value[:MAX_META]))
    return meta


def _objects(root: HtmlElement) -> list[dict[str, Json]]:
    declared: list[dict[str, Json]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            declared.extend(objects(loads(script.text)))
    return declared


def _weight(article: dict[str, Json]) -> int:
    return sum(
        key in article
        for key in ("headline", "datePublished", "author", "articleBody", "description")
    )


def _canonical(root: HtmlElement, url: str) -> str | None:
    """Return the page's own canonical URL, made absolute.

    A front page does not count: some templates declare it for every article.
    """
    for element in root.iter("link"):
        if (element.get("rel") or "").lower() == "canonical" and element.get("href", "").strip():
            try:
                declared = urljoin(url, element.get("href").strip())
                parts = urlsplit(declared)
            except ValueError:
                return None
            return (
                declared
                if parts.scheme in {"http", "https"} and (parts.path.strip("/") or parts.query)
                else None
            )
    return None


def section_of(
    head: Head, name: str | None, shown: Callable[[], str | None] = lambda: None
) -> str | None:
    """Return the section: the first declared in Korean, else as `shown` beside the article.

    `name` is a section from elsewhere, asked after the declarations.
    """
    values = head.every(
        "article:section",
        "nextweb:section",
        "og:article:section",
        "section",
        "article:section1",
        "article:section2",
        "content_category",
    )
    values += [text for text in (text(head.article.get("articleSection")), name) if text]
    values = [squeeze(value) for value in values if value not in _NO_SECTION] or values
    name = next(
        (
            value
            for value in values
            if not _LATIN.fullmatch(value) and len(value) <= _LONGEST_SECTION
        ),
        None,
    )
    return name or shown() or (values[0] if values else None)


def keywords_of(head: Head, tags: list[str]) -> tuple[str, ...]:
    """Return the article's own keywords and `tags`; a list that is the site's menu is left out."""
    declared = head.article.get("keywords")
    values = declared if isinstance(declared, list) else [declared]
    texts = [value for value in values if isinstance(value, str)]
    texts = (
        texts or head.every("news_keywords") or head.every("article:tag") or head.every("keywords")
    )
    words = [squeeze(word) for text in texts for word in text.split(",")]
    if len(words) >= _SITE_KEYWORDS and set(words) >= _MENU:
        words = []
    keywords = dict.fromkeys(word for word in (*words, *tags) if 0 < len(word) <= _LONGEST_KEYWORD)
    return tuple(keywords)[:_MOST_KEYWORDS]


def image_of(head: Head, images: list[str], url: str) -> str | None:
    """Return the absolute URL of the lead image: the declared one, else the first of the body."""
    image = head.article.get("image")
    declared = image.get("url") if isinstance(image, dict) else image
    for candidate in (head.first("og:image", "twitter:image"), text(declared), *images):
        if not candidate:
            continue
        try:
            absolute = urljoin(url, candidate.strip())
            if urlsplit(absolute).scheme in {"http", "https"}:
                return absolute
        except ValueError:
            continue
    return None


def details_of(root: HtmlElement, lines: Iterable[str] = ()) -> tuple[Detail, ...]:
    """Return the labelled rows of a public board: department, person in charge, telephone, day.

    A label is a cell, a term or a short word in bold; its value is the text behind it or the next
    element. Where there are none, it is a word with a colon in one of the visible `lines`.
    """
    details = _details(_rows_of_elements(root))
    return details or _details(row for line in lines for row in board_rows(line))


def _details(rows: Iterable[tuple[str, str]]) -> tuple[Detail, ...]:
    """Return the first value of each label, or nothing where only one row looks like a label's."""
    values: dict[str, str] = {}
    for name, value in rows:
        if _is_label(name) and 0 < len(value) <= _LONGEST_VALUE:
            values.setdefault(name, value)
    details = tuple(Detail(label=name, value=value) for name, value in values.items())
    return details if len(details) >= _FEWEST_ROWS else ()


def _is_label(name: str) -> bool:
    return len(name) <= _LONGEST_LABEL and bool(phrases.BOARD_LABEL.fullmatch(name))


def _rows_of_elements(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield the elements' texts that are labels, and what stands behind each."""
    for label in root.iter("th", "dt", "strong", "b", "em", "span", "label"):
        text = label.text
        # Labels have no elements inside.
        if not text or len(label) or not phrases.BOARD_WORD.search(text):
            continue
        name = squeeze(text).rstrip(" :：")
        if not _is_label(name):
            continue
        following = label.getnext()
        value = squeeze(label.tail) or (text_of(following) if following is not None else "")
        yield name, value


def language_of(head: Head, text: str) -> str | None:
    """Return the language: "ko" where the letters show it, else the declared one, in lower case."""
    text = text[:2000]
    if hangul_in(text) > _KOREAN * max(1, len(text)):
        return "ko"
    return head.language or (head.first("og:locale") or "").lower()[:5] or None
