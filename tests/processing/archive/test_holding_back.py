"""One bad object holds back its outlet and no other: a lost snapshot one outlet, a part of the fold none."""

import random
from pathlib import Path

import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.memory import load
from processing.archive.publish import publish
from processing.errors import CorruptRecordError, MissingError
from processing.lookup.diff import compare
from processing.records import Publication
from processing.store.file_store import FileStore
from processing.store.interface import Store
from tests.processing.newsroom import FACTS, NOON, Crawl, article
from tests.processing.upkeep.damage import (
    EACH_DAMAGE,
    HOUR,
    Damage,
    copied,
    filled_folder,
    harm,
    kinds,
    options_in,
)

LATE = NOON + 9 * HOUR
FOLDED = ("clusters", "dedupe sig", "dedupe texts", "dedupe bands", "dedupe edges")


def more(store: Store, folder: Path) -> Publication:
    """Publish one article of each outlet, one of them a reprint of what was archived before."""
    reprint = article("narae", 90, at=LATE, text=article("hanbit", 2).text)
    Crawl(run="late", articles=[article("hanbit", 91, at=LATE)]).land(store)
    Crawl(outlet="narae", run="late", articles=[reprint]).land(store)
    return publish(
        store,
        now=LATE + HOUR,
        code_version="1",
        lock_sha256="0" * 64,
        outlets=FACTS,
        options=options_in(folder, store),
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archive before anything happens to it."""
    return filled_folder(tmp_path_factory)


@pytest.fixture(scope="module")
def whole(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    """The archive that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole")
    store, _ = copied(filled, folder)
    more(store, folder)
    return store


@pytest.mark.parametrize("damage", EACH_DAMAGE, ids=str)
@pytest.mark.parametrize(
    "kind",
    [*FOLDED[:2], *(pytest.param(kind, marks=pytest.mark.full) for kind in FOLDED[2:])],
)
def test_a_part_of_the_fold_stops_no_publication(
    kind: str, damage: Damage, tmp_path: Path, filled: Path, whole: FileStore
) -> None:
    store, options = copied(filled, tmp_path)
    draw = random.Random(f"{kind} {damage}")  # noqa: S311 - only places
    key, _ = harm(store, kinds(store, options.cache)[kind], damage, draw)
    done = more(store, tmp_path)
    assert done.held == ()
    assert key in done.left_out
    assert compare(whole, store, tmp_path / "compared") == []
    head = Catalogue(store, options.cache).head
    assert head is not None
    assert {removed.key for removed in head.removes} == {*done.left_out}
    assert key not in Catalogue(store, options.cache).parts


def test_every_part_of_the_fold_may_be_lost_at_once(
    tmp_path: Path, filled: Path, whole: FileStore
) -> None:
    store, options = copied(filled, tmp_path)
    found = kinds(store, options.cache)
    store.delete([key for kind in FOLDED for key in found[kind]])
    assert more(store, tmp_path).held == ()
    assert compare(whole, store, tmp_path / "compared") == []


def test_articles_that_are_lost_too_are_left_out_and_said(tmp_path: Path, filled: Path) -> None:
    store, options = copied(filled, tmp_path)
    found = kinds(store, options.cache)
    store.delete([found["dedupe sig"][0], found["articles"][0]])
    done = more(store, tmp_path)
    assert found["articles"][0] in done.left_out
    # both stay named: they are to be repaired
    assert {*done.left_out} <= {*Catalogue(store, options.cache).parts}


@pytest.mark.parametrize("damage", EACH_DAMAGE, ids=str)
def test_a_snapshot_holds_back_its_outlet_alone(
    damage: Damage, tmp_path: Path, filled: Path
) -> None:
    store, options = copied(filled, tmp_path)
    keys = kinds(store, options.cache)["snapshot"]
    key, good = harm(store, keys, damage, random.Random(str(damage)))  # noqa: S311 - only places
    outlet, other = ("hanbit", "narae") if "outlet=hanbit" in key else ("narae", "hanbit")
    done = more(store, tmp_path)
    assert [held.outlet for held in done.held] == [outlet]
    assert "sillok repair" in done.held[0].faults[0]
    assert [*done.outlets] == [other]
    assert list(store.list(f"landing/outlet={outlet}/"))
    with pytest.raises((CorruptRecordError, MissingError)):
        load(store, outlet)
    assert load(store, other).has_run("late")
    store.put(key, good)
    done = publish(
        store,
        now=LATE + HOUR,
        code_version="1",
        lock_sha256="0" * 64,
        outlets=FACTS,
        options=options,
    )
    assert [*done.outlets] == [outlet]
    assert list(store.list("landing/")) == []
