"""What an outlet's polls prove: when something may have been missed, and when nothing was looked at.

A run report says of each source when it answered, when it had answered before, and since when
something may have been missed. Between two answers that overlap nothing is lost; so a chain of
overlapping answers over a whole day proves that all was announced that the source lists.

Two sources that list the same articles independently say how many both of them missed (the
estimate of Lincoln and Petersen, which counts animals by catching them twice).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from processing.records import RunReport, SourceReport

_ALIKE = 0.5
"""Share of the shorter list that both must list before two sources are taken to list the same."""
_ENOUGH = 10
"""Articles that both sources must list before their difference says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAnswer:
    """One answer of a source, as far as a loss can be seen in it; fields as in `SourceReport`.

    `own`, `others` and `both` are the articles that were compared with the outlet's other sources.
    """

    url: str
    at: datetime
    answered_at: datetime | None = None
    part_of: str | None = None
    links: int = 0
    oldest_at: datetime | None = None
    newest_at: datetime | None = None
    missed_since: datetime | None = None
    recovered: bool = False
    own: int = 0
    others: int = 0
    both: int = 0


@dataclass(frozen=True, slots=True)
class LossSpan:
    """A stretch of time in which a source may have missed something, or was not watched.

    `lost` is the estimate of how many articles by how fast the source turned over, None where that
    is not known.
    """

    url: str
    since: datetime
    until: datetime
    lost: float | None = None

    def overlaps(self, since: datetime, until: datetime) -> bool:
        """Return whether the span reaches into the time between `since` and `until`."""
        return self.since < until and self.until > since

    def within(self, since: datetime, until: datetime) -> "LossSpan":
        """Return the part of the span that lies in the time between, with its share of the loss."""
        start, end = max(self.since, since), min(self.until, until)
        whole = (self.until - self.since).total_seconds()
        share = max((end - start).total_seconds(), 0.0) / whole if whole > 0 else 1.0
        return LossSpan(self.url, start, end, None if self.lost is None else self.lost * share)


@dataclass(frozen=True, slots=True)
class SourceEstimate:
    """How many articles a second source shows to be missing from both, and between what bounds."""

    url: str
    missing: float
    listed: int


def answers(reports: Iterable[RunReport]) -> list[PollAnswer]:
    """Return the answers of all sources in the order of their moments."""
    answered = [
        _answer(source, source.at) for report in reports for source in report.sources if source.at
    ]
    return sorted(answered, key=lambda poll: (poll.at, poll.url))


def _answer(source: SourceReport, at: datetime) -> PollAnswer:
    extent, compared = source.extent, source.compared
    return PollAnswer(
        url=source.url,
        at=at,
        answered_at=source.answered_at,
        part_of=source.part_of,
        links=source.links,
        oldest_at=extent.oldest_at if extent else None,
        newest_at=extent.newest_at if extent else None,
        missed_since=source.missed_since,
        recovered=bool(source.recovered),
        own=compared.own if compared else 0,
        others=compared.others if compared else 0,
        both=compared.both if compared else 0,
    )


def overflows(polls: Iterable[PollAnswer]) -> Iterator[LossSpan]:
    """Yield the spans in which a source dropped articles that no later page or source made good."""
    for poll in polls:
        if poll.missed_since and not poll.recovered:
            oldest = poll.oldest_at
            until = oldest if oldest and oldest > poll.missed_since else poll.at
            yield LossSpan(poll.url, poll.missed_since, until, _lost(poll, until))


def unwatched(polls: Iterable[PollAnswer], since: datetime, until: datetime) -> list[LossSpan]:
    """Return the spans of a day in which no two answers of a source follow one another.

    A source that never answered is unwatched all the time. Child sitemaps and further pages are
    parts of their source, and prove nothing by themselves.
    """
    proven: dict[str, list[tuple[datetime, datetime]]] = {}
    for poll in polls:
        if poll.part_of is None:
            chain = proven.setdefault(poll.url, [])
            chain.append((poll.answered_at or poll.at, poll.at))
    return [
        span for url, chain in sorted(proven.items()) for span in _left(url, chain, since, until)
    ]


def second_source(polls: Iterable[PollAnswer]) -> SourceEstimate | None:
    """Return what the source that overlaps most with the others says is missing from both.

    None where no two sources list the same articles.
    """
    sums: dict[str, list[int]] = {}
    for poll in polls:
        counts = sums.setdefault(poll.url, [0, 0, 0])
        for index, count in enumerate((poll.own, poll.others, poll.both)):
            counts[index] += count
    url, (own, others, both) = max(
        sums.items(), key=lambda item: (item[1][2], item[0]), default=("", (0, 0, 0))
    )
    if both < _ENOUGH or both < _ALIKE * min(own, others):
        return None
    return SourceEstimate(url, (own - both) * (others - both) / both, own + others - both)


def _lost(poll: PollAnswer, until: datetime) -> float | None:
    """Return the estimate of what a source dropped, by how fast its answer turned over."""
    if not (poll.oldest_at and poll.newest_at and poll.missed_since):
        return None
    took = (poll.newest_at - poll.oldest_at).total_seconds()
    if took <= 0:
        return None
    # One interval fewer lies between the ends of a list than it has articles.
    return max(poll.links - 1, 1) / took * (until - poll.missed_since).total_seconds()


def _left(
    url: str, chain: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime
) -> Iterator[LossSpan]:
    """Yield what the intervals of `chain` leave open between `since` and `until`."""
    at = since
    for start, end in sorted(chain):
        if start > at and at < until:
            yield LossSpan(url, at, min(start, until))
        at = max(at, end)
    if at < until:
        yield LossSpan(url, at, until)
