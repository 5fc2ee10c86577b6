"""Prepares a body for Trafilatura: one `article` of paragraphs, with captions and decks taken out.

Korean bodies are loose text cut by `<br>`, empty paragraphs, and blocks of captions, advertisements
and related links. Each run of text becomes a paragraph; captions and decks become fields; nothing
is judged by its words. A block is dropped for its markup only while it holds little of the body's
text, so that no wrong mark can lose an article.

Templates mark captions by class. Where editors do not, a caption is recognised by where it stands
and how it is set: the words of the image's own `alt`, small or grey letters below it, a line
centred as the image is, or one sentence that says what can be seen.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from lxml import etree
from lxml.html import Element, HtmlElement

from processing.agencies import NEWSWIRES
from processing.reading import english
from processing.reading.asides import (
    LONGEST_LABEL,
    SILENT,
    UNREAD_TAGS,
    DropRule,
    Ledger,
    is_hidden,
    is_unread,
)
from processing.reading.body import BLOCKS, BodyPlace
from processing.reading.bylines import MAIL, writer
from processing.reading.lines import (
    LineKind,
    holds_sentence,
    is_control,
    is_prose,
    is_statement,
    sentences,
    sort_of,
)
from processing.reading.text import parted, shown_words
from processing.reading.tree import Elements, bare, beginning_of, lines_of, marks, squeeze, text_of

# How a caption is set, where templates do not mark it.
_CENTRED = re.compile(
    r"text-align\s*:\s*center|font-size\s*:\s*(?:0?\.[5-9]|1[0-3]px|[6-9]pt)", re.IGNORECASE
)
_SMALL = re.compile(
    r"font-size\s*:\s*(?:0?\.[5-9]|small|1[0-3](?:\.\d)?px|[6-9](?:\.\d)?pt)"
    r"|color\s*:\s*(?:#(?:[4-9a]\w){3}|gr[ae]y)",
    re.IGNORECASE,
)
# A row of links may have a label (`관련 키워드: `), and the vowel that is drawn as a bar between them.
_BESIDE_LINKS = re.compile(
    r"^[\W_]*(?:관련\s?)?(?:해시\s?태그|태그|키워드|주제어?|tags?|keywords?)(?![가-힣A-Za-z])|ㅣ",
    re.IGNORECASE,
)
_CONTROL_TAGS = ("button", "a", "span", "em", "i", "strong", "div")
_SMALL_TAGS = frozenset({"small", "em", "i", "figcaption"})
_CREDIT = re.compile(rf"사진|제공|캡처|갈무리|ⓒ|©|/|=|{NEWSWIRES}|게티|자료")
_CREDIT_WITHIN = 25  # characters at the end of a caption
_MARK = re.compile(r"^\s*[▲△▼◀▶]\s*")
_SENTENCE_END = re.compile(r"[.?!…”\"’']$")
_LEADING_MARK = re.compile(r"[^가-힣A-Za-z(]|.{0,40}=")
_TRIANGLE = re.compile(r"[▲△]\s?[^=▲△]{2,120}$")

# What people do in pictures: stems before 고 있다.
_DOING = (
    "둘러보 살펴보 바라보 지켜보 발언하 인사하 인사말을하 악수하 취하 찍 촬영하 외치 들어서 나서 "
    "걷 걸어가 이동하 입장하 퇴장하 답변하 브리핑하 경청하 대화하 환담하 참배하 헌화하 묵념하 "
    "흔들 행진하 기다리 지나 지나가 오가 작업하 수색하 체험하 관람하 시연하 서명하 환호하 기뻐하 "
    "질주하 훈련하 앉아 서 모여 몰려 놓여 걸려 쌓여 들 달리 던지 뛰 뿌리 심 담그"
)
_THERE = re.compile(r"에서|\d일|왼쪽|오른쪽|가운데|앞|옆|위")
_SHOWN = re.compile(rf"(?:{'|'.join(_DOING.split())})\s?고?\s?있다[.]?$")
_SIGHT = re.compile(r"(?:모습|장면|전경|풍경|조감도)(?:이다)?[.]?$")

# Characters of captions.
MAX_CAPTION = 300
"""Characters of a caption or a deck at most."""
_UNDER = 50  # of a plain line right below an image
_SHORT = 120  # of a block with an image; also of a block that is dropped for its mark
_LONGEST_SET = 150  # of a line in small letters
_LONGEST_SHOWN = 140  # of a sentence that says what can be seen
_SHORTEST_ALT = 8
_MOSTLY = 0.5  # share of a body in the middle from which that marks no caption

# How templates call captions, decks, and what is no running text.
_CAPTION = re.compile(
    r"caption"
    r"|(?:img|image|photo|pic|thumb|ph)[-_]?(?:desc|txt|text|cap|info|org|con)|end_photo"
    r"|photo[-_]?(?:box|wrap|area|layout|center|left|right)"
    r"|(?:img|image)[-_]?(?:box|wrap|area|group|center|frame)"
    r"|desc_img|cut_desc|article[-_]?photo|art[-_]?photo|pop_view_img"
)
_DECK = re.compile(
    r"sub[-_]?(?:tit|tt|head)|summ[au]ry|mid[-_]?title|standfirst"
    r"|article-head-sub|art_?sub|media_end_summary|h_sub|(?:^|[\s_-])deck"
    r"|view[-_]sub(?![a-z])|lead[-_]?tit|tit[-_]?sub|stitle|s[-_]tit|sub_?story"
)
_DECK_TAGS = frozenset({"h2", "h3", "h4", "strong", "p", "div", "span", "ul"})
_DECK_OUTSIDE = re.compile(
    r"(?:news|art|article|view|head)[-_]?(?:sub[-_]?tit|summary)|^\s*sub[-_]?tit|summary_view"
    r"|article-head-sub|standfirst|subheading|sub-tit-ll|sub_?title"
)
# Between headline and text, general words say enough.
_DECK_BELOW = re.compile(
    rf"{_DECK.pattern}|(?:^|[\s_-])(?:sub|stit|lead)(?=$|[\s_-])|sub[-_]?(?:te?xt|subject|view)|titlesub"
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d[\d.,]*\d")
BULLETS = "-–—ㆍ·∙•▲△■□◆◇○●▶※"
"""What may stand before a line of a deck."""
_JUNK = re.compile(
    r"(?:^|[\s_-])(?:"
    r"ads?|adv|advert\w*|adsbygoogle|banners?|bnr|dable\w*|taboola\w*|mobon\w*|google\w*|iwmads"
    r"|sponsor\w*|imad\w*"
    r"|relat\w*|recommend\w*|share\w*|sns\w*|social\w*|copyright\w*|copy"
    r"|byline\w*|reporter\w*|journalist\w*|writer\w*|profile\w*|subscri\w*|promo\w*"
    r"|comments?|cmt|reply|tags?|hashtags?|keywords?|like|emotion\w*|poll|vote|ranking|rank|popular"
    r"|util\w*|btns?|buttons?|tools?|print|paging|pagination|license|ccl|tts|player|vod|audio"
    r"|layer|popup|tooltip|modal|issue|series|hot|most|viewed|follow|guide|bottom|foot|footer|cctv"
    r"|breadcrumb|location|skip|more|donation|support|survey|event|quick|floating|aside|sidebar"
    r"|kakao|naver|facebook|twitter|bookmark|file|attach\w*|newsletter"
    r")(?=$|[\s_-]|\d)"
    r"|(?:^|[\s_-])ad(?:box|area|wrap|zone|slot|vertis)"
    r"|view-(?:copyright|editors)|link_news|linknews|news_?list|articlelist|promotion"
)
# A hidden block of such a name is a window of the interface, never the rest of a text.
_FLOATING = re.compile(
    r"layer|popup|pop[-_]|modal|tooltip|digest|summ[au]ry|transl|alert|toast|share|sns|copy"
    r"|caption|print|comment|reply|guide|agree|terms"
)

# Bold text glued to the running text after it is a subhead, unless it is a part of the sentence.
_PARTICLE = re.compile(
    r"^\s*(?:[은는이가을를의에도와과로만]"
    r"|으로|에서|에게|에는|까지|부터|처럼|이라|라고|이다|입니다)(?=[\s,.])"
)
_CLAUSE_END = re.compile(r"(?:[은는을를의]|에게|에서|[이가와과도로며고]|이라는|라는)$")
_GLUED = 10  # characters of such a subhead at least
_HEADING_TAGS = frozenset({"h2", "h3", "h4", "h5"})
_LINE_TAGS = _HEADING_TAGS | {"b", "p", "span", "strong"}
_CELLS = frozenset({"td", "th", "tr"})
_NO_CAPTION = frozenset({"li", "dd", "blockquote", "pre"})
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CHROME = frozenset({LineKind.INTERFACE, LineKind.PROMOTION, LineKind.RELATED})

# Shares of the body's sentences.
_LITTLE = 0.25  # what a block may hold that is dropped for its mark
_MOST = 0.6  # what is never a caption, however it is marked
_ABOVE = 0.3  # what may stand above its headline and not be of it

_FEW_PARTS = 8  # pieces of text before an image that are joined to compare
_LINKED = 0.9  # share of letters in links from which a line is nothing but links
_LEAST_FOLDED = 40  # characters of sentences that are worth unfolding
_MOST_DECKS = 8  # lines
_MOST_BELOW = 100  # elements below a headline in which its deck is looked for
_STEM, _FEWEST_SHARED = 2, 2  # letters of a word that are compared, such words of a deck


@dataclass(slots=True)
class Prepared:
    """A body as a tree of paragraphs, and what was taken out of it.

    `images` are their addresses, `beside` the lines right above or below an image, `ledger` the
    lines that were dropped.
    """

    article: HtmlElement = field(default_factory=lambda: Element("article"))
    captions: list[str] = field(default_factory=list)
    decks: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    beside: set[str] = field(default_factory=set)
    tags: list[str] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    def take_statements(self) -> list[str]:
        """Remove the captions that hold a sentence from `captions`; return them unmarked."""
        statements = statements_in(self.captions)
        self.captions = [caption for caption in self.captions if not is_statement(caption)]
        return statements


@dataclass(slots=True)
class _Walk:
    """The state of one walk over a body.

    `text` are the pieces since the last break, `linked` their letters in links, `links` the open
    `a` elements, `bold` the element in which bold text began. `image` stands right above that text;
    `words` are the alternative texts of images. `limit` is the number of characters that a block
    may hold and still be dropped for its mark, `dropped` are the elements that are dropped
    whatever they hold, each with its rule, `tables` the characters in marked cells of tables.
    """

    prepared: Prepared
    body: HtmlElement
    limit: float
    dropped: dict[HtmlElement, DropRule]
    released: frozenset[HtmlElement]
    text: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0
    bold: HtmlElement | None = None
    image: HtmlElement | None = None
    after_image: bool = False
    heading: HtmlElement | None = None
    words: set[str] = field(default_factory=set)
    tables: dict[HtmlElement, int] = field(default_factory=dict)

    def add(self, text: str | None) -> None:
        if text:
            self.text.append(text)
            self.linked += len(bare(text)) if self.links else 0

    def has_begun(self) -> bool:
        """Return whether running text stands before this point, so that no deck follows."""
        return any(holds_sentence(paragraph.text or "") for paragraph in self.prepared.article)

    def flush(self, tag: str = "p") -> None:
        """End the current paragraph; one that is nothing but links is dropped."""
        text = squeeze("".join(self.text))
        linked, plain = self.linked, self.bold is None and tag == "p"
        self.text.clear()
        self.linked, self.bold = 0, None
        if not text:
            return
        image, self.image = self.image, None
        if self.after_image:
            self.prepared.beside.add(text)
        self.after_image = False
        if image is not None:
            caption, text = parted(text)
            self.prepared.captions.extend(filter(None, [caption]))
        if text in self.words or (image is not None and plain and is_under_picture(text)):
            self.prepared.captions.extend(filter(None, [shown_words(text)]))
        elif (
            linked
            and linked >= _LINKED * len(bare(_BESIDE_LINKS.sub("", text)))
            and not text.endswith(("다.", "요.", "까?"))
            and not MAIL.fullmatch(text)
        ):
            self.prepared.ledger.drop(DropRule.LINKS, text)
        else:
            # Boards put whole texts into headings.
            element = Element("p" if is_statement(text) else tag)
            element.text = text
            self.prepared.article.append(element)

    def begin_anew(self) -> None:
        """Drop what stood above the headline, unless a text has begun there."""
        self.flush()
        before = [paragraph.text or "" for paragraph in self.prepared.article]
        if sum(len(text) for text in before if is_prose(text)) > _ABOVE * self.limit / _LITTLE:
            return
        self.prepared.ledger.drop(DropRule.BEFORE, *before)
        for paragraph in list(self.prepared.article):
            self.prepared.article.remove(paragraph)


def prepare(place: BodyPlace, dropped: frozenset[HtmlElement] = frozenset()) -> Prepared:
    """Return the body at `place` as paragraphs, without the elements that an outlet has `dropped`.

    Elements that are taken out are marked in the tree while the walk is in them.
    """
    prepared = Prepared()
    walk = _Walk(
        prepared,
        place.element,
        _LITTLE * max(place.prose, 1),
        {
            **dict.fromkeys(place.aside, DropRule.MARKED),
            **dict.fromkeys(place.outside, DropRule.BEYOND),
            **dict.fromkeys(dropped, DropRule.DECLARED),
        },
        place.released,
        heading=place.heading,
    )
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
    if node is walk.heading:
        walk.begin_anew()
    if node.tag in BLOCKS or node.tag in {"br", "hr"} or _is_marked_subhead(node):
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
        if node.tag in BLOCKS or _is_marked_subhead(node):
            walk.flush("h3" if node.tag in _HEADING_TAGS else "p")
        elif (
            walk.bold is not None
            and node is walk.bold
            and _is_subhead("".join(walk.text), node.tail)
        ):
            walk.flush()
    elif node.tag in BLOCKS:
        walk.flush()
    if node is not body:
        walk.add(node.tail)


def _is_marked_subhead(node: HtmlElement) -> bool:
    """Return whether an inline element is marked as a subhead, which stands on its own line."""
    return node.tag in {"strong", "b", "span", "em"} and bool(_DECK.search(marks(node)))


def _is_subhead(text: str, tail: str | None) -> bool:
    """Return whether bold text at the head of a line is a subhead glued to its paragraph."""
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
    """Take an element out if it is no running text; return whether that was done.

    Captions and decks become fields, the rest is dropped.
    """
    if node.tag == "img":
        _picture(walk, node)
        walk.image = node
        return True
    if (rule := walk.dropped.get(node)) is not None:
        return _drop(walk, node, rule)
    if is_unread(node, walk.released) and not _is_fold(walk, node):
        return node.tag in SILENT or _drop(walk, node, DropRule.UNREAD)
    name = marks(node)
    if node.tag in {"figure", "figcaption"} or _CAPTION.search(name) or _may_be_picture(walk, node):
        return _hand_out(walk, node, walk.prepared.captions)
    if _DECK.search(name) and node.tag not in {"body", "article"} and not walk.has_begun():
        return _hand_out(walk, node, walk.prepared.decks)
    # A quotation is of the text whatever it is called: posts from elsewhere carry their names, and
    # stand in frames named after the networks.
    # So is what the search for the body weighed, and found to be of the text.
    return (
        _is_junk(name)
        and node not in walk.released
        and next(node.iter("blockquote"), None) is None
        and _is_little(walk, node)
        and _drop(walk, node, DropRule.MARKED)
    )


@lru_cache(maxsize=4096)
def _is_junk(name: str) -> bool:
    """Return whether id and classes call an element no running text; pages of a site share them."""
    return bool(_JUNK.search(name))


def _drop(walk: _Walk, node: HtmlElement, rule: DropRule) -> bool:
    """Record the lines of a dropped element; return True."""
    walk.prepared.ledger.drop(rule, *lines_of(node))
    return True


def _is_fold(walk: _Walk, node: HtmlElement) -> bool:
    """Return whether a hidden block is the rest of a text that unfolds.

    It holds sentences, none of them printed before, and stands after the text began.
    """
    if (
        node.tag in SILENT
        or node.tag in UNREAD_TAGS
        or not walk.has_begun()
        or _FLOATING.search(marks(node))
    ):
        return False
    lines = [line for line in lines_of(node) if is_statement(line)]
    known = {paragraph.text for paragraph in walk.prepared.article}
    return sum(map(len, lines)) >= _LEAST_FOLDED and not any(line in known for line in lines)


def _picture(walk: _Walk, image: HtmlElement) -> None:
    """Record an image, the line above it and its alternative text."""
    walk.prepared.images.append(image.get("src") or image.get("data-src") or "")
    walk.after_image = True
    # Without the limit, a paragraph of many images is joined again for each of them.
    above = squeeze("".join(walk.text)) if len(walk.text) <= _FEW_PARTS else ""
    if not above and len(walk.prepared.article):
        above = walk.prepared.article[-1].text or ""
    walk.prepared.beside.add(above)
    walk.words |= words_of(image)


def _may_be_picture(walk: _Walk, node: HtmlElement) -> bool:
    if node.tag not in {"table", "dl", "p", "div", "center", "span"}:
        return False
    return is_picture(node) or (
        walk.image is not None and is_set_below(node, walk.image, walk.body)
    )


def _is_little(walk: _Walk, node: HtmlElement) -> bool:
    """Return whether a block holds little enough to be dropped for its mark alone.

    A paragraph is only dropped without a sentence in it.
    """
    lines = lines_of(node)
    length = sum(map(len, lines))
    little = length <= max(walk.limit, _SHORT) and length <= _MOST * walk.limit / _LITTLE
    if little and node.tag in _CELLS:
        little = _in_marked_cells(walk, node) <= max(walk.limit, _SHORT)
    return little and not (node.tag == "p" and any(map(holds_sentence, lines)))


def _in_marked_cells(walk: _Walk, cell: HtmlElement) -> int:
    """Return the characters in all cells and rows of a table that are marked as `cell` is.

    Where they are many, their classes are the table's design and say nothing about one of them.
    """
    table = next(cell.iterancestors("table"), None)
    if table is None:
        return 0
    if table not in walk.tables:
        groups = [table, *table.iterchildren("thead", "tbody", "tfoot")]
        rows = [row for group in groups for row in group.iterchildren("tr")]
        cells = [inner for row in rows for inner in (row, *row.iterchildren("td", "th"))]
        walk.tables[table] = sum(len(text_of(inner)) for inner in cells if _is_junk(marks(inner)))
    return walk.tables[table]


def _controls_in(node: HtmlElement) -> set[HtmlElement]:
    """Return the elements in a picture's block that are buttons of its viewer.

    They are that by their words. In an element `button` it is enough that they are few, unless
    nothing else is said of the picture.
    """
    # Elements inside one another would be read as often as they are deep.
    innermost = [element for element in node.iterdescendants(*_CONTROL_TAGS) if not len(element)]
    texts = {element: squeeze(element.text) for element in innermost}
    controls = {element for element, text in texts.items() if is_control(text)}
    few = {element for element, text in texts.items() if _is_pressed(element) and _is_few(text)}
    return controls | few if lines_of(node, controls | few) else controls


def _is_pressed(element: HtmlElement) -> bool:
    """Return whether an element is a button, or what stands on one."""
    return "button" in {element.tag, element.getparent().tag}


def _is_few(text: str) -> bool:
    """Return whether a text is as short as what stands on a button."""
    return len(text) <= LONGEST_LABEL and not holds_sentence(text)


def _hand_out(walk: _Walk, node: HtmlElement, to: list[str]) -> bool:
    """Move the lines of an element to captions or decks; return False if it holds too much."""
    lines = [
        words
        for line in lines_of(node, _controls_in(node))
        if (words := shown_words(line)) and sort_of(words) not in _CHROME
    ]
    length = sum(map(len, lines))
    if length > max(walk.limit, MAX_CAPTION) or length > _MOST * walk.limit / _LITTLE:
        return False
    images = list(node.iter("img"))
    for image in images:
        _picture(walk, image)
    walk.image = images[-1] if images and not lines else None
    # Each line of a deck says something of its own; a caption is one text however it is broken.
    if to is walk.prepared.decks:
        to.extend(lines)
    elif lines:
        to.append(" ".join(lines))
    return True


def decks_of(elements: Elements, place: BodyPlace | None, text: str) -> list[str]:
    """Return the lines of the first deck above the body whose text this is, or [].

    It stands below the headline, or is called a deck; what is called so after the body is the title
    of something else.
    """
    if place and (lines := _deck_below(elements, place, text)):
        return lines
    # A deck of the body may stand before its first paragraph.
    candidates = frozenset(
        elements.every if place is None else (*_above(elements, place), *place.element.iter())
    )
    for node, _ in elements.called(_is_deck_outside):
        if node.tag not in _DECK_TAGS or node not in candidates:
            continue
        is_short = len(beginning_of(node, MAX_CAPTION)) <= MAX_CAPTION
        if is_short and _are_decks(lines := lines_of(node)):
            return lines
    return []


def _above(elements: Elements, place: BodyPlace) -> tuple[HtmlElement, ...]:
    return elements.every[: elements.every.index(place.element)]


def _are_decks(lines: list[str]) -> bool:
    return (
        0 < len(lines) <= _MOST_DECKS
        and sum(map(len, lines)) <= MAX_CAPTION
        and not any(map(is_prose, lines))
    )


def _deck_below(elements: Elements, place: BodyPlace, text: str) -> list[str]:
    """Return the lines of the first deck between the headline and the text, or []."""
    if place.heading is None:
        return []
    around = {*place.heading.iter(), *place.element.iterancestors()}
    between = _above(elements, place)[elements.every.index(place.heading) :]
    shown = (
        node for node in between if not (node in around or node.tag in SILENT or is_hidden(node))
    )
    began = False  # some text stands between the headline and what follows
    # Elements inside one another would be read as often as they are deep.
    for node in islice(shown, _MOST_BELOW):
        is_called = bool(_DECK_BELOW.search(marks(node)))
        if (is_called or not began) and (lines := _deck_of(node, text, is_called=is_called)):
            for sibling in node.itersiblings(node.tag):
                if sibling is place.element or not (more := _deck_of(sibling, text)):
                    break
                lines += more
            return lines
        began = began or bool((node.text or "").strip())
    return []


def _deck_of(node: HtmlElement, text: str, *, is_called: bool = False) -> list[str]:
    """Return the lines of an element right below a headline, if they are of a deck."""
    is_long = len(beginning_of(node, MAX_CAPTION)) > MAX_CAPTION
    if is_long or next(node.iter("a", "button", "input"), None) is not None:
        return []
    lines = lines_of(node)
    has_bullets = all(line.startswith(tuple(BULLETS)) for line in lines)
    if not (is_called or node.tag in _LINE_TAGS or has_bullets):
        return []
    return lines if _are_decks(lines) and _sum_up(lines, text) else []


def _sum_up(lines: list[str], text: str) -> bool:
    """Say whether lines are none of a template's: half of their words, and two, are in the text."""
    stems = {
        word if word[0].isdecimal() else word[:_STEM]
        for line in lines
        for word in _WORD.findall(line)
    }
    shared = sum(stem in text for stem in stems)
    return (
        shared >= _FEWEST_SHARED
        and 2 * shared >= len(stems)
        and all(sort_of(line) is None for line in lines)
    )


@lru_cache(maxsize=4096)
def _is_deck_outside(name: str) -> bool:
    """Return whether id and classes are those of a deck; pages of a site share them."""
    return bool(_DECK_OUTSIDE.search(name))


def words_of(image: HtmlElement) -> set[str]:
    """Return the alternative texts of an image, for comparing with lines of text."""
    texts = (squeeze(image.get(name)) for name in ("alt", "title"))
    return {words for words in texts if len(words) >= _SHORTEST_ALT}


def statements_in(captions: list[str]) -> list[str]:
    """Return the captions that hold a sentence, without the triangle that marks them."""
    return [_MARK.sub("", caption) for caption in captions if is_statement(caption)]


def is_picture(node: HtmlElement) -> bool:
    """Return whether a block is an image with its caption: little text that is set like one."""
    images = list(node.iter("img"))
    if not images:
        return False
    text = text_of(node)
    if len(text) > MAX_CAPTION:
        return False
    if (
        not text
        or node.tag in {"table", "dl"}
        or _MARK.match(text)
        or is_centred(node)
        or is_small(node, text)
    ):
        return True
    if any(text in words_of(image) for image in images):
        return True
    return len(text) <= _SHORT and (
        not _SENTENCE_END.search(text) or bool(_CREDIT.search(text[-_CREDIT_WITHIN:]))
    )


def is_centred(node: HtmlElement) -> bool:
    """Return whether a block is centred or set in small letters."""
    return (
        node.get("align") == "center"
        or node.tag == "center"
        or bool(_CENTRED.search(node.get("style") or ""))
    )


def is_small(node: HtmlElement, text: str) -> bool:
    """Return whether a block's text, one sentence at most, is small, grey or slanted throughout."""
    if len(text) > _LONGEST_SET or sentences(text) > 1:
        return False
    for inner in node.iter("small", "em", "i", "font", "span"):
        small = (
            inner.tag in _SMALL_TAGS
            or inner.get("size") in {"1", "2"}
            or _SMALL.search(inner.get("style") or "")
        )
        if small and text_of(inner) == text:
            return True
    return False


def is_set_below(node: HtmlElement, image: HtmlElement, body: HtmlElement) -> bool:
    """Return whether a block right below an image is set as its caption.

    It stands in small letters, or in the middle as the image does.
    """
    if next(node.iter("img"), None) is not None:
        return False
    text = text_of(node)
    if not text or len(text) > _LONGEST_SET or sentences(text) > 1 or sort_of(text):
        return False
    if is_small(node, text):
        return True
    above = image.getparent()
    return (
        is_centred(node)
        and above is not None
        and is_centred(above)
        and not _is_set_throughout(body)
    )


def _is_set_throughout(body: HtmlElement) -> bool:
    """Return whether most of a body is centred: then that marks no caption."""
    blocks = [
        (is_centred(node), len(text_of(node))) for node in body.iter("p", "div") if node is not body
    ]
    return sum(length for centred, length in blocks if centred) > _MOSTLY * sum(
        length for _, length in blocks
    )


def is_under_picture(text: str) -> bool:
    """Return whether a plain line right below an image is its caption.

    It has a few words, or is one sentence of what is shown.
    """
    if _TRIANGLE.match(text) or english.is_caption(text):
        return True
    if sort_of(text) or writer(text):
        return False
    if _describes_picture(text):
        return True
    return len(text) <= _UNDER and not (
        _LEADING_MARK.match(text) or is_prose(text) or _SENTENCE_END.search(text)
    )


def _describes_picture(text: str) -> bool:
    """Return whether a line says what somebody is doing there and then, or names a sight."""
    if len(text) > _LONGEST_SHOWN or sentences(text) > 1:
        return False
    return bool(_SIGHT.search(text) or (_SHOWN.search(text) and _THERE.search(text)))
