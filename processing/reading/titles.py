"""The headline without what the template puts around it: `제목 - 정치ㅣ한국일보`, `대전일보 모바일 :: 제목`.

What sort of article it is: from its headline's brackets, its section, and how its text begins.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from processing.reading import metadata
from processing.reading.authors import is_portal, press_of
from processing.reading.metadata import Head, unescaped
from processing.reading.tree import marks, text_of
from processing.records import Kind

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


_TITLE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.FLASH,
        re.compile(
            r"^\W{0,2}속보|[\[(<〈【]\s?(?:긴급|[가-힣]{0,4}속보|1보|2보|3보|4보)\s?[\])>〉】]|\([1-4]보\)"
        ),
    ),
    (Kind.ROUNDUP, re.compile(r"[\[(<〈【]\s?종합\s?(?:[1-9]보)?\s?[\])>〉】]")),
    (
        Kind.OBITUARY,
        re.compile(r"[\[(<〈【]\s?(?:부고|부음|궂긴\s?소식|별세)\s?[\])>〉】]|^(?:부고|부음)\b"),
    ),
    (
        Kind.PERSONNEL,
        re.compile(r"[\[(<〈【]\s?(?:[가-힣]{0,6}\s?인사|동정|승진)\s?[\])>〉】]|^인사\b"),
    ),
    (
        Kind.PHOTO,
        re.compile(
            r"[\[(<〈【]\s?(?:[가-힣A-Z]{0,6}\s?(?:포토|사진|화보)\s?[가-힣A-Z&]{0,6}|카드\s?뉴스|그래픽\s?뉴스|"
            r"만평|그림판|PHOTO)\s?[\])>〉】]",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.VIDEO,
        re.compile(
            r"[\[(<〈【]\s?(?:[가-힣A-Z]{0,6}\s?(?:영상|동영상|비디오)\s?[가-힣A-Z]{0,4}|D리포트|현장영상|"
            r"뉴스영상|VIDEO)\s?[\])>〉】]",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.MARKET,
        re.compile(
            r"[\[(<〈【]\s?(?:[가-힣]{0,8}\s?(?:시황|마감|개장|장중|외환|환율|증시)\s?[가-힣]{0,4}|코스피|코스닥|"
            r"뉴욕증시|유럽증시)\s?[\])>〉】]"
        ),
    ),
    (
        Kind.OPINION,
        re.compile(
            r"[\[(<〈【]\s?(?:[가-힣A-Za-z]{0,12}\s?(?:사설|칼럼|시론|기고|논단|시평|오피니언|데스크|기자수첩|"
            r"취재수첩|여적|만물상|횡설수설|특별기고|독자투고|논설|광장|세상읽기|에세이|시선|"
            r"아침햇발)\s?[가-힣]{0,6})\s?[\])>〉】]|의 (?:칼럼|이슈공감|시선)\s?[\]】]"
        ),
    ),
    (
        Kind.INTERVIEW,
        re.compile(
            r"[\[(<〈【]\s?[가-힣A-Za-z0-9\s]{0,10}인터뷰\s?[가-힣A-Z①-⑳]{0,6}\s?[\])>〉】]|인터뷰\]"
        ),
    ),
    (Kind.PRESS_RELEASE, re.compile(r"[\[(<〈【]\s?보도\s?자료\s?[\])>〉】]")),
    (
        Kind.BRIEFING,
        re.compile(
            r"[\[(<〈【]\s?(?:[가-힣]{0,6}\s?(?:브리핑|단신)|간추린\s?뉴스|(?:오늘의\s?)?주요\s?뉴스)\s?[가-힣]{0,4}\s?[\])>〉】]"
        ),
    ),
    (
        Kind.NEWSLETTER,
        re.compile(
            r"[\[(<〈【]\s?[가-힣A-Za-z\s]{0,10}(?:뉴스\s?레터|레터)\s?[\])>〉】]|뉴스레터$"
        ),
    ),
)
_KIND_OF_SECTION: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.OPINION, re.compile(r"오피니언|사설|칼럼|기고|opinion|column|editorial", re.IGNORECASE)),
    (Kind.PRESS_RELEASE, re.compile(r"보도\s?자료|press[-_ ]?release", re.IGNORECASE)),
    (Kind.PHOTO, re.compile(r"포토|화보|카드뉴스|photo", re.IGNORECASE)),
    (Kind.OBITUARY, re.compile(r"부고|부음|obituar", re.IGNORECASE)),
    (Kind.PERSONNEL, re.compile(r"^(?:인사|인사·?동정|인사/부고)$")),
    (Kind.MARKET, re.compile(r"^시황$")),
    (Kind.INTERVIEW, re.compile(r"^인터뷰$")),
    (Kind.NEWSLETTER, re.compile(r"뉴스\s?레터|newsletter", re.IGNORECASE)),
)
_BROADCAST = re.compile(
    r"^[\[【◀<(]\s?(?:앵커|앵커멘트|기자|리포트|VCR)\s?[^\]】▶>)]{0,6}[\]】▶>)]", re.MULTILINE
)
_OBITUARY_TEXT = re.compile(
    r"^[▲■◆◇]?\s?[가-힣]{2,4}\s?(?:\([^)]{1,40}\))?\s?씨?\s?(?:별세|모친상|부친상|빙부상|빙모상|장인상|장모상|"
    r"조부상|시부상)"
)
_NEWSLETTER_LINE = re.compile(r"^[\U0001F300-\U0001FAFF\u2600-\u27BF]\ufe0f?\s?\S", re.MULTILINE)
_CHAIN_MARK = re.compile(
    r"[\[(<〈【]\s?(?:속보|긴급|종합\s?[1-9]?보?|[1-4]보|1보|단독|상보)\s?[\])>〉】]|^\W{0,2}속보\W{0,2}"
)
_LETTERS = 4  # lines that open with a pictograph make a letter


def kind_of(
    title: str,
    *,
    section: str | None,
    text: str,
    keywords: tuple[str, ...] = (),
    is_video: bool = False,
) -> Kind:
    """Return the kind of an article; the headline's own mark decides before section and text."""
    for kind, pattern in _TITLE:
        if pattern.search(title):
            return kind
    for kind, pattern in _KIND_OF_SECTION:
        if section and pattern.search(section):
            return kind
    if is_video or len(_BROADCAST.findall(text)) > 1:
        return Kind.VIDEO
    if _OBITUARY_TEXT.search(text[:200]):
        return Kind.OBITUARY
    if len(_NEWSLETTER_LINE.findall(text)) >= _LETTERS or "뉴스레터" in keywords:
        return Kind.NEWSLETTER
    return Kind.ARTICLE


def is_photo(title: str) -> bool:
    """Say whether a headline marks a photo page."""
    return kind_of(title, section=None, text="") is Kind.PHOTO


def chain_of(title: str, kind: Kind) -> str | None:
    """Return what the parts of a chain (1보, 2보, 종합) share: the headline without marks; None for other kinds."""
    if kind not in {Kind.FLASH, Kind.ROUNDUP}:
        return None
    return re.sub(r"[\W_]+", "", _CHAIN_MARK.sub("", title)).lower() or None
