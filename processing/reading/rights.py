"""What a page and its host say about use, as data; what follows from it is the configured policy's to say.

Sources: `robots` and `googlebot`-style meta, `X-Robots-Tag`, the TDM Reservation Protocol (header `tdm-reservation`,
meta of the same name, `/.well-known/tdmrep.json` handed in as the page's hint "tdmrep"), AI-use clauses in the text,
공공누리 (KOGL) marks, Creative Commons links, premium notices.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from processing.limits import parse_json
from processing.reading.metadata import Head
from processing.records import Page, Rights

_AI = re.compile(
    r"(?:AI|인공지능)[^.\n]{0,40}(?:학습|데이터|활용|이용|수집)[^.\n]{0,40}(?:금지|금합니다|불허|금함)"
    r"|(?:금지|금합니다)[^.\n]{0,20}(?:AI|인공지능)\s?학습",
    re.IGNORECASE,
)
_KOGL = re.compile(
    r"(?:공공누리|KOGL|open[-_]?(?:code|type)|licen[cs]eType)[^.\n<]{0,24}?제?\s?([0-4])\s?"
    r"(?:유형|\.(?:png|jpg|gif|do)|$|[^\d])",
    re.IGNORECASE,
)
_CC = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)")
_OWNED = re.compile(r"무단|저작권|재배포|ⓒ|©|Copyright|All rights reserved", re.IGNORECASE)
_LONGEST_CLAUSE = 300
_NO_ARCHIVE = ("noarchive", "none")


@dataclass(frozen=True, slots=True)
class RightsPolicy:
    """Which marks are obeyed by keeping an article's body out of exports."""

    noarchive: bool = True
    tdm: bool = True


def rights_of(
    page: Page,
    root: HtmlElement,
    head: Head,
    *,
    notices: Sequence[str],
    premium: Sequence[str],
    policy: RightsPolicy,
) -> Rights:
    """Return the rights ledger of one page."""
    meta_robots = ", ".join(head.every("robots")) or None
    header = page.header("X-Robots-Tag")
    reserved, tdm_policy = _tdm(page, head)
    marks = f"{meta_robots or ''},{header or ''}".lower()
    why = _why(marks, reserved=reserved, policy=policy)
    return Rights(
        robots=page.robots,
        meta_robots=meta_robots[:200] if meta_robots else None,
        x_robots_tag=header[:200] if header else None,
        tdm_reservation=reserved,
        tdm_policy=tdm_policy,
        ai_notice=next((line[:300] for line in notices if _AI.search(line)), None) or _clause(root),
        licence=_licence(root),
        premium=next((line[:300] for line in premium), None) or _premium(head),
        exportable=why is None,
        why=why,
    )


def _clause(root: HtmlElement) -> str | None:
    """Return the AI-use clause that stands beside the body, in a copyright line or a footer."""
    for text in root.itertext():
        if len(text) <= _LONGEST_CLAUSE and ("AI" in text or "인공지능" in text):
            line = " ".join(text.split())
            if _AI.search(line) and _OWNED.search(line):
                return line
    return None


def _why(marks: str, *, reserved: bool | None, policy: RightsPolicy) -> str | None:
    words = {word.strip() for word in re.split(r"[,:;\s]", marks)}
    if policy.noarchive and not words.isdisjoint(_NO_ARCHIVE):
        return "noarchive: the page asks that no copy is offered"
    if policy.tdm and reserved:
        return "tdm-reservation: 1, text and data mining rights are reserved"
    return None


_LONGEST_PATTERN = 500
_MOST_RULES = 500
"""Rules of a tdmrep.json that are looked at; each pattern costs more than the page it is held against."""


def _tdm(page: Page, head: Head) -> tuple[bool | None, str | None]:
    """Return whether mining is reserved and the policy's URL; the header goes before meta, meta before tdmrep.json."""
    value = page.header("tdm-reservation") or head.first("tdm-reservation")
    policy = page.header("tdm-policy") or head.first("tdm-policy")
    if value is None and "tdmrep" in page.hints:
        return _tdmrep(page.hints, urlsplit(page.url).path or "/")
    return (value.strip() == "1" if value is not None else None), policy


def _tdmrep(hints: Mapping[str, str], path: str) -> tuple[bool | None, str | None]:
    """Read `tdmrep.json`: the first rule whose location matches the path (TDMRep, W3C community group, 2024)."""
    try:
        listed = parse_json(hints["tdmrep"])
    except ValueError:
        return None, None
    for rule in listed[:_MOST_RULES] if isinstance(listed, list) else ():
        if isinstance(rule, dict) and fnmatchcase(path, _location(rule)):
            link = rule.get("tdm-policy")
            return str(rule.get("tdm-reservation")) == "1", link if isinstance(link, str) else None
    return None, None


def _location(rule: Mapping[str, object]) -> str:
    """Return the pattern of a rule; one that is no text, or is longer than an address, matches nothing."""
    location = rule.get("location")
    return (
        location.rstrip("$") or "-"
        if isinstance(location, str) and len(location) <= _LONGEST_PATTERN
        else "-"
    )


def _licence(root: HtmlElement) -> str | None:
    """Return the licence mark of the page: KOGL by its type, Creative Commons by its code."""
    for element in root.iter("img", "a"):
        named = (
            f"{element.get('alt') or ''} {element.get('src') or ''} {element.get('href') or ''} "
            f"{element.get('title') or ''}"
        )
        if match := _KOGL.search(named):
            return f"KOGL-{match[1]}"
        if match := _CC.search(named):
            return f"CC-{match[1].upper()}"
    return None


def _premium(head: Head) -> str | None:
    free = head.article.get("isAccessibleForFree")
    if free is False or str(free).lower() == "false":
        return "isAccessibleForFree: false"
    tier = head.first("article:content_tier", "content_tier") or ""
    return f"content_tier: {tier}" if tier in {"locked", "metered"} else None
