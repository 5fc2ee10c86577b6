"""The narrowed tree made ready for Trafilatura: one `article` of paragraphs, without what stands between them.

Korean bodies are loose text cut by `<br>`, empty paragraphs, and blocks of captions, advertisements and related links.
Here each run of text becomes a paragraph; captions and decks are handed out; nothing is judged by its words.
A block is dropped for its mark-up only while it holds little of the body's text, so no wrong mark can lose an article.
"""

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import Element, HtmlElement

from processing.reading.body import BLOCKS, SILENT, Place, is_hidden
from processing.reading.lines import is_prose, is_statement
from processing.reading.pictures import MAX_CAPTION, is_picture, is_set_below, is_under_picture, words_of
from processing.reading.tree import lines_of, marks, squeeze, text_of

_B, _E = r"(?:^|[\s_-])(?:", r")(?=$|[\s_-]|\d)"
_CAPTION = re.compile(
    r"caption|(?:img|image|photo|pic|thumb|ph)[-_]?(?:desc|txt|text|cap|info|org|con)|end_photo|"
    r"photo[-_]?(?:box|wrap|area|layout|center|left|right)"
    r"|(?:img|image)[-_]?(?:box|wrap|area|group|center|frame)|desc_img|cut_desc|article[-_]?photo|art[-_]?photo|"
    r"pop_view_img"
)
_DECK = re.compile(
    r"sub[-_]?(?:tit|tt|head)|summ[au]ry|mid[-_]?title|standfirst|article-head-sub|art_?sub|media_end_summary|"
    r"h_sub|(?:^|[\s_-])deck"
    r"|view[-_]sub(?![a-z])|lead[-_]?tit|tit[-_]?sub|stitle|s[-_]tit|sub_?story"
)
_DECK_OUTSIDE = re.compile(
    r"(?:news|art|article|view|head)[-_]?(?:sub[-_]?tit|summary)|^\s*sub[-_]?tit|summary_view|article-head-sub|"
    r"standfirst|subheading|sub-tit-ll|sub_?title"
)
_JUNK = re.compile(
    _B
    + r"ads?|adv|advert\w*|adsbygoogle|banners?|bnr|dable\w*|taboola\w*|mobon\w*|google\w*|iwmads|sponsor\w*|imad\w*|"
    r"relat\w*|recommend\w*|share\w*|sns\w*|social\w*|copyright\w*|copy|byline\w*|reporter\w*|journalist\w*|writer\w*|"
    r"profile\w*|subscri\w*|promo\w*|comments?|cmt|reply|tags?|hashtags?|keywords?|like|emotion\w*|poll|vote|"
    r"ranking|rank|"
    r"popular|util\w*|btns?|buttons?|tools?|print|paging|pagination|license|ccl|tts|player|vod|audio|layer|"
    r"popup|tooltip|"
    r"modal|issue|series|hot|most|viewed|follow|guide|bottom|foot|footer|cctv|breadcrumb|location|skip|more|"
    r"donation|support|survey|event|quick|floating|aside|sidebar|kakao|naver|facebook|twitter|bookmark|file|"
    r"attach\w*|newsletter"
    + _E
    + (
        r"|(?:^|[\s_-])ad(?:box|area|wrap|zone|slot|vertis)|view-(?:copyright|editors)|link_news|linknews|"
        r"news_?list|articlelist|promotion"
    )
)
_PARTICLE = re.compile(
    r"^\s*(?:[은는이가을를의에도와과로만]|으로|에서|에게|에는|까지|부터|처럼|이라|라고|이다|입니다)(?=[\s,.])"
)
_CLAUSE_END = re.compile(r"(?:[은는을를의]|에게|에서|[이가와과도로며고]|이라는|라는)$")
_SENTENCE_END = re.compile(r"[.?!…”\"’']$")
_NO_CAPTION = frozenset({"li", "dd", "blockquote", "pre"})
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_LITTLE, _SHORT = 0.25, 120
_MOST = 0.6  # share of the body that is never a caption, however it is marked
_MOST_DECKS = 8
_GLUED = 10  # characters from which bold text before running text is a subhead


@dataclass(slots=True)
class Prepared:
    """What the walk makes of a body: the article's tree, and what was taken out of it."""

    article: HtmlElement = field(default_factory=lambda: Element("article"))
    captions: list[str] = field(default_factory=list)
    decks: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """The state of one walk: text since the last break, where bold text began in it, how much of it is linked.

    `image` stands right above that text; `words` are what images say of themselves.
    """

    prepared: Prepared
    body: HtmlElement
    limit: float
    dropped: frozenset[HtmlElement]
    text: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0
    bold: HtmlElement | None = None
    image: HtmlElement | None = None
    words: set[str] = field(default_factory=set)

    def add(self, text: str | None) -> None:
        if text:
            self.text.append(text)
            self.linked += len(squeeze(text)) if self.links else 0

    def has_begun(self) -> bool:
        """Say whether running text stands before this point: a deck comes before, a subhead after."""
        return any(is_prose(paragraph.text or "") for paragraph in self.prepared.article)

    def flush(self, tag: str = "p") -> None:
        """End the current paragraph; a paragraph that is nothing but links is none."""
        text, linked, plain = squeeze("".join(self.text)), self.linked, self.bold is None and tag == "p"
        self.text.clear()
        self.linked, self.bold = 0, None
        if not text:
            return
        image, self.image = self.image, None
        if text in self.words or (image is not None and plain and is_under_picture(text)):
            self.prepared.captions.append(text)
        elif not (linked >= 0.9 * len(text) and not text.endswith(("다.", "요.", "까?"))):
            paragraph = Element("p" if is_statement(text) else tag)  # boards put whole texts into headings
            paragraph.text = text
            self.prepared.article.append(paragraph)


def prepare(place: Place, dropped: frozenset[HtmlElement] = frozenset()) -> Prepared:
    """Return the body at `place` as an article of paragraphs; elements in `dropped` are no part of it."""
    prepared = Prepared()
    walk = _Walk(prepared, place.element, _LITTLE * max(place.prose, 1), dropped)
    walker = etree.iterwalk(place.element, events=("start", "end"))
    for event, node in walker:
        if event == "start":
            if node is not place.element and _takes_out(walk, node):
                walker.skip_subtree()
                node.set("data-out", "")
                continue
            _enter(walk, node)
        else:
            _leave(walk, node, place.element)
    walk.flush()
    return prepared


def _enter(walk: _Walk, node: HtmlElement) -> None:
    if node.tag in BLOCKS or node.tag in {"br", "hr"} or _is_head(node):
        walk.flush()
    elif node.tag in {"b", "strong"} and not squeeze("".join(walk.text)):
        walk.bold = node
    if node.tag in _NO_CAPTION or _BOLD.search(node.get("style") or ""):
        walk.image = None
    walk.links += node.tag == "a"
    walk.add(node.text)


def _leave(walk: _Walk, node: HtmlElement, body: HtmlElement) -> None:
    if node.attrib.pop("data-out", None) is None:
        walk.links -= node.tag == "a"
        if node.tag in BLOCKS or _is_head(node):
            walk.flush("h3" if node.tag in {"h2", "h3", "h4", "h5"} else "p")
        elif walk.bold is not None and node is walk.bold and _is_subhead("".join(walk.text), node.tail):
            walk.flush()
    elif node.tag in BLOCKS:
        walk.flush()
    if node is not body:
        walk.add(node.tail)


def _is_head(node: HtmlElement) -> bool:
    """Say whether an inline element is marked as a subhead, which stands on a line of its own."""
    return node.tag in {"strong", "b", "span", "em"} and bool(_DECK.search(marks(node)))


def _is_subhead(text: str, tail: str | None) -> bool:
    """Say whether bold text at the head of a line is a subhead glued to the paragraph after it."""
    plain = squeeze(text)
    if len(plain) < _GLUED or not tail or not tail.strip():
        return False
    return (
        tail[0].isspace()
        and not _PARTICLE.match(tail)
        and not _SENTENCE_END.search(plain)
        and not _CLAUSE_END.search(plain)
    )


def _takes_out(walk: _Walk, node: HtmlElement) -> bool:
    """Say whether `node` is no running text; what says something is handed out."""
    if node.tag == "img":
        _picture(walk, node)
        walk.image = node
        return True
    if node.tag in SILENT or node in walk.dropped or is_hidden(node):
        return True
    name = marks(node)
    if node.tag in {"figure", "figcaption"} or _CAPTION.search(name) or _may_be_picture(walk, node):
        return _hand_out(walk, node, walk.prepared.captions)
    if _DECK.search(name) and node.tag not in {"body", "article"} and not walk.has_begun():
        return _hand_out(walk, node, walk.prepared.decks)
    return bool(_JUNK.search(name)) and _is_little(walk, node)


def _picture(walk: _Walk, image: HtmlElement) -> None:
    walk.prepared.images.append(image.get("src") or image.get("data-src") or "")
    walk.words |= words_of(image)


def _may_be_picture(walk: _Walk, node: HtmlElement) -> bool:
    if node.tag not in {"table", "dl", "p", "div", "center", "span"}:
        return False
    return is_picture(node) or (walk.image is not None and is_set_below(node, walk.image, walk.body))


def _is_little(walk: _Walk, node: HtmlElement) -> bool:
    """Say whether a block may be dropped for its mark alone: little text, and a paragraph only without a sentence."""
    text = text_of(node)
    little = len(text) <= max(walk.limit, _SHORT) and len(text) <= _MOST * walk.limit / _LITTLE
    return little and not (node.tag == "p" and is_prose(text))


def _hand_out(walk: _Walk, node: HtmlElement, to: list[str]) -> bool:
    lines = lines_of(node)
    length = sum(map(len, lines))
    if length > max(walk.limit, MAX_CAPTION) or length > _MOST * walk.limit / _LITTLE:
        return False
    images = list(node.iter("img"))
    for image in images:
        _picture(walk, image)
    walk.image = images[-1] if images and not lines else None
    to.extend(lines if to is walk.prepared.decks else [" ".join(lines)] if lines else [])
    return True


def decks_of(root: HtmlElement, place: Place | None) -> list[str]:
    """Return the lines of the first deck that the page prints outside its body."""
    for node in root.iter("h2", "h3", "h4", "strong", "p", "div", "span", "ul"):
        if not (node.get("class") or node.get("id")) or not _DECK_OUTSIDE.search(marks(node)):
            continue
        if place is not None and (node is place.element or place.element in node.iterdescendants()):
            continue
        lines = lines_of(node)
        if 0 < len(lines) <= _MOST_DECKS and sum(map(len, lines)) <= MAX_CAPTION and not any(map(is_prose, lines)):
            return lines
    return []
