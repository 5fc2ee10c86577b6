"""What a store really does, found out by asking it: about sixty small requests, once a store.

Servers that speak S3 differ where it hurts: some take a conditional put and overwrite, some answer
it truthfully one after the other and let several of a race win. The answers are kept in the store
as `capabilities.json`.
"""

import secrets
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError

from processing.errors import AlreadyExistsError, MissingError, UsageError
from processing.records import Record
from processing.settings import Settings
from processing.store.interface import Store

KEY = "capabilities.json"
_SINGLE = "capabilities-single-writer.json"
_RACERS = 8
_ROUNDS = 4
_CREATION = ("creates_once", "creates_exactly")


class Capabilities(Record):
    """What a store was seen to do.

    `creates_once` is create-if-absent, one after the other; `creates_exactly` the same for several
    at once.
    """

    reads_back: bool
    reads_ranges: bool
    lists_in_order: bool
    deletes: bool
    creates_once: bool
    creates_exactly: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what it does not do."""
        return tuple(name for name, has in self.model_dump().items() if not has)


def probe(store: Store) -> Capabilities:
    """Try the store under a prefix of its own and leave nothing there.

    Raises what its calls raise.
    """
    folder = f"probe/{secrets.token_hex(8)}"
    try:
        return Capabilities(
            reads_back=_reads_back(store, f"{folder}/object"),
            reads_ranges=store.get_range(f"{folder}/object", 2, 3) == b"\x02\x03\x04",
            lists_in_order=_lists(store, f"{folder}/list"),
            deletes=_deletes(store, f"{folder}/gone"),
            creates_once=_creates(store, f"{folder}/once"),
            creates_exactly=all(
                _race(store, f"{folder}/race-{number}") for number in range(_ROUNDS)
            ),
        )
    finally:
        store.delete([entry.key for entry in store.list(f"{folder}/")])


def remembered(store: Store, *, single_writer: bool = False) -> Capabilities:
    """Return what was found out before; find it out and keep it where that was never done.

    A single writer looks before it creates, whatever the store does: what is found so is kept by
    itself.
    """
    key = _SINGLE if single_writer else KEY
    try:
        return Capabilities.model_validate_json(store.get(key))
    except (MissingError, ValidationError):  # never asked, or by another version
        found = probe(store)
        store.put(key, found.model_dump_json(indent=1).encode())
        return found


def allow_publishing(store: Store, options: Settings) -> None:
    """Raise UsageError where the store lacks what the archive needs: `sillok doctor` refuses the same.

    Without exact creation two archivers at once could both win a manifest; a single writer does without.
    """
    if store.url.startswith("file:"):
        return
    if missing := lacking(remembered(store, single_writer=options.single_writer), options):
        raise UsageError(
            f"{store.url} lacks {', '.join(missing)}: {cure(missing)}; delete capabilities*.json there to have it "
            "tried again"
        )


def lacking(found: Capabilities, options: Settings) -> tuple[str, ...]:
    """Return what a store lacks that publishing needs with these settings."""
    spared = _CREATION if options.single_writer else ()
    return tuple(name for name in found.missing if name not in spared)


def cure(missing: Collection[str]) -> str:
    """Return what to do about what a store lacks."""
    if {*missing} <= {*_CREATION}:
        return (
            "two archivers at once could lose a publication; where only one ever runs, set SILLOK_SINGLE_WRITER=true, "
            "else choose another store"
        )
    return "the archive needs this; choose another store"


def _reads_back(store: Store, key: str) -> bool:
    data = bytes(range(256))
    store.put(key, data)
    return store.get(key) == data


def _lists(store: Store, prefix: str) -> bool:
    keys = [f"{prefix}/{name}" for name in ("a-b", "a/b", "a=b", "b")]
    for key in reversed(keys):
        store.put(key, b"x")
    return [entry.key for entry in store.list(f"{prefix}/")] == sorted(keys)


def _deletes(store: Store, prefix: str) -> bool:
    keys = [f"{prefix}/{number}" for number in range(3)]
    for key in keys:
        store.put(key, b"x")
    store.delete([*keys, f"{prefix}/never"])
    return not any(store.list(f"{prefix}/"))


def _creates(store: Store, key: str) -> bool:
    store.put(key, b"first", create=True)
    try:
        store.put(key, b"second", create=True)
    except AlreadyExistsError:
        return store.get(key) == b"first"
    return False


def _race(store: Store, key: str) -> bool:
    def run(number: int) -> int | None:
        try:
            store.put(key, str(number).encode(), create=True)
        except AlreadyExistsError:
            return None
        return number

    with ThreadPoolExecutor(_RACERS) as pool:
        winners = [number for number in pool.map(run, range(_RACERS)) if number is not None]
    return len(winners) == 1 and store.get(key) == str(winners[0]).encode()
