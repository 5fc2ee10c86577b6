"""Decides whether a page is an article, and whether its reading can be trusted.

Four checks, in the order in which a reading calls them:

- `keep_own` removes further articles from the page, as where scrolling loads the next one;
- `feed` recognises XML lists of links before any tree is built;
- `doubts` compares a text with the rest of the page, its declarations and the look of its lines;
  where a signal doubts it, `weigh` has Trafilatura read the whole page a second time;
- `judge` rejects error pages, log-in walls, blocks, lists of other articles and foreign languages.

Error pages are recognised by the words that servers and boards send with status 200. Each rule also
requires that there is little running text, so that an article about such a page is read.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from processing.reading import metadata
from processing.reading.asides import is_legal
from processing.reading.body import BodyPlace
from processing.reading.lines import is_sentence, sentences
from processing.reading.metadata import ARTICLE_TYPES, Head
from processing.reading.titles import shared
from processing.reading.tree import RejectionCause, bare, lines_of, squeeze, text_of
from processing.records import Confidence, Doubt, Kind, Reason

_HEADINGS = ("h1", "h2", "h3")
_DATE = re.compile(r"(?:19|20)\d\d(?P<between>\s?[-./])\s?\d{1,2}(?P=between)\s?\d{1,2}")
_SHORTEST = 6  # letters of a headline
_FEWEST = 2  # sentences of an article
_BEFORE_HEADING = 40  # characters of a label above a headline


def keep_own(root: HtmlElement, head: Head) -> None:
    """Take the articles out of the tree that stand beside the one whose headline the page declares.

    Such an article is built like the page's own: same element, same class, a heading of the same sort, a date, text.
    """
    wanted = [bare(title) for title in (head.first("og:title"), head.title) if title]
    for heading in root.iter(*_HEADINGS):
        name = bare(text_of(heading))
        if (
            len(name) >= _SHORTEST
            and any(title.startswith(name) for title in wanted)
            and _drop_others(heading)
        ):
            return
        if (
            len(name) >= _SHORTEST
            and any(title.startswith(name) for title in wanted)
            and _drop_following(heading)
        ):
            return


def _drop_following(heading: HtmlElement) -> bool:
    """Drop what stands from the next headline of the same make on, in one column with the first; say whether any did.

    Subheads of a text have another rank, or another class, than its headline.
    """
    if heading.tag != "h1" and not heading.get("class"):
        return False
    following = next(
        (one for one in heading.itersiblings(heading.tag) if _alike(one, heading)), None
    )
    if following is None or sentences(_between(heading, following)) < _FEWEST:
        return False
    for other in [following, *following.itersiblings()]:
        other.drop_tree()
    return True


def _between(first: HtmlElement, last: HtmlElement) -> str:
    parts = []
    for one in first.itersiblings():
        if one is last:
            break
        parts.extend(lines_of(one))
    return " ".join(parts)


def _drop_others(heading: HtmlElement) -> bool:
    """Drop what stands beside the article under `heading`; say whether there was any."""
    unit, dropped = heading, False
    while (above := unit.getparent()) is not None:
        others = [
            one
            for one in above
            if one is not unit and _alike(one, unit) and _is_article(one, heading)
        ]
        if others and _is_article(unit, heading):
            for other in others:
                other.drop_tree()
            dropped = True
        unit = above
    return dropped


def _alike(one: HtmlElement, other: HtmlElement) -> bool:
    return bool(one.tag == other.tag and one.get("class") == other.get("class"))


def _is_article(unit: HtmlElement, heading: HtmlElement) -> bool:
    """Say whether an element holds sentences and a heading like the page's own, and a date or nothing above it."""
    heads = [one for one in unit.iterdescendants(heading.tag) if _alike(one, heading)]
    if not heads:
        return False
    text = text_of(unit)
    if sum(map(sentences, lines_of(unit))) < _FEWEST:
        return False
    if unit.get("class") and _DATE.search(text):
        return True
    return _begins(unit, heads[0]) and (
        bool(_DATE.search(text)) or (len(heads) == 1 and bool(unit.get("class")))
    )


def _begins(unit: HtmlElement, heading: HtmlElement) -> bool:
    """Say whether an element begins with its heading, as where reading on appends an article without a date."""
    before = text_of(unit).partition(text_of(heading))[0]
    return len(before) <= _BEFORE_HEADING


_BLOCKED = re.compile(
    r"web firewall|security policy|access denied|request blocked|are you (?:a )?(?:human|robot)|captcha|"
    r"cloudflare|just a moment|"
    r"checking your browser|자동\s?등록\s?방지|비정상적인 (?:접근|접속)|접근이 (?:차단|제한)|접속이 (?:차단|"
    r"제한)|차단되었습니다|보안\s?정책|"
    r"too many requests|쿠키(?:를| 사용에?) (?:동의|허용)|cookie consent|unusual traffic|과도한 (?:접속|요청)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:페이지|기사|게시물|게시글|글|게시판|자료|콘텐츠|뉴스|주소)[가를이은는]?\s?(?:가 |이 |"
    r"을 )?(?:존재하지 않|찾을 수 없|없습니다|삭제(?:되었|된)|만료)|"
    r"삭제되었거나|잘못된 (?:접근|경로|주소|요청)|요청하신 (?:페이지|기사|URL)|page not found|404 not found|"
    r"\b404\b.{0,20}(?:error|오류)|"
    r"서비스 (?:점검|이용에 불편)|시스템 (?:오류|점검)|internal server error|비공개 (?:기사|글)|일시적인 오류",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"로그인\s?(?:이 필요|후 이용|하시면|해 ?주세요|하셔야)|회원\s?(?:만|전용).{0,20}(?:열람|이용|볼 수)|"
    r"읽을 권한이 없|권한이 없습니다|"
    r"구독자\s?전용|유료\s?(?:회원|구독).{0,20}(?:전용|만)|비밀번호를 입력",
)
_ALERT = re.compile(r"alert\(\s?[\"'](?P<words>[^\"']{4,120})[\"']")
_SHOWN = 3000  # characters of the page within which such words count
_LITTLE = 120  # characters below which a text is none beside such words
_LONG = 400  # characters above which such words in a headline are an article's
_LINKS, _ITEM, _LEADS, _MOSTLY = 25, 12, 3, 0.4
_TELLING = 300  # characters from which a text is no lead
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(rss|feed|urlset|sitemapindex|rdf:RDF)\b",
    re.DOTALL,
)
_KOREAN_SHARE = 0.15
_TIME_PROPERTIES = (
    "article:published_time",
    "og:regdate",
    "dd:published_time",
    "og:published_time",
)
_SHORT_KINDS = frozenset({Kind.PHOTO, Kind.VIDEO, Kind.FLASH})


def judge(
    root: HtmlElement,
    head: Head,
    *,
    title: str,
    text: str,
    kind: Kind,
    english: bool = False,
    any_language: bool = False,
    body: HtmlElement | None = None,
) -> RejectionCause | None:
    """Return what speaks against a page being an article, or None where it is one.

    A short text is enough, in Korean, in `english` where the outlet publishes in it, or in
    `any_language`. No text is enough only for a page that declares itself an article of a kind that
    has none. `body` is the element that the text was read from.
    """
    if body is not None and text and not is_dated(head) and (finding := listing_in(body, text)):
        return finding
    found = _judged(root, head, title=title, text=text, kind=kind)
    if found is None or found.reason in {Reason.EMPTY, Reason.NOT_ARTICLE, Reason.LIST_PAGE}:
        words = text or squeeze(f"{head.title} {text_of(root)}"[:_SHOWN])
        judged = not any_language and (bool(text) or len(words) >= _LONG)
        return (_foreign(words, english=english) if judged else None) or found
    return found


def _judged(
    root: HtmlElement, head: Head, *, title: str, text: str, kind: Kind
) -> RejectionCause | None:
    if not is_declared(head) and len(text) < _LONG and (match := _ERROR.search(title)):
        return RejectionCause(Reason.ERROR_PAGE, f"{match[0]}: {text[:80]}")
    if text and (len(text) >= _LITTLE or is_dated(head)):
        return None if is_declared(head) else _listing(root, text)
    shown = squeeze(f"{head.title} {text or _alerts(root) + ' ' + text_of(root)}"[:_SHOWN])
    for reason, pattern in (
        (Reason.BLOCKED, _BLOCKED),
        (Reason.ERROR_PAGE, _ERROR),
        (Reason.LOGIN, _LOGIN),
    ):
        if (match := pattern.search(shown)) and not (
            title and kind in _SHORT_KINDS and is_dated(head)
        ):
            return RejectionCause(reason, shown[max(0, match.start() - 40) : match.end() + 80])
    if text:
        return None if is_declared(head) else _listing(root, text)
    if is_declared(head) and title and kind in _SHORT_KINDS:
        return None
    reason = Reason.EMPTY if is_declared(head) else Reason.NOT_ARTICLE
    return _listing(root, text) or RejectionCause(reason, f"no running text: {shown[:150]}")


def is_dated(head: Head) -> bool:
    """Say whether a page declares when it was published as an article."""
    return head.first(*_TIME_PROPERTIES) is not None or "datePublished" in head.article


def is_declared(head: Head) -> bool:
    """Say whether a page calls itself an article: Open Graph's type, JSON-LD, or a time of publication."""
    kind = (head.first("og:type") or "").lower()
    return (
        kind.startswith(("article", "video", "news"))
        or any(metadata.is_a(one, *ARTICLE_TYPES) for one in head.objects)
        or is_dated(head)
    )


def _foreign(text: str, *, english: bool) -> RejectionCause | None:
    letters = sum(letter.isalpha() for letter in text)
    hangul = sum("가" <= letter <= "힣" for letter in text)
    latin = sum(letter.isascii() for letter in text if letter.isalpha()) if english else 0
    if letters and hangul + latin < _KOREAN_SHARE * letters:
        return RejectionCause(
            Reason.NOT_KOREAN, f"{hangul} of {letters} letters are Hangul: {text[:80]}"
        )
    return None


def _listing(root: HtmlElement, text: str) -> RejectionCause | None:
    """Find a page that is mostly headlines of others: links outweigh the text, or its paragraphs are cut-off leads."""
    linked = [words for link in root.iter("a") if len(words := text_of(link)) >= _ITEM]
    paragraphs = text.split("\n\n")
    leads = sum(paragraph.endswith(("..", "…")) for paragraph in paragraphs)
    cut_off = leads > _MOSTLY * len(paragraphs) and len(linked) >= _LEADS
    enough = _LINKS if text else _LINKS // 2
    linked_length = sum(map(len, linked))
    outweighed = len(linked) >= enough and linked_length > 2 * len(text) and len(text) < _TELLING
    if cut_off or outweighed:
        first = linked[0] if linked else paragraphs[0]
        return RejectionCause(
            Reason.LIST_PAGE,
            f"{len(linked)} headlines linked, {len(text)} characters of text: {first}",
        )
    return None


def feed(text: str) -> RejectionCause | None:
    """Find a feed or a sitemap, which is no page at all."""
    match = _FEED.match(text[:_SHOWN])
    return RejectionCause(Reason.LIST_PAGE, f"an XML list of links: {match[1]}") if match else None


def _alerts(root: HtmlElement) -> str:
    """Return what scripts would say in a dialog: gnuboard answers errors so, with status 200."""
    found = (
        _ALERT.findall(script.text or "")
        for script in root.iter("script")
        if len(script.text or "") < _SHOWN
    )
    return " ".join(words for one in found for words in one)


_ITEM_TAGS = ("li", "div", "article", "section", "dl", "tr", "td", "dd", "p")
_FEWEST_ITEMS, _LISTED_SHARE = 3, 0.6
_LEAD_LENGTH = 20  # characters from which an item tells more than its headline
_SHORTEST_LINK = 6  # letters of a link that may be a headline
_LONGEST_HEADLINE = 120
_CODE = re.compile(r"\"\s?:\s?[\"\[{\d]|\\u[0-9a-f]{4}|[{}\[\]]\s?,\s?[{\[]|function\s?\(|\);|=>")
_CODE_EVERY = 60  # characters a mark of code above which a text is none


def listing_in(element: HtmlElement, text: str) -> RejectionCause | None:
    """Return the finding that most of `text` stands in items with linked headlines, or that it is script data."""
    if len(_CODE.findall(text)) * _CODE_EVERY > len(text) > 0:
        return RejectionCause(Reason.LIST_PAGE, f"script data shown as text: {text[:80]}")
    groups: dict[tuple[object, ...], list[tuple[str, int]]] = defaultdict(list)
    for item in element.iter(*_ITEM_TAGS):
        if headline := _headline_of(item):
            parent = item.getparent()
            length = len(text_of(item)) - len(headline)
            groups[parent, item.tag, item.get("class")].append((headline, length))
    for items in groups.values():
        different = {headline for headline, length in items if length >= _LEAD_LENGTH}
        told = sum(length for _, length in items)
        most = max(length for _, length in items)
        if (
            len(different) >= _FEWEST_ITEMS
            and told >= _LISTED_SHARE * len(text)
            and most < _LISTED_SHARE * told
        ):
            return RejectionCause(
                Reason.LIST_PAGE, f"{len(different)} linked headlines with leads: {items[0][0]}"
            )
    return None


def _headline_of(item: HtmlElement) -> str | None:
    """Return the linked headline that begins an item, where text follows it that is not linked."""
    link = next((one for one in item.iter("a") if len(bare(text_of(one))) >= _SHORTEST_LINK), None)
    if link is None or not (link.get("href") or "").strip(" #"):
        return None
    words = text_of(link)
    if len(words) > _LONGEST_HEADLINE or squeeze(link.tail):
        return None
    holder = link.getparent()
    if holder is not None and squeeze(holder.text):
        return None
    return words


_HALF, _FEW = 0.5, 0.7
_BEGINNING = 16  # letters of a description by which it is found
_DECLARED_LEAST = 200
_SHORT_TEXT, _MORE = 150, 2.0
_FRAGMENTS, _FEWEST_LINES = 0.5, 4
_GRAM = 8
_AGREED = 0.85
_INCOMPLETE = frozenset({Doubt.SHORT, Doubt.MARKS})
_FEWEST_WORDS = 4
_SECOND_LEAST, _MUCH = 100, 1.4


@dataclass(frozen=True, slots=True)
class FirstReading:
    """What is known of a first reading: its running text, what was handed out of it, and its headline."""

    title: str
    text: str
    handed_out: Sequence[str]
    place: BodyPlace | None
    from_script: bool


def doubts(root: HtmlElement, head: Head, first: FirstReading) -> tuple[Doubt, ...]:
    """Return the signals that speak against a reading, in the order of the closed list."""
    if not first.text:
        return (Doubt.EMPTY,)
    signals = {*_of_place(first), *_of_lines(first), *_of_declarations(root, head, first)}
    return tuple(one for one in Doubt if one in signals)


def _of_place(first: FirstReading) -> Iterator[Doubt]:
    """Yield what the place of a text on its page says against it."""
    place, length = first.place, len(first.text)
    if place is None or first.from_script:
        return
    if place.overruled:
        yield Doubt.MARKS
    if length + sum(map(len, first.handed_out)) < _HALF * place.whole:
        yield Doubt.SHARE
    if length < _SHORT_TEXT and place.whole > _MORE * length:
        yield Doubt.SHORT
    if listing_in(place.element, first.text):
        yield Doubt.LISTED


def _of_lines(first: FirstReading) -> Iterator[Doubt]:
    """Yield what the lines of a text say against it."""
    lines = first.text.split("\n\n")
    fragments = sum(len(line) for line in lines if not is_sentence(line))
    if len(lines) >= _FEWEST_LINES and fragments > _FRAGMENTS * len(first.text):
        yield Doubt.FRAGMENTS
    if len(first.title.split()) >= _FEWEST_WORDS and not shared(first.title, bare(first.text)):
        yield Doubt.HEADLINE


def _of_declarations(root: HtmlElement, head: Head, first: FirstReading) -> Iterator[Doubt]:
    """Yield what the page declares against a text: the beginning of its description, the length of its body."""
    description = head.first("og:description", "description", "twitter:description") or ""
    # A deck repeated as the description has no full stop and need not stand in the text.
    says = bare(description) if is_sentence(description) else ""
    starts = (0, 2 * _BEGINNING)
    parts = [
        says[start : start + _BEGINNING] for start in starts if len(says) >= start + _BEGINNING
    ]
    told = bare(" ".join((first.text, *first.handed_out, first.title))) if parts else ""
    if parts and not any(part in told for part in parts):
        page = bare(text_of(root))
        if any(part in page for part in parts):
            yield Doubt.DESCRIPTION
    declared = squeeze(metadata.text(head.article.get("articleBody")))
    if len(declared) >= _DECLARED_LEAST and not _FEW < len(first.text) / len(declared) < 1 / _FEW:
        yield Doubt.DECLARED


@dataclass(frozen=True, slots=True)
class ReadingCheck:
    """Which reading is taken, and whether the article is sure; `lines` are those of the second where that is."""

    doubts: tuple[Doubt, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def confidence(self) -> Confidence:
        """Return whether the article is sure."""
        return Confidence.DOUBTFUL if self.doubts else Confidence.SURE


def weigh(page: str, head: Head, first: FirstReading, found: tuple[Doubt, ...]) -> ReadingCheck:
    """Read a doubted page again, from its characters, and say which reading is better founded.

    The second is taken where the first has no text, lacks what the page says of itself, or is a part of the second.
    """
    known = {bare(line) for line in first.handed_out}
    lines = [line for line in read_again(page) if bare(line) not in known]
    text = "\n".join(lines)
    if agrees(first.text, text):
        return ReadingCheck(tuple(one for one in found if one is Doubt.LISTED))
    reasons = (*found, Doubt.SECOND)
    ours, theirs = len(first.text), sum(len(line) for line in lines if is_sentence(line))
    if theirs < _SECOND_LEAST or is_legal(text):
        return ReadingCheck(reasons)
    says = bare(head.first("og:description", "description", "twitter:description") or "")[
        :_BEGINNING
    ]
    shared_part = _part_of(first.text, text)
    better = (
        not ours
        or (
            Doubt.DESCRIPTION in found
            and len(says) == _BEGINNING
            and says in bare(text)
            and (shared_part < _HALF or Doubt.SHARE in found)
        )
        or (theirs > _MUCH * ours and shared_part >= _FEW and not _INCOMPLETE.isdisjoint(found))
    )
    return ReadingCheck(reasons, tuple(lines) if better else ())


def _part_of(one: str, other: str) -> float:
    """Return the share of one text that stands in another."""
    ours, theirs = _grams(one), _grams(other)
    return sum((ours & theirs).values()) / max(1, sum(ours.values()))


def read_again(text: str) -> list[str]:
    """Return the paragraphs that Trafilatura reads from the characters of a whole page."""
    document = bare_extraction(text, with_metadata=False, include_comments=False)
    if not isinstance(document, Document) or not document.text:
        return []
    return [line for raw in document.text.split("\n") if (line := squeeze(raw))]


def agreement(one: str, other: str) -> float:
    """Return how much of two texts is the same: F1 of 8-grams of letters, 0 to 1."""
    ours, theirs = _grams(one), _grams(other)
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if both else 0.0


def agrees(one: str, other: str) -> bool:
    """Say whether two readings are one text."""
    return agreement(one, other) >= _AGREED


def _grams(text: str) -> Counter[str]:
    plain = bare(text)
    return Counter(plain[index : index + _GRAM] for index in range(max(1, len(plain) - _GRAM + 1)))
