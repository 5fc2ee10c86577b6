"""A page becomes an article or a rejection. Pure: no network, no clock.

Order: decoding, the outlet's `prepare`, one tree, its declarations, the body's place, Trafilatura on the narrowed tree,
Korean cleaning, then people, times, rights and kind (`processing.reading.assembly`).

Running text from a prepared tree: Trafilatura, with settings that fit a tree already narrowed to the body.
"""

from copy import deepcopy

from lxml.etree import _Element
from lxml.html import Element, HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG, Document, Extractor

from processing.kinds import is_photo
from processing.reading import metadata
from processing.reading.asides import Evidence
from processing.reading.assembly import PageReading, assemble, kind_in
from processing.reading.body import Around, BodyPlace, around, find_body, select
from processing.reading.judgement import (
    FirstReading,
    ReadingCheck,
    doubts,
    feed,
    is_dated,
    is_declared,
    judge,
    keep_own,
    weigh,
)
from processing.reading.markup import Prepared, prepare, told
from processing.reading.metadata import Head, read_head
from processing.reading.rights import RightsPolicy
from processing.reading.scripts import ScriptArticle, find_article, values
from processing.reading.text import Cleaned, clean
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
from processing.reading.tree import RejectionCause, bare, decode, parse, reject, squeeze, text_of
from processing.records import Article, Doubt, Page, Reason, Rejection
from processing.rules import GENERIC, Rules


def _options() -> Extractor:
    """Return settings without the minimum under which Trafilatura looks for text elsewhere on the page."""
    config = deepcopy(DEFAULT_CONFIG)
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
    config["DEFAULT"]["MIN_OUTPUT_SIZE"] = "1"
    return Extractor(config=config, fast=True, comments=False, tables=True, with_metadata=False)


_OPTIONS = _options()
MAX_PARAGRAPHS = 3000
"""No article has more; the time that Trafilatura takes grows with their square."""


def _plain(element: _Element) -> str:
    return squeeze("".join(str(text) for text in element.itertext()))


def paragraphs(article: HtmlElement) -> list[str] | RejectionCause:
    """Return the paragraphs that Trafilatura reads from an `article` element, subheads and table rows among them."""
    if len(article) > MAX_PARAGRAPHS:
        return RejectionCause(Reason.TOO_LARGE, f"more than {MAX_PARAGRAPHS} paragraphs")
    root = Element("html")
    body = Element("body")
    root.append(body)
    body.append(article)
    document = bare_extraction(root, options=_OPTIONS)
    if not isinstance(document, Document) or document.body is None:
        return []
    found: list[str] = []
    for block in document.body:
        rows = [
            " | ".join(filter(None, (_plain(cell) for cell in row))) for row in block.iter("row")
        ]
        found.extend(rows or [_plain(block)])
    return [text for text in found if text]


OBEY = RightsPolicy()
_NO_BODY = frozenset({"script", "style", "meta"})
_STALE, _COLUMN = (
    0.4,
    0.5,
)  # share of the page's sentences a rule must name; share of sentences below which it is wide
_BEGINNING = 16  # letters of a description by which its text is found
SCANNED = 600
"""A body of fewer characters of sentences is compared with what the page's scripts hold."""


def extract(
    page: Page,
    rules: Rules = GENERIC,
    *,
    url: str | None = None,
    publisher_id: str | None = None,
    policy: RightsPolicy = OBEY,
) -> Article | Rejection:
    """Read `page`; `url` is its canonical URL where the caller knows it, `rules` how its layout differs.

    Raises `UsageError` where a selector of `rules` is none. A page that is no article is a rejection, never an error.
    """
    return _extracted(page, rules, url=url, publisher_id=publisher_id, policy=policy)[0]


def explain(page: Page, rules: Rules = GENERIC) -> tuple[Article | Rejection, PageReading | None]:
    """Read `page` and return its record with what is known of the reading; None where it was rejected unread."""
    return _extracted(page, rules, url=None, publisher_id=None, policy=OBEY)


def _extracted(
    page: Page, rules: Rules, *, url: str | None, publisher_id: str | None, policy: RightsPolicy
) -> tuple[Article | Rejection, PageReading | None]:
    text = decode(page)
    if isinstance(text, RejectionCause):
        return reject(page, text, url), None
    if cause := feed(text):
        return reject(page, cause, url), None
    text = rules.prepare(text) if rules.prepare else text
    root = parse(text)
    if isinstance(root, RejectionCause):
        return reject(page, root, url), None
    reading = read(page, root, rules, text)
    if isinstance(reading, RejectionCause):
        return reject(page, reading, url), None
    cause = judge(
        root,
        reading.head,
        title=reading.title,
        text=reading.cleaned.text,
        kind=kind_in(reading),
        english=rules.english,
        any_language=rules.any_language,
        body=_judged_in(reading),
    )
    if cause:
        return reject(page, cause, url), reading
    return assemble(reading, url=url, publisher_id=publisher_id, policy=policy), reading


def read(page: Page, root: HtmlElement, rules: Rules, text: str) -> PageReading | RejectionCause:
    """Return everything that a tree gives towards an article, or why it is too much; `text` is what it was made of."""
    head = read_head(root, page.url)
    keep_own(root, head)
    marked = headings(root)
    shown = [text for _, text in marked]
    sites = site_names(head, page.url)
    declared = [
        title
        for title in (
            head.first("og:title"),
            metadata.text(head.article.get("headline")),
            head.title,
        )
        if title and not is_general(title, sites)
    ]
    heading = printed(marked, declared)
    place = _place(root, rules, _evidence(head, heading))
    if heading is None and place is not None:
        heading = nearest(root, place.element, marked, sites)
        place = _place(root, rules, _evidence(head, heading)) if heading is not None else place
    script = _script(root, head, place)
    titles = _titles(root, head, rules, script, shown)
    title, title_source = choose(_believed(titles, shown, sites, heading, place), shown, sites)
    body = BodyPlace(script.root, prose=script.length) if script else place
    dropped = frozenset(node for css in rules.drop for node in select(root, css))
    prepared = prepare(body, dropped | body.outside) if body else None
    decks = tuple(text_of(node) for node in select(root, rules.subtitle)) if rules.subtitle else ()
    lines = paragraphs(prepared.article) if prepared else []
    if isinstance(lines, RejectionCause):
        return lines
    cleaned = _cleaned(
        lines, prepared or Prepared(), title=title, decks=decks, sites=frozenset(sites)
    )
    first = FirstReading(
        title, cleaned.text, _handed_out(prepared, cleaned), place, from_script=bool(script)
    )
    check = _checked(root, head, text, first)
    if check.lines:
        cleaned = _cleaned(
            list(check.lines), Prepared(), title=title, decks=decks, sites=frozenset(sites)
        )
    return PageReading(
        page=page,
        root=root,
        head=head,
        rules=rules,
        place=place,
        script=script,
        prepared=prepared,
        cleaned=cleaned,
        title=completed(title, [cleaned.heading] if cleaned.heading else ()),
        title_source=title_source,
        around=_around(root, place, rules),
        check=check,
    )


def _judged_in(reading: PageReading) -> HtmlElement | None:
    """Return the element that a text was read from, whose structure tells an article from a list."""
    if reading.check.lines:
        return reading.root
    return reading.place.element if reading.place and not reading.script else None


def _handed_out(prepared: Prepared | None, cleaned: Cleaned) -> list[str]:
    """Return what was taken out of a body and kept as a field."""
    marked = [*prepared.captions, *prepared.decks] if prepared else []
    return [
        *marked,
        cleaned.dateline or "",
        *cleaned.captions,
        *cleaned.decks,
        *cleaned.notices,
        *cleaned.bylines,
    ]


def _checked(root: HtmlElement, head: Head, text: str, first: FirstReading) -> ReadingCheck:
    """Return whether a reading is sure; where signals doubt it the page is read a second time."""
    found = doubts(root, head, first)
    if not found or (found == (Doubt.EMPTY,) and (is_photo(first.title) or not is_declared(head))):
        return ReadingCheck()
    return weigh(text, head, first, found)


def _cleaned(
    lines: list[str],
    prepared: Prepared,
    *,
    title: str,
    decks: tuple[str, ...],
    sites: frozenset[str],
) -> Cleaned:
    """Return the running text; where there is none but images whose captions tell, these are the text."""
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
    captions = told(prepared.captions, cleaned.captions) if not cleaned.text else []
    return (
        clean([*lines, *captions], title=title, decks=decks, photo=True, sites=sites)
        if captions
        else cleaned
    )


def _evidence(head: Head, heading: HtmlElement | None) -> Evidence:
    """Return what the declarations say of the article's element: where its headline stands, how its text begins."""
    declared = head.first("og:description", "description", "twitter:description") or metadata.text(
        head.article.get("description")
    )
    says = bare(declared or "")[:_BEGINNING]
    around = frozenset(heading.iterancestors()) if heading is not None else frozenset()
    pictured = any(is_photo(title) for title in (head.first("og:title"), head.title) if title)
    return Evidence(
        heading=heading,
        around=around,
        says=says if len(says) == _BEGINNING else "",
        pictured=pictured,
        dated=is_dated(head),
    )


def _place(root: HtmlElement, rules: Rules, evidence: Evidence) -> BodyPlace | None:
    """Return the body: where the rules name it, narrowed by the generic reader where they name a whole column.

    A selector that has gone stale names an ad or a teaser; sentences elsewhere that outweigh it win. Lists of names
    (인사, 부고) have no sentence, so they give way only to what is longer.
    """
    body = root.find("body")
    generic = find_body(body, evidence) if body is not None else None
    named = (
        [node for node in select(root, rules.body) if node.tag not in _NO_BODY]
        if rules.body
        else []
    )
    places = [BodyPlace(node, prose=len(text)) for node in named if (text := text_of(node))]
    if not places:
        return generic
    chosen = max(places, key=lambda place: place.prose)
    inner = find_body(chosen.element, evidence)
    if (
        generic
        and generic.prose > chosen.prose
        and (inner is None or inner.prose < _STALE * generic.prose)
    ):
        return generic
    return inner if inner and inner.prose < _COLUMN * chosen.prose else chosen


def _heart(place: BodyPlace, rules: Rules) -> BodyPlace:
    """Return the running text inside a body that the rules name with its headline, byline and times."""
    inner = find_body(place.element) if rules.body else None
    return inner if inner and inner.prose >= _COLUMN * place.prose else place


def _around(root: HtmlElement, place: BodyPlace | None, rules: Rules) -> Around:
    heart = _heart(place, rules) if place else None
    return (
        around(root, heart.element, heart.outside, heart.released) if heart else around(root, None)
    )


def _script(root: HtmlElement, head: Head, place: BodyPlace | None) -> ScriptArticle | None:
    """Return the article in the page's scripts where the tree has no body, or one less than half as long."""
    if place is not None and place.prose >= SCANNED:
        return None
    script = find_article(values(root), head)
    return None if script and place and script.length < 2 * place.prose else script


def _believed(
    titles: list[tuple[str, str | None]],
    shown: list[str],
    sites: set[str],
    heading: HtmlElement | None,
    place: BodyPlace | None,
) -> list[tuple[str, str | None]]:
    """Return what may be the headline, those first that are more than the site's words and that the page prints."""
    telling = [
        (source, text)
        for source, text in titles
        if text and (source == "rules" or not is_general(text, sites))
    ]
    above: list[tuple[str, str | None]] = (
        [("heading", text_of(heading))] if heading is not None else []
    )
    agreed = any(is_printed(text, shown) for source, text in telling if source != "heading")
    if (
        above
        and place
        and not agreed
        and all(source in {"title", "heading"} for source, _ in telling)
    ):
        told = bare(text_of(place.element))
        declared = max(
            (shared(text, told) for source, text in telling if source == "title"), default=0.0
        )
        if shared(above[0][1] or "", told) > declared:
            return [*above, *telling, *titles]
    return [*telling, *above, *titles]


def _titles(
    root: HtmlElement, head: Head, rules: Rules, script: ScriptArticle | None, shown: list[str]
) -> list[tuple[str, str | None]]:
    """Return what may be the headline, most trusted first, with where it stands."""
    named = [text_of(node) for node in select(root, rules.title)] if rules.title else []
    return [
        *(("rules", text) for text in named if text),
        ("og", head.first("og:title")),
        ("json-ld", metadata.text(head.article.get("headline"))),
        ("script", script.title if script else None),
        ("meta", head.first("twitter:title", "dd:title", "title", "dable:title")),
        ("title", head.title),
        *(("heading", text) for text in shown[:3]),
    ]
