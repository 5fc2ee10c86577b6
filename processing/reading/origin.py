"""Whose article it is: the outlet behind a portal's or an aggregator's copy, and the agency credited."""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.reading.bylines import MAIL, agency
from processing.reading.head import Head
from processing.reading.tree import marks, text_of
from processing.records import Author, Origin

_PORTALS = ("naver.com", "daum.net", "nate.com", "zum.com", "msn.com", "kakao.com")
_PORTAL_WORD = re.compile(
    r"\s*(?:[|ㅣ:-]\s*)?(?:네이버\s?뉴스|네이버|다음\s?뉴스|다음|네이트\s?뉴스|네이트|언론사\s?뷰|Daum|NAVER|ZUM)\s*$"
)
_ORIGINAL = re.compile(r"^\W*(?:기사\s?원문|원문\s?(?:보기|기사|링크)?|언론사에서 보기|원본\s?보기|출처)\W*$")
_ORIGIN_MARK = re.compile(r"origin|bo_v_link|source_?link|link_original")
_NOTICE_HOST = re.compile(
    r"(?P<name>[가-힣A-Za-z0-9]{2,12})\s?[(\[]?\s?(?:https?://)?(?P<host>(?:www\.)?[a-z0-9-]+\.(?:co\.kr|or\.kr|"
    r"com|net|kr|org))",
    re.IGNORECASE,
)
_LOGO = re.compile(r"(?:press|media|cp)[-_]?logo|logo[-_]?(?:press|media|cp)|link_cp")
_PRESS = re.compile(r"[가-힣A-Za-z0-9&·. ]{2,20}")
_GIVEN = re.compile(r"기사\s?제공\s?[:：]?\s?(?P<name>[가-힣A-Za-z0-9&·. ]{2,20})")
_OWNER = re.compile(
    r"[ⓒ©]\s?(?P<name>[가-힣A-Za-z0-9]{0,8}(?:일보|신문|경제|뉴스|데일리|투데이|타임스|헤럴드|닷컴|저널|방송|통신))(?![가-힣])"
)
_LONGEST = 60
_WEBMAIL = ("gmail.com", "naver.com", "daum.net", "hanmail.net", "nate.com", "kakao.com", "hotmail.com", "outlook.com")
_BOARD = re.compile(r"/bbs/|board\.php|wr_id=|/board/")


def is_portal(url: str) -> bool:
    """Say whether a host shows other outlets' articles."""
    host = urlsplit(url).hostname or ""
    return (host.endswith(_PORTALS) and "news" in f"{host}{urlsplit(url).path}") or host.endswith("v.daum.net")


def press_of(head: Head) -> str | None:
    """Return the outlet that a portal's page says it copies."""
    press = head.first("og:article:author", "article:author", "twitter:creator", "dable:author") or ""
    return _PORTAL_WORD.sub("", press).strip(" |") or None


def _press_shown(root: HtmlElement, notices: Iterable[str]) -> str | None:
    """Return the outlet that a portal's page shows: its logo, `기사제공 …`, or its own copyright line."""
    for element in root.iter("div", "p", "span", "a", "h2", "h3", "h4", "em"):
        if _LOGO.search(marks(element)):
            images = ((image.get("alt") or image.get("title") or "").strip() for image in element.iter("img"))
            if name := next((name for name in images if _PRESS.fullmatch(name)), None):
                return name
        elif element.tag == "p" and (given := _GIVEN.fullmatch(text_of(element)[:_LONGEST])):
            return given["name"]
    return next((match["name"] for line in notices if (match := _OWNER.search(line))), None)


def origin_of(
    root: HtmlElement,
    head: Head,
    url: str,
    *,
    notices: Iterable[str],
    authors: tuple[Author, ...],
    bylines: Iterable[str],
) -> Origin | None:
    """Return the origin of a copy; None where the page is its outlet's own."""
    if is_portal(url):
        name = press_of(head) or _press_shown(root, notices)
        return Origin(outlet=None if name and "://" in name else name, url=_original(root, url))
    if not _BOARD.search(url):
        return None
    addresses = [MAIL.findall(line) for line in bylines]
    mails = [one.email for one in authors if one.email] + [mail for found in addresses for mail in found]
    name, host = _named_in(notices)
    host = host or next((mail.partition("@")[2] for mail in mails if not mail.endswith(_WEBMAIL)), None)
    link = _original(root, url)
    if not (name or host or link):
        return None
    return Origin(outlet=name or host, url=link or (f"https://{host}/" if host else None))


def agency_of(head: Head, *, dateline: str | None, found: str | None, origin: Origin | None, before: str) -> str | None:
    """Return the credited agency: of the dateline, the end of the text, the outlet copied, or the byline before it."""
    credit = agency(dateline or "") or found or agency((origin.outlet if origin else None) or "")
    return credit or agency(head.first("dable:author", "og:article:author", "author") or "") or agency(before[-60:])


def _named_in(notices: Iterable[str]) -> tuple[str | None, str | None]:
    """Return outlet and host that a copyright line names: `ⓒ…, 아시아경제(www.asiae.co.kr) 무단전재 배포금지`."""
    for line in notices:
        if match := _NOTICE_HOST.search(line):
            return match["name"], match["host"].lower()
    return None, None


def _original(root: HtmlElement, url: str) -> str | None:
    """Return the link that a copy gives to its original."""
    for link in root.iter("a"):
        href = (link.get("href") or "").strip()
        if not href.startswith(("http://", "https://", "//")):
            continue
        parent = link.getparent()
        around = f"{marks(link)} {marks(parent) if parent is not None else ''} {link.get('class') or ''}"
        if _ORIGIN_MARK.search(around) or _ORIGINAL.match(text_of(link)):
            try:
                absolute = urljoin(url, href)
                other = urlsplit(absolute).hostname
            except ValueError:
                continue
            if other and other != urlsplit(url).hostname:
                return str(absolute)
    return None
