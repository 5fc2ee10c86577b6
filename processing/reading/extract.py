"""Reads one page into an article or a rejection, without network or clock.

The order of the steps: decode the bytes, apply the outlet's `prepare`, build one tree, read what it
declares, find the body's element, run Trafilatura on that element alone, clean the paragraphs,
check the result, and put people, times, rights and kind together (`processing.reading.assembly`).
"""

from copy import deepcopy
from dataclasses import dataclass
from functools import partial

from lxml.etree import _Element
from lxml.html import Element, HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG, Document, Extractor

from processing.kinds import is_photo, may_be_lines
from processing.reading import metadata
from processing.reading.asides import DropRule, Evidence, PageMarks, marks_on
from processing.reading.assembly import PageReading, assemble
from processing.reading.body import Around, BodyPlace, around, find_body, select
from processing.reading.bylines import people
from processing.reading.judgement import (
    FirstReading,
    ReadingCheck,
    doubts,
    feed,
    is_dated,
    is_declared,
    judge,
    keep_own,
    notice_of,
    weigh,
)
from processing.reading.markup import Prepared, prepare, statements_in
from processing.reading.metadata import Head, read_head
from processing.reading.rights import RightsPolicy
from processing.reading.scripts import ScriptArticle, find_article, values
from processing.reading.text import Cleaned, clean
from processing.reading.times import visible
from processing.reading.titles import (
    choose,
    completed,
    headings,
    is_general,
    is_printed,
    nearest,
    printed,
    shared,
    site_names,
)
from processing.reading.tree import (
    RejectionCause,
    bare,
    decode,
    elements_of,
    parse,
    reject,
    squeeze,
    text_of,
)
from processing.records import Article, Doubt, Page, Reason, Rejection
from processing.rules import GENERIC, Rules

OBEY = RightsPolicy()

MAX_PARAGRAPHS = 3000
"""No article has more; the time that Trafilatura takes grows with their square."""

SCANNED = 600
"""A body with fewer characters of sentences is compared with the articles in the page's scripts."""

# Elements that a stale selector may name and that never hold running text.
_NO_BODY = frozenset({"script", "style", "meta"})
# A selector is stale where it holds less than this share of the sentences found elsewhere.
_STALE = 0.4
# A selector names a whole column where the text inside holds less than this share of it.
_COLUMN = 0.5
_BEGINNING = 16  # letters of a description by which its text is recognised
# What an outlet's declaration names is not among them: a person looked at it.
_BY_MARKUP = frozenset({DropRule.MARKED, DropRule.LINKS, DropRule.BEYOND, DropRule.SUMMARY})
_BESIDE_NOTICE = 300  # characters before and behind a short notice in which a reporter is named
_HEADINGS_TRIED = 3  # headings that are candidates for the headline


def extract(
    page: Page,
    rules: Rules = GENERIC,
    *,
    url: str | None = None,
    publisher_id: str | None = None,
    policy: RightsPolicy = OBEY,
) -> Article | Rejection:
    """Return the article on `page`, or why there is none: an unreadable page is never an error.

    `url` is the canonical URL where the caller knows it; `rules` say how the layout differs from
    what the generic reader expects. Raises `UsageError` where a selector of `rules` is no CSS
    selector.
    """
    return _extracted(page, rules, url=url, publisher_id=publisher_id, policy=policy)[0]


def explain(page: Page, rules: Rules = GENERIC) -> tuple[Article | Rejection, PageReading | None]:
    """Return the record of `page` and the reading behind it; None if it was rejected unread."""
    return _extracted(page, rules, url=None, publisher_id=None, policy=OBEY)


def _extracted(
    page: Page, rules: Rules, *, url: str | None, publisher_id: str | None, policy: RightsPolicy
) -> tuple[Article | Rejection, PageReading | None]:
    root = _tree(page, rules)
    if isinstance(root, RejectionCause):
        return reject(page, root, url), None
    reading = read(page, root, rules)
    if isinstance(reading, RejectionCause):
        return reject(page, reading, url), None
    cause = _judged(reading)
    if cause:
        return reject(page, cause, url), reading
    return assemble(reading, url=url, publisher_id=publisher_id, policy=policy), reading


def _tree(page: Page, rules: Rules) -> HtmlElement | RejectionCause:
    """Return the tree of a page, or why it has none."""
    text = decode(page)
    if isinstance(text, RejectionCause):
        return text
    return feed(text) or parse(_prepared_text(text, rules))


def _prepared_text(text: str, rules: Rules) -> str:
    """Return the characters of a page as its outlet prepares them."""
    return rules.prepare(text) if rules.prepare else text


def _judged(reading: PageReading) -> RejectionCause | None:
    """Return why the page is no article, or None."""
    cause = judge(
        reading.root,
        reading.head,
        title=reading.title,
        text=reading.cleaned.text,
        kind=reading.kind,
        english=reading.rules.english,
        any_language=reading.rules.any_language,
        body=_source_element(reading),
    )
    if cause is not None:
        return cause
    notice = notice_of(reading.head, reading.cleaned.text, reading.kind)
    return notice if notice and not _is_stamped(reading) else None


def _is_stamped(reading: PageReading) -> bool:
    """Return whether a page prints a reporter, or a time that is not that of its masthead."""
    cleaned = reading.cleaned
    if cleaned.bylines or cleaned.stamps or reading.elements.timed:
        return True
    beside = reading.around
    if people(f"{beside.before[-_BESIDE_NOTICE:]} | {beside.after[:_BESIDE_NOTICE]}"):
        return True
    shown = visible(beside, reading.title)
    times = (moment for moment in shown.unlabelled if moment.precision != "day")
    return bool(shown.published or shown.modified) or any(times)


def _source_element(reading: PageReading) -> HtmlElement | None:
    """Return the element that the text was read from; its structure tells articles from lists."""
    if reading.check.lines:
        return reading.root
    return reading.place.element if reading.place and not reading.script else None


def read(page: Page, root: HtmlElement, rules: Rules) -> PageReading | RejectionCause:
    """Return everything that a tree gives towards an article, or why it is too large.

    `root` is the tree of `page`; further articles are removed from it.
    """
    head = read_head(root, page.url)
    # Before anything is searched: every later step would mix the people and times of both.
    keep_own(root, head)
    elements = elements_of(root)
    names = _Names(headings(root, elements), site_names(head, page.url, rules.names))
    marks = marks_on(elements)
    heading, place = _heading_and_body(root, head, rules, names, marks)
    script = _script(root, head, place)
    candidates = _titles(root, head, rules, script, names.texts)
    title, source = choose(_ranked(candidates, names, heading, place), names.texts, names.sites)
    prepared = _prepared(root, rules, place, script)
    lines = paragraphs(prepared.article) if prepared else []
    if isinstance(lines, RejectionCause):
        return lines
    decks = tuple(text_of(node) for node in select(root, rules.subtitle)) if rules.subtitle else ()
    clean_lines = partial(_cleaned, title=title, decks=decks, sites=frozenset(names.sites))
    cleaned = clean_lines(lines, prepared or Prepared())
    handed_out = _handed_out(prepared, cleaned)
    first = FirstReading(
        title, cleaned.text, handed_out, place, bool(script), _dropped(prepared, cleaned)
    )
    check = _checked(page, root, head, rules, first)
    cleaned = clean_lines(list(check.lines), Prepared()) if check.lines else cleaned
    return PageReading(
        page=page, root=root, elements=elements, head=head, rules=rules, place=place,
        script=script, prepared=prepared, cleaned=cleaned, title_source=source,
        title=completed(title, [cleaned.heading] if cleaned.heading else ()),
        check=check, around=_around(root, place, rules, marks),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Names:
    """What a page prints as headings, with their texts, and what its site calls itself."""

    headings: list[tuple[HtmlElement, str]]
    sites: set[str]

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.headings]


def _heading_and_body(
    root: HtmlElement, head: Head, rules: Rules, names: _Names, marks: PageMarks
) -> tuple[HtmlElement | None, BodyPlace | None]:
    """Return the element that prints the headline, and the place of the body."""
    titles = (head.first("og:title"), metadata.text(head.article.get("headline")), head.title)
    declared = [title for title in titles if title and not is_general(title, names.sites)]
    heading = printed(names.headings, declared)
    place = _place(root, rules, _evidence(head, heading), marks)
    if heading is None and place is not None:
        # The text finds its heading, and the heading may correct the place.
        heading = nearest(root, place.element, names.headings, names.sites)
        if heading is not None:
            place = _place(root, rules, _evidence(head, heading), marks)
    return heading, place


def _evidence(head: Head, heading: HtmlElement | None) -> Evidence:
    """Return what the declarations tell about the article's element."""
    declared = head.first("og:description", "description", "twitter:description") or metadata.text(
        head.article.get("description")
    )
    plain = bare(declared or "")[:_BEGINNING]
    around = frozenset(heading.iterancestors()) if heading is not None else frozenset()
    titles = [title for title in (head.first("og:title"), head.title) if title]
    return Evidence(
        heading=heading,
        around=around,
        says=plain if len(plain) == _BEGINNING else "",
        pictured=any(map(is_photo, titles)),
        dated=is_dated(head),
        listed=any(map(may_be_lines, titles)),
    )


def _place(
    root: HtmlElement, rules: Rules, evidence: Evidence, marks: PageMarks
) -> BodyPlace | None:
    """Return the body: what the rules name, narrowed where they name a whole column.

    A selector that has gone stale names an advertisement or a teaser, so it gives way to a place
    elsewhere with far more sentences. Lists of names (인사, 부고) hold no sentence, so they give way
    only to what is longer.
    """
    body = root.find("body")
    generic = find_body(body, evidence, marks) if body is not None else None
    selected = select(root, rules.body) if rules.body else []
    places = [
        BodyPlace(node, prose=len(text), heading=evidence.heading)
        for node in selected
        if node.tag not in _NO_BODY and (text := text_of(node))
    ]
    if not places:
        return generic
    chosen = max(places, key=lambda place: place.prose)
    inner = find_body(chosen.element, evidence, marks)
    if (
        generic
        and generic.prose > chosen.prose
        and (inner is None or inner.prose < _STALE * generic.prose)
    ):
        return generic
    return inner if inner and inner.prose < _COLUMN * chosen.prose else chosen


def _script(root: HtmlElement, head: Head, place: BodyPlace | None) -> ScriptArticle | None:
    """Return the article in the scripts if the tree has no body or one under half as long."""
    if place is not None and place.prose >= SCANNED:
        return None
    script = find_article(values(root), head)
    return None if script and place and script.length < 2 * place.prose else script


def _titles(
    root: HtmlElement, head: Head, rules: Rules, script: ScriptArticle | None, shown: list[str]
) -> list[tuple[str, str | None]]:
    """Return the candidates for the headline as (source, text), most trusted first."""
    named = [text_of(node) for node in select(root, rules.title)] if rules.title else []
    return [
        *(("rules", text) for text in named if text),
        ("og", head.first("og:title")),
        ("json-ld", metadata.text(head.article.get("headline"))),
        ("script", script.title if script else None),
        ("meta", head.first("twitter:title", "dd:title", "title", "dable:title")),
        ("title", head.title),
        *(("heading", text) for text in shown[:_HEADINGS_TRIED]),
    ]


def _ranked(
    candidates: list[tuple[str, str | None]],
    names: _Names,
    heading: HtmlElement | None,
    place: BodyPlace | None,
) -> list[tuple[str, str | None]]:
    """Return the candidates again, those first that say more than the site's name.

    The heading above the text leads where the page prints no declared headline and the heading has
    more words of the text.
    """
    specific = [
        (source, text)
        for source, text in candidates
        if text and (source == "rules" or not is_general(text, names.sites))
    ]
    if heading is None:
        return [*specific, *candidates]
    above = ("heading", text_of(heading))
    agreed = any(is_printed(text, names.texts) for source, text in specific if source != "heading")
    only_title = all(source in {"title", "heading"} for source, _ in specific)
    if place and only_title and not agreed:
        body = bare(text_of(place.element))
        shares = (shared(text, body) for source, text in specific if source == "title")
        if shared(above[1], body) > max(shares, default=0.0):
            return [above, *specific, *candidates]
    return [*specific, above, *candidates]


def _prepared(
    root: HtmlElement, rules: Rules, place: BodyPlace | None, script: ScriptArticle | None
) -> Prepared | None:
    """Return the body as an `article` of paragraphs, or None where the page has no body."""
    body = BodyPlace(script.root, prose=script.length) if script else place
    dropped = frozenset(node for css in rules.drop for node in select(root, css))
    return prepare(body, dropped) if body else None


def _options() -> Extractor:
    """Return settings for a tree that is narrowed to the body."""
    config = deepcopy(DEFAULT_CONFIG)
    # Below its minimum sizes Trafilatura searches the whole page, which here is the body alone.
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
    config["DEFAULT"]["MIN_OUTPUT_SIZE"] = "1"
    return Extractor(config=config, fast=True, comments=False, tables=True, with_metadata=False)


_OPTIONS = _options()


def paragraphs(article: HtmlElement) -> list[str] | RejectionCause:
    """Return the paragraphs that Trafilatura reads from an `article` element.

    Subheads are paragraphs; a table row is one, its cells joined by bars.
    """
    if len(article) > MAX_PARAGRAPHS:
        return RejectionCause(Reason.TOO_LARGE, f"more than {MAX_PARAGRAPHS} paragraphs")
    root = Element("html")
    body = Element("body")
    root.append(body)
    body.append(article)
    document = bare_extraction(root, options=_OPTIONS)
    if not isinstance(document, Document) or document.body is None:
        return []
    texts: list[str] = []
    for block in document.body:
        rows = [
            " | ".join(filter(None, (_text_in(cell) for cell in row))) for row in block.iter("row")
        ]
        texts.extend(rows or [_text_in(block)])
    return [text for text in texts if text]


def _text_in(element: _Element) -> str:
    return squeeze("".join(str(text) for text in element.itertext()))


def _cleaned(
    lines: list[str],
    prepared: Prepared,
    *,
    title: str,
    decks: tuple[str, ...],
    sites: frozenset[str],
) -> Cleaned:
    """Return the running text; without any, the captions of images that are sentences become it.

    Such captions are then no longer in `prepared.captions`.
    """
    pictured = max(0, len(prepared.images) - len(prepared.captions))
    cleaned = clean(
        lines,
        title=title,
        decks=decks,
        pictured=pictured,
        beside=frozenset(prepared.beside),
        photo=is_photo(title),
        sites=sites,
    )
    if cleaned.text:
        return cleaned
    captions = [*prepared.take_statements(), *statements_in(cleaned.captions)]
    if not captions:
        return cleaned
    return clean([*lines, *captions], title=title, decks=decks, photo=True, sites=sites)


def _dropped(prepared: Prepared | None, cleaned: Cleaned) -> int:
    """Return the characters that rules for mark-up and copies took out of a body."""
    lines = [*(prepared.ledger.lines if prepared else ()), *cleaned.ledger.lines]
    return sum(len(line.text) for line in lines if line.rule in _BY_MARKUP)


def _handed_out(prepared: Prepared | None, cleaned: Cleaned) -> list[str]:
    """Return the lines of a body that became fields of their own."""
    marked = [*prepared.captions, *prepared.decks] if prepared else []
    return [
        *marked,
        cleaned.dateline or "",
        *cleaned.captions,
        *cleaned.decks,
        *cleaned.notices,
        *cleaned.bylines,
    ]


def _checked(
    page: Page, root: HtmlElement, head: Head, rules: Rules, first: FirstReading
) -> ReadingCheck:
    """Return whether a reading is sure; a doubted page is read a second time.

    Its characters are decoded anew: held beside the tree they would be a third of the memory that
    each page takes, and few are doubted.
    """
    signals = doubts(root, head, first)
    # A photo page without text, or a page that claims to be no article, is as it should be.
    may_be_empty = is_photo(first.title) or not is_declared(head)
    if not signals or (signals == (Doubt.EMPTY,) and may_be_empty):
        return ReadingCheck()
    text = decode(page)
    if isinstance(text, RejectionCause):
        return ReadingCheck(signals)
    return weigh(_prepared_text(text, rules), head, first, signals)


def _around(root: HtmlElement, place: BodyPlace | None, rules: Rules, marks: PageMarks) -> Around:
    """Return the visible text around the body: bylines and times stand there."""
    if place is None:
        return around(root, None, marks=marks)
    # Rules may name an element that holds headline, byline and times beside the text.
    inner = find_body(place.element, marks=marks) if rules.body else None
    text_place = inner if inner and inner.prose >= _COLUMN * place.prose else place
    return around(root, text_place.element, text_place.outside, text_place.released, marks)
