"""Findings in words, and what is wrong at this moment, before anything is published."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from processing.dates import SEOUL
from processing.report.days import Count, Finding, OutletDay
from processing.report.standing import Standing
from processing.report.words import PHRASES

ALL = "all"
"""Stands for the outlet in a finding that is of none alone."""
_PATIENCE = timedelta(hours=2)
"""How long pages may wait in landing: `archive` runs when they are announced, and by the clock within an hour."""


def finding(level: str, code: str, outlet: str, **values: object) -> Finding:
    """Return a finding in English; the page has the Korean words for the same code."""
    told = {name: str(value) for name, value in values.items()}
    phrase = PHRASES[code]
    return Finding(
        level="alarm" if level == "alarm" else "notice",
        code=code,
        outlet=outlet,
        values=told,
        what=phrase.what.format(**told),
        cure=phrase.cure.format(**told, outlet=outlet),
    )


def standing_findings(standing: Standing, now: datetime) -> Iterator[Finding]:
    """Yield what a person should look at beside the findings of the day."""
    if standing.outage:
        seen = standing.outage
        yield finding(
            "alarm",
            "outage",
            ALL,
            asked=seen.asked,
            unreached=seen.unreached,
            since=_clock(seen.since),
            example=seen.example,
        )
    for held in standing.held:
        yield finding(
            "alarm", "held", held.outlet, faults="; ".join(held.faults), runs=" ".join(held.runs)
        )
    for end in standing.ends:
        yield finding("alarm", "unreported", end.outlet, why=end.why)
    if standing.oldest and now - standing.oldest > _PATIENCE:
        yield finding("alarm", "waiting", ALL, since=_clock(standing.oldest))


def current(
    findings: Iterable[Finding],
    rows: Sequence[OutletDay],
    standing: Standing,
    counts: Mapping[str, Count],
) -> list[Finding]:
    """Return the findings of the day without those that one outage on our side explains."""
    if standing.outage is None:
        return list(findings)
    silent = {row.outlet for row in rows if _is_silent(counts[row.outlet])}
    return [
        one
        for one in findings
        if not (one.code == "unanswered" or (one.code == "ended" and one.outlet in silent))
    ]


def _is_silent(count: Count) -> bool:
    """Return whether nothing came back from an outlet in its last run."""
    last = max(count.runs, key=lambda run: (run.ended_at, run.run), default=None)
    return last is not None and last.reached is False


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}"
