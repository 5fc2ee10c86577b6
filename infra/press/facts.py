"""The expected reading of every page of the sample press, to compare with the archive.

By hand: `python -m infra.press.facts --state var/press --port 8801` prints one JSON object per
page.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.press import state
from infra.press.articles import Story
from infra.press.dates import PressClock
from infra.press.pages import urls
from infra.press.press import Press
from infra.press.sites import SITES
from infra.press.state import PressState

LABELS = Path(__file__).parent / "labels.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One page as its outlet means it.

    `status` is what it answers, `robots` False where robots.txt forbids it.
    """

    id: str
    outlet: str
    url: str
    title: str
    subtitle: tuple[str, ...]
    authors: tuple[str, ...]
    published: datetime
    modified: datetime | None
    section: str
    kind: str
    text: str
    captions: tuple[str, ...]
    status: int
    robots: bool


def facts(press: Press, phase: int) -> tuple[Fact, ...]:
    """Return the facts of every story in a phase, in the order of outlet and number."""
    stories = press.current(phase)
    where = urls(stories, press.times, press.port)
    return tuple(_fact(story, where[story.id], press.times) for story in stories)


def expected_traps(press: Press) -> Mapping[str, state.Trap]:
    """Return the traps by URL."""
    fields = press.times.day()
    hosts = {site.name: site.host for site in SITES}
    return {
        f"http://{hosts[trap.outlet]}:{press.port}{trap.path.format(**fields)}": trap
        for trap in state.load()
    }


def relations(stories: tuple[Story, ...]) -> Iterator[Mapping[str, str]]:
    """Return what was made from what; `original` is the first of the line."""
    by_id = {story.id: story for story in stories}
    for story in stories:
        if story.of:
            first = by_id[story.of]
            # Whoever copied a copy has the text of the first; an excerpt or a follow-up begins
            # anew.
            while first.of and first.relation == "copy":
                first = by_id[first.of]
            yield {
                "article": story.id,
                "relation": story.relation,
                "parent": story.of,
                "original": first.id,
            }


def _fact(story: Story, url: str, times: PressClock) -> Fact:
    return Fact(
        id=story.id,
        outlet=story.outlet,
        url=url,
        title=story.title,
        subtitle=story.subtitle,
        authors=tuple(person.name for person in story.people),
        published=times.published(story),
        modified=times.modified(story),
        section=story.section,
        kind=story.kind,
        text=story.text,
        captions=story.captions,
        status=story.gone or 200,
        robots=not story.path.startswith("/plus/"),
    )


def _plain(value: object) -> Any:
    return (
        value.isoformat()
        if isinstance(value, datetime)
        else list(value)
        if isinstance(value, tuple)
        else value
    )


def main() -> int:
    """Print the facts; return 0."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.press.facts", description="What the press wrote."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--phase", type=int, default=0)
    asked = parser.parse_args()
    press = Press(PressState(asked.state, datetime.now(UTC)), asked.port)  # noqa: TID251 - only where the folder is new
    for fact in facts(press, asked.phase):
        row = {
            name: _plain(getattr(fact, name))
            for name in (field.name for field in dataclasses.fields(fact))
        }
        print(json.dumps(row, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
