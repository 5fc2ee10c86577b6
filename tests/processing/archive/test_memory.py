"""What a crawl remembers, from log rows in landing and from the snapshot that a manifest names."""

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.archive.memory import Memory, compact, load
from processing.archive.snapshot import HOT_DAYS, RECORD, decode, encode
from processing.errors import CorruptRecordError
from processing.records import Fetch, Publication, Why, article_id
from processing.store.file_store import FileStore
from tests.processing.conftest import ROOT
from tests.processing.newsroom import NOON, Crawl, article, fetch, logged, rejection

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCHEDULE = (HOUR, 6 * HOUR, DAY, 7 * DAY)
FEED = "http://hanbit.press.test/rss"


def visit(
    number: int,
    at: timedelta = timedelta(),
    why: Why = Why.FETCHED,
    run: str = "r",
    **fields: object,
) -> Fetch:
    """Return a log row about one story."""
    row = logged(run, article("hanbit", number, at=NOON + at))
    given: dict[str, object] = {"why": why, **fields}
    if why is not Why.FETCHED:
        given = {"version_id": None, "outcome": None, **given}
    return row.model_copy(update=given)


def link(
    number: int, at: timedelta = timedelta(), why: Why = Why.NOT_ARTICLE, run: str = "r"
) -> Fetch:
    """Return a log row about a link that is no article."""
    return fetch(
        "hanbit", run, f"http://hanbit.press.test/menu/{number}", NOON + at, why, status=None
    )


def memory(*rows: Fetch) -> Memory:
    made = Memory()
    made.take(rows)
    return made


def test_nothing_is_remembered_at_first(store: FileStore) -> None:
    empty = load(store, "hanbit")
    assert not empty.seen(article_id("http://hanbit.press.test/news/1"))
    assert empty.source(FEED) is None
    assert empty.announced(FEED) == frozenset()
    assert empty.due(NOON, SCHEDULE) == []
    assert empty.gaps() == []
    assert empty.spent(date(2026, 11, 20)) == 0


def test_articles_and_rejections_in_landing_are_seen(store: FileStore) -> None:
    Crawl(articles=[article("hanbit", 1)], rejections=[rejection("hanbit", 7)]).land(store)
    loaded = load(store, "hanbit")
    assert loaded.seen(article("hanbit", 1).article_id)
    assert loaded.seen(article_id(rejection("hanbit", 7).url))
    assert not loaded.seen(article("hanbit", 2).article_id)
    assert not load(store, "narae").seen(article("hanbit", 1).article_id)


def test_an_unsealed_file_is_no_memory(store: FileStore) -> None:
    crawl = Crawl(articles=[article("hanbit", 1)]).land(store)
    store.delete([f"{crawl.folder}/seg-000.seal.json"])
    assert not load(store, "hanbit").seen(article("hanbit", 1).article_id)


def test_memory_is_the_same_before_and_after_publishing(
    store: FileStore, archive: Callable[..., Publication]
) -> None:
    log = [
        fetch("hanbit", "r", FEED, NOON, role="source", etag='"7"', links=2),
        visit(8, why=Why.OVER_BUDGET, status=None),
    ]
    Crawl(articles=[article("hanbit", n) for n in range(4)], log=log, segments=2).land(store)
    before = load(store, "hanbit")
    archive(now=NOON + HOUR)
    after = load(store, "hanbit")
    assert not any(store.list("landing/"))
    for number in range(4):
        identity = article("hanbit", number).article_id
        assert after.seen(identity)
        assert after.last(identity) == before.last(identity)
        assert after.versions(identity) == before.versions(identity)
    assert after.source(FEED) == before.source(FEED)
    assert after.gaps() == before.gaps()
    assert after.due(NOON + 2 * HOUR, SCHEDULE) == before.due(NOON + 2 * HOUR, SCHEDULE)
    assert after.spent(date(2026, 11, 20)) == before.spent(date(2026, 11, 20)) == 5


def test_a_segment_is_not_taken_twice_while_it_still_lies_in_landing(
    store: FileStore, archive: Callable[..., Publication], monkeypatch: pytest.MonkeyPatch
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    monkeypatch.setattr(FileStore, "delete", lambda *_: None)
    archive(now=NOON + HOUR)
    assert any(store.list("landing/"))
    assert load(store, "hanbit").spent(date(2026, 11, 20)) == 1


@pytest.mark.parametrize(
    ("asked", "later", "due"),
    [
        ((0,), 0.5, False),
        ((0,), 1, True),
        ((0, 1), 1.5, False),
        ((0, 1), 6, True),
        ((0,), 30, True),
        ((0, 30), 31, False),
        ((0, 1, 6, 24), 24 * 7 - 1, False),
        ((0, 1, 6, 24), 24 * 7, True),
        ((0, 1, 6, 24, 168), 9999, False),
    ],
)
def test_an_article_is_asked_again_on_schedule(
    asked: tuple[float, ...],
    later: float,
    due: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    rows = [visit(1, at * HOUR, Why.FETCHED if not at else Why.UNCHANGED) for at in asked]
    assert bool(memory(*rows).due(NOON + later * HOUR, SCHEDULE)) is due


def test_the_longest_overdue_comes_first() -> None:
    known = memory(visit(1, 2 * HOUR), visit(2), visit(3, HOUR))
    urls = [row.url for row in known.due(NOON + 4 * HOUR, SCHEDULE)]
    assert urls == [f"http://hanbit.press.test/news/{n}" for n in (2, 3, 1)]


@pytest.mark.parametrize("why", [Why.GONE, Why.SEEN, Why.OUT_OF_RANGE, Why.ROBOTS])
def test_what_is_gone_or_was_never_fetched_is_not_asked_again(why: Why) -> None:
    rows = [visit(1), visit(1, HOUR, Why.GONE)] if why is Why.GONE else [visit(1, why=why)]
    assert memory(*rows).due(NOON + 30 * HOUR, SCHEDULE) == []


def test_a_rejected_page_is_not_asked_again() -> None:
    assert memory(logged("r", rejection("hanbit", 1))).due(NOON + 30 * HOUR, SCHEDULE) == []


def test_an_unchanged_answer_keeps_what_the_first_one_said() -> None:
    first = visit(1, etag='"a"', digest="sha256:1")
    last = memory(first, visit(1, HOUR, Why.UNCHANGED, status=304)).last(
        article("hanbit", 1).article_id
    )
    assert last is not None
    assert (last.etag, last.digest, last.version_id) == ('"a"', "sha256:1", first.version_id)
    assert (last.why, last.status) == (Why.UNCHANGED, 304)


def test_a_failed_article_is_a_gap_until_it_is_fetched() -> None:
    failed = visit(1, why=Why.FAILED, status=500)
    assert [row.url for row in memory(failed).gaps()] == [failed.url]
    assert not memory(failed).seen(article("hanbit", 1).article_id)
    assert memory(failed, visit(1, HOUR)).gaps() == []


def test_a_failed_revisit_is_no_gap_and_forgets_nothing() -> None:
    known = memory(visit(1, etag='"a"'), visit(1, HOUR, Why.FAILED, status=500))
    last = known.last(article("hanbit", 1).article_id)
    assert known.gaps() == []
    assert last is not None
    assert last.etag == '"a"'


def test_a_link_that_is_no_article_is_known_with_its_reason_for_a_month() -> None:
    known = memory(link(1))
    assert known.turned_down(Why.NOT_ARTICLE, link(1).url)
    assert not known.turned_down(Why.OFF_SITE, link(1).url)
    assert not known.turned_down(Why.NOT_ARTICLE, link(2).url)
    for days, stays in ((HOT_DAYS - 1, True), (HOT_DAYS + 1, False)):
        data = compact(compact(None, [link(1)]), [visit(1, days * DAY)])
        assert Memory(decode(data)).turned_down(Why.NOT_ARTICLE, link(1).url) is stays
    again = compact(compact(None, [link(1), link(1, 9 * DAY)]), [visit(1, (HOT_DAYS + 1) * DAY)])
    assert Memory(decode(again)).turned_down(Why.NOT_ARTICLE, link(1).url)


def test_a_part_of_a_rendered_page_costs_a_request_and_is_nothing_to_remember() -> None:
    part = fetch("hanbit", "r", "http://hanbit.press.test/app.js", NOON, role="part")
    known = memory(part)
    assert known.spent(date(2026, 11, 20)) == 1
    assert known.source(part.url) is None
    assert known.asked_at() is None


def test_a_snapshot_that_was_written_before_links_were_remembered_is_read() -> None:
    lines = gzip.decompress(encode(decode(compact(None, [visit(1)])))).split(b"\n", 1)
    header = json.loads(lines[0])
    del header["turned"]
    known = Memory(decode(gzip.compress(json.dumps(header).encode() + b"\n" + lines[1])))
    assert known.seen(article("hanbit", 1).article_id)
    assert not known.turned_down(Why.NOT_ARTICLE, link(1).url)


def test_a_source_remembers_its_last_body_and_what_it_announced() -> None:
    polls = [
        fetch("hanbit", "one", FEED, NOON, role="source", etag='"1"', links=2),
        visit(1, run="one", announced_by=FEED),
        visit(2, run="one", announced_by=FEED),
        fetch("hanbit", "two", FEED, NOON + HOUR, Why.UNCHANGED, role="source", status=304),
    ]
    known = memory(*polls)
    source = known.source(FEED)
    assert source is not None
    assert (source.status, source.etag) == (304, '"1"')
    assert known.announced(FEED) == {article("hanbit", n).article_id for n in (1, 2)}


def test_a_failing_source_keeps_its_etag_and_its_count() -> None:
    known = memory(
        fetch("hanbit", "one", FEED, NOON, role="source", etag='"1"'),
        fetch(
            "hanbit", "two", FEED, NOON + HOUR, Why.FAILED, role="source", status=500, failures=3
        ),
    )
    source = known.source(FEED)
    assert source is not None
    assert (source.etag, source.failures) == ('"1"', 3)


def test_what_is_old_shrinks_to_its_identity() -> None:
    old = visit(1)
    data = compact(None, [old])
    data = compact(data, [visit(2, (HOT_DAYS + 1) * DAY)])
    known = Memory(decode(data))
    identity = article("hanbit", 1).article_id
    assert known.seen(identity)
    assert known.versions(identity) == {old.version_id}
    assert known.last(identity) is None
    assert known.last(article("hanbit", 2).article_id) is not None


@st.composite
def histories(draw: st.DrawFn) -> list[Fetch]:
    """Return log rows of a few stories and a feed: each fetched once, then asked again with any end, at any time.

    Of several bodies of one feed that come in the wrong order, an older ETag may stay: it is then asked for once more.
    """
    rows = []
    for number in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, 600))
        rows.append(
            visit(number, start * HOUR, etag=f'"{number}"', run=f"r{start}", announced_by=FEED)
        )
        for later in draw(st.lists(st.integers(1, 2000), max_size=4, unique=True)):
            why = draw(
                st.sampled_from([Why.UNCHANGED, Why.GONE, Why.FAILED, Why.SEEN, Why.OVER_BUDGET])
            )
            rows.append(
                visit(
                    number, (start + later) * HOUR, why, run=f"r{start + later}", announced_by=FEED
                )
            )
    for hour in draw(st.lists(st.integers(0, 2000), max_size=4)):
        why = draw(st.sampled_from([Why.NOT_ARTICLE, Why.OFF_SITE]))
        rows.append(link(draw(st.integers(0, 2)), hour * HOUR, why, run=f"r{hour}"))
    hours = sorted(draw(st.lists(st.integers(0, 2000), max_size=4, unique=True)))
    for hour in hours:
        why = (
            Why.FETCHED if hour == hours[0] else draw(st.sampled_from([Why.UNCHANGED, Why.FAILED]))
        )
        etag = f'"{hour}"' if why is Why.FETCHED else None
        rows.append(
            fetch("hanbit", f"r{hour}", FEED, NOON + hour * HOUR, why, role="source", etag=etag)
        )
    return rows


@settings(max_examples=150)
@given(histories(), st.randoms(use_true_random=False), st.integers(0, 25))
def test_neither_order_nor_batches_matter_and_what_was_seen_stays_seen(
    rows: list[Fetch], chance: random.Random, cut: int
) -> None:
    """Within the days that are kept whole; a run that comes later than that finds its rows shrunk already."""
    young = [row for row in rows if row.at < NOON + (HOT_DAYS - 1) * DAY]
    shuffled = chance.sample(young, len(young))
    whole = compact(None, young)
    assert compact(None, shuffled) == whole
    runs = {row.run for row in shuffled[:cut]}  # a run is taken in whole
    first = [row for row in young if row.run in runs]
    rest = [row for row in young if row.run not in runs]
    assert compact(compact(None, rest), first) == whole
    known = Memory(decode(compact(compact(None, rows[cut:]), rows[:cut])))
    fetched = {row.article_id for row in rows if row.article_id and row.why is Why.FETCHED}
    assert all(known.seen(identity) for identity in fetched)
    assert not known.seen(article("hanbit", 99).article_id)


def test_an_identity_takes_fourteen_bytes_however_often_it_is_asked() -> None:
    """Two articles, one rejection; revisits that name no version add nothing."""
    rows = [
        visit(1),
        visit(2),
        visit(1, HOUR, Why.UNCHANGED),
        visit(2, HOUR, Why.GONE),
        logged("r", rejection("hanbit", 1)),
    ]
    assert len(decode(compact(None, rows)).known) == 3 * RECORD
    edited = logged("r", article("hanbit", 1, at=NOON + DAY, text="고침"))
    assert len(decode(compact(compact(None, rows), [edited])).known) == 4 * RECORD


def test_a_snapshot_reads_back_as_it_was() -> None:
    data = compact(None, [visit(n, n * HOUR) for n in range(50)])
    assert encode(decode(data)) == data


@pytest.mark.parametrize("damaged", [slice(0, -9), slice(0, 0), slice(9, None)])
def test_a_cut_snapshot_is_called_damaged(damaged: slice) -> None:
    data = compact(None, [visit(n) for n in range(30)])
    with pytest.raises(CorruptRecordError, match="damaged"):
        decode(data[damaged])


def test_a_flipped_byte_is_called_damage() -> None:
    data = compact(None, [visit(n) for n in range(30)])
    with pytest.raises(CorruptRecordError, match="damaged"):
        decode(data[:40] + bytes([data[40] ^ 255]) + data[41:])


def test_a_snapshot_that_is_not_the_one_of_the_manifest_is_refused(
    store: FileStore, archive: Callable[..., Publication]
) -> None:
    Crawl(articles=[article("hanbit", 1)]).land(store)
    archive(now=NOON + HOUR)
    key = next(entry.key for entry in store.list("memory/"))
    store.put(key, compact(None, []))
    with pytest.raises(CorruptRecordError, match="not what its manifest says"):
        load(store, "hanbit")


def test_a_start_costs_the_same_requests_after_one_publication_and_after_many(
    store: FileStore, archive: Callable[..., Publication], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted() -> int:
        with monkeypatch.context() as patched:
            for name in ("get", "exists", "list"):
                method = getattr(FileStore, name)

                def told(
                    self: FileStore, key: str, method: Callable[..., object] = method
                ) -> object:
                    asked.append(key)
                    return method(self, key)

                patched.setattr(FileStore, name, told)
            asked.clear()
            load(store, "hanbit")
            return len(asked)

    def published(number: int) -> int:
        Crawl(run=f"run-{number}", articles=[article("hanbit", number)]).land(store)
        archive(now=NOON + number * HOUR)
        return counted()

    first = published(0)
    assert {published(number) for number in range(1, 8)} == {first}
    assert first <= 6


def test_a_publication_in_between_hides_nothing(
    store: FileStore, archive: Callable[..., Publication], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot is read, then landing is published and cleared, then landing is listed: it is empty."""
    Crawl(articles=[article("hanbit", 1)]).land(store)
    meanwhile = [archive]
    listing = FileStore.list

    def late(self: FileStore, prefix: str) -> object:
        while prefix.startswith("landing/outlet=") and meanwhile:
            meanwhile.pop()()
        return listing(self, prefix)

    monkeypatch.setattr(FileStore, "list", late)
    assert load(store, "hanbit").seen(article("hanbit", 1).article_id)


def test_segments_that_vanish_while_they_are_read_are_found_in_the_snapshot(
    store: FileStore, archive: Callable[..., Publication], monkeypatch: pytest.MonkeyPatch
) -> None:
    Crawl(articles=[article("hanbit", number) for number in range(4)], segments=4).land(store)
    meanwhile = [archive]
    get = FileStore.get

    def late(self: FileStore, key: str) -> bytes:
        while key.endswith("seg-002.seal.json") and meanwhile:
            meanwhile.pop()()
        return get(self, key)

    monkeypatch.setattr(FileStore, "get", late)
    known = load(store, "hanbit")
    assert all(known.seen(article("hanbit", number).article_id) for number in range(4))
    assert known.spent(date(2026, 11, 20)) == 4


def test_a_damaged_seal_is_called_damaged(store: FileStore) -> None:
    crawl = Crawl(articles=[article("hanbit", 1)]).land(store)
    store.put(f"{crawl.folder}/seg-000.seal.json", b"{}")
    with pytest.raises(CorruptRecordError, match="no seal"):
        load(store, "hanbit")


def test_reading_memory_loads_nothing_heavy() -> None:
    """A poll with nothing new must not pay for what only a page needs."""
    heavy = "pyarrow", "duckdb", "boto3", "trafilatura", "numpy", "lxml", "scrapy"
    told = (
        f"import sys, processing.archive.memory; print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
