"""How a crawl is judged: sources, back-off, waits, arguments, the verdict and its exit code. No network."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings

from processing.archive.memory import Memory
from processing.errors import StoreFullError, StoreRefusedError, UsageError
from processing.records import End, Fetch, Stamp, Why
from spiders import rendering
from spiders.crawling.arguments import parse_arguments
from spiders.crawling.hosts import Hosts
from spiders.crawling.polling import (
    Span,
    backoff,
    caught,
    interval,
    lies,
    missed,
    note_url,
    silence,
    validators,
    waits_until,
)
from spiders.crawling.run import Run
from spiders.crawling.verdict import Tally, exit_code, verdict
from spiders.formats.links import Link
from spiders.outlet import Feed, Outlet, Pace

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
FEED = Feed("http://a.example/feed", quiet_hours=6)
OUTLET = Outlet(
    name="a",
    title="a",
    home="http://a.example/",
    sources=(FEED,),
    article=re.compile(r"/news/(?P<id>\d+)"),
    render=True,
)


def row(why: Why = Why.FETCHED, at: datetime = NOW, **more: object) -> Fetch:
    fields: dict[str, object] = {"role": "source", "url": FEED.url, "links": 5, **more}
    return Fetch(outlet="a", run="r", at=at, why=why, **fields)


def link(moment: datetime | None) -> Link:
    return Link(
        "http://a.example/news/1", published=Stamp(at=moment, source="feed") if moment else None
    )


# -- sources


@given(st.integers(0, 40))
def test_the_first_failure_costs_nothing_and_each_more_never_less(failures: int) -> None:
    assert backoff(failures) <= backoff(failures + 1) <= timedelta(days=1)
    assert (backoff(failures) == timedelta()) == (failures < 2)


def test_what_failed_twice_waits_and_then_is_asked() -> None:
    last = row(Why.FAILED, failures=3)
    assert waits_until(last, NOW + timedelta(minutes=59)) == NOW + timedelta(hours=1)
    assert waits_until(last, NOW + timedelta(hours=1)) is None
    assert waits_until(row(Why.FAILED, failures=1), NOW) is None
    assert waits_until(None, NOW) is None


def test_both_validators_are_sent_back() -> None:
    last = row(etag='W/"1"', last_modified="Sun, 22 Nov 2026 03:00:00 GMT")
    assert validators(last) == {
        "If-None-Match": 'W/"1"',
        "If-Modified-Since": "Sun, 22 Nov 2026 03:00:00 GMT",
    }
    assert validators(None) == {}


def test_an_index_is_asked_without_validators_because_its_children_change_without_it() -> None:
    assert validators(row(etag='"1"', links=0)) == {}


def test_a_source_that_always_says_unchanged_is_checked_now_and_then() -> None:
    asked = [
        bool(validators(row(Why.UNCHANGED, etag='"1"', status=304, visits=n))) for n in range(1, 18)
    ]
    assert asked == [n not in {8, 16} for n in range(1, 18)]


@pytest.mark.parametrize(
    ("before", "etag", "modified", "new", "found"),
    [
        ({"etag": '"1"'}, '"1"', None, 2, True),
        ({"etag": '"1"'}, '"2"', None, 2, False),
        ({"etag": '"1"'}, '"1"', None, 0, False),
        ({"last_modified": "Sun"}, None, "Sun", 1, True),
        ({"last_modified": "Sun", "etag": '"1"'}, '"2"', "Sun", 1, False),
        ({}, None, None, 1, False),
    ],
)
def test_a_lie_is_news_under_the_same_validator(
    before: dict[str, Any], etag: str | None, modified: str | None, new: int, *, found: bool
) -> None:
    finding = caught(row(**before), etag, modified, new=new)
    assert (finding is not None) is found
    if finding:
        assert lies(row(faults=(finding.fault,)))
        assert validators(row(faults=(finding.fault,), etag='"1"')) == {}


def test_only_a_poll_without_any_overlap_missed_something() -> None:
    assert missed(row(), links=5, known=0)
    assert missed(row(), links=5, known=1) is None
    assert missed(row(links=0), links=5, known=0) is None
    assert missed(None, links=5, known=0) is None


def test_the_next_poll_is_sooner_the_less_polls_share() -> None:
    due = [interval(Pace.HOURLY, links=10, known=known) for known in (0, 2, 8, 10)]
    assert due == sorted(due)
    assert due[0] == timedelta(minutes=15)
    assert due[-1] == timedelta(hours=2)
    assert interval(Pace.QUARTER_HOUR, links=1, known=0) == timedelta(minutes=5)
    assert interval(Pace.HOURLY, links=0, known=0, failures=5) == timedelta(hours=4)
    assert interval(Pace.HOURLY, links=9, known=None) == timedelta(hours=1)
    silent = [interval(pace, links=9, known=9, quiet=True) for pace in Pace]
    assert silent == [timedelta(hours=1), timedelta(hours=4), timedelta(days=1)]


@pytest.mark.parametrize(
    ("links", "new_at", "new", "told"),
    [
        ([NOW - timedelta(hours=7)], None, 0, True),
        ([NOW - timedelta(hours=7), NOW - timedelta(hours=1)], None, 0, False),
        ([NOW - timedelta(hours=7)], None, 3, False),
        ([], NOW - timedelta(hours=7), 0, True),
        ([], NOW - timedelta(hours=5), 0, False),
        ([None], None, 0, False),
    ],
)
def test_silence_beyond_the_quiet_time_is_told(
    links: list[datetime | None], new_at: datetime | None, new: int, *, told: bool
) -> None:
    found = silence(FEED, [link(moment) for moment in links], row(new_at=new_at), new=new, now=NOW)
    assert (found is not None) is told


def test_a_span_leaves_out_what_is_surely_outside() -> None:
    span = Span(NOW, NOW + timedelta(days=1))
    assert span.holds(link(NOW))
    assert not span.holds(link(NOW + timedelta(days=1)))
    assert not span.holds(link(NOW - timedelta(seconds=1)))
    assert span.holds(link(None))
    assert Span().holds(link(NOW))


# -- hosts


class Monotonic:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_delay_counts_from_the_answer_and_never_gets_less() -> None:
    clock = Monotonic()
    hosts = Hosts(clock)
    hosts.slow("a", 2)
    hosts.slow("a", 1)
    assert hosts.wait("a") == 2
    clock.now += 2
    assert hosts.wait("a") == 0
    assert hosts.wait("a") == 2  # booked by the one before
    clock.now += 1.5
    hosts.left("a")
    assert hosts.wait("a") == 2
    assert hosts.wait("b") == 0


def test_every_host_gets_the_least_delay() -> None:
    clock = Monotonic()
    hosts = Hosts(clock, least=0.5)
    assert hosts.wait("a") == 0
    clock.now += 0.2
    hosts.left("a")
    assert hosts.wait("a") == 0.5
    assert hosts.wait("b") == 0


def test_a_hold_is_not_shortened_by_a_smaller_one() -> None:
    clock = Monotonic()
    hosts = Hosts(clock)
    hosts.hold("a", 10)
    hosts.hold("a", 1)
    assert hosts.wait("a") == 10


def test_refusals_count_in_a_row() -> None:
    hosts = Hosts(Monotonic())
    assert [hosts.refuse("a", refused=refused) for refused in (True, True, False, True)] == [
        1,
        2,
        0,
        1,
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(["wait", "left", "hold", "slow"]), st.floats(0, 5)), max_size=40
    )
)
def test_two_requests_are_never_closer_than_the_delay(steps: list[tuple[str, float]]) -> None:
    clock = Monotonic()
    hosts = Hosts(clock)
    hosts.slow("a", 1)
    sent: list[float] = []
    for step, value in steps:
        clock.now += value
        if step == "wait" and not hosts.wait("a"):
            sent.append(clock.now)
        elif step == "left":
            hosts.left("a")
        elif step == "hold":
            hosts.hold("a", value)
    assert all(later - earlier >= 1 for earlier, later in pairwise(sent))


# -- a host that closed itself


def run_at(moment: datetime, memory: Memory, *, fresh: bool = False) -> Run:
    return Run(
        OUTLET, f"run{moment:%H%M}", memory=memory, writer=None, clock=lambda: moment, fresh=fresh
    )


def noted(run: Run) -> list[Fetch]:
    rows: list[Fetch] = []
    run.landing.add = lambda row: rows.append(row) if isinstance(row, Fetch) else None  # type: ignore[method-assign]
    run.finish("finished")
    return rows


def test_a_host_that_closed_is_left_alone_longer_each_time_and_forgiven_when_it_opens() -> None:
    memory = Memory()
    first = run_at(NOW, memory)
    first.hosts.cool("a.example", "challenge")
    memory.take(noted(first))
    for fresh in (False, True):
        soon = run_at(NOW + timedelta(minutes=29), memory, fresh=fresh)
        soon.cool_down(soon.clock())
        assert "challenge" in (soon.hosts.cooled("a.example") or "")
        assert noted(soon) == []  # a look at the clock is no new refusal
    again = run_at(NOW + timedelta(minutes=31), memory)
    again.cool_down(again.clock())
    assert again.hosts.cooled("a.example") is None
    again.hosts.cool("a.example", "challenge")
    memory.take(noted(again))
    note = memory.source(note_url("a.example"))
    assert note is not None
    assert waits_until(note, again.clock()) == again.clock() + timedelta(hours=1)
    well = run_at(NOW + timedelta(hours=3), memory)
    well.cool_down(well.clock())
    well.requests = 1
    memory.take(noted(well))
    note = memory.source(note_url("a.example"))
    assert note is not None
    assert note.failures == 0


def test_a_fresh_start_forgets_what_was_seen_and_not_what_was_spent() -> None:
    memory = Memory()
    memory.take([row(role="article", url="http://a.example/news/1", article_id="0" * 16)])
    run = run_at(NOW, memory, fresh=True)
    assert not run.memory.seen("0" * 16)
    assert run.spent() == 1


# -- rendering


def test_a_browser_is_answered_what_makes_text_and_changes_nothing() -> None:
    kinds = (
        "document",
        "script",
        "xhr",
        "fetch",
        "image",
        "stylesheet",
        "font",
        "media",
        "websocket",
        "ping",
        "other",
    )
    assert [kind for kind in kinds if rendering.is_asked(kind, "GET")] == ["script", "xhr", "fetch"]
    assert not any(
        rendering.is_asked(kind, method)
        for kind in kinds
        for method in ("POST", "PUT", "DELETE", "HEAD")
    )


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A machine that can render: its programs, its packages, who is logged in, and what `unshare` ends with."""
    known: dict[str, Any] = {"programs": {"chromium"}, "package": True, "user": 1000, "unshare": 0}
    which = lambda name: f"/usr/bin/{name}" if name in known["programs"] else None  # noqa: E731 - as which is
    monkeypatch.setattr(rendering.shutil, "which", which)
    monkeypatch.setattr(rendering, "find_spec", lambda _: known["package"] or None)
    monkeypatch.setattr(rendering.os, "geteuid", lambda: known["user"])
    monkeypatch.setattr(
        rendering.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=known["unshare"])
    )
    return known


def rendered(outlet: Outlet = OUTLET, press: int | None = None, kept: str = "") -> str | None:
    """The browser that a crawl of this outlet would use."""
    settings = Settings({"SILLOK_BROWSER": "chromium", "SILLOK_PRESS": press, "SILLOK_KEPT": kept})
    rendering.apply(outlet, settings)
    used = settings.getdict("DOWNLOADER_MIDDLEWARES")
    import_module(rendering.MIDDLEWARE.rpartition(".")[0])
    return settings["SILLOK_BROWSER"] if used == {rendering.MIDDLEWARE: 40} else None


def test_only_who_declares_it_is_rendered(machine: dict[str, Any]) -> None:
    assert machine
    assert rendered() == "/usr/bin/chromium"
    assert rendered(replace(OUTLET, render=False)) is None
    assert rendered(kept="index.jsonl") is None


@pytest.mark.parametrize("lack", [{"programs": set()}, {"package": False}])
def test_without_a_browser_pages_are_read_as_served_and_the_log_says_so(
    machine: dict[str, Any], lack: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    machine.update(lack, unshare=1)
    assert rendered() is None
    assert "a is read as served" in caplog.text


def test_a_browser_that_cannot_be_kept_off_the_network_is_not_started(
    machine: dict[str, Any],
) -> None:
    machine["unshare"] = 1
    with pytest.raises(UsageError, match="unprivileged user namespaces"):
        rendered()


def test_root_renders_nothing_but_the_sample_press(machine: dict[str, Any]) -> None:
    machine["user"] = 0
    with pytest.raises(UsageError, match="as an ordinary user"):
        rendered()
    assert rendered(press=20000) == "/usr/bin/chromium"


# -- arguments


def test_days_are_korean_days() -> None:
    wanted = parse_arguments(
        {"since": "2026-11-20", "until": "2026-11-21"}, today=date(2026, 11, 22)
    )
    assert wanted.days == (date(2026, 11, 21), date(2026, 11, 20)), "the newest first"
    assert wanted.span.since == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert wanted.span.until == datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert parse_arguments({"since": "2026-11-22"}, today=date(2026, 11, 22)).days == (
        date(2026, 11, 22),
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": "20.11.2026"},
        {"since": "2026-11-22", "until": "2026-11-20"},
        {"since": "2010-01-01", "until": "2026-01-01"},
        {"since": "2026-11-20", "until": "2099-01-01"},
        {"until": "2026-11-20"},
        {"since": "2026-11-20", "url": "http://a.example/"},
        {"url": "javascript:alert(1)"},
        {"url": "http://"},
        {"url": "http://[x/"},
        {"page": "2"},
    ],
)
def test_an_argument_that_cannot_be_is_named(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"-a |since 20|until 20"):
        parse_arguments(arguments, today=date(2026, 11, 22))


# -- verdict


def tally(**more: object) -> Tally:
    fields: dict[str, object] = {"reason": "finished", "asked": 1, "answered": 1, **more}
    return Tally(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counted", "end", "code"),
    [
        (tally(), End.UNCHANGED, 0),
        (tally(whys={"seen": 40}), End.UNCHANGED, 0),
        (tally(pages=3, articles=2, rejections={"empty": 1}, whys={"fetched": 3}), End.NEW, 0),
        (tally(whys={"gone": 1}), End.NEW, 0),
        (tally(pages=1, removed=1, rejections={"error-page": 1}, whys={"gone": 1}), End.NEW, 0),
        (tally(asked=2, answered=0, problems={"http://a/": "http 500"}), End.UNHEALTHY, 3),
        (tally(asked=2, answered=1, problems={"http://a/": "http 500"}), End.UNCHANGED, 0),
        (tally(pages=3, rejections={"empty": 3}, whys={"fetched": 3}), End.UNHEALTHY, 3),
        (tally(pages=3, articles=2, crashes=1, whys={"fetched": 3}), End.UNHEALTHY, 3),
        (tally(silent=("http://a/",)), End.UNHEALTHY, 3),
        (tally(asked=2, answered=2, silent=("http://a/",)), End.UNCHANGED, 0),
        (
            tally(cooled={"a": "challenge"}, pages=9, articles=9, whys={"fetched": 9}),
            End.UNHEALTHY,
            3,
        ),
        (tally(whys={"failed": 4}), End.UNHEALTHY, 3),
        (tally(whys={"failed": 4, "fetched": 1}, pages=1, articles=1), End.NEW, 0),
        (tally(asked=0, answered=0, whys={"robots": 1}), End.UNHEALTHY, 3),
        (tally(asked=0, answered=0, whys={"failed": 1}, absent=1), End.UNHEALTHY, 3),
        (tally(asked=0, answered=0, left=1, whys={"failed": 1}, absent=1), End.UNCHANGED, 0),
        (
            tally(asked=0, answered=0, whys={"failed": 1, "unchanged": 1}, absent=1),
            End.UNCHANGED,
            0,
        ),
        (tally(asked=0, answered=0, whys={"not-article": 1}), End.UNHEALTHY, 3),
        (tally(asked=0, answered=0, whys={"not-article": 1, "unchanged": 1}), End.UNCHANGED, 0),
        (tally(whys={"not-article": 9, "off-site": 9}), End.UNCHANGED, 0),
        (
            tally(reason="closespider_timeout", pages=1, articles=1, whys={"fetched": 1}),
            End.PARTIAL,
            0,
        ),
        (tally(reason="memusage_exceeded"), End.PARTIAL, 0),
        (tally(whys={"over-budget": 2, "fetched": 1}, pages=1, articles=1), End.PARTIAL, 0),
        (tally(reason="shutdown", pages=1, articles=1), End.INTERRUPTED, 4),
        (tally(reason=None), End.FAILED, 1),
        (tally(reason="start_error"), End.FAILED, 1),
        (tally(reason="closespider_errorcount"), End.FAILED, 1),
    ],
)
def test_each_way_to_end_has_its_word_and_its_exit_code(
    counted: Tally, end: End, code: int
) -> None:
    found, why = verdict(counted)
    assert (found, exit_code(found)) == (end, code)
    assert why


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        (
            tally(asked=0, answered=0, whys={"off-site": 2, "not-article": 1}),
            "fetched: not-article 1, off-site 2",
        ),
        (tally(asked=0, answered=0, whys={"unchanged": 1}), "what was asked for is as it was"),
        (tally(asked=0, answered=0, left=3), "no source was due"),
        (tally(whys={"seen": 40}), "every source asked has only what is known"),
        (
            tally(whys={"failed": 2}, absent=2, examples={"absent": ["http://a/1 (http 404)"]}),
            "nothing new was to be had; but 2 URLs announced and not there: http://a/1 (http 404) and 1 more",
        ),
        (
            tally(
                whys={"failed": 4},
                examples={"failed": ["http://a/1 (http 500)", "http://a/2 (Timeout)"]},
            ),
            "nothing of 4 URLs could be fetched: http://a/1 (http 500), http://a/2 (Timeout) and 2 more; `sillok gaps`",
        ),
        (
            tally(whys={"gone": 1}, examples={"gone": ["http://a/1 (http 410)"]}),
            "1 URL gone: http://a/1 (http 410)",
        ),
        (
            tally(
                pages=1,
                removed=1,
                rejections={"error-page": 1},
                whys={"gone": 1},
                examples={"gone": ["http://a/1"]},
            ),
            "1 URL gone: http://a/1",
        ),
        (
            tally(
                pages=2,
                articles=2,
                whys={"fetched": 2, "gone": 1, "failed": 2},
                absent=1,
                examples={
                    "gone": ["/1 (http 404)"],
                    "absent": ["/2 (http 410)"],
                    "failed": ["/3 (http 500)"],
                },
                problems={"/feed": "http 503"},
            ),
            "from 2 pages, 1 URL gone: /1 (http 404); but 1 URL announced and not there: /2 (http 410); but 1 URL not",
        ),
        (
            tally(
                whys={"failed": 1, "unchanged": 1},
                examples={"failed": ["/3 (http 500)"]},
                problems={"/feed": "503"},
            ),
            "nothing new was to be had; but 1 URL not to be had: /3 (http 500); `sillok gaps` lists them; but /feed: 503",
        ),
        (
            tally(
                asked=0,
                answered=0,
                whys={"failed": 1},
                absent=1,
                examples={"absent": ["http://a/1 (http 404)"]},
            ),
            "none of the URLs asked for is there: http://a/1 (http 404)",
        ),
        (
            tally(
                asked=0,
                answered=0,
                whys={"not-article": 1},
                examples={"not-article": ["http://a/about"]},
            ),
            "may be fetched: not-article 1: http://a/about",
        ),
    ],
)
def test_the_reason_fits_what_was_asked(counted: Tally, told: str) -> None:
    assert verdict(counted)[1].find(told) >= 0, verdict(counted)[1]


def test_an_error_is_told_and_says_whether_to_try_again() -> None:
    full, refused = StoreFullError("no room"), StoreRefusedError("wrong key")
    assert verdict(tally(error=full)) == (End.FAILED, "no room")
    assert (exit_code(End.FAILED, full), exit_code(End.FAILED, refused)) == (1, 2)
