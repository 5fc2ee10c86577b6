"""Renders an outlet of the sample press: every page, feed, sitemap and list of one phase, as bytes.

Pages also carry structured data in scripts: Arc's `Fusion.globalContent` and schema.org's authors.
"""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from infra.press.articles import SUBHEAD, Person, Story
from infra.press.dates import PressClock
from infra.press.sites import SECTIONS, SITES, Site
from infra.press.state import Trap

_TEMPLATES = Path(__file__).parent / "templates"
_KST = "%Y-%m-%dT%H:%M:%S+09:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What a path answers, before conditions and content coding."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    changed: datetime | None = None
    tricks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """A line of a list: where a page lies and what the list says of it."""

    url: str
    path: str
    title: str
    section: str
    published: datetime
    modified: datetime | None
    story: Story | None
    number: int

    @property
    def changed(self) -> datetime:
        """The latest moment that the page states."""
        return self.modified or self.published

    @property
    def summary(self) -> str:
        """The first sentence or so, as a feed gives it."""
        return self.story.paragraphs[0][:90] if self.story else self.title


def build(
    site: Site, stories: tuple[Story, ...], traps: tuple[Trap, ...], times: PressClock, port: int
) -> dict[str, Resource]:
    """Return everything that `site` serves, by path and query.

    `stories` are all, as they stand in the phase.
    """
    base = f"http://{site.host}:{port}"
    own = {entry.path: entry for entry in _entries(site, stories, times, base)}
    baits = {entry.path: (trap, entry) for trap, entry in _baits(site, traps, times, base)}
    listed = [entry for entry in own.values() if entry.story and not entry.story.gone]
    listed += [entry for trap, entry in baits.values() if trap.listed]
    # Baits stand among the articles as they would on a real list, newest first.
    listed.sort(key=lambda entry: (entry.published, entry.number), reverse=True)
    frame = {
        "site": site,
        "base": base,
        "times": times,
        "entries": listed,
        "urls": urls(stories, times, port),
    }
    served = {path: _source(site, template, frame) for path, template in site.sources.items()}
    served.update(_days(site, frame))
    served |= {path: _article(site, entry, frame) for path, entry in own.items()}
    served |= {path: _bait(site, trap, entry, frame) for path, (trap, entry) in baits.items()}
    robots = textwrap.dedent(site.robots).format(base=base)
    if site.reserved:
        rules = json.dumps([{"location": site.reserved, "tdm-reservation": 1}])
        served["/.well-known/tdmrep.json"] = Resource(
            body=rules.encode(), content_type="application/json"
        )
    served["/robots.txt"] = Resource(body=robots.encode(), content_type="text/plain")
    return served


def urls(stories: tuple[Story, ...], times: PressClock, port: int) -> Mapping[str, str]:
    """Return the canonical URL of each story by its id."""
    found: dict[str, str] = {}
    for site in SITES:
        entries = _entries(site, stories, times, f"http://{site.host}:{port}")
        found |= {entry.story.id: entry.url for entry in entries if entry.story}
    return found


def _entries(
    site: Site, stories: tuple[Story, ...], times: PressClock, base: str
) -> Iterator[ListEntry]:
    for story in stories:
        if story.outlet != site.name:
            continue
        published = times.published(story)
        path = site.path(story, published)
        yield ListEntry(
            url=base + path,
            path=path,
            title=story.title,
            section=story.section,
            published=published,
            modified=times.modified(story),
            story=story,
            number=story.number,
        )


def _baits(
    site: Site, traps: tuple[Trap, ...], times: PressClock, base: str
) -> Iterator[tuple[Trap, ListEntry]]:
    for trap in traps:
        if trap.outlet == site.name:
            path = trap.path.format(**times.day())
            yield (
                trap,
                ListEntry(
                    url=base + path,
                    path=path,
                    title=trap.title,
                    section=trap.section,
                    published=times.epoch + timedelta(minutes=trap.minutes),
                    modified=None,
                    story=None,
                    number=0,
                ),
            )


def _source(site: Site, template: str, frame: Mapping[str, Any]) -> Resource:
    entries: list[ListEntry] = frame["entries"]
    changed = max((entry.changed for entry in entries), default=None)
    kind = site.content_type if template.endswith(".html") else "text/xml"
    return Resource(
        body=_render(site, template, frame),
        content_type=kind,
        headers=site.headers,
        changed=changed,
    )


def _days(site: Site, frame: Mapping[str, Any]) -> Iterator[tuple[str, Resource]]:
    """Make a sitemap for each day on which something appeared; the entries come newest first."""
    if site.days:
        for day, entries in groupby(frame["entries"], key=lambda entry: entry.published.date()):
            yield (
                site.days.format(day),
                _source(site, "news-sitemap.xml", {**frame, "entries": list(entries)}),
            )


def _article(site: Site, entry: ListEntry, frame: Mapping[str, Any]) -> Resource:
    story = entry.story
    if story is None:
        raise ValueError(f"{entry.url} has no story: only baits may be without one")
    # A board answers a removed article with an alert and status 200, which only its text betrays.
    if story.gone:
        template = "trap-alert.html" if story.gone == HTTPStatus.OK else "gone.html"
        body = _render(site, template, {**frame, "entry": entry})
        return Resource(
            body=body, content_type=site.content_type, status=story.gone, headers=site.headers
        )
    headers = dict(site.headers)
    if "tdm" in story.marks:
        headers |= {"TDM-Reservation": "1", "TDM-Policy": f"{frame['base']}/tdm-policy.json"}
    if "x-noarchive" in story.marks:
        headers["X-Robots-Tag"] = "noarchive"
    near = [other for other in frame["entries"] if other.path != entry.path]
    own = {"entry": entry, "story": story, "near": near[:6], "ranking": near[-5:]}
    return Resource(
        body=_render(site, f"{site.name}-article.html", {**frame, **own}),
        content_type=site.content_type,
        headers=headers,
        changed=entry.changed,
        tricks=story.tricks,
    )


def _bait(site: Site, trap: Trap, entry: ListEntry, frame: Mapping[str, Any]) -> Resource:
    if trap.shape == "redirect":
        to = trap.to.format(base=frame["base"], **frame["times"].day())
        return Resource(
            body=b"", content_type=site.content_type, status=trap.status, headers={"Location": to}
        )
    template = "gone.html" if trap.shape == "status" else f"trap-{trap.shape}.html"
    body = _render(site, template, {**frame, "entry": entry, "trap": trap})
    return Resource(
        body=body, content_type=site.content_type, status=trap.status, headers=site.headers
    )


def authors(story: Story) -> list[Mapping[str, str]]:
    """Return the byline as schema.org persons."""
    return [
        {"@type": "Person", "name": person.name, "jobTitle": person.role} for person in story.people
    ]


def arc_content(
    story: Story, path: str, published: datetime, changed: datetime, outlet: str
) -> Mapping[str, Any]:
    """Return what Arc puts into the page for its renderer: the article is here and nowhere else in the HTML."""
    section = {
        "_id": f"/{path.split('/')[1]}",
        "name": story.section,
        "path": f"/{path.split('/')[1]}",
    }
    return {
        "_id": path.rstrip("/").rsplit("/", 1)[-1],
        "canonical_url": path,
        "canonical_website": "narae",
        "content_elements": list(_elements(story)),
        # Arc stamps a story when its editor opens it, some minutes before it is published.
        "created_date": _arc_time(published - timedelta(minutes=7)),
        "credits": {"by": [_credit(person) for person in story.people]},
        "description": {"basic": story.paragraphs[0][:80]},
        "display_date": _arc_time(published),
        "distributor": {"name": outlet},
        "first_publish_date": _arc_time(published),
        "headlines": {"basic": story.title, "mobile": ""},
        "last_updated_date": _arc_time(changed),
        "subheadlines": {"basic": "\n".join(story.subtitle)},
        "subtype": "default",
        "taxonomy": {
            "primary_section": section,
            "sections": [section],
            "tags": [{"text": k} for k in story.keywords],
        },
        "type": "story",
        "website_url": path,
    }


def _elements(story: Story) -> Iterator[Mapping[str, Any]]:
    for number, caption in enumerate(story.captions, 1):
        url = f"https://images.example/{story.number}-{number}.jpg"
        yield {
            "_id": f"IMG{number}",
            "type": "image",
            "caption": caption,
            "credits": {"by": []},
            "url": url,
        }
    for number, part in enumerate(story.paragraphs, 1):
        kind = "header" if part.startswith(SUBHEAD) else "text"
        element = {
            "_id": f"TXT{number}",
            "type": kind,
            "content": escape(part.removeprefix(SUBHEAD), quote=False),
        }
        yield element if kind == "text" else {**element, "level": 3}
    if story.credit:
        yield {"_id": "TXT0", "type": "text", "content": escape(story.credit, quote=False)}


def _credit(person: Person) -> Mapping[str, Any]:
    kept = {"original": {"email": person.email, "role": person.role, "byline": person.byline}}
    return {
        "_id": person.email.partition("@")[0],
        "type": "author",
        "name": person.name,
        "additional_properties": kept,
    }


def _arc_time(moment: datetime) -> str:
    return (moment - timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _render(site: Site, template: str, values: Mapping[str, Any]) -> bytes:
    return (
        _ENVIRONMENT.get_template(template)
        .render(**values)
        # What CP949 cannot hold is written as a character reference, as Korean editors do.
        .encode(site.charset, "xmlcharrefreplace")
    )


def _stamp(moment: datetime, form: str = _KST) -> str:
    return moment.strftime(form)


def _utc(moment: datetime, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    return (moment - timedelta(hours=9)).strftime(form)


def _paragraph(text: str) -> Markup:
    """Escape a paragraph; a subhead becomes bold."""
    if text.startswith(SUBHEAD):
        return Markup("<strong>{}</strong>").format(text.removeprefix(SUBHEAD))
    return Markup.escape(text)


def _damage(text: str) -> str:
    """Return what a board made of `text` when a member pasted escaped HTML and the board removed each ampersand."""
    escaped = str(Markup.escape(text)).replace("&#34;", "&quot;").replace("&#39;", "'")
    return escaped.replace("&", "")


def _script(value: object) -> Markup:
    """Return JSON that may stand inside a script element (HTML: no "</" and no "<!--" in it)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(re.sub(r"<(?=[/!])", r"\\u003c", text))  # noqa: S704 - escaped for a script just here


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        # A misspelt name in a template must fail a test, not leave a hole in a page.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "stamp": _stamp,
        "utc": _utc,
        "rfc822": format_datetime,
        "paragraph": _paragraph,
        "damage": _damage,
        "script": _script,
    }
    made.globals |= {"sections": list(SECTIONS), "authors": authors, "arc_content": arc_content}
    return made


_ENVIRONMENT = _environment()
