"""The completeness of one outlet's day: what is archived, what is missing, and how sure that is.

Three kinds of evidence are put together: answers of a source that share nothing with the ones
before, holes in the outlet's numbers, and a second source. A whole is only stated where none of
them shows a loss and every source was watched all day; otherwise a share with its bounds, or that
it is not known. Pure: polls and estimates in, a record out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from processing.completeness.polls import (
    LossSpan,
    PollAnswer,
    SourceEstimate,
    overflows,
    second_source,
    unwatched,
)
from processing.completeness.sequences import NumberEstimate
from processing.dates import SEOUL
from processing.records import Record

_ROUGH = 2.0
"""Factor by which a loss that is only estimated by speed may be larger."""
_SLACK = timedelta(minutes=1)
"""Length up to which a stretch without a poll is the crawl's own time."""
_AFTER = timedelta(hours=2)
"""Time after a day's end in which its last articles may still wait for the next poll."""


class Trust(StrEnum):
    """How far the completeness of a day can be trusted."""

    COMPLETE = "complete"  # no sign of a loss, and every source was watched all day
    MEASURED = "measured"  # by numbers or a second source, within the bounds that are stated
    ESTIMATED = "estimated"  # something was missed; how much is only known by the sources' speed
    UNKNOWN = "unknown"  # nothing shows whether something was missed


class LossEvidence(Record):
    """One sign that articles were missed, or that nobody looked.

    `count` is the estimate of how many articles it stands for, None where it gives none.
    """

    kind: Literal["overflow", "numbers", "second-source", "unwatched"]
    url: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    count: float | None = None


class Completeness(Record):
    """How much of what an outlet published on a KST day is archived.

    `suspected` are articles that nobody announced to us, by estimate. `share` is archived among
    archived, gaps and suspected, None where it is not known; `low` and `high` are its bounds of
    about 95 %; `high` alone is known where nothing but gaps is.
    """

    outlet: str
    day: str
    archived: int
    gaps: int
    suspected: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    trust: Trust = Trust.UNKNOWN
    evidence: tuple[LossEvidence, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it may be said that everything is archived."""
        return self.trust is Trust.COMPLETE and self.share == 1


@dataclass(frozen=True, slots=True)
class Loss:
    """An estimate of what is missing, with bounds."""

    missing: float
    low: float
    high: float
    trust: Trust


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a KST day."""
    start = datetime.combine(day, datetime.min.time(), SEOUL)
    return start, start + timedelta(days=1)


def measure(
    outlet: str,
    day: date,
    *,
    archived: int,
    gaps: int,
    polls: Sequence[PollAnswer],
    numbers: NumberEstimate | None = None,
    now: datetime,
) -> Completeness:
    """Return the completeness of an outlet's KST day as it can be judged at `now`.

    `polls` are the answers of that day and the first ones after it, `numbers` what its numbers
    say. A day that goes on is judged up to its newest answer.
    """
    start, end = bounds(day)
    newest = max((poll.at for poll in polls), default=end)
    if now < end + _AFTER:
        end = min(end, max(newest, start))
    lost = [span.within(start, end) for span in overflows(polls) if span.overlaps(start, end)]
    left = [span for span in unwatched(polls, start, end) if span.until - span.since > _SLACK]
    second = second_source(poll for poll in polls if start <= poll.at < end)
    loss = _judged(lost, left, second, numbers, gaps=gaps, watched=bool(polls))
    completeness = Completeness(
        outlet=outlet, day=day.isoformat(), archived=archived, gaps=gaps, trust=loss.trust,
        evidence=tuple(_evidence(lost, left, second, numbers)),
    )  # fmt: skip
    high = _share(archived, gaps + loss.low)
    if loss.trust is Trust.UNKNOWN:
        return completeness.evolve(high=high)
    share, low = _share(archived, gaps + loss.missing), _share(archived, gaps + loss.high)
    return completeness.evolve(suspected=round(loss.missing), share=share, low=low, high=high)


def _judged(
    lost: Sequence[LossSpan],
    left: Sequence[LossSpan],
    second: SourceEstimate | None,
    numbers: NumberEstimate | None,
    *,
    gaps: int,
    watched: bool,
) -> Loss:
    """Return what is missing by the best evidence there is: numbers, a second source, speed."""
    beside = second.missing if second and second.missing >= 1 else 0.0
    signs = bool(lost or beside or (numbers and numbers.unexplained))
    watched = watched and not left
    if numbers:
        # What was announced and could not be had leaves a hole too.
        missing, low, high = (
            max(value - gaps, 0.0) for value in (numbers.missing, numbers.low, numbers.high)
        )
        # Numbers have shown that nothing stands in for what a source dropped: at least one did.
        missing = max(missing, beside, 1.0 if lost else 0.0)
        trust = Trust.COMPLETE if watched and not signs else Trust.MEASURED
        return Loss(missing, low, max(high, missing), trust)
    by_speed = sum(max(span.lost or 0.0, 1.0) for span in lost)
    if signs:
        missing = max(by_speed, beside)
        trust = Trust.MEASURED if beside and not lost else Trust.ESTIMATED
        return Loss(missing, 0.0, missing * _ROUGH, trust)
    return Loss(0.0, 0.0, 0.0, Trust.COMPLETE if watched else Trust.UNKNOWN)


def _evidence(
    lost: Iterable[LossSpan],
    left: Iterable[LossSpan],
    second: SourceEstimate | None,
    numbers: NumberEstimate | None,
) -> Iterator[LossEvidence]:
    for span in lost:
        yield LossEvidence(
            kind="overflow", url=span.url, since=span.since, until=span.until, count=span.lost
        )
    if numbers and (numbers.unexplained or lost):
        yield LossEvidence(kind="numbers", count=numbers.missing)
    if second and second.missing >= 1:
        yield LossEvidence(kind="second-source", url=second.url, count=second.missing)
    for span in left:
        yield LossEvidence(kind="unwatched", url=span.url, since=span.since, until=span.until)


def _share(archived: int, missing: float) -> float | None:
    return archived / (archived + missing) if archived + missing else None
