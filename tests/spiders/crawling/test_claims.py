"""One crawl of an outlet across hosts: whoever interferes, and whenever, one of two has it and never both."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processing.errors import AlreadyExistsError, MissingError
from processing.landing.segments import report
from processing.records import End
from processing.store.file_store import FileStore
from processing.store.interface import ListedObject
from spiders.crawling.claims import (
    LEASE,
    BusyError,
    Claim,
    OvertakenError,
    at_work,
    place_of,
    release,
    standing_claims,
    take,
)
from tests.spiders.conftest import Crawl
from tests.spiders.origin import Origin, article, feed

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Shared:
    """A bucket in memory with a clock of its own; `before` is called before each request that reaches it."""

    url = identity = "memory:"

    def __init__(self) -> None:
        self.now = NOON
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.before: Callable[[str], None] = lambda _: None

    def get(self, key: str) -> bytes:
        self.before(f"get {key}")
        if key not in self.objects:
            raise MissingError(key)
        return self.objects[key][0]

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self.before(f"put {key}")
        if create and key in self.objects and self.objects[key][0] != data:
            raise AlreadyExistsError(key)
        self.objects[key] = data, self.now

    def list(self, prefix: str) -> Iterator[ListedObject]:
        self.before(f"list {prefix}")
        found = [
            (key, len(data), at)
            for key, (data, at) in sorted(self.objects.items())
            if key.startswith(prefix)
        ]
        return iter([ListedObject(*one) for one in found])

    def exists(self, key: str) -> bool:
        return key in self.objects

    def delete(self, keys: Iterable[str]) -> None:
        keys = [*keys]
        self.before(f"delete {keys}")
        for key in keys:
            self.objects.pop(key, None)


def claim(
    store: Shared, run: str, reported: Iterable[str] = (), clock: Callable[[], float] = lambda: 0.0
) -> Claim:
    return take(
        store,
        "duru",
        run,
        place=f"spool of {run}",
        is_reported=lambda one: one in reported,
        clock=clock,
    )  # type: ignore[arg-type]


def holds(one: Claim) -> bool:
    try:
        one.renew()
    except OvertakenError:
        return False
    return True


def test_a_claim_keeps_others_away_until_it_is_free() -> None:
    store = Shared()
    first = claim(store, "r1")
    with pytest.raises(BusyError, match="run r1 on"):
        claim(store, "r2")
    first.free()
    second = claim(store, "r2")
    assert (first.number, second.number) == (1, 2)
    assert [key for key in store.objects if "outlet=" in key] == ["claims/outlet=duru/00000002"], (
        "older ones are gone"
    )


def test_a_report_frees_it_too() -> None:
    store = Shared()
    claim(store, "r1")
    assert claim(store, "r2", reported=["r1"]).number == 2


def test_a_claim_that_nobody_renews_is_taken_over_by_the_stores_clock() -> None:
    store = Shared()
    first = claim(store, "r1")
    store.now += LEASE - timedelta(seconds=1)
    with pytest.raises(BusyError):
        claim(store, "r2")
    first.renew()
    store.now += LEASE - timedelta(seconds=1)
    with pytest.raises(BusyError):
        claim(store, "r2")
    store.now += timedelta(seconds=1)
    assert claim(store, "r2").number == 2
    assert not holds(first), "it was stopped meanwhile, and goes on no more"
    assert not [key for key in store.objects if key.startswith("claims/clock")]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_the_clock_of_a_host_says_nothing(minutes: int) -> None:
    """What a host takes for now is not asked for: the ages are those of a store ten minutes away from it."""
    store = Shared()
    store.now = datetime.now(UTC) + timedelta(minutes=minutes)  # noqa: TID251 - the clock of the host is what is off
    claim(store, "r1")
    with pytest.raises(BusyError):
        claim(store, "r2")
    store.now += LEASE
    assert claim(store, "r2").number == 2


def test_a_dead_process_of_the_same_spool_keeps_nobody_waiting() -> None:
    store = Shared()
    take(store, "duru", "r1", place="spool", is_reported=lambda _: False)  # type: ignore[arg-type]
    assert take(store, "duru", "r2", place="spool", is_reported=lambda _: False).number == 2  # type: ignore[arg-type]


class Interference:
    """Does something before the nth request that is made by somebody else."""

    def __init__(self, store: Shared, at: int, act: Callable[[], None]) -> None:
        self.count, self._at, self._act, self._store = 0, at, act, store
        store.before = self

    def __call__(self, _: str) -> None:
        self.count += 1
        if self.count == self._at:
            self._store.before = lambda _: None
            self._act()
            self._store.before = self


@pytest.mark.parametrize("state", ["none", "free", "reported", "lapsed"])
def test_two_that_begin_at_once_are_never_both_at_work(state: str) -> None:
    """The second does all of its part before each request of the first in turn, and then the whole of its crawl."""
    for step, ends in itertools.product(range(1, 12), (False, True)):
        store = Shared()
        if state != "none":
            before = claim(store, "r0")
            if state == "free":
                before.free()
            if state == "lapsed":
                store.now += LEASE
        others: list[Claim] = []

        def other(store: Shared = store, others: list[Claim] = others, ends: bool = ends) -> None:  # noqa: FBT001
            try:
                others.append(claim(store, "r2", reported=["r0"] if state == "reported" else []))
            except BusyError:
                return
            if ends:
                others[0].free()

        interference = Interference(store, step, other)
        try:
            mine: Claim | None = claim(store, "r1", reported=["r0"] if state == "reported" else [])
        except BusyError:
            mine = None
        store.before = lambda _: None
        others_at_work = bool(others) and not ends and holds(others[0])
        mine_at_work = mine is not None and holds(mine)
        assert not (others_at_work and mine_at_work), (state, step)
        if interference.count >= step and not ends:
            assert others_at_work or mine_at_work, (state, step, "nobody has it")


def test_one_that_was_stopped_between_look_and_claim_comes_too_late() -> None:
    """It saw number 1 free; 2 came and went and was deleted by 3, so that creating 2 succeeds once more."""
    store = Shared()
    claim(store, "r0").free()
    third: list[Claim] = []

    def meanwhile() -> None:
        claim(store, "r2").free()
        third.append(claim(store, "r3"))

    Interference(store, 2, meanwhile)  # before it creates 2
    with pytest.raises(BusyError):
        claim(store, "r1")
    store.before = lambda _: None
    assert holds(third[0])
    third[0].free()
    assert claim(store, "r4").number == 4, "numbers only grow"


def test_by_hand_a_claim_is_released() -> None:
    store = Shared()
    first = claim(store, "r1")
    assert release(store, ["duru", "gaon"]) == ["duru"]  # type: ignore[arg-type]
    assert release(store, ["duru"]) == []  # type: ignore[arg-type]
    assert claim(store, "r2").number == 2
    assert not holds(first)


def test_a_listing_tells_who_is_at_work() -> None:
    store = Shared()
    claim(store, "r1")
    assert at_work(standing_claims(store), NOON) == {"duru"}  # type: ignore[arg-type]
    assert at_work(standing_claims(store), NOON + LEASE) == set()  # type: ignore[arg-type]
    release(store, ["duru"])  # type: ignore[arg-type]
    assert at_work(standing_claims(store), NOON) == set()  # type: ignore[arg-type]


def test_a_spool_has_one_name(tmp_path: Path) -> None:
    assert place_of(tmp_path / "a") == place_of(tmp_path / "a") != place_of(tmp_path / "b")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["place"]


# -- a whole crawl


def test_a_crawl_on_another_host_is_turned_away_and_comes_later(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    url = f"http://plain.press.test:{origin.port}/news/1"
    origin.routes |= {"/feed": feed(url), "/news/1": article(1)}
    store = FileStore(tmp_path / "archive")
    theirs = take(store, "plain", "elsewhere", place="elsewhere", is_reported=lambda _: False)
    turned = crawl("plain")
    assert turned.code == 1
    assert "another crawl of it is at work (run elsewhere on" in turned.log
    assert origin.paths() == []
    theirs.free()
    assert crawl("plain").report.end is End.NEW
    assert standing_claims(store)["plain"].is_free


def test_a_dry_run_beside_a_crawl_of_another_host_asks_nothing_and_writes_nothing(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    origin.routes["/feed"] = feed(f"http://plain.press.test:{origin.port}/news/1")
    store = FileStore(tmp_path / "archive")
    take(store, "plain", "elsewhere", place="elsewhere", is_reported=lambda _: False)
    before = [(entry.key, entry.modified) for entry in store.list("")]
    turned = crawl("plain", "--dry-run")
    assert turned.code == 1
    assert "another crawl of it is at work (run elsewhere on" in turned.log
    assert origin.paths() == []
    assert [(entry.key, entry.modified) for entry in store.list("")] == before


def test_a_crawl_that_is_overtaken_seals_what_it_has_and_ends(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    """Another takes over while the second of three articles is fetched: the third is not asked for."""
    store = FileStore(tmp_path / "archive")
    base = f"http://plain.press.test:{origin.port}/news"

    def second(_: object) -> object:
        release(store, ["plain"])
        take(store, "plain", "elsewhere", place="elsewhere", is_reported=lambda _: False)
        return article(2)

    origin.routes["/feed"] = feed(*(f"{base}/{number}" for number in (1, 2, 3)))
    origin.routes |= {"/news/1": article(1), "/news/2": second, "/news/3": article(3)}  # type: ignore[dict-item]
    found = crawl("plain", env={"WIRE_RENEWAL": "0"})
    assert "/news/3" not in origin.paths()
    assert found.code == 1
    assert "another crawl of it has taken over" in found.log
    kept = report(store, "plain", found.run)
    assert kept is not None
    assert kept.end is End.FAILED
    assert kept.articles == len(found.articles()) > 0, "what it had is sealed"
    assert not standing_claims(store)["plain"].is_free, "and the other keeps its claim"
