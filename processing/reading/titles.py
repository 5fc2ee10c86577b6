"""Chooses the headline among what a page declares and prints, without the template's additions.

A title element adds site and section: `제목 - 정치ㅣ한국일보`, `대전일보 모바일 :: 제목`. Boards and old archives
declare the site's name, a path or one general word for every page; then the headline is the row
labelled 제목, or the heading before the first sentence that shares most words with the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from processing.dates import moments
from processing.reading import metadata
from processing.reading.asides import SILENT, UNREAD_TAGS, is_hidden
from processing.reading.authors import is_portal, press_of
from processing.reading.lines import is_statement, sort_of
from processing.reading.metadata import Head, unescaped
from processing.reading.tree import Elements, bare, marks, squeeze, text_of

_CUT = re.compile(
    r"\s+[-–—|:<>»·/]{1,2}\s+"  # a mark between blanks
    r"|\s*[|ㅣ│｜]\s*"  # bars, one of them the Hangul letter ㅣ
    r"|\s*::\s*"
    r"|\s+[<〈]\s*"
    r"|\s+[>〉]\s*"
    r"|\s-\s"
    r"|-(?=[가-힣/·]{2,8}$)"  # a section glued to the end
    r"|-\s(?=\S{2,12}$)"  # a site glued to the end
)
_SITE = re.compile(
    r"뉴스|일보|신문|닷컴|데일리|타임[스즈]|투데이|헤럴드|저널|미디어|방송"
    r"|경제TV|[가-힣]{2}경제$|비즈$|네트워크$"
    r"|정책브리핑|공감언론"
    r"|네이버|다음|네이트|Daum|NAVER|카카오|모바일"
    r"|News\b|NEWS\b|\.com$|\.kr$"
    r"|시청$|군청$|구청$|도청$"
)
_SECTION_WORD = re.compile(
    r"(?:뉴스|전체|기사본문|기사보기|본문|기사|속보"
    r"|정치|경제|사회|국제|세계|문화|연예|스포츠|오피니언|사설|칼럼|과학|산업|증권|금융"
    r"|부동산|생활|지역|지방|전국|북한|외교|국방|교육|의료|건강|노동|환경|법원|검찰"
    r"|행정|여행|영화|음악|방송|골프|축구|야구|기업|유통|자동차|보도자료|정책뉴스|일반"
    r"|IT|it|테크|라이프|포토|영상"
    # 사회일반, 정치·사회. Four words at most: what is one word or two is tried both ways, and of any
    # number of them the ways double with each.
    r"|[가-힣]{2,6}일반|[가-힣]{2,4}[·/ㆍ][가-힣]{2,6}){1,4}"
)
# Words that fit every page, so that they name no section.
_NO_SECTION = frozenset({"뉴스", "기사", "속보", "전체"})
_OWN_NAMES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "copyright",
    "publisher",
    "twitter:site",
)
_RELEASES_NAME = "보도자료"
# Boards name themselves so: 보도자료 상세보기, 골짜기시 보도자료.
_RELEASES = re.compile(
    r"(?:[가-힣]{1,12}\s)?보도\s?자료"
    r"\s?\(?(?:상세|상세\s?보기|글\s?보기|보기|읽기|게시판|목록|내용)?\)?"
)
_BROKEN_END = re.compile(r"\s*(?:\.{2,}|…)$")
_QUOTED = re.compile(r"\s?[\"']\S")
_LOOSE_ENDS = re.compile(r"^(?:\s|\||:{2,})+|(?:\s+[<>]|[\s:|–—-])+$")
_BRACKET = re.compile(r"^\s*[\[<(〈【][^\])>〉】]{1,14}[\])>〉】]")
_TITLED = frozenset({"div", "p", "span", "strong", "td", "dt"})
_MARKED = re.compile(r"tit(?:le)?|subject|headline|heading", re.IGNORECASE)

# Lengths in characters of a heading, and in letters of what is compared without marks.
_SHORTEST, _LONGEST = 4, 300
_LONG_SITE = 24  # beyond it a name is a sentence about the site
_SHORT_NAME, _LONG_NAME = 10, 14  # within them a site-like word is the whole name
_SHORTEST_HEADLINE = 6  # below it a heading may be a word of the menu
_SHORTEST_STEM = 8  # what is left of a headline that was cut short
_SHORTEST_SITE = 3  # below it a site's name may be part of any word
_HEADING_SHARE = 0.3  # share of a declared title that a heading in it has at least
_MOST_CUTS = 5  # parts that a template adds to a title
# Elements in a block that is marked as a title: a list of titles has more.
_MOST_CHILDREN = 4

_PARTS = re.compile(r"\s*[<>|ㅣ│｜»›:]+\s*|\s+[-–—·/]\s+")
_GENERAL = re.compile(
    r"(?:[가-힣]{0,8}(?:소식|마당|뉴스|광장|게시판|자료실|군정|시정|구정|도정|의정|홍보관?"
    r"|소통|참여|안내|서비스|포털|누리집|홈페이지)"
    r"|상세(?:\s?(?:보기|페이지|내용|정보))?"
    r"|글?\s?(?:내용)?\s?(?:보기|읽기|상세)"
    r"|내용|본문|제목\s?없음|무제"
    r"|(?:언론\s?)?보도\s?(?:자료|해명|설명)?|해명\s?자료"
    r"|공지\s?사항?|알림|고시\s?공고|기사(?:\s?(?:보기|본문))?|전체|목록|메인|홈"
    r"|view|detail|read|news|article|home|main|index|untitled(?:\s?document)?"
    r"|page|content|board|notice|press(?:\s?release)?){1,4}",  # four, as above
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"[가-힣]{1,8}(?:특별자치|광역|특별)?(?:시|군|구|도)(?:청|의회)?"  # 고성군청, 서울특별시
    r"|[가-힣]{2,12}(?:부|처|청|원|공단|공사|위원회|교육청|재단)"
)
_SPECIFIC = 6  # letters from which a part of a title says something

# The weights of `_weight`: a heading's rank, its words in the text, a class word of a deck.
_RANKS = {"h1": 4.0, "h2": 3.0, "h3": 2.5, "h4": 1.5}
_SHARED_WEIGHT, _SUBORDINATE_LOSS = 4.0, 2.0
_LINKED_LOSS, _SHORT_LOSS = 1.0, 2.0
# What an h4 weighs that has half of its words in the text.
_ENOUGH = 3.5
_SUBORDINATE = re.compile(r"sub|deck|summ[au]ry|lead|stit|desc|caption|relat|logo|menu|gnb")
_WORD = re.compile(r"[가-힣A-Za-z0-9]{2,}")
_SHORTEST_ROW, _LONGEST_ROW = 5, 160
_LONGEST_LABEL = 8  # characters of 글 제목, with blanks between
_LABEL = re.compile(r"(?:글\s?)?제\s{0,6}목\s?[:：]?|subject|title", re.IGNORECASE)
_BOLD = frozenset({"b", "strong", "font", "span", "em", "p", "div", "td"})
_LARGE = re.compile(
    r"font-size\s*:\s*(?:1[89]|[2-4]\d)(?:\.\d+)?(?:px|pt)|font-weight\s*:\s*(?:bold|[7-9]00)",
    re.IGNORECASE,
)


# Pages of a site with different headlines that share what is no headline: so many, and this share
# of all its pages. A section is shared by fewer than its site.
_FEWEST_ALIKE, _ALIKE_SHARE = 3, 0.6


# Each declared title is compared with each heading.
_plain = lru_cache(maxsize=1024)(bare)


class PageTitles(NamedTuple):
    """The titles that one page declares, and the texts of its headings in the page's order."""

    declared: Sequence[str]
    headings: Sequence[str] = ()


def titles_of(root: HtmlElement, url: str) -> PageTitles:
    """Return the titles that a page at `url` declares, and its headings."""
    head = metadata.read_head(root, url)
    declared = dict.fromkeys(filter(None, (head.title, head.first("og:title"))))
    shown = [text_of(element) for element in root.iter("h1", "h2", "h3", "h4")]
    return PageTitles([title[:_LONGEST] for title in declared], shown)


def shared_names(pages: Sequence[PageTitles]) -> tuple[str, ...]:
    """Return what most titles of a site share while its headlines differ, in the order of letters.

    These are names of the site, and of its sections where they stand beside such a name. The order
    of the pages does not matter.
    """
    beside: defaultdict[str, set[str]] = defaultdict(set)
    holding: defaultdict[str, set[int]] = defaultdict(set)
    for number, page in enumerate(pages):
        for part, rest in _ends_of(page):
            # The same article, taken several times, shares its headline.
            if len(part) <= _LONG_SITE:
                beside[part].add(rest)
                holding[part].add(number)
    alike = {part for part, rests in beside.items() if len(rests) >= _FEWEST_ALIKE}
    sites = {part for part in alike if len(holding[part]) >= _ALIKE_SHARE * len(pages)}
    return tuple(sorted(sites | _sections(pages, sites)))


def _parts_of(title: str) -> list[str]:
    """Return the parts of a title between marks, as letters and digits."""
    return [plain for part in _CUT.split(title) if (plain := _plain(part))]


def _ends_of(page: PageTitles) -> Iterable[tuple[str, str]]:
    """Yield the first and the last part of each title of a page with what stands beside it.

    Beside a title of one part stands the first heading that says something else.
    """
    for title in page.declared:
        parts = _parts_of(title)
        if len(parts) > 1:
            yield parts[-1], " ".join(parts[:-1])
            yield parts[0], " ".join(parts[1:])
        elif parts:
            others = (_plain(text[:_LONGEST]) for text in page.headings)
            specific = (text for text in others if len(text) >= _SHORTEST_HEADLINE)
            if heading := next((text for text in specific if text != parts[0]), None):
                yield parts[0], heading


def _sections(pages: Sequence[PageTitles], sites: set[str]) -> set[str]:
    """Return the parts that stand between several headlines and a name of the site."""
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for parts in (_parts_of(title) for page in pages for title in page.declared):
        if len(parts) > 2 and parts[-1] in sites:  # noqa: PLR2004 (headline, section and site)
            beside[parts[-2]].add(" ".join(parts[:-2]))
    return {part for part, rests in beside.items() if len(rests) >= _FEWEST_ALIKE}


def headings(root: HtmlElement, elements: Elements) -> list[tuple[HtmlElement, str]]:
    """Return the elements that are headings or marked as a title, with their texts."""
    titled = [(element, text_of(element)) for element in root.iter("h1", "h2", "h3", "h4")]
    for element, _ in elements.called(_is_title_name):
        if element.tag in _TITLED and element.get("class") and len(element) <= _MOST_CHILDREN:
            titled.append((element, text_of(element)))
    # Boards print headlines in the lowest ranks, which elsewhere are labels: they come last.
    titled.extend((element, text_of(element)) for element in root.iter("h5", "h6"))
    return [(element, text) for element, text in titled if _SHORTEST <= len(text) <= _LONGEST]


@lru_cache(maxsize=4096)
def _is_title_name(name: str) -> bool:
    """Return whether id and classes are those of a title; pages of a site share them."""
    return bool(_MARKED.search(name))


def printed(
    shown: Sequence[tuple[HtmlElement, str]], declared: Sequence[str | None]
) -> HtmlElement | None:
    """Return the first element whose text begins a declared headline.

    A declared title often goes on with the site's name, so that the heading is only its beginning.
    """
    wanted = [
        plain for title in declared if title and len(plain := _plain(title)) >= _SHORTEST_HEADLINE
    ]
    for element, text in shown:
        plain = _plain(text)
        if len(plain) >= _SHORTEST_HEADLINE and any(title.startswith(plain) for title in wanted):
            return element
    return None


def site_names(head: Head, url: str, declared: Iterable[str] = ()) -> set[str]:
    """Return the names of site, publisher and host, as letters and digits in lower case.

    `declared` are those by which the outlet's declaration calls it.
    """
    host = urlsplit(url).hostname or ""
    owners = (
        item
        for item in head.objects
        if metadata.is_a(item, "WebSite", "Organization", "NewsMediaOrganization")
    )
    names = [
        *declared,
        *head.every(*_OWN_NAMES),
        metadata.text(head.article.get("publisher")),
        press_of(head) if is_portal(url) else None,
        *(metadata.text(owner.get("name")) for owner in owners),
        host.removeprefix("www."),
        *host.split(".")[:-1],
    ]
    return {plain for name in names if name and 1 < len(plain := bare(name)) <= _LONG_SITE}


def choose(
    candidates: Sequence[tuple[str, str | None]], shown: Sequence[str], sites: set[str]
) -> tuple[str, str | None]:
    """Return the headline and its source, or ("", None) if every candidate names a site or section.

    `candidates` are (source, text), most trusted first. `shown` are the texts of the page's
    headings; a heading that begins or ends a candidate is the headline itself.
    """
    for source, text in candidates:
        # A declared title may be of any length, and each heading is compared with it.
        title = headline(unescaped(text or "")[:_LONGEST], shown, sites)
        plain = _plain(title)
        if (
            plain
            and plain not in sites
            and not _SECTION_WORD.fullmatch(title)
            and not (len(plain) < _SHORT_NAME and _SITE.search(_BRACKET.sub("", title)))
        ):
            others = (*shown, *(unescaped(other)[:_LONGEST] for _, other in candidates if other))
            return completed(title, [headline(other, [title], sites) for other in others]), source
    return "", None


def headline(title: str, shown: Sequence[str], sites: set[str]) -> str:
    """Return a title without site and section.

    The longest of the headings `shown` that begins or ends it is the title; where there is none,
    the names in `sites` and the sections' words are cut off both ends.
    """
    headings = [heading for heading in shown if _is_heading_of(title, heading, sites)]
    if not headings:
        plain = _without_ends(title, sites)
        # Between a section and a site a heading is at no end: 사회 > 물길 열다 - 한들신문.
        return plain if plain == title else headline(plain, shown, sites)
    return headline(max(headings, key=lambda heading: len(_plain(heading))), shown, sites)


def _is_heading_of(title: str, heading: str, sites: set[str]) -> bool:
    """Return whether a heading begins or ends a title and the rest of the title is the template's."""
    text, plain = _plain(title), _plain(heading)
    if (
        len(plain) < max(_SHORTEST, _HEADING_SHARE * len(text))
        or plain in sites
        or plain == text
        or not (text.startswith(plain) or text.endswith(plain))
    ):
        return False
    # A heading that stands at both ends of the title is taken off its beginning.
    text = text.removeprefix(plain) if text.startswith(plain) else text.removesuffix(plain)
    return _is_template(title, heading, text, sites)


def _is_template(title: str, heading: str, plain: str, sites: set[str]) -> bool:
    """Return whether a title's text beside the heading, `plain` in letters, is the template's."""
    at = title.find(heading[:6])
    text = title[len(heading) :] if at <= 0 else title[:at]
    return (
        plain in sites
        or any(site in plain for site in sites if len(site) >= _SHORTEST_SITE)
        or bool(_CUT.match(text) or _CUT.search(text[-4:]) or text.startswith("["))
    )


def _without_ends(title: str, sites: set[str]) -> str:
    """Return a title without the parts at its ends that name site or section."""
    # Section words are cut off only once a site's name was: alone they may be the headline's.
    removed = False
    title = _LOOSE_ENDS.sub("", title)
    for _ in range(_MOST_CUTS):
        cuts = list(_CUT.finditer(title))
        if not cuts:
            break
        last, first = cuts[-1], cuts[0]
        tail, lead = title[last.end() :].strip(), title[: first.start()].strip()
        # With one cut in all, a section word at the end may be the headline's last.
        if (
            _is_site(tail, sites)
            or (removed and _SECTION_WORD.fullmatch(tail))
            or (_SECTION_WORD.fullmatch(tail) and len(cuts) > 1)
        ):
            title, removed = title[: last.start()].rstrip(), True
        elif _is_site(lead, sites):
            title, removed = title[first.end() :].lstrip(), True
        else:
            break
    return title.strip()


def _is_site(segment: str, sites: set[str]) -> bool:
    """Return whether a segment of a title is a site's name, or hardly more than one."""
    plain = _plain(segment)
    return (
        plain in sites
        or any(
            site in plain and len(plain) <= 2 * len(site) + 4
            for site in sites
            if len(site) >= _SHORTEST_SITE
        )
        or (len(plain) <= _LONG_NAME and bool(_SITE.search(segment)) and _is_name(segment))
    )


def _is_name(segment: str) -> bool:
    """Return whether a segment with a site's word is a name: one word, or the last of its words."""
    *_, last = segment.split()
    return bool(_SITE.search(last) or _SECTION_WORD.fullmatch(last))


def completed(title: str, shown: Iterable[str]) -> str:
    """Return the whole headline where a template cut `title` short and prints it whole elsewhere.

    It is cut with dots, or at a quotation mark that the template did not escape in an attribute.
    """
    if not _BROKEN_END.search(title):
        return next(
            (text for text in shown if text.startswith(title) and _QUOTED.match(text, len(title))),
            title,
        )
    stem = bare(_BROKEN_END.sub("", title))
    if len(stem) < _SHORTEST_STEM:
        return title
    longer = (text for text in shown if bare(text).startswith(stem) and len(bare(text)) > len(stem))
    return next((text for text in longer if not _BROKEN_END.search(text)), title)


def section_in(title: str) -> str | None:
    """Return the section that a title names beside the headline, as in `제목 - 조선닷컴 - 정치 > 정부`."""
    # A path has its marks without blanks: 알림마당>뉴스>보도자료.
    segments = [part.strip() for segment in _CUT.split(title) for part in segment.split(">")]
    sections = (segment for segment in segments if _SECTION_WORD.fullmatch(segment))
    named = next((section for section in sections if section not in _NO_SECTION), None)
    return named or (_RELEASES_NAME if any(map(is_releases, segments)) else None)


def is_releases(name: str) -> bool:
    """Return whether a heading, or a part of a title or trail, names a board of press releases."""
    return len(name) <= _LONG_SITE and bool(_RELEASES.fullmatch(name))


def is_general(title: str, sites: Iterable[str]) -> bool:
    """Return whether a title has only names of the site, offices, sections and general words."""
    known = set(sites)
    for text in _PARTS.split(title):
        plain = _plain(text)
        if (
            len(plain) < _SPECIFIC
            or plain in known
            or _GENERAL.fullmatch(text.strip())
            or _OFFICE.fullmatch(text.strip())
        ):
            continue
        return False
    return True


def is_printed(title: str, shown: Sequence[str]) -> bool:
    """Return whether one of the texts `shown` holds the declared `title`, or is a part of it."""
    plain = _plain(title)
    return any(
        len(inner := _plain(text)) >= _SPECIFIC and (inner in plain or plain in inner)
        for text in shown
    )


def nearest(
    root: HtmlElement,
    place: HtmlElement,
    marked: Sequence[tuple[HtmlElement, str]],
    sites: set[str],
) -> HtmlElement | None:
    """Return the element that prints the headline of the text in `place`, or None.

    It is recognised by structure alone: a row labelled 제목, else the heading before the first
    sentence that shares most words with the text, else a bold line there. `marked` are elements
    that may be headings, with their texts.
    """
    if (row := _labelled(root)) is not None:
        return row
    order = {element: index for index, element in enumerate(root.iter())}
    first = _first_sentence(place, order)
    body = bare(text_of(place))
    before = [
        (_weight(element, text, body) + order[element] / first, element)
        for element, text in marked
        if order.get(element, first) < first and _may_be_headline(element, text, sites)
    ]
    weight, best = max(before, key=lambda weighed: weighed[0], default=(0.0, None))
    return (
        best if best is not None and weight >= _ENOUGH else _bold_above(place, order, first, sites)
    )


def shared(title: str, text: str) -> float:
    """Return the share, 0 to 1, of a title's words whose first two letters stand in a text.

    `text` is letters and digits alone (`bare`). Two letters, because particles change a word's end.
    """
    words = {word[:2].lower() for word in _WORD.findall(title)}
    return sum(word in text for word in words) / max(1, len(words))


def _weight(element: HtmlElement, text: str, body: str) -> float:
    """Return how much an element looks like the headline of `body`, from about -5 to 8."""
    rank = _RANKS.get(str(element.tag), 1.0) - (
        _SUBORDINATE_LOSS if _SUBORDINATE.search(marks(element)) else 0.0
    )
    linked = sum(len(text_of(link)) for link in element.iter("a")) > len(text) / 2
    short = len(bare(text)) < _SPECIFIC
    loss = (_LINKED_LOSS if linked else 0.0) + (_SHORT_LOSS if short else 0.0)
    return rank + _SHARED_WEIGHT * shared(text, body) - loss


def _labelled(root: HtmlElement) -> HtmlElement | None:
    """Return what stands behind a board's label 제목: the next cell, or the next element."""
    for label in root.iter("th", "dt", "strong", "span", "label", "td"):
        text = label.text or ""
        if len(text) <= _LONGEST_LABEL and _LABEL.fullmatch(squeeze("".join(label.itertext()))):
            value = label.getnext()
            if (
                value is not None
                and isinstance(value.tag, str)
                and _SHORTEST_ROW <= len(text_of(value)) <= _LONGEST_ROW
            ):
                return value
    return None


def _first_sentence(place: HtmlElement, order: dict[HtmlElement, int]) -> float:
    """Return the position in `order` at which the first sentence of a place begins.

    A sentence in the tail of an element begins half a step behind it.
    """
    last = order[place]
    walker = etree.iterwalk(place, events=("start", "end"))
    for event, node in walker:
        if event == "start" and node.tag in SILENT:
            walker.skip_subtree()
        if event == "start":
            last = order[node]
            if node.text and node.tag not in SILENT and is_statement(node.text):
                return last
        elif node is not place and node.tail and is_statement(node.tail):
            return last + 0.5
    return order[place]


def _may_be_headline(element: HtmlElement, text: str, sites: set[str]) -> bool:
    if (
        not _SHORTEST_ROW <= len(text) <= _LONGEST_ROW
        or is_general(text, sites)
        or is_statement(text)
        or sort_of(text)
    ):
        return False
    if moments(text):
        return False
    return not any(
        outer.tag in UNREAD_TAGS or is_hidden(outer)
        for outer in chain([element], element.iterancestors())
    )


def _bold_above(
    place: HtmlElement, order: dict[HtmlElement, int], first: float, sites: set[str]
) -> HtmlElement | None:
    """Return the last bold or large line before the first sentence, in the body or beside it."""
    above = place.getparent()
    last = None
    for element in (above if above is not None else place).iter(*_BOLD):
        if order[element] >= first:
            break
        strong = element.tag in {"b", "strong"} or bool(_LARGE.search(element.get("style") or ""))
        if strong and len(element) <= 1 and _may_be_headline(element, text_of(element), sites):
            last = element
    return last
