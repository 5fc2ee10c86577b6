"""Makes the pages that the reader is put to: lists, public boards, and pages damaged in one way.

A list page holds no article, a board's page one press release; their texts are those of the sample
press. Five skins are five ways to build a page: blocks with classes as WordPress and NDSoft have
them, elements of HTML 5, tables, and blocks without any name.

A damage takes the decoded characters of a page and returns them damaged, as templates and rewriting
tools do. A reader should find the same article: nothing that a browser shows of it is taken away.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import TypeAlias, cast

from lxml import etree
from lxml.html import HtmlElement, document_fromstring, tostring

from infra.press.articles import Story, load
from processing.records import Page

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
_SLOT = re.compile(r"\{[^}]*\}")  # where a story states a day, by the clock of its press
_SHORTEST = 400  # characters of a story that is printed


@dataclass(frozen=True, slots=True)
class Skin:
    """How a site builds its pages: the elements of an item, of its headline and of its lead."""

    item: str
    headline: str
    lead: str
    page: str


SKINS = (
    Skin(
        '<li class="list-item">{}</li>',
        '<h4 class="titles"><a href="/news/{}">{}</a></h4>',
        '<p class="lead">{}</p>',
        '<section class="article-list-content"><ul>{}</ul></section>',
    ),
    Skin(
        '<article class="post type-post category-news">{}</article>',
        '<h2 class="entry-title"><a href="/archives/{}">{}</a></h2>',
        '<div class="entry-summary"><p>{}</p></div>',
        '<main class="site-main">{}</main>',
    ),
    Skin(
        "<article>{}</article>",
        '<header><h3><a href="/article/{}">{}</a></h3></header>',
        "<p>{}</p>",
        "<main>{}</main>",
    ),
    Skin(
        "<tr>{}</tr>",
        '<td><a href="/view.php?no={}"><b>{}</b></a></td>',
        "<td>{}</td>",
        "<table>{}</table>",
    ),
    Skin(
        "<div>{}</div>", '<div><a href="/{}">{}</a></div>', "<div>{}</div>", "<div>{}</div>"
    ),
)  # fmt: skip


def _told(paragraph: str) -> str:
    return _SLOT.sub("21일", paragraph)


def _stories() -> list[Story]:
    """Return the longer reports whose headline has no word for their kind."""
    return [
        story
        for story in load()
        if len(story.text) >= _SHORTEST and story.kind == "article" and "(" not in story.title
    ]


def _page(number: int, title: str, body: str, head: str = "") -> Page:
    menu = "".join(
        f'<li><a href="/{name}">{name}</a></li>'
        for name in ("정치", "경제", "사회", "문화", "국제")
    )
    markup = (
        f'<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{title}</title>{head}'
        f"</head><body><header><ul>{menu}</ul></header>{body}"
        "<footer>가상일보 | 등록번호 가상 가00000</footer></body></html>"
    )
    return Page(
        url=f"https://list.press.test/{number}", fetched_at=FETCHED, body=markup.encode("utf-8")
    )


def _items(skin: Skin, stories: Sequence[Story], *, paragraphs: int = 1, more: str = "") -> str:
    """Return the items of a list: a linked headline and the first `paragraphs` of each story."""
    items = []
    for number, story in enumerate(stories, 1):
        leads = "".join(
            skin.lead.format(escape(_told(lead)) + more) for lead in story.paragraphs[:paragraphs]
        )
        items.append(skin.item.format(skin.headline.format(number, escape(story.title)) + leads))
    return skin.page.format("".join(items))


def _front(skin: Skin, stories: Sequence[Story]) -> tuple[str, str, str]:
    return "사회 - 가상일보", f"<h1>사회</h1>{_items(skin, stories)}", ""


def _search(skin: Skin, stories: Sequence[Story]) -> tuple[str, str, str]:
    heading = f"<h2>'물길' 검색 결과 {len(stories)}건</h2>"
    return "검색 결과 - 가상일보", f"{heading}{_items(skin, stories, more='…')}", ""


def _author(skin: Skin, stories: Sequence[Story]) -> tuple[str, str, str]:
    about = "<div class='profile'><h1>표가람 기자</h1><p>한들시의 물과 땅을 다룹니다.</p></div>"
    return "표가람 기자 - 가상일보", f"{about}{_items(skin, stories, paragraphs=2)}", ""


def _scripted(skin: Skin, stories: Sequence[Story]) -> tuple[str, str, str]:
    rows = [{"title": story.title, "lead": _told(story.paragraphs[0])} for story in stories]
    data = json.dumps({"articles": rows}, ensure_ascii=False)
    script = f"<script>window.__FRONT__ = {data}</script>"
    # Some templates print what their scripts should have read.
    return "가상일보", f"{script}<div>{escape(data)}</div>{_items(skin, stories[:4])}", ""


def _endless(skin: Skin, stories: Sequence[Story]) -> tuple[str, str, str]:
    more = "<button>더보기</button>"
    return "최신뉴스 - 가상일보", f"{_items(skin, stories, paragraphs=3)}{more}", ""


_LISTS: Sequence[Callable[[Skin, Sequence[Story]], tuple[str, str, str]]] = (
    _front, _search, _author, _scripted, _endless,
)  # fmt: skip
_FEWEST_ITEMS, _ITEMS_MORE = 6, 4


def list_pages(count: int = 60) -> Iterator[Page]:
    """Yield list pages: fronts with leads, search results, pages of authors, and the like.

    Fronts that print script data, and lists of whole beginnings that scroll on; each kind in each
    skin.
    """
    stories = _stories()
    for number in range(count):
        skin = SKINS[number // len(_LISTS) % len(SKINS)]
        listed = _FEWEST_ITEMS + _ITEMS_MORE * (number // (len(_LISTS) * len(SKINS)))
        chosen = [stories[(7 * number + index) % len(stories)] for index in range(listed)]
        title, body, head = _LISTS[number % len(_LISTS)](skin, chosen)
        yield _page(number, title, body, head)


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A press release on a public board, and what is right: its title and running text."""

    page: Page
    title: str
    text: str


_ROW = "<tr><th>{}</th><td>{}</td></tr>"
_ABOUT = (("등록부서", "물길과"), ("담당자", "표가람"), ("연락처", "000-123-4567"))


def _row_board(title: str, lines: str) -> str:
    rows = [*_ABOUT, ("등록일", "2026-03-21"), ("제목", title), ("내용", lines)]
    cells = "".join(_ROW.format(name, value) for name, value in rows)
    return f'<table class="bbs_view"><caption>글 내용보기</caption>{cells}</table>'


def _term_board(title: str, lines: str) -> str:
    terms = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in _ABOUT)
    day = "<dt>작성일</dt><dd>2026-03-21 09:30</dd>"
    head = f'<h4 class="view_tit">{title}</h4><dl>{terms}{day}</dl>'
    return f'<div class="board_view">{head}<div class="view_cont">{lines}</div></div>'


def _listed_board(title: str, lines: str) -> str:
    rows = "".join(f"<li><strong>{name}</strong> {value}</li>" for name, value in _ABOUT)
    day = "<li><strong>작성일</strong> 2026-03-21</li>"
    return f"<h3>{title}</h3><ul>{rows}{day}</ul><div>{lines}</div>"


def _low_board(title: str, lines: str) -> str:
    rows = "".join(f"<span>{name}</span><em>{value}</em> " for name, value in _ABOUT)
    return f"<div><h6>{title}</h6><p>{rows}<span>등록일</span><em>2026-03-21</em></p></div>{lines}"


_BOARDS = (_row_board, _term_board, _listed_board, _low_board)


def boards(count: int = 20) -> Iterator[BoardPage]:
    """Yield press releases on boards of four makes, whose `<title>` is the board's name alone."""
    stories = _stories()
    for number in range(count):
        story = stories[11 * number % len(stories)]
        paragraphs = [_told(paragraph) for paragraph in story.paragraphs]
        breaks = number // len(_BOARDS) % 2
        lines = (
            "<br><br>".join(map(escape, paragraphs))
            if breaks
            else "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
        )
        body = _BOARDS[number % len(_BOARDS)](escape(story.title), lines)
        page = _page(number, "보도자료 &lt; 시정소식 &lt; 한들시청", f'<div id="sub">{body}</div>')
        yield BoardPage(page, story.title, "\n\n".join(paragraphs))


Damage: TypeAlias = Callable[[str], str]

_BODY = re.compile(r"<body[^>]{0,2000}>", re.IGNORECASE)
_NAV_END = re.compile(r"</nav\s*>", re.IGNORECASE)
_MARKS = ("class", "id", "itemprop")
_CONSENT = (
    '<div class="cookie-consent"><p>이 누리집은 쿠키를 써서 더 나은 서비스를 드립니다. '
    "계속 이용하시면 쿠키 사용에 동의하시는 것으로 봅니다.</p></div>"
)


def in_sidebar(text: str) -> str:
    """Wrap the whole page in an element named after its sidebar, and ask for consent below it."""
    opening = _BODY.search(text)
    if opening is None:
        return text
    end = text.lower().rfind("</body>")
    end = end if end >= opening.end() else len(text)
    inner = text[opening.end() : end]
    wrapped = f'<div class="content has-sidebar">{inner}</div>{_CONSENT}'
    return f"{text[: opening.end()]}{wrapped}{text[end:]}"


def in_nav(text: str) -> str:
    """Leave each menu unclosed; a page without one gets a menu that is never closed."""
    if _NAV_END.search(text):
        return _NAV_END.sub("", text)
    return _BODY.sub(lambda body: f'{body[0]}<nav><a href="/">홈</a>', text, count=1)


def without_marks(text: str) -> str:
    """Remove every class, id and itemprop."""
    root = document_fromstring(text)
    for element in root.iter(etree.Element):
        for name in _MARKS:
            if name in element.attrib:
                del element.attrib[name]
    return _markup(root)


def without_meta(text: str) -> str:
    """Remove every meta element and JSON-LD: what is left is what a browser shows."""
    root = document_fromstring(text)
    for element in list(root.iter("meta", "script")):
        if element.tag == "meta" or "ld+json" in (element.get("type") or ""):
            _drop(element)
    return _markup(root)


def _drop(element: etree._Element) -> None:
    """Remove an element, and leave the text behind it."""
    cast("HtmlElement", element).drop_tree()


def _markup(root: HtmlElement) -> str:
    return str(tostring(root, encoding="unicode"))


DAMAGES: Mapping[str, Damage] = {
    "has-sidebar": in_sidebar,
    "unclosed nav": in_nav,
    "no marks": without_marks,
    "no meta": without_meta,
}
"""Every damage by its name in the table."""


def damaged(page: Page, text: str, damage: Damage) -> Page:
    """Return `page` with the damaged characters of `text`, which are those of its body."""
    body = damage(text).encode("utf-8", "replace")
    return replace(page, body=body, charset="utf-8", headers=())
