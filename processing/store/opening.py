"""Opens the store that a URL names, a directory (`file:`) or a bucket (`s3://`), and tries it.

S3 servers differ: some accept a conditional put and overwrite all the same, some honour it for one
request after the other but let several of a race win. So each store is tried once, with about sixty
small requests, before anything is published there; the results are stored in the store as
`capabilities.json`. `sillok doctor` tries it again, and replaces results that no longer hold: rules
that were put on a bucket later, versioning for one, may have changed them.
"""

import secrets
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from processing.errors import AlreadyExistsError, MissingError, UsageError
from processing.records import Record
from processing.settings import Settings, settings
from processing.store.interface import Store

KEY = "capabilities.json"
_SINGLE = "capabilities-single-writer.json"
_RACERS = 8
_ROUNDS = 4
"""Races, because a server may get a single one right by chance."""
_CREATION = ("creates_once", "creates_exactly")


def open_store(url: str, options: Settings | None = None) -> Store:
    """Return the store at `url`: "file:DIR" or "s3://bucket/prefix". No request is made yet.

    Raises UsageError for any other URL.
    """
    scheme, _, rest = url.partition(":")
    # imported where it is needed: boto3 costs 0.2 s, and a local crawl does without it
    if scheme == "file" and rest:
        from processing.store.file_store import FileStore  # noqa: PLC0415 - as above

        return FileStore(Path(rest.removeprefix("//")))
    if scheme == "s3" and rest.strip("/"):
        from processing.store.s3_store import S3Store  # noqa: PLC0415 - as above

        return S3Store(url, options or settings())
    raise UsageError(f"SILLOK_STORE={url!r} names no store: write file:DIR or s3://bucket/prefix")


class Capabilities(Record):
    """What a store can do.

    `creates_once` is create-if-absent for one request after the other, `creates_exactly` the same
    for several at once.
    """

    reads_back: bool
    reads_ranges: bool
    lists_in_order: bool
    deletes: bool
    creates_once: bool
    creates_exactly: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what it cannot do."""
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
    """Return the stored capabilities of a store; probe it and store them if there are none."""
    key = _key(single_writer)
    try:
        return Capabilities.model_validate_json(store.get(key))
    # never probed, or by another version
    except (MissingError, ValidationError):
        capabilities = probe(store)
        store.put(key, _stored(capabilities))
        return capabilities


def tried_again(store: Store, *, single_writer: bool = False) -> Capabilities:
    """Probe a store, and replace what is stored of its capabilities where that says otherwise.

    A store that was never tried before is left as it was.
    """
    capabilities, key = probe(store), _key(single_writer)
    with suppress(MissingError):
        if store.get(key) != _stored(capabilities):
            store.put(key, _stored(capabilities))
    return capabilities


def _key(single_writer: bool) -> str:  # noqa: FBT001 - a setting
    # a single writer looks before it creates, which makes other results than the store itself
    return _SINGLE if single_writer else KEY


def _stored(capabilities: Capabilities) -> bytes:
    return capabilities.model_dump_json(indent=1).encode()


def allow_publishing(store: Store, options: Settings) -> None:
    """Raise UsageError where the store lacks what the archive needs, as `sillok doctor` does.

    Without exact creation two archivers at once could both win a manifest number. A single writer
    does not need it.
    """
    # a directory links files into place, which is exact
    if store.url.startswith("file:"):
        return
    if missing := lacking(remembered(store, single_writer=options.single_writer), options):
        raise UsageError(
            f"{store.url} lacks {', '.join(missing)}: {cure(missing)}; "
            "`sillok doctor` tries it again"
        )


def lacking(capabilities: Capabilities, options: Settings) -> tuple[str, ...]:
    """Return what a store lacks that publishing needs with these settings."""
    spared = _CREATION if options.single_writer else ()
    return tuple(name for name in capabilities.missing if name not in spared)


def cure(missing: Collection[str]) -> str:
    """Return what to do about what a store lacks."""
    if {*missing} <= {*_CREATION}:
        return (
            "two archivers at once could lose a publication; where only one ever runs, "
            "set SILLOK_SINGLE_WRITER=true, else choose another store"
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
