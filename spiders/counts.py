"""What a crawl counts, for its report and for the verdict on it."""

from collections import Counter
from dataclasses import dataclass, field

from processing.records import Fetch, SourceReport, Why
from spiders.polling import ABSENT

_TOLD = {
    Why.FAILED: "failed",
    Why.GIVEN_UP: "failed",
    **{why: str(why) for why in (Why.GONE, Why.ROBOTS, Why.OFF_SITE, Why.NOT_ARTICLE)},
}
"""Outcomes of which the report names examples, and under which word."""
_EXAMPLES = 3


@dataclass(slots=True)
class Counts:
    """What the run report is made of."""

    pages: int = 0
    articles: int = 0
    removed: int = 0
    absent: int = 0
    crashes: int = 0
    spared: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    whys: Counter[str] = field(default_factory=Counter)
    sources: dict[str, SourceReport] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, row: Fetch) -> None:
        """Count an article that is not there, and remember a few of what was not fetched, with what they answered."""
        kind = _TOLD.get(row.why)
        if kind == "failed" and row.status in ABSENT:
            kind = "absent"
            self.absent += 1
        if kind and len(self.examples.setdefault(kind, [])) < _EXAMPLES:
            self.examples[kind].append(f"{row.url} ({row.detail})" if row.detail else row.url)
