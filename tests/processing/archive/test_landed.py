"""What holds an outlet back, what only alarms, and that neither touches another outlet."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from processing.archive.landed import LandedRun, alarms, faults, landed, ready
from processing.archive.memory import Memory
from processing.errors import MissingError
from processing.records import (
    Article,
    End,
    OutletFacts,
    Publication,
    Seal,
    SourceReport,
    Stamp,
    Why,
)
from processing.store.file_store import FileStore
from tests.processing.newsroom import FACTS, NOON, Crawl, article, fetch, logged, rejection

Archive = Callable[..., Publication]
HOUR = timedelta(hours=1)


def judged(store: FileStore, crawl: Crawl, facts: OutletFacts = FACTS["hanbit"]) -> list[str]:
    crawl.land(store)
    return faults(
        [LandedRun(crawl.outlet, crawl.run, crawl.seals, None, store)], facts, NOON + HOUR
    )


def articles(count: int, **fields: object) -> list[Article]:
    return [article("hanbit", number, **fields) for number in range(count)]


def test_a_sound_run_has_no_fault(store: FileStore) -> None:
    assert (
        judged(store, Crawl(articles=articles(30), rejections=[rejection("hanbit", 1)], segments=3))
        == []
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"article_id": "0" * 16}, "not the digest of its URL"),
        ({"version_id": "x-0"}, "not the digest of its title and text"),
        ({"text": "다른 글"}, "not the digest of its title and text"),
        ({"outlet": "narae"}, "of outlet 'narae'"),
        ({"fetched_at": NOON + 9 * HOUR}, "still to come"),
    ],
)
def test_an_identity_that_does_not_fit_is_a_fault(
    store: FileStore, change: dict[str, object], told: str
) -> None:
    wrong = article("hanbit", 1).model_copy(update=change)
    found = judged(store, Crawl(articles=[article("hanbit", 2), wrong]))
    assert len(found) == 1
    assert told in found[0]


def test_counts_that_do_not_add_up_are_a_fault(store: FileStore) -> None:
    crawl = Crawl(articles=articles(3)).land(store)

    def with_seal(**change: object) -> list[str]:
        seals: list[Seal] = [crawl.seals[0].model_copy(update=change)]
        return faults(
            [LandedRun("hanbit", crawl.run, seals, None, store)], FACTS["hanbit"], NOON + HOUR
        )

    assert with_seal() == []
    assert "pages" in with_seal(pages=4)[0]
    assert "seals say (2, 0)" in with_seal(articles=2)[0]


def test_a_layout_that_lost_its_dates_or_its_articles_is_a_fault(store: FileStore) -> None:
    assert "no publication time" in judged(store, Crawl(articles=articles(20, published=None)))[0]
    rejections = [rejection("hanbit", number) for number in range(19)]
    assert (
        "19 of 20 pages were rejected"
        in judged(store, Crawl(run="r2", articles=articles(1), rejections=rejections))[0]
    )


def test_few_pages_say_nothing_about_a_layout(store: FileStore) -> None:
    assert judged(store, Crawl(articles=articles(19, published=None))) == []
    assert (
        judged(
            store, Crawl(run="r2", rejections=[rejection("hanbit", number) for number in range(19)])
        )
        == []
    )


def test_far_more_than_a_day_brings_is_a_fault_by_day_of_publication(store: FileStore) -> None:
    small = OutletFacts(daily=(1, 3))
    assert judged(store, Crawl(articles=articles(9)), small) == []
    assert (
        "10 articles on 2026-11-20"
        in judged(store, Crawl(run="r2", articles=articles(10)), small)[0]
    )
    spread = [
        article("hanbit", number, published=Stamp(at=NOON - number * 24 * HOUR, source="meta"))
        for number in range(30)
    ]
    assert judged(store, Crawl(run="r3", articles=spread), small) == []
    assert judged(store, Crawl(run="r4", articles=articles(99)), OutletFacts()) == []


def test_a_held_outlet_holds_no_other_and_can_be_released(
    store: FileStore, archive: Archive
) -> None:
    crawl = Crawl(articles=articles(20, published=None)).land(store)
    Crawl(outlet="narae", articles=[article("narae", 1)]).land(store)
    said = archive()
    assert list(said.outlets) == ["narae"]
    assert [(held.outlet, held.runs) for held in said.held] == [("hanbit", (crawl.run,))]
    assert archive().unchanged
    said = archive(released=frozenset({crawl.run}))
    assert (said.seq, said.outlets["hanbit"].versions) == (2, 20)
    assert list(store.list("landing/")) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("seg-000.articles.jsonl.gz", "not what its seal says"),
        ("seg-000.log.jsonl.gz", "not what its seal says"),
        ("seg-000.warc.gz", "not what its seal says"),
        ("seg-000.cdxj", "not what its seal says"),
        ("seg-000.seal.json", "no Seal"),
        ("report.json", "no RunReport"),
    ],
)
def test_a_damaged_file_holds_its_outlet_alone(
    store: FileStore, archive: Archive, name: str, told: str
) -> None:
    crawl = Crawl(articles=articles(2)).land(store)
    Crawl(outlet="narae", articles=[article("narae", 1)]).land(store)
    store.put(f"{crawl.folder}/{name}", b"other")
    said = archive()
    assert list(said.outlets) == ["narae"]
    assert told in said.held[0].faults[0]
    assert archive(released=frozenset({crawl.run})).held  # what cannot be read cannot be released
    assert store.exists(f"{crawl.folder}/{name}")


def test_a_memory_is_read_once_an_outlet(
    store: FileStore, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    Crawl(articles=articles(1)).land(store)
    archive()
    for number in range(5):
        Crawl(run=f"r{number}", articles=[article("hanbit", 10 + number)]).land(store)
    asked: list[str] = []
    get = FileStore.get
    monkeypatch.setattr(FileStore, "get", lambda self, key: (asked.append(key), get(self, key))[1])
    archive(now=NOON + HOUR)
    assert sum(key.startswith("memory/") for key in asked) == 1


def test_too_few_articles_alarm_and_are_published(store: FileStore, archive: Archive) -> None:
    many = {"hanbit": OutletFacts(daily=(50, 300))}
    Crawl(articles=articles(3)).land(store)
    assert archive(outlets=many).alarms == ()  # the first day has nothing to be compared with
    later = NOON + 30 * HOUR
    Crawl(run="r2", articles=[article("hanbit", 7, at=later)], at=later).land(store)
    said = archive(outlets=many, now=later + HOUR)
    assert said.seq == 2
    assert said.outlets["hanbit"].versions == 1
    assert "1 new articles in 24 hours, a normal day has at least 50" in said.alarms[0].text


FEED = "http://hanbit.press.test/rss"


def test_a_run_without_a_report_is_reported_from_its_log(store: FileStore) -> None:
    early = NOON - 10 * HOUR  # 02:00 in Seoul, of the day before in UTC
    rows = [
        fetch("hanbit", "r", FEED, early, role="source", links=3, new_links=2, listed=4),
        fetch("hanbit", "r", f"{FEED}2", early, Why.FAILED, role="source", status=None),
        fetch("hanbit", "r", f"{FEED}/robots.txt", early, Why.UNCHANGED, role="robots"),
        *(
            fetch("hanbit", "r", f"{FEED}/{why}", NOON, why)
            for why in (Why.GONE, Why.GIVEN_UP, Why.SEEN, Why.ROBOTS)
        ),
    ]
    given = [article("hanbit", 1)]
    rejected = [rejection("hanbit", 2)]
    crawl = Crawl(run="r", articles=given, rejections=rejected, log=rows, segments=3).land(store)
    run = LandedRun("hanbit", "r", crawl.seals, None, store)
    made = run.report("7")
    assert (made.end, made.day, made.code_version) == (End.INTERRUPTED, "2026-11-20", "7")
    assert (made.started_at, made.ended_at) == (early, NOON + HOUR / 30)  # of the third seal
    assert (made.pages, made.articles, made.rejections) == (2, 1, {"list-page": 1})
    assert sorted(made.sources, key=lambda source: source.url) == [
        SourceReport(url=FEED, status=200, links=3, new=2, overlap=0, listed=4),
        SourceReport(url=f"{FEED}2", status=None, links=0, new=0, overlap=0, listed=0),
    ]
    assert (made.announced, made.requests, made.segments) == (6, 7, 3)
    assert made.whys == {
        "failed": 1, "fetched": 3, "given-up": 1, "gone": 1, "robots": 1, "seen": 1, "unchanged": 1
    }  # fmt: skip
    keys = [entry.key for entry in store.list(crawl.folder) if entry.key.endswith(".warc.gz")]
    raw = [len(store.get(key)) for key in keys]
    assert made.bytes == sum(raw) > max(raw)


def test_a_report_counts_the_segments_that_are_taken_in_here(store: FileStore) -> None:
    crawl = Crawl(articles=articles(5), segments=2).land(store)
    run = LandedRun("hanbit", crawl.run, crawl.seals[1:], crawl.report(), store)
    made = run.report("7")
    assert (made.end, made.why, made.code_version) == (End.NEW, "told by a test", "test")
    assert (made.pages, made.articles, made.segments) == (2, 2, 1)


@pytest.mark.parametrize(
    ("here", "stated", "missing"), [(1, 1, None), (1, 2, 1), (1, 3, 2), (2, 3, 1), (2, 1, None)]
)
def test_segments_that_a_report_states_and_nobody_sent_alarm(
    store: FileStore, here: int, stated: int, missing: int | None
) -> None:
    crawl = Crawl(articles=articles(3), segments=here).land(store)
    own = crawl.report().model_copy(update={"segments": stated})
    run = LandedRun("hanbit", crawl.run, crawl.seals, own, store)
    texts = [one.text for one in alarms("hanbit", [run], Memory(), OutletFacts(), NOON)]
    assert [f": {missing} of {stated} segments" in text for text in texts] == (
        [True] if missing else []
    )


def test_the_first_day_of_an_outlet_is_over_when_an_article_is_older() -> None:
    few = OutletFacts(daily=(9, 90))
    for age, alarmed in ((24 * HOUR, False), (25 * HOUR, True)):
        memory = Memory()
        memory.take([logged("r", article("hanbit", 1, at=NOON - age))])
        assert bool(alarms("hanbit", [], memory, few, NOON)) is alarmed


@pytest.mark.parametrize(
    ("rows", "held"), [([1], False), ([0], True), ([None], True), ([], False), ([0, 1], False)]
)
def test_a_segment_whose_log_has_no_row_is_a_fault(
    store: FileStore,
    rows: list[int | None],
    held: bool,  # noqa: FBT001 - a table
) -> None:
    crawl = Crawl(articles=articles(1)).land(store)
    (seal,) = crawl.seals
    (log,) = (file for file in seal.files if file.key.endswith("log.jsonl.gz"))
    others = [file for file in seal.files if file is not log]
    logs = [log.model_copy(update={"rows": count}) for count in rows]
    run = LandedRun(
        "hanbit", crawl.run, [seal.model_copy(update={"files": (*others, *logs)})], None, store
    )
    run.__dict__.update(articles=articles(1), rejections=[], log=[])  # as they were read before
    assert ["a log without rows" in fault for fault in faults([run], FACTS["hanbit"], NOON)] == [
        True
    ] * held


def test_what_of_a_run_is_taken_in_now(store: FileStore) -> None:
    crawl = Crawl(articles=articles(4), segments=2).land(store)
    (landing,) = landed(store)
    given = {"now": NOON, "grace": 6 * HOUR, "named": False}
    report = crawl.report()

    def taken(*seals: int, reported: bool) -> tuple[list[int], bool] | None:
        memory = Memory()
        memory.take([], [crawl.seals[number] for number in seals], [report] if reported else [])
        run = ready(store, landing, memory, **given)
        return run and ([seal.segment for seal in run.seals], run.own_report is not None)

    assert taken(reported=False) == ([0, 1], True)
    assert taken(0, reported=False) == ([1], True)
    assert taken(0, 1, reported=False) == ([], True)
    # A segment that its crawl sent later, when the report had been taken in.
    assert taken(0, reported=True) == ([1], False)
    assert taken(0, 1, reported=True) is None
    for name in ("report.json", "seg-001.seal.json"):
        kept = store.get(f"{crawl.folder}/{name}")
        store.delete([f"{crawl.folder}/{name}"])
        with pytest.raises(MissingError, match="published and removed meanwhile"):
            taken(reported=False)
        store.put(f"{crawl.folder}/{name}", kept)
