"""Reads what a page and its host state about use.

What follows from it is decided by the configured policy. Sources: robots meta (`robots`,
`googlebot` and the like), `X-Robots-Tag`, the TDM Reservation Protocol (header `tdm-reservation`,
meta of that name, `/.well-known/tdmrep.json` as the page's hint "tdmrep"), AI-use clauses in the
text, 공공누리 (KOGL) marks, Creative Commons links, premium notices.
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
_LICENCE_WORD = re.compile(r"공공누리|kogl|open[-_]?(?:code|type)|licen[cs]etype|creativecommons")
_ABOUT_AI = ("AI", "인공지능")
_FORBIDDEN = re.compile(r"금지|금합니다|불허|금함")
_CC = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)")
_OWNED = re.compile(r"무단|저작권|재배포|ⓒ|©|Copyright|All rights reserved", re.IGNORECASE)
# Characters of a clause, a notice, and a declaration that are stored.
_LONGEST_CLAUSE, _LONGEST_DECLARATION = 300, 200
# `none` is obeyed as the strictest mark of robots meta.
_NO_ARCHIVE = ("noarchive", "none")
# Characters of a pattern and rules in tdmrep.json that are looked at: the file is of the host, and
# each pattern costs more than the path that it is matched against.
_LONGEST_PATTERN, _MOST_RULES = 500, 500


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
    """Return what page and host state about use, and what `policy` makes of it.

    `notices` are rights lines and `premium` premium lines that were taken out of the text.
    """
    meta_robots = ", ".join(head.every("robots")) or None
    header = page.header("X-Robots-Tag")
    reserved, tdm_policy = _tdm(page, head)
    text = f"{meta_robots or ''},{header or ''}".lower()
    why = _why(text, reserved=reserved, policy=policy)
    return Rights(
        robots=page.robots,
        meta_robots=meta_robots[:_LONGEST_DECLARATION] if meta_robots else None,
        x_robots_tag=header[:_LONGEST_DECLARATION] if header else None,
        tdm_reservation=reserved,
        tdm_policy=tdm_policy,
        ai_notice=next((line[:_LONGEST_CLAUSE] for line in notices if _AI.search(line)), None)
        or _clause(root),
        licence=_licence(root),
        premium=next((line[:_LONGEST_CLAUSE] for line in premium), None) or _premium(head),
        exportable=why is None,
        why=why,
    )


def _clause(root: HtmlElement) -> str | None:
    """Return an AI-use clause outside the body, in a copyright line or a footer."""
    if not _may_hold_clause(root.text_content()):
        return None
    for text in root.itertext():
        if len(text) <= _LONGEST_CLAUSE and ("AI" in text or "인공지능" in text):
            line = " ".join(text.split())
            # A headline about training on news is no clause: those stand in lines about rights.
            if _AI.search(line) and _OWNED.search(line):
                return line
    return None


def _may_hold_clause(text: str) -> bool:
    """Return whether a page's text forbids something within a clause's length of a word for AI."""
    for mark in _ABOUT_AI:
        at = text.find(mark)
        while at >= 0:
            if _FORBIDDEN.search(text, max(0, at - _LONGEST_CLAUSE), at + 2 * _LONGEST_CLAUSE):
                return True
            # What follows within one length was looked at with it.
            at = text.find(mark, at + _LONGEST_CLAUSE)
    return False


def _why(text: str, *, reserved: bool | None, policy: RightsPolicy) -> str | None:
    """Return why the body is kept out of exports, or None."""
    words = {word.strip() for word in re.split(r"[,:;\s]", text)}
    if policy.noarchive and not words.isdisjoint(_NO_ARCHIVE):
        return "noarchive: the page asks that no copy is offered"
    if policy.tdm and reserved:
        return "tdm-reservation: 1, text and data mining rights are reserved"
    return None


def _tdm(page: Page, head: Head) -> tuple[bool | None, str | None]:
    """Return whether text and data mining is reserved, and the URL of the host's policy.

    The header goes before meta, and meta before tdmrep.json.
    """
    value = page.header("tdm-reservation") or head.first("tdm-reservation")
    policy = page.header("tdm-policy") or head.first("tdm-policy")
    if value is None and "tdmrep" in page.hints:
        return _tdmrep(page.hints, urlsplit(page.url).path or "/")
    return (value.strip() == "1" if value is not None else None), policy


def _tdmrep(hints: Mapping[str, str], path: str) -> tuple[bool | None, str | None]:
    """Return what the first rule of `tdmrep.json` says whose location matches the path.

    Source: TDM Reservation Protocol, W3C community group report, 2024.
    """
    try:
        rules = parse_json(hints["tdmrep"])
    except ValueError:
        return None, None
    for rule in rules[:_MOST_RULES] if isinstance(rules, list) else ():
        if isinstance(rule, dict) and fnmatchcase(path, _location(rule)):
            link = rule.get("tdm-policy")
            return str(rule.get("tdm-reservation")) == "1", link if isinstance(link, str) else None
    return None, None


def _location(rule: Mapping[str, object]) -> str:
    """Return the pattern of a rule; `-` for one that is no text or too long, as no path is so."""
    value = rule.get("location")
    return (
        value.rstrip("$") or "-"
        if isinstance(value, str) and len(value) <= _LONGEST_PATTERN
        else "-"
    )


def _licence(root: HtmlElement) -> str | None:
    """Return the licence of the page: `KOGL-` and its type, or `CC-` and its code."""
    elements = list(root.iter("img", "a"))
    values: list[str] = []
    for element in elements:
        values += element.values()
    text = "\n".join(values).lower()
    # Most pages have no such mark: a few searches of all attributes spare two of each element.
    if not _LICENCE_WORD.search(text):
        return None
    for element in elements:
        text = (
            f"{element.get('alt') or ''} {element.get('src') or ''} {element.get('href') or ''} "
            f"{element.get('title') or ''}"
        )
        if match := _KOGL.search(text):
            return f"KOGL-{match[1]}"
        if match := _CC.search(text):
            return f"CC-{match[1].upper()}"
    return None


def _premium(head: Head) -> str | None:
    """Return the declaration that says that the article is not free to read, or None."""
    free = head.article.get("isAccessibleForFree")
    if free is False or str(free).lower() == "false":
        return "isAccessibleForFree: false"
    value = head.first("article:content_tier", "content_tier")
    return f"content_tier: {value}" if value in {"locked", "metered"} else None
