"""Puts an article together from what was read of one page.

Every field says in `sources` where it was read. The section that a page shows beside its article
is read here too: a trail (홈 > 사회 > 사건), or a label above the headline.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from lxml.html import HtmlElement

from processing.kinds import chain_of, kind_of
from processing.reading import metadata
from processing.reading.asides import DropRule, Ledger
from processing.reading.authors import Bylines, agency_of, authors_of, origin_of
from processing.reading.body import Around, BodyPlace, select
from processing.reading.bylines import writer
from processing.reading.judgement import ReadingCheck
from processing.reading.lines import is_english
from processing.reading.markup import BULLETS, Prepared, decks_of
from processing.reading.metadata import (
    ARTICLE_TYPES,
    Head,
    details_of,
    image_of,
    keywords_of,
    language_of,
    section_of,
)
from processing.reading.rights import RightsPolicy, rights_of
from processing.reading.scripts import ScriptArticle
from processing.reading.text import Cleaned
from processing.reading.times import ArticleTimes, Stated, attributes_of, settle, visible
from processing.reading.titles import is_releases, section_in
from processing.reading.tree import Elements, beginning_of, lines_of, squeeze, text_of
from processing.records import (
    Article,
    Author,
    Detail,
    Dropped,
    Kind,
    Origin,
    Page,
    Rights,
    article_id,
    version_id,
)
from processing.rules import Rules
from processing.urls import canonical

_WORDS = (
    "정치 국회 청와대 대통령실 행정 북한 통일 외교 국방 경제 금융 증권 주식 산업 재계 기업 부동산 건설 유통 생활경제 "
    "중기 벤처 자동차 사회 사건 사고 법원 검찰 노동 교육 환경 복지 의료 보건 건강 인권 국제 세계 해외 미국 중국 일본 "
    "문화 생활 여행 레저 책 종교 공연 전시 음악 영화 방송 연예 스타 스포츠 야구 축구 해외축구 농구 배구 골프 씨름 "
    "과학 기술 IT 테크 게임 통신 바이오 오피니언 사설 칼럼 기고 논설 사람 인물 인사 부고 지역 전국 수도권 서울 경기 "
    "인천 부산 대구 광주 대전 울산 세종 강원 충북 충남 전북 전남 경북 경남 제주 호남 영남 충청 날씨 재난 "
    "기획 특집 탐사 젠더 여성 국방 군사 농업 농정 해양 물류 항만 시황 마켓 정책 정부 지자체 엔터테인먼트 라이프 "
    "라이프스타일 피플 동포 재외동포"
)
# The longest word first, so that 해외축구 is not read as 해외.
_WORD = rf"(?:{'|'.join(sorted(dict.fromkeys(_WORDS.split()), key=len, reverse=True))})"
_SECTION = re.compile(rf"{_WORD}(?:\s?[·/&ㆍ・,]\s?{_WORD}){{0,2}}(?:\s?(?:일반|종합|뉴스))?")
_TRAIL = re.compile(
    r"(?:^|[\s_-])(?:location|breadcrumbs?|crumb|path|cate|categor(?:y|ies)|news_?cate"
    r"|sec(?:tion)?[-_]?(?:name|tit(?:le)?))(?=$|[\s_-])|(?:^|\s)section(?=$|\s)"
    r"|categoriz"
)
_BETWEEN = re.compile(r"\s*[>›»〉≫＞▶]\s*|\s/\s|\s\|\s")
_HOME = frozenset(
    {
        "홈",
        "home",
        "뉴스",
        "news",
        "기사",
        "전체",
        "분야별 뉴스",
        "뉴스홈",
        "최신뉴스",
        "main",
        "메인",
    }
)
_TAGS = frozenset(
    {
        "div", "p", "ul", "ol", "nav", "span", "em", "strong", "a", "h2", "h3", "h4", "td", "li", "dl",
    }
)  # fmt: skip
_CHOSEN = re.compile(r"(?:^|\s)(?:on|active|current|selected|sel|now)(?=$|\s)")
_MENU_TAGS = frozenset({"a", "dd", "li"})
_HEADINGS = frozenset({"h2", "h3", "h4"})
# Characters of a trail.
_LONGEST = 60
_BREAK = re.compile(r"<br[^>]{0,10}>|\n")


def section_shown(elements: Elements, head: Head, place: BodyPlace | None) -> str | None:
    """Return the first section in a trail that the page declares or shows, or in a label.

    Else it is the last that a menu above the article marks as the one that was chosen, or the
    only one among the headings above it.
    """
    for record in head.objects:
        if metadata.is_a(record, "BreadcrumbList") and (section := _declared(record)):
            return section
    for element, _ in elements.called(_is_trail):
        if element.tag in _TAGS and (section := _first(beginning_of(element, _LONGEST))):
            return section
    return _section_above(elements, place) if place else None


def _section_above(elements: Elements, place: BodyPlace) -> str | None:
    """Return the section that a menu or a heading names above the headline, else above the body."""
    article = place.element if place.heading is None else place.heading
    above = frozenset(elements.every[: elements.every.index(article)])
    entries = [entry for entry, _ in elements.called(_is_chosen) if entry.tag in _MENU_TAGS]
    # An entry may have a menu of its own below its words.
    words = [
        squeeze(next(filter(str.strip, entry.itertext()), ""))
        for entry in entries
        if entry in above
    ]
    if chosen := list(filter(_SECTION.fullmatch, words)):
        return chosen[-1]
    headings = {beginning_of(element, _LONGEST) for element in above if element.tag in _HEADINGS}
    named = list(filter(_SECTION.fullmatch, headings))
    return named[0] if len(named) == 1 else None


@lru_cache(maxsize=4096)
def _is_chosen(name: str) -> bool:
    """Return whether id and classes are those of the entry of a menu that was chosen."""
    return bool(_CHOSEN.search(name))


@lru_cache(maxsize=4096)
def _is_trail(name: str) -> bool:
    """Return whether id and classes are those of a trail; pages of a site share them."""
    return bool(_TRAIL.search(name))


def _declared(trail: dict[str, metadata.Json]) -> str | None:
    """Return the first name in a declared trail that is a section's."""
    listed = trail.get("itemListElement")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    names = [metadata.text(item.get("name")) or metadata.text(item.get("item")) for item in items]
    return next((name for name in names if name and _SECTION.fullmatch(name)), None)


def _first(text: str) -> str | None:
    """Return the part behind the front page in a trail, if it is the name of a section."""
    names = [name.strip() for name in _BETWEEN.split(text[:_LONGEST]) if name.strip()]
    # Where menus unfold from a trail, its last part runs on into them.
    names = names[:-1] if len(text) > _LONGEST else names
    if releases := next(filter(is_releases, names), None):
        return releases
    while names and names[0].lower() in _HOME:
        names.pop(0)
    return names[0] if names and _SECTION.fullmatch(names[0]) else None


@dataclass(frozen=True, kw_only=True)
class PageReading:
    """What was read of one page: its tree and declarations, the place of its body, its text.

    `around` is the visible text before and after the body.
    """

    page: Page
    root: HtmlElement
    elements: Elements
    head: Head
    rules: Rules
    place: BodyPlace | None
    script: ScriptArticle | None
    prepared: Prepared | None
    cleaned: Cleaned
    title: str
    title_source: str | None
    around: Around
    check: ReadingCheck = field(default_factory=ReadingCheck)

    @cached_property
    def section(self) -> str | None:
        """Return the section: the outlet's rule, else what the page declares."""
        if self.rules.section:
            names = (text_of(element) for element in select(self.root, self.rules.section))
            if name := next(filter(None, names), None):
                return name
        name = (self.script.section if self.script else None) or section_in(self.head.title)
        name = name or self._board
        return section_of(
            self.head, name, lambda: section_shown(self.elements, self.head, self.place)
        )

    @cached_property
    def details(self) -> tuple[Detail, ...]:
        """Return the labelled rows of a public board."""
        return details_of(self.root, _lines_around(self))

    @property
    def _board(self) -> str | None:
        """Return the heading that calls a page with a board's rows one of press releases."""
        if not self.details:
            return None
        shown = (text_of(heading) for heading in self.root.iter("h1", "h2", "h3", "h4"))
        return next(filter(is_releases, shown), None)

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return the declared keywords and the hashtags of the text."""
        return keywords_of(self.head, self.cleaned.tags)

    @cached_property
    def kind(self) -> Kind:
        """Return the kind of the article."""
        return kind_of(
            self.title,
            section=self.section,
            text=self.cleaned.text,
            keywords=self.keywords,
            is_video=_is_video(self.head),
        )


def assemble(
    reading: PageReading, *, url: str | None, publisher_id: str | None, policy: RightsPolicy
) -> Article:
    """Return the article; `url` is its canonical URL if the caller knows it.

    `policy` says which marks keep its body out of exports.
    """
    page, head, cleaned = reading.page, reading.head, reading.cleaned
    url = url or _canonical(reading)
    article = article_id(url)
    credit = _credits(reading)
    times = _times(reading)
    return Article(
        article_id=article,
        version_id=version_id(article, reading.title, cleaned.text),
        outlet=page.outlet,
        url=url,
        fetched_url=page.url,
        fetched_at=page.fetched_at,
        title=reading.title,
        subtitle=_decks(reading),
        text=cleaned.text,
        authors=credit.authors,
        agency=credit.agency,
        origin=credit.origin,
        publisher_id=publisher_id,
        section=reading.section,
        keywords=reading.keywords,
        image=image_of(head, reading.prepared.images if reading.prepared else [], page.url),
        language=language_of(head, cleaned.text),
        kind=reading.kind,
        chain=chain_of(reading.title, reading.kind),
        published=times.published,
        modified=times.modified,
        dateline=cleaned.dateline,
        captions=_captions(reading),
        notices=tuple(dict.fromkeys([*cleaned.notices, *cleaned.premium])),
        rights=_rights(reading, policy),
        extractor="trafilatura-page" if reading.check.lines else "trafilatura",
        reading_confidence=reading.check.confidence,
        reading_reasons=reading.check.doubts,
        dropped=_dropped(reading),
        details=reading.details,
        sources=_sources(reading, credit.source, times),
    )


def _rights(reading: PageReading, policy: RightsPolicy) -> Rights:
    """Return what page and host state about use."""
    return rights_of(
        reading.page,
        reading.root,
        reading.head,
        notices=reading.cleaned.notices,
        premium=reading.cleaned.premium,
        policy=policy,
    )


def _dropped(reading: PageReading) -> tuple[Dropped, ...]:
    """Return how many lines each rule dropped."""
    counts = ledger_of(reading).counts()
    return tuple(Dropped(rule=rule.value, count=count) for rule, count in counts.items())


class _Credits(NamedTuple):
    """Authors, agency and origin of an article; `source` says where the authors were read."""

    authors: tuple[Author, ...]
    source: str | None
    origin: Origin | None
    agency: str | None


def _credits(reading: PageReading) -> _Credits:
    """Return the authors, the agency and the origin of an article."""
    head, cleaned = reading.head, reading.cleaned
    script = reading.script.bylines if reading.script else ()
    foreign = is_english(cleaned.text)
    lines = [*cleaned.bylines, *_writers(reading)]
    bylines = Bylines(lines=lines, script=script, selector=reading.rules.byline, english=foreign)
    authors, source = authors_of(reading.root, reading.elements, head, reading.around, bylines)
    url = reading.page.url
    origin = origin_of(
        reading.root, head, url, notices=cleaned.notices, authors=authors, bylines=cleaned.bylines
    )
    agency = agency_of(
        head, dateline=cleaned.dateline, name=cleaned.agency, origin=origin, around=reading.around
    )
    return _Credits(authors, source, origin, agency)


def _writers(reading: PageReading) -> list[str]:
    """Return lines that name the writer of a column with an office: decks, else captions."""
    decks = [*(reading.prepared.decks if reading.prepared else ()), *reading.cleaned.decks]
    if writers := [line for line in decks if writer(line)]:
        return writers
    # Captions of other kinds name people in office who are shown, not who write.
    captions = _captions(reading) if reading.kind is Kind.OPINION else ()
    return [line for line in captions if writer(line)]


def ledger_of(reading: PageReading) -> Ledger:
    """Return the lines that were dropped from the body, first by mark-up and then by wording."""
    whole = Ledger()
    # The reading of the whole page did not begin with the prepared body.
    if reading.prepared and not reading.check.lines:
        whole.lines.extend(reading.prepared.ledger.lines)
    whole.lines.extend(reading.cleaned.ledger.lines)
    return whole


def _lines_around(reading: PageReading) -> list[str]:
    """Return the visible text around the body, and the lines of it that were dropped as labels."""
    dropped = (line for line in ledger_of(reading).lines if line.rule is DropRule.LABEL)
    return [reading.around.before, *(line.text for line in dropped), reading.around.after]


def _captions(reading: PageReading) -> tuple[str, ...]:
    captions = [*(reading.prepared.captions if reading.prepared else ()), *reading.cleaned.captions]
    return tuple(dict.fromkeys(captions))


def _sources(reading: PageReading, source: str | None, times: ArticleTimes) -> dict[str, str]:
    """Return for each field that was read where it was read."""
    sources = {
        "text": "script" if reading.script else "rules" if reading.rules.body else "tree",
        "title": reading.title_source,
        "authors": source,
        "published": times.published.source if times.published else None,
        "modified": times.modified.source if times.modified else None,
    }
    return {name: source for name, source in sources.items() if source}


def _canonical(reading: PageReading) -> str:
    """Return the page's own canonical URL; without one, the URL that was fetched."""
    declared = reading.head.canonical or reading.head.first("og:url")
    return canonical(
        declared if declared and declared.startswith(("http://", "https://")) else reading.page.url
    )


def _times(reading: PageReading) -> ArticleTimes:
    """Return when the article was published and last changed."""
    rules, root, script = reading.rules, reading.root, reading.script
    return settle(
        reading.head,
        visible(reading.around, reading.title),
        Stated(
            declared=_texts(root, rules.published),
            changed=_texts(root, rules.modified),
            script=script.published if script else (),
            script_changed=script.modified if script else (),
            inside=[
                line.lstrip(" -–—") for line in (*reading.cleaned.stamps, *reading.cleaned.bylines)
            ],
            attributes=attributes_of(reading.elements.timed),
        ),
        fetched_at=reading.page.fetched_at,
        url=reading.page.url,
    )


def _texts(root: HtmlElement, selector: str | None) -> list[str]:
    """Return the texts of the elements of a CSS selector in an outlet's rules."""
    return [text_of(element) for element in select(root, selector)] if selector else []


def _decks(reading: PageReading) -> tuple[str, ...]:
    """Return the deck lines without their bullets, of the first source that has some.

    In this order: the outlet's rules, a script, the body, what stands beside the headline.
    """
    rules = reading.rules
    declared = (
        [line for element in select(reading.root, rules.subtitle) for line in lines_of(element)]
        if rules.subtitle
        else []
    )
    script = (
        _BREAK.split(reading.script.subtitle) if reading.script and reading.script.subtitle else []
    )
    inside = [*(reading.prepared.decks if reading.prepared else ()), *reading.cleaned.decks]
    decks = (
        declared
        or script
        or inside
        or decks_of(reading.elements, reading.place, reading.cleaned.text)
    )
    stripped = (deck.strip(f" {BULLETS}") for deck in decks if deck)
    # Some templates print title and section in the place of a deck.
    repeated = {reading.title, reading.section}
    return tuple(
        dict.fromkeys(
            line for line in stripped if line and line not in repeated and not writer(line)
        )
    )


def _is_video(head: Head) -> bool:
    """Say whether the page declares a video and no article."""
    if (head.first("og:type") or "").startswith("video"):
        return True
    articles = any(metadata.is_a(record, *ARTICLE_TYPES) for record in head.objects)
    return not articles and any(metadata.is_a(record, "VideoObject") for record in head.objects)
