"""Archivers, deletions and compactions, their steps interleaved in any order: nothing lost, nothing twice."""

import hashlib
import os
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.archive import manifests, removal
from processing.archive.catalogue import Catalogue
from processing.archive.compaction import CompactionJob, compact
from processing.archive.publish import publish
from processing.archive.removal import delete_unnamed
from processing.errors import MissingError, StoreUnavailableError
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.archive.test_chain import archived
from tests.processing.archive.turns import Waiting, Work, act
from tests.processing.newsroom import FACTS, NOON, Crawl, article

DAY = timedelta(days=1)


class Order:
    """Who goes next. For some steps at a time one is slow and another fast, so that long waits occur at any moment."""

    def __init__(self, seed: int, longest: int, actors: int = 3) -> None:
        self._said = (seed, longest)
        self._draw = random.Random(seed)  # noqa: S311 - only an order
        self._longest = longest
        self._actors = actors
        self._left = 0
        self._speeds: list[float] = []

    def __repr__(self) -> str:
        return f"Order{self._said}"

    def choice(self, actors: Sequence[int], _: Mapping[int, str]) -> int:
        if self._left == 0:
            self._left = self._draw.randint(1, self._longest)
            self._speeds = [self._draw.choice((0.001, 1, 1000)) for _ in range(self._actors)]
        self._left -= 1
        return self._draw.choices(actors, [self._speeds[actor] for actor in actors])[0]


_BEGUN = 5


class Stops:
    """Each actor goes on until it is about to make its call of a kind, then the next does so; all to the end then.

    So whoever looks before it changes something is stopped in between, and everybody else comes there too: an order
    that a draw at each step would hardly ever find.
    """

    def __init__(self, kinds: Sequence[str], *, last_first: bool) -> None:
        self._kinds = kinds
        self._last_first = last_first
        self._stopped: list[int] = []
        self._begun = [0] * len(kinds)

    def __repr__(self) -> str:
        return f"Stops{(*self._kinds, self._last_first)}"

    def choice(self, actors: Sequence[int], calls: Mapping[int, str]) -> int:
        for actor in actors:
            if actor not in self._stopped:
                # whoever begins again and again waits for another
                self._begun[actor] += calls[actor].startswith("list landing/")
                if not calls[actor].startswith(self._kinds[actor]) and self._begun[actor] < _BEGUN:
                    return actor
                self._stopped.append(actor)
        order = self._stopped[::-1] if self._last_first else self._stopped
        waiting = [actor for actor in order if actor in actors]
        busy = [actor for actor in waiting if not calls[actor].startswith("get head.json")]
        self._stopped = [*waiting[1:], *waiting[:1]] if not busy else self._stopped
        return (busy or waiting)[0]


ORDERS = st.builds(Order, st.integers(0, 2**32), st.sampled_from((1, 5, 30, 200)))


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """An actor's own calls come in one order, so that a drawn order is the same order every time."""
    monkeypatch.setattr("processing.archive.publish._THREADS", 1)
    monkeypatch.setattr("processing.archive.intake._THREADS", 1)
    monkeypatch.setattr("processing.archive.catalogue._THREADS", 1)
    monkeypatch.setattr("processing.archive.manifests._THREADS", 1)
    monkeypatch.setattr("processing.archive.layout.EVERY", 2)
    monkeypatch.setattr(removal, "_THREADS", 1)


def archiver(folder: Path, place: int, run: str | None) -> Work:
    """Publish one run, or all that landed, again until it is published."""

    def work(store: Waiting) -> None:
        options = Settings(store=store.url, cache=folder / f"cache-{place}", heads=folder / "heads")
        given = {
            "code_version": "1",
            "lock_sha256": "0",
            "outlets": FACTS,
            "options": options,
            "run": run,
        }
        while True:
            try:
                publish(store, now=NOON + timedelta(minutes=place), **given)
            except MissingError:
                return  # another one published it
            except StoreUnavailableError:
                continue  # an object is just being deleted: the deletion gets its turn in the end
            return

    return work


def deleter(folder: Path) -> Work:
    def work(store: Waiting) -> None:
        delete_unnamed(store, folder / "cache-d", now=NOON + 9 * DAY, grace=DAY)

    return work


def compactor(folder: Path) -> Work:
    """Compact days after everything, again until no deletion is in the way."""

    def work(store: Waiting) -> None:
        options = Settings(store=store.url, cache=folder / "cache-c", heads=folder / "heads")
        job = CompactionJob(
            store=store, options=options, now=NOON + 8 * DAY, code_version="1", lock_sha256="0"
        )
        while True:
            try:
                compact(job)
            except StoreUnavailableError:
                continue
            return

    return work


def named(store: FileStore) -> dict[str, str]:
    """Return what the head names, with sums. Raises what a reader would raise."""
    catalogue = Catalogue(store, Path(store.url.removeprefix("file:")).parent / "looking")
    return {
        key: part.sum.sha256
        for key, part in (dict(catalogue.parts) | catalogue.snapshots.objects).items()
    }


class Watch:
    """Looks after every step whether all that the head names is there, byte for byte."""

    def __init__(self, root: Path) -> None:
        self._store = FileStore(root)
        self._seen: dict[str, tuple[int, str]] = {}

    def look(self) -> None:
        for key, sha256 in named(self._store).items():
            path = Path(self._store.url.removeprefix("file:")) / key
            mark = path.stat().st_mtime_ns
            if self._seen.get(key) != (mark, sha256):
                assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, key
                self._seen[key] = (mark, sha256)


def interleaved(
    works: Callable[[Path], Sequence[Work]],
    order: "Order | Stops",
    before: Callable[[Path], Sequence[str]],
) -> None:
    """Land two runs, run the works in a drawn order, and hold what came of it against what had landed."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store = FileStore(folder / "archive")
        found = {
            outlet: [article(outlet, number) for number in (1, 2)] for outlet in ("hanbit", "narae")
        }
        for outlet, articles in found.items():
            Crawl(outlet=outlet, run=f"run-{outlet}", articles=articles).land(store)
        earlier = before(folder)
        act(folder / "archive", works(folder), order.choice, Watch(folder / "archive").look)
        publish(
            store,
            now=NOON + DAY / 2,
            code_version="1",
            lock_sha256="0",
            outlets=FACTS,
            options=Settings(store=store.url, cache=folder / "cache", heads=folder / "heads"),
        )
        expected = [one.version_id for articles in found.values() for one in articles]
        assert sorted(archived(store, folder)) == sorted([*expected, *earlier])
        assert list(store.list("landing/")) == []
        head = manifests.head(store)
        assert head is not None
        runs = [run for link in manifests.since(store, head, 1) for run in link.manifest.runs]
        assert sorted(run for run in runs if "bada" not in run) == [
            "outlet=hanbit/run=run-hanbit",
            "outlet=narae/run=run-narae",
        ]


def nothing(_: Path) -> Sequence[str]:
    """Leave the archive as it is."""
    return ()


def three_publications(folder: Path) -> Sequence[str]:
    """Publish three runs of another outlet, and return their versions: there is something to merge."""
    store = FileStore(folder / "archive")
    options = Settings(store=store.url, cache=folder / "cache", heads=folder / "heads")
    articles = [article("bada", number) for number in (50, 51, 52)]
    for number, one in enumerate(articles):
        Crawl(outlet="bada", run=f"earlier-{number}", articles=[one]).land(store)
        publish(
            store,
            now=NOON + timedelta(seconds=number),
            code_version="1",
            lock_sha256="0",
            outlets=FACTS,
            options=options,
            outlet="bada",
        )
    return [one.version_id for one in articles]


def orphans(folder: Path) -> Sequence[str]:
    """Leave what a lost race would: every object of a publication of all that landed, long ago, and no manifest."""
    root = folder / "archive"
    store = FileStore(root)
    landing = {entry.key: store.get(entry.key) for entry in store.list("landing/")}
    archiver(folder, 0, None)(store)  # type: ignore[arg-type]  # a store that does not wait
    for key, data in landing.items():
        store.put(key, data)
    store.delete([manifests.key(1), manifests.HINT])
    for path in (folder / "heads").iterdir():
        path.unlink()
    for entry in store.list(""):
        os.utime(root / entry.key, (NOON.timestamp(), NOON.timestamp()))
    return ()


FEW = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
# A hundred and more steps are an example, and looked at after each; `Stops` has the orders that a draw seldom finds.
SOME = settings(FEW, max_examples=20)
LONG = settings(FEW, max_examples=300)


def two_of_one_outlet_each(folder: Path) -> list[Work]:
    return [archiver(folder, 0, "run-hanbit"), archiver(folder, 1, "run-narae")]


def three_of_everything(folder: Path) -> list[Work]:
    return [
        archiver(folder, 0, None),
        archiver(folder, 1, "run-narae"),
        archiver(folder, 2, "run-hanbit"),
    ]


def two_beside_a_deletion(folder: Path) -> list[Work]:
    return [archiver(folder, 0, None), archiver(folder, 1, "run-narae"), deleter(folder)]


def two_deletions(folder: Path) -> list[Work]:
    return [archiver(folder, 0, None), deleter(folder), deleter(folder)]


def an_archiver_and_two_compactions(folder: Path) -> list[Work]:
    return [archiver(folder, 0, None), compactor(folder), compactor(folder)]


def two_archivers_and_a_compaction(folder: Path) -> list[Work]:
    return [archiver(folder, 0, "run-hanbit"), archiver(folder, 1, "run-narae"), compactor(folder)]


def a_compaction_and_a_deletion(folder: Path) -> list[Work]:
    return [archiver(folder, 0, None), compactor(folder), deleter(folder)]


CASES = [
    pytest.param(two_of_one_outlet_each, nothing, id="two archivers"),
    pytest.param(three_of_everything, nothing, id="three archivers"),
    pytest.param(two_beside_a_deletion, orphans, id="two archivers and a deletion"),
    pytest.param(two_deletions, orphans, id="an archiver and two deletions"),
    pytest.param(
        an_archiver_and_two_compactions, three_publications, id="an archiver and two compactions"
    ),
    pytest.param(
        two_archivers_and_a_compaction, three_publications, id="two archivers and a compaction"
    ),
    pytest.param(a_compaction_and_a_deletion, three_publications, id="with a deletion"),
]


@pytest.mark.parametrize(("works", "before"), [CASES[5]])
@given(order=ORDERS)
@FEW
def test_any_order_of_steps_ends_in_the_same_archive(works, before, order) -> None:
    interleaved(works, order, before)


@pytest.mark.full
@pytest.mark.parametrize(("works", "before"), CASES)
@given(order=ORDERS)
@SOME
def test_any_of_some_orders_ends_in_the_same_archive(works, before, order) -> None:
    interleaved(works, order, before)


@pytest.mark.full
@pytest.mark.long
@pytest.mark.parametrize(("works", "before"), CASES)
@given(order=ORDERS)
@LONG
def test_any_of_many_orders_ends_in_the_same_archive(works, before, order) -> None:
    interleaved(works, order, before)


LOOKS = ("put removals/", "delete ")
"""Before which calls a deletion is stopped: before it says what it deletes, before it deletes."""
STEPS = ("put manifests/", "exists articles/", "put articles/")
"""Before which calls an archiver is stopped: before its manifest, its last look, its objects."""


@pytest.mark.parametrize("last_first", [True, pytest.param(False, marks=pytest.mark.full)])
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("step", STEPS)
def test_stopped_before_any_of_its_calls_the_archive_is_the_same(
    step: str, look: str, *, last_first: bool
) -> None:
    def works(folder: Path) -> list[Work]:
        return [deleter(folder), archiver(folder, 0, None)]

    interleaved(works, Stops((look, step), last_first=last_first), orphans)


@pytest.mark.parametrize("last_first", [False, pytest.param(True, marks=pytest.mark.full)])
@pytest.mark.parametrize("step", STEPS)
def test_two_archivers_stopped_at_the_same_call(step: str, *, last_first: bool) -> None:
    order = Stops((step, step), last_first=last_first)
    interleaved(two_of_one_outlet_each, order, nothing)
