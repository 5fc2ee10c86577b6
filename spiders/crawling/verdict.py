"""What a crawl counts, and how it ended: the verdict, its reason, and the exit code.

Scrapy's own `crawl` exits with 0 whatever happens.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from processing.errors import ExitCode, SillokError, TransientError
from processing.records import (
    AnswerLimit,
    Article,
    End,
    Fetch,
    LimitReached,
    SourceFault,
    SourceFinding,
    SourceReport,
    Why,
)
from spiders.crawling.polling import ABSENT
from spiders.formats.links import in_words

_EXAMPLE_KINDS = {
    Why.FAILED: "failed",
    Why.GIVEN_UP: "failed",
    **{why: str(why) for why in (Why.GONE, Why.ROBOTS, Why.OFF_SITE, Why.NOT_ARTICLE)},
}
"""Outcomes of which the report names examples, and under which word."""
_EXAMPLES = 3
_NO_ANSWER = frozenset({SourceFault.UNANSWERED, SourceFault.UNASKED_304, SourceFault.NOFOLLOW})
"""Faults of an answer that says nothing of what the source lists."""
FIELDS = (
    "published",
    "modified",
    "authors",
    "section",
    "agency",
    "keywords",
    "image",
    "captions",
    "subtitle",
)
"""Fields whose share among an outlet's articles is watched: a fall shows a changed layout."""
EXIT = {
    End.NEW: ExitCode.DONE,
    End.UNCHANGED: ExitCode.DONE,
    End.PARTIAL: ExitCode.DONE,
    End.FAILED: ExitCode.TRANSIENT,
    End.UNHEALTHY: ExitCode.UNHEALTHY,
    End.INTERRUPTED: ExitCode.INTERRUPTED,
}
"""Exit codes of `scrapy crawl`.

2 is a wrong argument or setting, `exit_code` tells it from a failure that may pass.
"""
_LIMITS = {
    "closespider_timeout": "the time limit",
    "memusage_exceeded": "the memory limit",
    "closespider_pagecount": "the page limit",
}
_GAPS = "`sillok gaps` lists them"
_UNVERIFIED = (
    "it is asked again by itself; where it is the outlet for certain, declare `tls` in its file, "
    "and where every outlet says this, install this machine's ca-certificates"
)


def present(article: Article) -> list[str]:
    """Return the watched fields that this article has."""
    return [name for name in FIELDS if getattr(article, name)]


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
    fields: Counter[str] = field(default_factory=Counter)
    sources: dict[str, SourceReport] = field(default_factory=dict)
    children: dict[str, set[str]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    unreached: str = ""
    examples: dict[str, list[str]] = field(default_factory=dict)
    limits: dict[AnswerLimit, LimitReached] = field(default_factory=dict)

    def reach(self, limit: AnswerLimit, url: str) -> None:
        """Count an answer that a limit cut off."""
        first = self.limits.get(limit) or LimitReached(limit=limit, count=0, example=url[:300])
        self.limits[limit] = first.evolve(count=first.count + 1)

    def answered(self) -> list[SourceReport]:
        """Return the reports of sources that answered with a list or with "unchanged"."""
        return [
            report
            for report in self.sources.values()
            if report.status and not _is_unanswered(report)
        ]

    def misunderstood(self) -> dict[str, str]:
        """Return the sources that answered and were not understood, with why."""
        return {
            report.url: report.problem or ""
            for report in self.answered()
            if report.understood is False
        }

    def judge_overflows(self, recovered: Collection[str]) -> None:
        """Say of each source that missed something whether a list made it good (`recovered`)."""
        for url, report in list(self.sources.items()):
            if report.missed_since is None:
                continue
            made_good = url in recovered
            findings = tuple(
                SourceFinding(
                    fault=SourceFault.RECOVERED,
                    detail="it shared nothing with its last answer; a list was read until it met "
                    "what was known",
                )
                if made_good and finding.fault is SourceFault.OVERFLOW
                else finding
                for finding in report.findings
            )
            problem = in_words(findings)
            self.sources[url] = report.evolve(
                recovered=made_good, findings=findings, problem=problem
            )
            if {finding.fault for finding in findings} == {SourceFault.RECOVERED}:
                self.problems.pop(url, None)

    def judge_indexes(self) -> None:
        """Judge each index of sitemaps by those of them that were asked.

        It is understood where one of them lists an article. That sitemap is the proof; the index
        proves nothing by itself.
        """
        for index, urls in self.children.items():
            asked = [
                self.sources[url]
                for url in urls
                if url in self.sources and self.sources[url].status
            ]
            if not asked or index not in self.sources:
                continue
            report = self.sources[index]
            if any(child.links for child in asked):
                self.sources[index] = report.evolve(understood=None)
                continue
            detail = f"none of its {len(asked)} sitemaps that were asked lists an article"
            finding = SourceFinding(fault=SourceFault.NO_ARTICLE, detail=detail)
            findings = (*report.findings, finding)
            self.problems[index] = in_words(findings) or detail
            self.sources[index] = report.evolve(
                understood=False, findings=findings, problem=self.problems[index]
            )

    def note(self, row: Fetch) -> None:
        """Count an absent article, and keep a few examples of what was not fetched."""
        kind = _EXAMPLE_KINDS.get(row.why)
        # "There is no such page" is an answer, and no fault of the outlet's server.
        if kind == "failed" and row.status in ABSENT:
            kind = "absent"
            self.absent += 1
        if kind and len(self.examples.setdefault(kind, [])) < _EXAMPLES:
            self.examples[kind].append(f"{row.url} ({row.detail})" if row.detail else row.url)


def _is_unanswered(report: SourceReport) -> bool:
    return any(finding.fault in _NO_ANSWER for finding in report.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a crawl counted.

    `reason` is Scrapy's finish reason; `silent` names sources past their quiet time.

    `answered` counts sources whose answer proves something; `misunderstood` names those of them
    that it proves not to have been understood. `left` counts sources whose turn it was not, where a
    crawl asks only what is due; they are not among `asked`. `late` are hosts that may be asked
    again only after the crawl's time limit. `unverified` are hosts whose certificate did not show
    that they are the outlet. `removed` counts pages that say, with status 200, that their article
    is gone: rejections, and yet what was asked. `absent` counts, among the failed, those that
    answered that there is no such page: no fault of the outlet. `examples` names a few URLs of each
    word of `whys`, and of "absent", with what they answered. `spared` counts pages that a dry run
    named and did not ask for. `unreached` says which days of a backfill are not complete, and why.
    """

    reason: str | None
    error: SillokError | None = None
    crashes: int = 0
    asked: int = 0
    answered: int = 0
    left: int = 0
    problems: Mapping[str, str] = field(default_factory=dict)
    late: Mapping[str, str] = field(default_factory=dict)
    misunderstood: Mapping[str, str] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    cooled: Mapping[str, str] = field(default_factory=dict)
    unverified: Mapping[str, str] = field(default_factory=dict)
    pages: int = 0
    articles: int = 0
    removed: int = 0
    absent: int = 0
    rejections: Mapping[str, int] = field(default_factory=dict)
    whys: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    spared: int = 0
    unreached: str = ""


def verdict(tally: Tally) -> tuple[End, str]:
    """Return how the crawl ended and, in a sentence, why."""
    # The first that applies is the verdict: what broke the crawl comes before what it counted.
    return (
        _broken(tally)
        or _shut(tally)
        or _late(tally)
        or _unhealthy(tally)
        or _limited(tally)
        or _unread(tally)
        or _sound(tally)
    )


def exit_code(end: End, error: SillokError | None = None) -> int:
    """Return the exit code: 2 where the same call would fail again."""
    if error is not None and not isinstance(error, TransientError):
        return 2
    return EXIT[end]


def _broken(tally: Tally) -> tuple[End, str] | None:
    if tally.error is not None:
        return End.FAILED, str(tally.error)
    if tally.reason == "shutdown":
        return (
            End.INTERRUPTED,
            "stopped by a signal; what is sealed is kept, the next crawl does the rest",
        )
    if tally.reason == "closespider_errorcount":
        return End.FAILED, "the spider broke; the tracebacks above say where"
    if tally.reason is None or tally.reason == "start_error":
        return End.FAILED, "the crawl did not get to its end; the log above says where"
    return None


def _shut(tally: Tally) -> tuple[End, str] | None:
    if tally.cooled:
        return End.UNHEALTHY, "; ".join(
            f"{host}: {why}" for host, why in sorted(tally.cooled.items())
        )
    if tally.unverified:
        return (
            End.UNHEALTHY,
            f"{_listed(tally.unverified)}: nothing was taken from there; {_UNVERIFIED}",
        )
    return None


def _late(tally: Tally) -> tuple[End, str] | None:
    """Return the end of a crawl whose hosts demand pauses beyond its time limit."""
    if not tally.late or tally.answered:
        return None
    return End.PARTIAL, f"{_hosts(tally.late)}; the next crawl does the rest"


def _hosts(late: Mapping[str, str]) -> str:
    return "; ".join(f"{host} {why}" for host, why in sorted(late.items()))


def _unhealthy(tally: Tally) -> tuple[End, str] | None:
    if tally.asked and not tally.answered:
        return End.UNHEALTHY, f"no source answered: {_listed(tally.problems)}"
    if tally.answered and len(tally.misunderstood) >= tally.answered:
        return End.UNHEALTHY, f"no source was understood: {_listed(tally.misunderstood)}"
    if tally.pages - tally.removed > 0 and not tally.articles:
        return (
            End.UNHEALTHY,
            f"{tally.pages} pages fetched and none read: {_counted(tally.rejections)}",
        )
    if tally.crashes:
        return (
            End.UNHEALTHY,
            f"{tally.crashes} pages stopped the reader with an error of its own; the log has them",
        )
    if tally.answered and len(tally.silent) >= tally.answered - len(tally.misunderstood):
        return End.UNHEALTHY, f"nothing new beyond the quiet time: {', '.join(tally.silent)}"
    return None


def _limited(tally: Tally) -> tuple[End, str] | None:
    but = f"; but {_listed(tally.problems)}" if tally.problems else ""
    if tally.reason in _LIMITS:
        return End.PARTIAL, f"closed by {_LIMITS[tally.reason]}; the next crawl does the rest{but}"
    if tally.late:
        return End.PARTIAL, f"{_hosts(tally.late)}; the next crawl does the rest{but}"
    if tally.unreached:
        return End.PARTIAL, f"{tally.unreached}{but}"
    over = tally.whys.get("over-budget", 0)
    if over:
        return End.PARTIAL, f"{over} URLs are over the day's budget and wait for tomorrow{but}"
    return None if tally.reason == "finished" else (End.PARTIAL, f"closed: {tally.reason}{but}")


def _unread(tally: Tally) -> tuple[End, str] | None:
    failed, by_hand = _failed(tally), not (tally.asked or tally.left)
    if any(tally.whys.get(why) for why in ("fetched", "unchanged", "gone")):
        return None
    if failed:
        return (
            End.UNHEALTHY,
            (
                f"nothing of {_urls(failed)} could be fetched"
                f"{_named(tally, 'failed', failed)}; {_GAPS}"
            ),
        )
    refused = {
        why: tally.whys[why] for why in ("robots", "off-site", "not-article") if tally.whys.get(why)
    }
    if by_hand and refused:
        named = "".join(_named(tally, why, count) for why, count in sorted(refused.items()))
        return (
            End.UNHEALTHY,
            (
                "none of the URLs asked for is an article that may be fetched: "
                f"{_counted(refused)}{named}"
            ),
        )
    if by_hand and tally.absent:
        return (
            End.UNHEALTHY,
            f"none of the URLs asked for is there{_named(tally, 'absent', tally.absent)}",
        )
    return None


def _sound(tally: Tally) -> tuple[End, str]:
    gone, missing = tally.whys.get("gone", 0), _missing(tally)
    but = "".join(
        f"; but {problem}"
        for problem in (*missing, *([_listed(tally.problems)] if tally.problems else []))
    )
    found = (
        [f"{tally.articles} articles from {tally.pages} pages"]
        if tally.pages - tally.removed
        else []
    )
    found += [f"{_urls(gone)} gone{_named(tally, 'gone', gone)}"] if gone else []
    if found:
        return End.NEW, f"{', '.join(found)}{but}"
    if tally.spared:
        return End.UNCHANGED, f"a dry run, which found {tally.spared} to fetch{but}"
    if missing:
        return End.UNCHANGED, f"nothing new was to be had{but}"
    if tally.left and not tally.asked:
        return End.UNCHANGED, f"no source was due{but}"
    if not tally.asked:
        return End.UNCHANGED, f"what was asked for is as it was{but}"
    return End.UNCHANGED, f"every source asked has only what is known already{but}"


def _missing(tally: Tally) -> list[str]:
    """Return what was asked for beside the rest, and did not come."""
    failed, absent = _failed(tally), tally.absent
    absences = (
        [f"{_urls(absent)} announced and not there{_named(tally, 'absent', absent)}"]
        if absent
        else []
    )
    return absences + (
        [f"{_urls(failed)} not to be had{_named(tally, 'failed', failed)}; {_GAPS}"]
        if failed
        else []
    )


def _failed(tally: Tally) -> int:
    return sum(tally.whys.get(why, 0) for why in ("failed", "given-up")) - tally.absent


def _urls(count: int) -> str:
    return "1 URL" if count == 1 else f"{count} URLs"


def _named(tally: Tally, kind: str, count: int) -> str:
    """Return the examples there are, and how many there are beside them."""
    examples = tally.examples.get(kind, ())
    more = f" and {count - len(examples)} more" if examples and count > len(examples) else ""
    return f": {', '.join(examples)}{more}" if examples else ""


def _listed(problems: Mapping[str, str]) -> str:
    return (
        "; ".join(f"{url}: {problem}" for url, problem in sorted(problems.items()))
        or "no reason given"
    )


def _counted(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
