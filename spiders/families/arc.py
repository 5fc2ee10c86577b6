"""Arc XP, the CMS of 조선일보 and 조선비즈: feeds under `/arc/outboundfeeds/`, the text in script JSON.

An article lies at `/{section}/…/{yyyy}/{mm}/{dd}/{26 letters and digits}/`; without the last slash the server redirects
in a circle, so the slash is part of the canonical URL. The HTML body is empty without JavaScript: the paragraphs are in
`Fusion.globalContent.content_elements` and are put where a reader looks for them. No browser is needed.
"""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any, Unpack

from processing.reading.rules import Rules
from spiders.families.fields import Fields
from spiders.outlet import Feed, Outlet, Sitemap

_ARTICLE = r"(?P<path>(?:/[a-z0-9_-]+){1,4}/\d{4}/\d{2}/\d{2})/(?P<id>[A-Z2-7]{26})(?:/|$|\?)"
_LEGACY = re.compile(r"/site/data/html_dir/\d{4}/\d{2}/\d{2}/(?P<id>\d{13})\.html")
_CONTENT = re.compile(r"Fusion\.globalContent\s*=\s*(?=\{)")
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
_PARAGRAPHS = frozenset({"text", "header", "raw_html", "interstitial_link"})
_DEEPEST = 8


def arc(*, name: str, title: str, home: str, **fields: Unpack[Fields]) -> Outlet:
    """Declare an outlet that runs on Arc; its pages of before 2020 (`html_dir`) are articles too."""
    stated: Fields = {"older": (_LEGACY,), "rules": (RULES,), **fields}
    return Outlet(
        name=name,
        title=title,
        home=home,
        sources=(
            Feed(f"{home}arc/outboundfeeds/rss/?outputType=xml"),
            Sitemap(f"{home}arc/outboundfeeds/news-sitemap/?outputType=xml"),
        ),
        article=re.compile(_ARTICLE),
        canonical=f"{home.rstrip('/')}{{path}}/{{id}}/",
        family="arc",
        **stated,
    )


def content_as_html(text: str) -> str:
    """Return the page with the paragraphs of `Fusion.globalContent` as an `<article>` at the end of its body.

    A page without that script, or with one that is no JSON, comes back as it is: the generic reader then judges it.
    """
    found = _CONTENT.search(text)
    content = _object(text, found.end()) if found else None
    if content is None:
        return text
    paragraphs = "".join(_paragraphs(content.get("content_elements"), 0))
    end = _BODY_END.search(text)
    place = end.start() if end else len(text)
    return f'{text[:place]}<article id="fusion-content">{paragraphs}</article>{text[place:]}' if paragraphs else text


def _object(text: str, start: int) -> dict[str, Any] | None:
    try:
        content, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _paragraphs(elements: object, depth: int) -> Iterator[str]:
    """Yield the elements as HTML; lists and quotes hold elements of their own."""
    for element in elements if isinstance(elements, list) and depth < _DEEPEST else ():
        if not isinstance(element, dict):
            continue
        kind, content = element.get("type"), element.get("content")
        if kind in _PARAGRAPHS and isinstance(content, str):
            yield f"<p>{content}</p>"
        elif kind == "image" and isinstance(element.get("caption"), str):
            yield f"<figure><figcaption>{escape(element['caption'])}</figcaption></figure>"
        else:
            yield from _paragraphs(element.get("items") or element.get("content_elements"), depth + 1)


RULES = Rules(body="article#fusion-content", prepare=content_as_html)
