"""How one page layout is read.

Plain data; the reading itself is in `processing.reading.extract`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from processing.dates import SEOUL


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Corrections to the generic reader for one layout of one outlet; every selector is CSS.

    Leave a field empty and the generic reader decides. `until` closes a layout: pages fetched after
    that KST day are read with the next rules. `body` narrows the tree that Trafilatura reads.
    `drop` names subtrees that are never part of an article. `english` says that the outlet
    publishes in English too, so that no page is rejected for it; `any_language` switches that
    judgement off. `prepare` is the one way out of data: a pure function from the decoded page to
    HTML.
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
    until: date | None = None
    prepare: Callable[[str], str] | None = None


GENERIC = Rules()


def rules_at(layouts: tuple[Rules, ...], moment: datetime) -> Rules:
    """Return the rules of the layout that was live at `moment` (aware).

    `GENERIC` where none is declared.
    """
    day = moment.astimezone(SEOUL).date()
    return next((rules for rules in layouts if rules.until is None or day <= rules.until), GENERIC)
