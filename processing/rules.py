"""What an outlet declares for others to act on: how a layout is read, what its numbers count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from processing.dates import SEOUL

NumberScope: TypeAlias = Literal["outlet", "section", "day", "nothing"]
"""What the numbers in ids count: all articles of an outlet, those of a section, those of a day; or
they are no counter (times, hashes)."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What the numbers in an outlet's ids count, by which missed articles are noticed.

    `digits` is how many of them count, 0 for all: some have a revision or a desk behind. What
    nobody declares is learnt from a month of ids (`processing.completeness.sequences`).
    """

    counts: NumberScope
    digits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Corrections to the generic reader for one layout of one outlet; every selector is CSS.

    The generic reader decides about every field that is empty. `until` is the last day (KST) of a
    layout: pages fetched later are read with the next rules. `body` narrows the tree that
    Trafilatura reads. `drop` selects subtrees that are never part of an article. `english` says
    that the outlet publishes in English too, so that no page is rejected for it; `any_language`
    accepts every language. `names` are what the outlet calls itself, which templates add to
    headlines: a declaration fills them from its title and aliases. `prepare` is the only field that
    is code: a pure function from the decoded page to HTML.
    """

    body: str | None = None
    title: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    english: bool = False
    any_language: bool = False
    drop: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    until: date | None = None
    prepare: Callable[[str], str] | None = None


GENERIC = Rules()


def rules_at(layouts: tuple[Rules, ...], moment: datetime) -> Rules:
    """Return the rules of the layout that was live at `moment` (aware); `GENERIC` without one."""
    # Layouts are declared oldest first, so the first one that was not closed yet is the right one.
    day = moment.astimezone(SEOUL).date()
    return next((rules for rules in layouts if rules.until is None or day <= rules.until), GENERIC)
