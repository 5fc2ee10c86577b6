"""Who wrote it: declared people first, then datelines and bylines of the text, then what stands around the body.

Whose article it is: the outlet behind a portal's or an aggregator's copy, and the agency credited.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.dates import moments
from processing.reading import english, metadata
from processing.reading.body import Around, select
from processing.reading.bylines import MAIL, agency, merged, named, people, writer
from processing.reading.metadata import Head
from processing.reading.tree import marks, text_of
from processing.records import Author, Origin

_PORTALS = ("naver.com", "daum.net", "nate.com", "zum.com", "msn.com", "kakao.com")
_PORTAL_WORD = re.compile(
    r"\s*(?:[|ㅣ:-]\s*)?(?:네이버\s?뉴스|네이버|다음\s?뉴스|다음|네이트\s?뉴스|네이트|언론사\s?뷰|Daum|NAVER|ZUM)\s*$"
)
_ORIGINAL = re.compile(
    r"^\W*(?:기사\s?원문|원문\s?(?:보기|기사|링크)?|언론사에서 보기|원본\s?보기|출처)\W*$"
)
_ORIGIN_MARK = re.compile(r"origin|bo_v_link|source_?link|link_original")
_NOTICE_HOST = re.compile(
    r"(?P<name>[가-힣A-Za-z0-9]{2,12})\s?[(\[]?\s?(?:https?://)?"
    r"(?P<host>(?:www\.)?[a-z0-9-]+\.(?:co\.kr|or\.kr|com|net|kr|org))",
    re.IGNORECASE,
)
_LOGO = re.compile(r"(?:press|media|cp)[-_]?logo|logo[-_]?(?:press|media|cp)|link_cp")
_PRESS = re.compile(r"[가-힣A-Za-z0-9&·. ]{2,20}")
_GIVEN = re.compile(r"기사\s?제공\s?[:：]?\s?(?P<name>[가-힣A-Za-z0-9&·. ]{2,20})")
_OWNER = re.compile(
    r"[ⓒ©]\s?(?P<name>[가-힣A-Za-z0-9]{0,8}(?:일보|신문|경제|뉴스|데일리|투데이|타임스|헤럴드|닷컴|저널|방송|통신))(?![가-힣])"
)
_LONGEST_CREDIT = 60
_WEBMAIL = (
    "gmail.com",
    "naver.com",
    "daum.net",
    "hanmail.net",
    "nate.com",
    "kakao.com",
    "hotmail.com",
    "outlook.com",
)
_BOARD = re.compile(r"/bbs/|board\.php|wr_id=|/board/")


def is_portal(url: str) -> bool:
    """Say whether a host shows other outlets' articles."""
    host = urlsplit(url).hostname or ""
    named = any(host == portal or host.endswith(f".{portal}") for portal in _PORTALS)
    return named and ("news" in f"{host}{urlsplit(url).path}" or host == "v.daum.net")


def press_of(head: Head) -> str | None:
    """Return the outlet that a portal's page says it copies."""
    press = (
        head.first("og:article:author", "article:author", "twitter:creator", "dable:author") or ""
    )
    return _PORTAL_WORD.sub("", press).strip(" |") or None


def _press_shown(root: HtmlElement, notices: Iterable[str]) -> str | None:
    """Return the outlet that a portal's page shows: its logo, `기사제공 …`, or its own copyright line."""
    for element in root.iter("div", "p", "span", "a", "h2", "h3", "h4", "em"):
        if _LOGO.search(marks(element)):
            images = (
                (image.get("alt") or image.get("title") or "").strip()
                for image in element.iter("img")
            )
            if name := next((name for name in images if _PRESS.fullmatch(name)), None):
                return name
        elif element.tag == "p" and (given := _GIVEN.fullmatch(text_of(element)[:_LONGEST_CREDIT])):
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
    mails = [one.email for one in authors if one.email] + [
        mail for found in addresses for mail in found
    ]
    name, host = _named_in(notices)
    host = host or next(
        (mail.partition("@")[2] for mail in mails if not mail.endswith(_WEBMAIL)), None
    )
    link = _original(root, url)
    if not (name or host or link):
        return None
    return Origin(outlet=name or host, url=link or (f"https://{host}/" if host else None))


def agency_of(
    head: Head, *, dateline: str | None, found: str | None, origin: Origin | None, before: str
) -> str | None:
    """Return the credited agency: of the dateline, the end of the text, the outlet copied, or the byline before it."""
    credit = agency(dateline or "") or found or agency((origin.outlet if origin else None) or "")
    return (
        credit
        or agency(head.first("dable:author", "og:article:author", "author") or "")
        or agency(before[-60:])
    )


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
        around = (
            f"{marks(link)} {marks(parent) if parent is not None else ''} {link.get('class') or ''}"
        )
        if _ORIGIN_MARK.search(around) or _ORIGINAL.match(text_of(link)):
            try:
                absolute = urljoin(url, href)
                other = urlsplit(absolute).hostname
            except ValueError:
                continue
            if other and other != urlsplit(url).hostname:
                return str(absolute)
    return None


_META_WORDS = (
    "dable:author nextweb:reporter og:article:author article:author dd:author author byl byline sailthru.author "
    "parsely-author dc.creator twitter:creator news:author writer reporter"
)
_META = tuple(_META_WORDS.split())
_BYLINE = re.compile(
    r"byline|reporter"
    r"|journalist"
    r"|writer|author"
    r"|(?:^|[\s_-])by(?:$|[\s_-])"
    r"|press_?name"
    r"|gija"
    r"|basic_?info"
    r"|name_?(?:area|box)"
)
_LIST = re.compile(r"(?<!journa)list|relat|rank|popular|other|more|best|hot")
_BYLINE_TAGS = (
    "p",
    "div",
    "span",
    "em",
    "strong",
    "li",
    "ul",
    "dl",
    "dt",
    "dd",
    "a",
    "td",
    "address",
)
_STAMPED = re.compile(r"\D{0,12}(?:19|20)\d\d\s?[-./년]|[A-Za-z0-9._+-]+@")
_STAMP_LABEL = re.compile(
    r"(?:기사\s?)?(?:입력|등록|작성|승인|송고|게시|발행)(?:\s?(?:일시|시간|일))?\s*[:：]?\s*$"
)
_SHORT = 20  # characters of four names
_LONGEST_BYLINE = 160


@dataclass(frozen=True, slots=True)
class Bylines:
    """Bylines found elsewhere: lines taken from the text, of a script, and the selector that an outlet's rules name.

    `english` says that the text is English, where names are read otherwise.
    """

    lines: Sequence[str] = ()
    script: Sequence[str] = ()
    selector: str | None = None
    english: bool = False


def authors_of(
    root: HtmlElement, head: Head, around: Around, bylines: Bylines
) -> tuple[tuple[Author, ...], str | None]:
    """Return the authors and where they were read.

    A declaration that names some of the people of the text's own byline is completed from it.
    """
    if bylines.english:
        return _in_english(root, head, around, bylines)
    in_text = merged(map(_signed, bylines.lines))
    for source, found in _sources(root, head, around, bylines):
        if found:
            names = {one.name for one in found}
            wider = in_text if names <= {one.name for one in in_text} else ()
            order = (*found, *(one for one in wider if one.name not in names))
            return _with_details(order, (*in_text, *_elements(root)), head, bylines.lines), source
    return (), None


def _sources(
    root: HtmlElement, head: Head, around: Around, bylines: Bylines
) -> Iterator[tuple[str, tuple[Author, ...]]]:
    if bylines.selector:
        yield "rules", merged(named(text_of(element)) for element in select(root, bylines.selector))
    yield "json-ld", _declared(head)
    yield "meta", _metas(head)
    yield "script", merged(named(text) for text in bylines.script)
    yield "text", merged(map(_signed, bylines.lines))
    yield "byline", _elements(root)
    yield "around", _nearest(around)


def _in_english(
    root: HtmlElement, head: Head, around: Around, bylines: Bylines
) -> tuple[tuple[Author, ...], str | None]:
    marked = select(root, bylines.selector) if bylines.selector else []
    segments = [text for part in around.before[-600:].split("|")[::-1] if (text := part.strip())]
    sources = (
        ("rules", merged(english.names(text_of(element)) for element in marked)),
        ("json-ld", _declared(head, english.names)),
        ("meta", _metas(head, english.names)),
        ("script", merged(map(english.names, bylines.script))),
        ("text", merged(map(english.byline, bylines.lines))),
        ("byline", _elements(root, english.names)),
        ("around", next(filter(None, map(english.byline, segments)), ())),
    )
    for source, found in sources:
        if found:
            return english.with_mails(found, bylines.lines), source
    return (), None


def _signed(line: str) -> tuple[Author, ...]:
    """Return the people of a byline, or the guest who wrote a column."""
    guest = writer(line)
    return (guest,) if guest else people(line)


def _declared(head: Head, read: Callable[[str], tuple[Author, ...]] = named) -> tuple[Author, ...]:
    """Return the people of JSON-LD; an organisation as author is the outlet."""
    listed = head.article.get("author")
    found = listed if isinstance(listed, list) else [listed]
    texts = [
        metadata.text(one)
        for one in found
        if not (
            isinstance(one, dict) and metadata.is_a(one, "Organization", "NewsMediaOrganization")
        )
    ]
    return merged(read(text) for text in texts if text)


def _metas(head: Head, read: Callable[[str], tuple[Author, ...]] = named) -> tuple[Author, ...]:
    for name in _META:
        if found := merged(
            read(value)
            for value in head.every(name)
            if "://" not in value and not value.startswith("@")
        ):
            return found
    return ()


def _people(text: str) -> tuple[Author, ...]:
    return people(text) or _plain_names(text)


def _elements(
    root: HtmlElement, read: Callable[[str], tuple[Author, ...]] = _people
) -> tuple[Author, ...]:
    """Return the people of the first element that is marked as a byline, and of its twins beside it."""
    first: HtmlElement | None = None
    found: list[tuple[Author, ...]] = []
    for element in root.iter(*_BYLINE_TAGS):
        if first is not None and not _is_twin(element, first):
            continue
        name = f"{marks(element)} {element.get('itemprop') or ''} {element.get('rel') or ''}"
        if _BYLINE.search(name) and not _LIST.search(name):
            text = text_of(element)
            if len(text) <= _LONGEST_BYLINE and (names := read(text)):
                first = element if first is None else first
                found.append(names)
    return merged(found)


def _plain_names(text: str) -> tuple[Author, ...]:
    """Return names without roles; two syllables beside a byline are as likely a word of the template."""
    found = named(text)
    return found if all(len(one.name) > 2 for one in found) else ()  # noqa: PLR2004


def _is_twin(element: HtmlElement, first: HtmlElement) -> bool:
    """Say whether two bylines stand side by side, of the same make."""
    same = (element.tag, element.get("class")) == (first.tag, first.get("class"))
    return same and element.getparent() is first.getparent()


def _nearest(around: Around) -> tuple[Author, ...]:
    """Return the people named with a role closest before the body, or just after it."""
    for part in (around.before[-400:].split("|")[::-1], around.after[:300].split("|")):
        for text in part:
            if len(text) <= _LONGEST_BYLINE and (found := people(text)):
                return found
    segments = [text for part in around.before[-2500:].split("|") if (text := part.strip())]
    for index in range(len(segments) - 1, -1, -1):
        beside = [*segments[index + 1 : index + 2], *segments[max(0, index - 1) : index]]
        if found := _beside_a_moment(segments[index]) or _alone(segments[index], beside):
            return found
    return ()


def _alone(text: str, beside: list[str]) -> tuple[Author, ...]:
    """Return the people of a line of names that stands beside a date or an address."""
    if len(text) > _SHORT or not any(_STAMPED.match(other) for other in beside):
        return ()
    found = _plain_names(text)
    rest = re.sub(r"[\W_]|\d명|외(?=\d)", "", text)
    return found if len(rest) == sum(len(one.name) for one in found) else ()


def _beside_a_moment(text: str) -> tuple[Author, ...]:
    """Return the people of a line that is nothing but names and a date, with its label."""
    found = moments(text)
    name = _STAMP_LABEL.sub("", text[: found[0][0]]).strip(" |·") if found else ""
    return named(name) if len(name) <= _SHORT else ()


def _with_details(
    chosen: tuple[Author, ...], others: tuple[Author, ...], head: Head, lines: Sequence[str]
) -> tuple[Author, ...]:
    """Add the roles and addresses that other places of the page give for the same people.

    The only address among the `lines` of bylines is that of the only author.
    """
    details = {one.name: one for one in merged((others,))}
    found = tuple(
        merged(((one,), (details[one.name],)))[0] if one.name in details else one for one in chosen
    )
    declared = MAIL.search(head.first("nextweb:email", "dable:author") or "")
    mails = {declared[0]} if declared else {mail for line in lines for mail in MAIL.findall(line)}
    if len(found) == 1 and found[0].email is None and len(mails) == 1:
        return (Author(name=found[0].name, role=found[0].role, email=mails.pop()),)
    return found
