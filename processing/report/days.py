"""The records of a day's report: what each outlet brought, what was promised, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import AwareDatetime

from processing.completeness.meter import Completeness
from processing.records import SCHEMA_VERSION, End, Record, RunReport

ALL = "all"
"""Stands for the outlet in a finding that concerns no single outlet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What an outlet's declaration says of it.

    `daily` is articles on a normal day; `quiet_hours` goes by source.
    """

    name: str
    title: str
    daily: tuple[int, int]
    paused: str | None = None
    quiet_hours: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What the tables say of one outlet on one day.

    Everything but `bytes` counts distinct articles or versions.

    `announced` are articles that sources named on the day; of these `archived` are held, `rejected`
    were pages without an article or never there, `refused` we may not fetch, and the others are
    `gaps`. `weekday` is what the same weekday brought in the weeks before, `history` what each of
    the last 28 days brought, None where no run was made. `fields` says how many of the `counted`
    articles of the day's runs have each field, `usual_fields` how many of the `usual_counted`
    articles of the days before.
    """

    runs: tuple[RunReport, ...] = ()
    versions: int = 0
    edits: int = 0
    silent: int = 0
    deletions: int = 0
    reprints: int = 0
    announced: int = 0
    archived: int = 0
    rejected: int = 0
    refused: int = 0
    gaps: int = 0
    bytes: int = 0
    keys: tuple[str, ...] = ()
    fields: Mapping[str, int] = field(default_factory=dict)
    counted: int = 0
    usual_fields: Mapping[str, int] = field(default_factory=dict)
    usual_counted: int = 0
    weekday: tuple[int, ...] = ()
    history: tuple[int | None, ...] = ()
    news: Mapping[str, AwareDatetime] = field(default_factory=dict)


class Finding(Record):
    """Something that a person should look at. `alarm` wants an answer today, `notice` this week."""

    level: Literal["alarm", "notice"]
    code: str
    outlet: str
    values: Mapping[str, str] = {}
    what: str
    cure: str


class SourceDay(Record):
    """How one source answered last; `new_at` is when it last announced something new."""

    url: str
    status: int | None
    links: int
    new: int
    overlap: int
    problem: str | None
    new_at: AwareDatetime | None


class OutletDay(Record):
    """One outlet on one day. pages == articles + rejections.

    Announced == archived + rejected + refused + gaps. `polled_at` is when its last run ended.

    `completeness` is the share of archived among what could be archived, what nobody announced to us
    included as far as it is suspected; None where it is not known. `measured` says how it was found
    and how far it can be trusted. `usual` is the median of the same weekday in the four weeks before, None without two
    of them.
    """

    outlet: str
    title: str
    paused: str | None
    end: End | None
    why: str
    polled_at: AwareDatetime | None = None
    runs: int
    pages: int
    articles: int
    rejections: Mapping[str, int]
    versions: int
    edits: int
    silent: int
    deletions: int
    reprints: int
    announced: int
    archived: int
    rejected: int
    refused: int
    gaps: int
    suspected: int = 0
    completeness: float | None
    measured: Completeness | None = None
    daily: tuple[int, int]
    usual: float | None
    history: tuple[int | None, ...]
    sources: tuple[SourceDay, ...]
    requests: int
    retries: int
    bytes: int
    keys: tuple[str, ...]


class Totals(Record):
    """The sums over all outlets.

    `completeness` is that of the outlets for which it is known, `unknown` the number of the others.
    """

    outlets: int
    pages: int
    articles: int
    rejections: Mapping[str, int]
    versions: int
    edits: int
    silent: int
    deletions: int
    reprints: int
    announced: int
    archived: int
    rejected: int
    refused: int
    gaps: int
    suspected: int = 0
    completeness: float | None
    unknown: int = 0
    requests: int
    bytes: int


class Reprinted(Record):
    """An article of the day that others reprinted, and who did."""

    article_id: str
    outlet: str
    title: str
    url: str
    reprints: int
    by: tuple[str, ...]


class Changed(Record):
    """An article that changed on the day, or that its outlet took away (`gone`)."""

    article_id: str
    outlet: str
    title: str
    url: str
    at: AwareDatetime
    kind: Literal["edit", "silent", "gone"]


class Gap(Record):
    """An article that a source announced and that is not in the archive."""

    outlet: str
    url: str
    since: AwareDatetime
    why: str
    detail: str | None


class Stories(Record):
    """What a report names one by one: the most reprinted, the newest changes, the oldest gaps.

    Each list is short.
    """

    reprinted: tuple[Reprinted, ...] = ()
    changed: tuple[Changed, ...] = ()
    missing: tuple[Gap, ...] = ()


class DayReport(Record):
    """The report of one KST collection day.

    `complete` says that the day was over when it was made; `never` are declared outlets without a
    run in four weeks.
    """

    schema_version: int = SCHEMA_VERSION
    day: str
    made_at: AwareDatetime
    complete: bool
    store: str
    manifest: int
    outlets: tuple[OutletDay, ...]
    never: tuple[str, ...]
    totals: Totals
    findings: tuple[Finding, ...]
    stories: Stories = Stories()
