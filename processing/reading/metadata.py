"""Facts of a page beside text, people and times: section, keywords, lead image, language.

JSON in a page's scripts, read as far as it goes: templates leave comments, raw line ends and open tags in it.

What a page says of itself where machines look: meta elements, JSON-LD, link relations, the title element.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.limits import check_json, unescape
from processing.reading.tree import squeeze, text_of
from processing.records import Detail

Json: TypeAlias = (
    Any  # what json.loads gives: the shape is the outlet's and is checked where it is used
)

MAX_DEPTH = 60
_STRING = r'("(?:[^"\\\n]|\\.)*+"?)'  # an open one ends with its line, so that no quote is tried again from the next
_COMMENT = re.compile(_STRING + r'|/\*.*?(?:\*/|\Z)|(?<![:\w"])//[^\n]*', re.DOTALL)
_TRAILING_COMMA = re.compile(_STRING + r"|,(?=\s*[}\]])")
_WRAPPER = re.compile(r"^\s*(?://)?\s*(?:<!--|<!\[CDATA\[)")
_DECODER = json.JSONDecoder(strict=False)


def loads(text: str) -> Json | None:
    """Return the first JSON value in `text`, or None where there is none that can be read."""
    plain = _WRAPPER.sub("", text).lstrip("\ufeff \t\r\n;")
    for mend in (str, _repaired):
        try:
            check_json(plain)
            value, _ = _DECODER.raw_decode(mend(plain).lstrip())
        except (ValueError, RecursionError):
            continue
        return value
    return None


def _repaired(text: str) -> str:
    """Take out comments and commas before a closing bracket; strings stay as they are."""
    return _TRAILING_COMMA.sub(r"\1", _COMMENT.sub(r"\1", text[:1_000_000]))


def objects(value: Json, depth: int = 0) -> Iterator[dict[str, Json]]:
    """Yield every object in `value`, outer before inner, in the order of the page."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner, depth + 1)


def is_a(found: dict[str, Json], *names: str) -> bool:
    """Say whether a JSON-LD object is of one of these schema.org types."""
    kinds = found.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.rpartition("/")[2] in names for kind in listed)


def text(value: Json) -> str | None:
    """Return a string of JSON, the name of an object, or the first of a list; None for anything else or empty."""
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("url")
    return value.strip() or None if isinstance(value, str) else None


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
    articles = [one for one in found if is_a(one, *ARTICLE_TYPES)]
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
        content = element.get("content") or element.get("value")
        if name and content:
            meta.setdefault(name.strip().lower(), []).append(unescaped(content[:MAX_META]))
    return meta


def _objects(root: HtmlElement) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            found.extend(objects(loads(script.text)))
    return found


def _weight(article: dict[str, Json]) -> int:
    return sum(
        key in article
        for key in ("headline", "datePublished", "author", "articleBody", "description")
    )


def _canonical(root: HtmlElement, page_url: str) -> str | None:
    """Return the page's own canonical URL, made absolute; a front page given for every article does not count."""
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and (link.get("href") or "").strip():
            try:
                url = urljoin(page_url, link.get("href").strip())
                parts = urlsplit(url)
            except ValueError:
                return None
            return (
                url
                if parts.scheme in {"http", "https"} and (parts.path.strip("/") or parts.query)
                else None
            )
    return None


_LATIN = re.compile(r"[a-z_ -]+", re.IGNORECASE)
_NO_SECTION = {"뉴스", "기사", "분야별 뉴스", "전체", "news"}
_LABEL = re.compile(
    r"(?:등록|담당|작성|제공|배포)?\s?부서(?:명)?"
    r"|담당(?:자|과)?"
    r"|등록자|작성자|연락처|문의(?:처)?"
    r"|전화(?:번호)?"
    r"|팩스"
    r"|(?:등록|작성|게시|배포)\s?일(?:자|시)?"
)
_LONGEST_LABEL, _LONGEST_VALUE, _FEWEST_ROWS = 8, 60, 2
_MOST_KEYWORDS, _LONGEST_KEYWORD, _LONGEST_SECTION = 20, 40, 30
_SITE_KEYWORDS = 12  # from here a meta list with 정치, 경제, 사회 in it is the site's menu


def section_of(
    head: Head, found: str | None, shown: Callable[[], str | None] = lambda: None
) -> str | None:
    """Return the section: in Korean where any declaration is, else as `shown` beside the article."""
    values = head.every(
        "article:section",
        "nextweb:section",
        "og:article:section",
        "section",
        "article:section1",
        "article:section2",
        "content_category",
    )
    values += [text for text in (text(head.article.get("articleSection")), found) if text]
    values = [squeeze(value) for value in values if value not in _NO_SECTION] or values
    korean = next(
        (
            value
            for value in values
            if not _LATIN.fullmatch(value) and len(value) <= _LONGEST_SECTION
        ),
        None,
    )
    return korean or shown() or (values[0] if values else None)


def keywords_of(head: Head, tags: list[str]) -> tuple[str, ...]:
    """Return the article's own keywords; a list that is the site's menu is not one."""
    listed = head.article.get("keywords")
    texts = (
        [listed]
        if isinstance(listed, str)
        else [one for one in listed if isinstance(one, str)]
        if isinstance(listed, list)
        else []
    )
    texts = (
        texts or head.every("news_keywords") or head.every("article:tag") or head.every("keywords")
    )
    words = [squeeze(word) for text in texts for word in text.split(",")]
    if len(words) >= _SITE_KEYWORDS and {"정치", "경제", "사회"} <= set(words):
        words = []
    found = dict.fromkeys(word for word in (*words, *tags) if 0 < len(word) <= _LONGEST_KEYWORD)
    return tuple(found)[:_MOST_KEYWORDS]


def image_of(head: Head, images: list[str], url: str) -> str | None:
    """Return the absolute URL of the lead image: the declared one, else the first of the body."""
    listed = head.article.get("image")
    declared = listed.get("url") if isinstance(listed, dict) else listed
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


def details_of(root: HtmlElement) -> tuple[Detail, ...]:
    """Return the labelled rows of a public board: department, person in charge, telephone, day.

    A label is a cell, a term or a short word in bold; its value the next element or the text behind it. One label alone
    is no board's.
    """
    rows: dict[str, str] = {}
    for label in root.iter("th", "dt", "strong", "b", "span", "label"):
        name = squeeze(label.text).rstrip(" :：")
        if len(name) > _LONGEST_LABEL or len(label) or not _LABEL.fullmatch(name):
            continue
        beside = label.getnext()
        value = squeeze(label.tail) or (text_of(beside) if beside is not None else "")
        if 0 < len(value) <= _LONGEST_VALUE:
            rows.setdefault(name, value)
    found = tuple(Detail(label=name, value=value) for name, value in rows.items())
    return found if len(found) >= _FEWEST_ROWS else ()


def language_of(head: Head, text: str) -> str | None:
    """Return the language of the text where letters show it, else the declared one."""
    if sum("가" <= letter <= "힣" for letter in text[:2000]) > 0.2 * max(1, len(text[:2000])):
        return "ko"
    return head.language or (head.first("og:locale") or "").lower()[:5] or None
