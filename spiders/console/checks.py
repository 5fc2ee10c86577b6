"""What the doctor looks at in a store, and how a look becomes a finding."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Literal

from processing.errors import MissingError, SillokError, TransientError
from spiders.console.options import now

if TYPE_CHECKING:
    from processing.archive.store import Store
    from processing.settings import Settings

_SKEW = timedelta(minutes=1)
"""Clocks that differ by more spoil the order of versions; S3 itself refuses more than 15 minutes."""


_NEWS = (".articles.jsonl.gz", ".rejections.jsonl.gz")
"""What a segment has besides its log where a page was fetched."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `bad` stops work, `odd` deserves a thought; `cure` is what to do."""

    what: str
    state: Literal["ok", "odd", "bad", "retry"]
    told: str
    cure: str = ""


Told = tuple[Literal["ok", "odd", "bad"], str, str]


def tried(what: str, look: Callable[[], Told]) -> Check:
    """Return what a look found; an error is a finding too."""
    try:
        state, told, cure = look()
    except (SillokError, OSError) as error:
        return failed(what, error)
    return Check(what, state, told, cure)


def failed(what: str, error: Exception) -> Check:
    told, _, cure = str(error).partition("; ")
    return Check(what, "retry" if isinstance(error, TransientError) else "bad", told, cure)


def round_trip(store: "Store") -> Told:
    """Write, read back, delete."""
    key, data = f"probe/{token_hex(8)}", os.urandom(64)
    store.put(key, data)
    same = store.get(key) == data
    store.delete([key])
    try:
        store.get(key)
    except MissingError:
        if same:
            return "ok", "an object was written, read back and deleted", ""
        return "bad", f"{store.url} returned other bytes than it was given", "do not use this store"
    return "bad", f"{store.url} still has an object that was deleted", "allow deletion to these credentials"


def creation(store: "Store", options: "Settings") -> Told:
    from processing.archive.probe import probe

    missing = probe(store).missing
    if not missing:
        return "ok", "several archivers may run at once", ""
    told = f"the store lacks: {', '.join(missing)}"
    if set(missing) == {"creates_exactly"}:
        if options.single_writer:
            return "ok", f"{told}; SILLOK_SINGLE_WRITER=true says that only one archiver runs", ""
        return "bad", told, "let one archiver run at a time and set SILLOK_SINGLE_WRITER=true"
    return "bad", told, "choose another store: the archive needs these"


def clock(store: "Store") -> Told:
    """Compare the clock of this machine with the store's."""
    key = f"probe/{token_hex(8)}"
    before = now()
    store.put(key, b"clock")
    stamps: list[datetime] = [entry.modified for entry in store.list(key)]
    store.delete([key])
    away = max((abs(stamp - before) for stamp in stamps), default=timedelta())
    if away > _SKEW:
        return "bad", f"this clock and the store's differ by {away.total_seconds():.0f} s", "set the clock (NTP)"
    return "ok", f"within {max(away.total_seconds(), 1):.0f} s of the store's", ""


def chain(store: "Store", options: "Settings") -> Told:
    from processing.archive.manifests import Witness, head

    link = head(store)
    Witness(options.heads, store).check(store, link)
    return "ok", f"manifest {link.manifest.seq} is the newest" if link else "nothing published yet", ""


def landing(store: "Store") -> Told:
    """Tell runs with pages, which `sillok archive` takes in, from polls without news, which wait for the next news."""
    runs: dict[str, bool] = {}
    for entry in store.list("landing/"):
        run, _, file = entry.key.rpartition("/")
        runs[run] = runs.get(run, False) or file.endswith(_NEWS)
    if news := sum(runs.values()):
        return "odd", f"{news} runs with pages wait in landing", "sillok archive"
    return "ok", f"{len(runs)} polls without news wait in landing" if runs else "nothing waits in landing", ""
