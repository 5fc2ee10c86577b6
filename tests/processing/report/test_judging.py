"""Whether a day was normal: what alarms, what is a notice, what is neither."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.completeness.meter import Completeness, LossEvidence, Trust
from processing.records import AnswerLimit, End, LimitReached, RunReport, SourceReport
from processing.report.days import Count, DayReport, Promise
from processing.report.html import stated
from processing.report.judging import judge
from processing.report.page import whole
from processing.report.words import LIMITS, PHRASES, korean

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
AFTER = datetime(2026, 3, 2, 15, tzinfo=UTC)  # midnight in Seoul
FEED = "https://gaon.example/rss"
PROMISE = Promise(name="gaon", title="가온일보", daily=(10, 40), quiet_hours={FEED: 24})


def run(
    articles: int = 20, rejections: dict[str, int] | None = None, **fields: object
) -> RunReport:
    given_ = {
        "run": "r1",
        "pages": articles + sum((rejections or {}).values()),
        "end": End.NEW,
        "why": "",
        "sources": (SourceReport(url=FEED, status=200, links=20, new=5, overlap=15),),
        "ended_at": NOON,
    } | fields
    return RunReport(
        outlet="gaon",
        day=DAY.isoformat(),
        started_at=NOON - timedelta(minutes=1),
        articles=articles,
        rejections=rejections or {},
        whys={},
        announced=articles,
        segments=1,
        bytes=1,
        requests=1,
        agent="Sillok",
        code_version="0",
        **given_,  # type: ignore[arg-type]
    )


OUT = (SourceReport(url=FEED, status=None, links=0, new=0, overlap=0, problem="DNS lookup failed"),)


def unanswered(name: str, end: End = End.UNHEALTHY) -> RunReport:
    """Return the report of a run that no source of its outlet answered."""
    return run(0, end=end, sources=OUT).model_copy(update={"outlet": name})


def judged(count: Count, promise: Promise | None = PROMISE, now: datetime = AFTER) -> DayReport:
    return judge(
        DAY,
        {"gaon": promise} if promise else {},
        {"gaon": count},
        now=now,
        store="file:x",
        manifest=1,
    )


def codes(report: DayReport) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in report.findings]


def several(*runs: RunReport) -> DayReport:
    promises = {
        one.outlet: Promise(name=one.outlet, title=one.outlet, daily=(0, 40)) for one in runs
    }
    earlier = {"run": "r0", "ended_at": NOON - timedelta(minutes=5)}
    counts = {
        one.outlet: Count(
            runs=(one.model_copy(update=earlier), one), gaps=int(one.outlet == "noeul"), announced=1
        )
        for one in runs
    }
    return judge(DAY, promises, counts, now=NOON, store="file:x", manifest=1)


def test_a_machine_without_network_is_one_alarm_that_comes_first() -> None:
    report = several(unanswered("gaon"), unanswered("aram", End.FAILED), unanswered("noeul"))
    assert [(one.code, one.outlet) for one in report.findings] == [
        ("unanswered", "all"),
        ("gaps", "noeul"),
    ]
    assert report.findings[0].what == "none of 3 outlets answered; aram: DNS lookup failed"
    assert [row.end for row in report.outlets] == [End.FAILED, End.UNHEALTHY, End.UNHEALTHY]


@pytest.mark.parametrize(
    "runs",
    [
        (unanswered("aram"), unanswered("gaon")),
        (unanswered("aram"), unanswered("gaon"), run().model_copy(update={"outlet": "noeul"})),
        (
            unanswered("aram"),
            unanswered("gaon"),
            run(0, end=End.UNHEALTHY).model_copy(update={"outlet": "noeul"}),
        ),
    ],
    ids=["too few to tell", "one answered", "one answered badly"],
)
def test_otherwise_each_outlet_has_its_own_alarm_and_no_notice_of_each_source(
    runs: tuple[RunReport, ...],
) -> None:
    ended = [one.outlet for one in runs if one.end is End.UNHEALTHY]
    found = [(one.code, one.outlet) for one in several(*runs).findings if one.level == "alarm"]
    assert found == [("ended", name) for name in ended]
    assert "source" not in {one.code for one in several(*runs).findings}


def test_a_normal_day_has_no_findings() -> None:
    report = judged(Count(runs=(run(),), weekday=(22, 18, 25)))
    assert codes(report) == []
    assert report.complete
    assert report.outlets[0].usual == 22


@pytest.mark.parametrize(
    ("count", "wanted"),
    [
        (Count(runs=(run(9),)), ("alarm", "few")),
        (Count(runs=()), ("alarm", "unvisited")),
        (Count(runs=(run(12),), weekday=(30, 34, 31, 29)), ("alarm", "fewer")),
        (Count(runs=(run(121),)), ("notice", "many")),
        (Count(runs=(run(20, {"login": 21}),)), ("alarm", "layout")),
        (Count(runs=(run(20, pages=21),)), ("alarm", "sums")),
        (Count(runs=(run(20, end=End.UNHEALTHY),)), ("alarm", "ended")),
        (Count(runs=(run(20, end=End.FAILED),)), ("alarm", "ended")),
        (Count(runs=(run(),), gaps=2, announced=22), ("notice", "gaps")),
        (Count(runs=(run(),), silent=1), ("notice", "silent")),
        (Count(runs=(run(),), news={FEED: AFTER - timedelta(hours=25)}), ("notice", "quiet")),
    ],
)
def test_each_finding(count: Count, wanted: tuple[str, str]) -> None:
    assert codes(judged(count)) == [wanted]


@pytest.mark.parametrize(
    "count",
    [
        Count(runs=(run(10),), weekday=(20, 20)),  # half of the usual is still normal
        Count(runs=(run(12),), weekday=(34,)),  # one weekday is no comparison
        Count(runs=(run(20, {"login": 20}),)),
        Count(runs=(run(10, {"login": 0}, end=End.PARTIAL),)),
        Count(runs=(run(20, end=End.UNCHANGED),)),
        Count(runs=(run(),), news={FEED: AFTER - timedelta(hours=24)}),
        Count(runs=(run(120),)),
    ],
)
def test_what_is_no_finding(count: Count) -> None:
    assert codes(judged(count)) == []


def test_a_source_whose_turn_it_was_not_is_judged_by_what_it_said_before() -> None:
    waits = SourceReport(url=FEED, status=None, links=0, new=0, overlap=0)
    failed = waits.model_copy(update={"status": 500, "problem": "http 500"})
    later = run(0, end=End.UNCHANGED, sources=(waits,), ended_at=NOON + timedelta(minutes=5))
    for runs in ((run(sources=(failed,)), later), (later, run(sources=(failed,)))):
        found = judged(Count(runs=runs))
        assert [source.problem for source in found.outlets[0].sources] == ["http 500"]
        assert codes(found) == [("notice", "source")]
    assert codes(judged(Count(runs=(run(), later)))) == []
    assert codes(judged(Count(runs=(run(sources=(waits,)),)))) == []


def reached(limit: AnswerLimit, count: int, number: int = 1) -> LimitReached:
    return LimitReached(limit=limit, count=count, example=f"http://gaon.example/news/{number}")


def test_an_outlet_is_named_whose_answers_were_cut_off() -> None:
    """Once per limit, over all runs of the day, with the first example."""
    pages = reached(AnswerLimit.PAGE_SIZE, 2), reached(AnswerLimit.PAGE_SIZE, 1, 9)
    runs = run(limits=(pages[0],)), run(limits=(pages[1], reached(AnswerLimit.READING_TIME, 1, 5)))
    report = judged(Count(runs=runs))
    assert codes(report) == [("notice", "limit")] * 2
    assert [one.what for one in report.findings] == [
        "3 of its answers were cut off by the limit on page-size, for example http://gaon.example/news/1",
        "1 of its answers were cut off by the limit on reading-time, for example http://gaon.example/news/5",
    ]
    assert "기사 크기" in korean("limit", report.findings[0].values, "gaon")[0]


def test_each_limit_has_its_korean_word() -> None:
    assert set(LIMITS) == set(AnswerLimit)


def test_few_pages_say_nothing_of_a_layout() -> None:
    assert (
        codes(
            judged(
                Count(runs=(run(3, {"login": 6}),)), Promise(name="gaon", title="", daily=(0, 9))
            )
        )
        == []
    )


def test_an_unfinished_day_is_not_judged_by_volume() -> None:
    report = judged(Count(runs=(run(1),), weekday=(30, 30)), now=AFTER - timedelta(seconds=1))
    assert (codes(report), report.complete) == ([], False)


def test_the_last_run_counts_for_the_end() -> None:
    broken = run(0, end=End.FAILED, ended_at=NOON - timedelta(hours=1))
    assert codes(judged(Count(runs=(run(), broken)))) == []
    assert codes(judged(Count(runs=(run(ended_at=NOON - timedelta(hours=2)), broken)))) == [
        ("alarm", "ended")
    ]


def test_requests_made_again_are_added_over_the_runs_of_a_day() -> None:
    runs = [run().model_copy(update={"retries": made}) for made in (1, 0, 4)]
    assert [row.retries for row in judged(Count(runs=tuple(runs))).outlets] == [5]


@pytest.mark.parametrize(
    "source", [{"status": 503}, {"status": 200, "problem": "HTML instead of XML"}]
)
def test_a_source_that_failed_is_named(source: dict) -> None:
    failing = SourceReport(**{"url": FEED, "links": 0, "new": 0, "overlap": 0, **source})
    report = judged(Count(runs=(run(sources=(failing,)),)))
    assert codes(report) == [("notice", "source")]
    assert FEED in report.findings[0].what


def test_a_paused_outlet_is_not_judged_by_volume() -> None:
    paused = Promise(name="gaon", title="가온일보", daily=(10, 40), paused="robots.txt forbids it")
    assert codes(judged(Count(runs=()), paused)) == []


def test_an_outlet_that_is_no_longer_declared_is_reported() -> None:
    report = judged(Count(runs=(run(1),)), None)
    assert [row.outlet for row in report.outlets] == ["gaon"]
    assert codes(report) == []


def test_an_outlet_that_was_never_crawled_is_only_named() -> None:
    report = judge(DAY, {"gaon": PROMISE}, {}, now=AFTER, store="file:x", manifest=0)
    assert (report.never, report.outlets, report.findings) == (("gaon",), (), ())


def test_alarms_come_first() -> None:
    report = judged(Count(runs=(run(1),), gaps=1, announced=1))
    assert [finding.level for finding in report.findings] == ["alarm", "notice"]


SPAN = LossEvidence(
    kind="overflow", url=FEED, since=NOON, until=NOON + timedelta(minutes=9), count=12
)


def known(**fields: object) -> Completeness:
    given_ = {"archived": 20, "gaps": 0, "share": 1.0, "trust": Trust.COMPLETE} | fields
    return Completeness(outlet="gaon", day=DAY.isoformat(), **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measured", "wanted", "text"),
    [
        (known(), [], "100%"),
        (known(low=0.981, trust=Trust.MEASURED), [], "≥98.1%"),
        (
            known(
                share=0.8, low=0.7, high=0.9, suspected=5, trust=Trust.MEASURED, evidence=(SPAN,)
            ),
            [("alarm", "suspected")],
            "80.0%",
        ),
        (
            known(share=20 / 21, suspected=1, trust=Trust.ESTIMATED, evidence=(SPAN,)),
            [("notice", "suspected")],
            "95.2%",
        ),
        (known(share=None, trust=Trust.UNKNOWN), [("notice", "unknown")], "?"),
        (known(share=None, high=0.8, trust=Trust.UNKNOWN), [("notice", "unknown")], "≤80.0%"),
    ],
)
def test_a_suspected_loss_wants_an_answer_and_a_whole_is_said_where_it_is_known(
    measured: Completeness, wanted: list[tuple[str, str]], text: str
) -> None:
    count = Count(runs=(run(20),), announced=20, archived=20)
    report = judge(
        DAY,
        {"gaon": PROMISE},
        {"gaon": count},
        now=AFTER,
        store="file:x",
        manifest=1,
        measured={"gaon": measured},
    )
    assert codes(report) == wanted
    assert stated(report.outlets[0].measured) == text
    assert whole(report) == text.replace("≤80.0%", "?")
    assert report.totals.unknown == (measured.share is None)
    assert report.outlets[0].suspected == report.totals.suspected == measured.suspected


counts = st.builds(
    Count,
    runs=st.lists(
        st.builds(
            run,
            st.integers(0, 50),
            st.dictionaries(st.sampled_from(["login", "empty"]), st.integers(0, 9)),
        ),
        max_size=3,
    ).map(tuple),
    versions=st.integers(0, 99),
    reprints=st.integers(0, 99),
    archived=st.integers(0, 99),
    gaps=st.integers(0, 99),
    bytes=st.integers(0, 10**12),
)


@given(st.dictionaries(st.sampled_from(["gaon", "naru", "noeul"]), counts))
def test_totals_are_the_sums(found: dict[str, Count]) -> None:
    report = judge(DAY, {}, found, now=AFTER, store="file:x", manifest=1)
    for name in ("pages", "articles", "versions", "reprints", "gaps", "bytes"):
        assert getattr(report.totals, name) == sum(getattr(row, name) for row in report.outlets)
    assert report.totals.pages == report.totals.articles + sum(report.totals.rejections.values())


def test_every_phrase_can_be_said_in_both_languages() -> None:
    values = dict.fromkeys(
        (
            "run",
            "pages",
            "end",
            "why",
            "rejected",
            "reason",
            "articles",
            "low",
            "high",
            "usual",
            "url",
            "problem",
        ),
        "1",
    )
    values |= dict.fromkeys(
        (
            "hours",
            "gaps",
            "announced",
            "silent",
            "outlet",
            "outlets",
            "example",
            "asked",
            "unreached",
        ),
        "1",
    )
    values |= dict.fromkeys(
        ("since", "faults", "runs", "share", "field", "suspected", "kinds", "urls"), "1"
    )
    values |= dict.fromkeys(("limit", "count"), "1")
    for phrase in PHRASES.values():
        assert all(part.format(**values) for part in phrase)
        assert any("가" <= sign <= "힣" for sign in phrase.korean)
