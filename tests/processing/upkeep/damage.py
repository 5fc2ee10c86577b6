"""Archives of two outlets and what may happen to an object of each kind: to audit and to repair."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from processing.archive import manifests
from processing.archive.catalogue import Catalogue
from processing.archive.publish import publish
from processing.settings import Settings
from processing.store.file_store import FileStore
from processing.store.interface import Store
from tests.processing.newsroom import FACTS, NOON, Crawl, article, rejection

HOUR = timedelta(hours=1)
RUNS = 3


def options_in(folder: Path, store: Store, **given: object) -> Settings:
    return Settings(
        store=store.url, cache=folder / "cache", heads=folder / "heads", audit_days=5, **given
    )


def fill(store: Store, options: Settings) -> None:
    """Publish some times: two outlets, a reprint, an edit, rejections."""
    for number in range(1, RUNS + 1):
        at = NOON + number * HOUR
        edit = article("hanbit", 1, at=at, text="고친 글이다. 앞의 글과 다르다.")
        Crawl(
            run=f"run-{number}",
            articles=[article("hanbit", number, at=at), *([edit] if number > 1 else [])],
            rejections=[rejection("hanbit", number, at)],
        ).land(store)
        reprint = article("narae", number, at=at + HOUR / 2)
        Crawl(outlet="narae", run=f"run-{number}", articles=[reprint]).land(store)
        publish(
            store,
            now=at + HOUR,
            code_version="1",
            lock_sha256="0" * 64,
            outlets=FACTS,
            options=options,
        )


def filled_folder(
    factory: pytest.TempPathFactory, fill: Callable[[Store, Settings], None] = fill
) -> Path:
    """Return a folder with an archive that `fill` published, from which `copied` takes it."""
    folder = factory.mktemp("filled")
    store = FileStore(folder / "archive")
    fill(store, options_in(folder, store))
    return folder


def copied(filled: Path, folder: Path) -> tuple[FileStore, Settings]:
    """Copy an archive and its cache from one folder to another; the copy's head is known there."""
    shutil.copytree(filled / "archive", folder / "archive")
    if (filled / "cache").exists():  # a first publication of few articles leaves none
        shutil.copytree(filled / "cache", folder / "cache")
    store = FileStore(folder / "archive")
    options = options_in(folder, store)
    head = manifests.head(store)
    assert head is not None
    manifests.Witness(options.heads, store).note(store, head)
    return store, options


def kinds(store: Store, cache: Path) -> dict[str, list[str]]:
    """Return the keys of the current objects by kind: table, kind of a dedupe part, suffix of a page."""
    catalogue = Catalogue(store, cache)
    assert catalogue.head is not None
    found: dict[str, list[str]] = {"manifest": [], "head": [], "snapshot": []}
    for part in catalogue.parts.values():
        table = part.table
        if table == "dedupe":
            table += f" {part.key.split('/')[2]}"
        if table == "pages":
            table += f" {part.key.rpartition('.')[2]}"
        found.setdefault(table, []).append(part.key)
    found["snapshot"] = [one.key for one in catalogue.snapshots.memory.values()]
    found["manifest"] = [manifests.key(seq) for seq in range(1, catalogue.head.seq)]
    found["head"] = [manifests.key(catalogue.head.seq)]
    return found


KINDS = (
    "articles",
    "rejections",
    "log",
    "reports",
    "clusters",
    "snapshot",
    "manifest",
    "head",
    "pages gz",
    "pages cdxj",
    "dedupe sig",
    "dedupe texts",
    "dedupe bands",
    "dedupe edges",
)


@dataclass(frozen=True)
class Damage:
    """What becomes of an object's bytes (None: deleted), given those of its like."""

    name: str
    change: Callable[[bytes, list[bytes], random.Random], bytes | None]

    def __str__(self) -> str:
        return self.name


def flip(data: bytes, draw: random.Random) -> bytes:
    place, bit = draw.randrange(len(data)), draw.randrange(8)
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


DAMAGES = (
    Damage("flipped", lambda data, _, draw: flip(data, draw)),
    Damage("deleted", lambda *_: None),
    Damage("truncated", lambda data, _, draw: data[: draw.randrange(len(data))]),
    Damage("swapped", lambda _, like, draw: draw.choice(like)),
)


EACH_DAMAGE = (*DAMAGES[:2], *(pytest.param(one, marks=pytest.mark.full) for one in DAMAGES[2:]))
"""The same for tests with many cases: some of them only in `make test-all`."""


def harm(store: Store, keys: list[str], damage: Damage, draw: random.Random) -> tuple[str, bytes]:
    """Damage one of the objects; return its key and what it was."""
    key = draw.choice(keys)
    good = store.get(key)
    like = [data for other in keys if (data := store.get(other)) != good] or [b"nothing alike"]
    bad = damage.change(good, like, draw)
    if bad is None:
        store.delete([key])
    else:
        store.put(key, bad)
    return key, good
