"""Decides who wrote an article, which agency is credited, and of which outlet it is a copy.

Authors are looked for in this order: the outlet's rules, declarations (JSON-LD, meta, scripts),
the text's own bylines, and what stands around the body. Copies are those of portals, aggregators
and boards.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from processing.dates import moments
from processing.reading import english, metadata
from processing.reading.body import Around, select
from processing.reading.bylines import MAIL, agency, merged, named, people, writer
from processing.reading.metadata import Head
from processing.reading.tree import Elements, marks, text_of
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
_ORGANISATIONS = ("Organization", "NewsMediaOrganization")
# Addresses there say nothing about the outlet of their owner.
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
# Names of meta elements in the order in which they are asked.
_META_WORDS = (
    "dable:author nextweb:reporter og:article:author article:author dd:author author byl byline "
    "sailthru.author parsely-author dc.creator twitter:creator news:author writer reporter"
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
_BYLINE_TAGS = frozenset(
    {"p", "div", "span", "em", "strong", "li", "ul", "dl", "dt", "dd", "a", "td", "address"}
)
_STAMPED = re.compile(r"\D{0,12}(?:19|20)\d\d\s?[-./년]|[A-Za-z0-9._+-]+@")
_STAMP_LABEL = re.compile(
    r"(?:기사\s?)?(?:입력|등록|작성|승인|송고|게시|발행)(?:\s?(?:일시|시간|일))?\s*[:：]?\s*$"
)
_TWO_SYLLABLES = 2
# Characters of four names.
_SHORT = 20
_LONGEST_BYLINE = 160
_LONGEST_NOTICE = 500  # characters in which a notice names its host
# Characters before and after the body, or at the end of what stands before it, that are searched.
_BEFORE, _BEFORE_ROLES, _AFTER_ROLES, _BEFORE_ENGLISH, _BEFORE_AGENCY = 2500, 400, 300, 600, 60


def is_portal(url: str) -> bool:
    """Say whether an address is of a portal, which shows articles of other outlets."""
    host = urlsplit(url).hostname or ""
    named = any(host == portal or host.endswith(f".{portal}") for portal in _PORTALS)
    return named and ("news" in f"{host}{urlsplit(url).path}" or host == "v.daum.net")


def press_of(head: Head) -> str | None:
    """Return the outlet whose article a portal's page declares to show."""
    name = head.first("og:article:author", "article:author", "twitter:creator", "dable:author")
    return _PORTAL_WORD.sub("", name or "").strip(" |") or None


def _press_shown(root: HtmlElement, notices: Iterable[str]) -> str | None:
    """Return the outlet that a portal's page shows: by logo, `기사제공 …` or copyright line."""
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
    """Return the outlet and address of a copy's original; None for an outlet's own article.

    A board is a copy only if a copyright line, an address or a link names another outlet.
    """
    if is_portal(url):
        name = press_of(head) or _press_shown(root, notices)
        return Origin(outlet=None if name and "://" in name else name, url=_original(root, url))
    if not _BOARD.search(url):
        return None
    mails = [author.email for author in authors if author.email]
    mails += [mail for line in bylines for mail in MAIL.findall(line)]
    name, host = _named_in(notices)
    host = host or next(
        (mail.partition("@")[2] for mail in mails if not mail.endswith(_WEBMAIL)), None
    )
    link = _original(root, url)
    if not (name or host or link):
        return None
    return Origin(outlet=name or host, url=link or (f"https://{host}/" if host else None))


def agency_of(
    head: Head, *, dateline: str | None, name: str | None, origin: Origin | None, around: Around
) -> str | None:
    """Return the credited agency.

    In this order: of the dateline, `name` as the text credits it, the outlet copied, the declared
    author, or what stands right before the body.
    """
    return (
        agency(dateline or "")
        or name
        or agency((origin.outlet if origin else None) or "")
        or agency(head.first("dable:author", "og:article:author", "author") or "")
        or agency(around.before[-_BEFORE_AGENCY:])
    )


def _named_in(notices: Iterable[str]) -> tuple[str | None, str | None]:
    """Return outlet and host that a copyright line names.

    `ⓒ…, 아시아경제(www.asiae.co.kr) 무단전재 배포금지`.
    """
    for line in notices:
        if match := _NOTICE_HOST.search(line[:_LONGEST_NOTICE]):
            return match["name"], match["host"].lower()
    return None, None


def _original(root: HtmlElement, url: str) -> str | None:
    """Return the address of a link to the original on another host."""
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
                host = urlsplit(absolute).hostname
            except ValueError:
                continue
            if host and host != urlsplit(url).hostname:
                return str(absolute)
    return None


@dataclass(frozen=True, slots=True)
class Bylines:
    """Bylines of the text and of a script, and the selector for them in an outlet's rules.

    `english` says that the text is English, where names have other forms.
    """

    lines: Sequence[str] = ()
    script: Sequence[str] = ()
    selector: str | None = None
    english: bool = False


def authors_of(
    root: HtmlElement, elements: Elements, head: Head, around: Around, bylines: Bylines
) -> tuple[tuple[Author, ...], str | None]:
    """Return the authors and the source that named them; () and None if none does.

    A declaration that names only some of the people of the text's own byline is completed from it.
    """
    if bylines.english:
        return _in_english(root, elements, head, around, bylines)
    in_text = merged(map(_signed, bylines.lines))
    marked = _elements(elements)
    for source, authors in _sources(root, head, around, bylines, marked):
        if authors:
            names = {author.name for author in authors}
            wider = in_text if names <= {author.name for author in in_text} else ()
            order = (*authors, *(author for author in wider if author.name not in names))
            return _with_details(order, (*in_text, *marked), head, bylines.lines), source
    return (), None


def _sources(
    root: HtmlElement,
    head: Head,
    around: Around,
    bylines: Bylines,
    marked: tuple[Author, ...],
) -> Iterator[tuple[str, tuple[Author, ...]]]:
    """Yield the authors of each source, the most reliable first; searched only when asked for.

    `marked` are the people of elements that are marked as bylines.
    """
    if bylines.selector:
        yield "rules", merged(named(text_of(element)) for element in select(root, bylines.selector))
    yield "json-ld", _declared(head)
    yield "meta", _metas(head)
    yield "script", merged(named(text) for text in bylines.script)
    yield "text", merged(map(_signed, bylines.lines))
    yield "byline", marked
    yield "around", _nearest(around)


def _in_english(
    root: HtmlElement, elements: Elements, head: Head, around: Around, bylines: Bylines
) -> tuple[tuple[Author, ...], str | None]:
    """Return the authors of an English article and the source that named them."""
    marked = select(root, bylines.selector) if bylines.selector else []
    segments = list(filter(None, map(str.strip, around.before[-_BEFORE_ENGLISH:].split("|"))))[::-1]
    sources = (
        ("rules", merged(english.names(text_of(element)) for element in marked)),
        ("json-ld", _declared(head, english.names)),
        ("meta", _metas(head, english.names)),
        ("script", merged(map(english.names, bylines.script))),
        ("text", merged(map(english.byline, bylines.lines))),
        ("byline", _elements(elements, english.names)),
        ("around", next(filter(None, map(english.byline, segments)), ())),
    )
    for source, authors in sources:
        if authors:
            return english.with_mails(authors, bylines.lines), source
    return (), None


def _signed(line: str) -> tuple[Author, ...]:
    """Return the people of a byline, or the guest who wrote a column."""
    guest = writer(line)
    return (guest,) if guest else people(line)


def _declared(head: Head, read: Callable[[str], tuple[Author, ...]] = named) -> tuple[Author, ...]:
    """Return the people of JSON-LD; an organisation as author is the outlet."""
    declared = head.article.get("author")
    names = [
        metadata.text(value)
        for value in (declared if isinstance(declared, list) else [declared])
        if not (isinstance(value, dict) and metadata.is_a(value, *_ORGANISATIONS))
    ]
    return merged(read(name) for name in names if name)


def _metas(head: Head, read: Callable[[str], tuple[Author, ...]] = named) -> tuple[Author, ...]:
    """Return the people of the first meta element that names some."""
    for name in _META:
        # Addresses and social media handles stand in the same elements.
        values = (
            value for value in head.every(name) if "://" not in value and not value.startswith("@")
        )
        if authors := merged(map(read, values)):
            return authors
    return ()


def _people(text: str) -> tuple[Author, ...]:
    return people(text) or _plain_names(text)


def _elements(
    elements: Elements, read: Callable[[str], tuple[Author, ...]] = _people
) -> tuple[Author, ...]:
    """Return the people of the first element marked as a byline, and of its like siblings."""
    for element, name in elements.named:
        if authors := _in_byline(element, name, read):
            twins = (
                twin
                for twin in element.itersiblings(element.tag)
                if twin.get("class") == element.get("class")
            )
            return merged([authors, *(_in_byline(twin, marks(twin), read) for twin in twins)])
    return ()


def _in_byline(
    element: HtmlElement, name: str, read: Callable[[str], tuple[Author, ...]]
) -> tuple[Author, ...]:
    """Return the people that an element of this name states, if it is marked as a byline."""
    if element.tag not in _BYLINE_TAGS:
        return ()
    if not _is_byline_name(name, element.get("itemprop"), element.get("rel")):
        return ()
    text = text_of(element)
    return read(text) if len(text) <= _LONGEST_BYLINE else ()


@lru_cache(maxsize=4096)
def _is_byline_name(name: str, prop: str | None, rel: str | None) -> bool:
    """Return whether an element's names are those of a byline; pages of a site share them."""
    name = f"{name} {prop or ''} {rel or ''}"
    return bool(_BYLINE.search(name)) and not _LIST.search(name)


def _plain_names(text: str) -> tuple[Author, ...]:
    """Return names without roles, if all have three syllables or more.

    Two syllables beside a byline are as likely a word of the template.
    """
    authors = named(text)
    return authors if all(len(author.name) > _TWO_SYLLABLES for author in authors) else ()


def _nearest(around: Around) -> tuple[Author, ...]:
    """Return the people named closest before the body, or just after it."""
    before = around.before[-_BEFORE_ROLES:].split("|")[::-1]
    for line in (*before, *around.after[:_AFTER_ROLES].split("|")):
        if len(line) <= _LONGEST_BYLINE and (authors := people(line)):
            return authors
    # Names without a role count only beside a date or an address, as bylines stand.
    lines = list(filter(None, map(str.strip, around.before[-_BEFORE:].split("|"))))
    for index in range(len(lines) - 1, -1, -1):
        neighbours = [*lines[index + 1 : index + 2], *lines[max(0, index - 1) : index]]
        if authors := _beside_a_moment(lines[index]) or _alone(lines[index], neighbours):
            return authors
    return ()


def _alone(line: str, neighbours: list[str]) -> tuple[Author, ...]:
    """Return the people of a line of names whose neighbour is a date or an address."""
    if len(line) > _SHORT or not any(map(_STAMPED.match, neighbours)):
        return ()
    authors = _plain_names(line)
    text = re.sub(r"[\W_]|\d명|외(?=\d)", "", line)
    return authors if len(text) == sum(len(author.name) for author in authors) else ()


def _beside_a_moment(line: str) -> tuple[Author, ...]:
    """Return the people of a line that is nothing but names and a date, with its label."""
    dates = moments(line)
    name = _STAMP_LABEL.sub("", line[: dates[0][0]]).strip(" |·") if dates else ""
    return named(name) if len(name) <= _SHORT else ()


def _with_details(
    chosen: tuple[Author, ...], others: tuple[Author, ...], head: Head, lines: Sequence[str]
) -> tuple[Author, ...]:
    """Add roles and addresses that the page gives for the same people elsewhere.

    The only address among the `lines` of bylines is that of the only author.
    """
    details = {author.name: author for author in merged((others,))}
    authors = tuple(
        merged(((author,), (details.get(author.name, author),)))[0] for author in chosen
    )
    declared = MAIL.search(head.first("nextweb:email", "dable:author") or "")
    mails = {declared[0]} if declared else {mail for line in lines for mail in MAIL.findall(line)}
    if len(authors) == 1 and authors[0].email is None and len(mails) == 1:
        return (authors[0].evolve(email=mails.pop()),)
    return authors
