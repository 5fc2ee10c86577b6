"""One crawl of an outlet across hosts: a numbered claim in the store that the hosts share.

`claims/outlet=NAME/<n>` is created, if absent, by the crawl that may ask the outlet, and names its
run. It is free when `<n>.free` stands beside it, which its crawl puts at its end and `sillok doctor
--release` for one that cannot, or when its run has its report. A claim that is not free and was not
renewed for `LEASE` may be taken over: by creating n+1, which one of several succeeds in. Whoever
has created a number looks once more: where a higher one stands it came too late. The newest claim
is never deleted, so numbers only grow.

All ages are by the store's clock: that of a host may be wrong. A claim is renewed by writing it
again; a crawl that was stopped and continued finds the higher number before it asks anything, seals
what it has, and ends.
"""

import json
import re
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from processing.errors import AlreadyExistsError, MissingError, TransientError
from processing.landing.keys import report_key
from processing.store.interface import Store

LEASE = timedelta(minutes=5)
"""How long a claim holds that nobody renews: a crawl that was killed blocks no longer."""
RENEWAL = timedelta(minutes=1)
"""How often a crawl renews its claim."""
_CLAIM = re.compile(r"claims/outlet=([a-z][a-z0-9_]*)/(\d{8})(\.free)?")


class BusyError(TransientError):
    """Another crawl of the outlet is at work: nothing is wrong, and this one is not needed."""


class OvertakenError(TransientError):
    """Another crawl has taken over: this one seals what it has and ends."""


@dataclass(frozen=True, slots=True)
class ClaimState:
    """The newest claim of an outlet: its number, when it was last renewed, whether it is free."""

    number: int = 0
    renewed: datetime | None = None
    is_free: bool = True


class Claim:
    """A claim that is held. `clock` is monotonic, in seconds."""

    def __init__(
        self, store: Store, outlet: str, number: int, body: bytes, clock: Callable[[], float]
    ) -> None:
        self.number = number
        self._store, self._outlet, self._body, self._clock = store, outlet, body, clock
        self._renewed = clock()

    @property
    def age(self) -> timedelta:
        """The time since the claim was last known to hold, by this process's own count."""
        return timedelta(seconds=self._clock() - self._renewed)

    def renew(self) -> None:
        """Write the claim again. Raises OvertakenError where another crawl has a higher number."""
        begun = self._clock()
        self._store.put(_key(self._outlet, self.number), self._body)
        newest = standing_claims(self._store, self._outlet).get(self._outlet, ClaimState())
        if newest.number > self.number:
            raise OvertakenError(
                "another crawl of it has taken over, because this one did not renew its claim"
            )
        self._renewed = begun

    def free(self) -> None:
        """Let the next crawl begin."""
        self._store.put(f"{_key(self._outlet, self.number)}.free", self._body)


def take(
    store: Store,
    outlet: str,
    run: str,
    *,
    place: str,
    is_reported: Callable[[str], bool],
    clock: Callable[[], float] = monotonic,
) -> Claim:
    """Claim an outlet for a run. Raises BusyError where another crawl has it.

    `place` names the spool whose lock the caller holds: a claim that was made with it is one of a
    dead process. `is_reported` says whether a run that nobody freed has its report all the same.
    """
    newest = standing_claims(store, outlet).get(outlet, ClaimState())
    _require_lapsed(
        store,
        outlet,
        newest,
        place=place,
        is_reported=is_reported,
        clock=lambda: _store_time(store),
    )
    # Creating is atomic: of several crawls that saw the same newest claim, one gets this number.
    number = newest.number + 1
    body = _holder(run, place)
    try:
        store.put(_key(outlet, number), body, create=True)
    except AlreadyExistsError as error:
        raise BusyError(
            "another crawl of it has just begun: try again when it is through"
        ) from error
    # A crawl that was stopped between its look and its claim may have created a number that another
    # has passed meanwhile.
    standing = _numbers(store, outlet)
    if max(standing) > number:
        raise BusyError("another crawl of it has just begun: try again when it is through")
    store.delete(
        [key for claim_number, keys in standing.items() if claim_number < number for key in keys]
    )
    return Claim(store, outlet, number, body, clock)


def _holder(run: str, place: str) -> bytes:
    """Return what a claim says of its crawl."""
    # The token tells two claims apart that are alike otherwise: creating an object with the bytes
    # that it has already is no error.
    holder = {
        "run": run,
        "host": socket.gethostname(),
        "place": place,
        "token": secrets.token_hex(8),
    }
    return json.dumps(holder).encode()


def require_unclaimed(
    store: Store, outlet: str, now: datetime, *, place: str, is_reported: Callable[[str], bool]
) -> None:
    """Raise BusyError where another crawl has the outlet. Nothing is written.

    For a crawl that claims nothing, a dry run. Asking the store for its time would write an
    object, so the claim's age is counted to `now`, by this host's clock.
    """
    newest = standing_claims(store, outlet).get(outlet, ClaimState())
    _require_lapsed(store, outlet, newest, place=place, is_reported=is_reported, clock=lambda: now)


def standing_claims(store: Store, outlet: str | None = None) -> dict[str, ClaimState]:
    """Return the newest claim of each outlet, or of one."""
    states: dict[str, ClaimState] = {}
    prefix = "claims/" if outlet is None else f"claims/outlet={outlet}/"
    for entry in store.list(prefix):
        claim = _CLAIM.fullmatch(entry.key)
        if claim is None:
            continue
        name, number, marker = claim[1], int(claim[2]), claim[3]
        before = states.get(name, ClaimState())
        if number > before.number:
            states[name] = ClaimState(number, entry.modified, is_free=marker is not None)
        elif number == before.number and marker:
            states[name] = ClaimState(number, before.renewed, is_free=True)
    return states


def at_work(claims: Mapping[str, ClaimState], now: datetime) -> set[str]:
    """Return the outlets that are being crawled, as far as one listing shows.

    Ages are counted to the newest moment in it, or to `now` where that is later.
    """
    # A host's clock may be behind the store's: counted by it alone, a claim would lapse too late.
    latest = max([now, *(claim.renewed for claim in claims.values() if claim.renewed)])
    return {
        name
        for name, claim in claims.items()
        if not claim.is_free and claim.renewed is not None and latest - claim.renewed < LEASE
    }


def release(store: Store, outlets: Iterable[str]) -> list[str]:
    """Free the newest claims of these outlets, whoever has them; return those that were not free.

    Only for a crawl that is known to be dead: one that lives ends itself when another takes over.
    """
    claims = standing_claims(store)
    held = [name for name in outlets if name in claims and not claims[name].is_free]
    for name in held:
        store.put(f"{_key(name, claims[name].number)}.free", b"released by hand")
    return held


def place_of(spool: Path) -> str:
    """Return the name of a spool, made once: no two folders have the same, on whatever host."""
    spool.mkdir(parents=True, exist_ok=True)
    file = spool / "place"
    # A hard link appears whole and only once: of two crawls that begin at once, both read one name.
    beside = spool / f"place.{secrets.token_hex(8)}"
    beside.write_text(secrets.token_hex(16))
    with suppress(FileExistsError):
        file.hardlink_to(beside)
    beside.unlink()
    return file.read_text()


def has_report(store: Store, outlet: str, run: str) -> bool:
    """Return whether the report of a run lies in landing."""
    return store.exists(report_key(outlet, run))


def _require_lapsed(
    store: Store,
    outlet: str,
    newest: ClaimState,
    *,
    place: str,
    is_reported: Callable[[str], bool],
    clock: Callable[[], datetime],
) -> None:
    """Raise BusyError unless `newest` is free, or its crawl is known or taken to be dead."""
    if newest.is_free:
        return
    try:
        holder = json.loads(store.get(_key(outlet, newest.number)))
    except (MissingError, ValueError) as error:
        raise BusyError("another crawl of it is just beginning or ending: try again") from error
    run = str(holder.get("run"))
    if holder.get("place") == place or is_reported(run):
        return
    now = clock()
    age = now - (newest.renewed or now)
    if age < LEASE:
        raise BusyError(
            f"another crawl of it is at work (run {run} on {holder.get('host')}); it is taken for "
            f"dead when it has not renewed its claim for {LEASE.seconds // 60} minutes, or sooner "
            f"with sillok doctor --release {outlet}"
        )


def _store_time(store: Store) -> datetime:
    """Return the moment by the store's own clock."""
    key = f"claims/clock/{secrets.token_hex(8)}"
    store.put(key, b"now")
    (moment,) = [entry.modified for entry in store.list(key)]
    store.delete([key])
    return moment


def _numbers(store: Store, outlet: str) -> dict[int, list[str]]:
    """Return every key of an outlet's claims by number."""
    keys_of_number: dict[int, list[str]] = {}
    for entry in store.list(f"claims/outlet={outlet}/"):
        claim = _CLAIM.fullmatch(entry.key)
        if claim:
            keys_of_number.setdefault(int(claim[2]), []).append(entry.key)
    return keys_of_number


def _key(outlet: str, number: int) -> str:
    return f"claims/outlet={outlet}/{number:08d}"
