"""Two and three archivers and a deletion, their steps interleaved in any order: nothing lost, nothing twice."""

import hashlib
import os
import random
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.archive import manifests, removal
from processing.archive.catalogue import Catalogue
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

    def __init__(self, seed: int, longest: int) -> None:
        self._said = (seed, longest)
        self._draw = random.Random(seed)  # noqa: S311 - only an order
        self._longest = longest
        self._left = 0
        self._speeds: list[float] = []

    def __repr__(self) -> str:
        return f"Order{self._said}"

    def choice(self, actors: Sequence[int]) -> int:
        if self._left == 0:
            self._left = self._draw.randint(1, self._longest)
            self._speeds = [self._draw.choice((0.001, 1, 1000)) for _ in range(3)]
        self._left -= 1
        return self._draw.choices(actors, [self._speeds[actor] for actor in actors])[0]


ORDERS = st.builds(Order, st.integers(0, 2**32), st.sampled_from((1, 5, 30, 200)))


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """An actor's own calls come in one order, so that a drawn order is the same order every time."""
    monkeypatch.setattr("processing.archive.publish._THREADS", 1)
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


def named(store: FileStore) -> dict[str, str]:
    """Return what the head names, with sums. Raises what a reader would raise."""
    catalogue = Catalogue(store, Path(store.url.removeprefix("file:")).parent / "looking")
    memory = catalogue.head.memory.values() if catalogue.head else ()
    return {
        one.key: one.sha256 for one in [*(part.sum for part in catalogue.parts.values()), *memory]
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
    works: Callable[[Path], Sequence[Work]], order: Order, before: Callable[[Path], None]
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
        before(folder)
        act(folder / "archive", works(folder), order.choice, Watch(folder / "archive").look)
        publish(
            store,
            now=NOON + DAY / 2,
            code_version="1",
            lock_sha256="0",
            outlets=FACTS,
            options=Settings(store=store.url, cache=folder / "cache", heads=folder / "heads"),
        )
        expected = sorted(one.version_id for articles in found.values() for one in articles)
        assert sorted(archived(store, folder)) == expected
        assert list(store.list("landing/")) == []
        head = manifests.head(store)
        assert head is not None
        runs = [run for link in manifests.since(store, head, 1) for run in link.manifest.runs]
        assert sorted(runs) == ["outlet=hanbit/run=run-hanbit", "outlet=narae/run=run-narae"]


def nothing(_: Path) -> None:
    """Leave the archive as it is."""


def orphans(folder: Path) -> None:
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


SHORT = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(SHORT, max_examples=300)


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


CASES = [
    pytest.param(two_of_one_outlet_each, nothing, id="two archivers"),
    pytest.param(three_of_everything, nothing, id="three archivers"),
    pytest.param(two_beside_a_deletion, orphans, id="two archivers and a deletion"),
    pytest.param(two_deletions, orphans, id="an archiver and two deletions"),
]


@pytest.mark.parametrize(("works", "before"), CASES)
@given(order=ORDERS)
@SHORT
def test_any_order_of_steps_ends_in_the_same_archive(works, before, order) -> None:
    interleaved(works, order, before)


@pytest.mark.full
@pytest.mark.parametrize(("works", "before"), CASES)
@given(order=ORDERS)
@LONG
def test_any_of_many_orders_ends_in_the_same_archive(works, before, order) -> None:
    interleaved(works, order, before)
