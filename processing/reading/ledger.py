"""What became of the sentences in a body's place that are not in its text: each under the name of the rule.

The conservation law of a reading: every visible sentence inside the body's place ends in exactly one of text, deck,
caption, byline, dateline, notice, or here. The archive keeps counts by rule, `sillok read --explain` shows the lines.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class DropRule(StrEnum):
    """Why a line of the body's place is no part of the article; closed, because each is a figure of the archive."""

    UNREAD = "unread"  # a menu, a button, a hidden element
    MARKED = "marked-block"  # its mark-up calls it an advertisement, related, share …
    DECLARED = "outlet-rule"  # the outlet's declaration drops it
    LINKS = "links"  # nothing but links
    BEFORE = "before-headline"
    HEADLINE = "headline"  # the headline again
    SUMMARY = "repeated"  # sentences of the text again, at its head
    RELATED = "related"  # the label of a list of other articles and what it lists
    ARROW = "arrow"  # a link behind an arrow
    PROMOTION = "promotion"
    INTERFACE = "interface"
    PORTAL = "portal"
    CREDIT = "credit"  # camera, editing, graphics
    TIME = "time"
    TAGS = "tags"
    LABEL = "label"  # labelled rows of boards
    LOOSE = "after-the-end"  # names and agencies alone behind the last sentence
    EXTRACTOR = "extractor"  # Trafilatura left it out


class DroppedLine(NamedTuple):
    """A line that a rule took out."""

    rule: DropRule
    text: str


@dataclass(slots=True)
class Ledger:
    """Lines that were taken out, in the order in which they fell."""

    lines: list[DroppedLine] = field(default_factory=list)

    def drop(self, rule: DropRule, *texts: str) -> None:
        """Write down that `rule` took out `texts`; empty ones do not count."""
        self.lines.extend(DroppedLine(rule, text) for text in texts if text)

    def counts(self) -> dict[DropRule, int]:
        """Return how many lines each rule took out, in the order of the closed list."""
        found = Counter(one.rule for one in self.lines)
        return {rule: found[rule] for rule in DropRule if found[rule]}
