"""What follows from each answer of a source, and from each link in it. In this process, without a network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from processing.records import (
    AnswerLimit,
    Fetch,
    Reason,
    SourceFault,
    SourceReport,
    Why,
    article_id,
)
from spiders.crawling.arguments import CrawlRequest
from spiders.crawling.fetch_log import digest
from spiders.crawling.polling import Span
from spiders.crawling.run import Run
from spiders.crawling.sources import (
    PollOutcome,
    broken_poll,
    failed_poll,
    handle_source_response,
    listed_in,
    polls,
    refused_row,
    says_nofollow,
)
from spiders.crawling.visit import Gate, Visit
from spiders.crawling.watchdog import LethalError
from spiders.outlet import Feed, Listing, Sitemap, Source
from tests.spiders.crawling.answers import (
    HOME,
    NOW,
    answer,
    feed,
    index,
    listing,
    name,
    news,
    outlet,
    row,
    started,
    urlset,
)

FEED = Feed(f"{HOME}/feed")
OTHER = Feed(f"{HOME}/other")
MAP = Sitemap(f"{HOME}/sitemap.xml", follow="map-")
LIST = Listing(f"{HOME}/list?page={{page}}", pages=3)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AT_ALL_EVENTS = CrawlRequest()
FRESH = CrawlRequest(fresh=True)


@dataclass(frozen=True)
class Taken:
    """What a run made of an answer: its rows, what it asks next, and its report of the source."""

    run: Run
    rows: list[Fetch]
    outcome: PollOutcome
    report: SourceReport

    @property
    def row(self) -> Fetch:
        """The source's own row, which is written last."""
        return [row for row in self.rows if row.role == "source"][-1]

    @property
    def faults(self) -> list[SourceFault]:
        return [finding.fault for finding in self.report.findings]


def took(
    body: bytes,
    *,
    source: Source = FEED,
    before: Sequence[Fetch] = (),
    wanted: CrawlRequest = AT_ALL_EVENTS,
    beside: Sequence[Source] = (),
    visit: dict[str, Any] | None = None,
    run: Run | None = None,
    **more: Any,
) -> Taken:
    """Have a run take in one answer of a source."""
    declared = outlet(source, *beside)
    run, rows = (run, []) if run else started(declared, before)
    url = source.url.replace("{page}", "1")
    asked = Visit(role="source", url=url, reason="poll", source=source, last=run.memory.source(url))
    asked = replace(asked, **(visit or {}))
    run.polled.setdefault(asked.url, asked)
    outcome = PollOutcome()
    handle_source_response(run, wanted, answer(asked, body, **more), outcome)
    run.log.add_withheld()
    return Taken(run, rows, outcome, run.log.counts.sources[asked.url])


def past(url: str = FEED.url, *, at: datetime = NOW - HOUR, **more: Any) -> Fetch:
    """Return the last row of a source that listed five articles."""
    return row(url, at=at, **{"links": 5, "listed": 5, "new_at": at, **more})


# -- each link


def fate(link: str | tuple[str, str], before: Sequence[Fetch], span: Span = Span()) -> object:  # noqa: B008
    """Return the reason of the visit that a link becomes, or the row that says why it is none."""
    wanted = CrawlRequest(span=span)
    taken = took(urlset([link]), source=MAP, before=before, wanted=wanted)
    if taken.outcome.visits:
        return taken.outcome.visits[0].reason
    (row,) = [row for row in taken.rows if row.role == "article"]
    return row.why, row.detail


LATER, SAME, DAY_ONLY = "2026-11-20T01:00:01Z", "2026-11-20T01:00:00Z", "2026-11-21"
AT = datetime.fromisoformat(SAME)
SHORT, LONG = news(7), f"{HOME}/a/long/way/news/7"
AGAIN = "failed 2 times, asked again from 2026-11-20 03:29 UTC"
TWICE = {"failures": 2, "at": NOW - MINUTE, "status": 500}


@pytest.mark.parametrize(
    ("link", "before", "becomes"),
    [
        (news(1), [], "new"),
        ((news(1), DAY_ONLY), [], "new"),
        (news(1), [row(news(1), outcome="article")], (Why.SEEN, None)),
        # Announced as changed since it was last asked for; a bare day is later than all its visits.
        ((news(1), LATER), [row(news(1), at=AT, outcome="article")], "changed"),
        ((news(1), SAME), [row(news(1), at=AT, outcome="article")], (Why.SEEN, None)),
        ((news(1), DAY_ONLY), [row(news(1), at=AT, outcome="article")], (Why.SEEN, None)),
        (
            (news(1), LATER),
            [row(news(1), at=AT - HOUR, outcome="article"), row(news(1), Why.GONE, at=AT)],
            (Why.SEEN, None),
        ),
        # Failed: the first failure costs nothing, the second half an hour.
        (news(1), [row(news(1), Why.FAILED, failures=1, status=500)], "new"),
        (news(1), [row(news(1), Why.FAILED, **TWICE)], (Why.SEEN, AGAIN)),
        (news(1), [row(news(1), Why.FAILED, failures=2, at=NOW - HOUR, status=500)], "new"),
        # It leads off the site: not asked again at once, and for good where it was held before.
        (
            news(1),
            [row(news(1), Why.OFF_SITE, detail="to b.test", **TWICE)],
            (Why.OFF_SITE, "to b.test"),
        ),
        (
            news(1),
            [row(news(1), Why.OFF_SITE, detail="to b.test", failures=2, at=NOW - HOUR)],
            "new",
        ),
        (
            news(1),
            [
                row(news(1), at=NOW - DAY, outcome="rejection"),
                row(news(1), Why.OFF_SITE, detail="to b.test", status=301, at=NOW - HOUR),
            ],
            (Why.OFF_SITE, "to b.test"),
        ),
        # Why one that is known is not here is said again.
        (
            news(1),
            [row(news(1), Why.GONE, detail="never there", failures=6, status=404)],
            (Why.SEEN, "never there"),
        ),
        (news(1), [row(news(1), Why.GONE, detail="http 410", status=410)], (Why.SEEN, None)),
        # No article of the outlet, or not to be asked.
        ("http://b.test/news/1", [], (Why.OFF_SITE, None)),
        (f"{HOME}/about/1", [], (Why.NOT_ARTICLE, None)),
        ("http://hanbit.press.test:81/news/1", [], (Why.OFF_SITE, "port 81")),
    ],
)
def test_a_link_is_asked_for_or_a_row_says_why_not(
    link: str | tuple[str, str], before: list[Fetch], becomes: object
) -> None:
    assert fate(link, before) == becomes


def test_a_link_that_states_no_time_of_the_days_asked_for_is_out_of_range() -> None:
    day = Span(AT, AT + HOUR)
    assert fate((news(1), SAME), [], day) == "new"
    assert fate((news(1), "2026-11-20T00:59:59Z"), [], day) == (Why.OUT_OF_RANGE, None)
    assert fate(news(1), [], day) == "new"
    # It failed, and yet that is not why it is not asked for.
    before = [row(news(1), Why.FAILED, **TWICE)]
    taken = took(
        urlset([(news(1), "2026-11-19")]), source=MAP, before=before, wanted=CrawlRequest(span=day)
    )
    assert [(row.why, row.failures) for row in taken.rows if row.role == "article"] == [
        (Why.OUT_OF_RANGE, 0)
    ]


def test_the_address_of_what_is_refused_is_cut_where_no_address_is_longer() -> None:
    run, _ = started(outlet(FEED))
    for url in ("http://b.test/", f"{HOME}/"):
        assert refused_row(run, f"{url:a<3000}").url == f"{url:a<2000}"


def test_bytes_of_which_a_crawl_died_are_a_list_without_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, _ = started(outlet(FEED))

    def died(*_: object) -> None:
        raise LethalError("died of it twice")

    monkeypatch.setattr(run.watchdog, "parsing", died)
    visit = Visit(role="source", url=FEED.url, reason="poll", source=FEED)
    listed = listed_in(run, visit, answer(visit, feed([news(1)])))
    assert (listed.links, listed.whole) == ((), False)
    assert listed.problem == "died of it twice"


def test_a_plainer_spelling_is_asked_though_a_longer_one_settled_the_article() -> None:
    def settled(url: str, **more: Any) -> Fetch:
        return row(url, article_id=article_id(news(7)), **{"at": NOW - HOUR, **more})

    declared = outlet(MAP, canonical=f"{HOME}/news/{{id}}")
    for before, link, visits in (
        (settled(LONG, outcome="rejection"), SHORT, 1),
        (settled(SHORT, outcome="rejection"), LONG, 0),
        (settled(LONG, outcome="article"), SHORT, 0),
        (settled(LONG, why=Why.OFF_SITE, failures=1), SHORT, 1),
        # A longer one that failed is left alone, and the plainer one with it.
        (settled(LONG, why=Why.FAILED, **TWICE), SHORT, 0),
    ):
        run, rows = started(declared, [before])
        taken = took(urlset([link]), source=MAP, run=run)
        assert len(taken.outcome.visits) == visits, (before.why, link)
        if visits:
            (visit,) = taken.outcome.visits
            assert (visit.url, visit.canonical, visit.last) == (link, SHORT, before)
        assert [row.role for row in rows].count("article") == 1 - visits


def test_what_is_counted_of_an_answer() -> None:
    before = [
        past(),
        row(news(1), outcome="article", at=NOW - DAY),
        row(news(2), Why.FAILED, announced_by=FEED.url, at=NOW - HOUR, failures=1, status=500),
        row(news(3), Why.FAILED, at=NOW - MINUTE, failures=2, status=500),
        row(f"{HOME}/about/9", Why.NOT_ARTICLE, at=NOW - DAY, role="article", article_id=None),
    ]
    links = [news(1), news(2), news(3), news(4), news(4), f"{HOME}/about/8", f"{HOME}/about/9"]
    taken = took(feed([*links, f"{HOME}/about/8"]), before=before)
    outcome = taken.outcome
    assert (outcome.listed, outcome.links, outcome.new) == (6, 4, 3 - 1)
    assert [visit.url for visit in outcome.visits] == [news(2), news(4)]
    assert {visit.announced_by for visit in outcome.visits} == {FEED.url}
    assert {visit.announced_at for visit in outcome.visits} == {NOW}
    assert len(taken.run.announced) == 4
    assert [entry.unseen for entry in outcome.entries] == [False, False, False, True]
    whys = [(row.url, row.why, row.failures) for row in taken.rows if row.role == "article"]
    # What was no article lately is not logged again.
    assert whys == [
        (news(1), Why.SEEN, 0),
        (news(3), Why.SEEN, 2),
        (f"{HOME}/about/8", Why.NOT_ARTICLE, 0),
    ]
    report = taken.report
    assert (report.links, report.new, report.overlap, report.listed) == (4, 2, outcome.known, 6)


def test_what_two_sources_announce_is_asked_once_and_a_second_spelling_waits() -> None:
    run, rows = started(outlet(FEED, OTHER, canonical=f"{HOME}/news/{{id}}"))
    first = took(feed([SHORT]), run=run)
    again = took(feed([SHORT, LONG]), run=run, source=OTHER)
    assert [visit.url for visit in first.outcome.visits] == [SHORT]
    assert again.outcome.visits == []
    assert (again.outcome.links, again.outcome.new) == (2, 0)
    assert run.spellings.after_failure(article_id(SHORT), requested=True) == LONG
    assert [row.url for row in rows if row.role == "article"] == []
    # All spellings so far have failed: the next one is asked as it comes.
    run.spellings.begin(article_id(SHORT), LONG)
    assert run.spellings.after_failure(article_id(SHORT), requested=True) is None
    third = took(feed([f"{HOME}/x/news/7"]), run=run, source=Feed(f"{HOME}/third"))
    assert [visit.url for visit in third.outcome.visits] == [f"{HOME}/x/news/7"]


def test_an_address_that_breaks_the_reader_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(declared: object, url: str) -> object:
        if url == news(1):
            raise RecursionError("too deep")
        return identified(declared, url)

    from spiders.crawling import sources  # noqa: PLC0415

    identified = sources.identify
    monkeypatch.setattr(sources, "identify", breaks)
    taken = took(feed([news(1), news(2)]))
    assert [visit.url for visit in taken.outcome.visits] == [news(2)]
    assert taken.run.log.counts.crashes == 1


# -- which sources are asked


@pytest.mark.parametrize(
    ("last", "wanted", "why"),
    [
        (None, {}, None),
        (past(at=NOW - MINUTE), {}, None),
        ({"failures": 1}, {}, None),
        ({"failures": 2}, {}, f"HTTP 500; {AGAIN}"),
        ({"failures": 2, "detail": None}, {}, f"failed; {AGAIN}"),
        ({"failures": 2}, {"fresh": True}, None),
        ({"failures": 2}, {"days": (date(2026, 11, 19),)}, None),
        # At a tick of the scheduler only what is due; half a tick too early counts as due.
        (past(next_at=NOW + 8 * MINUTE), {"due_only": True}, "not due before 2026-11-20 03:08 UTC"),
        (past(next_at=NOW + 7 * MINUTE), {"due_only": True}, None),
        (past(next_at=NOW + 8 * MINUTE), {}, None),
        (past(), {"due_only": True}, None),
    ],
)
def test_a_source_is_asked_unless_it_failed_or_is_not_due(
    last: Fetch | dict[str, Any] | None, wanted: dict[str, Any], why: str | None
) -> None:
    if isinstance(last, dict):
        fields = {"at": NOW - MINUTE, "status": 500, "detail": "HTTP 500", **last}
        last = row(FEED.url, Why.FAILED, **fields)
    days = Sitemap(f"{HOME}/{{yyyymmdd}}.xml")
    run, _ = started(outlet(days, FEED, LIST), [last] if last else [])
    request = CrawlRequest(**wanted)
    visits = list(polls(run, request, NOW))
    expected = [] if why else [FEED.url]
    assert [visit.url for visit in visits] == [*expected, f"{HOME}/list?page=1"]
    assert visits[-1].rest == (f"{HOME}/list?page=2", f"{HOME}/list?page=3")
    if why:
        report = run.log.counts.sources[FEED.url]
        not_due = why.startswith("not due")
        assert report.understood is (None if not_due else False)
        assert report.problem == (None if not_due else why)
        assert report.next_at == (last.next_at if last else None)
        assert (report.listed, report.at) == (0, None)
        assert (FEED.url in run.log.counts.left) is request.due_only
    else:
        assert visits[0].last == last


def test_a_source_whose_host_cools_down_is_not_asked_whatever_is_wanted() -> None:
    run, _ = started(outlet(FEED))
    run.hosts.cool("hanbit.press.test", "challenge")
    assert list(polls(run, FRESH, NOW)) == []
    assert run.log.counts.problems == {FEED.url: "challenge"}
    assert run.log.counts.left == set()


# -- what is no list


MARKED = {"If-None-Match": '"1"'}


@pytest.mark.parametrize(
    ("source", "more", "fault", "detail"),
    [
        (FEED, {"status": 200}, None, None),
        (FEED, {"status": 203}, None, None),
        (FEED, {"status": 204}, SourceFault.UNANSWERED, "http 204"),
        (FEED, {"status": 206}, SourceFault.UNANSWERED, "http 206"),
        (FEED, {"status": 404}, SourceFault.UNANSWERED, "http 404"),
        (FEED, {"status": 304, "asked": MARKED}, None, None),
        (
            FEED,
            {"status": 304},
            SourceFault.UNASKED_304,
            "http 304 to a request without a condition",
        ),
        (FEED, {"gate": Gate(Reason.BLOCKED, "cf-chl")}, SourceFault.UNANSWERED, "cf-chl"),
        # What a page says of its links holds of pages: a feed is made to be followed.
        (FEED, {"headers": {"X-Robots-Tag": "nofollow"}}, None, None),
        (
            LIST,
            {"headers": {"X-Robots-Tag": "noindex, NoFollow"}},
            SourceFault.NOFOLLOW,
            "nofollow",
        ),
        (LIST, {"headers": {"X-Robots-Tag": "noindex"}}, None, None),
    ],
)
def test_an_answer_that_is_no_list_is_refused_with_the_reason(
    source: Source, more: dict[str, Any], fault: SourceFault | None, detail: str | None
) -> None:
    urls = [news(number) for number in range(6)]
    body = listing(urls) if source is LIST else feed(urls)
    before = [past(source.url.replace("{page}", "1"))]
    taken = took(body, source=source, before=before, **more)
    assert taken.report.status == more.get("status", 200)
    if fault is None:
        assert taken.row.why is (Why.UNCHANGED if more.get("status") == 304 else Why.FETCHED)
        assert taken.report.understood is True
    else:
        assert (taken.row.why, taken.row.faults) == (Why.FAILED, (fault,))
        assert detail
        assert detail in (taken.row.detail or "")
        assert (taken.row.failures, taken.report.understood) == (1, False)
        assert (taken.row.next_at, taken.report.at) == (NOW + HOUR, None)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('<meta name="robots" content="noindex,nofollow">', True),
        ("<META content='NOFOLLOW' NAME = 'Robots'>", True),
        ("<meta name=robots content=nofollow>", True),
        ('<meta name="robots" content="noindex">', False),
        ('<meta name="googlebot" content="nofollow">', False),
        ('<meta name="robots" content="index"><a rel="nofollow">', False),
        ('<meta name="robots" content="index"><meta name="rel" content="nofollow">', False),
        # Beyond the head of a page it is text.
        (" " * 49_900 + '<meta name="robots" content="nofollow">', True),
        (" " * 50_000 + '<meta name="robots" content="nofollow">', False),
    ],
)
def test_a_page_says_nofollow_in_its_own_meta(head: str, *, says: bool) -> None:
    visit = Visit(role="source", url=f"{HOME}/list", reason="poll")
    assert says_nofollow(answer(visit, listing([], head))) is says


@pytest.mark.parametrize(
    ("last", "more", "failures", "minutes"),
    [
        (None, {}, 1, 60),
        (row(FEED.url, Why.FAILED, failures=2, status=500), {}, 3, 60),
        (row(FEED.url, Why.FAILED, failures=3, status=500), {}, 4, 120),
        # "There is no such page" weighs as two more.
        (row(FEED.url, Why.FAILED, failures=1, status=404), {"status": 404}, 2, 120),
        (row(FEED.url, Why.FAILED, failures=3, status=500), {"why": Why.ROBOTS}, 3, 60),
        (None, {"why": Why.ROBOTS}, 0, 120),
    ],
)
def test_a_source_that_failed_is_left_alone_the_longer_the_more_often(
    last: Fetch | None, more: dict[str, Any], failures: int, minutes: int
) -> None:
    run, rows = started(outlet(FEED))
    visit = Visit(role="source", url=FEED.url, reason="poll", source=FEED, last=last)
    failed_poll(run, visit, **{"status": 500, **more})
    assert (rows[0].failures, rows[0].detail) == (failures, "no reason given")
    assert run.log.counts.sources[FEED.url].next_at == NOW + minutes * MINUTE


@pytest.mark.parametrize("ended", ["stopping", "over", "late"])
def test_what_we_ended_ourselves_is_no_failure_and_due_at_once(ended: str) -> None:
    run, rows = started(outlet(FEED))
    if ended == "late":
        run.late["hanbit.press.test"] = "may be asked again in 900 s"
    else:
        setattr(run, ended, True)
    visit = Visit(role="source", url=FEED.url, reason="poll", source=FEED)
    failed_poll(run, visit)
    assert (rows[0].failures, rows[0].next_at) == (0, NOW)
    assert run.log.counts.sources[FEED.url].understood is False


def test_an_error_of_the_reader_is_a_fault_of_ours() -> None:
    run, rows = started(outlet(FEED))
    visit = Visit(role="source", url=FEED.url, reason="poll", source=FEED)
    broken_poll(run, visit, 200, RecursionError("too deep"))
    assert rows[0].faults == (SourceFault.READER_ERROR,)
    assert rows[0].detail == "reading it failed: RecursionError: too deep"
    assert run.log.counts.crashes == 1


# -- unchanged


SIX = feed([news(number) for number in range(6)])
SAME_BYTES = {"digest": digest(SIX)}


@pytest.mark.parametrize(
    ("last", "more", "unchanged"),
    [
        (past(**SAME_BYTES), {}, True),
        (past(**SAME_BYTES, links=0), {}, False),  # it was not understood before
        (past(digest="sha256:0"), {}, False),
        (past(**SAME_BYTES), {"wanted": FRESH}, False),
        (
            past(**SAME_BYTES),
            {"visit": {"rest": (f"{HOME}/2",)}},
            False,
        ),  # a further page may differ
        (None, {}, False),
    ],
)
def test_the_payload_of_before_is_unchanged_and_not_read_again(
    last: Fetch | None, more: dict[str, Any], *, unchanged: bool
) -> None:
    taken = took(SIX, before=[last] if last else [], **more)
    assert (taken.row.why is Why.UNCHANGED) is unchanged
    if unchanged:
        assert (taken.outcome.links, taken.outcome.known, taken.outcome.listed) == (5, 5, 5)
        assert taken.report.at == NOW
        # Nothing new: twice the usual time.
        assert taken.row.next_at == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("last", "faults", "understood", "hours"),
    [
        ({}, [], True, 2),
        # What was wrong with the bytes is wrong still; what one poll missed is not.
        ({"faults": (SourceFault.DAMAGED, SourceFault.OVERFLOW)}, [SourceFault.DAMAGED], True, 2),
        ({"faults": (SourceFault.SILENT,)}, [], True, 2),
        ({"faults": (SourceFault.FEW_ARTICLES,)}, [SourceFault.FEW_ARTICLES], False, 2),
        ({"new_at": NOW - 24 * HOUR}, [SourceFault.SILENT], True, 4),
        ({"new_at": NOW - 24 * HOUR + MINUTE}, [], True, 2),
    ],
)
def test_an_unchanged_source_has_the_faults_of_before(
    last: dict[str, Any], faults: list[SourceFault], *, understood: bool, hours: int
) -> None:
    taken = took(b"", before=[past(**{"detail": "as it was", **last})], status=304, asked=MARKED)
    assert taken.faults == faults
    assert taken.report.understood is understood
    assert taken.row.next_at == NOW + hours * HOUR
    kept = tuple(fault for fault in faults if fault is not SourceFault.SILENT)
    assert (taken.row.faults, taken.row.detail) == (kept, "as it was" if kept else None)
    assert taken.run.log.counts.silent == [FEED.url] * (SourceFault.SILENT in faults)
    # Silence is no problem of the crawl.
    assert (FEED.url in taken.run.log.counts.problems) is bool(kept)


def test_an_unchanged_source_of_which_nothing_is_known_counts_for_nothing() -> None:
    for before in ([], [past(links=None, listed=None)]):
        outcome = took(b"", before=before, status=304, asked=MARKED).outcome
        assert (outcome.links, outcome.known, outcome.listed) == (0, 0, 0)


# -- what proves that it was understood


def shares(articles: int, listed: int, url: str = FEED.url) -> Fetch:
    """Return yesterday's answer: what was usual until today."""
    return past(url, at=NOW - DAY, links=articles, listed=listed)


MENU = [f"{HOME}/about/{number}" for number in range(10)]


@pytest.mark.parametrize(
    ("body", "more", "understood", "fault"),
    [
        (feed([news(1)]), {}, True, None),
        (feed(MENU), {}, False, SourceFault.NO_ARTICLE),
        # A section's sitemap may have no articles at all, unless it had some.
        (feed(MENU), {"visit": {"announced_by": MAP.url}}, None, None),
        (
            feed(MENU),
            {"visit": {"announced_by": MAP.url}, "before": [shares(5, 10)]},
            False,
            SourceFault.NO_ARTICLE,
        ),
        # Empty: sound where it has listed something before.
        (feed([]), {}, False, SourceFault.LISTS_NOTHING),
        (feed([]), {"before": [past()]}, True, SourceFault.LISTS_NOTHING),
        (feed([]), {"before": [past(new_at=None)]}, False, SourceFault.LISTS_NOTHING),
        (feed([]), {"visit": {"announced_by": MAP.url}}, None, SourceFault.LISTS_NOTHING),
        (b"<rss><channel>", {"before": [past()]}, False, SourceFault.CUT),
        # Under a third of the usual share are articles.
        (feed([news(1), *MENU[:5]]), {"before": [shares(6, 10)]}, False, SourceFault.FEW_ARTICLES),
        (feed([news(1), *MENU[:4]]), {"before": [shares(6, 10)]}, True, None),
        (feed([news(1), *MENU[:5]]), {"before": [shares(6, 10)], "wanted": FRESH}, True, None),
        (
            feed([news(1), *MENU[:5]]),
            {"before": [past(at=NOW - HOUR, links=6, listed=10)]},
            True,
            None,
        ),
        # None of an index's sitemaps is one to follow.
        (index([f"{HOME}/map-1.xml"]), {"source": MAP}, True, None),
        (index([f"{HOME}/video.xml"]), {"source": MAP}, False, SourceFault.NO_ARTICLE),
        (index([f"{HOME}/video.xml", f"{HOME}/map-1.xml"]), {"source": MAP}, True, None),
        (index([f"{HOME}/video.xml"]), {"source": FEED}, True, None),
    ],
)
def test_a_source_is_understood_where_it_proves_to_list_articles(
    body: bytes, more: dict[str, Any], *, understood: bool | None, fault: SourceFault | None
) -> None:
    taken = took(body, **more)
    assert taken.report.understood is understood
    judged = {SourceFault.NO_ARTICLE, SourceFault.FEW_ARTICLES, SourceFault.LISTS_NOTHING}
    found = [one for one in taken.faults if one in judged | {SourceFault.CUT}]
    assert found[:1] == ([fault] if fault else [])
    # Without an article it gave nothing that was understood, and is asked as one that fails.
    failed = understood is False and not taken.outcome.links
    assert (taken.row.why is Why.FAILED) is failed


def test_articles_of_old_forms_alone_are_suspicious() -> None:
    import re  # noqa: PLC0415

    old = [f"{HOME}/old/{number}" for number in range(5)]
    declared = outlet(FEED, older=(re.compile(r"/old/(?P<id>\d+)"),))
    for links, suspicious in ((old, True), (old[:4], False), ([*old, news(1)], False)):
        run, _ = started(declared)
        taken = took(feed(links), run=run)
        assert (SourceFault.OLD_FORM in taken.faults) is suspicious


def test_a_source_that_keeps_its_validators_while_it_changes_is_known_to_lie() -> None:
    etag = {"headers": {"ETag": '"1"'}}
    true = took(feed([news(1)]), before=[past(etag='"0"')], **etag)
    assert SourceFault.FALSE_VALIDATORS not in true.faults
    known = row(news(1), outcome="article")
    again = took(feed([news(1)]), before=[past(etag='"1"'), known], **etag)
    assert (again.faults, again.row.detail) == ([], None)
    lie = took(feed([news(1), news(2)]), before=[past(etag='"1"'), known], **etag)
    assert lie.faults == [SourceFault.FALSE_VALIDATORS]
    assert lie.row.detail == 'its validators lie: new links under the same ETag "1"'
    assert lie.row.next_at == NOW + HOUR, "nothing was missed"
    # It is remembered from then on, and a backfill says nothing else.
    lied = past(faults=(SourceFault.FALSE_VALIDATORS,))
    for wanted in (AT_ALL_EVENTS, FRESH):
        later = took(feed([news(1)]), before=[lied], wanted=wanted)
        (said,) = [
            one for one in later.report.findings if one.fault is SourceFault.FALSE_VALIDATORS
        ]
        assert said.detail == "its validators lied before"
    assert took(feed([news(1)]), before=[past(etag='"1"')], wanted=FRESH, **etag).faults == []


# -- what follows


def numbers(first: int, last: int) -> list[str]:
    return [news(number) for number in range(first, last + 1)]


def ids(first: int, last: int) -> tuple[str, ...]:
    return tuple(name(url) for url in numbers(first, last))


@pytest.mark.parametrize(
    ("body", "before", "missed"),
    [
        # One of the newest articles of the last answer is there still.
        (feed(numbers(13, 22)), [past(frontier=ids(8, 15))], False),
        (feed(numbers(16, 22)), [past(frontier=ids(8, 15))], True),
        # Nothing new: no frontier is left, and nothing was missed.
        (feed([news(1)]), [past(frontier=ids(8, 15)), row(news(1), outcome="article")], False),
        # By an older row, which has no frontier: all are new.
        (feed(numbers(1, 3)), [past()], True),
        (feed(numbers(1, 3)), [past(links=0)], False),
        (feed(numbers(1, 3)), [past(), row(news(2), outcome="article")], False),
        (feed(numbers(1, 3)), [], False),
    ],
)
def test_an_answer_that_shares_nothing_with_the_one_before_has_missed_something(
    body: bytes, before: list[Fetch], *, missed: bool
) -> None:
    taken = took(body, before=before, beside=(OTHER, LIST, Sitemap(f"{HOME}/{{dd}}.xml")))
    assert (SourceFault.OVERFLOW in taken.faults) is missed
    asked = [(visit.url, visit.catches_up, len(visit.rest)) for visit in taken.outcome.polls]
    # All lists of the outlet are read, page by page, until one meets what was known.
    made_good = [(FEED.url, True, 0), (OTHER.url, True, 0), (f"{HOME}/list?page=1", True, 19)]
    assert asked == (made_good[1:] if missed else [])
    assert set(taken.run.missed) == ({FEED.url} if missed else set())
    assert (taken.report.missed_since == NOW - HOUR) is missed
    if missed:
        assert taken.row.next_at == NOW + 15 * MINUTE
        assert {visit.head for visit in taken.outcome.polls} == {before[0]}
        assert taken.run.catching_up == {FEED, OTHER, LIST}


def test_a_page_that_catches_up_goes_on_until_it_meets_what_was_known() -> None:
    head = past(frontier=ids(8, 15))
    rest = (f"{HOME}/list?page=2", f"{HOME}/list?page=3")
    catching = {"head": head, "catches_up": True, "rest": rest}
    for links, pages in ((numbers(20, 25), [rest[0]]), (numbers(15, 25), [])):
        taken = took(listing(links), source=LIST, visit=catching)
        assert [visit.url for visit in taken.outcome.polls] == pages
        assert SourceFault.OVERFLOW not in taken.faults
        for visit in taken.outcome.polls:
            assert (visit.rest, visit.head, visit.catches_up, visit.met) == (
                (rest[1],),
                head,
                True,
                False,
            )
            assert visit.part_of == f"{HOME}/list?page=1"


def test_the_next_page_of_a_list_is_asked_where_this_one_brought_news() -> None:
    rest = (f"{HOME}/list?page=2",)
    old = [row(url, outcome="article", at=NOW - DAY) for url in numbers(1, 6)]
    first = f"{HOME}/list?page=1"
    known = past(first, frontier=ids(5, 6))
    for links, met in ((numbers(6, 12), True), (numbers(7, 12), False)):
        before = [*old, known]
        taken = took(listing(links), source=LIST, before=before, visit={"rest": rest})
        (page,) = taken.outcome.polls
        assert (page.url, page.part_of, page.rest, page.met) == (rest[0], first, (), met)
        assert page.head == known
    nothing_new = took(listing(numbers(1, 6)), source=LIST, before=old, visit={"rest": rest})
    assert nothing_new.outcome.polls == []
    run, _ = started(outlet(LIST))
    run.polled[rest[0]] = Visit(role="source", url=rest[0], reason="poll")
    assert (
        took(listing(numbers(1, 6)), source=LIST, run=run, visit={"rest": rest}).outcome.polls == []
    )


def test_the_sitemaps_of_an_index_are_asked_two_levels_deep_and_two_hundred_at_most() -> None:
    maps = [f"{HOME}/map-{number}.xml" for number in range(4)]
    body = index([*maps, maps[0], f"{HOME}/video.xml", "http://b.test/map-1.xml"])
    for level in (0, 1, 2):
        taken = took(body, source=MAP, visit={"level": level})
        asked = taken.outcome.polls
        assert [visit.url for visit in asked] == (maps if level < 2 else [])
        assert {(visit.announced_by, visit.part_of, visit.level) for visit in asked} == (
            {(MAP.url, MAP.url, level + 1)} if level < 2 else set()
        )
        assert (SourceFault.TOO_LONG in taken.faults) is (level == 2)
    for before, left in ((197, 3), (200, 0), (300, 0)):
        run, _ = started(outlet(MAP))
        run.polled[maps[0]] = Visit(role="source", url=maps[0], reason="poll")
        run.log.counts.children["x"] = {f"{number}" for number in range(before)}
        assert [visit.url for visit in took(body, source=MAP, run=run).outcome.polls] == maps[1:][
            :left
        ]
    assert took(body, source=FEED).outcome.polls == []


def test_a_sitemap_that_turns_over_faster_brings_its_index_forward() -> None:
    child = f"{HOME}/map-1.xml"
    known = row(news(1), outcome="article", at=NOW - DAY)
    run, _ = started(outlet(MAP), [past(child, frontier=ids(1, 1)), known])
    took(index([child]), source=MAP, run=run)
    assert run.log.counts.sources[MAP.url].next_at == NOW + HOUR
    visit = {"url": child, "announced_by": MAP.url, "part_of": MAP.url, "level": 1}
    visit["last"] = run.memory.source(child)
    taken = took(urlset(numbers(1, 4)), source=MAP, run=run, visit=visit)
    assert taken.report.next_at == NOW + 30 * MINUTE
    assert run.log.counts.sources[MAP.url].next_at == NOW + 30 * MINUTE


@pytest.mark.parametrize(
    ("body", "before", "more", "minutes"),
    [
        (feed(numbers(1, 4)), [], {}, 60),  # nothing to compare with
        (
            feed(numbers(1, 4)),
            [past(frontier=ids(1, 2)), *[row(news(n), outcome="article") for n in (1, 2)]],
            {},
            60,
        ),
        (feed(numbers(1, 4)), [past(frontier=ids(1, 2)), row(news(1), outcome="article")], {}, 30),
        (index([f"{HOME}/map-1.xml"]), [past(MAP.url)], {"source": MAP}, 60),
    ],
)
def test_the_next_poll_comes_sooner_the_less_two_overlap(
    body: bytes, before: list[Fetch], more: dict[str, Any], minutes: int
) -> None:
    assert took(body, before=before, **more).row.next_at == NOW + minutes * MINUTE


def test_where_the_hours_of_a_source_are_known_they_decide() -> None:
    days = [
        past(at=at, links=20, new_links=20, answered_at=at - HOUR / 2)
        for at in (NOW - back * DAY for back in range(1, 15))
    ]
    five = [row(url, outcome="article", at=NOW - DAY) for url in numbers(1, 5)]
    known = feed(numbers(1, 5))
    for last, more, minutes in (
        ({}, {}, 15),
        # A list without an article has no hours, and a part of a list none of its own.
        ({"links": 0}, {}, 120),
        ({}, {"visit": {"part_of": MAP.url}}, 120),
        ({}, {"visit": {"catches_up": True}}, 120),
    ):
        before = [*days, *five, past(**last)]
        same = took(b"", before=before, status=304, asked=MARKED, **more)
        assert same.row.next_at == NOW + minutes * MINUTE, (last, more)
        if not last:
            read = took(known, before=before, **more)
            assert read.row.next_at == NOW + minutes * MINUTE, more


@pytest.mark.parametrize(
    ("body", "more", "silent"),
    [
        (feed([(news(1), NOW - DAY)]), {}, True),
        (feed([(news(1), NOW - DAY + MINUTE)]), {}, False),
        (feed([(news(1), NOW - DAY)]), {"wanted": FRESH}, False),
        (feed([(news(2), NOW - DAY)]), {}, False),  # an article is new here, however old
    ],
)
def test_a_source_without_anything_new_for_a_day_is_silent(
    body: bytes, more: dict[str, Any], *, silent: bool
) -> None:
    old = row(news(1), outcome="article", at=NOW - DAY)
    taken = took(body, before=[past(new_at=NOW - DAY), old], **more)
    assert (SourceFault.SILENT in taken.faults) is silent
    assert (taken.run.log.counts.silent == [FEED.url]) is silent
    if silent:
        assert taken.row.next_at == NOW + 4 * HOUR
    maps = index([f"{HOME}/map-1.xml"])
    assert took(maps, source=MAP, before=[past(MAP.url, new_at=NOW - DAY)]).faults == []
    assert taken.row.new_at == (NOW if taken.outcome.new else NOW - DAY)


def test_what_a_limit_cut_off_is_counted() -> None:
    lethal = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss><channel>&c;</channel></rss>'
    taken = took(lethal)
    assert taken.run.log.counts.limits.keys() == (
        {AnswerLimit.SOURCE_SIZE} if SourceFault.REFUSED in taken.faults else set()
    )
    assert not took(feed([news(1)])).run.log.counts.limits


def test_a_row_says_by_what_the_next_answer_is_held_against_it() -> None:
    last = past(frontier=ids(8, 9), newest_at=NOW - 2 * HOUR, compared_until=NOW - 3 * HOUR)
    dated = feed([(url, NOW - number * MINUTE) for number, url in enumerate(numbers(9, 12))])
    taken = took(dated, before=[last], headers={"ETag": '"2"', "Last-Modified": "today"})
    said = taken.row
    assert (said.links, said.new_links, said.listed, said.visits) == (4, 4, 4, 0)
    assert (said.etag, said.last_modified, said.digest) == ('"2"', "today", digest(dated))
    assert said.frontier == ids(9, 10), "the newer half of a short list"
    assert said.newest_at == NOW
    assert said.compared_until == NOW - 3 * HOUR
    assert said.answered_at == NOW - HOUR
    assert (taken.report.answered_at, taken.report.at) == (NOW - HOUR, NOW)
    assert taken.report.extent
    assert taken.report.extent.newest_id == "9"
    empty = took(feed([]), before=[last])
    assert empty.row.frontier == ids(8, 9)
    # A backfill leaves what is known of the newest as it is.
    assert took(dated, before=[last], wanted=FRESH).row.frontier == ids(8, 9)
