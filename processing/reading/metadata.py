"""Facts of a page beside text, people and times: section, keywords, lead image, language."""

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from processing.reading import json_ld
from processing.reading.head import Head
from processing.reading.tree import squeeze

_LATIN = re.compile(r"[a-z_ -]+", re.IGNORECASE)
_NO_SECTION = {"뉴스", "기사", "분야별 뉴스", "전체", "news"}
_MOST_KEYWORDS, _LONGEST_KEYWORD, _LONGEST_SECTION = 20, 40, 30
_SITE_KEYWORDS = 12  # from here a meta list with 정치, 경제, 사회 in it is the site's menu


def section_of(head: Head, found: str | None, shown: Callable[[], str | None] = lambda: None) -> str | None:
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
    values += [text for text in (json_ld.text(head.article.get("articleSection")), found) if text]
    values = [squeeze(value) for value in values if value not in _NO_SECTION] or values
    korean = next((value for value in values if not _LATIN.fullmatch(value) and len(value) <= _LONGEST_SECTION), None)
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
    texts = texts or head.every("news_keywords") or head.every("article:tag") or head.every("keywords")
    words = [squeeze(word) for text in texts for word in text.split(",")]
    if len(words) >= _SITE_KEYWORDS and {"정치", "경제", "사회"} <= set(words):
        words = []
    found = dict.fromkeys(word for word in (*words, *tags) if 0 < len(word) <= _LONGEST_KEYWORD)
    return tuple(found)[:_MOST_KEYWORDS]


def image_of(head: Head, images: list[str], url: str) -> str | None:
    """Return the absolute URL of the lead image: the declared one, else the first of the body."""
    listed = head.article.get("image")
    declared = listed.get("url") if isinstance(listed, dict) else listed
    for candidate in (head.first("og:image", "twitter:image"), json_ld.text(declared), *images):
        if not candidate:
            continue
        try:
            absolute = urljoin(url, candidate.strip())
            if urlsplit(absolute).scheme in {"http", "https"}:
                return absolute
        except ValueError:
            continue
    return None


def language_of(head: Head, text: str) -> str | None:
    """Return the language of the text where letters show it, else the declared one."""
    if sum("가" <= letter <= "힣" for letter in text[:2000]) > 0.2 * max(1, len(text[:2000])):
        return "ko"
    return head.language or (head.first("og:locale") or "").lower()[:5] or None
