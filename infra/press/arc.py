"""Structured data that pages carry in scripts: Arc's `Fusion.globalContent` and schema.org's authors."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any

from infra.press.articles import SUBHEAD, Person, Story


def authors(story: Story) -> list[Mapping[str, str]]:
    """Return the byline as schema.org persons."""
    return [{"@type": "Person", "name": person.name, "jobTitle": person.role} for person in story.people]


def arc_content(story: Story, path: str, published: datetime, changed: datetime, outlet: str) -> Mapping[str, Any]:
    """Return what Arc puts into the page for its renderer: the article is here and nowhere else in the HTML."""
    section = {"_id": f"/{path.split('/')[1]}", "name": story.section, "path": f"/{path.split('/')[1]}"}
    return {
        "_id": path.rstrip("/").rsplit("/", 1)[-1],
        "canonical_url": path,
        "canonical_website": "narae",
        "content_elements": list(_elements(story)),
        "created_date": _utc(published - timedelta(minutes=7)),
        "credits": {"by": [_credit(person) for person in story.people]},
        "description": {"basic": story.paragraphs[0][:80]},
        "display_date": _utc(published),
        "distributor": {"name": outlet},
        "first_publish_date": _utc(published),
        "headlines": {"basic": story.title, "mobile": ""},
        "last_updated_date": _utc(changed),
        "subheadlines": {"basic": "\n".join(story.subtitle)},
        "subtype": "default",
        "taxonomy": {"primary_section": section, "sections": [section], "tags": [{"text": k} for k in story.keywords]},
        "type": "story",
        "website_url": path,
    }


def _elements(story: Story) -> Iterator[Mapping[str, Any]]:
    for number, caption in enumerate(story.captions, 1):
        url = f"https://images.example/{story.number}-{number}.jpg"
        yield {"_id": f"IMG{number}", "type": "image", "caption": caption, "credits": {"by": []}, "url": url}
    for number, part in enumerate(story.paragraphs, 1):
        kind = "header" if part.startswith(SUBHEAD) else "text"
        element = {"_id": f"TXT{number}", "type": kind, "content": escape(part.removeprefix(SUBHEAD), quote=False)}
        yield element if kind == "text" else {**element, "level": 3}
    if story.credit:
        yield {"_id": "TXT0", "type": "text", "content": escape(story.credit, quote=False)}


def _credit(person: Person) -> Mapping[str, Any]:
    kept = {"original": {"email": person.email, "role": person.role, "byline": person.byline}}
    return {"_id": person.email.partition("@")[0], "type": "author", "name": person.name, "additional_properties": kept}


def _utc(moment: datetime) -> str:
    return (moment - timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
