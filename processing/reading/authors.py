"""Who wrote it: declared people first, then datelines and bylines of the text, then what stands around the body."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from processing.reading import english, json_ld
from processing.reading.body import select
from processing.reading.bylines import MAIL, merged, named, people, writer
from processing.reading.dates import moments
from processing.reading.head import Head
from processing.reading.surroundings import Around
from processing.reading.tree import marks, text_of
from processing.records import Author

_META_WORDS = (
    "dable:author nextweb:reporter og:article:author article:author dd:author author byl byline sailthru.author "
    "parsely-author dc.creator twitter:creator news:author writer reporter"
)
_META = tuple(_META_WORDS.split())
_BYLINE = re.compile(
    r"byline|reporter|journalist|writer|author|(?:^|[\s_-])by(?:$|[\s_-])|press_?name|gija|basic_?info|"
    r"name_?(?:area|box)"
)
_LIST = re.compile(r"(?<!journa)list|relat|rank|popular|other|more|best|hot")
_BYLINE_TAGS = ("p", "div", "span", "em", "strong", "li", "ul", "dl", "dt", "dd", "a", "td", "address")
_STAMPED = re.compile(r"\D{0,12}(?:19|20)\d\d\s?[-./년]|[A-Za-z0-9._+-]+@")
_STAMP_LABEL = re.compile(r"(?:기사\s?)?(?:입력|등록|작성|승인|송고|게시|발행)(?:\s?(?:일시|시간|일))?\s*[:：]?\s*$")
_SHORT = 20  # characters of four names
_LONGEST = 160


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
            return _with_details(order, (*in_text, *_elements(root)), head), source
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
        json_ld.text(one)
        for one in found
        if not (isinstance(one, dict) and json_ld.is_a(one, "Organization", "NewsMediaOrganization"))
    ]
    return merged(read(text) for text in texts if text)


def _metas(head: Head, read: Callable[[str], tuple[Author, ...]] = named) -> tuple[Author, ...]:
    for name in _META:
        if found := merged(
            read(value) for value in head.every(name) if "://" not in value and not value.startswith("@")
        ):
            return found
    return ()


def _people(text: str) -> tuple[Author, ...]:
    return people(text) or _plain_names(text)


def _elements(root: HtmlElement, read: Callable[[str], tuple[Author, ...]] = _people) -> tuple[Author, ...]:
    """Return the people of the first element that is marked as a byline, and of its twins beside it."""
    first: HtmlElement | None = None
    found: list[tuple[Author, ...]] = []
    for element in root.iter(*_BYLINE_TAGS):
        if first is not None and not _is_twin(element, first):
            continue
        name = f"{marks(element)} {element.get('itemprop') or ''} {element.get('rel') or ''}"
        if _BYLINE.search(name) and not _LIST.search(name):
            text = text_of(element)
            if len(text) <= _LONGEST and (names := read(text)):
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
            if len(text) <= _LONGEST and (found := people(text)):
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


def _with_details(chosen: tuple[Author, ...], others: tuple[Author, ...], head: Head) -> tuple[Author, ...]:
    """Add the roles and addresses that other places of the page give for the same people."""
    details = {one.name: one for one in merged((others,))}
    found = tuple(merged(((one,), (details[one.name],)))[0] if one.name in details else one for one in chosen)
    mail = MAIL.search(head.first("nextweb:email", "dable:author") or "")
    if len(found) == 1 and found[0].email is None and mail:
        return (found[0].model_copy(update={"email": mail[0]}),)
    return found
