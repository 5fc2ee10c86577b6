"""What a crawl counts and which verdict comes first: each condition with what meets it and what just does not."""

from dataclasses import fields

import pytest

from processing.errors import StoreFullError
from processing.records import (
    AnswerLimit,
    End,
    Fetch,
    LimitReached,
    SourceFault,
    SourceFinding,
    SourceReport,
    Why,
)
from spiders.crawling.verdict import Counts, Tally, verdict
from tests.processing.newsroom import NOON

FEED, INDEX, CHILD = "http://a.test/feed", "http://a.test/index.xml", "http://a.test/1.xml"
OVERFLOW = SourceFinding(fault=SourceFault.OVERFLOW, detail="all 9 links are new")
SILENT = SourceFinding(fault=SourceFault.SILENT, detail="nothing new since Monday")


def source(url: str = FEED, **more: object) -> SourceReport:
    given: dict[str, object] = {"status": 200, "links": 1, "new": 0, "overlap": 1, **more}
    return SourceReport(url=url, **given)  # type: ignore[arg-type]


def counted(*reports: SourceReport, **more: object) -> Counts:
    return Counts(sources={report.url: report for report in reports}, **more)  # type: ignore[arg-type]


def failed(number: int, why: Why = Why.FAILED, status: int | None = 500) -> Fetch:
    url = f"http://a.test/news/{number}"
    return Fetch(
        outlet="a", run="r", at=NOON, role="article", url=url, why=why, status=status, detail="HTTP"
    )


def test_nothing_is_counted_before_anything_happened() -> None:
    for kind in (Counts(), Tally(reason="finished")):
        values = {one.name: getattr(kind, one.name) for one in fields(kind)}
        assert not any(value for name, value in values.items() if name != "reason"), values


def test_a_limit_is_counted_with_the_beginning_of_its_first_address() -> None:
    counts = Counts()
    address = f"http://a.test/{'a' * 400}"
    for url in (address, "http://a.test/2"):
        counts.reach(AnswerLimit.PAGE_SIZE, url)
    assert counts.limits == {
        AnswerLimit.PAGE_SIZE: LimitReached(
            limit=AnswerLimit.PAGE_SIZE, count=2, example=address[:300]
        )
    }


@pytest.mark.parametrize(
    ("report", "answered", "misunderstood"),
    [
        (source(), True, False),
        (source(understood=True), True, False),
        (source(understood=False, problem="a login"), True, True),
        (source(understood=False, status=None), False, False),
        (source(understood=False, findings=(SILENT,)), True, True),
        *(
            (source(understood=False, findings=(SILENT, SourceFinding(fault=fault, detail="x"))), False, False)
            for fault in (SourceFault.UNANSWERED, SourceFault.UNASKED_304, SourceFault.NOFOLLOW)
        ),
    ],
)  # fmt: skip
def test_a_source_that_answered_is_understood_or_named(
    report: SourceReport, *, answered: bool, misunderstood: bool
) -> None:
    counts = counted(report)
    assert counts.answered() == [report] * answered
    assert counts.misunderstood() == ({FEED: report.problem or ""} if misunderstood else {})


@pytest.mark.parametrize(
    ("findings", "recovered", "faults", "is_problem"),
    [
        ((OVERFLOW,), [FEED], ["RECOVERED"], False),
        ((OVERFLOW, SILENT), [FEED], ["RECOVERED", "SILENT"], True),
        ((OVERFLOW,), [], ["OVERFLOW"], True),
        ((OVERFLOW,), [INDEX], ["OVERFLOW"], True),
        ((), [FEED], [], True),
    ],
)
def test_a_list_makes_good_what_a_poll_missed(
    findings: tuple[SourceFinding, ...],
    recovered: list[str],
    faults: list[str],
    *,
    is_problem: bool,
) -> None:
    counts = counted(
        source(findings=findings, missed_since=NOON), source(INDEX), problems={FEED: "missed"}
    )
    counts.judge_overflows(recovered)
    report = counts.sources[FEED]
    assert [finding.fault.name for finding in report.findings] == faults
    assert report.recovered is (FEED in recovered)
    assert report.problem == ("; ".join(finding.detail for finding in report.findings) or None)
    assert (FEED in counts.problems) is is_problem
    assert counts.sources[INDEX].recovered is None, "it missed nothing"


@pytest.mark.parametrize(
    ("children", "understood", "detail"),
    [
        ([source(CHILD, links=1)], None, None),
        ([source(CHILD, links=0)], False, "none of its 1 sitemaps"),
        ([source(CHILD, links=0), source("http://a.test/2.xml", links=0)], False, "none of its 2"),
        ([source(CHILD, links=0), source("http://a.test/2.xml", links=1)], None, None),
        ([source(CHILD, links=0, status=None)], True, None),
        ([], True, None),
    ],
)
def test_an_index_is_understood_where_one_of_its_sitemaps_lists_an_article(
    children: list[SourceReport], *, understood: bool | None, detail: str | None
) -> None:
    urls = {child.url for child in children} | {"http://a.test/never-asked.xml"}
    counts = counted(
        source(INDEX, understood=True, findings=(SILENT,)), *children, children={INDEX: urls}
    )
    counts.judge_indexes()
    report = counts.sources[INDEX]
    assert report.understood is understood
    assert [finding.fault for finding in report.findings[1:]] == [SourceFault.NO_ARTICLE] * bool(
        detail
    )
    assert (detail or "") in (report.problem or "")
    assert counts.problems == ({INDEX: report.problem} if detail else {})


def test_an_index_that_is_no_source_of_its_own_is_not_judged() -> None:
    counts = counted(source(CHILD, links=0), children={INDEX: {CHILD}})
    counts.judge_indexes()
    assert (list(counts.sources), counts.problems) == ([CHILD], {})


@pytest.mark.parametrize(
    ("why", "status", "kind"),
    [
        (Why.FAILED, 500, "failed"),
        (Why.FAILED, None, "failed"),
        (Why.FAILED, 404, "absent"),
        (Why.GIVEN_UP, 410, "absent"),
        (Why.GIVEN_UP, 500, "failed"),
        (Why.GONE, 404, "gone"),
        (Why.ROBOTS, None, "robots"),
        (Why.OFF_SITE, None, "off-site"),
        (Why.NOT_ARTICLE, None, "not-article"),
        (Why.FETCHED, 200, None),
    ],
)
def test_of_what_was_not_fetched_three_examples_are_kept(
    why: Why, status: int | None, kind: str | None
) -> None:
    counts = Counts()
    for number in range(4):
        counts.note(failed(number, why, status))
    counts.note(failed(9, why, status).evolve(detail=None))
    expected = [f"http://a.test/news/{number} (HTTP)" for number in range(3)]
    assert counts.examples == ({kind: expected} if kind else {})
    assert counts.absent == (5 if kind == "absent" else 0)


def test_an_example_without_detail_is_its_address() -> None:
    counts = Counts()
    counts.note(failed(9).evolve(detail=None))
    assert counts.examples == {"failed": ["http://a.test/news/9"]}


BROKEN = {"error": StoreFullError("no room")}
SHUT = {"cooled": {"b": "403", "a": "challenge"}}
UNVERIFIED = {"unverified": {"a": "expired"}}
LATE = {"late": {"b": "asks for a day", "a": "asks for an hour"}, "answered": 0}
UNHEALTHY = {"asked": 1, "answered": 0, "problems": {"/feed": "503"}}
LIMITED = {"reason": "memusage_exceeded"}
UNREAD = {"whys": {"failed": 2}}
IN_ORDER = (BROKEN, SHUT, UNVERIFIED, LATE, UNHEALTHY, LIMITED, UNREAD)
FIRST_WORDS = (
    "no room",
    "a: challenge; b: 403",
    "a: expired: nothing was taken",
    "a asks for an hour; b asks for a day; the next",
    "no source answered: /feed: 503",
    "closed by the memory limit; the next crawl does the rest",
    "nothing of 2 URLs could be fetched",
)


def tally(**more: object) -> Tally:
    return Tally(**{"reason": "finished", "asked": 2, "answered": 2, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_the_first_that_applies_is_the_verdict(first: int) -> None:
    together: dict[str, object] = {}
    for condition in reversed(IN_ORDER[first:]):
        together |= condition
    assert verdict(tally(**together))[1].startswith(FIRST_WORDS[first])


@pytest.mark.parametrize(
    ("more", "end", "words"),
    [
        ({"late": {"a": "asks for a day"}}, End.PARTIAL, "a asks for a day; the next"),
        ({"late": {"a": "asks for a day"}, "pages": 1}, End.UNHEALTHY, "1 pages fetched and none"),
        ({"misunderstood": {"/1": "x"}}, End.UNCHANGED, "every source"),
        (
            {"misunderstood": {"/2": "y", "/1": "x"}},
            End.UNHEALTHY,
            "no source was understood: /1: x; /2: y",
        ),
        ({"asked": 0, "answered": 0, "misunderstood": {}}, End.UNCHANGED, "what was asked for"),
        ({"pages": 2, "removed": 1}, End.UNHEALTHY, "2 pages fetched and none read: "),
        ({"pages": 1, "removed": 1}, End.UNCHANGED, "every source"),
        ({"pages": 2, "removed": 1, "articles": 1}, End.NEW, "1 articles from 2 pages"),
        ({"crashes": 1, "pages": 1, "articles": 1}, End.UNHEALTHY, "1 pages stopped the reader"),
        ({"silent": ("/1",)}, End.UNCHANGED, "every source"),
        (
            {"silent": ("/1",), "misunderstood": {"/2": "x"}},
            End.UNHEALTHY,
            "nothing new beyond the quiet time: /1",
        ),
        ({"asked": 0, "answered": 0, "silent": ()}, End.UNCHANGED, "what was asked for"),
        ({"unreached": "3 days are open"}, End.PARTIAL, "3 days are open"),
        ({"unreached": "3 days", "problems": {"/1": "x"}}, End.PARTIAL, "3 days; but /1: x"),
        ({"whys": {"over-budget": 1}}, End.PARTIAL, "1 URLs are over the day's budget"),
        ({"whys": {"over-budget": 0}}, End.UNCHANGED, "every source"),
        ({"reason": "cancelled"}, End.PARTIAL, "closed: cancelled"),
        ({"reason": "closespider_pagecount"}, End.PARTIAL, "closed by the page limit"),
        ({"whys": {"given-up": 1}}, End.UNHEALTHY, "nothing of 1 URL could be fetched; `sillok"),
        ({"whys": {"given-up": 1, "failed": 2}}, End.UNHEALTHY, "nothing of 3 URLs could"),
        ({"whys": {"failed": 2, "gone": 1}}, End.NEW, "1 URL gone; but 2 URLs not to be had"),
        ({"whys": {"failed": 2, "unchanged": 1}}, End.UNCHANGED, "nothing new was to be had"),
        ({"whys": {"robots": 1}}, End.UNCHANGED, "every source"),
        ({"asked": 0, "answered": 0, "left": 1, "whys": {"robots": 1}}, End.UNCHANGED, "no source"),
        ({"asked": 0, "answered": 0, "whys": {"robots": 1}}, End.UNHEALTHY, "none of the URLs"),
        ({"spared": 1}, End.UNCHANGED, "a dry run, which found 1 to fetch"),
        ({"left": 1}, End.UNCHANGED, "every source"),
        ({"problems": {"/1": "x"}}, End.UNCHANGED, "every source asked has only what is known alr"),
    ],
)
def test_each_condition_of_a_verdict_on_both_sides(
    more: dict[str, object], end: End, words: str
) -> None:
    found, why = verdict(tally(**more))
    assert (found, why[: len(words)]) == (end, words)


@pytest.mark.parametrize(
    ("count", "named"), [(1, ": /1, /2;"), (2, ": /1, /2;"), (3, ": /1, /2 and 1 more;")]
)
def test_examples_say_how_many_there_are_beside_them(count: int, named: str) -> None:
    counted = tally(whys={"failed": count}, examples={"failed": ["/1", "/2"]})
    assert named in verdict(counted)[1]
