"""A cluster as a timeline: who had it when, how each came from its parent, and what changed.

For `sillok cluster ID`: make a `Member` of each row of `clusters` whose cluster is the one of ID (after `aliases`) and
its article, and print `timeline(members)`. Texts and titles are of the web: escape them before a terminal shows them.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from processing.dedupe.canonical import canonical, readable
from processing.dedupe.facts import facts

_SENTENCE = re.compile(r"(?<=[.!?。])[\s\"”’']+|\n+")
_ALIKE: Final = 0.6
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A document of a cluster: its row of `clusters` and what it says."""

    id: str
    outlet: str
    title: str
    text: str
    relation: str
    parent: str | None
    score: float
    evidence: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Moment:
    """A member and what sets it apart from its parent: whole sentences, sentences reworded, and number facts."""

    member: Member
    title_changed: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reworded: tuple[tuple[str, str], ...] = ()
    numbers_added: tuple[str, ...] = ()
    numbers_removed: tuple[str, ...] = ()


def timeline(members: Sequence[Member]) -> tuple[Moment, ...]:
    """Return the members in the order in which they were first seen, each compared with its parent."""
    known = {member.id: member for member in members}
    ordered = sorted(members, key=lambda member: (member.at or _NEVER, member.parent is not None, member.id))
    return tuple(_moment(member, known.get(member.parent or "")) for member in ordered)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without blanks around them."""
    return [each.strip() for each in _SENTENCE.split(readable(text)) if each.strip()]


def _moment(member: Member, parent: Member | None) -> Moment:
    if parent is None:
        return Moment(member, title_changed=False)
    before, after = sentences(parent.text), sentences(member.text)
    removed, added, reworded = _compare(before, after)
    old, new = ({fact for each in said for fact in facts(each)} for said in (before, after))
    return Moment(
        member,
        canonical(member.title) != canonical(parent.title),
        tuple(added),
        tuple(removed),
        tuple(reworded),
        tuple(sorted(new - old)),
        tuple(sorted(old - new)),
    )


def _compare(before: list[str], after: list[str]) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Return sentences only in the first, only in the second, and pairs that say nearly the same."""
    matcher = difflib.SequenceMatcher(
        None, [canonical(each) for each in before], [canonical(each) for each in after], autojunk=False
    )
    removed: list[str] = []
    added: list[str] = []
    reworded: list[tuple[str, str]] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag != "equal":
            gone, come = before[start:end], after[other_start:other_end]
            for old in gone:
                new = max(come, key=lambda each: _likeness(old, each), default=None)
                if new is None or _likeness(old, new) < _ALIKE:
                    removed.append(old)
                else:
                    come.remove(new)
                    reworded.append((old, new))
            added += come
    return removed, added, reworded


def _likeness(left: str, right: str) -> float:
    return difflib.SequenceMatcher(None, canonical(left), canonical(right), autojunk=False).ratio()
