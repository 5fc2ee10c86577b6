"""Decides whether a page is an article, and whether its reading can be trusted.

Four checks, in the order in which a reading calls them:

- `feed` recognises XML lists of links before any tree is built;
- `keep_own` removes further articles from the page, as where scrolling loads the next one;
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
from processing.reading.lines import is_prose, is_sentence, sentences
from processing.reading.metadata import ARTICLE_TYPES, Head
from processing.reading.titles import shared
from processing.reading.tree import (
    MAX_BYTES,
    RejectionCause,
    bare,
    hangul_in,
    lines_of,
    squeeze,
    text_of,
)
from processing.records import Confidence, Doubt, Kind, Reason

_FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(rss|feed|urlset|sitemapindex|rdf:RDF)\b",
    re.DOTALL,
)

# Several articles on one page.
_HEADINGS = ("h1", "h2", "h3")
_DATE = re.compile(r"(?:19|20)\d\d(?P<between>\s?[-./])\s?\d{1,2}(?P=between)\s?\d{1,2}")
_SHORTEST_HEADLINE = 6  # letters
_FEWEST_SENTENCES = 2  # of an article
_BEFORE_HEADING = 40  # characters of a label above a headline

# Words of pages that are sent in an article's place.
_CONSENT = re.compile(r"쿠키(?:를| 사용에?) (?:동의|허용)|cookie consent", re.IGNORECASE)
_BLOCKED = re.compile(
    r"web firewall|security policy|access denied|request blocked"
    r"|are you (?:a )?(?:human|robot)|captcha"
    r"|cloudflare|just a moment|checking your browser"
    r"|자동\s?등록\s?방지|비정상적인 (?:접근|접속)"
    r"|접근이 (?:차단|제한)|접속이 (?:차단|제한)|차단되었습니다"
    r"|보안\s?정책|too many requests|자동화된 (?:접근|접속|요청)"
    rf"|{_CONSENT.pattern}|unusual traffic|과도한 (?:접속|요청)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:페이지|기사|게시물|게시글|글|게시판|자료|콘텐츠|뉴스|주소)[가를이은는]?\s?(?:가 |이 |을 )?"
    r"(?:존재하지 않|찾을 수 없|없습니다|삭제(?:되었|된)|만료)"
    r"|삭제되었거나|잘못된 (?:접근|경로|주소|요청)|요청하신 (?:페이지|기사|URL)"
    r"|page not found|404 not found|\b404\b.{0,20}(?:error|오류)"
    r"|서비스 (?:점검|이용에 불편)|시스템 (?:오류|점검)|internal server error"
    r"|비공개 (?:기사|글)|일시적인 오류",
    re.IGNORECASE,
)
# What else such pages say, where nothing but a notice stands on them.
_GONE = re.compile(
    r"삭제(?:되었|됐|된|하였|했|처리)|존재하지 않|찾을 수 없|(?:표시|열람|확인|조회|제공)할 수 없|(?:볼|열|불러올) 수 없"
    r"|비공개"
)
_POLITE = re.compile(r"(?:니다|니까|세요|십시오|[어아예]요|까요)[.!?…]{0,3}[\"”’)\]]?$")
_LONGEST_NOTICE = 200  # characters of a notice that stands in an article's place
_LOGIN = re.compile(
    r"로그인\s?(?:이 필요|후 이용|하시면|해 ?주세요|하셔야)"
    r"|회원\s?(?:만|전용).{0,20}(?:열람|이용|볼 수)"
    r"|읽을 권한이 없|권한이 없습니다"
    r"|구독자\s?전용|유료\s?(?:회원|구독).{0,20}(?:전용|만)"
    r"|비밀번호를 입력",
)
# The first that matches is the reason.
_NO_ARTICLE = (
    (Reason.BLOCKED, _BLOCKED),
    (Reason.ERROR_PAGE, _ERROR),
    (Reason.LOGIN, _LOGIN),
)
_ALERT = re.compile(r"alert\(\s?[\"'](?P<words>[^\"']{4,120})[\"']")
_SHOWN = 3000  # characters of the page within which such words count
_BEFORE_MATCH, _AFTER_MATCH = 40, 80  # characters of evidence around them
_LITTLE = 120  # characters below which a text is none beside such words
_LONG = 400  # characters above which such words in a headline are an article's

# Lists of other articles, by the weight of their links.
_LINKED_LENGTH = 12  # characters of a link that may be a headline
_MANY_LINKS = 25
_FEW_LINKS = 3  # beside leads that are cut off
_LEAD_SHARE = 0.4  # share of paragraphs that are cut-off leads
_LONGEST_LEAD = 300  # characters from which a text is no lead

# Lists of other articles, by the make of their items.
_ITEM_TAGS = ("li", "div", "article", "section", "dl", "tr", "td", "dd", "p")
_FEWEST_ITEMS = 3
_LISTED_SHARE = 0.6  # share of the text in items; no single item may have as much of them
_LEAD_LENGTH = 20  # characters from which an item says more than its headline
_SHORTEST_LINK = 6  # letters of a link that may be a headline
_LONGEST_HEADLINE = 120
_CODE = re.compile(
    r"\"\s?:\s?[\"\[{\d]"  # a member of a JSON object
    r"|\\u[0-9a-f]{4}"
    r"|[{}\[\]]\s?,\s?[{\[]"
    r"|function\s?\(|\);|=>"
)
_DATA, _MEMBER = re.compile(r"[\[{]\s?[\"“\[{]"), re.compile(r"[\"”]\s?:\s?[\"“\[{\d]")
_FEWEST_MEMBERS = 2  # of a line of JSON
_CODE_EVERY = 60  # characters per mark of code below which a text is code

_KOREAN_SHARE = 0.15  # of the letters of a text
_TIME_PROPERTIES = (
    "article:published_time",
    "og:regdate",
    "dd:published_time",
    "og:published_time",
)
_SHORT_KINDS = frozenset({Kind.PHOTO, Kind.VIDEO, Kind.FLASH})

# Signals that doubt a reading, and what makes the second one better.
_BEGINNING = 16  # letters of a description by which it is found
_HALF = 0.5  # share of the page's sentences that a text holds at least
_SHORT_TEXT, _SHORT_RATIO = 150, 2.0  # characters; times that much stands on the page
_DECLARED_LEAST = 200  # characters of a declared `articleBody` that is compared
_SIMILAR_LENGTH = 0.7  # of two texts
_FRAGMENTS, _FEWEST_LINES = 0.5, 4
_FEWEST_WORDS = 4  # of a headline that should share one with its text
_GRAM = 8  # letters
_AGREED = 0.85  # F1 of grams
_CERTAIN = frozenset({Doubt.LISTED, Doubt.DROPPED, Doubt.STREWN})
_STREWN = 0.15  # share of a text's sentences beyond its main column, from which it is in doubt
# Characters that rules may take out of a body before it is in doubt, and their share of the text.
_DROPPED_LEAST, _DROPPED_SHARE = 200, 0.2
_INCOMPLETE = frozenset({Doubt.SHORT, Doubt.MARKS})
_SECOND_LEAST = 100  # characters of sentences
_MUCH_LONGER = 1.4


def feed(text: str) -> RejectionCause | None:
    """Return the finding that `text` is a feed or a sitemap, or None."""
    match = _FEED.match(text[:_SHOWN])
    return RejectionCause(Reason.LIST_PAGE, f"an XML list of links: {match[1]}") if match else None


def keep_own(root: HtmlElement, head: Head) -> None:
    """Remove the articles from a tree that stand beside the one whose headline the page declares.

    Such an article is built like the page's own: the same element and class, a heading of the same
    rank, sentences, and a date.
    """
    wanted = [bare(title) for title in (head.first("og:title"), head.title) if title]
    for heading in root.iter(*_HEADINGS):
        name = bare(text_of(heading))
        if len(name) < _SHORTEST_HEADLINE or not any(title.startswith(name) for title in wanted):
            continue
        if _drop_others(heading) or _drop_following(heading):
            return


def _drop_following(heading: HtmlElement) -> bool:
    """Remove all from the next headline in the same column on; return whether there was one.

    Subheads of a text have another rank, or another class, than its headline.
    """
    if heading.tag != "h1" and not heading.get("class"):
        return False
    alike = (other for other in heading.itersiblings(heading.tag) if _alike(other, heading))
    following = next(alike, None)
    if following is None or sentences(_between(heading, following)) < _FEWEST_SENTENCES:
        return False
    for other in [following, *following.itersiblings()]:
        other.drop_tree()
    return True


def _between(first: HtmlElement, last: HtmlElement) -> str:
    lines: list[str] = []
    for sibling in first.itersiblings():
        if sibling is last:
            break
        lines.extend(lines_of(sibling))
    return " ".join(lines)


def _drop_others(heading: HtmlElement) -> bool:
    """Remove the articles beside the one under `heading`; return whether there were any."""
    unit, dropped = heading, False
    while (above := unit.getparent()) is not None:
        others = [
            other
            for other in above
            if other is not unit and _alike(other, unit) and _is_article(other, heading)
        ]
        if others and _is_article(unit, heading):
            for other in others:
                other.drop_tree()
            dropped = True
        unit = above
    return dropped


def _alike(element: HtmlElement, other: HtmlElement) -> bool:
    return bool(element.tag == other.tag and element.get("class") == other.get("class"))


def _is_article(unit: HtmlElement, heading: HtmlElement) -> bool:
    """Return whether an element holds sentences, a heading like `heading`, and a date or class."""
    heads = [head for head in unit.iterdescendants(heading.tag) if _alike(head, heading)]
    if not heads or sum(map(sentences, lines_of(unit))) < _FEWEST_SENTENCES:
        return False
    # The element of HTML 5 says what classes say elsewhere.
    has_class = bool(unit.get("class")) or unit.tag == "article"
    has_date = bool(_DATE.search(text_of(unit)))
    if has_class and has_date:
        return True
    # Where scrolling appends articles, they may have no date but begin with their heading.
    return _begins(unit, heads[0]) and (has_date or (len(heads) == 1 and has_class))


def _begins(unit: HtmlElement, heading: HtmlElement) -> bool:
    """Return whether an element begins with its heading, or with a label above it."""
    before = text_of(unit).partition(text_of(heading))[0]
    return len(before) <= _BEFORE_HEADING


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
    """Return why a page is no article, or None if it is one.

    A short text is enough, in Korean, in English if the outlet publishes in it (`english`), or in
    `any_language`. No text is enough only for a page that declares itself an article of a kind that
    has none. `body` is the element that the text was read from.
    """
    if body is not None and text and not is_dated(head) and (cause := listing_in(body, text)):
        return cause
    cause = _judged(root, head, title=title, text=text, kind=kind)
    if cause is None or cause.reason in {Reason.EMPTY, Reason.NOT_ARTICLE, Reason.LIST_PAGE}:
        plain = text or squeeze(f"{head.title} {text_of(root)}"[:_SHOWN])
        judged = not any_language and (bool(text) or len(plain) >= _LONG)
        return (_foreign(plain, english=english) if judged else None) or cause
    return cause


def _judged(
    root: HtmlElement, head: Head, *, title: str, text: str, kind: Kind
) -> RejectionCause | None:
    """Return why a page is no article whatever its language is."""
    declared = is_declared(head)
    if not declared and len(text) < _LONG and (match := _ERROR.search(title)):
        return RejectionCause(Reason.ERROR_PAGE, f"{match[0]}: {text[:80]}")
    if text and (len(text) >= _LITTLE or is_dated(head)):
        return None if declared else _listing(root, text)
    shown = squeeze(f"{head.title} {text or _alerts(root) + ' ' + text_of(root)}"[:_SHOWN])
    # Photos, videos and flashes have no text to outweigh such words.
    may_lack_text = bool(title) and kind in _SHORT_KINDS
    if may_lack_text and declared:
        # A banner above pictures asks for consent as a page sent in their place does.
        shown = _CONSENT.sub("", shown)
    if not (may_lack_text and is_dated(head)) and (cause := _substitute(shown)):
        return cause
    if text:
        return None if declared else _listing(root, text)
    if declared and may_lack_text:
        return None
    reason = Reason.EMPTY if declared else Reason.NOT_ARTICLE
    return _listing(root, text) or RejectionCause(reason, f"no running text: {shown[:150]}")


def notice_of(head: Head, text: str, kind: Kind) -> RejectionCause | None:
    """Return the finding that a text is a short notice to the reader, and no story.

    It is polite in each line, as sites speak to readers; newspapers tell in the plain style, and
    broadcasters print the time, for which the caller has to look.
    """
    polite = [_POLITE.search(line) is not None for line in text.splitlines() if line.strip()]
    if (
        not polite
        or not all(polite)
        or len(text) >= _LONGEST_NOTICE
        or is_dated(head)
        or kind in _SHORT_KINDS
    ):
        return None
    reason = Reason.ERROR_PAGE if _GONE.search(text) else Reason.NOT_ARTICLE
    return RejectionCause(reason, f"a notice without time and reporter: {squeeze(text)[:150]}")


def _substitute(shown: str) -> RejectionCause | None:
    """Return the finding that a page's words are those of a block, an error or a log-in."""
    for reason, pattern in _NO_ARTICLE:
        if match := pattern.search(shown):
            start = max(0, match.start() - _BEFORE_MATCH)
            return RejectionCause(reason, shown[start : match.end() + _AFTER_MATCH])
    return None


def is_dated(head: Head) -> bool:
    """Return whether a page declares when it was published as an article."""
    return head.first(*_TIME_PROPERTIES) is not None or "datePublished" in head.article


def is_declared(head: Head) -> bool:
    """Return whether a page calls itself an article: `og:type`, JSON-LD, or a publication time."""
    kind = (head.first("og:type") or "").lower()
    return (
        kind.startswith(("article", "video", "news"))
        or any(metadata.is_a(item, *ARTICLE_TYPES) for item in head.objects)
        or is_dated(head)
    )


def _foreign(text: str, *, english: bool) -> RejectionCause | None:
    hangul = hangul_in(text)
    if hangul >= _KOREAN_SHARE * len(text):
        return None
    letters = sum(map(str.isalpha, text))
    latin = sum(letter.isascii() for letter in text if letter.isalpha()) if english else 0
    if letters and hangul + latin < _KOREAN_SHARE * letters:
        return RejectionCause(
            Reason.NOT_KOREAN, f"{hangul} of {letters} letters are Hangul: {text[:80]}"
        )
    return None


def _alerts(root: HtmlElement) -> str:
    """Return what scripts would show in a dialog: gnuboard answers errors so, with status 200."""
    scripts = (script.text or "" for script in root.iter("script"))
    return " ".join(
        words for script in scripts if len(script) < _SHOWN for words in _ALERT.findall(script)
    )


def _listing(root: HtmlElement, text: str) -> RejectionCause | None:
    """Return the finding that links outweigh the text, or that its paragraphs are cut-off leads."""
    linked = [words for link in root.iter("a") if len(words := text_of(link)) >= _LINKED_LENGTH]
    paragraphs = text.split("\n\n")
    leads = sum(paragraph.endswith(("..", "…")) for paragraph in paragraphs)
    # Cards that are links as a whole, with their leads, leave no text beside them.
    cards = not text and sum(map(is_prose, linked)) >= _FEWEST_ITEMS
    cut_off = leads > _LEAD_SHARE * len(paragraphs) and len(linked) >= _FEW_LINKS
    enough = _MANY_LINKS if text else _MANY_LINKS // 2
    linked_length = sum(map(len, linked))
    short = len(text) < _LONGEST_LEAD
    outweighed = len(linked) >= enough and linked_length > 2 * len(text) and short
    if cards or cut_off or outweighed:
        first = linked[0] if linked else paragraphs[0]
        return RejectionCause(
            Reason.LIST_PAGE,
            f"{len(linked)} headlines linked, {len(text)} characters of text: {first}",
        )
    return None


def listing_in(element: HtmlElement, text: str) -> RejectionCause | None:
    """Return the finding that most of `text` stands in items with linked headlines, or is code.

    The structure decides, not the length: section fronts, search results and author pages print
    leads of several sentences. The parts of one article hold no headline of their own that links
    elsewhere.
    """
    if _is_code(text):
        return RejectionCause(Reason.LIST_PAGE, f"script data shown as text: {text[:80]}")
    groups: dict[tuple[object, ...], list[tuple[str, int]]] = defaultdict(list)
    for item in element.iter(*_ITEM_TAGS):
        if headline := _headline_of(item):
            parent = item.getparent()
            length = len(text_of(item)) - len(headline)
            groups[parent, item.tag, item.get("class")].append((headline, length))
    for items in groups.values():
        different = {headline for headline, length in items if length >= _LEAD_LENGTH}
        total = sum(length for _, length in items)
        longest = max(length for _, length in items)
        # One long item among short ones is the article with a list below it.
        if (
            len(different) >= _FEWEST_ITEMS
            and total >= _LISTED_SHARE * len(text)
            and longest < _LISTED_SHARE * total
        ):
            return RejectionCause(
                Reason.LIST_PAGE, f"{len(different)} linked headlines with leads: {items[0][0]}"
            )
    return None


def _is_code(text: str) -> bool:
    """Return whether most of a text is script data: close marks of code, or lines of JSON."""
    if len(_CODE.findall(text)) * _CODE_EVERY > len(text) > 0:
        return True
    data = (
        len(line)
        for line in text.split("\n")
        if _DATA.match(line) and len(_MEMBER.findall(line)) >= _FEWEST_MEMBERS
    )
    return 2 * sum(data) > len(text)


def _headline_of(item: HtmlElement) -> str | None:
    """Return the linked headline that begins an item if text that is not linked follows it."""
    links = (link for link in item.iter("a") if len(bare(text_of(link))) >= _SHORTEST_LINK)
    link = next(links, None)
    if link is None or not (link.get("href") or "").strip(" #"):
        return None
    words = text_of(link)
    if len(words) > _LONGEST_HEADLINE or squeeze(link.tail):
        return None
    holder = link.getparent()
    if holder is not None and squeeze(holder.text):
        return None
    return words


@dataclass(frozen=True, slots=True)
class FirstReading:
    """What a first reading gave: headline, running text, and the lines that became other fields.

    `dropped` are the characters that rules for mark-up and copies took out of the body.
    """

    title: str
    text: str
    handed_out: Sequence[str]
    place: BodyPlace | None
    from_script: bool
    dropped: int = 0


def doubts(root: HtmlElement, head: Head, first: FirstReading) -> tuple[Doubt, ...]:
    """Return the signals that speak against a reading, in the order of `Doubt`.

    They cost a few searches in strings; a second reading costs twice the first, so few pages get
    one.
    """
    if not first.text:
        return (Doubt.EMPTY,)
    signals = {*_of_place(first), *_of_lines(first), *_of_declarations(root, head, first)}
    if Doubt.HEADLINE in signals and _is_described(head, first):
        # Headlines tease: what the page says of itself stands in the text all the same.
        signals.discard(Doubt.HEADLINE)
    return tuple(doubt for doubt in Doubt if doubt in signals)


def _is_described(head: Head, first: FirstReading) -> bool:
    """Return whether the declared description begins in the text."""
    description = head.first("og:description", "description", "twitter:description") or ""
    says = bare(description)[:_BEGINNING]
    return len(says) == _BEGINNING and says in bare(first.text)


def _of_place(first: FirstReading) -> Iterator[Doubt]:
    """Yield what the place of a text on its page says against it."""
    place, length = first.place, len(first.text)
    if place is None or first.from_script:
        return
    if place.overruled:
        yield Doubt.MARKS
    if length + sum(map(len, first.handed_out)) < _HALF * place.whole:
        yield Doubt.SHARE
    if length < _SHORT_TEXT and place.whole > _SHORT_RATIO * length:
        yield Doubt.SHORT
    if listing_in(place.element, first.text) or _holds_articles(place.element, length):
        yield Doubt.LISTED
    if place.strewn >= _STREWN:
        yield Doubt.STREWN
    if first.dropped >= max(_DROPPED_LEAST, _DROPPED_SHARE * length):
        yield Doubt.DROPPED


def _holds_articles(element: HtmlElement, length: int) -> bool:
    """Return whether several `article` elements hold most of a text of `length` characters."""
    inner = list(element.iterdescendants("article"))
    return len(inner) >= _FEWEST_ITEMS and sum(map(len, map(text_of, inner))) > _HALF * length


def _of_lines(first: FirstReading) -> Iterator[Doubt]:
    """Yield what the lines of a text say against it."""
    lines = first.text.split("\n\n")
    fragments = sum(len(line) for line in lines if not is_sentence(line))
    if len(lines) >= _FEWEST_LINES and fragments > _FRAGMENTS * len(first.text):
        yield Doubt.FRAGMENTS
    if len(first.title.split()) >= _FEWEST_WORDS and not shared(first.title, bare(first.text)):
        yield Doubt.HEADLINE


def _of_declarations(root: HtmlElement, head: Head, first: FirstReading) -> Iterator[Doubt]:
    """Yield what the page declares against a text: its description, the length of its body."""
    text = head.first("og:description", "description", "twitter:description") or ""
    # A deck repeated as the description has no full stop and need not stand in the text.
    plain = bare(text) if is_sentence(text) else ""
    starts = (0, 2 * _BEGINNING)
    parts = [
        plain[start : start + _BEGINNING] for start in starts if len(plain) >= start + _BEGINNING
    ]
    body = bare(" ".join((first.text, *first.handed_out, first.title))) if parts else ""
    if parts and not any(part in body for part in parts):
        # What stands nowhere on the page cannot be missing from its text.
        page = bare(text_of(root))
        if any(part in page for part in parts):
            yield Doubt.DESCRIPTION
    declared = len(metadata.text(head.article.get("articleBody"), most=MAX_BYTES) or "")
    ratio = len(first.text) / max(1, declared)
    if declared >= _DECLARED_LEAST and not _SIMILAR_LENGTH < ratio < 1 / _SIMILAR_LENGTH:
        yield Doubt.DECLARED


@dataclass(frozen=True, slots=True)
class ReadingCheck:
    """Which reading is taken, and whether it is sure; `lines` are the second's if that is taken."""

    doubts: tuple[Doubt, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def confidence(self) -> Confidence:
        """Return whether the article is sure."""
        return Confidence.DOUBTFUL if self.doubts else Confidence.SURE


def weigh(page: str, head: Head, first: FirstReading, signals: tuple[Doubt, ...]) -> ReadingCheck:
    """Read a doubted page again, from its characters, and take the better founded reading.

    Where both agree the article is sure. Else it is doubtful, and the second reading is taken if
    the first has no text, lacks what the page says of itself, or is a part of the second.
    """
    known = {bare(line) for line in first.handed_out}
    lines = [line for line in read_again(page) if bare(line) not in known]
    text = "\n".join(lines)
    if agrees(first.text, text):
        # Two readings of a list agree on the list, and both may drop what was of the text.
        return ReadingCheck(tuple(doubt for doubt in signals if doubt in _CERTAIN))
    reasons = (*signals, Doubt.SECOND)
    length = sum(len(line) for line in lines if is_sentence(line))
    if length < _SECOND_LEAST or is_legal(text):
        return ReadingCheck(reasons)
    better = not first.text or _is_better(head, first.text, text, length, signals)
    return ReadingCheck(reasons, tuple(lines) if better else ())


def _is_better(
    head: Head, first: str, second: str, length: int, signals: tuple[Doubt, ...]
) -> bool:
    """Return whether a second text, with `length` characters of sentences, is better founded."""
    description = head.first("og:description", "description", "twitter:description") or ""
    says = bare(description)[:_BEGINNING]
    inside = _part_of(first, second)
    described = Doubt.DESCRIPTION in signals and len(says) == _BEGINNING and says in bare(second)
    if described and (inside < _HALF or Doubt.SHARE in signals):
        return True
    longer = length > _MUCH_LONGER * len(first)
    return longer and inside >= _SIMILAR_LENGTH and not _INCOMPLETE.isdisjoint(signals)


def read_again(text: str) -> list[str]:
    """Return the paragraphs that Trafilatura reads from the characters of a whole page."""
    document = bare_extraction(text, with_metadata=False, include_comments=False)
    if not isinstance(document, Document) or not document.text:
        return []
    return [line for raw in document.text.split("\n") if (line := squeeze(raw))]


def _part_of(text: str, other: str) -> float:
    """Return the share, 0 to 1, of a text's 8-grams that stand in another."""
    grams, others = _grams(text), _grams(other)
    return sum((grams & others).values()) / max(1, sum(grams.values()))


def agreement(text: str, other: str) -> float:
    """Return how much of two texts is the same: F1 of 8-grams of letters, 0 to 1."""
    grams, others = _grams(text), _grams(other)
    both = sum((grams & others).values())
    return 2 * both / (sum(grams.values()) + sum(others.values())) if both else 0.0


def agrees(text: str, other: str) -> bool:
    """Return whether two readings are one text."""
    return agreement(text, other) >= _AGREED


def _grams(text: str) -> Counter[str]:
    plain = bare(text)
    return Counter(plain[index : index + _GRAM] for index in range(max(1, len(plain) - _GRAM + 1)))
