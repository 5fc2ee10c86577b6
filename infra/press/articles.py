"""Loads the stories and reprints of the sample press from `content/*.toml`.

A story holds the article as its outlet means it: clean paragraphs, without byline, caption or
notice. The templates add those; so the same values say what a reader of the page must find. A
reprint is declared as edits of its original and can therefore never drift away from it. Times are
minutes before the epoch of the press, so none is positive; `anchor` is the time of the first
original, whose days the text names.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
SUBHEAD = "## "


class ContentError(ValueError):
    """A content file contradicts itself; the message names the story and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a byline."""

    name: str
    role: str = "기자"
    email: str = ""

    @property
    def byline(self) -> str:
        """Name and role as a page prints them."""
        return f"{self.name} {self.role}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a story from `phase` on.

    `silent` where the outlet does not say that it edited.
    """

    phase: int
    silent: bool = False
    title: str = ""
    edits: tuple[Mapping[str, Any], ...] = ()
    gone: int = 0  # the status with which the page answers from then on


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article of one outlet.

    `of` and `relation` say what it was made from, `tricks` how its page behaves.
    """

    outlet: str
    key: str
    number: int
    title: str
    paragraphs: tuple[str, ...]
    minutes: int
    anchor: int
    restated: bool = False
    section: str = "사회"
    subtitle: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    place: str = ""
    kind: str = "article"
    captions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    agency: str = ""
    credit: str = ""
    of: str = ""
    relation: str = ""
    phase: int = 0  # the first in which it is there
    changes: tuple[Change, ...] = ()
    tricks: frozenset[str] = frozenset()
    path: str = ""
    damaged: bool = False
    gone: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name of the story in labels and tests."""
        return f"{self.outlet}/{self.key}"

    @property
    def text(self) -> str:
        """What a perfect reader finds: paragraphs joined by a blank line."""
        return "\n\n".join(part.removeprefix(SUBHEAD) for part in self.paragraphs)


def load(folder: Path = CONTENT) -> tuple[Story, ...]:
    """Return every story of every outlet, reprints worked out, ordered by outlet and number."""
    tables = [tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))]
    stories = {story.id: story for table in tables for story in _originals(table)}
    # A reprint may be of another reprint, in any order of the files: each round works out those
    # whose original is known, and a round without any means that one names nothing.
    waiting = [(table["outlet"], row) for table in tables for row in table.get("reprint", ())]
    while waiting:
        ready = [(outlet, row) for outlet, row in waiting if row["of"] in stories]
        if not ready:
            raise ContentError(
                f"these reprints are of nothing: {sorted(row['of'] for _, row in waiting)}"
            )
        for outlet, row in ready:
            story = _reprint(outlet, row, stories[row["of"]])
            stories[story.id] = story
        waiting = [pair for pair in waiting if pair not in ready]
    return tuple(sorted(stories.values(), key=lambda story: (story.outlet, story.number)))


def at_phase(story: Story, phase: int) -> Story:
    """Return the story as it stands in `phase`."""
    for change in story.changes:
        if change.phase <= phase:
            story = replace(
                story,
                title=change.title or story.title,
                paragraphs=edited(story.paragraphs, change.edits, story.id),
                restated=story.restated or not (change.silent or change.gone),
                gone=change.gone or story.gone,
            )
    return story


def edited(
    paragraphs: tuple[str, ...], edits: Iterable[Mapping[str, Any]], where: str
) -> tuple[str, ...]:
    """Return the paragraphs after `edits`.

    Raise `ContentError` where one does not fit exactly once.

    Edits: {old, new} exchanges a passage; {drop} removes the paragraph that starts so; {after, add}
    inserts one; {keep} keeps the first so many; {lead} replaces the first paragraph.
    """
    parts = list(paragraphs)
    for edit in edits:
        parts = _edit(parts, edit, where)
    return tuple(part for part in parts if part)


def _edit(parts: list[str], edit: Mapping[str, Any], where: str) -> list[str]:
    if "keep" in edit:
        return parts[: edit["keep"]]
    if "lead" in edit:
        return [edit["lead"], *parts[1:]]
    if "old" in edit:
        place = _only(
            (i for i, part in enumerate(parts) if edit["old"] in part), edit["old"], where
        )
        changed = " ".join(parts[place].replace(edit["old"], edit["new"], 1).split())
        return [*parts[:place], changed, *parts[place + 1 :]]
    start = edit["drop"] if "drop" in edit else edit["after"]
    place = _only((i for i, part in enumerate(parts) if part.startswith(start)), start, where)
    if "drop" in edit:
        return parts[:place] + parts[place + 1 :]
    return [*parts[: place + 1], edit["add"], *parts[place + 1 :]]


def _only(places: Iterator[int], passage: str, where: str) -> int:
    # An edit that fits nowhere or twice would change another passage than its author meant.
    positions = list(places)
    if len(positions) != 1:
        raise ContentError(
            f"{where}: the edit's passage {passage!r} is there {len(positions)} times; make it fit once"
        )
    return positions[0]


def _originals(table: Mapping[str, Any]) -> Iterator[Story]:
    for row in table.get("story", ()):
        yield _story(table["outlet"], row, _paragraphs(row["text"]))


def _reprint(outlet: str, row: Mapping[str, Any], original: Story) -> Story:
    """Work a reprint out; with `byline = "kept"` it names the original's people and place."""
    rows = {"title": original.title, "section": original.section, "relation": "copy", **row}
    kept = rows.pop("byline", "") == "kept"
    paragraphs = edited(original.paragraphs, rows.pop("edits", ()), f"{outlet}/{row['key']}")
    story = _story(outlet, {**rows, "anchor": original.anchor}, paragraphs)
    return replace(story, people=original.people, place=original.place) if kept else story


def _story(outlet: str, row: Mapping[str, Any], paragraphs: tuple[str, ...]) -> Story:
    known = {name: value for name, value in row.items() if name != "text"}
    for name in ("subtitle", "captions", "keywords"):
        known[name] = tuple(known.get(name, ()))
    for name in ("marks", "tricks"):
        known[name] = frozenset(known.get(name, ()))
    known["people"] = tuple(_person(line) for line in known.get("people", ()))
    known["changes"] = tuple(_change(change) for change in known.get("changes", ()))
    # A reprint names the days of its original; a story that is one names its own.
    known.setdefault("anchor", known.get("minutes"))
    try:
        return Story(outlet=outlet, paragraphs=paragraphs, **known)
    except TypeError as error:
        raise ContentError(f"{outlet}/{row.get('key')}: {error}") from error


def _change(row: Mapping[str, Any]) -> Change:
    return Change(**{**row, "edits": tuple(row.get("edits", ()))})


def _person(line: str) -> Person:
    """Read "name", "name role" or "name role address"."""
    words = line.split()
    email = words.pop() if "@" in words[-1] else ""
    return Person(name=words[0], role=" ".join(words[1:]) or "기자", email=email)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.strip().split("\n\n") if part.strip())
