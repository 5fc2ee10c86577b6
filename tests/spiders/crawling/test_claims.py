"""One crawl of an outlet across hosts: whoever interferes, and whenever, one of two has it and never both."""

import gc
import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processing.errors import AlreadyExistsError, MissingError
from processing.landing.segments import report
from processing.records import End
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import ListedObject, Store
from processing.store.opening import open_store
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
from tests.processing.conftest import reaching, start_swift
from tests.spiders.conftest import ROOT, Crawl, command
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


# -- two processes over one store


@pytest.fixture(scope="module")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that reach the embedded store."""
    data = tmp_path_factory.mktemp("swift")
    process = start_swift(data)
    yield reaching(data)
    process.kill()
    process.wait()


class Stepping:
    """A store of a process that stops itself, as SIGSTOP does, before its nth request; 0 is never."""

    def __init__(self, store: Store, at: int) -> None:
        self.url, self.identity, self.requests = store.url, store.identity, 0
        self._store, self._at = store, at

    def __getattr__(self, name: str) -> Callable[..., object]:
        act = getattr(self._store, name)

        def stepping(*given: object, **named: object) -> object:
            self.requests += 1
            if self.requests == self._at:
                os.kill(os.getpid(), signal.SIGSTOP)
            return act(*given, **named)

        return stepping


class Claimant:
    """A process that claims an outlet, renews once and frees where told; its exit code says how that went."""

    HAS_IT, BUSY, OVERTAKEN, ERROR = range(4)

    def __init__(self, store: Store, run: str, *, at: int = 0, ends: bool = False) -> None:
        # What earlier tests left is not the new process's to end: it has none of the threads that
        # the end of a DuckDB result waits for. Airflow's hooks run within the fork, so before it.
        gc.disable()
        self.pid = os.fork()
        if self.pid:
            gc.enable()
        else:
            # Nothing of the test's own process may go on here, whatever happens.
            os._exit(self._claim(Stepping(store, at), run, ends=ends))

    def _claim(self, store: Stepping, run: str, *, ends: bool) -> int:
        try:
            mine = take(
                store,
                "duru",
                run,
                place=f"spool of {run}",
                is_reported=lambda one: one == "reported",
            )  # type: ignore[arg-type]
            mine.renew()
            if ends:
                mine.free()
        except BusyError:
            return self.BUSY
        except OvertakenError:
            return self.OVERTAKEN
        except BaseException:  # noqa: BLE001 - told by the exit code
            return self.ERROR
        return self.HAS_IT

    def wait(self) -> int | None:
        """Return the exit code; None where the process has stopped itself."""
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        return None if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


def two_processes(store: Store, step: int, *, ends: bool) -> bool:
    """Let a second process do all of its part before a step of the first; return whether there is that step."""
    first = Claimant(store, "r1", at=step)
    code = first.wait()
    if code is not None:
        assert code == Claimant.HAS_IT
        return False
    second = Claimant(store, "r2", ends=ends).wait()
    first.go_on()
    both = first.wait(), second
    at_work = both.count(Claimant.HAS_IT) - (ends and second == Claimant.HAS_IT)
    assert Claimant.ERROR not in both, (step, ends, both)
    if ends:
        assert Claimant.HAS_IT in both, (step, both)
    else:
        assert at_work == 1, (step, both, "one of two has it")
    return True


def steps_of(fresh: Callable[[str], Store]) -> int:
    """Try every step of the first process, each over a store of its own; return how many there are."""
    for step in itertools.count(1):
        for ends in (False, True):
            if not two_processes(fresh(f"{step}-{ends}"), step, ends=ends):
                return step - 1
    raise AssertionError


def prepared(store: Store, state: str) -> None:
    """Leave the claim of an earlier crawl."""
    if state == "none":
        return
    name = "reported" if state == "reported" else "r0"
    before = take(store, "duru", name, place="elsewhere", is_reported=lambda _: False)
    if state == "free":
        before.free()


@pytest.mark.parametrize(
    "state",
    [
        "none",
        "lapsed",
        *(pytest.param(one, marks=pytest.mark.full) for one in ("free", "reported")),
    ],
)
def test_of_two_processes_one_has_the_outlet_whichever_is_stopped_and_when(
    state: str, tmp_path: Path
) -> None:
    def fresh(name: str) -> Store:
        store = FileStore(tmp_path / name)
        prepared(store, state)
        if state == "lapsed":
            age_claims(tmp_path / name)
        return store

    assert steps_of(fresh) >= 5, "looks, claims, looks again, renews, looks again"


def age_claims(root: Path) -> None:
    """Let the claims of a directory be as old as those of a crawl that stopped renewing."""
    then = time.time() - LEASE.total_seconds() - 1
    for path in root.rglob("claims/outlet=*/*"):
        os.utime(path, (then, then))


@pytest.mark.full
def test_of_two_processes_one_has_the_outlet_in_a_bucket(swift: Settings) -> None:
    def fresh(name: str) -> Store:
        url = f"{swift.store}claims-{name}"
        prepared(open_store(url, swift), "free")
        # A client that was forked would share its connections.
        return open_store(url, swift)

    assert steps_of(fresh) >= 5


OFF = """
import sys
from datetime import UTC, datetime
from processing.settings import settings
from processing.store.opening import open_store
from spiders.crawling.claims import BusyError, take
store = open_store(settings().store)
print(datetime.now(UTC).isoformat())
try:
    take(store, "duru", "r2", place="there", is_reported=lambda _: False)
except BusyError as error:
    print(error)
"""


@pytest.mark.full
@pytest.mark.skipif(not shutil.which("faketime"), reason="needs faketime: apt-get install faketime")
@pytest.mark.parametrize("offset", ["-10m", "+10m"])
def test_a_host_whose_clock_is_ten_minutes_off_waits_like_any_other(
    offset: str, swift: Settings
) -> None:
    url = f"{swift.store}claims{offset.replace('+', '')}"
    mine = take(open_store(url, swift), "duru", "r1", place="here", is_reported=lambda _: False)

    def elsewhere() -> tuple[datetime, str]:
        assert swift.store_access_key
        assert swift.store_secret_key
        given = {
            "SILLOK_STORE": url,
            "SILLOK_STORE_ENDPOINT": str(swift.store_endpoint),
            "SILLOK_STORE_ACCESS_KEY": swift.store_access_key.get_secret_value(),
            "SILLOK_STORE_SECRET_KEY": swift.store_secret_key.get_secret_value(),
        }
        done = subprocess.run(
            ["faketime", "-f", offset, sys.executable, "-c", OFF],
            env={**os.environ, **given},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        moment, _, told = done.stdout.partition("\n")
        return datetime.fromisoformat(moment), told

    theirs, told = elsewhere()
    away = theirs - datetime.now(UTC)  # noqa: TID251 - the clock of the host is what is off
    assert timedelta(minutes=9) < abs(away) < timedelta(minutes=11)
    assert "another crawl of it is at work (run r1" in told
    mine.free()
    assert elsewhere()[1] == ""


def _until_stopped(group: int) -> None:
    """Wait until all threads of a process group stand: one that renews a claim may still run."""
    stats = []
    for stat in Path("/proc").glob("[0-9]*/task/*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(_fields(stat)[2]) == group:
                stats.append(stat)
    assert stats
    while any(_fields(stat)[0] != "T" for stat in stats):
        os.sched_yield()


def _fields(stat: Path) -> list[str]:
    """Return what the kernel says of a thread: its state, its parent, its process group (proc(5))."""
    return stat.read_text().rpartition(")")[2].split()


def test_an_owner_that_was_stopped_seals_what_it_has_and_asks_nothing_when_it_goes_on(
    origin: Origin, crawl: Crawl, tmp_path: Path
) -> None:
    """Its machine is paused while the third of four articles is fetched, and another crawls meanwhile."""
    store = FileStore(tmp_path / "archive")
    base = f"http://plain.press.test:{origin.port}/news"
    stopped = threading.Event()

    def third(_: object) -> object:
        if not stopped.is_set():
            os.killpg(owner.pid, signal.SIGSTOP)
            _until_stopped(owner.pid)
            stopped.set()
        return article(3)

    origin.routes["/feed"] = feed(*(f"{base}/{number}" for number in range(1, 5)))
    origin.routes |= {f"/news/{number}": article(number) for number in (1, 2, 4)}
    origin.routes["/news/3"] = third  # type: ignore[assignment]
    line, environment = command(origin.port, tmp_path, "crawl", "plain", "-s", "SILLOK_RUN=owner")
    log = tmp_path / "owner.log"
    with log.open("w") as output:
        owner = subprocess.Popen(
            line,
            cwd=ROOT,
            env=environment | {"WIRE_RENEWAL": "0", "SILLOK_SPOOL": f"{tmp_path}/owner"},
            stdout=subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,
        )
    try:
        assert stopped.wait(120), log.read_text()
        age_claims(tmp_path / "archive")
        others = crawl("plain", "-s", "SILLOK_RUN=others")
        asked = origin.paths()
        os.killpg(owner.pid, signal.SIGCONT)
        assert owner.wait() == 1
    finally:
        owner.kill()
    assert others.report.end is End.NEW
    assert len(others.articles()) == 4
    assert origin.paths() == asked, "it asked nothing any more"
    assert "another crawl of it has taken over" in log.read_text()
    ended = report(store, "plain", "owner")
    assert ended is not None
    assert ended.end is End.FAILED
    assert ended.articles >= 1, "what it had is sealed"
    assert standing_claims(store)["plain"].is_free, "the other's claim, which it left alone"


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
