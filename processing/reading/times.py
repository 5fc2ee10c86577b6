"""Decides when an article was published and last changed.

Every statement of a page is weighed against the others and the time of the fetch. One later than
the fetch is wrong: nine hours later it is Seoul time labelled as UTC, otherwise it does not count.
One nine hours before the visible time is UTC labelled as Seoul (연합뉴스TV's `dd:published_time`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from lxml.html import HtmlElement

from processing.dates import Moment, moments, parse_moment
from processing.reading import metadata
from processing.reading.body import Around
from processing.reading.bylines import is_byline
from processing.reading.metadata import Head
from processing.records import Stamp

TimeSource: TypeAlias = Literal["meta", "json-ld", "text", "script", "feed", "sitemap", "url"]

# The offset of Seoul, which has no daylight saving.
NINE_HOURS = timedelta(hours=9)
# Clocks of outlets run ahead.
_SLACK = timedelta(minutes=15)
# Two statements of one moment differ by less: visible times mostly have no seconds.
_SAME = timedelta(minutes=1)
# Meta names are asked in this order; the first that can be true counts.
_PUBLISHED_META_WORDS = (
    "article:published_time og:article:published_time og:published_time article:published "
    "datepublished dd:published_time og:regdate pubdate publishdate publish-date publish_date "
    "parsely-pub-date sailthru.date publish_time nextweb:createdate article.published "
    "dc.date.issued dcterms.created dc.date dcterms.date date regdate article_date_original "
    "originalpublicationdate news:publication_date"
)
_PUBLISHED_META = tuple(_PUBLISHED_META_WORDS.split())
_MODIFIED_META_WORDS = (
    "article:modified_time og:article:modified_time og:updated_time og:modified_time "
    "article:modified datemodified dd:modified_time nextweb:moddate lastmod last-modified "
    "dcterms.modified modified article.updated"
)
_MODIFIED_META = tuple(_MODIFIED_META_WORDS.split())
_TIME_PROPERTIES = frozenset({"datePublished", "dateModified"})
_MODIFIED_LABEL = re.compile(
    r"(?:최종\s?)?(?:수정|업데이트|갱신|고침|변경)(?:\s?(?:시간|일시|일|날짜|됨))*[\s:：\[(|.·]*$"
    r"|최종[\s:：|.·]*$"
    r"|(?:updated?|modified)(?:\son)?[\s:]*$",
    re.IGNORECASE,
)
_OTHER_ARTICLES = ("관련", "다른", "인기", "이전", "다음", "최신", "추천", "주요", "연관", "본")
_ARTICLE = "".join(rf"(?<!{word})(?<!{word}\s)" for word in _OTHER_ARTICLES) + "기사"
_PUBLISHED_LABEL = re.compile(
    rf"(?:입력|승인|등록|송고|게재|발행|작성|{_ARTICLE}|게시|보도|배포|작성자|올린|등록된|공개|방송|최초)"
    r"(?:\s?(?:시간|시각|일시|일자|일|날짜|됨))*[\s:：\[(|.·]*$"
    r"|(?:published|posted|date)(?:\son)?[\s:]*$",
    re.IGNORECASE,
)
# What a time of its own follows is the label of that one.
_NO_TIME_BEHIND = r"(?!(?:\s?(?:시간|시각|일시|일자|일|날짜))?\s?[:：]?\s?\d)"
_AFTER_LABEL = re.compile(rf"^[\s)\]|]*(?:송고|입력|승인|등록|게재|발행|보도){_NO_TIME_BEHIND}")
_AFTER_CHANGED = re.compile(rf"^[\s)\]]*(?:최종\s?)?(?:수정|업데이트|갱신){_NO_TIME_BEHIND}")
_URL_DAY = re.compile(
    r"(?<!\d)(20[0-3]\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=\d{0,14}(?:\D|$))"
)
# Characters right before or after the body in which a time without a label is the article's, and
# the same behind its headline; before the headline a day alone stands beside it, or is today's.
_NEAR, _BESIDE, _ABOVE = 700, 200, 60
# Empty fields of content management systems become 1970-01-01 or an earlier day.
_ZERO_YEAR = 1970


class Statement(NamedTuple):
    """A moment and where the page states it."""

    moment: Moment
    source: TimeSource


class ArticleTimes(NamedTuple):
    """Publication and last change; either may be unknown."""

    published: Stamp | None
    modified: Stamp | None


class VisibleTimes(NamedTuple):
    """Moments that the visible page states around its body, by their labels."""

    published: list[Moment]
    modified: list[Moment]
    unlabelled: list[Moment]


class Stated(NamedTuple):
    """Statements as text: by an outlet's rules, in scripts, inside the body, in attributes.

    `changed` and `script_changed` state the last change, `declared`, `script` and `inside` the
    publication. `attributes` are pairs of "published" or "modified" and the value.
    """

    declared: Sequence[str] = ()
    changed: Sequence[str] = ()
    script: Sequence[str] = ()
    script_changed: Sequence[str] = ()
    inside: Sequence[str] = ()
    attributes: Sequence[tuple[str, str]] = ()


def visible(around: Around, title: str = "") -> VisibleTimes:
    """Return the moments of the visible text before the body and just after it, by label.

    One without a label counts right before the body, or right behind the last `title` before it;
    so does a time behind the body that nothing but a byline parts from it. A day far above the
    headline is today's.
    """
    shown = VisibleTimes([], [], [])
    headline = around.before.rfind(title) if title else -1
    behind = range(headline, headline + len(title) + _BESIDE) if headline >= 0 else range(0)
    for text in (around.before, around.after[:_NEAR]):
        free = 0  # where the label of the time before ends
        for start, end, moment in moments(text):
            name, length = _labelled(text[max(free, start - 16) : start], text[end : end + 24])
            free = end + length
            is_day = moment.precision == "day"
            if name is not None:
                (shown.published if name == "published" else shown.modified).append(moment)
            elif text is not around.before:
                shown.unlabelled.extend([] if is_day or not _is_next(text[:start]) else [moment])
            elif is_day and end < headline - _ABOVE:
                continue
            elif len(text) - start <= _NEAR or start in behind:
                shown.unlabelled.append(moment)
    # A day alone comes last: a time says more.
    shown.unlabelled.sort(key=lambda moment: moment.precision == "day")
    return shown


def _labelled(before: str, after: str) -> tuple[Literal["published", "modified"] | None, int]:
    """Return what the text around a time calls it, and the length of a label behind it."""
    if _MODIFIED_LABEL.search(before):
        return "modified", 0
    if _PUBLISHED_LABEL.search(before):
        return "published", 0
    if said := _AFTER_LABEL.match(after):
        return "published", said.end()
    changed = _AFTER_CHANGED.match(after)
    return ("modified", changed.end()) if changed else (None, 0)


def _is_next(between: str) -> bool:
    """Return whether nothing but a byline stands between the body and a time behind it."""
    text = between.strip(" |·()[]")
    return not text or is_byline(text)


def settle(
    head: Head,
    shown: VisibleTimes,
    elsewhere: Stated,
    *,
    fetched_at: datetime,
    url: str,
) -> ArticleTimes:
    """Return when the article was published and last changed, as far as the page says.

    Sources are asked in the order of their reliability; the URL of the page comes last.
    """
    latest = fetched_at + _SLACK
    seen = [*shown.published, *shown.unlabelled[:1]]
    published = _first(_published(head, shown, elsewhere, url), seen, latest)
    changed = _later(_changed(head, shown, elsewhere), published, shown.modified, latest)
    return ArticleTimes(_stamp(published), _stamp(changed))


def _published(head: Head, shown: VisibleTimes, elsewhere: Stated, url: str) -> list[Statement]:
    """Return every statement of the publication, the most reliable source first."""
    attributes = (value for name, value in elsewhere.attributes if name == "published")
    return [
        *_read(elsewhere.declared, "text"),
        *_read(head.every(*_PUBLISHED_META), "meta"),
        *_read(_ld(head, "datePublished", "uploadDate", "dateCreated"), "json-ld"),
        *_read(attributes, "meta"),
        *(Statement(moment, "text") for moment in shown.published),
        *_read(elsewhere.script, "script"),
        *(Statement(moment, "text") for moment in shown.unlabelled),
        *_read(elsewhere.inside, "text"),
        *_from_url(url),
    ]


def _changed(head: Head, shown: VisibleTimes, elsewhere: Stated) -> list[Statement]:
    """Return every statement of the last change, the most reliable source first."""
    attributes = (value for name, value in elsewhere.attributes if name == "modified")
    return [
        *_read(elsewhere.changed, "text"),
        *_read(head.every(*_MODIFIED_META), "meta"),
        *_read(_ld(head, "dateModified"), "json-ld"),
        *_read(attributes, "meta"),
        *(Statement(moment, "text") for moment in shown.modified),
        *_read(elsewhere.script_changed, "script"),
    ]


def attributes_of(timed: Iterable[HtmlElement]) -> list[tuple[str, str]]:
    """Return moments in attributes of elements, as ("published" | "modified", value)."""
    attributes: list[tuple[str, str]] = []
    for element in timed:
        if not _may_state_time(element):
            continue
        name = "modified" if "odif" in (element.get("itemprop") or "") else "published"
        if (
            value := element.get("data-date-time")
            or element.get("datetime")
            or element.get("content")
        ):
            attributes.append((name, value))
        if value := element.get("data-modify-date-time"):
            attributes.append(("modified", value))
    return attributes


def _may_state_time(element: HtmlElement) -> bool:
    """Return whether an attribute of an element states when something happened."""
    return (
        element.get("itemprop") in _TIME_PROPERTIES
        or (element.tag == "time" and "datetime" in element.attrib)
        or not {"data-date-time", "data-modify-date-time"}.isdisjoint(element.keys())
    )


def _read(values: Iterable[str], source: TimeSource) -> Iterator[Statement]:
    for value in values:
        if moment := parse_moment(value):
            yield Statement(moment, source)


def _ld(head: Head, *keys: str) -> list[str]:
    """Return the values of these JSON-LD keys of the article, else of the only video."""
    values = [metadata.text(head.article.get(key)) for key in keys]
    if not any(values):
        videos = [video for video in head.objects if metadata.is_a(video, "VideoObject")]
        # Of several videos nothing says which one is the page's own.
        values = [metadata.text(videos[0].get(key)) for key in keys] if len(videos) == 1 else []
    return [value for value in values if value]


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
                other
                for other in stated
                if other.moment.precision != "day" and _same_day(other.moment, corrected.moment)
            )
            return next((other for other in finer if other.moment.at <= latest), corrected)
        return corrected
    return None


def _corrected(statement: Statement, seen: Sequence[Moment], latest: datetime) -> Statement | None:
    """Return the statement in the zone that the visible times or the fetch show to be right.

    None for a moment that lies after `latest`, and for the value of an empty field.
    """
    moment = statement.moment
    if moment.at.year <= _ZERO_YEAR:
        return None
    for other in seen:
        if abs(abs(other.at - moment.at) - NINE_HOURS) < _SAME and moment.precision != "day":
            # The visible time is right; the stated one keeps its seconds.
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
        if published is None or corrected.moment.at >= published.moment.at - _SAME:
            return corrected
        # A change nine hours before publication is UTC labelled as Seoul.
        shifted = corrected.moment.at + NINE_HOURS
        if published.source == "text" and published.moment.at <= shifted <= latest:
            return Statement(
                Moment(shifted, corrected.moment.precision, zone_assumed=True), corrected.source
            )
    return None


def _same_day(moment: Moment, other: Moment) -> bool:
    return moment.at.date() == other.at.date()


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
