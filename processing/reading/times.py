"""When an article was published and changed: every statement of a page weighed against the others and the fetch.

A statement later than the fetch is wrong: by nine hours it is Seoul time labelled as UTC, otherwise it does not count.
A stated time nine hours before the visible one is UTC labelled as Seoul (연합뉴스TV's `dd:published_time`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from lxml import etree
from lxml.html import HtmlElement

from processing.dates import Moment, moments, parse_moment
from processing.reading import metadata
from processing.reading.metadata import Head
from processing.reading.tree import elements_at
from processing.records import Stamp

TimeSource: TypeAlias = Literal["meta", "json-ld", "text", "script", "feed", "sitemap", "url"]

NINE_HOURS = timedelta(hours=9)
_SLACK = timedelta(minutes=15)  # clocks of outlets run ahead
_PUBLISHED_META_WORDS = (
    "article:published_time og:article:published_time og:published_time article:published datepublished "
    "dd:published_time og:regdate pubdate publishdate publish-date publish_date parsely-pub-date sailthru.date "
    "publish_time "
    "nextweb:createdate article.published dc.date.issued dcterms.created dc.date dcterms.date date regdate "
    "article_date_original originalpublicationdate news:publication_date"
)
_PUBLISHED_META = tuple(_PUBLISHED_META_WORDS.split())
_MODIFIED_META_WORDS = (
    "article:modified_time og:article:modified_time og:updated_time og:modified_time article:modified datemodified "
    "dd:modified_time nextweb:moddate lastmod last-modified dcterms.modified modified article.updated"
)
_MODIFIED_META = tuple(_MODIFIED_META_WORDS.split())
_ATTRIBUTES = etree.XPath(
    "//*[@data-date-time or @data-modify-date-time or (self::time and @datetime) or @itemprop='datePublished' "
    "or @itemprop='dateModified']"
)
_MODIFIED_LABEL = re.compile(
    r"(?:최종\s?)?(?:수정|업데이트|갱신|고침|변경)(?:\s?(?:시간|일시|일|날짜|됨))*[\s:：\[(|.·]*$"
    r"|(?:updated?|modified)(?:\son)?[\s:]*$",
    re.IGNORECASE,
)
_PUBLISHED_LABEL = re.compile(
    r"(?:입력|승인|등록|송고|게재|발행|작성|기사|게시|보도|배포|작성자|올린|등록된|공개)"
    r"(?:\s?(?:시간|시각|일시|일자|일|날짜|됨))*[\s:：\[(|.·]*$"
    r"|(?:published|posted|date)(?:\son)?[\s:]*$",
    re.IGNORECASE,
)
_AFTER_LABEL = re.compile(r"^[\s)\]|]*(?:송고|입력|승인|등록|게재|발행|보도)")
_AFTER_CHANGED = re.compile(r"^[\s)\]]*(?:최종\s?)?(?:수정|업데이트|갱신)(?!\s?[:：]?\s?\d)")
_URL_DAY = re.compile(
    r"(?<!\d)(20[0-3]\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=\d{0,14}(?:\D|$))"
)
_NEAR = 700
_BESIDE = 200  # characters behind a headline in which a time without a label is the article's
_ZERO_YEAR = 1970


class Statement(NamedTuple):
    """A moment and where the page states it."""

    moment: Moment
    source: TimeSource


class ArticleTimes(NamedTuple):
    """Publication and last change; either may be unknown."""

    published: Stamp | None
    modified: Stamp | None


class Shown(NamedTuple):
    """What the visible page states around its body."""

    published: list[Moment]
    modified: list[Moment]
    unlabelled: list[Moment]


class Stated(NamedTuple):
    """Statements by an outlet's rules, in scripts, on lines inside the body, in attributes as (what, value).

    What is stated is "published" or "modified".
    """

    declared: Sequence[str] = ()
    changed: Sequence[str] = ()
    script: Sequence[str] = ()
    script_changed: Sequence[str] = ()
    inside: Sequence[str] = ()
    attributes: Sequence[tuple[str, str]] = ()


def visible(before: str, after: str, title: str = "") -> Shown:
    """Sort the moments of the visible text `before` the body and just `after` it by their labels.

    One without a label counts right before the body, or right behind the last `title` before it.
    """
    shown = Shown([], [], [])
    headline = before.rfind(title) if title else -1
    behind = range(headline, headline + len(title) + _BESIDE) if headline >= 0 else range(0)
    for text in (before, after[:_NEAR]):
        for start, end, moment in moments(text):
            label, rest = text[max(0, start - 16) : start], text[end : end + 12]
            if _MODIFIED_LABEL.search(label):
                shown.modified.append(moment)
            elif _PUBLISHED_LABEL.search(label) or _AFTER_LABEL.match(rest):
                shown.published.append(moment)
            elif _AFTER_CHANGED.match(rest):
                shown.modified.append(moment)
            elif text is before and (len(text) - start <= _NEAR or start in behind):
                shown.unlabelled.append(moment)
    shown.unlabelled.sort(key=lambda moment: moment.precision == "day")
    return shown


def settle(
    head: Head,
    shown: Shown,
    elsewhere: Stated,
    *,
    fetched_at: datetime,
    url: str,
) -> ArticleTimes:
    """Return when the article was published and last changed, as far as the page says."""
    latest = fetched_at + _SLACK
    seen = [*shown.published, *shown.unlabelled[:1]]
    stated = [
        *_read(elsewhere.declared, "text"),
        *_read(head.every(*_PUBLISHED_META), "meta"),
        *_read(_ld(head, "datePublished", "uploadDate", "dateCreated"), "json-ld"),
        *_read((value for name, value in elsewhere.attributes if name == "published"), "meta"),
        *(Statement(moment, "text") for moment in shown.published),
        *_read(elsewhere.script, "script"),
        *(Statement(moment, "text") for moment in shown.unlabelled),
        *_read(elsewhere.inside, "text"),
        *_from_url(url),
    ]
    published = _first(stated, seen, latest)
    changed = [
        *_read(elsewhere.changed, "text"),
        *_read(head.every(*_MODIFIED_META), "meta"),
        *_read(_ld(head, "dateModified"), "json-ld"),
        *_read((value for name, value in elsewhere.attributes if name == "modified"), "meta"),
        *(Statement(moment, "text") for moment in shown.modified),
        *_read(elsewhere.script_changed, "script"),
    ]
    return ArticleTimes(
        _stamp(published), _stamp(_later(changed, published, shown.modified, latest))
    )


def attributes_of(root: HtmlElement) -> list[tuple[str, str]]:
    """Return moments that elements carry in attributes, as ("published" | "modified", value)."""
    found: list[tuple[str, str]] = []
    for element in elements_at(_ATTRIBUTES, root):
        name = "modified" if "odif" in (element.get("itemprop") or "") else "published"
        if (
            value := element.get("data-date-time")
            or element.get("datetime")
            or element.get("content")
        ):
            found.append((name, value))
        if value := element.get("data-modify-date-time"):
            found.append(("modified", value))
    return found


def _read(values: Iterable[str], source: TimeSource) -> Iterator[Statement]:
    for value in values:
        if moment := parse_moment(value):
            yield Statement(moment, source)


def _ld(head: Head, *keys: str) -> list[str]:
    found = [metadata.text(head.article.get(key)) for key in keys]
    if not any(found):
        videos = [one for one in head.objects if metadata.is_a(one, "VideoObject")]
        found = [metadata.text(videos[0].get(key)) for key in keys] if len(videos) == 1 else []
    return [value for value in found if value]


def _from_url(url: str) -> Iterator[Statement]:
    if match := _URL_DAY.search(url):
        yield from _read(["-".join(match.groups())], "url")


def _first(
    stated: Sequence[Statement], seen: Sequence[Moment], latest: datetime
) -> Statement | None:
    """Return the first statement that can be true, in its most precise form on that day."""
    for statement in stated:
        corrected = _corrected(statement, seen, latest)
        if corrected is None:
            continue
        if corrected.moment.precision == "day":
            finer = (
                one
                for one in stated
                if one.moment.precision != "day" and _same_day(one.moment, corrected.moment)
            )
            return next((one for one in finer if one.moment.at <= latest), corrected)
        return corrected
    return None


def _corrected(statement: Statement, seen: Sequence[Moment], latest: datetime) -> Statement | None:
    """Undo a wrong zone that the visible time or the fetch shows; None for what lies in the future."""
    moment = statement.moment
    if moment.at.year <= _ZERO_YEAR:
        return None  # 1970-01-01 and earlier are what empty fields become
    for other in seen:
        if (
            abs(abs(other.at - moment.at) - NINE_HOURS) < timedelta(minutes=1)
            and moment.precision != "day"
        ):
            finer = moment.precision == "second" and other.precision == "minute"
            shift = NINE_HOURS if other.at > moment.at else -NINE_HOURS
            return Statement(
                Moment(
                    moment.at + shift if finer else other.at, moment.precision, zone_assumed=True
                ),
                "text",
            )
    if moment.at <= latest:
        return statement
    shifted = moment.at - NINE_HOURS
    if shifted <= latest and moment.precision != "day" and not moment.zone_assumed:
        return Statement(Moment(shifted, moment.precision, zone_assumed=True), statement.source)
    return None


def _later(
    changed: Sequence[Statement],
    published: Statement | None,
    seen: Sequence[Moment],
    latest: datetime,
) -> Statement | None:
    """Return the first change that is not before publication and not after the fetch."""
    for statement in changed:
        corrected = _corrected(statement, seen, latest)
        if corrected is None:
            continue
        if published is None or corrected.moment.at >= published.moment.at - timedelta(minutes=1):
            return corrected
        shifted = corrected.moment.at + NINE_HOURS
        if published.source == "text" and published.moment.at <= shifted <= latest:
            return Statement(
                Moment(shifted, corrected.moment.precision, zone_assumed=True), corrected.source
            )
    return None


def _same_day(one: Moment, other: Moment) -> bool:
    return one.at.date() == other.at.date()


def _stamp(statement: Statement | None) -> Stamp | None:
    if statement is None:
        return None
    moment = statement.moment
    return Stamp(
        at=moment.at,
        source=statement.source,
        precision=moment.precision,
        zone_assumed=moment.zone_assumed,
    )
