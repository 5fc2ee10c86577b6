"""Chooses the headline among what a page declares and prints, without the template's additions.

A title element adds site and section: `제목 - 정치ㅣ한국일보`, `대전일보 모바일 :: 제목`. Boards and old
archives declare the site's name, a path or one general word for every page; then the headline is the
row labelled 제목, or the heading before the first sentence that shares most words with the text.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from processing.dates import moments
from processing.reading import metadata
from processing.reading.asides import SILENT, UNREAD_TAGS, is_hidden
from processing.reading.authors import is_portal, press_of
from processing.reading.lines import is_statement, sort_of
from processing.reading.metadata import Head, unescaped
from processing.reading.tree import bare, marks, squeeze, text_of

_CUT = re.compile(
    r"\s+[-–—|:<>»·/]{1,2}\s+|\s*[|ㅣ│｜]\s*|\s*::\s*|\s+[<〈]\s*|\s+[>〉]\s*|\s-\s|-(?=[가-힣/·]{2,8}$)|-\s(?=\S{2,12}$)"
)
_SITE = re.compile(
    r"뉴스|일보|신문|닷컴|데일리|타임[스즈]|투데이|헤럴드|저널|미디어|방송|경제TV|[가-힣]{2}경제$|비즈$|"
    r"네트워크$|정책브리핑|공감언론|네이버|다음|네이트|"
    r"Daum|NAVER|카카오|모바일|News\b|NEWS\b|\.com$|\.kr$|시청$|군청$|구청$|도청$"
)
_SECTION_WORD = re.compile(
    r"(?:뉴스|전체|기사본문|기사보기|본문|기사|속보|정치|경제|사회|국제|세계|문화|연예|스포츠|오피니언|사설|"
    r"칼럼|과학|산업|증권|금융|"
    r"부동산|생활|지역|지방|전국|북한|외교|국방|교육|의료|건강|노동|환경|법원|검찰|"
    r"행정|여행|영화|음악|방송|골프|축구|야구|기업|유통|자동차|보도자료|정책뉴스|일반|IT|it|테크|라이프|포토|영상|"
    r"[가-힣]{2,6}일반|[가-힣]{2,4}[·/ㆍ][가-힣]{2,6})+"
)
_OWN_NAMES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "copyright",
    "publisher",
    "twitter:site",
)
_LONG_SITE = 24  # letters beyond which a name is a sentence about the site
_BROKEN_END = re.compile(r"\s*(?:\.{2,}|…)$")
_QUOTED = re.compile(r"\s?[\"']\S")
_LOOSE_ENDS = re.compile(r"^(?:\s|\||:{2,})+|(?:\s+[<>]|[\s:|–—-])+$")
_BRACKET = re.compile(r"^\s*[\[<(〈【][^\])>〉】]{1,14}[\])>〉】]")
_MARKED = re.compile(r"tit(?:le)?|subject|headline|heading", re.IGNORECASE)
_SHORTEST, _LONGEST = 4, 300
_SHORT_NAME, _LONG_NAME = 10, 14  # letters within which a site-like word is the whole name
_SHORTEST_HEADLINE = 6  # letters from which a heading is told from a word of the menu
_TELLING = 3  # letters from which a site's name inside a segment says something


def headings(root: HtmlElement) -> list[tuple[HtmlElement, str]]:
    """Return what a page prints as headings or marks as its title, with the text, headings first."""
    found = [(element, text_of(element)) for element in root.iter("h1", "h2", "h3", "h4")]
    for element in root.iter("div", "p", "span", "strong", "td", "dt"):
        if element.get("class") and len(element) <= 4 and _MARKED.search(marks(element)):  # noqa: PLR2004
            found.append((element, text_of(element)))  # noqa: PERF401 (two sources, one order)
    return [(element, text) for element, text in found if _SHORTEST <= len(text) <= _LONGEST]


def printed(
    shown: Sequence[tuple[HtmlElement, str]], declared: Sequence[str | None]
) -> HtmlElement | None:
    """Return the first element that prints a headline which the page declares, or one that a site's name follows."""
    wanted = [
        plain for title in declared if title and len(plain := _bare(title)) >= _SHORTEST_HEADLINE
    ]
    for element, text in shown:
        plain = _bare(text)
        if len(plain) >= _SHORTEST_HEADLINE and any(title.startswith(plain) for title in wanted):
            return element
    return None


def site_names(head: Head, url: str) -> set[str]:
    """Return what the site calls itself, compared without marks: its name, its publisher, the labels of its host."""
    host = urlsplit(url).hostname or ""
    owners = (
        one
        for one in head.objects
        if metadata.is_a(one, "WebSite", "Organization", "NewsMediaOrganization")
    )
    names = [
        *head.every(*_OWN_NAMES),
        metadata.text(head.article.get("publisher")),
        press_of(head) if is_portal(url) else None,
        *(metadata.text(one.get("name")) for one in owners),
        host.removeprefix("www."),
        *host.split(".")[:-1],
    ]
    return {plain for name in names if name and 1 < len(plain := _bare(name)) <= _LONG_SITE}


def choose(
    candidates: Sequence[tuple[str, str | None]], shown: Sequence[str], sites: set[str]
) -> tuple[str, str | None]:
    """Return the headline and where it was read: the first candidate that is more than a site's or section's name.

    `shown` are the page's headings; a heading that begins or ends a candidate is the headline itself.
    """
    for source, candidate in candidates:
        title = headline(unescaped(candidate or "")[:_LONGEST], shown, sites)
        plain = _bare(title)
        if (
            plain
            and plain not in sites
            and not _SECTION_WORD.fullmatch(title)
            and not (len(plain) < _SHORT_NAME and _SITE.search(_BRACKET.sub("", title)))
        ):
            printed = (*shown, *(unescaped(text)[:_LONGEST] for _, text in candidates if text))
            return completed(title, [headline(one, [title], sites) for one in printed]), source
    return "", None


def headline(title: str, shown: Sequence[str], sites: set[str]) -> str:
    """Take site and section off a title."""
    plain = _bare(title)
    best = ""
    for heading in shown:
        inner = _bare(heading)
        if (
            len(inner) > len(_bare(best))
            and len(inner) >= max(4, 0.3 * len(plain))
            and inner not in sites
            and inner != plain
        ):
            rest = (
                plain.removeprefix(inner) if plain.startswith(inner) else plain.removesuffix(inner)
            )
            if rest != plain and _is_template(title, heading, rest, sites):
                best = heading
    return headline(best, shown, sites) if best else _without_ends(title, sites)


def _is_template(title: str, heading: str, rest: str, sites: set[str]) -> bool:
    """Say whether what a title has beside the heading is a template's: cut off by a mark, or a known name."""
    at = title.find(heading[:6])
    beside = title[len(heading) :] if at <= 0 else title[:at]
    return (
        rest in sites
        or any(site in rest for site in sites if len(site) >= _TELLING)
        or bool(_CUT.match(beside) or _CUT.search(beside[-4:]) or beside.startswith("["))
    )


def _without_ends(title: str, sites: set[str]) -> str:
    removed = False
    title = _LOOSE_ENDS.sub("", title)
    for _ in range(5):
        cuts = list(_CUT.finditer(title))
        if not cuts:
            break
        last, first = cuts[-1], cuts[0]
        tail, lead = title[last.end() :].strip(), title[: first.start()].strip()
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
    plain = _bare(segment)
    return (
        plain in sites
        or any(
            site in plain and len(plain) <= 2 * len(site) + 4
            for site in sites
            if len(site) >= _TELLING
        )
        or (len(plain) <= _LONG_NAME and bool(_SITE.search(segment)) and _is_name(segment))
    )


def _is_name(segment: str) -> bool:
    """Say whether a segment with a site's word is a name: one word, or its last word says what it is."""
    words = segment.split()
    return len(words) == 1 or bool(_SITE.search(words[-1]) or _SECTION_WORD.fullmatch(words[-1]))


def completed(title: str, shown: Iterable[str]) -> str:
    """Return the whole headline where a template cut `title` short and prints it whole elsewhere.

    It is cut with dots, or at a quotation mark that the template did not escape in an attribute.
    """
    if not _BROKEN_END.search(title):
        return next(
            (one for one in shown if one.startswith(title) and _QUOTED.match(one, len(title))),
            title,
        )
    stem = _bare(_BROKEN_END.sub("", title))
    longer = (
        one
        for one in shown
        if len(stem) >= 8 and _bare(one).startswith(stem) and len(_bare(one)) > len(stem)  # noqa: PLR2004
    )
    return next((one for one in longer if not _BROKEN_END.search(one)), title)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def section_in(title: str) -> str | None:
    """Return the section that a title element names beside the headline: `제목 - 조선닷컴 - 정치 > 정부`."""
    segments = [segment.strip() for segment in _CUT.split(title)]
    return next(
        (
            one
            for one in segments
            if _SECTION_WORD.fullmatch(one) and one not in {"뉴스", "기사", "속보", "전체"}
        ),
        None,
    )


_PARTS = re.compile(r"\s*[<>|ㅣ│｜»›:]+\s*|\s+[-–—·/]\s+")
_GENERAL = re.compile(
    r"(?:[가-힣]{0,8}(?:소식|마당|뉴스|광장|게시판|자료실|군정|시정|구정|도정|의정|홍보관?|소통|참여|안내|서비스|포털|누리집|홈페이지)"
    r"|상세(?:\s?(?:보기|페이지|내용|정보))?|글?\s?(?:내용)?\s?(?:보기|읽기|상세)|내용|본문|제목\s?없음|무제"
    r"|(?:언론\s?)?보도\s?(?:자료|해명|설명)?|해명\s?자료|공지\s?사항?|알림|고시\s?공고|기사(?:\s?(?:보기|본문))?|전체|목록|메인|홈"
    r"|view|detail|read|news|article|home|main|index|untitled(?:\s?document)?|page|content|board|notice|press(?:\s?release)?)+",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"[가-힣]{1,8}(?:특별자치|광역|특별)?(?:시|군|구|도)(?:청|의회)?|[가-힣]{2,12}(?:부|처|청|원|공단|공사|위원회|교육청|재단)"
)
_TELLING_PART = 6  # letters from which a part of a title says something
_SHORTEST_ROW, _LONGEST_ROW = 5, 160
_RANKS = {"h1": 4.0, "h2": 3.0, "h3": 2.5, "h4": 1.5}
_SUBORDINATE = re.compile(r"sub|deck|summ[au]ry|lead|stit|desc|caption|relat|logo|menu|gnb")
_WORD = re.compile(r"[가-힣A-Za-z0-9]{2,}")
_SHARED, _UNDER, _ENOUGH = 4.0, 2.0, 3.5
_LABEL = re.compile(r"(?:글\s?)?제\s{0,6}목\s?[:：]?|subject|title", re.IGNORECASE)
_BOLD = frozenset({"b", "strong", "font", "span", "em", "p", "div", "td"})
_LARGE = re.compile(
    r"font-size\s*:\s*(?:1[89]|[2-4]\d)(?:\.\d+)?(?:px|pt)|font-weight\s*:\s*(?:bold|[7-9]00)",
    re.IGNORECASE,
)


def is_general(title: str, sites: Iterable[str]) -> bool:
    """Say whether a title says only where on the site a page stands: names of the site, sections, general words."""
    known = set(sites)
    for part in _PARTS.split(title):
        plain = bare(part)
        if (
            len(plain) < _TELLING_PART
            or plain in known
            or _GENERAL.fullmatch(part.strip())
            or _OFFICE.fullmatch(part.strip())
        ):
            continue
        return False
    return True


def is_printed(title: str, shown: Sequence[str]) -> bool:
    """Say whether the page prints a declared headline, whole or without what the template puts around it."""
    plain = bare(title)
    return any(
        len(inner := bare(one)) >= _TELLING_PART and (inner in plain or plain in inner)
        for one in shown
    )


def nearest(
    root: HtmlElement,
    place: HtmlElement,
    marked: Sequence[tuple[HtmlElement, str]],
    sites: set[str],
) -> HtmlElement | None:
    """Return the element that prints the headline of the text at `place`, told by structure alone; None for none.

    A row labelled 제목 comes first, then the heading before the first sentence that shares most words with the text,
    then a bold line there.
    """
    if (row := _labelled(root)) is not None:
        return row
    order = {element: index for index, element in enumerate(root.iter())}
    first = _first_sentence(place, order)
    told = bare(text_of(place))
    before = [
        (_weight(element, text, told) + order[element] / first, element)
        for element, text in marked
        if order.get(element, first) < first and _may_be(element, text, sites)
    ]
    weight, best = max(before, key=lambda one: one[0], default=(0.0, None))
    return (
        best if best is not None and weight >= _ENOUGH else _bold_above(place, order, first, sites)
    )


def shared(title: str, told: str) -> float:
    """Return the share of a title's words whose first two letters stand in a text; `told` is the text, letters only."""
    words = {word[:2].lower() for word in _WORD.findall(title)}
    return sum(word in told for word in words) / max(1, len(words))


def _weight(element: HtmlElement, text: str, told: str) -> float:
    """Return how much an element looks like the headline of a text: its rank, its words, how it is marked."""
    rank = _RANKS.get(str(element.tag), 1.0) - (
        _UNDER if _SUBORDINATE.search(marks(element)) else 0.0
    )
    linked = sum(len(text_of(link)) for link in element.iter("a")) > len(text) / 2
    short = len(bare(text)) < _TELLING_PART
    return rank + _SHARED * shared(text, told) - (1.0 if linked else 0.0) - (2.0 if short else 0.0)


def _labelled(root: HtmlElement) -> HtmlElement | None:
    """Return the value of a board's row 제목: the next cell, or what stands beside a label in its block."""
    for label in root.iter("th", "dt", "strong", "span", "label", "td"):
        text = label.text or ""
        if len(text) <= _SHORTEST_ROW + 3 and _LABEL.fullmatch(squeeze("".join(label.itertext()))):
            value = label.getnext()
            if (
                value is not None
                and isinstance(value.tag, str)
                and _SHORTEST_ROW <= len(text_of(value)) <= _LONGEST_ROW
            ):
                return value
    return None


def _first_sentence(place: HtmlElement, order: dict[HtmlElement, int]) -> float:
    """Return where in the order of the page's elements the first sentence of a place begins."""
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


def _may_be(element: HtmlElement, text: str, sites: set[str]) -> bool:
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
        one.tag in UNREAD_TAGS or is_hidden(one)
        for one in chain([element], element.iterancestors())
    )


def _bold_above(
    place: HtmlElement, order: dict[HtmlElement, int], first: float, sites: set[str]
) -> HtmlElement | None:
    """Return the last line in bold or large letters before the first sentence, in the body's own block or beside it."""
    above = place.getparent()
    found = None
    for element in (above if above is not None else place).iter(*_BOLD):
        if order[element] >= first:
            break
        strong = element.tag in {"b", "strong"} or bool(_LARGE.search(element.get("style") or ""))
        if strong and len(element) <= 1 and _may_be(element, text_of(element), sites):
            found = element
    return found
