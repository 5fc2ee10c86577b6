"""`sillok doctor`: is everything here that a crawl and a publication need, and if not, what to do."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Literal

import typer

from processing.errors import MissingError, SillokError, TransientError
from spiders.console.keeping import lock_sha256
from spiders.console.options import JsonOption, StoreOption, now
from spiders.console.terminal import print_json, print_rows

if TYPE_CHECKING:
    from processing.archive.store import Store
    from processing.settings import Settings

_SKEW = timedelta(minutes=1)
"""Clocks that differ by more spoil the order of versions; S3 itself refuses more than 15 minutes."""
_ROOM = 1 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `bad` stops work, `odd` deserves a thought; `cure` is what to do."""

    what: str
    state: Literal["ok", "odd", "bad", "retry"]
    told: str
    cure: str = ""


def doctor(*, as_json: JsonOption = False, store: StoreOption = None) -> None:
    """Check settings, store, clock, folders and outlets, and say what to fix.

    Writes one small object to the store, reads it back and deletes it. Ends with 2 where something must be fixed first,
    with 1 where trying again may help.
    """
    checks = list(_checks(store))
    if as_json:
        print_json(map(asdict, checks))
    else:
        print_rows(map(asdict, checks), ("state", "what", "told", "cure"))
    states = {check.state for check in checks}
    if "bad" in states:
        raise typer.Exit(2)
    if "retry" in states:
        raise typer.Exit(1)


def _checks(url: str | None) -> Iterator[Check]:
    yield _tried("packages", lambda: ("ok", f"list {lock_sha256()[:12]}", ""))
    yield _tried("outlets", _outlets)
    yield _tried("contact", _contact)
    try:
        from processing.archive.store import open_store
        from processing.settings import settings

        options = settings()
        opened = open_store(url or options.store, options)
    except SillokError as error:
        yield _failed("settings", error)
        return
    yield Check("settings", "ok", f"store {opened.url}")
    wrote = _tried("store", lambda: _round(opened))
    yield wrote
    if wrote.state == "ok":
        yield _tried("creation", lambda: _creation(opened, options))
        yield _tried("clock", lambda: _clock(opened))
        yield _tried("chain", lambda: _chain(opened, options))
        yield _tried("landing", lambda: _landing(opened))
    for name, folder in (("cache", options.cache), ("heads", options.heads), ("spool", _spool())):
        yield _tried(name, lambda folder=folder: _folder(folder))  # type: ignore[misc]


Told = tuple[Literal["ok", "odd", "bad"], str, str]


def _tried(what: str, look: Callable[[], Told]) -> Check:
    """Return what a look found; an error is a finding too."""
    try:
        state, told, cure = look()
    except (SillokError, OSError) as error:
        return _failed(what, error)
    return Check(what, state, told, cure)


def _failed(what: str, error: Exception) -> Check:
    told, _, cure = str(error).partition("; ")
    return Check(what, "retry" if isinstance(error, TransientError) else "bad", told, cure)


def _outlets() -> Told:
    from spiders.outlets import outlets

    declared = outlets()
    paused = sum(outlet.paused is not None for outlet in declared.values())
    return "ok", f"{len(declared)} declared, {paused} of them paused", ""


def _contact() -> Told:
    from spiders.settings import environment

    contact = environment().contact
    if not contact:
        cure = (
            "set SILLOK_CONTACT to a page or an address where outlets reach you; scheduled crawls refuse to run without"
        )
        return "odd", "no contact in the User-Agent", cure
    if not any(mark in contact for mark in ("@", "http://", "https://")):
        return "odd", f"SILLOK_CONTACT={contact!r} is neither a URL nor an address", "write https://… or mailto:…"
    return "ok", contact, ""


def _round(store: "Store") -> Told:
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


def _creation(store: "Store", options: "Settings") -> Told:
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


def _clock(store: "Store") -> Told:
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


def _chain(store: "Store", options: "Settings") -> Told:
    from processing.archive.manifests import Witness, head

    link = head(store)
    Witness(options.heads, store).check(store, link)
    return "ok", f"{link.manifest.seq} manifests" if link else "nothing published yet", ""


def _landing(store: "Store") -> Told:
    runs = {entry.key.rpartition("/")[0] for entry in store.list("landing/")}
    if runs:
        return "odd", f"{len(runs)} runs wait in landing", "sillok archive"
    return "ok", "nothing waits in landing", ""


def _spool() -> Path:
    from spiders.settings import environment

    return environment().spool


def _folder(folder: Path) -> Told:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        return "bad", f"{folder} cannot be written", "change its owner, or name another folder in the settings"
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        return "odd", f"{folder} has {free >> 20} MB free", "make room: a crawl spools up to 256 MB a segment"
    return "ok", f"{folder}, {free >> 30} GB free", ""
