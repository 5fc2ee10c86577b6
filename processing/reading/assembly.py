"""An article put together from what one tree gave; every field says in `sources` where it was read."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from lxml.html import HtmlElement

from processing.reading import json_ld
from processing.reading.authors import Bylines, authors_of
from processing.reading.body import Place, select
from processing.reading.english import is_english
from processing.reading.head import ARTICLE_TYPES, Head
from processing.reading.kinds import chain_of, kind_of
from processing.reading.markup import Prepared, decks_of
from processing.reading.metadata import image_of, keywords_of, language_of, section_of
from processing.reading.origin import agency_of, origin_of
from processing.reading.rights import RightsPolicy, rights_of
from processing.reading.rules import Rules
from processing.reading.script_article import ScriptArticle
from processing.reading.sections import section_shown
from processing.reading.surroundings import Around
from processing.reading.text import Cleaned
from processing.reading.times import Stated, Times, attributes_of, settle, visible
from processing.reading.titles import section_in
from processing.reading.tree import lines_of, text_of
from processing.reading.urls import canonical
from processing.records import Article, Author, Kind, Origin, Page, article_id, version_id

_BREAK = re.compile(r"<br[^>]{0,10}>|\n")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one page gave: its tree and declarations, its body as cut out, its running text."""

    page: Page
    root: HtmlElement
    head: Head
    rules: Rules
    place: Place | None
    script: ScriptArticle | None
    prepared: Prepared | None
    cleaned: Cleaned
    title: str
    title_source: str | None
    around: Around

    @cached_property
    def section(self) -> str | None:
        """Return the section: the outlet's rule, else what the page declares."""
        if self.rules.section:
            named = (text_of(node) for node in select(self.root, self.rules.section))
            if found := next(filter(None, named), None):
                return found
        found = (self.script.section if self.script else None) or section_in(self.head.title)
        return section_of(self.head, found, lambda: section_shown(self.root, self.head))

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return declared keywords and the hashtags of the text."""
        return keywords_of(self.head, self.cleaned.tags)


def kind_in(reading: Reading) -> Kind:
    """Return the kind of the article."""
    return kind_of(
        reading.title,
        section=reading.section,
        text=reading.cleaned.text,
        keywords=reading.keywords,
        is_video=_is_video(reading.head),
    )


def assemble(reading: Reading, *, url: str | None, publisher_id: str | None, policy: RightsPolicy) -> Article:
    """Return the article; `url` is its canonical URL where the caller knows it."""
    page, head, cleaned = reading.page, reading.head, reading.cleaned
    address = url or _canonical(reading)
    identity = article_id(address)
    credit = _credits(reading)
    times = _times(reading)
    kind = kind_in(reading)
    return Article(
        article_id=identity,
        version_id=version_id(identity, reading.title, cleaned.text),
        outlet=page.outlet,
        url=address,
        fetched_url=page.url,
        fetched_at=page.fetched_at,
        title=reading.title,
        subtitle=_decks(reading),
        text=cleaned.text,
        authors=credit.authors,
        agency=credit.agency,
        origin=credit.origin,
        publisher_id=publisher_id,
        section=reading.section,
        keywords=reading.keywords,
        image=image_of(head, reading.prepared.images if reading.prepared else [], page.url),
        language=language_of(head, cleaned.text),
        kind=kind,
        chain=chain_of(reading.title, kind),
        published=times.published,
        modified=times.modified,
        dateline=cleaned.dateline,
        captions=_captions(reading),
        notices=tuple(dict.fromkeys([*cleaned.notices, *cleaned.premium])),
        rights=rights_of(page, reading.root, head, notices=cleaned.notices, premium=cleaned.premium, policy=policy),
        extractor="trafilatura",
        sources=_sources(reading, credit.source, times),
    )


class _Credits(NamedTuple):
    """Who wrote it and whose it is; `source` says where the authors were read."""

    authors: tuple[Author, ...]
    source: str | None
    origin: Origin | None
    agency: str | None


def _credits(reading: Reading) -> _Credits:
    head, cleaned = reading.head, reading.cleaned
    script = reading.script.bylines if reading.script else ()
    foreign = is_english(cleaned.text)
    bylines = Bylines(lines=cleaned.bylines, script=script, selector=reading.rules.byline, english=foreign)
    authors, source = authors_of(reading.root, head, reading.around, bylines)
    url = reading.page.url
    origin = origin_of(reading.root, head, url, notices=cleaned.notices, authors=authors, bylines=cleaned.bylines)
    before = reading.around.before
    agency = agency_of(head, dateline=cleaned.dateline, found=cleaned.agency, origin=origin, before=before)
    return _Credits(authors, source, origin, agency)


def _captions(reading: Reading) -> tuple[str, ...]:
    found = [*(reading.prepared.captions if reading.prepared else ()), *reading.cleaned.captions]
    return tuple(dict.fromkeys(found))


def _sources(reading: Reading, authors: str | None, times: Times) -> dict[str, str]:
    found = {
        "text": "script" if reading.script else "rules" if reading.rules.body else "tree",
        "title": reading.title_source,
        "authors": authors,
        "published": times.published.source if times.published else None,
        "modified": times.modified.source if times.modified else None,
    }
    return {name: source for name, source in found.items() if source}


def _canonical(reading: Reading) -> str:
    """Return the page's own canonical URL; without one, the URL that was asked."""
    declared = reading.head.canonical or reading.head.first("og:url")
    return canonical(declared if declared and declared.startswith(("http://", "https://")) else reading.page.url)


def _times(reading: Reading) -> Times:
    rules, root, script = reading.rules, reading.root, reading.script
    return settle(
        reading.head,
        visible(reading.around.before, reading.around.after),
        Stated(
            declared=[text_of(node) for node in select(root, rules.published)] if rules.published else [],
            changed=[text_of(node) for node in select(root, rules.modified)] if rules.modified else [],
            script=script.published if script else (),
            script_changed=script.modified if script else (),
            inside=[line.lstrip(" -–—") for line in (*reading.cleaned.stamps, *reading.cleaned.bylines)],
            attributes=attributes_of(root),
        ),
        fetched_at=reading.page.fetched_at,
        url=reading.page.url,
    )


def _decks(reading: Reading) -> tuple[str, ...]:
    """Return the deck lines without their bullets: of the rules, a script, the body, or beside the headline."""
    rules = reading.rules
    declared = (
        [line for node in select(reading.root, rules.subtitle) for line in lines_of(node)] if rules.subtitle else []
    )
    script = _BREAK.split(reading.script.subtitle) if reading.script and reading.script.subtitle else []
    inside = [*(reading.prepared.decks if reading.prepared else ()), *reading.cleaned.decks]
    found = declared or script or inside or decks_of(reading.root, reading.place)
    stripped = (deck.strip(" -ㆍ·") for deck in found if deck)
    return tuple(dict.fromkeys(line for line in stripped if line and line not in {reading.title, reading.section}))


def _is_video(head: Head) -> bool:
    if (head.first("og:type") or "").startswith("video"):
        return True
    articles = any(json_ld.is_a(one, *ARTICLE_TYPES) for one in head.objects)
    return not articles and any(json_ld.is_a(one, "VideoObject") for one in head.objects)
